"""Printed numbers against computed ones, all at once."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from analysis.figures.theme import MARKERS, PALETTE, themed

__all__ = ["printed_against_computed"]

MANY = 200
"""Marks beyond which a picture of them is smaller than their places."""

_TICKS = (-10, -3, -1, -0.3, 0, 0.3, 1, 3, 10, 30, 100)
_FAR = (-10_000, -100, -1, 0, 1, 100, 10_000, 1_000_000)


def printed_against_computed(numbers: pd.DataFrame) -> Figure:
    """Draw every number at its printed (across) and computed (up) value.

    Parameters
    ----------
    numbers : DataFrame
        Columns `printed`, `computed` (numbers) and `verdict` (text: shape and colour).

    Notes
    -----
    Both axes are linear up to one and logarithmic beyond, so that small and large numbers show alike.
    """
    values = numbers[["printed", "computed"]].to_numpy(dtype=float)
    low, high = min(values.min(initial=0.0), 0.0) * 1.15 - 0.05, values.max(initial=1.0) * 1.25
    with themed():
        figure, axis = plt.subplots(figsize=(6.6, 5.6))
        axis.plot([low, high], [low, high], color="0.7", linewidth=1, zorder=0)
        for index, (verdict, part) in enumerate(numbers.groupby("verdict", sort=False)):
            axis.scatter(
                part["printed"],
                part["computed"],
                marker=MARKERS[index % len(MARKERS)],
                facecolors=PALETTE[index % len(PALETTE)] if index == 0 else "none",
                edgecolors=PALETTE[index % len(PALETTE)],
                alpha=0.75 if index == 0 else 1.0,
                s=26 if index == 0 else 44,
                label=f"{verdict} ({len(part)})",
                rasterized=len(part) > MANY,
            )
        for scale, limits, line in (
            (axis.set_xscale, axis.set_xlim, axis.xaxis),
            (axis.set_yscale, axis.set_ylim, axis.yaxis),
        ):
            scale("symlog", linthresh=1.0)
            limits(low, high)
            ticks = _TICKS if high <= _TICKS[-1] * 10 else _FAR
            line.set_major_locator(FixedLocator([tick for tick in ticks if low <= tick <= high]))
            line.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}".replace("-", "−")))
            line.set_minor_locator(FixedLocator([]))
        axis.set_xlabel("printed")
        axis.set_ylabel("computed")
        axis.legend(loc="upper left", fontsize="small")
        figure.tight_layout()
    return figure
