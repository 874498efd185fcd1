"""How far coders agree, and which codes stand together, drawn."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.labels import in_words

__all__ = ["agreement_drawn", "networks_of_groups", "units_and_codes"]

_COEFFICIENTS = {"alpha": "Krippendorff's alpha", "ac": "Gwet's AC1"}


def agreement_drawn(frame: pd.DataFrame) -> Figure:
    """Draw alpha and Gwet's coefficient of each code with their intervals, and the share of the category.

    Parameters
    ----------
    frame : DataFrame
        As `Agreement.frame`, a row per code.

    Raises
    ------
    ValueError
        When no coefficient is known for any code.
    """
    known = frame[frame[list(_COEFFICIENTS)].notna().any(axis=1)]
    if known.empty:
        raise ValueError("found no code with a coefficient; allowed: at least one")
    with themed():
        figure, axis = plt.subplots(figsize=(7.5, 1.3 + 0.62 * len(known)))
        rows = np.arange(len(known))[::-1]
        for place, (name, label) in enumerate(_COEFFICIENTS.items()):
            height = rows + 0.14 * (1 - 2 * place)
            axis.errorbar(
                known[name],
                height,
                xerr=np.abs(
                    known[[f"{name}_lower", f"{name}_upper"]].to_numpy() - known[[name]].to_numpy()
                ).T,
                fmt=MARKERS[place],
                color=PALETTE[place],
                capsize=3,
                label=label,
            )
        labels = [
            f"{in_words(code)}\n({row.prevalence:.0%} are {in_words(row.category)})".replace("%", " %")
            for code, row in zip(known.index, known.itertuples(), strict=True)
        ]
        axis.set_yticks(rows, labels)
        axis.set_ylim(-0.6, len(known) - 0.4)
        axis.set_xlim(min(0.0, known[["alpha_lower", "ac_lower"]].to_numpy().min() - 0.05), 1.02)
        axis.set_xlabel("agreement beyond chance (1: always)")
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        figure.tight_layout()
    return figure


def networks_of_groups(compared: pd.DataFrame, codes: Sequence[str]) -> Figure:
    """Draw the mean network of codes of two groups, and what is stronger in which.

    Parameters
    ----------
    compared : DataFrame
        As from `compare_groups`: the first two columns are the groups', ``difference`` the second less the
        first; the last row is not of a connection.
    codes : sequence of str
        In the order of `connections`.

    Raises
    ------
    ValueError
        For another number of connections than the codes have.
    """
    pairs = [(first, second) for second in range(len(codes)) for first in range(second)]
    rows = compared.iloc[:-1]
    if len(rows) != len(pairs):
        raise ValueError(f"found {len(rows)} connections; allowed: {len(pairs)} for {len(codes)} codes")
    names = list(rows.columns[:2])
    strongest = rows[names].to_numpy().max() or 1.0
    difference = rows["difference"].to_numpy(dtype=float)
    angle = np.pi / 2 - 2 * np.pi * np.arange(len(codes)) / len(codes)
    places = np.column_stack([np.cos(angle), np.sin(angle)])
    with themed():
        figure, axes = plt.subplots(3, 1, figsize=(6.4, 9.6))
        for place, name in enumerate(names):
            widths = rows[name].to_numpy(dtype=float) / strongest
            _network(axes[place], places, pairs, widths, [PALETTE[place]] * len(pairs), codes)
            axes[place].set_title(in_words(name))
        widths = np.abs(difference) / (np.abs(difference).max() or 1.0)
        colours = [PALETTE[1] if value > 0 else PALETTE[0] for value in difference]
        _network(axes[2], places, pairs, widths, colours, codes)
        axes[2].set_title("what is stronger, in the colour of where")
        figure.tight_layout()
    return figure


def _network(
    axis: Axes,
    places: np.ndarray,
    pairs: Sequence[tuple[int, int]],
    widths: np.ndarray,
    colours: Sequence[tuple[float, float, float]],
    codes: Sequence[str],
) -> None:
    for (first, second), width, colour in zip(pairs, widths, colours, strict=True):
        ends = places[[first, second]]
        axis.plot(ends[:, 0], ends[:, 1], color=colour, linewidth=0.3 + 7 * width, alpha=0.25 + 0.6 * width)
    axis.scatter(places[:, 0], places[:, 1], s=60, color="0.15", zorder=3)
    for code, (across, up) in zip(codes, places, strict=True):
        side = "center" if abs(across) < 0.2 else ("left" if across > 0 else "right")
        height = ("bottom" if up > 0 else "top") if side == "center" else "center"
        shown = (
            in_words(code).replace(" and ", "\nand ") if len(code) > 22 else in_words(code).replace(" ", "\n")
        )
        axis.text(across * 1.12, up * 1.12, shown, ha=side, va=height, fontsize=9)
    axis.set_xlim(-2.1, 2.1)
    axis.set_ylim(-1.5, 1.5)
    axis.set_axis_off()


def units_and_codes(layout: pd.DataFrame) -> Figure:
    """Draw units on two axes by kind, the mean of each kind, and where the codes lie.

    Parameters
    ----------
    layout : DataFrame
        A row per unit or a code; two columns of places, named as the axes, and ``kind``: that of the unit, or
        ``code``. Codes are drawn to the scale of the units.
    """
    across, up = layout.columns[:2]
    is_code = (layout["kind"] == "code").to_numpy()
    places = layout[[across, up]].to_numpy(dtype=float)
    units, placed = places[~is_code], places[is_code]
    kinds = layout.loc[~is_code, "kind"].to_numpy()
    scale = float(np.abs(units).max() / np.abs(placed).max())
    with themed():
        figure, axis = plt.subplots(figsize=(7.2, 5.4))
        axis.axhline(0, color="0.85", linewidth=1, zorder=0)
        axis.axvline(0, color="0.85", linewidth=1, zorder=0)
        for place, kind in enumerate(dict.fromkeys(kinds)):
            own = units[kinds == kind]
            colour, marker = PALETTE[place % len(PALETTE)], MARKERS[place % len(MARKERS)]
            axis.plot(*own.T, marker, color=colour, markersize=5, alpha=0.6, label=in_words(kind))
            axis.plot(*own.mean(axis=0), marker, color=colour, markersize=12, markeredgecolor="black")
        for code, (right, high) in zip(layout.index[is_code], scale * placed, strict=True):
            axis.text(right, high, in_words(code), ha="center", fontsize=9, color="0.2")
        # Names of codes stand on the axes, not beside them.
        axis.update_datalim(scale * placed)
        axis.margins(0.18)
        axis.autoscale_view()
        axis.set_xlabel(f"first axis ({across})")
        axis.set_ylabel(f"second axis ({up})")
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        figure.tight_layout()
    return figure
