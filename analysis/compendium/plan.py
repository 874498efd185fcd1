"""The units of the build: from what each is made, what it gives, and how."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from threading import Lock

from analysis.compendium.imports import environment, reached_files
from analysis.compendium.state import State
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import NOT_RUN, Verdict
from analysis.files import DATA_DERIVED, DATA_RAW, REPORTS, ROOT, digest, digest_file
from analysis.sources.fetch import DataUnavailable, fetch
from analysis.tables.faults import Fault, InvalidInput, raise_faults
from analysis.tables.package import DataPackage, read_package

__all__ = [
    "TEMPLATES",
    "Unavailable",
    "Unit",
    "codebook_unit",
    "data_unit",
    "every_package",
    "files_unit",
    "methods_unit",
    "missing_files",
    "page_unit",
    "page_units",
    "run_unit",
    "work_units",
]

TEMPLATES = ROOT / "analysis/compendium/templates"
_FIRST_IMPORT = Lock()


@dataclass(frozen=True)
class Unit:
    """One thing that is built.

    Attributes
    ----------
    name : str
        As in `run school_leaders/replication`.
    inputs : callable
        Gives the hash of everything it is made from, by name; asked once what it needs is there.
    outputs : callable
        Gives the files it consists of, once it is made.
    make : callable
        Makes it, told its inputs.
    needs : tuple of str
        Names of the units it cannot be made without.
    after : tuple of str
        Names of the units it waits for, and is made without if need be.
    """

    name: str
    inputs: Callable[[], dict[str, str]]
    outputs: Callable[[], Iterable[Path]]
    make: Callable[[Mapping[str, str]], object]
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class Unavailable(Exception):
    """A unit that cannot be made: why, in the words of the verdict, and the fault, where it is one."""

    def __init__(self, why: str, fault: str) -> None:
        super().__init__(why)
        self.why, self.fault = why, fault


def every_package() -> list[DataPackage]:
    """Return all datasets of the compendium: those that anybody can get."""
    packages = map(read_package, sorted(DATA_RAW.glob("*/datapackage.json")))
    return [package for package in packages if package.audience == "public"]


def missing_files(package: DataPackage) -> str:
    """Return in words which raw files are not there; nothing when all are."""
    raw = DATA_RAW / package.name
    missing = sorted({resource.content for resource in package.missing(raw)})
    more = f" and {len(missing) - 2} more files" if len(missing) > 2 else ""
    return f"data unavailable: {', '.join(missing[:2])}{more}" if missing else ""


def work_units(runs: Iterable[Run], state: State, say: Callable[[str], None]) -> list[Unit]:
    """Return the units of some runs, of the runs they read and of their data, each after what it needs."""
    wanted: dict[str, Run] = {}

    def add(run: Run) -> None:
        for other in run.reads:
            add(other)
        wanted.setdefault(run.name, run)

    for run in runs:
        add(run)
    packages = {package.name: package for run in wanted.values() for package in run.datasets}
    return [
        *(data_unit(package, say) for package in packages.values()),
        *(run_unit(run, state) for run in wanted.values()),
    ]


def files_unit(package: DataPackage, say: Callable[[str], None]) -> Unit:
    """The raw files of a dataset; tables need them only to be made."""
    files = {DATA_RAW / package.name / resource.path: resource.sha256 for resource in package.resources}
    declared = {_named(path): sha256 for path, sha256 in files.items()}
    return Unit(
        f"files {package.name}",
        declared.copy,
        partial(filter, Path.is_file, files),
        lambda _: _bring(package, say),
    )


def data_unit(package: DataPackage, say: Callable[[str], None]) -> Unit:
    """The tables of a dataset.

    A raw file that is gone counts as the declared one: tables made of it are none the worse. What lies
    beside the raw files in this repository (a layout, a twin's parameters, tables of our own) counts too.
    """
    raw = DATA_RAW / package.name
    files = {raw / resource.path: resource.sha256 for resource in package.resources}

    def inputs() -> dict[str, str]:
        beside = sorted({*raw.glob("*.json"), *raw.glob("*.csv")} - files.keys())
        there = _hashes([*beside, *filter(Path.is_file, files)])
        gone = {_named(path): sha256 for path, sha256 in files.items() if not path.is_file()}
        return there | gone | reached_files(f"import analysis.sources.{package.name}") | environment()

    def make(_: Mapping[str, str]) -> None:
        _bring(package, say)
        command = [sys.executable, "-m", f"analysis.sources.{package.name}"]
        settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
        done = subprocess.run(command, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
        if done.returncode:
            raise _unreadable(done.stderr.strip() or f"ended with exit code {done.returncode}")

    outputs = partial((DATA_DERIVED / package.name).glob, "*")
    return Unit(f"data {package.name}", inputs, outputs, make, after=(f"files {package.name}",))


def _bring(package: DataPackage, say: Callable[[str], None]) -> None:
    try:
        if package.audience != "public":
            allowed = (
                f"a dataset that anybody can get; make report DATASET={package.name} runs reports on yours"
            )
            raise_faults([Fault(f"data_raw/{package.name}", "a dataset of your own, in a study", allowed)])
        fetch(package, DATA_RAW / package.name, lambda line: say(f"  {line}"))
    except DataUnavailable as error:
        say(f"data {package.name}: UNAVAILABLE\n{error}")
        fault = "an address gave another file than the published one" if error.tampered else ""
        raise Unavailable(missing_files(package), fault) from None
    except (InvalidInput, OSError) as error:
        raise _unreadable(str(error)) from None


def _unreadable(fault: str) -> Unavailable:
    return Unavailable("its data could not be read (see the fault listed by `make`)", fault)


def run_unit(run: Run, state: State) -> Unit:
    """The report of a run: numbers, tables, figures and the executed notebook."""

    def make(inputs: Mapping[str, str]) -> None:
        with _FIRST_IMPORT:
            from analysis.compendium.execution import execute
        execute(run, inputs)

    def outputs() -> list[Path]:
        return [path for path in run.folder.rglob("*") if path.is_file()]

    needs = (f"data {run.dataset.name}",) if run.dataset is not None else ()
    after = tuple(f"run {other.name}" for other in run.reads)
    return Unit(f"run {run.name}", partial(_run_inputs, run, state), outputs, make, needs, after)


def _run_inputs(run: Run, state: State) -> dict[str, str]:
    # How a notebook is executed and recorded bears on every report; what surrounds that does not.
    executor = ROOT / "analysis/compendium/execution.py"
    tables = sorted((DATA_DERIVED / run.dataset.name).glob("*")) if run.dataset is not None else []
    stored = sorted(run.notebook.path.parent.glob("results/*.json"))
    read: dict[str, str] = {}
    for other in run.reads:
        current = not state.reasons(f"run {other.name}", _run_inputs(other, state))
        files = [
            path for path in map(other.folder.joinpath, ("numbers.json", "findings.json")) if path.is_file()
        ]
        read |= {f"what {other.name} recorded": digest(str(_hashes(files)).encode()) if current else NOT_RUN}
        read |= {f"the data of {other.name}": f"{other.label}: {other.data}"}
    return (
        {_named(run.notebook.path): digest(run.notebook.text.encode())}
        | {f"parameter {name}": json.dumps(value) for name, value in sorted(run.parameters.items())}
        | read
        | _hashes([*tables, *stored, executor])
        | reached_files(run.notebook.code)
        | environment()
    )


def page_units(
    studies: Sequence[Study], not_run: Mapping[str, str], verdicts: Sequence[Verdict]
) -> list[Unit]:
    """Return the units of all pages: each run with a current report, codebook, methods, front page."""
    runs = [run for study in studies for run in study.runs]
    built = [run for run in runs if run.name not in not_run]

    def make(_: Mapping[str, str]) -> None:
        from analysis.compendium.pages import write_index

        write_index(studies, verdicts, built)

    told = [
        [
            [study.id, study.title, study.question, study.citation, study.data_availability]
            for study in studies
        ],
        [[run.name, run.title, run.label, run.data, run.name in not_run] for run in runs],
        [asdict(verdict) for verdict in verdicts],
    ]
    findings = [path for run in built if (path := run.folder / "findings.json").is_file()]
    pairs = ((study, run) for study in studies for run in study.runs if run.name not in not_run)
    return [
        *(page_unit(study, run, [one for one in verdicts if one.of(run)]) for study, run in pairs),
        codebook_unit(),
        methods_unit(studies, built),
        Unit("page index", partial(_page_inputs, told, findings), lambda: [REPORTS / "index.html"], make),
    ]


def page_unit(study: Study, run: Run, verdicts: Sequence[Verdict] | None) -> Unit:
    """The page of a run, with the verdicts on its claims; None on a dataset of one's own."""

    def make(_: Mapping[str, str]) -> None:
        from analysis.compendium.pages import write_page

        write_page(study, run, verdicts)

    held = None if verdicts is None else [asdict(verdict) for verdict in verdicts]
    told = [study.citation, run.title, run.label, [asdict(package) for package in run.datasets], held]
    inputs = partial(_page_inputs, told, [run.folder / "notebook.ipynb"])
    return Unit(f"page {run.name}", inputs, lambda: [run.page], make)


def codebook_unit() -> Unit:
    """The page on tables, columns and datasets."""
    packages = every_package()

    def make(_: Mapping[str, str]) -> None:
        from analysis.compendium.codebook import write_codebook

        write_codebook(packages)

    def inputs() -> dict[str, str]:
        told = [asdict(package) for package in packages]
        return _page_inputs(told, []) | reached_files("import analysis.compendium.codebook")

    return Unit("page codebook", inputs, lambda: [REPORTS / "codebook.html"], make)


def methods_unit(studies: Sequence[Study], built: Sequence[Run]) -> Unit:
    """The page on methods: from all modules, and from the notebooks of all runs."""

    def make(_: Mapping[str, str]) -> None:
        from analysis.compendium.methods import write_methods

        write_methods(studies, built)

    def inputs() -> dict[str, str]:
        runs = [run for study in studies for run in study.runs]
        told = [[run.name, run.title, run in built] for run in runs]
        sources = [*(ROOT / "analysis").rglob("*.py"), *(run.notebook.path for run in runs)]
        return _page_inputs(told, sources) | reached_files("import analysis.compendium.methods")

    return Unit("page methods", inputs, lambda: [REPORTS / "methods.html"], make)


def _page_inputs(told: object, shown: Sequence[Path]) -> dict[str, str]:
    return (
        _hashes([*shown, *sorted(TEMPLATES.glob("*"))])
        | {"a claim, verdict or citation": digest(json.dumps(told).encode())}
        | reached_files("import analysis.compendium.pages")
        | environment()
    )


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _hashes(files: Iterable[Path]) -> dict[str, str]:
    return {_named(path): digest_file(path) if path.is_file() else "missing" for path in files}
