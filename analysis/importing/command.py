"""`python -m analysis import`: somebody's own files into the tables of a dataset of theirs."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.importing.dataset.own import add_tables
from analysis.importing.dataset.people_file import PeopleFile
from analysis.importing.kinds.activities import PLANNED
from analysis.importing.kinds.adoptions import ADOPTED
from analysis.importing.kinds.attendance import ATTENDED
from analysis.importing.kinds.codings import CODED
from analysis.importing.kinds.contacts import LOGGED
from analysis.importing.kinds.declared import (
    check_declared,
    check_direction,
    declared_relations,
    relations_there,
)
from analysis.importing.kinds.edges import EDGES
from analysis.importing.kinds.graph import GRAPH
from analysis.importing.kinds.interviews import INTERVIEWS
from analysis.importing.kinds.items import ITEMS
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.matrix import MATRIX
from analysis.importing.kinds.options import given_people, wave_dates
from analysis.importing.kinds.refi import REFI
from analysis.importing.kinds.roster import ROSTER
from analysis.importing.look.first_look import look_at
from analysis.importing.shared.account import counted
from analysis.tables.faults import Fault, InvalidInput, raise_faults

__all__ = ["KINDS", "add_arguments", "run"]

KINDS: dict[str, Kind] = {
    "roster": ROSTER,
    "items": ITEMS,
    "edges": EDGES,
    "matrix": MATRIX,
    "graph": GRAPH,
    "interviews": INTERVIEWS,
    "attendance": ATTENDED,
    "activities": PLANNED,
    "contacts": LOGGED,
    "adoptions": ADOPTED,
    "codings": CODED,
    "refi": REFI,
}
"""Each kind of file, by the name the command calls it; a new one is a module of `kinds` and a line here."""


class _Once(argparse.Action):
    """Keeps the one value of an option; a second one would silently take the place of the first."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        given = vars(namespace).setdefault("given", set())
        if option_string in given:
            raise InvalidInput([Fault(str(option_string), "the option twice", "once: it takes one value")])
        given.add(option_string)
        setattr(namespace, self.dest, values)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the command takes, for each kind of file."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    told = "look at a file: what it seems to be, what only you know, and the command to type"
    look = kinds.add_parser("look", help=told, description=told, allow_abbrev=False)
    look.add_argument("files", nargs="?", default="", metavar="FILE", help="what to look at")
    look.add_argument("--dataset", default="", help="your dataset, for the command")
    for name, kind in KINDS.items():
        command = kinds.add_parser(name, help=kind.told, description=kind.told, allow_abbrev=False)
        command.register("action", None, _Once)
        command.register("action", "store", _Once)
        command.add_argument(
            "files", type=Path, nargs="+" if kind.many else 1, metavar=kind.file, help="what to import"
        )
        command.add_argument("--dataset", required=True, help="your dataset; it is begun if it is not there")
        command.add_argument(
            "--relation",
            action="append",
            default=[],
            metavar="NAME:LOW:HIGH[:QUESTION]",
            help="declare a relation and its scale; may be given again",
        )
        command.add_argument(
            "--replace",
            action="store_true",
            help="let what is imported take the place of what there is on the same waves and relations "
            "(items, documents, activities); everything else stays",
        )
        command.add_argument(
            "--changed",
            choices=("keep", "update"),
            help="of people of whom something else is said than before (a school, a role): what counts",
        )
        command.add_argument(
            "--unread", action="append", default=[], help="header of a column that is not to be read"
        )
        command.add_argument(
            "--dry-run",
            action="store_true",
            help="read and report everything, and write nothing",
        )
        command.add_argument(
            "--wave-dates",
            action="append",
            default=[],
            metavar="WAVE:FIRST:LAST",
            help="first and last day of a round, as in 1:2024-10-01:2024-10-31; may be given again",
        )
        kind.options(command)


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> None:
    """Import what the command names, and say what is there now; or say what a file seems to be.

    Raises
    ------
    InvalidInput
        With every fault of the files; nothing is written.
    """
    if arguments.kind == "look":
        lines = look_at(Path(arguments.files), arguments.dataset) if arguments.files else _WITHOUT_A_FILE
        for line in lines:
            say(line)
        return
    faults: list[Fault] = []
    given = declared_relations(arguments.relation, faults)
    before = relations_there(arguments.dataset)
    known = [*before, *(name for name in given if name not in before)]
    dates = wave_dates(arguments, faults)
    imported = KINDS[arguments.kind].read(arguments, known, faults)
    people = given_people(arguments, [])
    imported = _with_people(imported, people, arguments, faults)
    check_declared(
        ", ".join(path.name for path in arguments.files),
        imported.tables.get("ties"),
        {**given, **before},
        faults,
    )
    if imported.directed is not None:
        check_direction(imported.tables["ties"], imported.directed, list(before), faults)
    raise_faults(list(dict.fromkeys(faults)))
    tables, notes = dict(imported.tables), list(imported.notes)
    for name, directed in (imported.directed or {}).items():
        relation = given.get(name) or before.get(name)
        if relation is None:
            # Only what has ties must be declared.
            notes.append(f"no tie of {name!r}, which is not declared: nothing of it is kept")
        elif relation.directed != directed:
            given[name] = replace(relation, directed=directed)
    if "waves" in tables and (called := dict(enumerate(getattr(arguments, "wave_label", []), start=1))):
        waves = tables["waves"]
        tables["waves"] = waves.assign(label=waves["wave"].map(called).fillna(waves["label"]))
    if dates is not None:
        tables["waves"] = _dated(tables.get("waves"), dates)
    counts = add_tables(
        arguments.dataset,
        tables,
        given,
        roster=imported.roster,
        replace=arguments.replace,
        asked=imported.asked,
        attributes=imported.attributes,
        changed=arguments.changed,
        notes=notes,
        names=imported.names,
        moves=people.moves if people is not None else (),
        write=not arguments.dry_run,
    )
    listed = ", ".join(counted(count, name) for name, count in counts.items())
    would = "would have" if arguments.dry_run else "now has"
    say(f"data_raw/{arguments.dataset}/ {would} {listed}.")
    for note in notes:
        say(f"  {note}")
    if arguments.dry_run:
        say("Nothing was written. Leave out --dry-run to import it.")
        return
    say(f"Next: make check-data DATASET={arguments.dataset}, make deidentify DATASET={arguments.dataset}")


