"""Estimates of several models side by side."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.resampling.monte_carlo import normal_interval

__all__ = ["estimates_by_model"]

_COLUMNS = ("term", "estimate")


def estimates_by_model(
    models: Mapping[str, pd.DataFrame], *, level: float | None = None, spread: str = "permutation_sd"
) -> Figure:
    """Draw each term's estimate in each model with a bar to either side.

    Parameters
    ----------
    models : mapping of str to DataFrame
        By name of the model, with columns `term`, `estimate` and `spread` (as `tidy()` gives); the
        intercept is left out.
    level : float, optional
        Bars are normal intervals at this level; without one, two of `spread` long to either side.
    spread : str
        The column that bars are measured in: `permutation_sd`, or such as `standard_error`.

    Raises
    ------
    ValueError
        When there is no model, or with each model and the columns it lacks.
    """
    needed = (*_COLUMNS, spread)
    lacking = {
        name: [column for column in needed if column not in frame.columns] for name, frame in models.items()
    }
    if not models or any(lacking.values()):
        found = "; ".join(
            f"{name} without {', '.join(columns)}" for name, columns in lacking.items() if columns
        )
        raise ValueError(f"found {found or 'no model'}; allowed: models with columns {', '.join(needed)}")
    width = 2.0 if level is None else normal_interval(0.0, 1.0, level)[1]
    frames = {name: frame[frame["term"] != "intercept"] for name, frame in models.items()}
    terms = list(dict.fromkeys(term for frame in frames.values() for term in frame["term"]))
    with themed():
        height = 0.9 + 0.75 * len(terms)
        figure, axis = plt.subplots(figsize=(7.5, height))
        for index, (name, frame) in enumerate(frames.items()):
            shift = 0.16 * (index - (len(frames) - 1) / 2)
            axis.errorbar(
                frame["estimate"],
                [terms.index(term) + shift for term in frame["term"]],
                xerr=width * frame[spread],
                fmt=MARKERS[index % len(MARKERS)],
                color=PALETTE[index % len(PALETTE)],
                capsize=3,
                label=name,
            )
        axis.axvline(0, color="0.6", linewidth=0.8, zorder=0)
        axis.set_yticks(range(len(terms)), terms)
        axis.set_ylim(len(terms) - 0.5, -0.5)
        axis.set_xlabel("estimate")
        axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
    return figure
