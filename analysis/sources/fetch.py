"""Bring a dataset's raw files to `data_raw/<dataset>/`: mirror first, then their homes, in order.

A file is kept only when its size and SHA-256 are those declared; a file that is there already and differs
is never overwritten. A file that stands in for another is brought only where the other cannot be had.
"""

from __future__ import annotations

import errno
import importlib.util
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from analysis.files import DATA_RAW, ROOT, digest_file
from analysis.sources.packages import AnotherFile, from_debian, from_index
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage, Resource

__all__ = ["MIRROR_VARIABLE", "DataUnavailable", "Say", "fetch", "missing_files"]

MIRROR_VARIABLE = "COMPENDIUM_DATA_MIRROR"
_SECONDS = 30
_CHUNK = 65536
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

Say = Callable[[str], None]


class DataUnavailable(Exception):
    """A raw file could not be had from the mirror or any of its homes.

    Attributes
    ----------
    tampered : bool
        Whether some address, the mirror among them, gave another file than the declared one.
    """

    def __init__(self, message: str, tampered: bool) -> None:
        super().__init__(message)
        self.tampered = tampered


class _Unreachable(Exception):
    """An address gave no file."""


def missing_files(package: DataPackage) -> str:
    """Return in words which raw files are not there; nothing when all are."""
    missing = sorted({resource.content for resource in package.missing(DATA_RAW / package.name)})
    more = f" and {len(missing) - 2} more files" if len(missing) > 2 else ""
    return f"data unavailable: {', '.join(missing[:2])}{more}" if missing else ""


def fetch(package: DataPackage, folder: Path, say: Say) -> None:
    """Bring every raw file of a dataset that is not there yet.

    Parameters
    ----------
    package : DataPackage
        The declaration: files, sizes, hashes, homes.
    folder : Path
        `data_raw/<dataset>`.
    say : callable
        Told a line for each file brought, which also says what gave another file before.

    Raises
    ------
    InvalidInput
        When a file is there already but is not the declared one.
    DataUnavailable
        When a file cannot be had; the message names every such file and what happened at each address.
    OSError
        When the disk does not take a file (full, read-only); the message names the file and the address.
    """
    where = f"{folder.parent.name}/{folder.name}"
    _refuse_other_files(package.resources, folder)
    failed: dict[str, list[str]] = {}
    tampered = False
    for resource in package.missing(folder):
        if resource.instead_of and resource.instead_of not in failed:
            continue
        problems: list[str] = []
        others: list[str] = []
        for address, bring in _addresses(package.name, resource):
            try:
                _bring(resource, folder, address, bring)
            except AnotherFile as error:
                others.append(address)
                problems.append(f"    {address}: {error}")
            except _Unreachable as error:
                problems.append(f"    {address}: {error}")
            else:
                before = f" (another file: {', '.join(others)})" if others else ""
                say(f"{where}/{resource.path} from {address}{before}")
                failed.pop(resource.content, None)
                break
        else:
            tampered |= bool(others)
            told = "\n".join([f"  {where}/{resource.path} could not be had:", *problems])
            failed.setdefault(resource.content, []).append(told)
    if failed:
        raise DataUnavailable("\n".join(line for told in failed.values() for line in told), tampered)


def _refuse_other_files(resources: tuple[Resource, ...], folder: Path) -> None:
    faults = []
    for resource in resources:
        path = folder / resource.path
        if not os.path.lexists(path):
            continue
        # What is no file is never read: a folder, or a link that leads nowhere.
        found = digest_file(path) if path.is_file() else None
        if found != resource.sha256:
            faults.append(
                Fault(
                    f"{folder.parent.name}/{folder.name}/{resource.path}",
                    f"sha256 {found[:16]}…" if found else "something that is no file",
                    f"the published file, sha256 {resource.sha256[:16]}… (move yours away to fetch it again)",
                )
            )
    raise_faults(faults)


