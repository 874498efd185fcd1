"""Studies, their runs and their claims, read from `notebooks/<study>/study.yml` and checked on load."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.compendium.claims import Claim, read_claims
from analysis.compendium.lines import Lines
from analysis.compendium.parameters import Notebook, check_parameters, read_notebook
from analysis.compendium.reads import Reads, check_recorded, read_names, resolve, with_deviations
from analysis.compendium.sweep_grid import Sweep, read_sweeps
from analysis.files import DATA_RAW, REPORTS, STUDIES
from analysis.finding import and_list
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage, read_package
from analysis.tables.schema import TABLES

__all__ = ["MINUTES", "SIMULATED", "Report", "Run", "Study", "load_studies"]

_STUDY_TEXTS = ("title", "question", "citation", "data_availability")
_STUDY_ENTRIES = (*_STUDY_TEXTS, "minutes", "claims", "runs", "reports", "sweeps")
_RUN_ENTRIES = ("id", "notebook", "dataset", "reads", "subject", "simulated", "parameters")
_REPORT_ENTRIES = ("notebook", "tables")
SIMULATED = "SIMULATED"
"""Label of a run whose numbers a model drew, whatever data its rates come from."""
MINUTES = 120
"""How long a run may take where its study says nothing: many times what the longest one takes."""
_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9_.-]*")


@dataclass(frozen=True)
class Run:
    """One notebook, with given parameters, on one dataset or on the numbers that other runs recorded.

    Attributes
    ----------
    study, id : str
        Its study, and what it is called there.
    notebook : Notebook
    dataset : DataPackage or None
        What it reads; None where it reads other runs.
    parameters : dict of str
        Values in place of the notebook's defaults.
    subject : str
        What of the dataset, if not all.
    simulated : str
        What the rates are of, where a model drew the numbers of this run; else nothing.
    reads : tuple of Run
        The runs whose numbers it reads.
    minutes : float
        How long it may take at most: what takes longer hangs.
    deviations : tuple of (str, Claim)
        Every claim that declares which number explains or contradicts its print, after the name of its run,
        where it reads those.
    home : Path, optional
        Where its folder and page lie, if not among the reports: a run of a sweep.
    """

    study: str
    id: str
    notebook: Notebook
    dataset: DataPackage | None
    parameters: dict[str, Any]
    subject: str = ""
    reads: tuple[Run, ...] = ()
    minutes: float = MINUTES
    deviations: tuple[tuple[str, Claim], ...] = ()
    simulated: str = ""
    home: Path | None = None

    @property
    def name(self) -> str:
        """`<study>/<run id>`."""
        return f"{self.study}/{self.id}"

    @property
    def datasets(self) -> tuple[DataPackage, ...]:
        """What its numbers come from in the end, each dataset once."""
        if self.dataset is not None:
            return (self.dataset,)
        found = {package.name: package for run in self.reads for package in run.datasets}
        return tuple(found.values())

    @property
    def data(self) -> str:
        """The names of those datasets."""
        return ", ".join(package.name for package in self.datasets)

    @property
    def labels(self) -> frozenset[str]:
        """`REAL`, `SYNTHETIC` or `SIMULATED`; of a run that reads others, all that these are."""
        if self.simulated:
            return frozenset({SIMULATED})
        if self.dataset is not None:
            return frozenset({self.dataset.label})
        return frozenset().union(*(run.labels for run in self.reads))

    @property
    def label(self) -> str:
        """These in words, as every page says: `REAL`, or `REAL and SYNTHETIC`."""
        return and_list(sorted(self.labels))

    @property
    def folder(self) -> Path:
        """Folder it writes: numbers, tables, figures, the executed notebook, provenance."""
        return (self.home or REPORTS) / self.study / self.id

    @property
    def page(self) -> Path:
        """The page made of it."""
        return (self.home or REPORTS) / self.study / f"{self.id}.html"

    @property
    def failed(self) -> Path:
        """Where its notebook is kept, up to the fault, when it failed."""
        return (self.home or REPORTS) / self.study / f"{self.id}.failed.ipynb"

    def under(self, choices: Mapping[str, Any]) -> Run:
        """Return the run under other choices: parameters of its notebook, its dataset among them."""
        run = replace(self, parameters={**self.parameters, **choices})
        if "dataset" in choices:
            run = replace(run, dataset=read_package(DATA_RAW / choices["dataset"] / "datapackage.json"))
        return run

    @property
    def title(self) -> str:
        """The notebook's title, and what it is of."""
        return f"{self.notebook.title} ({self.subject})" if self.subject else self.notebook.title