def _with_people(
    imported: Imported, people: PeopleFile | None, arguments: argparse.Namespace, faults: list[Fault]
) -> Imported:
    """Return what was imported with what the list of people says further of them."""
    if people is None:
        if getattr(arguments, "attribute", []):
            faults.append(Fault("--attribute", "no roster", "the list of people, with --roster"))
        return imported
    notes = [*imported.notes, *people.notes]
    if people.unread:
        listed = ", ".join(map(repr, people.unread[:12]))
        notes.append(f"{arguments.roster.name}: columns that were not read: {listed} (--attribute reads one)")
    actors = imported.tables.get("actors")
    if actors is None or not people.columns:
        return replace(imported, notes=notes)
    for column in people.columns:
        if column.name in actors:
            allowed = "a column that is not there yet"
            faults.append(Fault("--attribute", f"{column.name!r}, which people have", allowed))
    new = [column for column in people.columns if column.name not in actors]
    said = people.attributes.drop_duplicates("actor_id")[["actor_id", *(column.name for column in new)]]
    found = actors.astype({"actor_id": "string"}).merge(said, on="actor_id", how="left")
    declared = {**imported.attributes, "actors": [*imported.attributes.get("actors", ()), *new]}
    return replace(imported, tables={**imported.tables, "actors": found}, notes=notes, attributes=declared)


_WITHOUT_A_FILE = (
    "Name a file, and it is looked at: make import FILE=survey.xlsx DATASET=ours",
    "That says what the file seems to be, and which command imports it; nothing is read in or written by it.",
    "make import KIND=help lists the kinds of files; your dataset's GUIDE.md (make new NAME=ours) says more.",
)


def _dated(waves: pd.DataFrame | None, dates: pd.DataFrame) -> pd.DataFrame:
    """Return waves with their dates; a round that is dated but not imported is one, too."""
    if waves is None:
        return dates
    labels = waves.set_index("wave")["label"]
    known = dates.assign(label=dates["wave"].map(labels).fillna(dates["label"]))
    others = waves[~waves["wave"].isin(dates["wave"])]
    return pd.concat([others, known]).sort_values("wave", ignore_index=True)
