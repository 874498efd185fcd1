"""Starting small or all at once: the map of who wins, verdicts counted, and what differences depend on."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from analysis.figures.theme import PALETTE, themed

__all__ = ["growth_map_drawn", "sensitivity_bars", "verdict_bars"]

_LOOKS: dict[str, tuple[Any, str, str]] = {
    "small first": (PALETTE[0], "▲", "small first is better"),
    "all at once": (PALETTE[1], "▼", "all at once is better"),
    "no matter": ("0.85", "=", "does not matter"),
    "undecided": ("white", "?", "too close to call"),
}
"""Of each verdict: colour, mark, words."""


def growth_map_drawn(cells: pd.DataFrame) -> Figure:
    """Draw the verdicts of one outcome: a panel per final size and likeness, attention by forgetting inside.

    Parameters
    ----------
    cells : DataFrame
        Rows of one outcome: ``people``, ``alike``, ``attention``, ``forgetting``, ``verdict``.

    Raises
    ------
    ValueError
        When a cell has no verdict, or several.
    """
    sizes, likeness, attention, forgetting = (
        sorted(cells[name].unique()) for name in ("people", "alike", "attention", "forgetting")
    )
    if len(cells) != len(sizes) * len(likeness) * len(attention) * len(forgetting):
        raise ValueError(f"found {len(cells)} rows; allowed: one a cell, of one outcome")
    told = cells.set_index(["people", "alike", "forgetting", "attention"])["verdict"].to_dict()
    with themed():
        figure, axes = plt.subplots(
            len(sizes),
            len(likeness),
            figsize=(4.3, 1.25 * len(sizes) + 1.2),
            squeeze=False,
            sharex=True,
            sharey=True,
        )
        for row, size in enumerate(sizes):
            for column, alike in enumerate(likeness):
                axis = axes[row, column]
                for y, rate in enumerate(forgetting):
                    for x, time in enumerate(attention):
                        colour, mark, _ = _LOOKS[told[size, alike, rate, time]]
                        axis.add_patch(
                            Rectangle(
                                *((x - 0.5, y - 0.5), 1, 1),
                                facecolor=colour,
                                edgecolor="0.6",
                                lw=0.5,
                                rasterized=True,
                            )
                        )
                        dark = mark in "▲▼"
                        axis.text(
                            x, y, mark, ha="center", va="center", fontsize=8, color="white" if dark else "0.3"
                        )
                axis.set_xlim(-0.5, len(attention) - 0.5)
                axis.set_ylim(-0.5, len(forgetting) - 0.5)
                axis.set_xticks(range(len(attention)), [f"{value:g}" for value in attention], fontsize=8)
                axis.set_yticks(
                    range(len(forgetting)), [f"{100 * value:.0f} %" for value in forgetting], fontsize=8
                )
                axis.tick_params(length=0)
                if row == 0:
                    axis.set_title(f"likeness {100 * alike:.0f} %", fontsize=8.5)
                if column == len(likeness) - 1:
                    axis.yaxis.set_label_position("right")
                    axis.set_ylabel(f"{size:g} people", fontsize=8.5)
        figure.supxlabel("contacts a week that a person has time for", fontsize=9)
        figure.supylabel("ties forgotten in a week", fontsize=9)
        _legend(figure)
        figure.tight_layout(rect=(0, 0, 1, 0.94), h_pad=0.4, w_pad=0.4)
    return figure


def _legend(figure: Figure) -> None:
    marks = [
        Patch(facecolor=colour, edgecolor="0.6", label=f"{mark} {words}")
        for colour, mark, words in _LOOKS.values()
    ]
    figure.legend(handles=marks, loc="upper center", ncols=2, fontsize=8.5, columnspacing=1.0)


def verdict_bars(counts: pd.DataFrame) -> Figure:
    """Draw how many settings have each verdict, for every outcome and way to spend the budget.

    Parameters
    ----------
    counts : DataFrame
        Index `spending`, `outcome`; a column per verdict.
    """
    ways = list(dict.fromkeys(counts.index.get_level_values("spending")))
    outcomes = list(dict.fromkeys(counts.index.get_level_values("outcome")))
    with themed():
        figure, axes = plt.subplots(
            len(outcomes), 1, figsize=(4.3, 1.02 * len(outcomes) + 1.2), sharex=True, squeeze=False
        )
        for axis, outcome in zip(axes[:, 0], outcomes, strict=True):
            for place, way in enumerate(ways):
                start = 0
                for verdict, (colour, mark, _) in _LOOKS.items():
                    count = int(counts.loc[(way, outcome), verdict])
                    axis.barh(place, count, left=start, color=colour, edgecolor="0.6", linewidth=0.5)
                    if count > 18:
                        dark = mark in "▲▼"
                        axis.text(
                            start + count / 2,
                            place,
                            f"{mark} {count}",
                            ha="center",
                            va="center",
                            fontsize=7.5,
                            color="white" if dark else "0.2",
                        )
                    start += count
            axis.set_yticks(range(len(ways)), ways, fontsize=8.5)
            axis.invert_yaxis()
            axis.set_title(outcome, fontsize=9)
            axis.tick_params(axis="x", labelsize=8)
        axes[-1, 0].set_xlabel("settings of the map", fontsize=9)
        _legend(figure)
        figure.tight_layout(rect=(0, 0, 1, 0.94), h_pad=0.3)
    return figure


def sensitivity_bars(shares: pd.DataFrame) -> Figure:
    """Draw each input's share of variance, alone (dark) and with its interactions (light, 95 % interval).

    Parameters
    ----------
    shares : DataFrame
        Index `outcome`, `input`; ``first``, ``total``, ``total_lower``, ``total_upper``.

    Raises
    ------
    ValueError
        When there is no outcome.
    """
    outcomes = list(dict.fromkeys(shares.index.get_level_values("outcome")))
    if not outcomes:
        raise ValueError("found no outcome; allowed: one or more")
    with themed():
        figure, axes = plt.subplots(len(outcomes), 1, figsize=(4.3, 2.5 * len(outcomes)), squeeze=False)
        for axis, outcome in zip(axes[:, 0], outcomes, strict=True):
            own = shares.loc[outcome].sort_values("total")
            places = np.arange(len(own))
            reach = [
                (own["total"] - own["total_lower"]).clip(lower=0),
                (own["total_upper"] - own["total"]).clip(lower=0),
            ]
            axis.barh(places, own["total"], color=PALETTE[0], alpha=0.35, label="with others")
            axis.errorbar(own["total"], places, xerr=reach, fmt="none", ecolor="0.3", elinewidth=0.8)
            axis.barh(places, own["first"].clip(lower=0), height=0.4, color=PALETTE[0], label="alone")
            axis.set_yticks(places, own.index, fontsize=8)
            axis.tick_params(axis="x", labelsize=8)
            axis.set_xlim(left=0)
            axis.set_title(outcome, fontsize=9.5)
        axes[0, 0].legend(loc="lower right", fontsize=8)
        axes[-1, 0].set_xlabel("share of the variance of the difference", fontsize=9)
        figure.tight_layout(h_pad=0.8)
    return figure
