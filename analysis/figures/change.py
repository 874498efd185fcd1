"""Ties kept, new and lost, drawn."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from analysis.checks import NotEstimable
from analysis.figures.theme import themed

__all__ = ["turnover_bars"]

_PARTS = {"kept": ("0.35", ""), "new": ("0.85", "///"), "lost": ("1.0", "...")}
"""Grey and hatching of each part: it is read without colour."""


def turnover_bars(changes: pd.DataFrame) -> Figure:
    """Draw the ties kept, new and lost from each wave to the next, one stacked bar a comparison.

    Parameters
    ----------
    changes : DataFrame
        As from `networks.overview.changes`: index relation and waves, columns `kept`, `new`, `lost`. The
        number of a part too narrow for it stands beside the axes.

    Raises
    ------
    NotEstimable
        Without a row: there is nothing to compare.
    """
    if not len(changes):
        raise NotEstimable("found no wave to compare with the one before")
    parts = list(_PARTS)
    longest = int(changes[parts].sum(axis=1).max())
    narrow = changes[parts].map(lambda count: count < longest * (0.03 + 0.025 * len(str(count))))
    with themed():
        figure, axis = plt.subplots(figsize=(7, 0.55 * max(len(changes), 2) + 1.2))
        places = range(len(changes))
        left = pd.Series(0, index=changes.index)
        for part, (grey, hatch) in _PARTS.items():
            axis.barh(
                places,
                changes[part],
                left=left,
                color=grey,
                hatch=hatch,
                edgecolor="0.25",
                linewidth=0.7,
                height=0.6,
                label=part,
            )
            for place, (start, count) in enumerate(zip(left, changes[part], strict=True)):
                if count and not narrow[part].iloc[place]:
                    axis.annotate(
                        str(count),
                        (start + count / 2, place),
                        ha="center",
                        va="center",
                        fontsize="small",
                        bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none"},
                    )
            left = left + changes[part]
        axis.set_yticks(places, [f"{relation}, wave {waves}" for relation, waves in changes.index])
        margin = axis.get_yaxis_transform()
        for place in places:
            counts = changes[parts].iloc[place][narrow.iloc[place]]
            beside = ", ".join(f"{count} {part}" for part, count in counts.items() if count)
            if beside:
                axis.annotate(
                    beside,
                    (1, place),
                    (4, 0),
                    xycoords=margin,
                    textcoords="offset points",
                    va="center",
                    fontsize="small",
                )
        axis.invert_yaxis()
        axis.set_xlabel("ties, over pairs observed in both waves")
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
        figure.tight_layout()
    return figure
