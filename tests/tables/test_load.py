"""Tables to files and back; files that are no tables; datasets that are not there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from analysis.tables.faults import InvalidInput
from analysis.tables.load import load, read_tables, write_dataset, write_tables
from analysis.tables.package import read_package
from analysis.tables.validate import checked
from tests.tables.datasets import PACKAGE, text_tables


@pytest.fixture
def datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a place with `data_derived/`, which `load` then reads from."""
    monkeypatch.setattr("analysis.tables.load.DATA_DERIVED", tmp_path / "data_derived")
    return tmp_path


def build(datasets: Path, name: str) -> Path:
    """Write the small dataset under a name; return the folder of its tables."""
    derived = datasets / "data_derived" / name
    write_dataset(checked(text_tables(), PACKAGE), replace(PACKAGE, name=name), derived)
    return derived


def faults_of(folder: Path) -> list[str]:
    """Return the faults of the files in a folder, as they are told."""
    with pytest.raises(InvalidInput) as caught:
        read_tables(folder)
    return [str(fault) for fault in caught.value.faults]


def test_a_dataset_is_loaded_by_its_name(datasets: Path) -> None:
    build(datasets, "small")
    expected = checked(text_tables(), PACKAGE)
    found = load("small")
    assert list(found) == list(expected)
    for name, frame in found.items():
        assert_frame_equal(frame, expected[name])


def test_a_dataset_somebody_spoilt_is_refused(datasets: Path) -> None:
    derived = build(datasets, "small")
    (derived / "waves.csv").write_text("wave,label\n1,Autumn\n2,\n")
    with pytest.raises(InvalidInput, match=r"waves\.csv, row 3, column label: found nothing"):
        load("small")


@pytest.mark.parametrize(
    "name", ["smal", "", ".", "../data_derived/small", "small/", ".partial-x", "notes.txt"]
)
def test_only_the_name_of_a_built_dataset_is_taken(datasets: Path, name: str) -> None:
    build(datasets, "small")
    build(datasets, "other")
    (datasets / "data_derived" / ".partial-x").mkdir()
    (datasets / "data_derived" / "notes.txt").write_text("")
    with pytest.raises(InvalidInput) as caught:
        load(name)
    (fault,) = caught.value.faults
    assert fault.file == f"data_derived/{name}"
    assert fault.allowed == "those built by `make data`: other, small"


def test_before_anything_is_built_that_is_said(datasets: Path) -> None:
    with pytest.raises(InvalidInput, match="those built by `make data`: none yet"):
        load("small")


