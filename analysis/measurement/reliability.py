"""How far the items of a scale say the same thing: alpha, omega, and each item against the rest.

Alpha is the reliability of a sum of items that measure one thing equally well (Cronbach 1951), a lower bound
otherwise. Omega comes from a factor model: total, the share of the sum's variance that is not an item's own;
hierarchical, the share of the one general factor alone (McDonald 1999, Test Theory; Zinbarg, Revelle, Yovel &
Li 2005, Psychometrika 70, 123-133). People who left an item out are left out, and counted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_level
from analysis.measurement.answers import answer_faults, answer_values, raise_answer_faults
from analysis.result import Result

__all__ = ["Alpha", "Omega", "alpha", "omega"]

_PASSES = 10_000


@dataclass(frozen=True, repr=False, eq=False)
class Alpha(Result):
    """Alpha of a scale, and what each item adds.

    Attributes
    ----------
    alpha : float
        From covariances: of the sum of the answers as they are.
    standardised : float
        From correlations: of the sum of standardised answers.
    lower, upper, level : float
        Interval of `alpha` for normal answers (Feldt 1965, Psychometrika 30, 357-370); with groups, for
        answers of any kind that go together within these.
    items : DataFrame
        index item: ``mean``, ``sd``, ``item_rest`` (correlation with the sum of the other items), and
        ``alpha_without`` the item (NaN where two are left of which one is constant).
    people, incomplete : int
        With all answers; left out.
    """

    alpha: float
    standardised: float
    lower: float
    upper: float
    level: float
    items: pd.DataFrame
    people: int
    incomplete: int

    def summary(self) -> str:
        """Return alpha with its interval as a sentence."""
        return (
            f"alpha {self.alpha:.3f} ({self.level:.0%} interval {self.lower:.3f} to {self.upper:.3f}) of "
            f"{len(self.items)} items answered by {self.people} people; {self.incomplete} left out"
        )


@dataclass(frozen=True, repr=False, eq=False)
class Omega(Result):
    """Omega of a scale, from correlations.

    Attributes
    ----------
    total : float
        1 − the items' own variance ÷ the variance of the sum of standardised answers.
    hierarchical : float
        The general factor's share; with one factor the same as `total`.
    factors : int
    loadings : DataFrame
        index item: ``general``, one column per group factor, ``unique`` (variance).
    against : tuple of str
        Items that go against the general factor: turn them round first, or do not add them up.
    people, incomplete : int
        With all answers; left out.
    """

    total: float
    hierarchical: float
    factors: int
    loadings: pd.DataFrame
    against: tuple[str, ...]
    people: int
    incomplete: int

    def summary(self) -> str:
        """Return both omegas as a sentence."""
        told = f"omega total {self.total:.3f}"
        if self.factors > 1:
            told += f", hierarchical {self.hierarchical:.3f}, from {self.factors} factors"
        else:
            told += " from one factor"
        against = f"; against the general factor: {', '.join(self.against)}" if self.against else ""
        return (
            f"{told}; {len(self.loadings)} items, {self.people} people, {self.incomplete} left out{against}"
        )


def alpha(
    answers: pd.DataFrame,
    *,
    level: float = 0.95,
    groups: pd.Series | None = None,
    strata: pd.Series | None = None,
) -> Alpha:
    """Return Cronbach's alpha with Feldt's interval, and the items against the rest.

    Parameters
    ----------
    answers : DataFrame
        A row per person, a column per item, items turned the same way; NaN where missing.
    level : float
        Of the interval.
    groups, strata : Series of length n, optional
        Whose people answer alike (schools), and what these were taken from (districts). With them the
        interval is of the logarithm of 1 − alpha, from what each group's people lend to it (van Zyl,
        Neudecker & Nel 2000, Psychometrika 65, 271-280, without their normal answers), and t with the groups
        less the strata; where these are as many, Feldt's.

    Raises
    ------
    ValueError
        When an answer is no number or the level is not between 0 and 1.
    NotEstimable
        With everything that is wrong: fewer than three items, an item without answers or with one answer
        from everybody, two items alike, fewer than three people with all answers.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [1, 2, 4, 5], "b": [2, 2, 3, 5], "c": [1, 3, 3, 4]})
    >>> print(alpha(answers).summary())
    alpha 0.932 (95% interval 0.548 to 0.995) of 3 items answered by 4 people; 0 left out
    """
    require_level(level)
    values, incomplete = _complete(answers)
    people, count = values.shape
    covariance = np.cov(values, rowvar=False)
    found = _alpha_of(covariance)
    tail = (1 - level) / 2
    # (1 − alpha) ÷ (1 − its estimate) has this F distribution.
    degrees = (people - 1, (count - 1) * (people - 1))
    lower, upper = (
        1 - (1 - found) * float(f_distribution.ppf(point, *degrees)) for point in (1 - tail, tail)
    )
    if groups is not None:
        kept = answers.notna().all(axis=1).to_numpy()
        above = pd.Series("all", index=groups.index) if strata is None else strata
        degree, error = _error_of_groups(values, covariance, groups[kept], above[kept])
        if degree > 0:
            reach = float(t_distribution.ppf(1 - tail, degree)) * error
            lower, upper = 1 - (1 - found) * np.exp(reach), 1 - (1 - found) * np.exp(-reach)
    total = values.sum(axis=1)
    rest = total[:, None] - values
    spreads = values.std(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = ((values - values.mean(axis=0)) * (rest - rest.mean(axis=0))).sum(axis=0) / (people - 1)
        item_rest = shared / (spreads * rest.std(axis=0, ddof=1))
    without = [
        _alpha_of(np.delete(np.delete(covariance, place, axis=0), place, axis=1)) for place in range(count)
    ]
    items = pd.DataFrame(
        {"mean": values.mean(axis=0), "sd": spreads, "item_rest": item_rest, "alpha_without": without},
        index=pd.Index(answers.columns, name="item"),
    )
    return Alpha(
        alpha=found,
        standardised=_alpha_of(np.asarray(np.corrcoef(values, rowvar=False))),
        lower=lower,
        upper=upper,
        level=level,
        items=items,
        people=people,
        incomplete=incomplete,
    )


def _error_of_groups(
    values: Floats, covariance: Floats, groups: pd.Series, strata: pd.Series
) -> tuple[int, float]:
    """Return the groups less the strata, and the standard error of log(1 − alpha) between groups."""
    count = values.shape[1]
    away = values - values.mean(axis=0)
    items, whole = float(np.trace(covariance)), float(covariance.sum())
    # What each person lends to the ratio of the items' variances to that of their sum.
    lent = ((away**2).sum(axis=1) - items) / whole - items / whole**2 * (away.sum(axis=1) ** 2 - whole)
    lent *= count / (count * items / whole - 1) / len(values)
    above, _ = pd.factorize(strata)
    school, _ = pd.factorize(pd.MultiIndex.from_arrays([above, groups]))
    lent -= (np.bincount(above, lent) / np.bincount(above))[above]
    home = np.zeros(school.max() + 1, dtype=int)
    home[school] = above
    schools = np.bincount(home)
    variance = float(
        np.bincount(home, np.bincount(school, lent) ** 2) @ (schools / np.maximum(schools - 1, 1))
    )
    return len(home) - len(schools), variance**0.5


def omega(answers: pd.DataFrame, *, factors: int = 3) -> Omega:
    """Return omega total and hierarchical from a factor model of the correlations.

    With several factors these are extracted by principal axes (minimum residuals), rotated by oblimin, and
    turned into one general factor and group factors (Schmid & Leiman 1957, Psychometrika 22, 53-61).

    Parameters
    ----------
    answers : DataFrame
        As for `alpha`.
    factors : int
        1, or 3 or more: the correlations of two factors do not determine a general one.

    Raises
    ------
    ValueError
        When an answer is no number or the number of factors is none of these.
    NotEstimable
        As `alpha`; and when there are fewer than three items a factor, the extraction does not settle, an
        item is left with negative variance of its own, or the factors have no one factor in common.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> common = generator.normal(size=(100, 1))
    >>> answers = pd.DataFrame(common + generator.normal(size=(100, 4)), columns=list("abcd"))
    >>> print(omega(answers, factors=1).summary())
    omega total 0.730 from one factor; 4 items, 100 people, 0 left out
    """
    if factors != 1 and factors < 3:
        raise ValueError(f"found {factors} factors; allowed: 1, or 3 or more")
    values, incomplete = _complete(answers)
    count = values.shape[1]
    if count < 3 * factors:
        raise NotEstimable(f"found {count} items for {factors} factors; needed: three a factor")
    correlations = np.asarray(np.corrcoef(values, rowvar=False))
    loadings = _principal_axes(correlations, factors, "the items")
    if factors == 1:
        general, groups = loadings[:, 0], np.empty((count, 0))
        communal = general**2
    else:
        general, groups, communal = _schmid_leiman(loadings)
    if general.sum() < 0:
        general = -general
    unique = 1 - communal
    variance = float(correlations.sum())
    names = [f"group_{number}" for number in range(1, groups.shape[1] + 1)]
    frame = pd.DataFrame(
        np.column_stack([general, groups, unique]),
        index=pd.Index(answers.columns, name="item"),
        columns=["general", *names, "unique"],
    )
    total = 1 - float(unique.sum()) / variance
    return Omega(
        total=total,
        hierarchical=float(general.sum()) ** 2 / variance if factors > 1 else total,
        factors=factors,
        loadings=frame,
        against=tuple(str(item) for item in answers.columns[general < 0]),
        people=len(values),
        incomplete=incomplete,
    )


def _complete(answers: pd.DataFrame) -> tuple[Floats, int]:
    """Return the answers of people who gave all, checked, and how many others there are."""
    values = answer_values(answers)
    kept = values[~np.isnan(values).any(axis=1)]
    items = [str(item) for item in answers.columns]
    empty = [item for item, column in zip(items, values.T, strict=True) if np.isnan(column).all()]
    faults = [f"item {item} has no answer" for item in empty]
    if not empty:
        faults = answer_faults(kept, items) if len(kept) else [f"nobody who answered all {len(items)} items"]
    if 0 < len(kept) < 3:
        faults.append(f"{len(kept)} people with all answers, where 3 are needed")
    raise_answer_faults(faults)
    return kept, len(values) - len(kept)


def _alpha_of(covariance: Floats) -> float:
    count, total = len(covariance), float(covariance.sum())
    return count / (count - 1) * (1 - float(np.trace(covariance)) / total) if total > 0 else math.nan


def _principal_axes(correlations: Floats, factors: int, what: str) -> Floats:
    from statsmodels.multivariate.factor import Factor

    if np.linalg.matrix_rank(correlations) < len(correlations):
        raise NotEstimable(f"found that one of {what} is a sum of others; a factor model has no answer")
    with np.errstate(invalid="ignore"):
        fit = Factor(corr=correlations, n_factor=factors, method="pa", smc=True).fit(_PASSES, tol=1e-10)
    loadings = np.asarray(fit.loadings, dtype=float)
    left = correlations - loadings @ loadings.T
    if not np.isfinite(loadings).all() or np.diag(left).min() < 0:
        which, needed = f"{factors} factors explain", "fewer factors or other items"
        if factors == 1:
            which, needed = "one factor explains", "other items"
        raise NotEstimable(
            f"found that {which} more than all the variance of one of {what}; {needed} are needed"
        )
    return loadings


def _schmid_leiman(loadings: Floats) -> tuple[Floats, Floats, Floats]:
    """Return loadings on the general and the group factors, and communalities."""
    from statsmodels.multivariate.factor_rotation import rotate_factors

    pattern, turn = rotate_factors(loadings, "oblimin", 0, "oblique")
    signs = np.where(pattern.sum(axis=0) < 0, -1.0, 1.0)
    pattern, turn = pattern * signs, turn * signs
    between = turn.T @ turn
    second = _principal_axes(between, 1, "the factors")[:, 0]
    second = second * (1.0 if second.sum() >= 0 else -1.0)
    communal = np.einsum("if,fg,ig->i", pattern, between, pattern)
    return pattern @ second, pattern * np.sqrt(1 - second**2), communal
