"""A run of a sweep on a worker of a cluster: made in the worker's checkout, sent back whole, put in place.

Nothing but the choices goes there; the worker has the same code (`analysis.parallel` sees to that) and must
have the same notebook and tables, or the run is refused.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from analysis.compendium.plan import Unavailable, run_unit
from analysis.compendium.state import CACHE, State
from analysis.compendium.studies import Run, load_studies
from analysis.files import partial_folder, replace_folder, write_atomically
from analysis.parallel import ClusterError, mapped

__all__ = ["SWEEPS", "Elsewhere"]

SWEEPS = "sweeps"
"""Folder of `reports/` with the pages of sweeps, and of the cache with their runs."""


@dataclass(frozen=True)
class _Sent:
    """The files of a run by their paths, or why it could not be made and its notebook up to the fault."""

    files: Mapping[str, bytes]
    why: str = ""
    fault: str = ""
    failed: bytes = b""


@dataclass
class Elsewhere:
    """Makes the runs of one sweep on the cluster; once it is lost, no further one.

    Attributes
    ----------
    study, run : str
        Whose run is varied.
    lost : ClusterError or None
        How the cluster failed.
    """

    study: str
    run: str
    lost: ClusterError | None = field(default=None)

    def make(self, run: Run, choices: Mapping[str, Any], inputs: Mapping[str, str]) -> None:
        """Make a run there, and put its folder in place here.

        Raises
        ------
        Unavailable
            When a cell raised; when the cluster is lost, of which `lost` tells.
        """
        if self.lost:
            raise Unavailable("the cluster is lost", "")
        try:
            (sent,) = mapped(partial(_made, self.study, self.run, dict(choices)), [dict(inputs)])
        except ClusterError as error:
            self.lost = error
            raise Unavailable("the cluster is lost", "") from None
        if not sent.files:
            if sent.failed:
                write_atomically(run.failed, sent.failed)
            raise Unavailable(sent.why, sent.fault)
        folder = partial_folder(run.folder)
        try:
            for name, content in sent.files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
            replace_folder(folder, run.folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _made(study: str, run: str, choices: Mapping[str, Any], inputs: Mapping[str, str]) -> _Sent:
    """Make a run on a worker."""
    from analysis.compendium.execution import execute

    studies = {one.id: one for one in load_studies()}
    varied = next(one for one in studies[study].runs if one.id == run).under(choices)
    here = run_unit(varied, State()).inputs()
    if here != inputs:
        names = sorted(name for name in {*here, *inputs} if here.get(name) != inputs.get(name))
        told = f"{', '.join(names[:3])}{' …' if len(names) > 3 else ''}"
        raise ClusterError(f"a worker does not have what the run is made from: {told}. Say make data there")
    placed = replace(varied, id=uuid4().hex, home=CACHE / "elsewhere")
    try:
        execute(placed, inputs)
        return _Sent({_name(path, placed.folder): path.read_bytes() for path in _files(placed.folder)})
    except Unavailable as error:
        failed = placed.failed.read_bytes() if placed.failed.is_file() else b""
        return _Sent({}, error.why, error.fault, failed)
    finally:
        shutil.rmtree(placed.folder, ignore_errors=True)
        placed.failed.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
