"""What a page has shown of groups of people, and what may stand beside it by the rule of `disclosure`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from analysis.privacy.groups import Groups, Parts
from analysis.privacy.released import Released
from analysis.whom import HEADS, Group

__all__ = ["EARLIER", "WITHHELD", "Shown"]

WITHHELD = "withheld"
EARLIER = "withheld after an earlier report"


class Shown:
    """The groups a page has let through, and those of earlier reports on the same people.

    Parameters
    ----------
    smallest : int
        Fewest people that a group shown may be of.
    released : Path, optional
        As for `Disclosure`.
    counts, about : optional
        As for `Disclosure`.
    rows : mapping, optional
        As for `Released`.
    """

    def __init__(
        self,
        smallest: int,
        released: Path | None = None,
        counts: Sequence[Group] | None = None,
        about: str = "",
        rows: Mapping[str, Mapping[str, Mapping[str, str]]] | None = None,
    ) -> None:
        self._smallest = smallest
        self._released = None if released is None else Released(released, rows)
        hidden = self._released.hidden if self._released else (lambda entry: entry)
        self._groups = Groups(smallest, hidden, about)
        earlier = self._released.earlier(self._groups) if self._released else []
        self._earlier = [parts for parts, _ in earlier]
        self._corrected = [(parts, changed) for parts, changed in earlier if changed]
        self._known: list[Parts] = []
        self._planned: list[Parts] | None = None
        if counts is not None:
            reasons, _ = self._reasons_beside(counts, [])
            whole = zip(counts, reasons, strict=True)
            self._planned = [self._groups.parts(group) for group, reason in whole if not reason]
            self._known += self._planned

    def reasons(self, groups: Sequence[Group]) -> tuple[list[str], list[Parts]]:
        """Return why each group is withheld, and what would be known if the others were shown."""
        reasons, known = self._reasons_beside(groups, [*self._known, *self._earlier])
        if not self._earlier:
            return reasons, known
        alone, _ = self._reasons_beside(groups, self._known)
        found = [
            EARLIER if reason == WITHHELD and not other else reason
            for reason, other in zip(reasons, alone, strict=True)
        ]
        if not self._corrected:
            return found, known
        for place, group in enumerate(groups):
            if not found[place] and self._tells_of_a_correction(self._groups.parts(group)):
                found[place] = EARLIER
        lost = [self._groups.parts(group) for place, group in enumerate(groups) if found[place]]
        return found, [parts for parts in known if parts not in lost]

    def _tells_of_a_correction(self, parts: Parts) -> bool:
        """Whether a group differs by a few from one shown before, those counted whose rows are others now."""
        return any(
            occasion in changed
            and bits & changed[occasion]
            and self._groups.few_on(occasion, (bits ^ before[occasion]) | (bits & changed[occasion]))
            for before, changed in self._corrected
            for occasion, bits in parts.items()
        )

    def _reasons_beside(
        self, groups: Sequence[Group], known: Sequence[Parts]
    ) -> tuple[list[str], list[Parts]]:
        whole = _whole(groups)
        wholes = [] if not whole or self._groups.few(whole) else [self._groups.parts(whole)]
        known = [*known, *wholes]
        few = f"fewer than {self._smallest} people"
        parts = [self._groups.parts(group) for group in groups]
        reasons = [few if self._groups.few(group) else "" for group in groups]
        if self._planned is not None:
            for place, group in enumerate(groups):
                if not reasons[place] and _counts_people(group) and parts[place] not in self._planned:
                    reasons[place] = WITHHELD
        kept: list[int] = []
        for place, one in enumerate(parts):
            if reasons[place] or not one:
                continue
            if any(self._groups.apart(one, other) for other in [*known, *(parts[other] for other in kept)]):
                reasons[place] = WITHHELD
            else:
                kept.append(place)
        while True:
            shown = [*known, *(parts[place] for place in kept)]
            telling = self._groups.given_away(shown, range(len(known), len(shown)))
            if telling is None:
                break
            reasons[kept.pop(telling - len(known))] = WITHHELD
        beside = list(known)
        for place in sorted(kept, key=lambda place: -len(groups[place])):
            if parts[place] not in beside and self._groups.tells_of_three(parts[place], beside):
                reasons[place] = WITHHELD
            else:
                beside.append(parts[place])
        return reasons, [*wholes, *(parts[place] for place in range(len(groups)) if not reasons[place])]

    def remember(self, groups: Iterable[Parts]) -> None:
        """Take groups for shown, on this page and, of a team's own data, by this report."""
        fresh = [parts for place, parts in enumerate(groups) if parts and parts not in self._known]
        self._known += [parts for place, parts in enumerate(fresh) if parts not in fresh[:place]]
        if self._released is not None and fresh:
            self._released.add(fresh, self._groups)

    def reasons_of_cells(self, cells: Sequence[Sequence[Group]]) -> list[str]:
        """Return why each cell of a column is withheld; remember the groups of those that are shown."""
        flat = [(place, group) for place, groups in enumerate(cells) for group in groups]
        found, known = self.reasons([group for _, group in flat])
        reasons = [""] * len(cells)
        for (place, _), reason in zip(flat, found, strict=True):
            reasons[place] = reasons[place] or reason
        lost = [self._groups.parts(group) for place, group in flat if reasons[place]]
        whole = known[: len(known) - sum(not reason for reason in found)]
        kept = [self._groups.parts(group) for place, group in flat if not reasons[place]]
        self.remember([*(parts for parts in whole if parts not in lost), *kept])
        return reasons

    def beside(self, columns: Iterable[Sequence[Sequence[Group]]]) -> None:
        """Take groups for shown, column by column, that other pages show and this one need not."""
        released, self._released = self._released, None
        for cells in columns:
            self.reasons_of_cells(cells)
        self._released = released

    def rows_whole(self, columns: Iterable[Sequence[Sequence[Group]]]) -> list[bool]:
        """Return of which rows every cell would be shown, column by column; remember nothing."""
        before, released, self._released = list(self._known), self._released, None
        whole: list[bool] = []
        for cells in columns:
            there = [not reason for reason in self.reasons_of_cells(cells)]
            whole = [one and other for one, other in zip(whole or there, there, strict=True)]
        self._known, self._released = before, released
        return whole


def _counts_people(group: Group) -> bool:
    return bool(group) and all(isinstance(entry, tuple) and entry[1:] == (HEADS,) for entry in group)


def _whole(groups: Sequence[Group]) -> Group:
    """Return what groups of people without anybody in common make together; else nobody."""
    parts = [group for group in groups if group and not any(isinstance(entry, tuple) for entry in group)]
    whole: Group = frozenset().union(*parts)
    return whole if len(parts) > 1 and sum(map(len, parts)) == len(whole) else frozenset()
