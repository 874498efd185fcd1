"""Is there more star coalescence than chance makes? Four null models of a stream of contacts, and their test.

The detector, `analysis.networks.closure`, is run again on every replicate. The statistic is of the whole
network, or of one event named beforehand; an event picked because it came out best has no p-value.

The first three models place new ties anew and leave the rest of the record as it is: when first ties are
made, the contacts that follow each of them, when people enter. Those who first appear in a new tie stay its
end (its other end is drawn anew; a tie of two newcomers stays), so that the model is not rejected for people
arriving late. *Pairs that could have formed* are those of people who had entered before, without a tie.

=======================  ===================================================================================
`random_placement`       Every such pair is equally likely.
`degree_preferential`    A pair's chance is in proportion to the product of the numbers of ties its ends have
                         before (of a newcomer's partner, to that partner's number).
`one_sided_brokerage`    As many new ties as in the record close a two-path no older than the window, but each
                         tie brokers one way only: of its two ends, a coin says which is led to the other's
                         star. A closing tie is one of the two-paths so left open, at random; the others go to
                         pairs without such a two-path, at random. Both directions then close only where the
                         stars of several ties overlap. Where there is no fitting pair, any that could have
                         formed.
`time_shuffled`          The pairs stay as they are, and so do all times; later contacts trade their times.
=======================  ===================================================================================

All keep, contact for contact, whatever happened up to a time given: for an event named, its t₀.

A test's p is (1 + b) ÷ (1 + m), b of m replicates being as large as the observed statistic (Davison & Hinkley
1997, *Bootstrap Methods and their Application*, eq. 4.11): one-sided, for more coalescence than chance.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, get_args

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.networks.closure import (
    ContactStream,
    Ties,
    contact_stream,
    event_counts,
    static_ties,
    tie_between,
)
from analysis.parallel import replicated

__all__ = [
    "CoalescenceTest",
    "coalescence_test",
    "degree_preferential",
    "one_sided_brokerage",
    "random_placement",
    "time_shuffled",
]

Null = Literal["random_placement", "degree_preferential", "one_sided_brokerage", "time_shuffled"]
Statistic = Literal["coalescence", "closure", "both_directions"]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_KEPT, _FREE, _CLOSING, _NEW_ONE, _NEW_OTHER = range(5)
_UNIFORM, _PREFERENTIAL, _ONE_SIDED = range(3)
_TRIES = 200
"""Draws before all pairs are gone through."""
_REASONS = ("", "no burn-in", "no follow-up", "no burn-in and no follow-up")
_compile: Callable[..., Any] = numba.njit(cache=True, nogil=True)


@dataclass(frozen=True, eq=False)
class CoalescenceTest:
    """A statistic of the detector beside what a null model makes of it.

    Attributes
    ----------
    null : str
    statistic : str
    event : tuple of str, or None
        The pair whose first tie the statistic is of; None for the whole network.
    observed : float
    effect : float
        Observed less the mean of the null.
    lower, upper : float
        Interval of the null: quantiles of the replicates.
    p : float
        (1 + b) ÷ (1 + m), one-sided.
    p_randomised : float
        With ties of the observed and replicates broken by a seeded uniform number: exactly uniform under the
        null, where `p` is at least so. For calibration, not for print.
    replicates : ndarray of shape (m,)
        Missing where nothing was possible; those count as large.
    window, persistence : float
    burn_in, after : float or None
        `after`: time up to which everything is kept.
    level : float
    seed : int
    """

    null: str
    statistic: str
    event: tuple[str, str] | None
    observed: float
    effect: float
    lower: float
    upper: float
    p: float
    p_randomised: float
    replicates: Floats
    window: float
    persistence: float
    burn_in: float | None
    after: float | None
    level: float
    seed: int

    def tidy(self) -> pd.DataFrame:
        """Return one row; of the replicates, their mean, their number and how many are missing."""
        row = {name: value for name, value in self.__dict__.items() if name not in ("replicates", "event")}
        row["event"] = " and ".join(self.event) if self.event else "network"
        row["mean"] = self.observed - self.effect
        row["replicates"], row["missing"] = len(self.replicates), int(np.isnan(self.replicates).sum())
        order = ["null", "statistic", "event", "observed", "mean", "lower", "upper", "effect", "p"]
        return pd.DataFrame([row])[order + [name for name in row if name not in order]]

    def summary(self) -> str:
        """Return the result as a sentence."""
        where = f"first tie of {' and '.join(self.event)}" if self.event else "network"
        return (
            f"{self.statistic} ({where}) {self.observed:.4f} against {self.null}: "
            f"{self.observed - self.effect:.4f} ({self.level:.0%} {self.lower:.4f} to {self.upper:.4f}), "
            f"effect {self.effect:+.4f}, one-sided p = {self.p:.4f} ({len(self.replicates)} replicates)"
        )


def coalescence_test(
    contacts: pd.DataFrame | ContactStream,
    null: Null,
    statistic: Statistic,
    *,
    event: tuple[object, object] | None = None,
    replicates: int = 999,
    seed: int,
    window: float,
    persistence: float,
    burn_in: float | None = None,
    after: float | None = None,
    level: float = 0.95,
    workers: int | None = None,
) -> CoalescenceTest:
    """Test star coalescence against a null model.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
        As for `star_coalescence`.
    null : {"random_placement", "degree_preferential", "one_sided_brokerage", "time_shuffled"}
    statistic : {"coalescence", "closure", "both_directions"}
        Over uncensored events: enduring closures ÷ possible; closures ÷ possible; share of events closing in
        both directions, of those in which both have something possible. Sums come before division.
    event : two labels, optional
        The statistic is of this pair's first tie alone, and everything up to it is kept.
    replicates : int
        999 at least for anything to be printed.
    seed : int
        Starts the draws.
    window, persistence, burn_in
        As for `star_coalescence`.
    after : float, optional
        A time, as a number: everything up to and with it is kept. By default the burn-in, if there is one;
        with an event, its t₀, and nothing else.
    level : float
        Of the interval of the null.
    workers : int, optional
        Processes; no result depends on them.

    Raises
    ------
    InvalidInput
        As `contact_stream`.
    ValueError
        With every parameter out of bounds; when the pair is never in contact, the event is censored, or
        nothing is possible in what was observed.
    """
    _check(null, statistic, replicates, window, persistence, burn_in, level, event, after)
    stream = contact_stream(contacts)
    pair = None
    kept = None if after is None else stream.ticks(after)
    if event is not None:
        number = int(stream.numbers([event])[0])
        if number < 0:
            raise ValueError(f"event: found no contact between {event[0]!r} and {event[1]!r}")
        pair = (int(stream.one[number]), int(stream.other[number]))
        kept = float(stream.first[number])
    elif kept is None and burn_in and len(stream.clock):
        kept = float(stream.clock[0]) + stream.ticks(burn_in)
    settings = {"window": window, "persistence": persistence, "burn_in": burn_in}
    observed = _statistic(stream, statistic, pair, settings)
    if np.isnan(observed):
        raise ValueError(_nothing(stream, pair, settings))
    task = partial(_replicate, stream, null, statistic, pair, kept, settings)
    drawn = np.array(replicated(task, replicates, seed=seed, workers=workers))
    # A replicate without anything possible cannot speak for an effect.
    larger = int((np.isnan(drawn) | (drawn > observed + 1e-12)).sum())
    same = int((np.abs(drawn - observed) <= 1e-12).sum())
    # Replicates take the seed's first spawned streams.
    uniform = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(replicates,))).random()
    known = drawn[~np.isnan(drawn)]
    lower, upper = np.quantile(known, [(1 - level) / 2, (1 + level) / 2]) if len(known) else (np.nan, np.nan)
    return CoalescenceTest(
        null=null,
        statistic=statistic,
        event=None if event is None else (str(event[0]), str(event[1])),
        observed=observed,
        effect=observed - float(known.mean()) if len(known) else np.nan,
        lower=float(lower),
        upper=float(upper),
        p=(1 + larger + same) / (1 + replicates),
        p_randomised=(larger + uniform * (1 + same)) / (1 + replicates),
        replicates=drawn,
        window=window,
        persistence=persistence,
        burn_in=burn_in,
        after=None if kept is None else kept / stream.unit,
        level=level,
        seed=seed,
    )


def _check(
    null: str,
    statistic: str,
    replicates: int,
    window: float,
    persistence: float,
    burn_in: float | None,
    level: float,
    event: Sequence[object] | None,
    after: float | None,
) -> None:
    faults = []
    if null not in get_args(Null):
        faults.append(f"found null {null!r}; allowed: {', '.join(get_args(Null))}")
    if statistic not in get_args(Statistic):
        faults.append(f"found statistic {statistic!r}; allowed: {', '.join(get_args(Statistic))}")
    if replicates < 1:
        faults.append(f"found replicates {replicates}; allowed: 1 or more")
    if not (np.isfinite(window) and window > 0):
        faults.append(f"found window {window}; allowed: a number above 0")
    if not (np.isfinite(persistence) and persistence >= 0):
        faults.append(f"found persistence {persistence}; allowed: a number of 0 or more")
    if burn_in is not None and not (np.isfinite(burn_in) and burn_in >= 0):
        faults.append(f"found burn_in {burn_in}; allowed: a number of 0 or more, or None")
    if not 0 < level < 1:
        faults.append(f"found level {level}; allowed: between 0 and 1")
    if event is not None and after is not None:
        faults.append("found both event and after; allowed: one, an event is kept up to its own t0")
    if faults:
        raise ValueError("\n".join(faults))


def _statistic(
    stream: ContactStream, statistic: str, pair: tuple[int, int] | None, settings: dict[str, Any]
) -> float:
    chosen = None
    if pair is not None:
        chosen = np.flatnonzero((stream.one == pair[0]) & (stream.other == pair[1]))
    counts = event_counts(stream, chosen=chosen, **settings)
    rated = counts["reason"] == 0
    if statistic == "both_directions":
        rated = rated & (counts["possible_one"] > 0) & (counts["possible_other"] > 0)
        part = ((counts["closed_one"] > 0) & (counts["closed_other"] > 0))[rated].sum()
        whole = rated.sum()
    else:
        part = counts["enduring" if statistic == "coalescence" else "closed"][rated].sum()
        whole = counts["possible"][rated].sum()
    return float(part / whole) if whole else float("nan")


def _nothing(stream: ContactStream, pair: tuple[int, int] | None, settings: dict[str, Any]) -> str:
    if pair is None:
        return "found no uncensored event with anything possible; allowed: at least one"
    number = np.flatnonzero((stream.one == pair[0]) & (stream.other == pair[1]))
    reason = _REASONS[int(event_counts(stream, chosen=number, **settings)["reason"][0])]
    why = f"is censored ({reason})" if reason else "has nothing possible"
    return f"event: the first tie of {stream.people[pair[0]]!r} and {stream.people[pair[1]]!r} {why}"


def _replicate(
    stream: ContactStream,
    null: str,
    statistic: str,
    pair: tuple[int, int] | None,
    after: float | None,
    settings: dict[str, Any],
    generator: np.random.Generator,
) -> float:
    ticks = None if after is None else after / stream.unit
    if null == "random_placement":
        drawn = random_placement(stream, generator, after=ticks)
    elif null == "degree_preferential":
        drawn = degree_preferential(stream, generator, after=ticks)
    elif null == "one_sided_brokerage":
        drawn = one_sided_brokerage(stream, generator, window=settings["window"], after=ticks)
    else:
        drawn = time_shuffled(stream, generator, after=ticks)
    return _statistic(drawn, statistic, pair, settings)


def random_placement(
    contacts: pd.DataFrame | ContactStream, generator: np.random.Generator, *, after: float | None = None
) -> ContactStream:
    """Draw a stream whose new ties are placed at random among the pairs that could have formed.

    Parameters
    ----------
    contacts : DataFrame or ContactStream
    generator : numpy.random.Generator
    after : float, optional
        Ties first made later than this are placed anew; by default all.

    Returns
    -------
    ContactStream
        With the same people, time of everybody's first contact, number and times of first ties, number and
        times of the contacts that follow each, newcomers in each; the same ties up to `after`.
    """
    stream = contact_stream(contacts)
    return _placed(stream, generator, _UNIFORM, after, 0.0)


def degree_preferential(
    contacts: pd.DataFrame | ContactStream, generator: np.random.Generator, *, after: float | None = None
) -> ContactStream:
    """Draw a stream whose new ties go to pairs in proportion to the product of their numbers of ties.

    Parameters and what is kept as for `random_placement`.
    """
    stream = contact_stream(contacts)
    return _placed(stream, generator, _PREFERENTIAL, after, 0.0)


def one_sided_brokerage(
    contacts: pd.DataFrame | ContactStream,
    generator: np.random.Generator,
    *,
    window: float,
    after: float | None = None,
) -> ContactStream:
    """Draw a stream in which every tie leads only one of its ends to the other's star.

    Parameters and what is kept as for `random_placement`; also, where there are fitting pairs, which of the
    new ties close a two-path opened within `window` before, so that there are as many closing ties, with the
    same times and the same contacts to follow.
    """
    stream = contact_stream(contacts)
    return _placed(stream, generator, _ONE_SIDED, after, stream.ticks(window))


def time_shuffled(
    contacts: pd.DataFrame | ContactStream, generator: np.random.Generator, *, after: float | None = None
) -> ContactStream:
    """Draw a stream whose contacts later than `after` (by default all) trade their times at random.

    Parameters as for `random_placement`.

    Returns
    -------
    ContactStream
        With the same pairs, number of contacts of each, and times; the same contacts up to `after`.
    """
    stream = contact_stream(contacts)
    clock = stream.clock.copy()
    later = clock > (-np.inf if after is None else stream.ticks(after))
    clock[later] = generator.permutation(clock[later])
    first, last = np.full(len(stream.one), np.inf), np.full(len(stream.one), -np.inf)
    np.minimum.at(first, stream.tie, clock)
    np.maximum.at(last, stream.tie, clock)
    order = np.lexsort((stream.other, stream.one, first))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    tie = place[stream.tie]
    one, other = stream.one[order], stream.other[order]
    by_time = np.lexsort((other[tie], one[tie], clock))
    return replace(
        stream,
        one=one,
        other=other,
        first=first[order],
        last=last[order],
        tie=tie[by_time],
        clock=clock[by_time],
    )


def _placed(
    stream: ContactStream, generator: np.random.Generator, model: int, after: float | None, window: float
) -> ContactStream:
    cut = -np.inf if after is None else stream.ticks(after)
    entry = np.full(len(stream.people), np.inf)
    np.minimum.at(entry, stream.one, stream.first)
    np.minimum.at(entry, stream.other, stream.first)
    ties = static_ties(len(stream.people), stream.one, stream.other, stream.first)
    roles = _roles(ties, stream.one, stream.other, stream.first, entry, cut, model == _ONE_SIDED, window)
    entered = np.argsort(entry, kind="stable")
    one, other = _place_ties(
        stream.one, stream.other, stream.first, entry, entered, roles, model, window, generator
    )
    return replace(stream, one=one, other=other)


@_compile
def _roles(
    ties: Ties,
    one: Integers,
    other: Integers,
    first: Floats,
    entry: Floats,
    cut: float,
    brokered: bool,
    window: float,
) -> Integers:  # pragma: no cover - compiled
    """Return for each tie whether it is kept, which end is kept, or, free at both, whether it closes."""
    starts, near, via = ties[0], ties[1], ties[2]
    roles = np.full(len(one), _FREE, dtype=np.int64)
    for k in range(len(one)):
        a, b, time = one[k], other[k], first[k]
        if time <= cut or (entry[a] == time and entry[b] == time):
            roles[k] = _KEPT
        elif entry[a] == time:
            roles[k] = _NEW_ONE
        elif entry[b] == time:
            roles[k] = _NEW_OTHER
        elif brokered:
            for place in range(starts[a], starts[a + 1]):
                begun = first[via[place]]
                if begun >= time:
                    break
                tie = tie_between(ties, near[place], b)
                if tie < 0 or first[tie] >= time or first[tie] == begun:
                    continue
                if max(begun, first[tie]) + window >= time:
                    roles[k] = _CLOSING
                    break
    return roles


@_compile
def _slot(keys: Integers, key: int) -> int:  # pragma: no cover - compiled
    """Return where a key stands in an open hash table, or the free place where it would."""
    mask = len(keys) - 1
    mixed = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    place: int = np.int64(mixed >> np.uint64(32)) & mask  # type: ignore[assignment]
    while keys[place] != -1 and keys[place] != key:
        place = (place + 1) & mask
    return place


@_compile
def _tied(keys: Integers, times: Floats, people: int, a: int, b: int) -> float:  # pragma: no cover
    """Return when two people were first in contact; infinite where they were not."""
    if a == b:
        return -np.inf
    place = _slot(keys, min(a, b) * people + max(a, b))
    return times[place] if keys[place] != -1 else np.inf


@_compile
def _brokered(
    keys: Integers,
    times: Floats,
    people: int,
    links: tuple[Integers, Integers, Integers],
    degrees: Integers,
    a: int,
    b: int,
    time: float,
    window: float,
) -> bool:  # pragma: no cover - compiled
    """Return whether two people have a two-path opened before a time, within the window."""
    head, after, to = links
    if degrees[a] > degrees[b]:
        a, b = b, a
    link = head[a]
    while link >= 0:
        begun, joined = _tied(keys, times, people, a, to[link]), _tied(keys, times, people, to[link], b)
        if max(begun, joined) < time and begun != joined and max(begun, joined) + window >= time:
            return True
        link = after[link]
    return False


@_compile
def _place_ties(
    one: Integers,
    other: Integers,
    first: Floats,
    entry: Floats,
    entered: Integers,
    roles: Integers,
    model: int,
    window: float,
    generator: np.random.Generator,
) -> tuple[Integers, Integers]:  # pragma: no cover - compiled
    """Return new ends of all ties, drawn in the order of time."""
    people, size = len(entry), 8
    while size < 4 * len(one):
        size *= 2
    keys, times = np.full(size, -1, dtype=np.int64), np.empty(size)
    ends = np.empty((len(one), 2), dtype=np.int64)
    degrees = np.zeros(people, dtype=np.int64)  # before the present time
    head = np.full(people, -1, dtype=np.int64)
    links = (head, np.empty(2 * len(one), dtype=np.int64), np.empty(2 * len(one), dtype=np.int64))
    # Two-paths left open to a seeker: seeker, the one to be met, when.
    paths, opened = np.empty((64, 2), dtype=np.int64), np.empty(64)
    listed, oldest, there, begin = 0, 0, 0, 0
    for k in range(len(one)):
        time = first[k]
        if k and first[k - 1] < time:
            for j in range(begin, k):
                for side in range(2):
                    degrees[ends[j, side]] += 1
                if model != _ONE_SIDED:
                    continue
                seeker = 0 if generator.random() < 0.5 else 1
                u, broker = ends[j, seeker], ends[j, 1 - seeker]
                link = head[broker]
                while link >= 0:
                    met = links[2][link]
                    link = links[1][link]
                    if _tied(keys, times, people, broker, met) >= first[j]:
                        continue
                    if _tied(keys, times, people, u, met) < time:
                        continue
                    if listed == len(opened):
                        more, later = np.empty((2 * listed, 2), dtype=np.int64), np.empty(2 * listed)
                        more[:listed], later[:listed] = paths, opened
                        paths, opened = more, later
                    paths[listed, 0], paths[listed, 1], opened[listed] = u, met, first[j]
                    listed += 1
            begin = k
        while there < people and entry[entered[there]] < time:
            there += 1
        while oldest < listed and opened[oldest] + window < time:
            oldest += 1
        u, v = one[k], other[k]
        role = roles[k]
        if role == _CLOSING:
            u, v = _open_pair(keys, times, people, paths, oldest, listed, generator)
            if u < 0:
                role = _FREE
        if role in (_FREE, _NEW_ONE, _NEW_OTHER):
            fixed = -1
            if role == _NEW_ONE:
                fixed = one[k]
            elif role == _NEW_OTHER:
                fixed = other[k]
            apart = model == _ONE_SIDED and fixed < 0
            u, v = _free_pair(
                keys,
                times,
                people,
                links,
                degrees,
                entered[:there],
                ends[:begin],
                fixed,
                model == _PREFERENTIAL,
                apart,
                time,
                window,
                generator,
            )
        ends[k, 0], ends[k, 1] = min(u, v), max(u, v)
        place = _slot(keys, min(u, v) * people + max(u, v))
        keys[place], times[place] = min(u, v) * people + max(u, v), time
        for side in range(2):
            end = ends[k, side]
            links[2][2 * k + side] = ends[k, 1 - side]
            links[1][2 * k + side] = head[end]
            head[end] = 2 * k + side
    return ends[:, 0].copy(), ends[:, 1].copy()


@_compile
def _open_pair(
    keys: Integers,
    times: Floats,
    people: int,
    paths: npt.NDArray[np.int64],
    oldest: int,
    listed: int,
    generator: np.random.Generator,
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Return the ends of one of the listed two-paths that is still open, at random; -1 where none is."""
    if oldest == listed:
        return -1, -1
    for _ in range(_TRIES):
        path = oldest + int(generator.random() * (listed - oldest))
        if _tied(keys, times, people, paths[path, 0], paths[path, 1]) == np.inf:
            return paths[path, 0], paths[path, 1]
    u, v, seen = -1, -1, 0
    for path in range(oldest, listed):
        if _tied(keys, times, people, paths[path, 0], paths[path, 1]) == np.inf:
            seen += 1
            if generator.random() * seen < 1.0:
                u, v = paths[path, 0], paths[path, 1]
    return u, v


