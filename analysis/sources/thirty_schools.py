"""The twin of a study of star coalescence: two sparse networks, two people who meet, and what comes of it.

Everything comes from `data_raw/thirty_schools/parameters.json`; see `SOURCE.md` beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from analysis.sources.twins import Twin, build_twin

__all__ = ["grown"]

Pair = tuple[str, str]

_SOON = 15
"""Days after an activity in which the ties that come with it are made, its own day included."""


def grown(parameters: Mapping[str, Any], seed: int | None = None) -> Twin:
    """Return one network of contacts.

    Parameters
    ----------
    parameters : mapping
        Sizes, days, rates and chances, as in `parameters.json`. With `coalescence` false as many ties come
        after the meeting, at the same days, between people taken at random.
    seed : int, optional
        Another than that of the parameters.

    Returns
    -------
    Twin
        Of its truth, `collaborators`, `met_on`, their `stars`; `closures`: every tie that came of the
        meeting, with day, kind, whether it endured, and the activity it came of, if it did. Without
        coalescence, `placed_at_random`: as many ties that came of nothing.
    """
    used = parameters["seed"] if seed is None else seed
    random = np.random.default_rng(used)
    schools = [f"school_{number:02d}" for number in range(1, parameters["schools"] + 1)]
    home = {
        f"teacher_{number + 1:02d}": schools[number // parameters["people_per_school"]]
        for number in range(parameters["schools"] * parameters["people_per_school"])
    }
    people = list(home)
    half = len(people) // 2
    sides = (people[:half], people[half:])
    one, other = people[0], people[half]
    before = _sparse(parameters, sides, (one, other), random)
    stars = {one: _star(one, before), other: _star(other, before)}
    meeting = (min(one, other), max(one, other))
    contacts = [(int(day), pair) for pair in sorted(before) for day in _days(parameters, random)]
    contacts.append((parameters["met_on"], meeting))
    closures = _closures(parameters, one, other, stars, before, random)
    if not parameters["coalescence"]:
        closures = _placed_at_random(closures, people, before | {meeting}, random)
    new = {(min(pair), max(pair)) for pair, *_ in closures}
    taken = before | new | {meeting}
    if parameters["coalescence"]:
        taken |= _cascade_pairs(one, other, stars)
    contacts += _others(parameters, people, taken, random)
    for pair, day, _, lasting in closures:
        contacts.append((day, pair))
        if lasting:
            again = int(random.integers(0, parameters["horizon"]))
            contacts.append((day + parameters["persistence"] + again, pair))
    start = date.fromisoformat(parameters["start"])
    rows = sorted(
        ((start + timedelta(days=day)).isoformat(), pair[0], pair[1])
        for day, pair in contacts
        if day <= parameters["days"]
    )
    activities = [(f"activity_{number}", day) for number, day in enumerate(parameters["activities"], start=1)]
    found = {
        "organizations": pd.DataFrame(
            [("network_a", None, "network"), ("network_b", None, "network")]
            + [
                (name, f"network_{'a' if place < len(schools) // 2 else 'b'}", "school")
                for place, name in enumerate(schools)
            ],
            columns=["organization_id", "parent_id", "kind"],
        ),
        "actors": pd.DataFrame({"actor_id": people, "organization_id": list(home.values())}).assign(
            role="teacher"
        ),
        "contacts": pd.DataFrame(rows, columns=["time", "sender_id", "receiver_id"]),
        "activities": pd.DataFrame(
            [(name, (start + timedelta(days=day)).isoformat(), "workshop") for name, day in activities],
            columns=["activity_id", "date", "kind"],
        ),
        "adoptions": _adoptions(parameters, home, contacts, one, start, random),
    }
    # A generator of its own: what is known beside the contacts moves none of them.
    beside = np.random.default_rng([used, len(closures)])
    sources = _sources(parameters, closures, dict(activities))
    found["attendance"] = _attendance(parameters, people, closures, sources, dict(activities), beside)
    found["routines"] = pd.DataFrame(
        {"routine_id": ["workshops"], "organization_id": ["network_a"], "cadence": ["every other month"]}
    )
    found["episodes"] = _episodes(parameters, closures, sources, start, beside)
    told = {
        **parameters,
        "seed": used,
        "collaborators": [one, other],
        "met_on_date": (start + timedelta(days=parameters["met_on"])).isoformat(),
        "stars": {person: sorted(star) for person, star in stars.items()},
        "closures" if parameters["coalescence"] else "placed_at_random": [
            {
                "pair": list(pair),
                "date": (start + timedelta(days=day)).isoformat(),
                "kind": kind,
                "endures": lasting,
                "activity": source,
            }
            for (pair, day, kind, lasting), source in zip(closures, sources, strict=True)
        ],
    }
    return Twin(found, told)


def _sparse(
    parameters: Mapping[str, Any],
    sides: tuple[list[str], list[str]],
    collaborators: Pair,
    random: np.random.Generator,
) -> set[Pair]:
    """Return the ties there are before the meeting, all within a side; the two stars are planted."""
    found: set[Pair] = set()
    for side, centre in zip(sides, collaborators, strict=True):
        chance = parameters["mean_degree"] / (len(side) - 1)
        found |= {pair for pair in combinations(side, 2) if centre not in pair and random.random() < chance}
        members = random.choice(
            [person for person in side if person != centre], parameters["star"], replace=False
        )
        found |= {(min(centre, str(member)), max(centre, str(member))) for member in members}
    return found


def _star(person: str, ties: set[Pair]) -> set[str]:
    return {end for pair in ties if person in pair for end in pair if end != person}


def _days(parameters: Mapping[str, Any], random: np.random.Generator) -> list[int]:
    """Return the days a tie there is before the meeting is used on: once before it at least, and later."""
    first = int(random.integers(1, parameters["met_on"]))
    rest = random.integers(first, parameters["days"], parameters["contacts_a_tie"] - 1)
    return [first, *map(int, rest)]


Closure = tuple[Pair, int, str, bool]


def _closures(
    parameters: Mapping[str, Any],
    one: str,
    other: str,
    stars: Mapping[str, set[str]],
    before: set[Pair],
    random: np.random.Generator,
) -> list[Closure]:
    """Return the ties that come of the meeting: pair, day, kind, whether it endures."""
    last = parameters["met_on"] + parameters["window"]
    days = [day for day in parameters["activities"] if parameters["met_on"] < day <= last]
    kinds = [
        ("with_the_other_star", [(one, member) for member in sorted(stars[other])]),
        ("with_the_other_star", [(other, member) for member in sorted(stars[one])]),
        ("between_stars", list(product(sorted(stars[one]), sorted(stars[other])))),
    ]
    found = []
    for kind, pairs in kinds:
        for pair in pairs:
            if random.random() < parameters["closes"][kind]:
                day = int(random.choice(days)) + int(random.integers(0, _SOON))
                ends = (min(pair), max(pair))
                found.append((ends, min(day, last), kind, bool(random.random() < parameters["endures"])))
    return found


def _sources(
    parameters: Mapping[str, Any], closures: list[Closure], activities: Mapping[str, int]
) -> list[str | None]:
    """Return the activity that each new tie came of: None where it only happened to be made after one."""
    bringing = parameters["attendance"]["brought_together"] if parameters["coalescence"] else []
    return [
        next((name for name in bringing if 0 <= day - activities[name] < _SOON), None)
        for _, day, *_ in closures
    ]


def _attendance(
    parameters: Mapping[str, Any],
    people: list[str],
    closures: list[Closure],
    sources: list[str | None],
    activities: Mapping[str, int],
    random: np.random.Generator,
) -> pd.DataFrame:
    """Return who came: by chance; both ends of a tie that came of it; of other ties not both ends."""
    came = {
        name: {person for person in people if random.random() < parameters["attendance"]["by_chance"]}
        for name in activities
    }
    for (pair, *_), source in zip(closures, sources, strict=True):
        if source is not None:
            came[source].update(pair)
    for (pair, day, *_), source in zip(closures, sources, strict=True):
        for name, held in activities.items():
            if source is None and 0 <= day - held < _SOON and came[name].issuperset(pair):
                came[name].remove(pair[int(random.integers(0, 2))])
    rows = [(name, person) for name in activities for person in people if person in came[name]]
    return pd.DataFrame(rows, columns=["activity_id", "actor_id"])


def _episodes(
    parameters: Mapping[str, Any],
    closures: list[Closure],
    sources: list[str | None],
    start: date,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Return what coded interviews say of some new ties: whether they began at an activity, and went on."""
    rule = parameters["episodes"]
    rows: list[tuple[object, ...]] = []
    for (pair, day, _, lasting), source in zip(closures, sources, strict=True):
        coded, right = random.random() < rule["coded"], random.random() < rule["told_right"]
        if coded:
            told = (source is not None) == right
            number = f"episode_{len(rows) + 1:02d}"
            begun = (start + timedelta(days=day)).isoformat()
            rows.append((number, "workshops", begun, int(lasting), *pair, int(told)))
    columns = ["episode_id", "routine_id", "started_on", "outcome", "first_id", "second_id", "at_activity"]
    return pd.DataFrame(rows, columns=columns)


