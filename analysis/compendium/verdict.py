"""The verdict: every claim set beside the number the code computed.

`reports/verdict.json` and `.csv` cover the whole compendium, always: what is stale, failed or without data
is `not run`, and says why.

A claim whose print is said to contradict its own source (`contradicted_by`) is a `published error` when two
recorded numbers say so: the one it is held against and the one named deviate from the print, each by more
than the tolerance, and agree with each other within it. Else it is an undeclared deviation.
"""

from __future__ import annotations

import csv
import difflib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from analysis.compendium.claims import KINDS, Claim, printed_number
from analysis.compendium.recorded import NOT_RUN
from analysis.compendium.studies import Run, Study
from analysis.compendium.table_html import tiny
from analysis.files import REPORTS, ROOT, write_atomically
from analysis.labels import label_in_words
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.harmless import harmless_text

__all__ = [
    "DEVIATES",
    "NOT_RUN",
    "OUTCOMES",
    "WITHHELD",
    "Verdict",
    "counted",
    "judge",
    "judged",
    "recorded_numbers",
    "unrecorded",
    "verdict_files",
    "verdict_on",
    "work_of",
    "works",
    "write_verdict",
]

DEVIATES = ("DEVIATES", "NOT RECOVERED")
"""The outcomes that nobody declared: `make check` fails on them."""
WITHHELD = "withheld"
"""Of a claim on a number that may not be shown of few people; on a team's own data alone."""
OUTCOMES = {
    "reproduced": "reproduced",
    "recovered": "reproduced",
    "deviates (explained)": "deviating",
    "deviates (open)": "deviating",
    "published error": "published error",
    "DEVIATES": "deviating",
    "NOT RECOVERED": "deviating",
    WITHHELD: NOT_RUN,
    NOT_RUN: NOT_RUN,
}
"""Every verdict there is, and the column of the closing table that counts it."""

# Binary fractions: 4.605 - 4.60 is not exactly half a unit. The first allows for the arithmetic behind a
# number, as a share of the tolerance (so that 1e-12 is held as strictly as 12); the second for how finely a
# large number is stored, as a share of it.
_SLACK = 1e-6
_SPACING = 1e-15

_DATED = re.compile(r".*?\(\d{4}[^)]*\)")
_CHAPTER = re.compile(r"\bch\. \d+")


@dataclass(frozen=True)
class Verdict:
    """One claim with its verdict, as in `reports/verdict.json`."""

    study: str
    run: str
    dataset: str
    notebook: str
    claim: str
    statement: str
    source: str
    kind: str
    published: str
    computed: float | int | str | None
    tolerance: float | None
    verdict: str
    why: str
    link: str

    def of(self, run: Run) -> bool:
        """Whether it is on a claim held against this run."""
        return (self.study, self.run) == (run.study, run.id)


def recorded_numbers(run: Run) -> dict[str, dict[str, Any]]:
    """Return the numbers a run's report holds, by key."""
    path = run.folder / "numbers.json"
    content: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return content


def judge(studies: Iterable[Study], not_run: Mapping[str, str]) -> list[Verdict]:
    """Return the verdict on every claim of every study.

    Parameters
    ----------
    studies : iterable of Study
        All studies of the compendium.
    not_run : mapping of str to str
        Why a run (`<study>/<run id>`) has no current report, for those that have none.

    Raises
    ------
    InvalidInput
        With every claim that is held against a number its run does not record.
    """
    faults: list[Fault] = []
    verdicts: list[Verdict] = []
    for study in studies:
        runs = {run.id: run for run in study.runs}
        numbers = {run.id: recorded_numbers(run) for run in study.runs if run.name not in not_run}
        for claim in study.claims:
            run = runs[claim.run]
            if run.name in not_run:
                outcome: tuple[Any, str, str] = (None, NOT_RUN, not_run[run.name])
            else:
                missing = [name for name in claim.numbers if name not in numbers[run.id]]
                faults.extend(unrecorded(claim, name, numbers[run.id]) for name in missing)
                outcome = (None, NOT_RUN, "") if missing else judged(claim, run.label, numbers[run.id])
            verdicts.append(verdict_on(claim, run, *outcome))
    raise_faults(faults, "the verdict stays as it was")
    return verdicts


