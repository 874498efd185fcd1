"""A small REFI-QDA project and its codebook, worked out by hand; nobody's name comes out of them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from analysis.importing.formats.refi_qda import read_refi
from analysis.tables.faults import Fault
from analysis.tables.package import DataPackage
from analysis.tables.validate import checked

PACKAGE = DataPackage("own", "Own", "real", "none", "none", (), (), {})

CODES = """<CodeBook>
  <Codes>
    <Code guid="G-TRUST" name="Trust" isCodable="true" color="#ff0000">
      <Description>  Somebody relies
        on somebody. </Description>
      <Code guid="g-trust-peers" name="Peers" isCodable="true"/>
      <Code guid="g-care" name="Care &amp; respect" isCodable="true"><Description/></Code>
    </Code>
    <Code guid="g-time" name="  Time
      " isCodable="true"/>
    <Code guid="g-routines" name="Routines" isCodable="true">
      <Code guid="g-routines-peers" name="Peers" isCodable="true">
        <Code guid="g-visits" name="Visits" isCodable="true"/>
      </Code>
    </Code>
  </Codes>
  <Sets><Set guid="g-set" name="A set"/></Sets>
</CodeBook>"""

CODEBOOK = [
    ("Trust", "", "Somebody relies on somebody."),
    ("Trust / Peers", "Trust", ""),
    ("Care & respect", "Trust", ""),
    ("Time", "", ""),
    ("Routines", "", ""),
    ("Routines / Peers", "Routines", ""),
    ("Visits", "Routines / Peers", ""),
]

SOURCES = """<Sources>
  <TextSource guid="s1" name="Talk with Cyn Doe" plainTextPath="internal://s1.txt" creatingUser="u-ada"
      creationDateTime="2024-03-05T23:59:59Z">
    <Description>Cyn Doe was tired.</Description>
    <PlainTextSelection guid="p1" name="Cyn Doe says so" creatingUser="u-ada"
        startPosition="0" endPosition="12">
      <Coding guid="k1" creatingUser="u-ada"><CodeRef targetGUID="g-trust"/></Coding>
      <Coding guid="k2" creatingUser="U-BEN"><CodeRef targetGUID="G-Trust"/></Coding>
      <Coding guid="k3"><CodeRef targetGUID="g-trust-peers"/></Coding>
    </PlainTextSelection>
    <PlainTextSelection guid="p2" startPosition="0" endPosition="12" creatingUser="u-ada">
      <Coding guid="k4" creatingUser="u-ada"><CodeRef targetGUID="g-trust"/></Coding>
    </PlainTextSelection>
    <PlainTextSelection guid="p3" startPosition="40" endPosition="52"/>
    <Coding guid="k5" creatingUser="u-ben"><CodeRef targetGUID="g-time"/></Coding>
  </TextSource>
  <PDFSource guid="s2" name="Plan of Doe School.pdf" path="internal://s2.pdf">
    <PDFSelection guid="p4" page="3" firstX="10" firstY="20.5" secondX="30" secondY="40">
      <Coding guid="k6" creatingUser="u-ada"><CodeRef targetGUID="g-routines-peers"/></Coding>
    </PDFSelection>
    <Representation guid="r1" plainTextPath="internal://r1.txt">
      <PlainTextSelection guid="p5" startPosition="7" endPosition="9">
        <Coding guid="k7" creatingUser="u-ada"><CodeRef targetGUID="g-visits"/></Coding>
      </PlainTextSelection>
    </Representation>
  </PDFSource>
  <AudioSource guid="s3" name="Cyn Doe, second talk.mp3" creationDateTime="long ago">
    <AudioSelection guid="p6" begin="1000" end="2500">
      <Coding guid="k8" creatingUser="u-ben"><CodeRef targetGUID="g-care"/></Coding>
    </AudioSelection>
    <Transcript guid="t1" plainTextPath="internal://t1.txt">
      <SyncPoint guid="y1" timeStamp="0"/><SyncPoint guid="y2" timeStamp="9"/>
      <SyncPoint guid="y3" timeStamp="20"/>
      <TranscriptSelection guid="p7" fromSyncPoint="y1" toSyncPoint="y2">
        <Coding guid="k9" creatingUser="u-gone"><CodeRef targetGUID="g-time"/></Coding>
      </TranscriptSelection>
      <TranscriptSelection guid="p8" fromSyncPoint="y2" toSyncPoint="y3">
        <Coding guid="k10" creatingUser="u-gone"><CodeRef targetGUID="g-time"/></Coding>
        <Coding guid="k11"><CodeRef targetGUID="g-time"/></Coding>
      </TranscriptSelection>
    </Transcript>
  </AudioSource>
  <PictureSource guid="s4" name="Doe.png">
    <PictureSelection guid="p9" firstX="1" firstY="2" secondX="3" secondY="4"/>
  </PictureSource>
</Sources>"""

USERS = """<Users>
  <User guid="u-ada" name="Ada Coder"/><User guid="u-ben" name="Ben Rater" id="BR"/>
