"""The example of a filled dataset: people who do not exist, made from `parameters.json` and its seed.

The tables are committed, as somebody's own would lie there; `python -m analysis.sources.example_network
--write` makes them anew, and a test holds the two together.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.files import DATA_RAW
from analysis.sources.build import build
from analysis.tables.load import read_tables, write_tables
from analysis.tables.package import DataPackage

__all__ = ["invented", "survey_of", "tables"]

_FIRST = [
    "Amélie",
    "Björn",
    "Chloé",
    "Dušan",
    "Élodie",
    "Fátima",
    "Göran",
    "Hélène",
    "İpek",
    "José",
    "Kateřina",
    "Łukasz",
    "Márta",
    "Niño",
    "Øyvind",
]
_LAST = [
    "Abadía",
    "Brûlé",
    "Čapek",
    "Dvořák",
    "Estévez",
    "Fältskog",
    "Gonçalves",
    "Håkansson",
    "Ibáñez",
    "Jørgensen",
    "Königs",
]
_NICKNAMES = {"José": "Pepe", "Kateřina": "Katka", "Łukasz": "Lukas", "Hélène": "Leni"}
_SCALES = {
    "collective_efficacy": ["plan", "learn", "reach"],
    "trust": ["rely", "open", "guard"],
}
_WRITTEN = {
    "routines": ["routine_id", "organization_id", "cadence", "reflection"],
    "routine_links": ["from_id", "to_id", "medium", "since", "until"],
    "episodes": ["episode_id", "routine_id", "started_on", "outcome", "connection", "reflection", "at_odds"],
    "episode_steps": ["episode_id", "routine_id", "date", "enacted", "from_id", "medium"],
    "evidence": ["evidence_id", "document_id", "segment_id", "hypothesis", "test", "direction"],
    "theory_of_action": ["from", "to", "indicator", "wave", "owner", "not_before"],
}
"""Tables that `parameters.json` gives row by row."""
_CODES = [
    ("help", ""),
    ("asking", "help"),
    ("giving", "help"),
    ("obstacle", ""),
    ("time", "obstacle"),
]


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return the committed tables, as they are."""
    return read_tables(raw)


