"""`Results`: the one way out of a notebook.

Under the driver (which names a folder in `COMPENDIUM_RUN_FOLDER`) every number, table and figure is written
there and shown in the page; in JupyterLab it is only shown.
"""

from __future__ import annotations

import html
import json
import math
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib.figure import Figure

from analysis.compendium.table_html import as_html, is_number
from analysis.figures.svg import as_image, as_svg
from analysis.files import DATA_DERIVED
from analysis.privacy.suppression import refuse_single_people, suppressed, texts_of
from analysis.tables.package import read_package

__all__ = ["FIGURE", "NUMBERS", "RUN_FOLDER_VARIABLE", "TABLE", "Results", "slug"]

RUN_FOLDER_VARIABLE = "COMPENDIUM_RUN_FOLDER"

NUMBERS = "application/vnd.compendium.numbers+json"
"""Output type of a number recorded by itself."""
TABLE = "application/vnd.compendium.table+json"
FIGURE = "application/vnd.compendium.figure+json"

_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*")


def slug(*labels: object) -> str:
    """Return labels as the part of a key: lower case, words joined by hyphens, labels by dots."""
    parts = (re.sub(r"[^a-z0-9_]+", "-", str(label).lower()).strip("-") for label in labels)
    return ".".join(part for part in parts if part)


class Results:
    """Records what a notebook computes, each thing once and under a key of its own.

    Parameters
    ----------
    dataset : str
        The dataset the notebook reads; it says whether the page is marked REAL or SYNTHETIC.
    """

    def __init__(self, dataset: str) -> None:
        self.package = read_package(DATA_DERIVED / dataset / "datapackage.json")
        folder = os.environ.get(RUN_FOLDER_VARIABLE)
        self._folder = Path(folder) if folder else None
        self._numbers: dict[str, dict[str, Any]] = {}
        self._keys: set[str] = set()
        self._write_numbers()
        if self._folder is None:
            display({"text/plain": f"{self.package.label} data: {self.package.title}"}, raw=True)

    def number(self, key: str, value: object, label: str, *, people: int | None = None) -> None:
        """Record one number, or one short statement in words (for a claim about a direction).

        Parameters
        ----------
        key : str
            Unique in the run: lower-case letters, digits, and `_ . -`.
        value : int, float, bool or str
            A finite number, or text.
        label : str
            What it is, in words.
        people : int, optional
            How many people it rests on. A dataset with a smallest cell needs to know, and a number that
            rests on fewer is neither shown nor recorded.

        Raises
        ------
        ValueError
            For a malformed key, one that is taken (in JupyterLab a cell may be run again), a number that is
            not finite, or a dataset with a smallest cell when `people` is not said, or value or label are
            about a single person.
        TypeError
            For any other value.
        """
        if self._is_withheld(key, people):
            self._withhold(label)
            return
        if self.package.smallest_cell:
            refuse_single_people([key, label, str(value)], self.package.smallest_cell, f"number {key!r}")
            value = _coarse(value)
        entry = self._record(key, value, label)
        self._write_numbers()
        display({NUMBERS: {key: entry}, "text/plain": f"{label}: {entry['value']}  [{key}]"}, raw=True)

    def table(
        self,
        key: str,
        frame: pd.DataFrame,
        caption: str,
        *,
        label: str = "",
        digits: int = 3,
        numbers: bool = True,
        people: str | int | None = None,
    ) -> None:
        """Show and write a table; each of its numeric cells becomes a recorded number.

        Parameters
        ----------
        key : str
            Its name; the file is `tables/<key>.csv`, a cell's key `<key>.<row labels>.<column>`.
        frame : DataFrame
            Rows and columns with labels that are unique.
        caption : str
            A sentence that says what the table shows.
        label : str
            What sets this table's numbers apart, put before the label of each.
        digits : int
            Decimals shown; the file and the recorded numbers keep all.
        numbers : bool
            Whether its cells are recorded as numbers (not for long listings).
        people : str or int, optional
            The column that says how many people each row rests on, or how many all of it does. A dataset
            with a smallest cell needs to know: rows that rest on fewer lose their numbers.

        Raises
        ------
        ValueError
            For a malformed key, one that is taken (in JupyterLab a cell may be run again), labels that give
            several cells one key; for a dataset with a smallest cell also when `people` is not said, or
            a row or cell is about a single person.
        """
        smallest = self.package.smallest_cell
        if smallest and isinstance(people, str):
            frame = suppressed(frame, people, smallest)
        elif self._is_withheld(key, people):
            self._withhold(caption)
            return
        if smallest:
            refuse_single_people([key, caption, label, *_texts(frame)], smallest, f"table {key!r}")
            frame = frame.map(_coarse)
        recorded = {}
        cells = _numbers_of(key, frame) if numbers else []
        self._take(key)
        if numbers:
            for cell, words, value in cells:
                recorded[cell] = self._record(cell, value, f"{label}: {words}" if label else words)
            self._write_numbers()
        if self._folder is not None:
            folder = self._folder / "tables"
            folder.mkdir(exist_ok=True)
            frame.to_csv(folder / f"{key}.csv", lineterminator="\n")
        shown = as_html(frame, digits)
        bundle = {
            TABLE: {"key": key, "caption": caption, "html": shown, "numbers": recorded},
            "text/html": f"<p><em>{html.escape(caption)}</em></p>{shown}",
            "text/plain": f"{caption}\n{frame.to_string()}",
        }
        display(bundle, raw=True)

    def figure(self, key: str, figure: Figure, caption: str, *, people: int | None = None) -> None:
        """Show and write a figure (SVG), then close it.

        Parameters
        ----------
        key : str
            Its name; the file is `figures/<key>.svg`.
        figure : matplotlib Figure
            What to draw.
        caption : str
            The sentence that says what is to be seen; it is the picture's alternative text too.
        people : int, optional
            How many people the smallest group in it has; as for `number`.

        Raises
        ------
        ValueError
            As for `number`, and when a label shows a single person or a group below the smallest cell.
        """
        try:
            if self._is_withheld(key, people):
                self._withhold(caption)
                return
            if self.package.smallest_cell:
                texts = [key, caption, *texts_of(figure)]
                refuse_single_people(texts, self.package.smallest_cell, f"figure {key!r}")
            self._take(key)
            content = as_svg(figure)
        finally:
            # One left open at the end of a cell is put into the notebook by itself, withheld or not.
            plt.close(figure)
        if self._folder is not None:
            folder = self._folder / "figures"
            folder.mkdir(exist_ok=True)
            (folder / f"{key}.svg").write_bytes(content)
        image = as_image(content, caption)
        bundle = {
            FIGURE: {"key": key, "caption": caption, "image": image},
            "text/html": f"{image}<p><em>{html.escape(caption)}</em></p>",
            "text/plain": caption,
        }
        display(bundle, raw=True)

    def _is_withheld(self, key: str, people: str | int | None) -> bool:
        """Whether something rests on too few people to be shown."""
        smallest = self.package.smallest_cell
        if not smallest:
            return False
        if people is None:
            raise ValueError(
                f"{key!r}: this dataset shows nothing of fewer than {smallest} people; say with people=… "
                "how many it rests on"
            )
        if isinstance(people, str) or not people >= 0:
            raise ValueError(f"{key!r}: people={people!r} is no number of people; allowed: 0, 1, 2, …")
        return 0 < people < smallest

    def _withhold(self, what: str) -> None:
        told = f"Not shown: it rests on fewer than {self.package.smallest_cell} people. ({what})"
        display({"text/plain": told, "text/html": f"<p><em>{html.escape(told)}</em></p>"}, raw=True)

    def _record(self, key: str, value: object, label: str) -> dict[str, Any]:
        entry = {"value": _plain(key, value), "label": label}
        self._take(key)
        self._numbers[key] = entry
        return self._numbers[key]

    def _take(self, key: str) -> None:
        if not _KEY.fullmatch(key):
            raise ValueError(f"key {key!r}: allowed are lower-case letters, digits, and _ . -")
        # At work in JupyterLab a cell is run again and again; under the driver each runs once.
        if key in self._keys and self._folder is not None:
            raise ValueError(
                f"key {key!r} is recorded twice; each number, table and figure has a key of its own"
            )
        self._keys.add(key)

    def _write_numbers(self) -> None:
        if self._folder is not None:
            text = json.dumps(self._numbers, indent=1, ensure_ascii=False, allow_nan=False)
            (self._folder / "numbers.json").write_text(text + "\n", encoding="utf-8")


