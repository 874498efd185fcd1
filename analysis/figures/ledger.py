"""A ledger of evidence drawn: claims by kind of document, and how new codes and claims appear."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.labels import in_words

__all__ = ["accumulation_drawn", "ledger_matrix"]


def ledger_matrix(counts: pd.DataFrame) -> Figure:
    """Draw for each claim and kind of document how many pieces speak for it and against it.

    Parameters
    ----------
    counts : DataFrame
        A row per claim; columns in two levels, kind of document and direction, as `Ledger.by_kind`.

    Raises
    ------
    ValueError
        Without a piece for or against.
    """
    kinds = list(dict.fromkeys(counts.columns.get_level_values(0)))
    shown = [name for name in ("for", "against") if name in counts.columns.get_level_values(1)]
    if not shown:
        raise ValueError("found no piece for or against a claim; allowed: at least one")
    most = counts.to_numpy().max()
    with themed():
        figure, axis = plt.subplots(figsize=(2.6 + 1.3 * len(kinds), 1.4 + 0.6 * len(counts)))
        for place, direction in enumerate(shown):
            for column, kind in enumerate(kinds):
                numbers = counts.get((kind, direction), pd.Series(0, index=counts.index))
                for row, number in enumerate(numbers):
                    across = column + 0.4 * place - 0.2
                    if number:
                        size = 60 + 500 * number / most
                        axis.scatter(
                            across, -row, s=size, color=PALETTE[place], marker=MARKERS[place], alpha=0.55
                        )
                    axis.text(across, -row, str(number or "–"), ha="center", va="center", fontsize=9)
            axis.scatter(
                [], [], s=80, color=PALETTE[place], marker=MARKERS[place], alpha=0.55, label=direction
            )
        axis.set_xticks(range(len(kinds)), [in_words(kind) for kind in kinds])
        axis.set_yticks([-row for row in range(len(counts))], [in_words(claim) for claim in counts.index])
        axis.set_xlim(-0.6, len(kinds) - 0.4)
        axis.set_ylim(-len(counts) + 0.4, 0.6)
        axis.tick_params(length=0)
        axis.legend(loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=2)
        figure.tight_layout()
    return figure


def accumulation_drawn(curves: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw how many codes and claims had appeared after so many documents, beside random orders.

    Parameters
    ----------
    curves : mapping of str to DataFrame
        As from `discovery.accumulation`.
    """
    with themed():
        figure, axes = plt.subplots(len(curves), 1, figsize=(7.2, 2.5 * len(curves)), squeeze=False)
        for axis, (name, curve) in zip(axes.flat, curves.items(), strict=True):
            at = np.asarray(curve.index)
            axis.fill_between(at, curve["lower"], curve["upper"], color="0.88", label="95 % of random orders")
            axis.plot(at, curve["mean"], color="0.5", linestyle="--", label="mean of random orders")
            axis.step(
                at, curve["collected"], where="post", color=PALETTE[0], linewidth=2, label="as collected"
            )
            axis.set_ylabel(f"{in_words(name)} so far")
            axis.set_ylim(0, 1.1 * float(curve["upper"].max()))
            axis.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes[0, 0].legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize="small")
        axes[-1, 0].set_xlabel("documents")
        figure.tight_layout()
    return figure
