"""Fixtures of the tests of networks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.ties.matrices import Matrix


@pytest.fixture(params=["s50_w1", "sampson_liking", "flomarriage"])
def measured(request: pytest.FixtureRequest, reference_folder: Path) -> tuple[Matrix, dict[str, Any]]:
    """Give a network and what R measured of it."""
    folder = reference_folder / "sna"
    matrix = pd.read_csv(folder / f"{request.param}.csv").to_numpy(float)
    return matrix, json.loads((folder / "measures.json").read_text())[request.param]
