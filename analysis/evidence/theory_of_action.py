"""A theory of action as a graph: what leads to what, what will show it, in which wave, and who sees to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from analysis.measurement.scales import scale_scores
from analysis.result import Result
from analysis.tables.faults import Fault, raise_faults

__all__ = [
    "COLLECTED",
    "NOT_COLLECTED",
    "TheoryOfAction",
    "indicators_collected",
    "indicators_measured",
    "theory_faults",
    "theory_of_action",
]

COLLECTED, NOT_COLLECTED = "collected", "not collected"
_TABLE = "theory_of_action"
_OPTIONAL = ("indicator", "wave", "owner", "not_before")


@dataclass(frozen=True, repr=False)
class TheoryOfAction(Result):
    """A theory of action without a fault.

    Attributes
    ----------
    steps : DataFrame
        As in the table: ``from``, ``to``, ``indicator``, ``wave``, ``owner``, ``not_before``.
    layers : tuple of tuple of str
        What is done first, then what comes of it, each as far along as its longest path.
    """

    steps: pd.DataFrame
    layers: tuple[tuple[str, ...], ...]

    def summary(self) -> str:
        """Return how long it is and where it starts and ends."""
        starts = sorted(set(self.steps["from"]) - set(self.steps["to"]))
        ends = sorted(set(self.steps["to"]) - set(self.steps["from"]))
        return (
            f"{len(self.steps)} steps in {len(self.layers)} layers, from {', '.join(starts)} "
            f"to {', '.join(ends)}"
        )

    def tidy(self) -> pd.DataFrame:
        """Return the steps."""
        return self.steps


def theory_of_action(tables: Mapping[str, pd.DataFrame]) -> TheoryOfAction:
    """Read a theory of action, or refuse it with everything that is wrong with it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        theory_of_action and waves; measures, items of the data model where there are some.

    Raises
    ------
    InvalidInput
        With every fault, as `theory_faults` finds them.

    Examples
    --------
    >>> steps = pd.DataFrame(
    ...     [("visits", "trust", "trust_scale", 1, "lead"), ("trust", "help", "help_given", 2, "lead")],
    ...     columns=["from", "to", "indicator", "wave", "owner"],
    ... )
    >>> waves = pd.DataFrame({"wave": [1, 2], "opened_on": ["2024-09-01", "2025-01-10"]})
    >>> items = pd.DataFrame({"scale": ["trust_scale", "help_given"]})
    >>> theory_of_action({"theory_of_action": steps, "waves": waves, "items": items})
    <TheoryOfAction: 2 steps in 3 layers, from visits to help>
    """
    raise_faults(theory_faults(tables), "no theory of action to work with")
    steps = _steps(tables)
    graph = nx.DiGraph(list(steps[["from", "to"]].itertuples(index=False, name=None)))
    layers = tuple(tuple(layer) for layer in nx.topological_generations(graph))
    return TheoryOfAction(steps, layers)


def indicators_measured(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Return the names of everything a dataset measures or asks: measures, and scales of its items."""
    asked = set(tables["items"]["scale"]) if "items" in tables else set()
    return asked | (set(tables["measures"]["measure"]) if "measures" in tables else set())


def theory_faults(tables: Mapping[str, pd.DataFrame]) -> list[Fault]:
    """Return everything that is wrong with a theory of action.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As for `theory_of_action`.

    Returns
    -------
    list of Fault
        Rows as they stand in the file. A circle is named by what it runs through. An outcome needs an
        indicator in one step that leads to it; an indicator per wave, and somebody who measures or asks it;
        every step an owner. Nothing is looked for before what should bring it about, directly or through
        other steps, nor collected before members agreed.
    """
    steps = _steps(tables)
    graph = nx.DiGraph(list(steps[["from", "to"]].itertuples(index=False, name=None)))
    return [
        *_circles(graph),
        *_incomplete(steps, indicators_measured(tables)),
        *_too_early(steps, graph),
        *_before_agreed(steps, tables["waves"]),
    ]


