"""Core and periphery: beside every division of small networks, relabelled, and where there is none."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from analysis.checks import NotEstimable
from analysis.ties.core_periphery import core_periphery


def correlation(ties: np.ndarray, core: np.ndarray, between: bool) -> float:
    """Return the correlation with the pattern, cell by cell."""
    either, both = core[:, None] | core, core[:, None] & core
    used = ~np.eye(len(core), dtype=bool) & (both | ~either if not between else True)
    pattern = (either if between else both)[used].astype(float)
    cells = ties[used]
    if not pattern.std() or not cells.std():
        return -1.0
    return float(np.corrcoef(cells, pattern)[0, 1])


@pytest.mark.parametrize("between", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_no_division_of_a_small_network_fits_better(seed: int, between: bool) -> None:
    random = np.random.default_rng(seed)
    ties = (random.random((7, 7)) < 0.25 + 0.5 * np.outer(np.arange(7) < 3, np.arange(7) < 3)).astype(float)
    np.fill_diagonal(ties, 0)
    found = core_periphery(ties, between=between)
    divisions = [np.array(core) for core in product([False, True], repeat=7)]
    best = max(correlation(ties, core, between) for core in divisions)
    assert found.correlation == pytest.approx(correlation(ties, found.core, between))
    # One person is moved at a time: the search may stop short of the best, and then by little.
    assert found.correlation >= best - 0.05
    order = random.permutation(7)
    again = core_periphery(ties[np.ix_(order, order)], between=between)
    assert again.correlation == pytest.approx(found.correlation)
    assert found.share == found.core.mean()


def test_without_ties_nobody_is_central() -> None:
    for ties in (np.zeros((4, 4)), np.ones((4, 4))):
        with pytest.raises(NotEstimable, match="no ties or all"):
            core_periphery(ties)
