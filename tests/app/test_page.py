"""The page through AppTest, with workers that answer on request."""

import json
import re
import zipfile
from base64 import b64decode
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app import service
from app.views.frame.tabs import TABS, tab_name
from pipeline.errors import StepTimedOutError, WorkerDiedError
from pipeline.settings import Settings
from pipeline.types import Language, Step, Zone
from pipeline.words import words_of
from tests.app.fake_workers import PHANTOM, FakeWorkers, images_only, reported

APP = Path(__file__).parents[2] / "app"
PNG = ("Ivanova_1970.png", b"radiograph", "image/png")


@pytest.fixture
def workers(monkeypatch):
    fake = FakeWorkers()
    monkeypatch.setattr(service, "workers", lambda: fake)
    return fake


@pytest.fixture
def page(workers):
    return AppTest.from_file(APP / "main.py", default_timeout=30).run()


def words(language=Language.ENGLISH):
    return words_of(language).of("page")


def shown(page):
    """All text on the page, markup and all."""
    return "\n".join(item.proto.body for item in page.get("html")) + "\n".join(
        item.value for item in page.markdown
    )


def upload(page, *files):
    page.file_uploader[0].set_value(list(files)).run()
    assert not page.exception
    return page


def tab_named(name, language):
    tab = next(tab for tab in TABS if tab == name)
    return tab_name(words(language), tab)


def open_tab(page, name, language=Language.ENGLISH):
    start = page.session_state["tab_start"]
    page.session_state[f"tabs_{language}_{start}"] = tab_named(name, language)
    page.run()
    assert not page.exception
    return page


def test_the_main_page_says_what_it_does_and_is_not(page):
    text = shown(page)
    assert words()("home.title") in text
    assert words()("home.limit_labels") in text
    assert words().disclaimer == "For research use only. Not a medical device."
    assert words().disclaimer in text


@pytest.mark.parametrize("language", list(Language))
def test_the_language_is_switched_at_once_and_the_open_tab_stays(page, language):
    upload(page, PNG)
    open_tab(page, "report")
    page.segmented_control(key="language").set_value(language).run()
    text = shown(page)
    assert words(language).disclaimer in text
    assert words(language)("report.lead") in text
    for other in set(Language) - {language}:
        assert words(other)("report.lead") not in text


def test_an_uploaded_radiograph_shows_its_classification_probabilities_and_warnings(page):
    text = shown(upload(page, PNG))
    assert words()("classification.abnormal") in text
    assert "bacterial pneumonia" in text
    assert "83%" in text
    assert "92% (threshold 50%)" in text
    assert "spine_broken" in text
    assert "12%" in text  # the area of each structure
    assert "0.62" in text and "73%" in text  # the descriptor of the right lower zone


def test_a_normal_classification_does_not_exclude_disease(page, workers, monkeypatch):
    monkeypatch.setattr(
        "tests.app.fake_workers.images_only",
        lambda **given: images_only(probabilities=(0.9, 0.06, 0.04), label="normal", **given),
    )
    text = shown(upload(page, PNG))
    assert words()("classification.normal") in text
    assert "This does not exclude disease." in text
    assert words()("classification.abnormal") not in text


def test_a_bad_file_says_why_and_loses_none_of_the_others(page):
    upload(page, PNG, ("notes.png", b"bad", "image/png"), ("third.webp", b"radiograph", ""))
    text = shown(page)
    assert "notes.png: The file is not a PNG, JPEG, WEBP or DICOM file" in text
    assert "format_unknown" in text
    assert words()("classification.abnormal") in text
    done = words()("state.done")
    assert [done in option for option in page.radio[0].options] == [True, False, True]
    page.segmented_control(key="language").set_value(Language.RUSSIAN).run()
    assert "notes.png: Это не PNG, JPEG, WEBP и не DICOM" in shown(page)


def test_a_file_over_the_limit_is_refused_before_any_worker(page, workers):
    too_large = bytes(200_000_001)
    text = shown(upload(page, ("large.dcm", too_large, "application/dicom")))
    assert "large.dcm: The file is larger than 200 MB." in text
    assert "file_too_large" in text
    assert workers.calls == []


