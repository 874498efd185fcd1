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
    assert "left out, since they are no person: 1 node, and ties with them" in "\n".join(network.notes)


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
    for told_ in ("named 3 people, and 1 tie", "a column without a header was not read", "sex"):
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


SECRET = ALTERS.replace("Ana,3", "ENCRYPTED,3").replace("Ben,1", "ENCRYPTED,1")
NEWER = EGOS.replace("sessionStart,role", "sessionStart,networkCanvasFinishOutcome,role").replace(
    "000Z,", "000Z,completed,"
)
SPACED = ALTERS.replace("layout_x", "layout_screenSpaceX")
NOBODY = "nodeID,networkCanvasEgoUUID,networkCanvasUUID\n"


def one_interview(number: int) -> dict[str, str]:
    """Return the files of one interview, as the program writes them without merging."""
    ego = f"ego-{number}"
    parts = {"ego.csv": EGOS, "attributeList_Person.csv": ALTERS, "edgeList_Knows.csv": TIES}
    return {
        f"{ego}_{name}": "".join(
            line for place, line in enumerate(text.splitlines(keepends=True)) if not place or ego in line
        )
        for name, text in parts.items()
    }


@pytest.mark.parametrize(
    ("files", "ties", "told"),
    [
        (
            {"x_ego.csv": NEWER, PERSONS: SECRET, KNOWS: TIES},
            {"help: Eve 11111111-a 3 by Eve", "help: Fay Ana 2 by Fay"},
            "encrypted, so not read: name (people without a name are called by their identifiers)",
        ),
        ({"x_ego.csv": EGOS, PERSONS: SPACED, KNOWS: TIES}, {"help: Eve Ben 1 by Eve"}, "named 5 people"),
        (
            {"x_ego.csv": EGOS, "x_attributeList.csv": NOBODY, "x_edgeList.csv": TIES.partition("\n")[0]},
            set(),
            "2 interviews named 0 people, and 0 ties among them",
        ),
        (
            {name: text for number in (1, 2) for name, text in one_interview(number).items()},
            EXPECTED,
            "told apart by their identifiers",
        ),
    ],
    ids=["encrypted names", "places on a screen", "nobody named", "an interview a file"],
)
def test_other_exports_of_network_canvas(
    tmp_path: Path, files: Mapping[str, str], ties: set[str], told: str
) -> None:
    among = "often" if ties == EXPECTED else None
    closeness = None if "x_attributeList.csv" in files else "closeness"
    network = canvas(tmp_path, files, Values(named=closeness, among=among))
    assert ties <= ties_of(network)
    assert told in "\n".join(network.notes)
    assert not {"name", "layout_screenSpaceX", "networkCanvasFinishOutcome"} & {
        name for said in network.attributes.values() for name in said
    }


def test_a_node_without_a_name_is_not_called_after_its_sort(tmp_path: Path) -> None:
    nodes = {"1": ("Person", "Person", "u1"), "2": ("Encrypted", "Person", "u2")}
    paths = put(tmp_path, {"a.graphml": GRAPH.format(graphs=graph("Eve", "ego-1", nodes))})
    network = read_canvas_graphs(paths, 1, ["help", "Knows"], Values())
    assert {"help: Eve u1 1 by Eve", "help: Eve u2 1 by Eve"} < ties_of(network)


WEB = {
    "alters.csv": "Interview ID,EgoID,Start Time,role,Alter Number,Alter Name,close\n"
    "7,Eve,2024-10-01 08:00:00,coach,1,Ana,3\n7,Eve,2024-10-01 08:00:00,coach,2,Ben,1\n"
    "8,Fay,2024-10-02 08:00:00,,1,Ben,2\n9,Gus,2024-10-02 09:00:00,,1,,\n",
    "pairs.csv": "Interview ID,EgoID,Alter 1 Number,Alter 1 Name,Alter 2 Number,Alter 2 Name,knows,"
    "Alter 1 ID\n7,Eve,1,Ana,2,Ben,1,31\n",
}
EDDI = {
    "s_responses.csv": "puid,age\n1,40\n2,\n",
    "s_namedetails.csv": "puid,nameid,sex\n1,1,w\n1,2,m\n2,1,w\n",
    "s_nameties.csv": "puid,nameid,targetid,weight\n1,1,2,3\n",
}


def tied(one: str, other: str, value: int, who: str) -> set[str]:
    """Return a tie between alters in words, in both directions."""
    ways = ((one, other), (other, one))
    return {f"between alters: {here} {there} {value} by {who}" for here, there in ways}


@pytest.mark.parametrize(
    ("files", "named", "among", "expected"),
    [
        (
            WEB,
            "close",
            "knows",
            {"help: Eve Ana 3 by Eve", "help: Eve Ben 1 by Eve", "help: Fay Ben 2 by Fay"}
            | tied("Ana", "Ben", 1, "Eve"),
        ),
        (
            {**WEB, "pairs.csv": WEB["pairs.csv"].replace("Ben,1,", "Ben,0,")},
            None,
            "knows",
            {"help: Eve Ana 1 by Eve", "help: Eve Ben 1 by Eve", "help: Fay Ben 1 by Fay"},
        ),
        (
            EDDI,
            None,
            None,
            {"help: 1 1 of 1 1 by 1", "help: 1 2 of 1 1 by 1", "help: 2 1 of 2 1 by 2"}
            | tied("1 of 1", "2 of 1", 3, "1"),
        ),
    ],
    ids=["egoweb", "egoweb, a pair that does not know each other", "openeddi"],
)
def test_tables_as_other_programs_for_ego_networks_write_them(
    tmp_path: Path, files: Mapping[str, str], named: str | None, among: str | None, expected: set[str]
) -> None:
    sheets = [sheet for path in put(tmp_path, files) for sheet in read_sheets(path, [])]
    network = read_ego_tables(sheets, 1, ["help"], named=named, among=among)
    assert ties_of(network) == expected
    if files is WEB:
        assert network.attributes["Eve"]["role"] == "coach"
        assert "Gus" in network.actors
        assert "there is no table of egos: they are those whose alters are listed" in network.notes
        assert "Gus" not in set(network.nonresponse["actor_id"]), "who names nobody has answered"


@pytest.mark.parametrize(
    ("files", "among", "told"),
    [
        (WEB, None, "every pair of alters, whatever was said of it; allowed: the column that says so"),
        (WEB, "close", "no column 'close'; allowed: the column that says so, with --tie-value-column"),
        ({"all.csv": "egoID,alter_1_age,alter_2_age\n1,40,50\n"}, None, "make it one of a row per alter"),
    ],
    ids=["every pair", "another column", "a row per interview"],
)
def test_what_tables_do_not_say_is_asked_for(
    tmp_path: Path, files: Mapping[str, str], among: str | None, told: str
) -> None:
    sheets = [sheet for path in put(tmp_path, files) for sheet in read_sheets(path, [])]
    with pytest.raises(InvalidInput) as caught:
        read_ego_tables(sheets, 1, ["help"], among=among)
    assert told in str(caught.value)


def test_an_archive_is_refused_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "export.zip").write_bytes(b"PK")
    assert main(["import", "interviews", str(tmp_path / "export.zip"), "--dataset", "ours"]) == 1
    assert "unpack it, and name the folder" in capsys.readouterr().err
