"""One look for all figures: quiet, readable in black and white and by colour-blind readers."""

from __future__ import annotations

from contextlib import AbstractContextManager

import matplotlib
import matplotlib.pyplot as plt
import seaborn as sns

__all__ = ["EACH_PERSON", "MARKERS", "PALETTE", "themed"]

EACH_PERSON = "each person is drawn"
"""Label of a figure whose file holds the whole network, a mark per person: one picture shows them all."""

PALETTE: list[tuple[float, float, float]] = list(sns.color_palette("colorblind"))
"""Colours of categories, in order."""

MARKERS = ("o", "s", "^", "D", "v", "P")
"""Shapes of the same categories, so that colour never stands alone."""


def themed() -> AbstractContextManager[None]:
    """Return a context in which figures have the compendium's look."""
    # Whatever the user's own settings are, a figure starts from matplotlib's defaults.
    defaults = {name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"}
    settings = {
        **defaults,
        **sns.axes_style("ticks"),
        **sns.plotting_context("notebook", font_scale=0.95),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.dpi": 100,
        "font.family": "DejaVu Sans",
        "legend.frameon": False,
        "axes.titlelocation": "left",
        "axes.titlesize": "medium",
    }
    return plt.rc_context(settings)
