"""Maps of schools: how many ties each has within, and how many go between any two. Nobody is drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable
from analysis.figures.network import Network, NetworkFigure, network_panels, on_a_circle
from analysis.figures.theme import PALETTE, themed
from analysis.ties.schools import SchoolTies

__all__ = ["school_map", "school_maps"]

_FEWEST = 2
_TOGETHER = " + "
_LINE, _LINES = 14, 3
"""Letters of a line of a label, and its lines: the table has whole names."""
_NOT_SHOWN = "–"


def school_map(found: SchoolTies, shown: pd.Index | None = None) -> Figure:
    """Draw the schools of one wave: the area of each by its people, lines between them by ties of both ways.

    A dashed line says that two schools have no tie at all.

    Parameters
    ----------
    found : SchoolTies
    shown : Index, optional
        The pairs of schools (one, other), a school with itself too, whose ties may be shown, as in the index
        of `who_is_mapped`; by default all. The others have a thin line and a dash.

    Raises
    ------
    NotEstimable
        When there are fewer than two schools to be drawn.
    """
    names = list(found.between.index)
    if len(names) < _FEWEST:
        raise NotEstimable("found fewer than two schools large enough to be drawn")
    told = np.full((len(names), len(names)), shown is None)
    for one, other in shown if shown is not None else ():
        place = names.index(one), names.index(other)
        told[place] = told[place[::-1]] = True
    with themed():
        figure, axis = plt.subplots(figsize=(5.2, 3.0))
        axis.set_axis_off()
        people = found.scorecard["asked"].to_numpy(float)
        _draw(axis, names, on_a_circle(len(names)), people, found.between.to_numpy(), told)
        figure.tight_layout()
    return figure


def school_maps(network: Network) -> NetworkFigure:
    """Draw every wave (columns) of every relation (rows) of a network of schools, as `school_map` does one.

    Parameters
    ----------
    network : Network
        As from `Network.by_group`. A hollow school is one whose answers are not shown, or that gave none.
    """
    people = np.array(network.sizes, float)
    with themed():
        figure, axes = network_panels(network)
        for layer, axis in zip(network.layers, axes, strict=True):
            hidden = np.zeros_like(layer.ties, dtype=bool) if layer.hidden is None else layer.hidden
            told = ~(hidden | hidden.T)
            np.fill_diagonal(told, layer.answered & ~hidden.diagonal())
            _draw(axis, network.names, network.places, people, layer.ties, told, hollow=~layer.answered)
            # A sum of rounded numbers is nobody's.
            count = "" if network.step > 1 or hidden.any() else f" ({int(layer.ties.sum())} ties)"
            axis.set_title(f"{layer.relation}, {network.wave} {layer.wave}{count}")
        figure.tight_layout()
    return figure


def _draw(
    axis: Axes,
    names: Sequence[str],
    places: Floats,
    people: Floats,
    ties: Integers,
    told: Flags,
    hollow: Flags | None = None,
) -> None:
    """Draw schools at their places; where a number is not told, a dash stands for it."""
    pairs = list(combinations(range(len(names)), 2))
    both = {(one, other): int(ties[one, other] + ties[other, one]) for one, other in pairs}
    most = max([1, *(count for pair, count in both.items() if told[pair])])
    for (one, other), count in both.items():
        line = places[[one, other]]
        axis.plot(
            line[:, 0],
            line[:, 1],
            color="0.55" if count else "0.75",
            linewidth=1 + 7 * count / most if count and told[one, other] else 1,
            linestyle="-" if count or not told[one, other] else (0, (2, 4)),
            zorder=1,
        )
        # Off the middle, where the lines of opposite schools cross.
        axis.annotate(
            f"{count}" if told[one, other] else _NOT_SHOWN,
            line[0] + 0.38 * (line[1] - line[0]),
            ha="center",
            va="center",
            fontsize="small",
            bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"},
            zorder=2,
        )
    areas = 500 + 4000 * people / people.sum()
    for place, name in enumerate(names):
        empty = hollow is not None and hollow[place]
        face, ink = ("white", PALETTE[0]) if empty else (PALETTE[0], "white")
        at = places[place]
        circle = axis.scatter(at[0], at[1], s=areas[place], color=[face], edgecolors=[PALETTE[0]], zorder=3)
        circle.set_clip_on(False)
        axis.annotate(
            f"{ties[place, place]}" if told[place, place] else _NOT_SHOWN,
            at,
            ha="center",
            va="center",
            color=ink,
            weight="bold",
            zorder=4,
        )
        side = round(at[0], 6)
        axis.annotate(
            _in_lines(name),
            at,
            # Beyond the edge of the circle, whose radius in points follows from its area.
            at * (4 + np.sqrt(areas[place]) / 2),
            textcoords="offset points",
            ha="left" if side > 0 else "right" if side < 0 else "center",
            va="center" if side else "bottom" if at[1] > 0 else "top",
        )
    axis.set_xlim(-2.3, 2.3)
    axis.set_ylim(-1.45, 1.45)
    axis.set_aspect("equal")


def _in_lines(name: str) -> str:
    """Return a name as it fits beside a circle: broken into lines, and cut short where there are too many.

    >>> print(_in_lines("ash + elm + School A + School B + yew"))
    ash + elm +
    School A +
    School B + yew
    >>> print(_in_lines("The Primary School of the Lakes District and the Northern Valleys, Upper Campus"))
    The Primary
    School of the
    Lakes …
    """
    # Where schools stand together, a sign is no line of its own.
    joined = name.replace(_TOGETHER, "\N{NO-BREAK SPACE}+ ")
    kept = textwrap.wrap(joined, _LINE, max_lines=_LINES, placeholder=" …", break_on_hyphens=False)
    return "\n".join(kept).replace("\N{NO-BREAK SPACE}", " ")
