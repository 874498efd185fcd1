"""Tests and models of how an innovation spread over a network.

Networks, times of adoption and periods are given as in `analysis.networks.diffusion`. Nothing here can
separate contagion from homophily (Shalizi & Thomas 2011, Sociological Methods & Research 40, 211–239): every
summary of a result that rests on who is tied to whom says so.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm
from scipy import sparse
from scipy.optimize import least_squares
from scipy.stats import norm
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    HessianInversionWarning,
    PerfectSeparationError,
    PerfectSeparationWarning,
)

from analysis.networks.diffusion import (
    HOMOPHILY,
    ExposureWeights,
    Floats,
    Integers,
    Network,
    NeverAdopters,
    cumulative_adoption,
    exposure,
    observed_network,
    people_at_risk,
    thresholds,
)
from analysis.networks.structure import require_one_of

__all__ = [
    "BassCurve",
    "HazardLink",
    "HazardModel",
    "MoranTest",
    "StructureTest",
    "bass",
    "diffusion_regression",
    "hazard_model",
    "morans_i",
    "person_periods",
    "structure_dependence",
]

HazardLink = Literal["logit", "complementary log-log"]

_AT_ONCE = 2_000_000
"""Cells of permuted values held in memory at a time."""
_SLACK = 1e-12
_FEW_GROUPS = 30
_NO_END = 50.0
"""Standard error, for one standard deviation of a term, beyond which there is no finite estimate."""


@dataclass(frozen=True, eq=False)
class MoranTest:
    """Moran's I of one or more columns of values, against theory and permutations.

    Attributes
    ----------
    labels : tuple
        Of the k columns, such as the periods.
    statistic : ndarray of shape (k,)
        NaN where all values are equal (netdiffuseR prints 0).
    expected : float
        −1 / (n − 1), whatever the values.
    sd, p_normal : ndarray of shape (k,)
        Standard deviation over all n! permutations in closed form (Cliff & Ord 1981, eq. 1.37), and the
        two-sided p of the normal approximation with it.
    permutation_mean, permutation_sd : ndarray of shape (k,)
        Of the permutations drawn.
    p, p_greater : ndarray of shape (k,)
        (1 + b) / (1 + m): two-sided by distance from `expected`, and for clustering alone.
    permutations, seed : int
    """

    labels: tuple[object, ...]
    statistic: Floats
    expected: float
    sd: Floats
    p_normal: Floats
    permutation_mean: Floats
    permutation_sd: Floats
    p: Floats
    p_greater: Floats
    permutations: int
    seed: int

    def tidy(self) -> pd.DataFrame:
        """Return one row a column of values."""
        return pd.DataFrame(
            {
                "label": self.labels,
                "statistic": self.statistic,
                "expected": self.expected,
                "sd": self.sd,
                "p_normal": self.p_normal,
                "permutation_mean": self.permutation_mean,
                "permutation_sd": self.permutation_sd,
                "p": self.p,
                "p_greater": self.p_greater,
            }
        )

    def summary(self) -> str:
        """Return the table under a line on the permutations."""
        return "\n".join(
            [
                f"Moran's I, {self.expected:.4f} expected; {self.permutations} permutations",
                self.tidy().drop(columns="expected").to_string(index=False, float_format="{:.4f}".format),
                HOMOPHILY,
            ]
        )


@dataclass(frozen=True, eq=False)
class StructureTest:
    """A statistic of network and times of adoption against networks rewired with the same degrees.

    Attributes
    ----------
    statistic : str
        What was computed.
    observed : float
    replicates : ndarray of shape (rewirings,)
    mean, sd, lower, upper : float
        Of the replicates; lower and upper are their 2.5 % and 97.5 % points.
    p : float
        Two-sided: twice the smaller of the one-sided (1 + b) / (1 + m), at most 1.
    p_error : float
        Monte Carlo standard error of p.
    seed : int
    """

    statistic: str
    observed: float
    replicates: Floats
    mean: float
    sd: float
    lower: float
    upper: float
    p: float
    p_error: float
    seed: int

    def tidy(self) -> pd.DataFrame:
        """Return one row, without the replicates."""
        row = {name: value for name, value in self.__dict__.items() if name != "replicates"}
        return pd.DataFrame([row | {"rewirings": len(self.replicates)}])

    def summary(self) -> str:
        """Return the comparison as sentences."""
        return (
            f"{self.statistic} {self.observed:.4f}; 95 % of {len(self.replicates)} networks rewired with the "
            f"same degrees lie from {self.lower:.4f} to {self.upper:.4f} (mean {self.mean:.4f}); "
            f"p = {self.p:.4f}\n{HOMOPHILY}"
        )


@dataclass(frozen=True, eq=False)
class BassCurve:
    """A Bass curve fitted to the share of adopters.

    Attributes
    ----------
    innovation, imitation, ceiling : float
        p, q and m: m F(t), F(t) = (1 − e^−(p+q)t) / (1 + (q/p) e^−(p+q)t), t = 1 in the first period.
    innovation_se, imitation_se, ceiling_se : float
        Of least squares as if the points were independent. They are sums of one another, so these are too
        small. NaN for a fixed ceiling and for a parameter at its bound.
    periods, observed, fitted : ndarray of shape (T,)
    residual_sum : float
        Of squares.
    """

    innovation: float
    imitation: float
    ceiling: float
    innovation_se: float
    imitation_se: float
    ceiling_se: float
    periods: Floats
    observed: Floats
    fitted: Floats
    residual_sum: float

    @property
    def peak(self) -> float:
        """When most adopt, in periods from just before the first; NaN if the rate only falls (q ≤ p)."""
        p, q = self.innovation, self.imitation
        return math.log(q / p) / (p + q) if q > p else math.nan

    def tidy(self) -> pd.DataFrame:
        """Return one row a parameter."""
        names = ("innovation", "imitation", "ceiling")
        return pd.DataFrame(
            {
                "parameter": names,
                "estimate": [getattr(self, name) for name in names],
                "standard_error": [getattr(self, f"{name}_se") for name in names],
            }
        )

    def summary(self) -> str:
        """Return the parameters as a sentence."""
        return (
            f"innovation p = {self.innovation:.4f}, imitation q = {self.imitation:.4f}, ceiling "
            f"{self.ceiling:.3f} over {len(self.periods)} periods; imitation is a shape of the "
            "curve, no evidence of influence"
        )


@dataclass(frozen=True, eq=False)
class HazardModel:
    """A discrete-time hazard model of adoption.

    Attributes
    ----------
    terms : tuple of str
        ``constant`` first.
    estimates, standard_errors, p, lower, upper : ndarray of shape (k,)
        Of the linear predictor; p and intervals by the normal distribution.
    exposure : str or None
        The term that is exposure.
    link : {"logit", "complementary log-log"}
    level : float
        Of the intervals.
    rows, events : int
        Person-periods at risk and adoptions among them.
    left_out : int
        Person-periods with something missing.
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
    exposure: str | None
    link: HazardLink
    level: float
    rows: int
    events: int
    left_out: int
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
        errors = "maximum likelihood" if self.groups is None else f"robust, {self.groups} groups"
        lines = [
            f"{self.events} adoptions in {self.rows} person-periods ({self.left_out} left out, something "
            f"missing); {self.link}; standard errors: {errors}; {self.level:.0%} intervals",
            self.tidy().to_string(index=False, float_format="{:.3f}".format),
        ]
        if self.groups is not None and self.groups < _FEW_GROUPS:
            lines.append(f"With {self.groups} groups, robust standard errors tend to be too small.")
        if self.exposure is not None:
            lines.append(HOMOPHILY)
        return "\n".join(lines)


