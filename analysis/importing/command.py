"""`python -m analysis import`: somebody's own files into the tables of a dataset of theirs."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from analysis.importing.attendance import ATTENDANCE, read_attendance
from analysis.importing.contact_log import CONTACTS, read_contacts
from analysis.importing.dated import Listed, Way
from analysis.importing.edges import read_edges
from analysis.importing.graphs import read_gexf, read_graphml
from analysis.importing.grid import read_grid
from analysis.importing.matrices import read_matrices
from analysis.importing.network import ImportedNetwork, as_tables, read_wave
from analysis.importing.own import NAMES, add_tables, own_folder
from analysis.importing.pajek import read_pajek
from analysis.importing.people import Matcher, People, read_roster
from analysis.importing.refi_qda import read_refi
from analysis.importing.roster import PATTERN, check_dates, present, read_roster_survey
from analysis.importing.sheets import Layout
from analysis.importing.survey_items import read_items, read_survey_items
from analysis.importing.ucinet import read_dl
from analysis.privacy.names import fold
from analysis.tables.cells import typed
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.load import examine_tables
from analysis.tables.package import Relation, read_package
from analysis.tables.schema import TABLES, Column

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
    notes : sequence of str
        What became of what the file has.
    asked : collection of (int, str)
        Waves and relations it tells of.
    attributes : mapping of str to sequence of Column
        Further columns of tables.
    """

    tables: dict[str, pd.DataFrame]
    roster: pd.DataFrame | None = None
    directed: Mapping[str, bool] | None = None
    notes: Sequence[str] = ()
    asked: Collection[tuple[int, str]] = ()
    attributes: Mapping[str, Sequence[Column]] = field(default_factory=dict)


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
        command = kinds.add_parser(name, help=kind.told, description=kind.told, allow_abbrev=False)
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
            help="let what is imported take the place of what there is on the same waves and relations "
            "(items, documents, activities); everything else stays",
        )
        command.add_argument(
            "--changed",
            choices=("keep", "update"),
            help="of people of whom something else is said than before (a school, a role): what counts",
        )
        command.add_argument(
            "--wave-dates",
            action="append",
            default=[],
            metavar="WAVE:FIRST:LAST",
            help="first and last day of a round, as in 1:2024-10-01:2024-10-31; may be given again",
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
    dates = _wave_dates(arguments, faults)
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
    tables, notes = dict(imported.tables), list(imported.notes)
    if "waves" in tables and (called := dict(enumerate(getattr(arguments, "wave_label", []), start=1))):
        waves = tables["waves"]
        tables["waves"] = waves.assign(label=waves["wave"].map(called).fillna(waves["label"]))
    if dates is not None:
        tables["waves"] = _dated(tables.get("waves"), dates)
    counts = add_tables(
        arguments.dataset,
        tables,
        given,
        roster=imported.roster,
        replace=arguments.replace,
        asked=imported.asked,
        attributes=imported.attributes,
        changed=arguments.changed,
        notes=notes,
    )
    listed = ", ".join(f"{count} {name}" for name, count in counts.items())
    say(f"data_raw/{arguments.dataset}/ now has {listed}.")
    for note in notes:
        say(f"  {note}")
    say(f"Next: make check-data DATASET={arguments.dataset}, make deidentify DATASET={arguments.dataset}")


_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


def _wave_dates(arguments: argparse.Namespace, faults: list[Fault]) -> pd.DataFrame | None:
    """Return the rows of the table of waves that options give dates of; None without such options."""
    rows = []
    for text in arguments.wave_dates:
        fit = re.fullmatch(f"(?P<wave>[0-9]{{1,9}}):(?P<first>{_DAY}):(?P<last>{_DAY})", text, re.ASCII)
        if fit is None:
            faults.append(Fault("--wave-dates", repr(text), "a round and its days: 1:2024-10-01:2024-10-31"))
        else:
            rows.append((int(fit["wave"]), f"Wave {fit['wave']}", fit["first"], fit["last"]))
    columns = ["wave", "label", "opened_on", "closed_on"]
    return typed(TABLES["waves"], pd.DataFrame(rows, columns=columns), (), faults) if rows else None


def _dated(waves: pd.DataFrame | None, dates: pd.DataFrame) -> pd.DataFrame:
    """Return waves with their dates; a round that is dated but not imported is one, too."""
    if waves is None:
        return dates
    labels = waves.set_index("wave")["label"]
    known = dates.assign(label=dates["wave"].map(labels).fillna(dates["label"]))
    others = waves[~waves["wave"].isin(dates["wave"])]
    return pd.concat([others, known]).sort_values("wave", ignore_index=True)


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
        ends = pd.concat([rows["sender_id"], rows["receiver_id"]])
        codes = pd.factorize(ends)[0].reshape(2, -1)
        waves = pd.factorize(rows["wave"])[0]
        apart = codes[0] != codes[1]
        size = int(codes.max()) + 1
        there, back = (
            np.unique(((waves * size + one) * size + other)[apart]) for one, other in (codes, codes[::-1])
        )
        if apart.any() and np.array_equal(there, back) and relation not in {*told, *before}:
            allowed = "--undirected (a tie has no sender), or --directed (everybody happens to be named back)"
            faults.append(Fault("ties", f"every tie of {relation!r} in both directions", allowed))


def _bounds(fit: re.Match[str]) -> list[float]:
    """Return the lowest and the highest answer; nothing where they are none."""
    texts = [fit[side] for side in ("low", "high")]
    if not all(re.fullmatch(_NUMBER, text) for text in texts):
        return []
    low, high = map(float, texts)
    return [low, high] if -_HUGE < low <= high < _HUGE else []


def _labels(path: Path | None, faults: list[Fault]) -> dict[str, float | None]:
    """Return what words mean: a number, or None (missing) where the table leaves the value empty."""
    if path is None:
        return {}
    grid = read_grid(path, faults)
    if grid.header[:2] != ["label", "value"]:
        faults.append(Fault(path.name, ", ".join(grid.header) or "nothing", "columns: label, value", 1))
        return {}
    found: dict[str, float | None] = {}
    for line, (label, value, *_) in enumerate(grid.cells, start=2):
        if fold(label) in map(fold, found):
            faults.append(Fault(path.name, f"{label!r} again", "each label once", line, "label"))
        elif re.fullmatch(_NUMBER, value):
            found[label] = float(value)
        elif not value and label:
            found[label] = None
        elif label or value:
            allowed = "a number, or nothing where the answer is missing"
            faults.append(Fault(path.name, repr(value), allowed, line, "value"))
    return found


def _layout_options(command: argparse.ArgumentParser, missing: str = "an answer not given") -> None:
    command.add_argument(
        "--sheet",
        action="append",
        default=[],
        help="sheet of a workbook to be read; may be given again (default: the only one)",
    )
    command.add_argument("--missing", default="", help=f'what stands for {missing}, as in "N/A,-99"')


def _table_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--header-row", type=_line, default=1, help="line of the header (default: %(default)s)"
    )
    command.add_argument(
        "--header-rows",
        type=_line,
        default=1,
        help="how many lines the header has: questions, and what each column is of them (default: 1)",
    )
    command.add_argument(
        "--unread", action="append", default=[], help="header of a column that is not to be read"
    )