def _steps(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    steps = tables[_TABLE].reset_index(drop=True)
    steps = steps.reindex(columns=["from", "to", *_OPTIONAL])
    for name in ("indicator", "owner", "not_before"):
        steps[name] = steps[name].astype(object).where(steps[name].notna(), "")
    return steps.assign(wave=pd.to_numeric(steps["wave"]).astype("Float64").astype(float))


def _circles(graph: nx.DiGraph) -> list[Fault]:
    faults = []
    for part in nx.strongly_connected_components(graph):
        own = graph.subgraph(part)
        if own.number_of_edges():
            ends = nx.find_cycle(own, min(part))
            path = " → ".join([ends[0][0], *(after for _, after, *_ in ends)])
            faults.append(Fault(_TABLE, f"the circle {path}", "steps that lead on, never back"))
    return sorted(faults, key=str)


def _incomplete(steps: pd.DataFrame, measured: Collection[str]) -> list[Fault]:
    faults = []
    shown = set(steps.loc[steps["indicator"] != "", "to"])
    for outcome in dict.fromkeys(steps["to"]):
        if outcome not in shown:
            found = f"no indicator of {outcome!r}"
            faults.append(Fault(_TABLE, found, "something that will show it", None, "indicator"))
    missed: dict[str, int] = {}
    for row, step in enumerate(steps.to_dict("records"), start=2):
        if step["indicator"] and np.isnan(step["wave"]):
            found = f"no wave for {step['indicator']!r}"
            faults.append(Fault(_TABLE, found, "the wave that looks for it", row, "wave"))
        if not step["owner"]:
            found = f"nobody who sees to {step['from']!r} → {step['to']!r}"
            faults.append(Fault(_TABLE, found, "an owner", row, "owner"))
        if step["indicator"] and step["indicator"] not in measured:
            missed.setdefault(step["indicator"], row)
    for indicator, row in missed.items():
        found = f"{indicator!r}, which nobody measures"
        faults.append(Fault(_TABLE, found, "a measure, or a scale of the items", row, "indicator"))
    return faults


def _too_early(steps: pd.DataFrame, graph: nx.DiGraph) -> list[Fault]:
    faults = []
    dated = steps[steps["wave"].notna()]
    for row, step in zip(dated.index + 2, dated.to_dict("records"), strict=True):
        # What a circle runs through is before itself; that is said of the circle.
        before = (nx.ancestors(graph, step["from"]) | {step["from"]}) - nx.descendants(graph, step["to"])
        causes = dated[dated["to"].isin(before - {step["to"]}) & (dated["wave"] > step["wave"])]
        if len(causes):
            cause = causes.loc[causes["wave"].idxmax()]
            found = f"{step['to']!r} in wave {step['wave']:.0f}"
            allowed = f"wave {cause['wave']:.0f} or later, when {cause['to']!r} is looked for, its cause"
            faults.append(Fault(_TABLE, found, allowed, int(row), "wave"))
    return faults


def _before_agreed(steps: pd.DataFrame, waves: pd.DataFrame) -> list[Fault]:
    faults = []
    opened = dict(zip(waves["wave"].astype(float), waves["opened_on"], strict=True))
    for row, step in enumerate(steps.to_dict("records"), start=2):
        start = opened.get(step["wave"])
        if step["not_before"] and not pd.isna(start) and str(start) < str(step["not_before"]):
            found = f"wave {step['wave']:.0f}, which opens on {start}"
            allowed = f"a wave from {step['not_before']} on, when members agreed to be asked"
            faults.append(Fault(_TABLE, found, allowed, row, "not_before"))
    return faults


def indicators_collected(tables: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[frozenset[object]]]:
    """Return each indicator with its latest value, and whom that value rests on.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As for `theory_of_action`, with responses where there are some.

    Returns
    -------
    DataFrame
        Index `indicator`, in order of the table; ``looked_for`` (the first wave that looks for it),
        ``state`` (`COLLECTED` or `NOT_COLLECTED`), ``latest`` (wave), ``value`` (a measure's median over
        organisations, a scale's mean over people), ``rests_on`` (how many).
    list of frozenset
        For each row the organisations, or each person with the scale and the wave.
    """
    steps = _steps(tables)
    measures = tables.get("measures")
    scores = scale_scores(tables) if {"items", "responses"} <= tables.keys() else None
    rows, groups = {}, []
    for indicator, own in steps[steps["indicator"] != ""].groupby("indicator", sort=False):
        name = str(indicator)
        value, latest, people = np.nan, np.nan, frozenset[object]()
        if measures is not None and name in set(measures["measure"]):
            there = measures[(measures["measure"] == name) & measures["value"].notna()]
            there = there[there["wave"] == there["wave"].max()]
            value, people = float(there["value"].median()), frozenset(there["organization_id"])
        elif scores is not None and name in set(scores["scale"]):
            there = scores[(scores["scale"] == name) & scores["score"].notna()]
            there = there[there["wave"] == there["wave"].max()]
            latest = float(there["wave"].max())
            value = float(there["score"].mean())
            people = frozenset((person, name, latest) for person in there["actor_id"])
        if people:
            latest = float(there["wave"].max())
        groups.append(people)
        rows[name] = {
            "looked_for": own["wave"].min(),
            "state": COLLECTED if people else NOT_COLLECTED,
            "latest": latest,
            "value": value if people else np.nan,
            "rests_on": len(people) or np.nan,
        }
    columns = ["looked_for", "state", "latest", "value", "rests_on"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("indicator")
    return frame, groups
