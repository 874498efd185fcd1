"""Networks from attendance: by hand, against networkx, what draws keep, and that they are even."""

from __future__ import annotations

from collections import Counter

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.ties.two_mode import (
    activity_network,
    attended,
    drawn_attendances,
    met_by_chance,
    met_findings,
)


def some(seed: int, people: int = 9, activities: int = 6) -> np.ndarray:
    return np.random.default_rng(seed).random((people, activities)) < 0.4


@given(st.integers(0, 40))
def test_weights_are_those_of_networkx_and_sum_to_the_activities_with_company(seed: int) -> None:
    there = some(seed)
    graph = nx.Graph()
    graph.add_nodes_from(range(9))
    graph.add_edges_from((int(one), f"a{two}") for one, two in np.argwhere(there))
    # networkx divides by nothing for an activity of one; such a person is alone there.
    graph.remove_nodes_from([name for name in list(graph) if str(name)[0] == "a" and graph.degree(name) < 2])
    known = nx.bipartite.collaboration_weighted_projected_graph(graph, range(9))
    weights = activity_network(there)
    assert weights == pytest.approx(nx.to_numpy_array(known, nodelist=range(9)))
    assert weights.sum(axis=1) == pytest.approx(there[:, there.sum(axis=0) > 1].sum(axis=1))
    order = np.random.default_rng(seed).permutation(9)
    assert activity_network(there[order]) == pytest.approx(weights[np.ix_(order, order)])


@given(st.integers(0, 20))
def test_every_draw_keeps_both_margins(seed: int) -> None:
    there = some(seed)
    before = there.copy()
    for drawn in drawn_attendances(there, draws=3, seed=seed):
        assert (drawn.sum(axis=0) == there.sum(axis=0)).all()
        assert (drawn.sum(axis=1) == there.sum(axis=1)).all()
    assert (there == before).all()


def test_all_attendances_with_these_margins_are_equally_likely() -> None:
    there = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 0]], dtype=bool)
    cells = [np.array([bool(code >> place & 1) for place in range(9)]).reshape(3, 3) for code in range(512)]
    possible = {
        one.tobytes()
        for one in cells
        if (one.sum(axis=0) == there.sum(axis=0)).all() and (one.sum(axis=1) == there.sum(axis=1)).all()
    }
    seen = Counter(one.tobytes() for one in drawn_attendances(there, draws=1500, seed=2))
    assert seen.keys() == possible
    expected = 1500 / len(possible)
    statistic = sum((count - expected) ** 2 / expected for count in seen.values())
    assert len(possible) == 5 and statistic < 18.5  # 99.9 % point of chi-squared with four degrees of freedom


def test_the_same_seed_gives_the_same_draws() -> None:
    one, other = (list(drawn_attendances(some(1), draws=2, seed=5)) for _ in range(2))
    assert all((first == second).all() for first, second in zip(one, other, strict=True))


def tables(apart: bool) -> dict[str, pd.DataFrame]:
    """Return two schools whose people go to activities of their own school, or to any."""
    random = np.random.default_rng(3)
    people = [f"{school}{number}" for school in "xy" for number in range(8)]
    rows = [
        (f"a{activity}", person)
        for activity in range(8)
        for person in people
        if (not apart or (person[0] == "x") == (activity % 2 == 0)) and random.random() < 0.5
    ]
    return {
        "actors": pd.DataFrame({"actor_id": people, "organization_id": [name[0] for name in people]}),
        "attendance": pd.DataFrame(rows, columns=["activity_id", "actor_id"]),
    }


def test_schools_that_keep_to_themselves_are_told_from_those_that_do_not() -> None:
    apart = met_by_chance(tables(True), draws=99, seed=1)
    assert apart.loc["within organisations", "observed"] == pytest.approx(1.0)
    assert apart.loc["within organisations", "p"] == 0.01
    mixed = met_by_chance(tables(False), draws=99, seed=1)
    assert mixed.loc["within organisations", "p"] > 0.05
    # Two schools of eight: 7 of everybody's 15 others are of the same one.
    assert mixed.loc["within organisations", "expected"] == pytest.approx(7 / 15, abs=0.02)
    assert (apart["lower"] <= apart["expected"]).all() and (apart["expected"] <= apart["upper"]).all()
    told = [one.sentence for one in met_findings(apart)]
    assert told[1].startswith(
        "100 % of the activities' connections are within organisations, more than chance"
    )
    assert "not clearly more or less" in met_findings(mixed)[1].sentence


def test_where_nobody_met_nothing_is_said() -> None:
    given = tables(True)
    alone = given | {"attendance": pd.DataFrame({"activity_id": ["a", "b"], "actor_id": ["x0", "y0"]})}
    for attendance in (alone["attendance"], alone["attendance"].iloc[:0]):
        with pytest.raises(NotEstimable, match="no two people"):
            met_by_chance(given | {"attendance": attendance}, draws=9, seed=1)
    assert met_findings(NotEstimable("nobody")) == []
    assert attended(alone["attendance"]).people == ("x0", "y0")
    with pytest.raises(ValueError, match="draws"):
        next(drawn_attendances(some(1), draws=0, seed=1))
