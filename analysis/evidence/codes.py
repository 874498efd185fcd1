"""Which codes stand close together in a conversation.

A line (a segment of a conversation) is taken with the few before it, its window. It connects two codes where
the newest line brings one of them or both: once a line, however often they occur. Counts are added up by
unit: a document, or whoever speaks.

References
----------
Shaffer, Collier & Ruis (2016), Journal of Learning Analytics 3(3), 9-45. Siebert-Evenstone et al. (2017),
Journal of Learning Analytics 4(3), 123-139 (moving window).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

__all__ = ["BETWEEN", "coded_lines", "connections", "normalised"]

BETWEEN = " & "
"""What stands between two codes in the name of their connection."""


def coded_lines(codings: pd.DataFrame, coder: str | None = None) -> pd.DataFrame:
    """Return codings with a row per segment and a column per code, in the order of a conversation.

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
        0 or 1, a row per line in order, a column per code (`coded_lines`).
    conversations, units : sequences, optional
        Of each line; by default both are the first level of the index. No window reaches into another
        conversation.
    window : int
        Lines in it, the newest among them.

    Returns
    -------
    DataFrame
        A row per unit, in order of appearance; a column per pair of codes: the second with all before it, the
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
    joined = [str(name) for name in lines.columns if BETWEEN in str(name)]
    if joined:
        faults.append(f"codes named with {BETWEEN.strip()} between spaces: {', '.join(joined)}")
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
    names = [f"{lines.columns[a]}{BETWEEN}{lines.columns[b]}" for a, b in zip(left, right, strict=True)]
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
