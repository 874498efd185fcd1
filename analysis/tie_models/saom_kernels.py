"""Compiled loops of the actor-oriented model: one period simulated, its statistics, its score.

In a step an actor i, drawn among all alike, looks at every alternative: leaving everything as it is, or
switching one tie i → j. An alternative weighs exp(Σ β_k Δ_k), Δ_k being by how much effect k of i's own
network would rise (Snijders 2001, Sociological Methodology 31, 361-395, equations 5 and 9). Δ comes from
counts of two-paths around i alone, which the lists of ties, kept up to date at every step, give in the order
of a degree squared.

Moments of steps are not simulated: every actor acts at one rate, so that the number of steps in a period is
Poisson, and the time that a number of steps takes is gamma distributed. Callers draw them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from analysis.arrays import Floats, Integers

__all__ = [
    "CYCLE",
    "DENSITY",
    "DYADIC",
    "GWESP",
    "IN_POPULARITY",
    "IN_POPULARITY_ROOT",
    "OUT_ACTIVITY",
    "OUT_ACTIVITY_ROOT",
    "RECIPROCITY",
    "TRANSITIVE",
    "TRANSITIVE_RECIPROCATED",
    "Cells",
    "change_rows",
    "choose",
    "neighbours",
    "simulate_period",
    "statistics_of",
    "switch",
]

Cells = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int32]

(
    DENSITY,
    RECIPROCITY,
    TRANSITIVE,
    TRANSITIVE_RECIPROCATED,
    CYCLE,
    GWESP,
    IN_POPULARITY,
    IN_POPULARITY_ROOT,
    OUT_ACTIVITY,
    OUT_ACTIVITY_ROOT,
    DYADIC,
) = range(11)

STEEPEST = 300.0  # exponents beyond it, either way, are as good as it; sums of their powers stay finite
_ROUNDING = 6755399441055744.0  # 1.5 · 2^52: adding it rounds to a whole number, kept in the lowest bits
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10

_compile: Callable[..., Any] = njit(cache=True, nogil=True)
# Allowing sums to be reordered lets the compiler use vector instructions.
_compile_sums: Callable[..., Any] = njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})


@_compile_sums
def _dot(left: Floats, right: Floats) -> float:
    total = 0.0
    for place in range(left.size):
        total += left[place] * right[place]
    return total


@_compile_sums
def _sum(values: Floats) -> float:
    total = 0.0
    for place in range(values.size):
        total += values[place]
    return total


@_compile
def _exponentiate(values: Floats, rounded: Floats, bits: Integers) -> None:
    """Replace values by their exponentials, to about 1e-14, in loops that the compiler can vectorise.

    `bits` is the same memory as `rounded`: e^x = 2^k e^r with k whole, and 2^k is written as its bits.
    The library's exponential would be called once a value, and take half of the time of a simulation.
    """
    for place in range(values.size):
        value = min(max(values[place], -STEEPEST), STEEPEST)
        shifted = value * _LOG2_E + _ROUNDING
        whole = shifted - _ROUNDING
        rest = (value - whole * _LN2_HIGH) - whole * _LN2_LOW
        power = 1.0 + rest * (1.0 / 11.0)
        power = 1.0 + rest * (1.0 / 10.0) * power
        power = 1.0 + rest * (1.0 / 9.0) * power
        power = 1.0 + rest * (1.0 / 8.0) * power
        power = 1.0 + rest * (1.0 / 7.0) * power
        power = 1.0 + rest * (1.0 / 6.0) * power
        power = 1.0 + rest * (1.0 / 5.0) * power
        power = 1.0 + rest * (1.0 / 4.0) * power
        power = 1.0 + rest * (1.0 / 3.0) * power
        power = 1.0 + rest * (1.0 / 2.0) * power
        values[place] = 1.0 + rest * power
        rounded[place] = shifted
    for place in range(values.size):
        bits[place] = (bits[place] + 1023) << 52
    for place in range(values.size):
        values[place] *= rounded[place]


@_compile
def neighbours(ties: Cells) -> tuple[Places, Places, Places, Places]:
    """Return whom each actor sends ties to and how many, and whom each receives ties from and how many."""
    size = ties.shape[0]
    targets, sources = np.empty((size, size), np.int32), np.empty((size, size), np.int32)
    sent, received = np.zeros(size, np.int32), np.zeros(size, np.int32)
    for sender in range(size):
        for receiver in range(size):
            if ties[sender, receiver]:
                targets[sender, sent[sender]] = receiver
                sources[receiver, received[receiver]] = sender
                sent[sender] += 1
                received[receiver] += 1
    return targets, sent, sources, received


@_compile
def _drop(listed: Places, count: int, actor: int) -> None:
    """Take an actor off a list, the order of the others staying."""
    place = 0
    while listed[place] != actor:
        place += 1
    for later in range(place, count - 1):
        listed[later] = listed[later + 1]


@_compile
def change_rows(
    ego: int,
    kinds: Integers,
    places: Integers,
    decays: Floats,
    dyadic: Floats,
    ties: Cells,
    targets: Places,
    sent: Places,
    sources: Places,
    received: Places,
    paths: Floats,
    rows: Floats,
) -> None:
    """Fill `rows` (effects, n): by how much each effect of `ego` rises when a tie to each other is made.

    Ties that are there count by what they add. The entry of `ego` itself means nothing. `paths` (n,) is
    scratch.
    """
    size = ties.shape[0]
    for effect in range(kinds.size):
        kind = kinds[effect]
        row = rows[effect]
        if kind == DYADIC:
            row[:] = dyadic[places[effect], ego]
        elif kind == DENSITY:
            row[:] = 1.0
        elif kind == IN_POPULARITY:
            for alter in range(size):
                row[alter] = received[alter] + 1.0 - ties[ego, alter]
        elif kind == IN_POPULARITY_ROOT:
            for alter in range(size):
                row[alter] = np.sqrt(received[alter] + 1.0 - ties[ego, alter])
        elif kind == OUT_ACTIVITY:
            row[:] = 2.0 * sent[ego] + 1.0
            for place in range(sent[ego]):
                row[targets[ego, place]] -= 2.0
        elif kind == OUT_ACTIVITY_ROOT:
            degree = float(sent[ego])
            row[:] = (degree + 1.0) ** 1.5 - degree**1.5
            for place in range(sent[ego]):
                row[targets[ego, place]] = degree**1.5 - (degree - 1.0) ** 1.5
        else:
            row[:] = 0.0
            if kind == RECIPROCITY:
                for place in range(received[ego]):
                    row[sources[ego, place]] = 1.0
            elif kind == CYCLE:
                for place in range(received[ego]):
                    middle = sources[ego, place]
                    for further in range(received[middle]):
                        row[sources[middle, further]] += 1.0
            elif kind == TRANSITIVE:
                for place in range(sent[ego]):
                    middle = targets[ego, place]
                    for further in range(sent[middle]):
                        row[targets[middle, further]] += 1.0
                    for further in range(received[middle]):
                        row[sources[middle, further]] += 1.0
            elif kind == TRANSITIVE_RECIPROCATED:
                for place in range(sent[ego]):
                    middle = targets[ego, place]
                    for further in range(sent[middle]):
                        row[targets[middle, further]] += ties[targets[middle, further], ego]
                    if ties[middle, ego]:
                        for further in range(received[middle]):
                            row[sources[middle, further]] += 1.0
            elif kind == GWESP:
                scale, weight = np.exp(decays[effect]), 1.0 - np.exp(-decays[effect])
                paths[:] = 0.0
                for place in range(sent[ego]):
                    middle = targets[ego, place]
                    for further in range(sent[middle]):
                        paths[targets[middle, further]] += 1.0
                for alter in range(size):
                    if paths[alter] > 0.0:
                        row[alter] = scale * (1.0 - weight ** paths[alter])
                for place in range(sent[ego]):
                    end = targets[ego, place]
                    for further in range(received[end]):
                        alter = sources[end, further]
                        if alter != ego:
                            row[alter] += weight ** (paths[end] - ties[ego, alter])


@_compile
def statistics_of(
    kinds: Integers,
    places: Integers,
    decays: Floats,
    dyadic: Floats,
    ties: Cells,
    counted: Cells,
    statistics: Floats,
) -> None:
    """Fill `statistics` (effects,): each effect's sum over actors, ties in cells not counted left out."""
    size = ties.shape[0]
    kept = ties * counted
    targets, sent, sources, received = neighbours(kept)
    statistics[:] = 0.0
    for effect in range(kinds.size):
        kind = kinds[effect]
        total = 0.0
        for ego in range(size):
            degree = float(sent[ego])
            if kind == DENSITY:
                total += degree
            elif kind == OUT_ACTIVITY:
                total += degree * degree
            elif kind == OUT_ACTIVITY_ROOT:
                total += degree**1.5
            else:
                for place in range(sent[ego]):
                    alter = targets[ego, place]
                    if kind == DYADIC:
                        total += dyadic[places[effect], ego, alter]
                    elif kind == RECIPROCITY:
                        total += kept[alter, ego]
                    elif kind == IN_POPULARITY:
                        total += received[alter]
                    elif kind == IN_POPULARITY_ROOT:
                        total += np.sqrt(float(received[alter]))
                    elif kind == CYCLE:
                        for further in range(sent[alter]):
                            total += kept[targets[alter, further], ego] / 3.0
                    else:
                        shared = 0
                        for further in range(received[alter]):
                            shared += kept[ego, sources[alter, further]]
                        if kind == TRANSITIVE:
                            total += shared
                        elif kind == TRANSITIVE_RECIPROCATED:
                            total += shared * kept[alter, ego]
                        elif shared > 0:
                            weight = 1.0 - np.exp(-decays[effect])
                            total += np.exp(decays[effect]) * (1.0 - weight**shared)
        statistics[effect] = total


