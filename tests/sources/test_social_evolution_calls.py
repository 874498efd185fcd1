"""Calls and friendships of a dormitory: shape, and a spoilt file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.contacts.student_calls import call_counts, calls_history, printed_models
from analysis.files import DATA_RAW
from analysis.sources import social_evolution_calls
from analysis.sources.social_evolution_calls import tables
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked


@pytest.fixture(scope="module")
def package() -> DataPackage:
    """Return the committed declaration."""
    return read_package(DATA_RAW / "social_evolution_calls" / "datapackage.json")


def test_calls_friendships_and_people_return(data_mirror: Path, package: DataPackage) -> None:
    real = checked(tables(data_mirror / "social_evolution_calls", package), package)
    assert {name: len(table) for name, table in real.items()} == {
        "actors": 84,
        "waves": 2,
        "ties": 766,
        "contacts": 439,
    }
    assert real["contacts"]["time"].is_unique and real["actors"]["grade_type"].isna().sum() == 11
    pairs = (
        real["ties"]
        .groupby("wave")[["sender_id", "receiver_id"]]
        .apply(lambda own: set(map(tuple, own.values)))
    )
    assert len(pairs[1] | pairs[2]) == 519
    history = calls_history(real)
    assert call_counts(history)["ordered pairs"].sum() == 84**2
    assert printed_models(history)["choice0"].log_likelihood == pytest.approx(-696.72, abs=0.005)


def test_a_spoilt_file_is_told(tmp_path: Path, package: DataPackage, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match="no such file"):
        tables(tmp_path, package)
    objects: dict[str, Any] = {
        "actors": pd.DataFrame(
            {"label": ["Actor 1", "Actor 2"], "floor": [1.0, 2.0], "gradeType": [np.nan, 5.0]}
        ),
        "calls": pd.DataFrame(
            {
                "time": [1.22e9, 1.23e9],
                "sender": ["Actor 1"] * 2,
                "receiver": ["Actor 2"] * 2,
                "increment": [1.0, 1.0],
            }
        ),
        "friendship": pd.DataFrame(
            {
                "time": [1.2209184e9, 1.22091841e9],
                "sender": ["Actor 1"] * 2,
                "receiver": ["Actor 2"] * 2,
                "replace": 1.0,
            }
        ),
    }
    monkeypatch.setattr(social_evolution_calls, "read_objects", lambda *_: objects)
    with pytest.raises(InvalidInput, match="allowed: two midnights"):
        tables(tmp_path, package)
    objects["calls"].loc[1, "receiver"] = "Actor 9"
    with pytest.raises(InvalidInput, match="column calls\\$receiver: found 'Actor 9'"):
        tables(tmp_path, package)
    objects["calls"].loc[0, "increment"] = -1.0
    with pytest.raises(InvalidInput, match="column calls\\$increment: found -1"):
        tables(tmp_path, package)
