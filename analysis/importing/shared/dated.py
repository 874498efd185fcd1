"""Lists by name with days: their rows, who is in them, and how they are to be read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.importing.files.sheets import Layout, Sheet, chosen_sheets, parted
from analysis.importing.shared.columns import find_columns, tell_unread
from analysis.importing.shared.days import DayOrder
from analysis.importing.shared.network import actor_label
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault

__all__ = ["Listed", "Row", "Way", "identified", "names_in", "read_rows"]


@dataclass(frozen=True)
class Way:
    """How a list is to be read.

    Attributes
    ----------
    columns : mapping of str to str or None
        Header of each column, where it is not a usual one.
    people : People
        Who is meant by a name.
    order : {"day-first", "month-first"} or None
        What days of three numbers begin with.
    split : sequence of str
        What parts several names in one cell.
    fill_down : bool
        Whether an empty cell, of people aside, says the same as the one above it.
    layout : Layout
        Sheets, line of the header, columns known not to be read.
    """

    columns: Mapping[str, str | None]
    people: People
    order: DayOrder | None = None
    split: Sequence[str] = ()
    fill_down: bool = False
    layout: Layout = field(default_factory=Layout)


@dataclass(frozen=True)
class Listed:
    """What a list gave: rows of tables, and who is in it, in the order of the file."""

    tables: dict[str, pd.DataFrame]
    people: tuple[str, ...]


class Row(NamedTuple):
    """A row of a list: its cells, and the headers above them, by what the columns are."""

    file: str
    line: int
    cells: dict[str, str]
    headers: dict[str, str]

    def fault(self, column: str, found: str, allowed: str, hint: str = "") -> Fault:
        """Return a fault in one of its cells."""
        return Fault(self.file, found, allowed, self.line, self.headers.get(column), hint)


def read_rows(
    path: Path,
    way: Way,
    columns: Mapping[str, str | None],
    usual: Mapping[str, Sequence[str]],
    needed: Collection[str],
    own: Collection[str],
    faults: list[Fault],
    notes: list[str],
    near: Callable[[str], str] = lambda _: "",
    opened: Callable[..., Iterator[Row]] | None = None,
) -> tuple[list[Row], str]:
    """Return the rows of a list below its headers, and how messages call the file.

    Cells of the columns in `own` are of their row alone, and never filled down. `near` says
    what a column that is not read may mean; `opened` makes rows of the
    other columns, too.
    """
    before = len(faults)
    sheets = chosen_sheets(path, way.layout, faults, notes)
    if not sheets and len(faults) == before:
        faults.append(Fault(path.name, "nothing", "a header and rows below it"))
    rows = []
    for sheet in sheets:
        places = find_columns(sheet, columns, usual, needed, faults)
        if not set(needed) <= places.keys():
            continue
        if opened is not None:
            rows += list(opened(sheet, places, way, faults, notes))
            continue
        tell_unread(sheet, places.values(), near, way.layout, faults, notes)
        found = list(_filled(sheet, places, way.fill_down, own))
        # Without a roster the words of a header would be somebody's name.
        for row in (row for row in found if row.cells == row.headers):
            hint = "another table begins there: leave it, and its title, out of the file"
            faults.append(Fault(row.file, "the header again", "one table", row.line, hint=hint))
        rows += found
    return rows, sheets[0].file if len(sheets) == 1 else path.name


def _filled(sheet: Sheet, places: Mapping[str, int], down: bool, own: Collection[str]) -> Iterator[Row]:
    headers = {name: sheet.rows[0][place] for name, place in places.items()}
    above: dict[str, str] = {}
    for line, row in enumerate(sheet.rows[1:], start=sheet.line + 1):
        if any(row):
            cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
            if down:
                above |= {name: cell for name, cell in cells.items() if cell and name not in own}
                cells |= above
            yield Row(sheet.file, line, cells, headers)


def names_in(cell: str, way: Way) -> list[str]:
    """Return the names in a cell."""
    return [name for name in map(actor_label, parted(cell, way.split)) if name]


def identified(
    file: str, labels: Iterator[tuple[Row, str]], way: Way, faults: list[Fault], notes: list[str]
) -> dict[str, str]:
    """Return who is meant by each name, guests left out; faults name the file and the first line of it."""
    first: dict[str, int | None] = {}
    for row, name in labels:
        first.setdefault(name, row.line)
    found = way.people.identify(file, first, faults, notes, once=False)
    return {name: actor for name, actor in found.items() if name not in way.people.guests}
