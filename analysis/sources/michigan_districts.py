"""Michigan's school districts from 1992 to 1998: pass rates, money, teachers (Papke 2005; Wooldridge)."""

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

_FILE = "mathpnl.csv.bz2"
_DISTRICT, _REGION, _YEAR = "distid", "intid", "year"
_FROM_0, _ABOVE_0, _PERCENT = (0.0, 1e9), (1e-9, 1e9), (0.0, 100.0)
_MEASURES = {
    "math4": ("math_grade_4_satisfactory", _PERCENT),
    "math7": ("math_grade_7_satisfactory", _PERCENT),
    "grad": ("graduation_rate", _PERCENT),
    "drop": ("dropout_rate", _PERCENT),
    "lunch": ("free_lunch", _PERCENT),
    "enrol": ("enrolment", _ABOVE_0),
    "expp": ("spending_per_pupil", _ABOVE_0),
    "revpp": ("revenue_per_pupil", _ABOVE_0),
    "found": ("foundation_grant", _ABOVE_0),
    "avgsal": ("average_teacher_salary", _ABOVE_0),
    "avgben": ("average_teacher_benefits", _ABOVE_0),
    "ptr": ("pupils_per_teacher", _ABOVE_0),
    "staff": ("staff_per_1000_pupils", _ABOVE_0),
    "choice": ("choice_pupils", _FROM_0),
    "psa": ("public_school_academy_pupils", _FROM_0),
}
"""Columns of the file: the measure's name here, and the lowest and highest value that it can have."""


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations (intermediate districts, and districts within them), waves and measures.

    A wave is a year. What follows from other columns (logarithms, squares, changes, values of the year
    before, spending in other years' dollars) is left out; a value that cannot be, such as a rate above 100
    or an average salary of nothing, is left out as missing.

    Raises
    ------
    InvalidInput
        With every fault of the file.
    """
    faults: list[Fault] = []
    columns = [
        Column(_DISTRICT, "integer", "The district's number.", minimum=1, maximum=99_999),
        Column(_REGION, "integer", "Number of its intermediate district.", minimum=1, maximum=99),
        Column(_YEAR, "integer", "Year.", minimum=1992, maximum=1998),
        *(Column(name, "number", "A measure.", required=False) for name in _MEASURES),
    ]
    rows = read_delimited(raw / _FILE, columns, faults)
    again = rows.duplicated([_DISTRICT, _YEAR]) & rows[_DISTRICT].notna()
    fault_cells(_FILE, _YEAR, rows[_YEAR], again, "each year of a district once", faults)
    moved = rows.groupby(_DISTRICT)[_REGION].transform("nunique") > 1
    fault_cells(_FILE, _REGION, rows[_REGION], moved, "one intermediate district throughout", faults)
    raise_faults(faults)
    rows = rows.assign(
        organization_id=rows[_DISTRICT].map(_district), parent_id=rows[_REGION].map(_intermediate)
    )
    districts = rows[["organization_id", "parent_id"]].drop_duplicates().sort_values("organization_id")
    regions = sorted(districts["parent_id"].unique())
    years = sorted(rows[_YEAR].unique())
    return {
        "organizations": pd.concat(
            [
                pd.DataFrame({"organization_id": regions, "kind": "office"}),
                districts.assign(kind="district"),
            ],
            ignore_index=True,
        ),
        "waves": pd.DataFrame({"wave": years, "label": [str(year) for year in years]}),
        "measures": pd.concat(
            [_measure(rows, column, name, bounds) for column, (name, bounds) in _MEASURES.items()],
            ignore_index=True,
        ),
    }


def _measure(rows: pd.DataFrame, column: str, name: str, bounds: tuple[float, float]) -> pd.DataFrame:
    possible = rows[rows[column].between(*bounds).fillna(False)]
    return pd.DataFrame(
        {
            "wave": possible[_YEAR],
            "organization_id": possible["organization_id"],
            "measure": name,
            "value": possible[column],
        }
    )


def _district(number: int) -> str:
    return f"district_{number:05d}"


def _intermediate(number: int) -> str:
    return f"intermediate_{number:02d}"


if __name__ == "__main__":
    sys.exit(build(tables, "michigan_districts"))
