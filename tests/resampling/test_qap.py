"""QAP correlation and MRQAP: against R sna, against all permutations refitted by hand, on bad input."""

from __future__ import annotations

import itertools
import json
import math
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from analysis.resampling import qap_kernels
from analysis.resampling.qap import mrqap, qap_correlation
from analysis.resampling.qap_input import METHODS
from analysis.resampling.qap_results import MRQAP

SNA = json.loads((Path(__file__).parents[1] / "reference" / "sna_qap.json").read_text())
KERNELS = [
    "cholesky",
    "solve_lower",
    "solve_upper",
    "store_terms",
    "moved_products",
    "linear_replicates",
    "newton_logit",
    "logit_replicates",
]
Floats = NDArray[np.float64]


def sampson(folder: Path, name: str) -> Floats:
    return pd.read_csv(folder / "sna" / f"qap_{name}.csv").to_numpy(float)


def matrices(count: int, size: int, seed: int) -> list[Floats]:
    generator = np.random.default_rng(seed)
    return [generator.normal(size=(size, size)) for _ in range(count)]


def with_gaps(matrix: Floats, *cells: tuple[int, int]) -> Floats:
    gapped = matrix.copy()
    for cell in cells:
        gapped[cell] = np.nan
    return gapped


def all_permutations(size: int, groups: list[int] | None = None) -> NDArray[np.int64]:
    orders = itertools.permutations(range(size))
    if groups is not None:
        orders = (order for order in orders if [groups[actor] for actor in order] == groups)
    return np.array(list(orders), dtype=np.int64)


def least_squares(response: Floats, design: Floats) -> tuple[Floats, Floats]:
    """Coefficients and t statistics by the pseudo-inverse: no code shared with what is tested."""
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ design.T @ response
    residual = response - design @ coefficients
    variance = residual @ residual / (len(response) - design.shape[1])
    return coefficients, coefficients / np.sqrt(variance * np.diag(inverse))


def logistic(response: Floats, design: Floats) -> tuple[Floats, Floats]:
    fit = sm.GLM(response, design, family=sm.families.Binomial()).fit(tol=1e-13, maxiter=200)
    # the fit's own standard errors are those of the step before the last
    mean = fit.fittedvalues
    information = design.T @ (design * (mean * (1 - mean))[:, None])
    return fit.params, fit.params / np.sqrt(np.diag(np.linalg.inv(information)))


def by_hand(
    y: Floats,
    xs: list[Floats],
    term: int,
    method: str,
    orders: NDArray[np.int64],
    *,
    self_ties: bool = False,
    directed: bool = True,
    fit: Any = least_squares,
) -> tuple[Floats, Floats]:
    """Refit every permutation cell by cell, as the methods are defined."""
    size = y.shape[0]
    counted = np.ones((size, size), bool) if self_ties else ~np.eye(size, dtype=bool)
    if not directed:
        counted = np.triu(counted)
    layers = [np.ones_like(y), *xs]
    moving = y if method == "y_permutation" else layers[term]
    if method == "double_semipartialling":
        seen = counted & ~np.isnan(np.array(layers)).any(axis=0)
        others = [layer for k, layer in enumerate(layers) if k != term]
        design = np.column_stack([other[seen] for other in others])
        slopes = np.linalg.lstsq(design, layers[term][seen], rcond=None)[0]
        moving = layers[term] - sum(slope * other for slope, other in zip(slopes, others, strict=True))
    results = []
    for order in orders:
        moved = moving[np.ix_(order, order)]
        response = moved if method == "y_permutation" else y
        columns = [
            moved if k == term and method != "y_permutation" else layer for k, layer in enumerate(layers)
        ]
        seen = counted & ~np.isnan(np.array([response, *columns])).any(axis=0)
        coefficients, statistics = fit(response[seen], np.column_stack([c[seen] for c in columns]))
        results.append((coefficients[term], statistics[term]))
    estimates, statistics = np.array(results).T
    return estimates, statistics


def enumerate_instead_of_drawing(monkeypatch: pytest.MonkeyPatch, orders: NDArray[np.int64]) -> None:
    def listed(members: Any, size: int, *, seed: int, stream: int, batch: int) -> NDArray[np.int64]:
        first = batch * qap_kernels.BATCH
        return orders[first : first + size]

    monkeypatch.setattr(qap_kernels, "draw_permutations", listed)


