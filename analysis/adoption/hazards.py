"""The hazard of adoption in discrete time: who adopts next, by exposure and whatever else is known.

Fitted to person-periods; `analysis.adoption.diffusion_regression` makes them of a network. Nothing here can
separate contagion from homophily (Shalizi & Thomas 2011, Sociological Methods & Research 40, 211–239): the
summary of a result says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import get_args

import numpy as np
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student_t

from analysis.adoption.exposure import HOMOPHILY
from analysis.adoption.hazard_fit import (
    EFFECT,
    HazardLink,
    check_design,
    course_of,
    design_of,
    fitted,
    informative_rows,
)
from analysis.adoption.period_terms import PeriodEffects
from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_level, require_one_of
from analysis.estimable import estimable
from analysis.resampling.monte_carlo import normal_interval
from analysis.result import Result

__all__ = [
    "HazardLink",
    "HazardModel",
    "hazard_model",
]


_FEW_GROUPS = 30

_FEW_EVENTS = 10
"""Adoptions for each term below which estimates lean outwards and intervals may be too narrow."""


@dataclass(frozen=True, repr=False, eq=False)
class HazardModel(Result):
    """A discrete-time hazard model of adoption.

    Attributes
    ----------
    terms : tuple of str
        ``constant`` first.
    estimates, standard_errors, p, lower, upper : ndarray of shape (k,)
        Of the linear predictor; p and intervals by the normal distribution, or by t(G − 1) of G groups.
    effects : tuple of str
        What has a constant for each of its values, which are not among the terms.
    period_effects : str or None
        How the hazard may change with the period; None: it may not.
    parameters : int
        Terms and constants of effects, all that was estimated.
    exposure : str or None
        The term that is exposure.
    link : {"logit", "complementary log-log"}
    level : float
        Of the intervals.
    rows, events : int
        Person-periods at risk and adoptions among them.
    left_out : int
        Person-periods with something missing.
    uninformative : int
        Person-periods left out since nobody, or everybody, adopted in all that share a value of an effect.
    groups : int or None
        Clusters the standard errors allow for; None: those of maximum likelihood.
    log_likelihood : float
    """

    terms: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    p: Floats
    lower: Floats
    upper: Floats
    effects: tuple[str, ...]
    period_effects: PeriodEffects | None
    parameters: int
    exposure: str | None
    link: HazardLink
    level: float
    rows: int
    events: int
    left_out: int
    uninformative: int
    groups: int | None
    log_likelihood: float

    @property
    def caveat(self) -> str:
        """What to know where there are fewer than ten adoptions for each term; otherwise empty."""
        terms = self.parameters - 1
        if self.events >= _FEW_EVENTS * terms:
            return ""
        return (
            f"{self.events} adoptions for {terms} terms are fewer than ten each: estimates lean away from 0, "
            "and intervals may be too narrow"
        )

    def tidy(self) -> pd.DataFrame:
        """Return one row per term; ``ratio`` is exp(estimate), of odds (logit) or of hazards."""
        return pd.DataFrame(
            {
                "term": self.terms,
                "estimate": self.estimates,
                "standard_error": self.standard_errors,
                "z": self.estimates / self.standard_errors,
                "p": self.p,
                "lower": self.lower,
                "upper": self.upper,
                "ratio": np.exp(self.estimates),
            }
        )

    def summary(self) -> str:
        """Return the table under a line on the data, and what it cannot show."""
        errors = (
            "maximum likelihood"
            if self.groups is None
            else f"robust, t with {self.groups - 1} degrees of freedom for {self.groups} groups"
        )
        lines = [
            f"{self.events} adoptions in {self.rows} person-periods ({self.left_out} left out, something "
            f"missing); {self.link}; standard errors: {errors}; {self.level:.0%} intervals",
            self.tidy().to_string(index=False, float_format="{:.3f}".format),
        ]
        if self.groups is not None and self.groups < _FEW_GROUPS:
            lines.append(f"With {self.groups} groups, robust standard errors tend to be too small.")
        if self.effects:
            lines.append(
                f"A constant for each {', each '.join(self.effects)}; {self.uninformative} person-periods in "
                "which nobody or everybody adopted there are left out"
            )
        if self.caveat:
            lines.append(f"{self.caveat}.")
        if self.exposure is not None:
            lines.append(HOMOPHILY)
        return "\n".join(lines)


def hazard_model(
    frame: pd.DataFrame,
    *,
    event: str = "adopted",
    exposure: str | None = "exposure",
    period: str | None = "period",
    period_effects: PeriodEffects = "automatic",
    covariates: Sequence[str] = (),
    categorical: Sequence[str] = (),
    effects: Sequence[str] = (),
    groups: str | None = None,
    link: HazardLink = "logit",
    level: float = 0.95,
) -> HazardModel:
    """Fit a discrete-time hazard of adoption to person-periods by maximum likelihood.

    Parameters
    ----------
    frame : DataFrame
        As from `person_periods`: only rows of people at risk. Rows with anything missing are left out and
        counted.
    event : str
        Column of 0 and 1.
    exposure : str, optional
        Column of exposure; give it lagged, or adoption in the same period will stand on both sides.
    period : str, optional
        Column of the period; None: the hazard is the same in all.
    period_effects : {"automatic", "each", "spline of 3", "spline of 2", "linear"}
        A constant for each period; a natural cubic spline of three terms or of two (`natural_spline`); or a
        straight line, whose constant is that of a period 0. Automatic: the first of the former three for
        which there are ten adoptions for each term of the model and finite estimates; failing that, the last
        of them that has these. Fewer adoptions refuse no model: it says so (`HazardModel.caveat`).
    covariates, categorical : sequence of str
        Numeric columns, and columns entered as a term for each value but the first in order.
    effects : sequence of str
        Columns, such as the community, each of whose values gets a constant of its own. Rows of
        a value of which nobody, or everybody, adopts would have an infinite one and say nothing of the rest:
        they are left out and counted. The model's ``constant`` is that at the mean of the effects.
    groups : str, optional
        Column of clusters for robust standard errors, with the usual small-sample factor
        G / (G − 1) · (N − 1) / (N − k); p and intervals are then by t(G − 1).
    link : {"logit", "complementary log-log"}
        The latter's coefficients are those of a proportional-hazards model in continuous time (Prentice &
        Gloeckler 1978, Biometrics 34, 57–67).
    level : float
        Of the intervals.

    Raises
    ------
    ValueError
        With every fault of the input: columns that are not there or not numeric, an event other than 0
        and 1, infinite values.
    NotEstimable
        For no event or nothing but events, terms that depend on one another, fewer than two groups; or when
        a term separates the adoptions perfectly.
    """
    require_one_of("link", link, get_args(HazardLink))
    require_one_of("period_effects", period_effects, get_args(PeriodEffects))
    require_level(level)
    at = [] if period is None else [period]
    numeric = ([] if exposure is None else [exposure]) + list(covariates)
    used = [event, *numeric, *at, *categorical, *effects, *([] if groups is None else [groups])]
    absent = [name for name in used if name not in frame]
    if absent:
        raise ValueError(f"no column {', '.join(absent)}; there are {', '.join(map(str, frame.columns))}")
    texts = [name for name in [event, *numeric, *at] if not pd.api.types.is_numeric_dtype(frame[name])]
    if texts:
        raise ValueError(f"not numeric: {', '.join(texts)}; name such covariates in categorical")
    complete = frame[list(dict.fromkeys(used))].dropna()
    model = _Model(
        event, exposure, tuple(covariates), tuple(categorical), tuple(effects), groups, link, level
    )
    if period is None or period_effects != "automatic":
        found = model.fit(complete, period, None if period is None else period_effects)
    else:
        found = _what_adoptions_bear(model, complete, period)
    return replace(found, left_out=len(frame) - len(complete))


def _what_adoptions_bear(model: _Model, complete: pd.DataFrame, period: str) -> HazardModel:
    """Fit a constant for each period, or else a spline: the freest form with ten adoptions for each term."""
    adopted = complete.loc[complete[model.event] == 1, period]
    forms: list[PeriodEffects] = ["each", "spline of 3", "spline of 2"]
    if adopted.nunique() <= 3:
        # Constants for so few periods are no more terms than the shortest spline has.
        forms = ["each"]
    fits = [estimable(model.fit, complete, period, form) for form in forms]
    finite = [fit for fit in fits if not isinstance(fit, NotEstimable)]
    if not finite:
        raise [reason for reason in fits if isinstance(reason, NotEstimable)][-1]
    return next((fit for fit in finite if not fit.caveat), finite[-1])


@dataclass(frozen=True)
class _Model:
    """All of a hazard model but the form of its periods."""

    event: str
    exposure: str | None
    covariates: tuple[str, ...]
    categorical: tuple[str, ...]
    effects: tuple[str, ...]
    groups: str | None
    link: HazardLink
    level: float

    def fit(self, complete: pd.DataFrame, period: str | None, form: PeriodEffects | None) -> HazardModel:
        """Fit it to complete rows."""
        effects = self.effects if period is None or form != "each" else (period, *self.effects)
        rows = informative_rows(complete, self.event, effects)
        numeric = ([] if self.exposure is None else [self.exposure]) + list(self.covariates)
        course = {} if period is None or form is None else course_of(rows, period, form, self.event)
        design = design_of(rows.assign(**course), [*numeric, *course], self.categorical, effects)
        outcome = rows[self.event].to_numpy(dtype=float)
        clusters = None if self.groups is None else pd.factorize(rows[self.groups])[0]
        check_design(outcome, design, self.event, clusters)
        estimates, covariance, log_likelihood = fitted(outcome, design, self.link, clusters)
        terms = tuple(name for name in design.columns if not name.startswith(EFFECT))
        estimates, errors = estimates[: len(terms)], np.sqrt(np.diag(covariance))[: len(terms)]
        if clusters is None:
            p = 2 * norm.sf(np.abs(estimates / errors))
            lower, upper = normal_interval(estimates, errors, self.level)
        else:
            free = int(clusters.max())
            p = 2 * student_t.sf(np.abs(estimates / errors), free)
            half = student_t.ppf((1 + self.level) / 2, free) * errors
            lower, upper = estimates - half, estimates + half
        return HazardModel(
            terms=terms,
            estimates=estimates,
            standard_errors=errors,
            p=p,
            lower=lower,
            upper=upper,
            effects=effects,
            period_effects=form,
            parameters=design.shape[1],
            exposure=self.exposure,
            link=self.link,
            level=self.level,
            rows=len(rows),
            events=int(outcome.sum()),
            left_out=0,
            uninformative=len(complete) - len(rows),
            groups=None if clusters is None else int(clusters.max()) + 1,
            log_likelihood=log_likelihood,
        )
