"""Fixtures shared by all tests: where downloaded data and reference inputs may be found."""

from __future__ import annotations

import gc
import json
import os
import warnings
from pathlib import Path
from typing import Any

import hypothesis
import pandas as pd
import pytest
import rdata

from analysis.files import DATA_RAW
from analysis.sources import newcomb_fraternity
from analysis.tables.package import read_package
from analysis.tables.validate import checked
from tests.adoption.adopters import Study, read_study

# How long an example takes tells of the machine, not of the code; and a change is tried on the examples that
# the change before it was. HYPOTHESIS_PROFILE=wandering draws new ones each time.
hypothesis.settings.register_profile("settled", deadline=None, derandomize=True)
hypothesis.settings.register_profile("wandering", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "settled"))

# Figures are drawn without a display.
os.environ["MPLBACKEND"] = "agg"

# Tests that want a cluster start one.
os.environ.pop("COMPENDIUM_CLUSTER", None)

ROOT = Path(__file__).resolve().parents[1]


def pytest_collection_finish() -> None:
    """Take modules and thousands of tests out of what is searched for garbage: they stay to the end."""
    gc.collect()
    gc.freeze()


def _folder(variable: str) -> Path:
    """Return the folder an environment variable names (relative to the repository's root), or skip."""
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{variable} is not set: this test needs files that are downloaded, never committed")
    folder = (ROOT / value).resolve()
    if not folder.is_dir():
        pytest.skip(f"{variable} names {value}, which is no folder: this test needs its files")
    return folder


@pytest.fixture(scope="session")
def data_mirror() -> Path:
    """Folder laid out `<dataset>/<file>` with the published raw files."""
    return _folder("COMPENDIUM_DATA_MIRROR")


@pytest.fixture(scope="session")
def reference_folder() -> Path:
    """Folder with inputs (and results) of reference computations by other programs."""
    return _folder("COMPENDIUM_REFERENCE")


@pytest.fixture(scope="session")
def netdiffuser(reference_folder: Path) -> dict[str, Any]:
    """Results of R's netdiffuseR."""
    found: dict[str, Any] = json.loads(
        (reference_folder / "netdiffuser" / "netdiffuser_results.json").read_text()
    )
    return found


@pytest.fixture(scope="session")
def med(reference_folder: Path) -> Study:
    """The physicians of Medical Innovation, as netdiffuseR has them."""
    return read_study(reference_folder, "med")


@pytest.fixture(scope="session")
def fraternity_objects(data_mirror: Path) -> dict[str, Any]:
    """What R keeps of Newcomb's fraternity, read once (it takes seconds), without our reader."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found: dict[str, Any] = rdata.read_rda(data_mirror / "newcomb_fraternity" / "newcomb.RData")
    return found


@pytest.fixture(scope="session")
def fraternity_tables(fraternity_objects: dict[str, Any]) -> dict[str, pd.DataFrame]:
    """The checked tables of Newcomb's fraternity."""
    package = read_package(DATA_RAW / "newcomb_fraternity" / "datapackage.json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(newcomb_fraternity, "read_objects", lambda *_: fraternity_objects)
        return checked(newcomb_fraternity.tables(Path(), package), package)
