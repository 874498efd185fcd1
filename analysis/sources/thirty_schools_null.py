"""The twin of `thirty_schools` without star coalescence: as many new ties, placed at random."""

from __future__ import annotations

import sys

from analysis.sources.build import build
from analysis.sources.thirty_schools import tables, truth

if __name__ == "__main__":
    sys.exit(build(tables, "thirty_schools_null", truth=truth))
