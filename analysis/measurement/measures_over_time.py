"""Published or collected figures of organisations as run charts, for a page and in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.checks import NotEstimable
from analysis.estimable import estimable
from analysis.finding import Finding, and_list, key_of, percent, row_of, signed
from analysis.labels import in_words
from analysis.measurement.run_charts import RunChart, run_chart, steps_between
from analysis.measurement.run_rules import (
    FEWEST,
    SHIFT,
    crossings_limit,
    false_alarms,
    longest_run_limit,
    step_found,
)
from analysis.measurement.unit_panels import same_units
from analysis.resampling.many_tests import derived_seed

__all__ = [
    "chart_findings",
    "chart_table",
    "charts_of_measures",
    "cycles_of",
    "rules_compared",
    "series_of",
    "steps_of",
]


def charts_of_measures(
    measures: pd.DataFrame, names: Sequence[str] = (), *, changes: Sequence[int] = ()
) -> dict[str, RunChart]:
    """Return a run chart of each measure's median over the organisations that have it in every wave.

    Parameters
    ----------
    measures : DataFrame
        ``wave``, ``organization_id``, ``measure``, ``value`` of the data model.
    names : sequence of str
        Which measures; empty: all that some organisation has in at least two waves, and in every one.
    changes : sequence of int
        Waves with which a new process began; a measure without that wave has no part there.

    Raises
    ------
    NotEstimable
        Where no measure has an organisation in every wave.

    Examples
    --------
    >>> rows = [(wave, "a", "trust", wave % 3) for wave in range(1, 13)]
    >>> frame = pd.DataFrame(rows, columns=["wave", "organization_id", "measure", "value"])
    >>> charts_of_measures(frame)["trust"].parts[0].useful
    8
    """
    charts = {}
    for name in names or sorted(map(str, measures["measure"].unique())):
        panel = estimable(same_units, measures, name)
        if isinstance(panel, NotEstimable):
            continue
        medians = panel.median()
        waves = [int(wave) for wave in medians.index]
        known = [wave for wave in changes if wave in waves]
        charts[name] = run_chart(medians.to_numpy(dtype=float), waves, changes=known)
    if not charts:
        raise NotEstimable("found no measure that an organisation has in every wave, two at least")
    return charts


def series_of(charts: Mapping[str, RunChart]) -> dict[str, pd.DataFrame]:
    """Return each chart's points, to be drawn."""
    return {name: chart.series for name, chart in charts.items()}


def chart_table(charts: Mapping[str, RunChart]) -> pd.DataFrame:
    """Return a row for each part of each chart: verdict, what was counted, the limits, the rules of thumb.

    Index ``measure`` and ``from``, the first point of the part; ``rules_of_thumb`` names those that call it a
    change.
    """
    frames = [chart.tidy().assign(measure=name) for name, chart in charts.items()]
    frame = pd.concat(frames, ignore_index=True)
    frame.index = pd.MultiIndex.from_frame(frame[["measure", "first"]].rename(columns={"first": "from"}))
    thumb = frame[["shift", "trend"]].apply(lambda row: ", ".join(row.index[row]) or "none", axis=1)
    columns = ["verdict", "useful", "longest", "longest_limit", "crossings", "crossings_limit"]
    return frame[columns].assign(rules_of_thumb=thumb)


def steps_of(charts: Mapping[str, RunChart]) -> pd.DataFrame:
    """Return how far each measure moved with each change named beforehand, as `steps_between` does.

    Index ``measure`` and ``from``.

    Raises
    ------
    NotEstimable
        Where no chart has such a change.
    """
    found = {name: estimable(steps_between, chart) for name, chart in charts.items()}
    known = {name: frame for name, frame in found.items() if isinstance(frame, pd.DataFrame)}
    if not known:
        raise NotEstimable("found no change named beforehand")
    return pd.concat(known, names=["measure", "from"])


def cycles_of(tables: Mapping[str, pd.DataFrame], kinds: Sequence[str]) -> pd.DataFrame:
    """Return the improvement cycles of a network, and the wave that each began in.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        activities and waves of the data model.
    kinds : sequence of str
        Kinds of activities that are improvement cycles (plan, do, study, act).

    Returns
    -------
    DataFrame
        Index `cycle`, the activity in words; ``wave``, the last one that opened on or before its day.

    Raises
    ------
    NotEstimable
        Where no kind is named, or no activity of these kinds falls into a wave.

    Examples
    --------
    >>> activities = pd.DataFrame(
    ...     [("exit_tickets", "2024-10-05", "cycle")], columns=["activity_id", "date", "kind"]
    ... )
    >>> waves = pd.DataFrame({"wave": [1, 2, 3], "opened_on": ["2024-09-01", "2024-10-01", "2024-11-01"]})
    >>> cycles_of({"activities": activities, "waves": waves}, ["cycle"])["wave"].to_dict()
    {'exit tickets': 2}
    """
    activities = tables.get("activities", pd.DataFrame({"kind": []}))
    own = activities[activities["kind"].isin(list(kinds))]
    rows = {}
    if len(own) and "opened_on" in tables["waves"]:
        opened = tables["waves"].dropna(subset=["opened_on"])
        for name, day in own.sort_values("date")[["activity_id", "date"]].itertuples(index=False, name=None):
            begun = opened.loc[opened["opened_on"].astype(str) <= str(day), "wave"]
            if len(begun):
                rows[in_words(str(name))] = int(begun.max())
    if not rows:
        raise NotEstimable("found no activity that is an improvement cycle and falls into a wave")
    return pd.DataFrame({"wave": rows}).rename_axis("cycle")


