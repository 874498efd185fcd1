"""A survey of a million answers: scores, reliability, rating-scale model, measures, growth.

Run by hand: `python tests/benchmarks/bench_measurement.py`. Each size runs in a process of its own, so that
the memory is its own peak. People answer ten items in four waves; one answer in fifty is missing.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
SIZES = (10_000, 100_000, 1_000_000)
WAVES, PER_SCHOOL = 4, 25
sys.path.insert(0, str(ROOT))


def survey(answers: int) -> dict[str, pd.DataFrame]:
    """Draw so many answers to ten items."""
    from analysis.validations.district_comparison import Scenario, drawn_answers

    people = answers // (10 * WAVES)
    scenario = Scenario(
        locations=tuple(np.linspace(-0.7, 0.7, 10).tolist()), schools=people // PER_SCHOOL, people=PER_SCHOOL
    )
    generator = np.random.default_rng(20261127)
    waves = []
    for wave in range(1, WAVES + 1):
        drawn, _ = drawn_answers(scenario, generator)
        values = np.where(generator.random(drawn.shape) < 0.02, np.nan, drawn.to_numpy())
        frame = pd.DataFrame(values, columns=drawn.columns)
        frame["actor_id"] = np.char.add("p", np.arange(people).astype(str))
        waves.append(frame.melt("actor_id", var_name="item_id").assign(wave=wave))
    items = pd.DataFrame(
        {"item_id": drawn.columns, "scale": "trust", "minimum": 0, "maximum": 3, "reversed": 0}
    )
    actors = pd.DataFrame(
        {
            "actor_id": frame["actor_id"],
            "organization_id": np.char.add("s", drawn.index.astype(str).to_numpy(str)),
        }
    )
    return {"items": items, "responses": pd.concat(waves, ignore_index=True), "actors": actors}


def peak_memory() -> float:
    """Return the peak of this process alone, MiB (`getrusage` carries the parent's over)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measure(answers: int) -> None:
    """Print one row of the table."""
    from analysis.measurement.growth import growth
    from analysis.measurement.person_measures import person_measures
    from analysis.measurement.rasch import rasch
    from analysis.measurement.reliability import alpha, omega
    from analysis.measurement.scales import scale_answers, scale_scores
    from analysis.measurement.school_reliability import school_reliability

    tables = survey(answers)
    rasch(scale_answers(survey(4_000), "trust"))  # compiled before
    seconds = []
    started = time.perf_counter()

    def lap() -> None:
        nonlocal started
        now = time.perf_counter()
        seconds.append(now - started)
        started = now

    scale_scores(tables)
    wide = scale_answers(tables, "trust")
    lap()
    alpha(wide)
    omega(wide, factors=1)
    lap()
    model = rasch(wide)
    lap()
    people = person_measures(model, wide).people.reset_index()
    home = tables["actors"].set_index("actor_id")["organization_id"]
    people["organization_id"] = people["actor_id"].map(home)
    first = people[people["wave"] == 1]
    school_reliability(first["measure"], first["standard_error"], first["organization_id"])
    lap()
    # Waves are drawn apart; people who differ throughout are added for the model to find.
    offset = np.random.default_rng(1).normal(size=people["actor_id"].nunique())
    people["measure"] += offset[pd.factorize(people["actor_id"])[0]]
    growth(people)
    lap()
    told = " | ".join(f"{one:.2f}" for one in seconds)
    print(f"| {answers:,} | {told} | {sum(seconds):.1f} | {peak_memory():.0f} |", flush=True)


def main() -> None:
    """Measure every size in a process of its own."""
    print(f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}\n")
    print(
        "| answers | s scores | s alpha, omega | s rating scale | s measures | s growth | s all "
        "| MiB at the peak |"
    )
    print("|---:|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for answers in SIZES:
        subprocess.run([sys.executable, __file__, str(answers)], check=True)


if __name__ == "__main__":
    measure(int(sys.argv[1])) if len(sys.argv) > 1 else main()
