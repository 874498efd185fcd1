"""Actors in groups: what is known of each actor, summarised by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.ties.structure import Groups, density, group_labels, reciprocity

__all__ = ["group_summary", "within_groups"]


def group_summary(
    values: Sequence[float] | npt.NDArray[np.float64] | pd.Series,
    groups: Groups,
    *,
    ddof: int = 1,
    total: str = "total",
) -> pd.DataFrame:
    """Summarise one value per actor by group, and over all groups.

    Parameters
    ----------
    values : sequence of float, length n
        NaN where missing.
    groups : sequence, length n
        The group of each actor.
    ddof : int
        What is taken off n when the variance is divided: 1 for the sample, 0 for the population.
    total : str
        Label of the last row.

    Returns
    -------
    DataFrame
        Index ``group`` (sorted, then `total`), columns ``n`` (values that are not missing), ``mean`` and
        ``sd``; NaN where n is too small for either.

    Raises
    ------
    ValueError
        If the lengths differ, two series are in different order (by their index), a group is empty or called
        like the total, or `ddof` is negative.

    Examples
    --------
    >>> group_summary([3, 5, 2, 2], ["a", "a", "b", "b"])
           n  mean        sd
    group
    a      2   4.0  1.414214
    b      2   2.0  0.000000
    total  4   3.0  1.414214
    """
    if (
        isinstance(values, pd.Series)
        and isinstance(groups, pd.Series)
        and not values.index.equals(groups.index)
    ):
        raise ValueError("values and groups are series with different indexes; give both the same order")
    numbers = pd.Series(np.asarray(values, dtype=float))
    labels = pd.Series(group_labels(groups, len(numbers)), dtype=object)
    if (labels == total).any():
        raise ValueError(f"a group is called {total!r} like the row of all groups; choose another total")
    if ddof < 0:
        raise ValueError(f"ddof is {ddof}; allowed are 0 (population), 1 (sample) and more")
    parts = {label: numbers[labels == label] for label in sorted(set(labels), key=_by_kind)} | {
        total: numbers
    }
    rows = [(part.count(), part.mean(), part.std(ddof=ddof)) for part in parts.values()]
    return pd.DataFrame(rows, columns=["n", "mean", "sd"], index=pd.Index(list(parts), name="group"))


def _by_kind(label: Any) -> tuple[bool, Any]:
    """Sort numbers before text, which Python does not compare."""
    return isinstance(label, str), label


def within_groups(matrix: npt.ArrayLike, groups: Groups) -> pd.DataFrame:
    """Describe the network inside each group.

    Parameters
    ----------
    matrix : array_like of shape (n, n)
        Nonzero is a tie, NaN is missing; the diagonal is left out.
    groups : sequence, length n
        The group of each actor.

    Returns
    -------
    DataFrame
        index `group`, sorted; ``members``, ``ties`` (among them), ``density``, ``edgewise`` reciprocity
        (reciprocated arcs ÷ arcs); missing in a group of one, or without ties.

    Examples
    --------
    >>> ties = [[0, 1, 1], [1, 0, 0], [0, 0, 0]]
    >>> within_groups(ties, ["a", "a", "b"])
           members  ties  density  edgewise
    group
    a            2     2      1.0       1.0
    b            1     0      NaN       NaN
    """
    values = np.asarray(matrix, dtype=float)
    labels = pd.Series(group_labels(groups, len(values)), dtype=object)
    rows = {}
    for label in sorted(set(labels), key=_by_kind):
        inside = (labels == label).to_numpy()
        part = values[np.ix_(inside, inside)]
        arcs = np.nan_to_num(part) != 0
        np.fill_diagonal(arcs, False)
        rows[label] = {
            "members": int(inside.sum()),
            "ties": int(arcs.sum()),
            "density": density(part),
            "edgewise": reciprocity(part, "edgewise"),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("group")
