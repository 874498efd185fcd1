"""What the pages on two online courses open with."""

from __future__ import annotations

import pandas as pd

from analysis.finding import Finding, key_of

__all__ = ["case_findings", "chapter_findings", "support_findings", "table_findings", "temporal_findings"]


def table_findings(table: pd.DataFrame) -> list[Finding]:
    """Say what Table 2 of the data's own article shows.

    Parameters
    ----------
    table : DataFrame
        As from `course_table`, recorded as ``table``, courses ``dlt1`` and ``dlt2``.
    """
    first, second = table["dlt1"], table["dlt2"]
    isolates = [key_of("table", "isolates", course) for course in table]
    mutual = [key_of("table", "mutual pairs", course) for course in table]
    largest = [key_of("table", "largest in-degree", course) for course in table]
    return [
        Finding(
            "isolates",
            f"In the first course {first['isolates']:.0f} people have no tie to anybody else, in the second "
            f"{second['isolates']:.0f}.",
            tuple(isolates),
        ),
        Finding(
            "mutual",
            f"In the first course {first['mutual pairs']:.0f} pairs replied to each other, in the second "
            f"{second['mutual pairs']:.0f}.",
            tuple(mutual),
        ),
        Finding(
            "star",
            f"One person was replied to by {first['largest in-degree']:.0f} others in the first course, and "
            f"by {second['largest in-degree']:.0f} in the second.",
            tuple(largest),
        ),
    ]


def chapter_findings(measures: pd.DataFrame, triads: pd.DataFrame) -> list[Finding]:
    """Say what of chapter 15 depends on counting replies more than once.

    Parameters
    ----------
    measures : DataFrame
        Column ``value``; recorded as ``graph``.
    triads : DataFrame
        As from `triads_both_ways`, recorded as ``triads``.
    """
    value = measures["value"]
    one, two = triads.loc["012"], triads.loc["102"]
    return [
        Finding(
            "density",
            f"Counting repeats and replies to oneself, density is {value['density']:.4f}; counting each pair "
            f"once, it is {value['simple density']:.4f}.",
            (key_of("graph", "density", "value"), key_of("graph", "simple density", "value")),
        ),
        Finding(
            "triads",
            f"The chapter prints {one['multigraph']:,.0f} triads of one one-way tie and "
            f"{two['multigraph']:,.0f} of one mutual tie. There are {one['simple']:,.0f} and "
            f"{two['simple']:,.0f}: the program takes "
            "repeated replies for further pairs.",
            tuple(key_of("triads", kind, way) for kind in ("012", "102") for way in ("multigraph", "simple")),
        ),
    ]


def case_findings(table: pd.DataFrame) -> list[Finding]:
    """Say what the case study's centralisation above 1 comes from.

    Parameters
    ----------
    table : DataFrame
        As from `course_measures`, recorded as ``measures``.
    """
    with_repeats, once = "centralisation, in", "centralisation, in, without repeats"
    first, second = table["dlt1"], table["dlt2"]
    return [
        Finding(
            "above",
            f"A centralisation of {first[with_repeats]:.3f} is impossible: the formula allows one reply from "
            f"each person to each other. Counted that way it is {first[once]:.3f}.",
            (key_of("measures", with_repeats, "dlt1"), key_of("measures", once, "dlt1")),
        ),
        Finding(
            "reciprocity",
            f"Of replies to others {100 * first['reciprocity']:.0f} % are returned in the first "
            f"course, {100 * second['reciprocity']:.0f} % in the second.",
            tuple(key_of("measures", "reciprocity", course) for course in ("dlt1", "dlt2")),
        ),
    ]


def support_findings(table: pd.DataFrame) -> list[Finding]:
    """Say how near the article's network can be had.

    Parameters
    ----------
    table : DataFrame
        A column for each reading of who is left out, recorded as ``table``.
    """
    reading = "facilitators"
    own = table[reading]
    people, duplicates = own["people"], own["duplicate replies"]
    return [
        Finding(
            "left-out",
            f"Without the two facilitators {people:.0f} people with ties remain, a few more than the article "
            f"has; {duplicates:.0f} replies repeat an earlier one, as printed.",
            (key_of("table", "people", reading), key_of("table", "duplicate replies", reading)),
        ),
        Finding(
            "weight",
            f"Replies per edge are as printed when both ways of a pair count together "
            f"({own['replies per pair, both ways together']:.2f}); per tie from one person to "
            f"another it is {own['replies per tie']:.2f}.",
            tuple(
                key_of("table", name, reading)
                for name in ("replies per pair, both ways together", "replies per tie")
            ),
        ),
    ]


def temporal_findings(measures: pd.DataFrame, reached: pd.DataFrame) -> list[Finding]:
    """Say what of chapter 17 rests on conventions of its program.

    Parameters
    ----------
    measures : DataFrame
        Column ``value``; recorded as ``temporal``.
    reached : DataFrame
        index rule, column ``people reached``; recorded as ``reached``.
    """
    value, people = measures["value"], reached["people reached"]
    single, density = "ties of single replies", "temporal density of active people"
    without = "temporal density without ties of single replies"
    return [
        Finding(
            "always",
            f"{value[single]:.0f} ties rest on a discussion of a single reply. The chapter's program counts "
            f"them as active all the time: temporal density is {value[density]:.3f} with them and "
            f"{value[without]:.3f} without.",
            tuple(key_of("temporal", name, "value") for name in (single, density, without)),
        ),
        Finding(
            "outlast",
            f"By the chapter's rule {people['as_tsna']:.0f} of the active people are reached. If a step has "
            f"to end before its tie does, {people['within_spell']:.0f} are.",
            tuple(key_of("reached", rule, "people reached") for rule in ("as_tsna", "within_spell")),
        ),
    ]