def assert_exact(result: MRQAP, position: int, estimates: Floats, statistics: Floats) -> None:
    """Hold a term to the complete list of replicates."""
    term = result.terms[position]
    count = len(statistics)
    slack = 1e-7
    b = np.sum(np.abs(statistics) >= abs(term.statistic) - slack)
    assert term.p == pytest.approx((1 + b) / (1 + count))
    assert term.p_greater == pytest.approx((1 + np.sum(statistics >= term.statistic - slack)) / (1 + count))
    assert term.p_less == pytest.approx((1 + np.sum(statistics <= term.statistic + slack)) / (1 + count))
    assert term.p_error == pytest.approx(np.sqrt(term.p * (1 - term.p) / count))
    assert term.permutation_sd == pytest.approx(estimates.std(ddof=1), rel=1e-8)
    assert term.statistic_permutation_sd == pytest.approx(statistics.std(ddof=1), rel=1e-6)


def assert_same_p(ours: float, m: int, theirs: float, replications: int) -> None:
    """Two Monte Carlo estimates of one p-value, both with their error: four combined standard errors."""
    pooled = (ours * m + theirs * replications) / (m + replications)
    error = np.sqrt(pooled * (1 - pooled) * (1 / m + 1 / replications))
    assert abs(ours - theirs) <= 4 * error + 1 / m


# --- R sna -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_linear_agrees_with_sna(reference_folder: Path, method: str) -> None:
    expected = SNA["linear"][method]
    y, x1, x2 = (sampson(reference_folder, name) for name in ("Yv", "X2", "X3"))
    result = mrqap(y, {"x1": x1, "x2": x2}, permutations=10_000, seed=1, method=method)
    assert (result.actors, result.observed, result.missing) == (18, 306, 0)
    for k, term in enumerate(result.terms):
        assert term.estimate == pytest.approx(expected["coefficient"][k], rel=1e-10)
        assert term.statistic == pytest.approx(expected["statistic"][k], rel=1e-10)
        if method == "x_permutation" and k == 0:  # sna permutes a constant and compares rounding errors
            assert np.isnan([term.p, term.p_greater, term.p_less, term.p_error]).all()
            continue
        for name in ("p", "p_greater", "p_less"):
            assert_same_p(getattr(term, name), 10_000, expected[name][k], expected["replications"])


@pytest.mark.parametrize("method", ["double_semipartialling", "y_permutation"])
def test_logit_agrees_with_sna(reference_folder: Path, method: str) -> None:
    expected = SNA["logit"][method]
    y, x1, x2 = (sampson(reference_folder, name) for name in ("Y", "X2", "X3"))
    result = mrqap(y, {"x1": x1, "x2": x2}, permutations=2000, seed=1, method=method, family="logit")
    for k, term in enumerate(result.terms):
        assert term.estimate == pytest.approx(expected["coefficient"][k], rel=1e-10)
        # R keeps the weights of the step before the last: its standard errors carry 7 digits
        assert term.statistic == pytest.approx(expected["statistic"][k], rel=1e-7)
        assert term.excluded == 0
        for name in ("p", "p_greater", "p_less"):
            assert_same_p(getattr(term, name), 2000, expected[name][k], expected["replications"])


@pytest.mark.parametrize("variant", ["undirected", "self_ties"])
def test_undirected_and_self_ties_agree_with_sna(reference_folder: Path, variant: str) -> None:
    expected = SNA["variants"][variant]
    y, x1, x2 = (sampson(reference_folder, name) for name in ("Yv", "X2", "X3"))
    if variant == "undirected":
        y, x1, x2 = y + y.T, x1 + x1.T, x2 + x2.T
        result = mrqap(y, {"x1": x1, "x2": x2}, permutations=4000, seed=1, directed=False)
        assert result.observed == 153
    else:
        result = mrqap(y, {"x1": x1, "x2": x2}, permutations=4000, seed=1, self_ties=True)
        assert result.observed == 324
    for k, term in enumerate(result.terms):
        assert term.estimate == pytest.approx(expected["coefficient"][k], rel=1e-10)
        assert term.statistic == pytest.approx(expected["statistic"][k], rel=1e-10)
        for name in ("p", "p_greater", "p_less"):
            assert_same_p(getattr(term, name), 4000, expected[name][k], expected["replications"])


def test_correlation_agrees_with_sna(reference_folder: Path) -> None:
    expected = SNA["correlation"]
    result = qap_correlation(
        sampson(reference_folder, "Y"), sampson(reference_folder, "X2"), permutations=5000, seed=1
    )
    assert result.estimate == pytest.approx(expected["obs"], rel=1e-12)
    assert result.p == result.p_greater == pytest.approx(1 / 5001)
    combined = expected["sd"] * np.sqrt(1 / 5000 + 1 / expected["replications"])
    assert abs(result.permutation_mean - expected["mean"]) < 4 * combined
    assert abs(result.permutation_sd - expected["sd"]) < 4 * combined / np.sqrt(2)


