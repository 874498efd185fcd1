"""May people's answers be put together into a score of their school? Intraclass correlations, agreement.

ICC(1) is the share of variance between groups, how much one member's answer tells of another's of the same
group; ICC(2) the reliability of the groups' means (Bliese 2000, in Klein & Kozlowski, Multilevel Theory,
Research, and Methods in Organizations, 349-381). By analysis of variance with groups of different sizes the
average size is n₀ = (N − Σ nⱼ² ÷ N) ÷ (J − 1) (Donner 1986, International Statistical Review 54, 67-82), or
the plain mean as some programs take; the two differ where groups do, so it is named. By restricted maximum
likelihood the variances are those of a model with a random intercept a group.

Agreement within a group, r_wg, sets the variance of its members' answers against that of people who answer by
chance; what chance is has to be said (James, Demaree & Wolf 1984, Journal of Applied Psychology 69, 85-98).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import f as f_distribution

from analysis.checks import NotEstimable, require_level, require_one_of
from analysis.labels import in_words
from analysis.measurement.answers import answer_values
from analysis.result import Result

__all__ = [
    "NULL_SHARES",
    "IntraclassCorrelation",
    "Method",
    "WithinGroupAgreement",
    "intraclass_correlation",
    "within_group_agreement",
]

Method = Literal["anova_n0", "anova_mean", "reml"]
_BOUNDARY = 1e-8
"""Share of the variance within groups below which the variance between them is zero."""

NULL_SHARES: Mapping[str, tuple[float, ...]] = {
    "slight_skew": (0.05, 0.15, 0.20, 0.35, 0.25),
    "moderate_skew": (0.0, 0.10, 0.15, 0.40, 0.35),
    "heavy_skew": (0.0, 0.0, 0.10, 0.40, 0.50),
    "normal": (0.07, 0.24, 0.38, 0.24, 0.07),
}
"""Shares of five answers by chance (LeBreton & Senter 2008, Organizational Research Methods 11, 815-852)."""


@dataclass(frozen=True, repr=False)
class IntraclassCorrelation(Result):
    """ICC(1) and ICC(2) of one score.

    Attributes
    ----------
    method : {"anova_n0", "anova_mean", "reml"}
        Analysis of variance with n₀ or with the mean group size, or restricted maximum likelihood.
    icc1, icc2 : float
        May be negative by analysis of variance: groups then differ less than chance would make them.
    lower, upper : float
        Interval of ICC(1) from the F distribution, for normal scores (Donner 1986); NaN with
        "reml".
    between, within : float
        Variances.
    f, p : float
        Of the analysis of variance; NaN with "reml".
    groups, people : int
    group_size : float
        The average size used.
    level : float
        Of the interval.
    """

    method: Method
    icc1: float
    icc2: float
    lower: float
    upper: float
    between: float
    within: float
    f: float
    p: float
    groups: int
    people: int
    group_size: float
    level: float

    def summary(self) -> str:
        """Return the result as a sentence."""
        told = {"anova_n0": "analysis of variance, n₀", "anova_mean": "analysis of variance, mean group size"}
        interval = f" ({self.lower:.3f} to {self.upper:.3f})" if not math.isnan(self.lower) else ""
        return (
            f"ICC(1) {self.icc1:.3f}{interval}, ICC(2) {self.icc2:.3f}; {self.people} people in "
            f"{self.groups} groups ({told.get(self.method, 'restricted maximum likelihood')})"
        )


def intraclass_correlation(
    scores: Sequence[float] | npt.NDArray[np.float64] | pd.Series,
    groups: Sequence[object] | pd.Series,
    *,
    method: Method = "anova_n0",
    level: float = 0.95,
) -> IntraclassCorrelation:
    """Return ICC(1) and ICC(2) of a score.

    Parameters
    ----------
    scores : sequence of length n
        One a person; NaN where missing, which leaves the person out.
    groups : sequence of length n
        The group of each person; somebody without one is left out.
    method : {"anova_n0", "anova_mean", "reml"}
        How the variances are estimated.
    level : float
        Of the interval.

    Raises
    ------
    ValueError
        When the lengths differ, the method is none of these, or scores are no finite numbers.
    NotEstimable
        When scores are all the same; fewer than two groups, or no group of two people, have scores; or the
        search for the maximum does not converge.

    Examples
    --------
    >>> intraclass_correlation([1, 2, 2, 4, 5, 5], list("aaabbb"))
    <IntraclassCorrelation: ICC(1) 0.929 (0.436 to 1.000), ICC(2) 0.975; 6 people in 2 groups (analysis of
    variance, n₀)>
    """
    require_one_of("method", method, Method)
    if len(scores) != len(groups):
        raise ValueError(f"found {len(scores)} scores and {len(groups)} groups; allowed: one group per score")
    require_level(level)
    given = pd.Series(list(scores), dtype="object")
    values = pd.to_numeric(given, errors="coerce").astype(float)
    odd = given[given.notna() & ~np.isfinite(values)]
    if len(odd):
        raise ValueError(
            f"found {len(odd)} scores that are no finite numbers, the first {odd.iloc[0]!r} for person "
            f"{odd.index[0] + 1}; allowed: numbers, NaN where missing"
        )
    frame = pd.DataFrame({"score": values, "group": pd.Series(list(groups), dtype="object")}).dropna()
    sizes = frame.groupby("group")["score"].size()
    if len(sizes) < 2 or sizes.max() < 2:
        raise NotEstimable(
            f"found scores of {len(frame)} people in {len(sizes)} groups; allowed: at least two groups, "
            "and two people in one of them"
        )
    if frame["score"].nunique() == 1:
        raise NotEstimable("all scores are the same; there is no variance to share out")
    people, number = int(sizes.sum()), len(sizes)
    mean_size = people / number
    if method == "reml":
        return _restricted(frame, number, people, mean_size, level)
    means = frame.groupby("group")["score"].transform("mean")
    grand = frame["score"].mean()
    between_squares = float(((means - grand) ** 2).sum()) / (number - 1)
    within_squares = float(((frame["score"] - means) ** 2).sum()) / (people - number)
    n0 = (people - float((sizes**2).sum()) / people) / (number - 1)
    size = n0 if method == "anova_n0" else mean_size
    total = between_squares + (size - 1) * within_squares
    ratio = between_squares / within_squares if within_squares else math.inf
    tail = (1 - level) / 2
    ends = [
        _from_ratio(ratio / float(f_distribution.ppf(point, number - 1, people - number)), size)
        for point in (1 - tail, tail)
    ]
    return IntraclassCorrelation(
        method=method,
        icc1=(between_squares - within_squares) / total,
        icc2=(between_squares - within_squares) / between_squares if between_squares else math.nan,
        lower=ends[0],
        upper=ends[1],
        between=(between_squares - within_squares) / size,
        within=within_squares,
        f=ratio,
        p=float(f_distribution.sf(ratio, number - 1, people - number)),
        groups=number,
        people=people,
        group_size=size,
        level=level,
    )


def _from_ratio(ratio: float, size: float) -> float:
    return 1.0 if math.isinf(ratio) else (ratio - 1) / (ratio + size - 1)


def _restricted(
    frame: pd.DataFrame, groups: int, people: int, mean_size: float, level: float
) -> IntraclassCorrelation:
    by_group = frame.groupby("group")["score"]
    if by_group.nunique().max() == 1:
        # Without variance within groups the likelihood has no maximum; its limit is this.
        between, within = float(by_group.first().var()), 0.0
    else:
        between, within = _searched(frame)
    total = between + within
    return IntraclassCorrelation(
        method="reml",
        icc1=between / total,
        icc2=between / (between + within / mean_size),
        lower=math.nan,
        upper=math.nan,
        between=between,
        within=within,
        f=math.nan,
        p=math.nan,
        groups=groups,
        people=people,
        group_size=mean_size,
        level=level,
    )


def _searched(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the variances between and within groups at the maximum of the restricted likelihood."""
    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings():
        # A variance of zero between groups lies on the boundary, of which the fit warns.
        warnings.simplefilter("ignore")
        groups = pd.factorize(frame["group"])[0]
        model = MixedLM(frame["score"].to_numpy(), np.ones(len(frame)), groups=groups)
        # Searches by gradient may stop far from the maximum in small samples; Powell's does not use one.
        fit = model.fit(reml=True, method="powell", xtol=1e-8, ftol=1e-12)
    if not fit.converged:
        raise NotEstimable("the search for the maximum of the restricted likelihood did not converge")
    between, within = float(np.asarray(fit.cov_re)[0, 0]), float(fit.scale)
    # The search comes near the boundary, and never to it.
    return (0.0 if between < _BOUNDARY * within else between), within


