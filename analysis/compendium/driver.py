"""`make`: ask what is stale, bring data, execute runs, judge, write pages; one process at a time.

Nothing heavy is imported before there is work for it, so that asking costs a fraction of a second.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from analysis.compendium.imports import reached_files
from analysis.compendium.plan import (
    data_inputs,
    data_unit,
    failed_path,
    page_inputs,
    page_path,
    page_unit,
    report_folder,
    run_inputs,
    run_unit,
)
from analysis.compendium.state import CACHE, State
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import OUTCOMES, Verdict, judge, write_verdict
from analysis.files import DATA_DERIVED, DATA_RAW, REPORTS, ROOT, write_atomically
from analysis.sources.fetch import DataUnavailable, fetch
from analysis.tables.faults import Fault, InvalidInput, raise_faults
from analysis.tables.package import DataPackage, is_own, read_package

__all__ = [
    "STALE",
    "Outcome",
    "bring_data",
    "build",
    "every_package",
    "execute_runs",
    "packages_of",
    "stale",
    "stale_pages",
    "standing",
    "table_of",
    "working",
]

Say = Callable[[str], None]

STALE = "stale"
"""Why a run that could be made, and was not, has no current report."""


@dataclass
class Outcome:
    """What one `make` did."""

    not_run: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    unavailable: dict[str, str] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)


@contextmanager
def working(say: Say) -> Iterator[None]:
    """Hold the compendium's lock: a second `make` waits for the first, and then finds nothing left to do."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another make is at work here; waiting for it to end")
            fcntl.flock(lock, fcntl.LOCK_EX)
        _sweep()
        yield


def _sweep() -> None:
    """Clear away what a killed build left half made."""
    for place in (DATA_RAW, DATA_DERIVED, REPORTS):
        for pattern in (".partial-*", "*/.partial-*", "*/*/.partial-*"):
            for left in place.glob(pattern):
                if left.is_dir():
                    shutil.rmtree(left, ignore_errors=True)
                else:
                    left.unlink(missing_ok=True)


def bring_data(
    packages: Iterable[DataPackage], state: State, say: Say, outcome: Outcome, *, every_file: bool = False
) -> None:
    """Fetch and build every dataset that is stale; what cannot be had is noted, and the rest goes on.

    With `every_file`, raw files that are gone are fetched again though the tables made of them are current.
    """
    for package in packages:
        reasons = state.reasons(data_unit(package.name), data_inputs(package))
        if not reasons and not (every_file and _missing_files(package)):
            continue
        started = time.monotonic()
        try:
            fetch(package, DATA_RAW / package.name, lambda line: say(f"  {line}"))
            _build_tables(package, state)
        except DataUnavailable as error:
            outcome.unavailable[package.name] = _missing_files(package)
            say(f"data {package.name}: UNAVAILABLE\n{error}")
            if error.tampered:
                outcome.failed.append(
                    f"data {package.name}: an address gave another file than the published one"
                )
        except (InvalidInput, OSError, subprocess.CalledProcessError) as error:
            outcome.unavailable[package.name] = "its data could not be read (see the fault listed by `make`)"
            outcome.failed.append(f"data {package.name}: {_told(error)}")
        else:
            say(f"data {package.name}: ready ({time.monotonic() - started:.1f} s)")


