"""What may be asked of a fitted actor-oriented model: what it lacks, whether it holds, what matters in it.

`score_test` asks whether effects left out belong in; `time_heterogeneity`, whether effects are the same in
every period; `goodness_of_fit`, whether simulated networks look like the observed in what was not fitted;
`relative_importance`, how much each effect moves actors' choices; `simulate` draws from the fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import shortest_path
from scipy.stats import chi2

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_count
from analysis.parallel import replicated
from analysis.resampling.monte_carlo import p_value
from analysis.result import Result
from analysis.tie_models import saom_kernels as kernels
from analysis.tie_models.saom_effects import Given
from analysis.tie_models.saom_estimation import BATCH, Draws, derivatives, draw, simulate_many
from analysis.tie_models.saom_periods import Model
from analysis.tie_models.saom_results import ActorModel
from analysis.ties.triads import triad_census

__all__ = [
    "GoodnessOfFit",
    "ScoreTest",
    "goodness_of_fit",
    "mahalanobis",
    "relative_importance",
    "score_test",
    "simulate",
    "time_heterogeneity",
]

Auxiliary: TypeAlias = dict[str, Floats]


@dataclass(frozen=True, repr=False)
class ScoreTest(Result):
    """A score-type test of parameters that a model keeps at nought.

    Attributes
    ----------
    question : what is tested, in words
    parts : DataFrame
        A row per part: ``term``, ``statistic`` (χ²), ``degrees``, ``p``, and where the part is one parameter
        ``z`` (its sign is the parameter's) and ``one_step`` (where a first step from nought would take it).
    statistic, degrees, p : of all parts together
    """

    question: str
    parts: pd.DataFrame
    statistic: float
    degrees: int
    p: float

    def tidy(self) -> pd.DataFrame:
        """Return one row per part, and one of all together."""
        whole = {"term": "all", "statistic": self.statistic, "degrees": self.degrees, "p": self.p}
        return pd.concat([self.parts, pd.DataFrame([whole])], ignore_index=True)

    def summary(self) -> str:
        """Return the test of all parts, then of each."""
        lines = [f"{self.question}: χ² = {self.statistic:.2f}, {self.degrees} df, p = {self.p:.3g}"]
        for row in self.parts.to_dict("records"):
            lines.append(
                f"{row['term']}: χ² = {row['statistic']:.2f}, {row['degrees']} df, p = {row['p']:.3g}"
            )
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class _Tested:
    """Scores of tested parameters, what is left of them beside those fitted, and its covariance."""

    rest: Floats
    covariance: Floats
    steps: Floats

    def of(self, places: Sequence[int]) -> tuple[float, int, float]:
        """Return χ², degrees of freedom and p of some of them."""
        chosen = list(places)
        within = self.covariance[np.ix_(chosen, chosen)]
        degrees = int(np.linalg.matrix_rank(within))
        statistic = float(self.rest[chosen] @ np.linalg.pinv(within) @ self.rest[chosen])
        return statistic, degrees, float(chi2.sf(statistic, degrees)) if degrees else float("nan")

    def row(self, term: str, places: Sequence[int]) -> dict[str, object]:
        statistic, degrees, p = self.of(places)
        row: dict[str, object] = {"term": term, "statistic": statistic, "degrees": degrees, "p": p}
        if len(places) == 1:
            row["z"] = -float(np.sign(self.rest[places[0]])) * np.sqrt(statistic)
            row["one_step"] = float(self.steps[places[0]])
        return row


def _tested(statistics: Floats, scores: Floats, targets: Floats, fitted: int) -> _Tested:
    """Take from the tested statistics' deviations what those of the fitted ones explain.

    Schweinberger (2012), British Journal of Mathematical and Statistical Psychology 65, 263-281, section 3.
    Statistics and scores are (simulations, periods, p), those of fitted parameters first.
    """
    summed = statistics.sum(axis=1)
    missed = summed.mean(axis=0) - targets
    slopes = derivatives(statistics, scores)
    covariance = np.atleast_2d(np.cov(summed, rowvar=False))
    weights = slopes[fitted:, :fitted] @ np.linalg.pinv(slopes[:fitted, :fitted])
    apart = np.hstack([-weights, np.eye(len(targets) - fitted)])
    return _Tested(
        rest=apart @ missed,
        covariance=apart @ covariance @ apart.T,
        steps=-(np.linalg.pinv(slopes) @ missed)[fitted:],
    )


def _rate_columns(model: Model, draws: Draws, rates: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Return rates' statistics, scores and targets, empty where the model is conditional."""
    count, periods = draws.steps.shape
    if rates is None:
        nothing = np.empty((count, periods, 0))
        return nothing, nothing, np.empty(0)
    own = np.eye(periods)
    score = draws.steps / rates - model.sizes
    return draws.distances[:, :, None] * own, score[:, :, None] * own, model.distances


def _require_converged(fitted: ActorModel) -> None:
    if not fitted.converged:
        raise NotEstimable("the model has not converged: nothing can be tested in it")


def _pace(fitted: ActorModel) -> Floats | None:
    return None if fitted.conditional else fitted.rates


def score_test(
    fitted: ActorModel,
    candidates: Sequence[Given],
    *,
    simulations: int = 1000,
    seed: int,
    workers: int | None = None,
) -> ScoreTest:
    """Test whether effects that were left out belong in the model, without fitting them.

    Parameters
    ----------
    fitted : ActorModel
    candidates : sequence
        Effects, as for `analysis.tie_models.saom.fit`.
    simulations, seed, workers
        As there.

    Returns
    -------
    ScoreTest

    Raises
    ------
    ValueError, NotEstimable
        As `analysis.tie_models.saom.fit`; also when the model has not converged.
    """
    _require_converged(fitted)
    require_count("candidates", len(candidates))
    model = fitted.model.with_effects(candidates)
    rates = _pace(fitted)
    further = len(model.terms) - len(fitted.model.terms)
    weights = np.concatenate([fitted.weights, np.zeros(further)])
    draws = simulate_many(model, rates, weights, simulations, seed=seed, workers=workers)
    first, score, target = _rate_columns(model, draws, rates)
    known = len(target) + len(fitted.model.terms)
    tested = _tested(
        np.concatenate([first, draws.effects], axis=2),
        np.concatenate([score, draws.scores], axis=2),
        np.concatenate([target, model.targets]),
        known,
    )
    rows = [tested.row(term.name, [place]) for place, term in enumerate(model.terms[-further:])]
    return ScoreTest("Effects left out", pd.DataFrame(rows), *tested.of(range(further)))


def time_heterogeneity(fitted: ActorModel) -> ScoreTest:
    """Test whether each effect is the same in every period.

    Every effect gets a parameter of its own in each period but the first, and these are tested against nought
    (Lospinoso, Schweinberger, Snijders & Ripley 2011, Advances in Data Analysis and Classification 5,
    147-176). Nothing is simulated anew.

    Parameters
    ----------
    fitted : ActorModel
        Of three waves or more.

    Returns
    -------
    ScoreTest
        Parts: each effect over all periods, and each period over all effects.

    Raises
    ------
    NotEstimable
        If there is one period, or the model has not converged.
    """
    _require_converged(fitted)
    model, draws, rates = fitted.model, fitted.draws, _pace(fitted)
    periods, effects = len(model.periods), len(model.terms)
    if periods < 2:
        raise NotEstimable("found 1 period; whether effects change over time needs at least 2")
    first, score, target = _rate_columns(model, draws, rates)
    # Column (period, effect) holds that effect's statistic in that period, and nought in the others.
    own = np.eye(periods)[:, 1:, None]
    count = len(draws.effects)
    apart, its_score = (
        (part[:, :, None, :] * own).reshape(count, periods, -1) for part in (draws.effects, draws.scores)
    )
    observed = np.concatenate([period.statistics for period in model.periods[1:]])
    tested = _tested(
        np.concatenate([first, draws.effects, apart], axis=2),
        np.concatenate([score, draws.scores, its_score], axis=2),
        np.concatenate([target, model.targets, observed]),
        len(target) + effects,
    )
    places = np.arange((periods - 1) * effects).reshape(periods - 1, effects)
    rows = [tested.row(term.name, places[:, k].tolist()) for k, term in enumerate(model.terms)]
    rows += [tested.row(f"period {k + 2}", places[k].tolist()) for k in range(periods - 1)]
    frame = pd.DataFrame(rows).drop(columns=["z", "one_step"], errors="ignore")
    return ScoreTest("Effects that change over time", frame, *tested.of(range(places.size)))


def simulate(fitted: ActorModel, *, simulations: int, seed: int, workers: int | None = None) -> Draws:
    """Draw networks from a fit.

    Parameters
    ----------
    fitted : ActorModel
    simulations : int
        Rounded up to a multiple of 50.
    seed, workers
        As for `analysis.tie_models.saom.fit`.

    Returns
    -------
    Draws
        ``networks`` holds one array (simulations, n, n) a period: how it could have ended.
    """
    require_count("simulations", simulations)
    return simulate_many(
        fitted.model, _pace(fitted), fitted.weights, simulations, seed=seed, workers=workers, kept=True
    )


@dataclass(frozen=True, repr=False)
class GoodnessOfFit(Result):
    """Whether simulated networks look like the observed in what was not fitted.

    Attributes
    ----------
    p : dict of str to float
        By aspect (``indegrees``, ``outdegrees``, ``triads``, ``geodesics``): share of simulations at least as
        far from their mean, by Mahalanobis distance, as the observed. Small: the model does not give it.
    labels : dict of str to tuple of str
        Names of each aspect's counts.
    observed : dict of str to ndarray, (counts,)
    simulated : dict of str to ndarray, (simulations, counts)
        Sums over the periods' ends.
    distances : dict of str to float
        The observed Mahalanobis distance, squared.
    """

    p: dict[str, float]
    labels: dict[str, tuple[str, ...]]
    observed: Auxiliary
    simulated: Auxiliary
    distances: dict[str, float]

    def tidy(self) -> pd.DataFrame:
        """Return a row per count: `aspect`, `count`, `observed`, `mean`, `lower`, `upper` (95 % of draws)."""
        frames = []
        for aspect, drawn in self.simulated.items():
            lower, upper = np.percentile(drawn, [2.5, 97.5], axis=0)
            columns = {"aspect": aspect, "count": self.labels[aspect], "observed": self.observed[aspect]}
            frames.append(
                pd.DataFrame({**columns, "mean": drawn.mean(axis=0), "lower": lower, "upper": upper})
            )
        return pd.concat(frames, ignore_index=True)

    def summary(self) -> str:
        """Return the p-value of each aspect in words."""
        return "\n".join(
            f"{aspect}: p = {p:.3g}, {'not given by the model' if p < 0.05 else 'as the model gives them'}"
            for aspect, p in self.p.items()
        )


def goodness_of_fit(
    fitted: ActorModel, *, simulations: int = 500, seed: int, workers: int | None = None
) -> GoodnessOfFit:
    """Compare the periods' ends with simulated ones in indegrees, outdegrees, triads and geodesics.

    Each aspect's counts are summed over periods; how far the observed ones lie from the mean of the simulated
    is measured by Mahalanobis distance, and compared with how far each simulated one lies from the others
    (Lospinoso & Snijders 2019, Methodological Innovations 12, 1-18).

    Parameters
    ----------
    fitted : ActorModel
    simulations : int
        Rounded up to a multiple of 50.
    seed, workers
        As for `analysis.tie_models.saom.fit`.

    Returns
    -------
    GoodnessOfFit
        Degrees: actors with at most so many; geodesics: ordered pairs at most so far apart; both up to the
        largest observed. Cells not observed at both ends of a period count as no ties.

    Raises
    ------
    NotEstimable
        If the model has not converged.
    """
    _require_converged(fitted)
    require_count("simulations", simulations, 2 * BATCH)
    model = fitted.model
    ends = [period.end * period.counted for period in model.periods]
    most = {
        "indegrees": max(int(ties.sum(axis=0).max()) for ties in ends),
        "outdegrees": max(int(ties.sum(axis=1).max()) for ties in ends),
        "geodesics": max(_farthest(ties) for ties in ends),
    }
    observed = _summed(ends, most)
    task = partial(_auxiliary_batch, model, _pace(fitted), fitted.weights, most)
    batches = replicated(task, -(-simulations // BATCH), seed=seed, workers=workers)
    simulated = {aspect: np.concatenate([one[aspect] for one in batches]) for aspect in observed}
    p, distances = {}, {}
    for aspect, drawn in simulated.items():
        distances[aspect], far = mahalanobis(observed[aspect], drawn)
        p[aspect] = p_value(far, distances[aspect], "greater")
    labels = {
        "indegrees": tuple(f"≤ {k}" for k in range(most["indegrees"] + 1)),
        "outdegrees": tuple(f"≤ {k}" for k in range(most["outdegrees"] + 1)),
        "triads": tuple(triad_census(np.zeros((3, 3))).index),
        "geodesics": tuple(f"≤ {k}" for k in range(1, most["geodesics"] + 1)),
    }
    return GoodnessOfFit(p, labels, observed, simulated, distances)


def mahalanobis(observed: Floats, drawn: Floats) -> tuple[float, Floats]:
    """Return how far an observation lies from draws, and each draw from the others.

    A draw that is part of the mean and covariance it is measured by lies nearer than a new one would: with 16
    counts and 200 draws by so much that a test at .05 rejects in some .15. Each is therefore measured by the
    others alone, by the formula for taking one row off a covariance.

    Parameters
    ----------
    observed : (counts,)
    drawn : (draws, counts)

    Returns
    -------
    float, (draws,) squared Mahalanobis distances; counts that never vary, or follow from others, are no
    further dimension
    """
    count = len(drawn)
    mean, spread = drawn.mean(axis=0), drawn.std(axis=0)
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    centred = (drawn - mean) * scale
    likeness = np.atleast_2d(np.cov(centred, rowvar=False))
    inverse: Floats = np.linalg.pinv(likeness, rcond=1e-8, hermitian=True)
    apart = (observed - mean) * scale
    own = np.einsum("si,ij,sj->s", centred, inverse, centred) / (count - 1)
    more = count / (count - 1)
    left = 1.0 - more * own
    lone = left <= 1e-9  # the only draw in some direction
    far: Floats = np.where(lone, np.inf, more**2 * (count - 2) * own / np.where(lone, 1.0, left))
    return float(apart @ inverse @ apart), far


def _auxiliary_batch(
    model: Model,
    rates: Floats | None,
    weights: Floats,
    most: dict[str, int],
    generator: np.random.Generator,
) -> Auxiliary:
    drawn = draw(model, rates, weights, BATCH, generator, scored=False, kept=True)
    counted = [period.counted for period in model.periods]
    found = [
        _summed([ends[one] * mask for ends, mask in zip(drawn.networks, counted, strict=True)], most)
        for one in range(BATCH)
    ]
    return {aspect: np.array([one[aspect] for one in found]) for aspect in found[0]}


def _steps_apart(ties: kernels.Cells) -> Floats:
    apart: Floats = shortest_path(sparse.csr_array(ties), unweighted=True)
    np.fill_diagonal(apart, np.inf)
    return apart


def _farthest(ties: kernels.Cells) -> int:
    apart = _steps_apart(ties)
    return int(apart[np.isfinite(apart)].max(initial=1))


def _summed(ends: Sequence[kernels.Cells], most: dict[str, int]) -> Auxiliary:
    """Return each aspect's counts, summed over the periods' ends."""
    found = []
    for ties in ends:
        far = _steps_apart(ties)
        found.append(
            {
                "indegrees": _at_most(ties.sum(axis=0), range(most["indegrees"] + 1)),
                "outdegrees": _at_most(ties.sum(axis=1), range(most["outdegrees"] + 1)),
                "triads": triad_census(ties).to_numpy(dtype=float),
                "geodesics": _at_most(far, range(1, most["geodesics"] + 1)),
            }
        )
    return {aspect: np.sum([one[aspect] for one in found], axis=0) for aspect in found[0]}


def _at_most(values: Floats, levels: range) -> Floats:
    return np.array([float((values <= level).sum()) for level in levels])


def relative_importance(fitted: ActorModel) -> pd.DataFrame:
    """Return how much each effect moves actors' choices, as shares.

    For each actor, as ties stood when a period began: the chances of the next change with and without an
    effect, and the sum of their absolute differences, as a share of all effects' sums (Indlekofer & Brandes
    2013, Network Science 1, 278-304, equation 7). An estimate may be large and matter little.

    Parameters
    ----------
    fitted : ActorModel

    Returns
    -------
    DataFrame
        One row per period and effect: ``period``, ``term``, ``importance`` (mean of actors' shares, adding up
        to 1 in each period).
    """
    model, weights = fitted.model, fitted.weights
    rows = []
    for number, period in enumerate(model.periods, 1):
        ties = period.start.copy()
        lists = kernels.neighbours(ties)
        size, effects = len(ties), len(weights)
        changes, paths = np.empty((effects, size)), np.empty(size)
        shares = np.zeros(effects)
        for ego in range(size):
            known = (model.kinds, model.places, model.decays, period.dyadic)
            kernels.change_rows(ego, *known, ties, *lists, paths, changes)
            gain = changes * np.where(ties[ego], -1.0, 1.0)
            gain[:, ego] = 0.0
            open_cells = period.allowed[ego].astype(float)
            whole = _chances(weights @ gain, open_cells)
            moved = np.array(
                [
                    np.abs(whole - _chances(weights @ gain - weights[k] * gain[k], open_cells)).sum()
                    for k in range(effects)
                ]
            )
            shares += moved / moved.sum() if moved.sum() > 0 else 1 / effects
        for term, share in zip(model.terms, shares / size, strict=True):
            rows.append({"period": number, "term": term.name, "importance": float(share)})
    return pd.DataFrame(rows)


def _chances(gains: Floats, open_cells: Floats) -> Floats:
    odds: Floats = np.exp(gains - gains.max()) * open_cells
    chances: Floats = odds / odds.sum()
    return chances
