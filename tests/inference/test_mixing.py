"""The permutation test of the E-I index."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from analysis.inference.mixing import external_internal_test
from analysis.networks.structure import external_internal

TEAMS = [team for team, size in enumerate((5, 4, 4, 4, 4)) for _ in range(size)]


def test_against_every_permutation_of_a_small_network() -> None:
    generator = np.random.default_rng(3)
    matrix = (generator.random((6, 6)) < 0.4).astype(float)
    groups = ["a", "a", "b", "b", "b", "c"]
    every = np.array([external_internal(matrix, list(drawn)) for drawn in permutations(groups)])
    found = external_internal_test(matrix, groups, permutations=20_000, seed=1)
    exact_less = np.mean(every <= found.estimate + 1e-12)
    exact = np.mean(np.abs(every - every.mean()) >= abs(found.estimate - every.mean()) - 1e-9)
    error = 4 * np.sqrt(0.25 / 20_000)
    assert abs(found.p_less - exact_less) < error
    assert abs(found.p - exact) < error
    assert abs(found.permutation_mean - every.mean()) < 4 * every.std() / np.sqrt(20_000)
    assert abs(found.permutation_sd - every.std()) < 0.02
    assert found.expected == pytest.approx(every.mean())


def test_above_zero_and_still_below_expectation() -> None:
    """Teams of 5, 4, 4, 4, 4: E-I of +.5 looks outward, and is more inward than chance (+.676)."""
    generator = np.random.default_rng(8)
    same = np.equal.outer(TEAMS, TEAMS) & ~np.eye(21, dtype=bool)
    other = ~np.equal.outer(TEAMS, TEAMS)
    for arcs, significant in ((20, False), (80, True)):
        matrix = np.zeros((21, 21))
        for cells, number in ((same, arcs // 4), (other, arcs - arcs // 4)):
            chosen = generator.choice(np.flatnonzero(cells), number, replace=False)
            matrix.flat[chosen] = 1
        found = external_internal_test(matrix, TEAMS, permutations=4000, seed=2)
        assert found.estimate == 0.5
        assert found.expected == pytest.approx(0.676, abs=0.0005)
        assert (found.p < 0.05) is significant
        assert found.lower < found.permutation_mean < found.upper
        assert "E-I +0.500, +0.676 under random mixing" in found.summary()
        assert found.tidy().loc[0, "p"] == found.p


def test_the_same_seed_gives_the_same_result() -> None:
    matrix = (np.random.default_rng(4).random((6, 6)) < 0.4).astype(float)
    groups = [0, 0, 0, 1, 1, 1]
    first, again, other = (
        external_internal_test(matrix, groups, permutations=50, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again
    assert first.permutation_mean != other.permutation_mean


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least one"):
        external_internal_test(np.eye(3), [1, 1, 2], permutations=5, seed=1)
    with pytest.raises(ValueError, match="found 0 permutations"):
        external_internal_test(np.ones((3, 3)), [1, 1, 2], permutations=0, seed=1)
    with pytest.raises(ValueError):
        external_internal_test(np.ones((3, 3)), [1, 1], permutations=5, seed=1)
