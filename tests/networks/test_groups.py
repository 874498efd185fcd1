"""Tests of analysis.networks.groups in plain arithmetic and on bad input."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.networks.groups import group_summary

NAN = math.nan


def test_group_summary_in_plain_arithmetic() -> None:
    values, groups = [1.0, 3.0, NAN, 10.0, 4.0], ["site", "site", "site", "office", "office"]
    sample = group_summary(values, groups)
    assert sample.index.tolist() == ["office", "site", "total"]
    assert sample["n"].tolist() == [2, 2, 4]
    assert sample["mean"].tolist() == [7.0, 2.0, 4.5]
    np.testing.assert_allclose(sample["sd"], [math.sqrt(18), math.sqrt(2), math.sqrt(45 / 3)])
    population = group_summary(values, groups, ddof=0, total="all")
    assert population.index.tolist() == ["office", "site", "all"]
    np.testing.assert_allclose(population["sd"], [3.0, 1.0, math.sqrt(45 / 4)])


def test_group_summary_of_too_few() -> None:
    found = group_summary(pd.Series([2.0, NAN]), pd.Series([1, "x"]))
    assert found.index.tolist() == [1, "x", "total"]
    assert found["n"].tolist() == [1, 0, 1]
    np.testing.assert_array_equal(found["mean"], [2, NAN, 2])
    assert found["sd"].isna().all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: group_summary([1.0], ["a", "b"]), "2 groups for 1 actors"),
        (lambda: group_summary([1.0], ["total"]), "choose another total"),
        (lambda: group_summary([1.0], ["a"], ddof=-1), "ddof is -1"),
        (
            lambda: group_summary(pd.Series([1.0, 2.0]), pd.Series(["a", "b"], index=[1, 0])),
            "different indexes",
        ),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
