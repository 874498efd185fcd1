"""Every printed number that is known to be in error, over all studies: facts about tables, never intent.

A row is a claim that names the recorded number which explains its print (`explained_by`) or contradicts it
(`contradicted_by`); the list grows as such claims are added.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analysis.compendium.claims import KINDS, Claim, printed_number
from analysis.compendium.recorded import NOT_RUN, Linked, recorded_numbers_of
from analysis.compendium.studies import Run, Study
from analysis.compendium.verdict import judged
from analysis.finding import Finding, key_of
from analysis.labels import in_words, label_in_words
from analysis.synthesis.evidence import looked_up
from analysis.synthesis.written import written

__all__ = [
    "ERRATA",
    "SIGN",
    "STATEMENT",
    "changed",
    "counts",
    "errata",
    "errata_caption",
    "errata_findings",
    "errata_table",
    "readings",
    "totals",
]

ERRATA = ("published error", "deviates (explained)", NOT_RUN)
"""Verdicts that a row may have."""

SIGN = "its sign"
STATEMENT = "what it states"
_SMALL = 0.05
_NOTHING = 1e-16
"""Below this a computed value is what rounding left of zero."""


def changed(claim: Claim, computed: float | int | str | None) -> str:
    """Return what of a printed value changes with the computed one.

    Returns
    -------
    str
        `STATEMENT` of a claim in words, `SIGN` where the signs differ, else its size: *within 5 %*, or how
        many times the printed value the computed one is. Nothing where it was not computed.

    Examples
    --------
    >>> claim = Claim("a", "", "", "number", ".20", 0.005, "r", "n", "", "")
    >>> changed(claim, -0.1), changed(claim, 0.203), changed(claim, 0.02)
    ('its sign', 'its size, within 5 %', 'its size, 0.1 times the printed')
    """
    if computed is None:
        return ""
    if isinstance(computed, str) or claim.kind == "direction":
        return STATEMENT
    printed = float(printed_number(claim.published))
    if printed * computed < 0 and abs(computed) > claim.tolerance:
        return SIGN
    if abs(computed - printed) <= _SMALL * abs(printed):
        return "its size, within 5 %"
    times = computed / printed if printed else 0.0
    return f"its size, {times:.2g} times the printed" if times > _SMALL else "its size"


def errata(studies: Sequence[Study]) -> pd.DataFrame:
    """Return every printed number that is in error, or that nobody could look into here.

    Parameters
    ----------
    studies : sequence of Study
        All of them, as from `load_studies`.

    Returns
    -------
    DataFrame
        index ``study``, ``run``, ``claim``; ``statement``, ``source``, ``printed`` (as printed), ``computed``
        and ``shown by`` (`Linked`: the computation that shows it, and what it gives), ``verdict`` (one of
        `ERRATA`), ``kind`` (print, or peer software) and ``changes``.

    Raises
    ------
    ValueError
        When the run reads none of those the claims are held against.
    """
    rows = {}
    for study in studies:
        runs = {run.id: run for run in study.runs}
        for claim in (claim for claim in study.claims if claim.declared):
            row = _row(claim, runs[claim.run])
            if row["verdict"] in ERRATA:
                rows[study.id, claim.run, claim.id] = row
    names = ["statement", "source", "printed", "computed", "shown by", "verdict", "kind", "changes"]
    frame = pd.DataFrame([*rows.values()], columns=names, dtype=object)
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["study", "run", "claim"])
    return frame


def _row(claim: Claim, run: Run) -> dict[str, object]:
    numbers = recorded_numbers_of(run.name)
    row: dict[str, object] = {
        "statement": claim.statement,
        "source": claim.source,
        "printed": claim.published,
        "kind": KINDS[claim.kind],
    }
    if numbers is None:
        return row | {"computed": NOT_RUN, "shown by": NOT_RUN, "verdict": NOT_RUN, "changes": ""}
    computed, verdict, _ = judged(claim, run.label, numbers)
    other = numbers[claim.declared]
    told = f"{label_in_words(str(other['label']))}: {_short(other['value'])}"
    page = f"../{run.name}.html"
    return row | {
        "computed": Linked(_short(computed), f"{page}#{claim.number}"),
        "shown by": Linked(told, f"{page}#{claim.declared}"),
        "verdict": verdict,
        "changes": changed(claim, computed),
    }


def _short(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if abs(value) >= 1e4:
        return f"{value:.0f}".replace("-", "−")
    return "0" if abs(value) < _NOTHING else f"{value:.4g}".replace("-", "−")


def _of(rows: pd.DataFrame, study: str, run: str) -> pd.DataFrame:
    levels = rows.index.get_level_values
    return rows[(levels("study") == study) & (levels("run") == run)]


def errata_table(rows: pd.DataFrame, study: str, run: str) -> pd.DataFrame:
    """Return the rows of one run as a page shows them, numbered."""
    shown = _of(rows, study, run)[["statement", "printed", "computed", "shown by", "changes"]]
    shown.index = pd.RangeIndex(1, len(shown) + 1)
    return shown


def errata_caption(rows: pd.DataFrame, study: str, run: str) -> str:
    """Return what the table of one run shows: whose values, printed or given by a peer program."""
    own = _of(rows, study, run)
    works = own["source"].str.replace(r"(, [^,]*|; no seed.*)$", "", regex=True).drop_duplicates()
    return f"{' and '.join(own['kind'].drop_duplicates()).capitalize()} values in error: {'; '.join(works)}."


def counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how many rows of each study have which verdict, index ``study``; and how many there are."""
    found = rows.reset_index().groupby(["study", "verdict"], sort=False).size().unstack(fill_value=0)
    found = found.reindex(columns=list(ERRATA), fill_value=0)
    found.index = found.index.map(in_words)
    return found.assign(**{"in all": found.sum(axis=1)}).rename_axis(None, axis=1)


