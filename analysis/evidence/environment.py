"""What documents say of a network's environment, by district and year: demands, conflict, responses.

A share is of segments; the coders' mean stands between what every coder and what any coder found. A district
is the organisation that the document's own is part of, or that organisation itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.checks import NotEstimable

__all__ = ["KEYS", "coded_shares", "dated_causes", "documents_of", "placed_codings", "sources_at_once"]

ALL = "all"
KEYS = ["district", "year"]


def coded_shares(tables: Mapping[str, pd.DataFrame], groups: Sequence[str] = ()) -> pd.DataFrame:
    """Return how much of the documents each code or group of codes applies to.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        documents (dated), codings; codebook and organizations, if there are.
    groups : sequence of str
        Codes; those that have codes below them stand for any of these. None: every code that was applied.

    Returns
    -------
    DataFrame
        index code, district, year; ``estimate`` (share of segments, the coders' mean), ``lower`` (every coder
        applied it), ``upper`` (any did), ``segments``, ``documents``.

    Raises
    ------
    ValueError
        Naming groups that no coding is of.
    NotEstimable
        When no coded document has a date.
    """
    codings = placed_codings(tables)
    below = _below(tables, groups or [*map(str, codings["code"].unique())])
    lacking = [name for name, codes in below.items() if not codings["code"].isin(codes).any()]
    if lacking:
        raise ValueError(
            f"found no coding of {', '.join(lacking)}; allowed: codes of the codings or above them"
        )
    parts = []
    for name, codes in below.items():
        own = codings[codings["code"].isin(codes)]
        segment = [*KEYS, "document_id", "segment_id"]
        said = own.groupby([*segment, "coder_id"])["applied"].max().groupby(segment)
        marks = pd.DataFrame({"estimate": said.mean(), "lower": said.min(), "upper": said.max()})
        cells = marks.astype(float).groupby(level=KEYS)
        found = cells.mean().assign(segments=cells.size())
        found["documents"] = own.groupby(KEYS)["document_id"].nunique()
        parts.append(found.reset_index().assign(code=name))
    return pd.concat(parts).set_index(["code", *KEYS])


def sources_at_once(tables: Mapping[str, pd.DataFrame], group: str) -> pd.DataFrame:
    """Return how many codes below one a document has on average, of those every coder found in it.

    Returns
    -------
    DataFrame
        index district, year; ``sources``, ``documents``.

    Raises
    ------
    NotEstimable
        When no code lies below, or as `coded_shares`.
    """
    codings = placed_codings(tables)
    codes = _below(tables, [group])[group]
    own = codings[codings["code"].isin(codes)]
    if own.empty:
        raise NotEstimable(f"found no coding of sources of demand below {group or 'any code'}; needed: one")
    place = [*KEYS, "document_id"]
    agreed = (
        own.groupby([*place, "segment_id", "code"])["applied"].min().groupby(level=[*place, "code"]).max()
    )
    cells = agreed.groupby(level=place).sum().groupby(level=KEYS)
    return pd.DataFrame({"sources": cells.mean().astype(float), "documents": cells.size()})


def documents_of(
    tables: Mapping[str, pd.DataFrame], table: pd.DataFrame | NotEstimable
) -> list[frozenset[str]] | frozenset[str]:
    """Return the coded documents behind each row of a table by district and year; without a table all."""
    if isinstance(table, NotEstimable):
        return frozenset(map(str, tables["codings"]["document_id"]))
    codings = placed_codings(tables)
    homes = codings["document_id"].astype(str).groupby([codings[name] for name in KEYS]).unique().to_dict()
    keys = table.index.to_frame(index=False)[KEYS].itertuples(index=False, name=None)
    return [frozenset(homes[key]) for key in keys]


def dated_causes(causes: Sequence[str]) -> pd.DataFrame:
    """Return when causes and what they explain began, for `process_tracing`.

    Parameters
    ----------
    causes : sequence of str
        Each a hypothesis and two days: "turnover 2019-08-01 2021-04-12".

    Raises
    ------
    ValueError
        Naming every one that is no such three words.

    Examples
    --------
    >>> dated_causes(["turnover 2019-08-01 2021-04-12"]).iloc[0].tolist()
    ['turnover', '2019-08-01', '2021-04-12']
    """
    rows = [cause.split() for cause in causes]
    if wrong := [repr(cause) for cause, row in zip(causes, rows, strict=True) if len(row) != 3]:
        raise ValueError(
            f"found {', '.join(wrong)}; allowed: a hypothesis, a day of its cause, one of its effect"
        )
    return pd.DataFrame(rows, columns=["hypothesis", "cause_on", "effect_on"])


def placed_codings(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return codings with the district and year of their documents."""
    documents = tables["documents"].reindex(columns=["document_id", "date", "organization_id"]).astype(object)
    documents = documents.dropna(subset="date")
    home = documents["organization_id"]
    if "organizations" in tables:
        known = (
            tables["organizations"].set_index("organization_id").reindex(columns=["parent_id"])["parent_id"]
        )
        above = home.map(known.astype(object).dropna())
        home = above.where(above.notna(), home)
    documents = documents.assign(
        district=home.where(home.notna(), ALL).astype(str),
        year=documents["date"].astype(str).str[:4].astype(int),
    )
    joined = tables["codings"].merge(documents[["document_id", *KEYS]], on="document_id")
    if joined.empty:
        raise NotEstimable("found no coded document with a date; needed: one")
    return joined


def _below(tables: Mapping[str, pd.DataFrame], groups: Sequence[str]) -> dict[str, set[str]]:
    """Return for each group the codes that stand for it: those below it, or itself."""
    if "codebook" not in tables:
        return {name: {name} for name in groups}
    book = tables["codebook"].reindex(columns=["code", "parent"]).astype(object)
    children = book.dropna(subset="parent").groupby("parent")["code"].agg(set).to_dict()
    return {name: set(children.get(name, ())) | {name} for name in groups}
