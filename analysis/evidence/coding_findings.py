"""What the pages on coding tell, in sentences."""

from __future__ import annotations

import pandas as pd

from analysis.checks import NotEstimable
from analysis.evidence.agreement import OVERALL
from analysis.evidence.code_networks import CodeNetworks
from analysis.evidence.codes import BETWEEN
from analysis.finding import Finding, key_of, p_in_words, percent, row_of
from analysis.labels import in_words

__all__ = ["FIRM", "TENTATIVE", "agreement_findings", "bounds_findings", "code_findings"]

FIRM, TENTATIVE = 0.8, 0.667
"""Alphas that are customary for firm and for tentative conclusions (Krippendorff 2019, chapter 12)."""
_SURE = 0.05


def agreement_findings(frame: pd.DataFrame | NotEstimable) -> list[Finding]:
    """Say on what coders agree most and least, what that allows, and why two coefficients part.

    Parameters
    ----------
    frame : DataFrame or NotEstimable
        As from `agreement_by_code`, recorded as the table ``agreement``; `FIRM` and `TENTATIVE` as
        ``mark.firm`` and ``mark.tentative``.

    Examples
    --------
    >>> columns = ["alpha", "ac", "fleiss", "prevalence"]
    >>> frame = pd.DataFrame([[0.85, 0.9, 0.85, 0.5]], columns=columns, index=["help"])
    >>> agreement_findings(frame)[0].sentence
    "Coders agree on help: Krippendorff's alpha is 0.85, enough for firm conclusions (0.800 by custom)."
    """
    if isinstance(frame, NotEstimable):
        return []
    alpha = frame["alpha"].drop(OVERALL, errors="ignore").dropna()
    if alpha.empty:
        return []
    least, most = str(alpha.idxmin()), str(alpha.idxmax())
    if len(alpha) == 1:
        told = f"Coders agree on {in_words(least)}: Krippendorff's alpha is {alpha[least]:.2f}"
    else:
        told = (
            f"Coders agree most on {in_words(most)} (Krippendorff's alpha {alpha[most]:.2f}) and least on "
            f"{in_words(least)} ({alpha[least]:.2f})"
        )
    if alpha[least] >= FIRM:
        worth = f", enough for firm conclusions ({FIRM:.3f} by custom)"
    elif alpha[most] < TENTATIVE:
        worth = f". By custom even tentative conclusions need {TENTATIVE:.3f}"
    else:
        worth = f". By custom firm conclusions need {FIRM:.3f}, tentative ones {TENTATIVE:.3f}"
    alphas = tuple(key_of("agreement", code, "alpha") for code in dict.fromkeys((most, least)))
    found = [Finding("agreement", f"{told}{worth}.", (*alphas, "mark.firm", "mark.tentative"))]
    gap = (frame["ac"] - frame["fleiss"]).drop(OVERALL, errors="ignore").dropna()
    if len(gap) and gap.max() >= 0.1:
        code = str(gap.idxmax())
        row = row_of(frame, code)
        sentence = (
            f"On {in_words(code)} Gwet's AC1 is {row['ac']:.2f} where Fleiss' kappa is {row['fleiss']:.2f}: "
            f"ratings are uneven ({percent(row['prevalence'])} of them in one category), and the two differ "
            "in how much agreement they expect by chance. Report both."
        )
        keys = tuple(key_of("agreement", code, name) for name in ("ac", "fleiss", "prevalence"))
        found.append(Finding("coefficients", sentence, keys))
    return found


def bounds_findings(bounds: pd.DataFrame | NotEstimable) -> list[Finding]:
    """Say what dropping units of undetermined ratings would have hidden.

    Parameters
    ----------
    bounds : DataFrame
        As from `dropped_or_bounded`, recorded as the table ``bounds``.
    """
    found: list[Finding] = []
    if isinstance(bounds, NotEstimable):
        return found
    for variable in dict.fromkeys(bounds.index.get_level_values("variable")):
        row, name = row_of(bounds, (variable, "nominal")), in_words(variable)
        sentence = (
            f"For {row['undetermined']:.0f} units the ratings on {name} are not certain. Leaving them out "
            f"gives an alpha of {row['dropped']:.3f}; if two or more people rated each, alpha lies between "
            f"{row['at_least']:.3f} and {row['at_most']:.3f}."
        )
        names = ("undetermined", "dropped", "at_least", "at_most")
        keys = tuple(key_of("bounds", variable, "nominal", name) for name in names)
        found.append(Finding(f"bounds.{variable}", sentence, keys))
    return found


def code_findings(found: CodeNetworks, coders: int) -> list[Finding]:
    """Say which codes stand together most, and whether two kinds of documents differ in that.

    Parameters
    ----------
    found : CodeNetworks
        Recorded as the tables ``connected``, ``compared``, ``axes``, and ``pairs``, the number of pairs.
    coders : int
        Who coded, recorded as ``coders``.
    """
    told: list[Finding] = []
    connected, compared, axes = found.connected(), found.compared, found.axes()
    if len(connected) and connected["lines"].max() > 0:
        pair = str(connected["lines"].idxmax())
        first, second = pair.split(BETWEEN)
        sentence = (
            f"The codes that appear together most are {in_words(first)} and {in_words(second)}: "
            f"{connected['lines'].max():,.0f} lines connect them."
        )
        told.append(Finding("together", sentence, (key_of("connected", pair, "lines"),)))
    if isinstance(compared, pd.DataFrame):
        row = row_of(compared, "all")
        groups = [in_words(name) for name in compared.columns[:2]]
        sure = row["p"] < _SURE
        sentence = (
            f"{groups[0].capitalize()} and {groups[1]} {'differ' if sure else 'do not clearly differ'} in "
            f"the codes they connect ({p_in_words(row['p'])}, with documents exchanged at random)."
        )
        told.append(Finding("groups", sentence, (key_of("compared", "all", "p"),)))
        pairs = compared.drop("all")
        held = pairs[pairs["p_holm"] < _SURE]
        if sure and len(held):
            name = str(held["difference"].abs().idxmax())
            one, other = name.split(BETWEEN)
            where = groups[1] if held["difference"][name] > 0 else groups[0]
            sentence = (
                f"Of {len(pairs)} pairs of codes they differ most in {in_words(one)} and {in_words(other)}, "
                f"which appear together more in {where} ({p_in_words(held['p_holm'][name])} after Holm)."
            )
            told.append(Finding("pair", sentence, (key_of("compared", name, "p_holm"), "pairs")))
    if isinstance(axes, pd.DataFrame) and axes["pearson"].min() < 0.9:
        sentence = (
            f"The picture of codes fits the documents poorly (correlation {axes['pearson'].min():.2f} on one "
            "axis): read the table of connections instead."
        )
        keys = tuple(key_of("axes", axis, "pearson") for axis in axes.index)
        told.append(Finding("fit", sentence, keys))
    if coders == 1:
        sentence = "One coder coded everything, so these data cannot say how reliable the codes are."
        told.append(Finding("one-coder", sentence, ("coders",)))
    return told
