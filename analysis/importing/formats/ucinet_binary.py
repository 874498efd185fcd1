"""UCINET's own datasets: a header (`.##h`) beside the numbers (`.##d`).

Read are versions `V6404` (UCINET 6.404 and later) and `DATE:` (UCINET 6 before that), with numbers of four
bytes, which is what UCINET 6 writes. After the version come the date (four numbers of two bytes: year, month,
day, day of the week), the sort of labels (two bytes), the sort of numbers (one byte; 7: four-byte reals), how
many dimensions (two bytes), the size of each (columns, rows, matrices; four bytes, before 6.404 two), a title
(its length in one byte), whether each dimension has labels (a byte each), and these (their length in two
bytes; in `V6404` UTF-16). This follows `read.ucinet` by Christian Steglich (2015), in the R package migraph;
numbers of 1E+36 and more are UCINET's missing values. The eight datasets in the repository of the R package
rucinet (Jesse Fagan), dated 2005 to 2016, were read whole: Zachary's has the ties that networkx has of it,
and campnet in either version the same 54, three a person. No file of two kinds was found.
"""

from __future__ import annotations

import math
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from analysis.importing.files.archive import read_small_file
from analysis.importing.formats.two_mode import Entry, TwoMode, two_kinds
from analysis.importing.shared.account import counted
from analysis.importing.shared.network import (
    MOST_ACTORS,
    Arc,
    ImportedNetwork,
    actor_label,
    assemble,
    matrix_arcs,
    named_wave,
)
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_ucinet", "read_ucinet_two_mode"]

_VERSIONS = {"V6404": 4, "DATE:": 2}
"""Bytes of the size of a dimension, by version."""
_REALS = 7
_SORTS = {1: "bytes", 2: "truth values", 5: "whole numbers", 6: "whole numbers", 9: "reals of eight bytes"}
_MISSING = 1e36
_MOST_LEVELS = 1000
_SAVE = "open it in UCINET 6.404 or later and save it, or export it as DL"


class _Short(Exception):
    """The header ends before it has said everything."""