@dataclass(frozen=True)
class Report:
    """A notebook that runs on any dataset which has the tables it needs: of each entry, one."""

    notebook: Notebook
    tables: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Study:
    """A study: what a reader looks for."""

    id: str
    title: str
    question: str
    citation: str
    data_availability: str
    runs: tuple[Run, ...]
    claims: tuple[Claim, ...]
    reports: tuple[Report, ...] = ()
    sweeps: tuple[Sweep, ...] = ()


def load_studies(root: Path = STUDIES) -> tuple[Study, ...]:
    """Return every study, in order of its folder's name.

    Raises
    ------
    InvalidInput
        With every fault of every study, each with file and line.
    """
    faults: list[Fault] = []
    reads: dict[str, Reads] = {}
    studies = [_study(path, faults, reads) for path in sorted(root.glob("*/study.yml"))]
    sound = [study for study in studies if study is not None]
    runs = {run.name: run for study in sound for run in study.runs}
    deviations = tuple(
        (f"{study.id}/{claim.run}", claim) for study in sound for claim in study.claims if claim.declared
    )
    for name in with_deviations(reads, list(dict.fromkeys(run for run, _ in deviations))):
        runs[name] = replace(runs[name], deviations=deviations)
    for name in reads:
        resolve(name, runs, reads, ())
    raise_faults(faults)
    return tuple(replace(study, runs=tuple(runs[run.name] for run in study.runs)) for study in sound)


def _study(path: Path, faults: list[Fault], reads: dict[str, Reads]) -> Study | None:
    lines = Lines(path, faults)
    content = lines.content
    if not isinstance(content, dict):
        if not faults or faults[-1].file != lines.file:
            lines.fault((), type(content).__name__, f"entries: {', '.join(_STUDY_ENTRIES)}")
        return None
    lines.unknown(content, (), _STUDY_ENTRIES)
    study = path.parent.name
    texts = {name: lines.text(content, name, ()) for name in _STUDY_TEXTS}
    minutes = content.get("minutes", MINUTES)
    if type(minutes) not in (int, float) or not 0 < minutes < float("inf"):
        lines.fault(("minutes",), repr(minutes), "how many minutes a run may take, a number above 0")
        minutes = MINUTES
    runs = [replace(run, minutes=minutes) for run in _runs(content, path.parent, lines, reads)]
    claims = read_claims(content, path.parent, {run.id for run in runs} | _given_ids(content), lines)
    given = content.get("reports")
    reports = _reports([] if given is None else given, path.parent, lines)
    sound = {run.id: run for run in runs}
    sweeps = read_sweeps(content.get("sweeps", []), sound, lines, lambda name, at: _package(name, at, lines))
    return Study(
        study,
        runs=tuple(runs),
        claims=tuple(claims),
        reports=tuple(reports),
        sweeps=tuple(sweeps),
        **texts,
    )


def _given_ids(content: dict[str, Any]) -> set[str]:
    """Return the ids of all runs named, also of faulty ones, so that their claims are not faulted as well."""
    runs = content.get("runs")
    return {str(run.get("id")) for run in runs if isinstance(run, dict)} if isinstance(runs, list) else set()