def morans_i(
    network: Network,
    values: npt.ArrayLike,
    *,
    permutations: int = 999,
    seed: int,
    normalised: bool = True,
    labels: Sequence[object] | None = None,
) -> MoranTest:
    """Test whether tied people have like values, by permuting the values over the people.

    I = (n / Σ_ij w_ij) Σ_ij w_ij z_i z_j / Σ_i z_i², z being the deviations from the mean.

    Parameters
    ----------
    network : (n, n) matrix
        Weights, as they are; `analysis.networks.diffusion.inverse_geodesic_weights` reaches further.
    values : array-like of shape (n,) or (n, k)
        Without missing values. One column a period tests adoption period by period; the same permutations
        serve all columns.
    permutations : int
        At least 1.
    seed : int
    normalised : bool
        Whether rows are divided by their sum first, as in netdiffuseR.
    labels : sequence of length k, optional
        Names of the columns.

    Raises
    ------
    ValueError
        When shapes do not fit, a value is missing, nobody is tied, n < 4, or fewer than one permutation.

    References
    ----------
    Moran, P. A. P. (1950). Biometrika, 37, 17–23. Cliff, A. D., & Ord, J. K. (1981). Spatial Processes.
    """
    weights = observed_network(network).ties
    columns = np.asarray(values, dtype=float)
    columns = columns[:, None] if columns.ndim == 1 else columns
    size = weights.shape[0]
    names = tuple(range(columns.shape[-1]) if labels is None else labels)
    faults = []
    if columns.ndim != 2 or len(columns) != size:
        faults.append(f"values has shape {np.shape(values)}; needed: {size} rows, one for each actor")
    elif not np.isfinite(columns).all():
        count = int((~np.isfinite(columns)).sum())
        faults.append(f"values has {count} missing or infinite numbers; allowed: none")
    elif len(names) != columns.shape[1]:
        faults.append(f"there are {len(names)} labels for {columns.shape[1]} columns; one each is needed")
    if size < 4 or not weights.nnz:
        faults.append(f"found {size} actors and {weights.nnz} ties; Moran's I needs 4 actors and a tie")
    if permutations < 1:
        faults.append(f"found {permutations} permutations; allowed: at least 1")
    if faults:
        raise ValueError("\n".join(faults))
    if normalised:
        total = weights.sum(axis=1)
        scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
        weights = sparse.csr_array(sparse.diags_array(scale) @ weights)
    centred = columns - columns.mean(axis=0)
    variation = (centred**2).sum(axis=0)
    same = variation <= _SLACK * np.maximum((columns**2).sum(axis=0), 1.0)
    factor = np.divide(size / weights.sum(), variation, out=np.full(len(variation), np.nan), where=~same)
    statistic = factor * _cross_products(weights, centred[None])[0]
    expected = -1 / (size - 1)
    sd = _permutation_sd(weights, centred, ~same)
    random = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // centred.size)
    batches = []
    for first in range(0, permutations, step):
        order = np.argsort(random.random((min(step, permutations - first), size)), axis=1)
        batches.append(factor * _cross_products(weights, centred[order]))
    drawn = np.concatenate(batches)
    away = np.abs(drawn - expected) >= np.abs(statistic - expected) - _SLACK
    return MoranTest(
        labels=names,
        statistic=statistic,
        expected=expected,
        sd=sd,
        p_normal=2 * norm.sf(np.abs(statistic - expected) / sd),
        permutation_mean=drawn.mean(axis=0),
        permutation_sd=drawn.std(axis=0, ddof=1) if permutations > 1 else np.full(len(sd), np.nan),
        p=np.where(same, np.nan, (1 + away.sum(axis=0)) / (1 + permutations)),
        p_greater=np.where(
            same, np.nan, (1 + (drawn >= statistic - _SLACK).sum(axis=0)) / (1 + permutations)
        ),
        permutations=permutations,
        seed=seed,
    )


