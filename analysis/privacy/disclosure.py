"""What may be shown of few people: the one place that knows a dataset's smallest cell.

A number is decided by *which people* it rests on, since two counts that are both large enough can differ by
one person. On one page (one `Disclosure`) a group of people is shown when

1. it is nobody, or at least as many people as the smallest cell;
2. it is the same people as another group shown, or differs from it by at least that many;
3. what is left of any group shown, once disjoint groups shown inside it are taken away, is nobody or that
   many. The groups of a table that have nobody in common are parts of a whole that is taken to be known.

Whatever fails is withheld; a row that fails for the third reason is the smallest of those that could be. A
page remembers what it has shown, so what comes first is shown first. Several pages, and reports made again
with other settings, are not compared here.

An identifier stands for a person; a tuple that begins with a person's identifier (``("e07", "help", 3)``)
for what that person said on one occasion. Answers given on different occasions cannot be subtracted from one
another, so that two waves of nearly the same people may stand side by side, and make no whole.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from analysis.arrays import Flags
from analysis.privacy.pseudonyms import PSEUDONYM
from analysis.privacy.rare import rare_combinations
from analysis.privacy.texts import refuse_single_people
from analysis.tables.package import PRIVATE, DataPackage

__all__ = ["COARSE_DIGITS", "Disclosure", "Group", "are_groups", "restricted"]

Group: TypeAlias = frozenset[Hashable]

COARSE_DIGITS = 3
"""Significant digits of a number that is not whole: from more, the counts it was made of could be found."""
_NO_DIGITS_LEFT = 1e12
"""From here a float may be whole because nothing after the point could be kept."""

_WITHHELD = "withheld"


class Disclosure:
    """Decides, for one page, what is shown of a dataset's people; remembers the groups it has let through.

    Parameters
    ----------
    smallest : int
        Fewest people a published number may rest on; 0: everything is shown and nothing has to be said.

    Examples
    --------
    >>> page = Disclosure(5)
    >>> page.decide("a mean", range(40))
    ''
    >>> page.decide("a mean", range(3))
    'fewer than 5'
    >>> page.decide("the mean of all but one", range(39))
    'withheld'
    """

    def __init__(self, smallest: int) -> None:
        self._smallest = smallest
        self._known: list[Group] = []

    @classmethod
    def of(cls, package: DataPackage | None) -> Disclosure:
        """Return what a dataset's declaration allows; without a dataset there is nobody to be shown."""
        return cls(package.smallest_cell if package else 0)

    @property
    def restricts(self) -> bool:
        """Whether this dataset has a smallest cell at all."""
        return self._smallest > 0

    @property
    def few(self) -> str:
        """In words, how many people are too few."""
        return f"fewer than {self._smallest} people"

    def decide(self, what: str, people: Any) -> str:
        """Say why a number or a figure is withheld; an empty text where it is shown.

        Parameters
        ----------
        what : str
            What would be shown, for the message.
        people : collection of identifiers, or list of such collections
            Whom it rests on; of a figure, whom each group drawn is of: all of them are shown, or none.

        Raises
        ------
        ValueError
            Where there is a smallest cell and `people` is missing, a bare count, or a text.
        """
        if not self.restricts:
            return ""
        _, groups = _groups_of(what, people, self._smallest)
        reasons, known = self._reasons(groups)
        told = [reason for reason in reasons if reason]
        if not told:
            self._remember(known)
        return min(told, default="")

    def decide_rows(self, what: str, people: Any, rows: int) -> list[str]:
        """Say of each row of a table why it is withheld; an empty text where it is shown.

        Parameters
        ----------
        what : str
        people : collection of identifiers, or one such collection for each row
        rows : int
            How many rows the table has.

        Raises
        ------
        ValueError
            As `decide`, and when there are not as many collections as rows.
        """
        if not self.restricts:
            return [""] * rows
        apart, groups = _groups_of(what, people, self._smallest)
        if not apart:
            return [self.decide(what, people)] * rows
        if len(groups) != rows:
            raise ValueError(f"{what}: people names {len(groups)} groups of people for {rows} rows")
        reasons, known = self._reasons(groups)
        self._remember(known)
        return reasons

    def shown(self, groups: Sequence[Collection[Hashable]]) -> Flags:
        """Say which of several groups would be shown together, as for the rows of a table; remember nothing.

        Examples
        --------
        >>> page = Disclosure(2)
        >>> page.shown([{"a"}, {"a", "b"}, {"a", "b", "c"}, {"a", "b", "c", "d"}]).tolist()
        [False, True, False, True]
        """
        if not self.restricts:
            return np.ones(len(groups), dtype=bool)
        reasons, _ = self._reasons([frozenset(group) for group in groups])
        return np.array([not reason for reason in reasons], dtype=bool)

    def merged(self, labels: Sequence[str], *, label: str = "smaller groups") -> list[str]:
        """Return the group of each person with all groups that are too small put together.

        While those put together are still too few, the smallest of the others joins them.

        Raises
        ------
        ValueError
            If a group is called like those put together.

        Examples
        --------
        >>> Disclosure(2).merged(["oak", "oak", "ash", "elm", "elm", "elm"])
        ['smaller groups', 'smaller groups', 'smaller groups', 'elm', 'elm', 'elm']
        """
        if label in labels:
            raise ValueError(f"a group is called {label!r} like those put together; choose another label")
        counts = Counter(labels)
        order = sorted(counts, key=lambda group: (counts[group], group))
        together = {group for group in order if counts[group] < self._smallest}
        for group in order:
            if not together or sum(counts[one] for one in together) >= self._smallest:
                break
            together.add(group)
        return [label if group in together else group for group in labels]

    def refuse(self, texts: Iterable[str], what: str) -> None:
        """Raise when a text names a single person, or a number of people below the smallest cell."""
        if self.restricts:
            refuse_single_people(texts, self._smallest, what)

    def names_somebody(self, text: str) -> bool:
        """Whether a text has a pseudonym in it, of whatever kind, and this dataset shows groups only."""
        return self.restricts and PSEUDONYM.search(text) is not None

    def rare(self, people: pd.DataFrame) -> pd.DataFrame:
        """Return the combinations of attributes that too few people share (`rare_combinations`)."""
        return rare_combinations(people, self._smallest)

    def coarse(self, value: Any) -> Any:
        """Return a number that is not whole to `COARSE_DIGITS` digits.

        A float so large that it has no digits left after the point is whole by rounding alone.
        """
        number = isinstance(value, (float, np.floating)) and math.isfinite(value)
        if self.restricts and number and (value != round(value) or abs(value) >= _NO_DIGITS_LEFT):
            return float(f"{value:.{COARSE_DIGITS}g}")
        return value

    def told(self, reason: str) -> str:
        """Return a sentence for a page that says why something is not shown."""
        if reason == _WITHHELD:
            return f"with other results on this page it would tell of {self.few}"
        return f"it rests on {self.few}"

    def _few(self, group: Group) -> bool:
        return bool(group) and len(_persons(group)) < self._smallest

    def _reasons(self, groups: Sequence[Group]) -> tuple[list[str], list[Group]]:
        """Return why each group is withheld, and what would be known if the others were shown."""
        whole = _whole(groups)
        known = [*self._known] if self._few(whole) else [*self._known, whole]
        reasons = [f"fewer than {self._smallest}" if self._few(group) else "" for group in groups]
        kept: list[int] = []
        for place, group in enumerate(groups):
            others = [*known, *(groups[one] for one in kept)]
            if reasons[place] or not group:
                continue
            if any(self._few(group ^ other) for other in others):
                reasons[place] = _WITHHELD
            else:
                kept.append(place)
        while (telling := self._gives_away(groups, kept, known)) is not None:
            reasons[telling] = _WITHHELD
            kept.remove(telling)
        return reasons, [*known[len(self._known) :], *(groups[place] for place in kept)]

    def _gives_away(self, groups: Sequence[Group], kept: Sequence[int], known: Sequence[Group]) -> int | None:
        """Return the smallest of the groups by which a few people could be found as what is left."""
        shown: list[tuple[int | None, Group]] = [(None, group) for group in known]
        shown += [(place, groups[place]) for place in kept]
        shown.sort(key=lambda entry: len(entry[1]), reverse=True)
        for whole_place, whole in shown:
            left = whole
            parts: list[int] = []
            for place, part in shown:
                if part < whole and part <= left:
                    left -= part
                    parts += [] if place is None else [place]
            if left != whole and self._few(left):
                if parts:
                    return parts[-1]
                if whole_place is not None:
                    return whole_place
        return None

    def _remember(self, groups: Iterable[Group]) -> None:
        self._known += [group for group in groups if group and group not in self._known]


