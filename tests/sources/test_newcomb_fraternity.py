"""The fraternity: every rank of every week, and a spoilt object."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.sources import newcomb_fraternity
from analysis.sources.newcomb_fraternity import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "newcomb_fraternity" / "datapackage.json")


def test_every_rank_returns(
    fraternity_tables: dict[str, pd.DataFrame], fraternity_objects: dict[str, Any]
) -> None:
    real = fraternity_tables
    ties = real["ties"]
    assert ties.groupby("wave").size().to_dict() == dict.fromkeys([*range(1, 9), *range(10, 16)], 272)
    ranks = ties.groupby(["wave", "sender_id"])["value"].apply(sorted)
    assert all(own == list(range(1, 17)) for own in ranks)
    # The package's other object holds the eight best of each.
    for number, wave in enumerate((1, 15)):
        best = ties[(ties["wave"] == wave) & (ties["value"] <= 8)]
        pairs = {
            (f"student_{int(arc['outl'][0]):02d}", f"student_{int(arc['inl'][0]):02d}")
            for arc in fraternity_objects["newcomb"][(0, -1)[number]]["mel"]
        }
        assert pairs == set(zip(best["sender_id"], best["receiver_id"], strict=True))


def test_spoilt_objects_are_told(
    tmp_path: Path, package: DataPackage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        tables(tmp_path, package)

    def read(networks: object) -> None:
        monkeypatch.setattr(newcomb_fraternity, "read_objects", lambda *_: {"newcomb.rank": networks})

    read([{}])
    with pytest.raises(InvalidInput, match="1 networks"):
        tables(tmp_path, package)
    arc = {"outl": np.array([1]), "inl": np.array([2]), "atl": {"rank": np.array([1])}}
    read([{"mel": [arc]}, {}, *[{"mel": [arc]}] * 12])
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, package)
    told = [str(fault) for fault in caught.value.faults]
    assert len(told) == 13 * 17 + 1
    assert told[0] == (
        "newcomb.RData, column newcomb.rank[week 1]: found 1 ranks of man 1; allowed: each other man once, "
        "ranked 1 to 16"
    )
    assert "column newcomb.rank[week 2]: found arcs without ends or rank" in told[17]
