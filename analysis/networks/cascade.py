"""One meeting and what came of it, looked at from several sides: in steps, by settings, before and after."""

from __future__ import annotations

from collections.abc import Sequence

import igraph
import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.networks.closure import Coalescence, star_coalescence
from analysis.networks.contacts import ContactStream, contact_stream
from analysis.networks.panel import Panel
from analysis.networks.triads import structural_holes, triad_census

__all__ = ["brokers_before_after", "census_before_after", "sensitivity", "steps", "tied_by", "timeline"]

Floats = npt.NDArray[np.float64]


def tied_by(stream: ContactStream, time: float) -> Floats:
    """Return who was in contact by a time, itself included: (n, n), symmetric, in the order of `people`.

    `time` is in the unit of the stream (days since 1970-01-01 for dates).
    """
    matrix = np.zeros((len(stream.people), len(stream.people)))
    there = stream.first <= time * stream.unit
    matrix[stream.one[there], stream.other[there]] = 1.0
    matrix[stream.other[there], stream.one[there]] = 1.0
    return matrix


def steps(contacts: pd.DataFrame, times: Sequence[float], labels: Sequence[str]) -> Panel:
    """Return the network of contacts as it stood at several times, as a panel of one relation.

    Parameters
    ----------
    contacts : DataFrame
        As for `star_coalescence`.
    times : sequence of float
        In the unit of the stream.
    labels : sequence of str
        Names of the steps.

    Raises
    ------
    ValueError
        When there is not one label a time.
    """
    if len(times) != len(labels):
        raise ValueError(f"found {len(times)} times and {len(labels)} labels; allowed: one label a time")
    stream = contact_stream(contacts)
    matrices = [tied_by(stream, time) for time in times]
    return Panel.from_matrices(matrices, actors=list(stream.people), waves=list(labels), relation="contact")


def sensitivity(
    contacts: pd.DataFrame,
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
        One row a combination: `Coalescence.tidy`.
    """
    stream = contact_stream(contacts)
    found = [
        star_coalescence(
            stream, window=window, persistence=persistence, burn_in=burn_in, pairs=pairs, cascade=False
        ).tidy()
        for window in windows
        for persistence in persistences
    ]
    return pd.concat(found, ignore_index=True)


def timeline(found: Coalescence, event: int) -> pd.DataFrame:
    """Return the cascade of one event day by day.

    Parameters
    ----------
    found : Coalescence
        With its cascade.
    event : int
        Number of the event.

    Returns
    -------
    DataFrame
        ``days`` since t₀, and for each kind the number of closures so far: ``first_order`` (of either
        collaborator), ``second_order``; ``enduring`` (of both).
    """
    row = found.events.set_index("event").loc[event]
    part = found.cascade[found.cascade["event"] == event].sort_values("time", kind="stable")
    second = part["kind"] == "second_order"
    return pd.DataFrame(
        {
            "days": part["time"] - row["t0"],
            "first_order": (~second).cumsum(),
            "second_order": second.cumsum(),
            "enduring": part["enduring"].astype(bool).cumsum(),
        }
    ).reset_index(drop=True)


def census_before_after(contacts: pd.DataFrame, before: float, after: float) -> pd.DataFrame:
    """Return the triads of the network of contacts at two times.

    Contacts have no direction here, so four of the sixteen kinds can occur: 003 (no tie), 102 (one), 201 (a
    two-path), 300 (a triangle).

    Returns
    -------
    DataFrame
        index `triad`; columns ``before``, ``after``, ``change``.
    """
    stream = contact_stream(contacts)
    columns = {
        name: triad_census(tied_by(stream, time)) for name, time in (("before", before), ("after", after))
    }
    frame = pd.DataFrame(columns).loc[["003", "102", "201", "300"]].rename_axis("triad")
    return frame.assign(change=frame["after"] - frame["before"])


def brokers_before_after(
    contacts: pd.DataFrame, people: Sequence[str], before: float, after: float
) -> pd.DataFrame:
    """Return where people stand between others, at two times.

    Parameters
    ----------
    contacts : DataFrame
        As for `star_coalescence`.
    people : sequence of str
        Whose rows are wanted.
    before, after : float
        In the unit of the stream.

    Returns
    -------
    DataFrame
        index `person`, `when`; ``contacts`` (how many people), ``constraint`` (Burt 1992: lower is more room
        between others), ``effective_size``, ``betweenness`` (Freeman 1977, ÷ its greatest value).

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
    for when, time in (("before", before), ("after", after)):
        matrix = tied_by(stream, time)
        holes = structural_holes(matrix)
        graph = igraph.Graph.Adjacency(matrix.astype(int).tolist(), mode="undirected")
        most = (len(matrix) - 1) * (len(matrix) - 2) / 2
        between = graph.betweenness()
        for person in people:
            place = int(np.flatnonzero(stream.people == person)[0])
            rows[person, when] = {
                "contacts": int(matrix[place].sum()),
                "constraint": float(holes["constraint"].iloc[place]),
                "effective_size": float(holes["effective_size"].iloc[place]),
                "betweenness": between[place] / most if most else np.nan,
            }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(rows, names=["person", "when"])
    return frame
