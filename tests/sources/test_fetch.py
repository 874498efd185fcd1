"""Bringing raw files: from a mirror, a package, a server; and every way in which that can fail."""

from __future__ import annotations

import errno
import os
import resource as limits
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pooch
import pytest
import requests
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError

from analysis.files import ROOT, digest
from analysis.sources.fetch import MIRROR_VARIABLE, DataUnavailable, fetch
from analysis.sources.packages import AnotherFile
from analysis.tables.faults import InvalidInput
from analysis.tables.package import DataPackage, Resource

CONTENT = b"wave,value\n1,2\n" * 40


@dataclass
class Server:
    """A server on this machine: what it answers by path, and what it was asked."""

    port: int = 0
    answers: dict[str, tuple[int, bytes, int]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def serve(self, path: str, body: bytes, status: int = 200, declared: int | None = None) -> str:
        """Answer a path from now on, with a Content-Length of `declared`; return its address."""
        self.answers[f"/{path}"] = (status, body, len(body) if declared is None else declared)
        return self.address(path)

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Return a running server, asked directly whatever proxy the environment names."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            status, body, declared = told.answers.get(self.path, (404, b"no such page", 12))
            self.send_response(status)
            self.send_header("Content-Length", str(declared))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        told.port = running.server_port
        thread = Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield told
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_mirror(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no mirror of the person who runs the tests serve them."""
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where the raw files of the dataset `small` go; it is not there yet."""
    return tmp_path / "data_raw" / "small"


def declare(*homes: str, path: str = "ties.csv", content: bytes = CONTENT) -> Resource:
    """Return a file with its homes, unchecked: a declaration on disk may name https addresses only."""
    return Resource(path, len(content), digest(content), homes)


def package_of(*resources: Resource) -> DataPackage:
    """Return a dataset of some files."""
    return DataPackage("small", "Small", "real", "none", "none", resources, (), {})


def bring(folder: Path, *resources: Resource) -> list[str]:
    """Fetch some files; return what was said."""
    said: list[str] = []
    fetch(package_of(*resources), folder, said.append)
    return said


def unavailable(folder: Path, *resources: Resource) -> DataUnavailable:
    """Fail to fetch some files; return the error, after a look at what was left behind."""
    with pytest.raises(DataUnavailable) as caught:
        bring(folder, *resources)
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".")]
    return caught.value


def closed_port() -> int:
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> str:
    """Set up a mirror, with a file unless its content is None; return its name, relative to the root."""
    held = tmp_path / "mirror" / "small"
    held.mkdir(parents=True)
    if content is not None:
        (held / "ties.csv").write_bytes(content)
    name = os.path.relpath(held.parent, ROOT)
    # Relative to the repository's root, wherever the command is given.
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(MIRROR_VARIABLE, name)
    return name


def test_a_file_is_brought_from_its_home(server: Server, folder: Path) -> None:
    home = server.serve("ties.csv", CONTENT)
    assert bring(folder, declare(home)) == [f"data_raw/small/ties.csv from {home}"]
    assert (folder / "ties.csv").read_bytes() == CONTENT
    assert (folder / "ties.csv").stat().st_mode & 0o777 == 0o644
    assert [path.name for path in folder.iterdir()] == ["ties.csv"]


def test_what_is_there_is_not_brought_again(server: Server, folder: Path) -> None:
    home = server.serve("ties.csv", CONTENT)
    bring(folder, declare(home))
    assert bring(folder, declare(home)) == []
    assert server.asked == ["/ties.csv"]


def test_a_dataset_without_files_needs_nothing(folder: Path) -> None:
    assert bring(folder) == []
    assert not folder.exists()


def test_homes_are_tried_in_order_until_one_serves(server: Server, folder: Path) -> None:
    homes = [server.address("gone"), server.serve("down", b"sorry", 503), server.serve("third", CONTENT)]
    never = server.serve("fourth", CONTENT)
    assert bring(folder, declare(*homes, never)) == [f"data_raw/small/ties.csv from {homes[2]}"]
    assert server.asked == ["/gone", "/down", "/third"]


