"""The twin of `thirty_schools` without star coalescence: as many new ties, placed at random."""

from __future__ import annotations

import sys

from analysis.sources.thirty_schools import grown
from analysis.sources.twins import build_twin

if __name__ == "__main__":
    sys.exit(build_twin(grown, "thirty_schools_null"))
