"""Networks grown small first and all at once: seconds for 1,000 crowds of 200, and for the whole map.

Run by hand: `python tests/benchmarks/bench_growth.py`. CPU seconds of this process: other work on the machine
does not count. Compiling is done before on two crowds.
"""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Measure both."""
    from analysis.tie_models.network_growth import GrowthPlan, compare_arms
    from analysis.tie_models.network_growth_map import growth_map, map_plans

    print(f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}\n")
    compare_arms(GrowthPlan(), networks=2, seed=1)
    begun = time.process_time()
    compare_arms(GrowthPlan(), networks=1000, seed=1, workers=1)
    print(f"1,000 crowds of 200, both ways: {time.process_time() - begun:.1f} s of CPU", flush=True)
    begun = time.process_time()
    growth_map(GrowthPlan(), networks=10, seed=1, workers=1)
    spent = 20 * (time.process_time() - begun)
    settings = len(map_plans(GrowthPlan()))
    print(f"the map, {settings} settings × 200 crowds: {spent:.0f} s of CPU, from a twentieth of it")


if __name__ == "__main__":
    main()
