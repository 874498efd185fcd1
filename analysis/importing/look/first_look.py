"""A first look at a file: what it seems to be, what nobody but its owner knows, and the command to type.

Nothing is imported, and no guess is carried out: whoever types the command has read it. Names in the file are
counted and never shown, but for the headers of columns.
"""

from __future__ import annotations

import re
import shlex
import zipfile
from pathlib import Path

from analysis.importing.files.archive import read_small_file
from analysis.importing.files.sheets import (
    ENCODINGS,
    Layout,
    Sheet,
    is_identifiers,
    is_wording,
    read_sheets,
    with_one_header,
)
from analysis.importing.look.guesses import belongs_to, guess_of
from analysis.importing.look.questions import looks_like_a_name
from analysis.importing.look.table import Guess, Table, shown_headers
from analysis.importing.shared.account import counted
from analysis.privacy.names import fold
from analysis.tables.faults import Fault, raise_faults

__all__ = ["look_at"]

_GRAPHS = {
    b"<?xml": "a graph in XML",
    b"<graphml": "a graph in XML (GraphML)",
    b"<gexf": "a graph in XML (GEXF)",
    b"*vertices": "a network of Pajek",
    b"*network": "a project of Pajek",
    **dict.fromkeys((b"dl ", b"dl\n", b"dl\r", b"dl,", b"dl\t"), "a network of UCINET (DL)"),
    b"*node data": "a network of NetDraw",
    b"*tie data": "a network of NetDraw",
    b"graph [": "a graph in GML",
    b"graph\n": "a graph in GML",
    b"creator": "a graph in GML",
}
"""What files of network programs begin with."""


def look_at(path: Path, dataset: str = "") -> list[str]:
    """Return in words what a file seems to be, and the command that would import it.

    Parameters
    ----------
    path : Path
        Any file.
    dataset : str
        Name of the dataset, for the command.

    Raises
    ------
    InvalidInput
        When the file cannot be read.
    """
    faults: list[Fault] = []
    content = read_small_file(path, faults)
    raise_faults(faults, "nothing read")
    begins = re.sub(rb"^(%[^\n]*\n|\s)+", b"", (content or b"")[:4000].removeprefix(b"\xef\xbb\xbf")).lower()
    coded = begins.startswith(b"pk") and any(name.endswith(".qde") for name in _members(path))
    if coded or b"<codebook" in begins:
        return _told([f"{path.name}: a project of a program for coding"], Guess("refi"), path, dataset)
    what = next((told for sign, told in _GRAPHS.items() if begins.startswith(sign)), "")
    if not what and re.search(rb"^\*(vertices|network)", begins, re.MULTILINE):
        what = "a network of Pajek"
    binary = begins.startswith((b"\x05v6404", b"\x05date:"))
    what = "a dataset of UCINET (keep .##h and .##d together)" if binary else what
    if what:
        two = re.search(rb"^\*vertices +[0-9]+ +[1-9][0-9]*|\b(edge|node)list2\b", begins, re.MULTILINE)
        sizes = dict(re.findall(rb"\b(n[rc]) *= *([0-9]+)", begins)) if begins.startswith(b"dl") else {}
        if two or len(set(sizes.values())) > 1:
            guess = Guess("attendance")
            guess.asks(
                "the day of what people came to, where the dataset does not have it", "--date", "<day>"
            )
            return _told([f"{path.name}: {what}, people and what they came to"], guess, path, dataset)
        guess = Guess("interviews" if b"networkcanvas" in begins else "graph")
        guess.asks(
            "what the relation is called, and its lowest and highest value",
            *("--relation", "<name>:<lowest>:<highest>"),
        )
        guess.asks("who the people are, and what else they are called", "--roster", "<roster.csv>")
        guess.asks("which round it is, where the file does not say", "--wave", "<round>")
        if not what.startswith("a graph in XML") and not binary and not _is_utf8(content or b""):
            guess.asks(_LETTERS.format(ENCODINGS[0]), "--encoding", ENCODINGS[0])
        return _told([f"{path.name}: {what}"], guess, path, dataset)
    sheets = [sheet for sheet in read_sheets(path, faults) if any(map(any, sheet.rows))]
    encoding = ""
    if faults and not sheets and (read := read_sheets(path, [], ENCODINGS[0])):
        encoding, sheets, faults = ENCODINGS[0], [sheet for sheet in read if any(map(any, sheet.rows))], []
    if not sheets and not faults:
        faults.append(Fault(path.name, "nothing in it", "a table, or a file of a network program"))
    raise_faults(faults, "nothing read")
    lines = [_what_it_is(path, sheets)]
    found: list[tuple[Sheet, Layout, Guess]] = []
    lists: list[str] = []
    tables: list[Table] = []
    for sheet in sheets:
        layout = _layout_of(sheet)
        table = Table(with_one_header(sheet, layout, []))
        tables.append(table)
        found_here = guess_of(table)
        lines += [f"Sheet {sheet.name!r}:"] if len(sheets) > 1 else []
        lines += _about(sheet, layout, table, found_here)
        if found_here is not None:
            found.append((sheet, layout, found_here))
        elif belongs_to(table) == ("a list of people", "--roster"):
            lists.append(sheet.name)
    if not found:
        known = any(belongs_to(table) for table in tables)
        return lines if known else [*lines, *(_HEADLESS if any(map(_headless, tables)) else _WITHOUT)]
    _, layout, guess = found[0]
    alike = [sheet.name for sheet, how, other in found if (other.kind, how) == (guess.kind, layout)]
    options = [word for name in alike for word in ("--sheet", name)] if len(sheets) > 1 else []
    options += ["--header-row", str(layout.header_row)] if layout.header_row > 1 else []
    options += ["--header-rows", str(layout.header_rows)] if layout.header_rows > 1 else []
    guess.options[:0] = options
    if encoding:
        guess.asks(_LETTERS.format(encoding), "--encoding", encoding)
    if lists and "<roster.csv>" in guess.options:
        place = guess.options.index("<roster.csv>")
        guess.options[place : place + 1] = [str(path), "--roster-sheet", lists[0]]
    if len(alike) + len(lists) < len(sheets):
        lines.append("The command below is for the first sheet it can be typed for; look at the others, too.")
    return _told(lines, guess, path, dataset)


