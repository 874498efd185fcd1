"""Adoption over time, by community, and by how many others have adopted."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed

__all__ = ["adoption_curves", "hazard_by_exposure"]


def adoption_curves(curves: Mapping[str, pd.Series], label: str, *, most_named: int = 6) -> Figure:
    """Draw the share that had adopted by each period, a line a community.

    Parameters
    ----------
    curves : mapping of str to Series
        By community: index period, share. Of more than `most_named` none is named but one called `all`.
    label : str
        Of the axis of time.
    most_named : int
        Communities told apart by colour and marker at most.

    Raises
    ------
    ValueError
        When there is none.
    """
    if not curves:
        raise ValueError("found no curve; allowed: at least one")
    named = len(curves) <= most_named
    with themed():
        figure, axis = plt.subplots(figsize=(6.8, 3.9))
        for index, (name, curve) in enumerate(curves.items()):
            whole = name == "all"
            axis.step(
                curve.index,
                curve,
                where="post",
                color="black" if whole else (PALETTE[index % len(PALETTE)] if named else "0.8"),
                linewidth=2.4 if whole else 1.3,
                marker=MARKERS[index % len(MARKERS)] if named and not whole else "",
                markevery=max(len(curve) // 8, 1),
                markersize=5,
                zorder=3 if whole else 2,
                label=name if whole or named else None,
            )
        axis.set_ylim(0, 1.02)
        axis.set_xlabel(label)
        axis.set_ylabel("share that had adopted")
        if named or "all" in curves:
            axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def hazard_by_exposure(frame: pd.DataFrame) -> Figure:
    """Draw the share who adopt next by how exposed they were, with how many that rests on.

    Parameters
    ----------
    frame : DataFrame
        index: classes of exposure; `at_risk`, `hazard`.

    Raises
    ------
    ValueError
        When there is no row.
    """
    if frame.empty:
        raise ValueError("found no class of exposure; allowed: at least one")
    with themed():
        figure, axis = plt.subplots(figsize=(6.2, 3.6))
        axis.bar(range(len(frame)), frame["hazard"].fillna(0), color="0.7", width=0.7)
        for place, (hazard, number) in enumerate(
            zip(frame["hazard"].fillna(0), frame["at_risk"], strict=True)
        ):
            axis.annotate(
                f"of {number}",
                (place, hazard),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                fontsize="small",
            )
        axis.set_xticks(range(len(frame)), [str(label) for label in frame.index])
        axis.set_xlabel("exposure in the period before")
        axis.set_ylabel("share who adopt")
        axis.margins(y=0.15)
    return figure
