"""Monte Carlo p-values and intervals against definitions, scipy, and what the last bit may not change."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from analysis.resampling.monte_carlo import (
    Alternative,
    bias_corrected_interval,
    normal_interval,
    p_error,
    p_value,
    replicate_interval,
    tied,
)

ALTERNATIVES = get_args(Alternative)
SMALL = st.integers(-6, 6)
DRAWN = st.lists(SMALL, min_size=1, max_size=60)


def exact_p(drawn: list[int], observed: int, alternative: str) -> Fraction:
    """Return the p-value by its definition, in whole numbers and fractions."""
    m = len(drawn)
    mean = Fraction(sum(drawn), m)
    counts = {
        "greater": sum(one >= observed for one in drawn),
        "less": sum(one <= observed for one in drawn),
        "about_zero": sum(abs(one) >= abs(observed) for one in drawn),
        "about_centre": sum(abs(one - mean) >= abs(observed - mean) for one in drawn),
    }
    one_sided = [Fraction(1 + counts[side], 1 + m) for side in ("greater", "less")]
    return (
        min(Fraction(1), 2 * min(one_sided))
        if alternative == "doubled"
        else Fraction(1 + counts[alternative], 1 + m)
    )


@given(DRAWN, SMALL, st.sampled_from(ALTERNATIVES), st.integers(1, 60), st.randoms(use_true_random=False))
def test_p_is_its_definition_whatever_the_last_bit(
    drawn: list[int], observed: int, alternative: Alternative, divisor: int, random: object
) -> None:
    # Shares of small numbers, each moved by up to two units in the last place.
    jitter = np.random.default_rng(random.getrandbits(32))  # type: ignore[attr-defined]
    values = np.array(drawn) / divisor
    moved = values + np.spacing(values) * jitter.integers(-2, 3, len(values))
    # Where 0 is a difference, what rounding leaves of it is not a unit in its own last place.
    moved += jitter.uniform(-1e-16, 1e-16, len(values))
    assert p_value(moved, observed / divisor, alternative) == float(exact_p(drawn, observed, alternative))


@given(DRAWN, SMALL, st.sampled_from(["about_centre", "doubled"]), st.integers(-1000, 1000))
def test_two_sided_about_a_centre_and_doubled_do_not_depend_on_the_origin(
    drawn: list[int], observed: int, alternative: Alternative, origin: int
) -> None:
    moved = [one + origin for one in drawn]
    assert p_value(moved, observed + origin, alternative) == p_value(drawn, observed, alternative)


@given(DRAWN, SMALL, st.sampled_from(["about_zero", "about_centre", "doubled"]))
def test_two_sided_does_not_depend_on_the_direction(
    drawn: list[int], observed: int, alternative: Alternative
) -> None:
    turned = [-one for one in drawn]
    assert p_value(turned, -observed, alternative) == p_value(drawn, observed, alternative)
    assert p_value(turned, -observed, "less") == p_value(drawn, observed, "greater")


@given(DRAWN, SMALL, st.sampled_from(ALTERNATIVES))
def test_p_lies_between_one_in_all_and_one(drawn: list[int], observed: int, alternative: Alternative) -> None:
    assert 1 / (1 + len(drawn)) <= p_value(drawn, observed, alternative) <= 1


def test_a_given_centre_is_taken_and_the_mean_otherwise() -> None:
    drawn = [0.0, 1.0, 2.0, 9.0]
    assert p_value(drawn, 2.0, "about_centre", centre=0.0) == p_value(drawn, 2.0, "about_zero") == 3 / 5
    assert p_value(drawn, 2.0, "about_centre") == p_value(drawn, 2.0, "about_centre", centre=3.0) == 1.0


def test_missing_replicates_count_as_extreme_and_a_missing_statistic_has_no_p() -> None:
    drawn = [0.0, np.nan, np.nan, 0.5]
    for alternative, others in [("greater", 0), ("less", 2), ("about_zero", 0), ("about_centre", 0)]:
        assert p_value(drawn, 1.0, alternative) == (1 + 2 + others) / 5, alternative
    assert math.isnan(p_value(drawn, math.nan, "greater"))


def test_infinite_replicates_are_far_out_and_tied_with_their_like() -> None:
    drawn = [np.inf, -np.inf, 0.0, np.inf]
    assert p_value(drawn, np.inf, "greater") == 3 / 5
    assert p_value(drawn, 1.0, "greater") == 3 / 5
    assert p_value(drawn, 1.0, "about_zero") == 4 / 5
    assert p_value(drawn, 1.0, "about_centre") == 4 / 5


def test_numbers_that_differ_by_more_than_rounding_are_not_tied() -> None:
    assert tied([0.5, 0.5 + 1e-15, 0.5 + 1e-9], 0.5).tolist() == [True, True, False]
    assert tied([1e6, 1e6 + 1e-5, 1e6 + 1e-2], 1e6).tolist() == [True, True, False]
    assert tied([[0.0, 1e-17], [1e-9, np.nan]], 0.0).tolist() == [[True, True], [False, False]]
    # Deviations from a large centre carry the rounding errors of large numbers.
    assert tied(np.float64(1e7 + 0.3) - 1e7, 0.3, scale=1e7)
    assert not tied(np.float64(1e7 + 0.3) - 1e7, 0.3)


def test_the_error_is_the_standard_deviation_over_seeds() -> None:
    generator = np.random.default_rng(5)
    for alternative in ALTERNATIVES:
        centre = 0.0 if alternative == "about_centre" else None
        found = [p_value(generator.normal(size=199), 1.2, alternative, centre=centre) for _ in range(2000)]
        assert np.std(found) == pytest.approx(p_error(float(np.mean(found)), 199, alternative), rel=0.1)
    assert math.isnan(p_error(math.nan, 10))


def test_the_middle_of_the_replicates_is_between_their_quantiles() -> None:
    drawn = np.random.default_rng(1).normal(size=501)
    assert replicate_interval(drawn) == tuple(np.quantile(drawn, [(1 - 0.95) / 2, (1 + 0.95) / 2]))
    assert replicate_interval([*drawn, np.nan], 0.5) == pytest.approx(np.quantile(drawn, [0.25, 0.75]))
    assert all(map(math.isnan, replicate_interval([np.nan])))


def test_the_bias_corrected_interval_is_scipys_where_nothing_is_tied() -> None:
    # scipy's BCa without acceleration: a statistic of which every unit left out gives the same.
    drawn = np.random.default_rng(2).gamma(2.0, size=999)
    for estimate in (0.8, 1.7, 3.0):
        share = (drawn < estimate).mean()
        ends = stats.norm.cdf(2 * stats.norm.ppf(share) + stats.norm.ppf([0.05, 0.95]))
        expected = np.quantile(drawn, ends, method="inverted_cdf")
        assert bias_corrected_interval(drawn, estimate, 0.9) == tuple(expected)


@given(st.lists(SMALL, min_size=20, max_size=200), SMALL, st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_the_bias_corrected_interval_does_not_hang_on_the_last_bit(
    drawn: list[int], estimate: int, divisor: int, seed: int
) -> None:
    values = np.array(drawn) / divisor
    moved = values + np.random.default_rng(seed).uniform(-1e-15, 1e-15, len(values))
    settled = bias_corrected_interval(values, estimate / divisor)
    assert bias_corrected_interval(moved, estimate / divisor) == pytest.approx(settled, abs=1e-14)
    assert settled[0] <= settled[1]
    assert set(settled) <= set(values)


def test_a_bootstrap_symmetric_about_its_estimate_needs_no_correction() -> None:
    drawn = [-3.0, -2.0, -2.0, 0.0, 0.0, 0.0, 2.0, 2.0, 3.0, np.inf]
    turned = sorted(-one for one in drawn)
    lower, upper = bias_corrected_interval([*drawn, *turned], 0.0, 0.8)
    assert (lower, upper) == (-3.0, 3.0)
    assert bias_corrected_interval([np.inf] * 30, np.inf) == (np.inf, np.inf)
    assert bias_corrected_interval([1.0] * 30, 1.0) == (1.0, 1.0)


def test_the_normal_interval_is_scipys_for_numbers_and_columns() -> None:
    assert normal_interval(2.0, 0.3, 0.9) == pytest.approx(stats.norm.interval(0.9, 2.0, 0.3))
    frame = pd.DataFrame({"estimate": [0.0, 1.0], "error": [1.0, 2.0]})
    lower, upper = normal_interval(frame["estimate"], frame["error"])
    expected = stats.norm.interval(0.95, frame["estimate"], frame["error"])
    assert np.allclose([lower, upper], expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: p_value([], 1.0, "greater"), "found 0 replicates; allowed: at least 1"),
        (lambda: p_value([1.0], 1.0, "two-sided"), "alternative is 'two-sided'; allowed are 'greater'"),
        (lambda: p_value([1.0], 1.0, "less", centre=0.0), "allowed for 'about_centre' alone"),
        (lambda: p_error(0.5, 0), "found 0 replicates"),
        (lambda: p_error(0.5, 9, "both"), "alternative is 'both'"),
        (lambda: replicate_interval([1.0], 95), "found level 95; allowed: between 0 and 1"),
        (lambda: bias_corrected_interval([], 1.0), "found 0 replicates"),
        (lambda: bias_corrected_interval([1.0, np.nan], 1.0), "found a missing replicate"),
        (lambda: bias_corrected_interval([1.0], 1.0, 1.0), "found level 1.0"),
        (lambda: normal_interval(0.0, 1.0, 0), "found level 0"),
    ],
)
def test_what_cannot_be_answered_is_refused(call: object, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("(", r"\(")):
        call()  # type: ignore[operator]
