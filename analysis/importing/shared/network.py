"""What any file of a network gives: its people, its ties, who was asked what; and the tables made of it.

One network gives the same tables whatever file it was read from. In every format

- a value of zero is no tie; somebody without ties is still one of the people;
- an undirected tie becomes two, one in each direction;
- what somebody reports on themselves (the diagonal of a matrix, a loop) is kept where it is not zero; whether
  it counts is the analyst's choice;
- names are compared as they are shown: accents may be written either way Unicode knows, and space around
  or between words counts as one space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple

import pandas as pd

from analysis.importing.shared.account import counted
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = [
    "MOST_ACTORS",
    "SILENT",
    "Arc",
    "Combine",
    "ImportedNetwork",
    "actor_label",
    "as_tables",
    "asked_told",
    "assemble",
    "matrix_arcs",
    "named_wave",
    "read_asked",
    "read_silence",
    "read_wave",
    "silence_told",
]

MOST_ACTORS = 100_000
"""People a file may say it has: more would take the memory of anyone who only opens it."""

SILENT = "did_not_answer"
"""What an export says of people who did not answer, as an attribute: `help 1; trust 2`."""

Combine = Literal["sum", "max", "count"]
"""What a tie that is there several times becomes."""

_NUMBERED = re.compile(r"[\s_]([0-9]{1,9})\Z")


class Arc(NamedTuple):
    """A tie as a file has it.

    `row` is the line it stands on, where that is known; `reporter` whose answer it is, where that is neither
    of the two (an interviewed person on how others stand to each other).
    """

    sender: str
    receiver: str
    value: float
    wave: int
    relation: str
    row: int | None = None
    reporter: str = ""


@dataclass(frozen=True)
class ImportedNetwork:
    """A network as it was read.

    Attributes
    ----------
    actors : tuple of str
        The people, in the order of the file.
    ties : DataFrame
        sender_id, receiver_id, value, wave, relation; a row per tie, in the order of the file. Where others
        than the two may have told of a tie, reported_by, too.
    asked : tuple of (int, str)
        The waves and relations the file tells of, also those without a tie.
    nonresponse : DataFrame
        wave, actor_id, relation: whose row of a matrix is missing.
    directed : mapping of str to bool
        Whether ties of a relation have a direction, by relation, as far as the file says so.
    attributes : mapping of str to mapping of str to str
        What the file says of people: of each, the values by name.
    notes : tuple of str
        What became of what the file has, for whoever imports it.
    """

    actors: tuple[str, ...]
    ties: pd.DataFrame
    asked: tuple[tuple[int, str], ...]
    nonresponse: pd.DataFrame
    directed: Mapping[str, bool] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=100_000)
def actor_label(text: str) -> str:
    """Return a name in the one way it is compared: composed accents, single spaces, none around it."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def read_wave(text: str) -> int | None:
    """Return the number of a wave, or None when the text is none."""
    fit = re.fullmatch(r"([0-9]{1,9})(\.0+)?", text.strip())
    return int(fit[1]) if fit else None


def named_wave(name: str) -> tuple[int, str] | None:
    """Return the wave and the relation after which a sheet or a matrix is named: `help 1`, `help_1`."""
    stripped = name.strip()
    fit = _NUMBERED.search(stripped, max(0, len(stripped) - 10))
    relation = actor_label(stripped[: fit.start()]) if fit else ""
    return (int(fit[1]), relation) if fit and relation else None


def silence_told(silent: Iterable[tuple[int, str]]) -> str:
    """Return waves and relations in one text, as `read_silence` reads it.

    Examples
    --------
    >>> read_silence(silence_told([(1, "help"), (2, "much trust")]))
    [(1, 'help'), (2, 'much trust')]
    """
    return "; ".join(f"{relation} {wave}" for wave, relation in silent)


def read_silence(text: str) -> list[tuple[int, str]] | None:
    """Return the waves and relations in a text like `help 1; trust 2`, or None where it is none."""
    found = [named_wave(part) for part in text.split(";")]
    return [one for one in found if one is not None] if all(found) else None