def counted(verdicts: Iterable[Verdict]) -> dict[str, list[tuple[str, int]]]:
    """Count the verdicts on print, on peer software and on known truths, each apart.

    Returns
    -------
    dict of str to list of (str, int)
        For what was claimed (the words of `KINDS`, those that occur), every outcome there is and how often.
    """
    counts: dict[str, Counter[str]] = {words: Counter() for words in KINDS.values()}
    for verdict in verdicts:
        counts[KINDS[verdict.kind]][verdict.verdict] += 1
    return {
        words: [(outcome, found[outcome]) for outcome in OUTCOMES if found[outcome]]
        for words, found in counts.items()
        if found
    }


def works(verdicts: Iterable[Verdict]) -> dict[str, Counter[str]]:
    """Count the verdicts on print by the work in which it stands.

    Returns
    -------
    dict of str to Counter
        By work (`work_of`), in the order of the verdicts: how many claims had each outcome.
    """
    found: dict[str, Counter[str]] = {}
    for verdict in verdicts:
        if KINDS[verdict.kind] == "printed":
            found.setdefault(work_of(verdict.source), Counter())[verdict.verdict] += 1
    return found


def work_of(source: str) -> str:
    """Return the work that a claim's source names: authors and year, and the chapter of a book.

    A source without a year is cut at the second comma.

    Examples
    --------
    >>> work_of("Carolan (2014), ch. 9, Table 9.1")
    'Carolan (2014), ch. 9'
    >>> work_of("Kellogg & Edelmann (2015), British Journal of Educational Technology 46(5), p. 981, Table 2")
    'Kellogg & Edelmann (2015)'
    >>> work_of("LASER Institute, module 2, A Tale of Two MOOCs (case study key), line 817")
    'LASER Institute, module 2'
    """
    dated = _DATED.match(source)
    chapter = _CHAPTER.search(source)
    parts = [dated.group() if dated else ", ".join(source.split(", ")[:2])]
    return ", ".join([*parts, chapter.group()] if dated and chapter else parts)


def verdict_on(claim: Claim, run: Run, computed: Any, verdict: str, why: str) -> Verdict:
    """Return a claim with what its run gave, the verdict and why."""
    return Verdict(
        study=run.study,
        run=run.id,
        dataset=run.data,
        notebook=run.notebook.path.relative_to(ROOT).as_posix(),
        claim=claim.id,
        statement=claim.statement,
        source=claim.source,
        kind=claim.kind,
        published=claim.published,
        computed=computed,
        tolerance=claim.tolerance or None,
        verdict=verdict,
        why=why,
        link=f"{run.page.relative_to(REPORTS).as_posix()}#{claim.number}",
    )


