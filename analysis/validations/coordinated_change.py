"""Do the methods of coordinated change hold what they promise, on twins whose truth is known?

`make validate` writes `notebooks/coordinated_change/results/validation.json`, which is committed; a page
shows it. Coders of known error: does the interval of kappa hold the kappa to be expected? Webs that chance
drew: are they called unusual no more often than 5 in 100? The two twins: is an interaction found where there
is one, and only there? And do intervals hold every chance that a twin was made with?
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom

from analysis.checks import NotEstimable
from analysis.estimable import estimable
from analysis.evidence.agreement import agreement
from analysis.evidence.change_steps import carried, checked_steps
from analysis.evidence.interactions import interaction
from analysis.evidence.mechanisms import episode_scores
from analysis.evidence.routine_webs import routine_web
from analysis.evidence.tallies import tallies_of_codings
from analysis.evidence.timed_reach import starts_of
from analysis.evidence.web_chance import Null, reach_by_chance, redrawn
from analysis.files import DATA_RAW, STUDIES
from analysis.parallel import replicated
from analysis.resampling.proportions import wilson_interval
from analysis.sources.central_office import KINDS, grown
from analysis.validations.records import banded, made_with, settings_of, write_record

__all__ = [
    "chances_found",
    "coder_coverage",
    "expected_kappa",
    "found_by_test",
    "main",
    "parameter_coverage",
    "size_needed",
    "told_apart",
    "web_levels",
]

OUT = STUDIES / "coordinated_change/results/validation.json"
TWINS = ("central_office", "central_office_null")

_MECHANISMS = ("connection", "reflection")
_NULLS: tuple[Null, ...] = ("rewired", "dates")
_HORIZON = 60.0


def expected_kappa(prevalence: float, first: float, second: float) -> float:
    """Return Cohen's kappa to be expected of two coders who err with known chances, alike in both directions.

    Parameters
    ----------
    prevalence : float
        Chance that a code applies.
    first, second : float
        Chances that each coder gets a segment wrong.

    Examples
    --------
    >>> round(expected_kappa(0.4, 0.0, 0.0), 3), round(expected_kappa(0.5, 0.1, 0.1), 3)
    (1.0, 0.64)
    """
    agree = (1 - first) * (1 - second) + first * second
    one, other = (prevalence * (1 - errs) + (1 - prevalence) * errs for errs in (first, second))
    chance = one * other + (1 - one) * (1 - other)
    return (agree - chance) / (1 - chance)


def _kappas(parameters: Mapping[str, Any], generator: np.random.Generator) -> list[tuple[float, bool]]:
    twin = grown(parameters, int(generator.integers(2**32)))
    tallies = tallies_of_codings(twin.tables["codings"], twin.tables["codebook"])
    found = agreement(tallies, seed=int(generator.integers(2**32)), draws=1000).frame
    rows = []
    for code, share in parameters["codes"].items():
        expected = expected_kappa(share, *parameters["coder_errs"].values())
        low, high = (float(found[f"cohen_{end}"][code]) for end in ("lower", "upper"))
        rows.append((float(found["cohen"][code]), low <= expected <= high))
    return rows


def coder_coverage(
    parameters: Mapping[str, Any], *, seeds: int, seed: int, workers: int | None = None, told: str = ""
) -> pd.DataFrame:
    """Return how often the 95 % interval of kappa holds the kappa that the coders' errors let expect.

    Parameters
    ----------
    parameters : mapping
        Of the twin.
    seeds, seed : int
        Twins, and what starts them.
    workers, told
        As for `replicated`.

    Returns
    -------
    DataFrame
        index ``code``; ``expected``, ``mean``, ``twins``, ``held``, ``share``, ``least``, ``most`` (99 %
        band).
    """
    found = np.array(replicated(partial(_kappas, parameters), seeds, seed=seed, workers=workers, told=told))
    rows = {
        code: {
            "expected": expected_kappa(share, *parameters["coder_errs"].values()),
            "mean": float(found[:, place, 0].mean()),
            **banded(int(found[:, place, 1].sum()), seeds, 0.95),
        }
        for place, (code, share) in enumerate(parameters["codes"].items())
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("code")


def chances_found(parameters: Mapping[str, Any], generator: np.random.Generator) -> pd.DataFrame:
    """Grow one twin; return every chance it was made with beside what its tables give.

    Returns
    -------
    DataFrame
        index ``parameter``; ``truth``, ``number``, ``of`` (such cases), ``lower``, ``upper`` (Wilson).
    """
    tables = grown(parameters, int(generator.integers(2**32))).tables
    episodes, codings = tables["episodes"], tables["codings"]
    rows: dict[str, tuple[float, int, int]] = {}
    kind = (2 * episodes["connection"] + episodes["reflection"]).map(dict(enumerate(KINDS)))
    for name, chance in parameters["outcome"].items():
        own = episodes.loc[kind == name, "outcome"]
        rows[f"outcome, {name}"] = (chance, int(own.sum()), len(own))
    failed = episodes[episodes["outcome"] == 0]
    only = kind[failed.index] == "connection only"
    for name, own in (("connection only", failed[only]), ("otherwise", failed[~only])):
        rows[f"at odds, {name}"] = (parameters["at_odds"][name], int(own["at_odds"].sum()), len(own))
    web = routine_web(tables)
    steps = checked_steps(tables, web)
    came = steps["episode_id"].map(episodes.set_index("episode_id")["outcome"])
    for name, value in (("coordinated", 1), ("otherwise", 0)):
        own = steps.loc[(came == value) & (steps["from_id"] != ""), "enacted"]
        rows[f"enacts, {name}"] = (parameters["enacts"][name], int(own.sum()), len(own))
    links = carried(web, steps, delay=parameters["delay"], horizon=parameters["horizon"])
    for name, chance in parameters["carries"].items():
        rows[f"carries, {name}"] = (chance, int(links["carried"][name]), int(links["chances"][name]))
    supported = episodes["support"]
    rows["support"] = (parameters["support"], int(supported.sum()), len(supported))
    kinds = tables["documents"]["kind"].value_counts()
    for name, chance in parameters["documents"].items():
        rows[f"documents, {name}"] = (chance, int(kinds.get(name, 0)), len(episodes))
    for coder, errs in parameters["coder_errs"].items():
        own = codings[codings["coder_id"] == coder]
        for code, share in parameters["codes"].items():
            applied = own.loc[own["code"] == code, "applied"]
            chance = share * (1 - errs) + (1 - share) * errs
            rows[f"{coder} applies {code}"] = (chance, int(applied.sum()), len(applied))
    first, second = parameters["coder_errs"].values()
    wide = codings.pivot(index=["document_id", "segment_id", "code"], columns="coder_id", values="applied")
    split = wide.iloc[:, 0] != wide.iloc[:, 1]
    rows["coders part"] = (first * (1 - second) + second * (1 - first), int(split.sum()), len(split))
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=["truth", "number", "of"])
    ends = [wilson_interval(number, of, 0.95) if of else (np.nan, np.nan) for _, number, of in rows.values()]
    frame["lower"], frame["upper"] = zip(*ends, strict=True)
    return frame.rename_axis("parameter")


def parameter_coverage(
    parameters: Mapping[str, Any], *, seeds: int, seed: int, workers: int | None = None, told: str = ""
) -> pd.DataFrame:
    """Return how often the 95 % interval of each chance holds the chance its twins were made with.

    Returns
    -------
    DataFrame
        index ``parameter``; ``truth``, ``mean`` (of the shares), ``cases`` (mean), ``twins`` (with a case),
        ``held``, ``share``, ``least``, ``most`` (99 % band), ``exact`` (mean coverage that Wilson's interval
        has for these numbers of cases: with few it is not .95).
    """
    found = replicated(partial(chances_found, parameters), seeds, seed=seed, workers=workers, told=told)
    rows = {}
    for name in found[0].index:
        own = pd.DataFrame([one.loc[name] for one in found])
        own = own[own["of"] > 0]
        truth = float(own["truth"].iloc[0])
        held = int(((own["lower"] <= truth) & (truth <= own["upper"])).sum())
        exact = float(np.mean([_wilson_coverage(int(of), truth) for of in own["of"]]))
        rows[name] = {
            "truth": truth,
            "mean": float((own["number"] / own["of"]).mean()),
            "cases": float(own["of"].mean()),
            **banded(held, len(own), exact),
            "exact": exact,
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("parameter")


@lru_cache(maxsize=10_000)
def _wilson_coverage(cases: int, chance: float) -> float:
    """Return how often Wilson's 95 % interval of so many cases holds a chance."""
    numbers = np.arange(cases + 1)
    likely = binom.pmf(numbers, cases, chance)
    shown = numbers[likely > 1e-9]
    ends = np.array([wilson_interval(int(number), cases, 0.95) for number in shown])
    return float(likely[shown][(ends[:, 0] <= chance) & (chance <= ends[:, 1])].sum())


