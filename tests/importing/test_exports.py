"""A network without names for other programs: what is in it, what is not, and that it returns as it was."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.importing.dataset.exports import network_of
from analysis.importing.dataset.own import read_own
from analysis.importing.formats.network_writers import FORMATS
from analysis.importing.kinds.graph import GRAPHS
from analysis.importing.lists.edge_list import read_edges
from analysis.importing.shared.network import Arc, ImportedNetwork, as_tables, assemble
from analysis.tables.faults import InvalidInput
from analysis.tables.load import write_dataset
from analysis.tables.package import PRIVATE, DataPackage, Relation
from tests.importing.test_command import raw, run  # noqa: F401  (fixtures)

PEOPLE = [f"p_{number:02d}" for number in range(1, 13)]
ASKED = [(1, "help"), (2, "help"), (1, "close")]
ACTORS = pd.DataFrame(
    {
        "actor_id": PEOPLE,
        "organization_id": ["School A"] * 7 + ["School B"] * 3 + ["=School C"] * 2,
        "role": ["teacher"] * 6 + ["coach"] * 6,
        "joined_on": [None] * 12,
        "left_on": [None] * 12,
    },
    dtype="string",
)
TIES = pd.DataFrame(
    [
        (1, "help", "p_01", "p_02", 2.0, "p_01"),
        (1, "help", "p_01", "p_02", 1.0, "p_02"),
        (1, "help", "p_12", "p_01", 0.1, "p_12"),
        (2, "help", "p_02", "p_03", 3.0, "p_02"),
        (1, "close", "p_01", "p_04", 1.0, "p_01"),
        (1, "close", "p_04", "p_01", 1.0, "p_04"),
    ],
    columns=["wave", "relation", "sender_id", "receiver_id", "value", "reported_by"],
).astype(dict.fromkeys(("relation", "sender_id", "receiver_id", "reported_by"), "string"))
SILENT = pd.DataFrame(
    [(1, "p_05", None), (2, "p_06", "help")], columns=["wave", "actor_id", "relation"]
).astype({"actor_id": "string", "relation": "string"})
TABLES = {"actors": ACTORS, "ties": TIES, "nonresponse": SILENT}


def package(smallest: int) -> DataPackage:
    """Return the declaration of the dataset."""
    relations = (
        Relation("help", "Who helps?", 0, 3),
        Relation("close", "Who is close?", 0, 1, directed=False),
    )
    return DataPackage("ours", "Ours", "real", "none", "none", (), relations, {}, smallest_cell=smallest)


def returned(folder: Path, network: ImportedNetwork, name: str) -> ImportedNetwork:
    """Return a network that was written in a format and read again."""
    ((ending, content),) = FORMATS[name][1](network).items()
    (folder / f"n{ending}").write_bytes(content)
    return GRAPHS[ending].read(folder / f"n{ending}")


def test_gexf_gives_back_everything(tmp_path: Path) -> None:
    network = network_of(TABLES, package(0))
    found = returned(tmp_path, network, "gexf")
    for name, frame in as_tables(network).items():
        pd.testing.assert_frame_equal(as_tables(found)[name], frame, check_dtype=False)
    assert found.directed == network.directed == {"help": True, "close": False}
    assert found.attributes == network.attributes
    assert found.attributes["p_12"] == {"organization_id": "=School C", "role": "coach"}
    assert set(found.nonresponse.itertuples(index=False, name=None)) == {
        *((1, "p_05", "help"), (1, "p_05", "close"), (2, "p_06", "help"))
    }


@pytest.mark.parametrize(("relation", "waves"), [("close", ()), ("help", (2,))])
@pytest.mark.parametrize("name", ["graphml", "gexf", "dl", "pajek"])
def test_one_relation_returns_with_its_direction(
    tmp_path: Path, name: str, relation: str, waves: tuple[int, ...]
) -> None:
    network = network_of(TABLES, package(0), relations=[relation], waves=waves)
    found = returned(tmp_path, network, name)
    for table, frame in as_tables(network).items():
        pd.testing.assert_frame_equal(as_tables(found)[table], frame, check_dtype=False)
    if name != "dl":
        assert found.directed == network.directed
    assert (found.attributes.get("p_12") == network.attributes["p_12"]) == (name in ("graphml", "gexf"))


@pytest.mark.parametrize("undirected", [False, True])
@pytest.mark.parametrize("name", ["graphml", "gexf", "dl", "pajek"])
def test_people_without_a_tie_return_with_what_they_were_asked(
    tmp_path: Path, name: str, undirected: bool
) -> None:
    directed = {"help": not undirected} | ({"close": undirected} if name == "gexf" else {})
    asked = [(2, about) for about in directed] + [(1, "help")]
    said = {"a": {"role": "coach"}} if name in ("graphml", "gexf") else {}
    network = assemble("f", ["a", "b"], [], asked, [], directed=directed, attributes=said)
    found = returned(tmp_path, network, name)
    for table, frame in as_tables(network).items():
        pd.testing.assert_frame_equal(as_tables(found)[table], frame)
    assert set(found.asked) == set(asked)
    assert {who: some for who, some in found.attributes.items() if some} == said
    if name != "dl":
        assert found.directed == directed


def test_the_description_of_somebody_elses_graph_is_no_list_of_questions(tmp_path: Path) -> None:
    text = FORMATS["gexf"][1](assemble("f", ["a", "b"], [], [(2, "help")], []))[".gexf"]
    (tmp_path / "n.gexf").write_bytes(text.replace(b"asked help 2", b"asked around; at lunch"))
    assert GRAPHS[".gexf"].read(tmp_path / "n.gexf").asked == ((1, "tie"),)


@pytest.mark.parametrize("name", ["kumu", "polinode"])
def test_sheets_have_everybody_and_run_nothing(name: str) -> None:
    network = network_of(TABLES, package(0))
    sheets = [list(csv.DictReader(text.decode().splitlines())) for text in FORMATS[name][1](network).values()]
    people, ties = sheets
    who, one, other = {"kumu": ("Label", "From", "To"), "polinode": ("Name", "Source", "Target")}[name]
    assert [row[who] for row in people] == PEOPLE
    assert people[11]["organization_id"] == "'=School C"
    assert people[4]["did_not_answer"] == "close 1; help 1"
    assert len(ties) == 5
    assert ties[-1] | {one: "p_01", other: "p_04"} == ties[-1]
    assert (ties[-1]["Direction"], ties[-1]["Type"], ties[-1]["Wave"]) == ("undirected", "close", "1")


@pytest.mark.parametrize(("name", "ending"), [("kumu", "_connections.csv"), ("polinode", "_edges.csv")])
def test_ties_of_sheets_return_as_a_list(tmp_path: Path, name: str, ending: str) -> None:
    """Both ways where they have no direction, and as the answer of whoever gave it."""
    network = network_of(TABLES, package(0))
    (tmp_path / "t.csv").write_bytes(FORMATS[name][1](network)[ending])
    found = read_edges(tmp_path / "t.csv", relation="Type")
    pd.testing.assert_frame_equal(as_tables(found)["ties"], as_tables(network)["ties"], check_dtype=False)
    assert found.directed == network.directed == {"help": True, "close": False}
    assert not [note for note in found.notes if "not read" in note]


def test_a_third_persons_answer_on_an_undirected_tie_is_one_both_ways(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("From,To,Direction,Reported by\na,b,undirected,c\na,c,mutual,a\n", encoding="utf-8")
    ties = as_tables(read_edges(path))["ties"][["sender_id", "receiver_id", "reported_by"]]
    assert set(ties.itertuples(index=False, name=None)) == {
        *(("a", "b", "c"), ("b", "a", "c")),
        *(("a", "c", "a"), ("c", "a", "c")),
    }


def test_what_few_have_in_common_is_left_out() -> None:
    protected = network_of(TABLES, package(5))
    together = {one["organization_id"] for one in protected.attributes.values()}
    assert together == {"School A", "=School C + School B"}
    assert [protected.attributes[who]["role"] for who in PEOPLE] == ["teacher"] * 6 + ["coach"] * 6
    one_head = ACTORS.assign(role=["teacher"] * 11 + ["head"])
    alone = network_of({**TABLES, "actors": one_head}, package(5)).attributes
    assert all("role" not in said for said in alone.values())
    assert protected.ties.equals(network_of(TABLES, package(0)).ties)


def test_what_a_format_has_no_room_for_is_refused_with_what_to_do() -> None:
    network = network_of(TABLES, package(0))
    arcs = [Arc("a", "b", 1.0, 1, "r"), Arc("b", "a", 2.0, 1, "r")]
    quoted = assemble("f", ['a"', "b"], [], [(1, "r")], [])
    told = {
        "graphml": (network, "relations with direction, and without (close) … FORMAT=gexf"),
        "dl": (network, "ties that others than their sender report … FORMAT=graphml or FORMAT=gexf"),
        "pajek": (quoted, "labels the format has room for"),
        "gexf": (
            assemble("f", ["a", "b"], arcs, [(1, "r")], [], directed={"r": False}),
            "differs by direction",
        ),
        "kumu": (assemble("f", ["a", "b"], [], [(1, "r;s")], []), "relations without a semicolon"),
    }
    for name, (one, words) in told.items():
        with pytest.raises(InvalidInput) as caught:
            FORMATS[name][1](one)
        assert all(part in str(caught.value) for part in words.split(" … "))


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a place with a dataset of one's own that has been de-identified."""
    monkeypatch.setattr("analysis.importing.dataset.exports.DATA_DERIVED", tmp_path / "data_derived")
    monkeypatch.setattr("analysis.importing.dataset.own.DATA_RAW", tmp_path / "data_raw")
    monkeypatch.setattr("analysis.tables.load.DATA_DERIVED", tmp_path / "data_derived")
    waves = pd.DataFrame({"wave": [1, 2], "label": ["one", "two"], "opened_on": None, "closed_on": None})
    homes = pd.DataFrame({"organization_id": ["School A", "School B", "=School C"], "kind": "school"})
    homes = homes.assign(parent_id=None, joined_on=None, left_on=None)[
        ["organization_id", "parent_id", "kind", "joined_on", "left_on"]
    ]
    (tmp_path / "data_raw/ours").mkdir(parents=True)
    tables = {"organizations": homes, "waves": waves, **TABLES}
    write_dataset(tables, package(PRIVATE), tmp_path / "data_derived/ours")
    return tmp_path


