"""What became of everything a file has: nothing goes missing between a file and its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Account", "counted"]

_ONE = {
    **{"activities": "activity", "entries": "entry", "matrices": "matrix", "people": "person"},
    **{f"{one}s": one for one in ("actor", "adoption", "alter", "answer", "attendance", "byte", "cell")},
    **{f"{one}s": one for one in ("coding", "column", "contact", "document", "file", "graph", "interview")},
    **{
        f"{one}s": one
        for one in ("item", "label", "line", "name", "network", "node", "number", "organization")
    },
    **{f"{one}s": one for one in ("pseudonym", "relation", "respondent", "response", "round", "row")},
    **{f"{one}s": one for one in ("segment", "sheet", "table", "tie", "value", "wave")},
}
"""What one of them is called."""


def counted(count: int, things: str) -> str:
    """Return a count and what is counted, the first word of which says whether it is one.

    Examples
    --------
    >>> counted(2, "ties set aside"), counted(1, "ties set aside"), counted(1, "nonresponse")
    ('2 ties set aside', '1 tie set aside', '1 nonresponse')
    """
    first, gap, rest = things.partition(" ")
    return f"{count} {_ONE.get(first, first) if count == 1 else first}{gap}{rest}"


@dataclass(frozen=True)
class Account:
    """What became of the rows, the answers or the cells of a file; it adds up or is not made.

    Attributes
    ----------
    file : str
        The file, and the sheet where there are several.
    unit : str
        What is counted: rows, answers, cells.
    total : int
        How many there are.
    became : mapping of str to int
        How many of them became what (ties, answers that are no tie, left blank).

    Examples
    --------
    >>> print(Account("survey.csv", "rows", 3, {"ties": 2, "values of 0": 1, "loops": 0}))
    survey.csv: 3 rows: 2 ties, 1 value of 0
    >>> Account("survey.csv", "rows", 3, {"ties": 2})
    Traceback (most recent call last):
    ...
    RuntimeError: survey.csv: 3 rows, of which 2 are accounted for
    """

    file: str
    unit: str
    total: int
    became: Mapping[str, int]

    def __post_init__(self) -> None:
        found = sum(self.became.values())
        if found != self.total:
            raise RuntimeError(f"{self.file}: {self.total} {self.unit}, of which {found} are accounted for")

    def __str__(self) -> str:
        told = ", ".join(counted(count, what) for what, count in self.became.items() if count)
        return f"{self.file}: {counted(self.total, self.unit)}" + (f": {told}" if told else "")
