"""The rates a growth simulation is held to, measured alike in data and in what it draws.

Intervals of shares of pairs leave out one person at a time (Snijders & Borgatti 1999, Connections 22(2),
161-170): pairs with a person in common depend on each other. Those of ties at work leave out one school at a
time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable
from analysis.tie_models.network_growth import Grown, outcomes_of

__all__ = [
    "ANSWERED_WITHIN",
    "CONTACT_RATES",
    "LASTS_FROM",
    "LASTS_TO",
    "Course",
    "course_of",
    "course_rates",
    "work_rates",
]

ANSWERED_WITHIN, LASTS_FROM, LASTS_TO = 14.0, 7.0, 28.0
"""Days: a first contact is returned within; a pair is in contact again between these two."""

CONTACT_RATES = (
    *("returned contact", "lasting contact", "own group", "backbone load"),
    *("reciprocity", "partners", "second partner", "compactness", "survival"),
)


@dataclass(frozen=True, eq=False)
class Course:
    """Dated contacts of people in groups, some of whom run it; people in the order of their first contact.

    Attributes
    ----------
    time : ndarray of float, shape (m,)
        Days since the first contact, ascending.
    sender, receiver : ndarray of int, shape (m,)
    groups : ndarray of int, shape (n,)
        -1 where unknown.
    backbone : int
        The first so many people.
    """

    time: Floats
    sender: Integers
    receiver: Integers
    groups: Integers
    backbone: int

    @property
    def weekly(self) -> tuple[Integers, Integers]:
        """People seen so far, and contacts, week by week; who runs it is there from the first."""
        week = (self.time // 7).astype(int)
        first = np.full(len(self.groups), week[-1])
        for ends in (self.sender, self.receiver):
            np.minimum.at(first, ends, week)
        first[: self.backbone] = 0
        weeks = int(week[-1]) + 1
        return np.cumsum(np.bincount(first, minlength=weeks)), np.bincount(week, minlength=weeks)


def course_of(
    tables: Mapping[str, pd.DataFrame], organization: str, group: str, backbone: Sequence[str]
) -> Course:
    """Read the contacts of one organization's people.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, contacts.
    organization : str
    group : str
        Column of actors whose values are groups.
    backbone : sequence of str
        Columns of actors with 1 for those who run it.

    Raises
    ------
    NotEstimable
        When nobody of the organization is in contact with another, or nobody runs it.
    """
    actors = tables["actors"].set_index("actor_id")
    actors = actors[actors["organization_id"] == organization]
    contacts = tables["contacts"]
    inside = contacts["sender_id"].isin(actors.index) & contacts["receiver_id"].isin(actors.index)
    kept = contacts[inside & (contacts["sender_id"] != contacts["receiver_id"])]
    if kept.empty:
        raise NotEstimable(f"found no contact between people of {organization!r}")
    when = pd.to_datetime(kept["time"].astype(str), format="ISO8601")
    kept = kept.assign(day=(when - when.min()) / pd.Timedelta(days=1)).sort_values("day", kind="stable")
    ends = pd.unique(kept[["sender_id", "receiver_id"]].to_numpy().ravel())
    runs = actors[list(backbone)].eq(1).any(axis=1).reindex(ends).to_numpy(dtype=bool)
    if not runs.any():
        raise NotEstimable(f"found nobody of {organization!r} marked {', '.join(backbone)}")
    people = np.concatenate([ends[runs], ends[~runs]])
    place = pd.Series(np.arange(len(people)), index=people)
    groups = pd.factorize(actors[group].reindex(people))[0].astype(np.int64)
    sender, receiver = (kept[name].map(place).to_numpy(np.int64) for name in ("sender_id", "receiver_id"))
    return Course(kept["day"].to_numpy(float), sender, receiver, groups, int(runs.sum()))


def course_rates(course: Course) -> pd.DataFrame:
    """Measure dated contacts.

    Returns
    -------
    DataFrame
        index `rate`; columns ``estimate``, ``lower``, ``upper`` (95 %, of shares; NaN of the others), ``of``
        (pairs, contacts or people it rests on). *Returned contact*: pairs whose first contact is returned
        within `ANSWERED_WITHIN` days; *lasting contact*: pairs in contact again from `LASTS_FROM`
        to `LASTS_TO` days after the first; both among pairs followed so long. *Own group*: pairs of one
        group. *Backbone load*: contacts with somebody who runs it. *Reciprocity*: edgewise. *Partners*: per
        person. *Second partner*: people with two partners within two weeks of the first. *Compactness*, and
        its *survival* if the backbone leaves: as `outcomes_of`, of all contacts.

    Raises
    ------
    NotEstimable
        When no pair is followed long enough.
    """
    people = len(course.groups)
    low, high = np.minimum(course.sender, course.receiver), np.maximum(course.sender, course.receiver)
    keys, first, pair = np.unique(low * people + high, return_index=True, return_inverse=True)
    ends = np.array([low[first], high[first]])
    begun, end = course.time[first], course.time[-1]
    later = course.time - begun[pair]
    back = (course.sender == course.receiver[first][pair]) & (later <= ANSWERED_WITHIN)
    again = (later >= LASTS_FROM) & (later <= LASTS_TO)
    known = (course.groups[ends] >= 0).all(axis=0)
    own: Flags = np.equal(*course.groups[ends])
    shares: dict[str, tuple[Flags, Flags]] = {
        "returned contact": (_any(back, pair, len(keys)), begun + ANSWERED_WITHIN <= end),
        "lasting contact": (_any(again, pair, len(keys)), begun + LASTS_TO <= end),
        "own group": (own, known),
    }
    rows = {}
    for name, (hit, followed) in shares.items():
        if not followed.any():
            raise NotEstimable(f"found no pair to measure {name} on")
        rows[name] = (*_share(hit[followed], ends[:, followed], people), int(followed.sum()))
    both_ends = np.array([course.sender, course.receiver])
    with_backbone: Flags = np.any(both_ends < course.backbone, axis=0)
    rows["backbone load"] = (*_share(with_backbone, both_ends, people), len(with_backbone))
    ties = np.zeros((people, people), dtype=bool)
    ties[course.sender, course.receiver] = True
    none = np.zeros(people, dtype=np.int64)
    grown = Grown(none, course.sender, course.receiver, ties, none, none)
    compactness, mutual, _, _, survival = outcomes_of(
        grown, backbone=course.backbone, cohort=people, watched=1
    )
    partners, soon = _partners(ends, begun)
    for name, value, of in (
        ("reciprocity", mutual, int(ties.sum())),
        ("partners", float(partners.mean()), len(partners)),
        ("second partner", float(soon.mean()), len(partners)),
        ("compactness", compactness, len(partners)),
        ("survival", survival, len(partners)),
    ):
        rows[name] = (value, np.nan, np.nan, of)
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "lower", "upper", "of"])
    return frame.rename_axis("rate").loc[list(CONTACT_RATES)]


def _partners(ends: Integers, begun: Floats) -> tuple[Integers, Flags]:
    """Return everybody's partners, and whether the second came within two weeks of the first."""
    both, when = ends.ravel(), np.tile(begun, 2)
    order = np.lexsort((when, both))
    both, when = both[order], when[order]
    firsts = np.flatnonzero(np.append(True, both[1:] != both[:-1]))
    partners = np.diff(np.append(firsts, len(both)))
    waited = when[np.minimum(firsts + 1, len(when) - 1)] - when[firsts]
    return partners, (partners > 1) & (waited <= 14)