def structure_dependence(
    network: Network,
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    never: NeverAdopters,
    statistic: Callable[[sparse.csr_array], float] | None = None,
    lag: int = 0,
    directed: bool = True,
    rewirings: int = 1000,
    swaps_per_tie: int = 20,
    seed: int,
) -> StructureTest:
    """Test whether a statistic depends on who is tied to whom, beyond how many ties each has.

    Two ties i → j and k → l become i → l and k → j, unless that would make a self-tie or one that exists;
    `swaps_per_tie` attempts a tie give a network with the same degrees (netdiffuseR's ``rewire_graph`` with
    "swap", and ``struct_test``). Times of adoption stay. Swaps cannot turn a directed cycle of three round,
    so of two networks that differ in that alone one may not be reached (Rao et al. 1996).

    Parameters
    ----------
    network : (n, n) matrix
        Static. Missing cells hold no tie here, before and after.
    adoption_time, periods, never, lag
        As `analysis.networks.diffusion.thresholds`, whose mean over those who have one is the statistic.
    statistic : callable, optional
        Another statistic, of a sparse network.
    directed : bool
        If false, the network must be symmetric, and stays so.
    rewirings, swaps_per_tie : int
        At least 1.
    seed : int

    Raises
    ------
    ValueError
        When there are fewer than two ties or a number is below 1, the statistic is not finite, or as
        `analysis.networks.diffusion.exposure`.

    References
    ----------
    Rao, A. R., Jana, R., & Bandyopadhyay, S. (1996). A Markov chain Monte Carlo method for generating random
    (0, 1)-matrices with given marginals. Sankhyā A, 58, 225–242. Vega Yon, G., & Valente, T. W. netdiffuseR.
    """
    ties = observed_network(network).ties
    ties.sort_indices()
    if rewirings < 1 or swaps_per_tie < 1:
        raise ValueError(f"found {rewirings} rewirings and {swaps_per_tie} swaps a tie; allowed: at least 1")
    if ties.nnz < 2:
        raise ValueError(f"found {ties.nnz} ties; needed: two that can be swapped")
    if not directed:
        uneven = (ties - ties.T).tocoo()
        if np.any(uneven.data):
            first = int(np.flatnonzero(uneven.data)[0])
            place = int(uneven.coords[0][first]), int(uneven.coords[1][first])
            raise ValueError(f"directed is False, but the cells {place} and {place[::-1]} differ")

    def mean_threshold(drawn: sparse.csr_array) -> float:
        own = thresholds(drawn, adoption_time, periods, never=never, lag=lag)
        known = own[~np.isnan(own)]
        return float(known.mean()) if known.size else math.nan

    measure = mean_threshold if statistic is None else statistic
    observed = float(measure(ties))
    if not math.isfinite(observed):
        raise ValueError(f"the statistic of the observed network is {observed}; a finite one is needed")
    random = np.random.default_rng(seed)
    drawn = _rewired(ties, directed, rewirings, swaps_per_tie, random)
    replicates = np.array([float(measure(one)) for one in drawn])
    below = (1 + int((replicates <= observed + _SLACK).sum())) / (1 + rewirings)
    above = (1 + int((replicates >= observed - _SLACK).sum())) / (1 + rewirings)
    p = min(1.0, 2 * min(below, above))
    return StructureTest(
        statistic="mean threshold" if statistic is None else getattr(statistic, "__name__", "statistic"),
        observed=observed,
        replicates=replicates,
        mean=float(replicates.mean()),
        sd=float(replicates.std(ddof=1)) if rewirings > 1 else math.nan,
        lower=float(np.quantile(replicates, 0.025)),
        upper=float(np.quantile(replicates, 0.975)),
        p=p,
        p_error=2 * math.sqrt((p / 2) * (1 - p / 2) / rewirings),
        seed=seed,
    )


