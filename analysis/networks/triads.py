"""Triads of one wave: census over the 16 kinds, transitivity, Simmelian ties and structural holes.

Every function takes an (n, n) matrix, dense or scipy sparse: row sends, column receives, a cell other than 0
is a tie, NaN is missing (in a sparse matrix: a stored NaN). The diagonal is ignored. What is missing is left
out of counts and of what they are divided by; it never counts as "no tie".

Only triangles are searched for, each from its actor of lowest degree (m^1.5 steps for m ties at worst). Pairs
of ties that share an actor follow from the degrees, triads with one tied pair from the number of ties, and
those with none by subtraction.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import permutations, product
from typing import Any, Literal, TypeAlias, get_args

import igraph
import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit
from scipy import sparse

from analysis.networks.structure import Flags, require_one_of, ties_and_observed

__all__ = [
    "TRIADS",
    "Network",
    "TransitivityMeasure",
    "simmelian_ties",
    "structural_holes",
    "transitivity",
    "triad_census",
    "triad_census_by_node",
]

Network: TypeAlias = npt.ArrayLike | sparse.sparray | sparse.spmatrix
TransitivityMeasure = Literal["weak", "strong", "weakcensus", "strongcensus"]
Integers = npt.NDArray[np.integer[Any]]
Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]

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


def triad_census(matrix: Network) -> pd.Series:
    """Count the triads of each of the 16 kinds.

    A kind is named by its numbers of mutual, asymmetric and null dyads; where these leave it open, D (down),
    U (up), T (transitive) or C (cyclic) follows.

    Parameters
    ----------
    matrix : array-like or scipy sparse, shape (n, n)

    Returns
    -------
    Series
        Counts indexed by `TRIADS`, in the order of Davis and Leinhardt; int64, or Python integers where one
        is too large for it (from some 3.8 million actors). Only triads whose three dyads are observed in both
        directions count, "003" among them; ``attrs["missing"]`` is the number of the others, so that with it
        the counts add up to n (n − 1) (n − 2) / 6.

    Raises
    ------
    ValueError
        If the matrix is not square or holds infinite values.

    References
    ----------
    Holland, P. W., & Leinhardt, S. (1976). Local structure in social networks. Sociological Methodology, 7,
    1–45. Davis, J. A., & Leinhardt, S. (1972). The structure of positive interpersonal relations in small
    groups. In J. Berger (Ed.), Sociological theories in progress (Vol. 2). Counting from sparse rows:
    Batagelj, V., & Mrvar, A. (2001). A subquadratic triad census algorithm for large sparse networks with
    small maximum degree. Social Networks, 23, 237–243. Taking actors in the order of their degrees: Chiba,
    N., & Nishizeki, T. (1985). Arboricity and subgraph listing algorithms. SIAM Journal on Computing, 14,
    210–223.
    """
    states, kept = _cells(matrix)
    start, neighbour, pair, pairs = forward_pairs(states.indptr, states.indices, states.data)
    two_tied = pairs_of_pairs(pairs)
    size, actors = states.shape[0], len(kept)

    counts = [0] * (INCOMPLETE + 1)
    inside = [0] * 4  # pairs of each sort, once for each triad with two or three tied pairs that holds them
    for (ab, ac, bc), number in _nonzero(count_triangles(start, neighbour, pair)):
        _add(counts, inside, (ab, ac, bc), number)
        for centre in ((ab, ac), (FLIPPED[ab], bc), (FLIPPED[ac], FLIPPED[bc])):
            two_tied[min(centre), max(centre)] -= number
    for (one, other), number in _nonzero(two_tied):
        _add(counts, inside, (one, other, NONE), number)
    tied = np.bincount(SORT[pair], minlength=4).tolist()
    for sort, first in ((1, OUT), (2, MUTUAL), (3, UNOBSERVED)):
        counts[KIND[first, NONE, NONE]] += tied[sort] * (size - 2) - inside[sort]
    counts[0] = math.comb(size, 3) - sum(counts[1:])

    complete = counts[:INCOMPLETE]
    census = pd.Series(
        complete,
        index=pd.Index(TRIADS, name="triad"),
        name="count",
        dtype="int64" if max(complete) < 2**63 else "object",
    )
    census.attrs["missing"] = math.comb(actors, 3) - sum(complete)
    return census


def triad_census_by_node(matrix: Network) -> pd.DataFrame:
    """Count the triads of each kind that each actor is part of, in whatever place.

    Parameters
    ----------
    matrix : array-like or scipy sparse, shape (n, n)

    Returns
    -------
    DataFrame
        A row an actor, columns `TRIADS` (int64). Each triad is in three rows: a column's sum is 3 times
        `triad_census`. What a row lacks of (n − 1) (n − 2) / 2 are the actor's triads with a dyad not
        observed in both directions; for a non-respondent that is all, and the row is 0 under "003", too.

    Raises
    ------
    ValueError
        As `triad_census`; the references are there, too.
    """
    states, kept = _cells(matrix)
    size = states.shape[0]
    start, neighbour, pair, pairs = forward_pairs(states.indptr, states.indices, states.data)
    counts, inside = count_by_node(start, neighbour, pair, pairs, KIND)

    pairs = pairs.astype(np.int64)
    own = np.column_stack([pairs[:, OUT] + pairs[:, IN], pairs[:, MUTUAL], pairs[:, UNOBSERVED]])
    kinds = [KIND[first, NONE, NONE] for first in (OUT, MUTUAL, UNOBSERVED)]
    # A tied pair meets an actor in n - 2 triads if the actor belongs to it and in 1 if not.
    counts[:, kinds] += own * (size - 2) + own.sum(axis=0) // 2 - own - inside[:, 1:]
    counts[:, 0] = (size - 1) * (size - 2) // 2 - counts[:, 1:].sum(axis=1)
    found = np.zeros((len(kept), INCOMPLETE), dtype=np.int64)
    found[kept] = counts[:, :INCOMPLETE]
    return pd.DataFrame(found, columns=pd.Index(TRIADS, name="triad"))


def transitivity(matrix: Network, measure: TransitivityMeasure) -> float:
    """Return one of four measures of transitivity, over the ordered triples of different actors i, j, k.

    - ``"weak"``: among triples with i → j → k, the share with i → k;
    - ``"strong"``: among all triples, the share in which i → k if and only if i → j → k;
    - ``"weakcensus"``, ``"strongcensus"``: the numbers of such triples, not the shares.

    Parameters
    ----------
    matrix : array-like or scipy sparse, shape (n, n)
    measure : {"weak", "strong", "weakcensus", "strongcensus"}

    Returns
    -------
    float
        Of the triples whose cells (i, j), (j, k) and (i, k) are observed; the others are left out. A share is
        NaN when there is nothing to divide by. A sparse matrix with missing cells is made dense.

    Raises
    ------
    ValueError
        If the measure is unknown, or as `triad_census`.

    References
    ----------
    Wasserman, S., & Faust, K. (1994). Social Network Analysis, ch. 6. The measures are those of R sna's
    ``gtrans``; Butts, C. T. (2008). Social network analysis with sna. Journal of Statistical Software, 24(6).
    """
    require_one_of("measure", measure, get_args(TransitivityMeasure))
    weak = measure.startswith("weak")
    holding: float
    divisor: float
    if sparse.issparse(matrix) and not (_cells(matrix)[0].data == MISSING).any():
        holding, divisor = _transitive_by_census(triad_census(matrix), weak)
    else:
        holding, divisor = _transitive_by_cells(*ties_and_observed(_dense(matrix)), weak)
    if measure.endswith("census"):
        return float(holding)
    return holding / divisor if divisor else math.nan


def simmelian_ties(matrix: Network) -> Flags:
    """Say which ties are Simmelian: reciprocated, and so are the ties of both actors to some third.

    Parameters
    ----------
    matrix : array-like or scipy sparse, shape (n, n)

    Returns
    -------
    ndarray of bool, shape (n, n)
        Symmetric. True is certain; False where the observed cells do not show the tie to be Simmelian, though
        a missing one might.

    Raises
    ------
    ValueError
        As `triad_census`.

    References
    ----------
    Krackhardt, D. (1998). Simmelian ties: Super strong and sticky. In R. M. Kramer & M. A. Neale (Eds.),
    Power and influence in organizations (pp. 21–38).
    """
    ties, _ = ties_and_observed(_dense(matrix))
    mutual = (ties & ties.T).astype(np.float32)
    simmelian: Flags = (mutual > 0) & (mutual @ mutual > 0)
    return simmelian


def structural_holes(matrix: Network) -> pd.DataFrame:
    """Return how far each actor's contacts are tied to one another: constraint and effective size.

    Ties are 0 or 1. With z_ij = the number of ties between i and j (0, 1 or 2), p_ij = z_ij ÷ Σ_k z_ik and
    m_jk = z_jk ÷ max_l z_jl, and over i's contacts j (tied to i in either direction):

    - constraint: Σ_j (p_ij + Σ_k p_ik p_kj)²;
    - effective size: Σ_j (1 − Σ_k p_ik m_jk).

    Parameters
    ----------
    matrix : array-like or scipy sparse, shape (n, n)

    Returns
    -------
    DataFrame
        A row an actor: ``constraint`` and ``effective_size`` (NaN without contacts), ``contacts``, and
        ``missing``, the actor's dyads not observed in both directions. Such dyads are left out, the actor's
        own as well as those between contacts: where many are, contacts are undercounted.

    Raises
    ------
    ValueError
        As `triad_census`.

    Notes
    -----
    Constraint is computed by igraph. Both are defined as in networkx; networkx 3.6.1's own ``effective_size``
    of all actors at once divides by the maximum of the wrong contact when ties are directed.

    References
    ----------
    Burt, R. S. (1992). Structural holes: The social structure of competition, ch. 2.
    """
    states, kept = _cells(matrix)
    size = states.shape[0]
    start, neighbour, pair, pairs = forward_pairs(states.indptr, states.indices, states.data)
    lower = np.repeat(np.arange(size), np.diff(start))
    out, back = (np.isin(pair, codes) for codes in ((OUT, MUTUAL), (IN, MUTUAL)))
    sender = np.concatenate([lower[out], neighbour[back]])
    receiver = np.concatenate([neighbour[out], lower[back]])

    ties = sparse.csr_array((np.ones(len(sender)), (sender, receiver)), shape=(size, size))
    strength = ties + ties.T
    constraint = np.full(size, math.nan)
    if len(sender):
        graph = igraph.Graph(n=size, edges=np.column_stack([sender, receiver]), directed=True)
        constraint[:] = graph.constraint()
    contacts = pairs[:, OUT : MUTUAL + 1].sum(axis=1)
    effective = contacts - redundancies(strength.indptr, strength.indices, strength.data)

    found = pd.DataFrame(
        {"constraint": math.nan, "effective_size": math.nan, "contacts": 0, "missing": len(kept) - 1},
        index=range(len(kept)),
    )
    found.loc[kept, "constraint"] = constraint
    found.loc[kept, "effective_size"] = np.where(contacts > 0, effective, math.nan)
    found.loc[kept, "contacts"] = contacts.astype(np.int64)
    found.loc[kept, "missing"] = pairs[:, UNOBSERVED].astype(np.int64) + int((~kept).sum())
    return found


# ---------------------------------------------------------------- from matrices to rows and back


def _cells(matrix: Network) -> tuple[Any, Flags]:
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


def _dense(matrix: Network) -> npt.ArrayLike:
    if sparse.issparse(matrix):
        matrix = sparse.csr_array(matrix).toarray()
    return matrix


def _nonzero(counts: Integers) -> list[tuple[tuple[int, ...], int]]:
    return [(tuple(place), int(counts[tuple(place)])) for place in np.argwhere(counts).tolist()]


def _add(counts: list[int], inside: list[int], pairs: tuple[int, ...], number: int) -> None:
    """Add `number` triads with these pairs to the census, and their pairs to those inside."""
    counts[KIND[pairs]] += number
    for pair in pairs:
        inside[SORT[pair]] += number


def _transitive_by_census(census: pd.Series, weak: bool) -> tuple[int, int]:
    """Return how many triples hold and how many there are, from the kinds of triads."""
    holding = divisor = 0
    for kind, number in census.items():
        ties = set(EXAMPLES[str(kind)].split())
        for i, j, k in permutations("abc"):
            path, tie = {i + j, j + k} <= ties, i + k in ties
            divisor += int(number) * (path or not weak)
            holding += int(number) * (path and tie if weak else path == tie)
    return holding, divisor


def _transitive_by_cells(ties: Flags, observed: Flags, weak: bool) -> tuple[float, float]:
    """Return the same cell by cell."""
    sent, seen = ties.astype(float), observed.astype(float)
    paths = sent @ sent
    closed = float(paths[ties].sum())
    if weak:
        return closed, float(paths[observed].sum())
    triples = seen @ seen
    return closed + float((triples - paths)[observed & ~ties].sum()), float(triples[observed].sum())


# ---------------------------------------------------------------- compiled


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


@_compile
def redundancies(indptr: Integers, indices: Integers, strength: Floats) -> Floats:
    """Return how much each actor's contacts are tied to the actor's others; `strength` is symmetric."""
    size = indptr.shape[0] - 1
    redundant = np.zeros(size)
    share = np.zeros(size)
    greatest = np.zeros(size)
    for i in range(size):
        for place in range(indptr[i], indptr[i + 1]):
            greatest[i] = max(greatest[i], strength[place])
    for i in range(size):
        whole = strength[indptr[i] : indptr[i + 1]].sum()
        for place in range(indptr[i], indptr[i + 1]):
            share[indices[place]] = strength[place] / whole
        for place in range(indptr[i], indptr[i + 1]):
            j = indices[place]
            for further in range(indptr[j], indptr[j + 1]):
                redundant[i] += share[indices[further]] * strength[further] / greatest[j]
        for place in range(indptr[i], indptr[i + 1]):
            share[indices[place]] = 0.0
    return redundant
