"""`Results`: the one way out of a notebook.

Under the driver (which names a folder in `COMPENDIUM_RUN_FOLDER`) every number, table, figure and finding is
written there and shown in the page; in JupyterLab it is only shown.
"""

from __future__ import annotations

import html
import json
import math
import os
import re
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib.figure import Figure

from analysis.arrays import Flags
from analysis.checks import NotEstimable
from analysis.compendium.findings import numerals_not_recorded
from analysis.compendium.table_html import as_html, is_number, labelled
from analysis.figures.network import Network, NetworkFigure
from analysis.figures.school_map import school_maps
from analysis.figures.svg import as_image, as_png, as_svg, smallest_text, with_field_words
from analysis.figures.theme import EACH_PERSON
from analysis.files import DATA_DERIVED
from analysis.finding import Finding, slug
from analysis.labels import SAYS_NOTHING, in_words
from analysis.privacy.disclosure import COARSE_DIGITS, Disclosure
from analysis.privacy.named import are_groups
from analysis.privacy.released import RELEASED_VARIABLE, note_withheld
from analysis.privacy.texts import texts_of
from analysis.tables.harmless import harmless
from analysis.tables.load import read_tables
from analysis.tables.package import read_package

__all__ = [
    "FIGURE",
    "FINDING",
    "LABEL_VARIABLE",
    "NUMBERS",
    "RUN_FOLDER_VARIABLE",
    "TABLE",
    "Results",
    "slug",
]

RUN_FOLDER_VARIABLE = "COMPENDIUM_RUN_FOLDER"
LABEL_VARIABLE = "COMPENDIUM_RUN_LABEL"
"""REAL, SYNTHETIC or SIMULATED, as the driver tells: also of a run that reads other runs."""

NUMBERS = "application/vnd.compendium.numbers+json"
"""Output type of a number recorded by itself."""
TABLE = "application/vnd.compendium.table+json"
FIGURE = "application/vnd.compendium.figure+json"
FINDING = "application/vnd.compendium.finding+json"
"""Output type of a sentence the page opens with."""

_GROUPS_ONLY = (
    "Each circle is a school: its area shows how many people it has, the number in it about how many ties "
    "are within. Lines are ties between schools, both ways together. – and dotted: ties of a few people. "
    "People are not drawn, and numbers are rounded, to protect them."
)
"""Caption of a map in place of a sociogram."""

_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]*")


