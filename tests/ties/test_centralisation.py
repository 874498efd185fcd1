"""Tests of analysis.ties.centralisation against R sna and hand-worked cases."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.ties.centralisation import centralisation
from tests.ties.test_structure import NAN, NETWORKS, SMALL, SNA, Matrix, matrices, read_networks

KINDS = {
    "degree": "degree_fm",
    "in_degree": "indegree",
    "out_degree": "outdegree",
    "betweenness": "betweenness",
    "eigenvector": "evcent",
}


@pytest.fixture
def networks(reference_folder: Path) -> dict[str, Matrix]:
    return read_networks(reference_folder)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("kind", KINDS)
def test_centralisation_as_in_sna(name: str, kind: Any, networks: dict[str, Matrix]) -> None:
    published = SNA["networks"][name]
    found = centralisation(networks[name], kind, directed=published["mode"] == "digraph")
    # sna's power iteration stops at about ten digits; the rest is printed to twelve.
    tolerance = 1e-8 if kind == "eigenvector" else 1e-12
    assert found == pytest.approx(published["centralization"][KINDS[kind]], abs=tolerance)


@pytest.mark.parametrize("kind", ["degree", "in_degree", "out_degree", "betweenness"])
def test_star_is_wholly_centralised_and_ring_not_at_all(kind: Any) -> None:
    star = nx.to_numpy_array(nx.star_graph(5))
    ring = nx.to_numpy_array(nx.cycle_graph(6))
    assert centralisation(star, kind, directed=False) == pytest.approx(1)
    assert centralisation(ring, kind, directed=False) == pytest.approx(0)
    assert centralisation(np.roll(np.eye(5), 1, axis=1), kind) == pytest.approx(0)
    assert centralisation(np.roll(np.eye(5), 1, axis=1), "eigenvector") == pytest.approx(0)


def test_one_way_star_by_hand() -> None:
    inward = np.zeros((5, 5))
    inward[1:, 0] = 1
    assert centralisation(inward, "in_degree") == 1
    assert centralisation(inward, "out_degree") == pytest.approx(1 / 16)
    assert centralisation(inward, "degree") == pytest.approx(12 / 24)


def test_one_pair_holds_all_of_the_eigenvector() -> None:
    pair = np.zeros((5, 5))
    pair[0, 1] = pair[1, 0] = 1
    assert centralisation(pair, "eigenvector", directed=False) == pytest.approx(1)


def test_eigenvector_that_is_not_determined() -> None:
    two_pairs = np.zeros((5, 5))
    two_pairs[[0, 1, 2, 3], [1, 0, 3, 2]] = 1
    assert math.isnan(centralisation(two_pairs, "eigenvector"))
    assert math.isnan(centralisation(two_pairs, "eigenvector", directed=False))
    assert math.isnan(centralisation(np.triu(np.ones((6, 6)), 1), "eigenvector"))
    # One triangle leading into another: the leading eigenvalue is repeated, with one eigenvector only.
    chained = np.kron(np.eye(2), np.roll(np.eye(3), 1, axis=1))
    chained[0, 3] = 1
    assert math.isnan(centralisation(chained, "eigenvector"))
    # Likewise three mutual pairs in a row.
    pairs = np.kron(np.eye(3), [[0, 1], [1, 0]])
    pairs[[0, 2], [2, 4]] = 1
    assert math.isnan(centralisation(pairs, "eigenvector"))


@pytest.mark.parametrize("kind", KINDS)
def test_centralisation_is_missing_when_cells_are(kind: Any) -> None:
    matrix = np.ones((4, 4))
    matrix[0, 0] = NAN
    assert not math.isnan(centralisation(matrix, kind))
    matrix[0, 1] = NAN
    assert math.isnan(centralisation(matrix, kind))
    assert math.isnan(centralisation(np.ones((2, 2)), kind))


@settings(deadline=None, max_examples=40)
@given(matrices(), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(matrix: Matrix, random: Any) -> None:
    order = list(range(len(matrix)))
    random.shuffle(order)
    moved = matrix[np.ix_(order, order)]
    for kind in (kind for kind in KINDS if kind != "eigenvector"):
        found, again = centralisation(matrix, kind), centralisation(moved, kind)  # type: ignore[arg-type]
        np.testing.assert_allclose(again, found)


@settings(deadline=None, max_examples=30)
@given(matrices(missing=False))
def test_eigenvector_centralisation_survives_relabelling(matrix: Matrix) -> None:
    reverse = np.arange(len(matrix))[::-1]
    found = centralisation(matrix, "eigenvector")
    again = centralisation(matrix[np.ix_(reverse, reverse)], "eigenvector")
    np.testing.assert_allclose(again, found, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: centralisation(SMALL, "closeness"), "kind is 'closeness'"),  # type: ignore[arg-type]
        (lambda: centralisation(np.triu(np.ones((3, 3))), "degree", directed=False), "symmetric"),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
