"""Who coded or rated, and which numbers of a page are about them rather than of what they judged.

Coefficients of agreement and shares of segments are of the documents. How many judged, and what was made of a
single segment, are of those who judged: often two or three people.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from analysis.checks import NotEstimable
from analysis.whom import Group, heads

__all__ = ["judges_of", "who_judged"]

_OF_JUDGES = ("coders", "decisions", "cohen", "ratings", "documented")
"""Columns that say how many judged: Cohen's kappa is there for two."""


def judges_of(tables: Mapping[str, pd.DataFrame], table: str = "codings") -> Group:
    """Return those who coded or, of another table, rated.

    Where it is not known who rated, as many stand-ins as the most that a unit has.

    Examples
    --------
    >>> sorted(judges_of({"codings": pd.DataFrame({"coder_id": ["x", "y", "x"]})}))
    ['x', 'y']
    >>> counts = pd.DataFrame({"unit_id": ["a", "a"], "variable": "quality", "count": [1, 2]})
    >>> len(judges_of({"rating_counts": counts}))
    3
    """
    if table in tables:
        column = "coder_id" if table == "codings" else "rater_id"
        return frozenset(tables[table][column].fillna("the only one").astype(str))
    if "rating_counts" not in tables:
        return frozenset()
    counts = tables["rating_counts"]
    most = counts.groupby(["unit_id", "variable"])["count"].sum().max()
    return frozenset(f"rater {number}" for number in range(int(most)))


def who_judged(frame: pd.DataFrame | NotEstimable, judges: Group, others: Group) -> pd.DataFrame | Group:
    """Return who is behind each cell of a table on judgements: those who judged, or what they judged.

    Where there is no table, what they judged.

    Examples
    --------
    >>> frame = pd.DataFrame({"documents": [2], "coders": [2]}, index=["help"])
    >>> who_judged(frame, frozenset({"x", "y"}), frozenset({"d"})).map(len).to_numpy().tolist()
    [[1, 2]]
    """
    if isinstance(frame, NotEstimable):
        return others
    counted: dict[Hashable, Group] = {
        column: heads(judges) if column in _OF_JUDGES else others for column in frame
    }
    return pd.DataFrame([counted] * len(frame), index=frame.index, columns=frame.columns, dtype=object)
