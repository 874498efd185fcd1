"""What a network of a given size will be able to say: power by simulation, before anything is collected.

People sit in schools, ties depend on who sends and who receives them and on the wave before, and some do not
answer. Each quantity is tested as its study tests it, or by a jackknife over the units that depend on each
other. At an effect of zero the share found is the level of the test.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import t as student

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable, require_count
from analysis.resampling.monte_carlo import p_error
from analysis.tie_models.formation import formation_power

__all__ = ["EFFECTS", "LARGEST", "QUANTITIES", "Design", "power", "simulated_change"]

LARGEST = 120
"""Members up to which a network is simulated; of a larger one this power is the least it has."""

EFFECTS: dict[str, tuple[float, float, float]] = {
    "reciprocity": (0.1, 0.2, 0.3),
    "ties across schools": (0.1, 0.2, 0.3),
    "scale mean": (0.2, 0.4, 0.6),
    "activity": (0.03, 0.06, 0.12),
    "closure cascade": (0.1, 0.25, 0.4),
}
"""A small, a middle and a large effect of each quantity: a change in the share of ties that are returned, or
that lead to another school; a change of a mean in standard deviations; the chance that two who both came to
an activity form a tie; the chance that a tie which a meeting makes possible is made."""

QUANTITIES = tuple(EFFECTS)

_LEVEL = 0.05
_NULL_DRAWS = 99


@dataclass(frozen=True)
class Design:
    """A network to be, and what is assumed of its people.

    Attributes
    ----------
    members, schools : int
        People, dealt out evenly over so many schools.
    answered : float
        Chance of each person to answer in each wave.
    activities, attendance : int, float
        Activities between two surveys, and each person's chance to come to one.
    ties : float
        Ties that a person names on average.
    returned, across : float
        Shares of ties that are returned, and that lead to another school, before the change.
    kept : float
        Chance that what a pair has in one wave it has in the next, too.
    spread : float
        Standard deviation of how much people name, and are named, in log odds.
    school_share, person_share, wave_share : float
        Shares of a score's variance that lie between schools, that a person keeps from wave to wave, and
        that a whole school moves from wave to wave.
    """

    members: int
    schools: int
    answered: float = 0.75
    activities: int = 4
    attendance: float = 0.6
    ties: float = 4.0
    returned: float = 0.3
    across: float = 0.4
    kept: float = 0.4
    spread: float = 0.6
    school_share: float = 0.14
    person_share: float = 0.5
    wave_share: float = 0.02

    def __post_init__(self) -> None:
        """Refuse what is no network."""
        require_count("members", self.members, 2)
        require_count("schools", self.schools)
        wrong = [
            name
            for name in ("answered", "attendance", "returned", "across", "kept")
            if not 0 <= getattr(self, name) <= 1
        ]
        if wrong or self.schools > self.members:
            told = ", ".join(f"{name}={getattr(self, name)}" for name in wrong)
            found = told or f"{self.schools} schools of {self.members} members"
            raise ValueError(f"found {found}; allowed: shares from 0 to 1, at least a member per school")

    @property
    def homes(self) -> Integers:
        """The school of each member."""
        return np.arange(self.members) * self.schools // self.members


def power(
    design: Design, quantity: str, effects: Sequence[float], *, replicates: int, seed: int
) -> pd.DataFrame:
    """Return how often a change of each size would be found at the five-percent level.

    Parameters
    ----------
    design : Design
    quantity : str
        One of `QUANTITIES`.
    effects : sequence of float
        As `EFFECTS` has them; 0 gives the level.
    replicates, seed : int
        Networks drawn for each effect, and what starts them.

    Returns
    -------
    DataFrame
        index ``effect``; ``found`` (share of the networks) and its Monte Carlo error ``error``.

    Raises
    ------
    NotEstimable
        When a network of this design cannot say anything of the quantity, however large the effect.
    ValueError
        For an unknown quantity.

    Examples
    --------
    >>> power(Design(60, 10), "scale mean", [1.5], replicates=20, seed=1).loc[1.5, "found"].item()
    1.0
    >>> power(Design(12, 2), "scale mean", [1.5], replicates=20, seed=1)
    Traceback (most recent call last):
    analysis.checks.NotEstimable: 2 schools; a change over schools needs three at least
    """
    if quantity not in EFFECTS:
        raise ValueError(f"found quantity {quantity!r}; allowed: {', '.join(QUANTITIES)}")
    require_count("replicates", replicates)
    if design.members > LARGEST:
        schools = max(1, min(design.schools, LARGEST // 2))
        design = replace(design, members=LARGEST, schools=schools)
    _require_enough(design, quantity)
    shares = [_share_found(design, quantity, effect, replicates, seed) for effect in effects]
    frame = pd.DataFrame({"found": shares}, index=pd.Index(effects, name="effect", dtype=float))
    frame["error"] = [p_error(share, replicates) for share in shares]
    return frame


def _require_enough(design: Design, quantity: str) -> None:
    answering = math.floor(design.members * design.answered)
    if quantity in ("ties across schools", "scale mean") and design.schools < 3:
        told = f"{design.schools} school{'s' if design.schools > 1 else ''}"
        raise NotEstimable(f"{told}; a change over schools needs three at least")
    if quantity == "closure cascade" and design.schools < 2:
        raise NotEstimable("one school; two circles that may join need two at least")
    if quantity == "closure cascade" and design.members / design.schools < 3:
        raise NotEstimable("fewer than three people in a school; a circle needs somebody to get to know")
    if quantity != "scale mean" and answering < 6:
        raise NotEstimable(
            f"about {answering} people will answer; ties of fewer than six would show single people"
        )


def _share_found(design: Design, quantity: str, effect: float, replicates: int, seed: int) -> float:
    if quantity == "activity":
        # The study's own: the interval of a page, clustered by people, lies above zero.
        found = formation_power(
            design.members,
            activities=design.activities,
            attendance=design.attendance,
            rate=effect,
            outside=0.5 * design.ties / (design.members - 1),
            together=design.returned,
            answered=design.answered,
            schools=design.schools,
            replicates=replicates,
            seed=seed,
        )
        return float(found["power"].iloc[0])
    generators = [np.random.default_rng(one) for one in np.random.SeedSequence(seed).spawn(replicates)]
    test = _TESTS[quantity]
    return float(np.mean([test(design, effect, generator) for generator in generators]))


def _chances(design: Design, across: float, reach: Floats, spread: tuple[Floats, Floats]) -> Floats:
    """Return the chance of each tie: so many a person, so many of them across, people more or less active."""
    homes = design.homes
    same = homes[:, None] == homes[None, :]
    others = ~np.eye(design.members, dtype=bool)
    inside, outside = (same & others).sum(axis=1).astype(float), (~same).sum(axis=1).astype(float)
    ties = min(design.ties, 0.5 * (design.members - 1))
    share = np.clip(across + reach, 0.0, 1.0) if design.schools > 1 else np.zeros(design.members)
    # A person of a small school cannot name more people there than there are.
    within = np.minimum(ties * (1 - share), 0.8 * inside)
    beyond = np.minimum(ties * share, 0.8 * outside)
    base = np.where(
        same, (within / np.maximum(inside, 1))[:, None], (beyond / np.maximum(outside, 1))[:, None]
    )
    sender, receiver = spread
    odds = base / (1 - base) * np.exp(sender[:, None] + receiver[None, :])
    chances = odds / (1 + odds)
    # People's spread moves the mean of a nonlinear function; the mean number of ties is as it was.
    for part in (same & others, ~same):
        if part.any() and chances[part].sum() > 0:
            chances[part] *= base[part].sum() / chances[part].sum()
    chances[~others] = 0.0
    bounded: Floats = np.minimum(chances, 0.95)
    return bounded


def _drawn(chances: Floats, returned: float, more: float, generator: np.random.Generator) -> Floats:
    """Draw a network of which so large a share of ties is returned, or what chance gives, and so much more.

    Some pairs are of one mind: one draw, with the mean of their two chances, makes both ties or none.
    """
    rows, columns = np.triu_indices(len(chances), 1)
    one, other = chances[rows, columns], chances[columns, rows]
    by_chance = 2 * float(one @ other) / max(float((one + other).sum()), 1e-12)
    agreeing = min((max(returned, by_chance) + more - by_chance) / (1 - by_chance), 1.0)
    of_one_mind = generator.random(len(rows)) < agreeing
    draw = generator.random((2, len(rows)))
    both = draw[0] < (one + other) / 2
    matrix = np.zeros(chances.shape)
    matrix[rows, columns] = np.where(of_one_mind, both, draw[0] < one)
    matrix[columns, rows] = np.where(of_one_mind, both, draw[1] < other)
    return matrix


def _waves(
    design: Design, returned: float, across: float, generator: np.random.Generator
) -> tuple[Floats, Floats, Flags, Flags]:
    """Draw a first and a last wave with so much change, and who answered in each."""
    members = design.members
    spread = (generator.normal(0, design.spread, members), generator.normal(0, design.spread, members))
    # A school reaches out more in one wave than in another, whatever the network does.
    shocks = generator.normal(0, 0.05, (2, design.schools))
    fresh = 1 - design.kept
    before = _chances(design, design.across, shocks[0][design.homes], spread)
    first = _drawn(before, design.returned, 0.0, generator)
    # What is kept is as it was: what is new has to change by more for all to change by so much.
    after = _chances(design, design.across + across / fresh, shocks[1][design.homes], spread)
    new = _drawn(after, design.returned, returned / fresh, generator)
    kept = np.triu(generator.random((members, members)) < design.kept, 1)
    last = np.where(kept | kept.T, first, new)
    answers = generator.random((2, members)) < design.answered
    return first, last, answers[0], answers[1]


def _returned(matrix: Floats, answered: Flags) -> tuple[Floats, Floats]:
    """Return ties and returned ties among those who answered: in all first, then without each person."""
    seen = matrix * np.outer(answered, answered)
    mutual = seen * seen.T
    ties, both = seen.sum(), mutual.sum()
    without = ties - seen.sum(axis=0) - seen.sum(axis=1)
    return np.append(ties, without), np.append(both, both - 2 * mutual.sum(axis=1))


def _beyond(matrix: Floats, answered: Flags, homes: Integers, schools: int) -> tuple[Floats, Floats]:
    """Return ties of those who answered and those that cross schools: in all, then without each school."""
    member = np.eye(schools)[homes]
    counts = member.T @ (matrix * answered[:, None]) @ member
    inside = np.diag(counts)
    ties = counts.sum()
    without = ties - counts.sum(axis=0) - counts.sum(axis=1) + inside
    own = inside.sum() - inside
    return np.append(ties, without), np.append(ties - inside.sum(), without - own)


def _change(first: tuple[Floats, Floats], last: tuple[Floats, Floats]) -> Floats:
    """Return the change in a share, in all and without each unit; missing where a wave has no tie."""
    with np.errstate(invalid="ignore", divide="ignore"):
        change: Floats = last[1] / last[0] - first[1] / first[0]
    return change


def simulated_change(
    design: Design, quantity: str, effect: float, generator: np.random.Generator
) -> tuple[float, float, int]:
    """Draw a network and return the change that is seen in it, its standard error and degrees of freedom.

    Parameters
    ----------
    design : Design
    quantity : {"reciprocity", "ties across schools", "scale mean"}
    effect : float
        The change that is made.
    generator : Generator

    Returns
    -------
    (float, float, int)
        Missing (NaN) where a wave has nothing to go by.

    References
    ----------
    Snijders, T. A. B. & Borgatti, S. P. (1999). Non-parametric standard errors and tests for network
    statistics. Connections 22(2), 161–170: the jackknife over people, of reciprocity.
    """
    if quantity == "scale mean":
        return _mean_change(design, effect, generator)
    returned, across = (effect, 0.0) if quantity == "reciprocity" else (0.0, effect)
    first, last, then, now = _waves(design, returned, across, generator)
    if quantity == "reciprocity":
        change = _change(_returned(first, then), _returned(last, now))
        units = int((then | now).sum())
        left = change[1:][then | now]
        factor = (units - 2) / (2 * units)
    else:
        homes, units = design.homes, design.schools
        change = _change(_beyond(first, then, homes, units), _beyond(last, now, homes, units))
        left = change[1:]
        factor = (units - 1) / units
    if units < 3 or not np.isfinite(change[0]) or not np.isfinite(left).all():
        return np.nan, np.nan, 1
    error = math.sqrt(factor * float(((left - left.mean()) ** 2).sum()))
    return float(change[0]), error, units - 1


def _mean_change(design: Design, effect: float, generator: np.random.Generator) -> tuple[float, float, int]:
    homes, members = design.homes, design.members
    own = generator.normal(0, math.sqrt(design.person_share), members)
    noise = max(0.0, 1 - design.school_share - design.person_share - design.wave_share)
    means = []
    for wave in range(2):
        moved = generator.normal(0, math.sqrt(design.wave_share), design.schools)
        score = own + moved[homes] + generator.normal(0, math.sqrt(noise), members) + wave * effect
        answered = generator.random(members) < design.answered
        counts = np.bincount(homes, weights=answered, minlength=design.schools)
        sums = np.bincount(homes, weights=score * answered, minlength=design.schools)
        with np.errstate(invalid="ignore"):
            means.append(sums / counts)
    # What lies between schools for good falls out of the difference.
    differences = (means[1] - means[0])[np.isfinite(means[0]) & np.isfinite(means[1])]
    if len(differences) < 3:
        return np.nan, np.nan, 1
    error = float(differences.std(ddof=1)) / math.sqrt(len(differences))
    return float(differences.mean()), error, len(differences) - 1


def _by_t(quantity: str) -> Callable[[Design, float, np.random.Generator], bool]:
    def found(design: Design, effect: float, generator: np.random.Generator) -> bool:
        change, error, degrees = simulated_change(design, quantity, effect, generator)
        if not (math.isfinite(change) and error > 0):
            return False
        # The test has two sides; a change found in the wrong direction is no success.
        p = 2 * float(student.sf(abs(change) / error, degrees))
        return p <= _LEVEL and (effect == 0 or change > 0)

    return found


def _cascade(design: Design, effect: float, generator: np.random.Generator) -> bool:
    """Draw a meeting of two circles and what closes after it; is it more than popularity would give?"""
    members, homes = design.members, design.homes
    same = homes[:, None] == homes[None, :]
    active = generator.normal(0, design.spread, members)
    odds = np.where(same, 0.6, 0.02) * np.exp(active[:, None] + active[None, :])
    upper = np.triu(generator.random((members, members)) < odds / (1 + odds), 1)
    known = upper | upper.T
    one, other = int(np.flatnonzero(homes == 0)[0]), int(np.flatnonzero(homes == 1)[0])
    known[one, other] = known[other, one] = True
    possible = np.zeros((members, members), dtype=bool)
    for start, friend in ((one, other), (other, one)):
        circle = known[friend] & ~known[start]
        circle[[start, friend]] = False
        possible[start, circle] = possible[circle, start] = True
    rows, columns = np.triu_indices(members, 1)
    free = ~known[rows, columns]
    rows, columns = rows[free], columns[free]
    of_meeting = possible[rows, columns]
    if not of_meeting.any():
        return False
    base = 0.02 * np.exp(active[rows] + active[columns])
    chance = np.where(of_meeting, 1 - (1 - np.minimum(base, 0.9)) * (1 - effect), np.minimum(base, 0.9))
    made = generator.random(len(rows)) < chance
    # A contact is seen when one of its two people answers; the two who met are asked until they do.
    answered = generator.random(members) < design.answered
    answered[[one, other]] = True
    seen = answered[rows] | answered[columns]
    rows, columns, of_meeting, made = rows[seen], columns[seen], of_meeting[seen], made[seen]
    number = int(made.sum())
    if number == 0:
        return False
    degree = known.sum(axis=1) + 1.0
    weights = np.log(degree[rows]) + np.log(degree[columns])
    keys = weights + generator.gumbel(size=(_NULL_DRAWS, len(rows)))
    chosen = np.argpartition(-keys, number - 1, axis=1)[:, :number]
    by_chance = of_meeting[chosen].sum(axis=1)
    p = (1 + int((by_chance >= made[of_meeting].sum()).sum())) / (1 + _NULL_DRAWS)
    return p <= _LEVEL


_TESTS: dict[str, Callable[[Design, float, np.random.Generator], bool]] = {
    "reciprocity": _by_t("reciprocity"),
    "ties across schools": _by_t("ties across schools"),
    "scale mean": _by_t("scale mean"),
    "closure cascade": _cascade,
}