def _wave_label_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--wave-label",
        action="append",
        default=[],
        metavar="WORDS",
        help="what a round is called in the column of waves; given once a round, in order",
    )


def _line(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a line")
    return int(text)


def _layout(arguments: argparse.Namespace) -> Layout:
    return Layout(
        sheets=tuple(arguments.sheet),
        header_row=getattr(arguments, "header_row", 1),
        header_rows=getattr(arguments, "header_rows", 1),
        waves=tuple(getattr(arguments, "wave_label", [])),
        missing=frozenset(part.strip().casefold() for part in arguments.missing.split(",") if part.strip()),
        unread=frozenset(header.strip().casefold() for header in getattr(arguments, "unread", [])),
    )


def _blank_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--blank",
        action="append",
        default=[],
        metavar="[RELATION:]missing|none",
        help="what a blank beside answers says: nothing is known, or no tie; may be given again",
    )


def _blank(
    arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]
) -> dict[str, Literal["missing", "none"]]:
    found: dict[str, Literal["missing", "none"]] = {}
    for text in sorted(arguments.blank, key=lambda text: ":" in text):
        relation, _, said = text.rpartition(":")
        if said not in ("missing", "none") or (relation and relation not in relations):
            allowed = f"missing or none, alone or after a relation ({', '.join(relations) or 'none yet'})"
            faults.append(Fault("--blank", repr(text), allowed))
        else:
            found.update(dict.fromkeys([relation] if relation else relations, said))
    return found


