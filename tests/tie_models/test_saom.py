"""The actor-oriented model: definitions by hand, its law step by step, RSiena's numbers, and bad input."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from analysis.checks import NotEstimable
from analysis.tie_models import saom_kernels as kernels
from analysis.tie_models.change_statistics import change_statistics, cyclic_triples, edges, mutual
from analysis.tie_models.saom import fit
from analysis.tie_models.saom_effects import EFFECTS
from analysis.tie_models.saom_estimation import FASTEST, draw
from analysis.tie_models.saom_periods import Model, read_model
from analysis.ties.panel import Panel

REFERENCE = json.loads(
    (Path(__file__).parents[2] / "notebooks/actor_models/results/rsiena_s50.json").read_text(encoding="utf-8")
)
M1 = ["density", "recip", "transTrip"]


def random_ties(size: int, density: float, seed: int) -> np.ndarray:
    ties = (np.random.default_rng(seed).random((size, size)) < density).astype(float)
    np.fill_diagonal(ties, 0.0)
    return ties


def random_panel(size: int, seed: int, density: float = 0.2, changed: float = 0.1) -> Panel:
    first = random_ties(size, density, seed)
    second = np.abs(first - random_ties(size, changed, seed + 1))
    return Panel.from_matrices([first, second])


def every_effect(size: int, seed: int) -> list[Any]:
    """Name every effect there is, covariates drawn."""
    generator = np.random.default_rng(seed)
    values, cells = generator.normal(size=size), generator.normal(size=(size, size))
    given = {"actors": (values, "age"), "pairs": (cells, "distance")}
    groups = generator.integers(0, 2, size)
    return [
        ("sameX", groups, "group") if short == "sameX" else (short, *given.get(effect.needs, ()))
        for short, effect in EFFECTS.items()
    ]


def own_statistic(short: str, ties: np.ndarray, ego: int, cells: np.ndarray | None) -> float:
    """Return s_i of an effect, as defined, sum by sum."""
    size = len(ties)
    row, degree = ties[ego], ties[ego].sum()
    others = range(size)
    if cells is not None:
        return float(row @ cells[ego])
    paths = ties[ego] @ ties
    match short:
        case "density":
            return float(degree)
        case "recip":
            return float(row @ ties[:, ego])
        case "transTrip":
            return float(sum(row[j] * row[h] * ties[h, j] for j in others for h in others))
        case "transRecTrip":
            return float(sum(row[j] * ties[j, ego] * row[h] * ties[h, j] for j in others for h in others))
        case "cycle3":
            return float(sum(row[j] * ties[j, h] * ties[h, ego] for j in others for h in others))
        case "gwespFF":
            terms = [row[j] * math.exp(0.69) * (1 - (1 - math.exp(-0.69)) ** paths[j]) for j in others]
            return float(sum(terms))
        case "inPop":
            return float(row @ ties.sum(axis=0))
        case "inPopSqrt":
            return float(row @ np.sqrt(ties.sum(axis=0)))
        case "outAct":
            return float(degree**2)
        case _:
            return float(degree**1.5)


@pytest.fixture(scope="module")
def pupils(reference_folder: Path) -> tuple[Panel, dict[str, list[Any]]]:
    """Return the fifty pupils' panel, and the effects of each model that RSiena fitted."""

    def read(name: str) -> np.ndarray:
        return np.loadtxt(reference_folder / "rsiena" / f"s50_{name}.csv", delimiter=",", skiprows=1)

    alcohol, smoke = read("alcohol"), read("smoke")
    covariates = [
        ("simX", smoke[:, 0], "smoke1"),
        *((short, alcohol, "alcohol") for short in ("altX", "egoX", "simX")),
    ]
    panel = Panel.from_matrices([read(f"wave{number}") for number in (1, 2, 3)])
    return panel, {"M1_uncond": M1, "M1_cond": M1, "M2_cov_cond": [*M1, "cycle3", *covariates]}


def kernel_input(model: Model) -> tuple[Any, ...]:
    return model.kinds, model.places, model.decays, model.periods[0].dyadic


