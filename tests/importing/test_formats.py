"""Spreadsheets of OpenDocument and data of SPSS: read as they are, or refused in words; items by wording."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from analysis.importing.dataset.own import read_own
from analysis.importing.files.archive import safe_sheets
from analysis.importing.files.sheets import Layout, chosen_sheets
from analysis.tables.faults import Fault
from tests.importing.test_command import raw, run  # noqa: F401  (fixtures)

Run = Callable[..., tuple[int, str, str]]

_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
)
_EMPTY = '<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row>'


def cell(value: object, more: str = "") -> str:
    """Return a cell as OpenDocument writes it."""
    if isinstance(value, float):
        kind = f'office:value-type="float" office:value="{value:g}"'
    else:
        kind = 'office:value-type="string"'
    return f"<table:table-cell {kind} {more}><text:p>{value}</text:p></table:table-cell>"


def book(path: Path, sheets: dict[str, list[str]], kind: str = _KIND) -> Path:
    """Write a spreadsheet of rows of cells."""
    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        + f"{_EMPTY}</table:table>"
        for name, rows in sheets.items()
    )
    content = f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES}><office:body>'
    content += f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", f"{manifest}</m:manifest>")
        archive.writestr("content.xml", content)
    return path


def test_a_spreadsheet_of_open_document_is_read(run: Run, tmp_path: Path) -> None:  # noqa: F811
    rows = [cell("from") + cell("to") + cell("value"), cell("Ana Ruiz") + cell("Ben Odel") + cell(2.0)]
    path = book(tmp_path / "ties.ods", {"Ties": rows, "Empty": []})
    code, told, err = run("edges", path, "--relation", "help:0:3", "--directed")
    assert code == 0, err
    assert "ties.ods [Ties]: 1 row: 1 with ties" in told
    ties = read_own("ours").tables["ties"]
    assert ties[["sender_id", "receiver_id", "value"]].values.tolist() == [["Ana Ruiz", "Ben Odel", 2.0]]


FAR = f"</table:table-row>{_EMPTY}<table:table-row>"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([cell("a"), cell("b", 'table:number-columns-repeated="99999999"')], "a sheet of 2 rows and"),
        ([f'{FAR}<table:table-cell table:number-columns-repeated="9999"/>{cell("far")}'], "10000 columns"),
        ([cell('<text:s text:c="999999999999"/>')], "very many spaces"),
    ],
)
def test_a_sheet_that_would_be_billions_of_cells_is_refused(
    tmp_path: Path, rows: list[str], told: str
) -> None:
    faults: list[Fault] = []
    assert safe_sheets(book(tmp_path / "b.ods", {"a": rows}), faults) == {}
    assert told in str(faults[0])


def test_a_name_that_says_another_format_than_the_content_is_refused(tmp_path: Path) -> None:
    faults: list[Fault] = []
    rows = {"a": [cell("x")]}
    safe_sheets(book(tmp_path / "a.xlsx", rows), faults)
    safe_sheets(book(tmp_path / "a.ods", rows, "application/vnd.oasis.opendocument.text"), faults)
    assert [fault.found for fault in faults] == ["an OpenDocument spreadsheet", "something else, named .ods"]
    (tmp_path / "a.sav").write_text("from,to\n", encoding="utf-8")
    (tmp_path / "b.sav").write_bytes(b"$FL2" + bytes(500))
    faults.clear()
    for name in ("a.sav", "b.sav"):
        assert chosen_sheets(tmp_path / name, Layout(), faults) == []
    assert "something else, named .sav" in str(faults[0])
    assert "no sound file" in str(faults[1])


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """Return a survey as SPSS stores it: codes with labels, a declared missing value, a date."""
    frame = pd.DataFrame(
        {
            "who": ["Ana Ruiz", "Ben Odel", "Eve Park"],
            "Q5_1": [float("nan"), 3.0, 1.0],
            "Q5_2": [2.0, float("nan"), 9.0],
            "Q5_3": [0.0, 1.0, float("nan")],
            "day": pd.to_datetime(["2024-10-05"] * 3),
        }
    )
    question = "How often did you ask for help? - "
    labels: list[str | None] = [
        "Your name",
        *(question + name for name in ("Ana Ruiz", "Ben Odel", "Eve Park")),
        "Day",
    ]
    words: dict[float | int, str] = {0: "Never", 1: "Monthly", 2: "Weekly", 3: "Daily", 9: "Refused"}
    path = tmp_path / "survey.sav"
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels=labels,
        variable_value_labels={f"Q5_{number}": words for number in (1, 2, 3)},
        missing_ranges={f"Q5_{number}": [9] for number in (1, 2, 3)},
    )
    return path


def test_data_of_spss_are_read_by_name_or_label_as_numbers_or_labels(
    run: Run,  # noqa: F811
    survey: Path,
    tmp_path: Path,
) -> None:
    (tmp_path / "roster.csv").write_text(
        "actor_id,name,aliases\nt1,Ana Ruiz,1\nt2,Ben Odel,2\nt3,Eve Park,3\n"
    )
    (tmp_path / "labels.csv").write_text("label,value\nNever,0\nMonthly,1\nWeekly,2\nDaily,3\n")
    common = (
        "--relation",
        "help:0:3",
        "--roster",
        tmp_path / "roster.csv",
        "--wave",
        "1",
        "--blank",
        "missing",
    )
    short = ("--respondent", "who", "--pattern", "Q5_{alter}")
    long: tuple[str, ...] = ("--header-row", "2", "--respondent", "Your name")
    long += ("--pattern", "How often did you ask for help? - {alter}")
    expected = [["t1", "t2", 2.0], ["t2", "t1", 3.0], ["t2", "t3", 1.0]]
    for words in (short, (*long, "--value-labels", "--labels", tmp_path / "labels.csv")):
        code, told, err = run("roster", survey, *common, *words, "--replace")
        assert code == 0, err
        assert "3 rows: 3 respondents" in told
        ties = read_own("ours").tables["ties"]
        assert ties[["sender_id", "receiver_id", "value"]].values.tolist() == expected
        assert read_own("ours").tables["nonresponse"]["actor_id"].tolist() == ["t3"]


def test_days_and_codes_of_spss_stay_what_they_are(survey: Path) -> None:
    (sheet,) = chosen_sheets(survey, Layout(), [])
    assert sheet.rows[3] == ["Ana Ruiz", "", "2", "0", "2024-10-05"]


def test_items_are_found_by_their_wording(run: Run, tmp_path: Path) -> None:  # noqa: F811
    items = (
        "item_id,scale,wording,minimum,maximum,reversed\ntrust_1,trust,We can count on one another.,1,5,0\n"
    )
    (tmp_path / "items.csv").write_text(f"{items}trust_2,trust,I dread meetings.,1,5,1\n", encoding="utf-8")
    people = tmp_path / "roster.csv"
    people.write_text("actor_id,name\nt1,Ana Ruiz\nt2,Ben Odel\n", encoding="utf-8")
    survey = tmp_path / "answers.csv"
    ties = tmp_path / "ties.csv"
    ties.write_text("from,to\nt1,t2\n", encoding="utf-8")
    assert run("edges", ties, "--roster", people, "--relation", "help:0:1", "--directed")[0] == 0
    words = ("items", survey, "--items", tmp_path / "items.csv", "--respondent", "Your name", "--wave", "1")
    for one, other in (
        ("we can count on one another", "I dread meetings"),
        ("How far do you agree? [We can count on one another.]", "How far do you agree? [I dread meetings.]"),
        ("Q3 - We can count on one another.", "trust_2"),
    ):
        survey.write_text(
            f"Timestamp,Your name,{one},{other}\n1,Ana Ruiz,4,2\n2,Ben Odel,5,\n", encoding="utf-8"
        )
        code, told, err = run(*words, "--replace")
        assert code == 0, err
        assert "columns that were not read: 'Timestamp'" in told
        found = read_own("ours").tables["responses"][["actor_id", "item_id", "value"]].values.tolist()
        assert sorted(found) == [["t1", "trust_1", 4.0], ["t1", "trust_2", 2.0], ["t2", "trust_1", 5.0]]
    twice = "Before [I dread meetings.],After [I dread meetings.]"
    survey.write_text(f"Your name,trust_1,{twice}\nAna Ruiz,4,2,1\n", encoding="utf-8")
    assert (
        "columns 'Before [I dread meetings.]' and 'After [I dread meetings.]' for 'trust_2'" in run(*words)[2]
    )
