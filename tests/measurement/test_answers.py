"""Answers are looked over: every fault is named, all at once."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.measurement.answers import (
    answer_faults,
    answer_values,
    answers_by_group,
    answers_to_scales,
    raise_answer_faults,
    scale_items,
)
from analysis.measurement.factor_model import confirmatory


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
    assert str(caught.value) == "found two columns named a; allowed: a name per item"


def test_all_faults_are_told_at_once() -> None:
    values = np.array([[3.0, math.nan, 1, 1], [3, math.nan, 2, 2], [math.nan, math.nan, 2, 2]])
    faults = answer_faults(values, ["a", "b", "c", "d"])
    assert faults == [
        "item a has one answer, 3, from everybody",
        "item b has no answer",
        "items c and d are alike",
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


def faulty() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    answers = pd.DataFrame(generator.integers(1, 5, size=(60, 5)), columns=list("abcde"))
    answers.loc[:3, list("abe")] = [[1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4]]
    answers["c"] = 2
    answers["d"] = answers["a"]
    answers["e"] = 5 - answers["a"]
    answers["b"] = answers["b"].replace(3, 4)
    return answers


def test_every_fault_of_two_scales_is_named_at_once() -> None:
    with pytest.raises(NotEstimable) as caught:
        answers_to_scales(faulty(), {"one": list("ab"), "two": list("cde"), "three": []}, ordinal=True)
    assert str(caught.value) == (
        "found 0 items in three; a scale on its own needs 3, one of several 2; "
        "item c has one answer, 2, from everybody; items a and d are alike; items a and e are mirror images; "
        "items d and e are mirror images; nobody used category 3 of b"
    )


def test_faults_are_named_by_group() -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 1, 2, 1, 2, 3], "b": [1, 1, 2, 3, 2, 2, 2, 2]})
    with pytest.raises(NotEstimable) as caught:
        answers_by_group(answers, ["a", "b"], ["n"] * 5 + ["s"] * 3, ordinal=True)
    assert str(caught.value) == "item b has one answer, 2, from everybody in group s"
    answers.loc[5, "b"] = 3
    with pytest.raises(NotEstimable) as caught:
        answers_by_group(answers, ["a", "b"], ["n"] * 5 + ["s"] * 3, ordinal=True)
    assert str(caught.value) == "nobody used category 1 of b in group s"


def test_more_people_than_items_are_needed() -> None:
    answers = pd.DataFrame(np.random.default_rng(3).normal(size=(4, 4)), columns=list("abcd"))
    with pytest.raises(NotEstimable, match="found 4 people and 4 items; more people than items are needed"):
        answers_by_group(answers, list("abcd"))
    with pytest.raises(NotEstimable, match="found nobody who answered every item"):
        answers_by_group(answers.assign(a=np.nan), list("abcd"))


@pytest.mark.parametrize("ordinal", [False, True])
def test_a_scale_on_its_own_needs_three_items(ordinal: bool) -> None:
    answers = pd.DataFrame(np.random.default_rng(3).integers(1, 4, size=(50, 2)), columns=list("ab"))
    with pytest.raises(NotEstimable, match="found 2 items in f; a scale on its own needs 3"):
        confirmatory(answers, {"f": list("ab")}, ordinal=ordinal)


@pytest.mark.parametrize(
    ("answers", "items", "options", "message"),
    [
        ({"a": [1, 2]}, ["a", "b"], {}, "found no column b; the items are a, b"),
        ({"a": [1, "x"], "b": [1, np.inf]}, ["a", "b"], {},
         "found no numbers: a has x in row 2; b has inf in row 2; allowed: numbers, NaN where missing"),
        ({"a": [1, 2.5]}, ["a"], {"ordinal": True},
         "found other values in a; allowed: whole numbers, NaN where missing"),
        ({"a": [1, 2]}, ["a"], {"groups": ["n"]},
         "found 2 people and 1 groups; allowed: one group per person"),
    ],
)  # fmt: skip
def test_answers_by_group_that_make_no_sense_are_refused(
    answers: dict[str, list[Any]], items: list[str], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError) as caught:
        answers_by_group(pd.DataFrame(answers), items, **options)
    assert str(caught.value) == message
    assert not isinstance(caught.value, NotEstimable)


def test_an_item_has_one_scale() -> None:
    assert scale_items({"f": ["a", "b"], "g": ["c"]}) == ["a", "b", "c"]
    with pytest.raises(ValueError, match="found items in two places: b"):
        scale_items({"f": ["a", "b"], "g": ["b"]})
    with pytest.raises(ValueError, match="found no item"):
        scale_items({})


def test_people_without_a_group_or_an_answer_are_left_out_and_counted() -> None:
    answers = pd.DataFrame({"a": [1, 2, np.nan, 2, 1, 3], "b": [2, 1, 1, 1, 1, 2]})
    found = answers_by_group(answers, ["a", "b"], ["n", "n", "n", "n", None, "n"])
    assert (found.groups, found.left_out, len(found.answers[0])) == (("n",), 2, 4)
