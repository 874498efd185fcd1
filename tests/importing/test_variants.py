"""Files with what people and programs leave in them: read and told, or refused; a wrong network never."""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.files import DATA_RAW, ROOT
from analysis.importing.dataset.own import EXAMPLE, read_own
from tests.importing.networks import write_sheets
from tests.importing.test_archive import archived, book

HELP = ("--relation", "help:0:3:How often …?")
ROSTER = "actor_id,name,aliases\nt1,Ana Ruiz,\nt2,Ben Odel,Benny\nt3,Chloé Marsh,\nt4,李明,\n"
NAMES = ("--roster", "{roster}")
HEADER = "respondent,help | 1 | Ana Ruiz,help | 1 | Ben Odel,help | 1 | Chloé Marsh,help | 1 | 李明\n"
EDGES = "sender,receiver,value\nAna Ruiz,Ben Odel,2\n"
ONE = {("t1", "t2", 2.0)}
ALONE = {("Ana Ruiz", "Ben Odel", 2.0)}

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what imports a file into the dataset `ours` and gives the exit code and all that was told."""
    place = tmp_path / "data_raw"
    place.mkdir()
    shutil.copytree(DATA_RAW / EXAMPLE, place / EXAMPLE)
    monkeypatch.setattr("analysis.importing.dataset.own.DATA_RAW", place)
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")

    def imported(kind: str, file: str | Path, *options: str) -> tuple[int, str]:
        path = file if isinstance(file, Path) else tmp_path / "file.csv"
        if isinstance(file, str):
            path.write_text(file, encoding="utf-8", newline="")
        words = [option.replace("{roster}", str(roster)) for option in options]
        code = main(["import", kind, str(path), "--dataset", "ours", *HELP, *words])
        told = capsys.readouterr()
        assert "Traceback" not in told.out + told.err
        return code, told.out + told.err

    return imported


def ties() -> set[tuple[str, str, float]]:
    return set(read_own("ours").tables["ties"][["sender_id", "receiver_id", "value"]].itertuples(False, None))


REFUSED = {
    "a line about the file": ("edges", EDGES + "\nExported on 3 May 2024,,\n", (), "nobody|name of a person"),
    "a line about the file, a roster": ("edges", EDGES + "Source: survey 2024,,\n", NAMES, "nobody's name"),
    "a total below": ("edges", EDGES + "Total,,2\n", (), "the name of a person"),
    "a total below a survey": ("roster", HEADER + "Ana Ruiz,,1,0,0\nTotal,0,1,0,0\n", NAMES, "nobody's name"),
    "letters that look alike": ("edges", EDGES + "Ben Odel,\u0410na Ruiz,1\n", (), "Cyrillic and Latin"),
    "letters that look alike, a roster": ("edges", EDGES + "Ben Odel,\u0410na Ruiz,1\n", NAMES, "near: Ana"),
    "a nickname in brackets": ("edges", EDGES + "Ben (Benny) Odel,Ana Ruiz,1\n", NAMES, "near: Ben Odel"),
    "pronouns": ("edges", EDGES + "Ben Odel (he/him),Ana Ruiz,1\n", NAMES, "near: Ben Odel"),
    "a degree": ("edges", EDGES + '"Ben Odel, PhD",Ana Ruiz,1\n', NAMES, "near: Ben Odel"),
    "another script": ("edges", EDGES + "Бен Одел,Ana Ruiz,1\n", NAMES, "nobody's name is near"),
    "two columns of a name": ("edges", "sender,receiver,receiver\nAna Ruiz,Ben Odel,x\n", (), "2 columns"),
    "two columns of a person": (
        "roster",
        HEADER.strip() + ",help | 1 | Ana Ruiz\nBen Odel,1,,0,0,2\n",
        NAMES,
        "second",
    ),
    "percent": ("roster", HEADER + "Ana Ruiz,,50%,0,0\n", NAMES, "'50%'"),
    "a truth": ("roster", HEADER + "Ana Ruiz,,TRUE,0,0\n", NAMES, "'TRUE'"),
    "an apostrophe": ("roster", HEADER + "Ana Ruiz,,'1,0,0\n", NAMES, '"\'1"'),
    "another script's digit": ("roster", HEADER + "Ana Ruiz,,２,0,0\n", NAMES, "'２'"),
    "a space nobody sees": ("roster", HEADER + "Ana Ruiz,,\u200b,0,0\n", NAMES, "'\\u200b'"),
    "a label with its number": ("roster", HEADER + "Ana Ruiz,,1 - Monthly,0,0\n", NAMES, "'1 - Monthly'"),
    "a decimal comma": ("roster", HEADER + 'Ana Ruiz,,"1,5",0,0\n', NAMES, "'1,5'"),
    "beyond the scale": ("roster", HEADER + "Ana Ruiz,,4,0,0\n", NAMES, "from 0 to 3"),
    "a mark that never ends": ("edges", 'sender,receiver\n"Ana Ruiz,Ben Odel\n', (), "a CSV file"),
    "no header": ("edges", "Ana Ruiz,Ben Odel,2\n", (), "no such column"),
    "bars between": ("edges", EDGES.replace(",", "|"), (), "no such column"),
    "a column of rounds": (
        "edges",
        "sender,receiver,round\nAna Ruiz,Ben Odel,1\n",
        (),
        "--wave-column 'round'",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_known_is_refused_in_words(case: str, run: Run, tmp_path: Path) -> None:
    kind, text, options, told = REFUSED[case]
    code, said = run(kind, text, *options, *(("--directed",) if kind == "edges" else ()))
    assert code == 1
    assert any(part in said for part in told.split("|")), said
    assert not (tmp_path / "data_raw/ours").exists()


SHEET = "Name,Date,Activity\nAna Ruiz,{first},Kick-off\nBen Odel,{second},{called}\n"
REFUSED |= {
    "a year of another century": (
        *("attendance", SHEET.format(first="10/01/24", second="10/01/98", called="Talk")),
        *((*NAMES, "--dates", "month-first"), "four digits"),
    ),
    "two spellings of an activity": (
        *("attendance", SHEET.format(first="2024-10-01", second="2024-10-01", called="kick off")),
        *(NAMES, "'kick off', beside 'Kick-off'"),
    ),
}

READ = {
    "spaces that do not break": EDGES.replace("Ben Odel", "Ben\u00a0Odel"),
    "marks nobody sees": EDGES.replace("Ben Odel", "Ben\u200b Odel\u200e"),
    "two spaces, another case": EDGES.replace("Ben Odel", "BEN  odel "),
    "accents apart": EDGES.replace("Ben Odel", "Be\u0301n Odel"),
    "a title": EDGES.replace("Ben Odel", "Mr Odel"),
    "lines that end as on old machines": EDGES.replace("\n", "\r"),
    "another case of the header": EDGES.replace("sender,receiver", "Sender,RECEIVER"),
    "blank lines": EDGES.replace("\n", "\n\n\n"),
    "a row of value 0": EDGES + "Ana Ruiz,Chloé Marsh,0\n",
}


@pytest.mark.parametrize("case", READ)
def test_what_is_known_is_read(case: str, run: Run) -> None:
    code, said = run("edges", READ[case], *NAMES, "--directed")
    assert code == 0, said
    assert ties() == ONE
    assert "file.csv: ," not in said


CELL = '<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, *texts: str, raw: str = "", hidden: bool = False) -> str:
    cells = "".join(
        CELL.format(place=f"{letter}{number}", text=text)
        for letter, text in zip("ABCDE", texts, strict=False)
        if text
    )
    return f'<row r="{number}"{" hidden=" + chr(34) + "1" + chr(34) if hidden else ""}>{cells}{raw}</row>'


HEAD = row(1, *HEADER.strip().split(","))
FORMULA, ERROR = '<c r="C2"><f>1+1</f></c>', '<c r="C2" t="e"><v>#REF!</v></c>'


@pytest.mark.parametrize(("cell", "found"), [(FORMULA, "'=1+1'"), (ERROR, "'#REF!'")])
def test_a_formula_or_an_error_of_a_workbook_is_no_blank(
    cell: str, found: str, run: Run, tmp_path: Path
) -> None:
    """Where blanks mean that there is no tie, it would be one of them."""
    path = book(tmp_path / "b.xlsx", HEAD + row(2, "Ana Ruiz", "", "", "0", "0", raw=cell))
    code, said = run("roster", path, *NAMES, "--blank", "none")
    assert code == 1 and f"row 2, column help | 1 | Ben Odel: found {found}" in said
    worked_out = cell.replace("</f>", "</f><v>2</v>").replace(' t="e"', "").replace("#REF!", "2")
    path = book(tmp_path / "b.xlsx", HEAD + row(2, "Ana Ruiz", "", "", "0", "0", raw=worked_out))
    assert run("roster", path, *NAMES, "--blank", "none")[0] == 0
    assert ties() == ONE


def test_a_name_that_is_a_formula_is_nobodys(run: Run, tmp_path: Path) -> None:
    rows = row(1, "sender", "receiver") + row(2, "Ana Ruiz", "Ben Odel") + row(3, "", "Ben Odel", raw="")
    path = book(tmp_path / "b.xlsx", rows.replace('<row r="3">', '<row r="3"><c r="A3"><f>A2</f></c>'))
    code, said = run("edges", path, "--directed")
    assert code == 1 and "'=A2'" in said


def test_what_is_hidden_or_merged_in_a_workbook_is_told(run: Run, tmp_path: Path) -> None:
    rows = row(1, "sender", "receiver", "value") + row(2, "Ana Ruiz", "Ben Odel", "2", hidden=True)
    path = book(tmp_path / "b.xlsx", rows)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>'
    parts[sheet] = parts[sheet].replace(b"</sheetData>", merged)
    code, said = run("edges", archived(tmp_path / "c.xlsx", parts), *NAMES, "--directed")
    assert code == 0 and ties() == ONE
    assert "c.xlsx: hidden rows, read like others: 1" in said
    assert "c.xlsx: merged cells, whose value stands in the first of them alone: A2:A3" in said


def test_a_hidden_sheet_is_asked_for_by_name(run: Run, tmp_path: Path) -> None:
    rows: list[list[float | str | bool | None]] = [
        ["sender", "receiver", "value"],
        ["Ana Ruiz", "Ben Odel", 2.0],
    ]
    path = write_sheets(tmp_path / "b.xlsx", {"New": rows, "Old": rows})
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="Old"', b'name="Old" state="hidden"')
    path = archived(tmp_path / "c.xlsx", parts)
    code, said = run("edges", path, "--directed")
    assert code == 1 and "2 sheets: 'New', 'Old'" in said
    code, said = run("edges", path, "--directed", "--sheet", "Old")
    assert code == 0 and "the sheet is hidden in the workbook" in said
    assert ties() == ALONE


def test_another_encoding_is_read_once_it_is_said(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "western.csv"
    path.write_bytes(EDGES.replace("Ben Odel", "Chloé Marsh").encode("windows-1252"))
    code, said = run("edges", path, *NAMES, "--directed")
    assert code == 1 and "say --encoding windows-1252" in said
    # Letters of another encoding are nobody's on the roster.
    code, said = run("edges", path, *NAMES, "--directed", "--encoding", "windows-1251")
    assert code == 1 and "near: Chloé Marsh" in said
    assert run("edges", path, *NAMES, "--directed", "--encoding", "windows-1252")[0] == 0
    assert ties() == {("t1", "t3", 2.0)}


KINDS = {".qdpx": "refi", ".csv": "edges", ".xlsx": "edges", ".txt": "edges", ".ods": "edges"}


def test_every_case_of_the_folder_is_read_and_told_or_refused_by_name(run: Run, tmp_path: Path) -> None:
    """Whatever it is taken for; what each should give when it is taken for what it is, `test_cases` says."""
    place = Path(os.environ.get("COMPENDIUM_REFERENCE", ROOT.parent / "shared/reference"))
    folder = place / "cases/own_network"
    if not folder.is_dir():
        pytest.skip("the cases are not on this machine (COMPENDIUM_REFERENCE)")
    for path in sorted(folder.iterdir()):
        if path.suffix == ".md" or "labels" in path.stem or path.stem.startswith("roster"):
            continue
        code, said = run(KINDS.get(path.suffix, "graph"), path)
        assert code in (0, 1), (path.name, said)
        if code:
            assert re.match(r"[0-9]+ faults?, nothing (read|written):\n", said), (path.name, said)
            named = {path.name, "project.qde", "ties", "actors.csv", "ties.csv", path.stem}
            assert all(any(name in line for name in named) for line in said.splitlines()[1:]), said
            assert not (tmp_path / "data_raw/ours").exists()
        else:
            assert "now has" in said
            shutil.rmtree(tmp_path / "data_raw/ours")


def test_a_coding_whose_code_is_missing_is_named(run: Run) -> None:
    place = Path(os.environ.get("COMPENDIUM_REFERENCE", ROOT.parent / "shared/reference"))
    path = place / "cases/own_network/73_missing_code.qdpx"
    if not path.is_file():
        pytest.skip("the cases are not on this machine (COMPENDIUM_REFERENCE)")
    code, said = run("refi", path)
    assert code == 1 and "found a coding of the code 'gone'; allowed: codes of the codebook" in said
