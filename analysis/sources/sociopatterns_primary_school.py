"""A primary school: 232 pupils and ten teachers, face to face on two days (Stehlé et al. 2011)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.sources.sociopatterns import contact_tables
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_FILE = "Primary_School.csv"


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations, actors and contacts.

    Raises
    ------
    InvalidInput
        With every fault of the file.
    """
    return contact_tables(raw / _FILE)


if __name__ == "__main__":
    sys.exit(build(tables, "sociopatterns_primary_school"))
