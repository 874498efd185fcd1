"""Two-paths, two people with a contact in common and no tie of their own: when they open and close."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numba
import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import require_one_of
from analysis.contacts.stream import ContactStream, Ties, contact_stream, static_ties, tie_between

__all__ = ["two_paths"]

Counted = Literal["path", "time", "broker"]

_compile: Callable[..., Any] = numba.njit(cache=True, nogil=True)


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

    Examples
    --------
    >>> contacts = pd.DataFrame({"time": [0, 3, 5], "sender_id": list("aba"), "receiver_id": list("bcc")})
    >>> two_paths(contacts)
      broker first second  opened  closed
    0      b     a      c     3.0     5.0
    """
    require_one_of("by", by, get_args(Counted))
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
