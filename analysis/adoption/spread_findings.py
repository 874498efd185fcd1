"""The sentences that the page on scale-up opens with, each of recorded numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from analysis.adoption.bass import BassCurve
from analysis.adoption.diffusion_regression import UPCOMING
from analysis.adoption.hazards import HazardModel
from analysis.adoption.morans_i import MoranTest
from analysis.adoption.spread import Spread
from analysis.adoption.structure_dependence import StructureTest
from analysis.checks import NotEstimable
from analysis.estimable import if_estimable
from analysis.finding import Finding, key_of, signed
from analysis.resampling.monte_carlo import normal_interval

__all__ = [
    "adoption_findings",
    "bass_table",
    "hazard_caption",
    "hazard_table",
    "moran_table",
    "period_bands",
    "structure_table",
]

_BASS = {
    "innovation": "p: adopting by oneself",
    "imitation": "q: adopting after others",
    "ceiling": "share that ends up adopting",
}
_THROUGH = {
    "hazard-model": "those one is tied to",
    "hazard-equivalence": "those with ties like one's own",
}
_MORAN = ["statistic", "expected", "sd", "p"]
TIED = "exposure, people with ties"
"""Name of exposure in a model without people who report no ties."""
SURE = 0.05
"""A p-value up to which times are more, or less, similar than chance."""
_WIDE = 0.2
"""Half of an interval of a share, from which on it tells nothing of where adoption ends."""

_SAYS_NOTHING = 5.0
"""Half of an interval of log odds (150 times the odds), from which on a sentence would tell nothing."""


@if_estimable
def bass_table(curve: BassCurve) -> pd.DataFrame:
    """Return the parameters of a Bass curve under words that say what they are."""
    return curve.tidy().set_index("parameter").rename(index=_BASS)


@if_estimable
def structure_table(test: StructureTest) -> pd.DataFrame:
    """Return the mean threshold beside rewired networks."""
    columns = ["observed", "mean", "sd", "lower", "upper", "p", "p_error"]
    return test.tidy()[columns].set_axis(["mean threshold"])


@if_estimable
def moran_table(test: MoranTest) -> pd.DataFrame:
    """Return Moran's I of the time of adoption, or of having adopted by period."""
    found = test.tidy().set_index("label")[_MORAN].rename_axis("period")
    return found if len(found) > 1 or test.labels != (0,) else found.set_axis(pd.Index(["time of adoption"]))


@if_estimable
def period_bands(test: MoranTest) -> pd.DataFrame:
    """Return Moran's I by period with the middle 95 % of its permutations, for the picture."""
    shown = test.tidy().set_index("label")
    lower, upper = normal_interval(shown["expected"], shown["sd"])
    return pd.concat({"having adopted": shown.assign(lower=lower, upper=upper)})


@if_estimable
def hazard_table(
    model: HazardModel,
    placebo: HazardModel | NotEstimable | None = None,
    of_tied: HazardModel | NotEstimable | None = None,
) -> pd.DataFrame:
    """Return the terms of a hazard of adoption, and exposure from the two models that stand beside it.

    Only exposure has a p: nothing is asked of a constant or of the course of the periods.
    """
    found = model.tidy().set_index("term")
    found.loc[found.index != "exposure", "p"] = np.nan
    if isinstance(of_tied, HazardModel):
        beside = of_tied.tidy().set_index("term").loc[["exposure"]]
        found = pd.concat([found, beside.rename(index={"exposure": TIED})])
    if isinstance(placebo, HazardModel):
        found = pd.concat([found, placebo.tidy().set_index("term").loc[[UPCOMING]]])
    return found


def hazard_caption(
    model: HazardModel | NotEstimable,
    of_tied: HazardModel | NotEstimable | None = None,
    *,
    placebo: bool = True,
) -> str:
    """Say what a hazard of adoption allows for besides exposure, and what to be careful of."""
    if isinstance(model, NotEstimable):
        return ""
    each = [name for name in ("period", "community") if name in model.effects]
    allowed = [f"a constant for each {' and each '.join(each)}"] if each else []
    if "period" not in model.effects:
        allowed.append(f"a {model.period_effects} terms of the period")
    errors = "by maximum likelihood"
    if model.groups is not None:
        errors = f"clustered by {model.groups} communities, t with {model.groups - 1} degrees of freedom"
    told = f"With {' and '.join(allowed)}; standard errors {errors}. "
    if isinstance(of_tied, HazardModel):
        told += f"“{TIED}”: from a model without those who report no ties. "
    if placebo:
        told += (
            f"“{UPCOMING}”: a placebo from a model of its own, by those who adopt one period later and "
            "cannot have been followed. "
        )
    return f"{told}{model.caveat}." if model.caveat else told.rstrip()


