"""Layouts of network programs: each is read whole, nothing passed over in silence, or refused in words."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from analysis.importing.formats.gexf import read_gexf
from analysis.importing.formats.two_mode import two_mode_tables
from analysis.importing.formats.ucinet import read_dl
from analysis.importing.kinds.graph import GRAPHS
from analysis.importing.lists.matrices import read_matrices
from analysis.importing.shared.network import ImportedNetwork, as_tables
from analysis.importing.shared.people import People
from analysis.tables.faults import Fault, InvalidInput


def ucinet(
    version: str,
    names: Sequence[Sequence[str]],
    sizes: Sequence[int],
    cells: Sequence[float],
    *,
    sort: int = 7,
) -> tuple[bytes, bytes]:
    """Return header and numbers of a UCINET dataset; names and sizes of columns, rows, matrices."""
    wide, coding = ("<I", "utf-16-le") if version == "V6404" else ("<H", "ascii")
    head = b"\x05" + version.encode() + struct.pack("<5H", 24, 10, 5, 6, 3) + bytes([sort])
    head += struct.pack("<H", len(sizes)) + b"".join(struct.pack(wide, size) for size in sizes)
    head += b"\x04help" + bytes(bool(some) for some in names)
    for some in names:
        for name in some:
            label = name.encode(coding)
            head += struct.pack("<H", len(label)) + label
    return head, struct.pack(f"<{len(cells)}f", *cells)


PAIR = (["Ana", "Ben"], ["Ana", "Ben"])
NEW = ucinet("V6404", (["Ana", "Zoë"], ["Ana", "Zoë"]), [2, 2], [0, 2, 1.25, 0])
PLAIN = ucinet("V6404", (*PAIR, [""]), [2, 2, 1], [0, 1, 0, 0])
OLD = ucinet("DATE:", PAIR, [2, 2], [0, 2, 1e38, 0])
TWO = ucinet("V6404", (*PAIR, ["help 1", "trust 2"]), [2, 2, 2], [0, 1, 0, 0, 0, 0, 3, 0])
WIDE = ucinet("V6404", (["Walk", "Talk", "Fair"], ["Ana", "Ben"]), [3, 2], [1, 0, 0, 1, 2, 0])


@dataclass(frozen=True)
class Layout:
    """A file, and the ties, silence and attributes it gives, or what is told of it."""

    name: str
    content: str | bytes
    ties: str = ""
    told: str = ""
    said: dict[str, dict[str, str]] = field(default_factory=dict)
    silent: str = ""
    undirected: str = ""
    refused: bool = False
    beside: bytes | None = None

    @property
    def bytes(self) -> bytes:
        return self.content if isinstance(self.content, bytes) else self.content.encode()


def refused(name: str, content: str | bytes, told: str, beside: bytes | None = None) -> Layout:
    """Return a layout that is refused."""
    return Layout(name, content, told=told, refused=True, beside=beside)


GML_NODES = 'node [ id 1 label "Ana" ] node [ id 2 label "Ben" ]'
GEXF = (
    '<gexf xmlns="http://gexf.net/1.3" version="1.3"><graph {top}><nodes>{nodes}</nodes>'
    "<edges>{edges}</edges></graph></gexf>"
)
ENDS = '<node id="a" label="Ana"/><node id="b" label="Ben"/>'


def gexf(edges: str, top: str = 'defaultedgetype="directed"', nodes: str = ENDS) -> str:
    """Return a GEXF file."""
    return GEXF.format(top=top, nodes=nodes, edges=edges)


def graphml(before: str, label: str = "Ana") -> str:
    """Return a GraphML file with something before its root."""
    return (
        f'<?xml version="1.0"?>{before}<graphml><graph edgedefault="directed"><node id="{label}"/>'
        f'<node id="Ben"/><edge source="{label}" target="Ben"/></graph></graphml>'
    )


LAYOUTS = [
    # Pajek: networks, relations, times, projects.
    Layout(
        "drawn.net",
        '*Vertices 3\r\n1 "Ana" 0.1 0.2 0.5 ellipse ic Red\r\n2 Ben 0.3 0.4\r\n3 "Eve"\r\n*Arcslist\r\n '
        "1 2 3\r\n"
        '*Edges\r\n 2 3 2 l "both"\r\n',
        ties="1 help Ana Ben 1; 1 help Ana Eve 1; 1 help Ben Eve 2; 1 help Eve Ben 2",
        told="what 3 lines further had (places, shapes, colours)",
    ),
    Layout(
        "times.net",
        '*Vertices 3\n1 "Ana" [1-*]\n2 "Ben" [1,3]\n3 "Eve" [2-3]\n*Arcs\n1 2 1 [1,3]\n1 3 2 [2-*]\n'
        "*Edges\n2 3 1\n",
        ties="1 help Ana Ben 1; 3 help Ana Ben 1; 2 help Ana Eve 2; 3 help Ana Eve 2;"
        + "; ".join(f"{wave} help {pair} 1" for wave in (1, 2, 3) for pair in ("Ben Eve", "Eve Ben")),
        silent="1 Eve; 2 Ben",
        told="read as waves 1, 2, 3 … outside their times … joined_on and left_on",
    ),
    Layout(
        "relations.paj",
        '*Network help 1.net\n% a comment\n*Vertices 2\n1 "Ana"\n2 "Ben"\n*Arcs\n1 2 2\n\n'
        '*Network trust.net\n*Vertices 2\n1 "Ana"\n2 "Ben"\n*Edges\n1 2 1\n\n'
        "*Partition school.clu\n*Vertices 2\n1\n9999998\n*Vector years.vec\n*Vertices 2\n 4.50\n 12\n"
        "*Permutation order.per\n*Vertices 2\n2\n1\n",
        ties="1 help Ana Ben 2; 1 trust Ana Ben 1; 1 trust Ben Ana 1",
        said={"Ana": {"school": "1", "years": "4.5"}, "Ben": {"years": "12"}},
        undirected="trust",
        told="not read: *Permutation order.per",
    ),
    Layout(
        "bare.net", "two schools\n*Vertices 2\n*Matrix\n0 1\n0 0\n", ties="1 help 1 2 1", told="two schools"
    ),
    refused("two.net", '*Vertices 3 2\n1 "Ana"\n2 "Ben"\n3 "Walk"\n*Edges\n1 3\n', "KIND=attendance"),
    refused(
        "parts.paj",
        "*Network a\n*Vertices 2\n*Arcs\n1 2\n*Partition p\n*Vertices 3\n1\n1\n1\n*Hierarchy h\n1 2\n",
        "*Partition p: found 3 values, *Vertices 3; allowed: *Vertices 2 and as many values",
    ),
    refused(
        "events.net",
        "*Vertices 2\n*Events\nTI 1\nAV 1\n",
        "row 2: found '*Events'; allowed: *Vertices, *Arcs",
    ),
    refused("times.net", "*Vertices 2\n*Arcs\n1 2 1 [a-3]\n1 9 1\n", "'[a-3]' … row 4: found '9'"),
    refused("ages.net", "*Vertices 2\n*Arcs\n1 2 1 [1-900]\n", "times from 1 to 900 … each a wave"),
    refused("school.net", "*Partition school\n*Vertices 2\n1\n2\n", "no network … as one project (.paj)"),
    refused(
        "different.paj",
        "*Network a\n*Vertices 2\n*Arcs\n1 2\n*Network b\n*Vertices 3\n*Arcs\n1 2\n",
        "networks of 2 and 3 vertices",
    ),
    # UCINET's data language.
    Layout(
        "lower.dl",
        "dl n=3 format=lowerhalf diagonal=absent labels:\nAna Ben Eve\ndata:\n2\n0 1\n",
        ties="1 help Ana Ben 2; 1 help Ben Ana 2; 1 help Ben Eve 1; 1 help Eve Ben 1",
        undirected="help",
    ),
    Layout(
        "upper.dl",
        'DL N=3 NM=2 FORMAT=UPPERHALF\r\nLABELS:\r\nAna,Ben,Eve\r\nMATRIX LABELS:\r\nhelp,"trust 2"\r\n'
        "DATA:\r\n"
        "0 1 0\r\n0 0\r\n0\r\n0 0 0\r\n0 3\r\n0\r\n",
        ties="1 help Ana Ben 1; 1 help Ben Ana 1; 2 trust Ben Eve 3; 2 trust Eve Ben 3",
        undirected="help trust",
    ),
    Layout(
        "embedded.txt",
        "dl n=3, format=lowerhalf, diagonal=present\nlabels embedded\ndata:\n  Ana Ben Eve\nAna 0\nBEN 1 "
        "0\nEve . 4 0\n",
        refused=True,
        told="a missing cell",
    ),
    Layout(
        "nodes.dat",
        "dl n = 4 format = nodelist1\nlabels:\nAna\nBen Odel\nEve\nFay\ndata:\n1 2 3\n3 1\n",
        ties="1 help Ana Ben Odel 1; 1 help Ana Eve 1; 1 help Eve Ana 1",
    ),
    Layout(
        "cases.dl",
        "dl n=3 format=edgelist1\nlabels embedded\ndata:\nAna BEN 2\nben Eve\n",
        ties="1 help Ana BEN 2; 1 help BEN Eve 1",
    ),
    refused(
        "block.dl", "dl n=2 format=blockmatrix data:\n1 1\n", "'blockmatrix' … lowerhalf … upperhalf … as DL"
    ),
    refused("few.dl", "dl n=3 format=lowerhalf data:\n1 1\n", "2 entries; allowed: the lower half of 1 x 3"),
    refused("huge.dl", "dl n=99999 nm=9 format=upperhalf data:\n1 1\n", "2 entries"),
    refused("notes.txt", "Ana asked Ben\n", "'Ana asked Ben\\n'; allowed: DL, the first word"),
    # UCINET's own pairs.
    Layout("help.##h", NEW[0], "1 help Ana Zoë 2; 1 help Zoë Ana 1.25", beside=NEW[1]),
    Layout("old.##h", OLD[0], "1 help Ana Ben 2", silent="1 Ben", beside=OLD[1]),
    Layout(
        "plain.##h", PLAIN[0], "1 help Ana Ben 1", told="plain.##h: 1 matrix of 2 people", beside=PLAIN[1]
    ),
    Layout("two.##h", TWO[0], "1 help Ana Ben 1; 2 trust Ben Ana 3", beside=TWO[1]),
    refused("wide.##h", WIDE[0], "KIND=attendance", WIDE[1]),
    refused("alone.##h", NEW[0], "half a dataset … .##h and .##d, in one folder"),
    refused("short.##h", NEW[0][:-3], "a header that breaks off", NEW[1]),
    refused("long.##h", NEW[0] + b"\0", "1 byte after the labels", NEW[1]),
    refused("numbers.##h", NEW[0], "12 bytes; allowed: 16 bytes, 1 x 2 x 2 numbers", NEW[1][:12]),
    refused("version.##h", b"\x05V7001" + NEW[0][6:], "the version b'V7001' … UCINET 6.404 or later", NEW[1]),
    refused("sort.##h", ucinet("V6404", PAIR, [2, 2], [0] * 4, sort=5)[0], "whole numbers", NEW[1]),
    refused(
        "size.##h", ucinet("V6404", ([], []), [4_000_000_000, 2], [])[0], "4000000000; allowed: 1 to", b""
    ),
    refused("again.##h", ucinet("V6404", (["Ana", "ana"], []), [2, 2], [])[0], "'Ana' again", NEW[1]),
    # NetDraw.
    Layout(
        "commas.vna",
        '*Node data\n"ID", "school", "years"\n"Ana Ruiz", "north", "4"\n"Ben", "", "7"\n'
        '*Node properties\nID x y color\n"Ana Ruiz" 1 2 255\nFay 2 2 0\n*Tie data\nFROM TO "help 1" trust\n'
        '"Ana Ruiz" Ben 2 0\nBen Eve 0 1\n*Tie properties\nFROM TO color\nBen Eve 0\n',
        ties="1 help Ana Ruiz Ben 2; 1 trust Ben Eve 1",
        said={"Ana Ruiz": {"school": "north", "years": "4"}, "Ben": {"years": "7"}, "Fay": {}},
        told="how it is drawn: *node properties … how it is drawn: *tie properties … 2 of value 0",
    ),
    Layout(
        "strength.vna",
        "*tie data\nfrom to strength\n1 2 3\n2 1 NA\n",
        ties="1 help 1 2 3",
        told="1 missing, left out",
    ),
    Layout("plain.vna", "*Node data\nID\nAna\nBen\n*Tie data\nfrom to\nAna Ben\n", ties="1 help Ana Ben 1"),
    refused(
        "faults.vna",
        "*Node data\nID a\nAna Ruiz x\n*Edge data\nfrom to\n1 2\n*Tie data\nfrom to w\nAna Ben x\nAna\n",
        "row 3: found 3 entries; allowed: 2 … row 4: found '*Edge data' … row 9, column w: found 'x' … "
        "row 10",
    ),
    refused("empty.vna", "*Node data\nID\nAna\n", "no ties"),
    refused("words.vna", "Ana Ben\n", "row 1: found 'Ana Ben'; allowed: a section"),
    # GML.
    Layout(
        "written.gml",
        'Creator "a program"\nVersion 1\ngraph\n[\n  directed 0\n  node\n  [\n    id 0\n    name '
        '"Zo&#235;"\n    years 4\n'
        '  ]\n  node\n  [\n    id 1\n    name "Ben"\n  ]\n  edge\n  [\n    source 1\n    target 0\n    '
        "weight 2.5\n  ]\n]\n",
        ties="1 help Zoë Ben 2.5; 1 help Ben Zoë 2.5",
        said={"Zoë": {"years": "4"}},
        undirected="help",
        told="not read: Creator, Version",
    ),
    Layout(
        "waves.gml",
        f"graph [ directed 1 multigraph 1 {GML_NODES}\nedge [ source 1 target 2 key 0 wave 1 ]\n"
        "edge [ source 1 target 2 key 1 wave 2 value 3 ] ]",
        ties="1 help Ana Ben 1; 2 help Ana Ben 3",
    ),
    Layout(
        "drawn.gml",
        '# drawn\ngraph [ directed 1 node [ id 1 label "Ana" graphics [ x 1.0 fill "#FF0000" ] ] '
        'node [ id 2 label "Ben" ] edge [ source 2 target 1 label "asks" ] ]',
        ties="1 help Ben Ana 1",
        told="attributes of nodes that were not read: graphics",
    ),
    refused("deep.gml", "graph [ " + "a [ " * 5000 + "] " * 5001, "nested 5001 deep"),
    refused("none.gml", "Version 1\n", "no graph that can be read"),
    refused("two.gml", f"graph [ {GML_NODES} ] graph [ ]", "more than one graph"),
    refused(
        "twice.gml",
        f"graph [ {GML_NODES} edge [ source 1 target 2 ] edge [ source 1 target 2 ] ]",
        "duplicated … multigraph 1",
    ),
    refused("loose.gml", f"graph [ {GML_NODES} edge [ source 1 target 9 ] ]", "undefined target"),
    # GEXF.
    Layout(
        "waves.gexf",
        gexf(
            '<edge id="0" source="a" target="b" start="1" end="2"/><edge id="1" source="b" target="a" '
            'weight="2">'
            '<spells><spell start="2"/></spells></edge>',
            'defaultedgetype="directed" mode="dynamic" timeformat="integer"',
            '<node id="a" label="Ana"/><node id="b" label="Ben" start="2.0" end="3.0"/>',
        ),
        ties="1 help Ana Ben 1; 2 help Ana Ben 1; 2 help Ben Ana 2; 3 help Ben Ana 2",
        silent="1 Ben",
        told="read as waves 1, 2, 3",
    ),
    Layout(
        "stamps.gexf",
        gexf(
            '<edge source="a" target="b" timestamps="&lt;[1.0, 3.0]&gt;"/>',
            'mode="dynamic" timerepresentation="timestamp"',
        ),
        ties="1 help Ana Ben 1; 1 help Ben Ana 1; 3 help Ana Ben 1; 3 help Ben Ana 1",
        undirected="help",
    ),
    Layout(
        "said.gexf",
        gexf(
            '<edge source="a" target="b"><attvalues><attvalue for="0" value="trust"/></attvalues></edge>',
            'defaultedgetype="directed"',
            '<node id="a"><attvalues><attvalue for="s" value="north"/></attvalues></node><node id="b" '
            'pid="a"/>',
        ).replace(
            "<nodes>",
            '<attributes class="node"><attribute id="s" title="school" type="string"><default>south</default>'
            '</attribute></attributes><attributes class="edge"><attribute id="0" title="relation"/>'
            "</attributes><nodes>",
        ),
        ties="1 trust a b 1",
        said={"a": {"school": "north"}, "b": {"school": "south"}},
        told="not read: pid of nodes",
    ),
    refused(
        "days.gexf", gexf('<edge source="a" target="b" start="2024-10-05"/>'), "--wave-dates 1:2024-10-05"
    ),
    refused(
        "hours.gexf", gexf('<edge source="a" target="b" start="17:30"/>'), "the time '17:30' … KIND=contacts"
    ),
    refused("type.gexf", gexf('<edge source="a" target="b" type="sideways"/>'), "'sideways'"),
    refused("more.gexf", gexf('<edge source="a" target="b"><hyper/></edge>'), "the element 'hyper'"),
    refused(
        "changing.gexf",
        gexf(
            '<edge source="a" target="b"><attvalues><attvalue for="0" value="1"/><attvalue for="0" '
            'value="2"/>'
            "</attvalues></edge>"
        ).replace(
            "<nodes>", '<attributes class="edge"><attribute id="0" title="weight"/></attributes><nodes>'
        ),
        "several values over time … KIND=edges",
    ),
    # GraphML with a document type, or with more.
    Layout("named.graphml", graphml('<!DOCTYPE graphml SYSTEM "graphml.dtd">'), ties="1 help Ana Ben 1"),
    refused(
        "bomb.graphml", graphml('<!DOCTYPE g [<!ENTITY a "b">]>', "&a;"), "declarations in the document type"
    ),
    refused("other.graphml", graphml('<!DOCTYPE g SYSTEM "x.dtd">', "&a;"), "the entity 'a'"),
    refused(
        "file.graphml",
        graphml('<!DOCTYPE g SYSTEM "x.dtd" [<!ENTITY a SYSTEM "/etc/passwd">]>'),
        "declarations",
    ),
]


def put(folder: Path, layout: Layout) -> Path:
    """Write a layout, and the second file of a pair."""
    path = folder / layout.name
    path.write_bytes(layout.bytes)
    if layout.beside is not None:
        path.with_name(f"{path.name[:-1]}d").write_bytes(layout.beside)
    return path


def ties_of(network: ImportedNetwork) -> set[str]:
    """Return ties as the layouts have them."""
    columns = ["wave", "relation", "sender_id", "receiver_id", "value"]
    rows = as_tables(network)["ties"][columns].itertuples(index=False, name=None)
    return {f"{wave} {about} {one} {other} {value:g}" for wave, about, one, other, value in rows}


def parts(text: str) -> set[str]:
    """Return what semicolons part."""
    return set(filter(None, map(str.strip, text.split(";"))))


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_layout_is_read_whole_or_refused_in_words(tmp_path: Path, layout: Layout) -> None:
    path = put(tmp_path, layout)
    read = GRAPHS[path.suffix].read
    if layout.refused:
        with pytest.raises(InvalidInput) as caught:
            read(path, only_relation="help")
        told = str(caught.value)
        assert "Error" not in told
    else:
        network = read(path, only_relation="help")
        told = "\n".join(network.notes)
        assert ties_of(network) == parts(layout.ties)
        silent = network.nonresponse.itertuples(index=False, name=None)
        assert {f"{wave} {who}" for wave, who, _ in silent} == parts(layout.silent)
        for who, said in layout.said.items():
            assert network.attributes[who] == said
        undirected = {name for name, directed in network.directed.items() if not directed}
        assert undirected == set(layout.undirected.split())
    for words in layout.told.split(" … "):
        assert words in told
    assert "called ''" not in told


TWO_KINDS = [
    ("a.net", '*Vertices 4 2\n1 "Ana"\n2 "Ben"\n3 "Walk"\n4 "Talk"\n*Edges\n1 3 1\n4 2 2\n'),
    ("b.net", '*Vertices 4 2\n1 "Ana"\n2 "Ben"\n3 "Walk"\n4 "Talk"\n*Matrix\n1 0\n0 3\n'),
    ("a.dl", "dl nr=2, nc=2\nrow labels:\nAna,Ben\ncolumn labels:\nWalk,Talk\ndata:\n1 0\n0 1\n"),
    (
        "b.dl",
        "DL NR=2 NC=2\nROW LABELS EMBEDDED\nCOLUMN LABELS EMBEDDED\nDATA:\nWalk Talk\nAna 1 0\nBen 0 1\n",
    ),
    (
        "c.dl",
        "dl nr=2 nc=2 format=nodelist2\nrow labels:\nAna,Ben\ncolumn labels embedded\ndata:\n1 Walk\n2 "
        "Talk\n",
    ),
    ("d.txt", 'dl nr=2 nc=2 format=edgelist2\nlabels embedded\ndata:\n"Ana" walk\nBen Talk 2\nana Walk\n'),
    ("a.##h", ucinet("V6404", (["Walk", "Talk"], ["Ana", "Ben"]), [2, 2], [1, 0, 0, 1])),
]


@pytest.mark.parametrize(("name", "content"), TWO_KINDS, ids=[name for name, _ in TWO_KINDS])
def test_two_kinds_become_activities_and_who_came(
    tmp_path: Path, name: str, content: str | tuple[bytes, bytes]
) -> None:
    layout = (
        Layout(name, content) if isinstance(content, str) else Layout(name, content[0], beside=content[1])
    )
    path = put(tmp_path, layout)
    read = GRAPHS[path.suffix].two_mode
    assert read is not None
    faults: list[Fault] = []
    notes: list[str] = []
    known = {"Walk": ("2024-10-05", "tour")}
    listed = two_mode_tables(read(path), People(), faults, notes, date="2024-11-05", known=known)
    assert faults == []
    frames = {name: set(frame.itertuples(index=False, name=None)) for name, frame in listed.tables.items()}
    assert frames["activities"] == {("Walk", "2024-10-05", "tour"), ("Talk", "2024-11-05", "activity")}
    assert frames["attendance"] == {("Walk", "Ana"), ("Talk", "Ben")}
    two_mode_tables(read(path), People(), faults, notes)
    assert "no day of" in str(faults[0])


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("one.dl", "dl n=2 data:\n0 1\n0 0\n", "one kind"),
        ("cells.dl", "dl nr=2 nc=3 data:\n1 0\n1 .\n", "4 entries; allowed: 2 rows of 3 numbers"),
        ("gone.dl", "dl nr=1 nc=3 data:\n1 0 .\n", "row 2, column 3: found '.'; allowed: a number"),
        ("who.dl", "dl nr=2 nc=2 format=edgelist2 data:\n1 2\n3 1\n", "row 3, column row: found '3'"),
        (
            "many.dl",
            "dl nr=3 nc=1 format=el2 labels embedded data:\nAna Walk\nBen Walk\n",
            "2 different labels",
        ),
        ("one.net", "*Vertices 2\n*Arcs\n1 2\n", "vertices of one kind"),
        ("same.net", "*Vertices 3 2\n*Arcs\n1 2\n1 3\n", "row 3: found '1' and '2', of one kind"),
        ("timed.net", "*Vertices 3 2\n*Arcs\n1 3 1 [2]\n", "row 3: found a time"),
    ],
)
def test_what_is_no_attendance_is_refused(tmp_path: Path, name: str, content: str, told: str) -> None:
    path = put(tmp_path, Layout(name, content))
    read = GRAPHS[path.suffix].two_mode
    assert read is not None
    with pytest.raises(InvalidInput) as caught:
        read(path)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        ",Ana,Ben,Eve\nAna,,,\nBen,2,,\nEve,0,1,\n",
        "names;Ana;Ben;Eve\nAna;0;2;0\nBen;;0;1\nEve;;;0\n",
    ],
)
def test_half_a_matrix_of_a_spreadsheet_is_mirrored_once_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "help 1.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"--undirected \(a half matrix, mirrored\)"):
        read_matrices(path)
    network = read_matrices(path, undirected=True)
    both = {"1 help Ana Ben 2", "1 help Ben Ana 2", "1 help Ben Eve 1", "1 help Eve Ben 1"}
    assert ties_of(network) == both
    assert "help 1.csv: a half matrix, mirrored: its ties are undirected" in network.notes


def test_ties_with_days_are_in_the_rounds_they_last_into(tmp_path: Path) -> None:
    edges = (
        '<edge source="a" target="b" start="2024-09-01" end="2024-10-02"/>'
        '<edge source="b" target="a"><spells><spell start="2024-12-01T08:00:00" end="2024-12-01T09:00:00"/>'
        '<spell start="2025-03-01"/></spells></edge>'
    )
    path = put(tmp_path, Layout("days.gexf", gexf(edges)))
    rounds = {"wave": [1, 2, 3, 4], "opened_on": ["2024-10-01", "2024-12-01", "2025-01-01", "2025-06-01"]}
    waves = pd.DataFrame({**rounds, "closed_on": ["2024-10-31", "2024-12-01", "2025-01-31", "2025-06-30"]})
    network = read_gexf(path, only_relation="help", waves=waves)
    assert ties_of(network) == {"1 help Ana Ben 1", "2 help Ben Ana 1", "4 help Ben Ana 1"}


@pytest.mark.parametrize(
    ("layout", "data", "expected"),
    [
        ("lowerhalf diagonal=absent", ".\n0 1\n", (4, "Ana")),
        ("lowerhalf diagonal=absent", "1\n0 .\n", (5, "Ben")),
        ("lowerhalf diagonal=present", "0\n. 0\n0 1 0\n", (5, "Ana")),
        ("upperhalf diagonal=absent", "1 0\n.\n", (5, "Eve")),
        ("upperhalf diagonal=absent", "1 .\n0\n", (4, "Eve")),
    ],
)
def test_a_fault_of_a_half_matrix_names_the_row_that_has_the_cell(
    layout: str, data: str, expected: tuple[int, str], tmp_path: Path
) -> None:
    path = tmp_path / "half.dl"
    path.write_text(f"dl n=3 format={layout} labels:\nAna Ben Eve\ndata:\n{data}", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        read_dl(path)
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [expected]
