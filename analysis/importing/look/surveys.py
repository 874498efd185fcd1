"""Tables that may be surveys: questions about people or with statements, over several columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from analysis.importing.files.sheets import is_missing, read_number
from analysis.importing.lists.roster_survey import TICKS
from analysis.importing.look.headers import ACTIVITIES, DAYS, FIRST, HEADINGS, LAST, PEOPLE, WAVES, WHO
from analysis.importing.look.questions import Questions, is_code, looks_like_a_name, questions_in
from analysis.importing.look.table import Guess, Table, day_orders, say_rounds, shortened, shown_headers
from analysis.privacy.names import fold

__all__ = ["columns_of_names", "items_on_a_scale", "survey"]


def survey(table: Table) -> Guess | None:
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
        f"{len(some)} of {shortened(question)!r} and {shown}" for question, some in questions.about.items()
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
        say_rounds(guess, table, taken)
    _say_answers(guess, table, {cell for place in taken for cell in table.cells(place)})
    if people and any(
        _half_empty(row, some, folded, who) for row in table.rows for some in questions.about.values()
    ):
        guess.asks("whether a blank is no tie or an answer not given", "--blank", "<none|missing>")
    guess.options += [word for header in questions.others for word in ("--unread", header)] if people else []
    whole = [" ".join(fold(row[place]) for place in who) for row in table.rows]
    again = len([one for one in whole if one.strip()]) - len({one for one in whole if one.strip()})
    if who and again and table.place(WAVES, taken) is None:
        guess.asks(f"which row counts of {again} that are of somebody again", "--keep", "<first|last>")
    return guess


def _respondents(table: Table, others: Sequence[int], met: Mapping[int, int]) -> list[int]:
    """Return the column of whose row it is, or two, of first and last names; nothing where none looks so."""
    filled = [place for place in others if table.cells(place)]
    halves = [
        next((place for place in filled if table.plain[place].removeprefix("recipient ") in some), None)
        for some in (FIRST, LAST)
    ]

    def likely(place: int) -> tuple[int, bool, bool]:
        plain = table.plain[place]
        called = plain in PEOPLE or "name" in plain.split()
        return met[place], called and "mail" not in plain, plain in PEOPLE

    best = max(filled, key=likely, default=None)
    if best is not None and (met[best] or likely(best)[1]) and best not in halves:
        return [best]
    whole = [place for place in halves if place is not None]
    if len(whole) == len(halves):
        return whole
    return [best] if best is not None and table.plain[best] in PEOPLE else []


def _say_respondents(guess: Guess, table: Table, who: Sequence[int], usual: str) -> None:
    if not who:
        guess.asks("which column says whose row it is", "--respondent", "<whose row it is>")
    elif [table.header[place] for place in who] != [usual]:
        guess.options += [word for place in who for word in ("--respondent", table.header[place])]


def _say_questions(guess: Guess, questions: Questions, coded: bool) -> None:
    if coded:
        guess.asked.append("whether these are people: if they are statements, see KIND=items")
    meant = "which person each code stands for, as an alias of theirs" if coded else WHO
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


def columns_of_names(table: Table) -> Guess | None:
    """Columns that are headed by nothing but a name, with answers below."""
    named = [
        place
        for place, cell in enumerate(table.header)
        if looks_like_a_name(cell)
        and not HEADINGS & set(table.plain[place].split())
        and not day_orders(table.cells(place))
        and not any(map(looks_like_a_name, table.cells(place)))
    ]
    others = [place for place, cell in enumerate(table.header) if cell and place not in named]
    folded = {fold(table.header[place]) for place in named}
    met = {place: len(folded & {fold(cell) for cell in table.cells(place)}) for place in others}
    who = _respondents(table, others, met)
    if len(named) < 3 or not who or table.place(ACTIVITIES, named) is not None:
        return None
    guess = Guess("roster", f"{len(named)} columns ask about {len(named)} people")
    guess.columns = ", ".join([*shown_headers(table, others), f"{len(named)} of names"])
    _say_questions(guess, Questions("{about}", {"": [(place, table.header[place]) for place in named]}), True)
    guess.asked.pop(0)
    _say_respondents(guess, table, who, "respondent")
    say_rounds(guess, table, named)
    _say_answers(guess, table, {cell for place in named for cell in table.cells(place)})
    some = [(place, table.header[place]) for place in named]
    if any(_half_empty(row, some, folded, who) for row in table.rows):
        guess.asks("whether a blank is no tie or an answer not given", "--blank", "<none|missing>")
    left = [place for place in others if place not in who and table.plain[place] not in WAVES]
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


def items_on_a_scale(table: Table) -> Guess | None:
    """Columns of answers on a scale."""
    who = table.place(PEOPLE)
    scales = [
        place
        for place in range(len(table.header))
        if place != who and table.plain[place] not in DAYS | WAVES and _is_scale(table, place)
    ]
    if len(scales) < 3:
        return None
    guess = Guess("items", f"{len(scales)} columns hold answers on a scale")
    guess.asks("what the statements are: item_id, scale, wording, minimum, …", "--items", "<items.csv>")
    if who is None:
        guess.asks("which column says whose row it is", "--respondent", "<whose row it is>")
    elif table.header[who] != "actor_id":
        guess.options += ["--respondent", table.header[who]]
    say_rounds(guess, table, scales)
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
