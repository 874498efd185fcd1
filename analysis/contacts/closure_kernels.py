"""The search for closures, compiled: see `analysis.contacts.closure` for what is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from analysis.arrays import Flags, Floats, Integers
from analysis.contacts.stream import Ties

__all__ = ["detect", "smaller_stars"]


_compile: Callable[..., Any] = numba.njit(cache=True, nogil=True)


@_compile
def _begun(ties: Ties, person: int, time: float) -> int:  # pragma: no cover - compiled
    """Return the place of a person's first tie at or after a time."""
    starts, moment = ties[0], ties[3]
    low: int = starts[person]
    high: int = starts[person + 1]
    while low < high:
        middle = (low + high) // 2
        if moment[middle] < time:
            low = middle + 1
        else:
            high = middle
    return low


@_compile
def _star(ties: Ties, tie: int, side: int, person: int) -> int:  # pragma: no cover - compiled
    """Return how many an end of a tie had met before it: those of its very time are left out."""
    starts, moment = ties[0], ties[3]
    spot: int = ties[6][tie, side]
    time = moment[spot]
    while spot > starts[person] and moment[spot - 1] == time:
        spot -= 1
    size: int = spot - starts[person]
    return size


@_compile
def smaller_stars(
    ties: Ties, one: Integers, other: Integers, chosen: Integers
) -> Integers:  # pragma: no cover - compiled
    """Return the size of the smaller star of each event."""
    sizes = np.empty(len(chosen), dtype=np.int64)
    for event in range(len(chosen)):
        tie = chosen[event]
        sizes[event] = min(_star(ties, tie, 0, one[tie]), _star(ties, tie, 1, other[tie]))
    return sizes


@_compile
def _by_person(persons: Integers, people: int) -> Integers:  # pragma: no cover - compiled
    """Return the places of the persons in the order of their numbers, those of one person as they come."""
    free = np.zeros(people + 1, dtype=np.int64)
    for person in persons:
        free[person + 1] += 1
    for person in range(people):
        free[person + 1] += free[person]
    order = np.empty(len(persons), dtype=np.int64)
    for place in range(len(persons)):
        order[free[persons[place]]] = place
        free[persons[place]] += 1
    return order


@_compile
def detect(
    ties: Ties,
    one: Integers,
    other: Integers,
    first: Floats,
    enduring: Flags,
    chosen: Integers,
    window: float,
    second_order: bool,
    places: Integers,
    listed: Integers,
    kinds: Integers,
) -> tuple[npt.NDArray[np.int32], Floats]:  # pragma: no cover - compiled
    """Return ten counts an event and the time of its last closure; list the closures where there is room.

    Counts: star of one, of other, shared, simultaneous; closed and enduring in each direction; second-order
    closures, and enduring ones (0 unless `second_order`). `places` says where the closures of each event go
    in `listed` and `kinds`; empty, none is listed.

    Events are taken by the collaborator with the larger star, whose ties are laid out once for all its
    events; the smaller star is gone through, and its members' ties in the window.
    """
    starts, near, via, moment = ties[0], ties[1], ties[2], ties[3]
    people = len(starts) - 1
    counts = np.zeros((len(chosen), 10), dtype=np.int32)
    last = np.full(len(chosen), np.nan)
    centres = np.empty(len(chosen), dtype=np.int64)
    for event in range(len(chosen)):
        a, b = one[chosen[event]], other[chosen[event]]
        counts[event, 0] = _star(ties, chosen[event], 0, a)
        counts[event, 1] = _star(ties, chosen[event], 1, b)
        centres[event] = b if counts[event, 0] <= counts[event, 1] else a
    met = np.full(people, np.inf)  # when the present centre first met each
    met_by = np.full(people, -1, dtype=np.int64)  # by which tie
    star_of = np.full(people, -1, dtype=np.int64)  # event in whose smaller star each was last
    centre = -1
    for event in _by_person(centres, people):
        if centres[event] != centre:
            if centre >= 0:
                for place in range(starts[centre], starts[centre + 1]):
                    met[near[place]] = np.inf
            centre = centres[event]
            for place in range(starts[centre], starts[centre + 1]):
                met[near[place]], met_by[near[place]] = moment[place], via[place]
        a, time = one[chosen[event]], first[chosen[event]]
        until = time + window
        small, kind = (other[chosen[event]], 1) if centre == a else (a, 0)
        star_end = starts[small] + counts[event, kind]
        where = places[event] if len(places) else -1
        # The centre's new ties with the smaller star, then the other's with the centre's star.
        for place in range(starts[small], starts[small + 1]):
            person, began = near[place], moment[place]
            if began > until:
                break
            tie, closes = via[place], kind
            if began < time:
                star_of[person] = event
                if met[person] < time:
                    counts[event, 2] += 1
                    continue
                began, tie, closes = met[person], met_by[person], 1 - kind
            elif met[person] >= time:
                continue
            if began == time:
                counts[event, 3] += 1
            elif began <= until:
                counts[event, 4 + closes] += 1
                counts[event, 6 + closes] += enduring[tie]
                last[event] = began if np.isnan(last[event]) else max(last[event], began)
                if where >= 0:
                    listed[where], kinds[where] = tie, closes
                    where += 1
        if not second_order:
            continue
        for spot in range(starts[small], star_end):
            member = near[spot]
            in_both = met[member] < time
            for place in range(_begun(ties, member, time), starts[member + 1]):
                partner, began = near[place], moment[place]
                if began > until:
                    break
                if began == time or met[partner] >= time:
                    continue
                # Between two members of both stars the pair comes up from either end.
                if in_both and partner < member and star_of[partner] == event:
                    continue
                counts[event, 8] += 1
                counts[event, 9] += enduring[via[place]]
                last[event] = began if np.isnan(last[event]) else max(last[event], began)
                if where >= 0:
                    listed[where], kinds[where] = via[place], 2
                    where += 1
    return counts, last
