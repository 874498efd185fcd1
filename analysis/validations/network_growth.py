"""Start small or all at once? The map, what it depends on, and the rates it is held to.

`make validate STUDY=network_growth` writes `notebooks/network_design/results/growth.json`, which is
committed; a page shows it. Rates are taken from teachers of 15 schools and from the first of two online
courses.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from analysis.files import STUDIES
from analysis.parallel import replicated
from analysis.tables.load import load
from analysis.tie_models.network_growth import (
    GrowthPlan,
    Recruitment,
    Spending,
    compare_arms,
    draw_crowd,
)
from analysis.tie_models.network_growth_courses import FITTED, fitted_plan, foretold
from analysis.tie_models.network_growth_map import MARGINS, RANGES, growth_map, sensitivity, verdict_counts
from analysis.tie_models.network_growth_rates import course_of, course_rates, work_rates
from analysis.validations.records import made_with, settings_of, write_record

__all__ = ["accountings", "base_plan", "crowd_rates", "main", "matched_rates"]

OUT = STUDIES / "network_design/results/growth.json"

FIRST_COURSE = ("dlt1", "discussion_group", ["facilitator"])
_DIGITS = 6


def base_plan(fitted: GrowthPlan, work: pd.DataFrame) -> GrowthPlan:
    """Return the plan the map is made about: a course's chances, teachers' ties at work, 200 people."""
    estimate = work["estimate"]
    return replace(
        fitted,
        people=200,
        cohort=40,
        acquainted=0.3,
        asked_within=float(estimate["asked within"]),
        returned=float(estimate["returned"]),
    )


def crowd_rates(plan: GrowthPlan, generator: np.random.Generator) -> tuple[float, float]:
    """Return colleagues of the school that a drawn person asks, and the share of ties at work returned."""
    crowd = draw_crowd(plan, generator)
    own = crowd.schools[:, None] == crowd.schools[None, :]
    mutual = crowd.asks & crowd.asks.T
    return float((crowd.asks * own).sum() / len(own)), float(mutual.sum() / crowd.asks.sum())


class _Crowds:
    """`crowd_rates` of one plan, as a task of `replicated`."""

    def __init__(self, plan: GrowthPlan) -> None:
        self.plan = plan

    def __call__(self, generator: np.random.Generator) -> tuple[float, float]:
        return crowd_rates(self.plan, generator)


def matched_rates(base: GrowthPlan, work: pd.DataFrame, told: pd.DataFrame, *, draws: int, seed: int) -> Any:
    """Set the rates of the data beside those of what is drawn.

    Parameters
    ----------
    base : GrowthPlan
    work : DataFrame
        As `work_rates` gives.
    told : DataFrame
        As `foretold` gives of the course fitted to.
    draws, seed : int
        Of crowds.

    Returns
    -------
    DataFrame
        index `rate`; ``drawn`` (mean).
    """
    within, returned = np.mean(replicated(_Crowds(base), draws, seed=seed, workers=1), axis=0)
    drawn = {"asked within": within, "returned": returned, **told.loc[list(FITTED), "foretold"].to_dict()}
    return pd.DataFrame({"drawn": drawn}).rename_axis("rate")


def accountings(base: GrowthPlan, *, networks: int, seed: int, workers: int | None = None) -> pd.DataFrame:
    """Compare both arms of the base plan under each recruitment and each way to spend the budget."""
    rows = [
        compare_arms(
            replace(base, recruitment=recruitment, spending=spending),
            networks=networks,
            seed=seed,
            level=0.99,
            workers=workers,
        )
        .tidy()
        .assign(recruitment=recruitment, spending=spending)
        for recruitment in get_args(Recruitment)
        for spending in get_args(Spending)
    ]
    return pd.concat(rows, ignore_index=True)


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): _rounded(frame[name]) for name in frame}


def _rounded(values: pd.Series) -> list[Any]:
    return (values.round(_DIGITS) if values.dtype.kind == "f" else values).tolist()


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the maps, the sensitivity analysis and the rates, and write them, with their provenance."""
    chosen = settings_of(
        "network_growth",
        main.__doc__,
        OUT,
        arguments,
        networks=(200, "crowds per cell"),
        power=(9, "2^power rows a part"),
        points=(4, "crowds per point"),
        draws=(40, "courses drawn a step"),
        seed=(20190115, "starts them"),
        workers=(None, "processes"),
    )
    spread: dict[str, Any] = {"seed": chosen.seed, "workers": chosen.workers}
    course = course_of(load("mooced_dlt"), *FIRST_COURSE)
    rates, work = course_rates(course), work_rates(load("school_teacher_advice"), "advice", crosses=False)
    fitted = fitted_plan(course, GrowthPlan(acquainted=0.0), draws=chosen.draws, seed=chosen.seed)
    base = base_plan(fitted, work)
    told = foretold(fitted, course, rates, draws=chosen.draws, sure=True, **spread)
    drawn = matched_rates(base, work, told, draws=chosen.draws, seed=chosen.seed)
    maps = {
        spending: growth_map(
            replace(base, spending=spending),
            networks=chosen.networks if spending == "by week" else max(chosen.networks // 2, 2),
            told=f"map, {spending}",
            **spread,
        )
        for spending in get_args(Spending)
    }
    shares, points = sensitivity(
        base, power=chosen.power, networks=chosen.points, told="sensitivity", **spread
    )
    record = {
        "seed": chosen.seed,
        "networks": chosen.networks,
        "power": chosen.power,
        "points": chosen.points,
        **made_with("numba", "numpy", "pandas", "scipy"),
        "work": _columns(work.dropna().reset_index()),
        "course": _columns(rates.loc[list(FITTED)].reset_index()),
        "drawn": _columns(drawn.reset_index()),
        "fitted": asdict(fitted),
        "base": asdict(base),
        "margins": MARGINS,
        "ranges": RANGES,
        "map": _columns(maps["by week"]),
        "counts": {name: verdict_counts(cells).to_dict("index") for name, cells in maps.items()},
        "accountings": _columns(accountings(base, networks=5 * chosen.networks, **spread)),
        "shares": _columns(shares),
        "spread": _columns(points),
    }
    write_record(chosen.out, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
