"""What a page is told: numbers, and the sentences it opens with; their keys, and whom they rest on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypedDict

__all__ = ["Finding", "Number", "and_list", "key_of", "slug", "smallest_group"]


class Number(TypedDict):
    """One recorded number, as `Results.number` takes it."""

    key: str
    value: object
    label: str
    people: Collection[str] | Collection[Collection[str]]


@dataclass(frozen=True)
class Finding:
    """A result in plain words.

    Attributes
    ----------
    key : str
        Its name on the page.
    sentence : str
        The result first; every numeral in it is one of the numbers.
    numbers : tuple of str
        Keys under which these are recorded.
    """

    key: str
    sentence: str
    numbers: tuple[str, ...]


def slug(*labels: object) -> str:
    """Return labels as the part of a key: lower case, words joined by hyphens, labels by dots.

    Examples
    --------
    >>> slug("Advice, year 1", "out_degree")
    'advice-year-1.out_degree'
    """
    parts = (re.sub(r"[^a-z0-9_]+", "-", str(label).lower()).strip("-") for label in labels)
    return ".".join(part for part in parts if part)


def key_of(table: str, *labels: object) -> str:
    """Return the key of a table's cell from the labels of its row and column.

    Examples
    --------
    >>> key_of("structure", "help", 3, "ties")
    'structure.help.3.ties'
    """
    return f"{table}.{slug(*labels)}"


def smallest_group(groups: Iterable[Collection[str]]) -> frozenset[str]:
    """Return the smallest group of people that numbers about these groups can be brought back to.

    Two numbers side by side also tell of those who are in one group and not in the other.

    Examples
    --------
    >>> sorted(smallest_group([{"a", "b", "c"}, {"a", "b", "c", "d"}]))
    ['d']
    >>> sorted(smallest_group([set(), {"a", "b"}]))
    ['a', 'b']
    """
    known = list(dict.fromkeys(map(frozenset, groups)))
    apart = [one ^ other for one, other in combinations(known, 2)]
    return min((group for group in [*known, *apart] if group), key=len, default=frozenset())


def and_list(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> and_list(["one"]), and_list(["one", "two", "three"])
    ('one', 'one, two and three')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
