"""Pseudonyms are keyed hashes; their key is a secret file outside the repository."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.privacy import pseudonyms as module
from analysis.privacy.pseudonyms import PSEUDONYM, default_key_file, open_key, pseudonyms
from analysis.tables.faults import InvalidInput

KEY = bytes(range(32))
PREFIXES = {"person": "p", "organization": "o", "record": "r"}
OUTSIDE = "a file outside the repository, so that the key never travels with the pseudonyms"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that counts as the repository; beside it lies `outside`."""
    root = tmp_path / "repository"
    (root / "data_raw").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    monkeypatch.setattr(module, "ROOT", root)
    return root


def key_file(path: Path, content: bytes = KEY, mode: int = 0o600) -> Path:
    """Write a key; return its path."""
    path.write_bytes(content)
    path.chmod(mode)
    return path


def hmac_by_hand(key: bytes, message: bytes) -> str:
    """RFC 2104 with SHA-256, for a key no longer than a block of 64 bytes."""
    block = key.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in block) + inner).hexdigest()


@given(st.binary(min_size=32, max_size=64), st.text(min_size=1, max_size=20), st.sampled_from(list(PREFIXES)))
def test_a_pseudonym_is_the_beginning_of_an_hmac(key: bytes, identifier: str, kind: str) -> None:
    message = kind.encode() + b"\0" + identifier.encode()
    expected = hmac_by_hand(key, message)
    assert expected == hmac.new(key, message, "sha256").hexdigest()
    (pseudonym,) = pseudonyms([identifier], kind, key).values()
    assert pseudonym == f"{PREFIXES[kind]}_{expected[:8]}"
    assert PSEUDONYM.fullmatch(pseudonym)


def test_it_stays_with_the_key_whoever_else_is_there_and_changes_with_another() -> None:
    first = pseudonyms(["ann", "ben"], "person", KEY)
    assert pseudonyms(["cleo", "ben", "ann", "ben"], "person", KEY).items() > first.items()
    other = pseudonyms(["ann", "ben"], "person", KEY[::-1])
    assert not set(first.values()) & set(other.values())


def test_one_identifier_of_two_kinds_cannot_be_linked() -> None:
    digits = {pseudonyms(["ash"], kind, KEY)["ash"][2:] for kind in PREFIXES}
    assert len(digits) == 3


def test_ten_thousand_people_have_ten_thousand_pseudonyms() -> None:
    people = [f"t{number}" for number in range(10_000)]
    given_to = pseudonyms(people, "person", KEY)
    assert list(given_to) == people
    assert len(set(given_to.values())) == len(people)


def test_two_people_with_one_pseudonym_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    # With one digit, seventeen people cannot have a pseudonym each.
    monkeypatch.setattr(module, "_DIGITS", 1)
    people = [f"t{number}" for number in range(17)]
    first: dict[str, str] = {}
    shared = []
    for person in people:
        digit = hmac_by_hand(KEY, b"person\0" + person.encode())[0]
        if digit in first:
            shared.append(f"one pseudonym for {first[digit]!r} and {person!r}")
        first.setdefault(digit, person)
    with pytest.raises(InvalidInput) as caught:
        pseudonyms(people, "person", KEY)
    assert [fault.found for fault in caught.value.faults] == shared
    assert str(caught.value.faults[0]).endswith("allowed: one each (take another key)")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("p_0123abcd", ["p_0123abcd"]),
        ("wave_p_0123abcd_2 (o_00000000)", ["p_0123abcd", "o_00000000"]),
        ("p_0123abcde p_0123abc p_0123abcg xp_0123abcd q_0123abcd", []),
    ],
)
def test_pseudonyms_are_recognised_in_a_text(text: str, found: list[str]) -> None:
    assert PSEUDONYM.findall(text) == found


def test_a_new_key_is_made_where_only_its_owner_can_read_it(repository: Path) -> None:
    before = os.umask(0)
    try:
        path = repository.parent / "home/keys/ours.key"
        key, made = open_key(path)
    finally:
        os.umask(before)
    assert made
    assert len(key) == 32
    assert path.read_bytes() == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert open_key(path) == (key, False)
    assert open_key(path.with_name("second.key"))[0] != key


def test_by_default_the_key_lies_in_the_home_folder(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = repository.parent / "home"
    monkeypatch.setenv("HOME", str(home))
    assert default_key_file("ours").is_relative_to(home)
    key, made = open_key(Path("~/mine.key"))
    assert made
    assert (home / "mine.key").read_bytes() == key


@pytest.mark.parametrize("there", [True, False], ids=["present", "absent"])
@pytest.mark.parametrize(
    "way",
    [
        "repository/data_raw/ours.key",
        "repository/../repository/ours.key",
        "outside/../repository/ours.key",
        "outside/link/ours.key",
        "outside/link.key",
        "repository/out/ours.key",
    ],
)
def test_a_key_in_the_repository_is_refused(repository: Path, way: str, there: bool) -> None:
    base = repository.parent
    (base / "outside/link").symlink_to(repository, target_is_directory=True)
    (base / "outside/link.key").symlink_to(repository / "ours.key")
    (repository / "out").symlink_to(base / "outside", target_is_directory=True)
    path = base / way
    if there:
        key_file(path)
    before = sorted(base.rglob("*"))
    with pytest.raises(InvalidInput) as caught:
        open_key(path)
    (fault,) = caught.value.faults
    assert (fault.file, fault.found, fault.allowed) == (
        str(path),
        "a key file inside the repository",
        OUTSIDE,
    )
    assert sorted(base.rglob("*")) == before


def test_a_relative_path_is_taken_from_the_present_folder(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repository / "data_raw")
    with pytest.raises(InvalidInput, match="a key file inside the repository"):
        open_key(Path("ours.key"))
    assert open_key(Path("../../outside/ours.key"))[1]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o660, 0o610])
def test_a_key_others_can_reach_is_refused(repository: Path, mode: int) -> None:
    path = key_file(repository.parent / "outside/ours.key", mode=mode)
    with pytest.raises(InvalidInput) as caught:
        open_key(path)
    assert list(map(str, caught.value.faults)) == [
        f"{path}: found mode {mode:03o}; allowed: a key only its owner can read (chmod 600 {path})"
    ]


@pytest.mark.parametrize("size", [0, 1, 31])
def test_a_short_key_is_refused_and_every_fault_told(repository: Path, size: int) -> None:
    path = key_file(repository.parent / "outside/ours.key", bytes(size), 0o644)
    with pytest.raises(InvalidInput) as caught:
        open_key(path)
    assert [(fault.found, fault.allowed) for fault in caught.value.faults] == [
        ("mode 644", "a key only its owner can read"),
        (f"{size} bytes", "a key of at least 32 random bytes"),
    ]


def test_a_folder_is_no_key(repository: Path) -> None:
    folder = repository.parent / "outside"
    with pytest.raises(
        InvalidInput, match=re.escape("found no readable file (Is a directory); allowed: a key file")
    ):
        open_key(folder)
