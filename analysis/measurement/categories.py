"""Categories of answers that too few people gave, put together with their neighbours."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from analysis.checks import require_count

__all__ = ["merged_categories"]


def merged_categories(
    answers: Mapping[Hashable, pd.DataFrame], *, fewest: int = 10
) -> dict[Hashable, pd.DataFrame]:
    """Return answers whose rare categories are one with a neighbour, alike in every group or wave.

    Parameters
    ----------
    answers : mapping to DataFrame
        By group or wave: a row per person, a column per item, NaN where missing.
    fewest : int
        People in every group or wave by whom a category has to be given to stand alone.

    Returns
    -------
    dict
        The same, answers numbered 1, 2, … by item. From the lowest upwards categories are put together until
        enough gave them; what is left at the top joins the highest. An item may be left with one category.

    Notes
    -----
    An ordinal model has a threshold between every two categories, the same in all groups or waves. It cannot
    be found where nobody gave an answer, and badly where hardly anybody did.

    Examples
    --------
    >>> north = pd.DataFrame({"a": [1, 2, 2, 3, 3, 4.0]})
    >>> south = pd.DataFrame({"a": [2, 2, 2, 3, 3, 3.0]})
    >>> merged_categories({"n": north, "s": south}, fewest=2)["n"]["a"].tolist()
    [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]
    """
    require_count("people", fewest)
    merged: dict[Hashable, dict[str, pd.Series]] = {unit: {} for unit in answers}
    for item in next(iter(answers.values())):
        counts = pd.DataFrame({unit: own[item].value_counts() for unit, own in answers.items()})
        counts = counts.fillna(0).sort_index()
        bounds, held = [], np.zeros(counts.shape[1])
        for value, row in counts.iterrows():
            held = held + row.to_numpy(dtype=float)
            if (held >= fewest).all():
                bounds.append(float(value))  # type: ignore[arg-type]
                held = np.zeros(counts.shape[1])
        # Above the last bound there are too few: they join the category below.
        cuts = np.array(bounds[:-1])
        for unit, own in answers.items():
            place = np.searchsorted(cuts, own[item].to_numpy(dtype=float)) + 1.0
            merged[unit][str(item)] = pd.Series(place, index=own.index).where(own[item].notna())
    return {unit: pd.DataFrame(parts) for unit, parts in merged.items()}
