"""Cohesive subgroups of a small undirected network: n-cliques, k-plexes and factions.

Cliques themselves are networkx's `find_cliques`.
"""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np
import numpy.typing as npt

from analysis.arrays import Flags

__all__ = ["Factions", "factions", "k_plexes", "misfit", "n_cliques"]


@dataclass(frozen=True)
class Factions:
    """The best division of people into groups that are all tied within and not at all between.

    Attributes
    ----------
    misfit : int
        Ordered pairs without a tie within a group, and with one between groups.
    fit : float
        1 − misfit ÷ ordered pairs (UCINET's *final proportion correct*).
    divisions : tuple of tuple of frozenset of int
        Every division with this misfit.
    """

    misfit: int
    fit: float
    divisions: tuple[tuple[frozenset[int], ...], ...]


def n_cliques(matrix: npt.ArrayLike, n: int, *, least: int = 3) -> list[frozenset[int]]:
    """Return the largest sets in which everybody is within *n* steps of everybody else.

    Steps may lead through people outside the set (Luce 1950).

    Parameters
    ----------
    matrix : array-like, shape (size, size)
        Symmetric, ties 0 or 1.
    n : int
        At least 1 (1: cliques).
    least : int
        Smaller sets are left out.

    Returns
    -------
    list of frozenset of int
        Places from 0, sets in order.

    Raises
    ------
    ValueError
        For another matrix, or n below 1.

    References
    ----------
    Luce, R. D. (1950). Connectivity and generalized cliques in sociometric group structure. Psychometrika 15,
    169–190.

    Examples
    --------
    >>> n_cliques([[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]], 2)
    [frozenset({0, 1, 2}), frozenset({1, 2, 3})]
    """
    if n < 1:
        raise ValueError(f"found n = {n}; allowed: 1 or more")
    near = nx.power(nx.from_numpy_array(_symmetric(matrix).astype(int)), n)
    return _ordered([frozenset(found) for found in nx.find_cliques(near) if len(found) >= least])


def k_plexes(matrix: npt.ArrayLike, k: int, *, least: int = 3) -> list[frozenset[int]]:
    """Return the largest sets in which everybody is tied to all but *k* of the set, the person among these.

    Any part of such a set is one, too. Sets no larger than 2*k* − 2 may fall apart; ask for larger.

    Parameters
    ----------
    matrix : array-like, shape (size, size)
        Symmetric, ties 0 or 1, of some thirty people at most: there may be very many sets.
    k : int
        At least 1 (1: cliques).
    least : int
        Smaller sets are left out.

    Returns
    -------
    list of frozenset of int
        Places from 0, sets in order.

    Raises
    ------
    ValueError
        For another matrix, or k below 1.

    References
    ----------
    Seidman, S. B. & Foster, B. L. (1978). A graph-theoretic generalization of the clique concept. Journal of
    Mathematical Sociology 6, 139–154.

    Examples
    --------
    >>> square = [[0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0]]
    >>> k_plexes(square, 2)
    [frozenset({0, 1, 2, 3})]
    """
    if k < 1:
        raise ValueError(f"found k = {k}; allowed: 1 or more")
    ties = _symmetric(matrix)
    size = len(ties)
    missing = [[int(not ties[one, other]) for other in range(size)] for one in range(size)]

    def holds(members: tuple[int, ...]) -> bool:
        # A person misses herself, too: the diagonal has no tie.
        return all(sum(missing[one][other] for other in members) <= k for one in members)

    found: list[frozenset[int]] = []

    def extend(members: tuple[int, ...], first: int) -> None:
        if len(members) + size - first < least:
            return
        for one in range(first, size):
            if holds((*members, one)):
                extend((*members, one), one + 1)
        others = (one for one in range(size) if one not in members)
        if len(members) >= least and not any(holds((*members, one)) for one in others):
            found.append(frozenset(members))

    extend((), 0)
    return _ordered(found)


