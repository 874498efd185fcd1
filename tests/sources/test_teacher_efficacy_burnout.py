"""The Indonesian teachers: every answer returns, and every fault of a spoilt workbook comes at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from analysis.files import DATA_RAW
from analysis.sources.teacher_efficacy_burnout import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked
from tests.tables.workbooks import write_workbook

FILE = "2. Response.xlsx"
SIZES = {"TSC": 5, "TE": 5, "EE": 5, "DE": 3, "RPA": 5}
HEADER = [f"{scale}{number}" for scale, size in SIZES.items() for number in range(1, size + 1)]

Cell = float | str | bool | None


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "teacher_efficacy_burnout" / "datapackage.json")


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published workbook."""
    return checked(tables(data_mirror / "teacher_efficacy_burnout", package), package)


def rows_of(answers: pd.DataFrame) -> list[list[float]]:
    """Return a row per teacher, a column per item, in the order of the workbook."""
    wide = answers.pivot(index="actor_id", columns="item_id", values="value")
    found: list[list[float]] = wide[[item.lower() for item in HEADER]].to_numpy(dtype=float).tolist()
    return found


def write(folder: Path, *rows: dict[str, Cell], header: list[str] = HEADER) -> None:
    """Write a workbook in which every answer is 3, but for those given."""
    cells: list[list[Cell]] = [[row.get(item, 3.0) for item in HEADER] for row in rows]
    write_workbook(folder / FILE, [header, *cells])


def faults_of(raw: Path, package: DataPackage) -> list[str]:
    """Return every fault found in the workbook of a folder."""
    with pytest.raises(InvalidInput) as caught:
        tables(raw, package)
    return [str(fault) for fault in caught.value.faults]


def test_876_teachers_answered_all_23_items(real: dict[str, pd.DataFrame]) -> None:
    assert real["actors"]["actor_id"].tolist() == [f"teacher_{number:03d}" for number in range(1, 877)]
    assert Counter(real["items"]["scale"]) == {
        "teacher_self_concept": 5,
        "teacher_efficacy": 5,
        "emotional_exhaustion": 5,
        "depersonalization": 3,
        "reduced_personal_accomplishment": 5,
    }
    responses = real["responses"]
    assert len(responses) == 876 * 23
    assert set(responses["value"]) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert set(responses["wave"]) == set(real["waves"]["wave"]) == {1}
    assert real["actors"]["organization_id"].isna().all()


def test_every_answer_returns(real: dict[str, pd.DataFrame], data_mirror: Path) -> None:
    path = data_mirror / "teacher_efficacy_burnout" / FILE
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert header == HEADER
    assert rows_of(real["responses"]) == rows


def test_items_of_a_scale_go_together(real: dict[str, pd.DataFrame]) -> None:
    answers = pd.DataFrame(rows_of(real["responses"]), columns=HEADER)
    scales = real["items"]["scale"].to_numpy()
    related = answers.corr().to_numpy()
    same = scales[:, None] == scales[None, :]
    others = ~np.eye(len(HEADER), dtype=bool)
    # Were an item worded the other way round, or listed under another scale, it would stand out.
    assert related[same & others].min() > 0
    for item in range(len(HEADER)):
        assert related[item][same[item] & others[item]].mean() > np.abs(related[item][~same[item]]).mean()


def test_two_teachers_by_hand(tmp_path: Path, package: DataPackage) -> None:
    write(tmp_path, {"TSC1": 1.0, "RPA5": 5.0}, {"DE3": 2.0})
    found = checked(tables(tmp_path, package), package)
    expected = np.full((2, 23), 3.0)
    expected[0, 0], expected[0, 22], expected[1, 17] = 1, 5, 2
    assert rows_of(found["responses"]) == expected.tolist()
    bounds = found["items"][["minimum", "maximum", "reversed"]].drop_duplicates()
    assert bounds.to_numpy().tolist() == [[1, 5, 0]]


def test_columns_are_found_by_their_names_and_others_left_out(tmp_path: Path, package: DataPackage) -> None:
    header = ["Planted name", *reversed(HEADER)]
    rows = [["Planted text", *(float(1 + len(item) % 3) for item in reversed(HEADER))]]
    write_workbook(tmp_path / FILE, [header, *rows])
    found = checked(tables(tmp_path, package), package)
    assert rows_of(found["responses"]) == [[1 + len(item) % 3 for item in HEADER]]
    assert "Planted" not in "".join(frame.to_csv() for frame in found.values())


def test_every_cell_at_fault_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    write(
        tmp_path,
        {"TSC1": 6.0, "TE2": None, "RPA5": True},
        {"TSC1": 2.5, "TE2": "agree"},
        {"TSC1": 0.5, "DE3": 0.0},
    )
    number = "allowed: a number from 1 to 5"
    assert faults_of(tmp_path, package) == [
        f"{FILE}, row 2, column TSC1: found 6; {number}",
        f"{FILE}, row 4, column TSC1: found 0.5; {number}",
        f"{FILE}, row 3, column TSC1: found 2.5; allowed: a whole number",
        f"{FILE}, row 2, column TE2: found an empty cell; {number}",
        f"{FILE}, row 3, column TE2: found 'agree'; {number}",
        f"{FILE}, row 4, column DE3: found 0; {number}",
        f"{FILE}, row 2, column RPA5: found 'True'; {number}",
    ]


def test_columns_renamed_and_there_twice_are_faults_of_each(tmp_path: Path, package: DataPackage) -> None:
    header = ["EE1" if item == "EE2" else item for item in HEADER]
    write(tmp_path, {}, header=header)
    columns = f"allowed: one; the columns are {', '.join(header)}"
    assert faults_of(tmp_path, package) == [
        f"{FILE}, row 1, column EE1: found 2 columns of that name; {columns}",
        f"{FILE}, row 1, column EE2: found no column of that name; {columns}",
    ]


def test_a_missing_workbook_one_without_answers_and_one_broken_off_are_faults(
    tmp_path: Path, package: DataPackage
) -> None:
    assert faults_of(tmp_path, package) == [f"{FILE}: found no such file; allowed: run `make data`"]
    write(tmp_path)
    assert faults_of(tmp_path, package) == [f"{FILE}, row 1: found a header only; allowed: rows below it"]
    content = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(content[: len(content) // 2])
    (fault,) = faults_of(tmp_path, package)
    assert fault.startswith(f"{FILE}: found no workbook (")
