"""Process tracing: what each piece of evidence shows of rival hypotheses, and how far all of it moves belief.

The four tests (Van Evera 1997, Guide to Methods for Students of Political Science, ch. 1) say what passing or
failing shows in words. The same pieces, with the chance of finding each if the hypothesis is true and if it
is false, update a prior by Bayes' rule (Bennett 2015, in Bennett & Checkel, Process Tracing, appendix).
Priors and chances are judgements, so both are taken over a range and the answer is a band.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.estimable import if_estimable
from analysis.result import Result

__all__ = ["SHOWS", "Tracing", "belief_table", "ledger_table", "process_tracing"]

SHOWS = {
    ("hoop", "for"): "stays in play",
    ("hoop", "against"): "ruled out, if the test is sound",
    ("smoking gun", "for"): "confirmed, if the test is sound",
    ("smoking gun", "against"): "weakened a little",
    ("straw in the wind", "for"): "supported a little",
    ("straw in the wind", "against"): "weakened a little",
    ("doubly decisive", "for"): "confirmed, and rivals ruled out",
    ("doubly decisive", "against"): "ruled out, and rivals confirmed",
}
"""What a test shows of its hypothesis, by the direction of what was found; of neither direction: nothing."""

_NEVER, _ALWAYS = 0.01, 0.99
_COLUMNS = ("evidence_id", "hypothesis", "test", "direction", "if_true", "if_false")
_TESTS = tuple(dict.fromkeys(test for test, _ in SHOWS))
_DIRECTIONS = ("for", "against", "neither")


@dataclass(frozen=True, repr=False)
class Tracing(Result):
    """A ledger of evidence, and what it does to each hypothesis.

    Attributes
    ----------
    ledger : DataFrame
        index hypothesis, evidence_id: ``test``, ``direction``, ``shows``, ``if_true``, ``if_false``,
        ``ratio`` (of the two chances; above one speaks for the hypothesis), ``source`` (the document, or the
        piece itself).
    beliefs : DataFrame
        index hypothesis: ``pieces``, ``counted`` (sources with chances), ``lower``, ``middle``, ``upper``:
        belief after the evidence, at the doubtful end of every range, at its middle, at the other end.
    priors : tuple of float
        Belief before, from and to.
    slack : float
        How far each chance may be off, up or down.
    """

    ledger: pd.DataFrame
    beliefs: pd.DataFrame
    priors: tuple[float, float]
    slack: float

    def tidy(self) -> pd.DataFrame:
        """Return one row per hypothesis."""
        return self.beliefs.reset_index()

    def summary(self) -> str:
        """Return each hypothesis's band as a sentence."""
        told = "; ".join(
            f"{row['hypothesis']} {row['lower']:.2f} to {row['upper']:.2f}"
            for _, row in self.tidy().iterrows()
        )
        low, high = self.priors
        return f"belief after the evidence, from {low:g} to {high:g} before: {told}"


def process_tracing(
    evidence: pd.DataFrame,
    *,
    priors: tuple[float, float] = (0.1, 0.5),
    slack: float = 0.1,
    dated: pd.DataFrame | None = None,
) -> Tracing:
    """Return the ledger of evidence and the band of belief in each of several rival hypotheses.

    Parameters
    ----------
    evidence : DataFrame
        evidence of the data model. Pieces of one document about one hypothesis depend on each other and are
        counted once: as one piece with the geometric mean of their ratios. A piece without chances stands in
        the ledger and moves nothing.
    priors : (float, float)
        Least and greatest belief before.
    slack : float
        Each chance may be lower or higher by this; none is taken as surer than .01 or .99.
    dated : DataFrame, optional
        ``hypothesis``, ``cause_on``, ``effect_on`` (ISO dates): when what each names as cause began, and when
        what it explains began.

    Raises
    ------
    ValueError
        When priors are no range inside 0 to 1, or the slack lies outside 0 to .5.
    NotEstimable
        With everything that is wrong: a hypothesis without rivals, a cause dated after its effect, chances
        outside 0 to 1, one chance without the other, a direction that its chances contradict, a test or
        direction that is none, a piece given twice, no chances at all.

    Notes
    -----
    Each hypothesis is weighed against its own negation: odds after = odds before × product of if_true ÷
    if_false. Hypotheses may be true together, so beliefs need not make one.

    Examples
    --------
    >>> evidence = pd.DataFrame(
    ...     [("e1", "h", "hoop", "for", 0.9, 0.3), ("e2", "rival", "hoop", "against", 0.2, 0.6)],
    ...     columns=["evidence_id", "hypothesis", "test", "direction", "if_true", "if_false"])
    >>> process_tracing(evidence, priors=(0.5, 0.5), slack=0.0).beliefs["middle"].round(3).tolist()
    [0.75, 0.25]
    """
    low, high = priors
    if not 0 < low <= high < 1 or not 0 <= slack <= 0.5:
        raise ValueError(
            f"found priors {low:g} to {high:g} and slack {slack:g}; allowed: priors between 0 and 1, the "
            "least first, and a slack from 0 to 0.5"
        )
    found = evidence.reset_index(drop=True).reindex(columns=[*_COLUMNS, "document_id"])
    chances = found[["if_true", "if_false"]].apply(pd.to_numeric, errors="coerce").astype(float)
    faults = [*_faults(found, chances), *_date_faults(found, dated)]
    if faults:
        raise NotEstimable(f"found {'; '.join(faults)}")
    true, false = (chances[name].to_numpy() for name in ("if_true", "if_false"))
    source = found["document_id"].where(found["document_id"].notna(), found["evidence_id"]).astype(str)
    logs = pd.DataFrame(
        {
            "lower": _log_ratio(true - slack, false + slack),
            "middle": _log_ratio(true, false),
            "upper": _log_ratio(true + slack, false - slack),
        }
    )
    shows = [SHOWS.get(key, "nothing") for key in zip(found["test"], found["direction"], strict=True)]
    ledger = found.assign(shows=shows, source=source, ratio=np.exp(logs["middle"]), **chances)
    columns = ["test", "direction", "shows", "if_true", "if_false", "ratio", "source"]
    before = {"lower": low, "middle": (low + high) / 2, "upper": high}
    rows = {}
    for hypothesis, own in found.groupby("hypothesis", sort=False):
        known = logs.loc[own.index].dropna()
        counted = known.groupby(source[known.index]).mean()
        odds = {end: np.log(prior / (1 - prior)) + counted[end].sum() for end, prior in before.items()}
        after = {end: float(1 / (1 + np.exp(-value))) for end, value in odds.items()}
        rows[str(hypothesis)] = {"pieces": len(own), "counted": len(counted), **after}
    return Tracing(
        ledger=ledger.set_index(["hypothesis", "evidence_id"])[columns],
        beliefs=pd.DataFrame.from_dict(rows, orient="index").rename_axis("hypothesis"),
        priors=(low, high),
        slack=slack,
    )


