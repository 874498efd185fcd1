"""A sheet with a header, from a CSV file or a workbook, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis.importing.files.sheets import Layout, Sheet, chosen_sheets, read_number
from analysis.importing.shared.account import counted
from analysis.importing.shared.days import DayOrder, read_moment
from analysis.tables.cells import typed
from analysis.tables.faults import Fault
from analysis.tables.schema import Table

__all__ = ["Grid", "grid_as", "header_hint", "read_as", "read_grid", "read_grids"]

_MOST_CELLS = 20_000_000


@dataclass(frozen=True)
class Grid:
    """A header and the rows below it, each as wide as the header; row n stands on line n + `line` + 1.

    `file` is how a fault names it; `unfinished` are lines of people who did not come to the end.
    """

    header: list[str]
    cells: list[list[str]]
    decimal_comma: bool = False
    file: str = ""
    line: int = 1
    unfinished: frozenset[int] = frozenset()

    def number(self, text: str) -> float | None:
        """Return the finite number a cell holds, or None."""
        return read_number(text, decimal_comma=self.decimal_comma)


def read_grid(path: Path, faults: list[Fault], encoding: str = "") -> Grid:
    """Return a CSV file, or the only sheet of a workbook, as text; faults are appended, see `read_grids`."""
    grids = read_grids(path, Layout(encoding=encoding), faults)
    return grids[0] if grids else Grid([], [], file=path.name)


def read_grids(path: Path, layout: Layout, faults: list[Fault], notes: list[str] | None = None) -> list[Grid]:
    """Return a CSV file, or sheets of a workbook, as text without space around it.

    Faults are appended, and what is wrong is left out: a file that cannot be read, nothing in it, a header
    twice, a row with more cells than the header, more cells than there is room for. Further lines of a header
    are told in `notes`.
    """
    grids = [_grid(sheet, faults) for sheet in chosen_sheets(path, layout, faults, notes)]
    return [grid for grid in grids if grid is not None]


def _grid(sheet: Sheet, faults: list[Fault]) -> Grid | None:
    rows = sheet.rows
    if not rows:
        return None
    header = list(rows[0])
    while header and not header[-1]:
        header.pop()
    for name in sorted(name for name, count in Counter(header).items() if name and count > 1):
        faults.append(Fault(sheet.file, "the column a second time", "each column once", sheet.line, name))
    if len(header) * len(rows) > _MOST_CELLS:
        found = f"{counted(len(rows), 'rows')} of {len(header)} columns"
        faults.append(Fault(sheet.file, found, f"at most {_MOST_CELLS} cells"))
        return None
    cells = []
    for line, row in enumerate(rows[1:], start=sheet.line + 1):
        if any(row[len(header) :]):
            allowed = f"{len(header)}, as in the first line"
            hint = header_hint(rows[:10], sheet.line)
            faults.append(Fault(sheet.file, counted(len(row), "cells"), allowed, line, hint=hint))
        cells.append([*row, *[""] * len(header)][: len(header)])
    while cells and not any(cells[-1]):
        cells.pop()
    return Grid(header, cells, sheet.decimal_comma, sheet.file, sheet.line, sheet.unfinished)


def header_hint(rows: Sequence[Sequence[str]], line: int) -> str:
    """Return which line the header may be, where the first is a title (it has fewer cells than one below)."""
    filled = [sum(map(bool, row)) for row in rows]
    if not filled or filled[0] > 1 or max(filled) < 2:
        return ""
    below = next(place for place, count in enumerate(filled) if count > 1)
    return f"is row {line + below} the header? Say so with --header-row"


def read_as(path: Path, table: Table, faults: list[Fault], order: DayOrder | None = None) -> pd.DataFrame:
    """Return a CSV file, or a workbook's only sheet, typed as `table` declares; faults name the file.

    A key that is there twice is a fault, too. A file that cannot be read gives no rows. Days may be written
    in any form of `read_moment`; `order` says what those of three numbers begin with.
    """
    before = len(faults)
    grid = read_grid(path, faults)
    if len(faults) > before:
        return typed(table, pd.DataFrame(columns=[c.name for c in table.columns], dtype="string"), (), [])
    return grid_as(grid, table, faults, order)


def grid_as(grid: Grid, table: Table, faults: list[Fault], order: DayOrder | None = None) -> pd.DataFrame:
    """Return a sheet typed as `table` declares, whose columns its header names; see `read_as`."""
    found: list[Fault] = []
    cells = pd.DataFrame(grid.cells, columns=grid.header, dtype="string")
    for column in (column.name for column in table.columns if column.kind == "date"):
        if column in cells:
            lines = enumerate(cells[column], start=grid.line + 1)
            cells[column] = [
                (read_moment(text, order, (grid.file, line, column), faults) or "") if text else text
                for line, text in lines
            ]
    frame = typed(table, cells, (), found)
    faults += [replace(fault, file=grid.file) for fault in found]
    keys = frame[list(table.key)].dropna()
    for position in keys.index[keys.duplicated()]:
        key = ", ".join(repr(str(part)) for part in keys.loc[position])
        column = ", ".join(table.key)
        faults.append(Fault(grid.file, f"{key} again", f"each {column} once", position + 2, column))
    return frame
