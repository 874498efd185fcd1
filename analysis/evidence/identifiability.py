"""Two histories, one network: what waves of a survey cannot tell apart, and what would.

A history says of every new tie which activity it came from and on what day. Surveys before and after see ties
only: any two histories whose ties are the same give the same waves, to the last cell. This module makes such
pairs, as different as what is known allows, replays both, and compares.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.ties.panel import Panel

__all__ = ["ELSEWHERE", "compared", "expected_identified", "history_pair", "replayed"]

ELSEWHERE = "elsewhere"
"""What a history calls the source of a tie for which no activity is admissible."""


def history_pair(new: pd.DataFrame, allowed: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return two histories of the same new ties that differ in the source of as many ties as possible.

    Parameters
    ----------
    new : DataFrame
        ``wave``, ``sender_id``, ``receiver_id`` (`attribution.new_ties`).
    allowed : DataFrame
        The same rows by activities in order of time: what is admissible (`attribution.admissible`).

    Returns
    -------
    two DataFrames
        `new` with a column ``source``. The first traces each tie to its earliest admissible activity, the
        second to its latest. A tie with one has the same in both; one with none comes from elsewhere.
    """
    cells = allowed.to_numpy(dtype=bool)
    names = np.array([*allowed.columns, ELSEWHERE], dtype=object)
    last = cells.shape[1]
    some = cells.any(axis=1) if last else np.zeros(len(new), dtype=bool)
    early = np.where(some, cells.argmax(axis=1) if last else 0, last)
    late = np.where(some, last - 1 - cells[:, ::-1].argmax(axis=1) if last else 0, last)
    return new.assign(source=names[early]), new.assign(source=names[late])


def replayed(panel: Panel, history: pd.DataFrame, *, threshold: float | None = None) -> Panel:
    """Return the waves that a history leads to, from the first wave on.

    Parameters
    ----------
    panel : Panel
        The network as it was observed: its first wave, which ties were lost, who did not answer.
    history : DataFrame
        ``wave``, ``sender_id``, ``receiver_id``, ``source``. Ties form one after the other, in the order of
        the sources, each before the wave it is new in.
    threshold : float, optional
        Lowest value that counts as a tie.

    Raises
    ------
    ValueError
        When a tie is listed twice in a wave, or there already when it forms.
    """
    place = {actor: position for position, actor in enumerate(panel.actors)}
    values = np.stack([panel.matrix(wave, threshold=threshold) for wave in panel.waves])
    found = [(values[0] != 0) & ~np.isnan(values[0])]
    for step, second in enumerate(panel.waves[1:]):
        now = found[-1].copy()
        before, after = values[step], values[step + 1]
        # Ties the earlier wave did not observe are taken as the later one shows them.
        now[np.isnan(before)] = np.nan_to_num(after)[np.isnan(before)] != 0
        now[(before != 0) & (after == 0)] = False
        formed = history[history["wave"] == second].sort_values("source", kind="stable")
        for sender, receiver in formed[["sender_id", "receiver_id"]].itertuples(index=False, name=None):
            cell = place[sender], place[receiver]
            if now[cell]:
                raise ValueError(f"the tie from {sender} to {receiver} forms twice before wave {second}")
            now[cell] = True
        found.append(now)
    seen = [np.where(np.isnan(part), np.nan, now) for part, now in zip(values, found, strict=True)]
    return Panel(panel.relation, panel.actors, panel.waves, np.stack(seen), panel.present, panel.answered)


def compared(
    panel: Panel, one: pd.DataFrame, other: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Replay two histories and compare what they say with what they show.

    Parameters
    ----------
    panel : Panel
        The network as it was observed.
    one, other : DataFrame
        Histories of its new ties.
    threshold : float, optional
        Lowest value that counts as a tie.

    Returns
    -------
    DataFrame
        One row: ``new_ties``; ``differently_traced`` (ties the two trace to different sources); ``cells``
        (observed cells of all waves); ``cells_apart`` (in which the replayed waves differ from each other);
        ``cells_off`` (in which the first differs from the network observed).
    """
    first, second = (replayed(panel, history, threshold=threshold) for history in (one, other))
    observed = np.stack([panel.matrix(wave, threshold=threshold) for wave in panel.waves])
    told = ~np.isnan(observed)
    for part in told:
        np.fill_diagonal(part, False)
    return pd.DataFrame(
        [
            {
                "new_ties": len(one),
                "differently_traced": int((one["source"].to_numpy() != other["source"].to_numpy()).sum()),
                "cells": int(told.sum()),
                "cells_apart": int((first.values[told] != second.values[told]).sum()),
                "cells_off": int((first.values[told] != (observed[told] != 0)).sum()),
            }
        ]
    )


def expected_identified(activities: Sequence[int], attendance: Sequence[float]) -> pd.DataFrame:
    """Return which share of the pairs who met between two surveys met at one activity only.

    Parameters
    ----------
    activities : sequence of int
        Numbers of activities between two surveys.
    attendance : sequence of float
        Chances of each person to come to each, independently of the others.

    Returns
    -------
    DataFrame
        ``activities``, ``attendance``, ``met`` (share of pairs both at one at least),
        ``one_only`` (of these, at one only): with k activities attended with chance a, both are at one with
        chance q = a², so that k q (1 − q)^(k−1) ÷ (1 − (1 − q)^k) of those who met did so once. The number
        of people plays no part in it.

    Raises
    ------
    ValueError
        When a number is below 1, or a chance not above 0 and at most 1.
    """
    if any(count < 1 for count in activities) or any(not 0 < chance <= 1 for chance in attendance):
        raise ValueError("allowed: numbers of activities from 1 up, chances above 0 and at most 1")
    rows = []
    for count in activities:
        for chance in attendance:
            both = chance**2
            met = 1 - (1 - both) ** count
            rows.append(
                {
                    "activities": count,
                    "attendance": chance,
                    "met": met,
                    "one_only": count * both * (1 - both) ** (count - 1) / met,
                }
            )
    return pd.DataFrame(rows)
