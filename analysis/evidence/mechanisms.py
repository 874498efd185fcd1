"""Do two mechanisms need one another? Changes by condition and outcome, and exact chance.

Whether the second mechanism helps more where the first is there is asked of the odds: Zelen's exact test of
equal odds ratios in two 2 × 2 tables, all margins kept. Exact tests take changes to be independent; changes
that were in one routine at one time are not.

References
----------
Zelen (1971), Biometrika 58, 129-137 (exact test of equal odds ratios). Bohannon & Coburn (2023), Journal of
Educational Change 24(4), 1025-1052 (connection, reflection, and how they interact).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np
import pandas as pd

from analysis.arrays import Integers
from analysis.checks import NotEstimable, require_count
from analysis.evidence.change_steps import in_one_place
from analysis.resampling.monte_carlo import tied
from analysis.resampling.proportions import wilson_interval
from analysis.result import Result

__all__ = [
    "Interaction",
    "alone_chances",
    "by_mechanism",
    "conditions_of",
    "episode_scores",
    "interaction",
    "interaction_p",
    "power_by_size",
]


@dataclass(frozen=True, repr=False)
class Interaction(Result):
    """Whether a second mechanism helps more where the first is there.

    Attributes
    ----------
    difference : float
        What the second adds to the share with the outcome where the first is there, less what it adds where
        the first is not.
    p : float
        Exact, one-sided: chance of as large a count with both, equal odds ratios given.
    least_p : float
        The smallest that these margins allow.
    episodes : int
    """

    difference: float
    p: float
    least_p: float
    episodes: int

    def summary(self) -> str:
        """Say the difference and p."""
        return (
            f"Difference of differences {self.difference:+.2f} over {self.episodes} changes, exact "
            f"p = {self.p:.3f} (the least these margins allow: {self.least_p:.3f})."
        )

    def by_part(self) -> pd.DataFrame:
        """Return the row, under ``all``."""
        return self.tidy().set_axis(["all"], axis=0)


def conditions_of(episodes: pd.DataFrame, outcomes: Sequence[str] = ("outcome", "at_odds")) -> list[str]:
    """Return the columns of 0 and 1 that describe the conditions of changes, in order.

    Raises
    ------
    NotEstimable
        When there is none.

    Examples
    --------
    >>> conditions_of(pd.DataFrame({"episode_id": ["e"], "outcome": [1], "connection": [1], "place": ["x"]}))
    ['connection']
    """
    found = [
        str(name)
        for name, values in episodes.items()
        if name not in outcomes
        and pd.api.types.is_numeric_dtype(values)
        and values.notna().any()
        and values.dropna().isin([0, 1]).all()
    ]
    if not found:
        raise NotEstimable("found no condition of 0 and 1 beside the outcome")
    return found


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
        index ``episode``; whole numbers.

    Raises
    ------
    ValueError
        With every column that is not there and every change with another value.
    NotEstimable
        When no change has all of them.

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
    known = given.dropna().astype(int)
    if known.empty:
        raise NotEstimable("found no change of which all conditions and outcomes are known")
    return known


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


@lru_cache(maxsize=100_000)
def interaction_p(counts: tuple[int, int, int, int], sizes: tuple[int, int, int, int]) -> tuple[float, float]:
    """Return Zelen's exact one-sided p, and the smallest that its margins allow.

    Parameters
    ----------
    counts : of int
        Changes with the outcome: both, first only, second only, neither.
    sizes : of int
        All changes of each kind.

    Examples
    --------
    >>> [round(p, 4) for p in interaction_p((3, 0, 0, 3), (3, 3, 3, 3))]
    [0.0061, 0.0061]
    """
    both, first, second, neither = counts
    here, there, along = both + first, second + neither, both + second
    values, weights = [], []
    for count in range(min(sizes[0], here, along) + 1):
        rest = (here - count, along - count, there - along + count)
        if all(0 <= one <= size for one, size in zip(rest, sizes[1:], strict=True)):
            values.append(count)
            weights.append(
                comb(sizes[0], count)
                * comb(sizes[1], rest[0])
                * comb(sizes[2], rest[1])
                * comb(sizes[3], rest[2])
            )
    whole = sum(weights)
    tail = sum(weight for value, weight in zip(values, weights, strict=True) if value >= both)
    return tail / whole, weights[-1] / whole


def interaction(
    scores: pd.DataFrame, mechanisms: Sequence[str], outcome: str, steps: pd.DataFrame | NotEstimable
) -> Interaction:
    """Test whether the second mechanism helps more where the first is there.

    Parameters
    ----------
    scores : DataFrame
        As from `episode_scores`.
    mechanisms : sequence of str
        Two conditions.
    outcome : str
    steps : DataFrame or NotEstimable
        As from `checked_steps`: they say whether changes can be taken as independent.

    Raises
    ------
    NotEstimable
        When a kind of change is missing, no step is known, or changes were in one routine at one time.

    Examples
    --------
    >>> rows = [(1, 1, 1), (1, 0, 0), (0, 1, 0), (0, 0, 1)] * 3
    >>> scores = pd.DataFrame(rows, columns=["link", "talk", "outcome"])
    >>> steps = pd.DataFrame({"episode_id": [], "routine_id": [], "day": []})
    >>> interaction(scores, ["link", "talk"], "outcome", steps)
    <Interaction: Difference of differences +2.00 over 12 changes, exact p = 0.006 (the least these margins
    allow: 0.006).>
    """
    if isinstance(steps, NotEstimable):
        raise NotEstimable(f"{steps}; whether changes are independent is not known")
    shared = [pair for pair in in_one_place(steps) if {*pair[:2]} <= set(scores.index)]
    if shared:
        one, other, routine = shared[0]
        raise NotEstimable(
            f"found {len(shared)} times that two changes were in one routine together (first: {one} and "
            f"{other} in {routine}); they are not independent"
        )
    table = by_mechanism(scores, mechanisms, [outcome])
    if (table["episodes"] == 0).any():
        lacking = ", ".join(table.index[table["episodes"] == 0])
        raise NotEstimable(f"found no change of the kind: {lacking}")
    share = table[f"{outcome}_share"].to_numpy()
    counts, sizes = (tuple(map(int, table[name])) for name in (outcome, "episodes"))
    p, least = interaction_p(counts, sizes)
    difference = share[0] - share[1] - share[2] + share[3]
    return Interaction(float(difference), p, least, len(scores))


def alone_chances(both: float, neither: float) -> list[float]:
    """Return chances of an outcome if two mechanisms each help by themselves, alike, and log odds add up.

    Parameters
    ----------
    both, neither : float
        With both and with neither.

    Returns
    -------
    list of float
        With both, the first only, the second only, neither.

    Raises
    ------
    ValueError
        Unless both chances lie between 0 and 1.

    Examples
    --------
    >>> [round(chance, 3) for chance in alone_chances(0.9, 0.1)]
    [0.9, 0.5, 0.5, 0.1]
    """
    if not (0 < both < 1 and 0 < neither < 1):
        raise ValueError(f"found chances {both} and {neither}; allowed: between 0 and 1")
    odds = (both / (1 - both) * neither / (1 - neither)) ** 0.5
    return [both, odds / (1 + odds), odds / (1 + odds), neither]


def power_by_size(
    chances: Mapping[str, Sequence[float]],
    sizes: Sequence[int],
    *,
    draws: int = 2000,
    seed: int,
    level: float = 0.05,
) -> pd.DataFrame:
    """Return how often the test finds an interaction, by the number of changes.

    Parameters
    ----------
    chances : mapping of str to sequence of float
        By column name: the chance of the outcome with both, the first only, the second only, neither.
    sizes : sequence of int
        Changes altogether, a quarter of each kind.
    draws, seed : int
    level : float
        At which it is tested.

    Returns
    -------
    DataFrame
        index ``episodes``; a column a key of `chances`: the share with p at or below the level.

    Examples
    --------
    >>> power_by_size({"found": [1, 0, 0, 1]}, [12, 16], draws=10, seed=1)["found"].tolist()
    [1.0, 1.0]
    """
    require_count("draws", draws)
    generator = np.random.default_rng(seed)
    rows = []
    for size in sizes:
        each = size // 4
        row: dict[str, float] = {"episodes": 4 * each}
        for name, of in chances.items():
            drawn: Integers = generator.binomial(each, of, size=(draws, 4))
            p = np.array([interaction_p(tuple(map(int, one)), (each,) * 4)[0] for one in drawn])
            row[name] = float(((p < level) | tied(p, level)).mean())
        rows.append(row)
    return pd.DataFrame(rows).astype({"episodes": int}).set_index("episodes")
