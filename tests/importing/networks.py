"""One small network, written by hand in every format that is read."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from tests.tables.workbooks import write_workbook

__all__ = ["ACTORS", "EXPECTED", "FILES", "TIES", "equal", "write_sheets"]

ACTORS = ["Ann O'Neil", "José Núñez", "Lone Wolf", "Zoë", "李 雷"]
"""In the order of the tables."""

TIES = [
    ("Ann O'Neil", "José Núñez", 3.0),
    ("Ann O'Neil", "Zoë", 1.5),
    ("José Núñez", "Ann O'Neil", 1.0),
    ("Zoë", "李 雷", 2.0),
    ("李 雷", "José Núñez", 0.25),
]

EXPECTED = {
    "actors": pd.DataFrame({"actor_id": pd.Series(ACTORS, dtype="string")}),
    "waves": pd.DataFrame(
        {"wave": pd.Series([2], dtype="Int64"), "label": pd.Series(["wave 2"], dtype="string")}
    ),
    "ties": pd.DataFrame(
        {
            "wave": pd.Series([2] * 5, dtype="Int64"),
            "relation": pd.Series(["help"] * 5, dtype="string"),
            "sender_id": pd.Series([sender for sender, _, _ in TIES], dtype="string"),
            "receiver_id": pd.Series([receiver for _, receiver, _ in TIES], dtype="string"),
            "value": pd.Series([value for _, _, value in TIES], dtype="Float64"),
            "reported_by": pd.Series([sender for sender, _, _ in TIES], dtype="string"),
        }
    ),
}

_MATRIX = [
    [0.0, 3.0, 0.0, 1.5, 0.0],
    [1.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 2.0],
    [0.0, 0.25, 0.0, 0.0, 0.0],
]
_ROWS = "\n".join(" ".join(f"{value:g}" for value in row) for row in _MATRIX)
_QUOTED = "\n".join(f'"{actor}"' for actor in ACTORS)
_DL_LABELS = f'labels:\n{_QUOTED}\nmatrix labels:\n"help 2"\n'
_ABSENT = "\n".join(
    " ".join(f"{value:g}" for column, value in enumerate(row) if column != place)
    for place, row in enumerate(_MATRIX)
)
_EMBEDDED = "\n".join(
    f'"{actor}" ' + " ".join(f"{value:g}" for value in row)
    for actor, row in zip(ACTORS, _MATRIX, strict=True)
)
_EDGES = [(ACTORS.index(sender) + 1, ACTORS.index(receiver) + 1, value) for sender, receiver, value in TIES]
_NUMBERED = "\n".join(f"{sender} {receiver} {value:g}" for sender, receiver, value in _EDGES)
_TABLE: list[list[str | float]] = [
    ["Sender", "RECEIVER", "Value", "wave", "relation"],
    ["Lone Wolf", "", "", "", ""],
    *[[sender, receiver, value, 2.0, "help"] for sender, receiver, value in reversed(TIES)],
]


def _delimited(separator: str, *, comma: bool = False) -> str:
    lines = []
    for row in _TABLE:
        cells = [f"{cell:g}" if isinstance(cell, float) else cell for cell in row]
        lines.append(separator.join(cell.replace(".", ",") if comma else cell for cell in cells))
    return "\r\n".join(lines) + "\r\n"


def _graphml(*, named: bool) -> str:
    nodes = "".join(
        f'<node id="n{place}"><data key="l">{actor}</data></node>' if named else f'<node id="{actor}"/>'
        for place, actor in enumerate(ACTORS, start=1)
    )
    ends = [(f"n{a}", f"n{b}", v) if named else (ACTORS[a - 1], ACTORS[b - 1], v) for a, b, v in _EDGES]
    edges = "".join(
        f'<edge source="{source}" target="{target}"><data key="w">{value:g}</data></edge>'
        for source, target, value in ends
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="l" for="node" attr.name="label" attr.type="string"/>'
        '<key id="w" for="edge" attr.name="weight" attr.type="double"/>'
        f'<graph edgedefault="directed">{nodes}{edges}</graph></graphml>'
    )


def _gexf() -> str:
    nodes = "".join(f'<node id="{place}" label="{actor}"/>' for place, actor in enumerate(ACTORS, start=1))
    edges = "".join(
        f'<edge id="{number}" source="{source}" target="{target}" weight="{value:g}"/>'
        for number, (source, target, value) in enumerate(_EDGES)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gexf xmlns="http://gexf.net/1.3" version="1.3">'
        f'<graph defaultedgetype="directed"><nodes>{nodes}</nodes><edges>{edges}</edges></graph></gexf>'
    )


def _gml() -> str:
    nodes = "".join(f'  node [ id {place} label "{actor}" ]\n' for place, actor in enumerate(ACTORS, start=1))
    edges = "".join(
        f"  edge [\n    source {source}\n    target {target}\n    weight {value:g}\n  ]\n"
        for source, target, value in _EDGES
    )
    return f"graph [\n  directed 1\n{nodes}{edges}]\n"


_VERTICES = "".join(f'{place} "{actor}"\n' for place, actor in enumerate(ACTORS, start=1))
_CSV_MATRIX = "\n".join(
    [
        "," + ",".join(ACTORS),
        *(
            f"{actor},{','.join(f'{value:g}' for value in row)}"
            for actor, row in zip(ACTORS, _MATRIX, strict=True)
        ),
    ]
)

FILES: dict[str, str] = {
    "commas.csv": _delimited(","),
    "semicolons.csv": "\ufeff" + _delimited(";", comma=True),
    "tabs.csv": _delimited("\t"),
    "decomposed.csv": unicodedata.normalize("NFD", _delimited(",")),
    "help 2.csv": _CSV_MATRIX,
    "fullmatrix.dl": f"dl n=5\nformat = fullmatrix\n{_DL_LABELS}data:\n{_ROWS}\n",
    "absent.dl": f"DL N = 5, DIAGONAL = ABSENT\n{_DL_LABELS}DATA:\n{_ABSENT}\n",
    "embedded.dl": 'dl n=5 matrix labels: "help 2" labels embedded\ndata:\n'
    f"{_QUOTED.replace(chr(10), ' ')}\n{_EMBEDDED}",
    "edgelist.dl": f"dl n=5 format=edgelist1\n{_DL_LABELS}data:\n{_NUMBERED}\n",
    "edges_embedded.dl": f"dl n=5 format=edgelist1\n{_DL_LABELS}labels embedded:\ndata:\n"
    + "\n".join(f'"{sender}", "{receiver}", {value:g}' for sender, receiver, value in TIES),
    "labelled.graphml": _graphml(named=True),
    "identified.graphml": _graphml(named=False),
    "graph.gexf": _gexf(),
    "arcs.net": f'*Network example\n% a comment\n*Vertices 5\n{_VERTICES}*Arcs :1 "help 2"\n{_NUMBERED}\n',
    "project.paj": f'*Network one.net\n*Vertices 5\n{_VERTICES}*Arcs :1 "help 2"\n{_NUMBERED}\n',
    "graph.gml": _gml(),
    "ties.vna": '*Node data\nID\n"Lone Wolf"\n*Tie data\nfrom to "help 2"\n'
    + "\n".join(f'"{sender}" "{receiver}" {value:g}' for sender, receiver, value in TIES),
    "matrix.net": f'*Vertices 5\n{_VERTICES}*Matrix :1 "help 2"\n{_ROWS}\n',
}
"""Contents by name of file."""

TABLE, MATRIX = _TABLE, _MATRIX


def equal(found: dict[str, pd.DataFrame], expected: dict[str, pd.DataFrame]) -> None:
    """Compare tables, dtypes and the order of the rows included."""
    assert list(found) == list(expected)
    for name, frame in expected.items():
        pd.testing.assert_frame_equal(found[name], frame, obj=name)


def write_sheets(path: Path, sheets: dict[str, Sequence[Sequence[float | str | bool | None]]]) -> Path:
    """Write a workbook of several sheets, each from cell A1 on."""
    parts: dict[str, bytes] = {}
    for number, rows in enumerate(sheets.values(), start=1):
        with zipfile.ZipFile(write_workbook(path, rows)) as archive:
            for name in archive.namelist():
                parts[name.replace("sheet1", f"sheet{number}")] = archive.read(name)
    entries = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>'
        for number, name in enumerate(sheets, start=1)
    )
    links = parts["xl/_rels/workbook.xml.rels"].decode()
    link = links[links.index("<Relationship ") : links.index("</Relationships>")].strip()
    more = "".join(
        link.replace('"r1"', f'"r{number}"').replace("sheet1", f"sheet{number}")
        for number in range(2, len(sheets) + 1)
    )
    parts["xl/_rels/workbook.xml.rels"] = links.replace(link, link + more).encode()
    book = parts["xl/workbook.xml"].decode()
    start, end = book.index("<sheets>"), book.index("</sheets>")
    parts["xl/workbook.xml"] = (book[:start] + "<sheets>" + entries + book[end:]).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return path
