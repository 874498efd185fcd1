"""Run charts: is a series more than random variation about its median?

A series without any change scatters about its median at random. Two signs of a change are an unusually long
run on one side, and unusually few crossings of the median. Both have limits that grow with the number of
useful points, so that a long chart is not flagged for its length alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import ttest_ind

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable, require_level
from analysis.measurement.run_rules import FEWEST, SHIFT, TREND, crossings_limit, longest_run_limit
from analysis.result import Result

__all__ = ["Part", "RunChart", "run_chart", "steps_between"]


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


def steps_between(chart: RunChart, *, level: float = 0.95) -> pd.DataFrame:
    """Return how far the level moved with each change that was named beforehand.

    Parameters
    ----------
    chart : RunChart
    level : float
        Of the interval.

    Returns
    -------
    DataFrame
        Index the point at which the later process begins; ``before`` and ``after`` (means of the two parts),
        ``step`` with ``lower`` and ``upper``: Welch's interval, for points that scatter about their level
        without following one another. NaN where a part has fewer than two points.

    Raises
    ------
    NotEstimable
        Where no change was named.

    References
    ----------
    Welch, B. L. (1947). The generalization of "Student's" problem. Biometrika 34, 28-35.

    Examples
    --------
    >>> chart = run_chart([1, 2, 1, 2, 5, 6, 5, 6], changes=[5])
    >>> steps_between(chart).round(2).loc[5].tolist()
    [1.5, 5.5, 4.0, 3.0, 5.0]
    """
    require_level(level)
    if len(chart.parts) < 2:
        raise NotEstimable("found no change named beforehand")
    points = [own["value"].dropna() for _, own in chart.series.groupby("part")]
    rows = {}
    for part, (before, after) in zip(chart.parts[1:], pairwise(points), strict=True):
        few = min(len(before), len(after)) < 2
        ends = (np.nan, np.nan)
        if not few and max(before.nunique(), after.nunique()) > 1:
            ends = ttest_ind(after, before, equal_var=False).confidence_interval(level)
        one, other = float(before.mean()), float(after.mean())
        rows[part.first] = (one, other, other - one, float(ends[0]), float(ends[1]))
    columns = ["before", "after", "step", "lower", "upper"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("point")


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
