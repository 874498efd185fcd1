"""The school leaders: what the five workbooks hold, and every fault of spoilt ones at once."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from analysis.files import DATA_RAW
from analysis.sources.school_leaders import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked
from tests.tables.workbooks import write_workbook

ATTRIBUTES = "School Leaders Data Chapter 9_e.xlsx"
MATRICES = [
    f"year-{wave}-{relation}-ties.xlsx" for relation in ("collaboration", "confidential") for wave in (1, 3)
]
HEADER = ["ID", "EFFICACY", "TRUST", "DISTRICT/SITE", "MALE"]
LEADERS = [[1, 6.5, 4.0, 1, 0], [2, 7.25, 5.5, 0, 1], [3, 8.0, 6.0, 0, 0]]
TIES = [[0, 4, 0], [1, 3, 0], [0, 0, 2]]


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "school_leaders" / "datapackage.json")


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published files."""
    return checked(tables(data_mirror / "school_leaders", package), package)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Return a folder with five sound workbooks of three leaders."""
    write_workbook(tmp_path / ATTRIBUTES, [HEADER, *LEADERS])
    for name in MATRICES:
        write_workbook(tmp_path / name, TIES)
    return tmp_path


def faults_of(raw: Path, package: DataPackage) -> list[str]:
    """Return every fault found in the workbooks of a folder."""
    with pytest.raises(InvalidInput) as caught:
        tables(raw, package)
    return [str(fault) for fault in caught.value.faults]


def sheet(path: Path) -> list[list[object]]:
    """Return the cells of a workbook's first sheet, read without our reader."""
    return list(map(list, CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()))


def test_there_are_43_leaders_in_the_office_and_the_schools(real: dict[str, pd.DataFrame]) -> None:
    actors = real["actors"]
    assert actors["actor_id"].tolist() == [f"leader_{number:02d}" for number in range(1, 44)]
    assert Counter(actors["organization_id"]) == {"district_office": 18, "schools": 25}
    assert Counter(actors["role"]) == {"district leader": 18, "school leader": 25}
    assert real["waves"]["wave"].tolist() == [1, 3]
    assert real["organizations"]["organization_id"].tolist() == ["district_office", "schools"]
    assert "nonresponse" not in real


@pytest.mark.parametrize(
    ("relation", "wave", "counts"),
    [
        ("collaboration", 1, (5, 3, 23, 51)),
        ("collaboration", 3, (520, 422, 211, 161)),
        ("confidential", 1, (11, 11, 12, 13)),
        ("confidential", 3, (392, 183, 81, 70)),
    ],
)
def test_the_four_networks_have_their_ties_of_each_value(
    real: dict[str, pd.DataFrame], relation: str, wave: int, counts: tuple[int, ...]
) -> None:
    ties = real["ties"]
    network = ties[(ties["relation"] == relation) & (ties["wave"] == wave)]
    assert Counter(network["value"]) == dict(zip((1.0, 2.0, 3.0, 4.0), counts, strict=True))


@pytest.mark.parametrize(("relation", "number"), [("collaboration", 10), ("confidential", 8)])
def test_frequent_self_ties_of_year_3_are_kept(
    real: dict[str, pd.DataFrame], relation: str, number: int
) -> None:
    ties = real["ties"]
    own = ties[(ties["sender_id"] == ties["receiver_id"]) & (ties["relation"] == relation)]
    assert len(own[(own["wave"] == 3) & (own["value"] >= 3)]) == number


def test_every_cell_of_the_matrices_returns(real: dict[str, pd.DataFrame], data_mirror: Path) -> None:
    position = {name: place for place, name in enumerate(real["actors"]["actor_id"])}
    ties = real["ties"]
    for name in MATRICES:
        _, wave, relation, _ = name.split("-")
        network = ties[(ties["wave"] == int(wave)) & (ties["relation"] == relation)]
        matrix = np.zeros((43, 43))
        for tie in network.itertuples():
            matrix[position[tie.sender_id], position[tie.receiver_id]] = tie.value
            assert tie.reported_by == tie.sender_id
        assert matrix.tolist() == sheet(data_mirror / "school_leaders" / name)


def test_every_cell_of_the_attributes_returns(real: dict[str, pd.DataFrame], data_mirror: Path) -> None:
    header, *rows = sheet(data_mirror / "school_leaders" / ATTRIBUTES)
    assert header == HEADER
    actors = real["actors"]
    found = zip(
        actors["actor_id"].str[-2:].astype(int),
        actors["efficacy"],
        actors["trust"],
        actors["organization_id"] == "district_office",
        actors["male"],
        strict=True,
    )
    assert [list(map(float, row)) for row in found] == rows


def test_three_leaders_become_tables_by_hand(raw: Path, package: DataPackage) -> None:
    found = checked(tables(raw, package), package)
    assert found["actors"]["role"].tolist() == ["district leader", "school leader", "school leader"]
    assert found["actors"][["efficacy", "trust", "male"]].to_numpy().tolist() == [
        [6.5, 4.0, 0],
        [7.25, 5.5, 1],
        [8.0, 6.0, 0],
    ]
    first = found["ties"].iloc[:4].drop(columns=["wave", "relation"]).to_numpy().tolist()
    assert first == [
        ["leader_01", "leader_02", 4.0, "leader_01"],
        ["leader_02", "leader_01", 1.0, "leader_02"],
        ["leader_02", "leader_02", 3.0, "leader_02"],
        ["leader_03", "leader_03", 2.0, "leader_03"],
    ]
    assert Counter(zip(found["ties"]["relation"], found["ties"]["wave"], strict=True)) == {
        (relation, wave): 4 for relation in ("collaboration", "confidential") for wave in (1, 3)
    }


