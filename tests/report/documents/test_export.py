"""The exported files, read back as a clinician's programs would read them."""

import io
import json
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from pipeline.errors import OutputError, TextTooLongError
from pipeline.presentation import zone_name
from pipeline.types import (
    FUSED_METHODS,
    LONGEST_SECTION,
    MOST_LINES,
    Anatomy,
    Attribution,
    Box,
    CaseResult,
    Claim,
    ClaimStatus,
    Conclusion,
    Descriptor,
    Descriptors,
    Explanation,
    Grade,
    ImageFormat,
    Language,
    Method,
    Prediction,
    Problem,
    Radiograph,
    ReadingNote,
    Report,
    Section,
    ShapeMeasure,
    Step,
    Structure,
    TextExplanation,
    Zone,
)
from pipeline.words import message, words_of
from report.checking.repaired_spans import Mark, Run, runs_of
from report.documents.export import ReportExporter

SIDE = 200
FILES = {
    "result.json",
    "anatomy.png",
    "outlines.png",
    "grad_cam.png",
    "lime.png",
    "report.md",
    "report.pdf",
}
SENTENCES = {
    Language.ENGLISH: ("Opacity in the right lower zone.", "Pneumonia is likely.", "See a doctor."),
    Language.RUSSIAN: (
        "Затемнение в правой нижней зоне.",
        "Вероятна бактериальная пневмония.",
        "Показана консультация пульмонолога.",
    ),
    Language.UKRAINIAN: (
        "Затемнення в правій нижній зоні легені.",
        "Імовірна бактеріальна пневмонія.",
        "Показана консультація пульмонолога, її слід провести.",
    ),
}
LABELS = {
    Language.ENGLISH: "bacterial pneumonia",
    Language.RUSSIAN: "бактериальная пневмония",
    Language.UKRAINIAN: "бактеріальна пневмонія",
}


def anatomy() -> Anatomy:
    """Right lung in columns 20-89, left lung in 110-179, both in rows 40-159."""
    empty = np.zeros((SIDE, SIDE), np.bool_)
    masks = {structure: empty.copy() for structure in Structure}
    zones = {}
    for side, first in (("right", 20), ("left", 110)):
        masks[Structure(f"{side}_lung")][40:160, first : first + 70] = True
        for index, level in enumerate(("upper", "middle", "lower")):
            zone = empty.copy()
            zone[40 + 40 * index : 80 + 40 * index, first : first + 70] = True
            zones[Zone(f"{side}_{level}")] = zone
    masks[Structure.SPINE][20:180, 94:106] = True
    masks[Structure.ABDOMEN][165:195, 20:180] = True
    thorax = empty.copy()
    thorax[30:165, 10:190] = True
    measure = ShapeMeasure(area_share=0.21, area_mm2=8400.0, height_to_width=1.71, solidity=1.0)
    return Anatomy(
        masks_image=masks,
        zones_image=zones,
        thorax_image=thorax,
        thorax_box=Box(top=30, bottom=165, left=10, right=190),
        measures=dict.fromkeys(Structure, measure),
        warnings=("spine_broken",),
    )


def written(language: Language) -> Report:
    findings, interpretation, recommendations = SENTENCES[language]
    sections = (findings, interpretation, recommendations)
    statuses = (ClaimStatus.SUPPORTED, ClaimStatus.SUPPORTED, ClaimStatus.NOT_MEASURED)
    return Report(
        language=language,
        model="writer-6m",
        model_sha256="b" * 64,
        prompt="Analysis of the chest radiograph",
        prompt_parts=(("", "Analysis "), ("right_lower", "right lower zone")),
        sections=dict(zip(Section, sections, strict=True)),
        claims=tuple(
            Claim(section=section, sentence=sentence, status=status, replaced=index == 0)
            for index, (section, sentence, status) in enumerate(
                zip(Section, sections, statuses, strict=True)
            )
        ),
        seed=7,
        sampling={"temperature": 0.2},
    )


