"""Streams of contacts that several tests of networks use."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from analysis.contacts.stream import ContactStream, contact_stream

Contact = tuple[float, str, str]

# A and B become collaborators at 10. Before it, A knows a1, a2 and s, B knows b1, b2, b3 and s.
HAND: list[Contact] = [
    (1, "A", "a1"),
    (2, "a2", "A"),
    (3, "B", "b1"),
    (3, "B", "b2"),
    (4, "b3", "B"),
    (5, "A", "s"),
    (6, "B", "s"),
    (10, "A", "B"),
    (10, "A", "b3"),  # at t0 itself: possible, and never a closure
    (11, "a1", "a1"),  # with oneself: left out
    (12, "A", "b1"),
    (17, "b1", "A"),  # 5 later: endures
    (13, "a1", "b2"),
    (30, "a1", "b2"),
    (14, "b2", "A"),
    (18, "A", "b2"),  # 4 later: does not
    (15, "s", "b1"),
    (16, "a2", "s"),
    (16, "a1", "a2"),  # both in A's star alone: no closure of A and B
    (17, "x", "b1"),
    (20, "B", "a1"),  # the last moment of a window of 10
    (25, "B", "a1"),
    (21, "B", "a2"),  # too late
]


def frame(contacts: list[Contact]) -> pd.DataFrame:
    return pd.DataFrame(contacts, columns=["time", "sender_id", "receiver_id"])


PEOPLE = st.sampled_from("ABCDEFG")

small_streams = st.lists(st.tuples(st.integers(0, 14), PEOPLE, PEOPLE), max_size=45)


def stream_of(contacts: list[Contact]) -> ContactStream:
    return contact_stream(frame(contacts))


def sparse_stream(people: int, contacts: int, seed: int) -> ContactStream:
    """Contacts over 100 units of time, of which two in five go back to an earlier pair."""
    random = np.random.default_rng(seed)
    rows: list[Contact] = []
    for time in np.sort(random.integers(0, 100, contacts)):
        again = rows and random.random() < 0.4
        one, other = rows[random.integers(len(rows))][1:] if again else random.choice(people, 2, False)
        rows.append((int(time), str(one), str(other)))
    return stream_of(rows)


def entries(stream: ContactStream) -> dict[str, float]:
    found: dict[str, float] = {}
    for time, *ends in stream.frame().to_numpy().tolist():
        for name in ends:
            found.setdefault(name, time)
    return found


def day(number: int) -> float:
    """Return a day of January 2020 in days since 1970-01-01."""
    return float((pd.Timestamp(2020, 1, number) - pd.Timestamp(0)).days)
