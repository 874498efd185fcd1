"""Which mechanism has what kind of evidence in which study, drawn so that it can be read in print."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from analysis.figures.theme import themed
from analysis.labels import in_words

__all__ = ["evidence_matrix"]

_GREYS = ("0.30", "0.75", "0.62", "0.88", "1.0", "1.0")
_HATCHES = ("", "\\\\", "", "///", "...", "")


def evidence_matrix(kinds: pd.DataFrame, counted: pd.DataFrame, order: Sequence[str]) -> Figure:
    """Draw a cell for each mechanism and study; its grey and its words say the kind of evidence.

    Parameters
    ----------
    kinds : DataFrame
        Rows mechanisms, columns studies, cells one of `order`.
    counted : DataFrame
        Of the same shape: a second line in each cell, empty where there is none.
    order : sequence of str
        Kinds of evidence, the strongest first: at most six.

    Raises
    ------
    ValueError
        When a cell is of none of these kinds, or there is no cell.
    """
    unknown = sorted(set(kinds.stack()) - set(order))
    if unknown or kinds.empty or len(order) > len(_GREYS):
        found = ", ".join(unknown) or f"{kinds.size} cells, {len(order)} kinds"
        raise ValueError(f"found {found}; allowed: at least one cell, each one of {', '.join(order)}")
    down, across = kinds.shape
    with themed():
        figure, axis = plt.subplots(figsize=(1.9 + 1.12 * across, 0.8 + 0.6 * down))
        for (row, column), kind in np.ndenumerate(kinds.to_numpy(object)):
            place = list(order).index(kind)
            patch = Rectangle(
                (column - 0.47, row - 0.44),
                0.94,
                0.88,
                facecolor=_GREYS[place],
                edgecolor="0.55",
                hatch=_HATCHES[place],
                linewidth=0.8,
            )
            axis.add_patch(patch)
            more = str(counted.iat[row, column])
            axis.text(
                column,
                row,
                f"{kind}\n{more} shown" if more else kind,
                ha="center",
                va="center",
                fontsize=8.5,
                color="white" if place == 0 else "0.1" if place < len(order) - 1 else "0.45",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0} if _HATCHES[place] else None,
            )
        axis.set_xlim(-0.5, across - 0.5)
        axis.set_ylim(down - 0.5, -0.5)
        names = [textwrap.fill(in_words(str(name)), 14) for name in kinds.columns]
        axis.set_xticks(range(across), names)
        axis.xaxis.tick_top()
        axis.set_yticks(range(down), [textwrap.fill(str(name), 20) for name in kinds.index])
        axis.tick_params(length=0, labelsize=9)
        for side in axis.spines.values():
            side.set_visible(False)
        figure.tight_layout()
    return figure
