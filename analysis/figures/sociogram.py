"""Sociograms: several networks of the same people, drawn in one layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.ties.panel import Panel

__all__ = ["sociograms"]


def sociograms(
    panels: Mapping[str, Panel],
    groups: Sequence[str],
    *,
    threshold: float | None = None,
    wave: str = "wave",
    seed: int,
) -> Figure:
    """Draw every wave (columns) of every relation (rows), each person at one place throughout.

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
        Starts the layout: a spring embedding of all ties of all panels together.

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
    columns = max(len(panel.waves) for panel in listed)
    with themed():
        figure, axes = plt.subplots(
            len(listed), columns, figsize=(4.4 * columns, 3.9 * len(listed)), squeeze=False
        )
        for axis in axes.flat:
            axis.set_axis_off()
        for row, (relation, panel) in enumerate(panels.items()):
            for column, number in enumerate(panel.waves):
                axis = axes[row, column]
                matrix = matrices[relation, number]
                _draw(axis, matrix, places, groups)
                axis.set_title(f"{relation}, {wave} {number} ({int((matrix != 0).sum())} ties)")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=len(labels), bbox_to_anchor=(0.5, -0.03))
        figure.tight_layout()
    return figure


def _layout(weights: npt.NDArray[np.float64], seed: int) -> npt.NDArray[np.float64]:
    graph = nx.from_numpy_array(weights + weights.T)
    found = nx.spring_layout(graph, seed=seed, k=1.2 / np.sqrt(len(weights)), iterations=200)
    return np.array([found[node] for node in range(len(weights))])


def _draw(
    axis: Axes, matrix: npt.NDArray[np.float64], places: npt.NDArray[np.float64], groups: Sequence[str]
) -> None:
    tied = matrix != 0
    np.fill_diagonal(tied, False)
    mutual = np.triu(tied & tied.T)
    single = tied & ~tied.T
    for present, shade, width in ((single, "0.78", 0.6), (mutual, "0.2", 1.0)):
        lines = [(places[first], places[second]) for first, second in zip(*present.nonzero(), strict=True)]
        axis.add_collection(
            LineCollection(lines, colors=shade, linewidths=width, zorder=1 if width < 1 else 2)
        )
    for index, group in enumerate(dict.fromkeys(groups)):
        members = np.array([label == group for label in groups])
        axis.scatter(
            places[members, 0],
            places[members, 1],
            s=34,
            marker=MARKERS[index % len(MARKERS)],
            color=PALETTE[index % len(PALETTE)],
            edgecolors="white",
            linewidths=0.6,
            zorder=3,
            label=group,
        )
    axis.autoscale_view()
