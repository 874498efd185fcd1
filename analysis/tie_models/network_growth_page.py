"""What the page on staged growth shows and tells, from the stored record and from the two courses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.finding import Finding, and_list, key_of, percent, row_of
from analysis.labels import in_words
from analysis.tie_models.network_growth import ARMS, OUTCOMES, GrowthPlan
from analysis.tie_models.network_growth_map import MARGINS, VERDICTS, verdict_counts

__all__ = [
    "MUCH_NOISE",
    "accounting_findings",
    "accountings_of",
    "assumed_of",
    "counts_of",
    "forecast_findings",
    "map_findings",
    "map_of",
    "margins_of",
    "plan_of",
    "rates_of",
    "sensitivity_findings",
    "shares_of",
    "spread_of",
]

_AT_THE_END = ("cohesion", "reciprocity", "survival")
MUCH_NOISE = 0.5
"""Share of Monte Carlo noise in a variance from which on it is not shared out."""

_ASSUMED = ("acquainted", "asked_between", "forgetting", "attention", "backbone", "backbone_time", "school")
_INPUTS = {
    "attention": "attention",
    "forgetting": "forgetting",
    "alike": "likeness",
    "people": "final size",
    "cohort": "size of the cohort",
    "pace": "contacts per person",
    "returning": "returning",
    "lasting": "going back to partners",
    "through_backbone": "turning to the backbone",
    "acquainted": "turning to colleagues",
    "evenness": "evenness of activity",
}
_WORDS = {
    "cohesion": "cohesion at the end",
    "reciprocity": "reciprocity",
    "second tie": "newcomers' time to a second partner",
    "backbone load": "the backbone's load",
    "survival": "what is left without the backbone",
}


def rates_of(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rates of the data beside those drawn: index `rate`; ``of``, ``estimate`` … ``inside``."""
    seen = pd.concat([pd.DataFrame(record[name]) for name in ("work", "course")]).set_index("rate")
    seen["drawn"] = pd.DataFrame(record["drawn"]).set_index("rate")["drawn"]
    seen["inside"] = ((seen["lower"] <= seen["drawn"]) & (seen["drawn"] <= seen["upper"])).astype(int)
    sources = {"work": "advice among teachers", "course": "first course"}
    seen["source"] = [words for name, words in sources.items() for _ in record[name]["rate"]]
    return seen


def plan_of(record: Mapping[str, Any], name: str) -> GrowthPlan:
    """Return a stored plan: ``fitted`` to the first course, or the ``base`` of the map."""
    return GrowthPlan(**record[name])


def assumed_of(plan: GrowthPlan) -> pd.DataFrame:
    """Return what of a plan is assumed, index `input`."""
    values = {in_words(name): float(getattr(plan, name)) for name in _ASSUMED}
    return pd.DataFrame({"value": values}).rename_axis("input")


