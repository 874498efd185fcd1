"""Which groups of people reports on a team's own data have shown, so that no two together show a few people.

Of a team's own data the register lies beside them, in ``data_raw/<dataset>/released/``: a file for each
report made of the same data with the same settings. People and occasions stand in it as hashes under a salt
of the folder's own; only its owner can read it. A report that is made again takes the place of itself, and is
the same.

Pages on public data are made in any order, and have to be the same in each: none looks at what others showed.
Each writes down what it shows (`page_file`), and all are compared once they are there (`between_pages`).

Beside it stands, for the owner of the data alone, which numbers a report withheld and why: a claim on one of
them is answered (`withheld`), and no page says that there is such a number.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Hashable, Iterable, Iterator, Mapping
from pathlib import Path

from analysis.privacy.groups import Groups, Occasion, Parts
from analysis.whom import HEADS

__all__ = [
    "RELEASED_VARIABLE",
    "Released",
    "between_pages",
    "keep_released",
    "note_withheld",
    "page_file",
    "released_file",
    "withheld_numbers",
]

RELEASED_VARIABLE = "COMPENDIUM_RELEASED"
"""Where a run writes down which groups it showed; not set where nobody has to be protected."""
_BEGUN = ".begun"
_PAGE = ".page"
_WITHHELD = ".withheld"
_SALT = "salt"
_LETTERS = 16


def released_file(raw: Path, key: str) -> Path:
    """Return where a report on the data in a folder is to write, with nothing there of a run that failed.

    Parameters
    ----------
    raw : Path
        ``data_raw/<dataset>``.
    key : str
        The hash of all that goes into the report.
    """
    folder = raw / "released"
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    file = _file(raw, key)
    for suffix in (_BEGUN, _WITHHELD + _BEGUN):
        file.with_suffix(suffix).unlink(missing_ok=True)
    return file


def page_file(file: Path) -> Path:
    """Return where a page on public data is to write what it shows; nothing of before is there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.with_suffix(_BEGUN).unlink(missing_ok=True)
    file.unlink(missing_ok=True)
    return file


def between_pages(files: Iterable[Path], smallest: int) -> list[str]:
    """Return which pages on one dataset, beside one another, would show fewer people than `smallest`.

    Parameters
    ----------
    files : iterable of Path
        As from `page_file`, of all pages.
    smallest : int

    Returns
    -------
    list of str
        A sentence for each two pages, or each three, that show what they may not together.
    """
    groups = Groups(smallest)
    pages: list[str] = []
    shown: list[Parts] = []
    for file in sorted(files):
        for parts in _read(file, groups):
            if parts not in shown:
                shown.append(parts)
                pages.append(file.stem)
    order = sorted(
        range(len(shown)), key=lambda place: -max(bits.bit_count() for bits in shown[place].values())
    )
    found: set[tuple[str, ...]] = set()
    for place, one in enumerate(order):
        for other in order[:place]:
            if groups.apart(shown[one], shown[other]):
                found.add(tuple(sorted({pages[one], pages[other]})))
        if groups.tells_of_three(shown[one], [shown[other] for other in order[:place]]):
            found.add((pages[one],))
    so = "would show a few people beside other pages"
    return [f"what {' and '.join(told)} show{'s' * (len(told) == 1)} {so}" for told in sorted(found)]


def _read(file: Path, groups: Groups) -> Iterator[Parts]:
    """Yield the groups that a report wrote down."""
    content = json.loads(file.read_text(encoding="utf-8"))
    people = content["people"]
    for group in content["groups"]:
        yield groups.taken(
            (tuple(occasion), tuple(people[place] for place in owners))
            for occasion, entries in group
            for owners in entries
        )


def keep_released(file: Path) -> None:
    """Keep what a report showed, once it is in its place."""
    for begun, kept in ((_BEGUN, file), (_WITHHELD + _BEGUN, file.with_suffix(_WITHHELD))):
        if file.with_suffix(begun).exists():
            file.with_suffix(begun).replace(kept)


