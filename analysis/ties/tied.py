"""Between whom the ties are that the tables of a network count, cell by cell.

Each function takes a table and returns a frame of its shape: the group of people, or of ties, that a cell can
be computed back to, or a list of such groups (`Results.table`, ``people``). A tie counted in two waves is in
both of them; a number that tells how many answered, such as a density beside a count of ties, rests on that
count.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from analysis.arrays import Flags, Floats
from analysis.ties.dynamics import reciprocation
from analysis.ties.panel import Panel
from analysis.ties.people import who_answered
from analysis.ties.structure import isolates
from analysis.whom import Group, heads, tie

__all__ = [
    "who_became",
    "who_changed",
    "who_formed",
    "who_is_described",
    "who_lasted",
    "who_mixed",
    "who_returned",
    "who_went_out_of_sight",
]

Cell: TypeAlias = Group | list[Group]


def who_is_described(
    panels: Mapping[str, Panel], rows: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return who is behind each cell of `overview`, or of a table of reciprocity with its columns."""

    def cells(panel: Panel, place: int) -> dict[str, Cell]:
        matrix = panel.possible(panel.waves[place]).seen(
            panel.matrix(panel.waves[place], threshold=threshold)
        )
        there, time = np.nan_to_num(matrix) != 0, str(panel.waves[place])
        both = ~(np.isnan(matrix) | np.isnan(matrix.T))
        mutual = _arcs(panel, there & there.T & both, time)
        one_way = _arcs(panel, there & ~there.T & both, time)
        answered = _heads(panel, panel.answered[place])
        return {
            "people": _heads(panel, panel.present[place]),
            # With who they are in this wave: groups of them on a map must not leave a few of all.
            "answered": [answered, _people(panel, panel.answered[place], time)],
            "response_rate": answered,
            "density": answered,
            "ties": _arcs(panel, there, time),
            "mutual": mutual,
            "edgewise": mutual,
            "asymmetric": one_way,
            "dyadic": one_way,
            "isolates": _people(panel, isolates(matrix, "weak") & panel.present[place], time),
        }

    return _by_wave(panels, rows, cells)


