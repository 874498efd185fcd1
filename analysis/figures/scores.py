"""Scores of scales over waves, drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.labels import in_words

__all__ = ["scores_by_wave"]


def scores_by_wave(summary: pd.DataFrame, scales: pd.DataFrame) -> Figure:
    """Draw the median and the middle half of the scores, a panel per scale.

    Parameters
    ----------
    summary : DataFrame
        As from `scale_summary`: index scale and wave, columns `lower_quartile`, `median`, `upper_quartile`.
    scales : DataFrame
        index scale, columns `minimum` and `maximum`: the range of the answers.

    Raises
    ------
    ValueError
        When there is no score, or a scale without a range.
    """
    names = list(dict.fromkeys(summary.index.get_level_values("scale")))
    if not names:
        raise ValueError("found no score; allowed: a summary of at least one scale in one wave")
    lacking = [str(name) for name in names if name not in scales.index]
    if lacking:
        raise ValueError(
            f"found no range of {', '.join(lacking)}; allowed: minimum and maximum of every scale"
        )
    with themed():
        figure, axes = plt.subplots(1, len(names), figsize=(3.6 * len(names), 3.4), squeeze=False)
        for axis, name, colour, marker in zip(
            axes.flat, names, PALETTE * len(names), MARKERS * len(names), strict=False
        ):
            part = summary.loc[name].astype(float)
            below, above = part["median"] - part["lower_quartile"], part["upper_quartile"] - part["median"]
            axis.errorbar(
                range(len(part)), part["median"], yerr=[below, above], color=colour, marker=marker, capsize=4
            )
            axis.set_xticks(range(len(part)), [str(wave) for wave in part.index])
            axis.set_xlim(-0.5, len(part) - 0.5)
            low, high = scales.loc[name, ["minimum", "maximum"]].astype(float)
            margin = 0.04 * (high - low)
            axis.set_ylim(low - margin, high + margin)
            axis.set_title(in_words(str(name)))
            axis.set_xlabel("wave")
        axes[0, 0].set_ylabel("score (median, middle half)")
        figure.tight_layout()
    return figure
