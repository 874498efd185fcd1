"""The actor-oriented model beside the separable one on the same periods, and beside another program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable
from analysis.frames import keyed_frame
from analysis.tie_models.change_statistics import Term, edge_covariate, edges, gwesp, mutual, transitive_ties
from analysis.tie_models.saom_effects import EFFECTS
from analysis.tie_models.saom_results import ActorModel
from analysis.tie_models.separable import PARTS, Part, separable
from analysis.tie_models.waves import finite_or_note

__all__ = ["as_two_models", "beside_separable", "beside_software", "signs_compared"]

_SEPARABLE = ["actors_choose", "separable", "lower", "upper", "same_sign"]


def beside_separable(fitted: ActorModel, *, replicates: int, seed: int) -> pd.DataFrame:
    """Fit the separable model's two parts to the same periods, with the same effects where it has them.

    Parameters
    ----------
    fitted : ActorModel
    replicates, seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        index `waves`, `part`, `term`; columns ``actors_choose`` (the actor-oriented estimate, the same in all
        rows of a term), ``separable``, ``lower``, ``upper``, ``same_sign`` (1: yes; none of outdegree, which
        is another thing in each model), and a ``note`` where the separable model has no estimate.
    """
    model = fitted.model
    rows: dict[tuple[str, str, str], dict[str, Any]] = {}
    for place, period in enumerate(model.periods):
        waves = f"{period.waves[0]} to {period.waves[1]}"
        # Statistics of the two models are built on the same cells: those the actor-oriented model counts.
        early, late = (
            np.where((period.counted == 1) & (period.allowed == 1), ties.astype(float), np.nan)
            for ties in (period.start, period.end)
        )
        for ties in (early, late):
            np.fill_diagonal(ties, 0.0)
        terms = {
            term.name: _counterpart(term.effect, term.decay, _own(term.cells, place, period.members))
            for term in model.terms
        }
        known = {name: term for name, term in terms.items() if term is not None}
        for part in PARTS:
            rows |= {
                (waves, part, name): row
                for name, row in _part(early, late, known, part, replicates, seed).items()
            }
    choose = dict(zip((term.name for term in model.terms), fitted.weights.tolist(), strict=True))
    for (_, _, name), row in rows.items():
        row["actors_choose"] = choose[name]
        if "separable" in row and name != EFFECTS["density"].name:
            row["same_sign"] = float(np.sign(choose[name]) == np.sign(row["separable"]))
    return keyed_frame(rows, ["waves", "part", "term"], _SEPARABLE)


def _own(cells: Floats | None, place: int, members: Integers) -> Floats | None:
    return None if cells is None else cells[place][np.ix_(members, members)]


def _counterpart(effect: str, decay: float, cells: Floats | None) -> Term | None:
    if cells is not None:
        return edge_covariate(cells)
    return {
        "density": edges(),
        "recip": mutual(),
        "transTrip": transitive_ties(),
        "gwespFF": gwesp(decay or 1.0),
    }.get(effect)


def _part(
    early: Floats, late: Floats, terms: Mapping[str, Term], part: Part, replicates: int, seed: int
) -> dict[str, dict[str, Any]]:
    try:
        found = separable(early, late, terms, part, replicates=replicates, seed=seed)
    except NotEstimable as reason:
        return {name: {"note": f"not estimable: {reason}"} for name in terms}
    rows = {}
    for name, *ends in zip(found.terms, found.estimates, found.lower, found.upper, strict=True):
        row = finite_or_note(*ends)
        rows[name] = {{"estimate": "separable"}.get(key, key): value for key, value in row.items()}
    return rows


def beside_software(fitted: ActorModel, other: Mapping[str, Any]) -> pd.DataFrame:
    """Set a fit beside another program's.

    Parameters
    ----------
    fitted : ActorModel
    other : mapping
        ``estimates`` and ``standard_errors``, in the same order.

    Returns
    -------
    DataFrame
        index `term`; columns ``estimate``, ``standard_error``, ``theirs``, ``their_error``, ``apart``
        (difference in their standard errors), ``error_ratio`` (ours ÷ theirs), ``target``.
    """
    table = fitted.tidy().set_index("term")[["estimate", "standard_error", "target"]]
    table["theirs"], table["their_error"] = other["estimates"], other["standard_errors"]
    table["apart"] = (table["estimate"] - table["theirs"]) / table["their_error"]
    table["error_ratio"] = table["standard_error"] / table["their_error"]
    return table


def as_two_models(table: pd.DataFrame, other: str) -> dict[str, pd.DataFrame]:
    """Return what `beside_software` gave as two models, to be drawn side by side.

    Parameters
    ----------
    table : DataFrame
    other : str
        What the other program is called.
    """
    theirs = {"theirs": "estimate", "their_error": "standard_error"}
    return {
        "here": table[["estimate", "standard_error"]].reset_index(),
        other: table[list(theirs)].rename(columns=theirs).reset_index(),
    }


def signs_compared(beside: pd.DataFrame | NotEstimable) -> dict[str, int]:
    """Return in how many rows of `beside_separable` the sign is the same, and how many could be compared.

    Nothing, where there are none.
    """
    if isinstance(beside, NotEstimable):
        return {}
    return {"same": int(beside["same_sign"].sum()), "compared": int(beside["same_sign"].notna().sum())}
