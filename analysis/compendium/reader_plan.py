"""`make plan`: the page on what to collect, with a reader's own numbers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from analysis.compendium.driver import PLANS, Outcome, Say, bring_up_to_date
from analysis.compendium.parameters import typed_parameters
from analysis.compendium.plan import run_pages, run_unit
from analysis.compendium.state import State
from analysis.compendium.studies import Study
from analysis.finding import slug
from analysis.tables.faults import Fault, raise_faults

__all__ = ["make_plan"]

_NOTEBOOK = "what_to_collect"
_YES = {"yes": "true", "no": "false"}


def make_plan(studies: Sequence[Study], given: Mapping[str, str], say: Say) -> int:
    """Make the page on what to collect for the numbers given, and print what it says; return 1 if it failed.

    Parameters
    ----------
    studies : sequence of Study
        All of them; one has the notebook.
    given : mapping of str to str
        Parameters as typed; *yes* and *no* where they say whether. Those left out or empty are the page's.
    say : callable
        Takes a line.

    Raises
    ------
    InvalidInput
        For an unknown parameter, or a value of another type.
    """
    pairs = [(study, run) for study in studies for run in study.runs]
    found = [(study, run) for study, run in pairs if run.notebook.path.stem == _NOTEBOOK]
    raise_faults([] if found else [Fault("make plan", f"no run of {_NOTEBOOK}.ipynb", "a study that has it")])
    study, model = found[0]
    typed = {name: _YES.get(text.lower(), text) for name, text in given.items() if text}
    values = typed_parameters(typed, [model.notebook])
    name = slug("-".join(f"{name}-{value}" for name, value in sorted(values.items()))) or "as-it-is"
    run = replace(model, study=PLANS, id=name, parameters=values, subject="your numbers")
    state, outcome = State(), Outcome()
    # What it sets beside its numbers is read where it is there: nobody who plans waits for studies to be run.
    bring_up_to_date([run_unit(run, state)], state, say, outcome)
    if outcome.failed:
        say("\n".join(f"FAILED: {line}" for line in outcome.failed))
        return 1
    bring_up_to_date(run_pages([(study, run)], []), state, say, outcome, workers=1)
    run.failed.unlink(missing_ok=True)
    sentences = json.loads((run.folder / "findings.json").read_text(encoding="utf-8"))
    say("\n".join(["", *(entry["sentence"] for entry in sentences.values())]))
    say(f"The whole plan: reports/{PLANS}/{run.id}.html")
    return 0