def _placed_at_random(
    closures: list[Closure], people: list[str], taken: set[Pair], random: np.random.Generator
) -> list[Closure]:
    free = [pair for pair in combinations(people, 2) if pair not in taken]
    chosen = random.choice(len(free), len(closures), replace=False)
    return [
        (free[place], day, "at random", lasting)
        for place, (_, day, _, lasting) in zip(chosen, closures, strict=True)
    ]


def _cascade_pairs(one: str, other: str, stars: Mapping[str, set[str]]) -> set[Pair]:
    """Return the pairs that only the meeting may bring together, so that its closures are known."""
    pairs = product([one, *stars[one]], [other, *stars[other]])
    return {(min(pair), max(pair)) for pair in pairs}


def _others(
    parameters: Mapping[str, Any], people: list[str], taken: set[Pair], random: np.random.Generator
) -> list[tuple[int, Pair]]:
    """Return contacts of pairs that have nothing to do with the meeting: once each, on a day after it."""
    free = [pair for pair in combinations(people, 2) if pair not in taken]
    chosen = random.choice(len(free), parameters["other_new_ties"], replace=False)
    days = random.integers(parameters["met_on"] + 1, parameters["days"], len(chosen))
    return [(int(day), free[place]) for day, place in zip(days, chosen, strict=True)]


