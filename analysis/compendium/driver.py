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
from analysis.compendium.plan import Unavailable, Unit, page_units, shown_units, work_units
from analysis.compendium.state import State
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import Verdict, judge, write_verdict
from analysis.files import REPORTS
from analysis.sources.fetch import missing_files
from analysis.tables.faults import InvalidInput

__all__ = [
    "CORES",
    "PLANS",
    "STALE",
    "Outcome",
    "Say",
    "bring_up_to_date",
    "build",
    "stale",
    "standing",
    "why",
]

Say = Callable[[str], None]

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
PLANS = "plans"
"""Folder of `reports/` with the pages of readers' plans (`make plan`)."""
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

    def note(self, unit: Unit, error: BaseException, say: Say) -> None:
        """Note a unit that was not made: the failure of one, of whatever kind, leaves the others alone."""
        why_not, fault = "failed", f"{type(error).__name__}: {error}"
        if isinstance(error, Unavailable):
            why_not, fault = error.why, error.fault
        elif isinstance(error, (InvalidInput, OSError)):
            fault = str(error)
        self.missing[unit.name] = why_not
        if fault:
            self.failed.append(f"{unit.name}: {fault}")
            say(f"{unit.name}: FAILED: {fault}")


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

    What is needed and not among the units counts as there. `state` is told of every unit that was made, and
    how long it took: the next time the longest start first. `outcome` takes up what could not be made, and
    why; `workers` is how many are made at a time.
    """
    left = sorted(units, key=lambda unit: -state.seconds(unit.name))
    unfinished, begun = {unit.name for unit in units}, time.monotonic()
    busy: dict[Future[object], tuple[Unit, dict[str, str], float]] = {}
    with ThreadPoolExecutor(workers) as pool:
        while unfinished:
            ready = (unit for unit in left if unfinished.isdisjoint((*unit.needs, *unit.after)))
            unit = next(ready, None) if len(busy) < workers else None
            if unit is not None:
                left.remove(unit)
                lacking = [outcome.missing[need] for need in unit.needs if need in outcome.missing]
                inputs = {} if lacking else unit.inputs()
                if lacking:
                    outcome.missing[unit.name] = lacking[0]
                if lacking or not state.reasons(unit.name, inputs):
                    unfinished.remove(unit.name)
                    continue
                if workers > 1:
                    say(f"{unit.name}: started")
                busy[pool.submit(unit.make, inputs)] = (unit, inputs, time.monotonic())
                continue
            for future in wait(busy, return_when=FIRST_COMPLETED).done:
                unit, inputs, started = busy.pop(future)
                unfinished.remove(unit.name)
                if error := future.exception():
                    outcome.note(unit, error, say)
                    continue
                seconds = outcome.seconds[unit.name] = time.monotonic() - started
                state.record(unit.name, inputs, unit.outputs, seconds)
                so_far = f"{time.monotonic() - begun:.0f} s so far, {len(unfinished)} to go"
                say(f"{unit.name}: done in {seconds:.1f} s ({so_far})")


def why(studies: Sequence[Study], chosen: Sequence[Study], state: State) -> dict[str, list[str]]:
    """Return why what is stale is stale: units of the chosen studies, or else pages.

    What pages will say is not known while a run is stale.
    """
    found = stale(work_units(_runs(chosen), state), state)
    not_run = standing(studies, state)
    if found or STALE in not_run.values():
        return found
    try:
        return stale(page_units(studies, not_run, judge(studies, not_run)), state)
    except InvalidInput as error:
        return {"verdict": [str(fault) for fault in error.faults]}


def _runs(studies: Sequence[Study]) -> list[Run]:
    return [run for study in studies for run in study.runs]


def standing(studies: Sequence[Study], state: State, met: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return why a run has no current report, for those that have none; `met`: what could not be made now."""
    found, met, told = stale(work_units(_runs(studies), state), state), met or {}, {}
    for run in _runs(studies):
        if f"run {run.name}" in found:
            data = run.dataset
            lacking = data and (met.get(f"data {data.name}") or missing_files(data))
            told[run.name] = met.get(f"run {run.name}") or lacking or STALE
    return told


def build(studies: Sequence[Study], chosen: Sequence[Study], say: Say) -> Outcome:
    """Bring everything that the chosen studies need up to date, then judge the whole compendium.

    The verdict covers all studies, whichever are chosen. What the outcome lists as `failed` makes `make` exit
    with an error.

    Raises
    ------
    InvalidInput
        When a claim is held against a number that no run records; the verdict before stays.
    OSError
        When the reports cannot be written.
    """
    outcome, state = Outcome(), State()
    bring_up_to_date(work_units(_runs(chosen), state, say), state, say, outcome)
    outcome.not_run = standing(studies, state, outcome.missing)
    current = [run for run in _runs(studies) if run.name not in outcome.not_run]
    bring_up_to_date(shown_units(current), state, say, outcome)
    outcome.verdicts = judge(studies, outcome.not_run)
    write_verdict(outcome.verdicts)
    # Figures are drawn on pages, which is one at a time.
    pages = page_units(studies, outcome.not_run, outcome.verdicts)
    bring_up_to_date(pages, state, say, outcome, workers=1)
    for run in _runs(studies):
        if run.name not in outcome.not_run:
            run.failed.unlink(missing_ok=True)
    _take_away(studies, state, say)
    write_build_record()
    return outcome


def _take_away(studies: Sequence[Study], state: State, say: Say) -> None:
    """Remove the reports and pages of runs that are no more, so that nobody reads what nothing makes."""
    own = tuple(f"{kind} {folder}/" for kind in ("run", "page") for folder in ("datasets", PLANS))
    known = {f"{kind} {run.name}" for run in _runs(studies) for kind in ("run", "page")}
    known |= {f"page {name}" for name in ("codebook", "glossary", "methods", "verdict", "index")}
    known |= {unit for unit in state.units() if unit.startswith(own)}
    left = state.forget(("run", "page"), known)
    for path in left:
        path.unlink(missing_ok=True)
        for folder in path.parents:
            if REPORTS not in folder.parents or any(folder.iterdir()):
                break
            folder.rmdir()
    if left:
        say(f"{len(left)} files of runs that are no more were taken away")
