"""What the pages on routines and changes show and say, from the twins and where tables are missing."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.evidence.change_findings import change_findings, web_findings
from analysis.evidence.changes import Changes, changes_of
from analysis.evidence.routine_webs import routine_web, weak_points
from analysis.evidence.timed_reach import starts_of
from analysis.evidence.web_chance import reach_by_chance
from analysis.files import DATA_RAW
from analysis.sources.central_office import grown

TWIN = grown(json.loads((DATA_RAW / "central_office/parameters.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def changes() -> Changes:
    """Return the changes of the twin."""
    return changes_of(TWIN.tables, horizon=27)


def test_a_page_holds_what_the_twin_was_made_with(changes: Changes) -> None:
    episodes = TWIN.tables["episodes"]
    assert changes.conditions == ("connection", "reflection", "support")
    assert changes.outcomes == ("outcome", "at_odds")
    kinds = changes.kinds()
    assert isinstance(kinds, pd.DataFrame)
    assert kinds["episodes"].tolist() == [9, 9, 9, 9]
    assert kinds["outcome"].sum() == episodes["outcome"].sum()
    one = changes.one_by_one()
    expected = (one["connection"] & one["reflection"]) == one["outcome"]
    assert ((one["reads"] == "as expected") == expected).all()
    negative = changes.negative_cases()
    assert isinstance(negative, pd.DataFrame) and len(negative) == (~expected).sum()
    solutions = changes.solutions(0.75)
    assert isinstance(solutions, pd.DataFrame)
    assert solutions.loc[("outcome", "parsimonious", 1), "formula"] == "connection*reflection"
    whole = changes.reach_in_all()
    reach = changes.reach()
    assert isinstance(whole, pd.DataFrame) and isinstance(reach, pd.DataFrame)
    assert whole.loc["all", "enacted"] == reach["enacted"].sum()
    cascade = changes.cascade()
    assert isinstance(cascade, pd.DataFrame)
    assert (cascade["reached"] >= cascade["possible_from"]).loc[cascade["reached"].notna()].all()
    carried = changes.carried(6)
    assert isinstance(carried, pd.DataFrame) and (carried["chances"] > 10).all()


def test_sentences_follow_the_numbers(changes: Changes) -> None:
    told = change_findings(
        changes.kinds(), changes.interaction(), changes.solutions(0.75), changes.reach(), changes.mechanisms
    )
    assert [finding.key for finding in told] == ["kinds", "odds", "interaction", "configuration", "reach"]
    assert told[2].sentence.startswith("Reflection does not clearly add more with connection than without")
    assert "connection and reflection: consistency" in told[3].sentence
    missing = NotEstimable("none")
    assert change_findings(missing, missing, missing, missing, ("one", "other")) == []
    web = routine_web(TWIN.tables)
    weak = weak_points(web)
    chance = {"dates": reach_by_chance(web, starts_of(web), "dates", horizon=60, draws=19, seed=1)}
    told = web_findings(web, weak, {**chance, "rewired": missing})
    assert [finding.key for finding in told] == ["web", "weak", "chance.dates"]
    assert told[1].sentence.startswith("The web falls apart without materials review: 1 other routine is")
    alone = web_findings(web, weak.iloc[:0], {})
    assert alone[1].sentence == "No routine's loss alone would split the web."


def test_what_is_missing_is_said_and_the_rest_is_shown() -> None:
    found = changes_of({"episodes": TWIN.tables["episodes"]})
    missing = "found no table routines, routine_links, episode_steps"
    for part in (found.reach(), found.reach_in_all(), found.cascade(), found.carried(3), found.interaction()):
        assert isinstance(part, NotEstimable) and missing in str(part)
    assert isinstance(found.kinds(), pd.DataFrame)
    lone = changes_of(
        {"episodes": TWIN.tables["episodes"].drop(columns=["reflection", "support", "at_odds"])}
    )
    assert isinstance(lone.kinds(), NotEstimable) and isinstance(lone.interaction(), NotEstimable)
    assert isinstance(lone.truth_table("at_odds", 0.8), NotEstimable)
    never = changes_of({"episodes": TWIN.tables["episodes"].assign(outcome=0)})
    assert isinstance(never.against_chance(0.8, seed=1, draws=9), NotEstimable)
    assert isinstance(never.other_choices(0.8), NotEstimable)


def test_other_conditions_are_crossed_where_the_named_ones_are_not_there() -> None:
    renamed = TWIN.tables["episodes"].rename(columns={"reflection": "talk"})
    assert changes_of({"episodes": renamed}).mechanisms == ("connection", "talk")