def totals(rows: pd.DataFrame) -> dict[str, int]:
    """Return how many printed values contradict their source (``published-error``) and are ``explained``.

    Apart from them ``software``: what a peer program gives, and no print; and ``not-run``.
    """
    printed = rows["kind"] == KINDS["number"]
    error, explained, silent = (rows["verdict"] == name for name in ERRATA)
    there = {
        "published-error": printed & error,
        "explained": printed & explained,
        "software": ~printed & ~silent,
        "not-run": silent,
    }
    return {name: int(which.sum()) for name, which in there.items()}


def readings(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the errata change in the reading of a work: findings that say so.

    Returns
    -------
    DataFrame
        index ``about`` (which part of a work, in words); ``rows`` (how many), ``what changes`` (`Linked`).
        Without errata whose names begin as ``claims`` of the table says, no row.
    """
    named = looked_up(written("readings"))
    claims = rows.index.get_level_values("claim")
    studies = rows.index.get_level_values("study")
    named["rows"] = [
        int(sum(map(str.startswith, claims[studies == study], [prefix] * len(claims))))
        for study, prefix in zip(named["study"], named["claims"], strict=True)
    ]
    named = named[named["rows"] > 0].rename(columns={"sentence": "what changes"})
    return named.set_index("about")[["rows", "what changes"]]


def errata_findings(rows: pd.DataFrame) -> list[Finding]:
    """Say how many printed numbers are in error, of which works, and how many change a sign or a statement.

    Parameters
    ----------
    rows : DataFrame
        As from `errata`; recorded are `counts` as the table ``counts``, each of `totals`, and ``turned``.
    """
    of = totals(rows)
    silent = of["not-run"]
    sentence = (
        f"{of['published-error']} printed values contradict their own source, and {of['explained']} more are "
        "explained by another calculation than the one they are said to come from."
    )
    keys = ["published-error", "explained"]
    if of["software"]:
        sentence += f" So {'is' if of['software'] == 1 else 'are'} {of['software']} given by a peer program."
        keys.append("software")
    found = [Finding("errata", sentence, tuple(keys))]
    by_study = counts(rows)["in all"]
    if len(by_study):
        most = str(by_study.idxmax())
        sentence = f"The study with most of them is {most}: {by_study.max()}."
        found.append(Finding("most", sentence, (key_of("counts", most, "in all"),)))
    turned = int(rows["changes"].isin([SIGN, STATEMENT]).sum())
    sentence = f"{turned} of them turn a sign or a statement; the others change a size."
    found.append(Finding("turned", sentence, ("turned",)))
    if silent:
        sentence = f"{silent} more could not be looked into here: their data are not there."
        found.append(Finding("not-run", sentence, ("not-run",)))
    return found
