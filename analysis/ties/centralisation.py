"""Centralisation of one wave: how far one actor stands out.

A matrix is read as in `analysis.ties.structure`: row sends, column receives, a cell other than 0 is a
tie, NaN is missing, and the diagonal is ignored.
"""

from __future__ import annotations

import math
from typing import Literal, get_args

import networkx as nx
import numpy as np
import numpy.typing as npt

from analysis.arrays import Flags
from analysis.checks import require_one_of
from analysis.ties.structure import ties_and_observed

__all__ = ["CentralisationKind", "centralisation"]

CentralisationKind = Literal["degree", "in_degree", "out_degree", "betweenness", "eigenvector"]


def centralisation(matrix: npt.ArrayLike, kind: CentralisationKind, *, directed: bool = True) -> float:
    """Return Freeman's centralisation: how far one actor stands out.

    The sum over actors of (largest centrality − own centrality) is divided by its largest possible value:

    ============ ================= ====================
    kind         directed          undirected
    ============ ================= ====================
    degree       2 (n − 1)(n − 2)  (n − 1)(n − 2)
    in_degree    (n − 1)²          (n − 1)(n − 2)
    out_degree   (n − 1)²          (n − 1)(n − 2)
    betweenness  (n − 1)² (n − 2)  (n − 1)² (n − 2) / 2
    eigenvector  n − 1             (n − 2) / √2
    ============ ================= ====================

    Parameters
    ----------
    matrix : array-like, shape (n, n)
    kind : {"degree", "in_degree", "out_degree", "betweenness", "eigenvector"}
        ``"degree"`` is in-degree plus out-degree in a directed network. ``"eigenvector"`` takes the right
        eigenvector (central is who sends to the central), of length 1.
    directed : bool
        False for an undirected relation, whose matrix must be symmetric.

    Returns
    -------
    float
        Between 0 and 1. NaN when a cell other than the diagonal is missing, since the largest value may be
        among what was not seen (take the matrix of those who answered, if that is the network meant); with
        fewer than three actors; and for the eigenvector, when no single leading one exists: no cycle of ties,
        or several equally strong parts.

    Raises
    ------
    ValueError
        If the kind is unknown, an undirected matrix is not symmetric, or as
        `analysis.ties.structure.density`.

    References
    ----------
    Freeman, L. C. (1979). Centrality in social networks: Conceptual clarification. Social Networks, 1,
    215–239. Denominators as in R sna 2.7 ``centralization``.

    Examples
    --------
    >>> star = [[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]
    >>> centralisation(star, "degree", directed=False)
    1.0
    """
    require_one_of("kind", kind, get_args(CentralisationKind))
    ties, observed = ties_and_observed(matrix)
    size = len(ties)
    if not directed and ((ties != ties.T) | (observed != observed.T)).any():
        raise ValueError("an undirected relation needs a symmetric matrix; symmetrise it first")
    if size < 3 or not (observed | np.eye(size, dtype=bool)).all():
        return math.nan
    if kind == "betweenness":
        graph = nx.from_numpy_array(ties, create_using=nx.DiGraph if directed else nx.Graph)
        centrality = np.array(list(nx.betweenness_centrality(graph, normalized=False).values()))
        largest = (size - 1) ** 2 * (size - 2) / (1 if directed else 2)
    elif kind == "eigenvector":
        centrality = _leading_eigenvector(ties, directed=directed)
        largest = size - 1 if directed else (size - 2) / math.sqrt(2)
    else:
        sent, received = ties.sum(axis=1), ties.sum(axis=0)
        both = sent + received if directed else sent
        centrality = {"degree": both, "in_degree": received, "out_degree": sent}[kind].astype(float)
        largest = (size - 1) * (size - 2)
        if directed:
            largest = 2 * largest if kind == "degree" else (size - 1) ** 2
    return float((centrality.max() - centrality).sum() / largest)


def _leading_eigenvector(ties: Flags, *, directed: bool) -> npt.NDArray[np.float64]:
    """Return the leading right eigenvector, of length 1 and without sign; NaN where it is not determined."""
    weights = ties.astype(float)
    # The eigenvalues are those of the strongly connected parts, whose own leading one is never repeated:
    # compared part by part, a repeated one is told from a close one without loss of digits.
    parts = nx.strongly_connected_components(nx.from_numpy_array(ties, create_using=nx.DiGraph))
    roots = np.array([np.linalg.eigvals(weights[np.ix_(list(p), list(p))]).real.max() for p in parts])
    if roots.max() <= 0 or np.isclose(roots, roots.max(), rtol=1e-9, atol=0).sum() > 1:
        return np.full(len(ties), np.nan)
    values, vectors = np.linalg.eig(weights) if directed else np.linalg.eigh(weights)
    centrality: npt.NDArray[np.float64] = np.abs(vectors[:, int(np.argmax(values.real))].real)
    return centrality
