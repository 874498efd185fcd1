"""Keyed pseudonyms: a person has the same one in every wave, and without the key nobody can tell whose it is.

An organisation is called *School A* on a page: its pseudonym decides which letter it gets, so that letters do
not follow the alphabet of the names.

A pseudonym is the beginning of an HMAC-SHA256 (RFC 2104) of the identifier under a secret key. The key is a
file outside the repository that only its owner can read; who holds it can link pseudonyms and people again.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, product
from pathlib import Path
from string import ascii_uppercase

from analysis.files import ROOT, digest
from analysis.tables.faults import Fault, raise_faults

__all__ = ["PSEUDONYM", "default_key_file", "lettered", "numbered", "open_key", "pseudonyms"]

_BYTES = 32
_DIGITS = 8
_PREFIXES = {"person": "p", "organization": "o", "record": "r"}

PSEUDONYM = re.compile(
    rf"(?<![A-Za-z0-9])[{''.join(_PREFIXES.values())}]_[0-9a-f]{{{_DIGITS}}}(?![A-Za-z0-9])"
)
"""What a pseudonym looks like."""


def default_key_file(dataset: str) -> Path:
    """Return where the key of a dataset is kept unless another place is named: in the user's home.

    It belongs to the dataset and to this checkout: a dataset of the same name in another one has its own.
    """
    checkout = digest(str(ROOT).encode())[:8]
    return Path.home() / ".school-improvement-networks" / f"{dataset}-{checkout}.key"


def open_key(path: Path) -> tuple[bytes, bool]:
    """Return the key in a file, and whether it was made just now.

    Parameters
    ----------
    path : Path
        The key file. If there is none, one is made: 32 random bytes that only the user can read.

    Raises
    ------
    InvalidInput
        When the file lies in the repository (also through a link), others can read or change it, or it is
        no key.
    """
    place = path.expanduser()
    real = place.resolve()
    where = str(path)
    allowed = "a file outside the repository, so that the key never travels with the pseudonyms"
    if real.is_relative_to(ROOT) or Path(os.path.normpath(place.absolute())).is_relative_to(ROOT):
        raise_faults([Fault(where, "a key file inside the repository", allowed)])
    try:
        if not real.exists():
            real.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle = os.open(real, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                stream.write(secrets.token_bytes(_BYTES))
            return real.read_bytes(), True
        mode = stat.S_IMODE(real.stat().st_mode)
        key = real.read_bytes()
    except OSError as error:
        raise_faults([Fault(where, f"no readable file ({error.strerror})", "a key file")])
        raise
    faults = []
    if mode & 0o077:
        hint = f"chmod 600 {path}"
        faults.append(Fault(where, f"mode {mode:03o}", "a key only its owner can read", hint=hint))
    if len(key) < _BYTES:
        faults.append(Fault(where, f"{len(key)} bytes", f"a key of at least {_BYTES} random bytes"))
    raise_faults(faults)
    return key, False


def pseudonyms(identifiers: Iterable[str], kind: str, key: bytes) -> dict[str, str]:
    """Return the pseudonym of each identifier.

    Parameters
    ----------
    identifiers : iterable of str
        Those of people, of organisations or of records; repetitions do not matter.
    kind : {"person", "organization", "record"}
        What they identify; it is part of what is hashed, and sets the first letter.
    key : bytes
        The secret.

    Returns
    -------
    dict of str to str
        `p_`, `o_` or `r_` and 8 hexadecimal digits, by identifier.

    Raises
    ------
    InvalidInput
        When two identifiers get one pseudonym, which for a thousand people happens about once in ten
        thousand keys.
    """
    given: dict[str, str] = {}
    owners: dict[str, str] = {}
    faults = []
    for identifier in dict.fromkeys(identifiers):
        text = hmac.new(key, f"{kind}\0{identifier}".encode(), hashlib.sha256).hexdigest()[:_DIGITS]
        pseudonym = f"{_PREFIXES[kind]}_{text}"
        if pseudonym in owners:
            found = f"one pseudonym for {owners[pseudonym]!r} and {identifier!r}"
            faults.append(Fault("key file", found, "one each", hint="take another key"))
        owners.setdefault(pseudonym, identifier)
        given[identifier] = pseudonym
    raise_faults(faults)
    return given


def lettered(given: Mapping[str, str], sorts: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """Return what organisations are called on a page: School A, School B, Office A.

    Parameters
    ----------
    given : mapping of str to str
        The pseudonym of each organisation; letters follow its order.
    sorts : mapping of str to str
        What sort of organisation each is (``school``, ``office``); a school where that is not told.
    before : mapping of str to str
        What they were called the last time. It stays so: who is new gets the next letter.

    Examples
    --------
    >>> lettered({"ash": "o_2", "elm": "o_1", "hall": "o_3"}, {"hall": "office"}, {})
    {'ash': 'School B', 'elm': 'School A', 'hall': 'Office A'}
    >>> lettered({"ash": "o_2", "elm": "o_1"}, {}, {"ash": "School A"})
    {'ash': 'School A', 'elm': 'School B'}
    """
    called = {name: before[name] for name in given if name in before}
    taken = set(before.values())
    for name in sorted(given, key=lambda one: given[one]):
        if name not in called:
            sort = sorts.get(name, "school").capitalize()
            called[name] = next(full for letters in _letters() if (full := f"{sort} {letters}") not in taken)
            taken.add(called[name])
    return {name: called[name] for name in given}


def numbered(names: Sequence[str], word: str, before: Mapping[str, str]) -> dict[str, str]:
    """Return what activities or routines are called on a page: Activity 1, Activity 2.

    Parameters
    ----------
    names : sequence of str
        What they are called among those who hold them; numbers follow their order.
    word : str
    before : mapping of str to str
        What they were called the last time, or are to be called. It stays so: a new one gets a number that
        none had, even where the label of another has been changed since.

    Examples
    --------
    >>> numbered(["Ana's lunch", "Visit"], "Activity", {"Visit": "Activity 1"})
    {"Ana's lunch": 'Activity 2', 'Visit': 'Activity 1'}
    """
    fits = (re.fullmatch(rf"{word} ([0-9]{{1,9}})", label) for label in before.values())
    free = count(max([len(before), *(int(fit[1]) for fit in fits if fit)]) + 1)
    return {name: before.get(name) or f"{word} {next(free)}" for name in names}


def _letters() -> Iterator[str]:
    """Yield A to Z, then AA, AB and so on."""
    for length in count(1):
        yield from map("".join, product(ascii_uppercase, repeat=length))
