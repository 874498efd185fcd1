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
- A closure *endures* if its pair is in contact again from `persistence` to `persistence` + `horizon` later.
  Without a horizon an early closure would have more time to be taken up again than a late one, and the rate
  would depend on how long the record is.
- The event's *coalescence* is enduring closures ÷ possible ones, missing where none is possible; it is a
  *star coalescence* when both directions close.
- *Censored* are events without a burn-in (either star is empty, or t₀ falls in the burn-in asked for) and
  events not followed for window + persistence + horizon. They are shown, and enter no rate.

All contacts of one time happen at once: stars are those strictly before t₀, closures come strictly after, and
what else was tied at t₀ itself stays possible without being able to close (it is counted as `simultaneous`).
So no result depends on the order of rows. Observation runs from the first contact to the last.

Times are as in `analysis.contacts.stream`: numbers in any unit, or dates; windows and results are then in
days.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Flags, Floats, Integers
from analysis.contacts.closure_counts import CENSORING, enduring_ties, event_counts, horizon_of
from analysis.contacts.closure_kernels import detect, smaller_stars
from analysis.contacts.stream import ContactStream, Ties, contact_stream, static_ties
from analysis.result import Result

__all__ = ["Coalescence", "star_coalescence"]

_KINDS = ("first_order_one", "first_order_other", "second_order")


@dataclass(frozen=True, repr=False, eq=False)
class Coalescence(Result):
    """What became of the stars of two people after their first tie, for every first tie.

    Attributes
    ----------
    events : DataFrame
        One row per event, by t₀ and label: ``event`` (its number among all first ties), ``one``, ``other``,
        ``t0``; ``star_one``, ``star_other`` (sizes), ``shared`` (members of both); ``possible_one`` (new ties
        of `one` in the star of `other`), ``possible_other``, ``possible``, ``simultaneous`` (of these, tied
        at t₀ itself); ``closed_one``, ``closed_other``, ``closed``; ``enduring_one``, ``enduring_other``,
        ``enduring``, ``enduring_share`` (of the closed; missing where none closed); ``second_order``,
        ``second_order_enduring``; ``coalescence`` (missing where none is possible); ``both_directions`` (a
        star coalescence; missing where a direction has none possible); ``cascade_duration`` (from t₀ to the
        last closure of either order; missing where none closed); ``censored``, ``why``.
    cascade : DataFrame
        One row per closure of an event, by event and time: ``event``, ``time``, ``first``, ``second`` (the
        pair; in first-order closures the collaborator first), ``kind`` (first_order_one: `one` gets a tie in
        the star of `other`; first_order_other; second_order), ``broker`` (the other collaborator; missing in
        second-order closures, which have two), ``enduring``.
    window, persistence, horizon : float
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
    horizon: float
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
                    "horizon": self.horizon,
                    "events": len(events),
                    "no_burn_in": int(events["why"].isin((CENSORING[1], CENSORING[3])).sum()),
                    "no_follow_up": int(events["why"].isin((CENSORING[2], CENSORING[3])).sum()),
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
            f"window {self.window:g}, persistence {self.persistence:g}, horizon {self.horizon:g}: "
            f"{row['closed']} of {row['possible']} possible ties closed, {row['enduring']} endured "
            f"(coalescence {row['coalescence']:.4f}); {row['second_order']} second-order closures\n"
            f"{row['both_directions']} star coalescences among {row['both_possible']} events with both "
            f"directions possible"
        )


def star_coalescence(
    contacts: pd.DataFrame | ContactStream,
    *,
    window: float,
    persistence: float,
    horizon: float | None = None,
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
        A closure endures if its pair is in contact again this much later or more; with 0, at any later time
        within the horizon.
    horizon : float, optional
        How much longer than the persistence a pair may take to be in contact again, itself included. By
        default as long as the persistence; without one, as the window.
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

    Examples
    --------
    Two people meet at 2; each then meets the one whom the other already knew, and meets them again.

    >>> contacts = pd.DataFrame(
    ...     {"time": [0, 0, 2, 4, 6, 6, 9], "sender_id": list("abaabab"), "receiver_id": list("cdbdcdc")}
    ... )
    >>> found = star_coalescence(
    ...     contacts, window=4, persistence=1, horizon=2, burn_in=1, pairs=[("a", "b")]
    ... )
    >>> found.tidy()[["possible", "closed", "enduring"]]
       possible  closed  enduring
    0         2       2         2
    """
    _check(window, persistence, horizon, burn_in, smallest_star)
    horizon = horizon_of(window, persistence, horizon)
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
        chosen = chosen[smaller_stars(ties, stream.one, stream.other, chosen) >= smallest_star]
    counts = event_counts(
        stream,
        window=window,
        persistence=persistence,
        horizon=horizon,
        burn_in=burn_in,
        chosen=chosen,
        ties=ties,
    )
    closed = counts["closed"] + counts["second_order"]
    events = _events(stream, chosen, counts)
    stay = stream.ticks(persistence)
    enduring = enduring_ties(stream, stay, stay + stream.ticks(horizon))
    listed = _cascade(stream, ties, chosen, closed if cascade else closed * 0, window, enduring)
    return Coalescence(
        events,
        listed,
        window,
        persistence,
        horizon,
        burn_in,
        len(stream.one),
        len(stream.clock),
        len(stream.people),
        stream.self_contacts,
    )


def _check(
    window: float, persistence: float, horizon: float | None, burn_in: float | None, smallest_star: int
) -> None:
    faults = []
    if not (np.isfinite(window) and window > 0):
        faults.append(f"found window {window}; allowed: a number above 0")
    if not (np.isfinite(persistence) and persistence >= 0):
        faults.append(f"found persistence {persistence}; allowed: a number of 0 or more")
    if horizon is not None and not (np.isfinite(horizon) and horizon > 0):
        faults.append(f"found horizon {horizon}; allowed: a number above 0, or None")
    if burn_in is not None and not (np.isfinite(burn_in) and burn_in >= 0):
        faults.append(f"found burn_in {burn_in}; allowed: a number of 0 or more, or None")
    if smallest_star < 0:
        faults.append(f"found smallest_star {smallest_star}; allowed: 0 or more")
    if faults:
        raise ValueError("\n".join(faults))


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
            "why": pd.Categorical.from_codes(counts["reason"], categories=pd.Index(CENSORING)),
        }
    )


def _cascade(
    stream: ContactStream,
    ties: Ties,
    chosen: Integers,
    closed: npt.NDArray[Any],
    window: float,
    enduring: Flags,
) -> pd.DataFrame:
    places = np.concatenate([[0], np.cumsum(closed, dtype=np.int64)])
    tie, kind = np.empty(places[-1], dtype=np.int64), np.empty(places[-1], dtype=np.int64)
    if len(tie):
        reach = stream.ticks(window)
        ends = stream.one, stream.other, stream.first
        detect(ties, *ends, enduring, chosen, reach, True, places[:-1], tie, kind)
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
