"""Do intervals and tests of the actor-oriented model hold what they promise, in networks of 30 and 60 people?

`make validate` writes `notebooks/actor_models/results/validation.json`, which is committed; a page shows it.
Every panel is drawn from known parameters, fitted, and tested for an effect that is not there, for change
over time that is not there, and for goodness of fit, which is good.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom, norm

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.files import STUDIES
from analysis.parallel import replicated
from analysis.tie_models.saom import fit
from analysis.tie_models.saom_behaviour import draw_together, fit_together, read_together
from analysis.tie_models.saom_effects import EFFECTS
from analysis.tie_models.saom_estimation import draw
from analysis.tie_models.saom_fit import goodness_of_fit, score_test, time_heterogeneity
from analysis.tie_models.saom_periods import read_model
from analysis.ties.panel import Panel
from analysis.validations.records import made_with, settings_of, write_record

__all__ = [
    "coverage_and_levels",
    "drawn_panel",
    "drawn_together",
    "main",
    "one_panel",
    "one_together",
    "sparse_panels",
    "together_recovered",
]

OUT = STUDIES / "actor_models/results/validation.json"

SIZES = (30, 60)
RATES = (4.0, 3.0)
WEIGHTS = {30: (-2.0, 1.6, 0.35, 0.4), 60: (-2.1, 1.6, 0.35, 0.6)}
"""Outdegree, reciprocity, GWESP, same school: between three and five ties each.

