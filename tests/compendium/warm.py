"""A process that has imported what commands and kernels import, of others, and forks for each of them.

It holds nothing of `analysis`: what it forks reads the code of its own copy, as `python -m analysis` and a
kernel of that copy do. A build that a test starts by itself (`Small.start`) knows nothing of all this.
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

__all__ = ["kernels", "run"]

_SERVER = """
import contextlib, json, os, runpy, select, signal, socket, sys, threading, time
import IPython, jinja2, jupyter_client, matplotlib.pyplot, nbclient, nbconvert, nbformat, papermill, seaborn
import ipykernel.kernelapp, matplotlib_inline.backend_inline
import nbconvert.filters.markdown_mistune, pygments.formatters, pygments.lexers, yaml


def become(module, asked, streams):
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    sys.path[:0] = [asked["cwd"], *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    sys.argv = [module, *asked["arguments"]]
    code = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        import traceback

        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def end_with(connection):
    connection.recv(1)
    os._exit(1)


def serve_kernels(listener, parent):
    while os.getppid() == parent:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, os.WNOHANG)
        if not select.select([listener], [], [], 1)[0]:
            continue
        connection, _ = listener.accept()
        told, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
        while not told.endswith(b"\\n"):
            told += connection.recv(1 << 20)
        if not os.fork():
            listener.close()
            asked = json.loads(told)
            asked["arguments"].append(f"--IPKernelApp.parent_handle={os.getppid()}")
            # When what asked for the kernel is ended, so is the kernel.
            threading.Thread(target=end_with, args=[connection], daemon=True).start()
            matplotlib.rcParams["backend"] = asked["environment"]["MPLBACKEND"]
            become("ipykernel_launcher", asked, streams)
        for held in (connection.detach(), *streams):
            os.close(held)


listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
parent = os.getpid()
if not (server := os.fork()):
    serve_kernels(listener, parent)
    os._exit(0)
listener.close()
print("ready", flush=True)
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        files = (os.devnull, asked["out"], asked["err"])
        become("analysis", asked, [os.open(name, os.O_RDWR) for name in files])
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
os.kill(server, signal.SIGTERM)
os.waitpid(server, 0)
"""

# What stands where a kernel would: it asks for one, and ends when that one does.
_KERNEL = """
import json, os, socket, sys
asked = {"arguments": sys.argv[2:], "cwd": os.getcwd(), "environment": dict(os.environ)}
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    socket.send_fds(connection, [json.dumps(asked).encode() + b"\\n"], [0, 1, 2])
    connection.recv(1)
"""


@cache
def _server() -> tuple[subprocess.Popen[str], Path]:
    """Start the process; return it and the folder that tells Jupyter of its kernels."""
    folder = Path(tempfile.mkdtemp(prefix="warm-"))
    spec = folder / "kernels/python3/kernel.json"
    spec.parent.mkdir(parents=True)
    command = [sys.executable, "-I", "-S", "-c", _KERNEL, str(folder / "socket"), "-f", "{connection_file}"]
    spec.write_text(json.dumps({"argv": command, "display_name": "Python 3", "language": "python"}))
    settings = {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "MPLBACKEND": "agg",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(folder / "socket")],
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
    return process, folder


def kernels() -> dict[str, str]:
    """Return what to add to a command's environment so that its kernels are forked from the warm process."""
    return {"JUPYTER_PATH": str(_server()[1])}


def run(
    root: Path, arguments: Sequence[str], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run one command of the compendium at `root` to its end."""
    process, _ = _server()
    assert process.stdin is not None and process.stdout is not None
    with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
        asked = {"cwd": str(root), "arguments": list(arguments), "environment": environment | kernels()}
        process.stdin.write(json.dumps(asked | {"out": out.name, "err": err.name}) + "\n")
        process.stdin.flush()
        code = int(process.stdout.readline())
        texts = [Path(stream.name).read_text(encoding="utf-8") for stream in (out, err)]
    return subprocess.CompletedProcess(["python", "-m", "analysis", *arguments], code, *texts)