class _Bytes:
    """A header, read from its beginning to its end."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = content, 0

    def take(self, count: int) -> bytes:
        found = self.content[self.place : self.place + count]
        if len(found) < count:
            raise _Short
        self.place += count
        return found

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "little")


@dataclass(frozen=True)
class _Dataset:
    """A dataset as its two files have it; labels of a dimension may be empty."""

    file: str
    rows: int
    columns: int
    labels: tuple[list[str], list[str], list[str]]
    matrices: list[list[list[float | None]]]

    @property
    def two_kinds(self) -> bool:
        columns, rows, _ = ([label.casefold() for label in labels] for labels in self.labels)
        return self.rows != self.columns or (columns != rows and bool(columns) and bool(rows))

    def called(self, dimension: int, size: int) -> list[str]:
        return self.labels[dimension] or [str(number) for number in range(1, size + 1)]


def read_ucinet(
    path: Path, *, only_wave: int = 1, only_relation: str = "tie", people: People | None = None
) -> ImportedNetwork:
    """Read a UCINET dataset of one kind of actors: rows send, columns receive.

    Parameters
    ----------
    path : Path
        Either of the two files; the other lies beside it and differs in its last letter. Several matrices are
        relations called as their labels say; a label like `help 2` gives the wave, too.
    only_wave, only_relation : int, str
        Wave, and relation where there is one matrix, or matrices have no labels.
    people : People, optional
        Who is meant by a label.

    Raises
    ------
    InvalidInput
        With the faults of the files: no such pair, another version, numbers of another sort, sizes that do
        not fit what is there, rows and columns of two kinds.
    """
    faults: list[Fault] = []
    found = _read(path, faults)
    raise_faults(faults, "nothing read")
    if found.two_kinds:
        raise_faults([two_kinds(found.file)], "nothing read")
    names = found.labels[2]
    if len(found.matrices) > 1 and not names:
        names = [f"{only_relation}-{number}" for number in range(1, len(found.matrices) + 1)]
    single = len(found.matrices) == 1
    asked = [(named_wave(name) if name else None) or (only_wave, name or only_relation) for name in names]
    if single and (not asked or named_wave(names[0]) is None):
        asked = [(only_wave, only_relation)]
    labels = found.labels[1] or found.labels[0] or found.called(1, found.rows)
    arcs: list[Arc] = []
    silent: list[tuple[int, str, str]] = []
    for about, cells in zip(asked, found.matrices, strict=True):
        more, unheard = matrix_arcs(found.file, labels, cells, range(1, found.rows + 1), about, faults)
        arcs += more
        silent += unheard
    if len(set(asked)) != len(asked):
        faults.append(Fault(found.file, "a matrix label twice", "each once", column="matrix labels"))
    notes = [f"{found.file}: {counted(len(found.matrices), 'matrices')} of {counted(found.rows, 'people')}"]
    if single and names and names[0] and asked[0] == (only_wave, only_relation):
        notes.append(f"{found.file}: the matrix is called {names[0]!r} and read as {only_relation}")
    return assemble(found.file, labels, arcs, asked, faults, silent=silent, people=people, notes=notes)


def read_ucinet_two_mode(path: Path) -> TwoMode:
    """Read a UCINET dataset of two kinds: rows are people, columns what they came to.

    Raises
    ------
    InvalidInput
        As for `read_ucinet`; a missing number, or more than one matrix.
    """
    faults: list[Fault] = []
    found = _read(path, faults)
    raise_faults(faults, "nothing read")
    if len(found.matrices) != 1:
        allowed = "one matrix, its rows people and its columns activities"
        raise_faults([Fault(found.file, f"{len(found.matrices)} matrices", allowed)], "nothing read")
    rows, columns = found.called(1, found.rows), found.called(0, found.columns)
    entries = []
    for number, (who, row) in enumerate(zip(rows, found.matrices[0], strict=True), start=1):
        for what, value in zip(columns, row, strict=True):
            if value is None:
                faults.append(Fault(found.file, "a missing cell", "1 or 0", number, what))
            elif value:
                entries.append(Entry(who, what, value, number))
    raise_faults(faults, "nothing read")
    return TwoMode(found.file, tuple(rows), tuple(columns), tuple(entries))


def _read(path: Path, faults: list[Fault]) -> _Dataset:
    pair = [path.with_name(path.name[:-1] + letter) for letter in _letters(path.name)]
    header, numbers = (read_small_file(one, faults) for one in pair)
    if header is None or numbers is None:
        hint = "keep both files of the dataset, .##h and .##d, in one folder"
        faults.append(Fault(path.name, "half a dataset", "a pair of files", hint=hint))
    raise_faults(faults, "nothing read")
    file = pair[0].name
    try:
        sizes, labels = _header(file, _Bytes(header or b""), faults)
    except _Short:
        faults.append(Fault(file, "a header that breaks off", "a header of UCINET 6", hint=_SAVE))
        sizes, labels = [0, 0], ([], [], [])
    raise_faults(faults, "nothing read")
    columns, rows, levels = (*sizes, 1)[:3]
    needed = 4 * columns * rows * levels
    if len(numbers or b"") != needed:
        allowed = f"{needed} bytes, {levels} x {rows} x {columns} numbers of four"
        faults.append(Fault(pair[1].name, counted(len(numbers or b""), "bytes"), allowed))
    for name, some in zip(("columns", "rows", "matrices"), labels, strict=True):
        counts = Counter(label.casefold() for label in some)
        for label in dict.fromkeys(label for label in some if counts[label.casefold()] > 1):
            faults.append(Fault(file, f"{label!r} again", "each label once", column=f"labels of {name}"))
    raise_faults(faults, "nothing read")
    values = [
        None if not math.isfinite(value) or value >= _MISSING else float(f"{value:.7g}")
        for (value,) in struct.iter_unpack("<f", numbers or b"")
    ]
    lines = [values[start : start + columns] for start in range(0, len(values), columns)]
    matrices = [lines[level * rows : (level + 1) * rows] for level in range(levels)]
    return _Dataset(file, rows, columns, labels, matrices)


def _letters(name: str) -> tuple[str, str]:
    return ("H", "D") if name[-1:].isupper() else ("h", "d")


def _header(
    file: str, content: _Bytes, faults: list[Fault]
) -> tuple[list[int], tuple[list[str], list[str], list[str]]]:
    """Return the size of each dimension, and the labels of columns, rows and matrices."""
    nothing: tuple[list[str], list[str], list[str]] = ([], [], [])
    version = content.take(content.number(1) if content.content[:1] == b"\x05" else 5)
    wide = _VERSIONS.get(version.decode("latin-1"), 0)
    if not wide:
        allowed = f"version {' or '.join(_VERSIONS)}"
        faults.append(Fault(file, f"the version {version!r}", allowed, hint=_SAVE))
        return [], nothing
    content.take(10)
    sort = content.number(1)
    if sort != _REALS:
        found = f"numbers of the sort {sort} ({_SORTS.get(sort, 'not known')})"
        faults.append(Fault(file, found, f"sort {_REALS}, reals of four bytes", hint=_SAVE))
    dimensions = content.number(2)
    if dimensions not in (2, 3):
        faults.append(Fault(file, f"{dimensions} dimensions", "2 or 3: columns, rows, matrices"))
        return [], nothing
    sizes = [content.number(wide) for _ in range(dimensions)]
    for size, most, name in zip(sizes, (MOST_ACTORS, MOST_ACTORS, _MOST_LEVELS), "crm", strict=False):
        if not 1 <= size <= most:
            column = {"c": "columns", "r": "rows", "m": "matrices"}[name]
            faults.append(Fault(file, str(size), f"1 to {most}", column=column))
    if faults:
        return [], nothing
    content.take(content.number(1))
    labelled = [content.number(1) for _ in sizes]
    labels: list[list[str]] = [[], [], []]
    for dimension, size in enumerate(sizes):
        for _ in range(size if labelled[dimension] else 0):
            written = content.take(content.number(2))
            labels[dimension].append(_label(file, written, version, faults))
    if rest := len(content.content) - content.place:
        faults.append(Fault(file, f"{counted(rest, 'bytes')} after the labels", "nothing", hint=_SAVE))
    return sizes, (labels[0], labels[1], labels[2])


def _label(file: str, written: bytes, version: bytes, faults: list[Fault]) -> str:
    coding = "utf-16-le" if version == b"V6404" or b"\x00" in written else "ascii"
    try:
        return actor_label(written.decode(coding))
    except UnicodeDecodeError:
        faults.append(Fault(file, f"the label {written!r}", "labels in letters A to Z", hint=_SAVE))
        return "?"
