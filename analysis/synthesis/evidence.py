"""The evidence that the tables name, looked up in what runs recorded."""

from __future__ import annotations

import operator
from collections.abc import Collection

import pandas as pd

from analysis.compendium.recorded import NOT_RUN, Linked, recorded, recorded_finding
from analysis.synthesis.written import written

__all__ = [
    "KINDS",
    "NO_DATA",
    "PUBLISHED",
    "REAL",
    "SIMULATED",
    "SYNTHETIC",
    "essay_evidence",
    "looked_up",
    "strongest",
]

REAL = "real"
SIMULATED = "simulated"
"""Drawn by a model, whatever data its rates come from."""
SYNTHETIC = "synthetic"
PUBLISHED = "published only"
NO_DATA = "no data seen"
KINDS = (REAL, SIMULATED, SYNTHETIC, NOT_RUN, PUBLISHED, NO_DATA)
"""Kinds of evidence, the strongest first: a cell is of the strongest kind that it has."""

_OPERATORS = {"<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt}


def strongest(kinds: Collection[str], named: bool) -> str:
    """Return the kind of a cell from the kinds of its findings, and whether its study names the mechanism.

    Examples
    --------
    >>> strongest(["synthetic", "real"], named=True), strongest([], named=True), strongest([], named=False)
    ('real', 'published only', 'no data seen')
    """
    return next((kind for kind in KINDS if kind in kinds), PUBLISHED if named else NO_DATA)


def looked_up(named: pd.DataFrame) -> pd.DataFrame:
    """Return a table of findings with what each says, on what data, and whether it shows the mechanism.

    Parameters
    ----------
    named : DataFrame
        Columns ``run``, ``finding`` and, if need be, ``number`` and ``rule``, as from `written`. Several
        numbers, with `` & `` between, all have to follow the rule.

    Returns
    -------
    DataFrame
        The same rows and columns, and ``kind`` (one of `KINDS`), ``sentence`` (a `Linked` text: the finding,
        *not run*, or *not recorded*), ``value`` (of the number, of several the one that follows the rule
        least; missing where there is none) and ``shown`` (*shown*, *not shown*, or nothing where no rule says
        so).

    Raises
    ------
    ValueError
        When a run is none of those that are read, or a number none that its run records.
    """
    rows = []
    for row in named.to_dict("records"):
        found = recorded_finding(row["run"], row["finding"])
        made = next((kind for kind in (REAL, SIMULATED) if kind.upper() in found.data), SYNTHETIC)
        kind = made if found.there else NOT_RUN
        keys = row["number"].split(" & ") if row.get("number") else []
        values = [recorded(row["run"], key).value for key in keys]
        known = [float(value) for value in values if isinstance(value, (int, float))]
        number = _hardest(known, row["rule"]) if known else None
        shown = "" if number is None else _shown(number, row["rule"])
        rows.append([kind, Linked(found.sentence, found.link), number, shown])
    added = pd.DataFrame(rows, columns=["kind", "sentence", "value", "shown"], index=named.index)
    return named.join(added.astype({"value": float}))


def _hardest(values: list[float], rule: str) -> float:
    """Return the value that follows the rule least: if that one does, all do."""
    return max(values) if rule.startswith("<") else min(values)


def _shown(value: float, rule: str) -> str:
    compare, _, mark = rule.partition(" ")
    return "shown" if _OPERATORS[compare](value, float(mark)) else "not shown"


def essay_evidence() -> pd.DataFrame:
    """Return the claims of the essay beside the evidence of each.

    Returns
    -------
    DataFrame
        A row per claim and finding, index ``claim``, ``evidence`` (*1*, *2*, …); ``place`` in the essay,
        ``kind``, ``sentence`` (empty where no run has data on the claim: it is *published only*).
    """
    claims = written("essay")
    has = claims["run"] != ""
    found = looked_up(claims[has])[["claim", "place", "kind", "sentence"]]
    bare = claims.loc[~has, ["claim", "place"]].assign(kind=PUBLISHED, sentence="")
    rows = pd.concat([found, bare]).sort_index()
    rows["evidence"] = rows.groupby("claim").cumcount() + 1
    return rows.set_index(["claim", "evidence"])
