"""What a Rasch model takes from answers: which items, which total score, how many people.

The total score over the items somebody answered is sufficient for a person's measure (Andersen 1977,
Psychometrika 42, 69-81), so that a hundred thousand people come down to a few hundred rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from analysis.arrays import Flags, Floats, Integers
from analysis.measurement.answers import answer_faults, answer_values, raise_answer_faults

__all__ = ["AnswerRows", "ItemRanges", "item_ranges", "rows_of"]


@dataclass(frozen=True, eq=False)
class ItemRanges:
    """Items of a scale, with the lowest and highest answer to each.

    Attributes
    ----------
    items : tuple of str
    lowest, highest : ndarray of shape (items,)
        Whole numbers.
    """

    items: tuple[str, ...]
    lowest: Integers
    highest: Integers

    @cached_property
    def top(self) -> Integers:
        """Steps of each item: its highest answer counted from 0."""
        return np.asarray(self.highest - self.lowest)

    @cached_property
    def start(self) -> Integers:
        """Where the steps of each item begin in a flat array of all."""
        return np.concatenate([[0], np.cumsum(self.top)[:-1]])

    @cached_property
    def item(self) -> Integers:
        """The item of each step."""
        return np.repeat(np.arange(len(self.top)), self.top)

    @cached_property
    def step(self) -> Integers:
        """The number of each step within its item, from 1."""
        return np.arange(int(self.top.sum())) - self.start[self.item] + 1


@dataclass(frozen=True, eq=False)
class AnswerRows:
    """Answers, by the items answered and the total score.

    Attributes
    ----------
    ranges : ItemRanges
    steps : ndarray of shape (people, items)
        Answers counted from 0; -1 where missing.
    patterns : ndarray of shape (patterns, items)
        Which items were answered.
    pattern, score, count : ndarray of shape (rows,)
        Of each row; `count` in people.
    row : ndarray of shape (people,)
        The row of each person, -1 for somebody without any answer.
    """

    ranges: ItemRanges
    steps: Integers
    patterns: Flags
    pattern: Integers
    score: Integers
    count: Floats
    row: Integers

    @cached_property
    def most(self) -> Integers:
        """The highest score each row could have."""
        return np.asarray((self.patterns @ self.ranges.top)[self.pattern])

    @cached_property
    def given(self) -> Floats:
        """How often each answer above the lowest was given; shape (steps,)."""
        ranges = self.ranges
        counted = [
            np.bincount(column[column >= 0], minlength=top + 1)[1:]
            for column, top in zip(self.steps.T, ranges.top, strict=True)
        ]
        return np.concatenate(counted).astype(float)


def item_ranges(
    answers: pd.DataFrame, values: Floats, given: Mapping[str, tuple[int, int]] | None
) -> ItemRanges:
    """Return the range of each item: as given, or from the lowest to the highest answer to any.

    Raises
    ------
    ValueError
        When a range is missing or has no two whole numbers, in order.
    """
    items = tuple(str(item) for item in answers.columns)
    if given is None:
        known = values[~np.isnan(values)]
        low, high = (int(np.floor(known.min())), int(np.ceil(known.max()))) if known.size else (0, 1)
        given = dict.fromkeys(items, (low, high))
    wrong = [
        f"{item} from {given[item][0]} to {given[item][1]}" if item in given else f"{item} without a range"
        for item in items
        if item not in given
        or given[item][0] >= given[item][1]
        or any(end != int(end) for end in given[item])
    ]
    if wrong:
        raise ValueError(f"found {'; '.join(wrong)}; allowed: two whole numbers an item, the lower first")
    lowest, highest = np.array([given[item] for item in items], dtype=np.int64).reshape(-1, 2).T
    return ItemRanges(items, lowest, highest)


def rows_of(answers: pd.DataFrame, ranges: ItemRanges, *, each_item: bool, estimated: bool) -> AnswerRows:
    """Return answers by pattern and score.

    Parameters
    ----------
    answers : DataFrame
        A row per person, a column per item; NaN where missing.
    ranges : ItemRanges
    each_item : bool
        Whether every item needs every answer to be used, or every answer needs some item.
    estimated : bool
        Whether items are estimated from these answers, so that all must be used; otherwise they are only
        scored.

    Raises
    ------
    ValueError
        When answers are no whole numbers within the ranges.
    NotEstimable
        With everything that keeps the items from being estimated.
    """
    values = answer_values(answers)
    outside = [
        f"{item} has {column[wrong][0]:g}, where {low} to {high} are allowed"
        for item, column, low, high in zip(ranges.items, values.T, ranges.lowest, ranges.highest, strict=True)
        if (wrong := (column < low) | (column > high) | (column % 1 > 0)).any()
    ]
    if outside:
        raise ValueError(f"found answers out of range: {'; '.join(outside)}")
    missing = np.isnan(values)
    steps = np.where(missing, -1, np.nan_to_num(values) - ranges.lowest).astype(np.int64)
    if estimated:
        raise_answer_faults(
            [*answer_faults(values, ranges.items), *_unused(steps, ranges, each_item=each_item)]
        )
    packed = np.packbits(~missing, axis=1)
    _, first, pattern = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    patterns = ~missing[first]
    score = np.where(missing, 0, steps).sum(axis=1)
    width = int(ranges.top.sum()) + 1
    pattern = pattern.reshape(-1)
    somebody = ~missing.all(axis=1)
    keys, inverse, count = np.unique(
        (pattern * width + score)[somebody], return_inverse=True, return_counts=True
    )
    row = np.full(len(values), -1)
    row[somebody] = inverse
    return AnswerRows(
        ranges, steps, patterns, keys // width, keys % width, count.astype(float), row.astype(np.int64)
    )


def _unused(steps: Integers, ranges: ItemRanges, *, each_item: bool) -> list[str]:
    """Return, in words, the answers nobody gave."""
    used = [set(column[column >= 0].tolist()) for column in steps.T]
    if not each_item:
        everywhere = set().union(*used)
        lacking = sorted(set(range(int(ranges.top.max(initial=0)) + 1)) - everywhere)
        # One range for all items: steps have the same answers everywhere.
        return [f"answer {int(ranges.lowest[0]) + step}, which nobody gave to any item" for step in lacking]
    return [
        f"answer {int(low) + step}, which nobody gave to item {item}"
        for item, low, top, found in zip(ranges.items, ranges.lowest, ranges.top, used, strict=True)
        if len(found) > 1
        for step in sorted(set(range(int(top) + 1)) - found)
    ]
