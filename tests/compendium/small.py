"""A small compendium of its own, built by the real code: one tiny dataset, one study with two runs."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import matplotlib
import nbformat

from analysis.compendium.imports import reached_files
from tests.compendium import warm

ROOT = Path(__file__).resolve().parents[2]

_TIES = "sender,receiver\n1,2\n2,1\n2,3\n"

_SOURCE = """
import csv
import sys
from pathlib import Path

import pandas as pd

from analysis.sources.build import build


def tables(raw, package):
    rows = list(csv.DictReader((raw / "ties.csv").open()))
    return {
        "actors": pd.DataFrame({"actor_id": ["1", "2", "3"]}),
        "waves": pd.DataFrame({"wave": [1], "label": ["only"]}),
        "ties": pd.DataFrame(
            [
                {"wave": 1, "relation": "help", "sender_id": row["sender"], "receiver_id": row["receiver"],
                 "value": 1, "reported_by": row["sender"]}
                for row in rows
            ]
        ),
    }


if __name__ == "__main__":
    sys.exit(build(tables, "tiny"))
"""

_CELLS = (
    ("markdown", "title", "# A small network\n\nREAL or SYNTHETIC: see the banner.", []),
    (
        "code",
        "parameters",
        'dataset: str = "tiny"  # which tables to read\nfactor: int = 1  # ties are multiplied by it',
        ["parameters"],
    ),
    (
        "code",
        "imports",
        "import matplotlib.pyplot as plt\n\nfrom analysis.compendium.results import Results\n"
        "from analysis.ties.panel import Panel\n"
        "from analysis.ties.structure import degrees, density\n"
        "from analysis.tables.load import load",
        [],
    ),
    (
        "code",
        "result",
        'results = Results(dataset)\npanel = Panel.from_tables(load(dataset), relation="help")\n'
        "matrix = panel.matrix(1)\n"
        'results.number("ties", matrix.sum() * factor, "ties, multiplied")\n'
        'results.table("degrees", degrees(matrix), "Degrees.")\n'
        'results.number("density", density(matrix), "density")',
        [],
    ),
    (
        "code",
        "figure",
        'figure, axis = plt.subplots()\n_ = axis.bar(range(3), degrees(matrix)["out_degree"])\n'
        'results.figure("out-degrees", figure, "Actor 2 sends most.")',
        [],
    ),
)

_STUDY = """\
title: A small study
question: Is the machinery sound?
citation: Nobody (2026).
data_availability: Made for a test.
claims: claims.csv
runs:
  - id: once
    notebook: small.ipynb
    dataset: tiny
  - id: twice
    notebook: small.ipynb
    dataset: tiny
    parameters:
      factor: 2
"""

_CLAIMS = """\
id,statement,source,kind,published,tolerance,run,number,explained_by,open
ties,number of ties,Nobody (2026),number,3,,once,ties,,
doubled,ties twice,Nobody (2026),number,6,,twice,ties,,
density,density,Nobody (2026),number,.50,,once,density,,
wrong,density misprinted,Nobody (2026),number,.05,,once,density,,no idea
"""


@dataclass
class Small:
    """One copy of the small compendium."""

    root: Path
    mirror: Path
    seconds: float = 0.0  # what building it took

    def command(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("COMPENDIUM_")
        }
        environment |= {"PYTHONPATH": str(self.root)}
        if self.mirror.is_dir():
            environment["COMPENDIUM_DATA_MIRROR"] = str(self.mirror)
        return [sys.executable, "-m", "analysis", *arguments], environment

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of the compendium to its end, in a process of its own, forked from a warm one."""
        _, environment = self.command(*arguments)
        return warm.run(self.root, arguments, environment)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start one command as a person does, its kernels too, and return at once."""
        command, environment = self.command(*arguments)
        environment |= variables
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def reports(self) -> dict[str, bytes]:
        """Return every byte of the reports, but for the record of the build."""
        reports = self.root / "reports"
        return {
            path.relative_to(reports).as_posix(): path.read_bytes()
            for path in sorted(reports.rglob("*"))
            if path.is_file() and path.name != "build.json"
        }

    def replace(self, file: str, old: str, new: str) -> None:
        """Change a text in a file, which must hold it."""
        path = self.root / file
        content = path.read_text(encoding="utf-8")
        if old not in content:
            raise ValueError(f"{file} does not hold {old!r}")
        path.write_text(content.replace(old, new), encoding="utf-8")

    def copied(self, to: Path) -> Small:
        """Return a copy elsewhere, built state included."""
        shutil.copytree(self.root, to)
        return Small(to, self.mirror)


def copy_code(root: Path, source: str = "") -> None:
    """Copy `analysis`, compiled as it is, to a compendium: all of it, or what a source reaches by import."""
    reached = reached_files(source)

    def left_out(folder: str, names: list[str]) -> list[str]:
        compiled = Path(folder).name == "__pycache__"
        place = (Path(folder).parent if compiled else Path(folder)).relative_to(ROOT)
        modules = {name: (place / name.partition(".")[0]).with_suffix(".py").as_posix() for name in names}
        return [
            name
            for name, module in modules.items()
            if name.endswith((".nbi", ".nbc"))
            or (source and name.endswith((".py", ".pyc")) and module not in reached)
        ]

    shutil.copytree(ROOT / "analysis", root / "analysis", ignore=left_out)


def make_small(folder: Path) -> Small:
    """Write a small compendium, not built yet, with a mirror beside it; of the code, what it needs."""
    root, mirror = folder / "compendium", folder / "mirror"
    cells = (source for kind, _, source, _ in _CELLS if kind == "code")
    copy_code(root, "\n".join(["import analysis.__main__", _SOURCE, *cells]))
    shutil.copy(ROOT / "requirements.lock", root)
    # Looking through the fonts of a machine takes longer than everything else in a small build.
    (root / ".cache/matplotlib").mkdir(parents=True)
    for path in Path(matplotlib.get_cachedir()).glob("fontlist-*.json"):
        shutil.copy(path, root / ".cache/matplotlib")
    (root / "analysis/sources/tiny.py").write_text(_SOURCE)
    study = root / "notebooks/small"
    study.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook()
    for kind, identifier, source, tags in _CELLS:
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cell = make(source, id=identifier)
        cell.metadata["tags"] = tags
        notebook.cells.append(cell)
    nbformat.write(notebook, study / "small.ipynb")
    (study / "study.yml").write_text(_STUDY)
    (study / "claims.csv").write_text(_CLAIMS)
    (mirror / "tiny").mkdir(parents=True)
    (mirror / "tiny/ties.csv").write_text(_TIES)
    package = {
        "name": "tiny",
        "title": "Three people",
        "kind": "real",
        "audience": "public",
        "smallest_cell": 0,
        "citation": "Nobody (2026).",
        "licenses": [{"title": "none"}],
        "resources": [
            {
                "path": "ties.csv",
                "bytes": len(_TIES),
                "hash": f"sha256:{hashlib.sha256(_TIES.encode()).hexdigest()}",
                "sources": [{"path": "https://127.0.0.1:9/ties.csv"}],
            }
        ],
        "relations": [{"name": "help", "description": "Who helps.", "minimum": 0, "maximum": 1}],
    }
    (root / "data_raw/tiny").mkdir(parents=True)
    (root / "data_raw/tiny/datapackage.json").write_text(json.dumps(package))
    (root / "reports").mkdir()
    (root / "data_derived").mkdir()
    return Small(root, mirror)
