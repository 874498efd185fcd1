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
    """Return how spells of one-way ties ended (`dynamics.reciprocation`).

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation.
    threshold : float, optional
        Lowest value that counts as a tie.

    Returns
    -------
    DataFrame
        index `relation`, `outcome`; columns ``spells``, ``waited`` (mean number of waves).
    """
    rows: dict[tuple[str, str], Mapping[Any, Any]] = {}
    for relation, panel in panels.items():
        spells = reciprocation(panel, threshold=threshold)
        for outcome, part in spells.groupby("outcome"):
            rows[relation, str(outcome)] = {"spells": len(part), "waited": float(part["waited"].mean())}
    return keyed_frame(rows, ["relation", "outcome"], ["spells", "waited"])
