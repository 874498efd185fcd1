"""The runs that a run reads: `reads:` in `study.yml`, and what its notebook asks of them."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.compendium.lines import Lines
from analysis.compendium.parameters import Notebook
from analysis.tables.faults import Fault

if TYPE_CHECKING:
    from analysis.compendium.studies import Run

__all__ = ["DEVIATIONS", "Reads", "check_recorded", "read_names", "resolve", "with_deviations"]

DEVIATIONS = "deviations"
"""Among the runs that a run reads: every run that a claim with a declared deviation is held against."""


@dataclass
class Reads:
    """The runs that a run says it reads, where it says so, and whether they were found yet."""

    names: list[str]
    at: tuple[Any, ...]
    lines: Lines
    done: bool = False


def with_deviations(reads: dict[str, Reads], deviating: Sequence[str]) -> set[str]:
    """Put the runs with declared deviations in the place of that word; return the runs that say it."""
    said = {name for name, given in reads.items() if DEVIATIONS in given.names}
    for name in said:
        given = reads[name]
        named = [other for other in given.names if other != DEVIATIONS]
        given.names = [*named, *(other for other in deviating if other not in named)]
    return said


def resolve(name: str, runs: dict[str, Run], reads: dict[str, Reads], above: tuple[str, ...]) -> None:
    """Put the runs that a run reads in the place of their names; what is none, or a circle, is a fault."""
    given = reads.get(name)
    if given is None or given.done:
        return
    given.done = True
    for index, other in enumerate(given.names):
        at = (*given.at, index)
        if other in (*above, name):
            circle = [*(*above, name)[(*above, name).index(other) :], other]
            given.lines.fault(
                at, f"a circle: {' reads '.join(circle)}", "runs that do not wait for one another"
            )
        elif other not in runs:
            near = difflib.get_close_matches(other, runs, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            allowed = f"a run, <study>/<run id>{hint}: {', '.join(sorted(runs))}"
            given.lines.fault(at, f"an unknown run {other}", allowed)
        else:
            resolve(other, runs, reads, (*above, name))
    if name in runs:
        found = tuple(runs[other] for other in given.names if other in runs)
        runs[name] = replace(runs[name], reads=found)


def read_names(item: dict[str, Any], at: tuple[Any, ...], lines: Lines) -> list[str]:
    """Return the names of the runs that an entry of `study.yml` says it reads; faults are noted."""
    given = item["reads"]
    if not isinstance(given, list) or not given or not all(isinstance(name, str) for name in given):
        lines.fault((*at, "reads"), repr(given), "a list of runs, each <study>/<run id>")
        return []
    for index, name in enumerate(given):
        if name in given[:index]:
            lines.fault((*at, "reads", index), f"{name} again", "each run once")
    if "dataset" in item:
        lines.fault((*at, "dataset"), "a dataset and other runs", "one of dataset and reads")
    return given


def check_recorded(notebook: Notebook, reads: list[str], lines: Lines) -> None:
    """Note every run that a notebook names in a call of `recorded`, written out, and does not read."""
    where = f"{Path(lines.file).parent.as_posix()}/{notebook.path.name}"
    allowed = f"runs it reads: {', '.join(reads) or 'none, since it reads a dataset'}"
    for number, (kind, source, _) in enumerate(json.loads(notebook.text), start=1):
        for node in ast.walk(ast.parse(source)) if kind == "code" and "recorded(" in source else ():
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "recorded":
                given = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
                fault = Fault(
                    where, f"recorded({given!r}, …)", allowed, column=f"cell {number}, line {node.lineno}"
                )
                if isinstance(given, str) and given not in reads and fault not in lines.faults:
                    lines.faults.append(fault)
