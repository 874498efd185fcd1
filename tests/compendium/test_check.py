"""What `make check` fails on: undeclared deviations, and numbers that are not the expected ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.compendium import check
from analysis.compendium.check import drift, skipped, undeclared, write_expected
from analysis.compendium.verdict import judge
from tests.compendium.test_verdict import a_claim, a_run, a_study, move_to

NUMBERS = {"mean": 1.5, "said": 1.5, "count": 3, "tiny": 2e-9, "zero": 0.0, "note": "p < .001", "sure": True}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    move_to(tmp_path, monkeypatch)
    return tmp_path


def test_only_undeclared_deviations_are_told_with_both_numbers_and_the_tolerance(root: Path) -> None:
    runs = [
        a_run(root, NUMBERS),
        a_run(root, NUMBERS, name="twin", kind="synthetic"),
        a_run(root, name="none"),
    ]
    claims = [
        a_claim(id="reproduced", number="mean", published="1.50"),
        a_claim(id="open", number="mean", open="tried"),
        a_claim(id="explained", number="mean", explained_by="count", published="3", tolerance=0.5),
        a_claim(id="error", number="mean", contradicted_by="said"),
        a_claim(id="no_error", number="mean", contradicted_by="count"),
        a_claim(id="undeclared", number="mean"),
        a_claim(id="lost", number="mean", kind="recovery", run="twin"),
        a_claim(id="not_run", run="none"),
        a_claim(id="real_only", run="twin", number="mean"),
    ]
    verdicts = judge([a_study(runs, *claims)], {"leaders/none": "stale"})
    assert undeclared(verdicts) == [
        "leaders: no_error: DEVIATES: published 1.40, computed 1.5, tolerance 0.005 "
        "(|1.5 − 1.40| = 0.1 > 0.005; what is declared to contradict the print is another number: count: 3)",
        "leaders: undeclared: DEVIATES: published 1.40, computed 1.5, tolerance 0.005 "
        "(|1.5 − 1.40| = 0.1 > 0.005)",
        "leaders: lost: NOT RECOVERED: published 1.40, computed 1.5, tolerance 0.005 "
        "(|1.5 − 1.40| = 0.1 > 0.005)",
    ]
    assert skipped(verdicts) == {"stale": 1, "a published number can be reproduced from real data only": 1}


def test_what_was_taken_as_expected_has_not_drifted(root: Path) -> None:
    run = a_run(root, NUMBERS)
    write_expected(run)
    path = root / "reports/expected/leaders/main.json"
    assert json.loads(path.read_text()) == NUMBERS
    assert drift(run) == []
    before = path.read_bytes()
    write_expected(run)
    assert path.read_bytes() == before


def test_nothing_expected_is_drift(root: Path) -> None:
    assert drift(a_run(root, NUMBERS)) == [
        "leaders/main: reports/expected/leaders/main.json is missing (`make expected` writes it)"
    ]


@pytest.mark.parametrize("content", ["", "<<<<<<< ours", "[1, 2]", "null"])
def test_an_expected_file_that_is_damaged_is_drift(root: Path, content: str) -> None:
    run = a_run(root, NUMBERS)
    write_expected(run)
    (root / "reports/expected/leaders/main.json").write_text(content)
    assert drift(run) == [
        "leaders/main: reports/expected/leaders/main.json is no JSON object of numbers by key"
    ]


def test_numbers_lost_and_new_are_drift(root: Path) -> None:
    write_expected(a_run(root, {"a": 1, "b": 2, "c": 3}))
    assert drift(a_run(root, {"b": 2, "d": 4, "e": 5})) == [
        "leaders/main: a is no longer recorded",
        "leaders/main: c is no longer recorded",
        "leaders/main: d is new, not among the expected",
        "leaders/main: e is new, not among the expected",
    ]


@pytest.mark.parametrize(
    ("expected", "computed", "same"),
    [
        (1.5, 1.5 * (1 + 9e-7), True),
        (1.5, 1.5 * (1 + 1.1e-6), False),
        (-1e9, -1e9 * (1 + 9e-7), True),
        (-1e9, -1e9 * (1 + 1.1e-6), False),
        (2e-9, 2.1e-9, False),
        (0.0, 1e-15, True),
        (0.0, 1e-9, False),
        (1.5, -1.5, False),
        (3, 3.0, True),
        (3, 4, False),
        ("p < .001", "p < .001", True),
        ("p < .001", "p < .01", False),
        ("3", 3, False),
        (3, "3", False),
        (True, True, True),
        (True, False, False),
        (None, 3, False),
    ],
)
def test_a_number_may_move_by_a_millionth_and_a_text_not_at_all(
    root: Path, expected: Any, computed: Any, same: bool
) -> None:
    write_expected(a_run(root, {"other": 1, "number": expected}))
    told = drift(a_run(root, {"other": 1, "number": computed}))
    line = f"leaders/main: number: expected {expected}, computed {computed}, relative tolerance 1e-06"
    assert told == ([] if same else [line])
    assert check.RELATIVE_TOLERANCE == 1e-6


def declare(root: Path, entry: object) -> None:
    """Write by hand what is expected of a number."""
    path = root / "reports/expected/leaders/main.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"other": 1, "drawn": entry}))


WHY = {"within": 0.01, "why": "three of 300 draws lie at the border"}


@pytest.mark.parametrize(("computed", "same"), [(0.5, True), (0.509, True), (0.491, True), (0.511, False)])
def test_a_tolerance_is_declared_with_its_reason(root: Path, computed: float, same: bool) -> None:
    declare(root, {"value": 0.5, **WHY})
    told = drift(a_run(root, {"other": 1, "drawn": computed}))
    line = f"leaders/main: drawn: expected 0.5, computed {computed}, declared tolerance 0.01 ({WHY['why']})"
    assert told == ([] if same else [line])


def test_new_numbers_keep_the_tolerance_that_was_declared(root: Path) -> None:
    declare(root, {"value": 0.5, **WHY})
    run = a_run(root, {"other": 2, "drawn": 0.7})
    write_expected(run)
    written = json.loads((root / "reports/expected/leaders/main.json").read_text())
    assert written == {"other": 2, "drawn": {"value": 0.7, **WHY}}
    assert drift(run) == []


@pytest.mark.parametrize(
    "entry",
    [
        {"value": 0.5, "within": 0.01},
        {"value": 0.5, "within": 0.01, "why": " "},
        {"value": 0.5, "within": 0, "why": "chance"},
        {"value": "half", "within": 0.01, "why": "chance"},
        {"value": 0.5, "within": 0.01, "why": "chance", "also": 1},
    ],
)
def test_a_tolerance_without_reason_or_number_is_a_fault(root: Path, entry: dict[str, Any]) -> None:
    declare(root, entry)
    (line,) = drift(a_run(root, {"other": 1, "drawn": 0.5}))
    assert line.startswith("leaders/main: drawn: found {") and "and why (the reason)" in line
