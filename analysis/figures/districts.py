"""Districts over years, drawn: domains with intervals, and which is the lowest."""

from __future__ import annotations

import math
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.figures.theme import MARKERS, PALETTE, themed
from analysis.labels import in_words

__all__ = ["belief_bands", "joint_map", "levels_by_district", "lowest_map", "schools_by_wave"]


def levels_by_district(levels: pd.DataFrame, label: str = "score") -> Figure:
    """Draw the level of each scale over waves, a panel per scale, districts with their intervals.

    Parameters
    ----------
    levels : DataFrame
        index scale (or code), district, wave (or year); ``estimate``, ``lower``, ``upper``.
    label : str
        What is drawn upwards.

    Raises
    ------
    ValueError
        When there is no level.
    """
    names = list(dict.fromkeys(levels.index.get_level_values(0)))
    if not names:
        raise ValueError("found no level; allowed: at least one scale")
    across = min(3, len(names))
    down = math.ceil(len(names) / across)
    with themed():
        figure, axes = plt.subplots(
            down, across, figsize=(3.3 * across, 2.6 * down + 0.5), sharey=True, squeeze=False
        )
        for axis, name in zip(axes.flat, names, strict=False):
            own = levels.loc[name]
            for place, (district, part) in enumerate(own.groupby(level=0)):
                waves = part.index.get_level_values(-1).astype(int)
                reach = [part["estimate"] - part["lower"], part["upper"] - part["estimate"]]
                axis.errorbar(
                    waves + 0.08 * place,
                    part["estimate"],
                    yerr=reach,
                    color=PALETTE[place % len(PALETTE)],
                    marker=MARKERS[place % len(MARKERS)],
                    capsize=3,
                    label=in_words(str(district)),
                )
                axis.set_xticks(waves, [str(wave) for wave in waves])
            axis.set_title(in_words(str(name)))
        for axis in list(axes.flat)[len(names) :]:
            axis.set_visible(False)
        for row in axes:
            row[0].set_ylabel(label)
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.tight_layout(rect=(0, 0, 1, 1 - 0.35 / (2.6 * down + 0.5)))
        figure.legend(handles, labels, loc="upper center", ncols=max(len(labels), 1))
    return figure


def schools_by_wave(levels: pd.DataFrame, label: str = "score") -> Figure:
    """Draw the level of each school over waves, a panel per school, with all schools of its district in grey.

    Parameters
    ----------
    levels : DataFrame
        index district, school, wave; ``estimate``, ``lower``, ``upper``. A wave that is not there is a gap.
    label : str
        What is drawn upwards.

    Raises
    ------
    ValueError
        When there is no level.
    """
    schools = list(dict.fromkeys((key[0], key[1]) for key in levels.index))
    if not schools:
        raise ValueError("found no level; allowed: at least one school and wave")
    waves = sorted(levels.index.get_level_values("wave").unique())
    districts = list(dict.fromkeys(district for district, _ in schools))
    across = min(6, len(schools))
    down = math.ceil(len(schools) / across)
    by_school = levels["estimate"].unstack("wave").reindex(columns=waves)
    with themed():
        figure, axes = plt.subplots(
            down, across, figsize=(1.75 * across, 1.6 * down + 0.4), sharex=True, sharey=True, squeeze=False
        )
        for axis, (district, school) in zip(axes.flat, schools, strict=False):
            for _, row in by_school.loc[[district]].iterrows():
                axis.plot(range(len(waves)), row.to_numpy(dtype=float), color="0.85", linewidth=0.8)
            own = levels.loc[(district, school)].reindex(waves)
            place = districts.index(district)
            axis.errorbar(
                range(len(waves)),
                own["estimate"],
                yerr=[own["estimate"] - own["lower"], own["upper"] - own["estimate"]],
                color=PALETTE[place % len(PALETTE)],
                marker=MARKERS[place % len(MARKERS)],
                markersize=4,
                capsize=2,
            )
            axis.set_title(str(school).replace("_", " "), fontsize=8)
            axis.set_xticks(range(len(waves)), [str(wave) for wave in waves], fontsize=7)
        for axis in list(axes.flat)[len(schools) :]:
            axis.set_visible(False)
        for row in axes:
            row[0].set_ylabel(label)
        figure.tight_layout()
    return figure


