"""UCINET's data language (DL): full matrices, lists of ties, lists of whom each names.

Borgatti, Everett and Freeman (2002), *UCINET for Windows: Software for Social Network Analysis*, user's
guide, on the DL protocol. The format has no comments. Two-mode data and half matrices are not read.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from analysis.importing.network import (
    Arc,
    ImportedNetwork,
    actor_label,
    assemble,
    matrix_arcs,
    named_wave,
)
from analysis.importing.people import People
from analysis.importing.sheets import is_missing, read_number, read_text, shown
from analysis.importing.ucinet_header import QUOTED, Header, Word, read_header, words_of
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_dl"]


def read_dl(
    path: Path, *, only_wave: int = 1, only_relation: str = "tie", people: People | None = None
) -> ImportedNetwork:
    """Read a DL file of one kind of actors.

    Parameters
    ----------
    path : Path
        Formats fullmatrix (diagonal present or absent), edgelist1 and nodelist1, with labels, labels
        embedded, or without, when people are called 1, 2, …. Labels with spaces stand in quotation marks.
        Several matrices (nm) are relations called as their matrix labels say; a label like `help 2` gives
        the wave, too. Lists of several matrices are set apart by lines with an exclamation mark. In a full
        matrix `.` and `NA` are missing.
    only_wave, only_relation : int, str
        Wave, and relation where there are no matrix labels.
    people : People, optional
        Who is meant by a label.

    Raises
    ------
    InvalidInput
        With the faults of the file; sizes it states are compared with what is there, never made room for.
    """
    faults: list[Fault] = []
    text = read_text(path, faults) or ""
    raise_faults(faults, "nothing read")
    masked = QUOTED.sub(lambda quoted: "\x01" * len(quoted[0]), text)
    start = re.match(r"\s*dl\b", masked, re.I)
    data = re.search(r"(?<![^\s,])data\s*:", masked, re.I)
    if start is None:
        faults.append(Fault(path.name, shown(text[:20]), "DL, the first word of such a file", 1))
    if data is None:
        faults.append(Fault(path.name, "no data", "data: and below it the ties"))
    raise_faults(faults, "nothing read")
    begin, end, below = (start.end() if start else 0), *(data.span() if data else (0, 0))
    header = read_header(path.name, text, masked, begin, end, faults)
    raise_faults(faults, "nothing read")
    asked = _asked(path.name, header, only_wave, only_relation, faults)
    lines = text[below:].split("\n")
    first_line = text.count("\n", 0, below) + 1
    words = [words_of(line, number) for number, line in enumerate(lines, start=first_line)]
    words = [line for line in words if line]
    if header.layout == "fullmatrix":
        labels, arcs, silent = _full_matrices(path.name, header, words, asked, faults)
    else:
        labels, arcs = _lists(path.name, header, words, asked, faults)
        silent = []
    raise_faults(faults, "nothing read")
    return assemble(path.name, labels, arcs, asked, faults, silent=silent, people=people)


def _asked(file: str, header: Header, wave: int, relation: str, faults: list[Fault]) -> list[tuple[int, str]]:
    """Return wave and relation of each matrix."""
    names = header.matrix_labels
    if names and len(names) != header.matrices:
        found = f"{len(names)} matrix labels"
        faults.append(Fault(file, found, f"{header.matrices}, as nm says", column="matrix labels"))
    if not names and header.matrices == 1:
        return [(wave, relation)]
    names = names or [f"{relation}-{number}" for number in range(1, header.matrices + 1)]
    asked = [named_wave(name) or (wave, name) for name in names]
    if len(set(asked)) != len(asked):
        faults.append(Fault(file, "a matrix label twice", "each once", column="matrix labels"))
    return asked


def _full_matrices(
    file: str,
    header: Header,
    lines: list[list[Word]],
    asked: list[tuple[int, str]],
    faults: list[Fault],
) -> tuple[list[str], list[Arc], list[tuple[int, str, str]]]:
    """Return labels, ties and who is silent; a row of the matrix may run over several lines."""
    words = [word for line in lines for word in line]
    size = header.people or len(header.labels) or (len(lines[0]) if lines and header.columns_embedded else 0)
    side, top = int(header.rows_embedded), size * header.columns_embedded
    width = side + size - (not header.diagonal)
    each = top + size * width
    if not size or len(words) != each * header.matrices:
        above = f", and {size} labels above them" if top else ""
        each_row = f"{width - side} numbers{' and a label' if side else ''}"
        allowed = (
            f"{header.matrices} x {size} rows of {each_row}{above}" if size else "n, the number of people"
        )
        faults.append(Fault(file, f"{len(words)} entries", allowed, column="data"))
        return [], [], []
    labels = header.labels or [str(number) for number in range(1, size + 1)]
    arcs: list[Arc] = []
    silent: list[tuple[int, str, str]] = []
    for number, about in enumerate(asked):
        block = words[number * each : (number + 1) * each]
        rows = [block[top + row * width : top + (row + 1) * width] for row in range(size)]
        embedded = [block[:top]] if top else []
        embedded += [[row[0] for row in rows]] if side else []
        for names in embedded:
            found = [actor_label(name.text) for name in names]
            if number == 0 and not header.labels:
                labels = header.labels = found
            elif found != labels:
                first = next(place for place, name in enumerate(found) if name != labels[place])
                allowed = f"{labels[first]!r}, as elsewhere in the file"
                faults.append(Fault(file, shown(found[first]), allowed, names[first].line, "label"))
        cells: list[list[float | None]] = []
        for place, row in enumerate(rows):
            values: list[float | None] = [_value(file, word, faults) for word in row[side:]]
            cells.append(values if header.diagonal else [*values[:place], None, *values[place:]])
        at = [row[-1].line if row else 0 for row in rows]
        more, unheard = matrix_arcs(file, labels, cells, at, about, faults)
        arcs += more
        silent += unheard
    for label, count in Counter(labels).items():
        if count > 1:
            faults.append(Fault(file, f"{label!r} again", "each label once", column="labels"))
    return labels, arcs, silent


def _value(file: str, word: Word, faults: list[Fault]) -> float | None:
    value = read_number(word.text)
    if value is None and not is_missing(word.text):
        faults.append(Fault(file, shown(word.text), "a number, or . where it is missing", word.line, "data"))
    return value


def _lists(
    file: str,
    header: Header,
    lines: list[list[Word]],
    asked: list[tuple[int, str]],
    faults: list[Fault],
) -> tuple[list[str], list[Arc]]:
    """Return labels and ties of edgelist1 (a tie a line) or nodelist1 (a sender and all it names a line)."""
    blocks: list[list[list[Word]]] = [[]]
    for line in lines:
        if [word.text for word in line] == ["!"]:
            blocks.append([])
        else:
            blocks[-1].append(line)
    if len(blocks) == len(asked) + 1 and not blocks[-1]:
        blocks.pop()
    if len(blocks) != len(asked):
        found = f"data of {len(blocks)} matrices, set apart by !"
        faults.append(Fault(file, found, f"{len(asked)}, as nm says", column="data"))
        return [], []
    known = {label: label for label in header.labels}
    if not header.rows_embedded:
        if header.people is None and not known:
            faults.append(Fault(file, "neither n nor labels", "n, the number of people", column="n"))
            return [], []
        names = header.labels or [str(number) for number in range(1, (header.people or 0) + 1)]
        known = {str(number): label for number, label in enumerate(names, start=1)}
    arcs: list[Arc] = []
    labels: dict[str, None] = dict.fromkeys(known.values())
    for block, about in zip(blocks, asked, strict=True):
        for line in block:
            ends, value = line, 1.0
            if header.layout == "edgelist1":
                ends = line[:2]
                if not 2 <= len(line) <= 3:
                    faults.append(
                        Fault(file, f"{len(line)} entries", "two, and a value", line[0].line, "data")
                    )
                    continue
                number = read_number(line[2].text) if len(line) == 3 else 1.0
                if number is None:
                    faults.append(Fault(file, shown(line[2].text), "a number", line[2].line, "value"))
                    continue
                value = number
            people = [_person(file, word, known, header, faults) for word in ends]
            labels.update(dict.fromkeys(person for person in people if person))
            arcs += [
                Arc(people[0], other, value, *about, line[0].line)
                for other in people[1:]
                if people[0] and other
            ]
    if not faults and header.people is not None and len(labels) != header.people:
        hint = "name those without ties under labels:" if len(labels) < header.people else ""
        found = f"{len(labels)} different labels"
        faults.append(Fault(file, found, f"{header.people}, as n says", column="data", hint=hint))
    return list(labels), arcs


def _person(file: str, word: Word, known: dict[str, str], header: Header, faults: list[Fault]) -> str:
    """Return the label a word stands for; empty, with a fault, if it stands for none."""
    label = actor_label(word.text)
    if header.rows_embedded and not header.labels:
        return label
    if label in known:
        return known[label]
    hint = "" if header.rows_embedded else "names in the data need labels embedded"
    allowed = "one of the labels" if header.rows_embedded else f"a number from 1 to {len(known)}"
    faults.append(Fault(file, shown(word.text), allowed, word.line, "data", hint))
    return ""
