"""The backbone's part over time: by hand, against networkx, under relabelling, and where leadership moves."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import pandas as pd
import pytest

from analysis.checks import NotEstimable
from analysis.contacts.leadership import MEASURES, backbone_of, leadership_over_time, straight_lines
from analysis.contacts.leadership_page import (
    BACKBONE,
    WIDER,
    leadership_findings,
    leadership_of,
    people_of,
    trends_of,
    weeks_of,
)
from analysis.figures.leadership import leadership_drawn

COLUMNS = ["time", "sender_id", "receiver_id"]


def table(rows: list[tuple[object, str, str]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS)


# Week 1: a star about B. Week 2: B with one of a triangle. Week 3: the members alone.
HAND = table(
    [
        *[(day, "B", one) for day, one in enumerate("abcd")],
        *[(7, "B", "a"), (8, "a", "b"), (9, "b", "c"), (10, "c", "a")],
        *[(14, "a", "b"), (15, "c", "d"), (16, "d", "c"), (17, "B", "B")],
    ]
)


def grown(shift: bool, seed: int, weeks: int = 8) -> pd.DataFrame:
    """Return contacts of 30 members and a backbone of two, who begin less and less of them, or as much."""
    random = np.random.default_rng(seed)
    people = [f"m{number}" for number in range(30)]
    rows = []
    for week in range(weeks):
        share = 0.6 * (1 - week / (weeks - 1)) if shift else 0.3
        for _ in range(60):
            one, other = random.choice(people, 2, replace=False)
            sender = random.choice(["B1", "B2"]) if random.random() < share else one
            rows.append((7 * week + random.random() * 7, sender, other))
    return table(rows)


def test_three_weeks_are_measured_by_hand() -> None:
    found = leadership_over_time(HAND, {"b": {"B"}}, fewest=3, draws=5, seed=1)["b"]
    assert found.frame["contacts"].tolist() == [4, 4, 3]
    assert found.frame[["backbone", "members"]].to_numpy().tolist() == [[1, 4], [1, 3], [0, 4]]
    expected = {
        "initiated": [1.0, 0.25, 0.0],
        "reached": [1.0, 1 / 3, 0.0],
        "degree": [0.5, 1 / 8, 0.0],
        "betweenness": [1.0, 0.0, np.nan],
        "largest_without": [0.25, 1.0, 0.5],
        "cut_off_without": [1.0, 0.0, 0.0],
    }
    for name, values in expected.items():
        assert found.frame[name].tolist() == pytest.approx(values, nan_ok=True), name
    assert found.people[0] == {("B", "contacts", 0)}
    assert "100% in the first period, 0% in the last of 3" in found.summary()
    assert found.tidy() is found.frame


def test_degree_and_betweenness_are_those_of_networkx() -> None:
    contacts = grown(True, 3)
    found = leadership_over_time(contacts, {"b": {"B1", "m3"}}, draws=2, seed=1)["b"]
    for period, row in found.frame.iterrows():
        own = contacts[(contacts["time"] // 7 + 1) == period]
        graph = nx.from_pandas_edgelist(own, "sender_id", "receiver_id")
        between = nx.betweenness_centrality(graph, normalized=False)
        both = [person for person in ("B1", "m3") if person in graph]
        assert row["betweenness"] == pytest.approx(sum(between[p] for p in both) / sum(between.values()))
        assert row["degree"] == pytest.approx(
            sum(graph.degree(p) for p in both) / sum(dict(graph.degree).values())
        )
        graph.remove_nodes_from(both)
        assert row["largest_without"] == max(map(len, nx.connected_components(graph))) / len(graph)
        assert row["cut_off_without"] == nx.number_of_isolates(graph) / len(graph)


def test_new_names_and_another_order_of_rows_change_nothing_observed() -> None:
    contacts = grown(True, 4)
    found = leadership_over_time(contacts, {"b": {"B1", "B2"}}, draws=3, seed=1)["b"]
    renamed = contacts.assign(**{name: "z" + contacts[name].str[::-1] for name in COLUMNS[1:]}).sample(
        frac=1, random_state=1
    )
    again = leadership_over_time(renamed, {"b": {"z1B", "z2B"}}, draws=3, seed=1)["b"]
    pd.testing.assert_frame_equal(found.frame, again.frame)
    values = found.frame[list(MEASURES)].to_numpy()
    assert np.isfinite(values).any() and (values[np.isfinite(values)] >= 0).all()
    assert (values[np.isfinite(values)] <= 1).all()


def test_dates_and_numbers_of_days_give_the_same() -> None:
    contacts = grown(True, 5)
    dated = contacts.assign(
        time=(pd.Timestamp("2024-09-01") + pd.to_timedelta(contacts["time"], unit="D")).dt.strftime(
            "%Y-%m-%dT%H:%M:%S"
        )
    )
    one, other = (
        leadership_over_time(each, {"b": {"B1", "B2"}}, draws=3, seed=1)["b"].frame
        for each in (contacts, dated)
    )
    pd.testing.assert_frame_equal(one, other)


def test_a_planted_shift_is_found_and_none_is_not() -> None:
    moving = leadership_over_time(grown(True, 6), {"b": {"B1", "B2"}}, draws=99, seed=1)["b"].trends
    assert moving.loc["initiated", "p"] == 0.01 and moving.loc["initiated", "slope"] < -0.05
    assert abs(moving.loc["initiated", "expected"]) < 0.01
    steady = [
        leadership_over_time(grown(False, seed), {"b": {"B1", "B2"}}, draws=19, seed=1)["b"].trends
        for seed in range(20)
    ]
    # Twenty tests at .05: more than five false alarms come about once in three hundred.
    assert sum(one.loc["initiated", "p"] <= 0.05 for one in steady) <= 5


def test_the_backbone_is_named_by_its_marks() -> None:
    actors = pd.DataFrame(
        {"actor_id": list("abc"), "role": ["coach", None, "lead"], "facilitator": [1.0, 0.0, np.nan]}
    )
    assert backbone_of(actors, ["facilitator=1"]) == {"a"}
    assert backbone_of(actors, ["facilitator=1", "role=lead"]) == {"a", "c"}
    with pytest.raises(ValueError, match="'rank=1', 'role'; allowed: column=value"):
        backbone_of(actors, ["rank=1", "role"])
    for marks in ([], ["role=mentor"]):
        with pytest.raises(NotEstimable):
            backbone_of(actors, marks)


def test_too_little_is_said() -> None:
    with pytest.raises(NotEstimable, match="0 periods with 20 contacts"):
        leadership_over_time(HAND, {"b": {"B"}}, draws=1, seed=1)
    with pytest.raises(NotEstimable, match="found 0 periods"):
        leadership_over_time(HAND.iloc[:0], {"b": {"B"}}, draws=1, seed=1)
    with pytest.raises(NotEstimable, match="no contact of b"):
        leadership_over_time(HAND, {"b": {"Z"}}, fewest=1, draws=1, seed=1)


def test_a_page_says_whether_leadership_moved() -> None:
    contacts = pd.concat([grown(True, 7), table([(1.0, "x", "m1")])])
    names = sorted(set(contacts["sender_id"]) | set(contacts["receiver_id"]))
    actors = pd.DataFrame(
        {"actor_id": names, "organization_id": ["net" if n != "x" else "other" for n in names]}
    )
    actors["role"] = ["coach" if n[0] == "B" else "lead" if n == "m3" else "teacher" for n in names]
    given = {"actors": actors, "contacts": contacts}
    options: dict[str, Any] = {"days": 7.0, "fewest": 20, "draws": 199, "seed": 1}
    found = leadership_of(
        given, organization="net", backbone=["role=coach"], wider=["role=coach", "role=lead"], **options
    )
    assert list(found) == [BACKBONE, WIDER]
    assert weeks_of(found)["contacts"].sum() == 480
    trends = trends_of(found)
    assert (trends["p_holm"] >= trends["p"]).all() and len(trends) == 12
    told = [one.sentence for one in leadership_findings(trends)]
    assert len(told) == 3 and told[1].startswith("The backbone began ")
    flat = trends.assign(p_holm=1.0)
    assert leadership_findings(flat)[0].sentence.startswith("Whether leadership moved cannot be told")
    assert leadership_findings(NotEstimable("none")) == []
    assert len(people_of(found)) <= 2 and people_of(NotEstimable("none")) == frozenset()
    figure = leadership_drawn(found)
    assert [len(axis.lines) for axis in figure.axes] == [2] * 6
    plt.close(figure)
    alone = leadership_of(given, organization="", backbone=["role=coach"], wider=[], **options)
    with pytest.raises(NotEstimable, match="wider group"):
        weeks_of(alone, WIDER)
    with pytest.raises(ValueError, match="found no organisation 'no'"):
        leadership_of(given, organization="no", backbone=["role=coach"], wider=[], **options)
    with pytest.raises(ValueError, match="no group"):
        leadership_drawn({})


def test_straight_lines_are_those_through_the_periods() -> None:
    found = leadership_over_time(grown(True, 8), {"b": {"B1", "B2"}}, draws=3, seed=1)["b"]
    lines = straight_lines(found, level=0.9)
    periods = found.frame.index.to_numpy(dtype=float) - 1
    slope, start = np.polyfit(periods, found.frame["initiated"], 1)
    row = lines.loc["initiated"]
    assert (row["slope"], row["start"]) == pytest.approx((slope, start))
    assert row["slope"] == pytest.approx(found.trends.loc["initiated", "slope"])
    assert row["slope_lower"] < slope < row["slope_upper"] < 0 < row["start_lower"] < start
    short = leadership_over_time(HAND, {"b": {"B"}}, fewest=3, draws=5, seed=1)["b"]
    assert straight_lines(short).loc["betweenness"].isna().all()
