"""Is there more star coalescence than chance makes?

The detector, `analysis.contacts.closure`, is run again on every replicate of a null model,
`analysis.contacts.nulls`. The statistic is of the whole network, or of one event named
beforehand; an event picked because it came out best has no p-value.

A test's p is (1 + b) ÷ (1 + m), b of m replicates being as large as the observed statistic (Davison & Hinkley
1997, *Bootstrap Methods and their Application*, eq. 4.11): one-sided, for more coalescence than chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.contacts.closure import CENSORING, event_counts
from analysis.contacts.nulls import (
    degree_preferential,
    one_sided_brokerage,
    random_placement,
    time_shuffled,
)
from analysis.contacts.stream import ContactStream, contact_stream
from analysis.parallel import replicated
from analysis.resampling.monte_carlo import p_value, replicate_interval, tied

__all__ = ["CoalescenceTest", "Null", "Statistic", "coalescence_test"]

Null = Literal["random_placement", "degree_preferential", "one_sided_brokerage", "time_shuffled"]
Statistic = Literal["coalescence", "closure", "both_directions"]


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
        (1 + b) ÷ (1 + m), one-sided: for more than the null makes.
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

    @property
    def place(self) -> str:
        """Where the observed lies by the interval of the null: above, within or below it."""
        if np.isnan([self.observed, self.lower, self.upper]).any():
            return "unknown"
        if tied([self.lower, self.upper], self.observed).any():
            return "within"
        return "above" if self.observed > self.upper else "below" if self.observed < self.lower else "within"

    def tidy(self) -> pd.DataFrame:
        """Return one row; of the replicates, their mean, their number and how many are missing.

        ``lower`` and ``upper`` are of the null, ``effect_lower`` and ``effect_upper`` what is observed less
        these: where the effect would lie had another replicate of the null been the yardstick. ``place``: of
        the observed, above, within or below the interval of the null.
        """
        row = {name: value for name, value in self.__dict__.items() if name not in ("replicates", "event")}
        row["event"] = " and ".join(self.event) if self.event else "network"
        row["mean"] = self.observed - self.effect
        # A range that ends where the observed lies ends at 0, not a rounding error from it.
        row["effect_lower"], row["effect_upper"] = (
            0.0 if tied(end, self.observed) else self.observed - end for end in (self.upper, self.lower)
        )
        row["place"] = self.place
        row["replicates"], row["missing"] = len(self.replicates), int(np.isnan(self.replicates).sum())
        order = ["null", "statistic", "event", "observed", "mean", "lower", "upper", "effect"]
        order += ["effect_lower", "effect_upper", "place", "p"]
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
        With every parameter out of bounds; when the pair is never in contact.
    NotEstimable
        When the event is censored, or nothing is possible in what was observed.
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
        raise NotEstimable(_nothing(stream, pair, settings))
    task = partial(_replicate, stream, null, statistic, pair, kept, settings)
    drawn = np.array(replicated(task, replicates, seed=seed, workers=workers))
    # A replicate without anything possible cannot speak for an effect.
    ties = tied(drawn, observed)
    larger = int((np.isnan(drawn) | ((drawn > observed) & ~ties)).sum())
    # Replicates take the seed's first spawned streams.
    uniform = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(replicates,))).random()
    known = drawn[~np.isnan(drawn)]
    lower, upper = replicate_interval(known, level)
    return CoalescenceTest(
        null=null,
        statistic=statistic,
        event=None if event is None else (str(event[0]), str(event[1])),
        observed=observed,
        effect=observed - float(known.mean()) if len(known) else np.nan,
        lower=lower,
        upper=upper,
        p=p_value(drawn, observed, "greater"),
        p_randomised=(larger + uniform * (1 + int(ties.sum()))) / (1 + replicates),
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
    if after is not None and not (isinstance(after, (int, float)) and np.isfinite(after)):
        faults.append(f"found after {after!r}; allowed: a number in the unit of the stream, or None")
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
    counts = event_counts(stream, chosen=chosen, second_order=False, **settings)
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
    reason = CENSORING[int(event_counts(stream, chosen=number, **settings)["reason"][0])]
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
