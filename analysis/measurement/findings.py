"""What the pages on scales tell, in sentences."""

from __future__ import annotations

import pandas as pd

from analysis.finding import Finding, key_of, p_in_words, percent, row_of, signed
from analysis.labels import in_words

__all__ = ["score_findings", "trust_findings"]

SURE = 0.05
"""A p-value below counts as evidence."""
RELIABLE = 0.7
"""ICC(2) above which a school's mean is usually used (a convention)."""


def score_findings(summary: pd.DataFrame) -> list[Finding]:
    """Say how the mean of each scale moved from its first wave to its last; the table has the people.

    Parameters
    ----------
    summary : DataFrame
        As from `scale_summary`.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("trust", 1), ("trust", 3)], names=["scale", "wave"])
    >>> score_findings(pd.DataFrame({"mean": [3.35, 3.67]}, index=index))[0].sentence
    'The mean of trust rose from 3.35 to 3.67 between wave 1 and wave 3.'
    """
    found = []
    for scale, rows in summary.groupby(level="scale", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        ends = [rows.index[0], rows.index[-1]]
        name = in_words(str(scale))
        if len(rows) == 1:
            sentence = f"The mean of {name} is {last['mean']:.2f}."
            ends = ends[1:]
        else:
            moved = _moved(first["mean"], last["mean"])
            sentence = f"The mean of {name} {moved} between wave {ends[0][1]} and wave {ends[1][1]}."
        keys = tuple(key_of("scores", *end, "mean") for end in ends)
        found.append(Finding(key_of("scores", scale), sentence, keys))
    return found


def trust_findings(icc: pd.DataFrame, associated: pd.DataFrame) -> list[Finding]:
    """Say whether a school's mean can be used, and whether trust goes with advice that is returned.

    Parameters
    ----------
    icc : DataFrame
        `intraclass_correlation` by sample and method.
    associated : DataFrame
        `correlation` by measure and kind.
    """
    row = ("without filled-in values", "reml")
    values = row_of(icc, row)
    verdict = (
        "is reliable enough to be used" if values["icc2"] >= RELIABLE else "is too unreliable to rank schools"
    )
    found = [
        Finding(
            "icc",
            f"{percent(values['icc1'])} of the differences in trust lie between schools (ICC(1)). A school's "
            f"mean has a reliability of {values['icc2']:.2f} (ICC(2)) and {verdict}.",
            tuple(key_of("icc", *row, name) for name in ("icc1", "icc2")),
        )
    ]
    kind = ("edgewise", "spearman")
    fit = row_of(associated, kind)
    told = (
        f"{'higher' if fit['estimate'] > 0 else 'lower'} where more advice is returned"
        if fit["p"] < SURE
        else "neither clearly higher nor clearly lower where more advice is returned"
    )
    found.append(
        Finding(
            "association",
            f"Across {fit['units']:.0f} schools, trust is {told}: Spearman's correlation is "
            f"{signed(fit['estimate'])} ({p_in_words(fit['p'])}, interval {signed(fit['lower'])} to "
            f"{signed(fit['upper'])}).",
            tuple(
                key_of("association", *kind, name) for name in ("units", "estimate", "p", "lower", "upper")
            ),
        )
    )
    return found


def _moved(first: float, last: float) -> str:
    one, other = f"{first:.2f}", f"{last:.2f}"
    if one == other:
        return f"stayed at {other}"
    return f"{'rose' if last > first else 'fell'} from {one} to {other}"
