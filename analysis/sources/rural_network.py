"""The twin of an essay on designing a network: rural schools, a backbone that hands over, two years.

Everything comes from `data_raw/rural_network/parameters.json`; see `SOURCE.md` beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Flags, Floats, Integers
from analysis.sources.twins import Twin, build_twin

__all__ = ["BACKBONE", "grown"]

BACKBONE = "backbone"
_RELATION = "advice"
_WORDINGS = {
    "collective_efficacy": "Together the teachers of my school can reach every pupil, in way {}.",
    "leadership_team": "Members lead this network, in way {}.",
    "supports_for_participation": "I get what I need to take part, in way {}.",
}


def grown(parameters: Mapping[str, Any], seed: int | None = None) -> Twin:
    """Return one network grown from parameters.

    Parameters
    ----------
    parameters : mapping
        Sizes, rates, effects and chances, as in `parameters.json`.
    seed : int, optional
        Another than that of the parameters.

    Returns
    -------
    Twin
        Of its truth, `follows`: the indirect and the total effect of density on growth.
    """
    used = parameters["seed"] if seed is None else seed
    random = np.random.default_rng(used)
    schools = [f"school_{number:02d}" for number in range(1, parameters["schools"] + 1)]
    coaches = [f"coach_{number}" for number in range(1, parameters["backbone"] + 1)]
    teachers = [
        f"t{school:02d}_{number:02d}"
        for school in range(1, parameters["schools"] + 1)
        for number in range(1, parameters["teachers"] + 1)
    ]
    home = np.repeat(np.arange(len(schools)), parameters["teachers"])
    actors = pd.DataFrame(
        {
            "actor_id": [*coaches, *teachers],
            "organization_id": [BACKBONE] * len(coaches) + [schools[place] for place in home],
            "role": ["coach"] * len(coaches) + ["teacher"] * len(teachers),
        }
    )
    waves = pd.DataFrame(
        [
            (number, f"Round {number}", _day(parameters, number, 0), _day(parameters, number, -1, after=1))
            for number in range(1, parameters["rounds"] + 1)
        ],
        columns=["wave", "label", "opened_on", "closed_on"],
    )
    named = _networks(parameters, random)
    density = named[-1].sum(axis=(1, 2)) / (parameters["teachers"] * (parameters["teachers"] - 1))
    apart = density - parameters["network"]["density"]
    efficacy, paths = parameters["efficacy"], parameters["paths"]
    level = (
        efficacy["level"]
        + paths["density_to_efficacy"] * apart
        + random.normal(0, efficacy["school"], len(schools))
    )
    growth = (
        parameters["growth"]["level"]
        + paths["efficacy_to_growth"] * (level - efficacy["level"])
        + paths["density_to_growth"] * apart
        + random.normal(0, parameters["growth"]["spread"], len(schools))
    )
    heard = random.random((len(named), len(teachers))) >= parameters["silent"]
    found = {
        "organizations": pd.DataFrame(
            [(BACKBONE, "partner"), *((school, "school") for school in schools)],
            columns=["organization_id", "kind"],
        ),
        "actors": actors,
        "waves": waves,
        "nonresponse": pd.DataFrame(
            [
                (wave, person)
                for wave, answered in zip(parameters["survey_rounds"], heard, strict=True)
                for person in [*coaches, *np.array(teachers)[~answered]]
            ],
            columns=["wave", "actor_id"],
        ),
        "ties": _ties(parameters, named, heard, teachers),
        "contacts": _contacts(parameters, coaches, teachers, home, random),
        **_sessions(parameters, coaches, teachers, random),
        "items": _items(parameters),
        "responses": _answers(parameters, level[home], heard, teachers, random),
        "measures": _measures(parameters, schools, growth, random),
        **_design(parameters, random),
    }
    indirect = paths["density_to_efficacy"] * paths["efficacy_to_growth"]
    follows = {"indirect": indirect, "total": indirect + paths["density_to_growth"]}
    return Twin(found, {**parameters, "seed": used, "follows": follows})


def _day(parameters: Mapping[str, Any], number: int, days: int, after: int = 0) -> str:
    """Return a day counted from the beginning of a round, or of one after it."""
    start = date.fromisoformat(parameters["start"])
    return (start + timedelta(days=parameters["days"] * (number - 1 + after) + days)).isoformat()


def _networks(parameters: Mapping[str, Any], random: np.random.Generator) -> list[Flags]:
    """Return who names whom in each survey, an array of (schools, senders, receivers)."""
    rule, size = parameters["network"], parameters["teachers"]
    density = np.clip(random.normal(rule["density"], rule["spread"], parameters["schools"]), 0.08, 0.75)
    # The first of each school is its hub; what it draws beyond others is taken from them.
    pull = np.full((parameters["schools"], size), 1.0)
    pull[:, 0] += random.uniform(0, rule["hub"], parameters["schools"])
    pull /= pull.mean(axis=1, keepdims=True)
    chance = np.clip(density[:, None, None] * pull[:, None, :], 0, 0.95) * ~np.eye(size, dtype=bool)
    first = random.random(chance.shape) < chance
    networks = [first]
    for _ in parameters["survey_rounds"][1:]:
        kept = random.random(chance.shape) < rule["kept"]
        networks.append(np.where(kept, networks[-1], random.random(chance.shape) < chance))
    return networks


def _ties(
    parameters: Mapping[str, Any], named: Sequence[Flags], heard: Flags, teachers: Sequence[str]
) -> pd.DataFrame:
    people = np.array(teachers, dtype=object)
    parts = []
    for wave, ties, answered in zip(parameters["survey_rounds"], named, heard, strict=True):
        school, sender, receiver = (ties & answered.reshape(len(ties), -1)[:, :, None]).nonzero()
        first = school * parameters["teachers"]
        senders, receivers = people[first + sender], people[first + receiver]
        frame = pd.DataFrame(
            {
                "wave": wave,
                "relation": _RELATION,
                "sender_id": senders,
                "receiver_id": receivers,
                "value": 1,
                "reported_by": senders,
            }
        )
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def _contacts(
    parameters: Mapping[str, Any],
    coaches: Sequence[str],
    teachers: Sequence[str],
    home: Integers,
    random: np.random.Generator,
) -> pd.DataFrame:
    rule, minutes = parameters["contacts"], parameters["days"] * 24 * 60
    size, count = parameters["teachers"], rule["each_round"]
    rows = []
    for number in range(parameters["rounds"]):
        times = np.sort(random.integers(0, minutes, count))
        if number == 0:
            # Periods are counted from the first contact: let them begin with the rounds.
            times[0] = 0
        led = random.random(count) < rule["start"] + rule["slope"] * number
        begun = random.integers(0, len(teachers), count)
        inside = random.random(count) < rule["own_school"]
        near = home[begun] * size + (begun % size + random.integers(1, size, count)) % size
        far = (begun + random.integers(1, len(teachers), count)) % len(teachers)
        other = np.where(inside & ~led, near, far)
        coach = random.integers(0, len(coaches), count)
        for place in range(count):
            when = np.datetime64(parameters["start"]) + np.timedelta64(
                number * minutes + int(times[place]), "m"
            )
            sender = coaches[coach[place]] if led[place] else teachers[begun[place]]
            rows.append((str(when), sender, teachers[other[place]], "message"))
    return pd.DataFrame(rows, columns=["time", "sender_id", "receiver_id", "kind"])


def _sessions(
    parameters: Mapping[str, Any],
    coaches: Sequence[str],
    teachers: Sequence[str],
    random: np.random.Generator,
) -> dict[str, pd.DataFrame]:
    rule = parameters["sessions"]
    rounds = list(range(1, parameters["rounds"] + 1, rule["each"]))
    activities, attendance = [], []
    for place, number in enumerate(rounds):
        name = f"session_{place + 1}"
        activities.append((name, _day(parameters, number, 12), "session"))
        along = place / max(len(rounds) - 1, 1)
        for people, (first, last) in ((coaches, rule["backbone"]), (teachers, rule["members"])):
            came = random.random(len(people)) < first + (last - first) * along
            attendance += [(name, person) for person, there in zip(people, came, strict=True) if there]
    activities += [(name, day, "improvement cycle") for name, day in parameters["cycles"]]
    return {
        "activities": pd.DataFrame(activities, columns=["activity_id", "date", "kind"]),
        "attendance": pd.DataFrame(attendance, columns=["activity_id", "actor_id"]),
    }


def _items(parameters: Mapping[str, Any]) -> pd.DataFrame:
    low, high = parameters["range"]
    rows = [
        (f"{scale}_{number}", scale, _WORDINGS[scale].format(number), low, high, 0)
        for scale, count in parameters["scales"].items()
        for number in range(1, count + 1)
    ]
    return pd.DataFrame(rows, columns=["item_id", "scale", "wording", "minimum", "maximum", "reversed"])


def _answers(
    parameters: Mapping[str, Any],
    level: Floats,
    heard: Flags,
    teachers: Sequence[str],
    random: np.random.Generator,
) -> pd.DataFrame:
    low, high = parameters["range"]
    spread, people = parameters["efficacy"], np.array(teachers, dtype=object)
    person = random.normal(0, spread["person"], len(people))
    parts = []
    for wave, answered in zip(parameters["survey_rounds"], heard, strict=True):
        # The last survey is the one that the planted effects are of; before it everybody is a little lower.
        before = 0.0 if wave == parameters["survey_rounds"][-1] else -0.3
        for scale, count in parameters["scales"].items():
            middle = parameters["asked"].get(scale)
            own = (level if middle is None else np.full(len(people), middle)) + before + person
            for number in range(1, count + 1):
                exact = own + random.normal(0, spread["item"], len(people))
                value = np.clip(np.rint(exact), low, high).astype(int)
                parts.append(
                    pd.DataFrame(
                        {
                            "wave": wave,
                            "actor_id": people[answered],
                            "item_id": f"{scale}_{number}",
                            "value": value[answered],
                        }
                    )
                )
    return pd.concat(parts, ignore_index=True)


def _measures(
    parameters: Mapping[str, Any], schools: Sequence[str], growth: Floats, random: np.random.Generator
) -> pd.DataFrame:
    rounds = np.arange(1, parameters["rounds"] + 1)
    spread, shape = parameters["spreads"], (parameters["rounds"], len(schools))
    parts = []
    for name, rule in parameters["measures"].items():
        values = (
            rule["level"]
            + rule["shift"] * (rounds >= parameters["change_round"])[:, None]
            + random.normal(0, spread["round"], (shape[0], 1))
            + random.normal(0, spread["school"], (1, shape[1]))
            + random.normal(0, spread["own"], shape)
        )
        parts.append(
            pd.DataFrame(
                {
                    "wave": np.repeat(rounds, len(schools)),
                    "organization_id": np.tile(np.array(schools, dtype=object), len(rounds)),
                    "measure": name,
                    "value": values.ravel().round(4),
                }
            )
        )
    last = pd.DataFrame({"organization_id": list(schools), "value": growth.round(4)})
    parts.append(last.assign(wave=int(rounds[-1]), measure="growth"))
    found = pd.concat(parts, ignore_index=True)
    return found[["wave", "organization_id", "measure", "value"]].assign(n=parameters["teachers"])


def _design(parameters: Mapping[str, Any], random: np.random.Generator) -> dict[str, pd.DataFrame]:
    rated = []
    for element, (leaning, levels) in parameters["elements"].items():
        for (day, document), level in zip(parameters["rated_on"], levels, strict=True):
            off = int(random.random() >= parameters["raters_agree"])
            for rater, rating in (("rater_1", level), ("rater_2", level - off if level else level + off)):
                rated.append((element, day, rating, document if rating else None, rater, leaning))
    return {
        "documents": pd.DataFrame(
            [(document, "minutes", day) for day, document in parameters["rated_on"]],
            columns=["document_id", "kind", "date"],
        ),
        "design_elements": pd.DataFrame(
            rated, columns=["element", "date", "rating", "document_id", "rater_id", "leaning"]
        ),
        "theory_of_action": pd.DataFrame(
            parameters["theory_of_action"],
            columns=["from", "to", "indicator", "wave", "owner", "not_before"],
        ),
    }


if __name__ == "__main__":
    sys.exit(build_twin(grown, "rural_network"))
