"""Mechanisms against studies: what kind of evidence each cell holds, and what the cells say together."""

from __future__ import annotations

import re
from itertools import combinations

import pandas as pd

from analysis.compendium.recorded import Linked
from analysis.labels import in_words
from analysis.synthesis.evidence import KINDS, PUBLISHED, REAL, looked_up, strongest
from analysis.synthesis.written import MECHANISMS, written

__all__ = [
    "cell_table",
    "evidence_of",
    "gaps",
    "kinds_matrix",
    "linked_matrix",
    "mixed_evidence",
    "named_together",
    "shown_matrix",
    "tensions",
]


def evidence_of() -> pd.DataFrame:
    """Return all evidence that the tables name, looked up: as from `looked_up`."""
    return looked_up(written("evidence"))


def _studies(evidence: pd.DataFrame) -> list[str]:
    """Return the studies in which a mechanism is named or has evidence: those that name one first."""
    return list(dict.fromkeys([*written("named")["study"], *evidence["study"]]))


def kinds_matrix(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the kind of evidence of each mechanism (row) in each study (column)."""
    named = set(written("named")[["mechanism", "study"]].itertuples(index=False, name=None))
    found = evidence[evidence["role"] == "found"].groupby(["mechanism", "study"])["kind"].agg(list).to_dict()
    cells = {
        study: [strongest(found.get((one, study), []), (one, study) in named) for one in MECHANISMS]
        for study in _studies(evidence)
    }
    return pd.DataFrame(cells, index=pd.Index(MECHANISMS, name="mechanism"))


def linked_matrix(evidence: pd.DataFrame, kinds: pd.DataFrame) -> pd.DataFrame:
    """Return the matrix of kinds in which a cell with evidence leads to a finding of that kind (`Linked`)."""
    links: dict[tuple[str, str, str], Linked] = {}
    for row in evidence[evidence["role"] == "found"].to_dict("records"):
        cell = (row["mechanism"], row["study"], row["kind"])
        links.setdefault(cell, Linked(row["kind"], row["sentence"].link))
    cells = {
        study: [links.get((str(one), study, kind), kind) for one, kind in kinds[study].items()]
        for study in map(str, kinds)
    }
    return pd.DataFrame(cells, index=kinds.index, dtype=object)


def shown_matrix(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return, of each cell's findings that have a rule, how many show the mechanism: ``2 of 3``.

    Only those of the kind that the cell is of: what made-up data show is not counted under *real*.
    """
    kinds = kinds_matrix(evidence)
    found = evidence[(evidence["role"] == "found") & (evidence["shown"] != "")]
    own_kind = [str(kinds.at[row.mechanism, row.study]) for row in found.itertuples()]
    judged = found[found["kind"] == pd.Series(own_kind, index=found.index)]
    told = {
        cell: f"{(own == 'shown').sum()} of {len(own)}"
        for cell, own in judged.groupby(["mechanism", "study"])["shown"]
    }
    cells = {study: [told.get((one, study), "") for one in MECHANISMS] for study in _studies(evidence)}
    return pd.DataFrame(cells, index=pd.Index(MECHANISMS, name="mechanism"))


def cell_table(evidence: pd.DataFrame, mechanism: str) -> pd.DataFrame:
    """Return the evidence of one mechanism, a row per finding; a study that only names it has its reading.

    Returns
    -------
    DataFrame
        index ``study``, ``page`` (the run, with the finding where a run has several); ``reading`` (*found*,
        *rival* or *named*), ``kind``, ``what the page says`` (`Linked`), ``number``, ``shown``.
    """
    own = evidence[evidence["mechanism"] == mechanism]
    named = written("named").query("mechanism == @mechanism").set_index("study")
    rows = {}
    for study in _studies(evidence):
        part = own[own["study"] == study]
        for row in part.to_dict("records"):
            page = str(row["run"]).partition("/")[2]
            if (part["run"] == row["run"]).sum() > 1:
                page = f"{page}: {re.sub('[.-]', ' ', str(row['finding']))}"
            said = [row["role"], row["kind"], row["sentence"], row["value"], row["shown"]]
            rows[in_words(study), page] = said
        if part.empty and study in named.index:
            told = named.loc[study]
            said = ["named", PUBLISHED, f"{told['reading']} ({told['source']}; our reading)", None, ""]
            rows[in_words(study), "its text"] = said
    names = ["reading", "kind", "what the page says", "number", "shown"]
    frame = pd.DataFrame([*rows.values()], columns=names)
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["study", "page"])
    return frame.astype({"number": float})


def gaps(kinds: pd.DataFrame) -> pd.DataFrame:
    """Return for each mechanism in how many studies its evidence is of which kind, index mechanism."""
    counts = [[int((kinds.loc[one] == kind).sum()) for kind in KINDS] for one in kinds.index]
    return pd.DataFrame(counts, columns=list(KINDS), index=kinds.index)


def named_together() -> pd.DataFrame:
    """Return the pairs of mechanisms that a study names together, most often named pairs first.

    Returns
    -------
    DataFrame
        index ``one``, ``other``; ``studies`` (how many), ``which``.
    """
    by_study = written("named").groupby("study", sort=False)["mechanism"].agg(set)
    rows = {
        pair: [in_words(str(study)) for study, names in by_study.items() if set(pair) <= names]
        for pair in combinations(MECHANISMS, 2)
    }
    there = sorted((pair for pair in rows if rows[pair]), key=lambda pair: -len(rows[pair]))
    frame = pd.DataFrame({"studies": [len(rows[one]) for one in there]})
    frame["which"] = ["; ".join(rows[one]) for one in there]
    frame.index = pd.MultiIndex.from_tuples(there, names=["one", "other"])
    return frame


def mixed_evidence(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return, of the findings on real data that a rule judges, how many show each mechanism and how many not.

    Returns
    -------
    DataFrame
        index ``mechanism`` (those with such a finding); ``shown``, ``not shown``, ``together``: whether the
        real data agree.
    """
    real = evidence[(evidence["kind"] == REAL) & (evidence["role"] == "found") & (evidence["shown"] != "")]
    rows = {
        one: [int((own == "shown").sum()), int((own == "not shown").sum())]
        for one in MECHANISMS
        if len(own := real.loc[real["mechanism"] == one, "shown"])
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["shown", "not shown"])
    agree = (frame == 0).any(axis=1)
    frame["together"] = ["agree" if one else "do not agree" for one in agree]
    return frame.rename_axis("mechanism")


def tensions() -> pd.DataFrame:
    """Return where two studies' texts pull apart, beside the finding that bears on it.

    Returns
    -------
    DataFrame
        index ``mechanism``, ``one``, ``other`` (studies); ``one says``, ``other says`` (our readings of their
        texts), ``kind`` and ``what bears on it``.
    """
    rows = looked_up(written("tensions"))
    rows = rows.rename(columns={"one_says": "one says", "other_says": "other says"})
    rows = rows.rename(columns={"sentence": "what bears on it"})
    for column in ("one", "other"):
        rows[column] = rows[column].map(in_words)
    kept = ["one says", "other says", "kind", "what bears on it"]
    return rows.set_index(["mechanism", "one", "other"])[kept]