_WITHOUT = (
    "It is like nothing that can be imported as it is. What a table should look like is in GUIDE.md of a new",
    "dataset (make new NAME=ours); make import KIND=help lists the kinds of files.",
)


_LETTERS = "whether its letters are those of {}: where é looks wrong, say another"


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


_HEADLESS = (
    "Its first line seems to be no header: write one above it that says what each column holds, as in",
    "from,to for who turned to whom, and look at it again.",
)


def _headless(table: Table) -> bool:
    """Whether the first line of a table is like those below it."""
    below = {fold(cell) for row in table.rows for cell in row if cell}
    names = [cell for cell in table.header if looks_like_a_name(cell) and fold(cell) in below]
    return len(names) > 1 or (len(names) == 1 and len(table.header) < 4)


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.lower() for name in archive.namelist()]
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return []


def _what_it_is(path: Path, sheets: list[Sheet]) -> str:
    if zipfile.is_zipfile(path):
        return f"{path.name}: a workbook, {counted(len(sheets), 'sheets')} of it with anything"
    signs = {",": "commas", ";": "semicolons", "\t": "tabs"}
    sign = sheets[0].separator
    return f"{path.name}: a text file, cells parted by {signs.get(sign, repr(sign))}"


def _layout_of(sheet: Sheet) -> Layout:
    """Return where the header seems to stand, and how many lines it has."""
    first = _first_line(sheet)
    below = sheet.rows[first + 1] if first + 1 < len(sheet.rows) else []
    qualtrics = first + 2 < len(sheet.rows) and is_identifiers(sheet.rows[first + 2])
    if qualtrics or is_wording(sheet.rows[first], below):
        # Short names, the wording, identifiers. The wording says more, where it tells columns apart.
        told = [cell for cell in below if cell]
        return Layout(header_row=sheet.line + first + (len(set(told)) == len(told)))
    top = sheet.rows[first]
    merged = [place for place in range(1, len(below)) if below[place] and not "".join(top[place : place + 1])]
    over = len(merged) > 1 and first + 2 < len(sheet.rows)
    return Layout(header_row=sheet.line + first, header_rows=2 if over else 1)


def _first_line(sheet: Sheet) -> int:
    """Return which row of a sheet is the header: the first of several cells, of the longest table in it."""
    blocks: list[list[int]] = [[]]
    for place, row in enumerate(sheet.rows[:2000]):
        if not any(row):
            blocks.append([])
        elif blocks[-1] or sum(map(bool, row)) > 1:
            blocks[-1].append(place)
    tables = [block for block in blocks if len(block) > 1]
    # A short table above a longer one tells of the file: when a meeting was, who wrote it down.
    longest = max(tables, key=len, default=[])
    first = tables[0] if tables and (len(tables[0]) > 3 or len(longest) <= len(tables[0])) else longest
    return first[0] if first else next((block[0] for block in blocks if block), 0)


def _about(sheet: Sheet, layout: Layout, table: Table, guess: Guess | None) -> list[str]:
    lines = "" if layout.header_rows == 1 else f" to {layout.header_row + layout.header_rows - 1}"
    told = [f"  header in row {layout.header_row}{lines}, {counted(len(table.rows), 'rows')} below it"]
    columns = guess.columns if guess is not None and guess.columns else ", ".join(shown_headers(table))
    told.append(f"  columns: {columns}")
    if guess is not None:
        told.append(f"  It seems to be KIND={guess.kind}: {guess.why}.")
    elif (other := belongs_to(table)) is not None:
        told.append(f"  It seems to be {other[0]}, which other files are imported with: {other[1]}.")
    return told


def _told(lines: list[str], guess: Guess, path: Path, dataset: str) -> list[str]:
    """Return all that is said: what the file does not say, and the command."""
    told = [*lines]
    if guess.asked:
        told += ["Only you know:", *(f"  {line}" for line in dict.fromkeys(guess.asked))]
    file, name = shlex.quote(str(path)), shlex.quote(dataset or "<dataset>")
    words = " ".join(map(_quoted, guess.options))
    arguments = f" ARGS={shlex.quote(words)}" if words else ""
    change = ", with your own in place of what stands in < >" if "<" in f"{words}{name}" else ""
    told += [
        f"To import it, type this{change}:",
        f"  make import KIND={guess.kind} FILE={file} DATASET={name}{arguments}",
        "Add --dry-run within ARGS to see what would become of it, with nothing written.",
    ]
    return told


def _quoted(word: str) -> str:
    """Return a word as it stands within ARGS."""
    if word and not any(sign in word for sign in " '\"\\$`<>|;()&*?[]{}#~!\n"):
        return word
    return f'"{word}"' if not any(sign in word for sign in '"\\$`!') else shlex.quote(word)
