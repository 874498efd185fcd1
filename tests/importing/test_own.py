"""A team's own dataset: begun, checked with every fault at once, added to; nothing half done."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from analysis.files import DATA_RAW, ROOT
from analysis.importing.dataset.own import EXAMPLE, add_tables, begin, own_folder, read_own, told
from analysis.tables.faults import InvalidInput
from analysis.tables.package import Relation
from analysis.tables.schema import TABLES


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a `data_raw/` of its own, which has the example dataset."""
    place = tmp_path / "data_raw"
    place.mkdir()
    shutil.copytree(DATA_RAW / EXAMPLE, place / EXAMPLE)
    monkeypatch.setattr("analysis.importing.dataset.own.DATA_RAW", place)
    return place


def filled(raw: Path, name: str = "ours") -> Path:
    """Begin a dataset and fill it with the example's tables and declaration."""
    folder = begin(name)
    for path in (folder / "example").glob("*.csv"):
        shutil.copy(path, folder)
    declared = json.loads((folder / "example/datapackage.json").read_text(encoding="utf-8"))
    (folder / "datapackage.json").write_text(json.dumps(declared | {"name": name}), encoding="utf-8")
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_a_new_dataset_has_guide_templates_and_an_example_that_passes(raw: Path) -> None:
    folder = begin("ours", "The network of Ours")
    assert (folder / ".gitignore").read_text() == "*\n"
    assert "make deidentify DATASET=ours" in (folder / "GUIDE.md").read_text(encoding="utf-8")
    templates = {
        path.stem: path.read_text(encoding="utf-8").strip() for path in (folder / "templates").iterdir()
    }
    assert templates == {
        name: ",".join(column.name for column in table.columns) for name, table in TABLES.items()
    }
    data = read_own("ours")
    assert data.example
    assert len(data.tables["actors"]) == 34
    assert json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["title"] == (
        "The network of Ours"
    )


