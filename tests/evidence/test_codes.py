"""Codes close together: against rENA on 20 chats, plain loops, and on bad input."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.evidence.codes import coded_lines, connections, normalised

NAMES = ["document_id", "segment_id", "coder_id", "code", "applied"]


def theirs(rena: dict[str, Any], what: str) -> np.ndarray:
    return pd.DataFrame(rena[what]).to_numpy()


def by_length(values: np.ndarray) -> np.ndarray:
    """Put units into an order that rests on their values alone: rENA has them in another."""
    return values[np.lexsort(values.T)]


def test_counts_are_those_of_rena(chats: Any, rena: dict[str, Any]) -> None:
    counts = chats[0]
    expected = [874, 690, 768, 211, 215, 226, 867, 1141, 828, 288, 186, 242, 151, 66, 277]
    assert counts.sum().tolist() == expected == rena["total_counts"]
    assert np.array_equal(by_length(counts.to_numpy()), by_length(theirs(rena, "counts")))
    lines = by_length(normalised(counts).to_numpy())
    assert lines == pytest.approx(by_length(theirs(rena, "line_weights")), abs=1e-9)


@settings(max_examples=30)
@given(seed=st.integers(0, 10_000), window=st.integers(1, 6))
def test_connections_are_what_plain_loops_count(seed: int, window: int) -> None:
    random = np.random.default_rng(seed)
    lines = pd.DataFrame(random.integers(0, 2, (12, 4)), columns=[*"abcd"])
    homes, owners = random.integers(0, 2, 12).tolist(), random.choice(["u", "v"], 12).tolist()
    expected: dict[tuple[str, str], int] = {}
    for number in range(12):
        earlier = (
            [one for one in range(number) if homes[one] == homes[number]][-(window - 1) :]
            if window > 1
            else []
        )
        for first, second in combinations("abcd", 2):
            now = {name for name in (first, second) if lines.loc[number, name]}
            past = {name for name in (first, second) if lines.loc[earlier, name].any()}
            joined = bool(now) and now | past == {first, second}
            key = owners[number], f"{first} & {second}"
            expected[key] = expected.get(key, 0) + joined
    found = connections(lines, homes, owners, window=window)
    assert {key: found.loc[key] for key in expected} == expected
    assert found.columns.tolist() == ["a & b", "a & c", "b & c", "a & d", "b & d", "c & d"]


def test_segments_are_in_the_order_of_their_numbers() -> None:
    rows = [("d", f"s{n}", c, code, int(n % 2 == 0)) for n in (10, 9, 2) for c in "xy" for code in ("t", "h")]
    found = coded_lines(pd.DataFrame(rows, columns=NAMES), "y")
    assert [segment for _, segment in found.index] == ["s2", "s9", "s10"]
    assert found.columns.tolist() == ["t", "h"]
    assert found["t"].tolist() == [1, 0, 1]


def test_bad_codings_are_named_at_once() -> None:
    rows = [("d", "s1", "x", "t", 1), ("d", "s1", "x", "t", 0), ("d", "s2", "y", "h", 1)]
    with pytest.raises(ValueError, match=r"2 coders \(x, y\); .*; decisions told twice: d/s1"):
        coded_lines(pd.DataFrame(rows, columns=NAMES))
    with pytest.raises(ValueError, match="coder 'z'; allowed are x, y"):
        coded_lines(pd.DataFrame(rows, columns=NAMES), "z")
    gaps = [("d", "s1", "x", "t", 1), ("d", "s2", "x", "h", 1)]
    with pytest.raises(ValueError, match="not read for every code: d/s1, d/s2"):
        coded_lines(pd.DataFrame(gaps, columns=NAMES))


def test_bad_lines_are_named_at_once() -> None:
    with pytest.raises(ValueError) as raised:
        connections(pd.DataFrame({"a & b": [0, 2]}), ["d"], ["u"] * 3, window=0)
    for part in (
        "other than 0 and 1 of a & b",
        "1 codes",
        "1 conversations",
        "3 units",
        "codes named with & between spaces: a & b",
        "a window of 0",
    ):
        assert part in str(raised.value)