def lowest_map(shares: pd.DataFrame) -> Figure:
    """Draw how sure each domain is the lowest, a row per district and wave, a column per domain.

    Parameters
    ----------
    shares : DataFrame
        As from `analysis.measurement.weak_link.lowest_domain`.

    Raises
    ------
    ValueError
        When it has no row.
    """
    if shares.empty:
        raise ValueError("found no share; allowed: at least one district and wave")
    rows = [f"{in_words(str(district))}, {wave}" for district, wave in shares.index]
    values = shares.to_numpy(dtype=float)
    with themed():
        figure, axis = plt.subplots(figsize=(2.2 + 1.1 * shares.shape[1], 1.6 + 0.36 * len(rows)))
        axis.imshow(values, cmap="Greys", vmin=0, vmax=1, aspect="auto")
        axis.set_xticks(range(shares.shape[1]), [str(name).replace("_", "\n") for name in shares])
        axis.set_yticks(range(len(rows)), rows)
        for row, column in np.ndindex(*values.shape):
            share = values[row, column]
            if share >= 0.005:
                colour = "white" if share > 0.5 else "black"
                axis.text(column, row, f"{100 * share:.0f} %", ha="center", va="center", color=colour)
        axis.tick_params(length=0)
        figure.tight_layout()
    return figure


def belief_bands(beliefs: pd.DataFrame, priors: tuple[float, float]) -> Figure:
    """Draw the band of belief in each hypothesis, over the band there was before the evidence.

    Parameters
    ----------
    beliefs : DataFrame
        index hypothesis; ``lower``, ``middle``, ``upper``.
    priors : (float, float)
        Belief before, from and to.

    Raises
    ------
    ValueError
        When there is no hypothesis.
    """
    if beliefs.empty:
        raise ValueError("found no hypothesis; allowed: at least one")
    places = np.arange(len(beliefs))
    reach = [beliefs["middle"] - beliefs["lower"], beliefs["upper"] - beliefs["middle"]]
    with themed():
        figure, axis = plt.subplots(figsize=(7.0, 1.3 + 0.45 * len(beliefs)))
        axis.axvspan(*priors, color="0.9", label="before the evidence")
        axis.errorbar(
            beliefs["middle"], places, xerr=reach, fmt="o", color=PALETTE[0], capsize=4, label="after it"
        )
        axis.set_yticks(places, [in_words(str(name)) for name in beliefs.index])
        axis.set_ylim(len(beliefs) - 0.5, -0.5)
        axis.set_xlim(0, 1)
        axis.set_xlabel("belief (chance that the hypothesis is true)")
        axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        figure.tight_layout()
    return figure


def joint_map(display: pd.DataFrame, outcomes: Sequence[str]) -> Figure:
    """Draw how two strands meet, a row per district, a column per year, with what each of the two says.

    Parameters
    ----------
    display : DataFrame
        index district, year; ``documents``, ``survey``, ``outcome``.
    outcomes : sequence of str
        How they can meet, from the darkest cell to the lightest.

    Raises
    ------
    ValueError
        When it has no row, or an outcome is none of these.
    """
    unknown = [str(name) for name in display["outcome"].unique() if name not in outcomes]
    if display.empty or unknown:
        raise ValueError(
            f"found {', '.join(unknown) or 'no cell'}; allowed: cells with {', '.join(outcomes)}"
        )
    met = display["outcome"].unstack("year").fillna("").astype(str)
    # Dark letters have to be read on the darkest of them.
    shades = np.linspace(0.3, 0.0, len(outcomes))
    with themed():
        figure, axis = plt.subplots(figsize=(1.6 + 1.45 * met.shape[1], 1.2 + 0.8 * met.shape[0]))
        values = np.full(met.shape, np.nan)
        for row, column in np.ndindex(*met.shape):
            outcome = str(met.iloc[row, column])
            if not outcome:
                continue
            values[row, column] = shades[list(outcomes).index(outcome)]
            says = display.loc[(met.index[row], met.columns[column])]
            told = f"{outcome!s}\ndocuments: {says['documents']}\nmembers: {says['survey']}"
            axis.text(column, row, told, ha="center", va="center", fontsize=8)
        axis.imshow(values, cmap="Greys", vmin=0, vmax=1, aspect="auto")
        axis.set_xticks(range(met.shape[1]), [str(year) for year in met.columns])
        axis.set_yticks(range(met.shape[0]), [in_words(str(name)) for name in met.index])
        axis.tick_params(length=0)
        figure.tight_layout()
    return figure
