"""The report model's training on a size that is done in seconds: going on, and a second phase."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.language_model.gguf_model import LanguageModel
from training.writer.gguf_file import read_vocabulary, write_gguf
from training.writer.tokens import build_vocabulary
from training.writer.training import WriterRecipe, train

TINY = WriterRecipe(width=32, layers=1, heads=2, inner=64, base_tokens=300, steps=2, batch=2)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train(TINY, tmp_path_factory.mktemp("writer") / "first")


def steps_said(capsys: pytest.CaptureFixture[str]) -> list[int]:
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[:1] == "{"]
    return [row["step"] for row in rows if "step" in row]


def test_vocabulary_survives_its_file(tmp_path: Path) -> None:
    vocabulary = build_vocabulary(base_size=300, cases=5)
    write_gguf(tmp_path / "v.gguf", vocabulary, "v")
    assert read_vocabulary(tmp_path / "v.gguf") == vocabulary


def test_a_run_goes_on_with_its_own_tokens(first: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = read_vocabulary(first)
    train(replace(TINY, steps=21), first.parent)
    assert steps_said(capsys) == [20]  # said every twenty; the first was not step 0 again
    assert read_vocabulary(first) == before


def test_a_second_phase_starts_where_the_first_ended(first: Path, tmp_path: Path) -> None:
    second = train(replace(TINY, start=first, rate=0.0, averaging=0.0), tmp_path)
    given, text = "Regions found in:", " left lower zone."
    one, other = (LanguageModel(file).log_probability(given, text).nats for file in (first, second))
    assert one == pytest.approx(other, abs=0.05)  # quantised twice
