"""Who was at what: sign-in sheets and registers, by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from analysis.importing.files.sheets import Layout, Sheet
from analysis.importing.lists.roster_survey import TICKS
from analysis.importing.shared.account import Account
from analysis.importing.shared.columns import tell_unread
from analysis.importing.shared.dated import Listed, Row, Way, identified, names_in, read_rows
from analysis.importing.shared.days import WITHOUT_YEAR, DayOrder, read_moment
from analysis.importing.shared.network import actor_label
from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = ["ATTENDANCE", "called_on", "read_attendance"]

ATTENDANCE = {
    "person": ("name", "full name", "your name", "participant", "attendee", "actor_id", "first name"),
    "surname": ("last name", "surname", "family name"),
    "date": ("date", "day"),
    "activity": ("activity", "activity_id", "session", "event", "meeting"),
    "kind": ("kind", "type"),
    "present": (),
}
"""Headers looked for in a sign-in sheet, by what their columns are."""

_PRESENCE = (
    *("present", "presence", "attended", "attendance", "status", "here", "absent", "signature", "signed"),
    *("registered", "rsvp", "initials", "time in", "arrival", "arrival time", "arrived", "checked in"),
)
"""Headers of columns that may say that somebody listed was not there."""
_CLOCK = re.compile(r"[0-9]{1,2}[:.][0-9]{2}(:[0-9]{2})?( ?[ap]\.?m\.?)?", re.IGNORECASE)
_CAME = {**TICKS, "present": 1.0, "attended": 1.0, "absent": 0.0}


def read_attendance(
    path: Path,
    way: Way,
    faults: list[Fault],
    notes: list[str],
    *,
    activity: str | None = None,
    date: str | None = None,
    kind: str | None = None,
    repeated: bool = False,
    register: bool = False,
    across: bool = False,
    words: Mapping[str, float | None] | None = None,
    known: Mapping[str, tuple[str, str]] | None = None,
) -> Listed:
    """Return the tables activities and attendance of a sign-in sheet; faults are appended.

    Parameters
    ----------
    path : Path
        A `.csv` or `.xlsx` file: a row somebody (or several) who came to something on a day.
    way : Way
        How it is to be read; columns as in `ATTENDANCE`.
    faults : list of Fault
        Every fault: no column of people, a day that is none or whose order nobody has said, a name that is
        nobody's, one activity on two days or of two kinds, a column that may say who did not come.
    notes : list of str
        What became of every row and every name is appended.
    activity, date : str, optional
        What the sheet is of, where it has no such column.
    kind : str, optional
        What sort of activity it was, where no column says so; by default that of a known activity, else
        *activity*.
    repeated : bool
        Whether an activity of one name on several days is several activities, numbered by day
        (*Meeting, day 1*). Else that is a fault: two activities, or a slip of the pen?
    register : bool
        Whether the file is a register: a row per person, a column per day (of `activity`, numbered as above)
        or known activity, and marks in its cells.
    across : bool
        Whether people stand across: a row per activity (with its day, or one of the dataset), a column a
        person, and marks in its cells.
    words : mapping of str to float or None, optional
        What words in the column `present`, or in a register, mean: 0, or None, that somebody did not come.
        Ticks, yes and no, present and absent are known, and a time of day is when somebody came. A blank
        there is somebody who did not come.
    known : mapping of str to (str, str), optional
        Activities of the dataset, the day and the kind of each.

    Returns
    -------
    Listed
        Somebody who signed twice was there once. A row that names nobody is an activity all the same.
    """
    before = len(faults)
    fixed = {"activity": activity, "date": date}
    needed = ["person", *(name for name, said in fixed.items() if said is None)]
    named = {name: way.columns.get(name) for name in ATTENDANCE}
    columns = {name: header for name, header in named.items() if fixed.get(name) is None}
    dates = {one: day for one, (day, _) in (known or {}).items()}
    came = {**_CAME, **{fold(word): value for word, value in (words or {}).items()}}
    if register:
        columns, needed = {name: columns[name] for name in ("person", "surname")}, ["person"]
        fixed["date"] = None
    own = ("person", "surname", "present")
    opened: Callable[..., Iterator[Row]] | None = None
    if register:
        opened = partial(_marks, known=dates, came=came, activity=activity)
    if across:
        columns = {name: header for name, header in columns.items() if name in ("date", "activity", "kind")}
        # A row that is an activity of the dataset needs no day.
        needed, opened = [name for name in needed if name == "activity"], _across
    # Whoever has named the column that says who came has no need to be asked about another.
    near = _near if columns.get("present") is None else _says_nothing
    rows, file = read_rows(path, way, columns, ATTENDANCE, needed, own, faults, notes, near, opened)
    if register and not across:
        fixed["activity"], repeated = None, True
    became = Counter[str]()
    days: dict[str, dict[str, Row]] = {}
    called = {fold(one): one for one in dates}
    entries: list[tuple[Row, str, str, list[str]]] = []
    for row in rows:
        cells = {**row.cells, **{name: said for name, said in fixed.items() if said is not None}}
        what = actor_label(cells["activity"])
        if not what:
            hint = "where it stands once for several rows, say --fill-down"
            faults.append(row.fault("activity", "an empty cell", "the activity", hint))
        place: tuple[str, int | None, str | None] = (row.file, row.line, row.headers.get("date"))
        place = place if fixed["date"] is None else ("--date", None, None)
        meant = called.setdefault(fold(what), what)
        written = cells.get("date", "") or (dates.get(meant, "") if across else "")
        day = read_moment(written, way.order, place, faults)
        if day is None or not what:
            continue
        days.setdefault(meant, {}).setdefault(day, row)
        names = names_in(" ".join((cells["person"], cells.get("surname", ""))), way)
        if not names:
            became["that name nobody"] += 1
        elif "present" in cells and not _was_there(row, came, way.layout, faults):
            became["of somebody who did not come"] += 1
            names = []
        else:
            became["of somebody who came"] += 1
        entries.append((row, meant, day, names))
    _alike(days, dates, faults)
    ids = called_on(days, dates, repeated, faults)
    labels = ((row, name) for row, _, _, names in entries for name in names)
    who = identified(file, labels, way, faults, notes)
    entries = [
        (row, meant, day, [name for name in names if name in who]) for row, meant, day, names in entries
    ]
    there: dict[tuple[str, str], int] = {}
    kinds: dict[str, str] = {}
    again = 0
    for row, meant, day, names in entries:
        one = ids.get((meant, day), meant)
        said_kind = row.cells.get("kind", "") or kind or (known or {}).get(one, ("", "activity"))[1]
        if fold(kinds.setdefault(one, said_kind)) != fold(said_kind):
            found = f"{one!r} of the kind {said_kind!r}, {kinds[one]!r} before"
            faults.append(row.fault("kind", found, "one kind per activity"))
        for name in names:
            again += (one, who[name]) in there
            there.setdefault((one, who[name]), row.line)
    if len(faults) == before:
        notes.append(str(Account(file, "cells" if register or across else "rows", len(rows), became)))
        total = sum(len(names) for *_, names in entries)
        told = {"attendances": len(there), "of somebody who signed twice, counted once": again}
        notes.append(str(Account(file, "names", total, told)))
    dated = sorted((day, ids.get((meant, day), meant)) for meant, some in days.items() for day in some)
    activities = pd.DataFrame(
        [(one, day, kinds[one]) for day, one in dated], columns=["activity_id", "date", "kind"]
    )
    order = {one: place for place, (_, one) in enumerate(dated)}
    attended = sorted(there, key=lambda pair: (order[pair[0]], pair[1]))
    attendance = pd.DataFrame(attended, columns=["activity_id", "actor_id"])
    return Listed({"activities": activities, "attendance": attendance}, tuple(dict.fromkeys(who.values())))


def _marks(
    sheet: Sheet,
    places: Mapping[str, int],
    way: Way,
    faults: list[Fault],
    notes: list[str],
    *,
    known: Mapping[str, str],
    came: Collection[str],
    activity: str | None,
) -> Iterator[Row]:
    """Yield a row for each cell of a register: who, what, when, and the mark."""
    called = {fold(one): one for one in known}
    headed: dict[int, tuple[str, str]] = {}
    before = len(faults)
    for place, header in enumerate(sheet.rows[0]):
        if place in places.values() or not header or header.casefold() in way.layout.unread:
            continue
        if fold(header) in called:
            one = called[fold(header)]
            headed[place] = one, known[one]
        elif any(map(str.isdigit, header)) and _looks_like_a_day(header):
            day = read_moment(header, way.order, (sheet.file, sheet.line, header), faults)
            if activity is None:
                hint = "say what took place on these days, as in --activity 'Team meeting'"
                faults.append(Fault(sheet.file, "a day", "days of an activity", sheet.line, header, hint))
            headed[place] = activity or "", day or ""
    marked = {*came, "0", "1"}

    def near(header: str) -> str:
        if WITHOUT_YEAR.fullmatch(header):
            return "a day, which needs its year as in 2024-10-05,"
        place = sheet.rows[0].index(header)
        cells = {fold(row[place]) for row in sheet.rows[1:] if place < len(row)} - {""}
        return "an activity the dataset has, or a day," if cells <= marked else ""

    tell_unread(sheet, [*places.values(), *headed], near, way.layout, faults, notes)
    if not headed:
        allowed = f"days, or activities the dataset has ({', '.join(list(known)[:10]) or 'none'})"
        left = [cell for place, cell in enumerate(sheet.rows[0]) if cell and place not in places.values()]
        hint = f"the columns are {', '.join(map(repr, left[:10]))}"
        faults.append(Fault(sheet.file, "no column of a day", allowed, sheet.line, hint=hint))
    if len(faults) > before:
        return
    for line, row in enumerate(sheet.rows[1:], start=sheet.line + 1):
        if any(row):
            cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
            for place, (one, day) in headed.items():
                header = sheet.rows[0][place]
                mark = row[place] if place < len(row) else ""
                headers = dict.fromkeys(("date", "activity", "present"), header)
                yield Row(sheet.file, line, {**cells, "activity": one, "date": day, "present": mark}, headers)


def _across(
    sheet: Sheet, places: Mapping[str, int], way: Way, faults: list[Fault], _: list[str]
) -> Iterator[Row]:
    """Yield a row for each cell of a sheet with people across: who, what, when, and the mark."""
    people = {
        place: header
        for place, header in enumerate(sheet.rows[0])
        if header and place not in places.values() and header.casefold() not in way.layout.unread
    }
    if not people:
        faults.append(Fault(sheet.file, "no column of a person", "a column for each person", sheet.line))
    for line, row in enumerate(sheet.rows[1:], start=sheet.line + 1):
        if any(row):
            cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
            headers = {name: sheet.rows[0][place] for name, place in places.items()}
            for place, name in people.items():
                mark = row[place] if place < len(row) else ""
                found = {**cells, "person": name, "present": mark}
                yield Row(sheet.file, line, found, {**headers, "person": name, "present": name})


def _looks_like_a_day(header: str) -> bool:
    """Whether a header is a day in some order."""
    orders: tuple[DayOrder, ...] = ("day-first", "month-first")
    return any(read_moment(header, order, ("", None, None), []) for order in orders)


def _near(header: str) -> str:
    """Return what a column may mean that says who came; empty where it is like none."""
    return f"--present-column {header!r}" if fold(header) in _PRESENCE else ""


def _says_nothing(_: str) -> str:
    """Return that a column says nothing of who came."""
    return ""


def _was_there(row: Row, came: Mapping[str, float | None], layout: Layout, faults: list[Fault]) -> bool:
    text = row.cells["present"]
    if not text or layout.is_missing(text):
        return False
    if fold(text) in came:
        return bool(came[fold(text)])
    if text in ("0", "1"):
        return text == "1"
    if _CLOCK.fullmatch(text):
        return True
    hint = "say what other words mean with --labels (0: did not come)"
    faults.append(row.fault("present", repr(text), "yes, no, a tick, 1 or 0, or when they came", hint))
    return False


def _alike(days: Mapping[str, Mapping[str, Row]], known: Iterable[str], faults: list[Fault]) -> None:
    """Append a fault for each activity whose name differs from another's in signs and spaces only."""
    first = {_letters(one): one for one in known}
    for one, some in days.items():
        if (other := first.setdefault(_letters(one), one)) != one:
            found = f"{one!r}, beside {other!r}"
            faults.append(next(iter(some.values())).fault("activity", found, "one name per activity"))


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", fold(name)) or name


def called_on(
    days: Mapping[str, Mapping[str, Row]], known: Mapping[str, str], repeated: bool, faults: list[Fault]
) -> dict[tuple[str, str], str]:
    """Return what an activity is called on each of its days."""
    found: dict[tuple[str, str], str] = {}
    for name, some in days.items():
        before = {one: day for one, day in known.items() if name in (one, one.rpartition(", day ")[0])}
        if repeated and (before or len(some) > 1):
            told = {day: one for one, day in before.items()}
            for day in sorted(some):
                found[name, day] = told.setdefault(day, f"{name}, day {len(told) + 1}")
            continue
        first = known.get(name) or next(iter(some))
        for day, row in some.items():
            if day != first:
                what = f"{name!r} on {day}, and on {first} before"
                hint = "if it took place on both, give each a name of its own or say --repeated"
                faults.append(row.fault("date", what, "one day per activity", hint))
    return found
