"""One meeting from several sides, by hand on a small stream and against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from analysis.contacts.cascade import event_shown, meeting_of, people_behind, timeline
from analysis.contacts.closure import star_coalescence
from analysis.contacts.positions import brokers_before_after, census_before_after, tied_by
from analysis.contacts.settings import sensitivity, spans_of
from analysis.contacts.stream import contact_stream

PEOPLE = list("abcde")
# Day of January, and who: a and b meet on the 4th; a-d lasts, c-e and b-c do not.
DAYS = [
    (1, "ca"),
    (1, "bd"),
    (2, "be"),
    (4, "ab"),
    (6, "da"),
    (7, "ce"),
    (9, "bc"),
    (9, "ec"),
    (12, "ad"),
    (31, "be"),
]


def day(number: int) -> float:
    """Return a day of January 2020 in days since 1970-01-01."""
    return float((pd.Timestamp(2020, 1, number) - pd.Timestamp(0)).days)


@pytest.fixture
def contacts() -> pd.DataFrame:
    """Return the small stream, its rows in no order of time."""
    rows = [(f"2020-01-{number:02d}", *pair) for number, pair in reversed(DAYS)]
    return pd.DataFrame(rows, columns=["time", "sender_id", "receiver_id"])


@pytest.fixture
def numbered() -> pd.DataFrame:
    """Return many contacts of nine people, at whole-number times."""
    random = np.random.default_rng(4)
    ends = [random.choice(9, 2, replace=False) for _ in range(24)]
    return pd.DataFrame(
        {
            "time": np.arange(24),
            "sender_id": [f"p{one}" for one, _ in ends],
            "receiver_id": [f"p{other}" for _, other in ends],
        }
    )


def graph_by(contacts: pd.DataFrame, time: float | str) -> nx.Graph:
    """Return the network by a time (in the table's own writing), everyone in it."""
    graph = nx.Graph()
    graph.add_nodes_from(sorted({*contacts["sender_id"], *contacts["receiver_id"]}))
    early = contacts[contacts["time"] <= time]
    graph.add_edges_from(zip(early["sender_id"], early["receiver_id"], strict=True))
    return graph


@pytest.mark.parametrize(
    ("until", "pairs"),
    [(0, []), (1, ["ac", "bd"]), (4, ["ac", "bd", "be", "ab"]), (6, ["ac", "bd", "be", "ab", "ad"])],
)
def test_tied_are_those_in_contact_by_a_day_itself_included(
    contacts: pd.DataFrame, until: int, pairs: list[str]
) -> None:
    time = day(until) if until else day(1) - 1
    expected = np.zeros((5, 5))
    for one, other in pairs:
        expected[PEOPLE.index(one), PEOPLE.index(other)] = expected[
            PEOPLE.index(other), PEOPLE.index(one)
        ] = 1
    np.testing.assert_array_equal(tied_by(contact_stream(contacts), time).toarray(), expected)


def test_what_came_before_a_time_leaves_the_time_itself_out(contacts: pd.DataFrame) -> None:
    stream = contact_stream(contacts)
    early = tied_by(stream, day(4), before=True)
    assert (early != tied_by(stream, day(3))).nnz == 0
    assert (early != tied_by(stream, day(4))).nnz == 2


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


def test_settings_not_given_are_parts_of_the_record(contacts: pd.DataFrame, numbered: pd.DataFrame) -> None:
    # Thirty days, from the 1st to the 31st.
    assert spans_of(contacts) == {"window": 8, "persistence": 2, "burn_in": 5}
    assert spans_of(contacts, persistence=0, window=3.5) == {"window": 3.5, "persistence": 0, "burn_in": 5}
    assert spans_of(numbered) == {"window": 6, "persistence": 2, "burn_in": 4}
    assert set(spans_of(contacts.iloc[:0]).values()) == {1}


@pytest.mark.parametrize("options", [{}, {"pairs": [("b", "a")]}, {"burn_in": 2.0}])
def test_sensitivity_is_every_combination_of_the_detector(
    contacts: pd.DataFrame, options: dict[str, object]
) -> None:
    found = sensitivity(contacts, [2, 10], [0, 5], **options)  # type: ignore[arg-type]
    assert found[["window", "persistence"]].to_numpy().tolist() == [[2, 0], [2, 5], [10, 0], [10, 5]]
    for number, (window, persistence) in enumerate([(2, 0), (2, 5), (10, 0), (10, 5)]):
        one = star_coalescence(contacts, window=window, persistence=persistence, **options)  # type: ignore[arg-type]
        row = found.iloc[[number]].reset_index(drop=True)
        expected = one.tidy().assign(people=people_behind(one)["enduring"])
        pd.testing.assert_frame_equal(row, expected, check_dtype=False)


def test_people_behind_numbers_by_hand(contacts: pd.DataFrame) -> None:
    found = star_coalescence(contacts, window=5, persistence=5, burn_in=2, pairs=[("a", "b")])
    # a meets d, who is b's, and they go on; b meets c, who is a's; c meets e.
    assert {name: people_behind(found)[name] for name in ("events", "rated", "possible", "censored")} == {
        "events": 2,
        "rated": 2,
        "possible": 2,
        "censored": 0,
    }
    assert found.tidy()[["closed", "enduring", "second_order"]].to_numpy().tolist() == [[2, 1, 1]]
    behind = people_behind(found)
    assert [behind[name] for name in ("closed", "enduring", "second_order", "coalescence")] == [4, 2, 2, 2]
    assert behind["both_directions"] == behind["share_both_directions"] == 2
    names = set(found.tidy()) - {"window", "persistence"}
    assert set(behind) == names | {"not_enduring"}, "every number of tidy has its people"
    assert behind["not_enduring"] == 2


def test_an_event_that_is_none_or_a_cascade_not_listed_is_refused(contacts: pd.DataFrame) -> None:
    found = star_coalescence(contacts, window=5, persistence=5)
    for call in (lambda: timeline(found, 99), lambda: meeting_of(contacts, found, 99)):
        with pytest.raises(ValueError, match=r"^event: found 99; allowed: a number among the events found$"):
            call()
    bare = star_coalescence(contacts, window=5, persistence=5, cascade=False)
    with pytest.raises(ValueError, match=r"^found no list of closures; "):
        meeting_of(contacts, bare, event_shown(bare, ["a", "b"]))


@pytest.mark.parametrize(
    ("window", "persistence", "days", "first", "second", "enduring"),
    [
        (10, 5, [2, 3, 5], [1, 1, 2], [0, 1, 1], [1, 1, 1]),
        (10, 2, [2, 3, 5], [1, 1, 2], [0, 1, 1], [1, 2, 2]),
        (3, 5, [2, 3], [1, 1], [0, 1], [1, 1]),
        (1, 5, [], [], [], []),
    ],
)
def test_a_timeline_counts_closures_as_worked_by_hand(
    contacts: pd.DataFrame,
    window: float,
    persistence: float,
    days: list[int],
    first: list[int],
    second: list[int],
    enduring: list[int],
) -> None:
    found = star_coalescence(contacts, window=window, persistence=persistence)
    event = int(found.events.query("one == 'a' and other == 'b'")["event"].iloc[0])
    lines = timeline(found, event)
    assert {name: lines[name].tolist() for name in lines} == {
        "days": days,
        "first_order": first,
        "second_order": second,
        "enduring": enduring,
    }


def test_triads_before_and_after_as_worked_by_hand(contacts: pd.DataFrame) -> None:
    found = census_before_after(contacts, day(3), day(9))
    assert found.index.tolist() == ["003", "102", "201", "300"]
    assert found["before"].tolist() == [2, 7, 1, 0]
    assert found["after"].tolist() == [0, 2, 5, 3]
    assert found["change"].tolist() == [-2, -5, 4, 3]


def test_triads_are_as_many_as_there_are_threes(numbered: pd.DataFrame) -> None:
    found = census_before_after(numbered, 5, 20)
    people = graph_by(numbered, 4).number_of_nodes()
    assert (found[["before", "after"]].sum() == people * (people - 1) * (people - 2) / 6).all()
    for name, time in (("before", 4), ("after", 20)):
        triangles = sum(nx.triangles(graph_by(numbered, time)).values()) / 3
        assert found.loc["300", name] == triangles


@pytest.mark.parametrize(("name", "times"), [("contacts", (3, 9)), ("numbered", (6, 20))])
def test_brokers_are_as_networkx_has_them(
    name: str, times: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    stream: pd.DataFrame = request.getfixturevalue(name)
    dated = name == "contacts"
    people = sorted({*stream["sender_id"], *stream["receiver_id"]})
    moments = [day(time) for time in times] if dated else list(map(float, times))
    found = brokers_before_after(stream, people, *moments)
    assert found.index.names == ["person", "when"] and len(found) == 2 * len(people)
    # Before a time is by the one before it: nothing takes place on the 3rd.
    for when, time in (("before", times[0] - 1), ("after", times[1])):
        graph = graph_by(stream, f"2020-01-{time:02d}" if dated else time)
        rows = found.xs(when, level="when")
        tied = [person for person in people if graph.degree[person]]
        expected = {
            "constraint": nx.constraint(graph),
            "effective_size": nx.effective_size(graph),
            "contacts": dict(graph.degree),
        }
        for column, values in expected.items():
            wanted = [values[person] for person in tied]
            assert rows.loc[tied, column].tolist() == pytest.approx(wanted, abs=1e-12), column


def test_a_person_without_contacts_is_refused(contacts: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"^people: found no contact of 'x', 'y'$"):
        brokers_before_after(contacts, ["a", "x", "y"], day(3), day(9))
