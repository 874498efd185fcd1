"""Pairs and triangles of sparse rows, compiled: see `analysis.ties.triads` for what is counted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import sparse

from analysis.arrays import Flags
from analysis.ties.structure import ties_and_observed

__all__ = [
    "EXAMPLES",
    "FLIPPED",
    "IN",
    "INCOMPLETE",
    "KIND",
    "MISSING",
    "MUTUAL",
    "NONE",
    "OUT",
    "SORT",
    "TRIADS",
    "UNOBSERVED",
    "Bytes",
    "Integers",
    "Network",
    "cell_states",
    "count_by_node",
    "count_triangles",
    "forward_pairs",
    "pairs_of_pairs",
]

Network: TypeAlias = npt.ArrayLike | sparse.sparray | sparse.spmatrix

Integers = npt.NDArray[np.integer[Any]]

Bytes = npt.NDArray[np.uint8]

# The ties among actors a, b and c of one triad of each kind.
EXAMPLES = {
    "003": "",
    "012": "ab",
    "102": "ab ba",
    "021D": "ba bc",
    "021U": "ab cb",
    "021C": "ab bc",
    "111D": "ab ba cb",
    "111U": "ab ba bc",
    "030T": "ab cb ac",
    "030C": "ab bc ca",
    "201": "ab ba bc cb",
    "120D": "ba bc ac ca",
    "120U": "ab cb ac ca",
    "120C": "ab bc ac ca",
    "210": "ab bc cb ac ca",
    "300": "ab ba bc cb ac ca",
}

TRIADS = tuple(EXAMPLES)

TIE, MISSING = 1, 2  # states of a cell
# A pair as its first actor sees it; the last means that a direction is missing.
NONE, OUT, IN, MUTUAL, UNOBSERVED = range(5)
FLIPPED = np.array([NONE, IN, OUT, MUTUAL, UNOBSERVED])
SORT = np.array([0, 1, 1, 2, 3])  # of a pair: null, asymmetric, mutual, unobserved
INCOMPLETE = len(TRIADS)  # the kind given to triads with an unobserved pair

_compile: Callable[..., Any] = njit(cache=True, nogil=True)


def _kinds() -> Bytes:
    """Return the kind of triad by its pairs ab, ac and bc, each seen by the first; shape (5, 5, 5)."""
    by_ties = {
        frozenset(tie.translate(str.maketrans("abc", "".join(order))) for tie in ties.split()): kind
        for kind, ties in enumerate(EXAMPLES.values())
        for order in permutations("abc")
    }
    kinds = np.full((5, 5, 5), INCOMPLETE, dtype=np.uint8)
    for pairs in product(range(UNOBSERVED), repeat=3):
        ties = {tie for tie, pair in zip(("ab", "ac", "bc"), pairs, strict=True) if pair & OUT}
        ties |= {tie for tie, pair in zip(("ba", "ca", "cb"), pairs, strict=True) if pair & IN}
        kinds[pairs] = by_ties[frozenset(ties)]
    return kinds


KIND = _kinds()


def cell_states(matrix: Network) -> tuple[Any, Flags]:
    """Return the state of each stored cell, as compressed rows, of the actors kept, and which those are.

    Left out of a dense matrix are actors without a dyad observed in both directions: no triad of theirs is
    complete, and their cells would be the most.
    """
    if sparse.issparse(matrix):
        rows = sparse.csr_array(matrix)
        if len(rows.shape) != 2 or rows.shape[0] != rows.shape[1]:
            raise ValueError(f"the matrix has shape {rows.shape}; a square one is needed")
        if not rows.has_canonical_format:
            rows = rows.copy()
            rows.sum_duplicates()
        values = rows.data
        infinite = np.isinf(values)
        if infinite.any():
            place = int(np.flatnonzero(infinite)[0])
            row, column = int(np.searchsorted(rows.indptr, place, side="right")) - 1, rows.indices[place]
            raise ValueError(
                f"the matrix is infinite at ({row}, {column}); allowed are finite values, and NaN"
            )
        states = (values != 0).astype(np.uint8)
        states[np.isnan(values)] = MISSING
        cells = sparse.csr_array((states, rows.indices, rows.indptr), shape=rows.shape)
        return cells, np.ones(rows.shape[0], dtype=bool)
    ties, observed = ties_and_observed(matrix)
    kept = np.ones(len(ties), dtype=bool)
    if int(observed.sum()) < len(ties) * (len(ties) - 1):
        kept = np.asarray((observed & observed.T).any(axis=1), dtype=bool)
        ties, observed = ties[np.ix_(kept, kept)], observed[np.ix_(kept, kept)]
    states = np.where(observed, TIE * ties, MISSING).astype(np.uint8)
    np.fill_diagonal(states, 0)
    return sparse.csr_array(states), kept


@_compile
def forward_pairs(
    indptr: Integers, indices: Integers, states: Bytes
) -> tuple[Integers, Integers, Bytes, Integers]:
    """Return each tied (or unobserved) pair once, with its actor of lower degree, and count them by actor.

    `neighbour[start[i] : start[i + 1]]` are the others of i's pairs, `pair` how i sees them; actors of equal
    degree are in the order of their numbers. `counts`, (n, 5), has all pairs of each actor by what they are
    to the actor; its first column is 0.
    """
    size = indptr.shape[0] - 1
    degree = np.zeros(size, dtype=np.int32)
    counts = np.zeros((size, 5), dtype=np.int32)
    for i in range(size):
        sent = 0
        for place in range(indptr[i], indptr[i + 1]):
            if states[place] and indices[place] != i:
                degree[indices[place]] += 1
                sent += 1
        counts[i, OUT] = sent
        degree[i] += sent
    fill = np.empty(size, dtype=np.int64)
    total = 0
    for i in range(size):
        counts[i, IN] = degree[i] - counts[i, OUT]
        fill[i] = total
        total += degree[i]
    # Each row has room for its actor's whole degree, more than it needs. The last four bits say whether the
    # cell is of the row's own actor (1 tied, 4 missing) or of the other (2, 8).
    cells = np.empty(total, dtype=np.int64)
    for i in range(size):
        own = degree[i]
        for place in range(indptr[i], indptr[i + 1]):
            j = indices[place]
            if states[place] and i != j:
                bit = 1 if states[place] == TIE else 4
                if own < degree[j] or (own == degree[j] and i < j):
                    cells[fill[i]] = 16 * np.int64(j) + bit
                    fill[i] += 1
                else:
                    cells[fill[j]] = 16 * np.int64(i) + 2 * bit
                    fill[j] += 1
    neighbour = np.empty(total, dtype=np.int32)
    pair = np.empty(total, dtype=np.uint8)
    start = np.zeros(size + 1, dtype=np.int64)
    seen = np.zeros(size, dtype=np.uint8)
    first = 0
    stop = 0
    for i in range(size):
        for place in range(first, fill[i]):
            j = cells[place] >> 4
            if not seen[j]:
                neighbour[stop] = j
                stop += 1
            seen[j] |= cells[place] & 15
        first += degree[i]
        for place in range(start[i], stop):
            j = neighbour[place]
            bits = seen[j]
            seen[j] = 0
            kind = min(bits, UNOBSERVED)
            pair[place] = kind
            if kind >= MUTUAL:
                there, back = np.int32(bits & 5 != 0), np.int32(bits & 10 != 0)
                counts[i, OUT] -= there
                counts[i, IN] -= back
                counts[j, OUT] -= back
                counts[j, IN] -= there
                counts[i, kind] += 1
                counts[j, kind] += 1
        start[i + 1] = stop
    return start, neighbour[:stop], pair[:stop], counts


@_compile
def pairs_of_pairs(counts: Integers) -> Integers:
    """Count the pairs of tied pairs that share an actor, by what the two are to that actor; upper (5, 5)."""
    found = np.zeros((5, 5), dtype=np.int64)
    for i in range(counts.shape[0]):
        for one in range(1, 5):
            number = np.int64(counts[i, one])
            if number:
                found[one, one] += number * (number - 1) // 2
                for other in range(one + 1, 5):
                    found[one, other] += number * counts[i, other]
    return found


@_compile
def count_triangles(start: Integers, neighbour: Integers, pair: Bytes) -> Integers:
    """Count the triads with three tied (or unobserved) pairs, by their pairs ab, ac and bc; (5, 5, 5)."""
    size = start.shape[0] - 1
    counts = np.zeros((5, 5, 5), dtype=np.int64)
    marked = np.zeros(size, dtype=np.uint8)
    for a in range(size):
        if start[a + 1] - start[a] < 2:
            continue
        for place in range(start[a], start[a + 1]):
            marked[neighbour[place]] = pair[place]
        for place in range(start[a], start[a + 1]):
            b = neighbour[place]
            for further in range(start[b], start[b + 1]):
                ac = marked[neighbour[further]]
                if ac:
                    counts[pair[place], ac, pair[further]] += 1
        for place in range(start[a], start[a + 1]):
            marked[neighbour[place]] = 0
    return counts


@_compile
def count_by_node(
    start: Integers, neighbour: Integers, pair: Bytes, pairs: Integers, kinds: Bytes
) -> tuple[Integers, Integers]:
    """Count each actor's triads with two or three tied pairs by kind, (n, 17), and the pairs in them by sort.

    All pairs of tied pairs are counted as triads first; each triangle then takes off the three it holds.
    """
    size = start.shape[0] - 1
    counts = np.zeros((size, INCOMPLETE + 1), dtype=np.int64)
    inside = np.zeros((size, 4), dtype=np.int64)
    for i in range(size):
        for one in range(1, 5):
            for other in range(one, 5):
                number = np.int64(pairs[i, one]) * (pairs[i, other] - (one == other))
                if one == other:
                    number //= 2
                counts[i, kinds[one, other, NONE]] += number
                inside[i, SORT[one]] += number
                inside[i, SORT[other]] += number
        for place in range(start[i], start[i + 1]):
            j = np.int64(neighbour[place])
            seen = np.int64(pair[place])
            for tie, centre, end in ((seen, i, j), (FLIPPED[seen], j, i)):
                for other in range(1, 5):
                    others = pairs[centre, other] - (tie == other)
                    counts[end, kinds[tie, other, NONE]] += others
                    inside[end, SORT[tie]] += others
                    inside[end, SORT[other]] += others
    marked = np.zeros(size, dtype=np.uint8)
    for a in range(size):
        for place in range(start[a], start[a + 1]):
            marked[neighbour[place]] = pair[place]
        for place in range(start[a], start[a + 1]):
            b = np.int64(neighbour[place])
            ab = pair[place]
            for further in range(start[b], start[b + 1]):
                c = np.int64(neighbour[further])
                ac = marked[c]
                if ac:
                    bc = pair[further]
                    for actor in (a, b, c):
                        counts[actor, kinds[ab, ac, bc]] += 1
                        counts[actor, kinds[ab, ac, NONE]] -= 1
                        counts[actor, kinds[FLIPPED[ab], bc, NONE]] -= 1
                        counts[actor, kinds[FLIPPED[ac], FLIPPED[bc], NONE]] -= 1
                        inside[actor, SORT[ab]] -= 1
                        inside[actor, SORT[ac]] -= 1
                        inside[actor, SORT[bc]] -= 1
        for place in range(start[a], start[a + 1]):
            marked[neighbour[place]] = 0
    return counts, inside
