"""A record beside what null models make of it, as a page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.contacts.coalescence import CoalescenceTest, Statistic, coalescence_tests
from analysis.contacts.meetings import Cascades
from analysis.contacts.nulls import Null
from analysis.labels import in_words
from analysis.resampling.many_tests import holm

__all__ = ["NullComparison", "beside_chance"]

_TITLES: dict[Statistic, tuple[str, str]] = {
    "coalescence": ("coalescence", "Coalescence"),
    "both_directions": ("both-sides", "Share of meetings in which both sides made a new tie"),
}
_COLUMNS = ["observed", "mean", "effect", "effect_lower", "effect_upper", "p", "p_holm"]
_SAME = 0.9
"""Share of draws equal to what was observed, from which on a picture of them shows nothing."""


_TOO_NARROW: dict[Statistic, Null] = {"both_directions": "degree_preferential"}
"""The effect whose interval holds it too rarely on twins as made (`make validate`): not shown."""


@dataclass(frozen=True, eq=False)
class NullComparison:
    """One statistic beside what the null models that have to answer for it make of the record.

    Attributes
    ----------
    statistic : str
    of : str
        Which meetings, in words.
    chance : str
        Which chance the models are, in words.
    tests : tuple of CoalescenceTest
        None where nothing was both possible and followed to the end.
    adjusted : tuple of float
        The p-value of each after Holm's step-down over all tests of the page.
    """

    statistic: Statistic
    of: str
    chance: str
    tests: tuple[CoalescenceTest, ...]
    adjusted: tuple[float, ...]

    @property
    def key(self) -> str:
        """What the statistic is called in keys."""
        return _TITLES[self.statistic][0]

    @property
    def title(self) -> str:
        """What the statistic is, in words."""
        return _TITLES[self.statistic][1]

    @property
    def caption(self) -> str:
        """What the table shows."""
        draws = len(self.tests[0].replicates) if self.tests else 0
        return (
            f"{self.title}, {self.of}, beside the mean of {draws} draws of each null model; the effect, "
            f"observed less that mean, {self._interval}; p, one-sided, for more than the null gives, and "
            f"after Holm's correction for all tests of this page. Chance: {self.chance}."
        )

    @property
    def _interval(self) -> str:
        if self.tests and np.isnan(self.tests[0].lower):
            return "without an interval, which one yes or no does not have"
        how = "as if what was possible came about independently" if self.tests and self.tests[0].event else ""
        left_out = "; none against degree-preferential placement, where it holds too rarely"
        narrow = left_out if self.statistic in _TOO_NARROW and self.tests else ""
        return f"and its 95 % interval ({how or 'meetings that share people vary together'}{narrow})"

    def table(self) -> pd.DataFrame | NotEstimable:
        """Return a row for each null model."""
        if not self.tests:
            return NotEstimable(f"nothing was both possible and followed to the end ({self.of})")
        frame = pd.concat([test.tidy() for test in self.tests], ignore_index=True)
        frame["p_holm"] = self.adjusted
        if self.statistic in _TOO_NARROW:
            narrow = frame["null"] == _TOO_NARROW[self.statistic]
            frame.loc[narrow, ["effect_lower", "effect_upper"]] = np.nan
        return frame.set_axis(frame["null"].map(in_words))[_COLUMNS]

    def draws(self) -> Mapping[str, Floats] | NotEstimable:
        """Return what was observed and the replicates by null model, to be drawn."""
        drawn: dict[str, Floats] = {test.null: test.replicates for test in self.tests}
        same = np.concatenate([np.array([np.nan]), *drawn.values()]) == self.observed
        if not self.tests or same[1:].mean() >= _SAME:
            return NotEstimable("nearly every draw gives what was observed")
        return drawn

    @property
    def observed(self) -> float:
        """The statistic of the record itself."""
        return self.tests[0].observed if self.tests else np.nan


def beside_chance(
    cascades: Cascades, nulls: Sequence[Null], *, replicates: int, seed: int
) -> tuple[NullComparison, NullComparison]:
    """Compare coalescence, and the share of meetings that both sides built on, with null models.

    Parameters
    ----------
    cascades : Cascades
    nulls : sequence of str
        One-sided brokerage keeps how many ties close and last, so it answers for the second alone; of one
        meeting the second is yes or no, and one-sided brokerage alone answers for it.
    replicates, seed : int
        Of each null model; both statistics are of the same draws.
    """
    asked = {null: _answered(null, cascades) for null in nulls}
    found: dict[Statistic, list[CoalescenceTest]] = {"coalescence": [], "both_directions": []}
    for null, statistics in asked.items():
        if not statistics:
            continue
        for test in coalescence_tests(
            cascades.stream,
            null,
            statistics,
            event=cascades.event,
            replicates=replicates,
            seed=seed,
            window=cascades.settings["window"],
            persistence=cascades.settings["persistence"],
            horizon=cascades.settings["horizon"],
            burn_in=cascades.settings["burn_in"],
            groups=cascades.groups,
        ):
            found[test.statistic].append(test)
    adjusted = iter(holm([test.p for tests in found.values() for test in tests]))
    first, second = (
        NullComparison(
            name, cascades.of, cascades.chance, tuple(tests), tuple(float(next(adjusted)) for _ in tests)
        )
        for name, tests in found.items()
    )
    return first, second


def _answered(null: Null, cascades: Cascades) -> list[Statistic]:
    """Return the statistics that a null model has to answer for, of those that can be computed."""
    events = cascades.found.events
    rated = events[~events["censored"]]
    if cascades.event:
        one, other = sorted(cascades.event)
        rated = rated[(rated["one"] == one) & (rated["other"] == other)]
    brokered = null == "one_sided_brokerage"
    asked: list[Statistic] = []
    if rated["possible"].sum() and not brokered:
        asked.append("coalescence")
    if rated["both_directions"].notna().any() and (brokered or not cascades.event):
        asked.append("both_directions")
    return asked
