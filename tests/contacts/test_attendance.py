"""A backbone's part at activities: by hand, with arrivals, in any order of rows, planted, on bad input."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.contacts.attendance import attendance_over_time
from analysis.contacts.leadership_page import (
    attendance_findings,
    attendance_of,
    attendance_trends,
    people_of,
)

ACTORS = pd.DataFrame(
    [
        ("B", "coach", None, None),
        ("C", "coach", None, "2024-12-31"),
        ("a", "teacher", None, None),
        ("b", "teacher", None, None),
        ("c", "teacher", "2025-01-01", None),
    ],
    columns=["actor_id", "role", "joined_on", "left_on"],
).assign(organization_id="net")
DAYS = [("fair", "2025-04-26"), ("kick_off", "2024-10-05"), ("lab", "2024-12-07"), ("dinner", "2025-01-07")]
CAME = {"kick_off": "BCa", "lab": "Bab", "fair": "abc", "dinner": "B"}


def tables() -> dict[str, pd.DataFrame]:
    return {
        "actors": ACTORS,
        "activities": pd.DataFrame(DAYS, columns=["activity_id", "date"]).assign(kind="workshop"),
        "attendance": pd.DataFrame(
            [(name, person) for name, there in CAME.items() for person in there],
            columns=["activity_id", "actor_id"],
        ),
    }


def test_shares_by_hand() -> None:
    found = attendance_over_time(tables(), {"B", "C"}, draws=9, seed=1)
    # Nobody but the backbone came to the dinner; C had left by the fair, c had not joined before it.
    assert found.frame.index.tolist() == ["kick_off", "lab", "fair"]
    assert found.frame["present"].tolist() == [3, 3, 3]
    assert found.frame["share"].tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert found.frame["backbone_came"].tolist() == [1.0, 0.5, 0.0]
    assert found.frame["members_came"].tolist() == [0.5, 1.0, 1.0]
    assert found.trends.loc["share", "slope"] == pytest.approx(-1 / 3)
    assert found.people[0] == {("a", "attendance", "kick_off")}
    assert "67% at the first activity, 0% at the last of 3" in found.summary()


def test_p_counts_all_orders_of_the_activities() -> None:
    found = attendance_over_time(tables(), {"B", "C"}, draws=4000, seed=2)
    values = np.array([2 / 3, 1 / 3, 0])
    slopes = [(order[2] - order[0]) / 2 for order in permutations(values)]
    exact = np.mean([abs(slope) >= 1 / 3 - 1e-9 for slope in slopes])
    assert found.trends.loc["share", "p"] == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 4000))


def test_the_order_of_rows_and_new_names_change_nothing() -> None:
    first = attendance_over_time(tables(), {"B", "C"}, draws=19, seed=1)
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in tables().items()}
    pd.testing.assert_frame_equal(first.frame, attendance_over_time(turned, {"B", "C"}, seed=1).frame)


def test_a_page_says_how_it_moved_or_what_is_missing() -> None:
    found = attendance_of(tables(), organization="net", backbone=["role=coach"], draws=19, seed=1)
    (told,) = attendance_findings(attendance_trends(found))
    assert told.sentence.startswith("At activities the backbone was 67 % of those present at first and 0 %")
    assert len(people_of(found)) == 1
    assert attendance_findings(NotEstimable("none")) == []
    with pytest.raises(NotEstimable, match="no attendance"):
        attendance_over_time({"actors": ACTORS}, {"B"}, seed=1)
    few = tables() | {"activities": tables()["activities"].iloc[:2]}
    with pytest.raises(NotEstimable, match="2 activities"):
        attendance_over_time(few, {"B"}, seed=1)
    with pytest.raises(ValueError, match="found no organisation 'no'"):
        attendance_of(tables(), organization="no", backbone=["role=coach"], draws=9, seed=1)
    with pytest.raises(ValueError, match="0 draws"):
        attendance_over_time(tables(), {"B"}, draws=0, seed=1)
