"""Read published files of comma-separated values; every fault with file, row and column."""

from __future__ import annotations

import bz2
import csv
import io
from collections.abc import Collection, Sequence
from pathlib import Path

import pandas as pd

from analysis.tables.cells import typed
from analysis.tables.faults import Fault
from analysis.tables.schema import Column, Table

__all__ = ["read_delimited"]


def read_delimited(
    path: Path, columns: Sequence[Column], faults: list[Fault], *, missing: Collection[str] = ()
) -> pd.DataFrame:
    """Return the named columns of a file of comma-separated values, typed.

    Lines may end as on any system (an old Macintosh's carriage returns too), and a quoted cell may hold line
    breaks. Space around a header or a cell is nothing.

    Parameters
    ----------
    path : Path
        The file, whose name ends in `.csv` (or `.csv.bz2`, compressed); its first line names the columns.
    columns : sequence of Column
        The columns wanted, wherever they stand: kind, bounds, allowed values, whether a cell may be empty.
    faults : list of Fault
        What is wrong is appended here: a file that is missing, not UTF-8 or no table; a column that is
        missing or there twice; a row of another length than the first, as where a download broke off; a
        table without rows; each cell that is not what its column is declared to hold. A row is counted as a
        spreadsheet shows it, the header being row 1.
    missing : collection of str
        Cells that stand for no value, besides empty ones.

    Returns
    -------
    DataFrame
        The columns in the order asked for, its rows numbered from 0 (row n of it is row n + 2 of the file);
        without rows where the file is no such table; a cell at fault is missing.
    """
    table = Table(path.name.partition(".csv")[0], "a row of a published file", tuple(columns))
    names = [column.name for column in columns]
    before = len(faults)
    rows = _rows(path, faults)
    header = [cell.strip() for cell in rows[0]] if rows else []
    if len(faults) == before:
        _check_shape(path, header, names, rows, faults)
    if len(faults) > before:
        return typed(table, pd.DataFrame(columns=names, dtype="string"), (), [])
    places = {name: header.index(name) for name in names}
    cells = {name: [row[place].strip() for row in rows[1:]] for name, place in places.items()}
    frame = pd.DataFrame(cells, dtype="string")
    return typed(table, frame.mask(frame.isin(list(missing))), (), faults)


def _rows(path: Path, faults: list[Fault]) -> list[list[str]]:
    try:
        content = path.read_bytes()
        if path.suffix == ".bz2":
            content = bz2.decompress(content)
    except FileNotFoundError:
        faults.append(Fault(path.name, "no such file", "run `make data`"))
        return []
    except (OSError, ValueError) as error:
        found = f"no readable file ({getattr(error, 'strerror', None) or error})"
        faults.append(Fault(path.name, found, "comma-separated values"))
        return []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # A byte order mark is no part of what the error points into; the letter stands for the byte.
        given, start = error.object, error.start
        rows, broken = _parsed(given[:start].decode("utf-8") + "x")
        row = len(rows) + (broken is not None)
        faults.append(Fault(path.name, f"the byte {given[start]:#04x}", "text in UTF-8", row))
        return []
    rows, broken = _parsed(text)
    if broken is not None:
        allowed = "comma-separated values, every quotation mark closed"
        faults.append(Fault(path.name, f"no table ({broken})", allowed, len(rows) + 1))
        return []
    while rows and not rows[-1]:
        rows.pop()
    return rows


def _parsed(text: str) -> tuple[list[list[str]], csv.Error | None]:
    """Return the rows, up to the first that is none and what is wrong with it."""
    rows: list[list[str]] = []
    try:
        # Without `newline` a carriage return inside a cell would become a line feed.
        for row in csv.reader(io.StringIO(text, newline=""), strict=True):
            rows.append(row)
    except csv.Error as error:
        return rows, error
    return rows, None


def _check_shape(
    path: Path, header: list[str], names: Sequence[str], rows: list[list[str]], faults: list[Fault]
) -> None:
    for name in names:
        if header.count(name) != 1:
            found = f"{header.count(name) or 'no'} column{'s' * (name in header)} of that name"
            allowed = f"one; the columns are {', '.join(header) or 'none'}"
            faults.append(Fault(path.name, found, allowed, 1, name))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            allowed = f"{len(header)}, as in the first line"
            faults.append(Fault(path.name, f"{len(row)} cells", allowed, number))
    if len(rows) == 1:
        faults.append(Fault(path.name, "a header only", "rows below it", 1))
