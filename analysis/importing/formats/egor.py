"""Ego networks in three tables (egos, alters, ties among alters), as egor, EgoNet and surveys have them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from analysis.importing.files.sheets import Sheet, read_number, shown
from analysis.importing.formats.interviews import (
    Alter,
    AlterTie,
    Interview,
    assemble_interviews,
    naming_relation,
    plain_cell,
)
from analysis.importing.shared.account import Account
from analysis.importing.shared.network import ImportedNetwork
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_ego_tables"]

_USUAL = {
    "ego": ("egoid", "ego", "puid"),
    "alter": ("alterid", "altid", "alter", "alternumber", "nameid"),
    "one": ("srcid", "source", "sourceid", "from", "alter1", "alter1number"),
    "other": ("tgtid", "target", "targetid", "to", "alter2", "alter2number"),
    "name": ("name", "label", "altername", "egoname"),
    "weight": ("weight", "value", "strength"),
    "relation": ("relation", "tietype"),
}
"""Headers looked for, in lower case and without signs between words: egor's, EgoWeb's, openeddi's."""
_EVERY_PAIR = "alter1number"
"""The header of a table of EgoWeb, which lists every pair of alters, whatever was said of it."""
_AMONG = "between alters"
_NUMBER = re.compile(r"[0-9]+(\.0+)?")


def read_ego_tables(
    sheets: Sequence[Sheet],
    only_wave: int,
    relations: Sequence[str],
    *,
    named: str | None = None,
    among: str | None = None,
    people: People | None = None,
    directed: bool = False,
) -> ImportedNetwork:
    """Read ego networks in tables that their headers tell apart.

    Parameters
    ----------
    sheets : sequence of Sheet
        Egos: a column `egoID` or `.egoID` and none of alters. Alters: `egoID` and `alterID` (`.altID`). Ties
        among alters: `egoID`, `Source` (`.srcID`) and `Target` (`.tgtID`), with a `weight` if there is one,
        and a `relation`. A table of one ego alone, without a column of it, is named after it (`17.csv`). Egos
        and alters are called by a column `name`, or else by their identifiers. A number of an alter counts
        within one interview; a name, or an identifier that is no number, is one person throughout. The same
        of openeddi (`puid`, `nameid`, `targetid`). Without a table of egos, as in EgoWeb, they are those
        whose alters are listed: what stands left of the alter is said of ego, and a row that names no alter
        is an interview without.
    only_wave : int
        Wave of all.
    relations : sequence of str
        Relations there may be: the one that no tie among alters has names somebody. Ties among alters are of
        what their column `relation` says, or else of *between alters*.
    named : str, optional
        Variable of the alters that gives the strength of the tie from ego; else each is 1.
    among : str, optional
        Column of the ties among alters that gives their strength; by default `weight`, or else each is 1.
        EgoWeb lists every pair, so that it has to be said there.
    people : People, optional
        Who is meant by a name.
    directed : bool
        Whether ties among alters have a direction.

    Raises
    ------
    InvalidInput
        With every fault of the tables, and as `assemble_interviews` has them.
    """
    faults: list[Fault] = []
    notes: list[str] = []
    parts: dict[str, list[tuple[Sheet, dict[str, int]]]] = {"egos": [], "alters": [], "ties": []}
    for sheet in sheets:
        header = [re.sub(r"[\W_]+", "", cell.casefold()) for cell in (sheet.rows[0] if sheet.rows else [])]
        for name, count in Counter(header).items():
            if name and count > 1:
                faults.append(Fault(sheet.file, f"{count} columns of that name", "one", sheet.line, name))
        places = {
            what: header.index(next(one for one in usual if one in header))
            for what, usual in _USUAL.items()
            if any(one in header for one in usual)
        }
        if {"alter", "other"} <= places.keys() and "one" not in places:
            places["one"] = places.pop("alter")
        if {"one", "other"} <= places.keys():
            _weigh(sheet, header, places, among, faults)
            parts["ties"].append((sheet, places))
        elif "alter" in places:
            parts["alters"].append((sheet, places))
        elif "ego" in places:
            parts["egos"].append((sheet, places))
        else:
            allowed = (
                "columns egoID (egos), egoID and alterID (alters), or egoID, Source and Target (their ties)"
            )
            faults.append(Fault(sheet.file, "no table of an ego network", allowed, sheet.line))
    if not parts["alters"] and not faults:
        hint = "a table of a row per interview, with a column for each alter: make it one of a row per alter"
        allowed = "egos, alters, and ties among alters"
        faults.append(Fault(sheets[0].file, "no table of alters", allowed, hint=hint))
    raise_faults(faults, "nothing read")
    interviews: dict[str, Interview] = {}
    keys: dict[tuple[str, str], str] = {}
    for sheet, places in parts["egos"]:
        for line, cells, said in _rows(sheet, places, "", faults, notes):
            ego = cells.get("ego", "")
            if not ego or ego in interviews:
                found = f"{ego!r} again" if ego else "an empty cell"
                faults.append(Fault(sheet.file, found, "each ego once", line, "ego"))
                continue
            interviews[ego] = Interview(ego, cells.get("name", "") or ego, said, row=line)
    alone = not parts["egos"]
    for sheet, places in parts["alters"]:
        for line, cells, said in _rows(sheet, places, _stem(sheet, interviews), faults, notes):
            ego, alter = cells.get("ego", ""), cells.get("alter", "")
            if alone and ego:
                left = set(sheet.rows[0][: places["alter"]])
                own = {name: said.pop(name) for name in list(said) if name in left}
                interviews.setdefault(ego, Interview(ego, ego, own, row=line))
                if not cells.get("name", "" if "name" in places else alter):
                    continue
            if not _is_known(sheet, line, ego, interviews, faults):
                continue
            label = cells.get("name", "") or alter
            if not label:
                faults.append(Fault(sheet.file, "an empty cell", "who was named", line, "alter"))
                continue
            counted = _NUMBER.fullmatch(label) is not None
            label = f"{label} of {interviews[ego].label}" if counted else label
            key = f"{ego}/{alter}" if counted else label
            keys[ego, alter] = key
            value = _value(sheet, line, said.get(named or "", ""), named, faults)
            interviews[ego].alters.append(Alter(key, label, value, said, line))
    for sheet, places in parts["ties"]:
        rows = _rows(sheet, places, _stem(sheet, interviews), faults, notes)
        unread = dict.fromkeys(name for *_, said in rows for name in said)
        notes += [f"{sheet.file}: columns that were not read: {', '.join(unread)}"] if unread else []
        for line, cells, _ in rows:
            ego = cells.get("ego", "")
            if not _is_known(sheet, line, ego, interviews, faults):
                continue
            ends = [cells.get(end, "") for end in ("one", "other")]
            for end in ends:
                if (ego, end) not in keys:
                    allowed = f"an alter of {ego!r}"
                    faults.append(Fault(sheet.file, shown(end), allowed, line, "ties among alters"))
            if all((ego, end) in keys for end in ends):
                written = cells.get("weight", "")
                value = _value(sheet, line, written, "weight" if "weight" in places else None, faults)
                one, other = (keys[ego, end] for end in ends)
                tie = AlterTie(one, other, cells.get("relation", "") or _AMONG, value, line)
                interviews[ego].ties.append(tie)
    if alone:
        notes.append("there is no table of egos: they are those whose alters are listed")
    times = Counter(key for key in keys.values() if "/" not in key)
    several = [key for key, count in times.items() if count > 1]
    if several:
        notes.append(f"named in several interviews, and taken for one person each: {', '.join(several[:20])}")
    between = {tie.relation for interview in interviews.values() for tie in interview.ties}
    file = sheets[0].file if len(sheets) == 1 else f"{len(sheets)} tables"
    return assemble_interviews(
        file,
        list(interviews.values()),
        (only_wave, naming_relation(relations, between)),
        faults,
        notes,
        people=people,
        directed=directed,
    )


