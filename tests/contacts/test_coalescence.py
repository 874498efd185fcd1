"""The test of star coalescence: what it decides, on planted and on null streams, and on bad input."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import binomtest, kstest

from analysis.contacts import nulls
from analysis.contacts.closure import star_coalescence
from analysis.contacts.coalescence import (
    CoalescenceTest,
    Statistic,
    coalescence_test,
    coalescence_tests,
)
from analysis.contacts.nulls import Null
from analysis.contacts.shares import pooled_share_interval
from analysis.contacts.stream import ContactStream, contact_stream
from analysis.files import DATA_RAW
from analysis.sources import mooced_dlt
from analysis.tables.package import read_package
from tests.contacts.streams import Contact, entries, sparse_stream, stream_of

SETTINGS: dict[str, Any] = {"window": 10, "persistence": 2}


@pytest.fixture(scope="module")
def base() -> ContactStream:
    return sparse_stream(25, 160, 7)


@pytest.mark.parametrize("null", get_args(Null))
def test_p_of_a_stream_drawn_from_the_null_is_uniform(null: Null, base: ContactStream) -> None:
    options = {"window": 10} if null == "one_sided_brokerage" else {}
    model = getattr(nulls, null)
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
    return stream_of(rows)


@pytest.mark.parametrize("null", ["random_placement", "degree_preferential"])
@pytest.mark.parametrize("statistic", get_args(Statistic))
def test_planted_coalescence_is_found(null: Null, statistic: Statistic) -> None:
    found = coalescence_test(
        _planted(), null, statistic, replicates=99, seed=3, workers=1, horizon=4, **SETTINGS
    )
    assert found.p == 1 / 100
    assert found.observed > np.quantile(found.replicates, 0.975)
    assert found.lower <= found.effect <= found.upper and found.effect > 0


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
    shares = [rated[name].to_numpy(dtype=float) for name in ("enduring", "possible")]
    ends = [base.people.searchsorted(rated[name].to_numpy(dtype=object)) for name in ("one", "other")]
    interval = pooled_share_interval(*shares, *ends, 0.95)
    assert [found.lower, found.upper] == pytest.approx([end - drawn.mean() for end in interval])
    assert found.lower < found.upper
    row = found.tidy().iloc[0]
    assert (row["event"], row["null"], row["replicates"], row["missing"]) == ("network", null, 59, 0)
    assert row["mean"] == pytest.approx(drawn.mean())
    assert [row["effect_lower"], row["effect_upper"]] == [found.lower, found.upper]
    assert found.summary().endswith(f"one-sided p = {found.p:.4f} (59 replicates)")


@pytest.mark.parametrize("null", get_args(Null))
def test_two_statistics_of_the_same_draws_are_what_each_gives_alone(null: Null, base: ContactStream) -> None:
    options = {"replicates": 29, "seed": 5, "workers": 1, **SETTINGS}
    together = coalescence_tests(base, null, ("coalescence", "both_directions"), **options)
    for found in together:
        alone = coalescence_test(base, null, found.statistic, **options)
        np.testing.assert_array_equal(found.replicates, alone.replicates)
        assert pickle.dumps(found.tidy()) == pickle.dumps(alone.tidy())


def _hand() -> ContactStream:
    rows = [(0, "a", "x"), (1, "b", "y"), (2, "c", "d"), (3, "a", "b"), (4, "a", "y"), (6, "a", "y")]
    return stream_of([*rows, (5, "c", "x"), (7, "d", "y"), (8, "b", "x"), (12, "c", "d"), (13, "c", "d")])


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
    # Only a b at 2 can be followed for 1 + 1 + 1 of what has a star before; shuffled, that may be nothing.
    rows = [(0, "a", "x"), (1, "b", "y"), (2, "a", "b"), (3, "a", "y"), (5, "a", "y")]
    found = coalescence_test(
        stream_of(rows),
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
            stream_of(rows), "time_shuffled", "closure", event=("a", "b"), window=1, persistence=1, seed=1
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
            horizon=0,
            burn_in=-1,
            level=1,
        )
    assert str(caught.value).splitlines() == [
        f"found null 'chance'; allowed: {', '.join(get_args(Null))}",
        "found statistic 'best'; allowed: coalescence, closure, both_directions",
        "found replicates 0; allowed: 1 or more",
        "found window inf; allowed: a number above 0",
        "found persistence -1; allowed: a number of 0 or more",
        "found horizon 0; allowed: a number above 0, or None",
        "found burn_in -1; allowed: a number of 0 or more, or None",
        "found level 1; allowed: between 0 and 1",
        "found both event and after; allowed: one, an event is kept up to its own t0",
    ]


@pytest.mark.parametrize("after", [np.nan, "2020-01-01"])
def test_a_time_up_to_which_all_is_kept_must_be_one(base: ContactStream, after: Any) -> None:
    with pytest.raises(ValueError, match=r"^found after .*; allowed: a number in the unit of the stream"):
        coalescence_test(base, "time_shuffled", "closure", after=after, seed=1, **SETTINGS)


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
    drawn = nulls.random_placement(forum, np.random.default_rng(1), after=after)
    early: npt.NDArray[np.bool_] = forum.first <= np.median(forum.first)
    np.testing.assert_array_equal(drawn.one[early], forum.one[early])
    assert (drawn.one != forum.one)[~early].any()
    assert entries(drawn) == entries(forum)
