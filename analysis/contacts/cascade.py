"""One meeting and what came of it, from several sides: as a picture, by settings, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.checks import NotEstimable
from analysis.contacts.closure import CENSORING, Coalescence, star_coalescence
from analysis.contacts.stream import ContactStream, contact_stream
from analysis.ties.structural_holes import structural_holes
from analysis.ties.triads import triad_census

__all__ = [
    "Meeting",
    "brokers_before_after",
    "census_before_after",
    "event_shown",
    "meeting_of",
    "people_behind",
    "sensitivity",
    "spans_of",
    "tied_by",
    "timeline",
]

PARTS = ("collaborator", "contact of the one", "contact of the other", "contact of both")
KINDS = ("before", "meeting", "first order", "second order", "other")


def tied_by(stream: ContactStream, time: float, *, before: bool = False) -> sparse.csr_array:
    """Return who was in contact by a time.

    Parameters
    ----------
    stream : ContactStream
    time : float
        In the unit of the stream (days since 1970-01-01 for dates), itself included.
    before : bool
        Whether the time itself is left out.

    Returns
    -------
    csr_array of shape (n, n)
        Symmetric, 1 for a tie, in the order of the stream's people.
    """
    moment = stream.ticks(time)
    there = stream.first < moment if before else stream.first <= moment
    one, other = stream.one[there], stream.other[there]
    ends = np.concatenate([one, other]), np.concatenate([other, one])
    size = len(stream.people)
    return sparse.csr_array((np.ones(len(ends[0])), ends), shape=(size, size))


def spans_of(
    contacts: pd.DataFrame | ContactStream,
    *,
    window: float | None = None,
    persistence: float | None = None,
    burn_in: float | None = None,
) -> dict[str, float]:
    """Return settings of the detector: those given, the others after the length of the record.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        As for `star_coalescence`.
    window, persistence, burn_in : float, optional
        By default a quarter, a twelfth and a sixth of the time from the first contact to the last, in whole
        units (days), 1 at least. A convention of ours, so that half of the record can hold a first tie that
        is followed to the end; what fits how people meet is better.
    """
    clock = contact_stream(contacts).clock
    span = (clock[-1] - clock[0]) / contact_stream(contacts).unit if len(clock) else 0.0
    given = {"window": (window, 4), "persistence": (persistence, 12), "burn_in": (burn_in, 6)}
    return {
        name: float(max(1, round(span / part))) if value is None else value
        for name, (value, part) in given.items()
    }


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
        two numbers apart: ``not_enduring``, closed and not kept.
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
    ties = {
        "events": events,
        "no_burn_in": events[events["why"].isin((CENSORING[1], CENSORING[3]))],
        "no_follow_up": events[events["why"].isin((CENSORING[2], CENSORING[3]))],
        "censored": events[events["censored"]],
        "rated": rated,
        "none_possible": rated[rated["possible"] == 0],
        "possible": rated[rated["possible"] > 0],
        "both_possible": rated[rated["both_directions"].notna()],
        "both_directions": rated[rated["both_directions"].fillna(False).astype(bool)],
    }
    behind = {name: frozenset(rows["one"]) | frozenset(rows["other"]) for name, rows in ties.items()}
    behind |= {name: frozenset(rows["first"]) | frozenset(rows["second"]) for name, rows in closures.items()}
    # A rate and what it is of tell how many there are above the line.
    return behind | {"coalescence": behind["enduring"], "share_both_directions": behind["both_directions"]}


def sensitivity(
    contacts: pd.DataFrame | ContactStream,
    windows: Sequence[float],
    persistences: Sequence[float],
    *,
    burn_in: float | None = None,
    pairs: Sequence[tuple[object, object]] | None = None,
) -> pd.DataFrame:
    """Return how the result moves with window and persistence.

    Parameters
    ----------
    contacts, burn_in, pairs
        As for `star_coalescence`.
    windows, persistences : sequence of float
        Settings to be combined.

    Returns
    -------
    DataFrame
        One row a combination: `Coalescence.tidy`, and the set of ``people`` its enduring closures are
        between.
    """
    stream = contact_stream(contacts)
    rows = []
    for window, persistence in product(windows, persistences):
        found = star_coalescence(stream, window=window, persistence=persistence, burn_in=burn_in, pairs=pairs)
        rows.append(found.tidy().assign(people=[people_behind(found)["enduring"]]))
    return pd.concat(rows, ignore_index=True)


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


def census_before_after(contacts: pd.DataFrame | ContactStream, before: float, after: float) -> pd.DataFrame:
    """Return the triads of the network of contacts at two times.

    Contacts have no direction here, so four of the sixteen kinds can occur: 003 (no tie), 102 (one), 201 (a
    two-path), 300 (a triangle).

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        As for `star_coalescence`.
    before, after : float
        In the unit of the stream: what came before the first, and by the second, itself included.

    Returns
    -------
    DataFrame
        index `triad`; columns ``before``, ``after``, ``change``.
    """
    stream = contact_stream(contacts)
    columns = {
        "before": triad_census(tied_by(stream, before, before=True)),
        "after": triad_census(tied_by(stream, after)),
    }
    frame = pd.DataFrame(columns).loc[["003", "102", "201", "300"]].rename_axis("triad")
    return frame.assign(change=frame["after"] - frame["before"])


def brokers_before_after(
    contacts: pd.DataFrame | ContactStream, people: Sequence[str], before: float, after: float
) -> pd.DataFrame:
    """Return where people stand between others, at two times.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        As for `star_coalescence`.
    people : sequence of str
        Whose rows are wanted.
    before, after : float
        As for `census_before_after`.

    Returns
    -------
    DataFrame
        index `person`, `when`; ``contacts`` (how many people), ``constraint`` (Burt 1992: lower is more room
        between others), ``effective_size`` (contacts less how many of the others each of them is tied to, on
        average).

    Raises
    ------
    ValueError
        With everyone asked for who is never in contact.
    """
    stream = contact_stream(contacts)
    unknown = [repr(person) for person in people if person not in set(stream.people)]
    if unknown:
        raise ValueError(f"people: found no contact of {', '.join(unknown)}")
    rows = {}
    for when, matrix in (
        ("before", tied_by(stream, before, before=True)),
        ("after", tied_by(stream, after)),
    ):
        holes = structural_holes(matrix)
        for person in people:
            place = int(np.flatnonzero(stream.people == person)[0])
            rows[person, when] = {
                "contacts": int(holes["contacts"].iloc[place]),
                "constraint": float(holes["constraint"].iloc[place]),
                "effective_size": float(holes["effective_size"].iloc[place]),
            }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(rows, names=["person", "when"])
    return frame
