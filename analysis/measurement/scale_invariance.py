"""Whether every scale of a dataset measured the same in every wave, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.checks import NotEstimable
from analysis.measurement.invariance import invariance_across_waves
from analysis.measurement.scales import scale_answers

__all__ = ["invariance_by_scale", "who_answered_always"]

_COLUMNS = ["people", "chi_square", "df", "cfi", "rmsea", "p_change", "cfi_change", "items", "note"]
_LEVELS = 2


def invariance_by_scale(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the models of each scale over waves, held equal step by step: configural, metric, scalar.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        items and responses of the data model.

    Returns
    -------
    DataFrame
        index (scale, level); ``people`` (who answered every item in every wave), ``chi_square``, ``df``,
        ``cfi``, ``rmsea``, ``p_change`` and ``cfi_change`` against the level before, ``items`` that break the
        level, and ``note``: why there is no model, in a row of its own with level ``none``.
    """
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for scale in map(str, tables["items"]["scale"].unique()):
        waves = _waves(tables, scale)
        try:
            if len(waves) < 2:
                raise NotEstimable(f"found {len(waves)} wave with answers; needed: two")
            items = [*next(iter(waves.values()))]
            found = invariance_across_waves(waves, {scale: items}, levels=_LEVELS)
        except NotEstimable as reason:
            rows[scale, "none"] = {"people": len(_always(waves)), "note": str(reason)}
            continue
        for _, row in found.comparisons.iterrows():
            level = str(row["level"])
            breaking = ", ".join(found.breaking(level))
            told = {"people": found.people, "items": breaking, "note": ""}
            rows[scale, level] = {**row[_COLUMNS[1:7]], **told}
    index = pd.MultiIndex.from_tuples(rows, names=["scale", "level"])
    return pd.DataFrame([*rows.values()], index=index).reindex(columns=_COLUMNS)


def who_answered_always(
    tables: Mapping[str, pd.DataFrame], found: pd.DataFrame
) -> list[frozenset[tuple[str, str]]]:
    """Return whom each row of `invariance_by_scale` rests on, as (person, scale)."""
    people = {
        scale: frozenset((person, scale) for person in _always(_waves(tables, scale)))
        for scale in found.index.get_level_values("scale").unique()
    }
    return [people[scale] for scale in found.index.get_level_values("scale")]


def _waves(tables: Mapping[str, pd.DataFrame], scale: str) -> dict[object, pd.DataFrame]:
    by_wave = scale_answers(tables, scale).groupby(level="wave")
    return {wave: own.droplevel("wave") for wave, own in by_wave}


def _always(waves: Mapping[object, pd.DataFrame]) -> set[str]:
    complete = [set(map(str, own.dropna().index)) for own in waves.values()]
    return set.intersection(*complete) if complete else set()
