"""Whatever file the import command is given: it says what is wrong, or the dataset is sound; never both."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.__main__ import main
from analysis.files import DATA_RAW, ROOT
from analysis.importing.dataset.own import EXAMPLE, read_own
from analysis.importing.files.archive import LARGEST, safe_sheets
from analysis.tables.faults import Fault
from tests.importing.networks import FILES
from tests.tables.workbooks import write_workbook

SECONDS = 10
"""No file here may take longer, on a busy machine too; most take a few hundredths."""

SECRET = "a line of another file"

ROSTER = "actor_id,name,aliases,organization_id\na1,Ann,,north\na2,Bo,Bob,north\n"
ITEMS = (
    "item_id,scale,wording,minimum,maximum,reversed\ni1,trust,We trust.,1,5,0\ni2,trust,We do not.,1,5,1\n"
)
SURVEYS = {
    "roster.csv": "respondent,help | 1 | Ann,help | 1 | Bo\nAnn,,2\nBo,3,\n",
    "items.csv": "actor_id,i1,i2\na1,4,2\na2,5,\n",
}
SIGN_IN = (
    "Date,Session,Kind,Name\n2024-10-05,Talk,visit,Ann\n5 Oct 2024,Talk,visit,Bo\n2024-11-05,Walk,tour,Bo\n"
)
LOG = "Date,Time,From,To,Channel\n2024-10-05,2:30 pm,Ann,Bo,mail\n2024-10-06,,Bo,Ann,\n"
CODEBOOK = (
    '<?xml version="1.0" encoding="utf-8"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes>'
    '<Code guid="c1" name="Trust"><Code guid="c2" name="Peers"/></Code></Codes></CodeBook>'
)
PROJECT = (
    '<?xml version="1.0" encoding="utf-8"?><Project xmlns="urn:QDA-XML:project:1.0">'
    '<Users><User guid="u1" name="Somebody"/></Users>'
    '<CodeBook><Codes><Code guid="c1" name="Trust"/></Codes></CodeBook>'
    '<Sources><TextSource guid="s1" name="A talk"><PlainTextSelection startPosition="0" endPosition="9">'
    '<Coding creatingUser="u1"><CodeRef targetGUID="c1"/></Coding></PlainTextSelection></TextSource>'
    "</Sources></Project>"
)
SHEET = "xl/worksheets/sheet1.xml"


def zipped(members: dict[str, str | bytes | zipfile.ZipInfo]) -> bytes:
    """Return a zip archive of some members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if isinstance(content, zipfile.ZipInfo):
                archive.writestr(content, "target")
            else:
                archive.writestr(name, content)
    return stream.getvalue()


def parts_of(workbook: bytes) -> dict[str, str | bytes | zipfile.ZipInfo]:
    """Return the members of a workbook."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def workbook(rows: str) -> bytes:
    """Return a workbook whose sheet has these rows of XML."""
    parts = parts_of(WORKBOOK)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    parts[SHEET] = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return zipped(parts)


def _written_workbook() -> bytes:
    with TemporaryDirectory() as folder:
        rows = list(csv.reader(io.StringIO(FILES["commas.csv"])))
        return write_workbook(Path(folder) / "f.xlsx", rows).read_bytes()


WORKBOOK = _written_workbook()

_CHOSEN = (
    *("commas.csv", "semicolons.csv", "labelled.graphml", "graph.gexf", "arcs.net", "matrix.net"),
    *("fullmatrix.dl", "edges_embedded.dl", "project.paj", "graph.gml", "ties.vna"),
)

VALID: dict[str, tuple[str, bytes]] = {
    **{
        name: ("edges" if name.endswith(".csv") else "graph", text.encode())
        for name, text in FILES.items()
        if name in _CHOSEN
    },
    "help 2.csv": ("matrix", FILES["help 2.csv"].encode()),
    "edges.xlsx": ("edges", WORKBOOK),
    "survey roster.csv": ("roster", SURVEYS["roster.csv"].encode()),
    "survey items.csv": ("items", SURVEYS["items.csv"].encode()),
    "sign-in.csv": ("attendance", SIGN_IN.encode()),
    "log.csv": ("contacts", LOG.encode()),
    "codes.qdc": ("refi", CODEBOOK.encode()),
    "project.qdpx": ("refi", zipped({"project.qde": PROJECT})),
}
"""By name of file: how it is imported, and its content."""

TOLD = {"graph": ("--tie", "help"), "edges": ("--tie", "help"), "matrix": ("--tie", "help")}

ENDINGS = {
    "roster": (".csv", ".xlsx"),
    "items": (".csv", ".xlsx"),
    "edges": (".csv", ".xlsx"),
    "matrix": (".csv", ".xlsx"),
    "attendance": (".csv",),
    "contacts": (".xlsx",),
    "graph": (".graphml", ".gexf", ".net", ".dl", ".paj", ".gml", ".vna", ".##h"),
    "interviews": (".csv", ".graphml"),
    "refi": (".qdpx", ".qdc"),
}
WAYS = [(kind, ending) for kind, endings in ENDINGS.items() for ending in endings]
TABLES = ("roster", "items", "edges", "matrix")


def files_below(folder: Path) -> dict[str, bytes | None]:
    """Return every file below a folder, and every folder (None)."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


