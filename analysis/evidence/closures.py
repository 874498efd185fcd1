"""Activities beside cascades of dated closures: which ties may have come of which, and which of none.

A tie that closed a meeting has a day. An activity is *admissible* for it if it took place on that day or at
most so many days before, and, where attendance is known, if both people were there. A tie without an
admissible activity came about without any, as far as the records are complete: so there are ties that did,
and any other may have, which leaves no activity a number that it must account for (`activity_shares`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable
from analysis.estimable import if_estimable
from analysis.evidence.attribution import activity_shares, summarised
from analysis.result import Result

__all__ = [
    "CalendarTest",
    "activities_beside_closures",
    "activities_of_closures",
    "calendar_draws",
    "calendar_table",
    "calendar_test",
    "cascades_beside_activities",
    "episodes_beside_closures",
    "knowledge_of_closures",
]

KNOWN = ("dates", "dates and attendance")
_DAY_ZERO = pd.Timestamp("1970-01-01")


def _days(dates: pd.Series) -> Floats:
    since = pd.to_datetime(dates) - _DAY_ZERO
    return np.asarray(since / pd.Timedelta(days=1), dtype=np.float64)


def activities_of_closures(
    tables: Mapping[str, pd.DataFrame], ties: pd.DataFrame, within: float
) -> dict[str, pd.DataFrame]:
    """Return which activities each tie may have come of, under each kind of knowledge.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        activities; attendance where it is known.
    ties : DataFrame
        ``first``, ``second`` (people), ``time`` (of the first contact, in days since 1970-01-01).
    within : float
        Most days from the day of the activity to that of the tie.

    Returns
    -------
    dict of str to DataFrame
        ``dates``, and ``dates and attendance`` where there is attendance: a row per tie in the order given, a
        column an activity, in the order of time; whether it is admissible.

    Examples
    --------
    >>> activities = pd.DataFrame({"activity_id": ["lab", "fair"], "date": ["1970-01-03", "1970-01-09"]})
    >>> came = pd.DataFrame({"activity_id": ["lab", "lab", "fair"], "actor_id": ["ana", "ben", "ana"]})
    >>> ties = pd.DataFrame({"first": ["ana", "ana"], "second": ["ben", "ben"], "time": [4.0, 8.5]})
    >>> found = activities_of_closures({"activities": activities, "attendance": came}, ties, 5)
    >>> found["dates and attendance"]["lab"].tolist(), found["dates"]["fair"].tolist()
    ([True, False], [False, True])
    """
    order = tables["activities"].sort_values(["date", "activity_id"])
    after = np.floor(ties["time"].to_numpy(dtype=float))[:, None] - _days(order["date"])
    names = order["activity_id"].tolist()
    dated = pd.DataFrame((after >= 0) & (after <= within), columns=names, index=ties.index)
    found = {KNOWN[0]: dated}
    if "attendance" in tables:
        found[KNOWN[1]] = dated & _both_there(tables, ties, names)
    return found


def knowledge_of_closures(allowed: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how far each kind of knowledge narrows the answer down.

    Parameters
    ----------
    allowed : mapping of str to DataFrame
        As from `activities_of_closures`.

    Returns
    -------
    DataFrame
        index `known`; ``closures``; ``of_an_activity_at_most``; ``none``, ``one``, ``several``: ties with no,
        one, more than one admissible activity.
    """
    frame = summarised(allowed).rename(columns={"new_ties": "closures"}).drop(columns="histories")
    frame.insert(1, "of_an_activity_at_most", frame["closures"] - frame["none"])
    return frame


