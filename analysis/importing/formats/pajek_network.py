"""One network of a Pajek file: vertices, arcs, edges, lists of them, matrices, several relations, times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis.importing.files.sheets import read_number, shown
from analysis.importing.shared.account import counted
from analysis.importing.shared.network import MOST_ACTORS, actor_label, named_wave
from analysis.tables.faults import Fault

__all__ = ["NetworkReader", "TimedLine", "holds"]

_WORD = re.compile(r'"([^"]*)"|(\[[^\]]*\])|(\S+)')
_SECTION = re.compile(
    r'\*(?P<kind>[a-z]+)\s*(:\s*(?P<number>\d+))?\s*("(?P<name>[^"]*)")?\s*(?P<rest>.*)', re.I
)
_TIES = ("arcs", "edges", "arcslist", "edgeslist", "matrix")
_TIMES = re.compile(r"\[\s*([0-9]{1,9}(\s*-\s*([0-9]{1,9}|\*))?\s*(,\s*|(?=\])))+\]")
_INTERVAL = re.compile(r"([0-9]+)(?:\s*-\s*([0-9]+|\*))?")
_MOST_WAVES = 100
_FIRST = 10**9
"""Comes after every time: an interval without an end."""

_DRAWN = frozenset(
    [
        "ellipse",
        "box",
        "diamond",
        "triangle",
        "cross",
        "house",
        "man",
        "woman",
        "empty",
        "x_fact",
        "y_fact",
        "phi",
    ]
)
_DRAWN |= frozenset(["r", "q", "ic", "bc", "bw", "lc", "la", "lphi", "lr", "fos", "font", "s_size"])
"""Words of a vertex that say how it is drawn; a label without quotation marks ends before them."""
_TYPED = re.compile(r"([0-9]{1,9}):\s*(?=\S)")
"""What a line of several relations begins with: the number of its relation."""

Times = tuple[tuple[int, int], ...]
"""Intervals, first and last time of each."""


@dataclass
class TimedLine:
    """A line between two vertices, by their places."""

    one: int
    other: int
    value: float
    about: tuple[int, str]
    row: int
    times: Times | None


@dataclass
class NetworkReader:
    """One network: what has been read of it so far, and the section the lines belong to.

    Attributes
    ----------
    file : str
        How faults name the file.
    only : (int, str)
        Wave and relation of sections without a name.
    faults : list of Fault
        Faults are appended.
    labels : list of str
        What vertices are called, their numbers where nothing is said.
    first_kind : int or None
        How many are of the first kind, where there are two.
    lines : list of TimedLine
        Ties, edges in both directions.
    present : dict of int to tuple
        When a vertex is there, by its place, where that is said.
    drawn : int
        Lines that say more (places, shapes, colours).
    asked, directed
        Waves and relations of the sections, and whether ties of a relation have a direction.
    sections : dict of str to set of bool
        Whether its sections are of arcs, by relation.
    """

    file: str
    only: tuple[int, str]
    faults: list[Fault]
    labels: list[str] = field(default_factory=list)
    first_kind: int | None = None
    lines: list[TimedLine] = field(default_factory=list)
    present: dict[int, Times] = field(default_factory=dict)
    drawn: int = 0
    asked: list[tuple[int, str]] = field(default_factory=list)
    directed: dict[str, bool] = field(default_factory=dict)
    sections: dict[str, set[bool]] = field(default_factory=dict)
    kind: str = ""
    about: tuple[int, str] = (1, "tie")
    matrix_row: int = 0

    def fault(self, found: str, allowed: str, line: int, column: str | None = None) -> None:
        self.faults.append(Fault(self.file, found, allowed, line, column))

    def section(self, text: str, line: int) -> None:
        fit = _SECTION.fullmatch(text)
        self.kind = fit["kind"].lower() if fit else ""
        if fit is None or self.kind not in ("vertices", *_TIES):
            self.fault(shown(text), f"*Vertices, {', '.join(f'*{kind.title()}' for kind in _TIES)}", line)
            self.kind = "unknown"
        elif self.kind == "vertices":
            self.vertices(fit["rest"], line)
        elif self.kind in _TIES:
            name = actor_label(fit["name"] or "") or (
                f"{self.only[1]} {fit['number']}" if fit["number"] else ""
            )
            one_more = (self.only[0], name or self.only[1])
            self.about = (named_wave(name) if fit["name"] else None) or one_more
            self.asked.append(self.about)
            if self.kind != "matrix":
                self.sections.setdefault(self.about[1], set()).add(self.kind.startswith("arcs"))
            self.matrix_row = 0
            if not self.labels:
                self.fault("ties", "*Vertices before them", line)

    def typed(self, number: str) -> None:
        """Take up the relation whose number a line says itself; its section then has none of its own."""
        own = (self.only[0], self.only[1])
        if self.asked and self.asked[-1] == own and self.about == own:
            self.asked.pop()
        self.about = (self.only[0], f"{self.only[1]} {number}")
        if self.about not in self.asked:
            self.asked.append(self.about)

    def vertices(self, sizes: str, line: int) -> None:
        numbers = sizes.split()
        if self.labels:
            hint = "several networks of one file each begin with *Network"
            self.faults.append(Fault(self.file, "*Vertices a second time", "one network", line, hint=hint))
        elif len(numbers) not in (1, 2) or not all(re.fullmatch("[0-9]{1,9}", one) for one in numbers):
            allowed = "one number, of all vertices; and that of the first kind, where there are two"
            self.fault(shown(sizes), allowed, line, "*Vertices")
        elif not 1 <= int(numbers[0]) <= MOST_ACTORS:
            self.fault(numbers[0], f"1 to {MOST_ACTORS} vertices", line, "*Vertices")
        elif len(numbers) == 2 and int(numbers[1]) > int(numbers[0]):
            self.fault(numbers[1], f"at most {numbers[0]}, of the first kind", line, "*Vertices")
        else:
            self.labels = [str(number) for number in range(1, int(numbers[0]) + 1)]
            # Pajek also writes `*Vertices n n` and `*Vertices n 0` for one kind.
            if len(numbers) == 2 and 0 < int(numbers[1]) < int(numbers[0]):
                self.first_kind = int(numbers[1])

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

    def tie(self, one: int, other: int, value: float, line: int, times: Times | None, *, both: bool) -> None:
        self.lines.append(TimedLine(one, other, value, self.about, line, times))
        if both and one != other:
            self.lines.append(TimedLine(other, one, value, self.about, line, times))

    def times(self, words: list[str], line: int) -> tuple[list[str], Times | None]:
        """Return the words without times, and these."""
        found = [word for word in words if word.startswith("[")]
        for word in found:
            if not _TIMES.fullmatch(word):
                self.fault(shown(word), "times such as [1], [1-3] or [1,4-*]", line)
                return [one for one in words if one not in found], None
        intervals = tuple(
            (int(begin), _FIRST if end == "*" else int(end or begin))
            for word in found
            for begin, end in _INTERVAL.findall(word)
        )
        return [one for one in words if one not in found], intervals if found else None

    def row(self, words: list[str], line: int) -> None:
        if not self.labels:
            return
        if self.kind == "matrix":
            self.matrix(words, line)
            return
        words, times = self.times(words, line)
        first = self.vertex(words[0], line) if words else None
        if self.kind == "vertices":
            if first is not None and len(words) > 1:
                self.labels[first] = actor_label(words[1])
                self.drawn += len(words) > 2
            if first is not None and times is not None:
                self.present[first] = times
            return
        listed = self.kind.endswith("list")
        if len(words) < 2:
            self.fault("one vertex", "two, and a value where there is one", line)
            return
        ends = words[1:] if listed else words[1:2]
        # In lists a vertex with a minus sign is the end of a line of -1.
        others = [self.vertex(word.removeprefix("-") if listed else word, line) for word in ends]
        value = 1.0 if listed or len(words) < 3 else self.number(words[2], line, "value")
        self.drawn += not listed and len(words) > 3
        for word, other in zip(ends, others, strict=True):
            if first is not None and other is not None and value is not None:
                edge = self.kind.startswith("edges")
                sign = -1 if listed and word.startswith("-") else 1
                self.tie(first, other, sign * value, line, times, both=edge)
                # A relation of edges and arcs has arcs.
                self.directed[self.about[1]] = self.directed.get(self.about[1], False) or not edge

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows and columns of a matrix, and the place of its first column among the vertices."""
        if self.first_kind is None:
            return len(self.labels), len(self.labels), 0
        return self.first_kind, len(self.labels) - self.first_kind, self.first_kind

    def matrix(self, words: list[str], line: int) -> None:
        high, wide, first = self.shape
        if self.matrix_row >= high or len(words) != wide:
            found = f"{counted(len(words), 'numbers')} in row {self.matrix_row + 1} of the matrix"
            self.fault(found, f"{high} rows of {wide} numbers", line)
        else:
            for column, word in enumerate(words, start=first):
                value = self.number(word, line, self.labels[column])
                if value:
                    self.tie(self.matrix_row, column, value, line, None, both=False)
        self.matrix_row += 1

    def end(self) -> None:
        if self.kind == "matrix" and self.matrix_row < self.shape[0]:
            found = f"a matrix of {counted(self.matrix_row, 'rows')}"
            self.faults.append(Fault(self.file, found, f"{self.shape[0]} rows", column="*Matrix"))
        self.kind = ""

    def read(self, lines: Sequence[tuple[int, str]]) -> None:
        """Read lines, each with its number in the file."""
        for line, text in lines:
            if text.startswith("*"):
                self.end()
                self.section(text, line)
            elif self.kind and self.kind != "unknown":
                if self.kind in _TIES and (typed := _TYPED.match(text)):
                    text = text[typed.end() :]
                    self.typed(typed[1])
                words = [quoted or times or plain for quoted, times, plain in _WORD.findall(text)]
                if self.kind == "vertices" and '"' not in text:
                    words = _one_label(words)
                self.row(words, line)
        self.end()
        for relation in {about for _, about in self.asked} - self.directed.keys():
            # Programs write both sections, also empty; a relation that has one alone is of that sort.
            if len(sorts := self.sections.get(relation, set())) == 1:
                self.directed[relation] = True in sorts
        seen: dict[str, int] = {}
        for number, label in enumerate(self.labels, start=1):
            if seen.setdefault(label, number) != number:
                found = f"{label!r} again, as vertex {seen[label]}"
                self.faults.append(Fault(self.file, found, "each label once", column=f"vertex {number}"))

    def waves(self) -> list[int]:
        """Return the times that lines and vertices have, as waves; none where they have no times."""
        timed = [line.times for line in self.lines if line.times] + list(self.present.values())
        ends = {end for times in timed for pair in times for end in pair} - {_FIRST}
        if not ends:
            return []
        if max(ends) - min(ends) >= _MOST_WAVES:
            found = f"times from {min(ends)} to {max(ends)}"
            hint = "make a list of ties with a column wave, and KIND=edges"
            allowed = f"at most {_MOST_WAVES} times, each a wave"
            self.faults.append(Fault(self.file, found, allowed, hint=hint))
            return []
        spanned = range(min(ends), max(ends) + 1)
        return [time for time in spanned if any(holds(times, time) for times in timed)]


def _one_label(words: list[str]) -> list[str]:
    """Return the words of a vertex with a label of several, without quotation marks, as one word.

    Examples
    --------
    >>> _one_label("1 Ana Ruiz 0.2 0.9 ellipse".split())
    ['1', 'Ana Ruiz', '0.2', '0.9', 'ellipse']
    """
    end = 2
    while end < len(words) and not (
        read_number(words[end]) is not None or words[end].lower() in _DRAWN or words[end].startswith("[")
    ):
        end += 1
    return [*words[:1], *([" ".join(words[1:end])] if words[1:] else []), *words[end:]]


def holds(times: Times | None, time: int) -> bool:
    """Whether one of some intervals has a time in it; None: always."""
    return times is None or any(begin <= time <= end for begin, end in times)