def asked_told(asked: Iterable[tuple[int, str]], undirected: Iterable[str]) -> str:
    """Return which relations were asked when, and which have no direction, as `read_asked` reads it.

    Examples
    --------
    >>> asked_told([(1, "help"), (1, "close")], ["close"])
    'asked help 1; asked close 1; undirected close'
    """
    told = [f"asked {relation} {wave}" for wave, relation in asked]
    return "; ".join([*told, *(f"undirected {relation}" for relation in undirected)])


def read_asked(text: str) -> tuple[list[tuple[int, str]], frozenset[str]] | None:
    """Return waves and relations asked, and the relations without direction; None where a text is no such.

    Examples
    --------
    >>> read_asked("asked help 1; undirected help")
    ([(1, 'help')], frozenset({'help'}))
    >>> read_asked("Friends of mine")
    """
    parts = [part.split(None, 1) for part in text.split(";")]
    if not all(len(part) == 2 and part[0] in ("asked", "undirected") for part in parts):
        return None
    asked = read_silence("; ".join(about for word, about in parts if word == "asked"))
    undirected = frozenset(actor_label(about) for word, about in parts if word == "undirected")
    return None if asked is None else (asked, undirected)


def assemble(
    file: str,
    actors: Iterable[str],
    arcs: Iterable[Arc],
    asked: Iterable[tuple[int, str]],
    faults: list[Fault],
    *,
    silent: Iterable[tuple[int, str, str]] = (),
    undirected: bool = False,
    directed: Mapping[str, bool] | None = None,
    people: People | None = None,
    once: bool = True,
    attributes: Mapping[str, Mapping[str, str]] | None = None,
    notes: Iterable[str] = (),
    heard: tuple[Collection[tuple[int, str, str]], Callable[[int], Collection[str]] | None] | None = None,
    combine: Combine | None = None,
) -> ImportedNetwork:
    """Put a network together, or raise with every fault.

    Parameters
    ----------
    file : str
        How faults name the file.
    actors : iterable of str
        Labels made by `actor_label`, as the file has them, or the line of each by label; whoever occurs in
        `arcs` is one of them.
    arcs : iterable of Arc
        Ties, zero values and loops included.
    asked : iterable of (int, str)
        Waves and relations.
    faults : list of Fault
        Faults found so far.
    silent : iterable of (int, str, str)
        Wave, person and relation of answers that are missing.
    undirected : bool
        Whether each tie is one in both directions.
    directed : mapping of str to bool, optional
        What the file says of whether ties of a relation have a direction.
    people : People, optional
        Who is meant by a label; by default those of the file alone.
    once : bool
        Whether the file lists its people once each.
    attributes : mapping, optional
        What the file says of people, by label.
    notes : iterable of str
        Notes so far.
    heard : pair of collection of (int, str, str) and callable or None, optional
        Wave, relation and label of who answered; and, by wave, the identifiers of who was asked (None:
        everybody in the file). The others of them did not answer.
    combine : {"sum", "max", "count"}, optional
        What a tie that is there several times becomes.

    Raises
    ------
    InvalidInput
        With the faults given, and: nobody in the network, a label empty or with a control character, a tie
        there twice (unless `combine` says what becomes of it), and what `People.identify` finds.
    """
    arcs = arcs if isinstance(arcs, list) else list(arcs)
    listed: dict[str, int | None] = dict(actors) if isinstance(actors, Mapping) else dict.fromkeys(actors)
    for arc in arcs:
        if arc.row is not None:
            for end in (arc.sender, arc.receiver):
                if listed[end] is None:
                    listed[end] = arc.row
    pairs = tuple(dict.fromkeys(asked))
    for label in (*listed, *(relation for _, relation in pairs)):
        if not label or any(unicodedata.category(sign) == "Cc" for sign in label):
            faults.append(Fault(file, f"the label {label!r}", "labels of at least one printed character"))
    if not listed:
        faults.append(Fault(file, "nobody", "at least one person"))
    told = list(notes)
    people = people or People()
    who = people.identify(file, listed, faults, told, once=once)
    if people.guests:
        many = len(arcs)
        arcs = [arc for arc in arcs if not people.guests & {arc.sender, arc.receiver, arc.reporter}]
        told.append(f"{file}: {many - len(arcs)} of {many} ties are with them, left out")
        who = {label: actor for label, actor in who.items() if label not in people.guests}
        silent = [one for one in silent if one[1] not in people.guests]
        heard = (
            None if heard is None else ([one for one in heard[0] if one[2] not in people.guests], heard[1])
        )
        attributes = {one: said for one, said in (attributes or {}).items() if one not in people.guests}
    if any(label != actor for label, actor in who.items()):
        arcs = [
            arc._replace(
                sender=who[arc.sender],
                receiver=who[arc.receiver],
                reporter=who[arc.reporter] if arc.reporter else "",
            )
            for arc in arcs
        ]
    silent = [(wave, who[actor], relation) for wave, actor, relation in silent]
    if heard is not None:
        answered = {(wave, relation, who[label]) for wave, relation, label in heard[0]}
        absent = [
            (wave, actor, relation)
            for wave, relation in pairs
            for actor in (dict.fromkeys(who.values()) if heard[1] is None else heard[1](wave))
            if (wave, relation, actor) not in answered
        ]
        silent += absent
    if combine is not None:
        some, arcs = len(arcs), _combined(arcs, combine)
        told += [f"{file}: {some} ties are combined into {len(arcs)} ({combine})"] * (len(arcs) < some)
    first: dict[tuple[int, str, str, str, str], int | None] = {}
    kept = []
    for arc in arcs:
        key = (arc.wave, arc.relation, arc.sender, arc.receiver, arc.reporter)
        if key in first:
            before = f", as in row {first[key]}" if first[key] is not None else ""
            found = f"{arc.sender!r} to {arc.receiver!r} again{before} (wave {arc.wave}, {arc.relation})"
            hint = "a list of ties (KIND=edges) may say what several become: --combine sum, max or count"
            faults.append(Fault(file, found, "each tie once", arc.row, hint=hint))
            continue
        first[key] = arc.row
        if arc.value != 0:
            kept.append(arc)
        if undirected and arc.sender != arc.receiver:
            back = arc._replace(sender=arc.receiver, receiver=arc.sender)
            first[back.wave, back.relation, back.sender, back.receiver, back.reporter] = arc.row
            if arc.value != 0:
                kept.append(back)
    raise_faults(faults, "nothing read")
    columns = ["sender_id", "receiver_id", "value", "wave", "relation"]
    kinds = dict(zip(columns, ["string", "string", "Float64", "Int64", "string"], strict=True))
    # A column at a time: a list of a million rows takes several times as long.
    parts = zip(*(arc[:5] for arc in kept), strict=True) if kept else [()] * len(columns)
    ties = pd.DataFrame(dict(zip(columns, map(list, parts), strict=True)), columns=columns).astype(kinds)
    if any(arc.reporter for arc in kept):
        ties["reported_by"] = pd.Series([arc.reporter or arc.sender for arc in kept], dtype="string")
    unheard = pd.DataFrame(list(dict.fromkeys(silent)), columns=["wave", "actor_id", "relation"])
    unheard = unheard.astype({"wave": "Int64", "actor_id": "string", "relation": "string"})
    loops = sum(arc.sender == arc.receiver for arc in kept)
    if loops:
        told.append(
            f"{file}: kept, and left out of reports: {counted(loops, 'ties')} of people with themselves"
        )
    said = {who[label]: values for label, values in (attributes or {}).items()}
    actors = tuple(dict.fromkeys([*who.values(), *(actor for _, actor, _ in silent)]))
    return ImportedNetwork(actors, ties, pairs, unheard, directed or {}, said, tuple(told))


