"""Contacts read in batches are the stream of the whole table; faults are told by row.

Needs pyarrow, which the environment of `make cluster` has: `make test-cluster` runs these tests there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.contacts import batches
from analysis.contacts.batches import contact_stream_of_file
from analysis.contacts.stream import contact_stream

RANDOM = np.random.default_rng(20261127)
ROWS = 400
DATES = np.datetime64("2024-01-01T00:00", "m") + RANDOM.integers(0, 20_000, ROWS)
ENDS = {
    "sender_id": [f"p{place}" for place in RANDOM.integers(0, 40, ROWS)],
    "kind": ["talk"] * ROWS,
    "receiver_id": [f"Ä {place}" if place == 7 else f"p{place}" for place in RANDOM.integers(0, 40, ROWS)],
}
TIMES: dict[str, Any] = {
    "whole numbers": RANDOM.integers(0, 900, ROWS),
    "decimals": RANDOM.random(ROWS).round(3),
    "days": DATES.astype("datetime64[D]").astype(str),
    "minutes": DATES.astype(str),
    "moments with a zone": [f"{moment}:00+01:00" for moment in DATES.astype(str)],
    "timestamps": DATES.astype("datetime64[us]"),
}


@pytest.fixture
def arrow() -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed here: make test-cluster has it")


def write(frame: pd.DataFrame, path: Path) -> Path:
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_csv(path, index=False)
    return path


def assert_same(path: Path, frame: pd.DataFrame, rows: int) -> None:
    found, expected = contact_stream_of_file(path, batch_rows=rows), contact_stream(frame)
    assert (found.unit, found.self_contacts) == (expected.unit, expected.self_contacts)
    for name in ("people", "one", "other", "first", "last", "tie", "clock"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


@pytest.mark.usefixtures("arrow")
@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_batches_give_the_stream_of_the_whole_table(kind: str, times: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({**ENDS, "time": TIMES[times]})
    path = write(frame, tmp_path / f"contacts.{kind}")
    for rows in (30, 10_000):
        assert_same(path, frame, rows)


@pytest.mark.usefixtures("arrow")
def test_numbers_are_names_however_they_were_written(tmp_path: Path) -> None:
    frame = pd.DataFrame({"time": [0, 1, 4], "sender_id": [1, 2, 10], "receiver_id": [2.0, 3.0, 1.0]})
    assert_same(write(frame, tmp_path / "contacts.parquet"), frame, 2)


@pytest.mark.usefixtures("arrow")
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_no_contacts_are_an_empty_stream(kind: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"time": [0.0], "sender_id": ["a"], "receiver_id": ["b"]})[:0]
    assert len(contact_stream_of_file(write(frame, tmp_path / f"contacts.{kind}")).people) == 0


FAULTY = {
    "time": ["2024-01-01"] * 50 + ["soon", None] + ["2024-01-02"] * 8,
    "sender_id": ["a"] * 55 + [None] + ["a"] * 4,
    "receiver_id": ["b"] * 60,
}


@pytest.mark.usefixtures("arrow")
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_every_cell_that_cannot_be_read_is_named_by_its_row(kind: str, tmp_path: Path) -> None:
    path = write(pd.DataFrame(FAULTY), tmp_path / f"contacts.{kind}")
    with pytest.raises(ValueError) as caught:
        contact_stream_of_file(path, batch_rows=10)
    told = str(caught.value)
    for row, name, found in ((52, "time", "'soon'"), (53, "time", "nothing"), (57, "sender_id", "nothing")):
        assert f"contacts.{kind}, row {row}, column {name}: found {found}; allowed: a" in told
    assert told.startswith("3 faults, nothing counted")


@pytest.mark.usefixtures("arrow")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("time,sender_id\n1,a\n", "column receiver_id: found no such column"),
        ("time,sender_id,receiver_id\n1,a\n", "row 2: found 2 cells; allowed: 3, as in the first row"),
        (
            "time,sender_id,receiver_id\n1,a,b\n" * 1 + "2,a,b\n" * 9 + "2024-01-01,a,b\n" * 9,
            "numbers and dates",
        ),
    ],
)
def test_a_file_that_is_no_table_of_contacts_is_told_so(text: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=found):
        contact_stream_of_file(path, batch_rows=2)


@pytest.mark.usefixtures("arrow")
def test_another_kind_of_file_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ends in \.xlsx; allowed: \.parquet or \.csv"):
        contact_stream_of_file(tmp_path / "contacts.xlsx")


def test_without_pyarrow_the_package_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(batches, "find_spec", lambda _: None)
    with pytest.raises(ImportError, match=r"requirements-cluster\.lock"):
        contact_stream_of_file(tmp_path / "contacts.csv")
