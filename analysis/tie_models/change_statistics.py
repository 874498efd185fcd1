"""Change statistics: by how much a network's statistics rise when one tie is switched from absent to present.

Exponential random graph models are written in statistics such as the number of ties or of transitive
triples. All that their pseudo-likelihood needs is, for each ordered pair, the difference between the
statistic with the tie i → j and without it, the rest of the network staying as it is (Strauss & Ikeda 1990,
JASA 85, 204-212; Wasserman & Pattison 1996, Psychometrika 61, 401-425). Everything here is exact and made of
matrix products: n actors cost a few products of n × n matrices a term.

In the definitions below x_ij is 1 when i sends a tie to j, and i, j, k are different actors.

==================== ================================================ ===================
term                 statistic                                        in statnet's ergm
==================== ================================================ ===================
`edges`              Σ x_ij                                           edges
`mutual`             Σ_{i<j} x_ij x_ji                                mutual
`transitive_triples` Σ x_ij x_jk x_ik                                 ttriple
`transitive_ties`    ties i → k with at least one i → j → k           transitiveties
`cyclic_triples`     Σ x_ij x_jk x_ki ÷ 3                             ctriple
`two_paths`          Σ x_ij x_jk                                      twopath
`out_stars`          pairs of ties with one sender                    ostar(2)
`in_stars`           pairs of ties with one receiver                  istar(2)
`gwesp`              Σ x_ik g(p_ik), p_ik = number of i → j → k       gwesp (OTP), fixed
`sender`             Σ x_ij v_i                                       nodeocov
`receiver`           Σ x_ij v_j                                       nodeicov
`match`              Σ x_ij [v_i = v_j]                               nodematch
`edge_covariate`     Σ x_ij w_ij                                      edgecov
`node_sum`           Σ_{i<j} x_ij (v_i + v_j), undirected             nodecov
`triangles`          Σ_{i<j<k} x_ij x_jk x_ik, undirected             triangle
==================== ================================================ ===================

where g(p) = e^d (1 - (1 - e^-d)^p), with decay d (Snijders, Pattison, Robins & Handcock 2006, Sociological
Methodology 36, 99-153; for directed ties p counts outgoing two-paths, as statnet's type OTP). Transitive ties
are its limit for d = 0. In an undirected network sums run over i < k, and p counts shared partners.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from analysis.arrays import Floats

__all__ = [
    "Term",
    "change_statistics",
    "cyclic_triples",
    "edge_covariate",
    "edges",
    "gwesp",
    "in_stars",
    "match",
    "mutual",
    "node_sum",
    "out_stars",
    "read_network",
    "receiver",
    "sender",
    "transitive_ties",
    "transitive_triples",
    "triangles",
    "two_paths",
]


_DYADIC = {"edges", "mutual", "sender", "receiver", "match", "edge_covariate", "node_sum"}
_EITHER = {"edges", "match", "edge_covariate", "gwesp", "transitive_ties"}
_UNDIRECTED = {"node_sum", "triangles"}
_NUMERIC = {"sender", "receiver", "edge_covariate", "node_sum"}


@dataclass(frozen=True, eq=False)
class Term:
    """One statistic of a model; made by the functions of this module that bear the statistics' names.

    Attributes
    ----------
    kind : the name of that function
    values : for covariates, one value per actor (n,) or one a cell (n, n)
    decay : for `gwesp`, 0 or more; in units of log
    """

    kind: str
    values: NDArray[Any] | None = None
    decay: float | None = None

    @property
    def dyadic(self) -> bool:
        """Whether a tie's change statistic depends on no tie but its reciprocal."""
        return self.kind in _DYADIC

    @property
    def directed(self) -> bool:
        """Whether the term can be used for directed ties."""
        return self.kind not in _UNDIRECTED

    @property
    def undirected(self) -> bool:
        """Whether the term can be used for undirected ties."""
        return self.kind in _UNDIRECTED | _EITHER


def edges() -> Term:
    """Ties (called arc or density where they are directed): the model's constant."""
    return Term("edges")


def mutual() -> Term:
    """Reciprocated pairs."""
    return Term("mutual")


def transitive_triples() -> Term:
    """Triples i → j → k with i → k."""
    return Term("transitive_triples")


def transitive_ties() -> Term:
    """Ties i → k with at least one i → j → k."""
    return Term("transitive_ties")