def _both_there(tables: Mapping[str, pd.DataFrame], ties: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    came = tables["attendance"].groupby("activity_id")["actor_id"].agg(set)
    ends = [ties["first"], ties["second"]]
    cells = {
        name: ends[0].isin(came.get(name, set())) & ends[1].isin(came.get(name, set())) for name in names
    }
    return pd.DataFrame(cells, index=ties.index)


def activities_beside_closures(
    tables: Mapping[str, pd.DataFrame],
    allowed: Mapping[str, pd.DataFrame],
    ties: pd.DataFrame,
) -> pd.DataFrame:
    """Return the joint display: a row per activity, what the contacts allow beside what episodes tell.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        activities; attendance and episodes (with ``first_id``, ``second_id``, ``at_activity``) where known.
    allowed : mapping of str to DataFrame
        As from `activities_of_closures`.
    ties : DataFrame
        The same ties.

    Returns
    -------
    DataFrame
        index `activity`; ``date``, ``kind``, ``came``, ``closures_after`` (by the calendar), ``at_least``,
        ``at_most`` (may have come of it), and of those after it ``episodes_coded`` and ``told_at_activity``.
    """
    order = tables["activities"].sort_values(["date", "activity_id"]).set_index("activity_id")
    frame = order[["date", "kind"]].rename_axis("activity")
    if "attendance" in tables:
        came = tables["attendance"]["activity_id"].value_counts()
        frame["came"] = came.reindex(frame.index, fill_value=0).astype(int)
    frame["closures_after"] = allowed[KNOWN[0]].sum().reindex(frame.index).astype(int)
    shares = activity_shares(allowed[list(allowed)[-1]])
    frame[["at_least", "at_most"]] = shares.reindex(frame.index)
    told = _told(tables, ties)
    if told is not None:
        by_date = allowed[KNOWN[0]]
        frame["episodes_coded"] = [int(told[by_date[name]].notna().sum()) for name in frame.index]
        frame["told_at_activity"] = [int(told[by_date[name]].fillna(0).sum()) for name in frame.index]
    return frame


def _told(tables: Mapping[str, pd.DataFrame], ties: pd.DataFrame) -> pd.Series | None:
    """Return what is coded of each tie: 1 at an activity, 0 elsewhere, missing where it is not."""
    episodes = tables.get("episodes")
    if episodes is None or not {"first_id", "second_id", "at_activity"} <= set(episodes.columns):
        return None
    ends = zip(episodes["first_id"], episodes["second_id"], strict=True)
    coded = dict(zip(map(frozenset, ends), episodes["at_activity"], strict=True))
    pairs = map(frozenset, zip(ties["first"], ties["second"], strict=True))
    return pd.Series([coded.get(pair, np.nan) for pair in pairs], index=ties.index, dtype=float)


def episodes_beside_closures(
    tables: Mapping[str, pd.DataFrame], allowed: pd.DataFrame, ties: pd.DataFrame
) -> pd.DataFrame | NotEstimable:
    """Return how far coded episodes and admissible activities agree.

    Parameters
    ----------
    tables, ties
        As for `activities_beside_closures`.
    allowed : DataFrame
        Ties by activities, by the most that is known.

    Returns
    -------
    DataFrame
        index: whether an activity is admissible; columns: ``told at an activity``, ``told elsewhere``,
        ``not coded``. `NotEstimable` without coded episodes.
    """
    told = _told(tables, ties)
    if told is None:
        return NotEstimable("there are no coded episodes that name two people")
    any_activity = allowed.any(axis=1)
    words = told.map({1.0: "told at an activity", 0.0: "told elsewhere"}).fillna("not coded")
    rows = any_activity.map({True: "an activity is admissible", False: "no activity is"})
    frame = pd.crosstab(rows, words)
    columns = ["told at an activity", "told elsewhere", "not coded"]
    index = pd.Index(["an activity is admissible", "no activity is"], name="by the contacts")
    return frame.reindex(index=index, columns=columns, fill_value=0).rename_axis(columns=None)


def cascades_beside_activities(
    cascade: pd.DataFrame, ties: pd.DataFrame, allowed: Mapping[str, pd.DataFrame], most: int = 10
) -> tuple[pd.DataFrame, list[int]]:
    """Return the largest cascades, and how many of their closures may have come of an activity.

    Parameters
    ----------
    cascade : DataFrame
        ``event``, ``first``, ``second``: a row per closure (`contacts.closure.Coalescence.cascade`).
    ties, allowed
        As for `activities_beside_closures`.
    most : int

    Returns
    -------
    frame : DataFrame
        A row per cascade, from the largest: ``closures``, ``after_an_activity`` (by the calendar),
        ``both_were_there`` (the most that may have come of activities), ``without`` (of none: the least that
        came about otherwise).
    events : list of int
        Whose cascades these are.
    """
    place = {
        frozenset(pair): position
        for position, pair in enumerate(zip(ties["first"], ties["second"], strict=True))
    }
    ends = map(frozenset, zip(cascade["first"], cascade["second"], strict=True))
    which = np.array([place.get(pair, -1) for pair in ends], dtype=int)
    kept = cascade.assign(tie=which)[which >= 0]
    any_of = {known: cells.any(axis=1).to_numpy() for known, cells in allowed.items()}
    last = any_of[list(any_of)[-1]]
    sizes = kept.groupby("event")["tie"].size().sort_values(ascending=False, kind="stable").index[:most]
    rows = []
    for event in sizes:
        ties_of = kept.loc[kept["event"] == event, "tie"].to_numpy()
        dated, there = int(any_of[KNOWN[0]][ties_of].sum()), int(last[ties_of].sum())
        rows.append((len(ties_of), dated, there, len(ties_of) - there))
    columns = ["closures", "after_an_activity", "both_were_there", "without"]
    frame = pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(1, len(rows) + 1, name="cascade"))
    return frame, [int(event) for event in sizes]


