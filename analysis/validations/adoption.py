"""Do tests and intervals of the pages on adoption hold, also where people are not as these take them to be?

`make validate` writes `notebooks/star_coalescence/results/adoption.json`, which is committed; pages show it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import binom

from analysis.adoption.bass import bass
from analysis.adoption.diffusion_regression import diffusion_regression
from analysis.adoption.hazards import HazardModel
from analysis.adoption.morans_i import morans_i
from analysis.adoption.spread import Spread
from analysis.adoption.structure_dependence import structure_dependence
from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.estimable import estimable, if_estimable
from analysis.files import STUDIES
from analysis.parallel import replicated
from analysis.resampling.many_tests import holm
from analysis.resampling.monte_carlo import normal_interval
from analysis.validations.adoption_twins import ADOPTION_TWINS, CONTAGION, adoption_twin
from analysis.validations.records import made_with, settings_of, write_record

__all__ = ["OUT", "coverage", "levels", "main", "one_twin", "p_values"]

OUT = STUDIES / "star_coalescence/results/adoption.json"

_FEWEST_EXPOSED = 10
_BASS = ("innovation", "imitation", "ceiling")

Outcome = dict[str, Any]
"""Of one twin: ``p`` by test, ``intervals`` by name, and ``classes`` and ``times``, from which truths are."""

_Fit = HazardModel | NotEstimable


def p_values(spread: Spread, tied: _Fit, replicates: int, seed: int) -> dict[str, float]:
    """Return p of each test that a page makes, and of the same as peer programs make them; NaN: none.

    Parameters
    ----------
    spread : Spread
    tied : HazardModel
        Its hazard through ties.
    replicates, seed : int
        Of the rewirings and permutations.
    """
    by_period = estimable(spread.moran_by_period, spread.setting.periods, replicates, seed)
    moran = estimable(spread.moran, replicates, seed)
    alike = estimable(spread.hazard, "structural equivalence", _FEWEST_EXPOSED)
    found = {
        "structure": _p(estimable(spread.structure, replicates, seed), lambda test: test.p),
        "Moran's I": _p(moran, lambda test: test.p[0]),
        "Moran's I by period, after Holm": _p(by_period, lambda test: np.nanmin(holm(test.p))),
        "exposure": _p(tied, _of_exposure),
        "exposure, people with ties": _p(estimable(if_estimable(spread.hazard_of_tied), tied), _of_exposure),
        "placebo": _p(estimable(if_estimable(spread.placebo), tied, "row-normalised"), _of_exposure),
        "likeness of ties": _p(alike, _of_exposure),
        "placebo of likeness": _p(
            estimable(if_estimable(spread.placebo), alike, "structural equivalence"), _of_exposure
        ),
    }
    return found | _as_peers(spread, replicates, seed)


def _as_peers(spread: Spread, replicates: int, seed: int) -> dict[str, float]:
    """Return p across communities, and with a straight line of the period, as netdiffuseR has them."""
    if spread.changes:
        return {}
    setting, adopted = spread.setting, spread.adopted
    given = (setting.networks[0], setting.times, setting.periods)
    line = estimable(diffusion_regression, *given, network_lag=0, period_effects="linear")
    found = {"exposure, straight line": _p(line, _of_exposure)}
    if spread.communities is None:
        return found
    options: dict[str, Any] = {"never": "missing", "lag": 1, "no_alters": np.nan, "seed": seed}
    structure = estimable(structure_dependence, *given, rewirings=replicates, **options)
    ties = sparse.csr_array(spread.pooled[adopted][:, adopted])
    moran = estimable(morans_i, ties, setting.times[adopted], permutations=replicates, seed=seed)
    return found | {
        "structure, across communities": _p(structure, lambda test: test.p),
        "Moran's I, across communities": _p(moran, lambda test: test.p[0]),
    }


def _p(result: Any, of: Callable[[Any], float]) -> float:
    return float("nan") if isinstance(result, NotEstimable) else float(of(result))


def _of_exposure(model: HazardModel) -> float:
    return float(model.p[1])


def one_twin(kind: str, contagion: float, replicates: int, generator: np.random.Generator) -> Outcome:
    """Make one twin; return every interval and, without contagion, p of every test."""
    spread = adoption_twin(kind, contagion, generator)
    tied = estimable(spread.hazard, "row-normalised", _FEWEST_EXPOSED)
    classes = spread.hazard_by_exposure()
    seed = int(generator.integers(2**32))
    return {
        "p": {} if contagion else p_values(spread, tied, replicates, seed),
        "intervals": _intervals(spread, tied, classes),
        "classes": classes[["at_risk", "adopted"]] if isinstance(classes, pd.DataFrame) else None,
        "times": spread.setting.times,
        "periods": spread.setting.periods,
    }


def _intervals(
    spread: Spread, tied: _Fit, classes: pd.DataFrame | NotEstimable
) -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    models = {
        "exposure": tied,
        "exposure, people with ties": estimable(if_estimable(spread.hazard_of_tied), tied),
    }
    for name, model in models.items():
        if isinstance(model, HazardModel):
            found[name] = float(model.lower[1]), float(model.upper[1])
    curve = estimable(spread.bass)
    if not isinstance(curve, NotEstimable):
        for name in _BASS:
            low, high = normal_interval(getattr(curve, name), getattr(curve, f"{name}_se"))
            found[f"Bass, {name}"] = float(low), float(high)
    if isinstance(classes, pd.DataFrame):
        ends = zip(classes.index, classes["lower"], classes["upper"], strict=True)
        found |= {f"share, {kind}": (float(low), float(high)) for kind, low, high in ends}
    return found


def levels(outcomes: Mapping[str, Sequence[Outcome]]) -> pd.DataFrame:
    """Return how often each test rejects at .05 where nothing passes along ties.

    Parameters
    ----------
    outcomes : mapping of str to outcomes
        Of `one_twin`, by kind, without contagion.

    Returns
    -------
    DataFrame
        index `twin`, `test`; ``twins`` (that had a test), ``rejected``, ``share``, ``most`` (99 % point of
        the binomial distribution at .05), ``held`` (1: no more than that).
    """
    rows = {}
    for kind, all_of in outcomes.items():
        for test in all_of[0]["p"]:
            p = _known(all_of, test)
            if not len(p):
                continue
            rejected, most = int((p <= 0.05).sum()), int(binom.ppf(0.99, len(p), 0.05))
            rows[kind, test] = {
                "twins": len(p),
                "rejected": rejected,
                "share": rejected / len(p),
                "most": most,
                "held": int(rejected <= most),
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["twin", "test"])


def _known(outcomes: Sequence[Outcome], test: str) -> Floats:
    values: Floats = np.array([one["p"].get(test, np.nan) for one in outcomes], dtype=float)
    return values[~np.isnan(values)]


def coverage(outcomes: Mapping[str, Sequence[Outcome]], contagion: float) -> pd.DataFrame:
    """Return how often each 95 % interval holds what is true of its kind of twin.

    True is, of exposure, the contagion planted; of a Bass curve, the curve of all people of all twins of the
    kind together; of a share, the share among all of them.

    Returns
    -------
    DataFrame
        index `twin`, `interval`; ``truth``, ``given`` (twins with such an interval), ``held``, ``share``,
        ``least`` and ``most`` (0.5 % points of how many hold it if each does with chance .95),
        ``as_said`` (1: between them).
    """
    rows = {}
    for kind, all_of in outcomes.items():
        for name, truth in _truths(kind, all_of, contagion).items():
            given = np.array([one["intervals"].get(name, (np.nan, np.nan)) for one in all_of], dtype=float)
            known = given[~np.isnan(given).any(axis=1)]
            if not len(known):
                continue
            held = int(((known[:, 0] <= truth) & (truth <= known[:, 1])).sum())
            least, most = (int(binom.ppf(point, len(known), 0.95)) for point in (0.005, 0.995))
            rows[kind, name] = {
                "truth": truth,
                "given": len(known),
                "held": held,
                "share": held / len(known),
                "least": least,
                "most": most,
                "as_said": int(least <= held <= most),
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["twin", "interval"])


def _truths(kind: str, outcomes: Sequence[Outcome], contagion: float) -> dict[str, float]:
    truths = {"exposure": contagion, "exposure, people with ties": contagion}
    longest = max((one["periods"] for one in outcomes), key=len)
    curve = bass(np.concatenate([one["times"] for one in outcomes]), longest, ceiling=None)
    truths |= {f"Bass, {name}": float(getattr(curve, name)) for name in _BASS}
    together = pd.concat([one["classes"] for one in outcomes if one["classes"] is not None])
    summed = together.groupby(level=0).sum()
    return truths | {f"share, {name}": row["adopted"] / row["at_risk"] for name, row in summed.iterrows()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the validation of the pages on adoption and write the results, with their provenance, as JSON."""
    chosen = settings_of(
        "adoption",
        main.__doc__,
        OUT,
        arguments,
        seeds=(200, "twins of each kind"),
        replicates=(99, "of each null"),
        seed=(30003, "starts them"),
    )
    kinds = [*ADOPTION_TWINS, "thirty schools"]

    def made(kind: str, contagion: float) -> list[Outcome]:
        task = partial(one_twin, kind, contagion, chosen.replicates)
        told = f"{kind}, {'with' if contagion else 'no'} contagion"
        return replicated(task, chosen.seeds, seed=chosen.seed, told=told)

    without = {kind: made(kind, 0.0) for kind in kinds}
    found = {kind: made(kind, CONTAGION) for kind in ADOPTION_TWINS}
    both = [
        coverage(without, 0.0).assign(contagion=0.0),
        coverage(found, CONTAGION).assign(contagion=CONTAGION),
    ]
    record = {
        "seeds": chosen.seeds,
        "replicates": chosen.replicates,
        "seed": chosen.seed,
        "contagion": CONTAGION,
        "twins": {kind: twin.told for kind, twin in ADOPTION_TWINS.items()}
        | {"thirty schools": "the study's twin, schools adopting by themselves alone"},
        **made_with("numba", "numpy", "pandas", "scipy", "statsmodels"),
        "levels": _rows(levels(without)),
        "coverage": _rows(pd.concat(both)),
        # Of two twins, so that a test can tell whether the code still gives them.
        "first_p_values": {kind: _without_nan(without[kind][0]["p"]) for kind in ("even", "few communities")},
    }
    write_record(chosen.out, record)
    return 0


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [_without_nan(row) for row in frame.reset_index().to_dict("records")]


def _without_nan(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if value != value else value for name, value in row.items()}


if __name__ == "__main__":
    sys.exit(main())