def _texts(frame: pd.DataFrame) -> list[str]:
    labels = [str(label) for axis in frame.axes for entry in axis for label in _as_tuple(entry)]
    return labels + [str(cell) for row in frame.to_numpy(object) for cell in row if isinstance(cell, str)]


def _as_tuple(label: Any) -> tuple[Any, ...]:
    return label if isinstance(label, tuple) else (label,)


def _coarse(value: Any) -> Any:
    """Return a number that is not whole to three digits: from more, counts it was made of could be found."""
    if isinstance(value, (float, np.floating)) and math.isfinite(value) and value != round(value):
        return float(f"{value:.3g}")
    return value


def _plain(key: str, value: object) -> int | float | str | bool:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(
            f"number {key!r} is {value}: only finite numbers are recorded; say in words what is missing"
        )
    if not isinstance(value, (int, float, str, bool)):
        raise TypeError(f"number {key!r} is of type {type(value).__name__}; allowed: a number or a text")
    return value


def _numbers_of(key: str, frame: pd.DataFrame) -> list[tuple[str, str, Any]]:
    """Return key, words and value of every cell of a table that holds a finite number."""
    found = []
    for row, row_label in enumerate(frame.index):
        for column, name in enumerate(frame.columns):
            value: Any = frame.iat[row, column]
            if is_number(value) and math.isfinite(value):
                labels = (*_as_tuple(row_label), *_as_tuple(name))
                found.append((f"{key}.{slug(*labels)}", ", ".join(str(part) for part in labels), value))
    counts = Counter(cell for cell, _, _ in found)
    again = [f"{cell} ({words})" for cell, words, _ in found if counts[cell] > 1]
    if again:
        raise ValueError(
            f"table {key!r}: several cells would be recorded under one key; allowed are row and "
            f"column labels that differ in letters a to z, digits or _: {'; '.join(again)}"
        )
    return found
