"""Models of who contacts whom next: seconds and memory by number of contacts.

Run by hand: `python tests/benchmarks/bench_contact_models.py`. Streams are those of `bench_closure.py`;
compiling is done before on a small stream. A choice of six terms, two of them in a window; a timed rate of
four.
"""

from __future__ import annotations

import platform
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.bench_closure import peak_memory, stream

SIZES = ((500, 50), (10_000, 300), (100_000, 1_000))
WEEK = 7 * 86_400.0


def main() -> None:
    """Fit both models to streams of each size; print the rows of the table."""
    from analysis.contacts.contact_history import contact_history
    from analysis.contacts.contact_models import Term, choice_model, rate_model

    print(f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}\n")
    print(
        "| contacts | people | s reading | s choice | s rate | MiB at the peak |\n|" + "---:|" * 6, flush=True
    )
    choice = [Term(effect) for effect in ("tie", "reciprocity", "indegree", "transitivity")]
    choice += [Term("tie", window=WEEK), Term("reciprocity", window=WEEK)]
    rate = [Term("sender_outdegree"), Term("sender_indegree")]
    rate += [Term(term.effect, window=WEEK) for term in rate]
    for contacts, people in SIZES:
        rows = stream(contacts, people)
        begun = time.process_time()
        history = contact_history(rows)
        read = time.process_time()
        choice_model(history, choice)
        chosen = time.process_time()
        rate_model(history, rate)
        done = time.process_time()
        if contacts != SIZES[0][0]:
            print(
                f"| {len(history.time):,} | {people:,} | {read - begun:.1f} | {chosen - read:.1f} | "
                f"{done - chosen:.1f} | {peak_memory():.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
