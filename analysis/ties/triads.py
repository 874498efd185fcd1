"""Triads of one wave: census over the 16 kinds, transitivity and Simmelian ties.

Every function takes an (n, n) matrix, dense or scipy sparse: row sends, column receives, a cell other than 0
is a tie, NaN is missing (in a sparse matrix: a stored NaN). The diagonal is ignored. What is missing is left
out of counts and of what they are divided by; it never counts as "no tie".

Only triangles are searched for, each from its actor of lowest degree (m^1.5 steps for m ties at worst). Pairs
of ties that share an actor follow from the degrees, triads with one tied pair from the number of ties, and
those with none by subtraction.
"""

from __future__ import annotations

import math
from itertools import permutations
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.arrays import Flags
from analysis.checks import require_one_of
from analysis.ties.structure import ties_and_observed
from analysis.ties.triad_kernels import (
    EXAMPLES,
    FLIPPED,
    IN,
    INCOMPLETE,
    KIND,
    MISSING,
    MUTUAL,
    NONE,
    OUT,
    SORT,
    TRIADS,
    UNOBSERVED,
    Integers,
    Network,
    cell_states,
    count_by_node,
    count_triangles,
    forward_pairs,
    pairs_of_pairs,
)

__all__ = ["TransitivityMeasure", "simmelian_ties", "transitivity", "triad_census", "triad_census_by_node"]

TransitivityMeasure = Literal["weak", "strong", "weakcensus", "strongcensus"]


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

    Examples
    --------
    >>> census = triad_census([[0, 1, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    >>> census[census > 0].to_dict()
    {'012': 3, '030T': 1}
    """
    states, kept = cell_states(matrix)
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
        A row per actor, columns `TRIADS` (int64). Each triad is in three rows: a column's sum is 3 times
        `triad_census`. What a row lacks of (n − 1) (n − 2) / 2 are the actor's triads with a dyad not
        observed in both directions; for a non-respondent that is all, and the row is 0 under "003", too.

    Raises
    ------
    ValueError
        As `triad_census`; the references are there, too.
    """
    states, kept = cell_states(matrix)
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

    Examples
    --------
    >>> transitivity([[0, 1, 1], [0, 0, 1], [0, 0, 0]], "weak")  # 1 → 2 → 3, and 1 → 3
    1.0
    """
    require_one_of("measure", measure, get_args(TransitivityMeasure))
    weak = measure.startswith("weak")
    holding: float
    divisor: float
    if sparse.issparse(matrix) and not (cell_states(matrix)[0].data == MISSING).any():
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

    Examples
    --------
    >>> simmelian_ties([[0, 1, 1, 1], [1, 0, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]]).sum(axis=1)
    array([2, 2, 2, 0])
    """
    ties, _ = ties_and_observed(_dense(matrix))
    mutual = (ties & ties.T).astype(np.float32)
    simmelian: Flags = (mutual > 0) & (mutual @ mutual > 0)
    return simmelian


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
