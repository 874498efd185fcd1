"""From each wave to the next: what the later one goes with, what makes ties form, what makes them last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.frames import keyed_frame
from analysis.resampling.qap import mrqap
from analysis.tie_models.change_statistics import Term, edges, match, mutual
from analysis.tie_models.separable import separable
from analysis.ties.panel import Panel

__all__ = ["formation_and_persistence", "wave_on_wave"]

_REGRESSION = ["people", "estimate", "standard_error", "p"]
_SEPARABLE = ["people", "pairs", "ties", "estimate", "lower", "upper"]


def wave_on_wave(
    panels: Mapping[str, Panel],
    groups: Sequence[object],
    *,
    threshold: float | None = None,
    permutations: int = 2000,
    seed: int,
) -> pd.DataFrame:
    """Regress each wave on the one before it, on its transpose and on belonging to one group (MRQAP).

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation.
    groups : sequence of length n
        The group of each actor.
    threshold : float, optional
        Lowest value that counts as a tie; without one, values are regressed as they are.
    permutations, seed : int
        Of the double semi-partialling (Dekker, Krackhardt & Snijders 2007, Psychometrika 72, 563-581).

    Returns
    -------
    DataFrame
        index `relation`, `waves`, `term`: ``the same tie before``, ``its return before``, ``one group``;
        columns ``people`` (who answered in both waves), ``estimate``, ``standard_error`` (spread of the
        permutations), ``p``. No row where a regression has nothing to go by (a wave without ties, or terms
        that do not vary).
    """
    labels = np.array([str(group) for group in groups], dtype=object)
    same = (labels[:, None] == labels[None, :]).astype(float)
    rows: dict[tuple[str, str, str], dict[str, float]] = {}
    for relation, panel, first, second, people in _steps(panels):
        early, late = (panel.matrix(wave, threshold=threshold) for wave in (first, second))
        terms = {"the same tie before": early, "its return before": early.T, "one group": same}
        try:
            fit = mrqap(late, terms, permutations=permutations, seed=seed)
        except ValueError:
            continue
        for row in fit.tidy().to_dict("records"):
            if row["term"] != "intercept":
                rows[relation, f"{first} to {second}", str(row["term"])] = {
                    "people": people,
                    "estimate": row["estimate"],
                    "standard_error": row["permutation_sd"],
                    "p": row["p"],
                }
    return keyed_frame(rows, ["relation", "waves", "term"], _REGRESSION)


def formation_and_persistence(
    panels: Mapping[str, Panel],
    groups: Sequence[object],
    *,
    threshold: float | None = None,
    replicates: int = 500,
    seed: int,
) -> pd.DataFrame:
    """Fit `separable` to every two waves: ties as such, returned ties, ties within a group.

    Parameters
    ----------
    panels, groups
        As for `wave_on_wave`.
    threshold : float, optional
        Lowest value that counts as a tie; by default any other than 0.
    replicates, seed : int
        Of the parametric bootstrap.

    Returns
    -------
    DataFrame
        index `relation`, `waves`, `part` (formation, persistence), `term`; columns ``people`` (who answered
        in both waves), ``pairs`` (free in the part), ``ties`` (of these, in the later wave), ``estimate``
        (log odds), ``lower``, ``upper`` (95 %; infinite where that cannot be excluded). A part that cannot be
        fitted (all of its pairs end alike, or terms depend on each other) has no row.
    """
    rows: dict[tuple[str, str, str, str], dict[str, float]] = {}
    labels = [str(group) for group in groups]
    terms: dict[str, Term] = {"tie": edges(), "returned": mutual(), "one group": match(labels)}
    for relation, panel, first, second, people in _steps(panels):
        early, late = (_as_ties(panel.matrix(wave, threshold=threshold)) for wave in (first, second))
        for part in ("formation", "persistence"):
            try:
                fit = separable(early, late, terms, part, replicates=replicates, seed=seed)
            except ValueError:
                continue
            for row in fit.tidy().to_dict("records"):
                rows[relation, f"{first} to {second}", part, str(row["term"])] = {
                    "people": people,
                    "pairs": fit.pairs,
                    "ties": fit.ties,
                    # What the iterations leave of a zero is no estimate.
                    **{name: round(row[name], 9) for name in ("estimate", "lower", "upper")},
                }
    return keyed_frame(rows, ["relation", "waves", "part", "term"], _SEPARABLE)


def _steps(panels: Mapping[str, Panel]) -> list[tuple[str, Panel, object, object, int]]:
    found: list[tuple[str, Panel, object, object, int]] = []
    for relation, panel in panels.items():
        for place, (first, second) in enumerate(pairwise(panel.waves)):
            people = int((panel.answered[place] & panel.answered[place + 1]).sum())
            found.append((relation, panel, first, second, people))
    return found


def _as_ties(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(np.isnan(matrix), np.nan, (matrix != 0).astype(float))
