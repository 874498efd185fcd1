"""A verdict for those who hold the original data: printed numbers beside what a team's own reports recorded.

`make report DATASET=ours CLAIMS=claims.csv` reads claims as a study has them; `run` names a report
(`network`). What comes of it lies in the folder of the dataset's own reports and nowhere else: the
compendium's verdict, ledger and expected numbers know nothing of it. A claim on a number that may not be
shown of few people is *withheld*: neither the number nor whether it agrees is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from analysis.compendium.claims import KINDS, Claim, claims_in
from analysis.compendium.pages import page_environment
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import (
    NOT_RUN,
    WITHHELD,
    Verdict,
    counted,
    judged,
    recorded_numbers,
    unrecorded,
    verdict_files,
    verdict_on,
)
from analysis.files import REPORTS, write_atomically
from analysis.privacy.disclosure import COARSE_DIGITS, Disclosure
from analysis.tables.faults import Fault
from analysis.tables.package import DataPackage

__all__ = ["Recorded", "judge_private", "private_claims", "take_away", "write_private_verdict"]

_AGREES = ("reproduced", "recovered")
_NAMES = ("verdict.json", "verdict.csv", "verdict.html")


@dataclass(frozen=True)
class Recorded:
    """What one of the dataset's reports recorded, or why there is none.

    Attributes
    ----------
    study : Study
        The study whose report it is.
    run : Run
        The report.
    why_not : str
        Why it was not made; nothing, where it was.
    withheld : dict of str
        Why each number is withheld that is not shown, by key.
    """

    study: Study
    run: Run
    why_not: str = ""
    withheld: Mapping[str, str] | None = None


def private_claims(
    file: str, package: DataPackage, reports: Sequence[str]
) -> tuple[list[Claim], list[Fault]]:
    """Return the sound claims of a file, and every fault of it.

    Parameters
    ----------
    file : str
        As typed.
    package : DataPackage
        The dataset. Only made-up data have a known truth to recover.
    reports : sequence of str
        Names of the reports there are; a claim's `run` is one of them.
    """
    path = Path(file)
    faults: list[Fault] = []
    if not path.is_file():
        return [], [Fault("CLAIMS", repr(file), "a CSV file of claims (make new STUDY=… writes one to fill)")]
    claims = claims_in(path.read_bytes(), file, reports, faults)
    allowed = "number, direction, software: a truth to recover is known of synthetic data only"
    faults += [
        Fault(file, f"kind {claim.kind}", allowed, claim.line, "kind")
        for claim in claims
        if claim.kind == "recovery" and package.label == "REAL"
    ]
    if not claims and not faults:
        faults.append(Fault(file, "no claim", "at least one row"))
    disclosure = Disclosure.of(package)
    for claim in claims:
        for column in ("id", "statement", "source", "published", "open"):
            if disclosure.names_somebody(getattr(claim, column)):
                allowed = "words about nobody in particular: a page shows them"
                faults.append(Fault(file, "a pseudonym", allowed, claim.line, column))
    return claims, faults


def judge_private(claims: Sequence[Claim], recorded: Sequence[Recorded]) -> tuple[list[Verdict], list[Fault]]:
    """Return the verdict on every claim, and the faults of those on a number that nothing is known of.

    On made-up data print is judged as if they were the original: a rehearsal, whose pages say SYNTHETIC.
    """
    reports = {one.run.id: one for one in recorded}
    numbers = {one.run.id: recorded_numbers(one.run) for one in recorded if not one.why_not}
    verdicts: list[Verdict] = []
    faults: list[Fault] = []
    for claim in claims:
        report = reports[claim.run]
        if report.why_not:
            verdicts.append(_on(claim, report, None, NOT_RUN, report.why_not))
            continue
        there, withheld = numbers[claim.run], report.withheld or {}
        faults += [
            unrecorded(claim, name, there)
            for name in claim.numbers
            if name not in there and name not in withheld
        ]
        hidden = [name for name in claim.numbers if name not in there]
        if hidden:
            which = "" if hidden[0] == claim.number else f"of {hidden[0]}, which the claim names: "
            verdicts.append(_on(claim, report, None, WITHHELD, which + withheld.get(hidden[0], "")))
        else:
            verdicts.append(_on(claim, report, *_judged(claim, report.run, there)))
    return verdicts, faults


def _on(claim: Claim, report: Recorded, computed: Any, verdict: str, why: str) -> Verdict:
    found = verdict_on(claim, report.run, computed, verdict, why)
    link = "" if computed is None else f"{report.run.id}.html#{claim.number}"
    return replace(found, study=report.study.id, link=link)


def _judged(claim: Claim, run: Run, numbers: Mapping[str, dict[str, Any]]) -> tuple[Any, str, str]:
    label = "SYNTHETIC" if claim.kind == "recovery" else "REAL"
    found = judged(claim, label, numbers)
    rounding = _rounding(numbers[claim.number]["value"]) if Disclosure.of(run.dataset).restricts else 0
    if found[1] in _AGREES or not rounding:
        return found
    # A print of more digits than may be shown is held to those that are.
    computed, verdict, why = judged(replace(claim, tolerance=claim.tolerance + rounding), label, numbers)
    shown = f"{why} (the tolerance, and as much as rounding to {COARSE_DIGITS} digits moves it)"
    return (computed, verdict, shown) if verdict in _AGREES else found


def _rounding(value: Any) -> float:
    """Return how far a number may be from what was computed, having been rounded to few digits."""
    if not isinstance(value, float) or value == 0 or value == round(value):
        return 0.0
    return 0.5 * 10.0 ** (math.floor(math.log10(abs(value))) + 1 - COARSE_DIGITS)


def write_private_verdict(package: DataPackage, verdicts: Sequence[Verdict]) -> Path:
    """Write the page of a private verdict, and the same as JSON and CSV, beside the dataset's reports.

    Returns
    -------
    Path
        The page.
    """
    folder = _folder(package.name)
    for path, content in verdict_files(verdicts, folder).items():
        write_atomically(path, content)
    page = (
        page_environment()
        .get_template("dataset_verdict.html")
        .render(up="../../", package=package, rows=verdicts, kinds=KINDS, counts=counted(verdicts))
    )
    write_atomically(folder / "verdict.html", page)
    return folder / "verdict.html"


def take_away(dataset: str) -> bool:
    """Remove the verdict of an earlier time, on numbers that are made again; say whether there was one."""
    there = [path for name in _NAMES if (path := _folder(dataset) / name).is_file()]
    for path in there:
        path.unlink()
    return bool(there)


def _folder(dataset: str) -> Path:
    return REPORTS / "datasets" / dataset