def test_every_home_that_failed_is_listed_with_its_reason(server: Server, folder: Path) -> None:
    closed = f"http://127.0.0.1:{closed_port()}/ties.csv"
    homes = [
        server.address("gone"),
        server.serve("down", b"sorry", 500),
        closed,
        server.serve("cut", CONTENT[:100], declared=len(CONTENT)),
        server.serve("page", b"<html>please log in</html>"),
        "package:no_such_package.data/ties.csv",
        "package:pooch/no such file.csv",
        "package:sys/ties.csv",
        "nonsense",
    ]
    error = unavailable(folder, declare(*homes))
    first, *lines = str(error).splitlines()
    assert first == "  data_raw/small/ties.csv could not be had:"
    assert [
        line.strip().rpartition(": ")[0].startswith(home) for home, line in zip(homes, lines, strict=True)
    ]
    reasons = [line.strip().removeprefix(f"{home}: ") for home, line in zip(homes, lines, strict=True)]
    assert reasons[0] == "answered 404"
    assert reasons[1] == "answered 500"
    assert reasons[2].endswith("Connection refused")
    assert "IncompleteRead(100 bytes read, 500 more expected)" in reasons[3]
    assert reasons[4] == (
        f"another file: 26 bytes, sha256 {digest(b'<html>please log in</html>')[:16]}…; "
        f"declared: 600 bytes, sha256 {digest(CONTENT)[:16]}…"
    )
    assert reasons[5] == "the package no_such_package.data is not installed"
    assert reasons[6] == "no such file there"
    assert reasons[7] == "the package sys is not installed"
    assert "nonsense" in reasons[8]
    assert "object at 0x" not in str(error)
    assert error.tampered
    assert list(folder.iterdir()) == []


def test_a_server_that_never_answers_and_a_proxy_that_is_down_are_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analysis.sources.fetch._SECONDS", 0.2)
    proxy = closed_port()
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        home = f"http://127.0.0.1:{port}/x"
        error = unavailable(folder, declare(home, "http://example.invalid/x"))
    assert str(error).splitlines()[1:] == [
        f"    {home}: HTTPConnectionPool(host='127.0.0.1', port={port}): Read timed out. (read timeout=0.2)",
        f"    http://example.invalid/x: HTTPConnection(host='127.0.0.1', port={proxy}): "
        "Failed to establish a new connection: [Errno 111] Connection refused",
    ]


def test_of_errors_within_errors_the_innermost_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def timed_out(*_: object, **__: object) -> None:
        inner = ConnectTimeoutError(object(), "Connection to example.org\n timed out.")
        raise requests.ConnectTimeout(MaxRetryError(None, "/x", inner))  # type: ignore[arg-type]

    monkeypatch.setattr(requests, "get", timed_out)
    error = unavailable(folder, declare("https://example.org/x"))
    assert str(error).splitlines()[1:] == ["    https://example.org/x: Connection to example.org timed out."]


def test_a_file_nobody_gave_another_of_is_not_tampered_with(server: Server, folder: Path) -> None:
    cut = server.serve("cut", CONTENT[:100], declared=len(CONTENT))
    assert not unavailable(folder, declare(server.address("gone"), cut)).tampered


def test_content_of_the_right_size_must_have_the_right_hash_too(server: Server, folder: Path) -> None:
    error = unavailable(folder, declare(server.serve("ties.csv", CONTENT[::-1])))
    assert error.tampered
    assert "another file: 600 bytes" in str(error)


def test_a_file_without_any_home_is_unavailable(folder: Path) -> None:
    folder.mkdir(parents=True)
    assert str(unavailable(folder, declare())) == "  data_raw/small/ties.csv could not be had:"


