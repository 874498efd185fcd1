"""Categories of the 5Essentials survey in Chicago's public schools, six survey years.

Which column is which measure, and which word stands for which number, is in
`data_raw/cps_5essentials/layout.csv`, not here.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.files import DATA_RAW
from analysis.sources.build import build
from analysis.sources.delimited import read_delimited
from analysis.tables.cells import fault_cells
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import Column

__all__ = ["tables"]

_LAYOUT = (
    Column("column", "text", "Header of the column."),
    Column("measure", "text", "What it measures."),
    Column("scale", "text", "`percentage`, or the words and their numbers, as in LOW=1|HIGH=2."),
    Column("missing", "text", "What stands for no figure, besides an empty cell.", required=False),
)
_PERCENTAGE = "percentage"
_SCHOOL, _YEAR, _LEVEL = "School_ID", "Progress_Report_Year", "Primary_Category"


@dataclass(frozen=True)
class _Measure:
    """A line of the layout; `numbers`: of each word, nothing where the cells are percentages."""

    column: str
    name: str
    numbers: dict[str, float]
    missing: str


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations (schools), waves and measures.

    A category is its number, lowest 1; a response rate is a share from 0 to 1 and a measure of its own. What
    is not there, or was not enough to report, is no row.

    Raises
    ------
    InvalidInput
        With every fault of the layout, or of the six files.
    """
    faults: list[Fault] = []
    layout = _layout(DATA_RAW / package.name / "layout.csv", faults)
    raise_faults(faults)
    columns = [
        Column(_SCHOOL, "integer", "The school's number."),
        Column(_YEAR, "integer", "The year of the survey.", minimum=2000, maximum=2100),
        Column(_LEVEL, "text", "Level.", required=False, allowed=("ES", "MS", "HS")),
        *(
            Column(measure.column, "text", "A category.", required=False)
            if measure.numbers
            else Column(measure.column, "number", "A rate.", required=False, minimum=0, maximum=100)
            for measure in layout
        ),
    ]
    schools, measures = [], []
    for resource in package.resources:
        file = read_delimited(raw / resource.path, columns, faults)
        _check(resource.path, file, faults)
        file = file.assign(organization_id="school_" + file[_SCHOOL].astype("string"))
        schools.append(file[["organization_id", _YEAR, _LEVEL]])
        for measure in layout:
            values = _values(resource.path, measure, file[measure.column], faults)
            part = file[["organization_id"]].assign(
                wave=file[_YEAR], measure=measure.name, value=values.astype("Float64")
            )
            measures.append(part.dropna())
    raise_faults(faults)
    found = pd.concat(schools, ignore_index=True).sort_values([_YEAR, "organization_id"])
    waves = sorted(found[_YEAR].unique().tolist())
    # `last` passes over a school's reports that name no level.
    level = found.groupby("organization_id")[_LEVEL].last()
    return {
        "organizations": level.rename("level").reset_index().assign(kind="school"),
        "waves": pd.DataFrame({"wave": waves, "label": [f"Survey of {wave}" for wave in waves]}),
        "measures": pd.concat(measures, ignore_index=True),
    }


def _layout(path: Path, faults: list[Fault]) -> list[_Measure]:
    table = read_delimited(path, _LAYOUT, faults).fillna("")
    found = []
    for row, (column, name, scale, missing) in enumerate(table.itertuples(index=False, name=None), start=2):
        numbers: dict[str, float] = {}
        try:
            if scale == _PERCENTAGE:
                float(missing or 0)
            else:
                words = (pair.partition("=") for pair in scale.split("|"))
                numbers = {word: float(number) for word, _, number in words}
        except ValueError:
            allowed = f"{_PERCENTAGE} and a number for none, or words and their numbers, as in LOW=1|HIGH=2"
            faults.append(Fault(path.name, repr(f"{scale}, {missing}"), allowed, row, "scale"))
        found.append(_Measure(column, name, numbers, missing))
    return found


def _check(file: str, frame: pd.DataFrame, faults: list[Fault]) -> None:
    school, year = frame[_SCHOOL], frame[_YEAR]
    fault_cells(file, _SCHOOL, school, school.duplicated() & school.notna(), "each school once", faults)
    if len(frame):
        other = (year != year.iloc[0]).fillna(False).astype(bool)
        fault_cells(file, _YEAR, year, other, f"{year.iloc[0]}, as in the first row", faults)


def _values(file: str, measure: _Measure, cells: pd.Series, faults: list[Fault]) -> pd.Series:
    if not measure.numbers:
        # Decimal places beyond those of the file are only those of the division.
        shares = (cells / 100).round(6)
        return shares.mask(cells == float(measure.missing)) if measure.missing else shares
    words = [*measure.numbers, *([measure.missing] if measure.missing else [])]
    fault_cells(file, measure.column, cells, cells.notna() & ~cells.isin(words), ", ".join(words), faults)
    return cells.map(measure.numbers)


if __name__ == "__main__":
    sys.exit(build(tables, "cps_5essentials"))
