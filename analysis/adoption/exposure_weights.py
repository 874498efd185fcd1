"""Who is exposed to whom, and how much: observed ties, structural equivalence, steps between people.

A network is an (n, n) matrix, dense or sparse: row names column, so that a person is exposed to those the
person names. Cells other than 0 are ties; NaN is missing and left out, never "no tie"; the diagonal is
ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import shortest_path

from analysis.arrays import Flags, Integers
from analysis.checks import require_count

__all__ = [
    "Network",
    "ObservedNetwork",
    "equivalence",
    "group_numbers",
    "inverse_geodesic_weights",
    "observed_network",
    "row_normalised",
    "structural_equivalence_weights",
]


Network: TypeAlias = Any
"""An (n, n) array-like or a scipy sparse matrix."""


@dataclass(frozen=True, eq=False)
class ObservedNetwork:
    """Ties without the diagonal and what is missing; how many cells are; who has none observed."""

    ties: sparse.csr_array
    missing: int
    silent: Flags


def structural_equivalence_weights(
    network: Network, *, power: float = 1.0, valued: bool = False
) -> sparse.csr_array:
    """Return weights that are larger the more alike two people's ties to and from all others are.

    d_ij² = (z_ij − z_ji)² + Σ_k≠i,j (z_ik − z_jk)² + (z_ki − z_kj)², and w_ij = (max_k d_ik − d_ij)^power,
    divided by its sum over j.

    Parameters
    ----------
    network : (n, n) matrix
        Without missing cells: a tie not observed leaves a distance unknown.
    power : float
        Above 0: how much closeness counts.
    valued : bool
        Whether distances are between values; otherwise between presence and absence.

    Returns
    -------
    csr_array of shape (n, n)
        Rows add up to 1, or to 0 where all others are equally far. Holds up to n² weights.

    Raises
    ------
    ValueError
        When a cell is missing, the power is not above 0, or as `exposure`.

    References
    ----------
    Burt, R. S. (1987). Social contagion and innovation: Cohesion versus structural equivalence. American
    Journal of Sociology, 92, 1287–1335. Valente (1995), ch. 4. Distances here are between ties, those of
    netdiffuseR between geodesics.
    """
    if not power > 0:
        raise ValueError(f"power is {power}; allowed: above 0")
    return equivalence(observed_network(network), power, valued)


def inverse_geodesic_weights(network: Network, *, cutoff: int) -> sparse.csr_array:
    """Return 1 ÷ the number of steps from row to column, 0 beyond `cutoff` steps, rows divided by their sum.

    Raises
    ------
    ValueError
        When the cutoff is below 1, or as `exposure`.

    Examples
    --------
    >>> inverse_geodesic_weights([[0, 1, 0], [0, 0, 1], [0, 0, 0]], cutoff=2).toarray().round(2)
    array([[0.  , 0.67, 0.33],
           [0.  , 0.  , 1.  ],
           [0.  , 0.  , 0.  ]])
    """
    require_count("steps of cutoff", cutoff)
    steps = shortest_path(observed_network(network).ties, directed=True, unweighted=True)
    near = (steps > 0) & (steps <= cutoff)
    weights = np.divide(1.0, steps, out=np.zeros_like(steps), where=near)
    return row_normalised(sparse.csr_array(weights))


def observed_network(network: Network) -> ObservedNetwork:
    """Return the ties observed off the diagonal, checked, and who has no cell observed.

    Raises
    ------
    ValueError
        When the matrix is not square, or a value is infinite or negative.
    """
    if sparse.issparse(network):
        cells = sparse.coo_array(network.astype(float))
        cells.sum_duplicates()
    else:
        dense = np.asarray(network, dtype=float)
        if dense.ndim != 2 or dense.shape[0] != dense.shape[1]:
            raise ValueError(f"the matrix has shape {dense.shape}; a square one is needed")
        cells = sparse.coo_array(dense)
    if cells.shape[0] != cells.shape[1]:
        raise ValueError(f"the matrix has shape {cells.shape}; a square one is needed")
    rows, columns = cells.coords
    values, size = cells.data, cells.shape[0]
    wrong = np.flatnonzero(np.isinf(values) | (values < 0))
    if wrong.size:
        place, found = (int(rows[wrong[0]]), int(columns[wrong[0]])), values[wrong[0]]
        raise ValueError(
            f"the matrix is {found:g} at {place}; allowed are finite values of 0 or more, and NaN"
        )
    off = rows != columns
    missing = off & np.isnan(values)
    kept = off & ~missing & (values != 0)
    ties = sparse.csr_array((values[kept], (rows[kept], columns[kept])), shape=cells.shape)
    unseen = np.bincount(rows[missing], minlength=size)
    return ObservedNetwork(ties, int(missing.sum()), (unseen == size - 1) & (size > 1))


def equivalence(layer: ObservedNetwork, power: float, valued: bool) -> sparse.csr_array:
    if layer.missing:
        raise ValueError(f"the matrix has {layer.missing} missing cells; structural equivalence allows none")
    ties = layer.ties.toarray()
    if not valued:
        ties = (ties != 0).astype(float)
    profiles = np.hstack([ties, ties.T])
    squares = (profiles**2).sum(axis=1)
    between = squares[:, None] + squares[None, :] - 2 * profiles @ profiles.T
    # The cells of i and j themselves enter both sums over k as z_ij² and z_ji²; one difference replaces them.
    between += (ties - ties.T) ** 2 - 2 * ties**2 - 2 * ties.T**2
    distance = np.sqrt(np.where(between > 1e-9, between, 0.0))
    closeness = (distance.max(axis=1, keepdims=True, initial=0.0) - distance) ** power
    np.fill_diagonal(closeness, 0.0)
    return row_normalised(sparse.csr_array(closeness))


def row_normalised(weights: sparse.csr_array) -> sparse.csr_array:
    total = weights.sum(axis=1)
    scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
    return sparse.csr_array(sparse.diags_array(scale) @ weights)


def group_numbers(groups: npt.ArrayLike, size: int) -> Integers:
    """Return the number of each actor's group, from 0.

    Raises
    ------
    ValueError
        When there are not `size` of them, or one is missing.

    Examples
    --------
    >>> group_numbers(["b", "a", "b"], 3).tolist()
    [1, 0, 1]
    """
    given = pd.Series(np.asarray(groups, dtype=object))
    if len(given) != size:
        raise ValueError(f"there are {len(given)} groups for {size} actors; one each is needed")
    if given.isna().any():
        raise ValueError(f"groups: {int(given.isna().sum())} missing; allowed: none")
    return np.unique(given.to_numpy(), return_inverse=True)[1].astype(np.int64)
