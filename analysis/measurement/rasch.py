"""Items on one line: Rasch's model, for answers in two categories or more.

log P(c) / P(c − 1) = θ − δ_j − τ_jc: a person's measure θ against an item's location δ_j and the steps
between its answers. With steps common to all items it is the rating-scale model (Andrich 1978, Psychometrika
43, 561-573), with steps of its own for every item the partial-credit model (Masters 1982, Psychometrika 47,
149-174); with two answers both are Rasch's (1960) model.

*Conditional* likelihood takes each person's total score as given, so that nothing is supposed of the people
(Andersen 1972); *marginal* likelihood supposes that their measures are normal (Bock & Aitkin 1981). Missing
answers are left out of a person's score and of what it is compared with. Locations add up to zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy.linalg import block_diag
from scipy.optimize import minimize

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_one_of
from analysis.measurement.answers import answer_values, raise_answer_faults
from analysis.measurement.rasch_kernels import conditional_chances
from analysis.measurement.rasch_rows import AnswerRows, ItemRanges, item_ranges, rows_of
from analysis.result import Result

__all__ = ["Likelihood", "Model", "RaschModel", "rasch", "step_design"]

Model: TypeAlias = Literal["rating_scale", "partial_credit"]
Likelihood: TypeAlias = Literal["conditional", "marginal"]

_PASSES = 100
_FARTHEST = 25.0  # logits: what lies farther has no estimate
_GRID = np.linspace(-6.0, 6.0, 121)  # standard deviations of the normal distribution
_MASS = np.exp(-(_GRID**2) / 2) / np.exp(-(_GRID**2) / 2).sum()


@dataclass(frozen=True, repr=False, eq=False)
class RaschModel(Result):
    """Items of a scale, measured.

    Attributes
    ----------
    model : {"rating_scale", "partial_credit"}
    likelihood : {"conditional", "marginal"}
    ranges : ItemRanges
        Items with their lowest and highest answer.
    locations : Series
        index item; logits, adding up to zero: the mean of the item's thresholds.
    location_errors : Series
        Their standard errors.
    thresholds : DataFrame
        index item, columns 1, 2, …: where an answer and the one below are equally likely; NaN where an item
        has fewer.
    threshold_errors : DataFrame
    parameters : ndarray of shape (p,)
        Free parameters, as `step_design` turns them into thresholds.
    covariance : ndarray of shape (p, p)
        Of these.
    log_likelihood : float
    people, informative : int
        With any answer; those whose score is neither the lowest nor the highest.
    mean, sd : float
        Of the normal distribution of people; NaN by conditional likelihood.
    """

    model: Model
    likelihood: Likelihood
    ranges: ItemRanges
    locations: pd.Series
    location_errors: pd.Series
    thresholds: pd.DataFrame
    threshold_errors: pd.DataFrame
    parameters: Floats
    covariance: Floats
    log_likelihood: float
    people: int
    informative: int
    mean: float
    sd: float

    @property
    def steps(self) -> pd.Series:
        """Thresholds less the item's location, averaged over items: τ of the rating-scale model."""
        return self.thresholds.sub(self.locations, axis=0).mean()

    @property
    def logs(self) -> Floats:
        """Logarithms of the weights of answers, flat: −Σ of the thresholds up to each."""
        flat = self.thresholds.to_numpy()[self.ranges.item, self.ranges.step - 1]
        return np.asarray(_summed(self.ranges) @ flat)

    def tidy(self) -> pd.DataFrame:
        """Return one row per item: location, standard_error, threshold_1, threshold_2, …"""
        return pd.concat(
            [
                self.locations.rename("location"),
                self.location_errors.rename("standard_error"),
                self.thresholds.add_prefix("threshold_"),
            ],
            axis=1,
        ).reset_index()

    def summary(self) -> str:
        """Return what was estimated, and from how many, as a sentence."""
        told = "Rasch model" if self.ranges.top.max() == 1 else f"{self.model.replace('_', '-')} model"
        people = f"; people {self.mean:.2f} (SD {self.sd:.2f})" if self.likelihood == "marginal" else ""
        return (
            f"{told} of {len(self.locations)} items by {self.likelihood} likelihood: locations from "
            f"{self.locations.min():.2f} ({self.locations.idxmin()}) to {self.locations.max():.2f} "
            f"({self.locations.idxmax()}) logits{people}; {self.informative} of {self.people} people tell"
        )


