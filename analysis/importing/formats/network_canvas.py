"""Network Canvas exports: GraphML with a graph an interview, or CSV files of egos, alters and ties.

Columns and keys are those which Interviewer and Fresco write: `networkCanvasUUID` tells people and ties,
`networkCanvasEgoUUID` interviews. Adjacency matrices of an export say nothing its lists of ties do not say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from analysis.importing.files.archive import read_small_file
from analysis.importing.files.markup import parse_xml
from analysis.importing.files.sheets import Sheet, read_number, shown
from analysis.importing.formats.interviews import (
    Alter,
    AlterTie,
    Interview,
    assemble_interviews,
    naming_relation,
    plain_cell,
)
from analysis.importing.shared.account import Account, counted
from analysis.importing.shared.network import ImportedNetwork, actor_label
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = ["Values", "is_canvas_graph", "is_canvas_sheet", "read_canvas_graphs", "read_canvas_sheets"]

_NAMES = ("label", "name", "nickname")
_PLUMBING = re.compile(
    r"networkCanvas|(nodeID|edgeID|from|to|sessionStart|sessionFinish|sessionExported|APP_VERSION|COMMIT_HASH)\Z"
)
"""What the program writes for itself."""
_DRAWN = re.compile(r"(.*[_ ])?(layout|x|y|screenSpace[XY])([_ ][xy])?\Z", re.I)
_SECRET = "encrypted"
"""What an export has in place of what was encrypted, in capitals or not."""


@dataclass(frozen=True)
class Values:
    """What gives ties their strength, by name of a variable; without one every tie has the value 1.

    Attributes
    ----------
    named : str or None
        Of the tie from ego to alter: a variable of the alters (closeness).
    among : str or None
        Of ties among alters: a variable of theirs.
    node_type : str or None
        Sort of nodes that are people, where there are several.
    """

    named: str | None = None
    among: str | None = None
    node_type: str | None = None


@dataclass
class _Export:
    """What has been read so far of one or several files."""

    file: str
    relations: Sequence[str]
    values: Values
    faults: list[Fault]
    notes: list[str]
    interviews: dict[str, Interview] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    secret: dict[str, None] = field(default_factory=dict)

    def value(self, said: dict[str, str], name: str | None, where: str, row: int | None) -> float | None:
        if name is None:
            return 1.0
        written = next((said[one] for one in said if one.casefold() == name.casefold()), "")
        number = read_number(written, decimal_comma=True)
        if number is None:
            allowed = "a number, the strength of the tie"
            self.faults.append(Fault(where, shown(written), allowed, row, name))
        return number

    def alter(self, ego: str, key: str, kind: str, said: dict[str, str], where: str, row: int | None) -> None:
        self.types[kind] = self.types.get(kind, 0) + 1
        if self.values.node_type and kind.casefold() != self.values.node_type.casefold():
            self.left_out.add(key)
            return
        hidden = [name for name, text in said.items() if text.casefold() == _SECRET]
        self.secret |= dict.fromkeys(hidden)
        value = self.value(said, self.values.named, where, row)
        said = {name: text for name, text in said.items() if name not in hidden}
        # A node without a name has its sort for a label.
        names = [said[name] for name in _NAMES if said.get(name) and said[name].casefold() != kind.casefold()]
        label = names[0] if names else key
        if value is not None:
            told = {
                name: text for name, text in said.items() if name not in _NAMES and not _DRAWN.fullmatch(name)
            }
            self.interviews[ego].alters.append(Alter(key, label, value, told, row))

    def tie(
        self, ego: str, ends: tuple[str, str], kind: str, said: dict[str, str], where: str, row: int | None
    ) -> None:
        if self.left_out & set(ends):
            return
        value = self.value(said, self.values.among, where, row)
        name = actor_label(kind)
        if value is not None:
            self.interviews[ego].ties.append(AlterTie(*ends, name or "tie", value, row))
        self.unread |= dict.fromkeys(one for one in said if one != self.values.among and one not in _NAMES)

    def network(self, wave: int, people: People | None) -> ImportedNetwork:
        if len(self.types) > 1 and not self.values.node_type:
            several = ", ".join(f"{kind} ({count})" for kind, count in self.types.items())
            hint = "the others are then left out"
            allowed = "people, whose sort is said with --node-type"
            self.faults.append(Fault(self.file, f"nodes of several sorts: {several}", allowed, hint=hint))
        elif self.values.node_type and self.values.node_type.casefold() not in map(str.casefold, self.types):
            allowed = f"one of {', '.join(self.types) or 'none'}"
            self.faults.append(Fault("--node-type", repr(self.values.node_type), allowed))
        if self.left_out:
            self.notes.append(
                f"{self.file}: left out, since they are no {self.values.node_type}: "
                f"{counted(len(self.left_out), 'nodes')}, and ties with them"
            )
        if self.unread:
            self.notes.append(f"{self.file}: what is said of ties and not read: {', '.join(self.unread)}")
        if self.secret:
            hint = "people without a name are called by their identifiers"
            self.notes.append(f"{self.file}: encrypted, so not read: {', '.join(self.secret)} ({hint})")
        among = {tie.relation for interview in self.interviews.values() for tie in interview.ties}
        return assemble_interviews(
            self.file,
            list(self.interviews.values()),
            (wave, naming_relation(self.relations, among)),
            self.faults,
            self.notes,
            people=people,
        )


def is_canvas_graph(root: Element) -> bool:
    """Whether GraphML is of Network Canvas."""
    return any(key.get("attr.name") == "networkCanvasUUID" for key in root.iter("key"))


def read_canvas_graphs(
    paths: Sequence[Path],
    only_wave: int,
    relations: Sequence[str],
    values: Values,
    people: People | None = None,
) -> ImportedNetwork:
    """Read GraphML of Network Canvas, each graph of which is an interview.

    Parameters
    ----------
    paths : sequence of Path
        The files, each of one interview or of several that were merged.
    only_wave : int
        Wave of all.
    relations : sequence of str
        Relations there may be: the one that is not among those of ties among alters, which are called after
        the sort of the tie, names somebody.
    values : Values
        What gives ties their strength.
    people : People, optional
        Who is meant by a name. An interviewed person is called by the variable `name` of the interview, or
        else by the case's identifier.

    Raises
    ------
    InvalidInput
        With every fault of the files, and as `assemble_interviews` has them.
    """
    faults: list[Fault] = []
    file = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
    export = _Export(file, relations, values, faults, [])
    for path in paths:
        content = read_small_file(path, faults)
        root = None if content is None else parse_xml(content, path.name, faults)
        if root is not None and not is_canvas_graph(root):
            faults.append(Fault(path.name, "no GraphML of Network Canvas", "graphs with networkCanvasUUID"))
        elif root is not None:
            _read_graphs(export, path.name, root)
    raise_faults(faults, "nothing read")
    return export.network(only_wave, people)


def _read_graphs(export: _Export, file: str, root: Element) -> None:
    keys: dict[str, str] = {}
    graphs: list[Element] = []
    for element in root:
        if element.tag == "key":
            keys[element.get("id", "")] = element.get("attr.name", "") or element.get("id", "")
        elif element.tag == "graph":
            graphs.append(element)
        else:
            export.faults.append(Fault(file, f"the element {shown(element.tag)}", "keys and graphs"))
    for number, graph in enumerate(graphs, start=1):
        _read_session(export, file if len(graphs) == 1 else f"{file}, graph {number}", graph, keys)


def _read_session(export: _Export, where: str, graph: Element, keys: dict[str, str]) -> None:
    own = _data(where, graph, keys, export.faults)
    about = {name.rpartition(":")[2]: value for name, value in graph.attrib.items()}
    ego = own.get("networkCanvasUUID", "") or about.get("sessionUUID", "")
    if not ego:
        export.faults.append(Fault(where, "no identifier", "networkCanvasUUID of the interview"))
        return
    said = {name: value for name, value in own.items() if not _PLUMBING.match(name)}
    label = next((said.pop(name) for name in _NAMES if said.get(name)), "") or about.get("caseId", "") or ego
    if ego in export.interviews:
        export.faults.append(Fault(where, f"the interview {ego!r} again", "each interview once"))
        return
    export.interviews[ego] = Interview(ego, label, said)
    nodes: dict[str, str] = {}
    for element in graph:
        data = _data(where, element, keys, export.faults)
        said = {name: value for name, value in data.items() if not _PLUMBING.match(name)}
        kind = data.get("networkCanvasType", "")
        if element.tag == "node":
            name = element.get("id", "")
            # Merged sessions count their nodes anew, or on: without a UUID the interview tells them apart.
            nodes[name] = data.get("networkCanvasUUID", "") or f"{name} of {label}"
            export.alter(ego, nodes[name], kind, said, where, None)
        elif element.tag == "edge":
            ends = [
                data.get(f"networkCanvas{end.title()}UUID", "") or nodes.get(element.get(end, ""), "")
                for end in ("source", "target")
            ]
            loose = [end for end, key in zip(("source", "target"), ends, strict=True) if not key]
            for end in loose:
                found = shown(element.get(end, ""))
                export.faults.append(
                    Fault(where, found, "the identifier of a node", column=f"{end} of a tie")
                )
            if not loose:
                export.tie(ego, (ends[0], ends[1]), kind, said, where, None)
        elif element.tag != "data":
            export.faults.append(Fault(where, f"the element {shown(element.tag)}", "nodes, edges and data"))


def _data(where: str, element: Element, keys: dict[str, str], faults: list[Fault]) -> dict[str, str]:
    found: dict[str, str] = {}
    for data in element:
        if data.tag == "data" and (text := plain_cell((data.text or "").strip())):
            key = data.get("key", "")
            if key not in keys:
                faults.append(Fault(where, f"data of the key {shown(key)}", "keys that are declared"))
            found[keys.get(key, key)] = text
    return found


def is_canvas_sheet(header: Sequence[str]) -> bool:
    """Whether a table is of Network Canvas."""
    return "networkCanvasEgoUUID" in header


_PARTS = {
    "ego": ("networkCanvasEgoUUID", "networkCanvasCaseID"),
    "alters": ("nodeID", "networkCanvasEgoUUID", "networkCanvasUUID"),
    "ties": ("networkCanvasEgoUUID", "networkCanvasSourceUUID", "networkCanvasTargetUUID"),
}


def read_canvas_sheets(
    sheets: Sequence[Sheet],
    only_wave: int,
    relations: Sequence[str],
    values: Values,
    people: People | None = None,
) -> ImportedNetwork:
    """Read the CSV files of a Network Canvas export: egos, alters, and ties among alters.

    Parameters
    ----------
    sheets : sequence of Sheet
        The files, told apart by their headers; of an interview each, or of all. What comes after
        `_attributeList_` and `_edgeList_` in a name is the sort of nodes or ties.
    only_wave, relations, values, people
        As for `read_canvas_graphs`.

    Raises
    ------
    InvalidInput
        With every fault of the files: one that is of no such part, a row without an identifier or of an
        interview that no file of egos has; and as `assemble_interviews` has them.
    """
    faults: list[Fault] = []
    file = sheets[0].file if len(sheets) == 1 else f"{len(sheets)} files"
    export = _Export(file, relations, values, faults, [])
    parts: dict[str, list[Sheet]] = {name: [] for name in _PARTS}
    for sheet in sheets:
        header = sheet.rows[0] if sheet.rows else []
        part = next((name for name in reversed(_PARTS) if set(_PARTS[name]) <= set(header)), None)
        if "_adjacencymatrix" in sheet.file.casefold():
            export.notes.append(
                f"{sheet.file}: an adjacency matrix, not read: the lists of ties say the same"
            )
        elif part is None:
            allowed = "; ".join(f"{name}: {', '.join(needed)}" for name, needed in _PARTS.items())
            faults.append(Fault(sheet.file, "no part of a Network Canvas export", f"columns of {allowed}", 1))
        else:
            parts[part].append(sheet)
    for part, hint in (
        ("ego", "_ego.csv, who was interviewed"),
        ("alters", "_attributeList_….csv, whom they named"),
    ):
        if not parts[part] and not faults:
            faults.append(Fault(file, f"no file of {part}", f"the file that ends in {hint}"))
    raise_faults(faults, "nothing read")
    for part, some in parts.items():
        for sheet in some:
            _read_part(export, part, sheet)
    return export.network(only_wave, people)


def _read_part(export: _Export, part: str, sheet: Sheet) -> None:
    header = sheet.rows[0]
    fit = re.search(r"_(?:attributeList|edgeList)_([^.\[]+)", sheet.file)
    kind = fit[1].strip() if fit else ""
    rows = wrong = 0
    for line, row in enumerate(sheet.rows[1:], start=sheet.line + 1):
        if not any(row):
            continue
        rows += 1
        cells = {name: plain_cell(cell) for name, cell in zip(header, row, strict=False) if cell}
        said = {name: cell for name, cell in cells.items() if not _PLUMBING.match(name)}
        ego = cells.get("networkCanvasEgoUUID", "")
        needed = [name for name in _PARTS[part] if name != "nodeID" and not cells.get(name)]
        for name in needed:
            export.faults.append(Fault(sheet.file, "an empty cell", "an identifier", line, name))
        if needed:
            wrong += 1
        elif part == "ego" and ego in export.interviews:
            export.faults.append(Fault(sheet.file, f"{ego!r} again", "each interview once", line))
        elif part == "ego":
            label = next((said.pop(name) for name in _NAMES if said.get(name)), "")
            label = label or cells["networkCanvasCaseID"]
            export.interviews[ego] = Interview(ego, label, said, row=line)
        elif ego not in export.interviews:
            allowed = "an interview that a file of egos has"
            export.faults.append(Fault(sheet.file, shown(ego), allowed, line, "networkCanvasEgoUUID"))
        elif part == "alters":
            export.alter(ego, cells["networkCanvasUUID"], kind, said, sheet.file, line)
        else:
            ends = cells["networkCanvasSourceUUID"], cells["networkCanvasTargetUUID"]
            export.tie(ego, ends, kind, said, sheet.file, line)
    export.notes.append(
        str(Account(sheet.file, "rows", rows, {part: rows - wrong, "without an identifier": wrong}))
    )
