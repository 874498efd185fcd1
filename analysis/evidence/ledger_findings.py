"""What the page on the ledger of evidence tells, in sentences."""

from __future__ import annotations

import pandas as pd

from analysis.checks import NotEstimable
from analysis.evidence.ledger import Ledger
from analysis.finding import Finding, key_of, row_of
from analysis.labels import in_words

__all__ = ["ledger_findings"]


def ledger_findings(found: Ledger, seen: pd.DataFrame | NotEstimable) -> list[Finding]:
    """Say which claim stands best and which worst, what reads both ways, and when new things stopped.

    Parameters
    ----------
    found : Ledger
        Recorded as the table ``claims`` (`Ledger.by_claim`) and the number ``opposed`` (segments that read
        both ways).
    seen : DataFrame
        As from `discovery`, recorded as the table ``seen``.
    """
    claims = found.by_claim()
    balance = claims["for"] - claims["against"]
    told = []
    for key, claim in (("best", str(balance.idxmax())), ("worst", str(balance.idxmin()))):
        row = row_of(claims, claim)
        sentence = (
            f"{'Best' if key == 'best' else 'Least'} supported is “{in_words(claim)}”: "
            f"{row['for']} pieces for, {row['against']} against, from {row['documents']} documents."
        )
        keys = tuple(key_of("claims", claim, name) for name in ("for", "against", "documents"))
        told.append(Finding(key, sentence, keys))
    if found.opposed():
        sentence = (
            f"Read first the segments that speak for one claim and against another: there are "
            f"{found.opposed()}."
        )
        told.append(Finding("rivals", sentence, ("opposed",)))
    if not isinstance(seen, NotEstimable):
        for name in seen.index:
            row = row_of(seen, name)
            sentence = (
                f"All {row['in_all']} {name} had appeared after {row['collected']} of {row['documents']} "
                f"documents (in random orders after {row['median']:.0f})."
            )
            keys = tuple(key_of("seen", name, one) for one in ("in_all", "collected", "documents", "median"))
            told.append(Finding(f"seen.{name}", sentence, keys))
    return told[1:] if len(claims) == 1 else told
