"""Which cells of a factor model are parameters, and which of them are equal between groups or waves.

What is equal decides what may be free: once loadings are equal, factors of later groups have variances of
their own; once intercepts are, means (Meredith 1993, Psychometrika 58, 525-543). Of ordinal items thresholds
come first: once they are equal, later groups have scales and intercepts of their own (Wu & Estabrook 2016,
Psychometrika 81, 1014-1045).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analysis.arrays import Floats, Integers
from analysis.measurement.factor_structure import Block, Label, Structure
from analysis.measurement.normal_likelihood import NormalMoments
from analysis.measurement.weighted_least_squares import ThresholdMoments

__all__ = ["CONTINUOUS", "ORDINAL", "Design", "start"]

CONTINUOUS = ("loadings", "intercepts", "residuals")
"""What may be equal of continuous items, each after those before it."""

ORDINAL = ("thresholds", "loadings", "intercepts")
"""What may be equal of ordinal items, each after those before it."""


@dataclass(frozen=True)
class Design:
    """A factor model of several units: groups of people, or waves of the same people.

    Attributes
    ----------
    scales : mapping of str to sequence of str
        Items of each factor.
    units : tuple
        Groups or waves; the first is the reference.
    ordinal : bool
    equal : frozenset of str
        What is equal between units.
    released : frozenset of (str, str)
        Of what is equal, whose items are not: ("loadings", "x3").
    together : bool
        Whether units are waves of the same people: one block, in which factors go together over waves and so
        do residuals of the same item.
    first_item : bool
        Whether a factor has the unit of its first item rather than a variance of 1 in the first unit.
    keep_free : bool
        Whether scales and intercepts of released thresholds stay free; the model is then not determined, and
        only says in which directions it is wider.
    """

    scales: Mapping[str, Sequence[str]]
    units: tuple[Hashable, ...]
    ordinal: bool = False
    equal: frozenset[str] = frozenset()
    released: frozenset[tuple[str, str]] = frozenset()
    together: bool = False
    first_item: bool = False
    keep_free: bool = False

    def __post_init__(self) -> None:
        chain = ORDINAL if self.ordinal else CONTINUOUS
        if self.equal != frozenset(chain[: len(self.equal)]):
            raise ValueError(
                f"found {', '.join(sorted(self.equal))} equal; allowed: {', '.join(chain)}, "
                "each with those before it"
            )
        items = {item for own in self.scales.values() for item in own}
        odd = sorted(
            " of ".join(pair) for pair in self.released if pair[0] not in chain or pair[1] not in items
        )
        if odd:
            raise ValueError(
                f"found {', '.join(odd)} released; allowed: {', '.join(chain)}, of an item of the scales"
            )

    def release(self, item: str, what: str) -> Design:
        """Return the design with one item's parameters of a kind its own in every unit, to test that."""
        return replace(self, released=self.released | {(what, item)}, keep_free=True)

    def units_of_blocks(self) -> tuple[Hashable, ...]:
        """Return the name of each block."""
        return ("all",) if self.together else self.units

    def structure(self, moments: NormalMoments | ThresholdMoments) -> Structure:
        """Return the matrices of this design."""
        items = [(item, factor) for factor, own in self.scales.items() for item in own]
        blocks = []
        for number in range(len(self.units_of_blocks())):
            units = self.units if self.together else (self.units[number],)
            named = len(units) > 1
            block = Block(
                [(unit, item) if named else item for unit in units for item, _ in items],
                [(unit, factor) if named else factor for unit in units for factor in self.scales],
                moments.groups[number].threshold_items if isinstance(moments, ThresholdMoments) else (),
            )
            for place, unit in enumerate(units):
                self._measure(block, unit, place * len(items), place * len(self.scales), items, moments)
            self._relate(block, units, len(items))
            blocks.append(block)
        return Structure(blocks)

    def _same(self, what: str, item: str, unit: Hashable) -> tuple[Hashable, ...]:
        """Return the end of a label: nothing where all units share the parameter, else the unit."""
        return () if what in self.equal and (what, item) not in self.released else (unit,)

    def _measure(
        self,
        block: Block,
        unit: Hashable,
        first_row: int,
        first_column: int,
        items: list[tuple[str, str]],
        moments: NormalMoments | ThresholdMoments,
    ) -> None:
        later = unit != self.units[0]
        factors = list(self.scales)
        for place, (item, factor) in enumerate(items):
            row, column = first_row + place, first_column + factors.index(factor)
            if self.first_item and item == self.scales[factor][0]:
                block.fixed["loadings"][row, column] = 1.0
            else:
                label: Label = ("loading", item, factor, *self._same("loadings", item, unit))
                block.free("loadings", (row, column), label)
            if self.ordinal:
                self._cut(block, unit, row, item, later=later)
            else:
                block.free(
                    "residual_covariance",
                    (row, row),
                    ("residual", item, *self._same("residuals", item, unit)),
                )
                if isinstance(moments, NormalMoments) and moments.means:
                    block.free(
                        "intercepts", (row,), ("intercept", item, *self._same("intercepts", item, unit))
                    )
        for place, factor in enumerate(factors):
            column = first_column + place
            if self.first_item or (later and "loadings" in self.equal):
                block.free("factor_covariance", (column, column), ("variance", factor, unit))
            if later and "intercepts" in self.equal:
                block.free("factor_means", (column,), ("factor mean", factor, unit))

    def _cut(self, block: Block, unit: Hashable, row: int, item: str, *, later: bool) -> None:
        for number, place in enumerate(np.flatnonzero(block.threshold_items == row)):
            label = ("threshold", item, number + 1, *self._same("thresholds", item, unit))
            block.free("thresholds", (int(place),), label)
        held = "thresholds" in self.equal and (self.keep_free or ("thresholds", item) not in self.released)
        if later and held:
            block.free("scales", (row,), ("scale", item, unit))
        if later and held and self._same("intercepts", item, unit):
            block.free("intercepts", (row,), ("intercept", item, unit))

    def _relate(self, block: Block, units: tuple[Hashable, ...], items: int) -> None:
        for column, one in enumerate(block.factors):
            for other in range(column):
                block.free(
                    "factor_covariance", (column, other), ("covariance", one, block.factors[other], *units)
                )
        for later in range(len(units)):
            for earlier in range(later):
                for place in range(items):
                    one, other = later * items + place, earlier * items + place
                    label = ("residual covariance", block.items[one], block.items[other])
                    block.free("residual_covariance", (one, other), label)


