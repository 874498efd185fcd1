"""Answers to items, looked over before anything is estimated from them: every fault at once.

Answers are a frame, a row per person (or a person in a wave), a column per item, NaN where nobody answered;
`analysis.measurement.scales.scale_answers` makes it from a dataset's tables.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable

__all__ = [
    "FEWEST_ITEMS",
    "GroupAnswers",
    "answer_faults",
    "answer_values",
    "answers_by_group",
    "answers_to_scales",
    "raise_answer_faults",
    "scale_items",
]

FEWEST_ITEMS = 3
"""With fewer, a scale's items cannot be told from one another's errors."""

_ALIKE = 1 - 1e-12


def answer_values(answers: pd.DataFrame) -> Floats:
    """Return the answers as numbers.

    Parameters
    ----------
    answers : DataFrame
        A row per person, a column per item.

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
        raise ValueError(f"found two columns named {', '.join(twice)}; allowed: a name per item")
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


def answer_faults(
    values: Floats, items: Sequence[str], *, fewest: int = FEWEST_ITEMS, mirrored: bool = False
) -> list[str]:
    """Return, in words, everything that keeps a scale from being estimated.

    Parameters
    ----------
    values : ndarray of shape (people, items)
    items : sequence of str
    fewest : int
        Items needed.
    mirrored : bool
        Whether an item that is another turned round is a fault, as it is to a factor model.

    Examples
    --------
    >>> answer_faults(np.array([[1.0, 4, 1], [2, 4, 2], [4, 4, 4]]), ["a", "b", "c"])
    ['item b has one answer, 4, from everybody', 'items a and c are alike']
    """
    faults = []
    if len(items) < fewest:
        faults.append(f"fewer than {fewest} items ({len(items)})")
    constant = set()
    for place, item in enumerate(items):
        given = values[~np.isnan(values[:, place]), place]
        if not given.size:
            faults.append(f"item {item} has no answer")
            constant.add(place)
        elif given.min() == given.max():
            faults.append(f"item {item} has one answer, {given[0]:g}, from everybody")
            constant.add(place)
    for one, other in combinations(sorted(set(range(len(items))) - constant), 2):
        together = _together(values[:, one], values[:, other])
        if together > _ALIKE:
            faults.append(f"items {items[one]} and {items[other]} are alike")
        elif mirrored and together < -_ALIKE:
            faults.append(f"items {items[one]} and {items[other]} are mirror images")
    return faults


def _together(one: Floats, other: Floats) -> float:
    """Return how two items go together; not at all where others answered them."""
    answered = ~np.isnan(one)
    if answered.sum() <= 2 or not np.array_equal(answered, ~np.isnan(other)):
        return float(np.array_equal(one, other, equal_nan=True))
    return float(np.corrcoef(one[answered], other[answered])[0, 1])


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


@dataclass(frozen=True)
class GroupAnswers:
    """Complete answers of groups of people.

    Attributes
    ----------
    groups : tuple
        In the order they are first met; the first is the reference.
    answers : tuple of arrays, n_g × p
        As given.
    codes : tuple of arrays of ints, n_g × p
        Categories of all groups together, counted from zero; empty for continuous items.
    left_out : int
        People who left an item, or their group, open.
    """

    groups: tuple[Hashable, ...]
    answers: tuple[Floats, ...]
    codes: tuple[Integers, ...]
    left_out: int


