"""People on the line of a Rasch model's items: measures, their errors, and whether answers fit.

Weighted likelihood (Warm 1989, Psychometrika 54, 427-450) is next to unbiased and has an answer for somebody
with the lowest or highest score too; maximum likelihood has none for these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_one_of
from analysis.measurement.rasch import RaschModel
from analysis.measurement.rasch_kernels import measures
from analysis.measurement.rasch_rows import AnswerRows, rows_of
from analysis.result import Result

__all__ = ["Estimator", "ItemMap", "PersonMeasures", "item_fit", "item_map", "person_measures"]

Estimator: TypeAlias = Literal["weighted", "maximum"]

_MARGIN = 12.0  # logits beyond the outermost threshold: no measure lies farther


@dataclass(frozen=True, repr=False, eq=False)
class PersonMeasures(Result):
    """What a scale says of each person.

    Attributes
    ----------
    estimator : {"weighted", "maximum"}
    people : DataFrame
        Index as the answers': ``score`` (from 0), ``answered`` (items), ``measure`` and ``standard_error``
        (logits; NaN without any answer, and at the ends by maximum likelihood), ``extreme`` (lowest or
        highest score).
    """

    estimator: Estimator
    people: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return one row per person, as `people`."""
        return self.people.reset_index()

    def separation_reliability(self, *, extremes: bool = True) -> float:
        """Return the share of the measures' variance that is not error: 1 − mean of error² ÷ variance.

        Parameters
        ----------
        extremes : bool
            Whether people with the lowest or highest score count (they have none by maximum likelihood).

        Raises
        ------
        NotEstimable
            When fewer than two people have a measure, or all have the same.

        References
        ----------
        Wright, B. D., & Masters, G. N. (1982). Rating scale analysis. MESA Press, ch. 5.
        """
        known = self._known(extremes)
        spread = float(known["measure"].var()) if len(known) > 1 else 0.0
        if not spread > 0:
            raise NotEstimable(
                f"found {len(known)} people whose measures do not vary; needed: two that differ"
            )
        return 1 - float((known["standard_error"] ** 2).mean()) / spread

    def _known(self, extremes: bool) -> pd.DataFrame:
        kept = self.people["measure"].notna()
        return self.people[kept if extremes else kept & ~self.people["extreme"]]

    def summary(self) -> str:
        """Return mean, spread and reliability of the measures as a sentence."""
        known = self._known(True)
        return (
            f"{len(known)} people by {self.estimator} likelihood: mean {known['measure'].mean():.2f}, SD "
            f"{known['measure'].std():.2f} logits, separation reliability "
            f"{self.separation_reliability():.3f}; {int(self.people['extreme'].sum())} with the lowest or "
            "highest score"
        )


@dataclass(frozen=True, repr=False, eq=False)
class ItemMap(Result):
    """People and items on one line.

    Attributes
    ----------
    people : DataFrame
        ``low``, ``high`` (logits), ``people``: how many measures lie in each interval.
    thresholds : DataFrame
        ``item``, ``location``, ``threshold`` (number), ``at`` (logits); easy items first.
    """

    people: pd.DataFrame
    thresholds: pd.DataFrame

    def tidy(self) -> pd.DataFrame:
        """Return the thresholds."""
        return self.thresholds

    def summary(self) -> str:
        """Return how well the thresholds lie where the people are."""
        ends = self.thresholds["at"].min(), self.thresholds["at"].max()
        centre = (self.people["low"] + self.people["high"]) / 2
        within = self.people["people"][(centre >= ends[0]) & (centre <= ends[1])].sum()
        return (
            f"thresholds from {ends[0]:.2f} to {ends[1]:.2f} logits; {within} of "
            f"{self.people['people'].sum()} people lie between"
        )


def person_measures(
    model: RaschModel, answers: pd.DataFrame, *, estimator: Estimator = "weighted"
) -> PersonMeasures:
    """Measure people on the items of a fitted model.

    Parameters
    ----------
    model : RaschModel
        May be from other answers (an earlier wave): measures then stand on its line.
    answers : DataFrame
        A row per person, the model's items among its columns; NaN where missing.
    estimator : {"weighted", "maximum"}
        Warm's weighted likelihood, or maximum likelihood.

    Raises
    ------
    ValueError
        When an item is lacking, or answers are outside its range.

    Notes
    -----
    A standard error is 1 ÷ √information, at the measure; errors of the items' own locations are not in it.

    Examples
    --------
    >>> from analysis.measurement.rasch import rasch
    >>> answers = pd.DataFrame({"a": [0, 1, 1, 1, 1, 0], "b": [0, 0, 1, 1, 1, 1], "c": [0, 0, 0, 0, 1, 1]})
    >>> person_measures(rasch(answers), answers).people["measure"].round(2).tolist()
    [-2.18, -0.64, 0.58, 0.58, 2.27, 0.58]
    """
    require_one_of("estimator", estimator, Estimator)
    rows = _rows(model, answers)
    bound = _MARGIN + float(np.nanmax(np.abs(model.thresholds.to_numpy())))
    found = measures(
        model.logs,
        model.ranges.start,
        model.ranges.top,
        rows.patterns,
        rows.pattern,
        rows.score,
        estimator == "weighted",
        bound,
    )
    row, somebody = rows.row, rows.row >= 0
    score = np.where(somebody, rows.score[row], 0) if len(rows.score) else np.zeros(len(row), dtype=int)
    frame = pd.DataFrame({"score": score, "answered": (rows.steps >= 0).sum(axis=1)}, index=answers.index)
    for name, values in zip(("measure", "standard_error"), found, strict=True):
        frame[name] = np.where(somebody, values[row], np.nan) if len(values) else np.nan
    extreme = (rows.score == 0) | (rows.score == rows.most)
    frame["extreme"] = somebody & extreme[row] if len(extreme) else False
    return PersonMeasures(estimator, frame)


