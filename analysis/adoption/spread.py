"""How one innovation spread, as a page shows it: how far, how fast, and along whose ties."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from analysis.adoption.adopters import adopter_categories, adopters_by_period, cumulative_adoption
from analysis.adoption.bass import BassCurve, bass
from analysis.adoption.diffusion_regression import diffusion_regression
from analysis.adoption.exposure import exposure
from analysis.adoption.hazard_classes import hazard_by_class
from analysis.adoption.hazards import HazardModel
from analysis.adoption.morans_i import MoranTest, morans_i
from analysis.adoption.period_terms import PeriodEffects
from analysis.adoption.person_periods import person_periods
from analysis.adoption.setting import Adoption, adoption_setting
from analysis.adoption.structure_dependence import StructureTest, structure_dependence
from analysis.adoption.thresholds import thresholds
from analysis.arrays import Flags, Floats, Integers
from analysis.checks import NotEstimable
from analysis.finding import Number, smallest_group

__all__ = ["Spread", "spread_numbers", "spread_of"]

# Contacts are of the period itself, met before one adopts or not; who had adopted, of the period before.
_LAG = 1
_NETWORK_LAG = 0

_FEWEST_CLUSTERS = 10
"""Communities from which on standard errors are clustered by them: of four, robust ones are far too small."""

Through: TypeAlias = Literal["row-normalised", "structural equivalence"]
"""Through whom people are exposed: those they are tied to, or those with ties like their own."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Who adopted one innovation when, and who they were tied to.

    Attributes
    ----------
    setting : Adoption
    others : tuple of str
        Other innovations in the table.
    """

    setting: Adoption
    others: tuple[str, ...]

    @property
    def people(self) -> tuple[str, ...]:
        """All who might adopt."""
        return self.setting.actors

    @cached_property
    def adopted(self) -> Flags:
        """Whether each had adopted when observation ended."""
        found: Flags = np.isfinite(self.setting.times)
        return found

    @cached_property
    def adopters(self) -> frozenset[str]:
        """Those who had adopted when observation ended."""
        return self.named(self.adopted)

    @cached_property
    def pooled(self) -> sparse.csr_array:
        """All ties of all periods together; each counts 1."""
        ties = sum(self.setting.networks[1:], start=self.setting.networks[0])
        ties.data = np.ones_like(ties.data)
        return ties

    @cached_property
    def communities(self) -> npt.NDArray[np.object_] | None:
        """Community of each, within which chance is drawn; None where there is one, or all are alone."""
        members = np.array(self.setting.groups, dtype=object)
        _, size = np.unique(members, return_counts=True)
        return members if len(size) > 1 and size.max() > 1 else None

    @property
    def changes(self) -> bool:
        """Whether there is a network for each period."""
        return len(self.setting.networks) > 1

    @cached_property
    def with_threshold(self) -> frozenset[str]:
        """Those who adopted after the first period and had ties."""
        return self.named(np.isfinite(self._thresholds(self.pooled)))

    def named(self, there: Flags) -> frozenset[str]:
        """Return the identifiers of those for whom it holds."""
        return frozenset(np.array(self.people, dtype=object)[there])

    def who(self) -> tuple[pd.DataFrame, list[frozenset[str]]]:
        """Return how many adopted and had not when observation ended, and who."""
        groups = [self.adopters, frozenset(self.people) - self.adopters]
        rows = ["adopted", "had not when observation ended"]
        return pd.DataFrame({"number": [len(group) for group in groups]}, index=rows), groups

    def adopters_by(self, periods: Integers) -> list[frozenset[str]]:
        """Return who had adopted by each of some periods."""
        return adopters_by_period(self.setting.times, periods, self.people)

    @property
    def fewest_new(self) -> frozenset[str]:
        """The smallest group that adopted within one period: what a curve of all periods is about."""
        return smallest_group(self.adopters_by(self.setting.periods))

    def reach(self, periods: Integers) -> pd.DataFrame | NotEstimable:
        """Return new adopters, adopters and their share by each of some periods."""
        if not len(periods):
            return NotEstimable("too few people adopt")
        found = cumulative_adoption(self.setting.times, periods)
        return found[["new", "adopters", "share"]].rename(index=int)

    def curves(self, periods: Integers) -> dict[str, pd.Series] | NotEstimable:
        """Return the share that had adopted by each of some periods, of all together."""
        whole = self.reach(periods)
        return whole if isinstance(whole, NotEstimable) else {"all": whole["share"]}

    def curves_by_community(self, periods: Integers) -> dict[str, pd.Series] | NotEstimable:
        """Return the same of each community, beside all."""
        curves, members = self.curves(periods), np.array(self.setting.groups)
        names = sorted(set(members))
        if isinstance(curves, NotEstimable) or len(names) < 2:
            return NotEstimable("there is one community only")
        times = self.setting.times
        return curves | {
            str(name): cumulative_adoption(times[members == name], periods)["share"] for name in names
        }

    def communities_by(self, periods: Integers) -> list[frozenset[str]]:
        """Return who had adopted by each of some periods, and who had not, in each community."""
        members = np.array(self.setting.groups)
        groups = [self.named(members == name) for name in sorted(set(members))]
        by = self.adopters_by(periods)
        return [part for group in groups for at in by for part in (group & at, group - at)]

    def categories(self) -> pd.DataFrame:
        """Return how many adopters are in each of Rogers' categories (`adopter_categories`)."""
        found = adopter_categories(self.setting.times)
        return found.value_counts(sort=False).rename("number").to_frame()

    def categories_people(self) -> list[frozenset[str]]:
        """Return who is in each of Rogers' categories."""
        found = adopter_categories(self.setting.times)
        return [self.named((found == name).to_numpy(bool)) for name in found.cat.categories]

    def bass(self) -> BassCurve:
        """Fit the Bass curve with a ceiling of its own (`bass`)."""
        return bass(self.setting.times, self.setting.periods, ceiling=None)

    def _thresholds(self, ties: object) -> Floats:
        times, periods = self.setting.times, self.setting.periods
        return thresholds(
            ties, times, periods, never="missing", no_alters=np.nan, lag=_LAG, network_lag=_NETWORK_LAG
        )

    def thresholds(self) -> pd.DataFrame | NotEstimable:
        """Return mean thresholds through all ties together, and through those of the period."""
        if not self.pooled.nnz:
            return NotEstimable("there are no ties among them in these periods")
        kinds = {"all ties together": self._thresholds(self.pooled)}
        if self.changes:
            kinds["contacts of the period"] = self._thresholds(self.setting.networks)
        known = {kind: own[np.isfinite(own)] for kind, own in kinds.items()}
        rows = {kind: {"mean": own.mean(), "people": len(own)} for kind, own in known.items() if len(own)}
        if not rows:
            return NotEstimable("nobody adopted after the first period and had ties")
        return pd.DataFrame.from_dict(rows, orient="index")

    def thresholds_people(self) -> frozenset[str]:
        """Return the smallest group that the rows of `thresholds` are about."""
        period = np.isfinite(self._thresholds(self.setting.networks)) if self.changes else np.zeros(0, bool)
        return smallest_group([self.with_threshold, *([self.named(period)] if self.changes else [])])

    def structure(self, rewirings: int, seed: int) -> StructureTest:
        """Test the mean threshold against networks of the same degrees within and between communities."""
        # Contacts run both ways, and are rewired so.
        directed = (self.pooled != self.pooled.T).nnz > 0
        return structure_dependence(
            self.pooled,
            self.setting.times,
            self.setting.periods,
            never="missing",
            groups=self.communities,
            lag=_LAG,
            no_alters=np.nan,
            directed=directed,
            rewirings=rewirings,
            seed=seed,
        )

    def moran(self, permutations: int, seed: int) -> MoranTest:
        """Test whether tied adopters adopted at similar times, against times permuted within communities."""
        ties = sparse.csr_array(self.pooled[self.adopted][:, self.adopted])
        times = self.setting.times[self.adopted]
        groups = None if self.communities is None else self.communities[self.adopted]
        return morans_i(ties, times, permutations=permutations, seed=seed, groups=groups)

    def moran_by_period(self, periods: Integers, permutations: int, seed: int) -> MoranTest:
        """Test in each period in which somebody adopts whether adopters are tied to one another.

        Raises
        ------
        NotEstimable
            When there is no such period, or as `morans_i`.
        """
        times = self.setting.times
        count = pd.Series([(times <= period).sum() for period in periods], index=periods)
        varying = count[(count > 0) & (count < len(times))].drop_duplicates().index.to_list()
        if not varying:
            raise NotEstimable("in no period had some adopted and others not")
        values = (times[:, None] <= varying).astype(float)
        labels = [int(period) for period in varying]
        return morans_i(
            self.pooled,
            values,
            permutations=permutations,
            seed=seed,
            labels=labels,
            groups=self.communities,
        )

    @cached_property
    def person_periods(self) -> pd.DataFrame:
        """A row for each who might adopt and period, with exposure (`person_periods`)."""
        times, periods = self.setting.times, self.setting.periods
        network = self.setting.networks if self.changes else self.setting.networks[0]
        exposed = exposure(network, times, periods, no_alters=np.nan, lag=_LAG, network_lag=_NETWORK_LAG)
        until = self.setting.observed_until
        return person_periods(times, periods, by_period={"exposure": exposed}, observed_until=until)

    def hazard_by_exposure(self) -> pd.DataFrame | NotEstimable:
        """Return the share who adopt next by how many of their ties had adopted (`hazard_by_class`)."""
        if not self.pooled.nnz:
            return NotEstimable("there are no ties among them in these periods")
        rows = self.person_periods
        found = hazard_by_class(rows[rows["period"] > self.setting.periods[0]])
        return found if len(found) else NotEstimable("there is one period only")

    def hazard(self, weights: Through, fewest_exposed: int) -> HazardModel:
        """Fit the hazard of adoption by exposure one period before (`diffusion_regression`).

        Through ties, periods have constants of their own or a spline, whichever the adoptions bear. Through
        people with ties like one's own exposure is nearly the share of all who have adopted, which a smooth
        course of the period leaves in: there each period has a constant. So has each community.

        Raises
        ------
        NotEstimable
            When people were exposed in fewer than `fewest_exposed` of their periods, or as
            `diffusion_regression`.
        """
        if not self.pooled.nnz:
            raise NotEstimable("there are no ties among them in these periods")
        if (self.person_periods["exposure"] > 0).sum() < fewest_exposed:
            raise NotEstimable(f"people were exposed in fewer than {fewest_exposed} of their periods")
        return self._regression(weights, "automatic" if weights == "row-normalised" else "each")

    def placebo(self, model: HazardModel, weights: Through) -> HazardModel:
        """Fit the same model with the exposure to those who adopt one period later in place of its own."""
        return self._regression(weights, model.period_effects or "automatic", placebo=True)

    def hazard_of_tied(self, model: HazardModel) -> HazardModel:
        """Fit the same model, through ties, without people who report none: they may have some.

        Raises
        ------
        NotEstimable
            When contacts change from period to period, for then having none is known; when everybody has
            ties; or as `diffusion_regression`.
        """
        if self.changes or (self.pooled.sum(axis=1) > 0).all():
            raise NotEstimable("everybody has ties, or contacts are those of the period")
        return self._regression("row-normalised", model.period_effects or "automatic", no_alters=np.nan)

    def _regression(
        self,
        weights: Through,
        period_effects: PeriodEffects,
        *,
        placebo: bool = False,
        no_alters: float = 0.0,
    ) -> HazardModel:
        members = self.communities
        return diffusion_regression(
            self.setting.networks if self.changes else self.setting.networks[0],
            self.setting.times,
            self.setting.periods,
            None if members is None else pd.DataFrame({"community": members}),
            lag=_LAG,
            network_lag=_NETWORK_LAG,
            observed_until=self.setting.observed_until,
            weights=weights,
            no_alters=no_alters,
            period_effects=period_effects,
            groups=None if members is None else "community",
            clustered=members is not None and len(set(members)) >= _FEWEST_CLUSTERS,
            placebo=placebo,
        )


