"""Where people stand in the network of contacts by a time: ties, triads, brokers, before and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from analysis.contacts.stream import ContactStream, contact_stream
from analysis.ties.structural_holes import structural_holes
from analysis.ties.triads import triad_census

__all__ = ["brokers_before_after", "census_before_after", "tied_by"]


def tied_by(stream: ContactStream, time: float, *, before: bool = False) -> sparse.csr_array:
    """Return who was in contact by a time.

    Parameters
    ----------
    stream : ContactStream
    time : float
        In the unit of the stream (days since 1970-01-01 for dates), itself included.
    before : bool
        Whether the time itself is left out.

    Returns
    -------
    csr_array of shape (n, n)
        Symmetric, 1 for a tie, in the order of the stream's people.
    """
    moment = stream.ticks(time)
    there = stream.first < moment if before else stream.first <= moment
    one, other = stream.one[there], stream.other[there]
    ends = np.concatenate([one, other]), np.concatenate([other, one])
    size = len(stream.people)
    return sparse.csr_array((np.ones(len(ends[0])), ends), shape=(size, size))


def census_before_after(contacts: pd.DataFrame | ContactStream, before: float, after: float) -> pd.DataFrame:
    """Return the triads of the network of contacts at two times.

    Contacts have no direction here, so four of the sixteen kinds can occur: 003 (no tie), 102 (one), 201 (a
    two-path), 300 (a triangle).

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        As for `star_coalescence`.
    before, after : float
        In the unit of the stream: what came before the first, and by the second, itself included.

    Returns
    -------
    DataFrame
        index `triad`; columns ``before``, ``after``, ``change``.
    """
    stream = contact_stream(contacts)
    columns = {
        "before": triad_census(tied_by(stream, before, before=True)),
        "after": triad_census(tied_by(stream, after)),
    }
    frame = pd.DataFrame(columns).loc[["003", "102", "201", "300"]].rename_axis("triad")
    return frame.assign(change=frame["after"] - frame["before"])


def brokers_before_after(
    contacts: pd.DataFrame | ContactStream, people: Sequence[str], before: float, after: float
) -> pd.DataFrame:
    """Return where people stand between others, at two times.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        As for `star_coalescence`.
    people : sequence of str
        Whose rows are wanted.
    before, after : float
        As for `census_before_after`.

    Returns
    -------
    DataFrame
        index `person`, `when`; ``contacts`` (how many people), ``constraint`` (Burt 1992: lower is more room
        between others), ``effective_size`` (contacts less how many of the others each of them is tied to, on
        average).

    Raises
    ------
    ValueError
        With everyone asked for who is never in contact.
    """
    stream = contact_stream(contacts)
    unknown = [repr(person) for person in people if person not in set(stream.people)]
    if unknown:
        raise ValueError(f"people: found no contact of {', '.join(unknown)}")
    rows = {}
    for when, matrix in (
        ("before", tied_by(stream, before, before=True)),
        ("after", tied_by(stream, after)),
    ):
        holes = structural_holes(matrix)
        for person in people:
            place = int(np.flatnonzero(stream.people == person)[0])
            rows[person, when] = {
                "contacts": int(holes["contacts"].iloc[place]),
                "constraint": float(holes["constraint"].iloc[place]),
                "effective_size": float(holes["effective_size"].iloc[place]),
            }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(rows, names=["person", "when"])
    return frame
