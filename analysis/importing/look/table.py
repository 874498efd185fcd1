"""A table that is looked at, and what it may be: its columns, its days, and the names in its cells."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from analysis.importing.files.sheets import Sheet, parted, read_number
from analysis.importing.look.headers import DAYS, HEADINGS, WAVES
from analysis.importing.look.questions import looks_like_a_name
from analysis.importing.shared.days import DayOrder, read_moment, without_zone
from analysis.importing.shared.people import NOBODY
from analysis.privacy.names import fold

__all__ = [
    "Guess",
    "Table",
    "day_column",
    "day_orders",
    "names_people",
    "say_order",
    "say_rounds",
    "shortened",
    "shown_headers",
    "signs_between",
]


@dataclass
class Guess:
    """What a table may be.

    Attributes
    ----------
    kind : str
        A kind of file the command imports.
    why : str
        By what that is told.
    options : list of str
        Words of the command; what only its owner knows stands in < >.
    asked : list of str
        What the file does not say, in words.
    columns : str
        Its columns in words, names counted.
    """

    kind: str
    why: str = ""
    options: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    columns: str = ""

    def asks(self, what: str, *words: str) -> None:
        """Add what the file does not say, and the option that says it."""
        self.asked.append(f"{what}: {' '.join(words)}" if words else what)
        self.options += words


class Table:
    """Headers, and the cells below them."""

    def __init__(self, sheet: Sheet) -> None:
        self.header = [" ".join(cell.split()) for cell in (sheet.rows[0] if sheet.rows else [])]
        width = len(self.header)
        self.rows = [[*row, *[""] * width][:width] for row in sheet.rows[1:] if any(row)]
        self.plain = [re.sub(r"[\W_]+", " ", fold(cell)).strip() for cell in self.header]
        self.decimal_comma = sheet.decimal_comma

    def cells(self, place: int) -> list[str]:
        """Return the cells of a column that are not empty."""
        return [row[place] for row in self.rows if row[place]]

    def place(self, names: Collection[str], but: Collection[int] = ()) -> int | None:
        """Return the first column with one of these headers."""
        found = (place for place, cell in enumerate(self.plain) if cell in names and place not in but)
        return next(found, None)

    def is_number(self, text: str) -> bool:
        """Whether a cell holds a number."""
        return read_number(text, decimal_comma=self.decimal_comma) is not None


def day_orders(cells: Sequence[str], header: str = "") -> set[DayOrder | None]:
    """Return the orders in which all cells are days; empty where they are none.

    Numbers may be days where the header (its words alone) says so.
    """
    orders: tuple[DayOrder | None, ...] = (None, "day-first", "month-first")
    orders = (*orders, "serial") if header in DAYS else orders
    some = [without_zone(cell) for cell in cells[:500]]
    where = ("", None, None)
    return {
        order
        for order in orders
        if some and all(read_moment(text, order, where, []) is not None for text in some)
    }


def day_column(table: Table, but: Collection[int] = ()) -> int | None:
    """Return the column of days, one that is headed so before others; None where there is none."""
    places = [place for place in range(len(table.header)) if place not in but]
    likely = sorted(places, key=lambda place: table.plain[place] not in DAYS)
    return next((place for place in likely if day_orders(table.cells(place), table.plain[place])), None)


def say_order(guess: Guess, table: Table, place: int) -> None:
    """Add how days are written, where they can be read in more than one order."""
    orders = day_orders(table.cells(place), table.plain[place])
    if None in orders:
        return
    if orders == {"serial"}:
        guess.options += ["--dates", "serial"]
        guess.asked.append("that its numbers are days as a spreadsheet counts them (45570 is 2024-10-05)")
    elif len(orders) == 1:
        (order,) = orders
        guess.options += ["--dates", str(order)]
        guess.asked.append(f"that its days stand {order}: they are none the other way round")
    else:
        guess.asks("whether the day or the month stands first", "--dates", "<day-first|month-first>")


def say_rounds(guess: Guess, table: Table, but: Collection[int] = ()) -> None:
    """Add which column tells the round, or ask which round it is."""
    place = table.place(WAVES, but)
    if place is None:
        guess.asks("which round it is", "--wave", "<round>")
        return
    guess.options += ["--wave-column", table.header[place]]
    words = {fold(cell) for cell in table.cells(place) if not table.is_number(cell)}
    if words:
        labels = [word for number in range(len(words)) for word in ("--wave-label", f"<round {number + 1}>")]
        guess.asks("in which order its rounds come, as the column calls them", *labels)


def names_people(table: Table, places: Sequence[int], who: int) -> bool:
    """Whether columns hold names, or what the column of people holds, for the most part."""
    known = set(map(fold, table.cells(who)))
    cells = [cell for place in places for cell in table.cells(place)]
    return 2 * sum(fold(cell) in known or looks_like_a_name(cell) for cell in cells) > len(cells)


def signs_between(table: Table, places: Sequence[int]) -> list[str]:
    """Return the options that say what parts several names in one cell; none where nothing does."""
    known = {fold(cell) for row in table.rows for cell in row}
    cells = [cell for place in places for cell in table.cells(place)]
    found: list[str] = []
    for sign in (";", "|", "\n", ",", " and ", " & "):
        parts = _parts_of(cells, [*found, sign])
        named = [part for part in parts if fold(part) in known or looks_like_a_name(part) or "@" in part]
        whole = _parts_of(cells, found)
        if len(parts) > len(whole) and 5 * len(named) >= 4 * len(parts):
            found.append(sign)
    return [word for sign in found for word in ("--split", "\\n" if sign == "\n" else sign)]


def _parts_of(cells: Sequence[str], signs: Sequence[str]) -> list[str]:
    """Return the parts of all cells that name somebody."""
    return [part for cell in cells for part in parted(cell, signs) if fold(part) not in NOBODY]


def shortened(text: str) -> str:
    """Return the beginning of a text that is long, or all of it."""
    return text if len(text) <= 60 else f"{text[:60]}…"


def shown_headers(table: Table, places: Sequence[int] | None = None) -> Iterator[str]:
    """Yield headers as they may be shown: those that are somebody's name are counted."""
    cells = {fold(cell) for row in table.rows for cell in row if cell}
    hidden = 0
    for place in range(len(table.header)) if places is None else places:
        header = table.header[place]
        worded = HEADINGS & set(table.plain[place].split())
        if fold(header) in cells or (looks_like_a_name(header) and not worded):
            hidden += bool(header)
        elif header:
            yield repr(shortened(header))
    if hidden:
        yield f"{hidden} that may be names"
