"""The list of people: who was asked, where they belong, what else is known of them."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from analysis.importing.dataset.corrections import Change
from analysis.importing.files.sheets import Layout, read_number
from analysis.importing.shared.days import DayOrder
from analysis.importing.shared.grid import Grid, grid_as, read_grids
from analysis.privacy.names import fold
from analysis.tables.faults import Fault
from analysis.tables.schema import ROSTER, Column

__all__ = ["PeopleFile", "read_people_file", "read_roster"]

_USUAL = {
    "actor_id": (
        *("actor_id", "actor id", "id", "node", "nodenumber", "node number", "node_id", "identifier", "key"),
        *("number", "nr"),
    ),
    "name": ("name", "full name", "label", "nodename", "node name", "person", "participant", "teacher"),
    "aliases": ("aliases", "alias", "other names"),
    "organization_id": ("organization_id", "organization", "organisation", "org", "school", "office"),
    "role": ("role", "position", "job", "job title"),
    "joined_on": ("joined_on", "joined on", "joined"),
    "left_on": ("left_on", "left on", "left"),
    "wave": ("wave", "round"),
}
"""Headers looked for, in this order; of a list of nodes, too."""
_HALVES = (
    ("first name", "firstname", "given name", "first", "forename"),
    ("last name", "lastname", "surname", "family name", "last"),
)
"""Headers of first and of last names."""


@dataclass(frozen=True)
class PeopleFile:
    """A list of people as it was read.

    Attributes
    ----------
    roster : DataFrame
        Typed as `schema.ROSTER`; of somebody who has a row per wave, the last.
    attributes : DataFrame
        What else was asked for of people, a column each, beside `actor_id`.
    columns : tuple of Column
        Their declarations.
    moves : tuple of (int, Change)
        What is said otherwise of somebody in a wave than in the wave before.
    unread : tuple of str
        Headers of columns that were not read.
    notes : tuple of str
        How it was read, where that is not plain.
    """

    roster: pd.DataFrame
    attributes: pd.DataFrame
    columns: tuple[Column, ...] = ()
    moves: tuple[tuple[int, Change], ...] = ()
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_roster(
    path: Path, faults: list[Fault], order: DayOrder | None = None, *, sheet: str = ""
) -> pd.DataFrame:
    """Return the list of those asked, typed (`schema.ROSTER`); faults are appended.

    A file that cannot be read gives an empty roster and a fault. `order` says what days of three numbers
    begin with, `sheet` which sheet of a workbook it is.
    """
    return read_people_file(path, faults, order, sheet=sheet).roster


def read_people_file(
    path: Path,
    faults: list[Fault],
    order: DayOrder | None = None,
    *,
    sheet: str = "",
    attributes: Sequence[str] = (),
    layout: Layout | None = None,
) -> PeopleFile:
    """Return a list of people; faults are appended.

    Parameters
    ----------
    path : Path
        A `.csv` or `.xlsx` file: a row per person, or a person and a wave. Headers are those of a roster, or
        what other lists call the same (Id and Label, NodeName, School). Without names the identifiers are
        names; where there is a Label and no identifier, it is both.
    faults : list of Fault
        Every fault is appended: no identifiers, a person twice (in a wave), a day that is none.
    order : {"day-first", "month-first"}, optional
        What days of three numbers begin with.
    sheet : str
        The sheet of a workbook; by default the only one.
    attributes : sequence of str
        Headers of further columns to be read.
    layout : Layout, optional
        What waves are called, and how text is encoded.
    """
    layout = replace(layout or Layout(), sheets=(sheet,) if sheet else (), header_row=1, header_rows=1)
    before = len(faults)
    notes: list[str] = []
    grids = read_grids(path, layout, faults, notes)
    if not grids and len(faults) == before:
        faults.append(Fault(path.name, "nothing", "a list of people"))
    grid = grids[0] if grids and len(faults) == before else Grid([], [], file=path.name)
    grid = _with_names(grid)
    places = _places(grid)
    found = _wanted(grid, attributes, faults)
    taken = {*places.values(), *found.values()}
    unread = [header for place, header in enumerate(grid.header) if header and place not in taken]
    if grid.header:
        _check_near(grid, unread, places, layout, faults)
    grid, moves = _latest(grid, places, layout, faults)
    if "name" not in places and "actor_id" in places:
        places = {**places, "name": places["actor_id"]}
    kept = {name: place for name, place in places.items() if name != "wave"}
    cells = [[row[place] for place in kept.values()] for row in grid.cells]
    told: list[Fault] = []
    roster = grid_as(replace(grid, header=list(kept), cells=cells), ROSTER, told, order)
    headers = {name: grid.header[place] for name, place in kept.items()}
    for fault in told if grid.header else ():
        hint = _AGAIN if fault.found.endswith(" again") else fault.hint
        faults.append(replace(fault, column=headers.get(fault.column or "", fault.column), hint=hint))
    frame, columns = _attributes(path.name, grid, places, found)
    return PeopleFile(roster, frame, columns, moves, tuple(unread), tuple(notes))


_AGAIN = (
    "somebody who moved: a column wave that says from which round each row holds; or a list for each round, "
    "imported with its survey and --changed update"
)


def _with_names(grid: Grid) -> Grid:
    """Return a list with a column of names, where first and last names stand in two."""
    header = [" ".join(cell.casefold().split()) for cell in grid.header]
    halves = [next((header.index(one) for one in some if one in header), None) for some in _HALVES]
    first, last = halves
    if first is None or last is None or set(header) & {"name", "full name"}:
        return grid
    cells = [
        [*row[:first], " ".join(filter(None, (row[first], row[last]))), *row[first + 1 :]]
        for row in grid.cells
    ]
    cells = [[cell for place, cell in enumerate(row) if place != last] for row in cells]
    named = [*grid.header[:first], "name", *grid.header[first + 1 :]]
    return replace(grid, header=[cell for place, cell in enumerate(named) if place != last], cells=cells)


def _wanted(grid: Grid, attributes: Sequence[str], faults: list[Fault]) -> dict[str, int]:
    """Return where the further columns stand that are asked for."""
    header = [fold(cell) for cell in grid.header]
    found = {}
    for wanted in attributes:
        if fold(wanted) in header:
            found[wanted] = header.index(fold(wanted))
        elif header:
            there = ", ".join(map(repr, grid.header[:30]))
            faults.append(Fault(grid.file, "no such column", f"one of {there}", grid.line, wanted))
    return found


def _check_near(
    grid: Grid, unread: Sequence[str], places: Mapping[str, int], layout: Layout, faults: list[Fault]
) -> None:
    """Append a fault for a column that is nearly one that is read, and that nobody has said is not."""
    usual = [one for name, some in _USUAL.items() if name not in places for one in some if len(one) > 4]
    for header in unread:
        near = difflib.get_close_matches(header.casefold(), usual, 1, 0.8)
        if near and header.casefold() not in layout.unread:
            hint = f"is {near[0]!r} meant? If not, say --unread {header!r}"
            faults.append(
                Fault(
                    grid.file,
                    "a column that is not read",
                    "headers of a list of people",
                    grid.line,
                    header,
                    hint,
                )
            )


def _places(grid: Grid) -> dict[str, int]:
    header = [" ".join(cell.casefold().split()) for cell in grid.header]
    places: dict[str, int] = {}
    for name, usual in _USUAL.items():
        place = next((header.index(one) for one in usual if one in header), None)
        if place is not None:
            places[name] = place
    if "actor_id" not in places and "label" in header:
        # Kumu knows its elements by their labels alone.
        places["actor_id"] = header.index("label")
    return places


def _latest(
    grid: Grid, places: Mapping[str, int], layout: Layout, faults: list[Fault]
) -> tuple[Grid, tuple[tuple[int, Change], ...]]:
    """Return one row per person, and what moved from wave to wave, where a column tells waves."""
    if "wave" not in places or "actor_id" not in places:
        return grid, ()
    rows: dict[str, list[tuple[int, int]]] = {}
    header = grid.header[places["wave"]]
    for number, row in enumerate(grid.cells):
        line = grid.line + 1 + number
        who = row[places["actor_id"]]
        if not any(row):
            continue
        wave = layout.wave(row[places["wave"]], (grid.file, line, header), faults)
        if wave is None:
            continue
        if wave in [when for when, _ in rows.get(who, ())]:
            faults.append(
                Fault(grid.file, f"{who!r} again in wave {wave}", "one row per person and wave", line)
            )
        rows.setdefault(who, []).append((wave, number))
    moves = []
    for who, some in rows.items():
        some.sort()
        for (_, one), (wave, other) in itertools.pairwise(some):
            for name in ("organization_id", "role"):
                if name in places:
                    old, new = (grid.cells[number][places[name]] for number in (one, other))
                    if fold(old) != fold(new):
                        moves.append((wave, Change("actors", who, name, old, new, False)))
    cells = [grid.cells[some[-1][1]] for some in rows.values()]
    return replace(grid, cells=cells), tuple(moves)


def _attributes(
    file: str, grid: Grid, places: Mapping[str, int], found: Mapping[str, int]
) -> tuple[pd.DataFrame, tuple[Column, ...]]:
    """Return further columns of people: numbers where all that is said is a number, else text."""
    frame = pd.DataFrame(index=range(len(grid.cells)))
    who = places.get("actor_id")
    frame["actor_id"] = pd.Series([row[who] for row in grid.cells] if who is not None else [], dtype="string")
    columns = []
    for header, place in found.items():
        cells = [row[place] for row in grid.cells]
        numbers = [read_number(cell, decimal_comma=grid.decimal_comma) for cell in cells]
        name = "_".join(fold(header).split())
        told = f"What the list {file} says of people as {header!r}."
        if all(number is not None for cell, number in zip(cells, numbers, strict=True) if cell):
            frame[name] = pd.Series(numbers, dtype="Float64")
            columns.append(Column(name, "number", told, required=False))
        else:
            frame[name] = pd.Series([cell or None for cell in cells], dtype="string")
            columns.append(Column(name, "text", told, required=False, privacy="free"))
    return frame, tuple(columns)
