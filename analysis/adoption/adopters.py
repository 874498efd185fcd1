"""When each adopted, and how many by when: times and periods, categories of adopters, curves, hazards.

Times of adoption are n numbers, NaN or infinity for who never adopted; **they are nowhere counted as an
adopter**. Periods are increasing numbers; a time belongs to the first period that is not before it, and the
first period takes in all that came earlier.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable

__all__ = [
    "ADOPTER_CATEGORIES",
    "adopter_categories",
    "adopters_by_period",
    "adoption_ranks",
    "checked_periods",
    "checked_times",
    "cumulative_adoption",
    "hazard_by_period",
    "people_at_risk",
]


ADOPTER_CATEGORIES = (
    "innovator",
    "early adopter",
    "early majority",
    "late majority",
    "laggard",
    "non-adopter",
)


def adopter_categories(adoption_time: npt.ArrayLike, *, innovators: bool = True) -> pd.Series:
    """Sort adopters by how far from the mean time they adopted, in standard deviations.

    Innovators: before mean − 2 SD; early adopters: before mean − SD; early majority: before the mean; late
    majority: before mean + SD; laggards: at mean + SD or later. A time on a boundary falls in the later one.

    Parameters
    ----------
    adoption_time : array-like of length n
    innovators : bool
        If false, innovators count as early adopters (as in netdiffuseR).

    Returns
    -------
    Series
        Ordered categories, `ADOPTER_CATEGORIES`. Mean and SD (ddof 1) are those of the adopters alone; who
        never adopted is a non-adopter. Shares of 2.5, 13.5, 34, 34 and 16 % are what the rule gives when
        times are normal; in a short study nobody may be 2 SD early.

    Raises
    ------
    NotEstimable
        When fewer than two adopted, or all at one time.

    References
    ----------
    Rogers, E. M. (2003). Diffusion of Innovations (5th ed.), ch. 7.

    Examples
    --------
    >>> adopter_categories([1, 4, 5, 5, 6, 9])
    0     early adopter
    1    early majority
    2     late majority
    3     late majority
    4     late majority
    5           laggard
    Name: category, dtype: category
    Categories (6, str): ['innovator' < 'early adopter' < 'early majority' <
                          'late majority' < 'laggard' < 'non-adopter']
    """
    times = checked_times(adoption_time)
    adopted = np.isfinite(times)
    distinct = len(np.unique(times[adopted]))
    if distinct < 2:
        raise NotEstimable(
            f"found {int(adopted.sum())} adopters at {distinct} different times; allowed: 2 times or more"
        )
    mean, deviation = times[adopted].mean(), times[adopted].std(ddof=1)
    cuts = mean + deviation * np.array([-2.0, -1.0, 0.0, 1.0])
    codes = np.where(adopted, np.searchsorted(cuts, times, side="right"), 5)
    if not innovators:
        codes = np.maximum(codes, 1)
    names = pd.CategoricalDtype(list(ADOPTER_CATEGORIES), ordered=True)
    return pd.Series([ADOPTER_CATEGORIES[code] for code in codes], dtype=names, name="category")


def cumulative_adoption(adoption_time: npt.ArrayLike, periods: npt.ArrayLike) -> pd.DataFrame:
    """Count adopters by period.

    Parameters
    ----------
    adoption_time : array-like of length n
    periods : array-like of length T

    Returns
    -------
    DataFrame
        Index ``period``; ``new``, ``adopters`` so far, ``share`` of all n, and ``growth``, new ÷ adopters
        of the period before (NaN without any).

    Raises
    ------
    ValueError
        When nobody is given, periods do not increase, or a time is −∞.

    Examples
    --------
    >>> cumulative_adoption([1, 2, 2, float("nan")], [1, 2, 3])
            new  adopters  share  growth
    period
    1.0       1         1   0.25     NaN
    2.0       2         3   0.75     2.0
    3.0       0         3   0.75     0.0
    """
    times, bounds = checked_times(adoption_time), checked_periods(periods)
    new = np.bincount(adoption_ranks(times, bounds), minlength=len(bounds) + 1)[: len(bounds)]
    total = np.cumsum(new)
    before = total - new
    growth = np.divide(new, before, out=np.full(len(new), np.nan), where=before > 0)
    return pd.DataFrame(
        {"new": new, "adopters": total, "share": total / len(times), "growth": growth},
        index=pd.Index(bounds, name="period"),
    )


def adopters_by_period(
    adoption_time: npt.ArrayLike, periods: npt.ArrayLike, labels: Sequence[str]
) -> list[frozenset[str]]:
    """Return who had adopted by each period.

    Where few people may not be told of, only some periods can be shown: between two of them nobody adopts,
    or enough people do (`Results.shown`, of these sets).

    Parameters
    ----------
    adoption_time : array-like of length n
    periods : array-like of length T
    labels : sequence of str, length n

    Returns
    -------
    list of frozenset
        T sets of labels, each within the next.

    Raises
    ------
    ValueError
        As `cumulative_adoption`, or when there are not n labels.

    Examples
    --------
    >>> [sorted(group) for group in adopters_by_period([1, 3, np.inf], [1, 2, 3], ["ana", "ben", "cy"])]
    [['ana'], ['ana'], ['ana', 'ben']]
    """
    ranks = adoption_ranks(checked_times(adoption_time), checked_periods(periods))
    if len(labels) != len(ranks):
        raise ValueError(f"found {len(labels)} labels of {len(ranks)} times; needed: one for each")
    people = np.array(labels, dtype=object)
    return [frozenset(people[ranks <= place]) for place in range(len(checked_periods(periods)))]


def hazard_by_period(
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    observed_until: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the share of those still without the innovation who adopt, by period.

    Parameters
    ----------
    adoption_time : array-like of length n
    periods : array-like of length T
    observed_until : array-like of length n, optional
        Last time at which each was observed; later periods do not count who had not adopted by then. By
        default everybody is observed throughout.

    Returns
    -------
    DataFrame
        Index ``period``; ``at_risk``, ``new``, ``hazard`` (NaN when nobody is at risk). netdiffuseR's
        ``hazard_rate`` prints 0 for the first period; here it is new ÷ n, to be read as a hazard only where
        the first period is when the innovation came out.

    Raises
    ------
    ValueError
        As `cumulative_adoption`, or when `observed_until` does not fit.

    Examples
    --------
    >>> hazard_by_period([1, 2, 2, float("nan")], [1, 2, 3])
            at_risk  new    hazard
    period
    1.0           4    1  0.250000
    2.0           3    2  0.666667
    3.0           1    0  0.000000
    """
    bounds = checked_periods(periods)
    at_risk, adopts = people_at_risk(adoption_time, bounds, observed_until=observed_until)
    risk, new = at_risk.sum(axis=0), adopts.sum(axis=0)
    hazard = np.divide(new, risk, out=np.full(len(bounds), np.nan), where=risk > 0)
    return pd.DataFrame(
        {"at_risk": risk, "new": new, "hazard": hazard}, index=pd.Index(bounds, name="period")
    )


