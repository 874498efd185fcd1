"""A key's models by simulation: what is read of the stored fits, and what is left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.tie_models.case_study import case_study_findings, simulated_fits, simulated_terms
from analysis.tie_models.ergm import models_of


def model(
    estimates: list[float], *, converged: bool = True, log_likelihood: float = -390.0
) -> dict[str, object]:
    """Return a stored fit."""
    terms = ["edges", "shared partners", "same district or site"][: len(estimates)]
    return {
        "terms": terms,
        "estimates": estimates,
        "standard_errors": [0.1] * len(estimates),
        "monte_carlo_errors": [0.01] * len(estimates),
        "converged": converged,
        "log_likelihood": log_likelihood,
        "log_likelihood_error": 0.1,
    }


def test_fits_are_read_and_those_that_did_not_converge_are_not() -> None:
    stored = {
        "actors": 43,
        "models": {
            "model 2": model([-3.0, 1.1], log_likelihood=-400.0),
            "model 3": model([-3.0, 1.1], converged=False),
            "model 4": model([-4.0, 1.0, 0.6]),
        },
    }
    terms, fits = simulated_terms(stored), simulated_fits(stored)
    assert terms.index.get_level_values("model").unique().tolist() == ["model 2", "model 4"]
    assert terms.loc[("model 4", "shared partners"), "estimate"] == 1.0
    assert fits.loc["model 4", "AIC"] == 780 + 6
    assert fits.loc["model 4", "BIC"] == pytest.approx(780 + 3 * np.log(43 * 42))
    assert fits.loc["model 4", "simulation error"] == pytest.approx(0.2)
    sentence = case_study_findings(terms, fits)[0].sentence
    assert "close triangles (estimate 1.00)" in sentence and "(0.60)" in sentence


def test_a_number_of_both_ends_is_added() -> None:
    actors = pd.DataFrame({"male": [0, 1, 1]})
    term = models_of({"one": {"male": {"either": "male"}}}, actors)["one"]["male"]
    assert term.kind == "edge_covariate"
    assert np.asarray(term.values).tolist() == [[0, 1, 1], [1, 0, 2], [1, 2, 0]]
