"""Star coalescence: worked by hand, against a reference by sets, by property, on bad input, on two forums."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.contacts.closure import Coalescence, event_counts, star_coalescence
from analysis.contacts.two_paths import two_paths
from analysis.files import DATA_RAW
from analysis.sources import mooced_dlt
from analysis.tables.package import read_package
from tests.contacts.streams import HAND, Contact, frame, small_streams, stream_of


@pytest.fixture(scope="module")
def hand() -> Coalescence:
    return star_coalescence(frame(HAND), window=10, persistence=5)


def test_one_event_worked_by_hand(hand: Coalescence) -> None:
    event = hand.events.set_index(["one", "other"]).loc[("A", "B")].to_dict()
    assert event == {
        "event": 7,  # seven first ties come before 10, and A B before A b3
        "t0": 10,
        "star_one": 3,  # a1 a2 s
        "star_other": 4,  # b1 b2 b3 s
        "shared": 1,  # s
        "possible_one": 3,  # A with b1 b2 b3
        "possible_other": 2,  # B with a1 a2
        "possible": 5,
        "simultaneous": 1,  # A b3
        "closed_one": 2,  # A with b1 at 12, with b2 at 14
        "closed_other": 1,  # B with a1 at 20
        "closed": 3,
        "enduring_one": 1,  # b1
        "enduring_other": 1,  # a1: 20, 25
        "enduring": 2,
        "enduring_share": 2 / 3,
        "second_order": 3,  # a1 b2; s b1 and s a2, s being in both stars
        "second_order_enduring": 0,  # a1 b2 are back after 17, which is later than 5 + 5
        "coalescence": 2 / 5,
        "both_directions": True,
        "cascade_duration": 10,
        "censored": False,  # 10 + 10 + 5 + 5 is 30, the last contact
        "why": "",
    }


def test_its_cascade_in_order(hand: Coalescence) -> None:
    cascade = hand.cascade[hand.cascade["event"] == 7].drop(columns="event")
    assert cascade.astype(object).where(cascade.notna(), None).to_numpy().tolist() == [
        [12, "A", "b1", "first_order_one", "B", True],
        [13, "a1", "b2", "second_order", None, False],
        [14, "A", "b2", "first_order_one", "B", False],
        [15, "b1", "s", "second_order", None, False],
        [16, "a2", "s", "second_order", None, False],
        [20, "B", "a1", "first_order_other", "A", True],
    ]


def test_every_other_event_by_hand(hand: Coalescence) -> None:
    # possible, simultaneous, closed in each direction, enduring, second-order, of these enduring, duration
    columns = ["possible_one", "possible_other", "simultaneous", "closed_one", "closed_other", "enduring"]
    columns += ["second_order", "second_order_enduring", "cascade_duration"]
    rated = hand.events[~hand.events["censored"]].set_index(["one", "other"])
    expected = {
        # B knows b1 b2 b3, s knows A. A B at 10, s b1 at 15; A b3, A b1 (again), A b2.
        ("B", "s"): [1, 3, 0, 1, 1, 0, 3, 1, 9],
        ("A", "B"): [3, 2, 1, 2, 1, 2, 3, 0, 10],
        # A knows a1 a2 s, b3 knows B: A B at t0 itself; B a1 at 20.
        ("A", "b3"): [1, 3, 1, 0, 0, 0, 1, 1, 10],
    }
    found = rated[columns].astype(object).where(rated[columns].notna(), None)
    assert {pair: row.tolist() for pair, row in zip(found.index, found.to_numpy(), strict=True)} == expected
    assert not rated[["both_directions", "coalescence"]].isna().any(axis=None)
    assert np.isnan(rated.loc[("A", "b3"), "enduring_share"])


def test_the_network_by_hand(hand: Coalescence) -> None:
    assert hand.tidy().iloc[0].to_dict() == {
        "window": 10,
        "persistence": 5,
        "horizon": 5,
        "events": 18,
        "no_burn_in": 7,  # the first six, in which somebody is new, and x with b1
        "no_follow_up": 9,  # first ties after 10
        "censored": 15,  # x with b1 is in both
        "rated": 3,
        "none_possible": 0,
        "possible": 4 + 5 + 4,
        "closed": 2 + 3 + 0,
        "enduring": 0 + 2 + 0,
        "second_order": 3 + 3 + 1,
        "coalescence": 2 / 13,
        "both_possible": 3,
        "both_directions": 2,
        "share_both_directions": 2 / 3,
    }
    assert (hand.contacts, hand.self_contacts, hand.people, hand.first_ties) == (22, 1, 9, 18)
    assert hand.summary() == (
        "18 first ties, 15 censored (7 without burn-in, 9 without follow-up), 0 with none possible\n"
        "window 10, persistence 5, horizon 5: 5 of 13 possible ties closed, 2 endured (coalescence 0.1538); "
        "7 second-order closures\n"
        "2 star coalescences among 3 events with both directions possible"
    )


@pytest.mark.parametrize(
    ("window", "persistence", "horizon", "closed", "enduring", "censored"),
    [
        (10, 5, 5, (2, 1), (1, 1), ""),
        (9.5, 5, 5, (2, 0), (1, 0), ""),  # B a1 at 20 is out
        (2, 5, 5, (1, 0), (1, 0), ""),  # A b1 at 12 is the last moment
        (1.5, 5, 5, (0, 0), (0, 0), ""),
        (11, 5, 4, (2, 2), (1, 1), ""),  # B a2 at 21 is in
        (10, 5.5, 4.5, (2, 1), (0, 0), ""),  # b1 and a1 are back after 5
        (10, 4, 6, (2, 1), (2, 1), ""),  # b2 is back after 4
        (10, 4, 1, (2, 1), (2, 1), ""),  # 4 + 1 is the last moment of a horizon
        (10, 4, 0.5, (2, 1), (1, 0), ""),
        (10, 0, 5, (2, 1), (2, 1), ""),
        (10, 0, 4.5, (2, 1), (1, 0), ""),
        (10, 0, None, (2, 1), (2, 1), ""),  # as long as the window
        (10, 5, None, (2, 1), (1, 1), ""),  # as long as the persistence
        (12, 5, 3, (2, 2), (1, 1), ""),  # 10 + 12 + 5 + 3 is the last contact, at 30
        (12, 5, 3.5, (2, 2), (1, 1), "no follow-up"),
        (12.5, 5, 3, (2, 2), (1, 1), "no follow-up"),
    ],
)
def test_the_edges_of_window_persistence_and_horizon(
    window: float,
    persistence: float,
    horizon: float | None,
    closed: tuple[int, int],
    enduring: tuple[int, int],
    censored: str,
) -> None:
    settings = {"window": window, "persistence": persistence, "horizon": horizon}
    event = star_coalescence(frame(HAND), **settings, pairs=[("B", "A")]).events.iloc[0]
    assert (event["closed_one"], event["closed_other"]) == closed
    assert (event["enduring_one"], event["enduring_other"]) == enduring
    assert event["why"] == censored


def _stationary(seed: int) -> pd.DataFrame:
    """Pairs of forty people in contact now and then, all with one chance and throughout the record."""
    random = np.random.default_rng(seed)
    rate, days = 1 / 250, 1000
    ends = [(f"p{one:02d}", f"p{other:02d}") for one in range(40) for other in range(one)]
    times = [np.flatnonzero(random.random(days) < rate) for _ in ends]
    rows = [(float(day), *pair) for pair, found in zip(ends, times, strict=True) for day in found]
    return frame(rows)


def test_in_a_stationary_stream_endurance_does_not_depend_on_when_people_met() -> None:
    spans = {"window": 60, "persistence": 30, "burn_in": 10, "cascade": False}
    parts = []
    for seed in range(8):
        events = star_coalescence(_stationary(seed), horizon=90, **spans).events
        rated = events[~events["censored"]]
        parts.append(rated.groupby(pd.cut(rated["t0"], 4, labels=False))[["closed", "enduring"]].sum())
    sums = sum(parts[1:], parts[0])
    # A repeat in the 91 days of the horizon, whenever the two met.
    expected = 1 - (1 - 1 / 250) ** 91
    assert (sums["enduring"] / sums["closed"]).to_numpy() == pytest.approx([expected] * 4, abs=0.05)
    # A repeat at any later time, which is what no horizon comes to, falls with the day the two met.
    again = _stationary(0).groupby(["sender_id", "receiver_id"])["time"].agg(["min", "max"])
    lasting = again["max"] >= again["min"] + 30
    falling = lasting.groupby(pd.cut(again["min"], 4, labels=False)).mean()
    assert falling[0] > 0.9 and falling[3] < 0.65


@pytest.mark.parametrize(("burn_in", "why"), [(None, ""), (0, ""), (9, ""), (9.5, "no burn-in")])
def test_a_burn_in_runs_from_the_first_contact(burn_in: float | None, why: str) -> None:
    found = star_coalescence(
        frame(HAND), window=10, persistence=5, burn_in=burn_in, pairs=[("A", "B")]
    ).events
    assert found["why"].tolist() == [why]
    assert found["censored"].tolist() == [why != ""]


def test_two_contacts_at_one_time_do_not_make_a_tie_endure() -> None:
    contacts = [(1, "a", "x"), (1, "b", "y"), (2, "a", "b"), (3, "a", "y"), (3, "y", "a"), (4, "b", "x")]
    event = star_coalescence(frame(contacts), window=2, persistence=0, pairs=[("a", "b")]).events.iloc[0]
    assert (event["closed"], event["enduring"]) == (2, 0)
    again = [*contacts, (3.5, "a", "y")]
    event = star_coalescence(frame(again), window=2, persistence=0, pairs=[("a", "b")]).events.iloc[0]
    assert (event["closed"], event["enduring"]) == (2, 1)


@pytest.mark.parametrize(
    ("closing", "closed"),
    [("2024-03-12T00:07", 1), ("2024-03-12T00:08", 0), ("2024-03-12", 1), ("2024-03-05T00:07", 0)],
)
@pytest.mark.parametrize("dtype", ["object", "string", "datetime64[us]"])
def test_dates_are_compared_to_the_minute(closing: str, closed: int, dtype: str) -> None:
    times = ["2024-03-01", "2024-03-05T00:07", closing, "2024-03-30T12:00"]
    contacts = pd.DataFrame({"time": times, "sender_id": list("xaax"), "receiver_id": list("bbxb")})
    if dtype == "datetime64[us]":
        contacts["time"] = pd.to_datetime(contacts["time"], format="ISO8601")
    contacts["time"] = contacts["time"].astype(dtype)
    event = star_coalescence(contacts, window=7, persistence=0, pairs=[("a", "b")]).events.iloc[0]
    assert event["closed_one"] == closed
    # 2024-03-05 is 19,787 days after 1970-01-01: 54 years, 13 leap days, 31 + 29 + 4 days.
    assert event["t0"] == 54 * 365 + 13 + 64 + 7 / 1440


def _stars(first: dict[frozenset[str], float], time: float) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pair, begun in first.items():
        if begun < time:
            one, other = pair
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found


def _reference(
    contacts: list[Contact], window: float, persistence: float, horizon: float, burn_in: float | None
) -> dict[tuple[str, str], dict[str, Any]]:
    """Every event by sets, straight from the definition; both ways round, under (who gets ties, of whom)."""
    times: dict[frozenset[str], list[float]] = {}
    for time, sender, receiver in contacts:
        if sender != receiver:
            times.setdefault(frozenset((sender, receiver)), []).append(time)
    first = {pair: min(found) for pair, found in times.items()}
    everything = [time for found in times.values() for time in found]
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for pair, t0 in first.items():
        stars = _stars(first, t0)

        def closed(pairs: set[frozenset[str]], t0: float = t0) -> set[frozenset[str]]:
            return {made for made in pairs if made in first and t0 < first[made] <= t0 + window}

        def lasting(pairs: set[frozenset[str]]) -> int:
            return sum(
                any(
                    time > first[made] and persistence <= time - first[made] <= persistence + horizon
                    for time in times[made]
                )
                for made in pairs
            )

        for one, other in (sorted(pair), sorted(pair, reverse=True)):
            star, target = stars.get(one, set()), stars.get(other, set())
            possible = {frozenset((one, member)) for member in target - star}
            between = {frozenset((p, q)) for p in star for q in target if p != q}
            made, second = closed(possible), closed(between)
            rows[one, other] = {
                "t0": t0,
                "star": len(star),
                "shared": len(star & target),
                "possible": len(possible),
                "simultaneous": sum(first.get(made) == t0 for made in possible),
                "closed": sorted(map(sorted, made)),
                "enduring": lasting(made),
                "second": sorted(map(sorted, second)),
                "second_enduring": lasting(second),
                "last": max((first[made] for made in made | second), default=None),
                "early": not star or not target or (burn_in or 0) > t0 - min(everything),
                "late": t0 + window + persistence + horizon > max(everything),
            }
    return rows


def _agrees(found: Coalescence, expected: dict[tuple[str, str], dict[str, Any]]) -> None:
    cascade = {
        key: sorted(map(sorted, rows[["first", "second"]].to_numpy().tolist()))
        for key, rows in found.cascade.groupby(["event", "kind"], observed=True)
    }
    assert 2 * len(found.events) == len(expected)
    for event in found.events.to_dict(orient="records"):
        ways = [("one", "other"), ("other", "one")]
        rows = [expected[event[way], event[back]] for way, back in ways]
        for (way, _), row in zip(ways, rows, strict=True):
            assert event["t0"] == row["t0"]
            assert event[f"star_{way}"] == row["star"]
            assert event[f"possible_{way}"] == row["possible"]
            assert event[f"closed_{way}"] == len(row["closed"])
            assert event[f"enduring_{way}"] == row["enduring"]
            assert cascade.get((event["event"], f"first_order_{way}"), []) == row["closed"]
        assert event["shared"] == rows[0]["shared"]
        assert event["simultaneous"] == rows[0]["simultaneous"] + rows[1]["simultaneous"]
        assert event["second_order"] == len(rows[0]["second"])
        assert cascade.get((event["event"], "second_order"), []) == rows[0]["second"]
        assert event["second_order_enduring"] == rows[0]["second_enduring"]
        ends = [row["last"] for row in rows if row["last"] is not None]
        duration = max(ends) - event["t0"] if ends else None
        assert (None if np.isnan(event["cascade_duration"]) else event["cascade_duration"]) == duration
        why = ["no burn-in"] * rows[0]["early"] + ["no follow-up"] * rows[0]["late"]
        assert event["why"] == "; ".join(why)


_spans = st.integers(1, 9)


@settings(deadline=None)
@given(small_streams, _spans, st.integers(0, 4), st.integers(1, 4), st.none() | st.integers(0, 5))
def test_any_small_stream_agrees_with_the_reference(
    contacts: list[Contact], window: int, persistence: int, horizon: int, burn_in: int | None
) -> None:
    spans = {"window": window, "persistence": persistence, "horizon": horizon, "burn_in": burn_in}
    found = star_coalescence(frame(contacts), **spans)
    _agrees(found, _reference(contacts, **spans))


@settings(deadline=None)
@given(small_streams, _spans, st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_of_labels_matters(
    contacts: list[Contact], window: int, random: Any
) -> None:
    labels = list("ABCDEFG")
    random.shuffle(labels)
    renamed = dict(zip("ABCDEFG", labels, strict=True))
    shuffled = random.sample(contacts, len(contacts))
    turned = [(time, receiver, sender) for time, sender, receiver in shuffled]
    settings = {"window": window, "persistence": 1}
    plain = star_coalescence(frame(contacts), **settings)
    again = star_coalescence(frame(turned), **settings)
    pd.testing.assert_frame_equal(plain.events, again.events)
    pd.testing.assert_frame_equal(plain.cascade, again.cascade)
    relabelled = [(time, renamed[sender], renamed[receiver]) for time, sender, receiver in shuffled]
    other = star_coalescence(frame(relabelled), **settings)
    pd.testing.assert_frame_equal(plain.tidy(), other.tidy())
    _agrees(other, _reference(relabelled, window, 1, 1, None))


@settings(deadline=None)
@given(small_streams, _spans, st.integers(0, 3))
def test_a_selection_of_events_is_cut_from_all(contacts: list[Contact], window: int, least: int) -> None:
    everything = star_coalescence(frame(contacts), window=window, persistence=1)
    events = everything.events
    large = star_coalescence(
        frame(contacts), window=window, persistence=1, smallest_star=least, cascade=False
    )
    wanted = events[(events[["star_one", "star_other"]] >= least).all(axis=1)].reset_index(drop=True)
    pd.testing.assert_frame_equal(large.events, wanted)
    assert large.cascade.empty
    assert list(large.cascade) == list(everything.cascade)
    assert large.first_ties == len(events)
    some = events.iloc[::2]
    pairs = list(zip(some["other"], some["one"], strict=True))[::-1]
    few = star_coalescence(frame(contacts), window=window, persistence=1, pairs=pairs)
    pd.testing.assert_frame_equal(few.events, some.reset_index(drop=True))
    cascade = everything.cascade
    kept = cascade[cascade["event"].isin(some["event"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(few.cascade, kept)


@settings(deadline=None)
@given(small_streams, st.integers(1, 9))
def test_first_order_counts_do_not_need_the_second_order(contacts: list[Contact], window: int) -> None:
    stream = stream_of(contacts)
    full = event_counts(stream, window=window, persistence=1)
    part = event_counts(stream, window=window, persistence=1, second_order=False)
    for name in set(full) - {"second_order", "second_order_enduring", "last"}:
        np.testing.assert_array_equal(full[name], part[name])
    assert not part["second_order"].any()
    latest = star_coalescence(stream, window=window, persistence=1).cascade
    latest = latest[latest["kind"] != "second_order"].groupby("event")["time"].max()
    np.testing.assert_array_equal(part["last"], latest.reindex(range(len(stream.one))).to_numpy(dtype=float))


@pytest.mark.parametrize("contacts", [[], [(3, "a", "a")]], ids=["none", "with oneself"])
def test_a_stream_without_contacts_has_no_events(contacts: list[Contact]) -> None:
    table = frame(contacts).astype({"time": float})
    found = star_coalescence(table, window=1, persistence=1, burn_in=1)
    assert found.events.empty
    assert found.cascade.empty
    assert found.self_contacts == len(contacts)
    row = found.tidy().iloc[0]
    assert row["events"] == 0
    assert np.isnan(row["coalescence"])
    assert np.isnan(row["share_both_directions"])
    assert two_paths(table).empty


def test_numbers_will_do_as_labels() -> None:
    contacts = pd.DataFrame({"time": [1, 1, 2, 3], "sender_id": [3, 10, 3, 3], "receiver_id": [7, 8, 10, 8]})
    found = star_coalescence(contacts, window=1, persistence=0, pairs=[(3, 10)]).events.iloc[0]
    # As text, 10 comes before 3; it is 3 that gets a tie in the star of 10.
    assert (found["one"], found["other"]) == ("10", "3")
    assert (found["closed_one"], found["closed_other"]) == (0, 1)


def test_every_parameter_out_of_bounds_is_named() -> None:
    with pytest.raises(ValueError) as caught:
        star_coalescence(frame(HAND), window=0, persistence=-1, horizon=0, burn_in=np.inf, smallest_star=-2)
    assert str(caught.value).splitlines() == [
        "found window 0; allowed: a number above 0",
        "found persistence -1; allowed: a number of 0 or more",
        "found horizon 0; allowed: a number above 0, or None",
        "found burn_in inf; allowed: a number of 0 or more, or None",
        "found smallest_star -2; allowed: 0 or more",
    ]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (
            [("A", "x"), ("A", "B"), ("A", "who")],
            "pairs: found no contact between 'A' and 'x', 'A' and 'who'",
        ),
        (["AB", ("A", "B", "s")], "pairs: found 'AB', ('A', 'B', 's'); allowed: two labels each"),
        ([("A", "A")], "pairs: found no contact between 'A' and 'A'"),
    ],
)
def test_pairs_that_are_none_are_named(pairs: list[Any], message: str) -> None:
    with pytest.raises(ValueError) as caught:
        star_coalescence(frame(HAND), window=1, persistence=1, pairs=pairs)
    assert str(caught.value) == message


@pytest.mark.parametrize("course", ["dlt1", "dlt2"])
def test_a_forum_knows_neither_labels_nor_the_order_of_rows_of_one_time(
    course: str, data_mirror: Path
) -> None:
    package = read_package(DATA_RAW / "mooced_dlt/datapackage.json")
    posts = mooced_dlt.tables(data_mirror / "mooced_dlt", package)["contacts"]
    posts = posts[posts["sender_id"].str.startswith(course)]
    assert posts["time"].duplicated().any(), "there are rows of one time to be shuffled"
    settings = {"window": 14, "persistence": 7, "burn_in": 7}
    plain = star_coalescence(posts, **settings)
    shuffled = star_coalescence(posts.sample(frac=1, random_state=5), **settings)
    pd.testing.assert_frame_equal(plain.events, shuffled.events)
    pd.testing.assert_frame_equal(plain.cascade, shuffled.cascade)
    people = sorted({*posts["sender_id"], *posts["receiver_id"]})
    names = dict(zip(people, np.random.default_rng(5).permutation(people), strict=True))
    renamed = posts.assign(
        sender_id=posts["sender_id"].map(names), receiver_id=posts["receiver_id"].map(names)
    )
    other = star_coalescence(renamed, **settings)
    pd.testing.assert_frame_equal(plain.tidy(), other.tidy())
    pairs = [frozenset(names[end] for end in pair) for pair in plain.events[["one", "other"]].to_numpy()]
    found = dict(zip(pairs, plain.events["coalescence"], strict=True))
    again = {
        frozenset(pair): value
        for *pair, value in other.events[["one", "other", "coalescence"]].itertuples(index=False)
    }
    np.testing.assert_array_equal([again[pair] for pair in pairs], [found[pair] for pair in pairs])


@pytest.mark.parametrize(("course", "contacts", "to_oneself"), [("dlt1", 2529, 86), ("dlt2", 2584, 25)])
def test_two_forums_agree_with_the_reference(
    course: str, contacts: int, to_oneself: int, data_mirror: Path
) -> None:
    package = read_package(DATA_RAW / "mooced_dlt/datapackage.json")
    posts = mooced_dlt.tables(data_mirror / "mooced_dlt", package)["contacts"]
    posts = posts[posts["sender_id"].str.startswith(course)]
    found = star_coalescence(posts, window=14, persistence=1, horizon=7)
    assert (found.contacts, found.self_contacts) == (contacts - to_oneself, to_oneself)
    minutes = pd.to_datetime(posts["time"], format="ISO8601").astype("datetime64[s]").astype("int64") // 60
    rows = list(zip(minutes, posts["sender_id"], posts["receiver_id"], strict=True))
    expected = _reference(rows, 14 * 1440, 1440, 7 * 1440, None)
    in_minutes = star_coalescence(frame(rows), window=14 * 1440, persistence=1440, horizon=7 * 1440)
    _agrees(in_minutes, expected)
    counted = found.events.drop(columns=["t0", "cascade_duration"])
    pd.testing.assert_frame_equal(counted, in_minutes.events.drop(columns=["t0", "cascade_duration"]))
    assert np.allclose(found.events["t0"] * 1440, in_minutes.events["t0"])