def _web_p(parameters: Mapping[str, Any], draws: int, generator: np.random.Generator) -> list[float]:
    web = routine_web(grown({**parameters, "episodes": 0}, 0).tables)
    found: list[float] = []
    for null in _NULLS:
        drawn = redrawn(web, null, generator)
        seed = int(generator.integers(2**32))
        test = reach_by_chance(drawn, starts_of(drawn), null, horizon=_HORIZON, draws=draws, seed=seed)
        found += test.frame["p"].tolist()
    return found


def web_levels(
    parameters: Mapping[str, Any],
    *,
    seeds: int,
    draws: int,
    seed: int,
    workers: int | None = None,
    told: str = "",
) -> pd.DataFrame:
    """Return how often webs that a null model drew are rejected at .05 by that model.

    Returns
    -------
    DataFrame
        index ``null``, ``statistic``; ``webs``, ``rejected``, ``share``, ``most`` (99 % point at .05).
    """
    task = partial(_web_p, parameters, draws)
    found = np.array(replicated(task, seeds, seed=seed, workers=workers, told=told))
    names = [(null, statistic) for null in _NULLS for statistic in ("reach", "across")]
    rejected = (found <= 0.05).sum(axis=0)
    most = int(binom.ppf(0.99, seeds, 0.05))
    table = {"webs": seeds, "rejected": rejected, "share": rejected / seeds, "most": most}
    return pd.DataFrame(table, index=pd.MultiIndex.from_tuples(names, names=["null", "statistic"]))


