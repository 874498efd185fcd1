"""Does the detector find what was planted, do intervals of closing rates hold, does the test hold its level?

`make validate` writes `notebooks/star_coalescence/results/validation.json`, which is committed; a page shows
it.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom, kstest

from analysis.contacts.closing_rates import closing_rates
from analysis.contacts.closure import star_coalescence
from analysis.contacts.coalescence import CoalescenceTest, Statistic, coalescence_tests
from analysis.contacts.nulls import Null
from analysis.contacts.stream import contact_stream
from analysis.files import DATA_RAW, STUDIES, code_digest, write_atomically
from analysis.parallel import replicated
from analysis.sources.thirty_schools import grown

__all__ = ["OUT", "coverage", "detection", "levels", "main", "p_values_of_one", "planted_and_found"]

OUT = STUDIES / "star_coalescence/results/validation.json"

_NULLS: tuple[Null, ...] = ("random_placement", "degree_preferential", "one_sided_brokerage", "time_shuffled")
_STATISTICS: tuple[tuple[str, Statistic], ...] = (
    ("the meeting", "closure"),
    ("all meetings", "coalescence"),
    ("all meetings", "both_directions"),
)
_SETTINGS = {"window": 365.0, "persistence": 90.0, "horizon": 60.0, "burn_in": 280.0}


def planted_and_found(parameters: Mapping[str, Any], generator: np.random.Generator) -> tuple[int, int, int]:
    """Grow one twin; return how many closures were planted, found (day and endurance, too), and invented."""
    twin = grown(parameters, int(generator.integers(2**32)))
    found = star_coalescence(
        twin.tables["contacts"],
        pairs=[tuple(twin.truth["collaborators"])],
        window=parameters["window"],
        persistence=parameters["persistence"],
        horizon=parameters["horizon"],
    ).cascade
    days = pd.to_datetime(found["time"], unit="D").dt.strftime("%Y-%m-%d")
    rows = zip(found["first"], found["second"], days, found["enduring"], strict=True)
    detected = {(*sorted((one, other)), day, bool(lasting)) for one, other, day, lasting in rows}
    planted = {(*sorted(one["pair"]), one["date"], one["endures"]) for one in twin.truth["closures"]}
    return len(planted), len(planted & detected), len(detected - planted)


def detection(
    parameters: Mapping[str, Any], *, seeds: int, seed: int, workers: int | None = None, told: str = ""
) -> dict[str, float]:
    """Return precision and recall of the detector over twins with a planted meeting."""
    task = partial(planted_and_found, parameters)
    planted, found, invented = np.array(replicated(task, seeds, seed=seed, workers=workers, told=told)).sum(
        axis=0
    )
    return {
        "twins": seeds,
        "planted": int(planted),
        "recall": float(found / planted),
        "precision": float(found / (found + invented)),
    }


def chances(parameters: Mapping[str, Any]) -> dict[str, float]:
    """Return the chances a twin is made with, under the names that `closing_rates` gives them."""
    closes = parameters["closes"]
    return {
        "first_order": closes["with_the_other_star"],
        "second_order": closes["between_stars"],
        "enduring": parameters["endures"],
    }


def _one_twins_rates(
    parameters: Mapping[str, Any], generator: np.random.Generator
) -> list[tuple[float, float, float]]:
    twin = grown(parameters, int(generator.integers(2**32)))
    contacts, pair = twin.tables["contacts"], tuple(twin.truth["collaborators"])
    found = star_coalescence(
        contacts,
        pairs=[pair],
        window=parameters["window"],
        persistence=parameters["persistence"],
        horizon=parameters["horizon"],
    )
    rates = closing_rates(contacts, found, int(found.events["event"].iloc[0]))
    return [
        (row["rate"], row["lower"] <= chance, chance <= row["upper"])
        for chance, (_, row) in zip(chances(parameters).values(), rates.iterrows(), strict=True)
    ]


def coverage(
    parameters: Mapping[str, Any], *, seeds: int, seed: int, workers: int | None = None, told: str = ""
) -> pd.DataFrame:
    """Return how often the 95 % interval of a closing rate holds the chance its twin was made with.

    Parameters
    ----------
    parameters : mapping
        Of a twin with `coalescence`.
    seeds, seed, workers, told
        As `levels`.

    Returns
    -------
    DataFrame
        index `rate`, as in `closing_rates`; ``chance``, ``twins``, ``mean`` (of the rates found), ``held``,
        ``share``, ``least`` and ``most`` (1 % points of how many hold it if each does with chance .95).
    """
    task = partial(_one_twins_rates, parameters)
    found = np.array(replicated(task, seeds, seed=seed, workers=workers, told=told), dtype=float)
    held = (found[:, :, 1] * found[:, :, 2]).sum(axis=0).astype(int)
    known = chances(parameters)
    return pd.DataFrame(
        {
            "chance": list(known.values()),
            "twins": seeds,
            "mean": np.nanmean(found[:, :, 0], axis=0),
            "held": held,
            "share": held / seeds,
            "least": int(binom.ppf(0.01, seeds, 0.95)),
            "most": int(binom.ppf(0.99, seeds, 0.95)),
        },
        index=pd.Index(list(known), name="rate"),
    )


def p_values_of_one(
    parameters: Mapping[str, Any], replicates: int, generator: np.random.Generator
) -> list[tuple[float, float]]:
    """Grow one twin; return p and randomised p of every statistic against every null model."""
    twin = grown(parameters, int(generator.integers(2**32)))
    pair = tuple(twin.truth["collaborators"])
    seed = int(generator.integers(2**32))
    contacts = contact_stream(twin.tables["contacts"])
    found: dict[tuple[str, str, str], CoalescenceTest] = {}
    for null in _NULLS:
        for of in dict.fromkeys(of for of, _ in _STATISTICS):
            # Statistics of the same meetings share their draws.
            for test in coalescence_tests(
                contacts,
                null,
                [statistic for whose, statistic in _STATISTICS if whose == of],
                event=pair if of == "the meeting" else None,
                replicates=replicates,
                seed=seed,
                workers=1,
                **_SETTINGS,
            ):
                found[of, test.statistic, null] = test
    ordered = [found[of, statistic, null] for of, statistic in _STATISTICS for null in _NULLS]
    return [(test.p, test.p_randomised) for test in ordered]


def levels(
    parameters: Mapping[str, Any],
    *,
    seeds: int,
    replicates: int,
    seed: int,
    workers: int | None = None,
    told: str = "",
) -> pd.DataFrame:
    """Return how often each null model is rejected at .05.

    Parameters
    ----------
    parameters : mapping
        Of a twin: with `coalescence` false its new ties fall by random placement, so that this is the level;
        otherwise it is the power.
    seeds, replicates, seed : int
        Twins, draws of each null, and what starts them.
    workers : int, optional
        Processes.
    told : str
        Name in progress lines.

    Returns
    -------
    DataFrame
        index `of` (the meeting, all meetings), `statistic`, `null`; ``twins``, ``rejected`` (p ≤ .05),
        ``share``, ``most`` (99 % point of the binomial distribution at .05), ``ks_p`` (Kolmogorov–Smirnov
        test that randomised p-values are uniform).
    """
    task = partial(p_values_of_one, parameters, replicates)
    found = np.array(replicated(task, seeds, seed=seed, workers=workers, told=told))
    rejected = (found[:, :, 0] <= 0.05).sum(axis=0)
    rows = [(*which, null) for which in _STATISTICS for null in _NULLS]
    return pd.DataFrame(
        {
            "twins": seeds,
            "rejected": rejected,
            "share": rejected / seeds,
            "most": int(binom.ppf(0.99, seeds, 0.05)),
            "ks_p": [float(kstest(found[:, k, 1], "uniform").pvalue) for k in range(len(rows))],
        },
        index=pd.MultiIndex.from_tuples(rows, names=["of", "statistic", "null"]),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every validation of the study and write the results, with their provenance, as JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.validations.star_coalescence", description=main.__doc__
    )
    parser.add_argument("--out", type=Path, default=OUT, help="file to write (default: the committed one)")
    parser.add_argument("--seeds", type=int, default=200, help="made-up networks (default: %(default)s)")
    parser.add_argument("--replicates", type=int, default=999, help="of each null (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=30001, help="starts them (default: %(default)s)")
    chosen = parser.parse_args(arguments)
    parameters = json.loads((DATA_RAW / "thirty_schools/parameters.json").read_text(encoding="utf-8"))
    without = {**parameters, "coalescence": False}
    found = detection(parameters, seeds=chosen.seeds, seed=chosen.seed, told="detection")
    covered = coverage(parameters, seeds=chosen.seeds, seed=chosen.seed, told="closing rates")
    draws = {"seeds": chosen.seeds, "replicates": chosen.replicates, "seed": chosen.seed}
    held = levels(without, told="level of the tests", **draws)
    held["found"] = levels(parameters, told="power of the tests", **draws)["share"]
    record = {
        "seeds": chosen.seeds,
        "replicates": chosen.replicates,
        "seed": chosen.seed,
        "parameters": parameters,
        "analysis_sha256": code_digest(),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numba", "numpy", "pandas", "scipy")},
        },
        "detection": found,
        "coverage": covered.reset_index().to_dict("records"),
        "levels": held.reset_index().to_dict("records"),
        # Of the first two twins, so that a test can tell whether the code still gives them.
        "first_p_values": [
            [p for p, _ in one]
            for one in replicated(partial(p_values_of_one, without, chosen.replicates), 2, seed=chosen.seed)
        ],
    }
    write_atomically(chosen.out, json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    print(f"{chosen.out.name} written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
