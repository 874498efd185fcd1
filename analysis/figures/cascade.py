"""A cascade of closures over time, beside chance, and under other settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
import seaborn as sns
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from analysis.figures.theme import PALETTE, themed
from analysis.networks.cascade import Meeting

__all__ = ["beside_nulls", "cascade_timeline", "census_bars", "meeting_steps", "sensitivity_surface"]

_STYLES = {"first_order": ("-", PALETTE[0]), "second_order": ("--", PALETTE[1]), "enduring": (":", "0.2")}
_FEW = 42
"""Most bars of a distribution."""
_LINES: dict[str, dict[str, object]] = {
    "before": {"colors": "0.8", "linewidths": 0.8},
    "other": {"colors": "0.55", "linewidths": 1.1, "linestyles": "dotted"},
    "second order": {"colors": [PALETTE[1]], "linewidths": 1.2, "linestyles": "dashed"},
    "first order": {"colors": [PALETTE[0]], "linewidths": 1.8},
    "meeting": {"colors": "black", "linewidths": 2.6},
}
_PARTS = {
    "collaborator": ("s", "black", 70),
    "contact of the one": ("o", "0.45", 26),
    "contact of the other": ("^", "0.45", 30),
    "contact of both": ("D", "0.45", 24),
}
_TRIADS = {
    "003": "003\nnobody in contact",
    "102": "102\ntwo in contact",
    "201": "201\na two-path",
    "300": "300\na triangle",
}


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
        most = max([1, *lines[list(_STYLES)].to_numpy().ravel()])
        axis.set_ylim(0, 1.05 * most)
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_xlim(0, 1.03 * max([1.0, *lines["days"], *marks]))
    return figure


def meeting_steps(meeting: Meeting, steps: Mapping[str, float]) -> Figure:
    """Draw two people's stars as they grow together, everybody at one place throughout.

    Parameters
    ----------
    meeting : Meeting
        As from `networks.cascade.meeting_of`.
    steps : mapping of str to float
        Days since the two met by name of the step; ties up to that day are drawn.

    Raises
    ------
    ValueError
        When there is no step.
    """
    if not steps:
        raise ValueError("found no step; allowed: at least one")
    places = _two_stars(meeting.people["part"])
    with themed():
        figure, axes = plt.subplots(1, len(steps), figsize=(4.3 * len(steps), 3.7), squeeze=False)
        for axis, (name, day) in zip(axes.flat, steps.items(), strict=True):
            there = meeting.ties[meeting.ties["days"] <= day]
            for kind, look in _LINES.items():
                rows = there[there["kind"] == kind]
                lines = [
                    (places[one], places[other])
                    for one, other in zip(rows["first"], rows["second"], strict=True)
                ]
                axis.add_collection(LineCollection(lines, label=kind, zorder=1, **look))
            for part, (marker, colour, size) in _PARTS.items():
                spots = [places[person] for person in meeting.people.index[meeting.people["part"] == part]]
                if spots:
                    across, up = zip(*spots, strict=True)
                    axis.scatter(across, up, s=size, marker=marker, color=colour, zorder=3, label=part)
            axis.set_axis_off()
            axis.set_aspect("equal")
            axis.margins(0.04)
            closed = int(there["kind"].isin(["first order", "second order"]).sum())
            axis.set_title(f"{name}: {closed} closures", fontsize="small")
        handles, labels = axes[0, -1].get_legend_handles_labels()
        figure.legend(handles, labels, loc="upper center", ncols=5, bbox_to_anchor=(0.5, 0.02))
        figure.tight_layout()
    return figure


def _two_stars(parts: pd.Series) -> dict[str, tuple[float, float]]:
    """Return places: the collaborators in the middle, each star around its own, shared contacts between."""
    sides = {"contact of the one": (-0.5, np.pi), "contact of the other": (0.5, 0.0)}
    one, other = parts.index[parts == "collaborator"]
    places = {str(one): (-0.5, 0.0), str(other): (0.5, 0.0)}
    for part, (centre, facing) in sides.items():
        members = list(parts.index[parts == part])
        rings = 1 + len(members) // 25
        angles = facing + np.linspace(-0.48, 0.48, len(members)) * np.pi if len(members) > 1 else [facing]
        for place, (member, angle) in enumerate(zip(members, angles, strict=True)):
            reach = 1.0 + 0.28 * (place % rings)
            places[str(member)] = (centre + reach * float(np.cos(angle)), reach * float(np.sin(angle)))
    shared = list(parts.index[parts == "contact of both"])
    for place, member in enumerate(shared):
        # Above and below in turn, further out the more there are.
        level = 0.45 + 0.75 * (place // 2) / max(len(shared) // 2, 1)
        places[str(member)] = (0.0, level if place % 2 == 0 else -level)
    return places


def census_bars(frame: pd.DataFrame) -> Figure:
    """Draw how many triads of each kind there are before and after, on a scale of factors of ten.

    Parameters
    ----------
    frame : DataFrame
        As from `networks.cascade.census_before_after`.

    Raises
    ------
    ValueError
        With every column that is missing.
    """
    missing = [name for name in ("before", "after") if name not in frame]
    if missing:
        raise ValueError(f"found no column {', '.join(missing)}")
    with themed():
        figure, axis = plt.subplots(figsize=(6.6, 3.6))
        for shift, name, colour in ((-0.2, "before", "0.8"), (0.2, "after", PALETTE[0])):
            places = np.arange(len(frame)) + shift
            bars = axis.bar(places, frame[name], width=0.38, color=colour, edgecolor="0.3", label=name)
            axis.bar_label(bars, [f"{number:,}" for number in frame[name]], fontsize="x-small", padding=2)
        axis.set_yscale("symlog", linthresh=1)
        axis.set_ylim(0, 20 * max(1, int(frame[["before", "after"]].to_numpy().max())))
        axis.set_xticks(range(len(frame)), [_TRIADS.get(str(kind), str(kind)) for kind in frame.index])
        axis.set_ylabel("triads (each step: ten times)")
        axis.legend(loc="upper right")
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
    places, width = _bars(np.concatenate([[observed], *known.values()]))
    with themed():
        figure, axes = plt.subplots(
            len(draws), 1, figsize=(7, 1.5 * len(draws) + 0.8), sharex=True, squeeze=False
        )
        for axis, (name, values) in zip(axes.flat, known.items(), strict=True):
            nearest = np.abs(values[:, None] - places).argmin(axis=1)
            axis.bar(places, np.bincount(nearest, minlength=len(places)), width=width, color="0.75")
            axis.axvline(observed, color=PALETTE[3], linewidth=2)
            axis.set_yticks([])
            axis.spines["left"].set_visible(False)
            axis.set_title(name.replace("_", " "), fontsize="small")
        axes[-1, 0].set_xlabel(f"{label} (line: observed)")
        figure.tight_layout()
    return figure


def _bars(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], float]:
    """Return where bars stand, and how wide they are: at the values themselves where these are few."""
    distinct = np.unique(values.round(12))
    if len(distinct) == 1:
        return distinct, 0.8
    if len(distinct) <= _FEW:
        return distinct, 0.8 * float(np.diff(distinct).min())
    places = np.linspace(distinct[0], distinct[-1], _FEW)
    return places, float(places[1] - places[0])


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
    wide = wide.rename(index="{:g}".format, columns="{:g}".format)
    with themed():
        figure, axis = plt.subplots(figsize=(1.0 * wide.shape[1] + 2.4, 0.55 * wide.shape[0] + 1.4))
        # From white: dark fields are high values, not merely the highest of a narrow range.
        most = float(np.nanmax(wide.to_numpy(), initial=0.0)) * 1.5 or 1.0
        sns.heatmap(
            wide, annot=True, fmt=".3g", cmap="Greys", vmin=0, vmax=most, cbar=False, linewidths=1, ax=axis
        )
        axis.set_xlabel("window, in days")
        axis.set_ylabel("persistence, in days")
        axis.tick_params(axis="y", rotation=0)
    return figure
