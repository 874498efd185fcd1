"""The twin of `central_office` in which connection and reflection each help by themselves."""

from __future__ import annotations

import sys

from analysis.sources.central_office import grown
from analysis.sources.twins import build_twin

if __name__ == "__main__":
    sys.exit(build_twin(grown, "central_office_null"))