def adoption_findings(
    spread: Spread,
    reached: pd.DataFrame | NotEstimable,
    curve: BassCurve | NotEstimable,
    structure: StructureTest | NotEstimable,
    moran: MoranTest | NotEstimable,
    hazards: Mapping[str, HazardModel | NotEstimable],
    placebos: Mapping[str, HazardModel | NotEstimable],
    of_tied: HazardModel | NotEstimable | None = None,
) -> list[Finding]:
    """Say how far adoption went, and whether tied people adopted more alike than chance or than others.

    Parameters
    ----------
    spread : Spread
    reached : DataFrame
        Of the table ``reach-table``.
    curve, structure, moran
        Of the tables ``bass``, ``structure`` and ``moran``. What could not be estimated gives no sentence.
    hazards : mapping of str to HazardModel
        By key of their table.
    placebos : mapping of str to HazardModel
        The same by exposure to those who adopt one period later.
    of_tied : HazardModel, optional
        Through ties, without people who report none.
    """
    found = []
    if not isinstance(reached, NotEstimable):
        found.append(_reach(reached))
    if not isinstance(curve, NotEstimable):
        found += _ceiling(spread, curve)
    if not isinstance(structure, NotEstimable):
        found.append(_structure(structure))
    if not isinstance(moran, NotEstimable):
        found.append(_moran(moran))
    return [
        *found,
        *(
            _hazard(key, model, placebos.get(key), of_tied if key == "hazard-model" else None)
            for key, model in hazards.items()
            if isinstance(model, HazardModel) and _tells(model)
        ),
    ]


def _tells(model: HazardModel) -> bool:
    return float(model.upper[1] - model.lower[1]) <= 2 * _SAYS_NOTHING


def _reach(reached: pd.DataFrame) -> Finding:
    last = reached.index[-1]
    row, half = reached.loc[last], reached.index[reached["share"] >= 0.5]
    sentence = f"By period {last}, {row['adopters']:,.0f} had adopted, {100 * row['share']:.0f} % of all"
    keys = [key_of("reach-table", last, name) for name in ("adopters", "share")]
    if len(half):
        sentence += f". Half of all had by period {half[0]}"
        keys.append(key_of("reach-table", half[0], "share"))
    return Finding("reach", f"{sentence}.", tuple(keys))


def _ceiling(spread: Spread, curve: BassCurve) -> list[Finding]:
    _, high = normal_interval(curve.ceiling, curve.ceiling_se)
    if spread.adopted.all() or not high - curve.ceiling <= _WIDE:
        return []
    sentence = f"If nothing changes, the curve of adoption ends at {curve.ceiling:.2f} of all."
    return [Finding("end", sentence, (key_of("bass", _BASS["ceiling"], "estimate"),))]


def _structure(test: StructureTest) -> Finding:
    place = "above" if test.observed > test.upper else "below" if test.observed < test.lower else "within"
    within = "" if test.groups is None else ", within communities and between them"
    sentence = (
        f"On average {test.observed:.2f} of an adopter's ties had adopted before. That is {place} the 95 % "
        f"range of networks with the same numbers of ties, redrawn at random{within}."
    )
    keys = [key_of("structure", "mean threshold", name) for name in ("observed", "lower", "upper")]
    return Finding("structure", sentence, tuple(keys))


def _moran(test: MoranTest) -> Finding:
    row = test.tidy().iloc[0]
    whom = "all adopters" if test.groups is None else "the adopters of each community"
    way = "more" if row["statistic"] > row["expected"] else "less"
    more = f"adopted at {way} similar times" if row["p"] <= SURE else "did not clearly adopt at similar times"
    sentence = (
        f"Adopters who are tied to each other {more} (Moran's I {signed(row['statistic'])}; "
        f"{signed(row['expected'])} is expected if times are shuffled among {whom})."
    )
    keys = [key_of("moran", "time of adoption", name) for name in ("statistic", "expected", "p")]
    return Finding("moran", sentence, tuple(keys))


def _hazard(
    key: str,
    model: HazardModel,
    placebo: HazardModel | NotEstimable | None,
    of_tied: HazardModel | NotEstimable | None,
) -> Finding:
    row: Any = model.tidy().set_index("term").loc["exposure"]
    way = "did not clearly adopt sooner or later"
    if row["lower"] > 0 or row["upper"] < 0:
        way = f"adopted {'sooner' if row['lower'] > 0 else 'later'}"
    estimate, lower, upper = (signed(float(row[name])) for name in ("estimate", "lower", "upper"))
    alike = "in that period" if "community" not in model.effects else "in that period and community"
    sentence = (
        f"With more adopters among {_THROUGH[key]}, people {way} than others {alike} (log odds "
        f"{estimate}, interval {lower} to {upper})."
    )
    keys = [key_of(key, "exposure", name) for name in ("estimate", "lower", "upper")]
    if isinstance(of_tied, HazardModel) and _tells(of_tied):
        own: Any = of_tied.tidy().set_index("term").loc["exposure"]
        at, low, high = (signed(float(own[name])) for name in ("estimate", "lower", "upper"))
        sentence += f" Without people who report no ties it is {at}, from {low} to {high}."
        keys += [key_of(key, TIED, name) for name in ("estimate", "lower", "upper")]
    if isinstance(placebo, HazardModel) and _tells(placebo):
        future: Any = placebo.tidy().set_index("term").loc[UPCOMING]
        at, low, high = (signed(float(future[name])) for name in ("estimate", "lower", "upper"))
        sentence += f" As a check, people who adopt only later give {at}, from {low} to {high}."
        keys += [key_of(key, UPCOMING, name) for name in ("estimate", "lower", "upper")]
    sentence += " This is association, not cause."
    return Finding(key, sentence, tuple(keys))
