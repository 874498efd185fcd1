"""Teachers in 15 schools: published counts, ICC(1) of trust, values filled in, and spoilt files."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rdata

from analysis.files import DATA_RAW
from analysis.sources.rdata_files import read_objects
from analysis.sources.school_teacher_advice import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

FILE = "schoolsAdviceData.rdata"
OBJECTS = ("ps.advice.mat", "ps.advice.df", "ps.node.df", "ps.school.vars.mat", "ps.teacher.vars.mat")
SIZES = [30, 21, 25, 19, 26, 49, 76, 42, 33, 29, 12, 28, 14, 14, 15]


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "school_teacher_advice" / "datapackage.json")


@pytest.fixture(scope="module")
def raw(data_mirror: Path) -> dict[str, Any]:
    """Return objects of the published file."""
    return read_objects(data_mirror / "school_teacher_advice" / FILE, OBJECTS, [])


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published file."""
    return checked(tables(data_mirror / "school_teacher_advice", package), package)


def icc1(values: pd.Series, groups: pd.Series) -> float:
    """Return ICC(1) by one-way analysis of variance, with n0 for groups of unequal size."""
    sizes = values.groupby(groups).size().to_numpy()
    means = values.groupby(groups).transform("mean")
    number = len(values)
    between = ((means - values.mean()) ** 2).sum() / (len(sizes) - 1)
    within = ((values - means) ** 2).sum() / (number - len(sizes))
    typical = (number - (sizes**2).sum() / number) / (len(sizes) - 1)
    return float((between - within) / (between + (typical - 1) * within))


def test_there_are_433_teachers_in_15_schools_with_1540_ties(real: dict[str, pd.DataFrame]) -> None:
    actors = real["actors"]
    assert actors["actor_id"].tolist() == [f"teacher_{number:03d}" for number in range(1, 434)]
    assert Counter(actors["organization_id"]) == {
        f"school_{number:02d}": size for number, size in enumerate(SIZES, start=1)
    }
    assert len(real["ties"]) == 1_540
    assert set(real["ties"]["value"]) == {1.0}
    assert (real["ties"]["sender_id"] != real["ties"]["receiver_id"]).all()
    home = actors.set_index("actor_id")["organization_id"]
    assert (real["ties"]["sender_id"].map(home) == real["ties"]["receiver_id"].map(home)).all()


def test_every_tie_returns_from_both_ways_it_is_written(
    real: dict[str, pd.DataFrame], raw: dict[str, Any]
) -> None:
    start = dict(zip(range(1, 16), np.cumsum([0, *SIZES]), strict=False))
    listed = raw["ps.advice.df"][raw["ps.advice.df"]["Outcome"] == 1]
    expected = {
        (start[school] + sender, start[school] + receiver)
        for sender, receiver, _, school in listed.astype(int).itertuples(index=False)
    }
    ties = real["ties"]
    senders, receivers = (ties[end].str[-3:].astype(int) for end in ("sender_id", "receiver_id"))
    assert set(zip(senders, receivers, strict=True)) == expected
    for school, matrix in enumerate(raw["ps.advice.mat"], start=1):
        rows, columns = (np.asarray(matrix) == 1).nonzero()
        own = zip(rows + 1 + start[school], columns + 1 + start[school], strict=True)
        assert set(own) <= expected


def test_every_attribute_returns(real: dict[str, pd.DataFrame], raw: dict[str, Any]) -> None:
    actors = real["actors"]
    assert actors["trust"].tolist() == raw["ps.node.df"]["Trust"].tolist()
    assert actors["years_teaching"].tolist() == raw["ps.node.df"]["YrsTch"].tolist()
    names = ["yrs.tchg.sender", "tchr.trust.sender"]
    for number, array in enumerate(raw["ps.teacher.vars.mat"], start=1):
        assert [str(name) for name in array.coords["dim_2"].values][:2] == names
        own = actors[actors["organization_id"] == f"school_{number:02d}"]
        assert own[["years_teaching", "trust"]].to_numpy().tolist() == array.values[:, 0, :2].tolist()
    for school, array in zip(real["organizations"].itertuples(), raw["ps.school.vars.mat"], strict=True):
        assert [str(name) for name in array.coords["dim_2"].values] == ["catholic", "school.size"]
        size = (real["actors"]["organization_id"] == school.organization_id).sum()
        assert np.unique(array.values.reshape(-1, 2), axis=0).tolist() == [[school.catholic, size]]


def test_trust_has_the_known_icc(real: dict[str, pd.DataFrame]) -> None:
    actors = real["actors"].astype({"trust": float})
    assert round(icc1(actors["trust"], actors["organization_id"]), 3) == 0.147
    measured = actors[actors["trust_filled"] == 0]
    assert round(icc1(measured["trust"], measured["organization_id"]), 3) == 0.124


def test_values_filled_in_are_their_schools_means(real: dict[str, pd.DataFrame]) -> None:
    actors = real["actors"].astype({"trust": float, "years_teaching": float})
    for column, number in (("trust", 57), ("years_teaching", 61)):
        filled = actors[f"{column}_filled"] == 1
        assert filled.sum() == number
        means = actors[~filled].groupby("organization_id")[column].mean()
        put = actors[filled].groupby("organization_id")[column]
        assert (put.nunique() == 1).all()
        np.testing.assert_allclose(put.first(), means[put.first().index], atol=1e-12)
    # Nobody taught for a fraction of a year, other than a half.
    halves = actors["years_teaching"] * 2
    assert set(actors["years_teaching_filled"][halves % 1 != 0]) == {1}
    assert (actors["trust_filled"] & actors["years_teaching_filled"]).sum() == 56


