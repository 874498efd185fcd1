"""The public data on adoption, as our own tables have them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from analysis.adoption.setting import Adoption, adoption_setting
from analysis.files import DATA_RAW
from analysis.sources.diffusion_classics import tables
from analysis.tables.package import read_package


@pytest.fixture(scope="session")
def classics(data_mirror: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of the three diffusion studies."""
    package = read_package(DATA_RAW / "diffusion_classics" / "datapackage.json")
    return dict(tables(data_mirror / "diffusion_classics", package))


@pytest.fixture(scope="session")
def farmers(classics: dict[str, pd.DataFrame]) -> Adoption:
    """Return the Brazilian farmers: 692 in 11 villages, hybrid corn from 1946 to 1964."""
    return adoption_setting(classics, "hybrid_corn", relation="brazilian_farmers")


@pytest.fixture(scope="session")
def villagers(classics: dict[str, pd.DataFrame]) -> Adoption:
    """Return the Korean women: 1,047 in 25 villages, family planning in ten periods."""
    return adoption_setting(classics, "family_planning", relation="korean_family_planning")
