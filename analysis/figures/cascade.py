"""A cascade of closures over time, beside chance, and under other settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from analysis.figures.theme import PALETTE, themed

__all__ = ["beside_nulls", "cascade_timeline", "sensitivity_surface"]

_STYLES = {"first_order": ("-", PALETTE[0]), "second_order": ("--", PALETTE[1]), "enduring": (":", "0.2")}


def cascade_timeline(lines: pd.DataFrame, marks: Sequence[float] = ()) -> Figure:
    """Draw closures so far against days since the collaborators met.

    Parameters
    ----------
    lines : DataFrame
        As from `networks.cascade.timeline`.
    marks : sequence of float
        Days of activities, as thin lines.

    Raises
    ------
    ValueError
        With every column that is missing.
    """
    missing = [name for name in ("days", *_STYLES) if name not in lines]
    if missing:
        raise ValueError(f"found no column {', '.join(missing)}")
    with themed():
        figure, axis = plt.subplots(figsize=(7.2, 3.8))
        for day in marks:
            axis.axvline(day, color="0.85", linewidth=1, zorder=0)
        for name, (style, colour) in _STYLES.items():
            steps = [0, *lines[name]]
            axis.step(
                [0, *lines["days"]],
                steps,
                where="post",
                linestyle=style,
                color=colour,
                linewidth=2,
                label=name.replace("_", " "),
            )
        axis.legend(loc="upper left")
        axis.set_xlabel("days since the two met (thin lines: activities)")
        axis.set_ylabel("closures so far")
        axis.set_ylim(bottom=0)
        axis.set_xlim(left=0)
    return figure


def beside_nulls(draws: Mapping[str, npt.NDArray[np.float64]], observed: float, label: str) -> Figure:
    """Draw the distribution of a statistic under each null model, and what was observed as a line.

    Parameters
    ----------
    draws : mapping of str to ndarray
        Replicates by name of the null; missing ones are left out.
    observed : float
    label : str
        Of the axis.

    Raises
    ------
    ValueError
        When there is none.
    """
    if not draws:
        raise ValueError("found no null model; allowed: at least one")
    known = {name: values[~np.isnan(values)] for name, values in draws.items()}
    least = min([observed, *(values.min(initial=0.0) for values in known.values())])
    most = max([observed, *(values.max(initial=0.0) for values in known.values())])
    with themed():
        figure, axes = plt.subplots(
            len(draws), 1, figsize=(7, 1.5 * len(draws) + 0.8), sharex=True, squeeze=False
        )
        for axis, (name, values) in zip(axes.flat, known.items(), strict=True):
            axis.hist(values, bins=np.linspace(min(least, 0.0), most * 1.05 or 1, 42).tolist(), color="0.75")
            axis.axvline(observed, color=PALETTE[3], linewidth=2)
            axis.set_yticks([])
            axis.spines["left"].set_visible(False)
            axis.set_title(name.replace("_", " "), fontsize="small")
        axes[-1, 0].set_xlabel(f"{label} (line: observed)")
        figure.tight_layout()
    return figure


def sensitivity_surface(frame: pd.DataFrame, value: str) -> Figure:
    """Draw a result by window (across) and persistence (down), the number in each field.

    Parameters
    ----------
    frame : DataFrame
        `window`, `persistence` and the column named (`networks.cascade.sensitivity`).
    value : str
        Which column.

    Raises
    ------
    ValueError
        When the column is missing.
    """
    if value not in frame:
        raise ValueError(f"found no column {value}; the table has {', '.join(map(str, frame.columns))}")
    wide = frame.pivot(index="persistence", columns="window", values=value).astype(float)
    with themed():
        figure, axis = plt.subplots(figsize=(1.0 * wide.shape[1] + 2.4, 0.55 * wide.shape[0] + 1.4))
        sns.heatmap(wide, annot=True, fmt=".3g", cmap="Greys", cbar=False, linewidths=1, ax=axis)
        axis.set_xlabel("window")
        axis.set_ylabel("persistence")
        axis.tick_params(axis="y", rotation=0)
    return figure