class Results:
    """Records what a notebook computes, each thing once and under a key of its own.

    Of a dataset with a smallest cell every call says **which** people its result rests on, with `people`: a
    collection of identifiers (see `analysis.privacy.disclosure`), for a table or a figure also one for each
    row or group shown. What could tell of fewer people is not shown, and leaves no trace; a bare count is
    refused, since counts cannot be compared across tables.

    Parameters
    ----------
    dataset : str or None
        The dataset the notebook reads; it says whether the page is marked REAL or SYNTHETIC, unless the
        driver does. None for a run that reads other runs only.
    about : str
        What people did that this page's numbers are made of, where it names people without an occasion
        (`Disclosure`).
    """

    def __init__(self, dataset: str | None, about: str = "") -> None:
        tables = DATA_DERIVED / (dataset or "")
        package = None if dataset is None else read_package(tables / "datapackage.json")
        self.label = os.environ.get(LABEL_VARIABLE) or (package.label if package else "")
        self.relations = package.relations if package else ()
        self._released = os.environ.get(RELEASED_VARIABLE, "")
        self._disclosure = Disclosure.of(package, self._released, lambda: read_tables(tables), about)
        folder = os.environ.get(RUN_FOLDER_VARIABLE)
        self._folder = Path(folder) if folder else None
        self._numbers: dict[str, dict[str, Any]] = {}
        self._captions: dict[str, str] = {}
        self._findings: dict[str, dict[str, Any]] = {}
        self._withheld: dict[str, str] = {}
        self._keys: set[str] = set()
        self.p_values: dict[str, float] = {}
        """What the tables so far declared as p-values, and showed, under words for each."""
        self._write("numbers.json", self._numbers)
        if self._folder is None and package is not None:
            display({"text/plain": f"{package.label} data: {package.title}"}, raw=True)

    def number(self, key: str, value: object, label: str, *, people: Any = None) -> None:
        """Record one number, or one short statement in words (for a claim about a direction).

        Parameters
        ----------
        key : str
            Unique in the run: lower-case letters, digits, and `_ . -`.
        value : int, float, bool or str
            A finite number, or text.
        label : str
            What it is, in words.
        people : collection of identifiers
            Whom it rests on.

        Raises
        ------
        ValueError
            For a malformed key, one that is taken (in JupyterLab a cell may be run again), a number that is
            not finite, or a dataset with a smallest cell when `people` does not say which people, or value
            or label are about a single person.
        TypeError
            For any other value.
        """
        reason = self._disclosure.decide(repr(key), people, value)
        if reason:
            about = self._disclosure.rounded(reason, people, value)
            self._withhold({key: about or reason})
            if about:
                self._say(self._disclosure.explained(f"{label}: {about}.", [about]))
            else:
                self._say_withheld(label, reason)
            return
        self._disclosure.refuse([key, label, str(value)], f"number {key!r}")
        entry = self._record(key, self._disclosure.coarse(value), label)
        self._write("numbers.json", self._numbers)
        display({NUMBERS: {key: entry}, "text/plain": f"{label}: {entry['value']}  [{key}]"}, raw=True)

    def table(
        self,
        key: str,
        frame: pd.DataFrame | NotEstimable,
        caption: str,
        *,
        label: str = "",
        digits: int = 3,
        numbers: bool = True,
        p_values: Collection[Hashable] = (),
        restated: Collection[Hashable] = (),
        people: Any = None,
    ) -> None:
        """Show and write a table; each of its numeric cells becomes a recorded number.

        Parameters
        ----------
        key : str
            Its name; the file is `tables/<key>.csv`, a cell's key `<key>.<row labels>.<column>`.
        frame : DataFrame or NotEstimable
            Rows and columns with labels that are unique. Where the data could not answer, the page says so
            and why, and `<key>.none` records it.
        caption : str
            A sentence that says what the table shows.
        label : str
            What sets this table's numbers apart, put before the label of each.
        digits : int
            Decimals shown; the file and the recorded numbers keep all.
        numbers : bool
            Whether its cells are recorded as numbers (not for long listings).
        p_values : collection of column labels
            The column that holds p-values, a test per row, if there is one: the page counts them. One too
            small for the decimals shown is shown as below the smallest.
        restated : collection of column labels
            Columns of p-values that are no tests of their own: the same after a correction, or by another
            approximation. Shown alike, and not counted.
        people : collection of identifiers, one such collection for each row, or a DataFrame
            Whom the table, each row or (`Disclosure.decide_cells`) each cell of it rests on; a Series or a
            DataFrame has the index of the frame. What is withheld is not there; where it was it says why.

        Raises
        ------
        ValueError
            For a malformed key, one that is taken (in JupyterLab a cell may be run again), labels that give
            several cells one key, a column of p-values that is not there, several columns of `p_values`; for
            a dataset with a smallest cell also when `people` does not say which people, or a row or cell is
            about a single person.
        """
        if isinstance(frame, NotEstimable):
            self.number(f"{key}.none", self._not_estimable(frame), label or caption, people=people)
            return
        if isinstance(people, pd.Series) and not people.index.equals(frame.index) and are_groups(people):
            raise ValueError(f"table {key!r}: people has another index than the table")
        places = _numbers_of(key, frame) if numbers else {}
        reasons = self._disclosure.decide_cells(f"table {key!r}", people, frame)
        told = {cell: str(reasons.iat[place]) for place, (cell, _, _) in places.items()}
        if reasons.size and (reasons != "").all(axis=None):
            self._withhold(told)
            self._say_withheld(caption, min(reasons.to_numpy().ravel()))
            return
        frame, caption = self._without(frame.map(self._disclosure.coarse), reasons, caption)
        self._disclosure.refuse([key, caption, label, *_texts(frame)], f"table {key!r}")
        if len(p_values) > 1:
            found = ", ".join(map(str, p_values))
            allowed = "one column of p-values; those that say the same tests again are `restated`"
            raise ValueError(f"table {key!r}: found p_values {found}; allowed: {allowed}")
        recorded = {}
        kept = _numbers_of(key, frame) if numbers else {}
        shown = as_html(
            labelled(frame),
            digits,
            [in_words(name) for name in (*p_values, *restated)],
            COARSE_DIGITS if self._disclosure.restricts else None,
            {place: cell for place, (cell, _, _) in kept.items()},
        )
        self._take(key)
        for cell, words, value in kept.values():
            recorded[cell] = self._record(cell, value, f"{label}: {words}" if label else words)
            self._captions[cell] = caption
            row, _, column = words.rpartition(", ")
            if column in map(str, p_values):
                self.p_values[f"{key.replace('-', ' ')}: {row}"] = float(value)
        self._withhold({cell: reason for cell, reason in told.items() if cell not in recorded})
        self._write("numbers.json", self._numbers)
        if self._folder is not None:
            folder = self._folder / "tables"
            folder.mkdir(exist_ok=True)
            harmless(frame).to_csv(folder / f"{key}.csv", lineterminator="\n")
        bundle = {
            TABLE: {"key": key, "caption": caption, "html": shown, "numbers": recorded},
            "text/html": f"<p><em>{html.escape(caption)}</em></p>{shown}",
            "text/plain": f"{caption}\n{frame.to_string()}",
        }
        display(bundle, raw=True)

    def figure(self, key: str, figure: Figure | NotEstimable, caption: str, *, people: Any = None) -> None:
        """Show and write a figure (SVG and PNG), then close it.

        Parameters
        ----------
        key : str
            Its name; the files are `figures/<key>.svg` and `figures/<key>.png`.
        figure : matplotlib Figure or NotEstimable
            What to draw; where the data could not answer, the page says so and why in its place. The network
            of a `NetworkFigure` can be worked with on the page.
        caption : str
            The sentence that says what is to be seen; it is the picture's alternative text too.
        people : collection of identifiers, one such collection for each group shown, or a DataFrame of them
            Whom it is about. Unless every group may be shown, the figure is not. One in which each person is
            drawn is never shown of a dataset with a smallest cell, since its file holds the whole network:
            of a sociogram the map of its groups is, of another nothing.

        Raises
        ------
        ValueError
            As for `number`, and when a label shows a single person or a group below the smallest cell.
        """
        if isinstance(figure, NotEstimable):
            if not self._is_withheld(key, caption, people):
                why = self._not_estimable(figure).removeprefix("not estimable: ")
                self._say(f"Nothing to draw: {why}. ({caption})")
            return
        each_person = self._disclosure.restricts and figure.get_label() == EACH_PERSON
        network = figure.network if isinstance(figure, NetworkFigure) else None
        try:
            if each_person and network is None:
                self._say(f"Not shown: a picture in which each person is a point. ({caption})")
                return
            if self._is_withheld(key, caption, people):
                return
            if each_person and network is not None:
                plt.close(figure)
                network = self._by_group(key, network)
                figure, caption = school_maps(network), _GROUPS_ONLY
            if self._disclosure.restricts:
                # As it was written: in words, p_0123abcd would no longer be known for a pseudonym.
                self._disclosure.refuse([key, caption, *texts_of(figure)], f"figure {key!r}")
            with_field_words(figure)
            self._take(key)
            image = self._written(key, figure, caption)
        finally:
            # One left open at the end of a cell is put into the notebook by itself, withheld or not.
            plt.close(figure)
        content = {"key": key, "caption": caption, "image": image}
        bundle = {
            FIGURE: content if network is None else {**content, "network": network.as_json()},
            "text/html": f"{image}<p><em>{html.escape(caption)}</em></p>",
            "text/plain": caption,
        }
        display(bundle, raw=True)

    def _by_group(self, key: str, network: Network) -> Network:
        """Return a network of people as one of their groups, with the numbers of ties that may be shown."""
        numbers = {}
        for layer in network.layers:
            told, ties = network.told_by(layer), network.told_between(layer)
            answers = self._disclosure.decide_rows(f"figure {key!r}", told, len(told))
            counts = self._disclosure.rounded_cells(ties.map(len), ties)
            unheard = np.array([bool(reason) for reason in answers])
            numbers[layer.relation, layer.wave] = np.where(unheard[:, None], np.nan, counts.to_numpy(float))
        return network.by_group(numbers, self._disclosure.step)

    def _written(self, key: str, figure: Figure, caption: str) -> str:
        """Write a figure's files, and return it as an element of a page."""
        smallest = smallest_text(figure)
        bitmap = as_png(figure) if self._folder is not None else b""
        picture = as_svg(figure)
        if self._folder is not None:
            folder = self._folder / "figures"
            folder.mkdir(exist_ok=True)
            (folder / f"{key}.svg").write_bytes(picture)
            (folder / f"{key}.png").write_bytes(bitmap)
        return as_image(picture, caption, smallest)

    def finding(self, key: str, sentence: str, *, numbers: Sequence[str], people: Any = None) -> None:
        """Record a sentence that the page opens with, made of recorded numbers.

        Parameters
        ----------
        key : str
            Unique among the findings of the run: lower-case letters, digits, and `_ . -`.
        sentence : str
            The result, in plain words.
        numbers : sequence of str
            Keys of the recorded numbers it rests on, at least one. Where one of them was withheld, the
            sentence is withheld.
        people : collection of identifiers, optional
            Whom it is about, where that is not the people of its numbers.

        Raises
        ------
        ValueError
            When a number is not recorded, or a numeral of the sentence is none of them, as rounded there.
        """
        names = [numbers] if isinstance(numbers, str) else list(numbers)
        unknown = [name for name in names if name not in self._numbers and name not in self._withheld]
        if unknown or not names:
            raise ValueError(f"finding {key!r}: found no recorded number {', '.join(unknown) or 'named'}")
        if not self._withheld.keys().isdisjoint(names):
            return
        if people is not None and self._is_withheld(key, "a finding", people):
            return
        entries = [self._numbers[name] for name in names]
        words = [entry["label"] for entry in entries] + [self._captions.get(name, "") for name in names]
        digits = COARSE_DIGITS if self._disclosure.restricts else None
        wrong = numerals_not_recorded(sentence, [entry["value"] for entry in entries], words, digits=digits)
        if wrong:
            told = "; ".join(f"{name} = {entry['value']}" for name, entry in zip(names, entries, strict=True))
            raise ValueError(
                f"finding {key!r}: {', '.join(wrong)} in {sentence!r} is none of the numbers named ({told})"
            )
        self._disclosure.refuse([key, sentence], f"finding {key!r}")
        self._check_key(key, self._findings)
        entry = {"sentence": sentence, "numbers": names, "label": self.label}
        self._findings[key] = entry
        self._write("findings.json", self._findings)
        display({FINDING: {"key": key, **entry}, "text/plain": f"{sentence}  [{key}]"}, raw=True)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Record several findings, as `finding` does each."""
        for found in findings:
            self.finding(found.key, found.sentence, numbers=found.numbers)

    def shown(self, groups: Sequence[Collection[Hashable]] | pd.DataFrame) -> Flags:
        """Say which of several groups of people may be shown beside one another, to draw only those.

        Of a DataFrame of groups, one for each cell of a table: which rows.

        Everything, of a dataset without a smallest cell. Nothing is remembered: say it again with `people`
        of what is shown.
        """
        return self._disclosure.shown(groups)

    def beside(self, people: pd.DataFrame) -> None:
        """Say which groups another page on the dataset shows, a cell each, before this one shows any.

        Pages are made apart: what only the two together would tell is withheld here.
        """
        self._disclosure.beside(people)

    def about(self, shares: pd.Series) -> pd.Series:
        """Return shares as they may be drawn beside counts of people; all digits, without a smallest cell."""
        return self._disclosure.about(shares)

    def merged(self, labels: Sequence[str]) -> list[str]:
        """Return each person's school, small ones put together (`Disclosure.merged`)."""
        return self._disclosure.merged(labels)

    def _is_withheld(self, key: str, what: str, people: Any) -> bool:
        """Whether something is not to be shown; says so in its place."""
        reason = self._disclosure.decide(repr(key), people)
        if reason:
            self._say_withheld(what, reason)
        return bool(reason)

    def _withhold(self, reasons: Mapping[str, str]) -> None:
        """Remember which numbers are not shown, and why; their keys stand beside a team's own data alone."""
        self._withheld |= {key: self._disclosure.told(reason) for key, reason in reasons.items()}
        if self._released and self._withheld:
            note_withheld(Path(self._released), self._withheld)

    def _say_withheld(self, what: str, reason: str) -> None:
        self._say(f"Not shown: {self._disclosure.told(reason)}. ({what})")

    def _not_estimable(self, reason: NotEstimable) -> str:
        """Return why the data could not answer; without counts where there is a smallest cell."""
        return f"not estimable: {'too little to go by' if self._disclosure.restricts else reason}"

    def _say(self, told: str) -> None:
        display({"text/plain": told, "text/html": f"<p><em>{html.escape(told)}</em></p>"}, raw=True)

    def _without(self, frame: pd.DataFrame, reasons: pd.DataFrame, caption: str) -> tuple[pd.DataFrame, str]:
        """Return a table without the numbers that are withheld, and a caption that says why."""
        if not (reasons != "").any(axis=None):
            return frame, caption
        shown = frame.astype(object)
        numbers = frame.apply(pd.to_numeric, errors="coerce").notna().to_numpy(bool)
        for place, told in enumerate(reasons.to_numpy(object)):
            whole = len(set(told)) == 1
            for number, column in enumerate(np.flatnonzero(numbers[place])):
                if told[column]:
                    shown.iat[place, int(column)] = None if whole and number else told[column]
        if "note" in shown:
            # A note says what a fit of these people came to.
            notes = zip(shown["note"], (reasons != "").all(axis=1), strict=True)
            shown["note"] = ["" if withheld else note for note, withheld in notes]
        return shown, self._disclosure.explained(caption, reasons.to_numpy().ravel())

    def _record(self, key: str, value: object, label: str) -> dict[str, Any]:
        entry = {"value": _plain(key, value), "label": label}
        self._take(key)
        self._numbers[key] = entry
        return self._numbers[key]

    def _take(self, key: str) -> None:
        self._check_key(key, self._keys)
        self._keys.add(key)

    def _check_key(self, key: str, taken: Collection[str]) -> None:
        if not _KEY.fullmatch(key):
            raise ValueError(f"key {key!r}: allowed are lower-case letters, digits, and _ . -")
        # At work in JupyterLab a cell is run again and again; under the driver each runs once.
        if key in taken and self._folder is not None:
            raise ValueError(
                f"key {key!r} is recorded twice; each number, table, figure and finding has a key of its own"
            )

    def _write(self, name: str, content: dict[str, Any]) -> None:
        if self._folder is not None:
            text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
            (self._folder / name).write_text(text + "\n", encoding="utf-8")


