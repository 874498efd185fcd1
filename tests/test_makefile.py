"""What a person types after `make`: it reaches Python as typed, and says what to do where it cannot."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from analysis.__main__ import main

ROOT = Path(__file__).resolve().parents[1]

NASTY = "a $HOME $(id) `id` \"two words\" 'one' \\ ; # é* & |"


def planned(**given: str) -> list[str]:
    """What Python is given by `make plan`: every parameter, those not typed empty."""
    names = ("members", "schools", "waves", "contacts", "attendance", "answered", "activities", "months")
    words = [word for name in (*names, "ready", "set") for word in (f"--{name}", given.get(name, ""))]
    return ["plan", *words]


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """Return a stand-in for Python that prints what it is given."""
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    stand_in.chmod(0o755)
    return stand_in


def given(python: Path, *arguments: str) -> list[list[str]]:
    """What Python is given by a command of make, once for each time it is called."""
    command = ["make", "ENV=active", f"PYTHON={python}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["STUDY"], ["make", "--study", NASTY]),
        (["data", "STUDY"], ["data", "--study", NASTY]),
        (["check", "STUDY"], ["check", "--study", NASTY]),
        (["sweep", "STUDY"], ["sweep", "--study", NASTY]),
        (["why", "STUDY"], ["why", "--study", NASTY]),
        (["expected", "STUDY"], ["expected", "--study", NASTY]),
        (["new", "NAME"], ["new", NASTY, "--study", ""]),
        (["new", "STUDY"], ["new", "", "--study", NASTY]),
        (["check-data", "DATASET"], ["check-data", NASTY]),
        (
            ["export", "DATASET=ours", "FORMAT=gexf", "TIE"],
            ["export", "ours", "--format", "gexf", "--tie", NASTY, "--wave", ""],
        ),
        (["report", "DATASET=ours", "SET"], ["report", "ours", "--set", NASTY, "--claims", ""]),
        (["report", "DATASET=ours", "CLAIMS"], ["report", "ours", "--set", "", "--claims", NASTY]),
        (["report", "SET=x", "DATASET"], ["report", NASTY, "--set", "x", "--claims", ""]),
        (["plan", "SCHOOLS=8", "MEMBERS"], planned(schools="8", members=NASTY)),
        (["plan", "MEMBERS=60", "SET"], planned(members="60", set=NASTY)),
        (
            ["import", "KIND=roster", "DATASET=ours", "FILE"],
            ["import", "roster", NASTY, "--options", "", "--dataset", "ours"],
        ),
        (
            ["import", "KIND=roster", "FILE=f.csv", "DATASET=ours", "ARGS"],
            ["import", "roster", "f.csv", "--options", NASTY, "--dataset", "ours"],
        ),
        (
            ["deidentify", "DATASET=ours", "KEY=k", "DATES=month", "KEEP_TEXT=a.b", "WORDS"],
            [
                "deidentify",
                "ours",
                "--dates",
                "month",
                "--key",
                "k",
                "--keep-text",
                "a.b",
                "--allow-words",
                NASTY,
                "--keep",
                "",
            ],
        ),
        (
            ["deidentify", "DATASET=ours", "KEY"],
            [
                *("deidentify", "ours", "--dates", "month", "--key", NASTY),
                *("--keep-text", "", "--allow-words", "", "--keep", ""),
            ],
        ),
        (
            ["deidentify", "DATASET=ours", "KEEP"],
            [
                *("deidentify", "ours", "--dates", "month"),
                *("--keep-text", "", "--allow-words", "", "--keep", NASTY),
            ],
        ),
    ],
)
def test_a_value_reaches_python_as_it_was_typed(python: Path, typed: list[str], expected: list[str]) -> None:
    *others, variable = typed
    assert given(python, *others, f"{variable}={NASTY}") == [["-m", "analysis", *expected]]


def test_closures_are_looked_for_where_the_file_can_be_read(python: Path) -> None:
    asked = [f"CLUSTER_PYTHON={python}", f"FILE={NASTY}", "WINDOW=14", "PERSISTENCE=7", "OUT=a b.csv"]
    spans = ["--window", "14", "--persistence", "7", "--horizon", "", "--burn-in", ""]
    assert given(python, "closures", *asked) == [
        ["-m", "analysis", "closures", NASTY, *spans, "--out", "a b.csv"]
    ]


def test_a_cluster_for_trying_has_two_workers_unless_told(python: Path) -> None:
    command = ["-m", "analysis", "cluster", "--workers"]
    asked = f"CLUSTER_PYTHON={python}"
    assert given(python, "cluster", asked) == [[*command, "2", "--port", "8786"]]
    assert given(python, "cluster", asked, f"WORKERS={NASTY}", "PORT=1") == [[*command, NASTY, "--port", "1"]]


def test_without_values_nothing_is_made_up(python: Path) -> None:
    assert given(python) == [["-m", "analysis", "make"]]
    assert given(python, "validate", "STUDY=star_coalescence") == [
        ["-m", "analysis.validations.star_coalescence"]
    ]
    assert len(given(python, "validate")) == len(list((ROOT / "analysis/validations").glob("[a-z]*.py")))
    assert given(python, "import", "KIND=help") == [["-m", "analysis", "import", "--help"]]


@pytest.mark.parametrize("document", ["README.md", "analysis/importing/guide.md"])
def test_the_import_that_the_documents_print_is_taken_as_it_stands(
    python: Path, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    found = re.search(r"make import KIND=roster [^`#]*?ARGS='.*?'", text, re.DOTALL)
    assert found is not None
    assert "python -m analysis" not in text
    (words,) = given(python, *shlex.split(" ".join(found[0].split()))[1:])
    seen = []
    monkeypatch.setattr("analysis.importing.command.run", lambda arguments, _: seen.append(arguments))
    assert main(words[2:]) == 0
    (arguments,) = seen
    assert (arguments.kind, arguments.roster) == ("roster", Path("roster.csv"))
    assert arguments.files == [Path("survey.xlsx")]
    assert arguments.dataset in ("ours", "{name}")
    assert arguments.relation[0].startswith("help:0:3:How often did you ")


def test_options_that_cannot_be_taken_apart_are_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", "edges", "f.csv", "--options", "--tie 'help", "--dataset", "ours"]) == 1
    assert 'ARGS: found "--tie \'help" (No closing quotation)' in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "found"),
    [(["new", "", "--study", ""], "neither"), (["new", "a", "--study", "b"], "NAME=a and STUDY=b")],
)
def test_a_dataset_or_a_study_is_begun_and_not_both(
    capsys: pytest.CaptureFixture[str], words: list[str], found: str
) -> None:
    assert main(words) == 1
    told = (
        f"make new: found {found}; allowed: NAME=… begins a dataset of your own, STUDY=… a study: one of them"
    )
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("command", [["make"], ["import", "edges", "f.csv"], ["--help"], []])
def test_without_its_packages_one_line_says_what_to_type(command: list[str]) -> None:
    # -S: no package but those of Python itself.
    done = subprocess.run(
        [sys.executable, "-S", "-m", "analysis", *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("yaml, numpy, pandas, papermill: not installed in this Python. Say `make help`")