@dataclass(frozen=True, repr=False, eq=False)
class WithinGroupAgreement(Result):
    """Agreement within groups about one item, or several.

    Attributes
    ----------
    null : str
        Name of the distribution of answers by chance.
    expected : float
        Its variance.
    items : int
        One: r_wg; several: r_wg(j).
    groups : DataFrame
        index group: ``agreement`` (0 where answers vary more than by chance; NaN with fewer than two people),
        ``people``, ``variance`` (mean over items), ``beyond`` (whether it is more than by chance).
    """

    null: str
    expected: float
    items: int
    groups: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return one row per group."""
        return self.groups.reset_index()

    def summary(self) -> str:
        """Return mean and median over groups as a sentence."""
        known = self.groups["agreement"].dropna()
        told = "r_wg" if self.items == 1 else f"r_wg({self.items})"
        return (
            f"{told} mean {known.mean():.3f}, median {known.median():.3f}, from {known.min():.3f} to "
            f"{known.max():.3f} in {len(known)} groups, against {in_words(self.null)} answers by "
            f"chance (variance {self.expected:.3g}); {int(self.groups['beyond'].sum())} vary more than that"
        )


def within_group_agreement(
    answers: pd.DataFrame | pd.Series,
    groups: Sequence[object] | pd.Series,
    *,
    lowest: int,
    highest: int,
    null: str | Sequence[float] = "uniform",
) -> WithinGroupAgreement:
    """Return agreement, rWG of one item or rWG(j) of several, in every group.

    r_wg = 1 − s² ÷ σ²; r_wg(j) = j r ÷ (j r + 1 − r) with r = 1 − mean s² ÷ σ², σ² the variance by chance.

    Parameters
    ----------
    answers : Series of length n, or DataFrame with a column per item
        A row per person, NaN where missing: an item's variance is that of who answered it.
    groups : sequence of length n
        A row without one is left out.
    lowest, highest : int
        Answers that could be given.
    null : str or sequence of float
        How people answer by chance: "uniform"; "triangular" (the middle most often); of five answers also
        "slight_skew", "moderate_skew", "heavy_skew", "normal" (`NULL_SHARES`); or the share of every answer.

    Raises
    ------
    ValueError
        When the lengths differ, answers are no numbers or out of range, or there is no such null; naming all.
    NotEstimable
        When no group has two people who answered every item.

    Examples
    --------
    >>> found = within_group_agreement(pd.Series([4, 4, 5, 1, 5, 3]), list("aaabbb"), lowest=1, highest=5)
    >>> found.groups["agreement"].round(3).to_dict()
    {'a': 0.833, 'b': 0.0}
    """
    frame = answers.to_frame("item") if isinstance(answers, pd.Series) else answers
    values = answer_values(frame)
    faults = []
    if len(groups) != len(values):
        faults.append(f"{len(values)} rows and {len(groups)} groups, where every row has one")
    if highest <= lowest:
        faults.append(f"answers from {lowest} to {highest}, where the lowest comes first")
    elif np.nanmin(values, initial=lowest) < lowest or np.nanmax(values, initial=highest) > highest:
        faults.append(f"answers outside {lowest} to {highest}")
    name, expected = _by_chance(null, highest - lowest + 1, faults)
    if faults:
        raise ValueError(f"found {'; '.join(faults)}")
    labels = pd.Series(list(groups), dtype=object)
    by_group = pd.DataFrame(values).groupby(labels.to_numpy())
    variance = by_group.var(ddof=1).mean(axis=1, skipna=False)
    if not variance.notna().any():
        raise NotEstimable("found no group with two people who answered every item; needed: one")
    share = (1 - variance / expected).clip(lower=0)
    items = values.shape[1]
    found = pd.DataFrame(
        {
            "agreement": items * share / (items * share + 1 - share),
            "people": by_group.size(),
            "variance": variance,
            "beyond": variance > expected,
        }
    )
    return WithinGroupAgreement(name, expected, items, found.rename_axis("group"))


def _by_chance(null: str | Sequence[float], count: int, faults: list[str]) -> tuple[str, float]:
    """Return the name and the variance of a distribution of answers by chance."""
    if null == "uniform":
        return "uniform", (count**2 - 1) / 12
    if null == "triangular":
        shares = np.minimum(np.arange(1, count + 1), np.arange(count, 0, -1)).astype(float)
        shares /= shares.sum()
    elif isinstance(null, str):
        if null not in NULL_SHARES:
            faults.append(f"null {null!r}, where uniform, triangular, {', '.join(NULL_SHARES)} are known")
            return null, math.nan
        shares = np.array(NULL_SHARES[null])
    else:
        shares = np.array(null, dtype=float)
    if len(shares) != count or shares.min() < 0 or not math.isclose(shares.sum(), 1):
        faults.append(f"shares of {len(shares)} answers for {count}, where each has one and they add up to 1")
        return str(null), math.nan
    places = np.arange(len(shares))
    variance = float(shares @ places**2 - (shares @ places) ** 2)
    return null if isinstance(null, str) else "given", variance