@if_estimable
def ledger_table(traced: Tracing) -> pd.DataFrame:
    """Return the ledger of a tracing, or why there is none."""
    return traced.ledger


@if_estimable
def belief_table(traced: Tracing) -> pd.DataFrame:
    """Return the beliefs of a tracing, or why there are none."""
    return traced.beliefs


def _log_ratio(true: Floats, false: Floats) -> Floats:
    return np.asarray(np.log(np.clip(true, _NEVER, _ALWAYS)) - np.log(np.clip(false, _NEVER, _ALWAYS)))


def _faults(found: pd.DataFrame, chances: pd.DataFrame) -> list[str]:
    """Return in words what is wrong with the pieces."""
    faults = []
    hypotheses = found["hypothesis"].dropna().unique()
    if len(hypotheses) < 2:
        told = ", ".join(map(str, hypotheses)) or "none"
        faults.append(f"hypothesis {told} without rivals, where at least two compete")
    twice = found.loc[found.duplicated(["evidence_id", "hypothesis"]), "evidence_id"].astype(str)
    faults += [f"{name} twice on one hypothesis" for name in twice.unique()]
    given = found[["if_true", "if_false"]].notna()
    if not given.any(axis=None):
        faults.append("no piece with chances, if_true and if_false")
    rows = zip(
        found[["evidence_id", "test", "direction"]].astype(str).itertuples(index=False, name=None),
        chances.itertuples(index=False, name=None),
        given.itertuples(index=False, name=None),
        strict=True,
    )
    for (name, test, direction), (true, false), there in rows:
        if test not in _TESTS:
            faults.append(f"{name} with test {test}, where {', '.join(_TESTS)} are known")
        if direction not in _DIRECTIONS:
            faults.append(f"{name} with direction {direction}, where {', '.join(_DIRECTIONS)} are known")
        outside = [
            f"{name} with {column} that is no chance from 0 to 1"
            for column, chance, known in zip(("if_true", "if_false"), (true, false), there, strict=True)
            if known and not 0 <= chance <= 1
        ]
        faults += outside
        if sum(there) == 1:
            faults.append(f"{name} with one chance of two")
        elif all(there) and not outside:
            against = {"for": true <= false, "against": true >= false, "neither": true != false}
            if against.get(direction, False):
                faults.append(f"{name} {direction} its hypothesis, with chances {true:g} and {false:g}")
    return faults


def _date_faults(found: pd.DataFrame, dated: pd.DataFrame | None) -> list[str]:
    if dated is None:
        return []
    known = set(found["hypothesis"].dropna().astype(str))
    faults = []
    for hypothesis, cause, effect in dated[["hypothesis", "cause_on", "effect_on"]].itertuples(
        index=False, name=None
    ):
        if str(hypothesis) not in known:
            faults.append(f"dates of {hypothesis}, on which there is no evidence")
        try:
            late = pd.Timestamp(str(cause)) > pd.Timestamp(str(effect))
        except ValueError:
            faults.append(
                f"dates {cause} and {effect} of {hypothesis}, where days such as 2021-04-12 are known"
            )
            continue
        if late:
            faults.append(f"the cause of {hypothesis} dated {cause}, after its effect of {effect}")
    return faults
