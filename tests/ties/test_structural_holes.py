"""Structural holes: against igraph (in R and Python) and networkx, by hand."""

from __future__ import annotations

import math
from typing import Any

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy import sparse

from analysis.ties.structural_holes import structural_holes
from tests.ties.matrices import Matrix, graph_of, matrices, tied

NAN = math.nan


def test_constraint_as_in_r_igraph(measured: tuple[Matrix, dict[str, Any]]) -> None:
    matrix, published = measured
    expected = [float(value) for value in published["igraph"]["constraint"]]
    np.testing.assert_allclose(structural_holes(matrix)["constraint"], expected, atol=1e-11)


@settings(deadline=None, max_examples=40)
@given(matrices())
def test_structural_holes_as_in_networkx_and_igraph(matrix: Matrix) -> None:
    graph = graph_of(matrix)
    found = structural_holes(matrix)
    np.testing.assert_allclose(found["constraint"], list(nx.constraint(graph).values()))
    # networkx, asked actor by actor, has no effective size for actors without out-ties, but directions are
    # of no account: the reversed network gives theirs.
    one, other = (
        np.array(list(nx.effective_size(towards, nodes=list(towards)).values()), dtype=float)
        for towards in (graph, graph.reverse())
    )
    np.testing.assert_allclose(found["effective_size"], np.where(np.isnan(one), other, one), atol=1e-12)
    ours = igraph.Graph.Adjacency(nx.to_numpy_array(graph).astype(int)).constraint()
    np.testing.assert_allclose(found["constraint"], ours)
    assert found["contacts"].tolist() == [len(set(nx.all_neighbors(graph, node))) for node in graph]


@settings(deadline=None, max_examples=40)
@given(matrices(missing=True))
def test_structural_holes_leave_unobserved_dyads_out(matrix: Matrix) -> None:
    unobserved = np.isnan(matrix) | np.isnan(matrix.T)
    np.fill_diagonal(unobserved, False)
    left = structural_holes(np.where(unobserved | np.isnan(matrix), 0, matrix))
    for given_matrix in (matrix, sparse.csr_array(matrix)):
        found = structural_holes(given_matrix)
        assert found["missing"].tolist() == unobserved.sum(axis=1).tolist()
        pd.testing.assert_frame_equal(found.drop(columns="missing"), left.drop(columns="missing"))


def test_structural_holes_by_hand() -> None:
    star = structural_holes(tied("01 02 03"))
    np.testing.assert_allclose(star["constraint"], [1 / 3, 1, 1, 1])
    np.testing.assert_allclose(star["effective_size"], [3, 1, 1, 1])
    assert star["contacts"].tolist() == [3, 1, 1, 1]
    # Three in a clique: (1/2 + 1/4)² twice; two contacts, each half redundant.
    clique = structural_holes(tied("01 10 12 21 20 02"))
    np.testing.assert_allclose(clique["constraint"], [1.125] * 3 + [NAN])
    np.testing.assert_allclose(clique["effective_size"], [1, 1, 1, NAN])
    # 0 ↔ 1 and 0 → 2 → 1: z is 2, 1 and 1. For 0, p is 2/3 and 1/3, m_12 = 1/2 and m_21 = 1.
    uneven = structural_holes(tied("01 10 02 21", size=3))
    assert uneven["effective_size"][0] == pytest.approx((1 - 1 / 3 * 1 / 2) + (1 - 2 / 3 * 1))
    assert uneven["constraint"][0] == pytest.approx(
        (2 / 3 + 1 / 3 * 1 / 2) ** 2 + (1 / 3 + 2 / 3 * 1 / 3) ** 2
    )
