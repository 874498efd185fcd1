"""The certificate of a small compendium, made once, whichever of several processes comes first."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.certificate.certified import Certified, certified_in, certify
from tests.compendium.small import Small, make_small

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    """Return a small compendium with its certificate; tests that change something copy it."""
    base = tmp_path_factory.getbasetemp()
    # Of several processes each has a folder of its own, in one they share.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "certificate"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = folder / "said.txt"
        if not said.exists():
            made = certify(_built(folder))
            said.write_text(made.said, encoding="utf-8")
        return certified_in(Small(folder / "compendium", folder / "mirror"), said.read_text(encoding="utf-8"))


def _built(folder: Path) -> Small:
    """Return a small compendium, built, beside which somebody has data of their own."""
    small = make_small(folder)
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
    return small