def restricted(package: DataPackage) -> DataPackage:
    """Return a declaration with a smallest cell: its own, or where it has none that of private data."""
    return replace(package, smallest_cell=package.smallest_cell or PRIVATE)


def are_groups(people: Any) -> bool:
    """Whether somebody named several groups of people, not one.

    Examples
    --------
    >>> are_groups([{"a", "b"}, {"c"}]), are_groups({"a", "b"}), are_groups([("a", 1), ("b", 1)])
    (True, False, False)
    """
    return any(not isinstance(entry, (str, tuple)) and isinstance(entry, Collection) for entry in people)


def _groups_of(what: str, people: Any, smallest: int) -> tuple[bool, list[Group]]:
    """Return the groups of people that somebody named, and whether there may be several."""
    told = f"{what}: this dataset shows nothing of fewer than {smallest} people; say with people=… "
    if people is None:
        raise ValueError(f"{told}which people it rests on")
    if isinstance(people, str) or not isinstance(people, (Collection, np.ndarray, pd.Series, pd.Index)):
        raise ValueError(
            f"{told}which people it rests on, not {people!r}: counts cannot be compared across tables"
        )
    entries = list(people)
    several = are_groups(entries)
    if several and not all(are_groups([entry]) for entry in entries):
        raise ValueError(f"{what}: people mixes identifiers and groups of them")
    groups = [frozenset(entry) for entry in entries] if several else [frozenset(entries)]
    for group in groups:
        if any(not isinstance(entry, tuple) and pd.isna(entry) for entry in group):
            raise ValueError(f"{what}: people has a missing identifier")
    return several, groups


def _persons(group: Group) -> set[Hashable]:
    return {entry[0] if isinstance(entry, tuple) else entry for entry in group}


def _whole(groups: Sequence[Group]) -> Group:
    """Return what groups of people without anybody in common make together; else nobody."""
    parts = [group for group in groups if group and not any(isinstance(entry, tuple) for entry in group)]
    whole: Group = frozenset().union(*parts)
    return whole if len(parts) > 1 and sum(map(len, parts)) == len(whole) else frozenset()
