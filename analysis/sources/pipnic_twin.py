"""The twin of a study of relational trust: 21 people of five teams, four sessions, rates that are known.

Everything comes from `data_raw/pipnic_twin/parameters.json`; see `SOURCE.md` beside it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.sources.twins import Twin, build_twin

__all__ = ["grown"]

_RELATION = "help"
_CODES = {"help": "", "asking": "help", "giving": "help", "returning": "help"}

Pair = tuple[str, str]


def grown(parameters: Mapping[str, Any], seed: int | None = None) -> Twin:
    """Return one network grown from parameters.

    Parameters
    ----------
    parameters : mapping
        Sizes, dates, rates and chances, as in `parameters.json`.
    seed : int, optional
        Another than that of the parameters.

    Returns
    -------
    Twin
        Of its truth, `made_by`: how many ties each source made, by wave.
    """
    random = np.random.default_rng(parameters["seed"] if seed is None else seed)
    home = {
        f"educator_{number:02d}": school
        for number, school in enumerate(
            (school for school, size in parameters["teams"].items() for _ in range(size)), start=1
        )
    }
    people = list(home)
    came = {
        session: {person for person in people if random.random() < parameters["attendance"]}
        for session, _ in parameters["sessions"]
    }
    networks, formed = _networks(parameters, home, came, random)
    silent = [
        (wave, person)
        for wave in range(1, len(networks) + 1)
        for person in people
        if random.random() < parameters["silent"]
    ]
    organizations = pd.DataFrame({"organization_id": list(parameters["teams"]), "kind": "school"})
    attendance = [(session, person) for session, there in came.items() for person in sorted(there)]
    sessions = pd.DataFrame(parameters["sessions"], columns=["activity_id", "date"])
    found = {
        "organizations": organizations,
        "actors": pd.DataFrame({"actor_id": people, "organization_id": list(home.values())}).assign(
            role="educator"
        ),
        "waves": pd.DataFrame(
            [(number, *wave) for number, wave in enumerate(parameters["waves"], start=1)],
            columns=["wave", "label", "opened_on", "closed_on"],
        ),
        "nonresponse": pd.DataFrame(silent, columns=["wave", "actor_id"]),
        "ties": _reports(parameters, people, networks, set(silent), random),
        "contacts": _contacts(parameters, came, networks, formed, random),
        "activities": sessions.assign(kind="session"),
        "attendance": pd.DataFrame(attendance, columns=["activity_id", "actor_id"]),
        **_notes(parameters, random),
    }
    made = {
        str(wave): dict(sorted(Counter(source for source, _ in ties.values()).items()))
        for wave, ties in enumerate(formed, start=2)
    }
    return Twin(found, {**parameters, "seed": parameters["seed"] if seed is None else seed, "made_by": made})


def _networks(
    parameters: Mapping[str, Any],
    home: Mapping[str, str],
    came: Mapping[str, set[str]],
    random: np.random.Generator,
) -> tuple[list[set[Pair]], list[dict[Pair, tuple[str, str]]]]:
    """Return the ties of every wave, and of those new in it the source and the day."""
    rates = parameters["rates"]
    pairs = [pair for pair in product(home, home) if pair[0] != pair[1]]
    background = {pair: "same_school" if home[pair[0]] == home[pair[1]] else "other_school" for pair in pairs}
    before = {pair for pair in pairs if random.random() < parameters["tied_before"][background[pair]]}
    networks, formed = [before], []
    for earlier, later in zip(parameters["waves"], parameters["waves"][1:], strict=False):
        held = [(name, day) for name, day in parameters["sessions"] if earlier[2] < day < later[1]]
        now: set[Pair] = set()
        new: dict[Pair, tuple[str, str]] = {}
        for pair in pairs:
            if pair in before:
                if random.random() >= parameters["dissolution"]:
                    now.add(pair)
                continue
            made = [
                (day, name) for name, day in held if came[name] >= set(pair) and random.random() < rates[name]
            ]
            others = [background[pair], *(["returned"] if pair[::-1] in before else [])]
            taken = {day for _, day in held}
            made += [
                (_day(earlier[2], later[1], taken, random), name)
                for name in others
                if random.random() < rates[name]
            ]
            if made:
                day, name = min(made)
                new[pair] = (name, day)
        networks.append(now | set(new))
        formed.append(new)
        before = networks[-1]
    return networks, formed


def _day(first: str, last: str, taken: set[str], random: np.random.Generator) -> str:
    """Return a day after the first and before the last, not one that is taken."""
    start = date.fromisoformat(first)
    span = (date.fromisoformat(last) - start).days
    days = [(start + timedelta(days=number)).isoformat() for number in range(1, span)]
    return str(random.choice([day for day in days if day not in taken]))


def _reports(
    parameters: Mapping[str, Any],
    people: list[str],
    networks: list[set[Pair]],
    silent: set[tuple[int, str]],
    random: np.random.Generator,
) -> pd.DataFrame:
    rows = []
    for wave, ties in enumerate(networks, start=1):
        for sender, receiver in product(people, people):
            if sender == receiver:
                continue
            there = (sender, receiver) in ties
            value = int(random.integers(1, 4))
            heard = random.random() < parameters["receiver_recalls" if there else "receiver_invents"]
            for reporter, told in ((sender, there), (receiver, heard)):
                if told and (wave, reporter) not in silent:
                    rows.append((wave, _RELATION, sender, receiver, value, reporter))
    columns = ["wave", "relation", "sender_id", "receiver_id", "value", "reported_by"]
    return pd.DataFrame(rows, columns=columns)


def _contacts(
    parameters: Mapping[str, Any],
    came: Mapping[str, set[str]],
    networks: list[set[Pair]],
    formed: list[dict[Pair, tuple[str, str]]],
    random: np.random.Generator,
) -> pd.DataFrame:
    rows = {(day, *pair) for new in formed for pair, (_, day) in new.items()}
    for name, day in parameters["sessions"]:
        there = sorted(came[name])
        rows |= {
            (day, sender, receiver)
            for sender, receiver in product(there, there)
            if sender < receiver and random.random() < parameters["idle_contacts"]
        }
    taken = {day for _, day in parameters["sessions"]}
    for place, ties in enumerate(networks[:-1]):
        first, last = parameters["waves"][place][2], parameters["waves"][place + 1][1]
        rows |= {(_day(first, last, taken, random), *pair) for pair in sorted(ties)}
    frame = pd.DataFrame(sorted(rows), columns=["time", "sender_id", "receiver_id"])
    on_session = frame["time"].isin(taken)
    return frame.assign(kind=np.where(on_session, "at a session", "in between"))


def _notes(parameters: Mapping[str, Any], random: np.random.Generator) -> dict[str, pd.DataFrame]:
    days = dict(parameters["sessions"])
    documents = [(f"note_{name}", "field note", days[name]) for name in parameters["notes"]]
    last = (date.fromisoformat(parameters["waves"][-1][2]) + timedelta(days=8)).isoformat()
    documents += [(f"interview_{school}", "interview", last) for school in parameters["teams"]]
    shares = {f"note_{name}": of for name, of in parameters["notes"].items()}
    usual = {"asking": 0.3, "giving": 0.3, "returning": 0.1}
    codings = []
    for (document, _, _), segment in product(documents, range(1, parameters["segments"] + 1)):
        for code, share in shares.get(document, usual).items():
            so = random.random() < share
            for coder in ("coder_1", "coder_2"):
                wrong = random.random() < parameters["coder_errs"]
                codings.append((document, f"s{segment}", coder, code, int(so != wrong)))
    return {
        "documents": pd.DataFrame(documents, columns=["document_id", "kind", "date"]),
        "codebook": pd.DataFrame(
            [(code, parent, f"Made up: {code}.") for code, parent in _CODES.items()],
            columns=["code", "parent", "definition"],
        ),
        "codings": pd.DataFrame(
            codings, columns=["document_id", "segment_id", "coder_id", "code", "applied"]
        ),
    }


if __name__ == "__main__":
    sys.exit(build_twin(grown, "pipnic_twin"))
