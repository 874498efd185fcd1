"""Turnover: by hand, on the real files, by property, on bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from analysis.networks.dynamics import turnover

NAN = math.nan


def test_every_count_by_hand() -> None:
    before = [[9, 1, 1, 0], [0, 9, 0, 0], [1, 0, 9, NAN], [0, 0, 0, 9]]
    after = [[0, 1, 0, 2], [0, 0, 1, 0], [1, 0, 0, 1], [0, 0, NAN, 0]]
    found = turnover(before, after)
    assert (found.kept, found.new, found.lost, found.absent, found.missing) == (2, 2, 1, 5, 2)
    assert found.jaccard == 2 / 5
    assert found.hamming == 3
    assert found.tidy().iloc[0].to_dict()["jaccard"] == 2 / 5
    assert found.summary().startswith("2 ties kept, 2 new, 1 lost (Jaccard 0.400); 2 ordered pairs")


def test_a_silent_respondent_loses_no_tie() -> None:
    before = np.array([[0, 1.0], [1, 0]])
    after = np.array([[0, NAN], [1, 0]])
    found = turnover(before, after)
    assert (found.lost, found.kept, found.missing) == (0, 1, 1)


def test_no_tie_in_either_wave_has_no_jaccard() -> None:
    assert math.isnan(turnover(np.zeros((3, 3)), np.zeros((3, 3))).jaccard)


@settings(max_examples=50, deadline=None)
@given(
    st.integers(2, 7).flatmap(
        lambda n: st.tuples(*[arrays(float, (n, n), elements=st.sampled_from([0, 1, NAN]))] * 2)
    ),
    st.randoms(),
)
def test_reversed_time_swaps_new_and_lost_and_relabelling_changes_nothing(waves: tuple, draw: object) -> None:
    before, after = waves
    found, back = turnover(before, after), turnover(after, before)
    assert (found.kept, found.new, found.lost, found.missing) == (
        back.kept,
        back.lost,
        back.new,
        back.missing,
    )
    n = len(before)
    assert found.kept + found.new + found.lost + found.absent + found.missing == n * (n - 1)
    order = list(range(n))
    draw.shuffle(order)  # type: ignore[attr-defined]
    assert turnover(before[np.ix_(order, order)], after[np.ix_(order, order)]) == found


@pytest.mark.parametrize(
    ("before", "after"), [(np.zeros((2, 3)), np.zeros((2, 3))), (np.zeros((2, 2)), np.zeros((3, 3)))]
)
def test_other_shapes_are_refused(before: np.ndarray, after: np.ndarray) -> None:
    with pytest.raises(ValueError, match="two square ones of one size"):
        turnover(before, after)
