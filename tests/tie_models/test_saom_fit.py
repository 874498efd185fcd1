"""What is asked of a fitted actor-oriented model: found where it is there, by hand where it can be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.tie_models.saom import fit
from analysis.tie_models.saom_estimation import draw
from analysis.tie_models.saom_fit import (
    goodness_of_fit,
    mahalanobis,
    relative_importance,
    score_test,
    simulate,
    time_heterogeneity,
)
from analysis.tie_models.saom_periods import read_model
from analysis.tie_models.saom_results import ActorModel
from analysis.ties.panel import Panel


def panel_from(weights: list[list[float]], size: int = 30, seed: int = 3) -> Panel:
    """Draw a wave from each pair of weights (outdegree, reciprocity) in turn, the first one discarded."""
    generator = np.random.default_rng(seed)
    waves = [(generator.random((size, size)) < 0.12).astype(float) for _ in range(2)]
    for ties in waves:
        np.fill_diagonal(ties, 0.0)
    kept = [waves[0]]
    for one in weights:
        model = read_model(Panel.from_matrices([kept[-1], waves[1]]), ["density", "recip"])
        ended = draw(model, np.array([6.0]), np.array(one), 1, generator, kept=True)
        kept.append(ended.networks[0][0].astype(float))
    return Panel.from_matrices(kept[1:])


@pytest.fixture(scope="module")
def steady() -> ActorModel:
    """A fit to three waves drawn from one and the same model."""
    return fit(panel_from([[-1.6, 1.8]] * 3), ["density", "recip"], simulations=1000, seed=1, workers=1)


def test_an_effect_left_out_is_found_with_its_sign_and_about_its_size(steady: ActorModel) -> None:
    panel = steady.model.panel
    plain = fit(panel, ["density"], simulations=1000, seed=1, workers=1)
    values = np.random.default_rng(9).normal(size=30)
    test = score_test(plain, ["recip", ("altX", values, "chance")], seed=2, workers=1)
    rows = test.tidy().set_index("term")
    assert rows.loc["reciprocity", "p"] < 1e-4 and rows.loc["reciprocity", "z"] > 3
    assert rows.loc["chance alter", "p"] > 0.05
    assert rows.loc["all", "p"] < 1e-4 and test.degrees == 2
    assert rows.loc["reciprocity", "one_step"] > 0.5
    assert rows.loc["reciprocity", "statistic"] == pytest.approx(rows.loc["reciprocity", "z"] ** 2)
    assert test.summary().startswith("Effects left out: χ² = ")


def test_a_score_test_agrees_with_the_estimate_of_a_small_effect(steady: ActorModel) -> None:
    values = np.random.default_rng(4).normal(size=30)
    effect = ("egoX", values, "age")
    row = score_test(steady, [effect], simulations=3000, seed=2, workers=1).parts.iloc[0]
    fitted = fit(steady.model.panel, ["density", "recip", effect], seed=1, workers=1)
    assert row["one_step"] == pytest.approx(fitted.estimates[-1], abs=0.3 * fitted.standard_errors[-1])
    assert row["z"] == pytest.approx(fitted.estimates[-1] / fitted.standard_errors[-1], abs=0.3)


def test_conditional_fits_are_tested_alike(steady: ActorModel) -> None:
    fitted = fit(
        steady.model.panel, ["density", "recip"], conditional=True, simulations=1000, seed=1, workers=1
    )
    mine, theirs = time_heterogeneity(fitted), time_heterogeneity(steady)
    assert mine.degrees == theirs.degrees == 2
    assert mine.statistic == pytest.approx(theirs.statistic, abs=1.5)
    assert score_test(fitted, ["transTrip"], seed=1, workers=1).degrees == 1


def test_effects_that_change_over_time_are_found_and_steady_ones_are_not(steady: ActorModel) -> None:
    assert time_heterogeneity(steady).p > 0.05
    turned = fit(
        panel_from([[-1.6, 1.8], [-1.6, 1.8], [-0.9, -0.8]]),
        ["density", "recip"],
        simulations=1000,
        seed=1,
        workers=1,
    )
    test = time_heterogeneity(turned)
    rows = test.tidy().set_index("term")
    assert test.p < 1e-4 and rows.loc["reciprocity", "p"] < 1e-3
    assert rows.index.tolist() == ["outdegree (density)", "reciprocity", "period 2", "all"]
    assert rows.loc["period 2", "statistic"] == pytest.approx(test.statistic)


def test_one_period_cannot_change_over_time() -> None:
    single = fit(panel_from([[-1.6, 1.8]] * 2), ["density"], simulations=200, seed=1, workers=1)
    with pytest.raises(NotEstimable, match="found 1 period"):
        time_heterogeneity(single)


def test_nothing_is_tested_in_a_model_that_has_not_converged() -> None:
    ties = (np.random.default_rng(1).random((10, 10)) < 0.5).astype(float)
    np.fill_diagonal(ties, 0.0)
    runaway = fit(Panel.from_matrices([ties, 1 - ties - np.eye(10)]), ["density"], simulations=100, seed=1)
    for ask in (
        lambda: score_test(runaway, ["recip"], seed=1),
        lambda: time_heterogeneity(runaway),
        lambda: goodness_of_fit(runaway, seed=1),
    ):
        with pytest.raises(NotEstimable, match="has not converged"):
            ask()


def test_goodness_of_fit_counts_what_is_there_and_finds_what_is_missing(steady: ActorModel) -> None:
    good = goodness_of_fit(steady, simulations=200, seed=1, workers=1)
    assert min(good.p.values()) > 0.01
    ends = [period.end for period in steady.model.periods]
    degrees = np.concatenate([ties.sum(axis=0) for ties in ends])
    expected = [(degrees <= level).sum() for level in range(degrees.max() + 1)]
    largest = max(ties.sum(axis=0).max() for ties in ends)
    np.testing.assert_array_equal(good.observed["indegrees"], expected[: largest + 1])
    assert good.observed["triads"].sum() == 2 * 30 * 29 * 28 / 6
    assert good.observed["geodesics"][0] == sum(ties.sum() for ties in ends)
    for aspect, drawn in good.simulated.items():
        assert drawn.shape == (200, len(good.labels[aspect])) == (200, len(good.observed[aspect]))
    plain = fit(steady.model.panel, ["density"], simulations=500, seed=1, workers=1)
    assert goodness_of_fit(plain, simulations=200, seed=1, workers=1).p["triads"] < 0.02
    table = good.tidy()
    assert table.columns.tolist() == ["aspect", "count", "observed", "mean", "lower", "upper"]
    assert set(table["aspect"]) == set(good.p) == {"indegrees", "outdegrees", "triads", "geodesics"}
    assert "triads: p = " in good.summary()


def test_each_draw_is_measured_by_the_others() -> None:
    generator = np.random.default_rng(5)
    drawn = generator.normal(size=(12, 3)) @ np.array([[1, 0.5, 0], [0, 2, 0], [0, 0, 3.0]])
    observed = np.array([1.0, -2.0, 4.0])
    one, others = mahalanobis(observed, drawn)
    apart = observed - drawn.mean(axis=0)
    assert one == pytest.approx(apart @ np.linalg.inv(np.cov(drawn.T)) @ apart)
    for place in range(12):
        rest = np.delete(drawn, place, axis=0)
        apart = drawn[place] - rest.mean(axis=0)
        assert others[place] == pytest.approx(apart @ np.linalg.inv(np.cov(rest.T)) @ apart)


def test_counts_that_follow_from_others_add_no_distance() -> None:
    drawn = np.random.default_rng(5).normal(size=(40, 2))
    doubled = np.column_stack([drawn, drawn.sum(axis=1), np.full(40, 3.0)])
    plain, more = (
        mahalanobis(np.array([1.0, 1.0]), drawn),
        mahalanobis(np.array([1.0, 1.0, 2.0, 3.0]), doubled),
    )
    assert more[0] == pytest.approx(plain[0])
    np.testing.assert_allclose(more[1], plain[1])


def test_importance_is_the_difference_an_effect_makes_to_choices() -> None:
    first = np.array([[0, 1, 0], [0, 0, 0], [1, 0, 0.0]])
    second = np.array([[0, 1, 1], [1, 0, 0], [0, 0, 0.0]])
    panel = Panel.from_matrices([first, second])
    fitted = fit(panel, ["density", "recip"], simulations=100, seed=1, workers=1)
    density, mutual = fitted.weights

    def chances(gains: list[float]) -> np.ndarray:
        odds = np.exp(gains)
        return odds / odds.sum()

    # For each actor: what density, and reciprocity, gain when nobody, or the one or other tie, is changed.
    changes = [
        ([0, -1, 1], [0, 0, 1]),  # drop the tie to 2; make one to 3, who sends one
        ([0, 1, 1], [0, 1, 0]),
        ([0, -1, 1], [0, 0, 0]),
    ]
    shares = []
    for ties, returned in (np.array(pair) for pair in changes):
        whole = chances(density * ties + mutual * returned)
        moved = [
            np.abs(whole - chances(mutual * returned)).sum(),
            np.abs(whole - chances(density * ties)).sum(),
        ]
        shares.append(np.array(moved) / sum(moved))
    found = relative_importance(fitted)
    np.testing.assert_allclose(found["importance"], np.mean(shares, axis=0))
    assert found["term"].tolist() == ["outdegree (density)", "reciprocity"]


def test_importance_adds_up_to_one_in_each_period(steady: ActorModel) -> None:
    found = relative_importance(steady)
    np.testing.assert_allclose(found.groupby("period")["importance"].sum(), 1.0)
    assert isinstance(found, pd.DataFrame) and found["importance"].between(0, 1).all()


def test_draws_from_a_fit_have_the_observed_statistics_on_average(steady: ActorModel) -> None:
    drawn = simulate(steady, simulations=400, seed=5, workers=1)
    assert [ends.shape for ends in drawn.networks] == [(400, 30, 30)] * 2
    ties = sum(ends.sum(axis=(1, 2)).astype(float) for ends in drawn.networks)
    target = steady.targets[2]
    assert abs(ties.mean() - target) < 5 * ties.std() / np.sqrt(400) + 0.1 * ties.std()
    np.testing.assert_array_equal(drawn.effects[:, :, 0].sum(axis=1), ties)
