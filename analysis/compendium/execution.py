"""Execute one run through Papermill: whole, into a folder that then takes the place of the last one."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import time
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill import execute_notebook
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.exceptions import PapermillExecutionError

from analysis.compendium.kernels import kernel_command
from analysis.compendium.plan import Unavailable, released_key, shown_by
from analysis.compendium.recorded import NOT_RUN, READS_VARIABLE
from analysis.compendium.results import LABEL_VARIABLE, RUN_FOLDER_VARIABLE
from analysis.compendium.state import CACHE, key
from analysis.compendium.studies import Run
from analysis.files import DATA_RAW, ROOT, code_digest, partial_folder, replace_folder
from analysis.privacy.disclosure import Disclosure
from analysis.privacy.released import RELEASED_VARIABLE, keep_released, page_file, released_file

__all__ = ["execute"]

_ENGINE = "compendium"
_START_SECONDS = 120


class _Manager(AsyncKernelManager):
    """Starts kernels of this Python, whatever others Jupyter knows of."""

    @property
    def kernel_spec(self) -> KernelSpec:
        command = kernel_command(_kernel_environment(), _empty_folder())
        return KernelSpec(argv=command, display_name="Python 3", language="python")


class _Engine(NBClientEngine):  # type: ignore[misc]
    """Papermill's own engine, with an environment of the kernel's own.

    Several runs share this process, so what differs between them cannot go through `os.environ`.
    """

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        environment: dict[str, str],
        log: Path,
        seconds: float,
        **options: Any,
    ) -> Any:
        end = time.monotonic() + seconds
        client = PapermillNotebookClient(
            nb_man,
            kernel_name=kernel_name,
            kernel_manager_class=_Manager,
            startup_timeout=_START_SECONDS,
            # A cell has what is left of the run's time.
            timeout_func=lambda _: max(1, int(end - time.monotonic())),
            log=logging.getLogger("papermill"),
        )
        with log.open("wb") as stream:
            # The kernel starts in a folder without settings of matplotlib's, which would change figures.
            return client.execute(env=environment, stderr=stream, cwd=str(_empty_folder()))


papermill_engines.register(_ENGINE, _Engine)
# Its warnings are about parameters, which are checked before anything runs.
logging.getLogger("papermill").setLevel(logging.ERROR)


def _empty_folder() -> Path:
    folder = CACHE / "kernel"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def _kernel_environment() -> dict[str, str]:
    """Return the environment of every kernel: one thread, fixed hash seed, no settings of the user."""
    settings = {
        "JUPYTER_CONFIG_DIR": CACHE / "jupyter/config",
        "JUPYTER_DATA_DIR": CACHE / "jupyter/data",
        "JUPYTER_RUNTIME_DIR": CACHE / "jupyter/runtime",
        "IPYTHONDIR": CACHE / "ipython",
        "MPLCONFIGDIR": CACHE / "matplotlib",
        "NUMBA_CACHE_DIR": CACHE / "numba" / code_digest()[:16],
    }
    for folder in settings.values():
        folder.mkdir(parents=True, exist_ok=True)
    one_thread = ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "NUMBA", "VECLIB_MAXIMUM")
    return {
        **{name: value for name, value in os.environ.items() if name != "MATPLOTLIBRC"},
        **{name: str(folder) for name, folder in settings.items()},
        **{f"{library}_NUM_THREADS": "1" for library in one_thread},
        "LOKY_MAX_CPU_COUNT": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONHASHSEED": "0",
        "PYTHONNOUSERSITE": "1",
        "PYTHONPATH": str(ROOT),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "C",
        "TZ": "UTC",
    }


def execute(run: Run, inputs: Mapping[str, str]) -> None:
    """Execute a run and put its report in place.

    Raises
    ------
    Unavailable
        When a cell raised: the report that was there stays, the notebook up to the fault is kept beside it
        as `<run id>.failed.ipynb`.
    OSError
        When the report cannot be written.
    """
    final, failed = run.folder, run.failed
    # Of the runs it reads, a notebook is told which have a report to be relied on.
    there = {other.name: inputs[f"what {other.name} recorded"] != NOT_RUN for other in run.reads}
    log = CACHE / "logs" / f"{run.study}-{run.id}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    released = _released(run, inputs)
    folder = partial_folder(final)
    try:
        executed = folder / "notebook.ipynb"
        try:
            execute_notebook(
                run.notebook.path,
                executed,
                parameters=run.parameters,
                engine_name=_ENGINE,
                kernel_name="python3",
                language="python",
                progress_bar=False,
                environment={
                    **_kernel_environment(),
                    RUN_FOLDER_VARIABLE: str(folder),
                    READS_VARIABLE: json.dumps(there),
                    LABEL_VARIABLE: run.label,
                    RELEASED_VARIABLE: str(released or ""),
                },
                log=log,
                seconds=60.0 * run.minutes,
            )
        except CellTimeoutError:
            shutil.copyfile(executed, failed)
            where = f"kept as {failed.relative_to(ROOT).as_posix()}"
            told = (
                f"it took longer than {run.minutes:g} min, the limit of its study (`minutes:` in study.yml)"
            )
            raise Unavailable("failed", f"{told}; {where}") from None
        except PapermillExecutionError as error:
            shutil.copyfile(executed, failed)
            where = f"kept as {failed.relative_to(ROOT).as_posix()}"
            raise Unavailable(
                "failed", f"cell {error.cell_index + 1}: {error.ename}: {_plain(error.evalue)} ({where})"
            ) from None
        except DeadKernelError as error:
            said = log.read_text(errors="replace").strip().splitlines()[-3:]
            raise Unavailable(
                "failed", f"its kernel died ({error}); its last words: {' / '.join(said) or 'none'}"
            ) from None
        if warning := _warning(executed):
            shutil.copyfile(executed, failed)
            where = f"kept as {failed.relative_to(ROOT).as_posix()}"
            raise Unavailable("failed", f"{warning} ({where})")
        _normalise(executed)
        if not (folder / "numbers.json").is_file():
            raise Unavailable("failed", "it never made `Results(dataset)`, so that nothing was recorded")
        data = {"label": run.label, "names": [package.name for package in run.datasets]}
        provenance = {
            "key": key(inputs),
            "data": data,
            "raw": _raw(run),
            "inputs": dict(inputs),
            "packages": _packages(),
        }
        text = json.dumps(provenance, indent=1, sort_keys=True) + "\n"
        (folder / "provenance.json").write_text(text, encoding="utf-8")
        if released is not None:
            keep_released(released)
        replace_folder(folder, final)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _released(run: Run, inputs: Mapping[str, str]) -> Path | None:
    """Return where a report on data with a smallest cell writes down which groups of people it shows."""
    dataset = run.dataset
    if dataset is None or not Disclosure.of(dataset).restricts:
        return None
    if dataset.audience == "public":
        return page_file(shown_by(run))
    return released_file(DATA_RAW / dataset.name, released_key(run, inputs))


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _warning(path: Path) -> str:
    """Return the first thing a notebook said beside its results; empty where there is none.

    A warning holds paths of this machine and of the moment, and helps no reader: its cause is to be mended.
    """
    for number, cell in enumerate(nbformat.read(path, as_version=4).cells, start=1):
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr" and output["text"].strip():
                said = " ".join(_plain(output["text"]).split())[:300]
                return f"cell {number} warns, which no page may show: {said}"
    return ""


def _normalise(path: Path) -> None:
    """Strip what differs between two executions of one notebook: times, paths, random identifiers."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict({"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        if "injected-parameters" in tags:
            cell.id = "injected-parameters"
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        for output in cell.get("outputs", ()):
            output.get("metadata", {}).clear()
    nbformat.write(notebook, path)


def _raw(run: Run) -> dict[str, str]:
    """Return the declared SHA-256 of every raw file behind a run; of private data nothing is told."""
    return {
        f"data_raw/{package.name}/{resource.path}": resource.sha256
        for package in run.datasets
        if package.audience == "public"
        for resource in package.resources
    }


def _packages() -> dict[str, str]:
    """Return the versions installed of the packages that the lock names."""
    named = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    found = {
        distribution.metadata["Name"].lower().replace("_", "-"): distribution.version
        for distribution in distributions()
    }
    return {name: found[name] for name in sorted(named & found.keys())}
