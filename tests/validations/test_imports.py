"""Files drawn at random: the import lists faults or accounts for every row, and the check can tell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.files import STUDIES
from analysis.importing.lists.edge_list import read_edges
from analysis.validations import imports
from analysis.validations.imports import FILES, SEED, outcome, tried

GOOD = {"refused, with faults", "read, every row accounted for"}


def test_three_hundred_files_are_read_or_refused_and_no_row_is_lost() -> None:
    found = tried(300, 1)
    assert set(found) == GOOD and min(found.values()) > 50


def test_the_committed_record_is_of_as_many_files_as_promised() -> None:
    record = json.loads((STUDIES / "your_network/results/imports.json").read_text(encoding="utf-8"))
    assert (record["files"], record["seed"]) == (FILES, SEED) == (10_000, SEED)
    assert set(record["outcomes"]) == GOOD
    assert sum(record["outcomes"].values()) == FILES


def test_a_traceback_and_a_lost_row_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("sender,receiver\nAna,Ben\nBen,Ana\n", encoding="utf-8")
    assert outcome(path) == "read, every row accounted for"

    def broken(*_: Any, **__: Any) -> None:
        raise KeyError("x")

    monkeypatch.setattr(imports, "read_edges", broken)
    assert outcome(path) == "a traceback: KeyError: 'x'"
    short = tmp_path / "short.csv"
    short.write_text("sender,receiver\nAna,Ben\n", encoding="utf-8")
    monkeypatch.setattr(imports, "read_edges", lambda _, **options: read_edges(short, **options))
    assert outcome(path) == "2 rows, 1 told, 1 accounted for"
