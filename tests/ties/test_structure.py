"""Tests of analysis.ties.structure against R sna, networkx, hand-worked cases and published data."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from analysis.ties.structure import (
    DyadCensus,
    degrees,
    density,
    dyad_census,
    external_internal,
    external_internal_expected,
    isolates,
    reciprocity,
)

SNA = json.loads((Path(__file__).parents[1] / "reference" / "sna_measures.json").read_text())
NETWORKS = sorted(SNA["networks"])
MEASURES = {
    "edgewise": "edgewise",
    "dyadic": "dyadic",
    "dyadic_nonnull": "dyadic.nonnull",
    "edgewise_log_ratio": "edgewise.lrr",
}
NAN = math.nan
Matrix = npt.NDArray[np.float64]


def read_networks(reference_folder: Path) -> dict[str, Matrix]:
    """Read the networks that R sna measured."""
    folder = reference_folder / "sna"
    return {name: pd.read_csv(folder / f"{name}.csv").to_numpy(float) for name in NETWORKS}


@pytest.fixture
def networks(reference_folder: Path) -> dict[str, Matrix]:
    return read_networks(reference_folder)


@pytest.fixture
def sampson_groups(reference_folder: Path) -> list[str]:
    groups: list[str] = pd.read_csv(reference_folder / "sna" / "sampson_liking_group.csv")["group"].tolist()
    return groups


def _read_ties(path: Path) -> Matrix:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return (np.array(rows, dtype=float) >= 3).astype(float)


@st.composite
def matrices(draw: st.DrawFn, missing: bool = True) -> Matrix:
    size = draw(st.integers(3, 8))
    cells = st.sampled_from([0.0, 0.0, 1.0, 2.5, NAN] if missing else [0.0, 1.0])
    flat = draw(st.lists(cells, min_size=size * size, max_size=size * size))
    return np.array(flat).reshape(size, size)


# One mutual dyad (0, 1), one asymmetric (1, 2), a self-tie at 0; actor 3 did not answer, but 0 names it.
SMALL = np.array([[1.0, 2.0, 0.0, 1.0], [1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 0.0], [NAN, NAN, NAN, NAN]])


# ---------------------------------------------------------------- against R sna


@pytest.mark.parametrize("name", NETWORKS)
def test_density_dyads_degrees_as_in_sna(name: str, networks: dict[str, Matrix]) -> None:
    matrix, published = networks[name], SNA["networks"][name]
    assert density(matrix) == pytest.approx(published["gden"], abs=1e-12)
    mutual, asymmetric, null = published["dyad_census"]
    assert dyad_census(matrix) == DyadCensus(mutual, asymmetric, null, 0)
    counted = degrees(matrix)
    assert counted["out_degree"].tolist() == published["degree_out"]
    assert counted["in_degree"].tolist() == published["degree_in"]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("measure", MEASURES)
def test_reciprocity_as_in_sna(name: str, measure: Any, networks: dict[str, Matrix]) -> None:
    expected = SNA["networks"][name]["grecip"][MEASURES[measure]]
    assert reciprocity(networks[name], measure) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("case", SNA["with_missing"], ids=["two_rows", "actor_and_cells"])
def test_missing_cells_as_in_sna(case: dict[str, Any], networks: dict[str, Matrix]) -> None:
    matrix = networks["sampson_liking"]
    for row in case["rows"]:
        matrix[row - 1, :] = NAN
    for column in case["columns"]:
        matrix[:, column - 1] = NAN
    for row, column in case["cells"]:
        matrix[row - 1, column - 1] = NAN
    census = dyad_census(matrix)
    assert [census.mutual, census.asymmetric, census.null] == case["dyad_census"]
    assert census.missing == 18 * 17 // 2 - sum(case["dyad_census"])
    assert density(matrix) == pytest.approx(case["gden"], abs=1e-12)
    for measure, name in MEASURES.items():
        assert reciprocity(matrix, measure) == pytest.approx(case["grecip"][name], abs=1e-12)  # type: ignore[arg-type]
    expected = [NAN if degree is None else degree for degree in case["degree_in"]]
    np.testing.assert_array_equal(degrees(matrix)["in_degree"], expected)
    assert np.flatnonzero(degrees(matrix)["out_degree"].isna()).tolist() == [row - 1 for row in case["rows"]]


def test_external_internal_as_in_sna(networks: dict[str, Matrix], sampson_groups: list[str]) -> None:
    found = external_internal(networks["sampson_liking"], sampson_groups)
    assert found == pytest.approx(SNA["networks"]["sampson_liking"]["EI_index"], abs=1e-12)


# ---------------------------------------------------------------- the school leaders


@pytest.mark.parametrize(
    ("relation", "year", "edgewise", "by_office", "alone"),
    [
        ("collaboration", 1, 0.189, -0.378, 4),
        ("collaboration", 3, 0.503, -0.276, 0),
        ("confidential", 1, 0.080, -0.680, 15),
        ("confidential", 3, 0.503, -0.552, 2),
    ],
)
def test_school_leaders(
    data_mirror: Path, relation: str, year: int, edgewise: float, by_office: float, alone: int
) -> None:
    folder = data_mirror / "school_leaders"
    ties = _read_ties(folder / f"year-{year}-{relation}-ties.xlsx")
    book = CalamineWorkbook.from_path(str(folder / "School Leaders Data Chapter 9_e.xlsx"))
    header, *rows = book.get_sheet_by_index(0).to_python()
    office = pd.DataFrame(rows, columns=header)["DISTRICT/SITE"]
    assert ties.shape == (43, 43)
    assert reciprocity(ties, "edgewise") == pytest.approx(edgewise, abs=0.0005)
    assert external_internal(ties, office) == pytest.approx(by_office, abs=0.0005)
    assert isolates(ties, "weak").sum() == alone


# ---------------------------------------------------------------- against networkx


@settings(deadline=None, max_examples=30)
@given(matrices(missing=False))
def test_agrees_with_networkx(matrix: Matrix) -> None:
    np.fill_diagonal(matrix, 0)
    graph = nx.from_numpy_array(matrix, create_using=nx.DiGraph)
    assert density(matrix) == pytest.approx(nx.density(graph))
    if graph.number_of_edges():
        assert reciprocity(matrix, "edgewise") == pytest.approx(nx.overall_reciprocity(graph))
    assert np.flatnonzero(isolates(matrix, "weak")).tolist() == list(nx.isolates(graph))
    assert degrees(matrix)["in_degree"].tolist() == [degree for _, degree in graph.in_degree()]
    assert degrees(matrix)["out_degree"].tolist() == [degree for _, degree in graph.out_degree()]


# ---------------------------------------------------------------- hand-worked cases


def test_small_network_by_hand() -> None:
    assert density(SMALL) == pytest.approx(4 / 9)
    assert density(SMALL, self_ties=True) == pytest.approx(5 / 12)
    assert dyad_census(SMALL) == DyadCensus(mutual=1, asymmetric=1, null=1, missing=3)
    assert reciprocity(SMALL, "edgewise") == pytest.approx(2 / 3)
    assert reciprocity(SMALL, "dyadic") == pytest.approx(2 / 3)
    assert reciprocity(SMALL, "dyadic_nonnull") == pytest.approx(1 / 2)
    assert reciprocity(SMALL, "edgewise_log_ratio") == pytest.approx(math.log((2 / 3) / (1.5 / 3)))
    # 0-1 both ways within a; 1-2 and 0-3 across.
    assert external_internal(SMALL, ["a", "a", "b", "b"]) == pytest.approx(0.0)
    assert external_internal(SMALL, ["a", "b", "a", "b"]) == pytest.approx(1.0)


def test_degrees_tell_silence_from_none() -> None:
    found = degrees(SMALL, actors=["ann", "bo", "cy", "di"])
    assert found.index.tolist() == ["ann", "bo", "cy", "di"]
    np.testing.assert_array_equal(found["out_degree"], [2, 2, 0, NAN])
    np.testing.assert_array_equal(found["in_degree"], [1, 1, 1, 1])
    with_self = degrees(SMALL, self_ties=True)
    np.testing.assert_array_equal(with_self["out_degree"], [3, 2, 0, NAN])
    np.testing.assert_array_equal(with_self["in_degree"], [2, 1, 1, 1])


def test_a_zero_on_the_diagonal_is_no_answer() -> None:
    matrix = np.where(np.eye(4, dtype=bool), 0.0, SMALL)
    assert math.isnan(degrees(matrix, self_ties=True)["out_degree"][3])


def test_absent_actor_has_no_degree() -> None:
    matrix = np.zeros((3, 3))
    matrix[2, :] = matrix[:, 2] = NAN
    np.testing.assert_array_equal(degrees(matrix), [[0, 0], [0, 0], [NAN, NAN]])


def test_silence_is_no_isolation() -> None:
    matrix = np.array(
        [
            [0.0, 0.0, 0.0, 1.0, NAN],  # sends
            [0.0, 0.0, 0.0, 0.0, NAN],  # answered; neither sends nor receives
            [NAN, NAN, NAN, NAN, NAN],  # did not answer; nobody names it
            [0.0, 0.0, 0.0, 0.0, NAN],  # receives only
            [NAN, NAN, NAN, NAN, NAN],  # absent
        ]
    )
    assert isolates(matrix, "weak").tolist() == [False, True, False, False, False]
    assert isolates(matrix, "out").tolist() == [False, True, False, True, False]
    assert isolates(matrix, "in").tolist() == [True, True, True, False, False]


def test_expected_external_internal() -> None:
    teams = np.repeat(["a", "b", "c", "d", "e"], [5, 4, 4, 4, 4])
    assert external_internal_expected(teams) == pytest.approx(284 / 420)
    assert round(external_internal_expected(teams), 3) == 0.676
    assert external_internal_expected(["a", "a"]) == -1
    assert math.isnan(external_internal_expected(["a"]))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=9))
def test_expected_external_internal_is_that_of_the_complete_network(groups: list[str]) -> None:
    complete = np.ones((len(groups), len(groups)))
    assert external_internal_expected(groups) == pytest.approx(external_internal(complete, groups))


def test_empty_networks_have_no_reciprocity() -> None:
    empty = np.zeros((4, 4))
    assert density(empty) == 0
    assert reciprocity(empty, "dyadic") == 1
    for measure in ("edgewise", "dyadic_nonnull", "edgewise_log_ratio"):
        assert math.isnan(reciprocity(empty, measure))
    assert math.isnan(external_internal(empty, list("aabb")))
    unseen = np.full((3, 3), NAN)
    assert math.isnan(density(unseen))
    assert math.isnan(reciprocity(unseen, "dyadic"))
    assert not isolates(unseen, "weak").any()


def test_ties_without_an_answer_have_log_ratio_minus_infinity() -> None:
    assert reciprocity(np.triu(np.ones((3, 3)), 1), "edgewise_log_ratio") == -math.inf


def test_census_tells_and_tidies() -> None:
    census = DyadCensus(1, 2, 3, 4)
    assert census.summary() == "1 mutual, 2 asymmetric and 3 null dyads; 4 not observed in both directions"
    assert census.tidy().to_dict("list") == {
        "dyad": ["mutual", "asymmetric", "null", "missing"],
        "count": [1, 2, 3, 4],
    }


# ---------------------------------------------------------------- properties


def _all_numbers(matrix: Matrix, groups: npt.NDArray[np.str_]) -> list[float]:
    census = dyad_census(matrix)
    return [
        density(matrix),
        density(matrix, self_ties=True),
        *(census.mutual, census.asymmetric, census.null, census.missing),
        *(reciprocity(matrix, measure) for measure in MEASURES),  # type: ignore[arg-type]
        external_internal(matrix, groups),
        external_internal_expected(groups),
    ]


@settings(deadline=None, max_examples=40)
@given(matrices(), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(matrix: Matrix, random: Any) -> None:
    order = list(range(len(matrix)))
    random.shuffle(order)
    groups = np.array([random.choice("ab") for _ in order])
    moved = matrix[np.ix_(order, order)]
    np.testing.assert_allclose(_all_numbers(moved, groups[order]), _all_numbers(matrix, groups))
    for kind in ("weak", "out", "in"):
        np.testing.assert_array_equal(isolates(moved, kind), isolates(matrix, kind)[order])
    np.testing.assert_array_equal(degrees(moved), degrees(matrix).to_numpy()[order])


@settings(deadline=None, max_examples=40)
@given(matrices())
def test_parts_add_up(matrix: Matrix) -> None:
    size = len(matrix)
    census = dyad_census(matrix)
    assert census.mutual + census.asymmetric + census.null + census.missing == size * (size - 1) // 2
    counted = degrees(matrix)
    assert counted["out_degree"].sum() == counted["in_degree"].sum()
    assert dyad_census(matrix.T) == census
    # One group has only internal ties, groups of one only external ones.
    found = external_internal(matrix, ["a"] * size), external_internal(matrix, list(range(size)))
    assert found == (-1, 1) or np.isnan(found).all()


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: density(np.zeros((2, 3))), r"shape \(2, 3\); a square"),
        (lambda: dyad_census([0, 1]), "a square one is needed"),
        (lambda: density([[0.0, math.inf], [0.0, 0.0]]), r"infinite at \(0, 1\)"),
        (lambda: reciprocity(SMALL, "mutual"), "'mutual'; allowed are 'edgewise', 'dyadic'"),  # type: ignore[arg-type]
        (lambda: isolates(SMALL, "strong"), "kind is 'strong'; allowed are 'weak', 'out', 'in'"),  # type: ignore[arg-type]
        (lambda: external_internal(SMALL, ["a"]), "1 groups for 4 actors"),
        (lambda: external_internal(SMALL, ["a", None, "b", NAN]), r"actors at \[1, 3\] \(2 in all\)"),
        (lambda: external_internal_expected(["a", None]), r"at \[1\]"),
        (lambda: degrees(SMALL, actors=["a"]), "1 labels; the matrix has 4 rows"),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
