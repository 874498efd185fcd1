"""Interviews on people's own networks: Network Canvas, and three tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from analysis.__main__ import main
from analysis.importing.dataset.people_file import read_roster
from analysis.importing.files.sheets import read_sheets
from analysis.importing.formats.egor import read_ego_tables
from analysis.importing.formats.network_canvas import Values, read_canvas_graphs, read_canvas_sheets
from analysis.importing.shared.network import ImportedNetwork, as_tables
from analysis.importing.shared.people import Matcher, People
from analysis.tables.faults import InvalidInput

EGOS = (
    "networkCanvasEgoUUID,networkCanvasCaseID,networkCanvasSessionID,networkCanvasProtocolName,sessionStart,role\n"
    "ego-1,Eve,s1,Help,2024-10-01T08:00:00.000Z,coach\nego-2,Fay,s2,Help,2024-10-02T08:00:00.000Z,\n"
)
ALTERS = (
    "nodeID,networkCanvasEgoUUID,networkCanvasUUID,name,closeness,school_north,layout_x\n"
    "1,ego-1,11111111-a,Ana,3,true,0.5\n2,ego-1,22222222-b,Ben,1,false,0.5\n"
    "1,ego-2,33333333-c,Ana,2,true,0.1\n2,ego-2,22222222-b,Ben,2,true,0.1\n3,ego-2,44444444-d,'-Gus,1,,0.1\n"
)
TIES = (
    "edgeID,from,to,networkCanvasEgoUUID,networkCanvasUUID,networkCanvasSourceUUID,networkCanvasTargetUUID,often\n"
    "1,1,2,ego-1,e1,11111111-a,22222222-b,2\n1,1,2,ego-2,e2,33333333-c,22222222-b,1\n"
)
PERSONS, KNOWS = "x_attributeList_Person.csv", "x_edgeList_Knows.csv"
CANVAS = {
    "Eve_ego.csv": EGOS,
    PERSONS: ALTERS,
    KNOWS: TIES,
    "x_adjacencyMatrix_Knows.csv": ",a\na,0\n",
}
GRAPH = (
    '<?xml version="1.0" encoding="UTF-8"?><graphml xmlns:nc="http://schema.networkcanvas.com/xmlns">'
    '<key id="u" attr.name="networkCanvasUUID" for="all"/><key id="t" attr.name="networkCanvasType" '
    'for="all"/>'
    '<key id="label" attr.name="label" for="all"/><key id="r" attr.name="role" for="node"/>{graphs}</graphml>'
)


def graph(case: str, ego: str, nodes: Mapping[str, tuple[str, str, str]], ties: str = "1 2") -> str:
    """Return an interview; nodes by identifier, with label, sort and UUID."""
    some = "".join(
        f'<node id="{one}"><data key="label">{label}</data><data key="t">{sort}</data><data key="u">'
        f"{uuid}</data>"
        '<data key="r">coach</data></node>'
        for one, (label, sort, uuid) in nodes.items()
    )
    one, _, other = ties.partition(" ")
    edges = f'<edge source="{one}" target="{other}"><data key="t">Knows</data></edge>' if ties else ""
    about = f'edgedefault="undirected" nc:caseId="{case}"'
    return f'<graph {about}><data key="u">{ego}</data>{some}{edges}</graph>'


def put(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def ties_of(network: ImportedNetwork) -> set[str]:
    """Return ties in words."""
    columns = ["relation", "sender_id", "receiver_id", "value", "reported_by"]
    rows = as_tables(network)["ties"][columns].itertuples(index=False, name=None)
    return {f"{about}: {one} {other} {value:g} by {who}" for about, one, other, value, who in rows}


def canvas(
    folder: Path, files: Mapping[str, str], values: Values, people: People | None = None
) -> ImportedNetwork:
    """Read the tables of an export."""
    sheets = [sheet for path in put(folder, files) for sheet in read_sheets(path, [])]
    return read_canvas_sheets(sheets, 1, ["help", "Knows"], values, people)


EXPECTED = {
    "help: Eve Ana (11111111) 3 by Eve",
    "help: Eve Ben 1 by Eve",
    "help: Fay Ana (33333333) 2 by Fay",
    "help: Fay Ben 2 by Fay",
    "help: Fay -Gus 1 by Fay",
    "Knows: Ana (11111111) Ben 2 by Eve",
    "Knows: Ben Ana (11111111) 2 by Eve",
    "Knows: Ana (33333333) Ben 1 by Fay",
    "Knows: Ben Ana (33333333) 1 by Fay",
}


def test_tables_of_network_canvas_tell_people_apart_by_their_uuid(tmp_path: Path) -> None:
    network = canvas(tmp_path, CANVAS, Values(named="closeness", among="often"))
    assert ties_of(network) == EXPECTED
    assert set(network.nonresponse["actor_id"]) == {"Ana (11111111)", "Ana (33333333)", "Ben", "-Gus"}
    assert set(network.nonresponse["relation"]) == {"help"}
    assert network.directed == {"help": True, "Knows": False}
    assert network.attributes["Eve"] == {"role": "coach"}
    assert network.attributes["Ben"] == {"closeness": "1", "school_north": "false"}
    told = "\n".join(network.notes)
    for words in (
        "adjacency matrix, not read",
        "5 rows: 5 alters",
        "2 interviews named 5 people, and 2 ties among them",
        "the first counts: closeness (1), school_north (1)",
        "told apart by their identifiers (a --roster says who is one person): Ana",
        "people who were named and not interviewed count as not having answered (help)",
    ):
        assert words in told


def test_a_roster_says_who_is_one_person(tmp_path: Path) -> None:
    rows = "t1,Ana,\nt2,Ben,\nt5,Eve,\nt6,Fay,\nt7,Gus,-Gus\n"
    (roster,) = put(tmp_path, {"r.csv": f"actor_id,name,aliases\n{rows}"})
    people = People(Matcher(read_roster(roster, [])))
    network = canvas(tmp_path, CANVAS, Values(), people)
    assert {"help: t5 t1 1 by t5", "help: t6 t1 1 by t6", "Knows: t1 t2 1 by t6"} < ties_of(network)
    assert set(network.nonresponse["actor_id"]) == {"t1", "t2", "t7"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"Eve_ego.csv": EGOS.replace("ego-2", "ego-1")}, "row 3: found 'ego-1' again"),
        ({"Eve_ego.csv": EGOS.replace("Fay", "Eve")}, "2 interviews of 'Eve'"),
        ({KNOWS: TIES.replace(",33333333-c", ",")}, "row 3, column networkCanvasSourceUUID"),
        ({KNOWS: TIES.replace("33333333-c", "9-x")}, "row 3: found a tie of '9-x'"),
        ({PERSONS: ALTERS.replace("ego-2", "ego-9")}, "'ego-9'; allowed: an interview"),
        ({PERSONS: ALTERS.replace("Ana,3", "Ana,lots")}, "row 2, column closeness: found 'lots'"),
        ({PERSONS: ALTERS.replace("22222222-b", "11111111-a", 1)}, "again, named by 'Eve'"),
        ({"x_attributeList_Place.csv": ALTERS.replace("-a", "-p")}, "several sorts: Person (5), Place (5)"),
        ({"notes.csv": "a,b\n1,2\n"}, "notes.csv, row 1: found no part of a Network Canvas export"),
    ],
)
def test_a_faulty_export_is_refused(tmp_path: Path, change: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        canvas(tmp_path, CANVAS | change, Values(named="closeness"))
    assert told in str(caught.value)


def test_every_graph_of_every_file_is_an_interview(tmp_path: Path) -> None:
    one = graph("Eve", "ego-1", {"1": ("Ana", "Person", "u1"), "2": ("Ben", "Person", "u2")})
    two = graph("Fay", "ego-2", {"1": ("Ana", "Person", "u3"), "2": ("North", "Place", "p1")}, ties="1 2")
    paths = put(tmp_path, {"a.graphml": GRAPH.format(graphs=one), "b.graphml": GRAPH.format(graphs=two)})
    with pytest.raises(InvalidInput, match=r"several sorts: Person \(3\), Place \(1\).*--node-type"):
        read_canvas_graphs(paths, 1, ["help", "Knows"], Values())
    network = read_canvas_graphs(paths, 1, ["help", "Knows"], Values(node_type="person"))
    assert ties_of(network) == {
        "help: Eve Ana (u1) 1 by Eve",
        "help: Eve Ben 1 by Eve",
        "help: Fay Ana (u3) 1 by Fay",
        "Knows: Ana (u1) Ben 1 by Eve",
        "Knows: Ben Ana (u1) 1 by Eve",
    }
    assert network.attributes["Ben"] == {"role": "coach"}
    assert "1 nodes that are no person are left out, and ties with them" in "\n".join(network.notes)


def test_faults_of_a_graph_are_told(tmp_path: Path) -> None:
    nodes = {"1": ("Ana", "Person", "u1")}
    some = graph("Eve", "", nodes, "") + graph("Fay", "e", nodes, "1 7") + graph("Gus", "e", {}, "")
    text = GRAPH.format(graphs=some).replace("</graphml>", "<port/></graphml>")
    (path,) = put(tmp_path, {"a.graphml": text})
    with pytest.raises(InvalidInput) as caught:
        read_canvas_graphs([path], 1, ["help"], Values())
    told = str(caught.value)
    for words in ("'port'", "graph 1: found no identifier", "target of a tie: found '7'", "'e' again"):
        assert words in told


TIES3 = "aaties.csv"
THREE = {
    "egos.csv": ".egoID,age\n1,40\n2,\n",
    "alters.csv": ".altID,.egoID,name,closeness\n1,1,Ana,2\n2,1,Ben,1\n1,2,Ana,3\n2,2,7,3\n",
    TIES3: ".egoID,.srcID,.tgtID,weight,note\n1,1,2,2,x\n1,2,1,2,\n2,1,2,1,\n",
}
EGONET = {
    "egos.csv": "egoID,name\n17,Eve\n18,Fay\n",
    "alters/17.csv": '"","alterID","sex"\n"1","Ana","w"\n"2","Ben","m"\n',
    "alters/18.csv": '"","alterID","sex"\n"1","Ben","m"\n',
    "edges/edges17.csv": "Source,Target\nAna,Ben\n",
}


def tables(folder: Path, files: Mapping[str, str], *, directed: bool = False) -> ImportedNetwork:
    """Read three tables."""
    sheets = [sheet for path in put(folder, files) for sheet in read_sheets(path, [])]
    named = "closeness" if "closeness" in files["alters.csv"] else None
    return read_ego_tables(sheets, 1, ["help"], named=named, directed=directed)


def test_three_tables_of_egor(tmp_path: Path) -> None:
    network = tables(tmp_path, THREE)
    assert ties_of(network) == {
        *("help: 1 Ana 2 by 1", "help: 1 Ben 1 by 1", "help: 2 Ana 3 by 2", "help: 2 7 of 2 3 by 2"),
        *("between alters: Ana Ben 2 by 1", "between alters: Ben Ana 2 by 1"),
        *("between alters: Ana 7 of 2 1 by 2", "between alters: 7 of 2 Ana 1 by 2"),
    }
    assert network.attributes["1"] == {"age": "40"}
    assert "aaties.csv: columns that were not read: note" in network.notes


def test_a_folder_of_egonet_through_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("analysis.importing.dataset.own.DATA_RAW", tmp_path / "data_raw")
    monkeypatch.setattr("analysis.importing.command.add_tables", lambda *_, **__: {})
    (tmp_path / "export").mkdir()
    put(tmp_path / "export", EGONET)
    words = ["--dataset", "ours", "--relation", "help:0:1", "--relation", "between alters:0:1"]
    assert main(["import", "interviews", str(tmp_path / "export"), *words]) == 0
    told = capsys.readouterr().out
    for told_ in ("named 3 people, and 1 ties", "a column without a header was not read", "sex"):
        assert told_ in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"egos.csv": ".egoID,age\n1,40\n1,41\n"}, "egos.csv, row 3, column ego: found '1' again"),
        ({"alters.csv": ".altID,.egoID,name\n1,9,Ana\n"}, "alters.csv, row 2, column ego: found '9'"),
        ({"alters.csv": ".altID,name\n1,Ana\n"}, "nothing that tells whose interview"),
        ({TIES3: ".egoID,.srcID,.tgtID\n1,1,5\n"}, "row 2, column ties among alters: found '5'"),
        ({TIES3: ".egoID,.srcID,.tgtID,weight\n1,1,2,2\n1,2,1,3\n"}, "row 3: found 'Ben' and 'Ana' again"),
        ({"more.csv": "a,b\n1,2\n"}, "more.csv, row 1: found no table of an ego network"),
    ],
)
def test_faulty_tables_are_refused(tmp_path: Path, change: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        tables(tmp_path, THREE | change)
    assert told in str(caught.value)
