"""How a page says which people a number rests on: a collection, one for each row, or a frame of groups."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from analysis.whom import Group, people_of

__all__ = ["are_groups", "counts", "groups_of", "has_numbers", "listed", "share_columns"]


def are_groups(people: Any) -> bool:
    """Whether somebody named several groups of people, not one.

    Examples
    --------
    >>> are_groups([{"a", "b"}, {"c"}]), are_groups({"a", "b"}), are_groups([("a", 1), ("b", 1)])
    (True, False, False)
    """
    return any(not isinstance(entry, (str, tuple)) and isinstance(entry, Collection) for entry in people)


def groups_of(what: str, people: Any, smallest: int) -> tuple[bool, list[Group]]:
    """Return the groups of people that somebody named, and whether there may be several."""
    told = f"{what}: this dataset shows nothing of fewer than {smallest} people; say with people=… "
    if people is None:
        raise ValueError(f"{told}which people it rests on")
    if isinstance(people, str) or not isinstance(people, (Collection, np.ndarray, pd.Series, pd.Index)):
        raise ValueError(
            f"{told}which people it rests on, not {people!r}: counts cannot be compared across tables"
        )
    entries = list(people)
    several = are_groups(entries)
    if several and not all(are_groups([entry]) for entry in entries):
        raise ValueError(f"{what}: people mixes identifiers and groups of them")
    groups = [frozenset(entry) for entry in entries] if several else [frozenset(entries)]
    for group in groups:
        if any(not isinstance(entry, tuple) and pd.isna(entry) for entry in group):
            raise ValueError(f"{what}: people has a missing identifier")
    return several, groups


def listed(cell: Any) -> list[Group]:
    """Return the groups that one cell of a frame of groups names."""
    return [frozenset(group) for group in cell] if isinstance(cell, list) else [frozenset(cell)]


def counts(value: Any, group: Group) -> bool:
    """Whether a value is how many people a group is of."""
    return not isinstance(value, str) and bool(group) and value == len(people_of(group))


def has_numbers(column: pd.Series) -> bool:
    """Whether a column has a number at all."""
    return bool(pd.to_numeric(column, errors="coerce").notna().any())


def share_columns(frame: pd.DataFrame) -> list[int]:
    """Return the places of columns that say what share of people did something, by how they are called."""
    return [
        place
        for place, name in enumerate(frame.columns)
        if str(name).split("_")[0] in ("share", "attendance") or str(name).endswith("_rate")
    ]
