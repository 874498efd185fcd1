"""When new codes and new claims stop: counted over documents, as collected and in random orders.

References
----------
Guest, Bunce & Johnson (2006), Field Methods 18, 59-82 (new codes over documents). Gotelli & Colwell (2001),
Ecology Letters 4, 379-391 (orders drawn at random).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.arrays import Flags
from analysis.checks import NotEstimable, require_count

__all__ = ["accumulation", "discovery"]


def _appears(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return which codes and which claims each document has, documents in order of collection."""
    documents = tables["documents"]
    dated = "date" in documents
    order = documents.sort_values("date", kind="stable", na_position="last") if dated else documents
    ids = order["document_id"].astype(str)
    found = {}
    if "codings" in tables:
        applied = tables["codings"].query("applied == 1")
        found["codes"] = pd.crosstab(applied["document_id"], applied["code"])
    evidence = tables["evidence"].dropna(subset=["document_id"])
    found["claims"] = pd.crosstab(evidence["document_id"], evidence["hypothesis"])
    read = set().union(*(frame.index for frame in found.values()))
    kept = [one for one in ids if one in read]
    return {name: frame.reindex(kept, fill_value=0) > 0 for name, frame in found.items() if frame.shape[1]}


def accumulation(
    tables: Mapping[str, pd.DataFrame], *, orders: int = 1000, seed: int
) -> dict[str, pd.DataFrame]:
    """Return how many codes, and how many claims, had appeared after so many documents.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents``, ``evidence``; with ``codings`` also codes. Documents in neither are left out.
    orders, seed : int
        Random orders of the documents, and what starts them.

    Returns
    -------
    dict of str to DataFrame
        ``codes`` (where there are codings) and ``claims``: index ``documents`` from 1; ``collected`` (in
        order of date), and over random orders ``mean``, ``lower`` and ``upper`` (2.5 % and 97.5 % points).

    Raises
    ------
    NotEstimable
        When fewer than two documents are coded or have evidence.

    Examples
    --------
    >>> documents = pd.DataFrame({"document_id": ["d", "e"], "kind": "plan", "date": ["2020", "2021"]})
    >>> evidence = pd.DataFrame({"document_id": ["d", "e"], "hypothesis": ["h", "h"]})
    >>> found = accumulation({"documents": documents, "evidence": evidence}, orders=9, seed=1)
    >>> found["claims"]["mean"].tolist()
    [1.0, 1.0]
    """
    require_count("orders", orders)
    return {name: curve for name, (curve, _) in _curves(tables, orders, seed).items()}


def _curves(
    tables: Mapping[str, pd.DataFrame], orders: int, seed: int
) -> dict[str, tuple[pd.DataFrame, Flags]]:
    found = {}
    for place, (name, there) in enumerate(_appears(tables).items()):
        if len(there) < 2:
            raise NotEstimable("found fewer than two documents that are coded or have evidence")
        random = np.random.default_rng([seed, place])
        flags = there.to_numpy()
        seen = np.maximum.accumulate(
            np.stack([flags, *(flags[random.permutation(len(flags))] for _ in range(orders))]), axis=1
        )
        counts = seen.sum(axis=2)
        complete: Flags = counts == flags.shape[1]
        low, high = np.quantile(counts[1:], [0.025, 0.975], axis=0)
        curve = pd.DataFrame(
            {"collected": counts[0], "mean": counts[1:].mean(axis=0), "lower": low, "upper": high},
            index=pd.RangeIndex(1, len(flags) + 1, name="documents"),
        )
        found[name] = (curve, complete)
    return found


def discovery(tables: Mapping[str, pd.DataFrame], *, orders: int = 1000, seed: int) -> pd.DataFrame:
    """Return after how many documents all codes, and all claims, had appeared.

    Parameters
    ----------
    tables, orders, seed
        As for `accumulation`.

    Returns
    -------
    DataFrame
        index ``what`` (codes, claims); ``documents``, ``in_all``, ``collected`` (documents until all had
        appeared, in order of date), ``median``, ``lower``, ``upper`` (over random orders), ``alone``
        (appear in one document only).
    """
    rows = {}
    for name, (curve, complete) in _curves(tables, orders, seed).items():
        last = complete.argmax(axis=1) + 1
        low, middle, high = np.quantile(last[1:], [0.025, 0.5, 0.975])
        alone = int((_appears(tables)[name].sum() == 1).sum())
        rows[name] = {
            "documents": len(curve),
            "in_all": int(curve["collected"].iloc[-1]),
            "collected": int(last[0]),
            "median": middle,
            "lower": low,
            "upper": high,
            "alone": alone,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("what")
