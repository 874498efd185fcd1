"""Results that need long, or an optional package: made by a command of their own, committed, read here."""

from __future__ import annotations

import json
from typing import Any

from analysis.files import STUDIES
from analysis.tables.faults import Fault, raise_faults

__all__ = ["stored_results"]


def stored_results(study: str, name: str) -> dict[str, Any]:
    """Return the committed results `notebooks/<study>/results/<name>.json`, provenance and all.

    Raises
    ------
    InvalidInput
        When there is no such file, or it holds no JSON object.
    """
    folder = STUDIES / study / "results"
    path = folder / f"{name}.json"
    where = f"notebooks/{study}/results/{name}.json"
    if not path.is_file():
        there = ", ".join(sorted(other.stem for other in folder.glob("*.json"))) or "none"
        raise_faults([Fault(where, "no such file", f"committed results: {there}")])
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        content = None
        raise_faults([Fault(where, f"no JSON ({error})", "a JSON object")])
    if not isinstance(content, dict):
        raise_faults([Fault(where, type(content).__name__, "a JSON object")])
    return dict(content)
