"""Do items mean the same in every group or year? Models held equal step by step, and the items that break it.

Means may be compared only where loadings and intercepts (of ordinal items thresholds too) are equal, or
nearly so (Meredith 1993, Psychometrika 58, 525-543; Wu & Estabrook 2016, Psychometrika 81, 1014-1045). Each
level is held against the one before it, and at each level every item is tested on its own: would the model
fit better if this item's parameters were not equal? That is a score test (Satorra 1989, Psychometrika 54,
131-151), Holm's correction over the items. One item that differs makes the others look different too, so the
worst is set free and the others tested again. Waves share people: they are one model of all waves, in which
an item's residuals go together over time (Vandenberg & Lance 2000, Organizational Research Methods 3, 4-70),
never groups.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable, require_level
from analysis.measurement.answers import GroupAnswers, answers_to_scales, scale_items
from analysis.measurement.factor_design import CONTINUOUS, ORDINAL, Design
from analysis.measurement.factor_model import FactorModel, fitted
from analysis.measurement.fit_indices import told_p
from analysis.measurement.model_comparison import breaking_items, difference_test
from analysis.measurement.normal_likelihood import NormalMoments
from analysis.measurement.polychoric import ordinal_moments
from analysis.measurement.weighted_least_squares import ThresholdMoments
from analysis.result import Result

__all__ = [
    "Invariance",
    "invariance_across_groups",
    "invariance_across_waves",
]

_NAMES = {
    (): "configural",
    CONTINUOUS[:1]: "metric",
    CONTINUOUS[:2]: "scalar",
    CONTINUOUS: "strict",
    ORDINAL[:1]: "thresholds",
    ORDINAL[:2]: "loadings",
    ORDINAL: "intercepts",
}
_FEWEST_CATEGORIES = 3


@dataclass(frozen=True, repr=False)
class Invariance(Result):
    """Models held equal step by step.

    Attributes
    ----------
    levels : tuple of str
        "configural", then "metric", "scalar", "strict"; of ordinal items "thresholds", "loadings",
        "intercepts".
    models : tuple of FactorModel
        One a level.
    comparisons : data frame
        A row per level: fit, and against the one before: chi_square_change, df_change, p_change, cfi_change,
        rmsea_change, srmr_change. Of ordinal items and robust fits the scaled indices and difference.
    items : data frame
        A row per item and level: what is equal, chi_square, df, p and p_holm of setting that item's
        parameters free, all else equal; and release: in which order items have to be free for the others to
        be equal.
    units : tuple
        Groups or waves.
    over : {"groups", "waves"}
    people, left_out : int
    """

    levels: tuple[str, ...]
    models: tuple[FactorModel, ...]
    comparisons: pd.DataFrame
    items: pd.DataFrame
    units: tuple[Hashable, ...]
    over: str
    people: int
    left_out: int

    def tidy(self) -> pd.DataFrame:
        """Return the comparisons, a row per level."""
        return self.comparisons.copy()

    def breaking(self, level: str) -> list[str]:
        """Return the items that have to be set free at a level for others to be equal, the worst first."""
        own = self.items[(self.items["level"] == level) & self.items["release"].notna()]
        return [str(item) for item in own.sort_values("release")["item"]]

    def summary(self) -> str:
        """Return, a line per level, whether it holds and which items break it."""
        lines = []
        for _, row in self.comparisons.iterrows():
            fit = (
                f"χ² {row['chi_square']:.2f}, df {row['df']:.0f}, CFI {row['cfi']:.3f}, "
                f"RMSEA {row['rmsea']:.3f}"
            )
            change = ""
            if not math.isnan(row["p_change"]):
                worst = self.breaking(row["level"])
                change = (
                    f"; against the level before χ² {row['chi_square_change']:.2f} "
                    f"with {row['df_change']:.0f}, "
                    f"{told_p(row['p_change'])}, CFI {row['cfi_change']:+.3f}"
                    f"; {'items that break it: ' + ', '.join(worst) if worst else 'no single item breaks it'}"
                )
            lines.append(f"{row['level']}: {fit}{change}")
        units = f"{self.people} people, {len(self.units)} {self.over}"
        out = f", {self.left_out} people left out whose answers are incomplete" if self.left_out else ""
        return "\n".join([*lines, units + out])


def invariance_across_groups(
    answers: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    groups: Sequence[Hashable] | pd.Series,
    *,
    ordinal: bool = False,
    robust: bool = False,
    levels: int | None = None,
    released: Collection[tuple[str, str]] = (),
    alpha: float = 0.05,
) -> Invariance:
    """Return whether items measure the same in groups of different people.

    Parameters
    ----------
    answers : data frame
        A row per person (its index says who), a column per item.
    scales : mapping of str to sequence of str
        Items of each factor.
    groups : sequence of length n
    ordinal, robust : bool
        As in `factor_model.confirmatory`.
    levels : int, optional
        How many levels after the configural one; all three where not given.
    released : collection of (str, str)
        What is left free of which item, in a model of partial invariance: ("intercepts", "x3").
    alpha : float
        Below which an item breaks a level, Holm's correction over its items.

    Raises
    ------
    ValueError
        As `factor_model.confirmatory`; and when somebody is in two groups, as people are whose waves are
        given as groups: they share people, which `invariance_across_waves` reckons with.
    NotEstimable
        As `factor_model.confirmatory`; and when there are fewer than two groups, or an ordinal item has fewer
        than three categories, whose thresholds say nothing apart from its intercept.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> factor = generator.normal(size=(800, 1))
    >>> answers = pd.DataFrame(factor + generator.normal(size=(800, 4)), columns=list("abcd"))
    >>> answers.loc[:399, "d"] += 1
    >>> result = invariance_across_groups(answers, {"f": list("abcd")}, ["north"] * 400 + ["south"] * 400)
    >>> result.breaking("scalar")
    ['d']
    """
    items = scale_items(scales)
    given = answers_to_scales(answers, scales, groups, ordinal=ordinal)
    _require_units(given, items, "group")
    shared = answers.index[answers.index.duplicated()].unique()
    if len(shared):
        raise ValueError(
            f"found {len(shared)} people in more than one row, the first {shared[0]}; "
            "allowed: each person once. Waves of the same people are no groups: invariance_across_waves"
        )
    moments: NormalMoments | ThresholdMoments
    if ordinal:
        moments = ThresholdMoments([ordinal_moments(codes, items) for codes in given.codes])
    else:
        moments = NormalMoments(given.answers, means=True)
    design = Design(scales, given.groups, ordinal=ordinal, released=frozenset(released))
    return _stepwise(design, moments, robust=robust, levels=levels, alpha=alpha, left_out=given.left_out)


def invariance_across_waves(
    waves: Mapping[Hashable, pd.DataFrame],
    scales: Mapping[str, Sequence[str]],
    *,
    ordinal: bool = False,
    robust: bool = False,
    levels: int | None = None,
    released: Collection[tuple[str, str]] = (),
    alpha: float = 0.05,
) -> Invariance:
    """Return whether items measure the same in every wave, among people who answered all of it every time.

    Parameters
    ----------
    waves : mapping to data frames
        By wave, in order: a row per person (its index says who), a column per item.
    scales : mapping of str to sequence of str
    ordinal, robust, levels, released, alpha :
        As in `invariance_across_groups`.

    Raises
    ------
    ValueError
        As `invariance_across_groups`; a person with two rows in a wave.
    NotEstimable
        As `invariance_across_groups`, by wave; and when fewer people than items times waves answered all.

    Notes
    -----
    Who missed a wave is left out: with many, say so, and compare waves two at a time.
    """
    items = scale_items(scales)
    for wave, own in waves.items():
        if own.index.duplicated().any():
            raise ValueError(f"found people with two rows in wave {wave}; allowed: one row per person")
    everybody = dict.fromkeys(person for own in waves.values() for person in own.index)
    complete = [own.index[own.reindex(columns=items).notna().all(axis=1)] for own in waves.values()]
    always = [person for person in everybody if all(person in own for own in map(set, complete))]
    long = pd.concat([own.loc[always] for own in waves.values()]) if waves else pd.DataFrame(columns=items)
    given = answers_to_scales(
        long, scales, [wave for wave in waves for _ in always], ordinal=ordinal, unit="wave"
    )
    _require_units(given, items, "wave")
    if len(always) <= len(items) * len(waves):
        raise NotEstimable(
            f"found {len(always)} people who answered every item in every wave; more than "
            f"{len(items) * len(waves)} are needed, the items times the waves"
        )
    moments: NormalMoments | ThresholdMoments
    if ordinal:
        names = [f"{item} (wave {wave})" for wave in waves for item in items]
        moments = ThresholdMoments([ordinal_moments(np.column_stack(given.codes), names)])
    else:
        moments = NormalMoments([np.column_stack(given.answers)], means=True)
    design = Design(scales, given.groups, ordinal=ordinal, released=frozenset(released), together=True)
    left_out = len(everybody) - len(always)
    return _stepwise(design, moments, robust=robust, levels=levels, alpha=alpha, left_out=left_out)


def _require_units(given: GroupAnswers, items: Sequence[str], what: str) -> None:
    if len(given.groups) < 2:
        raise NotEstimable(f"found one {what}, {given.groups[0]}; at least two are needed")
    if given.codes:
        most = np.max([own.max(axis=0) for own in given.codes], axis=0) + 1
        few = [item for item, count in zip(items, most, strict=True) if count < _FEWEST_CATEGORIES]
        if few:
            raise NotEstimable(
                f"found two categories in {', '.join(few)}; three are needed to tell thresholds "
                "from intercepts"
            )


def _stepwise(
    design: Design,
    moments: NormalMoments | ThresholdMoments,
    *,
    robust: bool,
    levels: int | None,
    alpha: float,
    left_out: int,
) -> Invariance:
    chain = ORDINAL if design.ordinal else CONTINUOUS
    require_level(1 - alpha)
    steps = len(chain) if levels is None else levels
    if not 0 <= steps <= len(chain):
        raise ValueError(f"found {levels} levels; allowed: 0 to {len(chain)}, after the configural one")
    names: list[str] = []
    models: list[FactorModel] = []
    rows, tests = [], []
    for step in range(steps + 1):
        own = replace(design, equal=frozenset(chain[:step]))
        names.append(_NAMES[chain[:step]])
        try:
            model = fitted(own, moments, robust=robust, left_out=left_out)
        except NotEstimable as error:
            raise NotEstimable(f"the {names[-1]} model: {error}") from error
        told = model.reported
        row = {name: getattr(told, name) for name in ("chi_square", "df", "p", "cfi", "tli", "rmsea", "srmr")}
        change, change_df, change_p = math.nan, math.nan, math.nan
        if models:
            change, change_df, change_p = difference_test(model, models[-1])
            found = breaking_items(own, model, chain[step - 1], alpha)
            tests.append(found.assign(level=names[-1], equal=chain[step - 1]))
        before = models[-1].reported if models else told
        rows.append(
            {
                "level": names[-1],
                **row,
                "chi_square_change": change,
                "df_change": change_df,
                "p_change": change_p,
                **{
                    f"{name}_change": getattr(told, name) - getattr(before, name) if models else math.nan
                    for name in ("cfi", "rmsea", "srmr")
                },
            }
        )
        models.append(model)
    columns = ["level", "equal", "item", "chi_square", "df", "p", "p_holm", "release"]
    return Invariance(
        levels=tuple(names),
        models=tuple(models),
        comparisons=pd.DataFrame(rows),
        items=pd.concat(tests, ignore_index=True)[columns] if tests else pd.DataFrame(columns=columns),
        units=design.units,
        over="waves" if design.together else "groups",
        people=moments.people,
        left_out=left_out,
    )
