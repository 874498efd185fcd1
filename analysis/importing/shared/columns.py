"""Columns of a list, found by their headers: those one names, else the usual ones; the others are told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from analysis.importing.files.sheets import Layout, Sheet, unread_columns
from analysis.importing.shared.grid import header_hint
from analysis.tables.faults import Fault

__all__ = ["find_columns", "tell_unread"]


def find_columns(
    sheet: Sheet,
    given: Mapping[str, str | None],
    usual: Mapping[str, Sequence[str]],
    needed: Collection[str],
    faults: list[Fault],
) -> dict[str, int]:
    """Return where the columns of a sheet stand, by what they are.

    Parameters
    ----------
    sheet : Sheet
        Its first row is the header.
    given : mapping of str to str or None
        What each column is, and the header somebody has named it by.
    usual : mapping of str to sequence of str
        Headers looked for where none is given, in this order.
    needed : collection of str
        Columns that must be there.
    faults : list of Fault
        A column that is needed or named and not there, or there twice, is appended.
    """
    written = sheet.rows[0] if sheet.rows else []
    header = [cell.casefold() for cell in written]
    places = {}
    for name, chosen in given.items():
        names = usual[name] if chosen is None else (chosen.strip().casefold(),)
        found = next((known for known in names if known in header), None)
        if found is not None and header.count(found) == 1:
            places[name] = header.index(found)
        elif found is not None:
            faults.append(
                Fault(sheet.file, f"{header.count(found)} columns of that name", "one", sheet.line, found)
            )
        elif chosen is not None or name in needed:
            there = ", ".join(repr(cell) for cell in written[:50]) if written else "none"
            allowed = f"a column {' or '.join(names)}; the columns are {there}"
            hint = header_hint(sheet.rows[:10], sheet.line)
            faults.append(Fault(sheet.file, "no such column", allowed, sheet.line, chosen or name, hint))
    return places


def tell_unread(
    sheet: Sheet,
    read: Collection[int],
    near: Callable[[str], str],
    layout: Layout,
    faults: list[Fault],
    notes: list[str],
) -> None:
    """Say which columns that have cells are not read; one without a header, or nearly read, is a fault."""
    written = sheet.rows[0] if sheet.rows else []
    filled = {place for row in sheet.rows[1:] for place, cell in enumerate(row) if cell}
    left = [cell for place, cell in enumerate(written) if place in filled - set(read)]
    unread_columns(sheet.file, left, near, layout, sheet.line, faults, notes)
    for place in sorted(filled):
        if place >= len(written) or not written[place]:
            allowed = "a header above each column that has cells"
            faults.append(Fault(sheet.file, f"column {place + 1} without a header", allowed, sheet.line))
