"""`python -m analysis import`: any file of one network gives the same bytes; each option does its work."""

from __future__ import annotations

import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.files import DATA_RAW, ROOT
from analysis.importing.dataset.own import EXAMPLE, read_own
from tests.importing.networks import ACTORS, FILES, MATRIX, TABLE, write_sheets
from tests.tables.workbooks import write_workbook

Run = Callable[..., tuple[int, str, str]]

TIES = """wave,relation,sender_id,receiver_id,value,reported_by
2,help,Ann O'Neil,José Núñez,3.0,Ann O'Neil
2,help,Ann O'Neil,Zoë,1.5,Ann O'Neil
2,help,José Núñez,Ann O'Neil,1.0,José Núñez
2,help,Zoë,李 雷,2.0,Zoë
2,help,李 雷,José Núñez,0.25,李 雷
"""
"""The ties of the one network, as a table is written."""

PAIR = "sender,receiver,value\na,b,2\nb,c,1\n"


@pytest.fixture
def raw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a `data_raw/` of its own, which has the example dataset."""
    place = tmp_path / "data_raw"
    place.mkdir()
    shutil.copytree(DATA_RAW / EXAMPLE, place / EXAMPLE)
    monkeypatch.setattr("analysis.importing.dataset.own.DATA_RAW", place)
    return place


@pytest.fixture
def run(raw: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what imports into the dataset `ours` and gives the exit code, what was said and complained."""

    def imported(kind: str, *words: object, dataset: str = "ours") -> tuple[int, str, str]:
        code = main(["import", kind, *map(str, words), "--dataset", dataset])
        told = capsys.readouterr()
        return code, told.out, told.err

    return imported


def written(path: Path, text: str) -> Path:
    """Write a file; return its path."""
    path.write_text(text, encoding="utf-8")
    return path


def ties_of(raw: Path, dataset: str = "ours") -> list[str]:
    """Return the lines of the table of ties, without its header."""
    header, *lines = (raw / dataset / "ties.csv").read_text(encoding="utf-8").splitlines()
    assert header == "wave,relation,sender_id,receiver_id,value,reported_by"
    return lines


def source(folder: Path, name: str) -> tuple[str, Path]:
    """Return the kind of a file of the one network, and its path."""
    if name == "matrix.xlsx":
        rows = [["", *ACTORS], *([actor, *row] for actor, row in zip(ACTORS, MATRIX, strict=True))]
        return "matrix", write_sheets(folder / name, {"notes": [["What", "ever"]], "help 2": rows})
    if name == "edges.xlsx":
        return "edges", write_workbook(folder / name, TABLE)
    path = folder / name
    path.write_bytes(FILES[name].encode())
    if path.suffix != ".csv":
        return "graph", path
    return ("matrix" if name.startswith("help") else "edges"), path


@pytest.mark.parametrize("name", [*FILES, "matrix.xlsx", "edges.xlsx"])
def test_one_network_gives_the_same_bytes_from_any_file(
    tmp_path: Path, raw: Path, run: Run, name: str
) -> None:
    kind, path = source(tmp_path, name)
    told = run(kind, path, "--wave", "2", "--tie", "help", "--relation", "help:0:3:Whom do you ask?")
    assert told[::2] == (0, "")
    first, *notes, last = told[1].splitlines()
    assert first == "data_raw/ours/ now has 5 actors, 1 wave, 5 ties."
    assert last == "Next: make check-data DATASET=ours, make deidentify DATASET=ours"
    accounts = {
        "matrix": "25 cells: 5 ties, 20 no tie",
        "edges": "1 that name somebody without a tie, 5 with",
        "graph": "5 ties",
    }
    assert all(accounts[kind] in note for note in notes if "sheets that were not read: 'notes'" not in note)
    tables = {path.name: path.read_bytes() for path in (raw / "ours").glob("*.csv")}
    people = "".join(f"{actor},,,,\n" for actor in ACTORS)
    assert tables == {
        "actors.csv": f"actor_id,organization_id,role,joined_on,left_on\n{people}".encode(),
        "waves.csv": b"wave,label,opened_on,closed_on\n2,wave 2,,\n",
        "ties.csv": TIES.encode(),
    }
    declared = json.loads((raw / "ours/datapackage.json").read_text(encoding="utf-8"))["relations"]
    assert declared == [{"name": "help", "description": "Whom do you ask?", "minimum": 0, "maximum": 3}]
    assert read_own("ours").tables["ties"]["value"].sum() == 7.75


