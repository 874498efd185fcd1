"""What a table seems to be, by its headers and cells: the kind of file, and the options it would need."""

from __future__ import annotations

from analysis.importing.look.events import adoptions, codings, marks_of_who_came, register, sheet_of_names
from analysis.importing.look.headers import ACTIVITIES, HOMES, INNOVATIONS, LABELS, PEOPLE, PRESENT, SENDERS
from analysis.importing.look.networks import matrix, names_in_a_cell, ties
from analysis.importing.look.surveys import columns_of_names, items_on_a_scale, survey
from analysis.importing.look.table import Guess, Table, day_orders

__all__ = ["belongs_to", "guess_of"]


def guess_of(table: Table) -> Guess | None:
    """Return what a table seems to be, or None where it is like nothing we import."""
    if belongs_to(table) is not None:
        return None
    guesses = (
        survey,
        codings,
        adoptions,
        matrix,
        ties,
        register,
        columns_of_names,
        marks_of_who_came,
        names_in_a_cell,
        sheet_of_names,
        items_on_a_scale,
    )
    return next((found for guess in guesses if (found := guess(table)) is not None), None)


def belongs_to(table: Table) -> tuple[str, str] | None:
    """Return what a table is that other files are imported with, and the option that takes it."""
    if table.plain[:2] == ["label", "value"]:
        return "a list of what words mean", "--labels"
    if {"item id", "minimum"} <= set(table.plain):
        return "a table of items", "--items"
    named = table.place(PEOPLE | LABELS) is not None and table.place(HOMES) is not None
    if named and not any(table.place(names) is not None for names in (SENDERS, ACTIVITIES, INNOVATIONS)):
        dated = [place for place, cell in enumerate(table.plain) if cell not in PRESENT]
        if not any(day_orders(table.cells(place)) for place in dated):
            return "a list of people", "--roster"
    return None