def factions(matrix: npt.ArrayLike, groups: int) -> Factions:
    """Divide people into groups so that ties lie within them and none between: the best division of all.

    Branch and bound over every division, exact; UCINET searches by tabu, and may stop at a worse one.

    Parameters
    ----------
    matrix : array-like, shape (size, size)
        Symmetric, ties 0 or 1, of some twenty people at most.
    groups : int
        How many there may be, at least 1; some may stay empty.

    Returns
    -------
    Factions

    Raises
    ------
    ValueError
        For another matrix, or fewer than one group.

    References
    ----------
    Borgatti, S. P., Everett, M. G. & Freeman, L. C. (2002). UCINET 6 for Windows. Analytic Technologies
    (Network > Subgroups > Factions, Hamming fit).

    Examples
    --------
    >>> pairs = [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
    >>> factions(pairs, 2)
    Factions(misfit=0, fit=1.0, divisions=((frozenset({0, 1}), frozenset({2, 3})),))
    """
    if groups < 1:
        raise ValueError(f"found {groups} groups; allowed: 1 or more")
    ties = _symmetric(matrix)
    size = len(ties)
    order = np.argsort(-ties.sum(0), kind="stable").tolist()
    tied = ties[np.ix_(order, order)].tolist()
    # Putting one of these beside another costs 1 without a tie; putting them apart costs 1 with one.
    place, best, kept = [0] * size, size * size, list[tuple[int, ...]]()

    def costs(one: int, chosen: int) -> list[int]:
        """Return what it costs to put somebody into each group beside those placed so far."""
        apart = sum(tied[one][:chosen])
        found = [apart] * groups
        for other in range(chosen):
            found[place[other]] += 1 - 2 * tied[one][other]
        return found

    def divide(chosen: int, spent: int) -> None:
        nonlocal best, kept
        if spent + sum(min(costs(one, chosen)) for one in range(chosen, size)) > best:
            return
        if chosen == size:
            if spent < best:
                best, kept = spent, []
            kept.append(tuple(place))
            return
        own = costs(chosen, chosen)
        # Empty groups are alike: the first of them stands for all.
        open_groups = range(min(groups, max(place[:chosen], default=-1) + 2))
        for group in sorted(open_groups, key=lambda group: own[group]):
            place[chosen] = group
            divide(chosen + 1, spent + own[group])

    divide(0, 0)
    divisions = tuple(
        tuple(
            _ordered(
                [
                    frozenset(order[one] for one in range(size) if division[one] == group)
                    for group in set(division)
                ]
            )
        )
        for division in kept
    )
    pairs = size * (size - 1)
    return Factions(2 * best, 1 - 2 * best / pairs if pairs else 1.0, divisions)


def misfit(matrix: npt.ArrayLike, division: tuple[frozenset[int], ...]) -> int:
    """Count ordered pairs without a tie within a group, and with one between groups.

    Parameters
    ----------
    matrix : array-like, shape (size, size)
        Symmetric, ties 0 or 1.
    division : tuple of frozenset of int
        Everybody once.

    Examples
    --------
    >>> misfit([[0, 1, 1], [1, 0, 0], [1, 0, 0]], (frozenset({0, 1}), frozenset({2})))
    2
    """
    ties = _symmetric(matrix)
    own = np.zeros(len(ties), dtype=int)
    for number, group in enumerate(division):
        own[list(group)] = number
    wrong = ties != (own[:, None] == own)
    np.fill_diagonal(wrong, False)
    return int(wrong.sum())


def _symmetric(matrix: npt.ArrayLike) -> Flags:
    found = np.array(matrix, dtype=float)
    if found.ndim != 2 or found.shape[0] != found.shape[1] or not np.isin(found, (0, 1)).all():
        raise ValueError(f"found a table of shape {found.shape}; allowed: a square one of zeros and ones")
    if (found != found.T).any():
        raise ValueError("found ties one way only; allowed: a symmetric table")
    np.fill_diagonal(found, 0)
    ties: Flags = found > 0
    return ties


def _ordered(sets: list[frozenset[int]]) -> list[frozenset[int]]:
    return sorted(sets, key=sorted)
