"""Archives, workbooks, small files and XML from anywhere: what is refused, and in which words."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.importing.files.archive import open_archive, read_small_file, safe_sheets
from analysis.importing.files.markup import parse_xml
from analysis.importing.files.sheets import read_sheets
from analysis.tables.faults import Fault
from tests.importing.networks import write_sheets
from tests.tables.workbooks import write_workbook


def archived(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    """Write an archive; return its path."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refused(path: Path, **limits: int) -> list[str]:
    """Return the faults of an archive that is not opened."""
    faults: list[Fault] = []
    assert open_archive(path, faults, **limits) is None
    return [str(fault) for fault in faults]


def with_header(path: Path, offset: int, value: bytes) -> Path:
    """Change every member's header, an offset counted as in the list at the end of the archive."""
    content = bytearray(path.read_bytes())
    for signature, shift in ((b"PK\x03\x04", -2), (b"PK\x01\x02", 0)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset + shift : at + offset + shift + len(value)] = value
            at = content.find(signature, at + 4)
    path.write_bytes(content)
    return path


def test_a_sound_archive_is_opened_and_can_be_read(tmp_path: Path) -> None:
    faults: list[Fault] = []
    archive = open_archive(archived(tmp_path / "a.zip", {"a": b"text", "b/c": b""}), faults)
    assert archive is not None
    with archive:
        assert (archive.namelist(), archive.read("a")) == (["a", "b/c"], b"text")
    assert faults == []


@pytest.mark.parametrize(
    "name", ["../evil", "a/../../evil", "/abs", "\\abs", "..\\evil", "C:\\x", "C:/x", "c:x"]
)
def test_a_name_that_leads_out_of_the_archive_is_a_fault(tmp_path: Path, name: str) -> None:
    assert refused(archived(tmp_path / "a.zip", {"fine": b"", name: b""})) == [
        f"a.zip: found the member {name!r}; allowed: names that stay within the archive"
    ]


@pytest.mark.parametrize("name", ["a..b", "...", "a/b:c", "a b", "é/ü"])
def test_a_strange_name_within_the_archive_is_none(tmp_path: Path, name: str) -> None:
    archive = open_archive(archived(tmp_path / "a.zip", {name: b""}), [])
    assert archive is not None
    archive.close()


def test_every_member_at_fault_is_told(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../one", "")
        archive.writestr("/two", "")
        archive.writestr(link, "/etc")
    assert refused(tmp_path / "a.zip") == [
        "a.zip: found the member '../one'; allowed: names that stay within the archive",
        "a.zip: found the member '/two'; allowed: names that stay within the archive",
        "a.zip: found the link 'link'; allowed: plain files",
    ]


def test_an_encrypted_member_is_a_fault(tmp_path: Path) -> None:
    path = with_header(archived(tmp_path / "a.zip", {"a": b"text"}), 8, b"\x01\x00")
    assert refused(path) == ["a.zip: found the encrypted member 'a'; allowed: members without a password"]


@pytest.mark.parametrize("sizes", [[101], [60, 41], [0, 100, 1]])
def test_more_bytes_than_the_limit_are_a_fault_whatever_the_members(tmp_path: Path, sizes: list[int]) -> None:
    members = {f"m{number}": bytes(size) for number, size in enumerate(sizes)}
    path = archived(tmp_path / "a.zip", members)
    assert refused(path, largest=100) == [
        "a.zip: found more than 100 bytes unpacked; allowed: at most 100 bytes"
    ]
    archive = open_archive(path, [], largest=101)
    assert archive is not None
    archive.close()


def test_a_header_that_says_less_than_there_is_is_a_fault(tmp_path: Path) -> None:
    path = with_header(archived(tmp_path / "a.zip", {"a": bytes(1000)}), 24, (10).to_bytes(4, "little"))
    assert refused(path, largest=100) == [
        "a.zip: found no sound archive (Bad CRC-32 for file 'a'); allowed: a zip archive"
    ]


def test_the_same_bytes_listed_twice_count_twice_or_are_refused(tmp_path: Path) -> None:
    content = archived(tmp_path / "a.zip", {"a": bytes(80)}).read_bytes()
    start, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    entry = content[start:end]
    tail = bytearray(content[end:])
    tail[8:12] = (2).to_bytes(2, "little") * 2
    tail[12:16] = (2 * len(entry)).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(content[:start] + 2 * entry + tail)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == ["a", "a"]
    (told,) = refused(tmp_path / "a.zip", largest=100)
    assert "Overlapped entries" in told or "more than 100 bytes" in told


def test_too_many_members_are_a_fault(tmp_path: Path) -> None:
    path = archived(tmp_path / "a.zip", {"a": b"", "b": b"", "c": b""})
    assert refused(path, most_members=2) == ["a.zip: found 3 members; allowed: at most 2"]


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "File is not a zip file"), (b"text", "File is not a zip file"), (None, "Is a directory")],
)
def test_what_is_no_archive_is_a_fault(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "a.zip"
    path.mkdir() if content is None else path.write_bytes(content)
    assert refused(path) == [f"a.zip: found no sound archive ({told}); allowed: a zip archive"]


def test_an_archive_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.zip") == [
        "a.zip: found no sound archive (No such file or directory); allowed: a zip archive"
    ]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damaged_data_are_a_fault_in_every_compression(tmp_path: Path, method: int) -> None:
    path = archived(tmp_path / "a.zip", {"a": os.urandom(500)}, method)
    content = bytearray(path.read_bytes())
    content[60:260] = b"\xff" * 200
    path.write_bytes(content)
    (told,) = refused(path)
    assert told.startswith("a.zip: found no sound archive (")


