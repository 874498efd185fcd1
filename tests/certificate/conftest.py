"""The certificate of a small compendium, made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificate.certified import Certified, certify
from tests.compendium.small import make_small

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Certified]:
    """Return the certificate of a small compendium, beside which somebody has data of their own."""
    small = make_small(tmp_path_factory.mktemp("certificate"))
    for name in ("CITATION.cff", "LICENSE", "Makefile"):
        shutil.copy(ROOT / name, small.root)
    for place in ("data_raw/ours", "data_derived/ours", "reports/datasets/ours/network", ".git"):
        (small.root / place).mkdir(parents=True)
        (small.root / place / "secret.csv").write_text("name\nUte Groß\n")
    (small.root / "notebooks/small/claims_of_originals.csv").write_text("id\nours\n")
    # One of the two runs draws its network so that it can be looked up, person by person.
    small.replace(
        "notebooks/small/small.ipynb",
        '"results.number(\\"density\\", density(matrix), \\"density\\")"',
        '"results.number(\\"density\\", density(matrix), \\"density\\")\\n",\n'
        '    "bundle = {\\"application/vnd.compendium.figure+json\\": {\\"key\\": \\"map\\", '
        '\\"caption\\": \\"Who.\\", '
        '\\"image\\": \\"\\", \\"network\\": \\"{}\\"}}\\n",\n'
        '    "if factor == 2:\\n",\n'
        '    "    display(bundle, raw=True)"',
    )
    built = small.run("make")
    assert built.returncode == 0, built.stdout + built.stderr
    yield certify(small)
