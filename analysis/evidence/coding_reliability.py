"""How far those who coded a dataset agree, whichever way it holds their decisions.

A dataset has codings (who decided what) or counts of ratings (how many chose a category). Where a variable's
ratings are not known for certain (`<variable>_ambiguous`), its alpha is given with the bounds they leave.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.checks import NotEstimable
from analysis.evidence.agreement import Level, agreement, alpha_bounds, disagreements
from analysis.evidence.tallies import order_of, tallies_of_codings, tallies_of_counts

__all__ = [
    "AMBIGUOUS",
    "agreement_by_code",
    "alphas_by_level",
    "chances",
    "coded_volume",
    "coefficients",
    "documents_behind",
    "dropped_or_bounded",
    "where_coders_part",
]

AMBIGUOUS = "_ambiguous"
"""Ends the name of the variable that lists what the undetermined ratings of another may have been."""

_SIDES = ("applied", "not_applied")
_LEVELS: tuple[Level, ...] = ("nominal", "ordinal")


def _counted(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the rows of each variable of counts."""
    if "rating_counts" not in tables:
        return {}
    groups = tables["rating_counts"].groupby("variable", sort=False)
    return {str(name): rows for name, rows in groups if not str(name).endswith(AMBIGUOUS)}


def _undetermined(tables: Mapping[str, pd.DataFrame], variable: str) -> pd.Series:
    """Return what the ratings of each undetermined unit may have been."""
    counts = tables["rating_counts"]
    return counts.loc[counts["variable"] == variable + AMBIGUOUS, "category"]


def _documents(tables: Mapping[str, pd.DataFrame]) -> dict[str, frozenset[str]]:
    """Return the documents (or, without documents, the units) that were judged, by variable or code."""
    found: dict[str, frozenset[str]] = {}
    for name, own in _counted(tables).items():
        homes = own["document_id"].fillna(own["unit_id"]) if "document_id" in own else own["unit_id"]
        found[name] = frozenset(homes)
    if "codings" in tables:
        for code, own in tables["codings"].groupby("code", sort=False):
            found[str(code)] = frozenset(own["document_id"])
    return found


def documents_behind(tables: Mapping[str, pd.DataFrame]) -> frozenset[str]:
    """Return the documents that the least known code or variable rests on: what a page tells is of so many.

    Examples
    --------
    >>> codings = pd.DataFrame({"document_id": ["d", "e"], "segment_id": ["s", "s"], "coder_id": ["x", "x"],
    ...                         "code": ["help", "help"], "applied": [1, 0]})
    >>> sorted(documents_behind({"codings": codings}))
    ['d', 'e']
    """
    return min(_documents(tables).values(), key=len, default=frozenset())


