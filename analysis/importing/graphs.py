"""GraphML and GEXF files, as programs that draw networks write them."""

from __future__ import annotations

import io
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import networkx as nx

from analysis.importing.archive import read_small_file
from analysis.importing.markup import parse_xml
from analysis.importing.network import Arc, ImportedNetwork, actor_label, assemble, read_wave
from analysis.importing.sheets import read_number, shown
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_gexf", "read_graphml"]

_LABELS = ("label", "name")
_VALUES = ("weight", "value")


def _check_nodes(file: str, root: Element, faults: list[Fault]) -> None:
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


def read_graphml(path: Path, *, only_wave: int = 1, only_relation: str = "tie") -> ImportedNetwork:
    """Read a GraphML file.

    Parameters
    ----------
    path : Path
        The file. People are called what the nodes' attribute `label`, or else `name`, says if every node has
        one of its own, or else by the nodes' identifiers. A tie's value is its attribute `weight`, or else
        `value`; if no tie has any it is 1. Attributes `wave` and `relation` of ties are read.
    only_wave, only_relation : int, str
        Wave and relation where ties have no such attribute.

    Returns
    -------
    ImportedNetwork
        Ties of an undirected graph in both directions.

    Raises
    ------
    InvalidInput
        With the faults of the file.
    """
    return _read(path, nx.read_graphml, {"force_multigraph": True}, None, only_wave, only_relation)


def read_gexf(path: Path, *, only_wave: int = 1, only_relation: str = "tie") -> ImportedNetwork:
    """Read a GEXF file; as `read_graphml`, but a tie without a weight has the value 1, as the format says.

    A graph that changes over time is refused: GEXF's times are no waves.

    Raises
    ------
    InvalidInput
        With the faults of the file.
    """
    return _read(path, nx.read_gexf, {}, 1.0, only_wave, only_relation)


def _read(
    path: Path,
    reader: Callable[..., Any],
    options: dict[str, Any],
    weight: float | None,
    only_wave: int,
    only_relation: str,
) -> ImportedNetwork:
    faults: list[Fault] = []
    content = read_small_file(path, faults)
    root = None if content is None else parse_xml(content, path.name, faults)
    if root is not None:
        _check_nodes(path.name, root, faults)
    raise_faults(faults, "nothing read")
    graph = nx.Graph()
    try:
        # What the reader warns of (ports, untyped keys) does not concern nodes, ties or their values.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = reader(io.BytesIO(content or b""), **options)
    except Exception as error:  # the reader lets whatever happens inside it through
        found = f"no graph that can be read ({type(error).__name__}: {error})"
        raise_faults([Fault(path.name, found, "one graph, directed or not")], "nothing read")
    if graph.graph.get("mode") == "dynamic":
        faults.append(Fault(path.name, "a graph that changes over time", "one graph, ties with a wave"))
    labels = _labels(graph)
    for label, count in Counter(labels.values()).items():
        if label and count > 1:
            faults.append(Fault(path.name, f"{label!r} again", "each label once", column="id of a node"))
    arcs = list(_arcs(path.name, graph, labels, weight, (only_wave, only_relation), faults))
    asked = [(arc.wave, arc.relation) for arc in arcs] or [(only_wave, only_relation)]
    undirected = not graph.is_directed()
    directed = {relation: not undirected for _, relation in asked}
    return assemble(path.name, labels.values(), arcs, asked, faults, undirected=undirected, directed=directed)


def _labels(graph: Any) -> dict[Any, str]:
    for name in _LABELS:
        labels = {node: actor_label(str(data.get(name) or "")) for node, data in graph.nodes(data=True)}
        if all(labels.values()) and len(set(labels.values())) == len(labels):
            return labels
    return {node: actor_label(str(node)) for node in graph.nodes}


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
            yield Arc(labels[source], labels[target], value, wave, relation)


def _number(value: object) -> float | None:
    return None if isinstance(value, (bool, list)) else read_number(str(value))
