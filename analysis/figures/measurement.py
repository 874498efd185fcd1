"""Scales, drawn: people and items on one line, and how reliable each scale is."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.labels import in_words

__all__ = ["item_map", "panel_curves", "reliability_of_scales"]

_KINDS = {"alpha": "alpha", "omega": "omega", "separation": "separation (Rasch)"}


def item_map(people: pd.DataFrame, thresholds: pd.DataFrame) -> Figure:
    """Draw how many people lie where, above where answers to each item change.

    Parameters
    ----------
    people : DataFrame
        ``low``, ``high``, ``people``: as in `analysis.measurement.person_measures.ItemMap`.
    thresholds : DataFrame
        ``item``, ``threshold``, ``at``, ``location``; items from the bottom in the order given.

    Raises
    ------
    ValueError
        When there is nobody, or no threshold.
    """
    if people.empty or thresholds.empty:
        raise ValueError(
            f"found {len(people)} intervals and {len(thresholds)} thresholds; allowed: at least one of each"
        )
    items = list(dict.fromkeys(thresholds["item"]))
    with themed():
        figure, (above, below) = plt.subplots(
            2,
            1,
            sharex=True,
            figsize=(7.5, 2.6 + 0.3 * len(items)),
            height_ratios=[2.0, 0.5 + 0.3 * len(items)],
        )
        width = people["high"] - people["low"]
        above.bar(people["low"], people["people"], width, align="edge", color="0.75", edgecolor="white")
        above.set_ylabel("people")
        for number, own in thresholds.groupby("threshold"):
            place = int(str(number)) - 1
            below.plot(
                own["at"],
                [items.index(item) for item in own["item"]],
                linestyle="none",
                marker=MARKERS[place % len(MARKERS)],
                color=PALETTE[place % len(PALETTE)],
                label=f"{number}",
            )
        located = thresholds.drop_duplicates("item")
        below.plot(
            located["location"], range(len(items)), linestyle="none", marker="|", color="black", markersize=14
        )
        below.set_yticks(range(len(items)), [in_words(str(item)) for item in items])
        below.set_ylim(-0.7, len(items) - 0.3)
        below.set_xlabel("logits (bar: the item's location)")
        if thresholds["threshold"].nunique() > 1:
            below.legend(title="threshold", loc="center left", bbox_to_anchor=(1.0, 0.5))
        figure.tight_layout()
    return figure


def reliability_of_scales(reliability: pd.DataFrame) -> Figure:
    """Draw each scale's alpha with its interval, omega and separation reliability.

    Parameters
    ----------
    reliability : DataFrame
        As from `analysis.measurement.scale_reliability.reliability_by_scale`; what is NaN is not drawn.

    Raises
    ------
    ValueError
        When nothing could be estimated.
    """
    known = reliability[reliability[list(_KINDS)].notna().any(axis=1)].reset_index(drop=True)
    if known.empty:
        raise ValueError("found no reliability that could be estimated; allowed: at least one scale")
    several = known["wave"].nunique() > 1
    labels = [
        in_words(str(row["scale"])) + (f", wave {row['wave']}" if several else "")
        for _, row in known.iterrows()
    ]
    places = np.arange(len(known))
    with themed():
        figure, axis = plt.subplots(figsize=(7.5, 1.4 + 0.45 * len(known)))
        for number, (column, told) in enumerate(_KINDS.items()):
            values = known[column].astype(float)
            reach = (
                [values - known["lower"].astype(float), known["upper"].astype(float) - values]
                if column == "alpha"
                else None
            )
            axis.errorbar(
                values,
                places + 0.2 * (number - 1),
                xerr=reach,
                fmt=MARKERS[number],
                color=PALETTE[number],
                capsize=3,
                label=told,
            )
        axis.set_yticks(places, labels)
        axis.set_ylim(len(known) - 0.5, -0.5)
        axis.set_xlabel("reliability (bar: interval of alpha)")
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        figure.tight_layout()
    return figure


def panel_curves(curves: pd.DataFrame, *, response: pd.DataFrame | None = None) -> Figure:
    """Draw each measure's median and middle half over waves, one panel each, response beside it.

    Parameters
    ----------
    curves : DataFrame
        As from `analysis.measurement.unit_panels.panel_curves`.
    response : DataFrame, optional
        ``wave``, ``median`` (a share): who answered, drawn under each curve's panel.

    Raises
    ------
    ValueError
        When there is no curve.
    """
    names = list(dict.fromkeys(curves["measure"]))
    if not names:
        raise ValueError("found no curve; allowed: at least one measure")
    across = min(3, len(names))
    down = -(-len(names) // across)
    lower = response is not None
    with themed():
        figure, axes = plt.subplots(
            down * (2 if lower else 1),
            across,
            sharex=True,
            squeeze=False,
            figsize=(7.8, (3.0 if lower else 2.2) * down),
            height_ratios=[2.2, 1.0] * down if lower else [1.0] * down,
        )
        for axis in axes.ravel()[:]:
            axis.set_visible(False)
        for place, name in enumerate(names):
            own = curves[curves["measure"] == name]
            row, column = divmod(place, across)
            axis = axes[row * (2 if lower else 1), column]
            axis.set_visible(True)
            axis.fill_between(
                own["wave"].astype(float), own["lower_quartile"], own["upper_quartile"], alpha=0.25
            )
            axis.plot(own["wave"].astype(float), own["median"], marker="o", markersize=4)
            axis.set_title(f"{in_words(name)}\nthe same {own['units'].iloc[0]}", fontsize=8)
            axis.tick_params(labelsize=8, labelbottom=True)
            if response is not None:
                below = axes[2 * row + 1, column]
                below.set_visible(True)
                below.plot(
                    response["wave"].astype(float), response["median"], color="0.4", marker="s", markersize=3
                )
                below.set_ylim(0, 1)
                below.set_ylabel("response", fontsize=8)
                below.tick_params(labelsize=8, labelbottom=True)
        figure.tight_layout()
    return figure
