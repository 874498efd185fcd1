"""The fifty pupils: published counts, every cell, and every fault of a spoilt file at once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rdata

from analysis.files import DATA_RAW
from analysis.sources.glasgow_s50 import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "glasgow_s50" / "datapackage.json")


@pytest.fixture(scope="module")
def real(data_mirror: Path, package: DataPackage) -> dict[str, pd.DataFrame]:
    """Return the checked tables of the published file."""
    return checked(tables(data_mirror / "glasgow_s50", package), package)


def test_there_are_fifty_pupils_with_113_116_and_122_ties(real: dict[str, pd.DataFrame]) -> None:
    assert real["actors"]["actor_id"].tolist() == [f"pupil_{number:02d}" for number in range(1, 51)]
    assert Counter(real["ties"]["wave"]) == {1: 113, 2: 116, 3: 122}
    assert set(real["ties"]["value"]) == {1.0}
    assert (real["ties"]["sender_id"] != real["ties"]["receiver_id"]).all()
    assert (real["ties"]["reported_by"] == real["ties"]["sender_id"]).all()


def test_both_items_are_answered_by_everybody_in_every_wave(real: dict[str, pd.DataFrame]) -> None:
    answers = Counter(zip(real["responses"]["item_id"], real["responses"]["wave"], strict=True))
    assert answers == {(item, wave): 50 for item in ("alcohol", "smoking") for wave in (1, 2, 3)}
    assert real["items"][["minimum", "maximum"]].to_numpy().tolist() == [[1, 5], [1, 3]]


def test_every_cell_returns(real: dict[str, pd.DataFrame], data_mirror: Path) -> None:
    raw = rdata.read_rda(data_mirror / "glasgow_s50" / "RSiena.rda")
    for wave in (1, 2, 3):
        ties = real["ties"][real["ties"]["wave"] == wave]
        matrix = np.zeros((50, 50), int)
        matrix[ties["sender_id"].str[-2:].astype(int) - 1, ties["receiver_id"].str[-2:].astype(int) - 1] = 1
        assert matrix.tolist() == raw[f"s50{wave}"].values.tolist()
    for item, name in (("alcohol", "s50a"), ("smoking", "s50s")):
        answers = real["responses"][real["responses"]["item_id"] == item]
        assert answers.pivot(index="actor_id", columns="wave", values="value").to_numpy().tolist() == (
            raw[name].values.tolist()
        )


def test_every_fault_of_the_objects_comes_at_once(tmp_path: Path, package: DataPackage) -> None:
    network, alcohol = np.zeros((50, 50)), np.ones((50, 3))
    network[3, 4], alcohol[9, 2] = 2, 0
    objects = {"s501": network, "s502": np.zeros((49, 49)), "s503": np.zeros((50, 50))}
    rdata.write_rda(tmp_path / "RSiena.rda", {**objects, "s50a": alcohol, "s50s": np.ones((50, 2))})
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    assert [str(fault) for fault in caught.value.faults] == [
        "RSiena.rda, row 4, column s501[4, 5]: found 2; allowed: a number from 0 to 1",
        "RSiena.rda, column s502: found 49 × 49 numbers; allowed: a matrix of numbers, 50 × 50",
        "RSiena.rda, row 10, column s50a[10, 3]: found 0; allowed: a number from 1 to 5",
        "RSiena.rda, column s50s: found 50 × 2 numbers; allowed: a matrix of numbers, 50 × 3",
    ]


def test_a_missing_file_is_a_fault(tmp_path: Path, package: DataPackage) -> None:
    with pytest.raises(InvalidInput, match=r"RSiena.rda: found no such file; allowed: run `make data`"):
        tables(tmp_path, package)
