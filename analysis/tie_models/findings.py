"""What models of ties tell about Table 9.4, in sentences."""

from __future__ import annotations

import pandas as pd

from analysis.finding import Finding, key_of, row_of, signed

__all__ = ["p1_findings", "sign_findings"]


def p1_findings(model: pd.DataFrame) -> list[Finding]:
    """Say what p1 gives.

    Parameters
    ----------
    model : DataFrame
        As recorded under `table_9_4_model_1`: index density, reciprocity; ``estimate``.
    """
    values = model["estimate"]
    above = (
        "Ties are returned more often than if both ends chose independently: "
        if values["reciprocity"] > 0
        else ""
    )
    sentence = (
        f"{above}p1 estimates reciprocity at {signed(values['reciprocity'])} and density at "
        f"{signed(values['density'])}."
    )
    keys = tuple(key_of("table_9_4_model_1", name, "estimate") for name in ("reciprocity", "density"))
    return [Finding("p1", sentence, keys)]


def sign_findings(signs: pd.DataFrame) -> list[Finding]:
    """Say whether leaders with more efficacy send and receive more, on the network and on its transpose.

    Parameters
    ----------
    signs : DataFrame
        As recorded under `table_9_4_signs`: by transitivity statistic and network or transpose, the
        estimates of sending and receiving.
    """
    columns = ("sender efficacy", "receiver efficacy")
    found = []
    for way, start in (("network", "In the files"), ("transpose", "With every tie reversed")):
        row = row_of(signs, ("transitive triples", way))
        sent, received = (row[name] for name in columns)
        sentence = (
            f"{start}, leaders with more efficacy send {_more(sent)} confidential ties ({signed(sent)}) and "
            f"receive {_more(received)} ({signed(received)})."
        )
        keys = tuple(key_of("table_9_4_signs", "transitive triples", way, name) for name in columns)
        found.append(Finding(key_of("signs", way), sentence, keys))
    return found


def _more(value: float) -> str:
    return "more" if value > 0 else "fewer"
