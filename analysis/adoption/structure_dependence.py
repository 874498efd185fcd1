"""Does a statistic depend on who is tied to whom? Networks rewired with the same degrees.

Networks, times of adoption and periods are given as in `analysis.adoption.exposure`. Nothing here can
separate contagion from homophily (Shalizi & Thomas 2011, Sociological Methods & Research 40, 211–239): the
summary of a result says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.adoption.exposure import HOMOPHILY
from analysis.adoption.exposure_weights import Network, group_numbers, observed_network
from analysis.adoption.thresholds import NeverAdopters, thresholds
from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable, require_count
from analysis.resampling.monte_carlo import p_error, p_value, replicate_interval
from analysis.result import Result

__all__ = ["StructureTest", "structure_dependence"]


@dataclass(frozen=True, repr=False, eq=False)
class StructureTest(Result):
    """A statistic of network and times of adoption against networks rewired with the same degrees.

    Attributes
    ----------
    statistic : str
        What was computed.
    observed : float
    replicates : ndarray of shape (rewirings,)
    mean, sd, lower, upper : float
        Of the replicates; lower and upper are their 2.5 % and 97.5 % points.
    p : float
        Two-sided: twice the smaller of the one-sided (1 + b) / (1 + m), at most 1.
    p_error : float
        Monte Carlo standard error of p.
    seed : int
    groups : int or None
        Communities within and between which ties were rewired; None: across all.
    """

    statistic: str
    observed: float
    replicates: Floats
    mean: float
    sd: float
    lower: float
    upper: float
    p: float
    p_error: float
    seed: int
    groups: int | None

    def tidy(self) -> pd.DataFrame:
        """Return one row, without the replicates."""
        row = {name: value for name, value in self.__dict__.items() if name != "replicates"}
        return pd.DataFrame([row | {"rewirings": len(self.replicates)}])

    def summary(self) -> str:
        """Return the comparison as sentences."""
        where = "" if self.groups is None else f", within and between {self.groups} groups"
        return (
            f"{self.statistic} {self.observed:.4f}; 95 % of {len(self.replicates)} networks rewired with the "
            f"same degrees{where} lie from {self.lower:.4f} to {self.upper:.4f} (mean {self.mean:.4f}); "
            f"p = {self.p:.4f}\n{HOMOPHILY}"
        )


def structure_dependence(
    network: Network,
    adoption_time: npt.ArrayLike,
    periods: npt.ArrayLike,
    *,
    never: NeverAdopters,
    groups: npt.ArrayLike | None = None,
    statistic: Callable[[sparse.csr_array], float] | None = None,
    lag: int = 0,
    no_alters: float = 0.0,
    directed: bool = True,
    rewirings: int = 1000,
    swaps_per_tie: int = 20,
    seed: int,
) -> StructureTest:
    """Test whether a statistic depends on who is tied to whom, beyond how many ties each has.

    Two ties i → j and k → l become i → l and k → j, unless that would make a self-tie or one that exists;
    `swaps_per_tie` attempts a tie give a network with the same degrees (netdiffuseR's ``rewire_graph`` with
    "swap", and ``struct_test``). Times of adoption stay. Swaps cannot turn a directed cycle of three round,
    so of two networks that differ in that alone one may not be reached (Rao et al. 1996).

    Parameters
    ----------
    network : (n, n) matrix
        Static. Missing cells hold no tie here, before and after.
    adoption_time, periods, never, lag, no_alters
        As `analysis.adoption.thresholds.thresholds`, whose mean over those who have one is the statistic.
    groups : array-like of length n, optional
        Communities. Ties within one stay within it, ties between communities stay between them: without,
        networks that cross communities are what a network that never does is compared with, and likeness
        within communities passes for an effect of ties.
    statistic : callable, optional
        Another statistic, of a sparse network.
    directed : bool
        If false, the network must be symmetric, and stays so.
    rewirings, swaps_per_tie : int
        At least 1.
    seed : int

    Raises
    ------
    ValueError
        When a number is below 1, groups are not n or one is missing, or as
        `analysis.adoption.exposure.exposure`.
    NotEstimable
        When there are fewer than two ties, or the statistic is not finite.

    References
    ----------
    Rao, A. R., Jana, R., & Bandyopadhyay, S. (1996). A Markov chain Monte Carlo method for generating random
    (0, 1)-matrices with given marginals. Sankhyā A, 58, 225–242. Vega Yon, G., & Valente, T. W. netdiffuseR.
    """
    ties = observed_network(network).ties
    ties.sort_indices()
    require_count("rewirings", rewirings)
    require_count("swaps a tie", swaps_per_tie)
    if ties.nnz < 2:
        raise NotEstimable(f"found {ties.nnz} ties; needed: two that can be swapped")
    if not directed:
        uneven = (ties - ties.T).tocoo()
        if np.any(uneven.data):
            first = int(np.flatnonzero(uneven.data)[0])
            place = int(uneven.coords[0][first]), int(uneven.coords[1][first])
            raise ValueError(f"directed is False, but the cells {place} and {place[::-1]} differ")

    def mean_threshold(drawn: sparse.csr_array) -> float:
        own = thresholds(drawn, adoption_time, periods, never=never, lag=lag, no_alters=no_alters)
        known = own[~np.isnan(own)]
        return float(known.mean()) if known.size else math.nan

    measure = mean_threshold if statistic is None else statistic
    observed = float(measure(ties))
    if not math.isfinite(observed):
        raise NotEstimable(f"the statistic of the observed network is {observed}; a finite one is needed")
    random = np.random.default_rng(seed)
    members = np.zeros(ties.shape[0], np.int64) if groups is None else group_numbers(groups, ties.shape[0])
    drawn = _rewired(ties, members, directed, rewirings, swaps_per_tie, random)
    replicates = np.array([float(measure(one)) for one in drawn])
    p = p_value(replicates, observed, "doubled")
    lower, upper = replicate_interval(replicates)
    return StructureTest(
        statistic="mean threshold" if statistic is None else getattr(statistic, "__name__", "statistic"),
        observed=observed,
        replicates=replicates,
        mean=float(replicates.mean()),
        sd=float(replicates.std(ddof=1)) if rewirings > 1 else math.nan,
        lower=lower,
        upper=upper,
        p=p,
        p_error=p_error(p, rewirings, "doubled"),
        seed=seed,
        groups=None if groups is None else int(members.max()) + 1,
    )


def _rewired(
    ties: sparse.csr_array,
    members: Integers,
    directed: bool,
    count: int,
    swaps_per_tie: int,
    random: np.random.Generator,
) -> Iterator[sparse.csr_array]:
    """Yield networks with the degrees of `ties`, each rewired from it; values stay with their senders."""
    starts = ties.indptr.astype(np.int64)
    senders = np.repeat(np.arange(ties.shape[0]), np.diff(starts))
    twins = np.empty(0, np.int64)
    if not directed:
        # Cells are sorted by row and column, so sorting by column and row finds each tie's other half.
        twins = np.lexsort((senders, ties.indices)).astype(np.int64)
    swaps = swaps_per_tie * (ties.nnz if directed else ties.nnz // 2)
    one, other = members[senders], members[ties.indices]
    pools = _Pools.of(np.where(one == other, one, members.max() + 1))
    for _ in range(count):
        receivers, values = ties.indices.astype(np.int64), ties.data.copy()
        _swap(starts, senders, receivers, values, twins.copy(), members, pools.pairs(swaps, random))
        yield sparse.csr_array((values, receivers, starts), shape=ties.shape)


@dataclass(frozen=True, eq=False)
class _Pools:
    """Ties by the pool within which they are swapped: each community's own, and those between communities.

    A tie keeps its place and its pool through every swap, so that a swap and its reverse are equally likely.
    """

    order: Integers
    first: Integers
    size: Integers

    @classmethod
    def of(cls, pool: Integers) -> _Pools:
        order = np.argsort(pool, kind="stable").astype(np.int64)
        _, number, size = np.unique(pool, return_inverse=True, return_counts=True)
        first = np.cumsum(size) - size
        return cls(order, first[number], size[number])

    def pairs(self, count: int, random: np.random.Generator) -> Integers:
        """Return pairs of ties of one pool."""
        drawn = random.integers(0, len(self.order), size=(count, 2))
        if self.size[0] < len(self.order):
            one = drawn[:, 0]
            drawn[:, 1] = self.order[self.first[one] + random.integers(0, self.size[one])]
        return drawn


@numba.njit(cache=True)
def _swap(
    starts: Integers,
    senders: Integers,
    receivers: Integers,
    values: Floats,
    twins: Integers,
    members: Integers,
    pairs: Integers,
) -> None:
    """Swap the receivers of pairs of ties in place, where no self-tie or double tie results."""
    for attempt in range(len(pairs)):
        one, other = pairs[attempt]
        i, j, k, l = senders[one], receivers[one], senders[other], receivers[other]  # noqa: E741
        if i == l or k == j:
            continue
        within = members[i] == members[j]
        if (members[i] == members[l]) != within or (members[k] == members[j]) != within:
            continue
        free = True
        for place in range(starts[i], starts[i + 1]):
            free = free and receivers[place] != l
        for place in range(starts[k], starts[k + 1]):
            free = free and receivers[place] != j
        if not free:
            continue
        receivers[one], receivers[other] = l, j
        if len(twins):
            # Half-ties j → i and l → k become j → k and l → i.
            back_one, back_other = twins[one], twins[other]
            receivers[back_one], receivers[back_other] = k, i
            values[back_one], values[back_other] = values[back_other], values[back_one]
            twins[one], twins[back_other] = back_other, one
            twins[other], twins[back_one] = back_one, other