@pytest.mark.parametrize(
    ("options", "ties"),
    [
        ([], ["1,help,a,b,2.0,a", "1,help,b,c,1.0,b"]),
        (["--wave", "3"], ["3,help,a,b,2.0,a", "3,help,b,c,1.0,b"]),
        (["--reported-by", "receiver"], ["1,help,a,b,2.0,b", "1,help,b,c,1.0,c"]),
        (
            ["--undirected"],
            ["1,help,a,b,2.0,a", "1,help,b,a,2.0,b", "1,help,b,c,1.0,b", "1,help,c,b,1.0,c"],
        ),
        (
            ["--sender-column", "Receiver", "--receiver-column", "SENDER"],
            ["1,help,b,a,2.0,b", "1,help,c,b,1.0,c"],
        ),
        (["--wave-column", "value"], ["1,help,b,c,1.0,b", "2,help,a,b,2.0,a"]),
        (
            ["--tie", "trust", "--relation", "trust:1:2"],
            ["1,trust,a,b,2.0,a", "1,trust,b,c,1.0,b"],
        ),
        (
            ["--relation-column", "sender", "--relation", "a:0:2", "--relation", "b:0:2"],
            ["1,a,a,b,2.0,a", "1,b,b,c,1.0,b"],
        ),
    ],
    ids=" ".join,
)
def test_each_option_of_a_list_of_ties(
    tmp_path: Path, raw: Path, run: Run, options: list[str], ties: list[str]
) -> None:
    path = written(tmp_path / "e.csv", PAIR)
    assert run("edges", path, "--relation", "help:0:3", *options)[::2] == (0, "")
    assert ties_of(raw) == ties


MATRIX_CSV = "0,2,0\n0,0,1\n0,0,0\n"


@pytest.mark.parametrize(
    ("text", "options", "ties"),
    [
        (MATRIX_CSV, [], ["1,help,1,2,2.0,1", "1,help,2,3,1.0,2"]),
        (MATRIX_CSV, ["--wave", "5"], ["5,help,1,2,2.0,1", "5,help,2,3,1.0,2"]),
        (MATRIX_CSV, ["--is", "help:4"], ["4,help,1,2,2.0,1", "4,help,2,3,1.0,2"]),
        (MATRIX_CSV, ["--reported-by", "receiver"], ["1,help,1,2,2.0,2", "1,help,2,3,1.0,3"]),
        (
            "0,1,2\n1,0,3\n2,0,0\n",
            ["--no-names"],
            [
                "1,help,1,2,1.0,1",
                "1,help,1,3,2.0,1",
                "1,help,2,1,1.0,2",
                "1,help,2,3,3.0,2",
                "1,help,3,1,2.0,3",
            ],
        ),
        ("0,1,2\n1,0,3\n2,0,0\n", ["--names"], ["1,help,1,2,3.0,1"]),
        ("0,2\n2,0\n", ["--undirected"], ["1,help,1,2,2.0,1", "1,help,2,1,2.0,2"]),
    ],
)
def test_each_option_of_a_matrix(
    tmp_path: Path, raw: Path, run: Run, text: str, options: list[str], ties: list[str]
) -> None:
    path = written(tmp_path / "m.csv", text)
    assert run("matrix", path, "--relation", "help:0:3", *options)[::2] == (0, "")
    assert ties_of(raw) == ties


