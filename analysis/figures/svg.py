"""A figure as bytes that are the same each time, and as an element of a page."""

from __future__ import annotations

import base64
import html
import io

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

__all__ = ["as_image", "as_svg"]

_SALT = "school-improvement-networks"


def as_svg(figure: Figure) -> bytes:
    """Return a figure as SVG and close it; one figure gives the same bytes each time."""
    stream = io.BytesIO()
    # Whatever the user's own settings are, it is written with matplotlib's defaults.
    ways = ("savefig.", "svg.", "path.")
    defaults = {name: value for name, value in matplotlib.rcParamsDefault.items() if name.startswith(ways)}
    with plt.rc_context({**defaults, "svg.hashsalt": _SALT, "svg.fonttype": "path"}):
        figure.savefig(stream, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    plt.close(figure)
    return stream.getvalue()


def as_image(svg: bytes, alternative: str) -> str:
    """Return an `img` element that holds a picture whole, with its text for those who do not see it."""
    encoded = base64.b64encode(svg).decode()
    return f'<img alt="{html.escape(alternative, quote=True)}" src="data:image/svg+xml;base64,{encoded}">'