def scale_items(scales: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the items of all scales, each once.

    Raises
    ------
    ValueError
        When there is no scale, or an item is named twice.
    """
    items = [item for own in scales.values() for item in own]
    twice = sorted({item for item in items if items.count(item) > 1})
    if not items or twice:
        found = f"items in two places: {', '.join(twice)}" if twice else "no item"
        raise ValueError(f"found {found}; allowed: scales with items of their own")
    return items


def answers_to_scales(
    answers: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    groups: Sequence[Hashable] | pd.Series | None = None,
    *,
    ordinal: bool = False,
    unit: str = "group",
) -> GroupAnswers:
    """Return complete answers to the items of scales by group, checked as `answers_by_group` does.

    Raises
    ------
    NotEstimable
        Also when a single scale has fewer than three items, or one of several fewer than two.
    """
    fewest = FEWEST_ITEMS if len(scales) == 1 else FEWEST_ITEMS - 1
    short = [
        f"found {len(own)} items in {name}; a scale on its own needs 3, one of several 2"
        for name, own in scales.items()
        if len(own) < fewest
    ]
    return answers_by_group(answers, scale_items(scales), groups, ordinal=ordinal, unit=unit, faults=short)


def answers_by_group(
    answers: pd.DataFrame,
    items: Sequence[str],
    groups: Sequence[Hashable] | pd.Series | None = None,
    *,
    ordinal: bool = False,
    unit: str = "group",
    faults: Sequence[str] = (),
) -> GroupAnswers:
    """Return complete answers by group, checked.

    Parameters
    ----------
    answers : data frame
        A row per person, a column per item; missing where not answered.
    items : sequence of str
    groups : sequence of length n, optional
        The group of each person; everybody is one group where not given.
    ordinal : bool
        Whether answers are ordered categories; these have to be whole numbers.
    unit : str
        What a group is called in messages.
    faults : sequence of str
        Found before, to be named with the others.

    Raises
    ------
    ValueError
        When a column is not there, a value is no number (ordinal: no whole number), or lengths differ.
    NotEstimable
        When an item is constant, two items are alike (or mirror images), a category has no answer in a group,
        or a group has fewer people than items. All faults at once, each with its group.
    """
    absent = [item for item in items if item not in answers]
    if absent:
        raise ValueError(f"found no column {', '.join(absent)}; the items are {', '.join(map(str, items))}")
    if groups is not None and len(groups) != len(answers):
        raise ValueError(
            f"found {len(answers)} people and {len(groups)} groups; allowed: one group per person"
        )
    values = answer_values(answers[list(items)])
    broken = np.nansum(values % 1, axis=0) > 0
    odd = [item for item, fault in zip(items, broken, strict=True) if fault]
    if ordinal and odd:
        raise ValueError(f"found other values in {', '.join(odd)}; allowed: whole numbers, NaN where missing")
    group = pd.Series(["all"] * len(answers) if groups is None else list(groups), dtype="object")
    complete = ~np.isnan(values).any(axis=1) & group.notna().to_numpy()
    names = list(dict.fromkeys(group[complete]))
    parts = [values[complete & (group == name).to_numpy()] for name in names]
    if not parts:
        raise NotEstimable("found nobody who answered every item")
    everybody = np.concatenate(parts)
    categories = [np.unique(column) for column in everybody.T]
    faults = list(faults)
    for name, own in zip(names, parts, strict=True):
        where = "" if groups is None else f" in {unit} {name}"
        found = [*_too_few(own), *answer_faults(own, items, fewest=1, mirrored=True)]
        if ordinal:
            found += _unused(own, items, categories)
        faults += [f"{fault}{where}" for fault in found]
    if ordinal:
        faults += _gaps(items, categories)
    if faults:
        raise NotEstimable("; ".join(faults))
    codes = [
        np.column_stack(
            [np.searchsorted(own, column) for own, column in zip(categories, part.T, strict=True)]
        )
        for part in parts
    ]
    return GroupAnswers(
        tuple(names), tuple(parts), tuple(codes) if ordinal else (), int(len(answers) - complete.sum())
    )


def _too_few(answers: Floats) -> list[str]:
    people, items = answers.shape
    told = f"found {people} people and {items} items; more people than items are needed"
    return [told] if people <= items else []


def _unused(answers: Floats, items: Sequence[str], categories: list[Floats]) -> list[str]:
    return [
        f"nobody used category {value:g} of {item}"
        for item, column, known in zip(items, answers.T, categories, strict=True)
        if column.min() < column.max()
        for value in np.setdiff1d(known, column)
    ]


def _gaps(items: Sequence[str], categories: list[Floats]) -> list[str]:
    found = []
    for item, own in zip(items, categories, strict=True):
        between = np.setdiff1d(np.arange(own[0], own[-1]), own)
        found += [f"nobody used category {value:g} of {item}" for value in between]
    return found