def test_faults_of_all_five_workbooks_come_at_once(raw: Path, package: DataPackage) -> None:
    leaders = [[1, 9.5, 4.0, 2, 0], [3, 7.25, "high", 0, None], [2, None, 6.0, None, 7]]
    write_workbook(raw / ATTRIBUTES, [HEADER, *leaders])
    write_workbook(raw / MATRICES[0], [[0, 7, 0], [1, "often", 0], [0, None, 2]])
    write_workbook(raw / MATRICES[1], [[0, 1], [1, 0]])
    (raw / MATRICES[2]).write_bytes(b"<html>Too many requests</html>")
    (raw / MATRICES[3]).unlink()
    scale, shape = "a number from 0 to 4", "3 rows of 3 columns, one of each per actor, no header"
    order = "IDs run 1, 2, 3 … in order, because the matrices carry no labels"
    office = "1 (district office) or 0 (school)"
    *told, page, missing = faults_of(raw, package)
    assert told == [
        f"{ATTRIBUTES}, row 3, column ID: found 3; allowed: 2: {order}",
        f"{ATTRIBUTES}, row 4, column ID: found 2; allowed: 3: {order}",
        f"{ATTRIBUTES}, row 2, column DISTRICT/SITE: found 2; allowed: {office}",
        f"{ATTRIBUTES}, row 4, column DISTRICT/SITE: found an empty cell; allowed: {office}",
        f"{ATTRIBUTES}, row 2, column EFFICACY: found 9.5; allowed: a number from 1 to 9",
        f"{ATTRIBUTES}, row 3, column TRUST: found 'high'; allowed: a number from 1 to 7",
        f"{ATTRIBUTES}, row 4, column MALE: found 7; allowed: a number from 0 to 1",
        f"{MATRICES[0]}, row 1, column 2: found 7; allowed: {scale}",
        f"{MATRICES[0]}, row 2, column 2: found 'often'; allowed: {scale}",
        f"{MATRICES[0]}, row 3, column 2: found an empty cell; allowed: {scale}",
        f"{MATRICES[1]}: found 2 rows of 2 columns; allowed: {shape}",
    ]
    assert page.startswith(f"{MATRICES[2]}: found no workbook (")
    assert missing == f"{MATRICES[3]}: found no such file; allowed: run `make data`"


def test_a_missing_identifier_is_told_where_the_numbers_stop_running(raw: Path, package: DataPackage) -> None:
    write_workbook(raw / ATTRIBUTES, [HEADER, LEADERS[0], LEADERS[2]])
    told = faults_of(raw, package)
    assert told[0].startswith(f"{ATTRIBUTES}, row 3, column ID: found 3; allowed: 2: ")
    assert [line.split(":")[0] for line in told[1:]] == MATRICES


def _without(column: str) -> Callable[[Path], object]:
    place = HEADER.index(column)
    rows = [[cell for at, cell in enumerate(row) if at != place] for row in [HEADER, *LEADERS]]
    return lambda path: write_workbook(path, rows)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (_without("ID"), ["row 1, column ID: found no column of that name"]),
        (_without("TRUST"), ["row 1, column TRUST: found no column of that name"]),
        (lambda path: write_workbook(path, [HEADER]), ["row 1: found a header only"]),
        (lambda path: path.write_bytes(path.read_bytes()[:500]), ["found no workbook ("]),
        (Path.unlink, ["found no such file"]),
    ],
    ids=["no ID", "no TRUST", "header only", "truncated", "missing"],
)
def test_matrices_are_checked_even_where_the_attributes_cannot_be_read(
    raw: Path, package: DataPackage, spoil: Callable[[Path], object], told: list[str]
) -> None:
    spoil(raw / ATTRIBUTES)
    write_workbook(raw / MATRICES[1], [[0, 1, 9], [0, 0, 0], [0, 0, 0]])
    write_workbook(raw / MATRICES[3], [[0, 1, 2], [0, 0, 0]])
    found = faults_of(raw, package)
    assert len(found) == 3
    assert told[0] in found[0]
    assert found[1] == f"{MATRICES[1]}, row 1, column 3: found 9; allowed: a number from 0 to 4"
    assert found[2].startswith(f"{MATRICES[3]}: found 2 rows of 3 columns; allowed: ")


def test_an_empty_matrix_is_a_network_without_ties(raw: Path, package: DataPackage) -> None:
    for name in MATRICES:
        write_workbook(raw / name, np.zeros((3, 3)).tolist())
    assert len(checked(tables(raw, package), package)["ties"]) == 0


def test_a_row_lost_from_a_published_matrix_is_told(
    data_mirror: Path, tmp_path: Path, package: DataPackage
) -> None:
    shutil.copytree(data_mirror / "school_leaders", tmp_path / "raw")
    raw = tmp_path / "raw"
    raw.chmod(0o755)
    (raw / MATRICES[0]).unlink()
    write_workbook(raw / MATRICES[0], np.zeros((42, 43)).tolist())
    assert faults_of(raw, package) == [
        f"{MATRICES[0]}: found 42 rows of 43 columns; "
        "allowed: 43 rows of 43 columns, one of each per actor, no header"
    ]
