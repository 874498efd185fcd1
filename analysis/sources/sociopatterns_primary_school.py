"""A primary school: 232 pupils and ten teachers, face to face on two days (Stehlé et al. 2011)."""

from __future__ import annotations

import sys

from analysis.sources.build import build
from analysis.sources.sociopatterns import tables

if __name__ == "__main__":
    sys.exit(build(tables, "sociopatterns_primary_school"))
