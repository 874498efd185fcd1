"""Whom a number rests on: what stands for a person, for what somebody said, for a tie, for a count of people.

An identifier stands for a person; a tuple that begins with one for what that person said on an occasion; a
`tie` for one between two. `analysis.privacy.disclosure` decides by groups of these what is shown.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeAlias

__all__ = ["HEADS", "Group", "heads", "owners", "people_of", "tie"]

Group: TypeAlias = frozenset[Hashable]

HEADS = "how many"
"""The occasion of a count of people, whatever the time: who came and went is what two of them differ by."""


def heads(people: Iterable[Hashable]) -> Group:
    """Return a group whose size is shown.

    Examples
    --------
    >>> sorted(heads({"a", ("b", "help", 1)}))
    [('a', 'how many'), ('b', 'how many')]
    """
    return frozenset((person, HEADS) for person in people_of(people))


def tie(sender: Hashable, receiver: Hashable, *occasion: Hashable) -> tuple[Hashable, ...]:
    """Return what a group of ties is made of."""
    return ((sender, receiver), *occasion)


def owners(entry: Hashable) -> tuple[Hashable, ...]:
    """Return who has a part in an entry of a group: one person, or the two of a tie."""
    first = entry[0] if isinstance(entry, tuple) else entry
    return first if isinstance(first, tuple) else (first,)


def people_of(group: Iterable[Hashable]) -> Group:
    """Return everybody who has a part in a group.

    Examples
    --------
    >>> sorted(people_of({"a", ("b", "help", 1), tie("c", "d", "help", 1)}))
    ['a', 'b', 'c', 'd']
    """
    return frozenset(person for entry in group for person in owners(entry))
