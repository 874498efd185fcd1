"""What every validation writes beside its results: the code and the packages that gave them."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from analysis.files import code_digest, write_atomically

__all__ = ["made_with", "write_record"]


def made_with(*packages: str) -> dict[str, Any]:
    """Return the digest of this code, and the versions of Python and of the packages named."""
    versions = {"python": platform.python_version(), **{name: version(name) for name in packages}}
    return {"analysis_sha256": code_digest(), "versions": versions}


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write the results of a validation, whole or not at all, and say so.

    Raises
    ------
    ValueError
        For a number that is not finite.
    """
    write_atomically(path, json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
    print(f"{path.name} written")
