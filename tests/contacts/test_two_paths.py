"""Two-paths: by hand, against a search of all triples, on bad input."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings

from analysis.contacts.closure import star_coalescence
from analysis.contacts.two_paths import two_paths
from tests.contacts.streams import HAND, Contact, frame, small_streams


def test_two_paths_by_hand() -> None:
    # b, then c, at a: b a c opens at 2 and closes at 4; d at a opens b a d and c a d at 3, of which b d at 3
    # keeps b a d from opening; b d at 3 with a b opens nothing more; b c at 4 with b d and c's none: d b c.
    contacts = [(1, "a", "b"), (2, "c", "a"), (3, "a", "d"), (3, "d", "b"), (4, "b", "c"), (5, "a", "b")]
    found = two_paths(frame(contacts))
    assert found.astype(object).where(found.notna(), None).to_numpy().tolist() == [
        ["a", "b", "c", 2, 4],
        ["a", "c", "d", 3, None],
        ["b", "c", "d", 4, None],
    ]
    by_time = two_paths(frame(contacts), by="time").to_numpy().tolist()
    assert by_time == [[1, 0, 0, 0], [2, 1, 0, 1], [3, 1, 0, 2], [4, 1, 1, 2]]
    by_broker = two_paths(frame(contacts), by="broker").to_numpy().tolist()
    assert by_broker == [["a", 2, 1], ["b", 1, 0], ["c", 0, 0], ["d", 0, 0]]


@settings(deadline=None)
@given(small_streams)
def test_two_paths_agree_with_a_search_of_all_triples(contacts: list[Contact]) -> None:
    first: dict[frozenset[str], float] = {}
    for time, sender, receiver in sorted(contacts):
        if sender != receiver:
            first.setdefault(frozenset((sender, receiver)), time)
    people = sorted({name for _, *ends in contacts for name in ends})
    expected = []
    for broker in people:
        for one, other in combinations([name for name in people if name != broker], 2):
            near = [first.get(frozenset((broker, end)), np.inf) for end in (one, other)]
            tied = first.get(frozenset((one, other)), np.inf)
            if max(near) < np.inf and tied > max(near):
                expected.append([max(near), broker, one, other, tied, near[0] != near[1]])
    paths = two_paths(frame(contacts))
    columns = ["opened", "broker", "first", "second", "closed"]
    assert paths[columns].fillna({"closed": np.inf}).to_numpy().tolist() == [
        row[:5] for row in sorted(expected)
    ]
    # What is possible and was not tied at once is what the event opens, but for paths opened at both ends.
    events = star_coalescence(frame(contacts), window=1, persistence=0).events
    assert (events["possible"] - events["simultaneous"]).sum() == sum(row[5] for row in expected)
    by_time = two_paths(frame(contacts), by="time").set_index("time")
    assert by_time["opened"].to_dict() == {
        time: int((paths["opened"] == time).sum()) for time in set(first.values())
    }
    assert by_time["closed"].to_dict() == {
        time: int((paths["closed"] == time).sum()) for time in set(first.values())
    }
    still = [int(((paths["opened"] <= time) & ~(paths["closed"] <= time)).sum()) for time in by_time.index]
    assert by_time["open"].tolist() == still
    by_broker = two_paths(frame(contacts), by="broker").set_index("broker")
    assert by_broker["opened"].to_dict() == {name: int((paths["broker"] == name).sum()) for name in people}
    closed = paths[paths["closed"].notna()]
    assert by_broker["closed"].to_dict() == {name: int((closed["broker"] == name).sum()) for name in people}


def test_two_paths_are_counted_by_three_things_only() -> None:
    with pytest.raises(ValueError) as caught:
        two_paths(frame(HAND), by="day")  # type: ignore[arg-type]
    assert str(caught.value) == "by is 'day'; allowed are 'path', 'time', 'broker'"
