"""Change statistics: against switching every tie and counting by definition, and on bad input."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.tie_models.change_statistics import (
    Term,
    change_statistics,
    cyclic_triples,
    edge_covariate,
    edges,
    gwesp,
    in_stars,
    match,
    mutual,
    node_sum,
    out_stars,
    read_network,
    receiver,
    sender,
    transitive_ties,
    transitive_triples,
    triangles,
    two_paths,
)

Floats = NDArray[np.float64]
VALUES = np.array([0.5, -1.0, 2.0, 3.25, 0.0, 7.0])
LABELS = ["a", "b", "a", "c", "b", "a"]
CELLS = np.arange(36.0).reshape(6, 6) % 7 - 2


def partners(x: Floats, i: int, k: int) -> int:
    return sum(1 for j in range(len(x)) if j not in (i, k) and x[i, j] and x[j, k])


def gwesp_by_definition(decay: float) -> Callable[[Floats], float]:
    def statistic(x: Floats) -> float:
        share = 1 - math.exp(-decay)
        return sum(math.exp(decay) * (1 - share ** partners(x, i, k)) for i, k in pairs(x) if x[i, k])

    return statistic


def pairs(x: Floats) -> list[tuple[int, int]]:
    return list(itertools.permutations(range(len(x)), 2))


def triples(x: Floats) -> list[tuple[int, int, int]]:
    return list(itertools.permutations(range(len(x)), 3))


# Each definition is counted actor by actor, with no matrix product in it.
DIRECTED: dict[str, tuple[Term, Callable[[Floats], float]]] = {
    "edges": (edges(), lambda x: sum(x[i, j] for i, j in pairs(x))),
    "mutual": (mutual(), lambda x: sum(x[i, j] * x[j, i] for i, j in pairs(x) if i < j)),
    "transitive triples": (
        transitive_triples(),
        lambda x: sum(x[i, j] * x[j, k] * x[i, k] for i, j, k in triples(x)),
    ),
    "transitive ties": (
        transitive_ties(),
        lambda x: sum(1 for i, k in pairs(x) if x[i, k] and partners(x, i, k)),
    ),
    "cyclic triples": (
        cyclic_triples(),
        lambda x: sum(x[i, j] * x[j, k] * x[k, i] for i, j, k in triples(x)) / 3,
    ),
    "two-paths": (two_paths(), lambda x: sum(x[i, j] * x[j, k] for i, j, k in triples(x))),
    "out-stars": (
        out_stars(),
        lambda x: sum(math.comb(int(x[i].sum()), 2) for i in range(len(x))),
    ),
    "in-stars": (
        in_stars(),
        lambda x: sum(math.comb(int(x[:, i].sum()), 2) for i in range(len(x))),
    ),
    "gwesp 0": (gwesp(0), gwesp_by_definition(0)),
    "gwesp .25": (gwesp(0.25), gwesp_by_definition(0.25)),
    "gwesp 1.5": (gwesp(1.5), gwesp_by_definition(1.5)),
    "sender": (sender(VALUES), lambda x: sum(x[i, j] * VALUES[i] for i, j in pairs(x))),
    "receiver": (receiver(VALUES), lambda x: sum(x[i, j] * VALUES[j] for i, j in pairs(x))),
    "match": (match(LABELS), lambda x: sum(x[i, j] for i, j in pairs(x) if LABELS[i] == LABELS[j])),
    "edge covariate": (edge_covariate(CELLS), lambda x: sum(x[i, j] * CELLS[i, j] for i, j in pairs(x))),
}
UNDIRECTED: dict[str, tuple[Term, Callable[[Floats], float]]] = {
    "node sum": (
        node_sum(VALUES),
        lambda x: sum(x[i, j] * (VALUES[i] + VALUES[j]) for i, j in pairs(x) if i < j),
    ),
    "triangles": (
        triangles(),
        lambda x: sum(x[i, j] * x[j, k] * x[i, k] for i, j, k in triples(x) if i < j < k),
    ),
    "edges": (edges(), lambda x: sum(x[i, j] for i, j in pairs(x) if i < j)),
    # Of a symmetric network each tie is counted from both ends.
    "gwesp .7": (gwesp(0.7), lambda x: gwesp_by_definition(0.7)(x) / 2),
    "transitive ties": (
        transitive_ties(),
        lambda x: sum(1 for i, k in pairs(x) if i < k and x[i, k] and partners(x, i, k)),
    ),
}


def toggled(x: Floats, statistic: Callable[[Floats], float], symmetric: bool = False) -> Floats:
    """The statistic with each tie less that without it, everything else as it is."""
    change = np.zeros_like(x)
    for i, j in pairs(x):
        counts = []
        for state in (1.0, 0.0):
            other = x.copy()
            other[i, j] = state
            if symmetric:
                other[j, i] = state
            counts.append(statistic(other))
        change[i, j] = counts[0] - counts[1]
    return change


def network(seed: int, density: float, size: int = 6) -> Floats:
    ties = (np.random.default_rng(seed).random((size, size)) < density).astype(float)
    np.fill_diagonal(ties, 0.0)
    return ties


def undirected(seed: int, density: float) -> Floats:
    upper = np.triu(network(seed, density), 1)
    return upper + upper.T


NETWORKS = st.builds(network, st.integers(0, 10_000), st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0]))


@pytest.mark.parametrize("name", DIRECTED)
@settings(deadline=None, max_examples=6)
@given(x=NETWORKS)
def test_directed_change_is_what_switching_a_tie_changes(name: str, x: Floats) -> None:
    term, statistic = DIRECTED[name]
    np.testing.assert_allclose(change_statistics(x, term), toggled(x, statistic), atol=1e-12)


@pytest.mark.parametrize("name", UNDIRECTED)
@settings(deadline=None, max_examples=6)
@given(seed=st.integers(0, 10_000), density=st.sampled_from([0.2, 0.5, 0.9]))
def test_undirected_change_is_what_switching_a_tie_changes(name: str, seed: int, density: float) -> None:
    term, statistic = UNDIRECTED[name]
    x = undirected(seed, density)
    np.testing.assert_allclose(change_statistics(x, term), toggled(x, statistic, True), atol=1e-12)


@pytest.mark.parametrize("name", ["edges", "mutual", "transitive triples", "cyclic triples", "gwesp .25"])
@settings(deadline=None, max_examples=6)
@given(x=NETWORKS, order=st.permutations(range(6)))
def test_relabelling_actors_relabels_changes(name: str, x: Floats, order: list[int]) -> None:
    term = DIRECTED[name][0]
    places = np.ix_(order, order)
    np.testing.assert_allclose(
        change_statistics(x[places], term), change_statistics(x, term)[places], atol=1e-12
    )


def test_adding_ties_one_by_one_sums_to_networkx_counts(reference_folder: Path) -> None:
    sampson = pd.read_csv(reference_folder / "ergm" / "samplike.csv").to_numpy(float)
    census = nx.triadic_census(nx.from_numpy_array(sampson, create_using=nx.DiGraph))
    # Transitive and cyclic triples of each of the sixteen kinds of triads (Holland & Leinhardt 1970).
    transitive = {"030T": 1, "120D": 2, "120U": 2, "120C": 1, "210": 3, "300": 6}
    cyclic = {"030C": 1, "120C": 1, "210": 1, "300": 2}
    for term, weights in ((transitive_triples(), transitive), (cyclic_triples(), cyclic)):
        growing, total = np.zeros_like(sampson), 0.0
        for i, j in np.argwhere(sampson):
            total += change_statistics(growing, term)[i, j]
            growing[i, j] = 1.0
        assert total == sum(count * census[kind] for kind, count in weights.items())


def test_a_missing_reciprocal_leaves_mutual_unknown_and_counts_as_absent_in_triads() -> None:
    x = network(3, 0.6)
    x[1, 2] = np.nan
    absent = x.copy()
    absent[1, 2] = 0.0
    change = change_statistics(x, mutual())
    assert np.argwhere(np.isnan(change)).tolist() == [[2, 1]]
    np.testing.assert_array_equal(
        change_statistics(x, transitive_triples()), change_statistics(absent, transitive_triples())
    )


def test_self_ties_are_not_used() -> None:
    x = network(4, 0.5)
    looped = x + np.eye(6)
    np.testing.assert_array_equal(change_statistics(looped, gwesp(0.3)), change_statistics(x, gwesp(0.3)))


def test_columns_of_a_frame_with_nullable_numbers_are_read() -> None:
    numbers = pd.Series([1, 2, 3], dtype="Int64")
    np.testing.assert_array_equal(
        change_statistics(np.zeros((3, 3)), receiver(numbers)), [[0, 2, 3], [1, 0, 3], [1, 2, 0]]
    )


def test_labels_come_from_a_frame_or_are_numbers() -> None:
    frame = pd.DataFrame([[0, 1], [0, 0]], index=["ann", "bob"], columns=["ann", "bob"])
    assert read_network(frame)[0] == ("ann", "bob")
    assert read_network(frame.to_numpy())[0] == ("1", "2")


@pytest.mark.parametrize(
    ("matrix", "term", "message"),
    [
        (np.zeros((2, 3)), edges(), r"shape \(2, 3\)"),
        (np.zeros((1, 1)), edges(), "two actors or more"),
        ([[0, 3], [2, 0]], edges(), "holds 3 in row 1, column 2 .and 1 more"),
        (pd.DataFrame([[0, 1], [0, 0]], index=["a", "b"], columns=["b", "a"]), edges(), "different labels"),
        ([[0, 1], [0, 0]], triangles(), "not symmetric"),
        (np.zeros((3, 3)), sender([1.0, 2.0]), r"sender: values have shape \(2,\); .* \(3,\)"),
        (np.zeros((3, 3)), edge_covariate([1.0, 2.0, 3.0]), r"edge_covariate: .* needs \(3, 3\)"),
        (
            np.zeros((3, 3)),
            receiver(pd.Series([1, None, 3], dtype="Int64")),
            "receiver: 1 values are missing",
        ),
        (np.zeros((3, 3)), Term("friends of friends"), "unknown"),
    ],
)
def test_bad_input_is_refused(matrix: Any, term: Term, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        change_statistics(matrix, term)


def test_faults_of_a_matrix_are_told_together() -> None:
    frame = pd.DataFrame([[0, 1], [5, 0]], index=["a", "b"], columns=["b", "a"])
    with pytest.raises(ValueError, match=r"(?s)holds 5.*different labels.*not symmetric"):
        read_network(frame, directed=False)


def test_bad_parameters_of_terms_are_refused() -> None:
    with pytest.raises(ValueError, match=r"decay is -0\.1"):
        gwesp(-0.1)
    with pytest.raises(ValueError, match="decay is nan"):
        gwesp(math.nan)
    with pytest.raises(ValueError, match="2 labels are missing"):
        match(["a", None, np.nan])