class Place:
    """A folder of its own with `data_raw/` and the files to import; nothing else may change in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.dataset = folder / "data_raw/fuzzed"
        self.files = folder / "files"
        self.files.mkdir()
        shutil.copytree(DATA_RAW / EXAMPLE, folder / "data_raw" / EXAMPLE)
        (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
        (folder / "items.csv").write_text(ITEMS, encoding="utf-8")
        (folder / "secret.txt").write_text(SECRET, encoding="utf-8")

    def given(self, name: str, content: bytes) -> Path:
        """Return the path of a file that was just written."""
        path = self.files / name
        path.write_bytes(content)
        return path

    def words(self, kind: str, path: Path | str, *options: str) -> list[str]:
        """Return the words of a command that imports a file."""
        more = {
            "roster": ["--roster", str(self.folder / "roster.csv")],
            "items": ["--items", str(self.folder / "items.csv")],
        }
        relation = ["--dataset", "fuzzed", "--relation", "help:0:3", *more.get(kind, [])]
        return ["import", kind, str(path), *relation, *options]

    def typed(self, kind: str, path: Path | str, *options: str) -> list[str]:
        """Return what Python is given where the same command is typed as `make import`."""
        stand_in = self.folder / "python"
        stand_in.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
        stand_in.chmod(0o755)
        words = self.words(kind, path, *options)
        rest = [
            word
            for place, word in enumerate(words)
            if place > 2 and "--dataset" not in words[place - 1 : place + 1]
        ]
        command = ["make", "ENV=active", f"PYTHON={stand_in}", "import", f"KIND={kind}", f"FILE={path}"]
        command += ["DATASET=fuzzed", f"ARGS={shlex.join(rest)}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        module, *given = json.loads(done.stdout)[1:]
        assert module == "analysis"
        stand_in.unlink()
        return [*given]

    def attempt(
        self, kind: str, path: Path | str, *options: str, keep: bool = False, typed: bool = False
    ) -> tuple[int, str]:
        """Import a file; check what must hold whatever is in it; return the exit code and what was told."""
        words = (self.typed if typed else self.words)(kind, path, *options)
        if kind == "items" and not self.dataset.exists():
            # Answers are those of people who are in the dataset already.
            shutil.copytree(self.folder / "asked", self.dataset)
        before = files_below(self.folder)
        out, err = io.StringIO(), io.StringIO()
        begun = time.perf_counter()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(words)
        assert time.perf_counter() - begun < SECONDS
        after = files_below(self.folder)
        told = err.getvalue()
        assert "Traceback" not in told
        assert SECRET not in told
        if code == 1:
            assert after == before
            assert "nothing written:" in told or "nothing read:" in told
            assert "found" in told
            assert out.getvalue() == ""
        else:
            assert (code, told) == (0, "")
            mine = "data_raw/fuzzed"
            outside = [
                {name: content for name, content in files.items() if not name.startswith(mine)}
                for files in (before, after)
            ]
            assert outside[0] == outside[1]
            assert not any(
                SECRET.encode() in (content or b"") for name, content in after.items() if mine in name
            )
            assert not read_own("fuzzed").example
        if not keep:
            shutil.rmtree(self.dataset, ignore_errors=True)
        return code, told


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Return a place for all tests of this file, each of which leaves it as it was."""
    with pytest.MonkeyPatch.context() as patch:
        found = Place(tmp_path_factory.mktemp("fuzz"))
        patch.setattr("analysis.importing.dataset.own.DATA_RAW", found.folder / "data_raw")
        found.attempt("roster", found.given("f.csv", SURVEYS["roster.csv"].encode()), keep=True)
        found.dataset.rename(found.folder / "asked")
        yield found