@dataclass(frozen=True, repr=False, eq=False)
class CalendarTest(Result):
    """Closures that may have come of an activity, beside the same with the calendar of activities turned.

    Attributes
    ----------
    closures, admissible : int
    expected : float
        Mean over the other turns.
    p : float
        Share of all turns, the one observed among them, with as many or more.
    turned : ndarray of int
        Closures with an admissible activity at every turn; the first is the calendar as it was.
    """

    closures: int
    admissible: int
    expected: float
    p: float
    turned: Integers

    def tidy(self) -> pd.DataFrame:
        """Return one row."""
        row = {name: value for name, value in self.__dict__.items() if name != "turned"}
        return pd.DataFrame([row]).assign(days_moved=len(self.turned) - 1)

    def summary(self) -> str:
        """Return the result as a sentence."""
        return (
            f"{self.admissible} of {self.closures} closures may have come of an activity; with the calendar "
            f"turned, {self.expected:.1f} (p = {self.p:.3f}, {len(self.turned)} turns)"
        )


def calendar_test(
    tables: Mapping[str, pd.DataFrame], ties: pd.DataFrame, within: float, begin: float, end: float
) -> CalendarTest:
    """Ask whether closures follow activities more often than if activities had been on other days.

    All activities are moved together by every whole number of days within the time followed (those that leave
    it at the end come in at its beginning), who came with them. What closures do together, in bunches, stays;
    only their place beside the activities changes. A record in which more is going on at some seasons than at
    others, whatever the activities, breaks it.

    Parameters
    ----------
    tables, ties, within
        As for `activities_of_closures`.
    begin, end : float
        The time followed, in days since 1970-01-01; ties and activities outside are left out.

    Raises
    ------
    NotEstimable
        When there is no tie or no activity in that time, or it has fewer than 20 days.
    """
    dates = _days(tables["activities"]["date"])
    inside = tables["activities"][(dates >= begin) & (dates <= end)].sort_values(["date", "activity_id"])
    time = np.floor(ties["time"].to_numpy(dtype=float))
    kept = ties[(time >= begin) & (time <= end)]
    length = int(np.floor(end) - np.ceil(begin)) + 1
    if kept.empty or inside.empty or length < 20:
        raise NotEstimable("there are no closures, no activities, or fewer than 20 days to turn them in")
    names = inside["activity_id"].tolist()
    there = np.ones((len(kept), len(names)), dtype=bool)
    if "attendance" in tables:
        there = _both_there(tables, kept, names).to_numpy(dtype=bool)
    start = np.ceil(begin)
    days, moments = _days(inside["date"]) - start, np.floor(kept["time"].to_numpy(dtype=float)) - start
    turned = np.empty(length, dtype=np.int64)
    for turn in range(length):
        after = moments[:, None] - (days + turn) % length
        turned[turn] = (there & (after >= 0) & (after <= within)).any(axis=1).sum()
    as_many = float((turned >= turned[0]).mean())
    return CalendarTest(len(kept), int(turned[0]), float(turned[1:].mean()), as_many, turned)


@if_estimable
def calendar_table(found: CalendarTest) -> pd.DataFrame:
    """Return a test of the calendar as a row named closures."""
    return found.tidy().set_axis(pd.Index(["closures"]))


@if_estimable
def calendar_draws(found: CalendarTest) -> Mapping[str, Floats]:
    """Return the counts at every turn of the calendar, to be drawn beside the one observed."""
    return {"activities on other days": found.turned[1:].astype(float)}
