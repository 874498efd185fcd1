"""What is known of where new ties came from, and what is not."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.resampling.monte_carlo import normal_interval

__all__ = ["attribution_ranges", "power_curves", "source_rates"]


def attribution_ranges(shares: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw, for each activity, from how few to how many new ties it may account for.

    Parameters
    ----------
    shares : mapping of str to DataFrame
        By what is known: index activity, columns `at_least`, `at_most`
        (`evidence.attribution.activity_shares`).

    Raises
    ------
    ValueError
        When there is none.
    """
    activities = list(dict.fromkeys(name for frame in shares.values() for name in frame.index))
    if not activities:
        raise ValueError("found no activity between two waves; allowed: at least one")
    with themed():
        figure, axis = plt.subplots(figsize=(7.5, 0.75 * len(activities) + 1.6))
        for index, (known, frame) in enumerate(shares.items()):
            shift = 0.22 * (index - (len(shares) - 1) / 2)
            places = np.array([activities.index(name) for name in frame.index]) + shift
            colour = PALETTE[index % len(PALETTE)]
            axis.hlines(places, frame["at_least"], frame["at_most"], color=colour, linewidth=3, label=known)
            for end in ("at_least", "at_most"):
                axis.plot(frame[end], places, MARKERS[index % len(MARKERS)], color=colour, markersize=6)
        axis.set_yticks(range(len(activities)), activities)
        axis.set_ylim(len(activities) - 0.5, -0.5)
        axis.set_xlim(left=0)
        axis.set_xlabel("new ties the activity may account for")
        axis.legend(loc="lower center", bbox_to_anchor=(0.45, 1.0), ncols=1, title="known beside the network")
        figure.tight_layout()
    return figure


def source_rates(rates: pd.DataFrame, truth: Mapping[str, float] | None = None) -> Figure:
    """Draw the formation rate of every source with its interval; a cross where the truth is known.

    Parameters
    ----------
    rates : DataFrame
        `source`, `rate`, `lower`, `upper`, `identified` (`tie_models.formation.FormationRates.tidy`). A rate
        that cannot be told from others is drawn hollow.
    truth : mapping of str to float, optional
        The rates a twin was made with.

    Raises
    ------
    ValueError
        When there is no source.
    """
    if rates.empty:
        raise ValueError("found no source; allowed: at least one")
    places = np.arange(len(rates))
    known = rates["identified"].to_numpy(dtype=bool)
    with themed():
        figure, axis = plt.subplots(figsize=(7, 0.42 * len(rates) + 1.4))
        axis.hlines(places, rates["lower"], rates["upper"], color="0.55", linewidth=2)
        axis.plot(rates["rate"], places, "o", color="white", markeredgecolor=PALETTE[0], markersize=8)
        axis.plot(rates["rate"][known], places[known], "o", color=PALETTE[0], markersize=8, label="estimate")
        made = [(truth or {}).get(str(source), np.nan) for source in rates["source"]]
        if not np.isnan(made).all():
            axis.plot(made, places, "x", color="black", markersize=9, markeredgewidth=2, label="made with")
        axis.set_yticks(places, rates["source"])
        axis.invert_yaxis()
        axis.set_xlim(left=0)
        axis.set_xlabel("chance that it makes a tie of two people without one")
        axis.legend(loc="lower right")
        figure.tight_layout()
    return figure


def power_curves(frame: pd.DataFrame, x: str, by: str) -> Figure:
    """Draw power against one setting, a line for each value of another.

    Parameters
    ----------
    frame : DataFrame
        `power`, `power_error` and the columns named (`tie_models.formation.formation_power`).
    x, by : str
        Columns: along the axis, and one line each.

    Raises
    ------
    ValueError
        When a column is missing.
    """
    lacking = [column for column in (x, by, "power", "power_error") if column not in frame]
    if lacking:
        raise ValueError(f"found no column {', '.join(lacking)}; the table has {', '.join(frame.columns)}")
    with themed():
        figure, axis = plt.subplots(figsize=(6.5, 4))
        for index, (value, part) in enumerate(frame.groupby(by)):
            axis.errorbar(
                part[x],
                part["power"],
                yerr=normal_interval(0.0, 1.0)[1] * part["power_error"],
                fmt=f"-{MARKERS[index % len(MARKERS)]}",
                color=PALETTE[index % len(PALETTE)],
                capsize=3,
                label=f"{value:g}" if isinstance(value, (int, float)) else str(value),
            )
        axis.axhline(0.8, color="0.7", linewidth=0.8, linestyle="--", zorder=0)
        axis.set_ylim(0, 1.02)
        axis.set_xticks(sorted(frame[x].unique()))
        axis.set_xlabel(x)
        axis.set_ylabel("power")
        axis.legend(title=by)
        figure.tight_layout()
    return figure
