"""Two people's word on one tie: what sender and receiver each report, how far they agree, what to make of it.

Where a tie was asked about at both ends (whom did you ask, who asked you), the table `ties` holds up to two
reports of it, told apart by `reported_by`. How they are made into one network is the analyst's choice, and
results move with it: Krackhardt (1987, Social Networks 9, 109-134) on union and intersection ("locally
aggregated structures").
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.arrays import Floats
from analysis.checks import require_one_of
from analysis.frames import keyed_frame
from analysis.result import Result
from analysis.ties.panel import Panel
from analysis.ties.structure import density, external_internal, reciprocity

__all__ = [
    "ReportAgreement",
    "Rule",
    "agreement_by_wave",
    "both_reports",
    "combined",
    "report_agreement",
    "report_sensitivity",
]

Rule = Literal["sender", "receiver", "union", "intersection", "weighted"]
_NEEDED = ("wave", "relation", "sender_id", "receiver_id", "reported_by")


@dataclass(frozen=True, repr=False)
class ReportAgreement(Result):
    """What both ends say of the same ties, over the ordered pairs of which both told.

    Attributes
    ----------
    both, sender_only, receiver_only, neither : int
        Who reports a tie.
    untold : int
        Ordered pairs of which only one end told, or none; they are in no other count.
    """

    both: int
    sender_only: int
    receiver_only: int
    neither: int
    untold: int

    @property
    def agreement(self) -> float:
        """Ties both report ÷ ties at least one reports (Jaccard); NaN when nobody reports any."""
        any_report = self.both + self.sender_only + self.receiver_only
        return self.both / any_report if any_report else math.nan

    @property
    def kappa(self) -> float:
        """Cohen's (1960) kappa over ordered pairs; NaN where chance alone would agree throughout."""
        total = self.both + self.sender_only + self.receiver_only + self.neither
        if not total:
            return math.nan
        sender, receiver = (self.both + self.sender_only) / total, (self.both + self.receiver_only) / total
        chance = sender * receiver + (1 - sender) * (1 - receiver)
        return ((self.both + self.neither) / total - chance) / (1 - chance) if chance < 1 else math.nan

    def tidy(self) -> pd.DataFrame:
        """Return one row with every count, the agreement and kappa."""
        return pd.DataFrame([{**self.__dict__, "agreement": self.agreement, "kappa": self.kappa}])

    def summary(self) -> str:
        """Return the comparison as a sentence."""
        return (
            f"{self.both} ties reported by both ends, {self.sender_only} by the sender only, "
            f"{self.receiver_only} by the receiver only (agreement {self.agreement:.3f}, kappa "
            f"{self.kappa:.3f}); {self.untold} ordered pairs of which not both told"
        )


def both_reports(tables: Mapping[str, pd.DataFrame], *, relation: str) -> tuple[Panel, Panel] | None:
    """Return what senders report and what receivers report of one relation.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As for `Panel.from_tables`; `ties` with ``reported_by``.
    relation : str
        The relation wanted.

    Returns
    -------
    tuple of two Panels, or None
        Row sends, column receives in both. Of who did not answer the row is NaN in the first, the column in
        the second. Waves in which no receiver, or no sender, reports any tie asked one end only: they are
        left out, and None is returned when there is no other.

    Raises
    ------
    ValueError
        As `Panel.from_tables`; when the table `ties` or one of its columns is missing.
    """
    lacking = [column for column in _NEEDED if column not in tables.get("ties", ())]
    if lacking:
        raise ValueError(f"table ties lacks {', '.join(lacking)}; needed are {', '.join(_NEEDED)}")
    ties = tables["ties"]
    of_relation = ties["relation"] == relation
    # Who names themselves is sender and receiver, and tells nothing of which of the two was asked.
    others_named = of_relation & (ties["sender_id"] != ties["receiver_id"])
    by_sender = others_named & (ties["reported_by"] == ties["sender_id"])
    by_receiver = others_named & (ties["reported_by"] == ties["receiver_id"])
    waves = sorted(set(ties.loc[by_sender, "wave"]) & set(ties.loc[by_receiver, "wave"]))
    if of_relation.any() and not waves:
        return None
    others = ties[~of_relation]
    turned = ties[by_receiver].rename(columns={"sender_id": "receiver_id", "receiver_id": "sender_id"})
    told, heard = (
        Panel.from_tables({**tables, "ties": pd.concat([reports, others])}, relation=relation, waves=waves)
        for reports in (ties[by_sender], turned)
    )
    values = heard.values.transpose(0, 2, 1)
    return told, Panel(relation, heard.actors, heard.waves, values, heard.present, heard.answered)


