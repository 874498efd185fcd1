"""Reports as the runs that the synthesis reads would have left them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analysis.compendium.recorded import READS_VARIABLE
from analysis.compendium.studies import Run
from tests.notebooks.cells import RUNS
from tests.notebooks.test_cells import as_recorded


def reading(run: Run, reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run read the reports in a folder: those that are there are current."""
    monkeypatch.setattr("analysis.compendium.recorded.REPORTS", reports)
    there = {other.name: (reports / other.name / "numbers.json").is_file() for other in run.reads}
    monkeypatch.setenv(READS_VARIABLE, json.dumps(there))


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the reports of every run that the page across studies reads."""
    run = RUNS["synthesis/cross_case"]
    for other in run.reads:
        as_recorded(other.name, tmp_path)
    reading(run, tmp_path, monkeypatch)
    return tmp_path
