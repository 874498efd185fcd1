"""Star coalescence in a stream of dated contacts, and the two-paths that open and close along it.

The idea is Cowhitt's (PhD thesis, University of Cambridge): *star coalescence* is a series of activities
resulting in two collaborators developing new and enduring relationships with each other's contacts, which can
trigger a cascade of triad closures between their two networks. **The operational definition is ours**, and
the thesis is not to be held to it:

- Contacts are dated and, here, undirected. Each pair's first contact is its *tie*, and an *event*: its two
  ends, `one` and `other` (in the order of their labels), become collaborators at t₀.
- Their *stars* N are their neighbours before t₀. *Possible* are |N(other) ∖ N[one]| new ties of `one` and
  |N(one) ∖ N[other]| of `other`.
- A *closure* is such a tie whose first contact comes after t₀, at most a window later. *Second-order*
  closures are the ties first made in that time between a member of one star and a member of the other (a
  member of both counts in each; no pair counts twice).
- A closure *endures* if its pair is in contact again at least `persistence` later, however much later.
- The event's *coalescence* is enduring closures ÷ possible ones, missing where none is possible; it is a
  *star coalescence* when both directions close.
- *Censored* are events without a burn-in (either star is empty, or t₀ falls in the burn-in asked for) and
  events not followed for window + persistence. They are shown, and enter no rate.

All contacts of one time happen at once: stars are those strictly before t₀, closures come strictly after, and
what else was tied at t₀ itself stays possible without being able to close (it is counted as `simultaneous`).
So no result depends on the order of rows. Observation runs from the first contact to the last.

Times are numbers in any unit, or dates and date-times (ISO 8601; a date is its midnight). Windows and results
are then in days, points of time in days since 1970-01-01: `pandas.to_datetime(times, unit="D")` leads back.
Dates and date-times are compared by the microsecond, so that "seven days later" is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.tables.cells import report
from analysis.tables.faults import Fault, raise_faults

__all__ = [
    "Coalescence",
    "ContactStream",
    "contact_stream",
    "event_counts",
    "star_coalescence",
    "static_ties",
    "tie_between",
    "two_paths",
]

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Counted = Literal["path", "time", "broker"]
Ties = tuple[Integers, Integers, Integers, Floats, Integers, Integers]

_KINDS = ("first_order_one", "first_order_other", "second_order")
_DAY = 86_400e6
_REASONS = ("", "no burn-in", "no follow-up", "no burn-in; no follow-up")
_compile: Callable[..., Any] = numba.njit(cache=True, nogil=True)


@dataclass(frozen=True, eq=False)
class ContactStream:
    """Contacts as flat arrays, sorted by time; pairs as ties, sorted by first contact.

    Attributes
    ----------
    people : ndarray of str, shape (n,)
        Labels, sorted, also of people in contact with themselves only; the arrays below hold places in it.
    one, other : ndarray of int, shape (k,)
        Ends of each tie, one < other.
    first, last : ndarray of float, shape (k,)
        Times of its first and last contact, in ticks.
    tie : ndarray of int, shape (m,)
        Which tie each contact belongs to.
    clock : ndarray of float, shape (m,)
        When it took place, in ticks.
    unit : float
        Ticks to the unit of time: 1 for numbers, the microseconds of a day for dates.
    self_contacts : int
        Contacts of a person with themselves, left out.
    """

    people: npt.NDArray[np.object_]
    one: Integers
    other: Integers
    first: Floats
    last: Floats
    tie: Integers
    clock: Floats
    unit: float
    self_contacts: int

    def ticks(self, duration: float) -> float:
        """Return a duration in ticks."""
        return float(duration) if self.unit == 1.0 else float(np.rint(duration * self.unit))

    def names(self, places: Integers) -> Any:
        """Return the labels at these places as a column; missing where a place is -1."""
        return pd.array(self.people, dtype="str").take(places, allow_fill=True)

    def frame(self) -> pd.DataFrame:
        """Return the contacts as a table: time (a number), sender_id, receiver_id."""
        return pd.DataFrame(
            {
                "time": self.clock / self.unit,
                "sender_id": self.names(self.one[self.tie]),
                "receiver_id": self.names(self.other[self.tie]),
            }
        )

    def numbers(self, pairs: Sequence[tuple[object, object]]) -> Integers:
        """Return the number of each pair's first tie; -1 where it has none."""
        labels = [sorted(map(str, pair)) for pair in pairs]
        wrong = [repr(pair) for pair in pairs if isinstance(pair, str) or len(pair) != 2]
        if wrong:
            raise ValueError(f"pairs: found {', '.join(wrong)}; allowed: two labels each")
        if not labels:
            return np.empty(0, dtype=np.int64)
        people = len(self.people)
        places = pd.Index(self.people).get_indexer(pd.Index(np.ravel(labels), dtype=object)).reshape(-1, 2)
        keys = np.where((places < 0).any(axis=1), -1, places[:, 0] * people + places[:, 1])
        known = pd.Index(self.one * people + self.other)
        found: Integers = known.get_indexer(pd.Index(keys)).astype(np.int64)
        return found


