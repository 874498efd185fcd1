"""Tables of results, put together row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

__all__ = ["keyed_frame", "one_column", "rows_of"]


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
        In this order; what a row does not have is missing. Where a row has a ``note``, such as why nothing
        could be estimated, that is a column more, the last.

    Examples
    --------
    >>> rows = {("help", 1): {"p": 0.2}, ("help", 2): {"note": "not estimable: found no tie"}}
    >>> keyed_frame(rows, ["relation", "wave"], ["p"]).to_dict("list")
    {'p': [0.2, nan], 'note': ['', 'not estimable: found no tie']}
    """
    index = pd.MultiIndex.from_tuples(list(rows) or [("",) * len(names)], names=list(names))[: len(rows)]
    frame = pd.DataFrame(list(rows.values()), columns=list(columns), index=index)
    notes = [row.get("note", "") for row in rows.values()]
    return frame.assign(note=notes) if any(notes) else frame


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

    Examples
    --------
    >>> one_column({"ties": 12, "people": 5}, {"people": "people asked", "ties": "ties named"})
                 value
    people asked     5
    ties named      12
    """
    found = {words: row[name] for name, words in labels.items() if not pd.isna(row[name])}
    whole = {words: int(value) if value == int(value) else float(value) for words, value in found.items()}
    return pd.DataFrame({"value": pd.Series(whole, dtype=object)})


def rows_of(frame: pd.DataFrame) -> list[Any]:
    """Return the rows of a table, each with its cells by name (pandas cannot say of what type these are).

    Examples
    --------
    >>> [row.ties for row in rows_of(pd.DataFrame({"ties": [3, 5]}))]
    [3, 5]
    """
    return list(frame.itertuples(index=False))
