"""Window, persistence and burn-in: by default after the length of the record, and how results move with them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pandas as pd

from analysis.contacts.cascade import people_behind
from analysis.contacts.closure import star_coalescence
from analysis.contacts.stream import ContactStream, contact_stream

__all__ = ["sensitivity", "spans_of"]


def spans_of(
    contacts: pd.DataFrame | ContactStream,
    *,
    window: float | None = None,
    persistence: float | None = None,
    burn_in: float | None = None,
) -> dict[str, float]:
    """Return settings of the detector: those given, the others after the length of the record.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        As for `star_coalescence`.
    window, persistence, burn_in : float, optional
        By default a quarter, a twelfth and a sixth of the time from the first contact to the last, in whole
        units (days), 1 at least. A convention of ours, so that half of the record can hold a first tie that
        is followed to the end; what fits how people meet is better.
    """
    clock = contact_stream(contacts).clock
    span = (clock[-1] - clock[0]) / contact_stream(contacts).unit if len(clock) else 0.0
    given = {"window": (window, 4), "persistence": (persistence, 12), "burn_in": (burn_in, 6)}
    return {
        name: float(max(1, round(span / part))) if value is None else value
        for name, (value, part) in given.items()
    }


def sensitivity(
    contacts: pd.DataFrame | ContactStream,
    windows: Sequence[float],
    persistences: Sequence[float],
    *,
    burn_in: float | None = None,
    pairs: Sequence[tuple[object, object]] | None = None,
) -> pd.DataFrame:
    """Return how the result moves with window and persistence.

    Parameters
    ----------
    contacts, burn_in, pairs
        As for `star_coalescence`.
    windows, persistences : sequence of float
        Settings to be combined.

    Returns
    -------
    DataFrame
        One row a combination: `Coalescence.tidy`, and how many different ``people`` its enduring closures
        are between.
    """
    stream = contact_stream(contacts)
    rows = []
    for window, persistence in product(windows, persistences):
        found = star_coalescence(stream, window=window, persistence=persistence, burn_in=burn_in, pairs=pairs)
        rows.append(found.tidy().assign(people=people_behind(found)["enduring"]))
    return pd.concat(rows, ignore_index=True)
