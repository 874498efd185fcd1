"""Check tables against their declaration: every fault at once, with file, row and column."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import TABLES, Column, Table

__all__ = ["checked"]

_HEADER_LINES = 1


def checked(tables: Mapping[str, pd.DataFrame], package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the tables with typed columns in declared order, or raise with every fault they have.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables by name; cells may be text, as read from a CSV file, or values.
    package : DataPackage
        The dataset's declaration: its relations with their scales, its further columns.

    Returns
    -------
    dict of str to DataFrame
        In the order of the declaration. Dates are ISO text; a missing value is missing, never zero.

    Raises
    ------
    InvalidInput
        Listing each fault with file, row (line of the CSV file) and column, what was found, what is allowed.
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
    raise_faults(faults)
    return typed


def _typed(
    table: Table, frame: pd.DataFrame, attributes: tuple[Column, ...], faults: list[Fault]
) -> pd.DataFrame:
    file = f"{table.name}.csv"
    columns = (*table.columns, *attributes)
    declared = {column.name for column in columns}
    faults.extend(
        Fault(
            file,
            "an undeclared column",
            f"columns: {', '.join(column.name for column in columns)}",
            1,
            str(name),
        )
        for name in frame.columns
        if name not in declared
    )
    series: dict[str, pd.Series] = {}
    for column in columns:
        if column.name in frame.columns:
            series[column.name] = _typed_column(file, column, frame[column.name], faults)
        else:
            if column.required:
                faults.append(Fault(file, "no such column", column.description, _HEADER_LINES, column.name))
            series[column.name] = _with_dtype(column, pd.Series(pd.NA, index=frame.index, dtype="object"))
    return pd.DataFrame(series, index=frame.index).reset_index(drop=True)


def _with_dtype(column: Column, values: pd.Series) -> pd.Series:
    if column.kind == "integer":
        return values.astype("Int64")
    return values.astype("Float64") if column.kind == "number" else values.astype("string")


def _typed_column(file: str, column: Column, given: pd.Series, faults: list[Fault]) -> pd.Series:
    text = given.astype("string").str.strip()
    missing = text.isna() | (text == "")
    bad = pd.Series(False, index=given.index)
    if column.kind in ("integer", "number"):
        values = pd.to_numeric(text.mask(missing), errors="coerce").astype("Float64")
        bad = values.isna() & ~missing
        bad |= values.isin([float("inf"), float("-inf")]).fillna(False)
        if column.kind == "integer":
            bad |= ((values % 1) != 0).fillna(False)
        _report(file, column, given, bad, f"a{'n' if column.kind == 'integer' else ''} {column.kind}", faults)
        values = values.mask(bad)
        bounds = [f"at least {column.minimum:g}"] if column.minimum is not None else []
        bounds += [f"at most {column.maximum:g}"] if column.maximum is not None else []
        if bounds:
            low = (
                (values < column.minimum)
                if column.minimum is not None
                else pd.Series(False, index=given.index)
            )
            high = (
                (values > column.maximum)
                if column.maximum is not None
                else pd.Series(False, index=given.index)
            )
            outside = low.fillna(False).astype(bool) | high.fillna(False).astype(bool)
            _report(file, column, given, outside, " and ".join(bounds), faults)
        result = _with_dtype(column, values)
    else:
        result = _with_dtype(column, text.mask(missing))
        if column.kind == "date":
            bad = ~missing & ~text.str.fullmatch(r"\d{4}-\d{2}-\d{2}").fillna(False).astype(bool)
            bad |= (
                ~missing & pd.to_datetime(text.mask(missing | bad), errors="coerce", format="%Y-%m-%d").isna()
            )
            _report(file, column, given, bad, "a date, year-month-day", faults)
    if column.required:
        _report(file, column, given, missing, "a value", faults)
    if column.allowed:
        unknown = ~missing & ~text.isin(list(column.allowed)).fillna(False)
        _report(file, column, given, unknown, ", ".join(column.allowed), faults)
    return result


def _report(
    file: str, column: Column, given: pd.Series, bad: pd.Series, allowed: str, faults: list[Fault]
) -> None:
    for position in bad.to_numpy(dtype=bool).nonzero()[0]:
        value = given.iloc[position]
        found = "nothing" if pd.isna(value) or str(value).strip() == "" else repr(str(value))
        faults.append(Fault(file, found, allowed, int(position) + 1 + _HEADER_LINES, column.name))


def _check_key(table: Table, frame: pd.DataFrame, faults: list[Fault]) -> None:
    repeated = frame.duplicated(list(table.key), keep="first")
    for position in repeated.to_numpy().nonzero()[0]:
        found = ", ".join(f"{name} {frame[name].iloc[position]}" for name in table.key)
        allowed = f"each {' + '.join(table.key)} once"
        faults.append(
            Fault(
                f"{table.name}.csv",
                f"again {found}",
                allowed,
                int(position) + 1 + _HEADER_LINES,
                table.key[0],
            )
        )


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
        unknown = frame[column.name].notna() & ~frame[column.name].isin(tables[other][key])
        _report(f"{table.name}.csv", column, frame[column.name], unknown, f"a {key} of {other}.csv", faults)


def _check_order_of_dates(name: str, frame: pd.DataFrame, faults: list[Fault]) -> None:
    for first, last in (("joined_on", "left_on"), ("opened_on", "closed_on")):
        if first in frame and last in frame:
            reversed_dates = (frame[first] > frame[last]).fillna(False).astype(bool)
            for position in reversed_dates.to_numpy().nonzero()[0]:
                found = f"{frame[last].iloc[position]}, before {first} {frame[first].iloc[position]}"
                row = int(position) + 1 + _HEADER_LINES
                faults.append(Fault(f"{name}.csv", found, f"a date not before {first}", row, last))


def _check_scales(ties: pd.DataFrame, package: DataPackage, faults: list[Fault]) -> None:
    relations = {relation.name: relation for relation in package.relations}
    relation_column, value_column = TABLES["ties"].column("relation"), TABLES["ties"].column("value")
    if relation_column is None or value_column is None:
        return
    unknown = ties["relation"].notna() & ~ties["relation"].isin(list(relations))
    allowed = f"relations declared in datapackage.json: {', '.join(relations) or 'none'}"
    _report("ties.csv", relation_column, ties["relation"], unknown, allowed, faults)
    for relation in relations.values():
        asked = ties["relation"] == relation.name
        outside = asked & ~ties["value"].between(relation.minimum, relation.maximum).fillna(True)
        scale = f"{relation.name} is measured from {relation.minimum:g} to {relation.maximum:g}"
        _report("ties.csv", value_column, ties["value"], outside.fillna(False), scale, faults)
