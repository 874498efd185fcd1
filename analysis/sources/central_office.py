"""The twin of a study of coordinated change: an office, a partner, their routines, and changes among them.

Everything comes from `data_raw/central_office/parameters.json`; see `SOURCE.md` beside it.
"""

from __future__ import annotations

import heapq
import sys
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from analysis.frames import rows_of
from analysis.sources.twins import Twin, build_twin

__all__ = ["KINDS", "grown"]

KINDS = ("neither", "reflection only", "connection only", "both")
"""Of changes; 2 × connection + reflection is the place."""

_CLAIMS = {
    "connection_is_enough": "connection",
    "reflection_is_enough": "reflection",
    "both_are_needed": "coordination",
}
"""Each claim, and the code of the segments that speak to it."""

_OPEN = (date.min, date.max)

Link = tuple[str, str, str, date, date]


def grown(parameters: Mapping[str, Any], seed: int | None = None) -> Twin:
    """Return routines, changes and documents grown from parameters.

    Parameters
    ----------
    parameters : mapping
        Sizes, days, links and chances, as in `parameters.json`.
    seed : int, optional
        Another than that of the parameters.

    Returns
    -------
    Twin
        Of its truth, `kinds`: of each change; `applies`: the codes of each segment.
    """
    used = parameters["seed"] if seed is None else seed
    random = np.random.default_rng(used)
    organizations = parameters["organizations"]
    routines = pd.DataFrame(
        parameters["routines"], columns=["routine_id", "organization_id", "cadence", "reflection"]
    )
    links = [(*link[:3], *_span(link)) for link in parameters["links"]]
    episodes, steps = _changes(parameters, routines, links, random)
    documents, applies, codings = _documents(parameters, episodes, random)
    kinds = [KINDS[2 * row.connection + row.reflection] for row in rows_of(episodes)]
    found = {
        "organizations": pd.DataFrame(
            [("district", None, "district")]
            + [
                (name, "district" if kind == "office" else None, kind) for name, kind in organizations.items()
            ],
            columns=["organization_id", "parent_id", "kind"],
        ),
        "documents": documents.drop(columns="episode_id"),
        "codebook": pd.DataFrame(
            [(code, None, f"Made up: {code}.") for code in parameters["codes"]],
            columns=["code", "parent", "definition"],
        ),
        "codings": codings,
        "routines": routines,
        "routine_links": pd.DataFrame(
            parameters["links"], columns=["from_id", "to_id", "medium", "since", "until"]
        ),
        "episodes": episodes,
        "episode_steps": steps,
        "evidence": _evidence(episodes, documents, codings, next(iter(parameters["coder_errs"]))),
    }
    told = {
        **parameters,
        "seed": used,
        "kinds": dict(zip(episodes["episode_id"], kinds, strict=True)),
        "applies": applies,
    }
    return Twin(found, told)


def _span(link: Sequence[str]) -> tuple[date, date]:
    return tuple(  # type: ignore[return-value]
        date.fromisoformat(text) if text else end for text, end in zip(link[3:], _OPEN, strict=True)
    )


def _within_reach(links: Sequence[Link], first: str, start: date, last: date) -> set[str]:
    """Return the routines that a change can get to, link by link in time."""
    at = {first: start}
    for _ in range(len(links)):
        for one, other, _, since, until in links:
            if one in at:
                day = max(at[one], since)
                if day <= min(until, last) and day < at.get(other, date.max):
                    at[other] = day
    return set(at)


