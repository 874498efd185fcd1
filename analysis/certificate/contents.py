"""Which files go into the archive, which stay out, and why.

No raw file goes in, whatever its licence: its address and hash do. Tables made of it go in where the
declaration says that the data may be passed on, and so do twins, which are ours. Of all other data only what
was computed goes in: a page, or an executed notebook, in which a whole network can be looked up stays out,
and its hash is listed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.compendium.studies import Run, Study
from analysis.files import DATA_DERIVED, DATA_RAW, ROOT

__all__ = ["OPEN_LICENCES", "PRIVATE_CLAIMS", "Contents", "contents", "declaration", "may_be_passed_on"]

OPEN_LICENCES = ("CC-BY-4.0", "CC0-1.0", "MIT", "ODC-By-1.0", "PDDL-1.0")
"""Licences, by their SPDX names, under which anybody may pass data on by naming where they are from."""

_FILES = (
    *(".ci/run", ".gitignore", "CITATION.cff", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"),
    *("data_derived/README.md", "data_raw/README.md", "environment.yml", "front_page.png", "pyproject.toml"),
    *("requirements-browser.in", "requirements-browser.lock", "requirements-ergm.in"),
    *("requirements-ergm.lock", "requirements.lock"),
)
_FOLDERS = ("analysis", "notebooks", "tests", "reports/expected")
_KINDS = (".py", ".ipynb", ".yml", ".csv", ".json", ".md", ".html", ".css", ".js", ".txt")
_BESIDE = ("datapackage.json", "SOURCE.md", "layout.csv", "parameters.json")
PRIVATE_CLAIMS = "claims_of_originals.csv"
"""Claims that somebody holds against data of their own; they are theirs."""
_NEVER = ("__pycache__", ".ipynb_checkpoints", "node_modules")
_PAGES = (
    *("index.html", "verdict.html", "verdict.json", "verdict.csv", "methods.html", "codebook.html"),
    "glossary.html",
)


@dataclass
class Contents:
    """The files of an archive.

    Attributes
    ----------
    files : dict of str to Path
        Where each is, by its name in the archive, which is its path in the compendium.
    left_out : dict of str to str
        Why a file is not there that one would look for, by the same name.
    """

    files: dict[str, Path] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def add(self, path: Path) -> None:
        """Put a file in, where there is one."""
        if path.is_file():
            self.files[path.relative_to(ROOT).as_posix()] = path

    def leave_out(self, path: Path, why: str) -> None:
        """Say why a file that is there stays out."""
        if path.is_file():
            self.left_out[path.relative_to(ROOT).as_posix()] = why


def declaration(dataset: str) -> dict[str, Any]:
    """Return the `datapackage.json` of a dataset, as it stands."""
    content: dict[str, Any] = json.loads(
        (DATA_RAW / dataset / "datapackage.json").read_text(encoding="utf-8")
    )
    return content


def may_be_passed_on(declared: Mapping[str, Any]) -> bool:
    """Whether a declaration says that the data may be passed on, under licences that say the same.

    What says nothing may not. A licence of the package that data came in is none of the data: whoever
    declares a dataset decides, and says ``"redistribution": "allowed"``.

    Examples
    --------
    >>> open_one = {"audience": "public", "redistribution": "allowed"}
    >>> may_be_passed_on(open_one | {"licenses": [{"name": "CC-BY-4.0", "title": "…"}]})
    True
    >>> may_be_passed_on({"licenses": [{"name": "CC-BY-4.0", "title": "…"}]})
    False
    >>> may_be_passed_on(open_one | {"licenses": [{"title": "none stated"}]})
    False
    """
    licences = declared.get("licenses") or [{}]
    named = all(licence.get("name") in OPEN_LICENCES for licence in licences)
    return declared.get("redistribution") == "allowed" and declared.get("audience") == "public" and named


def contents(studies: Sequence[Study], built: Sequence[Run]) -> Contents:
    """Return what goes into the archive of this compendium.

    Parameters
    ----------
    studies : sequence of Study
        All of them.
    built : sequence of Run
        The runs that have a current report.
    """
    found = Contents()
    for name in (*_FILES, *(f"reports/{page}" for page in _PAGES)):
        found.add(ROOT / name)
    for folder in _FOLDERS:
        for path in _files_of(ROOT / folder):
            private = folder == "notebooks" and path.name == PRIVATE_CLAIMS
            if path.suffix in _KINDS and not private:
                found.add(path)
    packages = {package.name: package for study in studies for run in study.runs for package in run.datasets}
    open_data = {name for name in packages if may_be_passed_on(declaration(name))}
    for name, package in packages.items():
        for beside in _BESIDE:
            found.add(DATA_RAW / name / beside)
        raw = {resource.path for resource in package.resources}
        for path in sorted((DATA_RAW / name).rglob("*.csv")):
            # Tables of our own lie beside the declaration of a made-up dataset; a raw file is never ours.
            if name in open_data and path.name not in raw:
                found.add(path)
        for resource in package.resources:
            where = f"data_raw/{name}/{resource.path}"
            found.left_out[where] = "a raw file: datapackage.json has its addresses and its hash"
        for path in _files_of(DATA_DERIVED / name):
            if name in open_data or path.name == "datapackage.json":
                found.add(path)
            else:
                found.leave_out(path, f"made of raw files that may not be passed on ({package.licence})")
    for run in built:
        closed = [package.name for package in run.datasets if package.name not in open_data]
        hold = bool(closed) and _holds_a_network(run.folder / "notebook.ipynb")
        why = f"it holds the whole network of {', '.join(closed)}, which may not be passed on"
        for path in (run.page, *_files_of(run.folder)):
            if hold and path in (run.page, run.folder / "notebook.ipynb"):
                found.leave_out(path, why)
            else:
                found.add(path)
    return found


def _files_of(folder: Path) -> Iterator[Path]:
    """Give the files of a folder, sorted, none of them hidden or made by Python or Jupyter."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and not any(part in _NEVER or part.startswith(".") for part in parts):
            yield path


def _holds_a_network(notebook: Path) -> bool:
    """Whether an executed notebook has a figure whose network can be looked up person by person."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return any("network" in shown for shown in _figures(cells))


def _figures(cells: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for cell in cells:
        for output in cell.get("outputs", ()):
            shown = output.get("data", {}).get("application/vnd.compendium.figure+json")
            if shown:
                yield shown
