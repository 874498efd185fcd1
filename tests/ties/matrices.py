"""Networks that the tests of several modules use."""

from __future__ import annotations

import math

import networkx as nx
import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

NAN = math.nan
Matrix = npt.NDArray[np.float64]


@st.composite
def matrices(draw: st.DrawFn, missing: bool = False) -> Matrix:
    size = draw(st.integers(1, 8))
    cells = st.sampled_from(draw(st.sampled_from([[0, 0, 0, 1], [0, 1], [0, 1, 1, -2.5]])))
    flat = draw(st.lists(cells, min_size=size * size, max_size=size * size))
    matrix = np.array(flat, dtype=float).reshape(size, size)
    if missing:
        places = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
        for place in draw(st.lists(places, max_size=size)):
            matrix[place] = NAN
        matrix[draw(st.lists(st.integers(0, size - 1), max_size=2))] = NAN
    return matrix


def graph_of(matrix: Matrix) -> nx.DiGraph:
    graph = nx.from_numpy_array((matrix != 0).astype(int), create_using=nx.DiGraph)
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph


def tied(ties: str, size: int = 4) -> Matrix:
    """Turn "01 12" into a matrix with the ties 0 → 1 and 1 → 2."""
    matrix = np.zeros((size, size))
    for sender, receiver in ties.split():
        matrix[int(sender), int(receiver)] = 1
    return matrix
