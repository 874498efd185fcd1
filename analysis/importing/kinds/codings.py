"""Codings from a spreadsheet, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from analysis.importing.kinds.coding_options import numbered_there, only_new
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.options import (
    blank_option,
    blanks_of,
    layout_of,
    layout_options,
    split_option,
    table_options,
)
from analysis.importing.lists.coding_sheet import CODINGS, read_codings
from analysis.tables.faults import Fault

__all__ = ["CODED"]


def _codings_options(command: argparse.ArgumentParser) -> None:
    for name in CODINGS:
        command.add_argument(
            f"--{name}-column", help=f"header of the {name}'s column, where it is not a usual one"
        )
    command.add_argument("--coder", metavar="NAME", help="who coded, where no column says so")
    command.add_argument(
        "--wide",
        action="store_true",
        help="a row per segment, a column per code: each with nothing but 0, 1 and ticks in it",
    )
    split_option(command, "codes")
    command.add_argument(
        "--whole-codes", action="store_true", help="a code with a comma or the like in it is one code"
    )
    layout_options(command, "a value that is not known")
    table_options(command)
    blank_option(command)


def _read_codings(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    documents, coders = numbered_there(arguments.dataset)
    tables = read_codings(
        arguments.files[0],
        {name: getattr(arguments, f"{name}_column") for name in CODINGS},
        documents,
        coders,
        faults,
        notes,
        coder=arguments.coder,
        wide=arguments.wide,
        blank=blanks_of(arguments, ["codes"], faults).get("codes"),
        split=arguments.split,
        whole=arguments.whole_codes,
        layout=layout_of(arguments),
    )
    names = {"documents": documents.frame(), "coders": coders.frame()}
    return Imported(only_new(tables, arguments, notes), notes=notes, names=names)


CODED = Kind(
    "codings in a spreadsheet (.csv, .xlsx): a row per code applied to a segment, or a column per code",
    "FILE",
    _codings_options,
    _read_codings,
)