def test_an_undirected_matrix_that_is_not_symmetric_is_a_fault(tmp_path: Path, raw: Path, run: Run) -> None:
    path = written(tmp_path / "m.csv", "0,2\n1,0\n")
    assert run("matrix", path, "--relation", "help:0:3", "--undirected") == (
        1,
        "",
        "1 fault, nothing read:\n"
        "  m.csv, row 2, column 1: found 1; allowed: 2, as from '1' to '2' (undirected ties)\n",
    )
    assert not (raw / "ours").exists()


def test_several_matrices_are_what_is_said_in_order(tmp_path: Path, raw: Path, run: Run) -> None:
    first, second = (
        written(tmp_path / f"{name}.csv", text) for name, text in [("m", "0,1\n0,0\n"), ("n", "0,0\n3,0\n")]
    )
    given = ("--relation", "help:0:3", "--relation", "trust:0:3")
    assert run("matrix", first, second, *given, "--is", "help:1", "--is", "trust:2")[0] == 0
    assert ties_of(raw) == ["1,help,1,2,1.0,1", "2,trust,2,1,3.0,2"]
    assert run("matrix", first, second, *given, "--is", "help:1", "--is", "trust") == (
        *(1, ""),
        "1 fault, nothing written:\n  --is: found 'trust'; allowed: a relation and a wave, as in help:1\n",
    )
    assert run("matrix", first, second, *given, "--is", "help:1") == (
        *(1, ""),
        "1 fault, nothing read:\n"
        "  m.csv, n.csv: found 2 matrices; allowed: one for each wave and relation: 1\n",
    )


def test_a_person_whose_row_is_missing_did_not_answer(tmp_path: Path, raw: Path, run: Run) -> None:
    path = written(tmp_path / "help 1.csv", ",a,b\na,0,1\nb,NA,NA\n")
    assert run("matrix", path, "--relation", "help:0:3")[1].startswith(
        "data_raw/ours/ now has 2 actors, 1 wave, 1 tie, 1 nonresponse.\n"
    )
    assert (raw / "ours/nonresponse.csv").read_text() == "wave,actor_id,relation\n1,b,help\n"


def test_a_relation_nobody_declared_is_a_fault_that_says_how(tmp_path: Path, raw: Path, run: Run) -> None:
    path = written(tmp_path / "e.csv", PAIR)
    hint = "declare it and its scale, as in --relation 'tie:0:2'"
    assert run("edges", path) == (
        *(1, ""),
        "1 fault, nothing written:\n"
        f"  ties: found the relation 'tie'; allowed: relations of the dataset: none yet ({hint})\n",
    )
    code, _, told = run("edges", path, "--tie", "trust", "--relation", "help:0:3", "--relation", "meet:0:1")
    assert code == 1
    assert "found the relation 'trust'; allowed: relations of the dataset: help, meet" in told
    assert not (raw / "ours").exists()
    assert run("edges", path, "--relation", "tie:0:2")[0] == 0
    assert run("edges", path)[0] == 0


@pytest.mark.parametrize(
    "relation",
    [
        "help",
        "help:0",
        ":0:3",
        " :0:3",
        "help:3:0",
        "help:a:3",
        "help:0:1e3",
        "help:0:.",
        f"help:0:{'9' * 400}",
    ],
)
def test_what_declares_no_relation_is_a_fault(tmp_path: Path, raw: Path, run: Run, relation: str) -> None:
    path = written(tmp_path / "e.csv", PAIR)
    allowed = "a name, the lowest and the highest answer, and the question, as in help:0:3:How often …?"
    code, _, told = run("edges", path, "--tie", "help", "--relation", relation)
    assert code == 1
    assert f"  --relation: found {relation!r}; allowed: {allowed}\n" in told
    assert not (raw / "ours").exists()


def test_a_value_off_the_scale_is_a_fault_and_nothing_is_begun(tmp_path: Path, raw: Path, run: Run) -> None:
    path = written(tmp_path / "e.csv", PAIR)
    assert run("edges", path, "--relation", "help:0:1.5") == (
        *(1, ""),
        "1 fault, nothing written:\n"
        "  e.csv: found 2 from 'a' to 'b' (wave 1); allowed: help from 0 to 1.5 (mend the file, or "
        "declare the scale it has with --relation)\n",
    )
    assert not (raw / "ours").exists()


