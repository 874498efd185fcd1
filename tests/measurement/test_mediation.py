"""Mediation: against regressions one by one, with error known, by property, on bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.measurement.mediation import PATHS, mediation


def drawn(seed: int, units: int = 40) -> tuple[Floats, Floats, Floats, pd.DataFrame]:
    random = np.random.default_rng(seed)
    other = random.normal(size=units)
    cause = random.normal(size=units) + 0.5 * other
    mediator = 0.8 * cause + 0.3 * other + random.normal(size=units)
    outcome = 0.5 * mediator + 0.2 * cause - 0.4 * other + random.normal(size=units)
    return cause, mediator, outcome, pd.DataFrame({"other": other})


def test_paths_are_those_of_three_regressions() -> None:
    from statsmodels.regression.linear_model import OLS

    cause, mediator, outcome, others = drawn(1)
    found = mediation(cause, mediator, outcome, covariates=others, draws=19, seed=1).paths["estimate"]
    ones = np.ones(len(cause))
    base = np.column_stack([ones, cause, others])
    first, total = (OLS(end, base).fit().params[1] for end in (mediator, outcome))
    direct, through = OLS(outcome, np.column_stack([base, mediator])).fit().params[[1, 3]]
    assert found[list(PATHS)].tolist() == pytest.approx([first, through, first * through, direct, total])


def test_error_that_is_known_is_taken_away_by_hand() -> None:
    cause, mediator, outcome, _ = drawn(2)
    plain = mediation(cause, mediator, outcome, draws=19, seed=1)
    found = mediation(cause, mediator, outcome, error_variance=np.full(40, 0.2), draws=19, seed=1)
    left = mediator - np.poly1d(np.polyfit(cause, mediator, 1))(cause)
    reliability = 1 - 0.2 / (left @ left / 38)
    assert plain.reliability == 1 and found.reliability == pytest.approx(reliability)
    one, other = (each.paths["estimate"] for each in (plain, found))
    assert other["mediator to outcome"] == pytest.approx(one["mediator to outcome"] / reliability)
    assert other["total"] == pytest.approx(one["total"])
    assert other["direct"] + other["indirect"] == pytest.approx(other["total"])


def test_with_many_units_the_truth_is_found_only_without_the_error() -> None:
    random = np.random.default_rng(3)
    cause = random.normal(size=20_000)
    level = 0.8 * cause + random.normal(size=20_000)
    outcome = 0.5 * level + 0.2 * cause + random.normal(size=20_000)
    seen = level + random.normal(size=20_000)
    for errors, through in ((np.ones(20_000), 0.5), (None, 0.25)):
        found = mediation(cause, seen, outcome, error_variance=errors, draws=1, seed=1).paths["estimate"]
        assert found["mediator to outcome"] == pytest.approx(through, abs=0.03)


@given(st.integers(0, 1000), st.sampled_from([0.5, 3.0, 100.0]))
def test_units_of_measurement_and_order_of_units_only_rescale(seed: int, factor: float) -> None:
    cause, mediator, outcome, others = drawn(seed, 15)
    errors = np.full(15, 0.05)
    options = {"draws": 50, "seed": 7}
    first = mediation(cause, mediator, outcome, covariates=others, error_variance=errors, **options)
    scaled = mediation(
        factor * cause, mediator + 4, outcome, covariates=others, error_variance=errors, **options
    )
    rates = pd.Series([1 / factor, 1, 1 / factor, 1 / factor, 1 / factor], index=first.paths.index)
    for column in ("estimate", "lower", "upper"):
        np.testing.assert_allclose(scaled.paths[column], first.paths[column] * rates, rtol=1e-6, atol=1e-9)
    turned = mediation(
        cause[::-1],
        mediator[::-1],
        outcome[::-1],
        covariates=others.iloc[::-1],
        error_variance=errors,
        **options,
    )
    np.testing.assert_allclose(turned.paths["estimate"], first.paths["estimate"], rtol=1e-8, atol=1e-10)
    assert (first.paths["lower"] <= first.paths["upper"]).all()


def test_the_seed_decides_and_missing_values_leave_a_unit_out() -> None:
    cause, mediator, outcome, _ = drawn(4)
    first, again = (mediation(cause, mediator, outcome, draws=99, seed=5) for _ in range(2))
    pd.testing.assert_frame_equal(first.paths, again.paths)
    hole = mediator.copy()
    hole[3] = np.nan
    kept = np.arange(40) != 3
    one = mediation(cause, hole, outcome, draws=99, seed=5)
    other = mediation(cause[kept], mediator[kept], outcome[kept], draws=99, seed=5)
    pd.testing.assert_frame_equal(one.paths, other.paths)
    assert one.units == 39 and "39 units" in one.summary() and one.tidy() is one.paths


def test_bad_input_and_what_cannot_be_answered() -> None:
    cause, mediator, outcome, _ = drawn(5)
    with pytest.raises(ValueError, match="found lengths 40, 40, 39, 40, 40"):
        mediation(cause, mediator, outcome[1:], draws=9, seed=1)
    with pytest.raises(ValueError, match="error variance below 0"):
        mediation(cause, mediator, outcome, error_variance=-np.ones(40), draws=9, seed=1)
    with pytest.raises(NotEstimable, match="9 units"):
        mediation(cause[:9], mediator[:9], outcome[:9], draws=9, seed=1)
    with pytest.raises(NotEstimable, match="same everywhere"):
        mediation(np.ones(40), mediator, outcome, draws=9, seed=1)
    with pytest.raises(NotEstimable, match="than its error"):
        mediation(cause, mediator, outcome, error_variance=np.full(40, 50.0), draws=9, seed=1)
