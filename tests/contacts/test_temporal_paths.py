"""Paths in time against a search over every person and every moment."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.contacts.spells import merged_spells
from analysis.contacts.temporal_paths import earliest_arrival, temporal_reach

PEOPLE = ["a", "b", "c", "d", "e"]
COLUMNS = ["sender_id", "receiver_id", "begin", "end"]
ROWS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), st.integers(0, 8), st.integers(1, 4)).filter(
        lambda row: row[0] != row[1]
    ),
    min_size=1,
    max_size=14,
)


def spells_of(rows: list[tuple[str, str, int, int]]) -> pd.DataFrame:
    return merged_spells(
        pd.DataFrame([(a, b, float(t), float(t + d)) for a, b, t, d in rows], columns=COLUMNS)
    )


def by_moments(spells: pd.DataFrame, source: str, start: int, end: int, step: int) -> dict[str, float]:
    """Follow everybody from moment to moment: who is somewhere stays, or leaves over a tie that lasts."""
    there = {source: float(start)}
    for moment in range(start, end):
        for sender, receiver, begin, cease in spells.itertuples(index=False):
            if there.get(sender, math.inf) <= moment and begin <= moment and moment + step <= cease:
                there[receiver] = min(there.get(receiver, math.inf), moment + step)
    return {person: there.get(person, math.inf) - start for person in PEOPLE}


@given(ROWS, st.sampled_from(PEOPLE), st.integers(0, 3), st.integers(1, 3))
def test_arrivals_are_those_of_a_search_over_moments(
    rows: list[tuple[str, str, int, int]], source: str, start: int, step: int
) -> None:
    spells = spells_of(rows)
    found = earliest_arrival(spells, PEOPLE, source, start=start, end=12, step=step)
    assert found["arrival"].to_dict() == by_moments(spells, source, start, 12, step)
    # A path has one step more than that of the person before, who was there first.
    for _, row in found[found["previous"] > 0].iterrows():
        before = found.iloc[int(row["previous"]) - 1]
        assert row["steps"] == before["steps"] + 1
        assert row["arrival"] >= before["arrival"] + step
    assert (found["steps"].isin([0, math.inf]) == (found["previous"] == 0)).all()


@given(ROWS, st.integers(0, 3))
def test_tsna_s_rule_reaches_no_later(rows: list[tuple[str, str, int, int]], step: int) -> None:
    spells = spells_of(rows)
    own = earliest_arrival(spells, PEOPLE, "a", start=0, end=12, step=step)["arrival"]
    loose = earliest_arrival(spells, PEOPLE, "a", start=0, end=12, step=step, rule="as_tsna")["arrival"]
    assert (loose <= own).all()


def test_of_two_ways_that_arrive_at_once_the_first_is_kept() -> None:
    spells = spells_of([("a", "c", 0, 2), ("a", "b", 0, 2), ("b", "d", 3, 2), ("c", "d", 3, 2)])
    assert earliest_arrival(spells, PEOPLE, "a", start=0, end=9)["previous"].tolist() == [0, 1, 1, 2, 0]
    assert temporal_reach(spells, PEOPLE, start=0, end=9).tolist() == [3, 1, 1, 0, 0]


def test_what_is_refused() -> None:
    spells = spells_of([("a", "c", 0, 2)])
    with pytest.raises(ValueError, match="found c; allowed"):
        earliest_arrival(spells, ["a", "b"], "a", start=0, end=1)
    with pytest.raises(ValueError, match="start 2, end 1"):
        earliest_arrival(spells, PEOPLE, "a", start=2, end=1)
    with pytest.raises(ValueError, match="sometimes"):
        earliest_arrival(spells, PEOPLE, "a", start=0, end=1, rule="sometimes")  # type: ignore[arg-type]