def test_a_second_import_adds_and_doubles_nothing(tmp_path: Path, raw: Path, run: Run) -> None:
    path = written(tmp_path / "e.csv", PAIR)
    run("edges", path, "--relation", "help:0:3")
    before = {name.name: name.read_bytes() for name in (raw / "ours").glob("*.*")}
    assert run("edges", path)[1].startswith("data_raw/ours/ now has 3 actors, 1 wave, 2 ties.\n")
    assert {name.name: name.read_bytes() for name in (raw / "ours").glob("*.*")} == before
    more = written(tmp_path / "more.csv", "sender,receiver,value,wave\nc,d,3,2\na,b,2,1\n")
    assert run("edges", more)[1].startswith("data_raw/ours/ now has 4 actors, 2 waves, 3 ties.\n")
    assert ties_of(raw) == ["1,help,a,b,2.0,a", "1,help,b,c,1.0,b", "2,help,c,d,3.0,c"]


def test_another_value_of_a_tie_that_is_there_is_a_fault(tmp_path: Path, raw: Path, run: Run) -> None:
    run("edges", written(tmp_path / "e.csv", PAIR), "--relation", "help:0:3")
    code, _, told = run("edges", written(tmp_path / "e.csv", "sender,receiver,value\na,b,1\n"))
    assert code == 1
    assert told.startswith("1 fault, nothing written:\n  ties.csv, row 4")
    assert ties_of(raw) == ["1,help,a,b,2.0,a", "1,help,b,c,1.0,b"]


def test_replace_puts_what_is_imported_in_the_place_of_what_is_there(
    tmp_path: Path, raw: Path, run: Run
) -> None:
    run("edges", written(tmp_path / "e.csv", PAIR), "--relation", "help:0:3")
    assert run("edges", written(tmp_path / "e.csv", "sender,receiver\nx,y\n"), "--replace")[0] == 0
    assert ties_of(raw) == ["1,help,x,y,1.0,x"]
    actors = pd.read_csv(raw / "ours/actors.csv")
    # Nobody is wiped who was there before.
    assert actors["actor_id"].tolist() == ["a", "b", "c", "x", "y"]


ROSTER = "actor_id,name,aliases,organization_id\na1,Ann Lee,,north\na2,Bo Li,Bob,north\na3,Cy Oz,,north\n"
ASKED = "respondent,help | 1 | Ann Lee,help | 1 | Bob,help | 1 | Cy Oz\nbob,weekly,,never\nANN LEE,,1,x\n"
LABELS = "label,value\nweekly,3\nnever,0\nx,1\n"


def test_a_roster_survey_with_labels(tmp_path: Path, raw: Path, run: Run) -> None:
    survey = written(tmp_path / "s.csv", ASKED)
    roster = written(tmp_path / "r.csv", ROSTER)
    options = ("--roster", roster, "--relation", "help:0:3")
    code, _, told = run("roster", survey, *options)
    assert code == 1
    assert told.count("say what other words mean with --labels") == 2
    assert told.count("a mark alone does not say") == 1
    labels = written(tmp_path / "l.csv", LABELS)
    assert run("roster", survey, *options, "--labels", labels, "--organization-kind", "office")[0] == 0
    assert ties_of(raw) == ["1,help,a1,a2,1.0,a1", "1,help,a1,a3,1.0,a1", "1,help,a2,a1,3.0,a2"]
    assert (raw / "ours/nonresponse.csv").read_text() == "wave,actor_id,relation\n1,a3,\n"
    assert (raw / "ours/organizations.csv").read_text().splitlines()[1:] == ["north,,office,,"]
    assert "Bo Li" in (raw / "ours/names/roster.csv").read_text()
    assert not any("Bo Li" in path.read_text() for path in (raw / "ours").glob("*.csv"))


