"""Graphs as programs that draw networks write them: GraphML, and what all such formats have in common."""

from __future__ import annotations

import io
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import networkx as nx

from analysis.importing.files.archive import read_small_file
from analysis.importing.files.markup import parse_xml
from analysis.importing.files.sheets import read_number, shown
from analysis.importing.shared.account import counted
from analysis.importing.shared.network import (
    SILENT,
    Arc,
    ImportedNetwork,
    actor_label,
    assemble,
    read_silence,
    read_wave,
)
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = ["ASKED", "BOTH_WAYS", "UNDIRECTED", "check_nodes", "graphs_network", "read_graphml", "xml_of"]

BOTH_WAYS = "\0both"
"""Marks a tie of a directed graph that has no direction; no file can have an attribute of that name."""

ASKED = "asked"
"""What a graph says of the relations that were asked when: `help 1; trust 2`."""
UNDIRECTED = "\0undirected"
"""Which of them have no direction, in a graph that has one; no file can have an attribute of that name."""
_REPORTER = "reported_by"
_LABELS = ("label", "name")
_VALUES = ("weight", "value")
_TIES = (*_VALUES, "wave", "relation", _REPORTER, BOTH_WAYS, "id", "key", "edge_default")
_DRAWN = frozenset(
    {
        *"xyzrgb",
        "color",
        "colour",
        "size",
        "shape",
        "viz",
        "id",
        "label",
        "name",
        "xpos",
        "ypos",
        "shape_type",
    }
)
"""What a file says of how a node is drawn, and what it is called."""
_TIMES = ("start", "end", "startopen", "endopen", "timestamp", "timestamps", "spells", "intervals")


def check_nodes(file: str, root: Element, faults: list[Fault]) -> None:
    """Append a fault for each node without an identifier or with one that is taken, and each loose end.

    The reader would make up a node for any of them.
    """
    elements = [(element, element.tag.rpartition(":")[2]) for element in root.iter()]
    known: set[str] = set()
    nodes = (element for element, kind in elements if kind == "node")
    for number, node in enumerate(nodes, start=1):
        name = node.get("id")
        if name is None or name in known:
            found = "no identifier" if name is None else f"{shown(name)} again"
            faults.append(Fault(file, found, "an identifier of its own", column=f"id of node {number}"))
        known.add(name or "")
    edges = (element for element, kind in elements if kind == "edge")
    for number, edge in enumerate(edges, start=1):
        for end in ("source", "target"):
            name = edge.get(end)
            if name is None or name not in known:
                found = "nothing" if name is None else shown(name)
                column = f"{end} of edge {number}"
                faults.append(Fault(file, found, "the identifier of a node", column=column))


def read_graphml(
    path: Path,
    *,
    only_wave: int = 1,
    only_relation: str = "tie",
    people: People | None = None,
    by_id: bool = False,
) -> ImportedNetwork:
    """Read a GraphML file, every graph of it.

    Parameters
    ----------
    path : Path
        The file. People are called what the nodes' attribute `label`, or else `name`, says, or where no node
        has any by the nodes' identifiers; a label twice, or of some nodes only, is a fault. A tie's value is
        its attribute `weight`, or else `value`; if no tie has any it is 1. Attributes `wave` and `relation`
        of ties are read; further ones are told.
    only_wave, only_relation : int, str
        Wave and relation where ties have no such attribute.
    people : People, optional
        Who is meant by a label. Without a roster somebody of one label in two graphs is a fault: nobody can
        say whether that is one person.
    by_id : bool
        Whether people are called by the nodes' identifiers.

    Returns
    -------
    ImportedNetwork
        Ties of an undirected graph in both directions.

    Raises
    ------
    InvalidInput
        With the faults of the file.
    """
    faults: list[Fault] = []
    content, root = xml_of(path, faults)
    check_nodes(path.name, root, faults)
    _check_times(path.name, root, faults)
    raise_faults(faults, "nothing read")
    graphs: list[Any] = []
    try:
        # What the reader warns of (ports, untyped keys) does not concern nodes, ties or their values.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graphs = _graphml(content)
    except Exception as error:  # the reader lets whatever happens inside it through
        found = f"no graph that can be read ({type(error).__name__}: {error})"
        hint = "" if "directed" not in str(error) else "one graph has ties of both sorts: save it as GEXF"
        raise_faults([Fault(path.name, found, "graphs, each directed or not", hint=hint)], "nothing read")
    said = sum(one.tag.rpartition(":")[2] == "graph" for one in root.iter())
    if said != len(graphs):
        faults.append(
            Fault(
                path.name,
                f"{counted(said, 'graphs')}, of which {len(graphs)} can be read",
                "graphs side by side",
            )
        )
    return graphs_network(path.name, graphs, (only_wave, only_relation), people, faults, by_id=by_id)


