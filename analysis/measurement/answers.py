"""Answers to the items of one scale, looked over before anything is estimated from them.

Answers are a frame, a row a person (or a person in a wave), a column an item, NaN where there is no answer;
`analysis.measurement.scales.scale_answers` makes it from a dataset's tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable

__all__ = ["FEWEST_ITEMS", "answer_faults", "answer_values", "raise_answer_faults"]

FEWEST_ITEMS = 3
"""With fewer, a scale's items cannot be told from one another's errors."""


def answer_values(answers: pd.DataFrame) -> Floats:
    """Return the answers as numbers.

    Parameters
    ----------
    answers : DataFrame
        A row a person, a column an item.

    Returns
    -------
    ndarray of shape (people, items)

    Raises
    ------
    ValueError
        Naming every item whose answers are no finite numbers, or that two columns share a name.

    Examples
    --------
    >>> answer_values(pd.DataFrame({"a": [1, None], "b": [2, 4]})).tolist()
    [[1.0, 2.0], [nan, 4.0]]
    """
    twice = [str(name) for name in answers.columns[answers.columns.duplicated()]]
    if twice:
        raise ValueError(f"found two columns named {', '.join(twice)}; allowed: a name an item")
    columns, faults = [], []
    for item, given in answers.items():
        column = pd.to_numeric(given, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        odd = np.flatnonzero((np.isnan(column) & given.notna().to_numpy()) | np.isinf(column))
        if odd.size:
            faults.append(f"{item} has {given.iloc[odd[0]]} in row {odd[0] + 1}")
        columns.append(column)
    if faults:
        raise ValueError(f"found no numbers: {'; '.join(faults)}; allowed: numbers, NaN where missing")
    return np.column_stack(columns) if columns else np.empty((len(answers), 0))


def answer_faults(values: Floats, items: Sequence[str]) -> list[str]:
    """Return, in words, everything that keeps a scale from being estimated.

    Parameters
    ----------
    values : ndarray of shape (people, items)
    items : sequence of str

    Examples
    --------
    >>> answer_faults(np.array([[1.0, 4, 1], [2, 4, 2]]), ["a", "b", "c"])
    ['item b has one answer, 4, from everybody', 'items a and c have the same answers from everybody']
    """
    faults = []
    if len(items) < FEWEST_ITEMS:
        faults.append(f"fewer than {FEWEST_ITEMS} items ({len(items)})")
    answered = ~np.isnan(values)
    constant = set()
    for place, item in enumerate(items):
        given = values[answered[:, place], place]
        if not given.size:
            faults.append(f"item {item} has no answer")
            constant.add(place)
        elif given.min() == given.max():
            faults.append(f"item {item} has one answer, {given[0]:g}, from everybody")
            constant.add(place)
    for one, other in combinations(sorted(set(range(len(items))) - constant), 2):
        if np.array_equal(values[:, one], values[:, other], equal_nan=True):
            faults.append(f"items {items[one]} and {items[other]} have the same answers from everybody")
    return faults


def raise_answer_faults(faults: Sequence[str]) -> None:
    """Raise `NotEstimable` with all faults, if there are any.

    Examples
    --------
    >>> raise_answer_faults(["item b has no answer", "fewer than 3 items (2)"])
    Traceback (most recent call last):
    ...
    analysis.checks.NotEstimable: found item b has no answer; fewer than 3 items (2)
    """
    if faults:
        raise NotEstimable(f"found {'; '.join(faults)}")