def test_changes_and_statistics_are_those_of_the_definitions() -> None:
    panel = random_panel(8, 5, density=0.35, changed=0.3)
    model = read_model(panel, every_effect(8, 3))
    period = model.periods[0]
    ties = period.end.copy()
    lists = kernels.neighbours(ties)
    rows, paths = np.empty((len(model.terms), 8)), np.empty(8)
    for ego in range(8):
        kernels.change_rows(ego, *kernel_input(model), ties, *lists, paths, rows)
        for term, row in zip(model.terms, rows, strict=True):
            cells = None if term.cells is None else term.cells[0]
            for alter in set(range(8)) - {ego}:
                with_tie, without = ties.astype(float), ties.astype(float)
                with_tie[ego, alter], without[ego, alter] = 1.0, 0.0
                rise = own_statistic(term.effect, with_tie, ego, cells)
                rise -= own_statistic(term.effect, without, ego, cells)
                assert row[alter] == pytest.approx(rise, abs=1e-12), (term.name, ego, alter)
    for term, found in zip(model.terms, period.statistics, strict=True):
        cells = None if term.cells is None else term.cells[0]
        whole = sum(own_statistic(term.effect, ties.astype(float), ego, cells) for ego in range(8))
        assert found == pytest.approx(whole / (3 if term.effect == "cycle3" else 1)), term.name


def test_changes_that_p_star_shares_are_the_same() -> None:
    model = read_model(random_panel(9, 2, density=0.3), ["density", "recip", "cycle3"])
    ties = model.periods[0].start.copy()
    rows, paths = np.empty((3, 9)), np.empty(9)
    shared = [change_statistics(ties, term) for term in (edges(), mutual(), cyclic_triples())]
    for ego in range(9):
        kernels.change_rows(ego, *kernel_input(model), ties, *kernels.neighbours(ties), paths, rows)
        others = np.arange(9) != ego
        np.testing.assert_array_equal(rows[:, others], np.array(shared)[:, ego, others])


