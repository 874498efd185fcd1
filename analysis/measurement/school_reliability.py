"""How far schools can be told apart by their people's measures, with the measures' own errors kept apart.

Three levels: a measure strays from the person by a known error, the person from the school, the school from
all (Raudenbush, Rowan & Kang 1991, Journal of Educational Statistics 16, 295-330). A plain intraclass
correlation takes errors of measurement for differences between people, so that schools seem to share less
than they do.

The error of a Rasch measure depends on the measure itself: it is largest at both ends of the scale. Weighting
every measure by its own error, as programs for known variances do, then counts those least who differ most,
and spreads come out too small (by about a tenth for eight items of four answers); so by default the mean of
the squared errors is taken for all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable, require_one_of
from analysis.result import Result

__all__ = ["KnownErrors", "SchoolReliability", "school_reliability"]

KnownErrors: TypeAlias = Literal["pooled", "own"]


@dataclass(frozen=True, repr=False, eq=False)
class SchoolReliability(Result):
    """Variances at three levels, and reliabilities.

    Attributes
    ----------
    mean : float
        Of all schools, weighted by what is known of each.
    mean_error : float
        Standard error of `mean`.
    school, person, measurement : float
        Variances: between schools, between people of a school, and the mean of the known errors' squares.
    intraclass : float
        School ÷ (school + person): free of errors of measurement.
    person_reliability : float
        (School + person) ÷ the sum of all three.
    reliability : float
        Mean over schools of the share of their mean's variance that is between schools.
    schools : DataFrame
        index school: ``people``, ``mean`` (weighted), ``reliability``, ``shrunken`` (best guess of the
        school's level), ``standard_error`` (of that guess, `mean` taken as known).
    """

    mean: float
    mean_error: float
    school: float
    person: float
    measurement: float
    intraclass: float
    person_reliability: float
    reliability: float
    schools: pd.DataFrame

    def summary(self) -> str:
        """Return the shares of variance and the reliabilities as a sentence."""
        total = self.school + self.person + self.measurement
        return (
            f"variance of the measures: {self.school / total:.0%} between schools, {self.person / total:.0%} "
            f"between people of a school, {self.measurement / total:.0%} error; reliability of schools "
            f"{self.reliability:.3f}, of people {self.person_reliability:.3f} ({len(self.schools)} schools, "
            f"{int(self.schools['people'].sum())} people)"
        )


def school_reliability(
    measures: Sequence[float] | pd.Series,
    errors: Sequence[float] | pd.Series,
    schools: Sequence[object] | pd.Series,
    *,
    known: KnownErrors = "pooled",
) -> SchoolReliability:
    """Split the variance of measures into schools, people and known error, by restricted likelihood.

    Parameters
    ----------
    measures, errors : sequence of length n
        One a person, with its standard error; NaN in either leaves the person out.
    schools : sequence of length n
        Somebody without one is left out.
    known : {"pooled", "own"}
        Whether the mean of the squared errors is taken for all measures, or each its own.

    Raises
    ------
    ValueError
        When the lengths differ, there is no such way to take errors, or an error is not above 0.
    NotEstimable
        When there are fewer than two schools, no school of two people, or the measures do not vary.

    Examples
    --------
    >>> found = school_reliability([0.1, 0.5, 0.3, 2.1, 1.6, 1.9], [0.3] * 6, list("aaabbb"))
    >>> print(found.summary())
    variance of the measures: 93% between schools, 0% between people of a school, 7% error; reliability of \
schools 0.976, of people 0.930 (2 schools, 6 people)
    """
    require_one_of("known", known, KnownErrors)
    if not len(measures) == len(errors) == len(schools):
        raise ValueError(
            f"found {len(measures)} measures, {len(errors)} errors and {len(schools)} schools; allowed: one "
            "of each a person"
        )
    frame = pd.DataFrame(
        {
            "measure": np.asarray(measures, dtype=float),
            "error": np.asarray(errors, dtype=float),
            "school": pd.Series(list(schools), dtype=object),
        }
    ).dropna()
    wrong = ~(frame["error"] > 0) | ~np.isfinite(frame["error"])
    if wrong.any():
        raise ValueError(f"found {int(wrong.sum())} errors of measurement not above 0; allowed: above 0")
    codes, names = pd.factorize(frame["school"], sort=False)
    sizes = np.bincount(codes)
    if len(names) < 2 or sizes.max() < 2:
        raise NotEstimable(
            f"found {len(frame)} people in {len(names)} schools; needed: two schools, and two people in one"
        )
    values = frame["measure"].to_numpy()
    if values.min() == values.max():
        raise NotEstimable("found measures that are all the same; there is no variance to share out")
    squares = frame["error"].to_numpy() ** 2
    measurement = float(squares.mean())
    if known == "pooled":
        squares = np.full(len(squares), measurement)
    scale = float(values.var())

    def lacking(logs: Floats) -> float:
        return _deviance(values, squares, codes, *(scale * np.exp(logs)))

    starts = ([-1.0, -1.0], [-4.0, -0.5], [-0.5, -4.0])
    fits = [
        minimize(
            lacking, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9, "maxiter": 2000}
        )
        for start in starts
    ]
    person, school = scale * np.exp(np.maximum(min(fits, key=lambda fit: float(fit.fun)).x, -40))
    total, means = _weighted(values, squares + person, codes)
    trust = 1 / (school + 1 / total)
    mean = float(trust @ means / trust.sum())
    share = school / (school + 1 / total)
    table = pd.DataFrame(
        {
            "people": sizes,
            "mean": means,
            "reliability": share,
            "shrunken": mean + share * (means - mean),
            "standard_error": np.sqrt(school * (1 - share)),
        },
        index=pd.Index(names, name="school"),
    )
    return SchoolReliability(
        mean=mean,
        mean_error=1 / math.sqrt(float(trust.sum())),
        school=float(school),
        person=float(person),
        measurement=measurement,
        intraclass=float(school / (school + person)),
        person_reliability=float((school + person) / (school + person + measurement)),
        reliability=float(share.mean()),
        schools=table,
    )


def _weighted(values: Floats, variances: Floats, codes: Integers) -> tuple[Floats, Floats]:
    """Return, for each school, the sum of its people's weights and their weighted mean."""
    weights = 1 / variances
    total = np.bincount(codes, weights).astype(float)
    return total, np.bincount(codes, weights * values) / total


def _deviance(values: Floats, squares: Floats, codes: Integers, person: float, school: float) -> float:
    """Return −2 log of the restricted likelihood, a constant aside."""
    variances = squares + person
    total, means = _weighted(values, variances, codes)
    between = school + 1 / total
    mean = (means / between).sum() / (1 / between).sum()
    within = np.log(variances).sum() + ((values - means[codes]) ** 2 / variances).sum() + np.log(total).sum()
    return float(
        within + (np.log(between) + (means - mean) ** 2 / between).sum() + np.log((1 / between).sum())
    )
