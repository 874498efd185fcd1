"""Whom the tables of a network rest on.

A person stands in them as a tuple (person, relation, wave): what somebody said in one wave of one relation
is not what they said in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from analysis.arrays import Flags
from analysis.ties.panel import Panel
from analysis.ties.structure import isolates
from analysis.whom import Group, heads

__all__ = ["who_answered", "who_before_after", "who_is_isolated"]


def who_answered(panels: Mapping[str, Panel], rows: pd.DataFrame) -> list[Group]:
    """Return who answered in what each row of a table is about.

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation.
    rows : DataFrame
        With a level ``relation`` of its index and one of ``wave``, or ``waves`` (*1 to 2*, who answered in
        both); without a wave, who answered in any.

    Returns
    -------
    list of frozenset
        In the order of the rows.

    Raises
    ------
    ValueError
        When the index has no relation.
    """
    if "relation" not in rows.index.names:
        raise ValueError(f"found index {list(rows.index.names)}; needed: relation, and wave or waves")
    keys = rows.index.to_frame(index=False)
    times = next((name for name in ("wave", "waves") if name in keys), None)
    found = {relation: _by_time(panel) for relation, panel in panels.items()}
    return [
        _tagged(panels[relation], found[relation][time], relation, time)
        for relation, time in zip(
            keys["relation"], keys[times].astype(str) if times else [""] * len(keys), strict=True
        )
    ]


def who_is_isolated(panels: Mapping[str, Panel], *, threshold: float | None = None) -> list[Group]:
    """Return who answered, named nobody and was named by nobody, for each row of `overview`."""
    return [
        _tagged(
            panel,
            isolates(panel.matrix(wave, threshold=threshold), "weak") & panel.present[place],
            relation,
            str(wave),
        )
        for relation, panel in panels.items()
        for place, wave in enumerate(panel.waves)
    ]


def who_before_after(panels: Mapping[str, Panel]) -> pd.Series:
    """Return who stayed, joined and left, and who answered, from each wave to the next.

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation.

    Returns
    -------
    Series of groups
        Of people who are counted (`heads`): index `relation`, `waves`, `who`; of those who stayed, who
        answered in both waves or only in one.
    """
    rows: dict[tuple[str, str, str], Group] = {}
    for relation, panel in panels.items():
        for first, second in pairwise(range(len(panel.waves))):
            here, there = panel.present[first], panel.present[second]
            heard, still = panel.answered[first] & there, panel.answered[second] & here
            waves = f"{panel.waves[first]} to {panel.waves[second]}"
            here_or_not = {"stayed": here & there, "joined": there & ~here, "left": here & ~there}
            answers = {
                "answered in both": heard & still,
                "answered in the first only": heard & ~still,
                "answered in the second only": still & ~heard,
            }
            for who, people in (here_or_not | answers).items():
                rows[relation, waves, who] = heads(_tagged(panel, people, relation, waves))
    index = pd.MultiIndex.from_arrays(
        [[key[level] for key in rows] for level in range(3)], names=["relation", "waves", "who"]
    )
    return pd.Series(list(rows.values()), index=index, dtype=object)


def _by_time(panel: Panel) -> dict[str, Flags]:
    """Return who answered in each wave, in both of any two, and (under an empty name) in any."""
    found = {str(wave): panel.answered[place] for place, wave in enumerate(panel.waves)}
    for first, second in combinations(range(len(panel.waves)), 2):
        both = panel.answered[first] & panel.answered[second]
        found[f"{panel.waves[first]} to {panel.waves[second]}"] = both
    return found | {"": panel.answered.any(axis=0)}


def _tagged(panel: Panel, there: Flags, relation: str, time: str) -> Group:
    return frozenset((panel.actors[place], relation, time) for place in np.flatnonzero(there))
