"""Tables of what happened and what was said: who came, who took up what, codes of documents."""

from __future__ import annotations

from analysis.importing.lists.adoption_list import ADOPTIONS
from analysis.importing.lists.roster_survey import TICKS
from analysis.importing.look.headers import ACTIVITIES, CAME, CODES, DOCUMENTS, INNOVATIONS, PEOPLE, WHO
from analysis.importing.look.table import Guess, Table, day_column, day_orders, say_order
from analysis.importing.shared.days import WITHOUT_YEAR
from analysis.privacy.names import fold

__all__ = ["adoptions", "codings", "marks_of_who_came", "register", "sheet_of_names"]


def codings(table: Table) -> Guess | None:
    """Codes that were applied to parts of documents."""
    code, document = table.place(CODES), table.place(DOCUMENTS)
    if code is None or document is None:
        return None
    guess = Guess("codings", "a row is a code that was applied to a part of a document")
    if table.place(("coder", "coder id", "coded by", "rater", "user")) is None:
        guess.asks("who coded", "--coder", "<a name>")
    if table.place(("segment", "segment id", "turn", "line", "utterance", "unit", "id")) is None:
        guess.asks("which column tells segments apart", "--segment-column", "<header>")
    return guess


def adoptions(table: Table) -> Guess | None:
    """Who took up what, and when."""
    what, who = table.place(INNOVATIONS), table.place(PEOPLE)
    day = day_column(table)
    if what is None or who is None or day is None:
        return None
    guess = Guess("adoptions", "a row is who took up what, and when")
    for name, place in (("person", who), ("innovation", what), ("date", day)):
        if fold(table.header[place]) not in ADOPTIONS[name]:
            guess.options += [f"--{name}-column", table.header[place]]
    say_order(guess, table, day)
    guess.asks(WHO, "--roster", "<roster.csv>")
    guess.asks("until when you know that everybody else had not taken it up", "--until", "<day>")
    return guess


def register(table: Table) -> Guess | None:
    """People down, days across."""
    bare = [place for place, cell in enumerate(table.header) if WITHOUT_YEAR.fullmatch(cell)]
    days = bare or [place for place, cell in enumerate(table.header) if day_orders([cell])]
    who = table.place(PEOPLE) if len(days) > 1 else None
    if who is None:
        return None
    guess = Guess("attendance", f"a row is a person, and {len(days)} columns are days", ["--register"])
    guess.columns = f"{table.header[who]!r}, {len(days)} of days"
    if table.plain[who] not in ("name", "full name", "your name", "participant", "attendee"):
        guess.options += ["--person-column", table.header[who]]
    guess.asks("what took place on these days", "--activity", "<what it was>")
    if bare:
        guess.asked.append("the year of its days: write it into the headers, as in 2024-10-05")
    known = {*TICKS, "0", "1", "present", "absent"}
    if any(fold(cell) not in known for place in days for cell in table.cells(place)):
        guess.asks("which marks mean that somebody came (1) or not (0)", "--labels", "<labels.csv>")
    if not bare and None not in day_orders([table.header[place] for place in days]):
        guess.asks("whether the day or the month stands first", "--dates", "<day-first|month-first>")
    guess.asks(WHO, "--roster", "<roster.csv>")
    return guess


def marks_of_who_came(table: Table) -> Guess | None:
    """People by activities: marks of who was there."""
    marks = {*TICKS, "0", "1"}
    marked = [
        place
        for place in range(len(table.header))
        if table.header[place] and {fold(cell) for cell in table.cells(place)} <= marks
    ]
    marked = [place for place in marked if place and table.cells(place)]
    if len(marked) < 3 or len(marked) < len(table.header) - 4:
        return None
    who, day, what = table.place(PEOPLE), day_column(table, marked), table.place(ACTIVITIES, marked)
    if who is not None:
        guess = Guess(
            "attendance", f"a row is a person, and {len(marked)} columns are marked", ["--register"]
        )
        guess.columns = f"{table.header[who]!r}, {len(marked)} of marks"
        guess.asked.append(
            "that its columns are activities, imported before as a list with days (KIND=activities)"
        )
    elif day is not None or what is not None:
        guess = Guess("attendance", f"{len(marked)} columns are marked", ["--people-across"])
        shown = [repr(table.header[place]) for place in dict.fromkeys((day, what)) if place is not None]
        guess.columns = ", ".join([*shown, f"{len(marked)} of marks"])
        if day is not None:
            say_order(guess, table, day)
    else:
        return None
    guess.asks(WHO, "--roster", "<roster.csv>")
    return guess


def sheet_of_names(table: Table) -> Guess | None:
    """A sign-in sheet: who was there, and when."""
    apart = {"first name", "last name"} <= set(table.plain)
    who = table.plain.index("first name") if apart else table.place(PEOPLE)
    came = table.place(CAME)
    day = day_column(table) if came is None else came if day_orders(table.cells(came)) else None
    what = table.place(ACTIVITIES)
    if who is None or (day is None and what is None and came is None) or len(table.header) > 8:
        return None
    guess = Guess("attendance", "a row is somebody who came")
    if not apart and table.plain[who] not in ("name", "full name", "your name", "participant", "attendee"):
        guess.options += ["--person-column", table.header[who]]
    if day is None:
        guess.asks("the day of it", "--date", "<day>")
    else:
        if table.plain[day] not in ("date", "day"):
            guess.options += ["--date-column", table.header[day]]
        say_order(guess, table, day)
    if what is None:
        guess.asks("what it was", "--activity", "<what it was>")
    elif table.plain[what] in ("topic", "workshop"):
        guess.options += ["--activity-column", table.header[what]]
    guess.asks(WHO, "--roster", "<roster.csv>")
    return guess
