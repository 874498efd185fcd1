"""Text files, CSV files and workbooks as rows of text, and the numbers in them."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from analysis.importing.files.archive import read_small_file, safe_sheets
from analysis.importing.files.spss import read_sav
from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = [
    "ENCODINGS",
    "Layout",
    "Sheet",
    "chosen_sheets",
    "is_identifiers",
    "is_missing",
    "is_wording",
    "parted",
    "read_number",
    "read_sheets",
    "read_text",
    "shown",
    "unread_columns",
    "with_one_header",
]

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
ENCODINGS = ("windows-1252", "windows-1250", "windows-1251", "iso-8859-1", "iso-8859-2", "mac-roman")
"""How programs wrote letters before UTF-8: in the west and the middle of Europe, in Cyrillic, on a Mac."""
_SAVE = "open it in a spreadsheet and save it as .xlsx"
_NO_TEXT = (
    (
        b"\xd0\xcf\x11\xe0",
        "a workbook of an older Excel (.xls), or one with a password",
        _SAVE,
    ),
    (b"<!doctype html", "a web page, whatever its name says", _SAVE),
    (b"<html", "a web page, whatever its name says", _SAVE),
    (b"<table", "a web page, whatever its name says", _SAVE),
    (b"%pdf", "a PDF", "export the table it was made of as .xlsx or CSV"),
    (b"\x1f\x8b", "a packed file (gzip)", "unpack it first"),
)
"""What files that are no text begin with, and what to do about them."""
_PLAIN_ANSWER = frozenset({"response", "open-ended response"})
"""What stands below a question that is of one column only."""
_TOLD = (("StartDate", "Start Date"), ("ResponseId", "Response ID"))
"""Two columns of Qualtrics that every export has: short names, and their wording."""
_SAID = ("Response Type", "Finished")
_TRIALS = frozenset(
    {"survey preview", "survey test", "spam", "survey preview spam", "1", "2", "8", "9", "17"}
)
"""What the first of `_SAID` calls answers that are no respondent's: in words, or as Qualtrics numbers."""
_MISSING = frozenset({"", ".", "na", "n/a", "#n/a", "nan"})


@dataclass(frozen=True)
class Sheet:
    """Rows of cells, as text without space around it; row n stands on line n + `line`.

    Attributes
    ----------
    file : str
        How a fault names it: the file, and the sheet where there are several.
    name : str
        Name of the sheet; of a CSV file its own, without the ending.
    rows : list of list of str
        The cells; rows may differ in length.
    decimal_comma : bool
        Whether 1,5 is a number here: cells are separated by semicolons or tabs.
    line : int
        Line of the file the first row stands on.
    told : tuple of str
        What its readers should know: what is hidden or merged.
    separator : str
        What parts the cells of a line; empty in a workbook.
    unfinished : frozenset of int
        Lines of people who did not come to the end: a cell left blank there was not answered.
    """

    file: str
    name: str
    rows: list[list[str]]
    decimal_comma: bool
    line: int = 1
    told: tuple[str, ...] = ()
    separator: str = ""
    unfinished: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Layout:
    """How a table lies in its file.

    Attributes
    ----------
    sheets : tuple of str
        Sheets of a workbook to be read; empty: the only one that has anything in it.
    header_row : int
        Line of the header, its first where it has several.
    header_rows : int
        Lines of the header: a question over several columns, and below it what each column is of it. They
        are joined, as in `How often …? - Ana Ruiz`.
    missing : frozenset of str
        What stands for an answer that was not given, case-folded.
    waves : tuple of str
        What rounds are called, in order, where a column of waves has words.
    unread : frozenset of str
        Headers that are known not to be read, case-folded, though they look like ones that are.
    encoding : str
        How text that is not UTF-8 writes its letters; empty: nobody has said.
    value_labels : bool
        Whether values of SPSS are read as their labels.
    joined : tuple of str
        Headers of columns that are one: first name, last name. Its header is theirs, a space between.
    """

    sheets: tuple[str, ...] = ()
    header_row: int = 1
    header_rows: int = 1
    missing: frozenset[str] = frozenset()
    waves: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    encoding: str = ""
    value_labels: bool = False
    joined: tuple[str, ...] = ()

    def is_missing(self, text: str) -> bool:
        """Whether a cell says that an answer was not given."""
        return text.casefold() in self.missing

    def wave(self, text: str, where: tuple[str, int | None, str | None], faults: list[Fault]) -> int | None:
        """Return the number of the wave a cell says, or None and a fault."""
        called = [fold(label) for label in self.waves]
        if called and fold(text) in called:
            return called.index(fold(text)) + 1
        fit = None if called else re.fullmatch(r"([0-9]{1,9})(\.0+)?", text.strip(), re.ASCII)
        if fit is None:
            file, line, column = where
            allowed = f"a wave: {', '.join(self.waves)}" if called else "the number of a wave"
            words = not called and any(map(str.isalpha, text))
            hint = "where waves are words, say each in order: --wave-label Autumn --wave-label Spring"
            faults.append(Fault(file, shown(text), allowed, line, column, hint if words else ""))
            return None
        return int(fit[1])


