"""Fifty pupils of the Teenage Friends and Lifestyle Study: friendship, alcohol and smoking in three waves."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from analysis.sources.build import build
from analysis.sources.rdata_files import number_matrix, read_objects
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_FILE = "RSiena.rda"
_PUPILS = 50
_NETWORKS = {1: "s501", 2: "s502", 3: "s503"}
_ITEMS = {"alcohol": ("s50a", 1, 5), "smoking": ("s50s", 1, 3)}


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return actors, waves, ties, items and responses.

    Raises
    ------
    InvalidInput
        With every fault of the five objects.
    """
    faults: list[Fault] = []
    path = raw / _FILE
    objects = read_objects(path, [*_NETWORKS.values(), *(name for name, _, _ in _ITEMS.values())], faults)
    raise_faults(faults)
    networks = {
        wave: number_matrix(path, name, objects[name], faults, minimum=0, maximum=1, shape=(_PUPILS, _PUPILS))
        for wave, name in _NETWORKS.items()
    }
    answers = {
        item: number_matrix(
            path, name, objects[name], faults, minimum=low, maximum=high, shape=(_PUPILS, len(_NETWORKS))
        )
        for item, (name, low, high) in _ITEMS.items()
    }
    raise_faults(faults)
    relation = package.relations[0].name
    ties = [_ties(matrix, relation, wave) for wave, matrix in networks.items()]
    responses = [
        _responses(column, item, wave)
        for item, columns in answers.items()
        for wave, column in zip(_NETWORKS, columns.T, strict=True)
    ]
    return {
        "actors": pd.DataFrame({"actor_id": _identifiers(_PUPILS), "role": "pupil"}),
        "waves": pd.DataFrame({"wave": list(_NETWORKS), "label": [f"Wave {wave}" for wave in _NETWORKS]}),
        "ties": pd.concat(ties, ignore_index=True),
        "items": pd.DataFrame(
            [(item, item, low, high, 0) for item, (_, low, high) in _ITEMS.items()],
            columns=["item_id", "scale", "minimum", "maximum", "reversed"],
        ),
        "responses": pd.concat(responses, ignore_index=True),
    }


def _identifiers(number: int) -> list[str]:
    return [f"pupil_{identifier:02d}" for identifier in range(1, number + 1)]


def _ties(matrix: npt.NDArray[np.float64], relation: str, wave: int) -> pd.DataFrame:
    identifiers = np.array(_identifiers(len(matrix)), dtype=object)
    senders, receivers = matrix.nonzero()
    return pd.DataFrame(
        {
            "wave": wave,
            "relation": relation,
            "sender_id": identifiers[senders],
            "receiver_id": identifiers[receivers],
            "value": matrix[senders, receivers],
            "reported_by": identifiers[senders],
        }
    )


def _responses(answers: npt.NDArray[np.float64], item: str, wave: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"wave": wave, "actor_id": _identifiers(len(answers)), "item_id": item, "value": answers}
    )


if __name__ == "__main__":
    sys.exit(build(tables, "glasgow_s50"))
