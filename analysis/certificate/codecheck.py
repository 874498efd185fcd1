"""`codecheck.yml`, as the CODECHECK community specifies it (version 1.0).

Nobody independent has checked anything when this file is made: the makers are named as those who ran the
check, the summary says so, and a codechecker puts their own name, report and certificate in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import yaml

from analysis.certificate.outputs import Places
from analysis.compendium.studies import Run
from analysis.compendium.verdict import Verdict, counted

__all__ = ["SPECIFICATION", "codecheck"]

SPECIFICATION = "https://codecheck.org.uk/spec/config/1.0/"


def codecheck(
    about: dict[str, Any], verdicts: Sequence[Verdict], places: Sequence[tuple[Run, Places]]
) -> str:
    """Return the text of `codecheck.yml`.

    Parameters
    ----------
    about : dict
        What `CITATION.cff` says: title, authors, date. It is the date of the check, too: no clock is read.
    verdicts : sequence of Verdict
        On every claim.
    places : sequence of (Run, Places)
        Every run with a current report, and where its outputs are made.
    """
    held = Counter((verdict.study, verdict.run) for verdict in verdicts)
    manifest = [
        {
            "file": "reports/verdict.json",
            "comment": f"the verdict on {len(verdicts)} claims; verdict.csv is the same",
        }
    ]
    for run, found in places:
        claims = held[run.study, run.id]
        told = f"every number of {run.title} ({run.label})" + (f"; {claims} claims" if claims else "")
        manifest.append({"file": f"reports/{run.name}/numbers.json", "comment": told})
        manifest += [{"file": output.file, "comment": output.caption} for output in found.outputs]
    told = "; ".join(
        f"{words}: {', '.join(f'{count} {outcome}' for outcome, count in found)}"
        for words, found in counted(verdicts).items()
    )
    content = {
        "version": SPECIFICATION,
        "paper": {
            "title": about["title"],
            "authors": [{"name": name} for name in about["authors"]],
            "reference": f"version {about['version']}: CITATION.cff",
        },
        "manifest": manifest,
        "codechecker": [
            {"name": f"{name} (their own check; nobody independent yet)"} for name in about["authors"]
        ],
        "summary": (
            f"Made by `make certificate` of what the makers ran. {told}. Every claim is judged again by "
            "`make verify`; a codechecker who runs `make` and `make check` enters name, report, certificate."
        ),
        "source": "REPLICATION.md says where each file of data is from, and which may not be passed on.",
        "check_time": f"{about['date']} 00:00:00",
        "report": "reports/verdict.html",
    }
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    return f"%YAML 1.1\n---\n{text}"