def export(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Run a command; return the exit code and all that was told."""
    code = main(["export", "ours", *words])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_the_command_writes_into_the_datasets_own_folder_alone(
    places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path for path in places.rglob("*") if path.is_file()}
    code, told = export(capsys, "--format", "gexf")
    assert code == 0, told
    for words in ("ours.gexf is written", "12 people under their pseudonyms, 6 ties", "Do not publish it"):
        assert words in told
    assert "Small schools stand together" in told
    new = {path for path in places.rglob("*") if path.is_file()} - before
    assert new == {places / "data_raw/ours/exports/ours.gexf"}
    (path,) = new
    assert path.stat().st_mode & 0o077 == 0
    code, told = export(capsys, "--format", "kumu", "--tie", "help", "--wave", "2")
    assert code == 0, told
    text = (places / "data_raw/ours/exports/ours_connections.csv").read_text(encoding="utf-8")
    assert text.splitlines()[1:] == ["p_02,p_03,directed,help,3.0,2,p_02"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--format", "dot"), "found 'dot'; allowed: graphml, gexf, dl, pajek, kumu, polinode"),
        ((), "found ''; allowed: graphml"),
        (("--format", "dl", "--tie", "trust"), "found 'trust'; allowed: relations: close, help"),
        (("--format", "dl", "--wave", "x"), "found 'x'; allowed: the number of a round"),
        (("--format", "dl", "--wave", "7"), "found 7; allowed: a round with ties"),
    ],
)
def test_what_cannot_be_exported_is_told(
    places: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    code, said = export(capsys, *words)
    assert (code, told in said) == (1, True), said
    assert not (places / "data_raw/ours/exports").exists()


def test_only_a_dataset_of_ones_own_without_names_is_exported(
    places: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared = places / "data_derived/ours/datapackage.json"
    assert json.loads(declared.read_text(encoding="utf-8"))["name"] == "ours"
    declared.unlink()
    code, told = export(capsys, "--format", "gexf")
    assert code == 1
    assert "make deidentify DATASET=ours first" in told
    assert main(["export", "example_network", "--format", "gexf"]) == 1
    assert "a name no dataset of the compendium has" in capsys.readouterr().err


def test_the_sheets_of_kumu_return_by_the_command_that_is_printed(
    raw: Path,  # noqa: F811
    run: Callable[..., tuple[int, str, str]],  # noqa: F811
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    network = network_of(TABLES, package(0))
    for ending, content in FORMATS["kumu"][1](network).items():
        (tmp_path / f"ours{ending}").write_bytes(content)
    assert main(["import", "look", str(tmp_path / "ours_connections.csv")]) == 0
    assert "--relation-column Type" in capsys.readouterr().out
    words = ("--relation", "help:0:3", "--relation", "close:0:1", "--relation-column", "Type")
    roster = ("--roster", tmp_path / "ours_elements.csv")
    code, out, err = run("edges", tmp_path / "ours_connections.csv", *words, *roster)
    assert code == 0, err
    assert "on the roster and not in the file: p_05" in out
    found = read_own("ours")
    ties = as_tables(network)["ties"].sort_values([*TIES.columns[:4], "reported_by"], ignore_index=True)
    back = found.tables["ties"].sort_values([*TIES.columns[:4], "reported_by"], ignore_index=True)
    pd.testing.assert_frame_equal(back[ties.columns], ties, check_dtype=False)
    assert {one.name: one.directed for one in found.package.relations} == network.directed
    actors = found.tables["actors"].set_index("actor_id")
    assert actors.loc["p_03", ["organization_id", "role"]].tolist() == ["School A", "teacher"]
