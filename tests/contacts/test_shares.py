"""Intervals of a share of meetings that share people: by hand, against statsmodels, by property."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, t
from statsmodels.stats.proportion import proportion_confint

from analysis.contacts.shares import pooled_share_interval


def interval(part: list[float], whole: list[float], pairs: str, level: float = 0.95) -> tuple[float, float]:
    ends = [np.array([ord(pair[place]) for pair in pairs.split()]) for place in (0, 1)]
    return pooled_share_interval(np.array(part), np.array(whole), *ends, level)


@pytest.mark.parametrize(("number", "of"), [(0, 9), (3, 10), (12, 12), (1, 2)])
def test_one_meeting_has_the_interval_of_independent_cases(number: float, of: float) -> None:
    expected = proportion_confint(number, of, 0.1, "beta")
    assert interval([number], [of], "ab", 0.9) == pytest.approx(expected)


def test_three_meetings_by_hand() -> None:
    # Share 6 of 20; residuals 3 - 3 = 0, 3 - 1.5 = 1.5, 0 - 1.5 = -1.5. The second and third share c, the
    # first shares b with the second: over ordered pairs that share somebody, 2 * 1.5^2 - 2 * 1.5^2 is 0,
    # less than the residuals alone, 4.5, which are then taken.
    cases = 0.3 * 0.7 / (4.5 / 400)
    cases *= (t.ppf(0.975, 19) / t.ppf(0.975, 3)) ** 2  # four people
    number = 0.3 * cases
    expected = [
        beta.ppf(0.025, number, cases - number + 1),
        beta.ppf(0.975, number + 1, cases - number),
    ]
    assert interval([3, 3, 0], [10, 5, 5], "ab bc cd") == pytest.approx(expected)


def test_meetings_of_one_person_are_worth_less_than_meetings_apart() -> None:
    part, whole = [5.0, 4.0, 0.0, 1.0, 0.0, 2.0], [10.0] * 6
    shared = interval(part, whole, "ab ac bc de df ef")
    apart = interval(part, whole, "ab cd ef gh ij kl")
    assert shared[0] < apart[0] < 12 / 60 < apart[1] < shared[1]


@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 5), st.integers(0, 5)), min_size=1
    )
)
def test_an_interval_holds_its_share_has_a_width_and_knows_no_order(rows: list[tuple[int, ...]]) -> None:
    extra, number, one, other = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    whole = number + extra
    found = pooled_share_interval(number, whole, one.astype(int), other.astype(int))
    if whole.sum() <= 1:
        assert np.isnan(found).all()
        return
    assert 0 <= found[0] <= number.sum() / whole.sum() <= found[1] <= 1
    assert found[1] - found[0] > 1e-3
    turned = pooled_share_interval(number[::-1], whole[::-1], other[::-1].astype(int), one[::-1].astype(int))
    assert turned == pytest.approx(found)


def test_a_level_is_one() -> None:
    with pytest.raises(ValueError, match="level"):
        interval([1], [2], "ab", 1.5)
