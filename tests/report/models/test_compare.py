"""Writers side by side: made-up models whose every figure can be worked out by hand."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import ChestNotFoundError, ManifestError, UnknownFormatError
from pipeline.phantom.drawing import sample_radiograph
from pipeline.settings import Settings
from pipeline.types import Descriptor, Descriptors, Grade, Language, Prediction, Zone
from report.command_line import main
from report.models.compare import Case, compare, metrics_of, overall, table
from report.models.compare_cases import analysed
from report.models.compare_command import Entry
from report.models.readability import lix, words
from report.writing.template_writer import TemplateWriter
from report.writing.writer import ReportWriter
from tests.fakes import FakeClassifier, fake_models, finished
from tests.pipeline.classification.unlimited import unlimited_classifier
from tests.report.models.tiny_models import save_causal, save_llava

ROOT = Path(__file__).resolve().parents[3]
FIRST = "The strongest region lies in the right middle zone: intensity 0.72, strong."
SECOND = "In the left lower zone the intensity is 0.35, moderate."
SWAPPED = "In the right lower zone the intensity is 0.35, moderate."
CLASSIFICATION = "The model's classification is bacterial pneumonia, with confidence 0.95."
ADVICE = "A lateral view is advisable."
RIGHT = (
    f"Findings:\n{FIRST} {SECOND}\n\nInterpretation:\n{CLASSIFICATION}"
    f"\n\nRecommendations:\n{ADVICE}"
)
POOR = f"Findings:\n{SWAPPED} {SECOND}"
LOST = "I see the left lower zone. I do not know."


def case(brightness: float = 0.0, zones: tuple[Zone, ...] = (Zone.RIGHT_MIDDLE, Zone.LEFT_LOWER)):
    measured = {Zone.RIGHT_MIDDLE: (0.72, Grade.STRONG), Zone.LEFT_LOWER: (0.35, Grade.MODERATE)}
    return Case(
        prediction=Prediction(
            labels=("normal", "bacterial_pneumonia"),
            probabilities=(0.05, 0.95),
            normal_label="normal",
            threshold_prob=0.5,
            terms={},
        ),
        descriptors=Descriptors(
            fused_image=np.zeros((1, 1), np.float32),
            items=tuple(
                Descriptor(
                    zone=zone,
                    intensity=measured[zone][0],
                    share=0.5,
                    agreement=0.8,
                    memberships={grade: float(grade is measured[zone][1]) for grade in Grade},
                )
                for zone in zones
            ),
        ),
        picture=np.full((4, 3), brightness, np.float32),
    )


class Recites:
    """A language model that says one thing, whatever it is asked."""

    sha256, takes_plain_prompt = "00", True

    def __init__(self, text: str, name: str = "recites") -> None:
        self.name, self.text = name, text

    def prompt(self, system, user):
        return user

    def generate(self, prompt, *, tokens, temperature=0.0, seed=0):
        yield from self.text.split(" ")[:1]
        yield from (f" {word}" for word in self.text.split(" ")[1:tokens])


def row(text: str, *cases: Case, name: str = "one"):
    writer = ReportWriter(Settings(), Recites(text))
    return compare(name, lambda _: writer, cases, language=Language.ENGLISH, seed=0)


@pytest.fixture
def clock(monkeypatch):
    """A clock that shows half a second more at each look."""
    ticks = iter(np.arange(0, 100, 0.5).tolist())
    monkeypatch.setattr("report.models.compare.time.perf_counter", lambda: next(ticks))


def test_a_right_report(clock):
    found = metrics_of(row(RIGHT, case()).counts)
    assert found.reports == 1
    assert found.sections_complete == 1
    assert found.zones_named == 1
    assert found.contradicted_first == 0
    assert found.unmeasured_first == 0  # advice is general
    assert found.contradicted_finished == 0
    assert found.replaced_finished == 0
    assert found.words == 12 + 10 + 9 + 5
    # strongest, intensity, intensity, moderate, classification, bacterial, pneumonia, confidence,
    # lateral, advisable: ten of 38 words, in four sentences
    assert found.lix == pytest.approx(36 / 4 + 100 * 10 / 36)
    assert found.seconds == 0.5


def test_a_poor_report_is_counted_before_its_repair_and_after():
    found = metrics_of(row(POOR, case()).counts)
    assert found.sections_complete == 0
    assert found.zones_named == 1 / 2  # the right lower zone is none of the case's
    assert found.contradicted_first == 1 / 2
    assert found.unmeasured_first == 0
    assert found.contradicted_finished == 0
    assert found.replaced_finished == 3 / 4  # the right middle zone, the classification, the advice
    plain = "Where the classifier looked: right middle zone 0.72, strong."
    classification = "The model's classification is bacterial pneumonia, confidence 0.95."
    advice = (
        "The radiograph must be read by a radiologist, and further tests chosen by the clinical"
        " picture."
    )
    assert found.words == sum(len(words(one)) for one in (plain, SECOND, classification, advice))
    assert found.words == 9 + 10 + 8 + 16


def test_a_text_without_headings_counts_as_findings():
    found = metrics_of(row(LOST, case()).counts)
    assert found.sections_complete == 0
    assert found.zones_named == 1 / 2
    assert found.contradicted_first == 0
    assert found.unmeasured_first == 1
    assert found.replaced_finished == 1


def test_a_silent_model_has_no_sentence_to_share():
    found = metrics_of(row("", case(zones=())).counts)
    assert found.sections_complete == 0
    assert found.zones_named is None
    assert found.contradicted_first is None and found.unmeasured_first is None
    assert found.replaced_finished == 1


def test_rules_alone_say_everything_and_nothing_else():
    writer = TemplateWriter()
    found = metrics_of(
        compare(
            "plain", lambda _: writer, [case(), case()], language=Language.RUSSIAN, seed=0
        ).counts
    )
    assert found.reports == 2
    assert found.sections_complete == found.zones_named == 1
    assert found.contradicted_first == found.replaced_finished == 0
    assert found.unmeasured_first == 0  # advice is general


def test_the_table_has_a_line_a_writer_and_one_for_all(clock):
    rows = [row(RIGHT, case(), name="good"), row(POOR, case(), case(), name="poor")]
    together = overall(rows)
    assert together.reports == 3
    assert together.sections_complete == pytest.approx(1 / 3)
    assert together.zones_named == pytest.approx(4 / 6)
    assert together.contradicted_first == pytest.approx(2 / 8)
    assert together.unmeasured_first == 0
    assert together.words == pytest.approx((36 + 43 + 43) / 3)
    lines = table(rows).splitlines()
    assert len(lines) == 5
    assert lines[1] == "|" + " --- |" * 11
    assert lines[2] == (
        "| good | 1 | 1.000 | 1.000 | 0.000 | 0.000 | 0.000 | 0.000 | 36 | 37 | 0.50 |"
    )
    assert lines[3].startswith("| poor | 2 | 0.000 | 0.500 | 0.500 | 0.000 | 0.000 | 0.750 | 43 |")
    assert lines[4].startswith("| all | 3 | 0.333 | 0.667 | 0.250 | 0.000 | 0.000 | 0.500 | 41 |")


def test_each_case_is_written_with_its_picture_in_sight():
    seen = []

    def writer_of(picture):
        seen.append(float(picture.max()))
        return ReportWriter(Settings(), Recites(RIGHT))

    done = []
    compare(
        "sees",
        writer_of,
        [case(0.25), case(0.75)],
        language=Language.ENGLISH,
        seed=0,
        progress=done.append,
    )
    assert seen == [0.25, 0.75]
    assert done == [1, 2]


def test_lix_by_hand():
    text = "The film is clear. Nothing abnormal was found, e.g. no opacity."
    # eleven words in two sentences; nothing, abnormal, opacity are long
    assert lix(text, Language.ENGLISH) == pytest.approx(11 / 2 + 100 * 3 / 11)
    russian = "Интенсивность 0,72. Лёгкие чисты."
    assert words(russian) == ("Интенсивность", "0,72", "Лёгкие", "чисты")
    assert lix(russian, Language.RUSSIAN) == pytest.approx(4 / 2 + 100 * 1 / 4)
    assert lix("", Language.ENGLISH) == 0


def test_a_writer_and_its_classifier_as_typed(tmp_path):
    assert Entry.typed("shipped") == Entry(name="shipped", writer="shipped", classifier=None)
    paired = Entry.typed("models/tiny@runs/resnet50")
    assert (paired.writer, paired.classifier) == ("models/tiny", Path("runs/resnet50"))
    odd = tmp_path / "tiny@home"
    odd.mkdir()
    assert Entry.typed(str(odd)).classifier is None
    assert Entry.typed(f"{odd}@runs/resnet50").writer == str(odd)


@pytest.fixture
def folder(tmp_path):
    """Six files, two of them no radiographs, in a folder and one below it."""
    radiographs = tmp_path / "radiographs"
    (radiographs / "b").mkdir(parents=True)
    for name in ("a.txt", "b/1", "b/2", "b/3", "c", "empty"):
        (radiographs / name).write_bytes(name.encode())
    return radiographs


def test_radiographs_are_taken_in_order_and_what_is_none_is_passed_over(folder):
    asked, done = [], []

    def analysis(data):
        asked.append(data.decode())
        if data in (b"a.txt", b"empty"):
            raise UnknownFormatError
        if data == b"b/2":
            raise ChestNotFoundError
        return finished(sample_radiograph(), models=fake_models(Settings()), settings=silent)

    silent = Settings(write_report=False)
    radiographs = analysed(folder, analysis, max_file_mb=1, progress=done.append)
    assert asked == ["a.txt", "b/1", "b/2", "b/3", "c", "empty"]
    assert len(radiographs.cases) == 3
    assert radiographs.cases[0].picture.shape == (1024, 900)
    assert {position: error.code for position, error in radiographs.refused.items()} == {
        2: "chest_not_found"
    }
    assert done == [1, 2, 3, 4]
    asked.clear()
    radiographs = analysed(folder, analysis, limit=2, max_file_mb=1)
    assert asked == ["a.txt", "b/1", "b/2"]
    assert (len(radiographs.cases), list(radiographs.refused)) == (1, [2])


def test_a_model_that_cannot_be_used_ends_the_analysis(folder):
    def analysis(data):
        raise ManifestError(model="classifier", file="manifest.json", problem="unreadable")

    with pytest.raises(ManifestError):
        analysed(folder, analysis, max_file_mb=1)


@contextmanager
def fake_analyst(settings):
    """Radiographs by the fakes; a classifier's folder is named by its constant probability."""
    models = fake_models(settings)
    if settings.classifier is not None:
        share = float(settings.classifier.name)
        models = replace(models, classifier=FakeClassifier((1 - share, share, 0.0)))

    def analysis(data):
        if data == b"small":
            raise ChestNotFoundError
        return finished(data, models=models, settings=settings)

    yield analysis


