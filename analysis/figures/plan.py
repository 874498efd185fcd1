"""A plan drawn: how likely a change is found at what size of network, and what is asked when."""

from __future__ import annotations

import math
import textwrap

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed

__all__ = ["calendar_chart", "power_curves"]


def power_curves(power: pd.DataFrame, members: int, enough: float) -> Figure:
    """Draw how often a change is found by size of network; a panel per quantity, a line per response.

    Parameters
    ----------
    power : DataFrame
        Columns ``quantity``, ``members``, ``answered``, ``found``; of one effect. Sizes at which nothing can
        be said have no row.
    members : int
        Of the reader's network: marked.
    enough : float
        The share that counts as enough: marked.

    Raises
    ------
    ValueError
        When there is no row.
    """
    names = list(dict.fromkeys(power["quantity"]))
    if not names:
        raise ValueError("found no power; allowed: at least one quantity and size")
    across = min(3, len(names))
    down = math.ceil(len(names) / across)
    with themed():
        figure, axes = plt.subplots(
            down, across, figsize=(3.1 * across, 2.7 * down + 0.5), sharex=True, sharey=True, squeeze=False
        )
        for axis, name in zip(axes.flat, names, strict=False):
            for place, (answered, own) in enumerate(power[power["quantity"] == name].groupby("answered")):
                axis.plot(
                    own["members"].astype(float),
                    own["found"].astype(float),
                    color=PALETTE[place % len(PALETTE)],
                    marker=MARKERS[place % len(MARKERS)],
                    label=f"{100 * float(str(answered)):.0f} % answer",
                )
            axis.axhline(enough, color="0.5", linewidth=0.8, linestyle=":")
            axis.axvline(members, color="0.5", linewidth=0.8, linestyle="--")
            axis.set_title(str(name))
            axis.set_ylim(0, 1.03)
        for axis in list(axes.flat)[len(names) :]:
            axis.set_visible(False)
        for row in axes:
            row[0].set_ylabel("share found")
        for place in range(max(0, len(names) - across), len(names)):
            axes.flat[place].set_xlabel("members")
            axes.flat[place].tick_params(labelbottom=True)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.tight_layout(rect=(0, 0, 1, 1 - 0.35 / (2.7 * down + 0.5)))
        figure.legend(handles, labels, loc="upper center", ncols=max(len(labels), 1))
    return figure


def calendar_chart(calendar: pd.DataFrame, months: int, ready: int) -> Figure:
    """Draw what is asked in which month: a dot once, a line where it goes on; grey until members are ready.

    Parameters
    ----------
    calendar : DataFrame
        index ``month``, ``item``; ``who`` and ``until`` (missing where it is asked once).
    months : int
        How long the plan runs.
    ready : int
        Month in which members are ready to be asked.

    Raises
    ------
    ValueError
        When nothing is asked.
    """
    rows = calendar.reset_index()
    if rows.empty:
        raise ValueError("found nothing to ask; allowed: at least one question")
    names = list(dict.fromkeys(rows["item"]))
    with themed():
        figure, axis = plt.subplots(figsize=(8.2, 1.2 + 0.38 * len(names)))
        axis.axvspan(-0.4, ready, color="0.9", label="members are not asked yet")
        for who, colour, marker in (("member", PALETTE[0], "o"), ("hub", PALETTE[1], "s")):
            own = rows[rows["who"] == who]
            places = [names.index(name) for name in own["item"]]
            axis.scatter(
                own["month"], places, color=colour, marker=marker, zorder=3, label=f"asked of: {who}"
            )
            for place, month, until in zip(places, own["month"], own["until"], strict=True):
                if not math.isnan(until):
                    axis.plot([month, until], [place, place], color=colour, linewidth=3, alpha=0.6)
        axis.set_yticks(range(len(names)), [textwrap.fill(str(name), 24) for name in names])
        axis.set_ylim(len(names) - 0.5, -0.5)
        axis.set_xlim(-0.4, months + 0.4)
        axis.set_xticks(range(0, months + 1, max(1, months // 12)))
        axis.set_xlabel("month")
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.6 / (0.38 * len(names))), ncols=3)
        figure.tight_layout()
    return figure
