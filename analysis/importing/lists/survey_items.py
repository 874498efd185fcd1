"""Answers to survey items, from one row per respondent to one row per answer, and back."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from analysis.importing.files.sheets import Layout, unread_columns
from analysis.importing.shared.account import Account
from analysis.importing.shared.grid import Grid, read_as, read_grids
from analysis.importing.shared.people import Matcher
from analysis.privacy.names import fold
from analysis.tables.faults import Fault
from analysis.tables.schema import TABLES

__all__ = ["read_items", "read_survey_items", "wide"]


def read_items(path: Path, faults: list[Fault]) -> pd.DataFrame:
    """Return the table `items` of a CSV file or workbook, typed; faults are appended."""
    items = read_as(path, TABLES["items"], faults)
    return items.dropna(subset=["item_id", "minimum", "maximum"]).drop_duplicates(
        "item_id", ignore_index=True
    )


def read_survey_items(
    path: Path,
    items: pd.DataFrame,
    faults: list[Fault],
    *,
    respondent: str = "actor_id",
    wave_column: str | None = None,
    wave: int = 1,
    labels: Mapping[str, float | None] | None = None,
    people: Matcher | None = None,
    keep: Literal["first", "last"] | None = None,
    layout: Layout | None = None,
    notes: list[str] | None = None,
) -> dict[str, pd.DataFrame]:
    """Return the tables items, waves and responses of a wide survey; faults are appended.

    Parameters
    ----------
    path : Path
        A `.csv` or `.xlsx` file: a row per respondent (and wave), a column per item, headed by its item_id or
        its wording.
        Other columns are left out, but one headed almost like an item that is missing is a fault.
    items : DataFrame
        The table `items`.
    faults : list of Fault
        Every fault: no column of respondents, an item without a column, somebody twice in a wave, an answer
        that is no number and no label or lies outside its item's range.
    respondent : str
        Header of the column with the respondents' identifiers, or names where `people` is given.
    wave_column : str, optional
        Header of the column with the number of the wave.
    wave : int
        The wave of every row, where there is no such column.
    labels : mapping of str to float or None, optional
        What words mean as numbers; None: that the answer is missing.
    people : Matcher, optional
        Who is meant by a respondent's name.
    keep : {"first", "last"}, optional
        Which row counts of somebody who answered twice.
    layout : Layout, optional
        Sheets, line of the header, codes of missing answers.
    notes : list of str, optional
        What became of rows and answers is appended, and which columns were not read.

    Returns
    -------
    dict of str to DataFrame
        An empty cell is no answer and gives no row.
    """
    layout, notes = layout or Layout(), [] if notes is None else notes
    before = len(faults)
    grids = read_grids(path, layout, faults, notes) or [Grid([], [], file=path.name)]
    words = {fold(word): value for word, value in (labels or {}).items()}
    bounds = {
        str(item): (float(low), float(high))
        for item, low, high in items[["item_id", "minimum", "maximum"]].itertuples(index=False)
    }
    answered: dict[tuple[int, str], tuple[int, list[tuple[int, str, str, float]]]] = {}
    for grid in grids:
        for header, told in ((respondent, "respondents"), (wave_column, "waves")):
            if header is not None and header not in grid.header:
                allowed = f"a column of {told}; there are: {', '.join(grid.header[:12]) or 'none'}"
                faults.append(Fault(grid.file, f"no column {header!r}", allowed, grid.line))
        places = _item_columns(grid.file, grid, items, {respondent, wave_column}, faults)
        if len(faults) > before or not grid.header:
            return {}
        read = {*(grid.header[place] for place in places.values()), respondent, wave_column}
        left = [name for name in grid.header if name not in read]
        unread_columns(grid.file, left, lambda _: "", layout, grid.line, faults, notes)
        total = 0
        became: Counter[str] = Counter()
        for line, cells in enumerate(grid.cells, start=grid.line + 1):
            if not any(cells):
                continue
            total += 1
            who = cells[grid.header.index(respondent)]
            when: int | None = wave
            if wave_column is not None:
                told = cells[grid.header.index(wave_column)]
                when = layout.wave(told, (grid.file, line, wave_column), faults)
            if not who:
                faults.append(Fault(grid.file, "nobody", "an identifier", line, respondent))
            elif people is not None:
                who = people.find(who, (grid.file, line, respondent), faults) or ""
            if when is None or not who:
                continue
            if (when, who) in answered and keep is None:
                found = f"{who!r} again, as in row {answered[when, who][0]}"
                allowed = "one row per respondent and wave"
                faults.append(Fault(grid.file, found, allowed, line, respondent))
                continue
            if (when, who) in answered:
                became["left out, answered twice"] += 1
                gone = line if keep == "first" else answered[when, who][0]
                notes.append(f"{grid.file}, row {gone}: left out, since the {keep} row of {who} counts")
                if keep == "first":
                    continue
            else:
                became["respondents"] += 1
            rows = _answers(grid, cells, line, (when, who), (places, bounds, words), layout, faults)
            answered[when, who] = line, rows
        if len(faults) == before:
            notes.append(str(Account(grid.file, "rows", total, became)))
    rows = [row for _, some in answered.values() for row in some]
    notes += people.notes if people is not None else []
    waves = sorted({when for when, _ in answered})
    return {
        "items": items,
        "waves": pd.DataFrame({"wave": waves, "label": [f"Wave {when}" for when in waves]}),
        "responses": pd.DataFrame(rows, columns=["wave", "actor_id", "item_id", "value"]),
    }


def _answers(
    grid: Grid,
    cells: Sequence[str],
    line: int,
    whose: tuple[int, str],
    meaning: tuple[Mapping[str, int], Mapping[str, tuple[float, float]], Mapping[str, float | None]],
    layout: Layout,
    faults: list[Fault],
) -> list[tuple[int, str, str, float]]:
    """Return the answers of a row; a blank one, or one that is declared missing, gives none."""
    places, bounds, words = meaning
    rows = []
    for item, place in places.items():
        text = cells[place]
        folded = fold(text)
        if not text or layout.is_missing(text) or (folded in words and words[folded] is None):
            continue
        value = words.get(folded, grid.number(text))
        low, high = bounds[item]
        if value is None or not low <= value <= high:
            allowed = f"a number from {low:g} to {high:g}"
            hint = "say what words mean with --labels" if value is None else ""
            faults.append(Fault(grid.file, repr(text), allowed, line, grid.header[place], hint))
        else:
            rows.append((*whose, item, value))
    return rows


def _item_columns(
    file: str, grid: Grid, items: pd.DataFrame, taken: set[str | None], faults: list[Fault]
) -> dict[str, int]:
    """Return the column of each item: headed by its item_id, or by its wording, alone or in brackets."""
    places = {}
    known = {"", *taken, *map(str, items["item_id"])}
    worded: dict[str, list[int]] = {}
    for place, header in enumerate(grid.header):
        if header not in known:
            for text in {_plain(header), *map(_plain, _PART.findall(header))}:
                worded.setdefault(text, []).append(place)
    others = [header for header in grid.header if header not in known]
    wordings = items["wording"].fillna("").astype(str) if "wording" in items else [""] * len(items)
    for item, wording in zip(map(str, items["item_id"]), wordings, strict=True):
        told = worded.get(_plain(wording), []) if wording else []
        if item in grid.header:
            places[item] = grid.header.index(item)
        elif len(told) == 1:
            places[item] = told[0]
        elif grid.header:
            near = difflib.get_close_matches(item, others, 1, 0.7)
            near = near or difflib.get_close_matches(wording, others, 1, 0.8) if wording else near
            hint = f"is {near[0]!r} meant? The headers must be the same" if near else ""
            found = f"no column {item!r}"
            if told:
                found = f"columns {' and '.join(repr(grid.header[place]) for place in told)} for {item!r}"
            allowed = "a column for each item, headed by its item_id or its wording"
            faults.append(Fault(file, found, allowed, grid.line, hint=hint))
    return places


_PART = re.compile(r"(?<=\[)[^\[\]]+(?=\]$)|(?<= - ).+")
"""What a header says after the question it belongs to: in brackets, or after a dash."""


def _plain(text: str) -> str:
    """Return a wording as it is compared: case, accents and signs do not matter."""
    return " ".join(re.findall(r"\w+", fold(text)))


def wide(items: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Return answers as a row per respondent and wave, a column per item: what `read_survey_items` reads."""
    columns = items["item_id"].astype(str).tolist()
    frame = responses.pivot(index=["actor_id", "wave"], columns="item_id", values="value")
    return frame.reindex(columns=columns).reset_index().rename_axis(columns=None)
