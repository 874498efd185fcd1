"""Lists of ties: a row per tie, in a CSV file or a workbook."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from analysis.importing.files.sheets import Layout, Sheet, chosen_sheets, parted, read_number, shown
from analysis.importing.lists.roster_survey import TICKS
from analysis.importing.shared.account import Account, counted
from analysis.importing.shared.columns import find_columns, tell_unread
from analysis.importing.shared.network import Arc, Combine, ImportedNetwork, actor_label, assemble
from analysis.importing.shared.people import People
from analysis.privacy.names import fold
from analysis.tables.faults import Fault, raise_faults

__all__ = ["DIRECTIONS", "read_edges"]

_USUAL = {
    "sender": ("sender", "sender_id", "from", "source"),
    "receiver": ("receiver", "receiver_id", "to", "target"),
    "value": ("value", "weight", "strength"),
    "wave": ("wave",),
    "relation": ("relation",),
    "reporter": ("reported_by", "reported by"),
}
"""Headers looked for when none is given, in this order."""

_LIKE = {
    "value": ("frequency", "freq", "score", "intensity", "times", "count", "number"),
    "wave": ("round", "period", "year", "time point", "timepoint"),
    "relation": ("linktype", "link type", "tie", "tie type", "kind", "type"),
}
"""Headers of columns that may well be one that is read, if only somebody said so."""
_TIMES = ("start", "end", "timeset", "interval", "spells")
DIRECTIONS = frozenset({"directed", "undirected", "mutual"})
"""What a column of a tie's direction says."""


def read_edges(
    path: Path,
    *,
    sender: str | None = None,
    receiver: str | Sequence[str] | None = None,
    value: str | None = None,
    values: Mapping[str, str] | None = None,
    blank: Mapping[str, str] | None = None,
    labels: Mapping[str, float | None] | None = None,
    wave: str | None = None,
    relation: str | None = None,
    only_wave: int = 1,
    only_relation: str = "tie",
    actors: Sequence[str] = (),
    undirected: bool = False,
    split: Sequence[str] = (),
    nobody: Collection[str] = (),
    strength: Sequence[str] = (),
    highest: Mapping[str, float] | None = None,
    combine: Combine | None = None,
    everybody: Callable[[int], Collection[str]] | None = None,
    layout: Layout | None = None,
    people: People | None = None,
) -> ImportedNetwork:
    """Read a list of ties, from a CSV file or sheets of a workbook, below a header.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 (commas, semicolons or tabs; with the latter two, 1,5 is a number) or .xlsx.
    sender, receiver, value, wave, relation : str, optional
        Headers of the columns, in capitals or not. Without them the usual ones are looked for: sender,
        sender_id, from or source; receiver, receiver_id, to or target; value, weight or strength; wave;
        relation. The first two must be there. Without values each tie has the value 1. Several headers of
        receivers are as many names somebody could write down. A column `Reported by` says whose answer a tie
        is; an empty cell, the sender's.
    values : mapping of str to str, optional
        Headers of several columns of values, each with the relation it is of.
    blank : mapping of str to {"missing", "none"}, optional
        By relation, what an empty value says, which is else a fault: either way there is no tie.
    labels : mapping of str to float or None, optional
        What words mean as values; None: the value is missing.
    only_wave, only_relation : int, str
        Wave and relation where there is no such column.
    actors : sequence of str
        Further people, who may have no ties. A row with a sender and no receiver names one, too.
    undirected : bool
        Whether each row is a tie in both directions. A column `Type` or `Direction` of directed, undirected
        and mutual, as Gephi and Kumu write it, says so of each row.
    split : sequence of str
        What parts several receivers, or several relations, in one cell.
    nobody : collection of str
        What somebody wrote who names nobody (none), folded: an answer without a tie.
    strength : sequence of str
        Headers of the values of ties, one for each header of receivers.
    highest : mapping of str to float, optional
        By relation, the highest value: where it is 1, ticks, yes and no are known.
    combine : {"sum", "max", "count"}, optional
        What rows of one tie become; by default a tie that is there twice is a fault.
    everybody : callable, optional
        Who was asked, by wave, as identifiers: whoever of them has no row did not answer. Without it the file
        tells nothing of those it does not name.
    layout : Layout, optional
        Sheets, line of the header, codes of missing values, columns known not to be read.
    people : People, optional
        Who is meant by a name.

    Raises
    ------
    InvalidInput
        With every fault of the file; no value of a tie is ever guessed. A column that is nearly one that is
        read, or that tells times of ties, is a fault.
    """
    faults: list[Fault] = []
    notes: list[str] = []
    layout = layout or Layout()
    sheets = chosen_sheets(path, layout, faults, notes)
    raise_faults(faults, "nothing read")
    reader = _Reader(
        layout,
        only_wave,
        only_relation,
        undirected,
        split,
        faults,
        notes,
        dict.fromkeys(map(actor_label, actors)),
        blank or {},
        words={fold(word): number for word, number in (labels or {}).items()},
        nobody=frozenset(map(fold, nobody)),
        highest=highest or {},
    )
    given = {
        **{"sender": sender, "receiver": None, "value": value},
        **{"wave": wave, "relation": relation, "reporter": None},
    }
    for place, header in enumerate([receiver] if isinstance(receiver, str) else receiver or ()):
        given["receiver" if place == 0 else f"receiver {place + 1}"] = header
    for place, header in enumerate(strength):
        given["strength" if place == 0 else f"strength {place + 1}"] = header
    several = dict(enumerate(values or {}, start=1))
    given |= {f"value {number}": header for number, header in several.items()}
    reader.of_value = {f"value {number}": (values or {})[header] for number, header in several.items()}
    for sheet in sheets or [Sheet(path.name, "", [], False)]:
        places = _places(sheet, given, layout, faults, notes)
        _check_header(sheet, places, people, faults)
        raise_faults(faults, "nothing read")
        reader.read(sheet, places)
    file = path.name if len(sheets) != 1 else sheets[0].file
    if not faults:
        notes.append(str(Account(file, "rows", reader.rows, reader.became)))
        if reader.left_out:
            notes.append(
                f"{file}: missing, left out: {counted(reader.left_out, 'values')} of rows with others"
            )
    asked = list(reader.asked) or [(only_wave, only_relation)]
    return assemble(
        file,
        reader.people,
        reader.arcs,
        asked,
        faults,
        directed=reader.directed,
        people=people,
        once=False,
        notes=notes,
        heard=None if everybody is None else (reader.heard, everybody),
        combine=combine,
    )


