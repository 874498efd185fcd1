"""A few units and a straight line through them: least squares with intervals from Student's t."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as student

from analysis.checks import NotEstimable, require_level
from analysis.result import Result

__all__ = ["LeastSquares", "least_squares"]


@dataclass(frozen=True, repr=False, eq=False)
class LeastSquares(Result):
    """A fit by ordinary least squares.

    Attributes
    ----------
    terms : DataFrame
        Index term, the intercept first; ``estimate``, ``standard_error``, ``lower``, ``upper``, ``p``: right
        for errors that are normal, of one spread, and unrelated.
    units, degrees : int
        Rows with every value; those less the terms.
    explained : float
        Share of the outcome's variance (R²).
    level : float
    """

    terms: pd.DataFrame
    units: int
    degrees: int
    explained: float
    level: float

    def summary(self) -> str:
        """Return the slopes in words."""
        slopes = [
            f"{name} {row['estimate']:.3f} ({row['lower']:.3f} to {row['upper']:.3f})"
            for name, row in self.terms.iloc[1:].iterrows()
        ]
        return f"{', '.join(slopes)}; {self.units} units, R² {self.explained:.2f}"

    def tidy(self) -> pd.DataFrame:
        """Return a row for each term."""
        return self.terms


def least_squares(
    outcome: Sequence[float] | npt.NDArray[np.float64] | pd.Series,
    predictors: pd.DataFrame,
    *,
    level: float = 0.95,
) -> LeastSquares:
    """Regress an outcome on predictors and an intercept.

    Parameters
    ----------
    outcome : sequence of length n
    predictors : DataFrame
        n rows; a column per predictor. A row with a missing value anywhere is left out.
    level : float
        Of the intervals.

    Raises
    ------
    ValueError
        When the lengths differ, or the level is not between 0 and 1.
    NotEstimable
        When there are no more units than terms, or a predictor is the same everywhere or follows from others.

    Examples
    --------
    >>> found = least_squares([2, 4, 3, 6], pd.DataFrame({"density": [0.1, 0.2, 0.3, 0.4]}))
    >>> found.terms["estimate"].round(2).to_dict()
    {'intercept': 1.0, 'density': 11.0}
    """
    require_level(level)
    if len(outcome) != len(predictors):
        raise ValueError(f"found {len(outcome)} outcomes and {len(predictors)} rows; allowed: as many")
    values = np.asarray(outcome, dtype=float)
    given = predictors.to_numpy(dtype=float)
    there = np.isfinite(values) & np.isfinite(given).all(axis=1)
    values, design = values[there], np.column_stack([np.ones(int(there.sum())), given[there]])
    units, terms = design.shape
    if units <= terms:
        raise NotEstimable(f"found {units} units with every value for {terms} terms; needed: one more")
    if np.linalg.matrix_rank(design) < terms:
        raise NotEstimable("found a predictor that is the same everywhere, or follows from others")
    slopes = np.linalg.lstsq(design, values)[0]
    left = values - design @ slopes
    degrees = units - terms
    errors = np.sqrt(np.diag(np.linalg.inv(design.T @ design)) * (left @ left) / degrees)
    half = float(student.ppf((1 + level) / 2, degrees)) * errors
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * student.sf(np.abs(slopes / errors), degrees)
        explained = 1 - float(left @ left) / float(((values - values.mean()) ** 2).sum())
    frame = pd.DataFrame(
        {
            "estimate": slopes,
            "standard_error": errors,
            "lower": slopes - half,
            "upper": slopes + half,
            "p": p,
        },
        index=pd.Index(["intercept", *map(str, predictors.columns)], name="term"),
    )
    return LeastSquares(frame, units, degrees, explained, level)
