"""`make sweep`: a run under every combination of choices, collected into one table and one page.

Each combination is a run like any other, in a place of its own under `.cache/sweeps/` that is named by the
hash of everything the run is made from: what is done is not done again, whatever was interrupted or changed
in between. The page and the tables go to `reports/sweeps/`, which is not committed.
"""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.compendium.driver import CORES, Outcome, Say, bring_up_to_date
from analysis.compendium.plan import data_unit, run_unit, work_units
from analysis.compendium.state import CACHE, State, key
from analysis.compendium.studies import Run, Study
from analysis.compendium.sweep_elsewhere import SWEEPS, Elsewhere
from analysis.compendium.sweep_grid import Headline, Sweep, combinations
from analysis.files import ROOT
from analysis.parallel import CLUSTER_VARIABLE, places
from analysis.tables.faults import Fault, raise_faults

__all__ = ["SWEEPS", "Collected", "Made", "collect", "curve_of", "make_sweeps"]


@dataclass(frozen=True)
class Made:
    """One combination: its choices, what it recorded, or why it could not be made."""

    choices: Mapping[str, Any]
    numbers: Mapping[str, Mapping[str, Any]]
    findings: Mapping[str, Mapping[str, Any]]
    fault: str = ""


@dataclass(frozen=True)
class Collected:
    """What the runs of a sweep recorded.

    Attributes
    ----------
    numbers : DataFrame
        One row per number of a run: a column per choice, then ``key``, ``value``, ``label``.
    choices : tuple of str
        What differs between the runs: parameters with more than one value.
    curves : dict of str to DataFrame
        By finding, one row per combination: the choices, the number and the p-value under their keys, and
        ``holds``.
    sentences : dict of str to str
        What the run recorded as each finding, under the choices of `study.yml` where they are in the grid.
    """

    numbers: pd.DataFrame
    choices: tuple[str, ...]
    curves: Mapping[str, pd.DataFrame]
    sentences: Mapping[str, str]


def make_sweeps(studies: Sequence[Study], chosen: Sequence[Study], say: Say) -> int:
    """Make the runs of every sweep of the chosen studies, and the pages; return 1 when a run failed, else 0.

    Raises
    ------
    InvalidInput
        When no chosen study declares a sweep, or data it needs cannot be had; for a headline's number or
        finding that no run of the sweep records.
    ClusterError
        When the runs go to a cluster that cannot be used, or goes away; what is done stays.
    """
    sweeps = [(study, sweep) for study in chosen for sweep in study.sweeps]
    having = [study.id for study in studies if study.sweeps]
    allowed = f"a study with `sweeps:` in its study.yml: {', '.join(having) or 'there is none yet'}"
    named = ", ".join(study.id for study in chosen)
    raise_faults([] if sweeps else [Fault("STUDY", named, allowed)], "nothing run")
    failed = 0
    for study, sweep in sweeps:
        failed += _make(study, sweep, say)
    return 1 if failed else 0


def _make(study: Study, sweep: Sweep, say: Say) -> int:
    """Make one sweep; return how many of its runs failed."""
    # It draws: no other command waits for that.
    from analysis.compendium.sweep_page import write_sweep

    state, outcome = State(), Outcome()
    base = next(run for run in study.runs if run.id == sweep.run)
    grid = combinations(sweep)
    varied = [base.under(choices) for choices in grid]
    packages = {package.name: package for run in varied for package in run.datasets}
    needed = work_units(base.reads, state, say)
    there = {unit.name for unit in needed}
    needed += [data_unit(one, say) for name, one in packages.items() if f"data {name}" not in there]
    bring_up_to_date(needed, state, say, outcome)
    lacking = [f"{name}: {why}" for name, why in outcome.missing.items()]
    raise_faults([Fault(f"sweep {study.id}/{sweep.id}", line, "what its runs read") for line in lacking])

    placed = []
    for run in varied:
        inputs = run_unit(run, state).inputs()
        placed.append(replace(run, id=key(inputs)[:16], home=CACHE / SWEEPS))
    elsewhere = Elsewhere(study.id, base.id) if os.environ.get(CLUSTER_VARIABLE) else None
    units = {}
    for run, choices in zip(placed, grid, strict=True):
        unit = replace(run_unit(run, state), name=f"sweep {run.name}")
        units[run.id] = replace(unit, make=partial(elsewhere.make, run, choices)) if elsewhere else unit
    before = sum(not state.reasons(unit.name, unit.inputs()) for unit in units.values())
    say(f"sweep {study.id}/{sweep.id}: {len(units)} runs, {before} of them done before")
    bring_up_to_date(list(units.values()), state, say, outcome, workers=places() if elsewhere else CORES)
    if elsewhere and elsewhere.lost:
        raise elsewhere.lost
    made = [_read(run, choices, outcome) for run, choices in zip(placed, grid, strict=True)]
    known = base.notebook.parameters
    declared = {name: base.parameters.get(name, known[name].default) for name in sweep.grid}
    collected = collect(sweep, made, declared, f"notebooks/{study.id}/study.yml")
    page = write_sweep(study, sweep, base, placed, made, collected)
    for line in outcome.failed:
        say(f"FAILED: {line}")
    say(f"{len(collected.numbers)} recorded numbers collected; read {page.relative_to(ROOT).as_posix()}")
    return len(outcome.failed)


