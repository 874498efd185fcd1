"""Closing rates: by hand on the nine people, by counting all pairs, and on bad input."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.contacts.closing_rates import closing_rates
from analysis.contacts.closure import star_coalescence
from tests.contacts.streams import HAND, Contact, frame, small_streams


def test_the_nine_people_by_hand() -> None:
    found = star_coalescence(frame(HAND), window=10, persistence=5)
    rates = closing_rates(frame(HAND), found, 7)
    # A and B: five possible, of which A b3 is tied at t0 itself. Between a1 a2 s and b1 b2 b3 s: 3 x 4 pairs
    # less s with itself, none tied by then. Of 3 + 3 closures b1 and a1 endure.
    assert rates[["possible", "number"]].to_numpy().tolist() == [[4, 3], [11, 3], [6, 2]]
    assert rates["rate"].tolist() == [3 / 4, 3 / 11, 2 / 6]
    # Wilson: (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n), z = 1.959964, n = 4, p = .75.
    z, n, p = 1.959963984540054, 4, 0.75
    middle, reach = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert rates.loc["first_order", "lower"] == pytest.approx((middle - reach) / (1 + z**2 / n))
    assert rates.loc["first_order", "upper"] == pytest.approx((middle + reach) / (1 + z**2 / n))


@given(small_streams, st.integers(0, 30))
def test_pairs_between_stars_are_those_a_search_finds(contacts: list[Contact], pick: int) -> None:
    found = star_coalescence(frame(contacts), window=4, persistence=1)
    if found.events.empty:
        return
    event = found.events.iloc[pick % len(found.events)]
    first: dict[frozenset[str], float] = {}
    for time, sender, receiver in sorted(contacts):
        if sender != receiver:
            first.setdefault(frozenset((sender, receiver)), time)
    stars = [
        {next(iter(pair - {end})) for pair, time in first.items() if end in pair and time < event["t0"]}
        for end in (event["one"], event["other"])
    ]
    between = {frozenset(pair) for pair in product(*stars) if len(set(pair)) == 2}
    free = {pair for pair in between if first.get(pair, np.inf) > event["t0"]}
    rates = closing_rates(frame(contacts), found, int(event["event"]))
    assert rates.loc["second_order", "possible"] == len(free)
    assert (rates["number"] <= rates["possible"]).all()
    known = rates[rates["possible"] > 0]
    assert ((known["lower"] <= known["rate"] + 1e-12) & (known["rate"] <= known["upper"] + 1e-12)).all()
    assert rates[rates["possible"] == 0][["rate", "lower", "upper"]].isna().all(axis=None)


def test_an_event_not_found_and_a_level_out_of_bounds_are_said() -> None:
    found = star_coalescence(frame(HAND), window=10, persistence=5, pairs=[("A", "B")])
    with pytest.raises(ValueError, match=r"^event: found 3; allowed: a number among the events found$"):
        closing_rates(frame(HAND), found, 3)
    with pytest.raises(ValueError, match=r"^found level 1; allowed: between 0 and 1$"):
        closing_rates(frame(HAND), found, 7, level=1)