Transitive triplets grow without bound: at .25 networks of 30 fill up within three waves, and those of 60 stay
sparse beside that cliff, with 40 triplets to estimate from. GWESP is bounded, and panels stay what they are.
"""

TOGETHER_ACTORS = 50
TOGETHER_RATES = (2.0, 2.0)
TOGETHER = {
    "density": -2.1,
    "recip": 1.6,
    "gwesp": 0.35,
    "alter": 0.0,
    "ego": 0.0,
    "similarity": 1.0,
    "linear": 0.1,
    "quadratic": -0.1,
    "average similarity": 3.0,
}
"""Of ties and a behaviour that change together: selection by similarity, and influence by it."""
_TIES = ["density", "recip", "gwespFF"]

FORGETTING = 15.0  # steps an actor before the first wave, so that it is not random any more
_TESTS = ("effects left out", "change over time", "indegrees", "outdegrees", "triads", "geodesics")


def drawn_panel(
    actors: int, weights: Sequence[float], rates: Sequence[float], generator: np.random.Generator
) -> tuple[Panel, list[Any]]:
    """Draw a panel from known parameters.

    Parameters
    ----------
    actors : int
    weights : of outdegree, reciprocity, GWESP, same school (schools of about 12)
    rates : of each period
    generator : of random numbers

    Returns
    -------
    panel of one wave more than there are rates, effects
    """
    schools = np.arange(actors) % max(actors // 12, 2)
    effects: list[Any] = ["density", "recip", "gwespFF", ("sameX", schools, "school")]
    start, other = ((generator.random((actors, actors)) < 4 / actors).astype(float) for _ in range(2))
    for ties in (start, other):
        np.fill_diagonal(ties, 0.0)
    waves = [start]
    for rate in (FORGETTING, *rates):
        model = read_model(Panel.from_matrices([waves[-1], other]), effects)
        ended = draw(model, np.array([rate]), np.array(weights), 1, generator, scored=False, kept=True)
        waves.append(ended.networks[0][0].astype(float))
    return Panel.from_matrices(waves[1:]), effects


def one_panel(actors: int, generator: np.random.Generator) -> dict[str, Any]:
    """Draw a panel, fit it, test it: estimates, standard errors, which intervals hold the truth, p-values."""
    panel, effects = drawn_panel(actors, WEIGHTS[actors], RATES, generator)
    seeds = [int(one) for one in generator.integers(2**32, size=3)]
    truth = np.array([*RATES, *WEIGHTS[actors]])
    ties = float(np.mean([panel.matrix(wave).sum() for wave in panel.waves])) / actors
    try:
        fitted = fit(panel, effects, simulations=1000, seed=seeds[0], workers=1)
    except NotEstimable:
        return {"converged": False, "ties": ties}
    if not fitted.converged:
        return {"converged": False, "ties": ties}
    table = fitted.tidy()
    fits = goodness_of_fit(fitted, simulations=200, seed=seeds[2], workers=1)
    return {
        "converged": True,
        "ties": ties,
        "estimates": fitted.estimates,
        "errors": fitted.standard_errors,
        "covered": ((table["lower"] <= truth) & (truth <= table["upper"])).to_numpy(),
        "p": [
            score_test(fitted, ["inPopSqrt"], seed=seeds[1], workers=1).p,
            time_heterogeneity(fitted).p,
            *fits.p.values(),
        ],
    }


def coverage_and_levels(
    actors: int, *, panels: int, seed: int, workers: int | None = None, told: str = ""
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, float]]:
    """Return how often intervals hold the truth, how often tests reject it, and how many did not converge.

    Parameters
    ----------
    actors : int
        One of `SIZES`.
    panels, seed : int
        How many, and what starts them.
    workers : int, optional
        Processes.
    told : str
        Name in progress lines.

    Returns
    -------
    coverage : one row per term: ``truth``, ``mean`` and ``bias`` (of the estimates; in mean standard errors),
        ``error_ratio`` (mean standard error ÷ standard deviation of the estimates), ``covered``, ``panels``
        (converged), ``share``, ``least``, ``most`` (99.9 % band of the binomial distribution at .95)
    levels : a row per test: ``rejected`` (p ≤ .05), ``panels``, ``share``, ``least``, ``most`` (99 % band at
        .05)
    summary : ``not_converged`` (panels that did not, or that could not be fitted), ``least_ties`` and
        ``most_ties`` (mean ties an actor, in the sparsest and in the densest panel)
    """
    found = replicated(partial(one_panel, actors), panels, seed=seed, workers=workers, told=told)
    good = [one for one in found if one["converged"]]
    names = [f"rate (period {k + 1})" for k in range(len(RATES))]
    names += ["outdegree (density)", "reciprocity", EFFECTS["gwespFF"].name, "same school"]
    truth = np.array([*RATES, *WEIGHTS[actors]])
    estimates, errors, covered, p = (
        np.array([one[key] for one in good], dtype=float).reshape(len(good), -1)
        for key in ("estimates", "errors", "covered", "p")
    )
    coverage = pd.DataFrame(
        {
            "truth": truth,
            "mean": estimates.mean(axis=0),
            "bias": (estimates.mean(axis=0) - truth) / errors.mean(axis=0),
            "error_ratio": errors.mean(axis=0) / estimates.std(axis=0, ddof=1),
            **_banded(covered, 0.95, 0.999, "covered"),
        },
        index=pd.Index(names, name="term"),
    )
    levels = pd.DataFrame(
        _banded((p <= 0.05).astype(float), 0.05, 0.99, "rejected"), index=pd.Index(_TESTS, name="test")
    )
    ties = [one["ties"] for one in found]
    summary = {"not_converged": panels - len(good), "least_ties": min(ties), "most_ties": max(ties)}
    return coverage, levels, summary


def _banded(hits: Floats, chance: float, band: float, named: str) -> dict[str, Any]:
    count = len(hits)
    tail = (1 - band) / 2
    return {
        named: hits.sum(axis=0).astype(int),
        "panels": count,
        "share": hits.mean(axis=0),
        "least": int(binom.ppf(tail, count, chance)),
        "most": int(binom.ppf(1 - tail, count, chance)),
    }


def _one_sparse(generator: np.random.Generator) -> tuple[float, str]:
    actors = int(generator.integers(20, 61))
    degree = generator.uniform(0.3, 2.0)
    first, fresh = ((generator.random((actors, actors)) < degree / actors).astype(float) for _ in range(2))
    second = np.where(generator.random((actors, actors)) < generator.uniform(0.3, 1.0), first, fresh)
    for ties in (first, second):
        np.fill_diagonal(ties, 0.0)
    effects: list[Any] = [
        "density",
        "recip",
        "gwespFF",
        ("sameX", generator.integers(0, 3, actors), "school"),
    ]
    start = time.monotonic()
    try:
        found = fit(
            Panel.from_matrices([first, second]), effects, seed=int(generator.integers(2**32)), workers=1
        )
    except NotEstimable:
        return time.monotonic() - start, "not estimable"
    return time.monotonic() - start, "converged" if found.converged else "not converged"


def drawn_together(
    generator: np.random.Generator, actors: int = TOGETHER_ACTORS
) -> tuple[Panel, Floats, Floats]:
    """Draw a panel and a behaviour that change together, from `TOGETHER`.

    Returns
    -------
    panel of three waves, behaviour (n, waves), and parameters as they are once the behaviour is measured from
    the mean and similarity that the drawn waves have
    """
    ties, other = ((generator.random((actors, actors)) < 4 / actors).astype(float) for _ in range(2))
    for one in (ties, other):
        np.fill_diagonal(one, 0.0)
    habit, odd = (generator.integers(1, 6, actors).astype(float) for _ in range(2))
    waves, habits = [], []
    scale = (3.0, 4.0, 0.65, 1.0, 5.0)
    effects = np.array(list(TOGETHER.values()))
    for paces in ((FORGETTING, 6.0), *zip(RATES, TOGETHER_RATES, strict=True)):
        panel = Panel.from_matrices([ties, other])
        ready = read_together(panel, np.column_stack([habit, odd]), "habit", effects=_TIES, scale=scale)
        _, ended, habit = draw_together(ready, np.array([*paces, *effects]), 1, generator, scored=False)
        ties = ended.astype(float)
        waves.append(ties)
        habits.append(habit)
    panel, behaviour = Panel.from_matrices(waves), np.column_stack(habits)
    mean, _, similar, *_ = read_together(panel, behaviour, "habit", effects=_TIES).scale
    moved = dict(TOGETHER)
    moved["density"] += TOGETHER["similarity"] * (similar - scale[2])
    moved["linear"] += 2 * TOGETHER["quadratic"] * (mean - scale[0])
    return panel, behaviour, np.array([*RATES, *TOGETHER_RATES, *moved.values()])


def one_together(generator: np.random.Generator) -> dict[str, Any]:
    """Draw a panel and a behaviour, and fit them together."""
    panel, behaviour, truth = drawn_together(generator)
    seed = int(generator.integers(2**32))
    try:
        ready = read_together(panel, behaviour, "habit", effects=_TIES)
    except NotEstimable:
        return {"converged": False}
    fitted = fit_together(ready, simulations=1000, seed=seed)
    reach = norm.ppf(0.975) * fitted.standard_errors
    rates = np.arange(len(truth)) < 4
    reach[rates] /= fitted.estimates[rates]
    apart = fitted.estimates - truth
    apart[rates] = np.log(fitted.estimates[rates] / truth[rates])
    return {
        "converged": fitted.converged,
        "missed": fitted.estimates - truth,
        "errors": fitted.standard_errors,
        "covered": np.abs(apart) <= reach,
    }


def together_recovered(
    *, panels: int, seed: int, workers: int | None = None, told: str = ""
) -> tuple[pd.DataFrame, int]:
    """Return how far estimates of co-evolution are from the truth, and how many panels did not converge.

    Parameters
    ----------
    panels, seed, workers, told
        As for `coverage_and_levels`.

    Returns
    -------
    a row per term: ``truth`` (before it is moved to a panel's own mean), ``bias`` (in mean standard errors),
        ``error_ratio``, ``covered``, ``panels``, ``share``, ``least``, ``most`` (99.9 % band at .95)
    panels that did not converge
    """
    found = replicated(one_together, panels, seed=seed, workers=workers, told=told)
    good = [one for one in found if one["converged"]]
    names = [
        "rate (period 1)",
        "rate (period 2)",
        "habit rate (period 1)",
        "habit rate (period 2)",
        *TOGETHER,
    ]
    missed, errors, covered = (
        np.array([one[key] for one in good], dtype=float).reshape(len(good), len(names))
        for key in ("missed", "errors", "covered")
    )
    frame = pd.DataFrame(
        {
            "truth": [*RATES, *TOGETHER_RATES, *TOGETHER.values()],
            "bias": missed.mean(axis=0) / errors.mean(axis=0),
            "error_ratio": errors.mean(axis=0) / missed.std(axis=0, ddof=1),
            **_banded(covered, 0.95, 0.999, "covered"),
        },
        index=pd.Index(names, name="term"),
    )
    return frame, panels - len(good)


def sparse_panels(*, panels: int, seed: int, workers: int | None = None, told: str = "") -> dict[str, float]:
    """Fit sparse panels of 20 to 60 people; return how many ended how, and the longest time in seconds."""
    found = replicated(_one_sparse, panels, seed=seed, workers=workers, told=told)
    ends = ("converged", "not converged", "not estimable")
    counts = {end: float(sum(one == end for _, one in found)) for end in ends}
    return {**counts, "longest seconds": max(seconds for seconds, _ in found)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every validation of the study and write the results, with their provenance, as JSON."""
    chosen = settings_of(
        "actor_models",
        main.__doc__,
        OUT,
        arguments,
        panels=(400, "of each size"),
        sparse=(1000, "sparse panels"),
        together=(200, "of co-evolution"),
        seed=(20010931, "starts them"),
        workers=(None, "processes"),
    )
    by_size = {}
    for actors in SIZES:
        told = f"panels of {actors}"
        coverage, levels, summary = coverage_and_levels(
            actors, panels=chosen.panels, seed=chosen.seed, workers=chosen.workers, told=told
        )
        by_size[str(actors)] = {
            "coverage": coverage.reset_index().to_dict("records"),
            "levels": levels.reset_index().to_dict("records"),
            **summary,
        }
    together, failed = together_recovered(
        panels=chosen.together, seed=chosen.seed, workers=chosen.workers, told="co-evolution"
    )
    record = {
        "panels": chosen.panels,
        "seed": chosen.seed,
        "rates": RATES,
        **made_with("numba", "numpy", "pandas", "scipy"),
        "by_size": by_size,
        "together": {
            "panels": chosen.together,
            "coverage": together.reset_index().to_dict("records"),
            "not_converged": failed,
        },
        "sparse": sparse_panels(
            panels=chosen.sparse, seed=chosen.seed, workers=chosen.workers, told="sparse panels"
        ),
    }
    write_record(chosen.out, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