def _runs(content: dict[str, Any], folder: Path, lines: Lines, reads: dict[str, Reads]) -> list[Run]:
    given = content.get("runs")
    if not isinstance(given, list) or not given:
        lines.fault(("runs",), repr(given), "a list of at least one run")
        return []
    runs: list[Run] = []
    seen: set[str] = set()
    for index, item in enumerate(given):
        at = ("runs", index)
        if not isinstance(item, dict):
            lines.fault(at, repr(item), f"entries: {', '.join(_RUN_ENTRIES)}")
            continue
        lines.unknown(item, at, _RUN_ENTRIES)
        identifier, notebook = (lines.text(item, name, at) for name in ("id", "notebook"))
        others = read_names(item, at, lines) if "reads" in item else []
        dataset = "" if "reads" in item else lines.text(item, "dataset", at)
        if identifier and not _IDENTIFIER.fullmatch(identifier):
            lines.fault((*at, "id"), repr(identifier), "lower-case letters, digits, _ . -")
        if identifier in seen:
            lines.fault((*at, "id"), f"{identifier} again", "each run's id once")
        seen.add(identifier)
        parameters = item.get("parameters") or {}
        if not isinstance(parameters, dict):
            lines.fault((*at, "parameters"), repr(parameters), "name: value")
            parameters = {}
        subject, simulated = (
            lines.text(item, name, at) if name in item else "" for name in ("subject", "simulated")
        )
        package = _package(dataset, at, lines)
        read = _notebook(notebook, folder, at, lines)
        if read is not None:
            for name in parameters:
                line = lines.lines.get((*at, "parameters", name), 0)
                lines.faults.extend(check_parameters({name: parameters[name]}, read, lines.file, line))
            if "dataset" in parameters:
                lines.fault(
                    (*at, "parameters", "dataset"),
                    "the dataset a second time",
                    "the run's own `dataset` alone",
                )
            if dataset:
                _require_dataset(read, lines)
            check_recorded(read, others, lines)
        if read is not None and (package is not None or others):
            given_dataset = {"dataset": dataset} if dataset else {}
            values = {**given_dataset, **parameters}
            runs.append(Run(folder.name, identifier, read, package, values, subject, simulated=simulated))
            if others:
                reads[runs[-1].name] = Reads(others, (*at, "reads"), lines)
    return runs


def _require_dataset(notebook: Notebook, lines: Lines) -> None:
    if "dataset" not in notebook.parameters:
        where = f"{Path(lines.file).parent.as_posix()}/{notebook.path.name}"
        fault = Fault(where, "no parameter `dataset`", "dataset: str = …  # which tables to read")
        if fault not in lines.faults:
            lines.faults.append(fault)


def _reports(given: Any, folder: Path, lines: Lines) -> list[Report]:
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        lines.fault(("reports",), repr(given), f"a list, each with {' and '.join(_REPORT_ENTRIES)}")
        return []
    reports = []
    for index, item in enumerate(given):
        at = ("reports", index)
        lines.unknown(item, at, _REPORT_ENTRIES)
        name = lines.text(item, "notebook", at)
        if name and name in (one.get("notebook") for one in given[:index]):
            # A report is called after its notebook.
            lines.fault((*at, "notebook"), f"{name} again", "each notebook once")
        notebook = _notebook(name, folder, at, lines)
        if notebook is not None:
            _require_dataset(notebook, lines)
        tables = item.get("tables")
        known = isinstance(tables, list) and all(
            isinstance(entry, str) and set(entry.split(" or ")) <= set(TABLES) for entry in tables
        )
        if not known or not tables:
            allowed = f"a list of tables, or of alternatives such as 'ties or contacts': {', '.join(TABLES)}"
            lines.fault((*at, "tables"), repr(tables), allowed)
        elif notebook is not None:
            reports.append(Report(notebook, tuple(tuple(entry.split(" or ")) for entry in tables)))
    return reports


def _package(dataset: str, at: tuple[Any, ...], lines: Lines) -> DataPackage | None:
    if not dataset:
        return None
    if Path(dataset).name != dataset or not (DATA_RAW / dataset / "datapackage.json").is_file():
        there = ", ".join(sorted(path.parent.name for path in DATA_RAW.glob("*/datapackage.json"))) or "none"
        lines.fault((*at, "dataset"), dataset, f"a dataset under data_raw/: {there}")
        return None
    try:
        return read_package(DATA_RAW / dataset / "datapackage.json")
    except ValueError as error:
        lines.faults.extend(fault for fault in getattr(error, "faults", ()) if fault not in lines.faults)
        return None


def _notebook(name: str, folder: Path, at: tuple[Any, ...], lines: Lines) -> Notebook | None:
    if not name:
        return None
    if Path(name).name != name or not (folder / name).is_file():
        there = ", ".join(sorted(path.name for path in folder.glob("*.ipynb"))) or "none"
        lines.fault((*at, "notebook"), name, f"a notebook of this folder: {there}")
        return None
    faults: list[Fault] = []
    notebook = read_notebook(folder / name, faults)
    # Several runs may share a notebook; its faults are listed once.
    lines.faults.extend(fault for fault in faults if fault not in lines.faults)
    return notebook
