"""Units laid out by which codes they connect, and where the codes themselves lie on the same axes.

Each unit's connections are brought to length 1, and the units laid out on axes that tell most of them apart
(singular values), of which the first may be that of the difference of two groups' means. A code is put where
the middles of the lines between codes, weighed by how strong a unit makes each, come closest to the units'
own points; how close is a correlation over all pairs of units.

References
----------
Shaffer, Collier & Ruis (2016), Journal of Learning Analytics 3(3), 9-45. Bowman et al. (2021), in
*Advances in Quantitative Ethnography*, 91-105 (the mathematics, means rotation).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.evidence.codes import BETWEEN, normalised
from analysis.result import Result

__all__ = ["Placement", "Projection", "place_codes", "project", "two_groups"]


@dataclass(frozen=True, repr=False)
class Projection(Result):
    """Units on axes.

    Attributes
    ----------
    points : DataFrame
        A row per unit, a column per axis: ``MR1`` (of two groups' means), ``SVD1``, ``SVD2``, …
    shares : Series
        Of each axis in the variance of all units.
    """

    points: pd.DataFrame
    shares: pd.Series

    def summary(self) -> str:
        """Say how much the first two axes hold."""
        told = " and ".join(f"{name} {share:.0%}" for name, share in self.shares.iloc[:2].items())
        return f"Of what sets {len(self.points)} units apart the axes hold {told}."

    def tidy(self) -> pd.DataFrame:
        """Return a row per unit."""
        return self.points.reset_index()


@dataclass(frozen=True, repr=False)
class Placement(Result):
    """Codes on the axes of units.

    Attributes
    ----------
    codes : DataFrame
        A row per code, a column per axis.
    fit : DataFrame
        index axis; ``pearson``, ``spearman``: over all pairs of units, how far apart they lie on the axis
        with how far apart the middles of their networks lie.
    """

    codes: pd.DataFrame
    fit: pd.DataFrame

    def summary(self) -> str:
        """Say how well the places of the codes speak for the units."""
        told = ", ".join(f"{value:.2f} on {axis}" for axis, value in self.fit["pearson"].items())
        return f"The middle of a unit's network lies where the unit does (correlation {told})."

    def tidy(self) -> pd.DataFrame:
        """Return a row per code."""
        return self.codes.reset_index()


def project(counts: pd.DataFrame, groups: Mapping[Any, object] | None = None) -> Projection:
    """Lay units out on axes, as epistemic network analysis does.

    Parameters
    ----------
    counts : DataFrame
        As from `connections`.
    groups : mapping of unit to group, optional
        Two groups: the first axis is then that of the difference of their means, from the first group in
        order of the units to the second; both means lie at 0 on all other axes.

    Returns
    -------
    Projection
        Each axis of singular values points to where its largest weight is positive.

    Raises
    ------
    ValueError
        For units without a group, or not two groups: all at once.
    NotEstimable
        When no two units differ, or the groups' means do not.

    Examples
    --------
    >>> counts = pd.DataFrame({"a & b": [1, 0, 1], "a & c": [0, 1, 1], "b & c": [0, 0, 0]}, index=list("xyz"))
    >>> project(counts).shares.round(3).tolist()
    [0.946, 0.054]
    """
    lines = normalised(counts)
    centred: Floats = (lines - lines.mean()).to_numpy()
    spread = float((centred**2).sum())
    if spread < 1e-12:
        raise NotEstimable(f"found {len(counts)} units that do not differ; axes need units that do")
    axes: list[Floats] = []
    names: list[str] = []
    left_over = centred
    if groups is not None:
        labels = two_groups(counts.index, groups)
        kinds = list(dict.fromkeys(labels))
        of_first = np.array([label == kinds[0] for label in labels])
        apart = centred[~of_first].mean(axis=0) - centred[of_first].mean(axis=0)
        if np.linalg.norm(apart) < 1e-9:
            raise NotEstimable(f"found no difference of the means of {kinds[0]} and {kinds[1]}")
        axes.append(apart / np.linalg.norm(apart))
        names.append("MR1")
        left_over = centred - np.outer(centred @ axes[0], axes[0])
    _, sizes, rest = np.linalg.svd(left_over, full_matrices=False)
    for axis in rest[sizes > 1e-9 * np.sqrt(spread)]:
        axes.append(axis * np.sign(axis[np.argmax(np.abs(axis).round(12))]))
        names.append(f"SVD{len(axes)}")
    points = centred @ np.array(axes).T
    shares = pd.Series((points**2).sum(axis=0) / spread, index=names)
    return Projection(pd.DataFrame(points, index=counts.index, columns=names), shares)


def place_codes(counts: pd.DataFrame, projection: Projection, *, axes: int = 2) -> Placement:
    """Put the codes on the first axes of the units.

    Parameters
    ----------
    counts : DataFrame
        As from `connections`.
    projection : Projection
        Of these counts.
    axes : int
        How many.

    Returns
    -------
    Placement
        By least squares; the smallest solution where several are as good.

    Examples
    --------
    >>> counts = pd.DataFrame({"a & b": [1, 0, 1], "a & c": [0, 1, 1], "b & c": [0, 0, 0]}, index=list("xyz"))
    >>> place_codes(counts, project(counts)).fit.round(3)["pearson"].tolist()
    [1.0, 0.756]
    """
    ends = [str(column).split(BETWEEN) for column in counts.columns]
    codes = list(dict.fromkeys(code for pair in ends for code in pair))
    weights = pd.DataFrame(0.0, index=counts.index, columns=codes)
    strengths = normalised(counts)
    for column, pair in zip(counts.columns, ends, strict=True):
        for code in pair:
            weights[code] += strengths[column] / 2
    total = weights.sum(axis=1).to_numpy()[:, None]
    share: Floats = np.divide(weights.to_numpy(), total, out=np.zeros(weights.shape), where=total > 0)
    points = projection.points.iloc[:, :axes]
    places, *_ = np.linalg.lstsq(share, points.to_numpy(), rcond=None)
    middles = share @ places
    first, second = np.triu_indices(len(points), 1)
    rows = []
    for axis, name in enumerate(points.columns):
        both = pd.DataFrame(
            {
                "units": points.to_numpy()[first, axis] - points.to_numpy()[second, axis],
                "middles": middles[first, axis] - middles[second, axis],
            }
        )
        pearson = both["units"].corr(both["middles"])
        rows.append((name, pearson, both["units"].corr(both["middles"], method="spearman")))
    fit = pd.DataFrame(rows, columns=["axis", "pearson", "spearman"]).set_index("axis")
    index = pd.Index(codes, name="code")
    return Placement(pd.DataFrame(places, index=index, columns=points.columns), fit)


def two_groups(units: pd.Index, groups: Mapping[Any, object]) -> list[object]:
    """Return the group of each unit.

    Raises
    ------
    ValueError
        For units without a group, or not two groups: all at once.
    """
    lacking = [str(unit) for unit in units if unit not in groups]
    kinds = list(dict.fromkeys(groups[unit] for unit in units if unit in groups))
    faults = [f"no group for {', '.join(lacking)}"] if lacking else []
    if len(kinds) != 2:
        faults.append(f"{len(kinds)} groups ({', '.join(map(str, kinds))}); allowed: 2")
    if faults:
        raise ValueError("found " + "; ".join(faults))
    return [groups[unit] for unit in units]
