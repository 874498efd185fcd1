"""Reciprocity against chance: exact expectations, every network of a tiny case, and who did not answer."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from math import nan, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from analysis.files import DATA_RAW
from analysis.resampling.many_tests import derived_seed
from analysis.sources import school_teacher_advice
from analysis.tables.package import read_package
from analysis.tables.validate import checked
from analysis.ties.overview import panels_of
from analysis.ties.panel import Panel
from analysis.ties.possible import Possible
from analysis.ties.reciprocity import reciprocity_by_wave, reciprocity_test

Floats = NDArray[np.float64]
TESTED = ["edgewise", "by_chance", "lower", "upper", "p"]


def network(size: int, density: float, seed: int) -> Floats:
    """Return a network drawn at random, without self-ties."""
    matrix: Floats = (np.random.default_rng(seed).random((size, size)) < density).astype(float)
    np.fill_diagonal(matrix, 0)
    return matrix


def every_share(matrix: Floats) -> list[Fraction]:
    """Return edgewise reciprocity of every network with these out-degrees; a pair half observed is out."""
    size = len(matrix)
    seen = [
        [j for j in range(size) if j != i and not np.isnan(matrix[i, j] + matrix[j, i])] for i in range(size)
    ]
    degrees = [sum(matrix[i, j] != 0 for j in there) for i, there in enumerate(seen)]
    shares = []
    for chosen in product(
        *(list(combinations(there, degree)) for there, degree in zip(seen, degrees, strict=True))
    ):
        arcs = {(i, j) for i, named in enumerate(chosen) for j in named}
        shares.append(Fraction(sum(arc[::-1] in arcs for arc in arcs), len(arcs)))
    return shares


TINY = {
    "four people": [[0, 1, 1, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]],
    "all returned": [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]],
    "none returned": [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0]],
    "one cell missing": [[0, 1, 1, nan], [1, 0, 0, 0], [0, 1, 0, 1], [1, 0, 1, 0]],
    "one silent": [[0, 1, 1, 1], [1, 0, 0, 0], [0, 1, 0, 1], [nan] * 4],
}


@pytest.mark.parametrize("name", TINY)
def test_against_every_network_with_these_out_degrees(name: str) -> None:
    matrix, draws = np.array(TINY[name], dtype=float), 4000
    every = every_share(matrix)
    found = reciprocity_test(matrix, draws=draws, seed=1)
    numbers = np.array(every, dtype=float)
    exact = np.mean(numbers >= found.estimate - 1e-9)
    assert abs(found.expected - numbers.mean()) < 4 * numbers.std() / sqrt(draws) + 1e-12
    assert abs(found.p - exact) < 4 * sqrt(exact * (1 - exact) / draws) + 1 / draws
    least, most = min(every), max(every)
    assert float(least) <= found.lower <= found.expected <= found.upper <= float(most)


def test_estimates_of_the_tiny_networks_by_hand() -> None:
    # Of four ties 0-1 and 1-0 go together; with 3 silent the tie from 0 to 3, and that from 2, are out.
    expected = {"four people": 2 / 4, "all returned": 1, "none returned": 0, "one silent": 2 / 4}
    # 0-1 and 2-3 both ways; 0-2 and 2-1 one way; 3-0 is out, as 0 does not tell of 3.
    expected["one cell missing"] = 4 / 6
    for name, share in expected.items():
        found = reciprocity_test(np.array(TINY[name]), draws=9, seed=1)
        assert found.estimate == pytest.approx(share), name


@pytest.mark.parametrize(("density", "seed"), [(0.1, 1), (0.25, 2), (0.5, 3)])
def test_the_expectation_is_that_of_the_out_degrees(density: float, seed: int) -> None:
    matrix, draws = network(21, density, seed), 1500
    degrees = matrix.sum(axis=1)
    # A pair is mutual with chance d_i d_j ÷ (n − 1)²; two ties each, of all ties.
    mutual = sum(degrees[i] * degrees[j] for i, j in combinations(range(21), 2)) / 20**2
    found = reciprocity_test(matrix, draws=draws, seed=4)
    # The distribution is bell-shaped at this size: 95 % of it span 3.92 standard deviations.
    error = 4 * (found.upper - found.lower) / 3.92 / sqrt(draws)
    assert abs(found.expected - 2 * mutual / matrix.sum()) < error
    assert found.estimate == pytest.approx((matrix * matrix.T).sum() / matrix.sum())


def test_p_is_even_by_chance() -> None:
    found = [reciprocity_test(network(8, 0.3, seed), draws=99, seed=seed).p for seed in range(300)]
    # Networks of any out-degrees drawn at random: at most a share α has a p of α or less, give or take.
    for level in (0.05, 0.2, 0.5):
        share = np.mean(np.array(found) <= level)
        assert share <= level + 4 * sqrt(level * (1 - level) / 300)
    assert np.mean(found) > 0.5


def test_a_network_of_pairs_is_no_chance() -> None:
    matrix = np.kron(np.eye(10), [[0.0, 1.0], [1.0, 0.0]])
    found = reciprocity_test(matrix, draws=999, seed=1)
    assert found.estimate == 1
    assert found.p == 1 / 1000
    # Everybody names one of nineteen.
    assert found.expected == pytest.approx(1 / 19, abs=0.02)


def test_a_full_network_leaves_nothing_to_chance() -> None:
    found = reciprocity_test(np.ones((5, 5)), draws=20, seed=1)
    assert (found.estimate, found.expected, found.lower, found.upper, found.p) == (1, 1, 1, 1, 1)


@pytest.mark.parametrize("silent", [0, 4])
def test_who_did_not_answer_is_out_and_does_not_count_as_naming_nobody(silent: int) -> None:
    matrix, draws = network(9, 0.4, 6), 3000
    others = np.arange(9) != silent
    part = matrix[np.ix_(others, others)]
    missing, none = matrix.copy(), matrix.copy()
    missing[silent] = nan
    none[silent] = 0
    found = reciprocity_test(missing, draws=draws, seed=2)
    apart = reciprocity_test(part, draws=draws, seed=2)
    assert found.estimate == apart.estimate
    degrees = part.sum(axis=1)
    exact = sum(degrees[i] * degrees[j] for i, j in combinations(range(8), 2)) / 7**2 * 2 / part.sum()
    error = 4 * (apart.upper - apart.lower) / 3.92 / sqrt(draws)
    assert abs(found.expected - exact) < error
    wrong = reciprocity_test(none, draws=draws, seed=2)
    assert wrong.estimate < found.estimate
    assert abs(wrong.expected - exact) > error


def test_values_self_ties_and_names_of_people_play_no_part() -> None:
    matrix = network(7, 0.4, 8)
    plain = reciprocity_test(matrix, draws=50, seed=3)
    assert reciprocity_test(matrix * 3 + np.eye(7), draws=50, seed=3) == plain
    order = np.random.default_rng(1).permutation(7)
    moved = reciprocity_test(matrix[np.ix_(order, order)], draws=50, seed=3)
    assert moved.estimate == plain.estimate


def test_the_seed_makes_the_draws() -> None:
    first, again, other = (reciprocity_test(network(7, 0.4, 8), draws=50, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.expected != other.expected
    assert first.tidy().to_dict("records") == [first.__dict__]
    assert first.summary() == (
        f"edgewise reciprocity {first.estimate:.3f}; {first.expected:.3f} by chance, 95 % from "
        f"{first.lower:.3f} to {first.upper:.3f} (50 draws in which "
        "everybody names as many people as they did); "
        f"p = {first.p:.4f}"
    )


@pytest.mark.parametrize(
    ("matrix", "draws", "message"),
    [
        (np.ones((3, 3)), 0, "found 0 draws; allowed: at least 1"),
        (
            np.eye(3),
            9,
            "found no tie in a pair of which both answered; reciprocity needs at least one",
        ),
        (
            [[0, 1, 0], [nan] * 3, [0, 1, 0]],
            9,
            "found no tie in a pair of which both answered; reciprocity needs at least one",
        ),
    ],
)
def test_bad_input_is_refused(matrix: Any, draws: int, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        reciprocity_test(matrix, draws=draws, seed=1)
    assert str(caught.value) == message


@pytest.fixture
def panels() -> dict[str, Panel]:
    """Two relations of six people; one is silent in wave 1 of help, and wave 2 of materials has no tie."""
    values = np.stack([network(6, 0.5, 1) * 2, network(6, 0.5, 2)])
    values[0, 5] = nan
    materials = np.zeros((2, 6, 6))
    materials[0, 0, 1] = materials[0, 1, 0] = materials[1, 3, 3] = 1
    return {
        "help": Panel.from_matrices(values, relation="help"),
        "materials": Panel.from_matrices(materials, relation="materials"),
    }


def test_every_relation_and_wave_is_tested(panels: dict[str, Panel]) -> None:
    found = reciprocity_by_wave(panels, draws=60, seed=5)
    assert found.index.names == ["relation", "wave"]
    assert found.index.tolist() == [("help", 1), ("help", 2), ("materials", 1), ("materials", 2)]
    assert found.columns.tolist() == ["ties", *TESTED, "note"]
    for relation, wave in found.index[:3]:
        matrix = panels[relation].values[wave - 1]
        assert found.loc[(relation, wave), "ties"] == (np.nan_to_num(matrix) > 0).sum()
        alone = reciprocity_test(matrix, draws=60, seed=derived_seed(5, relation, wave))
        expected = [alone.estimate, alone.expected, alone.lower, alone.upper, alone.p]
        assert found.loc[(relation, wave), TESTED].tolist() == expected
    assert found.loc[("materials", 1), "edgewise"] == 1
    assert found.loc[("materials", 2), TESTED].isna().all()
    assert found.loc[("materials", 2), "note"].startswith("not estimable: found no tie")
    assert found["note"].tolist()[:3] == ["", "", ""]


def test_the_threshold_leaves_weaker_ties_out(panels: dict[str, Panel]) -> None:
    found = reciprocity_by_wave(panels, threshold=2, draws=20, seed=5)
    plain = reciprocity_by_wave(panels, draws=20, seed=5)
    pd.testing.assert_series_equal(found.loc[("help", 1)], plain.loc[("help", 1)])
    assert found["edgewise"].isna().tolist() == [False, True, True, True]


def test_ties_of_people_who_did_not_answer_alone_are_no_test() -> None:
    panel = Panel.from_matrices([[[0, 1, 0], [nan] * 3, [0, 0, 0]]])
    found = reciprocity_by_wave({"tie": panel}, draws=9, seed=1)
    assert found.loc[("tie", 1), TESTED].isna().all()


def test_without_a_panel_there_is_no_row() -> None:
    found = reciprocity_by_wave({}, seed=1)
    assert len(found) == 0
    assert found.columns.tolist() == ["ties", *TESTED, "note"]


def test_an_undirected_relation_has_no_row(panels: dict[str, Panel]) -> None:
    undirected = replace(panels["materials"], directed=False)
    found = reciprocity_by_wave({**panels, "materials": undirected}, draws=9, seed=1)
    assert found.index.get_level_values("relation").unique().tolist() == ["help"]


def test_a_network_of_a_school_twice_is_that_of_the_school() -> None:
    one = network(5, 0.5, 3)
    twice = np.kron(np.eye(2), one)
    every = every_share(one)
    found = reciprocity_test(twice, np.repeat(["oak", "elm"], 5), draws=4000, seed=2)
    assert found.expected == pytest.approx(float(sum(every)) / len(every), abs=0.02)
    assert "within and across schools" in found.chance
    assert reciprocity_test(twice, draws=999, seed=2).expected < found.expected / 1.5


def test_the_level_holds_where_teams_keep_to_themselves_and_did_not_before() -> None:
    """21 people in teams of 5, 4, 4, 4, 4: independent ties, .35 within teams and .02 across."""
    teams = np.repeat(range(5), [5, 4, 4, 4, 4])
    chance = np.where(np.equal.outer(teams, teams), 0.35, 0.02) * (1 - np.eye(21))
    rejected = {"within": 0, "blind": 0}
    for seed in range(200):
        matrix = (np.random.default_rng(seed).random((21, 21)) < chance).astype(float)
        rejected["within"] += reciprocity_test(matrix, teams, draws=199, seed=seed).p <= 0.05
        rejected["blind"] += reciprocity_test(matrix, draws=199, seed=seed).p <= 0.05
    # The 99 % binomial bound of 200 tests at .05 is 18.
    assert rejected["within"] <= 18
    assert rejected["blind"] > 100


def test_both_groups_and_possible_are_one_too_many() -> None:
    matrix = network(4, 0.5, 1)
    with pytest.raises(ValueError, match="found both groups and possible"):
        reciprocity_test(matrix, [0] * 4, possible=Possible.of(matrix), seed=1)


def test_advice_in_fifteen_schools_against_r_with_the_same_constraint(data_mirror: Path) -> None:
    path = Path(__file__).resolve().parents[1] / "reference/r_school_teacher_advice.json"
    reference = json.loads(path.read_text())["reciprocity"]
    package = read_package(DATA_RAW / "school_teacher_advice" / "datapackage.json")
    tables = checked(school_teacher_advice.tables(data_mirror / "school_teacher_advice", package), package)
    (row,) = reciprocity_by_wave(panels_of(tables), draws=1000, seed=4).itertuples()
    assert row.edgewise == pytest.approx(reference["edgewise"], abs=1e-9)
    # R drew too, so that the errors of both count; of its expectation there is also the exact value.
    assert abs(row.by_chance - reference["exact_mean"]) < 4 * reference["sd"] / sqrt(1000)
    both = reference["sd"] * sqrt(1 / 1000 + 1 / 2000)
    assert abs(row.by_chance - reference["mean"]) < 4 * both
    # The error of a 2.5 % point of normal draws is 2.67 standard deviations / sqrt(draws).
    assert abs(row.lower - reference["lower"]) < 4 * 2.67 * both
    assert abs(row.upper - reference["upper"]) < 4 * 2.67 * both
