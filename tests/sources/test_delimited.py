"""Published files of comma-separated values: what is read, and every fault of what cannot be."""

from __future__ import annotations

import bz2
import csv
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.sources.delimited import read_delimited
from analysis.tables.faults import Fault
from analysis.tables.schema import Column

COLUMNS = (
    Column("school", "integer", "Number of the school."),
    Column("level", "text", "Level.", required=False, allowed=("low", "high")),
    Column("rate", "number", "A rate.", required=False, minimum=0, maximum=100),
)
SOUND = "school,level,rate\n1,low,12.5\n2,high,\n3,,100\n"
CELLS = [[1, "low", 12.5], [2, "high", None], [3, None, 100.0]]
NAMES = [column.name for column in COLUMNS]
NO_COLUMN = "no column of that name; allowed: one; the columns are"


def read(path: Path, *missing: str) -> tuple[list[list[object]], list[str]]:
    """Return the cells (None: a missing one) and the faults of a file with the three columns."""
    faults: list[Fault] = []
    frame = read_delimited(path, COLUMNS, faults, missing=missing)
    assert frame.columns.tolist() == NAMES
    assert [str(dtype) for dtype in frame.dtypes] == ["Int64", "string", "Float64"]
    cells = [[None if pd.isna(cell) else cell for cell in row] for row in frame.itertuples(index=False)]
    return cells, [str(fault) for fault in faults]


def written(folder: Path, content: str | bytes) -> Path:
    """Return a file of this content, its line ends as given."""
    path = folder / "file.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        SOUND,
        SOUND.replace("\n", "\r"),
        SOUND.replace("\n", "\r\n"),
        SOUND.rstrip("\n"),
        SOUND + "\n\n",
        "\ufeff" + SOUND,
        SOUND.replace(",", " , "),
        "rate,other,school,level\n12.5,x,1,low\n,x,2,high\n100,x,3,\n",
        'school,level,rate\n"1","low","12.5"\n2,"high",\n3,"","100"\n',
    ],
    ids=[
        "lines of today",
        "of an old Macintosh",
        "of Windows",
        "the last one open",
        "empty ones at the end",
        "a byte order mark",
        "space around cells",
        "columns in another order among others",
        "quotation marks",
    ],
)
def test_the_same_table_is_read_however_it_is_written(tmp_path: Path, content: str) -> None:
    assert read(written(tmp_path, content)) == (CELLS, [])


def test_cells_that_stand_for_nothing_are_missing(tmp_path: Path) -> None:
    path = written(tmp_path, "school,level,rate\n1,NULL,-\n2, - ,NULL\n")
    assert read(path, "NULL", "-") == ([[1, None, None], [2, None, None]], [])
    assert read(path)[1] == [
        "file.csv, row 2, column level: found 'NULL'; allowed: low, high",
        "file.csv, row 3, column level: found '-'; allowed: low, high",
        "file.csv, row 2, column rate: found '-'; allowed: a number",
        "file.csv, row 3, column rate: found 'NULL'; allowed: a number",
    ]


# A table trims the space around its cells and ends a cell's lines with line feeds.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\0")).map(str.strip)


@settings(deadline=None)
@given(st.lists(st.tuples(texts, texts), min_size=1), st.sampled_from(["\n", "\r\n", "\r"]))
def test_any_text_returns(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], end: str
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("first", "second"), *rows])
    path = tmp_path_factory.getbasetemp() / "texts.csv"
    path.write_bytes(buffer.getvalue().encode())
    faults: list[Fault] = []
    columns = [Column(name, "text", "A text.", required=False) for name in ("first", "second")]
    found = read_delimited(path, columns, faults).fillna("")
    assert faults == []
    assert list(found.itertuples(index=False, name=None)) == rows


