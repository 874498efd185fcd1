"""What the page on the recovery of two districts tells, in sentences and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.finding import Finding, and_list, key_of
from analysis.sources.two_districts import DISTRICTS
from analysis.validations.records import outside

__all__ = [
    "document_findings",
    "kinds_findings",
    "not_estimated",
    "people_behind",
    "stored_coverage",
    "stored_documents",
    "stored_truth",
    "twin_table",
]

_INDEX = ["silence", "kind", "scale", "where"]
_NOT_ESTIMATED = {
    "seed": "starts the random numbers; says nothing of districts",
    "waves": "design: given in the tables, known without error",
    "schools": "design: counted in the tables, known without error",
    "people": "design: places in each school; those asked are counted in the tables",
    "range": "design: the ends of the items' scale, given in the tables",
    "roles: share": "levels are standardised to the roles that are there; no page asks which are usual",
    "roles: effect": "taken out by that standardisation; no page compares roles",
    "roles: leaves": "turnover is counted in the tables; no page estimates a chance of it",
    "teacher_follows": "turnover is counted in the tables; no page estimates a chance of it",
    "spreads": "no page states a spread; alpha, which follows from them, is held against a large twin",
    "silence_slope": "the silent do not say what they would have answered; bounds stand in its place",
    "outcome_weights": "of levels that nobody sees; how an outcome goes with the lowest domain "
    "and with the mean is held against a large twin",
    "documents: years": "design: given in the tables, known without error",
    "documents: each_year": "design: counted in the tables, known without error",
    "documents: kinds": "design: given in the tables, known without error",
    "documents: segments": "design: counted in the tables, known without error",
    "evidence": "chances that somebody judged; the page varies them over a range",
    "became": "what came of the chances in this twin: counts, not parameters",
}
_SHOWN = ("change", "contrast", "first level", "last level")


def stored_coverage(stored: Mapping[str, Any]) -> pd.DataFrame:
    """Return the coverage that `make validate` committed, index silence, kind, scale, where."""
    return pd.DataFrame(stored["coverage"]).set_index(_INDEX)


def stored_truth(stored: Mapping[str, Any]) -> pd.DataFrame:
    """Return what large twins say is true where silence is as made: index kind, scale, where; ``truth``."""
    covered = stored_coverage(stored)
    first = covered.index.get_level_values("silence")[0]
    made = covered.index.get_level_values("silence") == first
    truth: pd.DataFrame = covered[made][["truth"]].droplevel("silence")
    return truth


def twin_table(intervals: pd.DataFrame) -> pd.DataFrame:
    """Return levels, changes and contrasts of `district_twins.intervals_of`, and whether each holds.

    Returns
    -------
    DataFrame
        index kind, scale, where; ``truth``, ``estimate``, ``lower``, ``upper``, ``held`` (1: yes).
    """
    own = intervals[intervals["kind"].isin(_SHOWN)].set_index(_INDEX[1:])
    held = (own["lower"] <= own["truth"]) & (own["truth"] <= own["upper"])
    return own.assign(held=held.astype(int))


def people_behind(table: pd.DataFrame, scores: pd.DataFrame) -> list[frozenset[tuple[str, str, str]]]:
    """Return whom each row of `twin_table` rests on, as (person, scale, kind)."""
    homes = scores["actor_id"].astype(str).groupby([scores["scale"], scores["district"]]).unique()
    rows = table.index.to_frame(index=False).to_dict("records")
    return [
        frozenset(
            (person, row["scale"], row["kind"])
            for district in (DISTRICTS if row["where"] == "both" else [row["where"]])
            for person in homes.loc[(row["scale"], district)]
        )
        for row in rows
    ]


def kinds_findings(
    covered: pd.DataFrame, contrasts: tuple[int, int], outcomes: tuple[int, int]
) -> list[Finding]:
    """Say what is recovered of this twin, and over many twins which intervals do not hold as they say.

    Parameters
    ----------
    covered : DataFrame
        As from `stored_coverage`; by silence its rows outside the band are recorded as
        ``outside.<silence>``, of ``intervals.<silence>``.
    contrasts, outcomes : (int, int)
        Intervals of this twin that hold the contrast, or level and change of an outcome, of how many:
        recorded as ``contrast.held``, ``contrast.of``, ``outcomes.held``, ``outcomes.of``.
    """
    found = [
        Finding(
            "contrast",
            f"How much more one district changed than the other is found again: {contrasts[0]} of "
            f"{contrasts[1]} intervals hold what this twin was made with, domains and outcomes alike.",
            ("contrast.held", "contrast.of"),
        ),
        Finding(
            "outcomes",
            f"Both outcomes are found again in both districts: {outcomes[0]} of {outcomes[1]} intervals hold "
            "their level and change.",
            ("outcomes.held", "outcomes.of"),
        ),
    ]
    for silence, own in covered.groupby(level="silence", sort=False):
        short = own[own["held"] < own["least"]].index.get_level_values("kind")
        told = and_list([*short.unique()])
        case = (
            "Where role decides who is silent"
            if str(silence) == "as made"
            else f"Where {silence}".replace(" silent", " are silent more often")
        )
        words = (
            f"{case}, {outside(own)} of {len(own)} intervals hold the truth more or less often than they say"
            if outside(own)
            else f"{case}, all {len(own)} intervals hold the truth as often as they say"
        )
        keys = (key_of("outside", str(silence)), key_of("intervals", str(silence)))
        sentence = f"{words}. Too seldom: some of {told}." if told else f"{words}."
        found.append(Finding(key_of("coverage", str(silence)), sentence, keys))
    return found


def stored_documents(stored: Mapping[str, Any]) -> pd.DataFrame:
    """Return the coverage of documents that `make validate` committed, index kind, code, district, year."""
    return pd.DataFrame(stored["coverage"]).set_index(["kind", "code", "district", "year"])


def not_estimated() -> pd.DataFrame:
    """Return what the twin was made with and no page estimates: index parameter; ``reason``."""
    rows = pd.Series(_NOT_ESTIMATED, name="reason").rename_axis("parameter")
    found: pd.DataFrame = rows.to_frame()
    return found


def document_findings(covered: pd.DataFrame, held: tuple[int, int]) -> list[Finding]:
    """Say what is recovered of this twin's documents, and over many which intervals do not hold as they say.

    Parameters
    ----------
    covered : DataFrame
        As from `stored_documents`; its rows outside the band are recorded as ``documents.outside``, of
        ``documents.intervals``.
    held : (int, int)
        Intervals of this twin that hold the truth, of how many: ``documents.held``, ``documents.of``.
    """
    return [
        Finding(
            "documents",
            f"Of shares of segments and coders' errors in documents, {held[0]} of {held[1]} intervals hold "
            "what this twin was made with.",
            ("documents.held", "documents.of"),
        ),
        Finding(
            "coverage.documents",
            f"In the documents of many twins, {outside(covered)} of {len(covered)} intervals hold the truth "
            "more or less often than they say.",
            ("documents.outside", "documents.intervals"),
        ),
    ]