def coded_volume(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count what was coded: documents, segments or units, coders, and decisions, by code or variable.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``codings`` or ``rating_counts``, or both.

    Returns
    -------
    DataFrame
        index ``code``; ``documents``, ``units``, ``coders`` (the most that a unit has), ``decisions``, and
        ``undetermined`` (units whose ratings are not known for certain).

    Examples
    --------
    >>> counts = pd.DataFrame({"unit_id": ["a", "a", "b"], "variable": "quality",
    ...                        "category": ["0", "1", "1"], "count": [1, 2, 3]})
    >>> coded_volume({"rating_counts": counts}).values.tolist()
    [[2, 2, 3, 6, 0]]
    """
    rows = []
    homes = _documents(tables)
    for name, own in _counted(tables).items():
        raters = own.groupby("unit_id")["count"].sum()
        unsure = len(_undetermined(tables, name))
        rows.append((name, len(homes[name]), len(raters), int(raters.max()), int(raters.sum()), unsure))
    if "codings" in tables:
        known = tables["codings"].dropna(subset=["applied"])
        for code, own in known.groupby("code", sort=False):
            each = own.groupby(["document_id", "segment_id"]).size()
            rows.append((str(code), len(homes[str(code)]), len(each), int(each.max()), len(own), 0))
    columns = ["code", "documents", "units", "coders", "decisions", "undetermined"]
    return pd.DataFrame(rows, columns=columns).set_index("code")


def agreement_by_code(tables: Mapping[str, pd.DataFrame], *, seed: int, draws: int = 1000) -> pd.DataFrame:
    """Return every coefficient of agreement, a row per variable of counts and a code of codings.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``codings`` (with ``codebook``, if there is one) or ``rating_counts``, or both.
    seed, draws : int
        Of the bootstrap over documents.

    Returns
    -------
    DataFrame
        As `Agreement.frame`.

    Raises
    ------
    NotEstimable
        When no two people judged one unit, or codings list only where codes apply: what a coder read and did
        not code is then not known, and coders would seem to agree on everything.
    """
    if "codings" in tables and (tables["codings"]["applied"].dropna() == 1).all():
        raise NotEstimable("codings list only where codes apply, not what a coder read and did not code")
    found = [tallies_of_counts(rows, name) for name, rows in _counted(tables).items()]
    if "codings" in tables:
        found.append(tallies_of_codings(tables["codings"], tables.get("codebook")))
    fits = [agreement(one, seed=seed + place, draws=draws) for place, one in enumerate(found)]
    return pd.concat([fit.frame for fit in fits])


def coefficients(agreed: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of `agreement_by_code` to read first; without those that no code has.

    A code of which no unit was judged twice has no row.

    Examples
    --------
    >>> names = ["units", "percent", "cohen", "fleiss", "alpha", "alpha_lower", "alpha_upper"]
    >>> agreed = pd.DataFrame([[9, 0.9, None, 0.8, 0.8, 0.6, 0.9]], columns=names, index=["help"])
    >>> list(coefficients(agreed.assign(ac=0.8, ac_lower=0.6, ac_upper=0.9, prevalence=0.5)))[:4]
    ['units', 'percent', 'fleiss', 'alpha']
    """
    columns = ["units", "percent", "cohen", "fleiss", "alpha", "alpha_lower", "alpha_upper"]
    judged = agreed[agreed["units"] > 0]
    return judged[[*columns, "ac", "ac_lower", "ac_upper", "prevalence"]].dropna(axis=1, how="all")


def chances(agreed: pd.DataFrame) -> pd.DataFrame:
    """Return what kappa and Gwet's coefficient take to be agreement by chance, and the common category."""
    return agreed.loc[agreed["units"] > 0, ["percent", "fleiss_by_chance", "ac_by_chance", "category"]]


def where_coders_part(
    tables: Mapping[str, pd.DataFrame], most: int = 20, *, counted: bool = True
) -> pd.DataFrame:
    """Return the segments that coders are most evenly divided on, to talk over.

    Parameters
    ----------
    tables : mapping of str to DataFrame
    most : int
        How many to list.
    counted : bool
        Whether to say how many coders were on each side: of two, it says what each of them decided.

    Returns
    -------
    DataFrame
        Rows of ``document``, ``segment``, ``code`` and, `counted`, ``applied`` and ``not_applied`` (coders on
        each side).

    Raises
    ------
    NotEstimable
        Where nobody parts, or it is not known who decided what.
    """
    if "codings" not in tables:
        raise NotEstimable("single ratings are not in these data, only how many chose what")
    found = disagreements(tables["codings"])
    if found.empty:
        raise NotEstimable("no segment has two coders who decided differently")
    shown = found.head(most).assign(
        **{side: [text.count(",") + 1 for text in found[side].head(most)] for side in _SIDES}
    )
    shown = shown if counted else shown.drop(columns=list(_SIDES))
    return shown.set_index(pd.RangeIndex(1, len(shown) + 1, name="number"))


def alphas_by_level(tables: Mapping[str, pd.DataFrame], *, seed: int, draws: int = 1000) -> pd.DataFrame:
    """Return alpha as nominal and as ordinal, of variables with three ordered categories or more.

    Returns
    -------
    DataFrame
        index ``variable`` and ``level``; ``units``, ``alpha``, ``lower``, ``upper``.

    Raises
    ------
    NotEstimable
        Where there is no such variable.
    """
    rows = []
    for place, (name, own) in enumerate(_counted(tables).items()):
        tallies = tallies_of_counts(own, name)
        if len(tallies.categories) < 3 or any(order_of(one)[0] for one in tallies.categories):
            continue
        for level in _LEVELS:
            row = agreement(tallies, seed=seed + place, level=level, draws=draws).frame.iloc[0]
            rows.append((name, level, int(row.units), row.alpha, row.alpha_lower, row.alpha_upper))
    if not rows:
        raise NotEstimable("no variable has three or more categories in an order")
    columns = ["variable", "level", "units", "alpha", "lower", "upper"]
    return pd.DataFrame(rows, columns=columns).set_index(["variable", "level"])


def dropped_or_bounded(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return alpha with undetermined units dropped, beside the least and the most that they leave possible.

    Returns
    -------
    DataFrame
        index ``variable`` and ``level``; ``undetermined`` (units), ``dropped`` (alpha without them),
        ``at_least``, ``at_most`` (if two or more rated each; one alone is as good as dropped).

    Raises
    ------
    NotEstimable
        Where every rating is known.
    """
    rows = []
    for name, own in _counted(tables).items():
        unsure = _undetermined(tables, name)
        if unsure.empty:
            continue
        tallies = tallies_of_counts(own, name)
        # Rated by one alone per unit is compared with none, as if it were dropped.
        ways = [[way for way in str(kind).split(" or ") if "," in way] for kind in unsure]
        compared = [" or ".join(several) for several in ways]
        for level in _LEVELS:
            alone = agreement(tallies, seed=0, level=level, draws=0).frame["alpha"].iloc[0]
            rows.append((name, level, len(unsure), alone, *alpha_bounds(tallies, compared, level=level)))
    if not rows:
        raise NotEstimable("every rating is known, so that nothing has to be bounded")
    columns = ["variable", "level", "undetermined", "dropped", "at_least", "at_most"]
    return pd.DataFrame(rows, columns=columns).set_index(["variable", "level"])
