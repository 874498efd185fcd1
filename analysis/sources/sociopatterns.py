"""Files of the SocioPatterns collaboration: who faced whom, by badges that look every twenty seconds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.tables.cells import fault_cells
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["contact_tables", "tables"]

_COLUMNS = ["time", "sender", "receiver", "sender_class", "receiver_class"]
_TEACHERS = "Teachers"


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return organizations, actors and contacts of the one file that a school's datapackage declares.

    Raises
    ------
    InvalidInput
        With every fault of the file.
    """
    (resource,) = package.resources
    return contact_tables(raw / resource.path)


def contact_tables(path: Path) -> Mapping[str, pd.DataFrame]:
    """Return organizations (the school and its classes), actors and contacts of one file.

    A row of the file is two badges that faced each other during twenty seconds: the time in seconds since
    1970, two numbers of badges, and the class of each; columns are divided by tabulators, without a header.
    A contact that lasted is several rows, here as there. Who wore a badge and faced nobody is not in the
    file.

    Raises
    ------
    InvalidInput
        With every fault of the file: cells that are missing or no numbers, a badge facing itself, of two
        classes, or the same pair twice at one time.
    """
    rows = _rows(path)
    ends = [
        rows[[end, f"{end}_class"]].set_axis(["actor", "class"], axis=1) for end in ("sender", "receiver")
    ]
    badges = pd.concat(ends).drop_duplicates().sort_values("actor", ignore_index=True)
    faults: list[Fault] = []
    for badge in badges.loc[badges["actor"].duplicated(), "actor"]:
        faults.append(Fault(path.name, f"badge {badge} with several classes", "one class each"))
    raise_faults(faults)
    classes = sorted(set(badges["class"]) - {_TEACHERS})
    teaches = badges["class"] == _TEACHERS
    return {
        "organizations": pd.DataFrame(
            {
                "organization_id": ["school", *map(_named, classes)],
                "parent_id": [None, *["school"] * len(classes)],
                "kind": ["school", *["group"] * len(classes)],
            }
        ),
        "actors": pd.DataFrame(
            {
                "actor_id": badges["actor"].map(_person),
                "organization_id": badges["class"].map(_named).mask(teaches, "school"),
                "role": teaches.map({True: "teacher", False: "pupil"}),
            }
        ),
        "contacts": pd.DataFrame(
            {
                "time": pd.to_datetime(rows["time"], unit="s").dt.strftime("%Y-%m-%dT%H:%M:%S"),
                "sender_id": rows["sender"].map(_person),
                "receiver_id": rows["receiver"].map(_person),
                "kind": "face to face",
            }
        ),
    }


def _rows(path: Path) -> pd.DataFrame:
    faults: list[Fault] = []
    try:
        found = pd.read_csv(path, sep="\t", header=None, names=_COLUMNS, dtype="string", index_col=False)
    except FileNotFoundError:
        raise_faults([Fault(path.name, "no such file", "run `make data`")])
    except (ValueError, OSError) as error:
        raise_faults([Fault(path.name, f"no table ({error})", "five columns, divided by tabulators")])
    if found.empty:
        raise_faults([Fault(path.name, "nothing", "a row for each contact")])
    for column in _COLUMNS:
        cells = found[column]
        bad = cells.isna()
        if not column.endswith("_class"):
            bad |= ~cells.str.fullmatch("[0-9]{1,10}").fillna(False)
        # Without a header the first row of the file is row 1.
        for place in bad[bad].index.tolist():
            allowed = "a class" if column.endswith("_class") else "a whole number"
            faults.append(Fault(path.name, repr(cells[place]), allowed, place + 1, column))
    raise_faults(faults)
    numbers = ["time", "sender", "receiver"]
    rows = found.assign(**{name: found[name].astype("int64") for name in numbers})
    low, high = rows[["sender", "receiver"]].min(axis=1), rows[["sender", "receiver"]].max(axis=1)
    again = pd.DataFrame({"time": rows["time"], "low": low, "high": high}).duplicated()
    fault_cells(path.name, "receiver", rows["receiver"], low == high, "another badge", faults)
    fault_cells(path.name, "receiver", rows["receiver"], again, "each pair once at one time", faults)
    raise_faults(faults)
    return rows


def _person(number: int) -> str:
    return f"person_{number:04d}"


def _named(name: str) -> str:
    return f"class_{name}"