def cyclic_triples() -> Term:
    """Cycles i → j → k → i, each counted once."""
    return Term("cyclic_triples")


def two_paths() -> Term:
    """Paths i → j → k with three different actors."""
    return Term("two_paths")


def out_stars() -> Term:
    """Pairs of ties with the same sender."""
    return Term("out_stars")


def in_stars() -> Term:
    """Pairs of ties with the same receiver."""
    return Term("in_stars")


def gwesp(decay: float) -> Term:
    """Ties i → k weighted by their two-paths i → j → k, each further one counting 1 - e^-decay of the last.

    Raises
    ------
    ValueError
        If the decay is negative or not finite.
    """
    if not (math.isfinite(decay) and decay >= 0):
        raise ValueError(f"decay is {decay}; allowed are finite numbers from 0 up")
    return Term("gwesp", decay=float(decay))


def sender(values: ArrayLike | pd.Series[Any]) -> Term:
    """A number of each actor (n,), for the ties the actor sends."""
    return Term("sender", _numbers(values))


def receiver(values: ArrayLike | pd.Series[Any]) -> Term:
    """A number of each actor (n,), for the ties the actor receives."""
    return Term("receiver", _numbers(values))


def node_sum(values: ArrayLike | pd.Series[Any]) -> Term:
    """A number of each actor (n,), for the actor's ties; undirected."""
    return Term("node_sum", _numbers(values))


def triangles() -> Term:
    """Three actors all tied to each other; undirected."""
    return Term("triangles")


def match(labels: Sequence[Any] | NDArray[Any] | pd.Series[Any]) -> Term:
    """A label of each actor (n,), for the ties between actors with the same one."""
    found = np.asarray(labels, dtype=object)
    if pd.isna(found).any():
        raise ValueError(f"match: {int(pd.isna(found).sum())} labels are missing; every actor needs one")
    return Term("match", found)


def edge_covariate(values: ArrayLike | pd.DataFrame) -> Term:
    """A number of each cell (n, n), for the tie in that cell; the diagonal is not used."""
    found = _numbers(values)
    if found.ndim == 2 and found.shape[0] == found.shape[1]:
        np.fill_diagonal(found, 0.0)
    return Term("edge_covariate", found)


def _numbers(values: ArrayLike | pd.Series[Any] | pd.DataFrame) -> Floats:
    # pandas' nullable numbers turn into floats only when told what a missing one becomes.
    if isinstance(values, (pd.Series, pd.DataFrame)):
        return np.array(values.to_numpy(dtype=float, na_value=np.nan), dtype=float)
    return np.array(values, dtype=float)


def read_network(
    matrix: ArrayLike | pd.DataFrame, *, directed: bool = True
) -> tuple[tuple[str, ...], Floats]:
    """Return the actors' labels and a network as floats: 0, 1, NaN where missing, diagonal 0.

    Parameters
    ----------
    matrix : (n, n) array or data frame; row sends, column receives; self-ties are not used
    directed : if False, the matrix must be symmetric

    Raises
    ------
    ValueError
        With every fault: not square, fewer than two actors, other values than 0, 1 and NaN, rows and columns
        labelled differently, asymmetric though undirected.
    """
    values = _numbers(matrix)
    if values.ndim != 2 or values.shape[0] != values.shape[1] or values.shape[0] < 2:
        raise ValueError(f"the network has shape {values.shape}; needed is a square with two actors or more")
    np.fill_diagonal(values, 0.0)
    faults = []
    odd = ~np.isin(values, (0.0, 1.0)) & ~np.isnan(values)
    if odd.any():
        row, column = np.argwhere(odd)[0] + 1
        faults.append(
            f"the network holds {values[odd][0]:g} in row {row}, column {column} (and {odd.sum() - 1} more "
            "such cells); allowed are 0, 1 and NaN: choose a threshold before"
        )
    labels = tuple(str(number + 1) for number in range(len(values)))
    if isinstance(matrix, pd.DataFrame):
        labels = tuple(map(str, matrix.index))
        if labels != tuple(map(str, matrix.columns)):
            faults.append("the network's rows and columns carry different labels, or an order of their own")
    if not directed and not np.array_equal(values, values.T, equal_nan=True):
        faults.append("the network is not symmetric; undirected ties stand in both cells of a pair")
    if faults:
        raise ValueError("\n".join(faults))
    return labels, values


