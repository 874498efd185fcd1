"""What the pages on recovery tell, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from analysis.finding import Finding, and_list, key_of, percent, row_of
from analysis.labels import in_words

__all__ = [
    "apart_findings",
    "coverage_findings",
    "detector_findings",
    "misspecified_findings",
    "rate_recovery_findings",
]


def rate_recovery_findings(held: int, rates: pd.DataFrame, apart: int, traced: int) -> list[Finding]:
    """Say how many intervals hold the rate a twin was made with, and that two histories give one network.

    Parameters
    ----------
    held : int
        Intervals that hold their rate, as recorded under `rates.held`.
    rates : DataFrame
        A row per source.
    apart, traced : int
        Cells in which two histories differ, and new ties they trace differently.
    """
    how = {0: "no cell"}.get(apart, f"{apart} cells")
    return [
        Finding(
            "rates",
            f"{'All' if held == len(rates) else 'Not all'} rates are found again: {held} intervals hold the "
            "rate with which the twin was made.",
            ("rates.held",),
        ),
        Finding(
            "pair",
            f"Two histories trace {traced} new ties to different sessions, yet {how} of the network tells "
            "them apart.",
            ("pair.differently-traced", "pair.cells-apart"),
        ),
    ]


def coverage_findings(table: str, covered: pd.DataFrame, what: str, column: str = "held") -> list[Finding]:
    """Say which intervals hold the truth least often, over many twins.

    Parameters
    ----------
    table : str
        The key it is recorded under.
    covered : DataFrame
        A row per parameter; how many held it, and ``least``, the fewest that would be no surprise.
    what : str
        What the intervals are of.
    column : str
        Which column says how many held it.
    """
    short = covered[covered[column] < covered["least"]]
    worst, of = (covered[column] - covered["least"]).idxmin(), "twins"
    row = row_of(covered, worst)
    verdict = (
        f"The intervals of {what} hold the truth as often as they say"
        if short.empty
        else f"Some intervals of {what} hold the truth less often than they say"
    )
    sentence = (
        f"{verdict}: the weakest, {in_words(str(worst))}, held it in {row[column]:.0f}"
        f"{f' of {row[of]:.0f}' if of in row else ''} twins; {row['least']:.0f} or more would be no surprise."
    )
    keys = tuple(key_of(table, worst, name) for name in (column, of, "least") if name in row)
    return [Finding(key_of("coverage", table), sentence, keys)]


def misspecified_findings(levels: pd.DataFrame, covered: pd.DataFrame) -> list[Finding]:
    """Say which tests and intervals keep what they promise in networks that break their assumptions.

    Parameters
    ----------
    levels, covered : DataFrame
        As from `misspecified.levels_and_coverage`, recorded under `levels` and `misspecified`.
    """
    found = []
    for table, frame, count, kept, broken in (
        ("levels", levels, "rejected", "tests reject no more often", "tests reject more often"),
        (
            "misspecified",
            covered,
            "covered",
            "intervals hold the rate as often",
            "intervals hold it less often",
        ),
    ):
        rows = frame.reset_index()
        failing = [
            f"{in_words(str(name))} ({twin})"
            for name, twin, holds in zip(rows.iloc[:, 0], rows["twin"], rows["holds"], strict=True)
            if not holds
        ]
        sentence = (
            f"Where assumptions break, some {broken} than they promise: {and_list(failing)}."
            if failing
            else f"Where assumptions break, {kept} than they promise."
        ).replace("as often than", "as often as")
        found.append(
            Finding(f"{table}-kept", sentence, tuple(key_of(table, *row, count) for row in frame.index))
        )
    return found


def detector_findings(
    planted: int, found: int, detection: Mapping[str, Any], level: Mapping[str, bool]
) -> list[Finding]:
    """Say whether the detector finds what was planted, and whether the test holds its level.

    Parameters
    ----------
    planted, found : int
        In this twin.
    detection : mapping
        As recorded under `detection`.
    level : mapping of str to bool
        Whether the test of the meeting holds its level (``held``).
    """
    holds = "holds its level" if level["held"] else "does not hold its level"
    return [
        Finding(
            "planted",
            f"Of {planted} closures planted in this twin, {found} are found, each with its day and "
            "whether it endured.",
            ("planted", "planted.found"),
        ),
        Finding(
            "level",
            f"Over {detection['twins']} twins, the test of one meeting against random placement {holds}.",
            ("detection.twins", "level.held"),
        ),
    ]


def apart_findings(apart: pd.DataFrame, twin: str, episodes: int, needed: int, power: float) -> list[Finding]:
    """Say how often an interaction is found where there is one, how often where not, and what it takes.

    Parameters
    ----------
    apart : DataFrame
        As from `told_apart`, recorded as the table ``apart``; two twins.
    twin : str
        The one with the interaction.
    episodes : int
        Its size.
    needed : int
        Recorded as ``size-needed``.
    power : float
        Recorded as ``power``.
    """
    (other,) = set(apart.index.get_level_values("twin")) - {twin}
    with_it, without = (row_of(apart, (name, episodes)) for name in (twin, other))
    keys = tuple(key_of("apart", name, episodes, "share") for name in (twin, other))
    found = [
        Finding(
            "apart",
            f"With {episodes} changes the exact test finds the interaction in {percent(with_it['share'])} of "
            f"the twins that have it, and in {percent(without['share'])} of those without it.",
            (*keys, "size-twin"),
        )
    ]
    if needed:
        sentence = f"To find it in {percent(power)} of them takes about {needed} changes."
        found.append(Finding("needed", sentence, ("power", "size-needed")))
    return found
