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
_SHORTEST_WHOLE = 2
"""Letters of the shortest name or nickname: somebody wrote it down to be searched for."""

_WORD = re.compile(r"[^\W\d_]+|\d+")
# Letters that are a plain one with a stroke or a ligature, which Unicode does not take apart.
_PLAIN = str.maketrans(dict(zip("ıøłđðħŧ", "iolddht", strict=True)) | {"æ": "ae", "œ": "oe", "þ": "th"})
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ø": "oe", "ü": "ue", "å": "aa"})
# Thai to Khmer, Chinese, Japanese, Korean: no space parts a name from the words beside it.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u9fff]")


def fold(text: str) -> str:
    """Return a text as it is compared: no accents, no case, nothing unseen, one space between words."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(
        character
        for character in decomposed
        if not unicodedata.combining(character) and unicodedata.category(character) != "Cf"
    )
    return " ".join(plain.casefold().translate(_PLAIN).split())


class Names:
    """Everything that names a person or an organisation of a dataset.

    Parameters
    ----------
    people : iterable of str
        Names, and other ways to write them. Of a name of several words each word is searched for by itself
        too, unless it is very short; written together, or with ae for ä, a name is found as well.
    others : iterable of str
        What is searched for as a whole: identifiers, names of organisations.
    allowed : iterable of str
        Words that are no names here, though somebody is called so (Grant, Music).
    """

    def __init__(self, people: Iterable[str], others: Iterable[str], allowed: Iterable[str]) -> None:
        spared = {_words(fold(word)) for word in allowed}
        named = {fold(way) for name in people for way in (name, _spelled_out(name))}
        parts = {part for name in named for token in name.split() for part in (token, *_words(token))}
        # Identifiers that are numbers, or a letter or two, would be found in every cell.
        told = {name for name in named if _letters(name) >= _SHORTEST_WHOLE}
        told |= {name for name in parts.union(map(fold, others)) if _letters(name) >= _SHORTEST}
        phrases = {_words(name) for name in told} - spared
        self._phrases = phrases | ({("".join(words),) for words in phrases} - spared)
        self._longest = max(map(len, self._phrases), default=0)
        self._unspaced = sorted(name for name in told if _UNSPACED.search(name) and _words(name) in phrases)

    def found_in(self, text: str) -> str:
        """Return the first name that stands in a text as whole words; an empty text when there is none."""
        folded = fold(text)
        for name in self._unspaced:
            if name in folded:
                return unicodedata.normalize("NFC", name)
        words = _words(folded)
        for start in range(len(words)):
            for length in range(1, min(self._longest, len(words) - start) + 1):
                if words[start : start + length] in self._phrases:
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


def _words(folded: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded))


def _letters(name: str) -> int:
    return sum(map(str.isalpha, name))


def _spelled_out(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().translate(_SPELLED_OUT)


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
