"""Attendance, drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from analysis.figures.theme import PALETTE, themed

__all__ = ["attendance_bars"]


def attendance_bars(reached: pd.DataFrame) -> Figure:
    """Draw the share of the network that came to each activity, in order of time.

    Parameters
    ----------
    reached : DataFrame
        As from `attendance_by_activity`: index activity, columns `date`, `came`, `share`. Without a row the
        axes stay empty; without a share there is no bar, and still the number of those who came.
    """
    with themed():
        figure, axis = plt.subplots(figsize=(7, 0.45 * max(len(reached), 2) + 1))
        places = range(len(reached))
        axis.barh(places, reached["share"].astype(float), color=PALETTE[0], height=0.65)
        labels = [
            f"{activity}, {date}" for activity, date in zip(reached.index, reached["date"], strict=True)
        ]
        axis.set_yticks(places, labels)
        # Beside the axes, where no bar and no edge of the figure cuts them.
        margin = axis.get_yaxis_transform()
        for place, came in enumerate(reached["came"]):
            axis.annotate(
                f"{came} came", (1, place), (4, 0), xycoords=margin, textcoords="offset points", va="center"
            )
        axis.set_ylim(max(len(reached), 1) - 0.5, -0.5)
        axis.set_xlim(0, 1)
        axis.set_xticks([0, 0.25, 0.5, 0.75, 1])
        axis.xaxis.set_major_formatter(PercentFormatter(1.0))
        axis.set_xlabel("share of those then in the network")
        figure.tight_layout()
    return figure
