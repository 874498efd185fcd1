"""Twins of dated contacts that break what the tests and intervals of coalescence take for granted.

=============  =============================================================================================
`groups`       Contacts stay within three schools.
`popular`      A few people have most contacts (log-normal, of log-variance 1), and close more.
`bursts`       A contact is answered at once, by the other side; new ties are made in bunches, at activities.
`silent`       A quarter of the people send nothing that is recorded.
=============  =============================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import require_one_of

__all__ = ["KINDS", "ContactTwin", "Kind", "misspecified"]

Kind = Literal["groups", "popular", "bursts", "silent"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_PEOPLE, _SCHOOLS, _SILENT = 60, 3, 0.25
_CENTRES = (0, 10)
"""The two who meet; both are of the first school."""

Pair = tuple[int, int]


@dataclass(frozen=True, eq=False)
class ContactTwin:
    """One record of contacts.

    Attributes
    ----------
    contacts : DataFrame
    collaborators : tuple of str
        The two who meet.
    groups : dict of str to str
        The school of each person.
    """

    contacts: pd.DataFrame
    collaborators: tuple[str, str]
    groups: dict[str, str]


def misspecified(parameters: Mapping[str, Any], kind: Kind, generator: np.random.Generator) -> ContactTwin:
    """Return a twin of the size of `thirty_schools` that breaks one assumption.

    Parameters
    ----------
    parameters : mapping
        Of `thirty_schools`; with `coalescence` false the ties that would have come of the meeting fall at
        random among the pairs that the kind allows, in proportion to how popular both are.
    kind : {"groups", "popular", "bursts", "silent"}
    generator : numpy.random.Generator

    Raises
    ------
    ValueError
        For another kind.
    """
    require_one_of("kind", kind, KINDS)
    school = np.arange(_PEOPLE) * _SCHOOLS // _PEOPLE
    weight = generator.lognormal(0.0, 1.0, _PEOPLE) if kind == "popular" else np.ones(_PEOPLE)
    pairs = [
        pair
        for pair in combinations(range(_PEOPLE), 2)
        if kind != "groups" or school[pair[0]] == school[pair[1]]
    ]
    size = parameters["star"]
    one, other = _CENTRES
    stars = [list(range(one + 1, one + 1 + size)), list(range(other + 1, other + 1 + size))]
    before = {(centre, member) for centre, star in zip(_CENTRES, stars, strict=True) for member in star}
    # The two circles are apart until they meet.
    circle = {one, other, *stars[0], *stars[1]}
    free = [pair for pair in pairs if not set(pair) <= circle]
    ties = round(parameters["mean_degree"] * _PEOPLE / 2) - 2 * size
    before |= _picked(free, ties, weight, generator)
    met_on, last = parameters["met_on"], parameters["days"]
    events = [(int(day), pair) for pair in sorted(before) for day in _uses(parameters, generator)]
    events.append((met_on, _CENTRES))
    closures = _closures(parameters, kind, stars, weight, generator)
    taken = before | {_CENTRES}
    if parameters["coalescence"]:
        taken |= {_sorted((first, second)) for first, second in product([one, *stars[0]], [other, *stars[1]])}
    else:
        open_pairs = [pair for pair in pairs if pair not in taken]
        placed = sorted(_picked(open_pairs, len(closures), weight, generator))
        closures = [(pair, day) for pair, (_, day) in zip(placed, closures, strict=True)]
        taken |= set(placed)
    rest = [pair for pair in pairs if pair not in taken]
    for pair in sorted(_picked(rest, parameters["other_new_ties"], weight, generator)):
        events.append((int(generator.integers(met_on + 1, last)), pair))
    for pair, day in closures:
        events.append((day, pair))
        if generator.random() < parameters["endures"]:
            again = parameters["persistence"] + int(generator.integers(0, parameters["horizon"]))
            events.append((day + again, pair))
    frame = _recorded(events, kind, last, generator)
    names = [f"teacher_{person + 1:02d}" for person in range(_PEOPLE)]
    for column in ("sender_id", "receiver_id"):
        frame[column] = [names[person] for person in frame[column]]
    member = dict(zip(names, map("school_{}".format, school), strict=True))
    return ContactTwin(frame, (names[one], names[other]), member)


def _sorted(ends: Sequence[int]) -> Pair:
    return min(ends), max(ends)


def _picked(pairs: list[Pair], number: int, weight: Floats, generator: np.random.Generator) -> set[Pair]:
    """Return so many of the pairs, each in proportion to the product of its two weights."""
    chance = np.array([weight[one] * weight[other] for one, other in pairs])
    chosen = generator.choice(len(pairs), min(number, len(pairs)), replace=False, p=chance / chance.sum())
    return {pairs[place] for place in chosen}


def _uses(parameters: Mapping[str, Any], generator: np.random.Generator) -> list[int]:
    first = int(generator.integers(1, parameters["met_on"]))
    return [first, *map(int, generator.integers(first, parameters["days"], parameters["contacts_a_tie"] - 1))]


def _closures(
    parameters: Mapping[str, Any],
    kind: Kind,
    stars: list[list[int]],
    weight: Floats,
    generator: np.random.Generator,
) -> list[tuple[Pair, int]]:
    """Return the pairs that close, and when: with the same mean chance whatever the kind."""
    one, other = _CENTRES
    days = [day for day in parameters["activities"] if day > parameters["met_on"]]
    members = np.array([*stars[0], *stars[1]])
    # Of bunches: one activity brings all its people together, or none.
    activity = {person: int(generator.integers(len(days))) for person in range(_PEOPLE)}
    brought = {chance: generator.random(len(days)) < chance for chance in parameters["closes"].values()}
    found = []
    for name, listed in (
        ("with_the_other_star", [*product([one], stars[1]), *product([other], stars[0])]),
        ("between_stars", list(product(*stars))),
    ):
        chance = parameters["closes"][name]
        for pair in listed:
            place = int(generator.integers(len(days)))
            closes = generator.random() < chance
            if kind == "bursts":
                place = activity[pair[1]]
                closes = bool(brought[chance][place])
            elif kind == "popular":
                pull = np.sqrt(weight[pair[1]] / weight[members].mean())
                closes = generator.random() < min(1.0, chance * pull)
            if closes:
                found.append((_sorted(pair), days[place] + int(generator.integers(0, 15))))
    return found


def _recorded(
    events: list[tuple[int, Pair]], kind: Kind, last: int, generator: np.random.Generator
) -> pd.DataFrame:
    """Return the contacts that leave a record, each sent by either end."""
    turned = generator.random(len(events)) < 0.5
    rows = [(day, *(pair[::-1] if turn else pair)) for (day, pair), turn in zip(events, turned, strict=True)]
    if kind == "bursts":
        rows += [(day + int(generator.integers(0, 2)), receiver, sender) for day, sender, receiver in rows]
    if kind == "silent":
        silent = set(generator.choice(_PEOPLE, round(_SILENT * _PEOPLE), replace=False).tolist())
        # The meeting itself is known.
        silent -= set(_CENTRES)
        rows = [row for row in rows if row[1] not in silent]
    kept = sorted(row for row in rows if row[0] <= last)
    return pd.DataFrame(kept, columns=["time", "sender_id", "receiver_id"])
