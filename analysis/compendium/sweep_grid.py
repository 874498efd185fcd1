"""Sweeps as a study declares them: one run under every combination of some choices.

In `study.yml`:

    sweeps:
      - id: settings
        run: cascades            # the run that is varied; what the grid does not name stays as declared there
        grid:                    # parameters of its notebook, each with a list of values; also `dataset`
          window: [7.0, 14.0, 28.0]
          dataset: [one, another]
        headlines:               # numbers whose curve is drawn
          - finding: beside-chance
            number: chance.effect
            above: 0
            p: chance.p          # if named, it must be below `level` (.05) too
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from analysis.compendium.lines import Lines
from analysis.compendium.parameters import check_parameters

if TYPE_CHECKING:
    from analysis.compendium.studies import Run

__all__ = ["MOST_COMBINATIONS", "Headline", "Sweep", "combinations", "read_sweeps"]

MOST_COMBINATIONS = 1_000
"""More runs than these are a mistake, or want a study of their own."""
_ENTRIES = ("id", "run", "grid", "headlines")
_HEADLINE_ENTRIES = ("finding", "number", "above", "below", "p", "level")
_LEVEL = 0.05


@dataclass(frozen=True)
class Headline:
    """A finding, and when it counts as holding.

    Attributes
    ----------
    finding : str
        Its key on the page of the run.
    number : str
        Key of the number whose curve is drawn.
    bound : float
        It holds where the number is above this, or below.
    above : bool
        Which of the two.
    p : str
        Key of a p-value that must be below the level as well; empty: none is asked for.
    level : float
    """

    finding: str
    number: str
    bound: float
    above: bool
    p: str = ""
    level: float = _LEVEL

    def holds(self, value: float, p: float | None) -> bool:
        """Whether it holds at this value of the number, and of the p-value where one is asked for."""
        right_side = value > self.bound if self.above else value < self.bound
        return right_side and (not self.p or (p is not None and p < self.level))

    @property
    def rule(self) -> str:
        """When it holds, in words."""
        side = f"{self.number} is {'above' if self.above else 'below'} {self.bound:g}"
        return f"{side} and {self.p} is below {self.level:g}" if self.p else side


@dataclass(frozen=True)
class Sweep:
    """One run under every combination of the values of a grid."""

    id: str
    run: str
    grid: Mapping[str, Sequence[Any]]
    headlines: tuple[Headline, ...]


def combinations(sweep: Sweep) -> list[dict[str, Any]]:
    """Return every combination of a sweep's choices, the last parameter changing fastest.

    Examples
    --------
    >>> combinations(Sweep("s", "once", {"cut": [1, 2], "ties": ["in", "out"]}, ()))[1]
    {'cut': 1, 'ties': 'out'}
    """
    return [dict(zip(sweep.grid, values, strict=True)) for values in product(*sweep.grid.values())]


def read_sweeps(
    given: Any, runs: Mapping[str, Run], lines: Lines, check_dataset: Callable[[str, tuple[Any, ...]], object]
) -> list[Sweep]:
    """Read the entry `sweeps` of a study and note every fault in it.

    Parameters
    ----------
    given : object
        What stands there.
    runs : mapping of str to Run
        The sound runs of the study, by id.
    lines : Lines
        Takes the faults.
    check_dataset : callable
        Notes a fault where there is no dataset of a name.
    """
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        lines.fault(("sweeps",), repr(given), f"a list, each with {', '.join(_ENTRIES)}")
        return []
    sweeps: list[Sweep] = []
    for index, item in enumerate(given):
        at = ("sweeps", index)
        lines.unknown(item, at, _ENTRIES)
        name, run = (lines.text(item, entry, at) for entry in ("id", "run"))
        if name and (not name.replace("_", "").isalnum() or name.lower() != name):
            lines.fault((*at, "id"), repr(name), "lower-case letters, digits, _")
        if name in (one.id for one in sweeps):
            lines.fault((*at, "id"), f"{name} again", "each sweep's id once")
        if run and run not in runs:
            lines.fault((*at, "run"), run, f"a run of this study: {', '.join(runs) or 'none is sound'}")
        grid = _grid(item.get("grid"), runs.get(run), at, lines, check_dataset)
        sweeps.append(Sweep(name, run, grid, tuple(_headlines(item.get("headlines"), at, lines))))
    return sweeps


def _grid(
    given: Any,
    run: Run | None,
    at: tuple[Any, ...],
    lines: Lines,
    check_dataset: Callable[[str, tuple[Any, ...]], object],
) -> dict[str, Sequence[Any]]:
    at = (*at, "grid")
    if not isinstance(given, dict) or not given:
        lines.fault(at, repr(given), "at least one parameter with a list of values")
        return {}
    grid: dict[str, Sequence[Any]] = {}
    for name, values in given.items():
        if not isinstance(values, list) or not values:
            lines.fault((*at, name), repr(values), "a list of at least one value")
            continue
        grid[name] = values
        for place, value in enumerate(values):
            here = (*at, name, place)
            if any(_same(value, other) for other in values[:place]):
                lines.fault(here, f"{value!r} again", "each value once")
            elif run is not None:
                line = lines.lines.get(here, 0)
                told = check_parameters({name: value}, run.notebook, lines.file, line)
                lines.faults.extend(fault for fault in told if name in run.notebook.parameters or not place)
                if name == "dataset" and not told:
                    check_dataset(value, here)
    count = math.prod(map(len, grid.values()))
    if count == 1 and len(grid) == len(given):
        lines.fault(at, "1 combination", "at least two")
    if count > MOST_COMBINATIONS:
        sizes = " × ".join(f"{len(values)} ({name})" for name, values in grid.items())
        lines.fault(at, f"{count} combinations: {sizes}", f"at most {MOST_COMBINATIONS}")
    return grid


def _same(one: object, other: object) -> bool:
    """Whether two values are one choice: 1 and 1.0 are, 1 and true are not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _headlines(given: Any, at: tuple[Any, ...], lines: Lines) -> list[Headline]:
    at = (*at, "headlines")
    if not isinstance(given, list) or not given or not all(isinstance(item, dict) for item in given):
        lines.fault(at, repr(given), "a list of at least one, each with finding, number, above or below")
        return []
    headlines: list[Headline] = []
    for index, item in enumerate(given):
        here = (*at, index)
        lines.unknown(item, here, _HEADLINE_ENTRIES)
        finding, number = (lines.text(item, entry, here) for entry in ("finding", "number"))
        p = lines.text(item, "p", here) if "p" in item else ""
        if finding in (one.finding for one in headlines):
            lines.fault((*here, "finding"), f"{finding} again", "each finding once")
        sides = [side for side in ("above", "below") if side in item]
        if len(sides) != 1:
            lines.fault(here, " and ".join(sides) or "neither above nor below", "one of above and below")
        bound, level = item.get(sides[0]) if sides else 0, item.get("level", _LEVEL)
        for entry, value, allowed in (
            *((side, item[side], "a number") for side in sides),
            ("level", level, "a number between 0 and 1"),
        ):
            number_at_all = type(value) in (int, float) and math.isfinite(value)
            if not number_at_all or (entry == "level" and not 0 < value < 1):
                lines.fault((*here, entry), repr(value), allowed)
                bound, level = 0, _LEVEL
        above = sides[:1] == ["above"]
        headlines.append(Headline(finding, number, float(bound or 0), above, p, float(level)))
    return headlines
