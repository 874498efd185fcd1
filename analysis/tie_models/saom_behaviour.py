"""Ties and a behaviour that change together: do people choose those like themselves, or become like them?

Selection is an effect of the behaviour on ties, influence one of ties on the behaviour; both are fitted at
once, by the method of moments of `saom_estimation` (Steglich, Snijders & Pearson 2010, Sociological
Methodology 40, 329-393). z is the behaviour, z̄ its mean over actors and waves, sim_ij = 1 − |z_i − z_j| ÷
range less its mean over pairs and waves. Effects on the behaviour, under RSiena's short names:

========= ========================================================
short     s_i
========= ========================================================
`linear`  z_i − z̄
`quad`    (z_i − z̄)²
`avSim`   mean of sim_ij over those i is tied to, else 0
`avAlt`   (z_i − z̄) times the mean of z_j − z̄ over them, else 0
========= ========================================================

Effects of ties are fitted to ties at a period's end and the behaviour at its start, effects on the behaviour
to the behaviour at its end and ties at its start: what came first is held, so that one is not taken for the
other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable, require_count
from analysis.parallel import replicated
from analysis.result import Result
from analysis.tie_models import saom_behaviour_kernels as kernels
from analysis.tie_models.saom_effects import Given
from analysis.tie_models.saom_estimation import BATCH, Draws, Search, estimate_by
from analysis.tie_models.saom_kernels import Cells, statistics_of
from analysis.tie_models.saom_periods import Model, Period, read_model
from analysis.ties.panel import Panel

__all__ = ["BEHAVIOUR_EFFECTS", "CoEvolution", "Together", "draw_together", "fit_together", "read_together"]

BEHAVIOUR_EFFECTS = {
    "linear": ("{} linear shape", kernels.LINEAR),
    "quad": ("{} quadratic shape", kernels.QUADRATIC),
    "avSim": ("{} average similarity", kernels.AVERAGE_SIMILARITY),
    "avAlt": ("{} average alter", kernels.AVERAGE_ALTER),
}
_ON_TIES = {"altX": kernels.ALTER, "egoX": kernels.EGO, "simX": kernels.SIMILARITY}


@dataclass(frozen=True, eq=False)
class Together:
    """A panel and a behaviour made ready.

    Attributes
    ----------
    model : Model
        Ties; effects of the behaviour hold it as it was when a period began.
    name : of the behaviour
    values : (waves, n)
    scale : (5,) mean, range, mean similarity, lowest, highest
    moving, moving_kinds : which effects of ties follow the behaviour
    effects : short names of effects on the behaviour
    """

    model: Model
    name: str
    values: Floats
    scale: Floats
    moving: Integers
    moving_kinds: Integers
    effects: tuple[str, ...]

    @property
    def kinds(self) -> Integers:
        """The kernel's numbers for the effects on the behaviour."""
        return np.array([BEHAVIOUR_EFFECTS[one][1] for one in self.effects], dtype=np.int64)

    @property
    def moved(self) -> Floats:
        """By how much the behaviour changed in each period, summed over actors; (periods,)."""
        return np.array(
            [
                np.abs(self.values[place + 1] - self.values[place])[one.members].sum()
                for place, one in enumerate(self.model.periods)
            ]
        )

    @property
    def targets(self) -> Floats:
        """Observed statistics of the effects on the behaviour; (effects,)."""
        found = np.zeros(len(self.effects))
        for place, one in enumerate(self.model.periods):
            part = np.empty(len(self.effects))
            after = self.values[place + 1][one.members]
            kernels.behaviour_statistics(self.kinds, after, one.start.copy(), self.scale, part)
            found += part
        return found


