"""Tables of results, put together row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

__all__ = ["keyed_frame", "one_column"]


def keyed_frame(
    rows: Mapping[Any, Mapping[str, Any]], names: Sequence[str], columns: Sequence[str]
) -> pd.DataFrame:
    """Return rows under the keys they were collected with; with all columns also where there is no row.

    Parameters
    ----------
    rows : mapping
        By key: a tuple with a part for each of `names`.
    names : sequence of str
        Levels of the index, two or more.
    columns : sequence of str
        In this order; what a row does not have is missing.
    """
    index = pd.MultiIndex.from_tuples(list(rows) or [("",) * len(names)], names=list(names))[: len(rows)]
    return pd.DataFrame(list(rows.values()), columns=list(columns), index=index)


def one_column(row: Mapping[Any, Any], labels: Mapping[str, str]) -> pd.DataFrame:
    """Return some values of a row one below the other, each under words that say what it is.

    Parameters
    ----------
    row : mapping
        Such as a Series; whole numbers stay whole where the others are not.
    labels : mapping of str to str
        Names of the values wanted, in this order, with their words. What is missing is left out.

    Returns
    -------
    DataFrame
        index: the words; one column, ``value``.
    """
    found = {words: row[name] for name, words in labels.items() if not pd.isna(row[name])}
    whole = {words: int(value) if value == int(value) else float(value) for words, value in found.items()}
    return pd.DataFrame({"value": pd.Series(whole, dtype=object)})
