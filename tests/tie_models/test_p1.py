"""p1: by hand, against a Poisson regression, iterative scaling and direct maximisation."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from python_calamine import CalamineWorkbook
from scipy.optimize import minimize

from analysis.tie_models.p1 import P1Result, fit_dyads, p1

Floats = NDArray[np.float64]
STATES = [(0, 0), (1, 0), (0, 1), (1, 1)]


def network(seed: int, density: float, size: int) -> Floats:
    ties = (np.random.default_rng(seed).random((size, size)) < density).astype(float)
    np.fill_diagonal(ties, 0.0)
    return ties


def fitted(x: Floats) -> P1Result:
    """Only networks that have estimates: others are refused, which has tests of its own."""
    try:
        return p1(x)
    except ValueError:
        assume(False)
        raise


def centred(values: Floats) -> Floats:
    return values - values.mean()


def poisson(x: Floats) -> tuple[float, float, Floats, Floats, float]:
    """p1 as a log-linear model of counts, with a constant for each dyad (Fienberg & Wasserman 1981)."""
    size = len(x)
    rows, counts = [], []
    dyads = [(i, j) for i in range(size) for j in range(i) if not np.isnan(x[i, j] + x[j, i])]
    for number, (i, j) in enumerate(dyads):
        for forth, back in STATES:
            row = np.zeros(2 + 2 * size + len(dyads))
            row[0], row[1] = forth + back, forth * back
            row[2 + i] += forth
            row[2 + j] += back
            row[2 + size + j] += forth
            row[2 + size + i] += back
            row[2 + 2 * size + number] = 1
            rows.append(row)
            counts.append(float((x[i, j], x[j, i]) == (forth, back)))
    # The first actor's effects are 0 here, and the sums to zero are restored afterwards.
    design = np.delete(np.array(rows), [2, 2 + size], axis=1)
    fit = sm.GLM(np.array(counts), design, family=sm.families.Poisson()).fit(tol=1e-12, maxiter=200)
    sent = np.concatenate([[0.0], fit.params[2 : 1 + size]])
    received = np.concatenate([[0.0], fit.params[1 + size : 2 * size]])
    density = fit.params[0] + sent.mean() + received.mean()
    likelihood = float(np.log(fit.fittedvalues[np.array(counts) == 1]).sum())
    return float(density), float(fit.params[1]), centred(sent), centred(received), likelihood


def probability(
    forth: float, back: float, density: float, mutuality: float, out: float, answer: float
) -> float:
    """Probability of one dyad's state, from the model's four terms as Holland & Leinhardt write them."""
    weights = {
        (0, 0): 1.0,
        (1, 0): math.exp(density + out),
        (0, 1): math.exp(density + answer),
        (1, 1): math.exp(mutuality + 2 * density + out + answer),
    }
    return weights[int(forth), int(back)] / sum(weights.values())


def negative_log_likelihood(parameters: Floats, x: Floats, floor: float | None = None) -> float:
    size = len(x)
    sent = parameters[2 : 2 + size].copy()
    if floor is not None:
        sent[0] = floor
    received = parameters[2 + size :]
    total = 0.0
    for i in range(size):
        for j in range(i):
            total += math.log(
                probability(
                    x[i, j],
                    x[j, i],
                    parameters[0],
                    parameters[1],
                    sent[i] + received[j],
                    sent[j] + received[i],
                )
            )
    return -total


def scaled(x: Floats, rounds: int) -> tuple[float, float]:
    """Reciprocity and log-likelihood by iterative proportional scaling of the four-way table's margins."""
    size = len(x)
    table = np.zeros((size, size, 2, 2))
    for forth in (0, 1):
        for back in (0, 1):
            table[:, :, forth, back] = (x == forth) & (back == x.T)
    off = ~np.eye(size, dtype=bool)
    table[~off] = 0
    expected = np.where(off[:, :, None, None], 0.25, 0.0)
    for _ in range(rounds):
        for axes in ((2, 3), (1, 3), (0, 2), (1, 2), (0, 3), (0, 1)):
            observed, current = table.sum(axes, keepdims=True), expected.sum(axes, keepdims=True)
            expected = expected * np.where(current > 0, observed / np.where(current > 0, current, 1), 0)
    usable = (expected > 0).all(axis=(2, 3))
    logs = np.log(expected[usable])
    contrast = (logs[:, 1, 1] + logs[:, 0, 0] - logs[:, 0, 1] - logs[:, 1, 0]).mean()
    return float(contrast), float(np.log(expected[table == 1]).sum() / 2)


