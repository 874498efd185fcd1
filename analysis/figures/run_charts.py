"""Run charts: a series, its median, and where a new process begins."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.figures.theme import PALETTE, themed

__all__ = ["charts_drawn"]


def charts_drawn(series: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw each series in a panel of its own, on its own scale.

    Parameters
    ----------
    series : mapping of str to DataFrame
        Index the points (numbers); ``value``, ``part``, ``median``.

    Raises
    ------
    ValueError
        When there is no series.
    """
    if not series:
        raise ValueError("found no series; allowed: at least one")
    across = min(2, len(series))
    down = -(-len(series) // across)
    with themed():
        figure, axes = plt.subplots(down, across, squeeze=False, figsize=(7.6, 2.2 * down))
        for axis in axes.ravel()[len(series) :]:
            axis.set_visible(False)
        for axis, (name, own) in zip(axes.ravel(), series.items(), strict=False):
            known = own.dropna(subset=["value"])
            axis.plot(known.index, known["value"], color=PALETTE[0], marker="o", markersize=4)
            for part, stretch in own.groupby("part"):
                axis.plot(stretch.index, stretch["median"], color="black", linewidth=1)
                if part:
                    axis.axvline(stretch.index[0], color=PALETTE[1], linestyle="--", linewidth=1.2)
            axis.set_title(name.replace("_", " "), fontsize=10)
            axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
            axis.tick_params(labelsize=9)
        figure.tight_layout()
    return figure