def rasch(
    answers: pd.DataFrame,
    *,
    model: Model = "rating_scale",
    likelihood: Likelihood = "conditional",
    ranges: Mapping[str, tuple[int, int]] | None = None,
) -> RaschModel:
    """Estimate the locations and thresholds of a scale's items.

    Parameters
    ----------
    answers : DataFrame
        A row per person, a column per item, items turned the same way: whole numbers, NaN where missing.
    model : {"rating_scale", "partial_credit"}
        Steps common to all items, or an item's own. With two answers there is no difference.
    likelihood : {"conditional", "marginal"}
        Whether nothing is supposed of the people, or that they are normal.
    ranges : mapping of str to (int, int), optional
        Lowest and highest answer allowed to each item; by default from the lowest to the highest answer given
        to any item.

    Raises
    ------
    ValueError
        When answers are no whole numbers within their ranges, or the rating-scale model is asked for items
        of different ranges.
    NotEstimable
        With everything that is wrong: fewer than three items, an item without answers or with one answer
        from everybody, two items alike, an answer nobody used (in any item; in an item, with partial credit),
        or a likelihood without a maximum.

    Notes
    -----
    The conditional likelihood leaves out the binomial constant, as psychotools does. Its second derivatives
    are exact, so that Newton's method takes a handful of steps; each costs a pass over pairs of items for
    every pattern of missing answers.

    Examples
    --------
    >>> answers = pd.DataFrame({"a": [0, 1, 1, 1, 1, 0], "b": [0, 0, 1, 1, 1, 1], "c": [0, 0, 0, 0, 1, 1]})
    >>> rasch(answers).locations.round(3).to_dict()
    {'a': -0.512, 'b': -0.512, 'c': 1.024}
    """
    require_one_of("model", model, Model)
    require_one_of("likelihood", likelihood, Likelihood)
    known = item_ranges(answers, answer_values(answers), ranges)
    if model == "rating_scale" and len({*zip(known.lowest, known.highest, strict=True)}) > 1:
        raise ValueError(
            "found items of different ranges; allowed with the rating-scale model: one range for all"
        )
    rows = rows_of(answers, known, each_item=model == "partial_credit", estimated=True)
    informative = (rows.score > 0) & (rows.score < rows.most)
    if not informative.any():
        raise_answer_faults(["nobody whose score is neither the lowest nor the highest"])
    parameters, covariance, value = _conditional(rows, step_design(known, model))
    mean = sd = math.nan
    if likelihood == "marginal":
        parameters, covariance, value, mean, sd = _marginal(rows, step_design(known, model), parameters)
    design = step_design(known, model)
    flat = design @ parameters
    errors = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", design, covariance, design), 0))
    over = _averaged(known) @ design
    index = pd.Index(known.items, name="item")
    return RaschModel(
        model=model,
        likelihood=likelihood,
        ranges=known,
        locations=pd.Series(over @ parameters, index=index),
        location_errors=pd.Series(np.sqrt(np.einsum("ij,jk,ik->i", over, covariance, over)), index=index),
        thresholds=_by_item(known, flat, index),
        threshold_errors=_by_item(known, errors, index),
        parameters=parameters,
        covariance=covariance,
        log_likelihood=value,
        people=int(rows.count.sum()),
        informative=int(rows.count[informative].sum()),
        mean=mean,
        sd=sd,
    )


def step_design(ranges: ItemRanges, model: Model) -> Floats:
    """Return the matrix that turns free parameters into thresholds: locations first, then steps.

    Locations add up to zero, and so do the steps of the rating-scale model, or of every item.

    Examples
    --------
    >>> two = np.array([2, 2])
    >>> step_design(ItemRanges(("a", "b"), two - 2, two), "rating_scale").tolist()
    [[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]
    """
    locations = _adding_to_zero(len(ranges.items))[ranges.item]
    if model == "rating_scale":
        return np.hstack([locations, _adding_to_zero(int(ranges.top[0]))[ranges.step - 1]])
    return np.hstack([locations, block_diag(*(_adding_to_zero(int(top)) for top in ranges.top))])


def _adding_to_zero(count: int) -> Floats:
    return np.vstack([np.eye(count - 1), -np.ones((1, count - 1))])


def _summed(ranges: ItemRanges) -> Floats:
    """Return the matrix from thresholds to logarithms of weights: minus their sums within an item."""
    same = ranges.item[:, None] == ranges.item[None, :]
    return np.where(same & (ranges.step[None, :] <= ranges.step[:, None]), -1.0, 0.0)


def _averaged(ranges: ItemRanges) -> Floats:
    """Return the matrix from thresholds to their means by item."""
    return np.equal.outer(np.arange(len(ranges.items)), ranges.item) / ranges.top[:, None]


def _by_item(ranges: ItemRanges, flat: Floats, index: pd.Index) -> pd.DataFrame:
    table = np.full((len(index), int(ranges.top.max())), np.nan)
    table[ranges.item, ranges.step - 1] = flat
    return pd.DataFrame(table, index=index, columns=pd.RangeIndex(1, table.shape[1] + 1, name="threshold"))


