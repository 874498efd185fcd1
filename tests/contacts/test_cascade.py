"""One meeting and what came of it, by hand on a small stream."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.contacts.cascade import event_shown, meeting_of, people_behind, timeline
from analysis.contacts.closure import star_coalescence


def test_a_meeting_has_its_people_by_star_and_its_ties_by_kind(contacts: pd.DataFrame) -> None:
    # c knows b, too, before a and b meet: c is in both stars.
    contacts = pd.concat([contacts, pd.DataFrame([("2020-01-03", "b", "c")], columns=contacts.columns)])
    found = star_coalescence(contacts, window=5, persistence=5)
    number = event_shown(found, ["b", "a"])
    meeting = meeting_of(contacts, found, number)
    assert meeting.people["part"].to_dict() == {
        "a": "collaborator",
        "b": "collaborator",
        "c": "contact of both",
        "d": "contact of the other",
        "e": "contact of the other",
    }
    rows = meeting.ties.sort_values(["days", "first"]).to_numpy().tolist()
    assert rows == [
        ["a", "c", -3, "before"],
        ["b", "d", -3, "before"],
        ["b", "e", -2, "before"],
        ["b", "c", -1, "before"],
        ["a", "b", 0, "meeting"],
        ["a", "d", 2, "first order"],
        ["c", "e", 3, "second order"],
    ]
    with pytest.raises(ValueError, match=r"^event: found 99; allowed: a number among the events found$"):
        meeting_of(contacts, found, 99)


def test_other_ties_of_a_meeting_are_within_a_star_or_of_its_very_time(contacts: pd.DataFrame) -> None:
    more = pd.DataFrame([("2020-01-04", "a", "e"), ("2020-01-05", "d", "e")], columns=contacts.columns)
    contacts = pd.concat([contacts, more])
    found = star_coalescence(contacts, window=5, persistence=5)
    ties = meeting_of(contacts, found, event_shown(found, ["a", "b"])).ties.set_index(["first", "second"])
    assert ties["kind"].to_dict()["a", "e"] == ties["kind"].to_dict()["d", "e"] == "other"


def test_the_event_shown_is_the_one_named_or_that_of_the_largest_stars(contacts: pd.DataFrame) -> None:
    found = star_coalescence(contacts, window=5, persistence=5)
    numbers = found.events.set_index(["one", "other"])["event"]
    assert event_shown(found, ["b", "a"]) == numbers["a", "b"]
    # On the 7th c knows a and e b; of b and c, on the 9th, the stars are larger.
    assert event_shown(found) == numbers["b", "c"]
    # On the 30th c and d know three each, but nobody can tell what became of them.
    more = pd.DataFrame(
        [("2020-01-29", "d", "e"), ("2020-01-30", "c", "d")], columns=["time", "sender_id", "receiver_id"]
    )
    longer = star_coalescence(pd.concat([contacts, more]), window=5, persistence=5)
    followed = longer.events.set_index(["one", "other"])["event"]
    assert event_shown(longer) == followed["b", "c"]
    late = star_coalescence(contacts, window=60, persistence=5)
    assert late.events["censored"].all() and event_shown(late) == numbers["b", "c"]
    with pytest.raises(ValueError, match=r"^event: found no contact between 'a' and 'e'$"):
        event_shown(found, ["a", "e"])
    with pytest.raises(ValueError, match="found no contact of two people"):
        event_shown(star_coalescence(contacts.iloc[:0], window=5, persistence=5))


def test_people_behind_numbers_by_hand(contacts: pd.DataFrame) -> None:
    found = star_coalescence(contacts, window=5, persistence=5, burn_in=2, pairs=[("a", "b")])
    # a meets d, who is b's, and they go on; b meets c, who is a's; c meets e.
    behind = {name: "".join(sorted(group)) for name, group in people_behind(found).items()}
    assert {name: behind[name] for name in ("events", "rated", "possible", "censored")} == {
        "events": "ab",
        "rated": "ab",
        "possible": "ab",
        "censored": "",
    }
    assert found.tidy()[["closed", "enduring", "second_order"]].to_numpy().tolist() == [[2, 1, 1]]
    assert [behind[name] for name in ("closed", "enduring", "second_order", "coalescence")] == [
        "abcd",
        "ad",
        "ce",
        "ad",
    ]
    assert behind["both_directions"] == behind["share_both_directions"] == "ab"
    apart = {"not_enduring": "bc", "not_both_possible": "", "not_both_directions": ""}
    assert apart.items() <= behind.items()
    names = set(found.tidy()) - {"window", "persistence", "horizon"}
    assert set(behind) == names | set(apart), "every number of tidy has its people"


def test_an_event_that_is_none_or_a_cascade_not_listed_is_refused(contacts: pd.DataFrame) -> None:
    found = star_coalescence(contacts, window=5, persistence=5)
    for call in (lambda: timeline(found, 99), lambda: meeting_of(contacts, found, 99)):
        with pytest.raises(ValueError, match=r"^event: found 99; allowed: a number among the events found$"):
            call()
    bare = star_coalescence(contacts, window=5, persistence=5, cascade=False)
    with pytest.raises(ValueError, match=r"^found no list of closures; "):
        meeting_of(contacts, bare, event_shown(bare, ["a", "b"]))


@pytest.mark.parametrize(
    ("window", "persistence", "horizon", "days", "first", "second", "enduring"),
    [
        (10, 5, 5, [2, 3, 5], [1, 1, 2], [0, 1, 1], [1, 1, 1]),
        (10, 2, 4, [2, 3, 5], [1, 1, 2], [0, 1, 1], [1, 2, 2]),  # a d are back after 6, c e after 2
        (10, 2, 3, [2, 3, 5], [1, 1, 2], [0, 1, 1], [0, 1, 1]),
        (3, 5, 5, [2, 3], [1, 1], [0, 1], [1, 1]),
        (1, 5, 5, [], [], [], []),
    ],
)
def test_a_timeline_counts_closures_as_worked_by_hand(
    contacts: pd.DataFrame,
    window: float,
    persistence: float,
    horizon: float,
    days: list[int],
    first: list[int],
    second: list[int],
    enduring: list[int],
) -> None:
    found = star_coalescence(contacts, window=window, persistence=persistence, horizon=horizon)
    event = int(found.events.query("one == 'a' and other == 'b'")["event"].iloc[0])
    lines = timeline(found, event)
    assert {name: lines[name].tolist() for name in lines} == {
        "days": days,
        "first_order": first,
        "second_order": second,
        "enduring": enduring,
    }
