"""Compiled sums of the Rasch models: chances of answers given a total score, and measures of people.

An item j has answers 0 … m_j, each with a weight exp(b_jc), b_j0 = 0; flat arrays hold the weights of the
answers 1 … m_j of one item after another, `start` where an item begins. A *pattern* says which items somebody
answered; a row is a pattern and a total score, all that the model takes from a person (Andersen 1970).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from analysis.arrays import Flags, Floats, Integers

__all__ = ["conditional_chances", "measures"]

_compile: Callable[..., Any] = njit(cache=True, nogil=True)


@_compile
def symmetric_functions(
    weights: Floats, start: Integers, top: Integers, answered: Flags, without: int, also: int, out: Floats
) -> None:
    """Fill `out` with the sum, by total score, of products of weights, two items left out."""
    out[:] = 0.0
    out[0] = 1.0
    length = 0
    for item in range(len(top)):
        if not answered[item] or item in (without, also):
            continue
        length += top[item]
        # Downwards, so that what is read does not hold this item yet.
        for score in range(length, 0, -1):
            total = out[score]
            for answer in range(1, min(top[item], score) + 1):
                total += out[score - answer] * weights[start[item] + answer - 1]
            out[score] = total


@_compile
def conditional_chances(
    weights: Floats,
    start: Integers,
    top: Integers,
    patterns: Flags,
    pattern: Integers,
    score: Integers,
    count: Floats,
    second: bool,
) -> tuple[Floats, Floats, Floats]:
    """Return what follows, for each row, from its total score.

    Parameters
    ----------
    weights : ndarray of shape (answers,)
    start, top : ndarray of shape (items,)
        Place of an item's answer 1, and its highest answer.
    patterns : ndarray of shape (patterns, items)
    pattern, score : ndarray of shape (rows,)
        Rows of one pattern stand together.
    count : ndarray of shape (rows,)
        People.
    second : bool
        Whether the sum of second moments is wanted.

    Returns
    -------
    logs : ndarray of shape (rows,)
        Logarithm of the symmetric function.
    chances : ndarray of shape (rows, answers)
        Of each answer.
    moments : ndarray of shape (answers, answers)
        Sum over people of the chance of two answers together.
    """
    rows, items, answers = len(score), len(top), len(weights)
    logs = np.zeros(rows)
    chances = np.zeros((rows, answers))
    moments = np.zeros((answers, answers))
    size = top.sum() + 1
    whole, rest = np.empty(size), np.empty(size)
    first = 0
    while first < rows:
        last = first
        while last < rows and pattern[last] == pattern[first]:
            last += 1
        answered = patterns[pattern[first]]
        symmetric_functions(weights, start, top, answered, -1, -1, whole)
        for row in range(first, last):
            logs[row] = np.log(whole[score[row]])
        for one in range(items):
            if not answered[one]:
                continue
            symmetric_functions(weights, start, top, answered, one, -1, rest)
            for row in range(first, last):
                for answer in range(1, min(top[one], score[row]) + 1):
                    place = start[one] + answer - 1
                    chance = weights[place] * rest[score[row] - answer] / whole[score[row]]
                    chances[row, place] = chance
                    moments[place, place] += count[row] * chance
            if not second:
                continue
            for other in range(one):
                if not answered[other]:
                    continue
                symmetric_functions(weights, start, top, answered, one, other, rest)
                for row in range(first, last):
                    for answer in range(1, min(top[one], score[row]) + 1):
                        place = start[one] + answer - 1
                        for besides in range(1, min(top[other], score[row] - answer) + 1):
                            beside = start[other] + besides - 1
                            both = (
                                weights[place] * weights[beside] * rest[score[row] - answer - besides]
                            ) / whole[score[row]]
                            moments[place, beside] += count[row] * both
                            moments[beside, place] += count[row] * both
        first = last
    return logs, chances, moments


@_compile
def moments_at(
    measure: float, logs: Floats, start: Integers, top: Integers, answered: Flags
) -> tuple[float, float, float]:
    """Return mean, variance and third central moment of the total score at a measure."""
    mean = variance = third = 0.0
    for item in range(len(top)):
        if not answered[item]:
            continue
        highest = 0.0
        for answer in range(1, top[item] + 1):
            highest = max(highest, answer * measure + logs[start[item] + answer - 1])
        total = np.exp(-highest)
        centre = 0.0
        for answer in range(1, top[item] + 1):
            weight = np.exp(answer * measure + logs[start[item] + answer - 1] - highest)
            total += weight
            centre += answer * weight
        centre /= total
        mean += centre
        for answer in range(top[item] + 1):
            logged = answer * measure + logs[start[item] + answer - 1] if answer else 0.0
            chance = np.exp(logged - highest) / total
            variance += chance * (answer - centre) ** 2
            third += chance * (answer - centre) ** 3
    return mean, variance, third


@_compile
def measures(
    logs: Floats,
    start: Integers,
    top: Integers,
    patterns: Flags,
    pattern: Integers,
    score: Integers,
    weighted: bool,
    bound: float,
) -> tuple[Floats, Floats]:
    """Return, for each row, the measure that solves its equation, and its standard error.

    Weighted likelihood (Warm 1989): score − mean + third moment ÷ (2 variance) = 0; otherwise without the
    last term, which has no finite answer at the lowest and highest score (NaN).

    Parameters
    ----------
    logs : ndarray of shape (answers,)
        b_jc.
    weighted : bool
        Weighted or maximum likelihood.
    bound : float
        Measures are looked for between −bound and bound.
    """
    found = np.full(len(score), np.nan)
    errors = np.full(len(score), np.nan)
    for row in range(len(score)):
        answered = patterns[pattern[row]]
        highest = 0
        for item in range(len(top)):
            if answered[item]:
                highest += top[item]
        if highest == 0 or (not weighted and (score[row] == 0 or score[row] == highest)):
            continue
        low, high = -bound, bound
        # Halved until the ends are neighbours in floating point, or nearly so.
        for _ in range(60):
            middle = (low + high) / 2
            mean, variance, third = moments_at(middle, logs, start, top, answered)
            slope = score[row] - mean
            if weighted:
                slope += third / (2 * variance)
            if slope > 0:
                low = middle
            else:
                high = middle
        found[row] = (low + high) / 2
        errors[row] = 1 / np.sqrt(moments_at(found[row], logs, start, top, answered)[1])
    return found, errors
