"""Texts that a page of groups may not show: those that name a single person, or count too few."""

from __future__ import annotations

import re
from collections.abc import Iterable

from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.privacy.pseudonyms import PSEUDONYM

__all__ = ["refuse_single_people", "texts_of"]

_COUNT = re.compile(r"(?<![^\W_])n\$?\s*=\s*\$?\s*(\d+(?:[,\u00a0\u202f]\d{3})*)", re.IGNORECASE)


def refuse_single_people(texts: Iterable[str], smallest: int, what: str) -> None:
    """Raise when a text names a single person, or a number of people below the smallest cell.

    Parameters
    ----------
    texts : iterable of str
        Labels and cells of what would be shown.
    smallest : int
        Fewest people a published number may rest on.
    what : str
        What would be shown, for the message.

    Raises
    ------
    ValueError
        Naming the first text at fault.
    """
    for text in texts:
        named = [found for found in PSEUDONYM.findall(text) if found.startswith("p_")]
        if named:
            raise ValueError(f"{what} shows a single person ({named[0]}); this dataset allows groups only")
        for digits in _COUNT.findall(text):
            count = int(re.sub(r"\D", "", digits))
            if 0 < count < smallest:
                raise ValueError(f"{what} says {text!r}; this dataset shows no group below {smallest} people")


def texts_of(figure: Figure) -> list[str]:
    """Return every text that a figure shows."""
    # Labels of ticks are set only when a figure is drawn.
    figure.draw_without_rendering()
    return [text.get_text() for text in figure.findobj(Text) if isinstance(text, Text)]
