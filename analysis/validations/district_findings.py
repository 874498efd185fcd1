"""What the page on the recovery of two districts tells, in sentences and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.finding import Finding, and_list, key_of
from analysis.sources.two_districts import DISTRICTS
from analysis.validations.records import outside

__all__ = ["kinds_findings", "people_behind", "stored_coverage", "stored_truth", "twin_table"]

_INDEX = ["silence", "kind", "scale", "where"]
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
        words = f"Over many twins, {str(silence).replace('as made', 'silence as made')}: "
        words += f"{outside(own)} of {len(own)} intervals hold the truth more or less often than they say"
        keys = (key_of("outside", str(silence)), key_of("intervals", str(silence)))
        sentence = f"{words}; too seldom, some of {told}." if told else f"{words}."
        found.append(Finding(key_of("coverage", str(silence)), sentence, keys))
    return found
