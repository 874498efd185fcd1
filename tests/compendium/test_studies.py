"""Studies and runs: what is read, and every fault with its line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from analysis.compendium import claims as claims_module
from analysis.compendium import lines, parameters, studies
from analysis.compendium.studies import Study, load_studies
from analysis.files import ROOT
from analysis.tables.faults import InvalidInput
from analysis.tables.schema import TABLES

NOTEBOOK = """\
dataset: str = "leaders"  # which tables to read
cut: int = 3  # lowest tie
waves: list[int] = [1, 3]  # which
label: str = "a"  # of the table
"""

STUDY = """\
title: Leaders
question: >-
  Who turns
  to whom?
citation: Nobody (2026).
data_availability: Public.
claims: claims.csv
runs:
  - id: main
    notebook: leaders.ipynb
    dataset: leaders
  - id: other
    notebook: leaders.ipynb
    dataset: leaders
    parameters:
      cut: 4
      waves: [1]
"""

CLAIMS = """\
id,statement,source,kind,published,tolerance,run,number,explained_by,open
mean,mean degree,Table 1,number,1.40,,main,t1.mean,t1.other,
note,all are significant,"Table 2, note",direction,p < .001,,other,t2.note,,tried everything
truth,rate,twin,recovery,2,0.3,main,r,,
"""


def lay_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a notebook and a dataset, and let the compendium's root be there."""
    for module in (claims_module, lines, parameters):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(studies, "DATA_RAW", tmp_path / "data_raw")
    (tmp_path / "notebooks" / "leaders").mkdir(parents=True)
    (tmp_path / "data_raw" / "leaders").mkdir(parents=True)
    cell = {"cell_type": "code", "source": NOTEBOOK, "metadata": {"tags": ["parameters"]}}
    (tmp_path / "notebooks/leaders/leaders.ipynb").write_text(json.dumps({"cells": [cell]}))
    (tmp_path / "notebooks/leaders/claims.csv").write_text(CLAIMS)
    package = {
        "name": "leaders",
        "title": "T",
        "kind": "real",
        "citation": "C",
        "licenses": [{"title": "none"}],
        "smallest_cell": 0,
    }
    (tmp_path / "data_raw/leaders/datapackage.json").write_text(json.dumps(package))
    return tmp_path


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return lay_out(tmp_path, monkeypatch)


def load(root: Path, text: str | bytes, claims: str | bytes | None = None) -> Study:
    folder = root / "notebooks/leaders"
    (folder / "study.yml").write_bytes(text.encode() if isinstance(text, str) else text)
    if claims is not None:
        (folder / "claims.csv").write_bytes(claims.encode() if isinstance(claims, str) else claims)
    (study,) = load_studies(root / "notebooks")
    return study


def faults(root: Path, text: str | bytes, claims: str | bytes | None = None) -> list[tuple[Any, ...]]:
    """Line, entry and what was found, of every fault."""
    with pytest.raises(InvalidInput) as caught:
        load(root, text, claims)
    return [(fault.row, fault.column, fault.found) for fault in caught.value.faults]


def test_a_sound_study_is_read(root: Path) -> None:
    study = load(root, STUDY)
    assert (study.id, study.title, study.question) == ("leaders", "Leaders", "Who turns to whom?")
    assert (study.citation, study.data_availability) == ("Nobody (2026).", "Public.")
    assert [run.name for run in study.runs] == ["leaders/main", "leaders/other"]
    assert [run.parameters for run in study.runs] == [
        {"dataset": "leaders"},
        {"dataset": "leaders", "cut": 4, "waves": [1]},
    ]
    assert study.runs[0].dataset.label == "REAL"
    assert study.runs[0].notebook.parameters.keys() == {"dataset", "cut", "waves", "label"}
    mean, note, truth = study.claims
    assert (mean.kind, mean.published, mean.tolerance) == ("number", "1.40", 0.005)
    assert (mean.run, mean.number, mean.explained_by, mean.open) == ("main", "t1.mean", "t1.other", "")
    assert (note.kind, note.published, note.tolerance, note.open) == (
        "direction",
        "p < .001",
        0.0,
        "tried everything",
    )
    assert (truth.kind, truth.published, truth.tolerance) == ("recovery", "2", 0.3)


