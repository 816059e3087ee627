"""The Python API, in process and through workers, and README's own example."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pipeline import Analyser
from pipeline.errors import ExplainCxrError, SettingsError, UnknownFormatError, UnreadableFileError
from pipeline.settings import Settings
from pipeline.types import Method
from tests.fakes import fake_build, fake_models
from tests.pipeline.reading.crafted import picture, ramp

README = Path(__file__).resolve().parents[2] / "README.md"


@pytest.fixture
def radiograph(tmp_path: Path) -> Path:
    file = tmp_path / "chest.png"
    file.write_bytes(picture(Image.fromarray(ramp(128))))
    return file


@pytest.fixture(params=["in_process", "workers"])
def analyser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("pipeline.analyser.local_models", fake_models)
    with Analyser(
        language="ru", in_process=request.param == "in_process", build=fake_build
    ) as made:
        yield made


def test_one_radiograph_gives_a_case_with_names_of_its_parts(
    analyser: Analyser, radiograph: Path, tmp_path: Path
) -> None:
    case = analyser.analyse(radiograph)
    assert case.prediction.label == "tuberculosis"
    assert case.explanations["lime"] is case.explanations[Method.LIME]
    assert case.explanations["lime"].map_image.shape == case.radiograph.shape
    assert case.report is not None
    assert case.report.language == "ru"
    folder = case.save(tmp_path / "out")
    found = json.loads((folder / "result.json").read_text("utf-8"))
    assert found["prediction"]["label"] == "tuberculosis"
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")


def test_bytes_and_paths_give_the_same(analyser: Analyser, radiograph: Path) -> None:
    by_path, by_bytes = (
        analyser.analyse(one) for one in (str(radiograph), radiograph.read_bytes())
    )
    assert by_path.radiograph.sha256 == by_bytes.radiograph.sha256


def test_errors_are_typed(analyser: Analyser, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError):
        analyser.analyse(tmp_path / "absent.png")
    with pytest.raises(UnknownFormatError):
        analyser.analyse(b"no radiograph " * 20)


def test_of_many_no_good_one_is_lost_to_a_bad_one(analyser: Analyser, radiograph: Path) -> None:
    good, bad = radiograph.read_bytes(), b"no radiograph " * 20
    met: list[tuple[object, str]] = []

    def note(source: object, error: ExplainCxrError) -> None:
        met.append((source, error.code))

    cases = list(analyser.analyse_many([good, bad, good, good, bad, good], on_error=note))
    assert [case.prediction.label for case in cases] == ["tuberculosis"] * 4
    assert met == [(bad, "format_unknown")] * 2
    seen = []
    with pytest.raises(ExceptionGroup) as caught:
        for case in analyser.analyse_many([bad, good]):
            seen.append(case)
    assert len(seen) == 1
    assert [type(error) for error in caught.value.exceptions] == [UnknownFormatError]


def test_a_setting_out_of_range_is_refused_with_its_range() -> None:
    for settings in (None, Settings()):
        with pytest.raises(SettingsError) as caught:
            Analyser(settings=settings, threads=0)
        assert caught.value.parameters["allowed"] == "≥ 1, ≤ 256"


def test_an_unknown_setting_is_refused_by_its_name() -> None:
    with pytest.raises(SettingsError) as caught:
        Analyser(colour="blue")
    assert caught.value.parameters["field"] == "colour"


def test_the_readme_example_runs(
    radiograph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), flags=re.DOTALL)
    example = next(block for block in blocks if "Analyser" in block)
    (tmp_path / "chest.dcm").write_bytes(radiograph.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("pipeline.analyser.build_models", fake_build)
    monkeypatch.setattr(
        Analyser.__init__,
        "__kwdefaults__",
        {**Analyser.__init__.__kwdefaults__, "build": fake_build},
    )
    names: dict[str, Any] = {}
    exec(example, names)
    assert names["case"].prediction.label == "tuberculosis"
    assert (tmp_path / "out" / "result.json").is_file()
