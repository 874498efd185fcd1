"""What models of ties tell about Table 9.4, in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis.finding import Finding, key_of

__all__ = ["p1_findings", "sign_findings"]


def p1_findings(model: pd.DataFrame) -> list[Finding]:
    """Say what p1 gives.

    Parameters
    ----------
    model : DataFrame
        As recorded under `table_9_4_model_1`: index density, reciprocity; ``estimate``.
    """
    values = model["estimate"]
    sentence = (
        f"Ties are returned far more than chance: p1 estimates reciprocity at "
        f"{values['reciprocity']:.2f} and "
        f"density at {values['density']:.2f}."
        if values["reciprocity"] > 0
        else f"p1 estimates reciprocity at {values['reciprocity']:.2f} "
        f"and density at {values['density']:.2f}."
    ).replace("-", "−")
    keys = tuple(key_of("table_9_4_model_1", name, "estimate") for name in ("reciprocity", "density"))
    return [Finding("p1", sentence, keys)]


def sign_findings(signs: pd.DataFrame) -> list[Finding]:
    """Say whether efficacious leaders send and receive more, and which network gives the printed signs.

    Parameters
    ----------
    signs : DataFrame
        As recorded under `table_9_4_signs`: by transitivity statistic and network or transpose, the
        estimates of sending and receiving.
    """
    columns = ("sender efficacy", "receiver efficacy")
    found = []
    for way, start in (("network", "On the files"), ("transpose", "With every tie turned round")):
        row: Any = signs.loc[("transitive triples", way)]
        sent, received = (row[name] for name in columns)
        sentence = (
            f"{start}, leaders with more efficacy send {_more(sent)} confidential ties "
            f"({_signed(sent)}) and receive {_more(received)} ({_signed(received)})."
        )
        keys = tuple(key_of("table_9_4_signs", "transitive triples", way, name) for name in columns)
        found.append(Finding(key_of("signs", way), sentence, keys))
    return found


def _more(value: float) -> str:
    return "more" if value > 0 else "fewer"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")