def school_leaders(mirror: Path, name: str) -> Floats:
    relation, year = name.split()
    file = mirror / "school_leaders" / f"year-{year}-{relation}-ties.xlsx"
    return pd.read_excel(file, header=None, engine="calamine").to_numpy(float)


@pytest.mark.parametrize("model", SNA["school_leaders"]["models"], ids=lambda model: " + ".join(model["x"]))
@pytest.mark.parametrize("method", METHODS)
def test_school_leaders(data_mirror: Path, model: dict[str, Any], method: str) -> None:
    y = school_leaders(data_mirror, "collaboration 3")
    xs = {name: school_leaders(data_mirror, name) for name in model["x"]}
    result = mrqap(y, xs, permutations=20_000, seed=1, method=method)
    assert [term.estimate for term in result.terms] == pytest.approx(model["coefficient"], rel=1e-10)
    if model["adjusted_r_squared"] is not None:
        assert result.adjusted_r_squared == pytest.approx(model["adjusted_r_squared"], abs=5e-5)
    replications = SNA["school_leaders"]["replications"]
    for term, sd in zip(result.terms[1:], model["sd"][method], strict=True):
        assert abs(term.permutation_sd / sd - 1) < 4 * np.sqrt(0.5 / 20_000 + 0.5 / replications) * 1.2
    if "p" in model and method == "double_semipartialling":
        assert result["collaboration 1"].p < 0.0005
        assert_same_p(result["confidential 1"].p, 20_000, model["p"][2], replications)


# --- every permutation, refitted by hand -----------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "situation", ["complete", "missing", "silent", "groups", "self_ties", "undirected", "mixed"]
)
def test_every_permutation_by_hand(monkeypatch: pytest.MonkeyPatch, method: str, situation: str) -> None:
    y, a, b = matrices(3, 5, seed=7)
    y, options, groups = y + 0.6 * a, {}, None
    b = b + 50.0 + 0.5 * a  # a mean far from zero, and xs that hang together
    if situation in ("undirected", "mixed"):
        y, a, b = y + y.T, a + a.T, b + b.T
        options["directed"] = False
    if situation in ("missing", "mixed"):
        y = with_gaps(y, (0, 1), (1, 0))
        a = with_gaps(a, (2, 3), (3, 2))
        b = with_gaps(b, (1, 4), (4, 1))
    if situation == "missing":
        y, a = with_gaps(y, (3, 0)), with_gaps(a, (0, 3), (4, 2))
    if situation == "silent":  # a person without any answer, and one with a single one
        a = with_gaps(a, *((2, j) for j in range(5)), (4, 0), (4, 1), (4, 3))
    if situation in ("self_ties", "mixed"):
        options["self_ties"] = True
    if situation in ("groups", "mixed"):
        groups = [0, 1, 0, 1, 1]
    orders = all_permutations(5, groups)
    enumerate_instead_of_drawing(monkeypatch, orders)
    result = mrqap(
        y, {"a": a, "b": b}, permutations=len(orders), seed=0, method=method, groups=groups, **options
    )
    for position in range(3):
        if method == "x_permutation" and position == 0:
            assert np.isnan(result.terms[0].p)
            continue
        estimates, statistics = by_hand(y, [a, b], position, method, orders, **options)
        observed = by_hand(y, [a, b], position, method, orders[:1], **options)
        assert result.terms[position].statistic == pytest.approx(observed[1][0], rel=1e-8)
        assert_exact(result, position, estimates, statistics)


