"""Survey and documents of each district and year side by side, and how far they agree.

Documents say *conflict* where more segments speak of conflict than of alignment, whichever coder is believed;
members say it where the mean of their answers on alignment lies surely below the middle of the scale. The
words for how two strands meet are those of `joint_display`.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.evidence.joint_display import OUTCOMES
from analysis.finding import Finding, and_list, key_of
from analysis.labels import in_words

__all__ = ["CELLS", "display_keys", "district_display", "district_findings", "met", "outcome_counts"]

CELLS = ("conflict", "alignment", "unclear", "not told")
"""What a strand says of one district and year."""


def met(documents: str, survey: str) -> str:
    """Return how what documents say meets what the survey says.

    Examples
    --------
    >>> met("conflict", "conflict"), met("conflict", "unclear"), met("conflict", "alignment")
    ('agreement', 'partial agreement', 'dissonance')
    >>> met("not told", "conflict")
    'silence'
    """
    agreement, partial, silence, dissonance = OUTCOMES
    if "not told" in (documents, survey):
        return silence
    if documents == survey:
        return agreement
    return partial if "unclear" in (documents, survey) else dissonance


def display_keys(district: str, year: int, *, alignment: str = "", outcome: str = "") -> dict[str, str]:
    """Return the keys under which the other pages recorded what a cell takes.

    Parameters
    ----------
    district, year : str, int
    alignment, outcome : str
        Scales of the survey; without them the keys are those of documents.

    Examples
    --------
    >>> display_keys("a", 2021, alignment="fit", outcome="valued")["upper"]
    'levels.fit.a.2021.upper'
    """
    if alignment:
        keys = {end: key_of("levels", alignment, district, year, end) for end in ("lower", "upper")}
        return keys | {"valued": key_of("levels", outcome, district, year, "estimate")}
    ends = {
        f"{code} {end}": key_of("groups", code, district, year, end)
        for code in ("conflict", "alignment")
        for end in ("lower", "upper")
    }
    return ends | {"conflict": key_of("groups", "conflict", district, year, "estimate")}


def outcome_counts(display: pd.DataFrame) -> pd.DataFrame:
    """Return in how many cells the strands meet in each way, index outcome."""
    counts = display["outcome"].value_counts().reindex(list(OUTCOMES), fill_value=0)
    return counts.rename("count").rename_axis("outcome").to_frame()


def district_display(
    documents: Mapping[tuple[str, int], Mapping[str, float | None]],
    survey: Mapping[tuple[str, int], Mapping[str, float | None]],
    middle: float,
) -> pd.DataFrame:
    """Return a row per district and year: what documents say, what members say, how they meet.

    Parameters
    ----------
    documents : mapping of (district, year)
        ``conflict``: a share of segments; and, as every and as any coder has it,
        ``conflict lower``, ``conflict upper``, ``alignment lower``, ``alignment upper``. None: not told.
    survey : mapping of (district, year)
        ``lower``, ``upper`` of the mean of alignment, and ``valued``: the mean of what members value.
    middle : float
        Of the answers' scale.

    Returns
    -------
    DataFrame
        index district, year; ``documents``, ``survey`` (one of `CELLS`), ``outcome``, ``conflict``,
        ``valued`` (missing where not told).
    """
    rows = {}
    for key in sorted({*documents, *survey}):
        written, answered = documents.get(key, {}), survey.get(key, {})
        one, other = _written(written), _answered(answered, middle)
        rows[key] = {
            "documents": one,
            "survey": other,
            "outcome": met(one, other),
            "conflict": written.get("conflict"),
            "valued": answered.get("valued"),
        }
    frame = pd.DataFrame([*rows.values()], index=pd.MultiIndex.from_tuples(rows, names=["district", "year"]))
    return frame.astype({"conflict": float, "valued": float})


def district_findings(display: pd.DataFrame) -> list[Finding]:
    """Say in how many cells the strands meet how, and that both networks are valued or not known to be.

    Parameters
    ----------
    display : DataFrame
        As from `district_display`; its counts by outcome are recorded as ``outcomes.<outcome>.count``.
    """
    counts = outcome_counts(display)["count"]
    told = [f"{name} in {counts[name]}" for name in OUTCOMES]
    found = [
        Finding(
            "outcomes",
            f"Documents beside the survey of the same district and year: {and_list(told)}.",
            tuple(key_of("outcomes", name, "count") for name in OUTCOMES),
        )
    ]
    last = display.dropna(subset="valued").groupby(level="district").tail(1)
    parts = [
        f"{row['valued']:.2f} in {in_words(str(row['district']))}"
        for row in last.reset_index().to_dict("records")
    ]
    keys = tuple(key_of("display", *cell, "valued") for cell in last.index)
    if keys:
        sentence = f"In the last survey members rate the value of their network {and_list(parts)}."
        found.append(Finding("valued", sentence, keys))
    return found


def _written(cell: Mapping[str, float | None]) -> str:
    ends = [cell.get(f"{name} {end}") for name in ("conflict", "alignment") for end in ("lower", "upper")]
    known = [value for value in ends if value is not None]
    if len(known) < len(ends):
        return "not told"
    conflict_low, conflict_high, alignment_low, alignment_high = known
    if conflict_low > alignment_high:
        return "conflict"
    return "alignment" if alignment_low > conflict_high else "unclear"


def _answered(cell: Mapping[str, float | None], middle: float) -> str:
    lower, upper = cell.get("lower"), cell.get("upper")
    if lower is None or upper is None:
        return "not told"
    return "conflict" if upper < middle else "alignment" if lower > middle else "unclear"
