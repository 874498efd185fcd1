"""Do the intervals hold what they promise, at the size of this study? Hundreds of made-up networks tell.

`make validate` writes `notebooks/relational_trust/results/validation.json`, which is committed; a page shows
it. `coverage` is also what that page computes for a few seeds while it runs. Twins that break what methods
assume are in `misspecified`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from analysis.evidence.attribution import KNOWLEDGE, admissible, exposures, risk_set
from analysis.files import DATA_RAW, STUDIES
from analysis.parallel import replicated
from analysis.sources.pipnic_twin import grown
from analysis.tie_models.change_statistics import edges, match, mutual
from analysis.tie_models.formation import formation_rates
from analysis.tie_models.separable import separable
from analysis.ties.overview import panels_of
from analysis.validations.misspecified import levels_and_coverage
from analysis.validations.records import made_with, settings_of, write_record

__all__ = ["coverage", "main", "separable_coverage", "twin_rates"]

OUT = STUDIES / "relational_trust/results/validation.json"

_NAMES = {"same_group": "same_school", "other_group": "other_school"}


def twin_rates(parameters: Mapping[str, Any], generator: np.random.Generator) -> pd.DataFrame:
    """Grow one twin and estimate its formation rates: source, rate, lower, upper, truth."""
    twin = grown(parameters, int(generator.integers(2**32)))
    panel = panels_of(twin.tables)["help"]
    pairs = risk_set(panel)
    allowed = admissible(twin.tables, pairs, panel.waves)[KNOWLEDGE[1]]
    homes = twin.tables["actors"].set_index("actor_id")["organization_id"].to_dict()
    outcome, exposed = exposures(pairs, allowed, homes)
    rates = formation_rates(outcome, exposed, ends=pairs.loc[outcome.index]).tidy()
    names = rates["source"].replace(_NAMES)
    truth = names.map(parameters["rates"]).astype(float)
    return rates.assign(source=names, truth=truth)[["source", "truth", "rate", "lower", "upper"]]


def coverage(
    parameters: Mapping[str, Any], *, seeds: int, seed: int, workers: int | None = None, told: str = ""
) -> pd.DataFrame:
    """Return how often the interval of each source's rate holds the rate its twins were made with.

    Parameters
    ----------
    parameters : mapping
        Of the twin.
    seeds, seed : int
        How many twins, and what starts them.
    workers : int, optional
        Processes.
    told : str
        Name in progress lines.

    Returns
    -------
    DataFrame
        One row per source: ``truth``, ``mean_rate`` (of the estimates), ``twins``, ``covered`` (twins whose
        interval holds the truth), ``share``, ``least`` (the lowest number covered that is no surprise at .01
        if 95 of 100 intervals cover: the 1 % point of the binomial distribution).
    """
    found = pd.concat(
        replicated(partial(twin_rates, parameters), seeds, seed=seed, workers=workers, told=told)
    )
    found["covered"] = (found["lower"] <= found["truth"]) & (found["truth"] <= found["upper"])
    grouped = found.groupby("source", sort=False)
    frame = pd.DataFrame(
        {
            "truth": grouped["truth"].first(),
            "mean_rate": grouped["rate"].mean(),
            "twins": grouped.size(),
            "covered": grouped["covered"].sum(),
        }
    )
    frame["share"] = frame["covered"] / frame["twins"]
    frame["least"] = binom.ppf(0.01, frame["twins"], 0.95).astype(int)
    return frame


_COEFFICIENTS = {"edges": -2.6, "mutual": 1.2, "same school": 1.0}


def _one_separable(sizes: Sequence[int], generator: np.random.Generator) -> list[bool]:
    """Draw a first wave and a formation from known coefficients; return which intervals hold them."""
    labels = [place for place, size in enumerate(sizes) for _ in range(size)]
    people = len(labels)
    first = (generator.random((people, people)) < 0.08).astype(float)
    np.fill_diagonal(first, 0.0)
    same = np.equal.outer(labels, labels)
    pairs = [(i, j) for i in range(people) for j in range(i)]
    second = first.copy()
    truth = list(_COEFFICIENTS.values())
    for i, j in pairs:
        # A pair is one draw: its two ties depend on each other, and on no other pair.
        odds = truth[0] + truth[2] * same[i, j]
        weights = {
            (a, b): np.exp(odds * ((a - first[i, j]) + (b - first[j, i])) + truth[1] * a * b)
            for a in (0, 1)
            for b in (0, 1)
            if a >= first[i, j] and b >= first[j, i]
        }
        states = list(weights)
        chosen = states[
            generator.choice(len(states), p=np.array([*weights.values()]) / sum(weights.values()))
        ]
        second[i, j], second[j, i] = chosen
    terms = {"edges": edges(), "mutual": mutual(), "same school": match(labels)}
    fit = separable(
        first, second, terms, "formation", replicates=200, sweeps=20, seed=int(generator.integers(2**32))
    )
    return [bool(low <= value <= high) for low, value, high in zip(fit.lower, truth, fit.upper, strict=True)]


def separable_coverage(
    sizes: Sequence[int], *, seeds: int, seed: int, workers: int | None = None, told: str = ""
) -> pd.DataFrame:
    """Return how often bootstrap intervals of a formation model hold the coefficients it was drawn from.

    Parameters
    ----------
    sizes : sequence of int
        People in each school.
    seeds, seed, workers, told
        As for `coverage`.

    Returns
    -------
    DataFrame
        One row per term: ``truth``, ``networks``, ``covered``, ``share``, ``least`` as in `coverage`.
    """
    found = np.array(replicated(partial(_one_separable, sizes), seeds, seed=seed, workers=workers, told=told))
    frame = pd.DataFrame(
        {"truth": list(_COEFFICIENTS.values()), "networks": seeds, "covered": found.sum(axis=0)},
        index=pd.Index(list(_COEFFICIENTS), name="term"),
    )
    frame["share"] = frame["covered"] / seeds
    frame["least"] = int(binom.ppf(0.01, seeds, 0.95))
    return frame


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every validation of the study and write the results, with their provenance, as JSON."""
    chosen = settings_of(
        "relational_trust",
        main.__doc__,
        OUT,
        arguments,
        seeds=(200, "made-up networks"),
        seed=(20190154, "starts them"),
    )
    parameters = json.loads((DATA_RAW / "pipnic_twin/parameters.json").read_text(encoding="utf-8"))
    rates = coverage(parameters, seeds=chosen.seeds, seed=chosen.seed, told="formation rates")
    sizes = list(parameters["teams"].values())
    intervals = separable_coverage(sizes, seeds=chosen.seeds, seed=chosen.seed, told="separable model")
    levels, held = levels_and_coverage(sizes, seeds=2 * chosen.seeds, seed=chosen.seed, told="misspecified")
    record = {
        "seeds": chosen.seeds,
        "seed": chosen.seed,
        "parameters": parameters,
        **made_with("numba", "numpy", "pandas", "scipy"),
        "formation_rates": rates.reset_index().to_dict("records"),
        "separable": intervals.reset_index().to_dict("records"),
        "misspecified_levels": levels.reset_index().to_dict("records"),
        "misspecified_coverage": held.reset_index().to_dict("records"),
    }
    write_record(chosen.out, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
