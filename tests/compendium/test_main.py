"""The commands: what they take, and how they end when something is wrong."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from analysis import __main__ as module
from analysis.__main__ import main
from analysis.compendium.studies import Study
from analysis.sources.fetch import MIRROR_VARIABLE
from analysis.tables.faults import Fault, InvalidInput

COMMANDS = ("make", "data", "why", "check", "sweep", "expected")
DATASET_COMMANDS = ("new", "check-data", "deidentify", "export", "report")
OTHERS = ("import", "closures", "cluster", "certificate", "verify", "plan")
STUDIES = tuple(Study(name, name.title(), "?", "C.", "D.", (), ()) for name in ("advice", "leaders"))


def ending(monkeypatch: pytest.MonkeyPatch, result: int | BaseException) -> list[argparse.Namespace]:
    """Let every command end in one way; return what they are given."""
    given: list[argparse.Namespace] = []

    def command(arguments: argparse.Namespace) -> int:
        given.append(arguments)
        if isinstance(result, BaseException):
            raise result
        return result

    monkeypatch.setattr(module, "_COMMANDS", dict.fromkeys(COMMANDS, (command, "told")))
    return given


def test_settings_of_a_report_are_names_and_values() -> None:
    given = module._settings("innovation=exit #1; window = 60;event=[a, b];")
    assert given == {"innovation": "exit #1", "window": "60", "event": "[a, b]"}
    assert module._settings("") == {}
    for wrong in ("window", "window=", "=5", "window=60; window=90"):
        with pytest.raises(InvalidInput, match="SET"):
            module._settings(wrong)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_a_study_and_gives_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    given = ending(monkeypatch, 3)
    assert main([command]) == 3
    assert main([command, "--study", "leaders"]) == 3
    assert [(one.command, one.study) for one in given] == [(command, None), (command, "leaders")]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "the following arguments are required: command"),
        (["mkae"], "invalid choice: 'mkae'"),
        (["make", "--study"], "expected one argument"),
        (["make", "leaders"], "unrecognized arguments: leaders"),
    ],
)
def test_what_is_no_command_is_refused_with_the_usage(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert "usage: python -m analysis" in output.err
    assert told in output.err


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    told = capsys.readouterr().out
    assert all(f"\n    {name} " in told for name in COMMANDS)


FAULTS = (Fault("study.yml", "nothing", "a title", 1), Fault("study.yml", "nothing", "a run"))


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (
            InvalidInput(FAULTS),
            1,
            "2 faults, nothing written:\n  study.yml, row 1: found nothing; allowed: a title\n"
            "  study.yml: found nothing; allowed: a run\n",
        ),
        (
            PermissionError(13, "Permission denied", "reports/verdict.json"),
            1,
            "cannot be written or read: Permission denied (reports/verdict.json)\n",
        ),
        (OSError("disk full"), 1, "cannot be written or read: disk full\n"),
        (KeyboardInterrupt(), 130, "\nstopped; what was finished stays\n"),
    ],
)
def test_an_error_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    told: str,
) -> None:
    ending(monkeypatch, error)
    assert main(["make"]) == code
    output = capsys.readouterr()
    assert (output.out, output.err) == ("", told)


def test_an_error_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    ending(monkeypatch, ZeroDivisionError("a mistake"))
    with pytest.raises(ZeroDivisionError):
        main(["make"])


@pytest.mark.parametrize("command", ["make", "data", "why", "expected"])
def test_an_unknown_study_is_refused_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    def refuse(*arguments: Any, **named: Any) -> None:
        raise AssertionError(f"work was begun: {arguments} {named}")

    monkeypatch.setattr(module, "load_studies", lambda: STUDIES)
    # Neither the lock nor the reports of this checkout are this test's business.
    monkeypatch.setattr(module.checkout, "working", lambda say: nullcontext())
    monkeypatch.setattr(module.driver, "standing", lambda studies, state: {})
    for name in ("build", "bring_up_to_date", "stale", "why"):
        monkeypatch.setattr(module.driver, name, refuse)
    monkeypatch.setattr(module.check, "write_expected", refuse)
    assert main([command, "--study", "leader"]) == 1
    output = capsys.readouterr()
    assert "STUDY: found 'leader'; allowed: a study: advice, leaders" in output.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_faulty_study_stops_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    def faulty() -> None:
        raise InvalidInput(FAULTS)

    monkeypatch.setattr(module, "load_studies", faulty)
    assert main([command]) == 1
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.startswith("2 faults, nothing written:")


@pytest.mark.parametrize(("mirror", "told"), [(None, "(it is not set)"), ("../data", "(it names ../data)")])
def test_who_lacks_data_is_told_how_to_provide_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mirror: str | None, told: str
) -> None:
    monkeypatch.delenv(MIRROR_VARIABLE, raising=False)
    if mirror:
        monkeypatch.setenv(MIRROR_VARIABLE, mirror)
    module._tell_how_to_provide()
    assert f"{MIRROR_VARIABLE} {told}" in capsys.readouterr().out


def test_the_commands_are_the_ones_told_of() -> None:
    commands: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = module._COMMANDS
    assert tuple(commands) == (*COMMANDS, *DATASET_COMMANDS, *OTHERS)
