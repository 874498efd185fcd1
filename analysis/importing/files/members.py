"""One file out of a packed archive, which is unpacked nowhere."""

from __future__ import annotations

import gzip
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from analysis.importing.files.archive import LARGEST, open_archive
from analysis.tables.faults import Fault

__all__ = ["read_member", "read_tar_member"]

_MEMBERS = 10_000


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _TooLarge(Exception):
    """An archive held more bytes than it may."""


class _Counted:
    """A stream that gives no more than so many bytes, whatever the headers in it say."""

    def __init__(self, stream: _Readable, largest: int) -> None:
        self.stream, self.left = stream, largest

    def read(self, size: int = -1) -> bytes:
        found = self.stream.read(size)
        self.left -= len(found)
        if self.left < 0:
            raise _TooLarge
        return found


def read_member(path: Path, member: str, faults: list[Fault], *, largest: int = LARGEST) -> bytes | None:
    """Return one file of a wheel (a zip archive) or of a source distribution (`.tar.gz`).

    Parameters
    ----------
    path : Path
        The archive, known by what is in it and not by its name.
    member : str
        The file's name in it, with the folders before it.
    faults : list of Fault
        What is wrong is appended, as `open_archive` has it: names that lead out of the archive, links,
        devices, more members or bytes than there may be; or that it has no such file.
    largest : int
        Bytes unpacked in all, at most.

    Returns
    -------
    bytes or None
        None when there is a fault.
    """
    if not zipfile.is_zipfile(path):
        with gzip.open(path) as stream:
            return read_tar_member(stream, path.name, member, faults, largest=largest)
    archive = open_archive(path, faults, largest=largest)
    if archive is None:
        return None
    with archive:
        if member in archive.namelist() and not member.endswith("/"):
            return archive.read(member)
    faults.append(Fault(path.name, f"no file {member!r}", "one of that name"))
    return None


def read_tar_member(
    stream: _Readable | IO[bytes], file: str, member: str, faults: list[Fault], *, largest: int = LARGEST
) -> bytes | None:
    """Return one file of a tar archive that is read from its beginning to its end, once.

    Parameters
    ----------
    stream : binary stream
        The archive, no longer compressed.
    file : str
        What messages call it.
    member, faults, largest
        As for `read_member`; a name may begin with `./`, in the archive.
    """
    found: list[bytes] = []
    before = len(faults)
    try:
        with tarfile.open(fileobj=_Counted(stream, largest), mode="r|") as archive:  # type: ignore[call-overload]
            for number, entry in enumerate(archive, start=1):
                if number > _MEMBERS:
                    faults.append(Fault(file, f"more than {_MEMBERS} members", f"at most {_MEMBERS}"))
                    break
                parts = PurePosixPath(entry.name.replace("\\", "/")).parts
                if entry.name.startswith(("/", "\\")) or ".." in parts:
                    faults.append(
                        Fault(file, f"the member {entry.name!r}", "names that stay within the archive")
                    )
                elif not (entry.isreg() or entry.isdir()):
                    faults.append(Fault(file, f"the link or device {entry.name!r}", "plain files"))
                elif entry.isreg() and entry.name.removeprefix("./") == member:
                    content = archive.extractfile(entry)
                    found.append(content.read() if content else b"")
    except _TooLarge:
        faults.append(Fault(file, f"more than {largest} bytes unpacked", f"at most {largest} bytes"))
    except (OSError, EOFError, ValueError, zlib.error, tarfile.TarError) as error:
        faults.append(Fault(file, f"no sound archive ({error or type(error).__name__})", "a tar archive"))
    if len(faults) == before and len(found) != 1:
        faults.append(Fault(file, f"{len(found) or 'no'} file {member!r}", "one of that name"))
    return found[0] if len(faults) == before else None
