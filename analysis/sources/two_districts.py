"""The twin of a study of two districts: schools, people and answers over four years, documents over six.

Everything comes from `data_raw/two_districts/parameters.json`; see `SOURCE.md` beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Flags, Floats
from analysis.sources.twins import Twin, build_twin

__all__ = ["DISTRICTS", "coded_documents", "grown"]

DISTRICTS = ("district_a", "district_b")

_WORDINGS = {
    "hub_leadership": "The people who lead our network {}.",
    "network_roles": "In our network {}.",
    "continuous_improvement": "In our improvement work {}.",
    "connections_within": "In my school's improvement team {}.",
    "connections_across": "With teams of other schools {}.",
    "network_culture": "People in our network {}.",
    "school_context": "My school {}.",
    "system_alignment": "What our district asks of us {}.",
    "valued": "Taking part in the network {}.",
    "sustainability": "In three years {}.",
}
_ENDINGS = {
    "hub_leadership": ("know our schools", "keep us on our aim", "answer when we ask", "share decisions"),
    "network_roles": (
        "everybody's part is clear",
        "work is shared fairly",
        "members are heard",
        "meetings have a purpose",
    ),
    "continuous_improvement": (
        "we try changes on a small scale first",
        "we look at data often",
        "we write down what we learn",
        "we drop what does not help",
    ),
    "connections_within": (
        "we plan together",
        "we say when we are stuck",
        "we watch one another teach",
        "we count on each other",
    ),
    "connections_across": (
        "we exchange material",
        "I know whom to ask",
        "we compare results",
        "we help between meetings",
    ),
    "network_culture": (
        "trust each other",
        "welcome hard questions",
        "share failures",
        "hold to a shared aim",
    ),
    "school_context": ("gives us time", "has leaders who back us", "has colleagues who want to know"),
    "system_alignment": ("fits our aim", "fits how we work together", "takes us away from our aim"),
    "valued": ("is worth my time", "has made me better at my work", "is something I would miss"),
    "sustainability": (
        "we will still work this way",
        "newcomers will have learnt it",
        "our school will still take part",
    ),
}
_REVERSED = ("system_alignment_3",)


def grown(parameters: Mapping[str, Any], seed: int | None = None) -> Twin:
    """Return one pair of districts grown from parameters.

    Parameters
    ----------
    parameters : mapping
        Sizes, levels, spreads and chances, as in `parameters.json`.
    seed : int, optional
        Another than that of the parameters.

    Returns
    -------
    Twin
        Of its truth, `became`: by district, how many people joined and left, and how often they were silent.
    """
    used = parameters["seed"] if seed is None else seed
    random = np.random.default_rng(used)
    schools = [
        (f"{name}_school_{n:02d}", name) for name in DISTRICTS for n in range(1, parameters["schools"] + 1)
    ]
    people = _people(parameters, schools, random)
    asked = _asked(parameters, people)
    levels = _levels(parameters, people, asked, [name for name, _ in schools], random)
    silent = _silent(parameters, asked, levels, random)
    items = _items(parameters)
    organizations: list[tuple[str, str | None, str]] = [(name, None, "district") for name in DISTRICTS]
    organizations += [(school, district, "school") for school, district in schools]
    columns = ["actor_id", "organization_id", "role", "joined_on", "left_on"]
    found = {
        "organizations": pd.DataFrame(organizations, columns=["organization_id", "parent_id", "kind"]),
        "actors": people[columns],
        "waves": pd.DataFrame(parameters["waves"], columns=["wave", "label", "opened_on", "closed_on"]),
        "nonresponse": asked.loc[silent, ["wave", "actor_id"]].reset_index(drop=True),
        "items": items,
        "responses": _answers(parameters, asked, levels, items, ~silent, random),
        **coded_documents(parameters, random),
        "evidence": pd.DataFrame(
            parameters["evidence"],
            columns=["evidence_id", "document_id", "hypothesis", "test", "direction", "if_true", "if_false"],
        ),
    }
    became = {
        name: {
            "joined": int((own := people[people["district"] == name])["joined_on"].notna().sum()),
            "left": int(own["left_on"].notna().sum()),
            "asked": int((there := asked["district"] == name).sum()),
            "silent": int((silent & there.to_numpy()).sum()),
        }
        for name in DISTRICTS
    }
    return Twin(found, {**parameters, "seed": used, "became": became})


def _people(
    parameters: Mapping[str, Any], schools: Sequence[tuple[str, str]], random: np.random.Generator
) -> pd.DataFrame:
    """Return everybody who was ever there: the places of each school, and who held them one after another."""
    roles = parameters["roles"]
    names, shares = list(roles), [role["share"] for role in roles.values()]
    waves = [wave[0] for wave in parameters["waves"]]
    rows: list[tuple[str, str, str, str | None, str | None, int, int]] = []
    for school, district in schools:
        for role in random.choice(names, parameters["people"], p=shares):
            now, first, joined = str(role), 0, None
            for place, year in enumerate(waves[:-1]):
                if random.random() < roles[now]["leaves"]:
                    rows.append((school, district, now, joined, f"{year}-07-31", first, place))
                    now = names[0] if random.random() < parameters["teacher_follows"] else now
                    first, joined = place + 1, f"{year}-08-15"
            rows.append((school, district, now, joined, None, first, len(waves) - 1))
    columns = ["organization_id", "district", "role", "joined_on", "left_on", "first", "last"]
    frame = pd.DataFrame(rows, columns=columns)
    # Numbers are shuffled, so that they do not say who came later or works where.
    numbers = random.permutation(len(frame)) + 1
    return frame.assign(actor_id=[f"member_{number:04d}" for number in numbers])


def _asked(parameters: Mapping[str, Any], people: pd.DataFrame) -> pd.DataFrame:
    """Return a row per person and wave in which the person was there."""
    there = [
        people.assign(wave=wave[0], time=place, person=np.arange(len(people)))[
            (people["first"] <= place) & (place <= people["last"])
        ]
        for place, wave in enumerate(parameters["waves"])
    ]
    return pd.concat(there, ignore_index=True)


def _levels(
    parameters: Mapping[str, Any],
    people: pd.DataFrame,
    asked: pd.DataFrame,
    schools: Sequence[str],
    random: np.random.Generator,
) -> dict[str, Floats]:
    """Return what each person would answer on each scale in each wave, before items and rounding."""
    scales, spreads = parameters["scales"], parameters["spreads"]
    school = pd.Index(schools).get_indexer(pd.Index(asked["organization_id"]))
    person, time = asked["person"].to_numpy(), asked["time"].to_numpy(dtype=float)
    district = asked["district"].to_numpy()
    role = asked["role"].map({name: of["effect"] for name, of in parameters["roles"].items()}).to_numpy()
    shared = random.normal(0, spreads["school"], len(schools))[school]
    shared = shared + random.normal(0, spreads["person"], len(people))[person]
    away: dict[str, Floats] = {}
    for name in scales:
        own = random.normal(0, spreads["school_own"], len(schools))[school]
        own = own + random.normal(0, spreads["school_change"], len(schools))[school] * time
        own = own + random.normal(0, spreads["person_own"], len(people))[person]
        away[name] = shared + own + random.normal(0, spreads["occasion"], len(asked))
    domains = [name for name, scale in scales.items() if scale["kind"] == "domain"]
    mean = np.mean([away[name] for name in domains], axis=0)
    links = parameters["weak_link"]
    weakest = np.where(district == DISTRICTS[0], *(away[links[name]] for name in DISTRICTS))
    found = {}
    for name, scale in scales.items():
        start, change = (
            np.where(district == DISTRICTS[0], *(scale[one][part] for one in DISTRICTS)) for part in (0, 1)
        )
        moved = away[name]
        if scale["kind"] == "outcome":
            weights = parameters["outcome_weights"]
            moved = (
                weights["mean"] * mean
                + weights["weak_link"] * weakest
                + random.normal(0, spreads["school_own"], len(schools))[school]
                + random.normal(0, spreads["person_own"], len(people))[person]
                + random.normal(0, spreads["occasion"], len(asked))
            )
        found[name] = start + change * time + role + moved
    return found


def _silent(
    parameters: Mapping[str, Any],
    asked: pd.DataFrame,
    levels: Mapping[str, Floats],
    random: np.random.Generator,
) -> Flags:
    """Return who does not answer: by role and, where there is a slope, by what they would answer."""
    usual = (
        asked["role"].map({name: of["silent"] for name, of in parameters["roles"].items()}).to_numpy(float)
    )
    answer = np.mean([*levels.values()], axis=0)
    middle = pd.Series(answer).groupby([asked["district"], asked["wave"]]).transform("mean").to_numpy()
    odds = np.log(usual / (1 - usual)) - parameters["silence_slope"] * (answer - middle)
    return np.asarray(random.random(len(asked)) < 1 / (1 + np.exp(-odds)), dtype=bool)


def _items(parameters: Mapping[str, Any]) -> pd.DataFrame:
    low, high = parameters["range"]
    rows = [
        (f"{name}_{number + 1}", name, _WORDINGS[name].format(_ENDINGS[name][number]), low, high)
        for name, scale in parameters["scales"].items()
        for number in range(scale["items"])
    ]
    frame = pd.DataFrame(rows, columns=["item_id", "scale", "wording", "minimum", "maximum"])
    return frame.assign(reversed=frame["item_id"].isin(_REVERSED).astype(int))


def _answers(
    parameters: Mapping[str, Any],
    asked: pd.DataFrame,
    levels: Mapping[str, Floats],
    items: pd.DataFrame,
    answered: Flags,
    random: np.random.Generator,
) -> pd.DataFrame:
    low, high = parameters["range"]
    who = asked.loc[answered, ["wave", "actor_id"]]
    parts = []
    for scale, own in items.groupby("scale", sort=False):
        # Items of a scale lie around its level by as much above as below.
        shifts = np.linspace(-0.3, 0.3, len(own))
        for shift, item, turned in zip(shifts, own["item_id"], own["reversed"], strict=True):
            exact = (
                levels[str(scale)][answered]
                + shift
                + random.normal(0, parameters["spreads"]["item"], len(who))
            )
            value = np.clip(np.rint(exact), low, high)
            value = low + high - value if turned else value
            parts.append(who.assign(item_id=item, value=value.astype(int)))
    return pd.concat(parts, ignore_index=True)


def coded_documents(parameters: Mapping[str, Any], random: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return documents, their codebook and what two coders say of each segment."""
    written, codes = parameters["documents"], parameters["codes"]
    documents, codings = [], []
    for district in DISTRICTS:
        for place, year in enumerate(written["years"]):
            for number in range(written["each_year"]):
                name = f"{district}_{year}_{number + 1}"
                day = f"{year}-{2 + 2 * number:02d}-15"
                documents.append((name, written["kinds"][number], day, district))
                for segment in range(1, written["segments"] + 1):
                    for code, shares in codes.items():
                        so = random.random() < shares[district][place]
                        for coder in ("coder_1", "coder_2"):
                            wrong = random.random() < written["coder_errs"]
                            codings.append((name, f"s{segment}", coder, code, int(so != wrong)))
    parents = dict.fromkeys(shares["parent"] for shares in codes.values() if shares["parent"])
    book = [(parent, "") for parent in parents] + [(code, of["parent"]) for code, of in codes.items()]
    return {
        "documents": pd.DataFrame(documents, columns=["document_id", "kind", "date", "organization_id"]),
        "codebook": pd.DataFrame(
            [(code, parent, f"Made up: {code.replace('_', ' ')}.") for code, parent in book],
            columns=["code", "parent", "definition"],
        ),
        "codings": pd.DataFrame(
            codings, columns=["document_id", "segment_id", "coder_id", "code", "applied"]
        ),
    }


if __name__ == "__main__":
    sys.exit(build_twin(grown, "two_districts"))
