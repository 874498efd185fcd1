"""New ties placed again, compiled: see `analysis.contacts.nulls` for the models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from analysis.arrays import Floats, Integers
from analysis.contacts.stream import Ties, tie_between

__all__ = ["ONE_SIDED", "PREFERENTIAL", "UNIFORM", "place_ties", "roles_of_ties"]

UNIFORM, PREFERENTIAL, ONE_SIDED = range(3)
"""The three ways of placing a tie."""
_KEPT, _FREE, _CLOSING, _NEW_ONE, _NEW_OTHER = range(5)
_TRIES = 200
"""Draws before all pairs are gone through."""

_compile: Callable[..., Any] = numba.njit(cache=True, nogil=True)


@_compile
def roles_of_ties(
    ties: Ties,
    one: Integers,
    other: Integers,
    first: Floats,
    entry: Floats,
    cut: float,
    brokered: bool,
    window: float,
) -> Integers:  # pragma: no cover - compiled
    """Return for each tie whether it is kept, which end is kept, or, free at both, whether it closes."""
    starts, near, via = ties[0], ties[1], ties[2]
    roles = np.full(len(one), _FREE, dtype=np.int64)
    for k in range(len(one)):
        a, b, time = one[k], other[k], first[k]
        if time <= cut or (entry[a] == time and entry[b] == time):
            roles[k] = _KEPT
        elif entry[a] == time:
            roles[k] = _NEW_ONE
        elif entry[b] == time:
            roles[k] = _NEW_OTHER
        elif brokered:
            for place in range(starts[a], starts[a + 1]):
                begun = first[via[place]]
                if begun >= time:
                    break
                tie = tie_between(ties, near[place], b)
                if tie < 0 or first[tie] >= time or first[tie] == begun:
                    continue
                if max(begun, first[tie]) + window >= time:
                    roles[k] = _CLOSING
                    break
    return roles


@_compile
def _slot(keys: Integers, key: int) -> int:  # pragma: no cover - compiled
    """Return where a key stands in an open hash table, or the free place where it would."""
    mask = len(keys) - 1
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    place: int = np.int64(mixed >> np.uint64(32)) & mask  # type: ignore[assignment]
    while keys[place] != -1 and keys[place] != key:
        place = (place + 1) & mask
    return place


@_compile
def _tied(keys: Integers, times: Floats, people: int, a: int, b: int) -> float:  # pragma: no cover
    """Return when two people were first in contact; infinite where they were not."""
    if a == b:
        return -np.inf
    place = _slot(keys, min(a, b) * people + max(a, b))
    return times[place] if keys[place] != -1 else np.inf


@_compile
def _listed(
    lists: tuple[Integers, Integers, Integers], there: Integers, person: int, contact: int, used: int
) -> int:  # pragma: no cover - compiled
    """Write a contact at the end of a person's list; return how much of the common room is used.

    A list that is full moves to the end of the room and has twice the space there.
    """
    begin, space, room = lists
    if there[person] == space[person]:
        wider = max(2 * space[person], 2)
        room[used : used + there[person]] = room[begin[person] : begin[person] + there[person]]
        begin[person], space[person] = used, wider
        used += wider
    room[begin[person] + there[person]] = contact
    there[person] += 1
    return used


@_compile
def _brokered(
    keys: Integers,
    times: Floats,
    people: int,
    lists: tuple[Integers, Integers, Integers],
    degrees: Integers,
    a: int,
    b: int,
    time: float,
    window: float,
) -> bool:  # pragma: no cover - compiled
    """Return whether two people have a two-path opened before a time, within the window."""
    begin, room = lists[0], lists[2]
    if degrees[a] > degrees[b]:
        a, b = b, a
    for place in range(begin[a], begin[a] + degrees[a]):
        joined = _tied(keys, times, people, room[place], b)
        if joined >= time:
            continue
        begun = _tied(keys, times, people, a, room[place])
        if begun != joined and max(begun, joined) + window >= time:
            return True
    return False


@_compile
def _block(groups: Integers, a: int, b: int) -> int:  # pragma: no cover - compiled
    """Return the group that two people share; -1 where they share none."""
    shared: int = groups[a] if groups[a] == groups[b] else -1
    return shared


@_compile
def _drawn(
    entered: Integers,
    ends: npt.NDArray[np.int64],
    preferential: bool,
    groups: Integers,
    inside: int,
    outside: int,
    generator: np.random.Generator,
) -> int:  # pragma: no cover - compiled
    """Return one person at random: of a group (-1: of any), and not of another; -1 after many tries."""
    for _ in range(_TRIES):
        if preferential:
            person = ends[int(generator.random() * len(ends)), int(generator.random() * 2)]
        else:
            person = entered[int(generator.random() * len(entered))]
        if (inside < 0 or groups[person] == inside) and groups[person] != outside:
            found: int = person
            return found
    return -1


@_compile
def place_ties(
    one: Integers,
    other: Integers,
    first: Floats,
    entry: Floats,
    entered: Integers,
    roles: Integers,
    groups: Integers,
    model: int,
    window: float,
    generator: np.random.Generator,
) -> tuple[Integers, Integers]:  # pragma: no cover - compiled
    """Return new ends of all ties, drawn in the order of time.

    A tie within a group stays within it, a tie across groups goes across.
    """
    people, size = len(entry), 8
    while size < 4 * len(one):
        size *= 2
    keys, times = np.full(size, -1, dtype=np.int64), np.empty(size)
    ends = np.empty((len(one), 2), dtype=np.int64)
    degrees = np.zeros(people, dtype=np.int64)  # before the present time
    brokered = model == ONE_SIDED
    # Everybody's contacts in order of time; a list that grew to d of them has used 4 d places at most.
    lists = (
        np.zeros(people, dtype=np.int64),
        np.zeros(people, dtype=np.int64),
        np.empty(8 * len(one) if brokered else 0, dtype=np.int64),
    )
    listed = np.zeros(people, dtype=np.int64)
    # A tie leads one of its ends, the seeker, to those whom the other, the broker, had met before it: which
    # of these two-paths are open is looked at when one is drawn. `paths` counts them up to each tie.
    sides = np.zeros(len(one), dtype=np.int64)
    paths = np.zeros(len(one) + 1, dtype=np.int64)
    oldest, there, begin, used = 0, 0, 0, 0
    for k in range(len(one)):
        time = first[k]
        if k and first[k - 1] < time:
            if brokered:
                for j in range(begin, k):
                    sides[j] = 0 if generator.random() < 0.5 else 1
                    paths[j + 1] = paths[j] + degrees[ends[j, 1 - sides[j]]]
                for j in range(begin, k):
                    for side in range(2):
                        used = _listed(lists, listed, ends[j, side], ends[j, 1 - side], used)
            for j in range(begin, k):
                for side in range(2):
                    degrees[ends[j, side]] += 1
            begin = k
        while there < people and entry[entered[there]] < time:
            there += 1
        while oldest < begin and first[oldest] + window < time:
            oldest += 1
        u, v = one[k], other[k]
        role, block = roles[k], _block(groups, u, v)
        if role == _CLOSING:
            u, v = _open_pair(
                keys, times, people, lists, ends, sides, paths, oldest, begin, groups, block, generator
            )
            if u < 0:
                role = _FREE
        if role in (_FREE, _NEW_ONE, _NEW_OTHER):
            fixed = -1
            if role == _NEW_ONE:
                fixed = one[k]
            elif role == _NEW_OTHER:
                fixed = other[k]
            apart = brokered and fixed < 0
            u, v = _free_pair(
                keys,
                times,
                people,
                lists,
                degrees,
                entered[:there],
                ends[:begin],
                fixed,
                model == PREFERENTIAL,
                apart,
                time,
                window,
                groups,
                block,
                generator,
            )
        ends[k, 0], ends[k, 1] = min(u, v), max(u, v)
        place = _slot(keys, min(u, v) * people + max(u, v))
        keys[place], times[place] = min(u, v) * people + max(u, v), time
    return ends[:, 0].copy(), ends[:, 1].copy()


@_compile
def _open_pair(
    keys: Integers,
    times: Floats,
    people: int,
    lists: tuple[Integers, Integers, Integers],
    ends: npt.NDArray[np.int64],
    sides: Integers,
    paths: Integers,
    oldest: int,
    latest: int,
    groups: Integers,
    block: int,
    generator: np.random.Generator,
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Return the ends of one of the two-paths left open by these ties, at random; -1 where none is."""
    begin, room = lists[0], lists[2]
    total = paths[latest] - paths[oldest]
    if total == 0:
        return -1, -1
    for _ in range(_TRIES):
        path = paths[oldest] + int(generator.random() * total)
        tie = np.searchsorted(paths[oldest + 1 : latest + 1], path, side="right") + oldest
        seeker, broker = ends[tie, sides[tie]], ends[tie, 1 - sides[tie]]
        met = room[begin[broker] + path - paths[tie]]
        if _block(groups, seeker, met) == block and _tied(keys, times, people, seeker, met) == np.inf:
            return seeker, met
    u, v, seen = -1, -1, 0
    for tie in range(oldest, latest):
        seeker, broker = ends[tie, sides[tie]], ends[tie, 1 - sides[tie]]
        for path in range(paths[tie + 1] - paths[tie]):
            met = room[begin[broker] + path]
            if _block(groups, seeker, met) == block and _tied(keys, times, people, seeker, met) == np.inf:
                seen += 1
                if generator.random() * seen < 1.0:
                    u, v = seeker, met
    return u, v


