"""Files of two kinds, people and what they came to, as tables of activities and attendance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from analysis.importing.shared.account import counted
from analysis.importing.shared.dated import Listed
from analysis.importing.shared.days import DayOrder, read_moment
from analysis.importing.shared.people import People
from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = ["Entry", "TwoMode", "two_kinds", "two_mode_tables"]


class Entry(NamedTuple):
    """Somebody at something; `row` is the line of the file."""

    person: str
    activity: str
    value: float
    row: int | None = None


@dataclass(frozen=True)
class TwoMode:
    """People, what they may have come to, and who came to what, as a file has it."""

    file: str
    people: tuple[str, ...]
    activities: tuple[str, ...]
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()


def two_kinds(file: str) -> Fault:
    """Return the fault of a file of two kinds where one of one kind is read."""
    hint = "who came to what: make import KIND=attendance"
    return Fault(file, "rows and columns of two kinds", "one kind, people and people", hint=hint)


def two_mode_tables(
    found: TwoMode,
    people: People,
    faults: list[Fault],
    notes: list[str],
    *,
    date: str | None = None,
    order: DayOrder | None = None,
    kind: str | None = None,
    known: Mapping[str, tuple[str, str]] | None = None,
) -> Listed:
    """Return the tables activities and attendance; faults are appended.

    Parameters
    ----------
    found : TwoMode
        What a file has: no such format has days.
    people : People
        Who is meant by a name.
    faults, notes : list
        An activity without a day is a fault; what became of every entry is a note.
    date : str, optional
        The day of all activities that the dataset does not know.
    order : {"day-first", "month-first"}, optional
        What that day begins with, if it is three numbers.
    kind : str, optional
        What sort of activities they were (default: *activity*).
    known : mapping of str to (str, str), optional
        Activities of the dataset, with day and kind.
    """
    called = {fold(name): name for name in known or {}}
    day = read_moment(date, order, ("--date", None, None), faults) if date else None
    days: dict[str, tuple[str, str]] = {}
    names: dict[str, str] = {}
    undated = []
    for one in found.activities:
        name = called.get(fold(one), one)
        names[one] = name
        if known and name in known:
            days[name] = known[name]
        elif day is not None:
            days[name] = (day, kind or "activity")
        else:
            undated.append(one)
    if undated and not date:
        some = ", ".join(undated[:10]) + (f" and {len(undated) - 10} more" if len(undated) > 10 else "")
        hint = "fill activities.csv in the dataset's folder (activity_id, date, kind) first, or say --date"
        faults.append(Fault(found.file, f"no day of {some}", "a day of each activity", hint=hint))
    meant = people.identify(found.file, dict.fromkeys(found.people), faults, notes, once=True)
    who = {label: actor for label, actor in meant.items() if label not in people.guests}
    there: dict[tuple[str, str], None] = {}
    again = 0
    for entry in found.entries:
        if entry.person in people.guests:
            continue
        pair = (names[entry.activity], who[entry.person])
        again += pair in there
        there[pair] = None
    counts = sum(entry.value != 1 for entry in found.entries)
    notes += found.notes
    notes.append(
        f"{found.file}: {counted(len(found.entries), 'entries')}: {counted(len(there), 'attendances')}, "
        f"{again} there before"
    )
    if counts:
        notes.append(
            f"{found.file}: read as was there: {counted(counts, 'entries')} other than 1 (a count, say)"
        )
    sorts = pd.DataFrame(
        [(name, *days[name]) for name in days], columns=["activity_id", "date", "kind"]
    ).sort_values(["date", "activity_id"], ignore_index=True)
    place = {name: number for number, name in enumerate(sorts["activity_id"])}
    pairs = sorted(there, key=lambda pair: (place.get(pair[0], -1), pair[1]))
    attended = pd.DataFrame(pairs, columns=["activity_id", "actor_id"])
    return Listed({"activities": sorts, "attendance": attended}, tuple(dict.fromkeys(who.values())))
