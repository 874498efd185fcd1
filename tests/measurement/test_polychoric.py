"""Thresholds and polychoric correlations: against lavaan, scipy and the answers they were cut from."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from analysis.checks import NotEstimable
from analysis.measurement.polychoric import bivariate_normal, ordinal_moments
from analysis.measurement.weighted_least_squares import scaled_and_shifted


@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(-0.99, 0.99))
def test_bivariate_normal_equals_scipys(first: float, second: float, correlation: float) -> None:
    expected = multivariate_normal.cdf([first, second], cov=[[1, correlation], [correlation, 1]])
    assert float(bivariate_normal(np.array(first), np.array(second), correlation)) == pytest.approx(
        float(expected), abs=1e-7
    )


def test_bivariate_normal_at_the_ends() -> None:
    ends = np.array([-np.inf, np.inf])
    assert bivariate_normal(ends, np.array([1.0, 1.0]), 0.6) == pytest.approx([0, norm.cdf(1)], abs=1e-12)
    # Sheppard 1899: a quarter and the arcsine over 2π.
    assert float(bivariate_normal(np.zeros(()), np.zeros(()), -0.3)) == pytest.approx(
        0.25 + math.asin(-0.3) / (2 * math.pi), abs=1e-12
    )


def test_correlations_equal_lavaan(reference_folder: Path) -> None:
    folder = reference_folder / "psychometrics"
    reference = json.loads((folder / "results.json").read_text())
    codes = pd.read_csv(folder / "holzinger_ordinal4.csv")[[f"x{place}" for place in range(1, 10)]].to_numpy()
    found = ordinal_moments(codes - 1)
    assert found.correlations == pytest.approx(np.array(reference["polychoric"]), abs=1e-7)
    cuts = [row["est"] for row in reference["cfa_WLSMV"]["est"] if row["op"] == "|"]
    errors = [row["se"] for row in reference["cfa_WLSMV"]["est"] if row["op"] == "|"]
    assert found.thresholds.tolist() == pytest.approx(cuts, abs=1e-9)
    assert np.sqrt(np.diag(found.covariance)[:27] / 300).tolist() == pytest.approx(errors, abs=1e-7)


def cut(people: int, correlation: float, bounds: tuple[list[float], list[float]], seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    first = generator.normal(size=people)
    second = correlation * first + math.sqrt(1 - correlation**2) * generator.normal(size=people)
    return np.column_stack([np.digitize(first, bounds[0]), np.digitize(second, bounds[1])])


def test_the_spread_between_samples_is_the_one_told() -> None:
    bounds = ([-1.0, 0.2], [-0.5, 0.4, 1.3])
    fits = [ordinal_moments(cut(400, -0.6, bounds, seed)) for seed in range(300)]
    values = np.array([[*own.thresholds, own.correlations[1, 0]] for own in fits])
    told = np.mean([np.sqrt(np.diag(own.covariance) / own.people) for own in fits], axis=0)
    # A standard deviation of 300 values is good to 4 %: within three and a half times that.
    assert values.std(axis=0, ddof=1) == pytest.approx(told, rel=0.15)
    assert values.mean(axis=0) == pytest.approx([-1, 0.2, -0.5, 0.4, 1.3, -0.6], abs=0.02)
    together = np.mean([own.covariance / own.people for own in fits], axis=0)
    spread = np.sqrt(np.diag(together))
    assert np.corrcoef(values, rowvar=False) == pytest.approx(together / np.outer(spread, spread), abs=0.2)


def test_turning_an_item_round_turns_its_signs() -> None:
    codes = cut(500, 0.5, ([-1.0, 0.2], [-0.5, 0.4, 1.3]), 1)
    plain, turned = ordinal_moments(codes), ordinal_moments(codes * [1, -1] + [0, 3])
    assert turned.correlations[1, 0] == pytest.approx(-plain.correlations[1, 0], abs=1e-9)
    assert turned.thresholds[2:].tolist() == pytest.approx((-plain.thresholds[2:][::-1]).tolist(), abs=1e-12)
    assert turned.covariance[-1, -1] == pytest.approx(plain.covariance[-1, -1], rel=1e-7)


def test_items_that_order_people_alike_are_refused() -> None:
    codes = np.repeat([[0, 0], [1, 0], [1, 1], [2, 1]], 20, axis=0)
    with pytest.raises(NotEstimable) as caught:
        ordinal_moments(codes, ["first", "second"])
    assert str(caught.value) == "items first and second order people alike: their correlation runs to ±1"


def test_scaling_and_shifting_gives_the_mean_and_variance_of_chi_square() -> None:
    weights = np.array([2.0, 1.0, 0.5])
    factor = scaled_and_shifted(0.0, 3, weights.sum(), (weights**2).sum())
    mean, _ = scaled_and_shifted(weights.sum(), 3, weights.sum(), (weights**2).sum())
    assert mean == pytest.approx(3)
    assert 2 * (weights**2).sum() / factor[1] ** 2 == pytest.approx(6)
