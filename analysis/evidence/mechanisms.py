"""Changes by condition and outcome: what came of them with two mechanisms, with one, with none.

References
----------
Bohannon & Coburn (2023), Journal of Educational Change 24(4), 1025-1052 (connection, reflection, and how they
interact).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.resampling.proportions import wilson_interval

__all__ = ["by_mechanism", "conditions_of", "episode_scores"]


def conditions_of(episodes: pd.DataFrame, outcomes: Sequence[str] = ("outcome", "at_odds")) -> list[str]:
    """Return the columns of 0 and 1 that describe the conditions of changes, in order; there may be none.

    Examples
    --------
    >>> conditions_of(pd.DataFrame({"episode_id": ["e"], "outcome": [1], "connection": [1], "place": ["x"]}))
    ['connection']
    """
    return [
        str(name)
        for name, values in episodes.items()
        if name not in outcomes
        and pd.api.types.is_numeric_dtype(values)
        and values.notna().any()
        and values.dropna().isin([0, 1]).all()
    ]


def episode_scores(episodes: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return conditions and outcomes of the changes for which all are known.

    Parameters
    ----------
    episodes : DataFrame
        The table.
    names : sequence of str
        Columns of 0 and 1.

    Returns
    -------
    DataFrame
        index ``episode``; whole numbers. Without a row where no change has all of them.

    Raises
    ------
    ValueError
        With every column that is not there and every change with another value.

    Examples
    --------
    >>> episodes = pd.DataFrame({"episode_id": ["e", "f"], "outcome": [1, None]})
    >>> episode_scores(episodes, ["outcome"])["outcome"].to_dict()
    {'e': 1}
    """
    lacking = [name for name in names if name not in episodes]
    if lacking:
        raise ValueError(f"found no column {', '.join(lacking)}; there are {', '.join(map(str, episodes))}")
    given = episodes.set_index("episode_id")[list(names)].astype(float).rename_axis("episode")
    odd = [
        f"{name} of {one}"
        for name in names
        for one in given.index[~given[name].isin([0, 1]) & given[name].notna()]
    ]
    if odd:
        raise ValueError(f"found neither 0 nor 1: {', '.join(odd)}")
    return given.dropna().astype(int)


def by_mechanism(scores: pd.DataFrame, mechanisms: Sequence[str], outcomes: Sequence[str]) -> pd.DataFrame:
    """Count changes with each outcome for the four combinations of two mechanisms.

    Parameters
    ----------
    scores : DataFrame
        As from `episode_scores`.
    mechanisms, outcomes : sequences of str

    Returns
    -------
    DataFrame
        index ``kind`` (both, the first only, the second only, neither); ``episodes``, and for each outcome
        its number, ``_share``, ``_lower`` and ``_upper`` (Wilson's 95 % interval), missing without a change.

    Examples
    --------
    >>> scores = pd.DataFrame({"link": [1, 1, 0], "talk": [1, 0, 0], "outcome": [1, 0, 0]})
    >>> by_mechanism(scores, ["link", "talk"], ["outcome"])[["episodes", "outcome"]].values.tolist()
    [[1, 1], [1, 0], [0, 0], [1, 0]]
    """
    one, other = mechanisms
    kinds = {(1, 1): "both", (1, 0): f"{one} only", (0, 1): f"{other} only", (0, 0): "neither"}
    rows = {}
    for (first, second), kind in kinds.items():
        own = scores[(scores[one] == first) & (scores[other] == second)]
        row: dict[str, float] = {"episodes": len(own)}
        for outcome in outcomes:
            number = int(own[outcome].sum())
            ends = wilson_interval(number, len(own), 0.95) if len(own) else (np.nan, np.nan)
            row[outcome] = number
            row[f"{outcome}_share"] = number / len(own) if len(own) else np.nan
            row[f"{outcome}_lower"], row[f"{outcome}_upper"] = ends
        rows[kind] = row
    frame = pd.DataFrame.from_dict(rows, orient="index").rename_axis("kind")
    return frame.astype(dict.fromkeys(["episodes", *outcomes], int))