def people_at_risk(
    adoption_time: npt.ArrayLike, periods: npt.ArrayLike, *, observed_until: npt.ArrayLike | None = None
) -> tuple[Flags, Flags]:
    """Say who had not adopted before each period and was observed in it, and who adopted in it; (n, T) each.

    Parameters and errors are those of `hazard_by_period`.
    """
    times, bounds = checked_times(adoption_time), checked_periods(periods)
    ranks = adoption_ranks(times, bounds)[:, None]
    at_risk: Flags = ranks >= np.arange(len(bounds))
    adopts: Flags = ranks == np.arange(len(bounds))
    if observed_until is not None:
        until = np.asarray(observed_until, dtype=float)
        if until.shape != times.shape or np.isnan(until).any():
            raise ValueError(
                f"observed_until has shape {until.shape} and {int(np.isnan(until).sum())} missing; "
                f"needed: {len(times)} times"
            )
        early = np.isfinite(times) & (until < times)
        if early.any():
            place = int(np.flatnonzero(early)[0])
            raise ValueError(
                f"actor {place} adopted at {times[place]:g} but was observed until {until[place]:g} only"
            )
        at_risk &= until[:, None] >= np.where(np.isfinite(times)[:, None], -np.inf, bounds)
    return at_risk, adopts


def adoption_ranks(times: Floats, periods: Floats) -> Integers:
    """Return the place of the period each time belongs to; len(periods) for later and never."""
    ranks: Integers = np.searchsorted(periods, times, side="left").astype(np.int64)
    return ranks


def checked_times(adoption_time: npt.ArrayLike) -> Floats:
    """Return times with infinity for never."""
    times = np.array(adoption_time, dtype=float)
    if times.ndim != 1 or not times.size:
        raise ValueError(f"adoption_time has shape {times.shape}; needed: one time for each of n actors")
    if np.isneginf(times).any():
        place = int(np.flatnonzero(np.isneginf(times))[0])
        raise ValueError(f"adoption_time is -inf at {place}; allowed: numbers, and inf or NaN for never")
    times[np.isnan(times)] = np.inf
    return times


def checked_periods(periods: npt.ArrayLike) -> Floats:
    bounds = np.asarray(periods, dtype=float)
    if bounds.ndim != 1 or not bounds.size or not np.isfinite(bounds).all() or (np.diff(bounds) <= 0).any():
        raise ValueError(f"periods are {np.ravel(bounds).tolist()[:12]}; needed: numbers that increase")
    return bounds
