"""One file out of an archive: what is read, and every archive that is refused."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.importing.files.members import read_member
from analysis.tables.faults import Fault

INSIDE = "pack-1.0/data/ties.csv"
CONTENT = b"a,b\n1,2\n"


def tarred(path: Path, *entries: tuple[tarfile.TarInfo, bytes]) -> Path:
    """Write a compressed tar archive; return its path."""
    with tarfile.open(path, "w:gz") as archive:
        for entry, content in entries:
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def plain(name: str = INSIDE) -> tarfile.TarInfo:
    """Return the entry of a plain file."""
    return tarfile.TarInfo(name)


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    """Return the entry of something that is no plain file."""
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = kind, target
    return entry


def refused(path: Path, member: str = INSIDE, **limits: int) -> str:
    """Return the one fault of an archive."""
    faults: list[Fault] = []
    assert read_member(path, member, faults, **limits) is None
    assert len(faults) == 1
    return str(faults[0])


@pytest.mark.parametrize("before", ["", "./"])
def test_a_file_of_a_source_distribution_is_read(tmp_path: Path, before: str) -> None:
    folder = special(f"{before}pack-1.0/data", tarfile.DIRTYPE)
    path = tarred(
        tmp_path / "x", (folder, b""), (plain("pack-1.0/b"), b"no"), (plain(before + INSIDE), CONTENT)
    )
    faults: list[Fault] = []
    assert read_member(path, INSIDE, faults) == CONTENT
    assert faults == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_a_file_of_a_wheel_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr(INSIDE, CONTENT)
    faults: list[Fault] = []
    assert read_member(tmp_path / "x", INSIDE, faults) == CONTENT
    assert faults == []
    assert refused(tmp_path / "x", "pack-1.0/") == "x: found no file 'pack-1.0/'; allowed: one of that name"
    with zipfile.ZipFile(tmp_path / "x", "a") as archive:
        archive.writestr("../evil", b"")
    assert refused(tmp_path / "x") == (
        "x: found the member '../evil'; allowed: names that stay within the archive"
    )


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (plain("../evil"), "the member '../evil'; allowed: names that stay within the archive"),
        (plain("a/../../evil"), "the member 'a/../../evil'; allowed: names that stay within the archive"),
        (plain("a\\..\\evil"), "the member 'a\\\\..\\\\evil'; allowed: names that stay within the archive"),
        (plain("/etc/evil"), "the member '/etc/evil'; allowed: names that stay within the archive"),
        (special("a", tarfile.SYMTYPE, "/etc/passwd"), "the link or device 'a'; allowed: plain files"),
        (special("a", tarfile.LNKTYPE, INSIDE), "the link or device 'a'; allowed: plain files"),
        (special("a", tarfile.CHRTYPE), "the link or device 'a'; allowed: plain files"),
        (special("a", tarfile.FIFOTYPE), "the link or device 'a'; allowed: plain files"),
    ],
    ids=lambda value: value.name if isinstance(value, tarfile.TarInfo) else "",
)
def test_an_archive_with_anything_but_plain_files_within_is_refused(
    tmp_path: Path, entry: tarfile.TarInfo, message: str
) -> None:
    path = tarred(tmp_path / "x", (plain(), CONTENT), (entry, b""))
    assert refused(path) == f"x: found {message}"


def test_a_link_in_the_place_of_the_file_is_not_followed(tmp_path: Path) -> None:
    path = tarred(tmp_path / "x", (special(INSIDE, tarfile.SYMTYPE, "/etc/hostname"), b""))
    assert refused(path) == f"x: found the link or device '{INSIDE}'; allowed: plain files"


def test_more_bytes_than_there_may_be_are_not_unpacked(tmp_path: Path) -> None:
    path = tarred(tmp_path / "x", (plain(), CONTENT), (plain("zeros"), bytes(3_000_000)))
    assert path.stat().st_size < 10_000
    told = "x: found more than 1000000 bytes unpacked; allowed: at most 1000000 bytes"
    assert refused(path, largest=1_000_000) == told


def test_a_header_that_promises_a_name_without_end_is_stopped(tmp_path: Path) -> None:
    entry = special("././@LongLink", tarfile.GNUTYPE_LONGNAME)
    entry.size = 8_000_000
    (tmp_path / "x").write_bytes(gzip.compress(entry.tobuf(tarfile.GNU_FORMAT) + b"a" * 8_000_000))
    told = "x: found more than 1000000 bytes unpacked; allowed: at most 1000000 bytes"
    assert refused(tmp_path / "x", largest=1_000_000) == told


def test_too_many_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.importing.files.members._MEMBERS", 2)
    path = tarred(tmp_path / "x", *((plain(str(number)), b"") for number in range(3)))
    assert refused(path) == "x: found more than 2 members; allowed: at most 2"


@pytest.mark.parametrize("number", [0, 2])
def test_the_file_is_there_once(tmp_path: Path, number: int) -> None:
    path = tarred(tmp_path / "x", (plain("other"), b""), *[(plain(), CONTENT)] * number)
    assert refused(path) == f"x: found {number or 'no'} file '{INSIDE}'; allowed: one of that name"


@pytest.mark.parametrize(
    "spoil",
    [lambda sound: b"text", lambda sound: b"", lambda sound: sound[:-30], lambda sound: gzip.compress(b"x")],
)
def test_what_is_no_sound_archive_is_refused(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    sound = tarred(tmp_path / "sound", (plain(), CONTENT * 99)).read_bytes()
    (tmp_path / "x").write_bytes(spoil(sound))
    assert refused(tmp_path / "x").startswith("x: found no sound archive (")