@_compile
def choose(
    ego: int,
    parameters: Floats,
    allowed: Cells,
    targets: Places,
    sent: Places,
    scored: bool,
    generator: np.random.Generator,
    rows: Floats,
    weights: Floats,
    rounded: Floats,
    bits: Integers,
    score: Floats,
) -> int:
    """Return whom `ego` changes a tie to, itself for nobody; add to the score.

    `rows` are as `change_rows` filled them, and become what a change adds; the next three are scratch.
    """
    size = weights.size
    weights[:] = 0.0
    for effect in range(parameters.size):
        row, parameter = rows[effect], parameters[effect]
        row[ego] = 0.0
        for place in range(sent[ego]):
            row[targets[ego, place]] = -row[targets[ego, place]]
        for alter in range(size):
            weights[alter] += parameter * row[alter]
    _exponentiate(weights, rounded, bits)
    for alter in range(size):
        weights[alter] *= allowed[ego, alter]
    total = _sum(weights)
    drawn = generator.random() * total
    chosen, reached = 0, weights[0]
    while reached <= drawn and chosen < size - 1:
        chosen += 1
        reached += weights[chosen]
    if weights[chosen] == 0.0:  # what rounding leaves at the end of the row
        chosen = ego
    if scored:
        for effect in range(parameters.size):
            score[effect] += rows[effect, chosen] - _dot(weights, rows[effect]) / total
    return chosen