@pytest.mark.parametrize("rows", ["", "\nAnn Lee,1\n", "Ann Lee,1\n"])
def test_a_column_of_waves_that_is_not_there_is_a_fault(
    tmp_path: Path, raw: Path, run: Run, rows: str
) -> None:
    survey = written(tmp_path / "s.csv", f"respondent,help | Bob\n{rows}")
    roster = written(tmp_path / "r.csv", ROSTER)
    told = run(
        *("roster", survey, "--roster", roster, "--relation", "help:0:3"),
        *("--pattern", "{relation} | {alter}", "--wave-column", "round"),
    )
    assert told == (
        *(1, ""),
        "1 fault, nothing written:\n"
        "  s.csv, row 1: found no column 'round'; allowed: the header of a column\n",
    )
    assert not (raw / "ours").exists()


def test_items_of_a_wave_with_labels_and_the_names_of_the_dataset(
    tmp_path: Path, raw: Path, run: Run
) -> None:
    roster, labels = written(tmp_path / "r.csv", ROSTER), written(tmp_path / "l.csv", LABELS)
    survey = written(tmp_path / "s.csv", ASKED)
    run("roster", survey, "--roster", roster, "--relation", "help:0:3", "--labels", labels)
    items = written(
        tmp_path / "i.csv",
        "item_id,scale,wording,minimum,maximum,reversed\ni1,trust,We trust.,0,3,0\n",
    )
    answers = written(tmp_path / "a.csv", "who,i1\nBob,Weekly\nann lee,1\n")
    told = run("items", answers, "--items", items, "--respondent", "who", "--labels", labels, "--wave", "2")
    assert told[::2] == (0, "")
    assert told[1].startswith("data_raw/ours/ now has 1 item, 2 waves, 2 responses.\n")
    assert (raw / "ours/responses.csv").read_text().splitlines()[1:] == ["2,a2,i1,3.0", "2,a1,i1,1.0"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("word,value\nweekly,3\n", ", row 1: found word, value; allowed: columns: label, value"),
        (
            "label,value\nweekly,often\n",
            ", row 2, column value: found 'often'; allowed: a number, or nothing where the answer is missing",
        ),
    ],
)
def test_labels_that_are_none_are_a_fault(tmp_path: Path, raw: Path, run: Run, text: str, told: str) -> None:
    survey = written(tmp_path / "s.csv", ASKED)
    roster, labels = written(tmp_path / "r.csv", ROSTER), written(tmp_path / "l.csv", text)
    code, _, complained = run(
        "roster", survey, "--roster", roster, "--relation", "help:0:3", "--labels", labels
    )
    assert code == 1
    assert f"  l.csv{told}\n" in complained
    assert not (raw / "ours").exists()


def test_a_graph_of_an_unknown_ending_is_a_fault(tmp_path: Path, run: Run) -> None:
    code, out, told = run("graph", written(tmp_path / "g.dot", "graph {}"))
    assert (code, out) == (1, "")
    assert told == (
        "1 fault, nothing written:\n  g.dot: found the ending '.dot'; allowed: a name that ends in "
        ".graphml (GraphML); .gexf (GEXF); .gml (GML); .net, .paj (Pajek); "
        ".dl, .txt, .dat (UCINET text (DL)); .##h, .##d (UCINET); .vna (NetDraw)\n"
    )


def test_two_people_a_graph_tells_apart_and_a_reader_cannot_are_a_fault(tmp_path: Path, run: Run) -> None:
    nodes = '<node id="Zo\u00eb"/><node id="Zoe\u0308"/>'
    graph = f'<graphml><graph edgedefault="directed">{nodes}</graph></graphml>'
    assert run("graph", written(tmp_path / "g.graphml", graph)) == (
        *(1, ""),
        "1 fault, nothing read:\n"
        "  g.graphml, column id of a node: found 'Zo\u00eb' again; allowed: each label once\n",
    )


