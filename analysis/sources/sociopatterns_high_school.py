"""Five classes of a high school: 180 pupils, face to face on seven days (Fournet & Barrat 2014)."""

from __future__ import annotations

import sys

from analysis.sources.build import build
from analysis.sources.sociopatterns import tables

if __name__ == "__main__":
    sys.exit(build(tables, "sociopatterns_high_school"))
