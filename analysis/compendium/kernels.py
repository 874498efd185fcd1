"""Kernels that begin with what nearly every notebook imports of others, imported once for all of them.

Python, Jupyter, pandas and matplotlib take a kernel longer to import than most notebooks take to run. One
process imports them and is forked for each kernel. It holds nothing of `analysis`: a kernel reads that
itself, and ends with its run, as one that is started by itself does.

This file is also the program that this process runs: standard library only.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["KERNELS_VARIABLE", "become", "import_ahead", "kernel_command", "serve"]

KERNELS_VARIABLE = "COMPENDIUM_KERNELS"
"""Name of the environment variable with the socket of a process that serves kernels already, or `alone`."""

_AHEAD = (
    *("IPython", "ipykernel.kernelapp", "ipykernel.ipkernel"),
    *("jinja2", "matplotlib.pyplot", "networkx", "numba", "numpy", "pandas", "pandas.io.formats.style"),
    *("scipy.linalg", "scipy.optimize", "scipy.sparse.csgraph", "scipy.special", "scipy.stats", "seaborn"),
    "statsmodels.stats.proportion",
)
"""Modules that most notebooks import, directly or not. None asks, when imported, what kernel it is in."""

# What stands where a kernel would: it asks for one, and ends when that one does.
_ASK = """
import json, os, socket, sys
asked = {"arguments": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    socket.send_fds(connection, [json.dumps(asked).encode() + b"\\n"], [0, 1, 2])
    connection.recv(1)
"""

_lock = threading.Lock()
_address = ""


def kernel_command(environment: Mapping[str, str], folder: Path) -> list[str]:
    """Return the command that starts a kernel, as in a kernel's `kernel.json`.

    Parameters
    ----------
    environment : mapping
        What kernels have in common; it is known before anything is imported.
    folder : Path
        Where kernels start.
    """
    global _address
    given = os.environ.get(KERNELS_VARIABLE)
    if sys.platform != "linux" or given == "alone":
        # Elsewhere a process that has imported some of this may not be forked.
        return [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    with _lock:
        _address = _address or given or _served(environment, folder)
    return [sys.executable, "-I", "-S", "-c", _ASK, _address, "-f", "{connection_file}"]


def _served(environment: Mapping[str, str], folder: Path) -> str:
    """Start the process; return the address at which it is asked, from now on."""
    place = Path(tempfile.mkdtemp(prefix="kernels-"))
    address = str(place / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        process = subprocess.Popen(
            [sys.executable, "-P", __file__, str(listener.fileno()), str(place)],
            stdin=subprocess.PIPE,
            cwd=folder,
            env={**environment},
            pass_fds=[listener.fileno()],
            start_new_session=True,
        )

    def stop() -> None:
        process.communicate()

    atexit.register(stop)
    return address


def import_ahead() -> None:
    """Import what most notebooks do, and take it out of what is searched for garbage."""
    for name in _AHEAD:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()


def serve(listener: socket.socket, owner: int) -> None:
    """Fork a kernel for each that asks, until the owner's end of the pipe is closed."""
    while True:
        ready, _, _ = select.select([listener.fileno(), owner], [], [], 1)
        _reap()
        if owner in ready:
            return
        if not ready:
            continue
        connection, _ = listener.accept()
        told, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
        while told and not told.endswith(b"\n"):
            told += connection.recv(1 << 20)
        if told and not os.fork():
            os.setsid()
            listener.close()
            os.close(owner)
            asked = json.loads(told)
            asked["arguments"].append(f"--IPKernelApp.parent_handle={os.getppid()}")
            # When what asked for the kernel is ended, so is the kernel.
            threading.Thread(target=_end_with, args=[connection], daemon=True).start()
            become("ipykernel_launcher", asked["arguments"], asked["folder"], asked["environment"], streams)
        for held in (connection.detach(), *streams):
            os.close(held)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return


def _end_with(connection: socket.socket) -> None:
    connection.recv(1)
    os._exit(1)


def become(
    module: str, arguments: Sequence[str], folder: str, environment: Mapping[str, str], streams: Sequence[int]
) -> None:
    """Run a module as `python -m` would, in this process, which ends with it."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    _read_settings_again()
    sys.path[:0] = [folder, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv = [module, *arguments]
    code: Any = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        importlib.import_module("traceback").print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


def _read_settings_again() -> None:
    """Let packages that read the environment when they are imported read it now."""
    if "matplotlib" in sys.modules and "MPLBACKEND" in os.environ:
        sys.modules["matplotlib"].rcParams["backend"] = os.environ["MPLBACKEND"]
    if "numba" in sys.modules:
        sys.modules["numba"].core.config.reload_config()


def _main(number: str, place: str) -> None:
    listener = socket.socket(fileno=int(number))
    try:
        import_ahead()
        serve(listener, 0)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    _main(*sys.argv[1:])
