"""A map of schools: how many ties each has within, and how many go between any two."""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from analysis.checks import NotEstimable
from analysis.figures.theme import PALETTE, themed
from analysis.ties.schools import SchoolTies

__all__ = ["school_map"]

_FEWEST = 2


def school_map(found: SchoolTies) -> Figure:
    """Draw schools on a circle: the area of each by its people, lines between them by ties of both ways.

    No person is drawn. A dashed line says that two schools have no tie at all.

    Parameters
    ----------
    found : SchoolTies

    Raises
    ------
    NotEstimable
        When there are fewer than two schools to be drawn.
    """
    names = list(found.between.index)
    if len(names) < _FEWEST:
        raise NotEstimable("found fewer than two schools large enough to be drawn")
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(names)) / len(names)
    places = np.column_stack([np.cos(angles), np.sin(angles)])
    ties = found.between.to_numpy()
    both = {(a, b): int(ties[a, b] + ties[b, a]) for a, b in combinations(range(len(names)), 2)}
    most = max(*both.values(), 1)
    with themed():
        figure, axis = plt.subplots(figsize=(5.2, 3.0))
        axis.set_axis_off()
        for (one, other), count in both.items():
            line = places[[one, other]]
            axis.plot(
                line[:, 0],
                line[:, 1],
                color="0.55" if count else "0.75",
                linewidth=1 + 7 * count / most if count else 1,
                linestyle="-" if count else (0, (2, 4)),
                zorder=1,
            )
            # Off the middle, where the lines of opposite schools cross.
            axis.annotate(
                f"{count}",
                line[0] + 0.38 * (line[1] - line[0]),
                ha="center",
                va="center",
                fontsize="small",
                bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"},
                zorder=2,
            )
        areas = 600 + 120 * found.scorecard["asked"].to_numpy(float)
        axis.scatter(places[:, 0], places[:, 1], s=areas, color=PALETTE[0], edgecolors="white", zorder=3)
        for place, name in enumerate(names):
            axis.annotate(
                f"{ties[place, place]}",
                places[place],
                ha="center",
                va="center",
                color="white",
                weight="bold",
                zorder=4,
            )
            side = round(places[place][0], 6)
            axis.annotate(
                f"{name}",
                places[place],
                # Beyond the edge of the circle, whose radius in points follows from its area.
                places[place] * (4 + np.sqrt(areas[place]) / 2),
                textcoords="offset points",
                ha="left" if side > 0 else "right" if side < 0 else "center",
                va="center" if side else "bottom" if places[place][1] > 0 else "top",
            )
        axis.set_xlim(-2.3, 2.3)
        axis.set_ylim(-1.45, 1.45)
        axis.set_aspect("equal")
        figure.tight_layout()
    return figure
