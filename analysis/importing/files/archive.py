"""Archives and workbooks from anywhere: looked over before anything unpacks them."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from python_calamine import CalamineError, CalamineWorkbook

from analysis.importing.files.workbook import marked
from analysis.tables.faults import Fault

__all__ = ["LARGEST", "open_archive", "read_small_file", "safe_sheets"]

LARGEST = 200_000_000
"""Bytes a file, or all of an archive unpacked, may have."""

_MEMBERS = 10_000
_CHUNK = 1 << 16
_CELLS = 20_000_000
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)([0-9]+)["']""")
"""Where a row or a cell of a sheet stands: A1, or 1."""
_FARTHEST = 1_000_000_000
"""Taken for a place with more letters or digits than any: the reader would count on until it wraps round."""
_STRINGS = re.compile(rb"""\buniqueCount\s*=\s*["']\s*0*([0-9]+)""")
"""How many texts a workbook says it has."""


def read_small_file(path: Path, faults: list[Fault], *, largest: int = LARGEST) -> bytes | None:
    """Return a file's bytes, or None and a fault when it cannot be read or is too large."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            faults.append(Fault(path.name, "no plain file (a folder, a pipe, a device)", "a file"))
        elif found.st_size > largest:
            faults.append(Fault(path.name, f"{found.st_size} bytes", f"at most {largest} bytes"))
        else:
            return path.read_bytes()
    except (OSError, ValueError) as error:
        faults.append(Fault(path.name, f"no readable file ({_why(error)})", "a file"))
    return None


def open_archive(
    path: Path, faults: list[Fault], *, largest: int = LARGEST, most_members: int = _MEMBERS
) -> zipfile.ZipFile | None:
    """Open a zip archive whose every member has been looked over.

    Parameters
    ----------
    path : Path
        The archive; whoever opens it closes it.
    faults : list of Fault
        What is wrong is appended: no archive, encrypted or damaged members, names that lead out of it, links,
        too many members, more bytes than `largest` once unpacked. Each member is unpacked once, and what
        comes out is counted, whatever its header says.
    largest, most_members : int
        Bytes unpacked in all, and members, at most.

    Returns
    -------
    ZipFile or None
        None when there is a fault.
    """
    before = len(faults)
    archive: zipfile.ZipFile | None = None
    try:
        archive = zipfile.ZipFile(path)
        _look_over(path.name, archive, faults, largest, most_members)
    except (
        OSError,
        ValueError,
        RuntimeError,
        EOFError,
        NotImplementedError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        faults.append(Fault(path.name, f"no sound archive ({_why(error)})", "a zip archive"))
    except Exception as error:  # lzma and bz2 have errors of their own, and a header may hold anything
        faults.append(Fault(path.name, f"no sound archive ({type(error).__name__})", "a zip archive"))
    if archive is not None and len(faults) > before:
        archive.close()
        return None
    return archive


def _look_over(
    file: str, archive: zipfile.ZipFile, faults: list[Fault], largest: int, most_members: int
) -> None:
    members = archive.infolist()
    if len(members) > most_members:
        faults.append(Fault(file, f"{len(members)} members", f"at most {most_members}"))
        return
    left = largest
    for member in members:
        name = member.filename
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if name.startswith(("/", "\\")) or ".." in parts or ":" in name.partition("/")[0]:
            faults.append(Fault(file, f"the member {name!r}", "names that stay within the archive"))
        elif stat.S_ISLNK(member.external_attr >> 16):
            faults.append(Fault(file, f"the link {name!r}", "plain files"))
        elif member.flag_bits & 1:
            faults.append(Fault(file, f"the encrypted member {name!r}", "members without a password"))
        elif member.file_size > left:
            faults.append(Fault(file, f"more than {largest} bytes unpacked", f"at most {largest} bytes"))
            return
        else:
            with archive.open(member) as stream:
                while chunk := stream.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        found = f"more than {largest} bytes unpacked"
                        faults.append(Fault(file, found, f"at most {largest} bytes"))
                        return


def safe_sheets(
    path: Path,
    faults: list[Fault],
    *,
    largest: int = LARGEST,
    told: dict[str, tuple[str, ...]] | None = None,
) -> dict[str, list[list[object]]]:
    """Return every sheet of a workbook (.xlsx, or .ods of OpenDocument) by its name, as rows of cells.

    Empty rows and columns are kept, so that row and column are those a spreadsheet shows. An error stands in
    its cell as it does there (``#REF!``), and a formula that was never worked out as itself. A workbook that
    is none, or whose archive is not sound, gives nothing and a fault. `told` takes what should be known of
    each sheet: what is hidden or merged.
    """
    archive = open_archive(path, faults, largest=largest)
    if archive is None:
        return {}
    before = len(faults)
    open_document = path.suffix.lower() == ".ods"
    with archive:
        _check_kind(path.name, archive, open_document, faults)
        _look_for_far_cells(path.name, archive, faults)
        if open_document:
            _look_for_repeats(path.name, archive, faults)
        known = marked(path.name, archive, faults) if len(faults) == before else {}
    if len(faults) > before:
        return {}
    sheets: dict[str, list[list[object]]] = {}
    left = _CELLS
    try:
        workbook = CalamineWorkbook.from_path(path)
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            left -= sum(map(len, rows))
            if left < 0:
                found = f"sheets of more than {_CELLS} cells"
                faults.append(Fault(path.name, found, f"at most {_CELLS} cells in all"))
                return {}
            sheets[name] = [list(row) for row in rows]
            if name in known:
                _put_in(sheets[name], known[name].cells)
                if told is not None:
                    told[name] = known[name].told
    except (CalamineError, OSError, ValueError, LookupError, ArithmeticError) as error:
        faults.append(Fault(path.name, f"no workbook ({_why(error)})", "a workbook (.xlsx or .ods)"))
        return {}
    return sheets


def _put_in(rows: list[list[object]], cells: Mapping[tuple[int, int], str]) -> None:
    """Put texts into cells that seemed empty."""
    for (row, column), text in cells.items():
        while len(rows) <= row:
            rows.append([])
        rows[row] += [""] * (column + 1 - len(rows[row]))
        if rows[row][column] in ("", None):
            rows[row][column] = text


def _check_kind(file: str, archive: zipfile.ZipFile, open_document: bool, faults: list[Fault]) -> None:
    """Append a fault for a workbook whose content is not what its name says."""
    names = archive.namelist()
    spreadsheet = b"application/vnd.oasis.opendocument.spreadsheet"
    is_open = "mimetype" in names and archive.read("mimetype").startswith(spreadsheet)
    if open_document and not is_open:
        found = "an Excel workbook" if "xl/workbook.xml" in names else "something else"
        hint = "rename it so that it ends in .xlsx" if "xl/workbook.xml" in names else ""
        allowed = "an OpenDocument spreadsheet, as its name says"
        faults.append(Fault(file, f"{found}, named .ods", allowed, hint=hint))
    elif is_open and not open_document:
        allowed = "an Excel workbook, as its name says"
        hint = "rename it so that it ends in .ods"
        faults.append(Fault(file, "an OpenDocument spreadsheet", allowed, hint=hint))


def _look_for_far_cells(file: str, archive: zipfile.ZipFile, faults: list[Fault]) -> None:
    """Append a fault for a sheet whose furthest cell would make a table of billions, mostly empty.

    The reader makes room for all of it at once, as for as many texts as a workbook says it has, and a failure
    to do so would end the whole process.
    """
    for member in archive.infolist():
        # A sheet may have any name. The reader understands UTF-16 too, whose letters have NULs between them.
        content = archive.read(member)
        if b"\0" in content[:1000]:
            if member.filename.lower().endswith(".xml"):
                faults.append(Fault(file, f"{member.filename} in UTF-16", "workbooks in UTF-8"))
                continue
            content = content.replace(b"\0", b"")
        height = width = 1
        for letters, digits in set(_PLACE.findall(content)):
            row = digits.lstrip(b"0") or b"0"
            height = max(height, int(row) if len(row) <= 7 else _FARTHEST)
            column = 0
            for letter in letters[:4].upper():
                column = 26 * column + letter - 64
            width = max(width, column if len(letters) <= 3 else _FARTHEST)
        for count in set(_STRINGS.findall(content)):
            if len(count) > 9 or int(count) > len(content):
                found = f"{count[:20].decode()} texts in {len(content)} bytes ({member.filename})"
                faults.append(Fault(file, found, "as many texts as there are"))
        if height * width > _CELLS:
            found = f"a sheet of {_told(height)} rows and {_told(width)} columns ({member.filename})"
            hint = "is there a stray cell far down or far to the right?"
            faults.append(Fault(file, found, f"at most {_CELLS} cells", hint=hint))


def _look_for_repeats(file: str, archive: zipfile.ZipFile, faults: list[Fault]) -> None:
    """Append a fault for a sheet of OpenDocument that repeats filled cells into a table of billions."""
    content = archive.read("content.xml") if "content.xml" in archive.namelist() else b""
    if any(len(count) > 9 or int(count) > _LONG for count in set(_SPACES.findall(content))):
        faults.append(Fault(file, "a text with very many spaces", f"at most {_LONG}"))
    row = column = height = width = 0
    # The last table has no other after it.
    for found in _OPEN_CELLS.finditer(content + b"<table:table>"):
        what = found["what"]
        if what == b"table:table":
            if height * width > _CELLS:
                told = f"a sheet of {_told(height)} rows and {_told(width)} columns"
                hint = "is there a stray cell far down or far to the right?"
                faults.append(Fault(file, told, f"at most {_CELLS} cells", hint=hint))
            row = height = width = 0
        elif what == b"table:table-row":
            row, column = row + _repeated(found["more"]), 0
        else:
            column += _repeated(found["more"])
            if not found["more"].endswith(b"/") or b"office:value" in found["more"]:
                height, width = max(height, row), max(width, column)


_SPACES = re.compile(rb"""\btext:c\s*=\s*["']([0-9]+)""")
_LONG = 10_000
_OPEN_CELLS = re.compile(
    rb"<(?P<what>table:table-row|table:table-cell|table:covered-table-cell|table:table)(?P<more>(\s[^>]*)?/?)>"
)
_REPEATED = re.compile(rb"""\bnumber-(?:rows|columns)-repeated\s*=\s*["']0*([0-9]+)""")


def _repeated(attributes: bytes) -> int:
    fit = _REPEATED.search(attributes)
    if fit is None:
        return 1
    return int(fit[1]) if len(fit[1]) <= 7 else _FARTHEST


def _told(count: int) -> str:
    return str(count) if count < _FARTHEST else f"{_FARTHEST} or more"


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
