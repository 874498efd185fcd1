"""The header of a file in UCINET's data language (DL): sizes, format, labels."""

from __future__ import annotations

import re
from bisect import bisect
from dataclasses import dataclass, field
from typing import NamedTuple

from analysis.importing.network import MOST_ACTORS, actor_label
from analysis.importing.sheets import shown
from analysis.tables.faults import Fault

__all__ = ["QUOTED", "Header", "Word", "read_header", "words_of"]

_FORMATS = {
    "fullmatrix": "fullmatrix",
    "fm": "fullmatrix",
    "edgelist1": "edgelist1",
    "edgelist": "edgelist1",
    "el1": "edgelist1",
    "nodelist1": "nodelist1",
    "nodelist": "nodelist1",
    "nl1": "nodelist1",
}
_WORD = re.compile(r""""([^"\n]*)"|'([^'\n]*)'(?![^\s,=])|([^\s,="]+)""")
QUOTED = re.compile(r'"[^"\n]*"' + r"|(?<![^\s,])'[^'\n]*'")
_LABELS = re.compile(
    r"(?<![^\s,])((?P<what>row|column|col|matrix|level)s?\s+)?labels?\b(\s*(?P<embedded>embedded)\s*:?|\s*:)",
    re.I,
)
_SETTING = re.compile(
    r"(?<![^\s,])(?P<name>nm|nr|nc|n|format|diagonal)\s*(=|(?<=diagonal)\s|(?<=format)\s)\s*(?P<value>[^\s,=:]+)",
    re.I,
)


class Word(NamedTuple):
    """An entry without its quotation marks, and the line it stands on."""

    text: str
    line: int


@dataclass
class Header:
    """What stands before the data.

    Attributes
    ----------
    people, matrices : int or None, int
        How many there are; None: not said.
    layout : {"fullmatrix", "edgelist1", "nodelist1"}
        How the data stand.
    diagonal : bool
        Whether a full matrix has its diagonal.
    labels, matrix_labels : list of str
        As listed; empty: not listed.
    rows_embedded, columns_embedded : bool
        Whether labels stand among the data.
    """

    people: int | None = None
    matrices: int = 1
    layout: str = "fullmatrix"
    diagonal: bool = True
    labels: list[str] = field(default_factory=list)
    matrix_labels: list[str] = field(default_factory=list)
    rows_embedded: bool = False
    columns_embedded: bool = False


def words_of(text: str, line: int) -> list[Word]:
    """Return the entries of a line; commas, equal signs and space set them apart."""
    return [
        Word(next((part for part in fit.groups() if part is not None), ""), line)
        for fit in _WORD.finditer(text)
    ]


def read_header(file: str, text: str, masked: str, begin: int, end: int, faults: list[Fault]) -> Header:
    """Return what the text says from `begin` to `end`; `masked` is the text, its quotations blotted out."""
    header = Header()
    breaks = [fit.start() for fit in re.finditer("\n", text[:end])]
    settings = list(_SETTING.finditer(masked, begin, end))
    lists = list(_LABELS.finditer(masked, begin, end))
    marks = sorted([*settings, *lists], key=lambda fit: fit.start())
    position = begin
    for number, mark in enumerate(marks):
        line = bisect(breaks, mark.start()) + 1
        _check_nothing(file, text, position, mark.start(), breaks, faults)
        position = mark.end()
        if mark.re is _SETTING:
            _set(file, header, mark["name"].lower(), mark["value"], line, faults)
            continue
        what = (mark["what"] or "").lower()
        if mark["embedded"]:
            header.rows_embedded |= what in ("", "row")
            header.columns_embedded |= what in ("", "column", "col")
            continue
        position = marks[number + 1].start() if number + 1 < len(marks) else end
        names = [
            actor_label(word.text) for word in words_of(text[mark.end() : position].replace("\n", " "), line)
        ]
        if what in ("matrix", "level"):
            header.matrix_labels = names
        elif header.labels and header.labels != names:
            faults.append(Fault(file, "other labels than before", "one kind of actors", line, "labels"))
        else:
            header.labels = names
    _check_nothing(file, text, position, end, breaks, faults)
    seen: set[str] = set()
    for name in header.labels:
        if name in seen:
            faults.append(Fault(file, f"{name!r} again", "each label once", column="labels"))
        seen.add(name)
    if header.people is not None and header.labels and len(header.labels) != header.people:
        faults.append(
            Fault(file, f"{len(header.labels)} labels", f"{header.people}, as n says", column="labels")
        )
    if header.layout != "fullmatrix":
        header.rows_embedded = header.columns_embedded = header.rows_embedded or header.columns_embedded
    return header


def _check_nothing(
    file: str, text: str, begin: int, end: int, breaks: list[int], faults: list[Fault]
) -> None:
    left = text[begin:end].strip(" \t\r\n,")
    if left:
        allowed = "n, nm, format, diagonal, labels, matrix labels, labels embedded, data (one kind of actors)"
        faults.append(Fault(file, shown(left), allowed, bisect(breaks, begin) + 1))


def _set(file: str, header: Header, name: str, value: str, line: int, faults: list[Fault]) -> None:
    if name == "format":
        header.layout = _FORMATS.get(value.lower(), "")
        if not header.layout:
            faults.append(Fault(file, shown(value), "fullmatrix, edgelist1 or nodelist1", line, "format"))
    elif name == "diagonal":
        header.diagonal = value.lower() == "present"
        if value.lower() not in ("present", "absent"):
            faults.append(Fault(file, shown(value), "present or absent", line, "diagonal"))
    elif not re.fullmatch("[0-9]{1,9}", value) or not 1 <= int(value) <= MOST_ACTORS:
        faults.append(Fault(file, shown(value), f"a whole number from 1 to {MOST_ACTORS}", line, name))
    elif name == "nm":
        header.matrices = int(value)
    elif header.people not in (None, int(value)):
        found = f"{value}, after {header.people}"
        faults.append(Fault(file, found, "as many rows as columns (one kind of actors)", line, name))
    else:
        header.people = int(value)
