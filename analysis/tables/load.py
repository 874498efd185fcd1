"""Read and write the checked tables of a dataset."""

from __future__ import annotations

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
    folder = DATA_DERIVED / dataset
    if not folder.is_dir():
        there = (
            sorted(path.name for path in DATA_DERIVED.iterdir() if path.is_dir())
            if DATA_DERIVED.exists()
            else []
        )
        known = ", ".join(name for name in there if not name.startswith(".")) or "none yet"
        raise_faults(
            [Fault(f"data_derived/{dataset}", "no such dataset", f"those built by `make data`: {known}")]
        )
    return checked(read_tables(folder), read_package(DATA_RAW / dataset / "datapackage.json"))


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the CSV files of a folder as tables of text, unchecked, in the declaration's order."""
    names = {path.stem: path for path in sorted(folder.glob("*.csv"))}
    order = [*(name for name in TABLES if name in names), *(name for name in names if name not in TABLES)]
    return {name: pd.read_csv(names[name], dtype="string", keep_default_na=False) for name in order}


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    """Write each table as `<name>.csv` (UTF-8, line feeds, missing values empty) into an existing folder."""
    for name, frame in tables.items():
        frame.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
