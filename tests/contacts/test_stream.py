"""Dated contacts: read into a stream, and on bad input."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analysis.contacts.stream import contact_stream
from tests.contacts.streams import HAND, frame


def test_a_stream_written_as_a_table_is_read_back() -> None:
    stream = contact_stream(frame(HAND))
    again = contact_stream(stream.frame())
    for name in ("one", "other", "first", "last", "tie", "clock"):
        np.testing.assert_array_equal(getattr(stream, name), getattr(again, name))
    assert contact_stream(stream) is stream


def test_a_number_is_one_person_however_it_was_read() -> None:
    contacts = pd.DataFrame({"time": [0, 1], "sender_id": [1, 2], "receiver_id": [2.0, 3.0]})
    assert contact_stream(contacts).people.tolist() == ["1", "2", "3"]


def test_every_cell_that_cannot_be_read_is_named() -> None:
    contacts = pd.DataFrame(
        {
            "time": ["2024-01-01", "soon", None],
            "sender_id": ["a", None, "c"],
            "receiver_id": ["b", "c", ""],
        }
    )
    times = "allowed: a number, a date, or a date with a time of day (ISO 8601)"
    with pytest.raises(ValueError) as caught:
        contact_stream(contacts)
    assert str(caught.value).splitlines() == [
        "4 faults, nothing counted:",
        f"  contacts, row 3, column time: found 'soon'; {times}",
        f"  contacts, row 4, column time: found nothing; {times}",
        "  contacts, row 3, column sender_id: found nothing; allowed: a label",
        "  contacts, row 4, column receiver_id: found nothing; allowed: a label",
    ]


@pytest.mark.parametrize(("time", "found"), [(np.inf, "'inf'"), (np.nan, "nothing")])
def test_a_time_must_be_a_finite_number(time: float, found: str) -> None:
    with pytest.raises(ValueError) as caught:
        contact_stream(frame([(1, "a", "b"), (time, "a", "b")]))
    assert str(caught.value) == (
        f"1 fault, nothing counted:\n  contacts, row 3, column time: found {found}; allowed: a number"
    )


def test_columns_that_are_not_there_are_named() -> None:
    with pytest.raises(ValueError) as caught:
        contact_stream(pd.DataFrame({"sender_id": ["a"]}))
    allowed = "found no such column; allowed: time, sender_id and receiver_id"
    assert str(caught.value).splitlines() == [
        "2 faults, nothing counted:",
        f"  contacts, row 1, column time: {allowed}",
        f"  contacts, row 1, column receiver_id: {allowed}",
    ]
