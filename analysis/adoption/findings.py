"""What the pages on adoption tell, in sentences."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import pandas as pd

from analysis.finding import Finding, key_of, p_in_words, percent, signed

__all__ = [
    "exposure_findings",
    "inference_findings",
    "innovation_findings",
    "pairing_findings",
    "reach_findings",
    "structure_findings",
]

SURE = 0.05
"""A p-value below counts as evidence."""


def reach_findings(
    policies: int, adoptions: int, states: int, reach: pd.DataFrame, topic: str
) -> list[Finding]:
    """Say how far policies had spread.

    Parameters
    ----------
    policies, adoptions, states : int
        As recorded under `counts`.
    reach : DataFrame
        As recorded: index years since the first adoption; ``policies``, ``median``.
    topic : str
        What the policies are about.
    """
    sentence = f"The {policies} {topic} policies were adopted {adoptions} times by {states} states."
    keys = tuple(f"counts.{name}" for name in ("policies", "adoptions", "states"))
    found = [Finding("adoptions", sentence, keys)]
    later = reach[reach.index > 0]
    for years in later.index[:1]:
        row = later.loc[years]
        said = (
            f"After {years} years half of the policies observed that long had reached at least "
            f"{percent(row['median'])} of the states. The widest quarter had reached "
            f"{percent(row['upper quarter'])} or more, the narrowest {percent(row['lower quarter'])} or less."
        )
        names = ("median", "upper quarter", "lower quarter")
        found.append(Finding("reach", said, tuple(key_of("reach", years, name) for name in names)))
    return found


def pairing_findings(own: float, paired: float, women: int, wrong: int) -> list[Finding]:
    """Say that a mean threshold rests on times that belong to other people.

    Parameters
    ----------
    own, paired : float
        Mean threshold with each person's own time, and with those of the rows.
    women, wrong : int
        People, and who of them then have another's time.
    """
    sentence = (
        f"In the Korean data {wrong} of {women} women have another woman's time of adoption. That moves "
        f"the mean threshold from {own:.3f} to {paired:.3f}."
    )
    keys = ("pairing.times", "pairing.women", "thresholds.korean_family_planning.coded", "pairing.threshold")
    return [Finding("pairing", sentence, keys)]


def structure_findings(tidy: Mapping[Hashable, float] | pd.Series) -> list[Finding]:
    """Say whether the mean threshold depends on who is tied to whom.

    Parameters
    ----------
    tidy : Series
        ``observed``, ``mean``, ``p`` of `structure_dependence`.
    """
    how = "depends" if tidy["p"] < SURE else "does not clearly depend"
    sentence = (
        f"The mean threshold {how} on who is tied to whom: it is {tidy['observed']:.3f}, and "
        f"{tidy['mean']:.3f} in rewired networks ({p_in_words(tidy['p'])})."
    )
    return [
        Finding(
            "structure",
            sentence,
            tuple(key_of("structure", name, "value") for name in ("observed", "mean", "p")),
        )
    ]


def exposure_findings(coded: pd.Series, censored: pd.Series) -> list[Finding]:
    """Say what becomes of the effect of exposure when people who never adopted are left censored.

    Parameters
    ----------
    coded, censored : Series
        Rows of the two regressions: ``estimate``, ``lower``, ``upper``.
    """
    sentence = (
        f"When people who never adopted count as adopters, the effect of exposure is "
        f"{signed(coded['estimate'])}, {_told(coded)}. Left censored it is "
        f"{signed(censored['estimate'])}, {_told(censored)}. "
        "Exposure cannot separate contagion from likeness."
    )
    keys = tuple(key_of(table, "exposure", "estimate") for table in ("diffreg", "diffreg-censored"))
    return [Finding("exposure", sentence, keys)]


def inference_findings(policies: int, fixed: int, fitted: int, gains: pd.DataFrame) -> list[Finding]:
    """Say how many ties a program infers, and what that rests on.

    Parameters
    ----------
    policies, fixed, fitted : int
        Recorded under `counts.policies`, `ties.fixed` and `ties.fitted`.
    gains : DataFrame
        index receiver, columns ``fixed``, ``fitted``; recorded as ``gains``.
    """
    first = str(gains.index[0])
    return [
        Finding(
            "ties",
            f"From the order of {policies} policies {fixed} ties are inferred at the fixed rate, and "
            f"{fitted} at the rate and weight that give the printed gains.",
            ("counts.policies", "ties.fixed", "ties.fitted"),
        ),
        Finding(
            "gain",
            f"The best tie, from California to {first.title()}, gains {gains['fixed'].iloc[0]:,.0f} at the "
            f"fixed rate and {gains['fitted'].iloc[0]:,.0f} at the fitted one.",
            (key_of("gains", first, "fixed"), key_of("gains", first, "fitted")),
        ),
    ]


def innovation_findings(readings: pd.DataFrame, cities: pd.DataFrame) -> list[Finding]:
    """Say what exposure is worth in the physicians' record, and whether thresholds depend on structure.

    Parameters
    ----------
    readings : DataFrame
        index what is held equal, column ``estimate``, ``standard_error``; recorded as ``readings``.
    cities : DataFrame
        As from `structure_by_city`, recorded as ``structure``.
    """
    alone, last = readings.index[0], readings.index[-1]
    values = readings["estimate"]
    return [
        Finding(
            "exposure",
            f"Exposure to adopters a month before has an estimate of {signed(values[alone])} alone and of "
            f"{signed(values[last])} with {last} held equal. Neither separates contagion from likeness.",
            (key_of("readings", alone, "estimate"), key_of("readings", last, "estimate")),
        ),
        Finding(
            "structure",
            f"The mean threshold does not clearly depend on who is tied to whom, in any city or in all "
            f"together: the smallest p is {cities['p'].min():.2f}.",
            tuple(key_of("structure", city, "p") for city in cities.index),
        ),
    ]


def _told(row: pd.Series) -> str:
    return (
        "not clearly different from zero"
        if row["lower"] <= 0 <= row["upper"]
        else "clearly different from zero"
    )
