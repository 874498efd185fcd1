"""NetDraw files (.vna): people and what is known of them, and ties, a column per relation.

Borgatti (2002), *NetDraw: graph visualization software*, on the VNA format.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from analysis.importing.files.sheets import is_missing, read_number, read_text, shown
from analysis.importing.shared.account import Account, counted
from analysis.importing.shared.network import Arc, ImportedNetwork, actor_label, assemble, named_wave
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_vna"]

_WORD = re.compile(r'"([^"]*)"|([^\s,"]+)|(,)(?=\s*,|\s*$)')
_SECTIONS = ("node data", "node properties", "tie data", "tie properties")
_VALUES = frozenset({"strength", "weight", "value"})
"""What a column of values is called that is no relation's name."""


def read_vna(
    path: Path,
    *,
    only_wave: int = 1,
    only_relation: str = "tie",
    people: People | None = None,
    encoding: str = "",
) -> ImportedNetwork:
    """Read a NetDraw file.

    Parameters
    ----------
    path : Path
        Sections `*Node data` (an identifier, and columns that are attributes of people) and `*Tie data`
        (from, to, and a column per relation, which has the values of ties). A column like `help 2` gives the
        wave, too; one called strength, weight or value is of `only_relation`, and so is a tie without
        columns. How nodes and ties are drawn (`*Node properties`, `*Tie properties`) is told and not read,
        but for who is there. Entries with spaces stand in quotation marks.
    only_wave, only_relation : int, str
        Wave, and relation where no column gives it.
    people : People, optional
        Who is meant by an identifier.
    encoding : str
        How text that is not UTF-8 writes letters.

    Raises
    ------
    InvalidInput
        With every fault of the file: a section that is not known, a row that does not fit its header.
    """
    faults: list[Fault] = []
    text = read_text(path, faults, encoding) or ""
    raise_faults(faults, "nothing read")
    file = path.name
    sections = _sections(file, text, faults)
    attributes: dict[str, dict[str, str]] = {}
    notes: list[str] = []
    for name in ("node data", "node properties"):
        _, header, rows = sections.get(name, (0, [], []))
        for line, row in rows:
            label = actor_label(row[0])
            if name == "node data" and label in attributes:
                faults.append(Fault(file, f"{label!r} again", "each node once", line, header[0]))
            said = dict(zip(header[1:], row[1:], strict=True)) if name == "node data" else {}
            attributes.setdefault(label, {}).update({one: cell for one, cell in said.items() if cell})
    notes += [f"{file}: not read, how it is drawn: *{name}" for name in sections if "properties" in name]
    line, header, rows = sections.get("tie data", (0, [], []))
    if not header or len(header) < 2:
        faults.append(Fault(file, "no ties", "*Tie data, and from and to below it", line or None))
        raise_faults(faults, "nothing read")
    relations = [
        (only_wave, only_relation) if one.casefold() in _VALUES else named_wave(one) or (only_wave, one)
        for one in map(actor_label, header[2:])
    ] or [(only_wave, only_relation)]
    for about, count in Counter(relations).items():
        if count > 1:
            faults.append(Fault(file, f"{count} columns of {about[1]!r} (wave {about[0]})", "one", line))
    arcs: list[Arc] = []
    left_out = 0
    for place, row in rows:
        one, other = map(actor_label, row[:2])
        if not one or not other:
            faults.append(Fault(file, "an empty entry", "who the tie is from, and to", place))
            continue
        attributes.setdefault(one, {})
        attributes.setdefault(other, {})
        for about, cell in zip(relations, row[2:] or ["1"], strict=True):
            number = read_number(cell)
            if number is None and not is_missing(cell):
                faults.append(Fault(file, shown(cell), "a number", place, about[1]))
            elif number is None:
                left_out += 1
            else:
                arcs.append(Arc(one, other, number, *about, place))
    told = {
        "ties": sum(arc.value != 0 for arc in arcs),
        "of value 0, no tie": 0,
        "missing, left out": left_out,
    }
    told["of value 0, no tie"] = len(arcs) - told["ties"]
    if not faults:
        notes.append(str(Account(file, "values of ties", len(arcs) + left_out, told)))
    return assemble(
        file,
        dict.fromkeys(attributes),
        arcs,
        relations,
        faults,
        people=people,
        attributes=attributes,
        notes=notes,
    )


_Rows = list[tuple[int, list[str]]]


def _sections(file: str, text: str, faults: list[Fault]) -> dict[str, tuple[int, list[str], _Rows]]:
    """Return line of the header, header, and rows of each section, by its name."""
    found: dict[str, tuple[int, list[str], _Rows]] = {}
    name = ""
    for line, written in enumerate(text.splitlines(), start=1):
        stripped = written.strip()
        if stripped.startswith("*"):
            name = " ".join(stripped[1:].lower().split()).rstrip(":")
            if name not in _SECTIONS:
                allowed = ", ".join(f"*{one.capitalize()}" for one in _SECTIONS)
                faults.append(Fault(file, shown(stripped), allowed, line))
                name = "unknown"
            elif name in found:
                faults.append(Fault(file, f"{shown(stripped)} again", "each section once", line))
            found.setdefault(name, (0, [], []))
        elif stripped and not name:
            faults.append(Fault(file, shown(stripped), "a section, *Node data or *Tie data", line))
            break
        elif stripped and name != "unknown":
            words = _words(stripped)
            _, header, rows = found[name]
            if not header:
                found[name] = (line, words, rows)
                _check_header(file, words, line, faults)
            elif len(words) != len(header):
                allowed = f"{len(header)}, as in the header ({', '.join(header)})"
                hint = "entries with spaces stand in quotation marks"
                faults.append(Fault(file, counted(len(words), "entries"), allowed, line, hint=hint))
            else:
                rows.append((line, words))
    raise_faults([fault for fault in faults if not found], "nothing read")
    return found


def _check_header(file: str, header: Sequence[str], line: int, faults: list[Fault]) -> None:
    for name, count in Counter(one.casefold() for one in header).items():
        if count > 1:
            faults.append(Fault(file, f"{count} columns of that name", "one", line, name or "without a name"))


def _words(text: str) -> list[str]:
    """Return the entries of a line; space or commas part them, and nothing between two commas is empty."""
    return ["" if empty else quoted or plain for quoted, plain, empty in _WORD.findall(text)]
