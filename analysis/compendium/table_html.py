"""A table of results as a page shows it."""

from __future__ import annotations

import functools
import math
from collections.abc import Collection, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from analysis.labels import SAYS_NOTHING, in_words

__all__ = ["as_html", "is_number", "labelled", "tiny"]

_COUNT = 10
"""From here on a whole number among others is a count."""
_SENTENCE = 60
"""Letters from which a cell is a sentence."""
_ROUNDING = 1e-7
"""What single precision leaves of a number, as a share of it."""
_PLACES = 6
"""Zeros up to here are written out; beyond, a power of ten is easier to read."""
_HUGE = 1e10
"""From here on no digit but the first is worth reading."""
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def is_number(value: object) -> bool:
    """Whether a value is a number; truth values are none."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def as_html(
    frame: pd.DataFrame,
    digits: int,
    p_values: Collection[Hashable] = (),
    significant: int | None = None,
    keys: Mapping[tuple[int, int], str] | None = None,
) -> str:
    """Return a table as HTML: numbers to so many decimals and to the right, words to the left.

    A cell that has a `link` (`analysis.compendium.recorded.Linked`) leads there. A column of empty
    notes is left out.

    Parameters
    ----------
    frame : DataFrame
    digits : int
        Decimals of a number that is not whole.
    p_values : collection of column labels
        Columns of p-values: one too small for the decimals is shown as below the smallest that is not.
    significant : int, optional
        Digits that numbers were rounded to before: no more are shown, since they would not be theirs.
    keys : mapping of (int, int) to str, optional
        What the numbers are recorded under, by row and column: a cell's anchor on the page.

    Raises
    ------
    ValueError
        When a column of p-values is none of the table.

    Examples
    --------
    >>> frame = pd.DataFrame({"mean": [2.67], "p": [0.00002]}, index=["trust"])
    >>> written = as_html(frame, 3, p_values=["p"], significant=3)
    >>> "note" in as_html(frame.assign(note=""), 3)
    False
    >>> "<td>2.67</td>" in written, "<td>&lt;\N{NO-BREAK SPACE}0.001</td>" in written
    (True, True)
    """
    missing = [str(name) for name in p_values if name not in frame.columns]
    if missing:
        raise ValueError(
            f"p_values: found no column {', '.join(missing)}; the table has {', '.join(map(str, frame))}"
        )
    columns = [
        _texts(frame.iloc[:, place], digits, name in p_values, significant)
        for place, name in enumerate(frame.columns)
    ]
    words = [_is_of_words(frame.iloc[:, place]) for place in range(frame.shape[1])]
    silent = {place for place in range(frame.shape[1]) if _is_silent(frame.iloc[:, place])}
    silent = silent if frame.columns.nlevels == 1 else set()
    labels = _spans(frame.index)
    rows = [
        {
            "labels": [level[place] for level in labels if place in level],
            "cells": [
                {
                    "text": texts[place],
                    "words": of_words,
                    "key": (keys or {}).get((place, column)),
                    "head": str(frame.columns[column]) if frame.columns.nlevels == 1 else "",
                    "link": getattr(frame.iat[place, column], "link", ""),
                }
                for column, (texts, of_words) in enumerate(zip(columns, words, strict=True))
                if column not in silent
            ],
        }
        for place in range(len(frame))
    ]
    header = [
        [
            # Above several columns a label is centred, whatever stands below.
            {**cell, "words": words[place] and frame.columns.nlevels == 1}
            for place, cell in level.items()
            if place not in silent
        ]
        for level in _spans(frame.columns)
    ]
    named = [name if isinstance(name, str) and name not in SAYS_NOTHING else "" for name in frame.index.names]
    corner = [in_words(name) for name in named]
    # On a phone a table with sentences stands row by row, each cell below the other.
    wordy = any(cell["words"] and len(cell["text"]) > _SENTENCE for row in rows for cell in row["cells"])
    return _template().render(header=header, corner=corner, rows=rows, wordy=wordy)


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is shown: columns, rows and cells of words in the field's words.

    Examples
    --------
    >>> shown = labelled(pd.DataFrame({"icc1": [0.14], "kind": ["mean_answer"]}, index=["own_school"]))
    >>> shown.columns.tolist(), shown.index.tolist(), shown["kind"].tolist()
    (['ICC(1)', 'kind'], ['own school'], ['mean answer'])
    """
    shown = frame.copy()
    for place in range(shown.shape[1]):
        column = shown.iloc[:, place]
        if column.map(lambda cell: isinstance(cell, str)).any():
            shown.isetitem(place, [in_words(cell) for cell in column])
    shown.columns = _words_of(frame.columns)
    shown.index = _words_of(frame.index)
    return shown