@dataclass(frozen=True, eq=False)
class Coalescence:
    """What became of the stars of two people after their first tie, for every first tie.

    Attributes
    ----------
    events : DataFrame
        One row an event, by t₀ and label: ``event`` (its number among all first ties), ``one``, ``other``,
        ``t0``; ``star_one``, ``star_other`` (sizes), ``shared`` (members of both); ``possible_one`` (new ties
        of `one` in the star of `other`), ``possible_other``, ``possible``, ``simultaneous`` (of these, tied
        at t₀ itself); ``closed_one``, ``closed_other``, ``closed``; ``enduring_one``, ``enduring_other``,
        ``enduring``, ``enduring_share`` (of the closed; missing where none closed); ``second_order``,
        ``second_order_enduring``; ``coalescence`` (missing where none is possible); ``both_directions`` (a
        star coalescence; missing where a direction has none possible); ``cascade_duration`` (from t₀ to the
        last closure of either order; missing where none closed); ``censored``, ``why``.
    cascade : DataFrame
        One row a closure of an event, by event and time: ``event``, ``time``, ``first``, ``second`` (the
        pair; in first-order closures the collaborator first), ``kind`` (first_order_one: `one` gets a tie in
        the star of `other`; first_order_other; second_order), ``broker`` (the other collaborator; missing in
        second-order closures, which have two), ``enduring``.
    window, persistence : float
    burn_in : float or None
    first_ties : int
        Of the whole stream, also where `events` holds some of them only.
    contacts, people, self_contacts : int
        Contacts and people behind it; contacts of people with themselves, left out.
    """

    events: pd.DataFrame
    cascade: pd.DataFrame
    window: float
    persistence: float
    burn_in: float | None
    first_ties: int
    contacts: int
    people: int
    self_contacts: int

    def tidy(self) -> pd.DataFrame:
        """Return one row: counts over all events, over the uncensored ones, and their rates.

        ``coalescence`` is pooled (all enduring closures ÷ all possible); ``share_both_directions`` is of the
        events in which both directions have something possible.
        """
        events = self.events
        rated = events[~events["censored"]]
        sums = rated[["possible", "closed", "enduring", "second_order"]].sum()
        both = rated["both_directions"].dropna()
        return pd.DataFrame(
            [
                {
                    "window": self.window,
                    "persistence": self.persistence,
                    "events": len(events),
                    "no_burn_in": int(events["why"].isin((_REASONS[1], _REASONS[3])).sum()),
                    "no_follow_up": int(events["why"].isin((_REASONS[2], _REASONS[3])).sum()),
                    "censored": len(events) - len(rated),
                    "rated": len(rated),
                    "none_possible": int((rated["possible"] == 0).sum()),
                    **{name: int(value) for name, value in sums.items()},
                    "coalescence": sums["enduring"] / sums["possible"] if sums["possible"] else np.nan,
                    "both_possible": len(both),
                    "both_directions": int(both.sum()),
                    "share_both_directions": float(both.mean()) if len(both) else np.nan,
                }
            ]
        )

    def summary(self) -> str:
        """Return the result in three lines."""
        row = self.tidy().to_dict(orient="records")[0]
        return (
            f"{row['events']} first ties, {row['censored']} censored ({row['no_burn_in']} without burn-in, "
            f"{row['no_follow_up']} without follow-up), {row['none_possible']} with none possible\n"
            f"window {self.window:g}, persistence {self.persistence:g}: {row['closed']} of {row['possible']} "
            f"possible ties closed, {row['enduring']} endured (coalescence {row['coalescence']:.4f}); "
            f"{row['second_order']} second-order closures\n"
            f"{row['both_directions']} star coalescences among {row['both_possible']} events with both "
            f"directions possible"
        )


