"""What a page is told: numbers, and the sentences it opens with; their keys, and whom they rest on."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T", bound=Hashable)

__all__ = [
    "Finding",
    "Number",
    "and_list",
    "key_of",
    "p_in_words",
    "percent",
    "row_of",
    "signed",
    "slug",
    "smallest_group",
]


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


def row_of(frame: pd.DataFrame, label: object) -> dict[str, Any]:
    """Return the one row of a table under a label, by column.

    Examples
    --------
    >>> import pandas as pd
    >>> row_of(pd.DataFrame({"ties": [7.5, 17.5], "kind": ["a", "b"]}, index=[1, 3]), 3)
    {'ties': 17.5, 'kind': 'b'}
    """
    place = frame.index.get_loc(label)
    return dict(zip(map(str, frame), frame.astype(object).iloc[place], strict=True))


def percent(share: float) -> str:
    """Return a share as a whole percentage, as it stands in a sentence.

    Examples
    --------
    >>> percent(0.818)
    '82 %'
    """
    return f"{100 * share:.0f} %"


def signed(value: float, decimals: int = 2) -> str:
    """Return a number with a minus sign that is one, and without one where it rounds to zero.

    Examples
    --------
    >>> signed(-0.378), signed(-0.001)
    ('−0.38', '0.00')
    """
    return f"{round(value, decimals) + 0.0:.{decimals}f}".replace("-", "−")


def p_in_words(p: float) -> str:
    """Return a p-value as it stands in a sentence.

    Examples
    --------
    >>> p_in_words(0.0005), p_in_words(0.0305), p_in_words(0.4723)
    ('p < 0.001', 'p = 0.030', 'p = 0.47')
    """
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"


def smallest_group(groups: Iterable[Collection[T]]) -> frozenset[T]:
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
