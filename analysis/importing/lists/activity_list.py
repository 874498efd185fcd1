"""What took place, and when: a plan or a calendar of activities, without who was there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.importing.lists.attendance_list import ATTENDANCE, called_on
from analysis.importing.shared.account import Account
from analysis.importing.shared.dated import Row, Way, read_rows
from analysis.importing.shared.days import read_moment
from analysis.importing.shared.network import actor_label
from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = ["ACTIVITIES", "read_activities"]

ACTIVITIES = {
    "activity": (*ATTENDANCE["activity"], "name", "topic", "title"),
    "date": ATTENDANCE["date"],
    "kind": ATTENDANCE["kind"],
}
"""Headers looked for in a list of activities."""


def read_activities(
    path: Path,
    way: Way,
    faults: list[Fault],
    notes: list[str],
    *,
    kind: str = "activity",
    repeated: bool = False,
    known: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the table activities of a list; faults are appended.

    Parameters
    ----------
    path : Path
        A `.csv` or `.xlsx` file: a row per activity, with its day.
    way : Way
        How it is to be read; columns as in `ACTIVITIES`. The people of it are not looked at.
    faults, notes : list
        As for `read_attendance`.
    kind : str
        What sort of activity it was, where no column says so.
    repeated : bool
        Whether one name on several days is several activities, numbered by day.
    known : mapping of str to str, optional
        Activities of the dataset, the day of each.
    """
    before = len(faults)
    columns = {name: way.columns.get(name) for name in ACTIVITIES}
    rows, file = read_rows(path, way, columns, ACTIVITIES, ("activity", "date"), (), faults, notes)
    days: dict[str, dict[str, Row]] = {}
    kinds: dict[tuple[str, str], str] = {}
    called = {fold(one): one for one in known or ()}
    became = Counter[str]()
    for row in rows:
        what = actor_label(row.cells["activity"])
        if not what:
            faults.append(row.fault("activity", "an empty cell", "what took place"))
        day = read_moment(row.cells["date"], way.order, (row.file, row.line, row.headers["date"]), faults)
        if day is None or not what:
            continue
        meant = called.setdefault(fold(what), what)
        said = row.cells.get("kind", "") or kind
        if fold(kinds.setdefault((meant, day), said)) != fold(said):
            found = f"{meant!r} of the kind {said!r}, {kinds[meant, day]!r} before"
            faults.append(row.fault("kind", found, "one kind per activity"))
        became["there before, counted once" if day in days.get(meant, {}) else "activities"] += 1
        days.setdefault(meant, {}).setdefault(day, row)
    ids = called_on(days, known or {}, repeated, faults)
    if len(faults) == before:
        notes.append(str(Account(file, "rows", len(rows), became)))
    found_ = sorted((day, ids.get((meant, day), meant), kinds[meant, day]) for meant, day in kinds)
    return pd.DataFrame(
        [(one, day, said) for day, one, said in found_], columns=["activity_id", "date", "kind"]
    )
