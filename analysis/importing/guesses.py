"""What a table seems to be, by its headers and cells: the kind of file, and the options it would need."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from analysis.importing.files.sheets import Sheet, is_missing, parted, read_number
from analysis.importing.lists.adoption_list import ADOPTIONS
from analysis.importing.lists.edge_list import DIRECTIONS
from analysis.importing.lists.roster_survey import TICKS
from analysis.importing.questions import Questions, is_code, looks_like_a_name, questions_in
from analysis.importing.shared.days import WITHOUT_YEAR, DayOrder, read_moment, without_zone
from analysis.importing.shared.people import NOBODY
from analysis.privacy.names import fold

__all__ = ["Guess", "Table", "belongs_to", "guess_of", "shown_headers"]

_PEOPLE = frozenset(
    {
        *(
            "name",
            "your name",
            "full name",
            "your full name",
            "first and last name",
            "participant",
            "attendee",
        ),
        *("respondent", "actor_id", "actor id", "person", "who are you", "member", "email", "email address"),
        *(
            "e mail",
            "username",
            "teacher",
            "attendees",
            "participants",
            "names",
            "staff",
            "record id",
            "respondent name",
            "name of respondent",
            "adopter",
        ),
    }
)
_NAMED = frozenset({one for one in _PEOPLE if "name" in one.split() and one != "username"})
"""Those that hold names, where there are others, too."""
_FIRST = frozenset({"first name", "firstname", "given name", "forename", "recipientfirstname"})
_LAST = frozenset({"last name", "lastname", "surname", "family name", "recipientlastname"})
_SENDERS = frozenset(
    {"sender", "sender id", "from", "source", "ego", "nominator", "caller", "visitor", "user", "author"}
)
_RECEIVERS = frozenset(
    {
        "receiver",
        "receiver id",
        "to",
        "target",
        "alter",
        "nominee",
        "recipient",
        "called",
        "callee",
        "visited",
        "mentions",
    }
)
_USUAL = {
    "sender": ("sender", "sender id", "from", "source"),
    "receiver": ("receiver", "receiver id", "to", "target"),
}
"""Headers that need no option."""
_DAYS = frozenset({"date", "day", "timestamp", "when", "time", "datetime", "start date", "adopted on"})
_ACTIVITIES = frozenset({"activity", "activity id", "session", "event", "meeting", "topic", "workshop"})
_CAME = frozenset({"join time", "time joined", "first join", "joined at", "time in", "arrived"})
_INNOVATIONS = frozenset({"innovation", "practice", "strategy", "tool", "routine"})
_CODES = frozenset({"code", "codes", "tag", "tags", "code name"})
_DOCUMENTS = frozenset({"document", "document name", "source", "file", "transcript", "interview"})
_WAVES = frozenset({"wave", "round", "survey round", "time point", "timepoint", "period", "term"})
_VALUES = frozenset({"value", "weight", "strength", "frequency", "freq", "score", "intensity", "trust"})
_RELATIONS = frozenset({"relation", "linktype", "link type", "tie", "tie type", "relationship"})
_PRESENT = frozenset({"joined on", "left on"})
_HOMES = frozenset({"organization id", "organization", "organisation", "org", "school", "role", "aliases"})
_LABELS = frozenset({"id", "label", "nodename", "nodenumber", "node", "nodes"})

_WHO = "who the people are, and what else they are called"
_HEADINGS = frozenset(
    {
        *("name", "date", "id", "start", "end", "response", "recipient", "status", "time", "school", "role"),
        *("type", "email", "address", "question", "number", "code", "session", "activity", "organization"),
    }
)
"""Words in headers of columns, as no name has them."""


@dataclass
class Guess:
    """What a table may be.

    Attributes
    ----------
    kind : str
        A kind of file the command imports.
    why : str
        By what that is told.
    options : list of str
        Words of the command; what only its owner knows stands in < >.
    asked : list of str
        What the file does not say, in words.
    columns : str
        Its columns in words, names counted.
    """

    kind: str
    why: str = ""
    options: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    columns: str = ""

    def asks(self, what: str, *words: str) -> None:
        """Add what the file does not say, and the option that says it."""
        self.asked.append(f"{what}: {' '.join(words)}" if words else what)
        self.options += words


class Table:
    """Headers, and the cells below them."""

    def __init__(self, sheet: Sheet) -> None:
        self.header = [" ".join(cell.split()) for cell in (sheet.rows[0] if sheet.rows else [])]
        width = len(self.header)
        self.rows = [[*row, *[""] * width][:width] for row in sheet.rows[1:] if any(row)]
        self.plain = [re.sub(r"[\W_]+", " ", fold(cell)).strip() for cell in self.header]
        self.decimal_comma = sheet.decimal_comma

    def cells(self, place: int) -> list[str]:
        """Return the cells of a column that are not empty."""
        return [row[place] for row in self.rows if row[place]]

    def place(self, names: Collection[str], but: Collection[int] = ()) -> int | None:
        """Return the first column with one of these headers."""
        found = (place for place, cell in enumerate(self.plain) if cell in names and place not in but)
        return next(found, None)

    def is_number(self, text: str) -> bool:
        """Whether a cell holds a number."""
        return read_number(text, decimal_comma=self.decimal_comma) is not None


def guess_of(table: Table) -> Guess | None:
    """Return what a table seems to be, or None where it is like nothing we import."""
    if belongs_to(table) is not None:
        return None
    guesses = (
        _survey,
        _codings,
        _adoptions,
        _matrix,
        _ties,
        _register,
        _named_columns,
        _two_mode,
        _named,
        _sheet_of_names,
        _items,
    )
    return next((found for guess in guesses if (found := guess(table)) is not None), None)


def belongs_to(table: Table) -> tuple[str, str] | None:
    """Return what a table is that other files are imported with, and the option that takes it."""
    if table.plain[:2] == ["label", "value"]:
        return "a list of what words mean", "--labels"
    if {"item id", "minimum"} <= set(table.plain):
        return "a table of items", "--items"
    named = table.place(_PEOPLE | _LABELS) is not None and table.place(_HOMES) is not None
    if named and not any(table.place(names) is not None for names in (_SENDERS, _ACTIVITIES, _INNOVATIONS)):
        dated = [place for place, cell in enumerate(table.plain) if cell not in _PRESENT]
        if not any(_orders(table.cells(place)) for place in dated):
            return "a list of people", "--roster"
    return None


def _orders(cells: Sequence[str], header: str = "") -> set[DayOrder | None]:
    """Return the orders in which all cells are days; empty where they are none.

    Numbers may be days where the header (its words alone) says so.
    """
    orders: tuple[DayOrder | None, ...] = (None, "day-first", "month-first")
    orders = (*orders, "serial") if header in _DAYS else orders
    some = [without_zone(cell) for cell in cells[:500]]
    where = ("", None, None)
    return {
        order
        for order in orders
        if some and all(read_moment(text, order, where, []) is not None for text in some)
    }


def _say_order(guess: Guess, table: Table, place: int) -> None:
    orders = _orders(table.cells(place), table.plain[place])
    if None in orders:
        return
    if orders == {"serial"}:
        guess.options += ["--dates", "serial"]
        guess.asked.append("that its numbers are days as a spreadsheet counts them (45570 is 2024-10-05)")
    elif len(orders) == 1:
        (order,) = orders
        guess.options += ["--dates", str(order)]
        guess.asked.append(f"that its days stand {order}: they are none the other way round")
    else:
        guess.asks("whether the day or the month stands first", "--dates", "<day-first|month-first>")


def _day_column(table: Table, but: Collection[int] = ()) -> int | None:
    places = [place for place in range(len(table.header)) if place not in but]
    likely = sorted(places, key=lambda place: table.plain[place] not in _DAYS)
    return next((place for place in likely if _orders(table.cells(place), table.plain[place])), None)


def _say_rounds(guess: Guess, table: Table, but: Collection[int] = ()) -> None:
    place = table.place(_WAVES, but)
    if place is None:
        guess.asks("which round it is", "--wave", "<round>")
        return
    guess.options += ["--wave-column", table.header[place]]
    words = {fold(cell) for cell in table.cells(place) if not table.is_number(cell)}
    if words:
        labels = [word for number in range(len(words)) for word in ("--wave-label", f"<round {number + 1}>")]
        guess.asks("in which order its rounds come, as the column calls them", *labels)


def _survey(table: Table) -> Guess | None:
    """A question over several columns: about people, or with a statement each."""
    questions = questions_in(table.header, {fold(cell) for row in table.rows for cell in row if cell})
    if not questions.about:
        return None
    labels = questions.labels
    taken = {place for some in questions.about.values() for place, _ in some}
    others = [
        place
        for place in range(len(table.header))
        if place not in taken and table.header[place] not in questions.others
    ]
    folded = {fold(label) for label in labels}
    met = {place: len(folded & {fold(cell) for cell in table.cells(place)}) for place in others}
    who = _respondents(table, others, met)
    coded = all(map(is_code, labels))
    people = coded or "{wave}" in questions.shape
    people = people or any(count * 3 >= len(labels) for count in met.values())
    people = people or sum(map(looks_like_a_name, labels)) * 3 >= 2 * len(labels)
    shown = "a code" if coded else "a name" if people else "a statement"
    listed = [
        f"{len(some)} of {_short(question)!r} and {shown}" for question, some in questions.about.items()
    ]
    guess = Guess(
        "roster" if people else "items", columns=", ".join([*shown_headers(table, others), *listed])
    )
    guess.why = f"{len(taken)} columns ask about {len(labels)} people" if people else "columns are statements"
    if people:
        _say_questions(guess, questions, coded)
    else:
        guess.asks("what the statements are: item_id, scale, wording, minimum, …", "--items", "<items.csv>")
    _say_respondents(guess, table, who, "respondent" if people else "actor_id")
    if "{wave}" not in questions.shape:
        _say_rounds(guess, table, taken)
    _say_answers(guess, table, {cell for place in taken for cell in table.cells(place)})
    if people and any(
        _half_empty(row, some, folded, who) for row in table.rows for some in questions.about.values()
    ):
        guess.asks("whether a blank is no tie or an answer not given", "--blank", "<none|missing>")
    guess.options += [word for header in questions.others for word in ("--unread", header)] if people else []
    whole = [" ".join(fold(row[place]) for place in who) for row in table.rows]
    again = len([one for one in whole if one.strip()]) - len({one for one in whole if one.strip()})
    if who and again and table.place(_WAVES, taken) is None:
        guess.asks(f"which row counts of {again} that are of somebody again", "--keep", "<first|last>")
    return guess


def _respondents(table: Table, others: Sequence[int], met: Mapping[int, int]) -> list[int]:
    """Return the column of whose row it is, or two, of first and last names; nothing where none looks so."""
    filled = [place for place in others if table.cells(place)]
    halves = [
        next((place for place in filled if table.plain[place].removeprefix("recipient ") in some), None)
        for some in (_FIRST, _LAST)
    ]

    def likely(place: int) -> tuple[int, bool, bool]:
        plain = table.plain[place]
        called = plain in _PEOPLE or "name" in plain.split()
        return met[place], called and "mail" not in plain, plain in _PEOPLE

    best = max(filled, key=likely, default=None)
    if best is not None and (met[best] or likely(best)[1]) and best not in halves:
        return [best]
    whole = [place for place in halves if place is not None]
    if len(whole) == len(halves):
        return whole
    return [best] if best is not None and table.plain[best] in _PEOPLE else []


def _say_respondents(guess: Guess, table: Table, who: Sequence[int], usual: str) -> None:
    if not who:
        guess.asks("which column says whose row it is", "--respondent", "<whose row it is>")
    elif [table.header[place] for place in who] != [usual]:
        guess.options += [word for place in who for word in ("--respondent", table.header[place])]


def _say_questions(guess: Guess, questions: Questions, coded: bool) -> None:
    if coded:
        guess.asked.append("whether these are people: if they are statements, see KIND=items")
    meant = "which person each code stands for, as an alias of theirs" if coded else _WHO
    guess.asks(meant, "--roster", "<roster.csv>")
    scale = "what the relation is called, and its lowest and highest answer"
    short = coded and "{question}_" in questions.shape
    for question in questions.about:
        if "{wave}" in questions.shape:
            guess.asks(scale, "--relation", f"{question}:<lowest>:<highest>")
        elif not question or (short and len(questions.about) == 1):
            guess.asks(scale, "--relation", "<name>:<lowest>:<highest>")
        else:
            guess.asks(scale, "--relation", f"<name>:<lowest>:<highest>:{question}")
    if "{wave}" not in questions.shape:
        guess.options += ["--pattern", questions.pattern()]


def _named_columns(table: Table) -> Guess | None:
    """Columns that are headed by nothing but a name, with answers below."""
    named = [
        place
        for place, cell in enumerate(table.header)
        if looks_like_a_name(cell)
        and not _HEADINGS & set(table.plain[place].split())
        and not _orders(table.cells(place))
        and not any(map(looks_like_a_name, table.cells(place)))
    ]
    others = [place for place, cell in enumerate(table.header) if cell and place not in named]
    folded = {fold(table.header[place]) for place in named}
    met = {place: len(folded & {fold(cell) for cell in table.cells(place)}) for place in others}
    who = _respondents(table, others, met)
    if len(named) < 3 or not who or table.place(_ACTIVITIES, named) is not None:
        return None
    guess = Guess("roster", f"{len(named)} columns ask about {len(named)} people")
    guess.columns = ", ".join([*shown_headers(table, others), f"{len(named)} of names"])
    _say_questions(guess, Questions("{about}", {"": [(place, table.header[place]) for place in named]}), True)
    guess.asked.pop(0)
    _say_respondents(guess, table, who, "respondent")
    _say_rounds(guess, table, named)
    _say_answers(guess, table, {cell for place in named for cell in table.cells(place)})
    some = [(place, table.header[place]) for place in named]
    if any(_half_empty(row, some, folded, who) for row in table.rows):
        guess.asks("whether a blank is no tie or an answer not given", "--blank", "<none|missing>")
    left = [place for place in others if place not in who and table.plain[place] not in _WAVES]
    guess.options += [word for place in left for word in ("--unread", table.header[place])]
    return guess


def _say_answers(guess: Guess, table: Table, answers: Collection[str]) -> None:
    words = {
        cell for cell in answers if not (table.is_number(cell) or is_missing(cell) or fold(cell) in TICKS)
    }
    if words:
        many = f"{len(words)} words among the answers mean" if len(words) > 1 else "a word among them means"
        what = f"what {many} as a number (a table label, value)"
        guess.asks(what, "--labels", "<labels.csv>")
    if any(map(is_missing, answers)):
        guess.asks("what stands for an answer not given", "--missing", "N/A")


def _half_empty(
    row: Sequence[str], some: Sequence[tuple[int, str]], own: Collection[str], who: Sequence[int]
) -> bool:
    """Whether somebody answered about some people and not about others."""
    myself = fold(" ".join(row[place] for place in who))
    cells = [row[place] for place, label in some if fold(label) != myself]
    allowed = 0 if myself in own else 1
    return any(cells) and cells.count("") > allowed


def _codings(table: Table) -> Guess | None:
    code, document = table.place(_CODES), table.place(_DOCUMENTS)
    if code is None or document is None:
        return None
    guess = Guess("codings", "a row is a code that was applied to a part of a document")
    if table.place(("coder", "coder id", "coded by", "rater", "user")) is None:
        guess.asks("who coded", "--coder", "<a name>")
    if table.place(("segment", "segment id", "turn", "line", "utterance", "unit", "id")) is None:
        guess.asks("which column tells segments apart", "--segment-column", "<header>")
    return guess


def _adoptions(table: Table) -> Guess | None:
    what, who = table.place(_INNOVATIONS), table.place(_PEOPLE)
    day = _day_column(table)
    if what is None or who is None or day is None:
        return None
    guess = Guess("adoptions", "a row is who took up what, and when")
    for name, place in (("person", who), ("innovation", what), ("date", day)):
        if fold(table.header[place]) not in ADOPTIONS[name]:
            guess.options += [f"--{name}-column", table.header[place]]
    _say_order(guess, table, day)
    guess.asks(_WHO, "--roster", "<roster.csv>")
    guess.asks("until when you know that everybody else had not taken it up", "--until", "<day>")
    return guess


def _matrix(table: Table) -> Guess | None:
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
    sender, receiver = table.place(_SENDERS), table.place(_RECEIVERS)
    if sender is not None and receiver is not None:
        return sender, [receiver]
    numbered: dict[str, list[int]] = {}
    for place, cell in enumerate(table.plain):
        dated = _orders([table.header[place]]) or WITHOUT_YEAR.fullmatch(table.header[place])
        if (fit := re.fullmatch(r"(.+?) ?([0-9]{1,2}|[ab])", cell)) and not dated:
            numbered.setdefault(fit[1], []).append(place)
    several = max(numbered.values(), key=len, default=[])
    if any(map(table.is_number, (cell for place in several for cell in table.cells(place)))):
        several = several if len(several) == 2 and "number" in table.plain[several[0]] else []
    who = table.place(_PEOPLE, several)
    if len(several) > 1 and who is not None:
        return (who, several) if _names_people(table, several, who) else None
    return (several[0], several[1:]) if len(several) == 2 else None


def _names_people(table: Table, places: Sequence[int], who: int) -> bool:
    """Whether columns hold names, or what the column of people holds, for the most part."""
    known = set(map(fold, table.cells(who)))
    cells = [cell for place in places for cell in table.cells(place)]
    return 2 * sum(fold(cell) in known or looks_like_a_name(cell) for cell in cells) > len(cells)


def _ties(table: Table) -> Guess | None:
    ends = _ends(table)
    if ends is None:
        return None
    sender, receivers = ends
    taken = {sender, *receivers}
    if (day := table.place(_DAYS, taken)) is not None and _orders(table.cells(day), table.plain[day]):
        guess = Guess("contacts", "a row is who turned to whom, and when")
        if table.plain[day] not in ("date", "day", "timestamp", "datetime", "when", "time"):
            guess.options += ["--date-column", table.header[day]]
        _say_order(guess, table, day)
        copied = [place for place, cell in enumerate(table.plain) if cell in ("cc", "bcc")]
        if copied:
            receivers = [*receivers, *copied]
        if any(without_zone(cell) != cell for cell in table.cells(day)):
            guess.asks("that times count as they stand, whatever their zone", "--zones", "as-written")
    else:
        guess = Guess("edges", "a row is who turned to whom")
    usual = {
        "sender": ("sender", "sender id", "from", "source"),
        "receiver": ("receiver", "receiver id", "to", "target"),
    }
    for name, place in (("sender", sender), *(("receiver", place) for place in receivers)):
        if table.plain[place] not in usual[name] or (name == "receiver" and len(receivers) > 1):
            guess.options += [f"--{name}-column", table.header[place]]
    guess.options += _signs_between(table, receivers)
    if any(word.startswith("organi") for word in table.plain[sender].split()) and guess.kind == "edges":
        guess.options += ["--nodes", "organizations"]
    else:
        guess.asks(_WHO, "--roster", "<roster.csv>")
    if guess.kind == "contacts":
        return guess
    directions = [
        place
        for place, cell in enumerate(table.plain)
        if cell in ("type", "direction") and {fold(one) for one in table.cells(place)} <= DIRECTIONS
    ]
    about = table.place(_RELATIONS, taken)
    if about is None and directions:
        # Kumu says the direction in a column of its own, and the relation in `Type`.
        about = table.place({"type"}, directions)
    values = [place for place, cell in enumerate(table.plain) if cell in _VALUES and place not in taken]
    if not values and about is None:
        values = [
            place
            for place in range(len(table.header))
            if place not in taken
            and table.plain[place] not in _WAVES | _PRESENT
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
    _say_rounds(guess, table, taken)
    if not directions:
        guess.asks("whether a tie has a sender", "<--directed|--undirected>")
    return guess


def _signs_between(table: Table, places: Sequence[int]) -> list[str]:
    """Return the options that say what parts several names in one cell; none where nothing does."""
    known = {fold(cell) for row in table.rows for cell in row}
    cells = [cell for place in places for cell in table.cells(place)]
    found: list[str] = []
    for sign in (";", "|", "\n", ",", " and ", " & "):
        parts = _parts_of(cells, [*found, sign])
        named = [part for part in parts if fold(part) in known or looks_like_a_name(part) or "@" in part]
        whole = _parts_of(cells, found)
        if len(parts) > len(whole) and 5 * len(named) >= 4 * len(parts):
            found.append(sign)
    return [word for sign in found for word in ("--split", "\\n" if sign == "\n" else sign)]


def _parts_of(cells: Sequence[str], signs: Sequence[str]) -> list[str]:
    """Return the parts of all cells that name somebody."""
    return [part for cell in cells for part in parted(cell, signs) if fold(part) not in NOBODY]


def _register(table: Table) -> Guess | None:
    """People down, days across."""
    bare = [place for place, cell in enumerate(table.header) if WITHOUT_YEAR.fullmatch(cell)]
    days = bare or [place for place, cell in enumerate(table.header) if _orders([cell])]
    who = table.place(_PEOPLE) if len(days) > 1 else None
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
    if not bare and None not in _orders([table.header[place] for place in days]):
        guess.asks("whether the day or the month stands first", "--dates", "<day-first|month-first>")
    guess.asks(_WHO, "--roster", "<roster.csv>")
    return guess


def _two_mode(table: Table) -> Guess | None:
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
    who, day, what = table.place(_PEOPLE), _day_column(table, marked), table.place(_ACTIVITIES, marked)
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
            _say_order(guess, table, day)
    else:
        return None
    guess.asks(_WHO, "--roster", "<roster.csv>")
    return guess


def _named(table: Table) -> Guess | None:
    """Several names in one cell."""
    who = table.place(_NAMED) if table.place(_NAMED) is not None else table.place(_PEOPLE)
    if who is None:
        return None
    if table.place(_ACTIVITIES) is not None:
        return None
    for place in range(len(table.header)):
        signs = _signs_between(table, [place]) if place != who else []
        asked = re.search(r"\?|\bwhom?\b|\bname[ds]?\b|\bpeople\b|\brank\b", fold(table.header[place]))
        if place == who or not (signs or (asked and _names_people(table, [place], who))):
            continue
        guess = Guess(
            "edges", "somebody's row names several people in one cell" if signs else "a row names people"
        )
        guess.options += ["--sender-column", table.header[who]]
        guess.options += ["--receiver-column", table.header[place]]
        guess.options += [*signs, "--all-asked"]
        guess.asks(_WHO, "--roster", "<roster.csv>")
        if words := sorted({cell for cell in table.cells(place) if fold(cell) in NOBODY}):
            guess.asks("that people who wrote so name nobody", "--nobody", ",".join(words))
        guess.asks("what the relation is called", "--relation", "<name>:0:1")
        _say_rounds(guess, table, {who, place})
        return guess
    return None


def _sheet_of_names(table: Table) -> Guess | None:
    """A sign-in sheet: who was there, and when."""
    apart = {"first name", "last name"} <= set(table.plain)
    who = table.plain.index("first name") if apart else table.place(_PEOPLE)
    came = table.place(_CAME)
    day = _day_column(table) if came is None else came if _orders(table.cells(came)) else None
    what = table.place(_ACTIVITIES)
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
        _say_order(guess, table, day)
    if what is None:
        guess.asks("what it was", "--activity", "<what it was>")
    elif table.plain[what] in ("topic", "workshop"):
        guess.options += ["--activity-column", table.header[what]]
    guess.asks(_WHO, "--roster", "<roster.csv>")
    return guess


def _items(table: Table) -> Guess | None:
    """Columns of answers on a scale."""
    who = table.place(_PEOPLE)
    scales = [
        place
        for place in range(len(table.header))
        if place != who and table.plain[place] not in _DAYS | _WAVES and _is_scale(table, place)
    ]
    if len(scales) < 3:
        return None
    guess = Guess("items", f"{len(scales)} columns hold answers on a scale")
    guess.asks("what the statements are: item_id, scale, wording, minimum, …", "--items", "<items.csv>")
    if who is None:
        guess.asks("which column says whose row it is", "--respondent", "<whose row it is>")
    elif table.header[who] != "actor_id":
        guess.options += ["--respondent", table.header[who]]
    _say_rounds(guess, table, scales)
    if any(not table.is_number(cell) for place in scales for cell in table.cells(place)):
        guess.asks("what words among the answers mean as numbers", "--labels", "<labels.csv>")
    return guess


def _is_scale(table: Table, place: int) -> bool:
    cells = table.cells(place)
    if not cells:
        return False
    different = set(map(fold, cells))
    numbers = [read_number(cell, decimal_comma=table.decimal_comma) for cell in cells]
    if all(number is not None and number == int(number) and 0 <= number <= 10 for number in numbers):
        return True
    return len(different) <= 7 and len(cells) >= 2 * len(different)


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def shown_headers(table: Table, places: Sequence[int] | None = None) -> Iterator[str]:
    """Yield headers as they may be shown: those that are somebody's name are counted."""
    cells = {fold(cell) for row in table.rows for cell in row if cell}
    hidden = 0
    for place in range(len(table.header)) if places is None else places:
        header = table.header[place]
        worded = _HEADINGS & set(table.plain[place].split())
        if fold(header) in cells or (looks_like_a_name(header) and not worded):
            hidden += bool(header)
        elif header:
            yield repr(_short(header))
    if hidden:
        yield f"{hidden} that may be names"
