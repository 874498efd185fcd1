"""Answers to statements, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.options import (
    dates_option,
    labels_of,
    layout_of,
    matcher_of,
    roster_options,
    survey_options,
    wave_number,
)
from analysis.importing.lists.survey_items import read_items, read_survey_items
from analysis.tables.faults import Fault

__all__ = ["ITEMS"]


def _items_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--items", type=Path, required=True, help="the table of items: item_id, minimum, maximum, …"
    )
    roster_options(command, "list of people, where respondents are named (default: the dataset's own)")
    survey_options(command, "actor_id")
    dates_option(command)
    command.add_argument(
        "--wave", type=wave_number, default=1, help="wave of all rows (default: %(default)s)"
    )


def _read_items(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    tables = read_survey_items(
        arguments.files[0],
        read_items(arguments.items, faults),
        faults,
        respondent=arguments.respondent,
        wave_column=arguments.wave_column,
        wave=arguments.wave,
        labels=labels_of(arguments, faults),
        people=matcher_of(arguments, faults),
        keep=arguments.keep,
        layout=layout_of(arguments),
        notes=notes,
    )
    return Imported(tables, notes=notes)


ITEMS = Kind(
    "answers to statements, of people in the dataset: a row per respondent, a column per item",
    "SURVEY",
    _items_options,
    _read_items,
)
