"""The power of a correlation: a published table of sizes, samples drawn, and its own inverse."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import pearsonr

from analysis.resampling.power import correlation_power, smallest_correlation


def test_sizes_are_those_that_cohen_prints() -> None:
    """Cohen (1992, Psychological Bulletin 112, table 2): 783, 85 and 28 units for power .80 at .05."""
    for correlation, units in ((0.1, 783), (0.3, 85)):
        assert correlation_power(correlation, units) >= 0.8 > correlation_power(correlation, units - 2)
    # His 28 is exact; the transformation is a little short there.
    assert correlation_power(0.5, 28) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize(("correlation", "units"), [(0.5, 15), (0.67, 15), (0.0, 20)])
def test_samples_drawn_find_it_as_often(correlation: float, units: int) -> None:
    random = np.random.default_rng(5)
    first = random.normal(size=(4000, units))
    second = correlation * first + np.sqrt(1 - correlation**2) * random.normal(size=(4000, units))
    found = float(np.mean(pearsonr(first, second, axis=1).pvalue < 0.05))
    assert found == pytest.approx(correlation_power(correlation, units), abs=0.03)


def test_the_smallest_correlation_has_the_power_asked_for() -> None:
    for units in (6, 15, 200):
        for power in (0.5, 0.8, 0.95):
            assert correlation_power(smallest_correlation(units, power=power), units) == pytest.approx(
                power, abs=1e-3
            )
    assert correlation_power(-0.4, 30) == pytest.approx(correlation_power(0.4, 30))


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="3 units"):
        correlation_power(0.5, 3)
    with pytest.raises(ValueError, match="correlation 1"):
        correlation_power(1, 9)
    with pytest.raises(ValueError, match="level 2"):
        smallest_correlation(9, power=2)
