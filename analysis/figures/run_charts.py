"""Run charts: a series, its median, where a new process begins, and the improvement cycles."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.checks import NotEstimable
from analysis.figures.theme import PALETTE, themed
from analysis.labels import in_words

__all__ = ["charts_drawn"]


def charts_drawn(
    series: Mapping[str, pd.DataFrame], cycles: pd.DataFrame | NotEstimable | None = None
) -> Figure:
    """Draw each series in a panel of its own, on its own scale.

    Parameters
    ----------
    series : mapping of str to DataFrame
        Index the points (numbers); ``value``, ``part``, ``median``.
    cycles : DataFrame, optional
        Index what was tried; ``wave``, the point at which it began. Nothing is marked where none are known.

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
        figure, axes = plt.subplots(
            down,
            across,
            squeeze=False,
            figsize=(7.6, (2.9 if isinstance(cycles, pd.DataFrame) else 2.2) * down),
        )
        for axis in axes.ravel()[len(series) :]:
            axis.set_visible(False)
        for axis, (name, own) in zip(axes.ravel(), series.items(), strict=False):
            known = own.dropna(subset=["value"])
            axis.plot(known.index, known["value"], color=PALETTE[0], marker="o", markersize=4)
            for part, stretch in own.groupby("part"):
                axis.plot(stretch.index, stretch["median"], color="black", linewidth=1)
                if part:
                    axis.axvline(stretch.index[0], color=PALETTE[1], linestyle="--", linewidth=1.2)
            if isinstance(cycles, pd.DataFrame):
                _annotate(axis, cycles["wave"])
            axis.set_title(in_words(name), fontsize=10)
            axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
            axis.tick_params(labelsize=9)
        figure.tight_layout()
    return figure


def _annotate(axis: Axes, begun: pd.Series) -> None:
    """Mark where each improvement cycle began, and say along the mark what was tried."""
    for text, place in begun.items():
        axis.axvline(place, color="black", linestyle=":", linewidth=0.8)
        axis.annotate(
            textwrap.shorten(str(text), 30, placeholder=" …"),
            (place, 0.03),
            xycoords=("data", "axes fraction"),
            xytext=(2, 0),
            textcoords="offset points",
            rotation=90,
            fontsize=7,
            va="bottom",
        )
