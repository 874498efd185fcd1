"""What the page across studies says, in sentences."""

from __future__ import annotations

import pandas as pd

from analysis.compendium.recorded import NOT_RUN
from analysis.finding import Finding, and_list, key_of
from analysis.labels import in_words
from analysis.synthesis.evidence import NO_DATA, PUBLISHED, REAL

__all__ = ["cross_findings", "essay_findings", "kind_counts"]


def kind_counts(kinds: pd.DataFrame) -> pd.DataFrame:
    """Return in how many cells of the matrix the strongest evidence is of which kind, index kind."""
    counts = kinds.stack().value_counts()
    return pd.DataFrame({"cells": counts.astype(int)}).rename_axis("kind")


def cross_findings(kinds: pd.DataFrame, mixed: pd.DataFrame, together: pd.DataFrame) -> list[Finding]:
    """Say where there are real data, where print alone, what contradicts, and what studies name together.

    Parameters
    ----------
    kinds : DataFrame
        As from `kinds_matrix`; counts by kind are recorded as ``kinds.<kind>.cells``, and the number of
        mechanisms with real data as ``with-real``, of all mechanisms as ``mechanisms``.
    mixed, together : DataFrame
        As from `mixed_evidence` and `named_together`, recorded under ``mixed`` and ``together``.
    """
    with_real = (kinds == REAL).any(axis=1)
    lacking = [str(name) for name in kinds.index[~with_real]]
    without = f"; none on {and_list(lacking)}" if lacking else ""
    found = [
        Finding(
            "real",
            f"Real data bear on {with_real.sum()} of {len(kinds)} mechanisms{without}.",
            ("with-real", "mechanisms"),
        )
    ]
    counts = kind_counts(kinds)["cells"]
    for kind, words in (
        (PUBLISHED, "In {} cell{} a study names the mechanism and no data show it: {}."),
        (NOT_RUN, "In {} cell{} the evidence was not run here: {}."),
    ):
        if kind in counts:
            where = [
                f"{one} in {in_words(str(study))}"
                for one, row in kinds.iterrows()
                for study in kinds.columns[row == kind]
            ]
            sentence = words.format(counts[kind], "s" if counts[kind] > 1 else "", and_list(where))
            found.append(Finding(key_of("cells", kind), sentence, (key_of("kinds", kind, "cells"),)))
    if NO_DATA in counts:
        sentence = f"In {counts[NO_DATA]} of {kinds.size} cells no data were seen and no study speaks of it."
        found.append(Finding("no-data", sentence, (key_of("kinds", NO_DATA, "cells"), "cells")))
    apart = mixed[(mixed["shown"] > 0) & (mixed["not shown"] > 0)]
    if len(apart):
        told = [f"{name} ({row.shown} shown, {row['not shown']} not)" for name, row in apart.iterrows()]
        keys = tuple(
            key_of("mixed", name, column) for name in apart.index for column in ("shown", "not shown")
        )
        sentence = f"Findings on real data do not agree on {and_list(told)}."
        found.append(Finding("apart", sentence, keys))
    if len(together):
        most = together[together["studies"] == together["studies"].max()]
        pairs = [f"{one} with {other}" for one, other in most.index]
        one, other = most.index[0]
        sentence = f"Studies name together most often: {and_list(pairs)} ({most['studies'].iloc[0]} studies)."
        found.append(Finding("together", sentence, (key_of("together", one, other, "studies"),)))
    return found


def essay_findings(essay: pd.DataFrame) -> list[Finding]:
    """Say how many claims of the essay have real data, and which have none.

    Parameters
    ----------
    essay : DataFrame
        As from `essay_evidence`; recorded are ``essay.claims``, ``essay.real`` and ``essay.bare``.
    """
    kinds = essay.groupby(level="claim", sort=False)["kind"].agg(set)
    real = sum(REAL in own for own in kinds)
    bare = [str(claim) for claim, own in kinds.items() if own == {PUBLISHED}]
    told = f"; without any data: {len(bare)} ({'; '.join(name.lower() for name in bare)})" if bare else ""
    keys = ("essay.claims", "essay.real", "essay.bare")
    return [Finding("essay", f"Of {len(kinds)} claims of the essay {real} meet real data{told}.", keys)]
