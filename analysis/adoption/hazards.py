"""The hazard of adoption in discrete time: who adopts next, by exposure and whatever else is known.

Networks, times of adoption and periods are given as in `analysis.adoption.exposure`. Nothing here can
separate contagion from homophily (Shalizi & Thomas 2011, Sociological Methods & Research 40, 211–239): the
summary of a result says so.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm
from scipy.stats import t as student_t
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

from analysis.adoption.exposure import HOMOPHILY, ExposureWeights, exposure, upcoming_exposure
from analysis.adoption.exposure_weights import Network
from analysis.adoption.person_periods import person_periods
from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable, require_level, require_one_of
from analysis.resampling.monte_carlo import normal_interval
from analysis.result import Result

__all__ = [
    "UPCOMING",
    "HazardLink",
    "HazardModel",
    "PeriodEffects",
    "diffusion_regression",
    "hazard_model",
]


HazardLink = Literal["logit", "complementary log-log"]

PeriodEffects = Literal["each", "spline", "linear"]
"""How the hazard may change from period to period whatever the exposure."""

UPCOMING = "upcoming exposure"
"""Name of the placebo."""

_FEW_GROUPS = 30

_EFFECT = "effect of "
"""How names of the columns of effects begin; they stand last."""

_KNOTS = (0.05, 0.35, 0.65, 0.95)
"""Quantiles of the periods of adoption at which a spline may bend."""

_NO_END = 50.0
"""Standard error, for one standard deviation of a term, beyond which there is no finite estimate."""


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

    def tidy(self) -> pd.DataFrame:
        """Return one row a term; ``ratio`` is exp(estimate), of odds (logit) or of hazards."""
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
        if self.exposure is not None:
            lines.append(HOMOPHILY)
        return "\n".join(lines)


def hazard_model(
    frame: pd.DataFrame,
    *,
    event: str = "adopted",
    exposure: str | None = "exposure",
    covariates: Sequence[str] = ("period",),
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
    covariates, categorical : sequence of str
        Numeric columns, and columns entered as a term for each value but the first in order.
    effects : sequence of str
        Columns, such as the period or the community, each of whose values gets a constant of its own. Rows of
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
    require_level(level)
    numeric = ([] if exposure is None else [exposure]) + list(covariates)
    used = [event, *numeric, *categorical, *effects, *([] if groups is None else [groups])]
    absent = [name for name in used if name not in frame]
    if absent:
        raise ValueError(f"no column {', '.join(absent)}; there are {', '.join(map(str, frame.columns))}")
    texts = [name for name in [event, *numeric] if not pd.api.types.is_numeric_dtype(frame[name])]
    if texts:
        raise ValueError(f"not numeric: {', '.join(texts)}; name such covariates in categorical")
    complete = frame[list(dict.fromkeys(used))].dropna()
    rows = _informative(complete, event, effects)
    outcome = rows[event].to_numpy(dtype=float)
    design = _design(rows, numeric, categorical, effects)
    clusters = None if groups is None else pd.factorize(rows[groups])[0]
    _check_model(outcome, design, event, clusters)
    estimates, covariance, log_likelihood = _fit(outcome, design, link, clusters)
    terms = tuple(name for name in design.columns if not name.startswith(_EFFECT))
    estimates, errors = estimates[: len(terms)], np.sqrt(np.diag(covariance))[: len(terms)]
    if clusters is None:
        p = 2 * norm.sf(np.abs(estimates / errors))
        lower, upper = normal_interval(estimates, errors, level)
    else:
        free = int(clusters.max())
        p = 2 * student_t.sf(np.abs(estimates / errors), free)
        half = student_t.ppf((1 + level) / 2, free) * errors
        lower, upper = estimates - half, estimates + half
    return HazardModel(
        terms=terms,
        estimates=estimates,
        standard_errors=errors,
        p=p,
        lower=lower,
        upper=upper,
        effects=tuple(effects),
        parameters=design.shape[1],
        exposure=exposure,
        link=link,
        level=level,
        rows=len(rows),
        events=int(outcome.sum()),
        left_out=len(frame) - len(complete),
        uninformative=len(complete) - len(rows),
        groups=None if clusters is None else int(clusters.max()) + 1,
        log_likelihood=log_likelihood,
    )


def diffusion_regression(
    network: Network | Sequence[Network],
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    attributes: pd.DataFrame | None = None,
    *,
    covariates: Sequence[str] = (),
    categorical: Sequence[str] = (),
    lag: int = 1,
    network_lag: int | None = None,
    weights: ExposureWeights = "row-normalised",
    valued: bool = False,
    observed_until: npt.ArrayLike | None = None,
    period_effects: PeriodEffects = "each",
    groups: str | None = None,
    clustered: bool = True,
    placebo: bool = False,
    link: HazardLink = "logit",
) -> HazardModel:
    """Fit a hazard of adoption with lagged exposure, attributes and periods (netdiffuseR's ``diffreg``).

    Exposure grows as a hazard rises and stays high when it falls. Unless the hazard is free to do so on its
    own, exposure stands for its course: with a linear trend and a bell-shaped hazard it is "significant" in a
    third of networks without any contagion. So it is for communities that adopt early or late.

    Parameters
    ----------
    network, adoption_time, periods, lag, network_lag, weights, valued
        As `analysis.adoption.exposure.exposure`; the first `lag` periods are left out.
    attributes : DataFrame of n rows, optional
        Holds the `covariates`, `categorical` and `groups`.
    covariates, categorical, link
        As `hazard_model`.
    observed_until
        As `analysis.adoption.adopters.hazard_by_period`.
    period_effects : {"each", "spline", "linear"}
        A constant for each period; a natural cubic spline of three terms, for where adoptions are few; or a
        linear trend, as in netdiffuseR, whose constant is then that of a period 0.
    groups : str, optional
        Column of communities: each gets a constant of its own, and standard errors are clustered by them.
    clustered : bool
        False leaves the standard errors those of maximum likelihood, where communities are too few to
        cluster by.
    placebo : bool
        Whether exposure is replaced by `upcoming_exposure`: the share of those one is tied to who adopt in
        the *next* period. They cannot have been followed yet; an estimate as large as that of exposure says
        that likeness, or a common time, makes tied people adopt together. (It is no clean zero where ties
        run both ways: those who adopt next may follow the person.)

    Returns
    -------
    HazardModel
        Terms ``constant``, ``exposure``, the covariates, those of the period if it has any, the categories.
        Except with a linear trend the constant is of the average period and community. netdiffuseR's data
        give never-adopters the period after the last, in which all of them "adopt"; given as inf or NaN,
        they are at risk to the end and never adopt.

    Raises
    ------
    ValueError, NotEstimable
        As `hazard_model` and `analysis.adoption.exposure.exposure`.
    """
    require_one_of("period_effects", period_effects, get_args(PeriodEffects))
    kind: dict[str, Any] = {"network_lag": network_lag, "weights": weights, "valued": valued}
    name = UPCOMING if placebo else "exposure"
    found = (
        upcoming_exposure(network, adoption_time, periods, **kind | {"network_lag": network_lag or 0})
        if placebo
        else exposure(network, adoption_time, periods, lag=lag, **kind)
    )
    # The same person-periods for both, those that have a period before.
    found[:, :lag] = np.nan
    frame = person_periods(
        adoption_time,
        periods,
        attributes=attributes,
        by_period={name: found},
        observed_until=observed_until,
    )
    course: list[str] = []
    if period_effects == "linear":
        course = ["period"]
    elif period_effects == "spline":
        used = frame[frame[name].notna()]
        terms = _spline(frame["period"].to_numpy(dtype=float), used.loc[used["adopted"] == 1, "period"])
        course = [f"period[spline {number}]" for number in range(1, terms.shape[1] + 1)]
        terms = terms - terms[frame[name].notna()].mean(axis=0) if len(used) else terms
        frame = pd.concat([frame, pd.DataFrame(terms, columns=course, index=frame.index)], axis=1)
    effects = [*(["period"] if period_effects == "each" else []), *([] if groups is None else [groups])]
    return hazard_model(
        frame,
        exposure=name,
        covariates=[*covariates, *course],
        categorical=categorical,
        effects=effects,
        groups=groups if clustered else None,
        link=link,
    )


def _spline(periods: Floats, events: pd.Series) -> Floats:
    """Return the terms of a natural cubic spline, linear outside its four knots (Harrell 2015, 2.4.5).

    The knots are quantiles of the periods of adoption; fewer where these coincide, down to a straight line.
    """
    knots = np.unique(np.quantile(events, _KNOTS)) if len(events) else np.empty(0)
    columns = [periods]
    if len(knots) > 2:
        last, before = knots[-1], knots[-2]
        size = (last - knots[0]) ** 2

        def above(knot: float) -> Floats:
            return np.maximum(periods - knot, 0.0) ** 3

        for knot in knots[:-2]:
            one, other = (last - knot) / (last - before), (before - knot) / (last - before)
            columns.append((above(knot) - one * above(before) + other * above(last)) / size)
    return np.column_stack(columns)


def _informative(rows: pd.DataFrame, event: str, effects: Sequence[str]) -> pd.DataFrame:
    """Return the rows without those of an effect's value of which nobody, or everybody, adopts."""
    before = -1
    while len(rows) != before:
        before = len(rows)
        for name in effects:
            share = rows.groupby(name)[event].transform("mean")
            rows = rows[(share > 0) & (share < 1)]
    return rows


def _design(
    rows: pd.DataFrame, numeric: Sequence[str], categorical: Sequence[str], effects: Sequence[str]
) -> pd.DataFrame:
    columns: dict[str, Floats] = {"constant": np.ones(len(rows))}
    for name in numeric:
        columns[name] = rows[name].to_numpy(dtype=float)
    for name in categorical:
        for value in sorted(rows[name].unique())[1:]:
            columns[f"{name}[{value}]"] = (rows[name] == value).to_numpy(dtype=float)
    for name in effects:
        for value in sorted(rows[name].unique())[1:]:
            is_there = (rows[name] == value).to_numpy(dtype=float)
            columns[f"{_EFFECT}{name}[{value}]"] = is_there - is_there.mean()
    return pd.DataFrame(columns)


def _check_model(outcome: Floats, design: pd.DataFrame, event: str, clusters: Integers | None) -> None:
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


def _fit(
    outcome: Floats, design: pd.DataFrame, link: HazardLink, clusters: Integers | None
) -> tuple[Floats, Floats, float]:
    """Return estimates, their covariance and the log-likelihood."""
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
