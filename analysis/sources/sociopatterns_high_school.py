"""Five classes of a high school: 180 pupils, face to face on seven days (Fournet & Barrat 2014)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.sources.sociopatterns import contact_tables
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_FILE = "thiers_2012.csv"


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations, actors and contacts.

    Raises
    ------
    InvalidInput
        With every fault of the file.
    """
    return contact_tables(raw / _FILE)


if __name__ == "__main__":
    sys.exit(build(tables, "sociopatterns_high_school"))
