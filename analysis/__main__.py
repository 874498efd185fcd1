"""The commands behind the Makefile: `python -m analysis <command>`."""

from __future__ import annotations

import argparse
import gc
import os
import re
import shlex
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path

_LACKING = [name for name in ("yaml", "numpy", "pandas", "papermill") if find_spec(name) is None]
if _LACKING:
    sys.exit(
        f"{', '.join(_LACKING)}: not installed in this Python. Say `make help` and use what it lists; "
        "or first `. .venv/bin/activate`"
    )

from analysis.compendium import check, checkout, driver, plan, team  # noqa: E402  (these need the packages)
from analysis.compendium.state import State  # noqa: E402
from analysis.compendium.studies import Study, load_studies  # noqa: E402
from analysis.compendium.verdict import OUTCOMES, counted, judge  # noqa: E402
from analysis.files import REPORTS, ROOT  # noqa: E402
from analysis.parallel import CLUSTER_VARIABLE, ClusterError  # noqa: E402
from analysis.sources.fetch import MIRROR_VARIABLE  # noqa: E402
from analysis.tables.faults import Fault, InvalidInput, raise_faults  # noqa: E402
from analysis.tables.package import every_package  # noqa: E402


def _say(line: str) -> None:
    # One write a line: runs report from threads of their own.
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _chosen(studies: Sequence[Study], study: str | None) -> Sequence[Study]:
    if not study:
        return studies
    found = [candidate for candidate in studies if candidate.id == study]
    if not found:
        known = ", ".join(candidate.id for candidate in studies)
        raise InvalidInput([Fault("STUDY", repr(study), f"a study: {known}")])
    return found


def _run(arguments: argparse.Namespace) -> int:
    studies = load_studies()
    chosen = _chosen(studies, arguments.study)
    with checkout.working(_say):
        outcome = driver.build(studies, chosen, _say)
    print(f"\n{_table_of(studies, outcome)}\n")
    for words, counts in counted(outcome.verdicts).items():
        print(f"{words}: {', '.join(f'{count} {verdict}' for verdict, count in counts)}")
    skipped = check.skipped(outcome.verdicts)
    for reason, count in sorted(skipped.items()):
        print(f"{count} claims not run: {reason}")
    if outcome.missing and not outcome.failed:
        _tell_how_to_provide()
    for line in check.undeclared(outcome.verdicts):
        print(f"UNDECLARED DEVIATION: {line}")
    for line in outcome.failed:
        print(f"FAILED: {line}", file=sys.stderr)
    print("Start reading at reports/index.html")
    return 1 if outcome.failed else 0


def _table_of(studies: Sequence[Study], outcome: driver.Outcome) -> str:
    """Return the closing table: a line per run, with its claims counted."""
    columns = list(dict.fromkeys(OUTCOMES.values()))
    rows = [("run", "data", *columns, "seconds", "page")]
    for run in (run for study in studies for run in study.runs):
        held = Counter(OUTCOMES[one.verdict] for one in outcome.verdicts if one.of(run))
        seconds = outcome.seconds.get(f"run {run.name}")
        page = outcome.not_run.get(run.name, run.page.relative_to(ROOT).as_posix()).partition(":")[0]
        counts = (str(held[column]) for column in columns)
        rows.append((run.name, run.label, *counts, "–" if seconds is None else f"{seconds:.1f}", page))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    sides = ["<", "<", *">" * (len(widths) - 3), "<"]
    line = "  ".join(f"{{:{side}{width}}}" for side, width in zip(sides, widths, strict=True))
    return "\n".join(line.format(*row).rstrip() for row in rows)


def _tell_how_to_provide() -> None:
    mirror = os.environ.get(MIRROR_VARIABLE)
    named = f"it names {mirror}" if mirror else "it is not set"
    print(
        "DATA UNAVAILABLE: some raw files could not be had, so that their claims were not run.\n"
        "Connect to the network and say `make` again, put the files into data_raw/<dataset>/ by hand,\n"
        f"or name a folder laid out <dataset>/<file> in {MIRROR_VARIABLE} ({named})."
    )


