"""Published figures of the same schools or districts, wave by wave: who has them, and how they moved.

A curve over all units mixes change with who is in it. Here a measure is followed in the units that have it in
every wave, and how many those are is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from analysis.checks import NotEstimable
from analysis.measurement.growth import growth
from analysis.result import Result

__all__ = ["UnitChange", "panel_curves", "panel_summary", "same_units", "unit_change", "unit_changes"]


def same_units(measures: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Return one measure of the units that have it in every wave: a row per unit, a column per wave.

    Parameters
    ----------
    measures : DataFrame
        ``wave``, ``organization_id``, ``measure``, ``value`` of the data model.
    measure : str

    Raises
    ------
    ValueError
        When there is no such measure; naming those there are.
    NotEstimable
        When it is there in one wave only, or no unit has it in every wave.

    Examples
    --------
    >>> rows = [(1, "a", 2.0), (2, "a", 3.0), (1, "b", 4.0)]
    >>> frame = pd.DataFrame(rows, columns=["wave", "organization_id", "value"]).assign(measure="trust")
    >>> same_units(frame, "trust").loc["a"].tolist()
    [2.0, 3.0]
    """
    names = measures["measure"].unique()
    if measure not in names:
        raise ValueError(f"found no measure {measure!r}; allowed: {', '.join(sorted(map(str, names)))}")
    own = measures[measures["measure"] == measure]
    wide = own.pivot(index="organization_id", columns="wave", values="value").astype(float)
    if wide.shape[1] < 2:
        raise NotEstimable(f"found {measure} in one wave; needed: two")
    kept = wide.dropna()
    if kept.empty:
        raise NotEstimable(f"found no unit with {measure} in all {wide.shape[1]} waves")
    return kept


def panel_summary(measures: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return how each measure moved from its first wave to its last, in the units that have it throughout.

    Parameters
    ----------
    measures : DataFrame
        As for `same_units`.
    names : sequence of str

    Returns
    -------
    DataFrame
        index measure: ``waves``, ``units`` (with any value), ``throughout``; medians ``first`` and ``last``;
        the change's ``lower_quartile``, ``median_change``, ``upper_quartile``; ``rose`` (share of units).
    """
    rows = {}
    for name in names:
        kept = same_units(measures, name)
        change = kept.iloc[:, -1] - kept.iloc[:, 0]
        lower, median, upper = change.quantile([0.25, 0.5, 0.75])
        rows[name] = {
            "waves": kept.shape[1],
            "units": measures.loc[measures["measure"] == name, "organization_id"].nunique(),
            "throughout": len(kept),
            "first": kept.iloc[:, 0].median(),
            "last": kept.iloc[:, -1].median(),
            "lower_quartile": lower,
            "median_change": median,
            "upper_quartile": upper,
            "rose": float((change > 0).mean()),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("measure")


def panel_curves(measures: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return median and quartiles of each measure in every wave, in the units that have it throughout.

    Returns
    -------
    DataFrame
        ``measure``, ``wave``, ``units``, ``lower_quartile``, ``median``, ``upper_quartile``.
    """
    parts = []
    for name in names:
        kept = same_units(measures, name)
        points = kept.quantile([0.25, 0.5, 0.75]).T.set_axis(
            ["lower_quartile", "median", "upper_quartile"], axis=1
        )
        parts.append(points.rename_axis("wave").reset_index().assign(measure=name, units=len(kept)))
    columns = ["measure", "wave", "units", "lower_quartile", "median", "upper_quartile"]
    return pd.concat(parts, ignore_index=True)[columns]


@dataclass(frozen=True, repr=False)
class UnitChange(Result):
    """How differently units changed, by a line for each.

    Attributes
    ----------
    mean, lower, upper : float
        Change a wave of a typical unit, with its interval.
    spread : float
        Standard deviation of units' changes a wave.
    together : float
        Correlation of where a unit starts and how it changes.
    reliability : float
        Share of the variance of single units' fitted slopes that is between units.
    units, rows : int
    """

    mean: float
    lower: float
    upper: float
    spread: float
    together: float
    reliability: float
    units: int
    rows: int

    def summary(self) -> str:
        """Return mean, spread and reliability of the changes as a sentence."""
        return (
            f"change a wave {self.mean:+.3f} ({self.lower:.3f} to {self.upper:.3f}), standard deviation "
            f"between units {self.spread:.3f}; a single unit's slope has reliability {self.reliability:.2f} "
            f"({self.units} units)"
        )


def unit_change(measures: pd.DataFrame, measure: str) -> UnitChange:
    """Return how much units differ in their change, and how surely one unit's slope is told from another's.

    Parameters
    ----------
    measures : DataFrame
        As for `same_units`; only units with the measure in every wave are taken.
    measure : str

    Notes
    -----
    A mixed model with a line per unit. Reliability of a slope fitted to one unit: τ² ÷ (τ² + σ² ÷ Σ(t − t̄)²),
    τ² the variance of changes and σ² what is left (Willett 1989, Educational and Psychological Measurement
    49, 587-602).

    Raises
    ------
    ValueError, NotEstimable
        As `same_units` and `analysis.measurement.growth.growth`.
    """
    kept = same_units(measures, measure)
    long = kept.melt(ignore_index=False, var_name="wave").reset_index()
    long["wave"] = pd.to_numeric(long["wave"]).astype(float)
    found = growth(long, measure="value", person=None)
    between = found.fit.between_groups.to_numpy()
    row = found.fit.fixed.iloc[-1]
    waves = kept.columns.to_numpy(dtype=float)
    error = found.fit.variances["residual"] / float(((waves - waves.mean()) ** 2).sum())
    start, change = float(between[0, 0]), float(between[1, 1])
    return UnitChange(
        mean=float(row["estimate"]),
        lower=float(row["lower"]),
        upper=float(row["upper"]),
        spread=change**0.5,
        together=float(between[0, 1] / (start * change) ** 0.5),
        reliability=change / (change + error),
        units=len(kept),
        rows=len(long),
    )


def unit_changes(measures: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Return `unit_change` of several measures, a row each; index measure."""
    rows: Mapping[str, pd.DataFrame] = {name: unit_change(measures, name).tidy() for name in names}
    return pd.concat(rows.values(), keys=rows.keys(), names=["measure"]).droplevel(1)
