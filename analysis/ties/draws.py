"""Networks drawn at random that keep what could not have been otherwise: nulls of tests on one network."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

import numba
import numpy as np

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import require_one_of
from analysis.ties.possible import Possible

__all__ = ["Kept", "drawn_networks", "drawn_reciprocated"]

Kept = Literal["out_degrees", "ties", "dyads"]


def drawn_networks(
    ties: Flags, possible: Possible, *, keep: Kept = "out_degrees", draws: int, seed: int
) -> Iterator[Flags]:
    """Yield networks drawn at random within the blocks of what was possible.

    Parameters
    ----------
    ties : ndarray of bool, shape (n, n)
        The observed network; ties outside the possible cells are left out.
    possible : Possible
        Ties stay within their block: the sender's own group, or other groups.
    keep : {"out_degrees", "ties", "dyads"}
        What each draw keeps, by block: everybody's number of ties; the number of ties; the number of mutual,
        one-way and empty pairs (U | MAN, Holland & Leinhardt 1976), over pairs possible both ways.
    draws, seed : int
        How many, and from which seed.

    References
    ----------
    Holland, P. W., & Leinhardt, S. (1976). Local structure in social networks. Sociological Methodology, 7.

    Examples
    --------
    >>> ties = np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]], dtype=bool)
    >>> drawn = list(drawn_networks(ties, Possible.of(ties), draws=2, seed=1))
    >>> [network.sum(axis=1).tolist() for network in drawn]
    [[1, 1, 1], [1, 1, 1]]
    """
    require_one_of("keep", keep, get_args(Kept))
    generator = np.random.default_rng(seed)
    if keep == "dyads":
        yield from _dyads(ties, possible, draws, generator)
        return
    rows = keep == "out_degrees"
    cells, starts, counts = _pools(ties, possible, by_sender=rows)
    size = len(ties)
    for _ in range(draws):
        drawn = np.zeros(size * size, dtype=bool)
        drawn[_sampled(cells.copy(), starts, counts, generator.random(int(counts.sum())))] = True
        yield drawn.reshape(size, size)


def drawn_reciprocated(ties: Flags, possible: Possible, *, draws: int, seed: int) -> Integers:
    """Count reciprocated ties in networks in which everybody keeps their out-degree in each block.

    As `drawn_networks` with ``keep="out_degrees"``, without building the networks.

    Returns
    -------
    ndarray of int, shape (draws,)
    """
    generator = np.random.default_rng(seed)
    cells, starts, counts = _pools(ties, possible, by_sender=True)
    size = len(ties)
    stamps = np.zeros(size * size, dtype=np.int64)
    found = np.empty(draws, dtype=np.int64)
    for draw in range(draws):
        chosen = _sampled(cells, starts, counts, generator.random(int(counts.sum())))
        found[draw] = _reciprocated(chosen, stamps, draw + 1, size)
    return found


def _pools(ties: Flags, possible: Possible, *, by_sender: bool) -> tuple[Integers, Integers, Integers]:
    """Return the possible cells sorted by pool, where each pool starts, and how many ties it holds."""
    blocks = possible.blocks()
    pool = blocks + (2 * np.arange(len(ties))[:, None] if by_sender else 0)
    flat = np.flatnonzero(blocks >= 0)
    order = np.argsort(pool.flat[flat], kind="stable")
    cells = flat[order].astype(np.int64)
    pools = pool.flat[cells]
    number = 2 * len(ties) if by_sender else 2
    starts = np.searchsorted(pools, np.arange(number + 1)).astype(np.int64)
    held = (ties & possible.cells).flat[cells]
    counts = np.bincount(pools[held], minlength=number).astype(np.int64)
    return cells, starts, counts


@numba.njit(cache=True)
def _sampled(cells: Integers, starts: Integers, counts: Integers, random: Floats) -> Integers:
    """Return as many cells of each pool as it holds ties, without replacement (a partial shuffle in place).

    Shuffling an order that was shuffled before is as good as shuffling the first one.
    """
    chosen = np.empty(len(random), dtype=np.int64)
    taken = 0
    for pool in range(len(counts)):
        start, end = starts[pool], starts[pool + 1]
        for place in range(start, start + counts[pool]):
            other = place + int(random[taken] * (end - place))
            cells[place], cells[other] = cells[other], cells[place]
            chosen[taken] = cells[place]
            taken += 1
    return chosen


@numba.njit(cache=True)
def _reciprocated(chosen: Integers, stamps: Integers, stamp: int, size: int) -> int:
    for cell in chosen:
        stamps[cell] = stamp
    found = 0
    for cell in chosen:
        found += stamps[(cell % size) * size + cell // size] == stamp
    return found


def _dyads(ties: Flags, possible: Possible, draws: int, generator: np.random.Generator) -> Iterator[Flags]:
    both = possible.cells & possible.cells.T
    one, other = np.nonzero(np.triu(both, 1))
    block = possible.same[one, other].astype(np.int64)
    state = ties[one, other].astype(np.int64) + ties[other, one]
    for _ in range(draws):
        drawn = np.zeros(ties.shape, dtype=bool)
        for kind in (0, 1):
            inside = np.flatnonzero(block == kind)
            states = generator.permutation(state[inside])
            turned = generator.random(len(inside)) < 0.5
            there = (states == 2) | ((states == 1) & ~turned)
            back = (states == 2) | ((states == 1) & turned)
            drawn[one[inside], other[inside]] = there
            drawn[other[inside], one[inside]] = back
        yield drawn
