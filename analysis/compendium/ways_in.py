"""The front page's way in: from a question to a study, what it found, its verdict, and one's own data.

Which finding answers which question is in `notebooks/synthesis/tables/questions.csv`; what it says is read
from the report of its run.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from analysis.compendium.recorded import NOT_RECORDED, NOT_RUN
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import OUTCOMES, Verdict
from analysis.files import REPORTS, ROOT, STUDIES
from analysis.tables.faults import Fault, raise_faults

__all__ = ["QUESTIONS", "Way", "ways_in"]

_STUDY = "synthesis"
QUESTIONS = STUDIES / _STUDY / "tables/questions.csv"
"""Columns ``question``, ``run``, ``finding``, ``own`` (a report, ``plan``, or nothing)."""

_PLAN = "plan"
_COMMANDS = {_PLAN: "make plan MEMBERS=60 SCHOOLS=8 WAVES=3"}
_REPORT = "make report DATASET=yours"


@dataclass(frozen=True)
class Way:
    """One question and where it leads.

    Attributes
    ----------
    question : str
    study, run : Study, Run
        Which answers it.
    sentence, label : str
        What was found, and REAL or SYNTHETIC; or that it is *not run*, or *not recorded* any more.
    link : str
        From the front page to the number that the sentence rests on, or to the study where there is none.
    verdicts : tuple of (str, int)
        How many claims of the study have which verdict.
    command, report : str
        What to type for one's own data, and the title of the report it makes; nothing where there is none.
    """

    question: str
    study: Study
    run: Run
    sentence: str
    label: str
    link: str
    verdicts: tuple[tuple[str, int], ...]
    command: str
    report: str


def ways_in(studies: Sequence[Study], verdicts: Iterable[Verdict], built: Collection[str]) -> list[Way]:
    """Return the questions of the front page, in their order; none where nobody wrote any.

    Parameters
    ----------
    studies : sequence of Study
        All of them.
    verdicts : iterable of Verdict
        The whole verdict.
    built : collection of str
        Names of the runs that have a current report.

    Raises
    ------
    InvalidInput
        With every row that names no run, or no report.
    """
    if not QUESTIONS.is_file() or _STUDY not in {study.id for study in studies}:
        return []
    runs = {run.name: (study, run) for study in studies for run in study.runs}
    reports = {
        f"{study.id}/{report.notebook.path.stem}": report.notebook.title
        for study in studies
        for report in study.reports
    }
    counts = Counter((verdict.study, verdict.verdict) for verdict in verdicts)
    faults, found = [], []
    with QUESTIONS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for line, row in enumerate(rows, start=2):
        for column, known in (("run", runs), ("own", {**reports, _PLAN: "", "": ""})):
            if row[column] not in known:
                file = QUESTIONS.relative_to(ROOT).as_posix()
                faults.append(Fault(file, repr(row[column]), ", ".join(sorted(known)), line, column))
        if faults:
            continue
        study, run = runs[row["run"]]
        sentence, label, place = _found(run, row["finding"], built)
        own = row["own"]
        told = tuple((one, counts[study.id, one]) for one in OUTCOMES if counts[study.id, one])
        command = _COMMANDS.get(own, _REPORT if own else "")
        link = f"{run.name}.html{place}" if run.name in built else f"#study-{study.id}"
        ways = Way(row["question"], study, run, sentence, label, link, told, command, reports.get(own, ""))
        found.append(ways)
    raise_faults(faults)
    return found


def _found(run: Run, key: str, built: Collection[str]) -> tuple[str, str, str]:
    """Return a finding, the label of its data and the anchor of its first number."""
    if run.name not in built:
        return NOT_RUN, run.label, ""
    path = REPORTS / run.name / "findings.json"
    findings = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    if key not in findings:
        return NOT_RECORDED, run.label, ""
    return findings[key]["sentence"], run.label, f"#{findings[key]['numbers'][0]}"