def change_statistics(matrix: ArrayLike | pd.DataFrame, term: Term) -> Floats:
    """Return a term's change statistic for each ordered pair.

    Parameters
    ----------
    matrix : (n, n) array or data frame of 0, 1 and NaN (missing); row sends, column receives
    term : one of this module's terms; undirected ones need a symmetric matrix

    Returns
    -------
    (n, n) floats, in row i and column j the statistic with i → j present less that with i → j absent; 0 on
    the diagonal. For undirected terms both cells of a pair hold the change of the pair's one tie.

    Raises
    ------
    ValueError
        As `read_network`, or when a covariate has another size than the network or holds no finite number.

    Notes
    -----
    **Missing ties** count as absent where other ties' statistics are built on them, as in statnet's ergm:
    triads of someone who did not answer are therefore undercounted. A missing reciprocal tie leaves the
    change of `mutual` unknown (NaN).

    Examples
    --------
    >>> change_statistics([[0, 1, 0], [0, 0, 0], [0, 0, 0]], mutual())  # 2 → 1 would return a tie
    array([[0., 0., 0.],
           [1., 0., 0.],
           [0., 0., 0.]])
    """
    _, values = read_network(matrix, directed=term.directed)
    _check_covariate(term, len(values))
    change = _change(values, np.nan_to_num(values), term)
    np.fill_diagonal(change, 0.0)
    return change


def _check_covariate(term: Term, actors: int) -> None:
    if term.values is None:
        return
    needed = (actors, actors) if term.kind == "edge_covariate" else (actors,)
    if term.values.shape != needed:
        raise ValueError(f"{term.kind}: values have shape {term.values.shape}; this network needs {needed}")
    if term.kind in _NUMERIC and not np.isfinite(term.values.astype(float)).all():
        count = int((~np.isfinite(term.values.astype(float))).sum())
        raise ValueError(f"{term.kind}: {count} values are missing or infinite; needed are finite numbers")


def _change(values: Floats, ties: Floats, term: Term) -> Floats:
    change: Floats
    out_degrees, in_degrees = ties.sum(axis=1), ties.sum(axis=0)
    covariate = np.zeros(len(ties)) if term.values is None else term.values
    match term.kind:
        case "edges":
            change = np.ones_like(ties)
        case "mutual":
            change = values.T.copy()
        case "transitive_triples":
            change = ties @ ties + ties @ ties.T + ties.T @ ties
        case "cyclic_triples":
            change = (ties @ ties).T.copy()
        case "two_paths":
            change = out_degrees[None, :] + in_degrees[:, None] - 2 * ties.T
        case "out_stars":
            change = out_degrees[:, None] - ties
        case "in_stars":
            change = in_degrees[None, :] - ties
        case "transitive_ties":
            change = _shared_partners(ties, 0.0)
        case "gwesp":
            change = _shared_partners(ties, -math.expm1(-(term.decay or 0.0)))
        case "sender":
            change = covariate[:, None] * np.ones_like(ties)
        case "receiver":
            change = covariate[None, :] * np.ones_like(ties)
        case "node_sum":
            change = covariate[:, None] + covariate[None, :]
        case "match":
            change = (covariate[:, None] == covariate[None, :]).astype(float)
        case "edge_covariate":
            change = covariate.astype(float)
        case "triangles":
            change = ties @ ties
        case _:
            raise ValueError(f"term {term.kind!r} is unknown; this module's functions make the known ones")
    return change


def _shared_partners(ties: Floats, weight: float) -> Floats:
    """Return the change of Σ x_ik g(p_ik), with g(p) = Σ_{q<p} weight^q.

    The tie i → j earns g(p_ij) itself. It is also the first leg of i → j → k, and the last leg of k → i → j:
    one two-path more for the ties i → k and k → j, worth weight^p where p counts their other two-paths. When
    i → j is there already, those others are one fewer than the network shows.
    """
    paths = ties @ ties
    earned = paths if weight == 1.0 else (1.0 - weight**paths) / (1.0 - weight)
    without = ties * weight**paths
    within = ties * np.where(paths > 0, weight ** np.maximum(paths - 1, 0), 0.0)
    legs_without = without @ ties.T + ties.T @ without
    legs_within = within @ ties.T + ties.T @ within
    return earned + np.where(ties > 0, legs_within, legs_without)
