"""Where starting small wins, where it loses, and where it does not matter; and what that depends on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.estimable import estimable
from analysis.parallel import replicated
from analysis.resampling.sensitivity import saltelli_design, variance_shares
from analysis.tie_models.network_growth import (
    ARMS,
    BETTER,
    OUTCOMES,
    GrowthPlan,
    both_arms,
    paired_differences,
)

__all__ = [
    "AXES",
    "COHORT",
    "MARGINS",
    "RANGES",
    "VERDICTS",
    "growth_map",
    "many_plans",
    "map_plans",
    "sensitivity",
    "verdict",
    "verdict_counts",
]

AXES: dict[str, tuple[float, ...]] = {
    "people": (40, 100, 200, 400),
    "alike": (0.0, 0.3, 0.6),
    "attention": (2, 4, 8, 16),
    "forgetting": (0.02, 0.05, 0.15, 0.4),
}
"""Final size; chance to turn to somebody alike; contacts a week; chance that a tie is forgotten in a week."""

COHORT = 0.2
"""Share of the people who start, where the network starts small."""

MARGINS = {"cohesion": 0.01, "reciprocity": 0.01, "second tie": 0.5, "backbone load": 0.01, "survival": 0.01}
"""Differences that matter to nobody: a hundredth of what is a share or lies between 0 and 1, half a week."""

VERDICTS = (*ARMS, "no matter", "undecided")

RANGES: dict[str, tuple[float, float, bool]] = {
    "attention": (2, 16, True),
    "forgetting": (0.02, 0.4, True),
    "alike": (0.0, 0.9, False),
    "people": (40, 400, True),
    "cohort": (0.1, 0.5, False),
    "pace": (0.3, 0.7, False),
    "returning": (0.0, 0.5, False),
    "lasting": (0.0, 0.6, False),
    "through_backbone": (0.0, 0.5, False),
    "acquainted": (0.0, 0.8, False),
    "evenness": (0.3, 3.0, True),
}
"""Of each input of the sensitivity analysis: from, to, and whether even on a logarithmic scale."""


def many_plans(plans: Sequence[GrowthPlan], generator: np.random.Generator) -> Floats:
    """Grow one crowd of each plan both ways: shape (plans, 2, 5). Each plan has random numbers of its own."""
    return np.array(
        [both_arms(plan, own) for plan, own in zip(plans, generator.spawn(len(plans)), strict=True)]
    )


def map_plans(base: GrowthPlan, axes: Mapping[str, Sequence[float]] = AXES) -> list[GrowthPlan]:
    """Return a plan for each cell of the map, in the order of the axes' product."""
    plans = []
    for values in product(*axes.values()):
        given: dict[str, Any] = dict(zip(axes, values, strict=True))
        people = int(given.get("people", base.people))
        plans.append(replace(base, **{**given, "people": people, "cohort": _cohort(people, COHORT, base)}))
    return plans


def _cohort(people: int, share: float, base: GrowthPlan) -> int:
    return max(round(share * people), base.backbone + 1)


def growth_map(
    base: GrowthPlan,
    *,
    networks: int,
    seed: int,
    axes: Mapping[str, Sequence[float]] = AXES,
    level: float = 0.95,
    workers: int | None = None,
    told: str = "",
) -> pd.DataFrame:
    """Compare both arms in every cell of the map.

    Parameters
    ----------
    base : GrowthPlan
        Everything that is no axis.
    networks, seed : int
        Crowds per cell.
    axes : mapping of str to sequence of float
    level : float
        That no cell and outcome at all is declared wrongly (Bonferroni).
    workers, told
        As for `analysis.parallel.replicated`; the result does not depend on the workers.

    Returns
    -------
    DataFrame
        A row per cell and outcome: the axes, ``outcome``, both arms' means, ``difference`` (small first less
        all at once), ``error`` (Monte Carlo), ``reach`` (half of the simultaneous interval), ``verdict``.
    """
    plans = map_plans(base, axes)
    found = np.array(replicated(partial(many_plans, plans), networks, seed=seed, workers=workers, told=told))
    means, difference, error, _ = paired_differences(found)
    reach = norm.isf((1 - level) / 2 / difference.size) * error
    rows = []
    for cell, values in enumerate(product(*axes.values())):
        for place, outcome in enumerate(OUTCOMES):
            rows.append(
                {
                    **dict(zip(axes, values, strict=True)),
                    "outcome": outcome,
                    ARMS[0]: means[cell, 0, place],
                    ARMS[1]: means[cell, 1, place],
                    "difference": difference[cell, place],
                    "error": error[cell, place],
                    "reach": reach[cell, place],
                    "verdict": verdict(outcome, difference[cell, place], reach[cell, place]),
                }
            )
    return pd.DataFrame(rows)


