"""Those who were asked, and who of them is meant by a name somebody wrote: one matching for every reader."""

from __future__ import annotations

import difflib
import re
import sys
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping

import pandas as pd

from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = ["NOBODY", "Matcher", "People"]

_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "herr", "frau"})
_NOBODY = frozenset(
    {
        *("total", "totals", "grand total", "sum", "sums", "subtotal", "average", "mean", "count"),
        *("summe", "gesamt", "nobody", "no one", "none", "nan", "n/a", "null"),
        *("#n/a", "#ref!", "#name?", "#value!", "#div/0!", "#null!", "#num!"),
    }
)
"""What stands where a name should, and is nobody's."""
NOBODY = frozenset({"nobody", "no one", "none", "n/a"})
"""What people write who name nobody."""
_NOTE = re.compile(
    r"(exported|generated|printed|created|downloaded|saved|source|note|notes|page|legend|data|last updated|"
    r"updated|retrieved|powered|copyright|quelle|erstellt|stand)\b.*([0-9:]|https?\b).*|=.*"
)
"""What stands below a table, or in place of a result: a line about the file, a formula."""
_SEVERAL = re.compile(r"\s*[,;/\n&|]\s*|\s+and\s+")
_ADDRESS = re.compile(r"[\"']?(.+?)[\"']? ?<([^<>]+@[^<>]+)>")
_NUMBER = re.compile(r"\+?0*([0-9]+)([.,]0+)?")
_NOBODY_NEAR = "nobody's name is near; is someone missing from the roster?"
_HINTS = 50
"""Unknown names that are compared with the known ones; more of them are no slips of the pen."""


class Matcher:
    """Finds who on the roster is meant by a name, an alias or an identifier; case and accents do not matter.

    A title before a surname (*Ms. Ruiz*) is understood where one person alone has that surname; `notes` then
    has a line that says so. Nothing else is guessed.

    Parameters
    ----------
    roster : DataFrame
        As `people_file.read_roster` returned it.
    """

    def __init__(self, roster: pd.DataFrame) -> None:
        self.meant: dict[str, list[str]] = {}
        self.shown: dict[str, str] = {}
        self.surnames: dict[str, list[str]] = {}
        self.notes: list[str] = []
        self._hints = 0
        self.most_hints = _HINTS
        filled = roster.dropna(subset=["actor_id", "name"]).fillna("")
        columns = (filled[name].astype(str) for name in ("actor_id", "name", "aliases", "organization_id"))
        for actor, name, aliases, home in zip(*columns, strict=True):
            ways = [actor, name, *aliases.split("|")]
            ways += [f"{way} ({home})" for way in ways[1:] if home and way]
            self.shown[actor] = f"{name} ({actor})"
            for way in {fold(way) for way in ways} - {""}:
                self.meant.setdefault(way, []).append(actor)
            self.surnames.setdefault((fold(name).split() or [""])[-1], []).append(actor)

    def find(
        self, written: str, where: tuple[str, int | None, str | None], faults: list[Fault]
    ) -> str | None:
        """Return the identifier of who is meant, or None and a fault."""
        meant = self.meant.get(fold(written), [])
        if not meant and (fit := _ADDRESS.fullmatch(fold(written))):
            # A name and an address are two ways to say who is meant.
            meant = list(dict.fromkeys(one for way in fit.groups() for one in self.meant.get(way, [])))
        if len(meant) == 1:
            return meant[0]
        titled = _untitled(written)
        if not meant and titled:
            meant = self.meant.get(titled, []) or self.surnames.get(titled, [])
            if len(meant) == 1:
                note = f"{written!r} is read as {self.shown[meant[0]]}"
                self.notes += [note] if note not in self.notes else []
                return meant[0]
        file, row, column = where
        if meant:
            several = ", ".join(self.shown[one] for one in meant)
            allowed = "a name that only one person on the roster has"
            hint = f"{several} are called so: write the identifier, or the name with the school in brackets"
        else:
            allowed = "a name, alias or identifier on the roster"
            hint = self._hint(written)
        faults.append(Fault(file, repr(written), allowed, row, column, hint))
        return None

    def _hint(self, written: str) -> str:
        self._hints += 1
        if (meant := _regarbled(written)) != written:
            return f"its letters were read wrongly when the file was saved: {meant!r}? Save it again as UTF-8"
        if fold(written).rstrip(":") in _NOBODY or _NOTE.fullmatch(fold(written)):
            return f"that is nobody's name: {_left_out(written)}"
        parts = [part for part in _SEVERAL.split(fold(written)) if part]
        if len(parts) > 1 and all(part in self.meant for part in parts):
            return "several people: one a cell, or say what parts them with --split"
        bare = " ".join(re.sub(r"\(.*?\)", " ", fold(written)).split())
        people = self._near(bare or fold(written)) if self._hints <= self.most_hints else {}
        if people:
            return f"near: {', '.join(people)}; if one is meant, add {written!r} to their aliases"
        return _NOBODY_NEAR

    def _near(self, folded: str) -> dict[str, None]:
        """Return whose names are near: the same words in another order, initials, or a few letters apart."""
        kin = set(_kin(folded))
        near = [way for way in self.meant if kin and kin & set(_kin(way))]
        near += difflib.get_close_matches(folded, self.meant, 3, 0.7)
        return dict.fromkeys(self.shown[one] for way in near[:6] for one in self.meant[way])