def start(structure: Structure, moments: NormalMoments | ThresholdMoments) -> Floats:
    """Return a first guess: each factor the first principal component of its items, factors apart."""
    theta = np.full(len(structure.labels), np.nan)
    for group, block in enumerate(structure.blocks):
        if isinstance(moments, ThresholdMoments):
            covariance, mean = moments.groups[group].correlations, np.zeros(len(block.items))
            thresholds = moments.groups[group].thresholds
        else:
            covariance, mean, thresholds = moments.covariance[group], moments.mean[group], np.zeros(0)
        loadings, variances = _components(block, covariance)
        guesses = {
            "loadings": loadings,
            "factor_covariance": np.diag(variances),
            "residual_covariance": np.diag(np.diag(covariance)) / 2,
            "intercepts": mean,
            "factor_means": np.zeros(len(block.factors)),
            "thresholds": thresholds,
            "scales": np.ones(len(block.items)),
        }
        if not block.factors:
            guesses["residual_covariance"] = np.diag(np.diag(covariance))
        for matrix, cells in block.labels.items():
            for cell, label in cells.items():
                place = structure.place[label]
                if np.isnan(theta[place]):
                    theta[place] = guesses[matrix][cell]
    return theta


def _components(block: Block, covariance: Floats) -> tuple[Floats, Floats]:
    loadings, variances = block.fixed["loadings"].copy(), np.ones(len(block.factors))
    for column in range(len(block.factors)):
        free = [row for row, own in block.labels["loadings"] if own == column]
        fixed = np.flatnonzero(block.fixed["loadings"][:, column])
        rows: Integers = np.array(sorted({*free, *fixed.tolist()}), dtype=np.int64)
        sizes, vectors = np.linalg.eigh(covariance[np.ix_(rows, rows)])
        own = vectors[:, -1] * np.sqrt(0.6 * sizes[-1])
        if fixed.size:
            unit = own[rows == fixed[0]][0]
            unit = unit if abs(unit) > 1e-3 else 1e-3
            variances[column] = unit**2
            own = own / unit
        elif own[0] < 0:
            own = -own
        loadings[rows, column] = own
    return loadings, variances
