"""The front page's questions lead to a run, what it found, its verdicts and a report on one's own data."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from analysis.compendium import ways_in as module
from analysis.compendium.recorded import NOT_RECORDED, NOT_RUN
from analysis.compendium.studies import load_studies
from analysis.compendium.verdict import judge
from analysis.compendium.ways_in import ways_in
from analysis.tables.faults import InvalidInput

STUDIES = load_studies()
NONE_RUN = {run.name: "stale" for study in STUDIES for run in study.runs}
VERDICTS = judge(STUDIES, NONE_RUN)


def test_where_nothing_was_run_every_question_still_leads_to_its_study() -> None:
    ways = ways_in(STUDIES, VERDICTS, ())
    assert len(ways) >= 5 and len({way.question for way in ways}) == len(ways)
    assert {way.sentence for way in ways} == {NOT_RUN}
    assert all(way.link == f"#study-{way.study.id}" for way in ways)
    asked = {way.question: way for way in ways}
    collect = asked["What should we collect?"]
    assert collect.command.startswith("make plan MEMBERS=")
    crossed = asked["Did ties cross schools?"]
    assert crossed.command == "make report DATASET=yours" and crossed.report
    claims = next(study.claims for study in STUDIES if study.id == crossed.study.id)
    assert dict(crossed.verdicts) == {"not run": len(claims)}
    assert asked["Which printed numbers are in error?"].command == ""


def test_a_question_says_what_its_run_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REPORTS", tmp_path)
    folder = tmp_path / "relational_trust/help_twin"
    folder.mkdir(parents=True)
    found = {"mixing.help": {"sentence": "Ties cross schools.", "numbers": ["mixing.p", "mixing.e"]}}
    (folder / "findings.json").write_text(json.dumps(found), encoding="utf-8")
    built = ["relational_trust/help_twin", "star_coalescence/scale_up_farmers"]
    ways = {way.question: way for way in ways_in(STUDIES, (), built)}
    crossed = ways["Did ties cross schools?"]
    assert (crossed.sentence, crossed.label) == ("Ties cross schools.", "SYNTHETIC")
    assert crossed.link == "relational_trust/help_twin.html#mixing.p"
    # Its report is there, and does not find this (any more).
    spread = ways["Did it spread?"]
    assert (spread.sentence, spread.link) == (NOT_RECORDED, "star_coalescence/scale_up_farmers.html")


def test_a_question_without_a_run_or_report_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "questions.csv"
    monkeypatch.setattr(module, "QUESTIONS", path)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    assert ways_in(STUDIES, (), ()) == [], "a compendium without the file has no such way"
    path.write_text("question,run,finding,own\nIs it so?,a/b,c,d/e\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        ways_in(STUDIES, (), ())
    told = str(caught.value)
    assert "questions.csv, row 2, column run: found 'a/b'" in told and "column own: found 'd/e'" in told
    without = [replace(one, runs=()) for one in STUDIES]
    path.write_text("question,run,finding,own\nIs it so?,synthesis/errata,c,\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="found 'synthesis/errata'"):
        ways_in(without, (), ())