def xml_of(path: Path, faults: list[Fault]) -> tuple[bytes, Element]:
    """Return the bytes and the root of an XML file, or raise."""
    content = read_small_file(path, faults)
    root = None if content is None else parse_xml(content, path.name, faults)
    raise_faults(faults, "nothing read")
    return content or b"", root if root is not None else Element("nothing")


def _graphml(content: bytes) -> list[Any]:
    reader = nx.readwrite.graphml.GraphMLReader(force_multigraph=True)
    found = list(reader(path=io.BytesIO(content)))
    if not found:
        # Some programs leave out the namespace.
        named = content.replace(b"<graphml>", b'<graphml xmlns="http://graphml.graphdrawing.org/xmlns">')
        found = list(reader(string=named))
    return found


def graphs_network(
    file: str,
    graphs: Sequence[Any],
    only: tuple[int, str],
    people: People | None,
    faults: list[Fault],
    *,
    weight: float | None = None,
    by_id: bool = False,
    notes: Sequence[str] = (),
    silent: Sequence[tuple[int, str, str]] = (),
) -> ImportedNetwork:
    """Return the network of one or several graphs, or raise with every fault.

    Parameters
    ----------
    file : str
        How faults name the file.
    graphs : sequence of networkx graph
        Their attributes as `read_graphml` has them.
    only : (int, str)
        Wave and relation of ties without such attributes.
    people, by_id
        As for `read_graphml`.
    faults, notes : list
        Faults and notes so far.
    weight : float, optional
        Value of a tie without one, where others have one; None: that is a fault.
    silent : sequence of (int, str, str)
        Wave, node and relation of answers that are missing.
    """
    notes = list(notes)
    unheard: list[tuple[int, str, str]] = []
    pairs: list[tuple[int, str]] = []
    arcs: list[Arc] = []
    everybody: dict[str, dict[str, str]] = {}
    directed: dict[str, bool] = {}
    for number, graph in enumerate(graphs, start=1):
        where = file if len(graphs) == 1 else f"{file}, graph {number}"
        labels = _labels(where, graph, by_id, faults)
        earlier = set(everybody)
        for node, label in labels.items():
            if label in earlier and (people is None or people.roster is None):
                allowed = "each person in one graph, or a --roster that says who is who"
                faults.append(Fault(where, f"{label!r} in a graph before, too", allowed))
            everybody[label] = everybody.get(label, {}) | _said(graph.nodes[node])
            told_silent = read_silence(everybody[label].get(SILENT, ""))
            if told_silent is not None:
                del everybody[label][SILENT]
                unheard += [(wave, label, about) for wave, about in told_silent]
        found_arcs = list(_arcs(where, graph, labels, weight, only, faults))
        asked = read_silence(str(graph.graph.get(ASKED, ""))) or []
        undirected = graph.graph.get(UNDIRECTED, frozenset())
        pairs += asked
        unheard += [(wave, labels[node], about) for wave, node, about in silent if node in labels]
        one_way = {
            str(data.get("relation", only[1])) for *_, data in graph.edges(data=True) if BOTH_WAYS not in data
        }
        with_ties = {arc.relation for arc in found_arcs}
        for relation in with_ties | {about for _, about in asked} or {only[1]}:
            one = relation in one_way if relation in with_ties else relation not in undirected
            directed[relation] = directed.get(relation, False) or (graph.is_directed() and one)
        if not graph.is_directed():
            twins = [arc._replace(sender=arc.receiver, receiver=arc.sender) for arc in found_arcs]
            found_arcs = [
                one
                for arc, twin in zip(found_arcs, twins, strict=True)
                for one in ([arc] if arc.sender == arc.receiver else [arc, twin])
            ]
        arcs += found_arcs
        notes += _untold(where, graph)
    pairs += [(arc.wave, arc.relation) for arc in arcs] + [(wave, about) for wave, _, about in unheard]
    asked = pairs or [only]
    return assemble(
        file,
        everybody,
        arcs,
        asked,
        faults,
        silent=unheard,
        directed=directed,
        people=people,
        attributes=everybody,
        notes=notes,
    )


