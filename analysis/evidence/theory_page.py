"""A theory of action for a page: its faults, its steps, how it is drawn, and what it opens with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import networkx as nx
import pandas as pd

from analysis.evidence.theory_of_action import NOT_COLLECTED
from analysis.finding import Finding, and_list
from analysis.labels import in_words
from analysis.tables.faults import Fault

__all__ = ["diagram_places", "faults_shown", "steps_shown", "theory_findings"]


def faults_shown(faults: Sequence[Fault]) -> pd.DataFrame:
    """Return a row for each fault: where it stands, what was found, what is allowed."""
    rows = [
        {
            "row": "" if fault.row is None else str(fault.row),
            "column": fault.column or "",
            "found": fault.found,
            "allowed": fault.allowed,
        }
        for fault in faults
    ]
    frame = pd.DataFrame(rows, columns=["row", "column", "found", "allowed"])
    return frame.set_axis(pd.Index([f"fault {place}" for place in range(1, len(frame) + 1)]), axis=0)


def steps_shown(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row for each step: its indicator, the wave that looks for it, whether somebody sees to it.

    Owners are people, and are not shown.
    """
    steps = tables["theory_of_action"]
    owned = steps["owner"].notna() if "owner" in steps else pd.Series(False, index=steps.index)
    frame = pd.DataFrame(
        {
            "indicator": steps["indicator"].astype(object).where(steps["indicator"].notna(), "none"),
            "wave": pd.to_numeric(steps["wave"]).astype("Float64").astype(float),
            "owner": owned.map({True: "named", False: "missing"}),
        }
    )
    return frame.set_axis(pd.MultiIndex.from_frame(steps[["from", "to"]]), axis=0)


def diagram_places(
    tables: Mapping[str, pd.DataFrame], indicators: pd.DataFrame
) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Return where each box of a driver diagram stands and what it says, and the arrows.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        theory_of_action of the data model; it may have faults, circles too.
    indicators : DataFrame
        As from `indicators_collected`; of one that is left out no value is shown.

    Returns
    -------
    DataFrame
        Index what is done or comes of it; ``layer`` (the last: what it is all for), ``height`` (from 0 to 1,
        the middle of a layer at .5), ``told`` (of each indicator its latest value, or that it is not
        collected), ``state`` (``done``, ``collected``, ``not collected``, ``no indicator``).
    list of tuple of str
    """
    steps = tables["theory_of_action"]
    arrows = [(str(one), str(other)) for one, other in zip(steps["from"], steps["to"], strict=True)]
    graph = nx.DiGraph(arrows)
    parts = nx.condensation(graph)
    # As late as it can be, so that few arrows pass a box on their way.
    late = list(nx.topological_generations(parts.reverse()))[::-1]
    layer = {
        node: place
        for place, generation in enumerate(late)
        for part in generation
        for node in parts.nodes[part]["members"]
    }
    outcomes = {end for _, end in arrows}
    height: dict[str, float] = {}
    rows = {}
    for place in sorted(set(layer.values())):
        own = [node for node in graph if layer[node] == place]
        causes = {node: [height[one] for one in graph.predecessors(node) if one in height] for node in own}
        if place:
            own.sort(key=lambda node: -sum(causes[node]) / max(len(causes[node]), 1))
        for order, node in enumerate(own):
            height[node] = 1 - (order + 0.5) / len(own)
            told, state = _told(steps, node, indicators) if node in outcomes else ("", "done")
            rows[node] = {"layer": place, "height": height[node], "told": told, "state": state}
    return pd.DataFrame.from_dict(rows, orient="index"), arrows


def _told(steps: pd.DataFrame, node: str, indicators: pd.DataFrame) -> tuple[str, str]:
    names = steps.loc[steps["to"] == node, "indicator"].dropna().astype(str)
    if names.empty:
        return "no indicator", "no indicator"
    lines, known = [], [name for name in dict.fromkeys(names) if name in indicators.index]
    for name in dict.fromkeys(names):
        if name not in known:
            lines.append(f"{in_words(name)}: not shown")
            continue
        row = indicators.loc[name]
        collected = row["state"] != NOT_COLLECTED
        value = f"{row['value']:.2f} (wave {row['latest']:.0f})" if collected else NOT_COLLECTED
        lines.append(f"{in_words(name)}: {value}")
    state = NOT_COLLECTED if (indicators.loc[known, "state"] == NOT_COLLECTED).any() else "collected"
    return "\n".join(lines), state


def theory_findings(
    steps: pd.DataFrame, faults: pd.DataFrame, indicators: pd.DataFrame, missing: int
) -> list[Finding]:
    """Say how sound the theory is, what is collected of it, and what its last outcome rests on.

    Parameters
    ----------
    steps : DataFrame
        As from `steps_shown`.
    faults : DataFrame
        As from `faults_shown`; how many there are is recorded as ``faults``.
    indicators : DataFrame
        As from `indicators_collected`; how many there are is recorded as ``indicators``.
    missing : int
        How many of them are not collected, recorded as ``missing``.
    """
    count = len(faults)
    sound = "The theory of action has no fault: every outcome has an indicator, a wave and an owner."
    told = "; ".join(faults["found"].head(3).tolist())
    more = ", among others" if count > 3 else ""
    unsound = f"The theory of action has {count} fault{'s' * (count != 1)}: {told}{more}."
    found = [Finding("faults", unsound if count else sound, ("faults",))]
    absent = indicators.index[indicators["state"] == NOT_COLLECTED]
    names = and_list([in_words(str(name)) for name in absent])
    gap = f" Not collected so far: {names}." if missing else ""
    sentence = f"{len(indicators) - missing} of {len(indicators)} indicators have data.{gap}"
    found.append(Finding("indicators", sentence, ("collected", "indicators", "missing")))
    begun = set(steps.index.get_level_values("from"))
    last = steps[~steps.index.get_level_values("to").isin(begun)]
    unseen = sorted(
        set(last.index.get_level_values("to"))
        - set(last.index.get_level_values("to")[~last["indicator"].isin([*absent, "none"])])
    )
    if unseen:
        sentence = (
            f"Nothing is known yet about the final aim ({and_list(unseen)}): none of its indicators has data."
        )
        found.append(Finding("outcome", sentence, ("missing",)))
    return found
