"""The units of the build: from what each is made, what it gives, and how."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock

from analysis.compendium.imports import environment, reached_files
from analysis.compendium.state import CACHE, State, key
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import NOT_RUN, Verdict
from analysis.compendium.ways_in import QUESTIONS
from analysis.files import DATA_DERIVED, DATA_RAW, REPORTS, ROOT, digest, digest_file
from analysis.sources.fetch import DataUnavailable, fetch, missing_files
from analysis.tables.faults import Fault, InvalidInput, raise_faults
from analysis.tables.package import DataPackage, every_package

__all__ = [
    "TEMPLATES",
    "Neighbours",
    "Unavailable",
    "Unit",
    "data_unit",
    "files_unit",
    "own_unit",
    "page_units",
    "released_key",
    "run_pages",
    "run_unit",
    "shown_by",
    "shown_units",
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
    outputs : tuple of Path
        The files it consists of, once it is made, and folders that hold nothing else.
    make : callable
        Makes it, told its inputs.
    needs : tuple of str
        Names of the units it cannot be made without.
    after : tuple of str
        Names of the units it waits for, and is made without if need be.
    """

    name: str
    inputs: Callable[[], dict[str, str]]
    outputs: tuple[Path, ...]
    make: Callable[[Mapping[str, str]], object]
    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True)
class Neighbours:
    """The pages around one page, each address as seen from there.

    Attributes
    ----------
    before, after : tuple of (str, str), or None
        Title and address of the page before and after it.
    mentioned : dict of str to str
        Addresses of the other pages of its study, by the words they are called in a sentence.
    """

    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None
    mentioned: Mapping[str, str] = field(default_factory=dict)


class Unavailable(Exception):
    """A unit that cannot be made: why, in the words of the verdict, and the fault, where it is one."""

    def __init__(self, why: str, fault: str) -> None:
        super().__init__(why)
        self.why, self.fault = why, fault


def work_units(runs: Iterable[Run], state: State, say: Callable[[str], None] = print) -> list[Unit]:
    """Return the units of some runs, of the runs they read and of their data, each after what it needs."""
    wanted: dict[str, Run] = {}

    def add(run: Run) -> None:
        for other in run.reads:
            add(other)
        wanted.setdefault(run.name, run)

    for run in runs:
        add(run)
    packages = {package.name: package for run in wanted.values() for package in run.datasets}
    data = [data_unit(package, say) for package in packages.values()]
    return data + [run_unit(run, state) for run in wanted.values()]


def files_unit(package: DataPackage, say: Callable[[str], None]) -> Unit:
    """The raw files of a dataset; tables need them only to be made."""
    files = {DATA_RAW / package.name / resource.path: resource.sha256 for resource in package.resources}
    declared = {_named(path): sha256 for path, sha256 in files.items()}
    return Unit(f"files {package.name}", declared.copy, tuple(files), lambda _: _bring(package, say))


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

    outputs, after = (DATA_DERIVED / package.name,), (f"files {package.name}",)
    return Unit(f"data {package.name}", inputs, outputs, make, after=after)


def _bring(package: DataPackage, say: Callable[[str], None]) -> None:
    try:
        if package.audience != "public":
            allowed = "a dataset that anybody can get; "
            allowed += f"make report DATASET={package.name} runs reports on yours"
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


def own_unit(dataset: str) -> Unit:
    """The tables of a dataset of one's own, without names; they are made by hand: `make deidentify`."""
    raw = DATA_RAW / dataset

    def inputs() -> dict[str, str]:
        return _hashes([raw / "datapackage.json", *sorted(raw.glob("*.csv"))])

    def make(_: Mapping[str, str]) -> None:
        raise Unavailable("not de-identified", f"make deidentify DATASET={dataset} first")

    return Unit(f"data {dataset}", inputs, (DATA_DERIVED / dataset,), make)