def _any(hits: Flags, group: Integers, groups: int) -> Flags:
    found: Flags = np.bincount(group[hits], minlength=groups) > 0
    return found


def _share(hit: Flags, ends: Integers, people: int) -> tuple[float, float, float]:
    """Return a share of pairs, and its interval leaving out one person at a time."""
    share = float(hit.mean())
    lost = np.bincount(ends.ravel(), minlength=people)
    gone = np.bincount(ends.ravel(), np.tile(hit, 2), minlength=people)
    there = (lost > 0) & (lost < len(hit))
    without = (hit.sum() - gone[there]) / (len(hit) - lost[there])
    count = len(without)
    if count < 3:
        return share, np.nan, np.nan
    error = float(np.sqrt((count - 2) / (2 * count) * ((without - without.mean()) ** 2).sum()))
    reach = float(student.ppf(0.975, count - 1)) * error
    return share, max(share - reach, 0.0), min(share + reach, 1.0)


def work_rates(tables: Mapping[str, pd.DataFrame], relation: str, *, crosses: bool) -> pd.DataFrame:
    """Measure whom people ask at work.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, ties, of one wave.
    relation : str
    crosses : bool
        Whether ties that leave the organization were asked about.

    Returns
    -------
    DataFrame
        index `rate`: *asked within*, *asked between* (ties per person, in and beyond the organization; NaN
        where nobody was asked) and *returned* (share of ties); columns ``estimate``, ``lower``, ``upper``
        (95 %, leaving out one organization at a time, Student's t), ``of`` (people or ties).

    Raises
    ------
    NotEstimable
        With fewer than three organizations, or no tie.
    """
    home = tables["actors"].set_index("actor_id")["organization_id"]
    ties = tables["ties"][tables["ties"]["relation"] == relation]
    ties = ties[ties["sender_id"] != ties["receiver_id"]]
    names = sorted(home.dropna().unique())
    if len(names) < 3 or ties.empty:
        raise NotEstimable(f"found {len(names)} organizations and {len(ties)} ties; three and one are needed")
    sender, receiver = ties["sender_id"].map(home), ties["receiver_id"].map(home)
    inside = (sender == receiver).to_numpy()
    pairs = set(zip(ties["sender_id"], ties["receiver_id"], strict=True))
    ends = zip(ties["receiver_id"], ties["sender_id"], strict=True)
    back = np.array([pair in pairs for pair in ends])
    people = _by_home(home, names)
    rows = {
        "asked within": (*_ratio(_by_home(sender[inside], names), people), int(people.sum())),
        "asked between": (
            *(_ratio(_by_home(sender[~inside], names), people) if crosses else (np.nan,) * 3),
            int(people.sum()) if crosses else 0,
        ),
        "returned": (*_ratio(_by_home(sender[back], names), _by_home(sender, names)), len(ties)),
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["estimate", "lower", "upper", "of"])
    return frame.rename_axis("rate")


def _by_home(homes: pd.Series, names: list[str]) -> Floats:
    counts = homes.value_counts().reindex(names, fill_value=0)
    return np.asarray(counts, dtype=np.float64)


def _ratio(part: Floats, whole: Floats) -> tuple[float, float, float]:
    ratio = part.sum() / whole.sum()
    without = (part.sum() - part) / (whole.sum() - whole)
    count = len(part)
    error = np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum())
    reach = student.ppf(0.975, count - 1) * error
    return float(ratio), float(ratio - reach), float(ratio + reach)
