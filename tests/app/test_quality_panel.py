"""The explanation quality panel, with workers that answer on request."""

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import service
from app.views.frame.tabs import TABS, tab_name
from pipeline.presentation import lowest_rating
from pipeline.types import (
    FUSED,
    FUSED_METHODS,
    ExplanationQuality,
    Language,
    Problem,
    ProgressEvent,
    QualityMeasure,
    QualityRating,
    QualityScore,
    Step,
)
from pipeline.words import message, words_of
from tests.app.fake_workers import FakeWorkers, images_only, reported

APP = Path(__file__).parents[2] / "app"
GRAD_CAM, LIME = FUSED_METHODS


def score(name, measure, value, rating, random_baseline=0.0):
    return QualityScore(
        map=name, measure=measure, value=value, rating=rating, random_baseline=random_baseline
    )


def quality_of(*scores, label="bacterial_pneumonia"):
    return ExplanationQuality(label=label, scores=scores, curves={}, random_auc=0.5)


MIXED = quality_of(
    score(GRAD_CAM, QualityMeasure.DELETION, 0.31, QualityRating.GOOD, 0.52),
    score(LIME, QualityMeasure.STABILITY, 0.38, QualityRating.UNRELIABLE),
    score(FUSED, QualityMeasure.TOP_K_IOU, 0.17, QualityRating.DOUBTFUL, 0.11),
)
ALARM = quality_of(
    score(LIME, QualityMeasure.STABILITY, 0.2, QualityRating.UNRELIABLE),
    score(GRAD_CAM, QualityMeasure.MASS_ON_TEXT, 0.43, QualityRating.UNRELIABLE, 0.02),
    score(LIME, QualityMeasure.MASS_ON_TEXT, 0.08, QualityRating.DOUBTFUL, 0.02),
)
BARE = quality_of(score(LIME, QualityMeasure.STABILITY, 0.38, QualityRating.NOT_GRADED))


class QualityWorkers(FakeWorkers):
    """Jobs whose cases have their quality measured, or not yet."""

    def __init__(self, quality):
        super().__init__()
        self.quality = quality

    def submit(self, data, settings, visit=""):
        job = super().submit(data, settings, visit)
        if job.result is not None:
            job.result = replace(job.result, quality=self.quality)
        return job


def english(key, **values):
    return words_of(Language.ENGLISH).of("page")(key, **values)


def shown(page):
    return "\n".join(item.proto.body for item in page.get("html")) + "\n".join(
        item.value for item in page.markdown
    )


def opened(monkeypatch, workers, tab):
    """The page with one finished radiograph on it, on one of its tabs."""
    return to_tab(added(monkeypatch, workers), tab)


def added(monkeypatch, workers):
    """The page with one radiograph on it."""
    monkeypatch.setattr(service, "workers", lambda: workers)
    page = AppTest.from_file(APP / "main.py", default_timeout=30).run()
    return page.file_uploader[0].set_value([("a.png", b"radiograph", "image/png")]).run()


def to_tab(page, tab):
    start = page.session_state["tab_start"]
    page.session_state[f"tabs_{Language.ENGLISH}_{start}"] = tab_name(
        words_of(Language.ENGLISH).of("page"), next(one for one in TABS if one == tab)
    )
    page.run()
    assert not page.exception
    return page


def test_each_tab_shows_its_own_map_and_both_together(monkeypatch):
    page = opened(monkeypatch, QualityWorkers(MIXED), "grad_cam")
    text = shown(page)
    assert '<span aria-hidden="true">✓</span> good' in text
    assert message("deletion_good", Language.ENGLISH).replace("'", "&#x27;") in text
    assert "value 0.31 · random baseline 0.52" in text
    assert '<span aria-hidden="true">?</span> doubtful' in text
    assert message("stability_unreliable", Language.ENGLISH) not in text
    text = shown(to_tab(page, "lime"))
    assert '<span aria-hidden="true">✕</span> do not rely on it' in text
    assert message("stability_unreliable", Language.ENGLISH) in text
    assert message("top_k_iou_doubtful", Language.ENGLISH) in text
    assert english("quality.alarm") not in text


