"""What modules of twins end with: a network grown from parameters, its tables, and what it was grown with."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.sources.build import build

__all__ = ["Twin", "build_twin", "twin_of"]


@dataclass(frozen=True)
class Twin:
    """One network grown from parameters.

    Attributes
    ----------
    tables : dict of str to DataFrame
        Of the data model.
    truth : dict
        The parameters, and what became of them: which ties each rule made.
    """

    tables: dict[str, pd.DataFrame]
    truth: dict[str, Any]


Grow = Callable[[Mapping[str, Any]], Twin]


def twin_of(grow: Grow, raw: Path) -> Twin:
    """Return the network that the `parameters.json` of a raw folder gives."""
    return grow(json.loads((raw / "parameters.json").read_text(encoding="utf-8")))


def build_twin(grow: Grow, dataset: str) -> int:
    """Write `data_derived/<dataset>/` with its truth, as `build` does, and return the exit code."""
    return build(
        lambda raw, _: twin_of(grow, raw).tables, dataset, truth=lambda raw: twin_of(grow, raw).truth
    )