def bass(adoption_time: npt.ArrayLike, periods: npt.ArrayLike, *, ceiling: float | None = 1.0) -> BassCurve:
    """Fit a Bass curve to the share of adopters by nonlinear least squares.

    Parameters
    ----------
    adoption_time : array-like of length n
        NaN or infinite for who never adopted: part of n, never of the adopters.
    periods : array-like of length T
        Evenly spaced.
    ceiling : float, optional
        Share that will adopt in the end, as in netdiffuseR's ``fitbass`` all; None estimates it, at most 1.

    Raises
    ------
    ValueError
        When periods are uneven, fewer than the parameters and one, nobody adopted, the ceiling is not in
        (0, 1], or the fit does not converge.

    References
    ----------
    Bass, F. M. (1969). A new product growth model for consumer durables. Management Science, 15, 215–227.
    """
    count = 2 + (ceiling is None)
    bounds = np.asarray(periods, dtype=float)
    curve = cumulative_adoption(adoption_time, bounds)
    share = curve["share"].to_numpy(dtype=float)
    gaps = np.diff(bounds)
    if len(bounds) <= count or not np.allclose(gaps, gaps[0]):
        raise ValueError(f"found {len(bounds)} periods; needed: more than {count}, evenly spaced")
    if not share[-1] > 0:
        raise ValueError("found no adopter in these periods; needed: one or more")
    if ceiling is not None and not 0 < ceiling <= 1:
        raise ValueError(f"ceiling is {ceiling}; allowed: above 0 and up to 1, or None")
    clock = np.arange(1.0, len(bounds) + 1)

    def shape(parameters: Floats) -> Floats:
        p, q = parameters[:2]
        fall = np.exp(-(p + q) * clock)
        top = ceiling if ceiling is not None else parameters[2]
        return np.asarray(top * (1 - fall) / (1 + (q / p) * fall))

    highest = [10.0, 10.0, 1.0][:count]
    fits = [
        least_squares(
            lambda parameters: shape(parameters) - share,
            start[:count],
            bounds=([1e-9, 0.0, 1e-6][:count], highest),
            x_scale=[0.01, 0.1, 0.5][:count],
            xtol=1e-14,
            ftol=1e-14,
            gtol=1e-14,
            max_nfev=5000,
        )
        for start in ([0.05, 0.1, 0.9], [0.01, 0.5, 0.6], [0.2, 0.01, 0.99])
    ]
    best = min(fits, key=lambda fit: float(fit.cost))
    if not best.success:
        raise ValueError(f"the Bass curve did not converge: {best.message}")
    errors = _least_squares_errors(best, len(share))
    return BassCurve(
        innovation=float(best.x[0]),
        imitation=float(best.x[1]),
        ceiling=float(ceiling if ceiling is not None else best.x[2]),
        innovation_se=float(errors[0]),
        imitation_se=float(errors[1]),
        ceiling_se=float(errors[2]) if ceiling is None else math.nan,
        periods=bounds,
        observed=share,
        fitted=shape(best.x),
        residual_sum=float(2 * best.cost),
    )