def _wave(text: str) -> int:
    """Return the wave that an option names, as a file would."""
    number = read_wave(text)
    if number is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a wave")
    return number


def _survey_options(command: argparse.ArgumentParser, respondent: str) -> None:
    _layout_options(command)
    _table_options(command)
    command.add_argument(
        "--keep", choices=("first", "last"), help="which row counts of somebody who answered twice"
    )
    command.add_argument(
        "--respondent", default=respondent, help="header of the respondents' column (default: %(default)s)"
    )
    command.add_argument("--wave-column", help="header of the wave, where each row tells its own")
    _wave_label_option(command)
    command.add_argument(
        "--labels", type=Path, help="a table label, value: what words mean as numbers (no value: missing)"
    )


def _roster_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--roster", type=Path, required=True, help="list of those asked: actor_id, name, aliases, …"
    )
    command.add_argument(
        "--pattern", default=PATTERN, help="what headers of answers look like (default: %(default)s)"
    )
    _survey_options(command, "respondent")
    _dates_option(command)
    _blank_option(command)
    command.add_argument("--wave", type=_wave, help="round of all answers, where neither header nor row says")
    command.add_argument(
        "--unlisted",
        action="append",
        default=[],
        metavar="NAME",
        help="somebody on the roster whom the survey does not ask about; may be given again",
    )
    command.add_argument(
        "--organization-kind", default="school", help="what those asked belong to (default: %(default)s)"
    )


def _read_roster(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    roster = read_roster(arguments.roster, faults, arguments.dates)
    notes: list[str] = []
    asked: list[tuple[int, str]] = []
    tables = read_roster_survey(
        arguments.files[0],
        roster,
        relations,
        faults,
        pattern=arguments.pattern,
        respondent=arguments.respondent,
        wave_column=arguments.wave_column,
        wave=arguments.wave,
        labels=_labels(arguments.labels, faults),
        waves=_waves(arguments),
        organization_kind=arguments.organization_kind,
        blank=_blank(arguments, relations, faults),
        keep=arguments.keep,
        unlisted=arguments.unlisted,
        layout=_layout(arguments),
        notes=notes,
        asked_of=asked,
    )
    return Imported(tables, roster, notes=notes, asked=asked)


def _items_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--items", type=Path, required=True, help="the table of items: item_id, minimum, maximum, …"
    )
    command.add_argument(
        "--roster", type=Path, help="list of names, where respondents are named (default: the dataset's own)"
    )
    _survey_options(command, "actor_id")
    _dates_option(command)
    command.add_argument("--wave", type=_wave, default=1, help="wave of all rows (default: %(default)s)")


