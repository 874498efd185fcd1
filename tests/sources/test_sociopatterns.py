"""Contacts by badges: the counts of both schools, every row once, and every fault of a spoilt file."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from analysis.contacts.stream import contact_stream
from analysis.files import DATA_RAW, digest
from analysis.sources.sociopatterns import contact_tables, tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import read_package
from analysis.tables.validate import checked
from tests.sources.packages import installed

HELD = installed("tnetwork") / "dyn_graph/toy_data"
SCHOOLS = ("primary", "high")


@pytest.fixture(scope="module")
def schools() -> dict[str, dict[str, pd.DataFrame]]:
    """Return the checked tables of both schools, read where the package has them."""
    packages = {
        school: read_package(DATA_RAW / f"sociopatterns_{school}_school/datapackage.json")
        for school in SCHOOLS
    }
    return {school: checked(tables(HELD, package), package) for school, package in packages.items()}


@pytest.mark.parametrize("school", SCHOOLS)
def test_the_file_that_the_lock_brings_is_the_one_declared(school: str) -> None:
    (resource,) = read_package(DATA_RAW / f"sociopatterns_{school}_school/datapackage.json").resources
    assert digest((HELD / resource.path).read_bytes()) == resource.sha256


def test_232_pupils_and_ten_teachers_of_ten_classes(schools: dict[str, dict[str, pd.DataFrame]]) -> None:
    found = schools["primary"]
    assert Counter(found["actors"]["role"]) == {"pupil": 232, "teacher": 10}
    assert Counter(found["organizations"]["kind"]) == {"group": 10, "school": 1}
    members = Counter(found["actors"]["organization_id"])
    assert members == {
        **{"school": 10, "class_1A": 23, "class_1B": 25, "class_2A": 23, "class_2B": 26, "class_3A": 23},
        **{"class_3B": 22, "class_4A": 21, "class_4B": 23, "class_5A": 22, "class_5B": 24},
    }
    assert len(found["contacts"]) == 125_773
    assert Counter(found["contacts"]["time"].str[:10]) == {"2009-10-01": 60_623, "2009-10-02": 65_150}
    pairs = found["contacts"][["sender_id", "receiver_id"]].apply(frozenset, axis=1)
    assert pairs.nunique() == 8_317


def test_180_pupils_of_five_classes_on_seven_days(schools: dict[str, dict[str, pd.DataFrame]]) -> None:
    found = schools["high"]
    assert set(found["actors"]["role"]) == {"pupil"}
    assert sorted(Counter(found["actors"]["organization_id"]).values()) == [31, 35, 35, 38, 41]
    assert len(found["contacts"]) == 45_047
    assert found["contacts"]["time"].str[:10].nunique() == 7


@pytest.mark.parametrize("school", SCHOOLS)
def test_every_row_returns(schools: dict[str, dict[str, pd.DataFrame]], school: str) -> None:
    (path,) = HELD.glob("Primary*" if school == "primary" else "thiers*")
    found = schools[school]
    homes = found["actors"].set_index("actor_id")["organization_id"].to_dict()
    rows = zip(path.read_text().splitlines(), found["contacts"].itertuples(), strict=True)
    for line, contact in rows:
        time, one, other, class_one, class_other = line.split()
        assert contact.time == datetime.fromtimestamp(int(time), UTC).strftime("%Y-%m-%dT%H:%M:%S")
        for number, name, group in (
            (one, contact.sender_id, class_one),
            (other, contact.receiver_id, class_other),
        ):
            assert name == f"person_{int(number):04d}"
            assert homes[name] == ("school" if group == "Teachers" else f"class_{group}")


def test_the_seconds_reach_the_stream(schools: dict[str, dict[str, pd.DataFrame]]) -> None:
    stream = contact_stream(schools["primary"]["contacts"])
    # Two rows of a pair are twenty seconds apart at least, and the unit of spans is a day.
    steps = pd.Series(stream.clock).diff().dropna()
    assert steps[steps > 0].min() == 20e6
    assert stream.ticks(20 / 86_400) == 20e6
    assert len(stream.clock) == 125_773


def spoilt(path: Path, content: str) -> list[str]:
    """Return the faults of a file of this content."""
    path.write_text(content)
    with pytest.raises(InvalidInput) as caught:
        contact_tables(path)
    return [str(fault) for fault in caught.value.faults]


def test_every_fault_comes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    assert spoilt(path, "20\t1\t2\tA\tA\n-20\t1\tx\tA\t\n") == [
        "x.csv, row 2, column time: found '-20'; allowed: a whole number",
        "x.csv, row 2, column receiver: found 'x'; allowed: a whole number",
        "x.csv, row 2, column receiver_class: found <NA>; allowed: a class",
    ]
    again = "20\t1\t2\tA\tA\n20\t2\t1\tA\tA\n40\t3\t3\tA\tA\n"
    found = spoilt(path, again)
    assert len(found) == 2
    assert found[0].endswith("column receiver: found '3'; allowed: another badge")
    assert found[1].endswith("column receiver: found '1'; allowed: each pair once at one time")
    assert spoilt(path, "20\t1\t2\tA\tA\n40\t1\t2\tB\tA\n") == [
        "x.csv: found badge 1 with several classes; allowed: one class each"
    ]


def test_a_file_that_is_missing_or_no_table_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"x.csv: found no such file; allowed: run `make data`"):
        contact_tables(tmp_path / "x.csv")
    assert spoilt(tmp_path / "y.csv", "") == ["y.csv: found nothing; allowed: a row for each contact"]
    (tmp_path / "z.csv").write_bytes(b"\xff\xfe\t1")
    with pytest.raises(InvalidInput, match=r"z.csv: found no table \("):
        contact_tables(tmp_path / "z.csv")
