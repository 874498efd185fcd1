"""Run charts: is a series more than random variation about its median?

A series without any change scatters about its median at random. Two signs of a change are an unusually long
run on one side, and unusually few crossings of the median. Both have limits that grow with the number of
useful points, so that a long chart is not flagged for its length alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable, require_count
from analysis.result import Result

__all__ = [
    "FEWEST",
    "SHIFT",
    "TREND",
    "Part",
    "RunChart",
    "crossings_limit",
    "false_alarms",
    "longest_run_limit",
    "run_chart",
    "step_found",
]

FEWEST = 10
"""Points about the median below which a chart is too short for its limits (Anhøj & Olesen 2014)."""
SHIFT = 6
"""Points in a row on one side of the median that the shift rule calls a change (Perla et al. 2011)."""
TREND = 5
"""Points in a row, all rising or all falling, that the trend rule calls a change (Perla et al. 2011)."""


@dataclass(frozen=True)
class Part:
    """A stretch of one process.

    Attributes
    ----------
    first, last : label
        Of its first and last point.
    points, useful : int
        Points with a value, and those of them that are not on the median.
    median : float
    longest, longest_limit : int
        Longest run on one side of the median, and the longest that is no signal.
    crossings, crossings_limit : int
        How often the series crosses its median, and the fewest crossings that are no signal.
    rising_or_falling : int
        Points of the longest stretch that only rises or only falls.
    """

    first: Hashable
    last: Hashable
    points: int
    useful: int
    median: float
    longest: int
    longest_limit: int
    crossings: int
    crossings_limit: int
    rising_or_falling: int

    @property
    def too_short(self) -> bool:
        """Whether there are too few useful points to say anything."""
        return self.useful < FEWEST

    @property
    def signal(self) -> bool | None:
        """Whether a limit is broken; None where the chart is too short to say."""
        if self.too_short:
            return None
        return self.longest > self.longest_limit or self.crossings < self.crossings_limit

    @property
    def shift(self) -> bool:
        """Whether the rule of thumb on points on one side calls it a change."""
        return self.longest >= SHIFT

    @property
    def trend(self) -> bool:
        """Whether the rule of thumb on points that only rise or only fall calls it a change."""
        return self.rising_or_falling >= TREND

    @property
    def verdict(self) -> str:
        """The answer in words."""
        return {None: "too short", True: "more than random variation", False: "random variation only"}[
            self.signal
        ]


@dataclass(frozen=True, repr=False)
class RunChart(Result):
    """A series with the median of each of its parts.

    Attributes
    ----------
    series : DataFrame
        Index the labels; ``value``, ``part`` (0, 1, …), ``median``.
    parts : tuple of Part
    """

    series: pd.DataFrame
    parts: tuple[Part, ...]

    def summary(self) -> str:
        """Return a line for each part."""
        lines = []
        for part in self.parts:
            line = f"{part.first} to {part.last}, {part.useful} useful points: {part.verdict}"
            if not part.too_short:
                line += (
                    f" (longest run {part.longest}, limit {part.longest_limit}; "
                    f"crossings {part.crossings}, limit {part.crossings_limit})"
                )
            lines.append(line)
        return "\n".join(lines)

    def tidy(self) -> pd.DataFrame:
        """Return a row for each part."""
        columns = [*Part.__dataclass_fields__, "shift", "trend", "verdict"]
        return pd.DataFrame([{name: getattr(part, name) for name in columns} for part in self.parts])


def longest_run_limit(useful: int) -> int:
    """Return the longest run about the median that is no signal: log2(n) + 3, rounded.

    Parameters
    ----------
    useful : int
        Points not on the median, at least one.

    References
    ----------
    Anhøj, J. & Olesen, A. V. (2014). Run charts revisited. PLoS ONE 9(11), e113825.

    Examples
    --------
    >>> [longest_run_limit(n) for n in (10, 12, 24, 48)]
    [6, 7, 8, 9]
    """
    require_count("useful points", useful)
    return int(np.rint(np.log2(useful) + 3))


def crossings_limit(useful: int) -> int:
    """Return the fewest crossings of the median that are no signal.

    The lower 5 % point of the binomial distribution of n - 1 trials with probability one half.

    References
    ----------
    Anhøj & Olesen (2014); Chen, Z. (2010). A note on the runs test. Model Assisted Statistics and
    Applications 5(2), 73-77.

    Examples
    --------
    >>> [crossings_limit(n) for n in (10, 12, 24, 48)]
    [2, 3, 8, 18]
    """
    require_count("useful points", useful)
    return int(binom.ppf(0.05, useful - 1, 0.5)) if useful > 1 else 0


def run_chart(
    values: npt.ArrayLike, labels: Sequence[Hashable] | None = None, *, changes: Sequence[Hashable] = ()
) -> RunChart:
    """Read a series as a run chart.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        In order of time; missing values are passed over.
    labels : sequence, optional
        Of the points, each once; by default 1 to n.
    changes : sequence of labels
        Points at which a new process begins on purpose; each part has a median of its own.

    Returns
    -------
    RunChart
        Points on the median neither lengthen nor break a run, and are no crossing; equal neighbours neither
        lengthen nor break a trend. A part of fewer than `FEWEST` useful points says that it is too short.

    Raises
    ------
    ValueError
        For labels of another number, labels that repeat, or changes at no point.
    NotEstimable
        Where a part has no value at all.

    References
    ----------
    Anhøj & Olesen (2014); Perla, R. J., Provost, L. P. & Murray, S. K. (2011). The run chart: a simple
    analytical tool for learning from variation in healthcare processes. BMJ Quality & Safety 20, 46-51.

    Examples
    --------
    >>> run_chart([1, 2, 1, 2, 1, 2, 8, 9, 8, 9, 8, 9])  # doctest: +ELLIPSIS
    <RunChart: 1 to 12, 12 useful points: more than random variation (longest run 6, limit 7; crossings 1, ...
    >>> run_chart([3, 5, 4]).parts[0].verdict
    'too short'
    """
    given: Floats = np.asarray(values, dtype=np.float64)
    named: list[Hashable] = list(range(1, len(given) + 1)) if labels is None else list(labels)
    faults = []
    if len(named) != len(given):
        faults.append(f"found {len(named)} labels of {len(given)} points; allowed: one each")
    if len(set(named)) != len(named):
        faults.append("found labels that repeat; allowed: each once")
    unknown = [repr(change) for change in changes if change not in named]
    if unknown:
        faults.append(f"changes: found no point {', '.join(unknown)}")
    if faults:
        raise ValueError("; ".join(faults))
    begins = [place > 0 and name in changes for place, name in enumerate(named)]
    part: Integers = np.cumsum(begins, dtype=np.int64)
    frame = pd.DataFrame({"value": given, "part": part}, index=pd.Index(named, name="point"))
    known = frame.dropna()
    missing = sorted(set(part.tolist()) - set(known["part"])) if len(part) else [0]
    if missing:
        raise NotEstimable(f"found no value in part {', '.join(str(one + 1) for one in missing)}")
    parts = tuple(_part(own) for _, own in known.groupby("part"))
    medians = np.array([one.median for one in parts])
    return RunChart(frame.assign(median=medians[part]), parts)


def _part(own: pd.DataFrame) -> Part:
    values = own["value"].to_numpy(dtype=np.float64)
    median = float(np.median(values))
    sides = np.sign(values - median)
    sides = sides[sides != 0]
    moves = np.sign(np.diff(values))
    moves = moves[moves != 0]
    useful, longest = len(sides), _longest(sides)
    return Part(
        own.index[0],
        own.index[-1],
        len(values),
        useful,
        median,
        longest,
        longest_run_limit(useful) if useful else 0,
        int((sides[1:] != sides[:-1]).sum()),
        crossings_limit(useful) if useful else 0,
        _longest(moves) + 1,
    )


def _longest(signs: Floats) -> int:
    """Return the length of the longest stretch of equal signs."""
    if not len(signs):
        return 0
    edges = np.flatnonzero(np.r_[True, signs[1:] != signs[:-1], True])
    return int(max(after - before for before, after in pairwise(edges)))


def false_alarms(points: int, *, longest: int, crossings: int = 0) -> float:
    """Return how likely a random series is flagged, exactly.

    Of an even number of different values half lie above the median, half below, and every order is as likely
    as any other. Orders are counted by their runs: so many runs above, so many below, none too long.

    Parameters
    ----------
    points : int
        Useful points, an even number (of an odd one the middle value is the median itself).
    longest : int
        A longer run is a signal; five for the rule of six in a row.
    crossings : int
        Fewer crossings are a signal; 0: not looked at.

    Examples
    --------
    >>> n = 12
    >>> round(false_alarms(n, longest=longest_run_limit(n), crossings=crossings_limit(n)), 4)
    0.013
    >>> round(false_alarms(48, longest=5), 3)
    0.427
    """
    require_count("points", points, 2)
    require_count("points in the longest run", longest)
    if points % 2:
        raise ValueError(f"found {points} points; allowed: an even number")
    half = points // 2
    ways = [_compositions(half, runs, longest) for runs in range(half + 2)]
    quiet = 0
    for runs in range(max(2, crossings + 1), points + 1):
        fewer, more = runs // 2, runs - runs // 2
        quiet += 2 * ways[fewer] * ways[more]
    return 1 - quiet / comb(points, half)


def _compositions(total: int, parts: int, largest: int) -> int:
    """Return how many ways a total has of being a sum of parts from 1 to the largest, in order."""
    if parts == 0:
        return int(total == 0)
    return sum(
        (-1) ** over * comb(parts, over) * comb(total - over * largest - 1, parts - 1)
        for over in range(parts + 1)
        if total - over * largest >= parts
    )


def step_found(points: int, step: float, *, draws: int, seed: int) -> dict[str, float]:
    """Return how often a step in the middle of a series is found, by Anhøj's limits and by six in a row.

    Parameters
    ----------
    points : int
        Of which the second half is higher.
    step : float
        How much, in standard deviations of normal variation about it.
    draws, seed : int

    Returns
    -------
    dict
        ``limits`` and ``six``: shares of the series drawn.

    Examples
    --------
    >>> step_found(24, 3.0, draws=200, seed=1)["limits"] > 0.9
    True
    """
    require_count("points", points, 2)
    require_count("draws", draws)
    values = np.random.default_rng(seed).normal(size=(draws, points))
    values[:, points // 2 :] += step
    above = values > np.median(values, axis=1, keepdims=True)
    useful = points - points % 2
    limits = _longest_of_each(above) > longest_run_limit(useful)
    limits |= (above[:, 1:] != above[:, :-1]).sum(axis=1) < crossings_limit(useful)
    return {"limits": float(limits.mean()), "six": float((_longest_of_each(above) >= SHIFT).mean())}


def _longest_of_each(above: Flags) -> Integers:
    """Return the longest run on one side in each row."""
    run = np.ones(len(above), dtype=np.int64)
    longest = run.copy()
    for place in range(1, above.shape[1]):
        run = np.where(above[:, place] == above[:, place - 1], run + 1, 1)
        longest = np.maximum(longest, run)
    return longest