def combined(sender: npt.ArrayLike, receiver: npt.ArrayLike, rule: Rule) -> Floats:
    """Make one matrix of two ends' reports of the same ties.

    Parameters
    ----------
    sender, receiver : array_like of shape (n, n)
        What senders and what receivers report, row to column; nonzero is a tie, NaN: that end did not tell.
    rule : {"sender", "receiver", "union", "intersection", "weighted"}
        One end's word; a tie where either reports it; where both do; the share of the two ends that report
        it (0, .5, 1).

    Returns
    -------
    ndarray of float, shape (n, n)
        0 and 1 (or .5). NaN where it cannot be told: for a union when one end reports none and the other is
        silent, for an intersection when one reports a tie and the other is silent, for weights when either
        is silent.

    Raises
    ------
    ValueError
        When the rule is none of these, or the matrices are not square ones of one size.

    Examples
    --------
    >>> sender, receiver = [[0, 1], [0, 0]], [[0, 0], [1, 0]]
    >>> combined(sender, receiver, "union")
    array([[0., 1.],
           [1., 0.]])
    """
    require_one_of("rule", rule, get_args(Rule))
    one, other = np.asarray(sender, dtype=float), np.asarray(receiver, dtype=float)
    if one.ndim != 2 or one.shape[0] != one.shape[1] or one.shape != other.shape:
        raise ValueError(
            f"found matrices of shape {one.shape} and {other.shape}; allowed: two square ones of one size"
        )
    one, other = (np.where(np.isnan(part), np.nan, (part != 0).astype(float)) for part in (one, other))
    mean = (one + other) / 2
    if rule == "sender":
        found = one
    elif rule == "receiver":
        found = other
    elif rule == "union":
        found = np.where((one == 1) | (other == 1), 1.0, mean)
    elif rule == "intersection":
        found = np.where((one == 0) | (other == 0), 0.0, mean)
    else:
        found = mean
    result: Floats = found.copy()
    np.fill_diagonal(result, 0.0)
    return result


def report_agreement(sender: npt.ArrayLike, receiver: npt.ArrayLike) -> ReportAgreement:
    """Compare two ends' reports of the same ties.

    Parameters
    ----------
    sender, receiver : array_like of shape (n, n)
        As for `combined`; the diagonal is left out.

    Examples
    --------
    >>> report_agreement([[0, 1, 1], [0, 0, 0], [0, 0, 0]], [[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    <ReportAgreement: 1 ties reported by both ends, 1 by the sender only, 1 by the receiver only (agreement
    0.333, kappa 0.250); 0 ordered pairs of which not both told>
    """
    weights = combined(sender, receiver, "weighted")
    pairs = ~np.eye(len(weights), dtype=bool)
    told = pairs & ~np.isnan(weights)
    by_sender = combined(sender, receiver, "sender")[told] == 1
    by_receiver = combined(sender, receiver, "receiver")[told] == 1
    return ReportAgreement(
        both=int((by_sender & by_receiver).sum()),
        sender_only=int((by_sender & ~by_receiver).sum()),
        receiver_only=int((~by_sender & by_receiver).sum()),
        neither=int((~by_sender & ~by_receiver).sum()),
        untold=int((pairs & ~told).sum()),
    )


def report_sensitivity(
    sender: Panel, receiver: Panel, groups: list[object], *, threshold: float | None = None
) -> pd.DataFrame:
    """Return the measures of every wave under every rule of `combined`.

    Parameters
    ----------
    sender, receiver : Panel
        As from `both_reports`.
    groups : list of length n
        The group of each actor, for the E-I index.
    threshold : float, optional
        Lowest value that counts as a tie.

    Returns
    -------
    DataFrame
        index `wave`, `rule`; columns ``observed`` (ordered pairs), ``ties``, ``density``, ``edgewise``
        reciprocity, ``external_internal``. Weights are counted as such in ties and density and have no
        reciprocity nor E-I index, which are of ties that are there or not.
    """
    rows = {}
    for wave in sender.waves:
        ends = (sender.matrix(wave, threshold=threshold), receiver.matrix(wave, threshold=threshold))
        for rule in get_args(Rule):
            matrix = combined(*ends, rule)
            observed = ~np.isnan(matrix) & ~np.eye(len(matrix), dtype=bool)
            row = {"observed": int(observed.sum()), "ties": float(matrix[observed].sum())}
            row["density"] = row["ties"] / row["observed"] if row["observed"] else math.nan
            if rule != "weighted":
                row["density"] = density(matrix)
                row["edgewise"] = reciprocity(matrix, "edgewise")
                row["external_internal"] = external_internal(matrix, groups)
            rows[wave, rule] = row
    columns = ["observed", "ties", "density", "edgewise", "external_internal"]
    return keyed_frame(rows, ["wave", "rule"], columns)


def agreement_by_wave(
    tables: Mapping[str, pd.DataFrame], groups: list[object], *, threshold: float | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return agreement and sensitivity of every relation that was asked about at both ends.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As for `both_reports`.
    groups : list of length n
        The group of each actor.
    threshold : float, optional
        Lowest value that counts as a tie.

    Returns
    -------
    two DataFrames
        `ReportAgreement.tidy` by relation and wave, with ``people`` who answered; `report_sensitivity` by
        relation, wave and rule, with the same. Both without rows where no relation was asked at both ends.
    """
    agreements: dict[tuple[object, ...], dict[Any, Any]] = {}
    measures: dict[tuple[object, ...], dict[Any, Any]] = {}
    for relation in tables["ties"]["relation"].unique():
        ends = both_reports(tables, relation=str(relation))
        if ends is None:
            continue
        told, heard = ends
        people = dict(zip(told.waves, told.answered.sum(axis=1).tolist(), strict=True))
        for wave in told.waves:
            pair = [end.matrix(wave, threshold=threshold) for end in (told, heard)]
            row = report_agreement(*pair).tidy().to_dict("records")[0]
            agreements[relation, wave] = row | {"people": people[wave]}
        frame = report_sensitivity(told, heard, groups, threshold=threshold)
        for key, row in zip(frame.index, frame.to_dict("records"), strict=True):
            wave, rule = key
            measures[relation, wave, rule] = row | {"people": people[wave]}
    names = ["relation", "wave", "rule"]
    columns = ["people", "both", "sender_only", "receiver_only", "neither", "untold", "agreement", "kappa"]
    found = ["people", "observed", "ties", "density", "edgewise", "external_internal"]
    return keyed_frame(agreements, names[:2], columns), keyed_frame(measures, names, found)