def confidential(mirror: Path) -> Floats:
    book = CalamineWorkbook.from_path(str(mirror / "school_leaders" / "year-3-confidential-ties.xlsx"))
    rows = [row[-43:] for row in book.get_sheet_by_index(0).to_python()][-43:]
    ties = (np.array(rows, dtype=float) >= 3).astype(float)
    np.fill_diagonal(ties, 0.0)
    return ties


def ring() -> Floats:
    """Seven actors, each naming the neighbours on both sides and the second one to the right."""
    x = np.zeros((7, 7))
    for i in range(7):
        x[i, [(i + 1) % 7, (i - 1) % 7, (i + 2) % 7]] = 1
    return x


def one_way(seed: int, size: int) -> Floats:
    """No dyad is mutual."""
    generator, x = np.random.default_rng(seed), np.zeros((size, size))
    for i in range(size):
        for j in range(i):
            state = generator.integers(3)
            x[i, j], x[j, i] = state == 1, state == 2
    return x


def test_a_ring_by_hand() -> None:
    # All have three ties out and three in, so that nobody differs; of the dyads 7 are mutual, 7 null, and 7
    # asymmetric, half of them for each direction.
    x = ring()
    result = p1(x)
    assert result.density == pytest.approx(math.log(3.5 / 7), abs=1e-9)
    assert result.reciprocity == pytest.approx(math.log(7 * 7 / 3.5**2), abs=1e-9)
    np.testing.assert_allclose(result.expansiveness, 0, atol=1e-9)
    np.testing.assert_allclose(result.popularity, 0, atol=1e-9)
    assert result.log_likelihood == pytest.approx(2 * 7 * math.log(1 / 3) + 7 * math.log(1 / 6))
    assert result.g2 == -2 * result.log_likelihood
    assert (result.parameters, result.dyads, result.missing_dyads) == (14, 21, 0)


@pytest.mark.parametrize("missing", [(), ((0, 1), (3, 2), (2, 3), (5, 6))])
def test_equals_poisson_regression(missing: tuple[tuple[int, int], ...]) -> None:
    x = network(11, 0.45, 8)
    for cell in missing:
        x[cell] = np.nan
    result = p1(x)
    density, reciprocity, sent, received, likelihood = poisson(x)
    assert result.density == pytest.approx(density, abs=1e-6)
    assert result.reciprocity == pytest.approx(reciprocity, abs=1e-6)
    np.testing.assert_allclose(result.expansiveness, sent, atol=1e-6)
    np.testing.assert_allclose(result.popularity, received, atol=1e-6)
    assert result.log_likelihood == pytest.approx(likelihood, abs=1e-8)
    assert result.missing_dyads == (3 if missing else 0)
    assert result.infinite.empty


def test_equals_direct_maximisation_and_its_curvature() -> None:
    x = network(7, 0.5, 6)
    result = p1(x)
    found = minimize(negative_log_likelihood, np.zeros(14), args=(x,), method="BFGS", options={"gtol": 1e-6})
    sent, received = found.x[2:8], found.x[8:]
    assert result.log_likelihood == pytest.approx(-found.fun, abs=1e-8)
    assert result.density == pytest.approx(found.x[0] + sent.mean() + received.mean(), abs=1e-4)
    assert result.reciprocity == pytest.approx(found.x[1], abs=1e-4)
    np.testing.assert_allclose(result.expansiveness, centred(sent), atol=1e-4)
    # Profile: half the curvature of the likelihood maximised over all else is 1 / variance.
    step = 0.02
    at = np.concatenate([[result.density, result.reciprocity], result.expansiveness, result.popularity])

    def profile(reciprocity: float) -> float:
        start = np.delete(at, 1)
        best = minimize(
            lambda rest: negative_log_likelihood(np.insert(rest, 1, reciprocity), x),
            start,
            method="BFGS",
            options={"gtol": 1e-7},
        )
        return float(best.fun)

    curvature = (profile(at[1] + step) - 2 * negative_log_likelihood(at, x) + profile(at[1] - step)) / step**2
    assert result.reciprocity_error == pytest.approx(curvature**-0.5, rel=1e-3)


