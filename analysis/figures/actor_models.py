"""Actor-oriented models: do simulated networks look like the observed, did it converge, what matters.

Estimates beside another program's are drawn by `analysis.figures.estimates.estimates_by_model`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.arrays import Floats
from analysis.figures.theme import MARKERS, PALETTE, themed

__all__ = ["Compared", "goodness_of_fit_violins", "importance_bars", "t_ratio_dots"]

_HATCHES = ("", "//", "..", "xx", "\\\\", "--", "++", "oo")


class Compared(Protocol):
    """Observed counts beside simulated ones, by aspect; `GoodnessOfFit` of `saom_fit` is one.

    Attributes
    ----------
    labels : names of the counts
    observed, simulated : (counts,), and (simulations, counts)
    p : of the whole aspect
    """

    @property
    def labels(self) -> Mapping[str, Sequence[str]]: ...

    @property
    def observed(self) -> Mapping[str, Floats]: ...

    @property
    def simulated(self) -> Mapping[str, Floats]: ...

    @property
    def p(self) -> Mapping[str, float]: ...


def goodness_of_fit_violins(fits: Compared) -> Figure:
    """Draw each aspect's simulated counts as violins, and the observed as a line through them.

    Parameters
    ----------
    fits : Compared

    Returns
    -------
    Figure
        One panel per aspect. Counts are centred at the simulated median and divided by the half-width of the
        middle 95 %, so that frequent and rare ones can be read together; dashed lines bound that middle. A
        count that hardly varies is drawn by one unit.

    Raises
    ------
    ValueError
        When there is no aspect, or the mappings have different ones.
    """
    labels, observed, simulated, p = fits.labels, fits.observed, fits.simulated, fits.p
    aspects = list(labels)
    if not aspects or any(set(one) != set(aspects) for one in (observed, simulated, p)):
        found = "; ".join(", ".join(one) or "none" for one in (labels, observed, simulated, p))
        raise ValueError(f"found aspects {found}; allowed: the same in all, at least one")
    with themed():
        rows = -(-len(aspects) // 2)
        columns = min(len(aspects), 2)
        figure, axes = plt.subplots(rows, columns, figsize=(5.2 * columns, 3.1 * rows), squeeze=False)
        for axis, aspect in zip(axes.flat, aspects, strict=False):
            lower, middle, upper = np.percentile(simulated[aspect], [2.5, 50, 97.5], axis=0)
            scale = np.maximum((upper - lower) / 2, 1.0)
            drawn = (simulated[aspect] - middle) / scale
            places = np.arange(len(labels[aspect]))
            # A density needs some spread; a count that never varies stays a line at nought.
            varied = [k for k in places if np.ptp(drawn[:, k]) > 0]
            if varied:
                parts = axis.violinplot(
                    [drawn[:, k] for k in varied], places[varied].tolist(), widths=0.8, showextrema=False
                )
                for body in parts["bodies"]:
                    body.set(facecolor=PALETTE[0], alpha=0.4, edgecolor="0.3")
            axis.plot(
                places, (observed[aspect] - middle) / scale, color=PALETTE[3], marker=MARKERS[0], markersize=4
            )
            for bound in (lower, upper):
                axis.plot(places, (bound - middle) / scale, color="0.4", linestyle="--", linewidth=0.8)
            axis.set_xticks(places, labels[aspect], rotation=90, fontsize="x-small")
            axis.set_title(f"{aspect} (p = {p[aspect]:.2g})")
        for axis in axes.flat[len(aspects) :]:
            axis.set_visible(False)
        figure.supylabel(
            "count, from the simulated median\nin half-widths of the middle 95 %", fontsize="small"
        )
        figure.tight_layout()
    return figure


def t_ratio_dots(ratios: pd.DataFrame, *, bound: float = 0.1) -> Figure:
    """Draw the t-ratio of each term, and the band within which they count as converged.

    Parameters
    ----------
    ratios : DataFrame
        With columns ``term`` and ``t_ratio`` (as `ActorModel.tidy` gives); those that are NaN are left out.
    bound : float
        Half-width of the band.

    Raises
    ------
    ValueError
        When no t-ratio is known.
    """
    known = ratios.dropna(subset="t_ratio")
    if known.empty:
        raise ValueError("found no t-ratio; needed is at least one")
    with themed():
        figure, axis = plt.subplots(figsize=(6.5, 0.9 + 0.35 * len(known)))
        places = np.arange(len(known))
        axis.axvspan(-bound, bound, color="0.9", zorder=0)
        axis.axvline(0, color="0.6", linewidth=0.8)
        axis.scatter(known["t_ratio"], places, color=PALETTE[0], marker=MARKERS[0], zorder=2)
        axis.set_yticks(places, known["term"])
        axis.invert_yaxis()
        reach = max(1.2 * bound, 1.1 * float(known["t_ratio"].abs().max()))
        axis.set_xlim(-reach, reach)
        axis.set_xlabel(f"t-ratio (converged within ±{bound:g})")
        figure.tight_layout()
    return figure


def importance_bars(importance: pd.DataFrame) -> Figure:
    """Draw the relative importance of effects as one stacked bar a period.

    Parameters
    ----------
    importance : DataFrame
        Columns ``period``, ``term``, ``importance``; shares that add up to 1 in each period.

    Raises
    ------
    ValueError
        When shares of a period do not add up to 1.
    """
    table = importance.pivot_table(index="period", columns="term", values="importance", sort=False)
    if table.empty or not np.allclose(table.sum(axis=1), 1.0):
        raise ValueError(
            f"found shares adding up to {table.sum(axis=1).tolist()}; needed is 1 in each period"
        )
    with themed():
        figure, axis = plt.subplots(figsize=(7.5, 1.4 + 0.5 * len(table)))
        begin = np.zeros(len(table))
        for place, term in enumerate(table.columns):
            axis.barh(
                [f"period {period}" for period in table.index],
                table[term],
                left=begin,
                color=PALETTE[place % len(PALETTE)],
                hatch=_HATCHES[place % len(_HATCHES)],
                edgecolor="white",
                label=term,
            )
            begin = begin + table[term].to_numpy()
        axis.invert_yaxis()
        axis.set_xlim(0, 1)
        axis.set_xlabel("share of what moves actors' choices")
        axis.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0))
        figure.tight_layout()
    return figure
