"""A network as a page can work with it: who stands where, and the ties of every relation and wave.

Positions are computed once, in Python; the page's script only shows, hides and marks. Without the script the
still picture stands there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from analysis.arrays import Flags, Floats, Integers
from analysis.figures.theme import MARKERS, PALETTE
from analysis.labels import in_words
from analysis.whom import tie

__all__ = ["Layer", "Network", "NetworkFigure", "network_panels", "on_a_circle"]


@dataclass(frozen=True)
class Layer:
    """One relation in one wave.

    Attributes
    ----------
    relation, wave : str
    ties : array, nodes × nodes
        From row to column: how many; on the diagonal those within a node.
    present, answered : array of bool
        Who was in the network, and who answered. Of who did not, no tie is no sign of none.
    hidden : array of bool, nodes × nodes, optional
        Whose number of ties is not shown, from row to column; 0 stands in its place. By default none.
    """

    relation: str
    wave: str
    ties: Integers
    present: Flags
    answered: Flags
    hidden: Flags | None = None


@dataclass(frozen=True)
class Network:
    """Nodes with a place each, and the ties between them, relation by relation and wave by wave.

    Attributes
    ----------
    unit : str
        What a node is: ``person`` or ``school``.
    names : tuple of str
        What each node is called; of people, their identifiers.
    groups : tuple of str
        The group of each: shape and colour.
    places : array, nodes × 2
    layers : tuple of Layer
    sizes : tuple of int
        People in each node.
    wave : str
        What a wave is called.
    step : int
        Numbers of ties are rounded to multiples of this.
    """

    unit: str
    names: tuple[str, ...]
    groups: tuple[str, ...]
    places: Floats
    layers: tuple[Layer, ...]
    sizes: tuple[int, ...]
    wave: str = "wave"
    step: int = 1

    def told_by(self, layer: Layer) -> list[frozenset[Hashable]]:
        """Return who of each group answered in a layer, as (person, relation, wave)."""
        told = [
            (group, (name, layer.relation, layer.wave))
            for name, group, answered in zip(self.names, self.groups, layer.answered, strict=True)
            if answered
        ]
        return [frozenset(person for group, person in told if group == one) for one in self.grouped()]

    def told_between(self, layer: Layer) -> pd.DataFrame:
        """Return the ties of a layer from each group (row) to each (column), as `whom.tie`."""
        names = self.grouped()
        cells: dict[tuple[str, str], set[Hashable]] = {(one, to): set() for one in names for to in names}
        for sender, receiver in zip(*layer.ties.nonzero(), strict=True):
            entry = tie(self.names[sender], self.names[receiver], layer.relation, layer.wave)
            cells[self.groups[sender], self.groups[receiver]].add(entry)
        rows = [[frozenset(cells[one, to]) for to in names] for one in names]
        return pd.DataFrame(rows, index=[*names], columns=[*names], dtype=object)

    def by_group(self, numbers: Mapping[tuple[str, str], Floats], step: int = 1) -> Network:
        """Return the network of groups: a node each, its ties within and to each other counted.

        Parameters
        ----------
        numbers : mapping of (str, str) to array, groups × groups
            For each relation and wave, the ties from row to column (in the order of `grouped`); NaN where
            their number is not shown. A group of which none is shown is unheard.
        step : int
            What they are rounded to multiples of.
        """
        names = self.grouped()
        member = np.array([[group == name for name in names] for group in self.groups], dtype=np.int64)
        layers = []
        for layer in self.layers:
            shown = numbers[layer.relation, layer.wave]
            told = ~np.isnan(shown)
            counts = np.where(told, shown, 0).astype(np.int64)
            there: Flags = (member.T @ layer.present) > 0
            heard = np.asarray(told.any(axis=1))
            layers.append(
                Layer(layer.relation, layer.wave, counts, there, heard, ~told & heard[:, None] & there)
            )
        sizes = tuple(int(count) for count in member.sum(axis=0))
        places = on_a_circle(len(names))
        return Network("school", names, names, places, tuple(layers), sizes, self.wave, step)

    def grouped(self) -> tuple[str, ...]:
        """Return the groups in the order in which they first occur."""
        return tuple(dict.fromkeys(self.groups))

    def as_json(self) -> str:
        """Return all that the page's script needs; places run from 0 to 1 in both directions."""
        low, high = self.places.min(axis=0), self.places.max(axis=0)
        scaled = (self.places - low) / max(float((high - low).max()), 1e-9)
        groups = self.grouped()
        nodes = [
            {
                "name": in_words(name),
                "group": groups.index(group),
                "x": _short(x),
                "y": _short(-y),
                "people": people,
            }
            for name, group, (x, y), people in zip(self.names, self.groups, scaled, self.sizes, strict=True)
        ]
        content: dict[str, Any] = {
            "unit": self.unit,
            "wave": self.wave,
            "step": self.step,
            "groups": [
                {
                    "name": in_words(name),
                    "colour": to_hex(PALETTE[place % len(PALETTE)]),
                    "shape": MARKERS[place % len(MARKERS)],
                }
                for place, name in enumerate(groups)
            ],
            "nodes": nodes,
            "layers": [
                {
                    "relation": in_words(layer.relation),
                    "wave": layer.wave,
                    "absent": _where(~layer.present),
                    "unheard": _where(layer.present & ~layer.answered),
                    "hidden": [] if layer.hidden is None else np.argwhere(layer.hidden).tolist(),
                    "ties": [
                        [int(first), int(second), int(layer.ties[first, second])]
                        for first, second in zip(*layer.ties.nonzero(), strict=True)
                    ],
                }
                for layer in self.layers
            ],
        }
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


class NetworkFigure(Figure):
    """A still picture of a network, and the network it is of, where a page can work with it."""

    network: Network | None = None


def network_panels(network: Network) -> tuple[NetworkFigure, list[Axes]]:
    """Return a figure of the network and a place for each layer: relations are rows, waves columns."""
    waves = Counter(layer.relation for layer in network.layers)
    columns = max(waves.values())
    figure = plt.figure(figsize=(4.4 * columns, 3.9 * len(waves)), FigureClass=NetworkFigure)
    if not isinstance(figure, NetworkFigure):
        raise TypeError(f"found a {type(figure).__name__}; needed: a figure that knows its network")
    figure.network = network
    axes = figure.subplots(len(waves), columns, squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    return figure, [axes[row, column] for row, count in enumerate(waves.values()) for column in range(count)]


def on_a_circle(count: int) -> Floats:
    """Return so many places on a circle, the first on top.

    Examples
    --------
    >>> on_a_circle(2).round(1).tolist()
    [[0.0, 1.0], [0.0, -1.0]]
    """
    angles = np.pi / 2 - 2 * np.pi * np.arange(count) / max(count, 1)
    return np.column_stack([np.cos(angles), np.sin(angles)])


def _where(flags: Flags) -> Sequence[int]:
    return [int(place) for place in np.flatnonzero(flags)]


def _short(value: float) -> float:
    return round(float(value), 3) + 0.0
