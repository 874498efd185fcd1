"""Check tables against their declaration: every fault at once, with file, row and column."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import TABLES, Column, Table

__all__ = ["checked"]

_HEADER = 1
_FIRST_ROW = _HEADER + 1
# Beyond it a float no longer holds every integer, and a far larger one would wrap round as an Int64.
_LARGEST_INTEGER = 2**53
_KINDS = {
    "integer": f"an integer, at most {_LARGEST_INTEGER} in size",
    "number": "a number",
    "date": "a date, year-month-day",
}


def checked(tables: Mapping[str, pd.DataFrame], package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the tables with typed columns in declared order, or raise with every fault they have.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables by name; cells may be text, as read from a CSV file, or values. Rows are taken by position:
        the first is row 2 of the file.
    package : DataPackage
        The dataset's declaration: its relations with their scales, its further columns.

    Returns
    -------
    dict of str to DataFrame
        In the order of the declaration. Numbers are Int64 or Float64, everything else is text without space
        around it and with line feeds as its only line breaks; dates are ISO text. A missing value is missing,
        never zero.

    Raises
    ------
    InvalidInput
        Listing each fault with file, row and column, what was found, what is allowed; in the order of the
        tables, then of the rows. What follows from a listed fault only is not listed again: a cell that
        could not be read is neither a duplicate nor out of its range.
    """
    faults = [
        Fault(f"{name}.csv", "a table of that name", f"tables of the data model: {', '.join(TABLES)}")
        for name in tables
        if name not in TABLES
    ]
    typed: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        if name in tables:
            typed[name] = _typed(table, tables[name], package.attributes.get(name, ()), faults)
    for name, frame in typed.items():
        _check_key(TABLES[name], frame, faults)
        _check_references(TABLES[name], frame, typed, faults)
        _check_order_of_dates(name, frame, faults)
    if "ties" in typed:
        _check_scales(typed["ties"], package, faults)
    order = {f"{name}.csv": position for position, name in enumerate(TABLES)}
    raise_faults(sorted(faults, key=lambda fault: (order.get(fault.file, -1), fault.row or 0)))
    return typed


def _typed(
    table: Table, frame: pd.DataFrame, attributes: tuple[Column, ...], faults: list[Fault]
) -> pd.DataFrame:
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
            faults.append(Fault(file, found, allowed, _HEADER, str(name)))
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


def _with_dtype(column: Column, values: pd.Series) -> pd.Series:
    if column.kind == "integer":
        return values.astype("Int64")
    return values.astype("Float64") if column.kind == "number" else values.astype("string")


def _typed_column(file: str, column: Column, given: pd.Series, faults: list[Fault]) -> pd.Series:
    text = given.astype("string").str.strip()
    missing = text.fillna("").eq("").astype(bool)
    text = text.mask(missing)
    if column.required:
        _report(file, column.name, given, missing, "a value", faults)
    values, bad = _numbers(column, text) if column.kind in ("integer", "number") else _texts(column, text)
    bad &= ~missing
    if bad.any():
        _report(file, column.name, given, bad, _KINDS[column.kind], faults)
        values = values.mask(bad)
    if column.minimum is not None or column.maximum is not None:
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        bounds = [f"at least {low:g}"] if column.minimum is not None else []
        bounds += [f"at most {high:g}"] if column.maximum is not None else []
        outside = ~values.between(low, high).fillna(True).astype(bool)
        _report(file, column.name, given, outside, " and ".join(bounds), faults)
    if column.allowed:
        listed = pd.Series(column.allowed, dtype="string")
        known = values.isin(listed if column.kind in ("text", "date") else pd.to_numeric(listed))
        _report(file, column.name, given, ~(known | values.isna()), ", ".join(column.allowed), faults)
    return _with_dtype(column, values)


