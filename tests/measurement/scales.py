"""Answers drawn from known items, and the leadership scale of 2,042 soldiers, for the tests of scales."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.arrays import Floats
from analysis.files import DATA_RAW
from analysis.measurement.scales import scale_answers
from analysis.sources import group_climate_surveys
from analysis.tables.package import read_package

__all__ = ["answers_to", "climate_tables", "leadership"]


def answers_to(thresholds: list[list[float]], measures: Floats, seed: int) -> pd.DataFrame:
    """Draw the answers people of these measures give to items of these thresholds."""
    generator = np.random.default_rng(seed)
    columns = {}
    for number, steps in enumerate(thresholds, 1):
        logits = np.cumsum(measures[:, None] - np.array(steps), axis=1)
        weights = np.exp(np.column_stack([np.zeros(len(measures)), logits]))
        shares = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        columns[f"i{number}"] = (generator.random((len(measures), 1)) > shares).sum(axis=1).astype(float)
    return pd.DataFrame(columns)


def climate_tables(mirror: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of the surveys of soldiers."""
    package = read_package(DATA_RAW / "group_climate_surveys" / "datapackage.json")
    return dict(group_climate_surveys.tables(mirror / "group_climate_surveys", package))


def leadership(tables: dict[str, pd.DataFrame], survey: str = "lq2002") -> pd.DataFrame:
    """Return the answers to the leadership scale, a column per item, named as in the survey."""
    wide = scale_answers(tables, f"{survey}_leadership")
    return wide.rename(columns=lambda item: str(item).removeprefix(f"{survey}_").upper())
