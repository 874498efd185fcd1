"""Is there more star coalescence than chance makes?

The detector, `analysis.contacts.closure`, is run again on every replicate of a null model,
`analysis.contacts.nulls`. The statistic is of the whole network, or of one event named
beforehand; an event picked because it came out best has no p-value.

A test's p is (1 + b) ÷ (1 + m), b of m replicates being as large as the observed statistic (Davison & Hinkley
1997, *Bootstrap Methods and their Application*, eq. 4.11): one-sided, for more coalescence than chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from analysis.arrays import Floats, Integers
from analysis.checks import NotEstimable
from analysis.contacts.closure_counts import CENSORING, event_counts, followed_events, horizon_of
from analysis.contacts.nulls import Null, NullModel, null_model
from analysis.contacts.shares import pooled_share_interval
from analysis.contacts.stream import ContactStream, contact_stream
from analysis.parallel import replicated
from analysis.resampling.monte_carlo import p_value, tied
from analysis.result import Result

__all__ = ["CoalescenceTest", "Statistic", "coalescence_test", "coalescence_tests"]

Statistic = Literal["coalescence", "closure", "both_directions"]


@dataclass(frozen=True, repr=False, eq=False)
class CoalescenceTest(Result):
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
        Interval of the effect: of the observed share, whose meetings share people (`pooled_share_interval`),
        less the mean of the null. Missing where a share is of one yes or no.
    p : float
        (1 + b) ÷ (1 + m), one-sided: for more than the null makes.
    p_randomised : float
        With ties of the observed and replicates broken by a seeded uniform number: exactly uniform under the
        null, where `p` is at least so. For calibration, not for print.
    replicates : ndarray of shape (m,)
        Missing where nothing was possible; those count as large.
    window, persistence, horizon : float
    burn_in, after : float or None
        `after`: time up to which everything is kept.
    level : float
    seed : int
    """

    null: Null
    statistic: Statistic
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
    horizon: float
    burn_in: float | None
    after: float | None
    level: float
    seed: int

    @property
    def mean(self) -> float:
        """Mean of the null: what chance makes of it."""
        return self.observed - self.effect

    def tidy(self) -> pd.DataFrame:
        """Return one row; of the replicates, their mean, their number and how many are missing.

        ``effect_lower`` and ``effect_upper`` are the interval of the effect.
        """
        left_out = ("replicates", "event", "lower", "upper")
        row = {name: value for name, value in self.__dict__.items() if name not in left_out}
        row["event"] = " and ".join(self.event) if self.event else "network"
        row["mean"] = self.mean
        row["effect_lower"], row["effect_upper"] = self.lower, self.upper
        row["replicates"], row["missing"] = len(self.replicates), int(np.isnan(self.replicates).sum())
        order = ["null", "statistic", "event", "observed", "mean", "effect", "effect_lower", "effect_upper"]
        order += ["p"]
        return pd.DataFrame([row])[order + [name for name in row if name not in order]]

    def summary(self) -> str:
        """Return the result as a sentence."""
        where = f"first tie of {' and '.join(self.event)}" if self.event else "network"
        return (
            f"{self.statistic} ({where}) {self.observed:.4f} against {self.null}: "
            f"{self.mean:.4f}, effect {self.effect:+.4f} "
            f"({self.level:.0%} interval {self.lower:+.4f} to {self.upper:+.4f}), "
            f"one-sided p = {self.p:.4f} ({len(self.replicates)} replicates)"
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
    horizon: float | None = None,
    burn_in: float | None = None,
    after: float | None = None,
    level: float = 0.95,
    groups: Mapping[str, object] | None = None,
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
    window, persistence, horizon, burn_in
        As for `star_coalescence`.
    after : float, optional
        A time, as a number: everything up to and with it is kept. By default the burn-in, if there is one;
        with an event, its t₀, and nothing else.
    level : float
        Of the interval of the effect.
    groups : mapping of str to object, optional
        The group of each person: the null models then move contacts within groups, and across, apart.
    workers : int, optional
        Processes; no result depends on them.

    Raises
    ------
    InvalidInput
        As `contact_stream`.
    ValueError
        With every parameter out of bounds; when the pair is never in contact.
    NotEstimable
        When the event is censored, or nothing is possible in what was observed.
    """
    (found,) = coalescence_tests(
        contacts,
        null,
        (statistic,),
        event=event,
        replicates=replicates,
        seed=seed,
        window=window,
        persistence=persistence,
        horizon=horizon,
        burn_in=burn_in,
        after=after,
        level=level,
        groups=groups,
        workers=workers,
    )
    return found


def coalescence_tests(
    contacts: pd.DataFrame | ContactStream,
    null: Null,
    statistics: Sequence[Statistic],
    *,
    event: tuple[object, object] | None = None,
    replicates: int = 999,
    seed: int,
    window: float,
    persistence: float,
    horizon: float | None = None,
    burn_in: float | None = None,
    after: float | None = None,
    level: float = 0.95,
    groups: Mapping[str, object] | None = None,
    workers: int | None = None,
) -> tuple[CoalescenceTest, ...]:
    """Test several statistics on the same draws of a null model: what `coalescence_test` gives for each.

    Parameters
    ----------
    statistics : sequence of {"coalescence", "closure", "both_directions"}
    contacts, null, event, replicates, seed, window, persistence, horizon, burn_in, after, level, groups,
    workers
        As for `coalescence_test`.

    Raises
    ------
    ValueError, NotEstimable
        As `coalescence_test`; also where one of the statistics alone is not estimable.
    """
    _check(null, statistics, replicates, window, persistence, horizon, burn_in, level, event, after)
    horizon = horizon_of(window, persistence, horizon)
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
    settings = {"window": window, "persistence": persistence, "horizon": horizon, "burn_in": burn_in}
    shares = _shares(stream, statistics, pair, settings)
    observed = [_pooled(*share[:2]) for share in shares.values()]
    if np.isnan(observed).any():
        raise NotEstimable(_nothing(stream, pair, settings))
    until = None if kept is None else kept / stream.unit
    model = null_model(stream, null, window=window, after=until, groups=groups)
    task = partial(_replicate, model, statistics, pair, settings)
    draws = np.array(replicated(task, replicates, seed=seed, workers=workers))
    # Replicates take the seed's first spawned streams.
    uniform = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(replicates,))).random()
    tests = []
    for statistic, value, drawn in zip(statistics, observed, draws.T, strict=True):
        # A replicate without anything possible cannot speak for an effect.
        ties = tied(drawn, value)
        larger = int((np.isnan(drawn) | ((drawn > value) & ~ties)).sum())
        known = drawn[~np.isnan(drawn)]
        mean = float(known.mean()) if len(known) else np.nan
        lower, upper = pooled_share_interval(*shares[statistic], level)
        tests.append(
            CoalescenceTest(
                null=null,
                statistic=statistic,
                event=None if event is None else (str(event[0]), str(event[1])),
                observed=value,
                effect=value - mean,
                lower=lower - mean,
                upper=upper - mean,
                p=p_value(drawn, value, "greater"),
                p_randomised=(larger + uniform * (1 + int(ties.sum()))) / (1 + replicates),
                replicates=drawn,
                window=window,
                persistence=persistence,
                horizon=horizon,
                burn_in=burn_in,
                after=until,
                level=level,
                seed=seed,
            )
        )
    return tuple(tests)


def _check(
    null: str,
    statistics: Sequence[str],
    replicates: int,
    window: float,
    persistence: float,
    horizon: float | None,
    burn_in: float | None,
    level: float,
    event: Sequence[object] | None,
    after: float | None,
) -> None:
    faults = []
    if null not in get_args(Null):
        faults.append(f"found null {null!r}; allowed: {', '.join(get_args(Null))}")
    for statistic in statistics:
        if statistic not in get_args(Statistic):
            faults.append(f"found statistic {statistic!r}; allowed: {', '.join(get_args(Statistic))}")
    if replicates < 1:
        faults.append(f"found replicates {replicates}; allowed: 1 or more")
    if not (np.isfinite(window) and window > 0):
        faults.append(f"found window {window}; allowed: a number above 0")
    if not (np.isfinite(persistence) and persistence >= 0):
        faults.append(f"found persistence {persistence}; allowed: a number of 0 or more")
    if horizon is not None and not (np.isfinite(horizon) and horizon > 0):
        faults.append(f"found horizon {horizon}; allowed: a number above 0, or None")
    if burn_in is not None and not (np.isfinite(burn_in) and burn_in >= 0):
        faults.append(f"found burn_in {burn_in}; allowed: a number of 0 or more, or None")
    if not 0 < level < 1:
        faults.append(f"found level {level}; allowed: between 0 and 1")
    if after is not None and not (isinstance(after, (int, float)) and np.isfinite(after)):
        faults.append(f"found after {after!r}; allowed: a number in the unit of the stream, or None")
    if event is not None and after is not None:
        faults.append("found both event and after; allowed: one, an event is kept up to its own t0")
    if faults:
        raise ValueError("\n".join(faults))


Share = tuple[Floats, Floats, Integers, Integers]
"""Of each meeting what came about and what was possible, and who met."""


def _shares(
    stream: ContactStream, statistics: Sequence[str], pair: tuple[int, int] | None, settings: dict[str, Any]
) -> dict[str, Share]:
    if pair is None:
        # What is not followed enters no statistic.
        chosen = followed_events(stream, **settings)
    else:
        chosen = np.flatnonzero((stream.one == pair[0]) & (stream.other == pair[1]))
    counts = event_counts(stream, chosen=chosen, second_order=False, **settings)
    rated = counts["reason"] == 0
    two_sided = rated & (counts["possible_one"] > 0) & (counts["possible_other"] > 0)
    found: dict[str, Share] = {}
    for statistic in statistics:
        if statistic == "both_directions":
            kept, whole = two_sided, two_sided
            part = (counts["closed_one"] > 0) & (counts["closed_other"] > 0)
        else:
            kept, whole = rated, counts["possible"]
            part = counts["enduring" if statistic == "coalescence" else "closed"]
        ends = stream.one[chosen[kept]], stream.other[chosen[kept]]
        found[statistic] = (part[kept].astype(float), whole[kept].astype(float), *ends)
    return found


def _pooled(part: Floats, whole: Floats) -> float:
    possible = whole.sum()
    return float(part.sum() / possible) if possible else float("nan")


def _nothing(stream: ContactStream, pair: tuple[int, int] | None, settings: dict[str, Any]) -> str:
    if pair is None:
        return "found no uncensored event with anything possible; allowed: at least one"
    number = np.flatnonzero((stream.one == pair[0]) & (stream.other == pair[1]))
    reason = CENSORING[int(event_counts(stream, chosen=number, **settings)["reason"][0])]
    why = f"is censored ({reason})" if reason else "has nothing possible"
    return f"event: the first tie of {stream.people[pair[0]]!r} and {stream.people[pair[1]]!r} {why}"


def _replicate(
    model: NullModel,
    statistics: Sequence[str],
    pair: tuple[int, int] | None,
    settings: dict[str, Any],
    generator: np.random.Generator,
) -> list[float]:
    shares = _shares(model.draw(generator), statistics, pair, settings)
    return [_pooled(*share[:2]) for share in shares.values()]
