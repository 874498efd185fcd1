"""What goes into each unit of the build: the inputs whose hashes decide whether it is stale."""

from __future__ import annotations

import json
import platform
import re
import sysconfig
from functools import cache
from pathlib import Path

from analysis.compendium.imports import reached_files
from analysis.compendium.studies import Run
from analysis.files import DATA_DERIVED, DATA_RAW, REPORTS, ROOT, digest, digest_file
from analysis.tables.package import DataPackage

__all__ = [
    "TEMPLATES",
    "data_inputs",
    "data_unit",
    "failed_path",
    "page_inputs",
    "page_path",
    "page_unit",
    "report_folder",
    "run_inputs",
    "run_unit",
]

TEMPLATES = ROOT / "analysis/compendium/templates"


def data_unit(dataset: str) -> str:
    """Name of the unit that builds a dataset's tables."""
    return f"data {dataset}"


def run_unit(run: Run) -> str:
    """Name of the unit that executes a run."""
    return f"run {run.name}"


def report_folder(run: Run) -> Path:
    """Folder a run writes: numbers, tables, figures, the executed notebook, provenance."""
    return REPORTS / run.study / run.id


def failed_path(run: Run) -> Path:
    """Where the notebook of a run that failed is kept, up to the fault."""
    return REPORTS / run.study / f"{run.id}.failed.ipynb"


def page_path(run: Run) -> Path:
    """The page made of a run."""
    return REPORTS / run.study / f"{run.id}.html"


def data_inputs(package: DataPackage) -> dict[str, str]:
    """Return the hashes that decide whether a dataset's tables are stale.

    A raw file that is gone counts as the declared one: tables made of it are none the worse. What lies
    beside the raw files in this repository (a layout, a twin's parameters, tables of our own) counts too.
    """
    raw = DATA_RAW / package.name
    files = {(raw / resource.path): resource.sha256 for resource in package.resources}
    beside = sorted({*raw.glob("*.json"), *raw.glob("*.csv")} - files.keys())
    there = _hashes([*beside, *(path for path in files if path.is_file())])
    gone = {path.relative_to(ROOT).as_posix(): sha256 for path, sha256 in files.items() if not path.is_file()}
    return there | gone | reached_files(f"import analysis.sources.{package.name}") | _environment()


def run_inputs(run: Run) -> dict[str, str]:
    """Return the hashes that decide whether a run is stale."""
    # How a notebook is executed and recorded bears on every report; what surrounds that does not.
    executor = ROOT / "analysis/compendium/execution.py"
    tables = sorted((DATA_DERIVED / run.dataset.name).glob("*"))
    stored = sorted(run.notebook.path.parent.glob("results/*.json"))
    notebook = run.notebook.path.relative_to(ROOT).as_posix()
    return (
        {notebook: digest(run.notebook.text.encode())}
        | {f"parameter {name}": json.dumps(value) for name, value in sorted(run.parameters.items())}
        | _hashes([*tables, *stored, executor])
        | reached_files(run.notebook.code)
        | _environment()
    )


def page_inputs(told: str, executed: Path | None = None) -> dict[str, str]:
    """Return the hashes that decide whether a page is stale.

    Parameters
    ----------
    told : str
        What the page says that is in no file: verdicts, citations, titles.
    executed : Path or None
        The executed notebook it shows; None for the front page.
    """
    return (
        _hashes([*([executed] if executed else []), *sorted(TEMPLATES.glob("*"))])
        | {"a claim, verdict or citation": digest(told.encode())}
        | reached_files("import analysis.compendium.pages")
        | _environment()
    )


def page_unit(run: Run) -> str:
    """Name of the unit that makes the page of a run."""
    return f"page {run.name}"


def _hashes(files: list[Path]) -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): digest_file(path) if path.is_file() else "missing"
        for path in files
    }


def _environment() -> dict[str, str]:
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
    folders = (
        path.name.removesuffix(".dist-info")
        for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info")
    )
    found = (folder.lower().replace("_", "-") for folder in folders)
    return tuple(sorted(name for name in found if name.rpartition("-")[0] in named))
