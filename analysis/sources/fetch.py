"""Bring a dataset's raw files to `data_raw/<dataset>/`: mirror first, then their homes, in order.

A file is kept only when its size and SHA-256 are those declared; a file that is there already and differs
is never overwritten.
"""

from __future__ import annotations

import errno
import importlib.util
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from analysis.files import ROOT, digest_file
from analysis.tables.faults import Fault, InvalidInput
from analysis.tables.package import DataPackage, Resource

__all__ = ["MIRROR_VARIABLE", "DataUnavailable", "Say", "fetch"]

MIRROR_VARIABLE = "COMPENDIUM_DATA_MIRROR"
_SECONDS = 30

Say = Callable[[str], None]


class DataUnavailable(Exception):
    """A raw file could not be had from the mirror or any of its homes.

    Attributes
    ----------
    tampered : bool
        Whether some home answered with another file than the declared one.
    """

    def __init__(self, message: str, tampered: bool) -> None:
        super().__init__(message)
        self.tampered = tampered


def fetch(package: DataPackage, folder: Path, say: Say) -> None:
    """Bring every raw file of a dataset that is not there yet.

    Parameters
    ----------
    package : DataPackage
        The declaration: files, sizes, hashes, homes.
    folder : Path
        `data_raw/<dataset>`.
    say : callable
        Told a line for each file brought.

    Raises
    ------
    InvalidInput
        When a file is there already but is not the declared one.
    DataUnavailable
        When a file cannot be had; the message names the file and what happened at each address.
    OSError
        When the disk does not take a file (full, read-only); the message names it.
    """
    where = f"{folder.parent.name}/{folder.name}"
    different = [
        Fault(
            f"{where}/{resource.path}",
            f"sha256 {digest_file(folder / resource.path)[:16]}…",
            f"the published file, sha256 {resource.sha256[:16]}… (move yours away to fetch it again)",
        )
        for resource in package.resources
        if (folder / resource.path).exists() and digest_file(folder / resource.path) != resource.sha256
    ]
    if different:
        raise InvalidInput(different)
    missing = [resource for resource in package.resources if not (folder / resource.path).exists()]
    failed: list[str] = []
    tampered = False
    for resource in missing:
        problems: list[str] = []
        for address, bring in _addresses(package.name, resource):
            problem = _bring(resource, folder, bring)
            if problem is None:
                say(f"{where}/{resource.path} from {address}")
                break
            tampered |= problem.startswith("another file")
            problems.append(f"    {address}: {problem}")
        else:
            failed.append("\n".join([f"  {where}/{resource.path} could not be had:", *problems]))
    if failed:
        raise DataUnavailable("\n".join(failed), tampered)


def _addresses(dataset: str, resource: Resource) -> list[tuple[str, Callable[[Path], None]]]:
    addresses: list[tuple[str, Callable[[Path], None]]] = []
    mirror = os.environ.get(MIRROR_VARIABLE)
    if mirror:
        held = (ROOT / mirror).resolve() / dataset / resource.path
        addresses.append((f"the mirror {mirror}", lambda target: _copy(held, target)))
    for home in resource.homes:
        addresses.append((home, lambda target, home=home: _from_home(home, target)))  # type: ignore[misc]
    return addresses


def _copy(source: Path, target: Path) -> None:
    if not source.is_file():
        raise FileNotFoundError("no such file there")
    shutil.copyfile(source, target)


def _from_home(home: str, target: Path) -> None:
    if home.startswith("package:"):
        module, _, member = home.removeprefix("package:").partition("/")
        found = importlib.util.find_spec(module)
        if found is None or found.origin is None:
            raise FileNotFoundError(f"the package {module} is not installed")
        _copy(Path(found.origin).parent / member, target)
        return
    # Imported here because no network is needed where the mirror or a package serves.
    import pooch

    logging.getLogger("pooch").setLevel(logging.CRITICAL)
    downloader = pooch.DOIDownloader if home.startswith("doi:") else pooch.HTTPDownloader
    downloader(timeout=_SECONDS, progressbar=False)(home, str(target), None)


def _bring(resource: Resource, folder: Path, bring: Callable[[Path], None]) -> str | None:
    """Bring one file from one address; return what went wrong there, or None."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".partial-", dir=folder)
    os.close(handle)
    part = Path(name)
    try:
        bring(part)
        size, sha256 = part.stat().st_size, digest_file(part)
        if (size, sha256) != (resource.size, resource.sha256):
            return (
                f"another file: {size} bytes, sha256 {sha256[:16]}…; "
                f"declared: {resource.size} bytes, sha256 {resource.sha256[:16]}…"
            )
        part.chmod(0o644)
        part.replace(folder / resource.path)
    except OSError as error:
        # requests' errors are OSErrors too; only those of the disk end the whole fetch.
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES):
            raise OSError(error.errno, f"{error.strerror}, writing {resource.path}") from error
        return _one_line(error)
    except ValueError as error:
        return _one_line(error)
    finally:
        part.unlink(missing_ok=True)
    return None


def _one_line(error: Exception) -> str:
    cause = getattr(error, "response", None)
    if cause is not None:
        return f"answered {cause.status_code}"
    reason = error
    while reason.args and isinstance(reason.args[0], Exception):
        reason = reason.args[0]
    text = " ".join(str(getattr(reason, "reason", reason)).split())
    return text.rpartition(": ")[2] if text.startswith("<") or "object at 0x" in text else text
