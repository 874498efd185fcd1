"""The backbone's part in a network for a page: tables, and the sentences it opens with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.checks import NotEstimable
from analysis.contacts.attendance import Attendance, attendance_over_time
from analysis.contacts.leadership import (
    MEASURES,
    Leadership,
    backbone_of,
    leadership_over_time,
    straight_lines,
)
from analysis.finding import Finding, key_of, p_in_words, percent, row_of
from analysis.resampling.many_tests import holm

__all__ = [
    "BACKBONE",
    "WIDER",
    "attendance_findings",
    "attendance_of",
    "attendance_trends",
    "leadership_findings",
    "leadership_of",
    "people_of",
    "trends_of",
    "weeks_of",
]

BACKBONE, WIDER = "backbone", "wider group"
_SURE = 0.05


def leadership_of(
    tables: Mapping[str, pd.DataFrame],
    *,
    organization: str,
    backbone: Sequence[str],
    wider: Sequence[str],
    days: float,
    fewest: int,
    draws: int,
    seed: int,
) -> dict[str, Leadership]:
    """Measure a dataset's backbone, and a wider group around it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors and contacts of the data model.
    organization : str
        Whose people are looked at; empty: everybody. Contacts with others are left out.
    backbone, wider : sequence of str
        Marks, as for `backbone_of`; without marks of a wider group there is none.
    days, fewest, draws, seed
        As for `leadership_over_time`.

    Raises
    ------
    NotEstimable
        As for `backbone_of` and `leadership_over_time`.
    ValueError
        When there is no such organisation.
    """
    actors, contacts = _people(tables["actors"], organization), tables["contacts"]
    if organization:
        within = contacts[["sender_id", "receiver_id"]].isin(set(actors["actor_id"])).all(axis=1)
        contacts = contacts[within]
    groups = {BACKBONE: backbone_of(actors, backbone)}
    if wider:
        groups[WIDER] = backbone_of(actors, wider)
    return leadership_over_time(contacts, groups, days=days, fewest=fewest, draws=draws, seed=seed)


def attendance_of(
    tables: Mapping[str, pd.DataFrame], *, organization: str, backbone: Sequence[str], draws: int, seed: int
) -> Attendance:
    """Measure a dataset's backbone at its activities.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, activities and attendance of the data model.
    organization, backbone
        As for `leadership_of`.
    draws, seed : int
        As for `attendance_over_time`.

    Raises
    ------
    NotEstimable
        As for `backbone_of` and `attendance_over_time`.
    ValueError
        When there is no such organisation.
    """
    actors = _people(tables["actors"], organization)
    own = {**tables, "actors": actors}
    return attendance_over_time(own, backbone_of(actors, backbone), draws=draws, seed=seed)


def _people(actors: pd.DataFrame, organization: str) -> pd.DataFrame:
    if not organization:
        return actors
    known = sorted(actors["organization_id"].dropna().unique())
    if organization not in known:
        raise ValueError(f"found no organisation {organization!r}; allowed: {', '.join(known)}")
    return actors[actors["organization_id"] == organization]


def people_of(found: Mapping[str, Leadership] | Attendance | NotEstimable) -> frozenset[object]:
    """Return the smallest group of people that any number of these rests on; nobody where there is none."""
    if isinstance(found, NotEstimable):
        return frozenset()
    results = [found] if isinstance(found, Attendance) else [*found.values()]
    return min((group for one in results for group in one.people), key=len)


def weeks_of(found: Mapping[str, Leadership], group: str = BACKBONE) -> pd.DataFrame:
    """Return a group's part in each period.

    Raises
    ------
    NotEstimable
        Where that group was not measured.
    """
    if group not in found:
        raise NotEstimable(f"found no {group}")
    return found[group].frame.drop(columns="starts")


def trends_of(found: Mapping[str, Leadership]) -> pd.DataFrame:
    """Return how each measure of each group moved, with p after Holm's step-down over all of them.

    ``slope_lower`` and ``slope_upper`` are the 95 % interval of the slope, as from `straight_lines`.
    """
    ends = ["slope_lower", "slope_upper"]
    frame = pd.concat(
        {name: one.trends.join(straight_lines(one)[ends]) for name, one in found.items()}, names=["group"]
    )
    return frame.assign(p_holm=holm(frame["p"].to_numpy(dtype=float)))


def attendance_trends(found: Attendance) -> pd.DataFrame:
    """Return how the backbone's part at activities moved from the first to the last."""
    return found.trends


def leadership_findings(trends: pd.DataFrame | NotEstimable) -> list[Finding]:
    """Say whether leadership moved to the members, and what would be left without the backbone.

    Parameters
    ----------
    trends : DataFrame or NotEstimable
        As from `trends_of`, recorded as the table ``trends``.
    """
    if isinstance(trends, NotEstimable):
        return []
    own = {name: row_of(trends, (BACKBONE, name)) for name in MEASURES}
    between = own["betweenness"]
    less = between["slope"] < between["expected"]
    sure = between["p_holm"] < _SURE
    head = f"Contacts came to run {'less' if less else 'more'} through the backbone"
    head = head if sure else "Whether leadership moved cannot be told"
    sentence = (
        f"{head}: the backbone's share of all betweenness was {percent(between['first'])} in the first "
        f"period and {percent(between['last'])} in the last ({p_in_words(between['p_holm'])} against the "
        "same contacts at shuffled times, after Holm)."
    )
    keys = tuple(key_of("trends", BACKBONE, "betweenness", name) for name in ("first", "last", "p_holm"))
    found = [Finding("moved", sentence, keys)]
    begun, reached = own["initiated"], own["reached"]
    sentence = (
        f"The backbone began {percent(begun['first'])} of contacts in the first period and "
        f"{percent(begun['last'])} in the last ({p_in_words(begun['p_holm'])}); it was in contact with "
        f"{percent(reached['first'])} of active members, then {percent(reached['last'])}."
    )
    keys = tuple(
        key_of("trends", BACKBONE, name, when)
        for name in ("initiated", "reached")
        for when in ("first", "last")
    )
    found.append(Finding("begun", sentence, (*keys, key_of("trends", BACKBONE, "initiated", "p_holm"))))
    cut = own["cut_off_without"]
    sentence = (
        f"Without the backbone {percent(cut['first'])} of the first period's members would have had no "
        f"contact, and {percent(cut['last'])} of the last period's."
    )
    keys = tuple(key_of("trends", BACKBONE, "cut_off_without", when) for when in ("first", "last"))
    return [*found, Finding("without", sentence, keys)]


def attendance_findings(trends: pd.DataFrame | NotEstimable) -> list[Finding]:
    """Say how the backbone's part at activities moved.

    Parameters
    ----------
    trends : DataFrame or NotEstimable
        As from `attendance_trends`, recorded as the table ``attendance-trends``.
    """
    if isinstance(trends, NotEstimable):
        return []
    share, came = row_of(trends, "share"), row_of(trends, "members_came")
    sentence = (
        f"At activities the backbone was {percent(share['first'])} of those present at first and "
        f"{percent(share['last'])} at last ({p_in_words(share['p'])}); of the members "
        f"{percent(came['first'])} came, then {percent(came['last'])}."
    )
    keys = [key_of("attendance-trends", "share", name) for name in ("first", "last", "p")]
    keys += [key_of("attendance-trends", "members_came", name) for name in ("first", "last")]
    return [Finding("attendance", sentence, tuple(keys))]
