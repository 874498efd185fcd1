"""Cells as somebody wrote them, turned into the values their column is declared to hold."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from analysis.tables.faults import Fault
from analysis.tables.schema import Column, Table

__all__ = ["FIRST_ROW", "fault_cells", "typed"]

_HEADER = 1
FIRST_ROW = _HEADER + 1
"""Line of a file that the first row of its table stands on."""

# Beyond it a float no longer holds every integer, and a far larger one would wrap round as an Int64.
_LARGEST_INTEGER = 2**53
_KINDS = {
    "integer": f"an integer, at most {_LARGEST_INTEGER} in size",
    "number": "a number",
    "date": "a date, year-month-day",
    "time": "a date, year-month-day, or with a time of day, as in 2024-03-05T14:30",
    "period": "dates, year-month-day, or whole numbers of periods, one of the two throughout",
}
_PATTERNS = {
    # Patterns, because the parser also takes 2024-1-5; ASCII digits, so that dates sort as text.
    "date": "[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "time": "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2})?)?",
}
_TIME_OF_DAY = re.compile(r"\d{4}-\d\d-\d\d[ T]+\d.*")
_DAY_AND_MONTH = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})(?:[ T].*)?")


def typed(
    table: Table, frame: pd.DataFrame, attributes: tuple[Column, ...], faults: list[Fault]
) -> pd.DataFrame:
    """Return a table with its declared columns, typed; whatever is wrong is appended to `faults`.

    Parameters
    ----------
    table : Table
        Its declaration.
    frame : DataFrame
        Cells of text, or values; rows are taken by position, the first is row 2 of the file.
    attributes : tuple of Column
        Further columns of this dataset.
    faults : list of Fault
        Where faults go; a cell at fault becomes missing.
    """
    file = f"{table.name}.csv"
    columns = (*table.columns, *attributes)
    declared = {column.name for column in columns}
    allowed = f"columns: {', '.join(column.name for column in columns)}"
    repeated = frame.columns.duplicated()
    for name, again in zip(frame.columns, repeated, strict=True):
        if again:
            faults.append(Fault(file, "the column a second time", "each column once", _HEADER, str(name)))
        elif name not in declared:
            found = "an undeclared column" if str(name).strip() else "a column without a name"
            hint = "declare it in datapackage.json, under attributes" if table.attributes else ""
            faults.append(Fault(file, found, allowed, _HEADER, str(name), hint))
    frame = frame.loc[:, ~repeated].reset_index(drop=True)
    series: dict[str, pd.Series] = {}
    for column in columns:
        if column.name in frame.columns:
            series[column.name] = _typed_column(file, column, frame[column.name], faults)
        else:
            if column.required:
                faults.append(Fault(file, "no such column", column.description, _HEADER, column.name))
            series[column.name] = _with_dtype(column, pd.Series(pd.NA, index=frame.index, dtype="object"))
    return pd.DataFrame(series, index=frame.index)


def fault_cells(
    file: str, column: str, given: pd.Series, bad: pd.Series, allowed: str, faults: list[Fault]
) -> None:
    """Append a fault for each cell that is bad, showing what was given there."""
    positions = np.flatnonzero(bad.to_numpy(dtype=bool))
    for position, value in zip(positions.tolist(), given.iloc[positions], strict=True):
        empty = pd.isna(value) or not str(value).strip()
        found = "nothing" if empty else repr(str(value))
        hint = "" if empty else _hint(str(value), allowed)
        faults.append(Fault(file, found, allowed, position + FIRST_ROW, column, hint))


def _hint(value: str, allowed: str) -> str:
    """Return how a cell that a spreadsheet has written its own way would be written here."""
    if "year-month-day" in allowed and _TIME_OF_DAY.fullmatch(value.strip()):
        if "time of day" not in allowed:
            return "leave out the time of day"
        return "a T between day and time, two digits each, hours to 23, no zone, as in 2024-03-05T14:30"
    if "year-month-day" in allowed and "period" not in allowed:
        if re.fullmatch(_PATTERNS["date"], value.strip(), re.ASCII):
            return "there is no such day"
        if _DAY_AND_MONTH.fullmatch(value.strip()):
            return "write the year first, then month and day with two digits each, as in 2024-03-05"
    elif "number" in allowed and re.fullmatch(r"-?\d+,\d+", value.strip()):
        return f"with a decimal point: {value.strip().replace(',', '.')}"
    return ""


def _with_dtype(column: Column, values: pd.Series) -> pd.Series:
    if column.kind == "integer" or (column.kind == "period" and pd.api.types.is_numeric_dtype(values)):
        return values.astype("Int64")
    return values.astype("Float64") if column.kind == "number" else values.astype("string")


def _typed_column(file: str, column: Column, given: pd.Series, faults: list[Fault]) -> pd.Series:
    # A column has far fewer different cells than cells, and each is read once. The last stands for missing
    # ones, whose code is -1.
    codes, words = pd.factorize(given.astype("string"))
    often = np.bincount(codes + 1, minlength=len(words) + 1)
    text = pd.Series(pd.array([*words, pd.NA], dtype="string")).str.strip()
    empty = text.fillna("").eq("").astype(bool)
    text = text.mask(empty)
    values, bad = _values(column, text, np.roll(often, -1))
    bad &= ~empty
    values = _with_dtype(column, values.mask(bad))
    kind = _KINDS.get(column.kind, "")
    if column.kind == "integer" and (column.minimum, column.maximum) == (0, 1):
        kind = "0 or 1"
    problems = [(bad, kind)]
    if column.required:
        problems.insert(0, (empty, "a value"))
    if column.minimum is not None or column.maximum is not None:
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        bounds = [f"at least {low:g}"] if column.minimum is not None else []
        bounds += [f"at most {high:g}"] if column.maximum is not None else []
        problems.append((~values.between(low, high).fillna(True).astype(bool), " and ".join(bounds)))
    if column.allowed:
        listed = pd.Series(column.allowed, dtype="string")
        known = values.isin(listed if column.kind in ("text", "date") else pd.to_numeric(listed))
        problems.append((~(known | values.isna()), ", ".join(column.allowed)))
    for wrong, allowed in problems:
        if wrong.any():
            cells = pd.Series(wrong.to_numpy()[codes], index=given.index)
            fault_cells(file, column.name, given, cells, allowed, faults)
    return pd.Series(values.array[codes], index=given.index)


def _values(column: Column, text: pd.Series, often: np.ndarray) -> tuple[pd.Series, pd.Series]:
    """Return the values of their kind, and which cells hold none; `often`: how many cells hold each text."""
    if column.kind in ("integer", "number"):
        return _numbers(text, whole=column.kind == "integer")
    if column.kind in ("date", "time"):
        return text, _no_moment(column.kind, text)
    if column.kind == "period":
        numbers, bad = _numbers(text, whole=True)
        undated = _no_moment("date", text)
        # Whichever there is more of is meant; the others are the ones at fault.
        return (numbers, bad) if often[~bad].sum() > often[~undated].sum() else (text, undated)
    if text.str.contains("\r", regex=False).any():
        # A carriage return is not quoted when it is written, so it would end the line there.
        text = text.str.replace("\r\n?", "\n", regex=True)
    return text, pd.Series(False, index=text.index)


def _numbers(text: pd.Series, *, whole: bool) -> tuple[pd.Series, pd.Series]:
    values = pd.to_numeric(text, errors="coerce").astype("Float64")
    fits = values.abs() <= _LARGEST_INTEGER if whole else values.abs() < np.inf
    if whole:
        fits &= (values % 1) == 0
    return values, ~fits.fillna(False).astype(bool)


def _no_moment(kind: str, text: pd.Series) -> pd.Series:
    written = text.str.fullmatch(_PATTERNS[kind]).fillna(False).astype(bool)
    return pd.to_datetime(text.where(written), errors="coerce", format="ISO8601").isna()
