"""A network as network programs read it; each writer returns the contents of its files, by ending of the
name.

What a format has no room for is a fault, and never left out in silence; attributes of people are in GraphML,
GEXF and the sheets alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from xml.etree import ElementTree

import networkx as nx
import pandas as pd

from analysis.importing.shared.network import SILENT, ImportedNetwork, asked_told, silence_told
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.harmless import harmless

__all__ = [
    "FORMATS",
    "write_dl",
    "write_gexf",
    "write_graphml",
    "write_kumu",
    "write_pajek",
    "write_polinode",
]

_MOST_CELLS = 50_000_000
"""Cells of all matrices of a file; more is a file nobody opens."""
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Files = dict[str, bytes]


class _Tie(NamedTuple):
    """A tie to be written; one of an undirected relation once, where the format has such ties."""

    sender: str
    receiver: str
    value: float
    wave: int
    relation: str
    reporter: str
    directed: bool


def _ties(network: ImportedNetwork, *, once: bool) -> Iterator[_Tie]:
    """Yield the ties; with `once`, each that is its own return in an undirected relation one time."""
    reporters = network.ties.get("reported_by", network.ties["sender_id"])
    place = {actor: number for number, actor in enumerate(network.actors)}
    columns = [network.ties[name] for name in ("sender_id", "receiver_id", "value", "wave", "relation")]
    for sender, receiver, value, wave, relation, reporter in zip(*columns, reporters, strict=True):
        directed = network.directed.get(relation, True)
        if directed or not once or place[sender] <= place[receiver]:
            yield _Tie(
                sender,
                receiver,
                float(value),
                int(wave),
                relation,
                "" if reporter == sender else reporter,
                directed,
            )


def _check(
    network: ImportedNetwork, what: str, unfit: Callable[[str], object], *, reports: bool = False
) -> None:
    """Raise for labels a format has no room for, and for ties that others than their sender report."""
    labels = [*network.actors, *dict.fromkeys(relation for _, relation in network.asked)]
    faults = [Fault(what, repr(label), "labels the format has room for") for label in labels if unfit(label)]
    faults += [
        Fault(what, f"the relation {relation!r}", "relations without a semicolon")
        for relation in dict.fromkeys(relation for _, relation in network.asked)
        if ";" in relation
    ]
    if not reports and any(tie.reporter for tie in _ties(network, once=False)):
        hint = "FORMAT=graphml or FORMAT=gexf"
        faults.append(
            Fault(
                what,
                "ties that others than their sender report",
                "a format that says whose answer a tie is",
                hint=hint,
            )
        )
    for relation in (name for name, directed in network.directed.items() if not directed):
        faults += _one_sided(network, relation)
    raise_faults(faults)


def _one_sided(network: ImportedNetwork, relation: str) -> list[Fault]:
    """Return a fault for an undirected relation with a tie that has no equal return."""
    ties = [tie for tie in _ties(network, once=False) if tie.relation == relation]
    values = {(tie.wave, tie.sender, tie.receiver): tie.value for tie in ties}
    for wave, one, other in values:
        if values.get((wave, other, one)) != values[wave, one, other]:
            found = f"the tie of {one!r} and {other!r} (wave {wave}), which differs by direction"
            hint = "declare the relation directed, if its ties have a sender"
            return [
                Fault(relation, found, "ties alike in both directions in an undirected relation", hint=hint)
            ]
    return []


def _silent(network: ImportedNetwork) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for wave, actor, relation in network.nonresponse.itertuples(index=False, name=None):
        found.setdefault(actor, []).append((int(wave), relation))
    return found


def _said(network: ImportedNetwork) -> dict[str, dict[str, str]]:
    """Return what is said of each person, with who did not answer."""
    silent = _silent(network)
    return {
        actor: dict(network.attributes.get(actor, {}))
        | ({SILENT: silence_told(silent[actor])} if actor in silent else {})
        for actor in network.actors
    }


def write_graphml(network: ImportedNetwork) -> Files:
    """Return GraphML: ties with `weight`, `wave` and `relation`, and `reported_by` where it is not the
    sender.

    Who did not answer is an attribute of people, and which relations were asked when one of the graph; both
    are read again.

    Raises
    ------
    InvalidInput
        For a label with a character XML does not have, a relation with a semicolon, or relations with and
        without direction, which one graph cannot have.
    """
    _check(network, "graphml", _NO_XML.search, reports=True)
    sorts = {network.directed.get(relation, True) for _, relation in network.asked}
    if len(sorts) > 1:
        undirected = ", ".join(sorted(name for name, directed in network.directed.items() if not directed))
        hint = "say which with TIE=…, or FORMAT=gexf"
        raise_faults(
            [Fault("graphml", f"relations with direction, and without ({undirected})", "one sort", hint=hint)]
        )
    graph: Any = nx.MultiDiGraph() if sorts != {False} else nx.MultiGraph()
    graph.graph["asked"] = silence_told(network.asked)
    nodes = {actor: f"n{place}" for place, actor in enumerate(network.actors)}
    for actor, said in _said(network).items():
        graph.add_node(nodes[actor], label=actor, **said)
    for tie in _ties(network, once=True):
        data: dict[str, Any] = {"weight": tie.value, "wave": tie.wave, "relation": tie.relation}
        data |= {"reported_by": tie.reporter} if tie.reporter else {}
        graph.add_edge(nodes[tie.sender], nodes[tie.receiver], **data)
    text = io.BytesIO()
    nx.write_graphml_xml(graph, text)
    return {".graphml": text.getvalue()}


def write_gexf(network: ImportedNetwork) -> Files:
    """Return GEXF 1.3, with all that `write_graphml` has.

    Ties of undirected relations have the type `undirected`. Which relations were asked when, and which of
    them have no direction, is the description of the file, for those without a tie; both are read again.

    Raises
    ------
    InvalidInput
        For a label with a character XML does not have, or a relation with a semicolon.
    """
    _check(network, "gexf", _NO_XML.search, reports=True)
    root = ElementTree.Element("gexf", {"xmlns": "http://gexf.net/1.3", "version": "1.3"})
    undirected = [name for name, directed in network.directed.items() if not directed]
    asked = ElementTree.SubElement(ElementTree.SubElement(root, "meta"), "description")
    asked.text = asked_told(network.asked, undirected)
    top = ElementTree.SubElement(root, "graph", {"defaultedgetype": "directed", "mode": "static"})
    said = _said(network)
    names = list(dict.fromkeys(name for some in said.values() for name in some))
    _declare(top, "node", dict.fromkeys(names, "string"))
    _declare(top, "edge", {"wave": "integer", "relation": "string", "reported_by": "string"})
    nodes = ElementTree.SubElement(top, "nodes")
    place = {actor: str(number) for number, actor in enumerate(network.actors)}
    for actor in network.actors:
        node = ElementTree.SubElement(nodes, "node", {"id": place[actor], "label": actor})
        _values(node, {str(names.index(name)): value for name, value in said[actor].items()})
    edges = ElementTree.SubElement(top, "edges")
    for number, tie in enumerate(_ties(network, once=True)):
        about = {
            "id": str(number),
            "source": place[tie.sender],
            "target": place[tie.receiver],
            "weight": repr(tie.value),
            "type": "directed" if tie.directed else "undirected",
        }
        edge = ElementTree.SubElement(edges, "edge", about)
        _values(edge, {"0": str(tie.wave), "1": tie.relation, "2": tie.reporter})
    ElementTree.indent(root)
    return {".gexf": ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"}


def _declare(top: ElementTree.Element, kind: str, names: dict[str, str]) -> None:
    some = ElementTree.SubElement(top, "attributes", {"class": kind})
    for number, (name, sort) in enumerate(names.items()):
        ElementTree.SubElement(some, "attribute", {"id": str(number), "title": name, "type": sort})


def _values(element: ElementTree.Element, values: dict[str, str]) -> None:
    some = ElementTree.SubElement(element, "attvalues")
    for number, value in values.items():
        if value:
            ElementTree.SubElement(some, "attvalue", {"for": number, "value": value})


def write_dl(network: ImportedNetwork) -> Files:
    """Return UCINET's DL: full matrices, one a wave and relation, called `help 1`; rows of the silent are
    missing.

    Raises
    ------
    InvalidInput
        For a label with a quotation mark or a line break, ties that others than their sender report, or
        matrices of too many cells.
    """
    _check(network, "dl", re.compile(r'["\n\r]').search)
    size, names = len(network.actors), [f"{relation} {wave}" for wave, relation in network.asked]
    if size * size * len(names) > _MOST_CELLS:
        found = f"{len(names)} matrices of {size} people"
        raise_faults(
            [Fault("dl", found, f"at most {_MOST_CELLS} cells", hint="FORMAT=graphml or FORMAT=pajek")]
        )
    rows = [f"dl n={size} nm={len(names)} format=fullmatrix", "labels:"]
    rows += [f'"{actor}"' for actor in network.actors]
    rows += ["matrix labels:", *(f'"{name}"' for name in names), "data:"]
    silent = _silent(network)
    cells = {about: {} for about in network.asked}  # type: dict[tuple[int, str], dict[tuple[str, str], str]]
    for tie in _ties(network, once=False):
        cells[tie.wave, tie.relation][tie.sender, tie.receiver] = repr(tie.value)
    for about in network.asked:
        for actor in network.actors:
            empty = "." if about in silent.get(actor, ()) else "0"
            rows.append(" ".join(cells[about].get((actor, other), empty) for other in network.actors))
    return {".dl": ("\n".join(rows) + "\n").encode()}


def write_pajek(network: ImportedNetwork) -> Files:
    """Return a Pajek project: arcs or edges, a section per wave and relation, called `help 1`.

    Who did not answer is a partition (`did_not_answer help 1`), which is read again.

    Raises
    ------
    InvalidInput
        For a label with a quotation mark, a line break or a square bracket at its beginning, or ties that
        others than their sender report.
    """
    _check(network, "pajek", re.compile(r'["\n\r]').search)
    rows = ["*Network network.net", f"*Vertices {len(network.actors)}"]
    rows += [f'{place} "{actor}"' for place, actor in enumerate(network.actors, start=1)]
    place = {actor: str(number) for number, actor in enumerate(network.actors, start=1)}
    lines: dict[tuple[int, str], list[str]] = {about: [] for about in network.asked}
    for tie in _ties(network, once=True):
        lines[tie.wave, tie.relation].append(f"{place[tie.sender]} {place[tie.receiver]} {tie.value!r}")
    for number, ((wave, relation), some) in enumerate(lines.items(), start=1):
        sort = "Arcs" if network.directed.get(relation, True) else "Edges"
        rows += [f'*{sort} :{number} "{relation} {wave}"', *some]
    silent = _silent(network)
    for wave, relation in network.asked:
        marks = ["1" if (wave, relation) in silent.get(actor, ()) else "0" for actor in network.actors]
        if "1" in marks:
            rows += ["", f"*Partition {SILENT} {relation} {wave}.clu", f"*Vertices {len(marks)}", *marks]
    return {".paj": ("\n".join(rows) + "\n").encode()}


def _sheets(network: ImportedNetwork, names: tuple[str, str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return people and ties, with the headers of a program for the person and the two ends."""
    _check(network, "sheets", re.compile(r"[\n\r]").search, reports=True)
    who, one, other = names
    said = _said(network)
    taken = {who.casefold(), "type"}
    people = pd.DataFrame(
        [
            {who: actor}
            | {
                f"{name} (said)" if name.casefold() in taken else name: said[actor][name]
                for name in said[actor]
            }
            for actor in network.actors
        ]
    )
    header = [one, other, "Direction", "Type", "Strength", "Wave", "Reported by"]
    rows = [
        (
            *(tie.sender, tie.receiver, "directed" if tie.directed else "undirected", tie.relation),
            *(tie.value, tie.wave, tie.reporter or tie.sender),
        )
        for tie in _ties(network, once=True)
    ]
    return people, pd.DataFrame(rows, columns=header)