def person_periods(
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    attributes: pd.DataFrame | None = None,
    by_period: dict[str, npt.ArrayLike] | None = None,
    observed_until: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return one row for each person and period in which the person might have adopted.

    Parameters
    ----------
    adoption_time, periods, observed_until
        As `analysis.networks.diffusion.hazard_by_period`.
    attributes : DataFrame of n rows, optional
        What does not change, in the order of the actors.
    by_period : dict of (n, T) array-like, optional
        What does, such as exposure.

    Returns
    -------
    DataFrame
        ``actor`` (the place, 0 … n − 1), ``period``, ``adopted`` (0 or 1), attributes, `by_period`.

    Raises
    ------
    ValueError
        When a shape does not fit or a column's name is taken.
    """
    bounds = np.asarray(periods, dtype=float)
    at_risk, adopts = people_at_risk(adoption_time, bounds, observed_until=observed_until)
    actors, places = at_risk.nonzero()
    frame = pd.DataFrame(
        {"actor": actors, "period": bounds[places], "adopted": adopts[actors, places].astype(int)}
    )
    given = pd.DataFrame() if attributes is None else attributes
    if attributes is not None and len(attributes) != len(at_risk):
        raise ValueError(
            f"attributes has {len(attributes)} rows for {len(at_risk)} actors; one each is needed"
        )
    taken = [*frame.columns, *given.columns, *(by_period or {})]
    twice = sorted({str(name) for name in taken if taken.count(name) > 1})
    if twice:
        raise ValueError(f"more than one column is called {', '.join(twice)}; rename")
    for name in given.columns:
        frame[name] = given[name].iloc[actors].to_numpy()
    for name, values in (by_period or {}).items():
        table = np.asarray(values, dtype=float)
        if table.shape != at_risk.shape:
            raise ValueError(f"{name} has shape {table.shape}; needed: {at_risk.shape}, actors by periods")
        frame[name] = table[actors, places]
    return frame


def hazard_model(
    frame: pd.DataFrame,
    *,
    event: str = "adopted",
    exposure: str | None = "exposure",
    covariates: Sequence[str] = ("period",),
    categorical: Sequence[str] = (),
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
    groups : str, optional
        Column of clusters for robust standard errors, with the usual small-sample factor
        G / (G − 1) · (N − 1) / (N − k).
    link : {"logit", "complementary log-log"}
        The latter's coefficients are those of a proportional-hazards model in continuous time (Prentice &
        Gloeckler 1978, Biometrics 34, 57–67).
    level : float
        Of the intervals.

    Raises
    ------
    ValueError
        With every fault of the input: columns that are not there or not numeric, an event other than 0
        and 1, no event or nothing but events, terms that depend on one another, fewer than two groups;
        or when a term separates the adoptions perfectly.
    """
    require_one_of("link", link, get_args(HazardLink))
    numeric = ([] if exposure is None else [exposure]) + list(covariates)
    used = [event, *numeric, *categorical, *([] if groups is None else [groups])]
    absent = [name for name in used if name not in frame]
    if absent:
        raise ValueError(f"no column {', '.join(absent)}; there are {', '.join(map(str, frame.columns))}")
    texts = [name for name in [event, *numeric] if not pd.api.types.is_numeric_dtype(frame[name])]
    if texts:
        raise ValueError(f"not numeric: {', '.join(texts)}; name such covariates in categorical")
    rows = frame[list(dict.fromkeys(used))].dropna()
    outcome = rows[event].to_numpy(dtype=float)
    design = _design(rows, numeric, categorical)
    clusters = None if groups is None else pd.factorize(rows[groups])[0]
    _check_model(outcome, design, event, clusters, level)
    estimates, covariance, log_likelihood = _fit(outcome, design, link, clusters)
    errors = np.sqrt(np.diag(covariance))
    reach = norm.ppf((1 + level) / 2) * errors
    return HazardModel(
        terms=tuple(design.columns),
        estimates=estimates,
        standard_errors=errors,
        p=2 * norm.sf(np.abs(estimates / errors)),
        lower=estimates - reach,
        upper=estimates + reach,
        exposure=exposure,
        link=link,
        level=level,
        rows=len(rows),
        events=int(outcome.sum()),
        left_out=len(frame) - len(rows),
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
    weights: ExposureWeights = "row-normalised",
    valued: bool = False,
    observed_until: npt.ArrayLike | None = None,
    groups: str | None = None,
    link: HazardLink = "logit",
) -> HazardModel:
    """Fit a hazard of adoption with lagged exposure, attributes and a trend (netdiffuseR's ``diffreg``).

    Parameters
    ----------
    network, adoption_time, periods, lag, weights, valued
        As `analysis.networks.diffusion.exposure`; the first `lag` periods are left out.
    attributes : DataFrame of n rows, optional
        Holds the `covariates`, `categorical` and `groups`.
    covariates, categorical, groups, link
        As `hazard_model`.
    observed_until
        As `analysis.networks.diffusion.hazard_by_period`.

    Returns
    -------
    HazardModel
        Terms ``constant``, ``exposure``, the covariates, ``period``, then the categories. netdiffuseR's data
        give never-adopters the period after the last, in which all of them "adopt"; given as inf or NaN,
        they are at risk to the end and never adopt.

    Raises
    ------
    ValueError
        As `hazard_model` and `analysis.networks.diffusion.exposure`.
    """
    found = exposure(network, adoption_time, periods, lag=lag, weights=weights, valued=valued)
    frame = person_periods(
        adoption_time,
        periods,
        attributes=attributes,
        by_period={"exposure": found},
        observed_until=observed_until,
    )
    return hazard_model(
        frame, covariates=[*covariates, "period"], categorical=categorical, groups=groups, link=link
    )


def _cross_products(weights: sparse.csr_array, centred: Floats) -> Floats:
    """Return Σ_ij w_ij z_i z_j for stacks of columns: (b, n, k) gives (b, k)."""
    stacks, size, count = centred.shape
    flat = centred.transpose(1, 0, 2).reshape(size, stacks * count)
    found: Floats = (flat * (weights @ flat)).sum(axis=0).reshape(stacks, count)
    return found


def _permutation_sd(weights: sparse.csr_array, centred: Floats, varies: npt.NDArray[np.bool_]) -> Floats:
    """Return the standard deviation of Moran's I over all permutations of each column."""
    n = weights.shape[0]
    total = weights.sum()
    first = 0.5 * ((weights + weights.T).data ** 2).sum()
    second = ((weights.sum(axis=0) + weights.sum(axis=1)) ** 2).sum()
    result = np.full(centred.shape[1], np.nan)
    used = centred[:, varies]
    kurtosis = (used**4).mean(axis=0) / (used**2).mean(axis=0) ** 2
    square = (
        n * ((n**2 - 3 * n + 3) * first - n * second + 3 * total**2)
        - kurtosis * (n * (n - 1) * first - 2 * n * second + 6 * total**2)
    ) / ((n - 1) * (n - 2) * (n - 3) * total**2)
    result[varies] = np.sqrt(np.maximum(square - 1 / (n - 1) ** 2, 0.0))
    return result


def _rewired(
    ties: sparse.csr_array, directed: bool, count: int, swaps_per_tie: int, random: np.random.Generator
) -> Iterator[sparse.csr_array]:
    """Yield networks with the degrees of `ties`, each rewired from it; values stay with their senders."""
    starts = ties.indptr.astype(np.int64)
    senders = np.repeat(np.arange(ties.shape[0]), np.diff(starts))
    twins = np.empty(0, np.int64)
    if not directed:
        # Cells are sorted by row and column, so sorting by column and row finds each tie's other half.
        twins = np.lexsort((senders, ties.indices)).astype(np.int64)
    swaps = swaps_per_tie * (ties.nnz if directed else ties.nnz // 2)
    for _ in range(count):
        receivers, values = ties.indices.astype(np.int64), ties.data.copy()
        pairs = random.integers(0, ties.nnz, size=(swaps, 2))
        _swap(starts, senders, receivers, values, twins.copy(), pairs)
        yield sparse.csr_array((values, receivers, starts), shape=ties.shape)


@numba.njit(cache=True)
def _swap(
    starts: Integers,
    senders: Integers,
    receivers: Integers,
    values: Floats,
    twins: Integers,
    pairs: Integers,
) -> None:
    """Swap the receivers of pairs of ties in place, where no self-tie or double tie results."""
    for attempt in range(len(pairs)):
        one, other = pairs[attempt]
        i, j, k, l = senders[one], receivers[one], senders[other], receivers[other]  # noqa: E741
        if i == l or k == j:
            continue
        free = True
        for place in range(starts[i], starts[i + 1]):
            free = free and receivers[place] != l
        for place in range(starts[k], starts[k + 1]):
            free = free and receivers[place] != j
        if not free:
            continue
        receivers[one], receivers[other] = l, j
        if len(twins):
            # Half-ties j → i and l → k become j → k and l → i.
            back_one, back_other = twins[one], twins[other]
            receivers[back_one], receivers[back_other] = k, i
            values[back_one], values[back_other] = values[back_other], values[back_one]
            twins[one], twins[back_other] = back_other, one
            twins[other], twins[back_one] = back_one, other


def _least_squares_errors(fit: Any, points: int) -> Floats:
    """Return standard errors from the Jacobian; NaN for what lies at a bound."""
    free = fit.active_mask == 0
    errors = np.full(len(fit.x), np.nan)
    jacobian = fit.jac[:, free]
    left = points - int(free.sum())
    if free.any() and left > 0 and np.linalg.matrix_rank(jacobian) == jacobian.shape[1]:
        spread = 2 * fit.cost / left
        errors[free] = np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)) * spread)
    return errors


