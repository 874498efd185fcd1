"""How much bias it would take to change what is said of an association that another run recorded."""

from __future__ import annotations

import math

import pandas as pd
from scipy.stats import norm

from analysis.compendium.recorded import NOT_RUN, Linked, recorded, recorded_finding
from analysis.finding import Finding, key_of, percent, row_of
from analysis.resampling.robustness import bias_share, robustness
from analysis.synthesis.written import written

__all__ = ["ASSUMED", "bias_findings", "bias_of", "withstood"]

ASSUMED = {
    "correlation": "cases independent of one another; konfound's rule",
    "regression": "cases independent of one another, a linear model; konfound's rule",
    "permutation": "permuted estimates normal about 0: one beyond 1.96 of their standard deviations is found",
    "likelihood": "the estimate normal, with the error that its page gives",
}
"""What the threshold of each kind of test assumes."""

_EDGE = float(norm.ppf(0.975))


def bias_of(
    kind: str, estimate: float, error: float | None, cases: int | None, covariates: int
) -> dict[str, object]:
    """Return what bias an association withstands.

    Parameters
    ----------
    kind : str
        One of `ASSUMED`. A correlation's error follows from its cases; of a permutation test it is the
        standard deviation of the permuted estimates.
    estimate : float
    error : float or None
    cases, covariates : int
        Of a correlation or regression: what it rests on, and what else is held constant.

    Returns
    -------
    dict
        ``found`` (whether it is told from none), ``share`` (of the estimate that would have to be bias; where
        it is not found, of the threshold that bias would have to hide), and of these two ``cases``,
        ``impact`` and ``omitted`` (the correlation that an omitted variable would need), else missing.

    Raises
    ------
    ValueError
        For an unknown kind, or one that lacks its error or cases.

    Examples
    --------
    >>> found = bias_of("permutation", 0.4, 0.1, None, 0)
    >>> found["found"], round(found["share"], 2)
    (True, 0.51)
    """
    linear = kind in ("correlation", "regression")
    lacking = (linear and cases is None) or (kind != "correlation" and error is None)
    if kind not in ASSUMED or lacking:
        told = f"found {kind!r}, error {error}, cases {cases}"
        raise ValueError(f"{told}; allowed: {', '.join(ASSUMED)}, with theirs")
    if linear and cases is not None:
        own = math.sqrt((1 - estimate**2) / (cases - covariates - 2)) if error is None else error
        told_of = robustness(estimate, own, cases, covariates)
        return {
            "found": told_of.excludes_zero,
            "share": told_of.share,
            "cases": float(told_of.cases),
            "impact": told_of.impact,
            "omitted": told_of.correlation,
        }
    threshold = math.copysign(_EDGE * float(error or 0.0), estimate)
    none = dict.fromkeys(("cases", "impact", "omitted"), math.nan)
    return {"found": abs(estimate) > abs(threshold), "share": bias_share(estimate, threshold), **none}


def withstood() -> pd.DataFrame:
    """Return for each association that the table names what bias it withstands.

    Returns
    -------
    DataFrame
        index ``association``; ``estimate``, ``found``, ``share``, ``cases``, ``impact``, ``omitted`` as from
        `bias_of` (missing where its run was not made), ``assumes``, and ``what its page says`` (`Linked`).
    """
    rows = {}
    for row in written("associations").to_dict("records"):
        numbers = {
            name: recorded(row["run"], row[name]).value if row[name] else None
            for name in ("estimate", "error", "cases")
        }
        finding = recorded_finding(row["run"], row["finding"])
        said = {"assumes": ASSUMED[row["test"]], "what its page says": Linked(finding.sentence, finding.link)}
        if numbers["estimate"] is None:
            rows[row["association"]] = {"found": NOT_RUN, **said}
            continue
        values = {name: None if value is None else float(value) for name, value in numbers.items()}
        cases = None if values["cases"] is None else int(values["cases"])
        told = bias_of(
            row["test"], values["estimate"] or 0.0, values["error"], cases, int(row["covariates"] or 0)
        )
        told["found"] = "found" if told["found"] else "not found"
        rows[row["association"]] = {"estimate": values["estimate"], **told, **said}
    names = ["estimate", "found", "share", "cases", "impact", "omitted", "assumes", "what its page says"]
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=names).rename_axis("association")
    return frame.astype(dict.fromkeys(("estimate", "share", "cases", "impact", "omitted"), float))


def bias_findings(frame: pd.DataFrame) -> list[Finding]:
    """Say which association withstands most, which least, and how near to one those are that are not found.

    Parameters
    ----------
    frame : DataFrame
        As from `withstood`, recorded as the table ``bias``.
    """
    found = []
    own = frame[frame["found"] == "found"]
    if len(own):
        most, least = str(own["share"].idxmax()), str(own["share"].idxmin())
        sentence = (
            f"The association that withstands most bias is {most}: its interval would include zero only if "
            f"{percent(row_of(own, most)['share'])} of it were bias. The one that withstands least is "
            f"{least}: {percent(row_of(own, least)['share'])}."
        )
        keys = tuple(key_of("bias", name, "share") for name in (most, least))
        found.append(Finding("withstood", sentence, keys))
    missed = frame[frame["found"] == "not found"]
    if len(missed):
        nearest = str(missed["share"].idxmin())
        sentence = (
            f"Not clearly different from zero: {len(missed)} associations. The nearest to clear is "
            f"{nearest}: bias that hides {percent(row_of(missed, nearest)['share'])} of it would be enough."
        )
        found.append(Finding("hidden", sentence, ("missed", key_of("bias", nearest, "share"))))
    return found
