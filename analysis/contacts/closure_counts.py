"""What every meeting's stars come to, as arrays: counted without a table, for many draws of a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from analysis.arrays import Flags, Floats, Integers
from analysis.contacts.closure_kernels import detect
from analysis.contacts.stream import ContactStream, Ties, static_ties

__all__ = ["CENSORING", "enduring_ties", "event_counts", "followed_events", "horizon_of"]

_compile: Callable[..., Any] = numba.njit(cache=True, nogil=True)

CENSORING = ("", "no burn-in", "no follow-up", "no burn-in; no follow-up")
"""Why an event is censored, by the number that `event_counts` gives."""


def event_counts(
    stream: ContactStream,
    *,
    window: float,
    persistence: float,
    horizon: float | None = None,
    burn_in: float | None = None,
    chosen: Integers | None = None,
    ties: Ties | None = None,
    second_order: bool = True,
) -> Mapping[str, npt.NDArray[Any]]:
    """Return the counts of `Coalescence.events` as arrays, for the events chosen; nothing is checked.

    Also ``last`` (time of the last closure in ticks, or missing) and ``reason``, a number: 0 uncensored, 1 no
    burn-in, 2 no follow-up, 3 both, as in `CENSORING`. Without `second_order` those closures are not looked
    for: their counts are 0, and ``last`` is of first-order closures.
    """
    chosen = np.arange(len(stream.one)) if chosen is None else chosen
    ties = static_ties(len(stream.people), stream.one, stream.other, stream.first) if ties is None else ties
    reach, stay = stream.ticks(window), stream.ticks(persistence)
    until = stay + stream.ticks(horizon_of(window, persistence, horizon))
    none = np.empty(0, dtype=np.int64)
    ends = stream.one, stream.other, stream.first
    lasting = enduring_ties(stream, stay, until)
    counted, last = detect(ties, *ends, lasting, chosen, reach, second_order, none, none, none)
    star_one, star_other, shared = counted[:, 0], counted[:, 1], counted[:, 2]
    names = ["simultaneous", "closed_one", "closed_other", "enduring_one", "enduring_other"]
    names += ["second_order", "second_order_enduring"]
    begun = stream.first[chosen]
    reason = ((star_one == 0) | (star_other == 0)).astype(np.int64)
    early, late = _begun_and_followed(stream, begun, reach + until, burn_in)
    reason = (reason | early) + 2 * late
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


def followed_events(
    stream: ContactStream,
    *,
    window: float,
    persistence: float,
    horizon: float | None = None,
    burn_in: float | None = None,
) -> Integers:
    """Return the numbers of the events after the burn-in that are followed to the end."""
    spans = window, persistence, horizon_of(window, persistence, horizon)
    early, late = _begun_and_followed(stream, stream.first, sum(map(stream.ticks, spans)), burn_in)
    return np.flatnonzero(~(early | late))


def _begun_and_followed(
    stream: ContactStream, begun: Floats, follow_up: float, burn_in: float | None
) -> tuple[Flags, Flags]:
    """Say which events fall in the burn-in, and which are not followed to the end."""
    none = np.zeros(len(begun), dtype=bool)
    if not len(stream.clock):
        return none, none
    early = none if burn_in is None else begun - stream.clock[0] < stream.ticks(burn_in)
    return early, begun + follow_up > stream.clock[-1]


def horizon_of(window: float, persistence: float, horizon: float | None) -> float:
    """Return the horizon: the one given, or as long as the persistence (without one, as the window)."""
    return (persistence or window) if horizon is None else horizon


def enduring_ties(stream: ContactStream, stay: float, until: float) -> Flags:
    """Say of each tie whether its pair is in contact again from `stay` to `until` ticks after its first."""
    found: Flags = _repeated(stream.first, stream.tie, stream.clock, stay, until)
    return found


@_compile
def _repeated(
    first: Floats, tie: Integers, clock: Floats, stay: float, until: float
) -> Flags:  # pragma: no cover - compiled
    found = np.zeros(len(first), dtype=np.bool_)
    for contact in range(len(clock)):
        begun, time = first[tie[contact]], clock[contact]
        if time > begun and begun + stay <= time <= begun + until:
            found[tie[contact]] = True
    return found
