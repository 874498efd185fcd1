"""What the essay on designing a network claims, what it gives for that, and how its network grew.

Raphael, J. (2019). A powerful change strategy. Education Northwest. Claims are in our words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from analysis.finding import Finding, key_of, row_of

__all__ = [
    "CLAIMS",
    "GIVEN",
    "Claim",
    "claims_table",
    "essay_findings",
    "given_counts",
    "growth_points",
    "numbers_here",
]

GIVEN = (
    "research, no work named",
    "literature review, not shown",
    "own experience as the backbone",
    "stated without a source",
)
"""Kinds of evidence that the essay gives; none of it is data that a reader could see."""
_RESEARCH, _REVIEW, _EXPERIENCE, _STATED = GIVEN


@dataclass(frozen=True)
class Claim:
    """One claim of the essay.

    Attributes
    ----------
    about : str
        A short name.
    claim : str
        In our words.
    given : str
        What the essay gives for it, one of `GIVEN`.
    would_test : str
        The evidence that would test it.
    numbers : tuple of (run, key)
        What this study recorded about it; none where nothing did.
    """

    about: str
    claim: str
    given: str
    would_test: str
    numbers: tuple[tuple[str, str], ...] = ()


_SLOPE = "trends.backbone.betweenness.slope"
_DENSITY = "association.density.estimate"

CLAIMS = (
    Claim(
        "ties across schools",
        "ties across schools carry part of what a network achieves",
        _STATED,
        "ties of members over time, beside an outcome",
        (("activities_example", "met.within-organisations.observed"),),
    ),
    Claim(
        "learning from others",
        "people who learn from others, and build knowledge together, use more of it",
        _RESEARCH,
        "dated contacts and first uses of a practice",
    ),
    Claim(
        "efficacy",
        "working together raises collective efficacy",
        _RESEARCH,
        "ties and efficacy of schools before and after, or a trial",
        (("efficacy_teachers", _DENSITY), ("efficacy_twin", _DENSITY)),
    ),
    Claim(
        "achievement",
        "collective efficacy predicts gains in achievement",
        _STATED,
        "efficacy of schools, and their gains afterwards",
        (("efficacy_twin", "mediation.mediator-to-outcome.estimate"),),
    ),
    Claim(
        "hand-over",
        "a backbone builds members' capacity, and leadership moves to them",
        _EXPERIENCE,
        "dated contacts and attendance, the backbone known",
        (("leadership_dlt1", _SLOPE), ("leadership_dlt2", _SLOPE), ("leadership_twin", _SLOPE)),
    ),
    Claim(
        "eight elements",
        "a network should be designed on purpose, along eight elements",
        _REVIEW,
        "ratings of many networks, with documents, beside what became of them",
        (("design_twin", "documented"), ("design_example", "documented")),
    ),
    Claim(
        "starting small",
        "a network should start small",
        _EXPERIENCE,
        "networks that started small beside others that did not; a simulation says when it could matter",
    ),
    Claim(
        "recruiting",
        "recruit by working relationships, experience and likeness",
        _EXPERIENCE,
        "who was asked, who joined, who stayed",
    ),
    Claim(
        "slow growth",
        "add members slowly, so as not to overwhelm those who are there",
        _EXPERIENCE,
        "dates of joining, beside ties of old and new members",
    ),
    Claim(
        "evaluation",
        "members who take part in evaluation bring about positive change",
        _STATED,
        "who took part, and measures often enough to see a change",
        (("run_charts_new_york", "fewest"), ("run_charts_twin", "steps.tasks_tried.13.step")),
    ),
    Claim(
        "theory of action",
        "a theory of action says which data to collect, and when",
        _STATED,
        "a theory written down, held against what was collected",
        (("theory_twin", "missing"), ("theory_example", "missing")),
    ),
    Claim(
        "timing",
        "collect evidence early, but not before members are ready",
        _EXPERIENCE,
        "the day members agreed, beside the day data were collected",
        (("theory_twin", "faults"), ("theory_example", "faults")),
    ),
)
"""The claims, in the essay's order."""

_POINTS = (
    ("February 2013, announced", "five north-western states, not named where seen", 5),
    ("2015, second year", "districts in ID, OR, WA", 3),
    ("undated", "nearly 30 rural schools and districts in AK, ID, OR, WA", 4),
    ("December 2022", "WA, ID, MT", 3),
)


class _Recorded(Protocol):
    @property
    def value(self) -> float | int | bool | str | None: ...

    @property
    def label(self) -> str: ...

    @property
    def data(self) -> str: ...


def growth_points() -> pd.DataFrame:
    """Return what was seen of the growth of NW RISE, the essay's network: when, where, from which source.

    Examples
    --------
    >>> growth_points()["states"].tolist()
    [5, 3, 4, 3]
    """
    frame = pd.DataFrame(_POINTS, columns=["when", "where", "states"]).set_index("when")
    return frame.assign(source="Education Northwest, news page", address="address not recorded")


def claims_table() -> pd.DataFrame:
    """Return each claim with what the essay gives for it, what would test it, and the pages here on it.

    Examples
    --------
    >>> claims_table().loc["starting small", "given"]
    'own experience as the backbone'
    """
    rows = {
        one.about: {
            "claim": one.claim,
            "given": one.given,
            "would_test": one.would_test,
            "pages_here": len(one.numbers),
        }
        for one in CLAIMS
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("about")


def given_counts() -> pd.DataFrame:
    """Return how many claims rest on each kind of evidence.

    Examples
    --------
    >>> int(given_counts()["claims"].sum()) == len(CLAIMS)
    True
    """
    counts = pd.Series([one.given for one in CLAIMS]).value_counts().reindex(list(GIVEN), fill_value=0)
    return counts.rename("claims").rename_axis("given").to_frame()


def numbers_here(read: Callable[[str, str], _Recorded], study: str) -> pd.DataFrame:
    """Return what this study's pages recorded about each claim.

    Parameters
    ----------
    read : callable
        Gives a recorded number by run (``study/run``) and key.
    study : str

    Returns
    -------
    DataFrame
        Index (about, run); ``data`` (REAL or SYNTHETIC), ``what`` the number is, ``value``; missing where
        that run was not made.
    """
    rows = {}
    for one in CLAIMS:
        for run, key in one.numbers:
            found = read(f"{study}/{run}", key)
            value = float("nan") if found.value is None else float(found.value)
            rows[(one.about, run)] = {"data": found.data, "what": found.label, "value": value}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    return frame.set_axis(pd.MultiIndex.from_tuples(rows, names=["about", "run"]), axis=0)


def essay_findings(counts: pd.DataFrame, points: pd.DataFrame) -> list[Finding]:
    """Say what the claims rest on, and that no growth curve can be drawn.

    Parameters
    ----------
    counts : DataFrame
        As from `given_counts`, recorded as ``given``; the number of claims as ``claims``.
    points : DataFrame
        As from `growth_points`, recorded as ``growth``; their number as ``points``.
    """
    own, total = int(row_of(counts, _EXPERIENCE)["claims"]), int(counts["claims"].sum())
    return [
        Finding(
            "given",
            f"Of {total} claims of the essay {own} rest on its author's own experience as the backbone, and "
            "none on data that a reader could see.",
            ("claims", key_of("given", _EXPERIENCE, "claims")),
        ),
        Finding(
            "growth",
            f"{len(points)} points were seen of its network's growth. One of them gives a size, and it is "
            "undated: no growth curve can be drawn.",
            ("points",),
        ),
    ]
