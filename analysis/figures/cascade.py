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

from analysis.contacts.cascade import Meeting
from analysis.estimable import if_estimable
from analysis.figures.theme import PALETTE, themed
from analysis.labels import in_words

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
_KINDS = {"before": "tied before", "other": "tied after, within a circle", "meeting": "the two meet"}
_PARTS = {
    "collaborator": ("s", "black", 70),
    "contact of the one": ("o", "0.45", 26),
    "contact of the other": ("^", "0.45", 30),
    "contact of both": ("D", "0.45", 24),
}
_TRIADS = {
    "102": "102: two in contact",
    "201": "201: a two-path",
    "300": "300: a triangle",
}


@if_estimable
def cascade_timeline(lines: pd.DataFrame, until: float, marks: Sequence[float] = ()) -> Figure:
    """Draw closures so far against days since the collaborators met.

    Parameters
    ----------
    lines : DataFrame
        As from `contacts.cascade.timeline`.
    until : float
        End of the window, in days.
    marks : sequence of float
        Days of activities, as ticks along the top.

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
        for name, (style, colour) in _STYLES.items():
            steps = [0, *lines[name]]
            axis.step(
                [0, *lines["days"], until],
                [*steps, steps[-1]],
                where="post",
                linestyle=style,
                color=colour,
                linewidth=2,
                label=in_words(name),
            )
        if marks:
            top = axis.get_xaxis_transform()
            axis.plot(
                marks, np.ones(len(marks)), "|", color="0.3", markersize=9, transform=top, label="activity"
            )
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        axis.set_xlabel("days since the two met")
        axis.set_ylabel("closures so far")
        most = max([1, *lines[list(_STYLES)].to_numpy().ravel()])
        axis.set_ylim(0, 1.05 * most)
        axis.yaxis.set_major_locator(MaxNLocator(integer=True))
        axis.set_xlim(0, until)
    return figure


def meeting_steps(meeting: Meeting, steps: Mapping[str, float], *, most: int = 60) -> Figure:
    """Draw two people's stars as they grow together, everybody at one place throughout.

    Of more than `most` people only those between whom something closed are drawn, and no tie from before.

    Parameters
    ----------
    meeting : Meeting
        As from `contacts.cascade.meeting_of`.
    steps : mapping of str to float
        Days since the two met by name of the step; ties up to that day are drawn.
    most : int

    Raises
    ------
    ValueError
        When there is no step.
    """
    if not steps:
        raise ValueError("found no step; allowed: at least one")
    people, ties = meeting.people, meeting.ties
    if len(people) > most:
        ties = ties[ties["kind"].isin(["meeting", "first order", "second order"])]
        drawn = {*people.index[people["part"] == "collaborator"], *ties["first"], *ties["second"]}
        people = people[people.index.isin(drawn)]
    places = _two_stars(people["part"])
    with themed():
        figure, axes = plt.subplots(1, len(steps), figsize=(4.3 * len(steps), 3.7), squeeze=False)
        for axis, (name, day) in zip(axes.flat, steps.items(), strict=True):
            there = ties[ties["days"] <= day]
            for kind, look in _LINES.items():
                rows = there[there["kind"] == kind]
                lines = [
                    (places[one], places[other])
                    for one, other in zip(rows["first"], rows["second"], strict=True)
                ]
                if kind in set(ties["kind"]):
                    axis.add_collection(LineCollection(lines, label=_KINDS.get(kind, kind), zorder=1, **look))
            for part, (marker, colour, size) in _PARTS.items():
                spots = [places[person] for person in people.index[people["part"] == part]]
                if spots:
                    across, up = zip(*spots, strict=True)
                    axis.scatter(
                        across, up, s=size, marker=marker, color=colour, zorder=3, label=in_words(part)
                    )
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
        angles = facing + np.linspace(-0.48, 0.48, len(members)) * np.pi if len(members) != 1 else [facing]
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
    """Draw how many triads of each kind there are before and after, each kind on a scale of its own.

    Parameters
    ----------
    frame : DataFrame
        As from `contacts.positions.census_before_after`. Kinds without a triad are left out, and those in
        which nobody is in contact (003), which are the rest.

    Raises
    ------
    ValueError
        With every column that is missing, or when no kind is left.
    """
    missing = [name for name in ("before", "after") if name not in frame]
    if missing:
        raise ValueError(f"found no column {', '.join(missing)}")
    shown = frame[(frame.index != "003") & (frame[["before", "after"]].sum(axis=1) > 0)]
    if shown.empty:
        raise ValueError("found no triad with a tie; allowed: at least one")
    with themed():
        figure, axes = plt.subplots(1, len(shown), figsize=(2.4 * len(shown), 3.0), squeeze=False)
        for axis, (kind, row) in zip(axes.flat, shown.iterrows(), strict=True):
            counts = [int(row["before"]), int(row["after"])]
            bars = axis.bar(
                ["before", "after"], counts, width=0.6, color=["0.8", PALETTE[0]], edgecolor="0.3"
            )
            axis.bar_label(bars, [f"{number:,}" for number in counts], fontsize="small", padding=2)
            axis.set_yticks([])
            axis.spines["left"].set_visible(False)
            axis.margins(y=0.15)
            axis.set_title(_TRIADS.get(str(kind), str(kind)), fontsize="small", loc="center")
        figure.tight_layout()
    return figure


@if_estimable
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
            axis.set_title(in_words(name), fontsize="small")
        axes[-1, 0].set_xlabel(f"{label} (line: observed)")
        counted = all(np.array_equal(values, values.round()) for values in known.values())
        if counted and max(values.max(initial=0) for values in known.values()) > 1:
            axes[-1, 0].xaxis.get_major_locator().set_params(integer=True)
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


@if_estimable
def sensitivity_surface(frame: pd.DataFrame, value: str) -> Figure:
    """Draw a share by window (across), persistence (down) and horizon (panels), in per cent.

    Parameters
    ----------
    frame : DataFrame
        `window`, `persistence`, `horizon` and the column named (`contacts.settings.other_settings`).
    value : str
        Which column.

    Raises
    ------
    ValueError
        When the column is missing.
    """
    if value not in frame:
        raise ValueError(f"found no column {value}; the table has {', '.join(map(str, frame.columns))}")
    panels = {
        horizon: part.pivot(index="persistence", columns="window", values=value)
        .astype(float)
        .mul(100)
        .rename(index="{:g}".format, columns="{:g}".format)
        for horizon, part in frame.groupby("horizon")
    }
    across, down = frame["window"].nunique(), frame["persistence"].nunique()
    # From white: dark fields are high values, not merely the highest of a narrow range.
    most = float(np.nanmax(frame[value].to_numpy(dtype=float), initial=0.0)) * 250 or 1.0
    look = {"cmap": "Greys", "vmin": 0, "vmax": most, "linewidths": 1, "annot_kws": {"color": "black"}}
    with themed():
        figure, axes = plt.subplots(
            1,
            len(panels),
            figsize=((0.8 * across + 0.9) * len(panels) + 0.8, 0.55 * down + 1.5),
            squeeze=False,
        )
        for axis, (horizon, wide) in zip(axes.flat, panels.items(), strict=True):
            sns.heatmap(wide, annot=True, fmt=".3g", cbar=False, ax=axis, **look)
            axis.set_title(f"{value}, %; horizon {float(str(horizon)):g} days", fontsize="small")
            axis.set_xlabel("window, in days")
            axis.set_ylabel("")
            axis.tick_params(axis="y", rotation=0)
        axes[0, 0].set_ylabel("persistence, in days")
        figure.tight_layout()
    return figure
