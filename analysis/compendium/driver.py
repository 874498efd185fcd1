"""`make`: ask what is stale, bring it up to date, judge; one process at a time.

Nothing heavy is imported before there is work for it, so that asking costs a fraction of a second.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from analysis.compendium.checkout import write_build_record
from analysis.compendium.plan import Unavailable, Unit, missing_files, page_units, work_units
from analysis.compendium.state import State
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import OUTCOMES, Verdict, judge, write_verdict
from analysis.files import ROOT
from analysis.tables.faults import InvalidInput

__all__ = [
    "CORES",
    "STALE",
    "Outcome",
    "Say",
    "bring_up_to_date",
    "build",
    "stale",
    "standing",
    "table_of",
    "why",
]

Say = Callable[[str], None]

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
STALE = "stale"
"""Why a run that could be made, and was not, has no current report."""


@dataclass
class Outcome:
    """What one command did: why a unit could not be made, faults, seconds a unit, runs without report."""

    missing: dict[str, str] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    not_run: dict[str, str] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)


def stale(units: Sequence[Unit], state: State) -> dict[str, list[str]]:
    """Return why each stale unit is stale, by its name; a run on stale data may turn out to be current."""
    found: dict[str, list[str]] = {}
    for unit in units:
        reasons = state.reasons(unit.name, unit.inputs())
        reasons += [f"{need} is stale" for need in unit.needs if need in found]
        if reasons:
            found[unit.name] = reasons
    return found


def bring_up_to_date(
    units: Sequence[Unit], state: State, say: Say, outcome: Outcome, *, workers: int = CORES
) -> None:
    """Make every unit that is stale, after what it needs; what cannot be made is noted, and the rest goes on.

    Parameters
    ----------
    units : sequence of Unit
        Each after those it needs. What is needed and not among them counts as there.
    state : State
        Told of every unit that was made, and how long it took: the next time the longest start first.
    say : callable
        Told a line of progress.
    outcome : Outcome
        Takes up what could not be made, and why.
    workers : int
        How many are made at a time.
    """
    left, open_names, begun = list(units), {unit.name for unit in units}, time.monotonic()
    queue: list[tuple[Unit, dict[str, str]]] = []
    busy: dict[Future[float], tuple[Unit, dict[str, str]]] = {}
    with ThreadPoolExecutor(workers) as pool:
        while open_names:
            for unit in list(left):
                if open_names.isdisjoint((*unit.needs, *unit.after)):
                    left.remove(unit)
                    lacking = [outcome.missing[need] for need in unit.needs if need in outcome.missing]
                    inputs = {} if lacking else unit.inputs()
                    if not lacking and state.reasons(unit.name, inputs):
                        queue.append((unit, inputs))
                        continue
                    if lacking:
                        outcome.missing[unit.name] = lacking[0]
                    open_names.remove(unit.name)
            queue.sort(key=lambda waiting: -state.seconds(waiting[0].name))
            while queue and len(busy) < workers:
                unit, inputs = queue.pop(0)
                if workers > 1:
                    say(f"{unit.name}: started")
                busy[pool.submit(_timed, unit, inputs)] = (unit, inputs)
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                unit, inputs = busy.pop(future)
                open_names.remove(unit.name)
                error = future.exception()
                if error is None:
                    seconds = outcome.seconds[unit.name] = future.result()
                    state.record(unit.name, inputs, unit.outputs(), seconds)
                    so_far = f"{time.monotonic() - begun:.0f} s so far, {len(open_names)} to go"
                    say(f"{unit.name}: done in {seconds:.1f} s ({so_far})")
                else:
                    _note(unit.name, error, say, outcome)


def _timed(unit: Unit, inputs: Mapping[str, str]) -> float:
    begun = time.monotonic()
    unit.make(inputs)
    return time.monotonic() - begun


def _note(name: str, error: BaseException, say: Say, outcome: Outcome) -> None:
    """Note a unit that was not made: the failure of one, of whatever kind, leaves the others alone."""
    outcome.missing[name], fault = (
        (error.why, error.fault) if isinstance(error, Unavailable) else ("failed", _told(error))
    )
    if fault:
        outcome.failed.append(f"{name}: {fault}")
        say(f"{name}: FAILED: {fault}")


def _told(error: BaseException) -> str:
    in_words = isinstance(error, (InvalidInput, OSError))
    return str(error) if in_words else f"{type(error).__name__}: {error}"


def why(studies: Sequence[Study], chosen: Sequence[Study], state: State) -> dict[str, list[str]]:
    """Return why what is stale is stale: units of the chosen studies, or else pages.

    What pages will say is not known while a run is stale.
    """
    found = stale(work_units(_runs(chosen), state, print), state)
    not_run = standing(studies, state)
    if found or STALE in not_run.values():
        return found
    try:
        return stale(page_units(studies, not_run, judge(studies, not_run)), state)
    except InvalidInput as error:
        return {"verdict": [str(fault) for fault in error.faults]}


def _runs(studies: Sequence[Study]) -> list[Run]:
    return [run for study in studies for run in study.runs]


def standing(studies: Sequence[Study], state: State, outcome: Outcome | None = None) -> dict[str, str]:
    """Return why a run has no current report, for those that have none; `outcome`: of a build just done."""
    runs = _runs(studies)
    waiting = stale(work_units(runs, state, print), state)
    met = outcome.missing if outcome else {}
    return {run.name: _why_not(run, met) for run in runs if f"run {run.name}" in waiting}


def _why_not(run: Run, met: Mapping[str, str]) -> str:
    known = met.get(f"run {run.name}")
    if not known and run.dataset is not None:
        known = met.get(f"data {run.dataset.name}") or missing_files(run.dataset)
    return known or STALE


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
    outcome, state = Outcome(), State()
    bring_up_to_date(work_units(_runs(chosen), state, say), state, say, outcome)
    outcome.not_run = standing(studies, state, outcome)
    outcome.verdicts = judge(studies, outcome.not_run)
    write_verdict(outcome.verdicts)
    pages = page_units(studies, outcome.not_run, outcome.verdicts)
    # Figures are drawn on them, which is one at a time.
    bring_up_to_date(pages, state, say, outcome, workers=1)
    for run in _runs(studies):
        if run.name not in outcome.not_run:
            run.failed.unlink(missing_ok=True)
    write_build_record()
    return outcome


def table_of(studies: Sequence[Study], outcome: Outcome) -> str:
    """Return the closing table: a line a run, with its claims counted."""
    columns = list(dict.fromkeys(OUTCOMES.values()))
    lines = [("run", "data", *columns, "seconds", "page")]
    for run in _runs(studies):
        held = [OUTCOMES[one.verdict] for one in outcome.verdicts if one.of(run)]
        seconds = outcome.seconds.get(f"run {run.name}")
        why_not = outcome.not_run.get(run.name)
        page = run.page.relative_to(ROOT).as_posix() if why_not is None else why_not.partition(":")[0]
        counts = (str(held.count(column)) for column in columns)
        lines.append((run.name, run.label, *counts, "–" if seconds is None else f"{seconds:.1f}", page))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    words = (0, 1, len(widths) - 1)
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in words else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
