"""Where an installed package keeps its files: looked up, never imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def installed(package: str) -> Path:
    """Return the folder of a package of the environment."""
    found = find_spec(package)
    assert found is not None, f"{package} is not installed"
    assert found.origin is not None
    return Path(found.origin).parent
