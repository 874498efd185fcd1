"""Data of SPSS (`.sav`), as rows of text."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

from analysis.importing.files.archive import read_small_file
from analysis.tables.faults import Fault

__all__ = ["read_sav"]

_BEGINS = (b"$FL2", b"$FL3")


def read_sav(path: Path, faults: list[Fault], *, labels: bool = False) -> list[list[object]]:
    """Return the variables of a file and its cases: nothing and a fault where it is none.

    Three lines stand above the cases, as in an export of Qualtrics, which is read the same way: the names of
    the variables, their labels, and identifiers. Case n stands in row n + 3.

    Parameters
    ----------
    path : Path
        A `.sav` or `.zsav` file.
    faults : list of Fault
        What is wrong is appended.
    labels : bool
        Whether values that have labels are shown as these, not as the numbers they are stored as. What the
        file declares missing is an empty cell either way.
    """
    content = read_small_file(path, faults)
    if content is None:
        return []
    if not content.startswith(_BEGINS):
        faults.append(Fault(path.name, "something else, named .sav", "data of SPSS, as its name says"))
        return []
    # Heavy, and hardly ever needed.
    from pyreadstat import PyreadstatError, ReadstatError, read_sav

    try:
        frame, about = read_sav(str(path), apply_value_formats=labels, formats_as_category=False)
    except (PyreadstatError, ReadstatError, ValueError, OverflowError, MemoryError) as error:
        faults.append(Fault(path.name, f"no sound file ({error})", "data of SPSS (.sav)"))
        return []
    names = list(map(str, about.column_names))
    told = [label or name for name, label in zip(names, about.column_labels, strict=True)]
    identifiers = [json.dumps({"ImportId": name}, separators=(",", ":")) for name in names]
    above: list[list[object]] = [[*names], [*told], [*identifiers]]
    cells = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
    return [*above, *([_cell(value) for value in row] for row in cells)]


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        plain = not (value.hour or value.minute or value.second)
        return f"{value:%Y-%m-%d}" if plain else f"{value:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else value
