"""Tables of results, put together row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

__all__ = ["keyed_frame"]


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