def _build_tables(package: DataPackage, state: State) -> None:
    if is_own(package.name):
        allowed = f"a dataset that anybody can get; make report DATASET={package.name} runs reports on yours"
        raise_faults([Fault(f"data_raw/{package.name}", "a dataset of your own, in a study", allowed)])
    command = [sys.executable, "-m", f"analysis.sources.{package.name}"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    tables = sorted((DATA_DERIVED / package.name).glob("*"))
    state.record(data_unit(package.name), data_inputs(package), tables)


def _told(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return (error.stderr or "").strip() or f"ended with exit code {error.returncode}"
    return str(error)


def stale(studies: Sequence[Study], state: State) -> dict[str, list[str]]:
    """Return why each stale unit is stale, by its name; a run on stale data may turn out to be current."""
    found: dict[str, list[str]] = {}
    for package in packages_of(studies):
        found[data_unit(package.name)] = state.reasons(data_unit(package.name), data_inputs(package))
    for study in studies:
        for run in study.runs:
            reasons = state.reasons(run_unit(run), run_inputs(run))
            if found[data_unit(run.dataset.name)]:
                reasons = [*reasons, f"its data are stale ({data_unit(run.dataset.name)})"]
            found[run_unit(run)] = reasons
    return {unit: reasons for unit, reasons in found.items() if reasons}


def stale_pages(studies: Sequence[Study], state: State) -> dict[str, list[str]]:
    """Return why each stale page is stale; nothing while a run is: what pages will say is not known then."""
    not_run = standing(studies, state)
    if STALE in not_run.values():
        return {}
    try:
        verdicts = judge(studies, not_run)
    except InvalidInput as error:
        return {"verdict": [str(fault) for fault in error.faults]}
    pages = _pages(studies, not_run, verdicts)
    found = {unit: state.reasons(unit, inputs) for unit, inputs, _, _ in pages}
    return {unit: reasons for unit, reasons in found.items() if reasons}


def every_package() -> list[DataPackage]:
    """Return all datasets of the compendium: those that a module of `analysis/sources/` imports."""
    folders = sorted(path.parent for path in DATA_RAW.glob("*/datapackage.json"))
    return [read_package(folder / "datapackage.json") for folder in folders if not is_own(folder.name)]


def packages_of(studies: Iterable[Study]) -> list[DataPackage]:
    """Return the datasets that the runs of some studies read, each once."""
    return list({run.dataset.name: run.dataset for study in studies for run in study.runs}.values())


def standing(studies: Sequence[Study], state: State) -> dict[str, str]:
    """Return why a run has no current report, for those that have none, without building anything."""
    waiting = stale(studies, state)
    return {
        run.name: _missing_files(run.dataset) or STALE
        for study in studies
        for run in study.runs
        if run_unit(run) in waiting
    }


def _missing_files(package: DataPackage) -> str:
    """Return in words which raw files are not there; nothing when all are."""
    raw = DATA_RAW / package.name
    missing = sorted(resource.path for resource in package.resources if not (raw / resource.path).exists())
    if not missing:
        return ""
    more = f" and {len(missing) - 2} more files" if len(missing) > 2 else ""
    return f"data unavailable: {', '.join(missing[:2])}{more}"


def build(studies: Sequence[Study], chosen: Sequence[Study], say: Say) -> Outcome:
    """Bring everything that the chosen studies need up to date, then judge the whole compendium.

    Parameters
    ----------
    studies, chosen : sequence of Study
        All studies, and those to run; the verdict always covers all.
    say : callable
        Told a line of progress.

    Returns
    -------
    Outcome
        With `failed` listing whatever makes `make` exit with an error.

    Raises
    ------
    InvalidInput
        When a claim is held against a number that no run records; the verdict before stays.
    OSError
        When the reports cannot be written.
    """
    outcome = Outcome()
    state = State()
    bring_data(packages_of(chosen), state, say, outcome)
    execute_runs([run for study in chosen for run in study.runs], state, say, outcome)
    outcome.not_run = (
        standing(studies, state)
        | {
            run.name: outcome.unavailable[run.dataset.name]
            for study in studies
            for run in study.runs
            if run.dataset.name in outcome.unavailable
        }
        | outcome.not_run
    )
    outcome.verdicts = judge(studies, outcome.not_run)
    write_verdict(outcome.verdicts)
    for unit, inputs, path, make in _pages(studies, outcome.not_run, outcome.verdicts):
        if state.reasons(unit, inputs):
            make()
            state.record(unit, inputs, [path])
            say(f"page {path.relative_to(ROOT)}: written")
    for study in studies:
        for run in study.runs:
            if run.name not in outcome.not_run:
                failed_path(run).unlink(missing_ok=True)
    _write_build_record()
    return outcome


def execute_runs(runs: Sequence[Run], state: State, say: Say, outcome: Outcome) -> None:
    """Execute every run that is stale and whose data are there, on all cores; failures are noted."""
    waiting = []
    for run in runs:
        if run.dataset.name not in outcome.unavailable:
            inputs = run_inputs(run)
            if state.reasons(run_unit(run), inputs):
                waiting.append((run, inputs))
    if not waiting:
        return
    from analysis.compendium.execution import RunFailed, execute, kernel_environment

    environment = kernel_environment()
    started = time.monotonic()

    def timed(run: Run, inputs: dict[str, str]) -> tuple[list[Path], float]:
        say(f"run {run.name}: started")
        begun = time.monotonic()
        return execute(run, inputs, environment), time.monotonic() - begun

    with ThreadPoolExecutor(max_workers=min(len(waiting), _cores())) as workers:
        pending: dict[Future[tuple[list[Path], float]], tuple[Run, dict[str, str]]] = {}
        for run, inputs in waiting:
            pending[workers.submit(timed, run, inputs)] = (run, inputs)
        for number, future in enumerate(as_completed(pending), start=1):
            run, inputs = pending[future]
            progress = f"[{number}/{len(pending)}] run {run.name}"
            try:
                written, seconds = future.result()
            except Exception as error:  # one run's failure, of whatever kind, leaves the others alone
                told = (
                    str(error)
                    if isinstance(error, (RunFailed, OSError))
                    else f"{type(error).__name__}: {error}"
                )
                outcome.not_run[run.name] = "failed"
                outcome.failed.append(f"run {run.name}: {told}")
                say(f"{progress}: FAILED: {told}")
            else:
                outcome.seconds[run.name] = seconds
                state.record(run_unit(run), inputs, written)
                say(f"{progress}: done in {seconds:.1f} s ({time.monotonic() - started:.0f} s so far)")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pages(
    studies: Sequence[Study], not_run: Mapping[str, str], verdicts: Sequence[Verdict]
) -> Iterator[tuple[str, dict[str, str], Path, Callable[[], None]]]:
    """Yield unit, inputs, file and maker of every page: one a run with a current report, and the front page.

    The page maker is heavy, and imported only where there is a page to make.
    """
    built = [(study, run) for study in studies for run in study.runs if run.name not in not_run]
    for study, run in built:
        held = [verdict for verdict in verdicts if (verdict.study, verdict.run) == (run.study, run.id)]
        told = json.dumps([study.citation, asdict(run.dataset), [asdict(verdict) for verdict in held]])
        inputs = page_inputs(told, report_folder(run) / "notebook.ipynb")

        def make_page(study: Study = study, run: Run = run, held: Sequence[Verdict] = held) -> None:
            from analysis.compendium.pages import write_page

            write_page(study, run, held)

        yield page_unit(run), inputs, page_path(run), make_page

    packages = every_package()

    def make_codebook() -> None:
        from analysis.compendium.codebook import write_codebook

        write_codebook(packages)

    inputs = page_inputs(json.dumps([asdict(package) for package in packages])) | reached_files(
        "import analysis.compendium.codebook"
    )
    yield "page codebook", inputs, REPORTS / "codebook.html", make_codebook

    def make_index() -> None:
        from analysis.compendium.pages import write_index

        write_index(studies, verdicts, [run.name for _, run in built])

    told = json.dumps(
        [
            [
                [study.id, study.title, study.question, study.citation, study.data_availability]
                for study in studies
            ],
            [[run.name, run.notebook.prose, run.dataset.kind] for study in studies for run in study.runs],
            [run.name for _, run in built],
            [asdict(verdict) for verdict in verdicts],
        ]
    )
    yield "page index", page_inputs(told), REPORTS / "index.html", make_index


def _write_build_record() -> None:
    """Write `reports/build.json`: commit and state of the checkout."""
    commit = _git("rev-parse", "HEAD") or "unknown"
    changed = _git("status", "--porcelain")
    record = {"commit": commit, "uncommitted changes": "unknown" if changed is None else bool(changed)}
    write_atomically(REPORTS / "build.json", json.dumps(record, indent=1) + "\n")


def _git(*arguments: str) -> str | None:
    """Return what git prints, or None where there is no git or this is no checkout of its own."""
    if not (ROOT / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def table_of(studies: Sequence[Study], outcome: Outcome) -> str:
    """Return the closing table: a line a run, with its claims counted."""
    header = ("run", "data", *dict.fromkeys(OUTCOMES.values()), "seconds", "page")
    lines = [header]
    for study in studies:
        for run in study.runs:
            held = [
                OUTCOMES[verdict.verdict]
                for verdict in outcome.verdicts
                if (verdict.study, verdict.run) == (run.study, run.id)
            ]
            counts = [str(held.count(column)) for column in dict.fromkeys(OUTCOMES.values())]
            seconds = f"{outcome.seconds[run.name]:.1f}" if run.name in outcome.seconds else "–"
            page = (
                page_path(run).relative_to(ROOT).as_posix()
                if run.name not in outcome.not_run
                else outcome.not_run[run.name].partition(":")[0]
            )
            lines.append((run.name, run.dataset.label, *counts, seconds, page))
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    rendered = []
    for line in lines:
        cells = [
            cell.ljust(width) if column in (0, 1, len(header) - 1) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        rendered.append("  ".join(cells).rstrip())
    return "\n".join(rendered)
