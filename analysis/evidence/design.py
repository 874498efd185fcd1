"""A network's design, element by element: ratings on a rubric, their agreement, the documents behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.checks import NotEstimable
from analysis.evidence.agreement import agreement
from analysis.evidence.tallies import tallies_of_ratings
from analysis.finding import Finding, and_list, key_of, row_of

__all__ = ["ANCHORS", "ELEMENTS", "design_findings", "leanings", "rated", "raters_agree", "rubric"]

ELEMENTS = (
    "vision, goals and problem of practice",
    "membership criteria",
    "structures for collaboration",
    "leadership team",
    "resources and sustainability",
    "supports for participation",
    "evaluation and data use",
    "generating and sharing knowledge",
)
"""The eight design elements of a network (Raphael 2019), in short."""

ANCHORS = {
    0: "not begun",
    1: "written down or agreed",
    2: "in use",
    3: "in use, reviewed with data, and changed at least once",
}
"""What a rating means. The essay gives no scale: these anchors are this project's."""


def rubric() -> pd.DataFrame:
    """Return the anchors as a table.

    Examples
    --------
    >>> rubric().loc["2", "anchor"]
    'in use'
    """
    return pd.DataFrame({"anchor": list(ANCHORS.values())}, index=pd.Index(map(str, ANCHORS), name="rating"))


def rated(design_elements: pd.DataFrame) -> pd.DataFrame:
    """Return each element's rating by date, and how many of its ratings have a document behind them.

    Parameters
    ----------
    design_elements : DataFrame
        As in the data model.

    Returns
    -------
    DataFrame
        Index `element`, the eight in their order, then others; a column for each date (mean over raters),
        ``change`` (last less first), ``ratings`` above nothing, and ``documented``, those with a document.

    Raises
    ------
    ValueError
        With every rating that is not on the rubric.

    Examples
    --------
    >>> rows = [("leadership team", "2024-10-05", 1, "plan"), ("leadership team", "2025-04-26", 3, None)]
    >>> frame = pd.DataFrame(rows, columns=["element", "date", "rating", "document_id"])
    >>> rated(frame).loc["leadership team"].tolist()
    [1.0, 3.0, 2.0, 2.0, 1.0]
    """
    wrong = sorted(set(design_elements["rating"]) - set(ANCHORS))
    if wrong:
        raise ValueError(
            f"found ratings {', '.join(f'{one:g}' for one in wrong)}; allowed: {', '.join(map(str, ANCHORS))}"
        )
    wide = design_elements.pivot_table(index="element", columns="date", values="rating", aggfunc="mean")
    known = [name for name in ELEMENTS if name in wide.index]
    wide = wide.reindex([*known, *(name for name in wide.index if name not in ELEMENTS)]).astype(float)
    wide.columns = pd.Index(map(str, wide.columns))
    above = design_elements[design_elements["rating"] > 0].groupby("element")["document_id"]
    return wide.assign(
        change=wide.iloc[:, -1] - wide.iloc[:, 0],
        ratings=above.size().reindex(wide.index, fill_value=0),
        documented=above.count().reindex(wide.index, fill_value=0),
    )


def raters_agree(design_elements: pd.DataFrame, *, draws: int, seed: int) -> pd.DataFrame:
    """Return how far raters agree, by quadratic weights and ordinal alpha; elements are resampled.

    The one row is named ``rating``; an element on a day is a unit. See `analysis.evidence.agreement`.

    Raises
    ------
    NotEstimable
        Where fewer than two raters rated an element on a day.
    """
    named = design_elements.dropna(subset=["rater_id"]) if "rater_id" in design_elements else None
    if named is None or named["rater_id"].nunique() < 2:
        raise NotEstimable("found fewer than two raters")
    wide = named.pivot(index=["element", "date"], columns="rater_id", values="rating")
    tallies = tallies_of_ratings(wide, list(wide.index.get_level_values("element")), name="rating")
    frame = agreement(tallies, seed=seed, level="ordinal", weights="quadratic", draws=draws).frame
    return frame[["units", "percent", "cohen", "ac", "alpha", "alpha_lower", "alpha_upper"]]


def leanings(design_elements: pd.DataFrame) -> pd.DataFrame:
    """Return how far elements that serve execution, sharing, or both are built, date by date: a profile.

    Returns
    -------
    DataFrame
        Index `leaning`; ``elements`` and the mean rating at each date. A network has its place in all three;
        none of them is its kind.

    Raises
    ------
    NotEstimable
        Where no leaning is recorded.
    """
    known = design_elements.dropna(subset=["leaning"]) if "leaning" in design_elements else pd.DataFrame()
    if known.empty:
        raise NotEstimable("found no leaning of an element")
    wide = known.pivot_table(index="leaning", columns="date", values="rating", aggfunc="mean").astype(float)
    wide.columns = pd.Index(map(str, wide.columns))
    wide.insert(0, "elements", known.groupby("leaning")["element"].nunique())
    return wide


def design_findings(frame: pd.DataFrame, agreed: pd.DataFrame | NotEstimable) -> list[Finding]:
    """Say which elements are built least, what has no document, and how far raters agree.

    Parameters
    ----------
    frame : DataFrame
        As from `rated`, recorded as the table ``elements``; totals as ``ratings`` and ``documented``.
    agreed : DataFrame or NotEstimable
        As from `raters_agree`, recorded as the table ``agreement``.
    """
    last = str(frame.columns[-4])
    lowest = frame.index[np.isclose(frame[last], frame[last].min())]
    told = and_list([f"“{name}”" for name in lowest])
    found = [
        Finding(
            "least",
            f"Rated lowest on {last}: {told} ({frame[last].min():.1f} of {max(ANCHORS)}).",
            (key_of("elements", lowest[0], last), "highest"),
        )
    ]
    ratings, documented = int(frame["ratings"].sum()), int(frame["documented"].sum())
    sentence = f"{documented} of {ratings} ratings above zero have a document behind them."
    found.append(Finding("documents", sentence, ("documented", "ratings")))
    if isinstance(agreed, pd.DataFrame) and np.isfinite(agreed["alpha"].iloc[0]):
        row = row_of(agreed, "rating")
        sentence = f"How far raters agree: Krippendorff's alpha, ordinal, is {row['alpha']:.2f}."
        found.append(Finding("agreement", sentence, (key_of("agreement", "rating", "alpha"),)))
    return found
