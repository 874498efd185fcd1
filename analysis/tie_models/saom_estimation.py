"""Method of moments for the actor-oriented model: parameters under which simulated periods end as observed.

Robbins and Monro's stochastic approximation in three phases (Snijders 2001, Sociological Methodology 31,
361-395; Snijders, Steglich & Schweinberger 2007): a first look at how statistics react to parameters; the
search, in subphases with ever smaller steps, each ending where parameters were on average; a check of the
result with many simulations, which also give standard errors. How statistics react, the derivatives, comes
from the score (Schweinberger & Snijders 2007, Journal of Computational and Graphical Statistics 16, 603-612).

**Conditional** estimation ends each simulated period when as many ties have changed as did, and takes the
rate from how long that took; unconditional estimation ends it after its time, and fits rates like the rest.

Simulations go in batches of `BATCH` with a generator each, so that the bits are the same however many workers
there are; the search is serial. What can run away is held: steps of the search, rates, steps of a simulation.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from analysis.arrays import Floats
from analysis.parallel import replicated
from analysis.tie_models.saom_kernels import Cells, simulate_period
from analysis.tie_models.saom_periods import Model

__all__ = [
    "ACCURACY",
    "FASTEST",
    "Draws",
    "Estimate",
    "Search",
    "derivatives",
    "draw",
    "estimate",
    "estimate_by",
    "simulate_many",
]

BATCH = 50
FASTEST = 50.0  # steps an actor and period: beyond it the earlier wave is all but forgotten
SLOWEST = 0.01
LOOK = 200  # simulations of phase 1, and of a second look halfway through phase 2
FAR, NEAR = (0, 1), (2, 3)  # subphases before and after it
FIRST_GAIN = 0.2
LAST_LENGTH = 800  # least steps of the last subphase: their average is what is estimated
TRUNCATED_AT = 5.0  # standard deviations that a statistic is taken to miss by, at most
LONGEST_STEP = 1.0  # of a parameter, in one step of the search; of a rate, half of itself
DIAGONAL = 0.1  # weight of the derivatives' diagonal in the search, which makes it robust
RESTARTS = 3
ACCURACY = (0.1, 0.25)  # most of any t-ratio, and of their maximum over combinations, where converged
PARALLEL_FROM = 5e8  # alternatives weighed: fewer take no longer than starting processes
TOLD_EVERY = 10.0  # seconds


@dataclass(frozen=True, eq=False)
class Draws:
    """Simulations of all periods at one parameter.

    Attributes
    ----------
    effects : (simulations, periods, effects) statistics of the periods' ends
    scores : the same shape; derivative of each period's log likelihood by the effects' parameters
    distances, steps, times : (simulations, periods); times as if every actor acted once in a unit of time
    networks : the periods' ends, one (simulations, n, n) a period, where asked for
    """

    effects: Floats
    scores: Floats
    distances: Floats
    steps: Floats
    times: Floats
    networks: tuple[Cells, ...] = ()


@dataclass(frozen=True, eq=False)
class Estimate:
    """What the three phases found.

    Attributes
    ----------
    parameters : (p,) rates first, when they are among what was searched for
    covariance : (p, p)
    t_ratios : (p,) mean of what simulated statistics miss the observed by, over its standard deviation
    overall : the largest such ratio of any linear combination
    draws : of phase 3
    restarts : how often the search started again
    held : places of parameters that stopped at a bound
    simulations : all of them
    """

    parameters: Floats
    covariance: Floats
    t_ratios: Floats
    overall: float
    draws: Draws
    restarts: int
    held: tuple[int, ...]
    simulations: int

    @property
    def converged(self) -> bool:
        """Whether every ratio is small and no parameter stopped at a bound."""
        sound = np.isfinite(self.covariance).all() and (np.diag(self.covariance) > 0).all()
        near = np.abs(self.t_ratios).max() < ACCURACY[0] and self.overall < ACCURACY[1]
        return bool(sound and near and not self.held)


def draw(
    model: Model,
    rates: Floats | None,
    parameters: Floats,
    count: int,
    generator: np.random.Generator,
    *,
    scored: bool = True,
    kept: bool = False,
) -> Draws:
    """Simulate every period some times.

    Parameters
    ----------
    model : Model
    rates : (periods,), or None to end each period when as many ties have changed as did
    parameters : (effects,)
    count : how many times
    generator : of random numbers
    scored, kept : whether to compute scores, and to keep the networks

    Returns
    -------
    Draws
    """
    periods, effects = len(model.periods), len(model.terms)
    ends = tuple(np.empty((count, *one.start.shape), np.uint8) for one in model.periods) if kept else ()
    found = Draws(
        effects=np.empty((count, periods, effects)),
        scores=np.empty((count, periods, effects)),
        distances=np.empty((count, periods)),
        steps=np.empty((count, periods)),
        times=np.empty((count, periods)),
        networks=ends,
    )
    for place, period in enumerate(model.periods):
        size = len(period.members)
        # Writable or not is part of a compiled function's signature, and is lost on the way to a worker.
        cells = [part.view() for part in (period.dyadic, period.allowed, period.counted)]
        for part in cells:
            part.setflags(write=False)
        for one in range(count):
            ties = period.start.copy()
            steps = int(size * FASTEST) if rates is None else int(generator.poisson(size * rates[place]))
            made, apart = simulate_period(
                model.kinds,
                model.places,
                model.decays,
                *cells,
                parameters,
                steps,
                period.distance if rates is None else -1,
                scored,
                generator,
                ties,
                found.effects[one, place],
                found.scores[one, place],
            )
            found.steps[one, place] = made
            found.distances[one, place] = apart
            found.times[one, place] = generator.standard_gamma(made) / size if rates is None else 1.0
            if kept:
                found.networks[place][one] = ties
    return found


def simulate_many(
    model: Model,
    rates: Floats | None,
    parameters: Floats,
    count: int,
    *,
    seed: int,
    workers: int | None = None,
    kept: bool = False,
    told: str = "",
) -> Draws:
    """Simulate in batches spread over processes; `count` is rounded up to whole batches.

    Parameters are as in `draw`, and as in `analysis.parallel.replicated`.
    """
    batches = -(-count // BATCH)
    speed = np.minimum(model.distances / model.sizes, FASTEST) if rates is None else rates
    work = count * float((speed * model.sizes**2).sum()) * (2 + len(model.terms))
    task = partial(_batch, model, rates, parameters, kept)
    processes = 1 if workers is None and work < PARALLEL_FROM else workers
    found = replicated(task, batches, seed=seed, workers=processes, told=told)
    names = ("effects", "scores", "distances", "steps", "times")
    joined = {name: np.concatenate([getattr(one, name) for one in found]) for name in names}
    ends = tuple(np.concatenate(parts) for parts in zip(*(one.networks for one in found), strict=True))
    return Draws(**joined, networks=ends)


def _batch(
    model: Model, rates: Floats | None, parameters: Floats, kept: bool, generator: np.random.Generator
) -> Draws:
    return draw(model, rates, parameters, BATCH, generator, kept=kept)


@dataclass(frozen=True, eq=False)
class Search:
    """A model and how it is estimated: parameters as one vector, rates first unless conditional."""

    model: Model
    conditional: bool

    @property
    def rates(self) -> int:
        return 0 if self.conditional else len(self.model.periods)

    def split(self, parameters: Floats) -> tuple[Floats | None, Floats]:
        return (None if self.conditional else parameters[: self.rates]), parameters[self.rates :]

    def once(self, parameters: Floats, generator: np.random.Generator) -> Draws:
        """Simulate every period once."""
        return draw(self.model, *self.split(parameters), 1, generator, scored=False)

    def many(self, parameters: Floats, count: int, *, seed: int, workers: int | None, told: str) -> Draws:
        """Simulate every period many times, with scores."""
        rates, effects = self.split(parameters)
        return simulate_many(self.model, rates, effects, count, seed=seed, workers=workers, told=told)

    @property
    def targets(self) -> Floats:
        if self.conditional:
            return self.model.targets
        return np.concatenate([self.model.distances, self.model.targets])

    def start(self) -> Floats:
        """Return parameters under which nothing depends on anything, with about the observed ties."""
        effects = np.zeros(len(self.model.terms))
        ties = sum(int(one.end.sum()) for one in self.model.periods)
        cells = sum(int(one.allowed.sum()) - len(one.members) for one in self.model.periods)
        share = min(max(ties / max(cells, 1), 1e-4), 1 - 1e-4)
        for place, term in enumerate(self.model.terms):
            # Making a tie gains what dropping it costs: present and absent ties are as the gain's square.
            effects[place] = np.log(share / (1 - share)) / 2 if term.effect == "density" else 0.0
        pace = np.clip(1.2 * self.model.distances / self.model.sizes + 0.2, SLOWEST, FASTEST)
        return effects if self.conditional else np.concatenate([pace, effects])

    def statistics(self, draws: Draws) -> Floats:
        """Return (simulations, periods, p): the statistics that parameters are fitted to."""
        return self._joined(_on_own_period(draws.distances), draws.effects)

    def scores(self, draws: Draws, parameters: Floats) -> Floats:
        """Return (simulations, periods, p): derivative of the log likelihood by each parameter."""
        pace = parameters[: self.rates] if self.rates else np.ones(len(self.model.periods))
        return self._joined(_on_own_period(draws.steps / pace - self.model.sizes), draws.scores)

    def _joined(self, rates: Floats, effects: Floats) -> Floats:
        return effects if self.conditional else np.concatenate([rates, effects], axis=2)

    def bounded(self, parameters: Floats) -> Floats:
        parameters[: self.rates] = np.clip(parameters[: self.rates], SLOWEST, FASTEST)
        return parameters

    def held(self, parameters: Floats) -> tuple[int, ...]:
        pace = parameters[: self.rates]
        return tuple(map(int, np.flatnonzero((pace > 0.98 * FASTEST) | (pace <= SLOWEST))))

    def move(self, deviation: Floats, parameters: Floats, inverse: Floats, spread: Floats) -> Floats:
        """Return the step that would undo a deviation, shortened where the deviation or the step is long."""
        far = np.abs(deviation / spread).max() / TRUNCATED_AT
        step = inverse @ (deviation / max(far, 1.0))
        limits = np.full(len(step), LONGEST_STEP)
        limits[: self.rates] = parameters[: self.rates] / 2
        shortened: Floats = step / max(float(np.abs(step / limits).max()), 1.0)
        return shortened


def _on_own_period(values: Floats) -> Floats:
    """Return (simulations, periods, periods): each period's value in a column of its own."""
    return values[:, :, None] * np.eye(values.shape[1])


