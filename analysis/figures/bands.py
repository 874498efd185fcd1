"""A measure wave by wave beside what chance alone would give."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.estimable import if_estimable
from analysis.figures.theme import PALETTE, themed

__all__ = ["against_chance"]

_NEEDED = ("lower", "upper")
_MANY = 6
"""Waves beyond which each is named by its number alone, and the panel grows with them."""


@if_estimable
def against_chance(
    frame: pd.DataFrame, measure: str, expected: str, label: str, *, unit: str = "wave"
) -> Figure:
    """Draw a measure of every relation and wave as a dot, beside the middle 95 % under chance as a bar.

    Parameters
    ----------
    frame : DataFrame
        index `relation` and `wave`; columns `lower`, `upper`, and those named.
    measure, expected : str
        Columns: the measure, and its expectation under chance, a short line across the bar.
    label : str
        Of the axis.
    unit : str
        What a wave is called.

    Raises
    ------
    ValueError
        When a column is missing, or no row has the measure.
    """
    lacking = [column for column in (measure, expected, *_NEEDED) if column not in frame]
    if lacking:
        raise ValueError(f"found no column {', '.join(lacking)}; the table has {', '.join(frame.columns)}")
    shown = frame.dropna(subset=[measure, *_NEEDED])
    if shown.empty:
        raise ValueError(f"found no row with {measure}; allowed: at least one")
    relations = list(dict.fromkeys(shown.index.get_level_values(0)))
    most = max(len(shown.xs(relation, level=0)) for relation in relations)
    width, thickness = (3.6, 13.0) if most <= _MANY else (0.3 * most, 9.0)
    with themed():
        figure, axes = plt.subplots(
            1, len(relations), figsize=(width * len(relations) + 1.2, 3.6), sharey=True, squeeze=False
        )
        for axis, relation in zip(axes.flat, relations, strict=True):
            part = shown.xs(relation, level=0)
            places = np.arange(len(part))
            axis.vlines(
                places,
                part["lower"],
                part["upper"],
                color="0.8",
                linewidth=thickness,
                label="95 % by chance",
            )
            axis.hlines(
                part[expected], places - 0.16, places + 0.16, color="0.45", linewidth=1.5, label="expected"
            )
            axis.plot(places, part[measure], "o", color=PALETTE[0], markersize=7, label="observed")
            names = [f"{wave}" if most > _MANY else f"{unit} {wave}" for wave in part.index]
            # Names as long as years would run into each other: every other one is enough.
            step = 1 + (most > _MANY and max(map(len, names)) > 2)
            axis.set_xticks(places[::step], names[::step])
            axis.set_xticks(places, minor=True)
            if most > _MANY:
                axis.set_xlabel(unit)
            axis.set_xlim(-0.6, len(part) - 0.4)
            axis.set_title(str(relation))
        axes[0, 0].set_ylabel(label)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="lower center", ncols=3, bbox_to_anchor=(0.5, -0.09))
        figure.tight_layout()
    return figure