def _data(arguments: argparse.Namespace) -> int:
    studies = load_studies()
    chosen = _chosen(studies, arguments.study)
    packages = {one.name: one for study in chosen for run in study.runs for one in run.datasets}
    wanted = list(packages.values()) if arguments.study else every_package()
    units = [make(package, _say) for make in (plan.files_unit, plan.data_unit) for package in wanted]
    outcome = driver.Outcome()
    with checkout.working(_say):
        driver.bring_up_to_date(units, State(), _say, outcome)
    for line in outcome.failed:
        print(f"FAILED: {line}", file=sys.stderr)
    if outcome.missing:
        _tell_how_to_provide()
    elif not outcome.failed:
        print("All data are there.")
    return 1 if outcome.failed or outcome.missing else 0


def _why(arguments: argparse.Namespace) -> int:
    studies = load_studies()
    state = State()
    found = driver.why(studies, _chosen(studies, arguments.study), state)
    for unit, reasons in found.items():
        print(f"{unit} is stale:")
        for reason in reasons:
            print(f"    {reason}")
    if not found:
        print("Every run and page is current.")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    studies = load_studies()
    chosen = _chosen(studies, arguments.study)
    state = State()
    not_run = driver.standing(studies, state)
    verdicts = judge(chosen, not_run)
    faults = check.undeclared(verdicts)
    if driver.STALE not in not_run.values():
        # What is stale is written anew anyway; else nobody may have changed what is read.
        whole = judge(studies, not_run)
        faults += check.altered(plan.page_units(studies, not_run, whole), whole, state)
    for study in chosen:
        for run in study.runs:
            if run.name not in not_run:
                faults.extend(check.drift(run))
            elif not_run[run.name] == driver.STALE:
                told = f"{run.name} has no current report: say `make` first (`make why` tells what changed)"
                faults.append(told)
    faults += check.orphans(run for study in studies for run in study.runs)
    for reason, count in sorted(check.skipped(verdicts).items()):
        print(f"{count} claims skipped: {reason}")
    for fault in faults:
        print(fault, file=sys.stderr)
    judged = sum(verdict.verdict != "not run" for verdict in verdicts)
    if faults:
        number = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
        print(f"check: {number}; {judged} claims judged", file=sys.stderr)
        return 1
    if judged:
        print(f"check: {judged} claims judged, no undeclared deviation, no drift from reports/expected/")
    else:
        print("check: NOTHING JUDGED: no claim's data are there")
    return 0


def _expected(arguments: argparse.Namespace) -> int:
    studies = load_studies()
    not_run = driver.standing(studies, State())
    for study in _chosen(studies, arguments.study):
        for run in study.runs:
            if run.name in not_run:
                print(f"{run.name}: {not_run[run.name]}; its expected numbers stay as they are")
            else:
                check.write_expected(run)
                print(f"reports/expected/{run.name}.json written")
    return 0


def _import(arguments: argparse.Namespace) -> int:
    from analysis.importing import command

    # A million ties are millions of objects without a circle among them: looking for one takes a fifth of it.
    gc.disable()
    try:
        command.run(arguments, _say)
    finally:
        gc.enable()
    return 0


def _new(arguments: argparse.Namespace) -> int:
    if bool(arguments.dataset) == bool(arguments.study):
        found = f"NAME={arguments.dataset} and STUDY={arguments.study}" if arguments.study else "neither"
        allowed = "NAME=… begins a dataset of your own, STUDY=… a study: one of them"
        raise_faults([Fault("make new", found, allowed)])
    if arguments.study:
        from analysis.compendium.new_study import new_study

        new_study(arguments.study, _say)
    else:
        from analysis.importing.dataset.own import begin

        folder = begin(arguments.dataset, arguments.title).relative_to(ROOT)
        print(f"{folder}/ is yours: nothing in it is ever committed.")
        print(f"Read {folder}/GUIDE.md; templates/ has empty tables, example/ filled ones.")
        check_data = f"make check-data DATASET={arguments.dataset}"
        print(f"{check_data} checks your tables; until there are any, the example.")
    return 0