@dataclass
class _Reader:
    """Rows of one sheet after another, as ties."""

    layout: Layout
    only_wave: int
    only_relation: str
    all_undirected: bool
    split: Sequence[str]
    faults: list[Fault]
    notes: list[str]
    people: dict[str, None]
    blank: Mapping[str, str] = field(default_factory=dict)
    of_value: Mapping[str, str] = field(default_factory=dict)
    asked: dict[tuple[int, str], None] = field(default_factory=dict)
    arcs: list[Arc] = field(default_factory=list)
    rows: int = 0
    became: Counter[str] = field(default_factory=Counter)
    directed: dict[str, bool] = field(default_factory=dict)
    heard: set[tuple[int, str, str]] = field(default_factory=set)
    left_out: int = 0
    words: Mapping[str, float | None] = field(default_factory=dict)
    nobody: frozenset[str] = frozenset()
    highest: Mapping[str, float] = field(default_factory=dict)

    def read(self, sheet: Sheet, places: Mapping[str, int]) -> None:
        header = sheet.rows[0]
        for line, row in enumerate(sheet.rows[1:], start=sheet.line + 1):
            if any(row):
                self.rows += 1
                cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
                self.row(sheet, header, places, cells, line)

    def row(
        self,
        sheet: Sheet,
        header: Sequence[str],
        places: Mapping[str, int],
        cells: Mapping[str, str],
        line: int,
    ) -> None:
        who = actor_label(cells["sender"])
        if not who:
            self.faults.append(
                Fault(sheet.file, "an empty cell", "who sends the tie", line, header[places["sender"]])
            )
            return
        columns = {name: cell for name, cell in cells.items() if name.startswith("receiver") and cell}
        if self.layout.missing and any(map(self.layout.is_missing, columns.values())):
            self.people[who] = None
            self.became["whose names are missing, left out"] += 1
            return
        own = {name: self.names_in(cell) for name, cell in columns.items()}
        named = [label for some in own.values() for label in some]
        self.people[who] = None
        for one in named:
            self.people[one] = None
        no_wave: list[Fault] = []
        number: int | None = self.only_wave
        if "wave" in cells:
            number = self.layout.wave(cells["wave"], (sheet.file, line, header[places["wave"]]), no_wave)
        own_relations = [self.only_relation]
        if "relation" in cells:
            parts = map(actor_label, parted(cells["relation"], self.split))
            # An empty cell is one relation without a name, which is at fault.
            own_relations = list(dict.fromkeys(filter(None, parts))) or [""]
        about = [("value", relation, named) for relation in own_relations]
        if self.of_value:
            # Each column of values is a relation of its own.
            about = [(name, relation, named) for name, relation in self.of_value.items()]
        elif "strength" in cells:
            some_named = {name.replace("receiver", "strength"): some for name, some in own.items() if some}
            of_each = [
                (name, relation, some) for relation in own_relations for name, some in some_named.items()
            ]
            about = of_each or about
        if number is not None and all(relation for _, relation, _ in about):
            for _, relation, _ in about:
                self.asked[number, relation] = None
                self.heard.add((number, relation, who))
        elif not named and not cells.get("wave") and not cells.get("relation"):
            self.became["that name somebody without a tie"] += 1
            return
        self.faults += no_wave
        values = [
            self.value(sheet, header, places, cells, line, column, relation, bool(named))
            for column, relation, _ in about
        ]
        if not named:
            self.became["that name somebody without a tie"] += 1
        elif number is not None and None not in values:
            strengths = [(one, value, some) for (_, one, some), value in zip(about, values, strict=True)]
            known = [(one, float(value), some) for one, value, some in strengths if isinstance(value, float)]
            if not known:
                self.became["whose value is missing, left out"] += 1
            else:
                self.became["with ties" if any(value for _, value, _ in known) else "of value 0, no tie"] += 1
            self.left_out += len(strengths) - len(known) if known else 0
            reporter = actor_label(cells.get("reporter", ""))
            for one, value, some in known:
                where = (number, one, line)
                self.tie(who, some, value, where, cells.get("direction", "").casefold(), reporter)

    def names_in(self, cell: str) -> list[str]:
        """Return the names in a cell, without words that name nobody."""
        labels = [actor_label(part) for part in parted(cell, self.split)]
        return [label for label in labels if label and fold(label) not in self.nobody]

    def value(
        self,
        sheet: Sheet,
        header: Sequence[str],
        places: Mapping[str, int],
        cells: Mapping[str, str],
        line: int,
        column: str,
        relation: str,
        named: bool,
    ) -> float | Literal["missing"] | None:
        """Return how strong a tie is, that it is not known, or None and a fault."""
        if not relation:
            found = shown(cells["relation"])
            self.faults.append(
                Fault(sheet.file, found, "the name of a relation", line, header[places["relation"]])
            )
        text = cells.get(column)
        if text is None:
            return 1.0 if relation else None
        if not text and line in sheet.unfinished:
            return "missing"
        if not text and self.blank.get(relation) == "none":
            return 0.0
        if (self.layout.missing and self.layout.is_missing(text)) or (not text and relation in self.blank):
            return "missing"
        marks = TICKS if self.highest.get(relation) == 1 else {}
        number = read_number(text, decimal_comma=sheet.decimal_comma)
        said = self.words.get(fold(text), marks.get(fold(text), number))
        if said is None and fold(text) in self.words:
            return "missing"
        strength = said
        if named and strength is None:
            allowed = "a number; leave the row out where there is no tie"
            hint = "or say --blank none (no tie) or --blank missing (not known)"
            hint = "say what words mean as numbers with --labels" if text else hint
            self.faults.append(Fault(sheet.file, shown(text), allowed, line, header[places[column]], hint))
        return strength if relation else None

    def tie(
        self,
        who: str,
        named: Sequence[str],
        value: float,
        of: tuple[int, str, int],
        said: str,
        reporter: str,
    ) -> None:
        number, about, line = of
        # What a sender reports is the sender's own, in either direction.
        reporter = "" if reporter == who else reporter
        if reporter:
            self.people[reporter] = None
        both = self.all_undirected or said in ("undirected", "mutual")
        if said:
            self.directed[about] = self.directed.get(about, False) or said != "undirected"
        for whom in named:
            self.arcs.append(Arc(who, whom, value, number, about, line, reporter))
            if both and who != whom:
                self.arcs.append(Arc(whom, who, value, number, about, line, reporter))


