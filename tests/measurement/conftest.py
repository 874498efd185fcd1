"""What several tests of scales read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.measurement.scales import climate_tables, leadership


@pytest.fixture(scope="package")
def soldiers_tables(data_mirror: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of the surveys of soldiers."""
    return climate_tables(data_mirror)


@pytest.fixture(scope="package")
def lq2002(soldiers_tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return 2,042 soldiers' answers to eleven leadership items."""
    return leadership(soldiers_tables)


@pytest.fixture(scope="package")
def rasch_reference(reference_folder: Path) -> dict[str, Any]:
    """Return what R's psychotools and eRm find of these answers."""
    found: dict[str, Any] = json.loads((reference_folder / "psychometrics" / "rasch_lq2002.json").read_text())
    return found
