"""What the validation of the tests on adoption says, for the pages that use them and the page on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.finding import Finding, and_list, key_of, percent

__all__ = ["PEERS", "adoption_coverage", "adoption_levels", "breaking_findings", "trust_table"]

PEERS = ("exposure, straight line", "structure, across communities", "Moran's I, across communities")
"""Tests as netdiffuseR makes them: with a straight line of the period, and across communities."""

_ADVICE = {
    "exposure": (
        "read the row of people with ties where some report none; in communities of twenty it rejects twice "
        "too often, in smaller ones far too often"
    ),
    "exposure, people with ties": "do not use it in communities of twenty or fewer",
    "placebo": "hold it against exposure, not against 0",
    "likeness of ties": "do not use it where people live in communities",
    "placebo of likeness": "do not use it: no page shows it",
    "exposure, straight line": "leave the period free, and give communities constants",
    "structure, across communities": "rewire within communities",
    "Moran's I, across communities": "permute within communities",
}


def adoption_levels(stored: Mapping[str, Any]) -> pd.DataFrame:
    """Return how often each test rejects by kind of twin: index `test` and `twin`, as stored."""
    return pd.DataFrame(stored["levels"]).set_index(["test", "twin"])


def adoption_coverage(stored: Mapping[str, Any]) -> pd.DataFrame:
    """Return how often each interval holds: index `interval`, `twin`, and whether `contagion` was planted."""
    found = pd.DataFrame(stored["coverage"])
    found["contagion"] = found["contagion"].map(lambda planted: "planted" if planted else "none")
    return found.set_index(["interval", "twin", "contagion"])


def trust_table(stored: Mapping[str, Any], tests: str = "pages") -> pd.DataFrame:
    """Return where each test rejects most often, and what to do where that is too often.

    Parameters
    ----------
    stored : mapping
        Results of `make validate`.
    tests : {"pages", "peers"}
        Those that our own pages make, or those that netdiffuseR does.

    Returns
    -------
    DataFrame
        index `test`; ``at_worst``, share rejected where most are, ``among``, who these are;
        ``too_often_among``, where it is more than the 99 % point of a test at .05; ``what_to_do``, then.
    """
    levels = adoption_levels(stored)
    rows = {}
    for test, all_kinds in levels.groupby(level="test", sort=False):
        if (str(test) in PEERS) != (tests == "peers"):
            continue
        kinds = all_kinds.droplevel("test")
        broken = kinds.index[kinds["held"] == 0]
        rows[str(test)] = {
            "at_worst": kinds["share"].max(),
            "among": kinds["share"].idxmax(),
            "too_often_among": and_list([str(kind) for kind in broken]) or "none",
            "what_to_do": _ADVICE.get(str(test), "take it as a hint") if len(broken) else "",
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("test")


def breaking_findings(trust: pd.DataFrame, coverage: pd.DataFrame) -> list[Finding]:
    """Say which tests and intervals do not hold what they promise, and among whom.

    Parameters
    ----------
    trust : DataFrame
        Of `trust_table`, recorded under ``trust``.
    coverage : DataFrame
        Of `adoption_coverage`, recorded under ``coverage``.
    """
    found = []
    for test, row in trust.iterrows():
        if row["too_often_among"] == "none":
            continue
        sentence = (
            f"“{test}” rejects too often among the twins “{row['too_often_among']}”: at worst in "
            f"{percent(row['at_worst'])} of them. What to do: {row['what_to_do']}."
        )
        found.append(Finding(key_of("breaks", test), sentence, (key_of("trust", test, "at_worst"),)))
    kept = [str(test) for test, row in trust.iterrows() if row["too_often_among"] == "none"]
    if kept:
        keys = tuple(key_of("trust", test, "at_worst") for test in kept)
        found.insert(0, Finding("kept", f"Among all twins these keep their level: {'; '.join(kept)}.", keys))
    worst = coverage.reset_index().sort_values("share", kind="stable").iloc[0]
    labels = [str(worst[name]) for name in ("interval", "twin", "contagion")]
    sentence = (
        f"The interval that holds the truth least often is that of “{labels[0]}” among the twins "
        f"“{labels[1]}” (contagion: {labels[2]}): in {percent(float(worst['share']))} of the "
        f"{worst['given']} that have one."
    )
    keys = tuple(key_of("coverage", *labels, name) for name in ("share", "given"))
    return [*found, Finding("coverage", sentence, keys)]