@pytest.mark.parametrize("method", METHODS)
def test_logit_permutations_by_hand(monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    a, b, noise = matrices(3, 7, seed=3)
    y = with_gaps((a + noise > 0).astype(float), (0, 4), (5, 2))
    a = with_gaps(a, (1, 2), (6, 0))
    orders = np.random.default_rng(0).permuted(np.tile(np.arange(7), (40, 1)), axis=1)
    orders[0] = np.arange(7)
    enumerate_instead_of_drawing(monkeypatch, orders)
    result = mrqap(y, {"a": a, "b": b}, permutations=40, seed=0, method=method, family="logit")
    for position in range(1, 3):
        estimates, statistics = by_hand(y, [a, b], position, method, orders, fit=logistic)
        assert result.terms[position].statistic == pytest.approx(
            by_hand(y, [a, b], position, "x_permutation", orders[:1], fit=logistic)[1][0], rel=1e-7
        )
        assert_exact(result, position, estimates, statistics)


def test_drawn_p_values_approach_the_enumerated() -> None:
    y, a, b = matrices(3, 4, seed=5)
    for groups in (None, [0, 0, 0, 1]):
        statistics = by_hand(y, [a, b], 1, "double_semipartialling", all_permutations(4, groups))[1]
        result = mrqap(y, {"a": a, "b": b}, permutations=8000, seed=2, groups=groups)["a"]
        exact = np.mean(np.abs(statistics) >= abs(result.statistic) - 1e-9)
        assert abs(result.p - exact) < 4 * result.p_error + 1 / 8000


def test_correlation_of_every_permutation_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = matrices(2, 5, seed=9)
    first, second = with_gaps(first, (0, 1), (2, 4)), with_gaps(second + 0.5 * first, (3, 1), (1, 3))
    orders = all_permutations(5)
    enumerate_instead_of_drawing(monkeypatch, orders)
    result = qap_correlation(first, second, permutations=120, seed=0)
    replicates = []
    for order in orders:
        moved = second[np.ix_(order, order)]
        seen = ~np.eye(5, dtype=bool) & ~np.isnan(first) & ~np.isnan(moved)
        replicates.append(np.corrcoef(first[seen], moved[seen])[0, 1])
    assert result.estimate == pytest.approx(replicates[0])
    assert result.p == pytest.approx((1 + np.sum(np.abs(replicates) >= abs(replicates[0]) - 1e-12)) / 121)
    assert result.p_greater == pytest.approx((1 + np.sum(replicates >= replicates[0] - 1e-12)) / 121)
    assert result.permutation_mean == pytest.approx(np.mean(replicates))
    assert result.permutation_sd == pytest.approx(np.std(replicates, ddof=1))
    assert (result.observed, result.missing, result.excluded) == (16, 4, 0)


def test_ties_with_the_observed_statistic_count() -> None:
    """Rotations and reflections leave a ring as it is: 12 of 720 permutations give the same correlation."""
    ring = np.roll(np.eye(6), 1, axis=1)
    ring = ring + ring.T
    result = qap_correlation(ring, ring, permutations=6000, seed=4)
    assert result.estimate == pytest.approx(1.0)
    assert abs(result.p - 12 / 720) < 4 * result.p_error


# --- properties ------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(8)))
def test_relabelling_actors_leaves_estimates(seed: int, order: list[int]) -> None:
    y, a, b = matrices(3, 8, seed)
    a = with_gaps(a, (0, 1), (5, 2))
    again = np.ix_(order, order)
    kwargs = {"permutations": 5, "seed": 1}
    first = mrqap(y, {"a": a, "b": b}, **kwargs).tidy()
    second = mrqap(y[again], {"a": a[again], "b": b[again]}, **kwargs).tidy()
    columns = ["estimate", "standard_error", "statistic"]
    np.testing.assert_allclose(first[columns], second[columns], rtol=1e-9)
    one, other = qap_correlation(y, a, **kwargs), qap_correlation(y[again], a[again], **kwargs)
    assert one.estimate == pytest.approx(other.estimate, rel=1e-9)


@settings(deadline=None, max_examples=15)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_units_of_x_change_no_p_value(seed: int, scale: float, shift: float) -> None:
    y, a, b = matrices(3, 7, seed)
    first = mrqap(y, {"a": a, "b": b}, permutations=50, seed=3)
    second = mrqap(y, {"a": scale * a + shift, "b": b}, permutations=50, seed=3)
    assert second["a"].estimate * scale == pytest.approx(first["a"].estimate, rel=1e-6)
    assert [second["a"].p, second["b"].p] == [first["a"].p, first["b"].p]


def test_level_where_senders_differ() -> None:
    """Sender effects in y and in x, nothing between them: classical t rejects far too often, the test not."""
    generator = np.random.default_rng(11)
    permuted = classical = 0
    for seed in range(250):
        y = generator.normal(size=(10, 10)) + 1.5 * generator.normal(size=(10, 1))
        a = generator.normal(size=(10, 10)) + 1.5 * generator.normal(size=(10, 1))
        b = generator.normal(size=(10, 10)) + 0.5 * a
        term = mrqap(y, {"a": a, "b": b}, permutations=99, seed=seed)["a"]
        permuted += term.p <= 0.05
        classical += abs(term.statistic) > 1.99
    assert classical > 0.25 * 250
    assert abs(permuted / 250 - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / 250)


def test_seed_fixes_the_result_and_a_new_term_leaves_other_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    y, a, b = matrices(3, 9, seed=1)
    assert mrqap(y, {"a": a}, permutations=150, seed=5) == mrqap(y, {"a": a}, permutations=150, seed=5)
    assert mrqap(y, {"a": a}, permutations=150, seed=5) != mrqap(y, {"a": a}, permutations=150, seed=6)
    drawn: list[tuple[int, int, int]] = []
    original = qap_kernels.draw_permutations

    def spy(members: Any, size: int, *, seed: int, stream: int, batch: int) -> NDArray[np.int64]:
        drawn.append((stream, batch, size))
        return original(members, size, seed=seed, stream=stream, batch=batch)

    monkeypatch.setattr(qap_kernels, "draw_permutations", spy)
    mrqap(y, {"a": a, "b": b}, permutations=150, seed=5)
    assert drawn == [(s, batch, size) for s in range(3) for batch, size in ((0, 100), (1, 50))]


def test_threads_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    y, a, b = matrices(3, 9, seed=1)
    a[2, 5] = np.nan
    alone = mrqap(y, {"a": a, "b": b}, permutations=350, seed=5)
    monkeypatch.setattr(qap_kernels, "_MANY_CELLS", 0)
    monkeypatch.setattr("joblib.cpu_count", lambda: 2)
    assert mrqap(y, {"a": a, "b": b}, permutations=350, seed=5) == alone


def test_draws_stay_within_groups_and_are_uniform() -> None:
    members = [np.array([0, 2, 4]), np.array([1, 3])]
    orders = qap_kernels.draw_permutations(members, 6000, seed=1, stream=0, batch=0)
    for group in members:
        assert set(orders[:, group].ravel()) == set(group)
    kinds, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(kinds) == 12
    assert np.sum((counts - 500) ** 2 / 500) < 31.3  # chi-square with 11 degrees of freedom, p = .001
    other = qap_kernels.draw_permutations(members, 6000, seed=1, stream=1, batch=0)
    assert not np.array_equal(orders, other)


def test_within_two_pairs_there_are_four_permutations_to_work_out_by_hand() -> None:
    """Actors 0, 1 and 2, 3: each pair changes places or not, so that an order comes up once in four draws."""
    y = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1], [0, 0, 0, 0]], dtype=float)
    a = np.array([[0, 1, 0, 1], [0, 0, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0]], dtype=float)
    # Ones of y and a: 4 of 12 cells each, so that r = (12 c - 16) / (16 x 2), c the cells with both. As they
    # are c = 3: (0, 1), (2, 0), (2, 3). With 0 and 1 exchanged a has (1, 0), (1, 3), (2, 1), (2, 3): c = 1.
    # With 2 and 3 exchanged: (0, 1), (0, 2), (3, 0), (3, 2): c = 1. Both: (1, 0), (1, 2), (3, 1), (3, 2): 1.
    found = qap_correlation(y, a, permutations=8000, seed=3, groups=[0, 0, 1, 1])
    assert found.estimate == pytest.approx((12 * 3 - 16) / 32)
    by_hand = np.array([20, -4, -4, -4]) / 32
    assert found.permutation_mean == pytest.approx(by_hand.mean(), abs=0.01)
    assert found.permutation_sd == pytest.approx(by_hand.std(), abs=0.01)
    assert found.p == pytest.approx(1 / 4, abs=4 * math.sqrt(3 / 16 / 8000))


