"""A course drawn by the growth simulator's rules: fitted to one that was seen, set beside another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from analysis.arrays import Floats
from analysis.parallel import replicated
from analysis.tie_models.network_growth import Crowd, GrowthPlan, grow
from analysis.tie_models.network_growth_rates import CONTACT_RATES, Course, course_rates

__all__ = ["FITTED", "drawn_course", "fitted_plan", "foretold"]

FITTED = {
    "returned contact": "returning",
    "lasting contact": "lasting",
    "own group": "alike",
    "backbone load": "through_backbone",
}
"""Rates of dated contacts, and the chance of the simulator that each is matched by."""

_PLENTY = 1000  # contacts a week: time is never short
_ROUNDS = 10


def drawn_course(plan: GrowthPlan, course: Course, generator: np.random.Generator) -> Course:
    """Draw a course with the people, groups, arrivals and contacts a week of one that was seen.

    Who contacts whom follows the rules of the simulator; people's activity is drawn, and groups are dealt
    anew among members.
    """
    present, spend = course.weekly
    people = len(course.groups)
    groups = course.groups.copy()
    groups[groups < 0] = groups.max() + 1
    groups[course.backbone :] = generator.permutation(groups[course.backbone :])
    activity = np.maximum(generator.gamma(plan.evenness, 1 / plan.evenness, people), 1e-6)
    activity[: course.backbone] = plan.backbone_activity
    nobody = np.zeros((people, people), dtype=np.uint8)
    crowd = Crowd(np.zeros(people, dtype=np.int64), groups, activity, nobody)
    given = replace(
        plan,
        people=people,
        cohort=people,
        backbone=course.backbone,
        kinds=int(groups.max()) + 1,
        attention=_PLENTY,
        weeks=len(spend),
        growing=0,
        watched=1,
    )
    grown = grow(given, crowd, present, spend, seed=int(generator.integers(2**63)))
    # Contacts of a week are spread evenly over it, in their order.
    started = np.cumsum(spend) - spend
    day = 7 * (grown.week + (np.arange(len(grown.week)) - started[grown.week]) / spend[grown.week])
    return Course(day, grown.sender, grown.receiver, groups, course.backbone)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Rates of one drawn course, as a task of `replicated`."""

    plan: GrowthPlan
    course: Course
    errors: Mapping[str, float]

    def __call__(self, generator: np.random.Generator) -> Floats:
        moved: dict[str, Any] = {
            chance: float(np.clip(generator.normal(getattr(self.plan, chance), error), 0, 1))
            for chance, error in self.errors.items()
        }
        drawn = drawn_course(replace(self.plan, **moved), self.course, generator)
        rates: Floats = course_rates(drawn)["estimate"].to_numpy()
        return rates


def fitted_plan(course: Course, plan: GrowthPlan, *, draws: int, seed: int) -> GrowthPlan:
    """Match a plan's chances to the rates of a course.

    Members' evenness of activity is the shape of a gamma distribution with the variance of contacts begun,
    beyond that of chance (moments of the negative binomial); the backbone's activity is what it begins per
    head, as a multiple of a member's. Each chance of `FITTED` then goes, step by step, to where the mean of
    drawn courses meets its rate, all drawn from one seed.

    Parameters
    ----------
    course : Course
    plan : GrowthPlan
        To begin with; keeps what is not fitted.
    draws, seed : int
        Courses drawn a step.
    """
    begun = np.bincount(course.sender, minlength=len(course.groups)).astype(float)
    members, runs = begun[course.backbone :], begun[: course.backbone]
    mean, variance = members.mean(), members.var(ddof=1)
    _, spend = course.weekly
    plan = replace(
        plan,
        evenness=float(mean**2 / max(variance - mean, 1e-9)),
        backbone_activity=float(max(runs.mean() / mean, 1e-9)),
        pace=float(spend.mean() / len(course.groups)),
    )
    target = course_rates(course)["estimate"]
    for _ in range(_ROUNDS):
        found = _mean_rates(plan, course, draws, seed)
        moved: dict[str, Any] = {
            chance: float(np.clip(getattr(plan, chance) + target[rate] - found[rate], 0.0, 1.0))
            for rate, chance in FITTED.items()
        }
        plan = replace(plan, **moved)
    return plan


def _mean_rates(plan: GrowthPlan, course: Course, draws: int, seed: int) -> pd.Series:
    found = replicated(_Drawn(plan, course, {}), draws, seed=seed, workers=1)
    return pd.Series(np.mean(found, axis=0), index=list(CONTACT_RATES))


def foretold(
    plan: GrowthPlan,
    course: Course,
    fitted_to: pd.DataFrame,
    *,
    draws: int,
    seed: int,
    sure: bool = False,
    workers: int | None = 1,
) -> pd.DataFrame:
    """Set a course beside what the simulator foretells of it.

    Parameters
    ----------
    plan : GrowthPlan
        Fitted to another course.
    course : Course
        Gives its people, groups, arrivals and contacts a week; nothing of who contacts whom.
    fitted_to : DataFrame
        Rates of the course fitted to, as `course_rates` gives. Each chance is drawn about its fitted value
        with the standard error of its rate, so that a forecast is as unsure as these rates are.
    draws, seed : int
    sure : bool
        Whether to take the fitted chances as known.
    workers : int, optional

    Returns
    -------
    DataFrame
        index `rate`; ``observed``, ``foretold`` (mean), ``least``, ``most`` (middle 95 % of drawn courses),
        ``inside`` (1 or 0).
    """
    wide = (fitted_to["upper"] - fitted_to["lower"]) / (2 * student.ppf(0.975, len(course.groups)))
    errors = {chance: float(wide[rate]) for rate, chance in FITTED.items() if not sure}
    drawn = np.array(replicated(_Drawn(plan, course, errors), draws, seed=seed, workers=workers))
    observed = course_rates(course)["estimate"].to_numpy()
    least, most = np.percentile(drawn, [2.5, 97.5], axis=0)
    return pd.DataFrame(
        {
            "observed": observed,
            "foretold": drawn.mean(axis=0),
            "least": least,
            "most": most,
            "inside": ((least <= observed) & (observed <= most)).astype(int),
        },
        index=pd.Index(CONTACT_RATES, name="rate"),
    )