def test_no_label_of_the_file_comes_out(real: dict[str, pd.DataFrame], raw: dict[str, Any]) -> None:
    labels = {str(label) for matrix in raw["ps.advice.mat"] for label in matrix.coords["dim_1"].values}
    cells = {str(cell) for frame in real.values() for cell in frame.to_numpy().ravel()}
    assert len(labels) == 433
    assert not cells & labels


def small() -> dict[str, Any]:
    """Return two schools, of three and of two teachers."""
    first, second = np.zeros((3, 3)), np.zeros((2, 2))
    first[0, 2] = second[1, 0] = 1
    nodes = {"Node": [1.0, 2.0, 3.0, 1.0, 2.0], "id": [1.0, 1.0, 1.0, 2.0, 2.0]}
    answers = {"Trust": [2.0, 3.0, 2.5, 4.0, 4.0], "YrsTch": [1.0, 4.0, 8.0, 3.0, 5.0]}
    return {
        "ps.advice.mat": [first, second],
        "ps.node.df": pd.DataFrame({**nodes, **answers}),
        "ps.school.vars.mat": [
            np.stack([np.full((3, 3), 1.0), np.full((3, 3), 3.0)], axis=2),
            np.stack([np.full((2, 2), 0.0), np.full((2, 2), 2.0)], axis=2),
        ],
    }


def test_five_teachers_by_hand(tmp_path: Path, package: DataPackage) -> None:
    rdata.write_rda(tmp_path / FILE, small())
    found = checked(tables(tmp_path, package), package)
    ends = found["ties"][["sender_id", "receiver_id"]].to_numpy().tolist()
    assert ends == [["teacher_001", "teacher_003"], ["teacher_005", "teacher_004"]]
    # 2.5 is the mean of 2 and 3; where all teachers of a school agree there is nothing to tell it by.
    assert found["actors"]["trust_filled"].tolist() == [0, 0, 1, 0, 0]
    assert found["actors"]["years_teaching_filled"].tolist() == [0, 0, 0, 0, 0]
    assert found["organizations"]["catholic"].tolist() == [1, 0]


def faults_of(folder: Path, package: DataPackage, objects: dict[str, Any]) -> list[str]:
    """Return every fault found in these objects."""
    rdata.write_rda(folder / FILE, objects)
    with pytest.raises(InvalidInput) as caught:
        tables(folder, package)
    return [str(fault) for fault in caught.value.faults]


def test_faults_of_networks_and_teachers_come_at_once(tmp_path: Path, package: DataPackage) -> None:
    objects = small()
    objects["ps.advice.mat"][0][1, 2] = 2
    objects["ps.advice.mat"][1] = np.zeros((2, 3))
    objects["ps.node.df"].loc[3, "Trust"] = np.nan
    assert faults_of(tmp_path, package, objects) == [
        f"{FILE}, row 2, column ps.advice.mat[[1]][2, 3]: found 2; allowed: a number from 0 to 1",
        f"{FILE}, column ps.advice.mat[[2]]: found 2 × 3 numbers; "
        "allowed: a matrix of numbers, as many rows as columns",
        f"{FILE}, row 4, column ps.node.df$Trust: found a missing cell; allowed: a value",
    ]


def test_teachers_in_another_order_and_schools_without_one_answer_are_faults(
    tmp_path: Path, package: DataPackage
) -> None:
    objects = small()
    objects["ps.node.df"] = objects["ps.node.df"].iloc[[1, 0, 2, 3, 4]]
    objects["ps.school.vars.mat"][0][0, 0, 0] = 0
    assert faults_of(tmp_path, package, objects) == [
        f"{FILE}, column ps.school.vars.mat[[1]]: found 0, 1; allowed: 0 or 1 for the whole school",
        f"{FILE}, row 1, column ps.node.df: found school 1, teacher 2; "
        "allowed: school 1, teacher 1, in the order of the matrices",
        f"{FILE}, row 2, column ps.node.df: found school 1, teacher 1; "
        "allowed: school 1, teacher 2, in the order of the matrices",
    ]


def test_lists_that_do_not_match_are_faults(tmp_path: Path, package: DataPackage) -> None:
    objects = small()
    del objects["ps.school.vars.mat"][1]
    objects["ps.node.df"] = objects["ps.node.df"].iloc[:4]
    assert faults_of(tmp_path, package, objects) == [
        f"{FILE}, column ps.school.vars.mat: found 1 entries; allowed: 2, as in ps.advice.mat",
        f"{FILE}, column ps.node.df: found 4 rows; allowed: 5, one a row of the matrices",
    ]
    objects["ps.advice.mat"] = np.zeros((3, 3))
    (fault,) = faults_of(tmp_path, package, objects)
    assert fault.startswith(f"{FILE}, column ps.advice.mat: found an object of kind ")
    assert fault.endswith("allowed: a list with an entry per school")
