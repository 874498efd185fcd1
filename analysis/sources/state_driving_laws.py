"""Traffic laws of 48 states of the USA, 1980 to 2004, and which states border on which (Freeman 2007)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.sources.delimited import read_delimited
from analysis.tables.cells import fault_cells
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import Column

__all__ = ["tables"]

_FILE, _LAYOUT = "driving.csv.bz2", "layout.csv"
_STATE, _YEAR = "state", "year"
_FIRST, _LAST = 1980, 2004
_LAWS = {
    "bac08": "blood_alcohol_08",
    "zerotol": "zero_tolerance",
    "gdl": "graduated_licence",
    "perse": "licence_revocation",
    "sbprim": "seat_belt_primary",
    "sl70plus": "speed_limit_70",
}
"""Columns of the file, the share of a year that a law was in force, and what the law is called here."""


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations (divisions of the country), actors (the states), waves, ties and adoptions.

    A state adopts a law in the first year of which it was in force in any part. A tie is a common border on
    land or in a river, both ways. States are called by their names: they are public bodies.

    Raises
    ------
    InvalidInput
        With every fault of the file and of the table of states beside it.
    """
    faults: list[Fault] = []
    states = _states(raw / _LAYOUT, faults)
    columns = [
        Column(_STATE, "integer", "The state's number.", minimum=1, maximum=51),
        Column(_YEAR, "integer", "Year.", minimum=_FIRST, maximum=_LAST),
        *(Column(law, "number", "Share of the year.", minimum=0, maximum=1) for law in _LAWS),
    ]
    rows = read_delimited(raw / _FILE, columns, faults)
    again = rows.duplicated([_STATE, _YEAR]) & rows[_STATE].notna()
    fault_cells(_FILE, _YEAR, rows[_YEAR], again, "each year of a state once", faults)
    unknown = rows[_STATE].notna() & ~rows[_STATE].isin(states["number"])
    fault_cells(_FILE, _STATE, rows[_STATE], unknown, f"a number of {_LAYOUT}", faults)
    raise_faults(faults)
    names = dict(zip(states["number"], states["state"], strict=True))
    borders = states.assign(other=states["borders"].str.split()).explode("other")
    return {
        "organizations": pd.DataFrame(
            {"organization_id": states["division"].drop_duplicates(), "kind": "group"}
        ),
        "actors": pd.DataFrame(
            {"actor_id": states["state"], "organization_id": states["division"], "role": "state"}
        ),
        "waves": pd.DataFrame({"wave": [1], "label": [f"{_FIRST} to {_LAST}"]}),
        "ties": pd.DataFrame(
            {
                "wave": 1,
                "relation": package.relations[0].name,
                "sender_id": borders["state"],
                "receiver_id": borders["other"],
                "value": 1,
                "reported_by": borders["state"],
            }
        ),
        "adoptions": pd.concat(
            [_adopted(rows, column, law, names) for column, law in _LAWS.items()], ignore_index=True
        ),
    }


def _states(path: Path, faults: list[Fault]) -> pd.DataFrame:
    columns = [
        Column("number", "integer", "Its number in the file.", minimum=1, maximum=51),
        Column("state", "text", "Its name."),
        Column("division", "text", "Division of the country."),
        Column("borders", "text", "The states it borders on."),
    ]
    states = read_delimited(path, columns, faults)
    named = {
        str(state): set(str(borders).split())
        for state, borders in zip(states["state"], states["borders"], strict=True)
    }
    for state, others in named.items():
        for other in sorted(others):
            if state not in named.get(other, set()):
                found = f"{state} on {other} and not {other} on {state}"
                faults.append(Fault(path.name, found, "borders named on both sides", column="borders"))
    return states


def _adopted(rows: pd.DataFrame, column: str, law: str, names: Mapping[int, str]) -> pd.DataFrame:
    """Return one row per state: the first year in which the law was in force, or that it never was."""
    first = rows[rows[column] > 0].groupby(_STATE)[_YEAR].min().reindex(list(names))
    return pd.DataFrame(
        {
            "innovation": law,
            "adopter_id": [names[number] for number in first.index],
            "adopted_on": first.fillna(_LAST).astype(int).to_numpy(),
            "censored": first.isna().astype(int).to_numpy(),
        }
    )


if __name__ == "__main__":
    sys.exit(build(tables, "state_driving_laws"))
