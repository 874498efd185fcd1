"""Chat of student teams in the Rescushell virtual internship: six codes, applied to each utterance or not."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from analysis.sources.build import build
from analysis.sources.rdata_files import data_frame, read_objects
from analysis.tables.faults import Fault, raise_faults
from analysis.tables.package import DataPackage

__all__ = ["tables"]

_FILE = "RS.data.rda"
_OBJECT = "RS.data"
_CONVERSATION = ["Condition", "GroupName"]
_CODES = {
    "Data": "data",
    "Technical.Constraints": "technical_constraints",
    "Performance.Parameters": "performance_parameters",
    "Client.and.Consultant.Requests": "client_and_consultant_requests",
    "Design.Reasoning": "design_reasoning",
    "Collaboration": "collaboration",
}


def tables(raw: Path, package: DataPackage) -> Mapping[str, pd.DataFrame]:
    """Return documents, codebook and codings.

    A document is what one group wrote under one condition; a segment is an utterance, numbered from 1 within
    it in the order of the file. Nothing that was written, and nobody who wrote it, is read.

    Raises
    ------
    InvalidInput
        With every fault of the data frame.
    """
    faults: list[Fault] = []
    path = raw / _FILE
    objects = read_objects(path, (_OBJECT,), faults)
    raise_faults(faults)
    lines = data_frame(
        path, _OBJECT, objects[_OBJECT], faults, numbers=dict.fromkeys(_CODES, (0, 1)), texts=_CONVERSATION
    )
    raise_faults(faults)
    conversations = lines.groupby(_CONVERSATION, sort=False)
    lines["document_id"] = "chat_" + (conversations.ngroup() + 1).map("{:02d}".format)
    lines["kind"] = "group chat, " + lines["Condition"].map(_in_words)
    lines["segment_id"] = (conversations.cumcount() + 1).astype(str)
    codings = lines.rename(columns=_CODES).melt(
        ["document_id", "segment_id"], list(_CODES.values()), "code", "applied"
    )
    return {
        "documents": lines[["document_id", "kind"]].drop_duplicates(),
        "codebook": pd.DataFrame({"code": list(_CODES.values())}),
        "codings": codings.assign(coder_id="published"),
    }


def _in_words(condition: str) -> str:
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", condition).lower()


if __name__ == "__main__":
    sys.exit(build(tables, "rescushell_coded_discourse"))
