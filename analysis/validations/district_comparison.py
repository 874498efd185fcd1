"""Do a scale's measures tell people and schools apart as well as their spreads say? Do intervals hold?

A scale whose items, thresholds and spreads are known: the item locations and the person and school
reliabilities (.88 and .77) are those the Chicago Consortium published of its teacher-principal trust scale;
the thresholds, spreads and sizes, which it does not publish, are ours, chosen so that they give these
reliabilities. Twins of the two districts are in `district_twins`. `make validate` writes
`notebooks/district_comparison/results/validation.json`, which is committed; a page shows it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import require_count
from analysis.files import DATA_RAW, STUDIES
from analysis.measurement.aggregation import intraclass_correlation
from analysis.measurement.person_measures import person_measures
from analysis.measurement.rasch import rasch
from analysis.measurement.reliability import alpha
from analysis.measurement.school_reliability import school_reliability
from analysis.parallel import replicated
from analysis.validations.district_twins import SILENCE, coverage
from analysis.validations.records import made_with, settings_of, write_record

__all__ = ["Scenario", "drawn_answers", "main", "reliabilities", "scenario_reliabilities"]

OUT = STUDIES / "district_comparison/results/validation.json"


@dataclass(frozen=True)
class Scenario:
    """A scale answered in schools; logits.

    Attributes
    ----------
    locations, thresholds : tuple of float
        Of items, evenly spaced; of steps, common to all.
    person_sd, school_sd : float
        Between people of a school, and between schools.
    schools, people : int
        People in each school.
    """

    locations: tuple[float, ...] = tuple(np.linspace(-0.73, 0.79, 8).round(4).tolist())
    thresholds: tuple[float, ...] = (-2.0, 0.0, 2.0)
    person_sd: float = 1.54
    school_sd: float = 0.61
    schools: int = 400
    people: int = 25


def drawn_answers(scenario: Scenario, generator: np.random.Generator) -> tuple[pd.DataFrame, Floats]:
    """Draw answers by the rating-scale model.

    Returns
    -------
    answers : DataFrame
        index school, a row per person; columns item_1, item_2, …; 0 to the number of thresholds.
    measures : ndarray of shape (people,)
        The true ones.
    """
    schools = np.repeat(np.arange(scenario.schools), scenario.people)
    level = generator.normal(0, scenario.school_sd, scenario.schools)
    measures = level[schools] + generator.normal(0, scenario.person_sd, len(schools))
    steps = np.add.outer(scenario.locations, scenario.thresholds)
    logits = np.cumsum(measures[:, None, None] - steps, axis=2)
    weights = np.exp(np.concatenate([np.zeros((*logits.shape[:2], 1)), logits], axis=2))
    shares = np.cumsum(weights, axis=2)
    draws = generator.random(shares.shape[:2]) * shares[:, :, -1]
    names = [f"item_{number}" for number in range(1, len(steps) + 1)]
    answers = (draws[:, :, None] > shares).sum(axis=2).astype(float)
    return pd.DataFrame(answers, columns=names, index=pd.Index(schools, name="school")), measures


def reliabilities(scenario: Scenario, generator: np.random.Generator) -> dict[str, float]:
    """Draw answers once; return reliabilities of people and schools, and the spreads found.

    Returns
    -------
    dict
        ``separation`` and ``icc2``, each with and without people at the lowest or highest score
        (``…_without``); ``alpha``; ``icc2_of_scores`` (of sums of answers); ``school``, by known errors;
        ``school_sd``, ``person_sd``; ``extreme`` (share of people).
    """
    answers, _ = drawn_answers(scenario, generator)
    schools = answers.index.to_series()
    found = person_measures(rasch(answers), answers)
    people = found.people
    inner = ~people["extreme"].to_numpy()
    known = school_reliability(people["measure"], people["standard_error"], schools)
    return {
        "separation": found.separation_reliability(),
        "separation_without": found.separation_reliability(extremes=False),
        "icc2": intraclass_correlation(people["measure"], schools).icc2,
        "icc2_without": intraclass_correlation(people["measure"][inner], schools[inner]).icc2,
        "alpha": alpha(answers).alpha,
        "icc2_of_scores": intraclass_correlation(answers.sum(axis=1), schools).icc2,
        "school": known.reliability,
        "school_sd": known.school**0.5,
        "person_sd": known.person**0.5,
        "extreme": float(people["extreme"].mean()),
    }


def scenario_reliabilities(
    scenario: Scenario, *, seeds: int, seed: int, workers: int | None = None, told: str = ""
) -> pd.DataFrame:
    """Return mean and spread of `reliabilities` over many draws.

    Parameters
    ----------
    scenario : Scenario
    seeds, seed : int
        How many draws (two or more), and what starts them.
    workers : int, optional
        Processes.
    told : str
        Name in progress lines.

    Returns
    -------
    DataFrame
        index quantity; ``mean``, ``sd`` (between draws), ``draws``.
    """
    require_count("draws", seeds, 2)
    task = partial(reliabilities, scenario)
    found = pd.DataFrame(replicated(task, seeds, seed=seed, workers=workers, told=told))
    return pd.DataFrame({"mean": found.mean(), "sd": found.std(), "draws": seeds}).rename_axis("quantity")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every validation of the study and write the results, with their provenance, as JSON."""
    chosen = settings_of(
        "district_comparison",
        main.__doc__,
        OUT,
        arguments,
        seeds=(50, "draws"),
        twins=(200, "of two districts"),
        schools=(600, "of the large twin"),
        seed=(40001, "starts them"),
        workers=(1, "processes"),
    )
    scenario = Scenario()
    how = {"seed": chosen.seed, "workers": chosen.workers}
    found = scenario_reliabilities(scenario, seeds=chosen.seeds, told="reliabilities", **how)
    parameters = json.loads((DATA_RAW / "two_districts/parameters.json").read_text(encoding="utf-8"))
    covered, lowest = coverage(parameters, schools=chosen.schools, seeds=chosen.twins, told="twins", **how)
    record = {
        "seeds": chosen.seeds,
        "seed": chosen.seed,
        "scenario": asdict(scenario),
        **made_with("numba", "numpy", "pandas", "scipy"),
        "reliabilities": found.reset_index().to_dict("records"),
        "twins": chosen.twins,
        "schools": chosen.schools,
        "parameters": parameters,
        "silence": SILENCE,
        "coverage": covered.reset_index().to_dict("records"),
        "lowest": lowest.reset_index().to_dict("records"),
    }
    write_record(chosen.out, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
