"""A backbone's part in a network over time, drawn."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from analysis.contacts.leadership import MEASURES, Leadership
from analysis.figures.theme import MARKERS, PALETTE, themed

__all__ = ["leadership_drawn"]

_TITLES = {
    "initiated": "contacts begun",
    "reached": "members in contact with it",
    "degree": "share of degree",
    "betweenness": "share of betweenness",
    "largest_without": "without it: largest component",
    "cut_off_without": "without it: no contact left",
}


def leadership_drawn(found: Mapping[str, Leadership]) -> Figure:
    """Draw each measure over the periods; shaded is the first group at shuffled times.

    Raises
    ------
    ValueError
        When there is no group.
    """
    if not found:
        raise ValueError("found no group; allowed: at least one")
    first = next(iter(found.values()))
    with themed():
        figure, axes = plt.subplots(3, 2, figsize=(7.6, 7.4), sharex=True)
        for axis, name in zip(axes.ravel(), MEASURES, strict=True):
            band = first.frame.index
            axis.fill_between(
                band, first.lower[name], first.upper[name], color="0.85", label="shuffled times"
            )
            for place, (group, one) in enumerate(found.items()):
                axis.plot(
                    one.frame.index,
                    one.frame[name],
                    color=PALETTE[place],
                    marker=MARKERS[place],
                    linestyle="-" if place == 0 else "--",
                    markersize=4,
                    label=group,
                )
            axis.set_title(_TITLES[name], fontsize=10)
            axis.set_ylim(bottom=0)
            axis.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
            axis.xaxis.set_major_locator(MaxNLocator(integer=True))
            axis.tick_params(labelsize=9)
        for axis in axes[-1]:
            axis.set_xlabel("period")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.tight_layout(rect=(0, 0, 1, 0.95))
        figure.legend(handles, labels, loc="upper center", ncols=3)
    return figure