def test_one_file_that_fails_does_not_keep_the_others_away(server: Server, folder: Path) -> None:
    sound = declare(server.serve("b.csv", b"b"), path="b.csv", content=b"b")
    missing = [declare(server.address(name), path=name) for name in ("a.csv", "c.csv")]
    error = unavailable(folder, missing[0], sound, missing[1])
    assert str(error).splitlines() == [
        "  data_raw/small/a.csv could not be had:",
        f"    {missing[0].homes[0]}: answered 404",
        "  data_raw/small/c.csv could not be had:",
        f"    {missing[1].homes[0]}: answered 404",
    ]
    assert [path.name for path in folder.iterdir()] == ["b.csv"]


def test_an_installed_package_may_be_the_home(folder: Path) -> None:
    content = Path(pooch.__file__).with_name("utils.py").read_bytes()
    home = "package:pooch/utils.py"
    assert bring(folder, declare(home, content=content)) == [f"data_raw/small/ties.csv from {home}"]
    assert (folder / "ties.csv").read_bytes() == content


def test_a_file_deep_in_a_package_may_be_the_home(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "site" / "kept_tables" / "data" / "old"
    inside.mkdir(parents=True)
    (tmp_path / "site" / "kept_tables" / "__init__.py").write_text("raise RuntimeError('imported')")
    (inside / "the ties.csv").write_bytes(CONTENT)
    monkeypatch.syspath_prepend(tmp_path / "site")
    bring(folder, declare("package:kept_tables/data/old/the ties.csv"))
    assert (folder / "ties.csv").read_bytes() == CONTENT


def test_a_package_that_cannot_even_be_looked_up_is_passed_over(
    tmp_path: Path, server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "broken_tables").mkdir(parents=True)
    (tmp_path / "site" / "broken_tables" / "__init__.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path / "site")
    error = unavailable(folder, declare("package:broken_tables.data/ties.csv"))
    assert str(error).endswith("ZeroDivisionError: division by zero")
    assert bring(folder, declare("package:broken_tables.data/ties.csv", server.serve("ties.csv", CONTENT)))


def test_a_doi_is_resolved_by_the_library_for_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, object]] = []

    class Resolver:
        def __init__(self, **options: object) -> None:
            self.options = options

        def __call__(self, home: str, target: str, _: None) -> None:
            asked.append((home, self.options["timeout"]))
            Path(target).write_bytes(CONTENT)

    monkeypatch.setattr(pooch, "DOIDownloader", Resolver)
    bring(folder, declare("doi:10.5281/zenodo.1/ties.csv"))
    assert asked == [("doi:10.5281/zenodo.1/ties.csv", 30)]
    assert (folder / "ties.csv").read_bytes() == CONTENT


