"""Lists of who took up what, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from analysis.importing.dataset.own import own_folder
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.list_options import list_imported, list_options, way_of
from analysis.importing.kinds.options import known_roster
from analysis.importing.lists.adoption_list import ADOPTIONS, read_adoptions
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault
from analysis.tables.load import examine_tables

__all__ = ["ADOPTED"]


def _adoptions_options(command: argparse.ArgumentParser) -> None:
    list_options(command, tuple(ADOPTIONS))
    command.add_argument("--innovation", help="what was taken up, where no column says so")
    command.add_argument(
        "--until",
        metavar="DAY",
        help="everybody on the roster, or of the dataset, without a day had not taken it up by then",
    )
    command.add_argument(
        "--adopters",
        choices=("people", "organizations"),
        default="people",
        help="whose names they are (default: %(default)s)",
    )


def _read_adoptions(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    organizations = arguments.adopters == "organizations"
    way = way_of(arguments, tuple(ADOPTIONS), faults)
    table, column = ("organizations", "organization_id") if organizations else ("actors", "actor_id")
    there = _there(arguments.dataset, table, column)
    if organizations:
        way = replace(way, people=People(None, there, new=arguments.new_people))
    else:
        roster = known_roster(arguments, faults)
        there = there if roster is None else list(roster["actor_id"].dropna().astype(str))
    found = read_adoptions(
        arguments.files[0],
        way,
        faults,
        notes,
        innovation=arguments.innovation,
        until=arguments.until,
        everybody=there,
    )
    if not organizations:
        return list_imported(found, arguments, notes)
    homes = pd.DataFrame({column: list(found.people), "kind": arguments.organization_kind})
    return Imported({table: homes[~homes[column].isin(there)], **found.tables}, notes=notes)


def _there(dataset: str, table: str, column: str) -> list[str]:
    path = own_folder(dataset) / f"{table}.csv"
    tables = examine_tables(path.parent, [])[0] if path.is_file() else {}
    return list(tables[table][column].dropna().astype(str)) if table in tables else []


ADOPTED = Kind(
    "a list of adoptions (.csv, .xlsx): a row who took up what, and when, by name",
    "FILE",
    _adoptions_options,
    _read_adoptions,
)
