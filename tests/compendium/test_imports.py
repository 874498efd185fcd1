"""Which files a source reaches by import: on a small package of known imports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from analysis.compendium import imports as module
from analysis.compendium.imports import reached_files
from analysis.files import digest
from analysis.tables.faults import InvalidInput

FILES = {
    "analysis/__init__.py": "",
    "analysis/files.py": "import os\n",
    "analysis/networks/__init__.py": "",
    "analysis/networks/panel.py": "import numpy\nfrom analysis.files import ROOT\n",
    "analysis/networks/structure.py": "def late():\n    from analysis.networks import panel\n",
    "analysis/networks/triads.py": "from . import panel\nfrom .structure import late\n",
    "analysis/networks/census.py": "from ..figures.theme import LOOK\n",
    "analysis/figures/__init__.py": "import analysis.networks.panel as panel\n",
    "analysis/figures/theme.py": "LOOK = 1\n",
    "analysis/figures/look.mplstyle": "axes.grid: True\n",
    "analysis/figures/.hidden": "",
    "analysis/figures/_notes.txt": "",
    "analysis/figures/theme.pyc": "",
    "analysis/broken.py": "def f(:\n",
    "analysis/binary.py": "text = '\xe9'\n",
    "analysis/faulty.py": "import analysis.broken\nimport analysis.binary\nimport analysis.files\n",
    "outside.py": "import analysis.files\n",
}
PANEL = [
    "analysis/__init__.py",
    "analysis/files.py",
    "analysis/networks/__init__.py",
    "analysis/networks/panel.py",
]

FIGURES = ["analysis/figures/__init__.py", "analysis/figures/look.mplstyle", "analysis/figures/theme.py"]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    monkeypatch.setattr(module, "ROOT", tmp_path)

    def forget() -> None:
        for cached in (module._files, module._beside, module._imported_by_file):
            cached.cache_clear()

    def written(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="latin-1")
        forget()

    for name, text in FILES.items():
        written(name, text)
    return written


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("import numpy\nimport outside\nimport analysis_of_others\n", []),
        ("import analysis\n", ["analysis/__init__.py"]),
        ("import analysis.networks.panel\n", PANEL),
        ("from analysis.networks import panel\n", PANEL),
        ("from analysis.networks.panel import Panel\n", PANEL),
        ("from analysis.networks.panel import *\n", PANEL),
        ("def f():\n    import analysis.networks.panel as p\n", PANEL),
        ("from analysis.networks.structure import degrees\n", [*PANEL, "analysis/networks/structure.py"]),
        (
            "import analysis.networks.triads",
            [*PANEL, "analysis/networks/structure.py", "analysis/networks/triads.py"],
        ),
        ("from analysis import files", ["analysis/__init__.py", "analysis/files.py"]),
        ("from . import files\nfrom .analysis import files\n", []),
        # A package's own imports count, and what is no code beside a module.
        (
            "from analysis.figures.theme import LOOK",
            sorted([*PANEL, *FIGURES]),
        ),
        (
            "import analysis.networks.census",
            sorted([*PANEL, *FIGURES, "analysis/networks/census.py"]),
        ),
    ],
)
def test_exactly_the_files_that_are_imported(
    write: Callable[[str, str], None], source: str, reached: list[str]
) -> None:
    found = reached_files(source)
    assert list(found) == reached
    assert found == {name: digest(FILES[name].encode()) for name in reached}


def test_a_change_shows_in_the_hash_of_its_file_alone(write: Callable[[str, str], None]) -> None:
    source = "import analysis.networks.structure"
    before = reached_files(source)
    write("analysis/files.py", "import os  # changed\n")
    write("analysis/figures/theme.py", "LOOK = 2\n")
    after = reached_files(source)
    assert list(after) == list(before)
    assert [name for name in after if after[name] != before[name]] == ["analysis/files.py"]


def test_an_import_that_is_new_is_followed(write: Callable[[str, str], None]) -> None:
    before = reached_files("import analysis.files")
    write("analysis/files.py", "import analysis.networks\n")
    assert reached_files("import analysis.files").keys() - before.keys() == {"analysis/networks/__init__.py"}


def test_modules_that_cannot_be_read_are_all_named_with_their_lines(
    write: Callable[[str, str], None],
) -> None:
    with pytest.raises(InvalidInput) as caught:
        reached_files("import analysis.faulty")
    binary, broken = caught.value.faults
    assert (binary.file, broken.file) == ("analysis/binary.py", "analysis/broken.py")
    assert broken.row == 1
    assert "cannot be read (invalid syntax)" in broken.found
    assert "can't decode byte 0xe9" in binary.found
    # Mended, it is read again.
    write("analysis/broken.py", "")
    write("analysis/binary.py", "")
    assert "analysis/broken.py" in reached_files("import analysis.faulty")


def test_a_source_that_is_no_code_is_refused() -> None:
    with pytest.raises(SyntaxError):
        reached_files("import analysis.")


def test_the_closure_of_this_very_module_is_what_it_imports() -> None:
    for cached in (module._files, module._beside, module._imported_by_file):
        cached.cache_clear()
    found = reached_files("import analysis.compendium.imports")
    code = [name for name in found if name.endswith(".py")]
    assert code == [
        "analysis/__init__.py",
        "analysis/compendium/__init__.py",
        "analysis/compendium/imports.py",
        "analysis/files.py",
        "analysis/tables/__init__.py",
        "analysis/tables/faults.py",
    ]
