"""From raw files to checked tables: whole, or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

from analysis.files import DATA_RAW
from analysis.sources.build import build
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.load import read_tables
from analysis.tables.package import DataPackage
from tests.compendium.small import copy_code
from tests.tables.workbooks import write_workbook

DATASET = "school_leaders"
WAVES = pd.DataFrame({"wave": [1], "label": ["Autumn"]})


@pytest.fixture
def copy(tmp_path: Path, data_mirror: Path) -> Path:
    """Return a compendium with nothing but the code, one declaration and its raw files."""
    copy_code(tmp_path)
    raw = tmp_path / "data_raw" / DATASET
    raw.mkdir(parents=True)
    for path in [DATA_RAW / DATASET / "datapackage.json", *(data_mirror / DATASET).iterdir()]:
        shutil.copyfile(path, raw / path.name)
    return tmp_path


def run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the importer of the copy as `make` does."""
    command = [sys.executable, "-m", f"analysis.sources.{DATASET}", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_tables_are_built_and_a_broken_workbook_leaves_them_alone(copy: Path) -> None:
    done = run(copy)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    derived = copy / "data_derived"
    before = contents(derived)
    assert sorted(before) == [
        f"{DATASET}/{name}"
        for name in ("actors.csv", "datapackage.json", "organizations.csv", "ties.csv", "waves.csv")
    ]
    built = read_tables(derived / DATASET)
    assert {name: len(frame) for name, frame in built.items()} == {
        "organizations": 2,
        "actors": 43,
        "waves": 2,
        "ties": 82 + 1314 + 47 + 726,
    }

    assert run(copy).returncode == 0
    assert contents(derived) == before

    raw = copy / "data_raw" / DATASET
    broken = [[0.0] * 43 for _ in range(43)]
    broken[36][2], broken[40][0] = 7.0, -1.0
    write_workbook(raw / "year-3-confidential-ties.xlsx", broken)
    (raw / "year-1-collaboration-ties.xlsx").write_bytes(b"<html></html>")
    failed = run(copy)
    assert (failed.returncode, failed.stdout) == (1, "")
    title, page, *cells = failed.stderr.splitlines()
    assert title == "school_leaders: 3 faults, nothing written:"
    assert page.startswith("  year-1-collaboration-ties.xlsx: found no workbook (")
    allowed = "allowed: a number from 0 to 4"
    assert cells == [
        f"  year-3-confidential-ties.xlsx, row 37, column 3: found 7; {allowed}",
        f"  year-3-confidential-ties.xlsx, row 41, column 1: found -1; {allowed}",
    ]
    assert contents(derived) == before
    assert [path.name for path in derived.iterdir()] == [DATASET]


def test_without_raw_files_nothing_is_made(copy: Path) -> None:
    for path in (copy / "data_raw" / DATASET).glob("*.xlsx"):
        path.unlink()
    failed = run(copy)
    assert failed.returncode == 1
    assert failed.stderr.count("found no such file; allowed: run `make data`") == 5
    assert "Traceback" not in failed.stderr
    assert not (copy / "data_derived").exists()


def test_a_wrong_word_on_the_command_line_is_refused(copy: Path) -> None:
    failed = run(copy, "--all")
    assert failed.returncode == 2
    assert "unrecognized arguments: --all" in failed.stderr
    assert "Write data_derived/school_leaders/ from data_raw/school_leaders/." in run(copy, "--help").stdout


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a place in which `build` works in this process; its dataset has tables already."""
    raw = tmp_path / "data_raw" / "small"
    raw.mkdir(parents=True)
    package = {"name": "small", "title": "Small", "kind": "real", "citation": "none"}
    (raw / "datapackage.json").write_text(
        json.dumps(package | {"licenses": [{"title": "none"}], "smallest_cell": 0})
    )
    old = tmp_path / "data_derived" / "small"
    old.mkdir(parents=True)
    (old / "waves.csv").write_text("as it was")
    (old / "ties.csv").write_text("of an earlier version")
    monkeypatch.setattr("analysis.sources.build.DATA_RAW", tmp_path / "data_raw")
    monkeypatch.setattr("analysis.sources.build.DATA_DERIVED", tmp_path / "data_derived")
    monkeypatch.setattr(sys, "argv", ["small"])
    return tmp_path


def untouched(place: Path) -> bool:
    """Whether the tables are those there were, and nothing else was left beside them."""
    return contents(place / "data_derived") == {
        "small/waves.csv": b"as it was",
        "small/ties.csv": b"of an earlier version",
    } and [path.name for path in (place / "data_derived").iterdir()] == ["small"]


def waves(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Import one table that is sound."""
    assert (raw.name, package.name) == ("small", "small")
    return {"waves": WAVES}


def test_new_tables_take_the_place_of_all_the_old_ones(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(waves, "small") == 0
    found = contents(place / "data_derived")
    assert found.keys() == {"small/waves.csv", "small/datapackage.json"}
    assert found["small/waves.csv"] == b"wave,label,opened_on,closed_on\n1,Autumn,,\n"
    assert [path.name for path in (place / "data_derived").iterdir()] == ["small"]
    assert capsys.readouterr() == ("", "")


def test_faults_of_the_importer_the_tables_and_the_declaration_end_it(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refusing(*_: object) -> Mapping[str, pd.DataFrame]:
        raise_faults([Fault("ties.xlsx", "'7'", "a number", 3, "2"), Fault("a.xlsx", "no such file", "one")])
        raise AssertionError

    assert build(refusing, "small") == 1
    assert capsys.readouterr().err.splitlines() == [
        "small: 2 faults, nothing written:",
        "  ties.xlsx, row 3, column 2: found '7'; allowed: a number",
        "  a.xlsx: found no such file; allowed: one",
    ]
    assert build(lambda *_: {"waves": WAVES.assign(wave="one")}, "small") == 1
    assert "  waves.csv, row 2, column wave: found 'one'" in capsys.readouterr().err
    assert build(waves, "unknown") == 1
    assert "data_raw/unknown/datapackage.json: found no such file" in capsys.readouterr().err
    assert untouched(place)


@pytest.mark.parametrize("step", ["partial_folder", "write_tables", "replace_folder"])
def test_a_disk_that_fails_leaves_the_old_tables(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], step: str
) -> None:
    def full(*given: object) -> None:
        if step == "write_tables":
            (Path(str(given[1])) / "waves.csv").write_text("wave,la")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(f"analysis.tables.load.{step}", full)
    assert build(waves, "small") == 1
    assert capsys.readouterr().err == (
        "small: data_derived/small cannot be written: [Errno 28] No space left on device\n"
    )
    assert untouched(place)


def test_whatever_else_ends_it_leaves_nothing_half_written(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object, folder: Path) -> None:
        (folder / "waves.csv").write_text("wave,la")
        raise KeyboardInterrupt

    monkeypatch.setattr("analysis.tables.load.write_tables", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build(waves, "small")
    assert untouched(place)


def test_an_importer_that_is_broken_itself_is_no_fault_of_the_data(place: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        build(lambda *_: {"waves": WAVES.assign(wave=1 // 0)}, "small")
    assert untouched(place)
