"""Correlations over few units: the estimate, the permutations and the interval, each computed another way."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from analysis.resampling.correlation import Kind, correlation

Floats = NDArray[np.float64]
Statistic = Callable[[Floats, Floats], Floats]
KINDS = get_args(Kind)
REFERENCE = {
    "pearson": lambda one, other: stats.pearsonr(one, other).statistic,
    "spearman": lambda one, other: stats.spearmanr(one, other).statistic,
}


def pearson(one: Floats, other: Floats) -> Floats:
    """Return the correlation of each row."""
    one, other = (part - part.mean(axis=-1, keepdims=True) for part in (one, other))
    found: Floats = (one * other).sum(axis=-1) / np.sqrt((one**2).sum(axis=-1) * (other**2).sum(axis=-1))
    return found


def skewed(units: int, seed: int) -> tuple[Floats, Floats]:
    """Return two values a unit that go together, neither of them normal."""
    generator = np.random.default_rng(seed)
    one = generator.exponential(size=units)
    return one, one + 0.6 * generator.exponential(size=units)


def spearman(one: Floats, other: Floats) -> Floats:
    """Return the correlation of the ranks of each row, taken anew in each."""
    return pearson(stats.rankdata(one, axis=-1), stats.rankdata(other, axis=-1))


def efron(one: Floats, other: Floats, statistic: Statistic, resamples: Floats, level: float) -> Floats:
    """Return the interval of Efron (1987)."""
    correction = stats.norm.ppf((resamples < statistic(one, other)).mean())
    units = range(len(one))
    jackknife = np.array([statistic(np.delete(one, unit), np.delete(other, unit)) for unit in units])
    away = jackknife.mean() - jackknife
    acceleration = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    moved = correction + stats.norm.ppf([(1 - level) / 2, (1 + level) / 2])
    ends: Floats = np.quantile(resamples, stats.norm.cdf(correction + moved / (1 - acceleration * moved)))
    return ends


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(5))
def test_the_estimate_is_that_of_scipy(kind: Kind, seed: int) -> None:
    generator = np.random.default_rng(seed)
    one, other = generator.integers(0, 5, 9), generator.normal(size=9).round(1)
    found = correlation(one, other, kind=kind, replicates=20, seed=1)
    assert found.estimate == pytest.approx(REFERENCE[kind](one, other), abs=1e-12)
    assert (found.kind, found.units, found.level, found.replicates, found.seed) == (kind, 9, 0.95, 20, 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", [[2.0, 2, 1, 7, 3], [5.0, 1, 4, 0, 2]])
def test_p_against_every_permutation_of_five_units(kind: Kind, other: list[float]) -> None:
    one, draws = [0.0, 1, 2, 4, 9], 2000
    observed = abs(REFERENCE[kind](one, other))
    every = [abs(REFERENCE[kind](one, list(moved))) for moved in permutations(other)]
    exact = np.mean(np.array(every) >= observed - 1e-9)
    found = correlation(one, other, kind=kind, replicates=draws, seed=3)
    assert abs(found.p - exact) < 4 * math.sqrt(exact * (1 - exact) / draws) + 1 / draws


@pytest.mark.parametrize(
    ("kind", "statistic", "level"),
    [("pearson", pearson, 0.8), ("pearson", pearson, 0.95), ("spearman", spearman, 0.95)],
)
def test_the_interval_is_that_of_efron(kind: Kind, statistic: Statistic, level: float) -> None:
    one, other = skewed(12, 4)
    size, runs, seeds = 1500, 20, 4
    drawn = np.random.default_rng(5).integers(0, 12, (runs * size, 12))
    resamples = statistic(one[drawn], other[drawn])
    expected = efron(one, other, statistic, resamples, level)
    found = [
        correlation(one, other, kind=kind, level=level, replicates=size, seed=seed) for seed in range(seeds)
    ]
    ends = np.mean([[each.lower, each.upper] for each in found], axis=0)
    # How much the ends move between runs of as many samples each, and so the mean of a few.
    moving = [efron(one, other, statistic, part, level) for part in np.split(resamples, runs)]
    error = 5 * np.std(moving, axis=0, ddof=1) * np.sqrt(1 / seeds + 1 / runs)
    assert (np.abs(ends - expected) < error).all()
    # An interval without the correction, or from ranks that are not taken anew, would not pass.
    ranks = [stats.rankdata(part) for part in (one, other)]
    fixed = efron(*ranks, pearson, pearson(*(part[drawn] for part in ranks)), level)
    percentile = np.quantile(resamples, [(1 - level) / 2, (1 + level) / 2])
    for wrong in (fixed, percentile):
        assert (np.abs(wrong - expected) > error).any()


@pytest.mark.parametrize("kind", KINDS)
def test_units_with_one_value_only_are_left_out(kind: Kind) -> None:
    one, other = skewed(8, 1)
    complete = correlation(one[:6], other[:6], kind=kind, replicates=50, seed=1)
    one[6] = other[7] = math.nan
    assert correlation(one, other, kind=kind, replicates=50, seed=1) == complete
    assert complete.units == 6


def test_series_are_paired_by_place() -> None:
    one, other = skewed(7, 2)
    plain = correlation(one, other, replicates=50, seed=1)
    assert correlation(pd.Series(one), pd.Series(other, index=range(7, 14)), replicates=50, seed=1) == plain


def test_the_seed_starts_permutations_and_samples() -> None:
    one, other = skewed(9, 3)
    first, again, moved = (correlation(one, other, replicates=200, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert (first.lower, first.upper, first.p) != (moved.lower, moved.upper, moved.p)
    assert first.estimate == moved.estimate


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=4, max_size=9))
def test_a_rank_correlation_does_not_see_the_scale(units: list[tuple[int, int]]) -> None:
    one, other = (np.array(part, dtype=float) for part in zip(*units, strict=True))
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        with pytest.raises(ValueError, match="both varying"):
            correlation(one, other, replicates=9, seed=1)
        return
    plain = correlation(one, other, replicates=9, seed=1)
    grown = correlation(np.exp(one), other**3, replicates=9, seed=1)
    for name, value in plain.__dict__.items():
        if isinstance(value, float):
            assert getattr(grown, name) == pytest.approx(value, abs=1e-12, nan_ok=True)
    turned = correlation(-one, other, replicates=9, seed=1)
    assert turned.estimate == pytest.approx(-plain.estimate, abs=1e-12)
    assert turned.p == plain.p
    assert -1 <= plain.estimate <= 1
    assert math.isnan(plain.lower) or -1 <= plain.lower <= plain.upper <= 1


def test_samples_on_one_side_of_the_estimate_have_no_interval() -> None:
    one = np.array([0.0, -2, -1, 0, -1, 0, 0, 0, -2])
    other = np.array([0.0, -1, -2, 1, -1, 0, 0, 0, -1])
    found = correlation(one, other, replicates=9, seed=1)
    assert math.isnan(found.lower) and math.isnan(found.upper)
    assert "(no interval)" in found.summary()
    assert math.isfinite(correlation(one, other, replicates=500, seed=1).lower)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_perfect_correlation_has_no_interval(kind: Kind, sign: int) -> None:
    one = np.array([1.0, 2, 4, 5, 7])
    found = correlation(one, sign * one, kind=kind, replicates=2000, seed=1)
    assert found.estimate == pytest.approx(sign)
    assert math.isnan(found.lower) and math.isnan(found.upper)
    # Of 120 orders one keeps all ranks and one turns them round; the values, unevenly apart, only the first.
    exact = (2 if kind == "spearman" else 1) / 120
    assert abs(found.p - exact) < 4 * math.sqrt(exact / 2000) + 1 / 2000
    assert found.summary() == f"{kind.title()} {sign:+.3f} (no interval), p = {found.p:.4f}, 5 units"


def test_summary_and_table() -> None:
    one, other = skewed(9, 3)
    found = correlation(one, other, kind="pearson", level=0.9, replicates=99, seed=1)
    assert found.summary() == (
        f"Pearson {found.estimate:+.3f} (90% {found.lower:+.3f} to {found.upper:+.3f}), "
        f"p = {found.p:.4f}, 9 units"
    )
    assert found.tidy().to_dict("records") == [found.__dict__]


@pytest.mark.parametrize(
    ("first", "second", "kind", "message"),
    [
        ([1, 2, 3, 4], [1, 2, 3, 4], "kendall", "kind is 'kendall'; allowed are 'pearson', 'spearman'"),
        ([1, 2, 3, 4], [1, 2, 3], "pearson", "found 4 and 3 values; allowed: as many of both"),
        (
            [1, 2, 3, math.nan],
            [1, 3, 2, 4],
            "pearson",
            "found 3 units with both values; allowed: at least 4, and both varying",
        ),
        (
            [1, 1, 1, 1, 2],
            [1, 3, 2, 4, math.nan],
            "spearman",
            "found 4 units with both values; allowed: at least 4, and both varying",
        ),
        ([], [], "spearman", "found 0 units with both values; allowed: at least 4, and both varying"),
    ],
)
def test_bad_input_is_refused(first: list[float], second: list[float], kind: Kind, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        correlation(first, second, kind=kind, seed=1)
    assert str(caught.value) == message