def _check_data(arguments: argparse.Namespace) -> int:
    from analysis.importing.dataset.own import read_own, told

    data = read_own(arguments.dataset)
    if data.example:
        print(f"data_raw/{arguments.dataset}/ has no tables yet; checked instead: the example in example/")
    print("\n".join([*told(data), "No fault found."]))
    return 0


def _deidentify(arguments: argparse.Namespace) -> int:
    from analysis.importing.dataset.deidentified import write_deidentified

    with checkout.working(_say):
        write_deidentified(
            arguments.dataset,
            arguments.key,
            arguments.dates,
            _listed(arguments.keep_text),
            _listed(arguments.allow_words),
            _listed(arguments.keep),
            _say,
        )
        tables = plan.own_unit(arguments.dataset)
        State().record(tables.name, tables.inputs(), tables.outputs)
    return 0


def _export(arguments: argparse.Namespace) -> int:
    from analysis.importing.dataset.exports import write_export

    faults = [
        Fault("WAVE", repr(wave), "the number of a round")
        for wave in _listed(arguments.wave)
        if not re.fullmatch("[0-9]{1,9}", wave)
    ]
    raise_faults(faults)
    waves = [int(wave) for wave in _listed(arguments.wave)]
    relations = [arguments.tie] if arguments.tie else []
    write_export(arguments.dataset, arguments.format, _say, relations=relations, waves=waves)
    return 0


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _report(arguments: argparse.Namespace) -> int:
    # A team's own data stay on its machine.
    os.environ.pop(CLUSTER_VARIABLE, None)
    studies = load_studies()
    with checkout.working(_say):
        settings = _settings(arguments.set)
        code = team.make_report(arguments.dataset, studies, settings, _say, arguments.claims)
        _tell_of_network(arguments.dataset)
    return code


def _tell_of_network(dataset: str) -> None:
    """Write what is always to be said about network data, beside a dataset's reports on one."""
    from analysis.certificate.grand import team_statement, write_statement

    folder = REPORTS / "datasets" / dataset
    if (folder / "network/numbers.json").is_file():
        write_statement(team_statement(dataset), folder / "grand.html", "../../", "index.html")
    else:
        (folder / "grand.html").unlink(missing_ok=True)


def _certificate(arguments: argparse.Namespace) -> int:
    from analysis.certificate.certificate import make_certificate

    with checkout.working(_say):
        return make_certificate(load_studies(), _say)


def _verify(arguments: argparse.Namespace) -> int:
    from analysis.certificate.verify import verify

    return verify(Path(arguments.archive), arguments.seal, _say)


def _sweep(arguments: argparse.Namespace) -> int:
    from analysis.compendium.sweep import make_sweeps

    studies = load_studies()
    with checkout.working(_say):
        return make_sweeps(studies, _chosen(studies, arguments.study), _say)


_SPANS = ("window", "persistence", "horizon", "burn_in")


def _closures(arguments: argparse.Namespace) -> int:
    from analysis.contacts.closures_of_file import write_closures

    spans = {name: getattr(arguments, name) for name in _SPANS}
    try:
        write_closures(
            arguments.file, spans, arguments.out, _say, partial(print, file=sys.stderr, flush=True)
        )
    except InvalidInput as error:
        print(error, file=sys.stderr)
        return 2
    except ImportError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _cluster(arguments: argparse.Namespace) -> int:
    from analysis.parallel import serve

    serve(arguments.workers, arguments.port)
    return 0


_PLAN = ("members", "schools", "waves", "contacts", "attendance", "answered", "activities", "months", "ready")
"""What `make plan` is told by a name of its own; other parameters of the page go through `--set`."""


def _plan(arguments: argparse.Namespace) -> int:
    from analysis.compendium.reader_plan import make_plan

    given = {name: getattr(arguments, name) for name in _PLAN}
    with checkout.working(_say):
        return make_plan(load_studies(), given | _settings(arguments.set), _say)


