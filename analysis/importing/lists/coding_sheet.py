"""Codings from a spreadsheet: a row per code applied to a segment, or a row per segment, codes as columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from analysis.importing.files.sheets import Layout, Sheet, chosen_sheets, parted
from analysis.importing.lists.roster_survey import TICKS
from analysis.importing.shared.account import Account, counted
from analysis.importing.shared.columns import find_columns, tell_unread
from analysis.importing.shared.numbered import Numbered
from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = ["CODINGS", "read_codings"]

CODINGS = {
    "document": ("document", "document_id", "document name", "source", "file", "transcript", "interview"),
    "segment": ("segment", "segment_id", "turn", "line", "utterance", "unit", "id"),
    "coder": ("coder", "coder_id", "coded by", "rater", "user"),
    "code": ("code", "tag", "code name", "codes", "tags"),
    "applied": ("applied",),
}
"""Headers looked for in a sheet of codings."""

_HIGHLIGHT = "id"
"""A running number of what one person marked: not the same segment in another's file."""
_LONGEST, _MOST_WORDS = 60, 5
"""Letters and words of what may be a segment's name; what is longer is its text."""
_AGAIN = "with nothing but codings of a row before, counted once"
_MARKS = {**TICKS, "1": 1.0, "0": 0.0}

_LISTING = (",", ";", "|")
"""Signs that seldom stand in the name of a code."""
_SIGNS = (*_LISTING, "/", "&", "+", " and ")

_Coding = tuple[str, str, str, str]


class _Cell(NamedTuple):
    """What is read as one code, and where it stands."""

    file: str
    line: int
    header: str
    code: str


