"""Histories and the waves they lead to: by hand, for any history, and what a design can tell apart."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from analysis.evidence.attribution import new_ties, summarised
from analysis.evidence.identifiability import (
    ELSEWHERE,
    compared,
    expected_identified,
    history_pair,
    replayed,
)
from analysis.ties.panel import Panel
from tests.evidence.test_attribution import random_panels

NAN = math.nan
ACTIVITIES = ["kick-off", "visit", "fair"]


@pytest.fixture
def panel() -> Panel:
    """Four people in three waves; d did not answer the first, b not the second."""
    first = [[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0], [NAN] * 4]
    second = [[0, 1, 0, 2], [NAN] * 4, [1, 3, 0, 0], [1, 0, 0, 0]]
    third = [[0, 1, 1, 2], [0, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]]
    return Panel.from_matrices([first, second, third], actors=list("abcd"))


@pytest.fixture
def new(panel: Panel) -> pd.DataFrame:
    """Three new ties of the second wave, one of the third; b's to d is not known to be new."""
    found = new_ties(panel)
    assert found.to_numpy().tolist() == [[2, "a", "d"], [2, "c", "a"], [2, "c", "b"], [3, "a", "c"]]
    return found


@pytest.fixture
def allowed() -> pd.DataFrame:
    """What is admissible for each of them."""
    return pd.DataFrame([[1, 1, 0], [0, 1, 0], [1, 1, 1], [0, 0, 0]], columns=ACTIVITIES).astype(bool)


def values_of(panel: Panel) -> Any:
    """Return the waves as 0 and 1, NaN where missing, the diagonal left out."""
    values = np.where(np.isnan(panel.values), NAN, panel.values != 0)
    for wave in values:
        np.fill_diagonal(wave, 0)
    return values


def test_two_histories_by_hand(new: pd.DataFrame, allowed: pd.DataFrame) -> None:
    first, second = history_pair(new, allowed)
    assert first["source"].tolist() == ["kick-off", "visit", "kick-off", ELSEWHERE]
    assert second["source"].tolist() == ["visit", "visit", "fair", ELSEWHERE]
    for history in (first, second):
        pd.testing.assert_frame_equal(history[new.columns], new)
    assert "source" not in new


def test_without_activities_every_tie_comes_from_elsewhere(new: pd.DataFrame, allowed: pd.DataFrame) -> None:
    for history in history_pair(new, allowed[[]]):
        assert history["source"].tolist() == [ELSEWHERE] * 4
    assert [len(history) for history in history_pair(new[:0], allowed[:0])] == [0, 0]


@given(st_numpy.arrays(bool, st.tuples(st.integers(0, 8), st.integers(0, 4))))
def test_histories_differ_exactly_where_several_activities_are_admissible(cells: Any) -> None:
    names = ["s", "r", "q", "p"][: cells.shape[1]]
    frame = pd.DataFrame(cells, columns=names)
    ties = pd.DataFrame({"wave": 2, "sender_id": [f"s{row}" for row in range(len(cells))]})
    first, second = (history["source"] for history in history_pair(ties, frame))
    possible = [[name for name in names if row[name]] or [ELSEWHERE] for _, row in frame.iterrows()]
    assert first.tolist() == [some[0] for some in possible]
    assert second.tolist() == [some[-1] for some in possible]
    differing = (first != second).tolist()
    assert differing == [len(some) > 1 for some in possible]
    assert sum(differing) == summarised({"dates": frame}).loc["dates", "several"]


def test_replay_by_hand(panel: Panel, new: pd.DataFrame) -> None:
    found = replayed(panel, new.assign(source=ELSEWHERE))
    np.testing.assert_array_equal(found.values, values_of(panel))
    assert (found.relation, found.actors, found.waves) == (panel.relation, panel.actors, panel.waves)
    np.testing.assert_array_equal(found.answered, panel.answered)


def test_a_tie_that_is_left_out_of_a_history_is_not_replayed(panel: Panel, new: pd.DataFrame) -> None:
    found = replayed(panel, new.assign(source=ELSEWHERE).drop(index=0))
    differing = np.argwhere((found.values != values_of(panel)) & ~np.isnan(found.values))
    # a to d forms before the second wave and stays, so that it is missing from both.
    assert differing.tolist() == [[1, 0, 3], [2, 0, 3]]


