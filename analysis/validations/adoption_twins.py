"""Made-up people who adopt: as the tests on adoption would have them, and as they would not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from scipy import sparse
from scipy.special import expit, logit
from scipy.stats import norm

from analysis.adoption.setting import Adoption
from analysis.adoption.spread import Spread, spread_of
from analysis.arrays import Flags, Floats, Integers
from analysis.files import DATA_RAW
from analysis.sources.thirty_schools import grown

__all__ = ["ADOPTION_TWINS", "CONTAGION", "AdoptionTwin", "adoption_twin"]

CONTAGION = 1.5
"""Log odds of adopting when all one names have adopted, beside none, where contagion is planted."""

_PERIODS = 12
_NAMED = 5
_ALONE = 0.1
"""Chance of adopting in a period with no adopter around."""
_SPREAD_OF_COMMUNITIES = 1.0
"""Standard deviation of the log odds of adopting over communities that differ."""
_SILENT = 1 / 3


@dataclass(frozen=True)
class AdoptionTwin:
    """What a kind of made-up people is like.

    Attributes
    ----------
    people, communities : int
        All ties lie within communities, of equal size.
    differ : bool
        Whether communities differ in how readily they adopt.
    bell : bool
        Whether the hazard rises and falls with the period.
    popular : bool
        Whether people differ in how often they are named, and the more popular adopt sooner.
    silent : bool
        Whether a third report nobody, and adopt half as readily.
    told : str
        In words.
    """

    people: int = 96
    communities: int = 1
    differ: bool = False
    bell: bool = False
    popular: bool = False
    silent: bool = False
    told: str = ""


ADOPTION_TWINS = {
    "even": AdoptionTwin(told="everybody alike, ties at random"),
    "grouped": AdoptionTwin(200, 10, differ=True, told="10 communities of 20, some readier to adopt"),
    "few communities": AdoptionTwin(96, 4, differ=True, told="4 communities of 24, some readier to adopt"),
    "small communities": AdoptionTwin(96, 12, differ=True, told="12 communities of 8, some readier to adopt"),
    "bell": AdoptionTwin(bell=True, told="a hazard that rises and falls"),
    "popular": AdoptionTwin(popular=True, told="some are named often, and adopt sooner"),
    "silent": AdoptionTwin(silent=True, told="a third report no ties, and adopt half as readily"),
}
"""The kinds; a further one, *thirty schools*, is the twin of the study without its contagion."""


def adoption_twin(kind: str, contagion: float, generator: np.random.Generator) -> Spread:
    """Return how an innovation spread among made-up people, as a page would read it.

    Parameters
    ----------
    kind : str
        Of `ADOPTION_TWINS`, or "thirty schools": the schools of `thirty_schools`, whose contacts are as in
        the study's twin and which adopt by themselves alone (`contagion` has to be 0).
    contagion : float
        Log odds of adopting by the share of those named who had adopted one period before.
    generator : Generator

    Raises
    ------
    ValueError
        For an unknown kind, or thirty schools with contagion.
    """
    if kind == "thirty schools":
        if contagion:
            raise ValueError("thirty schools: found a contagion; allowed: 0")
        return spread_of(grown(_schools_alone(), int(generator.integers(2**32))).tables)
    if kind not in ADOPTION_TWINS:
        raise ValueError(
            f"found no kind {kind!r}; there are {', '.join([*ADOPTION_TWINS, 'thirty schools'])}"
        )
    twin = ADOPTION_TWINS[kind]
    home: Integers = np.arange(twin.people, dtype=np.int64) * twin.communities // twin.people
    popularity = generator.lognormal(0.0, 1.0 if twin.popular else 0.0, twin.people)
    silent = generator.random(twin.people) < (_SILENT if twin.silent else 0.0)
    network = _named(home, popularity, generator)
    times = _times(network, _readiness(twin, home, popularity, silent), contagion, generator)
    reported = network * ~silent[:, None]
    return Spread(_setting(reported, times, home), ())


@cache
def _schools_alone() -> dict[str, Any]:
    """Return the parameters of the study's twin whose schools adopt by themselves alone."""
    text = (DATA_RAW / "thirty_schools/parameters.json").read_text(encoding="utf-8")
    parameters: dict[str, Any] = json.loads(text)
    return {**parameters, "adoption": {**parameters["adoption"], "alone": 0.08, "by_adopting_contact": 0.0}}


def _named(home: Integers, popularity: Floats, generator: np.random.Generator) -> Floats:
    """Return whom each names: others of the community, in proportion to their popularity."""
    people = len(home)
    network = np.zeros((people, people))
    for person in range(people):
        others = np.flatnonzero((home == home[person]) & (np.arange(people) != person))
        chance = popularity[others] / popularity[others].sum()
        network[person, generator.choice(others, _NAMED, replace=False, p=chance)] = 1.0
    return network


def _readiness(twin: AdoptionTwin, home: Integers, popularity: Floats, silent: Flags) -> Floats:
    """Return log odds of adopting without exposure, a row per person and a column per period."""
    person = np.full(twin.people, logit(_ALONE))
    if twin.differ:
        # The same in all twins of a kind, so that they have one truth.
        quantiles = (np.arange(twin.communities) + 0.5) / twin.communities
        person += _SPREAD_OF_COMMUNITIES * norm.ppf(quantiles)[home]
    if twin.popular:
        person += 0.5 * np.log(popularity)
    person[silent] -= np.log(2)
    course = np.zeros(_PERIODS)
    if twin.bell:
        # From a tenth of the odds to four times them, and back.
        course = np.log(4) - np.log(40) * (np.linspace(-1, 1, _PERIODS) ** 2)
    return person[:, None] + course


def _times(network: Floats, alone: Floats, contagion: float, generator: np.random.Generator) -> Floats:
    """Return in which period each adopts, infinite for never."""
    times = np.full(len(network), np.inf)
    share = network / network.sum(axis=1, keepdims=True)
    for period in range(_PERIODS):
        exposed = share @ (times <= period)
        now = generator.random(len(network)) < expit(alone[:, period] + contagion * exposed)
        times[np.isinf(times) & now] = period + 1
    return times


def _setting(network: Floats, times: Floats, home: Integers) -> Adoption:
    return Adoption(
        innovation="innovation",
        actors=tuple(f"person_{number:03d}" for number in range(len(times))),
        times=times,
        observed_until=np.where(np.isfinite(times), times, _PERIODS),
        periods=np.arange(1, _PERIODS + 1),
        unit="period",
        networks=[sparse.csr_array(network)],
        groups=tuple(f"community_{number:02d}" for number in home),
        unused=0,
        unused_by=frozenset(),
        unknown=frozenset(),
    )
