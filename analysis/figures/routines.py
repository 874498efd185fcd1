"""The web of routines over time, a change's way through it, and a truth table as a grid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch
from matplotlib.patheffects import withStroke

from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.labels import in_words

__all__ = ["cascade_drawn", "reach_drawn", "truth_grid", "web_by_medium"]

_STYLES: tuple[Literal["-", "--", ":", "-."], ...] = ("-", "--", ":", "-.")


def web_by_medium(organizations: Mapping[str, str], links: Mapping[str, pd.DataFrame]) -> Figure:
    """Draw the web at several times, each routine at one place, links by medium.

    Parameters
    ----------
    organizations : mapping of str to str
        Of each routine: organisations side by side, routines below one another in this order.
    links : mapping of str to DataFrame
        By title of the panel: ``from_id``, ``to_id``, ``medium``.

    Raises
    ------
    ValueError
        Without a panel or a routine.
    """
    if not links or not organizations:
        raise ValueError("found no panel or no routine; allowed: at least one of each")
    homes = list(dict.fromkeys(organizations.values()))
    places = {}
    for column, home in enumerate(homes):
        members = [name for name, own in organizations.items() if own == home]
        for row, name in enumerate(members):
            places[name] = (2.0 * column, -(row + 0.5) / len(members))
    media = list(dict.fromkeys(medium for frame in links.values() for medium in sorted(frame["medium"])))
    tallest = max(list(organizations.values()).count(home) for home in homes)
    with themed():
        figure, axes = plt.subplots(
            len(links), 1, figsize=(7.2, (0.34 * tallest + 0.7) * len(links) + 0.4), squeeze=False
        )
        for axis, (title, frame) in zip(axes.flat, links.items(), strict=True):
            _panel(axis, places, organizations, frame, media)
            for column, home in enumerate(homes):
                axis.text(2.0 * column, 0.06, in_words(home), ha="center", fontweight="bold", fontsize=9)
            axis.set_title(title, fontsize="small")
            axis.set_xlim(-1.3, 2.0 * len(homes) - 0.7)
            axis.set_ylim(-1.05, 0.16)
            axis.set_axis_off()
        handles = [
            Line2D([], [], color=PALETTE[k], linestyle=_STYLES[k % 4], linewidth=1.8, label=medium)
            for k, medium in enumerate(media)
        ]
        figure.legend(handles=handles, loc="lower center", ncols=4, bbox_to_anchor=(0.5, -0.03))
        figure.tight_layout()
    return figure


def _panel(
    axis: Axes,
    places: Mapping[str, tuple[float, float]],
    organizations: Mapping[str, str],
    links: pd.DataFrame,
    media: list[str],
) -> None:
    last = max(across for across, _ in places.values())
    for one, other, medium in links[["from_id", "to_id", "medium"]].itertuples(index=False, name=None):
        kind = media.index(medium)
        inside = organizations[one] == organizations[other]
        # Arcs within an organisation bow towards the middle, so that names outside stay free.
        left = places[one][0] < last / 2 or last == 0
        down = places[one][1] > places[other][1]
        bow = (-0.35 if down == left else 0.35) if inside else 0.08
        arrow = FancyArrowPatch(
            places[one],
            places[other],
            connectionstyle=f"arc3,rad={bow * (1 + 0.15 * kind)}",
            arrowstyle="-|>",
            mutation_scale=9,
            shrinkA=5,
            shrinkB=5,
            color=PALETTE[kind],
            linestyle=_STYLES[kind % 4],
            linewidth=1.3,
        )
        axis.add_patch(arrow)
    for name, (across, up) in places.items():
        axis.plot(across, up, "o", color="0.2", markersize=5, zorder=3)
        # Between two organisations a name stands above its routine: links run to either side of it.
        side = "right" if across == 0 else "left" if across == last else "center"
        shift = {"right": -0.08, "left": 0.08, "center": 0.0}[side]
        written = axis.text(
            across + shift,
            up + (0.05 if side == "center" else 0),
            in_words(name),
            ha=side,
            va="bottom" if side == "center" else "center",
            fontsize=8,
            zorder=4,
        )
        written.set_path_effects([withStroke(linewidth=2, foreground="white")])


def cascade_drawn(frame: pd.DataFrame, horizon: float) -> Figure:
    """Draw one change on a time axis: what was possible in grey, what was reached and enacted on it.

    Parameters
    ----------
    frame : DataFrame
        index ``routine``; ``organization``, ``possible_from``, ``reached``, ``enacted``, ``from_id`` as from
        `change_steps.cascade`.
    horizon : float
        Last day drawn, if finite.
    """
    rows = {name: -place for place, name in enumerate(frame.index)}
    known = frame[["possible_from", "reached"]].to_numpy(dtype=float)
    end = horizon if np.isfinite(horizon) else float(np.nanmax(known)) + 1
    homes = list(dict.fromkeys(frame["organization"]))
    with themed():
        figure, axis = plt.subplots(figsize=(7.2, 1.2 + 0.34 * len(frame)))
        for row in frame.itertuples():
            height = rows[str(row.Index)]
            if not np.isnan(float(row.possible_from)):  # type: ignore[arg-type]
                start = float(row.possible_from)  # type: ignore[arg-type]
                axis.plot([start, end], [height, height], color="0.85", linewidth=7, solid_capstyle="butt")
        for name, day, source in frame[["reached", "from_id"]].itertuples(name=None):
            if not np.isnan(day) and source in rows:
                start = float(np.asarray(frame["reached"])[frame.index.get_loc(source)])
                axis.plot([start, day], [rows[source], rows[name]], color="0.45", linewidth=1, zorder=2)
        for place, home in enumerate(homes):
            own = frame[(frame["organization"] == home) & frame["reached"].notna()]
            up = [rows[name] for name in own.index]
            filled = [PALETTE[place] if one == 1 else "white" for one in own["enacted"]]
            axis.scatter(
                own["reached"], up, c=filled, marker=MARKERS[place], edgecolor=PALETTE[place], s=60, zorder=3
            )
            axis.scatter([], [], color=PALETTE[place], marker=MARKERS[place], label=in_words(home))
        axis.plot([], [], color="0.85", linewidth=7, label="possible")
        axis.scatter([], [], color="white", edgecolor="0.3", label="reached, not enacted")
        axis.set_yticks(list(rows.values()), [in_words(name) for name in rows])
        axis.set_xlabel("days since the change began")
        axis.set_xlim(-0.5, end + 0.5)
        axis.legend(loc="lower center", bbox_to_anchor=(0.35, 1.0), ncols=2, fontsize="small")
        figure.tight_layout()
    return figure


def reach_drawn(frame: pd.DataFrame) -> Figure:
    """Draw for each change how many routines it could get to, and in how many it was enacted.

    Parameters
    ----------
    frame : DataFrame
        index: changes; ``possible``, ``reached``, ``enacted``.
    """
    ordered = frame.sort_values(["possible", "enacted"], kind="stable")
    places = np.arange(len(ordered))
    with themed():
        figure, axis = plt.subplots(figsize=(7.2, 3.2))
        axis.bar(places, ordered["possible"], color="0.88", width=0.85, label="possible in time")
        axis.plot(
            places, ordered["reached"], "_", color="0.3", markersize=8, markeredgewidth=2, label="reached"
        )
        axis.plot(places, ordered["enacted"], MARKERS[0], color=PALETTE[0], markersize=5, label="enacted")
        axis.set_xticks([])
        axis.set_xlabel("changes, ordered by what was possible")
        axis.set_ylabel("other routines")
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
        figure.tight_layout()
    return figure


def truth_grid(frame: pd.DataFrame, conditions: list[str], outcome: str) -> Figure:
    """Draw a truth table: which conditions are there, how many cases, and how many have the outcome.

    Parameters
    ----------
    frame : DataFrame
        A row per combination: the conditions (0 or 1), ``outcome`` (1, 0 or missing), ``n``,
        ``with_outcome``, ``consistency``.
    conditions : list of str
    outcome : str
        Its name.
    """
    ordered = frame.sort_values(["consistency", "n"], ascending=False, na_position="last")
    with themed():
        figure, axis = plt.subplots(figsize=(1.1 * len(conditions) + 4.6, 0.9 + 0.36 * len(ordered)))
        for down, (_, row) in enumerate(ordered.iterrows()):
            height = float(-down)
            for place, name in enumerate(conditions):
                fill = "0.2" if row[name] else "white"
                axis.scatter(place, height, s=110, color=fill, edgecolor="0.2", linewidth=1)
            start = len(conditions) + 0.2
            told = f"{row['with_outcome']} of {row['n']}" if row["n"] else "no case"
            leads = {1: "leads to it", 0: "does not"}.get(row["outcome"] if row["n"] else -1, "not known")
            colour = PALETTE[0] if leads == "leads to it" else "0.35"
            weight = "bold" if leads == "leads to it" else "normal"
            axis.text(start, height, told, va="center", fontsize=9)
            axis.text(start + 1.3, height, leads, va="center", fontsize=9, color=colour, fontweight=weight)
        axis.set_xticks(range(len(conditions)), [in_words(name) for name in conditions])
        axis.xaxis.tick_top()
        axis.tick_params(length=0)
        axis.text(len(conditions) + 0.2, 0.95, in_words(outcome), fontsize=9)
        axis.set_yticks([])
        axis.set_xlim(-0.6, len(conditions) + 3.2)
        axis.set_ylim(-len(ordered) + 0.4, 1.2)
        for spine in axis.spines.values():
            spine.set_visible(False)
        figure.tight_layout()
    return figure