def found_by_test(parameters: Mapping[str, Any], generator: np.random.Generator) -> float:
    """Grow one twin; return the exact p of its interaction (1 where the test cannot be made)."""
    twin = grown({**parameters, "documents": {}}, int(generator.integers(2**32)))
    steps = estimable(checked_steps, twin.tables, routine_web(twin.tables))
    scores = episode_scores(twin.tables["episodes"], [*_MECHANISMS, "outcome"])
    test = estimable(interaction, scores, _MECHANISMS, "outcome", steps)
    return 1.0 if isinstance(test, NotEstimable) else test.p


def told_apart(
    twins: Mapping[str, Mapping[str, Any]],
    sizes: Sequence[int],
    *,
    seeds: int,
    seed: int,
    workers: int | None = None,
    told: str = "",
) -> pd.DataFrame:
    """Return how often an interaction is found (p ≤ .05) in twins of several sizes.

    Parameters
    ----------
    twins : mapping of str to mapping
        Parameters by name.
    sizes : sequence of int
        Changes followed in each.

    Returns
    -------
    DataFrame
        index ``twin``, ``episodes``; ``twins``, ``found``, ``share``.
    """
    rows = {}
    for name, parameters in twins.items():
        for size in sizes:
            task = partial(found_by_test, {**parameters, "episodes": size})
            words = told and f"{told}, {name}, {size} changes"
            p = np.array(replicated(task, seeds, seed=seed, workers=workers, told=words))
            number = int((p <= 0.05).sum())
            rows[name, size] = {"twins": seeds, "found": number, "share": number / seeds}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["twin", "episodes"])


def size_needed(apart: pd.DataFrame, twin: str, power: float) -> int:
    """Return the smallest size tried at which an interaction is found often enough; 0 if at none.

    Examples
    --------
    >>> apart = pd.DataFrame({"share": [0.4, 0.9]}, index=pd.MultiIndex.from_tuples([("a", 36), ("a", 84)]))
    >>> size_needed(apart, "a", 0.8), size_needed(apart, "a", 0.95)
    (84, 0)
    """
    rows = apart["share"].reset_index().to_numpy().tolist()
    return min((int(size) for name, size, share in rows if name == twin and share >= power), default=0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every validation of the study and write the results, with their provenance, as JSON."""
    chosen = settings_of(
        "coordinated_change",
        main.__doc__,
        OUT,
        arguments,
        seeds=(200, "twins, and webs"),
        draws=(199, "of each null model"),
        seed=(20230827, "starts them"),
        sizes=([36, 84, 108, 132], "changes followed"),
        workers=(1, "processes"),
    )
    twins = {
        name: json.loads((DATA_RAW / name / "parameters.json").read_text(encoding="utf-8")) for name in TWINS
    }
    one = twins[TWINS[0]]
    how = {"seeds": chosen.seeds, "seed": chosen.seed, "workers": chosen.workers}
    coders = coder_coverage(one, told="coders", **how)
    chances = parameter_coverage(one, told="parameters", **how)
    webs = web_levels(one, draws=chosen.draws, told="webs", **how)
    apart = told_apart(twins, chosen.sizes, told="interaction", **how)
    record = {
        "seeds": chosen.seeds,
        "seed": chosen.seed,
        "draws": chosen.draws,
        "parameters": twins,
        **made_with("numpy", "pandas", "scipy"),
        "coders": coders.reset_index().to_dict("records"),
        "chances": chances.reset_index().to_dict("records"),
        "webs": webs.reset_index().to_dict("records"),
        "apart": apart.reset_index().to_dict("records"),
    }
    write_record(chosen.out, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
