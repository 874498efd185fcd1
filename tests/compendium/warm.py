"""A process that has imported what commands and kernels import, of others, and forks for each of them.

It holds nothing of `analysis` but the file that serves kernels: what it forks reads the code of its own
copy, as `python -m analysis` and a kernel of that copy do. A build that a test starts by itself
(`Small.start`) knows nothing of all this.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from analysis.compendium import kernels

__all__ = ["environment", "run"]

_SERVER = """
import importlib.util, json, os, socket, sys
import jupyter_client, nbclient, nbconvert, nbformat, papermill, yaml
import nbconvert.filters.markdown_mistune, pygments.formatters, pygments.lexers

specification = importlib.util.spec_from_file_location("kernels", sys.argv[1])
kernels = importlib.util.module_from_spec(specification)
specification.loader.exec_module(kernels)
kernels.import_ahead()
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[2])
listener.listen()
lives, held = os.pipe()
if not (server := os.fork()):
    os.close(held)
    kernels.serve(listener, lives)
    os._exit(0)
listener.close()
print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        os.close(held)
        files = (os.devnull, asked["out"], asked["err"])
        streams = [os.open(name, os.O_RDWR) for name in files]
        kernels.become("analysis", asked["arguments"], asked["folder"], asked["environment"], streams)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
os.close(held)
os.waitpid(server, 0)
"""


@cache
def _server() -> tuple[subprocess.Popen[str], Path]:
    """Start the process; return it and the socket at which its kernels are asked for."""
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    settings = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, kernels.__file__, str(folder / "socket")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **settings},
    )
    assert process.stdin is not None and process.stdout is not None
    said = process.stdout.readline()

    def stop() -> None:
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
        shutil.rmtree(folder)

    atexit.register(stop)
    assert said == "ready\n"
    return process, folder / "socket"


def environment() -> dict[str, str]:
    """Return what to add to a command's environment so that its kernels are forked from the warm process."""
    return {kernels.KERNELS_VARIABLE: str(_server()[1])}


def run(root: Path, arguments: Sequence[str], variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one command of the compendium at `root` to its end."""
    process, _ = _server()
    assert process.stdin is not None and process.stdout is not None
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        asked = {"folder": str(root), "arguments": list(arguments), "environment": variables | environment()}
        process.stdin.write(json.dumps(asked | {"out": out.name, "err": err.name}) + "\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        texts = [Path(stream.name).read_text(encoding="utf-8") for stream in (out, err)]
    return subprocess.CompletedProcess(["python", "-m", "analysis", *arguments], code, *texts)
