"""Are a hand-over, a shift and a mediation found at the size they were planted? Hundreds of made-up networks.

`make validate` writes `notebooks/network_design/results/validation.json`, which is committed; a page shows
it. `recovered` is also what that page computes of the one twin it reads.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from analysis.contacts.leadership import leadership_over_time, straight_lines
from analysis.evidence.collective_efficacy import NETWORK, efficacy_by_school, efficacy_mediation
from analysis.files import DATA_RAW, STUDIES
from analysis.finding import Finding, key_of, percent, row_of
from analysis.labels import in_words
from analysis.measurement.measures_over_time import charts_of_measures, steps_of
from analysis.measurement.run_rules import crossings_limit, false_alarms, longest_run_limit
from analysis.parallel import replicated
from analysis.resampling.least_squares import least_squares
from analysis.sources.rural_network import BACKBONE, grown
from analysis.tables.package import read_package
from analysis.validations.records import made_with, settings_of, write_record

__all__ = ["coverage", "flagged", "main", "recovered", "recovery_findings", "rule_levels"]

OUT = STUDIES / "network_design/results/validation.json"
_TWIN = DATA_RAW / "rural_network"
_MARKED, _STEADY = "tasks_tried", "lesson_visits"
_DRAWS = 999


def recovered(
    tables: Mapping[str, pd.DataFrame], truth: Mapping[str, Any], *, draws: int = _DRAWS, seed: int
) -> pd.DataFrame:
    """Estimate everything that was planted in one twin.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of the twin.
    truth : mapping
        Its parameters and what follows from them.
    draws, seed : int
        Bootstrap samples of schools, and what starts them.

    Returns
    -------
    DataFrame
        Index `parameter`; ``made_with``, ``estimate``, ``lower``, ``upper``, ``held`` (whether the interval
        holds what it was made with).
    """
    people = tables["actors"]
    backbone = set(people.loc[people["organization_id"] == BACKBONE, "actor_id"])
    found = leadership_over_time(
        tables["contacts"], {BACKBONE: backbone}, days=truth["days"], fewest=1, draws=1, seed=seed
    )
    line = row_of(straight_lines(found[BACKBONE]), "initiated")
    charts = charts_of_measures(tables["measures"], [_MARKED, _STEADY], changes=[truth["change_round"]])
    steps = steps_of(charts)
    relations = read_package(_TWIN / "datapackage.json").relations
    schools = efficacy_by_school(tables, relations, score="collective_efficacy", outcome="growth")
    paths = efficacy_mediation(schools, draws=draws, seed=seed).paths
    central = row_of(
        least_squares(schools.frame["score"], schools.frame[list(NETWORK)]).terms, "centralisation"
    )
    planted, contacts, follows = truth["paths"], truth["contacts"], truth["follows"]
    rows: dict[str, tuple[float, float, float, float]] = {}
    for what in ("start", "slope"):
        ends = (line[what], line[f"{what}_lower"], line[f"{what}_upper"])
        rows[f"hand-over, {what}"] = (contacts[what], *ends)
    for name in (_MARKED, _STEADY):
        row = row_of(steps, (name, truth["change_round"]))
        made = truth["measures"][name]["shift"]
        rows[f"shift of {in_words(name)}"] = (made, row["step"], row["lower"], row["upper"])
    for name, path, made in (
        ("density to efficacy", "cause to mediator", planted["density_to_efficacy"]),
        ("efficacy to growth", "mediator to outcome", planted["efficacy_to_growth"]),
        ("density to growth, through efficacy", "indirect", follows["indirect"]),
        ("density to growth, past efficacy", "direct", planted["density_to_growth"]),
        ("density to growth, in all", "total", follows["total"]),
    ):
        row = row_of(paths, path)
        rows[name] = (made, row["estimate"], row["lower"], row["upper"])
    rows["centralisation to efficacy"] = (0.0, central["estimate"], central["lower"], central["upper"])
    frame = pd.DataFrame.from_dict(
        rows, orient="index", columns=["made_with", "estimate", "lower", "upper"], dtype=float
    ).rename_axis("parameter")
    return frame.assign(held=(frame["lower"] <= frame["made_with"]) & (frame["made_with"] <= frame["upper"]))


def _one_twin(
    parameters: Mapping[str, Any], draws: int, generator: np.random.Generator
) -> tuple[pd.DataFrame, dict[str, bool]]:
    """Grow one twin; return its estimates, and which of its measures a run chart flags unasked."""
    twin = grown(parameters, int(generator.integers(2**32)))
    estimates = recovered(twin.tables, twin.truth, draws=draws, seed=int(generator.integers(2**32)))
    charts = charts_of_measures(twin.tables["measures"], [_MARKED, _STEADY])
    return estimates, {name: chart.parts[0].signal is True for name, chart in charts.items()}


def coverage(
    parameters: Mapping[str, Any],
    *,
    seeds: int,
    seed: int,
    draws: int = _DRAWS,
    workers: int | None = None,
    told: str = "",
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return how often each interval holds what twins were made with, and how often a chart is flagged.

    Parameters
    ----------
    parameters : mapping
        Of the twin.
    seeds, seed : int
        How many twins, and what starts them.
    draws : int
        Bootstrap samples of each twin's schools.
    workers : int, optional
        Processes.
    told : str
        Name in progress lines.

    Returns
    -------
    DataFrame
        Index `parameter`; ``made_with``, ``mean_estimate``, ``twins``, ``held``, ``share``, ``least`` and
        ``most`` (the 99 % band of how many of 95-in-100 intervals hold), ``holds`` (within it).
    DataFrame
        As from `flagged`.
    """
    found = replicated(partial(_one_twin, parameters, draws), seeds, seed=seed, workers=workers, told=told)
    frame = pd.concat([estimates for estimates, _ in found])
    grouped = frame.groupby(level=0, sort=False)
    table = pd.DataFrame(
        {
            "made_with": grouped["made_with"].first(),
            "mean_estimate": grouped["estimate"].mean(),
            "twins": grouped.size(),
            "held": grouped["held"].sum(),
        }
    )
    table["share"] = table["held"] / table["twins"]
    table["least"] = binom.ppf(0.005, table["twins"], 0.95).astype(int)
    table["most"] = binom.ppf(0.995, table["twins"], 0.95).astype(int)
    table["holds"] = table["held"].between(table["least"], table["most"])
    return table, flagged([marked for _, marked in found])


