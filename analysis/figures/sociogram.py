"""Sociograms: several networks of the same people, drawn in one layout."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from analysis.arrays import Floats
from analysis.figures.network import Layer, Network, NetworkFigure, network_panels
from analysis.figures.theme import EACH_PERSON, MARKERS, PALETTE, themed
from analysis.labels import in_words
from analysis.ties.panel import Panel

__all__ = ["sociograms"]


def sociograms(
    panels: Mapping[str, Panel],
    groups: Sequence[str],
    *,
    threshold: float | None = None,
    wave: str = "wave",
    seed: int,
) -> NetworkFigure:
    """Draw every wave (columns) of every relation (rows), each person at one place throughout.

    Who was not in the network in a wave is not drawn there; who did not answer is hollow, since no line from
    them is no sign that they turn to nobody. People tied in no wave stand in a row below.

    Parameters
    ----------
    panels : mapping of str to Panel
        Panels of the same actors in the same order, by relation.
    groups : sequence of str
        The group of each actor: shape and colour.
    threshold : float or None
        Lowest value that counts as a tie.
    wave : str
        What a wave is called in the titles.
    seed : int
        Starts the layout: of all ties of all panels together, one spring embedding per component.

    Raises
    ------
    ValueError
        When there is no panel, panels hold different actors, or there is not one group per actor.
    """
    listed = list(panels.values())
    if not listed:
        raise ValueError("found no panel; allowed: at least one")
    actors = listed[0].actors
    if any(panel.actors != actors for panel in listed):
        raise ValueError("sociograms in one layout need panels of the same actors in the same order")
    if len(groups) != len(actors):
        raise ValueError(f"found {len(groups)} groups; allowed: one for each of the {len(actors)} actors")
    matrices = {
        (relation, number): np.nan_to_num(panel.matrix(number, threshold=threshold))
        for relation, panel in panels.items()
        for number in panel.waves
    }
    places = _layout(np.sum(list(matrices.values()), axis=0), seed)
    layers = []
    for (relation, number), matrix in matrices.items():
        ties = (matrix != 0).astype(np.int64)
        np.fill_diagonal(ties, 0)
        panel = panels[relation]
        place = panel.waves.index(number)
        layers.append(Layer(relation, str(number), ties, panel.present[place], panel.answered[place]))
    network = Network("person", tuple(actors), tuple(groups), places, tuple(layers), (1,) * len(actors), wave)
    with themed():
        figure, axes = network_panels(network)
        for layer, axis in zip(layers, axes, strict=True):
            _draw(axis, layer, places, groups)
            axis.set_title(f"{layer.relation}, {wave} {layer.wave} ({int(layer.ties.sum())} ties)")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(
            handles, labels, loc="upper center", ncols=min(4, len(labels)), bbox_to_anchor=(0.5, 0.02)
        )
        figure.tight_layout()
    figure.set_label(EACH_PERSON)
    return figure


def _layout(weights: Floats, seed: int) -> Floats:
    """Return a place per actor: components side by side, the largest first, people without ties in a row."""
    graph = nx.from_numpy_array(weights + weights.T)
    components = sorted((sorted(part) for part in nx.connected_components(graph)), key=lambda p: (-len(p), p))
    places = np.zeros((len(weights), 2))
    tied = [part for part in components if len(part) > 1]
    largest = math.sqrt(len(tied[0])) if tied else 1.0
    widest = 1.3 * max(largest, math.sqrt(sum(len(part) for part in tied)))
    left = top = depth = 0.0
    for part in tied:
        side = math.sqrt(len(part))
        # Shelves as wide as a square of all would be, each as deep as what stands first on it.
        if left and left + side > widest:
            left, top, depth = 0.0, top - depth - 0.6, 0.0
        found = nx.spring_layout(graph.subgraph(part), seed=seed, k=1.2 / side, iterations=200)
        inside = np.array([found[node] for node in part])
        inside -= inside.min(axis=0)
        inside *= side / max(float(inside.max()), 1e-9)
        places[part] = inside + np.array([left, top - side])
        left, depth = left + side + 0.6, max(depth, side)
    alone = [part[0] for part in components if len(part) == 1]
    if alone:
        width = max(1.2 * largest, 0.3 * len(alone) ** 0.5)
        row = max(1, int(width / 0.3))
        for number, actor in enumerate(alone):
            places[actor] = [0.3 * (number % row), top - depth - 0.8 - 0.35 * (number // row)]
    return places


def _draw(axis: Axes, layer: Layer, places: Floats, groups: Sequence[str]) -> None:
    tied, present, answered = layer.ties > 0, layer.present, layer.answered
    mutual = np.triu(tied & tied.T)
    single = tied & ~tied.T
    for ties, shade, width in ((single, "0.78", 0.6), (mutual, "0.2", 1.0)):
        lines = [(places[first], places[second]) for first, second in zip(*ties.nonzero(), strict=True)]
        axis.add_collection(
            LineCollection(lines, colors=shade, linewidths=width, zorder=1 if width < 1 else 2)
        )
    for index, group in enumerate(dict.fromkeys(groups)):
        members = np.array([label == group for label in groups]) & present
        colour = PALETTE[index % len(PALETTE)]
        for told, face in ((answered, colour), (~answered, "white")):
            shown = members & told
            # Filled, also where empty: the legend names every group once.
            if face != colour and not shown.any():
                continue
            axis.scatter(
                places[shown, 0],
                places[shown, 1],
                s=34,
                marker=MARKERS[index % len(MARKERS)],
                facecolors=face,
                edgecolors="white" if face == colour else colour,
                linewidths=0.6 if face == colour else 1.2,
                zorder=3,
                label=in_words(group) if face == colour else None,
            )
    axis.autoscale_view()