def _conditional(rows: AnswerRows, design: Floats) -> tuple[Floats, Floats, float]:
    """Return parameters, covariance and value at the maximum of the conditional likelihood."""
    ranges = rows.ranges
    turn = _summed(ranges) @ design

    def at(parameters: Floats) -> tuple[float, Floats, Floats]:
        weights = turn @ parameters
        logs, chances, moments = conditional_chances(
            np.exp(weights),
            ranges.start,
            ranges.top,
            rows.patterns,
            rows.pattern,
            rows.score,
            rows.count,
            True,
        )
        value = float(rows.given @ weights - rows.count @ logs)
        gradient = turn.T @ (rows.given - rows.count @ chances)
        spread = moments - chances.T @ (rows.count[:, None] * chances)
        return value, gradient, turn.T @ spread @ turn

    return _highest(at, np.zeros(design.shape[1]))


def _highest(
    at: Callable[[Floats], tuple[float, Floats, Floats]], start: Floats
) -> tuple[Floats, Floats, float]:
    """Return the maximum of a concave function by Newton's method, with the inverse of its curvature."""
    place = start
    value, gradient, information = at(place)
    for _ in range(_PASSES):
        if np.linalg.cond(information) > 1e12:
            break
        move = np.linalg.solve(information, gradient)
        rise = float(gradient @ move)
        if rise < 1e-12:
            return place, np.asarray(np.linalg.inv(information), dtype=float), value
        share = 1.0
        # A step that is too long is halved; at the very top rounding may hide the rise.
        while (found := at(place + share * move))[0] < value - 1e-9 * abs(value) and share > 1e-6:
            share /= 2
        place = place + share * move
        value, gradient, information = found
        if np.abs(place).max() > _FARTHEST:
            break
    raise NotEstimable(
        "found a likelihood without a maximum: some items or answers are not tied to the others by people "
        "who gave both more and less"
    )


def _marginal(rows: AnswerRows, design: Floats, start: Floats) -> tuple[Floats, Floats, float, float, float]:
    """Return parameters, covariance, value, mean and standard deviation by marginal likelihood."""
    ranges = rows.ranges
    turn = _summed(ranges) @ design
    free = design.shape[1]

    def at(place: Floats) -> tuple[float, Floats]:
        """Return minus the log-likelihood and its gradient."""
        weights, mean, sd = turn @ place[:free], place[free], math.exp(place[free + 1])
        theta = mean + sd * _GRID
        logged = ranges.step * theta[:, None] + weights
        highest = np.maximum(np.maximum.reduceat(logged, ranges.start, axis=1), 0)
        raised = np.exp(logged - highest[:, ranges.item])
        totals = np.exp(-highest) + np.add.reduceat(raised, ranges.start, axis=1)
        chances = raised / totals[:, ranges.item]
        expected = np.add.reduceat(chances * ranges.step, ranges.start, axis=1)
        masks = rows.patterns.astype(float)
        norms = masks @ (np.log(totals) + highest).T
        joint = np.log(_MASS) + np.outer(rows.score, theta) - norms[rows.pattern]
        top = joint.max(axis=1, keepdims=True)
        post = np.exp(joint - top)
        sums = post.sum(axis=1, keepdims=True)
        post *= rows.count[:, None] / sums
        value = float(rows.given @ weights + rows.count @ (np.log(sums) + top)[:, 0])
        shares = np.zeros((len(masks), len(theta)))
        np.add.at(shares, rows.pattern, post)
        seen = masks.T @ shares
        slope = rows.score @ post - (seen * expected.T).sum(axis=0)
        gradient = np.concatenate(
            [
                turn.T @ (rows.given - (seen[ranges.item] * chances.T).sum(axis=1)),
                [slope.sum(), sd * (slope @ _GRID)],
            ]
        )
        return -value, -gradient

    people = float(rows.count.sum())
    begun = np.concatenate([start, [0.0, 0.0]])

    def scaled(place: Floats) -> tuple[float, Floats]:
        value, gradient = at(place)
        return value / people, gradient / people

    place = minimize(scaled, begun, jac=True, method="BFGS", options={"gtol": 1e-5, "maxiter": 500}).x
    # Steps of Newton's method, with curvature by differences of the gradient, finish what BFGS began.
    for _ in range(20):
        gradient = at(place)[1]
        information = _curvature(lambda point: at(point)[1], place)
        if np.linalg.eigvalsh(information).min() <= 0 or np.abs(place).max() > _FARTHEST:
            break
        move = np.linalg.solve(information, gradient)
        if float(gradient @ move) < 1e-10:
            covariance = np.asarray(np.linalg.inv(information)[:free, :free], dtype=float)
            return place[:free], covariance, -at(place)[0], float(place[free]), math.exp(place[free + 1])
        place = place - move
    raise NotEstimable("found a marginal likelihood without a maximum: the people's measures do not vary")


def _curvature(gradient: Callable[[Floats], Floats], place: Floats) -> Floats:
    moves = 1e-5 * np.eye(len(place))
    found = np.array([(gradient(place + move) - gradient(place - move)) / 2e-5 for move in moves])
    return np.asarray(found + found.T) / 2