def _read_items(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    tables = read_survey_items(
        arguments.files[0],
        read_items(arguments.items, faults),
        faults,
        respondent=arguments.respondent,
        wave_column=arguments.wave_column,
        wave=arguments.wave,
        labels=_labels(arguments.labels, faults),
        people=_matcher(arguments, faults),
        keep=arguments.keep,
        layout=_layout(arguments),
        notes=notes,
    )
    return Imported(tables, notes=notes)


def _matcher(arguments: argparse.Namespace, faults: list[Fault]) -> Matcher | None:
    """Return who is meant by a name: by the roster that is given, or else the dataset's own."""
    roster = _known_roster(arguments, faults)
    return Matcher(roster) if roster is not None else None


def _known_roster(arguments: argparse.Namespace, faults: list[Fault]) -> pd.DataFrame | None:
    """Return the roster that is given, or else the dataset's own; None without either."""
    there = own_folder(arguments.dataset) / NAMES / "roster.csv"
    path = arguments.roster or (there if there.is_file() else None)
    return read_roster(path, faults, arguments.dates) if path is not None else None


def _people(arguments: argparse.Namespace, faults: list[Fault]) -> People:
    known = own_folder(arguments.dataset) / "actors.csv"
    tables = examine_tables(known.parent, [])[0] if known.is_file() else {}
    there = tables["actors"]["actor_id"].dropna().astype(str) if "actors" in tables else ()
    return People(_matcher(arguments, faults), there, new=arguments.new_people)


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
    _people_options(command)


def _dates_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--dates",
        choices=("day-first", "month-first"),
        help="what stands first in days such as 05/10/2024; other forms of a day need no word",
    )


def _people_options(command: argparse.ArgumentParser) -> None:
    _dates_option(command)
    command.add_argument(
        "--roster", type=Path, help="list of names, with aliases (default: the dataset's own, if it has one)"
    )
    command.add_argument(
        "--new-people",
        action="store_true",
        help="people whose names are nearly those of others are other people",
    )
    command.add_argument(
        "--organization-kind",
        default="school",
        help="what people belong to, where a file says so (default: %(default)s)",
    )


def _tie(arguments: argparse.Namespace, relations: Sequence[str]) -> str:
    return str(arguments.tie or (relations[0] if len(relations) == 1 else "tie"))


_HOMES = ("organization_id", "organization", "organisation", "org", "school")
"""What a file calls the organisation a person belongs to."""


def _organizations(homes: pd.Series, arguments: argparse.Namespace) -> pd.DataFrame:
    return pd.DataFrame({"organization_id": homes, "kind": arguments.organization_kind})


def _on_roster(
    actors: pd.DataFrame, roster: pd.DataFrame, arguments: argparse.Namespace, notes: list[str]
) -> dict[str, pd.DataFrame]:
    """Return people with what the roster says of them, and the organisations they belong to."""
    absent = sorted(set(roster["actor_id"].dropna()) - set(actors["actor_id"]))
    notes += [f"on the roster and not in the file: {', '.join(absent[:20])}"] if absent else []
    shown = ["actor_id", "organization_id", "role", "joined_on", "left_on"]
    found = actors.merge(roster[shown], on="actor_id", how="left")
    homes = found["organization_id"].dropna().drop_duplicates()
    return {"actors": found, "organizations": _organizations(homes, arguments)}


def _network(network: ImportedNetwork, arguments: argparse.Namespace) -> Imported:
    directed = dict(network.directed)
    if arguments.directed is not None:
        directed = {relation: arguments.directed for _, relation in network.asked}
    tables = as_tables(network, directed_by=arguments.reported_by)
    notes = list(network.notes)
    roster = read_roster(arguments.roster, [], arguments.dates) if arguments.roster else None
    if roster is not None:
        tables |= _on_roster(tables["actors"], roster, arguments, notes)
    names = dict.fromkeys(name for said in network.attributes.values() for name in said)
    columns: list[Column] = []
    actors = tables["actors"]
    for name in names:
        values = actors["actor_id"].map(lambda one, name=name: network.attributes.get(one, {}).get(name))
        column = "organization_id" if name.casefold() in _HOMES else name.casefold().strip()
        if column in actors:
            notes.append(f"what is said of people as {name!r} was not read: there is another {column!r}")
            continue
        actors[column] = values.astype("string")
        if column == "organization_id":
            homes = actors[column].dropna().drop_duplicates()
            tables["organizations"] = _organizations(homes, arguments)
        elif column not in ("role", "joined_on", "left_on"):
            told = f"What the file {arguments.files[0].name} says of people as {name!r}."
            columns.append(Column(column, "text", told, required=False, privacy="free"))
    notes += [f"read of people as attributes: {', '.join(names)}"] if names else []
    homes_of = {"organizations": tables.pop("organizations", pd.DataFrame())}
    return Imported(
        {**(homes_of if len(homes_of["organizations"]) else {}), **tables},
        roster,
        directed,
        notes=notes,
        asked=network.asked,
        attributes={"actors": columns} if columns else {},
    )


