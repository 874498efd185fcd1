"""What a network says school by school, in sentences a leader can act on; none where nothing follows.

Tables are taken as they are recorded: `answered`, `schools` (a scorecard), `between` (school by school),
`holding` (who carries ties across) and `mixing`.
"""

from __future__ import annotations

from itertools import combinations

import pandas as pd

from analysis.finding import Finding, key_of, percent
from analysis.labels import in_words
from analysis.ties.findings import FOUR_IN_FIVE, SURE, last_rows
from analysis.ties.schools import SchoolTies

__all__ = ["carrier_findings", "next_questions", "response_findings", "school_findings"]

THREE_IN_FIVE = 0.6
"""Response below which counts of ties say little: two people in five are missing from each end."""
FEW_HOLD = 0.25
"""Share of the people in the network that are few for half of the ties across schools."""


def response_findings(described: pd.DataFrame, relation: str, *, answered: str = "answered") -> list[Finding]:
    """Say whether enough people answered the last wave for the page to be read.

    Parameters
    ----------
    described : DataFrame
        As from `overview`.
    relation : str
        Of this relation.
    answered : str
        The table in which who answered is recorded.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("help", 3)], names=["relation", "wave"])
    >>> response_findings(pd.DataFrame({"response_rate": [0.7]}, index=index), "help")[0].sentence
    '70 % answered in wave 3. Read with care: ties of the others are missing, so counts are too low.'
    """
    found = []
    for end, row in last_rows(described, relation):
        share = row["response_rate"]
        if pd.isna(share):
            continue
        if share >= FOUR_IN_FIVE:
            said = "That is enough to read this page."
        elif share >= THREE_IN_FIVE:
            said = "Read with care: ties of the others are missing, so counts are too low."
        else:
            said = "That is too few to compare schools or waves: ask the others first."
        sentence = f"{percent(share)} answered in wave {end[1]}. {said}"
        found.append(Finding("enough", sentence, (key_of(answered, *end, "response_rate"),)))
    return found


def school_findings(found: SchoolTies) -> list[Finding]:
    """Say which school turns to others most and least; that none is shown where all are too small.

    Examples
    --------
    >>> card = pd.DataFrame({"share_across": [0.8, 0.4]}, index=["School A", "School B"])
    >>> both = SchoolTies("help", 3, card, pd.DataFrame(), ())
    >>> school_findings(both)[0].sentence
    'School A turns to other schools most (80 % of its help ties), School B least (40 %).'
    """
    share = found.scorecard["share_across"].dropna()
    if len(share) < 2 or share.max() == share.min():
        return []
    most, least = str(share.idxmax()), str(share.idxmin())
    sentence = (
        f"{most} turns to other schools most ({percent(share[most])} of its {in_words(found.relation)} "
        f"ties), {least} least ({percent(share[least])})."
    )
    keys = tuple(key_of("schools", name, "share_across") for name in (most, least))
    return [Finding("schools", sentence, keys)]


def carrier_findings(held: pd.DataFrame, relation: str) -> list[Finding]:
    """Say how few people carry half of the ties across schools.

    Parameters
    ----------
    held : DataFrame
        As from `carriers_by_relation`.
    relation : str
        Of this relation.
    """
    return [
        Finding(
            "held",
            f"{percent(row['share'])} of the {in_words(end[0])} ties across schools run through "
            f"{_people(row['people'])} (wave {end[1]}).",
            tuple(key_of("holding", *end, name) for name in ("people", "share")),
        )
        for end, row in last_rows(held, relation)
    ]


def next_questions(
    found: SchoolTies,
    described: pd.DataFrame,
    held: pd.DataFrame,
    mixing: pd.DataFrame,
    *,
    most: int = 2,
) -> list[Finding]:
    """Return what to ask next: each question follows from a number on the page, and is left out otherwise.

    Parameters
    ----------
    found : SchoolTies
    described, held, mixing : DataFrame
        As from `overview`, `carriers_by_relation` and `mixing_by_wave`.
    most : int
        No more questions than this: a list too long is not asked.
    """
    asked = []
    card, names = found.scorecard, [str(name) for name in found.between.index]
    counts = found.between.to_numpy(float)
    low = card["response_rate"][card["response_rate"] < FOUR_IN_FIVE]
    if len(low) and len(card) > 1:
        name = str(low.idxmin())
        asked.append(
            Finding(
                "ask.answers",
                f"Ask next: the people of {name} who have not answered; {percent(low.min())} did.",
                (key_of("schools", name, "response_rate"),),
            )
        )
    apart = [
        (one, other)
        for (place, one), (there, other) in combinations(enumerate(names), 2)
        if counts[place, there] + counts[there, place] == 0
    ]
    if apart:
        one, other = apart[0]
        asked.append(
            Finding(
                "ask.apart",
                f"Ask next: what could {one} and {other} learn from each other? They have no "
                f"{in_words(found.relation)} tie.",
                (key_of("between", one, other), key_of("between", other, one)),
            )
        )
    for end, row in last_rows(mixing, found.relation):
        if row["p"] < SURE and row["external_internal"] < row["random_mixing"]:
            asked.append(
                Finding(
                    "ask.inward",
                    "Ask next: what would make it worth turning to another school? "
                    "Ties stay within schools more than chance.",
                    tuple(key_of("mixing", *end, name) for name in ("external_internal", "p")),
                )
            )
    people = {end: row["people"] for end, row in last_rows(described, found.relation)}
    for end, row in last_rows(held, found.relation):
        if row["people"] < FEW_HOLD * people[end]:
            asked.append(
                Finding(
                    "ask.few",
                    f"Ask next: what if the {_people(row['people'])} with most ties across schools left?",
                    (key_of("holding", *end, "people"),),
                )
            )
    return asked[:most]


def _people(count: float) -> str:
    return f"{count:.0f} {'person' if count == 1 else 'people'}"
