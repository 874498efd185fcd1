"""Null models of star coalescence: what each keeps, how each draws, how the test decides."""

from __future__ import annotations

import pickle
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chisquare, kstest

from analysis.files import DATA_RAW
from analysis.inference.coalescence_nulls import (
    CoalescenceTest,
    Null,
    Statistic,
    coalescence_test,
    degree_preferential,
    one_sided_brokerage,
    random_placement,
    time_shuffled,
)
from analysis.networks.closure import ContactStream, contact_stream, star_coalescence
from analysis.sources import mooced_dlt
from analysis.tables.package import read_package

Contact = tuple[float, str, str]
Model = Callable[..., ContactStream]

PLACING: dict[str, Model] = {
    "random_placement": random_placement,
    "degree_preferential": degree_preferential,
    "one_sided_brokerage": partial(one_sided_brokerage, window=5),
}
MODELS: dict[str, Model] = {**PLACING, "time_shuffled": time_shuffled}
SETTINGS: dict[str, Any] = {"window": 10, "persistence": 2}


def _stream(contacts: list[Contact]) -> ContactStream:
    return contact_stream(pd.DataFrame(contacts, columns=["time", "sender_id", "receiver_id"]))


def _sparse(people: int, contacts: int, seed: int) -> ContactStream:
    """Contacts over 100 units of time, of which two in five go back to an earlier pair."""
    random = np.random.default_rng(seed)
    rows: list[Contact] = []
    for time in np.sort(random.integers(0, 100, contacts)):
        again = rows and random.random() < 0.4
        one, other = rows[random.integers(len(rows))][1:] if again else random.choice(people, 2, False)
        rows.append((int(time), str(one), str(other)))
    return _stream(rows)


def _pairs(stream: ContactStream) -> list[tuple[int, int]]:
    return list(zip(stream.one.tolist(), stream.other.tolist(), strict=True))


def _entries(stream: ContactStream) -> dict[str, float]:
    found: dict[str, float] = {}
    for time, *ends in stream.frame().to_numpy().tolist():
        for name in ends:
            found.setdefault(name, time)
    return found


def _closing(stream: ContactStream, window: float) -> list[bool]:
    """Whether each tie is a first-order closure of any event, by the detector's own definition in sets."""
    first = dict(zip(map(frozenset, _pairs(stream)), stream.first.tolist(), strict=True))
    found = []
    for pair, time in first.items():
        one, other = pair
        closes = False
        for middle in range(len(stream.people)):
            near = [first.get(frozenset((middle, end)), np.inf) for end in (one, other)]
            closes |= max(near) < time <= max(near) + window and near[0] != near[1]
        found.append(closes)
    return found


_people = st.sampled_from("ABCDEFGH")
_streams = st.lists(st.tuples(st.integers(0, 12), _people, _people), max_size=40)


@settings(deadline=None)
@given(_streams, st.sampled_from(sorted(PLACING)), st.integers(0, 2**32), st.none() | st.integers(0, 12))
def test_placing_keeps_times_contacts_entries_and_the_past(
    contacts: list[Contact], null: str, seed: int, after: int | None
) -> None:
    stream = _stream(contacts)
    drawn = PLACING[null](stream, np.random.default_rng(seed), after=after)
    for name in ("first", "last", "tie", "clock", "people"):
        np.testing.assert_array_equal(getattr(drawn, name), getattr(stream, name))
    pairs = _pairs(drawn)
    assert len(set(pairs)) == len(pairs)
    assert all(0 <= one < other for one, other in pairs)
    assert _entries(drawn) == _entries(stream)
    entries = _entries(stream)
    for old, new, time in zip(_pairs(stream), pairs, stream.first, strict=True):
        newcomers = {end for end in old if entries[stream.people[end]] == time}
        assert newcomers <= set(new)
        assert {end for end in new if entries[stream.people[end]] == time} == newcomers
        assert old == new or (len(newcomers) < 2 and (after is None or time > after))


