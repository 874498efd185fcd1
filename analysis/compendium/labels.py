"""What a page calls the columns and rows of a table: the field's words, never the code's names."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import Any

import pandas as pd

__all__ = ["FIELD_WORDS", "in_words", "labelled"]

FIELD_WORDS = {
    "ac": "Gwet's AC1",
    "ac_by_chance": "chance, AC1",
    "ac_lower": "AC1, lower",
    "ac_upper": "AC1, upper",
    "cfi": "CFI",
    "cfi_change": "change of CFI",
    "chi2": "χ²",
    "chi_square": "χ²",
    "chi_square_change": "change of χ²",
    "cohen": "Cohen's kappa",
    "closed_one": "closed by one",
    "closed_other": "closed by the other",
    "df": "degrees of freedom",
    "df_change": "change of degrees of freedom",
    "dyadic": "dyadic reciprocity",
    "edgewise": "edgewise reciprocity",
    "external_internal": "E-I index",
    "fleiss": "Fleiss' kappa",
    "fleiss_by_chance": "chance, Fleiss' kappa",
    "icc1": "ICC(1)",
    "icc2": "ICC(2)",
    "in_degree": "in-degree",
    "jaccard": "Jaccard index",
    "ks_p": "p (Kolmogorov–Smirnov)",
    "out_degree": "out-degree",
    "p_change": "p of the change",
    "p_error": "simulation error of p",
    "p_greater": "p (greater)",
    "p_holm": "p (Holm)",
    "p_less": "p (less)",
    "p_normal": "p (normal)",
    "p_u": "p of U",
    "pearson": "Pearson correlation",
    "permutation_sd": "permutation SD",
    "pri": "PRI",
    "random_mixing": "E-I index by chance",
    "rmsea": "RMSEA",
    "sd": "SD",
    "spearman": "Spearman correlation",
    "srmr": "SRMR",
    "t": "t",
    "u": "U",
    "z_over_root_n": "z ÷ √n",
}
"""By the code's name, where putting spaces for underscores is not enough."""

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+")


def in_words(name: Any) -> Any:
    """Return a name of the code as a reader knows it; anything else as it is.

    Examples
    --------
    >>> [in_words(name) for name in ("external_internal", "icc1", "response_rate", "95 % interval", 3)]
    ['E-I index', 'ICC(1)', 'response rate', '95 % interval', 3]
    """
    if not isinstance(name, str):
        return name
    return FIELD_WORDS.get(name) or (name.replace("_", " ") if _CODE.fullmatch(name) else name)


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is shown: columns, rows and cells of words in the field's words.

    Examples
    --------
    >>> shown = labelled(pd.DataFrame({"icc1": [0.14], "kind": ["mean_answer"]}, index=["own_school"]))
    >>> shown.columns.tolist(), shown.index.tolist(), shown["kind"].tolist()
    (['ICC(1)', 'kind'], ['own school'], ['mean answer'])
    """
    shown = frame.copy()
    for place in range(shown.shape[1]):
        column = shown.iloc[:, place]
        if column.map(lambda cell: isinstance(cell, str)).any():
            shown.isetitem(place, [in_words(cell) for cell in column])
    shown.columns = _words_of(frame.columns)
    shown.index = _words_of(frame.index)
    return shown


def _words_of(labels: pd.Index) -> pd.Index:
    if isinstance(labels, pd.MultiIndex):
        entries: list[tuple[Hashable, ...]] = [tuple(map(in_words, entry)) for entry in labels]
        return pd.MultiIndex.from_tuples(entries, names=labels.names) if entries else labels
    words: pd.Index = pd.Index([in_words(entry) for entry in labels], name=labels.name, dtype=labels.dtype)
    return words
