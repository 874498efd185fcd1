"""Every relation of a dataset, wave by wave: who answered, how dense and how mutual it is, what changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from analysis.frames import keyed_frame
from analysis.tables.package import Relation
from analysis.ties.dynamics import turnover
from analysis.ties.panel import Panel
from analysis.ties.structure import density, dyad_census, isolates, reciprocity

__all__ = ["answered_caption", "changes", "overview", "panels_of"]

_DESCRIBED = [
    "people",
    "answered",
    "response_rate",
    "ties",
    "density",
    "edgewise",
    "dyadic",
    "mutual",
    "asymmetric",
    "isolates",
]


def panels_of(tables: Mapping[str, pd.DataFrame], relations: Iterable[Relation] = ()) -> dict[str, Panel]:
    """Return a panel of every relation in the table `ties`, by its name.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        actors, waves, ties, and nonresponse if there is one.
    relations : iterable of Relation
        What the dataset declares of its relations (`DataPackage.relations`): whether a tie has a direction,
        and whether it could cross organizations. One that is not declared is directed and may cross.

    Returns
    -------
    dict of str to Panel
        Each of the waves in which somebody reports a tie of that relation: one in which nobody does is taken
        for one that did not ask. Of a relation that both ends report, the senders' reports (`reports` has
        the others).

    Raises
    ------
    ValueError
        As `Panel.from_tables`.
    """
    ties = tables["ties"]
    by_sender = ties["reported_by"] == ties["sender_id"]
    # Who names themselves is sender and receiver, and tells nothing of which of the two was asked.
    told_by_sender = by_sender & (ties["sender_id"] != ties["receiver_id"])
    asked_senders = ties["relation"].isin(ties.loc[told_by_sender, "relation"].unique())
    ties = ties[by_sender | ~asked_senders]
    declared = {relation.name: relation for relation in relations}
    default = Relation("", "", 0.0, 0.0)
    return {
        str(relation): Panel.from_tables(
            {**tables, "ties": ties},
            relation=str(relation),
            waves=sorted(ties.loc[ties["relation"] == relation, "wave"].unique()),
            directed=declared.get(relation, default).directed,
            crosses=declared.get(relation, default).crosses_organizations,
        )
        for relation in ties["relation"].unique()
    }


def overview(panels: Mapping[str, Panel], *, threshold: float | None = None) -> pd.DataFrame:
    """Describe every relation in every wave.

    Parameters
    ----------
    panels : mapping of str to Panel
        By relation.
    threshold : float, optional
        Lowest value that counts as a tie; by default any other than 0.

    Returns
    -------
    DataFrame
        index `relation`, `wave`; columns ``people`` (in the network), ``answered`` and ``response_rate``
        (missing where the data do not tell who did not answer), ``ties``, ``density`` (ties ÷ ordered pairs
        that could hold one and were observed), ``edgewise`` reciprocity (reciprocated arcs ÷
        arcs), ``dyadic`` reciprocity (symmetric dyads ÷ dyads), ``mutual`` and ``asymmetric`` (dyads),
        ``isolates`` (who answered, named nobody and was named by nobody). Who did not answer has no ties
        there and no lack of them: their cells are out of every count, and dyads count where both answered.
        No row where there is no panel.
    """
    rows = {}
    for relation, panel in panels.items():
        for place, wave in enumerate(panel.waves):
            # What could not hold a tie is no tie that is lacking.
            matrix = panel.possible(wave).seen(panel.matrix(wave, threshold=threshold))
            census = dyad_census(matrix)
            people = int(panel.present[place].sum())
            answered = int(panel.answered[place].sum()) if panel.answering_recorded else np.nan
            rows[relation, wave] = {
                "people": people,
                "answered": answered,
                "response_rate": answered / people if people else np.nan,
                "ties": int((np.nan_to_num(matrix) != 0).sum()),
                "density": density(matrix),
                "edgewise": reciprocity(matrix, "edgewise") if panel.directed else np.nan,
                "dyadic": reciprocity(matrix, "dyadic") if panel.directed else np.nan,
                "mutual": census.mutual,
                "asymmetric": census.asymmetric if panel.directed else np.nan,
                "isolates": int((isolates(matrix, "weak") & panel.present[place]).sum()),
            }
    return keyed_frame(rows, ["relation", "wave"], _DESCRIBED)


def answered_caption(panels: Mapping[str, Panel]) -> str:
    """Return the caption of a table of who answered; it says so where that was not recorded."""
    caption = "Who was in the network, and who answered."
    if all(panel.answering_recorded for panel in panels.values()):
        return caption
    return f"{caption} Who did not answer is not recorded in these data: people without ties may be silent."


def changes(panels: Mapping[str, Panel], *, threshold: float | None = None) -> pd.DataFrame:
    """Compare each wave with the next, over the ordered pairs observed in both.

    Parameters
    ----------
    panels, threshold
        As for `overview`.

    Returns
    -------
    DataFrame
        index `relation`, `waves`; columns ``people`` (who answered in both), ``kept``, ``new``, ``lost``,
        ``jaccard``, ``missing`` (ordered pairs not observed in both). No row where there is one wave only.
    """
    rows = {}
    for relation, panel in panels.items():
        for first, second in pairwise(panel.waves):
            compared = turnover(
                panel.matrix(first, threshold=threshold), panel.matrix(second, threshold=threshold)
            )
            places = [panel.waves.index(wave) for wave in (first, second)]
            rows[relation, f"{first} to {second}"] = {
                "people": int(panel.answered[places].all(axis=0).sum()),
                **{name: getattr(compared, name) for name in ("kept", "new", "lost", "jaccard", "missing")},
            }
    columns = ["people", "kept", "new", "lost", "jaccard", "missing"]
    return keyed_frame(rows, ["relation", "waves"], columns)