def derivatives(statistics: Floats, scores: Floats) -> Floats:
    """Return (p, q): by how much expected statistics rise with parameters, from (simulations, periods, ·).

    Periods are simulated apart, so that the covariance of one's statistics and another's score is nought,
    and only noise if it were estimated.
    """
    centred = statistics - statistics.mean(axis=0)
    found: Floats = np.einsum("smp,smq->pq", centred, scores - scores.mean(axis=0)) / len(statistics)
    return found


def _robust_inverse(slopes: Floats, spread: Floats) -> Floats:
    """Return the inverse of derivatives drawn towards their diagonal, which is made positive."""
    diagonal: Floats = np.maximum(np.diag(slopes), 0.05 * spread**2)
    mixed = (1 - DIAGONAL) * slopes + DIAGONAL * np.diag(diagonal)
    np.fill_diagonal(mixed, diagonal)
    scale = np.sqrt(diagonal)
    if np.linalg.cond(mixed / np.outer(scale, scale)) > 1e6:
        mixed = np.diag(diagonal)
    found: Floats = np.asarray(np.linalg.inv(mixed), dtype=float)
    return found


def _spread(statistics: Floats) -> Floats:
    found: Floats = np.maximum(statistics.sum(axis=1).std(axis=0), 1e-6)
    return found


