"""GML files (Himsolt, *GML: a portable graph file format*), through networkx."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import networkx as nx

from analysis.importing.files.sheets import read_text, shown
from analysis.importing.formats.graphs import graphs_network
from analysis.importing.shared.network import ImportedNetwork
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_gml"]

_DEEPEST = 50


def read_gml(
    path: Path,
    *,
    only_wave: int = 1,
    only_relation: str = "tie",
    people: People | None = None,
    by_id: bool = False,
    encoding: str = "",
) -> ImportedNetwork:
    """Read a GML file; people and ties as `read_graphml` has them.

    Raises
    ------
    InvalidInput
        With the faults of the file: brackets nested too deep, no graph or several, a node without an
        identifier or with one that is taken, a tie of a node that is not there, a tie twice.
    """
    faults: list[Fault] = []
    text = read_text(path, faults, encoding) or ""
    bare = re.sub(r'"[^"]*"|#[^\n]*', "", text)
    depth = deepest = 0
    for sign in re.findall(r"[\[\]]", bare):
        depth += 1 if sign == "[" else -1
        deepest = max(deepest, depth)
    if deepest > _DEEPEST:
        faults.append(Fault(path.name, f"brackets nested {deepest} deep", f"at most {_DEEPEST}"))
    raise_faults(faults, "nothing read")
    graph: Any = None
    try:
        graph = nx.parse_gml(text, label="id")
    except Exception as error:  # the parser lets whatever happens inside it through
        line = re.search(r"\((?:line )?([0-9]+), ?[0-9]+\)|line ([0-9]+)", str(error))
        row = int(line[1] or line[2]) if line else None
        told = " ".join(str(error).split())
        hint = "ties that are there twice need `multigraph 1`, and then differ in wave or relation"
        twice = hint if "duplicated" in told else ""
        raise_faults(
            [
                Fault(
                    path.name,
                    f"no graph that can be read ({shown(told)})",
                    "one graph of GML",
                    row,
                    hint=twice,
                )
            ],
            "nothing read",
        )
    top = re.findall(r"(?m)^\s*([A-Za-z]\w*)\s+(?=[^\s\[])", _outside(bare))
    notes = [f"{path.name}: not read: {', '.join(dict.fromkeys(top))}"] if top else []
    return graphs_network(
        path.name,
        [graph],
        (only_wave, only_relation),
        people,
        faults,
        weight=1.0,
        by_id=by_id,
        notes=notes,
    )


def _outside(text: str) -> str:
    """Return what stands outside all brackets."""
    found, depth = [], 0
    for part in re.split(r"([\[\]])", text):
        if part in "[]":
            depth += 1 if part == "[" else -1
        elif depth == 0:
            found.append(part)
    return " ".join(found)
