"""Time the actor-oriented model: RSiena's own example, two workers against one, a curve over n.

    python tests/benchmarks/bench_saom.py [--large]

Prints Markdown. Compilation is left out. The fifty pupils (s50) are read from the folder that
COMPENDIUM_REFERENCE names, and set beside stored numbers of RSiena 1.5.0; else that part is left out.
`--large` adds 1,000 actors, three waves, a mean degree of six and five effects, to take less than ten minutes
and 1 GiB.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numba
import numpy as np

# A script is started with its own folder on the path, not the repository's.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from analysis.tie_models.saom import fit
from analysis.tie_models.saom_estimation import draw, simulate_many
from analysis.tie_models.saom_periods import read_model
from analysis.tie_models.saom_results import ActorModel
from analysis.ties.panel import Panel

ROOT = Path(__file__).resolve().parents[2]
EFFECTS = ["density", "recip", "transTrip"]
REST = np.array([1.5, 0.1, 0.1, 0.4])  # reciprocity, transitive triplets, experience, one school


def parameters(actors: int) -> np.ndarray:
    """Return parameters under which actors send three ties among a hundred, six among a thousand."""
    return np.array([-2.0 - 0.2 * np.log(actors / 50), *REST])


def drawn(actors: int, waves: int, degree: float, seed: int) -> tuple[Panel, list[Any]]:
    """Simulate a panel from known parameters of five effects; return it and the effects."""
    generator = np.random.default_rng(seed)
    values, groups = generator.normal(size=actors), generator.integers(0, max(actors // 25, 2), actors)
    effects: list[Any] = [*EFFECTS, ("altX", values, "experience"), ("sameX", groups, "school")]
    ties = (generator.random((actors, actors)) < degree / actors).astype(float)
    np.fill_diagonal(ties, 0.0)
    matrices = [ties]
    other = (generator.random((actors, actors)) < degree / actors).astype(float)
    weights = parameters(actors)
    for wave in range(waves):
        model = read_model(Panel.from_matrices([matrices[-1], other]), effects)
        rate = 15.0 if wave == 0 else 4.0  # the first wave has to forget that it was random
        ended = draw(model, np.array([rate]), weights, 1, generator, scored=False, kept=True)
        matrices.append(ended.networks[0][0].astype(float))
    return Panel.from_matrices(matrices[1:]), effects


def timed(panel: Panel, effects: list[Any], **options: Any) -> tuple[ActorModel, float, float]:
    """Fit; return the result, wall seconds and this process's processor seconds."""
    wall, used = time.perf_counter(), time.process_time()
    found = fit(panel, effects, seed=1, **options)
    return found, time.perf_counter() - wall, time.process_time() - used


def against_rsiena() -> None:
    """Fit the three stored models with five seeds each."""
    folder = Path(os.environ.get("COMPENDIUM_REFERENCE", "")) / "rsiena"
    if not (folder / "s50_wave1.csv").is_file():
        print("COMPENDIUM_REFERENCE names no folder with rsiena/s50_wave1.csv: not set beside RSiena\n")
        return
    names = [f"wave{number}" for number in (1, 2, 3)] + ["alcohol", "smoke"]
    *waves, alcohol, smoke = (
        np.loadtxt(folder / f"s50_{name}.csv", delimiter=",", skiprows=1) for name in names
    )
    panel = Panel.from_matrices(waves)
    covariates = [
        ("simX", smoke[:, 0], "smoke1"),
        *((one, alcohol, "alcohol") for one in ("altX", "egoX", "simX")),
    ]
    stored = json.loads(
        (ROOT / "notebooks/actor_models/results/rsiena_s50.json").read_text(encoding="utf-8")
    )["models"]
    print(
        "| model | simulations | s (RSiena 1.5.0: 22.8 for 4,093 of M1) | restarts | mean of five seeds, "
        "RSiena's standard errors apart | one seed | mean standard error ÷ RSiena's |\n"
        "|---|---:|---:|---:|---:|---:|---:|"
    )
    for key, theirs in stored.items():
        effects = [*EFFECTS, "cycle3", *covariates] if key.startswith("M2") else EFFECTS
        apart, shares, seconds, made, restarts = [], [], [], [], 0
        for seed in range(1, 6):
            start = time.process_time()
            one = fit(panel, effects, conditional=theirs["conditional"], seed=seed, workers=1)
            seconds.append(time.process_time() - start)
            made.append(one.simulations)
            restarts += one.restarts
            apart.append((one.estimates - theirs["estimates"]) / theirs["standard_errors"])
            shares.append(one.standard_errors / theirs["standard_errors"])
        mean = np.mean(shares, axis=0)
        print(
            f"| {key} | {np.mean(made):,.0f} | {min(seconds):.2f} | {restarts} | "
            f"{np.abs(np.mean(apart, axis=0)).max():.3f} | {np.abs(apart).max():.3f} | "
            f"{mean.min():.3f} to {mean.max():.3f} |",
            flush=True,
        )
    print()


def over_sizes(sizes: list[int]) -> None:
    """Fit panels of several sizes."""
    print(
        "| actors | ties | simulations | s, one worker | µs a simulated step | converged |\n"
        "|---:|---:|---:|---:|---:|---|"
    )
    for actors in sizes:
        panel, effects = drawn(actors, 2, 6, actors)
        found, wall, _ = timed(panel, effects, simulations=500, workers=1)
        steps = found.simulations * float((found.rates * found.model.sizes).sum())
        print(
            f"| {actors:,} | {int(panel.matrix(1).sum()):,} | {found.simulations:,} | {wall:.1f} | "
            f"{1e6 * wall / steps:.2f} | {'yes' if found.converged else 'no'} |",
            flush=True,
        )
    print()


def main() -> None:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    small, effects = drawn(20, 2, 3, 1)
    fit(small, effects, simulations=100, seed=1, workers=1)  # compiles
    print(
        f"Actor-oriented model; {datetime.date.today().isoformat()}; {os.cpu_count()} cores "
        f"({platform.machine()}); Python {platform.python_version()}, numpy {np.__version__}, "
        f"numba {numba.__version__}\n"
    )
    against_rsiena()
    over_sizes([25, 50, 100, 200, 400])
    panel, effects = drawn(200, 3, 6, 200)
    fit(small, [*EFFECTS], simulations=100, seed=1, workers=2)  # processes start
    seconds = {}
    for workers in (1, 2):
        rate, weights = np.array([4.0, 4.0]), parameters(200)
        model = read_model(panel, effects)
        start = time.perf_counter()
        simulate_many(model, rate, weights, 3000, seed=1, workers=workers)
        seconds[workers] = time.perf_counter() - start
    print(
        f"200 actors, 3,000 simulations: {seconds[1]:.1f} s with one worker, {seconds[2]:.1f} with two "
        f"({seconds[1] / seconds[2]:.2f} times)\n"
    )
    if options.large:
        panel, effects = drawn(1000, 3, 6, 1000)
        found, wall, _ = timed(panel, effects, simulations=1000, workers=2)
        peak = sum(
            resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        print(
            f"1,000 actors, 3 waves, {panel.matrix(1).sum() / 1000:.1f} ties each, five effects, "
            f"{found.simulations:,} simulations: {wall:.0f} s, converged: {found.converged}, "
            f"{peak / 1024:.0f} MiB at the peak (of this process and its largest child)"
        )


if __name__ == "__main__":
    main()
