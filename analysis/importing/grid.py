"""A sheet with a header, from a CSV file or a workbook, as text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis.importing.sheets import read_number, read_sheets
from analysis.tables.cells import typed
from analysis.tables.faults import Fault
from analysis.tables.schema import Table

__all__ = ["Grid", "read_as", "read_grid"]

_MOST_CELLS = 20_000_000


@dataclass(frozen=True)
class Grid:
    """A header and the rows below it, each as wide as the header; row n stands on line n + 2 of the file."""

    header: list[str]
    cells: list[list[str]]
    decimal_comma: bool = False

    def number(self, text: str) -> float | None:
        """Return the finite number a cell holds, or None."""
        return read_number(text, decimal_comma=self.decimal_comma)


def read_grid(path: Path, faults: list[Fault]) -> Grid:
    """Return a CSV file, or a workbook's first sheet, as text without space around it.

    Faults are appended, and what is wrong is left out: a file that cannot be read, nothing in it, a header
    twice, a row with more cells than the header, more cells than there is room for.
    """
    sheets = read_sheets(path, faults)
    rows = sheets[0].rows if sheets else []
    if not rows:
        return Grid([], [])
    header = list(rows[0])
    while header and not header[-1]:
        header.pop()
    for name in sorted(name for name, count in Counter(header).items() if name and count > 1):
        faults.append(Fault(path.name, "the column a second time", "each column once", 1, name))
    if len(header) * len(rows) > _MOST_CELLS:
        found = f"{len(rows)} rows of {len(header)} columns"
        faults.append(Fault(path.name, found, f"at most {_MOST_CELLS} cells"))
        return Grid([], [])
    cells = []
    for line, row in enumerate(rows[1:], start=2):
        if any(row[len(header) :]):
            faults.append(Fault(path.name, f"{len(row)} cells", f"{len(header)}, as in the first line", line))
        cells.append([*row, *[""] * len(header)][: len(header)])
    while cells and not any(cells[-1]):
        cells.pop()
    return Grid(header, cells, sheets[0].decimal_comma)


def read_as(path: Path, table: Table, faults: list[Fault]) -> pd.DataFrame:
    """Return a CSV file, or a workbook's first sheet, typed as `table` declares; faults name the file.

    A key that is there twice is a fault, too. A file that cannot be read gives no rows.
    """
    before = len(faults)
    grid = read_grid(path, faults)
    if len(faults) > before:
        return typed(table, pd.DataFrame(columns=[c.name for c in table.columns], dtype="string"), (), [])
    found: list[Fault] = []
    frame = typed(table, pd.DataFrame(grid.cells, columns=grid.header, dtype="string"), (), found)
    faults += [replace(fault, file=path.name) for fault in found]
    keys = frame[list(table.key)].dropna()
    for position in keys.index[keys.duplicated()]:
        key = ", ".join(repr(str(part)) for part in keys.loc[position])
        column = ", ".join(table.key)
        faults.append(Fault(path.name, f"{key} again", f"each {column} once", position + 2, column))
    return frame