def who_mixed(
    panels: Mapping[str, Panel], rows: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return who is behind each cell of `mixing_by_wave`: of E-I, the ties within groups and those across."""

    def cells(panel: Panel, place: int) -> dict[str, Cell]:
        matrix = panel.matrix(panel.waves[place], threshold=threshold)
        there, time = np.nan_to_num(matrix) != 0, str(panel.waves[place])
        np.fill_diagonal(there, val=False)
        homes = np.array([home or "" for home in panel.homes], dtype=object)
        known = (homes != "")[:, None] & (homes != "")[None, :]
        same = homes[:, None] == homes[None, :]
        within, across = (_arcs(panel, there & known & part, time) for part in (same, ~same))
        return {
            "ties": _arcs(panel, there, time),
            "without_group": _arcs(panel, there & ~known, time),
            "external_internal": [within, across],
        }

    return _by_wave(panels, rows, cells)


def who_changed(
    panels: Mapping[str, Panel], rows: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return who is behind each cell of `changes`."""

    def cells(panel: Panel, first: int, second: int) -> dict[str, Cell]:
        compared = _Compared(panel, first, second, threshold)
        return {
            "people": compared.answered,
            "missing": compared.answered,
            **compared.turnover,
            "jaccard": [*compared.turnover.values()],
        }

    return _by_waves(panels, rows, cells)


def who_went_out_of_sight(
    panels: Mapping[str, Panel], rows: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return who is behind each cell of `ties_out_of_sight`."""

    def cells(panel: Panel, first: int, second: int) -> dict[str, Cell]:
        compared = _Compared(panel, first, second, threshold)
        here, there = panel.present[first], panel.present[second]
        left, joined, stayed = (
            people.astype(bool) for people in (here & ~there, there & ~here, here & there)
        )
        unseen = compared.before & np.isnan(compared.late) & stayed[:, None] & stayed[None, :]
        return {
            "people": compared.answered,
            "gone": _arcs(panel, compared.before & (left[:, None] | left[None, :]), compared.times[0]),
            "come": _arcs(panel, compared.after & (joined[:, None] | joined[None, :]), compared.times[1]),
            "unknown": _arcs(panel, unseen, compared.times[0]),
        }

    return _by_waves(panels, rows, cells)


def who_lasted(
    panels: Mapping[str, Panel], rows: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return who is behind each cell of `lasting`."""

    def cells(panel: Panel, first: int, second: int) -> dict[str, Cell]:
        compared = _Compared(panel, first, second, threshold)
        seen = compared.before & ~np.isnan(compared.late)
        ties = _arcs(panel, seen, compared.times[0])
        there = _arcs(panel, seen & compared.after, *compared.times)
        unknown = _arcs(panel, compared.before & ~seen, compared.times[0])
        return {"lag": frozenset(), "ties": ties, "there": there, "share": [ties, there], "unknown": unknown}

    return _by_waves(panels, rows, cells)


def who_formed(
    panels: Mapping[str, Panel], rows: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return who is behind each cell of `formation_and_persistence`: counts of pairs, and the fit itself."""

    def cells(panel: Panel, first: int, second: int) -> dict[str, dict[str, Cell]]:
        compared = _Compared(panel, first, second, threshold)
        kept, new, lost = compared.turnover.values()
        return {
            "formation": {"people": compared.answered, "pairs": compared.answered, "ties": new},
            "persistence": {"people": compared.answered, "pairs": [kept, lost], "ties": kept},
        }

    return _by_waves(panels, rows, cells, within="part")


def who_became(
    panels: Mapping[str, Panel], rows: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return who is behind each cell of `dyads_before_after`: pairs with the ties they had and have."""

    def cells(panel: Panel, first: int, second: int) -> dict[str, dict[str, Cell]]:
        compared = _Compared(panel, first, second, threshold)
        states = [_states(matrix) for matrix in (compared.early, compared.late)]
        turned = compared.before & ~compared.before.T & compared.after.T & ~compared.after
        turned &= (states[0] == "asymmetric") & (states[1] == "asymmetric")
        turned |= turned.T
        found: dict[str, dict[str, Cell]] = {}
        for before in ("null", "asymmetric", "mutual", "not observed"):
            found[before] = {}
            for after in ("null", "asymmetric", "mutual", "not observed", "turned"):
                into = turned if after == "turned" else (states[1] == after) & ~turned
                pairs = (states[0] == before) & into
                found[before][after] = (
                    _arcs(panel, pairs & compared.before, compared.times[0])
                    | _arcs(panel, pairs & compared.after, compared.times[1])
                    | _arcs(panel, np.triu(pairs, 1), " to ".join(compared.times))
                )
        return found

    return _by_waves(panels, rows, cells, within="before")


def who_returned(
    panels: Mapping[str, Panel], rows: pd.DataFrame, *, threshold: float | None = None
) -> pd.DataFrame:
    """Return who is behind each cell of `returned_when`: the pairs whose spells are counted."""
    found: list[dict[Hashable, Cell]] = []
    for key in rows.index:
        relation, after = key[rows.index.names.index("relation")], key[rows.index.names.index("after")]
        wave = int(str(after).split()[0])
        spells = reciprocation(panels[relation], threshold=threshold)
        seen = spells["waited"] - (spells["outcome"] == "not observed")

        def of(part: pd.Series, spells: pd.DataFrame = spells, relation: str = relation) -> Group:
            ends = spells.loc[part, ["sender", "receiver", "began"]].to_numpy(object)
            return frozenset(
                tie(sender, receiver, relation, "spell", str(began)) for sender, receiver, began in ends
            )

        ended = {
            end: of((seen == wave) & (spells["outcome"] == end))
            for end in ("returned", "withdrawn", "turned")
        }
        shares: dict[Hashable, Cell] = {f"share_{end}": group for end, group in ended.items()}
        counts: dict[Hashable, Cell] = {"at_risk": of(seen >= wave), "share_one_way": [*ended.values()]}
        counts.update(ended)
        found.append(counts | shares)
    return pd.DataFrame(found, index=rows.index, columns=rows.columns, dtype=object)


class _Compared:
    """Two waves of a relation: ties before and after, and those kept, new and lost where both are seen."""

    def __init__(self, panel: Panel, first: int, second: int, threshold: float | None) -> None:
        waves = [panel.waves[place] for place in (first, second)]
        self.times = tuple(map(str, waves))
        self.early, self.late = (panel.matrix(wave, threshold=threshold) for wave in waves)
        apart = ~np.eye(len(panel.actors), dtype=bool)
        self.before, self.after = ((np.nan_to_num(part) != 0) & apart for part in (self.early, self.late))
        seen = ~(np.isnan(self.early) | np.isnan(self.late))
        self.answered = _heads(panel, panel.answered[first] & panel.answered[second])
        self.turnover: dict[str, Group] = {
            "kept": _arcs(panel, self.before & self.after & seen, *self.times),
            "new": _arcs(panel, ~self.before & self.after & seen, self.times[1]),
            "lost": _arcs(panel, self.before & ~self.after & seen, self.times[0]),
        }


def _states(matrix: Floats) -> Any:
    there = np.nan_to_num(matrix) != 0
    both = there.astype(int) + there.T
    states = np.array(["null", "asymmetric", "mutual"], dtype=object)[both]
    states[np.isnan(matrix) | np.isnan(matrix.T)] = "not observed"
    np.fill_diagonal(states, "")
    return states


def _arcs(panel: Panel, pairs: Flags, *times: str) -> Group:
    actors = panel.actors
    return frozenset(
        tie(actors[sender], actors[receiver], panel.relation, time)
        for sender, receiver in np.argwhere(pairs)
        for time in times
    )


def _people(panel: Panel, there: Flags, time: str) -> Group:
    return frozenset((panel.actors[place], panel.relation, time) for place in np.flatnonzero(there))


def _heads(panel: Panel, there: Flags) -> Group:
    return heads(panel.actors[place] for place in np.flatnonzero(there))


def _by_wave(
    panels: Mapping[str, Panel], rows: pd.DataFrame, cells: Callable[[Panel, int], dict[str, Cell]]
) -> pd.DataFrame:
    keys = rows.index.to_frame(index=False)
    found = []
    for relation, wave, answered in zip(
        keys["relation"], keys["wave"], who_answered(panels, rows), strict=True
    ):
        panel = panels[relation]
        named = cells(panel, panel.waves.index(wave))
        found.append({column: named.get(str(column), answered) for column in rows.columns})
    return pd.DataFrame(found, index=rows.index, columns=rows.columns, dtype=object)


def _by_waves(
    panels: Mapping[str, Panel],
    rows: pd.DataFrame,
    cells: Callable[[Panel, int, int], Mapping[str, Any]],
    within: str = "",
) -> pd.DataFrame:
    """Return the cells of a table of waves compared; `within`: the level of its index that they differ by."""
    known = {
        (relation, f"{first} to {second}"): (place, other)
        for relation, panel in panels.items()
        for place, first in enumerate(panel.waves)
        for other, second in enumerate(panel.waves)
        if place < other
    }
    computed: dict[tuple[str, str], Mapping[str, Any]] = {}
    keys = rows.index.to_frame(index=False)
    found = []
    for place, answered in enumerate(who_answered(panels, rows)):
        relation, waves = keys["relation"][place], keys["waves"][place]
        if (relation, waves) not in computed:
            computed[relation, waves] = cells(panels[relation], *known[relation, waves])
        named = computed[relation, waves]
        named = named[keys[within][place]] if within else named
        found.append({column: named.get(str(column), answered) for column in rows.columns})
    return pd.DataFrame(found, index=rows.index, columns=rows.columns, dtype=object)