def test_an_answer_a_library_does_not_expect_is_a_reason_like_another(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unexpected(*_: object, **__: object) -> None:
        raise KeyError("files")

    monkeypatch.setattr(pooch, "DOIDownloader", unexpected)
    error = unavailable(folder, declare("doi:10.5281/zenodo.1/ties.csv"))
    assert str(error).endswith("doi:10.5281/zenodo.1/ties.csv: KeyError: 'files'")
    assert not error.tampered


def standing_in(*homes: str, content: bytes = b"the same") -> Resource:
    """Return a file that stands in for `ties.csv`."""
    return Resource("same.json", len(content), digest(content), homes, instead_of="ties.csv")


def test_a_file_that_stands_in_is_brought_only_where_the_other_cannot_be_had(
    server: Server, folder: Path
) -> None:
    same = server.serve("same.json", b"the same")
    assert bring(folder, standing_in(same), declare(server.serve("ties.csv", CONTENT))) == [
        f"data_raw/small/ties.csv from {server.address('ties.csv')}"
    ]
    assert bring(folder, standing_in(same), declare(same)) == []
    (folder / "ties.csv").unlink()
    gone = declare(server.address("gone"))
    assert bring(folder, standing_in(same), gone) == [f"data_raw/small/same.json from {same}"]
    assert bring(folder, standing_in(same), gone) == []
    assert server.asked == ["/ties.csv", "/gone", "/same.json"]


def test_where_neither_can_be_had_both_are_told(server: Server, folder: Path) -> None:
    gone, nowhere = server.address("gone"), server.address("nowhere")
    error = unavailable(folder, standing_in(nowhere), declare(gone))
    assert str(error).splitlines() == [
        "  data_raw/small/ties.csv could not be had:",
        f"    {gone}: answered 404",
        "  data_raw/small/same.json could not be had:",
        f"    {nowhere}: answered 404",
    ]


def test_what_happened_at_a_package_is_told_without_the_hash(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(*_: object) -> None:
        raise AnotherFile("another archive")

    monkeypatch.setattr("analysis.sources.fetch.from_index", other)
    monkeypatch.setattr("analysis.sources.fetch.from_debian", lambda _, target: target.write_bytes(b"old"))
    error = unavailable(folder, declare("debian:small/ties.csv"))
    # Another release of a system has other versions: that is no tampering.
    assert not error.tampered
    assert "debian:small/ties.csv: another file: 3 bytes" in str(error)
    error = unavailable(folder, declare("index:small==1/ties.csv#sha256=" + "0" * 64))
    assert error.tampered
    assert str(error).splitlines()[1:] == ["    index:small==1/ties.csv: another archive"]


def test_a_mirror_serves_before_any_home_is_asked(
    tmp_path: Path, server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = mirror(tmp_path, monkeypatch, CONTENT)
    home = server.serve("ties.csv", CONTENT)
    assert bring(folder, declare(home)) == [f"data_raw/small/ties.csv from the mirror {name}"]
    assert (folder / "ties.csv").read_bytes() == CONTENT
    assert server.asked == []


def test_a_mirror_that_lacks_the_file_is_passed_over(
    tmp_path: Path, server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = mirror(tmp_path, monkeypatch, None)
    home = server.serve("ties.csv", CONTENT)
    assert bring(folder, declare(home)) == [f"data_raw/small/ties.csv from {home}"]
    error = unavailable(folder, declare(path="other.csv"))
    assert str(error).splitlines()[1] == f"    the mirror {name}: no such file there"


def test_a_mirror_with_another_file_is_passed_over_and_told(
    tmp_path: Path, server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = mirror(tmp_path, monkeypatch, CONTENT + b"1,3\n")
    home = server.serve("ties.csv", CONTENT)
    assert bring(folder, declare(home)) == [
        f"data_raw/small/ties.csv from {home} (another file: the mirror {name})"
    ]
    assert (folder / "ties.csv").read_bytes() == CONTENT
    (folder / "ties.csv").unlink()
    error = unavailable(folder, declare(server.address("gone")))
    assert error.tampered
    assert [line.split(": ")[1] for line in str(error).splitlines()[1:]] == ["another file", "answered 404"]


@pytest.mark.parametrize("spoil", [lambda path: path.write_bytes(b"mine"), Path.mkdir, None])
def test_what_is_there_and_differs_is_never_overwritten(
    server: Server, folder: Path, spoil: Callable[[Path], object] | None
) -> None:
    folder.mkdir(parents=True)
    (folder / "b.csv").write_bytes(b"")
    path = folder / "ties.csv"
    if spoil is None:
        path.symlink_to(folder / "nowhere")
    else:
        spoil(path)
    other = declare(server.serve("b.csv", CONTENT), path="b.csv")
    absent = declare(server.serve("c.csv", CONTENT), path="c.csv")
    with pytest.raises(InvalidInput) as caught:
        bring(folder, declare(server.serve("ties.csv", CONTENT)), other, absent)
    first, second = caught.value.faults
    assert (first.file, second.file) == ("data_raw/small/ties.csv", "data_raw/small/b.csv")
    is_file = path.is_file()
    assert first.found == (f"sha256 {digest(b'mine')[:16]}…" if is_file else "something that is no file")
    assert f"the published file, sha256 {digest(CONTENT)[:16]}…" in first.allowed
    assert server.asked == []
    assert sorted(entry.name for entry in folder.iterdir()) == ["b.csv", "ties.csv"]
    assert path.read_bytes() == b"mine" if is_file else not path.is_file()


def test_a_file_that_appears_on_the_way_is_not_overwritten(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_: Path, target: Path) -> None:
        (folder / "ties.csv").write_bytes(b"mine")
        Path(target).write_bytes(CONTENT)

    monkeypatch.setattr(shutil, "copyfile", slow)
    with pytest.raises(InvalidInput, match=r"data_raw/small/ties\.csv: found sha256"):
        bring(folder, declare("package:pooch/utils.py"))
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [("ties.csv", b"mine")]


def test_an_interrupted_fetch_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Path, target: Path) -> None:
        Path(target).write_bytes(CONTENT[:10])
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copyfile", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bring(folder, declare("package:pooch/utils.py"))
    assert list(folder.iterdir()) == []


def disk_fails(folder: Path, home: str, number: int, content: bytes = CONTENT) -> None:
    """Fetch a file and see the disk refuse it, in one message, with nothing kept."""
    with pytest.raises(OSError, match="writing") as caught:
        bring(folder, declare(home, "package:pooch/utils.py", content=content))
    assert caught.value.errno == number
    where = f"{folder.parent.name}/{folder.name}/ties.csv"
    assert str(caught.value) == f"[Errno {number}] {os.strerror(number)}, writing {where} from {home}"
    assert not folder.is_dir() or list(folder.iterdir()) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_ends_the_fetch(folder: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(_: Path, target: Path) -> None:
        Path(target).write_bytes(CONTENT[:10])
        raise OSError(number, os.strerror(number), str(target))

    monkeypatch.setattr(shutil, "copyfile", full)
    disk_fails(folder, "package:pooch/core.py", number)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_takes_no_file_ends_the_fetch(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refused(**_: object) -> None:
        raise OSError(number, os.strerror(number), str(folder / ".partial-x"))

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    disk_fails(folder, "package:pooch/core.py", number)


def test_a_file_where_the_folder_should_be_ends_the_fetch(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("not a folder")
    disk_fails(folder, "package:pooch/core.py", errno.EEXIST)
    assert folder.read_text() == "not a folder"


def test_a_source_one_may_not_read_is_not_taken_for_the_disk(
    server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(source: Path, _: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(source))

    monkeypatch.setattr(shutil, "copyfile", unreadable)
    home = server.serve("ties.csv", CONTENT)
    assert bring(folder, declare("package:pooch/utils.py", home)) == [f"data_raw/small/ties.csv from {home}"]


def test_a_file_beyond_the_limit_of_the_process_ends_the_fetch(server: Server, folder: Path) -> None:
    content = bytes(200_000)
    home = server.serve("ties.csv", content)
    before = limits.getrlimit(limits.RLIMIT_FSIZE)
    try:
        limits.setrlimit(limits.RLIMIT_FSIZE, (100_000, before[1]))
        disk_fails(folder, home, errno.EFBIG, content)
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of 64 kB of its own, where whoever runs the tests may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    try:
        mounting = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True, text=True
        )
    except FileNotFoundError:
        pytest.skip("a small disk needs the program mount")
    if mounting.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounting.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full_ends_the_fetch(
    small_disk: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = small_disk / "small"
    content = bytes(200_000)
    disk_fails(folder, server.serve("ties.csv", content), errno.ENOSPC, content)
    held = small_disk.parent / "mirror" / "small" / "ties.csv"
    held.parent.mkdir(parents=True)
    held.write_bytes(content)
    monkeypatch.setenv(MIRROR_VARIABLE, str(held.parent.parent))
    with pytest.raises(
        OSError, match=r"No space left on device, writing disk/small/ties\.csv from the mirror"
    ):
        bring(folder, declare(content=content))
    assert list(folder.iterdir()) == []
    monkeypatch.delenv(MIRROR_VARIABLE)
    assert bring(folder, declare(server.serve("ties.csv", CONTENT)))


def test_a_disk_that_is_really_read_only_ends_the_fetch(small_disk: Path, server: Server) -> None:
    folder = small_disk / "small"
    folder.mkdir()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    disk_fails(folder, server.serve("ties.csv", CONTENT), errno.EROFS)
