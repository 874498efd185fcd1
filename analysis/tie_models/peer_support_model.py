"""A published model of who replies to whom in a course, as near as the files let it be had."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Flags, Floats
from analysis.tie_models.change_statistics import Term, edge_covariate, edges, match, mutual
from analysis.tie_models.pstar import pstar

__all__ = ["peer_support_model"]

_ROLES = {
    "administrator": "administration",
    "curriculum": "curriculum",
    "library and media": "library and media",
    "instructional technology": "instructional technology",
    "technical infrastructure": "technical infrastructure",
    "professional development": "professional development",
}
_BASELINE = "classroom teaching"


def peer_support_model(matrix: npt.ArrayLike, people: pd.DataFrame, *, decay: float) -> pd.DataFrame:
    """Fit the terms of Table 3 of Kellogg, Booth & Oliver (2014) that our tables hold, by pseudo-likelihood.

    Effects of a role or of experience count both ends of a tie. Somebody whose role, level or group is
    missing is like nobody. Not in our tables: gender, state, and the wish to connect.

    Parameters
    ----------
    matrix : array-like, shape (n, n)
        Ties 0 or 1.
    people : DataFrame
        A row for each, in this order: ``role``, ``grades``, ``region``, ``discussion_group``,
        ``experience_level`` (1 to 3).
    decay : float
        Of the geometrically weighted in-degree.

    Returns
    -------
    DataFrame
        index term; ``estimate``, ``standard_error`` (too small where ties depend on each other).
    """
    ties = np.array(matrix, dtype=float)
    np.fill_diagonal(ties, 0)
    role, level = people["role"], people["experience_level"].to_numpy(dtype=float)
    other = ~role.isin([*_ROLES.values(), _BASELINE]) & role.notna()
    # In-degree without the tie itself: each further tie to a person adds a fixed part less than the last.
    popular = (1 - np.exp(-decay)) ** (ties.sum(axis=0) - ties)
    terms: dict[str, Term] = {
        "edges": edges(),
        "reciprocity": mutual(),
        "popularity spread": edge_covariate(popular),
        "same role": match(_alone(people["role"])),
        **{name: _both((role == label).to_numpy()) for name, label in _ROLES.items()},
        "other role": _both(other.to_numpy()),
        "same school level": match(_alone(people["grades"])),
        "difference of experience": edge_covariate(np.abs(level[:, None] - level)),
        "experience 11 to 20": _both(level == 2),
        "experience over 20": _both(level == 3),
        "same region": match(_alone(people["region"])),
        "same discussion group": match(_alone(people["discussion_group"])),
    }
    fitted = pstar(ties, terms).tidy().set_index("term")
    return fitted[["estimate", "standard_error"]]


def _both(marked: Flags | npt.NDArray[np.bool_]) -> Term:
    ends: Floats = marked.astype(np.float64)
    return edge_covariate(ends[:, None] + ends)


def _alone(labels: pd.Series) -> list[str]:
    return [
        f"nobody else {place}" if pd.isna(label) else str(label)
        for place, label in enumerate(labels.astype(object))
    ]