def test_an_actor_without_a_group_stays_in_place() -> None:
    y, a = matrices(2, 6, seed=12)
    alone = mrqap(y, {"a": a}, permutations=40, seed=1, groups=[1, 1, 1, 2, 2, None])
    assert alone == mrqap(y, {"a": a}, permutations=40, seed=1, groups=[1, 1, 1, 2, 2, 3])


def test_cells_that_could_hold_no_tie_are_left_out_of_every_permutation() -> None:
    groups = np.repeat([0, 1, 2], 4)
    y, a = matrices(2, 12, seed=13)
    walls = np.where(groups[:, None] == groups, 0.0, np.nan)
    found = mrqap(y + walls, {"a": a + walls}, permutations=60, seed=1, groups=groups)
    assert (found.observed, found.missing) == (36, 96)
    # What stands between groups plays no part, in the estimate or in any permutation.
    other = np.random.default_rng(1).normal(size=y.shape)
    changed = mrqap(
        np.where(np.isnan(walls), other, y) + walls, {"a": a + walls}, permutations=60, seed=1, groups=groups
    )
    assert changed == found


def test_two_networks_of_the_same_schools_are_related_only_if_schools_are_forgotten() -> None:
    """Independent arcs, .5 within schools and .05 across: nothing in common but the schools."""
    schools = np.repeat(np.arange(4), 5)
    chances = np.where(schools[:, None] == schools, 0.5, 0.05)
    within, anywhere = 0, 0
    for seed in range(200):
        y, a = (np.random.default_rng(seed).random((2, 20, 20)) < chances).astype(float)
        options: dict[str, Any] = {"permutations": 99, "seed": seed}
        within += mrqap(y, {"a": a}, groups=schools, **options)["a"].p <= 0.05
        anywhere += mrqap(y, {"a": a}, **options)["a"].p <= 0.05
    # The 99.9 % point of the binomial distribution of 200 tests at .05 is 20.
    assert within <= 20
    assert anywhere > 150