def _check_times(file: str, root: Element, faults: list[Fault]) -> None:
    """Append a fault for times of ties or nodes, which are not read: they would be lost in silence."""
    found = {
        name
        for element in root.iter()
        for name in (element.tag.rpartition(":")[2].lower(), *map(str.lower, element.keys()))
        if name in _TIMES and element.tag.rpartition(":")[2].lower() in ("node", "edge", "spell", "spells")
    }
    if found:
        hint = "leave the times out and say the round with --wave; or make a list of ties with a column wave"
        told = f"times of ties or nodes ({', '.join(sorted(found))})"
        faults.append(Fault(file, told, "a graph without times", hint=hint))


def _labels(file: str, graph: Any, by_id: bool, faults: list[Fault]) -> dict[Any, str]:
    """Return what each node is called; labels of some nodes only, or of two, are faults."""
    found = {node: actor_label(str(node)) for node in graph.nodes}
    for name in _LABELS if not by_id else ():
        labels = {node: actor_label(str(data.get(name) or "")) for node, data in graph.nodes(data=True)}
        if any(labels.values()):
            found = labels
            break
    hint = "make them differ, or say --by-id: people are then called by the nodes' identifiers"
    without = sum(not label for label in found.values())
    if without and len(found) > without:
        faults.append(
            Fault(file, f"{counted(without, 'nodes')} without a label", "a label of each node", hint=hint)
        )
    for label, count in Counter(found.values()).items():
        if label and count > 1:
            again, how = f"{label!r} again", "" if by_id or label in map(str, graph.nodes) else hint
            faults.append(Fault(file, again, "each label once", column="id of a node", hint=how))
    return found


def _said(data: Mapping[str, Any]) -> dict[str, str]:
    """Return what a file says of a node beyond its name and how it is drawn."""
    return {
        name: str(value)
        for name, value in data.items()
        if name.lower() not in _DRAWN and isinstance(value, (str, int, float)) and str(value).strip()
    }


def _untold(file: str, graph: Any) -> list[str]:
    """Return what is said of ties and of the graph itself that is not read."""
    unread = {
        name
        for *_, data in graph.edges(data=True)
        for name, value in data.items()
        if name.lower() not in _TIES and str(value).strip()
    }
    notes = [f"{file}: attributes of ties that were not read: {', '.join(sorted(unread))}"] if unread else []
    drawn = {
        name
        for _, data in graph.nodes(data=True)
        for name, value in data.items()
        if name.lower() not in (*_LABELS, "id")
        and (name.lower() in _DRAWN or not isinstance(value, (str, int, float)))
    }
    notes += [f"{file}: attributes of nodes that were not read: {', '.join(sorted(drawn))}"] if drawn else []
    own = {"mode", "node_default", "edge_default", "name", "start", "end", UNDIRECTED}
    own |= {ASKED} if read_silence(str(graph.graph.get(ASKED, ""))) else set()
    of_graph = sorted(set(graph.graph) - own)
    notes += (
        [f"{file}: attributes of the graph that were not read: {', '.join(of_graph)}"] if of_graph else []
    )
    return notes


def _arcs(
    file: str,
    graph: Any,
    labels: dict[Any, str],
    weight: float | None,
    only: tuple[int, str],
    faults: list[Fault],
) -> Iterator[Arc]:
    default = graph.graph.get("edge_default", {})
    ties = [(source, target, {**default, **data}) for source, target, data in graph.edges(data=True)]
    there = next((name for name in _VALUES if any(name in data for _, _, data in ties)), None)
    fallback = weight if there else 1.0
    called = set(labels.values())
    timed, related = (any(name in data for _, _, data in ties) for name in ("wave", "relation"))
    for source, target, data in ties:
        place = f"tie from {labels[source]!r} to {labels[target]!r}"
        value = fallback if there is None or there not in data else _number(data[there])
        wave = read_wave(str(data.get("wave", ""))) if timed else only[0]
        relation = actor_label(str(data.get("relation", ""))) if related else only[1]
        if value is None:
            found = shown(str(data.get(there, "")))
            faults.append(Fault(file, found, "a number", column=f"{there} of the {place}"))
        if wave is None:
            found = shown(str(data.get("wave", "")))
            faults.append(Fault(file, found, "the number of a wave", column=f"wave of the {place}"))
        if not relation:
            faults.append(Fault(file, "nothing", "a relation", column=f"relation of the {place}"))
        if value is not None and wave is not None and relation:
            reporter = actor_label(str(data.get(_REPORTER, "")))
            if reporter and reporter not in called:
                faults.append(
                    Fault(file, shown(reporter), "the label of a node", column=f"{_REPORTER} of the {place}")
                )
                reporter = ""
            yield Arc(labels[source], labels[target], value, wave, relation, None, reporter)


def _number(value: object) -> float | None:
    return None if isinstance(value, (bool, list)) else read_number(str(value))
