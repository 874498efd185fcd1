"""Lists of ties: a row a tie, in a CSV file or a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from analysis.importing.network import Arc, ImportedNetwork, actor_label, assemble, read_wave
from analysis.importing.sheets import Sheet, read_number, read_sheets, shown
from analysis.tables.faults import Fault, raise_faults

__all__ = ["read_edges"]

_USUAL = {
    "sender": ("sender", "sender_id", "from", "source"),
    "receiver": ("receiver", "receiver_id", "to", "target"),
    "value": ("value", "weight", "strength"),
    "wave": ("wave",),
    "relation": ("relation",),
}
"""Headers looked for when none is given, in this order."""


def read_edges(
    path: Path,
    *,
    sender: str | None = None,
    receiver: str | None = None,
    value: str | None = None,
    wave: str | None = None,
    relation: str | None = None,
    only_wave: int = 1,
    only_relation: str = "tie",
    actors: Sequence[str] = (),
    undirected: bool = False,
) -> ImportedNetwork:
    """Read a list of ties, from a CSV file or the first sheet of a workbook, below a header.

    Parameters
    ----------
    path : Path
        CSV in UTF-8 (commas, semicolons or tabs; with the latter two, 1,5 is a number) or .xlsx.
    sender, receiver, value, wave, relation : str, optional
        Headers of the columns, in capitals or not. Without them the usual ones are looked for: sender,
        sender_id, from or source; receiver, receiver_id, to or target; value, weight or strength; wave;
        relation. The first two must be there. Without values each tie has the value 1.
    only_wave, only_relation : int, str
        Wave and relation where there is no such column.
    actors : sequence of str
        Further people, who may have no ties. A row with a sender and no receiver names one, too.
    undirected : bool
        Whether each row is a tie in both directions.

    Raises
    ------
    InvalidInput
        With every fault of the file; no value of a tie is ever guessed.
    """
    faults: list[Fault] = []
    sheets = read_sheets(path, faults)
    raise_faults(faults, "nothing read")
    sheet = sheets[0] if sheets else Sheet(path.name, "", [], False)
    given = {"sender": sender, "receiver": receiver, "value": value, "wave": wave, "relation": relation}
    places = _places(sheet, given, faults)
    raise_faults(faults, "nothing read")
    header = sheet.rows[0]
    people = [actor_label(actor) for actor in actors]
    asked: list[tuple[int, str]] = []
    arcs: list[Arc] = []
    for line, row in enumerate(sheet.rows[1:], start=2):
        cells = {name: row[place] if place < len(row) else "" for name, place in places.items()}
        if not any(cells.values()):
            continue
        who, whom = actor_label(cells["sender"]), actor_label(cells["receiver"])
        if not who:
            faults.append(
                Fault(sheet.file, "an empty cell", "who sends the tie", line, header[places["sender"]])
            )
            continue
        people += [who, whom] if whom else [who]
        number = read_wave(cells["wave"]) if "wave" in places else only_wave
        about = actor_label(cells["relation"]) if "relation" in places else only_relation
        strength = (
            read_number(cells["value"], decimal_comma=sheet.decimal_comma) if "value" in places else 1.0
        )
        if number is not None and about:
            asked.append((number, about))
        elif not whom and not cells.get("wave") and not cells.get("relation"):
            continue
        wrong = {
            "the number of a wave": "wave" if number is None else "",
            "the name of a relation": "" if about else "relation",
            "a number; leave the row out where there is no tie": "value" if whom and strength is None else "",
        }
        faults += [
            Fault(sheet.file, shown(cells[name]), allowed, line, header[places[name]])
            for allowed, name in wrong.items()
            if name
        ]
        if whom and number is not None and about and strength is not None:
            arcs.append(Arc(who, whom, strength, number, about, line))
    asked = asked or [(only_wave, only_relation)]
    return assemble(sheet.file, people, arcs, asked, faults, undirected=undirected)


def _places(sheet: Sheet, given: dict[str, str | None], faults: list[Fault]) -> dict[str, int]:
    """Return where the columns stand; one that is needed or asked for and not there is a fault."""
    header = [cell.casefold() for cell in sheet.rows[0]] if sheet.rows else []
    places = {}
    for name, chosen in given.items():
        names = _USUAL[name] if chosen is None else (chosen.strip().casefold(),)
        found = next((known for known in names if known in header), None)
        if found is not None and header.count(found) == 1:
            places[name] = header.index(found)
        elif found is not None:
            faults.append(Fault(sheet.file, f"{header.count(found)} columns of that name", "one", 1, found))
        elif chosen is not None or name in ("sender", "receiver"):
            there = ", ".join(repr(cell) for cell in sheet.rows[0][:50]) if sheet.rows else "none"
            allowed = f"a column {' or '.join(names)}; the columns are {there}"
            faults.append(Fault(sheet.file, "no such column", allowed, 1, chosen or name))
    return places
