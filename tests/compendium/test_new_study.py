"""`make new STUDY=ours`: it runs at once on the example, and on a dataset of one's own, naming nobody."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.compendium import new_study as module
from analysis.compendium.new_study import new_study
from analysis.tables.faults import InvalidInput
from tests.compendium import warm
from tests.compendium.small import copy_code

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def compendium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the compendium with no study, and the example alone of its data."""
    root = tmp_path_factory.mktemp("new") / "compendium"
    copy_code(root)
    shutil.copytree(ROOT / "data_raw/example_network", root / "data_raw/example_network")
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, root)
    for folder in ("reports", "data_derived", "notebooks"):
        (root / folder).mkdir()
    return root


def run(root: Path, *arguments: str, code: int = 0) -> str:
    """Run one command of make with this Python; return what it says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMPENDIUM_")}
    command = ["make", "ENV=active", f"PYTHON={sys.executable}", *arguments]
    environment |= {"HOME": str(root.parent / "home"), **warm.environment()}
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout if not code else done.stderr


def test_a_new_study_runs_at_once_on_the_example_and_on_data_of_ones_own(compendium: Path) -> None:
    assert "make STUDY=ours runs it on the example" in run(compendium, "new", "STUDY=ours")
    written = sorted(path.name for path in (compendium / "notebooks/ours").iterdir())
    assert written == ["claims.csv", "claims_of_originals.csv", "ours.ipynb", "study.yml"]
    done = run(compendium, "STUDY=ours")
    assert "ours/example  SYNTHETIC           1          0                0        0" in done
    report = compendium / "reports/ours/example"
    numbers = json.loads((report / "numbers.json").read_text(encoding="utf-8"))
    assert numbers["people"]["value"] == 34
    assert (report / "tables/structure.csv").is_file() and (report / "figures/turnover.svg").is_file()
    page = report.with_suffix(".html").read_text(encoding="utf-8")
    assert (
        "34 people are in the network." in page.partition('<h2 id="in-short">')[2].partition("</section>")[0]
    )
    assert "known truth 34: recovered" in page
    assert "34 people are in the network." in (compendium / "reports/index.html").read_text(encoding="utf-8")
    # The same study on a dataset of one's own: the example's tables, declared as anybody begins a dataset.
    run(compendium, "new", "NAME=mine")
    folder = compendium / "data_raw/mine"
    for path in (folder / "example").glob("*.csv"):
        shutil.copy(path, folder)
    declared = json.loads((folder / "example/datapackage.json").read_text(encoding="utf-8"))
    del declared["smallest_cell"], declared["audience"]
    (folder / "datapackage.json").write_text(json.dumps(declared | {"name": "mine"}), encoding="utf-8")
    run(compendium, "deidentify", "DATASET=mine", "WORDS=office,birch,elm")
    claims = compendium / "notebooks/ours/claims_of_originals.csv"
    said = run(compendium, "report", "DATASET=mine", f"CLAIMS={claims.relative_to(compendium)}")
    assert "run datasets/mine/ours: done" in said
    assert "people: reproduced (|34 − 34| = 0 ≤ 0.5)" in said
    verdict = compendium / "reports/datasets/mine/verdict.json"
    assert [one["run"] for one in json.loads(verdict.read_text(encoding="utf-8"))["claims"]] == ["ours"]
    index = (compendium / "reports/datasets/mine/index.html").read_text(encoding="utf-8")
    assert 'href="verdict.html"' in index
    # A claims file with a fault: no report and no verdict is touched, and the exit code says so.
    before = {path: path.read_bytes() for path in sorted((compendium / "reports").rglob("*.*"))}
    claims.write_text(claims.read_text(encoding="utf-8").replace(",people,,", ",peeple,,"), encoding="utf-8")
    wrong = f"CLAIMS={claims.relative_to(compendium)}"
    told = run(compendium, "report", "DATASET=mine", wrong, code=2)
    assert "row 2: found claim people held against 'peeple'" in told and "(the nearest: people" in told
    assert "1 fault, no report made:" in told
    assert before == {path: path.read_bytes() for path in sorted((compendium / "reports").rglob("*.*"))}
    with (folder / "actors.csv").open(encoding="utf-8") as lines:
        people = {row["actor_id"] for row in csv.DictReader(lines)}
    table = (compendium / "reports/datasets/mine/ours/tables/structure.csv").read_text(encoding="utf-8")
    assert not people & set(table.replace("\n", ",").split(","))
    derived = json.loads((compendium / "data_derived/mine/datapackage.json").read_text(encoding="utf-8"))
    assert (derived["audience"], derived["smallest_cell"]) == ("private", 5)


@pytest.mark.parametrize("name", ["Ours", "1st", "a b", "../x", "a/b", "x" * 41, ""])
def test_only_a_plain_name_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(module, "STUDIES", tmp_path)
    with pytest.raises(InvalidInput, match="STUDY: found"):
        new_study(name, print)
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_is_there_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STUDIES", tmp_path)
    (tmp_path / "ours").mkdir()
    with pytest.raises(InvalidInput, match="a folder of that name"):
        new_study("ours", print)
    assert list((tmp_path / "ours").iterdir()) == []