def map_of(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return the cells of the map, as `growth_map` gives."""
    return pd.DataFrame(record["map"])


def counts_of(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return cells by verdict: index `spending`, `outcome`; a column per verdict."""
    frames = {name: pd.DataFrame(rows).T for name, rows in record["counts"].items()}
    counts: pd.DataFrame = pd.concat(frames, names=["spending", "outcome"])[list(VERDICTS)].astype(int)
    return counts


def margins_of(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return cells by verdict with half and with twice the margin: index `margin`, `outcome`."""
    cells = map_of(record)
    frames = {name: verdict_counts(cells, scale=scale) for name, scale in (("half", 0.5), ("twice", 2.0))}
    return pd.concat(frames, names=["margin", "outcome"])


def accountings_of(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return differences of the base plan: index `outcome`, `recruitment`; a column per way to spend."""
    long = pd.DataFrame(record["accountings"])
    wide = long.pivot_table(index=["outcome", "recruitment"], columns="spending", values="difference")
    wide["error"] = long.groupby(["outcome", "recruitment"])["error"].max()
    ordered = wide.reindex(list(OUTCOMES), level="outcome")[["by week", "by people", "longer", "error"]]
    return ordered.rename_axis(columns=None)


def shares_of(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return shares of variance: index `outcome`, `input` in words; as `variance_shares`.

    An outcome whose difference is mostly noise (`MUCH_NOISE`) is left out: its shares would be noise too.
    """
    shares = pd.DataFrame(record["shares"])
    noise = shares["outcome"].map(spread_of(record)["noise"])
    shares = shares[noise < MUCH_NOISE].copy()
    shares["input"] = shares["input"].map(_INPUTS)
    return shares.set_index(["outcome", "input"])


def spread_of(record: Mapping[str, Any]) -> pd.DataFrame:
    """Return how far each difference varies over the ranges: index `outcome`."""
    return pd.DataFrame(record["spread"]).set_index("outcome")


def map_findings(counts: pd.DataFrame) -> list[Finding]:
    """Say where each arm wins, in what is there at the end, when every week has the same contacts.

    Parameters
    ----------
    counts : DataFrame
        As recorded under `counts`, `counts_of`.
    """
    found = []
    for outcome in _AT_THE_END:
        row = row_of(counts, ("by week", outcome))
        small, large, neither, unsure = (int(row[name]) or "none" for name in VERDICTS)
        sentence = (
            f"Simulated, {_WORDS[outcome]}: starting small is better in {small} of the settings, all at once "
            f"in {large}. It does not matter in {neither}, and {unsure} are too close to call."
        )
        keys = tuple(key_of("counts", "by week", outcome, name) for name in VERDICTS)
        found.append(Finding(key_of("map", outcome), sentence, keys))
    return found


def accounting_findings(counts: pd.DataFrame, accountings: pd.DataFrame) -> list[Finding]:
    """Say whether the winner depends on how the budget is spent, and on who brings in whom."""
    swap = "second tie"
    cells = {way: row_of(counts, (way, swap)) for way in ("by week", "longer")}
    small, large, neither = VERDICTS[:3]
    week, pace = cells.values()
    settings = int(sum(week[name] for name in VERDICTS))
    turns = week[small] > 0 and pace[small] == 0
    first = (
        f"Simulated: {'the way the budget is spent decides. W' if turns else 'w'}ith the same contacts every "
        f"week, starting small brings newcomers a second partner sooner in {week[small]} of {settings} "
        f"settings and later in {week[large] or 'none'}. At the same pace per person it is sooner in "
        f"{pace[small] or 'none'}, later in {pace[large] or 'none'}, and no different in {pace[neither]}."
    )
    keys = tuple(key_of("counts", way, swap, name) for way in cells for name in VERDICTS[:3])
    by_outcome = accountings["by week"].groupby("outcome", sort=False)
    apart = (by_outcome.max() - by_outcome.min()) / pd.Series(MARGINS)
    moves = [outcome for outcome in OUTCOMES if apart[outcome] > 1]
    words = and_list([_WORDS[name] for name in moves])
    told = (
        f"Simulated: who brings in whom changes the difference in {words} by more than the margin."
        if moves
        else "Simulated: who brings in whom (somebody they work with, somebody alike, anybody) changes no "
        "difference by more than the margin."
    )
    used = tuple(key_of("accountings", *labels, "by week") for labels in accountings.index)
    return [
        Finding("accounting", first, ("settings", *keys)),
        *_agreed(counts, settings),
        Finding("recruitment", told, used),
    ]


def _agreed(counts: pd.DataFrame, settings: int) -> list[Finding]:
    """Say on which outcomes one way wins in most settings, whatever the counting."""
    found = []
    for outcome in OUTCOMES:
        rows = counts.xs(outcome, level="outcome")
        for arm in ARMS:
            least = int(rows[arm].min())
            if 2 * least > settings:
                way = str(rows[arm].idxmin())
                sentence = (
                    f"Simulated: in all three ways to count, {_WORDS[outcome]} is better with {arm}, in "
                    f"{least} of {settings} settings or more."
                )
                keys = ("settings", key_of("counts", way, outcome, arm))
                found.append(Finding(key_of("agreed", outcome), sentence, keys))
    return found


def forecast_findings(told: pd.DataFrame, sure: pd.DataFrame) -> list[Finding]:
    """Say whether the simulator, fitted to the first course, foretells the second.

    Parameters
    ----------
    told, sure : DataFrame
        As recorded under `foretold` and `sure`: with and without the uncertainty of the fitted rates.
    """
    missed = [str(name) for name in told.index[told["inside"] == 0]]
    inside, known = int(told["inside"].sum()), int(sure["inside"].sum())
    without = f" (not: {and_list(missed)})" if missed else ""
    sentence = (
        f"Fitted to one online course, the simulator foretells {inside} of {len(told)} figures of the next "
        f"within its range{without}. These ranges are wide: if the fitted rates are taken as known, it "
        f"foretells {known}."
    )
    return [Finding("foretold", sentence, ("inside", "figures", "inside-sure"))]


def sensitivity_findings(shares: pd.DataFrame) -> list[Finding]:
    """Say which input each difference depends on most.

    Parameters
    ----------
    shares : DataFrame
        As recorded under `shares`, `shares_of`.
    """
    found = []
    for outcome in (name for name in OUTCOMES if name in shares.index.get_level_values("outcome")):
        total = shares["total"].xs(outcome, level="outcome").sort_values(ascending=False)
        first, second = total.index[:2]
        sentence = (
            f"Simulated: the difference in {_WORDS[outcome]} depends most on {first} "
            f"({percent(total.iloc[0])} of its variance) and on {second} ({percent(total.iloc[1])}), "
            "interactions included."
        )
        keys = tuple(key_of("shares", outcome, name, "total") for name in (first, second))
        found.append(Finding(key_of("depends", outcome), sentence, keys))
    return found