def is_missing(text: str) -> bool:
    """Whether a cell holds no value: it is empty, or reads NA, N/A, #N/A, NaN or a full stop."""
    return text.strip().lower() in _MISSING


def shown(text: str) -> str:
    """Return a cell as a fault shows it, a long one cut short."""
    if not text:
        return "an empty cell"
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


@lru_cache(maxsize=10_000)
def read_number(text: str, *, decimal_comma: bool = False) -> float | None:
    """Return the finite number a text holds, or None."""
    written = text.strip()
    if decimal_comma and "." not in written:
        written = written.replace(",", ".")
    number = float(written) if _NUMBER.fullmatch(written) else math.inf
    return number if math.isfinite(number) else None


def parted(cell: str, signs: Sequence[str]) -> list[str]:
    """Return the parts of a cell; without signs it is whole.

    Examples
    --------
    >>> parted("Ana Ruiz, Ben Odel and Eve Park", [",", " and "])
    ['Ana Ruiz', 'Ben Odel', 'Eve Park']
    """
    if not signs:
        return [cell]
    return [part.strip() for part in re.split("|".join(map(re.escape, signs)), cell) if part.strip()]


def read_text(path: Path, faults: list[Fault], encoding: str = "") -> str | None:
    """Return the text of a file in UTF-8, with or without a byte order mark, or None and a fault.

    Text that is none is read in another encoding only where that is said: letters of a wrong one would be
    other people's names.
    """
    content = read_small_file(path, faults)
    if content is None:
        return None
    for begins, found, hint in _NO_TEXT:
        if content[:200].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(begins):
            faults.append(Fault(path.name, found, "text, or a workbook (.xlsx, .ods)", hint=hint))
            return None
    if content.startswith(b"PK\x03\x04"):
        allowed = "text, or a workbook whose name ends in .xlsx or .ods"
        found = "a packed file (a workbook, an archive)"
        archive = path.suffix.lower() == ".zip"
        hint = "unpack it, and import what is in it" if archive else "save it as .xlsx or as CSV UTF-8"
        faults.append(Fault(path.name, found, allowed, hint=hint))
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        # A spreadsheet's "Unicode text", which says itself what it is.
        with contextlib.suppress(UnicodeError):
            content = content.decode("utf-16").encode()
    hint = f"save it again as UTF-8 (in a spreadsheet: CSV UTF-8), or say --encoding {ENCODINGS[0]}"
    text = _decoded(content, encoding)
    if text is None:
        row, found = _undecoded(content, encoding or "utf-8")
        faults.append(Fault(path.name, found, f"text in {encoding or 'UTF-8'}", row, hint=hint))
        return None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        faults.append(Fault(path.name, "the character NUL", "text in UTF-8", row, hint=hint))
        return None
    return text


def _decoded(content: bytes, encoding: str) -> str | None:
    # Several files may be read at once, of which only one is in the encoding that is said.
    for one in ("utf-8-sig", encoding or "utf-8-sig"):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(one)
    return None