def spread_of(
    tables: Mapping[str, pd.DataFrame],
    innovation: str | None = None,
    *,
    relation: str | None = None,
    days: float = 30,
) -> Spread:
    """Return how one innovation of a dataset spread; parameters and errors as `adoption_setting`."""
    setting = adoption_setting(tables, innovation, relation=relation, days=days)
    others = sorted(set(map(str, tables["adoptions"]["innovation"])) - {setting.innovation})
    return Spread(setting, tuple(others))


def spread_numbers(spread: Spread) -> list[Number]:
    """Return what was adopted, and how many ties, periods and people the page rests on."""
    setting, people = spread.setting, spread.people
    rows, columns = spread.pooled.nonzero()
    tied = np.zeros(len(people), dtype=bool)
    tied[rows] = tied[columns] = True
    found: list[tuple[str, object, str, Collection[str]]] = [
        ("innovation", setting.innovation, "what was adopted", people),
        (
            "periods",
            f"{setting.periods[0]} to {setting.periods[-1]}"
            + ("" if setting.unit == "period" else f", each a {setting.unit}"),
            "periods, from the first adoption",
            people,
        ),
        ("ties", int(spread.pooled.nnz), "ties among them, from one to another", spread.named(tied)),
        (
            "unused",
            setting.unused,
            "contacts or ties not used: with others, or outside the periods",
            setting.unused_by,
        ),
    ]
    if spread.others:
        told = "also in the table, each for a run of its own (parameter innovation)"
        found.append(("innovation.others", "; ".join(spread.others), told, people))
    if setting.unknown:
        told = "others in the dataset without a row for this innovation, left out"
        found.append(("unknown", len(setting.unknown), told, setting.unknown))
    return [Number(key=key, value=value, label=label, people=whom) for key, value, label, whom in found]
