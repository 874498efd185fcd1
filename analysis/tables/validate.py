"""Check tables against their declaration and one another: every fault at once, with file, row and column."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from analysis.tables.cells import FIRST_ROW, fault_cells, typed
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import TABLES, Column, Table

__all__ = ["checked", "examine"]

_HINTS = 50
"""Unknown identifiers that are compared with the known ones; more of them are no slips of the pen."""


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
    faults: list[Fault] = []
    found = examine(tables, package, faults)
    raise_faults(faults)
    return found


def examine(
    tables: Mapping[str, pd.DataFrame],
    package: DataPackage,
    faults: list[Fault],
    unread: Collection[str] = (),
) -> dict[str, pd.DataFrame]:
    """Do the work of `checked`, but append to `faults`, which are put in order; a cell at fault is missing.

    `unread` names tables whose files could not be read: they are at fault already, and what refers to them
    is not.
    """
    faults += [
        Fault(f"{name}.csv", "a table of that name", f"tables of the data model: {', '.join(TABLES)}")
        for name in tables
        if name not in TABLES
    ]
    found: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        if name in tables:
            found[name] = typed(table, tables[name], package.attributes.get(name, ()), faults)
    for name, frame in found.items():
        _check_key(TABLES[name], frame, faults)
        for column in TABLES[name].columns:
            if column.references is not None and frame[column.name].notna().any():
                _check_reference(TABLES[name], column, frame[column.name], found, faults, unread)
        _check_order_of_dates(TABLES[name], frame, faults)
    for name in ("ties", "nonresponse"):
        if name in found:
            _check_relations(name, found[name], package, faults)
    if "ties" in found:
        _check_scales(found["ties"], package, faults)
    _check_ranges(found, faults)
    _check_presence(found, faults)
    _check_silence(found, faults)
    order = {f"{name}.csv": position for position, name in enumerate(TABLES)}
    faults.sort(key=lambda fault: (order.get(fault.file, -1), fault.row or 0))
    return found


def _check_key(table: Table, frame: pd.DataFrame, faults: list[Fault]) -> None:
    if not table.key:
        return
    key = list(table.key)
    needed = [column.name for column in table.columns if column.name in key and column.required]
    complete = frame[frame[needed].notna().all(axis=1)]
    if not complete.duplicated(key).any():
        return
    rows = pd.Series(complete.index + FIRST_ROW, index=complete.index)
    first = rows.groupby([complete[name] for name in key], dropna=False).transform("first")
    repeated = complete.loc[rows != first, key]
    name = " + ".join(key)
    for position, cells in zip(repeated.index, repeated.itertuples(index=False), strict=True):
        shown = ", ".join("nothing" if pd.isna(cell) else repr(str(cell)) for cell in cells)
        found = f"{shown} again, as in row {first[position]}"
        faults.append(Fault(f"{table.name}.csv", found, f"each {name} once", rows[position].item(), name))


def _check_reference(
    table: Table,
    column: Column,
    values: pd.Series,
    tables: Mapping[str, pd.DataFrame],
    faults: list[Fault],
    unread: Collection[str],
) -> None:
    targets = [target.split(".") for target in (column.references or "").split(" or ")]
    if any(other in unread for other, _ in targets):
        return
    file = f"{table.name}.csv"
    known: list[pd.Series] = []
    for other, key in targets:
        if other in tables:
            known.append(tables[other][key])
    if not known:
        beside = " or ".join(f"{other}.csv" for other, _ in targets)
        names = " or ".join(other for other, _ in targets)
        faults.append(Fault(file, f"no table {names}", f"{beside} beside it", column=column.name))
        return
    if any(len(there) and there.isna().all() for there in known):
        # That column is at fault itself, and listed; it says nothing about this one.
        return
    there = pd.concat(known)
    unknown = values.notna() & ~values.isin(there)
    before = len(faults)
    places = " or ".join(f"{other}.csv, column {key}" for other, key in targets if other in tables)
    fault_cells(file, column.name, values, unknown, f"one in {places}", faults)
    near = _near_misses(values[unknown], there)
    for position, fault in enumerate(faults[before:], start=before):
        hint = near.get(fault.found, "")
        if hint:
            faults[position] = Fault(fault.file, fault.found, fault.allowed, fault.row, fault.column, hint)


def _near_misses(unknown: pd.Series, known: pd.Series) -> dict[str, str]:
    """Return a hint for each unknown identifier, as a fault shows it, that looks like a known one."""
    there = [str(value) for value in known.dropna().unique()[:20_000]]
    folded = {value.casefold(): value for value in there}
    hints = {}
    for value in map(str, unknown.unique()[:_HINTS]):
        near = difflib.get_close_matches(value.casefold(), folded, 1, 0.75)
        if near:
            hints[repr(value)] = f"did you mean {folded[near[0]]!r}?"
    return hints


def _check_order_of_dates(table: Table, frame: pd.DataFrame, faults: list[Fault]) -> None:
    for first, last in table.ordered:
        reversed_dates = (frame[first] > frame[last]).fillna(False).astype(bool)
        for position in np.flatnonzero(reversed_dates.to_numpy()).tolist():
            found = f"{frame[last].iloc[position]}, before {first} {frame[first].iloc[position]}"
            allowed = f"a date not before {first}"
            faults.append(Fault(f"{table.name}.csv", found, allowed, position + FIRST_ROW, last))


def _check_relations(name: str, frame: pd.DataFrame, package: DataPackage, faults: list[Fault]) -> None:
    names = [relation.name for relation in package.relations]
    unknown = frame["relation"].notna() & ~frame["relation"].isin(names)
    allowed = f"relations declared in datapackage.json: {', '.join(names) or 'none'}"
    fault_cells(f"{name}.csv", "relation", frame["relation"], unknown, allowed, faults)


def _check_scales(ties: pd.DataFrame, package: DataPackage, faults: list[Fault]) -> None:
    for relation in package.relations:
        fits = ties["value"].between(relation.minimum, relation.maximum).fillna(True)
        outside = (ties["relation"] == relation.name).fillna(False) & ~fits
        scale = f"{relation.name} is measured from {relation.minimum:g} to {relation.maximum:g}"
        fault_cells("ties.csv", "value", _as_written(ties["value"].where(outside)), outside, scale, faults)


def _as_written(values: pd.Series) -> pd.Series:
    # As somebody wrote it: 5, not the 5.0 it was read as.
    return values.map("{:.15g}".format, na_action="ignore")


def _check_ranges(tables: Mapping[str, pd.DataFrame], faults: list[Fault]) -> None:
    """An answer lies within its item's range, and an item's lowest answer is not above its highest."""
    if "items" not in tables:
        return
    items = tables["items"]
    reversed_range = (items["minimum"] > items["maximum"]).fillna(False).astype(bool)
    fault_cells(
        "items.csv",
        "maximum",
        _as_written(items["maximum"]),
        reversed_range,
        "a number not below the minimum",
        faults,
    )
    if "responses" not in tables:
        return
    usable = items[~reversed_range].dropna(subset=["item_id", "minimum", "maximum"])
    usable = usable.drop_duplicates("item_id").set_index("item_id")
    responses = tables["responses"]
    low, high = (responses["item_id"].map(usable[bound]) for bound in ("minimum", "maximum"))
    values = responses["value"]
    outside = ((values < low) | (values > high)).fillna(False).astype(bool)
    for item in responses.loc[outside, "item_id"].unique():
        everywhere = outside & (responses["item_id"] == item).fillna(False)
        bounds = f"{usable['minimum'][item]:g} to {usable['maximum'][item]:g}"
        allowed = f"a number from {bounds}, the range of item {item}"
        fault_cells("responses.csv", "value", _as_written(values), everywhere, allowed, faults)


def _check_presence(tables: Mapping[str, pd.DataFrame], faults: list[Fault]) -> None:
    """Nobody has a tie in a wave that opened after they left or closed before they joined."""
    if not {"actors", "waves", "ties"} <= tables.keys():
        return
    actors = tables["actors"].dropna(subset="actor_id").drop_duplicates("actor_id").set_index("actor_id")
    waves = tables["waves"].dropna(subset="wave").drop_duplicates("wave").set_index("wave")
    limits = [(actors["left_on"], waves["opened_on"]), (actors["joined_on"], waves["closed_on"])]
    ties = tables["ties"]
    for (limit, bound), late in zip(limits, (True, False), strict=True):
        limit, bound = limit.dropna(), bound.dropna()
        if limit.empty or bound.empty:
            continue
        edge = ties["wave"].map(bound)
        for column in ("sender_id", "receiver_id"):
            day = ties[column].map(limit)
            absent = ((day < edge) if late else (day > edge)).fillna(False).astype(bool)
            for position in np.flatnonzero(absent.to_numpy()).tolist():
                word, opening = ("left", "opened") if late else ("joined", "closed")
                found = (
                    f"{ties[column].iloc[position]!r}, who {word} on {day.iloc[position]}; "
                    f"wave {ties['wave'].iloc[position]} {opening} on {edge.iloc[position]}"
                )
                allowed = "people who were in the network in that wave"
                faults.append(Fault("ties.csv", found, allowed, position + FIRST_ROW, column))


def _check_silence(tables: Mapping[str, pd.DataFrame], faults: list[Fault]) -> None:
    """Nobody listed as not having answered in a wave has answers there."""
    if "nonresponse" not in tables:
        return
    silent = tables["nonresponse"].dropna(subset=["wave", "actor_id"])
    for name, who in (("ties", "reported_by"), ("responses", "actor_id")):
        if name not in tables:
            continue
        frame = tables[name]
        everything = silent[silent["relation"].isna()]
        heard = pd.MultiIndex.from_frame(frame[["wave", who]])
        bad = heard.isin(pd.MultiIndex.from_frame(everything[["wave", "actor_id"]]))
        if name == "ties":
            one = silent.dropna(subset="relation")[["wave", "actor_id", "relation"]]
            heard = pd.MultiIndex.from_frame(frame[["wave", who, "relation"]])
            bad |= heard.isin(pd.MultiIndex.from_frame(one))
        allowed = "answers of people who are not listed in nonresponse.csv for that wave"
        fault_cells(f"{name}.csv", who, frame[who], pd.Series(bad, index=frame.index), allowed, faults)
