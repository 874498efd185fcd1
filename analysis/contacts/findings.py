"""The sentences that the page on closure cascades opens with, each of recorded numbers."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.contacts.beside_chance import NullComparison
from analysis.contacts.meetings import Cascades
from analysis.contacts.one_meeting import MeetingShown
from analysis.finding import Finding, and_list, key_of
from analysis.labels import in_words

__all__ = ["cascade_findings"]

_LEVEL = 0.05
_NULLS = {
    "random_placement": "random placement",
    "degree_preferential": "degree-preferential placement",
    "one_sided_brokerage": "one-sided brokerage",
    "time_shuffled": "shuffled times",
}
_SUBJECTS = {
    "coalescence": "The share of possible new ties that were made and kept",
    "both_directions": "The share of meetings after which both sides made a new tie",
}
_OPENED = (
    "Neither circle opened",
    "One circle opened: that makes a go-between and does not join the circles",
    "Both circles opened",
)


def cascade_findings(
    cascades: Cascades, shown: MeetingShown, comparisons: Sequence[NullComparison]
) -> list[Finding]:
    """Say what came of all meetings and of the one shown, and whether it is more than chance.

    Parameters
    ----------
    cascades : Cascades
    shown : MeetingShown
    comparisons : sequence of NullComparison
        From `beside_chance`. One about which nothing could be tested gives no sentence.

    Returns
    -------
    list of Finding
        Of the numbers of the tables ``all-events``, ``event`` and ``nulls-…``.
    """
    row = cascades.found.tidy().iloc[0]
    found = []
    if row["possible"]:
        sentence = (
            f"People who met could have made {row['possible']:,.0f} new ties in each other's circles. "
            f"They made and kept {row['enduring']:,.0f} of them."
        )
        names = ("first-order closures possible", "first-order closures that endured")
        found.append(_finding("closures", sentence, "all-events", *names))
    if row["both_possible"]:
        sentence = (
            f"Both sides made a new tie after {row['both_directions']:,.0f} of the "
            f"{row['both_possible']:,.0f} meetings in which both could."
        )
        names = (
            "star coalescences: both sides made a new tie",
            "meetings in which both sides had something possible",
        )
        found.append(_finding("both-sides", sentence, "all-events", *names))
    tested = [comparison for comparison in comparisons if comparison.tests]
    return [*found, _of_the_meeting(shown), *map(_beside_chance, tested), *_advice(tested)]


def _finding(key: str, sentence: str, table: str, *rows: str) -> Finding:
    return Finding(key, sentence, tuple(key_of(table, row, "value") for row in rows))


def _of_the_meeting(shown: MeetingShown) -> Finding:
    row = shown.row
    which = "The two people named" if shown.cascades.event else "The best-connected two who met"
    opened = _OPENED[int(row["closed_one"] > 0) + int(row["closed_other"] > 0)]
    made = "Neither made one. "
    if row["closed_one"] or row["closed_other"]:
        lasted = f"{row['enduring']:,} of these ties" if row["enduring"] else "none of them"
        both = f"One of them made {row['closed_one']:,}, the other {row['closed_other']:,}"
        made = f"{both}, and {lasted} lasted. "
    sentence = (
        f"{which} could have made {row['possible']:,} new ties in each other's circles. {made}"
        f"{'It was not followed to the end' if row['censored'] else opened}."
    )
    names = ("first-order closures possible", "closed by the one", "closed by the other")
    return _finding("meeting", sentence, "event", *names, "first-order closures that endured")


def _beside_chance(comparison: NullComparison) -> Finding:
    held = dict(zip(comparison.tests, (value <= _LEVEL for value in comparison.adjusted), strict=True))
    nulls = {
        larger: [_NULLS[test.null] for test, holds in held.items() if holds == larger]
        for larger in (True, False)
    }
    parts = [
        f"is {'' if larger else 'not '}larger than {and_list(names)} {'give' if len(names) > 1 else 'gives'}"
        for larger, names in nulls.items()
        if names
    ]
    sentence = f"{_SUBJECTS[comparison.statistic]} ({comparison.of}) {'; it '.join(parts)}."
    table = f"nulls-{comparison.key}"
    keys = [key_of(table, in_words(test.null), "p_holm") for test in comparison.tests]
    return Finding(f"{comparison.key}-beside-chance", sentence, tuple(keys))


def _advice(tested: Sequence[NullComparison]) -> list[Finding]:
    """Say what follows for somebody who wants to spread a practice, by whether circles grew beyond chance.

    Nothing follows where they grew more than one chance gives and not more than another.
    """
    kept = [
        (key_of(f"nulls-{comparison.key}", in_words(test.null), "p_holm"), adjusted <= _LEVEL)
        for comparison in tested
        for test, adjusted in zip(comparison.tests, comparison.adjusted, strict=True)
    ]
    keys, larger = tuple(key for key, _ in kept), {held for _, held in kept}
    # Advice needs the test of ties; where that of meetings says something else, none follows.
    if len(larger) != 1 or all(one.statistic != "coalescence" for one in tested):
        return []
    sentence = (
        "Circles grew together more than each kind of chance gives: count, some time after a meeting of two "
        "circles, who still meets. What makes ties last was not tested here."
        if larger == {True}
        else "Circles did not grow together more than any kind of chance gives: do not expect a first "
        "meeting to join two circles by itself."
    )
    return [Finding("advice", sentence, keys)]
