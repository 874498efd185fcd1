"""Gaps between how far raters say a design element is built and what members answer about it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t as student

from analysis.checks import NotEstimable, require_level
from analysis.evidence.design import ANCHORS
from analysis.finding import Finding, key_of, percent, row_of
from analysis.labels import in_words
from analysis.measurement.scales import scale_scores
from analysis.result import Result

__all__ = ["DesignGaps", "answering", "design_gaps", "gap_findings", "scale_of"]

_ABOVE, _NEITHER, _BELOW = (
    "rated higher than members answer",
    "no clear gap",
    "rated lower than members answer",
)


@dataclass(frozen=True, repr=False, eq=False)
class DesignGaps(Result):
    """Ratings and answers side by side.

    Attributes
    ----------
    frame : DataFrame
        Index `element`; ``scale``; ``rated`` (mean over raters on the last date ÷ the rubric's highest),
        ``answered`` (mean over people in the last wave, as a share of the way from the lowest answer to the
        highest) with ``lower`` and ``upper``, ``people``, ``gap`` (rated − answered) and ``reading``.
    people : tuple of frozenset
        For each row who answered, as (person, scale, wave).
    """

    frame: pd.DataFrame
    people: tuple[frozenset[object], ...]

    def summary(self) -> str:
        """Return each element's reading."""
        return "\n".join(f"{element}: {row['reading']}" for element, row in self.frame.iterrows())

    def tidy(self) -> pd.DataFrame:
        """Return a row for each element."""
        return self.frame


def answering(found: DesignGaps | NotEstimable) -> list[frozenset[object]]:
    """Return whom each row rests on; nobody where there is none."""
    return [] if isinstance(found, NotEstimable) else list(found.people)


def scale_of(element: str) -> str:
    """Return the name of the scale that asks members about an element, where none is named.

    Examples
    --------
    >>> scale_of("vision, goals and problem of practice")
    'vision_goals_and_problem_of_practice'
    """
    return re.sub(r"[^a-z0-9]+", "_", element.lower()).strip("_")


def design_gaps(
    tables: Mapping[str, pd.DataFrame], pairs: Sequence[str] = (), *, level: float = 0.95
) -> DesignGaps:
    """Return each element's latest rating beside members' latest answers, both from 0 to 1.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        design_elements, items and responses of the data model.
    pairs : sequence of str
        ``element=scale``: which scale asks about an element. An element without one takes the scale that has
        its name (`scale_of`), if there is one.
    level : float
        Of the interval of members' mean: Student's t, people taken as independent.

    Returns
    -------
    DesignGaps

    Raises
    ------
    ValueError
        With every pair that is not of this form, or names an element or a scale that is not there.
    NotEstimable
        Where no element has a scale that two people answered.

    Notes
    -----
    The two scales have no common unit. That an element stands out among the others means more than the size
    of its gap.
    """
    require_level(level)
    elements = list(dict.fromkeys(tables["design_elements"]["element"]))
    items = tables.get("items", pd.DataFrame({"scale": [], "minimum": [], "maximum": []}))
    scales = list(dict.fromkeys(items["scale"]))
    chosen = {one: scale_of(one) for one in elements if scale_of(one) in scales}
    wrong = []
    for pair in pairs:
        element, _, scale = pair.rpartition("=")
        if element not in elements or scale not in scales:
            wrong.append(repr(pair))
        chosen[element] = scale
    if wrong:
        raise ValueError(
            f"found {', '.join(wrong)}; allowed: element=scale, of {', '.join(elements)} and of "
            f"{', '.join(scales) or 'no scale'}"
        )
    scores = scale_scores(tables) if chosen and "responses" in tables else pd.DataFrame({"scale": []})
    rows, groups = {}, []
    for element in filter(chosen.get, elements):
        scale = chosen[element]
        own = scores[scores["scale"] == scale]
        own = own[own["wave"] == own["wave"].max()] if len(own) else own
        if len(own) < 2:
            continue
        range_of = items[items["scale"] == scale]
        low, high = float(range_of["minimum"].min()), float(range_of["maximum"].max())
        shares = (own["score"].to_numpy(dtype=float) - low) / (high - low)
        mean = float(shares.mean())
        error = float(shares.std(ddof=1)) / np.sqrt(len(shares))
        half = error * float(student.ppf((1 + level) / 2, len(shares) - 1))
        rated = _latest(tables["design_elements"], element)
        reading = _ABOVE if rated > mean + half else _BELOW if rated < mean - half else _NEITHER
        rows[element] = {
            "scale": in_words(scale),
            "rated": rated,
            "answered": mean,
            "lower": mean - half,
            "upper": mean + half,
            "people": len(shares),
            "gap": rated - mean,
            "reading": reading,
        }
        wave = own["wave"].iloc[0]
        groups.append(frozenset((person, scale, wave) for person in own["actor_id"]))
    if not rows:
        raise NotEstimable("found no scale that asks members about an element; see the parameter scales")
    return DesignGaps(pd.DataFrame.from_dict(rows, orient="index").rename_axis("element"), tuple(groups))


def _latest(design_elements: pd.DataFrame, element: str) -> float:
    own = design_elements[design_elements["element"] == element]
    last = own.loc[own["date"].astype(str) == own["date"].astype(str).max(), "rating"]
    return float(last.astype(float).mean()) / max(ANCHORS)


def gap_findings(gaps: pd.DataFrame | NotEstimable) -> list[Finding]:
    """Say where ratings and answers lie furthest apart.

    Parameters
    ----------
    gaps : DataFrame or NotEstimable
        Of `DesignGaps`, recorded as the table ``gaps``.
    """
    if isinstance(gaps, NotEstimable):
        return []
    widest = gaps["gap"].abs().idxmax()
    row = row_of(gaps, widest)
    sentence = (
        f"Raters and members differ most on “{widest}”: raters place it at {percent(row['rated'])} of the "
        f"rubric, members at {percent(row['answered'])} of the scale (interval {percent(row['lower'])} to "
        f"{percent(row['upper'])})."
    )
    names = ("rated", "answered", "lower", "upper")
    return [Finding("gap", sentence, tuple(key_of("gaps", widest, name) for name in names))]