def test_every_cell_at_fault_is_named_with_its_row_and_is_missing(tmp_path: Path) -> None:
    content = 'school,other,level,rate\n,"two\nlines",medium,101\n2.5,x,low,"1,5"\nthree,x,high,-0.1\n'
    cells, faults = read(written(tmp_path, content))
    assert faults == [
        "file.csv, row 2, column school: found nothing; allowed: a value",
        "file.csv, row 3, column school: found '2.5'; allowed: an integer, at most 9007199254740992 in size",
        "file.csv, row 4, column school: found 'three'; "
        "allowed: an integer, at most 9007199254740992 in size",
        "file.csv, row 2, column level: found 'medium'; allowed: low, high",
        "file.csv, row 3, column rate: found '1,5'; allowed: a number (with a decimal point: 1.5)",
        "file.csv, row 2, column rate: found '101'; allowed: at least 0 and at most 100",
        "file.csv, row 4, column rate: found '-0.1'; allowed: at least 0 and at most 100",
    ]
    assert [row[0] for row in cells] == [None, None, None]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (
            "school,stage,rate\n1,low,2\n",
            [f"file.csv, row 1, column level: found {NO_COLUMN} school, stage, rate"],
        ),
        (
            "School,rate,level,rate\n1,2,low,3\n",
            [
                f"file.csv, row 1, column school: found {NO_COLUMN} School, rate, level, rate",
                "file.csv, row 1, column rate: found 2 columns of that name; "
                "allowed: one; the columns are School, rate, level, rate",
            ],
        ),
        (
            "school,level,rate\n1,low,2\n2,low,3,4\n\n3,lo",
            [
                "file.csv, row 3: found 4 cells; allowed: 3, as in the first line",
                "file.csv, row 4: found 0 cells; allowed: 3, as in the first line",
                "file.csv, row 5: found 2 cells; allowed: 3, as in the first line",
            ],
        ),
        (
            "school,level\n1\n",
            [
                f"file.csv, row 1, column rate: found {NO_COLUMN} school, level",
                "file.csv, row 2: found 1 cells; allowed: 2, as in the first line",
            ],
        ),
        ("school,level,rate\n", ["file.csv, row 1: found a header only; allowed: rows below it"]),
        (
            "",
            [
                f"file.csv, row 1, column {name}: found {NO_COLUMN} none"
                for name in ("school", "level", "rate")
            ],
        ),
        (
            'school,level,rate\n1,"low",2\n2,"lo',
            [
                "file.csv, row 3: found no table (unexpected end of data); "
                "allowed: comma-separated values, every quotation mark closed"
            ],
        ),
        (
            'school,level,rate\n1,"two\nlines",2\n2,"lo"w,3\n',
            [
                "file.csv, row 3: found no table (',' expected after '\"'); "
                "allowed: comma-separated values, every quotation mark closed"
            ],
        ),
    ],
    ids=[
        "a column renamed",
        "one renamed and one twice",
        "rows of other lengths",
        "a column and a cell short",
        "a header only",
        "an empty file",
        "broken off in quotation marks",
        "letters behind a quotation mark",
    ],
)
def test_what_is_no_such_table_has_no_rows_and_says_why(
    tmp_path: Path, content: str, faults: list[str]
) -> None:
    assert read(written(tmp_path, content)) == ([], faults)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["bare", "behind a byte order mark"])
@pytest.mark.parametrize(
    ("content", "byte", "row"),
    [
        (b"school\n1\n2\xe9\n", "0xe9", 3),
        (b"school\n1\n\xe9\n", "0xe9", 3),
        (b"school\r1\r\xff", "0xff", 3),
        (b"\xff", "0xff", 1),
        (b'school\n"two\nlines"\n\xff\n', "0xff", 3),
        (b'school\n"two\nlines \xff"\n', "0xff", 2),
    ],
)
def test_a_byte_that_is_no_utf_8_is_named_with_its_row(
    tmp_path: Path, mark: bytes, content: bytes, byte: str, row: int
) -> None:
    fault = f"file.csv, row {row}: found the byte {byte}; allowed: text in UTF-8"
    assert read(written(tmp_path, mark + content)) == ([], [fault])


def test_a_missing_file_and_a_folder_are_faults(tmp_path: Path) -> None:
    assert read(tmp_path / "none.csv")[1] == ["none.csv: found no such file; allowed: run `make data`"]
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    (fault,) = read(folder)[1]
    assert fault.startswith("folder.csv: found no readable file (")
    assert fault.endswith("; allowed: comma-separated values")


def test_faults_are_added_to_those_of_other_files(tmp_path: Path) -> None:
    earlier = Fault("other.csv", "something", "something else")
    faults = [earlier]
    frame = read_delimited(written(tmp_path, SOUND), COLUMNS, faults)
    assert (len(frame), faults) == (3, [earlier])
    read_delimited(tmp_path / "none.csv", COLUMNS, faults)
    assert [fault.file for fault in faults] == ["other.csv", "none.csv"]


def test_a_compressed_file_is_read_as_it_would_be_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "file.csv.bz2"
    path.write_bytes(bz2.compress(SOUND.replace("low", "lower").encode()))
    cells, faults = read(path)
    assert cells[1:] == CELLS[1:]
    assert faults == ["file.csv, row 2, column level: found 'lower'; allowed: low, high"]


@pytest.mark.parametrize("spoil", [lambda sound: b"BZh9" + b"x" * 50, lambda sound: sound[:-20]])
def test_a_compressed_file_that_is_damaged_is_a_fault(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "file.csv.bz2"
    path.write_bytes(spoil(bz2.compress(SOUND.encode())))
    cells, faults = read(path)
    assert cells == []
    assert len(faults) == 1
    assert faults[0].startswith("file.csv.bz2: found no readable file (")
