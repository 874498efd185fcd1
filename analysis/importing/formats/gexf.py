"""GEXF files, as Gephi writes them: also with times, and with ties of either sort in one graph.

networkx has a reader of its own; it refuses ties that are mutual or undirected in a directed graph, and keeps
no times that could be told apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

import networkx as nx
import pandas as pd

from analysis.importing.files.sheets import shown
from analysis.importing.formats.graphs import (
    ASKED,
    BOTH_WAYS,
    UNDIRECTED,
    check_nodes,
    graphs_network,
    xml_of,
)
from analysis.importing.shared.account import counted
from analysis.importing.shared.network import ImportedNetwork, read_asked, silence_told
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = ["Moment", "read_gexf", "read_gexf_moments"]

_PARTS = frozenset(
    {
        *(
            "gexf",
            "meta",
            "creator",
            "description",
            "keywords",
            "graph",
            "attributes",
            "attribute",
            "default",
        ),
        *("options", "nodes", "edges", "node", "edge", "attvalues", "attvalue", "spells", "spell"),
    }
)
_DRAWN = frozenset({"color", "position", "size", "shape", "thickness", "hexshape"})
_OF_NODES = frozenset(
    {"id", "label", "start", "end", "startopen", "endopen", "timestamp", "timestamps", "intervals"}
)
_OF_TIES = _OF_NODES | {"source", "target", "type", "weight", "kind"}
_MOST_WAVES = 100
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(T.*)?")

Interval = tuple[str, str]
"""First and last time; empty: from the start, or to the end."""


class Moment(NamedTuple):
    """A tie and when it began, as the file has both."""

    time: str
    sender: str
    receiver: str
    number: int


def read_gexf(
    path: Path,
    *,
    only_wave: int = 1,
    only_relation: str = "tie",
    people: People | None = None,
    by_id: bool = False,
    waves: pd.DataFrame | None = None,
) -> ImportedNetwork:
    """Read a GEXF file.

    Parameters
    ----------
    path : Path
        The file. People and ties as `read_graphml` has them; a tie without a weight has the value 1, as the
        format says. A tie of the type `mutual` or `undirected` is one in both directions. Whole numbers as
        times are waves: a tie is in each wave it lasts into. Days are none: a tie is in each wave of `waves`
        of which it has a day. What a node was before it came, and after it left, is not known: it counts as
        not having answered then.
    only_wave, only_relation : int, str
        Wave, where there are no times, and relation where ties have no such attribute.
    people : People, optional
        Who is meant by a label.
    by_id : bool
        Whether people are called by the nodes' identifiers.
    waves : DataFrame, optional
        wave, opened_on, closed_on: the rounds, for ties with days.

    Raises
    ------
    InvalidInput
        With the faults of the file: an element that is not known, a time that is none, days and no rounds.
    """
    faults: list[Fault] = []
    notes: list[str] = []
    root = _root(path, faults, notes)
    graph_of, ties = _graph(path.name, root, faults, notes)
    times = {number: _intervals(tie) for number, tie in enumerate(ties)}
    nodes = {node.get("id", ""): _intervals(node) for node in _all(root, "node")}
    rounds = _rounds(path.name, [*times.values(), *nodes.values()], waves, faults)
    raise_faults(faults, "nothing read")
    silent: list[tuple[int, str, str]] = []
    if rounds:
        dated = graph_of.__class__(**graph_of.graph)
        dated.add_nodes_from(graph_of.nodes(data=True))
        for source, target, data in graph_of.edges(data=True):
            for wave, about in rounds.items():
                if _holds(times[data["number"]], about):
                    dated.add_edge(source, target, **{**data, "wave": wave})
        dropped = sum(not any(_holds(times[n], one) for one in rounds.values()) for n in times)
        graph_of = dated
        relations = {str(data.get("relation", only_relation)) for *_, data in dated.edges(data=True)}
        silent = [
            (wave, node, relation)
            for node, some in nodes.items()
            for wave, about in rounds.items()
            if not _holds(some, about)
            for relation in relations or {only_relation}
        ]
        notes.append(f"{path.name}: times are read as waves {', '.join(map(str, rounds))}")
        notes += (
            [f"{path.name}: in no round, left out: {counted(dropped, 'ties')} of {len(ties)}"]
            if dropped
            else []
        )
        notes += [f"{path.name}: nodes outside their times count as not having answered"] if silent else []
    for *_, data in graph_of.edges(data=True):
        data.pop("number", None)
    return graphs_network(
        path.name,
        [graph_of],
        (only_wave, only_relation),
        people,
        faults,
        weight=1.0,
        by_id=by_id,
        notes=notes,
        silent=silent,
    )


def read_gexf_moments(path: Path, faults: list[Fault], notes: list[str]) -> list[Moment]:
    """Return each tie of a GEXF file as often as it began, by the labels of its nodes; faults are appended.

    When a tie ended, and what it weighs, is told and not read.
    """
    root = _root(path, faults, notes)
    labels = {node.get("id", ""): node.get("label", "") or node.get("id", "") for node in _all(root, "node")}
    found = []
    ended = 0
    for number, tie in enumerate(_all(root, "edge"), start=1):
        intervals = _intervals(tie)
        ended += any(begin != end for begin, end in intervals)
        for begin, _ in intervals:
            if begin:
                ends = labels[tie.get("source", "")], labels[tie.get("target", "")]
                found.append(Moment(begin, *ends, number))
        if not any(begin for begin, _ in intervals):
            faults.append(Fault(path.name, "no time", "the time of each tie", column=f"edge {number}"))
    if ended:
        notes.append(
            f"{path.name}: not read: an end, which {counted(ended, 'ties')} had: a contact is when it began"
        )
    return found


def _root(path: Path, faults: list[Fault], notes: list[str]) -> Element:
    _, root = xml_of(path, faults)
    if _tag(root) != "gexf" or not _all(root, "graph"):
        faults.append(Fault(path.name, f"the element {shown(root.tag)}", "gexf, and a graph in it"))
    if len(_all(root, "graph")) > 1:
        faults.append(Fault(path.name, f"{len(_all(root, 'graph'))} graphs", "one graph"))
    unknown = {_tag(element) for element in root.iter()} - _PARTS - _DRAWN
    for tag in sorted(unknown):
        faults.append(Fault(path.name, f"the element {shown(tag)}", "elements of GEXF 1.1 to 1.3"))
    drawn = {_tag(element) for element in root.iter() if _tag(element) in _DRAWN}
    notes += (
        [f"{path.name}: how nodes and ties are drawn was not read: {', '.join(sorted(drawn))}"]
        if drawn
        else []
    )
    check_nodes(path.name, root, faults)
    raise_faults(faults, "nothing read")
    moments = _all(root, "graph")[0].get("timerepresentation", "").lower() == "timestamp"
    for element in root.iter():
        # A draft of GEXF 1.3, which Gephi writes: what it holds, the graph says.
        if times := element.attrib.pop("timeset", ""):
            element.set("timestamps" if moments else "intervals", times)
    return root


def _tag(element: Element) -> str:
    return element.tag.rpartition(":")[2]


def _all(root: Element, tag: str) -> list[Element]:
    return [element for element in root.iter() if _tag(element) == tag]


def _graph(file: str, root: Element, faults: list[Fault], notes: list[str]) -> tuple[Any, list[Element]]:
    """Return the graph, its ties numbered, and the elements of these."""
    (top,) = _all(root, "graph")
    default = top.get("defaultedgetype", "undirected")
    ties = _all(root, "edge")
    types = {tie.get("type") or default for tie in ties} or {default}
    for name in sorted(types - {"directed", "undirected", "mutual"}):
        faults.append(Fault(file, shown(name), "directed, undirected or mutual", column="type of an edge"))
    told = read_asked(next((element.text or "" for element in _all(root, "description")), ""))
    # What is said of relations without a tie holds for each by itself.
    graph: Any = nx.MultiGraph() if types == {"undirected"} and told is None else nx.MultiDiGraph()
    if told is not None:
        graph.graph |= {ASKED: silence_told(told[0]), UNDIRECTED: told[1]}
    columns = {kind: _columns(top, kind) for kind in ("node", "edge")}
    unread: dict[str, None] = {}
    for node in _all(root, "node"):
        said = _said(file, node, columns["node"], faults)
        unread |= dict.fromkeys(f"{name} of nodes" for name in sorted(set(node.keys()) - _OF_NODES))
        graph.add_node(node.get("id", ""), **said, label=node.get("label") or "")
    for number, tie in enumerate(ties):
        said = _said(file, tie, columns["edge"], faults)
        unread |= dict.fromkeys(f"{name} of ties" for name in sorted(set(tie.keys()) - _OF_TIES))
        if tie.get("weight"):
            said["weight"] = tie.get("weight", "")
        ends = tie.get("source", ""), tie.get("target", "")
        both = (tie.get("type") or default) in ("mutual", "undirected") and graph.is_directed()
        if (tie.get("type") or default) == "undirected":
            said[BOTH_WAYS] = "1"
        graph.add_edge(*ends, **said, number=number)
        if both and ends[0] != ends[1]:
            graph.add_edge(*ends[::-1], **said, number=number)
    notes += [f"{file}: not read: {', '.join(unread)}"] if unread else []
    if not any(label for _, label in graph.nodes(data="label")):
        for _, data in graph.nodes(data=True):
            data.pop("label")
    return graph, ties


def _columns(top: Element, kind: str) -> dict[str, tuple[str, str]]:
    """Return title and default of each attribute, by its identifier."""
    found: dict[str, tuple[str, str]] = {}
    for some in _all(top, "attributes"):
        if some.get("class") == kind:
            for one in _all(some, "attribute"):
                default = next((element.text or "" for element in _all(one, "default")), "")
                found[one.get("id", "")] = (one.get("title", "") or one.get("id", ""), default)
    return found


def _said(
    file: str, element: Element, columns: Mapping[str, tuple[str, str]], faults: list[Fault]
) -> dict[str, str]:
    found = {title: default for title, default in columns.values() if default}
    given: set[str] = set()
    # A node may hold others (a group of nodes): their values are not its own.
    own = [value for some in element if _tag(some) == "attvalues" for value in some]
    for value in own:
        identifier = value.get("for", "") or value.get("id", "")
        title, _ = columns.get(identifier, (identifier, ""))
        where = f"{title} of {_tag(element)} {element.get('id') or ''}".strip()
        if identifier not in columns:
            faults.append(Fault(file, f"a value of {shown(identifier)}", "attributes that are declared"))
        elif title in given:
            hint = "make a list of ties with a column wave, and KIND=edges"
            faults.append(Fault(file, "several values over time", "one value", column=where, hint=hint))
        given.add(title)
        found[title] = value.get("value", "")
    return found


def _intervals(element: Element) -> list[Interval]:
    """Return when a node or a tie is there; nothing: always."""
    found = [_interval(element)] if {"start", "end", "startopen", "endopen"} & set(element.keys()) else []
    for some in element:
        if _tag(some) == "spells":
            found += [_interval(spell) for spell in some]
    text = element.get("timestamp") or element.get("timestamps") or ""
    found += [(time, time) for time in re.findall(r"[^<>\[\],; ]+", text)]
    for part in re.findall(r"\[([^\]]*)\]", element.get("intervals", "")):
        begin, _, end = part.partition(",")
        found.append((begin.strip(), end.strip()))
    return found


def _interval(element: Element) -> Interval:
    if element.get("timestamp"):
        return element.get("timestamp", ""), element.get("timestamp", "")
    begin = element.get("start") or element.get("startopen") or ""
    return begin, element.get("end") or element.get("endopen") or ""


def _rounds(
    file: str, times: Sequence[Sequence[Interval]], waves: pd.DataFrame | None, faults: list[Fault]
) -> dict[int, Interval]:
    """Return first and last time of each wave; none where nothing has a time."""
    said = sorted({time for some in times for interval in some for time in interval if time})
    if not said:
        return {}
    numbers = [_whole(time) for time in said]
    if all(number is not None for number in numbers):
        found = sorted(number for number in numbers if number is not None)
        if found[-1] - found[0] < _MOST_WAVES:
            spanned = range(found[0], found[-1] + 1)
            one = {wave: (str(wave), str(wave)) for wave in spanned}
            return {
                wave: about
                for wave, about in one.items()
                if any(_holds(some, about) for some in times if some)
            }
        faults.append(
            Fault(file, f"times from {found[0]} to {found[-1]}", f"at most {_MOST_WAVES} times, each a wave")
        )
        return {}
    strange = [time for time in said if not _DAY.fullmatch(time)]
    if strange:
        hint = "or a log of contacts: make import KIND=contacts"
        allowed = "days (2024-10-05), or whole numbers, each a wave"
        faults.append(Fault(file, f"the time {shown(strange[0])}", allowed, hint=hint))
        return {}
    dated = (
        {}
        if waves is None
        else {
            int(wave): (str(first)[:10], str(last)[:10])
            for wave, first, last in zip(waves["wave"], waves["opened_on"], waves["closed_on"], strict=True)
            if not pd.isna(first) and not pd.isna(last)
        }
    )
    if not dated:
        allowed = f"rounds with their days, as in --wave-dates 1:{said[0][:10]}:{said[-1][:10]}"
        hint = "several rounds: say it for each; or each tie as a contact: make import KIND=contacts"
        found_ = f"times of ties or nodes from {said[0]} to {said[-1]}"
        faults.append(Fault(file, found_, allowed, hint=hint))
    return dated


def _whole(time: str) -> int | None:
    fit = re.fullmatch(r"([0-9]{1,9})(\.0*)?", time)
    return int(fit[1]) if fit else None


def _holds(some: Sequence[Interval], about: Interval) -> bool:
    """Whether one of some intervals has a time in another; no interval is always."""
    if not some:
        return True
    first, last = map(_key, about)
    return any((not begin or _key(begin) <= last) and (not end or _key(end) >= first) for begin, end in some)


def _key(time: str) -> tuple[int, str]:
    number = _whole(time)
    return (number, "") if number is not None else (0, time[:10])
