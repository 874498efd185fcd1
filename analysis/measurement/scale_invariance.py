"""Whether every scale of a dataset measured the same in every wave, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from analysis.checks import NotEstimable
from analysis.estimable import estimable
from analysis.measurement.categories import merged_categories
from analysis.measurement.invariance import invariance_across_waves
from analysis.measurement.scales import scale_answers

__all__ = ["invariance_by_scale", "ordinal_by_scale", "who_answered_always"]

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


def ordinal_by_scale(
    tables: Mapping[str, pd.DataFrame], scales: Sequence[str]
) -> tuple[pd.DataFrame, list[frozenset[tuple[str, str, str]]]]:
    """Return ordinal models of each scale in the first wave and each later one, held equal step by step.

    Two waves at a time, since few people answer every time; the two are one model of the same people, in
    which an item's residuals go together. Rare categories are put together (`merged_categories`).

    Parameters
    ----------
    tables : mapping of str to DataFrame
        items and responses of the data model.
    scales : sequence of str

    Returns
    -------
    DataFrame
        index (scale, wave, level): configural, thresholds, loadings, intercepts; ``people`` (who answered
        every item in both waves), ``df``, ``cfi``, ``rmsea``, ``cfi_change``, ``items`` that break the level,
        and ``note``: why there is no model, in a row of its own with level ``none``.
    list of frozenset
        Whom each row rests on, as (person, scale, waves).
    """
    rows: dict[tuple[str, object, str], dict[str, object]] = {}
    people = []
    for scale in scales:
        waves = _waves(tables, scale)
        if len(waves) < 2:
            note = f"found {len(waves)} wave with answers; needed: two"
            rows[scale, "none", "none"] = {"people": len(_always(waves)), "note": note}
            people.append(frozenset((person, scale, "none") for person in _always(waves)))
            continue
        first, *later = waves.items()
        for wave, own in later:
            complete = {first[0]: first[1].dropna(), wave: own.dropna()}
            both = complete[first[0]].index.intersection(complete[wave].index)
            merged = merged_categories({name: answers.loc[both] for name, answers in complete.items()})
            who = frozenset((str(person), scale, f"{first[0]} and {wave}") for person in both)
            found = estimable(invariance_across_waves, merged, {scale: [*own]}, ordinal=True)
            if isinstance(found, NotEstimable):
                rows[scale, wave, "none"] = {"people": len(both), "note": str(found)}
                people.append(who)
                continue
            for _, row in found.comparisons.iterrows():
                level = str(row["level"])
                told = {"people": len(both), "items": ", ".join(found.breaking(level)), "note": ""}
                rows[scale, wave, level] = {**row[["df", "cfi", "rmsea", "cfi_change"]], **told}
                people.append(who)
    index = pd.MultiIndex.from_tuples(rows, names=["scale", "wave", "level"])
    columns = [name for name in _COLUMNS if name not in ("chi_square", "p_change")]
    return pd.DataFrame([*rows.values()], index=index).reindex(columns=columns), people


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