def test_school_leaders_equal_iterative_scaling(data_mirror: Path) -> None:
    x = confidential(data_mirror)
    result = p1(x)
    reciprocity, likelihood = scaled(x, 60)
    assert x.sum() == 143
    assert result.reciprocity == pytest.approx(reciprocity, abs=1e-6)
    assert result.log_likelihood == pytest.approx(likelihood, abs=1e-6)
    # Carolan (2014), Table 9.4 (UCINET): -3.68 and 4.11; the maximum is at -3.70 and 4.12.
    assert result.density == pytest.approx(-3.7018, abs=5e-5)
    assert result.reciprocity == pytest.approx(4.1166, abs=5e-5)
    assert (
        np.flatnonzero(np.isneginf(result.expansiveness)).tolist()
        == np.flatnonzero(x.sum(axis=1) == 0).tolist()
    )
    assert np.isneginf(result.popularity).sum() == 2


def test_who_names_nobody_is_at_minus_infinity_and_the_rest_as_in_the_limit() -> None:
    x = network(7, 0.5, 6)
    x[0] = 0
    result = p1(x)
    found = minimize(
        negative_log_likelihood, np.zeros(14), args=(x, -40.0), method="BFGS", options={"gtol": 1e-6}
    )
    sent, received = found.x[3:8], found.x[8:]
    assert result.expansiveness[0] == -math.inf and math.isnan(result.expansiveness_error[0])
    assert result.log_likelihood == pytest.approx(-found.fun, abs=1e-6)
    assert result.reciprocity == pytest.approx(found.x[1], abs=1e-3)
    assert result.density == pytest.approx(found.x[0] + sent.mean() + received.mean(), abs=1e-3)
    np.testing.assert_allclose(result.expansiveness[1:], centred(sent), atol=1e-3)
    np.testing.assert_allclose(result.popularity, centred(received), atol=1e-3)
    assert result.parameters == 2 + 4 + 5
    assert "expansiveness, minus infinity: 1" in result.summary()


def test_who_is_named_by_all_is_at_plus_infinity() -> None:
    x = network(7, 0.4, 7)
    x[:, 2] = 1
    x[2, 2] = 0
    result = p1(x)
    assert result.infinite[["term", "actor", "estimate"]].to_numpy().tolist() == [
        ["popularity", "3", math.inf]
    ]
    assert "popularity, plus infinity: 3" in result.summary()


def test_without_a_mutual_dyad_reciprocity_is_minus_infinity_and_the_rest_as_in_the_limit() -> None:
    x = one_way(0, 7)
    result = p1(x)
    found = minimize(
        lambda rest: negative_log_likelihood(np.insert(rest, 1, -40.0), x),
        np.zeros(15),
        method="BFGS",
        options={"gtol": 1e-6},
    )
    sent, received = found.x[1:8], found.x[8:]
    assert result.reciprocity == -math.inf and math.isnan(result.reciprocity_error)
    assert result.log_likelihood == pytest.approx(-found.fun, abs=1e-6)
    assert result.density == pytest.approx(found.x[0] + sent.mean() + received.mean(), abs=1e-3)
    np.testing.assert_allclose(result.expansiveness, centred(sent), atol=1e-3)
    assert "reciprocity, minus infinity" in result.summary()


def test_an_actor_without_observed_dyads_has_no_estimate() -> None:
    x = np.full((6, 6), np.nan)
    x[:5, :5] = network(2, 0.5, 5)
    result, alone = p1(x), p1(x[:5, :5])
    assert math.isnan(result.expansiveness[5]) and math.isnan(result.popularity[5])
    assert "expansiveness, not estimable (no open tie): 6" in result.summary()
    assert result.missing_dyads == 5
    assert (result.density, result.reciprocity) == pytest.approx((alone.density, alone.reciprocity))


