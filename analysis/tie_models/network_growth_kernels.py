"""Compiled loops of the growth simulator: who joins next, who contacts whom, and the network that is left.

The rules are told in `analysis.tie_models.network_growth`. People are numbered in the order they join, so
that those present in a week are always the first so many; the backbone comes first of all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from analysis.arrays import Floats, Integers

__all__ = ["closeness_sum", "joining_order", "relationships", "week_by_week"]

Cells = npt.NDArray[np.uint8]
_compile: Callable[..., Any] = njit(cache=True, nogil=True)

_TRIES = 8  # at somebody with time left by a rule, before anybody with time left will do


@_compile
def relationships(
    schools: Integers, within: Floats, between: float, returned: float, generator: np.random.Generator
) -> Cells:  # pragma: no cover - compiled
    """Draw who asks whom at work, shape (n, n): pair by pair, so that a share `returned` of ties is."""
    people = len(schools)
    asks = np.zeros((people, people), dtype=np.uint8)
    for one in range(people):
        for other in range(one):
            chance = within[schools[one]] if schools[one] == schools[other] else between
            # Two ties of a pair: both with chance × returned, one of the two with chance × (1 − returned).
            draw = generator.random()
            if draw < chance * returned:
                asks[one, other] = 1
                asks[other, one] = 1
            elif draw < chance:
                asks[one, other] = 1
            elif draw < chance * (2 - returned):
                asks[other, one] = 1
    return asks


@_compile
def joining_order(
    rule: int, backbone: int, asks: Cells, kinds: Integers, generator: np.random.Generator
) -> Integers:  # pragma: no cover - compiled
    """Return people in the order they join: each brought in by a member drawn at random.

    The backbone is drawn first, among all alike. Rule 0: anybody; 1: somebody who works with that member
    (either asks the other); 2: somebody alike. Where nobody of that sort is left, anybody.
    """
    people = len(kinds)
    order = np.arange(people)
    for place in range(people):
        there = people - place
        chosen = place + int(generator.random() * there)
        if rule > 0 and place >= backbone:
            member = order[int(generator.random() * place)]
            fitting = 0
            for other in range(place, people):
                person = order[other]
                fits = (
                    asks[member, person] + asks[person, member] > 0
                    if rule == 1
                    else kinds[member] == kinds[person]
                )
                if fits:
                    fitting += 1
                    # The last of those kept with chance 1 ÷ count is one of them at random.
                    if generator.random() * fitting < 1:
                        chosen = other
        order[place], order[chosen] = order[chosen], order[place]
    return order


@_compile
def _drop(free: Integers, where: Integers, left: int, person: int) -> int:  # pragma: no cover - compiled
    """Take somebody without time left out of the list; return how many are left in it."""
    last = free[left - 1]
    free[where[person]] = last
    where[last] = where[person]
    free[left - 1] = person
    where[person] = left - 1
    return left - 1


@_compile
def _lifetime(forgetting: float, generator: np.random.Generator) -> int:  # pragma: no cover - compiled
    """Return in how many weeks a tie is forgotten: geometric."""
    if forgetting < 1e-9:  # below, 1 − forgetting rounds to 1
        return 1 << 30
    if forgetting >= 1.0:
        return 1
    draw = 1.0 - generator.random()
    return 1 + int(np.log(draw) / np.log(1.0 - forgetting))


@_compile
def _weighted(
    reach: Floats, count: int, generator: np.random.Generator
) -> int:  # pragma: no cover - compiled
    """Return one of the first so many places, by weights of which `reach` has the running sums."""
    place = np.searchsorted(reach[:count], generator.random() * reach[count - 1], side="right")
    return min(int(place), count - 1)


@_compile
def week_by_week(
    present: Integers,
    spend: Integers,
    kinds: Integers,
    starts: Integers,
    colleagues: Integers,
    activity: Floats,
    time: Integers,
    backbone: int,
    chances: Floats,
    generator: np.random.Generator,
) -> tuple[Integers, Integers, Integers, Integers, Integers]:  # pragma: no cover - compiled
    """Spend a timetable of contacts.

    Parameters
    ----------
    present, spend : ndarray of int, shape (weeks,)
        People there, and contacts, of each week.
    kinds : ndarray of int, shape (n,)
    starts, colleagues : ndarray of int
        Whom each asks at work: compressed rows.
    activity : ndarray of float, shape (n,)
    time : ndarray of int, shape (n,)
        Contacts a week that each has time for, begun by either.
    backbone : int
    chances : ndarray of float, shape (6,)
        Of a reply; of going back to a tie there is; of the backbone; of somebody alike; of a colleague; of
        forgetting.
    generator : Generator

    Returns
    -------
    week, sender, receiver : ndarray of int, shape (contacts made,)
    forgotten : ndarray of int, shape (n, n)
        First week in which the tie is forgotten; 0 where there never was one.
    second : ndarray of int, shape (n,)
        Week of the contact that gave each a second partner; -1 where none did.
    """
    people = len(kinds)
    returning, lasting, through, alike, acquainted, forgetting = chances
    total = spend.sum()
    week, sender, receiver = np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total, np.int64)
    forgotten = np.zeros((people, people), dtype=np.int64)
    partners = np.zeros((people, people), dtype=np.int32)
    held = np.zeros(people, dtype=np.int64)  # entries of `partners`, forgotten ones until they are met
    met = np.zeros(people, dtype=np.int64)
    second = np.full(people, -1)
    reach = np.cumsum(activity)
    groups = kinds.max() + 1
    of_kind = np.zeros((groups, people), dtype=np.int64)
    in_kind = np.zeros(groups, dtype=np.int64)
    left, free, where = np.zeros(people, np.int64), np.arange(people), np.arange(people)
    arrived = 0
    made = 0
    for now in range(len(present)):
        there = present[now]
        for person in range(arrived, there):
            of_kind[kinds[person], in_kind[kinds[person]]] = person
            in_kind[kinds[person]] += 1
        arrived = there
        for person in range(there):
            left[person], free[person], where[person] = time[person], person, person
        able = there
        reply_to, reply_from = -1, -1
        spent = 0
        while spent < spend[now] and able > 1:
            if reply_to >= 0 and left[reply_to] > 0 and left[reply_from] > 0:
                one, other = reply_from, reply_to
                reply_to = -1
                answer = False
            else:
                reply_to = -1
                answer = True
                one = _weighted(reach, there, generator)
                tries = 0
                while left[one] == 0 and tries < 8 * _TRIES:
                    one = _weighted(reach, there, generator)
                    tries += 1
                if left[one] == 0:
                    # The same by name: few with time left, each as likely as they are active.
                    share = 0.0
                    for place in range(able):
                        share += activity[free[place]]
                    mark = generator.random() * share
                    one = int(free[able - 1])
                    for place in range(able):
                        mark -= activity[free[place]]
                        if mark < 0:
                            one = int(free[place])
                            break
                other = -1
                for _ in range(_TRIES):
                    if held[one] > 0 and generator.random() < lasting:
                        place = int(generator.random() * held[one])
                        found = int(partners[one, place])
                        if max(forgotten[one, found], forgotten[found, one]) <= now:
                            held[one] -= 1
                            partners[one, place] = partners[one, held[one]]
                            continue
                    elif generator.random() < through:
                        found = int(generator.random() * backbone)
                    elif generator.random() < alike:
                        kind = kinds[one]
                        found = int(of_kind[kind, int(generator.random() * in_kind[kind])])
                    elif starts[one + 1] > starts[one] and generator.random() < acquainted:
                        asked = starts[one + 1] - starts[one]
                        found = int(colleagues[starts[one] + int(generator.random() * asked)])
                    else:
                        found = int(generator.random() * there)
                    if found != one and found < there and left[found] > 0:
                        other = found
                        break
                if other < 0:
                    other = int(free[int(generator.random() * able)])
                    if other == one:
                        other = int(free[(where[one] + 1) % able])
            if forgotten[one, other] + forgotten[other, one] == 0:
                for person in (one, other):
                    met[person] += 1
                    if met[person] == 2:
                        second[person] = now
            if max(forgotten[one, other], forgotten[other, one]) <= now:
                for person, partner in ((one, other), (other, one)):
                    known = False
                    for place in range(held[person]):
                        if partners[person, place] == partner:
                            known = True
                            break
                    if not known:
                        partners[person, held[person]] = partner
                        held[person] += 1
            forgotten[one, other] = max(forgotten[one, other], now + _lifetime(forgetting, generator))
            week[made], sender[made], receiver[made] = now, one, other
            made += 1
            spent += 1
            for person in (one, other):
                left[person] -= 1
                if left[person] == 0:
                    able = _drop(free, where, able, person)
            if answer and generator.random() < returning:
                reply_from, reply_to = other, one
    return week[:made], sender[:made], receiver[:made], forgotten, second


@_compile
def _ones(word: np.uint64) -> int:  # pragma: no cover - compiled
    """Return how many bits of a word are set: Warren (2013), Hacker's Delight, figure 5-2."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((word * np.uint64(0x0101010101010101)) >> np.uint64(56))


