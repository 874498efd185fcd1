"""How long closures last: by hand, against statsmodels, by property, and on bad input."""

from __future__ import annotations

from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from analysis.checks import NotEstimable
from analysis.contacts.closure import star_coalescence
from analysis.contacts.lasting import lasting_closures
from analysis.contacts.meetings import cascades_of
from analysis.contacts.one_meeting import meeting_shown
from analysis.contacts.survival import closure_survival, kaplan_meier, lasting_times
from analysis.figures.survival import survival_curves
from tests.contacts.streams import HAND, frame, stream_of


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Close what a test drew."""
    yield
    plt.close("all")


def test_seven_by_hand() -> None:
    # Ends at 1, 4, 4 and 6; censored at 2, 4 and 9. At risk: 7 at 1, 5 at 4, 2 at 6.
    times = np.array([4.0, 1, 2, 4, 4, 9, 6])
    ended = np.array([True, True, False, True, False, False, True])
    found = kaplan_meier(times, ended)
    frame = found.tidy().set_index("time")
    assert frame["at_risk"].to_dict() == {1: 7, 2: 6, 4: 5, 6: 2, 9: 1}
    assert frame["ended"].to_dict() == {1: 1, 2: 0, 4: 2, 6: 1, 9: 0}
    shares = [6 / 7, 6 / 7, 6 / 7 * 3 / 5, 6 / 7 * 3 / 5 / 2, 6 / 7 * 3 / 5 / 2]
    assert frame["survival"].tolist() == pytest.approx(shares)
    # Greenwood: S^2 times the sum of d / (n (n - d)).
    assert frame.loc[4, "standard_error"] == pytest.approx(shares[2] * np.sqrt(1 / 42 + 2 / 15))
    spread = 1.959963984540054 * np.sqrt(1 / 42 + 2 / 15) / -np.log(shares[2])
    assert frame.loc[4, "lower"] == pytest.approx(shares[2] ** np.exp(spread))
    assert frame.loc[4, "upper"] == pytest.approx(shares[2] ** np.exp(-spread))
    assert (found.number, found.median) == (7, 6)
    assert [found.at(time) for time in (0, 1, 5, 9)] == pytest.approx([1, 6 / 7, shares[2], shares[3]])
    assert np.isnan(found.at(10))
    assert found.summary() == "7 followed, 4 seen to end; median 6"


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=40))
def test_any_times_are_as_statsmodels_has_them(rows: list[tuple[int, bool]]) -> None:
    times, ended = (np.array(column) for column in zip(*rows, strict=True))
    found = kaplan_meier(times, ended)
    events = found.ended > 0
    if not ended.any():
        assert (found.survival == 1).all() and np.isnan(found.median)
        return
    theirs = SurvfuncRight(times, ended.astype(int))
    np.testing.assert_array_equal(found.times[events], theirs.surv_times)
    assert found.survival[events] == pytest.approx(theirs.surv_prob, abs=1e-12)
    left = theirs.surv_prob > 0
    assert found.standard_error[events][left] == pytest.approx(theirs.surv_prob_se[left], abs=1e-12)


def test_how_long_ties_last_by_hand() -> None:
    # a b: 0, 3, 12: silent for 9 after 3. a c: 2 alone. b c: 11, 14: at 14 the end, 20, is 6 away. c d: 16.
    rows = [(0, "a", "b"), (3, "b", "a"), (12, "a", "b"), (2, "a", "c"), (11, "b", "c"), (14, "b", "c")]
    stream = stream_of([*rows, (16, "c", "d"), (20, "b", "a")])
    ties = [tuple(pair) for pair in zip(*map(stream.names, (stream.one, stream.other)), strict=True)]
    for silence, lasting in (
        (5, {"ab": (3, True), "ac": (0, True), "bc": (3, True), "cd": (np.nan, False)}),
        (6, {"ab": (3, True), "ac": (0, True), "bc": (3, True), "cd": (np.nan, False)}),
        (7, {"ab": (3, True), "ac": (0, True), "bc": (2, False), "cd": (np.nan, False)}),
        (9, {"ab": (11, False), "ac": (0, True), "bc": (0, False), "cd": (np.nan, False)}),
        (4, {"ab": (3, True), "ac": (0, True), "bc": (3, True), "cd": (0, True)}),
    ):
        times, ended = lasting_times(stream, silence)
        for pair, time, end in zip(ties, times, ended, strict=True):
            assert (np.isnan(time), end) == (np.isnan(lasting["".join(pair)][0]), lasting["".join(pair)][1])
            assert np.isnan(time) or time == lasting["".join(pair)][0]


def test_a_stationary_stream_lasts_as_long_early_and_late() -> None:
    random = np.random.default_rng(3)
    rows = []
    for pair in range(400):
        times = np.flatnonzero(random.random(600) < 1 / 40)
        rows += [(float(day), f"a{pair}", f"b{pair}") for day in times[times >= random.integers(0, 500)]]
    stream = stream_of(rows)
    times, ended = lasting_times(stream, 30)
    known = ~np.isnan(times)
    early = stream.first < np.median(stream.first[known])
    curves = [kaplan_meier(times[part & known], ended[part & known]) for part in (early, ~early)]
    # In contact again within 30 days with 1 - (39/40)^30 = .53 each time.
    for curve in curves:
        assert curve.at(0) == pytest.approx(1 - (39 / 40) ** 30, abs=0.08)
    assert curves[0].at(60) == pytest.approx(curves[1].at(60), abs=0.1)


def test_closures_of_a_meeting_by_hand() -> None:
    found = star_coalescence(frame(HAND), window=10, persistence=3, horizon=2)
    stream = stream_of(HAND)
    event = found.events[found.events["event"] == 7]
    # A b1 12, 17; A b2 14, 18; B a1 20, 25; a1 b2 13 (then 30); s b1 15; s... a2 16: six ties, silence of 5.
    curve = closure_survival(stream, found, event)
    assert (curve.number, curve.times.tolist()) == (6, [0, 4, 5])
    assert curve.ended.tolist() == [3, 1, 2]
    assert curve.survival.tolist() == pytest.approx([1 / 2, 1 / 3, 0])
    with pytest.raises(NotEstimable, match=r"^no closure could be followed"):
        closure_survival(stream, found, event.iloc[:0])


@pytest.mark.parametrize(
    ("times", "ended", "message"),
    [
        ([1.0, -1], [True, True], "below 0 or missing"),
        ([1.0, np.nan], [True, True], "below 0 or missing"),
        ([1.0], [True, False], "needed: one each"),
    ],
)
def test_times_that_are_none_are_refused(times: list[float], ended: list[bool], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kaplan_meier(np.array(times), np.array(ended))
    with pytest.raises(NotEstimable):
        kaplan_meier(np.array([]), np.array([], dtype=bool))


def test_a_page_has_a_curve_of_all_meetings_and_of_the_one(contacts: pd.DataFrame) -> None:
    cascades = cascades_of(contacts, event=["b", "a"], window=5, persistence=5, burn_in=1)
    lasting = lasting_closures(meeting_shown(cascades))
    assert list(lasting.curves) == ["all meetings", "the meeting shown"]
    table = lasting.table()
    assert isinstance(table, pd.DataFrame)
    # a d: 6th and 12th; c e: 7th and 9th; b c: 9th. Silence of ten days, record to the 31st.
    one = table.loc["the meeting shown"]
    assert one.tolist()[:3] == [3, 3, pytest.approx(2 / 3)] and one["days until half had ended"] == 2
    assert len(lasting.people) == 2 and {"".join(sorted(pair)) for pair, _ in lasting.people[1]} == {
        "ad",
        "ce",
        "bc",
    }
    drawn = survival_curves(lasting.curves, "days", "share")
    axis = drawn.axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("days", "share")
    times, shares = axis.get_lines()[0].get_data()
    assert shares[0] == 1.0 and len(times) == 1 + len(lasting.curves["all meetings"].times)
    none = lasting_closures(meeting_shown(cascades_of(contacts, window=5, persistence=28, burn_in=1)))
    assert isinstance(none.table(), NotEstimable) and isinstance(none.drawn(), NotEstimable)
    with pytest.raises(ValueError, match=r"^found 0 curves; allowed: 1 to 4$"):
        survival_curves({}, "days", "share")