@settings(deadline=None)
@given(_streams, st.integers(0, 2**32), st.none() | st.integers(0, 12))
def test_shuffling_keeps_pairs_times_and_the_past(
    contacts: list[Contact], seed: int, after: int | None
) -> None:
    stream = _stream(contacts)
    drawn = time_shuffled(stream, np.random.default_rng(seed), after=after)
    before, now = stream.frame(), drawn.frame()
    assert now["time"].tolist() == before["time"].tolist()
    assert sorted(_pairs(drawn)) == sorted(_pairs(stream))
    ends = ["sender_id", "receiver_id"]
    assert Counter(map(tuple, now[ends].to_numpy())) == Counter(map(tuple, before[ends].to_numpy()))
    past = -1 if after is None else after
    pd.testing.assert_frame_equal(now[now["time"] <= past], before[before["time"] <= past])
    again = contact_stream(now)
    for name in ("first", "last", "tie", "clock"):
        np.testing.assert_array_equal(getattr(drawn, name), getattr(again, name))
    assert drawn.names(drawn.one).tolist() == again.names(again.one).tolist()
    assert drawn.names(drawn.other).tolist() == again.names(again.other).tolist()


@pytest.mark.parametrize("null", MODELS)
def test_a_model_draws_what_its_generator_says(null: str) -> None:
    stream = _sparse(20, 120, 1)
    draws = [MODELS[null](stream, np.random.default_rng(seed)).frame() for seed in (1, 1, 2)]
    pd.testing.assert_frame_equal(draws[0], draws[1])
    assert not draws[0].equals(draws[2])
    assert not draws[0].equals(stream.frame())


@pytest.mark.parametrize("seed", range(5))
def test_one_sided_brokerage_keeps_which_ties_close(seed: int) -> None:
    stream = _sparse(60, 300, seed)
    drawn = one_sided_brokerage(stream, np.random.default_rng(seed), window=30)
    closing = _closing(stream, 30)
    assert 10 < sum(closing) < len(closing) - 10
    assert _closing(drawn, 30) == closing


# a-b, a-c, b-d, then e-f at once: a and b have two ties, c d e f one. The last tie is between people who
# entered before and has 15 - 4 = 11 pairs to go to.
BEFORE: list[Contact] = [(0, "a", "b"), (1, "a", "c"), (2, "b", "d"), (3, "e", "f")]
TIES = {"a": 2, "b": 2, "c": 1, "d": 1, "e": 1, "f": 1}


def _counted(null: str, stream: ContactStream, draws: int, **options: float) -> Counter[str]:
    found: Counter[str] = Counter()
    for seed in range(draws):
        drawn = MODELS[null](stream, np.random.default_rng(seed), **options)
        found["".join(drawn.people[[drawn.one[-1], drawn.other[-1]]])] += 1
    return found


@pytest.mark.parametrize(("null", "power"), [("random_placement", 0), ("degree_preferential", 1)])
def test_a_new_tie_goes_to_a_pair_by_its_weight(null: str, power: int) -> None:
    found = _counted(null, _stream([*BEFORE, (9, "c", "d")]), 2000, after=8)
    tied = {"ab", "ac", "bd", "ef"}
    weights = {
        one + other: float(TIES[one] * TIES[other]) ** power
        for one in TIES
        for other in TIES
        if one < other and one + other not in tied
    }
    assert len(weights) == 11
    assert set(found) <= set(weights)
    expected = 2000 * np.array(list(weights.values())) / sum(weights.values())
    assert chisquare([found[pair] for pair in weights], expected).pvalue > 1e-3


@pytest.mark.parametrize(("null", "power"), [("random_placement", 0), ("degree_preferential", 1)])
def test_a_newcomer_stays_and_its_partner_is_drawn(null: str, power: int) -> None:
    found = _counted(null, _stream([*BEFORE, (9, "c", "z")]), 1000, after=8)
    expected = np.array([ties**power for ties in TIES.values()], dtype=float)
    observed = [found[name + "z"] for name in TIES]
    assert sum(observed) == 1000
    assert chisquare(observed, 1000 * expected / expected.sum()).pvalue > 1e-3


