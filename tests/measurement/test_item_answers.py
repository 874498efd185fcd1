"""Answers are checked before a model is asked of them, and every fault is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.measurement.factor_model import confirmatory
from analysis.measurement.item_answers import answers_by_group, answers_to_scales, scale_items


def faulty() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    answers = pd.DataFrame(generator.integers(1, 5, size=(60, 5)), columns=list("abcde"))
    answers.loc[:3, list("abe")] = [[1, 1, 1], [2, 2, 2], [3, 3, 3], [4, 4, 4]]
    answers["c"] = 2
    answers["d"] = answers["a"]
    answers["e"] = 5 - answers["a"]
    answers["b"] = answers["b"].replace(3, 4)
    return answers


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(NotEstimable) as caught:
        answers_to_scales(faulty(), {"one": list("ab"), "two": list("cde"), "three": []}, ordinal=True)
    assert str(caught.value) == (
        "found 0 items in three; a scale on its own needs 3, one of several 2; c is constant; "
        "a and d are alike; a and e are mirror images; d and e are mirror images; nobody used category 3 of b"
    )


def test_faults_are_named_by_group() -> None:
    answers = pd.DataFrame({"a": [1, 2, 3, 1, 2, 1, 2, 3], "b": [1, 1, 2, 3, 2, 2, 2, 2]})
    with pytest.raises(NotEstimable) as caught:
        answers_by_group(answers, ["a", "b"], ["n"] * 5 + ["s"] * 3, ordinal=True)
    assert str(caught.value) == "b is constant in group s"
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
         "found other values in a, b; allowed: finite numbers, NaN where missing"),
        ({"a": [1, 2.5]}, ["a"], {"ordinal": True},
         "found other values in a; allowed: whole numbers, NaN where missing"),
        ({"a": [1, 2]}, ["a"], {"groups": ["n"]}, "found 2 people and 1 groups; allowed: one group a person"),
    ],
)  # fmt: skip
def test_input_that_makes_no_sense_is_refused(
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