def estimate(
    model: Model,
    *,
    conditional: bool,
    simulations: int,
    seed: int,
    workers: int | None = None,
    told: str = "",
) -> Estimate:
    """Fit a model by the method of moments; start again, up to three times, where it has not converged.

    Parameters
    ----------
    model : Model
    conditional : bool
        Whether to condition on how many ties changed.
    simulations : int
        Of phase 3, rounded up to whole batches.
    seed, workers, told
        As for `analysis.parallel.replicated`.

    Returns
    -------
    Estimate
        The attempt with the smallest overall ratio; the last one is the first that converged.
    """
    return estimate_by(
        Search(model, conditional), simulations=simulations, seed=seed, workers=workers, told=told
    )


def estimate_by(
    search: Search, *, simulations: int, seed: int, workers: int | None = None, told: str = ""
) -> Estimate:
    """Fit as `estimate` does, whatever it is that a search simulates."""
    seeds = iter(np.random.SeedSequence(seed).generate_state(3 * (RESTARTS + 2), np.uint64).tolist())

    def look(count: int, named: str = "") -> Draws:
        return search.many(parameters, count, seed=next(seeds), workers=workers, told=named)

    parameters = search.start()
    made = 0
    found: list[Estimate] = []
    looked = look(LOOK)
    for attempt in range(-1, RESTARTS + 1):
        # The first two subphases come near; a second look from there gives better derivatives to the rest.
        subphases = FAR if attempt < 0 else NEAR
        made += len(looked.steps)
        statistics = search.statistics(looked)
        spread = _spread(statistics)
        inverse = _robust_inverse(derivatives(statistics, search.scores(looked, parameters)), spread)
        missed = statistics.sum(axis=1).mean(axis=0) - search.targets
        parameters = search.bounded(parameters - search.move(missed, parameters, inverse, spread))
        generator = np.random.default_rng(next(seeds))
        again = f", start {attempt + 1}" if attempt > 0 else ""
        for subphase in subphases:
            progress = _progress(f"{told}: phase 2, subphase {subphase + 1}{again}" if told else "")
            parameters, steps = _subphase(search, parameters, inverse, spread, subphase, generator, progress)
            made += steps
        if attempt < 0:
            looked = look(LOOK)
            continue
        looked = look(simulations, f"{told}: phase 3{again}" if told else "")
        found.append(_checked(search, parameters, looked, attempt))
        # A rate that ran to its bound once does so again, and costs the most simulating.
        if found[-1].converged or found[-1].held:
            made += len(looked.steps)
            break
    best = found[-1] if found[-1].converged else min(found, key=lambda one: one.overall)
    return replace(best, restarts=len(found) - 1, simulations=made)


