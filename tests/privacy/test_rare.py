"""Rare combinations of attributes, against a count of every combination."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.privacy.rare import rare_combinations

VALUES = st.sampled_from(["a", "b", "c", None])
PEOPLE = st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), max_size=12)
COLUMNS = ["role", "subject", "grade", "sex"]

Row = tuple[str | None, ...]


def counted_by_hand(people: list[Row], smallest: int, longest: int) -> set[tuple[str, str, int]]:
    """Every rare combination none of whose parts is rare, by looking at each person for each."""

    def number(places: tuple[int, ...], cells: Row) -> int:
        return sum(all(row[place] == cells[place] for place in places) for row in people)

    found = set()
    for person in people:
        for size in range(1, longest + 1):
            for places in combinations(range(len(COLUMNS)), size):
                sharing = number(places, person)
                parts = [part for short in range(1, size) for part in combinations(places, short)]
                if sharing < smallest and all(number(part, person) >= smallest for part in parts):
                    names = " + ".join(COLUMNS[place] for place in places)
                    cells = " + ".join(person[place] or "missing" for place in places)
                    found.add((names, cells, sharing))
    return found


@given(PEOPLE, st.integers(1, 6), st.integers(1, 4))
def test_they_are_those_a_count_of_everything_finds(people: list[Row], smallest: int, longest: int) -> None:
    frame = pd.DataFrame(people, columns=COLUMNS, dtype="string")
    found = rare_combinations(frame, smallest, longest=longest)
    listed = list(found.itertuples(index=False, name=None))
    assert len(listed) == len(set(listed))
    assert set(listed) == counted_by_hand(people, smallest, longest)
    assert found["people"].is_monotonic_increasing


@settings(max_examples=25)
@given(PEOPLE, st.integers(1, 6), st.permutations(range(12)))
def test_the_order_of_people_does_not_matter(people: list[Row], smallest: int, order: list[int]) -> None:
    moved = [people[place] for place in order if place < len(people)]
    first, second = (
        rare_combinations(pd.DataFrame(rows, columns=COLUMNS, dtype="string"), smallest)
        for rows in (people, moved)
    )
    pd.testing.assert_frame_equal(first, second)


def people(*groups: tuple[str, str, int]) -> pd.DataFrame:
    """Return so many people of each role and subject."""
    rows = [(role, subject) for role, subject, count in groups for _ in range(count)]
    return pd.DataFrame(rows, columns=["role", "subject"])


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        # Four leads are rare by themselves; that they teach maths says nothing new.
        (people(("teacher", "maths", 5), ("lead", "maths", 4)), [("role", "lead", 4)]),
        # Role and subject are common, but not together.
        (
            people(
                ("teacher", "maths", 5), ("teacher", "arts", 5), ("lead", "maths", 5), ("lead", "arts", 1)
            ),
            [("role + subject", "lead + arts", 1)],
        ),
        (people(("teacher", "maths", 5), ("lead", "arts", 5)), []),
    ],
)
def test_alone_and_combined(frame: pd.DataFrame, expected: list[tuple[str, str, int]]) -> None:
    found = rare_combinations(frame, 5)
    assert list(found.itertuples(index=False, name=None)) == expected


def test_four_attributes_together_are_more_than_is_asked() -> None:
    # Every way to combine two values of four attributes, once with an even and never with an odd count.
    rows = [[number >> place & 1 for place in range(4)] for number in range(16)]
    even = pd.DataFrame([row for row in rows if sum(row) % 2 == 0], columns=COLUMNS)
    assert rare_combinations(even, 1).empty
    assert set(rare_combinations(even, 2)["attributes"].str.count(r"\+")) == {2}
    assert rare_combinations(pd.concat([even, even]), 2).empty


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"role": []}), pd.DataFrame(index=[0, 1])])
def test_nobody_and_nothing_known_give_an_empty_list(frame: pd.DataFrame) -> None:
    found = rare_combinations(frame, 5)
    assert found.empty
    assert list(found.columns) == ["attributes", "values", "people"]