def test_a_closing_tie_takes_a_two_path_that_a_coin_left_open() -> None:
    # a b, then a c: the event a c at 1 leads c to b or a to nobody; b d at 2 leads d to a or b to nobody.
    # Both open in a quarter of draws, one in half, none in a quarter: then any pair without a two-path.
    found = _counted("one_sided_brokerage", _stream([*BEFORE, (7, "b", "c")]), 2000, window=10, after=6)
    elsewhere = sum(found.values()) - found["bc"] - found["ad"]
    assert elsewhere == found["ae"] + found["af"] + found["be"] + found["bf"] + sum(
        found[pair] for pair in ("cd", "ce", "cf", "de", "df")
    )
    assert chisquare([found["bc"], found["ad"], elsewhere], [750, 750, 500]).pvalue > 1e-3
    # A tie that closes nothing keeps off both.
    apart = _counted("one_sided_brokerage", _stream([*BEFORE, (7, "c", "d")]), 900, window=10, after=6)
    assert chisquare([apart[pair] for pair in apart], [100] * 9).pvalue > 1e-3
    assert {"bc", "ad"}.isdisjoint(apart)
    # Two-paths older than the window are nobody's to close.
    late = _counted("one_sided_brokerage", _stream([*BEFORE, (7, "b", "c")]), 300, window=4, after=6)
    assert {"bc", "ad"} <= set(late)
    assert len(late) == 11


def test_one_tie_never_brokers_both_ways() -> None:
    # In the record a meets y at 4 and b meets x at 5; c and d leave somewhere else to go.
    contacts = [(0, "c", "d"), (1, "a", "x"), (2, "b", "y"), (3, "a", "b"), (4, "a", "y"), (5, "b", "x")]
    stream = _stream([*contacts, (40, "c", "d")])
    ways = Counter()
    for seed in range(400):
        drawn = one_sided_brokerage(stream, np.random.default_rng(seed), window=10, after=3)
        event = star_coalescence(drawn, window=10, persistence=0, pairs=[("a", "b")]).events.iloc[0]
        ways[event["closed_one"], event["closed_other"]] += 1
    assert set(ways) == {(1, 0), (0, 1)}
    assert binomtest(ways[1, 0], 400).pvalue > 1e-3


@pytest.mark.parametrize("null", PLACING)
def test_where_hardly_any_pair_is_left_all_are_gone_through(null: str) -> None:
    names = [f"{number:02d}" for number in range(60)]
    left = {("00", "01"), ("02", "03")}
    complete = [(1, one, other) for one in names for other in names if one < other]
    rows = [row for row in complete if row[1:] not in left]
    found = _counted(null, _stream([*rows, (2, "00", "01")]), 200, after=1)
    assert set(found) == {"0001", "0203"}
    assert binomtest(found["0001"], 200).pvalue > 1e-3


@pytest.fixture(scope="module")
def base() -> ContactStream:
    return _sparse(25, 160, 7)


@pytest.mark.parametrize("null", get_args(Null))
def test_p_of_a_stream_drawn_from_the_null_is_uniform(null: Null, base: ContactStream) -> None:
    options = {"window": 10} if null == "one_sided_brokerage" else {}
    model = {**MODELS, "one_sided_brokerage": one_sided_brokerage}[null]
    found = []
    for seed in range(40):
        drawn = model(base, np.random.default_rng(1000 + seed), **options)
        found.append(
            coalescence_test(drawn, null, "closure", replicates=39, seed=seed, workers=1, **SETTINGS)
        )
    p = np.array([test.p_randomised for test in found])
    assert kstest(p, "uniform").pvalue > 1e-3
    for bound in (0.1, 0.5, 0.9):
        assert binomtest(int((p <= bound).sum()), len(p), bound).pvalue > 1e-3
    assert all(test.p >= test.p_randomised for test in found)


def _planted() -> ContactStream:
    """Twelve pairs whose stars of three trade members within two units, among people who otherwise drift."""
    rows: list[Contact] = [(100, "end", "end2")]
    for pair in range(12):
        a, b = f"a{pair}", f"b{pair}"
        begin = 5 * pair
        for member in range(3):
            rows += [(begin, a, f"x{pair}{member}"), (begin, b, f"y{pair}{member}")]
        rows.append((begin + 2, a, b))
        for member in range(3):
            rows += [(begin + 3, a, f"y{pair}{member}"), (begin + 9, a, f"y{pair}{member}")]
            rows += [(begin + 4, b, f"x{pair}{member}"), (begin + 9, b, f"x{pair}{member}")]
    return _stream(rows)


