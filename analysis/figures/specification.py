"""The specification curve: estimates in order above, the choices that gave each below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed

__all__ = ["choice_curve_figure", "specification_curve_figure"]


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
    places = np.arange(len(ordered))
    with themed():
        figure, above, below = _panels(ordered, choices, curve)
        for index, role in enumerate(estimates):
            values, sure = ordered[f"{role} partial correlation"], ordered[f"{role} p"] < level
            style = _style(index)
            above.scatter(
                places[sure], values[sure], color=PALETTE[index], label=f"{role}, p < {level:g}", **style
            )
            above.scatter(
                places[~sure], values[~sure], color="white", label=f"{role}, p ≥ {level:g}", **style
            )
        _finish(above, 0.0, "partial correlation")
        below.set_xlabel(f"{len(ordered)} specifications, in order of the partial correlation of {sort_by}")
        figure.tight_layout()
    return figure


def choice_curve_figure(
    curve: pd.DataFrame, choices: Sequence[str], value: str, holds: str, *, bound: float = 0.0, title: str
) -> Figure:
    """Draw the curve of one number over the choices of a sweep.

    Parameters
    ----------
    curve : DataFrame
        One row per combination of choices; those where the number is missing are left out.
    choices : sequence of str
        Columns with the choices; one line of marks for each of their options.
    value : str
        Column with the number; it orders the combinations.
    holds : str
        Column that says whether the finding holds: such marks are filled.
    bound : float
        Where the line is drawn that the number is held against.
    title : str
        What the number is.
    """
    ordered = curve.dropna(subset=[value]).sort_values(value, kind="stable").reset_index(drop=True)
    places, sure = np.arange(len(ordered)), ordered[holds].to_numpy(dtype=bool)
    numbers = ordered[value].to_numpy(dtype=float)
    with themed():
        figure, above, below = _panels(ordered, choices, curve)
        above.scatter(places[sure], numbers[sure], color=PALETTE[0], label="holds", **_style(0))
        above.scatter(places[~sure], numbers[~sure], color="white", label="does not hold", **_style(0))
        _finish(above, bound, textwrap.fill(title, 32))
        below.set_xticks([])
        below.set_xlabel(f"{len(ordered)} combinations of choices, in order of the number")
        figure.tight_layout()
    return figure


def _style(index: int) -> dict[str, Any]:
    return {"s": 22, "marker": MARKERS[index], "edgecolors": PALETTE[index], "linewidths": 0.9}


def _panels(ordered: pd.DataFrame, choices: Sequence[str], listed: pd.DataFrame) -> tuple[Figure, Axes, Axes]:
    """Return a figure with room for the estimates above and, drawn, the choices that gave each below.

    Options stand in the order in which `listed` has them.
    """
    options = [(choice, option) for choice in choices for option in dict.fromkeys(listed[choice])]
    places = np.arange(len(ordered))
    height = 0.24 * len(options)
    figure, (above, below) = plt.subplots(
        2, 1, sharex=True, figsize=(9, 3.4 + height), height_ratios=(3, max(height, 0.24))
    )
    for line, (choice, option) in enumerate(options):
        taken = places[(ordered[choice] == option).to_numpy()]
        below.scatter(taken, np.full(len(taken), line), marker="|", s=34, color="0.25", linewidths=1.2)
    labels = [f"{choice}: {option}" for choice, option in options]
    below.set_yticks(range(len(options)), labels, fontsize="small")
    below.set_ylim(len(options) - 0.4, -0.6)
    below.spines["left"].set_visible(False)
    below.tick_params(axis="y", length=0)
    return figure, above, below


def _finish(above: Axes, line: float, title: str) -> None:
    above.axhline(line, color="0.6", linewidth=0.8, zorder=0)
    above.set_ylabel(title)
    above.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, fontsize="small")