def case(language: Language | None = Language.ENGLISH) -> CaseResult:
    """A radiograph of 400 x 400 pixels of 0.5 mm on a working grid of 200 x 200."""
    rows, cols = np.mgrid[:SIDE, :SIDE]
    blob = np.exp(-((rows - 135) ** 2 + (cols - 55) ** 2) / 600).astype(np.float32)
    explanations = {
        method: Explanation(
            method=method,
            label="bacterial_pneumonia",
            raw_image=blob,
            map_image=blob.copy(),
            removed_mass=0.125,
            superpixel_weights=(0.25, -0.12345) if method is Method.LIME else (),
            measures={"r2": np.float32(0.75)} if method is Method.LIME else {},
            parameters={"samples": 500} if method is Method.LIME else {},
        )
        for method in FUSED_METHODS
    }
    item = Descriptor(
        zone=Zone.RIGHT_LOWER,
        intensity=0.42,
        share=0.9,
        agreement=0.8,
        memberships={Grade.WEAK: 0.25, Grade.MODERATE: 0.75, Grade.STRONG: 0.0},
    )
    terms = {"bacterial_pneumonia": LABELS, "normal": {Language.ENGLISH: "normal"}}
    return CaseResult(
        radiograph=Radiograph(
            pixels=np.linspace(0, 1, SIDE * SIDE, dtype=np.float32).reshape(SIDE, SIDE),
            sha256="a" * 64,
            format=ImageFormat.DICOM,
            source_shape=(400, 400),
            source_spacing_mm=(0.5, 0.5),
            notes=(ReadingNote.IDENTIFIERS_REMOVED,),
        ),
        anatomy=anatomy(),
        prediction=Prediction(
            labels=("normal", "bacterial_pneumonia"),
            probabilities=(0.0625, 0.9375),
            normal_label="normal",
            threshold_prob=0.5,
            terms=terms,
        ),
        explanations=explanations,
        descriptors=Descriptors(fused_image=blob.copy(), items=(item,)),
        report=None if language is None else written(language),
        text_explanation=None
        if language is None
        else TextExplanation(
            model="writer-6m",
            shap=(Attribution(key="right_lower", text="right lower zone", value=3.5),),
            shap_full=-10.0,
            shap_base=-13.5,
            integrated_gradients=(Attribution(key="right_lower", text="right", value=3.25),),
            words=(Attribution(key="0", text="Opacity", value=1.5),),
            ig_delta=0.25,
        ),
        timings_ms={Step.READ: 12.5},
        provenance={"classifier_sha256": "c" * 64, "seed": 7},
        problems=(Problem(step=Step.EXPLAIN_TEXT, code="worker_died"),),
    )


