"""From each wave to the next: what the later one goes with, what makes ties form, what makes them last."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.checks import NotEstimable
from analysis.frames import keyed_frame
from analysis.resampling.many_tests import derived_seed
from analysis.resampling.qap import mrqap
from analysis.tie_models.change_statistics import Term, edge_covariate, edges, gwesp, mutual
from analysis.tie_models.separable import PARTS, Part, SeparablePart, separable
from analysis.ties.panel import Panel
from analysis.ties.possible import MaybeGroups

__all__ = ["finite_or_note", "formation_and_persistence", "wave_on_wave"]

_GROUP = "one group"
_PARTNERS = "shared partners"
_REGRESSION = ["people", "estimate", "permutation_sd", "p"]
_SEPARABLE = ["people", "pairs", "ties", "estimate", "lower", "upper"]


def wave_on_wave(
    panels: Mapping[str, Panel],
    groups: MaybeGroups | None = None,
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
    groups : sequence of length n, optional
        The group of each actor, None for one without; by default the organizations that the panels know.
    threshold : float, optional
        Lowest value that counts as a tie; without one, values are regressed as they are.
    permutations, seed : int
        Of the double semi-partialling (Dekker, Krackhardt & Snijders 2007, Psychometrika 72, 563-581), within
        groups; each relation and step has a seed of its own, derived from this one.

    Returns
    -------
    DataFrame
        index `relation`, `waves`, `term`: ``the same tie before``, ``its return before`` (of directed
        relations), ``one group`` (where ties within groups and across were possible); columns ``people`` (who
        answered in both waves), ``estimate``, ``permutation_sd`` (spread of the estimates over the
        permutations: what chance alone does to the term, no standard error of it; QAP gives none), ``p``, and
        ``note``, why something is missing: a regression that has nothing to go by (a wave without ties, or
        terms that do not vary), or ``one group``, which permutations within groups leave as it is.

    Notes
    -----
    People change places within their group only; cells that could hold no tie in one of the two waves are
    left out. If people of all groups changed places with each other, any two networks of the same groups
    would seem related.
    """
    rows: dict[tuple[str, str, str], dict[str, object]] = {}
    for relation, panel, first, second, people in _steps(panels):
        possible = panel.possible(second, groups)
        late = possible.seen(panel.matrix(second, threshold=threshold))
        early = panel.possible(first).seen(panel.matrix(first, threshold=threshold))
        terms = {"the same tie before": early}
        if panel.directed:
            terms["its return before"] = early.T
        if possible.within_possible and possible.across_possible:
            terms[_GROUP] = possible.same.astype(float)
        step = f"{first} to {second}"
        grouped = np.bincount(possible.groups + 1)[1:].max(initial=0) > 1
        try:
            fit = mrqap(
                late,
                terms,
                permutations=permutations,
                seed=derived_seed(seed, relation, step),
                groups=possible.labels if grouped else None,
                directed=panel.directed,
            )
        except NotEstimable as reason:
            rows |= {(relation, step, term): _not_estimable(people, reason) for term in terms}
            continue
        for term in terms:
            found = fit[term]
            row: dict[str, object] = {"people": people, "estimate": found.estimate}
            if term == _GROUP and grouped:
                row["note"] = "not tested: people change places within their group"
            else:
                row |= {"permutation_sd": found.permutation_sd, "p": found.p}
            rows[relation, step, term] = row
    return keyed_frame(rows, ["relation", "waves", "term"], _REGRESSION)


