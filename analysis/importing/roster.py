"""A wide roster survey, as survey tools export it, matched with the list of those who were asked.

One row a respondent; one column a person who can be named, per wave and relation. Names are matched as
somebody wrote them but for case, accents and spaces; whoever is not found that way is listed with the
nearest names, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.importing.grid import Grid, read_grid
from analysis.importing.people import Matcher
from analysis.privacy.names import fold
from analysis.tables.faults import Fault

__all__ = ["PATTERN", "TICKS", "read_roster_survey"]

PATTERN = "{relation} | {wave} | {alter}"
"""How the header of a column says what was asked, of which wave, about whom."""

TICKS = {"x": 1.0, "✓": 1.0, "✔": 1.0, "yes": 1.0, "no": 0.0}
"""Words read as numbers without being told; others need a list of labels."""

_FIELDS = ("relation", "wave", "alter")


@dataclass(frozen=True)
class _Asked:
    """What a column of the survey asks: its place, the relation, the wave (None: see the row), about whom."""

    place: int
    relation: str
    wave: int | None
    alter: str


def read_roster_survey(
    path: Path,
    roster: pd.DataFrame,
    relations: Sequence[str],
    faults: list[Fault],
    *,
    pattern: str = PATTERN,
    respondent: str = "respondent",
    wave_column: str | None = None,
    labels: Mapping[str, float] | None = None,
    waves: pd.DataFrame | None = None,
    organization_kind: str = "school",
) -> dict[str, pd.DataFrame]:
    """Return the tables of a wide roster survey; faults are appended.

    Parameters
    ----------
    path : Path
        The survey, `.csv` or `.xlsx`.
    roster : DataFrame
        Who was asked (`read_roster`).
    relations : sequence of str
        Relations of the dataset; a column of another one is a fault.
    faults : list of Fault
        Every fault of the survey is appended: a header's or a respondent's name that is not on the roster,
        or on it twice; a respondent twice in a wave; an answer that is neither a number nor a label.
    pattern : str
        The header of an answer's column, with `{relation}`, `{wave}` and `{alter}` in it. Columns that do
        not fit are left out. Without `{wave}` each row tells its own, in `wave_column`; without
        `{relation}` there must be one relation.
    respondent : str
        Header of the column with the respondents' names or identifiers.
    wave_column : str, optional
        Header of the column with the number of the wave.
    labels : mapping of str to float, optional
        What words mean as numbers (never: 0, weekly: 3). Ticks (x, ✓), yes and no are known.
    waves : DataFrame, optional
        The table `waves`, if its dates are known: who had left before a wave, or joined after it, is no
        non-respondent of it.
    organization_kind : str
        What sort of organisation those on the roster are.

    Returns
    -------
    dict of str to DataFrame
        organizations, actors, waves, nonresponse, ties. An answer of 0 or an empty cell among answers is no
        tie. A relation left wholly empty was not answered; whoever answered nothing in a wave, or has no row
        there, is a non-respondent: missing, never without ties.
    """
    grid = read_grid(path, faults)
    matcher = Matcher(roster)
    asked = _columns(path.name, grid, pattern, relations, matcher, wave_column, faults)
    if respondent not in grid.header:
        allowed = f"one of {', '.join(grid.header[:12]) or 'none'}"
        found = f"no column {respondent!r}"
        faults.append(Fault(path.name, found, allowed, 1, hint="name it with --respondent"))
        return {}
    if wave_column is not None and wave_column not in grid.header:
        faults.append(Fault(path.name, f"no column {wave_column!r}", "the header of a column", 1))
        return {}
    words = {**TICKS, **{fold(word): value for word, value in (labels or {}).items()}}
    who = grid.header.index(respondent)
    ties: list[tuple[int, str, str, str, float, str]] = []
    heard: set[tuple[int, str, str]] = set()
    seen: dict[tuple[str, int | None], int] = {}
    for line, cells in enumerate(grid.cells, start=2):
        if not any(cells):
            continue
        sender = matcher.find(cells[who], (path.name, line, respondent), faults)
        wave = _wave_of(path.name, grid, cells, line, wave_column, faults)
        if sender is None or (wave is None and wave_column is not None):
            continue
        if (sender, wave) in seen:
            found = f"{cells[who]!r} again, as in row {seen[sender, wave]}"
            faults.append(Fault(path.name, found, "one row a respondent and wave", line, respondent))
            continue
        seen[sender, wave] = line
        for one in asked:
            value = _answer(path.name, grid, cells, one.place, line, words, faults)
            when = one.wave if one.wave is not None else wave
            if value is None or when is None:
                continue
            heard.add((when, one.relation, sender))
            if value:
                ties.append((when, one.relation, sender, one.alter, value, sender))
    return _tables(roster, asked, ties, heard, seen, waves, organization_kind)


def _columns(
    file: str,
    grid: Grid,
    pattern: str,
    relations: Sequence[str],
    matcher: Matcher,
    wave_column: str | None,
    faults: list[Fault],
) -> list[_Asked]:
    """Return what each column asks, as its header says."""
    fields = re.findall(r"\{(\w+)\}", pattern)
    if "alter" not in fields or set(fields) - set(_FIELDS) or len(set(fields)) < len(fields):
        faults.append(Fault("--pattern", repr(pattern), "{relation}, {wave} and {alter}, each once"))
        return []
    if ("wave" in fields) == (wave_column is not None):
        allowed = "{wave} in the pattern, or a column with the wave named by --wave-column, not both"
        faults.append(Fault("--pattern", repr(pattern), allowed))
        return []
    if "relation" not in fields and len(relations) != 1:
        allowed = f"{{relation}} in the pattern, since there are {len(relations)} relations"
        faults.append(Fault("--pattern", repr(pattern), allowed))
        return []
    shape = re.compile(_as_expression(pattern), re.IGNORECASE)
    known = {fold(relation): relation for relation in relations}
    found: list[_Asked] = []
    taken: dict[tuple[str, int | None, str], str] = {}
    for place, header in enumerate(grid.header):
        fit = shape.fullmatch(" ".join(header.split()))
        if fit is None:
            continue
        parts = fit.groupdict()
        relation = known.get(fold(parts.get("relation") or relations[0]))
        if relation is None:
            allowed = f"relations of the dataset: {', '.join(relations) or 'none'}"
            hint = "declare it in datapackage.json, or with --relation"
            faults.append(Fault(file, repr(parts["relation"]), allowed, 1, header, hint))
        alter = matcher.find(parts["alter"], (file, 1, header), faults)
        if relation is None or alter is None:
            continue
        wave = int(parts["wave"]) if "wave" in parts else None
        if (relation, wave, alter) in taken:
            found_again = f"the same person as column {taken[relation, wave, alter]!r}"
            faults.append(Fault(file, found_again, "one column a person, wave and relation", 1, header))
            continue
        taken[relation, wave, alter] = header
        found.append(_Asked(place, relation, wave, alter))
    if not taken and not faults:
        allowed = f"headers like {pattern!r}"
        faults.append(Fault(file, "no column that asks about a person", allowed, 1, hint="see --pattern"))
    return found


def _as_expression(pattern: str) -> str:
    shapes = {"relation": r"(?P<relation>.+?)", "wave": r"(?P<wave>[0-9]{1,6})", "alter": r"(?P<alter>.+)"}
    parts = re.split(r"\{(\w+)\}", " ".join(pattern.split()))
    return "".join(shapes[part] if place % 2 else re.escape(part) for place, part in enumerate(parts))


def _wave_of(
    file: str, grid: Grid, cells: Sequence[str], line: int, wave_column: str | None, faults: list[Fault]
) -> int | None:
    if wave_column is None:
        return None
    text = cells[grid.header.index(wave_column)]
    if re.fullmatch(r"[0-9]{1,6}(\.0)?", text):
        return int(float(text))
    faults.append(Fault(file, repr(text), "the number of a wave", line, wave_column))
    return None


def _answer(
    file: str,
    grid: Grid,
    cells: Sequence[str],
    place: int,
    line: int,
    words: Mapping[str, float],
    faults: list[Fault],
) -> float | None:
    text = cells[place]
    if not text:
        return None
    if fold(text) in words:
        return words[fold(text)]
    value = grid.number(text)
    if value is not None:
        return value
    known = ", ".join(words)
    hint = "say what other words mean with --labels"
    faults.append(Fault(file, repr(text), f"a number, or one of {known}", line, grid.header[place], hint))
    return None


def _present(roster: pd.DataFrame, wave: int, dated: pd.DataFrame | None) -> list[str]:
    """Return who was in the network in a wave, as far as dates tell."""
    there = roster["actor_id"].notna()
    known = dated[dated["wave"] == wave] if dated is not None else pd.DataFrame()
    if len(known):
        opened, closed = known.iloc[0][["opened_on", "closed_on"]]
        if not pd.isna(opened):
            there &= ~(roster["left_on"] < opened).fillna(False)
        if not pd.isna(closed):
            there &= ~(roster["joined_on"] > closed).fillna(False)
    return [str(person) for person in roster.loc[there, "actor_id"]]


def _tables(
    roster: pd.DataFrame,
    asked: Sequence[_Asked],
    ties: list[tuple[int, str, str, str, float, str]],
    heard: set[tuple[int, str, str]],
    seen: Mapping[tuple[str, int | None], int],
    dated: pd.DataFrame | None,
    organization_kind: str,
) -> dict[str, pd.DataFrame]:
    questions = {(one.wave, one.relation) for one in asked}
    own = {wave for _, wave in seen if wave is not None}
    rounds = {(when, relation) for wave, relation in questions for when in ([wave] if wave else sorted(own))}
    waves = sorted({wave for wave, _ in rounds if wave is not None})
    silent: list[tuple[int, str, str | None]] = []
    for wave in waves:
        relations = sorted(relation for when, relation in rounds if when == wave)
        for person in _present(roster, wave, dated):
            missing = [relation for relation in relations if (wave, relation, person) not in heard]
            if len(missing) == len(relations):
                silent.append((wave, person, None))
            else:
                silent += [(wave, person, relation) for relation in missing]
    homes = roster["organization_id"].dropna().drop_duplicates()
    found = {
        "organizations": pd.DataFrame({"organization_id": homes, "kind": organization_kind}),
        "actors": roster[["actor_id", "organization_id", "role", "joined_on", "left_on"]],
        "waves": pd.DataFrame({"wave": waves, "label": [f"Wave {wave}" for wave in waves]}),
        "nonresponse": pd.DataFrame(silent, columns=["wave", "actor_id", "relation"]),
        "ties": pd.DataFrame(
            sorted(ties), columns=["wave", "relation", "sender_id", "receiver_id", "value", "reported_by"]
        ),
    }
    return {name: frame for name, frame in found.items() if name != "organizations" or len(frame)}
