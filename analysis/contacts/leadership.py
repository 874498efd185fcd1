"""Does leadership move from a network's backbone to its members? Shares of the backbone over time.

The backbone are those who run the network (facilitators, coaches, a partner's staff). In each stretch of time
its share of what happens is measured, and what would be left without it. Whether that changes is held against
the same contacts at shuffled times.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import igraph
import numpy as np
import pandas as pd

from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable, require_count
from analysis.contacts.stream import contact_stream
from analysis.finding import row_of, smallest_group
from analysis.resampling.least_squares import least_squares
from analysis.resampling.monte_carlo import p_value
from analysis.result import Result

__all__ = ["MEASURES", "Leadership", "backbone_of", "leadership_over_time", "straight_lines"]

MEASURES = ("initiated", "reached", "degree", "betweenness", "largest_without", "cut_off_without")
"""Of the backbone: share of contacts begun; of members in contact with it; of degree; of betweenness. Without
it: members in the largest component; members left without any contact."""


@dataclass(frozen=True, repr=False)
class Leadership(Result):
    """A backbone's part in a network, stretch by stretch.

    Attributes
    ----------
    frame : DataFrame
        Index `period` (1, 2, …); ``starts`` (day since the first contact), ``contacts``, ``backbone`` and
        ``members`` (people active), and `MEASURES`.
    lower, upper : DataFrame
        `MEASURES` at shuffled times: the middle 95 % of the draws in each period.
    trends : DataFrame
        Index the measure; ``first`` and ``last`` (period with a value), ``slope`` (a period), ``expected``
        (mean slope at shuffled times), ``p`` (about that).
    people : tuple of frozenset
        For each period the smaller of the two groups its numbers are about, as (person, "contacts", period).
    """

    frame: pd.DataFrame
    lower: pd.DataFrame
    upper: pd.DataFrame
    trends: pd.DataFrame
    people: tuple[frozenset[object], ...]

    def summary(self) -> str:
        """Return how the backbone's share of contacts begun moved."""
        row = self.trends.loc["initiated"]
        return (
            f"contacts begun by the backbone: {row['first']:.0%} in the first period, {row['last']:.0%} in "
            f"the last of {len(self.frame)} (p = {row['p']:.3f} at shuffled times)"
        )

    def tidy(self) -> pd.DataFrame:
        """Return a row for each period."""
        return self.frame


def backbone_of(actors: pd.DataFrame, marks: Sequence[str]) -> frozenset[str]:
    """Return the people who have any of some marks.

    Parameters
    ----------
    actors : DataFrame
        Of the data model, with the attributes declared.
    marks : sequence of str
        Each ``column=value``, as ``role=coach`` or ``facilitator=1``.

    Raises
    ------
    NotEstimable
        Where no mark is given, or nobody has one.
    ValueError
        With every mark that is not of this form or names a column that is not there.

    Examples
    --------
    >>> actors = pd.DataFrame({"actor_id": list("abc"), "role": ["coach", "teacher", "lead"]})
    >>> sorted(backbone_of(actors, ["role=coach", "role=lead"]))
    ['a', 'c']
    """
    if not marks:
        raise NotEstimable("found no mark of the backbone; needed: one, as role=coach")
    wrong = [mark for mark in marks if mark.partition("=")[0] not in actors.columns or "=" not in mark]
    if wrong:
        allowed = ", ".join(map(str, actors.columns))
        raise ValueError(f"found {', '.join(map(repr, wrong))}; allowed: column=value, with one of {allowed}")
    chosen = np.zeros(len(actors), dtype=bool)
    for mark in marks:
        column, _, value = mark.partition("=")
        cells = actors[column].convert_dtypes().astype("string")
        chosen |= cells.eq(value).fillna(False).to_numpy(dtype=bool)
    if not chosen.any():
        raise NotEstimable(f"found nobody with {' or '.join(marks)}")
    return frozenset(actors.loc[chosen, "actor_id"])


