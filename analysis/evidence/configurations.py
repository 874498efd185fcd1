"""Which combinations of conditions go with an outcome: qualitative comparative analysis, crisp and fuzzy.

A row of the truth table without cases is a *remainder*: what
would have happened there is not known, and the solutions differ in what they take for granted about it.

==============  =====================================================================================
complex         no remainder is assumed to have the outcome
parsimonious    any may be, if that makes the answer shorter
intermediate    those a parsimonious term covers and that a complex term inside that term reaches by
                turning conditions only towards the value expected to help
enhanced        as parsimonious (intermediate, where expectations are given), but no remainder is assumed
                both for the outcome and for its absence
==============  =====================================================================================

References
----------
Ragin (2008), *Redesigning Social Inquiry*, chapters 3 (consistency, coverage), 7 to 9 (truth table,
counterfactuals). Schneider & Wagemann (2012), *Set-Theoretic Methods for the Social Sciences*, chapters 5, 8
(enhanced standard analysis), 9 (PRI and relevance of necessity). Baumgartner & Thiem (2017), Sociological
Methods & Research 46, 954-987 (why every model has to be told).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import require_one_of
from analysis.evidence.minimisation import Term, covered, minimal_models, within
from analysis.evidence.truth_tables import (
    TruthTable,
    membership,
    other_table,
    outcome_of,
    share_of,
    sufficiency,
)
from analysis.result import Result

__all__ = ["Kind", "Solution", "solve"]

Kind = Literal["complex", "parsimonious", "intermediate", "enhanced"]


@dataclass(frozen=True, repr=False)
class Solution(Result):
    """Every model of one kind that is as short as can be.

    Attributes
    ----------
    kind, outcome : str
    models : tuple of tuples of str
        Terms of each, such as ``"DEV*~IND"``; within a model any of them suffices.
    frame : DataFrame
        A row per model and term, and one for each model as a whole (``term`` is then all of it): ``model``
        (from 1), ``term``, ``whole``, ``consistency``, ``pri``, ``coverage``, ``unique_coverage`` (missing
        for a whole), ``cases`` (more in than out).
    assumed : tuple of tuples of str
        For each model the remainders it takes to have the outcome.
    """

    kind: str
    outcome: str
    models: tuple[tuple[str, ...], ...]
    frame: pd.DataFrame
    assumed: tuple[tuple[str, ...], ...]

    def summary(self) -> str:
        """Write out every model."""
        if self.frame.empty:
            return f"No combination leads to {self.outcome}."
        wholes = self.frame[self.frame["whole"]]
        told = [
            f"{row.term} → {self.outcome} (consistency {row.consistency:.2f}, coverage {row.coverage:.2f})"
            for row in wholes.itertuples()
        ]
        several = f"{len(told)} models are equally short: " if len(told) > 1 else ""
        return f"{self.kind.capitalize()} solution: {several}{'; or '.join(told)}."

    def tidy(self) -> pd.DataFrame:
        """Return a row per term and a row per model."""
        return self.frame


def solve(table: TruthTable, kind: Kind, expected: Mapping[str, int] | None = None) -> Solution:
    """Return every shortest model of a truth table.

    Parameters
    ----------
    table : TruthTable
    kind : {"complex", "parsimonious", "intermediate", "enhanced"}
    expected : mapping of str to 0 or 1, optional
        For conditions that theory lets expect to help when present (1) or absent (0). The intermediate
        solution needs it, with at least one condition; for others nothing is expected.

    Returns
    -------
    Solution
        Without a model where no row leads to the outcome. Intermediate models come of every pair of a complex
        and a parsimonious model.

    Raises
    ------
    ValueError
        For another kind, expectations of what is no condition or neither 0 nor 1 (all at once), or an
        intermediate solution without any.
    NotEstimable
        For more than 1,000 models.

    Examples
    --------
    >>> from analysis.evidence.truth_tables import truth_table
    >>> scores = pd.DataFrame({"trust": [1, 1, 0], "time": [1, 0, 0], "change": [1, 0, 0]}, index=list("abc"))
    >>> table = truth_table(scores, "change", ["trust", "time"])
    >>> [solve(table, kind).models for kind in ("complex", "parsimonious")]
    [(('trust*time',),), (('time',),)]
    """
    require_one_of("kind", kind, Kind)
    expected = dict(expected or {})
    odd = [
        f"{name} {value!r}"
        for name, value in expected.items()
        if name not in table.conditions or value not in (0, 1)
    ]
    if odd:
        raise ValueError(
            f"found expectations {', '.join(odd)}; allowed: 0 or 1 for {', '.join(table.conditions)}"
        )
    if kind == "intermediate" and not expected:
        raise ValueError("found no expectation; allowed for an intermediate solution: at least one condition")
    barred: set[Term] = _assumed_for_both(table, expected) if kind == "enhanced" else set()
    models = _models(table, kind, expected, barred)
    return _solution(table, kind, models)


def _models(
    table: TruthTable, kind: Kind, expected: Mapping[str, int], barred: set[Term]
) -> list[tuple[Term, ...]]:
    present, absent = table.rows(1), table.rows(0)
    unknown = table.rows(None)
    size = len(table.conditions)
    if not present:
        return []

    def shortest(free: set[Term]) -> list[tuple[Term, ...]]:
        return minimal_models(present, [*absent, *(row for row in unknown if row not in free)], size)

    possible = set(unknown) - barred
    if kind == "complex":
        return shortest(set())
    if kind == "parsimonious" or not expected:
        return shortest(possible)
    towards = [expected.get(name) for name in table.conditions]
    found: dict[tuple[Term, ...], None] = {}
    for complex_model, short_model in product(shortest(set()), shortest(possible)):
        pairs = [(inner, outer) for inner in complex_model for outer in short_model if within(inner, outer)]
        easy = {
            row
            for row in possible
            if any(within(row, outer) and _reaches(inner, row, towards) for inner, outer in pairs)
        }
        found.update(dict.fromkeys(shortest(easy)))
    return sorted(found)


def _reaches(term: Term, row: Term, towards: Sequence[int | None]) -> bool:
    """Return whether a row differs from a term only where its value is the one expected to help."""
    return all(
        value in (2, there) or there == helps for value, there, helps in zip(term, row, towards, strict=True)
    )


def _assumed_for_both(table: TruthTable, expected: Mapping[str, int]) -> set[Term]:
    """Return the remainders to bar, so that none is assumed both for the outcome and for its absence."""
    other = other_table(table, table.scores, negated=not table.outcome.startswith("~"))
    opposite = {name: 1 - value for name, value in expected.items()}
    kind: Kind = "intermediate" if expected else "parsimonious"
    barred: set[Term] = set()
    while True:
        here = _remainders(table, _models(table, kind, expected, barred))
        there = _remainders(other, _models(other, kind, opposite, barred))
        if not here & there:
            return barred
        # Without these the shortest models may lean on others, which have to be looked at in turn.
        barred |= here & there


def _remainders(table: TruthTable, models: Sequence[tuple[Term, ...]]) -> set[Term]:
    unknown = table.rows(None)
    terms = [term for model in models for term in model]
    return (
        {row for row, hit in zip(unknown, covered(terms, unknown), strict=True) if hit} if unknown else set()
    )


def _named(term: Term, conditions: Sequence[str]) -> str:
    parts = [
        ("" if value else "~") + name for value, name in zip(term, conditions, strict=True) if value != 2
    ]
    return "*".join(parts) or "always"


def _solution(table: TruthTable, kind: Kind, models: Sequence[tuple[Term, ...]]) -> Solution:
    scores = table.scores[list(table.conditions)].to_numpy()
    has = outcome_of(table)
    rows: list[dict[str, Any]] = []
    names = [tuple(_named(term, table.conditions) for term in model) for model in models]
    for number, (model, named) in enumerate(zip(models, names, strict=True), start=1):
        members = np.array([membership(scores, term) for term in model])
        whole = members.max(axis=0)
        for position, (member, name) in enumerate(zip(members, named, strict=True)):
            others = np.delete(members, position, axis=0).max(axis=0, initial=0.0)
            alone = np.minimum(whole, has).sum() - np.minimum(others, has).sum()
            rows.append(_row(table, number, name, member, has, share_of(float(alone), float(has.sum()))))
        rows.append(_row(table, number, " + ".join(named), whole, has, None))
    columns = ["model", "term", "whole", "consistency", "pri", "coverage", "unique_coverage", "cases"]
    assumed = tuple(
        tuple(_named(row, table.conditions) for row in sorted(_remainders(table, [model])))
        for model in models
    )
    return Solution(kind, table.outcome, tuple(names), pd.DataFrame(rows, columns=columns), assumed)


def _row(
    table: TruthTable, model: int, term: str, member: Floats, has: Floats, unique: float | None
) -> dict[str, Any]:
    return {
        "model": model,
        "term": term,
        "whole": unique is None,
        **sufficiency(member, has),
        "unique_coverage": np.nan if unique is None else unique,
        "cases": ", ".join(map(str, table.scores.index[member > 0.5])),
    }
