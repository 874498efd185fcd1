"""The likelihood of a hazard in discrete time: the columns it is made of, and where it has its maximum."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from statsmodels.discrete.discrete_model import Logit
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.families.links import CLogLog
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    HessianInversionWarning,
    PerfectSeparationError,
    PerfectSeparationWarning,
)

from analysis.adoption.period_terms import SPLINES, PeriodEffects, natural_spline
from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable

__all__ = [
    "EFFECT",
    "HazardLink",
    "check_design",
    "course_of",
    "design_of",
    "fitted",
    "informative_rows",
]

HazardLink = Literal["logit", "complementary log-log"]

EFFECT = "effect of "
"""How names of the columns of effects begin; they stand last."""

_NO_END = 50.0
"""Standard error, for one standard deviation of a term, beyond which there is no finite estimate."""


def course_of(rows: pd.DataFrame, period: str, form: PeriodEffects, event: str) -> dict[str, Floats]:
    """Return the terms of the period but for constants; those of a spline centred, a line as it is."""
    at = rows[period].to_numpy(dtype=float)
    if form == "linear":
        return {period: at}
    if form not in SPLINES or not len(rows):
        return {}
    terms = natural_spline(at, at[rows[event].to_numpy() == 1], form)
    return {
        f"{period}[spline {number}]": column - column.mean() for number, column in enumerate(terms.T, start=1)
    }


def informative_rows(rows: pd.DataFrame, event: str, effects: Sequence[str]) -> pd.DataFrame:
    """Return the rows without those of an effect's value of which nobody, or everybody, adopts."""
    before = -1
    while len(rows) != before:
        before = len(rows)
        for name in effects:
            share = rows.groupby(name)[event].transform("mean")
            rows = rows[(share > 0) & (share < 1)]
    return rows


def design_of(
    rows: pd.DataFrame, numeric: Sequence[str], categorical: Sequence[str], effects: Sequence[str]
) -> pd.DataFrame:
    """Return the columns of the model: constant, numbers, categories, and last the constants of effects."""
    columns: dict[str, Floats] = {"constant": np.ones(len(rows))}
    for name in numeric:
        columns[name] = rows[name].to_numpy(dtype=float)
    for name in categorical:
        for value in sorted(rows[name].unique())[1:]:
            columns[f"{name}[{value}]"] = (rows[name] == value).to_numpy(dtype=float)
    for name in effects:
        for value in sorted(rows[name].unique())[1:]:
            is_there = (rows[name] == value).to_numpy(dtype=float)
            columns[f"{EFFECT}{name}[{value}]"] = is_there - is_there.mean()
    return pd.DataFrame(columns)


def check_design(outcome: Floats, design: pd.DataFrame, event: str, clusters: Integers | None) -> None:
    """Refuse what no model can be fitted to, every reason at once.

    Raises
    ------
    ValueError
        For outcomes that are neither 0 nor 1, or infinite values.
    NotEstimable
        When nobody or everybody adopts, a term follows from others, or there is one group only.
    """
    faults, nothing = [], []
    matrix = design.to_numpy(dtype=float)
    if not np.isin(outcome, (0.0, 1.0)).all():
        faults.append(f"{event}: found values other than 0 and 1")
    elif len(np.unique(outcome)) < 2:
        nothing.append(
            f"{event}: {int(outcome.sum())} in {len(outcome)} complete rows; needed: some, but not all"
        )
    if not np.isfinite(matrix).all():
        faults.append("found infinite values; allowed: finite numbers, and missing")
    else:
        # Columns of one size, so that what counts as dependent does not hang on units.
        size = np.maximum(np.sqrt((matrix**2).sum(axis=0)), 1e-300)
        scaled: Floats = np.asarray(np.linalg.qr(matrix / size, mode="r"))
        earlier = [np.linalg.matrix_rank(scaled[:, :count]) for count in range(matrix.shape[1] + 1)]
        spare = [str(design.columns[k]) for k in range(matrix.shape[1]) if earlier[k + 1] == earlier[k]]
        if spare:
            nothing.append(f"{', '.join(spare)}: follows from the terms before; leave it out")
    if clusters is not None and len(np.unique(clusters)) < 2:
        nothing.append(f"found {len(np.unique(clusters))} groups; needed: two or more")
    if faults:
        raise ValueError("\n".join(faults + nothing))
    if nothing:
        raise NotEstimable("\n".join(nothing))


def fitted(
    outcome: Floats, design: pd.DataFrame, link: HazardLink, clusters: Integers | None
) -> tuple[Floats, Floats, float]:
    """Return estimates, their covariance and the log-likelihood.

    Raises
    ------
    NotEstimable
        When some term separates adoptions from the rest.
    """
    options: dict[str, Any] = (
        {} if clusters is None else {"cov_type": "cluster", "cov_kwds": {"groups": clusters}}
    )
    if link == "logit":
        model, how = Logit(outcome, design.to_numpy()), {"disp": 0, "maxiter": 100}
    else:
        family = Binomial(link=CLogLog())
        model, how = GLM(outcome, design.to_numpy(), family=family), {"maxiter": 200}
    stopped = (
        ConvergenceWarning,
        HessianInversionWarning,
        PerfectSeparationError,
        PerfectSeparationWarning,
        np.linalg.LinAlgError,
    )
    none = f"the {link} hazard has no finite estimates: some term separates adoptions from the rest"
    try:
        with warnings.catch_warnings():
            for kind in (ConvergenceWarning, HessianInversionWarning, PerfectSeparationWarning):
                warnings.simplefilter("error", kind)
            warnings.simplefilter("ignore", RuntimeWarning)
            fit = model.fit(**how, **options)
    except stopped as error:
        raise NotEstimable(none) from error
    # Where separation is not complete the search stops far out, with errors beyond any real ones.
    # The constant is left out of this: far from where its terms are 0 (years) its error may well be large.
    spread = design.to_numpy().std(axis=0)
    if not (np.isfinite(fit.bse).all() and (fit.bse * spread < _NO_END).all()):
        raise NotEstimable(none)
    covariance = np.asarray(fit.cov_params(), dtype=float)
    return np.asarray(fit.params, dtype=float), covariance, float(fit.llf)