def formation_and_persistence(
    panels: Mapping[str, Panel],
    groups: MaybeGroups | None = None,
    *,
    threshold: float | None = None,
    replicates: int = 500,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fit `separable` to every two waves: ties as such, returned ties, ties within a group, shared partners.

    Parameters
    ----------
    panels, groups
        As for `wave_on_wave`.
    threshold : float, optional
        Lowest value that counts as a tie; by default any other than 0.
    replicates, seed : int
        Of the parametric bootstrap; each relation, step and part has a seed of its own, derived from this.

    Returns
    -------
    fitted : DataFrame
        index `relation`, `waves`, `part` (formation, persistence), `term` (``tie``; ``returned``, of directed
        relations; ``one group``, where ties within groups and across were possible; ``shared partners``,
        gwesp with decay ln 2: each further one counts half of the last); columns ``people`` (who answered in
        both waves), ``pairs`` (free in the part), ``ties`` (of these, in the later wave), ``estimate`` (log
        odds), ``lower``, ``upper`` (95 %). What cannot be had is missing, and a column ``note`` says why: a
        part that cannot be fitted (all of its pairs end alike, or terms depend on each other), a term that
        runs to infinity, an interval open to one side. Where shared partners cannot be estimated the part is
        fitted without them.
    goodness : DataFrame
        index `relation`, `waves`, `part`, `aspect` (`separable.goodness_of_draws`): how many ``counts`` of
        the network's degrees and shared partners are compared with those of networks drawn from the fit, how
        many of them are ``outside`` 95 % of the draws, and ``p`` of all together: small where the model does
        not give that aspect.

    Notes
    -----
    Cells that could hold no tie in one of the two waves are not free.
    """
    rows: dict[tuple[str, str, str, str], dict[str, object]] = {}
    goodness: dict[tuple[str, str, str, str], dict[str, object]] = {}
    for relation, panel, first, second, people in _steps(panels):
        possible = panel.possible(second, groups)
        terms: dict[str, Term] = {"tie": edges()}
        if panel.directed:
            terms["returned"] = mutual()
        if possible.within_possible and possible.across_possible:
            terms[_GROUP] = edge_covariate(possible.same.astype(float))
        early, late = (
            _as_ties(panel.possible(wave).seen(panel.matrix(wave, threshold=threshold)))
            for wave in (first, second)
        )
        step = f"{first} to {second}"
        for part in PARTS:
            options: dict[str, Any] = {
                "directed": panel.directed,
                "replicates": replicates,
                "seed": derived_seed(seed, relation, step, part),
            }
            try:
                fit = _fitted(early, late, terms, part, options)
            except NotEstimable as reason:
                rows |= {(relation, step, part, term): _not_estimable(people, reason) for term in terms}
                continue
            for aspect, counts in fit.goodness.groupby("aspect", sort=False):
                outside = (counts["observed"] < counts["lower"]) | (counts["observed"] > counts["upper"])
                goodness[relation, step, part, str(aspect)] = {
                    "counts": len(counts),
                    "outside": int(outside.sum()),
                    "p": counts["p"].iloc[0],
                }
            found = zip(fit.terms, fit.estimates, fit.lower, fit.upper, strict=True)
            for term, *numbers in found:
                row = {"people": people, "pairs": fit.pairs, "ties": fit.ties}
                rows[relation, step, part, term] = {**row, **finite_or_note(*numbers)}
            if _PARTNERS not in fit.terms:
                note = "left out: cannot be estimated"
                rows[relation, step, part, _PARTNERS] = {"people": people, "note": note}
    fitted = keyed_frame(rows, ["relation", "waves", "part", "term"], _SEPARABLE)
    return fitted, keyed_frame(goodness, ["relation", "waves", "part", "aspect"], ["counts", "outside", "p"])


def _fitted(
    early: npt.NDArray[np.float64],
    late: npt.NDArray[np.float64],
    terms: Mapping[str, Term],
    part: Part,
    options: Mapping[str, Any],
) -> SeparablePart:
    """Return the fit with shared partners if it has finite estimates for them, else without."""
    try:
        fit = separable(early, late, {**terms, _PARTNERS: gwesp(math.log(2))}, part, **options)
        if np.isfinite(fit.estimates[-1]):
            return fit
    except NotEstimable:
        pass
    return separable(early, late, terms, part, **options)


def _not_estimable(people: int, reason: NotEstimable) -> dict[str, object]:
    return {"people": people, "note": f"not estimable: {reason}"}


def finite_or_note(estimate: float, lower: float, upper: float) -> dict[str, object]:
    """Return the finite numbers of a term, and in words what is not."""
    if math.isinf(estimate):
        return {"note": f"not estimable: runs to {'plus' if estimate > 0 else 'minus'} infinity"}
    ends = {"estimate": estimate, "lower": lower, "upper": upper}
    # What the iterations leave of a zero is no estimate, and no negative one.
    row: dict[str, object] = {name: round(end, 9) + 0.0 for name, end in ends.items() if math.isfinite(end)}
    open_ends = [f"no {name} end" for name in ("lower", "upper") if name not in row]
    return row | ({"note": " and ".join(open_ends)} if open_ends else {})


def _steps(panels: Mapping[str, Panel]) -> list[tuple[str, Panel, object, object, int]]:
    found: list[tuple[str, Panel, object, object, int]] = []
    for relation, panel in panels.items():
        for place, (first, second) in enumerate(pairwise(panel.waves)):
            people = int((panel.answered[place] & panel.answered[place + 1]).sum())
            found.append((relation, panel, first, second, people))
    return found


def _as_ties(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(np.isnan(matrix), np.nan, (matrix != 0).astype(float))
