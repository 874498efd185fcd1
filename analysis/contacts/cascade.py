"""One meeting and what came of it: who was in its stars, which ties followed, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.contacts.closure import Coalescence
from analysis.contacts.closure_counts import CENSORING
from analysis.contacts.positions import tied_by
from analysis.contacts.stream import ContactStream, contact_stream

__all__ = ["Meeting", "event_shown", "meeting_of", "people_behind", "timeline"]

PARTS = ("collaborator", "contact of the one", "contact of the other", "contact of both")
KINDS = ("before", "meeting", "first order", "second order", "other")


def event_shown(found: Coalescence, named: Sequence[str] = ()) -> int:
    """Return the number of the event to be looked at.

    Parameters
    ----------
    found : Coalescence
        All events.
    named : sequence of two labels, or empty
        The pair whose first tie it is. By default the event whose smaller star is largest, of those that are
        uncensored if there is one: an illustration, on which no test can be made.

    Raises
    ------
    ValueError
        When the pair is never in contact, or nobody is.
    """
    events = found.events
    if named:
        pair = sorted(map(str, named))
        rows = events[(events["one"] == pair[0]) & (events["other"] == pair[-1])]
        if rows.empty:
            raise ValueError(f"event: found no contact between {' and '.join(map(repr, named))}")
        return int(rows["event"].iloc[0])
    if events.empty:
        raise NotEstimable("found no contact of two people; allowed: at least one")
    rated = events[~events["censored"]]
    shown = events if rated.empty else rated
    largest = int(shown[["star_one", "star_other"]].min(axis=1).to_numpy().argmax())
    return int(shown["event"].iloc[largest])


@dataclass(frozen=True, eq=False)
class Meeting:
    """Two people who meet, their stars, and the ties among all of these.

    Attributes
    ----------
    people : DataFrame
        index: labels, the two collaborators first; ``part``: collaborator, contact of the one, contact of the
        other, contact of both.
    ties : DataFrame
        ``first``, ``second``; ``days`` from t₀ to the tie (below 0: before they met); ``kind``: before,
        meeting, first order, second order, other (within one star, or at t₀ itself). Up to the end of the
        window.
    """

    people: pd.DataFrame
    ties: pd.DataFrame


def meeting_of(contacts: pd.DataFrame | ContactStream, found: Coalescence, event: int) -> Meeting:
    """Return one event's people and ties, as they are to be drawn.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        What the detector read.
    found : Coalescence
        With its cascade.
    event : int
        Number of the event.

    Raises
    ------
    ValueError
        When the event is none of those found.
    """
    stream = contact_stream(contacts)
    row = _event(found, event)
    if len(found.cascade[found.cascade["event"] == event]) != row["closed"] + row["second_order"]:
        raise ValueError("found no list of closures; the detector lists them with cascade=True")
    one, other, moment = int(stream.one[event]), int(stream.other[event]), float(stream.first[event])
    early = tied_by(stream, moment / stream.unit, before=True)
    stars = [set(early.indices[early.indptr[end] : early.indptr[end + 1]].tolist()) for end in (one, other)]
    part = {one: PARTS[0], other: PARTS[0]}
    for person in sorted(stars[0] | stars[1]):
        part[person] = PARTS[3] if person in stars[0] & stars[1] else PARTS[1 if person in stars[0] else 2]
    until = moment + stream.ticks(found.window)
    inside = np.isin(stream.one, list(part)) & np.isin(stream.other, list(part)) & (stream.first <= until)
    rows = found.cascade[found.cascade["event"] == event]
    second = rows["kind"] == "second_order"
    kinds = {
        frozenset(pair): KINDS[3] if later else KINDS[2]
        for *pair, later in zip(rows["first"], rows["second"], second, strict=True)
    }
    ties = pd.DataFrame(
        {
            "first": stream.names(stream.one[inside]),
            "second": stream.names(stream.other[inside]),
            "days": (stream.first[inside] - moment) / stream.unit,
        }
    )
    drawn = [
        KINDS[0] if days < 0 else kinds.get(frozenset(pair), KINDS[4])
        for *pair, days in ties.itertuples(index=False)
    ]
    ties["kind"] = drawn
    ties.loc[np.flatnonzero(inside) == event, "kind"] = KINDS[1]
    people = pd.DataFrame({"part": list(part.values())}, index=stream.names(np.array(list(part))))
    return Meeting(people, ties)


def _event(found: Coalescence, event: int) -> pd.Series:
    rows = found.events[found.events["event"] == event]
    if rows.empty:
        raise ValueError(f"event: found {event}; allowed: a number among the events found")
    return rows.iloc[0]


def people_behind(found: Coalescence) -> dict[str, frozenset[str]]:
    """Return which people each number of `Coalescence.tidy` is about.

    Parameters
    ----------
    found : Coalescence
        With its cascade.

    Returns
    -------
    dict of str to frozenset of labels
        Of first ties, their two people; of closures, those between whom the new ties are. Also of what tells
        two numbers apart: ``not_enduring``, closed and not kept; ``not_both_possible`` and
        ``not_both_directions``, meetings that do not count with those.
    """
    events, rated = found.events, found.events[~found.events["censored"]]
    inside = found.cascade[found.cascade["event"].isin(rated["event"])]
    second = inside["kind"] == "second_order"
    enduring = inside["enduring"].astype(bool)
    closures = {
        "closed": inside[~second],
        "enduring": inside[~second & enduring],
        "not_enduring": inside[~second & ~enduring],
        "second_order": inside[second],
    }
    both_possible = rated["both_directions"].notna()
    both = rated["both_directions"].fillna(False).astype(bool)
    ties = {
        "events": events,
        "no_burn_in": events[events["why"].isin((CENSORING[1], CENSORING[3]))],
        "no_follow_up": events[events["why"].isin((CENSORING[2], CENSORING[3]))],
        "censored": events[events["censored"]],
        "rated": rated,
        "none_possible": rated[rated["possible"] == 0],
        "possible": rated[rated["possible"] > 0],
        "both_possible": rated[both_possible],
        "not_both_possible": rated[~both_possible],
        "both_directions": rated[both],
        "not_both_directions": rated[both_possible & ~both],
    }
    behind = {name: frozenset(rows["one"]) | frozenset(rows["other"]) for name, rows in ties.items()}
    behind |= {name: frozenset(rows["first"]) | frozenset(rows["second"]) for name, rows in closures.items()}
    # A rate and what it is of tell how many there are above the line.
    return behind | {"coalescence": behind["enduring"], "share_both_directions": behind["both_directions"]}


def timeline(found: Coalescence, event: int) -> pd.DataFrame:
    """Return the cascade of one event day by day.

    Parameters
    ----------
    found : Coalescence
        With its cascade.
    event : int
        Number of the event.

    Returns
    -------
    DataFrame
        ``days`` since t₀, and for each kind the number of closures so far: ``first_order`` (of either
        collaborator), ``second_order``; ``enduring`` (of both).
    """
    row = _event(found, event)
    part = found.cascade[found.cascade["event"] == event].sort_values("time", kind="stable")
    second = part["kind"] == "second_order"
    return pd.DataFrame(
        {
            "days": part["time"] - row["t0"],
            "first_order": (~second).cumsum(),
            "second_order": second.cumsum(),
            "enduring": part["enduring"].astype(bool).cumsum(),
        }
    ).reset_index(drop=True)
