"""Does a backbone step back at activities too? Its part among those present, activity by activity."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Flags, Floats
from analysis.checks import NotEstimable, require_count
from analysis.finding import smallest_group
from analysis.resampling.monte_carlo import p_value
from analysis.result import Result

__all__ = ["Attendance", "attendance_over_time"]

_MEASURES = ("share", "backbone_came", "members_came")


@dataclass(frozen=True, repr=False, eq=False)
class Attendance(Result):
    """Who came, activity by activity.

    Attributes
    ----------
    frame : DataFrame
        Index `activity`, in order of time; ``present``, ``share`` (of the backbone among those present),
        ``backbone_came`` and ``members_came`` (share of those who were in the network that day).
    trends : DataFrame
        Index the measure; ``first``, ``last``, ``slope`` (from one activity to the next), ``p`` (two-sided,
        against the activities in shuffled order).
    people : tuple of frozenset
        For each activity the smaller of the two groups present, as (person, "attendance", activity).
    """

    frame: pd.DataFrame
    trends: pd.DataFrame
    people: tuple[frozenset[object], ...]

    def summary(self) -> str:
        """Return how the backbone's share of those present moved."""
        row = self.trends.loc["share"]
        return (
            f"backbone among those present: {row['first']:.0%} at the first activity, {row['last']:.0%} at "
            f"the last of {len(self.frame)} (p = {row['p']:.3f} in shuffled order)"
        )

    def tidy(self) -> pd.DataFrame:
        """Return a row for each activity."""
        return self.frame


def attendance_over_time(
    tables: Mapping[str, pd.DataFrame], backbone: Collection[str], *, draws: int = 999, seed: int
) -> Attendance:
    """Measure a backbone's part in attendance.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors (with ``joined_on`` and ``left_on`` where known), activities and attendance of the data model.
    backbone : collection of str
        Who belongs to it; all other actors are members.
    draws, seed : int
        How often the activities are put in another order.

    Raises
    ------
    NotEstimable
        Where there is no attendance, or fewer than three activities that a member came to.

    Examples
    --------
    >>> actors = pd.DataFrame({"actor_id": list("Babc")})
    >>> days = [("kick_off", "2024-10-05"), ("lab", "2024-12-07"), ("fair", "2025-04-26")]
    >>> came = [("kick_off", "B"), ("kick_off", "a"), ("lab", "a"), ("lab", "b"), ("fair", "c")]
    >>> tables = {
    ...     "actors": actors,
    ...     "activities": pd.DataFrame(days, columns=["activity_id", "date"]),
    ...     "attendance": pd.DataFrame(came, columns=["activity_id", "actor_id"]),
    ... }
    >>> attendance_over_time(tables, {"B"}, draws=9, seed=1).frame["share"].tolist()
    [0.5, 0.0, 0.0]
    """
    require_count("draws", draws)
    if not {"activities", "attendance"} <= tables.keys():
        raise NotEstimable("found no attendance")
    actors = tables["actors"]
    names = actors["actor_id"].to_numpy(dtype=object)
    own = np.isin(names, list(backbone))
    came = tables["attendance"].groupby("activity_id")["actor_id"].agg(frozenset)
    rows, groups = {}, []
    ordered = tables["activities"].sort_values(["date", "activity_id"])
    for activity, day in ordered[["activity_id", "date"]].itertuples(index=False, name=None):
        there = np.isin(names, list(came.get(activity, ())))
        asked = _in_the_network(actors, str(day)) | there
        if not (there & ~own).any():
            continue
        rows[activity] = {
            "present": int(there.sum()),
            "share": float(own[there].mean()),
            "backbone_came": _share(there[asked & own]),
            "members_came": _share(there[asked & ~own]),
        }
        apart = smallest_group([frozenset(names[there & own]), frozenset(names[there & ~own])])
        groups.append(frozenset((person, "attendance", activity) for person in apart))
    if len(rows) < 3:
        raise NotEstimable(f"found {len(rows)} activities that a member came to; needed: three")
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("activity")
    return Attendance(frame, _trends(frame, draws, seed), tuple(groups))


def _in_the_network(actors: pd.DataFrame, day: str) -> Flags:
    """Return who had joined and not left on a day; an empty date sets no limit."""
    joined, left = (
        actors[name].astype("string").fillna("") if name in actors else pd.Series("", index=actors.index)
        for name in ("joined_on", "left_on")
    )
    return ((joined <= day) & ((left == "") | (left >= day))).to_numpy(dtype=bool)


def _share(flags: Flags) -> float:
    return float(flags.mean()) if len(flags) else np.nan


def _trends(frame: pd.DataFrame, draws: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    orders = np.array([random.permutation(len(frame)) for _ in range(draws)])
    place = np.arange(len(frame)) - (len(frame) - 1) / 2
    rows = {}
    for name in _MEASURES:
        values: Floats = frame[name].to_numpy(dtype=float)
        slope = float(place @ values / (place @ place))
        drawn = values[orders] @ place / (place @ place)
        rows[name] = {
            "first": values[0],
            "last": values[-1],
            "slope": slope,
            "p": p_value(drawn, slope, "about_zero"),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")
