"""Graphs of network programs, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from analysis.importing.graphs import read_gexf, read_graphml
from analysis.importing.kinds import Imported, Kind
from analysis.importing.network import ImportedNetwork
from analysis.importing.network_options import network_imported, network_options, relation_of
from analysis.importing.options import people_of
from analysis.importing.pajek import read_pajek
from analysis.importing.ucinet import read_dl
from analysis.tables.faults import Fault

__all__ = ["GRAPH", "GRAPHS"]


def _graph_options(command: argparse.ArgumentParser) -> None:
    network_options(command)
    command.add_argument(
        "--by-id", action="store_true", help="people are called by the identifiers of a graph's nodes"
    )


GRAPHS: dict[str, Callable[..., ImportedNetwork]] = {
    ".graphml": read_graphml,
    ".gexf": read_gexf,
    ".net": read_pajek,
    ".dl": read_dl,
}


def _read_graph(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    (path,) = arguments.files
    read = GRAPHS.get(path.suffix.lower())
    if read is None:
        allowed = "a name that ends in .graphml, .gexf, .net (Pajek) or .dl (UCINET)"
        faults.append(Fault(path.name, f"the ending {path.suffix!r}", allowed))
        return Imported({})
    more: dict[str, object] = {"by_id": True} if arguments.by_id and read in (read_graphml, read_gexf) else {}
    network = read(
        path,
        only_wave=arguments.wave,
        only_relation=relation_of(arguments, relations),
        people=people_of(arguments, faults),
        **more,
    )
    return network_imported(network, arguments)


GRAPH = Kind(
    "a graph: GraphML (.graphml), GEXF (.gexf), Pajek (.net), UCINET (.dl)",
    "FILE",
    _graph_options,
    _read_graph,
)
