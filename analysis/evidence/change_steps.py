"""Changes followed step by step through a web of routines: what was possible, reached, and enacted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.evidence.routine_webs import MEDIA, Web, day_number, day_text
from analysis.evidence.timed_reach import earliest_arrival, possible_reach
from analysis.frames import rows_of
from analysis.resampling.proportions import wilson_interval

__all__ = ["carried", "cascade", "checked_steps", "reach_by_episode", "starts_of_episodes"]


def checked_steps(tables: Mapping[str, pd.DataFrame], web: Web) -> pd.DataFrame:
    """Return the steps of all changes in order of time, or say everything that cannot be.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``episodes`` and ``episode_steps``.
    web : Web

    Returns
    -------
    DataFrame
        ``episode_id``, ``routine_id``, ``day``, ``enacted``, ``from_id``, ``medium`` (empty where it began,
        or that is not known), ``begun`` (first day of the change).

    Raises
    ------
    ValueError
        With every step that is of an unknown change or routine, before the change began, from itself, half
        told (a routine without its medium), from a routine that the change had not reached, along a link
        that is not there, or on a day that the link was not there.
    NotEstimable
        Without a step.

    Examples
    --------
    >>> from analysis.evidence.routine_webs import routine_web
    >>> routines = pd.DataFrame({"routine_id": ["a", "b"], "organization_id": ["x", "y"]})
    >>> links = pd.DataFrame({"from_id": ["a"], "to_id": ["b"], "medium": "people", "since": ["2020-03-01"]})
    >>> episodes = pd.DataFrame({"episode_id": ["e"], "routine_id": ["a"], "started_on": ["2020-01-01"]})
    >>> steps = pd.DataFrame({"episode_id": "e", "routine_id": ["a", "b"], "enacted": 1,
    ...     "date": ["2020-01-01", "2020-02-01"], "from_id": [None, "a"], "medium": [None, "people"]})
    >>> checked_steps({"episodes": episodes, "episode_steps": steps},
    ...               routine_web({"routines": routines, "routine_links": links}))
    Traceback (most recent call last):
    ...
    ValueError: found e, b: on 2020-02-01 by a link (a, people) that was there from 2020-03-01 to the end
    """
    steps = tables["episode_steps"].reset_index(drop=True)
    if steps.empty:
        raise NotEstimable("found no step of any change")
    starts = starts_of_episodes(tables)
    begun = dict(zip(starts["episode_id"], starts["day"], strict=True))
    frame = steps[["episode_id", "routine_id"]].astype(str)
    frame["day"] = [day_number(text, missing=np.nan) for text in steps["date"]]
    frame["enacted"] = steps["enacted"].astype(int)
    for name in ("from_id", "medium"):
        given = steps[name] if name in steps else pd.Series(None, index=steps.index, dtype=object)
        frame[name] = ["" if pd.isna(one) else str(one) for one in given]
    frame["begun"] = frame["episode_id"].map(begun)
    faults = _faults(frame, web, set(tables["episodes"]["episode_id"].astype(str)))
    if faults:
        raise ValueError("found " + "; ".join(faults))
    order = frame.sort_values(["begun", "episode_id", "day"], kind="stable")
    return order.reset_index(drop=True)


def _faults(steps: pd.DataFrame, web: Web, episodes: set[str]) -> list[str]:
    at = {(one.episode_id, one.routine_id): one.day for one in rows_of(steps)}
    links = {(one.from_id, one.to_id, one.medium): (one.since, one.until) for one in rows_of(web.links)}
    faults = []
    for one in rows_of(steps):
        told, day = f"{one.episode_id}, {one.routine_id}:", day_text(one.day)
        if one.episode_id not in episodes:
            faults.append(f"{told} no change of that name")
        if one.routine_id not in web.organizations:
            faults.append(f"{told} no routine of that name")
        if one.day < one.begun:
            faults.append(f"{told} on {day}, before the change began on {day_text(one.begun)}")
        if (not one.from_id) != (not one.medium):
            faults.append(f"{told} a routine it came from without the medium, or the reverse")
        if not (one.from_id and one.medium):
            continue
        if one.from_id == one.routine_id:
            faults.append(f"{told} from itself")
            continue
        source = at.get((one.episode_id, one.from_id))
        if source is None:
            faults.append(f"{told} from {one.from_id}, which the change did not reach")
        elif source > one.day:
            faults.append(f"{told} on {day}, before it was at {one.from_id} on {day_text(source)}")
        found = links.get((one.from_id, one.routine_id, one.medium))
        if found is None:
            faults.append(f"{told} no link from {one.from_id} by {one.medium}")
        elif not found[0] <= one.day <= found[1]:
            first, last = day_text(found[0]) or "the start", day_text(found[1]) or "the end"
            faults.append(
                f"{told} on {day} by a link ({one.from_id}, {one.medium}) that was there "
                f"from {first} to {last}"
            )
    return faults


def starts_of_episodes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return where and when each change began: ``episode_id``, ``routine_id``, ``day`` (missing: unknown)."""
    episodes = tables["episodes"]
    frame = episodes[["episode_id", "routine_id"]].astype(str).reset_index(drop=True)
    frame["day"] = [day_number(text, missing=np.nan) for text in episodes["started_on"]]
    return frame


