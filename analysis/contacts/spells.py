"""Ties that are active for a time: from whom to whom, from when to when.

A contact is a moment. Where contacts belong to conversations, a tie can be said to be active as long as the
conversation goes on; this makes what is called a temporal network of intervals.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.arrays import Floats

__all__ = ["change_times", "conversation_spells", "merged_spells", "rounded_as_in_r", "temporal_density"]

_SPELL = ("sender_id", "receiver_id", "begin", "end")
_DAY = pd.Timedelta(days=1)


def conversation_spells(contacts: pd.DataFrame, *, digits: int | None = None) -> pd.DataFrame:
    """Say from when to when each tie is active: as long as the conversations it is part of.

    A conversation of a single contact has no length and gives no spell. Its pair stays in the network, and is
    **always active** (from −∞ to ∞) unless it has another conversation: so does the R package networkDynamic
    with a tie of which no activity is known. Leave such pairs out where that is not meant.

    Parameters
    ----------
    contacts : DataFrame
        Columns ``time``, ``sender_id``, ``receiver_id``, ``conversation_id``. Contacts with oneself are left
        out first.
    digits : int or None
        To how many digits of a day times are rounded before spells are made (`rounded_as_in_r`).

    Returns
    -------
    DataFrame
        ``sender_id``, ``receiver_id``, ``begin``, ``end`` in days since the first contact; a row per spell,
        those of a pair merged, by sender and receiver.

    Raises
    ------
    ValueError
        When a contact has no conversation.

    Examples
    --------
    >>> rows = [("2024-01-01", "a", "b", "x"), ("2024-01-03", "c", "a", "x"), ("2024-01-02", "b", "c", "y")]
    >>> contacts = pd.DataFrame(rows, columns=["time", "sender_id", "receiver_id", "conversation_id"])
    >>> conversation_spells(contacts)
      sender_id receiver_id  begin  end
    0         a           b    0.0  2.0
    1         b           c   -inf  inf
    2         c           a    0.0  2.0
    """
    others = contacts[contacts["sender_id"] != contacts["receiver_id"]]
    unknown = int(others["conversation_id"].isna().sum())
    if unknown:
        raise ValueError(f"found {unknown} contacts without a conversation; allowed: one for each")
    times = pd.to_datetime(others["time"])
    days = np.asarray((times - times.min()) / _DAY, dtype=np.float64)
    posts = others[["sender_id", "receiver_id", "conversation_id"]].assign(
        day=days if digits is None else rounded_as_in_r(days, digits)
    )
    conversation = posts.groupby("conversation_id")["day"]
    spans = posts.assign(begin=conversation.transform("min"), end=conversation.transform("max"))
    spells = spans.loc[conversation.transform("size") > 1, list(_SPELL)]
    pairs = posts[["sender_id", "receiver_id"]].drop_duplicates()
    known = pairs.merge(spells[["sender_id", "receiver_id"]].drop_duplicates(), how="left", indicator=True)
    silent = known.loc[known["_merge"] == "left_only", ["sender_id", "receiver_id"]]
    return merged_spells(pd.concat([spells, silent.assign(begin=-np.inf, end=np.inf)], ignore_index=True))


def merged_spells(spells: pd.DataFrame) -> pd.DataFrame:
    """Join the spells of a pair that overlap or touch.

    Parameters
    ----------
    spells : DataFrame
        ``sender_id``, ``receiver_id``, ``begin``, ``end``.

    Returns
    -------
    DataFrame
        The same columns, by sender, receiver and begin.

    Raises
    ------
    ValueError
        When a spell ends before it begins.

    Examples
    --------
    >>> rows = [("a", "b", 0.0, 2.0), ("a", "b", 2.0, 3.0), ("a", "b", 5.0, 6.0)]
    >>> merged_spells(pd.DataFrame(rows, columns=["sender_id", "receiver_id", "begin", "end"]))
      sender_id receiver_id  begin  end
    0         a           b    0.0  3.0
    1         a           b    5.0  6.0
    """
    backward = int((spells["end"] < spells["begin"]).sum())
    if backward:
        raise ValueError(f"found {backward} spells that end before they begin; allowed: none")
    ordered = spells[list(_SPELL)].sort_values(list(_SPELL), ignore_index=True)
    pair = ordered.groupby(["sender_id", "receiver_id"], sort=False).ngroup()
    latest = ordered.groupby(pair)["end"].cummax().groupby(pair).shift()
    number = (latest.isna() | (ordered["begin"] > latest)).cumsum()
    by = ordered.assign(spell=number).groupby(["sender_id", "receiver_id", "spell"], sort=False)
    joined = by.agg(begin=("begin", "min"), end=("end", "max"))
    return joined.reset_index("spell", drop=True).reset_index()


def change_times(spells: pd.DataFrame) -> Floats:
    """Return the distinct times at which a tie becomes active or ceases to be, in order.

    Parameters
    ----------
    spells : DataFrame
        As from `merged_spells`; those without begin or end (always active) change nothing.

    Examples
    --------
    >>> rows = [("a", "b", 0.0, 2.0), ("b", "a", 2.0, 3.0)]
    >>> change_times(pd.DataFrame(rows, columns=["sender_id", "receiver_id", "begin", "end"])).tolist()
    [0.0, 2.0, 3.0]
    """
    ends = spells[["begin", "end"]].to_numpy(float).ravel()
    times: Floats = np.unique(ends[np.isfinite(ends)])
    return times


def temporal_density(spells: pd.DataFrame, first: float, last: float) -> float:
    """Return the share of the time observed for which a tie is active, over the ties that there are.

    Parameters
    ----------
    spells : DataFrame
        As from `merged_spells`.
    first, last : float
        When observation began and ended; what lies outside does not count.

    Returns
    -------
    float
        Between 0 and 1, NaN without any tie. As R tsna's ``tEdgeDensity`` with its defaults (duration, edge).

    Raises
    ------
    ValueError
        When observation does not last.

    Examples
    --------
    >>> rows = [("a", "b", 0.0, 2.0), ("b", "a", 2.0, 3.0)]
    >>> temporal_density(pd.DataFrame(rows, columns=["sender_id", "receiver_id", "begin", "end"]), 0, 4)
    0.375
    """
    if not first < last:
        raise ValueError(f"found observation from {first} to {last}; allowed: an end after the begin")
    if spells.empty:
        return float("nan")
    inside = spells["end"].clip(first, last) - spells["begin"].clip(first, last)
    pairs = len(spells[["sender_id", "receiver_id"]].drop_duplicates())
    return float(inside.sum() / (pairs * (last - first)))


def rounded_as_in_r(values: Floats, digits: int) -> Floats:
    """Round as R does since 4.0.0: to the nearer of two decimals, at a tie to the even one.

    numpy multiplies, rounds and divides instead, which gives another decimal for some values half-way.

    Parameters
    ----------
    values : array
        Not below zero.
    digits : int
        Not below zero.

    Raises
    ------
    ValueError
        For negative values or digits.

    References
    ----------
    Maechler, M. (2020). R package round: rounding to decimal digits, version "r3d.C".

    Examples
    --------
    >>> rounded_as_in_r(np.array([0.15, 2.675, 7.0]), 1).tolist()
    [0.1, 2.7, 7.0]
    """
    found = np.asarray(values, dtype=float)
    if digits < 0 or (found < 0).any():
        raise ValueError("found a value or digits below zero; allowed: none")
    scale = 10.0**digits
    below = np.floor(found * scale)
    lower, upper = below / scale, np.ceil(found * scale) / scale
    to_lower, to_upper = found - lower, upper - found
    down = (to_lower < to_upper) | ((to_lower == to_upper) & (below % 2 == 0))
    rounded: Floats = np.where(down, lower, upper)
    return rounded
