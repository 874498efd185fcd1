"""The header of a file in UCINET's data language (DL): sizes, format, labels."""

from __future__ import annotations

import re
from bisect import bisect
from dataclasses import dataclass, field
from typing import NamedTuple

from analysis.importing.files.sheets import shown
from analysis.importing.shared.network import MOST_ACTORS, actor_label
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
    "edgelist2": "edgelist2",
    "el2": "edgelist2",
    "nodelist2": "nodelist2",
    "nl2": "nodelist2",
    "lowerhalf": "lowerhalf",
    "lh": "lowerhalf",
    "upperhalf": "upperhalf",
    "uh": "upperhalf",
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
    people, others, matrices : int or None, int or None, int
        How many there are: people, or rows; what the columns are, where that is another kind; matrices.
        None: not said.
    layout : str
        How the data stand: fullmatrix, lowerhalf, upperhalf, edgelist1 or 2, nodelist1 or 2.
    diagonal : bool
        Whether a matrix has its diagonal.
    labels, column_labels, matrix_labels : list of str
        As listed, those of columns where they are not those of rows; empty: not listed.
    rows_embedded, columns_embedded : bool
        Whether labels stand among the data.
    says_columns : bool
        Whether the number of columns is said by itself (nc), so that they may be of another kind.
    """

    people: int | None = None
    others: int | None = None
    matrices: int = 1
    layout: str = "fullmatrix"
    diagonal: bool = True
    labels: list[str] = field(default_factory=list)
    column_labels: list[str] = field(default_factory=list)
    matrix_labels: list[str] = field(default_factory=list)
    rows_embedded: bool = False
    columns_embedded: bool = False
    says_columns: bool = False

    @property
    def two_kinds(self) -> bool:
        """Whether rows and columns are of two kinds (people and activities)."""
        return bool(self.layout.endswith("2") or self.others is not None or self.column_labels)


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
    lists_of: dict[str, str] = {}
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
        kind = next((kind for kind in ("matrix", "level", "col") if what.startswith(kind)), "row")
        if lists_of.get(kind, text[mark.end() : position]).split() != text[mark.end() : position].split():
            faults.append(Fault(file, "other labels than before", "each list of labels once", line, "labels"))
        lists_of[kind] = text[mark.end() : position]
    _check_nothing(file, text, position, end, breaks, faults)
    size = header.people if header.others is None else header.others
    header.labels = _labels(lists_of.get("row", ""), header.people)
    header.column_labels = _labels(lists_of.get("col", ""), size)
    header.matrix_labels = _labels(lists_of.get("matrix", lists_of.get("level", "")), header.matrices)
    _settle(file, header, faults)
    return header


def _labels(text: str, size: int | None) -> list[str]:
    """Return labels, which are words; or lines, where there are as many lines as there should be labels."""
    labels = [actor_label(word.text) for word in words_of(text.replace("\n", " "), 0)]
    lines = [actor_label(line) for line in text.split("\n") if line.strip()]
    return lines if len(labels) != size == len(lines) and '"' not in text else labels


def _settle(file: str, header: Header, faults: list[Fault]) -> None:
    """Tell rows and columns of one kind from those of two, and compare labels with the sizes."""
    one_list = header.column_labels and not header.labels and header.others in (None, header.people)
    if one_list and not header.layout.endswith("2"):
        header.labels, header.column_labels = header.column_labels, []
    columns = {label.casefold() for label in header.column_labels}
    same = columns == {label.casefold() for label in header.labels}
    square = header.others in (None, header.people)
    if not header.layout.endswith("2") and square and (same or not columns):
        header.column_labels, header.others = [], None
    elif header.others is None:
        header.others = header.people
    sizes = [("labels", header.labels, header.people, "n" if header.others is None else "nr")]
    sizes += [("column labels", header.column_labels, header.others, "nc")]
    for what, labels, size, name in sizes:
        seen: set[str] = set()
        for label in labels:
            if label.casefold() in seen:
                faults.append(Fault(file, f"{label!r} again", "each label once", column=what))
            seen.add(label.casefold())
        if size is not None and labels and len(labels) != size:
            faults.append(Fault(file, f"{len(labels)} {what}", f"{size}, as {name} says", column=what))
    if header.layout in ("edgelist1", "nodelist1"):
        header.rows_embedded = header.columns_embedded = header.rows_embedded or header.columns_embedded


def _check_nothing(
    file: str, text: str, begin: int, end: int, breaks: list[int], faults: list[Fault]
) -> None:
    left = text[begin:end].strip(" \t\r\n,")
    if left:
        allowed = "n, nr, nc, nm, format, diagonal, labels, matrix labels, labels embedded, data"
        faults.append(Fault(file, shown(left), allowed, bisect(breaks, begin) + 1))


def _set(file: str, header: Header, name: str, value: str, line: int, faults: list[Fault]) -> None:
    if name == "format":
        header.layout = _FORMATS.get(value.lower(), "")
        if not header.layout:
            allowed = ", ".join(sorted(set(_FORMATS.values())))
            hint = "in UCINET: save it as DL, full matrix"
            faults.append(Fault(file, shown(value), allowed, line, "format", hint))
    elif name == "diagonal":
        header.diagonal = value.lower() == "present"
        if value.lower() not in ("present", "absent"):
            faults.append(Fault(file, shown(value), "present or absent", line, "diagonal"))
    elif not re.fullmatch("[0-9]{1,9}", value) or not 1 <= int(value) <= MOST_ACTORS:
        faults.append(Fault(file, shown(value), f"a whole number from 1 to {MOST_ACTORS}", line, name))
    elif name == "nm":
        header.matrices = int(value)
    elif name == "nc":
        header.others = int(value)
        header.says_columns = True
    elif header.people not in (None, int(value)):
        faults.append(Fault(file, f"{value}, after {header.people}", "one size", line, name))
    else:
        header.people = int(value)
