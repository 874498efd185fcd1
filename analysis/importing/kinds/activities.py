"""Lists of activities, as the command imports them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from analysis.importing.kinds.kind import Imported, Kind
from analysis.importing.kinds.list_options import activities_there, list_options, way_of
from analysis.importing.lists.activity_list import ACTIVITIES, read_activities
from analysis.tables.faults import Fault

__all__ = ["PLANNED"]


def _activities_options(command: argparse.ArgumentParser) -> None:
    list_options(command, tuple(ACTIVITIES))
    command.add_argument(
        "--activity-kind",
        default="activity",
        help="sort of activity, where no column says so (default: %(default)s)",
    )
    command.add_argument(
        "--repeated",
        action="store_true",
        help="what goes by one name on several days is as many activities",
    )


def _read_activities(arguments: argparse.Namespace, _: Sequence[str], faults: list[Fault]) -> Imported:
    notes: list[str] = []
    found = read_activities(
        arguments.files[0],
        way_of(arguments, tuple(ACTIVITIES), faults),
        faults,
        notes,
        kind=arguments.activity_kind,
        repeated=arguments.repeated,
        known={one: day for one, (day, _) in activities_there(arguments.dataset).items()},
    )
    return Imported({"activities": found}, notes=notes)


PLANNED = Kind(
    "a list of activities (.csv, .xlsx): a row per activity and its day, without who was there",
    "FILE",
    _activities_options,
    _read_activities,
)
