"""Rows under keys."""

from __future__ import annotations

import pandas as pd

from analysis.frames import keyed_frame, one_column


def test_rows_keep_their_keys_and_order() -> None:
    found = keyed_frame({("b", 2): {"x": 1, "y": 2.5}, ("a", 1): {"y": 3.5}}, ["name", "wave"], ["y", "x"])
    assert found.index.names == ["name", "wave"]
    assert found.index.tolist() == [("b", 2), ("a", 1)]
    assert found["y"].tolist() == [2.5, 3.5]
    assert found["x"].iloc[0] == 1 and pd.isna(found["x"].iloc[1])


def test_without_rows_there_are_columns_still() -> None:
    found = keyed_frame({}, ["name", "wave"], ["x"])
    assert found.empty and found.columns.tolist() == ["x"] and found.index.names == ["name", "wave"]


def test_one_column_keeps_counts_whole_and_leaves_out_what_is_missing() -> None:
    row = pd.Series({"count": 12.0, "share": 0.25, "none": None, "other": 7})
    found = one_column(row, {"share": "their share", "none": "of nothing", "count": "how many"})
    assert found["value"].to_dict() == {"their share": 0.25, "how many": 12}
    assert [type(value) for value in found["value"]] == [float, int]
