"""Which groups of people reports on a team's own data have shown, so that no two together show a few people.

The register lies beside the data, in ``data_raw/<dataset>/released/``: a file for each report made of the
same data with the same settings. People and occasions stand in it as hashes under a salt of the folder's own;
only its owner can read it. A report that is made again takes the place of itself, and is the same.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Hashable, Iterable
from pathlib import Path

from analysis.privacy.groups import Groups, Parts

__all__ = ["RELEASED_VARIABLE", "Released", "keep_released", "released_file"]

RELEASED_VARIABLE = "COMPENDIUM_RELEASED"
"""Where a run writes down which groups it showed; not set where nobody has to be protected."""
_BEGUN = ".begun"
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
    file = folder / f"{key[: 2 * _LETTERS]}.json"
    file.with_suffix(_BEGUN).unlink(missing_ok=True)
    return file


def keep_released(file: Path) -> None:
    """Keep what a report showed, once it is in its place."""
    begun = file.with_suffix(_BEGUN)
    if begun.exists():
        begun.replace(file)


class Released:
    """The groups shown by earlier reports, and those that this one adds.

    Parameters
    ----------
    file : Path
        As from `released_file`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        salt = file.parent / _SALT
        if not salt.exists():
            _write(salt, secrets.token_hex(32))
        self._salt = salt.read_text(encoding="ascii").encode()
        self._shown: list[list[tuple[tuple[str, ...], list[tuple[str, ...]]]]] = []

    def hidden(self, entry: Hashable) -> str:
        """Return what stands for a person or an occasion."""
        return hashlib.sha256(self._salt + repr(str(entry)).encode()).hexdigest()[:_LETTERS]

    def earlier(self, groups: Groups) -> list[Parts]:
        """Return the groups that other reports showed."""
        found = []
        for path in sorted(self._file.parent.glob("*.json")):
            if path == self._file:
                continue
            content = json.loads(path.read_text(encoding="utf-8"))
            people = content["people"]
            for group in content["groups"]:
                found.append(
                    groups.taken(
                        (tuple(occasion), tuple(people[place] for place in owners))
                        for occasion, entries in group
                        for owners in entries
                    )
                )
        return found

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
