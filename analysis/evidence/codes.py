"""Which codes stand close together in a conversation, and how groups of documents differ in that.

A line (a segment of a conversation) is taken with the few before it, its window. It connects two codes where
the newest line brings one of them or both: once a line, however often they occur. Counts are added up by
unit, each unit's counts brought to length 1, and the units laid out on axes that tell most of them apart
(singular values), of which the first may be that of the difference of two groups' means.

References
----------
Shaffer, Collier & Ruis (2016), Journal of Learning Analytics 3(3), 9-45. Siebert-Evenstone et al. (2017),
Journal of Learning Analytics 4(3), 123-139 (moving window). Bowman et al. (2021), in *Advances in
Quantitative Ethnography*, 91-105 (the mathematics, means rotation).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_count
from analysis.resampling.many_tests import holm
from analysis.resampling.monte_carlo import p_value
from analysis.result import Result

__all__ = ["Projection", "coded_lines", "compare_groups", "connections", "normalised", "project"]


@dataclass(frozen=True, repr=False)
class Projection(Result):
    """Units on axes.

    Attributes
    ----------
    points : DataFrame
        A row a unit, a column an axis: ``MR1`` (of two groups' means), ``SVD1``, ``SVD2``, …
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
        """Return a row a unit."""
        return self.points.reset_index()


def coded_lines(codings: pd.DataFrame, coder: str | None = None) -> pd.DataFrame:
    """Return codings with a row a segment and a column a code, in the order of a conversation.

    Parameters
    ----------
    codings : DataFrame
        Of the data model. Segments are in order of the numbers in their names.
    coder : str, optional
        Whose; needed where there are several.

    Returns
    -------
    DataFrame
        index ``document_id``, ``segment_id``; 0 or 1, columns in the order the codes first appear.

    Raises
    ------
    ValueError
        For several coders without a choice, one who is not there, decisions told twice, or segments that were
        not read for every code: all at once.

    Examples
    --------
    >>> rows = [("d", "s10", "x", "trust", 1), ("d", "s9", "x", "trust", 0)]
    >>> names = ["document_id", "segment_id", "coder_id", "code", "applied"]
    >>> coded_lines(pd.DataFrame(rows, columns=names))["trust"].tolist()
    [0, 1]
    """
    coders = [str(name) for name in codings["coder_id"].drop_duplicates()]
    faults = []
    if coder is None and len(coders) > 1:
        faults.append(f"{len(coders)} coders ({', '.join(coders)}); allowed: one, or a choice of one")
    if coder is not None and coder not in coders:
        faults.append(f"coder {coder!r}; allowed are {', '.join(coders)}")
    own = codings if coder is None or faults else codings[codings["coder_id"] == coder]
    keys = ["document_id", "segment_id"]
    twice = own.duplicated([*keys, "coder_id", "code"])
    if twice.any():
        faults.append(f"decisions told twice: {_places(own[twice])}")
    applied = own.drop_duplicates([*keys, "code"]).pivot(index=keys, columns="code", values="applied")
    gaps = applied.isna().any(axis=1)
    if gaps.any() and not faults:
        faults.append(f"segments not read for every code: {_places(applied[gaps].reset_index())}")
    if faults:
        raise ValueError("found in codings " + "; ".join(faults))
    order = sorted(range(len(applied)), key=lambda row: [_natural(part) for part in applied.index[row]])
    return applied.iloc[order][list(own["code"].drop_duplicates())].astype(int).rename_axis(columns=None)


def _places(rows: pd.DataFrame) -> str:
    names = (rows["document_id"].astype(str) + "/" + rows["segment_id"].astype(str)).drop_duplicates()
    return ", ".join(names.iloc[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _natural(name: object) -> list[tuple[int, int, str]]:
    """Return a key by which s9 comes before s10."""
    parts = re.split(r"(\d+)", str(name))
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def connections(
    lines: pd.DataFrame,
    conversations: Sequence[object] | None = None,
    units: Sequence[object] | None = None,
    *,
    window: int = 4,
) -> pd.DataFrame:
    """Count, for each unit, the lines that connect two codes within a moving window.

    Parameters
    ----------
    lines : DataFrame
        0 or 1, a row a line in order, a column a code (`coded_lines`).
    conversations, units : sequences, optional
        Of each line; by default both are the first level of the index. No window reaches into another
        conversation.
    window : int
        Lines in it, the newest among them.

    Returns
    -------
    DataFrame
        A row a unit, in order of appearance; a column a pair of codes: the second with all before it, the
        third with all before it, and so on.

    Raises
    ------
    ValueError
        For values that are not 0 or 1, fewer than two codes, a sequence of another length than the lines, or
        a window below 1: all at once.

    Examples
    --------
    >>> lines = pd.DataFrame({"trust": [1, 0, 0], "time": [0, 1, 0], "help": [0, 0, 1]})
    >>> connections(lines, ["d"] * 3, ["d"] * 3, window=2).loc["d"].tolist()
    [1, 0, 1]
    """
    first = list(lines.index.get_level_values(0))
    homes = first if conversations is None else list(conversations)
    owners = first if units is None else list(units)
    values = lines.to_numpy()
    faults = []
    if not np.isin(values, [0, 1]).all():
        odd = [str(name) for name in lines.columns if not lines[name].isin([0, 1]).all()]
        faults.append(f"values other than 0 and 1 of {', '.join(odd)}")
    if lines.shape[1] < 2:
        faults.append(f"{lines.shape[1]} codes; allowed: at least 2")
    for name, given in (("conversations", homes), ("units", owners)):
        if len(given) != len(lines):
            faults.append(f"{len(given)} {name}; allowed: one for each of {len(lines)} lines")
    if window < 1:
        faults.append(f"a window of {window}; allowed: at least 1")
    if faults:
        raise ValueError("found " + "; ".join(faults))
    now = values.astype(bool)
    group = pd.factorize(pd.Series(homes, dtype=object))[0]
    # Lines of a conversation need not follow one another in the table.
    order = np.argsort(group, kind="stable")
    now, group = now[order], group[order]
    before = np.zeros_like(now)
    for back in range(1, min(window, len(now))):
        same = group[back:] == group[:-back]
        before[back:] |= now[:-back] & same[:, None]
    left, right = _pairs(lines.shape[1])
    joined = now[:, left] & (now | before)[:, right] | before[:, left] & now[:, right]
    names = [f"{lines.columns[a]} & {lines.columns[b]}" for a, b in zip(left, right, strict=True)]
    owner, found = pd.factorize(pd.Series(owners, dtype=object))
    counts = np.zeros((len(found), len(names)), dtype=int)
    np.add.at(counts, owner[order], joined)
    return pd.DataFrame(counts, index=pd.Index(found, name="unit"), columns=names)


def _pairs(codes: int) -> tuple[list[int], list[int]]:
    both = [(first, second) for second in range(codes) for first in range(second)]
    return [first for first, _ in both], [second for _, second in both]


def normalised(counts: pd.DataFrame) -> pd.DataFrame:
    """Return each unit's connections at length 1; a unit without any stays at 0.

    Examples
    --------
    >>> normalised(pd.DataFrame({"a & b": [3, 0], "a & c": [4, 0]})).values.tolist()
    [[0.6, 0.8], [0.0, 0.0]]
    """
    values = counts.to_numpy(dtype=float)
    length = np.linalg.norm(values, axis=1, keepdims=True)
    scaled = np.divide(values, length, out=np.zeros_like(values), where=length > 0)
    return pd.DataFrame(scaled, index=counts.index, columns=counts.columns)


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
        labels = _two_groups(counts.index, groups)
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


def _two_groups(units: pd.Index, groups: Mapping[Any, object]) -> list[object]:
    lacking = [str(unit) for unit in units if unit not in groups]
    kinds = list(dict.fromkeys(groups[unit] for unit in units if unit in groups))
    faults = [f"no group for {', '.join(lacking)}"] if lacking else []
    if len(kinds) != 2:
        faults.append(f"{len(kinds)} groups ({', '.join(map(str, kinds))}); allowed: 2")
    if faults:
        raise ValueError("found " + "; ".join(faults))
    return [groups[unit] for unit in units]


def compare_groups(
    counts: pd.DataFrame, groups: Mapping[Any, object], *, seed: int, draws: int = 9999
) -> pd.DataFrame:
    """Return how two groups of documents differ, against documents dealt out to the groups anew.

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
    labels = _two_groups(counts.index, groups)
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
