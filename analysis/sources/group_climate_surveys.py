"""Four surveys of soldiers in companies (R package multilevel), one of them in three waves."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.sources.rdata_files import data_frame, read_objects
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["tables"]


@dataclass(frozen=True)
class _Survey:
    """One data frame: its name, the columns that name a company, and its items (scale, lowest, highest)."""

    name: str
    company: tuple[str, ...]
    items: dict[str, tuple[str, float, float]]
    number_of_digits: int = 4


_LEADERSHIP = ("AF06", "AF07", "AP12", "AP17", "AP33", "AP34", "AS14", "AS15", "AS16", "AS17", "AS28")
_SINGLE = (
    _Survey(
        "bh1996",
        ("GRP",),
        {
            "COHES": ("cohesion_score", 1, 5),
            "LEAD": ("leadership_score", 1, 5),
            "WBEING": ("wellbeing_score", 0, 5),
            "HRS": ("work_hours", 0, 24),
        },
    ),
    _Survey(
        "bhr2000",
        ("GRP",),
        {
            **dict.fromkeys(_LEADERSHIP, ("leadership", 1.0, 5.0)),
            "HRS": ("work_hours", 0, 24),
            "RELIG": ("religious_comfort", 1, 5),
        },
    ),
    _Survey(
        "lq2002",
        ("COMPID",),
        {
            **{f"LEAD{number:02d}": ("leadership", 1, 5) for number in range(1, 12)},
            **{f"TSIG{number:02d}": ("task_significance", 1, 5) for number in range(1, 4)},
            **{f"HOSTIL{number:02d}": ("hostility", 0, 4) for number in range(1, 6)},
        },
    ),
)
_PANEL = _Survey(
    "univbct",
    ("BTN", "COMPANY"),
    {
        "JSAT": ("job_satisfaction_score", 1, 5),
        "COMMIT": ("commitment_score", 1, 5),
        "READY": ("readiness_score", 1, 5),
    },
    number_of_digits=3,
)
_BATTALION, _COMPANY = _PANEL.company
_IDENTIFIERS = (0, 1e6)
_AGES = (16, 70)


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations, actors, waves, items and responses.

    Scores that the file computed from items it also holds, and group means, are left out; a score whose items
    are not in the file is an item with a scale of its own, named `<survey>_<what>_score`.

    Raises
    ------
    InvalidInput
        With every fault of the four files.
    """
    faults: list[Fault] = []
    frames = {survey.name: _single(raw, survey, faults) for survey in _SINGLE}
    panel = _panel(raw, faults)
    raise_faults(faults)
    organizations, actors, responses = [], [], []
    for survey in _SINGLE:
        frame = frames[survey.name]
        company = _numbered(frame[survey.company[0]], f"{survey.name}_company")
        person = _people(survey, pd.Series(range(1, len(frame) + 1)))
        organizations.append(_companies(company))
        actors.append(pd.DataFrame({"actor_id": person, "organization_id": company}))
        responses.append(_responses(survey, frame.assign(actor_id=person, wave=1)))
    battalion = _numbered(panel[_BATTALION], "univbct_battalion")
    label = battalion + " " + panel[_COMPANY]
    company = _numbered(label, "univbct_company")
    person = _people(_PANEL, panel["SUBNUM"])
    organizations.append(pd.DataFrame({"organization_id": sorted(battalion.unique()), "kind": "group"}))
    organizations.append(_companies(company, battalion))
    members = pd.DataFrame({"actor_id": person, "organization_id": company, "age": panel["AGE"]})
    actors.append(members.drop_duplicates("actor_id"))
    responses.append(_responses(_PANEL, panel.assign(actor_id=person, wave=panel["TIME"] + 1)))
    return {
        "organizations": pd.concat(organizations, ignore_index=True),
        "actors": pd.concat(actors, ignore_index=True).assign(role="soldier"),
        "waves": pd.DataFrame(
            {"wave": [1, 2, 3], "label": ["First or only survey", "Second survey", "Third survey"]}
        ),
        "items": pd.DataFrame(
            [
                (f"{survey.name}_{item.lower()}", f"{survey.name}_{scale}", low, high, 0)
                for survey in (*_SINGLE, _PANEL)
                for item, (scale, low, high) in survey.items.items()
            ],
            columns=["item_id", "scale", "minimum", "maximum", "reversed"],
        ),
        "responses": pd.concat(responses, ignore_index=True),
    }


def _read(raw: Path, survey: _Survey, faults: list[Fault]) -> tuple[Path, object]:
    path = raw / f"{survey.name}.rda"
    return path, read_objects(path, (survey.name,), faults).get(survey.name)


def _bounds(survey: _Survey) -> dict[str, tuple[float, float]]:
    return {item: (low, high) for item, (_, low, high) in survey.items.items()}


def _single(raw: Path, survey: _Survey, faults: list[Fault]) -> pd.DataFrame:
    path, found = _read(raw, survey, faults)
    if found is None:
        return pd.DataFrame()
    numbers = {survey.company[0]: _IDENTIFIERS, **_bounds(survey)}
    return data_frame(path, survey.name, found, faults, numbers=numbers, incomplete=survey.items)


def _panel(raw: Path, faults: list[Fault]) -> pd.DataFrame:
    path, found = _read(raw, _PANEL, faults)
    if found is None:
        return pd.DataFrame()
    numbers = {"SUBNUM": _IDENTIFIERS, "TIME": (0, 2), _BATTALION: _IDENTIFIERS, "AGE": _AGES}
    panel = data_frame(
        path,
        _PANEL.name,
        found,
        faults,
        numbers={**numbers, **_bounds(_PANEL)},
        texts=(_COMPANY,),
        incomplete=(*_PANEL.items, "AGE"),
    )
    # A person has one row of the table of actors, so everything in it must be the same in all waves.
    constant = panel.groupby("SUBNUM")[[_BATTALION, _COMPANY, "AGE"]].nunique(dropna=False)
    for person in constant.index[constant.gt(1).any(axis=1)]:
        found = f"person {person:g} with several companies or ages"
        faults.append(Fault(path.name, found, "one of each a person", column=f"{_PANEL.name}$SUBNUM"))
    return panel


def _numbered(groups: pd.Series, prefix: str) -> pd.Series:
    """Return identifiers of ours, numbered in the order of the groups' own."""
    place = groups.rank(method="dense").astype(int)
    return f"{prefix}_" + place.map("{:02d}".format)


def _people(survey: _Survey, numbers: pd.Series) -> pd.Series:
    return f"{survey.name}_" + numbers.map(f"{{:0{survey.number_of_digits}.0f}}".format)


def _companies(company: pd.Series, parent: pd.Series | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"organization_id": company, "parent_id": parent, "kind": "company"})
    return frame.drop_duplicates("organization_id").sort_values("organization_id")


def _responses(survey: _Survey, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each answer that was given."""
    long = frame.melt(["wave", "actor_id"], list(survey.items), "item_id", "value").dropna(subset="value")
    return long.assign(item_id=f"{survey.name}_" + long["item_id"].str.lower())


if __name__ == "__main__":
    sys.exit(build(tables, "group_climate_surveys"))
