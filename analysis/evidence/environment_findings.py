"""What the page on a network's environment opens with."""

from __future__ import annotations

import pandas as pd

from analysis.checks import NotEstimable
from analysis.evidence.process_tracing import Tracing
from analysis.finding import Finding, key_of, percent
from analysis.labels import in_words

__all__ = ["environment_findings"]


def environment_findings(
    groups: pd.DataFrame | NotEstimable,
    responses: pd.DataFrame | NotEstimable,
    traced: Tracing | NotEstimable,
    errors: pd.DataFrame | NotEstimable,
) -> list[Finding]:
    """Say how each group of codes moved, which response was most frequent, what the evidence speaks for.

    And how often coders err.

    Parameters
    ----------
    groups, responses : DataFrame or NotEstimable
        As from `coded_shares`.
    traced : Tracing or NotEstimable
    errors : DataFrame or NotEstimable
        As from `coder_errors`.
    """
    found = []
    if not isinstance(groups, NotEstimable):
        found += [_moved(groups, str(code)) for code in dict.fromkeys(groups.index.get_level_values("code"))]
    if not isinstance(responses, NotEstimable):
        rows = responses.reset_index()
        last = rows[rows["year"] == rows["year"].max()]
        found += [_most(own, str(district)) for district, own in last.groupby("district")]
    if not isinstance(traced, NotEstimable):
        rows = traced.beliefs.reset_index().sort_values("middle", ascending=False, kind="stable")
        best, second = rows.head(2).to_dict("records")
        keys = [
            key_of("beliefs", row["hypothesis"], end) for row in (best, second) for end in ("lower", "upper")
        ]
        found.append(
            Finding(
                "beliefs",
                f"The evidence supports “{in_words(best['hypothesis'])}” most (belief {best['lower']:.2f} to "
                f"{best['upper']:.2f}), then “{in_words(second['hypothesis'])}” ({second['lower']:.2f} to "
                f"{second['upper']:.2f}).",
                tuple(keys),
            )
        )
    if not isinstance(errors, NotEstimable) and not (known := errors["estimate"].dropna()).empty:
        found.append(_mistakes(known))
    return found


def _mistakes(errors: pd.Series[float]) -> Finding:
    least, most = str(errors.idxmin()), str(errors.idxmax())
    return Finding(
        "coders",
        f"A coder errs in an estimated {percent(errors[least])} (“{in_words(least)}”) to "
        f"{percent(errors[most])} (“{in_words(most)}”) of decisions; intervals of shares allow for it.",
        tuple(key_of("errors", code, "estimate") for code in dict.fromkeys((least, most))),
    )


def _moved(groups: pd.DataFrame, code: str) -> Finding:
    told, keys = [], []
    for district, own in groups.loc[code].reset_index().groupby("district"):
        first, last = own.iloc[[0, -1]].to_dict("records")
        place = "" if district == "all" else f" in {in_words(district)}"
        told.append(f"from {percent(first['estimate'])} to {percent(last['estimate'])} of segments{place}")
        keys += [key_of("groups", code, district, row["year"], "estimate") for row in (first, last)]
    return Finding(
        f"group.{code.lower()}", f"“{in_words(code).capitalize()}” went {', and '.join(told)}.", tuple(keys)
    )


def _most(own: pd.DataFrame, district: str) -> Finding:
    row = own.sort_values("estimate", kind="stable").iloc[-1].to_dict()
    place = "" if district == "all" else f" in {in_words(district)}"
    return Finding(
        f"response.{district.lower()}",
        f"The most frequent response{place} in {row['year']} is “{in_words(row['code'])}” "
        f"({percent(row['estimate'])} of segments).",
        (key_of("responses", row["code"], district, row["year"], "estimate"),),
    )