def read_together(
    panel: Panel,
    behaviour: npt.ArrayLike,
    name: str,
    *,
    effects: Sequence[Given],
    on_ties: Sequence[str] = ("altX", "egoX", "simX"),
    on_behaviour: Sequence[str] = ("linear", "quad", "avSim"),
    threshold: float | None = None,
    scale: npt.ArrayLike | None = None,
) -> Together:
    """Check a panel, a behaviour and effects, and make them ready.

    Parameters
    ----------
    panel : Panel
    behaviour : array-like of whole numbers, shape (n, waves)
    name : str
        What to call it.
    effects : sequence
        Of ties, as for `analysis.tie_models.saom.fit`.
    on_ties : sequence of str
        Effects of the behaviour on ties: ``altX``, ``egoX``, ``simX``.
    on_behaviour : sequence of str
        Effects on the behaviour: ``linear``, ``quad``, ``avSim``, ``avAlt``.
    threshold : float, optional
        Lowest value that counts as a tie.
    scale : array-like of shape (5,), optional
        Mean, range, mean similarity, lowest and highest value of the behaviour; by default those of the data.

    Returns
    -------
    Together

    Raises
    ------
    ValueError
        For values of the wrong shape or that are not whole, unknown effects or the same one twice, and as
        `read_model`.
    NotEstimable
        For a behaviour with missing values, of fewer than two values, or that nobody changed in some period;
        and as `read_model`.
    """
    values = np.array(behaviour, dtype=float).T
    shape = (len(panel.waves), len(panel.actors))
    wrong = []
    if values.shape != shape:
        wrong.append(f"{name} has shape {values.T.shape}; needed is {shape[::-1]}: a column per wave")
    elif not np.isin(values[~np.isnan(values)] % 1, 0).all():
        wrong.append(f"{name} holds values that are not whole numbers")
    for asked, known in ((on_ties, tuple(_ON_TIES)), (on_behaviour, tuple(BEHAVIOUR_EFFECTS))):
        odd = [one for one in asked if one not in known]
        twice = len(set(asked)) < len(list(asked))
        if odd or twice:
            wrong.append(f"found effects {', '.join(asked)}; allowed: {', '.join(known)}, each once")
    if not on_behaviour:
        wrong.append("found no effect on the behaviour; at least linear is needed")
    if wrong:
        raise ValueError("no co-evolution can be fitted:\n" + "\n".join(f"  {one}" for one in wrong))
    if np.isnan(values).any():
        raise NotEstimable(f"{name}: {int(np.isnan(values).sum())} values are missing; all are needed")
    low, high = float(values.min()), float(values.max())
    if low == high:
        raise NotEstimable(f"{name} is {low:g} throughout; it has to vary")
    pairs = ~np.eye(shape[1], dtype=bool)
    alike = 1.0 - np.abs(values[:, :, None] - values[:, None, :]) / (high - low)
    own = [values.mean(), high - low, alike[:, pairs].mean(), low, high]
    measured = np.array(own if scale is None else scale, dtype=float)
    moving: list[Given] = [(short, values.T, name) for short in on_ties]
    model = read_model(panel, [*effects, *moving], threshold=threshold)
    first = int(sum(term.cells is not None for term in model.terms)) - len(moving)
    places = np.arange(first, first + len(moving), dtype=np.int64)
    found = Together(
        model,
        name,
        values,
        measured,
        places,
        np.array([_ON_TIES[one] for one in on_ties], dtype=np.int64),
        tuple(on_behaviour),
    )
    periods = tuple(_with_behaviour(found, place) for place in range(len(model.periods)))
    found = replace(found, model=replace(model, periods=periods))
    if (found.moved == 0).any():
        raise NotEstimable(f"{name}: in some period nobody's changed; it has to")
    return found


def _with_behaviour(together: Together, place: int) -> Period:
    """Return a period whose cells hold the behaviour on its own scale."""
    model, period = together.model, together.model.periods[place]
    dyadic = period.dyadic.copy()
    values = together.values[place][period.members]
    for where, kind in zip(together.moving, together.moving_kinds, strict=True):
        for actor in range(len(values)):
            kernels.cells_of(kind, values, together.scale, actor, dyadic[where])
        np.fill_diagonal(dyadic[where], 0.0)
    dyadic.setflags(write=False)
    statistics = np.empty(len(model.terms))
    statistics_of(
        model.kinds, model.places, model.decays, dyadic, period.end.copy(), period.counted, statistics
    )
    return replace(period, dyadic=dyadic, statistics=statistics)


