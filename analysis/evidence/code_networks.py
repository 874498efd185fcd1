"""The network of codes of a dataset's documents: counted, compared between two kinds, laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.checks import NotEstimable
from analysis.estimable import estimable, if_estimable
from analysis.evidence.code_groups import compare_groups, two_kinds
from analysis.evidence.code_space import Placement, Projection, place_codes, project
from analysis.evidence.codes import coded_lines, connections

__all__ = ["CodeNetworks", "code_networks"]


@dataclass(frozen=True)
class CodeNetworks:
    """What a page on codes shows.

    Attributes
    ----------
    lines : DataFrame
        A row per segment that was read for every code, a column per code (`coded_lines`).
    left_out : int
        Segments that were not.
    only_applied : bool
        Whether the codings list only where codes apply, as QDA projects do: on a segment that this coder
        coded, other codes then count as not applied.
    counts : DataFrame
        A row per document, a column per connection (`connections`).
    kinds : dict or NotEstimable
        The kind of each document, where two can be compared.
    compared : DataFrame or NotEstimable
        As from `compare_groups`.
    projection : Projection or NotEstimable
        Of the documents, towards the difference of the kinds where there are two.
    placement : Placement or NotEstimable
        Of the codes.
    """

    lines: pd.DataFrame
    left_out: int
    only_applied: bool
    counts: pd.DataFrame
    kinds: dict[str, str] | NotEstimable
    compared: pd.DataFrame | NotEstimable
    projection: Projection | NotEstimable
    placement: Placement | NotEstimable

    def common(self) -> pd.DataFrame:
        """Return how many segments and documents each code applies to, and its share of segments."""
        documents = self.lines.groupby(level=0).max().sum()
        table = {"segments": self.lines.sum(), "share": self.lines.mean(), "documents": documents}
        return pd.DataFrame(table).rename_axis("code")

    def connected(self) -> pd.DataFrame:
        """Return the lines that connect each two codes, and in how many documents any does."""
        table = {"lines": self.counts.sum(), "documents": (self.counts > 0).sum()}
        return pd.DataFrame(table).rename_axis("connection")

    def axes(self) -> pd.DataFrame | NotEstimable:
        """Return the share of differences each of the first axes holds, and how well codes fit there."""
        if isinstance(self.projection, NotEstimable):
            return self.projection
        if isinstance(self.placement, NotEstimable):
            return self.placement
        return self.placement.fit.assign(share=self.projection.shares)[["share", "pearson", "spearman"]]

    def layout(self) -> pd.DataFrame | NotEstimable:
        """Return where documents and codes lie on the first two axes, and the kind of each."""
        if isinstance(self.projection, NotEstimable):
            return self.projection
        if isinstance(self.placement, NotEstimable):
            return self.placement
        points, codes = self.projection.points.iloc[:, :2], self.placement.codes
        if points.shape[1] < 2:
            return NotEstimable("documents differ along one axis only")
        kinds = {} if isinstance(self.kinds, NotEstimable) else self.kinds
        units = points.assign(kind=[kinds.get(str(unit), "document") for unit in points.index])
        return pd.concat([units, codes.assign(kind="code")])


def code_networks(
    tables: Mapping[str, pd.DataFrame], *, coder: str = "", window: int = 4, draws: int = 9999, seed: int
) -> CodeNetworks:
    """Count which codes stand together, compare two kinds of documents, and lay both out.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents``, ``codings``.
    coder : str
        Whose codings; empty: of who coded most.
    window : int
        Lines that a line is read with, itself among them.
    draws, seed : int
        Of the permutation of documents.

    Raises
    ------
    ValueError
        As `coded_lines` and `connections`.
    """
    codings = tables["codings"].dropna(subset=["applied"])
    own = codings[codings["coder_id"] == (coder or str(codings["coder_id"].mode()[0]))]
    only_applied = bool((own["applied"] == 1).all())
    if only_applied:
        own = _with_zeros(own)
    read = own.groupby(["document_id", "segment_id"])["code"].transform("nunique") == own["code"].nunique()
    whole = own[read] if read.any() else own
    segments = len(own[["document_id", "segment_id"]].drop_duplicates())
    lines = coded_lines(whole, coder or None)
    counts = connections(lines, window=window)
    kinds = estimable(two_kinds, tables["documents"])
    compared = if_estimable(_compared)(kinds, counts, draws, seed)
    groups = None if isinstance(kinds, NotEstimable) else kinds
    projection = estimable(project, counts, groups)
    placement = if_estimable(_placed)(projection, counts)
    return CodeNetworks(
        lines, segments - len(lines), only_applied, counts, kinds, compared, projection, placement
    )


def _with_zeros(own: pd.DataFrame) -> pd.DataFrame:
    """Return one coder's codings with a row for every code of every segment coded."""
    keys = ["document_id", "segment_id", "coder_id"]
    grid = own[keys].drop_duplicates().merge(own[["code"]].drop_duplicates(), how="cross")
    full = grid.merge(own, on=[*keys, "code"], how="left")
    return full.assign(applied=full["applied"].fillna(0).astype(int))


def _compared(kinds: dict[str, str], counts: pd.DataFrame, draws: int, seed: int) -> pd.DataFrame:
    return compare_groups(counts, kinds, seed=seed, draws=draws)


def _placed(projection: Projection, counts: pd.DataFrame) -> Placement:
    return place_codes(counts, projection)