def _numbers(column: Column, text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the numbers and which cells hold none."""
    values = pd.to_numeric(text, errors="coerce").astype("Float64")
    fits = values.abs() <= _LARGEST_INTEGER if column.kind == "integer" else values.abs() < np.inf
    if column.kind == "integer":
        fits &= (values % 1) == 0
    return values, ~fits.fillna(False).astype(bool)


def _texts(column: Column, text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the texts and which cells hold none of their kind."""
    if column.kind == "date":
        # The pattern, because the parser also takes 2024-1-5; ASCII digits, so that dates sort as text.
        written = text.str.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}").fillna(False).astype(bool)
        days = pd.to_datetime(text.where(written), errors="coerce", format="%Y-%m-%d")
        return text, days.isna()
    if text.str.contains("\r", regex=False).any():
        # A carriage return is not quoted when it is written, so it would end the line there.
        text = text.str.replace("\r\n?", "\n", regex=True)
    return text, pd.Series(False, index=text.index)


def _report(
    file: str, column: str, given: pd.Series, bad: pd.Series, allowed: str, faults: list[Fault]
) -> None:
    positions = np.flatnonzero(bad.to_numpy(dtype=bool))
    for position, value in zip(positions.tolist(), given.iloc[positions], strict=True):
        found = "nothing" if pd.isna(value) or not str(value).strip() else repr(str(value))
        faults.append(Fault(file, found, allowed, position + _FIRST_ROW, column))


def _check_key(table: Table, frame: pd.DataFrame, faults: list[Fault]) -> None:
    key = list(table.key)
    complete = frame[frame[key].notna().all(axis=1)]
    if not complete.duplicated(key).any():
        return
    rows = pd.Series(complete.index + _FIRST_ROW, index=complete.index)
    first = rows.groupby([complete[name] for name in key]).transform("first")
    repeated = complete.loc[rows != first, key]
    name = " + ".join(key)
    for position, cells in zip(repeated.index, repeated.itertuples(index=False), strict=True):
        found = f"{', '.join(repr(str(cell)) for cell in cells)} again, as in row {first[position]}"
        faults.append(Fault(f"{table.name}.csv", found, f"each {name} once", rows[position].item(), name))


def _check_references(
    table: Table, frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame], faults: list[Fault]
) -> None:
    for column in table.columns:
        if column.references is None or frame[column.name].isna().all():
            continue
        other, key = column.references.split(".")
        if other not in tables:
            faults.append(
                Fault(f"{table.name}.csv", f"no table {other}", f"{other}.csv beside it", column=column.name)
            )
            continue
        there = tables[other][key]
        if len(there) and there.isna().all():
            # That column is at fault itself, and listed; it says nothing about this one.
            continue
        unknown = frame[column.name].notna() & ~frame[column.name].isin(there)
        _report(
            f"{table.name}.csv",
            column.name,
            frame[column.name],
            unknown,
            f"one in {other}.csv, column {key}",
            faults,
        )


def _check_order_of_dates(name: str, frame: pd.DataFrame, faults: list[Fault]) -> None:
    for first, last in (("joined_on", "left_on"), ("opened_on", "closed_on")):
        if first in frame and last in frame:
            reversed_dates = (frame[first] > frame[last]).fillna(False).astype(bool)
            for position in np.flatnonzero(reversed_dates.to_numpy()).tolist():
                found = f"{frame[last].iloc[position]}, before {first} {frame[first].iloc[position]}"
                allowed = f"a date not before {first}"
                faults.append(Fault(f"{name}.csv", found, allowed, position + _FIRST_ROW, last))


def _check_scales(ties: pd.DataFrame, package: DataPackage, faults: list[Fault]) -> None:
    names = [relation.name for relation in package.relations]
    unknown = ties["relation"].notna() & ~ties["relation"].isin(names)
    allowed = f"relations declared in datapackage.json: {', '.join(names) or 'none'}"
    _report("ties.csv", "relation", ties["relation"], unknown, allowed, faults)
    for relation in package.relations:
        fits = ties["value"].between(relation.minimum, relation.maximum).fillna(True)
        outside = (ties["relation"] == relation.name).fillna(False) & ~fits
        scale = f"{relation.name} is measured from {relation.minimum:g} to {relation.maximum:g}"
        # As somebody wrote it: 5, not the 5.0 it was read as.
        shown = ties["value"].where(outside).map("{:.15g}".format, na_action="ignore")
        _report("ties.csv", "value", shown, outside, scale, faults)
