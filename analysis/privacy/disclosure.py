"""What may be shown of few people: the one place that knows a dataset's smallest cell.

A number is decided by *which people* it can be computed back to, since two counts that are both large enough
can differ by one person. Groups of people (or of ties between them, see `groups`) are compared on every
occasion they share; one is shown when

1. it is nobody, or at least as many people as the smallest cell;
2. it is the same as another group shown, or differs from it by at least that many people;
3. what is left of any group shown, once groups shown inside it that have nobody in common are taken away, is
   nobody or that many; so is what two groups add up to, less a third. The groups of a table that have nobody
   in common are parts of a whole that is taken to be known.

Whatever fails is withheld; of a column's rows that fail for the third reason, the smallest. A page remembers
what it has shown, so what comes first is shown first: columns from the left. Of a team's own dataset, so do
all reports, whatever their settings (`released`).

An identifier stands for a person; a tuple that begins with a person's identifier (``("e07", "help", 3)``)
for what that person said on one occasion, and one that begins with two (`tie`) for a tie. What was
said on different occasions cannot be subtracted, so that two waves may stand side by side. How many people
there are is no such thing: counts of people (`heads`) are one occasion, and a count that would tell of a few
by a difference is shown to the nearest multiple of the smallest cell ("about 30"). Pages are made apart, so
that which counts are shown as they are is settled from the tables before (`planned`); any other is rounded,
so that no two pages of a dataset differ by a few. Where everybody or nobody
of fewer than twice the smallest cell did something, their share is not shown, nor a count of them beside that
of them all; it looks like any other that is withheld, which may be of all but one.

Ratios are shown to `COARSE_DIGITS` digits: the counts behind them may be narrowed down, and are not compared.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis.arrays import Flags
from analysis.privacy.corrected import digests
from analysis.privacy.groups import Groups
from analysis.privacy.named import are_groups, counts, groups_of, has_numbers, listed, share_columns
from analysis.privacy.planned import counts_planned
from analysis.privacy.pseudonyms import PSEUDONYM
from analysis.privacy.rare import rare_combinations
from analysis.privacy.released import between_pages
from analysis.privacy.shown import EARLIER, WITHHELD, Shown
from analysis.privacy.texts import refuse_single_people
from analysis.tables.package import PRIVATE, DataPackage
from analysis.whom import HEADS, Group, heads, people_of

__all__ = ["COARSE_DIGITS", "Disclosure", "restricted"]

COARSE_DIGITS = 3
"""Significant digits of a number that is not whole: from more, the counts it was made of could be found."""
_NO_DIGITS_LEFT = 1e12
"""From here a float may be whole because nothing after the point could be kept."""

_ABOUT = "about"
_COUNTS = ("people", "answered", "members", "number")
"""Columns that say how many people there are."""
_ENOUGH_FOR_TIES = 2
"""How many smallest cells a group has at least, so that ties within it are seldom of a few people."""
_TOGETHER = " + "
_FEW_DIGITS = 1
"""Significant digits of what is shown as *about* so much."""


class Disclosure:
    """Decides, for one page, what is shown of a dataset's people; remembers the groups it has let through.

    Parameters
    ----------
    smallest : int
        Fewest people a published number may rest on; 0: everything is shown and nothing has to be said.
    released : Path, optional
        Where a report writes down what it shows (`released`).
    counts : sequence of groups, optional
        Counts of people that may be shown as they are (`planned.counts_planned`), as far as they are safe
        beside one another; then any other is rounded.
    about : str, optional
        What people did that the page's numbers are made of (contacts), where it names people and no occasion:
        what was made of something else cannot be subtracted.
    rows : mapping, optional
        What people's rows are (`corrected.digests`): with `released`, the same group before and after a few
        of it were corrected is not shown again.

    Examples
    --------
    >>> page = Disclosure(5)
    >>> page.decide("a mean", range(40))
    ''
    >>> page.decide("a mean", range(3))
    'fewer than 5 people'
    >>> page.decide("the mean of all but one", range(39))
    'withheld'
    """

    def __init__(
        self,
        smallest: int,
        released: Path | None = None,
        counts: Sequence[Group] | None = None,
        about: str = "",
        rows: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    ) -> None:
        self._smallest = smallest
        self._shown = Shown(smallest, released, counts, about, rows)

    @classmethod
    def of(
        cls,
        package: DataPackage | None,
        released: str | None = None,
        tables: Callable[[], Mapping[str, pd.DataFrame]] | None = None,
        about: str = "",
    ) -> Disclosure:
        """Return what a dataset's declaration allows; without a dataset there is nobody to be shown.

        `tables` gives those that counts of people are planned from; without it every count is compared
        with what the page showed before.
        """
        smallest = package.smallest_cell if package else 0
        if package is None or not smallest:
            return cls(0)
        if tables is None:
            return cls(smallest, Path(released) if released else None, None, about)
        found = tables()
        rows = digests(found) if released and package.audience != "public" else None
        counts = counts_planned(found)
        return cls(smallest, Path(released) if released else None, counts, about, rows)

    @property
    def restricts(self) -> bool:
        """Whether this dataset has a smallest cell at all."""
        return self._smallest > 0

    @property
    def step(self) -> int:
        """What numbers are rounded to multiples of, where one may not be told as it is."""
        return self._smallest

    @property
    def few(self) -> str:
        """In words, how many people are too few."""
        return f"fewer than {self._smallest} people"

    def decide(self, what: str, people: Any, value: object = None) -> str:
        """Say why a number or a figure is withheld; an empty text where it is shown.

        Parameters
        ----------
        what : str
            What would be shown, for the message.
        people : collection of identifiers, or list of such collections
            Whom it rests on; of a figure, whom each group drawn is of: all of them are shown, or none.
        value : object, optional
            What would be shown. Where it is how many people there are, it is compared as such.

        Raises
        ------
        ValueError
            Where there is a smallest cell and `people` is missing, a bare count, or a text.
        """
        if not self.restricts:
            return ""
        if isinstance(people, pd.DataFrame):
            people = [group for column in people for cell in people[column] for group in listed(cell)]
        _, groups = groups_of(what, people, self._smallest)
        groups += [heads(group) for group in groups if counts(value, group)]
        reasons, known = self._shown.reasons(groups)
        told = [reason for reason in reasons if reason]
        if not told:
            self._shown.remember(known)
        return min(told, default="")

    def rounded(self, reason: str, people: Any, value: object) -> str:
        """Return a count of people that was withheld as *about* so many; nothing for another number.

        Examples
        --------
        >>> page = Disclosure(5)
        >>> page.decide("members", range(33), 33), page.decide("in contact", range(31), 31)
        ('', 'withheld')
        >>> page.rounded("withheld", range(31), 31)
        'about 30'
        """
        group = frozenset() if isinstance(people, pd.DataFrame) or are_groups(people) else frozenset(people)
        about = self._about(reason, [heads(group)], value) if counts(value, group) else reason
        return "" if about == reason else about

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
        apart, groups = groups_of(what, people, self._smallest)
        if not apart:
            return [self.decide(what, people)] * rows
        if len(groups) != rows:
            raise ValueError(f"{what}: people names {len(groups)} groups of people for {rows} rows")
        reasons, known = self._shown.reasons(groups)
        self._shown.remember(known)
        return reasons

    def rounded_cells(self, frame: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
        """Return numbers of ties as a picture may show them: rounded, missing where few people make them.

        Rounded to the smallest cell they are no terms of a difference, so that they are not remembered.

        Parameters
        ----------
        frame : DataFrame
            The numbers.
        people : DataFrame
            The group behind each, at the same place.

        Examples
        --------
        >>> ties = pd.DataFrame([[frozenset("abcdefg"), frozenset("ab"), frozenset()]], dtype=object)
        >>> Disclosure(5).rounded_cells(pd.DataFrame([[7, 2, 0]]), ties).to_numpy().tolist()
        [[5.0, nan, 0.0]]
        """
        few = Groups(self._smallest).few
        near = (frame / self._smallest).round() * self._smallest
        return near.mask(people.map(few).astype(bool))

    def decide_cells(self, what: str, people: Any, frame: pd.DataFrame) -> pd.DataFrame:
        """Say of each cell of a table why its number is withheld; an empty text where it is shown.

        Parameters
        ----------
        what : str
        people : collection of identifiers, one such collection for each row, or a DataFrame
            A DataFrame has the index and columns of the table (those without numbers may lack) and names for
            each cell the group, or the list of groups, that it can be computed back to. Otherwise counts of
            people (columns *people*, *answered*, *members*, *number*) are compared as such where they are the
            size of the row's group.
        frame : DataFrame
            The table.

        Raises
        ------
        ValueError
            As `decide_rows`, and when a column of numbers has no groups, or the index is another.
        """
        reasons = pd.DataFrame("", index=frame.index, columns=frame.columns, dtype=object)
        if not self.restricts:
            return reasons
        if isinstance(people, pd.DataFrame):
            cells = self._cells_named(what, people, frame)
        else:
            for place, reason in enumerate(self.decide_rows(what, people, len(frame))):
                reasons.iloc[place] = reason
            several, groups = groups_of(what, people, self._smallest)
            rows = groups if several else groups * len(frame)
            cells = {
                column: [
                    [heads(group)] if counts(frame.iloc[place, column], group) else []
                    for place, group in enumerate(rows)
                ]
                for column, name in enumerate(frame.columns)
                if name in _COUNTS
            }
            shares = {column: [[group] for group in rows] for column in share_columns(frame)}
            self._say_alike(reasons, frame, cells | shares)
        for column, groups_there in cells.items():
            for place, reason in enumerate(self._shown.reasons_of_cells(groups_there)):
                if reason and not reasons.iat[place, column]:
                    reasons.iat[place, column] = self._about(
                        reason, groups_there[place], frame.iat[place, column]
                    )
        if isinstance(people, pd.DataFrame):
            self._say_alike(reasons, frame, cells)
            # A row of which no number is left is withheld as a row.
            left = [column for column in range(frame.shape[1]) if column not in cells]
            for place, told in enumerate(reasons.iloc[:, [*cells]].to_numpy(object)):
                if len(set(told)) == 1:
                    reasons.iloc[place, left] = told[0]
        return reasons

    def _cells_named(
        self, what: str, people: pd.DataFrame, frame: pd.DataFrame
    ) -> dict[int, list[list[Group]]]:
        """Return the groups behind each cell of the columns of numbers, by the column's place."""
        if not people.index.equals(frame.index):
            raise ValueError(f"{what}: people has another index than the table")
        numeric = [place for place, name in enumerate(frame.columns) if has_numbers(frame.iloc[:, place])]
        lacking = [
            str(frame.columns[place]) for place in numeric if frame.columns[place] not in people.columns
        ]
        if lacking:
            raise ValueError(f"{what}: people says nothing of {', '.join(lacking)}")
        return {place: [listed(entry) for entry in people[frame.columns[place]]] for place in numeric}

    def _about(self, reason: str, groups: Sequence[Group], value: Any) -> str:
        """Return what stands in place of a number: a count of people, or what follows from one, rounded."""
        counted = any(
            isinstance(entry, tuple) and entry[1:] == (HEADS,) for group in groups for entry in group
        )
        if reason not in (WITHHELD, EARLIER) or not counted or pd.isna(value):
            return reason
        if any(counts(value, group) for group in groups):
            return f"{_ABOUT} {round(value / self._smallest) * self._smallest}"
        # Of many people more digits still fit several counts.
        fewest = min(len(people_of(group)) for group in groups if group)
        digits = max(_FEW_DIGITS, int(math.log10(max(1, fewest / self._smallest))))
        return f"{_ABOUT} {float(f'{value:.{digits}g}'):g}"

    def _say_alike(
        self, reasons: pd.DataFrame, frame: pd.DataFrame, cells: dict[int, list[list[Group]]]
    ) -> None:
        for column in share_columns(frame):
            for place, there in enumerate(cells.get(column, [])):
                people = people_of(entry for group in there for entry in group)
                alike = frame.iat[place, column] in (0, 1) and len(people) < 2 * self._smallest
                if not alike or not people or reasons.iat[place, column]:
                    continue
                reasons.iat[place, column] = WITHHELD
                everybody = [
                    other
                    for other, named in cells.items()
                    if heads(people) in named[place] and not reasons.iat[place, other]
                ]
                # The first says how many there are, the others how many of them did something.
                for other in everybody[1:]:
                    reasons.iat[place, other] = self._about(
                        WITHHELD, cells[other][place], frame.iat[place, other]
                    )

    def shown(self, groups: Sequence[Collection[Hashable]] | pd.DataFrame) -> Flags:
        """Say which of several groups would be shown together, as for the rows of a table; remember nothing.

        Of a DataFrame of groups (as for `decide_cells`), which rows would be shown whole.

        Examples
        --------
        >>> page = Disclosure(2)
        >>> page.shown([{"a"}, {"a", "b"}, {"a", "b", "c"}, {"a", "b", "c", "d"}]).tolist()
        [False, True, False, True]
        """
        if not self.restricts:
            return np.ones(len(groups), dtype=bool)
        if isinstance(groups, pd.DataFrame):
            whole = self._shown.rows_whole([[*map(listed, groups[name])] for name in groups.columns])
            return np.array(whole, dtype=bool)
        reasons, _ = self._shown.reasons([frozenset(group) for group in groups])
        return np.array([not reason for reason in reasons], dtype=bool)

    def beside(self, people: pd.DataFrame) -> None:
        """Take for shown what another page shows of a table, whose groups are as for `decide_cells`."""
        if self.restricts:
            self._shown.beside([*map(listed, people[name])] for name in people.columns)

    def between_pages(self, files: Iterable[Path]) -> list[str]:
        """Return which pages on public data would together show a few people (`released.page_file`)."""
        return between_pages(files, self._smallest)

    def merged(self, labels: Sequence[str]) -> list[str]:
        """Return the group of each person, small groups put together so that what is among them can be shown.

        Ties within a group of fewer people than twice the smallest cell are mostly of a few of them. Into as
        many groups as have so many people each, small ones are dealt: the largest first, each to where fewest
        people are. Where that leaves one group, nothing between groups would be shown: then the smallest cell
        itself is enough, and what rests on too few is withheld as anywhere. Who answered, or what was asked,
        has no part in it: a dataset's groups are the same on all of its pages.

        Examples
        --------
        >>> Disclosure(2).merged(["oak", "oak", "oak", "ash", "elm", "elm", "elm", "elm"])
        ['ash + oak', 'ash + oak', 'ash + oak', 'ash + oak', 'elm', 'elm', 'elm', 'elm']
        >>> Disclosure(2).merged(["oak", "oak", "oak", "ash", "ash"])
        ['oak', 'oak', 'oak', 'ash', 'ash']
        """
        shown = _dealt(labels, _ENOUGH_FOR_TIES * self._smallest)
        return shown if len(set(shown)) > 1 else _dealt(labels, self._smallest)

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

    def ends(self, values: pd.Series, people: pd.Series) -> tuple[float, float]:
        """Return the least and the greatest value that enough people have at least, or at most.

        `people`: how many each value is of. Where all together are too few, both are their median.

        Examples
        --------
        >>> years = pd.Series([1, 2, 3, 9, 40])
        >>> Disclosure(2).ends(years, pd.Series([1] * 5))
        (2, 9)
        """
        order = values.sort_values(kind="stable").index
        sizes, ordered = people[order].to_numpy(), values[order].to_numpy()
        if sizes.sum() < 2 * self._smallest:
            middle = ordered[len(ordered) // 2]
            return middle.item(), middle.item()
        least = ordered[int((sizes.cumsum() >= self._smallest).argmax())]
        most = ordered[::-1][int((sizes[::-1].cumsum() >= self._smallest).argmax())]
        return min(least, most).item(), max(least, most).item()

    def coarse(self, value: Any) -> Any:
        """Return a number that is not whole to `COARSE_DIGITS` digits.

        A float so large that it has no digits left after the point is whole by rounding alone.
        """
        number = isinstance(value, (float, np.floating)) and math.isfinite(value)
        if self.restricts and number and (value != round(value) or abs(value) >= _NO_DIGITS_LEFT):
            return float(f"{value:.{COARSE_DIGITS}g}")
        return value

    def about(self, shares: pd.Series) -> pd.Series:
        """Return shares as they may be drawn beside counts: to one digit after the point."""
        return shares.round(_FEW_DIGITS) if self.restricts else shares

    def explained(self, caption: str, reasons: Iterable[str]) -> str:
        """Return a caption that says why cells of its table are not shown, where they do not say so."""
        told = set(reasons)
        if WITHHELD in told:
            caption = f"{caption} Withheld: {self.told(WITHHELD)}."
        if EARLIER in told:
            caption = f"{caption} Withheld after an earlier report: {self.told(EARLIER)}."
        if any(reason.startswith(_ABOUT) for reason in told):
            caption = f"{caption} About: rounded, so that no difference shows the answers of {self.few}."
        return caption

    def told(self, reason: str) -> str:
        """Return a sentence for a page that says why something is not shown."""
        if reason == EARLIER:
            return f"beside an earlier report on these data it would show the answers of {self.few}"
        if reason == WITHHELD:
            return f"beside other results here, or as all or none, it would show the answers of {self.few}"
        if reason.startswith(_ABOUT):
            return f"only “{reason}” may be said, so that no difference shows the answers of {self.few}"
        return f"it rests on {self.few}"


def restricted(package: DataPackage) -> DataPackage:
    """Return a declaration with a smallest cell: its own, or where it has none that of private data."""
    return replace(package, smallest_cell=package.smallest_cell or PRIVATE)


def _dealt(labels: Sequence[str], enough: int) -> list[str]:
    """Return the group of each person, those of fewer people than are enough put together."""
    sizes = Counter(labels)
    small = sorted((one for one in sizes if sizes[one] < enough), key=lambda one: (-sizes[one], one))
    people = sum(sizes[one] for one in small)
    if small and people < enough < len(labels):
        # All small groups together are too few: the smallest of the others takes them in.
        small.append(min(sizes.keys() - set(small), key=lambda one: (sizes[one], one)))
    for number in range(max(1, people // enough if enough else 1), 0, -1):
        together: list[list[str]] = [[] for _ in range(number)]
        filled = [0] * number
        for group in small:
            place = filled.index(min(filled))
            together[place].append(group)
            filled[place] += sizes[group]
        if min(filled) >= enough:
            break
    called = {group: _TOGETHER.join(sorted(parts)) for parts in together for group in parts}
    return [called.get(group, group) for group in labels]
