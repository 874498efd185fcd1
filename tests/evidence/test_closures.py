"""Activities beside closures: by hand, by property, on the twin whose answer is known, and on bad input."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.contacts.meetings import cascades_of
from analysis.evidence.closures import (
    activities_beside_closures,
    activities_of_closures,
    calendar_draws,
    calendar_table,
    calendar_test,
    cascades_beside_activities,
    episodes_beside_closures,
    knowledge_of_closures,
)
from analysis.evidence.findings import closure_findings
from analysis.files import DATA_RAW
from analysis.sources.thirty_schools import grown

TABLES = {
    "activities": pd.DataFrame(
        {"activity_id": ["fair", "lab"], "date": ["1970-01-21", "1970-01-11"], "kind": "workshop"}
    ),
    "attendance": pd.DataFrame(
        [("lab", "a"), ("lab", "b"), ("fair", "a"), ("fair", "c"), ("fair", "d")],
        columns=["activity_id", "actor_id"],
    ),
    "episodes": pd.DataFrame(
        {"first_id": ["b", "d"], "second_id": ["a", "c"], "at_activity": [1, 0], "episode_id": ["x", "y"]}
    ),
}
# The lab was on day 10, the fair on day 20.
TIES = pd.DataFrame(
    [("a", "b", 10.6), ("a", "c", 12.0), ("c", "d", 24.9), ("b", "d", 22.0), ("a", "d", 9.0)],
    columns=["first", "second", "time"],
)


def test_five_ties_by_hand() -> None:
    found = activities_of_closures(TABLES, TIES, 4)
    assert list(found) == ["dates", "dates and attendance"]
    assert found["dates"].columns.tolist() == ["lab", "fair"]
    assert found["dates"].to_numpy().tolist() == [[1, 0], [1, 0], [0, 1], [0, 1], [0, 0]]
    assert found["dates and attendance"].to_numpy().tolist() == [[1, 0], [0, 0], [0, 1], [0, 0], [0, 0]]
    alone = {name: frame for name, frame in TABLES.items() if name == "activities"}
    assert list(activities_of_closures(alone, TIES, 4)) == ["dates"]


def test_the_joint_display_by_hand() -> None:
    found = activities_of_closures(TABLES, TIES, 4)
    display = activities_beside_closures(TABLES, found, TIES)
    numbers = ["came", "closures_after", "at_least", "at_most", "episodes_coded", "told_at_activity"]
    assert display[numbers].to_numpy().tolist() == [[2, 2, 0, 1, 1, 1], [3, 2, 0, 1, 1, 0]]
    told = episodes_beside_closures(TABLES, found["dates and attendance"], TIES)
    assert isinstance(told, pd.DataFrame)
    assert told.to_numpy().tolist() == [[1, 1, 0], [0, 0, 3]]
    bare = {name: TABLES[name] for name in ("activities",)}
    plain = activities_beside_closures(bare, activities_of_closures(bare, TIES, 4), TIES)
    assert plain.columns.tolist() == ["date", "kind", "closures_after", "at_least", "at_most"]
    assert isinstance(episodes_beside_closures(bare, found["dates"], TIES), NotEstimable)


def test_cascades_by_hand() -> None:
    rows = [(7, "a", "b"), (7, "c", "a"), (9, "d", "c"), (9, "b", "a"), (9, "d", "b"), (4, "x", "y")]
    cascade = pd.DataFrame(rows, columns=["event", "first", "second"])
    frame, events = cascades_beside_activities(cascade, TIES, activities_of_closures(TABLES, TIES, 4))
    assert events == [9, 7]
    assert frame.to_numpy().tolist() == [[3, 3, 2, 1], [2, 2, 1, 1]]


def test_turning_the_calendar_by_hand() -> None:
    found = calendar_test(TABLES, TIES, 4, 1, 30)
    # Turned by t of 30 days: a b on day 10 was at the lab, a c (12), c d (24) and a d (9) at the fair; b, d
    # nowhere together.
    expected = []
    for turn in range(30):
        lab, fair = ((day - 1 + turn) % 30 + 1 for day in (10, 20))
        waits = [10 - lab, 12 - fair, 24 - fair, 9 - fair]
        expected.append(sum(0 <= wait <= 4 for wait in waits))
    assert found.turned.tolist() == expected
    assert (found.closures, found.admissible) == (5, 2)
    assert found.p == np.mean(np.array(expected) >= 2)
    assert found.expected == pytest.approx(np.mean(expected[1:]))
    assert found.summary().startswith("2 of 5 closures may have come of an activity; ")
    table, draws = calendar_table(found), calendar_draws(found)
    assert isinstance(table, pd.DataFrame) and table.loc["closures", "days_moved"] == 29
    assert not isinstance(draws, NotEstimable) and len(draws["activities on other days"]) == 29
    for begin, end in ((1, 12), (40, 90), (22, 50)):
        with pytest.raises(
            NotEstimable, match=r"^there are no closures, no activities, or fewer than 20 days"
        ):
            calendar_test(TABLES, TIES, 4, begin, end)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("efgh"), st.floats(0, 60)), min_size=1))
def test_more_knowledge_never_allows_more(rows: list[Any]) -> None:
    ties = pd.DataFrame(rows, columns=["first", "second", "time"])
    found = activities_of_closures(TABLES, ties, 7)
    assert not (found["dates and attendance"] & ~found["dates"]).any(axis=None)
    wider = activities_of_closures(TABLES, ties, 9)
    assert not (found["dates"] & ~wider["dates"]).any(axis=None)


def test_when_closing_has_nothing_to_do_with_activities_p_is_even() -> None:
    random = np.random.default_rng(5)
    people = [f"p{one}" for one in range(20)]
    names = [f"x{one}" for one in range(5)]
    p = []
    for _ in range(300):
        days = pd.Timestamp("1970-01-01") + pd.to_timedelta(random.integers(0, 200, 5), unit="D")
        activities = pd.DataFrame({"activity_id": names, "date": days.strftime("%Y-%m-%d"), "kind": "talk"})
        rows = [(name, one) for name in names for one in people if random.random() < 0.5]
        attendance = pd.DataFrame(rows, columns=["activity_id", "actor_id"])
        # In bunches of five.
        moments = np.repeat(random.integers(0, 200, 6), 5)
        ends = [random.choice(people, 2, replace=False) for _ in moments]
        ties = pd.DataFrame(ends, columns=["first", "second"]).assign(time=moments.astype(float))
        tables = {"activities": activities, "attendance": attendance}
        p.append(calendar_test(tables, ties, 10, 0, 199).p)
    # 300 of .05: at most 24 with 99 of 100.
    assert 4 <= (np.array(p) <= 0.05).sum() <= 24
    # Many turns give the same count, and count as large: above .5.
    assert 0.45 < np.mean(p) < 0.7


def test_the_twin_whose_answer_is_known_gives_it() -> None:
    parameters = json.loads((DATA_RAW / "thirty_schools/parameters.json").read_text(encoding="utf-8"))
    for seed in (None, 1, 2):
        twin = grown(parameters, seed)
        spans = {name: parameters[name] for name in ("window", "persistence", "horizon")}
        pair = twin.truth["collaborators"]
        cascades = cascades_of(twin.tables["contacts"], event=pair, burn_in=280.0, **spans)
        ties = cascades.closures
        source = {frozenset(one["pair"]): one["activity"] for one in twin.truth["closures"]}
        assert {frozenset(pair) for pair in ties[["first", "second"]].to_numpy()} == set(source)
        allowed = activities_of_closures(twin.tables, ties, 14)
        for (_, tie), (_, row) in zip(
            ties.iterrows(), allowed["dates and attendance"].iterrows(), strict=True
        ):
            known = source[frozenset((tie["first"], tie["second"]))]
            assert [name for name, cell in row.items() if cell] == ([known] if known else [])
        assert allowed["dates"].any(axis=1).all(), "the calendar alone rules nothing out"
        calendar = calendar_test(twin.tables, ties, 14, *cascades.followed)
        assert calendar.p < 0.05
        known_table = knowledge_of_closures(allowed)
        display = activities_beside_closures(twin.tables, allowed, ties)
        sentences = [one.sentence for one in closure_findings(known_table, calendar, display)]
        assert sentences[0].startswith(f"After meetings {len(ties)} new ties joined")
        assert (
            "more often than if the activities had been on other days" in sentences[1] and len(sentences) == 3
        )
