"""Robustness to bias: held to a vignette's printed numbers, and to the definition by simulated cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from analysis.resampling.robustness import bias_share, robustness

# Printed by konfound's vignette (cran/konfound@be1687d, inst/doc/introduction-to-konfound.html): water use on
# the number of people in a household, and a made-up coefficient. All five predictors of the first model count
# as covariates; with four the correlation in its prose is .519, not .520.
WATER = robustness(225.198, 28.704, 496, covariates=5)
PLAIN = robustness(2, 0.4, 100, covariates=3)


def test_household_water_use_as_the_vignette_prints_it() -> None:
    assert round(WATER.correlation, 3) == 0.520
    assert round(WATER.impact, 2) == 0.27
    assert round(WATER.correlation_threshold, 3) == 0.089
    # The vignette's own model has more digits of the coefficient than the seven printed.
    assert 100 * WATER.share == pytest.approx(74.955, abs=0.0015)
    assert round(WATER.threshold, 1) == 56.4 and WATER.cases == 372


def test_a_coefficient_of_two_as_the_vignette_prints_it() -> None:
    assert round(PLAIN.correlation, 3) == 0.568
    # It prints the product of the rounded correlations.
    assert round(round(PLAIN.correlation, 3) ** 2, 3) == 0.323
    assert round(PLAIN.correlation_threshold, 3) == 0.201
    assert round(100 * PLAIN.share, 2) == 60.29
    assert round(PLAIN.threshold, 3) == 0.794 and PLAIN.cases == 60


@pytest.mark.parametrize("slope", [0.9, -0.9, 0.01])
def test_a_variable_of_that_impact_brings_the_estimate_to_the_edge(slope: float) -> None:
    """Regress on the omitted variable too: made with just that impact, it leaves t at its critical value.

    With many people: the partial correlation, as published, counts the omitted variable's degree of freedom
    before that variable is there.
    """
    people = 20_000
    draws = np.random.default_rng(3).normal(size=(people, 3))
    draws, _ = np.linalg.qr(draws - draws.mean(axis=0))
    predictor = draws[:, 0]
    outcome = slope * predictor + draws[:, 1]
    fit = sm.OLS(outcome, sm.add_constant(predictor)).fit()
    found = robustness(fit.params[1], fit.bse[1], people)
    centred = outcome / math.sqrt(outcome @ outcome)
    correlation = centred @ predictor
    sign = math.copysign(1, correlation)
    # Solve for the direction with the two correlations asked for; the third makes its length one.
    with_predictor = found.correlation
    with_outcome = sign * math.copysign(found.correlation, found.impact)
    rest = draws[:, 1]
    along = (with_outcome - correlation * with_predictor) / (centred @ rest)
    left = 1 - with_predictor**2 - along**2
    omitted = with_predictor * predictor + along * rest + math.sqrt(left) * draws[:, 2]
    again = sm.OLS(outcome, sm.add_constant(np.column_stack([predictor, omitted]))).fit()
    assert abs(again.tvalues[1]) == pytest.approx(student.ppf(0.975, people - 3), abs=0.005)
    assert found.excludes_zero == (abs(slope) > 0.1)


@given(st.floats(-5, 5), st.floats(0.1, 3), st.integers(6, 500), st.integers(0, 2))
def test_sides_scales_and_edge(estimate: float, error: float, cases: int, covariates: int) -> None:
    found = robustness(estimate, error, cases, covariates)
    turned = robustness(-estimate, error, cases, covariates)
    larger = robustness(10 * estimate, 10 * error, cases, covariates)
    assert turned.share == pytest.approx(found.share) and turned.impact == pytest.approx(found.impact)
    assert larger.share == pytest.approx(found.share) and larger.impact == pytest.approx(found.impact)
    assert 0 <= found.share <= 1 and abs(found.impact) < 1
    if found.excludes_zero:
        assert estimate * (1 - found.share) == pytest.approx(found.threshold)


def test_an_estimate_of_nothing_is_hidden_whole() -> None:
    found = robustness(0, 1, 30)
    assert found.share == 1 and not found.excludes_zero and found.impact < 0
    assert "includes zero" in found.summary() and "60%" in PLAIN.summary()


def test_every_wrong_argument_is_named_at_once() -> None:
    with pytest.raises(ValueError) as caught:
        robustness(math.nan, 0, 3, covariates=-1)
    for part in ("estimate nan", "standard error 0", "-1 covariates"):
        assert part in str(caught.value)
    with pytest.raises(ValueError, match="5 observations"):
        robustness(1, 1, 5, covariates=2)
    with pytest.raises(ValueError, match="threshold 0"):
        bias_share(1, 0)
