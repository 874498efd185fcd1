"""The Workflow Run Crate: what was run on what, and gave what, for machines to read (RO-Crate 1.1).

The workflow is the Makefile; each run is an action whose instrument is a notebook, whose objects are datasets
and parameters, and whose result is a folder of recorded numbers, tables and figures. No time is given to an
action, since none is recorded: the same inputs are to give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from analysis.compendium.studies import Run
from analysis.compendium.verdict import Verdict, counted

__all__ = ["METADATA", "PROFILES", "crate"]

METADATA = "ro-crate-metadata.json"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
_LANGUAGES = {
    "#make": ("GNU Make", "https://www.gnu.org/software/make/"),
    "#jupyter": ("Jupyter notebook in Python", "https://jupyter.org/"),
}
_COMPLETED = {"@id": "http://schema.org/CompletedActionStatus"}
# What the context of RO-Crate 1.1 does not define.
_TERMS = {"sha256": "https://schema.org/sha256"}
_SPDX = "https://spdx.org/licenses/"


def crate(
    about: Mapping[str, Any],
    runs: Sequence[Run],
    verdicts: Sequence[Verdict],
    files: Mapping[str, str],
) -> str:
    """Return the text of `ro-crate-metadata.json`.

    Parameters
    ----------
    about : mapping
        What `CITATION.cff` says.
    runs : sequence of Run
        Those with a current report.
    verdicts : sequence of Verdict
        On every claim.
    files : mapping of str to str
        SHA-256 of every other file of the archive but the list of hashes, by name.
    """
    from rocrate.model.contextentity import ContextEntity
    from rocrate.model.entity import Entity
    from rocrate.rocrate import ROCrate

    made = ROCrate(version="1.1")
    made.metadata.extra_terms.update(_TERMS)
    root = made.root_dataset
    made.name, made.datePublished = about["title"], about["date"]
    made.license = f"{_SPDX}{about['licence']}"
    made.description = "; ".join(
        f"{words}: {', '.join(f'{count} {outcome}' for outcome, count in found)}"
        for words, found in counted(verdicts).items()
    )

    def context(identifier: str, kind: str, **told: Any) -> Any:
        return made.add(ContextEntity(made, identifier, properties={"@type": kind, **told}))

    def data(identifier: str, kind: Any, **told: Any) -> Any:
        entity = made.add(Entity(made, identifier, properties={"@type": kind, **told}))
        root.append_to("hasPart", entity)
        return entity

    def file(path: str, kind: Sequence[str] = (), **told: Any) -> Any:
        return data(path, ["File", *kind] if kind else "File", sha256=files[path], **told)

    root["conformsTo"] = [
        context(address, "CreativeWork", name=name, version=address.rpartition("/")[2])
        for address, name in PROFILES.items()
    ]
    root["author"] = [
        context(f"#author-{place}", "Organization", name=name)
        for place, name in enumerate(about["authors"], start=1)
    ]
    spoken = {
        identifier: context(identifier, "ComputerLanguage", name=name, url=url)
        for identifier, (name, url) in _LANGUAGES.items()
    }
    workflow = file(
        "Makefile",
        ["SoftwareSourceCode", "ComputationalWorkflow"],
        name="make: data, every run, verdict and pages",
        programmingLanguage=spoken["#make"],
    )
    root["mainEntity"] = workflow
    for name in ("requirements.lock", "REPLICATION.md", "codecheck.yml"):
        if name in files:
            file(name, name=name)
    verdict = file(
        "reports/verdict.json", name="the verdict on every claim", encodingFormat="application/json"
    )
    datasets = {}
    for package in {one.name: one for run in runs for one in run.datasets}.values():
        datasets[package.name] = data(
            f"data_raw/{package.name}/",
            "Dataset",
            name=package.title,
            description=f"{package.label}: declaration with addresses and hashes; {package.citation}",
            license=package.licence,
        )
    notebooks = {}
    for run in runs:
        name = run.notebook.path.as_posix().rpartition("/notebooks/")[2]
        if name not in notebooks:
            notebooks[name] = file(
                f"notebooks/{name}",
                ["SoftwareSourceCode"],
                name=run.notebook.title,
                programmingLanguage=spoken["#jupyter"],
            )
        result = data(
            f"reports/{run.name}/", "Dataset", name=run.title, description=f"{run.label}: {run.data}"
        )
        given = [
            context(f"#{run.name}/{parameter}", "PropertyValue", name=parameter, value=json.dumps(value))
            for parameter, value in sorted(run.parameters.items())
            if parameter != "dataset"
        ]
        action = context(f"#{run.name}", "CreateAction", name=f"run {run.name}", actionStatus=_COMPLETED)
        action["instrument"] = notebooks[name]
        action["object"] = [*(datasets[package.name] for package in run.datasets), *given]
        action["result"] = [result]
        root.append_to("mentions", action)
    whole = context("#make-all", "CreateAction", name="make", actionStatus=_COMPLETED)
    whole["instrument"], whole["object"], whole["result"] = workflow, list(datasets.values()), [verdict]
    root.append_to("mentions", whole)
    return json.dumps(made.metadata.generate(), indent=1, ensure_ascii=False) + "\n"