@pytest.fixture
def radiographs(tmp_path):
    folder = tmp_path / "radiographs"
    folder.mkdir()
    (folder / "Ivanov 1.png").write_bytes(sample_radiograph(1))
    (folder / "Ivanov 2.png").write_bytes(b"small")
    (folder / "index.csv").write_text("file,label\n")
    return folder


def test_the_command_compares_and_names_no_file(radiographs, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("EXPLAINCXR_REPORT_TOKENS", "30")
    tiny = save_causal(tmp_path / "tiny", "gpt2")
    seeing = save_llava(tmp_path / "seeing")
    broken = shutil.copytree(tiny, tmp_path / "broken")
    (broken / "config.json").unlink()
    json_file = tmp_path / "figures.json"
    writers = ["plain", f"plain@{tmp_path}/0.77", str(tiny), str(seeing), str(broken)]
    arguments = [
        "compare",
        "--writers",
        *writers,
        "--cases",
        str(radiographs),
        "--json",
        str(json_file),
    ]
    assert main(arguments, fake_analyst) == 1
    out, err = capsys.readouterr()
    assert [line.split(" | ")[0] for line in out.splitlines()[2:]] == [
        f"| {name}" for name in (*writers[:4], "all")
    ]
    assert "radiograph 2: No pair of lungs was found." in err
    assert f"{broken}: " in err and "(config)" in err
    assert "Ivanov" not in out + err
    content = json.loads(json_file.read_text())
    assert content["language"] == "en"
    assert content["radiographs_refused"] == {"2": "chest_not_found"}
    assert content["writers_failed"] == {str(broken): "report_model_invalid"}
    models = [(one["model"], one["reports"]) for one in content["writers"]]
    assert models == [("plain", 1), ("plain", 1), ("tiny", 1), ("seeing", 1)]
    assert content["writers"][0]["model_sha256"] == ""
    assert len(content["writers"][2]["model_sha256"]) == 64
    assert content["all"]["reports"] == 4
    assert content["writers"][0]["zones_named"] == 1
    assert "Ivanov" not in json_file.read_text()


def test_a_writer_is_given_its_own_classifiers_classification(radiographs, tmp_path, monkeypatch):
    classifications = []

    def draft(self, prediction, descriptors, *, language, seed):
        classifications.append((prediction.abnormal_probability, language))
        return real(self, prediction, descriptors, language=language, seed=seed)

    real = TemplateWriter.draft
    monkeypatch.setattr(TemplateWriter, "draft", draft)
    writers = ["plain", f"plain@{tmp_path}/0.77"]
    main(
        ["compare", "--writers", *writers, "--cases", str(radiographs), "--language", "uk"],
        fake_analyst,
    )
    assert classifications == [
        (pytest.approx(0.96), Language.UKRAINIAN),
        (pytest.approx(0.77), Language.UKRAINIAN),
    ]


def test_a_writer_that_is_not_there_is_reported_before_any_radiograph_is_read(radiographs, capsys):
    @contextmanager
    def analyst(settings):
        raise AssertionError
        yield

    assert main(["compare", "--writers", "none.gguf", "--cases", str(radiographs)], analyst) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ["--writers", "plain"],
        ["--cases", "."],
        ["--writers", "plain", "--cases", "no-folder"],
        ["--writers", "plain", "--cases", ".", "--limit", "0"],
    ],
)
def test_wrong_usage(wrong):
    with pytest.raises(SystemExit) as left:
        main(["compare", *wrong], fake_analyst)
    assert left.value.code == 2


