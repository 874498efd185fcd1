"""The names nobody may find in what is published, and the search for them."""

from __future__ import annotations

import contextlib
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import pandas as pd

from analysis.tables.faults import Fault

__all__ = ["Names", "fold"]

_SHORTEST = 3
"""Letters of the shortest part of a name that is searched for by itself."""
_SHORTEST_WHOLE = 2
"""Letters of the shortest name or nickname: somebody wrote it down to be searched for."""

_WORD = re.compile(r"[^\W\d_]+|\d+")
# Signs that keyboards and programs put for one another.
_SIGNS = str.maketrans(
    dict.fromkeys("\u2019\u2018\u02bc\u02b9\u2032\u00b4`", "'")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
)
# Letters that are a plain one with a stroke or a ligature, which Unicode does not take apart.
_PLAIN = str.maketrans(dict(zip("ıøłđðħŧ", "iolddht", strict=True)) | {"æ": "ae", "œ": "oe", "þ": "th"})
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ø": "oe", "ü": "ue", "å": "aa"})
_CAMEL = re.compile(r"(?<=[^\W\d_])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")
_LONG = 5
"""Letters of the shortest word that is searched for with one vowel for two, too (Muller for Mueller)."""
_JOINED = 6
"""Letters of the shortest name that is found in several words: De la Cruz for Delacruz."""

# Thai to Khmer, Chinese, Japanese, Korean: no space parts a name from the words beside it.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u9fff]")


def fold(text: str) -> str:
    """Return a text as it is compared: no accents, no case, nothing unseen, one space between words.

    Apostrophes of any shape are one sign, and so are hyphens.
    """
    decomposed = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    plain = "".join(
        character
        for character in decomposed
        if not unicodedata.combining(character) and unicodedata.category(character) != "Cf"
    )
    # Letters that are taken apart leave such signs, too.
    return " ".join(plain.casefold().translate(_PLAIN).translate(_SIGNS).split())


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
        people = list(people)
        named = {way for name in people for way in _spellings(name)}
        parts = {part for name in named for token in name.split() for part in (token, *_words(token))}
        # Identifiers that are numbers, or a letter or two, would be found in every cell.
        told = {name for name in named if _letters(name) >= _SHORTEST_WHOLE}
        told |= {name for name in parts.union(map(fold, others)) if _letters(name) >= _SHORTEST}
        told |= {way for name in named for way in _shortened(name)}
        phrases = {_words(name) for name in told} - spared
        self._phrases = phrases | ({("".join(words),) for words in phrases} - spared)
        self._people = {_words(name) for name in named | parts if _letters(name) >= _SHORTEST} & self._phrases
        self._longest = max(map(len, self._phrases), default=0)
        unspaced = {name.replace(" ", "") for name in named} | {
            name for name in told if _words(name) in phrases
        }
        self._unspaced = sorted(
            name for name in unspaced if _letters(name) >= _SHORTEST_WHOLE and _UNSPACED.search(name)
        )
        # A surname of two letters, or a name of one: as a word of its own, written as a name is.
        self._short = {
            words[-1] for words in map(_words, map(fold, people)) if words and _is_short(words)
        } - {word for words in spared for word in words}

    def found_in(self, text: str) -> str:
        """Return the first name that stands in a text; an empty text when there is none.

        It is searched for as whole words, in the text as it stands and as it may have been meant: words that
        are written together apart, ae for ä, a genitive or plural s taken away, signs that a wrong encoding
        or a web page left put right.
        """
        for way in _meant(text):
            found = self._found_in(way)
            if found:
                return found
        return ""

    def _found_in(self, text: str) -> str:
        folded = fold(text)
        for name in self._unspaced:
            if name in folded.replace(" ", ""):
                return unicodedata.normalize("NFC", name)
        for word in _WORD.findall(text):
            if fold(word) in self._short and (word[0].isupper() or _UNSPACED.search(word)):
                return fold(word)
        words = _words(folded)
        for start in range(len(words)):
            for length in range(1, min(self._longest, len(words) - start) + 1):
                part = words[start : start + length]
                if part in self._phrases or (*part[:-1], _singular(part[-1])) in self._people:
                    return " ".join(part)
            for length in range(2, min(4, len(words) - start) + 1):
                together = "".join(words[start : start + length])
                apart = all(len(word) > 1 for word in words[start : start + length])
                if apart and len(together) >= _JOINED and (together,) in self._phrases:
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


def _spellings(name: str) -> set[str]:
    """Return how a name may be spelled, folded: Müller, Mueller, Muller; Åse, Aase, Ase."""
    found = {fold(name), fold(_spelled_out(name))}
    for way in list(found):
        words = [
            re.sub("aa", "a", re.sub("(?<=[bcdfghjklmnpqrstvwxyz])([aou])e|^([aou])e", r"\1\2", word))
            if len(word) >= _LONG
            else word
            for word in way.split()
        ]
        found.add(" ".join(words))
    return found


def _shortened(name: str) -> set[str]:
    """Return other ways to write a whole name: initials with the surname, the surname's words together."""
    words = _words(name)
    if len(words) < 2:
        return set()
    first, last = words[0], words[-1]
    ways = {"".join(words[start:]) for start in range(1, len(words) - 1)}
    ways |= {f"{first[0]}{last}", f"{last}{first[0]}", f"{first[0]} {last}", f"{last} {first[0]}"}
    ways |= {f"{first}{last[0]}"} if len(first) > _SHORTEST else set()
    return {way for way in ways if _letters(way) > _SHORTEST_WHOLE}


def _is_short(words: tuple[str, ...]) -> bool:
    last = words[-1]
    return (len(last) == 1 and (len(words) == 1 or bool(_UNSPACED.search(last)))) or (
        len(words) > 1 and len(last) == _SHORTEST_WHOLE
    )


def _singular(word: str) -> str:
    """Return a word without the s of a genitive or a plural; a short one stays."""
    stem = word.removesuffix("es") if word.endswith(("shes", "ches", "xes", "zes", "ses")) else word
    stem = stem if stem != word else word.removesuffix("s")
    return stem if len(stem) >= _SHORTEST else word


def _meant(text: str) -> dict[str, None]:
    """Return a text, and what it may have been before a program or a person wrote it in another way."""
    ways = dict.fromkeys([text, html.unescape(text), unquote(text)])
    for way in list(ways):
        for encoding in ("cp1252", "latin-1"):
            # Bytes of UTF-8 that were read in an older encoding.
            with contextlib.suppress(UnicodeError):
                ways[way.encode(encoding).decode("utf-8")] = None
    for way in list(ways):
        ways |= dict.fromkeys([_spelled_out(way), _CAMEL.sub(" ", way), re.sub("['’`]", "", way)])
    return ways


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
