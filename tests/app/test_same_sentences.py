"""Page, PDF and Markdown say the same of a case: no file more than the page, none less."""

import html
from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import service
from app.views.frame.tabs import TABS, tab_name
from pipeline.presentation import (
    classification_view,
    descriptor_table,
    draft_notes,
    draft_origin,
    draft_summary,
    glance_view,
    measurements_view,
    notes_view,
    quality_notes,
    quality_row,
    radiograph_facts,
)
from pipeline.types import (
    FUSED,
    CaseResult,
    ExplanationQuality,
    Language,
    Method,
    Problem,
    QualityMeasure,
    QualityRating,
    QualityScore,
    Step,
)
from pipeline.words import words_of
from report.documents.export import ReportExporter
from tests.app.fake_workers import FakeWorkers, images_only, reported
from tests.drawn_measurements import MEASUREMENTS
from tests.report.documents.test_export import pdf_text

APP = Path(__file__).parents[2] / "app"
QUALITY = ExplanationQuality(
    label="bacterial_pneumonia",
    scores=(
        QualityScore(
            map=Method.GRAD_CAM,
            measure=QualityMeasure.DELETION,
            value=0.31,
            random_baseline=0.52,
            rating=QualityRating.GOOD,
        ),
        QualityScore(
            map=Method.GRAD_CAM,
            measure=QualityMeasure.MASS_ON_TEXT,
            value=0.43,
            random_baseline=0.02,
            rating=QualityRating.UNRELIABLE,
        ),
        QualityScore(
            map=Method.LIME,
            measure=QualityMeasure.MASS_ON_TEXT,
            value=0.08,
            random_baseline=0.02,
            rating=QualityRating.DOUBTFUL,
        ),
        QualityScore(
            map=FUSED,
            measure=QualityMeasure.TOP_K_IOU,
            value=0.17,
            random_baseline=0.11,
            rating=QualityRating.DOUBTFUL,
        ),
    ),
    curves={},
    random_auc=0.5,
)
PROBLEM = Problem(step=Step.EXPLAIN_TEXT, code="worker_died", parameters={"step": "explain_text"})


class CaseWorkers(FakeWorkers):
    """Jobs that end with one case."""

    def __init__(self, result: CaseResult) -> None:
        super().__init__()
        self.result = result

    def submit(self, data, settings, visit=""):
        job = super().submit(data, settings, visit)
        job.result = self.result
        return job


def case(language: Language, probabilities: tuple[float, ...]) -> CaseResult:
    settings = replace(service.settings(), language=language)
    seen = replace(
        images_only(probabilities=probabilities), measurements=MEASUREMENTS, quality=QUALITY
    )
    return replace(reported(seen, settings), problems=(PROBLEM,))


def sentences(result: CaseResult, language: Language) -> list[str]:
    """Everything that a reader can read of a case."""
    words = words_of(language)
    classification = classification_view(words, result.prediction)
    measurements = measurements_view(words, result.measurements, result.radiograph)
    notes = notes_view(words, result)
    glance = glance_view(words, result, None)
    assert measurements is not None and result.report is not None
    rows = [quality_row(words, score) for score in QUALITY.scores]
    return [
        classification.title,
        classification.headline,
        classification.most_likely,
        classification.probability,
        classification.doubt,
        *classification.notes,
        *(text for row in classification.rows for text in (row.name, row.text)),
        glance.impression,
        *glance.measurements,
        *(said for _, said in glance.warnings),
        glance.not_stated,
        measurements.unmeasured,
        measurements.title,
        measurements.lead,
        *measurements.head,
        *(cell for row in measurements.rows for cell in row),
        *measurements.notes,
        *measurements.sources,
        *(text for row in rows for text in (row.measure, row.value, row.baseline, row.rating)),
        *quality_notes(words, QUALITY),
        *(said for _, said in (*notes.warnings, *notes.notes, *notes.problems)),
        *(cell for row in descriptor_table(words, result.descriptors.items).rows for cell in row),
        *(value for _, value in radiograph_facts(words, result.radiograph)),
        draft_origin(words, result.report),
        draft_summary(words, result.report),
        *draft_notes(words, result.report),
    ]


def page_text(result: CaseResult, language: Language, monkeypatch: pytest.MonkeyPatch) -> str:
    """All that the page shows on the tabs that say something of a case."""
    monkeypatch.setattr(service, "workers", lambda: CaseWorkers(result))
    page = AppTest.from_file(APP / "main.py", default_timeout=30)
    page.session_state["language"] = language
    page.run()
    page.file_uploader[0].set_value([("a.png", b"radiograph", "image/png")]).run()
    shown = []
    start = page.session_state["tab_start"]
    for tab in ("result", Method.GRAD_CAM, Method.LIME, "report"):
        named = tab_name(words_of(language).of("page"), next(one for one in TABS if one == tab))
        page.session_state[f"tabs_{language}_{start}"] = named
        page.run()
        assert not page.exception
        shown += [item.proto.body for item in page.get("html")]
        shown += [item.value for item in page.markdown]
    return flat(html.unescape("\n".join(shown)))


def flat(text: str) -> str:
    """A text without what setting it has put between its words."""
    return " ".join(text.replace("\\", "").split())


@pytest.mark.parametrize("probabilities", [(0.08, 0.83, 0.09), (0.97, 0.02, 0.01)])
@pytest.mark.parametrize("language", list(Language))
def test_page_pdf_and_markdown_say_the_same_sentences(
    language: Language, probabilities: tuple[float, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    result = case(language, probabilities)
    files = ReportExporter(language).files(result, None)
    markdown, pdf = flat(files["report.md"].decode()), flat(pdf_text(files["report.pdf"]))
    page = page_text(result, language, monkeypatch)
    for said in sentences(result, language):
        for text, name in ((page, "page"), (markdown, "Markdown"), (pdf, "PDF")):
            assert flat(said) in text, f"{name}: {said}"