def leadership_over_time(
    contacts: pd.DataFrame,
    backbones: Mapping[str, Collection[str]],
    *,
    days: float = 7,
    fewest: int = 20,
    draws: int = 199,
    seed: int,
) -> dict[str, Leadership]:
    """Measure the part of one or several backbones in a network, stretch by stretch.

    Parameters
    ----------
    contacts : DataFrame
        ``time``, ``sender_id``, ``receiver_id``: who turned to whom. Contacts with oneself are left out.
    backbones : mapping of str to collection of str
        Who belongs to each; several are measured in one pass and against the same draws.
    days : float
        Length of a period, from the day of the first contact (times that are numbers: in their unit).
    fewest : int
        Contacts that a period needs; one with fewer is left out.
    draws, seed : int
        How often the times are dealt out to the contacts anew.

    Returns
    -------
    dict of str to Leadership

    Raises
    ------
    InvalidInput
        For contacts that cannot be read.
    NotEstimable
        Where fewer than three periods have enough contacts, or a backbone is never in contact.
    """
    require_count("draws", draws)
    clock, ends, people = _read(contacts)
    start = np.floor(clock.min()) if len(clock) else 0.0
    period: Integers = np.floor((clock - start) / days).astype(np.int64)
    numbers, counts = np.unique(period, return_counts=True)
    kept = numbers[counts >= fewest]
    if len(kept) < 3:
        raise NotEstimable(f"found {len(kept)} periods with {fewest} contacts; needed: three")
    flags = {name: np.isin(people, list(members)) for name, members in backbones.items()}
    silent = [name for name, flag in flags.items() if not flag[ends].any()]
    if silent:
        raise NotEstimable(f"found no contact of {', '.join(silent)}")
    observed = _measured(ends, period, kept, list(flags.values()))
    random = np.random.default_rng(seed)
    drawn = np.array(
        [_measured(ends, random.permutation(period), kept, list(flags.values())) for _ in range(draws)]
    )
    index = pd.Index(kept + 1, name="period")
    found = {}
    for place, (name, flag) in enumerate(flags.items()):
        active = [np.unique(ends[period == number]) for number in kept]
        frame = pd.DataFrame(
            {
                "starts": kept * days,
                "contacts": [int((period == number).sum()) for number in kept],
                "backbone": [int(flag[there].sum()) for there in active],
                "members": [int((~flag[there]).sum()) for there in active],
            },
            index=index,
        ).join(pd.DataFrame(observed[place], index=index, columns=list(MEASURES)))
        lower, upper = (
            pd.DataFrame(np.nanquantile(drawn[:, place], end, axis=0), index=index, columns=list(MEASURES))
            for end in (0.025, 0.975)
        )
        trends = _trends(observed[place], drawn[:, place], kept)
        groups = tuple(
            frozenset(
                (person, "contacts", int(number))
                for person in smallest_group([people[there[flag[there]]], people[there[~flag[there]]]])
            )
            for number, there in zip(kept, active, strict=True)
        )
        found[name] = Leadership(frame, lower, upper, trends, groups)
    return found