def item_fit(model: RaschModel, answers: pd.DataFrame) -> pd.DataFrame:
    """Return how far answers to each item stray from what the model expects of each person.

    Parameters
    ----------
    model : RaschModel
    answers : DataFrame
        As for `person_measures`.

    Returns
    -------
    DataFrame
        index item: ``infit`` (Σ squared residuals ÷ Σ variances), ``outfit`` (mean of squared residuals ÷
        variances), ``people``. 1 is as expected; above, answers are less orderly, below, more. People are
        measured by maximum likelihood and those with the lowest or highest score left out, as in eRm.

    Raises
    ------
    ValueError
        As `person_measures`.

    References
    ----------
    Wright & Masters (1982), ch. 5.
    """
    rows = _rows(model, answers)
    people = person_measures(model, answers, estimator="maximum").people
    at = people["measure"].to_numpy()
    kept = np.isfinite(at)
    residuals, variances = _residuals(model, rows, at)
    seen = (rows.steps >= 0) & kept[:, None]
    squares = np.where(seen, residuals**2, 0.0)
    spread = np.where(seen, variances, 0.0)
    number = seen.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        outfit = np.where(seen, residuals**2 / variances, 0.0).sum(axis=0) / number
        infit = squares.sum(axis=0) / spread.sum(axis=0)
    return pd.DataFrame({"infit": infit, "outfit": outfit, "people": number}, index=model.locations.index)


def item_map(model: RaschModel, people: PersonMeasures, *, width: float = 0.5) -> ItemMap:
    """Return where people and thresholds lie on the common line, without naming anybody.

    Parameters
    ----------
    model : RaschModel
    people : PersonMeasures
        On the line of this model.
    width : float
        Of an interval, logits.

    Raises
    ------
    ValueError
        When the width is not above 0.
    NotEstimable
        When nobody has a measure.
    """
    if not width > 0:
        raise ValueError(f"found width {width}; allowed: above 0")
    known = people.people["measure"].dropna()
    if known.empty:
        raise NotEstimable("found nobody with a measure; needed: one person")
    edges = np.arange(np.floor(known.min() / width), np.floor(known.max() / width) + 2) * width
    counts = np.histogram(known, edges)[0]
    thresholds = (
        model.thresholds.reset_index()
        .melt("item", var_name="threshold", value_name="at")
        .dropna()
        .assign(location=lambda frame: frame["item"].map(model.locations))
        .sort_values(["location", "threshold"], kind="stable", ignore_index=True)
    )
    return ItemMap(
        pd.DataFrame({"low": edges[:-1], "high": edges[1:], "people": counts}),
        thresholds[["item", "location", "threshold", "at"]],
    )


def _rows(model: RaschModel, answers: pd.DataFrame) -> AnswerRows:
    lacking = [item for item in model.ranges.items if item not in answers.columns]
    if lacking:
        raise ValueError(f"found no answers to {', '.join(lacking)}; allowed: all items of the model")
    return rows_of(answers[list(model.ranges.items)], model.ranges, each_item=False, estimated=False)


def _residuals(model: RaschModel, rows: AnswerRows, at: Floats) -> tuple[Floats, Floats]:
    """Return answers less what is expected of people at these measures, and the variances."""
    ranges, logs = model.ranges, model.logs
    expected, variances = np.empty(rows.steps.shape), np.empty(rows.steps.shape)
    for place, (begin, top) in enumerate(zip(ranges.start, ranges.top, strict=True)):
        answer = np.arange(top + 1)
        logged = at[:, None] * answer + np.concatenate([[0.0], logs[begin : begin + top]])
        chances = np.exp(logged - logged.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        expected[:, place] = chances @ answer
        variances[:, place] = chances @ answer**2 - expected[:, place] ** 2
    return rows.steps - expected, variances
