"""How often a code applies apart from coders' mistakes, with intervals whose units are documents.

A share coded is no share of segments to which a code applies: a coder who errs in one decision of twenty
finds a code that never applies in one segment of twenty. How often coders err shows in how often two of them
disagree about a segment, if each errs as often as the other, independently, and as often by marking too much
as by marking too little.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import t as students_t

from analysis.arrays import Floats
from analysis.checks import NotEstimable, require_level
from analysis.evidence.environment import KEYS, placed_codings

__all__ = ["coder_errors", "true_shares"]

_ERRORS = ["estimate", "lower", "upper", "segments", "documents"]


def coder_errors(tables: Mapping[str, pd.DataFrame], level: float = 0.95) -> pd.DataFrame:
    """Return how often a coder errs in deciding whether a code applies to a segment.

    Two coders who err with chance e disagree with chance d = 2e(1 − e), so e = (1 − √(1 − 2d)) / 2. The
    interval of d is Wilson's with Student's t; its spread is that between documents.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        documents (dated), codings; organizations, if there are.
    level : float
        Of intervals.

    Returns
    -------
    DataFrame
        index code; ``estimate``, ``lower``, ``upper`` (chances), ``segments`` (that two coders or more read),
        ``documents``. Chances are NaN where pairs of coders disagree in half of the segments or more, as if
        they guessed; ends of the interval where only one document was read twice.

    Raises
    ------
    NotEstimable
        When no segment was read by two coders for the same code, or no coded document has a date.

    Examples
    --------
    Two coders disagree in 9 of 50 segments, .18; √(1 − .36) = .8.

    >>> codings = pd.DataFrame(
    ...     [
    ...         (f"d{n % 5}", f"s{n}", coder, "adapt", int(n < 9 and coder == "x"))
    ...         for n in range(50)
    ...         for coder in "xy"
    ...     ],
    ...     columns=["document_id", "segment_id", "coder_id", "code", "applied"],
    ... )
    >>> documents = pd.DataFrame({"document_id": [f"d{n}" for n in range(5)], "date": "2020-01-01"})
    >>> float(coder_errors({"documents": documents, "codings": codings})["estimate"].round(6).iloc[0])
    0.1
    """
    require_level(level)
    return _errors(_segments(tables), level)[_ERRORS]


def true_shares(tables: Mapping[str, pd.DataFrame], level: float = 0.95) -> pd.DataFrame:
    """Return to how much of the documents each code applies, by district and year.

    The estimate is (p − e) / (1 − 2e), of the share p coded (the coders' mean) and the error e of
    `coder_errors`, no lower than 0 and no higher than 1 (Rogan & Gladen 1978). Its interval is a score
    interval: every share θ whose distance from the estimate is at most t standard errors, where the variance
    is D(θ(1 − θ) + noise) / n and what is not known of e. D is the design effect of documents (Kish 1965):
    how much more, or less, documents of the same district and year differ than segments do, over all
    districts and years. Without errors and with D = 1 it is Wilson's interval, with Student's t.

    Where no two coders ever disagree about a code, they are taken to make no mistakes about it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As for `coder_errors`.
    level : float
        Of intervals.

    Returns
    -------
    DataFrame
        index code, district, year; ``estimate``, ``lower``, ``upper``, ``coded`` (p), ``segments``,
        ``documents``. NaN where the error is; ends of the interval too where no district has two documents
        of a year.

    Raises
    ------
    NotEstimable
        As `coder_errors`.

    References
    ----------
    Rogan, W. J. & Gladen, B. (1978). Estimating prevalence from the results of a screening test. American
    Journal of Epidemiology, 107, 71–76.
    Kish, L. (1965). Survey sampling. Wiley.

    Examples
    --------
    Two coders find a code in the first 21 and 12 of 50 segments: p = .33, and e = .1.

    >>> codings = pd.DataFrame(
    ...     [
    ...         (f"d{n % 5}", f"s{n}", coder, "adapt", int(n < marked))
    ...         for coder, marked in (("x", 21), ("y", 12))
    ...         for n in range(50)
    ...     ],
    ...     columns=["document_id", "segment_id", "coder_id", "code", "applied"],
    ... )
    >>> documents = pd.DataFrame({"document_id": [f"d{n}" for n in range(5)], "date": "2020-01-01"})
    >>> found = true_shares({"documents": documents, "codings": codings})
    >>> found[["estimate", "coded"]].round(4).iloc[0].tolist()
    [0.2875, 0.33]
    """
    require_level(level)
    segments = _segments(tables)
    errors = _errors(segments, level)
    place = ["code", *KEYS]
    cells = segments.groupby(place)
    found = pd.DataFrame({"coded": cells["mean"].mean(), "segments": cells.size()})
    found["documents"] = cells["document_id"].nunique()
    found["one_over"] = cells["one_over"].mean()
    found["twice"] = cells["twice"].mean()
    found = found.join(errors[["estimate", "varies", "segments"]].add_prefix("error_"), on="code")
    found = found.join(_design_effects(segments), on="code")
    error, both = (found[name].to_numpy(float) for name in ("error_estimate", "error_segments"))
    keeps, slips = (1 - 2 * error) ** 2, error * (1 - error)
    estimate = np.clip((found["coded"].to_numpy() - error) / (1 - 2 * error), 0, 1)
    size = found["segments"].to_numpy(float)
    effect, free = found["effect"].to_numpy(), found["free"].to_numpy()
    # What the error's own uncertainty adds, times (1 - 2 share)²: less where the share's segments gave it.
    known = (found["error_varies"] - 2 * slips * found["twice"] / both).to_numpy() / keeps
    noise = effect * slips * found["one_over"].to_numpy() / (keeps * size)
    # A row without degrees of freedom has no interval.
    times = students_t.ppf((1 + level) / 2, np.where(free > 0, free, np.nan)) ** 2
    lower, upper = _score(estimate, times * (effect / size - 4 * known), times * (noise + known))
    ends = {"lower": np.minimum(lower, estimate), "upper": np.maximum(upper, estimate)}
    found = found.assign(estimate=estimate, **ends)
    return found[["estimate", "lower", "upper", "coded", "segments", "documents"]]


def _segments(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a row per code and segment: the coders' mean, how often two disagree, how many they are."""
    place = ["code", *KEYS, "document_id", "segment_id"]
    marks = placed_codings(tables).groupby(place)["applied"].agg(["sum", "count"]).reset_index()
    hits, coders = marks["sum"].to_numpy(float), marks["count"].to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        disagree = np.where(coders > 1, 2 * hits * (coders - hits) / (coders * (coders - 1)), np.nan)
    if np.isnan(disagree).all():
        raise NotEstimable("found no segment that two coders read for the same code; needed: one")
    return marks.assign(
        mean=hits / coders,
        disagree=disagree,
        one_over=1 / coders,
        twice=np.where(coders > 1, 1 / coders, 0.0),
    )


def _errors(segments: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return `coder_errors`, and how uncertain each error is (``varies``: a variance)."""
    rows = {}
    for code, every in segments.groupby("code"):
        own = every.dropna(subset="disagree")
        size, share = len(own), float(own["disagree"].mean())
        documents = own.groupby("document_id")["disagree"].agg(["mean", "size"])
        row = {"segments": size, "documents": len(documents)}
        if not share < 0.5:
            rows[code] = {**dict.fromkeys(["estimate", "lower", "upper", "varies"], np.nan), **row}
            continue
        free = len(documents) - 1
        between = float((documents["size"] * (documents["mean"] - share) ** 2).sum())
        # Where nobody disagrees, nothing shows how documents differ.
        effect = (between / free if free else np.nan) / (share * (1 - share)) if share else 1.0
        times = students_t.ppf((1 + level) / 2, free if free else np.nan) ** 2
        ends = _score(np.array([share]), np.array([times * effect / size]), np.zeros(1))
        low, high = (float(_error_of(end)[0]) for end in ends)
        varies = effect * share * (1 - share) / (4 * size * (1 - 2 * share))
        rows[code] = {
            "estimate": float(_error_of(share)),
            "lower": low,
            "upper": high,
            "varies": varies,
        } | row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("code")


def _error_of(disagreement: float | Floats) -> Floats:
    """Return the error of a coder whom another contradicts so often."""
    return np.asarray((1 - np.sqrt(1 - 2 * np.minimum(disagreement, 0.5))) / 2)


def _design_effects(segments: pd.DataFrame) -> pd.DataFrame:
    """Return for each code how documents of a district and year differ: ``effect``, ``free``."""
    place = ["code", *KEYS]
    level = segments.groupby(place)["mean"].transform("mean")
    away = segments.assign(away=segments["mean"] - level, square=(segments["mean"] - level) ** 2)
    documents = away.groupby([*place, "document_id"])["away"].agg(["mean", "size"])
    between = (documents["size"] * documents["mean"] ** 2).groupby(level="code").sum()
    cells = segments.groupby(place).size().groupby(level="code").size()
    free = documents.groupby(level="code").size() - cells
    inner = away.groupby("code")["square"].agg(["sum", "size"])
    spread = inner["sum"] / (inner["size"] - cells)
    # Where all segments are alike, so are documents.
    effect = (between / free.where(free > 0) / spread).where(spread > 0, 1.0)
    return pd.DataFrame({"effect": effect, "free": free.astype(float)})


def _score(estimate: Floats, slope: npt.NDArray[np.float64], constant: Floats) -> tuple[Floats, Floats]:
    """Return the ends of the θ in 0–1 with (estimate − θ)² ≤ slope · θ(1 − θ) + constant."""
    square, half = 1 + slope, estimate + slope / 2
    root = np.sqrt(np.maximum(half**2 - square * (estimate**2 - constant), 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        lower, upper = (np.clip((half + sign * root) / square, 0, 1) for sign in (-1, 1))
    # Of an error that is hardly known, nothing is excluded.
    return np.where(square <= 0, 0.0, lower), np.where(square <= 0, 1.0, upper)
