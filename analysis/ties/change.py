"""What changed in every relation of a dataset: `dynamics`, relation by relation and wave by wave."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pandas as pd

from analysis.frames import keyed_frame
from analysis.ties.dynamics import composition, dyad_transitions, persistence, reciprocation
from analysis.ties.panel import Panel

__all__ = ["dyads_before_after", "lasting", "returned_when", "ties_out_of_sight"]

_TIES = ["gone", "come", "unknown"]
_ENDS = ["returned", "withdrawn", "turned"]
_STATES = ["null", "asymmetric", "mutual", "not observed", "turned"]


def ties_out_of_sight(panels: Mapping[str, Panel], *, threshold: float | None = None) -> pd.DataFrame:
    """Return the ties that no comparison of waves can follow (`dynamics.composition`).

    Index `relation`, `waves`; columns ``people`` (who answered in both waves), ``gone``, ``come``,
    ``unknown``.
    """
    rows: dict[tuple[str, str], Mapping[Any, Any]] = {}
    for relation, panel in panels.items():
        for waves, counts in composition(panel, threshold=threshold).iterrows():
            rows[relation, str(waves)] = {"people": counts["answered_both"], **counts[_TIES].to_dict()}
    return keyed_frame(rows, ["relation", "waves"], ["people", *_TIES])


def dyads_before_after(panels: Mapping[str, Panel], *, threshold: float | None = None) -> pd.DataFrame:
    """Return `dynamics.dyad_transitions` of every two waves: index `relation`, `waves`, `before`."""
    rows: dict[tuple[str, str, str], Mapping[Any, Any]] = {}
    for relation, panel in panels.items():
        for first, second in pairwise(panel.waves):
            pair = (panel.matrix(wave, threshold=threshold) for wave in (first, second))
            counts = dyad_transitions(*pair).to_dict("index")
            rows |= {(relation, f"{first} to {second}", str(key)): row for key, row in counts.items()}
    return keyed_frame(rows, ["relation", "waves", "before"], _STATES)


def lasting(panels: Mapping[str, Panel], *, threshold: float | None = None) -> pd.DataFrame:
    """Return `dynamics.persistence` of every relation: index `relation`, `waves`."""
    rows: dict[tuple[str, str], Mapping[Any, Any]] = {}
    for relation, panel in panels.items():
        for row in persistence(panel, threshold=threshold).to_dict("records"):
            rows[relation, f"{row['wave']} to {row['later']}"] = {str(name): row[name] for name in row}
    return keyed_frame(rows, ["relation", "waves"], ["lag", "ties", "there", "share", "unknown"])


def returned_when(panels: Mapping[str, Panel], *, threshold: float | None = None) -> pd.DataFrame:
    """Return how spells of one-way ties ended, wave by wave: cumulative incidence with competing ends.

    A spell that is lost from sight is censored: it is no failure to return, and how long it was seen is no
    wait. The share returned after t waves is Σ_{s ≤ t} S(s − 1) d(s) ÷ n(s): of n(s) spells still one-way and
    observed in the s-th wave after they were first seen, d(s) were returned in it, and S is the share that
    had not ended in any way (Aalen & Johansen 1978, Scandinavian Journal of Statistics 5, 141-150, eq. 2.6,
    in whole waves). Shares that treat other ends as censored would add up to more than 1.

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation.
    threshold : float, optional
        Lowest value that counts as a tie.

    Returns
    -------
    DataFrame
        index `relation`, `after` (waves since the spell was first seen, as words: *1 wave*, *2 waves*);
        columns ``at_risk``; ``returned``, ``withdrawn``, ``turned`` (spells that ended so in that wave);
        ``share_returned``, ``share_withdrawn``, ``share_turned`` (cumulative incidence up to it),
        ``share_one_way`` (not ended; the four add up to 1). Spells of the first wave, or after an unobserved
        one, began at an unknown time before: waits are from when they were first seen. Waves count as equally
        far apart. No row where no spell was seen again.
    """
    rows: dict[tuple[str, str], Mapping[Any, Any]] = {}
    for relation, panel in panels.items():
        spells = reciprocation(panel, threshold=threshold)
        # The wave in which a spell is not observed is not one through which it was seen.
        seen = spells["waited"] - (spells["outcome"] == "not observed")
        shares, one_way = dict.fromkeys(_ENDS, 0.0), 1.0
        for wave in range(1, int(seen.max()) + 1 if len(seen) else 1):
            at_risk = int((seen >= wave).sum())
            ended = {end: int(((seen == wave) & (spells["outcome"] == end)).sum()) for end in _ENDS}
            shares = {end: shares[end] + one_way * ended[end] / at_risk for end in _ENDS}
            one_way *= 1 - sum(ended.values()) / at_risk
            rows[relation, f"{wave} wave{'s' * (wave > 1)}"] = {
                "at_risk": at_risk,
                **ended,
                **{f"share_{end}": share for end, share in shares.items()},
                "share_one_way": one_way,
            }
    columns = ["at_risk", *_ENDS, *(f"share_{end}" for end in _ENDS), "share_one_way"]
    return keyed_frame(rows, ["relation", "after"], columns)
