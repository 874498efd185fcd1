"""Adoption over time, by community, and by how many others have adopted."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.estimable import if_estimable
from analysis.figures.theme import MARKERS, PALETTE, themed

__all__ = ["adoption_curves", "hazard_by_exposure"]


@if_estimable
def adoption_curves(
    curves: Mapping[str, pd.Series], label: str, *, of: str = "community", most_named: int = 6
) -> Figure:
    """Draw the share that had adopted by each period, a line per community.

    Parameters
    ----------
    curves : mapping of str to Series
        By community: index period, share. Of more than `most_named` none is named but one called `all`.
    label : str
        Of the axis of time.
    of : str
        What each curve but `all` is of, for the legend where they are not named.
    most_named : int
        Communities told apart by colour and marker at most.

    Raises
    ------
    ValueError
        When there is none.
    """
    if not curves:
        raise ValueError("found no curve; allowed: at least one")
    others = [name for name in curves if name != "all"]
    named = len(others) <= most_named
    with themed():
        figure, axis = plt.subplots(figsize=(6.8, 3.9))
        for index, (name, curve) in enumerate(curves.items()):
            whole = name == "all"
            told = name if whole or named else f"each {of} ({len(others)})"
            # The last step has a width, too.
            axis.step(
                [*curve.index, *(curve.index[-1:] + 0.5)],
                [*curve, *curve.iloc[-1:]],
                where="post",
                color="black" if whole else (PALETTE[index % len(PALETTE)] if named else "0.8"),
                linewidth=2.4 if whole else 1.3,
                marker=MARKERS[index % len(MARKERS)] if named and not whole else "",
                markevery=max(len(curve) // 8, 1),
                markersize=5,
                zorder=3 if whole else 2,
                label=told if whole or named or name == others[0] else None,
            )
        axis.set_ylim(0, 1.02)
        axis.set_xlabel(label)
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_ylabel("share that had adopted")
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


@if_estimable
def hazard_by_exposure(frame: pd.DataFrame) -> Figure:
    """Draw the share who adopt next by how exposed they were, with its interval and what it rests on.

    Parameters
    ----------
    frame : DataFrame
        index: classes of exposure; `at_risk`, `adopted`, `hazard`, `lower`, `upper`
        (`adoption.hazard_classes.hazard_by_class`).

    Raises
    ------
    ValueError
        When there is no row.
    """
    if frame.empty:
        raise ValueError("found no class of exposure; allowed: at least one")
    with themed():
        figure, axis = plt.subplots(figsize=(6.8, 3.6))
        places = range(len(frame))
        spread = np.abs(frame[["lower", "upper"]].to_numpy(float).T - frame["hazard"].to_numpy(float))
        axis.errorbar(
            places, frame["hazard"], yerr=spread, fmt="o", color=PALETTE[0], ecolor="0.5", capsize=3
        )
        counts = [
            f"{label}\n{adopted:,} of {risk:,}"
            for label, adopted, risk in zip(frame.index, frame["adopted"], frame["at_risk"], strict=True)
        ]
        axis.set_xticks(places, counts)
        axis.set_xlabel("how many of those one was tied to had adopted, one period before")
        axis.set_ylabel("share who adopt")
        axis.set_xlim(-0.5, len(frame) - 0.5)
        axis.set_ylim(bottom=0)
    return figure