def _settings(text: str) -> dict[str, str]:
    """Return `name=value; name=value` as a mapping."""
    given: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        name, _, value = (word.strip() for word in part.partition("="))
        if not name or not value or name in given:
            raise_faults(
                [Fault("SET", repr(part), "name=value; name=value, each name once")], "no report made"
            )
        given[name] = value
    return given


_STUDY_COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
    "make": (_run, "bring everything up to date: data, runs, verdict, pages"),
    "data": (_data, "fetch the raw files and build the checked tables"),
    "why": (_why, "tell what is stale, and because of what"),
    "check": (_check, "fail on an undeclared deviation or on drift from the expected numbers"),
    "sweep": (_sweep, "make a study's runs under every combination of the choices it declares"),
    "expected": (_expected, "take the present numbers as the expected ones"),
}
_DATASET_COMMANDS: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
    "new": (_new, "begin a dataset of your own (guide, templates, a filled example), or a study"),
    "check-data": (_check_data, "check the tables of your own dataset, every fault at once"),
    "deidentify": (_deidentify, "write your dataset without names, for reports to be made from"),
    "export": (_export, "write your network without names for another program, for your own team"),
    "report": (_report, "run every report that a dataset has the tables for"),
}
_COMMANDS = {
    **_STUDY_COMMANDS,
    **_DATASET_COMMANDS,
    "import": (_import, "your own files into tables"),
    "closures": (_closures, "the triads that close in a large file of contacts, read in batches"),
    "cluster": (_cluster, "run a scheduler and workers on this machine, for trying"),
    "certificate": (_certificate, "write what an auditor takes away, with an archive for a repository"),
    "verify": (_verify, "examine somebody else's archive; name what was altered"),
    "plan": (_plan, "what a network of your size should collect, and what it can then say"),
}


