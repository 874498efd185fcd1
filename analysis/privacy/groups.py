"""Groups of people, and whether a few are left when groups are taken from one another.

What is counted may be people, or ties between two: then the people are the fewest that have a part in every
one of the ties (a vertex cover), so that six ties of one person are of one person, and two ties of four
people at most of two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

from analysis.whom import owners

__all__ = ["Groups", "Occasion", "Parts"]

Occasion: TypeAlias = tuple[Hashable, ...]
Parts: TypeAlias = dict[Occasion, int]

_SEARCHED = 12
"""Smallest cell up to which the fewest people are searched for; from there on fewer than found are taken."""


class Groups:
    """Tells groups of a few people from others, occasion by occasion, as sets of bits.

    Parameters
    ----------
    smallest : int
        Fewest people.
    hidden : callable, optional
        What stands for a person or an occasion from here on; by default they do themselves.
    about : str, optional
        The occasion of those who are named without one.
    """

    def __init__(
        self,
        smallest: int,
        hidden: Callable[[Hashable], Hashable] = lambda entry: entry,
        about: str = "",
    ) -> None:
        self._smallest = smallest
        self._hidden = hidden
        self._about: Occasion = (about,) if about else ()
        self._bits: dict[Occasion, dict[tuple[Hashable, ...], int]] = {}
        self._owners: dict[Occasion, list[tuple[Hashable, ...]]] = {}
        self._part: dict[Occasion, dict[Hashable, int]] = {}

    def parts(self, group: Iterable[Hashable]) -> Parts:
        """Return a group, occasion by occasion."""
        return self.taken(
            (
                ("tie" if len(owners(entry)) > 1 else "person", *map(self._hidden, self._occasion(entry))),
                tuple(map(self._hidden, owners(entry))),
            )
            for entry in group
        )

    def taken(self, entries: Iterable[tuple[Occasion, tuple[Hashable, ...]]]) -> Parts:
        """Return a group of entries that are hidden already."""
        found: Parts = {}
        for occasion, named in entries:
            bits = self._bits.setdefault(occasion, {})
            if named not in bits:
                bits[named] = 1 << len(bits)
                self._owners.setdefault(occasion, []).append(named)
                part = self._part.setdefault(occasion, {})
                for owner in named:
                    part[owner] = part.get(owner, 0) | bits[named]
            found[occasion] = found.get(occasion, 0) | bits[named]
        return found

    def entries(self, parts: Parts) -> Iterator[tuple[Occasion, list[tuple[Hashable, ...]]]]:
        """Return what a group is made of, occasion by occasion."""
        for occasion, bits in parts.items():
            known = self._owners[occasion]
            yield occasion, [known[place] for place in range(bits.bit_length()) if bits >> place & 1]

    def _occasion(self, entry: Hashable) -> Occasion:
        return entry[1:] if isinstance(entry, tuple) else self._about

    def few(self, group: Iterable[Hashable]) -> bool:
        """Whether a group is of somebody, and of too few."""
        parts = self.parts(group)
        if not parts or not all(self.few_on(occasion, bits) for occasion, bits in parts.items()):
            return False
        entries = [named for _, found in self.entries(parts) for named in found]
        return _covered(entries, self._smallest - 1)

    def few_on(self, occasion: Occasion, bits: int) -> bool:
        """Whether a part of a group is of somebody, and of too few."""
        if not bits:
            return False
        part, known, left, apart = self._part[occasion], self._owners[occasion], bits, 0
        while left:
            apart += 1
            if apart >= self._smallest:
                return False
            for owner in known[(left & -left).bit_length() - 1]:
                left &= ~part[owner]
        if 2 * apart < self._smallest or occasion[0] == "person" or self._smallest > _SEARCHED:
            return True
        return self._covered_on(occasion, bits, self._smallest - 1)

    def _covered_on(self, occasion: Occasion, bits: int, people: int) -> bool:
        if not bits or not people:
            return not bits
        part, first = self._part[occasion], self._owners[occasion][(bits & -bits).bit_length() - 1]
        return any(self._covered_on(occasion, bits & ~part[owner], people - 1) for owner in first)

    def apart(self, one: Parts, other: Parts) -> bool:
        """Whether two groups differ by too few people on an occasion they share."""
        return any(
            self.few_on(occasion, bits ^ other[occasion])
            for occasion, bits in one.items()
            if occasion in other
        )

    def given_away(self, shown: Sequence[Parts], fresh: Collection[int]) -> int | None:
        """Return which of the groups in `fresh` to withhold, because with others it would show a few people.

        What is left of a group, once groups without anybody in common that are part of it are taken away, is
        nobody, or enough people. The smallest of those that give a few away is named.
        """
        order = sorted(range(len(shown)), key=lambda place: -_size(shown[place]))
        for occasion in {occasion for parts in shown for occasion in parts}:
            there = [place for place in order if occasion in shown[place]]
            for whole in there:
                left, taken = shown[whole][occasion], [whole]
                for place in there:
                    bits = shown[place][occasion]
                    if place != whole and bits != shown[whole][occasion] and not bits & ~left:
                        left &= ~bits
                        taken.append(place)
                told = [place for place in taken[1:] if place in fresh] or [p for p in taken if p in fresh]
                if len(taken) > 1 and told and self.few_on(occasion, left):
                    return told[-1]
        return None

    def tells_of_three(self, group: Parts, known: Sequence[Parts]) -> bool:
        """Whether what two known groups and this one add up to, one of the three taken away, is of a few."""
        for occasion, bits in group.items():
            others = {parts[occasion] for parts in known if occasion in parts} - {bits}
            for one, other in combinations(sorted(others), 2):
                odd = bits ^ one ^ other
                if (
                    self.few_on(occasion, odd | (bits & one & ~other))
                    or self.few_on(occasion, odd | (bits & other & ~one))
                    or self.few_on(occasion, odd | (one & other & ~bits))
                ):
                    return True
        return False


def _size(parts: Parts) -> int:
    return max(bits.bit_count() for bits in parts.values())


def _covered(entries: Sequence[tuple[Hashable, ...]], people: int) -> bool:
    """Whether so many people have a part in every entry."""
    if not entries or not people:
        return not entries
    return any(
        _covered([other for other in entries if owner not in other], people - 1) for owner in entries[0]
    )
