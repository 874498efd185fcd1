"""Weights of exposure: against their definition, by hand, on bad input."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from analysis.adoption.exposure import exposure
from analysis.adoption.exposure_weights import inverse_geodesic_weights, structural_equivalence_weights
from tests.adoption.adopters import FOUR

Floats = npt.NDArray[np.float64]
INF, NAN = np.inf, np.nan

# ---------------------------------------------------------------- by hand


def test_structural_equivalence_against_the_definition() -> None:
    random = np.random.default_rng(5)
    network = random.integers(0, 3, (7, 7)).astype(float)
    np.fill_diagonal(network, 0)
    for valued, power in ((False, 1.0), (True, 2.0)):
        ties = network if valued else (network != 0).astype(float)
        distance = np.zeros((7, 7))
        for i in range(7):
            for j in range(7):
                others = [k for k in range(7) if k not in (i, j)]
                square = (ties[i, j] - ties[j, i]) ** 2
                square += sum((ties[i, k] - ties[j, k]) ** 2 + (ties[k, i] - ties[k, j]) ** 2 for k in others)
                distance[i, j] = square**0.5
        closeness = (distance.max(axis=1)[:, None] - distance) ** power
        np.fill_diagonal(closeness, 0)
        expected = closeness / closeness.sum(axis=1)[:, None]
        found = structural_equivalence_weights(network, power=power, valued=valued)
        assert found.toarray() == pytest.approx(expected, abs=1e-12)
    weighted = exposure(
        network, [1, 1, 2, 2, 3, INF, INF], [1, 2], lag=0, weights="structural equivalence", valued=True
    )
    one = structural_equivalence_weights(network, valued=True).toarray()
    assert weighted[:, 0] == pytest.approx(one[:, :2].sum(axis=1))


def test_two_people_with_the_same_ties_weigh_most_for_one_another() -> None:
    """0 and 1 both name 2 alone, 3 nothing: d = 0 between 0 and 1, so each is all the other's weight."""
    network = np.zeros((4, 4))
    network[0, 2] = network[1, 2] = 1
    found = structural_equivalence_weights(network).toarray()
    # d_02² = 1 (own cells) + 1 (from 1 to 2), d_03² = 1: the largest distance is √2.
    rest = np.sqrt(2) - 1
    assert found[0] == pytest.approx(np.array([0, np.sqrt(2), 0, rest]) / (np.sqrt(2) + rest))


def test_inverse_geodesic_weights_of_a_line() -> None:
    line = np.diag([1.0, 1.0, 1.0], k=1)
    found = inverse_geodesic_weights(line, cutoff=2).toarray()
    assert found[0] == pytest.approx(np.array([0, 1, 1 / 2, 0]) / 1.5)
    assert found[2].tolist() == [0, 0, 0, 1]
    assert found[3].tolist() == [0, 0, 0, 0]


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: inverse_geodesic_weights(FOUR, cutoff=0), "found 0 steps of cutoff; allowed: at least 1"),
        (lambda: structural_equivalence_weights(FOUR, power=0), "power is 0; allowed: above 0"),
    ],
)
def test_bad_input_is_named(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
