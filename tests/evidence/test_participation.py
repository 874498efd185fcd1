"""Who came, of those then in the network: by hand, against plain loops, and where there was nobody."""

from __future__ import annotations

import math

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.evidence.participation import attendance_by_activity, attendance_by_organization

PEOPLE = [
    ("a", "oak", None, None),
    ("b", "oak", None, "2025-02-10"),
    ("c", "elm", "2025-02-10", None),
    ("d", None, None, None),
]
ACTIVITIES = [
    ("fair", "2025-03-01", "workshop"),
    ("start", "2025-01-15", "workshop"),
    ("lab", "2025-02-10", "visit"),
    ("atelier", "2025-02-10", "visit"),
]


def tables(
    attendance: list[tuple[str, str]],
    people: list[tuple[str, str | None, str | None, str | None]] = PEOPLE,
    activities: list[tuple[str, str, str]] = ACTIVITIES,
) -> dict[str, pd.DataFrame]:
    named = {
        "actors": (people, ["actor_id", "organization_id", "joined_on", "left_on"]),
        "activities": (activities, ["activity_id", "date", "kind"]),
        "attendance": (attendance, ["activity_id", "actor_id"]),
    }
    return {
        name: pd.DataFrame(rows, columns=columns, dtype="string") for name, (rows, columns) in named.items()
    }


CAME = [
    ("start", "a"),
    ("start", "b"),
    ("lab", "b"),
    ("lab", "c"),
    ("lab", "a"),
    ("fair", "b"),
    ("fair", "c"),
]


def test_activities_come_in_order_of_time_and_then_of_name() -> None:
    found = attendance_by_activity(tables(CAME))
    assert found.index.name == "activity"
    assert found.index.tolist() == ["start", "atelier", "lab", "fair"]
    assert found.columns.tolist() == ["date", "kind", "came", "members", "share"]
    assert found["date"].tolist() == ["2025-01-15", "2025-02-10", "2025-02-10", "2025-03-01"]
    assert found["kind"].tolist() == ["workshop", "visit", "visit", "workshop"]


def test_the_share_is_of_those_in_the_network_that_day() -> None:
    found = attendance_by_activity(tables(CAME))
    # On the day b leaves and c joins both are members.
    assert found["members"].tolist() == [3, 4, 4, 3]
    assert found["came"].tolist() == [2, 0, 3, 2]
    # At the fair b, who had left, is among those who came, not among those of the share.
    assert found["share"].tolist() == [2 / 3, 0, 3 / 4, 1 / 3]


def test_an_organisation_is_judged_by_what_its_people_could_come_to() -> None:
    found = attendance_by_organization(tables(CAME))
    assert found.index.name == "organization"
    assert found.columns.tolist() == ["members", "share"]
    # oak: a could come to 4 and came to 2, b to 3 and 2; elm: c to 3 and 2; d to 4 and none.
    assert found["members"].to_dict() == {"elm": 1, "none given": 1, "oak": 2}
    assert found["share"].to_dict() == {"elm": 2 / 3, "none given": 0.0, "oak": 4 / 7}


def test_somebody_who_was_never_a_member_when_something_took_place_is_no_member() -> None:
    people = [*PEOPLE, ("late", "ash", "2026-01-01", None), ("early", "elm", None, "2024-12-31")]
    found = attendance_by_organization(tables([*CAME, ("fair", "late")], people))
    pd.testing.assert_frame_equal(found, attendance_by_organization(tables(CAME)))


def test_an_activity_before_anybody_joined_has_no_share() -> None:
    found = attendance_by_activity(tables([("start", "c")], [PEOPLE[2]]))
    assert found.loc["start", ["came", "members"]].tolist() == [1, 0]
    assert math.isnan(found.loc["start", "share"])
    assert found["share"].tolist()[1:] == [0, 0, 0]


def test_nobody_came_and_nothing_took_place() -> None:
    nobody = attendance_by_activity(tables([]))
    assert nobody["came"].tolist() == [0] * 4
    assert nobody["share"].tolist() == [0] * 4
    assert attendance_by_organization(tables([]))["share"].tolist() == [0] * 3
    nothing = tables([], activities=[])
    assert attendance_by_activity(nothing).shape == (0, 5)
    assert attendance_by_organization(nothing).shape == (0, 2)


DAYS = st.one_of(st.none(), st.sampled_from([f"2025-0{month}-01" for month in range(1, 7)]))
PERSON = st.tuples(st.sampled_from(["oak", "elm", None]), DAYS, DAYS)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(PERSON, min_size=1, max_size=6),
    st.lists(st.sampled_from([f"2025-0{month}-01" for month in range(1, 7)]), max_size=4),
    st.data(),
)
def test_counts_agree_with_plain_loops_whatever_the_order(
    people: list[tuple[str | None, str | None, str | None]], days: list[str], data: st.DataObject
) -> None:
    actors = [(f"p{place}", *person) for place, person in enumerate(people)]
    activities = [(f"t{place}", day, "visit") for place, day in enumerate(days)]
    pairs = [(activity, actor) for activity, *_ in activities for actor, *_ in actors]
    came = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    found = attendance_by_activity(tables(came, actors, activities))
    possible: dict[str, list[tuple[str, bool]]] = {}
    for activity, day, _ in activities:
        members = [
            actor
            for actor, _, joined, left in actors
            if (joined is None or joined <= day) and (left is None or left >= day)
        ]
        there = [actor for actor in members if (activity, actor) in came]
        assert found.loc[activity, "members"] == len(members)
        assert found.loc[activity, "came"] == sum(one == activity for one, _ in came)
        share = found.loc[activity, "share"]
        assert share == len(there) / len(members) if members else math.isnan(share)
        for actor, home, *_ in actors:
            if actor in members:
                possible.setdefault(home or "none given", []).append((actor, actor in there))
    homes = attendance_by_organization(tables(came, actors, activities))
    assert homes["members"].to_dict() == {
        home: len({actor for actor, _ in rows}) for home, rows in possible.items()
    }
    expected = {home: sum(took for _, took in rows) / len(rows) for home, rows in possible.items()}
    assert homes["share"].to_dict() == expected
    turned = tables(came[::-1], actors[::-1], activities[::-1])
    pd.testing.assert_frame_equal(attendance_by_activity(turned), found)
    pd.testing.assert_frame_equal(attendance_by_organization(turned), homes)
