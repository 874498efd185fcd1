"""A network grown in stages, or all at once: the same people, the same number of contacts, rules said before.

The rules, as they stood before any result was seen:

1. **People** work in schools of one size and are of several kinds (grade, subject), which cross schools. At
   work, each asks some colleagues of the school, and a few elsewhere; a share of these ties is returned.
2. **Joining.** In one arm all are there from week 1. In the other a cohort starts, and the rest join in equal
   groups at equal intervals. A member drawn at random brings in the next: somebody they work with, somebody
   alike, or anybody. Both arms have the same people, with the same work, kinds and activity.
3. **Budget.** Both arms spend the same number of contacts. A person has time for so many a week, begun by
   either end; what a week has no time for is left to later weeks.
4. **A contact.** Somebody begins, the more likely the more active they are. With one chance they go back to
   somebody they are in touch with. Otherwise they turn to the backbone with a second chance, somebody alike
   with a third, somebody they ask at work with a fourth, or anybody. Who has no time is passed over. With
   a fifth chance the contact is answered at once by one the other way, out of the same budget.
5. **Forgetting.** A tie is there from a contact until it is forgotten, with one chance every week; each new
   contact gives it a new life, if that is longer.
6. **Nobody leaves, and nobody learns.** Chances are the same in both arms, in every week and for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from scipy.stats import norm

from analysis.arrays import Floats, Integers
from analysis.checks import require_count, require_level
from analysis.parallel import replicated
from analysis.result import Result
from analysis.tie_models.network_growth_kernels import (
    closeness_sum,
    joining_order,
    relationships,
    week_by_week,
)

__all__ = [
    "ARMS",
    "BETTER",
    "OUTCOMES",
    "Arms",
    "Crowd",
    "Grown",
    "GrowthPlan",
    "Recruitment",
    "Spending",
    "both_arms",
    "compare_arms",
    "draw_crowd",
    "grow",
    "outcomes_of",
    "paired_differences",
    "timetable",
]

Recruitment = Literal["working relationships", "likeness", "neither"]
Spending = Literal["by week", "by people", "longer"]

ARMS = ("small first", "all at once")
BETTER = {"cohesion": 1, "reciprocity": 1, "second tie": -1, "backbone load": -1, "survival": 1}
"""Outcomes, and whether more (1) or less (-1) of each is better."""
OUTCOMES = tuple(BETTER)

_RECRUITMENT: tuple[str, ...] = ("neither", "working relationships", "likeness")
_CHANCES = ("returning", "lasting", "through_backbone", "alike", "acquainted", "forgetting", "returned")
_COUNTS = {
    "people": 2,
    "cohort": 2,
    "weeks": 1,
    "every": 1,
    "attention": 1,
    "backbone": 1,
    "kinds": 1,
    "school": 2,
    "watched": 1,
}
_AMOUNTS = ("pace", "evenness", "backbone_activity", "backbone_time")


@dataclass(frozen=True)
class GrowthPlan:
    """What a network decides, and what it meets; every fault is named at once.

    Attributes
    ----------
    people, cohort : int
        Final size; who starts, where the network starts small (the backbone among them).
    weeks, growing, every : int
        How long; in which week after the first the last join; weeks between additions.
    pace : float
        Contacts a week per person of the final size: the budget is pace × people × weeks, rounded.
    attention : int
        Contacts a week that a person has time for, begun by either.
    backbone : int
        People who run the network.
    backbone_activity, backbone_time : float
        Of each of them, as multiples of a member's.
    returning, lasting, through_backbone, alike, acquainted, forgetting : float
        Chances of rules 4 and 5, in the order told there; the last per week.
    evenness : float
        Shape of the gamma distribution of activity: its variance is 1 ÷ evenness at a mean of 1.
    kinds, school : int
        Kinds of people; people per school.
    asked_within, asked_between : float
        Colleagues that a person asks at work, within the school and elsewhere.
    returned : float
        Share of these ties that is returned.
    recruitment : {"working relationships", "likeness", "neither"}
    spending : {"by week", "by people", "longer"}
        The same contacts every week; in proportion to the people there, until the same end; or so, at the
        same pace per person in both arms, for which the one that starts small needs more weeks.
    watched : int
        Weeks after joining in which the second partner is waited for.

    Raises
    ------
    ValueError
        With every fault: a count too small, a cohort larger than the network or smaller than its backbone, a
        chance outside 0–1, weeks that do not fit, a budget that cannot be spent.

    Examples
    --------
    >>> GrowthPlan(people=20, cohort=30, returning=1.2)
    Traceback (most recent call last):
    ...
    ValueError: cohort 30, allowed: at most the 20 people; returning 1.2, allowed: from 0 to 1
    """

    people: int = 200
    cohort: int = 40
    weeks: int = 40
    growing: int = 20
    every: int = 4
    pace: float = 0.55
    attention: int = 8
    backbone: int = 3
    backbone_activity: float = 5.0
    backbone_time: float = 10.0
    returning: float = 0.2
    lasting: float = 0.2
    through_backbone: float = 0.1
    alike: float = 0.3
    acquainted: float = 0.3
    forgetting: float = 0.1
    evenness: float = 1.0
    kinds: int = 6
    school: int = 25
    asked_within: float = 3.5
    asked_between: float = 0.5
    returned: float = 0.33
    recruitment: Recruitment = "working relationships"
    spending: Spending = "by week"
    watched: int = 8

    def __post_init__(self) -> None:
        faults = self._faults()
        if not faults:
            faults = [
                f"budget {self.budget} contacts, {arm}, allowed: at most {self.budget - unspent}, or more "
                "weeks, a larger cohort, more attention"
                for arm in ARMS
                if (unspent := timetable(self, arm)[2])
            ]
        if faults:
            raise ValueError("; ".join(faults))

    def _faults(self) -> list[str]:
        faults = [
            f"{name} {getattr(self, name)}, allowed: at least {least}"
            for name, least in _COUNTS.items()
            if getattr(self, name) < least
        ]
        if self.cohort > self.people:
            faults.append(f"cohort {self.cohort}, allowed: at most the {self.people} people")
        if self.backbone > self.cohort:
            faults.append(f"backbone {self.backbone}, allowed: at most the cohort of {self.cohort}")
        if not 0 <= self.growing <= self.weeks - self.watched:
            allowed = f"0 to {self.weeks - self.watched}, so that all are watched for {self.watched} weeks"
            faults.append(f"growing {self.growing}, allowed: {allowed}")
        for name in _CHANCES:
            # What is not a number is outside as well.
            if not 0 <= getattr(self, name) <= 1:
                faults.append(f"{name} {getattr(self, name)}, allowed: from 0 to 1")
        for name in _AMOUNTS:
            if not 0 < getattr(self, name) < np.inf:
                faults.append(f"{name} {getattr(self, name)}, allowed: above 0")
        for name in ("asked_within", "asked_between"):
            if not 0 <= getattr(self, name) < np.inf:
                faults.append(f"{name} {getattr(self, name)}, allowed: 0 or more")
        for name, words in (("recruitment", get_args(Recruitment)), ("spending", get_args(Spending))):
            if getattr(self, name) not in words:
                faults.append(f"{name} {getattr(self, name)!r}, allowed: {', '.join(map(repr, words))}")
        return faults

    @property
    def budget(self) -> int:
        """Contacts that each arm spends."""
        return round(self.pace * self.people * self.weeks)

    @property
    def time(self) -> Integers:
        """Contacts a week that each person has time for, in the order of joining."""
        time = np.full(self.people, self.attention)
        time[: self.backbone] = max(round(self.attention * self.backbone_time), 1)
        return time


@dataclass(frozen=True, eq=False)
class Crowd:
    """Who there is, in the order they join.

    Attributes
    ----------
    schools, kinds : ndarray of int, shape (n,)
    activity : ndarray of float, shape (n,)
    asks : ndarray of uint8, shape (n, n)
        Who asks whom at work.
    """

    schools: Integers
    kinds: Integers
    activity: Floats
    asks: Any


@dataclass(frozen=True, eq=False)
class Grown:
    """One network at its end, and how it came about.

    Attributes
    ----------
    week, sender, receiver : ndarray of int, shape (contacts,)
    ties : ndarray of bool, shape (n, n)
        Not forgotten at the end.
    second : ndarray of int, shape (n,)
        Week in which each had a second partner; -1: never.
    joined : ndarray of int, shape (n,)
    """

    week: Integers
    sender: Integers
    receiver: Integers
    ties: Any
    second: Integers
    joined: Integers


def timetable(plan: GrowthPlan, arm: str) -> tuple[Integers, Integers, int]:
    """Return people present and contacts made in each week of an arm, and contacts that find no time.

    A week has time for half of what all there have together, less the most that one of them has: until then
    two people with time are always left.

    Examples
    --------
    >>> plan = GrowthPlan(people=6, cohort=2, weeks=4, growing=2, every=1, pace=0.5, watched=2, backbone=1)
    >>> present, spend, unspent = timetable(plan, "small first")
    >>> present.tolist(), spend.tolist(), unspent
    ([2, 4, 6, 6], [3, 3, 3, 3], 0)
    """
    weeks = np.arange(plan.weeks)
    present = np.full(plan.weeks, plan.people)
    if arm == "small first" and plan.growing:
        # Additions at every, 2·every, … as long as they are within the weeks of growth; the last is complete.
        steps = max(plan.growing // plan.every, 1)
        done = np.minimum(weeks // plan.every, steps)
        present = plan.cohort + np.floor((plan.people - plan.cohort) * done / steps + 1e-9).astype(int)
    if plan.spending == "longer":
        lacking = plan.people * plan.weeks - int(present.sum())
        present = np.append(present, np.full(-(-lacking // plan.people), plan.people))
    weights = np.ones(len(present)) if plan.spending == "by week" else present.astype(float)
    planned = np.diff(np.rint(plan.budget * np.cumsum(weights) / weights.sum()).astype(int), prepend=0)
    time = plan.time
    room = np.cumsum(time)[present - 1] - time[0]
    spend, owed = np.zeros(len(present), dtype=np.int64), 0
    for week, (new, most) in enumerate(zip(planned, room // 2, strict=True)):
        owed += int(new)
        spend[week] = min(owed, most)
        owed -= int(spend[week])
    return present.astype(np.int64), spend, owed


def draw_crowd(plan: GrowthPlan, generator: np.random.Generator) -> Crowd:
    """Draw people, their work, and the order in which they join."""
    people = plan.people
    schools = np.arange(people) // plan.school
    sizes = np.bincount(schools)
    within = np.minimum(plan.asked_within / np.maximum(sizes - 1, 1), 0.5)
    between = min(plan.asked_between / max(people - plan.school, 1), 0.5)
    asks = relationships(schools, within, between, plan.returned, generator)
    kinds = generator.integers(plan.kinds, size=people)
    rule = _RECRUITMENT.index(plan.recruitment)
    order = joining_order(rule, plan.backbone, asks, kinds, generator)
    activity = np.maximum(generator.gamma(plan.evenness, 1 / plan.evenness, people), 1e-6)
    activity[: plan.backbone] = plan.backbone_activity
    return Crowd(schools[order], kinds[order], activity, asks[np.ix_(order, order)])


def grow(plan: GrowthPlan, crowd: Crowd, present: Integers, spend: Integers, *, seed: int) -> Grown:
    """Let people contact each other, week by week.

    Parameters
    ----------
    plan : GrowthPlan
    crowd : Crowd
        In the order of joining, the backbone first.
    present, spend : ndarray of int, shape (weeks,)
        As `timetable` gives.
    seed : int
    """
    colleagues = crowd.asks.nonzero()[1]
    starts = np.append(0, np.cumsum(crowd.asks.sum(axis=1, dtype=np.int64)))
    chances = np.array([getattr(plan, name) for name in _CHANCES[:6]])
    week, sender, receiver, forgotten, second = week_by_week(
        present,
        spend,
        crowd.kinds,
        starts,
        colleagues,
        crowd.activity,
        plan.time,
        plan.backbone,
        chances,
        np.random.default_rng(seed),
    )
    joined = np.searchsorted(present, np.arange(len(crowd.kinds)), side="right")
    return Grown(week, sender, receiver, forgotten >= len(present), second, joined)


def outcomes_of(grown: Grown, *, backbone: int, cohort: int, watched: int) -> Floats:
    """Return the five outcomes of a network, in the order of `OUTCOMES`.

    Parameters
    ----------
    grown : Grown
    backbone, cohort : int
        The first so many people.
    watched : int
        Weeks.

    Returns
    -------
    ndarray of float, shape (5,)
        Compactness: mean of 1 ÷ distance over all pairs, 0 for those out of reach (Borgatti 2006,
        Computational and Mathematical Organization Theory 12, 21-34, equation 9); edgewise reciprocity; mean
        weeks, from the week of joining on, until the second partner, counted up to `watched`, of those not
        in the cohort; share of contacts that the backbone is part of; compactness among members if the
        backbone leaves, as a share of what it was among them. NaN where there is nothing to divide by.

    Examples
    --------
    >>> ties = np.array([[0, 1, 0], [1, 0, 0], [1, 0, 0]], dtype=bool)  # 0 is the backbone
    >>> ends = np.array([0, 1, 2]), np.array([1, 0, 0])
    >>> grown = Grown(np.array([0, 0, 1]), *ends, ties, np.array([1, -1, -1]), np.array([0, 0, 1]))
    >>> outcomes_of(grown, backbone=1, cohort=2, watched=3).round(2).tolist()
    [0.83, 0.67, 3.0, 1.0, 0.0]
    """
    people = len(grown.ties)
    either = (grown.ties | grown.ties.T).astype(np.uint8)
    all_paths = closeness_sum(either, 0, 0)
    before, after = closeness_sum(either, 0, backbone), closeness_sum(either, backbone, backbone)
    ties = int(grown.ties.sum())
    waited = np.where(grown.second < 0, watched, np.minimum(grown.second - grown.joined + 1, watched))[
        cohort:
    ]
    with_backbone = (grown.sender < backbone) | (grown.receiver < backbone)
    return np.array(
        [
            all_paths / (people * (people - 1)),
            (grown.ties & grown.ties.T).sum() / ties if ties else np.nan,
            waited.mean() if len(waited) else np.nan,
            with_backbone.mean() if len(with_backbone) else np.nan,
            after / before if before else np.nan,
        ]
    )


def both_arms(plan: GrowthPlan, generator: np.random.Generator) -> Floats:
    """Grow one crowd both ways, and return its outcomes, shape (2, 5): small first, all at once.

    The contacts of both arms start from one seed, so that a cohort of everybody gives the same network twice.
    """
    crowd = draw_crowd(plan, generator)
    seed = int(generator.integers(2**63))
    return np.array(
        [
            outcomes_of(
                grow(plan, crowd, *timetable(plan, arm)[:2], seed=seed),
                backbone=plan.backbone,
                cohort=plan.cohort,
                watched=plan.watched,
            )
            for arm in ARMS
        ]
    )


def paired_differences(outcomes: Floats) -> tuple[Floats, Floats, Floats, Integers]:
    """Return means of both arms, their differences, Monte Carlo errors of these, and how many they rest on.

    Parameters
    ----------
    outcomes : ndarray of float, shape (networks, ..., 2, 5)

    Returns
    -------
    means : shape (..., 2, 5)
    difference, error, count : shape (..., 5)
        Small first less all at once, crowd by crowd; crowds in which an arm has no such outcome are left out,
        and with fewer than two everything is NaN.
    """
    apart = outcomes[..., 0, :] - outcomes[..., 1, :]
    there = np.isfinite(apart)
    count = there.sum(axis=0)
    many = np.where(count > 1, count, np.nan)
    means = np.where(there[..., None, :], outcomes, 0).sum(axis=0) / many[..., None, :]
    difference = means[..., 0, :] - means[..., 1, :]
    spread = np.where(there, (apart - difference) ** 2, 0).sum(axis=0) / (many - 1)
    return means, difference, np.sqrt(spread / many), count


@dataclass(frozen=True, repr=False)
class Arms(Result):
    """Both arms of a plan over many networks.

    Attributes
    ----------
    plan : GrowthPlan
    outcomes : ndarray of float, shape (networks, 2, 5)
        Of each network, arm and outcome.
    level : float
        Of the intervals.
    """

    plan: GrowthPlan
    outcomes: Floats
    level: float

    def tidy(self) -> pd.DataFrame:
        """Return one row per outcome: both means, their difference, its Monte Carlo error and interval.

        The interval is normal, of the mean difference between the arms of one crowd, over `networks` crowds.
        """
        means, difference, error, count = paired_differences(self.outcomes)
        reach = norm.ppf((1 + self.level) / 2) * error
        return pd.DataFrame(
            {
                "outcome": OUTCOMES,
                ARMS[0]: means[0],
                ARMS[1]: means[1],
                "difference": difference,
                "error": error,
                "lower": difference - reach,
                "upper": difference + reach,
                "networks": count,
            }
        )

    def summary(self) -> str:
        """Return the differences in words."""
        told = [f"{row.outcome} {row.difference:+.3f} ± {row.error:.3f}" for row in self.tidy().itertuples()]
        return f"small first less all at once, {len(self.outcomes)} networks: {', '.join(told)}"


def compare_arms(
    plan: GrowthPlan, *, networks: int, seed: int, level: float = 0.95, workers: int | None = 1
) -> Arms:
    """Grow many crowds both ways.

    Parameters
    ----------
    plan : GrowthPlan
    networks, seed : int
    level : float
        Of the intervals of mean differences.
    workers : int, optional
        Processes; the result does not depend on them.

    Examples
    --------
    >>> plan = GrowthPlan(people=40, cohort=40)
    >>> compare_arms(plan, networks=2, seed=1).tidy()["difference"].head(2).tolist()  # one and the same
    [0.0, 0.0]
    """
    require_count("networks", networks, 2)
    require_level(level)
    found = replicated(partial(both_arms, plan), networks, seed=seed, workers=workers)
    return Arms(plan, np.array(found), level)