def _combined(arcs: Sequence[Arc], how: Combine) -> list[Arc]:
    """Return one tie for all of the same people, wave, relation and reporter."""
    found: dict[tuple[int, str, str, str, str], Arc] = {}
    for arc in arcs:
        key = (arc.wave, arc.relation, arc.sender, arc.receiver, arc.reporter)
        value = 1.0 if how == "count" else arc.value
        if key not in found:
            found[key] = arc._replace(value=value)
            continue
        before = found[key].value
        found[key] = found[key]._replace(value=max(before, value) if how == "max" else before + value)
    return list(found.values())


def matrix_arcs(
    file: str,
    labels: Sequence[str],
    cells: Sequence[Sequence[float | None]],
    lines: Sequence[int],
    asked: tuple[int, str],
    faults: list[Fault],
    *,
    half: Literal["", "lower", "upper"] = "",
) -> tuple[list[Arc], list[tuple[int, str, str]]]:
    """Return the ties of a square matrix whose rows send, and who did not answer.

    Parameters
    ----------
    file : str
        How faults name the file.
    labels : sequence of str, n of them
        Of the rows and of the columns.
    cells : n rows of n cells
        None: missing, which a cell of the diagonal may be.
    lines : sequence of int, n of them
        Line of the file each row stands on.
    asked : (int, str)
        Wave and relation.
    faults : list of Fault
        A row that is missing as a whole, its diagonal aside, is somebody who did not answer. A single
        missing cell can be told neither as a tie nor as none, so it is a fault.
    half : {"", "lower", "upper"}
        The half that the file has, where the other is its mirror image: a cell stands in one row of it alone.
    """
    wave, relation = asked
    arcs: list[Arc] = []
    silent = []
    for place, (sender, row) in enumerate(zip(labels, cells, strict=True)):
        others = [value for column, value in enumerate(row) if column != place]
        if others and all(value is None for value in others):
            silent.append((wave, sender, relation))
            continue
        for column, (receiver, value) in enumerate(zip(labels, row, strict=True)):
            mirrored = (half == "lower" and column > place) or (half == "upper" and column < place)
            line, header = (lines[column], sender) if mirrored else (lines[place], receiver)
            if value is None and receiver != sender:
                allowed = "a number, or all of the row missing (the person did not answer)"
                hint = "0 where the person did answer and named no tie"
                fault = Fault(file, "a missing cell", allowed, line, header, hint)
                faults += [fault] if not half or fault not in faults else []
            elif value:
                arcs.append(Arc(sender, receiver, value, wave, relation, line))
    return arcs, silent


