"""The house's walls: who may import whom, and what must not be loaded by an import."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "pipeline",
    "segmentation",
    "xai",
    "report",
    "records",
    "exchange",
    "service",
    "app",
    "training",
    "bench",
)
GROUND = {  # what every room may use of the pipeline's
    "pipeline.types",
    "pipeline.errors",
    "pipeline.protocols",
    "pipeline.settings",
    "pipeline.inference",
    "pipeline.manifest",
    "pipeline.validation",
    "pipeline.result_file",
}
# Of the pipeline's further files, those that a room may use, and why they are not the room's own.
SHARED = {
    "report": {
        "pipeline.command_line.run_command",  # the command lines begin and end alike
        "pipeline.pictures.overlays",  # page and files show the same pictures
        "pipeline.pictures.side_marks",  # R and L, on all of them
        "pipeline.pictures.measurement_overlay",
        "pipeline.pictures.fonts",
        "pipeline.pictures.outlines",  # written with the files, read again by the exchange
        "pipeline.presentation",  # page and files say the same
        "pipeline.words",  # one file of words a language, of page, report and files alike
        "pipeline.language_model.gguf_model",  # one GGUF, asked by writer and text explainer alike
    },
    "xai": {"pipeline.language_model.gguf_model", "pipeline.words"},
    "segmentation": set(),
}
# A program's entry joins the rooms, as `pipeline.build` does.
ENTRIES = {
    "report.__main__": {
        "pipeline.workers.workers",
        "pipeline.protocols",
        "pipeline.cache_folder",
    }
}
RUN_ON_IMPORT = ("app.main", "records.database.migrations.env")
"""The page's script and Alembic's."""
HEAVY = (
    "tensorflow",
    "keras",
    "torch",
    "torchvision",
    "openvino",
    "llama_cpp",
    "transformers",
    "shap",
    "captum",
    "lime",
)


def modules(room: str) -> Iterator[tuple[str, Path]]:
    for file in sorted((ROOT / room).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


def imported(file: Path) -> set[str]:
    """Our own modules that a file imports anywhere, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name}: a relative import"
            found.add(node.module or "")
    return {name for name in found if name.split(".")[0] in ROOMS}


@pytest.mark.parametrize("room", ["segmentation", "xai", "report"])
def test_a_room_uses_only_the_ground_floor(room: str) -> None:
    for name, file in modules(room):
        allowed = GROUND | SHARED[room] | ENTRIES.get(name, set())
        foreign = {item for item in imported(file) if item.split(".")[0] != room}
        assert foreign <= allowed, f"{name} imports {sorted(foreign - allowed)}"


def test_values_errors_and_protocols_import_nothing_of_ours() -> None:
    below = {
        "pipeline.errors": set(),
        "pipeline.protocols": {"pipeline.types"},
    }
    for name, file in modules("pipeline"):
        if name in below:
            assert imported(file) <= below[name], name
        if name.startswith("pipeline.types"):
            others = {item for item in imported(file) if not item.startswith("pipeline.types.")}
            assert others <= {"pipeline.errors"}, name


def test_the_values_are_taken_from_their_front_door() -> None:
    for room in ROOMS:
        for name, file in modules(room):
            if not name.startswith("pipeline.types"):
                inner = {item for item in imported(file) if item.startswith("pipeline.types.")}
                assert not inner, f"{name} imports {sorted(inner)}"


def test_only_build_knows_the_other_rooms() -> None:
    for name, file in modules("pipeline"):
        foreign = {item for item in imported(file) if item.split(".")[0] != "pipeline"}
        assert not foreign or name == "pipeline.build", f"{name} imports {sorted(foreign)}"


@pytest.mark.parametrize(
    ("room", "allowed"),
    [
        ("records", {"pipeline"}),
        ("exchange", {"pipeline", "records"}),
        ("service", {"pipeline", "records", "exchange"}),
        ("app", {"pipeline", "records", "exchange"}),
    ],
)
def test_a_room_above_uses_the_pipeline_and_what_it_is_made_for(
    room: str, allowed: set[str]
) -> None:
    for name, file in modules(room):
        rooms = {item.split(".")[0] for item in imported(file)}
        assert rooms <= {room, *allowed}, f"{name} imports {sorted(rooms)}"


@pytest.mark.parametrize(("door", "measuring"), [("app", set()), ("service", {"bench"})])
def test_nothing_imports_a_door(door: str, measuring: set[str]) -> None:
    for room in set(ROOMS) - {door} - measuring:
        for name, file in modules(room):
            assert not any(item.split(".")[0] == door for item in imported(file)), name


def test_what_runs_does_not_import_what_trains_or_measures() -> None:
    for room in set(ROOMS) - {"training", "bench"}:
        for name, file in modules(room):
            rooms = {item.split(".")[0] for item in imported(file)}
            assert not rooms & {"training", "bench"}, name
    for name, file in modules("training"):
        assert "bench" not in {item.split(".")[0] for item in imported(file)}, name


def test_every_room_has_modules_to_look_at() -> None:
    """Else the rules above would hold of nothing."""
    assert {room: len(list(modules(room))) > 5 for room in ROOMS} == dict.fromkeys(ROOMS, True)


@pytest.mark.slow
@pytest.mark.parametrize("room", ROOMS)
def test_importing_a_room_loads_nothing_heavy(room: str) -> None:
    names = [
        name
        for name, _ in modules(room)
        if not name.endswith("__main__") and name not in RUN_ON_IMPORT
    ]
    assert names, f"{room}/ holds no code"
    code = (
        f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().splitlines()[-1] == "[]"


def test_the_workers_module_is_light() -> None:
    code = (
        "import sys, pipeline.workers.workers\n"
        "print([name for name in ('cv2', 'PIL', 'pydicom', 'streamlit') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
