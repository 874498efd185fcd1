"""Read and write the checked tables of a dataset."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.files import DATA_DERIVED, DATA_RAW
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import read_package
from analysis.tables.schema import TABLES
from analysis.tables.validate import checked

__all__ = ["load", "read_tables", "write_tables"]


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
    there = sorted(path.name for path in DATA_DERIVED.glob("[!.]*") if path.is_dir())
    if dataset not in there:
        known = ", ".join(there) or "none yet"
        raise_faults(
            [Fault(f"data_derived/{dataset}", "no such dataset", f"those built by `make data`: {known}")]
        )
    return checked(read_tables(DATA_DERIVED / dataset), read_package(DATA_RAW / dataset / "datapackage.json"))


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the CSV files of a folder as tables of text, unchecked, in the declaration's order.

    The first line names the columns. Row n of a table stands on line n + 2 of its file (one further for each
    line break inside a cell before it); a blank line is a row of empty cells, except at the end, where it
    is nothing. A row with fewer cells than the first line has empty ones at its end.

    Raises
    ------
    InvalidInput
        With every file that cannot be read as a table: not UTF-8, no line in it, a quotation mark that is
        never closed, rows of more cells than the first line.
    """
    names = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    order = [*(name for name in TABLES if name in names), *(name for name in names if name not in TABLES)]
    faults: list[Fault] = []
    tables = {name: _read(names[name], faults) for name in order}
    raise_faults(faults)
    return tables


def _read(path: Path, faults: list[Fault]) -> pd.DataFrame:
    try:
        # Without a header pandas takes the width from the first line; with one, it would silently make an
        # index of the first column when the rows are longer.
        frame = pd.read_csv(
            path, header=None, dtype="string", keep_default_na=False, skip_blank_lines=False, encoding="utf-8"
        )
    except ValueError as error:
        faults.extend(_why_unreadable(path, error))
        return pd.DataFrame()
    frame.columns = pd.Index([str(name) for name in frame.iloc[0]])
    filled = (frame != "").any(axis=1).to_numpy().nonzero()[0]
    return frame.iloc[1 : filled.max(initial=0) + 1].reset_index(drop=True)


def _why_unreadable(path: Path, error: ValueError) -> list[Fault]:
    """Return the faults of a file that pandas stopped reading at the first of."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        row = content.count(b"\n", 0, wrong.start) + 1
        return [Fault(path.name, f"the byte {content[wrong.start]:#04x}", "text in UTF-8", row)]
    if not content.strip():
        return [Fault(path.name, "an empty file", "a first line with the names of the columns", 1)]
    try:
        widths = [len(cells) for cells in csv.reader(io.StringIO(text, newline=""))]
    except csv.Error:
        widths = []
    longer = [
        Fault(path.name, f"{width} cells", f"{widths[0]} cells, as in the first line", row)
        for row, width in enumerate(widths, start=1)
        if width > widths[0]
    ]
    return longer or [Fault(path.name, f"no table ({str(error).strip()})", "comma-separated values")]


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write each table as `<name>.csv` (UTF-8, line feeds, missing values empty) into an existing folder."""
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