def fuzzed(examples: int) -> settings:
    """Return settings: no deadline, since `Place.attempt` keeps the time."""
    return settings(
        deadline=None, max_examples=examples, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )


@pytest.mark.parametrize("name", [name for name in VALID if name not in FILES])
def test_the_files_damaged_below_are_sound_before(place: Place, name: str) -> None:
    kind, content = VALID[name]
    assert place.attempt(kind, place.given(name, content), *TOLD.get(kind, ())) == (0, "")


@given(way=st.sampled_from(WAYS), content=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@fuzzed(50)
def test_random_bytes(place: Place, way: tuple[str, str], content: bytes) -> None:
    kind, ending = way
    place.attempt(kind, place.given(f"f{ending}", content))


CELLS = st.sampled_from(
    [
        *(
            "",
            "",
            "0",
            "1",
            "1",
            "2",
            "3",
            "-1",
            "1.5",
            "1,5",
            "1e999",
            "NaN",
            "NA",
            ".",
            "x",
            "weekly",
            "9" * 400,
        ),
        *("sender", "receiver", "value", "wave", "relation", "respondent", "actor_id", "item_id", "i1", "i2"),
        *(
            "help",
            "help | 1 | Ann",
            "help | 1 | Bob",
            "help | 0 | Bo",
            "trust | 2 | Ann",
            "a1",
            "Ann",
            "Bo",
            "Bob",
        ),
        *(
            "=1+1",
            "\u2028",
            "\ufeff",
            "\x00",
            "\x7f",
            "a\nb",
            'say "so"',
            "Zoe\u0308",
            "𝔸",
            "\u202e",
            "a" * 200_000,
        ),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Draw a table: often with a header that is known, of words that mean something somewhere."""
    known = st.sampled_from(
        [
            ["sender", "receiver", "value"],
            ["sender", "receiver", "wave", "relation"],
            ["respondent", "help | 1 | Ann", "help | 1 | Bo"],
            ["actor_id", "i1", "i2"],
            ["", "Ann", "Bo"],
        ]
    )
    header = draw(known | st.lists(CELLS, max_size=4))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=draw(st.sampled_from(",;\t")), lineterminator="\n")
    writer.writerows([header, *draw(st.lists(st.lists(CELLS, max_size=4), max_size=5))])
    return text.getvalue().encode()


@given(kind=st.sampled_from(TABLES), content=tables(), undirected=st.booleans())
@fuzzed(80)
def test_random_tables(place: Place, kind: str, content: bytes, undirected: bool) -> None:
    options = ("--undirected",) if undirected and kind in ("edges", "matrix") else ()
    place.attempt(kind, place.given("help 1.csv", content), *options)


@given(content=tables(), kind=st.sampled_from(["roster", "items"]), labels=tables())
@fuzzed(40)
def test_random_rosters_items_and_labels(place: Place, content: bytes, kind: str, labels: bytes) -> None:
    survey = place.given("survey.csv", SURVEYS[f"{kind}.csv"].encode())
    beside = str(place.given("beside.csv", content))
    place.attempt(kind, survey, f"--{kind}", beside, "--labels", str(place.given("labels.csv", labels)))


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, str, bytes]:
    """Draw a file that was sound: cut off, bytes changed, parts doubled, or in another encoding."""
    name = draw(st.sampled_from(sorted(VALID)))
    kind, content = VALID[name]
    for how in draw(st.lists(st.sampled_from(["cut", "flip", "double", "drop"]), min_size=1, max_size=3)):
        at = draw(st.integers(0, max(0, len(content) - 1)))
        size = draw(st.integers(1, 60))
        part = content[at : at + size]
        middle = {
            "cut": b"",
            "flip": bytes([draw(st.integers(0, 255))]),
            "double": part + part,
            "drop": b"",
        }[how]
        kept = {"cut": b"", "flip": content[at + 1 :]}.get(how, content[at + size :])
        content = content[:at] + middle + kept
    return kind, name, content


@given(file=damaged())
@fuzzed(80)
def test_files_damaged(place: Place, file: tuple[str, str, bytes]) -> None:
    kind, name, content = file
    place.attempt(kind, place.given(name, content), *TOLD.get(kind, ()))


@given(
    file=damaged(), called=st.sampled_from(["a b", "it's", "$HOME", "$(shell id)", "a;b", "ä", "-f", "#x"])
)
@fuzzed(10)
def test_ten_files_damaged_through_make(place: Place, file: tuple[str, str, bytes], called: str) -> None:
    kind, name, content = file
    path = place.given(f"{called} {name}", content)
    place.attempt(kind, path, *TOLD.get(kind, ()), typed=True)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le", "utf-8-sig"])
@pytest.mark.parametrize("name", [name for name in VALID if not name.endswith((".xlsx", ".qdpx"))])
def test_files_in_another_encoding(place: Place, name: str, encoding: str) -> None:
    kind, content = VALID[name]
    text = content.decode("utf-8-sig")
    written = text.encode(encoding, errors="replace")
    code, told = place.attempt(kind, place.given(name, written), *TOLD.get(kind, ()))
    # A byte order mark says what follows it.
    told_so = encoding == "utf-8-sig" or (encoding == "utf-16" and not name.endswith(".qdc"))
    if told_so or (encoding == "latin-1" and written.isascii()):
        assert (code, told) == (0, "") or name.endswith((".graphml", ".gexf"))
    elif not name.endswith((".graphml", ".gexf", ".qdc")):
        assert code == 1
        assert "save it again as UTF-8" in told


SHAPES = [
    *(b'<c r="A1"><v>1</v></c>', b'<row r="9">', b"</row>", b"</sheetData>", b'r="XFD9"', b'r="A99999999"'),
    *(b' t="s"', b' t="d"', b' s="9"', b"<v>1e400</v>", b"<v>-1</v>", b"&amp;", b"&lol;", b"&#0;", b"\xff"),
    *(
        b'<dimension ref="A1:XFD1048576"/>',
        b'<dimension ref="B2:A1"/>',
        b'uniqueCount="99999999999"',
        b"<!--",
    ),
]


@given(
    part=st.sampled_from(sorted(parts_of(WORKBOOK))),
    changes=st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(SHAPES), st.integers(0, 9)), min_size=1, max_size=4
    ),
)
@fuzzed(50)
def test_workbooks_damaged_within_a_sound_archive(
    place: Place, part: str, changes: list[tuple[float, bytes, int]]
) -> None:
    parts = parts_of(WORKBOOK)
    content = parts[part]
    assert isinstance(content, bytes)
    for where, shape, fewer in changes:
        at = int(where * len(content))
        content = content[:at] + shape + content[at + fewer :]
    place.attempt("edges", place.given("f.xlsx", zipped({**parts, part: content})))


def laughing(root: str, inside: str = "") -> str:
    """Return XML with an entity of a billion words, and one that is another file."""
    entities = '<!ENTITY l0 "lol">' + "".join(
        f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10)
    )
    return f'<!DOCTYPE {root} [{entities}<!ENTITY x SYSTEM "secret.txt">]><{root}>{inside}&l9;&x;</{root}>'


def linked() -> zipfile.ZipInfo:
    """Return a member that is a symbolic link."""
    member = zipfile.ZipInfo("Sources/link")
    member.create_system = 3
    member.external_attr = 0o120777 << 16
    return member


def marked_encrypted(content: bytes) -> bytes:
    """Return an archive of one member whose headers say that it is encrypted."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[content.index(signature) + offset] |= 1
    return bytes(changed)


def said_smaller(content: bytes) -> bytes:
    """Return an archive of one member whose headers say that it has ten bytes."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(signature) + offset
        changed[at : at + 4] = (10).to_bytes(4, "little")
    return bytes(changed)


def deep(root: str) -> bytes:
    """Return XML with a hundred thousand elements, each in the one before."""
    return (f"<{root}>" + "<a>" * 100_000 + "</a>" * 100_000 + f"</{root}>").encode()


DOCTYPE = "found declarations in the document type"
DEEP = "found elements nested more than 200 deep"
HUGE_DEFAULT = (
    '<graphml><key id="w" for="edge" attr.name="weight" attr.type="double"><default>'
    + "9" * 1_000_000
    + '</default></key><graph edgedefault="directed"><node id="a"/><node id="b"/>'
    '<edge source="a" target="b"/></graph></graphml>'
)
NAMES = ["../evil", "/abs", "C:\\x", "C:/x", "..\\evil", "a/../../evil", "\\\\server\\x"]
KEPT = "allowed: names that stay within the archive"
MANY = range(9_000)
SMALL = zipped({"project.qde": PROJECT})

HOSTILE: dict[str, tuple[str, str, bytes, str]] = {
    **{
        f"member {name}": ("refi", "f.qdpx", zipped({"project.qde": PROJECT, name: "x"}), KEPT)
        for name in NAMES
    },
    "member of a workbook": ("edges", "f.xlsx", zipped({**parts_of(WORKBOOK), "../evil": "x"}), KEPT),
    "link": ("refi", "f.qdpx", zipped({"l": linked()}), "found the link 'Sources/link'"),
    "encrypted": ("refi", "f.qdpx", marked_encrypted(SMALL), "found the encrypted member 'project.qde'"),
    "lying size": ("refi", "f.qdpx", said_smaller(SMALL), "found no sound archive ("),
    "no project": ("refi", "f.qdpx", zipped({"other": "x"}), "found no project files (.qde) in it"),
    "an archive in a book": ("edges", "f.xlsx", SMALL, "found no workbook ("),
    "laughs graphml": ("graph", "f.graphml", laughing("graphml").encode(), DOCTYPE),
    "laughs gexf": ("graph", "f.gexf", laughing("gexf").encode(), DOCTYPE),
    "laughs qdc": ("refi", "f.qdc", laughing("CodeBook").encode(), DOCTYPE),
    "laughs project": ("refi", "f.qdpx", zipped({"project.qde": laughing("Project")}), DOCTYPE),
    "deep graphml": ("graph", "f.graphml", deep("graphml"), DEEP),
    "deep gexf": ("graph", "f.gexf", deep("gexf"), DEEP),
    "deep qdc": ("refi", "f.qdc", deep("CodeBook"), DEEP),
    "deep project": ("refi", "f.qdpx", zipped({"project.qde": deep("Project")}), DEEP),
    "another root": ("refi", "f.qdc", b"<html/>", "found the root element html; allowed: CodeBook"),
    "another project": ("refi", "f.qdpx", zipped({"project.qde": "<a/>"}), "element a; allowed: Project"),
    "DL n": (
        *("graph", "f.dl", b"dl n=999999999\ndata:\n0\n"),
        "f.dl, row 1, column n: found '999999999'; allowed: a whole number from 1 to 100000",
    ),
    "DL n to the limit": ("graph", "f.dl", b"dl n=100000\ndata:\n0\n", "allowed: 1 x 100000 rows"),
    "DL nm": (
        *("graph", "f.dl", b"dl n=2 nm=99999999\ndata:\n"),
        "f.dl, row 1, column nm: found '99999999'; allowed: a whole number from 1 to 100000",
    ),
    "DL nm to the limit": ("graph", "f.dl", b"dl n=2 nm=100000\ndata:\n", "found 0 entries"),
    "DL settings": ("graph", "f.dl", b"dl " + b"n=2 " * 50_000 + b"data:\n", "found 0 entries"),
    "Pajek": (
        *("graph", "f.net", b"*Vertices 999999999\n"),
        "f.net, row 1, column *Vertices: found 999999999; allowed: 1 to 100000 vertices",
    ),
    "huge default": ("graph", "f.graphml", HUGE_DEFAULT.encode(), "found 'inf'; allowed: a number"),
    "NUL": ("edges", "f.csv", b"sender,receiver\na,b\nc\x00,d\n", "f.csv, row 3: found the character NUL"),
    "NUL in XML": ("graph", "f.graphml", b"<graphml>\x00</graphml>", "found no sound XML ("),
    "long line": ("edges", "f.csv", b"sender,receiver\n" + b"a" * 3_000_000, "no table (field larger than"),
    "long line DL": ("graph", "f.dl", b"dl n=2 data: " + b"'" * 1_000_000, "f.dl"),
    "deep gml": ("graph", "f.gml", b"graph [ " + b"a [ " * 100_000, "nested 100001 deep"),
    "long line gml": ("graph", "f.gml", b"graph [ a " + b"9" * 300_000 + b" ]", "no graph that can be read"),
    "quotes of gml": ("graph", "f.gml", b'"' * 300_001, "no graph that can be read"),
    "NUL in gml": ("graph", "f.gml", b"graph [\n\0 ]", "f.gml, row 2: found the character NUL"),
    "long line vna": ("graph", "f.vna", b"*Tie data\nfrom to\n" + b"a," * 300_000, "allowed: 2, as in"),
    "commas of vna": ("graph", "f.vna", b"*Node data\n" + b"," * 300_000, "no ties"),
    "half a pair": ("graph", "f.##h", b"\x05V6404" + b"\0" * 40, "half a dataset"),
    "Pajek times": (
        *("graph", "f.net", b"*Vertices 2\n*Arcs\n1 2 1 [" + b"1," * 300_000 + b"x]\n"),
        "allowed: times such as [1]",
    ),
    "Pajek partition": (
        *("graph", "f.paj", b"*Vertices 2\n*Arcs\n1 2\n*Partition p\n*Vertices 999999999\n1\n"),
        "allowed: *Vertices 2 and as many values",
    ),
    "DL nr and nc": ("attendance", "f.dl", b"dl nr=100000 nc=100000 data:\n0\n", "allowed: 100000 rows of"),
    "laughs interviews": ("interviews", "f.graphml", laughing("graphml").encode(), DOCTYPE),
    "long line Pajek": ("graph", "f.net", b"*Vertices 2\n*Arcs\n" + b"1 " * 500_000 + b"\n9 9\n", "'9'"),
    "long name of a matrix": (
        *("graph", "f.dl", b'dl n=1 nm=2 matrix labels: "' + b"_" * 300_000 + b'x"\ndata:\n0 0\n'),
        "found 1 matrix labels; allowed: 2, as nm says",
    ),
    "commas": ("edges", "f.csv", b"," * 1_000_000, "found no such column"),
    "commas of a survey": ("roster", "f.csv", b"respondent" + b"," * 1_000_000 + b"x\nAnn", "no column that"),
    "commas of items": ("items", "f.csv", b"actor_id" + b"," * 1_000_000 + b"x\na1", "found no column 'i1'"),
    "columns of a survey": (
        *("roster", "f.csv", b"respondent," + b",".join(b"%d" % number for number in range(100_000))),
        "found no column that asks about a person",
    ),
    "cells that are not there": (
        *("roster", "f.csv", b"respondent" + b"," * 100_000 + b"x" + b"\n" * 100_000 + b"Ann\n"),
        "f.csv: found 100001 rows of 100001 columns; allowed: at most 20000000 cells",
    ),
    "a matrix that is not there": (
        *("matrix", "f.csv", b"".join(b",%d" % n for n in MANY) + b"".join(b"\n%d" % n for n in MANY)),
        "f.csv: found a matrix of 9000 people; allowed: at most 5000",
    ),
    "far cell": (
        *("edges", "f.xlsx", workbook('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        f"f.xlsx: found a sheet of 1048576 rows and 16384 columns ({SHEET}); allowed: at most 20000000 cells",
    ),
    **{
        f"empty {kind} {ending}": (kind, f"f{ending}", b"", f"f{ending}") for kind, ending in WAYS
    },
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_in_words(place: Place, case: str) -> None:
    kind, name, content, expected = HOSTILE[case]
    code, told = place.attempt(kind, place.given(name, content))
    assert code == 1
    assert expected in told


@pytest.mark.parametrize(("kind", "name"), [("edges", "f.xlsx"), ("refi", "f.qdpx")])
def test_an_archive_of_zeros_is_not_unpacked_beyond_the_limit(place: Place, kind: str, name: str) -> None:
    zeros = bytes(1_000_000)
    path = place.given(name, b"")
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("project.qde", "w") as member,
    ):
        for _ in range(LARGEST // len(zeros) + 1):
            member.write(zeros)
    code, told = place.attempt(kind, path)
    assert code == 1
    assert f"{name}: found more than 200000000 bytes unpacked; allowed: at most 200000000 bytes" in told
    path.unlink()


@pytest.mark.parametrize(("kind", "ending"), WAYS)
def test_a_folder_and_a_file_that_is_not_there(place: Place, kind: str, ending: str) -> None:
    folder = place.files / f"folder{ending}"
    folder.mkdir(exist_ok=True)
    missing = place.files / f"missing{ending}"
    told = [place.attempt(kind, path) for path in (folder, missing, "x" * 5000 + ending, "\0" + ending)]
    assert [code for code, _ in told] == [1, 1, 1, 1]
    # A folder of interviews is read, file by file; this one has none.
    folders = ("an empty folder",) if kind == "interviews" else ("no plain file", "Is a directory")
    assert any(words in told[0][1] for words in folders)
    assert "No such file or directory" in told[1][1]


def test_entities_within_a_workbook_are_not_followed(place: Place) -> None:
    parts = parts_of(workbook('<row r="1"><c r="A1" t="inlineStr"><is><t>&l9;&x;</t></is></c></row>'))
    document = (
        laughing("worksheet").partition("]>")[0].replace("secret.txt", str(place.folder / "secret.txt"))
    )
    sheet = parts[SHEET]
    assert isinstance(sheet, bytes)
    parts[SHEET] = f"{document}]>".encode() + sheet
    code, told = place.attempt("matrix", place.given("f.xlsx", zipped(parts)))
    assert code == 1
    assert "lollol" not in told


def test_a_dataset_that_is_there_stays_as_it_is(place: Place) -> None:
    kind, content = VALID["commas.csv"]
    place.attempt(kind, place.given("f.csv", content), keep=True)
    before = files_below(place.dataset)
    for case in ("NUL", "far cell", "laughs qdc", "lying size"):
        kind, name, content, _ = HOSTILE[case]
        assert place.attempt(kind, place.given(name, content), "--replace", keep=True)[0] == 1
    assert files_below(place.dataset) == before
    shutil.rmtree(place.dataset)


SUBVERSIVE = {
    "wrapped.xlsx": zipped(
        {**parts_of(workbook('<row r="1"><c r="A4294967295"><v>1</v></c><c r="B1"/></row>'))}
    ),
    "wide.xlsx": workbook('<row r="1"><c r="AAAAAAAAA1"><v>1</v></c></row>'),
    "zeros.xlsx": workbook(f'<row r="1"><c r="XFD{"0" * 100_000}"/><c r="A99999999"/></row>'),
    "strings.xlsx": zipped(
        {
            **parts_of(WORKBOOK),
            "xl/sharedStrings.xml": '<sst uniqueCount="9999999999999"><si><t>a</t></si></sst>',
        }
    ),
    "named.xlsx": zipped(
        {
            name.replace("sheet1.xml", "sheet1.data"): (
                content.replace(b"sheet1.xml", b"sheet1.data") if isinstance(content, bytes) else content
            )
            for name, content in parts_of(
                workbook('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
            ).items()
        }
    ),
    "deep.xlsx": workbook("<a>" * 100_000 + "</a>" * 100_000),
}
"""Workbooks most of which would end the whole process if the reader were let at them."""

DRIVER = """
import json, sys
from pathlib import Path
import analysis.importing.dataset.own as own
from analysis.__main__ import main
own.DATA_RAW = Path(sys.argv[1])
print(json.dumps([main(words) for words in json.loads(sys.argv[2])]))
"""


def test_workbooks_that_would_end_the_process(place: Place) -> None:
    commands = [place.words("edges", place.given(name, content)) for name, content in SUBVERSIVE.items()]
    before = files_below(place.folder)
    run = subprocess.run(
        [sys.executable, "-c", DRIVER, str(place.folder / "data_raw"), json.dumps(commands)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (run.returncode, run.stdout) == (0, f"{[1] * len(SUBVERSIVE)}\n"), run.stderr
    assert "Traceback" not in run.stderr
    assert run.stderr.count("nothing read:") == len(SUBVERSIVE)
    assert "found a sheet of 1000000000 or more rows and 2 columns" in run.stderr
    assert "found 9999999999999 texts in" in run.stderr
    assert files_below(place.folder) == before


def test_a_moment_beyond_all_calendars_is_a_fault(tmp_path: Path) -> None:
    parts = parts_of(workbook('<row r="1"><c r="A1" s="0"><v>1e300</v></c></row>'))
    parts["xl/styles.xml"] = (
        '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>'
        '<numFmt numFmtId="165" formatCode="[hh]:mm"/></numFmts>'
        '<cellXfs><xf numFmtId="165"/></cellXfs></styleSheet>'
    )
    path = tmp_path / "f.xlsx"
    path.write_bytes(zipped(parts))
    faults: list[Fault] = []
    assert safe_sheets(path, faults) == {}
    assert [fault.allowed for fault in faults] == ["a workbook (.xlsx or .ods)"]
