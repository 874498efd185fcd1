"""`make new STUDY=ours`: a study to start from, which runs as it is."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

from analysis.files import STUDIES, partial_folder
from analysis.tables.faults import Fault, raise_faults

__all__ = ["new_study"]

_SCAFFOLD = Path(__file__).with_name("scaffold")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def new_study(name: str, say: Callable[[str], None]) -> None:
    """Write `notebooks/<name>/`: study.yml, a notebook, claims; and say what comes next.

    Raises
    ------
    InvalidInput
        When the name is none, or a folder of that name is there; nothing in it is touched.
    """
    folder = STUDIES / name
    if not _NAME.fullmatch(name):
        allowed = "lower-case letters, digits and _, the first a letter, at most 40 of them"
        raise_faults([Fault("STUDY", repr(name), allowed)])
    if folder.exists():
        raise_faults([Fault(f"notebooks/{name}", "a folder of that name", "a name that is not taken yet")])
    partial = partial_folder(folder)
    try:
        for source in sorted(_SCAFFOLD.iterdir()):
            written = f"{name}.ipynb" if source.suffix == ".ipynb" else source.name
            text = source.read_text(encoding="utf-8").replace("{name}", name)
            (partial / written).write_text(text, encoding="utf-8")
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    say(f"notebooks/{name}/ has study.yml, claims.csv and {name}.ipynb; it runs as it is:")
    say(f"make STUDY={name} runs it on the example: reports/{name}/example.html")
    say("make report DATASET=yours runs it, like every other report, on a dataset of your own.")
    say("If you hold the data of a published study, write what it prints into claims_of_originals.csv, then:")
    say(f"make report DATASET=yours CLAIMS=notebooks/{name}/claims_of_originals.csv")