def pdf_text(data: bytes) -> str:
    """All the words of a PDF, line breaks as spaces."""
    pages = PdfReader(io.BytesIO(data)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_json_holds_the_contract_and_the_values() -> None:
    found = json.loads(ReportExporter().files(case(), None)["result.json"])
    assert found["schema_version"] == 2
    assert found["image"]["sha256"] == "a" * 64
    assert (found["image"]["rows"], found["image"]["cols"]) == (400, 400)
    assert found["image"]["format"] == "dicom"
    assert found["image"]["spacing_mm"] == [0.5, 0.5]
    assert found["anatomy"]["areas"]["right_lung"]["area_mm2"] == 8400
    # 40 x 70 working pixels of 1 mm each
    assert found["anatomy"]["zones"]["left_upper"] == {"area_mm2": 2800, "area_share": 0.07}
    assert found["anatomy"]["warnings"] == ["spine_broken"]
    assert found["prediction"]["label"] == "bacterial_pneumonia"
    assert found["prediction"]["abnormal_probability"] == 0.9375
    assert found["prediction"]["probabilities"] == {"normal": 0.0625, "bacterial_pneumonia": 0.9375}
    assert found["explanations"]["lime"]["measures"] == {"r2": 0.75}
    assert found["explanations"]["lime"]["superpixel_weights"] == [0.25, -0.12345]
    assert found["explanations"]["grad_cam"]["removed_mass"] == 0.125
    assert found["descriptors"] == [
        {
            "zone": "right_lower",
            "side": "right",
            "level": "lower",
            "intensity": 0.42,
            "share": 0.9,
            "agreement": 0.8,
            "grade": "moderate",
            "memberships": {"weak": 0.25, "moderate": 0.75, "strong": 0.0},
        }
    ]
    assert found["report"]["language"] == "en"
    assert found["report"]["model"] == "writer-6m"
    assert found["report"]["sections"]["findings"] == SENTENCES[Language.ENGLISH][0]
    assert found["report"]["claims"][0]["replaced"] is True
    assert found["text_explanation"]["shap"]["values"][0]["value"] == 3.5
    assert found["text_explanation"]["integrated_gradients"]["delta"] == 0.25
    assert found["timings_ms"] == {"read": 12.5}
    assert found["provenance"]["classifier_sha256"] == "c" * 64
    assert found["provenance"]["report_model_sha256"] == "b" * 64
    assert found["provenance"]["prompt"].startswith("Analysis")
    assert found["provenance"]["sampling"] == {"temperature": 0.2}
    assert found["problems"][0]["code"] == "worker_died"
    assert found["conclusion"] is None
    assert "Not a medical device" in found["disclaimer"]


def test_pictures_are_pngs_of_the_working_grid() -> None:
    files = ReportExporter().files(case(), None)
    assert set(files) == FILES
    for name in ("anatomy.png", "grad_cam.png", "lime.png"):
        with Image.open(io.BytesIO(files[name])) as picture:
            assert (picture.format, picture.size, picture.mode) == ("PNG", (SIDE, SIDE), "RGB")
            # the patient's right is at small columns: the map's maximum is there
            if name != "anatomy.png":
                array = np.asarray(picture, int)
                colour = (array.max(axis=2) - array.min(axis=2))[45:155]
                assert colour[:, :95].max() > 60 > colour[:, 105:].max()


@pytest.mark.parametrize("language", list(Language))
def test_pdf_speaks_the_language_and_shows_the_pictures(language: Language) -> None:
    data = ReportExporter().files(case(language), None)["report.pdf"]
    text = pdf_text(data)
    own, words = words_of(language), words_of(language).of("documents")
    for sentence in SENTENCES[language]:
        assert sentence in text
    for expected in (*own.sections.values(), words("classification.abnormal"), LABELS[language]):
        assert expected in text
    assert zone_name(own, Zone.RIGHT_LOWER) in text
    assert own.number(0.42) in text
    assert " ".join(own.percent(0.9375).split()) in text
    reader = PdfReader(io.BytesIO(data))
    images = {image.name for page in reader.pages for image in page.images}
    assert len(images) >= 5  # radiograph, anatomy, two maps, zones
    for number, page in enumerate(reader.pages, 1):
        footer = " ".join(page.extract_text().split())
        assert own.disclaimer in footer
        assert words("page", page=number, pages=len(reader.pages)) in footer
        assert "a" * 64 in footer
        assert all(
            "DejaVu" in str(font.get_object()["/BaseFont"])
            for font in page["/Resources"]["/Font"].values()
            if "FontDescriptor" in str(font.get_object().keys())
        )


@pytest.mark.parametrize("language", list(Language))
def test_the_first_page_stands_alone_as_a_protocol_to_sign(language: Language) -> None:
    sections = dict(zip(Section, SENTENCES[language], strict=True))
    sections[Section.INTERPRETATION] = "Normal radiograph."
    signed = Conclusion(language=language, sections=sections, edited=True)
    words = words_of(language).of("documents")
    data = ReportExporter().files(case(language), signed)["report.pdf"]
    first, *others = (
        " ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages
    )
    for key in ("patient", "birth", "record", "study", "referrer", "clinical", "signature"):
        assert words(key) in first
    assert words("classification.abnormal") in first and "Normal radiograph." in first
    assert SENTENCES[language][1] not in first  # what was struck out is in the appendix
    assert words("appendix") in others[0] and words("removed") in " ".join(others)
    assert words("provenance") not in first


def test_pdf_carries_no_date() -> None:
    reader = PdfReader(io.BytesIO(ReportExporter().files(case(), None)["report.pdf"]))
    assert reader.metadata is not None
    assert (reader.metadata.creation_date_raw or "D:2000")[:6] == "D:2000"


def test_same_case_gives_same_bytes() -> None:
    assert ReportExporter().files(case(), None) == ReportExporter().files(case(), None)


@pytest.mark.parametrize("language", list(Language))
def test_markdown_names_pictures_and_marks_the_replaced_sentence(language: Language) -> None:
    text = ReportExporter().files(case(language), None)["report.md"].decode()
    own = words_of(language)
    for name in ("anatomy.png", "grad_cam.png", "lime.png"):
        assert f"({name})" in text
    assert f"{SENTENCES[language][0]} †" in text
    assert f"{SENTENCES[language][1]} †" not in text
    assert words_of(language)("draft.replaced") in text
    assert own.disclaimer in text
    cells = (zone_name(own, Zone.RIGHT_LOWER), own.number(0.42), own.percent(0.9), own.number(0.8))
    assert f"| {' | '.join(cells)} |" in text


def test_edited_conclusion_is_what_stands_and_the_rest_is_struck() -> None:
    first, second, third = SENTENCES[Language.ENGLISH]
    conclusion = Conclusion(
        language=Language.ENGLISH,
        sections={
            Section.FINDINGS: f"{first} No *effusion* <b>.",
            Section.INTERPRETATION: "Normal radiograph.",
            Section.RECOMMENDATIONS: third,
        },
        edited=True,
    )
    files = ReportExporter().files(case(), conclusion)
    text = files["report.md"].decode()
    assert f"{first} † No \\*effusion\\* \\<b\\>. ✎" in text
    assert "Normal radiograph. ✎" in text
    assert f"~~{second}~~" in text
    assert f"~~{third}~~" not in text
    pdf = pdf_text(files["report.pdf"])
    assert "No *effusion* <b>." in pdf
    assert "Removed by the clinician: Pneumonia is likely." in pdf
    found = json.loads(files["result.json"])
    assert found["conclusion"]["sections"]["interpretation"] == "Normal radiograph."
    assert found["report"]["sections"]["interpretation"] == second


def test_case_without_report_says_so_in_every_file() -> None:
    files = ReportExporter(Language.RUSSIAN).files(case(None), None)
    said = words_of(Language.RUSSIAN)("draft.none")
    assert set(files) == FILES
    assert json.loads(files["result.json"])["report"] is None
    assert said in files["report.md"].decode()
    assert said in pdf_text(files["report.pdf"])
    assert "Вероятность патологии: 94\N{NO-BREAK SPACE}%" in files["report.md"].decode()


def test_case_without_descriptors_says_so() -> None:
    result = case()
    bare = replace(
        result, descriptors=Descriptors(fused_image=np.zeros((SIDE, SIDE), np.float32), items=())
    )
    files = ReportExporter().files(bare, None)
    assert json.loads(files["result.json"])["descriptors"] == []
    said = words_of(Language.ENGLISH)("descriptors.none")
    assert said in files["report.md"].decode()
    assert said in pdf_text(files["report.pdf"])


@pytest.mark.parametrize(
    ("band", "uncertain"), [((0.4, 0.94), True), ((0.4, 0.9), False), (None, False)]
)
def test_an_uncertain_classification_is_called_so_in_every_file(
    band: tuple[float, float] | None, uncertain: bool
) -> None:
    result = case()  # abnormal with 0.9375
    unsure = replace(result, prediction=replace(result.prediction, uncertain_prob=band))
    files = ReportExporter().files(unsure, None)
    said = words_of(Language.ENGLISH)("classification.doubt_threshold", low="40%", high="94%")
    assert (said in files["report.md"].decode()) is uncertain
    assert (said in pdf_text(files["report.pdf"])) is uncertain
    prediction = json.loads(files["result.json"])["prediction"]
    assert prediction["uncertain"] is uncertain
    assert prediction["uncertain_prob"] == (None if band is None else list(band))


def test_label_names_that_are_missing_are_given_in_english_and_every_file_says_so() -> None:
    result = case(Language.RUSSIAN)
    labels = ("normal", "rib_fracture", "tuberculosis")
    foreign = replace(
        result.prediction,
        labels=labels,
        probabilities=(0.1, 0.8, 0.1),
        terms={label: {Language.ENGLISH: label.replace("_", " ")} for label in labels},
    )
    files = ReportExporter().files(replace(result, prediction=foreign), None)
    said = words_of(Language.RUSSIAN)("classification.labels_in_english", language="русский")
    for text in (files["report.md"].decode(), pdf_text(files["report.pdf"])):
        assert "rib fracture" in text
        assert said in text.replace("\\", "")
    assert json.loads(files["result.json"])["provenance"]["label_names"] == "en"
    own = ReportExporter().files(result, None)
    assert said not in own["report.md"].decode()
    assert "label_names" not in json.loads(own["result.json"])["provenance"]


def test_a_report_of_template_sentences_is_called_so() -> None:
    result = case(Language.RUSSIAN)
    assert result.report is not None
    template = replace(result.report, model="plain", model_sha256="", prompt="")
    files = ReportExporter().files(replace(result, report=template), None)
    said = words_of(Language.RUSSIAN)("draft.template", language="русский")
    assert said in files["report.md"].decode()
    assert said in pdf_text(files["report.pdf"])
    assert json.loads(files["result.json"])["report"]["model"] == "plain"


def test_warnings_and_failed_steps_are_said() -> None:
    files = ReportExporter().files(case(Language.UKRAINIAN), None)
    for code in ("spine_broken", "identifiers_removed"):
        assert message(code, Language.UKRAINIAN) in files["report.md"].decode()
        assert message(code, Language.UKRAINIAN) in pdf_text(files["report.pdf"])
    sentence = message("worker_died", Language.UKRAINIAN, step="explain_text")
    assert sentence in files["report.md"].decode()


def test_missing_font_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.pictures.fonts.find_spec", lambda _: None)
    with pytest.raises(OutputError):
        ReportExporter().files(case(), None)


def test_runs_join_to_the_text_and_follow_the_claims() -> None:
    claims = [
        Claim(section=Section.FINDINGS, sentence="A b.", status=ClaimStatus.SUPPORTED),
        Claim(
            section=Section.FINDINGS,
            sentence="C d.",
            status=ClaimStatus.SUPPORTED,
            replaced=True,
        ),
        Claim(section=Section.FINDINGS, sentence="E f.", status=ClaimStatus.CONTRADICTED),
    ]
    assert runs_of("A b. C d. New.", claims, edited=True) == (
        Run(text="A b."),
        Run(text=" "),
        Run(text="C d.", mark=Mark.REPLACED),
        Run(text=" New.", mark=Mark.CLINICIAN),
        Run(text="E f.", mark=Mark.REMOVED),
    )
    unedited = runs_of("A b. C d. New.", claims, edited=False)
    assert unedited[-1] == Run(text=" New.")
    # the same sentence twice takes two places
    twice = runs_of("A b. A b.", [claims[0], claims[0]], edited=True)
    assert [run.text for run in twice] == ["A b.", " ", "A b."]


@given(
    text=st.text(alphabet="ab .\n", max_size=40),
    sentences=st.lists(st.text(alphabet="ab .", max_size=4), max_size=5),
    edited=st.booleans(),
)
def test_runs_always_join_to_the_text(text: str, sentences: list[str], edited: bool) -> None:
    claims = [
        Claim(section=Section.FINDINGS, sentence=sentence, status=ClaimStatus.SUPPORTED)
        for sentence in sentences
    ]
    runs = runs_of(text, claims, edited=edited)
    assert "".join(run.text for run in runs if run.mark is not Mark.REMOVED) == text


def test_of_several_labels_the_leading_one_is_set_against_its_own_threshold() -> None:
    labels = ("bacterial_pneumonia", "covid19", "tuberculosis")
    result = case()
    several = replace(
        result,
        prediction=replace(
            result.prediction,
            labels=labels,
            probabilities=(0.45, 0.45, 0.45),
            normal_label="normal",
            thresholds={"bacterial_pneumonia": 0.5, "covid19": 0.48, "tuberculosis": 0.6},
        ),
    )
    made = ReportExporter().files(several, None)
    said = " ".join(made["report.md"].decode().split())
    assert "Probability of COVID-19: 45% (threshold 48%)" in said
    assert "83%" not in said  # of any of them, which no threshold was chosen for
    prediction = json.loads(made["result.json"])["prediction"]
    assert prediction["abnormal_probability"] == pytest.approx(1 - 0.55**3, abs=1e-6)
    assert prediction["threshold_prob"] is None
    assert prediction["thresholds"]["covid19"] == 0.48
    assert (prediction["label"], prediction["found"]) == ("normal", ["normal"])


def concluded(text: str) -> Conclusion:
    sections = dict.fromkeys(Section, text)
    return Conclusion(language=Language.ENGLISH, sections=sections, edited=True)


@pytest.mark.timeout(60)
def test_a_text_of_thousands_of_lines_is_set_in_seconds_and_whole() -> None:
    text = "\n".join(f"l{number}" for number in range(MOST_LINES))
    begun = time.monotonic()
    pages = PdfReader(io.BytesIO(ReportExporter().files(case(), concluded(text))["report.pdf"]))
    assert time.monotonic() - begun < 20  # it was a minute
    words = "\n".join(page.extract_text() for page in pages.pages).split()
    assert {f"l{number}" for number in range(MOST_LINES)} <= set(words)
    assert words.count("l777") == len(Section)


def test_a_section_beyond_the_limit_is_refused_by_its_length() -> None:
    ReportExporter().files(case(), concluded("x" * LONGEST_SECTION))
    for text in ("x" * (LONGEST_SECTION + 1), "x\n" * MOST_LINES):
        with pytest.raises(TextTooLongError) as refused:
            ReportExporter().files(case(), concluded(text))
        assert refused.value.parameters == {"limit": LONGEST_SECTION, "lines": MOST_LINES}


@pytest.mark.parametrize("odd", ["\ud800", "\udfff", "\x00", "\x1b", "\uffff"])
def test_half_a_letter_does_not_fail_the_files(odd: str) -> None:
    files = ReportExporter().files(case(), concluded(f"before{odd}after"))
    assert "before\ufffdafter" in files["report.md"].decode("utf-8")
    assert (
        "before\ufffdafter"
        in json.loads(files["result.json"])["conclusion"]["sections"]["findings"]
    )
    assert files["report.pdf"].startswith(b"%PDF")
