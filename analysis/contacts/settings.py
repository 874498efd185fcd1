"""How results move with window, persistence and horizon, which are choices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.contacts.cascade import people_behind
from analysis.contacts.closure import Coalescence, star_coalescence
from analysis.contacts.meetings import Cascades

__all__ = ["OtherSettings", "other_settings"]


@dataclass(frozen=True, eq=False)
class OtherSettings:
    """What all meetings, or the one named, come to with other windows, persistences and horizons.

    Attributes
    ----------
    of : str
        Which meetings, in words.
    found : tuple of Coalescence
        One a combination.
    """

    of: str
    found: tuple[Coalescence, ...]

    @property
    def caption(self) -> str:
        """What the picture shows."""
        return f"Coalescence of {self.of} by window, persistence and horizon."

    def surface(self) -> pd.DataFrame | NotEstimable:
        """Return `Coalescence.tidy` of each combination."""
        if not self.found:
            return NotEstimable("no other settings were asked for")
        surface = pd.concat([one.tidy() for one in self.found], ignore_index=True)
        return surface if surface["enduring"].any() else NotEstimable("no closure endured at any of them")

    def table(self) -> pd.DataFrame | NotEstimable:
        """Return meetings, closures and coalescence of each combination; between how many people they are."""
        surface = self.surface()
        if isinstance(surface, NotEstimable):
            return surface
        shown = surface[["rated", "possible", "enduring", "coalescence"]]
        spans = surface[["window", "persistence", "horizon"]].itertuples(index=False)
        labels = [
            f"window {window:g}, persistence {persistence:g}, horizon {horizon:g}"
            for window, persistence, horizon in spans
        ]
        return shown.assign(people=[len(group) for group in self.between]).set_axis(
            pd.Index(labels, name="days")
        )

    @cached_property
    def between(self) -> tuple[frozenset[str], ...]:
        """Between whom the enduring closures of each combination are."""
        return tuple(people_behind(one)["enduring"] for one in self.found)

    @property
    def people(self) -> frozenset[str]:
        """The smallest group that two settings side by side can be brought back to."""
        if not self.found:
            return frozenset()
        events = [one.events for one in self.found]
        codes, labels = pd.factorize(events[0][["one", "other"]].to_numpy(object).ravel())
        ends = codes.reshape(-1, 2)
        states = [frame["enduring"].where(~frame["censored"], -1).to_numpy() for frame in events]
        apart = [np.unique(ends[one != other]) for one, other in combinations(states, 2)]
        fewest = min(filter(len, apart), key=len, default=np.empty(0, dtype=int))
        groups = [frozenset(labels[fewest].tolist()), *self.between]
        return min(filter(None, groups), key=len, default=frozenset())


def other_settings(
    cascades: Cascades, factors: Sequence[float], horizons: Sequence[float] = (1.0,)
) -> OtherSettings:
    """Follow the same meetings under every combination of other settings.

    Parameters
    ----------
    cascades : Cascades
    factors : sequence of float
        Window and persistence are multiplied by each of them.
    horizons : sequence of float
        The horizon is.
    """
    multiplied = {"window": factors, "persistence": factors, "horizon": horizons}
    # To three digits, so that a label says the setting itself.
    spans = [
        [float(f"{cascades.settings[name] * factor:.3g}") for factor in by] for name, by in multiplied.items()
    ]
    pairs = [cascades.event] if cascades.event else None
    found = [
        star_coalescence(
            cascades.stream,
            window=window,
            persistence=persistence,
            horizon=horizon,
            burn_in=cascades.settings["burn_in"],
            pairs=pairs,
        )
        for window, persistence, horizon in product(*spans)
    ]
    return OtherSettings(cascades.of, tuple(found))
