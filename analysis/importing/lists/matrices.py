"""Matrices of ties in workbooks and CSV files: a sheet per wave and relation, row sends, column receives."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from analysis.importing.files.sheets import (
    Layout,
    Sheet,
    chosen_sheets,
    is_missing,
    read_number,
    read_sheets,
    shown,
    with_one_header,
)
from analysis.importing.lists.roster_survey import TICKS
from analysis.importing.shared.account import Account, counted
from analysis.importing.shared.network import (
    Arc,
    ImportedNetwork,
    actor_label,
    assemble,
    matrix_arcs,
    named_wave,
)
from analysis.importing.shared.people import People
from analysis.privacy.names import fold
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_matrices"]

_MOST_ACTORS = 5_000
"""People of one matrix: the cells of more, most of them empty, would fill the memory."""


def read_matrices(
    paths: Path | Sequence[Path],
    *,
    asked: Sequence[tuple[int, str]] | None = None,
    labelled: bool | None = None,
    only_wave: int = 1,
    only_relation: str = "tie",
    undirected: bool = False,
    blank: Mapping[str, Literal["missing", "none"]] | None = None,
    layout: Layout | None = None,
    people: People | None = None,
    words: Mapping[str, float | None] | None = None,
    highest: Mapping[str, float] | None = None,
    all_asked: bool = False,
) -> ImportedNetwork:
    """Read one or more square matrices of the same people.

    Sheets of a workbook and CSV files named like `help 1` or `help_1` are relation and wave. Of a workbook
    with such sheets these alone are read, and the others are told; of any other the only sheet with anything
    in it. A matrix that stands alone need not be named so.

    Parameters
    ----------
    paths : Path or sequence of Path
        CSV files in UTF-8 or workbooks (.xlsx).
    asked : sequence of (int, str), optional
        Wave and relation of each matrix in order; then every sheet of every file is one, whatever its name.
    labelled : bool, optional
        Whether the first row and the first column hold names. By default they do if there is a text in them,
        or if the first cell is no number and the rest of both are the same, each once. Without names people
        are called 1, 2, ….
    only_wave, only_relation : int, str
        Of a matrix that stands alone and is not named so.
    undirected : bool
        Whether the matrices are of undirected ties: one that is not symmetric is a fault, and a half matrix
        (cells on one side of the diagonal alone) is mirrored, which else is a fault.
    blank : mapping of str to {"missing", "none"}, optional
        By relation, what a blank cell in a row with numbers says: that the row is not known in full, and so
        counts as missing, or no tie. There is no default.
    layout : Layout, optional
        Sheets to be read, line of the names of columns, what stands for a missing answer, names of rows and
        columns that are not to be read (a total).
    people : People, optional
        Who is meant by a name.
    words : mapping of str to float or None, optional
        What words in cells mean; None: the answer is missing.
    highest : mapping of str to float, optional
        By relation, the highest value: where it is 1, ticks, yes and no are known.
    all_asked : bool
        Whether people who have a column and no row are said not to have answered.

    Returns
    -------
    ImportedNetwork
        Somebody whose row is missing as a whole did not answer.

    Raises
    ------
    InvalidInput
        With every fault of the files: a matrix that is not square, a name twice or not in both row and
        column, other people than in the first matrix, a cell that is no number, a single missing cell.
    """
    faults: list[Fault] = []
    notes: list[str] = []
    layout = layout or Layout()
    files = [paths] if isinstance(paths, Path) else list(paths)
    chosen = _chosen(files, asked, (only_wave, only_relation), layout, faults, notes)
    actors: dict[str, int] = {}
    arcs: list[Arc] = []
    silent: list[tuple[int, str, str]] = []
    for number, (sheet, about) in enumerate(chosen):
        before = len(faults)
        known = {**(TICKS if (highest or {}).get(about[1]) == 1 else {}), **(words or {})}
        known = {fold(word): value for word, value in known.items()}
        labels, cells, lines = _square(sheet, labelled, (layout, known, all_asked), faults)
        if len(faults) > before:
            continue
        half = _mirrored(cells)
        if half is not None and undirected:
            cells = half
            notes.append(f"{sheet.file}: a half matrix, mirrored: its ties are undirected")
        elif half is not None:
            allowed = "--undirected (a half matrix, mirrored), or the whole of it"
            faults.append(Fault(sheet.file, "cells on one side of the diagonal alone", allowed))
            continue
        said = (about[1], (blank or {}).get(about[1]))
        cells = _settled(sheet.file, labels, cells, lines, said, faults, notes)
        if len(faults) > before:
            continue
        more, unheard = matrix_arcs(sheet.file, labels, cells, lines, about, faults)
        if undirected:
            _check_symmetry(sheet.file, labels, cells, lines, faults)
        arcs += more
        silent += unheard
        size = len(labels)
        became = {
            "ties": sum(one.value != 0 for one in more),
            "in rows that are missing": size * len(unheard),
        }
        became["no tie, or blank on the diagonal"] = size * size - sum(became.values())
        notes.append(str(Account(sheet.file, "cells", size * size, became)))
        if number == 0:
            actors = dict(zip(labels, lines, strict=True))
        elif set(labels) != set(actors) and actors:
            differing = ", ".join(map(repr, sorted(set(labels) ^ set(actors))[:10]))
            allowed = (
                f"the people of the first matrix ({chosen[0][0].file}); these are in one of the two only"
            )
            hint = "where people join or leave, read each wave by itself; say joined_on and left_on in actors"
            faults.append(Fault(sheet.file, differing, allowed, hint=hint))
    raise_faults(faults, "nothing read")
    file = ", ".join(path.name for path in files)
    pairs = [about for _, about in chosen]
    return assemble(file, actors, arcs, pairs, faults, silent=silent, people=people, notes=notes)


def _mirrored(cells: Sequence[Sequence[float | None]]) -> list[list[float | None]] | None:
    """Return a half matrix made whole; None where it is none: cells of each pair on one and the same side."""
    size = len(cells)
    below = [(row, column) for row in range(size) for column in range(row)]
    for lower in (True, False):
        there = [place if lower else place[::-1] for place in below]
        filled = all(cells[row][column] is not None for row, column in there)
        if len(there) > 1 and filled and all(cells[column][row] is None for row, column in there):
            whole = [list(row) for row in cells]
            for row, column in there:
                whole[column][row] = cells[row][column]
            return whole
    return None


def _settled(
    file: str,
    labels: Sequence[str],
    cells: Sequence[Sequence[float | None]],
    lines: Sequence[int],
    said: tuple[str, Literal["missing", "none"] | None],
    faults: list[Fault],
    notes: list[str],
) -> list[list[float | None]]:
    """Return the cells; blank (None) or missing (NaN) ones beside numbers are settled as was said."""
    relation, blank = said
    settled: list[list[float | None]] = []
    asked_for = []
    for place, (row, line) in enumerate(zip(cells, lines, strict=True)):
        others = [column for column in range(len(row)) if column != place]
        gone = [column for column in others if _is_gone(row[column])]
        kept = [None if _is_gone(value) else value for value in row]
        if gone and len(gone) < len(others):
            if blank is None:
                asked_for.append((line, gone[0]))
            elif blank == "none" and all(row[column] is None for column in gone):
                kept = [0.0 if column in gone else value for column, value in enumerate(kept)]
            else:
                kept = [None] * len(row)
                ties = sum(bool(row[column]) for column in others)
                told = f"missing: {counted(len(gone), 'cells')} of {labels[place]!r}"
                aside = f"{counted(ties, 'ties')} set aside"
                notes.append(f"{file}, row {line}: {told}, so that the row counts as missing: {aside}")
        settled.append(kept)
    if asked_for:
        line, column = asked_for[0]
        found = f"{counted(len(asked_for), 'rows')} with numbers and missing cells"
        allowed = "--blank none (a blank is no tie) or --blank missing (nothing is known)"
        hint = f"for this relation alone: --blank {relation}:none; a row wholly blank was not answered"
        faults.append(Fault(file, found, allowed, line, labels[column], hint))
    return settled


def _is_gone(value: float | None) -> bool:
    return value is None or math.isnan(value)


def _chosen(
    files: Sequence[Path],
    asked: Sequence[tuple[int, str]] | None,
    only: tuple[int, str],
    layout: Layout,
    faults: list[Fault],
    notes: list[str],
) -> list[tuple[Sheet, tuple[int, str]]]:
    """Return the sheets that are matrices, each with its wave and relation."""
    sheets: list[Sheet] = []
    for path in files:
        if layout.sheets:
            sheets += chosen_sheets(path, layout, faults, notes)
            continue
        found = read_sheets(path, faults, layout.encoding)
        named = [sheet for sheet in found if named_wave(sheet.name)]
        filled = [sheet for sheet in found if any(map(any, sheet.rows))]
        some = found if asked is not None else named
        whole = [with_one_header(sheet, layout, notes) for sheet in some]
        sheets += whole or chosen_sheets(path, layout, faults, notes) or found[:1]
        read = {sheet.name for sheet in some} or {sheet.name for sheet in sheets}
        others = [repr(sheet.name) for sheet in filled if sheet.name not in read]
        if others and sheets:
            notes.append(f"{path.name}: sheets that were not read: {', '.join(others)}")
    raise_faults(faults, "nothing read")
    names = ", ".join(path.name for path in files) or "no file"
    if asked is not None:
        pairs: list[tuple[int, str] | None] = [(wave, actor_label(relation)) for wave, relation in asked]
    else:
        pairs = [named_wave(sheet.name) or (only if len(sheets) == 1 else None) for sheet in sheets]
    if len(pairs) != len(sheets) or not sheets:
        found_ = counted(len(sheets), "matrices")
        faults.append(Fault(names, found_, f"one for each wave and relation: {len(pairs)}"))
        raise_faults(faults, "nothing read")
    chosen: list[tuple[Sheet, tuple[int, str]]] = []
    for sheet, pair in zip(sheets, pairs, strict=True):
        if pair is None:
            faults.append(Fault(sheet.file, shown(sheet.name), "a name of relation and wave, as in help 1"))
        elif pair in [known for _, known in chosen]:
            faults.append(Fault(sheet.file, f"wave {pair[0]} of {pair[1]} again", "each once"))
        else:
            chosen.append((sheet, pair))
    return chosen


def _has_labels(rows: Sequence[Sequence[str]]) -> bool:
    top, side = list(rows[0][1:]), [row[0] for row in rows[1:] if row]
    if any(not is_missing(text) and read_number(text, decimal_comma=True) is None for text in top + side):
        return True
    while side and not side[-1]:
        side.pop()
    corner = rows[0][0] if rows[0] else ""
    return read_number(corner) is None and len(set(top)) == len(top) > 0 and sorted(top) == sorted(side)


def _square(
    sheet: Sheet,
    labelled: bool | None,
    told: tuple[Layout, Mapping[str, float | None], bool],
    faults: list[Fault],
) -> tuple[tuple[str, ...], list[list[float | None]], list[int]]:
    """Return labels, cells (None: missing) and the line of each row, columns in the order of the rows."""
    layout, words, all_asked = told
    width = max((place for row in sheet.rows for place, cell in enumerate(row, 1) if cell), default=0)
    if labelled is None and width:
        labelled = _has_labels([row[:width] for row in sheet.rows])
    rows = list(enumerate((row[:width] for row in sheet.rows), start=sheet.line))
    # A last row of separators alone belongs to the matrix (somebody did not answer); further ones do not.
    while rows and not any(rows[-1][1]) and (len(rows) > width or len(rows[-1][1]) < width):
        rows.pop()
    if not rows or not width:
        faults.append(Fault(sheet.file, "an empty sheet", "a matrix, a row and a column per person"))
        return (), [], []
    if labelled and layout.unread:
        rows = [(line, row) for line, row in rows if not row or row[0].casefold() not in layout.unread]
        kept = [place for place, name in enumerate(rows[0][1]) if name.casefold() not in layout.unread]
        rows = [(line, [row[place] for place in kept if place < len(row)]) for line, row in rows]
        width = len(kept)
    columns = [str(number) for number in range(1, width + 1)]
    senders = [str(number) for number in range(1, len(rows) + 1)]
    if labelled:
        columns = [actor_label(cell) for cell in rows[0][1][1:]]
        senders = [actor_label(row[0]) if row else "" for _, row in rows[1:]]
        absent = [name for name in dict.fromkeys(columns) if all_asked and name and name not in senders]
        senders += absent
        rows = [*((line, row[1:]) for line, row in rows[1:]), *((sheet.line, list[str]()) for _ in absent)]
        _check_labels(sheet, columns, senders, [line for line, _ in rows], faults)
    elif len(rows) != width:
        allowed = "as many rows as columns, with a first row and a first column of names or without both"
        hint = "write NA in the row of somebody who did not answer" if len(rows) < width else ""
        faults.append(
            Fault(sheet.file, f"{counted(len(rows), 'rows')} of {width} columns", allowed, hint=hint)
        )
    if set(columns) != set(senders) or len(columns) != len(senders):
        return (), [], []
    if len(columns) > _MOST_ACTORS:
        faults.append(Fault(sheet.file, f"a matrix of {len(columns)} people", f"at most {_MOST_ACTORS}"))
        return (), [], []
    places = {name: place for place, name in enumerate(columns)}
    order = [places[name] for name in senders]
    cells = []
    for line, row in rows:
        padded = [*row, *[""] * (len(columns) - len(row))]
        cells.append(
            [_cell(sheet, padded[place], line, columns[place], (layout, words), faults) for place in order]
        )
    return tuple(senders), cells, [line for line, _ in rows]


def _cell(
    sheet: Sheet,
    text: str,
    line: int,
    column: str,
    told: tuple[Layout, Mapping[str, float | None]],
    faults: list[Fault],
) -> float | None:
    layout, words = told
    if text and (layout.is_missing(text) or is_missing(text)):
        return math.nan
    if text and fold(text) in words:
        value = words[fold(text)]
        return math.nan if value is None else value
    number = read_number(text, decimal_comma=sheet.decimal_comma)
    if number is None and text:
        hint = "say what words mean as numbers with --labels, or --missing that nothing is known"
        faults.append(Fault(sheet.file, shown(text), "a number, or NA", line, column, hint))
    return number


def _check_labels(
    sheet: Sheet, columns: Sequence[str], senders: Sequence[str], lines: Sequence[int], faults: list[Fault]
) -> None:
    file = sheet.file
    for names, others, missing, places in (
        (columns, set(senders), "row", [(sheet.line, str(place)) for place in range(2, len(columns) + 2)]),
        (senders, set(columns), "column", [(line, "1") for line in lines]),
    ):
        seen: set[str] = set()
        for name, (line, column) in zip(names, places, strict=True):
            if not name:
                faults.append(Fault(file, "an empty cell", "a name", line, column))
            elif name in seen:
                faults.append(Fault(file, f"{name!r} again", "each name once", line, column))
            elif name not in others:
                allowed = "a row and a column per person"
                hint = f"a row or a column of nobody: --unread {name!r}"
                hint += "; people without a row did not answer: --all-asked" if missing == "row" else ""
                faults.append(Fault(file, f"no {missing} of {name!r}", allowed, line, column, hint))
            seen.add(name)


def _check_symmetry(
    file: str,
    labels: Sequence[str],
    cells: Sequence[Sequence[float | None]],
    lines: Sequence[int],
    faults: list[Fault],
) -> None:
    for row in range(len(labels)):
        for column in range(row):
            one, other = cells[row][column], cells[column][row]
            if one is not None and other is not None and one != other:
                allowed = f"{other:g}, as from {labels[column]!r} to {labels[row]!r} (undirected ties)"
                faults.append(Fault(file, f"{one:g}", allowed, lines[row], labels[column]))
