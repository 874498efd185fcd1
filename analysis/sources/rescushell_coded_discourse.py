"""Chat of student teams in the Rescushell virtual internship: six codes, applied to each utterance or not.

Who wrote is kept as a number of ours; names and texts are not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.sources.build import build
from analysis.sources.delimited import read_delimited
from analysis.sources.rdata_files import data_frame, read_objects
from analysis.tables.cells import FIRST_ROW
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage
from analysis.tables.schema import Column

__all__ = ["tables"]

_FILE, _SAME_AS_CSV = "RS.data.rda", "rs_data.csv"
_OBJECT = "RS.data"
_CONVERSATION = ["Condition", "GroupName"]
_WRITER, _TASK, _CONFIDENCE = "UserName", "ActivityNumber", "CONFIDENCE.Change"
_UNKNOWN = "#N/A"
_CODES = {
    "Data": "data",
    "Technical.Constraints": "technical_constraints",
    "Performance.Parameters": "performance_parameters",
    "Client.and.Consultant.Requests": "client_and_consultant_requests",
    "Design.Reasoning": "design_reasoning",
    "Collaboration": "collaboration",
}


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return actors, documents, segments, codebook and codings.

    A document is what one group wrote under one condition; a segment is an utterance, numbered from 1 within
    it in the order of the file; its part is the task of the internship it belongs to. Students are numbered
    as they first appear. Nothing that was written is read. The data frame of R is read or, where that file
    could not be had, the same data as comma-separated values.

    Raises
    ------
    InvalidInput
        With every fault of the file.
    """
    faults: list[Fault] = []
    same = not (raw / _FILE).exists() and (raw / _SAME_AS_CSV).exists()
    lines = _from_csv(raw, faults) if same else _from_r(raw, faults)
    raise_faults(faults)
    students = _students(raw / (_SAME_AS_CSV if same else _FILE), lines, faults)
    raise_faults(faults)
    conversations = lines.groupby(_CONVERSATION, sort=False)
    lines["document_id"] = "chat_" + (conversations.ngroup() + 1).map("{:02d}".format)
    lines["kind"] = "group chat, " + lines["Condition"].map(_in_words)
    lines["segment_id"] = (conversations.cumcount() + 1).astype(str)
    codings = lines.rename(columns=_CODES).melt(
        ["document_id", "segment_id"], list(_CODES.values()), "code", "applied"
    )
    lines["part"] = "task " + lines[_TASK].astype(int).astype(str)
    return {
        "actors": students,
        "documents": lines[["document_id", "kind"]].drop_duplicates(),
        "segments": lines[["document_id", "segment_id", "actor_id", "part"]],
        "codebook": pd.DataFrame({"code": list(_CODES.values())}),
        "codings": codings.assign(coder_id="published"),
    }


def _students(path: Path, lines: pd.DataFrame, faults: list[Fault]) -> pd.DataFrame:
    """Number the students in place; return each with the change of their confidence, which is one's own."""
    person = lines.groupby([_CONVERSATION[0], _WRITER], sort=False)
    lines["actor_id"] = "student_" + (person.ngroup() + 1).map("{:02d}".format)
    several = person[_CONFIDENCE].nunique(dropna=False) > 1
    for number in np.flatnonzero(several.to_numpy()) + 1:
        found = f"several changes of student {number} in the order of the file"
        faults.append(Fault(path.name, found, "one value per student", column=_CONFIDENCE))
    change = pd.to_numeric(lines[_CONFIDENCE].replace(_UNKNOWN, None), errors="coerce")
    for position in np.flatnonzero((change.isna() & (lines[_CONFIDENCE] != _UNKNOWN)).to_numpy()):
        found, row = str(lines[_CONFIDENCE][position]), int(position) + FIRST_ROW
        faults.append(Fault(path.name, found, f"a number or {_UNKNOWN}", row, _CONFIDENCE))
    students = pd.DataFrame({"actor_id": lines["actor_id"], "confidence_change": change})
    return students.drop_duplicates("actor_id")


def _from_r(raw: Path, faults: list[Fault]) -> pd.DataFrame:
    path = raw / _FILE
    objects = read_objects(path, (_OBJECT,), faults)
    raise_faults(faults)
    return data_frame(
        path,
        _OBJECT,
        objects[_OBJECT],
        faults,
        numbers={**dict.fromkeys(_CODES, (0, 1)), _TASK: (1, 99)},
        texts=[*_CONVERSATION, _WRITER, _CONFIDENCE],
    )


def _from_csv(raw: Path, faults: list[Fault]) -> pd.DataFrame:
    columns = [
        *(Column(name, "text", "Names the conversation.") for name in _CONVERSATION),
        Column(_WRITER, "text", "Who wrote."),
        Column(_TASK, "integer", "Number of the task.", minimum=1, maximum=99),
        Column(_CONFIDENCE, "text", "Confidence after minus before, or #N/A."),
        *(Column(code, "integer", "Applied or not.", minimum=0, maximum=1) for code in _CODES),
    ]
    return read_delimited(raw / _SAME_AS_CSV, columns, faults)


def _in_words(condition: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", condition).lower()


if __name__ == "__main__":
    sys.exit(build(tables, "rescushell_coded_discourse"))
