"""What broke the build, or changed its bytes, without a word: each has a guard."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from analysis.tables.package import DataPackage, Resource
from tests.compendium.small import Small, make_small


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """A compendium that is built; tests copy it, and leave it alone."""
    small = make_small(tmp_path_factory.mktemp("guards"))
    done = small.run("make")
    assert done.returncode == 0, done.stdout
    return small


@pytest.fixture
def small(built: Small, tmp_path: Path) -> Small:
    return built.copied(tmp_path / "copy")


def change_cell(small: Small, identifier: str, source: str) -> None:
    """Change a cell of the notebook of both runs."""
    path = small.root / "notebooks/small/small.ipynb"
    notebook = nbformat.read(path, as_version=4)
    next(cell for cell in notebook.cells if cell.id == identifier).source = source
    nbformat.write(notebook, path)


def test_settings_of_matplotlib_change_no_byte(
    built: Small, small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = "axes.facecolor: red\nfont.size: 40\nsavefig.facecolor: green\nsvg.fonttype: none\n"
    (small.root / "matplotlibrc").write_text(settings)
    (tmp_path / "other").write_text(settings)
    monkeypatch.setenv("MATPLOTLIBRC", str(tmp_path / "other"))
    (small.root / ".cache/state.json").unlink()
    # As a person does, and each kernel started by itself: matplotlib reads its settings when it is imported.
    making = small.start("make", COMPENDIUM_KERNELS="alone")
    said, _ = making.communicate(timeout=300)
    assert making.returncode == 0, said
    before, after = built.reports(), small.reports()
    assert [name for name in before if before[name] != after.get(name)] == []


def test_of_a_build_that_is_killed_no_kernel_is_left(small: Small, tmp_path: Path) -> None:
    told = tmp_path / "kernel"
    change_cell(
        small,
        "figure",
        f"import os, pathlib, time\n\nplace = pathlib.Path({str(told)!r})\n"
        'place.with_suffix(".new").write_text(str(os.getpid()))\nplace.with_suffix(".new").replace(place)\n'
        "time.sleep(300)",
    )
    making = small.start("make")
    wait_for(told.is_file, 120)
    kernel = int(told.read_text())
    assert Path(f"/proc/{kernel}").exists()
    making.kill()
    making.communicate()
    wait_for(lambda: not Path(f"/proc/{kernel}").exists(), 30)


def wait_for(event: Callable[[], bool], seconds: float) -> None:
    """Return when an event has come, which it must in time."""
    end = time.monotonic() + seconds
    while not event():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_notebook_that_warns_fails_and_its_report_stays(built: Small, small: Small) -> None:
    change_cell(small, "figure", 'import warnings\n\nwarnings.warn("look here")')
    done = small.run("make")
    assert done.returncode == 1
    assert "warns, which no page may show: " in done.stdout
    assert "look here" in done.stdout
    report = "small/once/figures/out-degrees.svg"
    assert small.reports()[report] == built.reports()[report]
    assert (small.root / "reports/small/once.failed.ipynb").is_file()


@pytest.mark.parametrize("name", ["verdict.json", "verdict.csv", "index.html", "small/once.html"])
def test_what_was_changed_by_hand_fails_the_check(small: Small, name: str) -> None:
    assert small.run("expected").returncode == 0
    done = small.run("check")
    assert done.returncode == 0, done.stderr
    path = small.root / "reports" / name
    path.write_text(path.read_text(encoding="utf-8").replace("reproduced", "proven"), encoding="utf-8")
    done = small.run("check")
    assert done.returncode == 1
    assert f"reports/{name} is not " in done.stderr
    assert small.run("make").returncode == 0
    assert small.run("check").returncode == 0


def test_a_run_that_is_no_more_leaves_no_page(small: Small) -> None:
    keep = small.root / "reports/datasets/ours/own.html"
    keep.parent.mkdir(parents=True)
    keep.write_text("a team's own")
    (small.root / "reports/small/note.txt").write_text("somebody's")
    study = small.root / "notebooks/small"
    (study / "study.yml").write_text((study / "study.yml").read_text().partition("  - id: twice")[0])
    claims = (study / "claims.csv").read_text().splitlines()
    (study / "claims.csv").write_text("\n".join(line for line in claims if ",twice," not in line))
    done = small.run("make")
    assert done.returncode == 0
    assert "files of runs that are no more were taken away" in done.stdout
    assert not (small.root / "reports/small/twice").exists()
    assert not (small.root / "reports/small/twice.html").exists()
    assert (small.root / "reports/small/once.html").is_file()
    assert keep.is_file() and (small.root / "reports/small/note.txt").is_file()


def test_a_notebook_that_hangs_is_ended(small: Small) -> None:
    change_cell(small, "figure", "import time\n\ntime.sleep(500)")
    small.replace("notebooks/small/study.yml", "claims: claims.csv", "minutes: 0.05\nclaims: claims.csv")
    done = small.run("make")
    assert done.returncode == 1
    assert "it took longer than 0.05 min, the limit of its study (`minutes:` in study.yml)" in done.stdout


@pytest.mark.parametrize("minutes", ["0", "long", ".inf"])
def test_a_limit_that_is_none_is_a_fault(small: Small, minutes: str) -> None:
    small.replace(
        "notebooks/small/study.yml", "claims: claims.csv", f"minutes: {minutes}\nclaims: claims.csv"
    )
    done = small.run("why")
    assert done.returncode == 1
    assert "how many minutes a run may take, a number above 0" in done.stderr


def test_a_folder_or_a_pipe_in_place_of_a_raw_file_is_no_file(tmp_path: Path) -> None:
    names = ("folder.csv", "pipe.csv", "link.csv", "file.csv")
    (tmp_path / "folder.csv").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file.csv").write_text("a\n")
    files = tuple(Resource(name, 1, "0" * 64, ("https://example.org/x",)) for name in names)
    package = DataPackage("d", "D", "real", "none", "none", files, (), {})
    assert [resource.path for resource in package.missing(tmp_path)] == list(names[:3])