def test_studies_come_in_the_order_of_their_folders_and_fail_together(root: Path) -> None:
    load(root, STUDY)
    shutil.copytree(root / "notebooks/leaders", root / "notebooks/advice")
    (root / "notebooks/no_study").mkdir()
    assert [study.id for study in load_studies(root / "notebooks")] == ["advice", "leaders"]
    for name in ("advice", "leaders"):
        (root / "notebooks" / name / "study.yml").write_text("title: only\n")
    with pytest.raises(InvalidInput) as caught:
        load_studies(root / "notebooks")
    files = [fault.file for fault in caught.value.faults]
    assert files == ["notebooks/advice/study.yml"] * 4 + ["notebooks/leaders/study.yml"] * 4


FAULTY = """\
question: "  "
citation: 2026
data_availability: Public.
colour: blue
citation: Nobody (2026).
claims:
  - {id: mean, statement: mean degree}
  - just a text
runs:
  - notebook: leaders.ipynb
    dataset: leaders
  - id: main
    notebook: leaders.ipynb
    dataset: leaders
    parameters:
      cut: "3"
      waves: 3
      labl: b
      dataset: leaders
  - id: main
    notebook: other.ipynb
    dataset: learners
    seed: 3
  - id: Main Run
    notebook: leaders.ipynb
    dataset: leaders
    parameters: {cut: true, label: !colour blue}
  - id: listed
    notebook: ../leaders/leaders.ipynb
    dataset: leaders
    parameters: [cut]
  - main
"""


def line_of(needle: str, nth: int = 1) -> int:
    """Line of the n-th line of the faulty study that holds a text."""
    return [number for number, line in enumerate(FAULTY.splitlines(), 1) if needle in line][nth - 1]


def test_every_fault_is_listed_with_its_line(root: Path) -> None:
    expected = [
        (line_of("citation", 2), "citation", "an entry given twice"),
        (line_of("!colour"), "runs.4.parameters.label", "'blue'"),
        (line_of("colour: blue"), "colour", "an unknown entry"),
        (1, "title", "nothing"),
        (1, "question", "'  ', of type str"),
        (line_of("- notebook"), "runs.1.id", "nothing"),
        (line_of('cut: "3"'), "parameters.cut", "'3', of type str"),
        (line_of("waves: 3"), "parameters.waves", "3, of type int"),
        (line_of("labl"), "parameters.labl", "an unknown parameter labl"),
        (line_of("      dataset"), "runs.2.parameters.dataset", "the dataset a second time"),
        (line_of("seed"), "runs.3.seed", "an unknown entry"),
        (line_of("- id: main", 2), "runs.3.id", "main again"),
        (line_of("learners"), "runs.3.dataset", "learners"),
        (line_of("other.ipynb"), "runs.3.notebook", "other.ipynb"),
        (line_of("Main Run"), "runs.4.id", "'Main Run'"),
        (line_of("!colour"), "parameters.cut", "True, of type bool"),
        (line_of("[cut]"), "runs.5.parameters", "['cut']"),
        (line_of("../leaders"), "runs.5.notebook", "../leaders/leaders.ipynb"),
        (line_of("- main"), "runs.6", "'main'"),
        (line_of("claims:"), "claims", "a list of 2"),
    ]
    assert sorted(faults(root, FAULTY), key=str) == sorted(expected, key=str)


def test_the_line_of_an_entry_is_that_of_its_name(root: Path) -> None:
    text = STUDY.replace("citation: Nobody (2026).", "citation:\n\n  1.40")
    line = text[: text.index("citation:")].count("\n") + 1
    assert faults(root, text) == [(line, "citation", "1.4, of type float")]


