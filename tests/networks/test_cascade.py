"""One meeting from several sides, by hand on a small stream and against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from analysis.networks.cascade import (
    brokers_before_after,
    census_before_after,
    sensitivity,
    steps,
    tied_by,
    timeline,
)
from analysis.networks.closure import star_coalescence
from analysis.networks.contacts import contact_stream

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
    np.testing.assert_array_equal(tied_by(contact_stream(contacts), time), expected)


def test_steps_are_a_panel_of_networks_that_only_grow(contacts: pd.DataFrame) -> None:
    panel = steps(contacts, [day(2), day(4), day(9)], ["before", "met", "after"])
    assert list(panel.waves) == ["before", "met", "after"] and list(panel.actors) == PEOPLE
    stream = contact_stream(contacts)
    for matrix, time in zip(panel.values, (2, 4, 9), strict=True):
        np.testing.assert_array_equal(matrix, tied_by(stream, day(time)))


def test_a_step_without_a_label_is_refused(contacts: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"^found 2 times and 1 labels; allowed: one label a time$"):
        steps(contacts, [day(1), day(2)], ["only"])


@pytest.mark.parametrize("options", [{}, {"pairs": [("b", "a")]}, {"burn_in": 2.0}])
def test_sensitivity_is_every_combination_of_the_detector(
    contacts: pd.DataFrame, options: dict[str, object]
) -> None:
    found = sensitivity(contacts, [2, 10], [0, 5], **options)  # type: ignore[arg-type]
    assert found[["window", "persistence"]].to_numpy().tolist() == [[2, 0], [2, 5], [10, 0], [10, 5]]
    for number, (window, persistence) in enumerate([(2, 0), (2, 5), (10, 0), (10, 5)]):
        one = star_coalescence(contacts, window=window, persistence=persistence, **options)  # type: ignore[arg-type]
        row = found.iloc[[number]].reset_index(drop=True)
        pd.testing.assert_frame_equal(row, one.tidy(), check_dtype=False)


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
    people = graph_by(numbered, 5).number_of_nodes()
    assert (found[["before", "after"]].sum() == people * (people - 1) * (people - 2) / 6).all()
    for name, time in (("before", 5), ("after", 20)):
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
    for when, time in zip(("before", "after"), times, strict=True):
        graph = graph_by(stream, f"2020-01-{time:02d}" if dated else time)
        rows = found.xs(when, level="when")
        tied = [person for person in people if graph.degree[person]]
        expected = {
            "constraint": nx.constraint(graph),
            "effective_size": nx.effective_size(graph),
            "betweenness": nx.betweenness_centrality(graph),
            "contacts": dict(graph.degree),
        }
        for column, values in expected.items():
            wanted = [values[person] for person in tied]
            assert rows.loc[tied, column].tolist() == pytest.approx(wanted, abs=1e-12), column


def test_a_person_without_contacts_is_refused(contacts: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"^people: found no contact of 'x', 'y'$"):
        brokers_before_after(contacts, ["a", "x", "y"], day(3), day(9))
