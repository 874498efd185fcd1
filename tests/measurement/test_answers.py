"""Answers are looked over: every fault is named, all at once."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.measurement.answers import answer_faults, answer_values, raise_answer_faults


def test_numbers_of_any_kind_are_read_and_what_is_missing_stays_missing() -> None:
    frame = pd.DataFrame(
        {"a": [1, 2, 3], "b": pd.array([1, pd.NA, 3], dtype="Int64"), "c": ["1", None, "2.5"]}
    )
    np.testing.assert_array_equal(answer_values(frame), [[1, 1, 1], [2, math.nan, math.nan], [3, 3, 2.5]])


def test_every_item_without_numbers_is_named() -> None:
    frame = pd.DataFrame({"a": [1, "often"], "b": [1, 2], "c": [math.inf, 2]})
    with pytest.raises(ValueError) as caught:
        answer_values(frame)
    assert str(caught.value) == (
        "found no numbers: a has often in row 2; c has inf in row 1; allowed: numbers, NaN where missing"
    )
    assert not isinstance(caught.value, NotEstimable)


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError) as caught:
        answer_values(pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]))
    assert str(caught.value) == "found two columns named a; allowed: a name an item"


def test_all_faults_are_told_at_once() -> None:
    values = np.array([[3.0, math.nan, 1, 1], [3, math.nan, 2, 2], [math.nan, math.nan, 2, 2]])
    faults = answer_faults(values, ["a", "b", "c", "d"])
    assert faults == [
        "item a has one answer, 3, from everybody",
        "item b has no answer",
        "items c and d have the same answers from everybody",
    ]
    assert answer_faults(values[:, 2:], ["c", "d"])[0] == "fewer than 3 items (2)"
    with pytest.raises(NotEstimable, match=r"^found one; two$"):
        raise_answer_faults(["one", "two"])


def test_answers_that_differ_once_or_in_who_gave_none_are_not_alike() -> None:
    once = np.array([[1.0, 1, 2], [2, 2, 1], [3, 4, 1], [4, 4, 3]])
    assert answer_faults(once, ["a", "b", "c"]) == []
    silent = np.array([[1.0, 1, 2], [2, 2, 1], [3, math.nan, 1], [4, 4, 3]])
    assert answer_faults(silent, ["a", "b", "c"]) == []
    raise_answer_faults([])
