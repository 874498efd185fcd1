"""Do intervals of what documents say hold what the twin of two districts was made with?

Hundreds of twins' documents; who is silent in the survey does not change them. `make validate` writes
`notebooks/district_comparison/results/documents.json`, which is committed; a page shows it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from analysis.evidence.true_shares import coder_errors, true_shares
from analysis.files import DATA_RAW, STUDIES
from analysis.parallel import replicated
from analysis.sources.two_districts import coded_documents
from analysis.validations.records import banded, made_with, settings_of, write_record

__all__ = ["document_coverage", "document_intervals", "main"]

OUT = STUDIES / "district_comparison/results/documents.json"
_KEYS = ["kind", "code", "district", "year"]


def document_intervals(parameters: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return a twin's shares of segments and errors of coders beside the truth.

    Parameters
    ----------
    parameters : mapping
        It was made with.
    tables : mapping of str to DataFrame
        documents, codings.

    Returns
    -------
    DataFrame
        index kind ("share", "coder error"), code, district, year ("all" of an error: one for all of them);
        ``truth``, ``estimate``, ``lower``, ``upper``, ``held`` (1: the interval has the truth).
    """
    years = parameters["documents"]["years"]
    shares = true_shares(tables).reset_index()
    shares["truth"] = [
        parameters["codes"][code][district][years.index(year)]
        for code, district, year in zip(shares["code"], shares["district"], shares["year"], strict=True)
    ]
    wrong = parameters["documents"]["coder_errs"]
    errors = coder_errors(tables).reset_index().assign(district="all", year="all", truth=wrong)
    parts = [shares.assign(kind="share", year=shares["year"].astype(str)), errors.assign(kind="coder error")]
    found = pd.concat(parts).set_index(_KEYS)[["truth", "estimate", "lower", "upper"]]
    held = (found["lower"] <= found["truth"]) & (found["truth"] <= found["upper"])
    return found.assign(held=held.astype(int))


def _drawn(parameters: Mapping[str, Any], generator: np.random.Generator) -> pd.DataFrame:
    return document_intervals(parameters, coded_documents(parameters, generator))


def document_coverage(
    parameters: Mapping[str, Any], *, seeds: int, seed: int, workers: int | None = None, told: str = ""
) -> pd.DataFrame:
    """Return how often each interval holds its truth over many twins' documents.

    Parameters
    ----------
    parameters : mapping
        Of the twin.
    seeds, seed, workers, told
        As for `replicated`.

    Returns
    -------
    DataFrame
        index kind, code, district, year; ``truth``, ``mean`` (of estimates), and the count with its 99 %
        band as from `banded`. Where the truth is 0 nothing lies below it: only an interval's lower end can
        miss, and it should hold 97.5 times of a hundred.
    """
    task = partial(_drawn, parameters)
    twins = replicated(task, seeds, seed=seed, workers=workers, told=told)
    every = pd.concat(twins).groupby(level=_KEYS, sort=False)
    found = every.agg(truth=("truth", "first"), mean=("estimate", "mean"), held=("held", "sum"))
    counts = [
        banded(int(held), seeds, 0.95 if truth else 0.975)
        for held, truth in zip(found["held"], found["truth"], strict=True)
    ]
    return found[["truth", "mean"]].join(pd.DataFrame(counts, index=found.index))


def main(arguments: Sequence[str] | None = None) -> int:
    """Draw documents of many twins and write the results, with their provenance, as JSON."""
    chosen = settings_of(
        "district_documents",
        main.__doc__,
        OUT,
        arguments,
        twins=(200, "of two districts"),
        seed=(40015, "starts them"),
        workers=(1, "processes"),
    )
    parameters = json.loads((DATA_RAW / "two_districts/parameters.json").read_text(encoding="utf-8"))
    how = {"seeds": chosen.twins, "seed": chosen.seed, "workers": chosen.workers}
    covered = document_coverage(parameters, told="documents", **how)
    record = {
        "twins": chosen.twins,
        "seed": chosen.seed,
        **made_with("numpy", "pandas", "scipy"),
        "parameters": {name: parameters[name] for name in ("documents", "codes")},
        "coverage": covered.reset_index().to_dict("records"),
    }
    write_record(chosen.out, record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