def run_unit(run: Run, state: State) -> Unit:
    """The report of a run: numbers, tables, figures and the executed notebook."""

    def inputs() -> dict[str, str]:
        # How a notebook is executed and recorded bears on every report; what surrounds that does not.
        executor = [ROOT / f"analysis/compendium/{name}.py" for name in ("execution", "kernels")]
        tables = sorted((DATA_DERIVED / run.dataset.name).glob("*")) if run.dataset is not None else []
        folder = run.notebook.path.parent
        stored = [*sorted(folder.glob("results/*.json")), *sorted(folder.glob("tables/*.csv"))]
        read: dict[str, str] = {}
        for other in run.reads:
            current = not state.reasons(f"run {other.name}", run_unit(other, state).inputs())
            recorded = [other.folder / name for name in ("numbers.json", "findings.json")]
            hashes = _hashes(filter(Path.is_file, recorded))
            read |= {f"what {other.name} recorded": digest(str(hashes).encode()) if current else NOT_RUN}
            read |= {f"the data of {other.name}": f"{other.label}: {other.data}"}
        if run.deviations:
            told = [[name, {**asdict(claim), "file": "", "line": 0}] for name, claim in run.deviations]
            read["claims that declare a deviation"] = digest(json.dumps(told).encode())
        return (
            {_named(run.notebook.path): digest(run.notebook.text.encode())}
            | {f"parameter {name}": json.dumps(value) for name, value in sorted(run.parameters.items())}
            | ({"simulated": run.simulated} if run.simulated else {})
            | read
            | _hashes([*tables, *stored, *executor])
            | reached_files(run.notebook.code)
            | environment()
        )

    def make(inputs: Mapping[str, str]) -> None:
        with _FIRST_IMPORT:
            from analysis.compendium.execution import execute
        execute(run, inputs)

    needs = (f"data {run.dataset.name}",) if run.dataset is not None else ()
    after = tuple(f"run {other.name}" for other in run.reads)
    return Unit(f"run {run.name}", inputs, (run.folder,), make, needs, after)


def released_key(run: Run, inputs: Mapping[str, str]) -> str:
    """Return under which name a report on a team's own data is kept in the register of what was shown."""
    return key({"run": run.name, **inputs})


def shown_by(run: Run) -> Path:
    """Return where the page of a run on public data with a smallest cell writes whom it shows."""
    return CACHE / "shown" / run.data / f"{run.name.replace('/', '+')}.page"


def shown_units(runs: Iterable[Run]) -> list[Unit]:
    """Return for each public dataset with a smallest cell what compares whom its pages show.

    Pages are made in any order, and none knows of another: together they may not tell of a few people.
    """
    pages: dict[str, list[Run]] = {}
    for run in runs:
        if run.dataset is not None and shown_by(run).is_file():
            pages.setdefault(run.data, []).append(run)
    return [_compared(name, there) for name, there in pages.items()]


def _compared(dataset: str, runs: Sequence[Run]) -> Unit:
    files = [shown_by(run) for run in runs]

    def make(_: Mapping[str, str]) -> None:
        from analysis.privacy.disclosure import Disclosure

        if told := Disclosure.of(runs[0].dataset).between_pages(files):
            raise Unavailable("failed", f"pages on {dataset} together: {'; '.join(told)}")

    def inputs() -> dict[str, str]:
        return _hashes(files) | reached_files("import analysis.privacy.disclosure")

    return Unit(f"shown {dataset}", inputs, (), make)


def page_units(
    studies: Sequence[Study], not_run: Mapping[str, str], verdicts: Sequence[Verdict]
) -> list[Unit]:
    """Return the units of all pages: those of runs with a current report, methods, ledger, front page."""
    pairs = [(study, run) for study in studies for run in study.runs]
    shown = [(study, run) for study, run in pairs if run.name not in not_run]
    built = [run for _, run in shown]
    sources = [*(ROOT / "analysis").rglob("*.py"), *(run.notebook.path for _, run in pairs)]
    titles = [[package.title for package in run.datasets] for _, run in pairs]
    rows = [[run.name, run.title, run.label, run.data, run.name in not_run] for _, run in pairs]
    told = [
        [[one.id, one.title, one.question, one.citation, one.data_availability] for one in studies],
        rows,
        titles,
        [asdict(verdict) for verdict in verdicts],
    ]
    findings = filter(Path.is_file, [run.folder / "findings.json" for run in built])
    about = [ROOT / "CITATION.cff", *filter(Path.is_file, [QUESTIONS]), *findings]
    return [
        *run_pages(shown, verdicts),
        _page("methods", REPORTS / "methods.html", (studies, built), rows, sources),
        _page("verdict", REPORTS / "verdict.html", (studies, verdicts), told),
        _page("index", REPORTS / "index.html", (studies, verdicts, built), told, about),
    ]


