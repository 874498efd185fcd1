"""The two courses against a text's table, and their readings on a course of three people."""

from __future__ import annotations

import igraph
import numpy as np
import pandas as pd
import pytest

from analysis.contacts.course_networks import (
    _eigenvector,
    central_people,
    course_measures,
    course_of,
    course_table,
    graph_measures,
    peer_support,
    temporal_measures,
    triads_both_ways,
)

# Ana replies to Ben twice, to herself once; Ben to Ana; Cem to Ana; Dua to nobody.
POSTS = [
    ("2024-01-01", "x_ana", "x_ben", "t1"),
    ("2024-01-02", "x_ana", "x_ben", "t1"),
    ("2024-01-03", "x_ana", "x_ana", "t1"),
    ("2024-01-04", "x_ben", "x_ana", "t1"),
    ("2024-01-05", "x_cem", "x_ana", "t2"),
]


@pytest.fixture
def tables() -> dict[str, pd.DataFrame]:
    people = ["x_ana", "x_ben", "x_cem", "x_dua"]
    posts = pd.DataFrame(POSTS, columns=["time", "sender_id", "receiver_id", "conversation_id"])
    return {"actors": pd.DataFrame({"actor_id": people, "organization_id": "x"}), "contacts": posts}


def test_what_counts_how_often(tables: dict[str, pd.DataFrame]) -> None:
    course = course_of(tables, "x")
    table = course_table({"x": course})["x"]
    assert table["people"], table["isolates"] == (4, 1)
    assert table["density, per cent"] == pytest.approx(100 * 3 / 12)
    assert table["replies per tie"] == pytest.approx(4 / 3)
    assert table["replies per tie, replies to oneself counted"] == pytest.approx(5 / 4)
    measures = course_measures({"x": course})["x"]
    assert measures["density"] == pytest.approx(5 / 12)
    assert measures["centralisation, in, by hand"] == measures["centralisation, in, without repeats"]
    assert graph_measures(course)["people in the largest part"] == 3


def test_repeats_mislead_the_census_of_single_ties_alone(tables: dict[str, pd.DataFrame]) -> None:
    found = triads_both_ways(course_of(tables, "x"))
    differ = found.index[found["simple"] != found["multigraph"]]
    assert set(differ) <= {"012", "102"}
    assert found["simple"].sum() == 4


def test_who_is_left_out_takes_replies_along(tables: dict[str, pd.DataFrame]) -> None:
    course = course_of(tables, "x")
    assert peer_support(course)["people"] == 3
    assert peer_support(course, alone=True)["people"] == 4
    without = peer_support(course, ["x_cem"])
    assert (without["people"], without["replies"], without["unique replies"]) == (2, 3, 1)
    assert without["reciprocators, per cent"] == 100
    assert without["replies per pair, both ways together"] == 3


def test_who_is_central_comes_in_the_order_of_the_file(tables: dict[str, pd.DataFrame]) -> None:
    found = central_people(course_of(tables, "x"), 2)
    assert found.index.to_list() == ["x_ana", "x_ben"]
    # A reply to oneself counts in both degrees.
    assert found.loc["x_ana", ["in-degree", "out-degree", "degree"]].to_list() == [3, 3, 6]


def test_a_single_reply_makes_a_tie_that_never_ceases(tables: dict[str, pd.DataFrame]) -> None:
    measures, spells, people = temporal_measures(course_of(tables, "x"))
    assert measures["ties of single replies"] == 1
    assert (len(spells), people) == (0, [])


def test_there_is_no_other_course(tables: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(ValueError, match="'y'; allowed: x"):
        course_of(tables, "y")


def test_who_is_central_has_the_same_bits_each_time() -> None:
    drawn = np.random.default_rng(1)
    graph = igraph.Graph(n=400, edges=drawn.integers(0, 400, size=(3000, 2)).tolist())
    graph.es["weight"] = 1.0
    first = _eigenvector(graph.simplify(combine_edges=sum))
    assert all((_eigenvector(graph) == first).all() for _ in range(4))
