"""Two values a unit: a school's network beside its score."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import PALETTE, themed
from analysis.labels import in_words

__all__ = ["units_scattered"]


def units_scattered(frame: pd.DataFrame, measures: Sequence[str], score: str, size: str) -> Figure:
    """Draw each unit as a dot: a measure along, the score up, the area as its size; one panel per measure.

    Parameters
    ----------
    frame : DataFrame
        A row per unit.
    measures : sequence of str
        Columns, a panel each.
    score, size : str
        Columns.

    Raises
    ------
    ValueError
        When a column is missing or there is no measure.
    """
    lacking = [column for column in (*measures, score, size) if column not in frame]
    if lacking or not measures:
        found = ", ".join(lacking) or "measure"
        raise ValueError(f"found no {found}; the table has {', '.join(map(str, frame.columns))}")
    with themed():
        figure, axes = plt.subplots(
            1, len(measures), figsize=(3.9 * len(measures), 3.7), sharey=True, squeeze=False
        )
        for axis, measure in zip(axes.flat, measures, strict=True):
            areas = 12 + 110 * frame[size].astype(float) / frame[size].max()
            axis.scatter(
                frame[measure].astype(float),
                frame[score].astype(float),
                s=areas,
                color=PALETTE[0],
                alpha=0.7,
                edgecolors="white",
            )
            axis.set_xlabel(in_words(measure))
        axes[0, 0].set_ylabel(in_words(score))
        figure.tight_layout()
    return figure