def test_a_full_queue_keeps_the_radiograph_waiting(page, workers):
    upload(page, ("radiograph.png", b"busy", "image/png"))
    assert words()("progress.waiting") in shown(page)


def test_progress_names_the_step_and_can_be_cancelled(page, workers):
    workers.hold = True
    upload(page, PNG)
    text = shown(page)
    assert 'class="cxr-done"' in text and "Reading the file" in text
    cancel = next(button for button in page.button if button.label == words()("progress.cancel"))
    cancel.click().run()
    page.run()
    assert "Cancelled." in shown(page)


def test_the_classification_is_shown_while_the_maps_are_made(page, workers):
    workers.hold = True
    upload(page, PNG)
    workers.jobs[0].examination = images_only()
    page.run()
    assert "cxr-classification cxr-abnormal" in shown(page)
    assert not page.tabs
    workers.jobs[0].result = reported(images_only(), Settings())
    page.run()
    assert shown(page).count("cxr-classification cxr-abnormal") == 1


def test_pictures_are_shown_while_the_report_is_written(page, workers):
    workers.hold = True
    upload(page, PNG)
    workers.jobs[0].case = images_only()
    page.run()
    assert words()("classification.abnormal") in shown(page)
    open_tab(page, "report")
    assert words()("report.starting") in shown(page)


def test_a_failed_report_keeps_the_pictures_and_says_why(page, workers):
    workers.hold = True
    upload(page, PNG)
    workers.jobs[0].case = images_only()
    workers.fail(StepTimedOutError(step=Step.WRITE, limit_s=600.0))
    page.run()
    text = shown(page)
    assert "step_timed_out" in text and "600 seconds" in text
    assert words()("classification.abnormal") in text


def test_the_maps_of_another_label_are_asked_for_and_shown(page, workers):
    upload(page, PNG)
    open_tab(page, "grad_cam")
    assert "27%" in shown(page)  # what was cut away
    page.selectbox[0].set_value("tuberculosis").run()
    assert "explain tuberculosis" in [name for name, _ in workers.calls]
    page.run()
    captions = [image.proto.imgs[0].caption for image in page.image if image.proto.imgs]
    assert "Grad-CAM, tuberculosis" in captions


def test_lime_shows_its_fit(page):
    open_tab(upload(page, PNG), "lime")
    assert "0.64" in shown(page)
    assert words()("measure.r2") in shown(page)


def test_what_speaks_against_the_label_is_shown_on_demand(page):
    open_tab(upload(page, PNG), "lime")
    assert "−0.013" not in shown(page)
    page.toggle(key="signed").set_value(True).run()
    assert not page.exception
    assert "0.210; 0.043" in shown(page)
    assert "−0.013" in shown(page)
    captions = [image.proto.imgs[0].caption for image in page.image if image.proto.imgs]
    assert any("blue against it" in caption for caption in captions)


def test_every_layer_is_mapped_on_demand(page, workers):
    open_tab(upload(page, PNG), "grad_cam")
    assert not [name for name, _ in workers.calls if name == "layers"]
    workers.hold = True
    _ask_for_layers(page)
    workers.fail(WorkerDiedError(step=Step.GRAD_CAM))
    page.run()
    assert "worker_died" in shown(page)
    workers.hold = False
    _ask_for_layers(page)
    page.run()
    assert "worker_died" not in shown(page)
    captions = [image.proto.imgs[0].caption for image in page.image if image.proto.imgs]
    assert captions[-2:] == ["fine_layer, 4 × 4", "coarse_layer, 4 × 4"]


def _ask_for_layers(page):
    (button,) = [item for item in page.button if item.label == words()("layers.ask")]
    button.click().run()
    assert not page.exception


def test_the_report_marks_each_sentence_and_what_was_replaced(page):
    text = shown(open_tab(upload(page, PNG), "report"))
    assert "Opacity in the right lower zone, intensity 0.62." in text
    assert f'aria-label="{words()("draft.supported")}"' in text
    assert f'aria-label="{words()("draft.replaced")}"' in text
    assert words().plural("draft.replaced_count", 1) in text
    assert "The right lower zone is the strongest." in text  # the model's thoughts
    assert "fake-writer" in text


