"""Few units, no bell curve: intervals by the bootstrap, p-values by permutation."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from analysis.checks import NotEstimable, require_count, require_level, require_one_of
from analysis.resampling.monte_carlo import p_value, tied
from analysis.result import Result

__all__ = ["Correlation", "Kind", "correlation"]

Kind = Literal["pearson", "spearman"]


@dataclass(frozen=True, repr=False)
class Correlation(Result):
    """A correlation over a few units.

    Attributes
    ----------
    kind : {"pearson", "spearman"}
    estimate : float
    lower, upper : float
        Bias-corrected and accelerated bootstrap interval over units (Efron 1987, JASA 82, 171-185). Missing
        where it does not exist: leaving out any one unit gives the same correlation, as one of ±1 does, so
        that there is no acceleration; or there are so few samples that all lie on one side of the estimate.
    p : float
        Two-sided, by permutation: (1 + b) / (1 + m).
    units : int
        With both values.
    level : float
    replicates, seed : int
    """

    kind: Kind
    estimate: float
    lower: float
    upper: float
    p: float
    units: int
    level: float
    replicates: int
    seed: int

    def summary(self) -> str:
        """Return the result as a sentence."""
        known = np.isfinite([self.lower, self.upper]).all()
        interval = f"{self.level:.0%} {self.lower:+.3f} to {self.upper:+.3f}" if known else "no interval"
        return f"{self.kind.title()} {self.estimate:+.3f} ({interval}), p = {self.p:.4f}, {self.units} units"


def correlation(
    first: Sequence[float] | npt.NDArray[np.float64] | pd.Series,
    second: Sequence[float] | npt.NDArray[np.float64] | pd.Series,
    *,
    kind: Kind = "spearman",
    level: float = 0.95,
    replicates: int = 5000,
    seed: int,
) -> Correlation:
    """Correlate two values a unit.

    Parameters
    ----------
    first, second : sequence of length n
        NaN where missing, which leaves the unit out.
    kind : {"pearson", "spearman"}
        Of the values, or of their ranks.
    level : float
        Of the interval.
    replicates : int
        Bootstrap samples, and permutations.
    seed : int
        Starts both.

    Raises
    ------
    ValueError
        When the lengths differ, the kind is none of these, or the level or the replicates are out of bounds.
    NotEstimable
        When fewer than four units have both values, or one of the two is the same everywhere.

    Examples
    --------
    >>> trust, growth = [1, 2, 3, 4, 5], [2, 1, 4, 3, 5]
    >>> round(correlation(trust, growth, replicates=99, seed=1).estimate, 2)
    0.8
    """
    require_one_of("kind", kind, get_args(Kind))
    require_level(level)
    require_count("replicates", replicates)
    if len(first) != len(second):
        raise ValueError(f"found {len(first)} and {len(second)} values; allowed: as many of both")
    one, other = (np.asarray(values, dtype=float) for values in (first, second))
    there = ~(np.isnan(one) | np.isnan(other))
    one, other = one[there], other[there]
    if len(one) < 4 or np.ptp(one) == 0 or np.ptp(other) == 0:
        raise NotEstimable(f"found {len(one)} units with both values; allowed: at least 4, and both varying")
    # Ranks are taken anew in each bootstrap sample: they belong to the statistic.
    statistic = _spearman if kind == "spearman" else _pearson
    generator = np.random.default_rng(seed)
    estimate = statistic(one, other)
    drawn = np.array([statistic(one, generator.permutation(other)) for _ in range(replicates)])
    p = p_value(drawn, estimate, "about_zero")
    lower = upper = float("nan")
    without_one = [statistic(np.delete(one, unit), np.delete(other, unit)) for unit in range(len(one))]
    if not tied(without_one, without_one[0]).all():
        with np.errstate(invalid="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", stats.DegenerateDataWarning)
            lower, upper = stats.bootstrap(
                (one, other),
                statistic,
                paired=True,
                vectorized=False,
                n_resamples=replicates,
                confidence_level=level,
                method="BCa",
                rng=generator,
            ).confidence_interval
    return Correlation(kind, estimate, float(lower), float(upper), p, len(one), level, replicates, seed)


def _pearson(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    centred, moved = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((centred**2).sum() * (moved**2).sum()))
    # A bootstrap sample may hold one unit over and over; there is then no association to speak of.
    return float((centred * moved).sum()) / scale if scale else 0.0


def _spearman(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    return _pearson(stats.rankdata(one), stats.rankdata(other))
