"""A driver diagram: what is done, what should come of it, and what is known of each."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from analysis.figures.theme import PALETTE, themed

__all__ = ["driver_diagram"]


def _pale(colour: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = (1 - 0.17 * (1 - part) for part in colour)
    return red, green, blue


_STATES: dict[str, tuple[str | tuple[float, float, float], str]] = {
    "done": ("white", "-"),
    "collected": (_pale(PALETTE[2]), "-"),
    "not collected": (_pale(PALETTE[1]), "--"),
    "no indicator": (_pale(PALETTE[3]), ":"),
}
_WIDTH, _LINE = 1.62, 0.17


def driver_diagram(places: pd.DataFrame, arrows: Sequence[tuple[str, str]]) -> Figure:
    """Draw boxes in layers from left to right with arrows between them.

    Parameters
    ----------
    places : DataFrame
        Index what a box says; ``layer``, ``height``, ``told``, ``state``.
    arrows : sequence of pairs
        From, to.

    Raises
    ------
    ValueError
        When there is no box.
    """
    if places.empty:
        raise ValueError("found no step; allowed: at least one")
    layers = int(places["layer"].max()) + 1
    most = int(places["layer"].value_counts().max())
    texts = {
        str(name): (textwrap.fill(str(name), 20), "\n".join(textwrap.wrap(told.replace("\n", "; "), 24)))
        for name, told in places["told"].items()
    }
    lines = {name: (head + "\n" + told).strip().count("\n") + 1 for name, (head, told) in texts.items()}
    step = (max(lines.values()) + 1.6) * _LINE
    across, up = 2.05, step * most
    with themed():
        figure, axis = plt.subplots(figsize=(max(across * layers, 5.0), up + 0.5))
        middle = {
            str(name): (across * (row["layer"] + 0.5), up * row["height"]) for name, row in places.iterrows()
        }
        for name, (x, y) in middle.items():
            fill, line = _STATES[str(places.loc[name, "state"])]
            tall = (lines[name] + 0.6) * _LINE
            axis.add_patch(
                FancyBboxPatch(
                    (x - _WIDTH / 2, y - tall / 2),
                    _WIDTH,
                    tall,
                    boxstyle="round,pad=0,rounding_size=0.06",
                    facecolor=fill,
                    edgecolor="0.25",
                    linestyle=line,
                    linewidth=1.2,
                    zorder=2,
                )
            )
            head, told = texts[name]
            top = y + tall / 2 - 0.05
            axis.text(x, top, head, ha="center", va="top", fontsize=9)
            if told:
                below = top - (head.count("\n") + 1) * _LINE
                axis.text(x, below, told, ha="center", va="top", fontsize=8, color="0.35")
        for one, other in arrows:
            (x, y), (right, high) = middle[one], middle[other]
            back = right <= x
            ends = ((x, y), (right, high)) if back else ((x + _WIDTH / 2, y), (right - _WIDTH / 2, high))
            axis.add_patch(
                FancyArrowPatch(
                    *ends,
                    arrowstyle="-|>",
                    mutation_scale=11,
                    color=PALETTE[3] if back else "0.4",
                    connectionstyle="arc3,rad=0.4" if back else "arc3",
                    shrinkA=2,
                    shrinkB=2,
                    zorder=3 if back else 1,
                )
            )
        axis.set_xlim(0, across * layers)
        axis.set_ylim(0, up)
        axis.set_aspect("equal")
        axis.set_axis_off()
        figure.tight_layout(pad=0.2)
    return figure
