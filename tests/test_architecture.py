"""The layering is a test: numpy, cv2, av <- calibration <- vision <- app."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("calibration", "vision", "app")
FORBIDDEN = {
    "calibration": {"vision", "app", "streamlit", "sqlalchemy", "dask", "distributed", "typer", "rich"},
    "vision": {"app", "streamlit", "streamlit_webrtc", "sqlalchemy", "dask", "distributed", "typer", "rich"},
}
EDGES_OF_VISION = ("vision.overlay", "vision.video", "vision.estimators", "vision.report", "vision.records")
STANDARD_MAY_IMPORT = ("vision.types", "vision.errors", "vision.quantities", "vision.standard")


def module_name(path: Path) -> str:
    """``vision/measures/bow.py`` -> ``vision.measures.bow``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources(package: str) -> list[Path]:
    """Every Python file of a package."""
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Full names of every module that a file imports, anywhere in it; ``from a import b`` gives ``a`` and ``a.b``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import; write the full name"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def belongs(module: str, to: str) -> bool:
    """Whether ``module`` is ``to`` or lies inside it."""
    return module == to or module.startswith(to + ".")


@pytest.mark.parametrize("package", sorted(FORBIDDEN))
def test_imports_go_one_way(package: str) -> None:
    upward = [
        f"{module_name(path)} imports {name}"
        for path in sources(package)
        for name in imported(path)
        if name.split(".")[0] in FORBIDDEN[package]
    ]
    assert upward == []


def test_only_the_estimators_know_mediapipe() -> None:
    others = [
        module_name(path)
        for package in PACKAGES
        for path in sources(package)
        if "mediapipe" in {name.split(".")[0] for name in imported(path)}
        and not belongs(module_name(path), "vision.estimators")
    ]
    assert others == []


@pytest.mark.parametrize("layer", ["vision.measures", "vision.standard"])
def test_measuring_and_judging_do_not_know_the_edges_of_vision(layer: str) -> None:
    found = [
        f"{module_name(path)} imports {name}"
        for path in sources("vision")
        if belongs(module_name(path), layer)
        for name in imported(path)
        if any(belongs(name, edge) for edge in EDGES_OF_VISION)
    ]
    assert found == []


def test_the_standard_knows_only_types_errors_and_quantities() -> None:
    found = [
        f"{module_name(path)} imports {name}"
        for path in sources("vision/standard")
        for name in imported(path)
        if name.startswith("vision.") and not any(belongs(name, allowed) for allowed in STANDARD_MAY_IMPORT)
    ]
    assert found == []


def reads_environment(node: ast.AST) -> bool:
    """``os.environ`` or ``os.getenv`` in any spelling that lint leaves."""
    if isinstance(node, ast.Attribute):
        return node.attr in {"environ", "getenv"} and isinstance(node.value, ast.Name) and node.value.id == "os"
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == "os"
        and any(alias.name in {"environ", "getenv"} for alias in node.names)
    )


@pytest.mark.parametrize("package", ["calibration", "vision"])
def test_the_library_reads_no_environment_and_prints_nothing(package: str) -> None:
    found = []
    for path in sources(package):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            prints = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            if prints or reads_environment(node):
                found.append(f"{module_name(path)}:{getattr(node, 'lineno', 0)}")
    assert found == []


def test_nothing_in_app_shadows_a_package() -> None:
    """``streamlit run app/main.py`` puts ``app/`` first on ``sys.path``."""
    names = {path.stem for path in (ROOT / "app").iterdir()}
    assert names.isdisjoint(PACKAGES)


def test_every_module_imports_where_streamlit_is_not_installed() -> None:
    modules = [module_name(path) for package in ("calibration", "vision") for path in sources(package)]
    script = (
        "import importlib, sys\n"
        "sys.modules['streamlit'] = None\n"
        f"[importlib.import_module(name) for name in {modules!r}]\n"
        "loud = {'streamlit', 'sqlalchemy', 'dask', 'typer'} & {m for m, v in sys.modules.items() if v is not None}\n"
        "sys.exit(f'imported: {loud}' if loud else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_the_command_line_starts_without_the_pose_network() -> None:
    script = "import sys, app.cli\nsys.exit(bool({'mediapipe', 'jax', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, "app.cli imports a heavy package: every `yitai --help` would pay for it"