def test_hints_say_what_is_allowed(root: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(root, FAULTY)
    allowed = {fault.found: fault.allowed for fault in caught.value.faults}
    assert allowed["an unknown parameter labl"].endswith(
        "leaders.ipynb: dataset, cut, waves, label (did you mean label?)"
    )
    assert allowed["other.ipynb"] == "a notebook of this folder: leaders.ipynb"
    assert allowed["learners"] == "a dataset under data_raw/: leaders"
    assert allowed["'  ', of type str"] == "a quoted text"
    told = "the name of a CSV file beside study.yml, with columns id, statement, source, kind, published"
    assert allowed["a list of 2"].startswith(told)


@pytest.mark.parametrize(
    ("text", "row", "found"),
    [
        ("title: a\nquestion: [b\ncitation: c\n", 3, "no YAML"),
        ("title: a\n  question: b\n", 2, "no YAML"),
        ("a: 1\n---\nb: 2\n", 2, "no YAML"),
        (b"title: \xff\n", None, "no YAML"),
        ("", None, "NoneType"),
        ("- title\n", 1, "list"),
        ("only text\n", 1, "str"),
    ],
)
def test_what_is_no_study_is_one_fault(root: Path, text: str | bytes, row: int | None, found: str) -> None:
    ((line, column, message),) = faults(root, text)
    assert (line, column) == (row, None)
    assert message.startswith(found)


@pytest.mark.parametrize("value", ["=", "2024-13-01", "!!int three", "!ours 3"])
def test_a_value_yaml_cannot_make_is_a_fault_and_no_crash(root: Path, value: str) -> None:
    ((row, column, found),) = faults(root, STUDY.replace("      cut: 4", f"      label: {value}"))
    assert (row, column) == (STUDY.splitlines().index("      cut: 4") + 1, "runs.2.parameters.label")
    assert found == repr(value.split()[-1])


@pytest.mark.parametrize("given", ["runs: []\n", "runs: main\n", "", "runs:\n"])
def test_a_study_has_a_run(root: Path, given: str) -> None:
    start = STUDY.index("claims:")
    found = faults(root, STUDY[:start] + given)
    assert [column for _, column, _ in found] == ["runs"]


def test_a_run_names_its_notebook_and_a_dataset_by_its_folder(root: Path) -> None:
    start = STUDY.index("claims:")
    runs = (
        "runs:\n  - id: bare\n  - id: apart\n    notebook: leaders.ipynb\n    dataset: ../data_raw/leaders\n"
    )
    assert faults(root, STUDY[:start] + runs) == [
        (8, "runs.1.notebook", "nothing"),
        (8, "runs.1.dataset", "nothing"),
        (11, "runs.2.dataset", "../data_raw/leaders"),
    ]


def test_faults_of_datapackage_and_notebook_are_listed_once_with_the_others(root: Path) -> None:
    (root / "data_raw/leaders/datapackage.json").write_text("{}")
    (root / "notebooks/leaders/leaders.ipynb").write_text("{}")
    with pytest.raises(InvalidInput) as caught:
        load(root, STUDY.replace("Nobody (2026).", "[]"))
    files = [fault.file for fault in caught.value.faults]
    assert files.count("notebooks/leaders/study.yml") == 1
    assert files.count("notebooks/leaders/leaders.ipynb") == 1
    packaged = [fault for fault in caught.value.faults if fault.file == "data_raw/leaders/datapackage.json"]
    assert len(packaged) == len(set(packaged)) >= 4


def test_the_studies_of_this_compendium_load() -> None:
    found = {study.id: study for study in load_studies()}
    assert found.keys() == {path.parent.name for path in (ROOT / "notebooks").glob("*/study.yml")}
    table = (ROOT / "notebooks/school_leaders/claims.csv").read_text().splitlines()
    assert len(found["school_leaders"].claims) == len(table) - 1
    # A link by a page's title leads to one page: of two on the same question each says what it is of.
    for study in found.values():
        titles = [run.title for run in study.runs]
        assert len(set(titles)) == len(titles), study.id


REPORTS = STUDY + "reports:\n  - notebook: leaders.ipynb\n    tables: [actors, waves, ties]\n"


def test_a_report_is_a_notebook_and_the_tables_it_needs(root: Path) -> None:
    study = load(root, REPORTS)
    (report,) = study.reports
    assert report.tables == (("actors",), ("waves",), ("ties",))
    assert report.notebook.path == root / "notebooks/leaders/leaders.ipynb"
    assert report.notebook.parameters.keys() == {"dataset", "cut", "waves", "label"}
    assert study.runs == load(root, STUDY).runs


def test_a_report_may_need_one_table_or_another(root: Path) -> None:
    (report,) = load(root, REPORTS.replace("ties]", "ties or contacts]")).reports
    assert report.tables == (("actors",), ("waves",), ("ties", "contacts"))
    with pytest.raises(
        InvalidInput, match="found \\['actors', 'waves', 'ties or friends'\\]; allowed: a list of"
    ):
        load(root, REPORTS.replace("ties]", "ties or friends]"))


@pytest.mark.parametrize("given", ["", "reports:\n", "reports: []\n"])
def test_a_study_needs_no_report(root: Path, given: str) -> None:
    assert load(root, STUDY + given).reports == ()


START = STUDY.count("\n") + 1
"""Line on which `reports:` stands."""

ALLOWED_TABLES = f"a list of tables, or of alternatives such as 'ties or contacts': {', '.join(TABLES)}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            "leaders.ipynb",
            [(0, "reports", "found 'leaders.ipynb'; allowed: a list, each with notebook and tables")],
        ),
        ("false", [(0, "reports", "found False; allowed: a list, each with notebook and tables")]),
        (
            "{notebook: leaders.ipynb}",
            [
                (
                    0,
                    "reports",
                    "found {'notebook': 'leaders.ipynb'}; allowed: a list, each with notebook and tables",
                )
            ],
        ),
        (
            "\n  - leaders.ipynb",
            [(0, "reports", "found ['leaders.ipynb']; allowed: a list, each with notebook and tables")],
        ),
        (
            "\n  - notebook: leaders.ipynb\n    tables: [actors]\n    dataset: leaders",
            [(3, "reports.1.dataset", "found an unknown entry; allowed: entries: notebook, tables")],
        ),
        (
            "\n  - tables: [actors]",
            [(1, "reports.1.notebook", "found nothing; allowed: a quoted text")],
        ),
        (
            "\n  - notebook: 3\n    tables: [actors]",
            [(1, "reports.1.notebook", "found 3, of type int; allowed: a quoted text")],
        ),
        (
            "\n  - notebook: other.ipynb\n    tables: [actors]",
            [
                (
                    1,
                    "reports.1.notebook",
                    "found other.ipynb; allowed: a notebook of this folder: leaders.ipynb",
                )
            ],
        ),
        (
            "\n  - notebook: ../leaders/leaders.ipynb\n    tables: [actors]",
            [
                (
                    1,
                    "reports.1.notebook",
                    "found ../leaders/leaders.ipynb; allowed: a notebook of this folder: leaders.ipynb",
                )
            ],
        ),
        (
            "\n  - notebook: leaders.ipynb",
            [(1, "reports.1.tables", f"found None; allowed: {ALLOWED_TABLES}")],
        ),
        (
            "\n  - notebook: leaders.ipynb\n    tables: []",
            [(2, "reports.1.tables", f"found []; allowed: {ALLOWED_TABLES}")],
        ),
        (
            "\n  - notebook: leaders.ipynb\n    tables: actors",
            [(2, "reports.1.tables", f"found 'actors'; allowed: {ALLOWED_TABLES}")],
        ),
        (
            "\n  - notebook: leaders.ipynb\n    tables: [actors, people]",
            [(2, "reports.1.tables", f"found ['actors', 'people']; allowed: {ALLOWED_TABLES}")],
        ),
        (
            "\n  - notebook: leaders.ipynb\n    tables: [[actors]]",
            [(2, "reports.1.tables", f"found [['actors']]; allowed: {ALLOWED_TABLES}")],
        ),
        (
            2 * "\n  - notebook: leaders.ipynb\n    tables: [actors]",
            [(3, "reports.2.notebook", "found leaders.ipynb again; allowed: each notebook once")],
        ),
        (
            "\n  - notebook: other.ipynb\n    tables: people\n  - colour: blue",
            [
                (
                    1,
                    "reports.1.notebook",
                    "found other.ipynb; allowed: a notebook of this folder: leaders.ipynb",
                ),
                (2, "reports.1.tables", f"found 'people'; allowed: {ALLOWED_TABLES}"),
                (3, "reports.2.colour", "found an unknown entry; allowed: entries: notebook, tables"),
                (3, "reports.2.notebook", "found nothing; allowed: a quoted text"),
                (3, "reports.2.tables", f"found None; allowed: {ALLOWED_TABLES}"),
            ],
        ),
    ],
)
def test_a_report_at_fault_is_listed_with_its_line(
    root: Path, given: str, expected: list[tuple[int, str, str]]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(root, f"{STUDY}reports: {given}\n")
    assert [str(fault) for fault in caught.value.faults] == [
        f"notebooks/leaders/study.yml, row {START + below}, column {column}: {message}"
        for below, column, message in expected
    ]


def test_faults_of_a_notebook_of_runs_and_reports_are_listed_once(root: Path) -> None:
    (root / "notebooks/leaders/leaders.ipynb").write_text('{"cells": []}')
    with pytest.raises(InvalidInput) as caught:
        load(root, REPORTS)
    assert [str(fault) for fault in caught.value.faults] == [
        "notebooks/leaders/leaders.ipynb: found 0 cells tagged `parameters`; allowed: one such cell"
    ]


READER = """\
  - id: both
    notebook: reader.ipynb
    reads: [leaders/main, leaders/other]
"""


def reading(root: Path, runs: str = READER, code: str = "cut: int = 3  # lowest tie") -> str:
    """A study one of whose runs reads the others; its notebook has no parameter `dataset`."""
    cells = [
        {"cell_type": "code", "source": code, "metadata": {"tags": ["parameters"]}},
        {"cell_type": "code", "source": "a = 1\nb = recorded('leaders/main', 'ties')", "metadata": {}},
    ]
    (root / "notebooks/leaders/reader.ipynb").write_text(json.dumps({"cells": cells}))
    return STUDY + runs


def test_a_run_may_read_other_runs_and_needs_no_dataset(root: Path) -> None:
    *_, reader = load(root, reading(root)).runs
    assert [run.name for run in reader.reads] == ["leaders/main", "leaders/other"]
    assert reader.dataset is None and reader.parameters == {}
    assert (reader.label, reader.data) == ("REAL", "leaders")
    simulated = STUDY.replace(
        "dataset: leaders\n    parameters", "dataset: leaders\n    simulated: rates\n    parameters"
    )
    assert [run.label for run in load(root, simulated).runs] == ["REAL", "SIMULATED"]
    # One may read another that reads, whichever comes first.
    first = "  - {id: first, notebook: reader.ipynb, reads: [leaders/both, leaders/main]}\n"
    runs = {run.id: run for run in load(root, reading(root, first + READER)).runs}
    assert [run.id for run in runs["first"].reads] == ["both", "main"]
    assert [run.id for run in runs["first"].reads[0].reads] == ["main", "other"]


ALL_RUNS = "leaders/both, leaders/main, leaders/other"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "leaders/other]",
            "leaders/othr]",
            "row 20, column runs.3.reads.2: found an unknown run leaders/othr; "
            f"allowed: a run, <study>/<run id> (did you mean leaders/other?): {ALL_RUNS}",
        ),
        (
            "[leaders/main, leaders/other]",
            "[leaders/main, leaders/both]",
            "row 20, column runs.3.reads.2: found a circle: leaders/both reads leaders/both; "
            "allowed: runs that do not wait for one another",
        ),
        (
            "leaders/other]",
            "leaders/main]",
            "row 20, column runs.3.reads.2: found leaders/main again; allowed: each run once",
        ),
        (
            "[leaders/main, leaders/other]",
            "leaders/main",
            "row 20, column runs.3.reads: found 'leaders/main'; "
            "allowed: a list of runs, each <study>/<run id>",
        ),
        (
            "leaders/other]",
            "leaders/other]\n    dataset: leaders",
            "row 21, column runs.3.dataset: found a dataset and other runs; "
            "allowed: one of dataset and reads",
        ),
    ],
)
def test_what_a_run_cannot_read_is_a_fault_with_its_line(
    root: Path, old: str, new: str, expected: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(root, reading(root).replace(old, new))
    # A list that is none leaves nothing that the notebook may read.
    assert str(caught.value.faults[0]) == f"notebooks/leaders/study.yml, {expected}"


def test_a_longer_circle_is_told_whole(root: Path) -> None:
    runs = READER.replace("leaders/other", "leaders/third") + READER.replace("both", "third").replace(
        "leaders/other", "leaders/both"
    )
    with pytest.raises(InvalidInput) as caught:
        load(root, reading(root, runs))
    (fault,) = caught.value.faults
    assert fault.found == "a circle: leaders/both reads leaders/third reads leaders/both"


def test_a_run_named_in_the_notebook_is_one_that_it_reads(root: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        load(root, reading(root).replace("[leaders/main, leaders/other]", "[leaders/other]"))
    assert [str(fault) for fault in caught.value.faults] == [
        "notebooks/leaders/reader.ipynb, column cell 2, line 2: found recorded('leaders/main', …); "
        "allowed: runs it reads: leaders/other"
    ]


def test_a_notebook_on_a_dataset_has_a_parameter_for_it(root: Path) -> None:
    text = reading(root).replace("reads: [leaders/main, leaders/other]", "dataset: leaders")
    found = [found for _, _, found in faults(root, text)]
    assert found == ["no parameter `dataset`", "recorded('leaders/main', …)"]
    (root / "notebooks/leaders/bare.ipynb").write_text(
        json.dumps({"cells": [{"cell_type": "code", "source": "", "metadata": {"tags": ["parameters"]}}]})
    )
    report = REPORTS.replace("notebook: leaders.ipynb\n    tables", "notebook: bare.ipynb\n    tables")
    assert [found for _, _, found in faults(root, report)] == ["no parameter `dataset`"]
