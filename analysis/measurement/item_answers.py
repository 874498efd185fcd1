"""Answers to items, checked before a factor model is asked of them: every fault at once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable

__all__ = ["GroupAnswers", "answers_by_group", "answers_to_scales", "scale_items"]

_FEWEST_ITEMS = 3
_ALIKE = 1 - 1e-12


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
    fewest = _FEWEST_ITEMS if len(scales) == 1 else _FEWEST_ITEMS - 1
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
        A row a person, a column an item; missing where not answered.
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
        raise ValueError(f"found {len(answers)} people and {len(groups)} groups; allowed: one group a person")
    values = answers[list(items)].apply(pd.to_numeric, errors="coerce").astype(float)
    odd = [item for item in items if (answers[item].notna() & ~np.isfinite(values[item])).any()]
    if ordinal:
        odd += [item for item in items if (values[item].dropna() % 1 != 0).any()]
    if odd:
        allowed = "whole numbers" if ordinal else "finite numbers"
        raise ValueError(
            f"found other values in {', '.join(dict.fromkeys(odd))}; allowed: {allowed}, NaN where missing"
        )
    group = pd.Series(["all"] * len(answers) if groups is None else list(groups), dtype="object")
    complete = values.notna().all(axis=1).to_numpy() & group.notna().to_numpy()
    names = list(dict.fromkeys(group[complete]))
    parts = [values.to_numpy()[complete & (group == name).to_numpy()] for name in names]
    if not parts:
        raise NotEstimable("found nobody who answered every item")
    everybody = np.concatenate(parts)
    categories = [np.unique(column) for column in everybody.T]
    faults = list(faults)
    for name, own in zip(names, parts, strict=True):
        where = "" if groups is None else f" in {unit} {name}"
        faults += [f"{fault}{where}" for fault in _faults(own, items, categories if ordinal else None)]
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


def _faults(answers: Floats, items: Sequence[str], categories: list[Floats] | None) -> list[str]:
    found = []
    if len(answers) <= len(items):
        found.append(f"found {len(answers)} people and {len(items)} items; more people than items are needed")
    constant = [bool((column == column[0]).all()) for column in answers.T]
    found += [f"{item} is constant" for item, same in zip(items, constant, strict=True) if same]
    varied = [place for place, same in enumerate(constant) if not same]
    if len(answers) > 2:
        for place in varied:
            for other in (other for other in varied if other < place):
                together = float(np.corrcoef(answers[:, place], answers[:, other])[0, 1])
                if abs(together) > _ALIKE:
                    told = "alike" if together > 0 else "mirror images"
                    found.append(f"{items[other]} and {items[place]} are {told}")
    for place, item in enumerate(items):
        if categories is not None and not constant[place]:
            absent = np.setdiff1d(categories[place], answers[:, place])
            found += [f"nobody used category {value:g} of {item}" for value in absent]
    return found


def _gaps(items: Sequence[str], categories: list[Floats]) -> list[str]:
    found = []
    for item, own in zip(items, categories, strict=True):
        between = np.setdiff1d(np.arange(own[0], own[-1]), own)
        found += [f"nobody used category {value:g} of {item}" for value in between]
    return found
