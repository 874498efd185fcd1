"""`make plan`: a reader's own numbers become parameters of the page on what to collect."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from analysis.compendium import reader_plan
from analysis.compendium.driver import Outcome
from analysis.compendium.plan import Unit
from analysis.compendium.reader_plan import make_plan
from analysis.compendium.studies import load_studies
from analysis.tables.faults import InvalidInput


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Take the place of the build; return what it was asked for. A made run says one sentence."""
    asked: list[str] = []

    def bring(units: Sequence[Unit], state: Any, say: Any, outcome: Outcome, *, workers: int = 1) -> None:
        asked.extend(unit.name for unit in units)
        for unit in (unit for unit in units if unit.name.startswith("run ")):
            if "members-7-" in unit.name:
                outcome.failed.append(f"{unit.name}: too few")
            unit.outputs[0].mkdir(parents=True)
            found = {"verdict": {"sentence": "Nothing can be said."}}
            (unit.outputs[0] / "findings.json").write_text(json.dumps(found), encoding="utf-8")

    monkeypatch.setattr(reader_plan, "bring_up_to_date", bring)
    monkeypatch.setattr("analysis.compendium.studies.REPORTS", tmp_path)
    return asked


def test_a_plan_is_a_page_of_its_own_and_says_what_it_found(made: list[str]) -> None:
    said: list[str] = []
    given = {"members": "60", "schools": "8", "contacts": "no", "answered": "0.7", "waves": ""}
    assert make_plan(load_studies(), given, said.append) == 0
    name = "plans/answered-0-7-contacts-false-members-60-schools-8"
    assert made[0] == f"run {name}" and f"page {name}" in made
    assert not any(one.startswith(("run relational", "data ")) for one in made), "nobody waits for studies"
    assert said[0].strip() == "Nothing can be said."
    assert said[1] == f"The whole plan: reports/{name}.html"


def test_a_plan_that_failed_says_why(made: list[str]) -> None:
    said: list[str] = []
    assert make_plan(load_studies(), {"members": "7", "schools": "2"}, said.append) == 1
    assert "too few" in said[0]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"members": "many"}, "found 'many', of type str; allowed: a value of int"),
        ({"contacts": "perhaps"}, "allowed: a value of bool"),
        ({"pupils": "60"}, "found an unknown parameter pupils"),
    ],
)
def test_what_is_no_number_is_refused(made: list[str], given: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        make_plan(load_studies(), given, print)
    assert made == []


def test_without_the_page_there_is_no_plan() -> None:
    with pytest.raises(InvalidInput, match=r"no run of what_to_collect\.ipynb"):
        make_plan([one for one in load_studies() if one.id != "synthesis"], {}, print)