def test_a_compression_nobody_knows_is_a_fault(tmp_path: Path) -> None:
    path = with_header(archived(tmp_path / "a.zip", {"a": b"text"}), 10, (97).to_bytes(2, "little"))
    assert refused(path) == [
        "a.zip: found no sound archive (That compression method is not supported); allowed: a zip archive"
    ]


def test_a_small_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"12345")
    faults: list[Fault] = []
    assert read_small_file(tmp_path / "f", faults, largest=5) == b"12345"
    assert faults == []
    assert read_small_file(tmp_path / "f", faults, largest=4) is None
    assert read_small_file(tmp_path / "g", faults) is None
    assert read_small_file(tmp_path, faults) is None
    assert read_small_file(tmp_path / "\0", faults) is None
    *told, nowhere = [str(fault) for fault in faults]
    assert told == [
        "f: found 5 bytes; allowed: at most 4 bytes",
        "g: found no readable file (No such file or directory); allowed: a file",
        f"{tmp_path.name}: found no plain file (a folder, a pipe, a device); allowed: a file",
    ]
    assert nowhere.startswith("\0: found no readable file (")


def book(path: Path, rows: str, changes: dict[str, str] | None = None) -> Path:
    """Write a workbook whose sheet has these rows of XML, other members changed or added."""
    with zipfile.ZipFile(write_workbook(path, [[1.0]])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    return archived(path, {**parts, **{name: text.encode() for name, text in (changes or {}).items()}})


def test_rows_and_columns_of_a_workbook_are_those_a_spreadsheet_shows(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "b.xlsx", [[], [None, "x", 1.5, True]])
    assert safe_sheets(path, []) == {"Sheet1": [["", "", "", ""], ["", "x", 1.5, True]]}
    (sheet,) = read_sheets(path, [])
    assert sheet.rows[1] == ["", "x", "1.5", "True"]


def test_every_sheet_is_there_by_its_name(tmp_path: Path) -> None:
    path = write_sheets(tmp_path / "b.xlsx", {"help 1": [["a"]], "Ünlü & Co"[:4]: [["b"]]})
    assert safe_sheets(path, []) == {"help 1": [["a"]], "Ünlü": [["b"]]}


@pytest.mark.parametrize(
    ("row", "cell", "rows", "columns"),
    [
        ("1048576", "XFD1048576", "1048576", "16384"),
        ("1", "XFD2000", "2000", "16384"),
        ("9999999", "C9999999", "9999999", "3"),
        ("1", "c9999999", "9999999", "3"),
        ("1", "A99999999", "1000000000 or more", "1"),
        ("1", "A4294967297", "1000000000 or more", "1"),
        ("99999999", "A1", "1000000000 or more", "1"),
        ("1", "AAAA1", "1", "1000000000 or more"),
    ],
)
def test_a_cell_far_away_is_a_fault(tmp_path: Path, row: str, cell: str, rows: str, columns: str) -> None:
    faults: list[Fault] = []
    path = book(tmp_path / "b.xlsx", f"<row r='{row}'><c  r = \"{cell}\"><v>1</v></c></row>")
    assert safe_sheets(path, faults) == {}
    assert [str(fault) for fault in faults] == [
        f"b.xlsx: found a sheet of {rows} rows and {columns} columns (xl/worksheets/sheet1.xml); "
        "allowed: at most 20000000 cells (is there a stray cell far down or far to the right?)"
    ]


def test_a_cell_as_far_as_a_long_table_goes_is_none(tmp_path: Path) -> None:
    faults: list[Fault] = []
    sheets = safe_sheets(book(tmp_path / "b.xlsx", '<row><c r="B30000"><v>7</v></c></row>'), faults)
    assert faults == []
    assert len(sheets["Sheet1"]) == 30_000
    assert sheets["Sheet1"][-1] == ["", 7.0]


def test_more_texts_than_there_can_be_are_a_fault(tmp_path: Path) -> None:
    texts = "<sst uniqueCount='{}'><si><t>a</t></si></sst>"
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    faults: list[Fault] = []
    many = texts.format(10**10)
    path = book(tmp_path / "b.xlsx", rows, {"xl/sharedStrings.xml": many})
    assert safe_sheets(path, faults) == {}
    assert [str(fault) for fault in faults] == [
        f"b.xlsx: found 10000000000 texts in {len(many)} bytes (xl/sharedStrings.xml); "
        "allowed: as many texts as there are"
    ]
    path = book(tmp_path / "b.xlsx", rows, {"xl/sharedStrings.xml": texts.format(1)})
    assert safe_sheets(path, []) == {"Sheet1": [["a"]]}


def test_one_large_sheet_many_times_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.importing.files.archive._CELLS", 10)
    path = write_sheets(tmp_path / "b.xlsx", {"a": [[1.0] * 5], "b": [[1.0] * 5]})
    assert list(safe_sheets(path, [])) == ["a", "b"]
    faults: list[Fault] = []
    path = write_sheets(tmp_path / "b.xlsx", {"a": [[1.0] * 6], "b": [[1.0] * 5]})
    assert safe_sheets(path, faults) == {}
    assert [str(fault) for fault in faults] == [
        "b.xlsx: found sheets of more than 10 cells; allowed: at most 10 cells in all"
    ]


def test_a_sheet_in_utf_16_is_a_fault(tmp_path: Path) -> None:
    with zipfile.ZipFile(write_workbook(tmp_path / "b.xlsx", [[1.0]])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = "xl/worksheets/sheet1.xml"
    archived(tmp_path / "b.xlsx", {**parts, name: parts[name].decode().encode("utf-16")})
    faults: list[Fault] = []
    assert safe_sheets(tmp_path / "b.xlsx", faults) == {}
    assert [str(fault) for fault in faults] == [
        f"b.xlsx: found {name} in UTF-16; allowed: workbooks in UTF-8"
    ]


def test_an_archive_that_is_no_workbook_is_a_fault(tmp_path: Path) -> None:
    faults: list[Fault] = []
    assert safe_sheets(archived(tmp_path / "b.xlsx", {"a": b""}), faults) == {}
    assert [(fault.file, fault.allowed) for fault in faults] == [("b.xlsx", "a workbook (.xlsx or .ods)")]
    faults = []
    assert safe_sheets(tmp_path / "none.xlsx", faults) == {}
    assert [str(fault) for fault in faults] == [
        "none.xlsx: found no sound archive (No such file or directory); allowed: a zip archive"
    ]
    faults = []
    assert safe_sheets(write_workbook(tmp_path / "b.xlsx", [[1.0]]), faults, largest=1000) == {}
    assert [str(fault) for fault in faults] == [
        "b.xlsx: found more than 1000 bytes unpacked; allowed: at most 1000 bytes"
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "f, row 1: found no sound XML (no element found); allowed: an XML document"),
        ("<a>\n<b>\n</a>", "f, row 3: found no sound XML (mismatched tag); allowed: an XML document"),
        (
            "<a/>\n<b/>",
            "f, row 2: found no sound XML (junk after document element); allowed: an XML document",
        ),
        ("<a>&x;</a>", "f, row 1: found no sound XML (undefined entity); allowed: an XML document"),
        (
            '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
            "f, row 1: found declarations in the document type; allowed: plain XML without one",
        ),
        (
            "<!DOCTYPE a [<!ELEMENT a ANY>]><a/>",
            "f, row 1: found declarations in the document type; allowed: plain XML without one",
        ),
        (
            '<!DOCTYPE a SYSTEM "http://localhost/a.dtd">\n<a>&x;</a>',
            "f, row 1: found the entity 'x'; allowed: plain XML without one",
        ),
        (
            '<!DOCTYPE a SYSTEM "http://localhost/a.dtd">\n<a b="&x;"/>',
            "f, row 1: found the entity 'x'; allowed: plain XML without one",
        ),
        ("<a>" * 201, "f, row 1: found elements nested more than 200 deep; allowed: plain XML without one"),
        (
            '<?xml version="1.0" encoding="none such"?><a/>',
            "f, row 1: found no sound XML (XML declaration not well-formed); allowed: an XML document",
        ),
        (
            '<?xml version="1.0" encoding="none-such"?><a/>',
            "f: found no sound XML (unknown encoding: none-such); allowed: an XML document",
        ),
    ],
)
def test_xml_that_is_refused(content: str, told: str) -> None:
    faults: list[Fault] = []
    assert parse_xml(content.encode(), "f", faults) is None
    assert [str(fault) for fault in faults] == [told]


