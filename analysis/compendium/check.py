"""`make check`: no undeclared deviation, and no drift from the numbers committed in `reports/expected/`.

An expected number is held to `RELATIVE_TOLERANCE`. One that another processor's last bit may move farther (a
count of draws near a border, say) is written by hand as ``{"value": 0.31, "within": 0.01, "why": "…"}``: how
far it may be, and for what reason; `make expected` keeps both beside the new value.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analysis.compendium.plan import Unit
from analysis.compendium.state import AS_BUILT, State
from analysis.compendium.studies import Run
from analysis.compendium.verdict import DEVIATES, NOT_RUN, Verdict, recorded_numbers, verdict_files
from analysis.files import REPORTS, ROOT, write_atomically

__all__ = [
    "EXPECTED",
    "RELATIVE_TOLERANCE",
    "altered",
    "drift",
    "orphans",
    "skipped",
    "undeclared",
    "write_expected",
]

EXPECTED = REPORTS / "expected"

RELATIVE_TOLERANCE = 1e-6
"""How far a number may be from the committed one: other processors round the last digits differently."""


def undeclared(verdicts: Iterable[Verdict]) -> list[str]:
    """Return a line for every deviation that nobody declared, with both numbers and the tolerance."""
    return [
        f"{verdict.study}: {verdict.claim}: {verdict.verdict}: published {verdict.published}, "
        f"computed {verdict.computed}, tolerance {verdict.tolerance} ({verdict.why})"
        for verdict in verdicts
        if verdict.verdict in DEVIATES
    ]


def skipped(verdicts: Iterable[Verdict]) -> Counter[str]:
    """Count the claims that were not run, by reason."""
    return Counter(verdict.why for verdict in verdicts if verdict.verdict == NOT_RUN)


def drift(run: Run) -> list[str]:
    """Return a line for every number of a run that is not the committed one."""
    path = _expected_path(run)
    if not path.is_file():
        return [f"{run.name}: reports/expected/{run.name}.json is missing (`make expected` writes it)"]
    expected = _read(path)
    if not isinstance(expected, dict):
        return [f"{run.name}: reports/expected/{run.name}.json is no JSON object of numbers by key"]
    computed = {name: entry["value"] for name, entry in recorded_numbers(run).items()}
    lines = [f"{run.name}: {name} is no longer recorded" for name in expected if name not in computed]
    lines += [
        f"{run.name}: {name} is new, not among the expected" for name in computed if name not in expected
    ]
    for name in (name for name in expected if name in computed):
        fault = _difference(expected[name], computed[name])
        lines += [f"{run.name}: {name}: {fault}"] if fault else []
    return lines


def orphans(runs: Iterable[Run]) -> list[str]:
    """Return a line for every file of expected numbers that belongs to no run."""
    known = {_expected_path(run) for run in runs}
    return [
        f"reports/{path.relative_to(REPORTS).as_posix()} belongs to no run: remove it, or restore the run"
        for path in sorted(EXPECTED.rglob("*.json"))
        if path not in known
    ]


def altered(pages: Iterable[Unit], verdicts: Iterable[Verdict], state: State) -> list[str]:
    """Return a line for every page, and file of the verdict, that is not as it was built.

    Parameters
    ----------
    pages : iterable of Unit
        Of the pages there should be.
    verdicts : iterable of Verdict
        On every claim, judged anew.
    state : State
        What was built.
    """
    lines = []
    for path, content in verdict_files(verdicts).items():
        there = path.read_text(encoding="utf-8") if path.is_file() else None
        if there != content:
            told = "is missing" if there is None else "is not what the numbers give"
            lines.append(f"{path.relative_to(ROOT).as_posix()} {told}: say `make`")
    for page in pages:
        reasons = state.reasons(page.name, page.inputs())
        lines += [f"{reason}: say `make`" for reason in reasons if reason.endswith(AS_BUILT)]
    return lines


def write_expected(run: Run) -> None:
    """Take a run's present numbers as the expected ones."""
    values = {name: entry["value"] for name, entry in recorded_numbers(run).items()}
    earlier = _read(_expected_path(run)) if _expected_path(run).is_file() else None
    for name, entry in earlier.items() if isinstance(earlier, dict) else ():
        if isinstance(entry, dict) and name in values:
            values[name] = entry | {"value": values[name]}
    write_atomically(_expected_path(run), json.dumps(values, indent=1, ensure_ascii=False) + "\n")


def _expected_path(run: Run) -> Path:
    return EXPECTED / run.study / f"{run.id}.json"


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None


def _difference(expected: Any, computed: Any) -> str:
    """Return how a computed number differs from the expected one; nothing if it does not."""
    if isinstance(expected, dict):
        value, within, why = (expected.get(part) for part in ("value", "within", "why"))
        numbers = all(_is_number(part) for part in (value, within, computed))
        if set(expected) != {"value", "within", "why"} or not numbers or not str(why).strip() or not within:
            return f"found {expected}; allowed: value, within (above 0) and why (the reason), for a number"
        same, tolerance = abs(computed - value) <= within, f"declared tolerance {within:g} ({why})"
    else:
        value, tolerance = expected, f"relative tolerance {RELATIVE_TOLERANCE:g}"
        if _is_number(expected) and _is_number(computed):
            same = math.isclose(expected, computed, rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-12)
        else:
            same = bool(expected == computed)
    return "" if same else f"expected {value}, computed {computed}, {tolerance}"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float))