def _left_out(written: str) -> str:
    """Return how a row or a column is left out that is nobody's."""
    if fold(written) in NOBODY:
        return f"leave it out (in a list of ties: --nobody {written!r}, if they name nobody)"
    return f"leave the row or the column out (of a matrix: --unread {written!r})"


def _regarbled(written: str) -> str:
    """Return a text in UTF-8 that was taken for Windows-1252 as it was meant; any other as it is."""
    try:
        return written.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return written


def _untitled(written: str) -> str:
    """Return a name without the title before it; empty where there is none."""
    first, _, rest = fold(written).partition(" ")
    return rest if first.removesuffix(".") in _TITLES else ""


def _kin(folded: str) -> Iterator[tuple[str, ...]]:
    """Yield what names of one person have in common: their words, or an initial and the surname.

    Labels with digits are no names: A 1 and 1 A may well be two people.
    """
    words = re.findall(r"[^\W\d_]+", folded)
    if len(words) < 2 or re.search("[0-9]", folded):
        return
    yield ("words", *sorted(words))
    yield ("initial", words[0][0], words[-1])


class People:
    """Who the people of a file are: those of a roster or, without one, of the dataset and of the file.

    Parameters
    ----------
    roster : Matcher, optional
        Then whoever is not on it is a fault.
    known : iterable of str
        Identifiers of the people the dataset has already.
    new : bool
        Whether people whose names are nearly those of others are said to be other people.
    leave_guests : bool
        Whether whoever is not on the roster is left out. Names that are nearly somebody's are at fault all
        the same.

    Attributes
    ----------
    guests : set of str
        Labels of those who were left out, after `identify`.
    """

    def __init__(
        self,
        roster: Matcher | None = None,
        known: Iterable[str] = (),
        *,
        new: bool = False,
        leave_guests: bool = False,
    ) -> None:
        self.roster = roster
        self.known = {_folded(one): one for one in known}
        self.new = new
        self.leave_guests = leave_guests
        if roster is not None and leave_guests:
            # Whoever may be somebody is asked about, however many there are.
            roster.most_hints = sys.maxsize
        self.guests: set[str] = set()

    def identify(
        self,
        file: str,
        labels: Mapping[str, int | None],
        faults: list[Fault],
        notes: list[str],
        *,
        once: bool,
    ) -> dict[str, str]:
        """Return who is meant by each label of a file.

        Parameters
        ----------
        file : str
            How faults name the file.
        labels : mapping of str to int or None
            Labels as the file has them, each with the line it stands on first.
        faults, notes : list
            What is wrong, and what was read as something else, is appended. Without a roster these are at
            fault: what is nobody's name, several names in one, one number written in two ways, and names
            that differ in order or initials only; case and accents make no other person.
        once : bool
            Whether the file lists its people once each, so that two labels are never one person.
        """
        if self.roster is not None:
            before = len(self.roster.notes)
            found = {}
            for label, row in labels.items():
                unknown: list[Fault] = []
                found[label] = self.roster.find(label, (file, row, None), unknown) or label
                if unknown and self.leave_guests and unknown[0].hint == _NOBODY_NEAR:
                    self.guests.add(label)
                else:
                    faults += unknown
            notes += self.roster.notes[before:]
            if self.guests:
                listed = ", ".join(map(repr, sorted(self.guests)[:30]))
                notes.append(f"{file}: {len(self.guests)} who are not on the roster are left out: {listed}")
        else:
            found = self._among_themselves(file, labels, faults, notes)
        if once:
            first: dict[str, str] = {}
            for label, actor in found.items():
                if first.setdefault(actor, label) != label:
                    again = f"{label!r}, who is {first[actor]!r} too"
                    faults.append(Fault(file, again, "each person once", labels[label]))
        return found

    def _among_themselves(
        self, file: str, labels: Mapping[str, int | None], faults: list[Fault], notes: list[str]
    ) -> dict[str, str]:
        seen = dict(self.known)
        found: dict[str, str] = {}
        merged: list[str] = []
        for label in labels:
            actor = seen.setdefault(_folded(label), label)
            found[label] = actor
            merged += [f"{label!r} is read as {actor!r}"] if actor != label else []
        notes += merged[:20] + ([f"and {len(merged) - 20} more are read so"] if len(merged) > 20 else [])
        numbers: dict[str, str] = {}
        kin: dict[tuple[str, ...], list[str]] = {}
        for folded, actor in seen.items():
            for key in _kin(folded):
                kin.setdefault(key, []).append(actor)
            if fit := _NUMBER.fullmatch(folded):
                numbers.setdefault(fit[1], actor)
        for label, row in labels.items():
            folded = _folded(label)
            number = _NUMBER.fullmatch(folded)
            if folded.rstrip(":") in _NOBODY or _NOTE.fullmatch(folded):
                hint = f"{_left_out(label)}; if somebody is called so, give a --roster"
                faults.append(Fault(file, repr(label), "the name of a person", row, hint=hint))
            elif number and numbers[number[1]] != found[label]:
                what = f"{label!r}, beside {numbers[number[1]]!r}"
                faults.append(Fault(file, what, "each number written in one way", row))
            elif not self.new and found[label] == label and label not in self.known.values():
                self._suspect(file, label, row, seen, kin, faults)
        return found

    def _suspect(
        self,
        file: str,
        label: str,
        row: int | None,
        seen: Mapping[str, str],
        kin: Mapping[tuple[str, ...], Collection[str]],
        faults: list[Fault],
    ) -> None:
        folded = _folded(label)
        parts = [part for part in _SEVERAL.split(folded) if part]
        if len(parts) > 1 and (all(part in seen for part in parts) or all(" " in part for part in parts)):
            hint = "say what parts them with --split; or --new-people, if it is one name"
            faults.append(Fault(file, f"{label!r}, several names", "one name per cell", row, hint=hint))
            return
        if (meant := _regarbled(label)) != label:
            hint = "read wrongly when the file was saved? Save it again as UTF-8; or say --new-people"
            faults.append(
                Fault(file, f"{label!r}, for {meant!r}", "letters as they were typed", row, hint=hint)
            )
            return
        words = re.findall(r"[^\W\d_]+", folded)
        if mixed := next((word for word in words if len(_alphabets(word)) > 1), ""):
            hint = "letters that look alike? Write the name again; or --new-people, if it is written so"
            found = f"{label!r}, {' and '.join(_alphabets(mixed))} letters in one word"
            faults.append(Fault(file, found, "letters of one alphabet in a word", row, hint=hint))
            return
        for key in _kin(folded):
            for other in kin[key]:
                if other == label:
                    continue
                others = re.findall(r"[^\W\d_]+", _folded(other))
                initials = 1 in (len(words[0]), len(others[0])) and words[0] != others[0]
                if key[0] == "words" or initials:
                    hint = f"is that {other!r}? Write one name, give a --roster, or say --new-people"
                    faults.append(Fault(file, repr(label), "each person under one name", row, hint=hint))
                    return


def _alphabets(word: str) -> list[str]:
    """Return which of the alphabets that share the look of letters a word is written in."""
    first = {unicodedata.name(letter, "").partition(" ")[0].capitalize() for letter in word}
    return sorted(first & {"Latin", "Cyrillic", "Greek"})


def _folded(label: str) -> str:
    # A label of signs that folding drops is still a label.
    return fold(label) or label
