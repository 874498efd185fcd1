"""Least squares: against statsmodels, by hand, under shifts, on bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.resampling.least_squares import least_squares


@given(st.integers(0, 10_000), st.integers(6, 40), st.sampled_from([0.5, 0.9, 0.95]))
def test_estimates_errors_and_intervals_are_those_of_statsmodels(seed: int, units: int, level: float) -> None:
    from statsmodels.regression.linear_model import OLS

    random = np.random.default_rng(seed)
    predictors = pd.DataFrame(random.normal(size=(units, 2)), columns=["density", "centralisation"])
    outcome = random.normal(size=units) + predictors["density"]
    found = least_squares(outcome, predictors, level=level)
    known = OLS(outcome, predictors.assign(one=1.0)[["one", "density", "centralisation"]]).fit()
    for column, expected in (("estimate", known.params), ("standard_error", known.bse), ("p", known.pvalues)):
        np.testing.assert_allclose(found.terms[column], expected, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(
        found.terms[["lower", "upper"]], known.conf_int(1 - level), rtol=1e-7, atol=1e-9
    )
    assert (found.units, found.degrees) == (units, units - 3)
    assert found.explained == pytest.approx(known.rsquared)


def test_a_missing_value_leaves_its_unit_out() -> None:
    predictors = pd.DataFrame({"x": [1.0, 2, 3, np.nan, 5]})
    found = least_squares([1.0, 3, 2, 9, np.nan], predictors)
    again = least_squares([1.0, 3, 2], pd.DataFrame({"x": [1.0, 2, 3]}))
    pd.testing.assert_frame_equal(found.terms, again.terms)
    assert "x 0.500" in found.summary() and found.tidy() is found.terms


def test_what_cannot_be_answered_is_said() -> None:
    with pytest.raises(NotEstimable, match="2 units"):
        least_squares([1, 2], pd.DataFrame({"x": [1, 2]}))
    with pytest.raises(NotEstimable, match="same everywhere"):
        least_squares([1, 2, 3], pd.DataFrame({"x": [1, 1, 1]}))
    with pytest.raises(ValueError, match="3 outcomes and 2 rows"):
        least_squares([1, 2, 3], pd.DataFrame({"x": [1, 2]}))
    with pytest.raises(ValueError, match="level 95"):
        least_squares([1, 2, 3], pd.DataFrame({"x": [1, 2, 4]}), level=95)