@_compile
def _free_pair(
    keys: Integers,
    times: Floats,
    people: int,
    links: tuple[Integers, Integers, Integers],
    degrees: Integers,
    entered: Integers,
    ends: npt.NDArray[np.int64],
    fixed: int,
    preferential: bool,
    apart: bool,
    time: float,
    window: float,
    generator: np.random.Generator,
) -> tuple[int, int]:  # pragma: no cover - compiled
    """Return a pair without a tie, one end fixed or none; `apart`, without a two-path where there is such.

    At first by rejection; where few pairs are left, by going through all of them.
    """
    for _ in range(_TRIES):
        drawn = np.empty(2, dtype=np.int64)
        for side in range(2):
            if preferential:
                drawn[side] = ends[int(generator.random() * len(ends)), int(generator.random() * 2)]
            else:
                drawn[side] = entered[int(generator.random() * len(entered))]
        u, v = (drawn[0] if fixed < 0 else fixed), drawn[1]
        if _tied(keys, times, people, u, v) < np.inf:
            continue
        if apart and _brokered(keys, times, people, links, degrees, u, v, time, window):
            continue
        return u, v
    for turn in range(2):
        if turn == 0 and not apart:
            continue
        a, b, total = -1, -1, 0.0
        for i in range(len(entered) if fixed < 0 else 1):
            u = entered[i] if fixed < 0 else fixed
            for j in range(i + 1 if fixed < 0 else 0, len(entered)):
                v = entered[j]
                if _tied(keys, times, people, u, v) < np.inf:
                    continue
                if turn == 0 and _brokered(keys, times, people, links, degrees, u, v, time, window):
                    continue
                weight = 1.0
                if preferential:
                    weight = float(degrees[v]) if fixed >= 0 else float(degrees[u] * degrees[v])
                total += weight
                if generator.random() * total < weight:
                    a, b = u, v
        if a >= 0:
            return a, b
    return -1, -1
