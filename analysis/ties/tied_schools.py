"""Between whom the ties are that a network school by school counts, cell by cell (of waves: `tied`)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from analysis.arrays import Flags
from analysis.ties.panel import Panel
from analysis.whom import Group, heads, tie

__all__ = ["who_is_between", "who_is_mapped", "who_is_scored"]


def who_is_scored(
    panel: Panel, schools: Sequence[str], scorecard: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return who is behind each cell of the scorecard of `school_ties`.

    Who was asked stands beside who answered: their difference are the silent people of a school.

    Parameters
    ----------
    panel : Panel
    schools : sequence of str
        The school of each actor, as `school_ties` had them.
    scorecard : DataFrame
        With an index of schools.
    threshold : float, optional
        Lowest value that counts as a tie.

    Returns
    -------
    DataFrame
        Of groups, or lists of them; index that of the scorecard, and its columns but for those joined to it.
    """
    labels, there = np.asarray(schools, dtype=object), _there(panel, threshold)
    rows = []
    for name in scorecard.index:
        members = labels == name
        asked, told = (_people(panel, members & part[-1]) for part in (panel.present, panel.answered))
        within = _ties(panel, there & members[:, None] & members[None, :])
        to_others = _ties(panel, there & members[:, None] & ~members[None, :])
        rows.append(
            {
                "asked": heads(asked),
                "answered": heads(told),
                # Not counts of people: of a small school a rate rounded to one digit is its count.
                "response_rate": [_response(panel, asked), _response(panel, told)],
                "within": within,
                "to_others": to_others,
                "from_others": _ties(panel, there & ~members[:, None] & members[None, :]),
                "share_across": [to_others, within],
            }
        )
    return pd.DataFrame(rows, index=scorecard.index, dtype=object)


def who_is_between(
    panel: Panel, schools: Sequence[str], between: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return the ties behind each cell of `SchoolTies.between`, from the row's school to the column's."""
    labels, there = np.asarray(schools, dtype=object), _there(panel, threshold)
    cells = [
        [_ties(panel, there & (labels == row)[:, None] & (labels == to)[None, :]) for to in between.columns]
        for row in between.index
    ]
    return pd.DataFrame(cells, index=between.index, columns=between.columns, dtype=object)


def who_is_mapped(
    panel: Panel, schools: Sequence[str], between: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return the ties behind each number of `school_map`: within each school, and between two, both ways.

    Returns
    -------
    DataFrame
        index `one`, `other`, a row for each school and each two; column ``ties``.
    """
    cells = who_is_between(panel, schools, between, threshold=threshold)
    pairs = [*combinations_with_replacement(between.index, 2)]
    index = pd.MultiIndex.from_tuples(pairs, names=["one", "other"])
    ties = {(one, other): group for one, row in cells.iterrows() for other, group in row.items()}
    groups: list[Group] = [ties[pair] | ties[pair[::-1]] for pair in pairs]
    return pd.DataFrame({"ties": pd.Series(groups, index=index, dtype=object)})


def _there(panel: Panel, threshold: float | None) -> Flags:
    there: Flags = np.nan_to_num(panel.matrix(panel.waves[-1], threshold=threshold)) != 0
    return there


def _people(panel: Panel, there: Flags) -> list[str]:
    return [panel.actors[place] for place in np.flatnonzero(there)]


def _response(panel: Panel, people: Sequence[str]) -> Group:
    return frozenset((one, panel.relation, str(panel.waves[-1]), "response") for one in people)


def _ties(panel: Panel, pairs: Flags) -> Group:
    actors, time = panel.actors, str(panel.waves[-1])
    return frozenset(
        tie(actors[one], actors[other], panel.relation, time) for one, other in np.argwhere(pairs)
    )
