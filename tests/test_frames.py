"""Rows under keys."""

from __future__ import annotations

import pandas as pd

from analysis.frames import keyed_frame


def test_rows_keep_their_keys_and_order() -> None:
    found = keyed_frame({("b", 2): {"x": 1, "y": 2.5}, ("a", 1): {"y": 3.5}}, ["name", "wave"], ["y", "x"])
    assert found.index.names == ["name", "wave"]
    assert found.index.tolist() == [("b", 2), ("a", 1)]
    assert found["y"].tolist() == [2.5, 3.5]
    assert found["x"].iloc[0] == 1 and pd.isna(found["x"].iloc[1])


def test_without_rows_there_are_columns_still() -> None:
    found = keyed_frame({}, ["name", "wave"], ["x"])
    assert found.empty and found.columns.tolist() == ["x"] and found.index.names == ["name", "wave"]
