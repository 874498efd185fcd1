"""What regressions of networks and their specification curves tell, in sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.finding import Finding, key_of, p_in_words, percent, signed

__all__ = ["correlation_findings", "regression_findings", "share_findings"]

SURE = 0.05
"""A p-value below counts as evidence."""


def correlation_findings(correlations: pd.DataFrame) -> list[Finding]:
    """Say between which values the correlations of networks lie.

    Parameters
    ----------
    correlations : DataFrame
        As recorded under `table_9_2`: a row per pair of networks, with its ``correlation``.
    """
    ordered = correlations["correlation"].sort_values(kind="stable")
    low, high = ordered.index[0], ordered.index[-1]
    sentence = (
        f"Correlations of the networks range from {ordered.iloc[0]:.2f} ({' with '.join(low)}) to "
        f"{ordered.iloc[-1]:.2f} ({' with '.join(high)})."
    )
    return [
        Finding(
            "correlations", sentence, tuple(key_of("table_9_2", *pair, "correlation") for pair in (low, high))
        )
    ]


def regression_findings(tables: Mapping[str, pd.DataFrame], readings: Mapping[str, str]) -> list[Finding]:
    """Say which predictor of the second one matters under each reading of a regression.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        By the key it is recorded under: index the terms; ``estimate`` and ``p``.
    readings : mapping of str to str
        By the same keys: what the reading is called.

    Examples
    --------
    >>> terms = ["help year 1", "trust year 1"]
    >>> fit = pd.DataFrame({"estimate": [0.4, 0.1], "p": [0.0001, 0.2]}, index=terms)
    >>> regression_findings({"model": fit}, {"model": "As printed"})[0].sentence
    'As printed, help year 1 predicts (0.40, p < 0.001) and trust year 1 does not (0.10, p = 0.20).'
    """
    found = []
    for table, fit in tables.items():
        terms = [term for term in fit.index if term != "intercept"]
        said = [
            f"{term} {'predicts' if fit.loc[term, 'p'] < SURE else 'does not'} "
            f"({signed(fit.loc[term, 'estimate'])}, {p_in_words(fit.loc[term, 'p'])})"
            for term in sorted(terms, key=lambda term: fit.loc[term, "p"])
        ]
        keys = tuple(key_of(table, term, name) for term in terms for name in ("estimate", "p"))
        found.append(Finding(f"{table}.terms", f"{readings[table]}, {' and '.join(said)}.", keys))
    return found


def share_findings(shares: pd.DataFrame, counts: pd.DataFrame) -> list[Finding]:
    """Say in what share of specifications the headline holds, for each reading.

    Parameters
    ----------
    shares : DataFrame
        A row per reading; columns the sides, the first of them the headline and the second its reverse.
    counts : DataFrame
        The same rows; ``specifications``.
    """
    headline, reverse = shares.columns[:2]
    return [
        Finding(
            key_of("shares", reading),
            f"With confidential exchanges of {reading}, {percent(row[headline])} of {total} "
            f"specifications support the printed headline; {percent(row[reverse])} support its reverse.",
            (
                *(key_of("shares", reading, side) for side in (headline, reverse)),
                key_of("specification_counts", reading, "specifications"),
            ),
        )
        for (reading, row), total in zip(
            shares.iterrows(), counts.loc[shares.index, "specifications"], strict=True
        )
    ]
