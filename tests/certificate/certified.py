"""A small compendium with a certificate."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from analysis.certificate.archive import unpacked
from tests.compendium.small import Small

__all__ = ["Certified", "certified_in", "certify"]


@dataclass
class Certified:
    """A small compendium with a certificate, and the archive's files."""

    small: Small
    said: str
    files: dict[str, bytes]

    def document(self, name: str) -> Any:
        return json.loads(self.files[name])


def certify(small: Small) -> Certified:
    """Make the certificate of a small compendium."""
    done = small.run("certificate")
    assert done.returncode == 0, done.stderr
    return certified_in(small, done.stdout)


def certified_in(small: Small, said: str) -> Certified:
    """Return the certificate that was made in a small compendium, and what was said then."""
    return Certified(small, said, unpacked(small.root / "reports/certificate/certificate.zip"))
