"""Policies adopted by the states of the USA: the State Policy Innovation and Diffusion database."""

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

_FILE = "policies.RData"
_ADOPTIONS, _POLICIES = "policies", "policies_metadata"
_YEARS = (1600, 2100)


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations (the states) and adoptions.

    An innovation is named `<topic>.<policy>`: its Policy Agendas topic and the file's own name for it,
    neither of which has a full stop in it. The file lists adoptions only, so no row is censored.

    Raises
    ------
    InvalidInput
        With every fault of the two data frames.
    """
    faults: list[Fault] = []
    path = raw / _FILE
    objects = read_objects(path, (_ADOPTIONS, _POLICIES), faults)
    raise_faults(faults)
    adoptions = data_frame(
        path,
        _ADOPTIONS,
        objects[_ADOPTIONS],
        faults,
        numbers={"adopt_year": _YEARS},
        texts=("statenam", "policy"),
    )
    policies = data_frame(
        path, _POLICIES, objects[_POLICIES], faults, numbers={}, texts=("policy", "majortopic")
    )
    raise_faults(faults)
    _check_policies(path, adoptions["policy"], policies, faults)
    raise_faults(faults)
    topics = policies.set_index("policy")["majortopic"].map(_short_name)
    states = adoptions["statenam"].map(_short_name)
    return {
        "organizations": pd.DataFrame({"organization_id": sorted(states.unique()), "kind": "state"}),
        "adoptions": pd.DataFrame(
            {
                "innovation": adoptions["policy"].map(topics) + "." + adoptions["policy"],
                "adopter_id": states,
                "adopted_on": adoptions["adopt_year"],
                "censored": 0,
            }
        ).sort_values(["innovation", "adopted_on", "adopter_id"], ignore_index=True),
    }


def _check_policies(path: Path, adopted: pd.Series, policies: pd.DataFrame, faults: list[Fault]) -> None:
    place = f"{_POLICIES}$policy"
    for row, policy in policies["policy"][policies["policy"].duplicated()].items():
        faults.append(Fault(path.name, f"{policy!r} again", "each policy once", int(str(row)) + 1, place))
    for column in ("policy", "majortopic"):
        for row, name in policies[column][policies[column].str.contains(".", regex=False)].items():
            allowed = "a name without a full stop, which divides topic and policy"
            where = f"{_POLICIES}${column}"
            faults.append(Fault(path.name, repr(name), allowed, int(str(row)) + 1, where))
    for policy in sorted(set(adopted) - set(policies["policy"])):
        faults.append(Fault(path.name, f"no policy {policy!r}", "each policy that was adopted", None, place))


def _short_name(name: str) -> str:
    return name.lower().replace(" ", "_")


if __name__ == "__main__":
    sys.exit(build(tables, "state_policy_diffusion"))
