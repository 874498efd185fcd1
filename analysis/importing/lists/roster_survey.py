"""A wide roster survey, as survey tools export it, matched with the list of those who were asked.

One row per respondent; one column per person who can be named, per wave and relation. Names are matched as
somebody wrote them but for case, accents and spaces; whoever is not found that way is listed with the
nearest names, and nothing is guessed: neither who is meant, nor what a blank cell says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from analysis.importing.files.sheets import Layout, unread_columns
from analysis.importing.shared.account import Account, counted
from analysis.importing.shared.grid import Grid, read_grids
from analysis.importing.shared.people import Matcher
from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = ["DISPLAY_ORDER", "PATTERN", "TICKS", "Blank", "check_dates", "present", "read_roster_survey"]

PATTERN = "{relation} | {wave} | {alter}"
"""How the header of a column says what was asked, of which wave, about whom."""

TICKS = {"x": 1.0, "✓": 1.0, "✔": 1.0, "yes": 1.0, "no": 0.0, "true": 1.0, "false": 0.0}
"""Words read as numbers without being told; others need a list of labels.

Where an answer says how often, a tick and yes need it, too.
"""

Blank = Literal["missing", "none"]
"""What a blank cell beside answers says: nothing is known, or no tie."""

DISPLAY_ORDER = re.compile(r"_DO(_[0-9]+)?\Z|\ADisplay Order\b")
"""Columns of Qualtrics that say in which order answers were shown."""
_FIELDS = ("relation", "wave", "alter")
_SHORTEST = 4
"""Letters of the shortest name that is looked for in the header of a column that is not read."""


@dataclass(frozen=True)
class _Asked:
    """What a column of the survey asks: its place, the relation, the wave (None: see the row), about whom."""

    place: int
    relation: str
    wave: int | None
    alter: str


class _Key(NamedTuple):
    wave: int
    relation: str
    sender: str


class _Row(NamedTuple):
    grid: Grid
    line: int
    cells: list[str]
    sender: str
    wave: int | None
    asked: list[_Asked]


@dataclass
class _Heard:
    """What somebody answered in a wave about a relation."""

    file: str
    line: int
    ties: list[tuple[str, float]] = field(default_factory=list)
    none: int = 0
    blank: list[str] = field(default_factory=list)
    missing: int = 0


@dataclass(frozen=True)
class _Way:
    """How a survey is to be read."""

    words: Mapping[str, float | None]
    layout: Layout
    blank: Mapping[str, Blank]
    keep: Literal["first", "last"] | None
    present: Mapping[int, frozenset[str]]
    highest: Mapping[str, float]
    split: str
    choices: Mapping[str, str]
    meant: Mapping[str, list[str]]


def read_roster_survey(
    path: Path,
    roster: pd.DataFrame,
    relations: Sequence[str],
    faults: list[Fault],
    *,
    pattern: str = PATTERN,
    questions: Mapping[str, str] | None = None,
    respondent: str = "respondent",
    wave_column: str | None = None,
    wave: int | None = None,
    labels: Mapping[str, float | None] | None = None,
    waves: pd.DataFrame | None = None,
    organization_kind: str = "school",
    blank: Mapping[str, Blank] | None = None,
    keep: Literal["first", "last"] | None = None,
    unlisted: Sequence[str] = (),
    layout: Layout | None = None,
    notes: list[str] | None = None,
    asked_of: list[tuple[int, str]] | None = None,
    highest: Mapping[str, float] | None = None,
    split: str = "",
) -> dict[str, pd.DataFrame]:
    """Return the tables of a wide roster survey; faults are appended.

    Parameters
    ----------
    path : Path
        The survey, `.csv` or `.xlsx`.
    roster : DataFrame
        Who was asked (`read_roster`).
    relations : sequence of str
        Relations of the dataset; a column of another one is a fault.
    faults : list of Fault
        Every fault of the survey is appended: a header's or a respondent's name that is not on the roster,
        or on it twice; somebody on the roster about whom no column asks; a respondent twice in a wave; an
        answer that is neither a number nor a label; answers and blanks in one row, unless `blank` says what
        they mean; a wave without dates, where the roster tells who joined or left.
    pattern : str
        The header of an answer's column, with `{relation}`, `{wave}` and `{alter}` in it. Columns that do
        not fit are left out and listed, and are at fault if somebody is named in them. Without `{wave}` each
        row tells its own, in `wave_column`, or all are of `wave`; without `{relation}` there must be one.
    questions : mapping of str to str, optional
        What is asked about a relation: `{relation}` in a header is the relation's name or its question.
    respondent : str
        Header of the column with the respondents' names or identifiers.
    wave_column : str, optional
        Header of the column with the number of the wave.
    wave : int, optional
        The wave of all answers.
    labels : mapping of str to float or None, optional
        What words mean as numbers (never: 0, weekly: 3); None: the answer is missing. Ticks (x, ✓), yes and
        no are known; `highest` says where a tick or yes is not enough.
    waves : DataFrame, optional
        The table `waves`, if its dates are known: who had left before a wave, or joined after it, is no
        non-respondent of it.
    organization_kind : str
        What sort of organisation those on the roster are.
    blank : mapping of str to {"missing", "none"}, optional
        By relation, what a blank beside answers says. There is no default.
    keep : {"first", "last"}, optional
        Which row counts of somebody who answered twice.
    unlisted : sequence of str
        Who on the roster the survey did not ask about.
    layout : Layout, optional
        Sheets, line of the header, codes of missing answers, columns known not to be read.
    notes : list of str, optional
        What became of the rows and the answers is appended, and what was left out.
    asked_of : list of (int, str), optional
        The waves and relations the survey asks about are appended.
    highest : mapping of str to float, optional
        By relation, the highest answer. Where it is not 1, a tick or yes says nothing of how strong a tie is,
        and is at fault unless `labels` tells.
    split : str
        What parts several choices in one cell, where a cell says which of the relations hold, by name or
        question: each column then asks about all of them, and who chose one said no to the others.

    Returns
    -------
    dict of str to DataFrame
        organizations, actors, waves, nonresponse, ties. An answer of 0 is no tie, and nobody answers about
        themselves. A relation left wholly empty was not answered; one that was answered in part, with
        something missing, counts as not answered, since a tie not reported would else be read as none.
        Whoever answered nothing in a wave, or has no row there, is a non-respondent.
    """
    layout, notes = layout or Layout(), [] if notes is None else notes
    matcher = Matcher(roster)
    asked_as = {**(questions or {}), **{relation: relation for relation in relations}}
    known = {way: name for one, name in asked_as.items() for way in (" ".join(one.split()), fold(one))}
    grids = read_grids(path, layout, faults, notes) or [Grid([], [], file=path.name)]
    before = len(faults)
    rows: list[_Row] = []
    told_of: set[tuple[int | None, str]] = set()
    all_asked: list[_Asked] = []
    for grid in grids:
        asked = _columns(
            *(grid, pattern, known, matcher, (wave_column, wave), (respondent, layout), faults, notes),
            several=bool(split),
        )
        for header, told in (
            (respondent, f"one of {', '.join(grid.header[:12]) or 'none'}"),
            (wave_column, ""),
        ):
            if header is not None and header not in grid.header:
                hint = "name it with --respondent" if told else ""
                allowed = told or "the header of a column"
                faults.append(Fault(grid.file, f"no column {header!r}", allowed, grid.line, hint=hint))
        if respondent in grid.header and (wave_column is None or wave_column in grid.header):
            rows += _rows(grid, asked, matcher, respondent, (wave_column, layout), faults, notes)
        all_asked += asked
        told_of |= {(one.wave, one.relation) for one in asked}
    own = sorted({row.wave for row in rows if row.wave is not None})
    rounds = sorted(
        {(when, relation) for said, relation in told_of for when in ([said] if said is not None else own)}
    )
    if asked_of is not None:
        asked_of += rounds
    listed = {when: frozenset(present(roster, when, waves)) for when in sorted({one for one, _ in rounds})}
    check_dates(path.name, roster, listed, waves, faults)
    left_out = [matcher.find(name, ("--unlisted", None, None), faults) for name in unlisted]
    if len(faults) == before:
        _check_everybody_is_asked_about(path.name, all_asked, listed, own, matcher, left_out, faults)
    words = {fold(word): value for word, value in (labels or {}).items()}
    way = _Way(words, layout, blank or {}, keep, listed, highest or {}, split, known, matcher.meant)
    heard, accounts = _heard(rows, respondent, way, faults, notes)
    silenced = _settle_blanks(path.name, heard, way, matcher, faults, notes)
    notes += [*matcher.notes, *map(str, accounts)]
    return _tables(roster, rounds, heard, silenced, listed, organization_kind)


def _columns(
    grid: Grid,
    pattern: str,
    known: Mapping[str, str],
    matcher: Matcher,
    told_by: tuple[str | None, int | None],
    told: tuple[str, Layout],
    faults: list[Fault],
    notes: list[str],
    *,
    several: bool,
) -> list[_Asked]:
    """Return what each column asks, as its header says."""
    file = grid.file
    wave_column, wave = told_by
    respondent, layout = told
    relations = tuple(dict.fromkeys(known.values()))
    fields = re.findall(r"\{(\w+)\}", pattern)
    if "alter" not in fields or set(fields) - set(_FIELDS) or len(set(fields)) < len(fields):
        faults.append(Fault("--pattern", repr(pattern), "{relation}, {wave} and {alter}, each once"))
        return []
    if ("wave" in fields) + (wave_column is not None) + (wave is not None) != 1:
        allowed = "{wave} in the pattern, --wave-column, or --wave where all answers are of one: one of them"
        faults.append(Fault("--pattern", repr(pattern), allowed))
        return []
    if several and "relation" in fields:
        faults.append(Fault("--pattern", repr(pattern), "no {relation} in it, since cells name relations"))
        return []
    if "relation" not in fields and len(relations) != 1 and not several:
        allowed = f"{{relation}} in the pattern, since there are {len(relations)} relations"
        faults.append(Fault("--pattern", repr(pattern), allowed))
        return []
    shape = re.compile(_as_expression(pattern, known), re.IGNORECASE)
    found: list[_Asked] = []
    taken: dict[tuple[str, int | None, str], str] = {}
    others: list[str] = []
    before = len(faults)
    for place, header in enumerate(grid.header):
        if header in (respondent, wave_column):
            continue
        fit = shape.fullmatch(" ".join(header.split()))
        if fit is None or header.casefold() in layout.unread or DISPLAY_ORDER.search(header):
            others.append(header)
            continue
        parts = fit.groupdict()
        said = fold(parts["relation"]) if "relation" in parts else ""
        about = (known.get(said),) if said else relations
        if None in about:
            allowed = f"relations of the dataset: {', '.join(relations) or 'none'}"
            hint = "declare it in datapackage.json, or with --relation"
            faults.append(Fault(file, repr(parts["relation"]), allowed, grid.line, header, hint))
        nobody: list[Fault] = []
        alter = matcher.find(parts["alter"], (file, grid.line, header), nobody)
        unread = f"if the column asks about nobody, say --unread {header!r}"
        faults += [replace(fault, hint=f"{fault.hint}; {unread}") for fault in nobody]
        when = int(parts["wave"]) if "wave" in parts else wave
        for relation in about:
            if relation is None or alter is None:
                continue
            if (relation, when, alter) in taken:
                found_again = f"the same person as column {taken[relation, when, alter]!r}"
                allowed = "one column per person, wave and relation"
                faults.append(Fault(file, found_again, allowed, grid.line, header))
                break
            taken[relation, when, alter] = header
            found.append(_Asked(place, relation, when, alter))
    if not taken and len(faults) == before:
        allowed = f"headers like {pattern!r}"
        found_ = "no column that asks about a person"
        faults.append(Fault(file, found_, allowed, grid.line, hint=_header_of(grid, shape)))
    else:
        unread_columns(file, others, _named_in(matcher), layout, grid.line, faults, notes)
    return found


def _header_of(grid: Grid, shape: re.Pattern[str]) -> str:
    for line, row in enumerate(grid.cells[:10], start=grid.line + 1):
        if any(shape.fullmatch(" ".join(cell.split())) for cell in row):
            return f"is row {line} the header? Say so with --header-row"
    return "see --pattern; and --header-row, where the header stands further down"


def _named_in(matcher: Matcher) -> Callable[[str], str]:
    names = {way: people for way, people in matcher.meant.items() if len(way) >= _SHORTEST and " " in way}

    def named(header: str) -> str:
        if DISPLAY_ORDER.search(header):
            return ""
        folded = " " + " ".join(re.findall(r"\w+", fold(header))) + " "
        for way, people in names.items():
            if f" {way} " in folded:
                return f"a question about {matcher.shown[people[0]]}"
        return ""

    return named


def _as_expression(pattern: str, known: Iterable[str]) -> str:
    # A question may hold what parts it from a name: those that are known are tried first.
    told = "|".join(re.escape(one) for one in sorted(known, key=len, reverse=True))
    shapes = {
        "relation": rf"(?P<relation>{told}|.+?)",
        "wave": r"(?P<wave>[0-9]{1,6})",
        "alter": r"(?P<alter>.+)",
    }
    parts = re.split(r"\{(\w+)\}", " ".join(pattern.split()))
    return "".join(shapes[part] if place % 2 else re.escape(part) for place, part in enumerate(parts))


def _rows(
    grid: Grid,
    asked: list[_Asked],
    matcher: Matcher,
    respondent: str,
    waves: tuple[str | None, Layout],
    faults: list[Fault],
    notes: list[str],
) -> Iterator[_Row]:
    wave_column, layout = waves
    who, empty = grid.header.index(respondent), list[int]()
    for line, cells in enumerate(grid.cells, start=grid.line + 1):
        if not any(cells):
            continue
        if not cells[who] and not any(cells[one.place] for one in asked):
            empty.append(line)
            continue
        if not cells[who]:
            hint = "if another column says whose row it is, name it with --respondent"
            faults.append(Fault(grid.file, "an empty cell", "who answered", line, respondent, hint))
            continue
        sender = matcher.find(cells[who], (grid.file, line, respondent), faults)
        when = None
        if wave_column is not None:
            told = cells[grid.header.index(wave_column)]
            when = layout.wave(told, (grid.file, line, wave_column), faults)
        if sender is not None and (when is not None or wave_column is None):
            yield _Row(grid, line, cells, sender, when, asked)
    if empty:
        listed = ", ".join(map(str, empty[:20]))
        notes.append(
            f"{grid.file}: {len(empty)} rows without a name and without an answer, left out: {listed}"
        )


def check_dates(
    file: str,
    roster: pd.DataFrame,
    listed: Iterable[int],
    dated: pd.DataFrame | None,
    faults: list[Fault],
) -> None:
    """Append a fault for each wave listed without dates if somebody joined or left: were they asked in it?"""
    moved = roster[roster["joined_on"].notna() | roster["left_on"].notna()]
    if moved.empty:
        return
    known = dated if dated is not None else pd.DataFrame({"wave": [], "opened_on": [], "closed_on": []})
    known = known.dropna(subset=["opened_on", "closed_on"])
    for wave in listed:
        if wave not in set(known["wave"]):
            who = str(moved["actor_id"].iloc[0])
            found = f"no dates of wave {wave}, and a roster that says when somebody ({who}) joined or left"
            hint = f"--wave-dates {wave}:2024-10-01:2024-10-31, or fill waves.csv before"
            faults.append(Fault(file, found, "the first and the last day of each wave", hint=hint))


def _check_everybody_is_asked_about(
    file: str,
    asked: Sequence[_Asked],
    listed: Mapping[int, frozenset[str]],
    own: Sequence[int],
    matcher: Matcher,
    left_out: Sequence[str | None],
    faults: list[Fault],
) -> None:
    about: dict[tuple[int | None, str], set[str]] = {}
    for one in asked:
        about.setdefault((one.wave, one.relation), set()).add(one.alter)
    for (when, relation), alters in about.items():
        there = frozenset().union(*(listed[wave] for wave in ([when] if when is not None else own)))
        for person in sorted(there - alters - set(left_out)):
            found = f"no column about {matcher.shown.get(person, person)}"
            hint = f"if nobody was asked about them, say --unlisted {person!r}"
            told = relation if when is None else f"{relation}, wave {when}"
            faults.append(Fault(file, found, "a column for each person on the roster", None, told, hint))


def _heard(
    rows: Sequence[_Row], respondent: str, way: _Way, faults: list[Fault], notes: list[str]
) -> tuple[dict[_Key, _Heard], list[Account]]:
    """Return what was answered by whom, in the order of the rows, and what became of rows and cells."""
    kept: dict[tuple[str, int], _Row] = {}
    taken: dict[_Key, _Row] = {}
    dropped: Counter[str] = Counter()
    for row in rows:
        waves = {one: one.wave if one.wave is not None else row.wave or 0 for one in row.asked}
        keys = {_Key(when, one.relation, row.sender) for one, when in waves.items()}
        again = next((taken[key] for key in keys if key in taken), None)
        if again is not None and way.keep is None:
            found = f"{row.cells[row.grid.header.index(respondent)]!r} again, as in row {again.line}"
            hint = "say --keep first or --keep last"
            allowed = "one row per respondent and wave"
            faults.append(Fault(row.grid.file, found, allowed, row.line, respondent, hint))
            continue
        if again is not None:
            gone = row if way.keep == "first" else again
            dropped[gone.grid.file] += 1
            note = f"left out, since the {way.keep} row of {row.sender} counts"
            notes.append(f"{gone.grid.file}, row {gone.line}: {note}")
            if way.keep == "first":
                continue
            kept.pop((again.grid.file, again.line), None)
        kept[row.grid.file, row.line] = row
        taken.update(dict.fromkeys(keys, row))
    heard: dict[_Key, _Heard] = {}
    cells: dict[str, Counter[str]] = {}
    for row in kept.values():
        _hear(row, way, heard, cells.setdefault(row.grid.file, Counter()), faults)
    accounts = []
    for file in dict.fromkeys(row.grid.file for row in rows):
        of_file = [row for row in kept.values() if row.grid.file == file]
        total = sum(1 for row in rows if row.grid.file == file)
        if not faults:
            became = {"respondents": len(of_file), "left out, answered twice": dropped[file]}
            accounts.append(Account(file, "rows", total, became))
            many = sum(len(row.asked) for row in of_file)
            accounts.append(Account(file, "answers", many, cells[file]))
    return heard, accounts


def _hear(row: _Row, way: _Way, heard: dict[_Key, _Heard], count: Counter[str], faults: list[Fault]) -> None:
    for one in row.asked:
        when = one.wave if one.wave is not None else row.wave
        text = row.cells[one.place]
        if when is None:
            continue
        if one.alter == row.sender:
            count["about oneself, left out" if text else "about oneself, blank"] += 1
            continue
        key = _Key(when, one.relation, row.sender)
        if one.alter not in way.present[when] and not text:
            count["about who was not there, blank"] += 1
            continue
        found = heard.setdefault(key, _Heard(row.grid.file, row.line))
        header = row.grid.header[one.place]
        if not text and row.line in row.grid.unfinished:
            found.missing += 1
            count["left blank by somebody who did not finish"] += 1
            continue
        if not text:
            found.blank.append(header)
            count["left blank"] += 1
            continue
        if (value := _answer(row.grid, text, row.line, (header, one), way, faults)) is None:
            found.missing += 1
            count["declared missing"] += 1
        elif value:
            found.ties.append((one.alter, value))
            count["ties"] += 1
        else:
            found.none += 1
            count["no tie"] += 1


def _answer(
    grid: Grid, text: str, line: int, about: tuple[str, _Asked], way: _Way, faults: list[Fault]
) -> float | None:
    header, asked = about
    relation = asked.relation
    if way.layout.is_missing(text):
        return None
    if way.split:
        return _chosen(grid, text, line, (header, relation), way, faults)
    if fold(text) in way.words:
        return way.words[fold(text)]
    highest = way.highest.get(relation, 1.0)
    ticks = {word: value for word, value in TICKS.items() if not value or highest == 1}
    if fold(text) in ticks:
        return ticks[fold(text)]
    if highest == 1 and way.meant.get(fold(text)) == [asked.alter]:
        # A box that was ticked has the name beside it.
        return 1.0
    value = grid.number(text)
    if value is None and fold(text) in TICKS:
        allowed = f"how strong the tie is, up to {highest:g}"
        hint = f"a mark alone does not say: give it a value with --labels, or declare {relation}:0:1"
        faults.append(Fault(grid.file, repr(text), allowed, line, header, hint))
    elif value is None:
        known = ", ".join((*ticks, *way.words))
        hint = "say what other words mean with --labels, or --missing that the answer is missing"
        hint += "; that a cell names several relations, with --split" if re.search("[,;|]", text) else ""
        faults.append(Fault(grid.file, repr(text), f"a number, or one of {known}", line, header, hint))
    return value


def _chosen(
    grid: Grid, text: str, line: int, about: tuple[str, str], way: _Way, faults: list[Fault]
) -> float | None:
    """Return 1 if a relation is among the choices in a cell, 0 if others are or none is."""
    header, relation = about
    if fold(text) in way.words and not way.words[fold(text)]:
        return way.words[fold(text)]
    parts = text.split(way.split)
    chosen: set[str] = set()
    place = 0
    while place < len(parts):
        # What a choice says may have the sign in it: the longest that is known counts.
        ends = range(len(parts), place, -1)
        known = (end for end in ends if fold(way.split.join(parts[place:end])) in way.choices)
        end = next(known, place + 1)
        said = fold(way.split.join(parts[place:end]))
        if said and said not in way.choices:
            names = ", ".join(dict.fromkeys(way.choices.values()))
            allowed = f"choices parted by {way.split!r}: {names}, by name or words"
            hint = "declare it with --relation NAME:0:1:WORDS; words alone that say none, with --labels and 0"
            fault = Fault(grid.file, repr(parts[place].strip()), allowed, line, header, hint)
            faults += [fault] if fault not in faults else []
            return None
        chosen |= {way.choices[said]} if said else set()
        place = end
    return float(relation in chosen)


def _settle_blanks(
    file: str,
    heard: Mapping[_Key, _Heard],
    way: _Way,
    matcher: Matcher,
    faults: list[Fault],
    notes: list[str],
) -> set[_Key]:
    """Return who counts as not having answered: nothing said, or something missing beside what was."""
    silenced: set[_Key] = set()
    asked_for: dict[str, list[_Heard]] = {}
    set_aside: list[tuple[_Key, _Heard]] = []
    for key, found in heard.items():
        answered = len(found.ties) + found.none
        blank = way.blank.get(key.relation)
        if not answered:
            silenced.add(key)
        elif found.blank and blank is None:
            asked_for.setdefault(key.relation, []).append(found)
        elif found.missing or (found.blank and blank == "missing"):
            silenced.add(key)
            set_aside.append((key, found))
    for relation, some in asked_for.items():
        told = f"{counted(len(some), 'rows')} about {relation} with answers and blanks"
        allowed = "--blank none (a blank is no tie) or --blank missing (nothing is known)"
        hint = f"for this relation alone: --blank {relation}:none"
        faults.append(Fault(some[0].file, told, allowed, some[0].line, some[0].blank[0], hint))
    for key, found in set_aside[:20]:
        gone = len(found.blank) * (way.blank.get(key.relation) == "missing") + found.missing
        asked = gone + len(found.ties) + found.none
        notes.append(
            f"{file}, row {found.line}: {gone} of {asked} answers of {key.sender} about {key.relation} (wave "
            f"{key.wave}) are missing, so that it counts as not answered: "
            f"{counted(len(found.ties), 'ties')} set aside"
        )
    if len(set_aside) > 20:
        ties = sum(len(found.ties) for _, found in set_aside)
        notes.append(f"{file}: {len(set_aside)} such rows in all, {counted(ties, 'ties')} set aside")
    return silenced


def present(roster: pd.DataFrame, wave: int, dated: pd.DataFrame | None) -> list[str]:
    """Return who was in the network in a wave, as far as dates tell."""
    there = roster["actor_id"].notna()
    known = dated[dated["wave"] == wave] if dated is not None else pd.DataFrame()
    if len(known):
        opened, closed = known.iloc[0][["opened_on", "closed_on"]]
        if not pd.isna(opened):
            there &= ~(roster["left_on"] < opened).fillna(False)
        if not pd.isna(closed):
            there &= ~(roster["joined_on"] > closed).fillna(False)
    return [str(person) for person in roster.loc[there, "actor_id"]]


def _tables(
    roster: pd.DataFrame,
    rounds: Sequence[tuple[int, str]],
    heard: Mapping[_Key, _Heard],
    silenced: set[_Key],
    listed: Mapping[int, frozenset[str]],
    organization_kind: str,
) -> dict[str, pd.DataFrame]:
    ties = [
        (key.wave, key.relation, key.sender, alter, value, key.sender)
        for key, found in heard.items()
        if key not in silenced
        for alter, value in found.ties
    ]
    silent: list[tuple[int, str, str | None]] = []
    for wave, present in listed.items():
        relations = [relation for when, relation in rounds if when == wave]
        for person in filter(present.__contains__, map(str, roster["actor_id"].dropna())):
            keys = [_Key(wave, relation, person) for relation in relations]
            missing = [key.relation for key in keys if key not in heard or key in silenced]
            if len(missing) == len(relations):
                silent.append((wave, person, None))
            else:
                silent += [(wave, person, relation) for relation in missing]
    homes = roster["organization_id"].dropna().drop_duplicates()
    found = {
        "organizations": pd.DataFrame({"organization_id": homes, "kind": organization_kind}),
        "actors": roster[["actor_id", "organization_id", "role", "joined_on", "left_on"]],
        "waves": pd.DataFrame({"wave": list(listed), "label": [f"Wave {wave}" for wave in listed]}),
        "nonresponse": pd.DataFrame(silent, columns=["wave", "actor_id", "relation"]),
        "ties": pd.DataFrame(
            sorted(ties), columns=["wave", "relation", "sender_id", "receiver_id", "value", "reported_by"]
        ),
    }
    return {name: frame for name, frame in found.items() if name != "organizations" or len(frame)}