def test_nothing_in_it_can_be_committed_by_accident(tmp_path: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    folder = tmp_path / "data_raw/ours"
    folder.mkdir(parents=True)
    (folder / ".gitignore").write_text("*\n")
    for name in ("datapackage.json", "SOURCE.md", "actors.csv", "layout.csv", "survey.xlsx"):
        (folder / name).write_text("x")
    listed = subprocess.run(
        ["git", "-C", str(tmp_path), "status", "--porcelain", "-uall"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "data_raw" not in listed.stdout


@pytest.mark.parametrize(
    "name", ["", "Ours", "1st", "a b", "../x", "a/b", "x" * 41, "school_leaders", EXAMPLE]
)
def test_only_a_free_plain_name_is_taken(raw: Path, name: str) -> None:
    before = snapshot(raw)
    with pytest.raises(InvalidInput, match="name of the dataset"):
        begin(name)
    assert snapshot(raw) == before


def test_a_folder_that_is_there_is_left_alone(raw: Path) -> None:
    folder = filled(raw)
    before = snapshot(folder)
    with pytest.raises(InvalidInput, match="a folder of that name"):
        begin("ours")
    assert snapshot(folder) == before


def test_own_tables_are_read_and_told(raw: Path) -> None:
    filled(raw)
    data = read_own("ours")
    assert not data.example
    lines = told(data)
    assert lines[0].startswith("SYNTHETIC: ")
    ties = data.tables["ties"]
    first = ties[(ties["wave"] == 1) & (ties["relation"] == "help")]
    assert f"wave 1: {len(first)} ties of help" in lines[2]
    assert lines[2].endswith("2 did not answer")


def test_contacts_and_adoptions_are_told_with_their_spans_and_what_is_odd(raw: Path) -> None:
    folder = filled(raw)
    contacts = (folder / "contacts.csv").read_text(encoding="utf-8")
    (folder / "contacts.csv").write_text(contacts + "2031-01-01,e01,e01,talk\n", encoding="utf-8")
    rows = [
        "innovation,adopter_id,adopted_on,censored",
        "exit tickets,e01,2024-10-01,0",
        "exit tickets,e02,2025-06-01,1",
        "Exit ticket,e03,2024-12-01,0",
        "both,e01,2024-10-01,0",
        "both,ash,2024-10-02,0",
    ]
    (folder / "adoptions.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    data = read_own("ours")
    lines = told(data)
    people = len(data.tables["actors"])
    assert any(
        line.startswith("contacts from 2024-") and "to 2031-01-01; 1 of people with themselves" in line
        for line in lines
    )
    found = {line.split("'")[1]: line for line in lines if line.startswith("adoption of ")}
    assert (
        f"1 adopted, 1 had not, 2024-10-01 to 2025-06-01; {people - 2} people have no row"
        in found["exit tickets"]
    )
    assert "is it the same as" in found["exit tickets"] + found["Exit ticket"]
    assert "no report can take it: adopters are 1 people and 1 organisations" in found["both"]


FAULTS = {
    # file, row, column: what is planted, and the words of the fault
    ("actors.csv", 3, "organization_id"): "'asch'",
    ("actors.csv", 36, "actor_id"): "'e02' again, as in row 3",
    ("actors.csv", 5, "joined_on"): "'5/9/2024'",
    ("actors.csv", 6, "years_teaching"): "'60'",
    ("actors.csv", 7, "subject"): "'sport'",
    ("actors.csv", 8, "left_on"): "before joined_on",
    ("organizations.csv", 4, "kind"): "'church'",
    ("waves.csv", 4, "closed_on"): "'2025-02-30'",
    ("ties.csv", 2, "receiver_id"): "'e99'",
    ("ties.csv", 3, "value"): "'7'",
    ("ties.csv", 4, "value"): "'2,5'",
    ("ties.csv", 5, "relation"): "'love'",
    ("ties.csv", 6, "wave"): "'9'",
    ("ties.csv", 7, "sender_id"): "who left on 2020-01-01",
    ("ties.csv", 8, "reported_by"): "nothing",
    ("attendance.csv", 2, "activity_id"): "'kickoff'",
    ("responses.csv", 2, "value"): "'9'",
    ("items.csv", 3, "maximum"): "'1'",
    ("codings.csv", 2, "applied"): "'yes'",
    ("contacts.csv", 2, "time"): "'05.10.2024 14:30'",
    ("activities.csv", 1, "room"): "an undeclared column",
    ("documents.csv", 3, None): "the byte 0xe9",
    ("codebook.csv", 3, None): "4 cells",
    ("friends.csv", None, None): "a table of that name",
    ("data_raw/ours/datapackage.json", None, "citation"): "None",
}


def plant(folder: Path) -> None:
    """Plant every fault of `FAULTS`."""

    def cell(file: str, row: int, column: str, value: str) -> None:
        path = folder / file
        frame = pd.read_csv(path, dtype="string", keep_default_na=False)
        frame.loc[row - 2, column] = value
        frame.to_csv(path, index=False)

    cell("actors.csv", 3, "organization_id", "asch")
    with (folder / "actors.csv").open("a", encoding="utf-8") as stream:
        stream.write("e02,ash,teacher,,,3,arts\n")
    cell("actors.csv", 5, "joined_on", "5/9/2024")
    cell("actors.csv", 6, "years_teaching", "60")
    cell("actors.csv", 7, "subject", "sport")
    cell("actors.csv", 8, "joined_on", "2024-05-01")
    cell("actors.csv", 8, "left_on", "2024-04-01")
    cell("organizations.csv", 4, "kind", "church")
    cell("waves.csv", 4, "closed_on", "2025-02-30")
    for row, (column, value) in enumerate(
        [
            ("receiver_id", "e99"),
            ("value", "7"),
            ("value", "2,5"),
            ("relation", "love"),
            ("wave", "9"),
        ],
        start=2,
    ):
        cell("ties.csv", row, column, value)
    cell("actors.csv", 35, "left_on", "2020-01-01")
    cell("ties.csv", 7, "sender_id", "e34")
    cell("ties.csv", 8, "reported_by", "")
    cell("attendance.csv", 2, "activity_id", "kickoff")
    cell("responses.csv", 2, "value", "9")
    cell("items.csv", 3, "minimum", "5")
    cell("items.csv", 3, "maximum", "1")
    cell("codings.csv", 2, "applied", "yes")
    cell("contacts.csv", 2, "time", "05.10.2024 14:30")
    cell("activities.csv", 2, "room", "12")
    (folder / "documents.csv").write_bytes(
        (folder / "documents.csv")
        .read_bytes()
        .replace(b"note_2,field note", "note_2,résumé".encode("latin-1"))
    )
    (folder / "codebook.csv").write_text(
        "code,parent,definition\nhelp,,\nasking,help,a,b\ngiving,help,\ntime,,\n"
    )
    (folder / "friends.csv").write_text("a,b\n1,2\n")
    declared = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    del declared["citation"]
    (folder / "datapackage.json").write_text(json.dumps(declared))


def test_one_run_lists_every_planted_fault_in_its_place(raw: Path) -> None:
    folder = filled(raw)
    plant(folder)
    before = snapshot(raw)
    with pytest.raises(InvalidInput) as caught:
        read_own("ours")
    listed = {(fault.file, fault.row, fault.column): str(fault) for fault in caught.value.faults}
    for place, words in FAULTS.items():
        assert place in listed, place
        assert words in listed[place]
    # The rest are the other ties of the people who now had left.
    others = {place: text for place, text in listed.items() if place not in FAULTS}
    assert all("allowed: people who were in the network in that wave" in text for text in others.values())
    assert "did you mean 'ash'?" in listed["actors.csv", 3, "organization_id"]
    assert "did you mean 'kick_off'?" in listed["attendance.csv", 2, "activity_id"]
    assert "(with a decimal point: 2.5)" in listed["ties.csv", 4, "value"]
    assert snapshot(raw) == before


HELP = Relation("help", "Whom do you ask?", 0, 3)


def tables(**values: str) -> dict[str, pd.DataFrame]:
    """Return one wave of a network of two."""
    return {
        "actors": pd.DataFrame({"actor_id": ["a", "b"]}),
        "waves": pd.DataFrame({"wave": [1], "label": ["Wave 1"]}),
        "ties": pd.DataFrame(
            {
                "wave": [1],
                "relation": ["help"],
                "sender_id": ["a"],
                "receiver_id": [values.get("receiver", "b")],
                "value": [1],
                "reported_by": ["a"],
            }
        ),
    }


def test_tables_are_added_to_a_dataset_that_is_begun_for_them(raw: Path) -> None:
    assert add_tables("ours", tables(), {"help": HELP}) == {"actors": 2, "waves": 1, "ties": 1}
    second = tables()
    second["waves"] = pd.DataFrame({"wave": [1, 2], "label": ["another name", "Wave 2"]})
    second["ties"]["wave"] = 2
    assert add_tables("ours", second, {})["ties"] == 2
    data = read_own("ours")
    assert data.tables["waves"]["label"].tolist() == ["Wave 1", "Wave 2"]
    assert data.package.relations == (HELP,)
    # The same again adds nothing; another value of the same tie is a fault, unless it is to replace it.
    assert add_tables("ours", second, {})["ties"] == 2
    second["ties"]["value"] = 3
    before = snapshot(raw)
    with pytest.raises(InvalidInput, match="again, as in row 3"):
        add_tables("ours", second, {})
    assert snapshot(raw) == before
    assert add_tables("ours", second, {}, replace=True)["ties"] == 2
    assert read_own("ours").tables["ties"]["value"].tolist() == [1, 3]


def test_what_has_a_fault_adds_nothing_and_begins_nothing(raw: Path) -> None:
    before = snapshot(raw)
    with pytest.raises(InvalidInput, match=r"column receiver_id: found 'c'"):
        add_tables("ours", tables(receiver="c"), {"help": HELP})
    with pytest.raises(InvalidInput, match="relations declared"):
        add_tables("ours", tables(), {})
    assert snapshot(raw) == before
    assert not own_folder("ours").exists()


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_nobody_else_may_read_it_whatever_the_umask(raw: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        add_tables(
            "ours", tables(), {"help": HELP}, roster=pd.DataFrame({"actor_id": ["a"], "name": ["Ana"]})
        )
    finally:
        os.umask(before)
    folder = raw / "ours"
    modes = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    assert modes == {True: 0o700, False: 0o600}
    assert (folder / "names/roster.csv").is_file()
