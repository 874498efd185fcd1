"""What a page calls things: the field's words, never the code's names. The one place of labels."""

from __future__ import annotations

import re
from typing import Any, overload

__all__ = ["FIELD_WORDS", "SAYS_NOTHING", "in_words", "label_in_words"]

FIELD_WORDS = {
    "a friend (choice2)": "a friend",
    "a friend, friendship alone (choice1)": "a friend, if only friendship counts",
    "ac": "Gwet's AC1",
    "ac_by_chance": "chance, AC1",
    "ac_lower": "AC1, lower",
    "ac_upper": "AC1, upper",
    "adjusted_r2": "adjusted R²",
    "aic": "AIC",
    "bic": "BIC",
    "cfa": "CFA",
    "efa": "EFA",
    "msa": "MSA",
    "anova": "ANOVA",
    "as_tsna": "a step may outlast its tie",
    "bh1996_cohesion_score": "cohesion (first survey)",
    "bh1996_leadership_score": "leadership (first survey)",
    "bh1996_wellbeing_score": "well-being (first survey)",
    "bh1996_work_hours": "work hours (first survey)",
    "bhr2000_leadership": "leadership (second survey)",
    "central_office_null": "each mechanism by itself",
    "cfi": "CFI",
    "cfi_change": "change of CFI",
    "chi2": "χ²",
    "chi_square": "χ²",
    "chi_square_change": "change of χ²",
    "choice0": "whom, calls alone",
    "choice1": "whom, friendship alone",
    "choice2": "whom, calls, friendship and likeness",
    "choice3": "whom, the last five minutes apart",
    "closed by the one": "closed by the first",
    "closed by the other": "closed by the second",
    "closed_one": "closed by the first",
    "closed_other": "closed by the second",
    "cohen": "Cohen's kappa",
    "contact of the one": "contact of the first",
    "contact of the other": "contact of the second",
    "culture_climate": "culture & climate",
    "degree preferential": "degree-preferential placement",
    "df": "degrees of freedom",
    "df_change": "change of degrees of freedom",
    "dlt1": "first course",
    "dlt2": "second course",
    "dyadic": "dyadic reciprocity",
    "edgewise": "edgewise reciprocity",
    "external_internal": "E-I index",
    "f": "F",
    "fleiss": "Fleiss' kappa",
    "fleiss_by_chance": "chance, Fleiss' kappa",
    "go_around_with": "companion",
    "graduation_rate": "graduation rate (%)",
    "guns": "smoking guns",
    "hamming": "Hamming distance",
    "hoops_failed": "hoop tests failed",
    "icc": "ICC(1)",
    "icc1": "ICC(1)",
    "icc2": "ICC(2)",
    "in_degree": "in-degree",
    "jaccard": "Jaccard index",
    "ks_p": "p (Kolmogorov–Smirnov)",
    "lq2002": "",
    "lq2002_hostility": "hostility (third survey)",
    "lq2002_leadership": "leadership (third survey)",
    "lq2002_task_significance": "task significance (third survey)",
    "math_grade_4_satisfactory": "pupils satisfactory in grade 4 mathematics (%)",
    "moran": "Moran's I",
    "moran_sd": "SD of Moran's I",
    "one sided brokerage": "one-sided brokerage",
    "organization_id": "organization",
    "out_degree": "out-degree",
    "p_change": "p of the change",
    "p_error": "simulation error of p",
    "p_greater": "p (greater)",
    "p_holm": "p (Holm)",
    "p_less": "p (less)",
    "p_normal": "p (normal)",
    "p_u": "p of U",
    "pagerank": "PageRank",
    "pearson": "Pearson correlation",
    "permutation_sd": "permutation SD",
    "pri": "PRI",
    "r_wg": "rWG",
    "random_mixing": "E-I index by chance",
    "rate0": "who next, calls alone",
    "rate1": "who next, friendship alone",
    "rate2": "who next, calls and friendship",
    "rate3": "when, calls and friendship",
    "rate4": "when, the last five minutes apart",
    "receiver's facilitator": "receiver is a facilitator",
    "receiver_id": "receiver",
    "rem1": "one rate for each pair",
    "reml": "REML",
    "rmsea": "RMSEA",
    "sd": "SD",
    "se": "standard error",
    "sender_id": "sender",
    "somebody called before (choice2)": "somebody called before",
    "somebody who called in the last five minutes (choice3)": "somebody who called in the last five minutes",
    "spearman": "Spearman correlation",
    "srmr": "SRMR",
    "star of the one": "star of the first",
    "star of the other": "star of the second",
    "star_one": "star of the first",
    "star_other": "star of the second",
    "t": "t",
    "t_ratio": "t-ratio",
    "table_9_4": "Table 9.4",
    "time shuffled": "shuffled times",
    "u": "U",
    "untold": "not told",
    "within_spell": "a step ends before its tie does",
    "z_over_root_n": "z ÷ √n",
}
"""By the code's name, where putting spaces for underscores is not enough."""

SAYS_NOTHING = frozenset({"key", "label", "name", "number", "of", "on", "one", "what"})
"""Names of the labels of rows that tell a reader nothing about them."""

_ENDINGS = "csv|tsv|json|ya?ml|md|html|py|ipynb|txt|xlsx?|rda|bz2|gz|zip|svg|png"
_CODE = re.compile(
    rf"(?P<itself>https?://\S+|[\w-]+(?:[/.][\w-]+)*\.(?:{_ENDINGS})\b|\b\w+\(\))"
    r"|(?<![\w/@])[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*(?:_[A-Za-z0-9]+)+(?:\.[A-Za-z0-9]+|_[A-Za-z0-9]+)*"
)
"""A file, an address or a function's name, which stay as they are; else a name of the code within a text."""
_TERM = re.compile(r"^(\w+)\[([^\[\]]+)\]$")
"""A term of a model and its level, as programs write them."""


@overload
def in_words(name: str) -> str: ...
@overload
def in_words(name: object) -> Any: ...
def in_words(name: Any) -> Any:
    """Return a name of the code, or a text that holds some, as a reader knows it; anything else as it is.

    What is called by its own name stays: a file, a function (with its brackets), an address.

    Examples
    --------
    >>> [in_words(name) for name in ("external_internal", "icc1", "response_rate", "95 % interval", 3)]
    ['E-I index', 'ICC(1)', 'response rate', '95 % interval', 3]
    >>> in_words("period[spline 1]")
    'period, spline 1'
    >>> in_words("reml.icc1_work_hours: r_wg(j) of kick_off, by struct_test() in rs_data.csv")
    'REML: ICC(1) work hours: rWG(j) of kick off, by struct_test() in rs_data.csv'
    """
    if not isinstance(name, str):
        return name
    return FIELD_WORDS.get(name) or _CODE.sub(_told, _TERM.sub(r"\1, \2", name))


def label_in_words(label: str) -> str:
    """Return the label of a recorded number as a reader knows it, each of its parts by the field's word.

    Examples
    --------
    >>> label_in_words("talk, wave 3, edgewise"), label_in_words("without filled-in values, reml, icc1:")
    ('talk, wave 3, edgewise reciprocity', 'without filled-in values, REML, ICC(1)')
    """
    return ", ".join(in_words(part) for part in label.rstrip(":,").split(", "))


def _told(found: re.Match[str]) -> str:
    return found[0] if found["itself"] else ": ".join(map(_words, found[0].split(".")))


def _words(name: str) -> str:
    return FIELD_WORDS.get(name) or " ".join(FIELD_WORDS.get(word, word) for word in name.split("_")).strip()
