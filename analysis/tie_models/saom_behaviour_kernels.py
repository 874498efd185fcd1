"""Compiled loops of ties and a behaviour that change together: a period simulated, its statistics, its score.

In a step somebody either changes a tie, as in `saom_kernels`, or their behaviour by one up or down, or leaves
it (Steglich, Snijders & Pearson 2010, Sociological Methodology 40, 329-393). Numbers of steps of the two
kinds are Poisson, and their order is random; callers draw the numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from analysis.arrays import Floats, Integers
from analysis.tie_models.saom_kernels import Cells, change_rows, choose, neighbours, statistics_of, switch

__all__ = [
    "ALTER",
    "AVERAGE_ALTER",
    "AVERAGE_SIMILARITY",
    "EGO",
    "LINEAR",
    "QUADRATIC",
    "SIMILARITY",
    "behaviour_statistics",
    "cells_of",
    "simulate_together",
]

LINEAR, QUADRATIC, AVERAGE_SIMILARITY, AVERAGE_ALTER = range(4)
ALTER, EGO, SIMILARITY = range(3)

_compile: Callable[..., Any] = njit(cache=True, nogil=True)


@_compile
def _own(
    kind: int, ego: int, value: float, values: Floats, targets: Integers, sent: Integers, scale: Floats
) -> float:
    """Return an effect of `ego` if its behaviour were `value`; `scale`: mean, range, mean similarity."""
    mean, width, similar = float(scale[0]), float(scale[1]), float(scale[2])
    if kind == LINEAR:
        return value - mean
    if kind == QUADRATIC:
        return (value - mean) ** 2
    count = int(sent[ego])
    if count == 0:
        return 0.0
    total = 0.0
    for place in range(count):
        other = values[targets[ego, place]]
        if kind == AVERAGE_SIMILARITY:
            total += 1.0 - abs(value - other) / width - similar
        else:
            total += other - mean
    return total / count if kind == AVERAGE_SIMILARITY else (value - mean) * total / count


@_compile
def behaviour_statistics(
    kinds: Integers, values: Floats, ties: Cells, scale: Floats, statistics: Floats
) -> None:
    """Fill `statistics` (effects,): each behaviour effect's sum over actors."""
    targets, sent, _, _ = neighbours(ties)
    statistics[:] = 0.0
    for effect in range(kinds.size):
        for ego in range(values.size):
            statistics[effect] += _own(kinds[effect], ego, values[ego], values, targets, sent, scale)


@_compile
def cells_of(kind: int, values: Floats, scale: Floats, actor: int, cells: Floats) -> None:
    """Fill row and column of an actor: what a tie there adds by an effect of behaviour on ties."""
    for other in range(values.size):
        if kind == ALTER:
            cells[other, actor] = values[actor] - scale[0]
        elif kind == EGO:
            cells[actor, other] = values[actor] - scale[0]
        else:
            alike = 1.0 - abs(values[actor] - values[other]) / scale[1] - scale[2]
            cells[actor, other] = alike
            cells[other, actor] = alike


@_compile
def simulate_together(
    kinds: Integers,
    places: Integers,
    decays: Floats,
    dyadic: Floats,
    moving: Integers,
    moving_kinds: Integers,
    allowed: Cells,
    counted: Cells,
    parameters: Floats,
    behaviours: Integers,
    weighed: Floats,
    steps: Integers,
    scale: Floats,
    scored: bool,
    generator: np.random.Generator,
    ties: Cells,
    values: Floats,
    statistics: Floats,
    score: Floats,
) -> None:
    """Simulate a period from `ties` and `values`, which then hold its end.

    Parameters
    ----------
    kinds, places, decays, dyadic, allowed, counted, parameters : of ties, as for `simulate_period`
    moving, moving_kinds : places in `dyadic` that follow the behaviour, and how
    behaviours, weighed : effects on the behaviour, and their parameters
    steps : (2,) changes of ties, and of behaviour, to make
    scale : (5,) of the behaviour: mean, range, mean similarity, lowest, highest
    scored : whether to fill `score`
    ties, values : (n, n), (n,)
    statistics, score : (effects of ties + effects on behaviour,), filled; ties at the end with behaviour at
        the start, and behaviour at the end with ties at the start
    """
    size, effects = values.size, kinds.size
    first = ties.copy()
    own = dyadic.copy()
    targets, sent, sources, received = neighbours(ties)
    rows, paths = np.empty((effects, size)), np.empty(size)
    weights, rounded = np.empty(size), np.empty(size)
    bits = rounded.view(np.int64)
    options = np.empty((behaviours.size, 3))
    chances = np.empty(3)
    score[:] = 0.0
    left_ties, left_behaviour = steps[0], steps[1]
    while left_ties + left_behaviour > 0:
        ego = int(generator.random() * size)
        if generator.random() * (left_ties + left_behaviour) < left_ties:
            left_ties -= 1
            change_rows(ego, kinds, places, decays, own, ties, targets, sent, sources, received, paths, rows)
            chosen = choose(
                ego,
                parameters,
                allowed,
                targets,
                sent,
                scored,
                generator,
                rows,
                weights,
                rounded,
                bits,
                score,
            )
            if chosen != ego:
                switch(ego, chosen, ties, targets, sent, sources, received)
            continue
        left_behaviour -= 1
        total = 0.0
        for option in range(3):
            value = values[ego] + option - 1.0
            gain = 0.0
            for effect in range(behaviours.size):
                options[effect, option] = _own(behaviours[effect], ego, value, values, targets, sent, scale)
                gain += weighed[effect] * (options[effect, option] - options[effect, 0])
            inside = scale[3] <= value <= scale[4]
            chances[option] = np.exp(min(max(gain, -300.0), 300.0)) if inside else 0.0
            total += chances[option]
        drawn = generator.random() * total
        picked = 0
        if drawn >= chances[0]:
            picked = 1
            if drawn >= chances[0] + chances[1] and chances[2] > 0.0:
                picked = 2
        if scored:
            for effect in range(behaviours.size):
                mean = 0.0
                for option in range(3):
                    mean += chances[option] * options[effect, option]
                score[effects + effect] += options[effect, picked] - mean / total
        if picked != 1:
            values[ego] += picked - 1.0
            for place in range(moving.size):
                cells_of(moving_kinds[place], values, scale, ego, own[moving[place]])
    statistics_of(kinds, places, decays, dyadic, ties, counted, statistics[:effects])
    behaviour_statistics(behaviours, values, first, scale, statistics[effects:])
