"""Inferred ties against every gain computed anew, and the counts of cascades by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.adoption.network_inference import (
    cascade_sizes,
    cascade_times,
    gain_of_first_ties,
    infer_ties,
)

NAMES = ["a", "b", "c", "d"]


def some_times(seed: int, innovations: int = 6) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    when = random.integers(1, 9, (innovations, len(NAMES))).astype(float)
    when[random.random(when.shape) < 0.2] = np.nan
    return pd.DataFrame(when, columns=NAMES)


def log_likelihood(times: pd.DataFrame, ties: set[tuple[str, str]], rate: float) -> float:
    """Give everybody but the first of an innovation the likeliest earlier source; sum over innovations."""
    total = 0.0
    for _, row in times.iterrows():
        for receiver in NAMES:
            found = [
                math.log(0.5 if (sender, receiver) in ties else 1e-9) - rate * (row[receiver] - row[sender])
                for sender in NAMES
                if row[sender] < row[receiver]
            ]
            total += max(found, default=0.0)
    return total


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([0.2, 1.0]))
def test_each_tie_is_the_best_there_is_and_gains_what_it_says(seed: int, rate: float) -> None:
    times = some_times(seed)
    found = infer_ties(times, rate, cutoff=1.0)
    ties: set[tuple[str, str]] = set()
    for row in found.itertuples(index=False):
        before = log_likelihood(times, ties, rate)
        gains = [
            log_likelihood(times, ties | {(one, other)}, rate) - before
            for one in NAMES
            for other in NAMES
            if one != other
        ]
        ties.add((row.sender_id, row.receiver_id))
        assert row.gain == pytest.approx(log_likelihood(times, ties, rate) - before)
        assert row.gain == pytest.approx(max(gains))
    assert len(ties) == len(found)


def test_a_first_tie_gains_as_in_the_search() -> None:
    times = some_times(3, innovations=20)
    found = infer_ties(times, 0.5, cutoff=1.0).iloc[0]
    gains = gain_of_first_ties(times, found["sender_id"], [found["receiver_id"]], 0.5, 0.5 / 1e-9)
    assert gains.iloc[0] == pytest.approx(found["gain"])


def test_the_search_ends_with_the_tie_that_adds_too_little() -> None:
    times = some_times(5, innovations=30)
    found = infer_ties(times, 0.5, cutoff=0.05)
    assert (found["p"].iloc[:-1] < 0.05).all()
    whole = infer_ties(times, 0.5, cutoff=1.0)
    pd.testing.assert_frame_equal(whole.head(len(found)), found)


def test_cascades_by_hand() -> None:
    rows = [("x", "a", 1, 0), ("x", "b", 1, 0), ("x", "c", 2, 0), ("y", "a", 3, 0), ("y", "b", 3, 1)]
    adoptions = pd.DataFrame(rows, columns=["innovation", "adopter_id", "adopted_on", "censored"])
    times = cascade_times(adoptions)
    assert times.loc["y"].dropna().to_dict() == {"a": 3.0}
    sizes = cascade_sizes(times)
    assert sizes["length"][["smallest", "mean", "largest"]].to_list() == [1, 2, 3]
    assert sizes["ties"][["smallest", "largest"]].to_list() == [0, 1]


@pytest.mark.parametrize("wrong", [{"cutoff": 0.0}, {"with_tie": 1e-10}, {"rate": 0.0}])
def test_what_is_refused(wrong: dict[str, float]) -> None:
    given_here = {"rate": 0.5, "cutoff": 0.1} | wrong
    with pytest.raises(ValueError, match="allowed: above 0"):
        infer_ties(some_times(1), given_here.pop("rate"), **given_here)  # type: ignore[arg-type]
