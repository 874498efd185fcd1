"""Tests of analysis.ties.triads against R sna, igraph, networkx, hand-worked cases and brute force."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations, permutations
from typing import Any

import igraph
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from analysis.ties.structural_holes import structural_holes
from analysis.ties.triad_kernels import TRIADS
from analysis.ties.triads import simmelian_ties, transitivity, triad_census, triad_census_by_node
from tests.ties.matrices import Matrix, graph_of, matrices, tied

MEASURES = ("weak", "strong", "weakcensus", "strongcensus")
UNDIRECTED = dict(zip("0123", ("003", "102", "201", "300"), strict=True))  # sna's names without directions
NAN = math.nan


def skewed(size: int, ties: int) -> Matrix:
    """Draw a network in which a few actors hold most ties."""
    generator = np.random.default_rng(size)
    weights = 1.0 / np.arange(1, size + 1)
    ends = generator.choice(size, size=(2, ties), p=weights / weights.sum())
    matrix = np.zeros((size, size))
    matrix[ends[0], ends[1]] = 1
    np.fill_diagonal(matrix, 0)
    return generator.permutation(np.eye(size)) @ matrix


# ---------------------------------------------------------------- against R


def test_census_as_in_sna(measured: tuple[Matrix, dict[str, Any]]) -> None:
    matrix, published = measured
    counts = {UNDIRECTED.get(kind, kind): count for kind, count in published["triad.census"][0].items()}
    census = triad_census(matrix)
    assert census.to_dict() == {kind: counts.get(kind, 0) for kind in TRIADS}
    assert census.attrs["missing"] == 0


def test_transitivity_as_in_sna(measured: tuple[Matrix, dict[str, Any]]) -> None:
    matrix, published = measured
    for given_matrix in (matrix, sparse.csr_array(matrix)):
        for measure in ("weak", "strong", "weakcensus"):
            expected = published[f"gtrans_{measure}"]
            assert transitivity(given_matrix, measure) == pytest.approx(expected, abs=1e-12)  # type: ignore[arg-type]
        triples = math.perm(len(matrix), 3)
        found = transitivity(given_matrix, "strongcensus")
        assert found == round(found) == pytest.approx(published["gtrans_strong"] * triples, abs=1e-6)


# ---------------------------------------------------------------- against networkx and igraph


@settings(deadline=None, max_examples=80)
@given(matrices())
def test_census_as_in_networkx(matrix: Matrix) -> None:
    assert triad_census(matrix).to_dict() == nx.triadic_census(graph_of(matrix))


@pytest.mark.parametrize(
    ("size", "ties"), [(60, 2_500), (400, 6_000), (900, 3_000)], ids=["dense", "skewed", "sparse"]
)
def test_census_as_in_igraph(size: int, ties: int) -> None:
    matrix = skewed(size, ties)
    expected = [int(count) for count in igraph.Graph.Adjacency(matrix.astype(int)).triad_census()]
    assert triad_census(matrix).tolist() == expected
    assert triad_census(sparse.csr_array(matrix)).tolist() == expected
    assert (triad_census_by_node(matrix).sum() // 3).tolist() == expected


@settings(deadline=None, max_examples=40)
@given(matrices())
def test_weak_transitivity_as_in_networkx_when_ties_are_mutual(matrix: Matrix) -> None:
    both = ((matrix + matrix.T) != 0).astype(float)
    expected = nx.transitivity(graph_of(both).to_undirected())
    found = transitivity(both, "weak")
    assert (0 if math.isnan(found) else found) == pytest.approx(expected)


# ---------------------------------------------------------------- by brute force, with missing cells


def complete_triads(matrix: Matrix) -> dict[tuple[int, ...], str]:
    """Name each triad whose six cells are observed, by networkx."""
    graph = graph_of(np.nan_to_num(matrix))
    return {
        triad: nx.triad_type(graph.subgraph(triad))
        for triad in combinations(range(len(matrix)), 3)
        if not any(np.isnan(matrix[pair]) for pair in permutations(triad, 2))
    }


@settings(deadline=None, max_examples=80)
@given(matrices(missing=True))
def test_census_of_complete_triads_only(matrix: Matrix) -> None:
    triads = complete_triads(matrix)
    counts = Counter(triads.values())
    for given_matrix in (matrix, sparse.csr_array(matrix)):
        census = triad_census(given_matrix)
        assert census.to_dict() == {kind: counts[kind] for kind in TRIADS}
        assert census.attrs["missing"] == math.comb(len(matrix), 3) - len(triads)
        by_node = triad_census_by_node(given_matrix)
        for actor in range(len(matrix)):
            own = Counter(kind for triad, kind in triads.items() if actor in triad)
            assert by_node.loc[actor].to_dict() == {kind: own[kind] for kind in TRIADS}


@settings(deadline=None, max_examples=60)
@given(matrices(missing=True))
def test_transitivity_of_observed_triples_only(matrix: Matrix) -> None:
    weak, strong, paths, triples = 0, 0, 0, 0
    for i, j, k in permutations(range(len(matrix)), 3):
        cells = [matrix[i, j], matrix[j, k], matrix[i, k]]
        if not np.isnan(cells).any():
            path, tie = cells[0] != 0 and cells[1] != 0, cells[2] != 0
            triples += 1
            strong += path == tie
            paths += path
            weak += path and tie
    expected = [weak / paths if paths else NAN, strong / triples if triples else NAN, weak, strong]
    for given_matrix in (matrix, sparse.csr_array(matrix)):
        found = [transitivity(given_matrix, measure) for measure in MEASURES]  # type: ignore[arg-type]
        np.testing.assert_allclose(found, expected)


@settings(deadline=None, max_examples=40)
@given(matrices(missing=True))
def test_simmelian_ties_are_those_in_a_triangle_of_observed_mutual_ties(matrix: Matrix) -> None:
    mutual = graph_of(np.nan_to_num(matrix)).to_undirected(reciprocal=True)
    expected = np.zeros(matrix.shape, dtype=bool)
    for clique in nx.enumerate_all_cliques(mutual):
        if len(clique) == 3:
            for pair in permutations(clique, 2):
                expected[pair] = True
    np.testing.assert_array_equal(simmelian_ties(matrix), expected)
    np.testing.assert_array_equal(simmelian_ties(sparse.csr_array(matrix)), expected)


def test_silent_actors_are_taken_out_of_the_census() -> None:
    matrix = skewed(40, 300)
    silent = [3, 17]
    answered = np.delete(np.delete(matrix, silent, axis=0), silent, axis=1)
    matrix[silent] = NAN
    census = triad_census(matrix)
    assert census.tolist() == triad_census(answered).tolist()
    assert census.attrs["missing"] == math.comb(40, 3) - math.comb(38, 3)
    by_node = triad_census_by_node(matrix)
    assert (by_node.loc[silent] == 0).all(axis=None)
    np.testing.assert_array_equal(by_node.drop(index=silent), triad_census_by_node(answered))


# ---------------------------------------------------------------- hand-worked cases


@pytest.mark.parametrize(
    ("ties", "counts"),
    [
        ("01 02 03", {"021D": 3, "003": 1}),
        ("10 20 30", {"021U": 3, "003": 1}),
        ("01 12 23 30", {"021C": 4}),
        ("01 02 03 12 13 23", {"030T": 4}),
        ("01 12 20 03 13 23", {"030C": 1, "030T": 3}),
        ("01 10 21", {"111D": 1, "102": 1, "012": 1, "003": 1}),
        ("01 10 12", {"111U": 1, "102": 1, "012": 1, "003": 1}),
        ("01 10 12 21 23 32", {"201": 2, "102": 2}),
        ("01 10 20 21", {"120D": 1, "102": 1, "012": 2}),
        ("01 10 02 12", {"120U": 1, "102": 1, "012": 2}),
        ("01 10 02 21", {"120C": 1, "102": 1, "012": 2}),
        ("01 10 02 20 12", {"210": 1, "102": 2, "012": 1}),
        ("01 10 02 20 12 21", {"300": 1, "102": 3}),
        ("01 10 23", {"102": 2, "012": 2}),
    ],
)
def test_four_actors_by_hand(ties: str, counts: dict[str, int]) -> None:
    assert triad_census(tied(ties)).to_dict() == {kind: counts.get(kind, 0) for kind in TRIADS}


def test_each_actors_triads_by_hand() -> None:
    # 0 ↔ 1 ← 2 and an isolate, 3.
    by_node = triad_census_by_node(tied("01 10 21"))
    assert list(by_node.columns) == list(TRIADS)
    assert by_node[["111D", "102", "012", "003"]].to_numpy().tolist() == [
        [1, 1, 0, 1],
        [1, 1, 1, 0],
        [1, 0, 1, 1],
        [0, 1, 1, 1],
    ]
    assert by_node.to_numpy().sum() == 12


def test_transitivity_by_hand() -> None:
    # Two-paths 0→1→2 (closed by 0→2) and 1→2→3, 0→2→3 (open); 24 triples, 4 ties of which one is closed.
    matrix = tied("01 12 02 23")
    assert transitivity(matrix, "weakcensus") == 1
    assert transitivity(matrix, "weak") == pytest.approx(1 / 3)
    # False: two open paths; and each tie with each third actor that does not link it: 4 × 2 − 1.
    assert transitivity(matrix, "strongcensus") == 24 - 2 - 7
    assert transitivity(matrix, "strong") == pytest.approx(15 / 24)


def test_simmelian_ties_by_hand() -> None:
    # A mutual triangle 0 1 2; 2 ↔ 3 is mutual, but 3 has only one-way ties to the others.
    found = simmelian_ties(tied("01 10 12 21 20 02 23 32 31 03"))
    assert found.dtype == bool
    assert np.argwhere(found).tolist() == [[0, 1], [0, 2], [1, 0], [1, 2], [2, 0], [2, 1]]


def test_a_missing_answer_makes_no_simmelian_tie() -> None:
    matrix = tied("01 10 12 21 20 02", size=3)
    matrix[0, 1] = NAN
    assert not simmelian_ties(matrix).any()


# ---------------------------------------------------------------- small, empty, full, large


@pytest.mark.parametrize("size", [0, 1, 2])
def test_fewer_than_three_actors_have_no_triads(size: int) -> None:
    matrix = np.ones((size, size))
    for given_matrix in (matrix, sparse.csr_array(matrix), np.full_like(matrix, NAN)):
        assert triad_census(given_matrix).sum() == 0
        assert triad_census(given_matrix).attrs["missing"] == 0
        assert triad_census_by_node(given_matrix).to_numpy().tolist() == [[0] * 16] * size
        assert math.isnan(transitivity(given_matrix, "weak"))
        assert transitivity(given_matrix, "strongcensus") == 0
        assert not simmelian_ties(given_matrix).any()
        assert len(structural_holes(given_matrix)) == size


@pytest.mark.parametrize(("cell", "kind", "weak"), [(0.0, "003", NAN), (1.0, "300", 1.0), (NAN, None, NAN)])
def test_empty_complete_and_unseen(cell: float, kind: str | None, weak: float) -> None:
    matrix = np.full((7, 7), cell)
    census, by_node = triad_census(matrix), triad_census_by_node(matrix)
    assert census.to_dict() == {name: 35 if name == kind else 0 for name in TRIADS}
    assert census.attrs["missing"] == (0 if kind else 35)
    assert by_node.sum(axis=1).tolist() == [15 if kind else 0] * 7
    assert transitivity(matrix, "weak") == pytest.approx(weak, nan_ok=True)
    assert transitivity(matrix, "strong") == pytest.approx(1.0 if kind else NAN, nan_ok=True)
    assert simmelian_ties(matrix).sum() == (42 if cell == 1 else 0)
    holes = structural_holes(matrix)
    assert holes["contacts"].tolist() == [6 if cell == 1 else 0] * 7
    assert holes["missing"].tolist() == [0 if kind else 6] * 7
    assert holes["constraint"].isna().all() == (cell != 1)


def test_counts_beyond_64_bits_are_exact() -> None:
    size = 4_000_000
    rows = sparse.csr_array(([1.0, 1.0], ([0, size - 1], [size - 1, 5])), shape=(size, size))
    census = triad_census(rows)
    assert census["021C"] == 1
    assert census["012"] == 2 * (size - 3)
    assert census["003"] == math.comb(size, 3) - 2 * (size - 3) - 1 > 2**63
    assert transitivity(rows, "weak") == 0


# ---------------------------------------------------------------- forms of input


@pytest.mark.parametrize(
    "form", ["csr_array", "csr_matrix", "csc_array", "coo_array", "lil_array", "dia_array"]
)
def test_sparse_is_dense(form: str) -> None:
    matrix = skewed(30, 200)
    matrix[np.diag_indices(30)] = 1
    given_matrix = getattr(sparse, form)(matrix)
    pd.testing.assert_series_equal(triad_census(given_matrix), triad_census(matrix))
    pd.testing.assert_frame_equal(triad_census_by_node(given_matrix), triad_census_by_node(matrix))
    pd.testing.assert_frame_equal(structural_holes(given_matrix), structural_holes(matrix))
    np.testing.assert_array_equal(simmelian_ties(given_matrix), simmelian_ties(matrix))
    for measure in MEASURES:
        assert transitivity(given_matrix, measure) == transitivity(matrix, measure)  # type: ignore[arg-type]


def test_stored_zeros_are_no_ties_and_repeated_cells_are_added() -> None:
    # 0 → 1 is stored in two halves, 1 → 2 as 1 − 1, 2 → 0 as zero.
    rows = sparse.csr_array(
        (np.array([0.5, 0.5, 1.0, -1.0, 0.0]), np.array([1, 1, 2, 2, 0]), np.array([0, 2, 4, 5]))
    )
    assert triad_census(rows).to_dict() == triad_census(tied("01", size=3)).to_dict()
    assert rows.nnz == 5


@pytest.mark.parametrize("kind", [bool, np.int8, np.int64, np.float32])
def test_type_of_cells_does_not_matter(kind: Any) -> None:
    matrix = skewed(20, 90).astype(kind)
    expected = triad_census(matrix.astype(float)).tolist()
    assert triad_census(matrix).tolist() == triad_census(sparse.csr_array(matrix)).tolist() == expected


@pytest.mark.parametrize("sparse_form", [False, True])
def test_input_is_left_as_it_was(sparse_form: bool) -> None:
    matrix = skewed(12, 40)
    matrix[3] = NAN
    matrix[5, 5] = 2
    given_matrix = sparse.csr_array(matrix) if sparse_form else matrix.copy()
    for call in (triad_census, triad_census_by_node, structural_holes, simmelian_ties):
        call(given_matrix)
    transitivity(given_matrix, "weak")
    left = given_matrix.toarray() if sparse_form else given_matrix
    np.testing.assert_array_equal(left, matrix)


# ---------------------------------------------------------------- properties


@settings(deadline=None, max_examples=40)
@given(matrices(missing=True), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(matrix: Matrix, random: Any) -> None:
    order = list(range(len(matrix)))
    random.shuffle(order)
    moved = matrix[np.ix_(order, order)]
    pd.testing.assert_series_equal(triad_census(moved), triad_census(matrix))
    np.testing.assert_array_equal(triad_census_by_node(moved), triad_census_by_node(matrix).loc[order])
    np.testing.assert_allclose(structural_holes(moved), structural_holes(matrix).loc[order], atol=1e-12)
    np.testing.assert_array_equal(simmelian_ties(moved), simmelian_ties(matrix)[np.ix_(order, order)])
    for measure in MEASURES:
        found = transitivity(moved, measure)  # type: ignore[arg-type]
        assert found == pytest.approx(transitivity(matrix, measure), nan_ok=True)  # type: ignore[arg-type]


@settings(deadline=None, max_examples=40)
@given(matrices(missing=True))
def test_turning_ties_round_swaps_up_and_down(matrix: Matrix) -> None:
    swapped = {"021D": "021U", "111D": "111U", "120D": "120U"}
    swapped |= {there: here for here, there in swapped.items()}
    census, turned = triad_census(matrix), triad_census(matrix.T)
    assert {swapped.get(str(kind), kind): count for kind, count in census.items()} == turned.to_dict()
    assert triad_census_by_node(matrix).sum().tolist() == (3 * census).tolist()


# ---------------------------------------------------------------- bad input

EVERY = [
    triad_census,
    triad_census_by_node,
    structural_holes,
    simmelian_ties,
    lambda matrix: transitivity(matrix, "weak"),
]
INFINITE = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, -math.inf, 0.0]])


@pytest.mark.parametrize("call", EVERY, ids=["census", "by_node", "holes", "simmelian", "transitivity"])
@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.zeros((2, 3)), "the matrix has shape (2, 3); a square one is needed"),
        (sparse.csr_array(np.zeros((2, 3))), "the matrix has shape (2, 3); a square one is needed"),
        ([0, 1], "the matrix has shape (2,); a square one is needed"),
        (INFINITE, "the matrix is infinite at (2, 1); allowed are finite values, and NaN"),
        (sparse.csr_array(INFINITE), "the matrix is infinite at (2, 1); allowed are finite values, and NaN"),
    ],
    ids=["oblong", "oblong_sparse", "flat", "infinite", "infinite_sparse"],
)
def test_bad_input_is_named(call: Any, matrix: Any, message: str) -> None:
    with pytest.raises(ValueError) as raised:
        call(matrix)
    assert str(raised.value) == message


def test_unknown_measure_is_named() -> None:
    with pytest.raises(ValueError, match="measure is 'rank'; allowed are 'weak', 'strong', 'weakcensus'"):
        transitivity(np.zeros((3, 3)), "rank")  # type: ignore[arg-type]