class _Version(argparse.Action):
    """Print the version that the project declares; it is read only when somebody asks."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        _say(f"{project['name']} {project['version']}")
        parser.exit()


def _parser(importing: bool) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m analysis", description=__doc__, allow_abbrev=False)
    parser.add_argument("--version", action=_Version, help="print the version of the compendium")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, (_, told) in _COMMANDS.items():
        command = commands.add_parser(name, help=told, description=told, allow_abbrev=False)
        if name in _STUDY_COMMANDS:
            command.add_argument("--study", help="only this study (a folder of notebooks/)")
        elif name in _DATASET_COMMANDS:
            optional = {"nargs": "?", "default": ""} if name == "new" else {}
            told = "name of the dataset (a folder of data_raw/)"
            command.add_argument("dataset", help=told, **optional)  # type: ignore[arg-type]
        elif importing:
            # Its arguments come with the readers, which are heavy: asking what is stale must not wait.
            from analysis.importing.command import add_arguments

            add_arguments(command)
        if name == "new":
            command.add_argument("--title", default="", help="what reports call the dataset")
            command.add_argument("--study", default="", help="begin a study of this name instead")
        if name == "verify":
            command.add_argument("archive", help="a zip file that make certificate wrote")
            command.add_argument(
                "--seal", default="", help="the hash of its hashes.json, as its maker published it"
            )
        if name == "plan":
            for parameter in _PLAN:
                command.add_argument(f"--{parameter}", default="", help="in place of the page's default")
        if name in ("report", "plan"):
            told = "parameters in place of the defaults: 'innovation=exit tickets; window=60'"
            command.add_argument("--set", default="", metavar="NAME=VALUE;…", help=told)
        if name == "closures":
            _add_closures(command)
        if name == "cluster":
            command.add_argument("--workers", type=int, default=2, help="how many (default: %(default)s)")
            command.add_argument("--port", type=int, default=8786, help="of the scheduler")
        if name == "report":
            told = "printed numbers to judge the reports by (columns as in a study's claims.csv)"
            command.add_argument("--claims", default="", metavar="FILE", help=told)
        if name == "deidentify":
            _add_privacy(command)
        if name == "export":
            _add_export(command)
    return parser


def _add_closures(command: argparse.ArgumentParser) -> None:
    command.epilog = (
        "After two people's first contact: whom of the contacts of either does the other meet, and does that "
        "last (analysis/contacts/closure.py)? Spans are days where times are dates, else the unit of "
        "the times. Rows that cannot be used are left out, counted by reason, and named by their first lines."
    )
    told = "a .parquet or .csv file with the columns time, sender_id, receiver_id"
    command.add_argument("file", nargs="?", default="", help=told)
    spans = {
        "window": "how long after two people's first contact a tie still is a closure",
        "persistence": "a closure lasts if its pair is in contact again this much later or more",
        "horizon": "how much longer it may take to be so (default: as long as the persistence)",
        "burn_in": "events less than this after the first contact are set aside (default: none)",
    }
    for span, words in spans.items():
        command.add_argument(f"--{span.replace('_', '-')}", default="", help=words)
    command.add_argument(
        "--out", default="", help="a .csv or .parquet file: a row per closure, people numbered"
    )


def _add_export(command: argparse.ArgumentParser) -> None:
    command.epilog = (
        "The files stand in data_raw/<dataset>/exports/, which is never committed. They hold what deidentify "
        "wrote: pseudonyms, ties, who did not answer, schools (small ones together), and what else at least "
        "as many people as the smallest cell have in common. They are for your own team: do not publish them."
    )
    command.add_argument(
        "--format", default="", help="graphml, gexf, dl (UCINET), pajek, kumu or polinode (sheets)"
    )
    command.add_argument("--tie", default="", metavar="RELATION", help="this relation alone (default: all)")
    command.add_argument("--wave", default="", metavar="WAVE,…", help="these rounds alone (default: all)")


def _add_privacy(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--key", type=Path, help="the key file, outside the repository (one is made if need be)"
    )
    command.add_argument(
        "--dates", choices=("day", "month", "year"), default="month", help="how finely to keep dates"
    )
    command.add_argument(
        "--keep-text", default="", metavar="TABLE.COLUMN,…", help="free text to keep, which else is left out"
    )
    command.add_argument(
        "--allow-words",
        default="",
        metavar="WORD,…",
        help="words that name nobody here, though somebody is called so",
    )
    command.add_argument(
        "--keep",
        default="",
        metavar="organizations,activities,routines",
        help="what keeps its names, in place of School A, Activity 1, Routine 1",
    )


def _with_options(words: list[str]) -> list[str]:
    """Put the words of `--options "…"` of an import in its place: several options, typed as one text."""
    if words[:1] != ["import"] or "--options" not in words[:-1]:
        return words
    place = words.index("--options")
    try:
        options = shlex.split(words[place + 1])
    except ValueError as error:
        raise InvalidInput(
            [Fault("ARGS", f"{words[place + 1]!r} ({error})", "options, quotes closed")]
        ) from None
    return [*words[:place], *options, *words[place + 2 :]]


def _with_codes(words: list[str]) -> list[str]:
    """Join an option of an import and a value that begins as a number below zero does, as in -99,98."""
    found: list[str] = []
    for word in words:
        option = words[:1] == ["import"] and found and re.fullmatch("--[a-z-]+", found[-1])
        if option and re.match("-[0-9.]", word):
            found[-1] += f"={word}"
        else:
            found.append(word)
    return found


def _with_look(words: list[str]) -> list[str]:
    """Put `look` before the file where an import names no kind; no kind has a dot or a slash in it."""
    if words == ["import"] or (words[:1] == ["import"] and re.search(r"[./\\]", words[1])):
        return ["import", "look", *words[1:]]
    return words


def main(given: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    words = list(sys.argv[1:] if given is None else given)
    try:
        words = _with_codes(_with_look(_with_options(words)))
        arguments = _parser(importing=words[:1] == ["import"]).parse_args(words)
        return _COMMANDS[arguments.command][0](arguments)
    except InvalidInput as error:
        print(error, file=sys.stderr)
        return 1
    except ClusterError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        print(f"cannot be written or read: {error.strerror or error}{place}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nstopped; what was finished stays", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
