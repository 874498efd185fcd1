"""What other runs recorded, for a run that reads them: `recorded("study/run", "key")`, and their findings.

The run says in `study.yml` which it reads (`reads:`); it is made after those, and again when what they
recorded changes. Standard library only: every run's notebook may import it.
"""

from __future__ import annotations

import difflib
import html
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from analysis.files import REPORTS

__all__ = [
    "NOT_RECORDED",
    "NOT_RUN",
    "READS_VARIABLE",
    "Linked",
    "Recorded",
    "RecordedFinding",
    "recorded",
    "recorded_finding",
    "recorded_numbers_of",
]

NOT_RUN = "not run"
NOT_RECORDED = "not recorded"
"""What is said of a finding that a run with a current report does not make (any more)."""
READS_VARIABLE = "COMPENDIUM_READS"
"""Tells a notebook under the driver which runs it reads, and whether each has a current report."""


@dataclass(frozen=True)
class Linked:
    """A text in a table of results, and where it leads from the page."""

    text: str
    link: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Recorded:
    """A number that another run recorded, or that it is not there.

    Attributes
    ----------
    run, key : str
        `<study>/<run id>`, and the key it is recorded under.
    value : float, int, bool, str or None
        None where the run failed or was not made.
    label : str
        What the number is, in words.
    data : str
        REAL, SYNTHETIC, or both; nothing where the run was never made.
    dataset : str
        The dataset it comes from; several are separated by commas.
    link : str
        To the number on its page, from another page.
    """

    run: str
    key: str
    value: float | int | bool | str | None
    label: str
    data: str
    dataset: str
    link: str

    def __str__(self) -> str:
        if self.value is None:
            return NOT_RUN
        return f"{self.value:.4g}" if isinstance(self.value, float) else str(self.value)

    def _repr_html_(self) -> str:
        shown = f"{html.escape(str(self))}{f' ({self.data})' if self.data else ''}"
        return shown if self.value is None else f'<a href="{html.escape(self.link, quote=True)}">{shown}</a>'


def recorded(run: str, key: str) -> Recorded:
    """Return a number that another run recorded, with where it comes from; *not run* where it has none.

    Parameters
    ----------
    run : str
        `<study>/<run id>`, one of those that this run reads.
    key : str
        The key of the number there.

    Raises
    ------
    ValueError
        When this run does not read that one, or that one records no such number.
    """
    there = _is_current(run)
    numbers = _content(REPORTS / run / "numbers.json")
    told = (*_data_of(run), f"../{run}.html#{key}")
    if not there:
        return Recorded(run, key, None, NOT_RUN, *told)
    if key not in numbers:
        near = difflib.get_close_matches(key, numbers, 1)
        hint = f" (the nearest: {near[0]})" if near else ""
        allowed = f"one of the {len(numbers)} that run {run} records{hint}"
        raise ValueError(f"found key {key!r}; allowed: {allowed}")
    return Recorded(run, key, numbers[key]["value"], numbers[key]["label"], *told)


@dataclass(frozen=True)
class RecordedFinding:
    """A sentence that another run's page opens with, or why there is none.

    Attributes
    ----------
    run, key : str
        `<study>/<run id>`, and the key of the finding there.
    sentence : str
        As recorded; `NOT_RUN`, or `NOT_RECORDED` where a current report has no such finding.
    data, dataset, link : str
        As of `Recorded`; the link leads to the first number that the sentence rests on.
    """

    run: str
    key: str
    sentence: str
    data: str
    dataset: str
    link: str

    @property
    def there(self) -> bool:
        """Whether there is a sentence."""
        return self.sentence not in (NOT_RUN, NOT_RECORDED)


def recorded_finding(run: str, key: str) -> RecordedFinding:
    """Return a finding that another run recorded, with where it comes from.

    Parameters
    ----------
    run : str
        `<study>/<run id>`, one of those that this run reads.
    key : str
        The key of the finding there. A finding hangs on what the data say, so that one that is missing is no
        error: it is said to be `NOT_RECORDED`.

    Raises
    ------
    ValueError
        When this run does not read that one.
    """
    label, dataset = _data_of(run)
    page = f"../{run}.html"
    if not _is_current(run):
        return RecordedFinding(run, key, NOT_RUN, label, dataset, page)
    found = _content(REPORTS / run / "findings.json").get(key)
    if found is None:
        return RecordedFinding(run, key, NOT_RECORDED, label, dataset, page)
    return RecordedFinding(run, key, found["sentence"], label, dataset, f"{page}#{found['numbers'][0]}")


def recorded_numbers_of(run: str) -> dict[str, dict[str, Any]] | None:
    """Return all numbers that another run recorded, by key; None where it has no current report.

    Raises
    ------
    ValueError
        When this run does not read that one.
    """
    return _content(REPORTS / run / "numbers.json") if _is_current(run) else None


def _data_of(run: str) -> tuple[str, str]:
    data = _content(REPORTS / run / "provenance.json").get("data", {"label": "", "names": []})
    return data["label"], ", ".join(data["names"])


def _is_current(run: str) -> bool:
    reads = _reads()
    if reads is not None and run not in reads:
        raise ValueError(f"found run {run!r}; allowed: the runs this one reads: {', '.join(reads) or 'none'}")
    return (REPORTS / run / "numbers.json").is_file() and (reads is None or reads[run])


def _reads() -> dict[str, bool] | None:
    text = os.environ.get(READS_VARIABLE)
    return dict(json.loads(text)) if text else None


def _content(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}