def _texts(frame: pd.DataFrame) -> list[str]:
    labels = [str(label) for axis in frame.axes for entry in axis for label in _as_tuple(entry)]
    return labels + [str(cell) for row in frame.to_numpy(object) for cell in row if isinstance(cell, str)]


def _as_tuple(label: Any) -> tuple[Any, ...]:
    return label if isinstance(label, tuple) else (label,)


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


def _of_row(index: pd.Index, label: Hashable) -> list[str]:
    """Return the labels of a row, a bare number with what it counts: wave 3."""
    return [
        f"{name} {part}"
        if isinstance(name, str) and name not in SAYS_NOTHING and str(part)[:1].isdigit()
        else str(part)
        for name, part in zip(index.names, _as_tuple(label), strict=True)
    ]


def _numbers_of(key: str, frame: pd.DataFrame) -> dict[tuple[int, int], tuple[str, str, Any]]:
    """Return key, words and value of every cell of a table that holds a finite number, by row and column."""
    found = {}
    for row, row_label in enumerate(frame.index):
        for column, name in enumerate(frame.columns):
            value: Any = frame.iat[row, column]
            if is_number(value) and math.isfinite(value):
                labels = (*_as_tuple(row_label), *_as_tuple(name))
                words = ", ".join((*_of_row(frame.index, row_label), *map(str, _as_tuple(name))))
                found[row, column] = (f"{key}.{slug(*labels)}", words, value)
    counts = Counter(cell for cell, _, _ in found.values())
    again = [f"{cell} ({words})" for cell, words, _ in found.values() if counts[cell] > 1]
    if again:
        raise ValueError(
            f"table {key!r}: several cells would be recorded under one key; allowed are row and "
            f"column labels that differ in letters a to z, digits or _: {'; '.join(again)}"
        )
    return found