def flagged(found: Sequence[Mapping[str, bool]]) -> pd.DataFrame:
    """Return how often a run chart is flagged that does not know when a change came.

    Returns
    -------
    DataFrame
        Index `measure`; ``charts``, ``flagged``, ``share``.
    """
    counts = pd.DataFrame(found)
    frame = pd.DataFrame({"charts": len(counts), "flagged": counts.sum()})
    return frame.assign(share=frame["flagged"] / frame["charts"]).rename_axis("measure")


def rule_levels(points: Sequence[int] = (12, 24, 48)) -> pd.DataFrame:
    """Return how often a random series is flagged, exactly: by limits that grow, and by six in a row.

    Examples
    --------
    >>> rule_levels().round(3)["six_in_a_row"].to_dict()
    {12: 0.013, 24: 0.157, 48: 0.427}
    """
    rows = {
        number: {
            "limits": false_alarms(
                number, longest=longest_run_limit(number), crossings=crossings_limit(number)
            ),
            "six_in_a_row": false_alarms(number, longest=5),
        }
        for number in points
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("points")


def recovery_findings(
    estimates: pd.DataFrame, many: pd.DataFrame, charts: pd.DataFrame, seeds: int
) -> list[Finding]:
    """Say what was found again in this twin, how intervals hold over many, and how often charts are flagged.

    Parameters
    ----------
    estimates : DataFrame
        As from `recovered`, recorded as ``estimates``; how many held as ``held``.
    many, charts : DataFrame
        As from `coverage`, recorded as ``coverage`` and ``charts``.
    seeds : int
        Recorded as ``seeds``.
    """
    held = int(estimates["held"].sum())
    every = "All" if held == len(estimates) else "Not all"
    short = [str(name) for name in many.index[~many["holds"]]]
    shares = [float(many["share"].min()), float(many["share"].max())]
    ends = [many["share"].idxmin(), many["share"].idxmax()]
    verdict = (
        "every interval holds what was planted as often as it says"
        if not short
        else f"not every interval holds as often as it says ({', '.join(short)})"
    )
    marked, steady = row_of(charts, _MARKED), row_of(charts, _STEADY)
    return [
        Finding(
            "held",
            f"{every} that was planted in this twin is found: {held} intervals hold what it was made with.",
            ("held",),
        ),
        Finding(
            "coverage",
            f"Over {seeds} twins {verdict}: between {shares[0]:.3f} and {shares[1]:.3f} of them.",
            ("seeds", *(key_of("coverage", name, "share") for name in ends)),
        ),
        Finding(
            "charts",
            f"A chart that does not know when a change came is flagged in {percent(marked['share'])} of "
            f"twins for the measure that shifts, and in {percent(steady['share'])} for the other.",
            tuple(key_of("charts", name, "share") for name in (_MARKED, _STEADY)),
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every validation of the study and write the results, with their provenance, as JSON."""
    chosen = settings_of(
        "network_design",
        main.__doc__,
        OUT,
        arguments,
        seeds=(200, "made-up networks"),
        seed=(20190117, "starts them"),
    )
    parameters = json.loads((_TWIN / "parameters.json").read_text(encoding="utf-8"))
    held, charts = coverage(parameters, seeds=chosen.seeds, seed=chosen.seed, told="twins")
    record = {
        "seeds": chosen.seeds,
        "seed": chosen.seed,
        "draws": _DRAWS,
        "parameters": parameters,
        **made_with("igraph", "numpy", "pandas", "scipy"),
        "coverage": held.reset_index().to_dict("records"),
        "charts": charts.reset_index().to_dict("records"),
        "rule_levels": rule_levels().reset_index().to_dict("records"),
    }
    write_record(chosen.out, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
