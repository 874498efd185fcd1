"""Does the detector find what was planted, do intervals of closing rates hold, does the test hold its level?

`make validate` writes `notebooks/star_coalescence/results/validation.json`, which is committed; a page shows
it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom, kstest

from analysis.checks import NotEstimable
from analysis.contacts.closing_rates import closing_rates
from analysis.contacts.closure import star_coalescence
from analysis.contacts.coalescence import CoalescenceTest, Statistic, coalescence_tests
from analysis.contacts.nulls import Null
from analysis.contacts.stream import contact_stream
from analysis.files import DATA_RAW, STUDIES
from analysis.parallel import replicated
from analysis.sources.thirty_schools import grown
from analysis.validations.contact_twins import KINDS, Kind, misspecified
from analysis.validations.records import made_with, settings_of, write_record

__all__ = [
    "OUT",
    "coverage",
    "detection",
    "levels",
    "main",
    "misspecified_levels",
    "planted_and_found",
    "results_of_a_twin",
    "results_of_one",
]

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


def results_of_one(
    contacts: pd.DataFrame,
    pair: tuple[str, str],
    *,
    replicates: int,
    seed: int,
    groups: Mapping[str, object] | None = None,
) -> list[tuple[float, float, float, float, float]]:
    """Return p, randomised p, effect and its interval of every statistic against every null model.

    NaN where a twin has nothing to test.
    """
    stream = contact_stream(contacts)
    found: dict[tuple[str, str, str], CoalescenceTest] = {}
    for null in _NULLS:
        for of in dict.fromkeys(of for of, _ in _STATISTICS):
            try:
                # Statistics of the same meetings share their draws.
                tests = coalescence_tests(
                    stream,
                    null,
                    [statistic for whose, statistic in _STATISTICS if whose == of],
                    event=pair if of == "the meeting" else None,
                    replicates=replicates,
                    seed=seed,
                    groups=groups,
                    workers=1,
                    **_SETTINGS,
                )
            except NotEstimable:
                continue
            for test in tests:
                found[of, test.statistic, null] = test
    rows = []
    for of, statistic in _STATISTICS:
        for null in _NULLS:
            one = found.get((of, statistic, null))
            values = () if one is None else (one.p, one.p_randomised, one.effect, one.lower, one.upper)
            rows.append(values or (np.nan,) * 5)
    return rows


def results_of_a_twin(
    parameters: Mapping[str, Any],
    kind: Kind | None,
    grouped: bool,
    replicates: int,
    generator: np.random.Generator,
) -> list[tuple[float, float, float, float, float]]:
    """Grow one twin, as made or misspecified, and return what `results_of_one` gives of it."""
    if kind is None:
        made = grown(parameters, int(generator.integers(2**32)))
        contacts, groups = made.tables["contacts"], None
        pair = (str(made.truth["collaborators"][0]), str(made.truth["collaborators"][1]))
    else:
        twin = misspecified(parameters, kind, generator)
        contacts, pair, groups = twin.contacts, twin.collaborators, twin.groups
    seed = int(generator.integers(2**32))
    return results_of_one(
        contacts, pair, replicates=replicates, seed=seed, groups=groups if grouped else None
    )


def levels(
    parameters: Mapping[str, Any],
    *,
    seeds: int,
    replicates: int,
    seed: int,
    kind: Kind | None = None,
    grouped: bool = False,
    workers: int | None = None,
    told: str = "",
) -> pd.DataFrame:
    """Return how often each null model is rejected at .05, and how often an effect's interval holds it.

    Parameters
    ----------
    parameters : mapping
        Of a twin: with `coalescence` false its new ties fall at random, so that this is the level; otherwise
        it is the power.
    seeds, replicates, seed : int
        Twins, draws of each null, and what starts them.
    kind : {"groups", "popular", "bursts", "silent"}, optional
        What the twin breaks (`contact_twins`); by default nothing.
    grouped : bool
        Whether the null models move contacts within groups.
    workers : int, optional
        Processes.
    told : str
        Name in progress lines.

    Returns
    -------
    DataFrame
        index `of` (the meeting, all meetings), `statistic`, `null`; ``twins`` (with something to test),
        ``rejected`` (p ≤ .05), ``share``, ``most`` (99 % point of the binomial distribution at .05),
        ``ks_p`` (Kolmogorov–Smirnov test that randomised p-values are uniform), ``effect`` (its mean),
        ``held`` (twins whose 95 % interval of the effect holds that mean) and ``least`` (1 % point of how
        many do if each does with chance .95).
    """
    task = partial(results_of_a_twin, parameters, kind, grouped, replicates)
    found = np.array(replicated(task, seeds, seed=seed, workers=workers, told=told))
    rows = []
    for values in found.transpose(1, 0, 2):
        p, even, effect, lower, upper = values[~np.isnan(values[:, 0])].T
        twins, mean = len(p), float(effect.mean()) if len(p) else np.nan
        rejected = int((p <= 0.05).sum())
        rows.append(
            {
                "twins": twins,
                "rejected": rejected,
                "share": rejected / twins if twins else np.nan,
                "most": int(binom.ppf(0.99, twins, 0.05)) if twins else 0,
                "ks_p": float(kstest(even, "uniform").pvalue) if twins else np.nan,
                "effect": mean,
                "held": int(((lower <= mean) & (mean <= upper)).sum()),
                "least": int(binom.ppf(0.01, twins, 0.95)) if twins else 0,
            }
        )
    index = [(*which, null) for which in _STATISTICS for null in _NULLS]
    return pd.DataFrame(rows, index=pd.MultiIndex.from_tuples(index, names=["of", "statistic", "null"]))


def misspecified_levels(
    parameters: Mapping[str, Any],
    *,
    seeds: int,
    replicates: int,
    seed: int,
    workers: int | None = None,
) -> pd.DataFrame:
    """Return `levels` of every kind of twin that breaks an assumption, without coalescence and with it.

    Returns
    -------
    DataFrame
        As `levels`, with ``twin`` (what it breaks; of groups also null models that know of them), and from
        twins with coalescence ``found`` (share rejected), ``effect_found`` and ``held_found``.
    """
    parts = []
    for kind, grouped in [(kind, False) for kind in KINDS] + [("groups", True)]:
        name = f"{kind}, known to the null" if grouped else kind
        options: dict[str, Any] = {"seeds": seeds, "replicates": replicates, "seed": seed, "workers": workers}
        without, having = (
            levels(
                {**parameters, "coalescence": planted},
                kind=kind,
                grouped=grouped,
                told=f"{name}, {'with' if planted else 'without'} coalescence",
                **options,
            )
            for planted in (False, True)
        )
        without[["found", "effect_found", "held_found"]] = having[["share", "effect", "held"]]
        parts.append(without.reset_index().assign(twin=name))
    return pd.concat(parts, ignore_index=True)


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows, with None where a number is missing."""
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every validation of the study and write the results, with their provenance, as JSON."""
    chosen = settings_of(
        "star_coalescence",
        main.__doc__,
        OUT,
        arguments,
        seeds=(200, "made-up networks"),
        replicates=(99, "of each null"),
        seed=(30001, "starts them"),
    )
    parameters = json.loads((DATA_RAW / "thirty_schools/parameters.json").read_text(encoding="utf-8"))
    without = {**parameters, "coalescence": False}
    found = detection(parameters, seeds=chosen.seeds, seed=chosen.seed, told="detection")
    covered = coverage(parameters, seeds=chosen.seeds, seed=chosen.seed, told="closing rates")
    draws = {"seeds": chosen.seeds, "replicates": chosen.replicates, "seed": chosen.seed}
    held = levels(without, told="level of the tests", **draws)
    power = levels(parameters, told="power of the tests", **draws)
    held[["found", "effect_found", "held_found"]] = power[["share", "effect", "held"]]
    broken = {**draws, "replicates": min(39, chosen.replicates)}
    elsewhere = misspecified_levels(parameters, **broken)
    record = {
        "seeds": chosen.seeds,
        "replicates": chosen.replicates,
        "seed": chosen.seed,
        "parameters": parameters,
        **made_with("numba", "numpy", "pandas", "scipy"),
        "detection": found,
        "coverage": covered.reset_index().to_dict("records"),
        "levels": _records(held.reset_index()),
        "misspecified_replicates": broken["replicates"],
        "misspecified": _records(elsewhere),
        # Of the first two twins, so that a test can tell whether the code still gives them.
        "first_p_values": [
            [values[0] for values in one]
            for one in replicated(
                partial(results_of_a_twin, without, None, False, chosen.replicates), 2, seed=chosen.seed
            )
        ],
    }
    write_record(chosen.out, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
