"""Who turned to whom, and when: logs by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.importing.shared.account import Account, counted
from analysis.importing.shared.dated import Listed, Row, Way, identified, names_in, read_rows
from analysis.importing.shared.days import read_moment, without_zone
from analysis.tables.faults import Fault

__all__ = ["CONTACTS", "contacts_of", "read_contacts"]

CONTACTS = {
    "date": ("date", "day", "timestamp", "datetime", "when", "time"),
    "time": ("time",),
    "sender": ("sender", "sender_id", "from", "source"),
    "receiver": ("receiver", "receiver_id", "to", "target"),
    "kind": ("kind", "channel", "medium", "type"),
    "conversation": ("conversation", "conversation_id", "thread"),
}
"""Headers looked for in a log of contacts."""


def read_contacts(
    path: Path,
    way: Way,
    faults: list[Fault],
    notes: list[str],
    *,
    kind: str | None = None,
    zones: bool = False,
) -> Listed:
    """Return the table contacts of a log; faults are appended.

    Parameters
    ----------
    path : Path
        A `.csv` or `.xlsx` file: a row per contact, with its day (and time), who turned to whom.
    way : Way
        How it is to be read; columns as in `CONTACTS`. A time of day may stand in a column of its own.
    faults, notes : list
        As for `read_attendance`.
    kind : str, optional
        What sort of contact it was, where no column says so.
    zones : bool
        Whether times with a zone count as they stand; else a zone is a fault.

    Returns
    -------
    Listed
        A contact there twice, word for word, is one. Several people in one cell are one contact each.
    """
    columns = {**dict.fromkeys(CONTACTS), **way.columns}
    own = [name for name in columns if name.partition(" ")[0] in ("sender", "receiver")]
    needed = ("date", "sender", "receiver")
    rows, file = read_rows(path, way, columns, CONTACTS, needed, own, faults, notes, near=_near)
    return contacts_of(rows, file, way, faults, notes, kind=kind, zones=zones)


def _near(header: str) -> str:
    """Return what a column may mean that names more people; empty where it is like none."""
    return f"--receiver-column {header!r}, beside the first," if header.casefold() in ("cc", "bcc") else ""


def contacts_of(
    rows: Sequence[Row],
    file: str,
    way: Way,
    faults: list[Fault],
    notes: list[str],
    *,
    kind: str | None = None,
    zones: bool = False,
) -> Listed:
    """Return the table contacts of rows with who turned to whom, and when, as `read_contacts` does."""
    before, became, passed_over = len(faults), Counter[str](), 0
    both = ("sender", "receiver")
    entries: list[tuple[Row, str, list[list[str]]]] = []
    for row in rows:
        cells = row.cells
        written = cells["date"]
        if row.headers.get("time", row.headers["date"]) != row.headers["date"]:
            written = f"{written} {cells['time']}".strip()
        bare = without_zone(written) if zones else written
        passed_over += bare != written
        written = bare
        place = (row.file, row.line, row.headers["date"])
        when = read_moment(written, way.order, place, faults, time_of_day=True)
        named = [cell for name, cell in cells.items() if name.partition(" ")[0] == "receiver"]
        ends = [names_in(cells["sender"], way), [one for cell in named for one in names_in(cell, way)]]
        for end, names in zip(both, ends, strict=True):
            if not names:
                allowed = "who turned to somebody" if end == "sender" else "whom it went to"
                faults.append(row.fault(end, "an empty cell", allowed))
        if when is not None and all(ends):
            entries.append((row, when, ends))
    labels = ((row, name) for row, _, ends in entries for end in ends for name in end)
    who = identified(file, labels, way, faults, notes)
    found: dict[tuple[str, str, str, str, str], None] = {}
    total = 0
    for row, when, (senders, receivers) in entries:
        more = row.cells.get("kind", "") or kind or "", row.cells.get("conversation", "")
        for one, other in ((one, other) for one in senders for other in receivers):
            total += 1
            if one not in who or other not in who:
                became["with a guest, left out"] += 1
                continue
            pair = who[one], who[other]
            became["there before word for word, counted once"] += (when, *pair, *more) in found
            found[(when, *pair, *more)] = None
    became["contacts"] = len(found)
    if len(faults) == before:
        told = Account(file, "rows", len(rows), {"with people and a day": len(entries)})
        notes += [str(told), str(Account(file, "contacts named", total, became))]
        notes += [f"{file}: {passed_over} times are read as they stand, without their zone"] * bool(
            passed_over
        )
        loops = sum(one == other for _, one, other, *_ in found)
        if loops:
            told_ = f"kept, and left out of reports: {counted(loops, 'contacts')} of people with themselves"
            notes.append(f"{file}: {told_}")
    header = ["time", "sender_id", "receiver_id", "kind", "conversation_id"]
    contacts = pd.DataFrame(sorted(found), columns=header).replace("", pd.NA)
    return Listed({"contacts": contacts}, tuple(dict.fromkeys(who.values())))
