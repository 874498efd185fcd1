"""Relations that a command declares, and whether ties fit what is declared of them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analysis.importing.dataset.own import own_folder
from analysis.importing.kinds.options import NUMBER
from analysis.tables.faults import Fault
from analysis.tables.package import Relation, read_package

__all__ = [
    "check_declared",
    "check_direction",
    "declared_relations",
    "highest_of",
    "questions_of",
    "relations_there",
]

_RELATION = re.compile(
    r"(?P<name>[^:]+):(?P<low>-?[0-9.]+):(?P<high>-?[0-9.]+)(:(?P<question>.+))?", re.DOTALL
)


_HUGE = 1e300
"""What a declaration may not reach, so that JSON can say it."""


def declared_relations(given: Sequence[str], faults: list[Fault]) -> dict[str, Relation]:
    """Return the relations that options declare, by name."""
    found = {}
    for text in given:
        fit = _RELATION.fullmatch(text)
        bounds = _bounds(fit) if fit else []
        name = fit["name"].strip() if fit else ""
        if fit is None or not bounds or not name:
            allowed = (
                "a name, the lowest and the highest answer, and the question, as in help:0:3:How often …?"
            )
            faults.append(Fault("--relation", repr(text), allowed))
            continue
        found[name] = Relation(name, (fit["question"] or name).strip(), minimum=bounds[0], maximum=bounds[1])
    return found


def relations_there(dataset: str) -> dict[str, Relation]:
    """Return the relations that a dataset declares already, by name."""
    path = own_folder(dataset) / "datapackage.json"
    there = read_package(path).relations if path.is_file() else ()
    return {relation.name: relation for relation in there}


def questions_of(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the relation that each question is about, as far as dataset and options tell questions."""
    known = {**relations_there(arguments.dataset), **declared_relations(arguments.relation, [])}
    return {relation.description: name for name, relation in known.items()}


def highest_of(arguments: argparse.Namespace) -> dict[str, float]:
    """Return the highest answer about each relation, as the dataset or else options declare it."""
    known = {**declared_relations(arguments.relation, []), **relations_there(arguments.dataset)}
    return {name: relation.maximum for name, relation in known.items()}


def _bounds(fit: re.Match[str]) -> list[float]:
    """Return the lowest and the highest answer; nothing where they are none."""
    texts = [fit[side] for side in ("low", "high")]
    if not all(re.fullmatch(NUMBER, text) for text in texts):
        return []
    low, high = map(float, texts)
    return [low, high] if -_HUGE < low <= high < _HUGE else []


def check_declared(
    file: str, ties: pd.DataFrame | None, known: Mapping[str, Relation], faults: list[Fault]
) -> None:
    """Append a fault for each relation whose scale nobody has stated, and for each value off that scale.

    A scale cannot be told from the answers.
    """
    if ties is None or not len(ties):
        return
    for relation, values in ties.groupby("relation")["value"]:
        if relation not in known:
            allowed = f"relations of the dataset: {', '.join(known) or 'none yet'}"
            hint = f"declare it and its scale, as in --relation '{relation}:0:{values.max():g}'"
            faults.append(Fault("ties", f"the relation {relation!r}", allowed, hint=hint))
            continue
        low, high = known[str(relation)].minimum, known[str(relation)].maximum
        told = values.to_numpy(dtype=float, na_value=np.nan)
        for row in ties.loc[values.index[(told < low) | (told > high)]].itertuples(index=False):
            found = f"{row.value:g} from {row.sender_id!r} to {row.receiver_id!r} (wave {row.wave})"
            allowed = f"{relation} from {low:g} to {high:g}"
            hint = "mend the file, or declare the scale it has with --relation"
            faults.append(Fault(file, found, allowed, hint=hint))


def check_direction(
    ties: pd.DataFrame, told: Mapping[str, bool], before: Sequence[str], faults: list[Fault]
) -> None:
    """Append a fault for each new relation that looks undirected, of which nobody has said whether it is.

    Every tie of an undirected relation is its own return: taken for directed, all of it is reciprocated.
    """
    for relation, rows in ties.groupby("relation"):
        ends = pd.concat([rows["sender_id"], rows["receiver_id"]])
        codes = pd.factorize(ends)[0].reshape(2, -1)
        waves = pd.factorize(rows["wave"])[0]
        apart = codes[0] != codes[1]
        size = int(codes.max()) + 1
        there, back = (
            np.unique(((waves * size + one) * size + other)[apart]) for one, other in (codes, codes[::-1])
        )
        if apart.any() and np.array_equal(there, back) and relation not in {*told, *before}:
            allowed = "--undirected (a tie has no sender), or --directed (everybody happens to be named back)"
            faults.append(Fault("ties", f"every tie of {relation!r} in both directions", allowed))