def _dated_options(command: argparse.ArgumentParser, columns: Sequence[str]) -> None:
    _people_options(command)
    for name in columns:
        command.add_argument(
            f"--{name}-column", help=f"header of the {name}'s column, where it is not a usual one"
        )
    command.add_argument("--split", metavar="SIGN", help="what parts several people in one cell")
    command.add_argument(
        "--fill-down",
        action="store_true",
        help="an empty cell says the same as the one above it, but for people",
    )
    _layout_options(command, "a value that is not known")
    _table_options(command)


def _dated_way(arguments: argparse.Namespace, columns: Sequence[str], faults: list[Fault]) -> Way:
    return Way(
        {name: getattr(arguments, f"{name}_column") for name in columns},
        _people(arguments, faults),
        arguments.dates,
        arguments.split,
        arguments.fill_down,
        _layout(arguments),
    )


def _listed(found: Listed, arguments: argparse.Namespace, notes: list[str]) -> Imported:
    tables = {"actors": pd.DataFrame({"actor_id": pd.Series(found.people, dtype="string")})}
    roster = read_roster(arguments.roster, [], arguments.dates) if arguments.roster else None
    if roster is not None:
        told = _on_roster(tables["actors"], roster, arguments, notes)
        tables = {name: told[name] for name in ("organizations", "actors")}
    return Imported({**tables, **found.tables}, roster, notes=notes)


def _attendance_options(command: argparse.ArgumentParser) -> None:
    _dated_options(command, tuple(ATTENDANCE))
    command.add_argument("--activity", help="what the whole file is of, where no column says so")
    command.add_argument("--date", help="the day of it, where no column says so")
    command.add_argument(
        "--activity-kind",
        help="sort of activity, where no column says so (default: activity)",
    )
    command.add_argument(
        "--repeated",
        action="store_true",
        help="what goes by one name on several days is as many activities",
    )
    command.add_argument(
        "--register",
        action="store_true",
        help="a row a person, a column a day of --activity or a known activity, marks in the cells",
    )
    command.add_argument(
        "--labels", type=Path, help="a table label, value: which words mean somebody came (1) or not (0)"
    )