def test_infinite_effects_are_followed_to_the_end() -> None:
    # Actor 6 names nobody and is named by all but 5, who names nobody: 6 has all the ties that are open.
    x = np.zeros((6, 6))
    x[:5, :5] = network(5, 0.5, 5)
    x[:5, 5] = 1
    x[4] = 0
    result = p1(x)
    assert result.expansiveness[[4, 5]].tolist() == [-math.inf, -math.inf]
    assert np.isfinite(result.expansiveness[:4]).all()
    assert result.popularity[5] == math.inf


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 10_000), density=st.sampled_from([0.3, 0.5, 0.7]))
def test_expected_ties_equal_observed_ones(seed: int, density: float) -> None:
    x = network(seed, density, 7)
    result = fitted(x)
    assume(result.infinite.empty)
    expected, both = np.zeros_like(x), 0.0
    for i in range(7):
        for j in range(7):
            if i != j:
                effects = (
                    result.density,
                    result.reciprocity,
                    result.expansiveness[i] + result.popularity[j],
                    result.expansiveness[j] + result.popularity[i],
                )
                mutual = probability(1, 1, *effects)
                expected[i, j] = probability(1, 0, *effects) + mutual
                both += mutual / 2
    np.testing.assert_allclose(expected.sum(axis=1), x.sum(axis=1), atol=1e-6)
    np.testing.assert_allclose(expected.sum(axis=0), x.sum(axis=0), atol=1e-6)
    assert both == pytest.approx((x * x.T).sum() / 2, abs=1e-6)


@settings(deadline=None, max_examples=8)
@given(seed=st.integers(0, 10_000), order=st.permutations(range(7)))
def test_relabelling_moves_effects_and_transposing_swaps_them(seed: int, order: list[int]) -> None:
    x = network(seed, 0.4, 7)
    result = fitted(x)
    moved, turned = p1(x[np.ix_(order, order)]), p1(x.T)
    for other in (moved, turned):
        assert other.density == pytest.approx(result.density, abs=1e-6)
        assert other.reciprocity == pytest.approx(result.reciprocity, abs=1e-6)
        assert other.log_likelihood == pytest.approx(result.log_likelihood, abs=1e-9)
    np.testing.assert_allclose(moved.expansiveness, result.expansiveness[order], atol=1e-6)
    np.testing.assert_allclose(turned.expansiveness, result.popularity, atol=1e-6)
    np.testing.assert_allclose(turned.popularity_error, result.expansiveness_error, atol=1e-6)


def test_tidy_names_actors() -> None:
    x = network(7, 0.5, 6)
    names = list("abcdef")
    table = p1(pd.DataFrame(x, index=names, columns=names)).tidy()
    assert list(table.columns) == ["term", "actor", "estimate", "standard_error"]
    assert table["actor"].tolist() == ["", "", *names, *names]
    sums = table.groupby("term")["estimate"].sum()
    assert sums["expansiveness"] == pytest.approx(0, abs=1e-12)
    assert sums["popularity"] == pytest.approx(0, abs=1e-12)


SYMMETRIC = np.triu(network(5, 0.5, 6), 1) + np.triu(network(5, 0.5, 6), 1).T
TWO_GROUPS = np.full((14, 14), np.nan)
TWO_GROUPS[:7, :7] = TWO_GROUPS[7:, 7:] = ring()


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.zeros((4, 4)), "6 dyads .* none has a tie"),
        (np.ones((4, 4)), "6 dyads .* all are mutual"),
        (np.full((4, 4), np.nan), "0 dyads"),
        (np.full((4, 4), 2.0), "holds 2 in row 1"),
        (
            SYMMETRIC,
            "no finite maximum; it rises with density towards -infinity, reciprocity towards .infinity",
        ),
        (TWO_GROUPS, "cannot be told apart"),
        (np.triu(np.ones((5, 5)), 1), "make every tie certain"),
    ],
)
def test_networks_without_estimates_are_refused(matrix: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        p1(matrix)


def test_too_few_newton_steps_are_an_error() -> None:
    statistics = np.array([[[0.0], [1.0]]] * 4)
    with pytest.raises(ValueError, match="did not converge in 1 Newton steps"):
        fit_dyads(statistics, np.array([0, 0, 0, 1]), names=["constant"], iterations=1)


def test_two_states_are_a_logit_by_hand() -> None:
    statistics = np.array([[[0.0], [1.0]]] * 5)
    fit = fit_dyads(statistics, np.array([0, 0, 0, 0, 1]), names=["constant"])
    assert fit.estimates[0] == pytest.approx(math.log(1 / 4), abs=1e-9)
    assert fit.covariance[0, 0] == pytest.approx(1 / 1 + 1 / 4, abs=1e-7)
    assert fit.log_likelihood == pytest.approx(math.log(0.2) + 4 * math.log(0.8))