def _csv(frame: pd.DataFrame) -> bytes:
    return harmless(frame).to_csv(index=False, lineterminator="\n").encode()


def write_kumu(network: ImportedNetwork) -> Files:
    """Return the sheets of Kumu, elements and connections; no cell is run by a spreadsheet.

    Raises
    ------
    InvalidInput
        For a label with a line break.
    """
    people, ties = _sheets(network, ("Label", "From", "To"))
    people.insert(1, "Type", "Person")
    return {"_elements.csv": _csv(people), "_connections.csv": _csv(ties)}


def write_polinode(network: ImportedNetwork) -> Files:
    """Return the sheets of Polinode, nodes and edges; no cell is run by a spreadsheet.

    Raises
    ------
    InvalidInput
        For a label with a line break.
    """
    people, ties = _sheets(network, ("Name", "Source", "Target"))
    return {"_nodes.csv": _csv(people), "_edges.csv": _csv(ties)}


FORMATS: dict[str, tuple[str, Callable[[ImportedNetwork], Files]]] = {
    "graphml": ("GraphML: R, Gephi, yEd, networkx", write_graphml),
    "gexf": ("GEXF: Gephi", write_gexf),
    "dl": ("UCINET's DL", write_dl),
    "pajek": ("a Pajek project", write_pajek),
    "kumu": ("Kumu's two sheets", write_kumu),
    "polinode": ("Polinode's two sheets", write_polinode),
}
"""Formats by name: what each is, and what writes it."""
