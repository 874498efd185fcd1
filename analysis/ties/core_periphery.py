"""A core in which all are tied and a periphery in which none are: the division that fits best.

Borgatti and Everett (2000, Social Networks 21, 375-395) correlate ties with a pattern: 1 within the core, 0
within the periphery. Ties between the two are left out, or count as 1. UCINET searches for the best division
with a genetic algorithm; here it is sought from every degree upwards, by moving one person at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analysis.arrays import Flags, Floats
from analysis.checks import NotEstimable
from analysis.result import Result

__all__ = ["CorePeriphery", "core_periphery"]


@dataclass(frozen=True, repr=False)
class CorePeriphery(Result):
    """A division into a core and a periphery.

    Attributes
    ----------
    core : ndarray of bool, shape (n,)
    correlation : float
        Of ties with the pattern.
    share : float
        Of people in the core.
    """

    core: Flags
    correlation: float
    share: float

    def summary(self) -> str:
        """Return the size of the core, and the fit."""
        return f"{int(self.core.sum())} of {len(self.core)} in the core; correlation {self.correlation:.3f}"


def core_periphery(matrix: npt.ArrayLike, *, between: bool = False) -> CorePeriphery:
    """Find the core that fits best.

    Parameters
    ----------
    matrix : array-like, shape (n, n)
        Ties 0 or 1; the diagonal does not count.
    between : bool
        Whether ties between core and periphery count, as if all of them should be there.

    Returns
    -------
    CorePeriphery
        The best found: no move of one person improves it. Not proven to be the best of all; of those that
        fit alike, one from a small core.

    Raises
    ------
    NotEstimable
        Where there are no ties, or all.

    Examples
    --------
    >>> ties = np.zeros((6, 6))
    >>> ties[:3, :3] = 1
    >>> core_periphery(ties).correlation  # two of the three alone fit as well: ties across are left out
    1.0
    """
    ties = np.array(matrix, dtype=float)
    np.fill_diagonal(ties, 0)
    size = len(ties)
    if not 0 < ties.sum() < size * (size - 1):
        raise NotEstimable("found no ties or all of them: nobody is more central than others")
    both = ties + ties.T
    order = np.argsort(-both.sum(axis=1), kind="stable")
    found: tuple[float, Flags] | None = None
    for start in range(1, size):
        core = np.zeros(size, dtype=bool)
        core[order[:start]] = True
        fit, core = _improved(both, core, between)
        if found is None or fit > found[0] + 1e-12:
            found = fit, core
    assert found is not None
    return CorePeriphery(found[1], float(found[0]), float(found[1].mean()))


def _improved(both: Floats, core: Flags, between: bool) -> tuple[float, Flags]:
    """Move the person who improves the fit most, until nobody does."""
    size, degrees, core = len(both), both.sum(axis=1), core.copy()
    total = degrees.sum() / 2
    with_core = both[:, core].sum(axis=1)
    inside = with_core[core].sum() / 2
    outside = (degrees - with_core)[~core].sum() / 2
    fit = float(_fit(inside, outside, core.sum(), size, total, between))
    while True:
        joins = np.where(core, -1, 1)
        insides = inside + joins * with_core
        outsides = outside - joins * (degrees - with_core)
        fits = _fit(insides, outsides, core.sum() + joins, size, total, between)
        best = int(np.argmax(fits))
        if not fits[best] > fit + 1e-12:
            return fit, core
        fit, inside, outside = float(fits[best]), insides[best], outsides[best]
        with_core = with_core + joins[best] * both[:, best]
        core[best] = not core[best]


def _fit(
    inside: npt.ArrayLike,
    outside: npt.ArrayLike,
    people: npt.ArrayLike,
    size: int,
    total: float,
    between: bool,
) -> Floats:
    """Return the correlation of ties with the pattern, from counts; -1 where it is not defined."""
    tied_in, tied_out = np.asarray(inside, dtype=float), np.asarray(outside, dtype=float)
    core = np.asarray(people, dtype=float)
    cells_out = (size - core) * (size - core - 1)
    cells_in = core * (core - 1) + (2 * core * (size - core) if between else 0)
    if between:
        tied_in = total - tied_out
    cells, tied = cells_in + cells_out, tied_in + tied_out
    spread = cells_in * cells_out * tied * (cells - tied)
    with np.errstate(divide="ignore", invalid="ignore"):
        fit = (tied_in * cells - tied * cells_in) / np.sqrt(spread)
    return np.where(spread > 0, fit, -1.0)
