"""Survival curves: the share that lasts longer than each time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from analysis.contacts.survival import Survival
from analysis.estimable import if_estimable
from analysis.figures.theme import PALETTE, themed

__all__ = ["survival_curves"]

_STYLES = ("-", "--", ":", "-.")


@if_estimable
def survival_curves(curves: Mapping[str, Survival], xlabel: str, ylabel: str) -> Figure:
    """Draw survival curves with their intervals; a tick where somebody was censored.

    Parameters
    ----------
    curves : mapping of str to Survival
        By name; four at most.
    xlabel, ylabel : str

    Raises
    ------
    ValueError
        For no curve, or more than four.
    """
    if not 0 < len(curves) <= len(_STYLES):
        raise ValueError(f"found {len(curves)} curves; allowed: 1 to {len(_STYLES)}")
    with themed():
        figure, axis = plt.subplots(figsize=(7.2, 3.8))
        for (name, curve), style, colour in zip(curves.items(), _STYLES, PALETTE, strict=False):
            frame = curve.tidy()
            times, shares = [0.0, *frame["time"]], [1.0, *frame["survival"]]
            axis.step(times, shares, where="post", linestyle=style, color=colour, linewidth=2, label=name)
            look: dict[str, Any] = {"color": colour, "alpha": 0.15, "linewidth": 0}
            axis.fill_between(frame["time"], frame["lower"], frame["upper"], step="post", **look)
            left = frame[frame["at_risk"] - frame["ended"] > frame["at_risk"].shift(-1, fill_value=0)]
            axis.plot(left["time"], left["survival"], "|", color=colour, markersize=7)
        axis.set_ylim(0, 1.02)
        axis.set_xlim(left=0)
        axis.set_xlabel(xlabel)
        axis.set_ylabel(ylabel)
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure
