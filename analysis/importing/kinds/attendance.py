"""Sign-in sheets and registers, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from analysis.importing.formats.two_mode import two_mode_tables
from analysis.importing.kinds.graph import two_mode_of
from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.list_options import activities_there, list_imported, list_options, way_of
from analysis.importing.kinds.options import labels_of, people_of
from analysis.importing.lists.attendance_list import ATTENDANCE, read_attendance
from analysis.tables.faults import Fault

__all__ = ["ATTENDED"]


def _attendance_options(command: argparse.ArgumentParser) -> None:
    list_options(command, tuple(ATTENDANCE))
    command.add_argument("--activity", help="what the whole file is of, where no column says so")
    command.add_argument("--date", help="the day of it, where no column says so")
    command.add_argument(
        "--activity-kind",
        help="sort of activity, where no column says so (default: activity)",
    )
    command.add_argument(
        "--repeated",
        action="store_true",
        help="what goes by one name on several days is as many activities",
    )
    command.add_argument(
        "--register",
        action="store_true",
        help="a row per person, a column per day of --activity or a known activity, marks in the cells",
    )
    command.add_argument(
        "--people-across",
        action="store_true",
        help="a row per activity, a column per person, marks in the cells",
    )
    command.add_argument(
        "--labels", type=Path, help="a table label, value: which words mean somebody came (1) or not (0)"
    )


def _read_attendance(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    known = activities_there(arguments.dataset)
    (file,) = arguments.files
    if read_two_mode := two_mode_of(file, arguments.encoding):
        unfit = ("activity", "register", "people_across", "repeated", "labels")
        for name in (name.replace("_", "-") for name in unfit if getattr(arguments, name)):
            faults.append(Fault(f"--{name}", file.name, "an option of sign-in sheets and registers"))
        two_mode = two_mode_tables(
            read_two_mode(file),
            people_of(arguments, faults),
            faults,
            notes,
            date=arguments.date,
            order=arguments.dates,
            kind=arguments.activity_kind,
            known=known,
        )
        return list_imported(two_mode, arguments, notes)
    found = read_attendance(
        file,
        way_of(arguments, tuple(ATTENDANCE), faults),
        faults,
        notes,
        activity=arguments.activity,
        date=arguments.date,
        kind=arguments.activity_kind,
        repeated=arguments.repeated,
        words=labels_of(arguments, faults),
        register=arguments.register,
        across=arguments.people_across,
        known=known,
    )
    return list_imported(found, arguments, notes)


ATTENDED = Kind(
    "a sign-in sheet or register (.csv, .xlsx): a row per person who came to an activity, by name; or two "
    "kinds in a "
    "file of UCINET (.dl, .txt, .##h) or Pajek (.net): a row per person, a column per activity",
    "FILE",
    _attendance_options,
    _read_attendance,
)