def test_interpreted_kernels_equal_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    y, a, b = matrices(3, 6, seed=2)
    a = with_gaps(a, (0, 1), (4, 2))
    ties = with_gaps((y + 0.3 * b > 0).astype(float), (3, 1))
    calls = [
        lambda: mrqap(y, {"a": a, "b": b}, permutations=6, seed=1).tidy(),
        lambda: mrqap(y, {"a": a, "b": b}, permutations=6, seed=1, method="y_permutation").tidy(),
        lambda: mrqap(y + y.T, {"b": b + b.T}, permutations=6, seed=1, directed=False).tidy(),
        lambda: mrqap(ties, {"a": a, "b": b}, permutations=6, seed=1, family="logit").tidy(),
        lambda: mrqap(
            ties, {"b": b}, permutations=6, seed=1, family="logit", method="y_permutation", self_ties=True
        ).tidy(),
    ]
    compiled = [call() for call in calls]
    for name in KERNELS:
        monkeypatch.setattr(qap_kernels, name, getattr(qap_kernels, name).py_func)
    for call, expected in zip(calls, compiled, strict=True):
        pd.testing.assert_frame_equal(call(), expected, rtol=1e-9)


# --- what cannot be fitted -------------------------------------------------------------------------------


def test_kernel_reports_dependent_columns_and_separation() -> None:
    for kernel in (qap_kernels.cholesky, qap_kernels.cholesky.py_func):
        assert not kernel(np.ones((2, 2)), 2)
        exact = np.ones((2, 2))
        assert kernel(exact, 1)
        assert exact[1, 1] == 0.0
    x = np.column_stack([np.ones(6), np.arange(6.0)])
    apart, overlapping = np.array([0.0, 0, 0, 1, 1, 1]), np.array([0.0, 1, 0, 1, 0, 1])
    for kernel in (qap_kernels.newton_logit, qap_kernels.newton_logit.py_func):
        factor = np.empty((2, 2))
        assert not kernel(x, apart, np.ones(6, bool), np.zeros(2), factor)[0]
        # a start so far out that the first steps overshoot and must be halved
        coefficients = np.array([4.0, -3.0])
        converged, likelihood = kernel(x, overlapping, np.ones(6, bool), coefficients, factor)
        fit = sm.GLM(overlapping, x, family=sm.families.Binomial()).fit(tol=1e-13)
        assert converged
        assert coefficients == pytest.approx(fit.params, rel=1e-8)
        assert likelihood == pytest.approx(fit.llf, rel=1e-10)


def test_separated_replicates_are_counted_and_announced() -> None:
    a = matrices(1, 4, seed=0)[0]
    off = ~np.eye(4, dtype=bool)
    largest = np.where(off, a, -np.inf) >= np.sort(a[off])[-3]
    y = largest[np.ix_([1, 2, 3, 0], [1, 2, 3, 0])].astype(float)
    with pytest.warns(RuntimeWarning, match=r"a: \d+ of 300 replicates could not be fitted"):
        result = mrqap(y, {"a": a}, permutations=300, seed=1, family="logit", method="x_permutation")
    term = result["a"]
    statistics = []
    for order in qap_kernels.draw_permutations([np.arange(4)], 100, seed=1, stream=1, batch=0):
        moved = a[np.ix_(order, order)]
        ones, zeros = moved[off & (y == 1)], moved[off & (y == 0)]
        statistics.append(not (ones.min() > zeros.max() or ones.max() < zeros.min()))
    assert 0 < term.excluded < 300
    with pytest.warns(RuntimeWarning, match=f"a: {100 - sum(statistics)} of 100") as announced:
        mrqap(y, {"a": a}, permutations=100, seed=1, family="logit", method="x_permutation")
    assert announced[0].filename == __file__
    assert f"Replicates that could not be fitted: a {term.excluded}" in result.summary()