def _changes(
    parameters: Mapping[str, Any],
    routines: pd.DataFrame,
    links: Sequence[Link],
    random: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    home = dict(zip(routines["routine_id"], routines["organization_id"], strict=True))
    reflects = dict(zip(routines["routine_id"], routines["reflection"], strict=True))
    count = parameters["episodes"]
    kinds = random.permutation(np.arange(count) % len(KINDS))
    rows: list[tuple[Any, ...]] = []
    steps: list[tuple[Any, ...]] = []
    for number, kind in enumerate(kinds, start=1):
        start = date.fromisoformat(parameters["start"]) + timedelta(days=parameters["every"] * (number - 1))
        last = start + timedelta(days=parameters["horizon"])
        fitting = []
        for name in home:
            across = {home[one] for one in _within_reach(links, name, start, last)}
            if 2 * (len(across) > 1) + reflects[name] == kind:
                fitting.append(name)
        first = str(random.choice(fitting))
        outcome = int(random.random() < parameters["outcome"][KINDS[kind]])
        odds = parameters["at_odds"]
        at_odds = int(not outcome and random.random() < odds.get(KINDS[kind], odds["otherwise"]))
        support = int(random.random() < parameters["support"])
        episode = f"change_{number:03d}"
        rows.append((episode, first, start.isoformat(), outcome, kind // 2, kind % 2, support, at_odds))
        steps += _steps(parameters, links, (episode, first, start, last), outcome, random)
    columns = ["episode_id", "routine_id", "started_on", "outcome"]
    columns += ["connection", "reflection", "support", "at_odds"]
    names = ["episode_id", "routine_id", "date", "enacted", "from_id", "medium"]
    return pd.DataFrame(rows, columns=columns), pd.DataFrame(steps, columns=names)


def _steps(
    parameters: Mapping[str, Any],
    links: Sequence[Link],
    change: tuple[str, str, date, date],
    outcome: int,
    random: np.random.Generator,
) -> list[tuple[Any, ...]]:
    """Let a change go from routine to routine, each once, in order of time."""
    episode, first, start, last = change
    delay = timedelta(days=parameters["delay"])
    enacts = parameters["enacts"]["coordinated" if outcome else "otherwise"]
    coming: list[tuple[date, int, str, str | None, str | None]] = [(start, 0, first, None, None)]
    known = {first}
    rows = []
    while coming:
        day, _, name, source, medium = heapq.heappop(coming)
        taken_up = source is None or random.random() < enacts
        rows.append((episode, name, day.isoformat(), int(taken_up), source, medium))
        for one, other, by, since, until in links:
            if not taken_up or one != name or other in known:
                continue
            usable = since <= day and day + delay <= min(until, last)
            if usable and random.random() < parameters["carries"][by]:
                known.add(other)
                arrival = day + timedelta(days=int(random.integers(1, parameters["delay"] + 1)))
                heapq.heappush(coming, (arrival, len(known), other, one, by))
    return rows


def _documents(
    parameters: Mapping[str, Any], episodes: pd.DataFrame, random: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, list[str]], pd.DataFrame]:
    """Return documents, which codes apply to each segment, and what each coder made of it."""
    rows = [
        (f"{kind}_{number:03d}", kind, _later(day, 3 + 4 * place), episode)
        for number, (episode, day) in enumerate(
            zip(episodes["episode_id"], episodes["started_on"], strict=True), start=1
        )
        for place, (kind, chance) in enumerate(parameters["documents"].items())
        if random.random() < chance
    ]
    documents = pd.DataFrame(rows, columns=["document_id", "kind", "date", "episode_id"])
    applies, codings = {}, []
    for document, segment in product(documents["document_id"], range(1, parameters["segments"] + 1)):
        true = {code: random.random() < share for code, share in parameters["codes"].items()}
        applies[f"{document} s{segment}"] = [code for code, there in true.items() if there]
        for coder, errs in parameters["coder_errs"].items():
            for code, there in true.items():
                wrong = random.random() < errs
                codings.append((document, f"s{segment}", coder, code, int(there != wrong)))
    names = ["document_id", "segment_id", "coder_id", "code", "applied"]
    return documents, applies, pd.DataFrame(codings, columns=names)


def _later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def _evidence(
    episodes: pd.DataFrame, documents: pd.DataFrame, codings: pd.DataFrame, coder: str
) -> pd.DataFrame:
    """Return what speaks for or against each claim: the change's course, where a document describes it."""
    first = codings[(codings["coder_id"] == coder) & (codings["applied"] == 1)]
    segments = first.groupby(["document_id", "code"], sort=False)["segment_id"].first()
    about = episodes.set_index("episode_id")
    rows: list[tuple[Any, ...]] = []
    for document, episode in zip(documents["document_id"], documents["episode_id"], strict=True):
        change = about.loc[episode]
        one, other, came = (bool(change[name]) for name in ("connection", "reflection", "outcome"))
        bears = {
            "connection_is_enough": (one and not other, came),
            "reflection_is_enough": (other and not one, came),
            "both_are_needed": (one != other or (one and other), came == (one and other)),
        }
        for claim, code in _CLAIMS.items():
            asked, holds = bears[claim]
            if asked and (document, code) in segments.index:
                name = f"piece_{len(rows) + 1:03d}"
                test = "hoop" if claim == "both_are_needed" else "straw in the wind"
                direction = "for" if holds else "against"
                rows.append((name, document, segments[document, code], claim, test, direction))
    names = ["evidence_id", "document_id", "segment_id", "hypothesis", "test", "direction"]
    return pd.DataFrame(rows, columns=names)


if __name__ == "__main__":
    sys.exit(build_twin(grown, "central_office"))
