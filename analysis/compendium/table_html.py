"""A table of results as a page shows it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["as_html", "is_number"]


def is_number(value: object) -> bool:
    """Whether a value is a number; truth values are none."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def as_html(frame: pd.DataFrame, digits: int) -> str:
    """Return a table as HTML: numbers to so many decimals and to the right, words to the left."""
    cells = {}
    for position in range(frame.shape[1]):
        column = frame.iloc[:, position]
        whole = all(_is_whole(value) for value in column if is_number(value) and not _is_missing(value))
        # Among numbers of several kinds in one column, counts stay whole.
        mixed = column.dtype == object
        name = str(frame.columns[position])
        chance = name == "p" or name.startswith("p_") or name.endswith("_p")
        cells[position] = [
            _cell(value, 0 if whole or (mixed and isinstance(value, int)) else digits, chance)
            for value in column
        ]
    shown = pd.DataFrame(cells, index=frame.index, dtype=object).set_axis(frame.columns, axis="columns")
    headed = shown.rename(columns=lambda name: name.replace("_", " ") if isinstance(name, str) else name)
    # Without formatters of its own, pandas writes a line break within a cell as \n.
    written = headed.to_html(border=0, formatters=[str] * len(cells), index_names=False, classes=["result"])
    told = [[value for value in frame.iloc[:, place] if not _is_missing(value)] for place in cells]
    # Words among numbers (a figure that is withheld) stay where the numbers are.
    texts = [bool(values) and not any(map(is_number, values)) for values in told]
    return _with_text_marked(str(written), texts, frame.index.nlevels if frame.columns.nlevels == 1 else None)


def _with_text_marked(written: str, texts: list[bool], labels: int | None) -> str:
    """Give cells of columns of words a class; `labels`: columns of row labels, if headers have one row."""
    lines = []
    place = 0
    for line in written.split("\n"):
        cell = line.lstrip()
        if cell.startswith("<tr"):
            place = -(labels or 0)
        elif cell.startswith("<td>"):
            place = max(place, 0)
            line = line.replace("<td>", '<td class="text">', 1) if texts[place] else line
            place += 1
        elif cell.startswith("<th>") and labels is not None:
            marked = 0 <= place < len(texts) and texts[place]
            line = line.replace("<th>", '<th class="text">', 1) if marked else line
            place += 1
        lines.append(line)
    return "\n".join(lines)


def _is_whole(value: float) -> bool:
    return bool(math.isfinite(value) and value == round(value))


def _is_missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _cell(value: Any, digits: int, chance: bool) -> str:
    if _is_missing(value):
        return ""
    if not is_number(value):
        return str(value)
    # A number too small for the decimals shown is not shown as zero; how small a p is, says nothing more.
    small = value != 0 and abs(value) < 0.5 * 10**-digits
    if small and chance:
        return f"< {10**-digits:.{digits}f}"
    return (f"{value:.1g}" if small else f"{value:.{digits}f}").replace("-", "−")