@pytest.mark.parametrize("null", ["random_placement", "degree_preferential"])
@pytest.mark.parametrize("statistic", get_args(Statistic))
def test_planted_coalescence_is_found(null: Null, statistic: Statistic) -> None:
    found = coalescence_test(_planted(), null, statistic, replicates=99, seed=3, workers=1, **SETTINGS)
    assert found.p == 1 / 100
    assert found.observed > found.upper
    assert found.effect > 0


@pytest.mark.parametrize("null", get_args(Null))
def test_the_numbers_of_a_test_follow_from_its_replicates(null: Null, base: ContactStream) -> None:
    found = coalescence_test(base, null, "coalescence", replicates=59, seed=5, workers=1, **SETTINGS)
    # Over uncensored events, straight from the table.
    events = star_coalescence(base, **SETTINGS).events
    rated = events[~events["censored"]]
    assert found.observed == pytest.approx(rated["enduring"].sum() / rated["possible"].sum())
    drawn = found.replicates
    assert drawn.shape == (59,)
    large = int((drawn >= found.observed - 1e-9).sum())
    assert found.p == (1 + large) / 60
    assert found.effect == pytest.approx(found.observed - drawn.mean())
    assert [found.lower, found.upper] == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist())
    row = found.tidy().iloc[0]
    assert (row["event"], row["null"], row["replicates"], row["missing"]) == ("network", null, 59, 0)
    assert row["mean"] == pytest.approx(drawn.mean())
    assert found.summary().endswith(f"one-sided p = {found.p:.4f} (59 replicates)")


def _hand() -> ContactStream:
    rows = [(0, "a", "x"), (1, "b", "y"), (2, "c", "d"), (3, "a", "b"), (4, "a", "y"), (6, "a", "y")]
    return _stream([*rows, (5, "c", "x"), (7, "d", "y"), (8, "b", "x"), (12, "c", "d"), (13, "c", "d")])


@pytest.mark.parametrize("null", get_args(Null))
def test_an_event_named_keeps_its_past_and_moves_its_future(null: Null) -> None:
    options = {"event": ("b", "a"), "replicates": 99, "seed": 2, "workers": 1, "window": 6, "persistence": 2}
    # a y at 4 is back at 6; b x at 8 is not: both possible ties close, one endures.
    assert coalescence_test(_hand(), null, "coalescence", **options).observed == 1 / 2
    found = coalescence_test(_hand(), null, "closure", **options)
    assert found.observed == 1
    assert found.event == ("b", "a")
    assert found.after == 3
    # Two stay possible in every replicate, since the stars do.
    assert set(found.replicates) <= {0.0, 0.5, 1.0}
    assert found.replicates.min() < 1
    assert found.tidy().iloc[0]["event"] == "b and a"
    assert "(first tie of b and a)" in found.summary()


def test_a_burn_in_is_kept_unless_another_time_is_given(base: ContactStream) -> None:
    tests = [
        coalescence_test(
            base, "random_placement", "closure", replicates=9, seed=1, workers=1, **given, **SETTINGS
        )
        for given in ({}, {"burn_in": 20.0}, {"burn_in": 20.0, "after": 60.0}, {"after": 99.0})
    ]
    assert [test.after for test in tests] == [None, base.clock[0] + 20, 60, 99]
    assert set(tests[3].replicates) == {tests[3].observed}
    assert tests[3].p == 1
    assert tests[3].p_randomised < 1


def test_replicates_without_anything_possible_count_as_large() -> None:
    # Only a b at 2 can be followed for 1 + 1 of what has a star before; shuffled, that may be nothing.
    rows = [(0, "a", "x"), (1, "b", "y"), (2, "a", "b"), (3, "a", "y"), (4, "a", "y")]
    found = coalescence_test(
        _stream(rows),
        "time_shuffled",
        "coalescence",
        replicates=99,
        seed=1,
        workers=1,
        window=1,
        persistence=1,
    )
    missing = np.isnan(found.replicates)
    assert 0 < missing.sum() < 99
    assert found.p == (1 + (missing | (found.replicates >= found.observed)).sum()) / 100
    assert found.tidy().iloc[0]["missing"] == missing.sum()


