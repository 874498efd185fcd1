"""Options of files that hold a network, and the tables of a dataset it becomes."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import pandas as pd

from analysis.importing.kinds.kind import Imported
from analysis.importing.kinds.options import (
    known_roster,
    people_options,
    wave_number,
)
from analysis.importing.shared.network import ImportedNetwork, as_tables
from analysis.tables.schema import Column

__all__ = ["network_imported", "network_options", "relation_of", "with_roster"]


def network_options(command: argparse.ArgumentParser) -> None:
    """Take what a file of ties may not say itself: wave, relation, direction, who reports."""
    command.add_argument(
        "--wave", type=wave_number, default=1, help="wave, where the file tells none (default: %(default)s)"
    )
    command.add_argument(
        "--tie",
        metavar="RELATION",
        help="relation, where the file tells none (default: the only one declared, else tie)",
    )
    command.add_argument(
        "--reported-by",
        choices=("sender", "receiver"),
        default="sender",
        help="whose answer a tie is (default: %(default)s)",
    )
    command.add_argument(
        "--nodes",
        choices=("people", "organizations"),
        default="people",
        help="whose ties they are (default: %(default)s)",
    )
    direction = command.add_mutually_exclusive_group()
    direction.add_argument(
        "--directed",
        action="store_true",
        default=None,
        help="ties have a sender (default: as the file says, where it does)",
    )
    direction.add_argument(
        "--undirected",
        action="store_false",
        dest="directed",
        default=None,
        help="ties have none: in a list each row is a tie in both directions; a matrix has to be symmetric",
    )
    people_options(command)


def relation_of(arguments: argparse.Namespace, relations: Sequence[str]) -> str:
    """Return the relation of ties of which the file tells none."""
    return str(arguments.tie or (relations[0] if len(relations) == 1 else "tie"))


_HOMES = ("organization_id", "organization", "organisation", "org", "school")
"""What a file calls the organisation a person belongs to."""


def organizations_of(homes: pd.Series, arguments: argparse.Namespace) -> pd.DataFrame:
    return pd.DataFrame({"organization_id": homes, "kind": arguments.organization_kind})


def with_roster(
    actors: pd.DataFrame, roster: pd.DataFrame, arguments: argparse.Namespace, notes: list[str]
) -> dict[str, pd.DataFrame]:
    """Return people with what the roster says of them, and the organisations they belong to."""
    absent = sorted(set(roster["actor_id"].dropna()) - set(actors["actor_id"]))
    notes += [f"on the roster and not in the file: {', '.join(absent[:20])}"] if absent else []
    shown = ["actor_id", "organization_id", "role", "joined_on", "left_on"]
    found = actors.merge(roster[shown], on="actor_id", how="left")
    homes = found["organization_id"].dropna().drop_duplicates()
    return {"actors": found, "organizations": organizations_of(homes, arguments)}


def network_imported(network: ImportedNetwork, arguments: argparse.Namespace) -> Imported:
    """Return a network as tables, with what roster and file say of its people."""
    directed = dict(network.directed)
    if arguments.directed is not None:
        directed = {relation: arguments.directed for _, relation in network.asked}
    tables = as_tables(network, directed_by=arguments.reported_by)
    notes = list(network.notes)
    roster = known_roster(arguments, []) if arguments.roster else None
    if roster is not None:
        tables |= with_roster(tables["actors"], roster, arguments, notes)
    names = dict.fromkeys(name for said in network.attributes.values() for name in said)
    columns: list[Column] = []
    read: list[str] = []
    actors = tables["actors"]
    for name in names:
        values = actors["actor_id"].map(lambda one, name=name: network.attributes.get(one, {}).get(name))
        column = "organization_id" if name.casefold() in _HOMES else name.casefold().strip()
        if column in actors:
            notes.append(f"what is said of people as {name!r} was not read: there is another {column!r}")
            continue
        read.append(name)
        actors[column] = values.astype("string")
        if column == "organization_id":
            homes = actors[column].dropna().drop_duplicates()
            tables["organizations"] = organizations_of(homes, arguments)
        elif column not in ("role", "joined_on", "left_on"):
            told = f"What the file {arguments.files[0].name} says of people as {name!r}."
            columns.append(Column(column, "text", told, required=False, privacy="free"))
    if arguments.nodes == "organizations":
        # Each is the one member of itself, so that whatever reads people and where they belong reads these.
        actors["organization_id"] = actors["actor_id"]
        tables["organizations"] = organizations_of(actors["actor_id"], arguments)
    notes += [f"read of people as attributes: {', '.join(read)}"] if read else []
    homes_of = {"organizations": tables.pop("organizations", pd.DataFrame())}
    return Imported(
        {**(homes_of if len(homes_of["organizations"]) else {}), **tables},
        roster,
        directed,
        notes=notes,
        asked=network.asked,
        attributes={"actors": columns} if columns else {},
    )