def note_withheld(file: Path, reasons: Mapping[str, str]) -> None:
    """Write down which numbers a report withholds, by key, and why; kept as what it shows is.

    Of a page on public data nothing: nobody holds claims against it but its study, which knows its numbers.
    """
    if file.suffix != _PAGE:
        text = json.dumps(dict(reasons), ensure_ascii=False) + "\n"
        _write(file.with_suffix(_WITHHELD + _BEGUN), text)


def withheld_numbers(raw: Path, key: str) -> dict[str, str]:
    """Return why each number was withheld that a kept report did not show, by the number's key.

    Parameters
    ----------
    raw, key
        As of `released_file`.
    """
    file = _file(raw, key).with_suffix(_WITHHELD)
    if not file.is_file():
        return {}
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _file(raw: Path, key: str) -> Path:
    return raw / "released" / f"{key[: 2 * _LETTERS]}.json"


class Released:
    """The groups shown by earlier reports, and those that this one adds.

    Parameters
    ----------
    file : Path
        As from `released_file`.
    rows : mapping, optional
        What people's rows are now (`corrected.digests`), to be compared with what they were.
    """

    def __init__(self, file: Path, rows: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None) -> None:
        self._file = file
        salt = file.parent / _SALT
        if file.suffix == _PAGE:
            # Public data: hashes hide nothing, and are to be the same for all pages.
            self._salt = b""
        else:
            if not salt.exists():
                _write(salt, secrets.token_hex(32))
            self._salt = salt.read_text(encoding="ascii").encode()
        self._shown: list[list[tuple[tuple[str, ...], list[tuple[str, ...]]]]] = []
        self._rows = {
            table: {
                self.hidden(wave) if wave else "": {self.hidden(one): told for one, told in people.items()}
                for wave, people in waves.items()
            }
            for table, waves in (rows or {}).items()
        }

    def hidden(self, entry: Hashable) -> str:
        """Return what stands for a person or an occasion."""
        return hashlib.sha256(self._salt + repr(str(entry)).encode()).hexdigest()[:_LETTERS]

    def earlier(self, groups: Groups) -> list[tuple[Parts, Parts]]:
        """Return the groups that other reports showed, and who of each has other rows since then."""
        if self._file.suffix == _PAGE:
            return []
        others = [path for path in sorted(self._file.parent.glob("*.json")) if path != self._file]
        found = []
        for path in others:
            changed = self._corrected(path)
            for parts in _read(path, groups):
                of_them = groups.taken(
                    (occasion, named)
                    for occasion, entries in groups.entries(parts)
                    for named in entries
                    if occasion[0] == "person" and named[0] in self._whose(occasion, changed)
                )
                found.append((parts, of_them))
        return found

    def _corrected(self, path: Path) -> dict[str, set[str]]:
        """Return who has other rows than when a report was made, by wave."""
        before = json.loads(path.read_text(encoding="utf-8")).get("rows", {})
        found: dict[str, set[str]] = {}
        for table, waves in before.items():
            for wave, people in waves.items():
                now = self._rows.get(table, {}).get(wave, {})
                other = {one for one, told in people.items() if one in now and now[one] != told}
                found.setdefault(wave, set()).update(other)
        return found

    def _whose(self, occasion: Occasion, changed: Mapping[str, set[str]]) -> set[str]:
        """Return who has other rows on an occasion: those of its wave, or of any if it has none."""
        if occasion[1:] == (self.hidden(HEADS),):
            return set()
        waves = changed.keys() & set(map(str, occasion[1:])) or changed.keys()
        return set().union(*(changed[wave] for wave in waves))

    def add(self, shown: Iterable[Parts], groups: Groups) -> None:
        """Write down groups that are shown now."""
        self._shown += [
            [
                (tuple(map(str, occasion)), [tuple(map(str, owners)) for owners in entries])
                for occasion, entries in groups.entries(parts)
            ]
            for parts in shown
        ]
        people = sorted(
            {owner for group in self._shown for _, found in group for one in found for owner in one}
        )
        places = {person: place for place, person in enumerate(people)}
        content = {
            "people": people,
            "rows": self._rows,
            "groups": [
                [[occasion, [[places[owner] for owner in one] for one in found]] for occasion, found in group]
                for group in self._shown
            ],
        }
        _write(self._file.with_suffix(_BEGUN), json.dumps(content) + "\n")


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