def judged(claim: Claim, label: str, numbers: Mapping[str, dict[str, Any]]) -> tuple[Any, str, str]:
    """Return what a claim is held against, the verdict and why, from the numbers that its run recorded.

    `label` says of what kind the run's data are: `REAL`, `SYNTHETIC`, or both.
    """
    computed = numbers[claim.number]["value"]
    recovery = claim.kind == "recovery"
    # A number printed in a publication is reproduced by the publication's own kind of data, or not at all.
    # The same of a peer program: that two programs agree on made-up data is for the tests, no finding.
    if recovery and label == "REAL":
        return computed, NOT_RUN, "a truth to recover is known of synthetic data only"
    if not recovery and label != "REAL":
        what = "a peer program's number" if claim.kind == "software" else "a published number"
        return computed, NOT_RUN, f"{what} can be reproduced from real data only"
    agrees, comparison = _compare(claim, computed)
    if agrees:
        declared = "published error" if claim.contradicted_by else "deviation"
        declares = claim.explained_by or claim.open or claim.contradicted_by
        note = f"; declared as a {declared}, which it is no longer" if declares else ""
        return computed, "recovered" if recovery else "reproduced", comparison + note
    if recovery:
        return computed, "NOT RECOVERED", comparison
    if claim.explained_by:
        other = numbers[claim.explained_by]
        explains, _ = _compare(claim, other["value"])
        given = f"{_called(other)} gives {_short(other['value'])}"
        if explains:
            return computed, "deviates (explained)", f"{comparison}; {given}"
        return computed, "DEVIATES", f"{comparison}; nor does the declared explanation give it: {given}"
    if claim.contradicted_by:
        other = numbers[claim.contradicted_by]
        given = f"{_called(other)}: {_short(other['value'])}"
        if _compare(claim, other["value"])[0]:
            fault = "what is declared to contradict the print agrees with it"
        elif not _within(claim, computed, other["value"]):
            fault = "what is declared to contradict the print is another number"
        else:
            return computed, "published error", f"{comparison}; the print contradicts its own source: {given}"
        return computed, "DEVIATES", f"{comparison}; {fault}: {given}"
    if claim.open:
        return computed, "deviates (open)", f"{comparison}; {claim.open}"
    return computed, "DEVIATES", comparison


def _called(number: Mapping[str, Any]) -> str:
    return label_in_words(str(number["label"]))


def _compare(claim: Claim, computed: Any) -> tuple[bool, str]:
    if claim.kind == "direction":
        agrees = str(computed) == claim.published
        return agrees, f"computed: {computed}; {KINDS[claim.kind]}: {claim.published}"
    if isinstance(computed, (str, bool)):
        return False, f"no number: {computed}; {KINDS[claim.kind]}: {claim.published}"
    published = float(printed_number(claim.published))
    difference = abs(computed - published)
    agrees = _within(claim, computed, published)
    sign = "≤" if agrees else ">"
    return agrees, (
        f"|{_short(computed)} − {_bracketed(claim.published)}| = "
        f"{_short(difference)} {sign} {_short(claim.tolerance)}"
    )


def _within(claim: Claim, computed: Any, other: Any) -> bool:
    """Whether two values are the same within the tolerance of a claim; of words, to the letter."""
    if claim.kind == "direction":
        return str(computed) == str(other)
    if any(isinstance(value, (str, bool)) for value in (computed, other)):
        return False
    return bool(abs(computed - other) <= claim.tolerance * (1 + _SLACK) + abs(computed) * _SPACING)


def _short(value: Any) -> str:
    if not isinstance(value, float):
        return str(value)
    return (tiny(value) if 0 < abs(value) < 1e-4 else f"{value:.5g}").replace("-", "−")


def _bracketed(number: str) -> str:
    """Return a number as it stands behind a minus sign."""
    return f"({number.replace('-', '−')})" if number.startswith(("-", "−")) else number


def unrecorded(claim: Claim, name: str, numbers: Mapping[str, Any]) -> Fault:
    """Return the fault of a claim that names a number which its run does not record."""
    near = difflib.get_close_matches(name, numbers, 3)
    hint = f" (the nearest: {', '.join(near)})" if near else ""
    allowed = f"one of the {len(numbers)} numbers that run {claim.run} records{hint}"
    return Fault(claim.file, f"claim {claim.id} held against {name!r}", allowed, claim.line)


def write_verdict(verdicts: list[Verdict]) -> None:
    """Write `reports/verdict.json` and `reports/verdict.csv`."""
    for path, content in verdict_files(verdicts).items():
        write_atomically(path, content)


def verdict_files(verdicts: Iterable[Verdict], folder: Path | None = None) -> dict[Path, str]:
    """Return what `verdict.json` and `verdict.csv` of a folder (`reports/`) hold, by path."""
    folder = folder or REPORTS
    rows = [asdict(verdict) for verdict in verdicts]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, [field.name for field in fields(Verdict)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: harmless_text(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
        for row in rows
    )
    content = json.dumps({"claims": rows}, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    return {folder / "verdict.json": content, folder / "verdict.csv": stream.getvalue()}
