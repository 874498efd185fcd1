"""Networks written in formats that the importers read, so that what was written can be read again."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Literal

import networkx as nx

from analysis.files import write_atomically
from analysis.importing.network import ImportedNetwork
from analysis.tables.faults import Fault, raise_faults

__all__ = ["write_dl", "write_graphml", "write_matrix_csv"]


def write_dl(
    network: ImportedNetwork, path: Path, *, layout: Literal["fullmatrix", "edgelist1"] = "fullmatrix"
) -> None:
    """Write a network as DL: labels in quotes, a matrix per wave and relation, called `relation wave`.

    Parameters
    ----------
    network : ImportedNetwork
        What to write.
    path : Path
        Where to.
    layout : {"fullmatrix", "edgelist1"}
        The first has room for those who did not answer (their rows are missing), the second has not.

    Raises
    ------
    InvalidInput
        When a label has a quotation mark, or somebody did not answer and the layout has no room for that.
    """
    names = [f"{relation} {wave}" for wave, relation in network.asked]
    faults = [
        Fault(path.name, repr(label), "labels without quotation marks")
        for label in (*network.actors, *names)
        if '"' in label
    ]
    if layout != "fullmatrix" and len(network.nonresponse):
        faults.append(Fault(path.name, "missing answers", "the layout fullmatrix, which has room for them"))
    raise_faults(faults)
    rows = [f"dl n={len(network.actors)} nm={len(names)} format={layout}", "labels:"]
    rows += [f'"{actor}"' for actor in network.actors]
    rows += ["matrix labels:", *(f'"{name}"' for name in names), "data:"]
    place = {actor: number for number, actor in enumerate(network.actors)}
    silent = set(network.nonresponse.itertuples(index=False, name=None))
    for number, (wave, relation) in enumerate(network.asked):
        ties = network.ties[(network.ties["wave"] == wave) & (network.ties["relation"] == relation)]
        found = [
            (place[sender], place[receiver], repr(float(value)))
            for sender, receiver, value in zip(
                ties["sender_id"], ties["receiver_id"], ties["value"], strict=True
            )
        ]
        if layout == "edgelist1":
            rows += ["!"] * (number > 0)
            rows += [f"{sender + 1} {receiver + 1} {value}" for sender, receiver, value in found]
            continue
        cells = [
            ["." if (wave, actor, relation) in silent else "0"] * len(network.actors)
            for actor in network.actors
        ]
        for sender, receiver, value in found:
            cells[sender][receiver] = value
        rows += [" ".join(row) for row in cells]
    write_atomically(path, "\n".join(rows) + "\n")


def write_matrix_csv(network: ImportedNetwork, path: Path) -> None:
    """Write a network of one wave and relation as a matrix with names, NA in the rows of the silent.

    Raises
    ------
    InvalidInput
        When there is more than one wave or relation.
    """
    if len(network.asked) != 1:
        found = f"{len(network.asked)} waves and relations"
        raise_faults([Fault(path.name, found, "one, to be written as one matrix")])
    ties = zip(network.ties["sender_id"], network.ties["receiver_id"], network.ties["value"], strict=True)
    values = {(sender, receiver): repr(float(value)) for sender, receiver, value in ties}
    silent = set(network.nonresponse["actor_id"])
    text = io.StringIO()
    # All in quotation marks: a semicolon in a name would else be taken for what separates the cells.
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["", *network.actors])
    for sender in network.actors:
        empty = "NA" if sender in silent else "0"
        writer.writerow([sender, *(values.get((sender, receiver), empty) for receiver in network.actors)])
    write_atomically(path, text.getvalue())


def write_graphml(network: ImportedNetwork, path: Path) -> None:
    """Write a network as GraphML, ties with `weight`, `wave` and `relation`.

    GraphML has no place for who did not answer, nor for a wave without ties.

    Raises
    ------
    InvalidInput
        When somebody did not answer, or a name has a character XML does not have.
    """
    faults = [
        Fault(path.name, f"the missing answers of {actor!r}", "a network without missing answers")
        for actor in network.nonresponse["actor_id"]
    ]
    faults += [
        Fault(path.name, repr(label), "characters that XML has")
        for label in (*network.actors, *(relation for _, relation in network.asked))
        if re.search("[\ud800-\udfff\ufffe\uffff]", label)
    ]
    raise_faults(faults)
    graph = nx.MultiDiGraph()
    for place, actor in enumerate(network.actors):
        graph.add_node(f"n{place}", label=actor)
    nodes = {actor: f"n{place}" for place, actor in enumerate(network.actors)}
    for sender, receiver, value, wave, relation in network.ties.itertuples(index=False):
        tie = {"weight": float(value), "wave": int(wave), "relation": str(relation)}
        graph.add_edge(nodes[sender], nodes[receiver], **tie)
    text = io.BytesIO()
    nx.write_graphml_xml(graph, text)
    write_atomically(path, text.getvalue())
