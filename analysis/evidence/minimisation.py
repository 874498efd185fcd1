"""Which terms say shortest in which rows of a truth table an outcome occurs: every shortest answer.

A row is a tuple of 0 and 1, a value for each condition; a term has 2 where it leaves a condition open.

References
----------
Quine (1955), American Mathematical Monthly 62, 627-631; McCluskey (1956), Bell System Technical Journal 35,
1417-1444.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np

from analysis.arrays import Flags
from analysis.checks import NotEstimable

__all__ = ["Term", "covered", "minimal_models", "prime_implicants", "within"]

Term: TypeAlias = tuple[int, ...]

_MOST_MODELS = 1_000


def covered(terms: Iterable[Term], rows: Sequence[Term]) -> Flags:
    """Return which rows any of some terms covers.

    Examples
    --------
    >>> covered([(1, 2)], [(0, 0), (0, 1), (1, 0), (1, 1)]).tolist()
    [False, False, True, True]
    """
    found: Flags = np.zeros(len(rows), dtype=bool)
    table = np.array(rows, dtype=int)
    for term in terms:
        wanted = np.array(term)
        found |= ((wanted == 2) | (table == wanted)).all(axis=1)
    return found


def within(inner: Term, outer: Term) -> bool:
    """Return whether every row of one term is one of the other.

    Examples
    --------
    >>> within((1, 0), (1, 2)), within((1, 2), (1, 0))
    (True, False)
    """
    return all(wide in (2, narrow) for narrow, wide in zip(inner, outer, strict=True))


def prime_implicants(present: Iterable[Term], absent: Iterable[Term], conditions: int) -> list[Term]:
    """Return the terms that cover a row with the outcome, none without it, and cannot be shortened.

    Parameters
    ----------
    present, absent : iterables of rows
        Those in neither may be counted either way.
    conditions : int
        How many there are.

    Examples
    --------
    >>> prime_implicants([(1, 1), (1, 0)], [(0, 0), (0, 1)], 2)
    [(1, 2)]
    """

    def by_term(rows: Iterable[Term]) -> Flags:
        """Tell for each of 3^k terms whether it covers any of the rows."""
        hit = np.zeros((2,) * conditions, dtype=bool)
        for row in rows:
            hit[row] = True
        for axis in range(conditions):
            hit = np.concatenate([hit, hit.any(axis=axis, keepdims=True)], axis=axis)
        return hit

    implicant = by_term(present) & ~by_term(absent)
    prime = implicant.copy()
    for axis in range(conditions):
        closed = np.moveaxis(prime, axis, 0)
        closed[:2] &= ~np.moveaxis(implicant, axis, 0)[2]
    return [tuple(int(value) for value in term) for term in np.argwhere(prime)]


def minimal_models(
    present: Sequence[Term], absent: Sequence[Term], conditions: int
) -> list[tuple[Term, ...]]:
    """Return every set of as few terms as possible that covers all rows with the outcome and none without.

    Parameters
    ----------
    present, absent : sequences of rows
    conditions : int

    Returns
    -------
    list of tuples of terms
        In order of the terms; one empty tuple where no row has the outcome.

    Raises
    ------
    NotEstimable
        Where there are more than 1,000: the table says too little.

    Examples
    --------
    >>> cube = [(0, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 1), (1, 1, 0), (1, 0, 0)]
    >>> for model in minimal_models(cube, [(0, 1, 0), (1, 0, 1)], 3):
    ...     print(model)
    ((0, 0, 2), (1, 2, 0), (2, 1, 1))
    ((0, 2, 1), (1, 1, 2), (2, 0, 0))
    """
    primes = prime_implicants(present, absent, conditions)
    covers = [sum(1 << int(row) for row in np.flatnonzero(covered([prime], present))) for prime in primes]
    by_row = {
        row: [number for number, mask in enumerate(covers) if mask >> row & 1] for row in range(len(present))
    }
    # A row that few terms cover leaves few ways to go on.
    order = sorted(by_row, key=lambda row: len(by_row[row]))
    everything, widest = (1 << len(present)) - 1, max((mask.bit_count() for mask in covers), default=1)
    found: set[tuple[int, ...]] = set()

    def extend(chosen: tuple[int, ...], done: int, left: int) -> None:
        missing = (everything & ~done).bit_count()
        if not missing:
            found.add(tuple(sorted(chosen)))
            if len(found) > _MOST_MODELS:
                raise NotEstimable(f"found more than {_MOST_MODELS} models that are equally short")
            return
        if missing > left * widest:
            return
        for number in by_row[next(row for row in order if not done >> row & 1)]:
            extend((*chosen, number), done | covers[number], left - 1)

    size = 0
    while not found:
        extend((), 0, size)
        size += 1
    return sorted(tuple(primes[number] for number in model) for model in found)
