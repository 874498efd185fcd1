"""Tables that may be networks: a matrix, a row per tie, several names in one cell."""

from __future__ import annotations

import re

from analysis.importing.lists.edge_list import DIRECTIONS
from analysis.importing.lists.roster_survey import TICKS
from analysis.importing.look.headers import (
    ACTIVITIES,
    DAYS,
    NAMED,
    PEOPLE,
    PRESENT,
    RECEIVERS,
    RELATIONS,
    SENDERS,
    USUAL,
    VALUES,
    WAVES,
    WHO,
)
from analysis.importing.look.table import (
    Guess,
    Table,
    day_orders,
    names_people,
    say_order,
    say_rounds,
    signs_between,
)
from analysis.importing.shared.days import WITHOUT_YEAR, without_zone
from analysis.importing.shared.people import NOBODY
from analysis.privacy.names import fold

__all__ = ["matrix", "names_in_a_cell", "ties"]


def matrix(table: Table) -> Guess | None:
    """The same people down and across."""
    if len(table.header) < 3 or not table.rows:
        return None
    columns = [fold(cell) for cell in table.header[1:]]
    rows = [fold(row[0]) for row in table.rows]
    if len(set(rows) & set(columns)) * 5 < 4 * len(rows) or len(rows) < 3 or len(rows) * 2 < len(columns):
        return None
    guess = Guess("matrix", "rows and columns are the same people", columns=f"{len(columns)} of people")
    guess.asks(
        "what the relation is called, and its lowest and highest value",
        *("--relation", "<name>:<lowest>:<highest>"),
    )
    guess.asks("which round it is", "--wave", "<round>")
    guess.asks("whether ties have a sender", "<--directed|--undirected>")
    if set(columns) - set(rows) and not set(rows) - set(columns):
        guess.asks("that people without a row were asked and did not answer", "--all-asked")
    cells = [row[1:] for row in table.rows]
    if any("" in [*row[:place], *row[place + 1 :]] for place, row in enumerate(cells)):
        guess.asks("whether a blank is no tie or not known", "--blank", "<none|missing>")
    return guess


def _ends(table: Table) -> tuple[int, list[int]] | None:
    """Return the columns of senders and of receivers."""
    sender, receiver = table.place(SENDERS), table.place(RECEIVERS)
    if sender is not None and receiver is not None:
        return sender, [receiver]
    numbered: dict[str, list[int]] = {}
    for place, cell in enumerate(table.plain):
        dated = day_orders([table.header[place]]) or WITHOUT_YEAR.fullmatch(table.header[place])
        if (fit := re.fullmatch(r"(.+?) ?([0-9]{1,2}|[ab])", cell)) and not dated:
            numbered.setdefault(fit[1], []).append(place)
    several = max(numbered.values(), key=len, default=[])
    if any(map(table.is_number, (cell for place in several for cell in table.cells(place)))):
        several = several if len(several) == 2 and "number" in table.plain[several[0]] else []
    who = table.place(PEOPLE, several)
    if len(several) > 1 and who is not None:
        return (who, several) if names_people(table, several, who) else None
    return (several[0], several[1:]) if len(several) == 2 else None


