"""The catalogue: what ships is whole, what is broken is refused."""

import pytest

from pipeline.errors import CatalogueError, UnknownReportModelError
from pipeline.types import Language
from pipeline.words import message
from report.command_line import main
from report.models.catalogue import find, load_catalogue

ENTRY = """
[tiny]
repo = "someone/Tiny-GGUF"
file = "tiny.gguf"
size_gb = 1
memory_gb = 2.0
licence = "MIT"
languages = ["en"]
reasoning = false
note = "A note."
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        file = tmp_path / "catalogue.toml"
        file.write_text(text, encoding="utf-8")
        return file

    return write


def test_what_ships_is_readable_and_begins_with_the_papers_model():
    catalogue = load_catalogue()
    assert next(iter(catalogue)) == "deepseek-r1-8b-medical"
    assert len({(model.repo, model.file) for model in catalogue.values()}) == len(catalogue) >= 5
    for model in catalogue.values():
        assert model.size_gb < 10
        assert model.memory_gb >= model.size_gb + 1
        assert all(len(language) == 2 for language in model.languages)
        assert model.licence
        assert model.note
    assert catalogue["deepseek-r1-8b-medical"].reasoning


def test_an_entry_is_read(written, tmp_path):
    (model,) = load_catalogue(written(ENTRY)).values()
    assert (model.name, model.size_gb, model.languages) == ("tiny", 1.0, ("en",))
    assert (model.revision, model.sha256) == (None, None)
    assert model.path(tmp_path) == tmp_path / "tiny" / "tiny.gguf"


def test_a_file_in_a_folder_of_the_repository_lies_flat(written, tmp_path):
    text = ENTRY.replace("tiny.gguf", "Q4/tiny.gguf")
    assert load_catalogue(written(text))["tiny"].path(tmp_path) == tmp_path / "tiny" / "tiny.gguf"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("[tiny]", "[Tiny_1]", "Tiny_1.name"),
        ("someone/", "", "tiny.repo"),
        ("tiny.gguf", "../tiny.gguf", "tiny.file"),
        ("tiny.gguf", "tiny.bin", "tiny.file"),
        ("size_gb = 1", "size_gb = 3", "tiny.memory_gb"),
        ("size_gb = 1", 'size_gb = "big"', "tiny.size_gb"),
        ('languages = ["en"]', 'languages = "en"', "tiny.languages"),
        ("reasoning = false", "reasoning = 0", "tiny.reasoning"),
        ("reasoning = false\n", "", "tiny.reasoning"),
        ('"A note."', '"A note."\nrevision = "main"', "tiny.revision"),
        ('"A note."', '"A note."\nsha256 = "abc"', "tiny.sha256"),
        ("[tiny]", "= broken", ""),
    ],
)
def test_a_broken_entry_is_refused(written, old, new, what):
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(written(ENTRY.replace(old, new)))
    assert caught.value.parameters["field"] == what
    said = message(caught.value.code, Language.ENGLISH, **caught.value.parameters)
    assert said.startswith("catalogue.toml of the report models cannot be used: ")
    assert what in said


@pytest.mark.parametrize(
    ("change", "named"), [(("note", "nota"), "nota"), (("note =", "colour = 1\nnote ="), "colour")]
)
def test_an_unknown_key_is_refused(written, change, named):
    with pytest.raises(CatalogueError) as caught:
        load_catalogue(written(ENTRY.replace(*change)))
    found = caught.value.parameters
    assert (found["field"], found["problem"]) == (f"tiny.{named}", "unknown")


def test_a_catalogue_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CatalogueError):
        load_catalogue(tmp_path / "catalogue.toml")


def test_an_unknown_name_is_refused_with_those_there_are(written):
    catalogue = load_catalogue(written(ENTRY))
    assert find("tiny", catalogue) is catalogue["tiny"]
    with pytest.raises(UnknownReportModelError) as caught:
        find("huge", catalogue)
    assert caught.value.parameters == {"name": "huge", "known": "tiny"}


def test_the_table_shows_every_model_and_how_to_use_one(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("EXPLAINCXR_MODELS_FOLDER", str(tmp_path))
    assert main(["models"]) == 0
    said = capsys.readouterr().out
    rows = {
        line.split()[0]: line.split() for line in said.splitlines()[: len(load_catalogue()) + 1]
    }
    assert rows["deepseek-r1-8b-medical"][1:6] == ["4.9", "6.0", "yes", "no", "no"]
    assert rows["llama3-med42-8b"][5] == "yes"
    assert set(rows) == {"name", *load_catalogue()}
    for text in ("report fetch NAME", "--report-model PATH", "EXPLAINCXR_REPORT_MODEL=PATH"):
        assert text in said
