"""All meetings of a small record as a page shows them, by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.contacts.cascade import people_behind
from analysis.contacts.meetings import (
    cascades_of,
    largest_meetings,
    record_numbers,
    spans_of,
    two_path_numbers,
)


def test_settings_not_given_are_parts_of_the_record(contacts: pd.DataFrame, numbered: pd.DataFrame) -> None:
    # Thirty days, from the 1st to the 31st.
    assert spans_of(contacts) == {"window": 8, "persistence": 2, "horizon": 2, "burn_in": 5}
    given = spans_of(contacts, persistence=0, window=3.5)
    assert given == {"window": 3.5, "persistence": 0, "horizon": 3.5, "burn_in": 5}
    assert spans_of(contacts, horizon=4)["horizon"] == 4
    assert spans_of(numbered) == {"window": 6, "persistence": 2, "horizon": 2, "burn_in": 4}
    assert set(spans_of(contacts.iloc[:0]).values()) == {1}


def test_the_record_is_counted_and_each_number_says_whom_it_is_about(contacts: pd.DataFrame) -> None:
    alone = pd.DataFrame([("2020-01-05", "e", "e")], columns=contacts.columns)
    cascades = cascades_of(pd.concat([contacts, alone]))
    numbers = {number["key"]: number for number in record_numbers(cascades)}
    assert {key: number["value"] for key, number in numbers.items()} == {
        "people": 5,
        "contacts": 10,
        "days": 30,
        "first-ties": 7,
        "self-contacts": 1,
    }
    assert numbers["self-contacts"]["people"] == ("e",)
    assert numbers["contacts"]["people"] == list("abcde")


def test_every_row_of_all_meetings_has_the_people_it_tells_of(contacts: pd.DataFrame) -> None:
    cascades = cascades_of(contacts, window=5, persistence=5, burn_in=2)
    table, groups = cascades.meetings_table(), cascades.meetings_people()
    assert len(table) == len(groups)
    behind = people_behind(cascades.found)
    row = "first-order closures that endured"
    assert table.loc[row, "people"] == len(behind["enduring"]) == 2
    # Beside those that closed it tells who did not endure.
    closed = dict(zip(table.index, groups, strict=True))[row]
    assert closed in (behind["enduring"], behind["not_enduring"])
    assert len(closed) == min(len(behind["enduring"]), len(behind["not_enduring"]))


def test_two_paths_of_the_record_by_hand(contacts: pd.DataFrame) -> None:
    # d-b-e; with a b at 4 c-a-b, a-b-d, a-b-e; with a d at 6 d-a-c; with c e at 7 e-c-a, c-e-b; with b c at 9
    # c-b-d. Of these a d closes a-b-d, and b c closes c-a-b and c-e-b.
    opened, closed = two_path_numbers(cascades_of(contacts))
    assert opened["value"] == 8
    assert closed["value"] == "3 (37.5%)"
    assert all(set(opened["people"]) >= set(group) for group in closed["people"])


def test_the_largest_meetings_name_nobody_and_say_who_met(contacts: pd.DataFrame) -> None:
    table, pairs = largest_meetings(cascades_of(contacts, window=5, persistence=5, burn_in=1))
    # b, who knows d, e and a, meets c, who knows a and e: c might meet d.
    assert pairs[0] == frozenset("bc")
    assert table.iloc[0][["day", "star_one", "star_other", "possible"]].tolist() == [8, 3, 2, 1]
    assert frozenset("ab") in pairs


def test_a_record_without_a_contact_of_two_is_refused(contacts: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match=r"^found no contact of two people whose identifiers begin with 'x'"):
        cascades_of(contacts, beginning="x")
    with pytest.raises(ValueError, match=r"^event: found no contact between 'a' and 'e'$"):
        cascades_of(contacts, event=["a", "e"])
