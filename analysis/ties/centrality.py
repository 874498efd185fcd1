"""How central people are, where no library of the environment has the measure.

`igraph` and `networkx` have degree, closeness, betweenness, eigenvector, PageRank and coreness.
"""

from __future__ import annotations

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Floats

__all__ = ["diffusion_degree", "ego_betweenness"]


def diffusion_degree(counts: npt.ArrayLike) -> Floats:
    """Return each person's degree plus the degrees of the neighbours, directions ignored.

    Parameters
    ----------
    counts : array-like, shape (n, n)
        Numbers of ties (row to column); a tie with oneself counts twice in the own degree, and makes nobody a
        neighbour.

    Returns
    -------
    array, shape (n,)

    Raises
    ------
    ValueError
        Unless it is a square matrix without missing or negative cells.

    References
    ----------
    Pal, S. K., Kundu, S. & Murthy, C. A. (2014). Centrality measures, upper bound, and influence maximization
    in large scale directed social networks. Fundamenta Informaticae 130, 317–342 (with every propagation
    probability 1, as R centiserve's ``diffusion.degree``).

    Examples
    --------
    >>> diffusion_degree([[0, 1, 0], [0, 0, 2], [0, 0, 0]]).tolist()
    [4.0, 6.0, 5.0]
    """
    matrix = np.asarray(counts, dtype=float)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not (matrix >= 0).all():
        raise ValueError(
            f"found a table of shape {matrix.shape}; allowed: a square one without negative cells"
        )
    degree = matrix.sum(0) + matrix.sum(1)
    near = ((matrix + matrix.T) > 0).astype(float)
    np.fill_diagonal(near, 0)
    found: Floats = degree + near @ degree
    return found


def ego_betweenness(matrix: npt.ArrayLike) -> pd.DataFrame:
    """Return how far each person stands between the people tied to them, of an undirected relation.

    Only the person, those tied to the person and the ties among all of these count (Everett & Borgatti 2005):
    two of them that are not tied share a shortest path of two steps with each other through the person and
    through everybody else who is tied to both.

    Parameters
    ----------
    matrix : array-like, shape (n, n)
        Symmetric, ties 0 or 1; the diagonal does not count.

    Returns
    -------
    DataFrame
        ``ties``: number of people tied to each; ``betweenness``: sum over pairs of the share of shortest
        paths through the person; ``share``: betweenness ÷ number of pairs of those people, NaN with fewer
        than two.

    Raises
    ------
    ValueError
        Unless the matrix is square, symmetric and of zeros and ones.

    References
    ----------
    Everett, M. & Borgatti, S. P. (2005). Ego network betweenness. Social Networks 27(1), 31–38.

    Examples
    --------
    >>> ego_betweenness([[0, 1, 1], [1, 0, 0], [1, 0, 0]])
       ties  betweenness  share
    0     2          1.0    1.0
    1     1          0.0    NaN
    2     1          0.0    NaN
    """
    ties = np.array(matrix, dtype=float)
    if ties.ndim == 2 and ties.shape[0] == ties.shape[1]:
        np.fill_diagonal(ties, 0)
    if ties.ndim != 2 or ties.shape != ties.T.shape or not np.isin(ties, (0, 1)).all():
        raise ValueError(f"found a table of shape {ties.shape}; allowed: a square one of zeros and ones")
    if (ties != ties.T).any():
        raise ValueError("found ties one way only; allowed: a symmetric table")
    graph = nx.from_numpy_array(ties)
    rows = []
    for person in graph:
        near = graph.degree(person)
        between = nx.betweenness_centrality(nx.ego_graph(graph, person), normalized=False)[person]
        pairs = near * (near - 1) / 2
        rows.append((near, between, between / pairs if pairs else np.nan))
    return pd.DataFrame(rows, columns=["ties", "betweenness", "share"])
