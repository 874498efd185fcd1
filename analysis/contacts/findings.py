"""The sentences that the page on closure cascades opens with, each of recorded numbers."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.contacts.beside_chance import NullComparison
from analysis.contacts.meetings import Cascades
from analysis.contacts.one_meeting import MeetingShown
from analysis.finding import Finding, and_list, key_of

__all__ = ["cascade_findings"]

_PLACES = ("above", "within", "below")
_OPENED = (
    "neither circle opened",
    "one circle opened, which makes a go-between and does not join circles",
    "both circles opened",
)


def cascade_findings(
    cascades: Cascades, shown: MeetingShown, comparisons: Sequence[NullComparison]
) -> list[Finding]:
    """Return what the page says first: all meetings, both sides, the meeting shown, more than chance or not.

    Parameters
    ----------
    cascades : Cascades
    shown : MeetingShown
    comparisons : sequence of NullComparison
        From `beside_chance`. One about which nothing could be tested gives no sentence.
    """
    row = cascades.found.tidy().iloc[0]
    found = []
    if row["possible"]:
        sentence = (
            f"People who met could have made {row['possible']:,} new ties in each other's circles. "
            f"They made and kept {row['enduring']:,}: {100 * row['coalescence']:.2g} %."
        )
        rows = ("first-order closures possible", "first-order closures that endured")
        found.append(_finding("closures", sentence, *rows, "coalescence: endured ÷ possible"))
    if row["both_possible"]:
        sentence = (
            f"Both sides made a new tie after {row['both_directions']:,} of the {row['both_possible']:,} "
            "meetings in which both could."
        )
        rows = (
            "star coalescences: both sides made a new tie",
            "meetings in which both sides had something possible",
        )
        found.append(_finding("both-sides", sentence, *rows))
    return [*found, _of_the_meeting(shown), *map(_beside_chance, filter(lambda one: one.tests, comparisons))]


def _finding(key: str, sentence: str, *rows: str) -> Finding:
    return Finding(
        key=f"finding.{key}", sentence=sentence, numbers=[f"all-events.{row}.value" for row in rows]
    )


def _of_the_meeting(shown: MeetingShown) -> Finding:
    row = shown.row
    opened = _OPENED[int(row["closed_one"] > 0) + int(row["closed_other"] > 0)]
    which = "The two people named" if shown.cascades.event else "The best-connected two who met"
    after = f"It cannot be followed to the end ({row['why']})" if row["censored"] else opened.capitalize()
    sentence = (
        f"{which} could have made {row['possible']:,} new ties in each other's circles. One of them made "
        f"{row['closed_one']:,}, the other {row['closed_other']:,}, and {row['enduring']:,} of these ties "
        f"lasted. {after}."
    )
    rows = ("first-order closures possible", "closed by the one", "closed by the other")
    rows = (*rows, "first-order closures that endured")
    return Finding("meeting", sentence, tuple(key_of("event", row, "value") for row in rows))


def _beside_chance(comparison: NullComparison) -> Finding:
    places = {
        place: [test.null.replace("_", " ") for test in comparison.tests if test.place == place]
        for place in _PLACES
    }
    parts = [
        f"{words} that of {and_list(places[place])}" for place, words in _PLACES.items() if places[place]
    ]
    parts[:1] = [parts[0].replace(" that of ", " the 95 % range of ")] if parts else ["beside no null model"]
    sentence = f"{comparison.title} ({comparison.of}) lies {'; '.join(parts)}."
    table = f"nulls-{comparison.key}"
    keys = [key_of(table, test.null.replace("_", "-"), "p") for test in comparison.tests]
    return Finding(f"{comparison.key}-beside-chance", sentence, tuple(keys))
