"""The web of routines: worked by hand, by property, against chance, and what cannot be is named."""

from __future__ import annotations

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.checks import NotEstimable
from analysis.evidence.change_steps import carried, cascade, checked_steps, reach_by_episode
from analysis.evidence.interactions import in_one_place
from analysis.evidence.routine_webs import (
    MEDIA,
    Web,
    between_organizations,
    day_number,
    day_text,
    dependence,
    links_by_medium,
    routine_web,
    snapshot_days,
    weak_points,
)
from analysis.evidence.timed_reach import earliest_arrival, possible_reach, starts_of
from analysis.evidence.web_chance import reach_by_chance, redrawn, rewired_targets

HOMES = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "y"}


def day(number: float | None) -> str | None:
    return None if number is None else day_text(number)


def tables(*links: tuple[str, str, str, float | None, float | None]) -> dict[str, pd.DataFrame]:
    rows = [(one, other, medium, day(since), day(until)) for one, other, medium, since, until in links]
    return {
        "routines": pd.DataFrame({"routine_id": list(HOMES), "organization_id": list(HOMES.values())}),
        "routine_links": pd.DataFrame(rows, columns=["from_id", "to_id", "medium", "since", "until"]),
    }


# b can pass to c only before a can pass to b; d leads back to a later.
LINKS = (
    ("a", "b", "people", 10, None),
    ("b", "c", "artifact", None, 8),
    ("b", "d", "timing", 12, 20),
    ("d", "a", "people", 15, None),
    ("d", "e", "output as input", 30, 40),
)


def web_of(*links: tuple[str, str, str, float | None, float | None]) -> Web:
    return routine_web(tables(*links))


def test_arrivals_are_those_worked_by_hand() -> None:
    web = web_of(*LINKS)
    assert earliest_arrival(web, "a", 0).to_dict() == {"a": 0, "b": 10, "d": 12, "e": 30}
    assert earliest_arrival(web, "a", 0, 15).to_dict() == {"a": 0, "b": 10, "d": 12}
    assert earliest_arrival(web, "b", 8).to_dict() == {"a": 15, "b": 8, "c": 8, "d": 12, "e": 30}
    assert earliest_arrival(web, "b", 21).to_dict() == {"b": 21}
    assert earliest_arrival(web, "d", 41).to_dict() == {"a": 41, "b": 41, "d": 41}
    starts = pd.DataFrame({"routine_id": ["a", "b"], "day": [0.0, 8.0]})
    assert possible_reach(web, starts)[["possible", "possible_across"]].values.tolist() == [[3, 2], [4, 3]]


def test_who_rests_on_whom_is_counted_by_hand() -> None:
    web = web_of(*LINKS)
    found = dependence(web)
    assert found.loc["b"].tolist() == ["x", 1, 2, 0, 2, 2, 4, 3]
    assert between_organizations(web).to_numpy().tolist() == [[1, 2], [1, 1]]
    on = links_by_medium(web, [12.0])
    assert on.loc["ever", "links"].tolist() == [2, 1, 1, 1]
    assert on.loc[day_text(12)].to_numpy().tolist() == [[1, 0], [0, 0], [1, 1], [0, 0]]
    assert snapshot_days(web, 2) == [10.0, 30.0]
    assert len(starts_of(web)) == 4 * len(HOMES)
    weak = weak_points(web)
    assert weak.to_numpy().tolist() == [
        ["connection", "b – c", True, 1],
        ["connection", "d – e", False, 1],
        ["routine", "b", False, 1],
        ["routine", "d", False, 1],
    ]


def test_the_one_routine_that_joins_two_organisations_is_named() -> None:
    web = web_of(
        ("a", "b", "people", None, None), ("b", "c", "people", None, None), ("c", "d", "people", None, None)
    )
    weak = weak_points(web).set_index("name")
    assert weak.loc["b", "across"] and weak.loc["c", "across"]
    assert weak["cut_off"].to_dict() == {"a – b": 1, "b – c": 2, "c – d": 1, "b": 1, "c": 1}


def test_everything_wrong_with_a_web_is_told_at_once() -> None:
    wrong = tables(
        ("a", "a", "people", None, None),
        ("a", "z", "people", 5, 3),
        ("a", "b", "gossip", None, None),
        ("b", "c", "people", None, None),
        ("b", "c", "people", None, None),
    )
    with pytest.raises(ValueError) as caught:
        routine_web(wrong)
    for told in (
        "a link to itself",
        "no routine z",
        "before 1970-01-06",
        "no medium of that name",
        "given twice",
    ):
        assert told in str(caught.value)
    with pytest.raises(NotEstimable, match="no link"):
        web_of()
    with pytest.raises(ValueError, match="found no routine z"):
        earliest_arrival(web_of(*LINKS), "z", 0)


