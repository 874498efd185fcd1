"""Workbooks and matrices: what is read, and every fault of what cannot be."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from analysis.tables.faults import Fault
from analysis.tables.schema import Column
from analysis.tables.workbook import check_numbers, read_square_matrix, read_table, shown
from tests.tables.workbooks import write_workbook

SOUND = [[0.0, 1.0, 2.0], [4.0, 0.0, 3.0], [0.5, 0.0, 0.0]]


def matrix_faults(path: Path, size: int | None = 3) -> list[str]:
    """Return the faults of a matrix on a scale from 0 to 4."""
    faults: list[Fault] = []
    read_square_matrix(path, size, 0, 4, faults)
    return [str(fault) for fault in faults]


@pytest.mark.parametrize("size", [3, None])
def test_a_matrix_is_read_row_by_row(tmp_path: Path, size: int | None) -> None:
    faults: list[Fault] = []
    found = read_square_matrix(write_workbook(tmp_path / "m.xlsx", SOUND), size, 0, 4, faults)
    assert faults == []
    assert_array_equal(found, np.array(SOUND))


@given(
    st.integers(1, 30).flatmap(
        lambda n: st.lists(st.lists(st.floats(-9, 9), min_size=n, max_size=n), min_size=n, max_size=n)
    )
)
@settings(deadline=None, max_examples=25)
def test_any_matrix_returns_from_a_workbook(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[float]]
) -> None:
    path = write_workbook(tmp_path_factory.mktemp("matrix") / "m.xlsx", rows)
    faults: list[Fault] = []
    assert_array_equal(read_square_matrix(path, len(rows), -9, 9, faults), np.array(rows))
    assert faults == []


def test_every_cell_at_fault_is_listed_and_left_missing(tmp_path: Path) -> None:
    rows = [[7, 1, "often"], [None, 0, -1], [True, 4.25, "3"]]
    path = write_workbook(tmp_path / "m.xlsx", rows)
    faults: list[Fault] = []
    found = read_square_matrix(path, 3, 0, 4, faults)
    allowed = "a number from 0 to 4"
    assert faults == [
        Fault("m.xlsx", "7", allowed, 1, "1"),
        Fault("m.xlsx", "'often'", allowed, 1, "3"),
        Fault("m.xlsx", "an empty cell", allowed, 2, "1"),
        Fault("m.xlsx", "-1", allowed, 2, "3"),
        Fault("m.xlsx", "'True'", allowed, 3, "1"),
        Fault("m.xlsx", "4.25", allowed, 3, "2"),
        Fault("m.xlsx", "'3'", allowed, 3, "3"),
    ]
    nothing = np.nan
    assert_array_equal(found, [[nothing, 1, nothing], [nothing, 0, nothing], [nothing] * 3])


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([[0, 1], [1, 0]], "2 rows of 2 columns"),
        ([[0, 1, 2], [1, 0, 2]], "2 rows of 3 columns"),
        ([[0, 1], [1, 0], [0, 0]], "3 rows of 2 columns"),
        ([["a", "b", "c"], *SOUND], "4 rows of 3 columns"),
        ([], "0 rows of no columns"),
    ],
    ids=["smaller", "a row short", "a column short", "a header", "empty"],
)
def test_a_matrix_has_a_row_and_a_column_for_each_actor(
    tmp_path: Path, rows: list[list[float | str]], found: str
) -> None:
    path = write_workbook(tmp_path / "m.xlsx", rows)
    allowed = "3 rows of 3 columns, one of each per actor, no header"
    assert matrix_faults(path) == [f"m.xlsx: found {found}; allowed: {allowed}"]


@pytest.mark.parametrize("rows", [[[0, 1, 2], [1, 0, 2]], []])
def test_a_matrix_of_unknown_size_is_square_all_the_same(tmp_path: Path, rows: list[list[float]]) -> None:
    (told,) = matrix_faults(write_workbook(tmp_path / "m.xlsx", rows), None)
    assert told.startswith(f"m.xlsx: found {len(rows)} rows of ")
    assert told.endswith(", one of each per actor, no header")


def test_empty_rows_and_columns_before_the_data_are_counted(tmp_path: Path) -> None:
    rows = [[None, None, None], [None, 0, 1], [None, 9, 0]]
    told = matrix_faults(write_workbook(tmp_path / "m.xlsx", rows))
    assert [line.partition(":")[0] for line in told] == [
        f"m.xlsx, row {row}, column {column}"
        for row, column in [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2)]
    ]


def _truncated(path: Path) -> bytes:
    return path.read_bytes()[:-200]


def _without_sheet(path: Path) -> bytes:
    return path.read_bytes().replace(b"sheet1.xml", b"sheet9.xml")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        random.Random(1).randbytes(3000),
        b"PK\x03\x04" + random.Random(2).randbytes(3000),
        b"PK\x05\x06" + bytes(18),
        b"<!DOCTYPE html><html><body>404: Not Found</body></html>",
        b"a,b\n1,2\n",
        _truncated,
        _without_sheet,
    ],
    ids=["empty", "random", "random zip", "empty zip", "page", "csv", "truncated", "no sheet"],
)
def test_what_is_no_workbook_is_one_fault(tmp_path: Path, content: object) -> None:
    path = write_workbook(tmp_path / "m.xlsx", SOUND)
    path.write_bytes(content(path) if callable(content) else content)  # type: ignore[arg-type]
    for faults in (matrix_faults(path), table_faults(path)):
        (told,) = faults
        assert told.startswith("m.xlsx: found no workbook (")
        assert told.endswith("); allowed: an Excel workbook (.xlsx)")
        assert str(tmp_path) not in told


def test_bytes_changed_on_the_way_never_pass_for_other_values(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "m.xlsx", SOUND)
    sound, generator = path.read_bytes(), random.Random(3)
    for _ in range(200):
        spoilt = bytearray(sound)
        spoilt[generator.randrange(len(spoilt))] ^= 1 << generator.randrange(8)
        path.write_bytes(spoilt)
        faults: list[Fault] = []
        found = read_square_matrix(path, 3, 0, 4, faults)
        if not faults:
            assert_array_equal(found, np.array(SOUND))


def test_a_missing_file_and_a_folder_are_told(tmp_path: Path) -> None:
    assert matrix_faults(tmp_path / "m.xlsx") == ["m.xlsx: found no such file; allowed: run `make data`"]
    (tmp_path / "n.xlsx").mkdir()
    (told,) = matrix_faults(tmp_path / "n.xlsx")
    assert told.startswith("n.xlsx: found no workbook (")


def table_faults(path: Path) -> list[str]:
    """Return the faults of a table that should have the columns ID and TRUST."""
    faults: list[Fault] = []
    read_table(path, ("ID", "TRUST"), faults)
    return [str(fault) for fault in faults]


def test_the_columns_asked_for_are_read_wherever_they_stand(tmp_path: Path) -> None:
    rows = [[" TRUST", "AGE", "ID"], [4.5, 30, 1], [None, 31, "two"]]
    faults: list[Fault] = []
    found = read_table(write_workbook(tmp_path / "t.xlsx", rows), ("ID", "TRUST"), faults)
    assert found == {"ID": [1.0, "two"], "TRUST": [4.5, ""]}
    assert faults == []


def test_each_missing_or_repeated_column_is_told(tmp_path: Path) -> None:
    rows = [["ID", "AGE", "ID"], [1, 30, 1]]
    faults: list[Fault] = []
    found = read_table(write_workbook(tmp_path / "t.xlsx", rows), ("ID", "AGE", "TRUST"), faults)
    assert faults == [
        Fault("t.xlsx", "2 columns of that name", "one; the columns are ID, AGE, ID", 1, "ID"),
        Fault("t.xlsx", "no column of that name", "one; the columns are ID, AGE, ID", 1, "TRUST"),
    ]
    assert found == {"ID": [], "AGE": [30.0], "TRUST": []}


def test_a_table_has_a_header_and_rows(tmp_path: Path) -> None:
    assert table_faults(write_workbook(tmp_path / "t.xlsx", [["ID", "TRUST"]])) == [
        "t.xlsx, row 1: found a header only; allowed: rows below it"
    ]
    assert table_faults(write_workbook(tmp_path / "t.xlsx", [])) == [
        f"t.xlsx, row 1, column {name}: found no column of that name; allowed: one; the columns are none"
        for name in ("ID", "TRUST")
    ]


def test_a_header_below_an_empty_row_is_not_taken_for_the_first_row(tmp_path: Path) -> None:
    assert len(table_faults(write_workbook(tmp_path / "t.xlsx", [[], ["ID", "TRUST"], [1, 2]]))) == 2


@pytest.mark.parametrize(
    ("required", "bounds", "rows", "allowed"),
    [
        (True, (1, 7), [3, 4, 5, 6], "a number from 1 to 7"),
        (False, (1, 7), [3, 5, 6], "a number from 1 to 7"),
        (True, (None, None), [4, 5, 6], "a number"),
        (True, (None, 1), [2, 4, 5, 6], "a number of at most 1"),
        (True, (1, None), [3, 4, 5, 6], "a number of at least 1"),
    ],
)
def test_the_cells_of_a_column_are_held_against_its_declaration(
    required: bool, bounds: tuple[float | None, float | None], rows: list[int], allowed: str
) -> None:
    low, high = bounds
    declared = Column("trust", "number", "Trust.", required=required, minimum=low, maximum=high)
    faults: list[Fault] = []
    cells = [5.0, 0.5, "", "high", True]
    check_numbers(Path("some/t.xlsx"), "TRUST", cells, declared, faults)
    told = {2: "5", 3: "0.5", 4: "an empty cell", 5: "'high'", 6: "'True'"}
    assert faults == [Fault("t.xlsx", told[row], allowed, row, "TRUST") for row in rows]


def test_a_cell_is_shown_as_its_sheet_does() -> None:
    assert [shown(cell) for cell in ("", 7.0, 0.1, "x'y", False)] == [
        "an empty cell",
        "7",
        "0.1",
        '"x\'y"',
        "'False'",
    ]
