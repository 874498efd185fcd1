"""The class: every cell of the published workbooks, and every fault of spoilt ones at once."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from analysis.files import DATA_RAW
from analysis.sources.class_friendships import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked
from tests.tables.workbooks import write_workbook

FILES = {"pupils_report": "student-reported-valued.xlsx", "teacher_reports": "teacher-reported-friends.xlsx"}


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "class_friendships" / "datapackage.json")


def cells(path: Path) -> list[list[object]]:
    return [list(row) for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()]


def test_every_cell_returns(data_mirror: Path, package: DataPackage) -> None:
    real = checked(tables(data_mirror / "class_friendships", package), package)
    assert real["actors"]["role"].value_counts().to_dict() == {"pupil": 27, "teacher": 1}
    for relation, file in FILES.items():
        ties = real["ties"][real["ties"]["relation"] == relation]
        matrix = np.zeros((27, 27))
        places = [ties[end].str[-2:].astype(int) - 1 for end in ("sender_id", "receiver_id")]
        matrix[places[0], places[1]] = ties["value"]
        assert matrix.tolist() == cells(data_mirror / "class_friendships" / file)
    ties = real["ties"].groupby("relation").size().to_dict()
    assert ties == {"pupils_report": 203, "teacher_reports": 69}
    own = real["ties"]["relation"] == "pupils_report"
    assert (real["ties"].loc[own, "reported_by"] == real["ties"].loc[own, "sender_id"]).all()
    assert set(real["ties"].loc[~own, "reported_by"]) == {"teacher"}


def test_every_fault_comes_at_once(data_mirror: Path, package: DataPackage, tmp_path: Path) -> None:
    for file in (*FILES.values(), "student-reported-friends.xlsx"):
        shutil.copy(data_mirror / "class_friendships" / file, tmp_path / file)
    spoilt = cells(tmp_path / FILES["teacher_reports"])
    spoilt[2][4] = 3.0
    write_workbook(tmp_path / FILES["teacher_reports"], spoilt)
    plain = cells(tmp_path / "student-reported-friends.xlsx")
    plain[0][1] = 0.0
    write_workbook(tmp_path / "student-reported-friends.xlsx", plain)
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    assert [str(fault) for fault in caught.value.faults] == [
        "teacher-reported-friends.xlsx, row 3, column 5: found 3; allowed: a number from 0 to 1",
        "student-reported-friends.xlsx, row 1, column 2: found 0; allowed: a tie in both files of the "
        "pupils' answers or in neither (student-reported-valued.xlsx)",
    ]


def test_no_file_is_a_fault(tmp_path: Path, package: DataPackage) -> None:
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    assert len(caught.value.faults) == 3


def test_nobody_is_named(data_mirror: Path, package: DataPackage) -> None:
    real = tables(data_mirror / "class_friendships", package)
    people: pd.Series = real["actors"]["actor_id"]
    assert people.str.fullmatch(r"pupil_\d\d|teacher").all()
