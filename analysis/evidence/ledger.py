"""From a segment to a code to a claim, and back: references only, never a text.

Evidence names the segment it stands in, the claim it bears on and the direction; codings say which coders
applied which code there.

References
----------
Van Evera (1997), *Guide to Methods for Students of Political Science*, chapter 1 (tests of a claim).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.checks import NotEstimable
from analysis.frames import rows_of
from analysis.result import Result

__all__ = ["NOT_SEEN", "Ledger", "ledger_of", "volumes"]

NOT_SEEN = "not published / not seen"
_DIRECTIONS = ("for", "against", "neither")
_ORIGINAL = ("interview", "observation", "artifact", "codes", "coders", "segments")


@dataclass(frozen=True, repr=False)
class Ledger(Result):
    """Every piece of evidence with its segment, codes and claim.

    Attributes
    ----------
    frame : DataFrame
        index ``piece``; ``claim``, ``direction``, ``test``, ``document``, ``kind``, ``date``, ``segment``,
        ``codes`` and, where votes are told, with each how many of the coders who read the segment applied it,
        and ``agreed`` (whether all coders made the same of every code there; missing where fewer than two
        read it).
    codes : DataFrame
        Rows of ``piece`` and ``code``, for the codes that any coder applied.
    """

    frame: pd.DataFrame
    codes: pd.DataFrame

    def summary(self) -> str:
        """Say how many pieces bear on how many claims."""
        against = int((self.frame["direction"] == "against").sum())
        return (
            f"{len(self.frame)} pieces of evidence on {self.frame['claim'].nunique()} claims, from "
            f"{self.frame['document'].nunique()} documents; {against} speak against."
        )

    def tidy(self) -> pd.DataFrame:
        """Return a row per piece."""
        return self.frame.reset_index()

    def by_claim(self) -> pd.DataFrame:
        """Return for each claim its pieces by direction, documents, and the tests that decide most.

        Returns
        -------
        DataFrame
            index ``claim``; ``pieces``, ``for``, ``against``, ``neither``, ``documents``, ``kinds`` (of
            document), ``hoops_failed`` (a hoop test not passed speaks strongly against), ``guns`` (smoking
            guns and doubly decisive tests passed).
        """
        rows = {}
        for claim, own in self.frame.groupby("claim", sort=False):
            counts = own["direction"].value_counts()
            against, for_it = own["direction"] == "against", own["direction"] == "for"
            rows[claim] = {
                "pieces": len(own),
                **{name: int(counts.get(name, 0)) for name in _DIRECTIONS},
                "documents": own["document"].nunique(),
                "kinds": own["kind"].nunique(),
                "hoops_failed": int((against & own["test"].isin(["hoop", "doubly decisive"])).sum()),
                "guns": int((for_it & own["test"].isin(["smoking gun", "doubly decisive"])).sum()),
            }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("claim")

    def code_to_claim(self) -> pd.DataFrame:
        """Count the pieces by code (row) and claim (column); a piece counts under each of its codes."""
        joined = self.codes.merge(self.frame[["claim"]], left_on="piece", right_index=True)
        return pd.crosstab(joined["code"], joined["claim"]).rename_axis("code")

    def by_kind(self) -> pd.DataFrame:
        """Count the pieces for and against by claim (row) and kind of document (column groups)."""
        return pd.crosstab(self.frame["claim"], [self.frame["kind"], self.frame["direction"]])

    def negative_cases(self) -> pd.DataFrame | NotEstimable:
        """Return the pieces that speak against the claim they bear on."""
        found = self.frame[self.frame["direction"] == "against"]
        return found if len(found) else NotEstimable("no piece of evidence speaks against a claim")

    def rival_readings(self) -> pd.DataFrame | NotEstimable:
        """Return the segments that bear on several claims, or on one in several directions.

        Returns
        -------
        DataFrame
            index number; ``document``, ``segment``, ``for``, ``against``, ``neither`` (claims), ``opposed``
            (whether the segment speaks for one claim and against another, or both ways on one), and
            ``agreed`` where votes are told.
        """
        rows = []
        for (document, segment), own in self.frame.groupby(["document", "segment"], sort=False):
            if len(own) < 2:
                continue
            told = {name: ", ".join(own.loc[own["direction"] == name, "claim"]) for name in _DIRECTIONS}
            opposed = bool(told["for"] and told["against"])
            place = {"document": document, "segment": segment}
            votes = {name: own[name].iloc[0] for name in ("agreed",) if name in own}
            rows.append({**place, **told, "opposed": opposed, **votes})
        if not rows:
            return NotEstimable("no segment bears on more than one claim")
        return pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="number"))

    def opposed(self) -> int:
        """Return how many segments speak both for and against."""
        rivals = self.rival_readings()
        return 0 if isinstance(rivals, NotEstimable) else int(rivals["opposed"].sum())


def ledger_of(tables: Mapping[str, pd.DataFrame], *, votes: bool = True) -> Ledger:
    """Return the ledger of a dataset.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``documents`` and ``evidence``; with ``codings`` also the codes of each segment.
    votes : bool
        Whether to tell how many coders applied a code: of two, it says what each of them decided.

    Raises
    ------
    ValueError
        With every piece that names a segment without a document, an unknown document, or another direction
        than *for*, *against*, *neither*; and pieces given twice on one claim.
    NotEstimable
        Without a piece of evidence.

    Examples
    --------
    >>> documents = pd.DataFrame({"document_id": ["d"], "kind": ["interview"], "date": ["2020-01-01"]})
    >>> evidence = pd.DataFrame({"evidence_id": ["e"], "document_id": ["d"], "segment_id": ["s"],
    ...     "hypothesis": ["links_help"], "test": ["hoop"], "direction": ["against"]})
    >>> ledger_of({"documents": documents, "evidence": evidence})
    <Ledger: 1 pieces of evidence on 1 claims, from 1 documents; 1 speak against.>
    """
    evidence = tables["evidence"].reset_index(drop=True)
    if evidence.empty:
        raise NotEstimable("found no piece of evidence")
    documents = tables["documents"].set_index("document_id")
    given = pd.DataFrame(
        {
            "piece": evidence["evidence_id"].astype(str),
            "claim": evidence["hypothesis"].astype(str),
            "direction": evidence["direction"].astype(str),
            "test": evidence["test"].astype(str),
            **{name: evidence[f"{name}_id"].fillna("").astype(str) for name in ("document", "segment")},
        }
    )
    faults = []
    for row in rows_of(given):
        if row.segment and not row.document:
            faults.append(f"{row.piece}: segment {row.segment} of no document")
        if row.document and row.document not in documents.index:
            faults.append(f"{row.piece}: no document {row.document}")
        if row.direction not in _DIRECTIONS:
            faults.append(f"{row.piece}: direction {row.direction!r}; allowed: {', '.join(_DIRECTIONS)}")
    twice = given[given.duplicated(["piece", "claim"])]
    faults += [f"{row.piece}: given twice on {row.claim}" for row in rows_of(twice)]
    if faults:
        raise ValueError("found " + "; ".join(faults))
    # A piece may bear on several claims: it is listed once for each.
    again = given.duplicated("piece", keep=False)
    given.loc[again, "piece"] = given.loc[again, "piece"] + " on " + given.loc[again, "claim"]
    given["kind"] = given["document"].map(documents["kind"]).fillna("no document")
    given["date"] = given["document"].map(documents["date"]) if "date" in documents else ""
    codes = _codes(tables.get("codings"))
    joined = given.merge(codes, on=["document", "segment"], how="left")
    pairs = joined.loc[joined["applied"].fillna(0) > 0, ["piece", "code"]].reset_index(drop=True)
    told = pd.Series(
        [
            f"{row.code} {row.applied:.0f}/{row.of:.0f}" if votes else row.code
            for row in rows_of(joined)
            if row.applied > 0
        ],
        index=pairs["piece"],
        dtype=object,
    )
    given = given.set_index("piece")
    given["codes"] = told.groupby(level=0).agg(", ".join).reindex(given.index).fillna("")
    read_by_two = joined[joined["of"].fillna(0) > 1]
    split = (read_by_two["applied"] > 0) & (read_by_two["applied"] < read_by_two["of"])
    given["agreed"] = (~split).groupby(read_by_two["piece"]).all().reindex(given.index)
    columns = ["claim", "direction", "test", "document", "kind", "date", "segment", "codes"]
    return Ledger(given[[*columns, "agreed"] if votes else columns], pairs)


def _codes(codings: pd.DataFrame | None) -> pd.DataFrame:
    """Return for each segment and code how many coders applied it, of how many."""
    names = ["document", "segment", "code", "applied", "of"]
    if codings is None:
        return pd.DataFrame(columns=names).astype({"applied": float, "of": float})
    keys = ["document_id", "segment_id", "code"]
    counted = codings.groupby(keys, sort=False)["applied"].agg(["sum", "size"]).astype(float).reset_index()
    return counted.set_axis(names, axis=1).astype({"document": str, "segment": str})


def volumes(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return how much there is of each kind here, beside what is known of the original study: nothing.

    Returns
    -------
    DataFrame
        index ``what``; ``here`` (missing: none), ``original``.

    Examples
    --------
    >>> documents = pd.DataFrame({"document_id": ["d", "e"], "kind": ["interview", "interview"]})
    >>> volumes({"documents": documents})["here"].to_dict()["interview"]
    2
    """
    counts: dict[str, int] = {
        str(kind): int(number)
        for kind, number in tables["documents"]["kind"].value_counts(sort=False).items()
    }
    if "codings" in tables:
        codings = tables["codings"]
        counts["codes"] = codings["code"].nunique()
        counts["coders"] = codings["coder_id"].nunique()
        counts["segments"] = len(codings[["document_id", "segment_id"]].drop_duplicates())
    names = list(dict.fromkeys([*_ORIGINAL[:3], *counts, *_ORIGINAL, "agreement"]))
    here = pd.array([counts.get(name, pd.NA) for name in names], dtype="Int64")
    original = [NOT_SEEN if name in (*_ORIGINAL, "agreement") else "–" for name in names]
    return pd.DataFrame({"here": here, "original": original}, index=pd.Index(names, name="what"))
