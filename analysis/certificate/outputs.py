"""From each table, figure and claim to the program and the line that made it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.compendium.studies import Run
from analysis.compendium.verdict import Verdict
from analysis.files import ROOT

__all__ = ["NUMBERS", "TABLE", "Output", "Place", "Places", "places_of", "shown_by"]

NUMBERS = "application/vnd.compendium.numbers+json"
TABLE = "application/vnd.compendium.table+json"
_FIGURE = "application/vnd.compendium.figure+json"


@dataclass(frozen=True)
class Place:
    """A program, the cell of it, and the line of its file with the call that records something."""

    program: str
    cell: str
    line: int


@dataclass(frozen=True)
class Output:
    """A table or a figure: its file, its caption, and where it is made."""

    kind: str
    file: str
    caption: str
    place: Place


@dataclass(frozen=True)
class Places:
    """Of one run: its tables and figures, and where each recorded number is made."""

    outputs: tuple[Output, ...]
    numbers: Mapping[str, Place]

    def of(self, verdict: Verdict) -> Place | None:
        """Return where the number is made that a claim is held against."""
        return self.numbers.get(verdict.link.partition("#")[2])


def places_of(run: Run) -> Places:
    """Return where a run with a current report makes its tables, figures and numbers."""
    executed = json.loads((run.folder / "notebook.ipynb").read_text(encoding="utf-8"))["cells"]
    program = run.notebook.path.relative_to(ROOT).as_posix()
    lines = _lines_of(run.notebook.path)
    outputs: list[Output] = []
    numbers: dict[str, Place] = {}
    for cell in executed:
        for shown in shown_by(cell):
            for kind, folder in ((TABLE, "tables"), (_FIGURE, "figures")):
                if kind in shown:
                    key, caption = shown[kind]["key"], shown[kind]["caption"]
                    suffix = "csv" if kind == TABLE else "svg"
                    place = Place(program, cell["id"], lines.line(cell["id"], key))
                    file = f"reports/{run.name}/{folder}/{key}.{suffix}"
                    outputs.append(Output(folder[:-1], file, caption, place))
                    numbers |= dict.fromkeys(shown[kind].get("numbers", ()), place)
            for key in shown.get(NUMBERS, ()):
                numbers[key] = Place(program, cell["id"], lines.line(cell["id"], key))
    return Places(tuple(outputs), numbers)


def shown_by(cell: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what a cell of an executed notebook shows, by type."""
    return [output.get("data", {}) for output in cell.get("outputs", ())]


class _Lines:
    """The lines of a notebook's file, cell by cell."""

    def __init__(self, lines: Sequence[str], starts: Mapping[str, tuple[int, int]]) -> None:
        self._lines, self._cells = lines, starts

    def line(self, cell: str, key: str) -> int:
        """Return the line with a key in it, else with a call of `results`, else the cell's first."""
        start, end = self._cells.get(cell, (1, 1))
        within = range(start, end + 1)
        for sought in (f'\\"{key}\\"', "results."):
            for number in within:
                if sought in self._lines[number - 1]:
                    return number
        return start


def _lines_of(path: Path) -> _Lines:
    """Return the lines of a notebook as it is committed: one line of code is one line of the file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    marks = [(number, line) for number, line in enumerate(lines, start=1) if line.startswith('   "id": "')]
    starts = {}
    for place, (number, line) in enumerate(marks):
        end = marks[place + 1][0] - 1 if place + 1 < len(marks) else len(lines)
        starts[json.loads("{" + line.strip().rstrip(",") + "}")["id"]] = (number, end)
    return _Lines(lines, starts)
