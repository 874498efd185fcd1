"""One network gives the same tables whatever file it is read from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from analysis.importing.formats.network_writers import FORMATS
from analysis.importing.kinds.graph import GRAPHS
from analysis.importing.lists.edge_list import read_edges
from analysis.importing.lists.matrices import read_matrices
from analysis.importing.shared.network import (
    Arc,
    ImportedNetwork,
    actor_label,
    as_tables,
    assemble,
    named_wave,
    read_wave,
)
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, InvalidInput
from analysis.tables.package import DataPackage, Relation
from analysis.tables.validate import checked
from tests.importing.networks import ACTORS, EXPECTED, FILES, MATRIX, TABLE, equal, write_sheets
from tests.importing.writers import write_matrix_csv
from tests.tables.workbooks import write_workbook

PACKAGE = DataPackage(
    "own", "Own", "real", "none", "none", (), (Relation("help", "Who helps?", -1e9, 1e9),), {}
)


def read(path: Path) -> ImportedNetwork:
    """Read any of the files, which say wave and relation where they have room for them."""
    if path.suffix in GRAPHS:
        return GRAPHS[path.suffix].read(path, only_wave=2, only_relation="help")
    return read_matrices(path) if path.stem.startswith("help") else read_edges(path)


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_tables(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name].encode())
    tables = as_tables(read(path))
    equal(tables, EXPECTED)
    assert {name: len(table) for name, table in checked(tables, PACKAGE).items()} == {
        "actors": 5,
        "waves": 1,
        "ties": 5,
    }


def test_workbooks_give_the_same_tables(tmp_path: Path) -> None:
    rows = [["", *ACTORS], *([actor, *row] for actor, row in zip(ACTORS, MATRIX, strict=True))]
    matrix = write_sheets(tmp_path / "m.xlsx", {"notes": [["What", "ever"]], "help 2": rows})
    equal(as_tables(read_matrices(matrix)), EXPECTED)
    equal(as_tables(read_edges(write_workbook(tmp_path / "e.xlsx", TABLE))), EXPECTED)


def test_the_order_of_a_file_changes_nothing() -> None:
    arcs = [Arc(sender, receiver, 1.0, 2, "help") for sender, receiver in [("A10", "A2"), ("A2", "A1")]]
    one = assemble("f", ["A1", "A2", "A10"], arcs, [(2, "help"), (1, "help")], [])
    other = assemble("f", ["A10", "A1", "A2"], arcs[::-1], [(1, "help"), (2, "help")], [])
    equal(as_tables(one), as_tables(other))
    tables = as_tables(one)
    assert tables["actors"]["actor_id"].tolist() == ["A1", "A2", "A10"]
    assert tables["waves"]["wave"].tolist() == [1, 2]
    assert tables["ties"]["sender_id"].tolist() == ["A2", "A10"]


def test_zeros_loops_and_undirected_ties() -> None:
    arcs = [Arc("a", "b", 2.0, 1, "r"), Arc("b", "c", 0.0, 1, "r"), Arc("c", "c", 1.0, 1, "r")]
    network = assemble("f", ["a", "b", "c", "d"], arcs, [(1, "r")], [], undirected=True)
    found = network.ties[["sender_id", "receiver_id", "value"]].to_numpy().tolist()
    assert found == [["a", "b", 2.0], ["b", "a", 2.0], ["c", "c", 1.0]]
    assert network.actors == ("a", "b", "c", "d")


def test_a_tie_twice_and_an_empty_label_are_faults() -> None:
    arcs = [Arc("a", "b", 1.0, 1, "r", 2), Arc("b", "a", 1.0, 1, "r", 5)]
    assemble("f", ["a", "b"], arcs, [(1, "r")], [])
    with pytest.raises(InvalidInput) as caught:
        assemble("f", ["a", "b", "", "x\x01"], arcs, [(1, "r")], [], undirected=True)
    assert [str(fault) for fault in caught.value.faults] == [
        "f: found the label ''; allowed: labels of at least one printed character",
        "f: found the label 'x\\x01'; allowed: labels of at least one printed character",
        "f, row 5: found 'b' to 'a' again, as in row 2 (wave 1, r); allowed: each tie once (a list of ties "
        "(KIND=edges) may say what several become: --combine sum, max or count)",
    ]
    with pytest.raises(InvalidInput, match="nobody"):
        assemble("f", [], [], [(1, "r")], [])


def test_who_is_silent_has_a_row_of_their_own() -> None:
    network = assemble(
        "f", ["b", "a"], [], [(1, "s"), (1, "r")], [], silent=[(1, "b", "s"), (1, "b", "r"), (1, "a", "r")]
    )
    silent = as_tables(network)["nonresponse"]
    assert silent.to_numpy().tolist() == [[1, "a", "r"], [1, "b", "r"], [1, "b", "s"]]
    with pytest.raises(InvalidInput, match="where receivers answered"):
        as_tables(network, directed_by="receiver")
    with pytest.raises(InvalidInput, match="sender or receiver"):
        as_tables(network, directed_by="both")  # type: ignore[arg-type]


def test_receivers_may_be_those_who_answered() -> None:
    network = assemble("f", ["a", "b"], [Arc("a", "b", 1.0, 1, "r")], [(1, "r")], [])
    assert as_tables(network, directed_by="receiver")["ties"]["reported_by"].tolist() == ["b"]


def test_names_and_waves_as_people_write_them() -> None:
    assert actor_label("  Jose\u0301 \u00a0 N. ") == "José N."
    assert named_wave("help 1") == named_wave("help_1") == (1, "help")
    assert named_wave("gives advice 12") == (12, "gives advice")
    assert [named_wave(name) for name in ("Sheet1", "help", "12", " 1", "")] == [None] * 5
    assert [read_wave(text) for text in ("3", "3.0", "0", "-1", "3.5", "", "x", "²")] == [
        3,
        3,
        0,
        *[None] * 5,
    ]


LABELS = st.text(
    st.characters(codec="utf-8", exclude_characters='"', exclude_categories=["C", "Z"]), min_size=1
)


@st.composite
def networks(draw: st.DrawFn) -> ImportedNetwork:
    """Draw a network of two waves with values of any size, and somebody who did not answer at times."""
    names = draw(st.lists(LABELS.map(actor_label), min_size=2, max_size=5, unique=True))
    faults: list[Fault] = []
    People().identify("drawn", dict.fromkeys(names), faults, [], once=True)
    assume(not faults)
    asked = [(1, "help"), (2, "help")][: draw(st.integers(1, 2))]
    silent = draw(st.sets(st.sampled_from([(wave, name, about) for wave, about in asked for name in names])))
    values = st.floats(-1e9, 1e9, allow_subnormal=False).filter(bool)
    arcs = [
        Arc(one, other, draw(values), wave, about)
        for wave, about in asked
        for one in names
        for other in names
        if (wave, one, about) not in silent and draw(st.booleans())
    ]
    return assemble("drawn", names, arcs, asked, [], silent=sorted(silent))


def written(folder: Path, network: ImportedNetwork, name: str) -> dict[str, pd.DataFrame]:
    """Return the tables of a network that was written in a format and read again."""
    ((ending, content),) = FORMATS[name][1](network).items()
    path = folder / f"n{ending}"
    path.write_bytes(content)
    return as_tables(GRAPHS[ending].read(path, only_relation="help"))


@given(networks())
@settings(deadline=None, max_examples=50)
def test_any_network_returns(tmp_path_factory: pytest.TempPathFactory, network: ImportedNetwork) -> None:
    folder = tmp_path_factory.mktemp("network")
    expected = as_tables(network)
    checked(expected, PACKAGE)
    for name in ("dl", "pajek", "graphml"):
        equal(written(folder, network, name), expected)
    if len(network.asked) == 1:
        write_matrix_csv(network, folder / "help 1.csv")
        equal(as_tables(read_matrices(folder / "help 1.csv", labelled=True)), expected)
    rounds = {*network.ties["wave"], *network.nonresponse["wave"]}
    if rounds == {wave for wave, _ in network.asked}:
        equal(written(folder, network, "gexf"), expected)


def test_a_matrix_of_two_rounds_is_not_written(tmp_path: Path) -> None:
    network = assemble("f", ["a", "b"], [], [(1, "r"), (2, "r")], [], silent=[(1, "b", "r")])
    with pytest.raises(InvalidInput):
        write_matrix_csv(network, tmp_path / "file")
    assert list(tmp_path.iterdir()) == []


def test_two_waves_of_two_relations(tmp_path: Path) -> None:
    text = "sender,receiver,wave,relation\na,b,1,help\nb,a,2,trust\nc,,2,help\n"
    path = tmp_path / "e.csv"
    path.write_text(text, encoding="utf-8")
    network = read_edges(path)
    assert network.asked == ((1, "help"), (2, "trust"), (2, "help"))
    ties = as_tables(network)["ties"]
    assert isinstance(ties, pd.DataFrame)
    assert ties[["wave", "relation", "value"]].to_numpy().tolist() == [[1, "help", 1.0], [2, "trust", 1.0]]