def contact_stream(contacts: pd.DataFrame | ContactStream) -> ContactStream:
    """Read a table of contacts into flat arrays.

    Parameters
    ----------
    contacts : DataFrame
        Columns ``time``, ``sender_id``, ``receiver_id``. A stream is returned as it is.

    Raises
    ------
    InvalidInput
        With every column that is not there and every cell that is empty or no time.
    """
    if isinstance(contacts, ContactStream):
        return contacts
    ends = ("sender_id", "receiver_id")
    faults = [
        Fault("contacts", "no such column", "time, sender_id and receiver_id", 1, name)
        for name in ("time", *ends)
        if name not in contacts.columns
    ]
    raise_faults(faults, "nothing counted")
    clock, unit = _clock(contacts["time"], faults)
    names = [contacts[name].astype("string") for name in ends]
    for name, column in zip(ends, names, strict=True):
        empty = column.isna() | column.eq("").fillna(True)
        report("contacts", name, contacts[name], empty, "a label", faults)
    raise_faults(faults, "nothing counted")
    codes, people = pd.factorize(pd.concat(names, ignore_index=True), sort=True)
    low, high = np.sort(codes.reshape(2, -1).astype(np.int64), axis=0)
    kept = low != high
    low, high, clock = low[kept], high[kept], clock[kept]
    order = np.lexsort((high, low, clock))
    low, high, clock = low[order], high[order], clock[order]
    one, other, first, last, tie = _grouped(low * max(len(people), 1) + high, clock, max(len(people), 1))
    labels = np.asarray(people, dtype=object)
    return ContactStream(labels, one, other, first, last, tie, clock, unit, int((~kept).sum()))


def _clock(times: pd.Series, faults: list[Fault]) -> tuple[Floats, float]:
    if pd.api.types.is_numeric_dtype(times) and not pd.api.types.is_bool_dtype(times):
        clock = times.to_numpy(dtype=np.float64, na_value=np.nan)
        allowed, bad, unit = "a number", ~np.isfinite(clock), 1.0
    else:
        dated = pd.api.types.is_datetime64_any_dtype(times)
        read = pd.to_datetime(
            times if dated else times.astype("string"),
            format=None if dated else "ISO8601",
            errors="coerce",
            utc=True,
        )
        bad = read.isna().to_numpy()
        allowed, unit = "a number, a date, or a date with a time of day (ISO 8601)", _DAY
        clock = read.dt.as_unit("us").to_numpy(dtype="datetime64[us]").astype(np.int64).astype(np.float64)
    report("contacts", "time", times, pd.Series(bad), allowed, faults)
    return clock, unit


def _grouped(
    keys: Integers, clock: Floats, people: int
) -> tuple[Integers, Integers, Floats, Floats, Integers]:
    """Return ends, first and last times of each pair in order of first contact, and each contact's pair."""
    pairs, tie = np.unique(keys, return_inverse=True)
    first, last = np.full(len(pairs), np.inf), np.full(len(pairs), -np.inf)
    np.minimum.at(first, tie, clock)
    np.maximum.at(last, tie, clock)
    order = np.lexsort((pairs, first))
    place = np.empty(len(pairs), dtype=np.int64)
    place[order] = np.arange(len(pairs))
    one, other = np.divmod(pairs[order], people)
    return one, other, first[order], last[order], place[tie]