def _check_header(
    sheet: Sheet, places: Mapping[str, int], people: People | None, faults: list[Fault]
) -> None:
    """Append a fault for a header that is somebody's name: the first row of a list without one."""
    for name in ("sender", "receiver"):
        header = sheet.rows[0][places[name]] if name in places else ""
        if (
            header
            and people is not None
            and people.roster is not None
            and fold(header) in people.roster.meant
        ):
            allowed = "headers in the first line, as in from, to, value"
            faults.append(
                Fault(sheet.file, f"the header {header!r}, who is on the roster", allowed, sheet.line)
            )


def _places(
    sheet: Sheet, given: Mapping[str, str | None], layout: Layout, faults: list[Fault], notes: list[str]
) -> dict[str, int]:
    """Return where the columns stand; one that is needed or asked for and not there is a fault."""
    places = find_columns(sheet, given, _USUAL, ("sender", "receiver"), faults)
    header = [cell.casefold() for cell in (sheet.rows[0] if sheet.rows else [])]
    for name in ("type", "direction"):
        place = header.index(name) if header.count(name) == 1 else -1
        if place >= 0 and place not in places.values() and "direction" not in places:
            said = {row[place].casefold() for row in sheet.rows[1:] if len(row) > place} - {""}
            if said and said <= DIRECTIONS:
                places["direction"] = place
    if {"sender", "receiver"} <= places.keys():
        tell_unread(sheet, places.values(), lambda cell: _near(cell, places), layout, faults, notes)
    return places


def _near(header: str, places: Mapping[str, int]) -> str:
    """Return which column a header that is not read may mean; empty where it is like none."""
    folded = fold(header)
    if folded in _TIMES:
        return "a time of ties (times are not read: give each round as a wave, with --wave-column)"
    for name, usual in _USUAL.items():
        if name in places or name == "reporter":
            continue
        if folded in _LIKE.get(name, ()) or difflib.get_close_matches(folded, usual, 1, 0.75):
            return f"--{name}-column {header!r}"
    return ""