@given(random_panels(), st.sampled_from([None, 2.0]), st.data())
def test_any_history_of_the_new_ties_leads_to_the_same_waves(
    panel: Panel, threshold: float | None, data: st.DataObject
) -> None:
    ties = new_ties(panel, threshold=threshold)
    sources = data.draw(
        st.lists(st.sampled_from([*ACTIVITIES, ELSEWHERE]), min_size=len(ties), max_size=len(ties))
    )
    order = data.draw(st.permutations(range(len(ties))))
    history = ties.assign(source=pd.Series(sources, dtype=object)).iloc[order]
    expected = np.stack([panel.matrix(wave, threshold=threshold) for wave in panel.waves])
    expected = np.where(np.isnan(expected), NAN, expected != 0)
    np.testing.assert_array_equal(replayed(panel, history, threshold=threshold).values, expected)


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ((2, "c", "b"), "the tie from c to b forms twice before wave 2"),
        ((2, "a", "b"), "the tie from a to b forms twice before wave 2"),
    ],
    ids=["listed twice", "there already"],
)
def test_a_tie_that_is_there_cannot_form(
    panel: Panel, new: pd.DataFrame, extra: tuple[int, str, str], message: str
) -> None:
    history = new.assign(source="visit")
    history.loc[len(history)] = [*extra, "fair"]
    with pytest.raises(ValueError) as caught:
        replayed(panel, history)
    assert str(caught.value) == message


def test_a_tie_may_form_again_once_it_was_lost(panel: Panel, new: pd.DataFrame) -> None:
    # a to c is there in the first wave, lost in the second, and new in the third.
    for each in (panel, replayed(panel, new.assign(source="fair"))):
        assert [each.matrix(wave)[0, 2] for wave in each.waves] == [1, 0, 1]


def test_comparison_by_hand(panel: Panel, new: pd.DataFrame, allowed: pd.DataFrame) -> None:
    found = compared(panel, *history_pair(new, allowed))
    # Twelve cells a wave; d's three of the first and b's three of the second were not observed.
    assert found.to_dict("records") == [
        {"new_ties": 4, "differently_traced": 2, "cells": 30, "cells_apart": 0, "cells_off": 0}
    ]


def test_histories_of_other_ties_are_told_apart(panel: Panel, new: pd.DataFrame) -> None:
    one = new.assign(source="visit")
    other = one.copy()
    other.loc[3, ["sender_id", "receiver_id"]] = ["c", "d"]
    assert compared(panel, one, other).iloc[0].tolist() == [4, 0, 30, 2, 0]
    assert compared(panel, other, one).iloc[0].tolist() == [4, 0, 30, 2, 2]


@settings(max_examples=40)
@given(random_panels(), st.data())
def test_cells_of_who_fell_silent_are_not_compared(panel: Panel, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(panel.waves) - 1))
    person = data.draw(st.integers(0, len(panel.actors) - 1))
    values = panel.values.copy()
    values[place, person] = NAN
    silent = Panel.from_matrices(values, actors=panel.actors)
    found, before = (
        compared(each, history, history).iloc[0]
        for each, history in ((one, new_ties(one).assign(source="visit")) for one in (silent, panel))
    )
    others = np.arange(len(panel.actors)) != person
    assert before["cells"] - found["cells"] == (~np.isnan(panel.values[place, person, others])).sum()
    assert found["cells_apart"] == found["cells_off"] == 0


def test_expected_share_against_every_pattern_of_attendance() -> None:
    for count, chance in product([1, 2, 3], [0.5, 0.8, 1.0]):
        met = once = 0.0
        for pattern in product([0, 1], repeat=2 * count):
            weight = math.prod(chance if came else 1 - chance for came in pattern)
            together = sum(a * b for a, b in zip(pattern[:count], pattern[count:], strict=True))
            met += weight * (together > 0)
            once += weight * (together == 1)
        (row,) = expected_identified([count], [chance]).to_dict("records")
        assert row == pytest.approx(
            {"activities": count, "attendance": chance, "met": met, "one_only": once / met}
        )


def test_expected_shares_come_by_activities_then_attendance() -> None:
    found = expected_identified([1, 4], [0.5, 1.0])
    assert found[["activities", "attendance"]].to_numpy().tolist() == [[1, 0.5], [1, 1], [4, 0.5], [4, 1]]
    # Who meets at the one activity there is met there only; all who come to all four meet four times.
    assert found["one_only"].tolist()[:2] == [1, 1]
    assert found["one_only"].iloc[3] == 0
    assert found["met"].iloc[3] == 1


@pytest.mark.parametrize(
    ("activities", "attendance"), [([0], [0.5]), ([2], [0.0]), ([2], [1.1]), ([2], [NAN]), ([3, -1], [0.5])]
)
def test_designs_that_cannot_be_are_refused(activities: list[int], attendance: list[float]) -> None:
    with pytest.raises(ValueError) as caught:
        expected_identified(activities, attendance)
    assert str(caught.value) == ("allowed: numbers of activities from 1 up, chances above 0 and at most 1")
