"""The build from end to end, on a small compendium of its own: what runs, what does not, what survives."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from tests.compendium.small import Small, make_small


@pytest.fixture(scope="module")
def unbuilt(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A compendium that is not built; tests copy it, and leave it alone."""
    return make_small(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def built(unbuilt: Small, tmp_path_factory: pytest.TempPathFactory) -> Small:
    """The same, built as a person builds it; tests copy it, and leave it alone."""
    small = unbuilt.copied(tmp_path_factory.mktemp("built") / "compendium")
    started = time.monotonic()
    making = small.start("make")
    said, _ = making.communicate(timeout=300)
    assert making.returncode == 0, said
    small.seconds = time.monotonic() - started
    return small


@pytest.fixture
def small(built: Small, tmp_path: Path) -> Small:
    return built.copied(tmp_path / "copy")


def executed(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Names of the runs a build started."""
    found = (line for line in done.stdout.splitlines() if line.endswith(": started"))
    lines = [line for line in found if line.startswith("run ")]
    return {line.removeprefix("run ").removesuffix(": started") for line in lines}


def written(done: subprocess.CompletedProcess[str]) -> set[str]:
    """Pages a build wrote."""
    lines = [line for line in done.stdout.splitlines() if line.startswith("page ") and ": done in " in line]
    return {line.removeprefix("page ").partition(": done in ")[0] for line in lines}


def verdicts(small: Small) -> dict[str, str]:
    claims = json.loads((small.root / "reports/verdict.json").read_text())["claims"]
    return {claim["claim"]: claim["verdict"] for claim in claims}


def test_the_first_build_gives_every_report(built: Small) -> None:
    files = set(built.reports())
    for run in ("once", "twice"):
        names = (
            "numbers.json",
            "notebook.ipynb",
            "provenance.json",
            "tables/degrees.csv",
            "figures/out-degrees.png",
            "figures/out-degrees.svg",
        )
        assert {f"small/{run}/{name}" for name in names} | {f"small/{run}.html"} <= files
    assert {"verdict.json", "verdict.csv", "verdict.html", "index.html", "glossary.html"} <= files
    assert verdicts(built) == {
        "ties": "reproduced",
        "doubled": "reproduced",
        "density": "reproduced",
        "wrong": "deviates (open)",
    }


def test_reports_name_no_folder_of_this_machine(built: Small) -> None:
    for name, content in built.reports().items():
        assert str(built.root.parent).encode() not in content, name
        assert os.uname().nodename.encode() not in content or len(os.uname().nodename) < 4, name


def test_without_git_the_commit_is_unknown(built: Small) -> None:
    record = json.loads((built.root / "reports/build.json").read_text())
    assert record == {"commit": "unknown", "uncommitted changes": "unknown"}


def test_a_second_build_executes_and_writes_nothing(small: Small) -> None:
    before = {path: path.stat().st_mtime_ns for path in (small.root / "reports").rglob("*") if path.is_file()}
    done = small.run("make")
    assert done.returncode == 0
    assert executed(done) == set()
    assert written(done) == set()
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert small.run("why").stdout == "Every run and page is current.\n"


@pytest.mark.parametrize(
    ("file", "old", "new", "runs", "reason"),
    [
        (
            "notebooks/small/small.ipynb",
            "see the banner",
            "look at the banner",
            {"once", "twice"},
            "small.ipynb changed",
        ),
        ("notebooks/small/study.yml", "factor: 2", "factor: 3", {"twice"}, "parameter factor changed"),
        (
            "analysis/ties/structure.py",
            "__all__",
            "_UNUSED = 1\n\n__all__",
            {"once", "twice"},
            "structure.py changed",
        ),
    ],
)
def test_a_change_redoes_exactly_what_depends_on_it(
    small: Small, file: str, old: str, new: str, runs: set[str], reason: str
) -> None:
    small.replace(file, old, new)
    told = small.run("why").stdout
    named = {line.split()[1] for line in told.splitlines() if line.startswith("run ")}
    assert named == {f"small/{run}" for run in runs}
    assert reason in told
    done = small.run("make")
    assert executed(done) == {f"small/{run}" for run in runs}
    assert executed(small.run("make")) == set()


def test_what_lies_beside_the_raw_files_makes_tables_stale(small: Small) -> None:
    (small.root / "data_raw/tiny/layout.csv").write_text("column,measure\n")
    told = small.run("why").stdout
    assert "data tiny" in told and "data_raw/tiny/layout.csv is new" in told


def test_another_lock_or_executor_makes_every_run_stale(small: Small) -> None:
    small.replace("requirements.lock", "uv==", "# touched\nuv==")
    small.replace("analysis/compendium/execution.py", "_START_SECONDS = 120", "_START_SECONDS = 121")
    told = small.run("why").stdout
    for run in ("once", "twice"):
        reasons = told.partition(f"run small/{run} is stale:")[2].partition("run small/")[0]
        assert "requirements.lock changed" in reasons
        assert "analysis/compendium/execution.py changed" in reasons


def test_a_change_of_the_judging_code_rewrites_pages_alone(small: Small) -> None:
    small.replace("analysis/compendium/templates/run.html", "On this page", "What is here")
    assert "templates/run.html changed" in small.run("why").stdout
    done = small.run("make")
    assert executed(done) == set()
    assert written(done) >= {"small/once", "small/twice"}


def test_a_changed_claim_is_judged_without_running_anything(small: Small) -> None:
    assert small.run("expected").returncode == 0
    assert small.run("check").returncode == 0
    small.replace(
        "notebooks/small/claims.csv",
        "number of ties,Nobody (2026),number,3,",
        "number of ties,Nobody (2026),number,4,",
    )
    checked = small.run("check")
    assert checked.returncode == 1
    assert "ties: DEVIATES: published 4, computed 3.0, tolerance 0.5" in checked.stderr
    done = small.run("make")
    assert executed(done) == set()
    assert done.returncode == 0
    assert "UNDECLARED DEVIATION" in done.stdout
    assert verdicts(small)["ties"] == "DEVIATES"


def test_drift_from_the_expected_numbers_fails_the_check(small: Small) -> None:
    assert small.run("expected").returncode == 0
    small.replace("reports/expected/small/once.json", '"density": 0.5', '"density": 0.5001')
    checked = small.run("check")
    assert checked.returncode == 1
    assert "small/once: density: expected 0.5001, computed 0.5" in checked.stderr


def test_check_before_make_says_what_to_do(small: Small) -> None:
    small.replace("notebooks/small/study.yml", "factor: 2", "factor: 5")
    checked = small.run("check")
    assert checked.returncode == 1
    assert "small/twice has no current report: say `make` first" in checked.stderr


def test_a_failed_run_leaves_the_report_before_it(small: Small) -> None:
    before = small.reports()
    small.replace("notebooks/small/small.ipynb", "density(matrix)", "1 / 0")
    done = small.run("make")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert "cell 4" in done.stderr or "cell 5" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    after = small.reports()
    assert {name: after[name] for name in before if name.startswith("small/")} == {
        name: content for name, content in before.items() if name.startswith("small/")
    }
    assert "small/once.failed.ipynb" in after
    assert set(verdicts(small).values()) == {"not run"}
    small.replace("notebooks/small/small.ipynb", "1 / 0", "density(matrix)")
    assert small.run("make").returncode == 0
    assert small.reports() == before


def test_a_fault_in_the_study_stops_everything_before_it_runs(small: Small) -> None:
    before = small.reports()
    small.replace("notebooks/small/study.yml", "factor: 2", "factor: two\n      facto: 1")
    done = small.run("make")
    assert done.returncode == 1
    assert (
        "notebooks/small/study.yml, row 14, column parameters.factor: found 'two', of type str" in done.stderr
    )
    assert "row 15" in done.stderr
    assert "did you mean factor?" in done.stderr
    assert "Traceback" not in done.stderr
    assert small.reports() == before


def test_a_claim_on_a_number_no_run_records_leaves_the_verdict_before_it(small: Small) -> None:
    before = small.reports()
    small.replace("notebooks/small/claims.csv", "once,ties,,", "once,tie,,")
    done = small.run("make")
    assert done.returncode == 1
    assert "1 fault, the verdict stays as it was" in done.stderr
    assert "notebooks/small/claims.csv, row 2: found claim ties held against 'tie'" in done.stderr
    assert "claim ties held against 'tie'" in small.run("why").stdout
    assert "the nearest: ties" in done.stderr
    assert "Traceback" not in done.stderr
    assert small.reports() == before


def test_an_unknown_study_is_refused_by_name(small: Small) -> None:
    done = small.run("make", "--study", "smal")
    assert done.returncode == 1
    assert "found 'smal'; allowed: a study: small" in done.stderr


def test_without_data_the_build_ends_well_and_says_so(unbuilt: Small, built: Small, tmp_path: Path) -> None:
    small = Small(unbuilt.copied(tmp_path / "copy").root, tmp_path / "no mirror")
    done = small.run("make")
    assert done.returncode == 0
    assert "4 claims not run: data unavailable: ties.csv" in done.stdout
    assert "COMPENDIUM_DATA_MIRROR" in done.stdout
    assert "https://127.0.0.1:9/ties.csv" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert set(verdicts(small).values()) == {"not run"}
    assert "4 claims not run: data unavailable: ties.csv" in (small.root / "reports/index.html").read_text()
    checked = small.run("check")
    assert checked.returncode == 0
    assert "4 claims skipped: data unavailable: ties.csv" in checked.stdout
    assert "NOTHING JUDGED" in checked.stdout
    assert small.run("data").returncode == 1
    assert executed(small.run("make")) == set()
    # The files come by hand: the same command now does all of it.
    shutil.copy(unbuilt.mirror / "tiny/ties.csv", small.root / "data_raw/tiny/ties.csv")
    assert small.run("make").returncode == 0
    assert small.reports() == built.reports()


def test_a_raw_file_that_is_gone_leaves_what_was_made_of_it(small: Small) -> None:
    assert small.run("expected").returncode == 0
    raw = small.root / "data_raw/tiny/ties.csv"
    raw.unlink()
    assert executed(small.run("make")) == set()
    checked = small.run("check")
    assert checked.returncode == 0
    assert "4 claims judged" in checked.stdout
    assert small.run("data").returncode == 0
    assert raw.is_file()


def test_another_file_than_the_published_one_is_an_error(unbuilt: Small, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    (mirror / "tiny").mkdir(parents=True)
    (mirror / "tiny/ties.csv").write_text("sender,receiver\n1,3\n")
    small = Small(unbuilt.copied(tmp_path / "copy").root, mirror)
    done = small.run("make")
    assert done.returncode == 1
    assert "another file" in done.stdout
    assert "gave another file than the published one" in done.stderr
    assert sorted(path.name for path in (small.root / "data_raw/tiny").iterdir()) == ["datapackage.json"]


def test_a_study_of_a_dataset_of_ones_own_is_refused(small: Small) -> None:
    declared = small.root / "data_raw/tiny/datapackage.json"
    declared.write_text(declared.read_text().replace('"audience": "public", ', ""))
    assert (small.root / "analysis/sources/tiny.py").is_file(), "a module makes no dataset public"
    done = small.run("make")
    assert done.returncode == 1
    assert "data_raw/tiny: found a dataset of your own, in a study" in done.stdout + done.stderr
    assert "make report DATASET=tiny runs reports on yours" in done.stdout + done.stderr


def test_two_copies_at_different_places_give_the_same_bytes(
    unbuilt: Small, built: Small, tmp_path: Path
) -> None:
    other = unbuilt.copied(tmp_path / "another place, with spaces" / "and deeper")
    assert other.run("make").returncode == 0
    assert other.reports() == built.reports()


def test_two_builds_at_once_do_the_work_once(unbuilt: Small, built: Small, tmp_path: Path) -> None:
    small = unbuilt.copied(tmp_path / "copy")
    first, second = small.start("make"), small.start("make")
    said = [process.communicate(timeout=300)[0] for process in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0)
    lines = [line for text in said for line in text.splitlines()]
    assert sum("another make is at work here" in text for text in said) == 1
    assert sum(line.startswith("run ") and line.endswith(": started") for line in lines) == 2
    assert small.reports() == built.reports()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"run small/once": 3}', '{"run small/once": {"inputs": {}}}', "\0\0"]
)
def test_a_damaged_state_costs_time_alone(small: Small, content: str) -> None:
    before = small.reports()
    (small.root / ".cache/state.json").write_text(content)
    assert "never built here" in small.run("why").stdout
    if content == "{":
        assert small.run("make").returncode == 0
        assert small.reports() == before


def test_the_clock_plays_no_part(small: Small) -> None:
    before = small.reports()
    for path in small.root.rglob("*"):
        if path.is_file():
            os.utime(path, (1e9, 1e9) if path.suffix == ".py" else (4e9, 4e9))
    assert executed(small.run("make")) == set()
    small.replace("notebooks/small/study.yml", "factor: 2", "factor: 4")
    os.utime(small.root / "notebooks/small/study.yml", (1, 1))
    assert executed(small.run("make")) == {"small/twice"}
    small.replace("notebooks/small/study.yml", "factor: 4", "factor: 2")
    assert executed(small.run("make")) == {"small/twice"}
    assert small.reports() == before


def test_a_tampered_report_is_made_again(small: Small) -> None:
    before = small.reports()
    numbers = small.root / "reports/small/once/numbers.json"
    numbers.write_text(numbers.read_text().replace("0.5", "0.6"))
    (small.root / "reports/small/twice.html").unlink()
    told = small.run("why").stdout
    assert "reports/small/once/numbers.json is not as it was built" in told
    assert executed(small.run("make")) == {"small/once"}
    assert small.reports() == before


def test_reports_that_cannot_be_written_give_one_clear_message(small: Small) -> None:
    shutil.rmtree(small.root / "reports")
    (small.root / "reports").write_text("a file where a folder should be")
    done = small.run("make")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "cannot be written" in done.stderr
    assert "reports" in done.stderr


@pytest.fixture
def mounted(small: Small) -> Iterator[Callable[[str], None]]:
    """Put the reports on a file system of their own with given options; what was in them is kept."""
    reports = small.root / "reports"

    def mount(options: str) -> None:
        held = small.root / "held"
        if not reports.is_mount():
            reports.rename(held)
            reports.mkdir()
            done = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(reports)],
                capture_output=True,
                check=False,
            )
            if done.returncode:
                pytest.skip("this test mounts a small file system, which takes root")
            shutil.copytree(held, reports, dirs_exist_ok=True)
        else:
            subprocess.run(["mount", "-o", f"remount,{options}", str(reports)], check=True)

    yield mount
    if reports.is_mount():
        subprocess.run(["umount", "--lazy", str(reports)], check=True)


@pytest.mark.parametrize("fault", ["read-only", "full"])
def test_a_full_or_read_only_disk_loses_nothing(
    small: Small, mounted: Callable[[str], None], fault: str
) -> None:
    before = small.reports()
    mounted("size=8m")
    room = shutil.disk_usage(small.root / "reports").used + 8192
    mounted("ro" if fault == "read-only" else f"size={room}")
    small.replace("notebooks/small/study.yml", "factor: 2", "factor: 3")
    done = small.run("make")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert (
        "Read-only file system" if fault == "read-only" else "No space left on device"
    ) in done.stdout + done.stderr
    kept = small.reports()
    assert {name for name in before if name.startswith("small/")} <= set(kept)
    assert kept["small/twice/numbers.json"] == before["small/twice/numbers.json"]
    mounted("rw,size=8m")
    small.replace("notebooks/small/study.yml", "factor: 3", "factor: 2")
    assert small.run("make").returncode == 0
    assert small.reports() == before


_READER = """\
  - id: both
    notebook: both.ipynb
    reads: [small/once, small/twice]
"""

_READER_CELLS = (
    ("parameters", "times: int = 1  # the sum is multiplied by it"),
    (
        "imports",
        "from analysis.compendium.recorded import recorded\nfrom analysis.compendium.results import Results",
    ),
    (
        "read",
        'results = Results(None)\nonce = recorded("small/once", "ties")\n'
        'twice = recorded("small/twice", "ties")\ntotal = times * ((once.value or 0) + (twice.value or 0))\n'
        'results.number("once", str(once), "ties, or not run")\n'
        'results.number("sum", total, "ties of both")\n'
        'results.finding("sum", f"{total:.0f} ties", numbers=["sum"])\n'
        "once",
    ),
)


def with_reader(small: Small) -> Small:
    """Add a run that reads the two others."""
    notebook = nbformat.v4.new_notebook()
    for name, source in _READER_CELLS:
        cell = nbformat.v4.new_code_cell(source, id=name)
        cell.metadata["tags"] = ["parameters"] if name == "parameters" else []
        notebook.cells.append(cell)
    nbformat.write(notebook, small.root / "notebooks/small/both.ipynb")
    study = small.root / "notebooks/small/study.yml"
    study.write_text(study.read_text() + _READER)
    return small


def read_by_both(small: Small) -> dict[str, object]:
    numbers = json.loads((small.root / "reports/small/both/numbers.json").read_text())
    return {key: entry["value"] for key, entry in numbers.items()}


def test_a_run_that_reads_others_follows_what_they_record(small: Small) -> None:
    done = with_reader(small).run("make")
    assert done.returncode == 0, done.stdout + done.stderr
    assert executed(done) == {"small/both"}
    assert read_by_both(small) == {"once": "3", "sum": 9.0}
    page = (small.root / "reports/small/both.html").read_text()
    assert '<a href="../small/once.html#ties">3 (REAL)</a>' in page
    # A word of the field is a link to what it means.
    assert "In short" in page and "9 ties" in re.sub("<[^>]+>", "", page)
    assert "9 ties" in (small.root / "reports/index.html").read_text()
    # A change of one that it reads: it is made after that one, and says why.
    small.replace("notebooks/small/study.yml", "factor: 2", "factor: 4")
    done = small.run("make")
    assert executed(done) == {"small/twice", "small/both"}
    assert done.stdout.index("run small/twice: done") < done.stdout.index("run small/both: started")
    assert read_by_both(small)["sum"] == 15.0
    (small.root / "reports/small/twice/numbers.json").unlink()
    told = small.run("why").stdout
    assert "run small/both is stale:\n    what small/twice recorded changed" in told


def test_a_run_that_reads_a_failed_one_says_not_run_and_an_unknown_key_is_its_fault(small: Small) -> None:
    with_reader(small).replace("notebooks/small/small.ipynb", "density(matrix)", "1 / (factor - 1)")
    done = small.run("make")
    assert done.returncode == 1
    assert "FAILED: run small/once: cell 5: ZeroDivisionError" in done.stderr
    assert read_by_both(small) == {"once": "not run", "sum": 6.0}
    assert executed(small.run("make")) == {"small/once"}, (
        "what failed is tried again, what reads it is current"
    )
    small.replace("notebooks/small/both.ipynb", 'small/twice\\", \\"ties', 'small/twice\\", \\"tie')
    done = small.run("make", "--study", "small")
    assert "FAILED: run small/both: cell 3: ValueError: found key 'tie'; allowed: one of the" in done.stderr
    small.replace("notebooks/small/study.yml", "small/twice]", "small/thrice]")
    done = small.run("make")
    assert done.returncode == 1 and executed(done) == set()
    assert "found an unknown run small/thrice" in done.stderr


def test_killed_at_random_moments_the_next_build_gives_the_same_bytes(small: Small, built: Small) -> None:
    """`COMPENDIUM_KILLS` sets how often (the fault drill asks for 50)."""
    kills = int(os.environ.get("COMPENDIUM_KILLS", "2"))
    seed = int(os.environ.get("COMPENDIUM_KILL_SEED", "20260101"))
    moments = random.Random(seed)
    for _ in range(kills):
        for place in ("reports", "data_derived", ".cache/state.json"):
            if moments.random() < 0.7:
                path = small.root / place
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        process = small.start("make")
        time.sleep(moments.uniform(0, built.seconds))
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
    done = small.run("make")
    assert done.returncode == 0, done.stdout + done.stderr
    assert small.reports() == built.reports(), f"seed {seed}"
    assert not list(small.root.glob("*/.partial-*")), "what killed builds left is swept away"
