"""Pajek network files (.net): vertices, arcs, edges, lists of them, matrices, several relations."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from analysis.importing.network import (
    MOST_ACTORS,
    Arc,
    ImportedNetwork,
    actor_label,
    assemble,
    named_wave,
)
from analysis.importing.people import People
from analysis.importing.sheets import read_number, read_text, shown
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_pajek"]

_WORD = re.compile(r'"([^"]*)"|(\S+)')
_SECTION = re.compile(
    r'\*(?P<kind>[a-z]+)\s*(:\s*(?P<number>\d+))?\s*("(?P<name>[^"]*)")?\s*(?P<rest>.*)', re.I
)
_TIES = ("arcs", "edges", "arcslist", "edgeslist", "matrix")


@dataclass
class _Reader:
    """What has been read so far, and the section the lines belong to."""

    file: str
    only: tuple[int, str]
    faults: list[Fault]
    labels: list[str] = field(default_factory=list)
    arcs: list[Arc] = field(default_factory=list)
    asked: list[tuple[int, str]] = field(default_factory=list)
    directed: dict[str, bool] = field(default_factory=dict)
    kind: str = ""
    about: tuple[int, str] = (1, "tie")
    matrix_row: int = 0

    def fault(self, found: str, allowed: str, line: int, column: str | None = None) -> None:
        self.faults.append(Fault(self.file, found, allowed, line, column))

    def section(self, text: str, line: int) -> None:
        fit = _SECTION.fullmatch(text)
        self.kind = fit["kind"].lower() if fit else ""
        if fit is None or self.kind not in ("network", "vertices", *_TIES):
            self.fault(shown(text), f"*Vertices, {', '.join(f'*{kind.title()}' for kind in _TIES)}", line)
            self.kind = "network"
        elif self.kind == "vertices":
            self.vertices(fit["rest"], line)
        elif self.kind in _TIES:
            name = actor_label(fit["name"] or "") or (
                f"{self.only[1]} {fit['number']}" if fit["number"] else ""
            )
            one_more = (self.only[0], name or self.only[1])
            self.about = (named_wave(name) if fit["name"] else None) or one_more
            self.asked.append(self.about)
            self.matrix_row = 0
            if not self.labels:
                self.fault("ties", "*Vertices before them", line)

    def vertices(self, sizes: str, line: int) -> None:
        numbers = sizes.split()
        if self.labels:
            self.fault("*Vertices a second time", "one network", line)
        elif len(numbers) != 1 or not re.fullmatch("[0-9]{1,9}", numbers[0]):
            self.fault(shown(sizes), "one number, of all vertices (one kind of them)", line, "*Vertices")
        elif not 1 <= int(numbers[0]) <= MOST_ACTORS:
            self.fault(numbers[0], f"1 to {MOST_ACTORS} vertices", line, "*Vertices")
        else:
            self.labels = [str(number) for number in range(1, int(numbers[0]) + 1)]

    def vertex(self, word: str, line: int) -> int | None:
        if re.fullmatch("[0-9]{1,9}", word) and 1 <= int(word) <= len(self.labels):
            return int(word) - 1
        self.fault(shown(word), f"the number of a vertex, 1 to {len(self.labels)}", line)
        return None

    def number(self, word: str, line: int, column: str) -> float | None:
        value = read_number(word)
        if value is None:
            self.fault(shown(word), "a number", line, column)
        return value

    def tie(self, one: int, other: int, value: float, line: int, *, both: bool) -> None:
        self.arcs.append(Arc(str(one), str(other), value, *self.about, line))
        if both and one != other:
            self.arcs.append(Arc(str(other), str(one), value, *self.about, line))

    def row(self, words: list[str], line: int) -> None:
        if not self.labels:
            return
        if self.kind == "matrix":
            self.matrix(words, line)
            return
        first = self.vertex(words[0], line)
        if self.kind == "vertices":
            if first is not None and len(words) > 1:
                self.labels[first] = actor_label(words[1])
            return
        listed = self.kind.endswith("list")
        if len(words) < 2:
            self.fault("one vertex", "two, and a value where there is one", line)
            return
        others = [self.vertex(word, line) for word in (words[1:] if listed else words[1:2])]
        value = 1.0 if listed or len(words) < 3 else self.number(words[2], line, "value")
        for other in others:
            if first is not None and other is not None and value is not None:
                edge = self.kind.startswith("edges")
                self.tie(first, other, value, line, both=edge)
                # A relation of edges and arcs has arcs.
                self.directed[self.about[1]] = self.directed.get(self.about[1], False) or not edge

    def matrix(self, words: list[str], line: int) -> None:
        if self.matrix_row >= len(self.labels) or len(words) != len(self.labels):
            found = f"{len(words)} numbers in row {self.matrix_row + 1} of the matrix"
            self.fault(found, f"{len(self.labels)} rows of as many numbers", line)
        else:
            for column, word in enumerate(words):
                value = self.number(word, line, self.labels[column])
                if value:
                    self.tie(self.matrix_row, column, value, line, both=False)
        self.matrix_row += 1

    def end(self) -> None:
        if self.kind == "matrix" and self.matrix_row < len(self.labels):
            found = f"a matrix of {self.matrix_row} rows"
            self.faults.append(Fault(self.file, found, f"{len(self.labels)} rows", column="*Matrix"))
        self.kind = ""


def read_pajek(
    path: Path, *, only_wave: int = 1, only_relation: str = "tie", people: People | None = None
) -> ImportedNetwork:
    """Read a Pajek network (Mrvar and Batagelj, Pajek reference manual: *Vertices, *Arcs, *Edges, …).

    Edges become ties in both directions. Sections with a name, as in `*Arcs :1 "help"`, are relations; a
    name like `help 2` gives the wave, too. Vertices without a label are called by their numbers. Further
    entries of a line (co-ordinates, colours, times) are not read. Lines that begin with % are comments.

    networkx has a reader of its own; it takes edges that follow arcs for arcs, lists for pairs with a value,
    and the heading of a second relation for a tie.

    Parameters
    ----------
    path : Path
        The file, in UTF-8.
    only_wave, only_relation : int, str
        Wave and relation where sections have no name.
    people : People, optional
        Who is meant by a label.

    Raises
    ------
    InvalidInput
        With every fault of the file.
    """
    faults: list[Fault] = []
    text = read_text(path, faults)
    raise_faults(faults, "nothing read")
    reader = _Reader(path.name, (only_wave, only_relation), faults)
    for line, written in enumerate((text or "").splitlines(), start=1):
        stripped = written.strip()
        if stripped.startswith("*"):
            reader.end()
            reader.section(stripped, line)
        elif stripped and not stripped.startswith("%") and reader.kind != "network":
            if reader.kind:
                reader.row([quoted or plain for quoted, plain in _WORD.findall(stripped)], line)
            else:
                reader.fault(shown(stripped), "*Vertices first", line)
    reader.end()
    seen: dict[str, int] = {}
    for number, label in enumerate(reader.labels, start=1):
        if seen.setdefault(label, number) != number:
            found = f"{label!r} again, as vertex {seen[label]}"
            faults.append(Fault(path.name, found, "each label once", column=f"vertex {number}"))
    raise_faults(faults, "nothing read")
    labels = reader.labels
    arcs = [
        arc._replace(sender=labels[int(arc.sender)], receiver=labels[int(arc.receiver)])
        for arc in reader.arcs
    ]
    asked = reader.asked or [(only_wave, only_relation)]
    return assemble(path.name, labels, arcs, asked, faults, directed=reader.directed, people=people)
