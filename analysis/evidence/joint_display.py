"""Network and notes side by side: a joint display of activities, and how far the two strands agree.

A joint display sets what the network shows of each activity beside what coded documents say of it
(Guetterman, Fetters & Creswell 2015, Annals of Family Medicine 13, 554-561); a convergence coding matrix says
of each pair of findings whether they agree (Farmer, Robinson, Elliott & Eyles 2006, Qualitative Health
Research 16, 377-394; O'Cathain, Murphy & Nicholl 2010, BMJ 341, c4587).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.arrays import Flags
from analysis.evidence.attribution import activity_shares

__all__ = ["CODED", "OUTCOMES", "coded_evidence", "convergence", "joint_display", "network_finding"]

CODED = ("yes", "divided", "no", "not told")
"""What coders say of a code in the documents of an activity."""
OUTCOMES = ("agreement", "partial agreement", "silence", "dissonance")


def coded_evidence(tables: Mapping[str, pd.DataFrame], codes: Sequence[str]) -> pd.DataFrame:
    """Return what coders found in the documents of each activity, code by code.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        activities, documents, codings, and codebook if there is one. A document belongs to the activities of
        its day.
    codes : sequence of str
        The codes looked for. Where the codebook has codes below one, these count as it.

    Returns
    -------
    DataFrame
        One row per activity and code: ``activity``, ``code``, ``documents``, ``segments`` (read by anybody),
        ``coders``, ``applied`` (segments to which every coder who read them applied it), ``disputed`` (to
        which some did and some did not), ``found``: yes (applied somewhere), divided (only disputed), no
        (read, and applied nowhere), not told (no coded document); ``references``: the segments it was applied
        to by all, where a reader finds the words; no text of them is kept here.

    Raises
    ------
    ValueError
        When a code is neither in the codebook nor in the codings.
    """
    below = _below(tables, codes)
    codings = tables["codings"]
    dated = tables["documents"][["document_id", "date"]]
    rows = []
    activities = tables["activities"].sort_values(["date", "activity_id"])
    for activity, day in activities[["activity_id", "date"]].itertuples(index=False):
        documents = dated.loc[(dated["date"] == day).fillna(False), "document_id"].tolist()
        read = codings[codings["document_id"].isin(documents)]
        for code in codes:
            one = read[read["code"].isin(below[code])]
            # Of several codes below one, any that a coder applied to a segment counts.
            told = one.groupby(["document_id", "segment_id", "coder_id"])["applied"].max()
            share = told.groupby(level=["document_id", "segment_id"]).mean().astype(float)
            applied, disputed = share[share == 1], share[(share > 0) & (share < 1)]
            counts = {"yes": len(applied), "divided": len(disputed), "no": len(share), "not told": 1}
            found = next(word for word, count in counts.items() if count)
            rows.append(
                {
                    "activity": activity,
                    "code": code,
                    "documents": len(documents),
                    "segments": len(share),
                    "coders": one["coder_id"].nunique(),
                    "applied": len(applied),
                    "disputed": len(disputed),
                    "found": found,
                    "references": ", ".join(f"{document}/{segment}" for document, segment in applied.index),
                }
            )
    columns = ["activity", "code", "documents", "segments", "coders", "applied", "disputed", "found"]
    return pd.DataFrame(rows, columns=[*columns, "references"])


def _below(tables: Mapping[str, pd.DataFrame], codes: Sequence[str]) -> dict[str, set[str]]:
    book = tables.get("codebook", pd.DataFrame({"code": [], "parent": []}))
    known = {*map(str, book["code"]), *map(str, tables["codings"]["code"])}
    unknown = [code for code in codes if code not in known]
    if unknown:
        there = ", ".join(sorted(known)) or "none"
        raise ValueError(f"unknown codes: {', '.join(unknown)}; there are {there}")
    children: dict[str, list[str]] = {}
    for code, parent in book[["code", "parent"]].dropna().itertuples(index=False):
        children.setdefault(str(parent), []).append(str(code))
    found = {}
    for code in codes:
        reached, waiting = {code}, [code]
        while waiting:
            fresh = [child for child in children.get(waiting.pop(), []) if child not in reached]
            reached.update(fresh)
            waiting += fresh
        found[code] = reached
    return found


def network_finding(rates: pd.DataFrame, *, baseline: float) -> pd.Series:
    """Return what the network says of each source of ties: did it make any?

    Parameters
    ----------
    rates : DataFrame
        ``source``, ``lower``, ``upper``, ``identified`` (`tie_models.formation.FormationRates.tidy`).
    baseline : float
        A rate too small to matter, such as that of pairs who did not meet.

    Returns
    -------
    Series of str, index `source`
        "yes" when the interval lies above 0; "no" when it reaches down to 0 and not above the baseline;
        "unclear" when it holds both; "not told" when the rate cannot be told from others.
    """
    found = np.select(
        [~rates["identified"], rates["lower"] > 1e-6, rates["upper"] <= baseline],
        ["not told", "yes", "no"],
        default="unclear",
    )
    return pd.Series(found, index=pd.Index(rates["source"], name="source"), dtype="object")


def convergence(network: pd.Series, coded: pd.DataFrame) -> pd.DataFrame:
    """Set each activity's network finding beside each coded finding, and say how far they agree.

    Parameters
    ----------
    network : Series of str
        By activity: yes, no, unclear, not told (`network_finding`).
    coded : DataFrame
        As from `coded_evidence`.

    Returns
    -------
    DataFrame
        One row per activity and code: ``activity``, ``code``, ``network``, ``coded``, ``outcome``: *silence*
        where either strand does not tell; *agreement* where both say yes, or both no; *dissonance* where one
        says yes and the other no; *partial agreement* otherwise (one of them is unclear or divided).
    """
    rows = []
    for activity, code, found in coded[["activity", "code", "found"]].itertuples(index=False):
        told = str(network.get(activity, "not told"))
        if "not told" in (told, found):
            outcome = "silence"
        elif told == found:
            outcome = "agreement"
        elif {told, found} == {"yes", "no"}:
            outcome = "dissonance"
        else:
            outcome = "partial agreement"
        rows.append({"activity": activity, "code": code, "network": told, "coded": found, "outcome": outcome})
    return pd.DataFrame(rows, columns=["activity", "code", "network", "coded", "outcome"])


def joint_display(
    tables: Mapping[str, pd.DataFrame],
    allowed: pd.DataFrame,
    coded: pd.DataFrame | None = None,
    *,
    shown: Flags | None = None,
) -> pd.DataFrame:
    """Return a row per activity: who came, which new ties it may account for, what the notes say.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        activities; attendance and contacts where they are known.
    allowed : DataFrame
        New ties by activities: what is admissible (`attribution.admissible`).
    coded : DataFrame, optional
        As from `coded_evidence`.
    shown : Flags, optional
        Of which activities (columns of `allowed`) it may be told how many new ties are admissible.

    Returns
    -------
    DataFrame
        index `activity`, in the order of time; ``date``, ``kind``, ``came``, ``contacts`` (that day),
        ``new_ties`` (from at least to at most as many, as in "3–11"), then a column per code: what was found,
        and in how many segments; ``references``: the segments. A code called like another column is headed
        "code", its name after it.
    """
    activities = tables["activities"].sort_values(["date", "activity_id"]).set_index("activity_id")
    frame = activities[["date", "kind"]].rename_axis("activity")
    if "attendance" in tables:
        came = tables["attendance"]["activity_id"].value_counts()
        frame["came"] = came.reindex(frame.index, fill_value=0).astype(int)
    if "contacts" in tables:
        days = tables["contacts"]["time"].astype(str).str.slice(0, 10).value_counts()
        frame["contacts"] = frame["date"].map(days).fillna(0).astype(int)
    shares = activity_shares(allowed)
    withheld = set() if shown is None else set(shares.index[~shown])
    frame["new_ties"] = [
        "withheld"
        if activity in withheld
        else "none admissible"
        if pd.isna(most) or most == 0
        else f"{least:.0f}–{most:.0f}"
        for activity, least, most in shares.reindex(frame.index).itertuples()
    ]
    if coded is not None:
        told = coded["found"].where(coded["found"] != "yes", "yes (" + coded["applied"].astype(str) + ")")
        wide = coded.assign(told=told).pivot(index="activity", columns="code", values="told")
        taken = {*frame.columns, "references"}
        headed = {code: f"code {code}" if code in taken else code for code in coded["code"]}
        frame = frame.join(wide[list(headed)].rename(columns=headed))
        lists = coded.groupby("activity", sort=False)["references"].agg(_merged)
        frame["references"] = lists.reindex(frame.index).fillna("")
    return frame


def _merged(lists: pd.Series) -> str:
    """Return every segment once, those of one document together: note1/s1, s2, plan1/s1."""
    segments: dict[str, list[str]] = {}
    for one in dict.fromkeys(part for cell in lists if cell for part in str(cell).split(", ")):
        document, _, segment = one.partition("/")
        segments.setdefault(document, []).append(segment)
    return ", ".join(f"{document}/{', '.join(sorted(found))}" for document, found in segments.items())