def _words_of(labels: pd.Index) -> pd.Index:
    if isinstance(labels, pd.MultiIndex):
        entries: list[tuple[Hashable, ...]] = [tuple(map(in_words, entry)) for entry in labels]
        return pd.MultiIndex.from_tuples(entries, names=labels.names) if entries else labels
    words: pd.Index = pd.Index([in_words(entry) for entry in labels], name=labels.name, dtype=labels.dtype)
    return words


def tiny(value: float) -> str:
    """Return a number close to zero, or a huge one, by its first digit, as it is written by hand.

    Examples
    --------
    >>> tiny(0.00005), tiny(-0.0004), tiny(1e-7), tiny(2.47e15).replace("\N{NO-BREAK SPACE}", " ")
    ('0.00005', '−0.0004', '10⁻⁷', '2 × 10¹⁵')
    """
    digit, power = f"{value:.0e}".split("e")
    if -_PLACES <= int(power) < 0:
        return f"{value:.{-int(power)}f}".replace("-", "−")
    ten = f"10{str(int(power)).translate(_RAISED)}"
    sign = "−" if digit.startswith("-") else ""
    return sign + (
        ten if digit.lstrip("-") == "1" else f"{digit.lstrip('-')}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{ten}"
    )


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("table.html")


def _spans(labels: pd.Index) -> list[dict[int, dict[str, Any]]]:
    """Return for each level where its labels stand, and over how many rows or columns each stretches."""
    entries = [label if isinstance(label, tuple) else (label,) for label in labels]
    levels: list[dict[int, dict[str, Any]]] = [{} for _ in range(labels.nlevels)]
    for level, cells in enumerate(levels):
        last = level == labels.nlevels - 1
        begun = 0
        for place, entry in enumerate(entries):
            if place and not last and entry[: level + 1] == entries[place - 1][: level + 1]:
                cells[begun]["span"] += 1
            else:
                begun = place
                cells[place] = {"text": entry[level] if labels.nlevels > 1 else labels[place], "span": 1}
    return levels


def _texts(column: pd.Series, digits: int, chance: bool, significant: int | None) -> list[str]:
    numbers = [value for value in column if is_number(value) and not _is_missing(value)]
    # Among numbers of several kinds in one column, counts stay whole.
    counts = any(_is_whole(value) and abs(value) >= _COUNT for value in numbers)
    whole = counts or all(map(_is_whole, numbers))
    mixed = column.dtype == object
    if not chance:
        digits = _needed(numbers, digits)
    return [
        _cell(
            value,
            0
            if is_number(value) and ((whole and _is_whole(value)) or (mixed and isinstance(value, int)))
            else digits,
            chance,
            significant,
        )
        for value in column
    ]


def _needed(numbers: Sequence[float], digits: int) -> int:
    """Return how many decimals a column has: those that are zero in every number of it are not shown."""
    parts = [value for value in numbers if math.isfinite(value) and not _is_whole(value)]
    enough = (
        few
        for few in range(1, digits)
        if all(abs(value - round(value, few)) < _ROUNDING * max(1.0, abs(value)) for value in parts)
    )
    return next(enough, digits) if parts else digits


def _is_of_words(column: pd.Series) -> bool:
    """Whether a column holds words only: among numbers, what is withheld stays where the numbers are."""
    told = [value for value in column if not _is_missing(value)]
    return bool(told) and not any(map(is_number, told))


def _is_whole(value: float) -> bool:
    return bool(math.isfinite(value) and value == round(value))


def _is_silent(column: pd.Series) -> bool:
    """Whether a column says nothing: notes of which there is none. What is missing among numbers is said."""
    return len(column) > 0 and all(isinstance(value, str) and not value for value in column)


def _is_missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _cell(value: Any, digits: int, chance: bool, significant: int | None) -> str:
    if _is_missing(value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if not is_number(value):
        return str(value)
    # A number too small for the decimals shown is not shown as zero; how small a p is, says nothing more.
    small = value != 0 and abs(value) < 0.5 * 10**-digits
    if small and chance:
        return f"<\N{NO-BREAK SPACE}{10**-digits:.{digits}f}"
    if significant and value and math.isfinite(value):
        digits = min(digits, max(0, significant - 1 - math.floor(math.log10(abs(value)))))
    if small or (math.isfinite(value) and abs(value) >= _HUGE):
        return tiny(value)
    return f"{value + 0.0:.{digits}f}".replace("-", "−")
