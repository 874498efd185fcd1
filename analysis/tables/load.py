"""Read and write the checked tables of a dataset."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.files import DATA_DERIVED, partial_folder, replace_folder
from analysis.tables.describe import described
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage, read_package
from analysis.tables.schema import TABLES
from analysis.tables.validate import checked

__all__ = ["examine_tables", "load", "load_truth", "read_tables", "write_dataset", "write_tables"]

_TRUTH = "truth.json"


def load(dataset: str) -> dict[str, pd.DataFrame]:
    """Return the checked tables of a dataset by name.

    Parameters
    ----------
    dataset : str
        Name of a folder of `data_derived/`.

    Raises
    ------
    InvalidInput
        When there is no such dataset, or its tables do not keep to the data model.
    """
    folder = _built(dataset)
    return checked(read_tables(folder), read_package(folder / "datapackage.json"))


def load_truth(dataset: str) -> dict[str, Any]:
    """Return what a twin's tables were made with; empty for any other dataset, of which no truth is known.

    Raises
    ------
    InvalidInput
        When there is no such dataset.
    """
    path = _built(dataset) / _TRUTH
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def _built(dataset: str) -> Path:
    there = sorted(path.name for path in DATA_DERIVED.glob("[!.]*") if path.is_dir())
    if dataset not in there:
        known = ", ".join(there) or "none yet"
        raise_faults(
            [Fault(f"data_derived/{dataset}", "no such dataset", f"those built by `make data`: {known}")]
        )
    return DATA_DERIVED / dataset


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the CSV files of a folder as tables of text, unchecked, in the declaration's order.

    The first line names the columns. Row n of a table stands on line n + 2 of its file (one further for each
    line break inside a cell before it); a blank line is a row of empty cells, except at the end, where it
    is nothing. A row with fewer cells than the first line has empty ones at its end. Where the first line
    has semicolons and no comma, as spreadsheets of many countries write, semicolons separate the cells and
    a comma in a number is its decimal point.

    Raises
    ------
    InvalidInput
        With every file that cannot be read as a table: not UTF-8, no line in it, a quotation mark that is
        never closed, rows of more cells than the first line.
    """
    faults: list[Fault] = []
    tables, _ = examine_tables(folder, faults)
    raise_faults(faults)
    return tables


def examine_tables(folder: Path, faults: list[Fault]) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Do the work of `read_tables`, but append to `faults` and go on.

    Returns
    -------
    dict of str to DataFrame
        The tables as far as they can be read: a row that is too long is cut, text in another encoding is
        taken for that of a Western spreadsheet. Faults say so.
    list of str
        Names of the tables of which nothing could be read.
    """
    names = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    order = [*(name for name in TABLES if name in names), *(name for name in names if name not in TABLES)]
    read = {name: _read(names[name], faults) for name in order}
    unread = [name for name, frame in read.items() if frame is None]
    return {name: frame for name, frame in read.items() if frame is not None}, unread


def _read(path: Path, faults: list[Fault]) -> pd.DataFrame | None:
    try:
        separator = _separator(path)
        # Without a header pandas takes the width from the first line; with one, it would silently make an
        # index of the first column when the rows are longer.
        frame = pd.read_csv(
            path,
            sep=separator,
            header=None,
            dtype="string",
            keep_default_na=False,
            skip_blank_lines=False,
            encoding="utf-8",
        )
    except OSError as error:
        faults.append(Fault(path.name, f"no readable file ({error.strerror})", "a CSV file"))
        return None
    except ValueError as error:
        salvaged = _salvaged(path, separator, error, faults)
        if salvaged is None:
            return None
        frame = salvaged
    frame.columns = pd.Index([str(name) for name in frame.iloc[0]])
    filled = (frame != "").any(axis=1).to_numpy().nonzero()[0]
    frame = frame.iloc[1 : filled.max(initial=0) + 1].reset_index(drop=True)
    return _with_decimal_points(path.stem, frame) if separator == ";" else frame


def _separator(path: Path) -> str:
    with path.open("rb") as stream:
        first = stream.readline(1_000_000)
    return ";" if b";" in first and b"," not in first else ","


def _with_decimal_points(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    words = {
        column.name
        for column in (TABLES[table].columns if table in TABLES else ())
        if column.kind not in ("integer", "number")
    }
    for position, name in enumerate(frame.columns):
        if name not in words:
            cells = frame.iloc[:, position]
            points = cells.str.replace(r"^\s*(-?\d+),(\d+)\s*$", r"\1.\2", regex=True)
            frame.isetitem(position, points.array)
    return frame


def _salvaged(path: Path, separator: str, error: ValueError, faults: list[Fault]) -> pd.DataFrame | None:
    """Return what can be read of a file that pandas would not read, and append why it would not."""
    content = path.read_bytes()
    if not content.decode("utf-8-sig", errors="replace").strip():
        allowed = "a first line with the names of the columns"
        faults.append(Fault(path.name, "an empty file", allowed, 1))
        return None
    before = len(faults)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        row = content.count(b"\n", 0, wrong.start) + 1
        found = f"the byte {content[wrong.start]:#04x}"
        hint = "save the spreadsheet again as CSV UTF-8"
        faults.append(Fault(path.name, found, "text in UTF-8", row, hint=hint))
        text = content.decode("cp1252", errors="replace")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        rows = []
    width = len(rows[0]) if rows else 0
    faults += [
        Fault(path.name, f"{len(cells)} cells", f"{width} cells, as in the first line", row)
        for row, cells in enumerate(rows, start=1)
        if len(cells) > width
    ]
    if len(faults) == before or not width:
        told = f"no table ({str(error).strip()})"
        faults.append(Fault(path.name, told, "comma-separated values"))
        return None
    return pd.DataFrame([[*cells, *[""] * width][:width] for cells in rows], dtype="string")


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write each table as `<name>.csv` (UTF-8, line feeds, missing values empty) into an existing folder."""
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def write_dataset(
    tables: Mapping[str, pd.DataFrame],
    package: DataPackage,
    folder: Path,
    truth: Mapping[str, Any] | None = None,
) -> None:
    """Put checked tables, and the `datapackage.json` that describes them, in place of a folder: whole or not.

    Parameters
    ----------
    tables, package, folder
        What, described how, and where.
    truth : mapping, optional
        Of a twin: what its tables were made with, written beside them.

    Raises
    ------
    OSError
        When it cannot be written; what was there stays.
    """
    partial = partial_folder(folder)
    try:
        write_tables(tables, partial)
        text = json.dumps(described(package, tables), indent=1, ensure_ascii=False) + "\n"
        (partial / "datapackage.json").write_text(text, encoding="utf-8")
        if truth is not None:
            text = json.dumps(truth, indent=1, ensure_ascii=False) + "\n"
            (partial / _TRUTH).write_text(text, encoding="utf-8")
        replace_folder(partial, folder)
    finally:
        # Gone by then, unless something went wrong.
        shutil.rmtree(partial, ignore_errors=True)
