"""What the printed numbers of a chapter on the coded chat imply about its other printed numbers.

Tan, Y., Swiecki, Z., Ruis, A. R. & Shaffer, D. W. (2024). Epistemic network analysis and ordered network
analysis in learning analytics. In *Learning Analytics Methods and Tutorials*, chapter 18. What is printed is
quoted where it is used.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from analysis.finding import Finding, key_of, percent

__all__ = ["chapter_findings", "implied_by_print", "other_deviation"]

_SIZES = (26, 22)
_SECOND_AXIS = {"first_sd": 0.13, "second_mean": 0.00, "t": 0.0, "df": 43.17}
_MEDIANS = {"first axis, second condition": -0.007, "second axis, first condition": 0.13}


def other_deviation(deviation: float, sizes: tuple[int, int], df: float) -> float:
    """Return the standard deviation of a second group that gives Welch's test its degrees of freedom.

    Two deviations may: the larger is returned, at which the second group's part outweighs the first's.

    Parameters
    ----------
    deviation : float
        Of the first group.
    sizes : pair of int
    df : float
        As printed (Welch 1947).

    Raises
    ------
    ValueError
        When no such deviation gives these degrees of freedom.

    Examples
    --------
    >>> round(other_deviation(0.13, (26, 22), 43.17), 3)
    0.142
    """
    first, second = sizes
    own = deviation**2 / first

    def short(log: float) -> float:
        other = np.exp(log) ** 2 / second
        return float((own + other) ** 2 / (own**2 / (first - 1) + other**2 / (second - 1)) - df)

    # Degrees of freedom are greatest, n1 + n2 - 2, where the two parts are as n - 1 of their groups.
    top = float(np.log(deviation * np.sqrt((second - 1) * second / ((first - 1) * first))))
    if not short(top) >= 0 >= short(top + 9):
        raise ValueError(
            f"found {df} degrees of freedom for {first} and {second} people: no deviation gives them"
        )
    return float(np.exp(brentq(short, top, top + 9)))


def implied_by_print(axes: pd.DataFrame) -> pd.DataFrame:
    """Set what the chapter's other numbers imply beside what the data give, where print contradicts itself.

    Parameters
    ----------
    axes : DataFrame
        As from `compare_axes`, rows ``MR1`` and ``SVD2``.

    Returns
    -------
    DataFrame
        index what; ``implied``, ``computed``.
    """
    larger = other_deviation(_SECOND_AXIS["first_sd"], _SIZES, _SECOND_AXIS["df"])
    first, second = axes.loc["MR1"], axes.loc["SVD2"]
    rows = {
        # A t of 0 leaves no difference of the means.
        "second axis, first condition, mean": (
            _SECOND_AXIS["second_mean"] + _SECOND_AXIS["t"],
            second["first_mean"],
        ),
        "second axis, second condition, larger deviation": (larger, second["second_sd"]),
        # Each stands where the other belongs.
        "first axis, second condition, median": (
            _MEDIANS["second axis, first condition"],
            first["second_median"],
        ),
        "second axis, first condition, median": (
            _MEDIANS["first axis, second condition"],
            second["first_median"],
        ),
        "first axis, second condition, deviation cut off": (
            np.floor(100 * first["second_sd"]) / 100,
            first["second_sd"],
        ),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["implied", "computed"]).rename_axis("what")


def chapter_findings(axes: pd.DataFrame, shares: pd.DataFrame, rejected: float) -> list[Finding]:
    """Say what the first axis shows, and what the chapter's test of it cannot.

    Parameters
    ----------
    axes, shares : DataFrame
        Recorded as tables of these names.
    rejected : float
        As from `circular_rejections`, recorded as ``circular``.
    """
    first = axes.loc["MR1"]
    share = float(shares.loc["MR1", "share"])  # type: ignore[arg-type]
    keys = (*(key_of("axes", "MR1", name) for name in ("t", "df", "d")), key_of("shares", "MR1", "share"))
    t, df = f"{first['t']:.2f}".replace("-", "−"), first["df"]
    return [
        Finding(
            "first-axis",
            f"The axis turned towards the two conditions holds {percent(share)} of the differences between "
            f"students. On it t is {t} ({df:.2f} degrees of freedom), Cohen's d {first['d']:.2f}.",
            keys,
        ),
        Finding(
            "circular",
            "That test is circular: the axis was chosen to separate the conditions. By the same test random "
            f"groups of students differ in {percent(rejected)} of draws, where 5 % would be right. The "
            "number is reproduced, not endorsed.",
            ("circular",),
        ),
    ]