def test_dependent_replicates_are_counted() -> None:
    """b is a with two actors exchanged, so that some permutations of a make it equal to b."""
    y, a = matrices(2, 4, seed=3)
    order = [1, 0, 2, 3]
    with pytest.warns(RuntimeWarning, match="could not be fitted"):
        result = mrqap(
            y, {"a": a, "b": a[np.ix_(order, order)]}, permutations=2000, seed=1, method="x_permutation"
        )
    assert abs(result["a"].excluded - 2000 / 24) < 4 * np.sqrt(2000 / 24)
    # the correlation of a matrix whose observed cells may all fall on gaps of the other
    first = np.full((4, 4), np.nan)
    first[[0, 0, 1, 2], [1, 2, 3, 0]] = [1.0, 2.0, 4.0, 3.0]
    second = with_gaps(a, (3, 0), (3, 1), (3, 2))
    with pytest.warns(RuntimeWarning, match="could not be fitted") as announced:
        gaps = qap_correlation(first, second, permutations=500, seed=1)
    assert 0 < gaps.excluded < 500
    assert announced[0].filename == __file__
    with warnings.catch_warnings(), pytest.raises(ValueError, match="none of the 1 replicates"):
        warnings.simplefilter("ignore")
        for seed in range(200):
            qap_correlation(first, second, permutations=1, seed=seed)


def test_a_perfect_replicate_is_the_most_extreme(monkeypatch: pytest.MonkeyPatch) -> None:
    y = matrices(1, 5, seed=4)[0]
    order = np.array([2, 0, 1, 4, 3])
    enumerate_instead_of_drawing(monkeypatch, np.array([order, np.arange(5)]))
    x = y[np.ix_(np.argsort(order), np.argsort(order))]
    result = mrqap(y, {"x": x}, permutations=2, seed=1)
    assert result["x"].excluded == 0
    assert result["x"].p == pytest.approx(1.0)
    assert result["x"].permutation_sd == pytest.approx(abs(1 - result["x"].estimate) / np.sqrt(2))


def test_exact_fit_and_separation_are_errors() -> None:
    y, a = matrices(2, 6, seed=1)
    with pytest.raises(ValueError, match="fit y exactly"):
        mrqap(2 * a - 1, {"a": a}, seed=1)
    with pytest.raises(ValueError, match="does not converge"):
        mrqap((a > 0).astype(float), {"a": a, "y": y}, seed=1, family="logit")


# --- results ---------------------------------------------------------------------------------------------


def test_tables_and_quality_of_fit() -> None:
    y, a, b = matrices(3, 8, seed=6)
    result = mrqap(y, {"a": a, "b": b}, permutations=20, seed=1, groups=list("aabbccdd"))
    off = ~np.eye(8, dtype=bool)
    fit = sm.OLS(y[off], sm.add_constant(np.column_stack([a[off], b[off]]))).fit()
    table = result.tidy()
    assert list(table) == [
        "term", "estimate", "standard_error", "statistic", "p", "p_greater", "p_less", "p_error",
        "permutation_sd",
    ]  # fmt: skip
    assert list(table["term"]) == ["intercept", "a", "b"]
    np.testing.assert_allclose(table["estimate"], fit.params, rtol=1e-10)
    np.testing.assert_allclose(table["standard_error"], fit.bse, rtol=1e-10)
    assert result.r_squared == pytest.approx(fit.rsquared)
    assert result.adjusted_r_squared == pytest.approx(fit.rsquared_adj)
    assert result.log_likelihood is None
    text = result.summary()
    assert "double semi-partialling" in text
    assert "8 actors, 56 cells observed, 0 missing, self-ties left out" in text
    assert "20 permutations (seed 1) within 4 groups" in text
    assert f"{fit.params[1]:.4f}" in text
    with pytest.raises(KeyError, match=r"no term 'c'; there are \['intercept', 'a', 'b'\]"):
        result["c"]

    ties = (y > 0).astype(float)
    result = mrqap(ties, {"a": a, "b": b}, permutations=20, seed=1, family="logit")
    model = sm.Logit(ties[off], sm.add_constant(np.column_stack([a[off], b[off]]))).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(result.tidy()["standard_error"], model.bse, rtol=1e-7)
    assert result.log_likelihood == pytest.approx(model.llf)
    assert result.deviance == pytest.approx(-2 * model.llf)
    assert result.aic == pytest.approx(model.aic)
    assert result.mcfadden == pytest.approx(model.prsquared)
    assert result.r_squared is None
    assert "McFadden" in result.summary()


def test_one_permutation_has_no_spread() -> None:
    y, a = matrices(2, 5, seed=6)
    result = qap_correlation(y, a, permutations=1, seed=1)
    assert result.p in (0.5, 1.0)
    assert np.isnan(result.permutation_sd)
    table = result.tidy()
    assert list(table)[:3] == ["term", "estimate", "p"]
    assert table.loc[0, "estimate"] == result.estimate
    assert f"QAP correlation: {result.estimate:.4f}" in result.summary()