def _undecoded(content: bytes, encoding: str) -> tuple[int, str]:
    """Return the row of the first byte that is not of an encoding, and the byte in words."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as wrong:
        row = content.count(b"\n", 0, wrong.start) + 1
        return row, f"the byte {content[wrong.start]:#04x}, another encoding"
    return 1, "another encoding"


def read_sheets(
    path: Path, faults: list[Fault], encoding: str = "", *, value_labels: bool = False
) -> list[Sheet]:
    """Return a CSV file, data of SPSS, or every sheet of a workbook (.xlsx, .ods), as text; see `read_text`.

    Tabs separate the cells of a CSV file if its first line that is not blank has any outside quotation
    marks, or if that line is a title and most below it have any; else semicolons likewise, else commas. A
    number of a workbook is written as the sheet shows it, with at most 15 digits.
    """
    if path.suffix.lower() in (".xlsx", ".xlsm", ".ods"):
        told: dict[str, tuple[str, ...]] = {}
        sheets = safe_sheets(path, faults, told=told)
        return [
            Sheet(
                f"{path.name} [{name}]" if len(sheets) > 1 else path.name,
                name,
                [[_as_text(cell) for cell in row] for row in rows],
                False,
                told=told.get(name, ()),
            )
            for name, rows in sheets.items()
        ]
    if path.suffix.lower() in (".sav", ".zsav"):
        rows_ = [[_as_text(cell) for cell in row] for row in read_sav(path, faults, labels=value_labels)]
        return [Sheet(path.name, path.stem, rows_, False)] if rows_ else []
    text = read_text(path, faults, encoding)
    if text is None:
        return []
    declared = re.match(r"sep=(.)\r?\n", text)
    separator = declared[1] if declared else _separator(text)
    if separator in '\r\n"\0':
        faults.append(
            Fault(path.name, shown(text.splitlines()[0]), "sep= and the sign that parts the cells", 1)
        )
        return []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        faults.append(Fault(path.name, f"no table ({error})", "a CSV file", reader.line_num))
        return []
    below = rows[1:] if declared else rows
    line = 2 if declared else 1
    return [Sheet(path.name, path.stem, below, separator != ",", line, separator=separator)]


def _separator(text: str) -> str:
    """Return what parts the cells of a text: by its first line, or those below a title."""
    unquoted = re.sub(r'"[^"]*"', "", text[:20_000])
    first, *others = [line for line in unquoted.splitlines()[:30] if line.strip()] or [""]
    alike = sum(line.count(",") == first.count(",") for line in others)
    title = "," not in first or 2 * alike < len(others)
    for sign in "\t;":
        if sign in first or (title and 2 * sum(sign in line for line in others) > len(others)):
            return sign
    return ","


def chosen_sheets(
    path: Path, layout: Layout, faults: list[Fault], notes: list[str] | None = None
) -> list[Sheet]:
    """Return the sheets a layout names, or the only one with anything in it, each from its header on.

    Several sheets of which none is named are a fault, and so is a name that no sheet has: nothing of a file
    is passed over in silence. Lines below the header that are headers too (the wording and the import
    identifiers of Qualtrics, further lines of a header) are emptied, and told in `notes`.
    """
    before = len(faults)
    found = read_sheets(path, faults, layout.encoding, value_labels=layout.value_labels)
    if len(faults) > before:
        return []
    filled = [sheet for sheet in found if any(map(any, sheet.rows))]
    names = ", ".join(repr(sheet.name) for sheet in found)
    if layout.sheets:
        by_name = {sheet.name.casefold(): sheet for sheet in found}
        unknown = [name for name in layout.sheets if name.casefold() not in by_name]
        for name in unknown:
            faults.append(Fault(path.name, f"no sheet {name!r}", f"one of {names}"))
        filled = [by_name[name.casefold()] for name in layout.sheets if name not in unknown]
    elif len(filled) > 1:
        allowed = "the sheets to be read, each named by --sheet"
        faults.append(Fault(path.name, f"{len(filled)} sheets: {names}", allowed))
        return []
    if notes is not None:
        notes += [f"{sheet.file}: {what}" for sheet in filled for what in sheet.told]
    return [with_one_header(sheet, layout, [] if notes is None else notes) for sheet in filled]


def with_one_header(sheet: Sheet, layout: Layout, notes: list[str]) -> Sheet:
    """Return a sheet from its header on, all of it in the first row, and the further lines of it empty."""
    skipped, count = max(layout.header_row - sheet.line, 0), layout.header_rows
    rows = sheet.rows[skipped:]
    sheet = replace(sheet, rows=rows, line=sheet.line + skipped)
    header = _joined(rows[:count]) if count > 1 else rows[:1]
    identifiers = [place for place, row in enumerate(rows[:4]) if place and is_identifiers(row)]
    wording = 1 if len(rows) > 1 and not identifiers and is_wording(rows[0], rows[1]) else 0
    last = max([count - 1, *identifiers, wording])
    if header and last:
        what = "wording and import identifiers" if identifiers else "lines of the header"
        what = "import identifiers" if identifiers and last == 1 else "wording" if wording else what
        lines = f"row {sheet.line + 1}" if last == 1 else f"rows {sheet.line + 1} to {sheet.line + last}"
        notes.append(f"{sheet.file}: {lines} read as {what}, not as answers")
        sheet = replace(sheet, rows=[*header, *[[] for _ in rows[1 : last + 1]], *rows[last + 1 :]])
    return _with_joined(_without_trials(sheet, notes), layout.joined)


def is_wording(header: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a row is the wording of Qualtrics' short names above it."""
    return all({name, wording} <= {*header, *below} for name, wording in _TOLD) and not set(header) & {
        wording for _, wording in _TOLD
    }


