"""Archives and workbooks from anywhere: looked over before anything unpacks them."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from python_calamine import CalamineError, CalamineWorkbook

from analysis.tables.faults import Fault

__all__ = ["LARGEST", "open_archive", "read_small_file", "safe_sheets"]

LARGEST = 200_000_000
"""Bytes a file, or all of an archive unpacked, may have."""

_MEMBERS = 10_000
_CHUNK = 1 << 16
_CELLS = 20_000_000
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{0,3})([0-9]{1,7})["']""")
"""Where a row or a cell of a sheet stands: A1, or 1."""


def read_small_file(path: Path, faults: list[Fault], *, largest: int = LARGEST) -> bytes | None:
    """Return a file's bytes, or None and a fault when it cannot be read or is too large."""
    try:
        size = path.stat().st_size
        if size <= largest:
            return path.read_bytes()
        faults.append(Fault(path.name, f"{size} bytes", f"at most {largest} bytes"))
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


def safe_sheets(path: Path, faults: list[Fault], *, largest: int = LARGEST) -> dict[str, list[list[object]]]:
    """Return every sheet of an Excel workbook (.xlsx) by its name, as rows of cells.

    Empty rows and columns are kept, so that row and column are those a spreadsheet shows. A workbook that
    is none, or whose archive is not sound, gives nothing and a fault.
    """
    archive = open_archive(path, faults, largest=largest)
    if archive is None:
        return {}
    before = len(faults)
    with archive:
        _look_for_far_cells(path.name, archive, faults)
    if len(faults) > before:
        return {}
    sheets: dict[str, list[list[object]]] = {}
    try:
        workbook = CalamineWorkbook.from_path(path)
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            sheets[name] = [list(row) for row in rows]
    except (CalamineError, OSError, ValueError, IndexError) as error:
        faults.append(Fault(path.name, f"no workbook ({_why(error)})", "an Excel workbook (.xlsx)"))
        return {}
    return sheets


def _look_for_far_cells(file: str, archive: zipfile.ZipFile, faults: list[Fault]) -> None:
    """Append a fault for a sheet whose furthest cell would make a table of billions, mostly empty.

    The reader makes room for all of it at once, and a failure to do so would end the whole process.
    """
    for member in archive.infolist():
        if not member.filename.lower().endswith(".xml"):
            continue
        content = archive.read(member)
        if b"\0" in content[:1000]:
            faults.append(Fault(file, f"{member.filename} in UTF-16", "workbooks in UTF-8"))
            continue
        height = width = 1
        for letters, digits in set(_PLACE.findall(content)):
            height = max(height, int(digits))
            column = 0
            for letter in letters.upper():
                column = 26 * column + letter - 64
            width = max(width, column)
        if height * width > _CELLS:
            found = f"a sheet of {height} rows and {width} columns ({member.filename})"
            hint = "is there a stray cell far down or far to the right?"
            faults.append(Fault(file, found, f"at most {_CELLS} cells", hint=hint))


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