def star_coalescence(
    contacts: pd.DataFrame | ContactStream,
    *,
    window: float,
    persistence: float,
    burn_in: float | None = None,
    pairs: Sequence[tuple[object, object]] | None = None,
    smallest_star: int = 0,
    cascade: bool = True,
) -> Coalescence:
    """Follow what becomes of the stars of every two people after their first tie.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        Columns ``time``, ``sender_id``, ``receiver_id``; who of the two turned to whom does not matter.
    window : float
        How long after t₀ a tie still counts as a closure, itself included; in the unit of time (days).
    persistence : float
        A closure endures if its pair is in contact again this much later or more; with 0, at any later time.
        There is no upper limit, so that early closures had more time to be taken up again.
    burn_in : float, optional
        Events less than this after the first contact of all are censored, beside those with an empty star.
    pairs : sequence of two labels, optional
        The events wanted; by default all.
    smallest_star : int
        Only events both of whose stars have at least so many members.
    cascade : bool
        Whether to list the closures (there may be many more of them than events).

    Raises
    ------
    InvalidInput
        As `contact_stream`.
    ValueError
        With every parameter out of bounds, and every pair that is never in contact.

    Notes
    -----
    Time grows with the sum over events of the ties made by the smaller star's members within the window.
    """
    _check(window, persistence, burn_in, smallest_star)
    stream = contact_stream(contacts)
    chosen = np.arange(len(stream.one))
    if pairs is not None:
        chosen = stream.numbers(pairs)
        missing = [" and ".join(map(repr, pair)) for pair, k in zip(pairs, chosen, strict=True) if k < 0]
        if missing:
            raise ValueError(f"pairs: found no contact between {', '.join(missing)}")
        chosen = np.unique(chosen)
    ties = static_ties(len(stream.people), stream.one, stream.other, stream.first)
    if smallest_star:
        chosen = chosen[_stars(ties, stream.one, stream.other, stream.first, chosen) >= smallest_star]
    counts = event_counts(
        stream, window=window, persistence=persistence, burn_in=burn_in, chosen=chosen, ties=ties
    )
    closed = counts["closed"] + counts["second_order"]
    events = _events(stream, chosen, counts)
    listed = _cascade(stream, ties, chosen, closed if cascade else closed * 0, window, persistence)
    return Coalescence(
        events,
        listed,
        window,
        persistence,
        burn_in,
        len(stream.one),
        len(stream.clock),
        len(stream.people),
        stream.self_contacts,
    )


def _check(window: float, persistence: float, burn_in: float | None, smallest_star: int) -> None:
    faults = []
    if not (np.isfinite(window) and window > 0):
        faults.append(f"found window {window}; allowed: a number above 0")
    if not (np.isfinite(persistence) and persistence >= 0):
        faults.append(f"found persistence {persistence}; allowed: a number of 0 or more")
    if burn_in is not None and not (np.isfinite(burn_in) and burn_in >= 0):
        faults.append(f"found burn_in {burn_in}; allowed: a number of 0 or more, or None")
    if smallest_star < 0:
        faults.append(f"found smallest_star {smallest_star}; allowed: 0 or more")
    if faults:
        raise ValueError("\n".join(faults))


def event_counts(
    stream: ContactStream,
    *,
    window: float,
    persistence: float,
    burn_in: float | None = None,
    chosen: Integers | None = None,
    ties: Ties | None = None,
) -> Mapping[str, npt.NDArray[Any]]:
    """Return the counts of `Coalescence.events` as arrays, for the events chosen; nothing is checked.

    Also ``last`` (time of the last closure in ticks, or missing) and ``reason``, a number: 0 uncensored, 1 no
    burn-in, 2 no follow-up, 3 both.
    """
    chosen = np.arange(len(stream.one)) if chosen is None else chosen
    ties = static_ties(len(stream.people), stream.one, stream.other, stream.first) if ties is None else ties
    reach, stay = stream.ticks(window), stream.ticks(persistence)
    none = np.empty(0, dtype=np.int64)
    counted, last = _detect(
        ties, stream.one, stream.other, stream.first, _enduring(stream, stay), chosen, reach, none, none, none
    )
    star_one, star_other, shared = counted[:, 0], counted[:, 1], counted[:, 2]
    names = ["simultaneous", "closed_one", "closed_other", "enduring_one", "enduring_other"]
    names += ["second_order", "second_order_enduring"]
    begun = stream.first[chosen]
    reason = ((star_one == 0) | (star_other == 0)).astype(np.int64)
    if len(stream.clock):
        if burn_in is not None:
            reason |= begun - stream.clock[0] < stream.ticks(burn_in)
        reason += 2 * (begun + reach + stay > stream.clock[-1])
    return {
        "star_one": star_one,
        "star_other": star_other,
        "shared": shared,
        "possible_one": star_other - shared,
        "possible_other": star_one - shared,
        "possible": star_one + star_other - 2 * shared,
        **{name: counted[:, 3 + place] for place, name in enumerate(names)},
        "closed": counted[:, 4] + counted[:, 5],
        "enduring": counted[:, 6] + counted[:, 7],
        "last": last,
        "reason": reason,
    }


