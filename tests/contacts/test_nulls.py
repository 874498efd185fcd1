"""Null models of star coalescence: what each keeps, and how each draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, chisquare

from analysis.contacts.closure import star_coalescence
from analysis.contacts.nulls import (
    degree_preferential,
    null_model,
    one_sided_brokerage,
    random_placement,
    time_shuffled,
)
from analysis.contacts.stream import ContactStream, contact_stream
from tests.contacts.streams import Contact, entries, sparse_stream, stream_of

Model = Callable[..., ContactStream]

PLACING: dict[str, Model] = {
    "random_placement": random_placement,
    "degree_preferential": degree_preferential,
    "one_sided_brokerage": partial(one_sided_brokerage, window=5),
}

MODELS: dict[str, Model] = {**PLACING, "time_shuffled": time_shuffled}


def _pairs(stream: ContactStream) -> list[tuple[int, int]]:
    return list(zip(stream.one.tolist(), stream.other.tolist(), strict=True))


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
    stream = stream_of(contacts)
    drawn = PLACING[null](stream, np.random.default_rng(seed), after=after)
    for name in ("first", "last", "tie", "clock", "people"):
        np.testing.assert_array_equal(getattr(drawn, name), getattr(stream, name))
    pairs = _pairs(drawn)
    assert len(set(pairs)) == len(pairs)
    assert all(0 <= one < other for one, other in pairs)
    assert entries(drawn) == entries(stream)
    entered = entries(stream)
    for old, new, time in zip(_pairs(stream), pairs, stream.first, strict=True):
        newcomers = {end for end in old if entered[stream.people[end]] == time}
        assert newcomers <= set(new)
        assert {end for end in new if entered[stream.people[end]] == time} == newcomers
        assert old == new or (len(newcomers) < 2 and (after is None or time > after))


@settings(deadline=None)
@given(_streams, st.integers(0, 2**32), st.none() | st.integers(0, 12))
def test_shuffling_keeps_pairs_times_and_the_past(
    contacts: list[Contact], seed: int, after: int | None
) -> None:
    stream = stream_of(contacts)
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


@settings(deadline=None)
@given(
    _streams,
    st.sampled_from(sorted(MODELS)),
    st.integers(0, 2**32),
    st.lists(st.sampled_from([0, 1, 2, None]), min_size=8, max_size=8),
)
def test_within_groups_a_tie_stays_of_its_kind(
    contacts: list[Contact], null: str, seed: int, groups: list[int | None]
) -> None:
    stream = stream_of(contacts)
    member = dict(zip("ABCDEFGH", groups, strict=True))
    model = null_model(stream, null, window=5, groups=member)  # type: ignore[arg-type]
    drawn = model.draw(np.random.default_rng(seed))

    def kinds(found: ContactStream) -> list[int | None]:
        ends = zip(*map(found.names, (found.one[found.tie], found.other[found.tie])), strict=True)
        return [member[a] if member[a] == member[b] else None for a, b in ends]

    # Of contacts of one time the shuffled are in the order of their pairs.
    kept = [
        sorted(zip(found.clock.tolist(), map(str, kinds(found)), strict=True)) for found in (stream, drawn)
    ]
    assert kept[0] == kept[1]
    assert len(set(_pairs(drawn))) == len(_pairs(stream)) and (drawn.one < drawn.other).all()


@pytest.mark.parametrize("null", MODELS)
def test_one_group_of_all_is_no_group_and_groups_move_ties_within(null: str) -> None:
    stream = sparse_stream(20, 120, 1)
    frames = [
        null_model(stream, null, window=5, groups=groups).draw(np.random.default_rng(3)).frame()  # type: ignore[arg-type]
        for groups in (
            None,
            dict.fromkeys(map(str, range(20)), "all"),
            {str(one): one % 2 for one in range(20)},
        )
    ]
    pd.testing.assert_frame_equal(frames[0], frames[1])
    assert not frames[2].equals(frames[0]) and not frames[2].equals(stream.frame())


@pytest.mark.parametrize("null", MODELS)
def test_a_model_draws_what_its_generator_says(null: str) -> None:
    stream = sparse_stream(20, 120, 1)
    draws = [MODELS[null](stream, np.random.default_rng(seed)).frame() for seed in (1, 1, 2)]
    pd.testing.assert_frame_equal(draws[0], draws[1])
    assert not draws[0].equals(draws[2])
    assert not draws[0].equals(stream.frame())


@pytest.mark.parametrize("seed", range(5))
def test_one_sided_brokerage_keeps_which_ties_close(seed: int) -> None:
    stream = sparse_stream(60, 300, seed)
    drawn = one_sided_brokerage(stream, np.random.default_rng(seed), window=30)
    closing = _closing(stream, 30)
    assert 10 < sum(closing) < len(closing) - 10
    assert _closing(drawn, 30) == closing


def test_a_model_made_ready_once_draws_again_and_again() -> None:
    stream = sparse_stream(30, 150, 2)
    for null, draw in MODELS.items():
        model = null_model(stream, null, window=5, after=9)  # type: ignore[arg-type]
        for seed in (1, 2):
            again = draw(stream, np.random.default_rng(seed), after=9).frame()
            pd.testing.assert_frame_equal(model.draw(np.random.default_rng(seed)).frame(), again)


def test_a_model_that_is_none_or_lacks_its_window_is_refused() -> None:
    stream = sparse_stream(5, 10, 1)
    with pytest.raises(ValueError, match=r"^null is 'chance'; allowed are 'random_placement', "):
        null_model(stream, "chance")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^one_sided_brokerage: found no window; "):
        null_model(stream, "one_sided_brokerage")


def test_many_contacts_of_one_time_are_put_in_the_order_of_their_pairs() -> None:
    random = np.random.default_rng(6)
    rows = [
        (int(time), *map(str, random.choice(30, 2, replace=False))) for time in random.integers(3, size=400)
    ]
    drawn = time_shuffled(stream_of(rows), np.random.default_rng(1))
    again = contact_stream(drawn.frame())
    for name in ("first", "last", "tie", "clock", "one", "other"):
        np.testing.assert_array_equal(getattr(drawn, name), getattr(again, name))


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
    found = _counted(null, stream_of([*BEFORE, (9, "c", "d")]), 2000, after=8)
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
    found = _counted(null, stream_of([*BEFORE, (9, "c", "z")]), 1000, after=8)
    expected = np.array([ties**power for ties in TIES.values()], dtype=float)
    observed = [found[name + "z"] for name in TIES]
    assert sum(observed) == 1000
    assert chisquare(observed, 1000 * expected / expected.sum()).pvalue > 1e-3


@pytest.mark.parametrize("window", [10, 6])
def test_a_closing_tie_takes_a_two_path_that_a_coin_left_open(window: float) -> None:
    # A window of 6 ends at 7 for what opened at 1, itself included.
    # a b, then a c: the event a c at 1 leads c to b or a to nobody; b d at 2 leads d to a or b to nobody.
    # Both open in a quarter of draws, one in half, none in a quarter: then any pair without a two-path.
    stream = stream_of([*BEFORE, (7, "b", "c")])
    found = _counted("one_sided_brokerage", stream, 2000, window=window, after=6)
    elsewhere = sum(found.values()) - found["bc"] - found["ad"]
    assert elsewhere == found["ae"] + found["af"] + found["be"] + found["bf"] + sum(
        found[pair] for pair in ("cd", "ce", "cf", "de", "df")
    )
    assert chisquare([found["bc"], found["ad"], elsewhere], [750, 750, 500]).pvalue > 1e-3
    # A tie that closes nothing keeps off both.
    apart = _counted("one_sided_brokerage", stream_of([*BEFORE, (7, "c", "d")]), 900, window=window, after=6)
    assert chisquare([apart[pair] for pair in apart], [100] * 9).pvalue > 1e-3
    assert {"bc", "ad"}.isdisjoint(apart)
    # Two-paths older than the window are nobody's to close.
    late = _counted("one_sided_brokerage", stream_of([*BEFORE, (7, "b", "c")]), 300, window=4, after=6)
    assert {"bc", "ad"} <= set(late)
    assert len(late) == 11


def test_ties_of_one_moment_open_nothing() -> None:
    # a meets b and c at once: whoever brings b and c together closes no meeting of a's.
    contacts: list[Contact] = [(0, "a", "b"), (0, "a", "c"), (3, "e", "f"), (7, "a", "e")]
    found = _counted("one_sided_brokerage", stream_of(contacts), 300, window=10, after=6)
    assert set(found) == {"bc", "ae", "af", "be", "bf", "ce", "cf"}


def test_one_tie_never_brokers_both_ways() -> None:
    # In the record a meets y at 4 and b meets x at 5; c and d leave somewhere else to go.
    contacts = [(0, "c", "d"), (1, "a", "x"), (2, "b", "y"), (3, "a", "b"), (4, "a", "y"), (5, "b", "x")]
    stream = stream_of([*contacts, (40, "c", "d")])
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
    found = _counted(null, stream_of([*rows, (2, "00", "01")]), 200, after=1)
    assert set(found) == {"0001", "0203"}
    assert binomtest(found["0001"], 200).pvalue > 1e-3