def _natural(label: str) -> tuple[list[tuple[int, int, str]], str]:
    parts = [part for part in re.split(r"([0-9]+)", label) if part]
    key = [
        (0, len(part.lstrip("0")), part.lstrip("0")) if part[0] in "0123456789" else (1, 0, part.casefold())
        for part in parts
    ]
    return key, label


def as_tables(
    network: ImportedNetwork, *, directed_by: Literal["sender", "receiver"] = "sender"
) -> dict[str, pd.DataFrame]:
    """Return a network as tables of the data model: actors, waves, ties and, where needed, nonresponse.

    Rows stand by wave, then relation, then person; people by label, numbers in it by size (A2 before A10).
    So the tables do not depend on the order of the file.

    Parameters
    ----------
    network : ImportedNetwork
        As a reader returned it.
    directed_by : {"sender", "receiver"}
        Whose answer a tie is, where the file does not say it. With "receiver" a missing row is nobody's
        silence, and is a fault.

    Raises
    ------
    InvalidInput
        When `directed_by` is neither, or rows are missing where receivers answered.
    """
    faults = []
    if directed_by not in ("sender", "receiver"):
        faults.append(Fault("directed_by", repr(directed_by), "sender or receiver"))
    elif directed_by == "receiver":
        faults = [
            Fault("network", f"the missing row of {actor!r}", "rows in full, where receivers answered")
            for actor in network.nonresponse["actor_id"]
        ]
    raise_faults(faults, "nothing read")
    actors = sorted(network.actors, key=_natural)
    place = {actor: number for number, actor in enumerate(actors)}
    waves = sorted({wave for wave, _ in network.asked})
    ties = network.ties.assign(
        first=network.ties["sender_id"].map(place), second=network.ties["receiver_id"].map(place)
    )
    ties = ties.sort_values(["wave", "relation", "first", "second"], ignore_index=True)
    if "reported_by" not in ties:
        ties["reported_by"] = ties[f"{directed_by}_id"]
    tables = {
        "actors": pd.DataFrame({"actor_id": pd.Series(actors, dtype="string")}),
        "waves": pd.DataFrame(
            {
                "wave": pd.Series(waves, dtype="Int64"),
                "label": pd.Series([f"wave {wave}" for wave in waves], dtype="string"),
            }
        ),
        "ties": ties[["wave", "relation", "sender_id", "receiver_id", "value", "reported_by"]],
    }
    if len(network.nonresponse):
        silent = network.nonresponse.assign(first=network.nonresponse["actor_id"].map(place))
        silent = silent.sort_values(["wave", "relation", "first"], ignore_index=True)
        tables["nonresponse"] = silent[["wave", "actor_id", "relation"]]
    return tables