def invented(parameters: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the tables that `parameters.json` describes.

    Parameters
    ----------
    parameters : mapping
        Sizes, dates, probabilities and the seed.

    Returns
    -------
    dict of str to DataFrame
        Tables of the data model. Ties of a wave start from those of the wave before: each is kept, returned,
        or made anew by people of one school, of two, or who went to the same activity, with the
        probabilities given. One person leaves after the second wave; one joins before it. After an activity
        people adopt the innovation, each contact there with somebody who had before adding to the chance.
    """
    random = np.random.default_rng(parameters["seed"])
    actors = _actors(parameters, random)
    people = actors["actor_id"].tolist()
    attendance = _attendance(parameters, people, random)
    silent = _silent(parameters, people, random)
    ties = pd.concat(
        [_ties(parameters, relation, actors, attendance, random) for relation in ("help", "materials")]
    )
    heard = ~pd.MultiIndex.from_frame(ties[["wave", "sender_id"]]).isin(
        pd.MultiIndex.from_frame(silent[silent["relation"] == ""][["wave", "actor_id"]])
    ) & ~pd.MultiIndex.from_frame(ties[["wave", "sender_id", "relation"]]).isin(
        pd.MultiIndex.from_frame(silent[["wave", "actor_id", "relation"]])
    )
    there = _there(actors)
    answering = [(wave, person) for wave in (1, 2, 3) for person in people if (wave, person) in there]
    refused = set(map(tuple, silent.loc[silent["relation"] == "", ["wave", "actor_id"]].to_numpy()))
    answering = [one for one in answering if one not in refused]
    items = _items()
    contacts = _contacts(parameters, attendance, random)
    return {
        "organizations": _organizations(parameters),
        "actors": actors,
        "waves": pd.DataFrame(
            [(number, *wave) for number, wave in enumerate(parameters["waves"], start=1)],
            columns=["wave", "label", "opened_on", "closed_on"],
        ),
        "nonresponse": silent,
        "ties": ties[heard].sort_values(["wave", "relation"], kind="stable", ignore_index=True),
        "contacts": contacts,
        "adoptions": _adoptions(parameters, actors, contacts),
        "activities": pd.DataFrame(parameters["activities"], columns=["activity_id", "date", "kind"]),
        "attendance": attendance,
        "items": items,
        "responses": _responses(items, answering, random),
        **_evidence(parameters, random),
        **{name: pd.DataFrame(parameters[name], columns=columns) for name, columns in _WRITTEN.items()},
        **_design(parameters),
        "measures": _measures(parameters),
    }


def _organizations(parameters: Mapping[str, Any]) -> pd.DataFrame:
    schools = [(school, "central", "school") for school in parameters["schools"]]
    return pd.DataFrame(
        [("central", "", "district"), ("office", "central", "office"), *schools],
        columns=["organization_id", "parent_id", "kind"],
    )


def _actors(parameters: Mapping[str, Any], random: np.random.Generator) -> pd.DataFrame:
    homes = [school for school, size in parameters["schools"].items() for _ in range(size)]
    homes += ["office"] * parameters["office"]
    roles = ["lead" if homes.index(home) == index else "teacher" for index, home in enumerate(homes)]
    number = len(homes)
    frame = pd.DataFrame(
        {
            "actor_id": [f"e{index:02d}" for index in range(1, number + 1)],
            "organization_id": homes,
            "role": ["coach" if home == "office" else role for home, role in zip(homes, roles, strict=True)],
            "joined_on": "",
            "left_on": "",
            "years_teaching": random.integers(1, 30, number),
            "subject": random.choice(["maths", "science", "languages", "arts"], number),
        }
    )
    frame.loc[5, "left_on"] = "2025-02-28"
    frame.loc[12, "joined_on"] = "2024-11-04"
    return frame


def _there(actors: pd.DataFrame) -> set[tuple[int, str]]:
    """Return each wave with each person who was in the network then."""
    dates = actors[["actor_id", "joined_on", "left_on"]].itertuples(index=False, name=None)
    return {
        (wave, person)
        for person, joined, left in dates
        for wave in (1, 2, 3)
        if not ((left and wave == 3) or (joined and wave == 1))
    }


def _attendance(
    parameters: Mapping[str, Any], people: list[str], random: np.random.Generator
) -> pd.DataFrame:
    rows = [
        (activity, person)
        for activity, *_ in parameters["activities"]
        for person in people
        if random.random() < parameters["attendance"]
    ]
    return pd.DataFrame(rows, columns=["activity_id", "actor_id"])


def _silent(parameters: Mapping[str, Any], people: list[str], random: np.random.Generator) -> pd.DataFrame:
    rows = [
        (wave, person, "")
        for wave, share in enumerate(parameters["silent"], start=1)
        for person in people
        if random.random() < share
    ]
    answered = [person for person in people if (2, person, "") not in rows]
    rows.append((2, answered[3], "materials"))
    return pd.DataFrame(rows, columns=["wave", "actor_id", "relation"])


def _ties(
    parameters: Mapping[str, Any],
    relation: str,
    actors: pd.DataFrame,
    attendance: pd.DataFrame,
    random: np.random.Generator,
) -> pd.DataFrame:
    chances = parameters[relation]
    people = actors["actor_id"].tolist()
    there = _there(actors)
    home = dict(zip(people, actors["organization_id"], strict=True))
    met = attendance.groupby("actor_id")["activity_id"].agg(set).to_dict()
    halves = [{name for name, *_ in parameters["activities"][part]} for part in (slice(0, 3), slice(3, None))]
    rows = []
    before: set[tuple[str, str]] = set()
    for wave in (1, 2, 3):
        now = set()
        for pair in product(people, people):
            sender, receiver = pair
            if sender == receiver or not all((wave, person) in there for person in pair):
                continue
            chance = chances["same_school"] if home[sender] == home[receiver] else chances["other_school"]
            if wave > 1:
                shared = met.get(sender, set()) & met.get(receiver, set()) & halves[wave - 2]
                chance = chance / 3 + (chances["after_shared_activity"] if shared else 0)
                chance += chances["returned"] if (receiver, sender) in before else 0
                chance = chances["kept"] if pair in before else chance
            if random.random() < chance:
                now.add(pair)
                rows.append((wave, relation, sender, receiver, int(random.integers(1, 4)), sender))
        before = now
    return pd.DataFrame(
        rows, columns=["wave", "relation", "sender_id", "receiver_id", "value", "reported_by"]
    )


def _contacts(
    parameters: Mapping[str, Any], attendance: pd.DataFrame, random: np.random.Generator
) -> pd.DataFrame:
    rows = []
    for activity, day, kind in parameters["activities"]:
        there = attendance.loc[attendance["activity_id"] == activity, "actor_id"].tolist()
        for _ in range(parameters["contacts_per_activity"]):
            sender, receiver = random.choice(there, 2, replace=False)
            hour, minute = random.integers(9, 16), random.integers(0, 60)
            rows.append(
                (f"{day}T{hour:02d}:{minute:02d}", sender, receiver, "visit" if kind == "visit" else "talk")
            )
    frame = pd.DataFrame(rows, columns=["time", "sender_id", "receiver_id", "kind"])
    return frame.sort_values("time", kind="stable", ignore_index=True)


def _adoptions(parameters: Mapping[str, Any], actors: pd.DataFrame, contacts: pd.DataFrame) -> pd.DataFrame:
    # A generator of its own: the tables drawn after it do not depend on it.
    random = np.random.default_rng([parameters["seed"], 1])
    rule = parameters["adoption"]
    end = parameters["waves"][-1][2]
    begun = dict(zip(actors["actor_id"], actors["joined_on"].fillna("").astype(str), strict=True))
    gone = dict(zip(actors["actor_id"], actors["left_on"].fillna("").astype(str), strict=True))
    ends = contacts[["sender_id", "receiver_id"]].to_numpy().tolist()
    days = contacts["time"].str[:10].tolist()
    adopted: dict[str, str] = {}
    for _, day, _ in parameters["activities"]:
        met = dict.fromkeys(begun, 0)
        for (one, other), when in zip(ends, days, strict=True):
            if when == day:
                met[one] += adopted.get(other, end) < day
                met[other] += adopted.get(one, end) < day
        for person, count in met.items():
            chance = 1 - (1 - rule["alone"]) * (1 - rule["by_adopting_contact"]) ** count
            later = str(np.datetime64(day) + int(random.integers(1, rule["days"])))
            there = begun[person] <= day and later <= (gone[person] or end)
            if random.random() < chance and person not in adopted and there:
                adopted[person] = later
    return pd.DataFrame(
        [
            (rule["innovation"], person, adopted.get(person, gone[person] or end), int(person not in adopted))
            for person in begun
        ],
        columns=["innovation", "adopter_id", "adopted_on", "censored"],
    )


def _items() -> pd.DataFrame:
    rows = [
        (item, scale, f"An invented statement about {scale.replace('_', ' ')}: {item}.", 1, 5, 0)
        for scale, items in _SCALES.items()
        for item in items
    ]
    frame = pd.DataFrame(rows, columns=["item_id", "scale", "wording", "minimum", "maximum", "reversed"])
    frame.loc[frame["item_id"] == "guard", "reversed"] = 1
    return frame


def _responses(
    items: pd.DataFrame, answering: list[tuple[int, str]], random: np.random.Generator
) -> pd.DataFrame:
    people = sorted({person for _, person in answering})
    levels = dict(zip(people, random.normal(3.2, 0.7, len(people)), strict=True))
    rows = []
    for wave, person in answering:
        for item, turned in zip(items["item_id"], items["reversed"], strict=True):
            value = int(np.clip(round(levels[person] + 0.15 * wave + random.normal(0, 0.7)), 1, 5))
            if random.random() < 0.97:
                rows.append((wave, person, item, 6 - value if turned else value))
    return pd.DataFrame(rows, columns=["wave", "actor_id", "item_id", "value"])


def _evidence(parameters: Mapping[str, Any], random: np.random.Generator) -> dict[str, pd.DataFrame]:
    documents = [
        (f"note_{number}", "field note", day)
        for number, (_, day, _) in enumerate(parameters["activities"], start=1)
    ]
    codings = []
    for (document, _, _), segment in product(documents, range(1, 4)):
        for code in ("asking", "giving", "time"):
            first = int(random.random() < 0.4)
            second = first if random.random() < parameters["agreement_of_coders"] else 1 - first
            for coder, applied in (("coder_1", first), ("coder_2", second)):
                codings.append((document, f"s{segment}", coder, code, applied))
    return {
        "documents": pd.DataFrame(documents, columns=["document_id", "kind", "date"]),
        "codebook": pd.DataFrame(
            [(code, parent, f"Invented: {code}.") for code, parent in _CODES],
            columns=["code", "parent", "definition"],
        ),
        "codings": pd.DataFrame(
            codings, columns=["document_id", "segment_id", "coder_id", "code", "applied"]
        ),
    }


def _design(parameters: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    # A generator of its own: the tables drawn before do not depend on it.
    random = np.random.default_rng([parameters["seed"], 2])
    rated = []
    for (element, leaning), (when, (day, document)) in product(
        parameters["design"]["elements"].items(), enumerate(parameters["design"]["occasions"])
    ):
        level = int(random.integers(0, 3)) + when * int(random.random() < 0.7)
        for rater in ("rater_1", "rater_2"):
            apart = int(random.random() > parameters["agreement_of_coders"])
            rating = min(level + apart, 3)
            rated.append((element, day, rating, document if rating else "", rater, leaning))
    columns = ["element", "date", "rating", "document_id", "rater_id", "leaning"]
    return {"design_elements": pd.DataFrame(rated, columns=columns)}


def _measures(parameters: Mapping[str, Any]) -> pd.DataFrame:
    # A generator of its own: the tables drawn before do not depend on it.
    random = np.random.default_rng([parameters["seed"], 3])
    rows = [
        (
            wave,
            school,
            name,
            round(float(first + change * (wave - 1) + random.normal(0, spread)), 2),
            size,
            round(float(random.uniform(0.8, 1)), 2),
        )
        for name, (first, change, spread) in parameters["measures"].items()
        for wave, (school, size) in product((1, 2, 3), parameters["schools"].items())
    ]
    return pd.DataFrame(rows, columns=["wave", "organization_id", "measure", "value", "n", "response_rate"])


def survey_of(made: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return a roster with invented names, and the wide survey that gives the ties: a row per respondent.

    Parameters
    ----------
    made : mapping of str to DataFrame
        The tables of `invented`.
    """
    actors = made["actors"]
    people = actors["actor_id"].tolist()
    # Steps without a common divisor, so that nobody is called like another.
    names = [
        f"{_FIRST[index % len(_FIRST)]} {_LAST[(index + 3 * (index // len(_FIRST))) % len(_LAST)]}"
        for index in range(len(people))
    ]
    aliases = [_NICKNAMES.get(name.split()[0], "") for name in names]
    roster = pd.DataFrame(
        {
            "actor_id": people,
            "name": names,
            # Of several with one nickname only the first goes by it.
            "aliases": ["" if alias in aliases[:place] else alias for place, alias in enumerate(aliases)],
            **{name: actors[name] for name in ("organization_id", "role", "joined_on", "left_on")},
        }
    )
    named = made["ties"].set_index(["wave", "relation", "sender_id", "receiver_id"])["value"].to_dict()
    silent = set(made["nonresponse"].itertuples(index=False, name=None))
    there = _there(actors)
    rows = []
    for sender, respondent in zip(people, names, strict=True):
        cells: dict[str, object] = {"respondent": respondent}
        for wave, relation, (receiver, name) in product(
            (1, 2, 3), ("help", "materials"), zip(people, names, strict=True)
        ):
            asked = sender != receiver and all((wave, one) in there for one in (sender, receiver))
            heard = asked and silent.isdisjoint({(wave, sender, ""), (wave, sender, relation)})
            value = named.get((wave, relation, sender, receiver), 0)
            cells[f"{relation} | {wave} | {name}"] = value if heard else ""
        rows.append(cells)
    return roster, pd.DataFrame(rows)


def _write(folder: Path) -> None:
    made = invented(json.loads((folder / "parameters.json").read_text(encoding="utf-8")))
    write_tables(made, folder)
    (folder / "survey").mkdir(exist_ok=True)
    for name, frame in zip(("roster", "survey"), survey_of(made), strict=True):
        path = folder / "survey" / f"{name}.csv"
        frame.to_csv(path, index=False, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        _write(DATA_RAW / "example_network")
        sys.exit(0)
    sys.exit(build(tables, "example_network"))