def draw_together(
    together: Together, parameters: Floats, count: int, generator: np.random.Generator, *, scored: bool = True
) -> tuple[Draws, Cells, Floats]:
    """Simulate every period some times.

    Parameters
    ----------
    together : Together
    parameters : rates of ties and of the behaviour, a period each, then effects of ties, then on behaviour
    count, generator, scored
        As for `analysis.tie_models.saom_estimation.draw`.

    Returns
    -------
    Draws
        ``distances`` and ``steps`` are (simulations, 2 · periods): ties, then the behaviour.
    last network (n, n), and last behaviour (n,), of the last simulation's last period
    """
    model = together.model
    periods, effects = len(model.periods), len(model.terms)
    whole = effects + len(together.effects)
    rates, weights, weighed = np.split(parameters, [2 * periods, 2 * periods + effects])
    found = Draws(
        effects=np.empty((count, periods, whole)),
        scores=np.empty((count, periods, whole)),
        distances=np.empty((count, 2 * periods)),
        steps=np.empty((count, 2 * periods)),
        times=np.ones((count, periods)),
    )
    kinds = together.kinds
    for place, period in enumerate(model.periods):
        start = together.values[place][period.members]
        cells = [part.view() for part in (period.dyadic, period.allowed, period.counted)]
        for part in cells:
            part.setflags(write=False)
        for one in range(count):
            ties, values = period.start.copy(), start.copy()
            pace = rates[[place, periods + place]] * len(start)
            steps = generator.poisson(pace).astype(np.int64)
            kernels.simulate_together(
                model.kinds,
                model.places,
                model.decays,
                cells[0],
                together.moving,
                together.moving_kinds,
                *cells[1:],
                weights,
                kinds,
                weighed,
                steps,
                together.scale,
                scored,
                generator,
                ties,
                values,
                found.effects[one, place],
                found.scores[one, place],
            )
            found.steps[one, [place, periods + place]] = steps
            found.distances[one, place] = (period.counted * (ties != period.start)).sum()
            found.distances[one, periods + place] = np.abs(values - start).sum()
    return found, ties, values


def _together_batch(together: Together, parameters: Floats, generator: np.random.Generator) -> Draws:
    return draw_together(together, parameters, BATCH, generator)[0]