@_compile
def switch(
    ego: int, alter: int, ties: Cells, targets: Places, sent: Places, sources: Places, received: Places
) -> None:
    """Make a tie that is not there, or drop one that is, and keep the lists up to date."""
    if ties[ego, alter]:
        _drop(targets[ego], sent[ego], alter)
        _drop(sources[alter], received[alter], ego)
        sent[ego] -= 1
        received[alter] -= 1
        ties[ego, alter] = 0
    else:
        targets[ego, sent[ego]] = alter
        sources[alter, received[alter]] = ego
        sent[ego] += 1
        received[alter] += 1
        ties[ego, alter] = 1


@_compile
def simulate_period(
    kinds: Integers,
    places: Integers,
    decays: Floats,
    dyadic: Floats,
    allowed: Cells,
    counted: Cells,
    parameters: Floats,
    steps: int,
    distance: int,
    scored: bool,
    generator: np.random.Generator,
    ties: Cells,
    statistics: Floats,
    score: Floats,
) -> tuple[int, int]:
    """Simulate a period from `ties`, which then holds its end; fill its statistics and its score.

    Parameters
    ----------
    kinds, places, decays : (effects,); kind of each, its place in `dyadic`, its decay
    dyadic : (d, n, n); what a tie in each cell adds to effects that depend on no other tie
    allowed, counted : (n, n); cells that may change (1 on the diagonal), and that statistics count
    parameters : (effects,)
    steps : how many, or at most how many
    distance : the period ends when so many counted cells differ from its start; below 0: after `steps`
    scored : whether to fill `score`

    Returns
    -------
    steps made, counted cells that differ from the start
    """
    size, effects = ties.shape[0], kinds.size
    start = ties.copy()
    targets, sent, sources, received = neighbours(ties)
    rows, paths = np.empty((effects, size)), np.empty(size)
    weights, rounded = np.empty(size), np.empty(size)
    bits = rounded.view(np.int64)
    score[:] = 0.0
    apart, made = 0, 0
    while made < steps and apart != distance:
        made += 1
        ego = int(generator.random() * size)
        change_rows(ego, kinds, places, decays, dyadic, ties, targets, sent, sources, received, paths, rows)
        chosen = choose(
            ego, parameters, allowed, targets, sent, scored, generator, rows, weights, rounded, bits, score
        )
        if chosen == ego:
            continue
        switch(ego, chosen, ties, targets, sent, sources, received)
        if counted[ego, chosen]:
            apart += 1 if ties[ego, chosen] != start[ego, chosen] else -1
    statistics_of(kinds, places, decays, dyadic, ties, counted, statistics)
    return made, apart