def one_step(model: Model, parameters: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the networks after one step, as numbers of the cell that changed (-1: none), and the scores."""
    period, generator = model.periods[0], np.random.default_rng(11)
    size = len(period.start)
    changed, scores = np.empty(count, int), np.empty((count, len(parameters)))
    for one in range(count):
        ties = period.start.copy()
        rest = (parameters, 1, -1, True, generator, ties, np.empty(len(parameters)), scores[one])
        kernels.simulate_period(*kernel_input(model), period.allowed, period.counted, *rest)
        place = np.flatnonzero(ties != period.start)
        changed[one] = place[0] if place.size else size * size
    return changed, scores


def test_a_step_has_the_law_of_the_model() -> None:
    model = read_model(random_panel(5, 4, density=0.4, changed=0.4), ["density", "recip", "transTrip"])
    parameters = np.array([-0.8, 1.2, 0.4])
    start = model.periods[0].start.astype(float)
    chances, gradients = np.zeros(26), np.zeros((26, 3))
    for ego in range(5):
        rises = np.zeros((5, 3))
        for alter in set(range(5)) - {ego}:
            other = start.copy()
            other[ego, alter] = 1 - other[ego, alter]
            rises[alter] = [
                own_statistic(s, other, ego, None) - own_statistic(s, start, ego, None) for s in M1
            ]
        odds = np.exp(rises @ parameters)
        share = odds / odds.sum()
        for alter in range(5):
            place = 25 if alter == ego else ego * 5 + alter
            chances[place] += share[alter] / 5
            gradients[place] += share[alter] / 5 * (rises[alter] - share @ rises)
    changed, scores = one_step(model, parameters, 20_000)
    possible = chances > 0
    seen = np.bincount(changed, minlength=26)
    assert seen[~possible].sum() == 0
    assert chisquare(seen[possible], 20_000 * chances[possible]).pvalue > 0.001
    only = np.flatnonzero(possible)[:-1]
    for place in only:  # where one actor's one choice leads there, the score is that choice's
        if seen[place]:
            np.testing.assert_allclose(
                scores[changed == place][0], gradients[place] / chances[place], atol=1e-9
            )


def test_the_score_is_the_derivative_of_what_is_expected() -> None:
    model = read_model(random_panel(12, 8), ["density", "recip"])
    low, high = (
        draw(model, np.array([4.0]), np.array([-0.9 + shift, 0.5]), 6000, np.random.default_rng(3))
        for shift in (-0.1, 0.1)
    )
    slope = (high.effects[:, 0].mean(axis=0) - low.effects[:, 0].mean(axis=0)) / 0.2
    middle = draw(model, np.array([4.0]), np.array([-0.9, 0.5]), 12_000, np.random.default_rng(4))
    by_score = np.cov(middle.effects[:, 0].T, middle.scores[:, 0].T)[:2, 2]
    np.testing.assert_allclose(by_score, slope, rtol=0.08)


@pytest.mark.parametrize("key", REFERENCE["models"])
def test_estimates_are_those_of_rsiena(key: str, pupils: tuple[Panel, dict[str, list[Any]]]) -> None:
    panel, models = pupils
    theirs = REFERENCE["models"][key]
    fits = [
        fit(panel, models[key], conditional=theirs["conditional"], seed=seed, workers=1) for seed in (1, 2)
    ]
    errors = np.array(theirs["standard_errors"])
    apart = np.array([(one.estimates - theirs["estimates"]) / errors for one in fits])
    shares = np.array([one.standard_errors / errors for one in fits])
    assert fits[0].effects == tuple(theirs["effects"])
    np.testing.assert_allclose(fits[0].targets, theirs["targets"], atol=5e-7)
    assert np.abs(apart).max() < 0.25 and np.abs(apart.mean(axis=0)).max() < 0.15
    assert np.abs(shares[:, 2:] - 1).max() < 0.15 and np.abs(shares[:, 2:].mean(axis=0) - 1).max() < 0.1
    assert np.abs(shares[:, :2] - 1).max() < 0.25  # of rates, which both programs give with 6 % noise
    for one in fits:
        assert one.converged and one.max_t_ratio < 0.1 and one.overall_max < 0.25
        assert one.restarts <= 3


def test_one_worker_and_two_give_the_same_bits() -> None:
    panel = random_panel(15, 1)
    effects = [*M1[:2], ("altX", np.arange(15), "age")]
    one, two = (fit(panel, effects, simulations=200, seed=7, workers=workers) for workers in (1, 2))
    assert np.array_equal(one.estimates, two.estimates) and np.array_equal(one.covariance, two.covariance)
    assert np.array_equal(one.draws.effects, two.draws.effects)
    other = fit(panel, effects, simulations=200, seed=8, workers=1)
    assert not np.array_equal(one.estimates, other.estimates)


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_relabelled_actors_have_the_same_targets(seed: int) -> None:
    order = np.random.default_rng(seed).permutation(7)
    panel = random_panel(7, seed, density=0.4, changed=0.3)
    values = np.random.default_rng(seed).normal(size=7)
    moved = Panel.from_matrices([panel.matrix(wave)[np.ix_(order, order)] for wave in panel.waves])
    structural = [*M1, "inPopSqrt", "gwespFF"]
    try:
        first = read_model(panel, [*structural, ("simX", values, "age")])
    except NotEstimable:
        with pytest.raises(NotEstimable):
            read_model(moved, [*structural, ("simX", values[order], "age")])
        return
    second = read_model(moved, [*structural, ("simX", values[order], "age")])
    np.testing.assert_allclose(first.targets, second.targets, rtol=1e-12)


def test_covariates_are_centred_over_the_waves_that_start_a_period() -> None:
    waves = [random_ties(4, 0.5, seed) for seed in (1, 2, 3)]
    values = np.array([[1, 3, 100], [2, 4, 100], [3, np.nan, 100], [4, 5, 100.0]])
    model = read_model(
        Panel.from_matrices(waves), ["density", ("altX", values, "age"), ("simX", values, "age")]
    )
    mean = np.mean([1, 2, 3, 4, 3, 4, 5])
    alter, similar = model.terms[1].cells, model.terms[2].cells
    assert alter is not None and similar is not None
    np.testing.assert_allclose(alter[1][0], [0, 4 - mean, 0, 5 - mean])
    pairs = [1 - abs(a - b) / 4 for one in ([1, 2, 3, 4], [3, 4, 5]) for a in one for b in one]
    mean = (sum(pairs) - 7) / (len(pairs) - 7)  # without the diagonal
    np.testing.assert_allclose(similar[0][0], [0, 0.75 - mean, 0.5 - mean, 0.25 - mean])
    assert similar[1][2].tolist() == [0, 0, 0, 0]


def test_missing_ties_are_imputed_and_left_out() -> None:
    first, second, third = (random_ties(6, 0.5, seed) for seed in (1, 2, 3))
    first[0, 1] = second[0, 2] = third[0, 3] = np.nan
    second[0, 1], first[0, 2], second[0, 3] = 1, 1, 1
    panel = Panel.from_matrices([first, second, third])
    model = read_model(panel, ["density"])
    one, two = model.periods
    assert (one.start[0, 1], two.start[0, 2]) == (0, 1)  # no earlier value: no tie; else the earlier one
    assert not one.counted[0, [1, 2]].any() and not two.counted[0, [2, 3]].any()
    assert one.statistics[0] == np.nansum(second * one.counted)
    drawn = draw(model, np.array([30.0, 30.0]), np.array([3.0]), 3, np.random.default_rng(1), kept=True)
    assert drawn.networks[0][:, 0, 1].any()  # the simulation goes on in cells that are not counted
    assert drawn.effects[:, 0, 0].max() <= one.counted.sum() - 6


def test_joiners_and_leavers_take_part_between_waves_that_both_have_them() -> None:
    waves = [random_ties(6, 0.5, seed) for seed in (1, 2, 3)]
    waves[0][5], waves[0][:, 5] = np.nan, np.nan
    present = np.ones((3, 6), bool)
    present[0, 5] = False
    model = read_model(Panel.from_matrices(waves, present=present), ["density"])
    assert [one.members.tolist() for one in model.periods] == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5]]
    assert model.periods[0].statistics[0] == waves[1][:5, :5].sum()


def test_fixed_cells_never_change_and_keep_the_value_they_start_with() -> None:
    panel = random_panel(8, 3, density=0.5, changed=0.5)
    fixed = np.zeros((2, 8, 8), bool)
    fixed[0, 2], fixed[0, 3, 4] = True, True
    model = read_model(panel, ["density"], fixed=fixed)
    period = model.periods[0]
    np.testing.assert_array_equal(period.end[fixed[0]], period.start[fixed[0]])
    drawn = draw(model, np.array([20.0]), np.array([0.0]), 20, np.random.default_rng(2), kept=True)
    ends = drawn.networks[0]
    assert (ends[:, fixed[0]] == period.start[fixed[0]]).all()
    assert (
        ends[:, ~fixed[0] & ~np.eye(8, dtype=bool)] != period.start[~fixed[0] & ~np.eye(8, dtype=bool)]
    ).any()


def test_conditional_periods_change_as_many_ties_as_changed() -> None:
    model = read_model(random_panel(10, 6), ["density", "recip"])
    drawn = draw(model, None, np.array([-0.5, 0.5]), 20, np.random.default_rng(1))
    assert (drawn.distances == model.distances).all() and (drawn.steps >= model.distances).all()


def test_a_period_that_cannot_reach_its_distance_is_cut_short() -> None:
    model = read_model(random_panel(10, 6, changed=0.6), ["density"])
    drawn = draw(model, None, np.array([-40.0]), 2, np.random.default_rng(1))
    assert (drawn.steps == 10 * FASTEST).all() and (drawn.distances < model.distances).all()


def test_a_rate_without_end_is_held_and_nothing_is_starred() -> None:
    # Two random networks that have nothing to do with each other: no rate is high enough.
    panel = Panel.from_matrices([random_ties(10, 0.5, 1), 1 - random_ties(10, 0.5, 1) - np.eye(10)])
    found = fit(panel, ["density"], simulations=100, seed=1)
    assert not found.converged and found.held == ("rate (period 1)",) and found.restarts == 0
    assert "NOT CONVERGED" in found.summary() and "*" not in found.summary()
    assert found.tidy()[["p", "lower", "upper"]].isna().all(axis=None)


def test_results_are_tables_and_words() -> None:
    found = fit(random_panel(15, 1), ["density", "recip"], conditional=True, simulations=300, seed=2)
    table = found.tidy().set_index("term")
    assert list(table.index) == list(found.terms)
    assert found.terms == ("rate (period 1)", "outdegree (density)", "reciprocity")
    reach = 1.959963984540054 * found.standard_errors
    assert table.loc["reciprocity", "upper"] == pytest.approx(found.estimates[2] + reach[2])
    rate = found.estimates[0]
    assert table.loc["rate (period 1)", "lower"] == pytest.approx(rate * math.exp(-reach[0] / rate))
    assert math.isnan(table.loc["rate (period 1)", "t_ratio"])
    assert f"multiplies the odds by {math.exp(found.estimates[2]):.3g}" in found.summary()
    assert found.covariance.shape == (2, 2)


def test_progress_is_shown_where_asked(capsys: pytest.CaptureFixture[str]) -> None:
    fit(random_panel(10, 1), ["density"], simulations=100, seed=2, told="school A")
    assert "school A: phase 3: 2 of 2" in capsys.readouterr().err


def test_every_fault_is_named_at_once() -> None:
    first = random_ties(6, 0.4, 1)
    first[0, 1] = 3
    panel = Panel.from_matrices([first, random_ties(6, 0.4, 2)])
    effects = ["density", "density", "transitive", ("simX", [1, 2], "age"), ("altX", [1] * 6, "one"), "altX"]
    with pytest.raises(ValueError, match="no actor-oriented model") as caught:
        fit(panel, effects, fixed=np.zeros((6, 6)), seed=1)
    told = str(caught.value)
    for part in (
        "holds the value 3",
        "effect outdegree (density): found more than once",
        "effect 'transitive' is unknown; there are density, recip",
        "effect age similarity: its values have shape (2,); allowed are (6,)",
        "effect one alter: found the value 1 throughout",
        'as in ("altX", values, "name")',
        "fixed has shape (6, 6); needed is (2, 6, 6)",
    ):
        assert part in told
    assert not isinstance(caught.value, NotEstimable)


def test_data_that_cannot_answer_are_said_to_be_at_once() -> None:
    first = random_ties(8, 0.4, 1)
    panel = Panel.from_matrices([first, first, np.zeros((8, 8))])
    two = np.array([0, 1] * 4)
    effects = ["density", ("sameX", two, "school"), ("simX", two, "school"), ("egoX", [2] * 8, "age")]
    with pytest.raises(NotEstimable) as caught:
        fit(panel, effects, seed=1)
    told = str(caught.value)
    for part in (
        "waves 1 and 2 are alike",
        "wave 3: found no tie",
        "effect age ego: found the value 2 throughout",
        "effect school similarity: given by outdegree (density), same school",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("matrices", "told"),
    [
        ([random_ties(8, 0.4, 1)], "found 1 wave; allowed: at least 2"),
        ([[[0, 1], [0, 0]], [[0, 1], [1, 0]]], "found 2 actors; allowed: at least 3"),
    ],
)
def test_too_little_is_said(matrices: list[Any], told: str) -> None:
    with pytest.raises(NotEstimable, match=told):
        fit(Panel.from_matrices(matrices), ["density"], seed=1)


def test_a_tie_of_somebody_absent_is_named() -> None:
    values = np.array([random_ties(4, 0.9, seed) for seed in (1, 2)])
    present = np.array([[True] * 4, [True, True, True, False]])
    panel = Panel("advice", ("a", "b", "c", "d"), (1, 2), values, present, present)
    with pytest.raises(ValueError, match="found a tie of somebody absent, a → d"):
        fit(panel, ["density"], seed=1)


def test_too_few_simulations_are_refused() -> None:
    with pytest.raises(ValueError, match="found 10 simulations; allowed: at least 100"):
        fit(random_panel(8, 1), ["density"], simulations=10, seed=1)
