"""Specification curves: against a regression done by hand, by property, on bad input."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from analysis.resampling.specification import Specification, partial_correlation, specification_curve

GENERATOR = np.random.default_rng(5)
FIRST, SECOND = (GENERATOR.integers(0, 5, (12, 12)).astype(float) for _ in range(2))
OUTCOME = FIRST + 0.5 * SECOND + GENERATOR.normal(size=(12, 12))


def test_the_partial_correlation_is_that_of_the_residuals() -> None:
    off = ~np.eye(12, dtype=bool)
    y, x, z = OUTCOME[off], FIRST[off], sm.add_constant(SECOND[off])
    residuals = [values - z @ np.linalg.lstsq(z, values, rcond=None)[0] for values in (y, x)]
    expected = np.corrcoef(residuals)[0, 1]
    curve = specification_curve(
        [Specification({"ties": "valued"}, OUTCOME, {"first": FIRST, "second": SECOND})],
        permutations=50,
        seed=1,
    )
    assert curve.loc[0, "first partial correlation"] == pytest.approx(expected, abs=1e-12)
    assert curve.loc[0, "pairs"] == 132
    assert list(curve.columns[:2]) == ["ties", "first partial correlation"]


def test_the_scale_of_a_variable_plays_no_part() -> None:
    both = [
        Specification({"scale": name}, factor * OUTCOME, {"first": factor * FIRST, "second": SECOND})
        for name, factor in (("one", 1.0), ("hundred", 100.0))
    ]
    curve = specification_curve(both, permutations=50, seed=1)
    for column in ("first partial correlation", "second partial correlation", "first p"):
        assert curve[column].iloc[0] == pytest.approx(curve[column].iloc[1], abs=1e-10)


def test_missing_pairs_and_self_ties_are_what_the_specification_says() -> None:
    silent = OUTCOME.copy()
    silent[3] = np.nan
    curve = specification_curve(
        [
            Specification({"who": "all"}, OUTCOME, {"first": FIRST}, self_ties=True),
            Specification({"who": "those who answered"}, silent, {"first": FIRST}),
        ],
        permutations=20,
        seed=1,
    )
    assert curve["pairs"].tolist() == [144, 121]


@pytest.mark.parametrize(
    ("statistic", "freedom", "expected"), [(0.0, 10, 0.0), (3.0, 7, 0.75), (-3.0, 7, -0.75)]
)
def test_partial_correlation_by_hand(statistic: float, freedom: float, expected: float) -> None:
    assert partial_correlation(statistic, freedom) == expected


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="found 0 degrees of freedom"):
        partial_correlation(1.0, 0)
    with pytest.raises(ValueError, match="at least one"):
        specification_curve([], permutations=5, seed=1)
    unlike = [
        Specification({"a": "1"}, OUTCOME, {"x": FIRST}),
        Specification({"b": "1"}, OUTCOME, {"x": FIRST}),
    ]
    with pytest.raises(ValueError, match="specification 2 has choices"):
        specification_curve(unlike, permutations=5, seed=1)
