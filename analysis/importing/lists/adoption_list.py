"""Who took up what, and when: lists by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pandas as pd

from analysis.importing.lists.roster_survey import TICKS
from analysis.importing.shared.account import Account, counted
from analysis.importing.shared.dated import Listed, Row, Way, identified, names_in, read_rows
from analysis.importing.shared.days import read_moment
from analysis.importing.shared.network import actor_label
from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = ["ADOPTIONS", "read_adoptions"]

ADOPTIONS = {
    "person": ("name", "full name", "your name", "person", "adopter", "adopter_id", "actor_id", "teacher"),
    "innovation": ("innovation", "practice", "strategy", "tool", "routine"),
    "date": ("date", "day", "adopted_on", "adopted on", "since", "first used", "first use"),
    "censored": ("censored",),
}
"""Headers looked for in a list of adoptions."""

_PERIOD = "[0-9]{1,4}"
_TRUTH = {**TICKS, "1": 1.0, "0": 0.0, "1.0": 1.0, "0.0": 0.0}


def read_adoptions(
    path: Path,
    way: Way,
    faults: list[Fault],
    notes: list[str],
    *,
    innovation: str | None = None,
    until: str | None = None,
    everybody: Collection[str] = (),
) -> Listed:
    """Return the table adoptions of a list; faults are appended.

    Parameters
    ----------
    path : Path
        A `.csv` or `.xlsx` file: a row who took up what, and the day, or the number of a period (a year, a
        round; then in all rows).
    way : Way
        How it is to be read; columns as in `ADOPTIONS`.
    faults, notes : list
        As for `read_attendance`. A row without a day is a fault unless `until` is said.
    innovation : str, optional
        What was taken up, where no column says so.
    until : str, optional
        Until when it is known of everybody else that they had not taken it up: rows without a day, and those
        of `everybody` without a row, are then censored there.
    everybody : collection of str
        Identifiers of who could have taken it up.

    Returns
    -------
    Listed
        Of somebody who is listed again for one innovation the first day counts.
    """
    before, became = len(faults), Counter[str]()
    columns = {name: way.columns.get(name) for name in ADOPTIONS}
    needed = ["person", "date"]
    if innovation is None:
        needed.append("innovation")
    else:
        del columns["innovation"]
    own = ("person", "date", "censored")
    rows, file = read_rows(path, way, columns, ADOPTIONS, needed, own, faults, notes)
    written = [row.cells["date"] for row in rows if row.cells["date"]] + ([until] if until else [])
    periods = bool(written) and all(re.fullmatch(_PERIOD, text, re.ASCII) for text in written)

    def when(text: str, place: tuple[str, int | None, str | None]) -> str | None:
        return str(int(text)) if periods else read_moment(text, way.order, place, faults)

    end = when(until, ("--until", None, None)) if until else None
    entries: list[tuple[Row, str, str, int, list[str]]] = []
    for row in rows:
        what = actor_label(innovation or row.cells["innovation"])
        names = names_in(row.cells["person"], way)
        text = row.cells["date"]
        absent = not text or way.layout.is_missing(text)
        if not what:
            faults.append(row.fault("innovation", "an empty cell", "what was taken up"))
        if not names:
            faults.append(row.fault("person", "an empty cell", "who took it up"))
        if absent and until is None:
            hint = "if they had not taken it up by some day, say --until and that day"
            faults.append(row.fault("date", "an empty cell", "when it was first used", hint))
            continue
        day = end if absent else when(text, (row.file, row.line, row.headers["date"]))
        censored = int(absent) or _censored(row, faults)
        if day is None or not what:
            continue
        became["of somebody who had not" if censored else "of somebody who took it up"] += 1
        entries.append((row, what, day, censored, names))
    labels = ((row, name) for row, *_, names in entries for name in names)
    who = identified(file, labels, way, faults, notes)
    called: dict[str, str] = {}
    first: dict[tuple[str, str], tuple[int, str | int]] = {}
    again = 0
    for _, what, day, censored, names in entries:
        meant = called.setdefault(fold(what), what)
        for name in filter(who.__contains__, names):
            told = (censored, int(day) if periods else day)
            again += (meant, who[name]) in first
            # Taken up counts before not yet, then the first day of it, or the last day it was not.
            first[meant, who[name]] = _first(first.get((meant, who[name]), told), told)
    silent = 0
    if end is not None:
        for meant in called.values():
            for one in everybody:
                silent += (meant, one) not in first
                first.setdefault((meant, one), (1, int(end) if periods else end))
    if len(faults) == before:
        notes.append(str(Account(file, "rows", len(rows), became)))
        notes += (
            [f"{file}: {counted(again, 'rows')} of somebody again: the first use counts"] if again else []
        )
        notes += [f"{file}: {silent} without a row had not taken it up by {end}"] if silent else []
    table = pd.DataFrame(
        [(what, one, day, censored) for (what, one), (censored, day) in sorted(first.items())],
        columns=["innovation", "adopter_id", "adopted_on", "censored"],
    )
    return Listed({"adoptions": table}, tuple(dict.fromkeys([*who.values(), *(one for _, one in first)])))


def _first(one: tuple[int, str | int], other: tuple[int, str | int]) -> tuple[int, str | int]:
    if one[0] != other[0]:
        return min(one, other, key=lambda told: told[0])
    days = [one, other]
    days.sort(key=lambda told: str(told[1]).zfill(10))
    return days[-1] if one[0] else days[0]


def _censored(row: Row, faults: list[Fault]) -> int:
    text = row.cells.get("censored", "")
    if not text:
        return 0
    if fold(text) not in _TRUTH:
        allowed = "1 or yes: not taken up by that day; 0 or no: taken up then"
        faults.append(row.fault("censored", repr(text), allowed))
        return 0
    return int(_TRUTH[fold(text)])
