"""Where things are, and writing them so that a reader never sees half a file.

Standard library only: asking what is stale must not wait for heavier imports.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

__all__ = [
    "DATA_DERIVED",
    "DATA_RAW",
    "REPORTS",
    "ROOT",
    "STUDIES",
    "code_digest",
    "digest",
    "digest_file",
    "keep_private",
    "partial_folder",
    "replace_folder",
    "write_atomically",
]

ROOT = Path(__file__).resolve().parents[1]
DATA_RAW = ROOT / "data_raw"
DATA_DERIVED = ROOT / "data_derived"
REPORTS = ROOT / "reports"
STUDIES = ROOT / "notebooks"


def digest(content: bytes) -> str:
    """Return the SHA-256 of some bytes as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def code_digest() -> str:
    """Return one SHA-256 for all of `analysis`: it names numba's cache, which sees no change in a callee."""
    files = sorted((ROOT / "analysis").rglob("*.py"))
    return digest("\n".join(f"{path.relative_to(ROOT)} {digest_file(path)}" for path in files).encode())


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a whole file, or leave what was there.

    The content goes to a neighbouring file first, which then takes the place of `path`. A file that holds
    the same bytes already is left alone.
    """
    payload = content.encode() if isinstance(content, str) else content
    if path.is_file() and path.read_bytes() == payload:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".partial-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(payload)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def keep_private(folder: Path) -> None:
    """Let nobody but their owner read a folder and everything in it, whatever the umask says."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o700 if path.is_dir() else 0o600)


def partial_folder(beside: Path) -> Path:
    """Return a new empty folder, on the file system of `beside`, to build the next `beside` in.

    Its name is never used twice: what a killed run left behind cannot mix with what comes after.
    """
    parent = beside.parent
    parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".partial-", dir=parent))
    folder.chmod(0o755)
    return folder


def replace_folder(new: Path, old: Path) -> None:
    """Put the folder `new` where `old` is; `old` goes away only once `new` stands in its place."""
    discarded = partial_folder(old)
    aside = discarded / old.name
    try:
        if old.exists():
            old.rename(aside)
        new.rename(old)
    finally:
        # Whatever ended it, an interrupt too: the old one is thrown away only where another stands.
        if aside.exists() and not old.exists():
            aside.rename(old)
        shutil.rmtree(discarded, ignore_errors=True)
