"""A sentence that a page opens with, and the keys of the recorded numbers it is made of."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Finding", "key_of", "slug"]


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
