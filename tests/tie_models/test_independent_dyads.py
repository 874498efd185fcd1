"""Edges and mutual ties against a likelihood searched by other means, and statistics counted one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import minimize

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.tie_models.independent_dyads import edges_and_mutual, shared_partner_statistics


def network(size: int, seed: int) -> Floats:
    ties = (np.random.default_rng(seed).random((size, size)) < 0.4).astype(float)
    np.fill_diagonal(ties, 0)
    return ties


def deviance(parameters: Floats, ties: Floats) -> float:
    """Return −2 log-likelihood, each pair's four states by their weights."""
    edges, mutual = parameters
    whole = math.log(1 + 2 * math.exp(edges) + math.exp(2 * edges + mutual))
    total = 0.0
    for one in range(len(ties)):
        for other in range(one):
            there, back = ties[one, other], ties[other, one]
            total += edges * (there + back) + mutual * there * back - whole
    return -2 * total


@given(st.integers(5, 9), st.integers(0, 10_000))
def test_the_estimate_is_the_top_of_the_likelihood(size: int, seed: int) -> None:
    ties = network(size, seed)
    both = (ties * ties.T).sum() / 2
    assume(both > 0 and ties.sum() > 2 * both and ((ties + ties.T) == 0).sum() > size)
    terms, fit = edges_and_mutual(ties)
    top = terms["estimate"].to_numpy(float)
    assert fit["residual deviance"] == pytest.approx(deviance(top, ties))
    found = minimize(deviance, np.zeros(2), args=(ties,), method="BFGS", options={"gtol": 1e-8})
    assert top == pytest.approx(found.x, abs=1e-4)
    # The second derivatives of the likelihood, by differences, give the errors.
    step, hessian = 1e-3, np.zeros((2, 2))
    for row in range(2):
        for column in range(2):
            moves = np.eye(2)[row] * step, np.eye(2)[column] * step
            hessian[row, column] = sum(
                a * b * deviance(top + a * moves[0] + b * moves[1], ties) for a in (1, -1) for b in (1, -1)
            ) / (8 * step**2)
    assert terms["standard_error"].to_numpy(float) == pytest.approx(
        np.sqrt(np.diag(np.linalg.inv(hessian))), rel=1e-3
    )


@given(st.integers(3, 8), st.integers(0, 10_000), st.sampled_from([0.25, 1.0]))
def test_statistics_are_those_counted_one_by_one(size: int, seed: int, decay: float) -> None:
    ties = network(size, seed)
    weighted = triples = 0.0
    for sender, receiver in np.argwhere(ties > 0):
        partners = sum(ties[sender, k] * ties[k, receiver] for k in range(size))
        triples += partners
        weighted += sum((1 - math.exp(-decay)) ** i for i in range(int(partners)))
    found = shared_partner_statistics(ties, decay)
    assert found["transitive triples"] == triples
    assert found["shared partners"] == pytest.approx(weighted)
    assert (found["ties"], found["mutual pairs"]) == (ties.sum(), (ties * ties.T).sum() / 2)


def test_what_cannot_be_answered() -> None:
    with pytest.raises(NotEstimable, match="0 mutual, 3 one-way"):
        edges_and_mutual([[0, 1, 1], [0, 0, 1], [0, 0, 0]])
    with pytest.raises(ValueError, match="decay 0"):
        shared_partner_statistics([[0, 1], [0, 0]], 0)
