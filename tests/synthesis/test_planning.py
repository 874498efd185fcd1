"""A plan says what can be said, what cannot and why; what to ask when, and what it takes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.figures.plan import calendar_chart, power_curves
from analysis.synthesis.planning import SAID, burden, calendar, can_be_said, plan_findings, to_ask
from analysis.synthesis.written import written
from analysis.tables.schema import TABLES
from analysis.validations.planning import QUANTITIES
from analysis.validations.synthesis import INVENTED
from tests.notebooks.cells import RUNS, Recorded, executed
from tests.notebooks.test_cells import as_recorded

SHARES = pd.DataFrame({"found": [0.2, 0.85, 1.0]})
LARGE_ONLY = pd.DataFrame({"found": [0.1, 0.4, 0.8]})
NEVER = pd.DataFrame({"found": [0.1, 0.2, 0.3]})


def test_a_plan_promises_what_most_networks_like_it_would_find() -> None:
    found = {"reciprocity": SHARES, "activity": LARGE_ONLY, "scale mean": NEVER}
    said = can_be_said(found, waves=2, contacts=True, attendance=True)
    assert said["verdict"].tolist() == list(SAID)
    assert said.at["scale mean", "why"] == "even a large change would be missed in 70 % of networks like this"
    strict = can_be_said(found, waves=2, contacts=True, attendance=True, enough=0.9)
    assert strict["verdict"].tolist() == [SAID[1], SAID[2], SAID[2]]


def test_what_is_not_collected_cannot_be_said_however_many_answer() -> None:
    found = dict.fromkeys(QUANTITIES, SHARES)
    one = can_be_said(found, waves=1, contacts=True, attendance=True)
    assert one.loc[one["verdict"] == SAID[0]].index.tolist() == ["closure cascade"]
    none = can_be_said(found, waves=2, contacts=False, attendance=False)
    assert none.loc[none["verdict"] == SAID[2]].index.tolist() == ["activity", "closure cascade"]
    small = can_be_said({"scale mean": NotEstimable("2 schools")}, waves=2, contacts=True, attendance=True)
    assert small.at["scale mean", "why"] == "2 schools" and small[["small", "large"]].isna().all(axis=None)
    with pytest.raises(ValueError, match="waves"):
        can_be_said(found, waves=0, contacts=True, attendance=True)


def test_questions_fill_tables_that_there_are_and_serve_what_is_planned() -> None:
    asked = written("ask")
    assert set(asked["table"]) - {""} <= set(TABLES)
    served = {one.strip() for cell in asked["serves"] for one in cell.split(";") if one.strip()}
    assert served == set(QUANTITIES)
    assert set(to_ask(contacts=False, attendance=False).index) == set(asked["item"]) - {
        *("contacts", "attendance", "reflection")
    }


def test_the_burden_is_counted_in_minutes() -> None:
    asked = to_ask(contacts=True, attendance=True)
    minutes = burden(asked, members=61, waves=3, months=14, ready=2, activities=4)
    # Three seconds a name, sixty names, three surveys.
    assert minutes.loc["help", ["minutes", "times", "minutes in all"]].tolist() == [3.0, 3.0, 9.0]
    assert minutes.at["trust", "times"] == 2 and minutes.at["attendance", "times"] == 8
    assert minutes.at["contacts", "times"] == 52
    assert set(minutes["who"]) == {"member", "hub"} and minutes.notna().all(axis=None)


def test_nothing_is_asked_of_members_before_they_are_ready() -> None:
    asked = to_ask(contacts=True, attendance=True)
    when = calendar(asked, start="2027-09-01", months=12, ready=3, waves=3)
    months = when.index.get_level_values("month")
    assert months[when["who"] == "member"].min() == 3
    surveys = months[when.index.get_level_values("item") == "help"].tolist()
    assert surveys == [3, 7, 12] or surveys == [3, 8, 12]
    assert when.xs("help", level="item")["date"].iloc[0] == "2027-12-01"
    once = calendar(asked, start="2027-09-01", months=12, ready=3, waves=1)
    assert once.index.get_level_values("item").tolist().count("trust") == 1
    for wrong in ({"ready": 12, "waves": 2}, {"ready": 9, "waves": 5}, {"ready": -1, "waves": 2}):
        with pytest.raises(ValueError, match="allowed: ready before the end"):
            calendar(asked, start="2027-09-01", months=12, **wrong)


def test_figures_draw_the_plan() -> None:
    asked = to_ask(contacts=True, attendance=True)
    when = calendar(asked, start="2027-09-01", months=12, ready=3, waves=3)
    axis = calendar_chart(when, 12, 3).axes[0]
    assert len(axis.get_yticklabels()) == len(asked)
    power = pd.DataFrame(
        {"quantity": "scale mean", "members": [24, 48] * 2, "answered": [0.6, 0.6, 0.9, 0.9], "found": 0.5}
    )
    figure = power_curves(power, 60, 0.8)
    assert len(figure.legends[0].get_texts()) == 2
    with pytest.raises(ValueError, match="found no power"):
        power_curves(power.iloc[:0], 60, 0.8)
    with pytest.raises(ValueError, match="found nothing to ask"):
        calendar_chart(when.iloc[:0], 12, 3)


def test_findings_name_every_quantity_once() -> None:
    found = {"reciprocity": SHARES, "activity": LARGE_ONLY, "scale mean": NEVER}
    said = can_be_said(found, waves=2, contacts=True, attendance=True)
    told = plan_findings(said, 41.0, 7.0, 12)
    assert [one.key for one in told] == [
        *("verdict.can-be-said", "verdict.only-if-it-is-large", "verdict.cannot-be-said", "burden")
    ]
    assert "scale mean (even a large change would be missed in 70 %" in told[2].sentence
    assert "missed.scale-mean" in told[2].numbers


@pytest.mark.parametrize("network", INVENTED)
def test_a_page_is_made_for_each_of_four_invented_networks(
    network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {**INVENTED[network], "replicates": 6}
    found = _planned(given, tmp_path, monkeypatch)
    told = " ".join(found.findings.values())
    if network == "a pilot":
        assert found.numbers["count.cannot-be-said"] == len(QUANTITIES)
        assert "2 schools; a change over schools needs three at least" in told
        assert "about 4 people will answer" in told
        assert not any(key.startswith("said.") for key in found.numbers)
    else:
        assert found.numbers["said.reciprocity.large"] >= 0.3
        assert "needs three at least" not in told
    assert {"curves", "calendar-chart", "calendar", "burden"} <= found.files


def _planned(given: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    run = RUNS["synthesis/what_to_collect"]
    reports = folder / "reports"
    monkeypatch.setattr("analysis.compendium.recorded.REPORTS", reports)
    for other in run.reads:
        as_recorded(other.name, reports)
    return executed(run, given, folder, folder, monkeypatch)
