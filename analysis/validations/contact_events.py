"""Do intervals and tests of the models of who contacts whom next hold, also where assumptions break?

`make validate STUDY=contact_events` writes `notebooks/contact_events/results/validation.json`, which is
committed; a page shows it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binom, norm

from analysis.arrays import Floats
from analysis.checks import NotEstimable
from analysis.contacts.contact_history import ContactHistory
from analysis.contacts.contact_models import ContactModel, choice_model, rate_model
from analysis.files import STUDIES
from analysis.parallel import replicated
from analysis.validations.contact_records import BREAKS, CHOICE, RATE, Break, Size, drawn_record
from analysis.validations.records import made_with, settings_of, write_record

__all__ = ["OUT", "TERMS", "coverage", "levels", "main", "one_record"]

OUT = STUDIES / "contact_events/results/validation.json"

TERMS: tuple[tuple[str, str, float], ...] = (
    *(("choice", term.label, truth) for term, truth in CHOICE.items()),
    ("rate", "intercept", 0.0),
    *(("rate", term.label, truth) for term, truth in RATE.items()),
)
"""Part of the model, term, and what it truly adds."""
_OWN = "own"
"""What records are called that the model itself makes."""
_NULLS = tuple(place for place, (_, term, truth) in enumerate(TERMS) if term != "intercept" and not truth)
_Z = float(norm.ppf(0.975))


def one_record(size: Size, breaks: Break | None, generator: np.random.Generator) -> Floats:
    """Draw one record and fit both parts; NaN where a part cannot be estimated.

    Returns
    -------
    ndarray of shape (terms, 3)
        Estimate, standard error and the one clustered by sender, in the order of `TERMS`.
    """
    history = drawn_record(size, breaks, generator)
    found = np.full((len(TERMS), 3), np.nan)
    for part in ("choice", "rate"):
        fitted = _fitted(history, part)
        if fitted is not None:
            places = [place for place, (of, *_) in enumerate(TERMS) if of == part]
            columns = (fitted.estimates, fitted.standard_errors, fitted.clustered().standard_errors)
            found[places] = np.column_stack(columns)
    return found


def _fitted(history: ContactHistory, part: str) -> ContactModel | None:
    try:
        return choice_model(history, [*CHOICE]) if part == "choice" else rate_model(history, [*RATE])
    except NotEstimable:
        return None


def _records(
    size: Size, breaks: Break | None, *, seeds: int, seed: int, workers: int | None, told: str
) -> Floats:
    task = partial(one_record, size, breaks)
    return np.array(replicated(task, seeds, seed=seed, workers=workers, told=told))


def coverage(records: Floats) -> pd.DataFrame:
    """Return how often 95 % intervals hold what a term truly adds.

    Parameters
    ----------
    records : ndarray of shape (records, terms, 3)
        As `one_record` gives each.

    Returns
    -------
    DataFrame
        index `part`, `term`; ``truth``, ``records`` (estimated), ``mean`` (of the estimates), ``held``,
        ``held_clustered`` (of the intervals clustered by sender), and ``least``: the 1 % point of how many
        hold it if each does with chance .95.

    Examples
    --------
    >>> exact = np.array([[(truth, 1.0, 0.0) for _, _, truth in TERMS]] * 9)
    >>> coverage(exact)[["records", "held", "held_clustered", "least"]].iloc[0].tolist()
    [9, 9, 9, 7]
    """
    rows = []
    for place, (part, term, truth) in enumerate(TERMS):
        values = records[:, place][np.isfinite(records[:, place, 0])]
        away = np.abs(values[:, 0] - truth)
        rows.append(
            {
                "part": part,
                "term": term,
                "truth": truth,
                "records": len(values),
                "mean": float(values[:, 0].mean()) if len(values) else None,
                "held": int((away <= _Z * values[:, 1]).sum()),
                "held_clustered": int((away <= _Z * values[:, 2]).sum()),
                "least": int(binom.ppf(0.01, len(values), 0.95)) if len(values) else 0,
            }
        )
    return pd.DataFrame(rows).set_index(["part", "term"])


def levels(records: Floats) -> pd.DataFrame:
    """Return how often a test at .05 finds a term that adds nothing.

    Parameters
    ----------
    records : ndarray of shape (records, terms, 3)

    Returns
    -------
    DataFrame
        index `part`, `term`; ``records``, ``rejected``, ``rejected_clustered``, and ``most``: the 99 % point
        of how many do if each does with chance .05.
    """
    rows = []
    for place in _NULLS:
        values = records[:, place][np.isfinite(records[:, place, 0])]
        away = np.abs(values[:, 0])
        rows.append(
            {
                "part": TERMS[place][0],
                "term": TERMS[place][1],
                "records": len(values),
                "rejected": int((away > _Z * values[:, 1]).sum()),
                "rejected_clustered": int((away > _Z * values[:, 2]).sum()),
                "most": int(binom.ppf(0.99, len(values), 0.05)) if len(values) else 0,
            }
        )
    return pd.DataFrame(rows).set_index(["part", "term"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw records of contacts, as the model has them and otherwise; write how often intervals hold."""
    chosen = settings_of(
        "contact_events",
        main.__doc__,
        OUT,
        arguments,
        seeds=(400, "records of each kind"),
        people=(24, "in a record"),
        contacts=(400, "in a record"),
        seed=(20170318, "starts them"),
        workers=(None, "processes"),
    )
    size = Size(chosen.people, chosen.contacts)
    records = {
        breaks or _OWN: _records(
            size,
            breaks,
            seeds=chosen.seeds,
            seed=chosen.seed,
            workers=chosen.workers,
            told=breaks or "the model's own records",
        )
        for breaks in (None, *BREAKS)
    }
    record: dict[str, Any] = {
        "seeds": chosen.seeds,
        "seed": chosen.seed,
        "size": asdict(size),
        **made_with("numba", "numpy", "pandas", "scipy"),
        "coverage": _rows({kind: coverage(found) for kind, found in records.items()}),
        "levels": _rows({kind: levels(found) for kind, found in records.items()}),
        # Of the first record of each kind, so that a test can tell whether the code still gives them.
        "first": {kind: _known(found[0, :, 0].round(9)) for kind, found in records.items()},
    }
    write_record(chosen.out, record)
    return 0


def _rows(tables: dict[str, pd.DataFrame]) -> list[dict[str, Any]]:
    frame = pd.concat(tables, names=["record"]).reset_index()
    columns = {str(name): _known(frame[name]) for name in frame}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _known(values: Iterable[Any]) -> list[Any]:
    """Return values for JSON, None where one is missing."""
    return [None if pd.isna(value) else value for value in pd.Series(values).tolist()]


if __name__ == "__main__":
    sys.exit(main())