@st.composite
def webs(draw: st.DrawFn) -> Web:
    pairs = [(one, other) for one in HOMES for other in HOMES if one != other]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=9, unique=True))
    days = st.one_of(st.none(), st.integers(0, 30))
    links = []
    for one, other in chosen:
        since, until = draw(days), draw(days)
        if since is not None and until is not None and since > until:
            since, until = until, since
        links.append((one, other, draw(st.sampled_from(MEDIA)), since, until))
    return web_of(*links)


@settings(max_examples=60)
@given(webs(), st.sampled_from(list(HOMES)), st.integers(0, 30))
def test_no_cascade_runs_backwards_in_time(web: Web, first: str, start: int) -> None:
    found = earliest_arrival(web, first, start)
    assert (found >= start).all()
    for name, arrived in found.items():
        if name == first:
            continue
        into = web.links[web.links["to_id"] == name]
        ways = [
            max(found[one.from_id], one.since)
            for one in into.itertuples()
            if one.from_id in found and max(found[one.from_id], one.since) <= one.until
        ]
        # Each arrival is the end of a link usable after its source was reached, and no way is faster.
        assert arrived == min(ways)


@settings(max_examples=40)
@given(webs(), st.sampled_from(list(HOMES)), st.integers(0, 30), st.integers(0, 30))
def test_reach_is_that_of_all_paths_tried_one_by_one(web: Web, first: str, start: int, horizon: int) -> None:
    graph = networkx.MultiDiGraph()
    graph.add_nodes_from(HOMES)
    for one in web.links.itertuples():
        graph.add_edge(one.from_id, one.to_id, days=(one.since, one.until))
    reached = {first}
    for target in HOMES:
        for path in networkx.all_simple_edge_paths(graph, first, target) if target != first else ():
            now = float(start)
            for one, other, key in path:
                since, until = graph.edges[one, other, key]["days"]
                now = max(now, since)
                if now > until:
                    now = np.inf
            if now <= start + horizon:
                reached.add(target)
    assert set(earliest_arrival(web, first, start, horizon).index) == reached


@settings(max_examples=30)
@given(webs(), st.integers(0, 2**31))
def test_rewired_webs_keep_each_mediums_degrees_and_no_link_is_odd(web: Web, seed: int) -> None:
    one, other = web.ends()
    media = web.links["medium"].to_numpy()
    for targets in rewired_targets(web, 5, np.random.default_rng(seed)):
        assert (targets != one).all()
        assert len({*zip(one, targets, media, strict=True)}) == len(one)
        for medium in set(media):
            assert sorted(targets[media == medium]) == sorted(other[media == medium])
    dealt = redrawn(web, "dates", np.random.default_rng(seed)).links
    spans = [sorted(zip(links["since"], links["until"], strict=True)) for links in (dealt, web.links)]
    assert spans[0] == spans[1]
    assert dealt[["from_id", "to_id"]].equals(web.links[["from_id", "to_id"]])


def test_chance_is_told_for_both_nulls_and_what_cannot_be_asked_is_said() -> None:
    web = web_of(*LINKS, ("c", "a", "people", None, None), ("e", "b", "people", 3, 9))
    for null in ("rewired", "dates"):
        found = reach_by_chance(web, starts_of(web), null, horizon=20, draws=99, seed=1)
        again = reach_by_chance(web, starts_of(web), null, horizon=20, draws=99, seed=1)
        pd.testing.assert_frame_equal(found.frame, again.frame)
        shares = possible_reach(web, starts_of(web), 20)["possible"] / 4
        assert found.frame.loc["reach", "observed"] == pytest.approx(shares.mean())
        assert found.frame["p"].between(0.02, 1).all()
        assert "99 webs" in found.summary() and len(found.tidy()) == 2
    lone = Web(dict.fromkeys(HOMES, "x"), web.links)
    with pytest.raises(NotEstimable, match="one organisation"):
        reach_by_chance(lone, starts_of(web), "dates", seed=1)
    with pytest.raises(NotEstimable, match="same days"):
        reach_by_chance(web_of(("a", "b", "people", 1, 2)), starts_of(web), "dates", seed=1)
    with pytest.raises(NotEstimable, match="exchange"):
        reach_by_chance(web_of(("a", "b", "people", 1, 2)), starts_of(web), "rewired", seed=1)


STEPS = ["episode_id", "routine_id", "date", "enacted", "from_id", "medium"]


def episodes(*rows: tuple[str, str, float]) -> pd.DataFrame:
    told = [(name, first, day(start)) for name, first, start in rows]
    return pd.DataFrame(told, columns=["episode_id", "routine_id", "started_on"])


