"""Options of lists by name with days, and the tables of a dataset they become."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import pandas as pd

from analysis.importing.dataset.own import own_folder
from analysis.importing.kinds.kind import Imported
from analysis.importing.kinds.network_options import with_roster
from analysis.importing.kinds.options import (
    Joined,
    known_roster,
    layout_of,
    layout_options,
    people_of,
    people_options,
    split_option,
    table_options,
)
from analysis.importing.shared.dated import Listed, Way
from analysis.tables.faults import Fault
from analysis.tables.load import examine_tables

__all__ = ["activities_there", "list_imported", "list_options", "way_of"]


def list_options(command: argparse.ArgumentParser, columns: Sequence[str]) -> None:
    """Take how a list with days, which has these columns, is to be read."""
    people_options(command)
    for name in columns:
        again = {
            "receiver": "; given again for each further column of names",
            **dict.fromkeys(("person", "sender"), "; given again where first and last name stand in two"),
        }
        command.add_argument(
            f"--{name}-column",
            action="append" if name == "receiver" else Joined if name in again else "store",
            help=f"header of the {name}'s column, where it is not a usual one{again.get(name, '')}",
        )
    split_option(command, "people")
    command.add_argument(
        "--fill-down",
        action="store_true",
        help="an empty cell says the same as the one above it, but for people",
    )
    layout_options(command, "a value that is not known")
    table_options(command)


def way_of(arguments: argparse.Namespace, columns: Sequence[str], faults: list[Fault]) -> Way:
    """Return how a list is to be read; of several columns of receivers each but the first has a number."""
    headers = {name: getattr(arguments, f"{name}_column") for name in columns}
    first, *more = headers.get("receiver") or [None]
    several = {f"receiver {number}": header for number, header in enumerate(more, start=2)}
    return Way(
        {**headers, "receiver": first, **several} if "receiver" in headers else headers,
        people_of(arguments, faults),
        arguments.dates,
        arguments.split,
        arguments.fill_down,
        layout_of(arguments),
    )


def list_imported(found: Listed, arguments: argparse.Namespace, notes: list[str]) -> Imported:
    """Return what a list gave, with what the roster says of the people in it."""
    tables = {"actors": pd.DataFrame({"actor_id": pd.Series(found.people, dtype="string")})}
    roster = known_roster(arguments, []) if arguments.roster else None
    if roster is not None:
        told = with_roster(tables["actors"], roster, arguments, notes)
        tables = {name: told[name] for name in ("organizations", "actors")}
    return Imported({**tables, **found.tables}, roster, notes=notes)


def activities_there(dataset: str) -> dict[str, tuple[str, str]]:
    """Return the activities a dataset has, with the day and the kind of each."""
    path = own_folder(dataset) / "activities.csv"
    tables = examine_tables(path.parent, [])[0] if path.is_file() else {}
    columns = ["activity_id", "date", "kind"]
    there = tables.get("activities", pd.DataFrame(columns=columns))[columns]
    return {one: (day, kind) for one, day, kind in there.itertuples(index=False, name=None)}
