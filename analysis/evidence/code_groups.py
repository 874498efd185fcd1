"""How two groups differ in the codes they connect: by exchanging whole units, and axis by axis.

Lines of one conversation follow from one another, so that only whole documents can be exchanged. The tests
axis by axis are the ones the literature reports; they take units as independent of one another, and the axes
as given, though the first was turned towards the very difference that it is then tested for: with a means
rotation their p is too small, however the groups came about (`compare_groups` has a null that is not).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_count
from analysis.estimable import estimable
from analysis.evidence.code_space import project, two_groups
from analysis.evidence.codes import normalised
from analysis.resampling.many_tests import holm
from analysis.resampling.monte_carlo import p_value

__all__ = ["circular_rejections", "compare_axes", "compare_groups", "regress_on_axes", "two_kinds"]

_ROUNDING = 1e-12
"""Below this a number on an axis is zero."""


def compare_groups(
    counts: pd.DataFrame, groups: Mapping[Any, object], *, seed: int, draws: int = 9999
) -> pd.DataFrame:
    """Return how two groups of documents differ, against documents assigned to the groups at random.

    Parameters
    ----------
    counts : DataFrame
        As from `connections`, with documents as units: lines of one conversation follow from one another,
        and only whole documents can be exchanged.
    groups : mapping of document to group
        Two.
    seed, draws : int

    Returns
    -------
    DataFrame
        index ``connection``: each pair of codes, and last ``all`` (the distance of the two means). Columns:
        the mean length-1 weight in each group, ``difference`` (second − first), ``p`` (two-sided for a pair:
        (1 + b) / (1 + m)), ``p_holm`` (of pairs, all counted).

    Raises
    ------
    ValueError
        As `project`; for no draw.

    Examples
    --------
    >>> counts = pd.DataFrame({"a & b": [3, 4, 0, 0], "a & c": [0, 0, 4, 3]}, index=list("wxyz"))
    >>> found = compare_groups(counts, {"w": 1, "x": 1, "y": 2, "z": 2}, seed=1, draws=999)
    >>> found["difference"].round(3).tolist()
    [-1.0, 1.0, 1.414]
    """
    require_count("draws", draws)
    labels = two_groups(counts.index, groups)
    kinds = list(dict.fromkeys(labels))
    lines = normalised(counts).to_numpy()
    second = np.array([label == kinds[1] for label in labels])

    def apart(chosen: Any) -> Floats:
        inside = chosen.astype(float)
        after = inside @ lines / inside.sum(axis=-1, keepdims=True)
        difference: Floats = after - (1 - inside) @ lines / (1 - inside).sum(axis=-1, keepdims=True)
        return np.concatenate([difference, np.linalg.norm(difference, axis=-1, keepdims=True)], axis=-1)

    observed = apart(second)
    random = np.random.default_rng(seed)
    drawn = apart(random.permuted(np.tile(second, (draws, 1)), axis=1))
    sides = ["about_zero"] * lines.shape[1] + ["greater"]
    p = [
        p_value(drawn[:, one], float(observed[one]), side)  # type: ignore[arg-type]
        for one, side in enumerate(sides)
    ]
    means = {str(kind): [*lines[second == (kind == kinds[1])].mean(axis=0), np.nan] for kind in kinds}
    index = pd.Index([*counts.columns, "all"], name="connection")
    return pd.DataFrame(
        {**means, "difference": observed, "p": p, "p_holm": [*holm(p[:-1]), np.nan]}, index=index
    )


def compare_axes(points: pd.DataFrame, groups: Mapping[Any, object]) -> pd.DataFrame:
    """Compare two groups on each axis by Welch's t and Mann and Whitney's U.

    Parameters
    ----------
    points : DataFrame
        A row per unit, a column per axis (`Projection.points`).
    groups : mapping of unit to group
        Two; the first is that of the first unit.

    Returns
    -------
    DataFrame
        index ``axis``; ``first_n``, ``second_n``, ``first_mean``, ``second_mean``, ``first_sd``,
        ``second_sd`` (divided by n − 1), ``first_median``, ``second_median``, ``t``, ``df``, ``p`` (Welch,
        two-sided), ``d`` (absolute, pooled standard deviation; Cohen 1988),
        ``u`` (of the first group), ``p_u`` (normal, with ties and continuity), ``rank_biserial`` and
        ``z_over_root_n`` (two effect sizes of U, absolute).

    Examples
    --------
    >>> points = pd.DataFrame({"SVD1": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]}, index=list("abcdef"))
    >>> found = compare_axes(points, dict(zip("abcdef", [1, 1, 1, 2, 2, 2])))
    >>> found[["t", "df", "d", "u"]].round(3).values.tolist()
    [[-3.674, 4.0, 3.0, 0.0]]
    """
    from scipy import stats

    labels = two_groups(points.index, groups)
    first = np.array([label == labels[0] for label in labels])
    rows = []
    for axis in points.columns:
        one, other = points[axis][first], points[axis][~first]
        sizes = len(one), len(other)
        welch = stats.ttest_ind(one, other, equal_var=False)
        pooled = ((sizes[0] - 1) * one.var() + (sizes[1] - 1) * other.var()) / (sum(sizes) - 2)
        rank = stats.mannwhitneyu(one, other, method="asymptotic")
        score = stats.norm.isf(rank.pvalue / 2)
        rows.append(
            {
                "axis": axis,
                **{"first_n": sizes[0], "second_n": sizes[1]},
                **{"first_mean": one.mean(), "second_mean": other.mean()},
                **{"first_sd": one.std(), "second_sd": other.std()},
                **{"first_median": one.median(), "second_median": other.median()},
                **{"t": welch.statistic, "df": welch.df, "p": welch.pvalue},
                "d": abs(one.mean() - other.mean()) / np.sqrt(pooled),
                **{"u": rank.statistic, "p_u": rank.pvalue},
                "rank_biserial": abs(1 - 2 * rank.statistic / (sizes[0] * sizes[1])),
                "z_over_root_n": score / np.sqrt(sum(sizes)),
            }
        )
    found = pd.DataFrame(rows).set_index("axis")
    # Beyond the first axis groups have the same mean by construction: what remains is rounding.
    return found.mask(found.abs() < _ROUNDING, 0)


def circular_rejections(
    counts: pd.DataFrame, groups: Mapping[Any, object], *, seed: int, draws: int = 199, level: float = 0.05
) -> float:
    """Return how often Welch's test along the axis of the means calls random groups different.

    Parameters
    ----------
    counts : DataFrame
        As from `connections`.
    groups : mapping of unit to group
        Two; each draw deals the units out to groups of their sizes, and turns the axis anew.
    seed, draws : int
    level : float
        Of the test. One that is not circular rejects this share of the draws.

    Raises
    ------
    ValueError
        As `project`; for no draw.

    Examples
    --------
    >>> counts = pd.DataFrame({"a & b": [3, 4, 0, 1, 2], "a & c": [0, 1, 4, 3, 3]}, index=list("vwxyz"))
    >>> circular_rejections(counts, dict(zip("vwxyz", [1, 1, 2, 2, 2])), seed=1, draws=9, level=1.0)
    1.0
    """
    require_count("draws", draws)
    labels = np.array(two_groups(counts.index, groups), dtype=object)
    random = np.random.default_rng(seed)
    rejected = 0
    for _ in range(draws):
        dealt = dict(zip(counts.index, random.permutation(labels), strict=True))
        turned = estimable(project, counts, dealt)
        if isinstance(turned, NotEstimable):
            # Groups whose means are the same are not called different.
            continue
        rejected += int(compare_axes(turned.points[["MR1"]], dealt)["p"].iloc[0] <= level)
    return rejected / draws


def regress_on_axes(
    outcome: pd.Series, points: pd.DataFrame, groups: Mapping[Any, object]
) -> tuple[pd.DataFrame, pd.Series]:
    """Regress an outcome of units on their places and their group, by least squares.

    Parameters
    ----------
    outcome : Series
        By unit; units without one are left out.
    points : DataFrame
        The axes to use, a row per unit.
    groups : mapping of unit to group
        Two; the second is coded 1.

    Returns
    -------
    tuple of DataFrame and Series
        index ``term``: ``estimate``, ``standard_error``, ``t``, ``p``; and of the whole ``units``, ``f``,
        ``p``, ``adjusted_r2``.

    Examples
    --------
    >>> points = pd.DataFrame({"SVD1": [0.0, 1.0, 0.0, 1.0, 2.0]}, index=list("abcde"))
    >>> outcome = pd.Series([1.0, 2.0, 2.0, 3.5, 4.0], index=list("abcde"))
    >>> terms, whole = regress_on_axes(outcome, points, dict(zip("abcde", [1, 1, 2, 2, 2])))
    >>> terms["estimate"].round(3).tolist(), int(whole["units"])
    ([1.0, 1.0, 1.167], 5)
    """
    from statsmodels.regression.linear_model import OLS

    labels = two_groups(points.index, groups)
    second = [float(label != labels[0]) for label in labels]
    terms = points.assign(constant=1.0, group=second)[["constant", *points.columns, "group"]]
    known = outcome.reindex(points.index).dropna()
    fit = OLS(known.astype(float), terms.loc[known.index]).fit()
    frame = pd.DataFrame(
        {"estimate": fit.params, "standard_error": fit.bse, "t": fit.tvalues, "p": fit.pvalues}
    ).rename_axis("term")
    whole = {"units": len(known), "f": fit.fvalue, "p": fit.f_pvalue, "adjusted_r2": fit.rsquared_adj}
    return frame, pd.Series(whole)


def two_kinds(documents: pd.DataFrame) -> dict[str, str]:
    """Return the kind of each document, where there are two kinds to compare.

    Parameters
    ----------
    documents : DataFrame
        ``document_id``, ``kind``.

    Raises
    ------
    NotEstimable
        When documents are of one kind, or of more than two, or one kind has a single document.

    Examples
    --------
    >>> two_kinds(pd.DataFrame({"document_id": [*"abcd"], "kind": ["plan", "plan", "note", "note"]}))["c"]
    'note'
    """
    counts = documents["kind"].value_counts()
    if len(counts) != 2 or counts.min() < 2:
        told = ", ".join(f"{kind}: {number}" for kind, number in counts.items())
        raise NotEstimable(
            f"found documents of {len(counts)} kinds ({told}); a comparison needs two, of two each"
        )
    return dict(zip(documents["document_id"].astype(str), documents["kind"].astype(str), strict=True))
