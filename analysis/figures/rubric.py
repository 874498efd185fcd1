"""Ratings of a network's design elements as a heat map."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import themed

__all__ = ["rubric_heat_map"]


def rubric_heat_map(ratings: pd.DataFrame, highest: float) -> Figure:
    """Draw a row for each element and a column for each date; each cell says its rating.

    Parameters
    ----------
    ratings : DataFrame
        Index the element, columns the dates; NaN where there was no rating.
    highest : float
        The rubric's highest rating.

    Raises
    ------
    ValueError
        When there is no element.
    """
    if ratings.empty:
        raise ValueError("found no element; allowed: at least one")
    values = ratings.to_numpy(dtype=float)
    with themed():
        figure, axis = plt.subplots(figsize=(3.6 + 1.1 * values.shape[1], 0.9 + 0.5 * len(values)))
        axis.imshow(values, cmap="cividis", vmin=0, vmax=highest, aspect="auto")
        for (row, column), value in np.ndenumerate(values):
            text = "–" if np.isnan(value) else f"{value:.1f}"
            dark = not np.isnan(value) and value < 0.6 * highest
            axis.text(column, row, text, ha="center", va="center", color="white" if dark else "black")
        axis.set_xticks(range(values.shape[1]), [str(name) for name in ratings.columns])
        axis.set_yticks(range(len(values)), [textwrap.fill(str(name), 26) for name in ratings.index])
        axis.tick_params(length=0, labelsize=9)
        figure.tight_layout()
    return figure
