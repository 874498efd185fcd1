"""Wilson's interval: the shares that a test by the normal distribution would not reject."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from analysis.checks import require_level
from analysis.resampling.proportions import wilson_interval


@given(st.integers(1, 500), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_bounds_lie_as_many_errors_from_the_share_as_the_level_has(
    of: int, data: st.DataObject, level: float
) -> None:
    number = data.draw(st.integers(0, of))
    low, high = wilson_interval(number, of, level)
    assert 0 <= low <= number / of <= high <= 1
    errors = norm.ppf((1 + level) / 2)
    for bound in (low, high):
        # Where none or all did, the one bound is the share itself.
        if 0 < bound < 1:
            assert abs(number / of - bound) == pytest.approx(errors * math.sqrt(bound * (1 - bound) / of))


def test_none_and_all_are_exact_at_their_end() -> None:
    assert wilson_interval(0, 7, 0.95)[0] == 0 and wilson_interval(7, 7, 0.95)[1] == 1


@pytest.mark.parametrize("level", [0.0, 1.0, 95.0])
def test_a_level_must_be_one(level: float) -> None:
    with pytest.raises(ValueError, match=r"^found level .*; allowed: between 0 and 1$"):
        require_level(level)
