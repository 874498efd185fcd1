"""How far a change could get in a web of routines, along paths that respect time.

A path respects time when each of its links can be used no earlier than the one before it.

References
----------
Kempe, Kleinberg & Kumar (2002), Journal of Computer and System Sciences 64, 820-842 (time-respecting paths).
Xuan, Ferreira & Jarry (2003), International Journal of Foundations of Computer Science 14, 267-285 (foremost
journeys).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.evidence.routine_webs import Web, snapshot_days

__all__ = ["arrivals", "earliest_arrival", "possible_reach", "starting_points", "starts_of"]


def arrivals(
    one: Integers, other: Integers, since: Floats, until: Floats, begun: Floats, most: Floats
) -> Floats:
    """Return the earliest day on which a change can be at each routine, in many webs at once.

    Parameters
    ----------
    one, other : ndarray of shape (webs, links)
        Positions of the routines each link leads from and to.
    since, until : ndarray of shape (webs, links)
        First and last day of each link.
    begun : ndarray of shape (starts, routines)
        Day on which the change is at a routine to begin with; infinity elsewhere.
    most : ndarray of shape (starts,)
        Last day that counts.

    Returns
    -------
    ndarray of shape (webs, starts, routines)
        Infinity where it cannot get by then.
    """
    webs = np.arange(len(one))
    found = np.repeat(begun[None], len(one), axis=0)
    # A path without a circle has fewer links than there are routines.
    for _ in range(begun.shape[1] - 1):
        before = found.copy()
        for link in range(one.shape[1]):
            there = np.maximum(found[webs, :, one[:, link]], since[:, link, None])
            usable = (there <= until[:, link, None]) & (there <= most)
            target = found[webs, :, other[:, link]]
            found[webs, :, other[:, link]] = np.where(usable, np.minimum(target, there), target)
        if (found == before).all():
            break
    return found


def earliest_arrival(web: Web, routine: str, day: float, horizon: float = np.inf) -> pd.Series:
    """Return the earliest day on which a change that begins in a routine can be at each other.

    Parameters
    ----------
    web : Web
    routine : str
        Where it begins.
    day : float
        When.
    horizon : float
        Days it is followed for.

    Returns
    -------
    Series
        index routine; only those it can get to, itself among them.

    Raises
    ------
    ValueError
        For an unknown routine.

    Examples
    --------
    >>> from analysis.evidence.routine_webs import routine_web
    >>> routines = pd.DataFrame({"routine_id": ["a", "b", "c"], "organization_id": ["x", "x", "y"]})
    >>> links = pd.DataFrame({"from_id": ["b", "a"], "to_id": ["c", "b"], "medium": "people",
    ...     "since": ["1970-01-02", "1970-01-05"], "until": ["1970-01-04", None]})
    >>> earliest_arrival(routine_web({"routines": routines, "routine_links": links}), "a", 0).to_dict()
    {'a': 0.0, 'b': 4.0}
    """
    starts = pd.DataFrame({"routine_id": [routine], "day": [day]})
    found = pd.Series(_reached(web, starts, horizon)[0], index=web.routines)
    return found.loc[np.isfinite(found)]


def _reached(web: Web, starts: pd.DataFrame, horizon: float) -> Floats:
    begun, most = starting_points(web, starts, horizon)
    one, other = web.ends()
    since, until = (web.links[name].to_numpy(dtype=float)[None] for name in ("since", "until"))
    found: Floats = arrivals(one[None], other[None], since, until, begun, most)[0]
    return found


def starting_points(web: Web, starts: pd.DataFrame, horizon: float) -> tuple[Floats, Floats]:
    """Return the first days and the last days of `arrivals` for changes that begin in some routines."""
    unknown = sorted(set(starts["routine_id"]) - set(web.organizations))
    if unknown:
        raise ValueError(f"found no routine {', '.join(unknown)}; there are {', '.join(web.routines)}")
    place = {name: number for number, name in enumerate(web.organizations)}
    days = starts["day"].to_numpy(dtype=float)
    begun = np.full((len(starts), len(place)), np.inf)
    begun[np.arange(len(starts)), starts["routine_id"].map(place)] = days
    return begun, days + horizon


def starts_of(web: Web) -> pd.DataFrame:
    """Return every routine on every day on which some link began: where and when a change might begin.

    Returns
    -------
    DataFrame
        ``routine_id``, ``day``. Where no link has a first day, every routine on day 0.
    """
    days = snapshot_days(web, count=len(web.links)) or [0.0]
    pairs = [(name, day) for day in days for name in web.routines]
    return pd.DataFrame(pairs, columns=["routine_id", "day"])


def possible_reach(web: Web, starts: pd.DataFrame, horizon: float = np.inf) -> pd.DataFrame:
    """Return how far changes can get along paths that respect time.

    Parameters
    ----------
    web : Web
    starts : DataFrame
        ``routine_id`` and ``day`` of each.
    horizon : float
        Days each is followed for.

    Returns
    -------
    DataFrame
        Index of `starts`; ``routine_id``, ``day``, ``possible`` (other routines within reach) and
        ``possible_across`` (of them of other organisations).

    Raises
    ------
    ValueError
        For unknown routines.
    """
    within = np.isfinite(_reached(web, starts, horizon))
    home = np.array(list(web.organizations.values()))
    own = starts["routine_id"].map(web.organizations).to_numpy()
    across = (within & (home[None] != own[:, None])).sum(axis=1)
    return starts.assign(possible=within.sum(axis=1) - 1, possible_across=across)
