"""Do two mechanisms need one another? An exact test, where changes are independent, and its power.

Whether the second mechanism helps more where the first is there is asked of the odds: Zelen's exact test of
equal odds ratios in two 2 × 2 tables, all margins kept. It takes changes to be independent; changes that were
in one routine at one time are not.

References
----------
Zelen (1971), Biometrika 58, 129-137 (exact test of equal odds ratios).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd

from analysis.arrays import Integers
from analysis.checks import NotEstimable, require_count
from analysis.evidence.mechanisms import by_mechanism
from analysis.frames import rows_of
from analysis.resampling.monte_carlo import tied
from analysis.result import Result

__all__ = [
    "Interaction",
    "alone_chances",
    "in_one_place",
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


def in_one_place(steps: pd.DataFrame) -> list[tuple[str, str, str]]:
    """Return every two changes that were in one routine at overlapping times, with the routine.

    A change counts as being in each of its routines from the day it got there to its own last step.

    Examples
    --------
    >>> steps = pd.DataFrame({"episode_id": ["e", "e", "f"], "routine_id": ["a", "b", "a"], "day": [1, 9, 5]})
    >>> in_one_place(steps)
    [('e', 'f', 'a')]
    """
    last = steps.groupby("episode_id")["day"].max()
    found = []
    for routine, own in steps.groupby("routine_id", sort=False):
        spans = [(str(one.episode_id), one.day, last[one.episode_id]) for one in rows_of(own)]
        found += [
            (one[0], other[0], str(routine))
            for one, other in combinations(spans, 2)
            if one[1] <= other[2] and other[1] <= one[2]
        ]
    return found


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
        index ``episodes``; a column per key of `chances`: the share with p at or below the level.

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
