"""The names nobody may find in what is published, and the search for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from analysis.tables.faults import Fault

__all__ = ["Names", "fold"]

_SHORTEST = 3
"""Letters of the shortest part of a name that is searched for by itself."""

_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Return a text as it is compared: no accents, no case, one space between words."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return " ".join(plain.casefold().split())


class Names:
    """Everything that names a person or an organisation of a dataset.

    Parameters
    ----------
    people : iterable of str
        Names, and other ways to write them. Of a name of several words each word is searched for by itself
        too.
    others : iterable of str
        What is searched for as a whole: identifiers, names of organisations.
    allowed : iterable of str
        Words that are no names here, though somebody is called so (Grant, Music).
    """

    def __init__(self, people: Iterable[str], others: Iterable[str], allowed: Iterable[str]) -> None:
        spared = {fold(word) for word in allowed}
        named = list(people)
        phrases = {fold(name) for name in (*named, *others)}
        parts = {word for name in named for word in _WORD.findall(fold(name))}
        # Identifiers that are numbers, or a letter or two, would be found in every cell.
        self._phrases = {
            tuple(_WORD.findall(name)) for name in phrases | parts if _is_telling(name) and name not in spared
        }
        self._longest = max(map(len, self._phrases), default=0)

    def found_in(self, text: str) -> str:
        """Return the first name that stands in a text as whole words; an empty text when there is none."""
        words = _WORD.findall(fold(text))
        for start in range(len(words)):
            for length in range(1, min(self._longest, len(words) - start) + 1):
                if tuple(words[start : start + length]) in self._phrases:
                    return " ".join(words[start : start + length])
        return ""

    def faults_in_tables(self, tables: Mapping[str, pd.DataFrame], hint: str) -> list[Fault]:
        """Return a fault for each distinct text of a table in which a name stands."""
        faults = []
        for name, frame in tables.items():
            for column in frame.columns:
                values = frame[column]
                for text in map(str, values.dropna().unique()):
                    found = self.found_in(text)
                    if found:
                        row = _row_of(values, text)
                        allowed = "texts that name nobody"
                        faults.append(
                            Fault(f"{name}.csv", f"{text!r} (the name {found!r})", allowed, row, column, hint)
                        )
        return faults

    def faults_in_json(self, content: Any, file: str, hint: str) -> list[Fault]:
        """Return a fault for each text of a JSON value, keys included, in which a name stands."""
        return [
            Fault(file, f"{text!r} (the name {found!r})", "texts that name nobody", column=entry, hint=hint)
            for entry, text in _texts(content, "")
            if (found := self.found_in(text))
        ]


def _is_telling(name: str) -> bool:
    return sum(character.isalpha() for character in name) >= _SHORTEST


def _row_of(values: pd.Series, text: str) -> int:
    places = (values.astype(str) == text).to_numpy().nonzero()[0]
    return int(places[0]) + 2 if len(places) else 1


def _texts(content: Any, entry: str) -> Iterator[tuple[str, str]]:
    if isinstance(content, str):
        yield entry, content
    elif isinstance(content, Mapping):
        for key, value in content.items():
            yield entry, str(key)
            yield from _texts(value, f"{entry}.{key}" if entry else str(key))
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value, entry)