def test_each_sentence_names_its_zones_and_the_radiograph_shows_them(page):
    text = shown(open_tab(upload(page, PNG), "report"))
    items = re.findall(r'<li class="([^"]*)" tabindex="0">.*?<span>([^<]*)', text)
    assert items == [
        ("cxr-supported cxr-names-right_lower", "Opacity in the right lower zone, intensity 0.62."),
        ("cxr-replaced", "The pattern may fit bacterial pneumonia."),
        ("cxr-not_measured", "Correlate with the clinical picture."),
    ]
    assert "Measured: confidence: 0.83; label: bacterial pneumonia" in text
    (radiograph,) = re.findall(r'<img src="data:image/jpeg;base64,([^"]*)" alt="([^"]*)"', text)
    picture = cv2.imdecode(np.frombuffer(b64decode(radiograph[0]), np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (192, 160, 3)  # small already
    assert radiograph[1] == words()("report.radiograph_alt")
    assert '<svg viewBox="0 0 160 192"' in text  # the radiograph's pixels
    for zone in Zone:
        unfound = "" if zone in (Zone.RIGHT_LOWER, Zone.LEFT_UPPER) else " cxr-unfound"
        (outline,) = re.findall(rf'<path class="cxr-zone cxr-zone-{zone}{unfound}" d="(.*?)"', text)
        points = np.array(re.findall(r"(\d+),(\d+)", outline), int)
        rows, cols = np.nonzero(PHANTOM.zones[zone])
        edges = [cols.min(), rows.min(), cols.max() + 1, rows.max() + 1]
        assert np.abs([*points.min(axis=0), *points.max(axis=0)] - np.array(edges)).max() <= 1
    assert "<b>Right lower zone</b> <span>0.62, strong · agreement 0.88</span>" in text
    assert "<b>Left lower zone</b> <span>nothing found</span>" in text


@pytest.mark.parametrize("zone", list(Zone))
def test_the_style_sheet_lights_every_zone(zone):
    style = (APP / "static" / "style.css").read_text(encoding="utf-8")
    pointed = f"&:has(.cxr-names-{zone}:is(:hover, :focus-visible)) .cxr-zone-{zone},"
    kept = f"&:not(:has(.cxr-claims li:hover)):has(.cxr-names-{zone}:focus) .cxr-zone-{zone}"
    assert pointed in style and kept in style


def test_writing_again_takes_the_language_of_the_page_and_another_seed(page, workers):
    upload(page, PNG)
    page.segmented_control(key="language").set_value(Language.UKRAINIAN).run()
    open_tab(page, "report", Language.UKRAINIAN)
    again = words(Language.UKRAINIAN)("report.again")
    next(button for button in page.button if button.label == again).click().run()
    name, settings = workers.calls[-1]
    assert (name, settings.language, settings.seed) == ("report", Language.UKRAINIAN, 1)


def test_the_text_explanation_shows_contributions(page):
    text = shown(open_tab(upload(page, PNG), "text_explanation"))
    assert "+2.50" in text and "−0.50" in text
    assert words().capital("zones.right_lower.name") in text
    assert "0.013 nats" in text


def test_an_edited_report_is_what_is_downloaded(page, monkeypatch):
    upload(page, PNG)
    open_tab(page, "report")
    page.text_area[0].set_value("No opacity in my reading.").run()
    open_tab(page, "download")
    assert words()("download.edited") in shown(page)
    made = page.session_state["files"][2]
    assert "No opacity in my reading." in made["report.md"].decode()
    assert made["report.pdf"].startswith(b"%PDF")
    report = json.loads(made["result.json"])
    assert "Ivanova" not in json.dumps(report)
    assert report["prediction"]["label"] == "bacterial_pneumonia"


def test_an_edit_is_kept_even_if_the_next_click_leaves_the_tab(page):
    upload(page, PNG)
    open_tab(page, "report")
    page.text_area[0].set_value("Typed and left at once.")
    open_tab(page, "download")  # one run with both changes
    assert "Typed and left at once." in page.session_state["files"][2]["report.md"].decode()


def test_the_archive_holds_every_file():
    from app.models.download import zipped

    with zipfile.ZipFile(BytesIO(zipped({"a.md": b"1", "b.pdf": b"2"}, "case"))) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "case/a.md": b"1",
            "case/b.pdf": b"2",
        }


def test_removing_a_radiograph_brings_back_the_main_page(page):
    upload(page, PNG)
    remove = next(button for button in page.button if button.label == words()("case.remove"))
    remove.click().run()
    assert words()("home.title") in shown(page)


def test_what_was_removed_comes_back(page):
    upload(page, PNG)
    next(button for button in page.button if button.label == words()("case.remove")).click().run()
    assert words()("case.removed", name=PNG[0]) in shown(page)
    next(button for button in page.button if button.label == words()("case.undo")).click().run()
    assert not page.exception
    assert words()("case.title", name=PNG[0]) in shown(page)
    assert "bacterial pneumonia" in shown(page)


def test_what_was_written_again_is_exchanged_for_the_text_before(page):
    open_tab(upload(page, PNG), "report")
    page.text_area[0].set_value("Mine.").run()
    next(one for one in page.button if one.label == words()("report.again")).click().run()
    assert page.text_area[0].value != "Mine."
    next(one for one in page.button if one.label == words()("report.back")).click().run()
    assert page.text_area[0].value == "Mine."


def test_a_failed_analysis_is_tried_again(page, workers):
    workers.hold = True
    upload(page, PNG)
    workers.fail(WorkerDiedError(step=Step.SEGMENT))
    page.run()
    workers.hold = False
    next(one for one in page.button if one.label == words()("frame.again")).click().run()
    page.run()
    assert "bacterial pneumonia" in shown(page)
    assert "worker_died" not in shown(page)


def test_a_failed_report_is_tried_again(page, workers):
    workers.hold = True
    upload(page, PNG)
    workers.jobs[0].case = images_only()
    workers.fail(WorkerDiedError(step=Step.WRITE))
    page.run()
    assert "worker_died" in shown(page)
    workers.hold = False
    next(one for one in page.button if one.label == words()("frame.again")).click().run()
    page.run()
    assert "worker_died" not in shown(page)
    assert workers.calls[-1][0] == "report"


def test_a_cancelled_radiograph_is_not_marked_done(page, workers):
    workers.hold = True
    upload(page, PNG, ("second.png", b"radiograph", "image/png"))
    workers.jobs[0].cancel()
    page.run()
    options = page.radio[0].options
    assert words()("state.cancelled") in options[0] and words()("state.done") not in options[0]


def test_the_list_is_sorted_by_classification_and_probability(page, workers):
    workers.hold = True
    files = [(f"{name}.png", b"radiograph", "image/png") for name in ("low", "high", "mid")]
    upload(page, *files)
    for job, share in zip(workers.jobs, (0.05, 0.9, 0.5), strict=True):
        probabilities = (1 - share, share - 0.02, 0.02)
        job.result = reported(images_only(probabilities=probabilities), Settings())
    page.run()

    def listed():
        return [re.findall(r"(low|high|mid)", option)[0] for option in page.radio[0].options]

    assert listed() == ["low", "high", "mid"]
    page.segmented_control(key="case_sort").set_value("probability").run()
    assert listed() == ["high", "mid", "low"]
    assert words().percent(0.9) in page.radio[0].options[0]
    page.segmented_control(key="case_sort").set_value("classification").run()
    assert listed() == ["high", "mid", "low"]
    chosen = next(option for option in page.radio[0].options if "mid" in option)
    page.radio[0].set_value(page.session_state["cases"].case.id).run()
    assert chosen in page.radio[0].options


def test_the_sample_is_labelled_as_drawn(page):
    page.button(key="sample").click().run()
    assert words()("case.sample") in shown(page)
    assert not page.exception


def test_a_report_without_faults_has_no_warning(page, workers, monkeypatch):
    case = reported(images_only(), service.settings())
    sound = tuple(replace(claim, replaced=False) for claim in case.report.claims)
    case = replace(case, report=replace(case.report, claims=sound))
    monkeypatch.setattr(workers, "submit", lambda *_: workers._job(result=case))
    text = shown(open_tab(upload(page, PNG), "report"))
    assert "replaced:" not in text
    assert "0 from templates" in text
