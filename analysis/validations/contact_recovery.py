"""How far the models of who contacts whom next can be trusted, as a page shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.finding import Finding, and_list, key_of

__all__ = ["RECORDS", "estimated", "held", "recovery_findings", "rejected"]

RECORDS = {
    "own": "made by the model",
    "popular": "busy pair",
    "groups": "closed groups",
    "silent": "silent half",
    "uneven": "uneven people",
    "batches": "same moments",
}
"""What a page calls each kind of record."""
_WHERE = {
    "own": "in records made by the model",
    "popular": "where two people make a third of all contacts",
    "groups": "where nobody turns to another group and the model does not know it",
    "silent": "where half of the people send nothing that is recorded for half of the time",
    "uneven": "where people differ in ways that the model does not know",
    "batches": "where many contacts fall on the same moment",
}
_PARTS = {"choice": "whom people turn to", "rate": "how soon"}
_TRUTH = "true value"


def _named(stored: Mapping[str, Any], table: str) -> pd.DataFrame:
    frame = pd.DataFrame(stored[table])
    return frame.assign(record=frame["record"].map(RECORDS))


def _wide(frame: pd.DataFrame, values: str) -> pd.DataFrame:
    wide = frame.pivot(index="record", columns="term", values=values)
    return wide.loc[[*RECORDS.values()], [*dict.fromkeys(frame["term"])]]


def estimated(stored: Mapping[str, Any], part: str) -> pd.DataFrame:
    """Return the mean estimate of each term by kind of record, below what is true of all.

    Parameters
    ----------
    stored : mapping
        As `contact_events.main` writes it.
    part : {"choice", "rate"}
    """
    frame = _named(stored, "coverage")
    own = frame[frame["part"] == part]
    truth = own.drop_duplicates("term").set_index("term")["truth"].to_frame(_TRUTH).T
    return pd.concat([truth, _wide(own, "mean")]).rename_axis("record")


def held(stored: Mapping[str, Any], part: str, *, clustered: bool = False) -> pd.DataFrame:
    """Return how many 95 % intervals hold the true value, by kind of record and term.

    Parameters
    ----------
    stored : mapping
        As `contact_events.main` writes it.
    part : {"choice", "rate"}
    clustered : bool
        Of intervals clustered by sender.
    """
    frame = _named(stored, "coverage")
    return _wide(frame[frame["part"] == part], "held_clustered" if clustered else "held")


def rejected(stored: Mapping[str, Any]) -> pd.DataFrame:
    """Return how often tests at .05 find an effect of a mark that has none, by kind of record."""
    frame = _named(stored, "levels")
    table = frame.pivot(index="record", columns="part", values="rejected")
    clustered = frame[frame["part"] == "rate"].set_index("record")["rejected_clustered"]
    return table.assign(**{"rate, clustered by sender": clustered}).loc[[*RECORDS.values()]]


def recovery_findings(stored: Mapping[str, Any]) -> list[Finding]:
    """Say where intervals break, then where they hold, then what clustering by sender mends.

    Parameters
    ----------
    stored : mapping
        As `contact_events.main` writes it. `held` of it is recorded as ``choice``, ``rate`` and (clustered)
        ``clustered``, `rejected` as ``rejected``; the records of each kind as ``records``, and the least that
        hold without surprise as ``least``.
    """
    parts = {part: held(stored, part) for part in _PARTS}
    least, records = int(stored["coverage"][0]["least"]), int(stored["seeds"])
    found, holding, kept = [], [], []
    for kind, name in RECORDS.items():
        worst = {part: of.T[name].sort_values(kind="stable") for part, of in parts.items()}
        keys = [key_of(part, name, counts.index[0]) for part, counts in worst.items()]
        failing = {part: counts for part, counts in worst.items() if counts.iloc[0] < least}
        if not failing:
            holding.append(_WHERE[kind])
            kept += keys
            continue
        told = [
            f"of {counts.index[0]} ({_PARTS[part]}) in {counts.iloc[0]}" for part, counts in failing.items()
        ]
        fine = [f" Those of {_PARTS[part]} hold." for part in worst if part not in failing]
        where = f"{_WHERE[kind][0].upper()}{_WHERE[kind][1:]}"
        sentence = f"{where}, intervals fail: they hold the true value {and_list(told)} of {records} records."
        found.append(Finding(f"fails-{kind}", sentence + "".join(fine), (*keys, "records")))
    if holding:
        sentence = f"Intervals hold the truth as often as they say {and_list(holding)}."
        found.append(Finding("holds", sentence, (*kept, "least")))
    return [*found, *_clustered(stored)]


def _clustered(stored: Mapping[str, Any]) -> list[Finding]:
    counts = rejected(stored)
    name, mended = RECORDS["uneven"], "rate, clustered by sender"
    before, after = (int(counts[column][name]) for column in ("rate", mended))
    if after >= before:
        return []
    sentence = (
        f"Clustered by sender, tests of how soon people turn to others are far more careful: where people "
        f"differ, they find an effect of a mark that has none in {after} records, and in {before} otherwise."
    )
    keys = (key_of("rejected", name, mended), key_of("rejected", name, "rate"))
    return [Finding("clustered", sentence, keys)]
