"""Which code a unit is made with: the modules of `analysis` that it reaches by import, and the environment.

Read from the source, never by importing: asking what is stale must be quick and must run nothing.
"""

from __future__ import annotations

import ast
import platform
import re
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from analysis.files import ROOT, digest, digest_file
from analysis.tables.faults import Fault, raise_faults

__all__ = ["environment", "reached_files"]

_PACKAGE = "analysis"


def reached_files(source: str) -> dict[str, str]:
    """Return the hash of every file of `analysis` that a source text reaches by import.

    Parameters
    ----------
    source : str
        Python code.

    Returns
    -------
    dict of str to str
        SHA-256 by path from the root, sorted. A module brings the packages it lies in and the files that
        are not Python code beside it (a style, say).

    Raises
    ------
    SyntaxError
        When the source text itself is no Python code.
    InvalidInput
        With every file reached that is no Python code.
    """
    reached: set[Path] = set()
    faults: list[Fault] = []
    waiting = [path for name in _imported(source) for path in _files(name)]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        if path.suffix == ".py":
            waiting.extend(found for name in _imported_by(path, faults) for found in _files(name))
            waiting.extend(_beside(path.parent))
    raise_faults(sorted(faults, key=lambda fault: fault.file))
    return {path.relative_to(ROOT).as_posix(): digest_file(path) for path in sorted(reached)}


def _imported_by(path: Path, faults: list[Fault]) -> tuple[str, ...]:
    try:
        return _imported_by_file(path)
    # A byte that is no text, or none at all, is a ValueError.
    except (SyntaxError, ValueError) as error:
        found = f"code that cannot be read ({getattr(error, 'msg', error)})"
        faults.append(
            Fault(path.relative_to(ROOT).as_posix(), found, "Python code", getattr(error, "lineno", None))
        )
        return ()


@cache
def _imported_by_file(path: Path) -> tuple[str, ...]:
    package = path.parent.relative_to(ROOT).parts
    return tuple(_imported(path.read_text(encoding="utf-8"), package))


def _imported(source: str, package: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the dotted names of our own that a source in a package imports, also inside functions."""
    for node in _statements(ast.parse(source).body):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level <= len(package):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, *([node.module] if node.module else [])])
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == _PACKAGE)


def _statements(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield statements and those within them; expressions, most of what a source holds, import nothing."""
    for node in body:
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(node, field, ()))


@cache
def _files(name: str) -> tuple[Path, ...]:
    """Return the file of a module and those of the packages it lies in; nothing for a name in a module."""
    parts = name.split(".")
    packages = [ROOT.joinpath(*parts[:length], "__init__.py") for length in range(1, len(parts) + 1)]
    module = ROOT.joinpath(*parts).with_suffix(".py")
    return tuple(path for path in (*packages, module) if path.is_file())


@cache
def _beside(folder: Path) -> tuple[Path, ...]:
    hidden = (".", "_")
    return tuple(
        path
        for path in sorted(folder.iterdir())
        if path.is_file() and path.suffix not in (".py", ".pyc") and not path.name.startswith(hidden)
    )


def environment() -> dict[str, str]:
    """Return what every unit is made with: the lock, what is installed, Python's version."""
    return {
        "requirements.lock": digest_file(ROOT / "requirements.lock"),
        "the Python version": platform.python_version(),
        "an installed package": digest(" ".join(_installed()).encode()),
    }


@cache
def _installed() -> tuple[str, ...]:
    """Return name and version of what is installed of the lock, read off the names of folders."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    named = set(re.findall(r"^([a-z0-9._-]+)==", lock, re.MULTILINE))
    folders = Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    found = (path.name.removesuffix(".dist-info").lower().replace("_", "-") for path in folders)
    return tuple(sorted(name for name in found if name.rpartition("-")[0] in named))
