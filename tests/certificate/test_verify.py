"""Somebody else's archive: what was altered is named, each thing once; what is not safe is not read."""

from __future__ import annotations

import io
import json
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.certificate import archive as module
from analysis.certificate.archive import pack, unpacked
from analysis.certificate.crate import METADATA
from analysis.certificate.verify import LIMITS, _said_above, _same, examine, verify
from analysis.compendium.rendering import AS_SAID_ABOVE
from analysis.files import digest
from analysis.tables.faults import InvalidInput
from tests.certificate.certified import Certified

Files = dict[str, bytes]

RECORD = "reports/small/once/numbers.json"
PAGE = "reports/small/once.html"
EXECUTED = "reports/small/once/notebook.ipynb"
PROGRAM = "notebooks/small/small.ipynb"
VERDICT = "reports/verdict.json"
TABLE = "reports/verdict.csv"
DECLARED = "data_raw/tiny/datapackage.json"


def changed(name: str, old: str, new: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        text = files[name].decode("utf-8")
        assert old in text, (name, old)
        files[name] = text.replace(old, new, 1).encode("utf-8")

    return change


def listed_anew(files: Files) -> None:
    """Write the lists of hashes anew, as whoever altered the files would."""
    crate = json.loads(files[METADATA])
    for entity in crate["@graph"]:
        if "sha256" in entity:
            entity["sha256"] = digest(files[entity["@id"]])
    files[METADATA] = json.dumps(crate).encode()
    hashes = json.loads(files["hashes.json"])
    hashes["files"] = {name: digest(files[name]) for name in hashes["files"]}
    files["hashes.json"] = (json.dumps(hashes, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def raw_hash(files: Files) -> None:
    hashes = json.loads(files["hashes.json"])
    hashes["raw"]["data_raw/tiny/ties.csv"] = "0" * 64
    files["hashes.json"] = json.dumps(hashes).encode()


def crate_hash(files: Files) -> None:
    crate = json.loads(files[METADATA])
    for entity in crate["@graph"]:
        if entity["@id"] == "Makefile":
            entity["sha256"] = "0" * 64
    files[METADATA] = json.dumps(crate).encode()


def things(files: Files, seal: str = "") -> list[str]:
    return [line.partition(": ")[0] for line in examine(files, seal)[0].lines()]


NUMBER = changed(RECORD, '"value": 0.5', '"value": 0.25')
JUDGED = changed(VERDICT, '"verdict": "deviates (open)"', '"verdict": "reproduced"')
NOTEBOOK = changed(PROGRAM, "matrix.sum() * factor", "matrix.sum() + factor")
SHOWN = changed(PAGE, "<dd>0.5", "<dd>0.7")
EXECUTION = changed(EXECUTED, "matrix.sum() * factor", "matrix.sum() + factor")


def test_a_text_is_the_recorded_one_also_in_words() -> None:
    assert _same("hybrid_corn; rice", "hybrid corn; rice ") and _same("hybrid_corn", "hybrid_corn")
    assert not _same("hybrid_corn", "hybrid rice") and not _same("3", 3)


def test_a_reason_given_once_on_a_page_is_the_recorded_one() -> None:
    reason, page = (
        "not estimable: found no ties within them.",
        b"<dd>not estimable: found no ties within them</dd>",
    )
    assert _said_above(reason, AS_SAID_ABOVE, page)
    assert not _said_above(reason, AS_SAID_ABOVE, b"<dd>not estimable: found no people</dd>")
    assert not _said_above(0.5, AS_SAID_ABOVE, page) and not _said_above(reason, "as found", page)


def test_an_archive_as_it_was_made_passes(certified: Certified, capsys: pytest.CaptureFixture[str]) -> None:
    path = certified.small.root / "reports/certificate/certificate.zip"
    seal = digest(certified.files["hashes.json"])
    assert f"Its seal, to be published beside it: {seal}" in certified.said
    for given in ("", seal, seal.upper()):
        assert verify(path, given, print) == 0
    said = capsys.readouterr().out
    assert f"{len(certified.files)} files, 4 claims judged again, nothing altered" in said
    assert LIMITS in said and "ALTERED" not in said


@pytest.mark.parametrize(
    ("alter", "thing"),
    [
        (NUMBER, RECORD),
        (JUDGED, VERDICT),
        (raw_hash, "the hash of data_raw/tiny/ties.csv"),
        (changed(DECLARED, '"hash": "sha256:', '"hash": "sha256:0'), DECLARED),
        (NOTEBOOK, PROGRAM),
        (EXECUTION, EXECUTED),
        (SHOWN, PAGE),
        (lambda files: files.pop(RECORD), RECORD),
        (lambda files: files.update({"reports/more.html": b"x"}), "reports/more.html"),
        (changed(TABLE, "deviates (open)", "reproduced"), TABLE),
        (changed("notebooks/small/claims.csv", ",.05,", ",.50,"), "notebooks/small/claims.csv"),
        (crate_hash, METADATA),
        (changed(METADATA, '"name": "make"', '"name": "made"'), METADATA),
        (lambda files: files.update({VERDICT: b"{"}), VERDICT),
    ],
)
def test_each_thing_that_was_altered_is_named_and_nothing_else(
    certified: Certified, tmp_path: Path, alter: Callable[[Files], None], thing: str
) -> None:
    files = dict(certified.files)
    alter(files)
    assert things(files) == [thing]
    said: list[str] = []
    path = tmp_path / "altered.zip"
    pack(dict(files), path)
    assert verify(path, "", said.append) == 1
    assert [line for line in said if line.startswith("ALTERED: ") and thing in line]


@pytest.mark.parametrize(
    ("alter", "expected"),
    [
        ([NUMBER], {RECORD}),
        ([JUDGED], {VERDICT, TABLE}),
        ([raw_hash], {"the hash of data_raw/tiny/ties.csv"}),
        ([NOTEBOOK], {PROGRAM}),
        ([SHOWN], {RECORD}),
        (
            [changed(DECLARED, '"hash": "sha256:', '"hash": "sha256:0')],
            {"the hash of data_raw/tiny/ties.csv"},
        ),
        ([changed("notebooks/small/claims.csv", ",.05,", ",.50,")], {VERDICT}),
    ],
)
def test_a_list_of_hashes_that_was_rewritten_too_hides_none_of_the_five(
    certified: Certified, alter: list[Callable[[Files], None]], expected: set[str]
) -> None:
    files = dict(certified.files)
    for one in alter:
        one(files)
    listed_anew(files)
    assert set(things(files)) == expected


def test_what_was_changed_everywhere_alike_only_the_seal_tells(certified: Certified) -> None:
    files = dict(certified.files)
    NUMBER(files)
    changed(EXECUTED, '"value": 0.5', '"value": 0.25')(files)
    changed(PAGE, "<dd>0.5", "<dd>0.25")(files)
    for name, old, new in ((VERDICT, '"computed": 0.5', '"computed": 0.25'), (TABLE, ",0.5,", ",0.25,")):
        files[name] = files[name].decode("utf-8").replace(old, new).encode("utf-8")
    rows = json.loads(files[VERDICT])["claims"]
    for row in rows:
        if row["claim"] == "density":
            row["verdict"] = "DEVIATES"
    files[VERDICT] = json.dumps({"claims": rows}).encode()
    table = (
        files[TABLE]
        .decode("utf-8")
        .replace(",number,.50,0.25,0.005,reproduced,", ",number,.50,0.25,0.005,DEVIATES,")
    )
    files[TABLE] = table.encode()
    listed_anew(files)
    assert things(files) == []
    assert things(files, digest(certified.files["hashes.json"])) == ["hashes.json"]


def zipped(names: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for name, content in names:
            archive.writestr(name, content)
    return stream.getvalue()


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("reports/link")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (zipped([("../out", b"x")]), "the name '../out'"),
        (zipped([("a/../../out", b"x")]), "the name 'a/../../out'"),
        (zipped([("/etc/passwd", b"x")]), "the name '/etc/passwd'"),
        (zipped([("C:out", b"x")]), "the name 'C:out'"),
        (zipped([(link(), b"/etc/passwd")]), "'reports/link', a link or a device"),
        (zipped([("a", b"x"), ("a", b"y")]), "a 2 times"),
        (zipped([("A", b"x"), ("a", b"y")]), "a 2 times"),
        (zipped([("zeros", bytes(20_000_000))]), "'zeros', 20000000 bytes packed into"),
        (zipped([(str(number), b"") for number in range(12)]), "12 files"),
        (zipped([("a", bytes(range(256)) * 8)]), "2048 bytes once unpacked"),
        (b"PK no zip", "no readable zip file"),
        (zipped([("a", b"x" * 50)])[:-30], "no readable zip file"),
        (zipped([("a", b"x")]), "no hashes.json"),
    ],
    ids=lambda given: given if isinstance(given, str) else "zip",
)
def test_an_archive_that_is_not_safe_or_none_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, found: str
) -> None:
    monkeypatch.setattr(module, "MOST_FILES", 10)
    if "once unpacked" in found:
        monkeypatch.setattr(module, "MOST_BYTES", 2000)
    path = tmp_path / "given.zip"
    path.write_bytes(content)
    with pytest.raises(InvalidInput) as caught:
        verify(path, "", print)
    assert found in str(caught.value)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["given.zip"]


def test_what_lies_about_its_size_is_not_read(tmp_path: Path) -> None:
    content = bytearray(zipped([("a", b"x" * 3000)]))
    # The directory at the end says that 3,000 bytes are 5; the sums of what is unpacked do not agree.
    place = content.rindex((3000).to_bytes(4, "little"))
    content[place : place + 4] = (5).to_bytes(4, "little")
    path = tmp_path / "given.zip"
    path.write_bytes(bytes(content))
    with pytest.raises(InvalidInput):
        unpacked(path)


def test_the_same_files_are_packed_alike_in_any_order(tmp_path: Path) -> None:
    files: dict[str, Path | bytes] = {"b.png": bytes(300), "a": b"text" * 50}
    for name, order in (("one.zip", files), ("other.zip", dict(reversed(files.items())))):
        pack(order, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "other.zip").read_bytes()
    assert unpacked(tmp_path / "one.zip") == files
