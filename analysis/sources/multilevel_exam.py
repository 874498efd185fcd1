"""Examination results of pupils in schools of inner London and of Scotland (R package mlmRev)."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.sources.rdata_files import data_frame, read_objects
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_LONDON, _SCOTLAND = "Exam", "ScotsSec"


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations and actors: schools and pupils of both places.

    Raises
    ------
    InvalidInput
        With every fault of both files.
    """
    faults: list[Fault] = []
    london = _read(
        raw,
        _LONDON,
        {"normexam": (-4, 4), "standLRT": (-4, 4)},
        ("school", "schgend", "sex"),
        faults,
    )
    scotland = _read(
        raw, _SCOTLAND, {"attain": (1, 10), "verbal": (-30, 40)}, ("primary", "second", "sex"), faults
    )
    several = london.groupby("school")["schgend"].nunique() > 1
    for school in several.index[several]:
        allowed = "one of mixed, boys and girls throughout"
        faults.append(
            Fault(f"{_LONDON}.rda", f"school {school} of two sorts", allowed, column=f"{_LONDON}$schgend")
        )
    raise_faults(faults)
    london["school"] = _named("london_school", london["school"])
    for column, prefix in (("second", "scotland_secondary"), ("primary", "scotland_primary")):
        scotland[column] = _named(prefix, scotland[column])
    schools = london.drop_duplicates("school")[["school", "schgend"]].set_axis(
        ["organization_id", "pupils"], axis=1
    )
    others = pd.DataFrame(
        {"organization_id": [*scotland["second"].unique(), *scotland["primary"].unique()], "pupils": None}
    )
    organizations = pd.concat([schools, others]).sort_values("organization_id").assign(kind="school")
    pupils = [
        _pupils("london", london, "school", "normexam", "standLRT").assign(primary_id=None),
        _pupils("scotland", scotland, "second", "attain", "verbal").assign(primary_id=scotland["primary"]),
    ]
    return {
        "organizations": organizations.reset_index(drop=True),
        "actors": pd.concat(pupils, ignore_index=True),
    }


def _read(
    raw: Path,
    name: str,
    numbers: Mapping[str, tuple[float, float]],
    texts: tuple[str, ...],
    faults: list[Fault],
) -> pd.DataFrame:
    path = raw / f"{name}.rda"
    found = read_objects(path, (name,), faults).get(name)
    if found is None:
        return pd.DataFrame(columns=[*numbers, *texts])
    return data_frame(path, name, found, faults, numbers=numbers, texts=texts)


def _named(prefix: str, numbers: pd.Series) -> pd.Series:
    return f"{prefix}_" + numbers.astype(str).str.zfill(3)


def _pupils(place: str, frame: pd.DataFrame, school: str, score: str, before: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "actor_id": [f"{place}_{number:04d}" for number in range(1, len(frame) + 1)],
            "organization_id": frame[school],
            "role": "pupil",
            "sex": frame["sex"],
            "score": frame[score],
            "before": frame[before],
        }
    )


if __name__ == "__main__":
    sys.exit(build(tables, "multilevel_exam"))