def _without_trials(sheet: Sheet, notes: list[str]) -> Sheet:
    """Return a sheet without the trial answers of Qualtrics, which are told; so are unfinished ones."""
    header = sheet.rows[0] if sheet.rows else []
    short = {name for name, _ in _TOLD} <= set(header)
    if not short and not {wording for _, wording in _TOLD} <= set(header):
        return sheet
    places = [header.index(name) for name in (("Status", "Finished") if short else _SAID) if name in header]
    if len(places) < len(_SAID):
        return sheet
    rows, unfinished = [list(header)], []
    for line, row in enumerate(sheet.rows[1:], start=sheet.line + 1):
        status, finished = ((row[place] if place < len(row) else "").casefold() for place in places)
        if status in _TRIALS:
            notes.append(f"{sheet.file}, row {line}: left out, since it is a trial ({row[places[0]]})")
            rows.append([])
            continue
        unfinished += [line] if finished in ("false", "0") and any(row) else []
        rows.append(row)
    if unfinished:
        listed = ", ".join(map(str, unfinished[:20]))
        notes.append(f"{sheet.file}: rows of people who did not finish, read as far as they came: {listed}")
    return replace(sheet, rows=rows, unfinished=frozenset(unfinished))


def _with_joined(sheet: Sheet, headers: Sequence[str]) -> Sheet:
    """Return a sheet with some columns as one."""
    header = [cell.casefold() for cell in (sheet.rows[0] if sheet.rows else [])]
    places = [header.index(name.casefold()) for name in headers if name.casefold() in header]
    if not headers or len(places) < len(headers):
        return sheet
    rows = []
    for row in sheet.rows:
        cells = [*row, *[""] * (max(places) + 1 - len(row))] if row else []
        whole = " ".join(cells[place] for place in places if cells and cells[place])
        for place in places if cells else ():
            cells[place] = whole if place == places[0] else ""
        rows.append(cells)
    return replace(sheet, rows=rows)


def is_identifiers(row: Sequence[str]) -> bool:
    """Whether a row holds the import identifiers of Qualtrics."""
    return any(row) and all(cell.startswith('{"ImportId"') for cell in row if cell)


def _joined(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return lines of a header as one: what stands over several columns stands over each of them."""
    width = max(map(len, rows), default=0)
    lines = [[*row, *[""] * (width - len(row))] for row in rows]
    for upper, lower in itertools.pairwise(lines):
        for place in range(1, width):
            if lower[place] and not upper[place]:
                upper[place] = upper[place - 1]
    found = []
    for parts in zip(*lines, strict=True):
        told = [part for part in parts if part and part.casefold() not in _PLAIN_ANSWER]
        found.append(" - ".join(dict.fromkeys(told)))
    return [found] if found else []


def unread_columns(
    file: str,
    left: Sequence[str],
    near: Callable[[str], str],
    layout: Layout,
    line: int,
    faults: list[Fault],
    notes: list[str],
) -> None:
    """Say which columns were not read; one that is nearly what is read, as `near` tells, is a fault."""
    told = []
    for header in left:
        meant = "" if header.casefold() in layout.unread else near(header)
        if meant:
            hint = f"is {meant} meant? If not, say --unread {header!r}"
            faults.append(
                Fault(file, "a column that is not read", "headers that are read", line, header, hint)
            )
        elif header:
            told.append(header)
    if told:
        most = 200
        shown_ = ", ".join(repr(header if len(header) <= 60 else f"{header[:60]}…") for header in told[:most])
        more = f" and {len(told) - most} more" if len(told) > most else ""
        notes.append(f"{file}: columns that were not read: {shown_}{more}")


def _as_text(cell: object) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip()
