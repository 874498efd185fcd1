"""Read workbooks and the matrices in them; every fault with file, row and column."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from python_calamine import CalamineError, CalamineWorkbook

from analysis.tables.faults import Fault

__all__ = ["read_square_matrix", "read_table"]

Cell = object


def _rows(path: Path, faults: list[Fault]) -> list[list[Cell]]:
    try:
        workbook = CalamineWorkbook.from_path(path)
        return [list(row) for row in workbook.get_sheet_by_index(0).to_python()]
    except FileNotFoundError:
        faults.append(Fault(path.name, "no such file", "run `make data`"))
    except (CalamineError, OSError, ValueError, IndexError) as error:
        faults.append(Fault(path.name, f"no workbook ({error})", "an Excel workbook (.xlsx) with one sheet"))
    return []


def read_square_matrix(
    path: Path, size: int, minimum: float, maximum: float, faults: list[Fault]
) -> npt.NDArray[np.float64]:
    """Return the matrix on a workbook's first sheet (no header; row sends, column receives).

    Parameters
    ----------
    path : Path
        The workbook.
    size : int
        Number of actors, so of rows and of columns.
    minimum, maximum : float
        Lowest and highest value of a cell.
    faults : list of Fault
        Whatever is wrong is appended here: a file that is no workbook, a matrix that is not square or not
        of the size, a cell that is empty, no number, or outside its range.

    Returns
    -------
    ndarray of shape (size, size)
        Zeros where faults were found.
    """
    before = len(faults)
    rows = _rows(path, faults)
    matrix = np.zeros((size, size))
    if len(faults) > before:
        return matrix
    widths = sorted({len(row) for row in rows})
    if len(rows) != size or widths != [size]:
        found = f"{len(rows)} rows of {' or '.join(map(str, widths)) or 'no'} columns"
        faults.append(
            Fault(path.name, found, f"{size} rows of {size} columns, one of each per actor, no header")
        )
        return matrix
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, (int, float)) and not isinstance(cell, bool) and minimum <= cell <= maximum:
                matrix[row, column] = cell
            else:
                found = repr(cell) if cell != "" else "an empty cell"
                faults.append(
                    Fault(
                        path.name,
                        found,
                        f"a number from {minimum:g} to {maximum:g}",
                        row + 1,
                        str(column + 1),
                    )
                )
    return matrix


def read_table(path: Path, columns: Sequence[str], faults: list[Fault]) -> dict[str, list[Cell]]:
    """Return the named columns of a workbook's first sheet, whose first row is a header.

    A missing file, a file that is no workbook, and each missing column are appended to `faults`.
    """
    before = len(faults)
    rows = _rows(path, faults)
    if len(faults) > before:
        return {name: [] for name in columns}
    header = [str(cell).strip() for cell in rows[0]] if rows else []
    faults.extend(
        Fault(path.name, f"columns {', '.join(header) or 'none'}", f"a column {name}", 1, name)
        for name in columns
        if name not in header
    )
    return {name: [row[header.index(name)] for row in rows[1:]] if name in header else [] for name in columns}