@pytest.mark.parametrize("dataset", ["Ours", "../ours", "glasgow_s50", ""])
def test_a_name_that_no_own_dataset_may_have_is_a_fault(
    tmp_path: Path, raw: Path, run: Run, dataset: str
) -> None:
    code, said, told = run(
        "edges", written(tmp_path / "e.csv", PAIR), "--relation", "help:0:3", dataset=dataset
    )
    assert (code, said) == (1, "")
    assert told.startswith("1 fault, nothing written:\n  name of the dataset: found ")
    assert [path.name for path in raw.iterdir()] == [EXAMPLE]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["edges", "e.csv"], "the following arguments are required: --dataset"),
        (["edges", "e.csv", "f.csv", "--dataset", "ours"], "unrecognized arguments: f.csv"),
        (["letters", "e.csv", "--dataset", "ours"], "invalid choice: 'letters'"),
        (["roster", "e.csv", "--dataset", "ours"], "the following arguments are required: --roster"),
        (
            ["edges", "e.csv", "--dataset", "ours", "--wave", "-1"],
            "argument --wave: '-1' is not the number of a wave",
        ),
        (
            ["edges", "e.csv", "--dataset", "ours", "--wave", "9" * 30],
            f"argument --wave: '{'9' * 30}' is not the number of a wave",
        ),
        (["edges", "e.csv", "--dataset", "ours", "--reported-by", "both"], "invalid choice: 'both'"),
        (["--dataset", "ours"], "invalid choice: 'ours'"),
        (["edges", "e.csv", "--data", "ours"], "the following arguments are required: --dataset"),
    ],
)
def test_what_is_no_such_command_is_refused_with_the_usage(
    raw: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["import", *words])
    assert caught.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("usage: python -m analysis")
    assert told in output.err


KINDS = {"roster", "items", "edges", "matrix", "graph", "refi"}


