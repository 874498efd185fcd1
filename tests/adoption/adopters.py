"""Who adopts when: four people by hand, and netdiffuseR's studies, for the tests of several modules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Floats = npt.NDArray[np.float64]
INF = np.inf
# 0 names 1 and 2 (twice), 1 names 2, 2 names nobody, 3 names all. 0 adopts in 2, 1 in 1, 2 in 3, 3 never.
FOUR = np.array([[9.0, 1, 2, 0], [0, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 0]])
TIMES = [2.0, 1.0, 3.0, INF]


@dataclass(frozen=True)
class Study:
    """A network of netdiffuseR's, with the times it uses: never-adopters in the period after the last."""

    ties: sparse.csr_array
    times: Floats
    periods: Floats

    @property
    def honest(self) -> Floats:
        """Times with infinity for never-adopters."""
        return np.where(self.times == self.periods[-1], INF, self.times)


def read_study(reference_folder: Path, name: str) -> Study:
    """Read a network and its times of adoption."""
    folder = reference_folder / "netdiffuser"
    toa = "med_toa.csv" if name == "med" else f"{name}DiffNet_toa.csv"
    edges = "med_graph_t1_edgelist.csv" if name == "med" else f"{name}DiffNet_graph_t1_edgelist.csv"
    times = pd.read_csv(folder / toa)["toa"].to_numpy(float)
    ties = pd.read_csv(folder / edges)
    network = sparse.csr_array(
        (ties["x"].to_numpy(float), (ties["i"] - 1, ties["j"] - 1)), shape=(len(times), len(times))
    )
    return Study(network, times, np.arange(times.min(), times.max() + 1))
