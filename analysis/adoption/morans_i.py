"""Moran's I: do tied people have like values, such as having adopted?

Networks, times of adoption and periods are given as in `analysis.adoption.exposure`. Nothing here can
separate contagion from homophily (Shalizi & Thomas 2011, Sociological Methods & Research 40, 211–239): the
summary of a result says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.stats import norm

from analysis.adoption.exposure import HOMOPHILY
from analysis.adoption.exposure_weights import Network, group_numbers, observed_network
from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable, require_count
from analysis.resampling.monte_carlo import p_value
from analysis.result import Result

__all__ = ["MoranTest", "morans_i"]


_AT_ONCE = 2_000_000
"""Cells of permuted values held in memory at a time."""

_CONSTANT = 1e-12
"""Share of a column's sum of squares below which its variation is rounding."""


@dataclass(frozen=True, repr=False, eq=False)
class MoranTest(Result):
    """Moran's I of one or more columns of values, against theory and permutations.

    Attributes
    ----------
    labels : tuple
        Of the k columns, such as the periods.
    statistic : ndarray of shape (k,)
        NaN where all values are equal (netdiffuseR prints 0).
    expected : ndarray of shape (k,)
        Mean over all permutations, exactly: −1 / (n − 1) whatever the values; within groups another number,
        above 0 where tied people share groups that differ.
    sd, p_normal : ndarray of shape (k,)
        Standard deviation over all n! permutations in closed form (Cliff & Ord 1981, eq. 1.37); within
        groups that of the permutations drawn. And the two-sided p of the normal approximation with it.
    permutation_mean, permutation_sd : ndarray of shape (k,)
        Of the permutations drawn.
    p, p_greater : ndarray of shape (k,)
        (1 + b) / (1 + m): two-sided by distance from `expected`, and for clustering alone.
    permutations, seed : int
    groups : int or None
        Within which values were permuted; None: over all people.
    """

    labels: tuple[object, ...]
    statistic: Floats
    expected: Floats
    sd: Floats
    p_normal: Floats
    permutation_mean: Floats
    permutation_sd: Floats
    p: Floats
    p_greater: Floats
    permutations: int
    seed: int
    groups: int | None

    def tidy(self) -> pd.DataFrame:
        """Return one row per column of values."""
        return pd.DataFrame(
            {
                "label": self.labels,
                "statistic": self.statistic,
                "expected": self.expected,
                "sd": self.sd,
                "p_normal": self.p_normal,
                "permutation_mean": self.permutation_mean,
                "permutation_sd": self.permutation_sd,
                "p": self.p,
                "p_greater": self.p_greater,
            }
        )

    def summary(self) -> str:
        """Return the table under a line on the permutations."""
        where = "over all people" if self.groups is None else f"within {self.groups} groups"
        return "\n".join(
            [
                f"Moran's I; {self.permutations} permutations {where}",
                self.tidy().to_string(index=False, float_format="{:.4f}".format),
                HOMOPHILY,
            ]
        )


