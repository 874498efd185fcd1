"""Writing whole files and folders, or nothing at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from analysis import files


def test_digests_are_sha256(tmp_path: Path) -> None:
    # FIPS 180-2, appendix B.1.
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    (tmp_path / "abc").write_bytes(b"abc")
    assert files.digest(b"abc") == abc
    assert files.digest_file(tmp_path / "abc") == abc


def test_the_digest_of_the_code_sees_content_and_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "ROOT", tmp_path)
    folder = tmp_path / "analysis" / "ties"
    folder.mkdir(parents=True)
    (folder / "kernels.py").write_text("one = 1\n")
    (folder / "notes.txt").write_text("no code")
    before = files.code_digest()
    (folder / "notes.txt").write_text("changed")
    assert files.code_digest() == before
    (folder / "kernels.py").write_text("one = 2\n")
    changed = files.code_digest()
    (folder / "kernels.py").rename(folder / "others.py")
    assert len({before, changed, files.code_digest()}) == 3


def test_a_file_is_written_whole_with_its_folder(tmp_path: Path) -> None:
    target = tmp_path / "new" / "folder" / "text.txt"
    files.write_atomically(target, "naïve\n")
    assert target.read_bytes() == "naïve\n".encode()
    assert target.stat().st_mode & 0o777 == 0o644
    files.write_atomically(target, b"\x00\xff")
    assert target.read_bytes() == b"\x00\xff"
    assert [path.name for path in target.parent.iterdir()] == ["text.txt"]


def test_a_file_with_the_same_bytes_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "text.txt"
    files.write_atomically(target, "same")
    before = target.stat()
    files.write_atomically(target, b"same")
    assert (target.stat().st_ino, target.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "text.txt"
    target.write_text("before")

    def refuse(self: Path, mode: int) -> None:
        raise PermissionError(f"no {mode:o} for {self.name}")

    monkeypatch.setattr(Path, "chmod", refuse)
    with pytest.raises(PermissionError):
        files.write_atomically(target, "after")
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["text.txt"]


def test_a_partial_folder_is_new_empty_hidden_and_beside(tmp_path: Path) -> None:
    beside = tmp_path / "study" / "run"
    first, second = files.partial_folder(beside), files.partial_folder(beside)
    assert first != second
    for folder in (first, second):
        assert folder.parent == beside.parent
        assert folder.name.startswith(".partial-")
        assert list(folder.iterdir()) == []
        assert folder.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("stood", [True, False])
def test_a_folder_takes_the_place_of_another(tmp_path: Path, stood: bool) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    new.mkdir()
    (new / "fresh.txt").write_text("fresh")
    if stood:
        old.mkdir()
        (old / "former.txt").write_text("former")
    files.replace_folder(new, old)
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    assert [path.name for path in old.iterdir()] == ["fresh.txt"]


@pytest.mark.parametrize("interruption", [OSError("disk full"), KeyboardInterrupt()])
def test_a_replacement_that_is_interrupted_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: BaseException
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "which.txt").write_text(folder.name)
    rename = Path.rename

    def fails_for_the_new(self: Path, target: Path) -> Path:
        if self == new:
            raise interruption
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fails_for_the_new)
    with pytest.raises(type(interruption)):
        files.replace_folder(new, old)
    assert (old / "which.txt").read_text() == "old"
    assert (new / "which.txt").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]


def test_places_lie_in_this_repository() -> None:
    places = [files.DATA_RAW, files.DATA_DERIVED, files.REPORTS, files.STUDIES]
    assert {place.parent for place in places} == {Path(__file__).resolve().parents[1]} == {files.ROOT}
    assert hashlib.sha256((files.ROOT / "Makefile").read_bytes()).hexdigest() == files.digest_file(
        files.ROOT / "Makefile"
    )
