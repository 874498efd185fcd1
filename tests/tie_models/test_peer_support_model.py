"""The published model's terms: as one logistic regression of their change statistics, counted anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from analysis.tie_models.peer_support_model import peer_support_model


def test_terms_are_what_a_tie_changes() -> None:
    import statsmodels.api as sm

    random = np.random.default_rng(7)
    size, decay = 34, 0.7
    ties = (random.random((size, size)) < 0.2).astype(float)
    np.fill_diagonal(ties, 0)
    roles = ["administration", "curriculum", "library and media", "instructional technology", "consulting"]
    roles += ["technical infrastructure", "professional development", "classroom teaching"]
    people = pd.DataFrame(
        {"role": random.choice(roles, size), "grades": random.choice(["primary", "high"], size)}
    )
    people["region"] = random.choice(["West", "South", None], size)
    people["discussion_group"] = random.choice(["A", "B"], size)
    people["experience_level"] = random.choice([1, 2, 3], size)

    def weighted(network: np.ndarray) -> float:
        degrees = network.sum(axis=0)
        return float((np.exp(decay) * (1 - (1 - np.exp(-decay)) ** degrees)).sum())

    def counts(network: np.ndarray) -> np.ndarray:
        found = [network.sum(), (network * network.T).sum() / 2, weighted(network)]

        def same(column: str) -> float:
            one, other = np.nonzero(network)
            labels = people[column].to_numpy(dtype=object)
            return float(
                sum(a == b and a is not None for a, b in zip(labels[one], labels[other], strict=True))
            )

        degrees = network.sum(axis=0) + network.sum(axis=1)
        found += [
            same("role"),
            *(degrees[(people["role"] == role).to_numpy()].sum() for role in (*roles[:4],)),
        ]
        found += [degrees[(people["role"] == role).to_numpy()].sum() for role in (*roles[5:7], "consulting")]
        level = people["experience_level"].to_numpy(dtype=float)
        found += [same("grades"), (network * abs(level[:, None] - level)).sum()]
        found += [
            degrees[level == 2].sum(),
            degrees[level == 3].sum(),
            same("region"),
            same("discussion_group"),
        ]
        return np.array(found)

    rows, outcome = [], []
    for i in range(size):
        for j in range(size):
            if i != j:
                network = ties.copy()
                network[i, j] = 1
                more = counts(network)
                network[i, j] = 0
                rows.append(more - counts(network))
                outcome.append(ties[i, j])
    peer = sm.Logit(outcome, np.array(rows)).fit(disp=False, tol=1e-12)
    own = peer_support_model(ties, people, decay=decay)
    assert_allclose(own["estimate"], peer.params, atol=1e-6)
    assert_allclose(own["standard_error"], peer.bse, rtol=1e-5)