def straight_lines(found: Leadership, *, level: float = 0.95) -> pd.DataFrame:
    """Return each measure as a straight line over the periods, with intervals.

    Parameters
    ----------
    found : Leadership
    level : float
        Of the intervals: least squares over periods, taken to scatter about the line independently.

    Returns
    -------
    DataFrame
        Index the measure; ``start`` (the line in the first period), ``slope`` (a period), each with its
        ``_lower`` and ``_upper``; missing where fewer than three periods have a value.
    """
    rows = {}
    for name in MEASURES:
        own = found.frame[name].dropna()
        row = dict.fromkeys(
            [f"{what}{end}" for what in ("start", "slope") for end in ("", "_lower", "_upper")], np.nan
        )
        if len(own) > 2:
            periods = own.index.to_numpy(dtype=float) - float(found.frame.index[0])
            terms = least_squares(own, pd.DataFrame({"slope": periods}), level=level).terms
            for what, term in (("start", "intercept"), ("slope", "slope")):
                found_of = row_of(terms, term)
                row[what] = found_of["estimate"]
                row |= {f"{what}_{end}": found_of[end] for end in ("lower", "upper")}
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def _read(contacts: pd.DataFrame) -> tuple[Floats, Integers, np.ndarray]:
    """Return times in days (numbers as they are), both ends as places, and the people."""
    people = contact_stream(contacts).people
    times = contacts["time"]
    if pd.api.types.is_numeric_dtype(times):
        clock = times.to_numpy(dtype=np.float64)
    else:
        read = pd.to_datetime(times.astype("string"), format="ISO8601", utc=True)
        clock = read.dt.as_unit("us").to_numpy(dtype="datetime64[us]").astype(np.int64) / 86_400e6
    labels = pd.Index(people)
    ends = np.column_stack(
        [
            labels.get_indexer(pd.Index(contacts[name].astype("string").astype(object)))
            for name in ("sender_id", "receiver_id")
        ]
    )
    own = ends[:, 0] != ends[:, 1]
    return clock[own], ends[own], people


def _measured(ends: Integers, period: Integers, kept: Integers, flags: Sequence[Flags]) -> Floats:
    """Return the measures of each backbone in each period, shape (backbones, periods, measures)."""
    found = np.full((len(flags), len(kept), len(MEASURES)), np.nan)
    for row, number in enumerate(kept):
        own = ends[period == number]
        active, places = np.unique(own, return_inverse=True)
        places = places.reshape(own.shape)
        pairs = np.unique(np.sort(places, axis=1), axis=0)
        graph = igraph.Graph(n=len(active), edges=pairs)
        degree = np.bincount(pairs.ravel(), minlength=len(active)).astype(float)
        between = np.asarray(graph.betweenness(directed=False))
        for place, flag in enumerate(flags):
            found[place, row] = _shares(graph, places, pairs, degree, between, flag[active])
    return found


def _shares(
    graph: igraph.Graph, places: Integers, pairs: Integers, degree: Floats, between: Floats, flag: Flags
) -> list[float]:
    members = int((~flag).sum())
    touched = np.zeros(len(flag), dtype=bool)
    mixed = flag[pairs[:, 0]] != flag[pairs[:, 1]]
    touched[pairs[mixed].ravel()] = True
    left = graph.induced_subgraph(np.flatnonzero(~flag).tolist()) if members else None
    sizes = left.connected_components().sizes() if left is not None else []
    alone = sum(one == 0 for one in left.degree()) if left is not None else 0
    return [
        float(flag[places[:, 0]].mean()),
        float((touched & ~flag).sum() / members) if members else np.nan,
        float(degree[flag].sum() / degree.sum()),
        float(between[flag].sum() / between.sum()) if between.sum() else np.nan,
        max(sizes) / members if members else np.nan,
        alone / members if members else np.nan,
    ]


def _trends(observed: Floats, drawn: Floats, kept: Integers) -> pd.DataFrame:
    rows = {}
    for place, name in enumerate(MEASURES):
        own = observed[:, place]
        known = np.flatnonzero(~np.isnan(own))
        slopes = np.array([_slope(one[:, place], kept) for one in drawn])
        slope = _slope(own, kept)
        rows[name] = {
            "first": own[known[0]] if len(known) else np.nan,
            "last": own[known[-1]] if len(known) else np.nan,
            "slope": slope,
            "expected": float(np.nanmean(slopes)) if np.isfinite(slopes).any() else np.nan,
            "p": p_value(slopes, slope, "about_centre"),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def _slope(values: Floats, periods: Integers) -> float:
    known = ~np.isnan(values)
    if known.sum() < 3:
        return np.nan
    there = periods[known] - periods[known].mean()
    return float((there * values[known]).sum() / (there**2).sum())
