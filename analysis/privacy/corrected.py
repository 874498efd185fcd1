"""Whose rows are other ones than when an earlier report was made: what a correction would tell by itself.

The same people, before and after one of them is corrected, have two means: the difference is that person's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import reduce

import pandas as pd

__all__ = ["digests"]

_WHOSE = {
    "ties": "reported_by",
    "responses": "actor_id",
    "attendance": "actor_id",
    "adoptions": "adopter_id",
    "contacts": "sender_id",
    "actors": "actor_id",
}
"""Tables that people answer for, and whose a row is."""


def digests(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, dict[str, str]]]:
    """Return a hash of each person's rows, by table, wave (empty: the table has none) and person.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Of the data model.

    Examples
    --------
    >>> rows = {"actor_id": ["a", "a", "b"], "wave": [1, 1, 2], "value": [1, 2, 3]}
    >>> before = digests({"responses": pd.DataFrame(rows)})["responses"]
    >>> after = digests({"responses": pd.DataFrame({**rows, "value": [1, 4, 3]})})["responses"]
    >>> {wave: [one for one in before[wave] if before[wave][one] != after[wave][one]] for wave in before}
    {'1': ['a'], '2': []}
    """
    found: dict[str, dict[str, dict[str, str]]] = {}
    for name, column in _WHOSE.items():
        if name not in tables or not len(tables[name]):
            continue
        frame = tables[name].astype("string").fillna("")
        frame = frame.sort_values(list(frame.columns))
        rows = reduce(lambda one, other: one + "\0" + other, (frame[label] for label in frame))
        waves = frame["wave"] if "wave" in frame else pd.Series("", index=frame.index)
        for (wave, person), own in rows.groupby([waves, frame[column]]):
            told = hashlib.sha256("\n".join(own).encode()).hexdigest()[:16]
            found.setdefault(name, {}).setdefault(str(wave), {})[str(person)] = told
    return found