def test_help_lists_the_kinds_of_files(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["import", "--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    assert {line.split()[0] for line in told.splitlines() if line.startswith("    ")} >= KINDS
    assert "REFI-QDA" in told


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_has_help_of_its_own(capsys: pytest.CaptureFixture[str], kind: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["import", kind, "--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: python -m analysis import {kind} ")
    assert {"--dataset", "--relation", "--replace"} <= set(told.split())


def test_help_of_lists_of_ties_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["import", "edges", "--help"])
    told = capsys.readouterr().out
    columns = [f"--{name}-column" for name in ("sender", "receiver", "value", "wave", "relation")]
    assert all(
        f"  {option}" in told for option in ["--wave", "--tie", "--reported-by", "--undirected", *columns]
    )


def declared_direction(raw: Path) -> dict[str, bool]:
    content = json.loads((raw / "ours/datapackage.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry.get("directed", True) for entry in content["relations"]}


BOTH_WAYS = "sender,receiver,value\na,b,2\nb,a,2\nb,c,1\nc,b,1\n"
GRAPHML = (
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph edgedefault="{}">'
    '<node id="a"/><node id="b"/><edge source="a" target="b"/>{}</graph></graphml>'
)


@pytest.mark.parametrize(
    ("kind", "name", "text", "options", "directed"),
    [
        ("edges", "e.csv", BOTH_WAYS, ["--directed"], True),
        ("edges", "e.csv", "sender,receiver\na,b\nb,c\n", [], True),
        ("edges", "e.csv", "sender,receiver\na,b\nb,c\n", ["--undirected"], False),
        ("matrix", "m.csv", ",a,b\na,0,1\nb,1,0\n", ["--undirected"], False),
        ("matrix", "m.csv", ",a,b\na,0,1\nb,1,0\n", ["--directed"], True),
        ("graph", "g.graphml", GRAPHML.format("undirected", ""), [], False),
        ("graph", "g.graphml", GRAPHML.format("directed", '<edge source="b" target="a"/>'), [], True),
        ("graph", "p.net", "*Vertices 2\n*Edges\n1 2\n", [], False),
        ("graph", "p.net", "*Vertices 3\n*Arcs\n1 2\n2 1\n", [], True),
        ("graph", "p.net", "*Vertices 3\n*Arcs\n1 2\n*Edges\n2 3\n", [], True),
        ("graph", "p.net", "*Vertices 2\n*Matrix\n0 1\n1 0\n", ["--undirected"], False),
    ],
)
def test_whether_a_relation_has_a_direction_is_kept(
    tmp_path: Path, raw: Path, run: Run, kind: str, name: str, text: str, options: list[str], directed: bool
) -> None:
    path = written(tmp_path / name, text)
    code, _, told = run(kind, path, "--tie", "help", "--relation", "help:0:3", *options)
    assert (code, told) == (0, "")
    assert declared_direction(raw) == {"help": directed}
    # A second wave says no more, and the declaration stays.
    if kind == "edges":
        assert run(kind, path, "--tie", "help", "--wave", "2", *options)[0] == 0
        assert declared_direction(raw) == {"help": directed}


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("edges", "e.csv", BOTH_WAYS),
        ("matrix", "m.csv", ",a,b\na,0,1\nb,1,0\n"),
        ("graph", "p.net", "*Vertices 2\n*Matrix\n0 1\n1 0\n"),
    ],
)
def test_a_relation_that_looks_undirected_is_asked_about(
    tmp_path: Path, raw: Path, run: Run, kind: str, name: str, text: str
) -> None:
    path = written(tmp_path / name, text)
    code, _, told = run(kind, path, "--tie", "help", "--relation", "help:0:3")
    assert code != 0 and not (raw / "ours").exists()
    assert "every tie of 'help' in both directions" in told
    assert "--undirected (a tie has no sender), or --directed" in told


def test_waves_as_words_are_numbered_in_the_order_said_in_surveys_too(run: Run, tmp_path: Path) -> None:
    roster = written(
        tmp_path / "roster.csv",
        "actor_id,name,aliases,organization_id,role,joined_on,left_on\na,Ann,,,,,\nb,Bo,,,,,\n",
    )
    text = "respondent,term,of Ann,of Bo\nAnn,Spring,0,2\nAnn,autumn,0,1\nBo,Spring,3,0\nBo,Autumn,1,0\n"
    options = ("--roster", roster, "--relation", "help:0:3", "--pattern", "of {alter}")
    options += ("--wave-column", "term")
    survey = written(tmp_path / "survey.csv", text)
    code, _, wrong = run("roster", survey, *options)
    assert code == 1
    assert "'Spring'; allowed: the number of a wave" in wrong
    assert run("roster", survey, *options, "--wave-label", "Autumn", "--wave-label", "Spring")[0] == 0
    tables = read_own("ours").tables
    assert tables["waves"]["label"].tolist() == ["Autumn", "Spring"]
    found = tables["ties"][["wave", "sender_id", "value"]].itertuples(index=False, name=None)
    assert set(found) == {(1, "a", 1.0), (2, "a", 2.0), (1, "b", 1.0), (2, "b", 3.0)}


def test_a_sheet_or_a_log_again_takes_the_place_of_the_same_alone(run: Run, tmp_path: Path) -> None:
    header = "Date,Session,Name\n"
    first = header + "2024-10-05,Talk,Ann\n2024-10-05,Talk,Bo\n2024-11-05,Visit,Bo\n"
    assert run("attendance", written(tmp_path / "a.csv", first))[0] == 0
    again = written(tmp_path / "b.csv", header + "2024-10-05,Talk,Ann\n")
    assert run("attendance", again, "--replace")[0] == 0
    attended = read_own("ours").tables["attendance"].itertuples(index=False, name=None)
    assert set(attended) == {("Talk", "Ann"), ("Visit", "Bo")}
    code, _, wrong = run("attendance", again, "--activity-kind", "visit")
    assert code == 1
    assert "kind 'visit' of Talk, 'activity' before" in wrong
    log = "Date,From,To,Channel\n2024-10-05,Ann,Bo,phone\n2024-10-06,Ann,Bo,mail\n"
    assert run("contacts", written(tmp_path / "c.csv", log))[0] == 0
    mended = written(tmp_path / "d.csv", "Date,From,To,Channel\n2024-10-05,Ann,Bo,mail\n")
    assert run("contacts", mended, "--replace")[0] == 0
    contacts = read_own("ours").tables["contacts"][["time", "kind"]].itertuples(index=False, name=None)
    assert sorted(contacts) == [("2024-10-05", "mail"), ("2024-10-06", "mail")]


def test_names_written_down_stand_in_several_columns_and_nobody_named_is_an_answer(
    run: Run, tmp_path: Path
) -> None:
    header = "actor_id,name,aliases,organization_id,role,joined_on,left_on\n"
    people = "a,Ann,,,,,\nb,Bo,Bobby,,,,\nc,Cy,,,,,\nd,Di,,,,2025-01-01,\n"
    roster = written(tmp_path / "roster.csv", header + people)
    text = "Who are you?,Name 1,Name 2,Name 3\nAnn,Bo,,Cy\nBobby,,ann,\nCy,,,\n"
    form = written(tmp_path / "form.csv", text)
    options = ["--roster", roster, "--relation", "help:0:3", "--directed", "--sender-column", "Who are you?"]
    for name in ("Name 1", "Name 2", "Name 3"):
        options += ["--receiver-column", name]
    code, _, wrong = run("edges", form, *options, "--all-asked")
    assert code == 1
    assert "no dates of wave 1" in wrong
    code, told, _ = run("edges", form, *options, "--all-asked", "--wave-dates", "1:2024-10-01:2024-10-31")
    assert code == 0
    assert "3 rows: 2 with ties, 1 that name somebody without a tie" in told
    tables = read_own("ours").tables
    found = tables["ties"][["sender_id", "receiver_id"]].itertuples(index=False, name=None)
    assert set(found) == {("a", "b"), ("a", "c"), ("b", "a")}
    assert not len(tables.get("nonresponse", ()))
    dates = ("--wave-dates", "1:2025-02-01:2025-02-28", "--replace")
    assert run("edges", form, *options, "--all-asked", *dates, "--changed", "update")[0] == 0
    silent = read_own("ours").tables["nonresponse"][["wave", "actor_id", "relation"]]
    assert silent.to_numpy().tolist() == [[1, "d", "help"]]


def test_a_dry_run_tells_all_and_writes_nothing(run: Run, raw: Path, tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("from,to\na,b\nb,c\n", encoding="utf-8")
    words = ("edges", str(path), "--relation", "help:0:1", "--directed")
    code, told, _ = run(*words, "--dry-run")
    assert code == 0
    assert "data_raw/ours/ would have 3 actors, 1 wave, 2 ties." in told
    assert "e.csv: 2 rows: 2 with ties" in told
    assert not (raw / "ours").exists()
    assert run(*words)[0] == 0
    before = {path: path.read_bytes() for path in (raw / "ours").rglob("*") if path.is_file()}
    path.write_text("from,to\na,d\n", encoding="utf-8")
    assert "4 actors" in run("edges", str(path), "--dry-run")[1]
    assert {path: path.read_bytes() for path in (raw / "ours").rglob("*") if path.is_file()} == before


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert capsys.readouterr().out.split()[-1] == declared


def test_a_graph_of_people_alone_needs_no_declared_relation(run: Run, raw: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "n.net", '*Vertices 2\n1 "a"\n2 "b"\n*Edges :1 "help 2"\n')
    code, out, err = run("graph", path)
    assert code == 0, err
    assert "no tie of 'help', which is not declared: nothing of it is kept" in out
    assert ties_of(raw) == []
    code, out, err = run("graph", path, "--relation", "help:0:1", "--replace")
    assert code == 0, err
    (help_,) = read_own("ours").package.relations
    assert not help_.directed
