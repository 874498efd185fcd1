"""The specification curve: estimates in order above, the choices that gave each below."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed

__all__ = ["specification_curve_figure"]


def specification_curve_figure(
    curve: pd.DataFrame,
    choices: Sequence[str],
    estimates: Sequence[str],
    *,
    sort_by: str,
    level: float = 0.05,
) -> Figure:
    """Draw a specification curve.

    Parameters
    ----------
    curve : DataFrame
        As `specification_curve` gives.
    choices : sequence of str
        Columns with the choices; one line of marks for each of their options.
    estimates : sequence of str
        Roles of predictors: columns `<role> partial correlation` and `<role> p` are drawn.
    sort_by : str
        The role whose partial correlation orders the specifications.
    level : float
        A filled mark has p below it.
    """
    ordered = curve.sort_values(f"{sort_by} partial correlation", kind="stable").reset_index(drop=True)
    options = [(choice, option) for choice in choices for option in dict.fromkeys(curve[choice])]
    places = np.arange(len(ordered))
    with themed():
        figure, (above, below) = plt.subplots(
            2,
            1,
            sharex=True,
            figsize=(9, 3.4 + 0.24 * len(options)),
            height_ratios=(3, 0.24 * len(options)),
        )
        for index, role in enumerate(estimates):
            values, sure = ordered[f"{role} partial correlation"], ordered[f"{role} p"] < level
            style = {"s": 22, "marker": MARKERS[index], "edgecolors": PALETTE[index], "linewidths": 0.9}
            above.scatter(
                places[sure], values[sure], color=PALETTE[index], label=f"{role}, p < {level:g}", **style
            )
            above.scatter(
                places[~sure], values[~sure], color="white", label=f"{role}, p ≥ {level:g}", **style
            )
        above.axhline(0, color="0.6", linewidth=0.8, zorder=0)
        above.set_ylabel("partial correlation")
        above.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, fontsize="small")
        for line, (choice, option) in enumerate(options):
            taken = places[(ordered[choice] == option).to_numpy()]
            below.scatter(taken, np.full(len(taken), line), marker="|", s=34, color="0.25", linewidths=1.2)
        labels = [f"{choice}: {option}" for choice, option in options]
        below.set_yticks(range(len(options)), labels, fontsize="small")
        below.set_ylim(len(options) - 0.4, -0.6)
        below.set_xlabel(f"{len(ordered)} specifications, in order of the partial correlation of {sort_by}")
        below.spines["left"].set_visible(False)
        below.tick_params(axis="y", length=0)
        figure.tight_layout()
    return figure