def _adoptions(
    parameters: Mapping[str, Any],
    home: Mapping[str, str],
    contacts: list[tuple[int, Pair]],
    first: str,
    start: date,
    random: np.random.Generator,
) -> pd.DataFrame:
    """Let schools adopt, month by month, by contact with people of schools that have."""
    rule = parameters["adoption"]
    schools = sorted(set(home.values()))
    adopted = {home[first]: 0}
    for month in range(rule["every"], parameters["days"] + 1, rule["every"]):
        exposed: dict[str, int] = {}
        for day, (sender, receiver) in contacts:
            if month - rule["every"] <= day < month:
                for mine, theirs in ((home[sender], home[receiver]), (home[receiver], home[sender])):
                    exposed[mine] = exposed.get(mine, 0) + (
                        adopted.get(theirs, month) < month - rule["every"] + 1
                    )
        for school in schools:
            chance = 1 - (1 - rule["alone"]) * (1 - rule["by_adopting_contact"]) ** exposed.get(school, 0)
            if school not in adopted and random.random() < chance:
                adopted[school] = month
    rows = [
        (
            "programme",
            school,
            (start + timedelta(days=adopted.get(school, parameters["days"]))).isoformat(),
            int(school not in adopted),
        )
        for school in schools
    ]
    return pd.DataFrame(rows, columns=["innovation", "adopter_id", "adopted_on", "censored"])


if __name__ == "__main__":
    sys.exit(build_twin(grown, "thirty_schools"))
