"""Levels and coverage as the recovery page of star coalescence shows them, with what does not hold marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from analysis.finding import and_list

__all__ = ["broken_assumptions", "cascade_days", "effect_intervals", "level_table", "miscounted"]

_DOES = {
    "groups": "The pages give the groups of the actors to the null models, which then move ties within them.",
    "popular": "The degree-preferential null model keeps who is popular: believe it, not random placement.",
    "bursts": "Nothing is refused or widened.",
    "silent": "Nothing is refused or widened.",
}


def level_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return levels and coverage by twin, meetings, statistic and null, in words, the tests that fail marked.

    Parameters
    ----------
    rows : sequence of mapping
        As committed: `star_coalescence.levels`, and ``twin`` where an assumption is broken.

    Returns
    -------
    DataFrame
        With ``marked``: 1 rejected more often than `most`; 2 held less often than `least` (by twins without
        coalescence, or with it); 3 both; 0 neither.
    """
    frame = pd.DataFrame(rows)
    for name in ("statistic", "null"):
        frame[name] = frame[name].str.replace("_", " ")
    over = frame["rejected"] > frame["most"]
    # One yes or no has no interval.
    short = (
        frame[["held", "held_found"]].lt(frame["least"], axis=0) & frame[["held", "held_found"]].gt(0)
    ).any(axis=1)
    frame["marked"] = over.astype(int) + 2 * short.astype(int)
    index = [name for name in ("twin", "of", "statistic", "null") if name in frame]
    return frame.set_index(index)


def broken_assumptions(
    kept: Sequence[Mapping[str, Any]], broken: Sequence[Mapping[str, Any]]
) -> list[tuple[str, str, str]]:
    """Return for each kind of twin which tests do not hold .05 there, at what level, and what the pages do.

    Returns
    -------
    list of (key, sentence, label)
    """
    parts = {"as made": level_table(kept)}
    frame = level_table(broken)
    for name in dict.fromkeys(frame.index.get_level_values("twin")):
        parts[str(name)] = frame[frame.index.get_level_values("twin") == name].droplevel("twin")
    found = []
    for name, part in parts.items():
        over = part[part["marked"].isin((1, 3))]
        told = [
            f"{row['statistic']} of {row['of']} against {row['null']} ({row['share']:.3f})"
            for row in over.reset_index().to_dict("records")
        ]
        sentence = f"true level above .05: {and_list(told)}." if told else "every test holds .05."
        does = _DOES.get(name, "")
        found.append(
            (name.replace(",", "").replace(" ", "-"), f"{sentence} {does}".strip(), f"twins, {name}")
        )
    return found


def effect_intervals(
    kept: Sequence[Mapping[str, Any]], broken: Sequence[Mapping[str, Any]]
) -> list[tuple[str, int, str]]:
    """Return how many intervals of effects hold less often than they say.

    Returns
    -------
    list of (key, number, label)
    """
    return [
        (
            key,
            int((level_table(rows)["marked"] >= 2).sum()),
            f"intervals of effects that hold too rarely, {words}",
        )
        for key, rows, words in (
            ("short", kept, "twins as made"),
            ("short-broken", broken, "twins that break an assumption"),
        )
    ]


def cascade_days(closures: Sequence[Mapping[str, Any]]) -> list[float]:
    """Return the days of planted closures, since 1970-01-01."""
    epoch = date(1970, 1, 1)
    return [float((date.fromisoformat(one["date"]) - epoch).days) for one in closures]


def miscounted(allowed: pd.DataFrame, sources: Sequence[str | None]) -> dict[str, tuple[int, str]]:
    """Return how many ties came of an activity, and for how many what is admissible is not what is true.

    Parameters
    ----------
    allowed : DataFrame
        Ties by activities: what is admissible.
    sources : sequence of str or None
        The activity each came of.
    """
    planted = sum(source is not None for source in sources)
    lost = sum(
        source is not None and not bool(allowed[source].iloc[row]) for row, source in enumerate(sources)
    )
    false = sum(bool(allowed.iloc[row].any()) and source is None for row, source in enumerate(sources))
    return {
        "planted": (planted, "planted ties that came of an activity"),
        "lost": (lost, "of these, ties whose activity is ruled out"),
        "false": (false, "ties that came of none, to which an activity is admissible"),
    }
