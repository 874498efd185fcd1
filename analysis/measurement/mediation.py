"""Does a cause work through what lies between it and an outcome? Indirect effects with bootstrap intervals.

Units (schools) are resampled. Where the thing between is the mean of people's answers, it strays from the
school by a known error; taken as it is, that hides a part of its effect. The error's variance is then taken
away from the mean's, as regression with errors in variables does (Fuller 1987, Measurement Error Models,
section 1.2): the effect of the mean is divided by its reliability given the cause.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_count, require_level
from analysis.result import Result

__all__ = ["PATHS", "Mediation", "mediation"]

PATHS = ("cause to mediator", "mediator to outcome", "indirect", "direct", "total")

_Values: TypeAlias = Sequence[float] | Floats | pd.Series
_LEAST_UNITS = 10


@dataclass(frozen=True, repr=False, eq=False)
class Mediation(Result):
    """Effects along a path, and beside it.

    Attributes
    ----------
    paths : DataFrame
        Index `PATHS`; ``estimate``, ``lower``, ``upper``. Indirect: the first
        path times the second. Direct: total less indirect. All per unit of the cause.
    reliability : float
        Share of the mediator's variance, given cause and covariates, that is not error; 1 where no error was
        given.
    units, draws, seed : int
        Complete units; bootstrap samples that gave an answer; what starts them.
    level : float
    """

    paths: pd.DataFrame
    reliability: float
    units: int
    draws: int
    seed: int
    level: float

    def summary(self) -> str:
        """Return the indirect and the total effect in words."""
        told = [
            f"{name} {row['estimate']:.3f} ({row['lower']:.3f} to {row['upper']:.3f})"
            for name, row in self.paths.loc[["indirect", "total"]].iterrows()
        ]
        return f"{', '.join(told)}; {self.units} units"

    def tidy(self) -> pd.DataFrame:
        """Return a row for each path."""
        return self.paths


def mediation(
    cause: _Values,
    mediator: _Values,
    outcome: _Values,
    *,
    covariates: pd.DataFrame | None = None,
    error_variance: _Values | None = None,
    draws: int = 1999,
    level: float = 0.95,
    seed: int,
) -> Mediation:
    """Split an effect into what goes through a mediator and what goes past it, by least squares.

    Parameters
    ----------
    cause, mediator, outcome : sequence of length n
        A unit each; one with a missing value anywhere is left out.
    covariates : DataFrame of n rows, optional
        Held constant in every regression.
    error_variance : sequence of length n, optional
        Of the mediator about the unit's own, for a mean its variance ÷ the number of people.
    draws, seed : int
        Bootstrap samples of units, and what starts them.
    level : float
        Of the intervals.

    Returns
    -------
    Mediation
        Intervals are percentiles of the bootstrap, a little further out than the level says, since few units
        vary less in their own samples than in the world (the expanded percentile interval).

    Raises
    ------
    ValueError
        When lengths differ, draws or level are out of bounds, or an error variance is below zero.
    NotEstimable
        When fewer than ten units are complete, the cause follows from the covariates, or the mediator's
        variance given cause and covariates is no more than its error.

    References
    ----------
    Shrout, P. E. & Bolger, N. (2002). Mediation in experimental and nonexperimental studies. Psychological
    Methods, 7, 422-445. Hesterberg, T. C. (2015). What teachers should know about the bootstrap. The American
    Statistician, 69, 371-386 (expanded percentiles). On cross-sectional data the paths are associations,
    whatever their names.

    Examples
    --------
    >>> cause = np.arange(12.0)
    >>> mediator = cause + [1, -1, 0] * 4
    >>> found = mediation(cause, mediator, 2 * mediator + cause, draws=99, seed=1)
    >>> found.paths["estimate"].round(2).loc["mediator to outcome"]
    np.float64(2.0)
    """
    require_count("draws", draws)
    require_level(level)
    others = pd.DataFrame(index=range(len(cause))) if covariates is None else covariates
    lengths = [len(cause), len(mediator), len(outcome), len(others)]
    errors = np.zeros(len(cause)) if error_variance is None else np.asarray(error_variance, dtype=float)
    if len({*lengths, len(errors)}) > 1:
        raise ValueError(f"found lengths {', '.join(map(str, [*lengths, len(errors)]))}; allowed: all alike")
    if (errors < 0).any():
        raise ValueError("found an error variance below 0; allowed: 0 or more")
    columns = [np.asarray(one, dtype=float) for one in (cause, mediator, outcome)]
    whole = np.column_stack([np.ones(len(errors)), columns[0], others.to_numpy(dtype=float), *columns[1:]])
    there = np.isfinite(whole).all(axis=1) & np.isfinite(errors)
    whole, errors = whole[there], errors[there]
    terms = whole.shape[1] - 2
    if len(whole) < max(_LEAST_UNITS, terms + 3):
        raise NotEstimable(f"found {len(whole)} units with every value; needed: {_LEAST_UNITS}")
    if np.linalg.matrix_rank(whole[:, :terms]) < terms:
        raise NotEstimable("found a cause that is the same everywhere, or follows from the covariates")
    estimate, reliability = _paths(whole[None], errors[None], terms)
    if not reliability[0] > 0:
        raise NotEstimable("found a mediator that varies no more, given the cause, than its error")
    random = np.random.default_rng(seed)
    chosen = random.integers(len(whole), size=(draws, len(whole)))
    drawn, kept = _paths(whole[chosen], errors[chosen], terms)
    known = drawn[np.isfinite(drawn).all(axis=1) & (kept > 0)]
    if not len(known):
        raise NotEstimable("found no bootstrap sample that gives every path")
    degrees = len(whole) - terms
    wide = math.sqrt(len(whole) / degrees) * float(student.ppf((1 + level) / 2, degrees))
    lower, upper = np.quantile(known, [norm.cdf(-wide), norm.cdf(wide)], axis=0)
    frame = pd.DataFrame(
        {"estimate": estimate[0], "lower": lower, "upper": upper}, index=pd.Index(PATHS, name="path")
    )
    return Mediation(frame, float(reliability[0]), len(whole), len(known), seed, level)


def _paths(whole: Floats, errors: Floats, terms: int) -> tuple[Floats, Floats]:
    """Return the five paths and the mediator's reliability of each sample; NaN where it gives none."""
    design, ends = whole[:, :, :terms], whole[:, :, terms:]
    units = whole.shape[1]
    squares = np.einsum("bni,bnj->bij", design, design)
    # A sample may hold so few different units that nothing can be solved.
    solvable = np.linalg.cond(squares) < 1e12
    slopes = np.full((len(whole), terms, 2), np.nan)
    products = np.einsum("bni,bnj->bij", design[solvable], ends[solvable])
    slopes[solvable] = np.linalg.solve(squares[solvable], products)
    left = ends - np.einsum("bni,bij->bnj", design, slopes)
    together = np.einsum("bni,bnj->bij", left, left) / (units - terms)
    spread = together[:, 0, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        reliability = 1 - errors.mean(axis=1) / spread
        through = together[:, 0, 1] / (spread * reliability)
    first, total = slopes[:, 1, 0], slopes[:, 1, 1]
    indirect = first * through
    return np.column_stack([first, through, indirect, total - indirect, total]), reliability
