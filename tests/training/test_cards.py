"""Model cards: each template is filled by exactly the fields that publishing passes."""

import ast
from pathlib import Path
from string import Formatter

import pytest

from training.cards import write_card

ROOT = Path(__file__).resolve().parents[2]


def placeholders(name: str) -> set[str]:
    text = (ROOT / "training" / "cards" / f"{name}.md").read_text("utf-8")
    return {field for _, field, _, _ in Formatter().parse(text) if field}


def passed() -> list[set[str]]:
    tree = ast.parse((ROOT / "training" / "publish.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        {keyword.arg for keyword in call.keywords if keyword.arg}
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "write_card"
    ]


@pytest.mark.parametrize("name", ["anatomy", "classifier"])
def test_a_card_is_filled_by_what_publishing_passes(name: str) -> None:
    assert placeholders(name) in passed()


def test_a_card_is_written_beside_its_weights(tmp_path: Path) -> None:
    folder = tmp_path / "anatomy"
    folder.mkdir()
    write_card(folder, metrics="| jsrt | 20 |", robustness="| cropped | 0.97 |")
    text = (folder / "card.md").read_text("utf-8")
    assert "| jsrt | 20 |" in text
    assert "| cropped | 0.97 |" in text
    assert "{" not in text