@_compile
def _free_pair(
    keys: Integers,
    times: Floats,
    people: int,
    lists: tuple[Integers, Integers, Integers],
    degrees: Integers,
    entered: Integers,
    ends: npt.NDArray[np.int64],
    fixed: int,
    preferential: bool,
    apart: bool,
    time: float,
    window: float,
    groups: Integers,
    block: int,
    generator: np.random.Generator,
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Return a pair without a tie, one end fixed or none; `apart`, without a two-path where there is such.

    Both are of the group `block`, or, where it is -1, share none.

    At first by rejection; where few pairs are left, by going through all of them.
    """
    for _ in range(_TRIES):
        # Both ends are drawn also where one is fixed.
        u = _drawn(entered, ends, preferential, groups, block, -1, generator)
        if fixed >= 0:
            u = fixed
        if u < 0:
            continue
        v = _drawn(entered, ends, preferential, groups, block, groups[u] if block < 0 else -1, generator)
        if v < 0:
            continue
        if _tied(keys, times, people, u, v) < np.inf:
            continue
        if apart and _brokered(keys, times, people, lists, degrees, u, v, time, window):
            continue
        return u, v
    for turn in range(2):
        if turn == 0 and not apart:
            continue
        a, b, total = -1, -1, 0.0
        for i in range(len(entered) if fixed < 0 else 1):
            u = entered[i] if fixed < 0 else fixed
            for j in range(i + 1 if fixed < 0 else 0, len(entered)):
                v = entered[j]
                if _block(groups, u, v) != block or _tied(keys, times, people, u, v) < np.inf:
                    continue
                if turn == 0 and _brokered(keys, times, people, lists, degrees, u, v, time, window):
                    continue
                weight = 1.0
                if preferential:
                    weight = float(degrees[v]) if fixed >= 0 else float(degrees[u] * degrees[v])
                total += weight
                if generator.random() * total < weight:
                    a, b = u, v
        if a >= 0:
            return a, b
    return -1, -1
