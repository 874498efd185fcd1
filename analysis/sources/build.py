"""From a dataset's raw files to its checked tables: what every module of this room ends with."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.files import DATA_DERIVED, DATA_RAW
from analysis.tables.faults import InvalidInput
from analysis.tables.load import write_dataset
from analysis.tables.package import DataPackage, read_package
from analysis.tables.validate import checked

__all__ = ["Importer", "build"]

Importer = Callable[[Path, DataPackage], Mapping[str, pd.DataFrame]]


def build(
    importer: Importer, dataset: str, *, truth: Callable[[Path], Mapping[str, Any]] | None = None
) -> int:
    """Write `data_derived/<dataset>/` from `data_raw/<dataset>/`, whole or not at all.

    Parameters
    ----------
    importer : callable
        Takes the raw folder and the datapackage, gives the tables.
    dataset : str
        Name of both folders.
    truth : callable, optional
        Of a twin: takes the raw folder, gives what the tables were made with.

    Returns
    -------
    int
        Exit code: 0, or 1 after printing every fault to standard error; then what was there stays.
    """
    parser = argparse.ArgumentParser(description=f"Write data_derived/{dataset}/ from data_raw/{dataset}/.")
    parser.parse_args()
    raw, derived = DATA_RAW / dataset, DATA_DERIVED / dataset
    try:
        package = read_package(raw / "datapackage.json")
        tables = checked(importer(raw, package), package)
    except InvalidInput as error:
        print(f"{dataset}: {error}", file=sys.stderr)
        return 1
    try:
        write_dataset(tables, package, derived, truth(raw) if truth else None)
    except OSError as error:
        print(f"{dataset}: data_derived/{dataset} cannot be written: {error}", file=sys.stderr)
        return 1
    return 0
