"""What the page on network health opens with."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.checks import NotEstimable
from analysis.finding import Finding, and_list, key_of, percent, signed
from analysis.labels import in_words

__all__ = ["health_findings"]

_ENDS = ("estimate", "lower", "upper")


def health_findings(
    levels: pd.DataFrame | NotEstimable,
    changes: pd.DataFrame | NotEstimable,
    shares: pd.DataFrame | NotEstimable,
    rates: pd.DataFrame,
    domains: Sequence[str],
    outcomes: Sequence[str],
) -> list[Finding]:
    """Say how outcomes stand, what moved, which domain is lowest and how surely, and who answered.

    Parameters
    ----------
    levels, changes : DataFrame or NotEstimable
        As from `growth_table`.
    shares : DataFrame or NotEstimable
        As from `lowest_domain`.
    rates : DataFrame
        index district, wave; ``share`` who answered.
    domains, outcomes : sequence of str
        Scales.
    """
    found = []
    if not isinstance(levels, NotEstimable):
        waves = levels.index.get_level_values("wave")
        last = levels[waves == waves.max()]
        there = last.index.get_level_values("scale")
        found += [_standing(last, name) for name in outcomes if name in there]
    if not isinstance(changes, NotEstimable):
        names = changes.index.get_level_values("scale")
        found += [
            _moved(own, str(district))
            for district, own in changes[names.isin(domains)].groupby(level="district")
        ]
    if not isinstance(shares, NotEstimable):
        waves = shares.index.get_level_values("wave")
        last = shares[waves == waves.max()]
        places = last.index.get_level_values("district")
        found += [_lowest(last.iloc[place], str(name), int(waves.max())) for place, name in enumerate(places)]
    ends = rates.reset_index().sort_values("share", kind="stable").iloc[[0, -1]].to_dict("records")
    found.append(
        Finding(
            "answered",
            f"Between {percent(rates['share'].min())} and {percent(rates['share'].max())} of those asked "
            "answered, by district and wave.",
            tuple(key_of("rates", end["district"], end["wave"], "share") for end in ends),
        )
    )
    return found


def _place(district: object) -> str:
    return "" if district == "all" else f" in {in_words(district)}"


def _standing(last: pd.DataFrame, scale: str) -> Finding:
    told, keys = [], []
    for row in last.loc[[scale]].reset_index().to_dict("records"):
        interval = f"(interval {row['lower']:.2f} to {row['upper']:.2f})"
        told.append(f"{row['estimate']:.2f} {interval}{_place(row['district'])}")
        keys += [key_of("levels", scale, row["district"], row["wave"], column) for column in _ENDS]
    sentence = f"In the last wave the mean of “{in_words(scale)}” is {and_list(told)}."
    return Finding(scale, sentence, tuple(keys))


def _moved(changes: pd.DataFrame, district: str) -> Finding:
    rows = changes.reset_index().to_dict("records")
    most = max(rows, key=lambda row: abs(float(row["estimate"])))
    rose = sum(row["lower"] > 0 for row in rows)
    told = "No domain rose" if not rose else "One domain rose" if rose == 1 else "Several domains rose"
    interval = f"(interval {signed(most['lower'])} to {signed(most['upper'])})"
    return Finding(
        f"moved.{district.lower()}",
        f"“{in_words(most['scale']).capitalize()}” moved most{_place(district)}: by "
        f"{signed(most['estimate'])} from the first wave to the last {interval}. {told} clearly.",
        tuple(key_of("changes", most["scale"], district, column) for column in _ENDS),
    )


def _lowest(row: pd.Series, district: str, wave: int) -> Finding:
    name = str(row.idxmax())
    return Finding(
        f"lowest.{district.lower()}",
        f"The lowest domain{_place(district)} in wave {wave} is “{in_words(name)}”: it is lowest in "
        f"{percent(float(row.max()))} of resamples of schools.",
        (key_of("lowest", district, wave, name),),
    )