@pytest.mark.parametrize("named", ["", ' SYSTEM "http://localhost/a.dtd"', ' SYSTEM "file:///etc/passwd"'])
def test_a_document_type_that_only_names_a_file_is_passed_over(named: str) -> None:
    faults: list[Fault] = []
    root = parse_xml(f'<!DOCTYPE a{named}><a b="&amp;&#235;"/>'.encode(), "f", faults)
    assert root is not None
    assert (root.get("b"), faults) == ("&ë", [])


def test_xml_up_to_the_deepest_in_any_encoding_that_names_itself() -> None:
    root = parse_xml(b"<a>" * 200 + b"</a>" * 200, "f", [])
    assert root is not None
    assert len(list(root.iter())) == 200
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"):
        text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?><a b="é">ü</a>'
        root = parse_xml(text.encode(encoding), "f", [])
        assert root is not None
        assert (root.get("b"), root.text) == ("é", "ü")


@pytest.mark.parametrize(
    "encoding", ["hex", "rot13", "idna", "punycode", "undefined", "utf-7", "utf-32", "zip"]
)
def test_an_encoding_that_python_knows_and_xml_does_not_is_a_fault(encoding: str) -> None:
    faults: list[Fault] = []
    assert parse_xml(f'<?xml version="1.0" encoding="{encoding}"?><a>b</a>'.encode(), "f", faults) is None
    assert [(fault.file, fault.allowed) for fault in faults] == [("f", "an XML document")]


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_xml_is_parsed_or_one_fault_says_why(content: bytes) -> None:
    faults: list[Fault] = []
    assert (parse_xml(b"<a>" + content + b"</a>", "f", faults) is None) == (len(faults) == 1)


@given(st.binary(max_size=200))
def test_bytes_at_the_end_of_an_archive_do_no_harm(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes
) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a", "text")
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    path.write_bytes(stream.getvalue() + tail)
    faults: list[Fault] = []
    opened = open_archive(path, faults)
    assert (opened is None) == bool(faults)
    if opened is not None:
        opened.close()
