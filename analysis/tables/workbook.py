"""Read workbooks and the matrices in them; every fault with file, row and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from python_calamine import CalamineError, CalamineWorkbook

from analysis.tables.faults import Fault
from analysis.tables.schema import Column

__all__ = ["Cell", "check_numbers", "read_square_matrix", "read_table", "shown"]

Cell = object
"""What a cell holds: a float, a text (empty when the cell is), a truth value, a date."""


def _rows(path: Path, faults: list[Fault], sheet: str | None = None) -> list[list[Cell]]:
    if not path.exists():
        faults.append(Fault(path.name, "no such file", "run `make data`"))
        return []
    try:
        workbook = CalamineWorkbook.from_path(path)
        if sheet is not None and sheet not in workbook.sheet_names:
            allowed = f"one; the sheets are {', '.join(workbook.sheet_names) or 'none'}"
            faults.append(Fault(path.name, f"no sheet {sheet!r}", allowed))
            return []
        found = workbook.get_sheet_by_index(0) if sheet is None else workbook.get_sheet_by_name(sheet)
        # With empty rows and columns skipped, a row would no longer be the row that a spreadsheet shows.
        return [list(row) for row in found.to_python(skip_empty_area=False)]
    except (CalamineError, OSError, ValueError, IndexError) as error:
        faults.append(Fault(path.name, f"no workbook ({error})", "an Excel workbook (.xlsx)"))
    return []


def shown(cell: Cell) -> str:
    """Return a cell as a fault shows it: a number as the sheet does, anything else in quotation marks."""
    if cell == "":
        return "an empty cell"
    return f"{cell:.15g}" if isinstance(cell, float) else repr(str(cell))


def _number(cell: Cell, minimum: float, maximum: float) -> float | None:
    # A truth value is an int to Python, but no number on anybody's scale.
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and minimum <= cell <= maximum:
        return float(cell)
    return None


def _scale(minimum: float, maximum: float) -> str:
    if np.isfinite([minimum, maximum]).all():
        return f"a number from {minimum:g} to {maximum:g}"
    low = f" of at least {minimum:g}" if np.isfinite(minimum) else ""
    return f"a number{low}" + (f" of at most {maximum:g}" if np.isfinite(maximum) else "")


def read_square_matrix(
    path: Path, size: int | None, minimum: float, maximum: float, faults: list[Fault]
) -> npt.NDArray[np.float64]:
    """Return the matrix on a workbook's first sheet (no header; row sends, column receives).

    Parameters
    ----------
    path : Path
        The workbook.
    size : int or None
        Number of actors, so of rows and of columns; None: as many as there are rows.
    minimum, maximum : float
        Lowest and highest value of a cell.
    faults : list of Fault
        Whatever is wrong is appended here: a file that is no workbook, a matrix that is not square or not
        of the size, a cell that is empty, no number, or outside its range. Rows and columns are counted
        from 1, so that they are the actors' numbers.

    Returns
    -------
    ndarray of shape (size, size)
        NaN wherever a fault was found.
    """
    before = len(faults)
    rows = _rows(path, faults)
    size = len(rows) if size is None else size
    matrix = np.full((size, size), np.nan)
    if len(faults) > before:
        return matrix
    widths = sorted({len(row) for row in rows})
    if not rows or len(rows) != size or widths != [size]:
        found = f"{len(rows)} rows of {' or '.join(map(str, widths)) or 'no'} columns"
        allowed = f"{size} rows of {size} columns" if size else "as many rows as columns"
        faults.append(Fault(path.name, found, f"{allowed}, one of each per actor, no header"))
        return matrix
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            value = _number(cell, minimum, maximum)
            if value is None:
                allowed = _scale(minimum, maximum)
                faults.append(Fault(path.name, shown(cell), allowed, row + 1, str(column + 1)))
            else:
                matrix[row, column] = value
    return matrix


def read_table(
    path: Path,
    columns: Sequence[str],
    faults: list[Fault],
    *,
    sheet: str | None = None,
    header_row: int = 1,
) -> dict[str, list[Cell]]:
    """Return the named columns of a workbook's sheet.

    Parameters
    ----------
    path : Path
        The workbook.
    columns : sequence of str
        The columns wanted, wherever they stand.
    faults : list of Fault
        A missing file, a file that is no workbook, a sheet it lacks, each column that is missing or there
        twice, and a table without rows are appended here.
    sheet : str, optional
        Name of the sheet; without it, the first.
    header_row : int
        Row of the sheet that names the columns, counted from 1; what stands above it is passed over.

    Returns
    -------
    dict of str to list
        The cells below the header, the first from row `header_row` + 1; a column at fault is empty.
    """
    before = len(faults)
    rows = _rows(path, faults, sheet)[header_row - 1 :]
    if len(faults) > before:
        return {name: [] for name in columns}
    header = [str(cell).strip() for cell in rows[0]] if rows else []
    for name in columns:
        if header.count(name) != 1:
            found = f"{header.count(name) or 'no'} column{'s' * (name in header)} of that name"
            allowed = f"one; the columns are {', '.join(header) or 'none'}"
            faults.append(Fault(path.name, found, allowed, header_row, name))
    if len(rows) == 1:
        faults.append(Fault(path.name, "a header only", "rows below it", header_row))
    return {
        name: [row[header.index(name)] for row in rows[1:]] if header.count(name) == 1 else []
        for name in columns
    }


def check_numbers(
    path: Path, header: str, cells: Sequence[Cell], declared: Column, faults: list[Fault]
) -> None:
    """Append a fault for each cell of a table's column that is not the number it is declared to be.

    The tables made of it are checked too, but a fault found there would name a file nobody has yet.

    Parameters
    ----------
    path : Path
        The workbook, to be named.
    header : str
        The column's header in it.
    cells : sequence of Cell
        Its cells, the first from row 2.
    declared : Column
        Its bounds, and whether an empty cell is one too few.
    faults : list of Fault
        What is wrong is appended here.
    """
    minimum = -np.inf if declared.minimum is None else declared.minimum
    maximum = np.inf if declared.maximum is None else declared.maximum
    for row, cell in enumerate(cells, start=2):
        if _number(cell, minimum, maximum) is None and (declared.required or cell != ""):
            faults.append(Fault(path.name, shown(cell), _scale(minimum, maximum), row, header))
