"""Tables for people who open them in a spreadsheet: no cell of them is run."""

from __future__ import annotations

import re

import pandas as pd

__all__ = ["as_typed", "harmless", "harmless_text"]

_RUN = re.compile(r"'*\s*[=@\t\r\n+\-]")
_FIGURES = re.compile(r"[+\-]?[0-9.,eE+\-\s%()\[\];]*(to[0-9.,eE+\-\s%()\[\];]*)?")
"""What begins with a sign and is a number, or a range of them."""


def harmless_text(text: str) -> str:
    """Return a text with an apostrophe before it, if a spreadsheet would take it for a formula.

    Examples
    --------
    >>> [harmless_text(text) for text in ("=1+1", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "-0.3 to 0.2", "a=b")]
    ["'=1+1", "'@SUM(A1)", "'-2+3+cmd|' /C calc'!A0", '-0.3 to 0.2', 'a=b']
    """
    return f"'{text}" if _RUN.match(text) and not _FIGURES.fullmatch(text) else text


def as_typed(text: str) -> str:
    """Return a text as it was before `harmless_text`.

    Examples
    --------
    >>> [as_typed(harmless_text(text)) for text in ("=1+1", "a=b", "'s Gravenhage", "'=1+1")]
    ['=1+1', 'a=b', "'s Gravenhage", "'=1+1"]
    """
    return text[1:] if text.startswith("'") and harmless_text(text[1:]) == text else text


def harmless(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose every text, those of its header and index too, is no formula."""
    safe = frame.copy()
    for place in range(frame.shape[1]):
        values = frame.iloc[:, place]
        if values.map(lambda value: isinstance(value, str)).any():
            safe.isetitem(place, [_cell(value) for value in values])
    safe.columns = safe.columns.map(_cell)
    safe.index = safe.index.map(_cell) if len(safe) else safe.index
    safe.index.names, safe.columns.names = frame.index.names, frame.columns.names
    return safe


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        return tuple(map(_cell, value))
    return harmless_text(value) if isinstance(value, str) else value