def test_the_alarm_is_said_on_both_tabs_and_leads_in_the_report(monkeypatch):
    page = opened(monkeypatch, QualityWorkers(ALARM), "grad_cam")
    assert english("quality.alarm") in shown(page)
    assert "value 43% · random baseline 2%" in shown(page)
    assert english("quality.alarm") in shown(to_tab(page, "lime"))
    text = shown(to_tab(page, "report"))
    assert message("mass_on_text_unreliable", Language.ENGLISH) in text
    assert message("stability_unreliable", Language.ENGLISH) not in text


@pytest.mark.parametrize("language", list(Language))
def test_the_lowest_rating_is_said_in_each_language(language):
    said = lowest_rating(words_of(language), MIXED)
    assert said.startswith(words_of(language)("quality.lowest_unreliable", map="LIME"))
    assert said.endswith(message("stability_unreliable", language))
    assert lowest_rating(words_of(language), BARE) == words_of(language)("quality.not_graded")


def test_without_thresholds_the_values_stand_alone(monkeypatch):
    page = opened(monkeypatch, QualityWorkers(BARE), "lime")
    text = shown(page)
    assert english("quality.not_graded") in text
    assert '<span aria-hidden="true">–</span> not rated' in text
    assert "value 0.38" in text
    assert message("stability_not_graded", Language.ENGLISH) not in shown(to_tab(page, "report"))


def test_the_maps_are_shown_while_their_quality_is_measured(monkeypatch):
    workers = QualityWorkers(None)
    workers.hold = True
    page = added(monkeypatch, workers)
    job = workers.jobs[0]
    job.case = images_only()
    job._events.append(ProgressEvent(step=Step.QUALITY, fraction=0.4))
    page.run()
    to_tab(page, "grad_cam")
    assert page.get("progress")[0].proto.text == english("quality.coming")
    assert page.get("progress")[0].proto.value == 40
    assert "✓</span>Measuring explanation quality" not in shown(page)
    job.case = replace(job.case, quality=MIXED)
    page.run()
    assert "value 0.31" in shown(page)
    assert not page.get("progress")
    assert "✓</span>Measuring explanation quality" in shown(page)


def test_of_another_label_the_maps_come_first_and_the_marks_after(monkeypatch):
    workers = QualityWorkers(MIXED)
    page = opened(monkeypatch, workers, "lime")
    workers.hold = True
    page.selectbox[0].set_value("tuberculosis").run()
    job = workers.jobs[-1]
    job.case = images_only(label="tuberculosis")
    page.run()
    captions = [image.proto.imgs[0].caption for image in page.image if image.proto.imgs]
    assert "LIME, tuberculosis" in captions
    assert page.get("progress")[0].proto.text == english("quality.coming")
    other = quality_of(
        score(LIME, QualityMeasure.STABILITY, 0.77, QualityRating.GOOD), label="tuberculosis"
    )
    job.result = replace(job.case, quality=other)
    page.run()
    assert "value 0.77" in shown(page)


def test_a_quality_that_failed_is_not_waited_for(monkeypatch):
    workers = QualityWorkers(None)
    workers.hold = True
    page = added(monkeypatch, workers)
    problem = Problem(step=Step.QUALITY, code="worker_died", parameters={"step": "quality"})
    workers.jobs[0].case = replace(images_only(), problems=(problem,))
    page.run()
    text = shown(to_tab(page, "grad_cam"))
    assert english("quality.none") in text
    assert "worker_died" in text
    assert not page.get("progress")


def test_writing_again_keeps_the_quality(monkeypatch):
    page = opened(monkeypatch, QualityWorkers(MIXED), "report")
    said = lowest_rating(words_of(Language.ENGLISH), MIXED)
    assert said in shown(page)
    case = replace(images_only(), quality=MIXED)
    assert reported(case, service.settings()).quality is MIXED
