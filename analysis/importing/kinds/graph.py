"""Files of network programs, as the command imports them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from analysis.importing.files.sheets import ENCODINGS, read_text
from analysis.importing.formats.gexf import read_gexf
from analysis.importing.formats.gml import read_gml
from analysis.importing.formats.graphs import read_graphml, xml_of
from analysis.importing.formats.netdraw import read_vna
from analysis.importing.formats.network_canvas import Values, is_canvas_graph, read_canvas_graphs
from analysis.importing.formats.pajek import read_pajek, read_pajek_two_mode
from analysis.importing.formats.two_mode import TwoMode
from analysis.importing.formats.ucinet import read_dl, read_dl_two_mode
from analysis.importing.formats.ucinet_binary import read_ucinet, read_ucinet_two_mode
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.network_options import network_imported, network_options, relation_of
from analysis.importing.kinds.options import encoding_option, people_of, waves_of
from analysis.importing.shared.network import ImportedNetwork
from analysis.tables.faults import Fault, raise_faults

__all__ = ["GRAPH", "GRAPHS", "Format", "two_mode_of"]


class Format(NamedTuple):
    """One format: its name, what reads it (of one kind of nodes, or two), and what that takes; `text` may be
    in any encoding.
    """

    called: str
    read: Callable[..., ImportedNetwork]
    two_mode: Callable[..., TwoMode] | None = None
    identifiers: bool = False
    waves: bool = False
    text: bool = False


_DL = Format("UCINET text (DL)", read_dl, read_dl_two_mode, text=True)
_UCINET = Format("UCINET", read_ucinet, read_ucinet_two_mode)
_PAJEK = Format("Pajek", read_pajek, read_pajek_two_mode, text=True)

GRAPHS: dict[str, Format] = {
    ".graphml": Format("GraphML", read_graphml, identifiers=True),
    ".gexf": Format("GEXF", read_gexf, identifiers=True, waves=True),
    ".gml": Format("GML", read_gml, identifiers=True, text=True),
    ".net": _PAJEK,
    ".paj": _PAJEK,
    ".dl": _DL,
    ".txt": _DL,
    ".dat": _DL,
    ".##h": _UCINET,
    ".##d": _UCINET,
    ".vna": Format("NetDraw", read_vna, text=True),
}
"""Formats by the ending of a file's name; a new one is a line here."""


def two_mode_of(path: Path, encoding: str = "") -> Callable[[Path], TwoMode] | None:
    """Return what reads people and what they came to of a file of a network program; None: it is none."""
    found = GRAPHS.get(path.suffix.lower())
    if found is _DL and path.suffix.lower() != ".dl":
        # A list that was saved as text is no DL file.
        text = read_text(path, [], ENCODINGS[0]) or ""
        found = found if re.match(r"\s*dl\b", text, re.I) else None
    if found is None or found.two_mode is None:
        return None
    return partial(found.two_mode, encoding=encoding) if found.text else found.two_mode


def _endings() -> str:
    names = dict.fromkeys(one.called for one in GRAPHS.values())
    told = [
        f"{', '.join(ending for ending, one in GRAPHS.items() if one.called == name)} ({name})"
        for name in names
    ]
    return "; ".join(told)


def _graph_options(command: argparse.ArgumentParser) -> None:
    network_options(command)
    command.add_argument(
        "--by-id", action="store_true", help="people are called by the identifiers of a graph's nodes"
    )
    encoding_option(command)


def _read_graph(arguments: argparse.Namespace, relations: Sequence[str], faults: list[Fault]) -> Imported:
    (path,) = arguments.files
    found = GRAPHS.get(path.suffix.lower())
    if found is None:
        faults.append(Fault(path.name, f"the ending {path.suffix!r}", f"a name that ends in {_endings()}"))
        return Imported({})
    people, about = people_of(arguments, faults), relation_of(arguments, relations)
    raise_faults(faults, "nothing read")
    if found.read is read_graphml and is_canvas_graph(xml_of(path, faults)[1]):
        asked = [arguments.tie] if arguments.tie else relations
        return network_imported(
            read_canvas_graphs([path], arguments.wave, asked, Values(), people), arguments
        )
    more: dict[str, object] = {"by_id": arguments.by_id} if found.identifiers else {}
    if arguments.by_id and not found.identifiers:
        faults.append(Fault("--by-id", path.name, "a format whose nodes have identifiers and labels"))
    if arguments.encoding and not found.text:
        faults.append(Fault("--encoding", path.name, "a file that does not say so itself"))
    raise_faults(faults, "nothing read")
    more |= {"waves": waves_of(arguments)} if found.waves else {}
    more |= {"encoding": arguments.encoding} if found.text else {}
    network = found.read(path, only_wave=arguments.wave, only_relation=about, people=people, **more)
    return network_imported(network, arguments)


GRAPH = Kind(f"a file of a network program: {_endings()}", "FILE", _graph_options, _read_graph)
