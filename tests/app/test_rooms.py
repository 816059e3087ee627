"""Each tab is one view and one view model, and neither models nor state know Streamlit."""

import ast
from pathlib import Path

import pytest

from app.views.frame.tabs import TABS
from pipeline.types import Method

APP = Path(__file__).parents[2] / "app"
VIEWER = (
    APP / "viewer" / name for name in ("panels.py", "figure.py", "viewport.py")
)  # the comparison has a room of its own
WITHOUT = [*(APP / "state").glob("*.py"), *(APP / "models").glob("*.py"), *VIEWER]
COMPUTING = {"numpy", "cv2", "scipy", "io", "zipfile"}


def imported(file: Path) -> set[str]:
    """The modules that a file names, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("file", WITHOUT, ids=lambda file: file.name)
def test_state_and_view_models_know_no_streamlit(file):
    assert "streamlit" not in imported(file)
    views = [line for line in file.read_text("utf-8").splitlines() if "from app.views" in line]
    assert views == []


@pytest.mark.parametrize("tab", TABS)
def test_each_tab_is_a_view_and_a_view_model(tab):
    views = {"viewer": APP / "viewer" / "tab.py"}
    models = {"viewer": APP / "viewer" / "panels.py"}
    name = "saliency" if isinstance(tab, Method) else tab
    view = APP / "views" / ("maps/saliency.py" if name == "saliency" else f"{name}.py")
    assert views.get(tab, view).is_file()
    assert models.get(tab, APP / "models" / f"{name}.py").is_file()


@pytest.mark.parametrize("file", sorted((APP / "views").rglob("*.py")), ids=lambda file: file.name)
def test_no_view_computes(file):
    assert imported(file) & COMPUTING == set()