def _design(rows: pd.DataFrame, numeric: Sequence[str], categorical: Sequence[str]) -> pd.DataFrame:
    columns: dict[str, Floats] = {"constant": np.ones(len(rows))}
    for name in numeric:
        columns[name] = rows[name].to_numpy(dtype=float)
    for name in categorical:
        for value in sorted(rows[name].unique())[1:]:
            columns[f"{name}[{value}]"] = (rows[name] == value).to_numpy(dtype=float)
    return pd.DataFrame(columns)


def _check_model(
    outcome: Floats, design: pd.DataFrame, event: str, clusters: Integers | None, level: float
) -> None:
    faults = []
    matrix = design.to_numpy(dtype=float)
    if not np.isin(outcome, (0.0, 1.0)).all():
        faults.append(f"{event}: found values other than 0 and 1")
    elif len(np.unique(outcome)) < 2:
        faults.append(
            f"{event}: {int(outcome.sum())} in {len(outcome)} complete rows; needed: some, but not all"
        )
    if not np.isfinite(matrix).all():
        faults.append("found infinite values; allowed: finite numbers, and missing")
    else:
        # Columns of one size, so that what counts as dependent does not hang on units.
        scaled = matrix / np.maximum(np.sqrt((matrix**2).sum(axis=0)), 1e-300)
        earlier = [np.linalg.matrix_rank(scaled[:, :count]) for count in range(matrix.shape[1] + 1)]
        spare = [str(design.columns[k]) for k in range(matrix.shape[1]) if earlier[k + 1] == earlier[k]]
        if spare:
            faults.append(f"{', '.join(spare)}: follows from the terms before; leave it out")
    if clusters is not None and len(np.unique(clusters)) < 2:
        faults.append(f"found {len(np.unique(clusters))} groups; needed: two or more")
    if not 0 < level < 1:
        faults.append(f"found level {level}; allowed: between 0 and 1")
    if faults:
        raise ValueError("\n".join(faults))


def _fit(
    outcome: Floats, design: pd.DataFrame, link: HazardLink, clusters: Integers | None
) -> tuple[Floats, Floats, float]:
    """Return estimates, their covariance and the log-likelihood."""
    options: dict[str, Any] = (
        {} if clusters is None else {"cov_type": "cluster", "cov_kwds": {"groups": clusters}}
    )
    if link == "logit":
        model, how = sm.Logit(outcome, design.to_numpy()), {"disp": 0, "maxiter": 100}
    else:
        family = sm.families.Binomial(link=sm.families.links.CLogLog())
        model, how = sm.GLM(outcome, design.to_numpy(), family=family), {"maxiter": 200}
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
        raise ValueError(none) from error
    # Where separation is not complete the search stops far out, with errors beyond any real ones.
    # The constant is left out of this: far from where its terms are 0 (years) its error may well be large.
    spread = design.to_numpy().std(axis=0)
    if not (np.isfinite(fit.bse).all() and (fit.bse * spread < _NO_END).all()):
        raise ValueError(none)
    covariance = np.asarray(fit.cov_params(), dtype=float)
    return np.asarray(fit.params, dtype=float), covariance, float(fit.llf)