</Users>"""

DOCUMENTS = [
    ("document_01", "text", "2024-03-05"),
    ("document_02", "pdf", ""),
    ("document_03", "audio", ""),
    ("document_04", "picture", ""),
]

CODINGS = [
    ("document_01", "document_01:0-12", "coder_01", "Trust"),
    ("document_01", "document_01:0-12", "coder_02", "Trust"),
    ("document_01", "document_01:0-12", "coder_01", "Trust / Peers"),
    ("document_01", "document_01:all", "coder_02", "Time"),
    ("document_02", "document_02:3-10-20.5-30-40", "coder_01", "Routines / Peers"),
    ("document_02", "document_02:7-9", "coder_01", "Visits"),
    ("document_03", "document_03:1000-2500", "coder_02", "Care & respect"),
    ("document_03", "document_03:y1-y2", "coder_03", "Time"),
    ("document_03", "document_03:y2-y3", "coder_03", "Time"),
    ("document_03", "document_03:y2-y3", "coder_00", "Time"),
]
"""Two selections of the same place are one segment; u-gone is a coder nobody lists, coder_00 was not said."""


def project(path: Path, inside: str = f"{USERS}{CODES}{SOURCES}", name: str = "project.qde") -> Path:
    """Write a project; return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            name,
            '<?xml version="1.0" encoding="utf-8"?>\n'
            f'<Project xmlns="urn:QDA-XML:project:1.0" name="Doe School">{inside}</Project>',
        )
        archive.writestr("Sources/s1.txt", "Cyn Doe says something.")
    return path


def rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """Return the rows of a table, sorted: their order is the file's."""
    return sorted(frame.itertuples(index=False, name=None))


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of the small project."""
    faults: list[Fault] = []
    found = read_refi(project(tmp_path / "p.qdpx"), faults)
    assert faults == []
    return found


def test_a_project_gives_documents_codebook_and_codings(tables: dict[str, pd.DataFrame]) -> None:
    assert list(tables) == ["documents", "codebook", "codings"]
    assert rows(tables["documents"]) == DOCUMENTS
    assert list(tables["documents"]) == ["document_id", "kind", "date"]
    assert list(tables["codebook"].itertuples(index=False, name=None)) == CODEBOOK
    assert list(tables["codebook"]) == ["code", "parent", "definition"]
    assert rows(tables["codings"]) == sorted((*row, 1) for row in CODINGS)
    assert list(tables["codings"]) == ["document_id", "segment_id", "coder_id", "code", "applied"]


def test_the_tables_are_sound(tables: dict[str, pd.DataFrame]) -> None:
    sizes = {name: len(table) for name, table in checked(tables, PACKAGE).items()}
    assert sizes == {"documents": 4, "codebook": 7, "codings": 10}


def test_no_name_of_a_user_or_source_and_nothing_said_is_in_any_table(
    tables: dict[str, pd.DataFrame],
) -> None:
    written = "".join(frame.to_csv() for frame in tables.values())
    for word in (
        "Ada",
        "Coder",
        "Ben",
        "Rater",
        "BR",
        "Cyn",
        "Doe",
        "School",
        "tired",
        "says",
        "internal",
        "u-",
    ):
        assert word not in written, word


def test_two_coders_of_one_place_share_its_segment(tables: dict[str, pd.DataFrame]) -> None:
    trust = tables["codings"].query("code == 'Trust'")
    assert trust["segment_id"].nunique() == 1
    assert sorted(trust["coder_id"]) == ["coder_01", "coder_02"]


@pytest.mark.parametrize("prefix", ["", "qda:"])
@pytest.mark.parametrize("name", ["c.qdc", "C.QDC"])
def test_a_codebook_alone_gives_the_codebook(tmp_path: Path, prefix: str, name: str) -> None:
    space = 'xmlns:qda="urn:QDA-XML:codebook:1.0"' if prefix else 'xmlns="urn:QDA-XML:codebook:1.0"'
    text = CODES.replace("<CodeBook>", f"<CodeBook {space}>")
    for element in ("CodeBook", "Codes", "Code", "Description", "Sets", "Set"):
        for before, after in (("<", (" ", ">", "/")), ("</", (">",))):
            for sign in after:
                text = text.replace(f"{before}{element}{sign}", f"{before}{prefix}{element}{sign}")
    (tmp_path / name).write_text(text, encoding="utf-8")
    faults: list[Fault] = []
    tables = read_refi(tmp_path / name, faults)
    assert faults == []
    assert list(tables) == ["codebook"]
    assert list(tables["codebook"].itertuples(index=False, name=None)) == CODEBOOK


def test_a_project_in_which_nothing_is_coded_yet(tmp_path: Path) -> None:
    faults: list[Fault] = []
    tables = read_refi(project(tmp_path / "p.qdpx", CODES), faults)
    assert faults == []
    assert {name: len(table) for name, table in tables.items()} == {
        "documents": 0,
        "codebook": 7,
        "codings": 0,
    }
    checked(tables, PACKAGE)


def codes(*found: str) -> str:
    """Return a codebook of some codes, each one element."""
    return f"<CodeBook><Codes>{''.join(found)}</Codes></CodeBook>"


def coded(*guids: str) -> str:
    """Return a source with a coding of each code."""
    inside = "".join(f'<Coding creatingUser="u"><CodeRef targetGUID="{guid}"/></Coding>' for guid in guids)
    return f"<Sources><TextSource guid='s'>{inside}</TextSource></Sources>"


@pytest.mark.parametrize(
    ("inside", "told"),
    [
        (codes('<Code guid="a"/>'), ["column Code: found a code without a name; allowed: both"]),
        (codes('<Code name="a"/>'), ["column Code: found a code without a guid; allowed: both"]),
        (codes('<Code guid="a" name="  "/>'), ["column Code: found a code without a name; allowed: both"]),
        (
            codes('<Code guid="a" name="A"/>', '<Code guid="b" name="A"/>'),
            ["column Code: found the code 'A' twice; allowed: each code once"],
        ),
        (
            codes('<Code guid="a" name="A"/>', '<Code guid="A" name="B"/>'),
            ["column Code: found the guid of the code 'B' a second time; allowed: each guid once"],
        ),
        (
            codes(
                '<Code guid="a" name="A"><Code guid="b" name="B"/></Code>',
                '<Code guid="c" name="C"><Code guid="d" name="B"/></Code>',
                '<Code guid="e" name="A / B"/>',
            ),
            ["column Code: found the code 'A / B' twice; allowed: each code once"],
        ),
        (
            codes('<Code guid="a" name="A"/>') + coded("a", "none", "a", ""),
            [
                "column document_01: found a coding of the code 'none'; allowed: codes of the codebook",
                "column document_01: found a coding of the code ''; allowed: codes of the codebook",
            ],
        ),
        (
            codes('<Code guid="a"/>', "<Code/>") + coded("a"),
            [
                "column Code: found a code without a name; allowed: both",
                "column Code: found a code without a guid; allowed: both",
                "column document_01: found a coding of the code 'a'; allowed: codes of the codebook",
            ],
        ),
    ],
)
def test_every_fault_of_a_project_is_told(tmp_path: Path, inside: str, told: Sequence[str]) -> None:
    faults: list[Fault] = []
    read_refi(project(tmp_path / "p.qdpx", inside), faults)
    assert [str(fault) for fault in faults] == [f"project.qde, {fault}" for fault in told]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            *("c.qdc", "<html/>"),
            "c.qdc: found the root element html; allowed: CodeBook, as REFI-QDA has it",
        ),
        (
            *("c.qdc", "<CodeBook>\n<Codes>"),
            "c.qdc, row 2: found no sound XML (no element found); allowed: an XML document",
        ),
        (
            "c.qdc",
            '<!DOCTYPE x [<!ENTITY a "b">]><CodeBook/>',
            "c.qdc, row 1: found declarations in the document type; allowed: plain XML without one",
        ),
        ("c.qdc", "x" * 5001, "c.qdc: found 5001 bytes; allowed: at most 5000 bytes"),
        (
            "p.qdpx",
            "<Project/>",
            "p.qdpx: found no sound archive (File is not a zip file); allowed: a zip archive",
        ),
    ],
)
def test_what_is_no_project_and_no_codebook(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    faults: list[Fault] = []
    assert read_refi(tmp_path / name, faults, largest=5000) == {}
    assert [str(fault) for fault in faults] == [told]


def test_a_project_too_large_or_without_its_file(tmp_path: Path) -> None:
    path = project(tmp_path / "p.qdpx", name="other.xml")
    faults: list[Fault] = []
    assert read_refi(path, faults, largest=1000) == {}
    assert read_refi(path, faults) == {}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", "<CodeBook/>")
    assert read_refi(path, faults) == {}
    assert [str(fault) for fault in faults] == [
        "p.qdpx: found more than 1000 bytes unpacked; allowed: at most 1000 bytes",
        "p.qdpx: found no project files (.qde) in it; allowed: a REFI-QDA project (.qdpx), "
        "with one project.qde",
        "project.qde: found the root element CodeBook; allowed: Project, as REFI-QDA has it",
    ]


def test_a_day_that_is_none_is_a_fault_of_the_table(tmp_path: Path) -> None:
    inside = '<Sources><VideoSource creationDateTime="2024-13-45T00:00:00Z"/></Sources>'
    faults: list[Fault] = []
    tables = read_refi(project(tmp_path / "p.qdpx", inside), faults)
    assert faults == []
    with pytest.raises(
        ValueError, match=r"documents.csv, row 2, column date: found '2024-13-45'; allowed: a date"
    ):
        checked(tables, PACKAGE)


def test_a_long_codebook_keeps_its_order(tmp_path: Path) -> None:
    many = 30_000
    (tmp_path / "c.qdc").write_text(codes(*(f'<Code guid="{n}" name="c{n}"/>' for n in range(many))))
    tables = read_refi(tmp_path / "c.qdc", [])
    assert tables["codebook"]["code"].tolist() == [f"c{number}" for number in range(many)]
