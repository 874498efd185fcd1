"""How often did what the meeting made possible come about? Closing rates of one event, with intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.checks import require_level
from analysis.contacts.closure import Coalescence
from analysis.contacts.positions import tied_by
from analysis.contacts.stream import ContactStream, contact_stream
from analysis.resampling.proportions import wilson_interval

__all__ = ["closing_rates"]


def closing_rates(
    contacts: pd.DataFrame | ContactStream, found: Coalescence, event: int, *, level: float = 0.95
) -> pd.DataFrame:
    """Return the share of possible closures that came about, and of closures that endured.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        What the detector read.
    found : Coalescence
        With its cascade.
    event : int
        Number of the event.
    level : float
        Of the intervals: Wilson's, as if pairs closed independently and with one chance each. People who
        share a contact or an occasion do not; where they do not, the intervals are too narrow.

    Returns
    -------
    DataFrame
        index: ``first_order`` (a collaborator with the other's star), ``second_order`` (between the stars),
        ``enduring`` (of the closures of either order); columns ``possible``, ``number``, ``rate``, ``lower``,
        ``upper`` (missing where nothing was possible). Possible are the pairs without a tie at t₀.

    Raises
    ------
    ValueError
        When the event is none of those found, or the level is not between 0 and 1.
    """
    require_level(level)
    rows = found.events[found.events["event"] == event]
    if rows.empty:
        raise ValueError(f"event: found {event}; allowed: a number among the events found")
    stream = contact_stream(contacts)
    row = rows.iloc[0]
    closed = int(row["closed"]) + int(row["second_order"])
    counts = {
        "first_order": (int(row["possible"]) - int(row["simultaneous"]), int(row["closed"])),
        "second_order": (_pairs_between(stream, event), int(row["second_order"])),
        "enduring": (closed, int(row["enduring"]) + int(row["second_order_enduring"])),
    }
    frame = pd.DataFrame.from_dict(counts, orient="index", columns=["possible", "number"])
    frame["rate"] = frame["number"] / frame["possible"].where(frame["possible"] > 0)
    frame["lower"], frame["upper"] = np.nan, np.nan
    for name, (possible, number) in counts.items():
        if possible:
            frame.loc[name, ["lower", "upper"]] = wilson_interval(number, possible, level)
    return frame


def _pairs_between(stream: ContactStream, event: int) -> int:
    """Return how many pairs of a member of one star and one of the other had no tie at t₀."""
    time = float(stream.first[event]) / stream.unit
    early, now = tied_by(stream, time, before=True), tied_by(stream, time)
    one, other = (
        early.indices[early.indptr[end] : early.indptr[end + 1]]
        for end in (stream.one[event], stream.other[event])
    )
    both = np.intersect1d(one, other)
    block = now[one][:, other]
    # A pair of two members of both stars is in the block twice, such a person with themselves once.
    inner = now[both][:, both]
    pairs = len(one) * len(other) - len(both) - len(both) * (len(both) - 1) // 2
    return int(pairs - block.nnz + inner.nnz // 2)
