"""Networks of people from who was at which activity, and chance that keeps both margins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Flags, Floats
from analysis.checks import NotEstimable, require_count
from analysis.finding import Finding, key_of, p_in_words, percent, row_of
from analysis.resampling.monte_carlo import p_value

__all__ = ["Attended", "activity_network", "attended", "drawn_attendances", "met_by_chance", "met_findings"]

_TRADES = 5
"""Trades for each person between two draws (Strona et al. 2014 find the fill mixed after as many)."""


@dataclass(frozen=True, eq=False)
class Attended:
    """Who was at which activity.

    Attributes
    ----------
    people, activities : tuple of str
        Sorted; only those with an attendance.
    there : ndarray of bool, shape (people, activities)
    """

    people: tuple[str, ...]
    activities: tuple[str, ...]
    there: Flags


def attended(attendance: pd.DataFrame) -> Attended:
    """Read a table of attendance.

    Parameters
    ----------
    attendance : DataFrame
        ``activity_id``, ``actor_id`` of the data model; a row that repeats counts once.

    Examples
    --------
    >>> rows = pd.DataFrame({"activity_id": ["lab", "lab", "fair"], "actor_id": ["a", "b", "b"]})
    >>> attended(rows).there.astype(int).tolist()  # a: lab; b: fair and lab
    [[0, 1], [1, 1]]
    """
    people, activities = sorted(set(attendance["actor_id"])), sorted(set(attendance["activity_id"]))
    there = np.zeros((len(people), len(activities)), dtype=bool)
    rows = pd.Index(people).get_indexer(pd.Index(attendance["actor_id"]))
    there[rows, pd.Index(activities).get_indexer(pd.Index(attendance["activity_id"]))] = True
    return Attended(tuple(people), tuple(activities), there)


def activity_network(there: Flags) -> Floats:
    """Return how strongly activities connect people: an activity of n people adds 1/(n - 1) to each pair.

    A workshop of forty connects two people less than a visit of three. The weights of a person sum to the
    number of activities at which they were not alone.

    Parameters
    ----------
    there : ndarray of bool, shape (people, activities)

    Returns
    -------
    ndarray of float, shape (people, people)
        Symmetric, zeros on the diagonal.

    References
    ----------
    Newman, M. E. J. (2001). Scientific collaboration networks. II. Physical Review E 64, 016132, eq. 2.

    Examples
    --------
    >>> activity_network(np.array([[1, 1], [1, 1], [1, 0]], dtype=bool)).tolist()
    [[0.0, 1.5, 0.5], [1.5, 0.0, 0.5], [0.5, 0.5, 0.0]]
    """
    size = there.sum(axis=0)
    shared = there[:, size > 1].astype(float)
    weights: Floats = (shared / (size[size > 1] - 1)) @ shared.T
    np.fill_diagonal(weights, 0.0)
    return weights


def drawn_attendances(there: Flags, *, draws: int, seed: int) -> Iterator[Flags]:
    """Yield attendances drawn at random: each person goes to as many activities, each activity has as many.

    Two people trade activities that only one of them went to (the curveball algorithm), many times between
    two draws.

    Parameters
    ----------
    there : ndarray of bool, shape (people, activities)
    draws, seed : int

    References
    ----------
    Strona, G., Nappo, D., Boccacci, F., Fattorini, S. & San-Miguel-Ayanz, J. (2014). Nature Communications 5,
    4114. Carstens, C. J. (2015). Physical Review E 91, 042812 (that all attendances are equally likely).

    Examples
    --------
    >>> there = np.array([[1, 0, 1], [0, 1, 0]], dtype=bool)
    >>> [one.sum(axis=1).tolist() for one in drawn_attendances(there, draws=2, seed=1)]
    [[2, 1], [2, 1]]
    """
    require_count("draws", draws)
    random = np.random.default_rng(seed)
    now = there.copy()
    for _ in range(draws):
        for _ in range(_TRADES * len(now) if len(now) > 1 else 0):
            one, other = random.choice(len(now), 2, replace=False)
            apart = np.flatnonzero(now[one] != now[other])
            dealt = random.permutation(now[one, apart])
            now[one, apart], now[other, apart] = dealt, ~dealt
        yield now.copy()


def met_by_chance(tables: Mapping[str, pd.DataFrame], *, draws: int, seed: int) -> pd.DataFrame:
    """Compare who met with what chance gives when everybody's and every activity's numbers are kept.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors and attendance of the data model.
    draws, seed : int

    Returns
    -------
    DataFrame
        Index ``pairs that met`` (share of all pairs), ``pairs that met again`` (of those, share that met at
        two activities or more), ``within organisations`` (share of the network's weight); columns
        ``observed``, ``expected``, ``lower``, ``upper`` (the middle 95 % of the draws), ``p`` (about that).

    Raises
    ------
    NotEstimable
        Where no two people were at one activity.
    """
    found = attended(tables["attendance"])
    if not len(found.people) or not activity_network(found.there).any():
        raise NotEstimable("found no two people at one activity")
    home = tables["actors"].set_index("actor_id")["organization_id"].reindex(list(found.people))
    codes = pd.factorize(home)[0]
    same = (codes[:, None] == codes) & (codes >= 0)
    observed = _met(found.there, same)
    drawn = np.array([_met(one, same) for one in drawn_attendances(found.there, draws=draws, seed=seed)])
    lower, upper = np.quantile(drawn, [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {
            "observed": observed,
            "expected": drawn.mean(axis=0),
            "lower": lower,
            "upper": upper,
            "p": [
                p_value(column, value, "about_centre")
                for column, value in zip(drawn.T, observed, strict=True)
            ],
        },
        index=pd.Index(["pairs that met", "pairs that met again", "within organisations"], name="what"),
    )


def _met(there: Flags, same: Flags) -> list[float]:
    often = (there.astype(int) @ there.T.astype(int))[np.triu_indices(len(there), 1)]
    weights = activity_network(there)
    return [
        float((often > 0).mean()),
        float((often > 1).sum() / (often > 0).sum()),
        float(weights[same].sum() / weights.sum()),
    ]


def met_findings(frame: pd.DataFrame | NotEstimable) -> list[Finding]:
    """Say how many pairs met at activities, and whether people met their own school more than chance gives.

    Parameters
    ----------
    frame : DataFrame or NotEstimable
        As from `met_by_chance`, recorded as the table ``met``.
    """
    if isinstance(frame, NotEstimable):
        return []
    pairs, again, own = (row_of(frame, name) for name in frame.index)
    key = [key_of("met", name, "observed") for name in frame.index]
    sure = own["p"] < 0.05
    more = "more" if own["observed"] > own["expected"] else "less"
    told = f"{more} than chance gives" if sure else "not clearly more or less than chance gives"
    return [
        Finding(
            "met",
            f"Activities brought {percent(pairs['observed'])} of all pairs of people together; "
            f"{percent(again['observed'])} of these pairs met at two activities or more.",
            (key[0], key[1]),
        ),
        Finding(
            "own",
            f"{percent(own['observed'])} of the activities' connections are within organisations, {told} "
            f"({percent(own['expected'])} expected; {p_in_words(own['p'])}).",
            (
                key[2],
                key_of("met", "within organisations", "expected"),
                key_of("met", "within organisations", "p"),
            ),
        ),
    ]
