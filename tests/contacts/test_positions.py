"""Where people stand before and after: by hand on a small stream and against networkx."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from analysis.contacts.positions import brokers_before_after, census_before_after, tied_by
from analysis.contacts.stream import contact_stream
from tests.contacts.streams import day

PEOPLE = list("abcde")


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