def morans_i(
    network: Network,
    values: npt.ArrayLike,
    *,
    permutations: int = 999,
    seed: int,
    normalised: bool = True,
    labels: Sequence[object] | None = None,
    groups: npt.ArrayLike | None = None,
) -> MoranTest:
    """Test whether tied people have like values, by permuting the values over the people.

    I = (n / Σ_ij w_ij) Σ_ij w_ij z_i z_j / Σ_i z_i², z being the deviations from the mean.

    Parameters
    ----------
    network : (n, n) matrix
        Weights, as they are; `analysis.adoption.exposure_weights.inverse_geodesic_weights` reaches further.
    values : array-like of shape (n,) or (n, k)
        Without missing values. One column per period tests adoption period by period; the same permutations
        serve all columns.
    permutations : int
        At least 1.
    seed : int
    normalised : bool
        Whether rows are divided by their sum first, as in netdiffuseR.
    labels : sequence of length k, optional
        Names of the columns.
    groups : array-like of length n, optional
        Communities, within which the values are permuted: the chance that people of one community are alike
        whoever is tied to whom is then part of what is expected.

    Raises
    ------
    ValueError
        When shapes do not fit, a value or group is missing, or for fewer than one permutation.
    NotEstimable
        When nobody is tied, or n < 4.

    References
    ----------
    Moran, P. A. P. (1950). Biometrika, 37, 17–23. Cliff, A. D., & Ord, J. K. (1981). Spatial Processes.

    Examples
    --------
    >>> ring = np.roll(np.eye(6), 1, axis=1)
    >>> morans_i(ring, [1, 2, 3, 3, 2, 1], permutations=99, seed=1).statistic
    array([0.5])
    """
    require_count("permutations", permutations)
    weights = observed_network(network).ties
    columns = np.asarray(values, dtype=float)
    columns = columns[:, None] if columns.ndim == 1 else columns
    size = weights.shape[0]
    names = tuple(range(columns.shape[-1]) if labels is None else labels)
    faults = []
    if columns.ndim != 2 or len(columns) != size or not columns.shape[1]:
        faults.append(
            f"values has shape {np.shape(values)}; needed: {size} rows, one for each actor, and a column"
        )
    elif not np.isfinite(columns).all():
        count = int((~np.isfinite(columns)).sum())
        faults.append(f"values has {count} missing or infinite numbers; allowed: none")
    elif len(names) != columns.shape[1]:
        faults.append(f"there are {len(names)} labels for {columns.shape[1]} columns; one each is needed")
    if faults:
        raise ValueError("\n".join(faults))
    members = np.zeros(size, np.int64) if groups is None else group_numbers(groups, size)
    if size < 4 or not weights.nnz:
        raise NotEstimable(f"found {size} actors and {weights.nnz} ties; Moran's I needs 4 actors and a tie")
    if normalised:
        total = weights.sum(axis=1)
        scale = np.divide(1.0, total, out=np.zeros_like(total), where=total > 0)
        weights = sparse.csr_array(sparse.diags_array(scale) @ weights)
    centred = columns - columns.mean(axis=0)
    variation = (centred**2).sum(axis=0)
    same = variation <= _CONSTANT * np.maximum((columns**2).sum(axis=0), 1.0)
    factor = np.divide(size / weights.sum(), variation, out=np.full(len(variation), np.nan), where=~same)
    statistic = factor * _cross_products(weights, centred[None])[0]
    expected = np.full(len(variation), -1 / (size - 1))
    if groups is not None:
        expected = factor * _mean_cross_products(weights, centred, members)
    random = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // centred.size)
    batches, place = [], np.argsort(members, kind="stable")
    for first in range(0, permutations, step):
        drawn_order = np.argsort(members + random.random((min(step, permutations - first), size)), axis=1)
        order = np.empty_like(drawn_order)
        order[:, place] = drawn_order
        batches.append(factor * _cross_products(weights, centred[order]))
    drawn = np.concatenate(batches)
    spread = drawn.std(axis=0, ddof=1) if permutations > 1 else np.full(len(statistic), np.nan)
    sd = _permutation_sd(weights, centred, ~same) if groups is None else spread
    by_column = list(zip(drawn.T, statistic, expected, strict=True))
    return MoranTest(
        labels=names,
        statistic=statistic,
        expected=expected,
        sd=sd,
        p_normal=2 * norm.sf(np.abs(statistic - expected) / np.where(sd > 1e-9, sd, np.nan)),
        permutation_mean=drawn.mean(axis=0),
        permutation_sd=spread,
        p=np.array([p_value(one, own, "about_centre", centre=mean) for one, own, mean in by_column]),
        p_greater=np.array([p_value(one, own, "greater") for one, own, _ in by_column]),
        permutations=permutations,
        seed=seed,
        groups=None if groups is None else int(members.max()) + 1,
    )


def _cross_products(weights: sparse.csr_array, centred: Floats) -> Floats:
    """Return Σ_ij w_ij z_i z_j for stacks of columns: (b, n, k) gives (b, k)."""
    stacks, size, count = centred.shape
    flat = centred.transpose(1, 0, 2).reshape(size, stacks * count)
    found: Floats = (flat * (weights @ flat)).sum(axis=0).reshape(stacks, count)
    return found


def _mean_cross_products(weights: sparse.csr_array, centred: Floats, members: Integers) -> Floats:
    """Return the mean of Σ_ij w_ij z_i z_j over all permutations within groups, for each column.

    Two people of one group of m have (Σz)² − Σz² over m(m − 1); of two groups, the product of their means.
    """
    number = int(members.max()) + 1
    home = sparse.csr_array((np.ones(len(members)), (members, np.arange(len(members)))))
    sums, squares, size = home @ centred, home @ centred**2, np.bincount(members, minlength=number)[:, None]
    between = (home @ weights @ home.T).toarray()
    within = between.diagonal().copy()
    alike = np.divide(sums**2 - squares, size * (size - 1), out=np.zeros_like(sums), where=size > 1)
    means = sums / size
    np.fill_diagonal(between, 0.0)
    found: Floats = within @ alike + (means * (between @ means)).sum(axis=0)
    return found


def _permutation_sd(weights: sparse.csr_array, centred: Floats, varies: npt.NDArray[np.bool_]) -> Floats:
    """Return the standard deviation of Moran's I over all permutations of each column."""
    n = weights.shape[0]
    total = weights.sum()
    first = 0.5 * ((weights + weights.T).data ** 2).sum()
    second = ((weights.sum(axis=0) + weights.sum(axis=1)) ** 2).sum()
    result = np.full(centred.shape[1], np.nan)
    used = centred[:, varies]
    kurtosis = (used**4).mean(axis=0) / (used**2).mean(axis=0) ** 2
    square = (
        n * ((n**2 - 3 * n + 3) * first - n * second + 3 * total**2)
        - kurtosis * (n * (n - 1) * first - 2 * n * second + 6 * total**2)
    ) / ((n - 1) * (n - 2) * (n - 3) * total**2)
    result[varies] = np.sqrt(np.maximum(square - 1 / (n - 1) ** 2, 0.0))
    return result