def _read(run: Run, choices: Mapping[str, Any], outcome: Outcome) -> Made:
    unit = f"sweep {run.name}"
    if unit in outcome.missing:
        told = next((line for line in outcome.failed if line.startswith(unit)), outcome.missing[unit])
        return Made(choices, {}, {}, told.removeprefix(f"{unit}: "))
    return Made(choices, _content(run.folder / "numbers.json"), _content(run.folder / "findings.json"))


def _content(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def collect(sweep: Sweep, made: Sequence[Made], declared: Mapping[str, Any], file: str) -> Collected:
    """Put together what the runs of a sweep recorded.

    Parameters
    ----------
    sweep : Sweep
    made : sequence of Made
        One for each combination.
    declared : mapping of str to value
        The choices of the run as its study declares it.
    file : str
        Where the sweep is declared, for faults.

    Raises
    ------
    InvalidInput
        For a number or a finding that no run records, with the nearest that one does; for a number that is
        words.
    """
    done = [one for one in made if not one.fault]
    choices = tuple(name for name, values in sweep.grid.items() if len(values) > 1)
    rows = [
        {**_shown(one.choices, choices), "key": name, "value": entry["value"], "label": entry["label"]}
        for one in done
        for name, entry in one.numbers.items()
    ]
    numbers = pd.DataFrame(rows, columns=[*choices, "key", "value", "label"])
    raise_faults(_unknown(sweep, done, file) if done else [], "no page written")
    curves = {headline.finding: curve_of(headline, made, choices) for headline in sweep.headlines}
    first = sorted(done, key=lambda one: dict(one.choices) != dict(declared))
    sentences = {name: _sentence(name, first) for name in curves}
    return Collected(numbers, choices, curves, sentences)


def _sentence(finding: str, made: Sequence[Made]) -> str:
    """Return the sentence that the first run which has one recorded."""
    found = (one.findings[finding]["sentence"] for one in made if finding in one.findings)
    return str(next(found, ""))


def _unknown(sweep: Sweep, done: Sequence[Made], file: str) -> list[Fault]:
    numbers = {name: entry["value"] for one in done for name, entry in one.numbers.items()}
    findings = {name for one in done for name in one.findings}
    faults = []
    for headline in sweep.headlines:
        place = f"sweeps.{sweep.id}.{headline.finding}"
        asked = [("finding", headline.finding, findings), ("number", headline.number, numbers)]
        for kind, name, known in [*asked, *([("p", headline.p, numbers)] if headline.p else [])]:
            if name not in known:
                near = ", ".join(difflib.get_close_matches(name, known, 3)) or f"one of {len(known)}"
                faults.append(Fault(file, f"{kind} {name}, which no run records", near, None, place))
            elif kind != "finding" and not _is_number(numbers[name]):
                faults.append(Fault(file, f"{kind} {name}: {numbers[name]!r}", "a number", None, place))
    return faults


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def curve_of(headline: Headline, made: Sequence[Made], choices: Sequence[str]) -> pd.DataFrame:
    """Return a headline under every combination of these choices.

    One row per combination: the choices in words, the number and the p-value under their keys (missing where
    the run did not record them), ``holds`` (missing with the number) and ``why`` a run could not be made.

    Examples
    --------
    >>> made = [Made({"cut": 1}, {"b": {"value": 0.2}}, {}), Made({"cut": 2}, {}, {}, "cell 3: no ties")]
    >>> curve_of(Headline("f", "b", 0.0, above=True), made, ["cut"]).values.tolist()
    [['1', 0.2, True, ''], ['2', nan, <NA>, 'cell 3: no ties']]
    """
    rows: list[dict[str, Any]] = []
    for one in made:
        value, p = (_value(one, name) for name in (headline.number, headline.p))
        told = {headline.number: value} | ({headline.p: p} if headline.p else {})
        held = None if value is None else headline.holds(value, p)
        rows.append({**_shown(one.choices, choices), **told, "holds": held, "why": one.fault})
    frame = pd.DataFrame(rows)
    for name in filter(None, (headline.number, headline.p)):
        frame[name] = frame[name].astype(float)
    return frame.astype({"holds": "boolean"})


def _value(one: Made, name: str) -> float | None:
    value: Any = one.numbers.get(name, {}).get("value")
    return float(value) if _is_number(value) else None


def _shown(choices: Mapping[str, Any], names: Sequence[str]) -> dict[str, str]:
    """Return some choices in words, as figures and tables have them."""
    return {name: "none" if choices[name] is None else str(choices[name]) for name in names}