def _read_attendance(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    path = own_folder(arguments.dataset) / "activities.csv"
    columns = ["activity_id", "date", "kind"]
    tables = examine_tables(path.parent, [])[0] if path.is_file() else {}
    there = tables.get("activities", pd.DataFrame(columns=columns))[columns]
    found = read_attendance(
        arguments.files[0],
        _dated_way(arguments, tuple(ATTENDANCE), faults),
        faults,
        notes,
        activity=arguments.activity,
        date=arguments.date,
        kind=arguments.activity_kind,
        repeated=arguments.repeated,
        words=_labels(arguments.labels, faults),
        register=arguments.register,
        known={one: (day, kind) for one, day, kind in there.itertuples(index=False, name=None)},
    )
    return _listed(found, arguments, notes)


def _contacts_options(command: argparse.ArgumentParser) -> None:
    _dated_options(command, tuple(CONTACTS))
    command.add_argument("--contact-kind", help="sort of contact, where no column says so")


def _read_contacts(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    way = _dated_way(arguments, tuple(CONTACTS), faults)
    found = read_contacts(arguments.files[0], way, faults, notes, kind=arguments.contact_kind)
    return _listed(found, arguments, notes)


_ENDS = ("sender", "receiver", "value", "wave", "relation")


def _edges_options(command: argparse.ArgumentParser) -> None:
    _network_options(command)
    for name in _ENDS:
        several = name == "receiver"
        command.add_argument(
            f"--{name}-column",
            action="append" if several else "store",
            help=f"header of the {name}'s column, where it is not a usual one"
            + ("; given again for each further column of names" if several else ""),
        )
    command.add_argument(
        "--all-asked",
        action="store_true",
        help="everybody on the roster was asked: whoever has no row did not answer",
    )
    _wave_label_option(command)
    command.add_argument("--split", metavar="SIGN", help="what parts several receivers in one cell")
    command.add_argument(
        "--combine", choices=("sum", "max", "count"), help="what becomes of several rows of one tie"
    )
    _layout_options(command, "a value that is not known")
    _table_options(command)


def _read_edges(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    columns = {name: getattr(arguments, f"{name}_column") for name in _ENDS}
    roster = _known_roster(arguments, faults) if arguments.all_asked else None
    if arguments.all_asked and roster is None:
        faults.append(Fault("--all-asked", "no roster", "the list of those asked, with --roster"))
    raise_faults(faults, "nothing read")
    waves = _waves(arguments)
    network = read_edges(
        arguments.files[0],
        **columns,
        everybody=None if roster is None else lambda wave: present(roster, wave, waves),
        only_wave=arguments.wave,
        only_relation=_tie(arguments, relations),
        undirected=arguments.directed is False,
        split=arguments.split,
        combine=arguments.combine,
        layout=_layout(arguments),
        people=_people(arguments, faults),
    )
    if roster is not None:
        check_dates(arguments.files[0].name, roster, {wave for wave, _ in network.asked}, waves, faults)
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
    _layout_options(command)
    _blank_option(command)


def _read_matrices(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    asked = []
    for text in arguments.asked or ():
        relation, _, wave = text.rpartition(":")
        if relation.strip() and re.fullmatch(r"[0-9]{1,9}", wave, re.ASCII):
            asked.append((int(wave), relation))
        else:
            faults.append(Fault("--is", repr(text), "a relation and a wave, as in help:1"))
    about = _tie(arguments, relations)
    blank = _blank(arguments, list(dict.fromkeys([*relations, about])), faults)
    raise_faults(faults)
    network = read_matrices(
        arguments.files,
        asked=asked or None,
        labelled=arguments.names,
        only_wave=arguments.wave,
        only_relation=about,
        undirected=arguments.directed is False,
        blank=blank,
        layout=_layout(arguments),
        people=_people(arguments, faults),
    )
    return _network(network, arguments)


def _graph_options(command: argparse.ArgumentParser) -> None:
    _network_options(command)
    command.add_argument(
        "--by-id", action="store_true", help="people are called by the identifiers of a graph's nodes"
    )


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
    more: dict[str, object] = {"by_id": True} if arguments.by_id and read in (read_graphml, read_gexf) else {}
    network = read(
        path,
        only_wave=arguments.wave,
        only_relation=_tie(arguments, relations),
        people=_people(arguments, faults),
        **more,
    )
    return _network(network, arguments)


def _read_refi(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    return Imported(read_refi(arguments.files[0], faults))


def _waves(arguments: argparse.Namespace) -> pd.DataFrame | None:
    """Return the waves of a dataset as far as they are known already, or said by options."""
    path = own_folder(arguments.dataset) / "waves.csv"
    tables = examine_tables(path.parent, [])[0] if path.is_file() else {}
    known = typed(TABLES["waves"], tables["waves"], (), []) if "waves" in tables else None
    said = _wave_dates(arguments, [])
    if said is None or known is None:
        return known if said is None else said
    return pd.concat([known[~known["wave"].isin(said["wave"])], said], ignore_index=True)


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
        _graph_options,
        _read_graph,
    ),
    "attendance": _Kind(
        "a sign-in sheet or register (.csv, .xlsx): a row somebody who came to an activity, by name",
        "FILE",
        _attendance_options,
        _read_attendance,
    ),
    "contacts": _Kind(
        "a dated log (.csv, .xlsx): a row a contact, who turned to whom, by name",
        "FILE",
        _contacts_options,
        _read_contacts,
    ),
    "refi": _Kind(
        "codings of a REFI-QDA project (.qdpx), or its codebook (.qdc)", "FILE", lambda _: None, _read_refi
    ),
}
