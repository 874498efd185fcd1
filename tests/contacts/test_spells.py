"""Ties that last: conversations as spells, joined, their changes and density; rounding as R has it."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.contacts.spells import (
    change_times,
    conversation_spells,
    merged_spells,
    rounded_as_in_r,
    temporal_density,
)

COLUMNS = ["sender_id", "receiver_id", "begin", "end"]
# R 4.2.2: round(x, 2). numpy's has another decimal for five of them.
HALF_WAY = {
    0.15: 0.15,
    0.025: 0.03,
    0.075: 0.07,
    0.125: 0.12,
    2.675: 2.67,
    5.015: 5.02,
    1.005: 1.0,
    0.575: 0.58,
}
SPELLS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("cd"), st.integers(0, 12), st.integers(0, 4)),
    min_size=1,
    max_size=12,
)


def spells_of(rows: list[tuple[str, str, int, int]]) -> pd.DataFrame:
    return pd.DataFrame([(a, b, float(t), float(t + d)) for a, b, t, d in rows], columns=COLUMNS)


def test_rounding_is_r_s() -> None:
    values = np.array(list(HALF_WAY))
    assert rounded_as_in_r(values, 2).tolist() == list(HALF_WAY.values())
    with pytest.raises(ValueError, match="below zero"):
        rounded_as_in_r(np.array([-1.0]), 2)


def test_a_tie_lasts_as_long_as_its_conversations() -> None:
    rows = [
        ("2024-01-01T00:00", "a", "a", "x"),
        ("2024-01-02T00:00", "a", "b", "x"),
        ("2024-01-03T12:00", "c", "a", "x"),
        ("2024-01-04T00:00", "a", "b", "y"),
        ("2024-01-05T00:00", "b", "a", "y"),
        ("2024-01-06T00:00", "b", "c", "z"),
    ]
    contacts = pd.DataFrame(rows, columns=["time", "sender_id", "receiver_id", "conversation_id"])
    found = conversation_spells(contacts)
    # What somebody writes to herself neither starts the clock nor makes a conversation.
    assert [tuple(row) for row in found.itertuples(index=False)] == [
        ("a", "b", 0.0, 1.5),
        ("a", "b", 2.0, 3.0),
        ("b", "a", 2.0, 3.0),
        ("b", "c", -math.inf, math.inf),
        ("c", "a", 0.0, 1.5),
    ]
    assert change_times(found).tolist() == [0.0, 1.5, 2.0, 3.0]
    assert temporal_density(found, 0, 3) == pytest.approx((2.5 + 1 + 3 + 1.5) / (4 * 3))
    with pytest.raises(ValueError, match="1 contacts without a conversation"):
        conversation_spells(contacts.assign(conversation_id=["x", None, "x", "y", "y", "z"]))


@settings(max_examples=30)
@given(SPELLS)
def test_joining_keeps_every_moment_and_no_other(rows: list[tuple[str, str, int, int]]) -> None:
    before, after = spells_of(rows), merged_spells(spells_of(rows))
    for pair, own in after.groupby(["sender_id", "receiver_id"]):
        given_here = before[(before[["sender_id", "receiver_id"]] == list(pair)).all(axis=1)]
        for moment in np.arange(0, 17, 0.25):
            inside = ((given_here["begin"] <= moment) & (moment <= given_here["end"])).any()
            assert inside == ((own["begin"] <= moment) & (moment <= own["end"])).any()
        assert (own["begin"].to_numpy()[1:] > own["end"].to_numpy()[:-1]).all()
    pd.testing.assert_frame_equal(merged_spells(after), after)
    assert 0 <= temporal_density(after, 0, 16) <= 1


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="1 spells that end before"):
        merged_spells(pd.DataFrame([("a", "b", 2.0, 1.0)], columns=COLUMNS))
    with pytest.raises(ValueError, match="observation from 3 to 3"):
        temporal_density(spells_of([("a", "c", 0, 1)]), 3, 3)
    assert math.isnan(temporal_density(spells_of([("a", "c", 0, 1)]).iloc[:0], 0, 1))
