"""Parts that cross: closed forms, the general model, and what is said where nothing is left."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.checks import NotEstimable
from analysis.measurement.crossed_effects import crossed_effects


def drawn(rows: int = 8, columns: int = 6) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return one value for each row and column, with effects of both."""
    generator = np.random.default_rng(5)
    values = 3 + generator.normal(size=(rows, 1)) + 2 * generator.normal(size=columns)
    values = values + 0.5 * generator.normal(size=(rows, columns))
    one, other = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    return values.ravel(), [one.ravel(), other.ravel()]


def test_balanced_rows_and_columns_are_those_of_the_analysis_of_variance() -> None:
    values, codes = drawn()
    table = values.reshape(8, 6)
    grand, rows, columns = table.mean(), table.mean(axis=1), table.mean(axis=0)
    left = table - rows[:, None] - columns + grand
    residual = (left**2).sum() / (7 * 5)
    by_row = (6 * ((rows - grand) ** 2).sum() / 7 - residual) / 6
    by_column = (8 * ((columns - grand) ** 2).sum() / 5 - residual) / 8
    effects, covariance, variances, _ = crossed_effects(values, np.ones((48, 1)), codes, restricted=True)
    assert effects[0] == pytest.approx(grand)
    np.testing.assert_allclose(variances, [by_row, by_column, residual], rtol=1e-5)
    assert covariance[0, 0] == pytest.approx(by_row / 8 + by_column / 6 + residual / 48, rel=1e-5)


def test_the_likelihood_is_that_of_the_normal_distribution() -> None:
    values, codes = drawn(4, 3)
    effects, _, variances, found = crossed_effects(values, np.ones((12, 1)), codes, restricted=False)
    covariance = variances[2] * np.eye(12)
    for own, variance in zip(codes, variances, strict=False):
        covariance += variance * np.equal.outer(own, own)
    apart = values - effects[0]
    log = -0.5 * (
        12 * np.log(2 * np.pi) + np.linalg.slogdet(covariance)[1] + apart @ np.linalg.solve(covariance, apart)
    )
    assert found == pytest.approx(log)


def test_names_and_order_of_parts_change_nothing() -> None:
    values, codes = drawn()
    order = np.random.default_rng(1).permutation(len(values))
    turned = [(own.max() - own)[order] for own in codes[::-1]]
    _, _, one, _ = crossed_effects(values, np.ones((48, 1)), codes, restricted=True)
    _, _, other, _ = crossed_effects(values[order], np.ones((48, 1)), turned, restricted=True)
    np.testing.assert_allclose(other, one[[1, 0, 2]], rtol=1e-5)


def test_values_without_anything_left_are_refused() -> None:
    with pytest.raises(NotEstimable, match="explain to the last digit"):
        crossed_effects(np.zeros(6), np.ones((6, 1)), [np.array([0, 0, 1, 1, 2, 2])], restricted=True)
