"""Pajek files: networks (.net) and projects (.paj), which add partitions and vectors.

Mrvar and Batagelj, *Pajek and Pajek-XXL: reference manual*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from analysis.importing.files.sheets import read_number, read_text, shown
from analysis.importing.formats.pajek_network import NetworkReader, holds
from analysis.importing.formats.two_mode import Entry, TwoMode, two_kinds
from analysis.importing.shared.account import counted
from analysis.importing.shared.network import SILENT, Arc, ImportedNetwork, actor_label, assemble, named_wave
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_pajek", "read_pajek_two_mode"]

_VALUES = ("partition", "vector")
_UNREAD = ("permutation", "cluster", "hierarchy")
_MISSING = frozenset({9_999_998.0, 999_999_998.0})
"""What Pajek writes where a partition or a vector has no value."""


@dataclass
class _Block:
    """An object of a project: its sort, what it is called, its lines with their numbers."""

    kind: str
    name: str
    lines: list[tuple[int, str]] = field(default_factory=list)


def _blocks(file: str, text: str, faults: list[Fault], notes: list[str]) -> list[_Block]:
    """Return the objects of a file; a network needs no heading of its own."""
    blocks: list[_Block] = []
    before: list[str] = []
    for line, written in enumerate(text.splitlines(), start=1):
        stripped = written.strip()
        if not stripped or stripped.startswith("%"):
            continue
        kind, _, name = stripped.removeprefix("*").partition(" ")
        if stripped.startswith("*") and kind.lower() in ("network", *_VALUES, *_UNREAD):
            blocks.append(_Block(kind.lower(), name.strip().strip('"')))
        elif stripped.startswith("*") and not blocks:
            blocks.append(_Block("network", "", [(line, stripped)]))
        elif blocks:
            blocks[-1].lines.append((line, stripped))
        else:
            before.append(stripped)
    if before and blocks:
        more = f" and {len(before) - 1} more lines" if len(before) > 1 else ""
        notes.append(f"{file}: read as a comment, before the first section: {shown(before[0])}{more}")
    if not any(block.kind == "network" for block in blocks):
        hint = "a partition (.clu) or a vector (.vec) alone: save the network and it as one project (.paj)"
        faults.append(Fault(file, "no network", "*Vertices and ties", hint=hint if blocks else ""))
    return blocks


def _values(file: str, block: _Block, size: int, faults: list[Fault]) -> list[str]:
    """Return what a partition or a vector says of each vertex; empty where it says nothing."""
    called = f"*{block.kind.title()} {block.name}".strip()
    lines = list(block.lines)
    said = lines[0][1].split() if lines else []
    declared = said[1] if len(said) > 1 and said[0].lower() == "*vertices" else ""
    if declared != str(size) or len(lines) - 1 != size:
        found = f"{counted(max(len(lines) - 1, 0), 'values')}, *Vertices {declared or 'not there'}"
        faults.append(Fault(file, found, f"*Vertices {size} and as many values", column=called))
        return []
    found_values = []
    for line, written in lines[1:]:
        number = read_number(written)
        if number is None:
            faults.append(Fault(file, shown(written), "a number", line, called))
        found_values.append("" if number is None or number in _MISSING else f"{number:.15g}")
    return found_values


def read_pajek(
    path: Path,
    *,
    only_wave: int = 1,
    only_relation: str = "tie",
    people: People | None = None,
    encoding: str = "",
) -> ImportedNetwork:
    """Read a Pajek network (`*Vertices`, `*Arcs`, `*Edges`, lists, matrices) or project.

    Edges become ties in both directions. Sections with a name, as in `*Arcs :1 "help"`, are relations; a
    name like `help 2` gives the wave, too. Where a project has several networks of the same vertices, each is
    a relation called as it is. Times of lines (`[1-3]`) are waves: a line holds in each of them, one without
    times in all. Partitions and vectors are attributes of people. Vertices without a label are called by
    their numbers. Lines that begin with %, and text before the first section, are comments; where vertices
    and lines stand and what colour they have is told and not read.

    networkx has a reader of its own; it takes edges that follow arcs for arcs, lists for pairs with a value,
    and the heading of a second relation for a tie.

    Parameters
    ----------
    path : Path
        The file, in UTF-8.
    only_wave, only_relation : int, str
        Wave and relation where sections have no name.
    people : People, optional
        Who is meant by a label.
    encoding : str
        How text that is not UTF-8 writes letters.

    Raises
    ------
    InvalidInput
        With every fault of the file; vertices of two kinds are one here.
    """
    faults: list[Fault] = []
    notes: list[str] = []
    text = read_text(path, faults, encoding)
    raise_faults(faults, "nothing read")
    blocks = _blocks(path.name, text or "", faults, notes)
    networks = [block for block in blocks if block.kind == "network"]
    readers = []
    for block in networks:
        called = actor_label(PurePath(block.name).stem) if len(networks) > 1 else ""
        named = (named_wave(called) if called else None) or (only_wave, called or only_relation)
        reader = NetworkReader(path.name, named, faults)
        reader.read(block.lines)
        readers.append(reader)
    if any(reader.first_kind is not None for reader in readers):
        faults.append(two_kinds(path.name))
    labels = readers[0].labels if readers else []
    for reader in readers[1:]:
        if reader.labels != labels:
            found = f"networks of {len(labels)} and {len(reader.labels)} vertices, or with other labels"
            hint = "save each network as a file (.net) of its own"
            faults.append(Fault(path.name, found, "networks of the same vertices", hint=hint))
    attributes: dict[str, dict[str, str]] = {label: {} for label in labels}
    for block in blocks:
        if block.kind in _VALUES:
            name = PurePath(block.name).stem or block.kind
            for label, value in zip(labels, _values(path.name, block, len(labels), faults), strict=False):
                if name in attributes[label]:
                    faults.append(
                        Fault(path.name, f"{name!r} again", "partitions and vectors of names of their own")
                    )
                    break
                if value:
                    attributes[label][name] = value
        elif block.kind in _UNREAD:
            notes.append(f"{path.name}: not read: *{block.kind.title()} {block.name}".rstrip())
    arcs: list[Arc] = []
    asked: list[tuple[int, str]] = []
    silent = _silent(attributes)
    directed: dict[str, bool] = {}
    for reader in readers:
        _timed(reader, labels, arcs, asked, silent, notes)
        directed |= reader.directed
    drawn = sum(reader.drawn for reader in readers)
    if drawn:
        notes.append(
            f"{path.name}: not read: what {counted(drawn, 'lines')} further had (places, shapes, colours)"
        )
    raise_faults(faults, "nothing read")
    return assemble(
        path.name,
        labels,
        arcs,
        asked or [readers[0].only],
        faults,
        silent=silent,
        directed=directed,
        people=people,
        attributes=attributes,
        notes=notes,
    )


def _silent(attributes: dict[str, dict[str, str]]) -> list[tuple[int, str, str]]:
    """Take what partitions such as *did_not_answer help 1* say out of what is said of people."""
    found: list[tuple[int, str, str]] = []
    for label, said in attributes.items():
        for name in [one for one in said if one.startswith(f"{SILENT} ")]:
            about = named_wave(name.removeprefix(SILENT))
            if about is not None and said.pop(name) != "0":
                found.append((about[0], label, about[1]))
    return found


def _timed(
    reader: NetworkReader,
    labels: Sequence[str],
    arcs: list[Arc],
    asked: list[tuple[int, str]],
    silent: list[tuple[int, str, str]],
    notes: list[str],
) -> None:
    """Append ties, in each wave in which they hold; who was not there then counts as not having answered."""
    waves = reader.waves()
    abouts = reader.asked or [reader.only]
    relations = dict.fromkeys(relation for _, relation in abouts)
    if not waves:
        asked += abouts
        arcs += [
            Arc(labels[line.one], labels[line.other], line.value, *line.about, line.row)
            for line in reader.lines
        ]
        return
    asked += [(wave, relation) for wave in waves for relation in relations]
    arcs += [
        Arc(labels[line.one], labels[line.other], line.value, wave, line.about[1], line.row)
        for line in reader.lines
        for wave in waves
        if holds(line.times, wave)
    ]
    absent = [
        (wave, labels[place], relation)
        for place, times in reader.present.items()
        for wave in waves
        if not holds(times, wave)
        for relation in relations
    ]
    silent += absent
    notes.append(f"{reader.file}: times are read as waves {', '.join(map(str, waves))}")
    if absent:
        notes.append(
            f"{reader.file}: vertices outside their times count as not having answered; who joined or "
            "left is said "
            "with joined_on and left_on of a --roster"
        )


def read_pajek_two_mode(path: Path, encoding: str = "") -> TwoMode:
    """Read a Pajek network of two kinds (`*Vertices 7 5`): the first are people, the others what they came
    to.

    Raises
    ------
    InvalidInput
        With every fault of the file; more than one network, or a line between vertices of one kind.
    """
    faults: list[Fault] = []
    notes: list[str] = []
    text = read_text(path, faults, encoding)
    raise_faults(faults, "nothing read")
    blocks = _blocks(path.name, text or "", faults, notes)
    raise_faults(faults, "nothing read")
    networks = [block for block in blocks if block.kind == "network"]
    reader = NetworkReader(path.name, (1, "tie"), faults)
    reader.read(networks[0].lines)
    first = reader.first_kind
    if first is None or len(networks) > 1:
        found = f"{len(networks)} networks" if len(networks) > 1 else "vertices of one kind"
        faults.append(Fault(path.name, found, "one network of two kinds, as in *Vertices 7 5"))
    raise_faults(faults, "nothing read")
    notes += [
        f"{path.name}: not read: *{block.kind.title()} {block.name}"
        for block in blocks
        if block.kind != "network"
    ]
    entries: dict[tuple[int, int], Entry] = {}
    for line in reader.lines:
        one, other = sorted((line.one, line.other))
        if not one < (first or 0) <= other:
            both = f"{reader.labels[one]!r} and {reader.labels[other]!r}, of one kind"
            faults.append(Fault(path.name, both, "one of each kind", line.row))
        elif line.value:
            entries[one, other] = Entry(reader.labels[one], reader.labels[other], line.value, line.row)
        if line.times:
            hint = "leave the times out; activities.csv says the day of each activity"
            faults.append(Fault(path.name, "a time", "lines without times", line.row, hint=hint))
    raise_faults(faults, "nothing read")
    labels = reader.labels
    found_entries = tuple(entries.values())
    return TwoMode(path.name, tuple(labels[:first]), tuple(labels[first:]), found_entries, tuple(notes))