@_compile
def closeness_sum(ties: Cells, first: int, among: int) -> float:  # pragma: no cover - compiled
    """Return Σ 1 ÷ distance over ordered pairs of people from `among` on, by paths from `first` on.

    Distances are found a step at a time for 64 people a word.

    Parameters
    ----------
    ties : ndarray of uint8, shape (n, n)
        Symmetric.
    first : int
        People before it are not there.
    among : int
        Pairs are of people from it on.
    """
    people = len(ties)
    words = (people + 63) // 64
    rows = np.zeros((people, words), dtype=np.uint64)
    counted = np.zeros(words, dtype=np.uint64)
    for one in range(first, people):
        for other in range(first, people):
            if ties[one, other]:
                rows[one, other >> 6] |= np.uint64(1) << np.uint64(other & 63)
    for other in range(among, people):
        counted[other >> 6] |= np.uint64(1) << np.uint64(other & 63)
    total = 0.0
    seen, edge, beyond = np.empty(words, np.uint64), np.empty(words, np.uint64), np.empty(words, np.uint64)
    for source in range(among, people):
        seen[:] = 0
        seen[source >> 6] = np.uint64(1) << np.uint64(source & 63)
        edge[:] = seen
        distance = 0
        found = 1
        while found:
            distance += 1
            beyond[:] = 0
            for word in range(words):
                bits = edge[word]
                while bits:
                    lowest = bits & (~bits + np.uint64(1))
                    person = word * 64 + _ones(lowest - np.uint64(1))
                    bits ^= lowest
                    for place in range(words):
                        beyond[place] |= rows[person, place]
            found = 0
            for word in range(words):
                edge[word] = beyond[word] & ~seen[word]
                seen[word] |= edge[word]
                found |= edge[word] != 0
                total += _ones(edge[word] & counted[word]) / distance
    return total
