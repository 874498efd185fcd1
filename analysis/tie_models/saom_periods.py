"""A panel made ready for the actor-oriented model: what starts each period, may change, and counts."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable
from analysis.tie_models import saom_kernels as kernels
from analysis.tie_models.saom_effects import Given, Term, read_terms
from analysis.ties.panel import Panel

__all__ = ["Model", "Period", "read_model"]

LEAST = 3  # actors: with two, no tie has a third actor to it
DEPENDENT = 1e-9  # share of an effect that the earlier ones leave, squared, below which it adds nothing


@dataclass(frozen=True, eq=False)
class Period:
    """From one wave to the next, among those who were there at both.

    Attributes
    ----------
    waves : the two
    members : places of its n actors among the panel's
    start : (n, n) of 0 and 1; what was missing is imputed
    end : (n, n) the same of the later wave; cells that could not change are as at the start
    allowed : (n, n) 1 where a tie may change, and on the diagonal
    counted : (n, n) 1 where both waves were observed: the cells that statistics count
    dyadic : (d, n, n) what a tie in each cell adds, for effects that depend on no other tie
    distance : counted cells that differ between start and end
    statistics : (effects,) of the end: what the model is to give on average
    """

    waves: tuple[Hashable, Hashable]
    members: Integers
    start: kernels.Cells
    end: kernels.Cells
    allowed: kernels.Cells
    counted: kernels.Cells
    dyadic: Floats
    distance: int
    statistics: Floats


@dataclass(frozen=True, eq=False)
class Model:
    """Effects and periods of an actor-oriented model.

    Attributes
    ----------
    actors, waves : of the panel
    terms : the effects
    periods : one between every two waves
    kinds, places, decays : (effects,) what the kernels need of each effect
    panel, given, threshold, fixed : what the model was read from, so that it can be read with further effects
    """

    actors: tuple[str, ...]
    waves: tuple[Hashable, ...]
    terms: tuple[Term, ...]
    periods: tuple[Period, ...]
    kinds: Integers
    places: Integers
    decays: Floats
    panel: Panel
    given: tuple[Given, ...]
    threshold: float | None
    fixed: npt.ArrayLike | None

    def with_effects(self, further: Sequence[Given]) -> Model:
        """Return the model with further effects after its own; raises as `read_model`."""
        return read_model(self.panel, [*self.given, *further], threshold=self.threshold, fixed=self.fixed)

    @property
    def targets(self) -> Floats:
        """Each effect's observed statistic, summed over the periods' ends; (effects,)."""
        found: Floats = np.sum([period.statistics for period in self.periods], axis=0)
        return found

    @property
    def distances(self) -> Floats:
        """How many ties changed in each period; (periods,)."""
        return np.array([period.distance for period in self.periods], dtype=float)

    @property
    def sizes(self) -> Floats:
        """How many actors each period has; (periods,)."""
        return np.array([len(period.members) for period in self.periods], dtype=float)


def read_model(
    panel: Panel,
    effects: Sequence[Given],
    *,
    threshold: float | None = None,
    fixed: npt.ArrayLike | None = None,
) -> Model:
    """Check a panel and effects, and make them ready.

    Parameters
    ----------
    panel : Panel
    effects : sequence
        As `analysis.tie_models.saom_effects` names them.
    threshold : float, optional
        Lowest value that counts as a tie; without one, values have to be 0 and 1.
    fixed : array-like of bool, shape (waves, n, n), optional
        Cells that could not change in the period that a wave starts: ties that are ruled out or prescribed.

    Returns
    -------
    Model

    Raises
    ------
    ValueError
        With every fault of the question (unknown effects, wrong lengths, values other than 0 and 1, a tie of
        somebody absent), and of the data.
    NotEstimable
        When all faults are the data's: a wave without ties, two waves alike, a constant covariate, effects
        that depend on each other, fewer than three actors.

    Examples
    --------
    >>> ring, chain = np.roll(np.eye(4), 1, axis=1), np.eye(4, k=1)
    >>> model = read_model(Panel.from_matrices([ring, chain]), ["density", "recip"])
    >>> model.targets.tolist(), model.distances.tolist()
    ([3.0, 0.0], [1.0])
    """
    count, size = len(panel.waves), len(panel.actors)
    terms, wrong, constant = read_terms(effects, size, max(count, 2))
    data: list[str] = []
    if count < 2:
        data.append(f"found {count} wave; allowed: at least 2")
    if size < LEAST:
        data.append(f"found {size} actors; allowed: at least {LEAST}")
    values = np.array([panel.matrix(wave, threshold=threshold) for wave in panel.waves])
    odd = ~np.isin(values, (0.0, 1.0)) & ~np.isnan(values)
    if odd.any():
        wave = panel.waves[int(np.argwhere(odd)[0, 0])]
        wrong.append(
            f"wave {wave!r} holds the value {values[odd][0]:g} (and {odd.sum() - 1} more cells hold others); "
            "allowed are 0, 1 and NaN: choose a threshold"
        )
    there = panel.present[:, :, None] & panel.present[:, None, :]
    for wave, sender, receiver in np.argwhere(~there & (np.nan_to_num(values) != 0))[:3]:
        names = f"{panel.actors[sender]} → {panel.actors[receiver]}"
        wrong.append(f"wave {panel.waves[wave]!r}: found a tie of somebody absent, {names}")
    held = _read_fixed(fixed, (count, size, size), wrong)
    if odd.any() or wrong or size < LEAST or count < 2:
        _refuse(wrong, data + constant)
    data += [
        f"wave {wave!r}: found no tie; every wave needs some"
        for wave, ties in zip(panel.waves, values, strict=True)
        if not np.nan_to_num(ties).any()
    ]
    kinds = np.array([term.kind for term in terms], dtype=np.int64)
    dyadic = [term.kind == kernels.DYADIC for term in terms]
    places = np.where(dyadic, np.cumsum(dyadic) - 1, 0).astype(np.int64)
    decays = np.array([term.decay for term in terms], dtype=float)
    periods = []
    imputed = _carried_forward(values)
    for place in range(count - 1):
        period = _period(panel, terms, place, values, imputed, held, (kinds, places, decays))
        between = f"waves {period.waves[0]!r} and {period.waves[1]!r}"
        if len(period.members) < LEAST:
            data.append(f"{between}: {len(period.members)} actors were there at both; needed are {LEAST}")
        elif not period.distance:
            data.append(f"{between} are alike in every cell observed in both; something has to change")
        periods.append(period)
    model = Model(
        actors=panel.actors,
        waves=panel.waves,
        terms=terms,
        periods=tuple(periods),
        kinds=kinds,
        places=places,
        decays=decays,
        panel=panel,
        given=tuple(effects),
        threshold=threshold,
        fixed=fixed,
    )
    data += constant
    if len(terms) and all(len(period.members) >= LEAST for period in periods):
        data += _dependent(model)
    _refuse(wrong, data)
    return model


def _refuse(wrong: list[str], data: list[str]) -> None:
    if wrong or data:
        kind = ValueError if wrong else NotEstimable
        raise kind(
            "\n".join(["no actor-oriented model can be fitted:", *(f"  {one}" for one in wrong + data)])
        )


def _read_fixed(fixed: npt.ArrayLike | None, shape: tuple[int, ...], wrong: list[str]) -> Flags:
    held = np.zeros(shape, dtype=bool) if fixed is None else np.array(fixed, dtype=bool)
    if held.shape != shape:
        wrong.append(f"fixed has shape {held.shape}; needed is {shape}: a matrix per wave")
    return held


def _carried_forward(values: Floats) -> Floats:
    """Impute what is missing by the last value observed before, and by no tie where there is none."""
    filled = values.copy()
    filled[0] = np.nan_to_num(filled[0])
    for wave in range(1, len(filled)):
        filled[wave] = np.where(np.isnan(filled[wave]), filled[wave - 1], filled[wave])
    return filled


def _period(
    panel: Panel,
    terms: Sequence[Term],
    place: int,
    values: Floats,
    imputed: Floats,
    held: Flags,
    effects: tuple[Integers, Integers, Floats],
) -> Period:
    members = np.flatnonzero(panel.present[place] & panel.present[place + 1])
    among = np.ix_(members, members)
    start, observed = imputed[place][among], values[place + 1][among]
    free = ~held[place][among]
    counted = ~(np.isnan(values[place][among]) | np.isnan(observed))
    end = np.where(free & counted, observed, start)
    allowed = free | np.eye(len(members), dtype=bool)
    cells = [term.cells[place][among] for term in terms if term.cells is not None]
    dyadic = np.array(cells, dtype=float).reshape(len(cells), len(members), len(members))
    matrices = [part.astype(np.uint8) for part in (start, end, allowed, counted)]
    for part in (*matrices, dyadic):
        part.setflags(write=False)
    statistics = np.empty(len(terms))
    kernels.statistics_of(*effects, dyadic, matrices[1].copy(), matrices[3], statistics)
    return Period(
        waves=(panel.waves[place], panel.waves[place + 1]),
        members=members,
        start=matrices[0],
        end=matrices[1],
        allowed=matrices[2],
        counted=matrices[3],
        dyadic=dyadic,
        distance=int((counted & (start != end)).sum()),
        statistics=statistics,
    )


def _dependent(model: Model) -> list[str]:
    """Name effects that other effects give, in what every actor could change at every wave."""
    effects = len(model.terms)
    products = np.zeros((effects, effects))
    for period in model.periods:
        for ties in (period.start, period.end):
            lists = kernels.neighbours(ties.copy())
            paths, rows = np.empty(len(ties)), np.empty((effects, len(ties)))
            for ego in range(len(ties)):
                known = (model.kinds, model.places, model.decays, period.dyadic)
                kernels.change_rows(ego, *known, ties.copy(), *lists, paths, rows)
                rows *= period.allowed[ego]
                rows[:, ego] = 0.0
                products += rows @ rows.T
    scale = np.sqrt(np.diag(products))
    faults = [
        f"effect {term.name}: no tie that somebody could change would change it"
        for term, size in zip(model.terms, scale, strict=True)
        if size == 0
    ]
    kept: list[int] = []
    for place in np.flatnonzero(scale):
        earlier = products[np.ix_(kept, kept)] / np.outer(scale[kept], scale[kept])
        shared = products[kept, place] / (scale[kept] * scale[place])
        weights = np.linalg.solve(earlier, shared) if kept else np.zeros(0)
        if 1.0 - shared @ weights > DEPENDENT:
            kept.append(int(place))
        else:
            others = [model.terms[one].name for one, w in zip(kept, weights, strict=True) if abs(w) > 1e-6]
            faults.append(f"effect {model.terms[place].name}: given by {', '.join(others)}; leave one out")
    return faults
