"""What the tables of a network say, in sentences.

Every function takes the tables as they are recorded (`structure`, `answered`, `mixing`, `reciprocity`,
`changes`) and returns the sentences that follow from them; none where nothing follows.
"""

from __future__ import annotations

import pandas as pd

from analysis.finding import Finding, key_of, p_in_words, percent, signed
from analysis.labels import in_words

__all__ = [
    "advice_on_answers",
    "change_findings",
    "last_rows",
    "mixing_findings",
    "network_findings",
    "reciprocity_findings",
]

SURE = 0.05
"""A p-value below counts as evidence."""
FOUR_IN_FIVE = 0.8
"""Response below which differences between waves may come from who answered."""
ENOUGH_KEPT = 0.2
"""Jaccard index below which a model of tie-by-tie change has too little to follow (Snijders et al. 2010)."""


def network_findings(described: pd.DataFrame, *, table: str = "") -> list[Finding]:
    """Say how many ties there were, how many were returned, and how many people answered.

    Parameters
    ----------
    described : DataFrame
        As from `overview`.
    table : str
        The table that holds all of this, by default `structure` with ties and `answered` with who answered.

    Returns
    -------
    list of Finding
        One a relation: its first and last wave.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("help", 1), ("help", 3)], names=["relation", "wave"])
    >>> columns = ["ties", "edgewise", "response_rate"]
    >>> described = pd.DataFrame([[77, 0.197, 0.94], [170, 0.329, 0.818]], index=index, columns=columns)
    >>> network_findings(described)[0].sentence
    'Help ties rose from 77 to 170; 33 % are returned in wave 3; 82 % answered.'
    """
    found = []
    for relation, rows in described.groupby(level="relation", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        start, end = rows.index[0], rows.index[-1]
        keys = [key_of(table or "structure", *end, "ties")]
        if len(rows) > 1:
            keys.insert(0, key_of(table or "structure", *start, "ties"))
            said = f"{_named(relation)} ties {_moved(first['ties'], last['ties'])}"
        else:
            said = f"{_named(relation)} has {last['ties']:.0f} ties"
        if pd.notna(last["edgewise"]):
            said += f"; {percent(last['edgewise'])} are returned {_of_a_wave(described, end)}".rstrip()
            keys.append(key_of(table or "structure", *end, "edgewise"))
        if pd.notna(last["response_rate"]):
            said += f"; {percent(last['response_rate'])} answered"
            keys.append(key_of(table or "answered", *end, "response_rate"))
        found.append(Finding(key_of("ties", relation), f"{said}.", tuple(keys)))
    return found


def reciprocity_findings(returned: pd.DataFrame, relation: str | None = None) -> list[Finding]:
    """Say whether more ties are returned in the last wave than if people named as many at random.

    Parameters
    ----------
    returned : DataFrame
        As from `reciprocity_by_wave`.
    relation : str, optional
        Of this relation alone, by default of each.
    """
    return [
        Finding(
            key_of("returned", end[0]),
            f"{percent(row['edgewise'])} of {in_words(end[0])} ties {_of_a_wave(returned, end)}are returned, "
            f"{'' if row['p'] < SURE else 'not clearly '}more than the {percent(row['by_chance'])} expected "
            f"by chance ({p_in_words(row['p'])}).",
            tuple(key_of("reciprocity", *end, name) for name in ("edgewise", "by_chance", "p")),
        )
        for end, row in last_rows(returned, relation)
        if pd.notna(row["edgewise"]) and pd.notna(row["p"])
    ]


def mixing_findings(
    mixing: pd.DataFrame, relation: str | None = None, *, organizations: pd.DataFrame | None = None
) -> list[Finding]:
    """Say whether ties of the last wave keep within groups more than with groups shuffled.

    Parameters
    ----------
    mixing : DataFrame
        As from `mixing_by_wave`.
    relation : str, optional
        Of this relation alone, by default of each.
    organizations : DataFrame, optional
        The table of that name: where none is a school (classes; an office, and all schools as one), the
        sentence says *groups*.
    """
    found = []
    schools = organizations is None or organizations["kind"].eq("school").any()
    whose = "Schools" if schools else "Groups"
    for end, row in last_rows(mixing, relation):
        if pd.isna(row["p"]) or pd.isna(row["external_internal"]):
            continue
        inward = row["external_internal"] < row["random_mixing"]
        if row["p"] >= SURE:
            said = f"{whose} are mixed about as chance would mix them"
        else:
            said = f"{whose} {'keep to themselves' if inward else 'reach out'} more than chance"
        sentence = (
            f"{said}: {_of_a_wave(mixing, end)}the E-I index of {in_words(end[0])} ties is "
            f"{signed(row['external_internal'])}; by chance it would be {signed(row['random_mixing'])} "
            f"({p_in_words(row['p'])})."
        )
        names = ("external_internal", "random_mixing", "p")
        found.append(
            Finding(key_of("mixing", end[0]), sentence, tuple(key_of("mixing", *end, name) for name in names))
        )
    return found


def change_findings(compared: pd.DataFrame, relation: str | None = None) -> list[Finding]:
    """Say how many ties were kept, new and lost in the last step.

    Parameters
    ----------
    compared : DataFrame
        As from `changes`.
    relation : str, optional
        Of this relation alone, by default of each.
    """
    found = []
    for end, row in last_rows(compared, relation):
        names = ["kept", "new", "lost"]
        sentence = (
            f"From wave {end[1]}, {row['kept']:.0f} {in_words(end[0])} ties were kept, {row['new']:.0f} are "
            f"new and {row['lost']:.0f} were lost"
        )
        if row["jaccard"] < ENOUGH_KEPT:
            sentence += f". The Jaccard index is {row['jaccard']:.2f}: too few stayed for a model of "
            sentence += "tie-by-tie change"
            names.append("jaccard")
        keys = tuple(key_of("changes", *end, name) for name in names)
        found.append(Finding(key_of("change", end[0]), f"{sentence}.", keys))
    return found


def advice_on_answers(described: pd.DataFrame) -> list[Finding]:
    """Say what to do where many did not answer the last wave of a relation; nothing where enough did.

    Parameters
    ----------
    described : DataFrame
        As from `overview`.
    """
    return [
        Finding(
            key_of("advice", end[0]),
            f"Only {percent(row['response_rate'])} answered about {in_words(end[0])} in wave {end[1]}. Ask "
            "the others before you read a difference between waves as a change.",
            (key_of("answered", *end, "response_rate"),),
        )
        for end, row in last_rows(described)
        if row["response_rate"] < FOUR_IN_FIVE
    ]


def last_rows(frame: pd.DataFrame, relation: str | None = None) -> list[tuple[tuple[str, object], pd.Series]]:
    """Return the last row of every relation, or of one, under its relation and wave."""
    grouped = frame.groupby(level="relation", sort=False)
    return [
        (rows.index[-1], rows.iloc[-1]) for name, rows in grouped if relation is None or str(name) == relation
    ]


def _of_a_wave(frame: pd.DataFrame, end: tuple[str, object]) -> str:
    """Return which wave is meant, as it stands before what is said of it: nothing where there is no other."""
    only = len(frame.xs(end[0], level="relation")) == 1 and str(end[1]) == "1"
    return "" if only else f"in wave {end[1]} "


def _named(relation: object) -> str:
    words = in_words(str(relation))
    return words[:1].upper() + words[1:]


def _moved(first: float, last: float) -> str:
    how = "stayed at" if first == last else "rose from" if last > first else "fell from"
    return f"{how} {last:.0f}" if first == last else f"{how} {first:.0f} to {last:.0f}"