def ties(table: Table) -> Guess | None:
    """Who turned to whom: a row per tie or per contact."""
    ends = _ends(table)
    if ends is None:
        return None
    sender, receivers = ends
    taken = {sender, *receivers}
    if (day := table.place(DAYS, taken)) is not None and day_orders(table.cells(day), table.plain[day]):
        guess = Guess("contacts", "a row is who turned to whom, and when")
        if table.plain[day] not in ("date", "day", "timestamp", "datetime", "when", "time"):
            guess.options += ["--date-column", table.header[day]]
        say_order(guess, table, day)
        copied = [place for place, cell in enumerate(table.plain) if cell in ("cc", "bcc")]
        if copied:
            receivers = [*receivers, *copied]
        if any(without_zone(cell) != cell for cell in table.cells(day)):
            guess.asks("that times count as they stand, whatever their zone", "--zones", "as-written")
    else:
        guess = Guess("edges", "a row is who turned to whom")
    for name, place in (("sender", sender), *(("receiver", place) for place in receivers)):
        if table.plain[place] not in USUAL[name] or (name == "receiver" and len(receivers) > 1):
            guess.options += [f"--{name}-column", table.header[place]]
    guess.options += signs_between(table, receivers)
    if any(word.startswith("organi") for word in table.plain[sender].split()) and guess.kind == "edges":
        guess.options += ["--nodes", "organizations"]
    else:
        guess.asks(WHO, "--roster", "<roster.csv>")
    if guess.kind == "contacts":
        return guess
    directions = [
        place
        for place, cell in enumerate(table.plain)
        if cell in ("type", "direction") and {fold(one) for one in table.cells(place)} <= DIRECTIONS
    ]
    about = table.place(RELATIONS, taken)
    if about is None and directions:
        # Kumu says the direction in a column of its own, and the relation in `Type`.
        about = table.place({"type"}, directions)
    values = [place for place, cell in enumerate(table.plain) if cell in VALUES and place not in taken]
    if not values and about is None:
        values = [
            place
            for place in range(len(table.header))
            if place not in taken
            and table.plain[place] not in WAVES | PRESENT
            and table.plain[place] not in ("id", "type", "label", "year")
            and (cells := table.cells(place))
            and all(fold(cell) in TICKS or table.is_number(cell) for cell in cells)
        ]
    if about is None and len(values) == len(receivers) > 1:
        guess.asked.append("that each column of values is how strong the tie to one column of names is")
        guess.asks(
            "what the relation is called, and its lowest and highest value",
            *("--relation", "<name>:<lowest>:<highest>"),
        )
        guess.options += [word for place in values for word in ("--strength-column", table.header[place])]
        values = []
    elif about is not None:
        guess.options += ["--relation-column", table.header[about]]
        for number in range(len(set(table.cells(about)))):
            guess.asks(
                "what the column of relations says, and the lowest and highest value",
                *("--relation", f"<name {number + 1}>:<lowest>:<highest>"),
            )
    elif len(values) > 1:
        for place in values:
            guess.asks(
                "the lowest and highest value", "--relation", f"{table.header[place]}:<lowest>:<highest>"
            )
    else:
        guess.asks(
            "what the relation is called, and its lowest and highest value",
            *("--relation", "<name>:<lowest>:<highest>"),
        )
    for place in values:
        if len(values) > 1 or table.plain[place] not in ("value", "weight", "strength"):
            guess.options += ["--value-column", table.header[place]]
    if any(fold(cell) in TICKS and fold(cell) not in "01" for place in values for cell in table.cells(place)):
        guess.asks("what marks mean as values", "--labels", "<labels.csv>")
    if any(len(table.cells(place)) < len(table.rows) for place in values):
        guess.asks("whether a blank value is no tie or not known", "--blank", "<none|missing>")
    say_rounds(guess, table, taken)
    if not directions:
        guess.asks("whether a tie has a sender", "<--directed|--undirected>")
    return guess


def names_in_a_cell(table: Table) -> Guess | None:
    """Several names in one cell."""
    who = table.place(NAMED) if table.place(NAMED) is not None else table.place(PEOPLE)
    if who is None:
        return None
    if table.place(ACTIVITIES) is not None:
        return None
    for place in range(len(table.header)):
        signs = signs_between(table, [place]) if place != who else []
        asked = re.search(r"\?|\bwhom?\b|\bname[ds]?\b|\bpeople\b|\brank\b", fold(table.header[place]))
        if place == who or not (signs or (asked and names_people(table, [place], who))):
            continue
        guess = Guess(
            "edges", "somebody's row names several people in one cell" if signs else "a row names people"
        )
        guess.options += ["--sender-column", table.header[who]]
        guess.options += ["--receiver-column", table.header[place]]
        guess.options += [*signs, "--all-asked"]
        guess.asks(WHO, "--roster", "<roster.csv>")
        if words := sorted({cell for cell in table.cells(place) if fold(cell) in NOBODY}):
            guess.asks("that people who wrote so name nobody", "--nobody", ",".join(words))
        guess.asks("what the relation is called", "--relation", "<name>:0:1")
        say_rounds(guess, table, {who, place})
        return guess
    return None
