"""What a dataset with a smallest cell may not show: numbers that rest on fewer people, and single people."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text

from analysis.privacy.pseudonyms import PSEUDONYM

__all__ = ["refuse_single_people", "suppressed", "texts_of"]

_COUNT = re.compile(r"(?<![^\W_])n\$?\s*=\s*\$?\s*(\d+(?:[,\u00a0\u202f]\d{3})*)", re.IGNORECASE)


def suppressed(frame: pd.DataFrame, people: str, smallest: int) -> pd.DataFrame:
    """Return a table without the numbers of rows that rest on too few people.

    Parameters
    ----------
    frame : DataFrame
        What is to be shown.
    people : str
        Its column that says how many people a row rests on.
    smallest : int
        Fewest people a row may rest on. A row of nobody is shown: it tells nothing of anybody.

    Returns
    -------
    DataFrame
        In a row at fault every number is missing and the count reads `fewer than …`. When it is the only
        such row of several, or those at fault are together still too few, the one with the next fewest
        people goes too: from a total they could be worked out.

    Raises
    ------
    ValueError
        When there is no such column, or a cell of it is no number of people.
    """
    if people not in frame:
        raise ValueError(f"people={people!r}: no such column; the table has {', '.join(map(str, frame))}")
    counts = pd.to_numeric(frame[people], errors="coerce").to_numpy(float, na_value=np.nan)
    # A cell that is missing compares as neither.
    wrong = ~((counts >= 0) & (counts % 1 == 0))
    if wrong.any():
        cell = frame[people].iloc[int(wrong.argmax())]
        raise ValueError(f"people={people!r}: {str(cell)!r} is no number of people; allowed: 0, 1, 2, …")
    few = (counts > 0) & (counts < smallest)
    enough = np.where(counts >= smallest, counts, np.inf)
    if few.any() and (few.sum() == 1 or counts[few].sum() < smallest) and np.isfinite(enough).any():
        few[enough.argmin()] = True
    if not few.any():
        return frame
    shown = frame.astype(object)
    for column in shown.columns:
        numbers = pd.to_numeric(frame[column], errors="coerce").notna()
        shown.loc[few & numbers, column] = None
    shown.loc[few, people] = [
        f"fewer than {smallest}" if count < smallest else "withheld" for count in counts[few]
    ]
    return shown


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
