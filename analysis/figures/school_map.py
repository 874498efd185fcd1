"""A map of schools: how many ties each has within, and how many go between any two."""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.checks import NotEstimable
from analysis.figures.theme import PALETTE, themed
from analysis.ties.schools import SchoolTies

__all__ = ["school_map"]

_FEWEST = 2
_NOT_SHOWN = "–"


def school_map(found: SchoolTies, shown: pd.Index | None = None) -> Figure:
    """Draw schools on a circle: the area of each by its people, lines between them by ties of both ways.

    No person is drawn. A dashed line says that two schools have no tie at all.

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
    angles = np.pi / 2 - 2 * np.pi * np.arange(len(names)) / len(names)
    places = np.column_stack([np.cos(angles), np.sin(angles)])
    ties = found.between.to_numpy()
    both = {(a, b): int(ties[a, b] + ties[b, a]) for a, b in combinations(range(len(names)), 2)}
    open_pairs = (
        {(names.index(one), names.index(other)) for one, other in shown} if shown is not None else None
    )
    hidden = {pair for pair in both if open_pairs is not None and pair not in open_pairs}
    most = max([1, *(count for pair, count in both.items() if pair not in hidden)])
    with themed():
        figure, axis = plt.subplots(figsize=(5.2, 3.0))
        axis.set_axis_off()
        for (one, other), count in both.items():
            line = places[[one, other]]
            axis.plot(
                line[:, 0],
                line[:, 1],
                color="0.55" if count else "0.75",
                linewidth=1 + 7 * count / most if count and (one, other) not in hidden else 1,
                linestyle="-" if count else (0, (2, 4)),
                zorder=1,
            )
            # Off the middle, where the lines of opposite schools cross.
            axis.annotate(
                _NOT_SHOWN if (one, other) in hidden else f"{count}",
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
                f"{ties[place, place]}" if open_pairs is None or (place, place) in open_pairs else _NOT_SHOWN,
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
