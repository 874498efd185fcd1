"""Small records of contacts that the tests of this room share."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

# Day of January, and who: a and b meet on the 4th; a-d lasts, c-e and b-c do not.
DAYS = [
    (1, "ca"),
    (1, "bd"),
    (2, "be"),
    (4, "ab"),
    (6, "da"),
    (7, "ce"),
    (9, "bc"),
    (9, "ec"),
    (12, "ad"),
    (31, "be"),
]


@pytest.fixture
def contacts() -> pd.DataFrame:
    """Return the small stream, its rows in no order of time."""
    rows = [(f"2020-01-{number:02d}", *pair) for number, pair in reversed(DAYS)]
    return pd.DataFrame(rows, columns=["time", "sender_id", "receiver_id"])


@pytest.fixture
def numbered() -> pd.DataFrame:
    """Return many contacts of nine people, at whole-number times."""
    random = np.random.default_rng(4)
    ends = [random.choice(9, 2, replace=False) for _ in range(24)]
    return pd.DataFrame(
        {
            "time": np.arange(24),
            "sender_id": [f"p{one}" for one, _ in ends],
            "receiver_id": [f"p{other}" for _, other in ends],
        }
    )
