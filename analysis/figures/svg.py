"""A figure as bytes that are the same each time, and as an element of a page."""

from __future__ import annotations

import html
import io
import math
import re
from contextlib import AbstractContextManager

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.labels import in_words

__all__ = ["as_image", "as_png", "as_svg", "smallest_text", "with_field_words"]

_SALT = "school-improvement-networks"
_DOTS = 144
"""Dots per inch of a PNG: twice what a screen shows, so that it can be printed."""
_LEGIBLE = 9
"""Pixels below which nobody reads a text."""
_PIXELS = 96 / 72
"""Pixels of a page per point of a figure."""

_PLACES = re.compile(r'(?<= [dxy]=")[^"]+')
_DECIMALS = re.compile(r"-?\d+\.\d{3,}")
_SIZE = re.compile(r'<svg[^>]*? width="([\d.]+)pt" height="([\d.]+)pt"')
_UNSEEN = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", re.DOTALL)


def as_svg(figure: Figure) -> bytes:
    """Return a figure as SVG and close it; one figure gives the same bytes each time.

    Places have two decimals of a point: more cannot be seen, and makes up a third of a file. What a figure
    calls rasterized (thousands of marks) is a picture within it.
    """
    stream = io.BytesIO()
    with _ours():
        dates = {"Date": None, "Creator": None}
        figure.savefig(stream, format="svg", dpi=_DOTS, bbox_inches="tight", metadata=dates)
    plt.close(figure)
    text = stream.getvalue().decode()
    return _PLACES.sub(lambda places: _DECIMALS.sub(_rounded, places[0]), text).encode()


def as_png(figure: Figure) -> bytes:
    """Return a figure as PNG; one figure gives the same bytes each time."""
    stream = io.BytesIO()
    with _ours():
        figure.savefig(stream, format="png", dpi=_DOTS, bbox_inches="tight", metadata={"Software": None})
    return stream.getvalue()


def with_field_words(figure: Figure) -> None:
    """Put the field's words for names of the code into every text of a figure; formulas stay as they are."""
    figure.draw_without_rendering()
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            told = [label.get_text() for label in axis.get_ticklabels()]
            if (words := [in_words(label) for label in told]) != told:
                axis.set_ticks(axis.get_ticklocs(), words)
    for text in figure.findobj(Text):
        written = text.get_text() if isinstance(text, Text) else ""
        if isinstance(text, Text) and "$" not in written and in_words(written) != written:
            text.set_text(in_words(written))


def smallest_text(figure: Figure) -> float:
    """Return the size in points of the smallest text of a figure; infinity where it has none."""
    figure.draw_without_rendering()
    texts = (text for text in figure.findobj(Text) if isinstance(text, Text))
    sizes = (text.get_fontsize() for text in texts if text.get_visible() and text.get_text().strip())
    return min(map(float, sizes), default=math.inf)


def as_image(svg: bytes, alternative: str, smallest: float = math.inf) -> str:
    """Return an `img` element that holds a picture whole, with its text for those who do not see it.

    Parameters
    ----------
    svg : bytes
    alternative : str
        What is to be seen, in words.
    smallest : float
        Size of its smallest text, in points: the picture is never shown so small that this is not legible.

    Examples
    --------
    >>> as_image(b'<svg width="72pt" height="36pt"/>', "A line.", 4.5).partition(" src=")[0]
    '<img alt="A line." width="96" height="48" style="min-width: 144px"'
    """
    text = " ".join(_UNSEEN.sub("", svg.decode()).split()).replace("> <", "><").replace('"', "'")
    size = ""
    if found := _SIZE.search(svg.decode()):
        width, height = map(float, found.groups())
        least = math.ceil(_LEGIBLE * width / smallest)
        legible = f' style="min-width: {least}px"' if least else ""
        size = f' width="{width * _PIXELS:.0f}" height="{height * _PIXELS:.0f}"{legible}'
    address = text.replace("%", "%25").replace("#", "%23").replace("&", "&amp;")
    return f'<img alt="{html.escape(alternative, quote=True)}"{size} src="data:image/svg+xml,{address}">'


def _ours() -> AbstractContextManager[None]:
    # Whatever the user's own settings are, it is written with matplotlib's defaults.
    ways = ("savefig.", "svg.", "path.")
    defaults = {name: value for name, value in matplotlib.rcParamsDefault.items() if name.startswith(ways)}
    return plt.rc_context({**defaults, "svg.hashsalt": _SALT, "svg.fonttype": "path"})


def _rounded(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
