"""What the page on edges and mutual ties opens with."""

from __future__ import annotations

import pandas as pd

from analysis.finding import Finding, key_of

__all__ = ["dyad_findings"]


def dyad_findings(observed: pd.DataFrame, terms: pd.DataFrame) -> list[Finding]:
    """Say how many ties are returned, and how strongly.

    Parameters
    ----------
    observed, terms : DataFrame
        As from `shared_partner_statistics` (column ``value``) and `edges_and_mutual`; recorded under these
        names.
    """
    value, estimate = observed["value"], terms["estimate"]
    return [
        Finding(
            "returned",
            f"Of {value['ties']:.0f} ties many are returned: {value['mutual pairs']:.0f} pairs are mutual.",
            (key_of("observed", "ties", "value"), key_of("observed", "mutual pairs", "value")),
        ),
        Finding(
            "exact",
            f"The exact estimates are {estimate['edges']:.2f} for a tie and {estimate['mutual']:.2f} for its "
            "return.".replace("-", "−"),
            (key_of("terms", "edges", "estimate"), key_of("terms", "mutual", "estimate")),
        ),
    ]