@pytest.mark.slow
def test_workers_change_nothing(base: ContactStream) -> None:
    one, two = (
        coalescence_test(base, "degree_preferential", "closure", replicates=12, seed=4, workers=n, **SETTINGS)
        for n in (1, 2)
    )
    np.testing.assert_array_equal(one.replicates, two.replicates)
    assert pickle.dumps(one.tidy()) == pickle.dumps(two.tidy())


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"event": ("a", "who")},
            "event: found no contact between 'a' and 'who'",
        ),
        ({"event": ("c", "d")}, "event: the first tie of 'c' and 'd' is censored (no burn-in)"),
        ({"event": ("d", "y")}, "event: the first tie of 'd' and 'y' is censored (no follow-up)"),
        ({"window": 30}, "found no uncensored event with anything possible; allowed: at least one"),
    ],
)
def test_nothing_to_test_is_said(given: dict[str, Any], message: str) -> None:
    options = {"window": 6, "persistence": 2, "replicates": 9, "seed": 1, "workers": 1, **given}
    with pytest.raises(ValueError) as caught:
        coalescence_test(_hand(), "time_shuffled", "coalescence", **options)
    assert str(caught.value) == message


def test_an_event_with_nothing_possible_is_said() -> None:
    rows = [(0, "s", "a"), (1, "s", "b"), (2, "a", "b"), (9, "a", "b")]
    with pytest.raises(ValueError) as caught:
        coalescence_test(
            _stream(rows), "time_shuffled", "closure", event=("a", "b"), window=1, persistence=1, seed=1
        )
    assert str(caught.value) == "event: the first tie of 'a' and 'b' has nothing possible"


def test_every_parameter_out_of_bounds_is_named(base: ContactStream) -> None:
    with pytest.raises(ValueError) as caught:
        coalescence_test(
            base,
            "chance",  # type: ignore[arg-type]
            "best",  # type: ignore[arg-type]
            event=("1", "2"),
            after=3,
            replicates=0,
            seed=1,
            window=np.inf,
            persistence=-1,
            burn_in=-1,
            level=1,
        )
    assert str(caught.value).splitlines() == [
        f"found null 'chance'; allowed: {', '.join(MODELS)}",
        "found statistic 'best'; allowed: coalescence, closure, both_directions",
        "found replicates 0; allowed: 1 or more",
        "found window inf; allowed: a number above 0",
        "found persistence -1; allowed: a number of 0 or more",
        "found burn_in -1; allowed: a number of 0 or more, or None",
        "found level 1; allowed: between 0 and 1",
        "found both event and after; allowed: one, an event is kept up to its own t0",
    ]


@pytest.fixture(scope="module", params=["dlt1", "dlt2"])
def forum(request: pytest.FixtureRequest, data_mirror: Path) -> ContactStream:
    package = read_package(DATA_RAW / "mooced_dlt/datapackage.json")
    posts = mooced_dlt.tables(data_mirror / "mooced_dlt", package)["contacts"]
    return contact_stream(posts[posts["sender_id"].str.startswith(request.param)])


def test_a_forum_closes_more_than_random_pairs_would(forum: ContactStream) -> None:
    found: CoalescenceTest = coalescence_test(
        forum, "random_placement", "closure", window=14, persistence=1, replicates=99, seed=1, workers=1
    )
    assert found.p == 1 / 100
    # Whatever is drawn, it is drawn among the same people at the same times, to the microsecond.
    after = float(np.median(forum.first)) / forum.unit
    drawn = random_placement(forum, np.random.default_rng(1), after=after)
    early: npt.NDArray[np.bool_] = forum.first <= np.median(forum.first)
    np.testing.assert_array_equal(drawn.one[early], forum.one[early])
    assert (drawn.one != forum.one)[~early].any()
    assert _entries(drawn) == _entries(forum)