def reach_by_episode(
    tables: Mapping[str, pd.DataFrame], web: Web, steps: pd.DataFrame, horizon: float = np.inf
) -> pd.DataFrame:
    """Return for each change how many routines it could get to, got to, and was enacted in.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``episodes``.
    web : Web
    steps : DataFrame
        As from `checked_steps`.
    horizon : float
        Days each change is followed for.

    Returns
    -------
    DataFrame
        index ``episode``; ``routine``, ``started_on``, ``possible`` (other routines within reach by paths
        that respect time), ``reached``, ``enacted`` (of those within the horizon, the first routine aside),
        ``enacted_across`` (in other organisations), ``share`` (enacted ÷ possible, missing where none was).

    Raises
    ------
    NotEstimable
        When no change has a first day.
    """
    starts = starts_of_episodes(tables).dropna(subset=["day"])
    if starts.empty:
        raise NotEstimable("found no day on which a change began")
    could = possible_reach(web, starts, horizon)
    later = steps[steps["day"] <= steps["begun"] + horizon]
    later = later.merge(starts[["episode_id", "routine_id"]], on="episode_id", suffixes=("", "_first"))
    later = later[later["routine_id"] != later["routine_id_first"]]
    home = later["routine_id"].map(web.organizations) != later["routine_id_first"].map(web.organizations)
    counts = pd.DataFrame(
        {
            "episode_id": later["episode_id"],
            "reached": 1,
            "enacted": later["enacted"],
            "enacted_across": later["enacted"] * home,
        }
    ).groupby("episode_id")
    frame = could.set_index("episode_id").join(counts.sum())
    names = ["reached", "enacted", "enacted_across"]
    frame[names] = frame[names].fillna(0).astype(int)
    frame["started_on"] = [day_text(day) for day in frame["day"]]
    frame["share"] = frame["enacted"] / frame["possible"].where(frame["possible"] > 0)
    columns = ["routine", "started_on", "possible", *names, "share"]
    return frame.rename(columns={"routine_id": "routine"})[columns].rename_axis("episode")


def cascade(web: Web, steps: pd.DataFrame, episode: str, horizon: float = np.inf) -> pd.DataFrame:
    """Return one change on a time axis: from when each routine was within reach, and what happened there.

    Parameters
    ----------
    web : Web
    steps : DataFrame
        As from `checked_steps`.
    episode : str
    horizon : float
        Days it is followed for.

    Returns
    -------
    DataFrame
        index ``routine``, in order of time; ``organization``, and in days since the change began
        ``possible_from``, ``reached`` (missing: never), with ``enacted`` (missing: never reached),
        ``from_id``, ``medium``.

    Raises
    ------
    ValueError
        For a change without a step.
    """
    own = steps[steps["episode_id"] == episode]
    if own.empty:
        raise ValueError(f"found no step of {episode}")
    begun = float(own["begun"].iloc[0])
    first = str(own["routine_id"].iloc[0])
    could = earliest_arrival(web, first, begun, horizon) - begun
    mine = own.set_index("routine_id")
    names = list(dict.fromkeys([*mine.index, *could.index]))
    frame = pd.DataFrame(index=pd.Index(names, name="routine"))
    frame["organization"] = [web.organizations[name] for name in names]
    frame["possible_from"] = could.reindex(names)
    frame["reached"] = (mine["day"] - begun).reindex(names)
    frame["enacted"] = mine["enacted"].reindex(names)
    frame[["from_id", "medium"]] = mine[["from_id", "medium"]].reindex(names)
    return frame.sort_values(["reached", "possible_from"], kind="stable")


def carried(web: Web, steps: pd.DataFrame, *, delay: float = 0, horizon: float = np.inf) -> pd.DataFrame:
    """Return how often a link that could carry a change did, by medium.

    A link had a chance when the routine it leads from took the change up on a day from which the link was
    there for `delay` days more (and the change was followed so long), and its target was neither there
    already nor reached later from a routine that had taken the change up earlier, or by a link listed before.

    Parameters
    ----------
    web : Web
    steps : DataFrame
        As from `checked_steps`.
    delay : float
        The most days that a link takes.
    horizon : float
        Days each change is followed for.

    Returns
    -------
    DataFrame
        index ``medium``; ``chances``, ``carried``, ``share``, ``lower`` and ``upper`` (Wilson's 95 %
        interval, as if chances were independent), both missing without a chance.
    """
    counts = {medium: [0, 0] for medium in MEDIA}
    out = {str(name): rows for name, rows in web.links.groupby("from_id", sort=False)}
    for _, own in steps.groupby("episode_id", sort=False):
        place = {name: number for number, name in enumerate(own["routine_id"])}
        rows = rows_of(own)
        for source in rows:
            if not source.enacted or source.day + delay > source.begun + horizon:
                continue
            for link in rows_of(out[source.routine_id]) if source.routine_id in out else ():
                if not (link.since <= source.day and source.day + delay <= link.until):
                    continue
                there = place.get(link.to_id)
                if there is not None and not _was_open(rows[there], source, place, link, out):
                    continue
                hit = there is not None and (rows[there].from_id, rows[there].medium) == (
                    source.routine_id,
                    link.medium,
                )
                counts[link.medium][0] += 1
                counts[link.medium][1] += hit
    table = {
        medium: {
            "chances": of,
            "carried": number,
            "share": number / of if of else np.nan,
            **dict(
                zip(
                    ("lower", "upper"),
                    wilson_interval(number, of, 0.95) if of else (np.nan,) * 2,
                    strict=True,
                )
            ),
        }
        for medium, (of, number) in counts.items()
    }
    return pd.DataFrame.from_dict(table, orient="index").rename_axis("medium")


def _was_open(
    target: Any, source: Any, place: Mapping[str, int], link: Any, out: Mapping[str, pd.DataFrame]
) -> bool:
    """Return whether a target that was reached could still be reached by this link."""
    via = target.from_id
    if not via:
        return False
    if via != source.routine_id:
        return place[via] > place[source.routine_id]
    listed = out[via]
    order = listed.loc[listed["to_id"] == link.to_id, "medium"].tolist()
    return bool(order.index(link.medium) <= order.index(target.medium))