def rules_compared(points: Sequence[int], *, step: float, draws: int, seed: int) -> pd.DataFrame:
    """Return how often a random series is flagged, and how often a step in its middle is found.

    Parameters
    ----------
    points : sequence of int
        Lengths of the series, even numbers.
    step : float
        In standard deviations.
    draws, seed : int

    Returns
    -------
    DataFrame
        Index `points`; ``longest_limit``, ``crossings_limit``; ``false_by_limits``, ``false_by_six``
        (exact); ``found_by_limits``, ``found_by_six`` (drawn).
    """
    rows = {}
    for number in points:
        longest, crossings = longest_run_limit(number), crossings_limit(number)
        found = step_found(number, step, draws=draws, seed=derived_seed(seed, number))
        rows[number] = {
            "longest_limit": longest,
            "crossings_limit": crossings,
            "false_by_limits": false_alarms(number, longest=longest, crossings=crossings),
            "false_by_six": false_alarms(number, longest=SHIFT - 1),
            "found_by_limits": found["limits"],
            "found_by_six": found["six"],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("points")


def chart_findings(
    table: pd.DataFrame | NotEstimable,
    rules: pd.DataFrame,
    steps: pd.DataFrame | NotEstimable | None = None,
) -> list[Finding]:
    """Say which measures changed and how far, which charts are too short, what the rules of thumb cost.

    Parameters
    ----------
    table : DataFrame or NotEstimable
        As from `chart_table`, recorded as the table ``charts``; `FEWEST` as ``fewest``.
    rules : DataFrame
        As from `rules_compared`, recorded as the table ``rules``.
    steps : DataFrame, NotEstimable or None
        As from `steps_of`, recorded as the table ``steps``.
    """
    found = []
    if not isinstance(table, NotEstimable):
        short = table[table["verdict"] == "too short"]
        changed = table[table["verdict"] == "more than random variation"]
        if len(short):
            most = int(short["useful"].max())
            longest: tuple[str, int] = short.index[int(short["useful"].argmax())]
            told = and_list(sorted({in_words(str(name)) for name, _ in short.index}))
            which = "Every chart here is" if len(short) == len(table) else f"These charts are ({told})"
            sentence = (
                f"{which} too short to say whether anything changed: at most {most} points lie off "
                f"the median, and a chart needs {FEWEST}."
            )
            fooled = short[short["rules_of_thumb"] != "none"].index
            if len(fooled):
                names = and_list(sorted({in_words(str(name)) for name, _ in fooled}))
                sentence += f" A rule of thumb would still call it a change in {names}."
            found.append(Finding("short", sentence, (key_of("charts", *longest, "useful"), "fewest")))
        if len(short) < len(table):
            parted = table.index.get_level_values("measure").has_duplicates
            quiet = (
                "Apart from the changes that were named, no chart shows" if parted else "No long chart shows"
            )
            found_in = [f"{in_words(str(name))} (from {start})" for name, start in changed.index]
            sentence = (
                f"More than random variation: {and_list(found_in)}."
                if found_in
                else f"{quiet} more than random variation."
            )
            keys = [
                key_of("charts", *label, name)
                for label in table.index
                for name in ("longest", "longest_limit", "crossings", "crossings_limit")
            ]
            found.append(Finding("changed", sentence, tuple(keys)))
    if isinstance(steps, pd.DataFrame) and steps["lower"].notna().any():
        sure = steps["step"].abs() / (steps["upper"] - steps["lower"])
        surest: tuple[str, object] = steps.index[int(sure.argmax())]
        row = row_of(steps, surest)
        measure, start = surest
        sentence = (
            f"After the change in wave {start}, “{in_words(str(measure))}” moved by {signed(row['step'])} "
            f"({signed(row['lower'])} to {signed(row['upper'])}), from {signed(row['before'])}."
        )
        moved = tuple(key_of("steps", *surest, name) for name in ("step", "lower", "upper", "before"))
        found.append(Finding("step", sentence, moved))
    long = int(rules.index.max())
    row = row_of(rules, long)
    found.append(
        Finding(
            "rules",
            f"Six points in a row on one side are no proof of change: that rule flags "
            f"{percent(row['false_by_six'])} of random series of {long} points. Limits that grow with the "
            f"chart flag {percent(row['false_by_limits'])}.",
            tuple(key_of("rules", long, name) for name in ("false_by_six", "false_by_limits")),
        )
    )
    return found
