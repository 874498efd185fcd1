"""Shares of positive answers by element of the school survey, New York City's high schools, nine years.

What stands where in which year's workbook is in `data_raw/nyc_hs_school_survey/layout.csv`, not here.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.files import DATA_RAW
from analysis.sources.build import build
from analysis.sources.delimited import read_delimited
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import Column
from analysis.tables.workbook import Cell, read_table, shown

__all__ = ["tables"]

_UNITS = {"share": "a number from 0 to 1", "percentage": "a percentage from 0% to 100%"}
_LAYOUT = (
    Column("file", "text", "A workbook."),
    Column("wave", "integer", "The year its school year ended.", minimum=2000, maximum=2100),
    Column("sheet", "text", "The sheet."),
    Column("header_row", "integer", "The row that names the columns.", minimum=1),
    Column("school", "text", "Header of the column with the school's code."),
    Column("column", "text", "Header of the column with the figures."),
    Column("measure", "text", "What they measure."),
    Column("unit", "text", "How they are written.", allowed=tuple(_UNITS)),
    Column("missing", "text", "What stands for no figure, besides an empty cell.", required=False),
)
_CODE = re.compile(r"[0-9]{2}[KMQRX][0-9]{3}")
_PERCENTAGE = re.compile(r"([0-9]+(?:\.[0-9]+)?)%")


@dataclass(frozen=True)
class _Sheet:
    """A sheet of a workbook: where its header is, and under which one the schools' codes are."""

    file: str
    wave: int
    name: str
    header_row: int
    school: str


@dataclass(frozen=True)
class _Figures:
    """A column of a sheet: its header, what it measures, how it is written, what stands for nothing."""

    header: str
    measure: str
    unit: str
    missing: str


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations (schools), waves and measures.

    Every figure is a share from 0 to 1; one that is not there is no row. Response rates are measures of their
    own, since most elements rest on the answers of several groups.

    Raises
    ------
    InvalidInput
        With every fault of the layout, or of the nine workbooks.
    """
    faults: list[Fault] = []
    layout = _layout(DATA_RAW / package.name / "layout.csv", faults)
    raise_faults(faults)
    schools: set[str] = set()
    measures = [_measures(raw, sheet, columns, schools, faults) for sheet, columns in layout.items()]
    # A workbook that is missing is missing for each of its sheets.
    raise_faults(dict.fromkeys(faults))
    waves = sorted({sheet.wave for sheet in layout})
    return {
        "organizations": pd.DataFrame({"organization_id": sorted(schools)}).assign(kind="school"),
        "waves": pd.DataFrame({"wave": waves, "label": [f"{wave - 1}-{wave % 100:02d}" for wave in waves]}),
        "measures": pd.concat(measures, ignore_index=True),
    }


def _layout(path: Path, faults: list[Fault]) -> dict[_Sheet, list[_Figures]]:
    table = read_delimited(path, _LAYOUT, faults)
    table["missing"] = table["missing"].fillna("")
    found: dict[_Sheet, list[_Figures]] = {}
    for file, wave, name, header_row, school, *figures in table.itertuples(index=False, name=None):
        sheet = _Sheet(file, wave, name, header_row, school)
        found.setdefault(sheet, []).append(_Figures(*figures))
    return found


def _measures(
    raw: Path, sheet: _Sheet, columns: list[_Figures], schools: set[str], faults: list[Fault]
) -> pd.DataFrame:
    """Return the figures of one sheet and add its schools to `schools`."""
    path = raw / sheet.file
    before = len(faults)
    headers = [column.header for column in columns]
    cells = read_table(path, (sheet.school, *headers), faults, sheet=sheet.name, header_row=sheet.header_row)
    if len(faults) > before:
        return pd.DataFrame()
    first_row = sheet.header_row + 1
    codes: dict[int, str] = {}
    for place, row in enumerate(zip(*cells.values(), strict=True)):
        # Some workbooks leave a row empty below the header.
        if all(cell == "" for cell in row):
            continue
        code = str(row[0]).strip()
        if not _CODE.fullmatch(code):
            allowed = "a school's code: district, borough, number, as in 01M001"
            faults.append(Fault(path.name, shown(row[0]), allowed, first_row + place, sheet.school))
        elif code in codes.values():
            found = f"{code!r} again"
            faults.append(Fault(path.name, found, "each school once", first_row + place, sheet.school))
        codes[place] = code
    schools.update(f"school_{code}" for code in codes.values())
    rows = []
    for column in columns:
        for place, code in codes.items():
            cell = cells[column.header][place]
            value = _share(cell, column)
            if value is None:
                allowed = f"{_UNITS[column.unit]}, or {column.missing or 'nothing'}"
                faults.append(Fault(path.name, shown(cell), allowed, first_row + place, column.header))
            elif not math.isnan(value):
                rows.append((sheet.wave, f"school_{code}", column.measure, value))
    return pd.DataFrame(rows, columns=["wave", "organization_id", "measure", "value"])


def _share(cell: Cell, column: _Figures) -> float | None:
    """Return a share from 0 to 1, NaN where there is none, None for a cell that is neither."""
    if isinstance(cell, str) and cell.strip() in ("", column.missing):
        return math.nan
    value = None
    if column.unit == "share" and isinstance(cell, float):
        value = cell
    elif column.unit == "percentage" and isinstance(cell, str):
        found = _PERCENTAGE.fullmatch(cell.strip())
        value = round(float(found[1]) / 100, 6) if found else None
    return value if value is not None and 0 <= value <= 1 else None


if __name__ == "__main__":
    sys.exit(build(tables, "nyc_hs_school_survey"))