@pytest.mark.slow
def test_the_whole_way_with_the_shipped_models(tmp_path, tmp_path_factory):
    classifier = unlimited_classifier(tmp_path_factory.mktemp("weights"))
    for seed in (1, 2):
        (tmp_path / f"{seed}.png").write_bytes(sample_radiograph(seed))
    tiny = save_causal(
        tmp_path / "tiny", "gpt2"
    )  # beside the radiographs: what is no radiograph is no matter
    done = subprocess.run(
        [
            *(sys.executable, "-m", "report", "compare", "--writers", "shipped", "plain"),
            *(str(tiny), "--cases", str(tmp_path), "--json", str(tmp_path / "figures.json")),
        ],
        cwd=ROOT,
        env=os.environ
        | {"EXPLAINCXR_LIME_SAMPLES": "60", "EXPLAINCXR_REPORT_TOKENS": "80"}
        | {"EXPLAINCXR_CLASSIFIER": str(classifier)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 6
    shipped, plain, random = json.loads((tmp_path / "figures.json").read_text())["writers"]
    assert shipped["reports"] == plain["reports"] == random["reports"] == 2
    assert shipped["sections_complete"] == plain["sections_complete"] == 1
    assert random["sections_complete"] == 0
    assert random["replaced_finished"] > 0.5
    assert {one["contradicted_finished"] for one in (shipped, plain, random)} == {0}
