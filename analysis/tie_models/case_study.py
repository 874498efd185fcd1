"""A case study key's models by simulation, set beside its print: estimates, their errors, and the fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.finding import Finding, key_of, signed

__all__ = ["case_study_findings", "simulated_fits", "simulated_terms"]


def simulated_terms(stored: Mapping[str, Any]) -> pd.DataFrame:
    """Return a row for each term of each model that converged.

    Parameters
    ----------
    stored : mapping
        As `analysis.tie_models.ergm` writes it.

    Returns
    -------
    DataFrame
        index model and term; ``estimate``, ``standard_error``, ``simulation error`` (of the estimate).
    """
    rows = {
        (name, term): {"estimate": estimate, "standard_error": error, "simulation error": simulated}
        for name, model in stored["models"].items()
        if model["converged"]
        for term, estimate, error, simulated in zip(
            model["terms"],
            model["estimates"],
            model["standard_errors"],
            model["monte_carlo_errors"],
            strict=True,
        )
    }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["model", "term"])
    return frame


def simulated_fits(stored: Mapping[str, Any]) -> pd.DataFrame:
    """Return residual deviance, AIC and BIC of each model, and the simulation error of the first.

    BIC counts ordered pairs, as R's ergm does.
    """
    cells = stored["actors"] * (stored["actors"] - 1)
    rows = {}
    for name, model in stored["models"].items():
        if model["converged"]:
            deviance, size = -2 * model["log_likelihood"], len(model["terms"])
            rows[name] = {
                "residual deviance": deviance,
                "AIC": deviance + 2 * size,
                "BIC": deviance + np.log(cells) * size,
                "simulation error": 2 * model["log_likelihood_error"],
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("model")


def case_study_findings(terms: pd.DataFrame, fits: pd.DataFrame) -> list[Finding]:
    """Say what the fullest model shows.

    Parameters
    ----------
    terms, fits : DataFrame
        As from `simulated_terms` and `simulated_fits`, recorded as ``simulated`` and ``fits``.
    """
    model = str(fits["AIC"].idxmin())
    estimate = terms["estimate"].to_dict()
    shared, same = (float(estimate[model, term]) for term in ("shared partners", "same district or site"))
    return [
        Finding(
            "shared",
            f"Confidential exchanges close triangles (estimate {signed(shared)}) and stay within the "
            f"district office or among schools ({signed(same)}).",
            tuple(
                key_of("simulated", model, term, "estimate")
                for term in ("shared partners", "same district or site")
            ),
        )
    ]
