"""What holds for the repository as a whole: pins, notebooks, rooms, and what must never be committed."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from analysis.tables.describe import listed

ROOT = Path(__file__).resolve().parents[1]

ALLOWED = {
    "tables": set(),
    "privacy": {"tables"},
    "importing": {"tables", "privacy"},
    "sources": {"tables", "importing"},
    "resampling": set(),
    "ties": {"tables", "resampling"},
    "tie_models": {"tables", "resampling", "ties"},
    "contacts": {"tables", "resampling", "ties"},
    "adoption": {"tables", "resampling", "ties"},
    "measurement": {"tables", "resampling"},
    "evidence": {"tables", "resampling", "ties", "measurement"},
    "figures": {"resampling", "ties", "contacts"},
    "compendium": {"tables", "privacy", "importing", "sources", "figures"},
    "certificate": {"tables", "privacy", "compendium"},
    "synthesis": {"tables", "resampling", "compendium"},
    "validations": {
        *("tables", "importing", "sources", "resampling", "ties", "tie_models", "contacts", "adoption"),
        "measurement",
        "evidence",
    },
}
"""Which other rooms each room may import; plain modules beside the rooms import none."""

IMPORTING = {
    "files": set(),
    "shared": {"files"},
    "lists": {"files", "shared"},
    "formats": {"files", "shared"},
    "dataset": {"files", "shared", "formats"},
    "kinds": {"files", "shared", "lists", "formats", "dataset"},
    "look": {"files", "shared", "lists"},
}
"""Which of its folders each folder of `importing` may import."""

CONDA_NAMES = {"igraph": "python-igraph"}


def declared_pins() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return dict(requirement.split("==") for requirement in project["dependencies"])


def tracked_files() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: which files are committed is not known")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


OWN = ("new", "import", "check-data", "deidentify", "export", "report", "plan", "closures", "validate")


def test_environment_yml_has_the_pins_of_pyproject() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    python, *others = environment["dependencies"]
    by_pip = others.pop()["pip"]
    assert others.pop() == "pip"
    expected = {CONDA_NAMES.get(name, name): version for name, version in declared_pins().items()}
    assert dict(other.split("==") for other in [*others, *by_pip]) == expected
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert python == f"python {required}"
    assert environment["channels"] == ["conda-forge"]


def test_the_lock_has_the_pins_of_pyproject_hashed_and_without_addresses() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    locked = re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", lock, re.MULTILINE)
    assert len(dict(locked)) == len(locked), "a package is locked in two versions"
    assert declared_pins().items() <= dict(locked).items()
    for entry in re.split(r"\n(?=[a-z0-9])", lock.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]
    assert "://" not in lock
    assert "--index-url" not in lock


def test_the_clusters_lock_is_the_lock_and_what_a_cluster_needs_hashed_and_without_addresses() -> None:
    lock, more = ((ROOT / name).read_text() for name in ("requirements.lock", "requirements-cluster.lock"))
    pinned, added = (
        dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.MULTILINE)) for text in (lock, more)
    )
    assert pinned.items() <= added.items(), "another version than the lock's gives other bits"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = dict(requirement.split("==") for requirement in project["optional-dependencies"]["cluster"])
    assert extra.items() <= added.items()
    assert all("--hash=sha256:" in entry for entry in re.split(r"\n(?=[a-z0-9])", more.strip()))
    assert "://" not in more


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").rglob("*.ipynb")), ids=lambda path: path.name)
def test_notebooks_are_committed_clean_and_define_nothing(path: Path) -> None:
    if ".ipynb_checkpoints" in path.parts:
        pytest.skip("a checkpoint of JupyterLab")
    cells = json.loads(path.read_text())["cells"]
    assert cells[0]["cell_type"] == "markdown"
    assert "".join(cells[0]["source"]).startswith("# ")
    assert cells[1]["metadata"]["tags"] == ["parameters"]
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
        source = "".join(cell["source"])
        tree = ast.parse(source)
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.Try)
        assert not [node for node in ast.walk(tree) if isinstance(node, kinds)], cell["id"]
        # Whom a number rests on is said; what may be shown of few people is decided elsewhere.
        assert "smallest" not in source, cell["id"]
        assert max(map(len, source.splitlines())) <= 120, cell["id"]
        imports = all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in tree.body)
        if not imports and "parameters" not in cell["metadata"].get("tags", ()):
            assert len(cell["source"]) <= 8, cell["id"]


@pytest.mark.parametrize("path", sorted((ROOT / "analysis").rglob("*.py")), ids=lambda path: path.stem)
def test_rooms_import_only_what_the_table_allows(path: Path) -> None:
    parts = path.relative_to(ROOT / "analysis").parts
    room = parts[0] if len(parts) > 1 else ""
    allowed = set(ALLOWED) if path.name == "__main__.py" else ALLOWED.get(room, set()) | {room}
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            assert not node.level, "relative import"
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            inside = name.split(".")
            if inside[0] == "analysis" and len(inside) > 1 and inside[1] in ALLOWED:
                assert inside[1] in allowed, f"{path.name} imports {name}: not among {sorted(allowed)}"
    told = ast.get_docstring(tree) is not None
    assert path.name != "__init__.py" or len(tree.body) == told, "a room's __init__ holds its docstring alone"


KNOW_THE_SMALLEST_CELL = {
    "tables/package.py": "reads the declaration of a dataset",
    "tables/describe.py": "writes the declaration down beside the tables",
    "privacy/disclosure.py": "decides what is shown of few people; everybody else asks it",
    "privacy/rare.py": "has one of the functions that the decision takes a number of people to",
    "privacy/texts.py": "has the other",
}
TAKE_IT = {"smallest_cell", "PRIVATE", "rare_combinations", "refuse_single_people"}
"""The declared number itself, what stands in for it, and the functions that are told it."""


def test_nobody_but_disclosure_asks_for_the_smallest_cell() -> None:
    found = {}
    for path in (ROOT / "analysis").rglob("*.py"):
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            # A name, an attribute, an argument, an entry of a dictionary, what an import brings.
            names |= {
                getattr(node, field, None) for field in ("id", "attr", "arg", "value", "name")
            } & TAKE_IT
            makes = isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "Disclosure"
            names |= {"Disclosure(…), not Disclosure.of(package)"} if makes else set()
        if names:
            found[path.relative_to(ROOT / "analysis").as_posix()] = names
    others = {module: names for module, names in found.items() if module not in KNOW_THE_SMALLEST_CELL}
    assert others == {}
    assert found.keys() == KNOW_THE_SMALLEST_CELL.keys(), "a module that no longer needs to know"


def test_no_module_loads_all_of_statsmodels() -> None:
    """Its `api` takes seconds to import; the few models that are needed have modules of their own."""
    for path in (ROOT / "analysis").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            module = node.module if isinstance(node, ast.ImportFrom) else None
            names = (
                [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            )
            assert "statsmodels.api" not in [module, *names], path.name
            assert not (module == "statsmodels" and "api" in names), path.name


def test_reading_and_describing_ties_loads_nothing_heavy() -> None:
    heavy = ("statsmodels", "scipy", "networkx", "numba", "matplotlib", "seaborn", "igraph")
    code = f"import sys, analysis.ties.structure; print(*[name for name in {heavy} if name in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.split() == []


def test_every_room_is_in_the_table_and_the_table_has_no_circle() -> None:
    rooms = {path.parent.name for path in (ROOT / "analysis").glob("*/__init__.py")}
    assert rooms == set(ALLOWED)
    left = dict(ALLOWED)
    while left:
        free = [room for room, needs in left.items() if not needs & left.keys()]
        assert free, f"rooms that import one another: {sorted(left)}"
        for room in free:
            del left[room]


def test_no_downloaded_file_is_committed() -> None:
    hashes = {
        resource["hash"].removeprefix("sha256:")
        for package in (ROOT / "data_raw").glob("*/datapackage.json")
        for resource in json.loads(package.read_text()).get("resources", ())
    }
    assert hashes, "no dataset declares a file"
    archives = {".whl", ".gz", ".zip", ".xz", ".bz2", ".parquet", ".xlsx", ".ods", ".sav", ".RData", ".rda"}
    for path in tracked_files():
        assert path.suffix not in archives, f"{path}: fetched or made, not written"
        assert hashlib.sha256(path.read_bytes()).hexdigest() not in hashes, path


def test_no_path_of_a_machine_is_committed() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:home|root|work|Users)/[a-z]")
    for path in tracked_files():
        if path.suffix != ".lock" and path != Path(__file__):
            found = pattern.search(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{path}: {found}"


def test_the_documents_list_the_tables_and_the_datasets_there_are() -> None:
    assert (ROOT / "data_derived/README.md").read_text(encoding="utf-8").endswith("\n\n" + listed())
    text = (ROOT / "data_raw/README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))
    folders = {path.parent.name for path in tracked_files() if path.match("data_raw/*/datapackage.json")}
    assert told == folders


def test_the_readme_is_what_a_newcomer_reads() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 900
    assert (ROOT / "front_page.png").stat().st_size <= 150_000


def test_every_command_explains_itself() -> None:
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("all", "test", "data", "check", "why", "lab", "clean", "help", "expected", *OWN):
        assert re.search(rf"^make {command} +\S", listed, re.MULTILINE), command


FOLDERS = sorted(path.parent for path in (ROOT / "analysis/importing").glob("*/__init__.py"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_folders_of_importing_import_one_way_only_and_are_mapped(folder: Path) -> None:
    assert {path.name for path in FOLDERS} == set(IMPORTING)
    room = "analysis.importing"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and f"{node.module}.".startswith(f"{room}."):
                inside = str(node.module).removeprefix(room).split(".")[1:2]
                names = inside or [alias.name for alias in node.names]
                assert set(names) <= IMPORTING[folder.name] | {folder.name}, f"{path.name}: {node.module}"
    told = (folder / "__init__.py").read_text(encoding="utf-8")
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert {module for module in modules if f"`{module}`" not in told} == set()
    above = (folder.parent / "__init__.py").read_text(encoding="utf-8")
    assert set(re.findall(r"^(\w+)  +\S", above, re.MULTILINE)) == set(IMPORTING)


METHODS = ("resampling", "ties", "tie_models", "contacts", "adoption", "measurement", "evidence", "synthesis")


@pytest.mark.parametrize("room", METHODS)
def test_the_map_of_a_room_of_methods_names_its_modules(room: str) -> None:
    told = (ROOT / f"analysis/{room}/__init__.py").read_text(encoding="utf-8")
    modules = {path.stem for path in (ROOT / "analysis" / room).glob("*.py")} - {"__init__"}
    assert {module for module in modules if f"`{module}`" not in told} == set()
    named = set(re.findall(r"`(\w+)`", told))
    assert named <= modules, "a module that is gone"


def test_the_map_of_all_rooms_names_them_all() -> None:
    told = (ROOT / "analysis/__init__.py").read_text(encoding="utf-8")
    assert set(re.findall(r"^(\w+)  +\S", told, re.MULTILINE)) == set(ALLOWED)
    beside = {path.stem for path in (ROOT / "analysis").glob("*.py")} - {"__init__", "__main__"}
    assert {module for module in beside if f"`{module}`" not in told} == set()
