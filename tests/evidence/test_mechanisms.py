"""Two mechanisms and an outcome: counted by hand, tested exactly, and what the data cannot answer."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.evidence.changes import changes_of
from analysis.evidence.interactions import interaction, interaction_p, power_by_size
from analysis.evidence.mechanisms import by_mechanism, conditions_of, episode_scores

ROWS = [(1, 1, 1), (1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 0), (0, 0, 1)]
EPISODES = pd.DataFrame(ROWS, columns=["link", "talk", "outcome"]).assign(
    episode_id=list("abcdef"), routine_id="r", started_on="2020-01-01", at_odds=[0, 0, 1, 0, 0, 0]
)
STEPS = pd.DataFrame({"episode_id": list("abcdef"), "routine_id": "r", "day": range(6)})


def test_kinds_are_counted_by_hand() -> None:
    assert conditions_of(EPISODES) == ["link", "talk"]
    scores = episode_scores(EPISODES, ["link", "talk", "outcome", "at_odds"])
    found = by_mechanism(scores, ["link", "talk"], ["outcome", "at_odds"])
    assert found["episodes"].tolist() == [2, 1, 1, 2]
    assert found["outcome"].tolist() == [2, 0, 0, 1]
    assert found["at_odds_share"].tolist() == [0, 1, 0, 0]
    assert found.loc["neither", ["outcome_lower", "outcome_upper"]].round(3).tolist() == [0.095, 0.905]
    test = interaction(scores, ["link", "talk"], "outcome", STEPS)
    assert test.difference == pytest.approx(1 - 0 - 0 + 0.5)
    # Given the margins (two of three and one of three; two with talk) counts with both may be 1 or 2.
    assert test.p == pytest.approx(1 * 1 * 1 * 2 / (1 * 1 * 1 * 2 + 2 * 1 * 1 * 1))
    assert test.least_p == test.p


def test_where_the_margins_leave_one_table_nothing_can_be_found() -> None:
    for both, first in product(range(5), range(6)):
        assert interaction_p((both, first, 0, 0), (4, 5, 3, 3)) == (1, 1)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 6), min_size=4, max_size=4), st.data())
def test_p_is_the_share_of_all_tables_with_these_margins(sizes: list[int], data: st.DataObject) -> None:
    counts = [data.draw(st.integers(0, size)) for size in sizes]
    margins = (counts[0] + counts[1], counts[2] + counts[3], counts[0] + counts[2])
    ways: dict[int, float] = {}
    # Every set of changes with the outcome, one by one, that has these margins.
    for other in product(*(range(size + 1) for size in sizes)):
        if (other[0] + other[1], other[2] + other[3], other[0] + other[2]) == margins:
            weight = np.prod([float(_ways(size, count)) for size, count in zip(sizes, other, strict=True)])
            ways[other[0]] = float(weight)
    expected = sum(weight for count, weight in ways.items() if count >= counts[0]) / sum(ways.values())
    p, least = interaction_p(
        (counts[0], counts[1], counts[2], counts[3]), (sizes[0], sizes[1], sizes[2], sizes[3])
    )
    assert p == pytest.approx(expected) and least <= p <= 1


def _ways(size: int, count: int) -> int:
    return 1 if count in (0, size) else _ways(size - 1, count - 1) + _ways(size - 1, count)


def test_power_grows_and_the_level_holds() -> None:
    found = power_by_size({"needed": [0.9, 0.1, 0.1, 0.1], "alone": [0.5] * 4}, [24, 120], draws=400, seed=1)
    assert found.index.tolist() == [24, 120]
    assert found["needed"].is_monotonic_increasing and found["needed"].iloc[1] > 0.8
    assert (found["alone"] <= 0.08).all()


def test_what_cannot_be_answered_is_said_and_what_is_wrong_named() -> None:
    scores = episode_scores(EPISODES, ["link", "talk", "outcome"])
    with pytest.raises(NotEstimable, match="a and b in r"):
        interaction(scores, ["link", "talk"], "outcome", STEPS.assign(day=3))
    with pytest.raises(NotEstimable, match="whether changes are independent is not known"):
        interaction(scores, ["link", "talk"], "outcome", NotEstimable("found no step"))
    with pytest.raises(NotEstimable, match="link only"):
        interaction(scores.drop(index="c"), ["link", "talk"], "outcome", STEPS)
    assert conditions_of(EPISODES[["episode_id", "outcome"]]) == []
    with pytest.raises(ValueError, match="no column mood, time"):
        episode_scores(EPISODES, ["mood", "time"])
    with pytest.raises(ValueError, match="outcome of a, outcome of b"):
        episode_scores(EPISODES.assign(outcome=[2, 3, 0, 0, 0, 1]), ["outcome"])
    assert episode_scores(EPISODES.assign(outcome=None), ["outcome"]).empty
    bare = changes_of({"episodes": EPISODES[["episode_id", "outcome"]]})
    nothing = {"outcome": float("nan"), "at_odds": float("nan")}
    unknown = changes_of({"episodes": EPISODES.assign(**nothing)})
    for changes, why in (
        (bare, "0 conditions of 0 and 1"),
        (unknown, "all conditions and outcomes are known"),
    ):
        for found in (changes.kinds(), changes.interaction(), changes.truth_table("outcome", 0.8)):
            assert isinstance(found, NotEstimable) and why in str(found)