def run_pages(runs: Sequence[tuple[Study, Run]], verdicts: Sequence[Verdict] | None) -> list[Unit]:
    """Return the units of some runs' pages, and of the codebook and the glossary they link to.

    `verdicts` are those on all claims; None on a dataset of one's own, where nothing is claimed.
    """
    packages = every_package()
    codebook = [asdict(package) for package in packages]
    units = [
        _page("codebook", REPORTS / "codebook.html", (packages,), codebook),
        _page("glossary", REPORTS / "glossary.html", (), ""),
    ]
    listed = [run for _, run in runs]
    for study, run in runs:
        near = _neighbours(run, listed)
        judged = None if verdicts is None else [one for one in verdicts if one.of(run)]
        held = None if judged is None else [asdict(verdict) for verdict in judged]
        datasets = [asdict(package) for package in run.datasets]
        tables = [
            sorted(path.name for path in (DATA_DERIVED / one.name).glob("*.csv")) for one in run.datasets
        ]
        told = [
            study.title,
            study.citation,
            run.title,
            run.label,
            run.simulated,
            datasets,
            tables,
            held,
            asdict(near),
        ]
        notes = [
            DATA_RAW / one.name / name for one in run.datasets for name in ("SOURCE.md", "parameters.json")
        ]
        executed = [run.folder / "notebook.ipynb", *notes]
        units.append(_page(run.name, run.page, (study, run, judged, near), told, executed))
    return units


def _neighbours(run: Run, runs: Sequence[Run]) -> Neighbours:
    """Return the pages around a run's: before and after it in its study, and those that prose may mention."""
    study = [other for other in runs if other.page.parent == run.page.parent]
    place = study.index(run)
    before, after = study[max(0, place - 1) : place], study[place + 1 : place + 2]
    called: dict[str, list[Run]] = {}
    # Of one notebook on several datasets, the page on the same one is meant.
    for other in sorted(study, key=lambda one: one.data != run.data):
        if other.notebook.path != run.notebook.path:
            called.setdefault(other.notebook.title.partition(":")[0].removeprefix("The "), []).append(other)
    one_notebook = {
        name: found[0] for name, found in called.items() if len({other.notebook.path for other in found}) == 1
    }
    return Neighbours(
        before=(before[0].title, before[0].page.name) if before else None,
        after=(after[0].title, after[0].page.name) if after else None,
        mentioned={name: other.page.name for name, other in sorted(one_notebook.items())},
    )


def _page(name: str, path: Path, given: tuple[object, ...], told: object, shown: Iterable[Path] = ()) -> Unit:
    """A page: its writer makes it of what it is given; of that it tells some, and it shows some files."""
    files = [*shown, *sorted(TEMPLATES.glob("*"))]
    writers = (
        "import analysis.compendium.front_page, analysis.compendium.methods, analysis.compendium.codebook"
    )

    def inputs() -> dict[str, str]:
        said = {"a claim, verdict or citation": digest(json.dumps(told).encode())}
        return _hashes(files) | said | reached_files(writers) | environment()

    def make(_: Mapping[str, str]) -> None:
        from analysis.compendium import codebook, front_page, methods, pages

        writers: dict[str, Callable[..., None]] = {
            "codebook": codebook.write_codebook,
            "glossary": pages.write_glossary,
            "methods": methods.write_methods,
            "verdict": front_page.write_ledger,
            "index": front_page.write_index,
        }
        writers.get(name, pages.write_page)(*given)

    return Unit(f"page {name}", inputs, (path,), make)


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _hashes(files: Iterable[Path]) -> dict[str, str]:
    return {_named(path): digest_file(path) if path.is_file() else "missing" for path in files}
