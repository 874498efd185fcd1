"""`python -m analysis import`: somebody's own files into the tables of a dataset of theirs."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis.importing.edges import read_edges
from analysis.importing.graphs import read_gexf, read_graphml
from analysis.importing.grid import read_grid
from analysis.importing.matrices import read_matrices
from analysis.importing.network import ImportedNetwork, as_tables, read_wave
from analysis.importing.own import NAMES, add_tables, own_folder
from analysis.importing.pajek import read_pajek
from analysis.importing.people import Matcher, read_roster
from analysis.importing.refi_qda import read_refi
from analysis.importing.roster import PATTERN, read_roster_survey
from analysis.importing.survey_items import read_items, read_survey_items
from analysis.importing.ucinet import read_dl
from analysis.tables.cells import typed
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.load import examine_tables
from analysis.tables.package import Relation, read_package
from analysis.tables.schema import TABLES

__all__ = ["add_arguments", "run"]

_RELATION = re.compile(
    r"(?P<name>[^:]+):(?P<low>-?[0-9.]+):(?P<high>-?[0-9.]+)(:(?P<question>.+))?", re.DOTALL
)
_NUMBER = r"-?[0-9]{1,300}(\.[0-9]+)?"
_HUGE = 1e300
"""What a declaration may not reach, so that JSON can say it."""


@dataclass(frozen=True)
class Imported:
    """What a file gave.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Rows of tables of the data model.
    roster : DataFrame or None
        Names, to be kept apart from the tables.
    directed : mapping of str to bool, or None
        Whether ties of a relation have a direction, by relation, as far as file or command says so; None
        where the kind of file leaves no doubt (somebody answered whom they turn to).
    """

    tables: dict[str, pd.DataFrame]
    roster: pd.DataFrame | None = None
    directed: Mapping[str, bool] | None = None


@dataclass(frozen=True)
class _Kind:
    """One kind of file: what it is, which options it takes, and how it is read."""

    told: str
    file: str
    options: Callable[[argparse.ArgumentParser], None]
    read: Callable[[argparse.Namespace, Sequence[str], list[Fault]], Imported]
    many: bool = False


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes, for each kind of file."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    for name, kind in _KINDS.items():
        command = kinds.add_parser(name, help=kind.told, description=kind.told)
        command.add_argument(
            "files", type=Path, nargs="+" if kind.many else 1, metavar=kind.file, help="what to import"
        )
        command.add_argument("--dataset", required=True, help="your dataset; it is begun if it is not there")
        command.add_argument(
            "--relation",
            action="append",
            default=[],
            metavar="NAME:LOW:HIGH[:QUESTION]",
            help="declare a relation and its scale; may be given again",
        )
        command.add_argument(
            "--replace",
            action="store_true",
            help="let what is imported take the place of the tables there are",
        )
        kind.options(command)


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> None:
    """Import what the command names, and say what is there now.

    Raises
    ------
    InvalidInput
        With every fault of the files; nothing is written.
    """
    faults: list[Fault] = []
    given = _relations(arguments.relation, faults)
    declared = own_folder(arguments.dataset) / "datapackage.json"
    there = read_package(declared).relations if declared.is_file() else ()
    known = [relation.name for relation in there]
    known += [name for name in given if name not in known]
    imported = _KINDS[arguments.kind].read(arguments, known, faults)
    _check_declared(imported.tables.get("ties"), known, faults)
    before = {relation.name: relation for relation in there}
    if imported.directed is not None:
        _check_direction(imported.tables["ties"], imported.directed, list(before), faults)
    raise_faults(faults)
    for name, directed in (imported.directed or {}).items():
        relation = given.get(name) or before[name]
        if relation.directed != directed:
            given[name] = replace(relation, directed=directed)
    counts = add_tables(
        arguments.dataset, imported.tables, given, roster=imported.roster, replace=arguments.replace
    )
    listed = ", ".join(f"{count} {name}" for name, count in counts.items())
    say(f"data_raw/{arguments.dataset}/ now has {listed}.")
    say(f"Next: make check-data DATASET={arguments.dataset}, make deidentify DATASET={arguments.dataset}")


def _relations(given: Sequence[str], faults: list[Fault]) -> dict[str, Relation]:
    found = {}
    for text in given:
        fit = _RELATION.fullmatch(text)
        bounds = _bounds(fit) if fit else []
        name = fit["name"].strip() if fit else ""
        if fit is None or not bounds or not name:
            allowed = (
                "a name, the lowest and the highest answer, and the question, as in help:0:3:How often …?"
            )
            faults.append(Fault("--relation", repr(text), allowed))
            continue
        found[name] = Relation(name, (fit["question"] or name).strip(), minimum=bounds[0], maximum=bounds[1])
    return found


def _check_declared(ties: pd.DataFrame | None, known: Sequence[str], faults: list[Fault]) -> None:
    """Append a fault for each relation whose scale nobody has stated: it cannot be told from the answers."""
    if ties is None or not len(ties):
        return
    for relation, values in ties.groupby("relation")["value"]:
        if relation not in known:
            allowed = f"relations of the dataset: {', '.join(known) or 'none yet'}"
            hint = f"declare it and its scale, as in --relation '{relation}:0:{values.max():g}'"
            faults.append(Fault("ties", f"the relation {relation!r}", allowed, hint=hint))


def _check_direction(
    ties: pd.DataFrame, told: Mapping[str, bool], before: Sequence[str], faults: list[Fault]
) -> None:
    """Append a fault for each new relation that looks undirected, of which nobody has said whether it is.

    Every tie of an undirected relation is its own return: taken for directed, all of it is reciprocated.
    """
    for relation, rows in ties.groupby("relation"):
        pairs = set(rows[["wave", "sender_id", "receiver_id"]].itertuples(index=False, name=None))
        pairs = {pair for pair in pairs if pair[1] != pair[2]}
        returned = {(wave, receiver, sender) for wave, sender, receiver in pairs}
        if pairs and pairs == returned and relation not in {*told, *before}:
            allowed = "--undirected (a tie has no sender), or --directed (everybody happens to be named back)"
            faults.append(Fault("ties", f"every tie of {relation!r} in both directions", allowed))


def _bounds(fit: re.Match[str]) -> list[float]:
    """Return the lowest and the highest answer; nothing where they are none."""
    texts = [fit[side] for side in ("low", "high")]
    if not all(re.fullmatch(_NUMBER, text) for text in texts):
        return []
    low, high = map(float, texts)
    return [low, high] if -_HUGE < low <= high < _HUGE else []


def _labels(path: Path | None, faults: list[Fault]) -> dict[str, float]:
    if path is None:
        return {}
    grid = read_grid(path, faults)
    if grid.header[:2] != ["label", "value"]:
        faults.append(Fault(path.name, ", ".join(grid.header) or "nothing", "columns: label, value", 1))
        return {}
    found = {}
    for line, (label, value, *_) in enumerate(grid.cells, start=2):
        if re.fullmatch(_NUMBER, value):
            found[label] = float(value)
        else:
            faults.append(Fault(path.name, repr(value), "a number", line, "value"))
    return found


def _wave(text: str) -> int:
    """Return the wave that an option names, as a file would."""
    number = read_wave(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a wave")
    return number


def _survey_options(command: argparse.ArgumentParser, respondent: str) -> None:
    command.add_argument(
        "--respondent", default=respondent, help="header of the respondents' column (default: %(default)s)"
    )
    command.add_argument("--wave-column", help="header of the wave's number, where each row tells its own")
    command.add_argument("--labels", type=Path, help="a table label, value: what words mean as numbers")


def _roster_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--roster", type=Path, required=True, help="list of those asked: actor_id, name, aliases, …"
    )
    command.add_argument(
        "--pattern", default=PATTERN, help="what headers of answers look like (default: %(default)s)"
    )
    _survey_options(command, "respondent")
    command.add_argument(
        "--organization-kind", default="school", help="what those asked belong to (default: %(default)s)"
    )


def _read_roster(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    roster = read_roster(arguments.roster, faults)
    tables = read_roster_survey(
        arguments.files[0],
        roster,
        relations,
        faults,
        pattern=arguments.pattern,
        respondent=arguments.respondent,
        wave_column=arguments.wave_column,
        labels=_labels(arguments.labels, faults),
        waves=_waves(arguments.dataset),
        organization_kind=arguments.organization_kind,
    )
    return Imported(tables, roster)


def _items_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--items", type=Path, required=True, help="the table of items: item_id, minimum, maximum, …"
    )
    command.add_argument(
        "--roster", type=Path, help="list of names, where respondents are named (default: the dataset's own)"
    )
    _survey_options(command, "actor_id")
    command.add_argument("--wave", type=_wave, default=1, help="wave of all rows (default: %(default)s)")


def _read_items(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    there = own_folder(arguments.dataset) / NAMES / "roster.csv"
    roster = arguments.roster or (there if there.is_file() else None)
    tables = read_survey_items(
        arguments.files[0],
        read_items(arguments.items, faults),
        faults,
        respondent=arguments.respondent,
        wave_column=arguments.wave_column,
        wave=arguments.wave,
        labels=_labels(arguments.labels, faults),
        people=Matcher(read_roster(roster, faults)) if roster is not None else None,
    )
    return Imported(tables)


def _network_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--wave", type=_wave, default=1, help="wave, where the file tells none (default: %(default)s)"
    )
    command.add_argument(
        "--tie",
        metavar="RELATION",
        help="relation, where the file tells none (default: the only one declared, else tie)",
    )
    command.add_argument(
        "--reported-by",
        choices=("sender", "receiver"),
        default="sender",
        help="whose answer a tie is (default: %(default)s)",
    )
    direction = command.add_mutually_exclusive_group()
    direction.add_argument(
        "--directed",
        action="store_true",
        default=None,
        help="ties have a sender (default: as the file says, where it does)",
    )
    direction.add_argument(
        "--undirected",
        action="store_false",
        dest="directed",
        default=None,
        help="ties have none: in a list each row is a tie in both directions; a matrix has to be symmetric",
    )


def _tie(arguments: argparse.Namespace, relations: Sequence[str]) -> str:
    return str(arguments.tie or (relations[0] if len(relations) == 1 else "tie"))


def _network(network: ImportedNetwork, arguments: argparse.Namespace) -> Imported:
    told = dict(network.directed)
    if arguments.directed is not None:
        told = {relation: arguments.directed for _, relation in network.asked}
    return Imported(as_tables(network, directed_by=arguments.reported_by), directed=told)


_ENDS = ("sender", "receiver", "value", "wave", "relation")


def _edges_options(command: argparse.ArgumentParser) -> None:
    _network_options(command)
    for name in _ENDS:
        command.add_argument(
            f"--{name}-column", help=f"header of the {name}'s column, where it is not a usual one"
        )


def _read_edges(arguments: argparse.Namespace, relations: Sequence[str], _: list[Fault]) -> Imported:
    columns = {name: getattr(arguments, f"{name}_column") for name in _ENDS}
    network = read_edges(
        arguments.files[0],
        **columns,
        only_wave=arguments.wave,
        only_relation=_tie(arguments, relations),
        undirected=arguments.directed is False,
    )
    return _network(network, arguments)


def _matrix_options(command: argparse.ArgumentParser) -> None:
    _network_options(command)
    command.add_argument(
        "--is",
        dest="asked",
        action="append",
        metavar="RELATION:WAVE",
        help="what each matrix is, in order; else sheets and files named like `help 1` say it themselves",
    )
    command.add_argument(
        "--names",
        action=argparse.BooleanOptionalAction,
        help="whether first row and column hold names (default: as it looks)",
    )


def _read_matrices(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    asked = []
    for text in arguments.asked or ():
        relation, _, wave = text.rpartition(":")
        if relation.strip() and re.fullmatch(r"[0-9]{1,9}", wave, re.ASCII):
            asked.append((int(wave), relation))
        else:
            faults.append(Fault("--is", repr(text), "a relation and a wave, as in help:1"))
    raise_faults(faults)
    network = read_matrices(
        arguments.files,
        asked=asked or None,
        labelled=arguments.names,
        only_wave=arguments.wave,
        only_relation=_tie(arguments, relations),
        undirected=arguments.directed is False,
    )
    return _network(network, arguments)


_GRAPHS: dict[str, Callable[..., ImportedNetwork]] = {
    ".graphml": read_graphml,
    ".gexf": read_gexf,
    ".net": read_pajek,
    ".dl": read_dl,
}


def _read_graph(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    (path,) = arguments.files
    read = _GRAPHS.get(path.suffix.lower())
    if read is None:
        allowed = "a name that ends in .graphml, .gexf, .net (Pajek) or .dl (UCINET)"
        faults.append(Fault(path.name, f"the ending {path.suffix!r}", allowed))
        return Imported({})
    return _network(read(path, only_wave=arguments.wave, only_relation=_tie(arguments, relations)), arguments)


def _read_refi(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    return Imported(read_refi(arguments.files[0], faults))


def _waves(dataset: str) -> pd.DataFrame | None:
    """Return the waves of a dataset as far as they are known already."""
    path = own_folder(dataset) / "waves.csv"
    if not path.is_file():
        return None
    tables, _ = examine_tables(path.parent, [])
    return typed(TABLES["waves"], tables["waves"], (), [])


_KINDS: dict[str, _Kind] = {
    "roster": _Kind(
        "a wide roster survey: a row a respondent, a column a person who can be named, per wave and relation",
        "SURVEY",
        _roster_options,
        _read_roster,
    ),
    "items": _Kind(
        "answers to statements, of people in the dataset: a row a respondent, a column an item",
        "SURVEY",
        _items_options,
        _read_items,
    ),
    "edges": _Kind("a list of ties (.csv, .xlsx): a row a tie", "FILE", _edges_options, _read_edges),
    "matrix": _Kind(
        "adjacency matrices (.csv, .xlsx): rows send, columns receive",
        "FILE",
        _matrix_options,
        _read_matrices,
        many=True,
    ),
    "graph": _Kind(
        "a graph: GraphML (.graphml), GEXF (.gexf), Pajek (.net), UCINET (.dl)",
        "FILE",
        _network_options,
        _read_graph,
    ),
    "refi": _Kind(
        "codings of a REFI-QDA project (.qdpx), or its codebook (.qdc)", "FILE", lambda _: None, _read_refi
    ),
}