def verdict(outcome: str, difference: float, reach: float, *, scale: float = 1.0) -> str:
    """Say which arm wins, from a difference and half of its interval.

    Parameters
    ----------
    outcome : str
    difference, reach : float
        Small first less all at once.
    scale : float
        Of the margin that matters to nobody (`MARGINS`).

    Returns
    -------
    {"small first", "all at once", "no matter", "undecided"}
        An arm wins when the whole interval lies beyond the margin; it does not matter when all of it lies
        within; else the simulation is too small to say, and nobody wins.

    Examples
    --------
    >>> verdict("cohesion", 0.03, 0.01), verdict("second tie", 2.0, 0.1), verdict("cohesion", 0.03, 0.025)
    ('small first', 'all at once', 'undecided')
    >>> verdict("survival", 0.001, 0.002)
    'no matter'
    """
    gain, margin = BETTER[outcome] * difference, MARGINS[outcome] * scale
    if gain - reach > margin:
        return ARMS[0]
    if gain + reach < -margin:
        return ARMS[1]
    return "no matter" if abs(gain) + reach <= margin else "undecided"


def verdict_counts(cells: pd.DataFrame, *, scale: float = 1.0) -> pd.DataFrame:
    """Return how many cells of a map have each verdict: index `outcome`, a column per verdict."""
    columns = (cells[name] for name in ("outcome", "difference", "reach"))
    told = [verdict(*row, scale=scale) for row in zip(*columns, strict=True)]
    counts = pd.crosstab(cells["outcome"], np.array(told))
    return (
        counts.reindex(index=list(OUTCOMES), columns=list(VERDICTS), fill_value=0)
        .rename_axis(index="outcome", columns=None)
        .astype(int)
    )


def sensitivity(
    base: GrowthPlan,
    *,
    power: int,
    networks: int,
    seed: int,
    workers: int | None = None,
    told: str = "",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Share the variance of each difference between the arms among the inputs of `RANGES`.

    Parameters
    ----------
    base : GrowthPlan
        Everything that is no input.
    power : int
        2 to this power rows a part of the design.
    networks : int
        Crowds per point, two or more: their spread is the Monte Carlo noise that is taken out.
    seed, workers, told
        As for `growth_map`.

    Returns
    -------
    shares : one row per outcome and input: as `variance_shares`; none of an outcome that does not vary
        beyond its noise
    spread : one row per outcome: ``mean`` and ``deviation`` of the difference over the ranges, without noise,
        ``better`` (share of points where small first is better), ``noise`` (share of all variance)
    """
    design = saltelli_design(len(RANGES), power, seed=seed)
    plans = [_plan_at(base, point) for point in design.reshape(-1, len(RANGES))]
    found = np.array(replicated(partial(many_plans, plans), networks, seed=seed, workers=workers, told=told))
    _, difference, error, _ = paired_differences(found)
    points = difference.reshape(*design.shape[:2], len(OUTCOMES))
    noise = (error**2).mean(axis=0)
    shares, spread = [], []
    for place, outcome in enumerate(OUTCOMES):
        values = points[..., place]
        parts = estimable(variance_shares, values, list(RANGES), noise=float(noise[place]), seed=seed)
        if not isinstance(parts, NotEstimable):
            shares.append(parts.reset_index().assign(outcome=outcome))
        sides = values[:2]
        spread.append(
            {
                "outcome": outcome,
                "mean": sides.mean(),
                "deviation": np.sqrt(max(sides.var() - noise[place], 0.0)),
                "better": (BETTER[outcome] * sides > 0).mean(),
                "noise": noise[place] / sides.var(),
            }
        )
    return pd.concat([pd.DataFrame(), *shares], ignore_index=True), pd.DataFrame(spread)


def _plan_at(base: GrowthPlan, point: Floats) -> GrowthPlan:
    given: dict[str, Any] = {}
    for share, (name, (least, most, even_in_logs)) in zip(point, RANGES.items(), strict=True):
        value = least * (most / least) ** share if even_in_logs else least + share * (most - least)
        given[name] = round(value) if name in ("attention", "people") else float(value)
    given["cohort"] = _cohort(given["people"], given["cohort"], base)
    return replace(base, **given)
