"""Which modules of `analysis` a piece of code reaches by import, and the hash of each.

Read from the source, never by importing: asking what is stale must be quick and must run nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from analysis.files import ROOT, digest_file

__all__ = ["closure"]

_PACKAGE = "analysis"


def closure(source: str) -> dict[str, str]:
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
    """
    reached: set[Path] = set()
    waiting = [path for name in _imported(source) for path in _files(name)]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        if path.suffix == ".py":
            waiting.extend(found for name in _imported_by(path) for found in _files(name))
            waiting.extend(_beside(path.parent))
    return {path.relative_to(ROOT).as_posix(): digest_file(path) for path in sorted(reached)}


@cache
def _imported_by(path: Path) -> tuple[str, ...]:
    return tuple(_imported(path.read_text(encoding="utf-8")))


def _imported(source: str) -> Iterator[str]:
    """Yield the dotted names of our own that a source imports, also inside functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == _PACKAGE)


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
