"""The truth table of cases, crisp or fuzzy, and which conditions are necessary.

A case belongs to a combination of conditions to a degree, the least of its scores (a condition's absence is
1 − score); crisp scores of 0 and 1 are a special case.

References
----------
Ragin (2008), *Redesigning Social Inquiry*, chapters 3 and 7. Schneider & Wagemann (2012), *Set-Theoretic
Methods for the Social Sciences*, chapters 5 and 9 (PRI, relevance of necessity).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.evidence.minimisation import Term
from analysis.resampling.monte_carlo import tied
from analysis.result import Result

__all__ = [
    "TruthTable",
    "membership",
    "necessity",
    "other_table",
    "outcome_of",
    "share_of",
    "sufficiency",
    "truth_table",
]

_MOST_CONDITIONS = 10


@dataclass(frozen=True, repr=False)
class TruthTable(Result):
    """All combinations of conditions, and what is known of the outcome in each.

    Attributes
    ----------
    frame : DataFrame
        A row per combination: the conditions (0 or 1), ``outcome`` (1, 0, or missing for a remainder), ``n``
        (cases more in than out), ``with_outcome`` (of them, more in the outcome than out of it),
        ``contradictory`` (cases of both kinds), ``consistency``, ``pri`` (missing where no case belongs to
        the row at all), ``cases``.
    scores : DataFrame
        Of the cases that it rests on.
    outcome : str
        With ``~`` if it is the absence that is explained.
    conditions : tuple of str
    cuts : dict
        ``consistency``, ``pri`` and ``frequency`` that make a row count.
    """

    frame: pd.DataFrame
    scores: pd.DataFrame
    outcome: str
    conditions: tuple[str, ...]
    cuts: dict[str, float]

    def summary(self) -> str:
        """Say how many combinations there are of each kind."""
        told = self.frame["outcome"].value_counts(dropna=False)
        remainders = int(self.frame["outcome"].isna().sum())
        return (
            f"Of {len(self.frame)} combinations of {len(self.conditions)} conditions {told.get(1, 0)} lead "
            f"to {self.outcome}, {told.get(0, 0)} do not, and {remainders} are not known; "
            f"{self.frame['contradictory'].sum()} hold cases of both kinds."
        )

    def tidy(self) -> pd.DataFrame:
        """Return a row per combination."""
        return self.frame

    def rows(self, outcome: int | None) -> list[Term]:
        """Return the combinations with the outcome (1), without it (0), or not known (None)."""
        known = self.frame["outcome"]
        chosen = known.isna() if outcome is None else (known == outcome).fillna(False)
        return list(self.frame.loc[chosen, list(self.conditions)].itertuples(index=False, name=None))


def truth_table(
    scores: pd.DataFrame,
    outcome: str,
    conditions: Sequence[str],
    *,
    negated: bool = False,
    consistency: float = 0.8,
    pri: float = 0.0,
    frequency: int = 1,
) -> TruthTable:
    """Return the truth table of cases.

    Parameters
    ----------
    scores : DataFrame
        Index: cases. Degrees from 0 to 1 in which each has the outcome and the conditions.
    outcome : str
    conditions : sequence of str
        At most ten.
    negated : bool
        Explain the absence of the outcome.
    consistency, pri : float
        The least a row must have to count as leading to the outcome.
    frequency : int
        The least number of cases that make a row known.

    Raises
    ------
    ValueError
        With everything that is wrong: columns that are not there, more than ten conditions, a case twice,
        scores missing, out of bounds, or of a condition exactly .5 (such a case belongs to no row), by case.
    NotEstimable
        When the outcome never varies.

    Examples
    --------
    >>> scores = pd.DataFrame({"trust": [1, 1, 0, 0], "time": [1, 0, 1, 0], "change": [1, 0, 0, 0]},
    ...                       index=["a", "b", "c", "d"])
    >>> truth_table(scores, "change", ["trust", "time"])
    <TruthTable: Of 4 combinations of 2 conditions 1 lead to change, 3 do not, and 0 are not known; 0 hold
    cases of both kinds.>
    """
    _check(scores, outcome, conditions)
    given = scores[[*conditions, outcome]].astype(float)
    has = _has(given, outcome, negated)
    table = given[list(conditions)].to_numpy()
    frame_rows = []
    for row in product((0, 1), repeat=len(conditions)):
        member = membership(table, row)
        inside = member > 0.5
        fit = sufficiency(member, has)
        n, both = int(inside.sum()), int((inside & (has > 0.5)).sum())
        leads = fit["consistency"] >= consistency or bool(tied(fit["consistency"], consistency))
        leads &= pri == 0 or fit["pri"] >= pri
        frame_rows.append(
            {
                **dict(zip(conditions, row, strict=True)),
                "outcome": int(leads) if n >= frequency else pd.NA,
                "n": n,
                "with_outcome": both,
                "contradictory": 0 < both < n,
                "consistency": fit["consistency"],
                "pri": fit["pri"],
                "cases": ", ".join(map(str, given.index[inside])),
            }
        )
    frame = pd.DataFrame(frame_rows).astype({"outcome": "Int64"})
    cuts = {"consistency": consistency, "pri": pri, "frequency": frequency}
    return TruthTable(frame, given, f"~{outcome}" if negated else outcome, tuple(conditions), cuts)


def _check(scores: pd.DataFrame, outcome: str, conditions: Sequence[str]) -> None:
    faults = []
    if not 1 <= len(conditions) <= _MOST_CONDITIONS:
        faults.append(f"{len(conditions)} conditions; allowed: 1 to {_MOST_CONDITIONS}")
    names = [*conditions, outcome]
    again = sorted({name for name in names if names.count(name) > 1})
    if again:
        faults.append(f"named twice: {', '.join(again)}")
    lacking = [name for name in names if name not in scores.columns]
    if lacking:
        faults.append(f"no column {', '.join(lacking)}; there are {', '.join(map(str, scores.columns))}")
    twice = scores.index[scores.index.duplicated()].unique()
    if len(twice):
        faults.append(f"cases twice: {', '.join(map(str, twice))}")
    for name in dict.fromkeys(name for name in names if name not in lacking):
        values = scores[name].to_numpy(dtype=float, na_value=np.nan)
        wrong = {
            "missing": np.isnan(values),
            "outside 0 to 1": (values < 0) | (values > 1),
            "exactly .5": (values == 0.5) & (name != outcome),
        }
        for words, where in wrong.items():
            if where.any():
                faults.append(f"{name} {words} for {', '.join(map(str, scores.index[where]))}")
    never = ""
    if outcome not in lacking and len(scores):
        inside = scores[outcome].to_numpy(dtype=float, na_value=np.nan) > 0.5
        if inside.all() or not inside.any():
            never = f"an outcome, {outcome}, that {'every' if inside.all() else 'no'} case has"
    if not len(scores):
        never = "no case"
    if faults:
        raise ValueError("found " + "; ".join([*faults, *([never] if never else [])]))
    if never:
        raise NotEstimable(f"found {never}; it has to vary")


def _has(scores: pd.DataFrame, outcome: str, negated: bool) -> Floats:
    values: Floats = scores[outcome].to_numpy(dtype=float)
    return 1 - values if negated else values


def membership(table: Floats, term: Sequence[int]) -> Floats:
    """Return the degree to which each case (row) belongs to a term: the least of its scores."""
    member: Floats = np.ones(len(table))
    for position, value in enumerate(term):
        if value != 2:
            member = np.minimum(member, table[:, position] if value else 1 - table[:, position])
    return member


def share_of(above: float, below: float) -> float:
    """Return a ratio of sums of degrees, missing where nothing belongs to the second."""
    return above / below if below > 1e-12 else float("nan")


def sufficiency(member: Floats, has: Floats) -> dict[str, float]:
    """Return consistency, PRI and coverage of a set as sufficient for an outcome."""
    both = float(np.minimum(member, has).sum())
    either = float(np.minimum(np.minimum(member, has), 1 - has).sum())
    return {
        "consistency": share_of(both, float(member.sum())),
        "pri": share_of(both - either, float(member.sum()) - either),
        "coverage": share_of(both, float(has.sum())),
    }


def necessity(
    scores: pd.DataFrame, outcome: str, conditions: Sequence[str], *, negated: bool = False
) -> pd.DataFrame:
    """Return how far each condition, and its absence, is necessary for the outcome.

    Parameters
    ----------
    scores, outcome, conditions, negated
        As for `truth_table`.

    Returns
    -------
    DataFrame
        index ``condition``; ``consistency`` (share of the outcome inside the condition), ``coverage``, and
        ``relevance`` (low where the condition is nearly always there, and so trivially necessary).

    Examples
    --------
    >>> scores = pd.DataFrame({"trust": [1, 1, 0, 0], "change": [1, 0, 0, 0]}, index=list("abcd"))
    >>> necessity(scores, "change", ["trust"]).round(2).to_dict("index")["trust"]
    {'consistency': 1.0, 'coverage': 0.5, 'relevance': 0.67}
    """
    _check(scores, outcome, conditions)
    has = _has(scores, outcome, negated)
    rows = {}
    for sign, name in product(("", "~"), conditions):
        member = _has(scores, name, bool(sign))
        both = np.minimum(member, has)
        rows[sign + name] = {
            "consistency": share_of(float(both.sum()), float(has.sum())),
            "coverage": share_of(float(both.sum()), float(member.sum())),
            "relevance": share_of(float((1 - member).sum()), float((1 - both).sum())),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("condition")


def outcome_of(table: TruthTable) -> Floats:
    """Return the degree to which each case has what a table explains."""
    return _has(table.scores, table.outcome.removeprefix("~"), table.outcome.startswith("~"))


def other_table(
    table: TruthTable, scores: pd.DataFrame, *, negated: bool | None = None, **cuts: Any
) -> TruthTable:
    """Return the table of other scores or cut-offs, or of the outcome or its absence, all else the same."""
    absence = table.outcome.startswith("~") if negated is None else negated
    name = table.outcome.removeprefix("~")
    return truth_table(scores, name, table.conditions, negated=absence, **{**table.cuts, **cuts})
