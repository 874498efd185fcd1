"""Agreement of three coders about fifty codes, over ever more segments, with a bootstrap of 1,000 draws.

Run by hand: `python tests/benchmarks/bench_agreement.py`. Documents have a hundred segments; a coder is wrong
about one decision in ten. Nothing is compiled, so that nothing is left out of the times.
"""

from __future__ import annotations

import platform
import resource
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
SIZES = (1_000, 10_000, 100_000)
CODERS, CODES, DRAWS = 3, 50, 1_000
sys.path.insert(0, str(ROOT))


def coded(segments: int) -> pd.DataFrame:
    """Draw the decisions of all coders about all codes on so many segments."""
    random = np.random.default_rng(20261127)
    truth = random.random((segments, CODES)) < np.linspace(0.05, 0.6, CODES)
    wrong = random.random((CODERS, segments, CODES)) < 0.1
    index = pd.MultiIndex.from_product(
        [[f"coder_{k}" for k in range(CODERS)], range(segments), [f"code_{k:02d}" for k in range(CODES)]],
        names=["coder_id", "segment_id", "code"],
    )
    frame = pd.DataFrame({"applied": (truth ^ wrong).astype(int).ravel()}, index=index).reset_index()
    return frame.assign(document_id=frame["segment_id"] // 100)


def main() -> None:
    """Print a row per size."""
    from analysis.evidence.agreement import agreement
    from analysis.evidence.tallies import tallies_of_codings

    print(f"{platform.processor() or platform.machine()}, Python {platform.python_version()}, one core")
    print("segments  decisions  counted s  1,000 draws s  peak MiB")
    for segments in SIZES:
        codings = coded(segments)
        start = time.process_time()
        tallies = tallies_of_codings(codings)
        between = time.process_time()
        agreement(tallies, seed=1, draws=DRAWS)
        end = time.process_time()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{segments:8,} {len(codings):10,} {between - start:10.1f} {end - between:14.1f} {peak:9,.0f}")


if __name__ == "__main__":
    main()