def test_frames_and_nullable_values() -> None:
    y, a = matrices(2, 5, seed=6)
    labels = list("vwxyz")
    gapped = with_gaps(a, (1, 2))
    frame = pd.DataFrame(gapped, index=labels, columns=labels).astype("Float64")
    groups = pd.Series([1, 1, 1, 2, 2], index=labels)
    framed = mrqap(
        pd.DataFrame(y, index=labels, columns=labels), {"a": frame}, permutations=9, seed=1, groups=groups
    )
    assert framed == mrqap(y, {"a": gapped}, permutations=9, seed=1, groups=groups.tolist())
    assert (framed.observed, framed.missing) == (19, 1)


# --- bad input -------------------------------------------------------------------------------------------


def frame(labels: str, columns: str | None = None) -> pd.DataFrame:
    values = matrices(1, len(labels), seed=8)[0]
    return pd.DataFrame(values, index=list(labels), columns=list(columns or labels))


Y, A, B = matrices(3, 5, seed=20)
NAMED = frame("vwxyz")


@pytest.mark.parametrize(
    ("y", "x", "options", "message"),
    [
        (Y[:4], {"a": A}, {}, "y has shape (4, 5), a square matrix"),
        (Y, {"a": A[:4, :4]}, {}, "differ in size: y has 5 actors, x 'a' has 4 actors"),
        (Y, {"a": np.full((5, 5), "b")}, {}, "x 'a' holds something that is no number"),
        (Y, {"a": np.where(A > 1, np.inf, A)}, {}, "infinite values; missing is NaN"),
        (np.ones((5, 5)), {"a": A}, {}, "y has no variance over the 20 observed cells: all are 1"),
        (Y, {"a": np.zeros((5, 5))}, {}, "x 'a' has no variance"),
        (Y, {"a": A, "b": B, "c": A - 2 * B + 1}, {}, "x 'c' is a linear combination of x 'a' and x 'b'"),
        (Y, {"a": A, "flat": 0 * A, "c": 3 * A}, {}, "x 'c' is a linear combination of x 'a'"),
        (Y[:2, :2], {"a": A[:2, :2]}, {}, "2 cells are observed in every matrix, more than 2 are needed"),
        (Y, {"a": np.full((5, 5), np.nan)}, {}, "0 cells are observed"),
        (Y, {"intercept": A}, {}, "an x is named 'intercept'"),
        (Y, {}, {}, "x must be a dictionary {name: matrix} with at least one entry"),
        (Y, [A], {}, "x must be a dictionary"),
        (Y, {"a": A}, {"family": "logit"}, "under family 'logit' only 0, 1 and NaN are allowed"),
        (Y, {"a": A}, {"family": "poisson"}, "family is 'poisson', allowed are 'linear', 'logit'"),
        (Y, {"a": A}, {"method": "qap"}, "method is 'qap', allowed are 'double_semipartialling'"),
        (Y, {"a": A}, {"groups": [1, 2]}, "groups has 2 labels for 5 actors"),
        (Y, {"a": A}, {"groups": [1, None, 2, None, 3]}, "nothing can be permuted"),
        (Y, {"a": A}, {"groups": [1, 2, 3, 4, 5]}, "nothing can be permuted"),
        (Y, {"a": A}, {"permutations": 0}, "permutations is 0, a whole number of at least 1"),
        (Y, {"a": A}, {"permutations": True}, "permutations is True"),
        (Y, {"a": A}, {"seed": -1}, "seed is -1, a whole number of at least 0"),
        (Y, {"a": A}, {"seed": 1.5}, "seed is 1.5"),
        (Y, {"a": A + A.T}, {"directed": False}, "y is not symmetric (cell 0, 1 is"),
        (NAMED, {"a": frame("vwyxz")}, {}, "x 'a': rows are labelled 'y' where y has 'x' (position 2)"),
        (frame("vwxyz", "vwxzy"), {"a": A}, {}, "y: rows are labelled 'y' where its columns has 'z'"),
        (
            NAMED,
            {"a": A},
            {"groups": pd.Series([1, 1, 2, 2, 2], index=list("wvxyz"))},
            "groups are labelled 'w' where y has 'v' (position 0)",
        ),
    ],
)
def test_bad_input_names_the_fault(y: Any, x: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        mrqap(y, x, **{"seed": 1, "permutations": 5, **options})


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(ValueError) as caught:
        mrqap(Y[:3], {"intercept": A, "b": B * np.inf}, seed=-1, method="qap", permutations=0)  # type: ignore[arg-type]
    for fault in ("shape (3, 5)", "named 'intercept'", "infinite", "seed", "method", "permutations"):
        assert fault in str(caught.value)
    with pytest.raises(ValueError, match=r"first has no variance.*second has no variance"):
        qap_correlation(np.ones((4, 4)), np.zeros((4, 4)), seed=1)
