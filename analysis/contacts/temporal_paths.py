"""Paths that respect time: whom somebody can reach over ties that are active one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.checks import require_one_of

__all__ = ["StepRule", "earliest_arrival", "temporal_reach"]

StepRule = Literal["within_spell", "as_tsna"]


def earliest_arrival(
    spells: pd.DataFrame,
    people: Sequence[str],
    source: str,
    *,
    start: float,
    end: float,
    step: float = 0.0,
    rule: StepRule = "within_spell",
) -> pd.DataFrame:
    """Find when each person can first be reached from one, along active ties, each step taking some time.

    Parameters
    ----------
    spells : DataFrame
        As from `analysis.contacts.spells.merged_spells`, between these people.
    people : sequence of str
        Everybody, in the order in which persons reached at one time are taken up: of two ways that arrive at
        once the one through the person taken up first is kept.
    source : str
        Where paths begin.
    start, end : float
        A step can begin from the start on, and before the end.
    step : float
        How long each step takes.
    rule : {"within_spell", "as_tsna"}
        Within the spell, a step must be over when the tie ceases. The R package tsna (0.3.5) compares the
        *waiting* time plus the step with the time at which the tie ceases, which lets most steps outlast
        their tie.

    Returns
    -------
    DataFrame
        index person: ``arrival`` (time after the start; ∞ when not reached), ``steps`` (∞) and ``previous``
        (number in `people`, from 1, of the person before on the path; 0 for none).

    Raises
    ------
    ValueError
        For an unknown person or rule, a start after the end, or a step below 0.

    References
    ----------
    Dijkstra's search over waiting times: Bender-deMoll & Morris, R package tsna, ``tPath`` (earliest arrival,
    forward).

    Examples
    --------
    >>> rows = [("a", "b", 0.0, 2.0), ("b", "c", 1.0, 3.0), ("c", "a", 0.0, 1.0)]
    >>> spells = pd.DataFrame(rows, columns=["sender_id", "receiver_id", "begin", "end"])
    >>> earliest_arrival(spells, ["a", "b", "c"], "a", start=0, end=9, step=1.5)["arrival"].tolist()
    [0.0, 1.5, 3.0]
    >>> earliest_arrival(spells, ["a", "b", "c"], "a", start=0, end=9, step=2)["arrival"].tolist()
    [0.0, 2.0, inf]
    """
    require_one_of("rule", rule, get_args(StepRule))
    number = {person: place for place, person in enumerate(people)}
    unknown = sorted({source, *spells["sender_id"], *spells["receiver_id"]} - number.keys())
    if unknown:
        raise ValueError(f"found {', '.join(unknown)}; allowed: one of the people")
    if start > end or step < 0:
        raise ValueError(f"found start {start}, end {end}, step {step}; allowed: start ≤ end, step ≥ 0")
    away: dict[int, dict[int, list[tuple[float, float]]]] = {}
    for sender, receiver, begin, cease in spells.itertuples(index=False):
        away.setdefault(number[sender], {}).setdefault(number[receiver], []).append((begin, cease))
    arrival, before = np.full(len(people), np.inf), np.zeros(len(people), dtype=int)
    steps, waiting = np.full(len(people), np.inf), np.ones(len(people), dtype=bool)
    arrival[number[source]] = steps[number[source]] = 0
    while waiting.any():
        here = int(np.argmin(np.where(waiting, arrival, np.inf)))
        if not waiting[here] or arrival[here] >= end - start:
            break
        waiting[here] = False
        for there, active in away.get(here, {}).items():
            reached = _over(sorted(active), float(arrival[here]), start, end, step, rule)
            # Sums of rounded days are not exact: what arrives at once must not look later.
            if reached < arrival[there] - 1e-12:
                arrival[there], before[there], steps[there] = reached, here + 1, steps[here] + 1
    frame = {"arrival": arrival, "steps": steps, "previous": before}
    return pd.DataFrame(frame, index=pd.Index(people, name="person"))


def temporal_reach(
    spells: pd.DataFrame, people: Sequence[str], *, start: float, end: float, step: float = 0.0
) -> pd.Series:
    """Count whom each person can reach along active ties in time, the person not counted.

    Parameters
    ----------
    spells, people, start, end, step
        As for `earliest_arrival`.

    Returns
    -------
    Series
        index person.

    Examples
    --------
    >>> rows = [("a", "b", 0.0, 1.0), ("b", "c", 2.0, 3.0)]
    >>> spells = pd.DataFrame(rows, columns=["sender_id", "receiver_id", "begin", "end"])
    >>> temporal_reach(spells, ["a", "b", "c"], start=0, end=9).tolist()
    [2, 1, 0]
    """
    reached = {
        person: int(
            np.isfinite(
                earliest_arrival(spells, people, person, start=start, end=end, step=step)["arrival"]
            ).sum()
            - 1
        )
        for person in people
    }
    return pd.Series(reached, name="reached").rename_axis("person")


def _over(
    active: list[tuple[float, float]], here: float, start: float, end: float, step: float, rule: StepRule
) -> float:
    """Return when a step over one tie is done that is wanted from some time on; ∞ if never."""
    wanted = start + here
    for begin, cease in active:
        if begin >= end or not (wanted < cease or begin == cease >= wanted):
            continue
        wait = max(0.0, begin - wanted)
        done = wait + step if rule == "as_tsna" else wanted + wait + step
        if done <= cease:
            return here + wait + step
    return float("inf")
