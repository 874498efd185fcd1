"""Structural holes: constraint and effective size.

Matrices are as in `analysis.ties.triads`: dense or sparse, NaN missing, the diagonal ignored.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import igraph
import numpy as np
import pandas as pd
from numba import njit
from scipy import sparse

from analysis.arrays import Floats
from analysis.ties.triad_kernels import (
    IN,
    MUTUAL,
    OUT,
    UNOBSERVED,
    Integers,
    Network,
    cell_states,
    forward_pairs,
)

__all__ = ["structural_holes"]


_compile: Callable[..., Any] = njit(cache=True, nogil=True)


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
        A row per actor: ``constraint`` and ``effective_size`` (NaN without contacts), ``contacts``, and
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

    Examples
    --------
    >>> structural_holes([[0, 1, 1], [1, 0, 0], [1, 0, 0]])  # the first stands between the others
       constraint  effective_size  contacts  missing
    0         0.5             2.0         2        0
    1         1.0             1.0         1        0
    2         1.0             1.0         1        0
    """
    states, kept = cell_states(matrix)
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
