"""The coded chat, and what rENA gave of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.evidence.codes import coded_lines, connections
from analysis.files import DATA_RAW
from analysis.sources.rescushell_coded_discourse import tables
from analysis.tables.package import read_package


@pytest.fixture(scope="package")
def rena(reference_folder: Path) -> dict[str, Any]:
    """Return what rENA gave, a unit a chat, window 4."""
    found: dict[str, Any] = json.loads((reference_folder / "ena" / "rena_groups_window4.json").read_text())
    return found["groups_window4"]


@pytest.fixture(scope="package")
def chat(data_mirror: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of the coded chat."""
    name = "rescushell_coded_discourse"
    return dict(tables(data_mirror / name, read_package(DATA_RAW / name / "datapackage.json")))


@pytest.fixture(scope="package")
def chats(chat: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the connections of each chat, and its condition."""
    counts = connections(coded_lines(chat["codings"]), window=4)
    return counts, dict(chat["documents"].itertuples(index=False, name=None))