def test_tables_are_written_as_plain_text(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "wave": pd.array([1, None], dtype="Int64"),
            "value": pd.array([0.1, None], dtype="Float64"),
            "label": pd.array(['Ünï "x", y\nz', "NA"], dtype="string"),
        }
    )
    write_tables({"waves": table}, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["waves.csv"]
    written = 'wave,value,label\n1,0.1,"Ünï ""x"", y\nz"\n,,NA\n'
    assert (tmp_path / "waves.csv").read_bytes() == written.encode()
    assert read_tables(tmp_path)["waves"].to_numpy().tolist() == [
        ["1", "0.1", 'Ünï "x", y\nz'],
        ["", "", "NA"],
    ]


def test_declared_tables_come_first_and_nothing_but_csv_files_is_read(tmp_path: Path) -> None:
    for name in ("ties.csv", "actors.csv", "zoo.csv", "aaa.csv", "truth.json", "ties.csv.bak"):
        (tmp_path / name).write_text("a\n1\n")
    assert list(read_tables(tmp_path)) == ["actors", "ties", "aaa", "zoo"]


@pytest.mark.parametrize(
    "content",
    [
        b"wave,label\n1,A\n2,B\n",
        b"wave,label\r\n1,A\r\n2,B\r\n",
        b"\xef\xbb\xbfwave,label\n1,A\n2,B",
        b"wave,label\n1,A\n2,B\n\n\n",
        b"wave,label\n1,A\n2,B\n,\n,\n",
        b'"wave","label"\n"1","A"\n"2","B"\n',
    ],
    ids=["plain", "from Windows", "with a byte order mark", "blank end", "empty rows at the end", "quoted"],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "waves.csv").write_bytes(content)
    table = read_tables(tmp_path)["waves"]
    assert list(table.columns) == ["wave", "label"]
    assert table.to_numpy().tolist() == [["1", "A"], ["2", "B"]]


def test_blank_lines_do_not_shift_the_rows_of_faults(tmp_path: Path) -> None:
    (tmp_path / "waves.csv").write_text("wave,label\n1,A\n\nx,B\n")
    with pytest.raises(InvalidInput) as caught:
        checked(read_tables(tmp_path), PACKAGE)
    assert [(fault.row, fault.column, fault.found) for fault in caught.value.faults] == [
        (3, "wave", "nothing"),
        (3, "label", "nothing"),
        (4, "wave", "'x'"),
    ]


def test_a_row_that_stops_early_has_empty_cells(tmp_path: Path) -> None:
    (tmp_path / "waves.csv").write_text("wave,label,opened_on\n1,A\n2\n")
    assert read_tables(tmp_path)["waves"].to_numpy().tolist() == [["1", "A", ""], ["2", "", ""]]


def test_a_header_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    (tmp_path / "waves.csv").write_text("wave,label\n")
    assert checked(read_tables(tmp_path), PACKAGE)["waves"].shape == (0, 4)


def test_every_file_that_is_no_table_is_listed(tmp_path: Path) -> None:
    (tmp_path / "actors.csv").write_bytes("actor_id,role\na1,x\na2,Zoë\n".encode("latin-1"))
    (tmp_path / "organizations.csv").write_text("")
    (tmp_path / "ties.csv").write_text("wave,value\n1,2,3\n1\n1,2,\n")
    (tmp_path / "waves.csv").write_text('wave,label\n1,"Autumn\n2,Spring\n')
    (tmp_path / "nonresponse.csv").write_text("\n\n")
    found = faults_of(tmp_path)
    assert found[
        0
    ] == "organizations.csv, row 1: found an empty file; allowed: a first line with the names " + (
        "of the columns"
    )
    assert (
        found[1] == "actors.csv, row 3: found the byte 0xeb; allowed: text in UTF-8 "
        "(save the spreadsheet again as CSV UTF-8)"
    )
    assert found[2].startswith("waves.csv: found no table (") and "EOF inside string" in found[2]
    assert found[3].startswith("nonresponse.csv, row 1: found an empty file")
    assert found[4:] == [
        "ties.csv, row 2: found 3 cells; allowed: 2 cells, as in the first line",
        "ties.csv, row 4: found 3 cells; allowed: 2 cells, as in the first line",
    ]


def test_a_quotation_mark_never_closed_in_a_long_file_is_told_as_well(tmp_path: Path) -> None:
    (tmp_path / "waves.csv").write_text('wave,label\n1,"Autumn\n' + "2,Spring\n" * 20_000)
    (told,) = faults_of(tmp_path)
    assert told.startswith("waves.csv: found no table (")


def test_one_cell_too_many_in_every_row_does_not_shift_the_columns(tmp_path: Path) -> None:
    (tmp_path / "nonresponse.csv").write_text("wave,actor_id\n1,a1,\n1,a2,\n")
    assert [line.partition(":")[0] for line in faults_of(tmp_path)] == [
        "nonresponse.csv, row 2",
        "nonresponse.csv, row 3",
    ]


def test_semicolons_and_decimal_commas_of_a_spreadsheet_are_read_right(tmp_path: Path) -> None:
    (tmp_path / "measures.csv").write_text(
        "wave;organization_id;measure;value;n\n1;north;1,5 grades;3,25;4\n1;south;trust;-0,5;\n"
    )
    frame = read_tables(tmp_path)["measures"]
    assert frame["value"].tolist() == ["3.25", "-0.5"]
    assert frame["measure"].tolist() == ["1,5 grades", "trust"]
    (tmp_path / "measures.csv").write_text("measure;value\n1,5;1,5\n")
    frame = read_tables(tmp_path)["measures"]
    assert frame.to_numpy().tolist() == [["1,5", "1.5"]]


def test_a_spreadsheet_saved_in_latin_1_is_refused_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "waves.csv").write_bytes("wave;label\n1;Frühling\n".encode("latin-1"))
    assert faults_of(tmp_path) == [
        "waves.csv, row 2: found the byte 0xfc; allowed: text in UTF-8 "
        "(save the spreadsheet again as CSV UTF-8)"
    ]


def test_a_written_dataset_describes_its_tables(datasets: Path) -> None:
    derived = build(datasets, "small")
    package = json.loads((derived / "datapackage.json").read_text(encoding="utf-8"))
    ties = next(resource for resource in package["resources"] if resource["name"] == "ties")
    assert ties["path"] == "ties.csv"
    assert [field["name"] for field in ties["schema"]["fields"]][:2] == ["wave", "relation"]
    assert ties["schema"]["foreignKeys"][0] == {
        "fields": "wave",
        "reference": {"resource": "waves", "fields": "wave"},
    }
    assert read_package(derived / "datapackage.json") == PACKAGE
