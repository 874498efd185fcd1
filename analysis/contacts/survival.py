"""How long do closures last? A survival curve that does not depend on when a tie began.

A tie *lasts* until its last contact before a silence: more than `silence` without a contact of its pair. Of
every contact that lies at least `silence` before the end of the record it is known whether one followed. A
tie still in use by then is censored `silence` before the end, and a tie that began later says nothing.
So censoring depends on the calendar alone, as Kaplan and Meier's estimator asks.

Kaplan, E. L., & Meier, P. (1958). Nonparametric estimation from incomplete observations. Journal of the
American Statistical Association, 53, 457-481.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable, require_level
from analysis.contacts.closure import Coalescence
from analysis.contacts.stream import ContactStream
from analysis.result import Result

__all__ = ["Survival", "closing_ties", "closure_survival", "kaplan_meier", "lasting_times"]


@dataclass(frozen=True, repr=False, eq=False)
class Survival(Result):
    """Kaplan and Meier's estimate of how many last longer than a time.

    Attributes
    ----------
    times : ndarray of float, shape (k,)
        When something ended or was censored, increasing.
    at_risk, ended : ndarray of float, shape (k,)
        Known to last until then, at least; of these, ended then.
    survival : ndarray of float, shape (k,)
        Share that lasts longer.
    standard_error : ndarray of float, shape (k,)
        Greenwood's, as if they ended independently; missing where nobody is left.
    level : float
    """

    times: Floats
    at_risk: Floats
    ended: Floats
    survival: Floats
    standard_error: Floats
    level: float

    @property
    def number(self) -> int:
        """How many the curve is of."""
        return int(self.at_risk[0])

    @property
    def median(self) -> float:
        """The first time that at most half outlast; missing where more than half do to the end."""
        below = np.flatnonzero(self.survival <= 0.5 + 1e-12)
        return float(self.times[below[0]]) if len(below) else np.nan

    def at(self, time: float) -> float:
        """Return the share that lasts longer than a time; missing beyond the last one known."""
        if time > self.times[-1]:
            return np.nan
        place = int(np.searchsorted(self.times, time, side="right"))
        return float(self.survival[place - 1]) if place else 1.0

    def tidy(self) -> pd.DataFrame:
        """Return a row a time: at risk, ended, survival, its standard error, and an interval.

        The interval is of the log of minus the log of the share, so that it stays between 0 and 1; missing
        where the share is 0 or 1.
        """
        inside = (self.survival > 0) & (self.survival < 1)
        lower, upper = np.full(len(self.times), np.nan), np.full(len(self.times), np.nan)
        share, error = self.survival[inside], self.standard_error[inside]
        spread = float(ndtri(0.5 + self.level / 2)) * error / (share * -np.log(share))
        lower[inside], upper[inside] = share ** np.exp(spread), share ** np.exp(-spread)
        return pd.DataFrame(
            {
                "time": self.times,
                "at_risk": self.at_risk.astype(int),
                "ended": self.ended.astype(int),
                "survival": self.survival,
                "standard_error": self.standard_error,
                "lower": lower,
                "upper": upper,
            }
        )

    def summary(self) -> str:
        """Return the result as a sentence."""
        half = "more than half last to the end" if np.isnan(self.median) else f"median {self.median:g}"
        return f"{self.number} followed, {int(self.ended.sum())} seen to end; {half}"


def kaplan_meier(times: Floats, ended: Flags, *, level: float = 0.95) -> Survival:
    """Estimate how many last longer than each time.

    Parameters
    ----------
    times : ndarray of float, shape (n,)
        When each ended, or was censored; who is censored at a time was there when others ended then.
    ended : ndarray of bool, shape (n,)
        False: censored.
    level : float
        Of the intervals.

    Raises
    ------
    ValueError
        For times that are negative or missing, lengths that differ, or a level not between 0 and 1.
    NotEstimable
        Where there is none.

    Examples
    --------
    Three end at 1, 3 and 3, two are censored at 2 and 4:

    >>> found = kaplan_meier(np.array([1.0, 2, 3, 3, 4]), np.array([True, False, True, True, False]))
    >>> found.survival.round(4).tolist()  # 4/5, then of three at risk two end
    [0.8, 0.8, 0.2667, 0.2667]
    """
    require_level(level)
    times, ended = np.asarray(times, dtype=float), np.asarray(ended, dtype=bool)
    if times.shape != ended.shape or times.ndim != 1:
        raise ValueError(f"found times of shape {times.shape}, ends of {ended.shape}; needed: one each")
    if not (np.isfinite(times) & (times >= 0)).all():
        raise ValueError("found a time below 0 or missing; allowed: 0 or more")
    if not len(times):
        raise NotEstimable("nothing could be followed")
    distinct, place = np.unique(times, return_inverse=True)
    leaving = np.bincount(place, minlength=len(distinct)).astype(float)
    ends = np.bincount(place, ended, minlength=len(distinct)).astype(float)
    at_risk: Floats = len(times) - np.concatenate([[0.0], np.cumsum(leaving)[:-1]])
    survival = np.cumprod(1 - ends / at_risk).astype(float)
    left = at_risk - ends
    terms = np.divide(ends, at_risk * left, out=np.full(len(ends), np.nan), where=left > 0)
    return Survival(distinct, at_risk, ends, survival, survival * np.sqrt(np.cumsum(terms)), level)


def lasting_times(stream: ContactStream, silence: float) -> tuple[Floats, Flags]:
    """Return how long each tie lasted, in the unit of the stream, and whether it was seen to end.

    Parameters
    ----------
    stream : ContactStream
    silence : float
        So long without a contact, and the tie has ended with the last one before.

    Returns
    -------
    times, ended : ndarray, shape (ties,)
        Missing and False for ties that began less than `silence` before the end of the record.
    """
    ties, stay = len(stream.first), stream.ticks(silence)
    order = np.lexsort((stream.clock, stream.tie))
    tie, clock = stream.tie[order], stream.clock[order]
    over = np.ones(len(tie), dtype=bool)
    over[:-1] = (tie[1:] != tie[:-1]) | (clock[1:] - clock[:-1] > stay)
    end = np.full(ties, np.inf)
    np.minimum.at(end, tie[over], clock[over])
    close = (stream.clock[-1] if len(stream.clock) else np.nan) - stay
    times = np.minimum(end, close) - stream.first
    known = stream.first <= close
    return np.where(known, times, np.nan) / stream.unit, known & (end <= close)


def closure_survival(stream: ContactStream, found: Coalescence, events: pd.DataFrame) -> Survival:
    """Return the survival curve of the ties that closed meetings, each tie once.

    Parameters
    ----------
    stream : ContactStream
        What the detector read.
    found : Coalescence
        With its cascade. The silence after which a tie has ended is its persistence and horizon together: so
        the closures that outlast 0 were in contact again by then.
    events : DataFrame
        Which of its events; closures of either order are followed, as long as the record goes on.

    Raises
    ------
    NotEstimable
        When no closure could be followed.
    """
    times, ended = lasting_times(stream, found.persistence + found.horizon)
    ties = closing_ties(stream, found, events)
    known = ties[~np.isnan(times[ties])]
    if not len(known):
        raise NotEstimable("no closure could be followed for persistence and horizon")
    return kaplan_meier(times[known], ended[known])


def closing_ties(stream: ContactStream, found: Coalescence, events: pd.DataFrame) -> Integers:
    """Return the numbers of the ties that closed any of these events, each once."""
    rows = found.cascade[found.cascade["event"].isin(events["event"])]
    pairs = rows[["first", "second"]].drop_duplicates().itertuples(index=False, name=None)
    return np.unique(stream.numbers(list(pairs)))