def _weigh(
    sheet: Sheet, header: Sequence[str], places: dict[str, int], among: str | None, faults: list[Fault]
) -> None:
    """Say which column gives the strength of ties; every pair listed and none said is a fault."""
    written = [cell.casefold() for cell in sheet.rows[0]]
    if among is not None and among.casefold() in written:
        places["weight"] = written.index(among.casefold())
    elif among is not None or ("weight" not in places and _EVERY_PAIR in header):
        found = f"no column {among!r}" if among else "every pair of alters, whatever was said of it"
        columns = ", ".join(repr(cell) for cell in sheet.rows[0][max(places.values()) + 1 :])
        hint = "0 in it is no tie"
        allowed = f"the column that says so, with --tie-value-column: one of {columns or 'none'}"
        faults.append(Fault(sheet.file, found, allowed, sheet.line, hint=hint))


def _stem(sheet: Sheet, interviews: dict[str, Interview]) -> str:
    """Return the ego a table without a column of it is of; empty where its name is none's."""
    stem = PurePath(sheet.name).stem
    digits = re.findall(r"[0-9]+", stem)
    return stem if stem in interviews else next((one for one in digits if one in interviews), "")


def _rows(
    sheet: Sheet, places: dict[str, int], ego: str, faults: list[Fault], notes: list[str]
) -> list[tuple[int, dict[str, str], dict[str, str]]]:
    """Return line, cells by what they are, and the other cells by header, of each row with anything in it."""
    header = sheet.rows[0]
    found = []
    if "ego" not in places and not ego:
        allowed = "a column egoID, or a table named after its ego"
        faults.append(Fault(sheet.file, "nothing that tells whose interview it is", allowed, sheet.line))
        return []
    for line, row in enumerate(sheet.rows[1:], start=sheet.line + 1):
        if any(row):
            cells = {what: plain_cell(row[place]) for what, place in places.items() if place < len(row)}
            said = {
                header[place]: plain_cell(cell)
                for place, cell in enumerate(row)
                if cell and place < len(header) and header[place] and place not in places.values()
            }
            found.append((line, {"ego": ego, **cells}, said))
    notes.append(str(Account(sheet.file, "rows", len(found), {"read": len(found)})))
    if any(cell for row in sheet.rows[1:] for name, cell in zip(header, row, strict=False) if not name):
        notes.append(f"{sheet.file}: a column without a header was not read")
    return found


def _is_known(
    sheet: Sheet, line: int, ego: str, interviews: dict[str, Interview], faults: list[Fault]
) -> bool:
    if ego not in interviews:
        faults.append(Fault(sheet.file, shown(ego), "an ego of the table of egos", line, "ego"))
    return ego in interviews


def _value(sheet: Sheet, line: int, text: str, name: str | None, faults: list[Fault]) -> float:
    if name is None:
        return 1.0
    number = read_number(text, decimal_comma=sheet.decimal_comma)
    if number is None:
        faults.append(Fault(sheet.file, shown(text), "a number, the strength of the tie", line, name))
    return number or 0.0