def _enduring(stream: ContactStream, stay: float) -> Flags:
    found: Flags = (stream.last >= stream.first + stay) & (stream.last > stream.first)
    return found


def _share(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    found: Floats = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return found


def _events(stream: ContactStream, chosen: Integers, counts: Mapping[str, npt.NDArray[Any]]) -> pd.DataFrame:
    begun = stream.first[chosen]
    names = ["star_one", "star_other", "shared", "possible_one", "possible_other", "possible"]
    names += ["simultaneous", "closed_one", "closed_other", "closed"]
    names += ["enduring_one", "enduring_other", "enduring"]
    both = pd.array((counts["closed_one"] > 0) & (counts["closed_other"] > 0), dtype="boolean")
    both[(counts["possible_one"] == 0) | (counts["possible_other"] == 0)] = pd.NA
    return pd.DataFrame(
        {
            "event": chosen,
            "one": stream.names(stream.one[chosen]),
            "other": stream.names(stream.other[chosen]),
            "t0": begun / stream.unit,
            **{name: counts[name] for name in names},
            "enduring_share": _share(counts["enduring"], counts["closed"]),
            "second_order": counts["second_order"],
            "second_order_enduring": counts["second_order_enduring"],
            "coalescence": _share(counts["enduring"], counts["possible"]),
            "both_directions": both,
            "cascade_duration": (counts["last"] - begun) / stream.unit,
            "censored": counts["reason"] > 0,
            "why": pd.Categorical.from_codes(counts["reason"], categories=pd.Index(_REASONS)),
        }
    )


def _cascade(
    stream: ContactStream,
    ties: Ties,
    chosen: Integers,
    closed: npt.NDArray[Any],
    window: float,
    persistence: float,
) -> pd.DataFrame:
    places = np.concatenate([[0], np.cumsum(closed, dtype=np.int64)])
    tie, kind = np.empty(places[-1], dtype=np.int64), np.empty(places[-1], dtype=np.int64)
    enduring = _enduring(stream, stream.ticks(persistence))
    if len(tie):
        reach = stream.ticks(window)
        _detect(ties, stream.one, stream.other, stream.first, enduring, chosen, reach, places[:-1], tie, kind)
    event = np.repeat(chosen, closed)
    # Ties are numbered by time, then label.
    order = np.lexsort((kind, tie, event))
    event, tie, kind = event[order], tie[order], kind[order]
    one, other = stream.one[tie], stream.other[tie]
    collaborator = np.where(kind == 1, stream.other[event], stream.one[event])
    broker = np.where(kind == 1, stream.one[event], stream.other[event])
    turned = (kind < 2) & (other == collaborator)
    return pd.DataFrame(
        {
            "event": event,
            "time": stream.first[tie] / stream.unit,
            "first": stream.names(np.where(turned, other, one)),
            "second": stream.names(np.where(turned, one, other)),
            "kind": pd.Categorical.from_codes(kind, categories=pd.Index(_KINDS)),
            "broker": stream.names(np.where(kind == 2, -1, broker)),
            "enduring": enduring[tie],
        }
    )


def two_paths(contacts: pd.DataFrame | ContactStream, *, by: Counted = "path") -> pd.DataFrame:
    """Return when two-paths open and close along the stream.

    A two-path, two people with a contact in common and no tie of their own, opens with the later of its two
    ties and closes when its ends are first in contact. Where the ends are tied before, or at the same time,
    it never opens.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        As for `star_coalescence`.
    by : {"path", "time", "broker"}
        What a row is. Paths are many: as many as the sum over people of half their squared number of
        contacts, at 56 bytes each. The counts need no list of paths, only the triangles.

    Returns
    -------
    DataFrame
        By path: ``broker``, ``first``, ``second`` (the ends), ``opened``, ``closed`` (times; missing where it
        stays open), by time of opening. By time: ``time``, ``opened``, ``closed`` (then), ``open`` (after
        it). By broker: ``broker``, ``opened``, ``closed`` (in all).

    Raises
    ------
    InvalidInput
        As `contact_stream`.
    ValueError
        When `by` is none of these.
    """
    if by not in get_args(Counted):
        raise ValueError(f"found by {by!r}; allowed: {', '.join(get_args(Counted))}")
    stream = contact_stream(contacts)
    ties = static_ties(len(stream.people), stream.one, stream.other, stream.first)
    if by == "path":
        return _listed_paths(stream, ties)
    times, rank = np.unique(stream.first, return_inverse=True)
    opened, closed, opened_by, closed_by = _triangles(
        ties, stream.one, stream.other, stream.first, rank, len(times)
    )
    if by == "broker":
        return pd.DataFrame(
            {"broker": stream.names(np.arange(len(stream.people))), "opened": opened_by, "closed": closed_by}
        )
    standing = np.cumsum(opened - closed)
    return pd.DataFrame({"time": times / stream.unit, "opened": opened, "closed": closed, "open": standing})


def _listed_paths(stream: ContactStream, ties: Ties) -> pd.DataFrame:
    degrees = np.diff(ties[0])
    room = int((degrees * (degrees - 1) // 2).sum())
    broker, one, other = (np.empty(room, dtype=np.int64) for _ in range(3))
    opened, closed = np.empty(room), np.empty(room)
    used = _paths(ties, stream.first, broker, one, other, opened, closed)
    broker, one, other = broker[:used], one[:used], other[:used]
    opened, closed = opened[:used], closed[:used]
    order = np.lexsort((other, one, broker, opened))
    return pd.DataFrame(
        {
            "broker": stream.names(broker[order]),
            "first": stream.names(one[order]),
            "second": stream.names(other[order]),
            "opened": opened[order] / stream.unit,
            "closed": closed[order] / stream.unit,
        }
    )


@_compile
def static_ties(people: int, one: Integers, other: Integers, first: Floats) -> Ties:  # pragma: no cover
    """Return each person's ties twice over: by time, and by neighbour.

    The first is where each person's ties start, (n + 1); then, all of length 2k, neighbours and ties by time,
    their times; neighbours and ties by neighbour. Ties come sorted by first contact.
    """
    starts = np.zeros(people + 1, dtype=np.int64)
    for k in range(len(one)):
        starts[one[k] + 1] += 1
        starts[other[k] + 1] += 1
    for person in range(people):
        starts[person + 1] += starts[person]
    near, via = np.empty(2 * len(one), dtype=np.int64), np.empty(2 * len(one), dtype=np.int64)
    moment = np.empty(2 * len(one))
    free = starts[:-1].copy()
    for k in range(len(one)):
        for turn in range(2):
            end, opposite = (one[k], other[k]) if turn == 0 else (other[k], one[k])
            near[free[end]], via[free[end]], moment[free[end]] = opposite, k, first[k]
            free[end] += 1
    ordered, ordered_via = np.empty_like(near), np.empty_like(via)
    free = starts[:-1].copy()
    for person in range(people):
        for place in range(starts[person], starts[person + 1]):
            neighbour = near[place]
            ordered[free[neighbour]], ordered_via[free[neighbour]] = person, via[place]
            free[neighbour] += 1
    return starts, near, via, moment, ordered, ordered_via


@_compile
def tie_between(ties: Ties, person: int, neighbour: int) -> int:  # pragma: no cover - compiled
    """Return the tie of two people, -1 where they never have one."""
    starts, ordered, ordered_via = ties[0], ties[4], ties[5]
    if starts[person + 1] - starts[person] > starts[neighbour + 1] - starts[neighbour]:
        person, neighbour = neighbour, person
    low, high = starts[person], starts[person + 1]
    end = high
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < neighbour:
            low = middle + 1
        else:
            high = middle
    found: int = ordered_via[low] if low < end and ordered[low] == neighbour else -1
    return found


@_compile
def _place(ties: Ties, person: int, time: float, past: bool) -> int:  # pragma: no cover - compiled
    """Return the place of a person's first tie at or after a time; with `past`, after it."""
    starts, moment = ties[0], ties[3]
    low: int = starts[person]
    high: int = starts[person + 1]
    while low < high:
        middle = (low + high) // 2
        if moment[middle] < time or (past and moment[middle] == time):
            low = middle + 1
        else:
            high = middle
    return low


@_compile
def _in_star(
    ties: Ties, first: Floats, person: int, centre: int, time: float
) -> bool:  # pragma: no cover - compiled
    tie = tie_between(ties, person, centre)
    return bool(tie >= 0 and first[tie] < time)


@_compile
def _made(
    ties: Ties,
    first: Floats,
    person: int,
    centre: int,
    star_end: int,
    time: float,
    until: float,
    found: Integers,
) -> int:  # pragma: no cover - compiled
    """Write the ties first made in (time, until] by a person with the star of a centre; return how many."""
    starts, near, via = ties[0], ties[1], ties[2]
    begin, stop = _place(ties, person, time, True), _place(ties, person, until, True)
    count = 0
    if stop - begin <= star_end - starts[centre]:
        for place in range(begin, stop):
            if _in_star(ties, first, near[place], centre, time):
                found[count] = via[place]
                count += 1
    else:
        for place in range(starts[centre], star_end):
            tie = tie_between(ties, person, near[place])
            if tie >= 0 and time < first[tie] <= until:
                found[count] = tie
                count += 1
    return count


@_compile
def _stars(
    ties: Ties, one: Integers, other: Integers, first: Floats, chosen: Integers
) -> Integers:  # pragma: no cover - compiled
    """Return the size of the smaller star of each event."""
    starts = ties[0]
    sizes = np.empty(len(chosen), dtype=np.int64)
    for event in range(len(chosen)):
        a, b, time = one[chosen[event]], other[chosen[event]], first[chosen[event]]
        sizes[event] = min(_place(ties, a, time, False) - starts[a], _place(ties, b, time, False) - starts[b])
    return sizes


@_compile
def _detect(
    ties: Ties,
    one: Integers,
    other: Integers,
    first: Floats,
    enduring: Flags,
    chosen: Integers,
    window: float,
    places: Integers,
    listed: Integers,
    kinds: Integers,
) -> tuple[npt.NDArray[np.int32], Floats]:  # pragma: no cover - compiled
    """Return ten counts an event and the time of its last closure; list the closures where there is room.

    Counts: star of one, of other, shared, simultaneous; closed and enduring in each direction; second-order
    closures, and enduring ones. `places` says where the closures of each event go in `listed` and `kinds`;
    empty, none is listed.
    """
    starts, near = ties[0], ties[1]
    counts = np.zeros((len(chosen), 10), dtype=np.int32)
    last = np.full(len(chosen), np.nan)
    most = 1
    for person in range(len(starts) - 1):
        most = max(most, starts[person + 1] - starts[person])
    found = np.empty(most, dtype=np.int64)
    for event in range(len(chosen)):
        a, b, time = one[chosen[event]], other[chosen[event]], first[chosen[event]]
        until = time + window
        a_end, b_end = _place(ties, a, time, False), _place(ties, b, time, False)
        counts[event, 0], counts[event, 1] = a_end - starts[a], b_end - starts[b]
        where = places[event] if len(places) else -1
        a_smaller = counts[event, 0] <= counts[event, 1]
        small, small_end, large, large_end = (a, a_end, b, b_end) if a_smaller else (b, b_end, a, a_end)
        for place in range(starts[small], small_end):
            if _in_star(ties, first, near[place], large, time):
                counts[event, 2] += 1
        for turn in range(2):
            person, centre, end, star_end = (a, b, a_end, b_end) if turn == 0 else (b, a, b_end, a_end)
            for place in range(end, _place(ties, person, time, True)):
                if _in_star(ties, first, near[place], centre, time):
                    counts[event, 3] += 1
            for k in range(_made(ties, first, person, centre, star_end, time, until, found)):
                tie = found[k]
                counts[event, 4 + turn] += 1
                counts[event, 6 + turn] += enduring[tie]
                last[event] = first[tie] if np.isnan(last[event]) else max(last[event], first[tie])
                if where >= 0:
                    listed[where], kinds[where] = tie, turn
                    where += 1
        for place in range(starts[small], small_end):
            member = near[place]
            made = _made(ties, first, member, large, large_end, time, until, found)
            in_both = made > 0 and _in_star(ties, first, member, large, time)
            for k in range(made):
                tie = found[k]
                partner = other[tie] if one[tie] == member else one[tie]
                # Between two members of both stars the pair comes up from either end.
                if in_both and partner < member and _in_star(ties, first, partner, small, time):
                    continue
                counts[event, 8] += 1
                counts[event, 9] += enduring[tie]
                last[event] = first[tie] if np.isnan(last[event]) else max(last[event], first[tie])
                if where >= 0:
                    listed[where], kinds[where] = tie, 2
                    where += 1
    return counts, last


@_compile
def _triangles(
    ties: Ties, one: Integers, other: Integers, first: Floats, rank: Integers, times: int
) -> tuple[Integers, Integers, Integers, Integers]:  # pragma: no cover - compiled
    """Return two-paths opened and closed at each time, and by each broker.

    All pairs of ties at a person, less those whose ends were tied by then: of a triangle's three paths, only
    the one made of the two earlier ties opens, and only if the third comes strictly later.
    """
    starts, near, via = ties[0], ties[1], ties[2]
    opened, closed = np.zeros(times, dtype=np.int64), np.zeros(times, dtype=np.int64)
    people = len(starts) - 1
    opened_by, closed_by = np.zeros(people, dtype=np.int64), np.zeros(people, dtype=np.int64)
    for person in range(people):
        for place in range(starts[person], starts[person + 1]):
            opened[rank[via[place]]] += place - starts[person]
            opened_by[person] += place - starts[person]
    for k in range(len(one)):
        a, b = one[k], other[k]
        if starts[a + 1] - starts[a] > starts[b + 1] - starts[b]:
            a, b = b, a
        # Ties are numbered by time: a triangle is met at its highest number.
        for place in range(starts[a], starts[a + 1]):
            if via[place] >= k:
                break
            broker = near[place]
            tie = tie_between(ties, broker, b)
            if tie < 0 or tie >= k:
                continue
            opened[rank[k]] -= 2
            opened_by[a] -= 1
            opened_by[b] -= 1
            if max(first[via[place]], first[tie]) < first[k]:
                closed[rank[k]] += 1
                closed_by[broker] += 1
            else:
                opened[rank[k]] -= 1
                opened_by[broker] -= 1
    return opened, closed, opened_by, closed_by


@_compile
def _paths(
    ties: Ties,
    first: Floats,
    broker: Integers,
    one: Integers,
    other: Integers,
    opened: Floats,
    closed: Floats,
) -> int:  # pragma: no cover - compiled
    """Write every two-path that opens; return how many."""
    starts, near, moment = ties[0], ties[1], ties[3]
    used = 0
    for person in range(len(starts) - 1):
        for later in range(starts[person], starts[person + 1]):
            for earlier in range(starts[person], later):
                tie = tie_between(ties, near[earlier], near[later])
                if tie >= 0 and first[tie] <= moment[later]:
                    continue
                broker[used], opened[used] = person, moment[later]
                one[used], other[used] = min(near[earlier], near[later]), max(near[earlier], near[later])
                closed[used] = first[tie] if tie >= 0 else np.nan
                used += 1
    return used
