"""The boys of a high school: the counts of the package, every cell, and every fault of a spoilt file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import rdata
from numpy.typing import NDArray

from analysis.files import DATA_RAW
from analysis.sources.coleman_high_school import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

FILE = "coleman.RData"


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "coleman_high_school/datapackage.json")


def written(folder: Path, named: NDArray[np.float64]) -> Path:
    """Write an array as R would; return its folder."""
    rdata.write_rda(folder / FILE, {"coleman": named})
    return folder


def test_243_ties_in_autumn_and_263_in_spring(package: DataPackage) -> None:
    raw = DATA_RAW / "coleman_high_school"
    if not (raw / FILE).exists():
        pytest.skip(f"{FILE} is not here: make data brings it from Debian's package")
    found = checked(tables(raw, package), package)
    assert Counter(found["ties"]["wave"]) == {1: 243, 2: 263}
    assert len(found["actors"]) == 73
    ties = found["ties"]
    assert (ties["sender_id"] != ties["receiver_id"]).all()
    assert (ties["sender_id"] == ties["reported_by"]).all()


def test_every_cell_returns(tmp_path: Path, package: DataPackage) -> None:
    named = (np.random.default_rng(1).random((2, 73, 73)) < 0.05).astype(float)
    found = checked(tables(written(tmp_path, named), package), package)
    back = np.zeros((2, 73, 73))
    for tie in found["ties"].itertuples():
        back[tie.wave - 1, int(tie.sender_id[-2:]) - 1, int(tie.receiver_id[-2:]) - 1] = tie.value
    assert (back == named).all()
    assert found["waves"]["label"].tolist() == ["Autumn 1957", "Spring 1958"]


def test_every_fault_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    named = np.zeros((2, 73, 73))
    named[0, 2, 3], named[1, 4, 5] = 2, np.nan
    with pytest.raises(InvalidInput) as caught:
        tables(written(tmp_path, named), package)
    assert [str(fault) for fault in caught.value.faults] == [
        f"{FILE}, row 1, column coleman[1, 3, 4]: found 2; allowed: a number from 0 to 1",
        f"{FILE}, row 2, column coleman[2, 5, 6]: found nan; allowed: a number from 0 to 1",
    ]
    with pytest.raises(
        InvalidInput, match=r"found 2 × 72 × 73 numbers; allowed: a matrix of numbers, 2 × 73 × 73"
    ):
        tables(written(tmp_path, np.zeros((2, 72, 73))), package)


def test_a_missing_file_is_a_fault(tmp_path: Path, package: DataPackage) -> None:
    with pytest.raises(InvalidInput, match=rf"{FILE}: found no such file; allowed: run `make data`"):
        tables(tmp_path, package)
