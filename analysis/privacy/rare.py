"""Which combinations of attributes single somebody out, though no name stands beside them."""

from __future__ import annotations

from itertools import combinations

import pandas as pd

__all__ = ["rare_combinations"]

_LONGEST = 3
"""Attributes combined at most: what somebody who knows a person is likely to know of them at once."""


def rare_combinations(people: pd.DataFrame, smallest: int, *, longest: int = _LONGEST) -> pd.DataFrame:
    """Return every combination of attribute values that fewer than `smallest` people share.

    Only minimal combinations are listed: one that contains a rarer part already listed says nothing new
    (minimal sample uniques, Elliot, Manning & Ford 2002, for counts below `smallest` instead of one).
    A missing value is a value here, since it sets people apart too.

    Parameters
    ----------
    people : DataFrame
        A row per person, a column per attribute; identifiers left out.
    smallest : int
        Fewest people a combination may describe.
    longest : int
        Attributes combined at most.

    Returns
    -------
    DataFrame
        columns `attributes` and `values` (both joined by ` + `) and `people`, how many share them; rarest
        first.
    """
    shown = people.astype("string").fillna("missing")
    listed: list[tuple[str, str, int]] = []
    rare: list[tuple[frozenset[str], pd.Series]] = []
    for size in range(1, longest + 1):
        fresh = []
        for names in combinations(shown.columns, size):
            counts = shown.groupby(list(names), sort=True)[names[0]].transform("size")
            below = counts < smallest
            for part, singled in rare:
                if part < frozenset(names):
                    below &= ~singled
            if not below.any():
                continue
            fresh.append((frozenset(names), below))
            for values, group in shown[below].groupby(list(names), sort=True):
                cells = values if isinstance(values, tuple) else (values,)
                listed.append((" + ".join(names), " + ".join(map(str, cells)), len(group)))
        rare += fresh
    found = pd.DataFrame(listed, columns=["attributes", "values", "people"])
    return found.sort_values("people", kind="stable", ignore_index=True)