@dataclass(frozen=True, eq=False)
class _TogetherSearch(Search):
    """Rates of both, effects of ties, effects on the behaviour."""

    together: Together = field(kw_only=True)

    @property
    def rates(self) -> int:
        return 2 * len(self.model.periods)

    @property
    def targets(self) -> Floats:
        model, together = self.model, self.together
        return np.concatenate([model.distances, together.moved, model.targets, together.targets])

    def start(self) -> Floats:
        alone = Search(self.model, False).start()
        periods = len(self.model.periods)
        pace = 1.5 * self.together.moved / self.model.sizes + 0.2
        return np.concatenate([alone[:periods], pace, alone[periods:], np.zeros(len(self.together.effects))])

    def once(self, parameters: Floats, generator: np.random.Generator) -> Draws:
        return draw_together(self.together, parameters, 1, generator, scored=False)[0]

    def many(self, parameters: Floats, count: int, *, seed: int, workers: int | None, told: str) -> Draws:
        task = partial(_together_batch, self.together, parameters)
        found = replicated(task, -(-count // BATCH), seed=seed, workers=workers, told=told)
        names = ("effects", "scores", "distances", "steps", "times")
        joined = {name: np.concatenate([getattr(one, name) for one in found]) for name in names}
        return Draws(**joined, networks=())

    def statistics(self, draws: Draws) -> Floats:
        return self._by_period(draws.distances, draws.effects)

    def scores(self, draws: Draws, parameters: Floats) -> Floats:
        sizes = np.tile(self.model.sizes, 2)
        return self._by_period(draws.steps / parameters[: self.rates] - sizes, draws.scores)

    def _by_period(self, rates: Floats, effects: Floats) -> Floats:
        periods = len(self.model.periods)
        own = np.tile(np.eye(periods), 2)
        return np.concatenate([rates[:, None, :] * own, effects], axis=2)


@dataclass(frozen=True, repr=False)
class CoEvolution(Result):
    """Ties and a behaviour, fitted together.

    Attributes
    ----------
    terms : tuple of str
        Rates of ties and of the behaviour, effects on ties, effects on the behaviour.
    on : tuple of str
        ``ties`` or the behaviour's name, of each.
    estimates, standard_errors, targets, t_ratios : ndarray of float, shape (p,)
    covariance : ndarray of float, shape (p, p)
    max_t_ratio, overall_max : float
    converged : bool
    restarts, simulations, seed : int
    together : Together
    """

    terms: tuple[str, ...]
    on: tuple[str, ...]
    estimates: Floats
    standard_errors: Floats
    targets: Floats
    t_ratios: Floats
    covariance: Floats
    max_t_ratio: float
    overall_max: float
    converged: bool
    restarts: int
    simulations: int
    seed: int
    together: Together = field(repr=False)

    def tidy(self) -> pd.DataFrame:
        """Return one row per term: `on`, `term`, `estimate`, `standard_error`, `p`, `t_ratio`, `target`.

        Rates have no p; nothing has one where the model has not converged.
        """
        rate = np.array([term.startswith("rate") for term in self.terms])
        p = 2 * norm.sf(np.abs(self.estimates / self.standard_errors))
        return pd.DataFrame(
            {
                "on": self.on,
                "term": self.terms,
                "estimate": self.estimates,
                "standard_error": self.standard_errors,
                "p": np.where(rate | (not self.converged), np.nan, p),
                "t_ratio": self.t_ratios,
                "target": self.targets,
            }
        )

    def summary(self) -> str:
        """Return whether it converged, and the table."""
        head = (
            f"{'Converged' if self.converged else 'NOT CONVERGED'}: largest t-ratio {self.max_t_ratio:.2f}, "
            f"overall maximum {self.overall_max:.2f}; {self.simulations:,} simulations, "
            f"{self.restarts} restarts, seed {self.seed}"
        )
        return f"{head}\n{self.tidy().to_string(index=False, float_format='{:.3f}'.format)}"


def fit_together(
    together: Together, *, simulations: int = 3000, seed: int, workers: int | None = 1, told: str = ""
) -> CoEvolution:
    """Fit ties and a behaviour together, by the unconditional method of moments.

    Parameters
    ----------
    together : Together
        As from `read_together`.
    simulations, seed, workers, told
        As for `analysis.tie_models.saom.fit`.

    Returns
    -------
    CoEvolution
        Also when it has not converged, which it says.

    Examples
    --------
    >>> generator = np.random.default_rng(1)
    >>> first = (generator.random((15, 15)) < 0.2).astype(float)
    >>> second = np.where(generator.random((15, 15)) < 0.1, 1 - first, first)
    >>> habit = generator.integers(1, 4, (15, 2))
    >>> panel = Panel.from_matrices([first, second])
    >>> ready = read_together(panel, habit, "habit", effects=["density"], on_ties=[], on_behaviour=["linear"])
    >>> fit_together(ready, simulations=200, seed=1).terms[-2:]
    ('outdegree (density)', 'habit linear shape')
    """
    require_count("simulations", simulations, 2 * BATCH)
    search = _TogetherSearch(together.model, False, together=together)
    found = estimate_by(search, simulations=simulations, seed=seed, workers=workers, told=told)
    model, name = together.model, together.name
    periods = range(1, len(model.periods) + 1)
    terms = (
        *(f"rate (period {k})" for k in periods),
        *(f"rate of {name} (period {k})" for k in periods),
        *(term.name for term in model.terms),
        *(BEHAVIOUR_EFFECTS[one][0].format(name) for one in together.effects),
    )
    on = (
        *["ties"] * len(periods),
        *[name] * len(periods),
        *["ties"] * len(model.terms),
        *[name] * len(together.effects),
    )
    return CoEvolution(
        terms=terms,
        on=on,
        estimates=found.parameters,
        standard_errors=np.sqrt(np.diag(found.covariance)),
        targets=search.targets,
        t_ratios=found.t_ratios,
        covariance=found.covariance,
        max_t_ratio=float(np.abs(found.t_ratios).max()),
        overall_max=found.overall,
        converged=found.converged,
        restarts=found.restarts,
        simulations=found.simulations,
        seed=seed,
        together=together,
    )
