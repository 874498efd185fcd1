"""A small compendium with a certificate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from analysis.certificate.archive import unpacked
from tests.compendium.small import Small

__all__ = ["Certified", "certify"]


@dataclass
class Certified:
    """A small compendium with a certificate, and the archive's files."""

    small: Small
    said: str
    files: dict[str, bytes]

    def document(self, name: str) -> Any:
        return json.loads(self.files[name])


def certify(small: Small) -> Certified:
    done = small.run("certificate")
    assert done.returncode == 0, done.stderr
    return Certified(small, done.stdout, unpacked(small.root / "reports/certificate/certificate.zip"))