def steps(*rows: tuple[str, str, float, int, str | None, str | None]) -> pd.DataFrame:
    return pd.DataFrame([(one, two, day(at), *rest) for one, two, at, *rest in rows], columns=STEPS)


FOLLOWED = {
    "episodes": episodes(("p", "a", 9), ("q", "b", 1)),
    "episode_steps": steps(
        ("p", "a", 9, 1, None, None),
        ("p", "b", 11, 1, "a", "people"),
        ("p", "d", 14, 0, "b", "timing"),
        ("q", "b", 1, 1, None, None),
    ),
}


def test_what_was_possible_stands_beside_what_was_enacted() -> None:
    web = web_of(*LINKS)
    found = checked_steps(FOLLOWED, web)
    reach = reach_by_episode(FOLLOWED, web, found, 21)
    assert reach.loc["p"].tolist() == ["a", "1970-01-10", 3, 2, 1, 0, 1 / 3]
    assert reach.loc["q"].tolist() == ["b", "1970-01-02", 3, 0, 0, 0, 0]
    drawn = cascade(web, found, "p", 21)
    assert drawn.index.tolist() == ["a", "b", "d", "e"]
    assert drawn["possible_from"].tolist() == [0, 1, 3, 21]
    assert drawn["reached"].tolist()[:3] == [0, 2, 5] and np.isnan(drawn.loc["e", "reached"])
    with pytest.raises(ValueError, match="no step of z"):
        cascade(web, found, "z")


def test_chances_of_links_are_counted_by_hand() -> None:
    web = web_of(*LINKS)
    found = carried(web, checked_steps(FOLLOWED, web), horizon=21)
    # p: a had b by people on day 9? not yet there. b had d by timing on day 11? from 12. q: b had c on day 1.
    assert found["chances"].tolist() == [0, 1, 0, 0] and found["carried"].tolist() == [0, 0, 0, 0]
    later = {**FOLLOWED, "episodes": episodes(("p", "a", 10)), "episode_steps": steps(
        ("p", "a", 10, 1, None, None), ("p", "b", 12, 1, "a", "people"), ("p", "d", 14, 0, "b", "timing"),
    )}  # fmt: skip
    found = carried(web, checked_steps(later, web), delay=2)
    assert found["chances"].tolist() == [1, 0, 1, 0] and found["carried"].tolist() == [1, 0, 1, 0]


def test_changes_in_one_routine_at_one_time_are_named() -> None:
    web = web_of(*LINKS)
    assert in_one_place(checked_steps(FOLLOWED, web)) == []
    close = {**FOLLOWED, "episodes": episodes(("p", "a", 9), ("q", "b", 12)), "episode_steps": pd.concat(
        [FOLLOWED["episode_steps"].iloc[:3], steps(("q", "b", 12, 1, None, None))])}  # fmt: skip
    assert in_one_place(checked_steps(close, web)) == [("p", "q", "b")]


def test_every_step_that_cannot_be_is_named_at_once() -> None:
    web = web_of(*LINKS)
    wrong = {
        "episodes": episodes(("p", "a", 9)),
        "episode_steps": steps(
            ("p", "a", 5, 1, None, None),
            ("p", "b", 9, 1, "a", "people"),
            ("p", "d", 13, 1, "c", "people"),
            ("p", "e", 13, 1, "e", "people"),
            ("p", "z", 13, 1, "a", None),
            ("o", "a", 13, 1, None, None),
            ("p", "c", 8, 1, "b", "artifact"),
        ),
    }
    with pytest.raises(ValueError) as caught:
        checked_steps(wrong, web)
    for told in (
        "p, a: on 1970-01-06, before the change began on 1970-01-10",
        "p, b: on 1970-01-10 by a link (a, people) that was there from 1970-01-11 to the end",
        "p, d: no link from c by people",
        "p, e: from itself",
        "p, z: no routine of that name",
        "p, z: a routine it came from without the medium",
        "o, a: no change of that name",
        "p, c: on 1970-01-09, before it was at b on 1970-01-10",
    ):
        assert told in str(caught.value)
    with pytest.raises(NotEstimable, match="no step"):
        checked_steps({**wrong, "episode_steps": steps()}, web)
    with pytest.raises(NotEstimable, match="no day"):
        undated = {"episodes": episodes(("p", "a", 9)).assign(started_on=None)}
        reach_by_episode(undated, web, checked_steps(FOLLOWED, web))


def test_days_go_both_ways() -> None:
    assert day_number(day_text(18_321.0), missing=0) == 18_321
    assert day_text(-np.inf) == "" and day_number(np.nan, missing=3.0) == 3
