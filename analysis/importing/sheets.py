"""Text files, CSV files and workbooks as rows of text, and the numbers in them."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from pathlib import Path

from analysis.importing.archive import read_small_file, safe_sheets
from analysis.tables.faults import Fault

__all__ = ["Sheet", "is_missing", "read_number", "read_sheets", "read_text", "shown"]

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_MISSING = frozenset({"", ".", "na", "n/a", "#n/a", "nan"})


@dataclass(frozen=True)
class Sheet:
    """Rows of cells, as text without space around it; row n stands on line n + 1.

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
    """

    file: str
    name: str
    rows: list[list[str]]
    decimal_comma: bool


def is_missing(text: str) -> bool:
    """Whether a cell holds no value: it is empty, or reads NA, N/A, #N/A, NaN or a full stop."""
    return text.strip().lower() in _MISSING


def shown(text: str) -> str:
    """Return a cell as a fault shows it, a long one cut short."""
    if not text:
        return "an empty cell"
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def read_number(text: str, *, decimal_comma: bool = False) -> float | None:
    """Return the finite number a text holds, or None."""
    written = text.strip()
    if decimal_comma and "." not in written:
        written = written.replace(",", ".")
    number = float(written) if _NUMBER.fullmatch(written) else math.inf
    return number if math.isfinite(number) else None


def read_text(path: Path, faults: list[Fault]) -> str | None:
    """Return the text of a file in UTF-8, with or without a byte order mark, or None and a fault."""
    content = read_small_file(path, faults)
    if content is None:
        return None
    hint = "save it again as UTF-8 (in a spreadsheet: CSV UTF-8)"
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        row = content.count(b"\n", 0, wrong.start) + 1
        found = f"the byte {content[wrong.start]:#04x}, another encoding"
        faults.append(Fault(path.name, found, "text in UTF-8", row, hint=hint))
        return None
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        faults.append(Fault(path.name, "the character NUL", "text in UTF-8", row, hint=hint))
        return None
    return text


def read_sheets(path: Path, faults: list[Fault]) -> list[Sheet]:
    """Return a CSV file, or every sheet of a workbook (.xlsx), as text.

    Tabs separate the cells of a CSV file if its first line that is not blank has any outside quotation
    marks, else semicolons if it has any, else commas. A number of a workbook is written as the sheet shows
    it, with at most 15 digits.
    """
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        sheets = safe_sheets(path, faults)
        return [
            Sheet(
                f"{path.name} [{name}]" if len(sheets) > 1 else path.name,
                name,
                [[_as_text(cell) for cell in row] for row in rows],
                False,
            )
            for name, rows in sheets.items()
        ]
    text = read_text(path, faults)
    if text is None:
        return []
    first = next((line for line in text.splitlines() if line.strip()), "")
    unquoted = re.sub(r'"[^"]*"', "", first)
    separator = next((sign for sign in "\t;" if sign in unquoted), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [[cell.strip() for cell in row] for row in reader]
    except csv.Error as error:
        faults.append(Fault(path.name, f"no table ({error})", "a CSV file", reader.line_num))
        return []
    return [Sheet(path.name, path.stem, rows, separator != ",")]


def _as_text(cell: object) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip()
