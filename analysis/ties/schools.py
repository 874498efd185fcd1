"""A network school by school: a scorecard, ties from each school to each, and who carries ties across.

People are shown in schools only. Small schools are put together by whoever calls
(`Results.merged`), and every function here takes the group of each person as it is to be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Flags, Floats
from analysis.checks import NotEstimable
from analysis.frames import keyed_frame
from analysis.result import Result
from analysis.ties.panel import Panel

__all__ = ["Carriers", "SchoolTies", "carriers", "carriers_by_relation", "school_ties", "shown_schools"]

_NO_SCHOOL = "no school given"
_HALF = 0.5


@dataclass(frozen=True, repr=False)
class SchoolTies(Result):
    """One wave of one relation, school by school.

    Attributes
    ----------
    relation : str
    wave : hashable
    scorecard : DataFrame
        index `school`; columns ``asked`` (in the network), ``answered``, ``response_rate``, ``within`` (ties
        to colleagues of the same school), ``to_others``, ``from_others`` (ties across, sent and received) and
        ``share_across`` (of the ties that leave a person of this school).
    between : DataFrame
        index and columns are schools; ties from row to column.
    answered : tuple of frozenset
        Who answered, for each row: (person, relation, wave).
    """

    relation: str
    wave: Hashable
    scorecard: pd.DataFrame
    between: pd.DataFrame
    answered: tuple[frozenset[Hashable], ...]

    def summary(self) -> str:
        """Return the comparison as a sentence."""
        across = int(self.scorecard["to_others"].sum())
        return (
            f"{across} of {int(self.between.to_numpy().sum())} {self.relation} ties in wave {self.wave} go "
            f"across {len(self.scorecard)} schools"
        )

    def tidy(self) -> pd.DataFrame:
        """Return the scorecard with a column for every school that ties go to."""
        return self.scorecard.join(self.between.add_prefix("to "))


@dataclass(frozen=True, repr=False)
class Carriers(Result):
    """The fewest people who are an end of half of the ties across schools.

    Attributes
    ----------
    people : frozenset of str
        Who they are; not for a page.
    ties : int
        Ties across schools.
    carried : int
        Those of which one of these people is an end.
    """

    people: frozenset[str]
    ties: int
    carried: int

    @property
    def share(self) -> float:
        """Ties carried ÷ ties across schools."""
        return self.carried / self.ties

    def summary(self) -> str:
        """Return the count as a sentence."""
        return f"{len(self.people)} people are an end of {self.carried} of {self.ties} ties across schools"

    def tidy(self) -> pd.DataFrame:
        """Return one row: people, ties, carried, share."""
        row = {"people": len(self.people), "ties": self.ties, "carried": self.carried, "share": self.share}
        return pd.DataFrame([row])


def shown_schools(panel: Panel, merged: Callable[[list[str]], list[str]]) -> list[str]:
    """Return the school of each person as it is to be shown, whichever wave or relation is asked about.

    Parameters
    ----------
    panel : Panel
        With the organization of each person.
    merged : callable
        Puts groups together that are too small (`Results.merged`).

    Returns
    -------
    list of str
        One for each actor.
    """
    return merged([home or _NO_SCHOOL for home in (panel.homes or [None] * len(panel.actors))])


def school_ties(panel: Panel, schools: Sequence[str], *, threshold: float | None = None) -> SchoolTies:
    """Count the ties of the last wave within each school and from each school to each.

    Parameters
    ----------
    panel : Panel
    schools : sequence of str
        The school of each actor, as from `shown_schools`.
    threshold : float, optional
        Lowest value that counts as a tie.

    Raises
    ------
    ValueError
        When there is not one school per actor.

    Examples
    --------
    >>> matrix = [[0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]]
    >>> found = school_ties(Panel.from_matrices([matrix]), ["ash", "ash", "elm", "elm"])
    >>> found.between.loc["ash"].to_dict()
    {'ash': 2, 'elm': 1}
    >>> found.scorecard["share_across"].round(2).to_dict()
    {'ash': 0.33, 'elm': 0.0}
    """
    if len(schools) != len(panel.actors):
        raise ValueError(f"found {len(schools)} schools; allowed: one for each of {len(panel.actors)} actors")
    wave, labels = panel.waves[-1], np.asarray(schools, dtype=object)
    tied = np.nan_to_num(panel.matrix(wave, threshold=threshold)) != 0
    present, answered = panel.present[-1], panel.answered[-1]
    names = sorted({str(label) for label in labels[present]})
    members = {name: labels == name for name in names}
    counts = np.array([[tied[np.ix_(members[row], members[to])].sum() for to in names] for row in names])
    between = pd.DataFrame(counts, index=pd.Index(names, name="school"), columns=names)
    rows = {}
    for place, name in enumerate(names):
        sent, inside = int(counts[place].sum()), int(counts[place, place])
        asked, told = int((members[name] & present).sum()), int((members[name] & answered).sum())
        rows[name] = {
            "asked": asked,
            "answered": told if panel.answering_recorded else np.nan,
            "response_rate": told / asked if panel.answering_recorded else np.nan,
            "within": inside,
            "to_others": sent - inside,
            "from_others": int(counts[:, place].sum()) - inside,
            "share_across": (sent - inside) / sent if sent else np.nan,
        }
    scorecard = pd.DataFrame.from_dict(rows, orient="index").rename_axis("school")
    told_by = tuple(_tagged(panel, members[name] & answered) for name in names)
    return SchoolTies(panel.relation, wave, scorecard, between, told_by)


def carriers(
    panel: Panel,
    shown: Callable[[Sequence[Collection[Hashable]]], Flags],
    *,
    threshold: float | None = None,
) -> Carriers:
    """Find the fewest people who are an end of half of the ties across schools in the last wave.

    People are taken one after another, each time whoever is an end of most of the ties not yet counted: at
    most a few more than the fewest there could be. Taking goes on until so many people may be shown.

    Parameters
    ----------
    panel : Panel
        With the organization of each person.
    shown : callable
        Says of groups of people whether they may be shown (`Results.shown`).
    threshold : float, optional
        Lowest value that counts as a tie.

    Raises
    ------
    NotEstimable
        When no tie crosses schools.

    Examples
    --------
    >>> matrix = [[0, 1, 1], [0, 0, 0], [1, 0, 0]]
    >>> tables = {
    ...     "actors": pd.DataFrame({"actor_id": ["a", "b", "c"], "organization_id": ["ash", "elm", "fir"]}),
    ...     "waves": pd.DataFrame({"wave": [1]}),
    ...     "ties": pd.DataFrame(
    ...         [(1, "help", "a", "b", 1.0), (1, "help", "a", "c", 1.0), (1, "help", "c", "a", 1.0)],
    ...         columns=["wave", "relation", "sender_id", "receiver_id", "value"],
    ...     ),
    ... }
    >>> panel = Panel.from_tables(tables, relation="help")
    >>> carriers(panel, lambda groups: np.array([len(group) >= 2 for group in groups]))
    <Carriers: 2 people are an end of 3 of 3 ties across schools>
    """
    homes = np.array([home or "" for home in (panel.homes or [None] * len(panel.actors))], dtype=object)
    known = homes != ""
    apart = (homes[:, None] != homes[None, :]) & known[:, None] & known[None, :]
    left = (np.nan_to_num(panel.matrix(panel.waves[-1], threshold=threshold)) != 0) & apart
    ties = int(left.sum())
    if not ties:
        raise NotEstimable("found no tie across schools")
    taken: list[int] = []
    while True:
        there = np.isin(np.arange(len(homes)), taken)
        if ties - left.sum() >= _HALF * ties and bool(shown([_tagged(panel, there)])[0]):
            people = frozenset(panel.actors[place] for place in taken)
            return Carriers(people, ties, ties - int(left.sum()))
        if len(taken) == len(panel.actors):
            raise NotEstimable("found too few people")
        taken.append(_busiest(left, taken))
        left[taken[-1]] = left[:, taken[-1]] = False


def carriers_by_relation(
    panels: Mapping[str, Panel],
    shown: Callable[[Sequence[Collection[Hashable]]], Flags],
    *,
    threshold: float | None = None,
) -> tuple[pd.DataFrame, list[frozenset[Hashable]]]:
    """Return `carriers` of every relation that crosses schools, and whom each row rests on.

    Returns
    -------
    DataFrame
        index `relation`, `wave` (the last); columns ``people``, ``ties``, ``carried``, ``share``.
    list of frozenset
        The people of each row, as (person, relation, wave).
    """
    rows: dict[tuple[str, Hashable], dict[str, float]] = {}
    people = []
    for relation, panel in panels.items():
        try:
            found = carriers(panel, shown, threshold=threshold)
        except NotEstimable:
            continue
        counts = {"people": len(found.people), "ties": found.ties, "carried": found.carried}
        rows[relation, panel.waves[-1]] = {**counts, "share": found.share}
        people.append(_tagged(panel, np.array([actor in found.people for actor in panel.actors])))
    columns = ["people", "ties", "carried", "share"]
    return keyed_frame(rows, ["relation", "wave"], columns), people


def _busiest(left: Floats | Flags, taken: Sequence[int]) -> int:
    ends = left.sum(axis=0) + left.sum(axis=1)
    ends[list(taken)] = -1
    return int(np.argmax(ends))


def _tagged(panel: Panel, there: Flags) -> frozenset[Hashable]:
    wave = str(panel.waves[-1])
    return frozenset((panel.actors[place], panel.relation, wave) for place in np.flatnonzero(there))