def read_codings(
    path: Path,
    columns: Mapping[str, str | None],
    documents: Numbered,
    coders: Numbered,
    faults: list[Fault],
    notes: list[str],
    *,
    coder: str | None = None,
    wide: bool = False,
    blank: str | None = None,
    split: Sequence[str] = (),
    whole: bool = False,
    layout: Layout | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the tables documents, codebook and codings of a sheet; faults are appended.

    Parameters
    ----------
    path : Path
        A `.csv` or `.xlsx` file; what segments say is never read.
    columns : mapping of str to str or None
        Header of each column of `CODINGS`, where it is not a usual one.
    documents, coders : Numbered
        What documents and coders are called in the tables.
    faults, notes : list
        Every fault, and what became of every row, is appended.
    coder : str, optional
        Who coded, where no column says so.
    wide : bool
        Whether a row is a segment, and each column with nothing but 0, 1 and ticks is a code. Then it is
        known where a coder did not apply a code, which agreement needs.
    blank : {"missing", "none"}, optional
        What an empty cell beside marks says: not decided, or not applied. There is no default.
    split : sequence of str
        What parts several codes in one cell; each line of a cell is one in any case. A cell that has such a
        sign left is a fault if its parts are codes elsewhere in the file, or if most cells have the sign.
    whole : bool
        Whether what is not parted so is one code, whatever signs it has.
    layout : Layout, optional
        Sheets, line of the header, columns known not to be read.
    """
    before, layout = len(faults), layout or Layout()
    found: dict[_Coding, int] = {}
    named: list[_Cell] = []
    for sheet in chosen_sheets(path, layout, faults, notes):
        needed = ["document", "segment", *([] if wide else ["code"]), *([] if coder else ["coder"])]
        given = {name: columns.get(name) for name in CODINGS}
        for name in ("code", "applied") if wide else ():
            del given[name]
        if coder:
            del given["coder"]
        places = find_columns(sheet, given, CODINGS, needed, faults)
        if not set(needed) <= places.keys():
            continue
        codes = _code_columns(sheet, places) if wide else {}
        if wide and not codes:
            faults.append(Fault(sheet.file, "no column of marks alone", "a column for each code", sheet.line))
        counts = _count_columns(sheet, places, codes) if wide else set()

        def near(header: str, counts: Collection[str] = counts) -> str:
            return "a code of which this counts how often it was applied, which is no mark," * (
                header in counts
            )

        tell_unread(sheet, [*places.values(), *codes], near, layout, faults, notes)
        own = sheet.rows[0][places["segment"]].casefold() == _HIGHLIGHT and not columns.get("segment")
        became = Counter[str]()
        again: list[int] = []
        partly: list[int] = []
        rows = [(line, row) for line, row in enumerate(sheet.rows[1:], start=sheet.line + 1) if any(row)]
        for line, row in rows:
            cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
            who = cells.get("coder", "") or coder or ""
            empty = [name for name in ("document", "segment") if not cells[name]] + ([] if who else ["coder"])
            for name in empty:
                header = sheet.rows[0][places[name]]
                faults.append(Fault(sheet.file, "an empty cell", f"the {name}", line, header))
            if len(cells["segment"]) > _LONGEST or len(cells["segment"].split()) > _MOST_WORDS:
                hint = "name the column that tells segments apart, or says where they begin: --segment-column"
                header = sheet.rows[0][places["segment"]]
                allowed = "a short name of the segment; what it says is never read"
                faults.append(Fault(sheet.file, "a text", allowed, line, header, hint))
            told = _told(sheet, row, line, cells, (codes, split, blank), faults)
            if not wide:
                header = sheet.rows[0][places["code"]]
                named += [_Cell(sheet.file, line, header, code) for code in told]
            if empty:
                continue
            document, by = documents.of(cells["document"]), coders.of(who)
            segment = f"{document}:{by}-{cells['segment']}" if own else f"{document}:{cells['segment']}"
            before_it = sum((document, segment, by, code) in found for code in told)
            said_again = bool(told) and before_it == len(told)
            (again if said_again else partly).extend([line] if before_it else [])
            became[_AGAIN if said_again else "with codes" if told else "without a code"] += 1
            for code, applied in told.items():
                key = (document, segment, by, code)
                if found.setdefault(key, applied) != applied:
                    faults.append(
                        Fault(sheet.file, f"{code!r} both ways", "one decision a segment and coder", line)
                    )
        if len(faults) == before:
            notes.append(str(Account(sheet.file, "rows", len(rows), became)))
            for what, lines in ((_AGAIN, again), ("of which some codings are in a row before", partly)):
                if lines:
                    listed = ", ".join(map(str, lines))
                    notes.append(f"{sheet.file}: {counted(len(lines), 'rows')} {what}: {listed}")
            if own:
                notes.append(f"{sheet.file}: what one coder marked is no segment of another's")
    _settle_signs(named, faults, notes, whole=whole)
    frame = pd.DataFrame(
        [(*key, applied) for key, applied in found.items()],
        columns=["document_id", "segment_id", "coder_id", "code", "applied"],
    )
    every = list(dict.fromkeys(frame["document_id"]))
    return {
        "documents": pd.DataFrame({"document_id": every, "kind": "document"}),
        "codebook": pd.DataFrame({"code": list(dict.fromkeys(frame["code"]))}),
        "codings": frame,
    }


def _settle_signs(cells: Sequence[_Cell], faults: list[Fault], notes: list[str], *, whole: bool) -> None:
    """Ask about cells that may have several codes, and list the others that have such a sign."""
    known = {fold(cell.code) for cell in cells}
    frequent = [sign for sign in _LISTING if 2 * sum(sign in cell.code for cell in cells) > len(cells)]
    asked: dict[tuple[str, tuple[str, ...]], list[_Cell]] = {}
    kept: dict[str, dict[str, int]] = {}
    for cell in cells:
        signs = [sign for sign in _SIGNS if sign in cell.code]
        ways = [(sign,) for sign in signs] + ([tuple(signs)] if len(signs) > 1 else [])
        parts = {way: [fold(part) for part in parted(cell.code, way)] for way in ways}
        several = {way: known.issuperset(some) for way, some in parts.items() if len(some) > 1}
        listing = tuple(sign for sign in frequent if (sign,) in several)
        meant = next((way for way, all_known in several.items() if all_known), listing)
        if meant and not whole:
            asked.setdefault((cell.file, meant), []).append(cell)
        elif {*signs} & {*_LISTING} or any(known & {*some} for some in parts.values()):
            kept.setdefault(cell.file, {}).setdefault(cell.code, cell.line)
    for (file, way), some in asked.items():
        first = some[0]
        rows = ", ".join(map(str, dict.fromkeys(cell.line for cell in some[1:21])))
        found = repr(first.code) + (f", and the like in {counted(len(some) - 1, 'cells')}" * (len(some) > 1))
        found += f" (row{'s' * (len(some) > 2)} {rows})" * (len(some) > 1)
        typed = " ".join(f'--split "{sign}"' for sign in way)
        hint = f"if a cell has several: {typed}; if each is one code: --whole-codes"
        faults.append(Fault(file, found, "one code a cell", first.line, first.header, hint))
    for file, codes in kept.items():
        told = ", ".join(f"{code!r} (row {line})" for code, line in codes.items())
        notes.append(f"{file}: each read as one code, since nothing says that it is several: {told}")


def _code_columns(sheet: Sheet, places: Mapping[str, int]) -> dict[int, str]:
    """Return the columns in which nothing but marks stands."""
    found = {}
    for place, header in enumerate(sheet.rows[0]):
        cells = {fold(row[place]) for row in sheet.rows[1:] if place < len(row)} - {""}
        if header and place not in places.values() and cells and cells <= _MARKS.keys():
            found[place] = header
    return found


def _count_columns(sheet: Sheet, places: Mapping[str, int], codes: Mapping[int, str]) -> set[str]:
    """Return the headers of further columns in which nothing but whole numbers stands."""
    found = set()
    for place, header in enumerate(sheet.rows[0]):
        cells = {row[place] for row in sheet.rows[1:] if place < len(row)} - {""}
        if place not in {*places.values(), *codes} and cells and all(map(str.isdecimal, cells)):
            found.add(header)
    return found


def _told(
    sheet: Sheet,
    row: Sequence[str],
    line: int,
    cells: Mapping[str, str],
    how: tuple[Mapping[int, str], Sequence[str], str | None],
    faults: list[Fault],
) -> dict[str, int]:
    """Return what a row says of codes."""
    codes, split, blank = how
    if not codes:
        cell = cells.get("code", "")
        parts = parted(cell, [*split, "\n"])
        named = [" ".join(part.split()) for part in parts if part.strip()]
        text = fold(cells.get("applied", "")) or "1"
        if text not in _MARKS:
            faults.append(Fault(sheet.file, repr(cells["applied"]), "1 or 0", line, "applied"))
        return dict.fromkeys(named, int(_MARKS.get(text, 0)))
    told = {}
    for place, code in codes.items():
        text = fold(row[place]) if place < len(row) else ""
        if text:
            told[code] = int(_MARKS[text])
        elif blank == "none":
            told[code] = 0
        elif blank is None:
            allowed = "--blank none (not applied) or --blank missing (not decided)"
            faults.append(Fault(sheet.file, "an empty cell", allowed, line, code))
    return told
