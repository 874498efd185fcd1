"""Which activities new ties may have come from: every admissible answer counted, not one picked.

A tie that is new in a wave came about at some time since the wave before. Which activity it came from is not
in the network. What is known beside it narrows the answer: when activities took place; who was there; when
the two were in contact. Under each kind of knowledge an activity is *admissible* for a tie if nothing known
speaks against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.ties.panel import Panel

__all__ = [
    "KNOWLEDGE",
    "activity_shares",
    "admissible",
    "exposures",
    "intervals",
    "new_ties",
    "risk_set",
    "summarised",
]

KNOWLEDGE = ("dates", "dates and attendance", "dates, attendance and contacts")
"""What may be known beside the network, each kind with the ones before it."""


def intervals(tables: Mapping[str, pd.DataFrame], waves: Sequence[object]) -> pd.DataFrame:
    """Return which activities lie between which waves.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        waves (with dates) and activities.
    waves : sequence
        The waves of the panel, in order of time.

    Returns
    -------
    DataFrame
        ``wave`` (the later of the two), ``activity_id``, ``date``. An activity counts from the day the
        earlier wave opened to the day the later one closed: while a wave is collected somebody may answer
        before it and somebody after it, so that one on such a day belongs to both sides.

    Raises
    ------
    NotEstimable
        When a wave has no date: activities then cannot be put before or after it.
    """
    dated = tables["waves"].set_index("wave").loc[list(waves), ["opened_on", "closed_on"]]
    opened = dated["opened_on"].fillna(dated["closed_on"]).tolist()
    closed = dated["closed_on"].fillna(dated["opened_on"]).tolist()
    if dated.isna().all(axis=1).any():
        undated = ", ".join(str(wave) for wave in dated.index[dated.isna().all(axis=1)])
        raise NotEstimable(
            f"waves {undated} have no date; allowed: opened_on or closed_on in the table waves, so that "
            "activities can be put before or after them"
        )
    parts = []
    for place, wave in enumerate(list(waves)[1:]):
        there = tables["activities"][["activity_id", "date"]]
        there = there[(there["date"] >= opened[place]) & (there["date"] <= closed[place + 1])]
        parts.append(there.assign(wave=[wave] * len(there)))
    columns = ["wave", "activity_id", "date"]
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return found[columns].sort_values(["wave", "date", "activity_id"], ignore_index=True)


def risk_set(panel: Panel, *, threshold: float | None = None) -> pd.DataFrame:
    """Return every ordered pair that could form a tie, wave by wave, and whether it did.

    Parameters
    ----------
    panel : Panel
        Of one relation.
    threshold : float, optional
        Lowest value that counts as a tie; by default any other than 0.

    Returns
    -------
    DataFrame
        ``wave`` (the later of two), ``sender_id``, ``receiver_id``, ``formed`` (0 or 1), ``returned``
        (1 where the receiver had a tie to the sender in the earlier wave, 0 where not, missing where that was
        not observed). Only pairs without a tie in the earlier wave who could have had one in both
        (`analysis.ties.possible`): observed, and not of two organizations where ties never cross.
    """
    parts = []
    names = np.array(panel.actors, dtype=object)
    for first, second in pairwise(panel.waves):
        early, late = (panel.matrix(wave, threshold=threshold) for wave in (first, second))
        at_risk = (early == 0) & panel.possible(first).cells & panel.possible(second).cells
        # The diagonal of a matrix is 0 also for those who were not there; their rows are missing.
        senders, receivers = at_risk.nonzero()
        parts.append(
            pd.DataFrame(
                {
                    "wave": second,
                    "sender_id": names[senders],
                    "receiver_id": names[receivers],
                    "formed": (late[at_risk] != 0).astype(int),
                    "returned": np.where(np.isnan(early.T), np.nan, early.T != 0)[at_risk],
                }
            )
        )
    columns = ["wave", "sender_id", "receiver_id", "formed", "returned"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def new_ties(panel: Panel, *, threshold: float | None = None) -> pd.DataFrame:
    """Return the ties that are new in each wave: ``wave``, ``sender_id``, ``receiver_id``.

    A tie of somebody who did not answer, or was not there, in the earlier wave is not known to be new.
    """
    pairs = risk_set(panel, threshold=threshold)
    return pairs.loc[pairs["formed"] == 1, ["wave", "sender_id", "receiver_id"]].reset_index(drop=True)


def admissible(
    tables: Mapping[str, pd.DataFrame], pairs: pd.DataFrame, waves: Sequence[object]
) -> dict[str, pd.DataFrame]:
    """Return which activities each pair's tie may have come from, under each kind of knowledge.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        waves, activities; attendance and contacts where they are known.
    pairs : DataFrame
        ``wave``, ``sender_id``, ``receiver_id``: as from `risk_set` or `new_ties`.
    waves : sequence
        The waves of the panel.

    Returns
    -------
    dict of str to DataFrame
        By kind of knowledge (`KNOWLEDGE`, as far as there are tables): a row per pair, in the order given, a
        column an activity, in the order of time; whether it is admissible. By dates: it took place between
        the two waves. By attendance: also, both were there. By contacts: also, the two were in contact that
        day, either way. Records of attendance and contacts are taken for complete.
    """
    between = intervals(tables, waves)
    order = tables["activities"].sort_values(["date", "activity_id"])
    names = [name for name in order["activity_id"] if name in set(between["activity_id"])]
    place = {name: position for position, name in enumerate(names)}
    dated = np.zeros((len(pairs), len(names)), dtype=bool)
    for wave, activity in between[["wave", "activity_id"]].itertuples(index=False):
        dated[(pairs["wave"] == wave).to_numpy(dtype=bool), place[activity]] = True
    found = {KNOWLEDGE[0]: dated}
    if "attendance" in tables:
        came = set(tables["attendance"][["activity_id", "actor_id"]].itertuples(index=False, name=None))
        ends = [
            np.array([[(name, actor) in came for name in names] for actor in pairs[column]], dtype=bool)
            for column in ("sender_id", "receiver_id")
        ]
        found[KNOWLEDGE[1]] = dated & (ends[0] & ends[1]).reshape(dated.shape)
        if "contacts" in tables:
            touched = _days_of_contact(tables["contacts"])
            days = order.set_index("activity_id")["date"].astype(str)
            met = [
                [(days[name], frozenset(pair)) in touched for name in names]
                for pair in pairs[["sender_id", "receiver_id"]].itertuples(index=False, name=None)
            ]
            found[KNOWLEDGE[2]] = found[KNOWLEDGE[1]] & np.array(met, dtype=bool).reshape(dated.shape)
    return {known: pd.DataFrame(cells, columns=names, index=pairs.index) for known, cells in found.items()}


def exposures(
    pairs: pd.DataFrame, allowed: pd.DataFrame, groups: Mapping[Any, object]
) -> tuple[pd.Series, pd.DataFrame]:
    """Return what `tie_models.formation.formation_rates` takes: outcomes, and what each pair was exposed to.

    Parameters
    ----------
    pairs : DataFrame
        As from `risk_set`.
    allowed : DataFrame
        The same rows by activities (`admissible`).
    groups : mapping of actor to object
        The group of each person.

    Returns
    -------
    formed : Series of 0 and 1
        Without the pairs of which it was not observed whether a tie could be returned.
    exposures : DataFrame
        ``same_group``, ``other_group``, ``returned``, then a column per activity; without those to which no
        pair was exposed.
    """
    known = pairs["returned"].notna()
    homes = [pairs[column].map(groups) for column in ("sender_id", "receiver_id")]
    same = (homes[0] == homes[1]).astype(float)
    frame = pd.concat(
        [
            pd.DataFrame({"same_group": same, "other_group": 1 - same, "returned": pairs["returned"]}),
            allowed.astype(float),
        ],
        axis=1,
    )[known]
    return pairs.loc[known, "formed"], frame.loc[:, (frame > 0).any()]


def _days_of_contact(contacts: pd.DataFrame) -> set[tuple[str, frozenset[str]]]:
    days = contacts["time"].astype(str).str.slice(0, 10)
    ends = contacts[["sender_id", "receiver_id"]].itertuples(index=False, name=None)
    return {(day, frozenset(pair)) for day, pair in zip(days, ends, strict=True)}


def activity_shares(allowed: pd.DataFrame) -> pd.DataFrame:
    """Return how many new ties each activity may account for.

    Parameters
    ----------
    allowed : DataFrame
        A row per new tie, a column per activity: whether it is admissible (`admissible`).

    Returns
    -------
    DataFrame
        index `activity`; ``at_least`` and ``at_most`` (ties for which it is admissible). At least is the
        number of ties for which no other activity is admissible, if every new tie has one: as many came from
        it if none came from elsewhere, which the network alone cannot rule out. Where a new tie has no
        admissible activity, ties do come from elsewhere, any of them may have, and at least is 0 for all.

    Examples
    --------
    >>> activity_shares(pd.DataFrame({"lab": [True, True], "fair": [False, True]})).to_numpy().tolist()
    [[1, 2], [0, 1]]
    >>> activity_shares(pd.DataFrame({"lab": [True, False], "fair": [False, False]})).to_numpy().tolist()
    [[0, 1], [0, 0]]
    """
    cells = allowed.to_numpy(dtype=bool)
    alone = cells & (cells.sum(axis=1) == 1)[:, None] & cells.any(axis=1).all()
    return pd.DataFrame(
        {"at_least": alone.sum(axis=0), "at_most": cells.sum(axis=0)},
        index=pd.Index(allowed.columns, name="activity"),
    )


def summarised(allowed: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how far each kind of knowledge narrows the answer down.

    Parameters
    ----------
    allowed : mapping of str to DataFrame
        New ties by activities, under each kind of knowledge (`admissible`).

    Returns
    -------
    DataFrame
        index `known`; ``new_ties``; ``none``, ``one``, ``several``: ties with no, one, more than one
        admissible activity; ``histories``: the number of ways to trace every tie that has an admissible
        activity to one, as its logarithm to base 10.
    """
    rows = {}
    for known, frame in allowed.items():
        counts = frame.to_numpy(dtype=bool).sum(axis=1)
        rows[known] = {
            "new_ties": len(counts),
            "none": int((counts == 0).sum()),
            "one": int((counts == 1).sum()),
            "several": int((counts > 1).sum()),
            "histories": float(np.log10(counts[counts > 0]).sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("known")