def _progress(told: str) -> Iterator[None]:
    last = time.monotonic()
    step = 0
    while True:
        step += 1
        if told and time.monotonic() - last > TOLD_EVERY:
            print(f"{told}: step {step}", file=sys.stderr, flush=True)
            last = time.monotonic()
        yield


def _subphase(
    search: Search,
    parameters: Floats,
    inverse: Floats,
    spread: Floats,
    subphase: int,
    generator: np.random.Generator,
    progress: Iterator[None],
) -> tuple[Floats, int]:
    """Search with steps of one gain until deviations swing to and fro; return the average and the steps.

    Lengths are those of Snijders (2001): at least (7 + p) 2.52^k steps, at most 200 more; the last is longer.
    """
    gain = FIRST_GAIN / 2**subphase
    least = int((7 + len(parameters)) * 2.52 ** (subphase + 1))
    if subphase == NEAR[-1]:
        least = max(least, LAST_LENGTH)
    targets = search.targets
    total = np.zeros(len(parameters))
    products, squares = np.zeros(len(parameters)), np.zeros(len(parameters))
    previous = np.zeros(len(parameters))
    steps = 0
    while steps < least or (steps < least + 200 and (products > 0).any()):
        found = search.once(parameters, generator)
        deviation = search.statistics(found)[0].sum(axis=0) - targets
        products += deviation * previous
        squares += deviation**2
        previous = deviation
        move = search.move(deviation, parameters, inverse, spread)
        parameters = search.bounded(parameters - gain * move)
        total += parameters
        steps += 1
        next(progress)
    return total / steps, steps


def _checked(search: Search, parameters: Floats, draws: Draws, attempt: int) -> Estimate:
    statistics = search.statistics(draws)
    summed = statistics.sum(axis=1)
    missed = summed.mean(axis=0) - search.targets
    spread = _spread(statistics)
    covariance = np.atleast_2d(np.cov(summed, rowvar=False))
    slopes = derivatives(statistics, search.scores(draws, parameters))
    try:
        reaction = np.linalg.inv(slopes)
        between = reaction @ covariance @ reaction.T
        overall = float(np.sqrt(max(missed @ np.linalg.solve(covariance, missed), 0.0)))
    except np.linalg.LinAlgError:
        between, overall = np.full_like(covariance, np.nan), np.inf
    return Estimate(
        parameters=parameters,
        covariance=between,
        t_ratios=missed / spread,
        overall=overall,
        draws=draws,
        restarts=attempt,
        held=search.held(parameters),
        simulations=len(draws.steps),
    )
