"""UCINET's data language (DL): full matrices, lists of ties, lists of whom each names.

Borgatti, Everett and Freeman (2002), *UCINET for Windows: Software for Social Network Analysis*, user's
guide, on the DL protocol. The format has no comments. Labels are the same whatever their case, as in UCINET.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Literal

from analysis.importing.files.sheets import is_missing, read_number, read_text, shown
from analysis.importing.formats.two_mode import Entry, TwoMode, two_kinds
from analysis.importing.formats.ucinet_header import QUOTED, Header, Word, read_header, words_of
from analysis.importing.shared.account import counted
from analysis.importing.shared.network import (
    Arc,
    ImportedNetwork,
    actor_label,
    assemble,
    matrix_arcs,
    named_wave,
)
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_dl", "read_dl_two_mode"]

_HALVES: dict[str, Literal["lower", "upper"]] = {"lowerhalf": "lower", "upperhalf": "upper"}


def read_dl(
    path: Path,
    *,
    only_wave: int = 1,
    only_relation: str = "tie",
    people: People | None = None,
    encoding: str = "",
) -> ImportedNetwork:
    """Read a DL file of one kind of actors.

    Parameters
    ----------
    path : Path
        Formats fullmatrix, lowerhalf and upperhalf (diagonal present or absent), edgelist1 and nodelist1,
        with labels, labels embedded, or without, when people are called 1, 2, …. Labels with spaces stand in
        quotation marks, or each on a line of its own. Several matrices (nm) are relations called as their
        matrix labels say; a label like `help 2` gives the wave, too. Lists of several matrices are set apart
        by lines with an exclamation mark. In a matrix `.` and `NA` are missing. A half matrix is undirected.
    only_wave, only_relation : int, str
        Wave, and relation where there are no matrix labels.
    people : People, optional
        Who is meant by a label.
    encoding : str
        How text that is not UTF-8 writes letters.

    Raises
    ------
    InvalidInput
        With the faults of the file; sizes it states are compared with what is there, never made room for.
        Rows and columns of two kinds are a fault here: `read_dl_two_mode` reads them.
    """
    faults: list[Fault] = []
    header, words = _opened(path, faults, encoding)
    if header.two_kinds:
        raise_faults([two_kinds(path.name)], "nothing read")
    asked = _asked(path.name, header, only_wave, only_relation, faults)
    raise_faults(faults, "nothing read")
    silent: list[tuple[int, str, str]] = []
    if header.layout in ("edgelist1", "nodelist1"):
        labels, arcs = _lists(path.name, header, words, asked, faults)
    else:
        labels, arcs, silent = _full_matrices(path.name, header, words, asked, faults)
    raise_faults(faults, "nothing read")
    half = header.layout in ("lowerhalf", "upperhalf")
    directed = {relation: False for _, relation in asked} if half else {}
    return assemble(path.name, labels, arcs, asked, faults, silent=silent, directed=directed, people=people)


def read_dl_two_mode(path: Path, encoding: str = "") -> TwoMode:
    """Read a DL file of two kinds: rows are people, columns what they came to.

    Formats fullmatrix, edgelist2 and nodelist2, with labels listed or embedded; without, rows and columns are
    called by their numbers.

    Raises
    ------
    InvalidInput
        With the faults of the file.
    """
    faults: list[Fault] = []
    header, words = _opened(path, faults, encoding)
    two = header.two_kinds or header.says_columns
    if not two or header.matrices > 1:
        found = counted(header.matrices, "matrices") if two else "rows and columns of one kind"
        allowed = "one matrix, its rows people and its columns activities (nr, nc)"
        raise_faults([Fault(path.name, found, allowed)], "nothing read")
    rows, columns = list(header.labels), list(header.column_labels)
    if header.layout == "fullmatrix":
        entries = _rectangle(path.name, header, words, rows, columns, faults)
    elif header.layout.endswith("2"):
        entries = _pairs(path.name, header, words, rows, columns, faults)
    else:
        allowed = "fullmatrix, edgelist2 or nodelist2 for rows and columns of two kinds"
        raise_faults([Fault(path.name, header.layout, allowed, column="format")], "nothing read")
    raise_faults(faults, "nothing read")
    return TwoMode(path.name, tuple(rows), tuple(columns), tuple(entries))


def _opened(path: Path, faults: list[Fault], encoding: str) -> tuple[Header, list[list[Word]]]:
    """Return what a file says before its data, and the words of each line of these."""
    text = read_text(path, faults, encoding) or ""
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
    lines = text[below:].split("\n")
    first_line = text.count("\n", 0, below) + 1
    words = [words_of(line, number) for number, line in enumerate(lines, start=first_line)]
    return header, [line for line in words if line]


def _rectangle(
    file: str,
    header: Header,
    lines: list[list[Word]],
    rows: list[str],
    columns: list[str],
    faults: list[Fault],
) -> list[Entry]:
    """Return who came to what of a matrix; labels that are embedded are added."""
    words = [word for line in lines for word in line]
    high = header.people or len(rows)
    wide = header.others or len(columns) or high
    top, side = wide * header.columns_embedded, int(header.rows_embedded)
    if not high or not wide or len(words) != top + high * (side + wide):
        labels = ", with their labels" if top or side else ""
        allowed = f"{high} rows of {wide} numbers{labels}" if high and wide else "nr and nc"
        faults.append(Fault(file, counted(len(words), "entries"), allowed, column="data"))
        return []
    cells = [words[top + row * (side + wide) :][: side + wide] for row in range(high)]
    for names, embedded in ((columns, words[:top]), (rows, [row[0] for row in cells] if side else [])):
        _same_labels(file, names, embedded, faults)
    rows += [str(number) for number in range(1, high + 1)] if not rows else []
    columns += [str(number) for number in range(1, wide + 1)] if not columns else []
    entries = []
    for who, row in zip(rows, cells, strict=True):
        for what, word in zip(columns, row[side:], strict=True):
            value = read_number(word.text)
            if value is None:
                allowed = "a number: 1 where somebody came, 0 where not"
                faults.append(Fault(file, shown(word.text), allowed, word.line, what))
            elif value:
                entries.append(Entry(who, what, value, word.line))
    return entries


def _same_labels(file: str, labels: list[str], embedded: list[Word], faults: list[Fault]) -> None:
    """Take labels that stand among the data, or compare them with those that were listed."""
    found = [actor_label(word.text) for word in embedded]
    if not labels:
        labels += found
    elif found and [label.casefold() for label in found] != [label.casefold() for label in labels]:
        first = next(place for place, name in enumerate(found) if name.casefold() != labels[place].casefold())
        allowed = f"{labels[first]!r}, as elsewhere in the file"
        faults.append(Fault(file, shown(found[first]), allowed, embedded[first].line, "label"))


def _pairs(
    file: str,
    header: Header,
    lines: list[list[Word]],
    rows: list[str],
    columns: list[str],
    faults: list[Fault],
) -> list[Entry]:
    """Return who came to what of edgelist2 (a pair a line) or nodelist2 (all of one person a line)."""
    sides = []
    for labels, size, embedded, name in (
        (rows, header.people, header.rows_embedded, "nr"),
        (columns, header.others, header.columns_embedded, "nc"),
    ):
        if not embedded:
            labels += [str(number) for number in range(1, (size or 0) + 1)] if not labels else []
            sides.append({str(number): label for number, label in enumerate(labels, start=1)})
        else:
            sides.append({label.casefold(): label for label in labels})
        if not embedded and not labels:
            faults.append(
                Fault(file, f"neither {name} nor labels", f"{name}, how many there are", column=name)
            )
    listed = [bool(labels) for labels in (rows, columns)]
    embeds = (header.rows_embedded, header.columns_embedded)

    def meant(side: int, word: Word) -> str:
        label = actor_label(word.text)
        key = label.casefold() if embeds[side] else label
        if key in sides[side]:
            return sides[side][key]
        if embeds[side] and not listed[side]:
            (rows, columns)[side].append(label)
            return sides[side].setdefault(key, label)
        allowed = "one of the labels" if embeds[side] else f"a number from 1 to {len(sides[side])}"
        faults.append(Fault(file, shown(word.text), allowed, word.line, ("row", "column")[side]))
        return ""

    entries = []
    for line in lines:
        ends, value = line, 1.0
        if header.layout == "edgelist2":
            ends = line[:2]
            number = read_number(line[2].text) if len(line) == 3 else 1.0
            if not 2 <= len(line) <= 3 or number is None:
                faults.append(
                    Fault(file, counted(len(line), "entries"), "two, and a number", line[0].line, "data")
                )
                continue
            value = number
        who = meant(0, ends[0])
        entries += [Entry(who, meant(1, word), value, word.line) for word in ends[1:]]
    for labels, size, name in ((rows, header.people, "nr"), (columns, header.others, "nc")):
        if size is not None and len(labels) != size and not faults:
            found = f"{len(labels)} different labels"
            hint = "name those without any under row labels: or column labels:"
            faults.append(Fault(file, found, f"{size}, as {name} says", column="data", hint=hint))
    return [entry for entry in entries if entry.value and entry.person and entry.activity]


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
    columns = (
        [_columns(header, row, size) for row in range(size)] if size * size <= 4 * len(words) + 4 else []
    )
    each = top + sum(side + len(places) for places in columns)
    if not columns or len(words) != each * header.matrices:
        above = f", and {size} labels above them" if top else ""
        what = {"lowerhalf": "the lower half of ", "upperhalf": "the upper half of "}.get(header.layout, "")
        width = f"{size - (not header.diagonal and not what)} numbers{' and a label' if side else ''}"
        allowed = (
            f"{what}{header.matrices} x {size} rows of {width}{above}" if size else "n, the number of people"
        )
        faults.append(Fault(file, counted(len(words), "entries"), allowed, column="data"))
        return [], [], []
    labels = list(header.labels)
    arcs: list[Arc] = []
    silent: list[tuple[int, str, str]] = []
    for number, about in enumerate(asked):
        block = words[number * each : (number + 1) * each]
        _same_labels(file, labels, block[:top], faults)
        rest = block[top:]
        rows = []
        for places in columns:
            rows.append(rest[: side + len(places)])
            rest = rest[side + len(places) :]
        _same_labels(file, labels, [row[0] for row in rows] if side else [], faults)
        if faults and header.says_columns:
            raise_faults([two_kinds(file)], "nothing read")
        labels = labels or [str(place) for place in range(1, size + 1)]
        cells: list[list[float | None]] = [[None] * size for _ in range(size)]
        at = [0] * size
        for place, (row, places) in enumerate(zip(rows, columns, strict=True)):
            at[place] = row[-1].line if row else 0
            for column, word in zip(places, row[side:], strict=True):
                cells[place][column] = _value(file, word, faults)
                if header.layout != "fullmatrix":
                    cells[column][place] = cells[place][column]
        more, unheard = matrix_arcs(
            file, labels, cells, at, about, faults, half=_HALVES.get(header.layout, "")
        )
        arcs += more
        silent += unheard
    for label, count in Counter(labels).items():
        if count > 1:
            faults.append(Fault(file, f"{label!r} again", "each label once", column="labels"))
    return labels, arcs, silent


def _columns(header: Header, row: int, size: int) -> list[int]:
    """Return the columns whose cells a row has."""
    last = row + header.diagonal
    if header.layout == "lowerhalf":
        return list(range(last))
    if header.layout == "upperhalf":
        return list(range(row + (not header.diagonal), size))
    return [column for column in range(size) if header.diagonal or column != row]


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
    known = {label.casefold(): label for label in header.labels}
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
                        Fault(file, counted(len(line), "entries"), "two, and a value", line[0].line, "data")
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
        return known.setdefault(label.casefold(), label)
    if label.casefold() in known:
        return known[label.casefold()]
    hint = "" if header.rows_embedded else "names in the data need labels embedded"
    allowed = "one of the labels" if header.rows_embedded else f"a number from 1 to {len(known)}"
    faults.append(Fault(file, shown(word.text), allowed, word.line, "data", hint))
    return ""
