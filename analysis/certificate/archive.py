"""The archive as a file: packed so that the same files give the same bytes, and unpacked with distrust."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from analysis.tables.faults import Fault, raise_faults

__all__ = ["MOST_BYTES", "MOST_FILES", "pack", "unpacked"]

MOST_FILES = 50_000
MOST_BYTES = 2 * 1024**3
"""Most files that an archive may hold, and most bytes of all together."""
_MOST_TIMES = 1000
"""So many times smaller than its content no text of ours is packed; what claims to be is a bomb."""
_SMALL = 1024**2
_LEVEL = 6
# The first day that a zip file knows: an archive is of no day.
_NO_DAY = (1980, 1, 1, 0, 0, 0)
_PICTURES = (".png",)


def pack(files: Mapping[str, Path | bytes], path: Path) -> None:
    """Write files into a zip archive, sorted by name, without days, owners or rights of this machine."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in sorted(files):
            content = files[name]
            entry = zipfile.ZipInfo(name, _NO_DAY)
            entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_PICTURES) else zipfile.ZIP_DEFLATED
            payload = content if isinstance(content, bytes) else content.read_bytes()
            archive.writestr(entry, payload, compresslevel=_LEVEL)


def unpacked(path: Path) -> dict[str, bytes]:
    """Return the files of an archive, each by its name; nothing is written anywhere.

    Raises
    ------
    InvalidInput
        With every fault that makes an archive unsafe or unreadable: names that lead out of it, links, names
        given twice, too many or too large files, encryption, and what is no zip file.
    """
    faults: list[Fault] = []
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _examine(path.name, entries, faults)
            raise_faults(faults, "nothing read")
            found = {}
            for entry in entries:
                if entry.is_dir():
                    continue
                with archive.open(entry) as stream:
                    # What its directory says of a size is not to be trusted either.
                    content = stream.read(entry.file_size + 1)
                if len(content) != entry.file_size:
                    faults.append(
                        Fault(path.name, f"{entry.filename} of another size than listed", "one size")
                    )
                found[entry.filename] = content
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        if faults:
            raise
        raise_faults([Fault(str(path), f"no readable zip file ({error})", "an archive of make certificate")])
    raise_faults(faults, "nothing read")
    return found


def _examine(file: str, entries: list[zipfile.ZipInfo], faults: list[Fault]) -> None:
    def fault(found: str, allowed: str) -> None:
        faults.append(Fault(file, found, allowed))

    if len(entries) > MOST_FILES:
        fault(f"{len(entries)} files", f"at most {MOST_FILES}")
    total = sum(entry.file_size for entry in entries)
    if total > MOST_BYTES:
        fault(f"{total} bytes once unpacked", f"at most {MOST_BYTES}")
    # Names that differ in capitals only are one file on some machines.
    counts = Counter(entry.filename.casefold() for entry in entries)
    for name in sorted(name for name, count in counts.items() if count > 1):
        fault(f"{name} {counts[name]} times", "each name once")
    for entry in entries:
        name = entry.filename
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\\" in name or ":" in name or "\0" in name or not parts:
            fault(f"the name {name!r}", "names that stay inside the archive")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            fault(f"{name!r}, a link or a device", "plain files")
        if entry.flag_bits & 0x1:
            fault(f"{name!r}, encrypted", "files that can be read")
        if entry.file_size > max(_SMALL, _MOST_TIMES * entry.compress_size):
            fault(f"{name!r}, {entry.file_size} bytes packed into {entry.compress_size}", "no zip bomb")