def _addresses(dataset: str, resource: Resource) -> list[tuple[str, Callable[[Path], None]]]:
    addresses: list[tuple[str, Callable[[Path], None]]] = []
    mirror = os.environ.get(MIRROR_VARIABLE)
    if mirror:
        held = (ROOT / mirror).resolve() / dataset / resource.path
        addresses.append((f"the mirror {mirror}", partial(_copy, held)))
    addresses.extend((home.partition("#")[0], partial(_from_home, home)) for home in resource.homes)
    return addresses


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise FileNotFoundError("no such file there")
    shutil.copyfile(source, target)


def _from_home(home: str, target: Path) -> None:
    if home.startswith("package:"):
        module, _, member = home.removeprefix("package:").partition("/")
        try:
            found = importlib.util.find_spec(module)
        except ImportError:
            found = None
        if found is None or found.origin is None or not found.has_location:
            raise FileNotFoundError(f"the package {module} is not installed")
        _copy(Path(found.origin).parent / member, target)
        return
    if home.startswith("index:"):
        from_index(home, target)
        return
    if home.startswith("debian:"):
        from_debian(home, target)
        return
    # Imported here because no network is needed where the mirror or a package serves.
    import pooch

    logging.getLogger("pooch").setLevel(logging.CRITICAL)
    downloader = pooch.DOIDownloader if home.startswith("doi:") else pooch.HTTPDownloader
    # Not streamed: the files are small, and a connection whose stream breaks off would stay open.
    downloader(timeout=_SECONDS, progressbar=False, chunk_size=_CHUNK, stream=False)(home, str(target), None)


@contextmanager
def _writing(path: str, address: str) -> Iterator[None]:
    """Make an error of the disk name the file and the address it comes from."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OSError(error.errno, f"{reason}, writing {path} from {address}") from error


def _bring(resource: Resource, folder: Path, address: str, bring: Callable[[Path], None]) -> None:
    """Bring one file from one address, or raise and leave nothing of it."""
    path = f"{folder.parent.name}/{folder.name}/{resource.path}"
    with _writing(path, address):
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".partial-", dir=folder)
        os.close(handle)
    part = Path(name)
    try:
        try:
            bring(part)
        except AnotherFile:
            raise
        except Exception as error:
            # Whatever goes wrong at an address, the next one gets its turn; but the disk is everybody's.
            if isinstance(error, OSError) and error.errno in _DISK:
                with _writing(path, address):
                    raise
            raise _Unreachable(_one_line(error)) from error
        size, sha256 = part.stat().st_size, digest_file(part)
        if (size, sha256) != (resource.size, resource.sha256):
            found = (
                f"another file: {size} bytes, sha256 {sha256[:16]}…; "
                f"declared: {resource.size} bytes, sha256 {resource.sha256[:16]}…"
            )
            # Another release of Debian may well have another version: nobody tampered with anything.
            raise _Unreachable(found) if address.startswith("debian:") else AnotherFile(found)
        # Somebody may have put the file there while it was on its way.
        _refuse_other_files((resource,), folder)
        with _writing(path, address):
            part.chmod(0o644)
            part.replace(folder / resource.path)
    finally:
        part.unlink(missing_ok=True)


def _one_line(error: Exception) -> str:
    answer = getattr(error, "response", None)
    if answer is not None:
        return f"answered {answer.status_code}"
    # Errors of the network come wrapped in one another; the innermost says what happened.
    cause: Exception = error
    while inner := [
        held for held in (getattr(cause, "reason", None), *cause.args) if isinstance(held, Exception)
    ]:
        cause = inner[-1]
    spoken = len(cause.args) > 1 and isinstance(cause.args[-1], str) and not isinstance(cause, OSError)
    text = " ".join(str(cause.args[-1] if spoken else cause).split())
    return text if isinstance(error, (OSError, ValueError)) else f"{type(error).__name__}: {text}"
